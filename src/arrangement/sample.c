/* sample.c -- patterns of given or random gates (Pilanci and Ergen 2020,
   remark 3.3: u ~ N(0, I), repeated patterns dropped).

   The signs of X u come from matrix products of fixed shape.  A product that
   is within its rounding error of zero, d eps |x_i| |u|, is summed again in
   extended precision in the order of the features, so that no bit depends on
   the number of threads or on how the library blocks its products.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "arrangement/index.h"
#include "arrangement/patterns.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/threads.h"

enum
{
  BATCH = 256,  /* gates at a time */
  TILE = 1024,  /* rows at a time, a multiple of 64 */
  MANY = 200000 /* signs from which threads pay */
};

struct sampler
{
  const double *x;
  size_t n, d, n_words;
  double *norm;    /* n: |x_i| */
  double *product; /* BATCH x TILE */
  double *u;       /* BATCH x d */
  uint64_t *bits;  /* BATCH x n_words */
};

static void
sampler_free (struct sampler *s)
{
  cvx_free (s->norm);
  cvx_free (s->product);
  cvx_free (s->u);
  cvx_free (s->bits);
}

static enum cvx_status
sampler_init (struct sampler *s, const double *x, size_t n, size_t d,
              struct cvx_error *err)
{
  s->x = x;
  s->n = n;
  s->d = d;
  s->n_words = (n + 63) / 64;
  s->norm = cvx_alloc (n, sizeof *s->norm);
  s->product = cvx_alloc (BATCH, TILE * sizeof *s->product);
  s->u = cvx_alloc (BATCH, d * sizeof *s->u);
  s->bits = cvx_alloc (BATCH, s->n_words * sizeof *s->bits);
  if (s->norm == NULL || s->product == NULL || s->u == NULL || s->bits == NULL)
    {
      sampler_free (s);
      return cvx_fail_nomem (err, "sampling patterns");
    }
  for (size_t i = 0; i < n; i++)
    s->norm[i] = cblas_dnrm2 ((blasint)d, x + i * d, 1);
  return CVX_OK;
}

static bool
sign_exactly (const double *x, const double *u, size_t d)
{
  long double sum = 0;
  for (size_t c = 0; c < d; c++)
    sum += (long double)x[c] * u[c];
  return sum >= 0;
}

/* Bits of the first COUNT gates in s->u.  */
static void
find_bits (struct sampler *s, size_t count)
{
  double slack = 2 * DBL_EPSILON * (double)s->d;
  /* Waking threads takes longer than a small product.  */
  bool alone = count * s->d < MANY / 10 && !cvx_in_parallel ();
  int before = alone ? cvx_blas_threads (1) : 1;
  memset (s->bits, 0, count * s->n_words * sizeof *s->bits);
  for (size_t from = 0; from < s->n; from += TILE)
    {
      size_t rows = s->n - from < TILE ? s->n - from : TILE;
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count,
                   (blasint)rows, (blasint)s->d, 1, s->u, (blasint)s->d,
                   s->x + from * s->d, (blasint)s->d, 0, s->product, TILE);
#pragma omp parallel for if (count * rows > MANY)
      for (size_t b = 0; b < count; b++)
        {
          const double *u = s->u + b * s->d;
          double limit = slack * cblas_dnrm2 ((blasint)s->d, u, 1);
          for (size_t i = 0; i < rows; i++)
            {
              size_t row = from + i;
              double v = s->product[b * TILE + i];
              bool bit = v >= 0;
              if (fabs (v) < limit * s->norm[row])
                bit = sign_exactly (s->x + row * s->d, u, s->d);
              s->bits[b * s->n_words + row / 64] |= (uint64_t)bit
                                                    << (row % 64);
            }
        }
    }
  if (before > 1)
    cvx_blas_threads (before);
}

static bool
is_zero (const uint64_t *bits, size_t n_words)
{
  for (size_t k = 0; k < n_words; k++)
    if (bits[k] != 0)
      return false;
  return true;
}

/* An empty set with room for CAPACITY patterns.  */
static enum cvx_status
new_set (struct cvx_patterns **out, enum cvx_patterns_kind kind,
         const double *x, size_t n, size_t d, size_t capacity,
         struct cvx_error *err)
{
  struct cvx_patterns_estimate estimate;
  struct cvx_patterns *p;
  enum cvx_status status = cvx_patterns_estimate (x, n, d, &estimate, err);
  if (status != CVX_OK)
    return status;
  p = cvx_calloc (1, sizeof *p);
  if (p == NULL)
    return cvx_fail_nomem (err, "sampling patterns");
  p->kind = kind;
  p->n_samples = n;
  p->n_features = d;
  p->n_words = (n + 63) / 64;
  p->rank = estimate.rank;
  p->bound = estimate.bound;
  p->data_hash = cvx_patterns_data_hash (x, n, d);
  p->bits = cvx_alloc (capacity, p->n_words * sizeof *p->bits);
  p->gate = cvx_alloc (capacity, d * sizeof *p->gate);
  if (p->bits == NULL || p->gate == NULL)
    {
      cvx_patterns_free (p);
      return cvx_fail_nomem (err, "sampling patterns");
    }
  *out = p;
  return CVX_OK;
}

/* Add gate B of S when its pattern is new and not zero.  *ZERO tells whether
   the zero pattern has been seen.  */
static bool
add_pattern (struct cvx_patterns *p, struct cvx_pattern_index *index,
             const struct sampler *s, size_t b, bool *zero)
{
  const uint64_t *bits = s->bits + b * s->n_words;
  if (is_zero (bits, s->n_words))
    {
      *zero = true;
      return false;
    }
  memcpy (p->bits + p->n_patterns * p->n_words, bits,
          p->n_words * sizeof *bits);
  if (!cvxi_pattern_index_add (index, p->n_patterns))
    return false;
  memcpy (p->gate + p->n_patterns * p->n_features, s->u + b * s->d,
          s->d * sizeof *s->u);
  p->n_patterns++;
  return true;
}

/* Run through the gates in order.  FILL puts gates FIRST .. FIRST + COUNT - 1
   in s->u; there are N_GATES, and WANTED distinct patterns are enough.  */
struct source
{
  void (*fill) (const struct source *source, struct sampler *s, size_t first,
                size_t count);
  size_t n_gates, wanted;
  uint64_t seed;
  const double *gates;
};

static enum cvx_status
collect (struct cvx_patterns *p, struct sampler *s,
         const struct source *source, struct cvx_progress *progress,
         struct cvx_error *err)
{
  struct cvx_pattern_index *index;
  bool zero = false;
  enum cvx_status status = cvxi_pattern_index_sized (
      &index, p->bits, p->n_words, source->wanted + 1, err);
  if (status != CVX_OK)
    return status;
  cvx_progress_total (progress, source->wanted);
  for (size_t first = 0;
       first < source->n_gates && p->n_patterns < source->wanted;
       first += BATCH)
    {
      size_t count = source->n_gates - first;
      if (count > BATCH)
        count = BATCH;
      if (cvx_aborted (progress))
        {
          status = cvx_fail_interrupted (err);
          break;
        }
      source->fill (source, s, first, count);
      find_bits (s, count);
      for (size_t b = 0; b < count && p->n_patterns < source->wanted; b++)
        {
          if (add_pattern (p, index, s, b, &zero))
            cvx_progress_add (progress, 1);
          p->n_drawn = first + b + 1;
        }
    }
  p->count = p->n_patterns + zero;
  cvx_pattern_index_free (index);
  return status;
}

/* A set from a source, with room for one pattern more than wanted, where a
   repeated one is built before it is found out.  */
static enum cvx_status
run_source (struct cvx_patterns **out, enum cvx_patterns_kind kind,
            const double *x, size_t n, size_t d, const struct source *source,
            struct cvx_progress *progress, struct cvx_error *err)
{
  struct sampler s;
  struct cvx_patterns *p = NULL;
  enum cvx_status status;
  *out = NULL;
  if (source->wanted >= SIZE_MAX - 1)
    return cvx_fail_nomem (err, "sampling patterns");
  status = new_set (&p, kind, x, n, d, source->wanted + 1, err);
  if (status != CVX_OK)
    return status;
  status = sampler_init (&s, x, n, d, err);
  if (status == CVX_OK)
    {
      status = collect (p, &s, source, progress, err);
      sampler_free (&s);
    }
  p->seed = source->seed;
  if (status != CVX_OK)
    cvx_patterns_free (p);
  else
    *out = p;
  return status;
}

static void
draw (const struct source *source, struct sampler *s, size_t first,
      size_t count)
{
#pragma omp parallel for
  for (size_t b = 0; b < count; b++)
    {
      struct cvx_rng rng;
      cvx_rng_init (&rng, source->seed, CVX_STREAM_GATES + first + b);
      for (size_t c = 0; c < s->d; c++)
        s->u[b * s->d + c] = cvx_rng_normal (&rng);
    }
}

enum cvx_status
cvx_patterns_sample (struct cvx_patterns **out, const double *x, size_t n,
                     size_t d, size_t count, uint64_t seed, size_t max_draws,
                     struct cvx_progress *progress, struct cvx_error *err)
{
  struct source source
      = { .fill = draw, .n_gates = max_draws, .wanted = count, .seed = seed };
  if (max_draws == 0
      && (!cvx_mul (count, 100, &source.n_gates)
          || source.n_gates > SIZE_MAX - 1000))
    return cvx_fail_nomem (err, "sampling patterns");
  if (max_draws == 0)
    source.n_gates += 1000;
  return run_source (out, CVX_PATTERNS_SAMPLED, x, n, d, &source, progress,
                     err);
}

static void
take_columns (const struct source *source, struct sampler *s, size_t first,
              size_t count)
{
  for (size_t b = 0; b < count; b++)
    for (size_t c = 0; c < s->d; c++)
      s->u[b * s->d + c] = source->gates[c * source->n_gates + first + b];
}

enum cvx_status
cvx_patterns_gates (struct cvx_patterns **out, const double *x, size_t n,
                    size_t d, const double *gates, size_t n_gates,
                    struct cvx_error *err)
{
  struct source source = {
    .fill = take_columns, .n_gates = n_gates, .wanted = n_gates, .gates = gates
  };
  *out = NULL;
  for (size_t c = 0; c < d; c++)
    for (size_t k = 0; k < n_gates; k++)
      if (!isfinite (gates[c * n_gates + k]))
        return cvx_fail (err, CVX_E311,
                         "row %zu, column %zu of the gates is not a finite "
                         "number",
                         c + 1, k + 1);
  return run_source (out, CVX_PATTERNS_GATES, x, n, d, &source, NULL, err);
}
