/* sum.h -- sums as if computed with twice the digits.

   T. Ogita, S. M. Rump and S. Oishi, Accurate Sum and Dot Product (2005),
   algorithms Sum2 and Dot2: the error is eps |sum| + n^2 eps^2 sum |terms|.
   Objectives are summed so, because gaps are differences of objectives.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_SUM_H
#define CVX_LINALG_SUM_H

#include <stddef.h>

/* A sum in two parts.  Start from {0, 0}; the value is high + low.  */
struct cvx_sum2
{
  double high, low;
};

/* S += X, and S += X Y.  */
void cvx_sum2_add (struct cvx_sum2 *s, double x);
void cvx_sum2_add_product (struct cvx_sum2 *s, double x, double y);
double cvx_sum2_value (const struct cvx_sum2 *s);

/* x_1 + ... + x_n.  */
double cvx_sum (size_t n, const double *x);

/* x_1 y_1 + ... + x_n y_n.  */
double cvx_dot2 (size_t n, const double *x, const double *y);

#endif
