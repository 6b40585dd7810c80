/* positions.c -- two-layer ReLU CNNs with an output weight for every patch.

   f (x) = sum_j sum_k (x_k'u_j)_+ a_jk under weight decay beta/2 sum_j
   (||u_j||^2 + ||a_j||^2).  With X_k the k-th patches of all samples, D_i the
   patterns of all patches, D_i^k those of the k-th, and

     N_i (Z) = min {sum_j ||u_j|| ||a_j|| : Z = sum_j u_j a_j', u_j in K_i}

   the training is  min l (sum_i sum_k D_i^k X_k Z_i e_k; y) + beta sum_i
   N_i (Z_i), Z_i in R^{h x K}, K_i the cone of pattern i (Sahiner, Ergen,
   Pauly and Pilanci, ICLR 2021; doc/theory.texi, Convolutional networks).  N_i
   has no proximal map that can be computed: for it stands the nuclear norm,
   which leaves the cones out and is never larger.  So the two ends of the gap
   are

     lower  -l*(-nu) for nu scaled until an upper bound of
            max {||A_i'u|| : u in K_i, ||u|| <= 1}, A_i = [X_k'D_i^k nu]_k,
            is at most beta: the smaller of sigma_max (A_i) and
            (sum_k psi_ik^2)^1/2, psi_ik = max |a_ik'u| over the same u
     upper  a network: the left singular vectors of every Z_i and their
            opposites are projected onto K_i, and the output weights of these
            neurons are fitted anew, a group lasso

   They meet where the left singular vectors lie in their cones.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "formulation/linear.h"
#include "formulation/positions.h"
#include "formulation/private.h"

enum
{
  FIT_ITERATIONS = 400,
  NORM_ITERATIONS = 30
};

static const struct cvx_formulation_class positions;

enum cvx_status
cvxi_positions_build (struct cvx_formulation *f, struct cvx_error *err)
{
  const struct cvx_formulation_options o = { .loss = f->loss,
                                             .loss_param = f->loss_param,
                                             .beta = f->beta,
                                             .threads = f->threads,
                                             .all_threads = true };
  enum cvx_status status;
  f->class = &positions;
  status = cvxi_nuclear_build (f, err);
  if (status != CVX_OK)
    return status;
  f->n_blocks = f->patterns->n_patterns;
  if (!cvx_mul (f->n_blocks, f->block_len, &f->n_var))
    return cvx_fail (err, CVX_E349, "%zu patterns of %zu numbers are too many",
                     f->n_blocks, f->block_len);
  return cvx_formulation_new (&f->inner, &cvxi_formulation_relu, f->patch_data,
                              f->patterns, &o, err);
}

static void
destroy (struct cvx_formulation *f)
{
  cvx_formulation_free (f->inner);
  f->inner = NULL;
  cvxi_nuclear_destroy (f);
}

static void
estimate (size_t n_samples, size_t n_features, size_t n_outputs,
          size_t n_patterns, const struct cvx_conv *conv,
          struct cvx_formulation_estimate *out)
{
  double count = (double)n_patterns;
  cvxi_nuclear_estimate (n_samples, n_features, n_outputs, n_patterns, conv,
                         out);
  out->bytes
      += 8
         * (5 * count * out->n_var
            + (double)n_samples * (double)conv->k * (double)(conv->h + 1));
  out->flops = count
               * (4 * (double)n_samples * out->n_var
                  + 20 * out->n_var * fmin ((double)conv->h, (double)conv->k));
  out->n_var *= count;
}

static const uint64_t *
pattern (const struct cvx_formulation *f, size_t g)
{
  return f->patterns->bits + g * f->patterns->n_words;
}

/* Number K of LIST, or K.  */
static size_t
number (const size_t *list, size_t k)
{
  return list != NULL ? list[k] : k;
}

static enum cvx_status
apply_list (const struct cvx_formulation *f, size_t count, const size_t *list,
            const double *x, double *r, struct cvx_progress *progress)
{
  size_t h = f->conv.h, k = f->conv.k;
  memset (r, 0, f->n_obs * sizeof *r);
  for (size_t b = 0; b < count; b++)
    {
      const uint64_t *bits = pattern (f, number (list, b));
      const double *z = x + b * f->block_len;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = 0; i < f->n_samples; i++)
        for (size_t q = 0; q < k; q++)
          if (cvx_pattern_bit (bits, i * k + q))
            r[i] += cblas_ddot ((blasint)h, f->inner->x + (i * k + q) * h, 1,
                                z + q * h, 1);
    }
  return CVX_OK;
}

static enum cvx_status
adjoint_list (const struct cvx_formulation *f, size_t count,
              const size_t *list, const double *r, double *g,
              struct cvx_progress *progress)
{
  size_t h = f->conv.h, k = f->conv.k;
  memset (g, 0, count * f->block_len * sizeof *g);
  for (size_t b = 0; b < count; b++)
    {
      const uint64_t *bits = pattern (f, number (list, b));
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = 0; i < f->n_samples; i++)
        for (size_t q = 0; q < k; q++)
          if (cvx_pattern_bit (bits, i * k + q))
            cblas_daxpy ((blasint)h, r[i], f->inner->x + (i * k + q) * h, 1,
                         g + b * f->block_len + q * h, 1);
    }
  return CVX_OK;
}

static enum cvx_status
apply (const struct cvx_formulation *f, const double *x, double *r,
       struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = apply_list (f, f->n_blocks, NULL, x, r, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

static enum cvx_status
adjoint (const struct cvx_formulation *f, const double *r, double *g,
         struct cvx_progress *progress)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRODUCTS);
  enum cvx_status status = adjoint_list (f, f->n_blocks, NULL, r, g, progress);
  cvx_lap_end (f->watch, before);
  return status;
}

/* K_ij = sum over patterns and patches that both samples have on of the inner
   products of these patches.  */
static enum cvx_status
gram (const struct cvx_formulation *f, double *out,
      struct cvx_progress *progress)
{
  size_t h = f->conv.h, k = f->conv.k, n = f->n_samples;
  memset (out, 0, n * n * sizeof *out);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      {
        double sum = 0;
        if (cvx_aborted (progress))
          return CVX_INTERRUPTED;
        for (size_t q = 0; q < k; q++)
          {
            size_t a = i * k + q, b = j * k + q, both = 0;
            for (size_t g = 0; g < f->n_blocks; g++)
              both += cvx_pattern_bit (pattern (f, g), a)
                      && cvx_pattern_bit (pattern (f, g), b);
            sum += (double)both
                   * cblas_ddot ((blasint)h, f->inner->x + a * h, 1,
                                 f->inner->x + b * h, 1);
          }
        out[i * n + j] = out[j * n + i] = sum;
      }
  return CVX_OK;
}

/* The direction is that of the nuclear norm, whose value may be larger.  */
static double
support (const struct cvx_formulation *f, size_t g, const double *z,
         double *direction, size_t *solved, int thread)
{
  double sigma = cvxi_nuclear_support (f, g, z, direction, solved, thread);
  double sum = 0;
  const struct cvx_formulation *relu = f->inner;
  for (size_t q = 0; q < f->conv.k && sum < sigma * sigma; q++)
    {
      const double *a = z + q * f->conv.h;
      double psi = relu->class->support (relu, 2 * g, a, NULL, solved, thread);
      double *opposite = cvxi_nuclear_scratch (f, thread);
      for (size_t e = 0; e < f->conv.h; e++)
        opposite[e] = -a[e];
      psi = fmax (psi, relu->class->support (relu, 2 * g + 1, opposite, NULL,
                                             solved, thread));
      sum += psi * psi;
    }
  /* A few roundings of a sum of squares.  */
  return fmin (sigma, sqrt (sum) * (1 + 1e-15 * (double)(f->conv.k + 4)));
}

static bool
holds (const struct cvx_formulation *f, const struct cvx_network *net)
{
  struct cvx_network plain = *net;
  plain.conv.d = 0;
  return f->inner->class->holds (f->inner, &plain);
}

/* --- the network --- */

/* M unit directions U with their weights A for the K patches, and the
   activations B, n x M K.  */
struct neurons
{
  size_t m, n, k;
  double *u, *a, *b;
  size_t *block;
};

static void
neurons_clear (struct neurons *s)
{
  cvx_free (s->u);
  cvx_free (s->a);
  cvx_free (s->b);
  cvx_free (s->block);
}

/* The singular vectors P of block G with their values times Q, both signs,
   projected onto its cone.  */
static void
add_neurons (const struct cvx_formulation *f, size_t g, const double *z,
             double least, struct neurons *s)
{
  size_t h = f->conv.h, k = f->conv.k, p = h < k ? h : k;
  const double *value, *left, *right;
  cvxi_nuclear_svd (f, z, &value, &left, &right);
  for (size_t j = 0; j < p && value[j] > least; j++)
    for (int sign = 1; sign >= -1; sign -= 2)
      {
        double *u = s->u + s->m * h, norm;
        for (size_t e = 0; e < h; e++)
          u[e] = sign * left[j * h + e];
        f->inner->class->prox_block (f->inner, 2 * g, 0, u, u, 0);
        norm = cblas_dnrm2 ((blasint)h, u, 1);
        if (!(norm > 1e-6))
          continue;
        for (size_t e = 0; e < h; e++)
          u[e] /= norm;
        for (size_t q = 0; q < k; q++)
          s->a[s->m * k + q] = sign * norm * value[j] * right[q * p + j];
        s->block[s->m++] = g;
      }
}

static void
activate (const struct cvx_formulation *f, struct neurons *s)
{
  size_t h = f->conv.h;
  for (size_t i = 0; i < s->n; i++)
    for (size_t j = 0; j < s->m; j++)
      for (size_t q = 0; q < s->k; q++)
        s->b[(i * s->m + j) * s->k + q] = fmax (
            0, cblas_ddot ((blasint)h, f->inner->x + (i * s->k + q) * h, 1,
                           s->u + j * h, 1));
}

/* l (B a; y) + beta sum_j ||a_j||; FIT becomes B a.  */
static double
value_of (const struct cvx_formulation *f, const struct neurons *s,
          const double *a, double *fit)
{
  double sum = 0;
  blasint w = (blasint)(s->m * s->k);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)s->n, w, 1, s->b, w, a, 1,
               0, fit, 1);
  for (size_t j = 0; j < s->m; j++)
    sum += cblas_dnrm2 ((blasint)s->k, a + j * s->k, 1);
  return f->loss->value (fit, f->y, s->n, 1, f->loss_param) + f->beta * sum;
}

/* ||B||^2 by power iteration, V and FIT its memory.  */
static double
norm2 (const struct neurons *s, double *v, double *fit)
{
  blasint w = (blasint)(s->m * s->k), n = (blasint)s->n;
  double size = 0;
  for (size_t e = 0; e < s->m * s->k; e++)
    v[e] = 1;
  for (int t = 0; t < NORM_ITERATIONS; t++)
    {
      cblas_dgemv (CblasRowMajor, CblasNoTrans, n, w, 1, s->b, w, v, 1, 0, fit,
                   1);
      cblas_dgemv (CblasRowMajor, CblasTrans, n, w, 1, s->b, w, fit, 1, 0, v,
                   1);
      size = cblas_dnrm2 (w, v, 1);
      if (!(size > 0))
        return 0;
      cblas_dscal (w, 1 / size, v, 1);
    }
  return size;
}

/* Lower the objective over the output weights, by accelerated proximal steps;
   the best point is kept.  MEMORY: 3 m K + 2 n.  */
static void
fit_outputs (const struct cvx_formulation *f, struct neurons *s,
             double *memory)
{
  size_t len = s->m * s->k;
  blasint w = (blasint)len;
  double *at = memory, *last = at + len, *g = last + len, *fit = g + len;
  double *nu = fit + s->n, best = value_of (f, s, s->a, fit), before = best;
  double step = 1.05 * f->loss->lipschitz * norm2 (s, g, fit), momentum = 1;
  if (!(step > 0))
    return;
  memcpy (at, s->a, len * sizeof *at);
  memcpy (last, s->a, len * sizeof *last);
  for (int t = 0; t < FIT_ITERATIONS; t++)
    {
      double next = (1 + sqrt (1 + 4 * momentum * momentum)) / 2, value;
      (void)value_of (f, s, at, fit);
      f->loss->dual (fit, f->y, s->n, 1, f->loss_param, nu);
      cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)s->n, w, 1 / step, s->b,
                   w, nu, 1, 0, g, 1);
      for (size_t j = 0; j < s->m; j++)
        {
          double *p = g + j * s->k, norm, scale;
          cblas_daxpy ((blasint)s->k, 1, at + j * s->k, 1, p, 1);
          norm = cblas_dnrm2 ((blasint)s->k, p, 1);
          scale = norm > f->beta / step ? 1 - f->beta / step / norm : 0;
          cblas_dscal ((blasint)s->k, scale, p, 1);
        }
      value = value_of (f, s, g, fit);
      if (value > before)
        next = 1; /* start again without momentum */
      for (size_t e = 0; e < len; e++)
        {
          at[e] = g[e] + (momentum - 1) / next * (g[e] - last[e]) * (next > 1);
          last[e] = g[e];
        }
      before = value;
      momentum = next;
      if (value < best)
        {
          best = value;
          memcpy (s->a, g, len * sizeof *g);
        }
    }
}

static enum cvx_status
make_network (const struct cvx_formulation *f, const struct neurons *s,
              struct cvx_network **out, struct cvx_error *err)
{
  size_t h = f->conv.h, width = 0;
  struct cvx_network *net;
  enum cvx_status status
      = cvx_network_new (&net, CVX_ACT_RELU, s->m, h, s->k, err);
  if (status != CVX_OK)
    return status;
  net->conv = f->conv;
  net->merged = cvx_calloc (s->m + 1, sizeof *net->merged);
  net->source = cvx_calloc (s->m, sizeof *net->source);
  if (net->merged == NULL || net->source == NULL)
    {
      cvx_network_free (net);
      return cvx_fail_nomem (err, "making a network");
    }
  for (size_t j = 0; j < s->m; j++)
    {
      double norm = cblas_dnrm2 ((blasint)s->k, s->a + j * s->k, 1);
      double root = sqrt (norm);
      if (!(norm > 0))
        continue;
      for (size_t e = 0; e < h; e++)
        net->u[width * h + e] = root * s->u[j * h + e];
      for (size_t q = 0; q < s->k; q++)
        net->a[width * s->k + q] = s->a[j * s->k + q] / root;
      net->source[width] = s->block[j];
      width++;
      net->merged[width] = width;
    }
  net->width = net->n_atoms = width;
  *out = net;
  return CVX_OK;
}

static enum cvx_status
decode (const struct cvx_formulation *f, const struct cvx_point *point,
        double drop, struct cvx_network **net, struct cvx_error *err)
{
  size_t h = f->conv.h, k = f->conv.k, p = h < k ? h : k, room = 0;
  const double *value, *left, *right;
  double largest = 0, *x = cvx_alloc (f->n_var, sizeof *x), *memory = NULL;
  struct neurons s = { .n = f->n_samples, .k = k };
  enum cvx_status status = CVX_OK;
  *net = NULL;
  if (x == NULL)
    return cvx_fail_nomem (err, "making a network");
  cvxi_linear_gather (f, point, x);
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      cvxi_nuclear_svd (f, x + g * f->block_len, &value, &left, &right);
      largest = fmax (largest, value[0]);
    }
  for (size_t g = 0; largest > 0 && g < f->n_blocks; g++)
    {
      cvxi_nuclear_svd (f, x + g * f->block_len, &value, &left, &right);
      for (size_t j = 0; j < p && value[j] > drop * largest; j++)
        room += 2;
    }
  s.u = cvx_alloc (room, h * sizeof *s.u);
  s.a = cvx_alloc (room, k * sizeof *s.a);
  s.block = cvx_alloc (room, sizeof *s.block);
  if (s.u == NULL || s.a == NULL || s.block == NULL)
    status = cvx_fail_nomem (err, "making a network");
  for (size_t g = 0; room > 0 && status == CVX_OK && g < f->n_blocks; g++)
    add_neurons (f, g, x + g * f->block_len, drop * largest, &s);
  if (status == CVX_OK && s.m > 0 && f->loss->smooth)
    {
      s.b = cvx_alloc (s.n, s.m * k * sizeof *s.b);
      memory = cvx_alloc (3 * s.m * k + 2 * s.n, sizeof *memory);
      if (s.b == NULL || memory == NULL)
        status = cvx_fail_nomem (err, "making a network");
      else
        {
          activate (f, &s);
          fit_outputs (f, &s, memory);
        }
    }
  if (status == CVX_OK)
    status = make_network (f, &s, net, err);
  if (status == CVX_OK)
    status = cvxi_relu_merge (f, net, err);
  if (status != CVX_OK)
    {
      cvx_network_free (*net);
      *net = NULL;
    }
  neurons_clear (&s);
  cvx_free (memory);
  cvx_free (x);
  return status;
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  cvxi_put_program (f, tex,
                    tex ? "\\sum_i \\sum_k D_i^k X_k Z_i e_k"
                        : "sum_i sum_k D_i^k X_k Z_i e_k",
                    tex ? "\\sum_i \\| Z_i \\|_*" : "sum_i |Z_i|_*", NULL,
                    out);
  if (!tex)
    cvx_text_printf (
        out,
        "  X_k: patch k of every sample, %zu of %zu numbers\n"
        "  a pair of bounds, not the network's own program: the cones of the "
        "filters\n"
        "  are left out below, and above stands a network; the gap may stay "
        "open\n",
        f->conv.k, f->conv.h);
}

static const struct cvx_formulation_class positions = {
  .name = "relu-cnn",
  .summary = "two-layer ReLU CNN, a pair of bounds",
  .needs_patterns = true,
  .patches = true,
  .pair = true,
  .activation = CVX_ACT_RELU,
  .estimate = estimate,
  .build = cvxi_positions_build,
  .destroy = destroy,
  .apply = apply,
  .adjoint = adjoint,
  .apply_list = apply_list,
  .adjoint_list = adjoint_list,
  .adjoint_error = cvxi_linear_adjoint_error,
  .prox_block = cvxi_nuclear_prox_block,
  .shrink_block = cvxi_nuclear_shrink_block,
  .support = support,
  .support_bound = cvxi_nuclear_support_bound,
  .solve_m = cvxi_linear_solve_m,
  .gram = gram,
  .violation = cvxi_nuclear_violation,
  .holds = holds,
  .decode = decode,
  .describe = describe,
};
