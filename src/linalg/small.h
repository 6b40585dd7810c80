/* small.h -- factors of matrices of a few rows (internal).

   For dimensions where a call of LAPACK costs more than the work.  Matrices
   are row after row; nothing here fails but by its return value.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_SMALL_H
#define CVX_LINALG_SMALL_H

#include <stdbool.h>
#include <stddef.h>

/* A (d x d, lower half) = L L' in place; false when A is not positive.  */
bool cvxi_small_cholesky (double *a, size_t d);

/* V = L^{-1} V and V = L^{-T} V; L lower, its diagonal of any sign.  */
void cvxi_small_lower (const double *l, size_t d, double *v);
void cvxi_small_upper (const double *l, size_t d, double *v);

/* L (d x d, lower half) with A'A = L L' from A (m x d, destroyed), m >= d, by
   Householder reflections.  A'A is never formed: rows of very different sizes
   keep their digits, the more so the larger ones come first (Cox and Higham,
   Numer. Math. 78 (1998)).  The diagonal of L may be 0.  */
void cvxi_small_gram (double *a, size_t m, size_t d, double *l);

#endif
