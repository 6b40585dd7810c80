/* conv.c -- patches of signals and images.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/conv.h"

#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/fourier.h"

/* Positions along one side of LENGTH.  */
static enum cvx_status
positions (size_t length, size_t size, size_t stride, bool circular,
           size_t *count, struct cvx_error *err)
{
  if (size == 0 || size > length)
    return cvx_fail (err, CVX_E352,
                     "patches of size %zu do not fit into %zu inputs", size,
                     length);
  if (stride == 0 || (circular && length % stride != 0))
    return cvx_fail (err, CVX_E352,
                     "a stride of %zu does not go round %zu "
                     "inputs evenly",
                     stride, length);
  *count = circular ? length / stride : (length - size) / stride + 1;
  return CVX_OK;
}

enum cvx_status
cvx_conv_init (struct cvx_conv *c, size_t d, const size_t image[3],
               const size_t size[2], const size_t stride[2], bool circular,
               struct cvx_error *err)
{
  struct cvx_conv t = { .rows = 1, .cols = d, .channels = 1, .factors = 2 };
  bool signal = image == NULL || image[0] == 0;
  enum cvx_status status;
  if (!signal)
    {
      t.rows = image[0];
      t.cols = image[1];
      t.channels = image[2];
      if (t.rows * t.cols * t.channels != d)
        return cvx_fail (err, CVX_E352,
                         "the data has %zu features, its images %zu x %zu x "
                         "%zu numbers; a bias column is none of them",
                         d, t.rows, t.cols, t.channels);
    }
  t.size[0] = signal ? 1 : size[0];
  t.size[1] = size[1];
  t.stride[0] = signal ? 1 : stride[0];
  t.stride[1] = stride[1];
  t.circular = circular;
  status
      = positions (t.rows, t.size[0], t.stride[0], circular, &t.count[0], err);
  if (status == CVX_OK)
    status = positions (t.cols, t.size[1], t.stride[1], circular, &t.count[1],
                        err);
  if (status != CVX_OK)
    return status;
  t.d = d;
  t.h = t.size[0] * t.size[1] * t.channels;
  t.k = t.count[0] * t.count[1];
  *c = t;
  return CVX_OK;
}

enum cvx_status
cvx_conv_full (struct cvx_conv *c, size_t d, size_t factors,
               struct cvx_error *err)
{
  const size_t size[2] = { 1, d }, stride[2] = { 1, 1 };
  enum cvx_status status = cvx_conv_init (c, d, NULL, size, stride, true, err);
  if (status == CVX_OK && factors < 2)
    status = cvx_fail (err, CVX_E353,
                       "a circular network has at least 2 factors, got %zu",
                       factors);
  if (status == CVX_OK)
    c->factors = factors;
  return status;
}

bool
cvx_conv_is_full (const struct cvx_conv *c)
{
  return c->circular && c->rows == 1 && c->channels == 1 && c->h == c->d
         && c->k == c->d;
}

/* Feature where row R of patch K begins, and how many of the SIZE[1] columns
   stand before the patch goes round the end.  */
static size_t
run_of (const struct cvx_conv *c, size_t k, size_t r, size_t *before)
{
  size_t row = (k / c->count[1] * c->stride[0] + r) % c->rows;
  size_t col = k % c->count[1] * c->stride[1];
  *before = c->cols - col < c->size[1] ? c->cols - col : c->size[1];
  return (row * c->cols + col) * c->channels;
}

void
cvx_conv_scatter (const struct cvx_conv *c, const double *z, double *w)
{
  size_t ch = c->channels;
  memset (w, 0, c->d * sizeof *w);
  for (size_t k = 0; k < c->k; k++)
    for (size_t r = 0; r < c->size[0]; r++)
      {
        size_t before, at = run_of (c, k, r, &before);
        size_t first = at - at % (c->cols * ch);
        for (size_t j = 0; j < before * ch; j++)
          w[at + j] += *z++;
        for (size_t j = 0; j < (c->size[1] - before) * ch; j++)
          w[first + j] += *z++;
      }
}

void
cvx_conv_gather (const struct cvx_conv *c, const double *g, double *z)
{
  size_t ch = c->channels;
  for (size_t k = 0; k < c->k; k++)
    for (size_t r = 0; r < c->size[0]; r++)
      {
        size_t before, at = run_of (c, k, r, &before);
        size_t first = at - at % (c->cols * ch);
        size_t rest = c->size[1] - before;
        memcpy (z, g + at, before * ch * sizeof *z);
        memcpy (z + before * ch, g + first, rest * ch * sizeof *z);
        z += c->size[1] * ch;
      }
}

enum cvx_status
cvx_conv_rows (const struct cvx_conv *c, const double *x, size_t n,
               double **rows, struct cvx_error *err)
{
  size_t count;
  *rows = NULL;
  if (cvx_mul (n, c->k, &count))
    *rows = cvx_alloc (count, c->h * sizeof **rows);
  if (*rows == NULL)
    return cvx_fail_nomem (err, "listing patches");
  for (size_t i = 0; i < n; i++)
    cvx_conv_gather (c, x + i * c->d, *rows + i * c->k * c->h);
  return CVX_OK;
}

size_t
cvx_conv_outputs (const struct cvx_conv *c)
{
  return c->pool == CVX_POOL_NONE ? c->k : 1;
}

double
cvx_conv_scale (const struct cvx_conv *c)
{
  return c->pool == CVX_POOL_AVERAGE ? 1 / (double)c->k : 1;
}

static const char *const pool_words[]
    = { "none", "average", "sum", "separate" };

const char *
cvx_pool_word (enum cvx_pool pool)
{
  return pool_words[pool];
}

bool
cvx_pool_find (const char *word, enum cvx_pool *pool)
{
  for (size_t k = 0; k < sizeof pool_words / sizeof *pool_words; k++)
    if (strcmp (word, pool_words[k]) == 0)
      {
        *pool = (enum cvx_pool)k;
        return true;
      }
  return false;
}

/* Full circular filters: products of spectra.  */
static enum cvx_status
full_weights (const struct cvx_conv *c, size_t width, const double *u,
              const double *a, double *w, struct cvx_error *err)
{
  size_t n = c->d / 2 + 1;
  struct cvx_fourier *f;
  double *p = cvx_alloc (2 * n, 2 * sizeof *p);
  enum cvx_status status = cvx_fourier_new (&f, c->d, err);
  if (status == CVX_OK && p == NULL)
    status = cvx_fail_nomem (err, "multiplying spectra");
  for (size_t j = 0; status == CVX_OK && j < width; j++)
    {
      double *q = p + 2 * n;
      cvx_fourier_forward (f, a + j * c->d, p);
      cvx_fourier_forward (f, u + j * c->d, q);
      for (size_t m = 1; m < c->factors; m++)
        for (size_t i = 0; i < n; i++)
          {
            double re = p[2 * i] * q[2 * i] - p[2 * i + 1] * q[2 * i + 1];
            p[2 * i + 1] = p[2 * i] * q[2 * i + 1] + p[2 * i + 1] * q[2 * i];
            p[2 * i] = re;
          }
      cvx_fourier_inverse (f, p, q);
      for (size_t i = 0; i < c->d; i++)
        w[i] += q[i];
    }
  cvx_free (p);
  cvx_fourier_free (f);
  return status;
}

enum cvx_status
cvx_conv_weights (const struct cvx_conv *c, size_t width, const double *u,
                  const double *a, double *w, struct cvx_error *err)
{
  double *z;
  if (width == 0)
    return CVX_OK;
  if (cvx_conv_is_full (c))
    return full_weights (c, width, u, a, w, err);
  z = cvx_alloc (c->k * c->h + c->d, sizeof *z);
  if (z == NULL)
    return cvx_fail_nomem (err, "adding up filters");
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)c->k,
               (blasint)c->h, (blasint)width, 1, a, (blasint)c->k, u,
               (blasint)c->h, 0, z, (blasint)c->h);
  cvx_conv_scatter (c, z, z + c->k * c->h);
  for (size_t i = 0; i < c->d; i++)
    w[i] += z[c->k * c->h + i];
  cvx_free (z);
  return CVX_OK;
}
