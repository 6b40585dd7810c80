/* scaling.c -- seconds of the runs against the size that differs among them
   (patterns, samples or features), both logarithmic, with the slope of the
   least-squares line: the power of the cost.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

enum size
{
  SAMPLES,
  FEATURES,
  PATTERNS,
  N_SIZES
};

static double
size_of (const struct cvx_run *run, enum size size)
{
  return (double)(size == SAMPLES    ? run->n_samples
                  : size == FEATURES ? run->n_features
                                     : run->n_patterns);
}

/* How many runs have a size that no run before them has.  */
static size_t
different (const struct figure_input *in, enum size size)
{
  size_t n = 0;
  for (size_t k = 0; k < in->n_runs; k++)
    {
      bool fresh = true;
      for (size_t j = 0; j < k; j++)
        fresh = fresh
                && size_of (in->runs[j], size) != size_of (in->runs[k], size);
      n += fresh;
    }
  return n;
}

/* The line through (log x, log y) with the least squares; false: none.  */
static bool
fit (size_t n, const double *x, const double *y, double *slope, double *at_0)
{
  double m = 0, sx = 0, sy = 0, xx = 0, xy = 0;
  for (size_t k = 0; k < n; k++)
    if (x[k] > 0 && y[k] > 0)
      {
        sx += log (x[k]);
        sy += log (y[k]);
        m++;
      }
  for (size_t k = 0; k < n; k++)
    if (x[k] > 0 && y[k] > 0)
      {
        xx += (log (x[k]) - sx / m) * (log (x[k]) - sx / m);
        xy += (log (x[k]) - sx / m) * (log (y[k]) - sy / m);
      }
  *slope = xy / xx;
  *at_0 = (sy - *slope * sx) / m;
  return xx > 0 && isfinite (*slope) && isfinite (*at_0);
}

static void
add_line (struct plot_figure *fig, size_t n, const double *x, const double *y)
{
  double ends[2] = { INFINITY, 0 }, line[2], slope, at_0;
  char words[60];
  if (!fit (n, x, y, &slope, &at_0))
    return;
  for (size_t k = 0; k < n; k++)
    {
      ends[0] = fmin (ends[0], x[k]);
      ends[1] = fmax (ends[1], x[k]);
    }
  for (int k = 0; k < 2; k++)
    line[k] = exp (at_0 + slope * log (ends[k]));
  snprintf (words, sizeof words, "slope %.2f", slope);
  plot_add (fig, 0, PLOT_LINE, PLOT_TOLERANCE, words, 2, ends, line);
}

enum cvx_status
figure_scaling (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  static const char *const names[N_SIZES]
      = { "samples", "features", "patterns" };
  struct plot_figure *fig;
  double *x, *y;
  enum size size = SAMPLES;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks ("scaling", "runs", "solve", err);
  for (int k = 1; k < N_SIZES; k++)
    if (different (in, (enum size)k) > different (in, size))
      size = (enum size)k;
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  x = cvx_alloc (in->n_runs, sizeof *x);
  y = cvx_alloc (in->n_runs, sizeof *y);
  if (x == NULL || y == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      for (size_t k = 0; k < in->n_runs; k++)
        {
          x[k] = size_of (in->runs[k], size);
          y[k] = in->runs[k]->elapsed;
        }
      add_line (fig, in->n_runs, x, y);
      plot_add (fig, 0, PLOT_POINTS, PLOT_MODEL, "runs", in->n_runs, x, y);
    }
  cvx_free (x);
  cvx_free (y);
  plot_set_labels (fig, 0, names[size], "seconds");
  fig->panel[0].x.log = fig->panel[0].y.log = true;
  return figure_finish (out, fig, status, err);
}
