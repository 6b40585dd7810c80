/* network.c -- the two-layer network: memory, prediction, norms, balance.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "network/network.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/sum.h"
#include "network/private.h"

enum
{
  TILE = 512,  /* rows of x at a time */
  BLOCK = 256, /* neurons at a time */
  CONV_TILE = 1 << 20
};

enum cvx_status
cvx_network_new (struct cvx_network **out, enum cvx_activation activation,
                 size_t width, size_t n_features, size_t n_outputs,
                 struct cvx_error *err)
{
  struct cvx_network *net;
  size_t nu, na;
  *out = NULL;
  if (!cvx_mul (width, n_features, &nu) || !cvx_mul (width, n_outputs, &na))
    return cvx_fail_nomem (err, "making a network");
  if (width > INT_MAX || n_features > INT_MAX || n_outputs > INT_MAX)
    return cvx_fail (err, CVX_E331,
                     "a network of %zu neurons on %zu features is too large "
                     "for BLAS with 32-bit sizes",
                     width, n_features);
  net = cvx_calloc (1, sizeof *net);
  if (net == NULL)
    return cvx_fail_nomem (err, "making a network");
  net->activation = activation;
  net->width = width;
  net->n_features = n_features;
  net->n_outputs = n_outputs;
  net->n_atoms = width;
  net->u = cvx_calloc (nu, sizeof *net->u);
  net->a = cvx_calloc (na, sizeof *net->a);
  if (activation == CVX_ACT_GATED)
    net->gate = cvx_calloc (nu, sizeof *net->gate);
  if (net->u == NULL || net->a == NULL
      || (activation == CVX_ACT_GATED && net->gate == NULL))
    {
      cvx_network_free (net);
      return cvx_fail_nomem (err, "making a network");
    }
  *out = net;
  return CVX_OK;
}

enum cvx_status
cvx_network_copy (struct cvx_network **out, const struct cvx_network *net,
                  struct cvx_error *err)
{
  struct cvx_network *copy;
  size_t d = net->n_features, c = net->n_outputs, w = net->width;
  enum cvx_status status
      = cvx_network_new (&copy, net->activation, w, d, c, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  memcpy (copy->u, net->u, w * d * sizeof *net->u);
  memcpy (copy->a, net->a, w * c * sizeof *net->a);
  if (net->gate != NULL)
    memcpy (copy->gate, net->gate, w * d * sizeof *net->gate);
  copy->n_atoms = net->n_atoms;
  copy->conv = net->conv;
  if (net->b0 != NULL)
    copy->b0 = cvx_copy (net->b0, c, sizeof *net->b0);
  if (net->merged != NULL)
    {
      copy->merged = cvx_copy (net->merged, w + 1, sizeof *net->merged);
      copy->source
          = cvx_copy (net->source, net->merged[w], sizeof *net->source);
    }
  if ((net->b0 != NULL && copy->b0 == NULL)
      || (net->merged != NULL
          && (copy->merged == NULL || copy->source == NULL)))
    {
      cvx_network_free (copy);
      return cvx_fail_nomem (err, "copying a network");
    }
  *out = copy;
  return CVX_OK;
}

void
cvx_network_free (struct cvx_network *net)
{
  if (net == NULL)
    return;
  cvx_free (net->u);
  cvx_free (net->a);
  cvx_free (net->gate);
  cvx_free (net->b0);
  cvx_free (net->merged);
  cvx_free (net->source);
  cvx_free (net);
}

/* Z (rows x count, leading dimension LD) = X W', W the weights of COUNT
   neurons.  */
static void
products (const double *x, size_t rows, const double *w, size_t count,
          size_t d, double *z, size_t ld)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)rows,
               (blasint)count, (blasint)d, 1, x, (blasint)d, w, (blasint)d, 0,
               z, (blasint)ld);
}

void
cvxi_network_hidden (const struct cvx_network *net, size_t from, size_t count,
                     const double *x, size_t rows, double *z, double *gates)
{
  size_t d = net->n_features;
  if (rows == 0 || count == 0)
    return;
  products (x, rows, net->u + from * d, count, d, z, count);
  if (net->activation == CVX_ACT_RELU)
    for (size_t i = 0; i < rows * count; i++)
      z[i] = z[i] < 0 ? 0 : z[i];
  else if (net->activation == CVX_ACT_GATED)
    {
      products (x, rows, net->gate + from * d, count, d, gates, count);
      for (size_t i = 0; i < rows * count; i++)
        z[i] = gates[i] >= 0 ? z[i] : 0;
    }
}

size_t
cvx_network_inputs (const struct cvx_network *net)
{
  return net->conv.d > 0 ? net->conv.d : net->n_features;
}

size_t
cvx_network_targets (const struct cvx_network *net)
{
  return net->conv.d > 0 ? 1 : net->n_outputs;
}

/* ReLU neurons at the patches of a TILE of rows.  */
static enum cvx_status
predict_patches (const struct cvx_network *net, const double *x, size_t n,
                 double *f, struct cvx_error *err)
{
  const struct cvx_conv *conv = &net->conv;
  size_t c = net->n_outputs, k = conv->k, tile = TILE / k + 1;
  size_t block = net->width < BLOCK ? net->width : BLOCK;
  double scale = conv->pool == CVX_POOL_SEPARATE ? 1 / (double)k
                                                 : cvx_conv_scale (conv);
  double *rows = cvx_alloc (tile * k, conv->h * sizeof *rows);
  double *z = cvx_alloc (tile * k, block * sizeof *z);
  if (rows == NULL || z == NULL)
    {
      cvx_free (rows);
      cvx_free (z);
      return cvx_fail_nomem (err, "predicting");
    }
  for (size_t first = 0; first < n; first += tile)
    {
      size_t count = n - first < tile ? n - first : tile;
      for (size_t i = 0; i < count; i++)
        {
          f[first + i] = net->b0 == NULL ? 0 : net->b0[0];
          cvx_conv_gather (conv, x + (first + i) * conv->d,
                           rows + i * k * conv->h);
        }
      for (size_t from = 0; from < net->width; from += BLOCK)
        {
          size_t m = net->width - from < BLOCK ? net->width - from : BLOCK;
          cvxi_network_hidden (net, from, m, rows, count * k, z, NULL);
          for (size_t i = 0; i < count * k; i++)
            {
              const double *a = net->a + from * c + (c > 1 ? i % k : 0);
              f[first + i / k]
                  += scale
                     * cblas_ddot ((blasint)m, z + i * m, 1, a, (blasint)c);
            }
        }
    }
  cvx_free (rows);
  cvx_free (z);
  return CVX_OK;
}

/* Without an activation f = X w + b0.  */
static enum cvx_status
predict_conv (const struct cvx_network *net, const double *x, size_t n,
              double *f, struct cvx_error *err)
{
  size_t d = net->conv.d;
  double *w = cvx_calloc (d, sizeof *w);
  enum cvx_status status;
  if (w == NULL)
    return cvx_fail_nomem (err, "predicting");
  status = cvx_conv_weights (&net->conv, net->width, net->u, net->a, w, err);
  for (size_t i = 0; status == CVX_OK && i < n; i++)
    f[i] = net->b0 == NULL ? 0 : net->b0[0];
  for (size_t first = 0; status == CVX_OK && first < n; first += CONV_TILE)
    {
      size_t rows = n - first < CONV_TILE ? n - first : CONV_TILE;
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)rows, (blasint)d, 1,
                   x + first * d, (blasint)d, w, 1, 1, f + first, 1);
    }
  cvx_free (w);
  return status;
}

enum cvx_status
cvx_network_predict (const struct cvx_network *net, const double *x, size_t n,
                     double *f, struct cvx_error *err)
{
  size_t d = net->n_features, c = net->n_outputs;
  size_t tile = n < TILE ? n : TILE;
  size_t block = net->width < BLOCK ? net->width : BLOCK;
  bool gated = net->activation == CVX_ACT_GATED;
  double *z;
  if (net->conv.d > 0 && net->activation == CVX_ACT_RELU)
    return predict_patches (net, x, n, f, err);
  if (net->conv.d > 0)
    return predict_conv (net, x, n, f, err);
  z = cvx_alloc (tile * block, (gated ? 2 : 1) * sizeof *z);
  if (z == NULL)
    return cvx_fail_nomem (err, "predicting");
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < c; k++)
      f[i * c + k] = net->b0 == NULL ? 0 : net->b0[k];
  for (size_t first = 0; first < n; first += TILE)
    for (size_t from = 0; from < net->width; from += BLOCK)
      {
        size_t rows = n - first < TILE ? n - first : TILE;
        size_t count = net->width - from < BLOCK ? net->width - from : BLOCK;
        cvxi_network_hidden (net, from, count, x + first * d, rows, z,
                             z + tile * block);
        cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)rows,
                     (blasint)c, (blasint)count, 1, z, (blasint)count,
                     net->a + from * c, (blasint)c, 1, f + first * c,
                     (blasint)c);
      }
  cvx_free (z);
  return CVX_OK;
}

double
cvxi_norm (size_t n, const double *x)
{
  return cblas_dnrm2 ((blasint)n, x, 1);
}

double
cvxi_output_norm (const struct cvx_network *net, const double *a)
{
  return net->conv.d > 0 ? cvxi_norm (net->n_outputs, a)
                         : cblas_dasum ((blasint)net->n_outputs, a, 1);
}

double
cvx_network_norm (const struct cvx_network *net, size_t j)
{
  double filter = cvxi_norm (net->n_features, net->u + j * net->n_features);
  double norm = cvxi_output_norm (net, net->a + j * net->n_outputs);
  for (size_t k = 1; k < (net->conv.d > 0 ? net->conv.factors : 2); k++)
    norm *= filter;
  return norm;
}

double
cvx_network_path_norm (const struct cvx_network *net)
{
  struct cvx_sum2 sum = { 0, 0 };
  for (size_t j = 0; j < net->width; j++)
    cvx_sum2_add (&sum, cvx_network_norm (net, j));
  return cvx_sum2_value (&sum);
}

void
cvx_network_balance (struct cvx_network *net)
{
  size_t d = net->n_features, c = net->n_outputs;
  for (size_t j = 0; j < net->width; j++)
    {
      double *u = net->u + j * d, *a = net->a + j * c;
      double nu = cvxi_norm (d, u), na = cvxi_output_norm (net, a);
      /* A neuron with one zero half does nothing: both become zero.  The
         roots are taken apart, so that no quotient overflows.  */
      double half = sqrt (nu) * sqrt (na);
      if (net->conv.d > 0 && net->conv.factors > 2)
        {
          double size = cvx_network_norm (net, j);
          for (size_t i = 0; i < d; i++)
            u[i] = size > 0 ? u[i] / nu : 0;
          for (size_t k = 0; k < c; k++)
            a[k] = size > 0 ? a[k] / na * size : 0;
          continue;
        }
      for (size_t i = 0; i < d; i++)
        u[i] = half > 0 ? u[i] / nu * half : 0;
      for (size_t k = 0; k < c; k++)
        a[k] = half > 0 ? a[k] / na * half : 0;
    }
}

double
cvx_network_kink (const struct cvx_network *net, size_t j)
{
  const double *w = net->activation == CVX_ACT_GATED ? net->gate : net->u;
  double kink;
  if (net->n_features != 2 || net->activation == CVX_ACT_LINEAR)
    return NAN;
  kink = -w[2 * j + 1] / w[2 * j];
  return isfinite (kink) ? kink : NAN;
}
