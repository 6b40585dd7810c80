/* sum.c -- compensated sums.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/sum.h"

#include <math.h>

/* Knuth: high + x = sum + error exactly.  An overflow must stay infinite, not
   become nan through inf - inf.  */
void
cvx_sum2_add (struct cvx_sum2 *s, double x)
{
  double sum = s->high + x, part = sum - s->high;
  double error = (s->high - (sum - part)) + (x - part);
  s->high = sum;
  if (isfinite (sum))
    s->low += error;
}

void
cvx_sum2_add_product (struct cvx_sum2 *s, double x, double y)
{
  double product = x * y, error = fma (x, y, -product);
  cvx_sum2_add (s, product);
  if (isfinite (product))
    s->low += error;
}

double
cvx_sum2_value (const struct cvx_sum2 *s)
{
  return isfinite (s->high) ? s->high + s->low : s->high;
}

double
cvx_sum (size_t n, const double *x)
{
  struct cvx_sum2 s = { 0, 0 };
  for (size_t i = 0; i < n; i++)
    cvx_sum2_add (&s, x[i]);
  return cvx_sum2_value (&s);
}

double
cvx_dot2 (size_t n, const double *x, const double *y)
{
  struct cvx_sum2 s = { 0, 0 };
  for (size_t i = 0; i < n; i++)
    cvx_sum2_add_product (&s, x[i], y[i]);
  return cvx_sum2_value (&s);
}
