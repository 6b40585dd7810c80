/* sample.c -- patterns of given or random gates (Pilanci and Ergen 2020,
   remark 3.3), repeated ones dropped.

   The signs of X u come from matrix products of fixed shape.  A product that
   is within its rounding error of zero, d eps |x_i| |u|, is summed again in
   extended precision in the order of the features, so that no bit depends on
   the number of threads or on how the library blocks its products.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "arrangement/draw.h"
#include "arrangement/index.h"
#include "arrangement/patterns.h"
#include "base/alloc.h"
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
  double *value;   /* n, scratch of those who draw */
  double *product; /* BATCH x TILE */
  double *u;       /* BATCH x d */
  uint64_t *bits;  /* BATCH x n_words */
};

static void
sampler_free (struct sampler *s)
{
  cvx_free (s->norm);
  cvx_free (s->value);
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
  s->value = cvx_alloc (n, sizeof *s->value);
  s->product = cvx_alloc (BATCH, TILE * sizeof *s->product);
  s->u = cvx_alloc (BATCH, d * sizeof *s->u);
  s->bits = cvx_alloc (BATCH, s->n_words * sizeof *s->bits);
  if (s->norm == NULL || s->value == NULL || s->product == NULL || s->u == NULL
      || s->bits == NULL)
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

/* What collect adds to.  */
struct set
{
  struct cvx_patterns *p;
  struct cvx_pattern_index *index;
  size_t wanted; /* patterns in it at the end */
  bool zero;     /* the zero pattern has been seen */
};

/* Run through the gates in order.  FILL puts gates FIRST .. FIRST + COUNT - 1
   in s->u; there are N_GATES.  *USED becomes the number looked at.  */
struct source
{
  void (*fill) (const struct source *source, struct sampler *s, size_t first,
                size_t count);
  size_t n_gates, skip; /* SKIP: the number of the first one */
  const double *gates;
  const struct cvxi_source *drawn;
};

static enum cvx_status
collect (struct set *set, struct sampler *s, const struct source *source,
         size_t *used, struct cvx_progress *progress, struct cvx_error *err)
{
  *used = 0;
  for (size_t first = 0;
       first < source->n_gates && set->p->n_patterns < set->wanted;
       first += BATCH)
    {
      size_t count = source->n_gates - first;
      if (count > BATCH)
        count = BATCH;
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      source->fill (source, s, source->skip + first, count);
      find_bits (s, count);
      for (size_t b = 0; b < count && set->p->n_patterns < set->wanted; b++)
        {
          if (add_pattern (set->p, set->index, s, b, &set->zero))
            cvx_progress_add (progress, 1);
          *used = first + b + 1;
        }
    }
  return CVX_OK;
}

/* A set with room for WANTED patterns and one more, where a repeated one is
   built before it is found out.  */
static enum cvx_status
set_init (struct set *set, struct sampler *s, enum cvx_patterns_kind kind,
          const double *x, size_t n, size_t d, size_t wanted,
          struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status status;
  *set = (struct set){ .wanted = wanted };
  if (wanted >= SIZE_MAX - 1)
    return cvx_fail_nomem (err, "sampling patterns");
  status = new_set (&set->p, kind, x, n, d, wanted + 1, err);
  if (status == CVX_OK)
    status = cvxi_pattern_index_sized (
        &set->index, set->p->bits, set->p->n_words, wanted + 1, progress, err);
  if (status == CVX_OK)
    status = sampler_init (s, x, n, d, err);
  if (status == CVX_OK)
    return status;
  cvx_pattern_index_free (set->index);
  cvx_patterns_free (set->p);
  return status;
}

/* The end of SET: it goes to *OUT when STATUS is good.  */
static enum cvx_status
set_finish (struct set *set, struct sampler *s, enum cvx_status status,
            struct cvx_patterns **out)
{
  set->p->count = set->p->n_patterns + set->zero;
  sampler_free (s);
  cvx_pattern_index_free (set->index);
  if (status == CVX_OK)
    *out = set->p;
  else
    cvx_patterns_free (set->p);
  return status;
}

static void
take_rows (const struct source *source, struct sampler *s, size_t first,
           size_t count)
{
  memcpy (s->u, source->gates + first * s->d, count * s->d * sizeof *s->u);
}

static void
take_columns (const struct source *source, struct sampler *s, size_t first,
              size_t count)
{
  for (size_t b = 0; b < count; b++)
    for (size_t c = 0; c < s->d; c++)
      s->u[b * s->d + c] = source->gates[c * source->n_gates + first + b];
}

static void
draw (const struct source *source, struct sampler *s, size_t first,
      size_t count)
{
  cvxi_draw (source->drawn, s->u, first, count);
}

/* The patterns of KEEP, as they are.  */
static void
put_kept (struct set *set, const struct cvx_patterns *keep)
{
  struct cvx_patterns *p = set->p;
  memcpy (p->bits, keep->bits,
          keep->n_patterns * p->n_words * sizeof *p->bits);
  memcpy (p->gate, keep->gate,
          keep->n_patterns * p->n_features * sizeof *p->gate);
  for (size_t g = 0; g < keep->n_patterns; g++)
    cvxi_pattern_index_add (set->index, g);
  p->n_patterns = keep->n_patterns;
  p->n_drawn = keep->n_drawn;
  p->seed = keep->seed;
  set->zero = keep->count > keep->n_patterns;
}

static enum cvx_status
check_finite (const double *gate, size_t rows, size_t columns,
              struct cvx_error *err)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < columns; k++)
      if (!isfinite (gate[i * columns + k]))
        return cvx_fail (err, CVX_E311,
                         "row %zu, column %zu of the gates is not a finite "
                         "number",
                         i + 1, k + 1);
  return CVX_OK;
}

static enum cvx_status
check_kept (const struct cvx_patterns *keep, const double *x, size_t n,
            size_t d, struct cvx_error *err)
{
  if (keep == NULL)
    return CVX_OK;
  if (keep->bits == NULL || keep->gate == NULL)
    return cvx_fail (err, CVX_E622, "the present patterns have no gates");
  if (keep->n_samples != n || keep->n_features != d
      || keep->data_hash != cvx_patterns_data_hash (x, n, d))
    return cvx_fail (err, CVX_E313, "the patterns are not those of X");
  return CVX_OK;
}

/* How many gates are drawn at most.  */
static enum cvx_status
most_draws (size_t *draws, const struct cvx_sampling *how, size_t n_base,
            size_t n, struct cvx_error *err)
{
  size_t flips;
  *draws = how->max_draws;
  if (*draws == 0
      && (!cvx_mul (how->count, 100, draws) || *draws > SIZE_MAX - 1000))
    return cvx_fail_nomem (err, "sampling patterns");
  if (how->max_draws == 0)
    *draws += 1000;
  if (how->draw == CVX_DRAW_FLIPS && cvx_mul (n_base, n, &flips)
      && *draws > flips)
    *draws = flips;
  return CVX_OK;
}

enum cvx_status
cvx_patterns_sample_as (struct cvx_patterns **out, const double *x, size_t n,
                        size_t d, const struct cvx_sampling *how,
                        const struct cvx_patterns *keep,
                        struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_source drawn = { .sampling = how, .x = x, .n = n, .d = d };
  struct source given
      = { .fill = take_rows, .n_gates = how->n_first, .gates = how->first };
  struct source rest = { .fill = draw, .drawn = &drawn };
  size_t kept = keep != NULL ? keep->n_patterns : 0, used;
  struct sampler s;
  struct set set;
  enum cvx_status status = check_kept (keep, x, n, d, err);
  *out = NULL;
  if (status == CVX_OK)
    status = check_finite (how->first, how->n_first, d, err);
  drawn.base = keep != NULL ? keep->gate : NULL;
  drawn.n_base = kept;
  if (status == CVX_OK)
    status = cvxi_draw_check (&drawn, err);
  if (status == CVX_OK)
    status = most_draws (&rest.n_gates, how, kept, n, err);
  if (status == CVX_OK && how->count > SIZE_MAX - kept)
    status = cvx_fail_nomem (err, "sampling patterns");
  if (status == CVX_OK)
    status = set_init (&set, &s, CVX_PATTERNS_SAMPLED, x, n, d,
                       kept + how->count, progress, err);
  if (status != CVX_OK)
    return status;
  cvx_progress_total (progress, how->count);
  drawn.norm = s.norm;
  drawn.value = s.value;
  if (keep != NULL)
    put_kept (&set, keep);
  if (keep != NULL && keep->kind == CVX_PATTERNS_SAMPLED
      && keep->seed == how->seed && how->draw != CVX_DRAW_FLIPS)
    rest.skip = keep->n_drawn;
  status = collect (&set, &s, &given, &used, progress, err);
  if (status == CVX_OK)
    status = collect (&set, &s, &rest, &used, progress, err);
  /* Flips are not drawn: the drawing may go on after them.  */
  if (how->draw != CVX_DRAW_FLIPS)
    {
      set.p->n_drawn = rest.skip + used;
      set.p->seed = how->seed;
    }
  return set_finish (&set, &s, status, out);
}

enum cvx_status
cvx_patterns_sample (struct cvx_patterns **out, const double *x, size_t n,
                     size_t d, size_t count, uint64_t seed, size_t max_draws,
                     struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_sampling how
      = { .count = count, .seed = seed, .max_draws = max_draws };
  return cvx_patterns_sample_as (out, x, n, d, &how, NULL, progress, err);
}

enum cvx_status
cvx_patterns_gates (struct cvx_patterns **out, const double *x, size_t n,
                    size_t d, const double *gates, size_t n_gates,
                    struct cvx_error *err)
{
  struct source source
      = { .fill = take_columns, .n_gates = n_gates, .gates = gates };
  struct sampler s;
  struct set set;
  enum cvx_status status = check_finite (gates, d, n_gates, err);
  *out = NULL;
  if (status == CVX_OK)
    status
        = set_init (&set, &s, CVX_PATTERNS_GATES, x, n, d, n_gates, NULL, err);
  if (status != CVX_OK)
    return status;
  status = collect (&set, &s, &source, &set.p->n_drawn, NULL, err);
  return set_finish (&set, &s, status, out);
}
