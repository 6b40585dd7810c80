/* function.c -- the learned f over one feature, with data and kinks.

   A ReLU network of one feature (and a column of ones) is piecewise linear
   and bends where x'u_j = 0; a gated one jumps there.  The line is drawn
   through a regular grid and both sides of every such point, so that bends
   and jumps are sharp at any size.  All in the units of the file.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

enum
{
  GRID = 401
};

/* Where neuron J changes, as used; NAN: nowhere.  Features other than FEATURE
   are ones.  */
static double
kink (const struct cvx_network *net, size_t j, size_t feature)
{
  const double *w = figure_switch (net, j);
  double rest = 0;
  if (w == NULL || w[feature] == 0 || !(cvx_network_norm (net, j) > 0))
    return NAN;
  for (size_t k = 0; k < net->n_features; k++)
    if (k != feature)
      rest += w[k];
  return -rest / w[feature];
}

/* Network outputs at the N values of FEATURE in X; the caller's.  */
static enum cvx_status
outputs (double **f, const struct cvx_network *net, size_t feature,
         const double *x, size_t n, struct cvx_error *err)
{
  double *rows = cvx_alloc (n, net->n_features * sizeof *rows);
  double *values = cvx_alloc (n, net->n_outputs * sizeof *values);
  enum cvx_status status;
  if (rows == NULL || values == NULL)
    {
      cvx_free (rows);
      cvx_free (values);
      return cvx_fail_nomem (err, "making a figure");
    }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < net->n_features; k++)
      rows[i * net->n_features + k] = k == feature ? x[i] : 1;
  status = cvx_network_predict (net, rows, n, values, err);
  cvx_free (rows);
  if (status != CVX_OK)
    cvx_free (values);
  else
    *f = values;
  return status;
}

/* One column of N values with C outputs, in units of the file.  */
static void
add_output (struct plot_figure *fig, enum plot_kind kind, int role,
            const char *title, const struct cvx_dataset *d, size_t feature,
            size_t n, const double *x, size_t stride, const double *f,
            size_t c, size_t output)
{
  double *px = cvx_alloc (n, sizeof *px), *py = cvx_alloc (n, sizeof *py);
  for (size_t i = 0; px != NULL && py != NULL && i < n; i++)
    {
      px[i] = figure_x_file (d, feature, x[i * stride]);
      py[i] = figure_y_file (d, output, f[i * c + output]);
    }
  if (px != NULL && py != NULL)
    plot_add (fig, 0, kind, role, title, n, px, py);
  else
    fig->failed = true;
  cvx_free (px);
  cvx_free (py);
}

static void
add_data (struct plot_figure *fig, const struct cvx_dataset *d, size_t feature)
{
  static const char *const names[CVX_N_PARTS]
      = { "data", "validation", "test" };
  static const int roles[CVX_N_PARTS] = { PLOT_DATA, PLOT_MARKED, PLOT_TEST };
  for (int part = CVX_N_PARTS; part-- > 0;)
    if (d->part[part].n > 0)
      for (size_t o = 0; o < d->n_outputs; o++)
        add_output (fig, PLOT_POINTS,
                    d->n_outputs == 1 ? roles[part] : PLOT_CYCLE + (int)o,
                    o == 0 ? names[part] : NULL, d, feature, d->part[part].n,
                    d->part[part].x + feature, d->n_features, d->part[part].y,
                    d->n_outputs, o);
}

static enum cvx_status
add_network (struct plot_figure *fig, const struct figure_input *in,
             size_t feature, struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  double lo, hi, *x = cvx_alloc (GRID + 2 * net->width, sizeof *x);
  double *bends = cvx_alloc (net->width, sizeof *bends), *f = NULL;
  size_t n = 0, n_bends = 0;
  enum cvx_status status = CVX_OK;
  figure_span (in->data, feature, 0.12, &lo, &hi);
  if (x == NULL || bends == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; status == CVX_OK && k < GRID; k++)
    x[n++] = lo + (hi - lo) * (double)k / (GRID - 1);
  for (size_t j = 0; status == CVX_OK && j < net->width; j++)
    {
      double at = kink (net, j, feature);
      if (!(at > lo && at < hi))
        continue;
      x[n++] = at;
      if (net->activation == CVX_ACT_GATED)
        x[n++] = nextafter (at, lo);
      bends[n_bends++] = at;
    }
  if (status == CVX_OK)
    {
      qsort (x, n, sizeof *x, figure_compare_doubles);
      status = outputs (&f, net, feature, x, n, err);
    }
  for (size_t o = 0; status == CVX_OK && o < net->n_outputs; o++)
    {
      char title[40];
      if (in->data->n_labels == net->n_outputs)
        snprintf (title, sizeof title, "%s", in->data->label[o].name);
      else
        snprintf (title, sizeof title, "output %zu", o + 1);
      add_output (fig, PLOT_LINE,
                  net->n_outputs == 1 ? PLOT_MODEL : PLOT_CYCLE + (int)o,
                  net->n_outputs == 1 ? "network" : title, in->data, feature,
                  n, x, 1, f, net->n_outputs, o);
    }
  cvx_free (f);
  f = NULL;
  if (status == CVX_OK && n_bends > 0)
    status = outputs (&f, net, feature, bends, n_bends, err);
  for (size_t o = 0; f != NULL && o < net->n_outputs; o++)
    add_output (fig, PLOT_POINTS, PLOT_KINK,
                o == 0 ? net->activation == CVX_ACT_GATED ? "jumps" : "kinks"
                       : NULL,
                in->data, feature, n_bends, bends, 1, f, net->n_outputs, o);
  cvx_free (f);
  cvx_free (x);
  cvx_free (bends);
  return status;
}

enum cvx_status
figure_function (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  struct figure_features f;
  struct plot_figure *fig;
  char name[200];
  enum cvx_status status;
  if (in->data == NULL)
    return figure_lacks ("function", "data", "load FILE", err);
  if (in->network == NULL)
    return figure_lacks ("function", "a network", "solve", err);
  figure_features_of (in->data, &f);
  if (f.n_free != 1 || in->network->n_features != in->data->n_features)
    {
      cvx_fail (err, CVX_E631,
                "plot function needs one feature, the data have %zu"
                " (columns of ones not counted)",
                f.n_free);
      cvx_hint (err, f.n_free == 2 ? "plot surface" : "plot objective,gap");
      return CVX_UNSUITED;
    }
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  status = add_network (fig, in, f.at[0], err);
  add_data (fig, in->data, f.at[0]);
  figure_feature_name (name, sizeof name, in->data, &f, 0);
  plot_set_labels (fig, 0, name,
                   in->data->target != NULL ? in->data->target : "f(x)");
  return figure_finish (out, fig, status, err);
}
