/* circular.c -- the convex program of a linear circular CNN with filters as
   long as the signal.

   Pilanci and Ergen (ICML 2020), equations 13 and 14 and theorem 3, with the
   normalisation and the weights of the manual (Convolutional networks).  F
   factors, w = u_1 * ... * u_{F-1} * a summed over neurons, penalty beta sum
   prod ||u_l|| ||a||, what = fft (w) not normalised:

     min l (X w; y) + beta R (w),
     R (w) = d^{-F/2} (|what_0| + [|what_{d/2}|]
                       + 2^{(F-2)/2} sum_{other k} |what_k|)

   For F = 2 this is (1/d) ||fft (w)||_1.  From F = 3 on a real filter has to
   split its energy over the pair {k, d-k}; the published weight without the
   power of two is a lower bound for real filters.

   Blocks are the frequencies k = 0 .. d/2 of the real transform, x_k = c_k
   (Re what_k, Im what_k) with c_k = d^{-F/2}, times 2^{F/2} for a pair, so
   that R = sum ||x_k||; the second entry at 0 and d/2 is kept 0.  The dual
   constraint is |fft (X'nu)_k| <= beta d^{1-F/2} omega_k.

   One filter is enough for F = 2: fft (u) = sqrt |what|, fft (a) = what /
   sqrt |what|.  For F > 2 a neuron per frequency, each filter a cosine of
   norm 1.  Filters shorter than the signal: the nuclear norm over d shifted
   patches (equation 12), for which the l1 value is a lower bound only.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/linear.h"
#include "formulation/private.h"
#include "linalg/fourier.h"

enum
{
  BAND = 512, /* rows of T held at a time */
  WIDTH = 128 /* and blocks */
};

struct circular
{
  struct cvxi_linear linear; /* first */
  struct cvx_fourier *fourier;
  double *cosine;      /* d cosines and d sines of full turns */
  double *band;        /* BAND x 2 WIDTH */
  double *spectrum;    /* n_var */
  double single, pair; /* c_k */
};

static const struct cvx_formulation_class short_filters;

/* Frequency G stands alone, without a conjugate partner.  */
static bool
alone (const struct cvx_formulation *f, size_t g)
{
  return g == 0 || 2 * g == f->n_features;
}

static void
forward (const struct cvx_formulation *f, const double *x, double *w)
{
  const struct circular *s = f->impl;
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      double c = alone (f, g) ? s->single : s->pair;
      s->spectrum[2 * g] = x[2 * g] / c;
      s->spectrum[2 * g + 1] = x[2 * g + 1] / c;
    }
  cvx_fourier_inverse (s->fourier, s->spectrum, w);
}

static void
backward (const struct cvx_formulation *f, const double *g, double *x)
{
  const struct circular *s = f->impl;
  double d = (double)f->n_features;
  cvx_fourier_forward (s->fourier, g, x);
  for (size_t k = 0; k < f->n_blocks; k++)
    {
      bool single = alone (f, k);
      double c = single ? 1 / (d * s->single) : 2 / (d * s->pair);
      x[2 * k] *= c;
      x[2 * k + 1] *= single ? 0 : c;
    }
}

static enum cvx_status
build (struct cvx_formulation *f, struct cvx_error *err)
{
  struct circular *s;
  double d = (double)f->n_features, factors, norm;
  enum cvx_status status = CVX_OK;
  if (f->conv.d == 0)
    status = cvx_conv_full (&f->conv, f->n_features, 2, err);
  if (status != CVX_OK)
    return status;
  if (!cvx_conv_is_full (&f->conv))
    {
      f->class = &short_filters;
      return cvxi_nuclear_build (f, err);
    }
  s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->impl = s;
  f->block_len = 2;
  f->n_blocks = f->n_features / 2 + 1;
  f->n_var = 2 * f->n_blocks;
  factors = (double)f->conv.factors;
  s->single = pow (d, -factors / 2);
  s->pair = s->single * pow (2, factors / 2);
  if (!(s->single > 1e-280))
    return cvx_fail (err, CVX_E353,
                     "%zu factors on %zu features: the scale d^(-F/2) is out "
                     "of range",
                     f->conv.factors, f->n_features);
  s->linear.forward = forward;
  s->linear.backward = backward;
  /* One block of T': ||g|| <= 1 gives |fft (g)_k| <= sqrt d (a pair's part of
     the energy is half).  The transform loses a few eps per level.  */
  norm = fmax (1 / (d * s->single), 2 / (d * s->pair)) * sqrt (d);
  s->linear.spread = norm * (1 + 0.1 * log2 (d + 1));
  s->spectrum = cvx_calloc (f->n_var, sizeof *s->spectrum);
  s->cosine = cvx_alloc (f->n_features, 2 * sizeof *s->cosine);
  s->band = cvx_alloc (BAND, 2 * WIDTH * sizeof *s->band);
  if (s->spectrum == NULL || s->cosine == NULL || s->band == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  for (size_t i = 0; i < f->n_features; i++)
    {
      double turn = 2 * acos (-1) * (double)i / d;
      s->cosine[i] = cos (turn);
      s->cosine[f->n_features + i] = sin (turn);
    }
  status = cvx_fourier_new (&s->fourier, f->n_features, err);
  if (status == CVX_OK)
    status = cvxi_linear_init (f, &s->linear, err);
  return status;
}

static void
destroy (struct cvx_formulation *f)
{
  struct circular *s = f->impl;
  cvxi_linear_clear (&s->linear);
  cvx_fourier_free (s->fourier);
  cvx_free (s->spectrum);
  cvx_free (s->cosine);
  cvx_free (s->band);
  cvx_free (s);
  f->impl = NULL;
}

static void
estimate (size_t n_samples, size_t n_features, size_t n_outputs,
          size_t n_patterns, const struct cvx_conv *conv,
          struct cvx_formulation_estimate *out)
{
  double n = (double)n_samples, d = (double)n_features;
  if (conv != NULL && !cvx_conv_is_full (conv))
    {
      cvxi_nuclear_estimate (n_samples, n_features, n_outputs, n_patterns,
                             conv, out);
      return;
    }
  out->n_var = 2 * (double)(n_features / 2 + 1);
  out->n_cone = 0;
  out->flops = 4 * n * d + 10 * d * log2 (d + 1);
  out->bytes = cvxi_linear_bytes (n_samples, n_features, 6 * out->n_var);
}

/* X times the columns of T: cosines and sines of the frequencies.  */
static enum cvx_status
columns (const struct cvx_formulation *f, size_t k, const size_t *list,
         double *c, struct cvx_progress *progress)
{
  const struct circular *s = f->impl;
  size_t d = f->n_features, m = 2 * k;
  double size = (double)d;
  for (size_t first = 0; first < d; first += BAND)
    {
      size_t count = d - first < BAND ? d - first : BAND;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t from = 0; from < m; from += 2 * WIDTH)
        {
          size_t width = m - from < 2 * WIDTH ? m - from : 2 * WIDTH;
          for (size_t l = 0; l < count; l++)
            for (size_t j = 0; j < width / 2; j++)
              {
                size_t g = list[from / 2 + j];
                size_t turn = (size_t)((uint64_t)g * (first + l) % d);
                bool single = alone (f, g);
                double scale
                    = single ? 1 / (size * s->single) : 2 / (size * s->pair);
                s->band[l * width + 2 * j] = scale * s->cosine[turn];
                s->band[l * width + 2 * j + 1]
                    = single ? 0 : -scale * s->cosine[d + turn];
              }
          cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans,
                       (blasint)f->n_samples, (blasint)width, (blasint)count,
                       1, f->x + first, (blasint)d, s->band, (blasint)width,
                       first > 0, c + from, (blasint)m);
        }
    }
  return CVX_OK;
}

/* ||X T_g|| <= ||X||_F ||T_g||.  */
static double
block_norm (const struct cvx_formulation *f, size_t g)
{
  const struct circular *s = f->impl;
  double d = (double)f->n_features;
  double norm
      = alone (f, g) ? 1 / (sqrt (d) * s->single) : sqrt (2 / d) / s->pair;
  return (1 + 1e-12) * f->work->x_norm * norm;
}

static double
shrink_block (const struct cvx_formulation *f, double t, const double *z,
              double *x)
{
  double norm = hypot (z[0], z[1]), least = t * f->beta;
  double scale = t == 0 ? 1 : norm > least ? 1 - least / norm : 0;
  x[0] = scale * z[0];
  x[1] = scale * z[1];
  return scale * norm;
}

static double
prox_block (const struct cvx_formulation *f, size_t g, double t,
            const double *z, double *x, int thread)
{
  double at[2] = { z[0], alone (f, g) ? 0 : z[1] };
  (void)thread;
  return shrink_block (f, t, at, x);
}

static double
support (const struct cvx_formulation *f, size_t g, const double *z,
         double *direction, size_t *solved, int thread)
{
  double im = alone (f, g) ? 0 : z[1], norm = hypot (z[0], im);
  (void)solved;
  (void)thread;
  if (direction != NULL)
    {
      direction[0] = norm > 0 ? z[0] / norm : 0;
      direction[1] = norm > 0 ? im / norm : 0;
    }
  return norm * (1 + 4 * DBL_EPSILON);
}

static double
support_bound (const struct cvx_formulation *f, size_t g, const double *z,
               int thread)
{
  size_t solved = 0;
  return support (f, g, z, NULL, &solved, thread);
}

static double
violation (const struct cvx_formulation *f, size_t g, const double *x)
{
  double norm = hypot (x[0], x[1]);
  return alone (f, g) && norm > 0 ? fabs (x[1]) / norm : 0;
}

/* Neuron J of NET, frequency G alone: filters sqrt (2/d) cos (or of a single
   frequency 1/sqrt d), the output carries size and phase.  */
static void
one_frequency (const struct cvx_formulation *f, const double *x, size_t g,
               struct cvx_network *net, size_t j)
{
  const struct circular *s = f->impl;
  size_t d = f->n_features;
  double c = alone (f, g) ? s->single : s->pair;
  double of_filter = sqrt (alone (f, g) ? (double)d : 0.5 * (double)d);
  double scale = 1 / (c * pow (of_filter, (double)f->conv.factors - 1));
  memset (s->spectrum, 0, f->n_var * sizeof *s->spectrum);
  s->spectrum[2 * g] = of_filter;
  cvx_fourier_inverse (s->fourier, s->spectrum, net->u + j * d);
  s->spectrum[2 * g] = scale * x[2 * g];
  s->spectrum[2 * g + 1] = scale * x[2 * g + 1];
  cvx_fourier_inverse (s->fourier, s->spectrum, net->a + j * d);
}

/* The one neuron of two factors.  */
static void
all_frequencies (const struct cvx_formulation *f, const double *x,
                 struct cvx_network *net)
{
  const struct circular *s = f->impl;
  for (int half = 0; half < 2; half++)
    {
      for (size_t g = 0; g < f->n_blocks; g++)
        {
          double c = alone (f, g) ? s->single : s->pair;
          double re = x[2 * g] / c, im = x[2 * g + 1] / c;
          double root = sqrt (hypot (re, im));
          s->spectrum[2 * g] = half == 0 ? root : root > 0 ? re / root : 0;
          s->spectrum[2 * g + 1] = half == 0 || root == 0 ? 0 : im / root;
        }
      cvx_fourier_inverse (s->fourier, s->spectrum,
                           half == 0 ? net->u : net->a);
    }
}

static enum cvx_status
decode (const struct cvx_formulation *f, const struct cvx_point *point,
        double drop, struct cvx_network **out, struct cvx_error *err)
{
  size_t d = f->n_features, kept = 0, width, at = 0;
  bool one = f->conv.factors == 2;
  double *x = cvx_alloc (f->n_var, sizeof *x), largest = 0;
  struct cvx_network *net = NULL;
  enum cvx_status status;
  *out = NULL;
  if (x == NULL)
    return cvx_fail_nomem (err, "making a network");
  cvxi_linear_gather (f, point, x);
  for (size_t g = 0; g < f->n_blocks; g++)
    largest = fmax (largest, prox_block (f, g, 0, x + 2 * g, x + 2 * g, 0));
  for (size_t g = 0; g < f->n_blocks; g++)
    if (hypot (x[2 * g], x[2 * g + 1]) > drop * largest)
      kept++;
    else
      x[2 * g] = x[2 * g + 1] = 0;
  width = one ? kept > 0 : kept;
  status = cvx_network_new (&net, CVX_ACT_LINEAR, width, d, d, err);
  if (status == CVX_OK)
    {
      net->conv = f->conv;
      net->n_atoms = kept;
      net->merged = cvx_alloc (width + 1, sizeof *net->merged);
      net->source = cvx_alloc (kept, sizeof *net->source);
      if (net->merged == NULL || net->source == NULL)
        status = cvx_fail_nomem (err, "making a network");
    }
  if (status == CVX_OK)
    {
      if (one && width > 0)
        all_frequencies (f, x, net);
      for (size_t g = 0; g < f->n_blocks; g++)
        if (x[2 * g] != 0 || x[2 * g + 1] != 0)
          {
            if (!one)
              {
                one_frequency (f, x, g, net, at);
                net->merged[at] = at;
              }
            net->source[at++] = g;
          }
      net->merged[0] = 0;
      net->merged[width] = kept;
      *out = net;
    }
  else
    cvx_network_free (net);
  cvx_free (x);
  return status;
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  size_t d = f->n_features, factors = f->conv.factors;
  struct cvx_text penalty = CVX_TEXT_INIT;
  if (factors == 2)
    cvx_text_printf (&penalty,
                     tex ? "\\tfrac{1}{%zu} \\| F w \\|_1" : "1/%zu | F w |_1",
                     d);
  else
    cvx_text_printf (&penalty,
                     tex ? "%zu^{-%zu/2} \\sum_k \\omega_k | (F w)_k |"
                         : "%zu^(-%zu/2) sum_k omega_k | (F w)_k |",
                     d, factors);
  cvxi_put_program (f, tex, "X w", cvx_text_string (&penalty), NULL, out);
  if (!tex)
    {
      cvx_text_printf (out,
                       "  w in R^%zu, F the DFT without a factor: its "
                       "weight is beta/sqrt(d) for the unitary one\n",
                       d);
      if (factors > 2)
        cvx_text_printf (out,
                         "  omega_k = 1 at 0 and d/2, else 2^(%zu/2): exact "
                         "for %zu real factors\n",
                         factors - 2, factors);
    }
  cvx_text_free (&penalty);
}

const struct cvx_formulation_class cvxi_formulation_circular = {
  .name = "circular",
  .summary = "linear circular CNN: l1 in the Fourier domain",
  CVXI_LINEAR_FUNCTIONS,
  .estimate = estimate,
  .build = build,
  .destroy = destroy,
  .prox_block = prox_block,
  .shrink_block = shrink_block,
  .support = support,
  .support_bound = support_bound,
  .columns = columns,
  .block_norm = block_norm,
  .violation = violation,
  .decode = decode,
  .describe = describe,
};

static void
describe_short (const struct cvx_formulation *f, bool tex,
                struct cvx_text *out)
{
  cvxi_formulation_linear_cnn.describe (f, tex, out);
  if (!tex)
    cvx_text_printf (out,
                     "  filters of %zu < d = %zu: (1/d) | F w |_1 would be a "
                     "lower bound only\n",
                     f->conv.h, f->n_features);
}

static const struct cvx_formulation_class short_filters = {
  .name = "circular",
  .summary = "linear circular CNN with short filters",
  CVXI_NUCLEAR_FUNCTIONS,
  .build = cvxi_nuclear_build,
  .describe = describe_short,
};
