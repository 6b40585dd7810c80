/* dense.h -- dense factorisations: LAPACK with checked sizes, numbers and
   outcomes.

   Matrices are row after row (C order) and overwritten where the parameter is
   not const.  Every function fails with CVX_LIMIT (E331) when a size or a
   workspace does not fit BLAS's 32 bits, CVX_NUMERIC (E333) when the input
   holds a number that is not finite (LAPACK might not return), CVX_NOMEM, and
   what it says itself.  Outputs are undefined after a failure.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_DENSE_H
#define CVX_LINALG_DENSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* What a function had to do beyond the usual; may be NULL where it is passed.
   A caller shows it as a warning.  */
struct cvx_dense_report
{
  double ridge;  /* was added to the diagonal, 0: nothing */
  bool fallback; /* the fast method failed, the slow one worked */
};

/* A (n x n, lower half read) = L L'; L replaces the lower half.  When rounding
   has taken definiteness away, a ridge of n eps ||diagonal||_inf, then 100 and
   10000 times that, is tried; after the third CVX_NUMERIC (E332).  */
enum cvx_status cvx_dense_cholesky (double *a, size_t n,
                                    struct cvx_dense_report *report,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* B (n, one right side) = (L L')^{-1} B.  No allocation; n as in the call
   that made L.  */
void cvx_dense_cholesky_solve (const double *l, size_t n, double *b);

/* A (n x n, symmetric, lower half read; destroyed): VALUE, n ascending, and
   rows of VECTOR (n x n), the unit vector of each; VECTOR may be NULL.
   dsyevr, then dsyev; CVX_NUMERIC (E334) when neither converges.  */
enum cvx_status
cvx_dense_eigen_symmetric (double *a, size_t n, double *value, double *vector,
                           struct cvx_dense_report *report,
                           struct cvx_error *err) CVX_MUST_CHECK;

/* A (m x n, destroyed) = U diag (s) VT with k = min (m, n): U m x k, S k
   falling, VT k x n; U and VT both or neither NULL.  dgesdd, then dgesvd;
   CVX_NUMERIC (E334) when neither converges.  */
enum cvx_status cvx_dense_svd (double *a, size_t m, size_t n, double *u,
                               double *s, double *vt,
                               struct cvx_dense_report *report,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* B (n) = A^{-1} B for a general A (n x n, destroyed).  CVX_NUMERIC (E335)
   when A is singular to working precision (reciprocal condition below eps). */
enum cvx_status cvx_dense_solve (double *a, size_t n, double *b,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* X (n) of least norm that minimises ||A X - B||, A m x n and B (m) destroyed.
   Singular values below RCOND times the largest count as 0 (negative: eps);
   RANK may be NULL.  CVX_NUMERIC (E334) without convergence.  */
enum cvx_status cvx_dense_least_squares (double *a, size_t m, size_t n,
                                         double *b, double rcond, double *x,
                                         size_t *rank,
                                         struct cvx_error *err) CVX_MUST_CHECK;

/* For tests: the next COUNT factorisations fail as if by rounding.  */
void cvx_dense_fail_next (int count);

#endif
