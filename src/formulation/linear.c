/* linear.c -- programs whose networks are linear in the sample: A = X T.

   X stays as it is: applying A costs one product with X and one T, and K =
   A A' = X (T T') X' is made row by row.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/linear.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/private.h"

enum
{
  ROWS = 64 /* rows of a product held at a time */
};

enum cvx_status
cvxi_linear_init (struct cvx_formulation *f, struct cvxi_linear *s,
                  struct cvx_error *err)
{
  s->w = cvx_alloc (f->n_features, sizeof *s->w);
  s->x = cvx_alloc (f->n_var, sizeof *s->x);
  s->last_r = cvx_alloc (f->n_obs, sizeof *s->last_r);
  s->last_g = cvx_alloc (f->n_var, sizeof *s->last_g);
  s->tile = cvx_alloc (f->n_features, ROWS * sizeof *s->tile);
  if (s->w == NULL || s->x == NULL || s->last_r == NULL || s->last_g == NULL
      || s->tile == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  return CVX_OK;
}

void
cvxi_linear_clear (struct cvxi_linear *s)
{
  cvx_free (s->w);
  cvx_free (s->x);
  cvx_free (s->last_r);
  cvx_free (s->last_g);
  cvx_free (s->tile);
}

double
cvxi_linear_bytes (size_t n, size_t d, double n_var)
{
  return 8 * ((double)(ROWS + 1) * (double)d + 3 * n_var + 6 * (double)n);
}

/* r = X w.  */
static void
product (const struct cvx_formulation *f, const double *w, double *r)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)f->n_samples,
               (blasint)f->n_features, 1, f->x, (blasint)f->n_features, w, 1,
               0, r, 1);
}

enum cvx_status
cvxi_linear_apply (const struct cvx_formulation *f, const double *x, double *r,
                   struct cvx_progress *progress)
{
  const struct cvxi_linear *s = f->impl;
  enum cvx_lap before;
  if (cvx_aborted (progress))
    return CVX_INTERRUPTED;
  before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  s->forward (f, x, s->w);
  product (f, s->w, r);
  cvx_lap_end (f->watch, before);
  return CVX_OK;
}

enum cvx_status
cvxi_linear_adjoint (const struct cvx_formulation *f, const double *r,
                     double *g, struct cvx_progress *progress)
{
  const struct cvxi_linear *s = f->impl;
  enum cvx_lap before;
  if (cvx_aborted (progress))
    return CVX_INTERRUPTED;
  before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)f->n_samples,
               (blasint)f->n_features, 1, f->x, (blasint)f->n_features, r, 1,
               0, s->w, 1);
  s->backward (f, s->w, g);
  cvx_lap_end (f->watch, before);
  return CVX_OK;
}

enum cvx_status
cvxi_linear_apply_list (const struct cvx_formulation *f, size_t k,
                        const size_t *list, const double *x, double *r,
                        struct cvx_progress *progress)
{
  const struct cvxi_linear *s = f->impl;
  const struct cvx_point point = { k, list, x, NULL, NULL };
  if (k == 0)
    {
      memset (r, 0, f->n_obs * sizeof *r);
      return CVX_OK;
    }
  cvxi_linear_gather (f, &point, s->x);
  return cvxi_linear_apply (f, s->x, r, progress);
}

enum cvx_status
cvxi_linear_adjoint_list (const struct cvx_formulation *f, size_t k,
                          const size_t *list, const double *r, double *g,
                          struct cvx_progress *progress)
{
  struct cvxi_linear *s = f->impl;
  size_t bytes = f->n_obs * sizeof *r, len = f->block_len;
  if (!s->cached || memcmp (s->last_r, r, bytes) != 0)
    {
      s->cached = false;
      if (cvxi_linear_adjoint (f, r, s->last_g, progress) != CVX_OK)
        return CVX_INTERRUPTED;
      memcpy (s->last_r, r, bytes);
      s->cached = true;
    }
  for (size_t j = 0; j < k; j++)
    memcpy (g + j * len, s->last_g + list[j] * len, len * sizeof *g);
  return CVX_OK;
}

/* The error of X'nu as in group_l1.c, through T', and that of T' itself.  */
double
cvxi_linear_adjoint_error (const struct cvx_formulation *f, const double *nu)
{
  const struct cvxi_linear *s = f->impl;
  const double *norm = f->work->row_norm;
  double sum = 0;
  for (size_t i = 0; i < f->n_samples; i++)
    sum += norm[i] * fabs (nu[i]);
  return 0.5 * DBL_EPSILON * s->spread * (double)(f->n_samples + 8) * sum;
}

void
cvxi_linear_solve_m (const struct cvx_formulation *f, const double *z,
                     double *x)
{
  if (x != z)
    memcpy (x, z, f->n_var * sizeof *x);
}

enum cvx_status
cvxi_linear_gram (const struct cvx_formulation *f, double *k,
                  struct cvx_progress *progress)
{
  const struct cvxi_linear *s = f->impl;
  size_t n = f->n_samples, d = f->n_features;
  for (size_t first = 0; first < n; first += ROWS)
    {
      size_t count = n - first < ROWS ? n - first : ROWS;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = 0; i < count; i++)
        {
          s->backward (f, f->x + (first + i) * d, s->x);
          s->forward (f, s->x, s->tile + i * d);
        }
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count,
                   (blasint)n, (blasint)d, 1, s->tile, (blasint)d, f->x,
                   (blasint)d, 0, k + first * n, (blasint)n);
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      k[i * n + j] = k[j * n + i];
  return CVX_OK;
}

void
cvxi_linear_gather (const struct cvx_formulation *f,
                    const struct cvx_point *point, double *x)
{
  size_t len = f->block_len;
  memset (x, 0, f->n_var * sizeof *x);
  for (size_t k = 0; k < point->n_atoms; k++)
    {
      size_t g = point->block != NULL ? point->block[k] : k;
      for (size_t j = 0; j < len; j++)
        x[g * len + j] += point->x[k * len + j];
    }
}

bool
cvxi_linear_holds (const struct cvx_formulation *f,
                   const struct cvx_network *net)
{
  (void)f; /* size and patches were compared before */
  return net->b0 == NULL;
}
