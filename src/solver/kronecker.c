/* kronecker.c -- what X'X says about neurons under many gates.

   The block (i, j) of A'A is X'D_i D_j X.  Where the gates do not follow the
   data closely it is near to c_ij X'X, c_ij the share of samples that both let
   through, so that

     A'A + diag (delta_g)  ~  C (x) X'X + diag (delta_g) (x) I
       = S^{-1} (S C S (x) X'X + I) S^{-1},   S = diag (delta_g^{-1/2}),

   which is diagonal in the product of the eigenvectors of S C S and of X'X.
   It preconditions conjugate gradients: wrong approximations cost iterations,
   never digits.  (x) is the Kronecker product; Van Loan, J. Comput. Appl.
   Math. 123 (2000) for approximations of this kind.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/kronecker.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "linalg/dense.h"

enum
{
  MAX_FEATURES = 1500, /* eigenvectors beyond take longer than they save */
  ROWS = 4096,         /* of a product between two looks at the abort flag */
  MAX_BLOCKS = 1000    /* whose overlaps are taken apart */
};

/* Directions that the data hardly has do not pace the steps.  */
static const double least = 1e-4;

/* X'X, d x d, both halves.  */
static enum cvx_status
gram (const struct cvx_formulation *f, double *a,
      struct cvx_progress *progress, struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features;
  for (size_t first = 0; first < n; first += ROWS)
    {
      size_t rows = n - first < ROWS ? n - first : ROWS;
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (blasint)d,
                   (blasint)rows, 1, f->x + first * d, (blasint)d,
                   first > 0 ? 1 : 0, a, (blasint)d);
    }
  return CVX_OK;
}

static bool
worth_it (const struct cvx_formulation *f)
{
  return f->n_features <= MAX_FEATURES && f->n_features <= f->n_samples;
}

enum cvx_status
cvxi_metric_new (struct cvxi_metric **out, const struct cvx_formulation *f,
                 struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_metric *m = cvx_calloc (1, sizeof *m);
  size_t d = f->n_features;
  double *a = NULL, sum = 0;
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (m == NULL)
    return cvx_fail_nomem (err, "starting the solver");
  m->d = d;
  m->value = cvx_calloc (d, sizeof *m->value);
  m->scale = cvx_calloc (d, sizeof *m->scale);
  if (worth_it (f))
    {
      m->axis = cvx_alloc (d, d * sizeof *m->axis);
      a = cvx_alloc (d, d * sizeof *a);
    }
  if (m->value == NULL || m->scale == NULL
      || (worth_it (f) && (m->axis == NULL || a == NULL)))
    st = cvx_fail_nomem (err, "starting the solver");
  if (st == CVX_OK && a != NULL)
    {
      st = gram (f, a, progress, err);
      if (st == CVX_OK)
        st = cvx_dense_eigen_symmetric (a, d, m->value, m->axis, NULL, err);
    }
  else if (st == CVX_OK)
    {
      for (size_t i = 0; i < f->n_samples; i++)
        sum += cblas_ddot ((blasint)d, f->x + i * d, 1, f->x + i * d, 1);
      for (size_t j = 0; j < d; j++)
        m->value[j] = sum / (double)d;
    }
  cvx_free (a);
  if (st != CVX_OK)
    {
      cvxi_metric_free (m);
      return st;
    }
  for (size_t j = 0; j < d; j++)
    {
      m->value[j] = fmax (m->value[j], 0);
      m->scale[j] = m->value[j] + fmax (least * m->value[d - 1], 1e-300);
    }
  *out = m;
  return CVX_OK;
}

void
cvxi_metric_free (struct cvxi_metric *m)
{
  if (m == NULL)
    return;
  cvx_free (m->axis);
  cvx_free (m->value);
  cvx_free (m->scale);
  cvx_free (m);
}

static void
turn (const struct cvxi_metric *m, size_t k, const double *from, double *to,
      CBLAS_TRANSPOSE transpose)
{
  blasint d = (blasint)m->d;
  if (m->axis == NULL)
    memcpy (to, from, k * m->d * sizeof *to);
  else if (k > 0)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, transpose, (blasint)k, d, d, 1,
                 from, d, m->axis, d, 0, to, d);
}

void
cvxi_metric_enter (const struct cvxi_metric *m, size_t k, const double *from,
                   double *to)
{
  turn (m, k, from, to, CblasTrans);
}

void
cvxi_metric_leave (const struct cvxi_metric *m, size_t k, const double *from,
                   double *to)
{
  turn (m, k, from, to, CblasNoTrans);
}

/* The share of samples that blocks G and H both let through; 0 when they have
   different outputs.  */
static double
overlap (const struct cvx_formulation *f, size_t g, size_t h)
{
  size_t words = f->patterns->n_words, count = 0;
  const uint64_t *a, *b;
  if (cvx_formulation_output (f, g) != cvx_formulation_output (f, h))
    return 0;
  a = f->patterns->bits + cvxi_group_l1_pattern (f, g) * words;
  b = f->patterns->bits + cvxi_group_l1_pattern (f, h) * words;
  for (size_t i = 0; i < words; i++)
    count += (size_t)__builtin_popcountll (a[i] & b[i]);
  return cvxi_group_l1_sign (f, g) * cvxi_group_l1_sign (f, h) * (double)count
         / (double)f->n_samples;
}

/* Eigenvectors of S C S, or those of its diagonal where that is too large.  */
static enum cvx_status
modes (struct cvxi_kronecker *p, const struct cvx_formulation *f,
       const size_t *list, struct cvx_error *err)
{
  size_t k = p->k;
  double *c;
  enum cvx_status st;
  if (p->mode == NULL)
    {
      for (size_t g = 0; g < k; g++)
        p->weight[g] = p->root[g] * p->root[g] * overlap (f, list[g], list[g]);
      return CVX_OK;
    }
  c = cvx_alloc (k, k * sizeof *c);
  if (c == NULL)
    return cvx_fail_nomem (err, "preparing a Newton step");
  for (size_t g = 0; g < k; g++)
    for (size_t h = 0; h <= g; h++)
      c[g * k + h] = p->root[g] * p->root[h] * overlap (f, list[g], list[h]);
  st = cvx_dense_eigen_symmetric (c, k, p->weight, p->mode, NULL, err);
  cvx_free (c);
  return st;
}

enum cvx_status
cvxi_kronecker_new (struct cvxi_kronecker **out,
                    const struct cvx_formulation *f,
                    const struct cvxi_metric *m, size_t k, const size_t *list,
                    const double *delta, double curvature,
                    struct cvx_error *err)
{
  struct cvxi_kronecker *p = cvx_calloc (1, sizeof *p);
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (p == NULL)
    return cvx_fail_nomem (err, "preparing a Newton step");
  p->m = m;
  p->k = k;
  p->curvature = curvature;
  p->weight = cvx_alloc (k, sizeof *p->weight);
  p->root = cvx_alloc (k, sizeof *p->root);
  p->work = cvx_alloc (k, m->d * sizeof *p->work);
  if (k <= MAX_BLOCKS)
    p->mode = cvx_alloc (k, k * sizeof *p->mode);
  if (p->weight == NULL || p->root == NULL || p->work == NULL
      || (k <= MAX_BLOCKS && p->mode == NULL))
    st = cvx_fail_nomem (err, "preparing a Newton step");
  for (size_t g = 0; st == CVX_OK && g < k; g++)
    p->root[g] = 1 / sqrt (delta[g]);
  if (st == CVX_OK)
    st = modes (p, f, list, err);
  if (st != CVX_OK)
    {
      cvxi_kronecker_free (p);
      return st;
    }
  *out = p;
  return CVX_OK;
}

void
cvxi_kronecker_free (struct cvxi_kronecker *p)
{
  if (p == NULL)
    return;
  cvx_free (p->mode);
  cvx_free (p->weight);
  cvx_free (p->root);
  cvx_free (p->work);
  cvx_free (p);
}

/* Rows of X (k x d) scaled by S.  */
static void
scale_rows (const struct cvxi_kronecker *p, double *x)
{
  for (size_t g = 0; g < p->k; g++)
    cblas_dscal ((blasint)p->m->d, p->root[g], x + g * p->m->d, 1);
}

void
cvxi_kronecker_solve (const struct cvxi_kronecker *p, const double *in,
                      double *out)
{
  size_t k = p->k, d = p->m->d;
  double *mid = p->mode != NULL ? p->work : out;
  memcpy (out, in, k * d * sizeof *out);
  scale_rows (p, out);
  if (p->mode != NULL)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)k,
                 (blasint)d, (blasint)k, 1, p->mode, (blasint)k, out,
                 (blasint)d, 0, mid, (blasint)d);
  for (size_t g = 0; g < k; g++)
    {
      double c = p->curvature * fmax (p->weight[g], 0);
      for (size_t j = 0; j < d; j++)
        mid[g * d + j] /= 1 + c * p->m->value[j];
    }
  if (p->mode != NULL)
    cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)k,
                 (blasint)d, (blasint)k, 1, p->mode, (blasint)k, mid,
                 (blasint)d, 0, out, (blasint)d);
  scale_rows (p, out);
}
