/* sum.h -- sums with compensation (Neumaier 1974).

   The error is of the order of one rounding of the result plus eps^2 times
   the sum of absolute values, whatever the number of terms; objectives and
   bounds are summed so, because their difference is what is certified.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_SUM_H
#define CVX_BASE_SUM_H

#include <math.h>

struct cvx_sum
{
  double sum, rest;
};

#define CVX_SUM_INIT                                                          \
  {                                                                           \
    0, 0                                                                      \
  }

static inline void
cvx_sum_add (struct cvx_sum *s, double term)
{
  double t = s->sum + term;
  if (fabs (s->sum) >= fabs (term))
    s->rest += (s->sum - t) + term;
  else
    s->rest += (term - t) + s->sum;
  s->sum = t;
}

/* An infinite sum has an undefined rest.  */
static inline double
cvx_sum_value (const struct cvx_sum *s)
{
  return isfinite (s->sum) ? s->sum + s->rest : s->sum;
}

#endif
