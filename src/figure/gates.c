/* gates.c -- on how many samples how many patterns are active.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

enum
{
  BINS = 40
};

static enum cvx_status
add_counts (struct plot_figure *fig, const struct cvx_patterns *p,
            struct cvx_error *err)
{
  size_t m = p->n_patterns, bins;
  double lo = (double)m, hi = 0;
  double *count = cvx_calloc (p->n_samples, sizeof *count);
  double x[BINS], y[BINS];
  if (count == NULL)
    return cvx_fail_nomem (err, "making a figure");
  for (size_t g = 0; g < m; g++)
    for (size_t i = 0; i < p->n_samples; i++)
      count[i] += cvx_pattern_bit (p->bits + g * p->n_words, i);
  for (size_t i = 0; i < p->n_samples; i++)
    {
      lo = fmin (lo, count[i]);
      hi = fmax (hi, count[i]);
    }
  bins = (size_t)fmin (hi - lo + 1, BINS);
  figure_histogram (p->n_samples, count, lo - 0.5, hi + 0.5, bins, x, y);
  for (size_t k = 0; k < bins; k++)
    y[k] *= (double)p->n_samples;
  plot_add (fig, 0, PLOT_BARS, PLOT_TRAIN, NULL, bins, x, y);
  plot_set_range (&fig->panel[0].x, lo - 0.6, hi + 0.6);
  cvx_free (count);
  return CVX_OK;
}

enum cvx_status
figure_gates (struct plot_figure **out, const struct figure_input *in,
              struct cvx_error *err)
{
  const struct cvx_patterns *p = figure_patterns_of (in);
  struct plot_figure *fig;
  char words[80];
  enum cvx_status status;
  if (p == NULL)
    return figure_lacks ("gates", "patterns", "patterns sample n=50", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  status = add_counts (fig, p, err);
  snprintf (words, sizeof words, "active patterns of %zu", p->n_patterns);
  plot_set_labels (fig, 0, words, "samples");
  fig->panel[0].x.integer = true;
  return figure_finish (out, fig, status, err);
}
