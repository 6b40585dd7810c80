/* ustep.c -- the linear systems of alternating directions.

     (I + k K) q = t,   K = A M^{-1} A',   n x n, the same for all outputs

   By the number of samples n:

   - eigenvectors, K = V L V': 9 n^3 flops once, and every k is served;
   - a Cholesky factor of I + k K, n^3 / 3 flops for every new k, in panels so
     that an interrupt waits for one of them only.  K and the factor share an
     array of n (n + 1): the one above its diagonal, the other below;
   - conjugate gradients, a product with A and A' an iteration and no n x n
     matrix, for all outputs at once, with the preconditioner of Frangella,
     Tropp and Udell (SIAM J. Matrix Anal. Appl. 44 (2023), algorithms 2.1 and
     5.1): from the sketch Y = K O of a random orthonormal O (n x r),

       nu = sqrt (n) eps ||Y||,  Z = Y + nu O,  C C' = O'Z,
       Z C'^{-1} = U S W',  L = (S^2 - nu)_+,    K ~ U L U'
       P^{-1} = (1 + k L_r) U (I + k L)^{-1} U' + (I - U U')

     The sketch is that of K and serves every k.  Zhao, Frangella and Udell
     (NysADMM, ICML 2022) solve such steps to tolerances that have a finite
     sum, which keeps alternating directions convergent.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/ustep.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/dense.h"
#include "linalg/threads.h"

enum
{
  EIGEN_MAX = 1200, /* samples: below a second, which nobody interrupts */
  EXACT_MAX = 6000, /* n^2 doubles and n^3 / 3 flops for every rho */
  PANEL = 256,
  RANK = 100, /* of the sketch */
  MAX_CG = 400
};

struct cvxi_ustep
{
  enum cvxi_ustep_kind kind;
  size_t n, c, rank;
  bool ready;
  double norm;
  double *matrix;  /* n x n: eigenvectors; n x (n + 1): K and the factor */
  double *value;   /* eigenvalues, of K or of its sketch, rising or falling */
  double factored; /* the k of the factor; 0: none */
  double *u;       /* n x rank: row after row */
  double *z, *p, *kp, *small, *rz, *scale; /* of conjugate gradients */
};

enum cvxi_ustep_kind
cvxi_ustep_choose (const struct cvx_formulation *f,
                   const struct cvx_settings *settings)
{
  if (settings->ustep == 2
      || (settings->ustep == 0 && f->n_samples > EXACT_MAX))
    return CVXI_USTEP_CG;
  return f->n_samples > EIGEN_MAX ? CVXI_USTEP_CHOLESKY : CVXI_USTEP_EIGEN;
}

static size_t
rank_of (size_t n, size_t rank)
{
  rank = rank == 0 ? RANK : rank;
  return rank < n ? rank : n;
}

/* Doubles in the matrix and in the vectors.  */
static void
sizes (size_t n, size_t c, enum cvxi_ustep_kind kind, size_t rank,
       size_t *rows, size_t *vectors)
{
  *rows = kind == CVXI_USTEP_EIGEN      ? n
          : kind == CVXI_USTEP_CHOLESKY ? n + 1
                                        : rank;
  *vectors = kind == CVXI_USTEP_CG ? 3 * n * c + rank * (c + 1) + 2 * c : n;
}

double
cvxi_ustep_bytes (size_t n, size_t c, enum cvxi_ustep_kind kind, size_t rank)
{
  size_t rows, vectors;
  rank = rank_of (n, rank);
  sizes (n, c, kind, rank, &rows, &vectors);
  /* Work of dsyevd; the sketch before and after its decomposition.  */
  return 8
         * ((double)rows * (double)n
                * (kind == CVXI_USTEP_EIGEN ? 3
                   : kind == CVXI_USTEP_CG  ? 3
                                            : 1)
            + (double)vectors);
}

enum cvx_status
cvxi_ustep_new (struct cvxi_ustep **out, const struct cvx_formulation *f,
                enum cvxi_ustep_kind kind, size_t rank, struct cvx_error *err)
{
  struct cvxi_ustep *u = cvx_calloc (1, sizeof *u);
  size_t n = f->n_samples, c = f->n_outputs, rows, vectors;
  double *v;
  *out = NULL;
  if (u == NULL)
    return cvx_fail_nomem (err, "starting admm");
  u->kind = kind;
  u->n = n;
  u->c = c;
  u->rank = rank_of (n, rank);
  sizes (n, c, kind, u->rank, &rows, &vectors);
  u->matrix = cvx_alloc (rows, n * sizeof *u->matrix);
  u->value = v = cvx_alloc (vectors, sizeof *v);
  if (u->matrix == NULL || v == NULL)
    {
      cvxi_ustep_free (u);
      return cvx_fail_nomem (err, "making the matrix of admm");
    }
  if (kind == CVXI_USTEP_CG)
    {
      u->u = u->matrix;
      u->small = v + u->rank;
      u->rz = u->small + u->rank * c;
      u->scale = u->rz + c;
      u->z = u->scale + c;
      u->p = u->z + n * c;
      u->kp = u->p + n * c;
    }
  *out = u;
  return CVX_OK;
}

void
cvxi_ustep_free (struct cvxi_ustep *u)
{
  if (u == NULL)
    return;
  cvx_free (u->matrix);
  cvx_free (u->value);
  cvx_free (u);
}

bool
cvxi_ustep_long (const struct cvxi_ustep *u)
{
  return u->kind != CVXI_USTEP_EIGEN;
}

double
cvxi_ustep_norm (const struct cvxi_ustep *u)
{
  return u->norm;
}

/* ------------------------------------------------------------ eigenvectors */

/* dsyevd by divide and conquer; should it not converge, dsyev by QR.  */
static enum cvx_status
decompose (struct cvxi_ustep *u, const struct cvx_formulation *f,
           struct cvx_progress *progress, struct cvx_error *err)
{
  lapack_int n = (lapack_int)u->n, info, n_iwork;
  double n_work, *work;
  lapack_int *iwork;
  enum cvx_status st = f->class->gram (f, u->matrix, progress);
  if (st != CVX_OK)
    return st;
  info = LAPACKE_dsyevd_work (LAPACK_COL_MAJOR, 'V', 'L', n, u->matrix, n,
                              u->value, &n_work, -1, &n_iwork, -1);
  if (info != 0)
    return cvx_fail (err, CVX_E365,
                     "the eigendecomposition of a %d x %d matrix cannot be "
                     "started",
                     (int)n, (int)n);
  work = cvx_alloc ((size_t)n_work, sizeof *work);
  iwork = cvx_alloc ((size_t)n_iwork, sizeof *iwork);
  if (work == NULL || iwork == NULL)
    {
      cvx_free (work);
      cvx_free (iwork);
      return cvx_fail_nomem (err, "decomposing the matrix of admm");
    }
  info = LAPACKE_dsyevd_work (LAPACK_COL_MAJOR, 'V', 'L', n, u->matrix, n,
                              u->value, work, (lapack_int)n_work, iwork,
                              n_iwork);
  if (info > 0)
    {
      st = f->class->gram (f, u->matrix, progress);
      if (st == CVX_OK)
        info = LAPACKE_dsyev_work (LAPACK_COL_MAJOR, 'V', 'L', n, u->matrix, n,
                                   u->value, work, (lapack_int)n_work);
    }
  cvx_free (work);
  cvx_free (iwork);
  if (st == CVX_OK && info != 0)
    return cvx_fail (err, CVX_E365,
                     "the eigendecomposition of a %d x %d matrix failed",
                     (int)n, (int)n);
  for (lapack_int i = 0; i < n; i++)
    u->value[i] = fmax (u->value[i], 0);
  u->norm = u->value[n - 1];
  return st;
}

/* OUT = V'IN or V IN for the vectors of all outputs, side by side.  */
static void
rotate (const struct cvxi_ustep *u, bool transposed, const double *in,
        double *out)
{
  int n = (int)u->n, c = (int)u->c;
  if (c == 1)
    cblas_dgemv (CblasColMajor, transposed ? CblasTrans : CblasNoTrans, n, n,
                 1, u->matrix, n, in, 1, 0, out, 1);
  else
    cblas_dgemm (CblasColMajor, CblasNoTrans,
                 transposed ? CblasNoTrans : CblasTrans, c, n, n, 1, in, c,
                 u->matrix, n, 0, out, c);
}

/* ---------------------------------------------------------------- Cholesky */

/* The largest eigenvalue of K by power iteration, from below.  */
static double
power (struct cvxi_ustep *u)
{
  blasint n = (blasint)u->n;
  double *x = u->value, norm = 0;
  for (size_t i = 0; i < u->n; i++)
    x[i] = 1 + 0.5 * cos ((double)i);
  for (int k = 0; k < 20; k++)
    {
      double length = cblas_dnrm2 (n, x, 1);
      if (!(length > 0))
        return 0;
      cblas_dscal (n, 1 / length, x, 1);
      norm = length;
      /* Column 0 of the array is not part of K.  */
      cblas_dcopy (n, x, 1, u->matrix, n + 1);
      cblas_dsymv (CblasRowMajor, CblasUpper, n, 1, u->matrix + 1, n + 1,
                   u->matrix, n + 1, 0, x, 1);
    }
  return fmax (norm, cblas_dnrm2 (n, x, 1));
}

static enum cvx_status
spread (struct cvxi_ustep *u, const struct cvx_formulation *f,
        struct cvx_progress *progress)
{
  size_t n = u->n;
  enum cvx_status st = f->class->gram (f, u->matrix, progress);
  if (st != CVX_OK)
    return st;
  for (size_t i = n; i-- > 0;)
    memmove (u->matrix + i * (n + 1) + 1, u->matrix + i * n,
             n * sizeof *u->matrix);
  u->norm = power (u);
  return CVX_OK;
}

/* L L' = (1 + RIDGE) I + k K, panel after panel.  *DEFINITE is false when it
   is not.  */
static enum cvx_status
panels (struct cvxi_ustep *u, double k, double ridge, bool *definite,
        struct cvx_progress *progress)
{
  size_t n = u->n, ld = n + 1;
  double *l = u->matrix;
  *definite = true;
  for (size_t first = 0; first < n; first += PANEL)
    {
      size_t width = n - first < PANEL ? n - first : PANEL;
      size_t below = n - first - width;
      double *diagonal = l + first * ld + first;
      double *under = diagonal + width * ld;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = first; i < n; i++)
        for (size_t j = first; j < first + width && j <= i; j++)
          l[i * ld + j] = k * l[j * ld + i + 1] + (i == j ? 1 + ridge : 0);
      if (first > 0)
        {
          cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (blasint)width,
                       (blasint)first, -1, l + first * ld, (blasint)ld, 1,
                       diagonal, (blasint)ld);
          cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)below,
                       (blasint)width, (blasint)first, -1,
                       l + (first + width) * ld, (blasint)ld, l + first * ld,
                       (blasint)ld, 1, under, (blasint)ld);
        }
      /* Row-major lower is column-major upper.  */
      if (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'U', (lapack_int)width,
                               diagonal, (lapack_int)ld)
          != 0)
        {
          *definite = false;
          return CVX_OK;
        }
      cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasTrans,
                   CblasNonUnit, (blasint)below, (blasint)width, 1, diagonal,
                   (blasint)ld, under, (blasint)ld);
    }
  return CVX_OK;
}

static enum cvx_status
factor (struct cvxi_ustep *u, double k, struct cvx_progress *progress,
        struct cvx_error *err)
{
  bool definite = false;
  double ridge = 0;
  if (u->factored == k)
    return CVX_OK;
  u->factored = 0;
  for (int tries = 0; tries < 4; tries++)
    {
      enum cvx_status st = panels (u, k, ridge, &definite, progress);
      if (st != CVX_OK)
        return st;
      if (definite)
        break;
      /* Rounding of k K has taken the identity away.  */
      ridge = tries == 0 ? (double)u->n * DBL_EPSILON * (1 + k * u->norm)
                         : 100 * ridge;
    }
  if (!definite)
    return cvx_fail (err, CVX_E374,
                     "the %zu x %zu matrix of admm is not positive definite "
                     "at this rho",
                     u->n, u->n);
  u->factored = k;
  return CVX_OK;
}

/* ------------------------------------------------------ conjugate gradients
 */

/* OUT = K IN.  */
static enum cvx_status
product (const struct cvx_formulation *f, const double *in, double *out,
         double *work, struct cvx_progress *progress)
{
  enum cvx_status st = f->class->adjoint (f, in, work, progress);
  if (st != CVX_OK)
    return st;
  f->class->solve_m (f, work, work);
  return f->class->apply (f, work, out, progress);
}

/* Y (n x r) = K O, C columns at a time.  */
static enum cvx_status
sketch (struct cvxi_ustep *u, const struct cvx_formulation *f, const double *o,
        double *y, double *work, struct cvx_progress *progress)
{
  size_t n = u->n, c = u->c, r = u->rank;
  cvx_progress_total (progress, r);
  for (size_t first = 0; first < r; first += c)
    {
      size_t count = r - first < c ? r - first : c;
      enum cvx_status st;
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < c; j++)
          u->p[i * c + j] = j < count ? o[i * r + first + j] : 0;
      st = product (f, u->p, u->kp, work, progress);
      if (st != CVX_OK)
        return st;
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < count; j++)
          y[i * r + first + j] = u->kp[i * c + j];
      cvx_progress_add (progress, count);
    }
  return CVX_OK;
}

/* A (n x r) := A C'^{-1} with the Cholesky factor C of B'A (r x r, into GRAM);
   false when it is not definite.  */
static bool
divide (size_t n, size_t r, double *a, const double *b, double *gram)
{
  blasint rows = (blasint)n, k = (blasint)r;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, k, k, rows, 1, b, k, a,
               k, 0, gram, k);
  if (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'U', k, gram, k) != 0)
    return false;
  cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit,
               rows, k, 1, gram, k, a, k);
  return true;
}

/* U and its eigenvalues, falling, from a sketch of K; all of it scratch but
   those.  */
static enum cvx_status
nystrom (struct cvxi_ustep *u, const struct cvx_formulation *f, double *y,
         double *gram, double *work, struct cvx_progress *progress,
         struct cvx_error *err)
{
  size_t n = u->n, r = u->rank;
  double *o = u->u, shift;
  struct cvx_rng rng;
  enum cvx_status st;
  cvx_rng_init (&rng, 0, CVX_STREAM_SOLVER);
  for (size_t i = 0; i < n * r; i++)
    o[i] = cvx_rng_normal (&rng);
  /* Orthonormal columns; twice, against rounding.  A square O is I.  */
  for (int twice = 0; twice < 2; twice++)
    if (r == n || !divide (n, r, o, o, gram))
      {
        memset (o, 0, n * r * sizeof *o);
        for (size_t i = 0; i < r; i++)
          o[i * r + i] = 1;
      }
  st = sketch (u, f, o, y, work, progress);
  if (st != CVX_OK)
    return st;
  shift
      = sqrt ((double)n) * DBL_EPSILON * cblas_dnrm2 ((blasint)(n * r), y, 1);
  for (int tries = 0;; tries++)
    {
      cblas_daxpy ((blasint)(n * r), shift, o, 1, y, 1);
      if (divide (n, r, y, o, gram))
        break;
      if (tries == 3 || !(shift > 0))
        {
          /* K = 0, or nothing that can be used: no preconditioner.  */
          memset (u->value, 0, r * sizeof *u->value);
          u->norm = 0;
          return CVX_OK;
        }
      shift *= 100;
    }
  st = cvx_dense_svd (y, n, r, u->u, u->value, gram, NULL, err);
  if (st != CVX_OK)
    return st;
  for (size_t i = 0; i < r; i++)
    u->value[i] = fmax (u->value[i] * u->value[i] - shift, 0);
  u->norm = u->value[0];
  return CVX_OK;
}

static enum cvx_status
prepare_cg (struct cvxi_ustep *u, const struct cvx_formulation *f,
            struct cvx_progress *progress, struct cvx_error *err)
{
  double *y = cvx_alloc (u->n, u->rank * sizeof *y);
  double *gram = cvx_alloc (u->rank, u->rank * sizeof *gram);
  double *work = cvx_alloc (f->n_var, sizeof *work);
  enum cvx_status st;
  if (y == NULL || gram == NULL || work == NULL)
    st = cvx_fail_nomem (err, "making the preconditioner of admm");
  else
    st = nystrom (u, f, y, gram, work, progress, err);
  cvx_free (y);
  cvx_free (gram);
  cvx_free (work);
  return st;
}

/* OUT = P^{-1} IN.  */
static void
precondition (const struct cvxi_ustep *u, double k, const double *in,
              double *out)
{
  size_t n = u->n, c = u->c, r = u->rank;
  double least = 1 + k * u->value[r - 1];
  memcpy (out, in, n * c * sizeof *in);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)r, (blasint)c,
               (blasint)n, 1, u->u, (blasint)r, in, (blasint)c, 0, u->small,
               (blasint)c);
  for (size_t i = 0; i < r; i++)
    cblas_dscal ((blasint)c, least / (1 + k * u->value[i]) - 1,
                 u->small + i * c, 1);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)n,
               (blasint)c, (blasint)r, 1, u->u, (blasint)r, u->small,
               (blasint)c, 1, out, (blasint)c);
}

/* Inner product of output J of A and B.  */
static double
inner (const struct cvxi_ustep *u, size_t j, const double *a, const double *b)
{
  return cblas_ddot ((blasint)u->n, a + j, (blasint)u->c, b + j,
                     (blasint)u->c);
}

/* One system for each output, all with the same products.  R is the right
   side, then the residual.  */
static enum cvx_status
conjugate (struct cvxi_ustep *u, const struct cvx_formulation *f, double k,
           double tol, double *r, double *q, double *work, size_t *products,
           struct cvx_progress *progress)
{
  size_t n = u->n, c = u->c;
  enum cvx_status st = product (f, q, u->kp, work, progress);
  *products = 1;
  if (st != CVX_OK)
    return st;
  for (size_t j = 0; j < c; j++)
    u->scale[j] = tol * sqrt (inner (u, j, r, r));
  for (size_t i = 0; i < n * c; i++)
    r[i] -= q[i] + k * u->kp[i];
  for (int iter = 0; iter < MAX_CG; iter++)
    {
      bool done = true;
      for (size_t j = 0; j < c; j++)
        done = done && !(sqrt (inner (u, j, r, r)) > u->scale[j]);
      if (done)
        break;
      precondition (u, k, r, u->z);
      for (size_t j = 0; j < c; j++)
        {
          double last = u->rz[j], by;
          u->rz[j] = inner (u, j, r, u->z);
          by = iter > 0 && last > 0 ? u->rz[j] / last : 0;
          for (size_t i = j; i < n * c; i += c)
            u->p[i] = u->z[i] + (iter > 0 ? by * u->p[i] : 0);
        }
      st = product (f, u->p, u->kp, work, progress);
      ++*products;
      if (st != CVX_OK)
        return st;
      for (size_t i = 0; i < n * c; i++)
        u->kp[i] = u->p[i] + k * u->kp[i];
      for (size_t j = 0; j < c; j++)
        {
          double curve = inner (u, j, u->p, u->kp);
          double by = curve > 0 ? u->rz[j] / curve : 0;
          cblas_daxpy ((blasint)n, by, u->p + j, (blasint)c, q + j,
                       (blasint)c);
          cblas_daxpy ((blasint)n, -by, u->kp + j, (blasint)c, r + j,
                       (blasint)c);
        }
    }
  return CVX_OK;
}

/* -------------------------------------------------------------------- all */

enum cvx_status
cvxi_ustep_prepare (struct cvxi_ustep *u, const struct cvx_formulation *f,
                    struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status st = CVX_OK;
  if (u->ready)
    return CVX_OK;
  switch (u->kind)
    {
    case CVXI_USTEP_EIGEN:
      st = decompose (u, f, progress, err);
      break;
    case CVXI_USTEP_CHOLESKY:
      st = spread (u, f, progress);
      break;
    case CVXI_USTEP_CG:
      st = prepare_cg (u, f, progress, err);
      break;
    }
  u->ready = st == CVX_OK;
  return st == CVX_INTERRUPTED ? cvx_fail_interrupted (err) : st;
}

/* Below some 1e6 numbers threads cost more than they save.  */
enum cvx_status
cvxi_ustep_solve (struct cvxi_ustep *u, const struct cvx_formulation *f,
                  double k, double tol, double *t, double *q, double *work,
                  size_t *products, struct cvx_progress *progress,
                  struct cvx_error *err)
{
  blasint n = (blasint)u->n, c = (blasint)u->c;
  size_t made = 0;
  int threads;
  enum cvx_status st = CVX_OK;
  switch (u->kind)
    {
    case CVXI_USTEP_EIGEN:
      threads = cvx_blas_threads (u->n < 1000 ? 1 : 0);
      rotate (u, true, t, q);
      for (size_t i = 0; i < u->n * u->c; i++)
        t[i] = q[i] / (1 + k * u->value[i / u->c]);
      rotate (u, false, t, q);
      (void)cvx_blas_threads (threads);
      break;
    case CVXI_USTEP_CHOLESKY:
      st = factor (u, k, progress, err);
      if (st == CVX_OK)
        {
          memcpy (q, t, u->n * u->c * sizeof *q);
          for (int back = 0; back < 2; back++)
            if (c == 1)
              cblas_dtrsv (CblasRowMajor, CblasLower,
                           back ? CblasTrans : CblasNoTrans, CblasNonUnit, n,
                           u->matrix, n + 1, q, 1);
            else
              cblas_dtrsm (CblasRowMajor, CblasLeft, CblasLower,
                           back ? CblasTrans : CblasNoTrans, CblasNonUnit, n,
                           c, 1, u->matrix, n + 1, q, c);
        }
      break;
    case CVXI_USTEP_CG:
      st = conjugate (u, f, k, tol, t, q, work, &made, progress);
      break;
    }
  if (products != NULL)
    *products = made;
  return st == CVX_INTERRUPTED ? cvx_fail_interrupted (err) : st;
}

void
cvxi_ustep_describe (const struct cvxi_ustep *u,
                     const struct cvx_formulation *f, char *buf, size_t size)
{
  double n = (double)f->n_samples;
  switch (u->kind)
    {
    case CVXI_USTEP_EIGEN:
      snprintf (buf, size,
                "linear step: exact, from the eigenvectors of a %zu x %zu "
                "matrix that serve every rho",
                u->n, u->n);
      break;
    case CVXI_USTEP_CHOLESKY:
      snprintf (buf, size,
                "linear step: exact, from a Cholesky factor of a %zu x %zu "
                "matrix (%.2g GB) for every new rho",
                u->n, u->n, 8e-9 * n * n);
      break;
    case CVXI_USTEP_CG:
      snprintf (buf, size,
                "linear step: conjugate gradients with a Nystrom "
                "preconditioner of rank %zu; an exact one %s a %zu x %zu "
                "matrix (%.2g GB)",
                u->rank, f->n_samples > EXACT_MAX ? "needs" : "would take",
                u->n, u->n, 8e-9 * n * n);
      break;
    }
}
