/* dense.c -- LAPACK behind checks and fallbacks.

   LAPACK sees the transpose of a row-major matrix.  For symmetric matrices
   that is the same matrix with halves exchanged; A' = V S U' gives the
   singular vectors of A in the places wanted; only dgetrs is told to
   transpose.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/dense.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "linalg/threads.h"

enum
{
  SMALL = 256 /* eigenvalue problems of one thread */
};

static atomic_int failures_left;

void
cvx_dense_fail_next (int count)
{
  atomic_store (&failures_left, count);
}

/* INFO of a factorisation, or a failure that a test asked for.  */
static lapack_int
outcome (lapack_int info)
{
  if (atomic_load (&failures_left) > 0)
    {
      atomic_fetch_sub (&failures_left, 1);
      return 1;
    }
  return info;
}

/* M x N numbers at A fit and are finite; of a LOWER half only those up to the
   diagonal count.  */
static enum cvx_status
check (const double *a, size_t m, size_t n, bool lower, const char *what,
       struct cvx_error *err)
{
  if (m > INT_MAX || n > INT_MAX)
    return cvx_fail (err, CVX_E331,
                     "a matrix of %zu rows and %zu columns is too large for "
                     "LAPACK with 32-bit sizes",
                     m, n);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < (lower ? i + 1 : n); j++)
      if (!isfinite (a[i * n + j]))
        return cvx_fail (err, CVX_E333,
                         "%s: row %zu, column %zu of the matrix is %g", what,
                         i + 1, j + 1, a[i * n + j]);
  return CVX_OK;
}

static enum cvx_status
no_convergence (const char *what, struct cvx_error *err)
{
  return cvx_fail (err, CVX_E334, "%s did not converge", what);
}

static void
report_set (struct cvx_dense_report *report, double ridge, bool fallback)
{
  if (report != NULL)
    *report = (struct cvx_dense_report){ ridge, fallback };
}

/* Memory of the length that a workspace query gave.  */
static enum cvx_status
work_new (double **work, lapack_int *length, double wanted,
          struct cvx_error *err)
{
  if (!(wanted <= INT_MAX))
    return cvx_fail (err, CVX_E331,
                     "LAPACK needs a workspace of %.3g numbers, more than 32 "
                     "bits count",
                     wanted);
  *length = wanted < 1 ? 1 : (lapack_int)wanted;
  *work = cvx_alloc ((size_t)*length, sizeof **work);
  return *work == NULL ? cvx_fail_nomem (err, "factorising a matrix") : CVX_OK;
}

enum cvx_status
cvx_dense_cholesky (double *a, size_t n, struct cvx_dense_report *report,
                    struct cvx_error *err)
{
  enum cvx_status status = check (a, n, n, true, "Cholesky", err);
  double largest = 0, ridge = 0, *diagonal;
  lapack_int info = 0;
  report_set (report, 0, false);
  if (status != CVX_OK || n == 0)
    return status;
  diagonal = cvx_alloc (n, sizeof *diagonal);
  if (diagonal == NULL)
    return cvx_fail_nomem (err, "factorising a matrix");
  /* The upper half keeps a copy of the lower one for a second try.  */
  for (size_t i = 0; i < n; i++)
    {
      diagonal[i] = a[i * n + i];
      largest = fmax (largest, fabs (diagonal[i]));
      for (size_t j = 0; j < i; j++)
        a[j * n + i] = a[i * n + j];
    }
  for (int attempt = 0; attempt < 4; attempt++)
    {
      if (attempt > 0)
        {
          ridge
              = attempt == 1 ? (double)n * DBL_EPSILON * largest : 100 * ridge;
          for (size_t i = 0; i < n; i++)
            {
              a[i * n + i] = diagonal[i] + ridge;
              for (size_t j = 0; j < i; j++)
                a[i * n + j] = a[j * n + i];
            }
        }
      info = outcome (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'U',
                                           (lapack_int)n, a, (lapack_int)n));
      if (info == 0)
        break;
    }
  cvx_free (diagonal);
  report_set (report, ridge, ridge > 0);
  if (info != 0)
    return cvx_fail (err, CVX_E332,
                     "a matrix of size %zu is not positive definite, even "
                     "with %.1e added to its diagonal",
                     n, ridge);
  return CVX_OK;
}

void
cvx_dense_cholesky_solve (const double *l, size_t n, double *b)
{
  if (n == 0)
    return;
  cblas_dtrsv (CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit,
               (blasint)n, l, (blasint)n, b, 1);
  cblas_dtrsv (CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (blasint)n,
               l, (blasint)n, b, 1);
}

/* dsyevr, its vectors into Z.  */
static enum cvx_status
eigen_fast (double *a, lapack_int n, double *value, double *z,
            lapack_int *info, struct cvx_error *err)
{
  char job = z == NULL ? 'N' : 'V';
  double wanted, *work, dummy;
  lapack_int length, found, int_wanted, *integers;
  lapack_int *support
      = cvx_alloc (2 * (size_t)n, sizeof *support); /* not used further */
  enum cvx_status status;
  if (support == NULL)
    return cvx_fail_nomem (err, "factorising a matrix");
  LAPACKE_dsyevr_work (LAPACK_COL_MAJOR, job, 'A', 'U', n, a, n, 0, 0, 0, 0, 0,
                       &found, value, z == NULL ? &dummy : z, n, support,
                       &wanted, -1, &int_wanted, -1);
  integers = cvx_alloc ((size_t)int_wanted, sizeof *integers);
  status = work_new (&work, &length, wanted, err);
  if (status == CVX_OK && integers == NULL)
    {
      cvx_free (work);
      status = cvx_fail_nomem (err, "factorising a matrix");
    }
  if (status == CVX_OK)
    {
      *info = LAPACKE_dsyevr_work (LAPACK_COL_MAJOR, job, 'A', 'U', n, a, n, 0,
                                   0, 0, 0, 0, &found, value,
                                   z == NULL ? &dummy : z, n, support, work,
                                   length, integers, int_wanted);
      *info = outcome (*info == 0 && found < n ? 1 : *info);
      cvx_free (work);
    }
  cvx_free (integers);
  cvx_free (support);
  return status;
}

/* dsyev, its vectors into A.  */
static enum cvx_status
eigen_slow (double *a, lapack_int n, double *value, bool vectors,
            lapack_int *info, struct cvx_error *err)
{
  char job = vectors ? 'V' : 'N';
  double wanted, *work;
  lapack_int length;
  enum cvx_status status;
  LAPACKE_dsyev_work (LAPACK_COL_MAJOR, job, 'U', n, a, n, value, &wanted, -1);
  status = work_new (&work, &length, wanted, err);
  if (status != CVX_OK)
    return status;
  *info = outcome (LAPACKE_dsyev_work (LAPACK_COL_MAJOR, job, 'U', n, a, n,
                                       value, work, length));
  cvx_free (work);
  return CVX_OK;
}

enum cvx_status
cvx_dense_eigen_symmetric (double *a, size_t n, double *value, double *vector,
                           struct cvx_dense_report *report,
                           struct cvx_error *err)
{
  enum cvx_status status = check (a, n, n, true, "eigenvalues", err);
  lapack_int info = 0;
  double *copy;
  int before = 1;
  report_set (report, 0, false);
  if (status != CVX_OK || n == 0)
    return status;
  copy = cvx_copy (a, n * n, sizeof *a);
  if (copy == NULL)
    return cvx_fail_nomem (err, "factorising a matrix");
  /* Its matrix-vector products would wake threads at any size.  */
  if (n <= SMALL && !cvx_in_parallel ())
    before = cvx_blas_threads (1);
  status = eigen_fast (a, (lapack_int)n, value, vector, &info, err);
  if (status == CVX_OK && info != 0)
    {
      report_set (report, 0, true);
      status = eigen_slow (copy, (lapack_int)n, value, vector != NULL, &info,
                           err);
      if (status == CVX_OK && info != 0)
        status = no_convergence ("the eigenvalue computation", err);
      else if (status == CVX_OK && vector != NULL)
        memcpy (vector, copy, n * n * sizeof *copy);
    }
  if (before > 1)
    cvx_blas_threads (before);
  cvx_free (copy);
  return status;
}

/* A' = V S U' (n x m for LAPACK) by dgesdd, or by dgesvd where SLOW.  */
static enum cvx_status
svd_once (double *a, lapack_int m, lapack_int n, double *u, double *s,
          double *vt, bool slow, lapack_int *info, struct cvx_error *err)
{
  lapack_int k = m < n ? m : n, length, *integers = NULL;
  char job = u == NULL ? 'N' : 'S';
  double wanted, *work, dummy[1];
  enum cvx_status status;
  u = u == NULL ? dummy : u;
  vt = vt == NULL ? dummy : vt;
  if (slow)
    LAPACKE_dgesvd_work (LAPACK_COL_MAJOR, job, job, n, m, a, n, s, vt, n, u,
                         k, &wanted, -1);
  else
    {
      integers = cvx_alloc (8 * (size_t)k, sizeof *integers);
      if (integers == NULL)
        return cvx_fail_nomem (err, "factorising a matrix");
      LAPACKE_dgesdd_work (LAPACK_COL_MAJOR, job, n, m, a, n, s, vt, n, u, k,
                           &wanted, -1, integers);
    }
  status = work_new (&work, &length, wanted, err);
  if (status == CVX_OK)
    {
      *info = slow ? LAPACKE_dgesvd_work (LAPACK_COL_MAJOR, job, job, n, m, a,
                                          n, s, vt, n, u, k, work, length)
                   : LAPACKE_dgesdd_work (LAPACK_COL_MAJOR, job, n, m, a, n, s,
                                          vt, n, u, k, work, length, integers);
      *info = outcome (*info);
      cvx_free (work);
    }
  cvx_free (integers);
  return status;
}

enum cvx_status
cvx_dense_svd (double *a, size_t m, size_t n, double *u, double *s, double *vt,
               struct cvx_dense_report *report, struct cvx_error *err)
{
  enum cvx_status status = check (a, m, n, false, "singular values", err);
  lapack_int info = 0;
  double *copy;
  report_set (report, 0, false);
  if (status != CVX_OK || m == 0 || n == 0)
    return status;
  copy = cvx_copy (a, m * n, sizeof *a);
  if (copy == NULL)
    return cvx_fail_nomem (err, "factorising a matrix");
  status = svd_once (a, (lapack_int)m, (lapack_int)n, u, s, vt, false, &info,
                     err);
  if (status == CVX_OK && info != 0)
    {
      report_set (report, 0, true);
      status = svd_once (copy, (lapack_int)m, (lapack_int)n, u, s, vt, true,
                         &info, err);
      if (status == CVX_OK && info != 0)
        status = no_convergence ("the singular value decomposition", err);
    }
  cvx_free (copy);
  return status;
}

enum cvx_status
cvx_dense_solve (double *a, size_t n, double *b, struct cvx_error *err)
{
  enum cvx_status status = check (a, n, n, false, "linear system", err);
  lapack_int size = (lapack_int)n, *integers, *pivot, info;
  double *work, norm, rcond = 0;
  if (status == CVX_OK)
    status = check (b, n, 1, false, "right side of a linear system", err);
  if (status != CVX_OK || n == 0)
    return status;
  integers = cvx_alloc (2 * n, sizeof *integers);
  work = cvx_alloc (4 * n, sizeof *work);
  if (integers == NULL || work == NULL)
    {
      cvx_free (integers);
      cvx_free (work);
      return cvx_fail_nomem (err, "solving a linear system");
    }
  pivot = integers + n;
  norm
      = LAPACKE_dlange_work (LAPACK_COL_MAJOR, '1', size, size, a, size, work);
  info = outcome (
      LAPACKE_dgetrf_work (LAPACK_COL_MAJOR, size, size, a, size, pivot));
  if (info == 0)
    LAPACKE_dgecon_work (LAPACK_COL_MAJOR, '1', size, a, size, norm, &rcond,
                         work, integers);
  if (rcond < DBL_EPSILON)
    status = cvx_fail (err, CVX_E335,
                       "a linear system of %zu equations is singular "
                       "(reciprocal condition %.1e)",
                       n, rcond);
  else
    LAPACKE_dgetrs_work (LAPACK_COL_MAJOR, 'T', size, 1, a, size, pivot, b,
                         size);
  cvx_free (integers);
  cvx_free (work);
  return status;
}

enum cvx_status
cvx_dense_least_squares (double *a, size_t m, size_t n, double *b,
                         double rcond, double *x, size_t *rank,
                         struct cvx_error *err)
{
  size_t k = m < n ? m : n, found = 0, square;
  enum cvx_status status = check (b, m, 1, false, "least squares", err);
  double *u, *s, *vt;
  if (status != CVX_OK)
    return status;
  if (!cvx_mul (k, m > n ? m : n, &square))
    return cvx_fail_nomem (err, "solving least squares");
  u = cvx_alloc (square, sizeof *u);
  vt = cvx_alloc (square, sizeof *vt);
  s = cvx_alloc (k, sizeof *s);
  if (u == NULL || vt == NULL || s == NULL)
    status = cvx_fail_nomem (err, "solving least squares");
  else
    status = cvx_dense_svd (a, m, n, u, s, vt, NULL, err);
  if (status == CVX_OK)
    {
      memset (x, 0, n * sizeof *x);
      rcond = rcond < 0 ? DBL_EPSILON : rcond;
      while (found < k && s[found] > rcond * s[0])
        {
          double t = 0;
          for (size_t i = 0; i < m; i++)
            t += u[i * k + found] * b[i];
          t /= s[found];
          for (size_t j = 0; j < n; j++)
            x[j] += t * vt[found * n + j];
          found++;
        }
      if (rank != NULL)
        *rank = found;
    }
  cvx_free (u);
  cvx_free (vt);
  cvx_free (s);
  return status;
}
