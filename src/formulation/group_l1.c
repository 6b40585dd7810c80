/* group_l1.c -- groups of weights under one pattern each.

   With D_i the patterns, G_i = (2D_i - I) X, K_i = {u : G_i u >= 0}:

   prox      argmin_{x in K} t beta ||x|| + 1/2 ||x - z||^2
             = (1 - t beta / ||P_K z||)_+ P_K z
   support   max {z'u : u in K, ||u|| <= 1} = ||P_K z|| = min_{a >= 0}
             ||z + G'a||; any a >= 0 bounds it from above
   ADMM      M = I + G'G = I + X'X for every block, for the signs square away,
             K = A M^{-1} A' = signs (X M^{-1} X') o C, C_kl the number of
             patterns with bits k and l on, the same for every output; without
             cones M = I

   A stack is all blocks of one sign: C P rows of v, as linalg/masked.h wants
   them.

   Pilanci and Ergen (ICML 2020), equation 8; Moreau (1962); for the last line
   Bai, Gautam and Sojoudi (2022), algorithm 3.1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/group_l1.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "formulation/private.h"
#include "formulation/screen.h"
#include "linalg/cone.h"
#include "linalg/masked.h"
#include "linalg/sum.h"
#include "linalg/threads.h"

enum
{
  ROWS = 64,  /* rows of a product held at a time */
  MANY = 1024 /* variables from which threads pay */
};

/* Multipliers are kept while they take no more than this.  */
static const double store_bytes = 256e6;

struct group_l1
{
  size_t signs, n_patterns;
  size_t stack; /* n_patterns x outputs */
  bool cones;
  struct cvx_masked *a, *low;   /* double, and single once it is asked for */
  const struct cvx_masked *now; /* the one at work */
  struct cvx_facets *facets;    /* NULL: every row of X */
  struct cvx_cone_work **cone;
  double *p;    /* threads x d */
  double *v;    /* stack x d: signed sums of blocks */
  size_t *list; /* stack */
  double *fit;  /* n_obs */
  double *chol; /* d x d: lower factor of I + X'X */
  double *tile; /* ROWS x (n + d) */
  /* The multipliers that `support' found for each block: COUNT of at most d,
     NULL when that takes too much memory.  */
  uint32_t *count, *row;
  float *mult;
};

/* The row of the stack that block G belongs to.  */
static size_t
row_of (const struct cvx_formulation *f, size_t g)
{
  const struct group_l1 *s = f->impl;
  return g / s->signs;
}

size_t
cvxi_group_l1_pattern (const struct cvx_formulation *f, size_t g)
{
  const struct group_l1 *s = f->impl;
  return row_of (f, g) % s->n_patterns;
}

double *
cvxi_group_l1_stack (const struct cvx_formulation *f)
{
  return ((const struct group_l1 *)f->impl)->v;
}

double
cvxi_group_l1_sign (const struct cvx_formulation *f, size_t g)
{
  const struct group_l1 *s = f->impl;
  return g % s->signs == 1 ? -1 : 1;
}

static const uint64_t *
bits_of (const struct cvx_formulation *f, size_t g)
{
  return f->patterns->bits
         + cvxi_group_l1_pattern (f, g) * f->patterns->n_words;
}

static struct cvx_cone
cone_of (const struct cvx_formulation *f, size_t g)
{
  const struct group_l1 *s = f->impl;
  size_t i = cvxi_group_l1_pattern (f, g);
  struct cvx_cone k
      = { f->x, f->n_features, bits_of (f, g), NULL, f->n_samples };
  if (s->facets != NULL)
    {
      k.row = s->facets->facet + s->facets->start[i];
      k.n = s->facets->start[i + 1] - s->facets->start[i];
    }
  return k;
}

static double
norm_of (size_t d, const double *x)
{
  return cblas_dnrm2 ((blasint)d, x, 1);
}

/* Building.  */

/* Lower Cholesky factor of I + X'X.  */
static enum cvx_status
factor (const struct cvx_formulation *f, double *chol, struct cvx_error *err)
{
  blasint n = (blasint)f->n_samples, d = (blasint)f->n_features;
  for (size_t k = 0; k < f->n_features * f->n_features; k++)
    chol[k] = 0;
  for (size_t k = 0; k < f->n_features; k++)
    chol[k * f->n_features + k] = 1;
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, d, n, 1, f->x, d, 1,
               chol, d);
  /* Row-major lower is column-major upper.  */
  if (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'U', d, chol, d) != 0
      || !isfinite (chol[f->n_features * f->n_features - 1]))
    {
      (void)cvx_fail (err, CVX_E344,
                      "X'X cannot be factored: the numbers of the data are "
                      "too large");
      return cvx_hint (err, "scale x=standard");
    }
  return CVX_OK;
}

static bool
store_fits (size_t n_blocks, size_t d)
{
  return (double)n_blocks * (double)(8 * d + 4) <= store_bytes;
}

static enum cvx_status
build_cones (struct cvx_formulation *f, struct group_l1 *s,
             struct cvx_error *err)
{
  size_t d = f->n_features, rows = f->n_samples;
  enum cvx_status status = CVX_OK;
  if (f->patterns->complete)
    {
      status = cvx_facets_new (&s->facets, f->patterns, f->x, NULL, err);
      if (status != CVX_OK)
        return status;
      rows = 0;
      for (size_t i = 0; i < s->n_patterns; i++)
        if (s->facets->start[i + 1] - s->facets->start[i] > rows)
          rows = s->facets->start[i + 1] - s->facets->start[i];
    }
  s->cone = cvx_calloc ((size_t)f->threads, sizeof (struct cvx_cone_work *));
  s->chol = cvx_alloc (d, d * sizeof *s->chol);
  if (s->cone == NULL || s->chol == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  for (int k = 0; status == CVX_OK && k < f->threads; k++)
    status = cvx_cone_work_new (&s->cone[k], d, rows, err);
  if (status == CVX_OK)
    status = factor (f, s->chol, err);
  if (status != CVX_OK || !store_fits (f->n_blocks, d))
    return status;
  s->count = cvx_calloc (f->n_blocks, sizeof *s->count);
  s->row = cvx_alloc (f->n_blocks, d * sizeof *s->row);
  s->mult = cvx_alloc (f->n_blocks, d * sizeof *s->mult);
  if (s->count == NULL || s->row == NULL || s->mult == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  return CVX_OK;
}

/* X has so few nonzeros that products go by them.  */
static bool
goes_by_nonzeros (const struct cvx_formulation *f)
{
  const struct cvx_csr *x = f->data->part[CVX_TRAIN].sparse;
  return x != NULL && f->x == f->data->part[CVX_TRAIN].x
         && cvx_csr_density (x) < CVX_SPARSE_BREAK_EVEN;
}

enum cvx_status
cvxi_group_l1_build (struct cvx_formulation *f, size_t signs, bool cones,
                     struct cvx_error *err)
{
  struct group_l1 *s = cvx_calloc (1, sizeof *s);
  size_t n = f->n_samples, d = f->n_features;
  enum cvx_status status;
  if (s == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->impl = s;
  s->signs = signs;
  s->cones = cones;
  s->n_patterns = f->patterns->n_patterns;
  f->block_len = d;
  s->stack = s->n_patterns * f->n_outputs;
  f->n_blocks = signs * s->stack;
  f->n_var = f->n_blocks * d;
  f->n_cone = cones ? f->n_blocks * n : 0;
  status = cvx_masked_new (&s->a, f->x, n, d, f->patterns->bits, s->n_patterns,
                           f->n_outputs, false, f->threads, err);
  f->sparse = goes_by_nonzeros (f);
  if (status == CVX_OK && f->sparse)
    status
        = cvx_masked_use_sparse (s->a, f->data->part[CVX_TRAIN].sparse, err);
  if (status != CVX_OK)
    return status;
  s->now = s->a;
  s->p = cvx_alloc ((size_t)f->threads, d * sizeof *s->p);
  s->v = cvx_alloc (signs == 2 || f->penalty == CVX_PENALTY_FEATURE ? s->stack
                                                                    : 0,
                    d * sizeof *s->v);
  s->list = cvx_alloc (s->stack, sizeof *s->list);
  s->fit = cvx_alloc (f->n_obs, sizeof *s->fit);
  s->tile = cvx_alloc (ROWS, (n + d) * sizeof *s->tile);
  if (s->p == NULL || s->v == NULL || s->list == NULL || s->fit == NULL
      || s->tile == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  return cones ? build_cones (f, s, err) : CVX_OK;
}

void
cvxi_group_l1_destroy (struct cvx_formulation *f)
{
  struct group_l1 *s = f->impl;
  cvx_masked_free (s->a);
  cvx_masked_free (s->low);
  cvx_facets_free (s->facets);
  if (s->cone != NULL)
    for (int k = 0; k < f->threads; k++)
      cvx_cone_work_free (s->cone[k]);
  cvx_free (s->cone);
  cvx_free (s->p);
  cvx_free (s->v);
  cvx_free (s->list);
  cvx_free (s->fit);
  cvx_free (s->chol);
  cvx_free (s->tile);
  cvx_free (s->count);
  cvx_free (s->row);
  cvx_free (s->mult);
  cvx_free (s);
  f->impl = NULL;
}

void
cvxi_group_l1_estimate (size_t n, size_t d, size_t n_outputs,
                        size_t n_patterns, size_t signs, bool cones,
                        struct cvx_formulation_estimate *out)
{
  double rows = (double)n, len = (double)d;
  double count = (double)n_patterns * (double)n_outputs;
  double blocks = (double)signs * count;
  out->n_var = blocks * len;
  out->n_cone = cones ? blocks * rows : 0;
  out->flops = 4 * rows * len * count;
  out->bytes = 8
                   * ((signs == 2 ? count * len : 0) + count
                      + ROWS * (rows + len) + 4 * rows * (double)n_outputs)
               + 8 * blocks
               + cvx_masked_bytes (n, d, n_patterns, n_outputs, false,
                                   cvx_blas_threads (0));
  if (signs == 1 && !cones)
    out->bytes += cvxi_screen_bytes (n_patterns * n_outputs, n * n_outputs, d);
  if (cones)
    out->bytes += 8 * len * len
                  + (store_fits (signs * n_patterns * n_outputs, d)
                         ? blocks * (8 * len + 4)
                         : 0);
}

/* The operator.  */

enum cvx_status
cvxi_group_l1_single (const struct cvx_formulation *f, bool on,
                      struct cvx_error *err)
{
  struct group_l1 *s = f->impl;
  enum cvx_status status = CVX_OK;
  if (on && s->low == NULL)
    status = cvx_masked_new (&s->low, f->x, f->n_samples, f->n_features,
                             f->patterns->bits, s->n_patterns, f->n_outputs,
                             true, f->threads, err);
  if (status == CVX_OK)
    s->now = on ? s->low : s->a;
  return status;
}

static enum cvx_status
apply (const struct cvx_formulation *f, const double *x, double *r,
       struct cvx_progress *progress)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->n_features;
  if (s->signs == 1)
    return cvx_masked_apply (s->now, x, r, progress);
  for (size_t i = 0; i < s->stack; i++)
    for (size_t j = 0; j < d; j++)
      s->v[i * d + j] = x[2 * i * d + j] - x[(2 * i + 1) * d + j];
  return cvx_masked_apply (s->now, s->v, r, progress);
}

/* The rows of G hold X'D_i r of SOURCES rows of the stack in their last
   places; block k takes that of its row, with its sign.  Sources never come
   before the blocks that they are for.  */
static void
spread (const struct cvx_formulation *f, size_t k, const size_t *list,
        size_t sources, double *g)
{
  size_t d = f->n_features, from = k - sources;
  for (size_t j = 0; j < k; j++)
    {
      size_t block = list != NULL ? list[j] : j;
      size_t before = j == 0 ? block : list != NULL ? list[j - 1] : j - 1;
      double sign = cvxi_group_l1_sign (f, block);
      if (row_of (f, block) != row_of (f, before))
        from++;
      for (size_t q = 0; q < d; q++)
        g[j * d + q] = sign * g[from * d + q];
    }
}

static enum cvx_status
adjoint (const struct cvx_formulation *f, const double *r, double *g,
         struct cvx_progress *progress)
{
  const struct group_l1 *s = f->impl;
  size_t other = (s->signs - 1) * s->stack;
  enum cvx_status status
      = cvx_masked_adjoint (s->now, r, g + other * f->n_features, progress);
  if (status == CVX_OK && s->signs == 2)
    for (size_t i = 0; i < s->stack; i++)
      for (size_t q = 0; q < f->n_features; q++)
        {
          double t = g[(s->stack + i) * f->n_features + q];
          g[2 * i * f->n_features + q] = t;
          g[(2 * i + 1) * f->n_features + q] = -t;
        }
  return status;
}

static enum cvx_status
apply_list (const struct cvx_formulation *f, size_t k, const size_t *list,
            const double *x, double *r, struct cvx_progress *progress)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->n_features;
  enum cvx_status status = CVX_OK;
  if (s->signs == 1)
    return cvx_masked_apply_list (s->now, k, list, x, r, progress);
  memset (r, 0, f->n_obs * sizeof *r);
  for (size_t first = 0, used; first < k && status == CVX_OK; first += used)
    {
      used = k - first < s->stack ? k - first : s->stack;
      for (size_t j = 0; j < used; j++)
        {
          double sign = cvxi_group_l1_sign (f, list[first + j]);
          s->list[j] = row_of (f, list[first + j]);
          for (size_t q = 0; q < d; q++)
            s->v[j * d + q] = sign * x[(first + j) * d + q];
        }
      status = cvx_masked_apply_list (s->now, used, s->list, s->v, s->fit,
                                      progress);
      cblas_daxpy ((blasint)f->n_obs, 1, s->fit, 1, r, 1);
    }
  return status;
}

static enum cvx_status
adjoint_list (const struct cvx_formulation *f, size_t k, const size_t *list,
              const double *r, double *g, struct cvx_progress *progress)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->n_features;
  if (s->signs == 1)
    return cvx_masked_adjoint_list (s->now, k, list, r, g, progress);
  /* v_i and w_i stand side by side in most lists: one product for both.  */
  for (size_t first = 0, used; first < k; first += used)
    {
      size_t sources = 0;
      enum cvx_status status;
      for (used = 0; first + used < k; used++)
        {
          size_t i = row_of (f, list[first + used]);
          if (sources > 0 && s->list[sources - 1] == i)
            continue;
          if (sources == s->stack)
            break;
          s->list[sources++] = i;
        }
      status = cvx_masked_adjoint_list (s->now, sources, s->list, r,
                                        g + (first + used - sources) * d,
                                        progress);
      if (status != CVX_OK)
        return status;
      spread (f, used, list + first, sources, g + first * d);
    }
  return CVX_OK;
}

/* What the solvers call: the same by the stopwatch.  */
enum cvx_status
cvxi_group_l1_apply (const struct cvx_formulation *f, const double *x,
                     double *r, struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = apply (f, x, r, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

enum cvx_status
cvxi_group_l1_adjoint (const struct cvx_formulation *f, const double *r,
                       double *g, struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = adjoint (f, r, g, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

enum cvx_status
cvxi_group_l1_apply_list (const struct cvx_formulation *f, size_t k,
                          const size_t *list, const double *x, double *r,
                          struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = apply_list (f, k, list, x, r, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

enum cvx_status
cvxi_group_l1_adjoint_list (const struct cvx_formulation *f, size_t k,
                            const size_t *list, const double *r, double *g,
                            struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = adjoint_list (f, k, list, r, g, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

/* A sum of n products has an error of at most n u / (1 - n u) times the sum of
   absolute values, u = eps / 2, in any order: sum_i ||x_i|| |nu_i| bounds the
   norm of those sums over the columns of X.  The C more are for losses that
   couple the outputs, whose rows of nu sum to 0 but for rounding.  */
double
cvxi_group_l1_adjoint_error (const struct cvx_formulation *f, const double *nu)
{
  const double *norm = f->work->row_norm;
  size_t c = f->n_outputs;
  double largest = 0;
  for (size_t k = 0; k < c; k++)
    {
      double sum = 0;
      for (size_t i = 0; i < f->n_samples; i++)
        sum += norm[i] * fabs (nu[i * c + k]);
      largest = fmax (largest, sum);
    }
  return 0.5 * DBL_EPSILON * (double)(f->n_samples + 3 + c) * largest;
}

/* Blocks.  */

double
cvxi_group_l1_shrink_block (const struct cvx_formulation *f, double t,
                            const double *z, double *x)
{
  double norm = norm_of (f->block_len, z);
  double scale = norm > t * f->beta ? 1 - t * f->beta / norm : 0;
  if (t == 0 || norm == 0)
    scale = 1;
  for (size_t j = 0; j < f->block_len; j++)
    x[j] = scale * z[j];
  return scale * norm;
}

double
cvxi_group_l1_prox_block (const struct cvx_formulation *f, size_t g, double t,
                          const double *z, double *x, int thread)
{
  const struct group_l1 *s = f->impl;
  if (s->cones)
    {
      struct cvx_cone k = cone_of (f, g);
      (void)cvx_cone_project (&k, z, x, false, s->cone[thread]);
      z = x;
    }
  return cvxi_group_l1_shrink_block (f, t, z, x);
}

/* ||z|| or a bit more.  */
static double
norm_above (size_t d, const double *z)
{
  return norm_of (d, z) * (1 + 4 * (double)(d + 4) * DBL_EPSILON);
}

double
cvxi_group_l1_support (const struct cvx_formulation *f, size_t g,
                       const double *z, double *direction, size_t *solved,
                       int thread)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->block_len;
  const double *p = z;
  double bound, norm;
  if (s->cones)
    {
      struct cvx_cone k = cone_of (f, g);
      struct cvx_cone_work *w = s->cone[thread];
      double *to = direction != NULL ? direction : s->p + (size_t)thread * d;
      (void)cvx_cone_project (&k, z, to, false, w);
      bound = cvx_cone_bound (&k, z, w);
      p = to;
      ++*solved;
      if (s->count != NULL)
        {
          s->count[g] = (uint32_t)w->n_active;
          for (size_t j = 0; j < w->n_active; j++)
            {
              s->row[g * d + j] = w->active[j];
              s->mult[g * d + j] = (float)w->mult[j];
            }
        }
    }
  else
    bound = norm_above (d, z);
  if (direction != NULL)
    {
      norm = norm_of (d, p);
      for (size_t j = 0; j < d; j++)
        direction[j] = norm > 0 ? p[j] / norm : 0;
    }
  return bound;
}

double
cvxi_group_l1_support_bound (const struct cvx_formulation *f, size_t g,
                             const double *z, int thread)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->block_len;
  double plain = norm_above (d, z), bound;
  struct cvx_cone_work *w;
  struct cvx_cone k;
  if (!s->cones || s->count == NULL || s->count[g] == 0)
    return plain;
  k = cone_of (f, g);
  w = s->cone[thread];
  w->n_active = s->count[g];
  for (size_t j = 0; j < w->n_active; j++)
    {
      w->active[j] = s->row[g * d + j];
      w->mult[j] = (double)s->mult[g * d + j];
    }
  bound = cvx_cone_bound (&k, z, w);
  return bound < plain ? bound : plain;
}

double
cvxi_group_l1_violation (const struct cvx_formulation *f, size_t g,
                         const double *x)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->block_len;
  const uint64_t *bits = bits_of (f, g);
  double norm = norm_of (d, x), worst = 0;
  if (!s->cones || norm == 0)
    return 0;
  for (size_t i = 0; i < f->n_samples; i++)
    {
      double t = cblas_ddot ((blasint)d, f->x + i * d, 1, x, 1);
      double length = f->work->row_norm[i] * norm;
      if (cvx_pattern_bit (bits, i))
        t = -t;
      if (length > 0 && t > worst * length)
        worst = t / length;
    }
  return worst;
}

/* Cones and the exact step of ADMM.  */

void
cvxi_group_l1_cone_apply (const struct cvx_formulation *f, const double *x,
                          double *s)
{
  blasint n = (blasint)f->n_samples, d = (blasint)f->n_features;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)f->n_blocks,
               n, d, 1, x, d, f->x, d, 0, s, n);
#pragma omp parallel for num_threads(f->threads) if (f->n_cone > 64 * MANY)
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      const uint64_t *bits = bits_of (f, g);
      for (size_t i = 0; i < f->n_samples; i++)
        if (!cvx_pattern_bit (bits, i))
          s[g * f->n_samples + i] = -s[g * f->n_samples + i];
    }
}

void
cvxi_group_l1_cone_adjoint (const struct cvx_formulation *f, const double *s,
                            double *x)
{
  double *tile = ((struct group_l1 *)f->impl)->tile;
  size_t n = f->n_samples, d = f->n_features;
  for (size_t g = 0; g < f->n_blocks; g += ROWS)
    {
      size_t count = f->n_blocks - g < ROWS ? f->n_blocks - g : ROWS;
      for (size_t k = 0; k < count; k++)
        {
          const uint64_t *bits = bits_of (f, g + k);
          for (size_t i = 0; i < n; i++)
            {
              double t = s[(g + k) * n + i];
              tile[k * n + i] = cvx_pattern_bit (bits, i) ? t : -t;
            }
        }
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)count,
                   (blasint)d, (blasint)n, 1, tile, (blasint)n, f->x,
                   (blasint)d, 0, x + g * d, (blasint)d);
    }
}

/* COUNT rows of X := X M^{-1}, M = L L'.  */
static void
solve_rows (const struct group_l1 *s, size_t d, double *x, size_t count)
{
  cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit,
               (blasint)count, (blasint)d, 1, s->chol, (blasint)d, x,
               (blasint)d);
  cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasNoTrans,
               CblasNonUnit, (blasint)count, (blasint)d, 1, s->chol,
               (blasint)d, x, (blasint)d);
}

void
cvxi_group_l1_solve_m (const struct cvx_formulation *f, const double *z,
                       double *x)
{
  const struct group_l1 *s = f->impl;
  if (x != z)
    memcpy (x, z, f->n_var * sizeof *x);
  if (s->cones)
    solve_rows (s, f->n_features, x, f->n_blocks);
}

enum cvx_status
cvxi_group_l1_gram (const struct cvx_formulation *f, double *k,
                    struct cvx_progress *progress)
{
  const struct group_l1 *s = f->impl;
  size_t n = f->n_samples, d = f->n_features;
  double *left = s->tile, *product = s->tile + ROWS * d;
  cvx_masked_counts (s->a, k);
  for (size_t first = 0; first < n; first += ROWS)
    {
      size_t count = n - first < ROWS ? n - first : ROWS;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      memcpy (left, f->x + first * d, count * d * sizeof *left);
      if (s->cones)
        solve_rows (s, d, left, count);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count,
                   (blasint)n, (blasint)d, (double)s->signs, left, (blasint)d,
                   f->x, (blasint)d, 0, product, (blasint)n);
      for (size_t i = 0; i < count * n; i++)
        k[first * n + i] *= product[i];
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      k[i * n + j] = k[j * n + i];
  return CVX_OK;
}

/* Decoding (Theorem 1): v gives u = v / sqrt ||v||, a = +- sqrt ||v||.  */

static enum cvx_status
fill_network (const struct cvx_formulation *f, const struct cvx_point *point,
              const double *v, const double *norm, double least,
              struct cvx_network *net, struct cvx_error *err)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->n_features, j = 0;
  net->merged = cvx_alloc (net->width + 1, sizeof *net->merged);
  net->source = cvx_alloc (net->width, sizeof *net->source);
  if (net->merged == NULL || net->source == NULL)
    return cvx_fail_nomem (err, "making a network");
  for (size_t k = 0; k < point->n_atoms; k++)
    {
      size_t block = point->block != NULL ? point->block[k] : k;
      double root = sqrt (norm[k]);
      if (!(norm[k] > least))
        continue;
      for (size_t q = 0; q < d; q++)
        net->u[j * d + q] = v[k * d + q] / root;
      net->a[j * f->n_outputs + row_of (f, block) / s->n_patterns]
          = cvxi_group_l1_sign (f, block) * root;
      if (net->gate != NULL)
        memcpy (net->gate + j * d,
                f->patterns->gate + cvxi_group_l1_pattern (f, block) * d,
                d * sizeof *net->gate);
      net->merged[j] = j;
      net->source[j++] = block;
    }
  net->merged[j] = j;
  return CVX_OK;
}

enum cvx_status
cvxi_group_l1_decode (const struct cvx_formulation *f,
                      const struct cvx_point *point, double drop,
                      struct cvx_network **out, struct cvx_error *err)
{
  const struct group_l1 *s = f->impl;
  size_t d = f->n_features, n_atoms = point->n_atoms, width = 0;
  double *v = cvx_copy (point->x, n_atoms, d * sizeof *v);
  double *norm = cvx_alloc (n_atoms, sizeof *norm), largest = 0;
  enum cvx_status status;
  *out = NULL;
  if (v == NULL || norm == NULL)
    {
      cvx_free (v);
      cvx_free (norm);
      return cvx_fail_nomem (err, "making a network");
    }
#pragma omp parallel for schedule(dynamic, 4)                                 \
    num_threads(f->threads) if (s->cones && n_atoms * d > MANY)
  for (size_t k = 0; k < n_atoms; k++)
    {
      double *at = v + k * d;
      norm[k] = norm_of (d, at);
      if (s->cones && norm[k] > 0)
        {
          struct cvx_cone cone
              = cone_of (f, point->block != NULL ? point->block[k] : k);
          (void)cvx_cone_project (&cone, at, at, false,
                                  s->cone[cvx_thread_number ()]);
          norm[k] = norm_of (d, at);
        }
    }
  for (size_t k = 0; k < n_atoms; k++)
    if (norm[k] > largest)
      largest = norm[k];
  for (size_t k = 0; k < n_atoms; k++)
    width += norm[k] > drop * largest;
  status = cvx_network_new (out, f->class->activation, width, d, f->n_outputs,
                            err);
  if (status == CVX_OK)
    status = fill_network (f, point, v, norm, drop * largest, *out, err);
  cvx_free (v);
  cvx_free (norm);
  if (status != CVX_OK)
    {
      cvx_network_free (*out);
      *out = NULL;
    }
  return status;
}
