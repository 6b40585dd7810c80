/* masked_sparse.c -- the masked stack product of a sparse X.

   The rows of v are laid side by side in groups of 32 lanes, so that one
   nonzero of X meets 32 of them at once:

     apply    z = sum_j x_ij V[j][lanes] for the nonzeros of row i, and what
              the bits of sample i leave of z is added up;
     adjoint  G[j][lanes] = sum_i x_ij r_i [bits of sample i] for the nonzeros
              of column j.

   Both walk over nonzeros with the lanes in registers, 2 nnz(X) C P operations
   each.  A group has lanes of one output only.  The work is cut into runs of
   samples or columns that own their results, so that the digits do not depend
   on the number of threads.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/masked_sparse.h"

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/threads.h"

#if defined __x86_64__ && defined __GNUC__
#  define HAVE_X86 1
#  include <immintrin.h>
#else
#  define HAVE_X86 0
#endif

enum
{
  LANES = 32,
  ROWS = 256,  /* samples of a task */
  COLUMNS = 16 /* columns of a task */
};

/* Below this many multiplications one thread is as fast.  */
static const double small_work = 1e6;

/* Lanes of one group: IDX, COUNT entries VALUE at INDEX.  */
typedef void apply_kernel (const uint32_t *index, const double *value,
                           size_t count, const double *v, uint32_t mask,
                           double *sum);
typedef void adjoint_kernel (const uint32_t *index, const double *value,
                             size_t count, const double *r,
                             const uint32_t *mask, double *g);

struct cvxi_sparse_product
{
  const struct cvx_csr *x;
  struct cvx_csr *turned; /* its columns */
  const uint64_t *bits;
  size_t n, d, n_patterns, n_outputs, n_words, most; /* groups at most */
  int threads;
  apply_kernel *apply;
  adjoint_kernel *adjoint;
  /* Of the current call: */
  size_t n_groups;
  size_t *lane;   /* most x LANES: row of v + 1, 0: none */
  size_t *output; /* of a group */
  size_t *fill;   /* n_outputs */
  uint32_t *mask; /* most x n: bits of a sample */
  double *side;   /* most x d x LANES: V or G */
  double *r;      /* n_outputs x n */
};

static inline __attribute__ ((always_inline)) void
apply_body (const uint32_t *index, const double *value, size_t count,
            const double *v, uint32_t mask, double *sum)
{
  double z[LANES] = { 0 };
  for (size_t k = 0; k < count; k++)
    {
      const double *at = v + (size_t)index[k] * LANES;
      for (size_t l = 0; l < LANES; l++)
        z[l] += value[k] * at[l];
    }
  for (size_t l = 0; l < LANES; l++)
    {
      uint64_t u;
      memcpy (&u, &z[l], sizeof u);
      u &= -(uint64_t)(mask >> l & 1);
      memcpy (&z[l], &u, sizeof u);
      sum[l] += z[l];
    }
}

static inline __attribute__ ((always_inline)) void
adjoint_body (const uint32_t *index, const double *value, size_t count,
              const double *r, const uint32_t *mask, double *g)
{
  double z[LANES] = { 0 };
  for (size_t k = 0; k < count; k++)
    {
      double t = value[k] * r[index[k]];
      uint64_t u;
      memcpy (&u, &t, sizeof u);
      for (size_t l = 0; l < LANES; l++)
        {
          uint64_t w = u & -(uint64_t)(mask[index[k]] >> l & 1);
          double kept;
          memcpy (&kept, &w, sizeof w);
          z[l] += kept;
        }
    }
  memcpy (g, z, sizeof z);
}

static void
apply_any (const uint32_t *index, const double *value, size_t count,
           const double *v, uint32_t mask, double *sum)
{
  apply_body (index, value, count, v, mask, sum);
}

static void
adjoint_any (const uint32_t *index, const double *value, size_t count,
             const double *r, const uint32_t *mask, double *g)
{
  adjoint_body (index, value, count, r, mask, g);
}

#if HAVE_X86

#  define AVX2   __attribute__ ((target ("avx2,fma")))
#  define AVX512 __attribute__ ((target ("avx512f")))

AVX2 static void
apply_avx2 (const uint32_t *index, const double *value, size_t count,
            const double *v, uint32_t mask, double *sum)
{
  __m256d z[LANES / 4];
  for (size_t q = 0; q < LANES / 4; q++)
    z[q] = _mm256_setzero_pd ();
  for (size_t k = 0; k < count; k++)
    {
      const double *at = v + (size_t)index[k] * LANES;
      __m256d x = _mm256_set1_pd (value[k]);
      for (size_t q = 0; q < LANES / 4; q++)
        z[q] = _mm256_fmadd_pd (x, _mm256_loadu_pd (at + 4 * q), z[q]);
    }
  for (size_t q = 0; q < LANES / 4; q++)
    {
      __m256i b = _mm256_srlv_epi64 (_mm256_set1_epi64x (mask >> (4 * q)),
                                     _mm256_set_epi64x (3, 2, 1, 0));
      __m256d keep = _mm256_castsi256_pd (_mm256_slli_epi64 (b, 63));
      z[q] = _mm256_blendv_pd (_mm256_setzero_pd (), z[q], keep);
      _mm256_storeu_pd (sum + 4 * q,
                        _mm256_add_pd (_mm256_loadu_pd (sum + 4 * q), z[q]));
    }
}

AVX2 static void
adjoint_avx2 (const uint32_t *index, const double *value, size_t count,
              const double *r, const uint32_t *mask, double *g)
{
  const __m256i shift = _mm256_set_epi64x (60, 61, 62, 63);
  __m256d z[LANES / 4];
  for (size_t q = 0; q < LANES / 4; q++)
    z[q] = _mm256_setzero_pd ();
  for (size_t k = 0; k < count; k++)
    {
      __m256d t = _mm256_set1_pd (value[k] * r[index[k]]);
      uint32_t m = mask[index[k]];
      for (size_t q = 0; q < LANES / 4; q++)
        {
          /* The bit of a lane becomes its sign.  */
          __m256i b
              = _mm256_sllv_epi64 (_mm256_set1_epi64x (m >> (4 * q)), shift);
          z[q] = _mm256_add_pd (z[q],
                                _mm256_blendv_pd (_mm256_setzero_pd (), t,
                                                  _mm256_castsi256_pd (b)));
        }
    }
  for (size_t q = 0; q < LANES / 4; q++)
    _mm256_storeu_pd (g + 4 * q, z[q]);
}

AVX512 static void
apply_avx512 (const uint32_t *index, const double *value, size_t count,
              const double *v, uint32_t mask, double *sum)
{
  __m512d z[LANES / 8];
  for (size_t q = 0; q < LANES / 8; q++)
    z[q] = _mm512_setzero_pd ();
  for (size_t k = 0; k < count; k++)
    {
      const double *at = v + (size_t)index[k] * LANES;
      __m512d x = _mm512_set1_pd (value[k]);
      for (size_t q = 0; q < LANES / 8; q++)
        z[q] = _mm512_fmadd_pd (x, _mm512_loadu_pd (at + 8 * q), z[q]);
    }
  for (size_t q = 0; q < LANES / 8; q++)
    {
      __m512d s = _mm512_loadu_pd (sum + 8 * q);
      s = _mm512_mask_add_pd (s, (__mmask8)(mask >> (8 * q)), s, z[q]);
      _mm512_storeu_pd (sum + 8 * q, s);
    }
}

AVX512 static void
adjoint_avx512 (const uint32_t *index, const double *value, size_t count,
                const double *r, const uint32_t *mask, double *g)
{
  __m512d z[LANES / 8];
  for (size_t q = 0; q < LANES / 8; q++)
    z[q] = _mm512_setzero_pd ();
  for (size_t k = 0; k < count; k++)
    {
      __m512d t = _mm512_set1_pd (value[k] * r[index[k]]);
      uint32_t m = mask[index[k]];
      for (size_t q = 0; q < LANES / 8; q++)
        z[q] = _mm512_mask_add_pd (z[q], (__mmask8)(m >> (8 * q)), z[q], t);
    }
  for (size_t q = 0; q < LANES / 8; q++)
    _mm512_storeu_pd (g + 8 * q, z[q]);
}
#endif

static void
choose_kernels (struct cvxi_sparse_product *m)
{
  m->apply = apply_any;
  m->adjoint = adjoint_any;
#if HAVE_X86
  if (__builtin_cpu_supports ("avx512f"))
    {
      m->apply = apply_avx512;
      m->adjoint = adjoint_avx512;
    }
  else if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      m->apply = apply_avx2;
      m->adjoint = adjoint_avx2;
    }
#endif
}

enum cvx_status
cvxi_sparse_product_new (struct cvxi_sparse_product **out,
                         const struct cvx_csr *x, const uint64_t *bits,
                         size_t n_patterns, size_t n_outputs, int threads,
                         struct cvx_error *err)
{
  struct cvxi_sparse_product *m = cvx_calloc (1, sizeof *m);
  enum cvx_status status;
  *out = NULL;
  if (m == NULL)
    return cvx_fail_nomem (err, "preparing the sparse product");
  m->x = x;
  m->bits = bits;
  m->n = x->n;
  m->d = x->d;
  m->n_patterns = n_patterns;
  m->n_outputs = n_outputs;
  m->n_words = (m->n + 63) / 64;
  m->most = n_patterns * n_outputs / LANES + n_outputs;
  m->threads = threads < 1 ? cvx_blas_threads (0) : threads;
  choose_kernels (m);
  m->lane = cvx_alloc (m->most, LANES * sizeof *m->lane);
  m->output = cvx_alloc (m->most, sizeof *m->output);
  m->fill = cvx_alloc (n_outputs, sizeof *m->fill);
  m->mask = cvx_alloc (m->most, m->n * sizeof *m->mask);
  m->side = cvx_alloc (m->most, m->d * LANES * sizeof *m->side);
  m->r = cvx_alloc (n_outputs, m->n * sizeof *m->r);
  if (m->lane == NULL || m->output == NULL || m->fill == NULL
      || m->mask == NULL || m->side == NULL || m->r == NULL)
    status = cvx_fail_nomem (err, "preparing the sparse product");
  else
    status = cvx_csr_transpose (&m->turned, x, err);
  if (status == CVX_OK)
    *out = m;
  else
    cvxi_sparse_product_free (m);
  return status;
}

void
cvxi_sparse_product_free (struct cvxi_sparse_product *m)
{
  if (m == NULL)
    return;
  cvx_csr_free (m->turned);
  cvx_free (m->lane);
  cvx_free (m->output);
  cvx_free (m->fill);
  cvx_free (m->mask);
  cvx_free (m->side);
  cvx_free (m->r);
  cvx_free (m);
}

/* Give the K rows of v in LIST their lanes: the groups of an output follow one
   another, the last one filled up with nothing.  */
static void
deal (struct cvxi_sparse_product *m, size_t k, const size_t *list)
{
  size_t group = 0;
  for (size_t o = 0; o < m->n_outputs; o++)
    m->fill[o] = 0;
  for (size_t b = 0; b < k; b++)
    m->fill[(list == NULL ? b : list[b]) / m->n_patterns]++;
  for (size_t o = 0; o < m->n_outputs; o++)
    {
      size_t groups = (m->fill[o] + LANES - 1) / LANES;
      m->fill[o] = group * LANES;
      for (size_t q = 0; q < groups; q++)
        m->output[group++] = o;
    }
  m->n_groups = group;
  memset (m->lane, 0, group * LANES * sizeof *m->lane);
  for (size_t b = 0; b < k; b++)
    m->lane[m->fill[(list == NULL ? b : list[b]) / m->n_patterns]++] = b + 1;
}

/* The bits of every sample for the lanes of group Q.  */
static void
gather_bits (const struct cvxi_sparse_product *m, size_t q, const size_t *list)
{
  uint32_t *mask = m->mask + q * m->n;
  memset (mask, 0, m->n * sizeof *mask);
  for (size_t l = 0; l < LANES; l++)
    {
      size_t b = m->lane[q * LANES + l];
      const uint64_t *bits;
      if (b == 0)
        continue;
      b = list == NULL ? b - 1 : list[b - 1];
      bits = m->bits + b % m->n_patterns * m->n_words;
      for (size_t w = 0; w < m->n_words; w++)
        {
          size_t left = m->n - w * 64 < 64 ? m->n - w * 64 : 64;
          for (size_t i = 0; i < left; i++)
            mask[w * 64 + i] |= (uint32_t)(bits[w] >> i & 1) << l;
        }
    }
}

/* Rows of v into the lanes of group Q, or (BACK) the lanes out to rows of
   G.  */
static void
turn (const struct cvxi_sparse_product *m, size_t q, const double *v,
      double *g)
{
  double *side = m->side + q * m->d * LANES;
  if (v != NULL)
    memset (side, 0, m->d * LANES * sizeof *side);
  for (size_t l = 0; l < LANES; l++)
    {
      size_t b = m->lane[q * LANES + l];
      if (b != 0 && v != NULL)
        for (size_t j = 0; j < m->d; j++)
          side[j * LANES + l] = v[(b - 1) * m->d + j];
      else if (b != 0)
        for (size_t j = 0; j < m->d; j++)
          g[(b - 1) * m->d + j] = side[j * LANES + l];
    }
}

static int
team_for (const struct cvxi_sparse_product *m, size_t k)
{
  double work = (double)m->x->start[m->n] * (double)k;
  return work <= small_work || cvx_in_parallel () ? 1 : m->threads;
}

/* Samples FROM .. TO - 1 of f.  */
static void
apply_samples (const struct cvxi_sparse_product *m, size_t from, size_t to,
               double *f)
{
  const struct cvx_csr *x = m->x;
  memset (f + from * m->n_outputs, 0, (to - from) * m->n_outputs * sizeof *f);
  for (size_t q = 0; q < m->n_groups; q++)
    for (size_t i = from; i < to; i++)
      {
        double sum[LANES] = { 0 }, all = 0;
        m->apply (x->column + x->start[i], x->value + x->start[i],
                  x->start[i + 1] - x->start[i], m->side + q * m->d * LANES,
                  m->mask[q * m->n + i], sum);
        for (size_t l = 0; l < LANES; l++)
          all += sum[l];
        f[i * m->n_outputs + m->output[q]] += all;
      }
}

static void
adjoint_columns (const struct cvxi_sparse_product *m, size_t from, size_t to)
{
  const struct cvx_csr *x = m->turned;
  for (size_t q = 0; q < m->n_groups; q++)
    for (size_t j = from; j < to; j++)
      m->adjoint (x->column + x->start[j], x->value + x->start[j],
                  x->start[j + 1] - x->start[j], m->r + m->output[q] * m->n,
                  m->mask + q * m->n, m->side + (q * m->d + j) * LANES);
}

/* The lanes of a call: groups, bits, and V when there is one.  */
static void
prepare (struct cvxi_sparse_product *m, size_t k, const size_t *list,
         const double *v, int team)
{
  deal (m, k, list);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (size_t q = 0; q < m->n_groups; q++)
    {
      gather_bits (m, q, list);
      if (v != NULL)
        turn (m, q, v, NULL);
    }
}

enum cvx_status
cvxi_sparse_apply (struct cvxi_sparse_product *m, size_t k, const size_t *list,
                   const double *v, double *f, struct cvx_progress *progress)
{
  int team = team_for (m, k);
  atomic_bool stopped = false;
  prepare (m, k, list, v, team);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (size_t from = 0; from < m->n; from += ROWS)
    if (cvx_aborted (progress))
      atomic_store_explicit (&stopped, true, memory_order_relaxed);
    else
      apply_samples (m, from, from + ROWS < m->n ? from + ROWS : m->n, f);
  return stopped ? CVX_INTERRUPTED : CVX_OK;
}

enum cvx_status
cvxi_sparse_adjoint (struct cvxi_sparse_product *m, size_t k,
                     const size_t *list, const double *r, double *g,
                     struct cvx_progress *progress)
{
  int team = team_for (m, k);
  atomic_bool stopped = false;
  prepare (m, k, list, NULL, team);
  for (size_t i = 0; i < m->n; i++)
    for (size_t o = 0; o < m->n_outputs; o++)
      m->r[o * m->n + i] = r[i * m->n_outputs + o];
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (size_t from = 0; from < m->d; from += COLUMNS)
    if (cvx_aborted (progress))
      atomic_store_explicit (&stopped, true, memory_order_relaxed);
    else
      adjoint_columns (m, from, from + COLUMNS < m->d ? from + COLUMNS : m->d);
  if (stopped)
    return CVX_INTERRUPTED;
#pragma omp parallel for num_threads(team) schedule(static) if (team > 1)
  for (size_t q = 0; q < m->n_groups; q++)
    turn (m, q, NULL, g);
  return CVX_OK;
}
