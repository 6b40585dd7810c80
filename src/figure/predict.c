/* predict.c -- predictions against the truth.

   Numbers: points (y, f(x)) and the line on which they are equal.  Labels
   with one output: for each label the share of its rows with an output of at
   most x, so that two classes that the network tells apart are two curves on
   the two sides of the boundary.  Rows not trained on, where there are some.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

static enum cvx_status
add_points (struct plot_figure *fig, const struct figure_input *in,
            enum cvx_part_id part, double span[2], struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  size_t c = d->n_outputs, n = d->part[part].n * c;
  double *f = NULL, *y = cvx_alloc (n, sizeof *y);
  enum cvx_status status
      = y == NULL ? cvx_fail_nomem (err, "making a figure")
                  : figure_predictions (&f, in->network, d, part, err);
  for (size_t k = 0; status == CVX_OK && k < n; k++)
    {
      y[k] = figure_y_file (d, k % c, d->part[part].y[k]);
      f[k] = figure_y_file (d, k % c, f[k]);
      if (isfinite (y[k]))
        {
          span[0] = fmin (span[0], y[k]);
          span[1] = fmax (span[1], y[k]);
        }
    }
  if (status == CVX_OK)
    plot_add (fig, 0, PLOT_POINTS, part == CVX_TRAIN ? PLOT_TRAIN : PLOT_TEST,
              figure_part_name (part), n, y, f);
  cvx_free (f);
  cvx_free (y);
  return status;
}

/* The outputs of the rows with the label VALUE, sorted, as a distribution. */
static void
add_label (struct plot_figure *fig, const struct cvx_dataset *d, size_t label,
           enum cvx_part_id part, const double *f)
{
  const struct cvx_part *p = &d->part[part];
  double *x = cvx_alloc (p->n + 1, sizeof *x);
  double *y = cvx_alloc (p->n + 1, sizeof *y);
  int role = d->n_labels != 2 ? PLOT_CYCLE + (int)label
             : label == 1     ? PLOT_POSITIVE
                              : PLOT_NEGATIVE;
  size_t n = 0;
  for (size_t i = 0; x != NULL && y != NULL && i < p->n; i++)
    if (p->y[i] == d->label[label].value)
      x[n++] = f[i];
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (n > 0)
    {
      qsort (x, n, sizeof *x, figure_compare_doubles);
      for (size_t k = 0; k < n; k++)
        y[k] = (double)(k + 1) / (double)n;
      plot_add (fig, 0, PLOT_STEPS, role, d->label[label].name, n, x, y);
    }
  cvx_free (x);
  cvx_free (y);
}

static enum cvx_status
add_labels (struct plot_figure *fig, const struct figure_input *in,
            struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  enum cvx_part_id part = figure_fresh_part (d);
  double *f, boundary;
  char words[80];
  enum cvx_status status = figure_predictions (&f, in->network, d, part, err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k + 1 < d->n_labels; k++)
    {
      boundary = (d->label[k].value + d->label[k + 1].value) / 2;
      plot_add_rules (fig, 0, PLOT_VLINE, PLOT_TOLERANCE, NULL, 1, &boundary);
    }
  for (size_t k = 0; k < d->n_labels; k++)
    add_label (fig, d, k, part, f);
  cvx_free (f);
  snprintf (words, sizeof words, "output (%s)", figure_part_name (part));
  plot_set_labels (fig, 0, words, "share of the class");
  plot_set_range (&fig->panel[0].y, 0, 1);
  return CVX_OK;
}

enum cvx_status
figure_predict (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  struct plot_figure *fig;
  double span[2] = { INFINITY, -INFINITY };
  enum cvx_part_id part;
  enum cvx_status status = figure_needs_fit ("predict", in, err);
  if (status != CVX_OK)
    return status;
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  part = figure_fresh_part (in->data);
  if (in->data->n_labels > 1 && in->data->n_outputs == 1)
    status = add_labels (fig, in, err);
  else
    {
      status = add_points (fig, in, CVX_TRAIN, span, err);
      if (status == CVX_OK && part != CVX_TRAIN)
        status = add_points (fig, in, part, span, err);
      if (span[0] < span[1])
        plot_add (fig, 0, PLOT_LINE, PLOT_TOLERANCE, "equal", 2, span, span);
      plot_set_labels (fig, 0, "truth", "prediction");
    }
  return figure_finish (out, fig, status, err);
}
