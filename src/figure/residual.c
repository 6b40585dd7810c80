/* residual.c -- the distribution of f(x) - y over the training rows, and over
   the rows not trained on where there are some; all outputs together, in the
   units of the file.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

enum
{
  MAX_BINS = 50
};

struct residuals
{
  size_t n;
  double *v; /* owned */
};

static enum cvx_status
residuals_of (struct residuals *r, const struct figure_input *in,
              enum cvx_part_id part, struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  size_t c = d->n_outputs;
  enum cvx_status status
      = figure_predictions (&r->v, in->network, d, part, err);
  r->n = status == CVX_OK ? d->part[part].n * c : 0;
  for (size_t k = 0; k < r->n; k++)
    r->v[k] = figure_y_file (d, k % c, r->v[k])
              - figure_y_file (d, k % c, d->part[part].y[k]);
  return status;
}

/* Twice the cube root of the size (Rice), symmetric about 0.  */
static size_t
n_bins (size_t n)
{
  size_t bins = (size_t)ceil (2 * cbrt ((double)n));
  return (bins > MAX_BINS ? MAX_BINS : bins < 5 ? 5 : bins) | 1;
}

static void
add_both (struct plot_figure *fig, const struct residuals *train,
          const struct residuals *fresh, const char *name)
{
  double x[MAX_BINS + 2], y[MAX_BINS + 2], most = 0, step;
  size_t bins = n_bins (train->n);
  for (size_t k = 0; k < train->n; k++)
    most = fmax (most, fabs (train->v[k]));
  for (size_t k = 0; k < fresh->n; k++)
    most = fmax (most, fabs (fresh->v[k]));
  most = most > 0 ? most * (1 + 1e-9) : 1;
  figure_histogram (train->n, train->v, -most, most, bins, x, y);
  plot_add (fig, 0, PLOT_BARS, PLOT_TRAIN, fresh->n > 0 ? "training" : NULL,
            bins, x, y);
  if (fresh->n == 0)
    return;
  /* Steps hold from the left edge of a bin to the next.  */
  figure_histogram (fresh->n, fresh->v, -most, most, bins, x, y);
  step = 2 * most / (double)bins;
  for (size_t k = 0; k < bins; k++)
    x[k] -= step / 2;
  x[bins] = most;
  y[bins] = 0;
  plot_add (fig, 0, PLOT_STEPS, PLOT_TEST, name, bins + 1, x, y);
}

enum cvx_status
figure_residual (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  struct plot_figure *fig;
  struct residuals train = { 0, NULL }, fresh = { 0, NULL };
  enum cvx_part_id part;
  enum cvx_status status = figure_needs_fit ("residual", in, err);
  if (status != CVX_OK)
    return status;
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  part = figure_fresh_part (in->data);
  status = residuals_of (&train, in, CVX_TRAIN, err);
  if (status == CVX_OK && part != CVX_TRAIN)
    status = residuals_of (&fresh, in, part, err);
  if (status == CVX_OK)
    add_both (fig, &train, &fresh, figure_part_name (part));
  cvx_free (train.v);
  cvx_free (fresh.v);
  plot_set_labels (fig, 0, "prediction - truth", "share");
  return figure_finish (out, fig, status, err);
}
