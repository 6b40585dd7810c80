/* linear_cnn.c -- the convex program of a linear CNN: the nuclear norm.

   Pilanci and Ergen (ICML 2020), equations 9, 11, 12 and theorem 2:

     min l (sum_k X_k z_k; y) + beta ||Z||_*,  Z = [z_1 ... z_K] in R^{h x K}

   equals the training of  f (x) = sum_j sum_k (x_k'u_j) a_jk  with weight
   decay beta/2 sum_j (||u_j||^2 + ||a_j||^2), x_k patch k of x, for any width
   from rank Z on.  As a semidefinite program, ||Z||_* = min 1/2 (tr W1 +
   tr W2) with [[W1, Z], [Z', W2]] positive semidefinite.  The dual constraint
   is sigma_max [X_1'nu ... X_K'nu] <= beta (equation 10 of the paper prints
   the square with right side 1: it is beta^2).

   The program is one block, Z column after column.  sum_k X_k z_k = X w with
   w = sum_k P_k'z_k: no patch is ever copied.

     prox     singular values shrunk by t beta
     support  sigma_max; the maximiser is the top pair
     decode   Z = sum s_j p_j q_j': u_j = sqrt s_j p_j, a_j = sqrt s_j q_j

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "formulation/linear.h"
#include "formulation/private.h"

/* Memory of one singular value decomposition.  */
struct svd
{
  double *z, *u, *s, *vt, *work; /* h k, h p, p, p k */
  lapack_int *iwork;             /* 8 p */
};

struct nuclear
{
  struct cvxi_linear linear; /* first */
  size_t h, k, p;            /* p = min (h, k) */
  lapack_int lwork;
  struct svd *svd; /* threads */
};

static void
forward (const struct cvx_formulation *f, const double *x, double *w)
{
  cvx_conv_scatter (&f->conv, x, w);
}

static void
backward (const struct cvx_formulation *f, const double *g, double *x)
{
  cvx_conv_gather (&f->conv, g, x);
}

/* Z (h x k, column after column) = U diag (s) VT in the memory of THREAD.
   When that fails or Z is not finite the singular values are nan.  */
static const struct svd *
decompose (const struct nuclear *s, const double *z, int thread)
{
  const struct svd *t = &s->svd[thread];
  lapack_int h = (lapack_int)s->h, k = (lapack_int)s->k, p = (lapack_int)s->p;
  double sum = 0;
  for (size_t i = 0; i < s->h * s->k; i++)
    {
      t->z[i] = z[i];
      sum += 0 * z[i];
    }
  if (sum != 0
      || LAPACKE_dgesdd_work (LAPACK_COL_MAJOR, 'S', h, k, t->z, h, t->s, t->u,
                              h, t->vt, p, t->work, s->lwork, t->iwork)
             != 0)
    for (size_t j = 0; j < s->p; j++)
      t->s[j] = NAN;
  return t;
}

static enum cvx_status
svd_new (struct nuclear *s, struct svd *t, struct cvx_error *err)
{
  t->z = cvx_alloc (s->h, s->k * sizeof *t->z);
  t->u = cvx_calloc (s->h, s->p * sizeof *t->u);
  t->s = cvx_calloc (s->p, sizeof *t->s);
  t->vt = cvx_calloc (s->p, s->k * sizeof *t->vt);
  t->work = cvx_alloc ((size_t)s->lwork, sizeof *t->work);
  t->iwork = cvx_alloc (s->p, 8 * sizeof *t->iwork);
  if (t->z == NULL || t->u == NULL || t->s == NULL || t->vt == NULL
      || t->work == NULL || t->iwork == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  return CVX_OK;
}

enum cvx_status
cvxi_nuclear_build (struct cvx_formulation *f, struct cvx_error *err)
{
  struct nuclear *s;
  double least;
  enum cvx_status status = CVX_OK;
  if (f->conv.d == 0)
    {
      (void)cvx_fail (err, CVX_E352,
                      "formulation %s needs the patches of a sample",
                      f->class->name);
      return cvx_hint (err, "patches size=5");
    }
  if (f->conv.d != f->n_features || f->conv.factors != 2)
    return cvx_fail (err, CVX_E352,
                     "the patches are those of %zu features and %zu factors, "
                     "the data has %zu features",
                     f->conv.d, f->conv.factors, f->n_features);
  s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->impl = s;
  s->h = f->conv.h;
  s->k = f->conv.k;
  s->p = s->h < s->k ? s->h : s->k;
  f->n_blocks = 1;
  /* Workspace of dgesdd by its manual, with room for larger blocks.  */
  least = 4.0 * (double)s->p * (double)s->p + 7.0 * (double)s->p
          + 64.0 * (double)(s->h + s->k);
  if (!cvx_mul (s->h, s->k, &f->block_len) || f->block_len > INT32_MAX / 16
      || least > INT32_MAX)
    return cvx_fail (err, CVX_E349, "%zu patches of %zu numbers are too many",
                     s->k, s->h);
  f->n_var = f->block_len;
  s->lwork = (lapack_int)least;
  s->linear.forward = forward;
  s->linear.backward = backward;
  /* A feature lies in at most h patches.  */
  s->linear.spread = sqrt ((double)s->p);
  s->svd = cvx_calloc ((size_t)f->threads, sizeof *s->svd);
  if (s->svd == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  for (int i = 0; status == CVX_OK && i < f->threads; i++)
    status = svd_new (s, &s->svd[i], err);
  if (status == CVX_OK)
    status = cvxi_linear_init (f, &s->linear, err);
  return status;
}

void
cvxi_nuclear_destroy (struct cvx_formulation *f)
{
  struct nuclear *s = f->impl;
  for (int i = 0; s->svd != NULL && i < f->threads; i++)
    {
      cvx_free (s->svd[i].z);
      cvx_free (s->svd[i].u);
      cvx_free (s->svd[i].s);
      cvx_free (s->svd[i].vt);
      cvx_free (s->svd[i].work);
      cvx_free (s->svd[i].iwork);
    }
  cvx_free (s->svd);
  cvxi_linear_clear (&s->linear);
  cvx_free (s);
  f->impl = NULL;
}

void
cvxi_nuclear_estimate (size_t n_samples, size_t n_features, size_t n_outputs,
                       size_t n_patterns, const struct cvx_conv *conv,
                       struct cvx_formulation_estimate *out)
{
  double h = 1, k = (double)n_features, p;
  (void)n_outputs;
  (void)n_patterns;
  if (conv != NULL)
    {
      h = (double)conv->h;
      k = (double)conv->k;
    }
  p = fmin (h, k);
  out->n_var = h * k;
  out->n_cone = 0;
  out->flops = 4 * (double)n_samples * (double)n_features + 20 * h * k * p;
  out->bytes = cvxi_linear_bytes (n_samples, n_features, 5 * h * k)
               + 8 * p * (h + k + 4 * p);
}

/* X = U diag (max (s - T, 0)) VT; returns the sum.  */
static double
shrink (const struct nuclear *s, double t, const double *z, double *x,
        int thread)
{
  const struct svd *v = decompose (s, z, thread);
  double sum = 0;
  size_t rank = 0;
  if (isnan (v->s[0]))
    {
      for (size_t i = 0; i < s->h * s->k; i++)
        x[i] = NAN;
      return NAN;
    }
  for (; rank < s->p && v->s[rank] > t; rank++)
    {
      double value = v->s[rank] - t;
      sum += value;
      cblas_dscal ((blasint)s->h, value, v->u + rank * s->h, 1);
    }
  if (t == 0)
    {
      if (x != z)
        memcpy (x, z, s->h * s->k * sizeof *x);
      return sum;
    }
  cblas_dgemm (CblasColMajor, CblasNoTrans, CblasNoTrans, (blasint)s->h,
               (blasint)s->k, (blasint)rank, 1, v->u, (blasint)s->h, v->vt,
               (blasint)s->p, 0, x, (blasint)s->h);
  return sum;
}

double
cvxi_nuclear_prox_block (const struct cvx_formulation *f, size_t g, double t,
                         const double *z, double *x, int thread)
{
  (void)g;
  return shrink (f->impl, t == 0 ? 0 : t * f->beta, z, x, thread);
}

double
cvxi_nuclear_shrink_block (const struct cvx_formulation *f, double t,
                           const double *z, double *x)
{
  return cvxi_nuclear_prox_block (f, 0, t, z, x, 0);
}

double
cvxi_nuclear_support (const struct cvx_formulation *f, size_t g,
                      const double *z, double *direction, size_t *solved,
                      int thread)
{
  const struct nuclear *s = f->impl;
  const struct svd *v = decompose (s, z, thread);
  double all = cvxi_nuclear_support_bound (f, g, z, thread);
  ++*solved;
  if (isnan (v->s[0]))
    {
      if (direction != NULL)
        memset (direction, 0, s->h * s->k * sizeof *direction);
      return all;
    }
  if (direction != NULL)
    {
      double scale = v->s[0] > 0 ? 1 : 0;
      for (size_t j = 0; j < s->k; j++)
        for (size_t i = 0; i < s->h; i++)
          direction[j * s->h + i] = scale * v->u[i] * v->vt[j * s->p];
    }
  /* LAPACK's values are those of Z + E, ||E|| a small multiple of eps ||Z||.
   */
  return fmin (all, v->s[0] + 8 * DBL_EPSILON * sqrt ((double)s->p) * v->s[0]);
}

double
cvxi_nuclear_support_bound (const struct cvx_formulation *f, size_t g,
                            const double *z, int thread)
{
  (void)g;
  (void)thread;
  return cblas_dnrm2 ((blasint)f->block_len, z, 1)
         * (1 + (double)f->block_len * DBL_EPSILON);
}

void
cvxi_nuclear_svd (const struct cvx_formulation *f, const double *z,
                  const double **values, const double **left,
                  const double **right)
{
  const struct svd *v = decompose (f->impl, z, 0);
  *values = v->s;
  *left = v->u;
  *right = v->vt;
}

double *
cvxi_nuclear_scratch (const struct cvx_formulation *f, int thread)
{
  const struct nuclear *s = f->impl;
  return s->svd[thread].z;
}

double
cvxi_nuclear_violation (const struct cvx_formulation *f, size_t g,
                        const double *x)
{
  (void)f;
  (void)g;
  (void)x;
  return 0;
}

enum cvx_status
cvxi_nuclear_decode (const struct cvx_formulation *f,
                     const struct cvx_point *point, double drop,
                     struct cvx_network **out, struct cvx_error *err)
{
  const struct nuclear *s = f->impl;
  size_t rank = 0;
  double least = fmax (drop, (double)s->p * DBL_EPSILON);
  const struct svd *v;
  struct cvx_network *net;
  enum cvx_status status;
  *out = NULL;
  cvxi_linear_gather (f, point, s->linear.x);
  v = decompose (s, s->linear.x, 0);
  while (rank < s->p && v->s[rank] > least * v->s[0])
    rank++;
  status = cvx_network_new (&net, CVX_ACT_LINEAR, rank, s->h, s->k, err);
  if (status != CVX_OK)
    return status;
  net->conv = f->conv;
  net->n_atoms = rank;
  net->merged = cvx_calloc (rank + 1, sizeof *net->merged);
  net->source = cvx_calloc (rank, sizeof *net->source);
  if (net->merged == NULL || net->source == NULL)
    {
      cvx_network_free (net);
      return cvx_fail_nomem (err, "making a network");
    }
  for (size_t j = 0; j < rank; j++)
    {
      double root = sqrt (v->s[j]);
      for (size_t i = 0; i < s->h; i++)
        net->u[j * s->h + i] = root * v->u[j * s->h + i];
      for (size_t i = 0; i < s->k; i++)
        net->a[j * s->k + i] = root * v->vt[i * s->p + j];
      net->merged[j + 1] = j + 1;
    }
  *out = net;
  return CVX_OK;
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  cvxi_put_program (f, tex, tex ? "\\sum_k X_k z_k" : "sum_k X_k z_k",
                    tex ? "\\| Z \\|_*" : "|Z|_*", NULL, out);
  if (!tex)
    cvx_text_printf (
        out,
        "  Z = [z_1 .. z_K] is %zu x %zu; as a semidefinite program,\n"
        "  |Z|_* = min 1/2 (tr W1 + tr W2)  subject to [W1 Z; Z' W2] >= 0\n",
        f->conv.h, f->conv.k);
}

const struct cvx_formulation_class cvxi_formulation_linear_cnn = {
  .name = "linear-cnn",
  .summary = "linear CNN over patches: nuclear norm, a semidefinite program",
  CVXI_NUCLEAR_FUNCTIONS,
  .build = cvxi_nuclear_build,
  .describe = describe,
};
