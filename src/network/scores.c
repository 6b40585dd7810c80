/* scores.c -- how good predictions are.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>

#include "linalg/sum.h"
#include "network/network.h"

enum
{
  MAX_LABELS = 64 /* more values than this are rounded to whole numbers */
};

/* The values that occur in Y, at most MAX_LABELS; the number of them, or
   MAX_LABELS + 1.  */
static size_t
find_labels (const double *y, size_t n, double *label)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    {
      size_t k = 0;
      while (k < count && label[k] != y[i])
        k++;
      if (k == count && count == MAX_LABELS)
        return MAX_LABELS + 1;
      if (k == count)
        label[count++] = y[i];
    }
  return count;
}

/* True when no label is nearer to F than Y is; halfway the larger wins, so
   that 0 between -1 and 1 counts as 1.  */
static bool
nearest (double f, double y, const double *label, size_t n_labels)
{
  double off = fabs (f - y);
  if (!(off < HUGE_VAL))
    return false;
  if (n_labels > MAX_LABELS)
    return off < 0.5;
  for (size_t k = 0; k < n_labels; k++)
    {
      double other = fabs (f - label[k]);
      if (other < off || (other == off && label[k] > y))
        return false;
    }
  return true;
}

/* True when the largest of the C outputs is where Y is largest.  */
static bool
largest (const double *f, const double *y, size_t c)
{
  size_t at_f = 0, at_y = 0;
  for (size_t k = 1; k < c; k++)
    {
      at_f = f[k] > f[at_f] ? k : at_f;
      at_y = y[k] > y[at_y] ? k : at_y;
    }
  return at_f == at_y && isfinite (f[at_f]);
}

/* sum (y - mean)^2 over all outputs, each with its own mean.  */
static double
variation (const double *y, size_t n, size_t c)
{
  struct cvx_sum2 sum = { 0, 0 };
  for (size_t k = 0; k < c; k++)
    {
      struct cvx_sum2 mean = { 0, 0 };
      double m;
      for (size_t i = 0; i < n; i++)
        cvx_sum2_add (&mean, y[i * c + k]);
      m = cvx_sum2_value (&mean) / (double)n;
      for (size_t i = 0; i < n; i++)
        cvx_sum2_add_product (&sum, y[i * c + k] - m, y[i * c + k] - m);
    }
  return cvx_sum2_value (&sum);
}

void
cvx_scores_compute (const double *f, const double *y, size_t n,
                    size_t n_outputs, bool labels, struct cvx_scores *out)
{
  struct cvx_sum2 squares = { 0, 0 }, absolute = { 0, 0 };
  double count = (double)n * (double)n_outputs, total, label[MAX_LABELS];
  size_t n_labels = 0;
  if (labels && n_outputs == 1)
    n_labels = find_labels (y, n, label);
  *out = (struct cvx_scores){ .n = n };
  for (size_t i = 0; i < n * n_outputs; i++)
    {
      double e = f[i] - y[i];
      cvx_sum2_add_product (&squares, e, e);
      cvx_sum2_add (&absolute, fabs (e));
    }
  for (size_t i = 0; labels && i < n; i++)
    out->n_right += n_outputs == 1 ? nearest (f[i], y[i], label, n_labels)
                                   : largest (f + i * n_outputs,
                                              y + i * n_outputs, n_outputs);
  total = variation (y, n, n_outputs);
  out->mse = cvx_sum2_value (&squares) / count; /* nan without rows */
  out->mae = cvx_sum2_value (&absolute) / count;
  out->r2 = total > 0 ? 1 - cvx_sum2_value (&squares) / total : NAN;
  out->accuracy = labels ? (double)out->n_right / (double)n : NAN;
}
