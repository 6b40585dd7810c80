/* surface.c -- the learned f over two features, with the data and the line
   at which each neuron switches.

   Neuron j switches on the line x'u_j = 0 (x'h_j = 0 for a gated one), which
   is cut to the box of the figure.  The colours are white at f = 0, where a
   classifier of labels -1 and 1 changes its mind.  All in the units of the
   file.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

enum
{
  SIDE = 141,     /* cells a side: 60 an inch, drawn in 0.1 s */
  MAX_LINES = 100 /* more hide the surface: the strongest are drawn */
};

/* The box of the figure, as used and in units of the file.  */
struct box
{
  double x0, x1, y0, y1;
  double file_x0, file_x1, file_y0, file_y1;
};

static enum cvx_status
grid_values (double **z, const struct figure_input *in,
             const struct figure_features *f, const struct box *b,
             struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  size_t d = net->n_features, c = net->n_outputs;
  double *row = cvx_alloc (SIDE, d * sizeof *row);
  double *value = cvx_alloc (SIDE, c * sizeof *value);
  enum cvx_status status = CVX_OK;
  *z = cvx_alloc (SIDE * SIDE, sizeof **z);
  if (row == NULL || value == NULL || *z == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t j = 0; status == CVX_OK && j < SIDE; j++)
    {
      for (size_t i = 0; i < SIDE; i++)
        {
          for (size_t k = 0; k < d; k++)
            row[i * d + k] = 1;
          row[i * d + f->at[0]]
              = b->x0 + (b->x1 - b->x0) * (double)i / (SIDE - 1);
          row[i * d + f->at[1]]
              = b->y0 + (b->y1 - b->y0) * (double)j / (SIDE - 1);
        }
      status = cvx_network_predict (net, row, SIDE, value, err);
      for (size_t i = 0; status == CVX_OK && i < SIDE; i++)
        (*z)[j * SIDE + i] = figure_y_file (in->data, 0, value[i * c]);
    }
  cvx_free (row);
  cvx_free (value);
  if (status != CVX_OK)
    {
      cvx_free (*z);
      *z = NULL;
    }
  return status;
}

/* The piece of a x + b y + c = 0 inside the box, two points.  False when it
   misses the box.  */
static bool
cut (double a, double b, double c, const struct box *box, double x[2],
     double y[2])
{
  const double xs[2] = { box->x0, box->x1 }, ys[2] = { box->y0, box->y1 };
  size_t n = 0;
  for (int k = 0; k < 2 && b != 0; k++)
    {
      double at = -(a * xs[k] + c) / b;
      if (at >= ys[0] && at <= ys[1] && n < 2)
        {
          x[n] = xs[k];
          y[n++] = at;
        }
    }
  for (int k = 0; k < 2 && a != 0; k++)
    {
      double at = -(b * ys[k] + c) / a;
      if (at > xs[0] && at < xs[1] && n < 2)
        {
          x[n] = at;
          y[n++] = ys[k];
        }
    }
  return n == 2;
}

/* Norm that the strongest MAX_LINES neurons reach.  */
static double
weakest_drawn (const struct cvx_network *net)
{
  double lo = 0, hi = 0;
  for (size_t j = 0; j < net->width; j++)
    hi = fmax (hi, cvx_network_norm (net, j));
  if (net->width <= MAX_LINES)
    return 0;
  /* Bisection for the norm that leaves MAX_LINES above it.  */
  for (int k = 0; k < 60; k++)
    {
      double middle = (lo + hi) / 2;
      size_t above = 0;
      for (size_t j = 0; j < net->width; j++)
        above += cvx_network_norm (net, j) > middle;
      if (above > MAX_LINES)
        lo = middle;
      else
        hi = middle;
    }
  return hi;
}

static void
add_lines (struct plot_figure *fig, const struct figure_input *in,
           const struct figure_features *f, const struct box *box)
{
  const struct cvx_network *net = in->network;
  double weakest = weakest_drawn (net);
  double *x = cvx_alloc (3 * net->width, sizeof *x);
  double *y = cvx_alloc (3 * net->width, sizeof *y);
  size_t n = 0;
  for (size_t j = 0; x != NULL && y != NULL && j < net->width; j++)
    {
      const double *w = figure_switch (net, j);
      double px[2], py[2], rest = 0;
      if (w == NULL || !(cvx_network_norm (net, j) > weakest))
        continue;
      for (size_t k = 0; k < net->n_features; k++)
        if (k != f->at[0] && k != f->at[1])
          rest += w[k];
      if (!cut (w[f->at[0]], w[f->at[1]], rest, box, px, py))
        continue;
      for (int k = 0; k < 2; k++)
        {
          x[n] = figure_x_file (in->data, f->at[0], px[k]);
          y[n++] = figure_x_file (in->data, f->at[1], py[k]);
        }
      x[n] = y[n] = NAN;
      n++;
    }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (n > 0)
    plot_add (fig, 0, PLOT_LINE, PLOT_NEURON, "neurons", n, x, y);
  cvx_free (x);
  cvx_free (y);
}

/* The training data on one side of zero.  */
static void
add_side (struct plot_figure *fig, const struct cvx_dataset *d,
          const struct figure_features *f, bool positive, const char *title)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  double *x = cvx_alloc (p->n, sizeof *x), *y = cvx_alloc (p->n, sizeof *y);
  size_t n = 0;
  for (size_t i = 0; x != NULL && y != NULL && i < p->n; i++)
    {
      const double *row = p->x + i * d->n_features;
      if ((figure_y_file (d, 0, p->y[i * d->n_outputs]) > 0) != positive)
        continue;
      x[n] = figure_x_file (d, f->at[0], row[f->at[0]]);
      y[n++] = figure_x_file (d, f->at[1], row[f->at[1]]);
    }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (n > 0)
    plot_add (fig, 0, PLOT_POINTS, positive ? PLOT_POSITIVE : PLOT_NEGATIVE,
              title, n, x, y);
  cvx_free (x);
  cvx_free (y);
}

static enum cvx_status
add_all (struct plot_figure *fig, const struct figure_input *in,
         const struct figure_features *f, struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  bool labels
      = d->n_labels == 2 && d->label[0].value < 0 && d->label[1].value > 0;
  const double zero = 0;
  struct box b;
  double *z;
  char name[2][200];
  enum cvx_status status;
  figure_span (d, f->at[0], 0.06, &b.x0, &b.x1);
  figure_span (d, f->at[1], 0.06, &b.y0, &b.y1);
  b.file_x0 = figure_x_file (d, f->at[0], b.x0);
  b.file_x1 = figure_x_file (d, f->at[0], b.x1);
  b.file_y0 = figure_x_file (d, f->at[1], b.y0);
  b.file_y1 = figure_x_file (d, f->at[1], b.y1);
  status = grid_values (&z, in, f, &b, err);
  if (status != CVX_OK)
    return status;
  plot_add_heat (fig, 0, SIDE, b.file_x0, b.file_x1, SIDE, b.file_y0,
                 b.file_y1, z);
  add_lines (fig, in, f, &b);
  plot_add_contour (fig, 0, PLOT_BOUNDARY, "f = 0", SIDE, b.file_x0, b.file_x1,
                    SIDE, b.file_y0, b.file_y1, z, 1, &zero);
  cvx_free (z);
  add_side (fig, d, f, true, labels ? d->label[1].name : "y > 0");
  add_side (fig, d, f, false, labels ? d->label[0].name : "y <= 0");
  /* The cells at the edge reach half a step out: end at the box.  */
  plot_set_range (&fig->panel[0].x, b.file_x0, b.file_x1);
  plot_set_range (&fig->panel[0].y, b.file_y0, b.file_y1);
  for (size_t k = 0; k < 2; k++)
    figure_feature_name (name[k], sizeof name[k], d, f, k);
  plot_set_labels (fig, 0, name[0], name[1]);
  plot_set_colour_label (fig, 0, "f(x)");
  return CVX_OK;
}

enum cvx_status
figure_surface (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  struct figure_features f;
  struct plot_figure *fig;
  enum cvx_status status;
  if (in->data == NULL)
    return figure_lacks ("surface", "data", "load FILE", err);
  if (in->network == NULL)
    return figure_lacks ("surface", "a network", "solve", err);
  figure_features_of (in->data, &f);
  if (f.n_free != 2 || in->network->n_features != in->data->n_features)
    {
      cvx_fail (err, CVX_E631,
                "plot surface needs two features, the data have %zu"
                " (columns of ones not counted)",
                f.n_free);
      cvx_hint (err, f.n_free == 1 ? "plot function" : "plot objective,gap");
      return CVX_UNSUITED;
    }
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  status = add_all (fig, in, &f, err);
  return figure_finish (out, fig, status, err);
}
