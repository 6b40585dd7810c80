/* draw.h -- ways to draw gates; internal to src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_DRAW_H
#define CVX_ARRANGEMENT_DRAW_H

#include "arrangement/patterns.h"

/* Where gates come from.  */
struct cvxi_source
{
  const struct cvx_sampling *sampling;
  const double *x;    /* n x d */
  const double *base; /* n_base x d: gates to flip */
  const double *norm; /* n: |x_i| */
  double *value;      /* n, scratch: |x_i'u| */
  size_t n, d, n_base;
  size_t image[3]; /* of the features but the ones: rows, columns, channels */
  bool ones;       /* the last column is one number that is not 0 */
};

/* Gates FIRST .. FIRST + COUNT - 1 into U (count x d).  */
void cvxi_draw (const struct cvxi_source *source, double *u, size_t first,
                size_t count);

/* What cannot be drawn: CVX_INVALID (E621, E622).  Fills image and ones.  */
enum cvx_status cvxi_draw_check (struct cvxi_source *source,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
