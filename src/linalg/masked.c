/* masked.c -- the masked stack product: who does it, and tiles of GEMM.

   Where there are enough samples and patterns, tables of sums do the products
   (masked_lookup.c); where most of X is zero, its nonzeros (masked_sparse.c).
   What is left is small and goes to BLAS:

   The work is cut into tasks: a tile of samples by a run of patterns.  A task
   multiplies a block of V with its tile of X by GEMM into a small tile that
   stays in cache, and adds the numbers that the masks leave (apply); or
   spreads r under the masks into such a tile and multiplies it with X
   (adjoint).  Tasks and the order in which their results are added depend on
   the sizes only, so that every number of threads gives the same digits.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/masked.h"

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/mask_kernels.h"
#include "linalg/masked_lookup.h"
#include "linalg/masked_sparse.h"
#include "linalg/sizes.h"
#include "linalg/threads.h"

enum
{
  TILE = 256,   /* samples */
  BLOCK = 256,  /* patterns */
  N_TASKS = 16, /* cut further while there are fewer tasks */
  WORDS = TILE / 64
};

/* Below this many multiplications one thread is as fast, and does not wait for
   another one that the machine has lent to somebody else.  */
static const double small_work = 3e6;

/* Below this many BLAS uses one thread by itself.  */
static const double blas_work = 262144;

/* REAL below is float or double.  */
struct cvx_masked
{
  const void *matrix; /* X, REAL */
  float *copy;        /* it, when it is not the caller's */
  const uint64_t *bits;
  size_t n, d, n_patterns, n_outputs, n_words;
  bool single;
  int threads;
  const struct cvxi_mask_kernels *kernels;
  void *tile;                         /* REAL: threads x BLOCK x TILE */
  void *sums;                         /* REAL: threads x n_outputs x TILE */
  struct cvxi_sparse_product *sparse; /* does the products, or NULL */
  struct cvxi_lookup *lookup;         /* does those for which it pays */
  const uint64_t **rows; /* threads x BLOCK: masks of the rows of a tile */
  void *r;               /* REAL, one output after the other: n rounded up to
                            tiles, zero past n */
  double *partial;       /* results of tasks before they are added; those of
                            the adjoint are REAL */
  float *low;            /* single: v, C P x d */
};

/* How a product with K rows of v is cut.  Outer pieces (tiles of samples for
   apply, blocks of rows for the adjoint) own parts of the result, inner
   pieces (blocks, tiles) add to all of it.  */
struct plan
{
  size_t outer, inner;
  size_t parts; /* runs of inner pieces whose results are added last */
};

static struct plan
plan_new (const struct cvx_masked *m, size_t k, bool adjoint)
{
  size_t tiles = cvxi_divide_up (m->n, TILE),
         blocks = cvxi_divide_up (k, BLOCK);
  struct plan p = { adjoint ? blocks : tiles, adjoint ? tiles : blocks, 1 };
  if (p.outer > 0 && p.inner > 0)
    p.parts = cvxi_smaller (cvxi_divide_up (N_TASKS, p.outer), p.inner);
  return p;
}

enum cvx_status
cvx_masked_new (struct cvx_masked **out, const double *x, size_t n, size_t d,
                const uint64_t *bits, size_t n_patterns, size_t n_outputs,
                bool single, int threads, struct cvx_error *err)
{
  struct cvx_masked *m;
  size_t in_tiles, partial, team, stack = n_patterns * n_outputs;
  size_t real = single ? sizeof (float) : sizeof (double);
  *out = NULL;
  if (d > INT_MAX || n > INT_MAX)
    return cvx_fail (err, CVX_E331,
                     "a matrix of %zu rows and %zu columns is too large for "
                     "BLAS with 32-bit sizes",
                     n, d);
  m = cvx_calloc (1, sizeof *m);
  if (m == NULL)
    return cvx_fail_nomem (err, "preparing the masked product");
  m->matrix = x;
  m->single = single;
  m->bits = bits;
  m->n = n;
  m->d = d;
  m->n_patterns = n_patterns;
  m->n_outputs = n_outputs;
  m->n_words = cvxi_divide_up (n, 64);
  m->threads = threads < 1 ? cvx_blas_threads (0) : threads;
  m->kernels = cvxi_mask_kernels (0);
  team = (size_t)m->threads;
  in_tiles = cvxi_divide_up (n, TILE) * TILE;
  /* parts * blocks < N_TASKS + blocks, for lists of any length; one part needs
     no memory.  */
  partial = cvxi_smaller (2 * N_TASKS * BLOCK, stack * N_TASKS) * d;
  if (in_tiles < N_TASKS * TILE && partial < N_TASKS * in_tiles * n_outputs)
    partial = N_TASKS * in_tiles * n_outputs;
  m->tile = cvx_calloc (team, BLOCK * TILE * real);
  m->rows = cvx_calloc (team, BLOCK * sizeof *m->rows);
  m->sums = cvx_alloc (team * n_outputs, TILE * real);
  m->r = cvx_calloc (in_tiles, n_outputs * real);
  m->partial = cvx_alloc (partial, sizeof *m->partial);
  if (single)
    {
      m->matrix = m->copy = cvx_alloc (n, d * sizeof *m->copy);
      m->low = cvx_alloc (stack, d * sizeof *m->low);
    }
  if (m->tile == NULL || m->rows == NULL || m->sums == NULL || m->r == NULL
      || m->partial == NULL || (single && (m->copy == NULL || m->low == NULL)))
    {
      cvx_masked_free (m);
      return cvx_fail_nomem (err, "preparing the masked product");
    }
  for (size_t i = 0; single && i < n * d; i++)
    m->copy[i] = (float)x[i];
  if (cvxi_lookup_new (&m->lookup, m->matrix, n, d, bits, n_patterns,
                       n_outputs, single, m->threads, err)
      != CVX_OK)
    {
      cvx_masked_free (m);
      return CVX_NOMEM;
    }
  *out = m;
  return CVX_OK;
}

double
cvx_masked_bytes (size_t n, size_t d, size_t n_patterns, size_t n_outputs,
                  bool single, int threads)
{
  double stack = (double)n_patterns * (double)n_outputs, len = (double)d;
  double real = single ? sizeof (float) : sizeof (double);
  double rows = (double)(cvxi_divide_up (n, TILE) * TILE),
         c = (double)n_outputs;
  double partial = fmin (2.0 * N_TASKS * BLOCK, stack * N_TASKS) * len;
  if (rows < N_TASKS * TILE)
    partial = fmax (partial, N_TASKS * rows * c);
  return (double)threads * (BLOCK * TILE * real + BLOCK * 8 + c * TILE * real)
         + rows * c * real + 8 * partial
         + cvxi_lookup_bytes (n, d, n_patterns, n_outputs, single, threads)
         + (single ? 4 * ((double)n * len + stack * len) : 0);
}

void
cvx_masked_free (struct cvx_masked *m)
{
  if (m == NULL)
    return;
  cvxi_sparse_product_free (m->sparse);
  cvxi_lookup_free (m->lookup);
  cvx_free (m->tile);
  cvx_free (m->rows);
  cvx_free (m->sums);
  cvx_free (m->r);
  cvx_free (m->partial);
  cvx_free (m->copy);
  cvx_free (m->low);
  cvx_free (m);
}

enum cvx_status
cvx_masked_use_sparse (struct cvx_masked *m, const struct cvx_csr *x,
                       struct cvx_error *err)
{
  cvxi_sparse_product_free (m->sparse);
  return cvxi_sparse_product_new (&m->sparse, x, m->bits, m->n_patterns,
                                  m->n_outputs, m->threads, err);
}

/* Point the rows of this thread's tile at the masks of rows FROM ..
   FROM + COUNT - 1 of v (of LIST) from sample tile T on.  */
static const uint64_t *const *
mask_rows (const struct cvx_masked *m, int thread, const size_t *list,
           size_t from, size_t count, size_t t)
{
  const uint64_t **rows = m->rows + (size_t)thread * BLOCK;
  for (size_t b = 0; b < count; b++)
    {
      size_t g = list == NULL ? from + b : list[from + b];
      rows[b] = m->bits + g % m->n_patterns * m->n_words + t * WORDS;
    }
  return rows;
}

/* The output of row FROM of v (of LIST), and in *COUNT the number of rows from
   it on, at most *COUNT, that have the same.  */
static size_t
output_of (const struct cvx_masked *m, const size_t *list, size_t from,
           size_t *count)
{
  size_t output = (list == NULL ? from : list[from]) / m->n_patterns;
  size_t same = 1;
  while (same < *count
         && (list == NULL ? from + same : list[from + same]) / m->n_patterns
                == output)
    same++;
  *count = same;
  return output;
}

#define REAL    double
#define NAME(X) X
#define GEMM    cblas_dgemm
#define SUM     sum
#define SPREAD  spread
#include "linalg/masked_tasks.h"

#define REAL    float
#define NAME(X) X##_single
#define GEMM    cblas_sgemm
#define SUM     sum_single
#define SPREAD  spread_single
#include "linalg/masked_tasks.h"

/* OUT = sum over PARTS arrays of LENGTH numbers.  */
static void
add_parts (const double *partial, size_t parts, size_t length, double *out)
{
  memcpy (out, partial, length * sizeof *out);
  for (size_t s = 1; s < parts; s++)
    for (size_t i = 0; i < length; i++)
      out[i] += partial[s * length + i];
}

static void
add_parts_single (const float *partial, size_t parts, size_t length,
                  double *out)
{
  for (size_t i = 0; i < length; i++)
    out[i] = (double)partial[i];
  for (size_t s = 1; s < parts; s++)
    for (size_t i = 0; i < length; i++)
      out[i] += (double)partial[s * length + i];
}

/* Threads for a product with K patterns; 1 also switches BLAS to one thread,
   with the number before in *BEFORE for restore (), unless that is NULL.  */
static int
team_for (const struct cvx_masked *m, size_t k, int *before)
{
  double work = (double)m->n * (double)m->d * (double)k;
  int team = work <= small_work || cvx_in_parallel () ? 1 : m->threads;
  if (before == NULL)
    return team;
  *before = 0;
  if (team == 1 && work > blas_work && !cvx_in_parallel ())
    *before = cvx_blas_threads (1);
  return team;
}

static void
restore (int before)
{
  if (before > 1)
    cvx_blas_threads (before);
}

typedef void task_function (const struct cvx_masked *m, size_t k,
                            const size_t *list, const void *in, size_t piece,
                            size_t from, size_t to, void *result);

/* Apply or adjoint with the rows of v in LIST: IN (REAL) to OUT, which has
   LENGTH numbers.  */
static enum cvx_status
run (const struct cvx_masked *m, bool adjoint, size_t k, const size_t *list,
     const void *in, double *out, size_t length, struct cvx_progress *progress)
{
  struct plan p = plan_new (m, k, adjoint);
  size_t n_tasks = p.outer * p.parts;
  size_t own = adjoint ? BLOCK * m->d : TILE * m->n_outputs;
  bool low = m->single && adjoint; /* results are floats */
  size_t size = low ? sizeof (float) : sizeof (double);
  char *to = (char *)(p.parts == 1 ? out : m->partial);
  task_function *task_of[]
      = { apply_task, adjoint_task, apply_task_single, adjoint_task_single };
  task_function *work = task_of[2 * m->single + adjoint];
  atomic_bool stopped = false;
  int before, team = team_for (m, k, &before);
  if (low && p.parts == 1)
    to = (char *)m->low;
  if (p.inner == 0 || m->d == 0)
    {
      memset (out, 0, length * sizeof *out);
      n_tasks = 0;
    }
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (size_t task = 0; task < n_tasks; task++)
    {
      size_t piece = task / p.parts, part = task % p.parts;
      if (cvx_aborted (progress))
        atomic_store_explicit (&stopped, true, memory_order_relaxed);
      else
        work (m, k, list, in, piece, p.inner * part / p.parts,
              p.inner * (part + 1) / p.parts,
              to + (part * length + piece * own) * size);
    }
  restore (before);
  if (stopped)
    return CVX_INTERRUPTED;
  if (low && n_tasks > 0)
    add_parts_single ((const float *)(const void *)to, p.parts, length, out);
  else if (p.parts > 1 && n_tasks > 0)
    add_parts (m->partial, p.parts, length, out);
  return CVX_OK;
}

enum cvx_status
cvx_masked_apply_list (const struct cvx_masked *m, size_t k,
                       const size_t *list, const double *v, double *f,
                       struct cvx_progress *progress)
{
  const void *in = v;
  if (m->sparse != NULL)
    return cvxi_sparse_apply (m->sparse, k, list, v, f, progress);
  if (m->single)
    {
      for (size_t i = 0; i < k * m->d; i++)
        m->low[i] = (float)v[i];
      in = m->low;
    }
  if (cvxi_lookup_pays (m->lookup, false, k, list))
    return cvxi_lookup_apply (m->lookup, k, list, in, f, team_for (m, k, NULL),
                              progress);
  return run (m, false, k, list, in, f, m->n * m->n_outputs, progress);
}

enum cvx_status
cvx_masked_adjoint_list (const struct cvx_masked *m, size_t k,
                         const size_t *list, const double *r, double *g,
                         struct cvx_progress *progress)
{
  if (m->sparse != NULL)
    return cvxi_sparse_adjoint (m->sparse, k, list, r, g, progress);
  (m->single ? take_residual_single : take_residual) (m, r);
  if (cvxi_lookup_pays (m->lookup, true, k, list))
    return cvxi_lookup_adjoint (m->lookup, k, list, m->r,
                                cvxi_divide_up (m->n, TILE) * TILE, g,
                                team_for (m, k, NULL), progress);
  return run (m, true, k, list, m->r, g, k * m->d, progress);
}

enum cvx_status
cvx_masked_apply (const struct cvx_masked *m, const double *v, double *f,
                  struct cvx_progress *progress)
{
  return cvx_masked_apply_list (m, m->n_patterns * m->n_outputs, NULL, v, f,
                                progress);
}

enum cvx_status
cvx_masked_adjoint (const struct cvx_masked *m, const double *r, double *g,
                    struct cvx_progress *progress)
{
  return cvx_masked_adjoint_list (m, m->n_patterns * m->n_outputs, NULL, r, g,
                                  progress);
}

enum
{
  COUNT_WORDS = 64 /* words of patterns that are counted at a time */
};

/* Bits of word W (64 samples) of patterns FROM .. FROM + 64 WORDS - 1, one
   sample after the other, COUNT_WORDS words each.  */
static void
sample_major (const struct cvx_masked *m, size_t w, size_t from, size_t words,
              uint64_t *out)
{
  for (size_t q = 0; q < words; q++)
    {
      uint64_t a[64];
      for (size_t b = 0; b < 64; b++)
        {
          size_t g = from + q * 64 + b;
          a[b] = g < m->n_patterns ? m->bits[g * m->n_words + w] : 0;
        }
      cvxi_transpose_bits (a);
      for (size_t i = 0; i < 64; i++)
        out[i * COUNT_WORDS + q] = a[i];
    }
}

void
cvx_masked_counts (const struct cvx_masked *m, double *c)
{
  size_t n = m->n, run = 64 * COUNT_WORDS;
  int team = cvx_in_parallel () ? 1 : m->threads;
  memset (c, 0, n * n * sizeof *c);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (size_t wi = 0; wi < m->n_words; wi++)
    for (size_t from = 0; from < m->n_patterns; from += run)
      {
        uint64_t rows[64 * COUNT_WORDS], columns[64 * COUNT_WORDS];
        size_t words
            = cvxi_divide_up (cvxi_smaller (run, m->n_patterns - from), 64);
        sample_major (m, wi, from, words, rows);
        for (size_t wj = 0; wj <= wi; wj++)
          {
            sample_major (m, wj, from, words, columns);
            for (size_t i = 0; i < cvxi_smaller (64, n - wi * 64); i++)
              for (size_t j = 0; j < cvxi_smaller (64, n - wj * 64); j++)
                {
                  uint64_t count = 0;
                  for (size_t q = 0; q < words; q++)
                    count += (uint64_t)__builtin_popcountll (
                        rows[i * COUNT_WORDS + q]
                        & columns[j * COUNT_WORDS + q]);
                  c[(wi * 64 + i) * n + wj * 64 + j] += (double)count;
                }
          }
      }
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      c[i * n + j] = c[j * n + i];
}
