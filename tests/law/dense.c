/* Laws of the dense factorisations.  */

#include "support.h"

#include <float.h>
#include <limits.h>
#include <string.h>

#include "linalg/dense.h"

enum
{
  N = 13
};

static void
fill (uint64_t seed, size_t count, double *p)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, seed, 6);
  for (size_t i = 0; i < count; i++)
    p[i] = cvx_rng_normal (&rng);
}

/* C (m x n) = A (m x k) B (k x n).  */
static void
product (size_t m, size_t k, size_t n, const double *a, const double *b,
         double *c)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++)
      {
        c[i * n + j] = 0;
        for (size_t l = 0; l < k; l++)
          c[i * n + j] += a[i * k + l] * b[l * n + j];
      }
}

static void
transpose (size_t m, size_t n, const double *a, double *t)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++)
      t[j * m + i] = a[i * n + j];
}

static void
check_close (size_t n, const double *a, const double *b, double tol)
{
  for (size_t i = 0; i < n; i++)
    ck_assert_msg (fabs (a[i] - b[i]) <= tol, "number %zu: %g and %g", i, a[i],
                   b[i]);
}

/* A = B B' of rank K, with rubbish in the upper half where UPPER.  */
static void
gram (double *a, size_t k, bool upper)
{
  double b[N * N], bt[N * N];
  fill (k, N * k, b);
  transpose (N, k, b, bt);
  product (N, k, N, b, bt, a);
  for (size_t i = 0; upper && i < N; i++)
    for (size_t j = i + 1; j < N; j++)
      a[i * N + j] = NAN;
}

START_TEST (cholesky_gives_back_the_matrix)
{
  double a[N * N], l[N * N], lt[N * N], back[N * N], x[N], b[N];
  struct cvx_dense_report report;
  struct cvx_error err;
  gram (a, N, false);
  gram (l, N, true); /* the upper half is not read */
  ck_assert_ok (cvx_dense_cholesky (l, N, &report, &err), err);
  ck_assert (report.ridge == 0 && !report.fallback);
  fill (7, N, x);
  product (N, N, 1, a, x, b);
  cvx_dense_cholesky_solve (l, N, b);
  check_close (N, b, x, 1e-9);
  for (size_t i = 0; i < N; i++)
    for (size_t j = i + 1; j < N; j++)
      l[i * N + j] = 0;
  transpose (N, N, l, lt);
  product (N, N, N, l, lt, back);
  check_close (N * N, back, a, 1e-13);
}
END_TEST

START_TEST (cholesky_adds_a_ridge_only_when_it_must)
{
  double a[N * N];
  struct cvx_dense_report report;
  struct cvx_error err;
  gram (a, N - 3, true); /* semidefinite */
  ck_assert_ok (cvx_dense_cholesky (a, N, &report, &err), err);
  ck_assert (report.ridge >= 0 && report.ridge < 1e-8);
  gram (a, N, true);
  cvx_dense_fail_next (2);
  ck_assert_ok (cvx_dense_cholesky (a, N, &report, &err), err);
  ck_assert (report.ridge > 0 && report.fallback);
  gram (a, N, true);
  a[3 * N + 3] = -1;
  ck_assert_int_eq (cvx_dense_cholesky (a, N, &report, &err), CVX_NUMERIC);
  ck_assert_int_eq (err.id, CVX_E332);
}
END_TEST

START_TEST (eigenvectors_diagonalise)
{
  for (int fail = 0; fail < 2; fail++)
    {
      double a[N * N], copy[N * N], value[N], v[N * N], vt[N * N];
      double d[N * N] = { 0 }, t[N * N], back[N * N], only[N];
      struct cvx_dense_report report;
      struct cvx_error err;
      gram (a, N - 2, true);
      memcpy (copy, a, sizeof a);
      cvx_dense_fail_next (fail);
      ck_assert_ok (
          cvx_dense_eigen_symmetric (copy, N, value, v, &report, &err), err);
      ck_assert_int_eq (report.fallback, fail);
      for (size_t k = 0; k < N; k++)
        {
          d[k * N + k] = value[k];
          ck_assert (k == 0 || value[k] >= value[k - 1]);
        }
      ck_assert (fabs (value[1]) < 1e-13 && value[2] > 1e-8);
      transpose (N, N, v, vt); /* A = V' diag V with vectors in rows */
      product (N, N, N, vt, d, t);
      product (N, N, N, t, v, back);
      gram (a, N - 2, false);
      check_close (N * N, back, a, 1e-12);
      ck_assert_ok (cvx_dense_eigen_symmetric (a, N, only, NULL, NULL, &err),
                    err);
      check_close (N, only, value, 1e-12);
    }
}
END_TEST

START_TEST (singular_vectors_give_back_the_matrix)
{
  static const size_t sizes[][2] = { { 5, 9 }, { 9, 5 }, { 7, 7 }, { 1, 4 } };
  for (size_t q = 0; q < 4; q++)
    for (int fail = 0; fail < 2; fail++)
      {
        size_t m = sizes[q][0], n = sizes[q][1], k = m < n ? m : n;
        double a[81], copy[81], u[81], s[9], vt[81], back[81], only[9];
        struct cvx_dense_report report;
        struct cvx_error err;
        fill (q, m * n, a);
        memcpy (copy, a, sizeof a);
        cvx_dense_fail_next (fail);
        ck_assert_ok (cvx_dense_svd (copy, m, n, u, s, vt, &report, &err),
                      err);
        ck_assert_int_eq (report.fallback, fail);
        for (size_t i = 0; i < m; i++)
          for (size_t j = 0; j < k; j++)
            u[i * k + j] *= s[j];
        product (m, k, n, u, vt, back);
        check_close (m * n, back, a, 1e-13);
        for (size_t j = 1; j < k; j++)
          ck_assert (s[j] <= s[j - 1] && s[j] >= 0);
        ck_assert_ok (cvx_dense_svd (a, m, n, NULL, only, NULL, NULL, &err),
                      err);
        check_close (k, only, s, 1e-13);
      }
}
END_TEST

START_TEST (systems_are_solved_or_called_singular)
{
  double a[N * N], copy[N * N], x[N], b[N];
  struct cvx_error err;
  fill (1, N * N, a);
  fill (2, N, x);
  product (N, N, 1, a, x, b);
  memcpy (copy, a, sizeof a);
  ck_assert_ok (cvx_dense_solve (copy, N, b, &err), err);
  check_close (N, b, x, 1e-11);
  for (size_t j = 0; j < N; j++)
    a[2 * N + j] = a[5 * N + j] - 2 * a[N + j];
  ck_assert_int_eq (cvx_dense_solve (a, N, b, &err), CVX_NUMERIC);
  ck_assert_int_eq (err.id, CVX_E335);
}
END_TEST

/* Normal equations hold and x is a combination of the rows.  */
START_TEST (least_squares_of_least_norm)
{
  double a[8 * 6], copy[8 * 6], at[6 * 8], b[8], f[8], g[6], x[6], z[6];
  double c[8];
  size_t rank;
  struct cvx_error err;
  fill (3, 48, a);
  fill (4, 8, b);
  for (size_t i = 0; i < 8; i++)
    a[i * 6 + 5] = a[i * 6] + a[i * 6 + 1]; /* (1, 1, 0, 0, 0, -1) is null */
  memcpy (copy, a, sizeof a);
  memcpy (c, b, sizeof b);
  ck_assert_ok (cvx_dense_least_squares (copy, 8, 6, c, 1e-12, x, &rank, &err),
                err);
  ck_assert_uint_eq (rank, 5);
  product (8, 6, 1, a, x, f);
  for (size_t i = 0; i < 8; i++)
    f[i] -= b[i];
  transpose (8, 6, a, at);
  product (6, 8, 1, at, f, g);
  memset (z, 0, sizeof z);
  check_close (6, g, z, 1e-13);
  ck_assert (fabs (x[0] + x[1] - x[5]) < 1e-13);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  double a[4] = { 1, 0, 0, NAN }, b[2] = { 1, INFINITY }, s[2], v[4];
  double one[4] = { 1, 0, 0, 1 };
  struct cvx_error err;
  ck_assert_int_eq (cvx_dense_cholesky (a, 2, NULL, &err), CVX_NUMERIC);
  ck_assert_int_eq (err.id, CVX_E333);
  ck_assert_ptr_nonnull (strstr (err.text, "row 2, column 2"));
  ck_assert_int_eq (cvx_dense_eigen_symmetric (a, 2, s, v, NULL, &err),
                    CVX_NUMERIC);
  ck_assert_int_eq (cvx_dense_svd (a, 2, 2, NULL, s, NULL, NULL, &err),
                    CVX_NUMERIC);
  ck_assert_int_eq (cvx_dense_solve (one, 2, b, &err), CVX_NUMERIC);
  ck_assert_int_eq (err.id, CVX_E333);
  ck_assert_int_eq (
      cvx_dense_svd (a, (size_t)INT_MAX + 1, 1, NULL, s, NULL, NULL, &err),
      CVX_LIMIT);
  ck_assert_int_eq (err.id, CVX_E331);
  cvx_dense_fail_next (2);
  ck_assert_int_eq (cvx_dense_svd (one, 2, 2, NULL, s, NULL, NULL, &err),
                    CVX_NUMERIC);
  ck_assert_int_eq (err.id, CVX_E334);
}
END_TEST

static enum cvx_status
every_function (struct cvx_error *err)
{
  double a[N * N], v[N * N], w[N], b[N];
  enum cvx_status status;
  gram (a, N, false);
  status = cvx_dense_cholesky (a, N, NULL, err);
  if (status != CVX_OK)
    return status;
  gram (a, N, false);
  cvx_dense_fail_next (1);
  status = cvx_dense_eigen_symmetric (a, N, w, v, NULL, err);
  cvx_dense_fail_next (0);
  if (status != CVX_OK)
    return status;
  fill (1, N * N, a);
  fill (2, N, b);
  cvx_dense_fail_next (1);
  status = cvx_dense_least_squares (a, N, N, b, -1, w, NULL, err);
  cvx_dense_fail_next (0);
  if (status != CVX_OK)
    return status;
  fill (1, N * N, a);
  return cvx_dense_solve (a, N, b, err);
}

START_TEST (every_failed_allocation_is_reported)
{
  struct cvx_error err;
  size_t k = 0;
  enum cvx_status status;
  do
    {
      cvx_alloc_fail_at (++k, false);
      status = every_function (&err);
      cvx_alloc_fail_at (0, false);
      ck_assert (status == CVX_OK || status == CVX_NOMEM);
      ck_assert_uint_eq (cvx_alloc_live (), 0);
    }
  while (status != CVX_OK);
  ck_assert_uint_gt (k, 10);
}
END_TEST

TEST_MAIN ("dense", cholesky_gives_back_the_matrix,
           cholesky_adds_a_ridge_only_when_it_must, eigenvectors_diagonalise,
           singular_vectors_give_back_the_matrix,
           systems_are_solved_or_called_singular, least_squares_of_least_norm,
           bad_input_is_refused, every_failed_allocation_is_reported)
