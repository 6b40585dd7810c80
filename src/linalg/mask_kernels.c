/* mask_kernels.c -- masked sums and spreads, and tables of sums, for AVX-512,
   AVX2 and any machine.

   The sums keep 32 or 64 samples in registers while they walk down the
   patterns, so that a number of the tile is loaded once and masked for a
   quarter of a cycle.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/mask_kernels.h"

#include <string.h>

#if defined __x86_64__ && defined __GNUC__
#  define HAVE_X86 1
#  include <immintrin.h>
#else
#  define HAVE_X86 0
#endif

/* Of one precision: NUMBER has as many bits as the integer WORD.  */
#define PORTABLE(SUFFIX, NUMBER, WORD)                                        \
  /* X where BIT is 1, else +0.  */                                           \
  static inline NUMBER keep_##SUFFIX (uint64_t bit, NUMBER x)                 \
  {                                                                           \
    WORD u;                                                                   \
    memcpy (&u, &x, sizeof u);                                                \
    u &= (WORD)(-bit);                                                        \
    memcpy (&x, &u, sizeof x);                                                \
    return x;                                                                 \
  }                                                                           \
                                                                              \
  static void sum_##SUFFIX (size_t n_rows, const uint64_t *const *bits,       \
                            size_t words, const NUMBER *z, size_t ld,         \
                            NUMBER *f)                                        \
  {                                                                           \
    for (size_t w = 0; w < words; w++)                                        \
      for (size_t b = 0; b < n_rows; b++)                                     \
        {                                                                     \
          uint64_t word = bits[b][w];                                         \
          const NUMBER *zb = z + b * ld + w * 64;                             \
          for (size_t i = 0; i < 64; i++)                                     \
            f[w * 64 + i] += keep_##SUFFIX (word >> i & 1, zb[i]);            \
        }                                                                     \
  }                                                                           \
                                                                              \
  static void spread_##SUFFIX (size_t n_rows, const uint64_t *const *bits,    \
                               size_t words, const NUMBER *r, NUMBER *w,      \
                               size_t ld)                                     \
  {                                                                           \
    for (size_t b = 0; b < n_rows; b++)                                       \
      for (size_t k = 0; k < words; k++)                                      \
        {                                                                     \
          uint64_t word = bits[b][k];                                         \
          NUMBER *wb = w + b * ld + k * 64;                                   \
          for (size_t i = 0; i < 64; i++)                                     \
            wb[i] = keep_##SUFFIX (word >> i & 1, r[k * 64 + i]);             \
        }                                                                     \
  }

PORTABLE (any, double, uint64_t)
PORTABLE (any_single, float, uint32_t)

#if HAVE_X86

/* Four lanes of -1 or 0 from bits FROM .. FROM + 3 of each lane of WORD.  */
#  define LANES(WORD, FROM)                                                   \
    _mm256_castsi256_pd (_mm256_cmpeq_epi64 (                                 \
        _mm256_and_si256 (WORD, _mm256_slli_epi64 (lane, FROM)),              \
        _mm256_slli_epi64 (lane, FROM)))

/* 32 samples: eight sums stay in registers.  SHIFT is 0 or 32.  */
__attribute__ ((target ("avx2"))) static inline void
sum_32 (size_t n_rows, const uint64_t *const *bits, size_t w, int shift,
        const double *z, size_t ld, double *f)
{
  const __m256i lane = _mm256_set_epi64x (8, 4, 2, 1);
  __m256d s[8];
  for (int k = 0; k < 8; k++)
    s[k] = _mm256_loadu_pd (f + 4 * k);
  for (size_t b = 0; b < n_rows; b++)
    {
      __m256i word = _mm256_set1_epi64x ((long long)(bits[b][w] >> shift));
      const double *zb = z + b * ld;
#  define STEP(K)                                                             \
    s[K] = _mm256_add_pd (s[K], _mm256_and_pd (LANES (word, 4 * K),           \
                                               _mm256_loadu_pd (zb + 4 * K)))
      STEP (0);
      STEP (1);
      STEP (2);
      STEP (3);
      STEP (4);
      STEP (5);
      STEP (6);
      STEP (7);
#  undef STEP
    }
  for (int k = 0; k < 8; k++)
    _mm256_storeu_pd (f + 4 * k, s[k]);
}

__attribute__ ((target ("avx2"))) static void
sum_avx2 (size_t n_rows, const uint64_t *const *bits, size_t words,
          const double *z, size_t ld, double *f)
{
  for (size_t w = 0; w < words; w++)
    {
      sum_32 (n_rows, bits, w, 0, z + w * 64, ld, f + w * 64);
      sum_32 (n_rows, bits, w, 32, z + w * 64 + 32, ld, f + w * 64 + 32);
    }
}

__attribute__ ((target ("avx2"))) static void
spread_avx2 (size_t n_rows, const uint64_t *const *bits, size_t words,
             const double *r, double *w, size_t ld)
{
  const __m256i lane = _mm256_set_epi64x (8, 4, 2, 1);
  for (size_t b = 0; b < n_rows; b++)
    for (size_t k = 0; k < 2 * words; k++)
      {
        uint64_t half = bits[b][k / 2] >> (k % 2 * 32);
        __m256i word = _mm256_set1_epi64x ((long long)half);
        const double *rk = r + 32 * k;
        double *wk = w + b * ld + 32 * k;
#  define STEP(K)                                                             \
    _mm256_storeu_pd (                                                        \
        wk + 4 * K,                                                           \
        _mm256_and_pd (LANES (word, 4 * K), _mm256_loadu_pd (rk + 4 * K)))
        STEP (0);
        STEP (1);
        STEP (2);
        STEP (3);
        STEP (4);
        STEP (5);
        STEP (6);
        STEP (7);
#  undef STEP
      }
}

/* Eight lanes of -1 or 0 from bits 8 K .. 8 K + 7 of the lanes of HALF.  */
#  define LANES_SINGLE(HALF, K)                                               \
    _mm256_castsi256_ps (_mm256_cmpeq_epi32 (                                 \
        _mm256_and_si256 (HALF, _mm256_slli_epi32 (lane, 8 * (K))),           \
        _mm256_slli_epi32 (lane, 8 * (K))))

/* 64 samples: eight sums stay in registers.  */
__attribute__ ((target ("avx2"))) static void
sum_avx2_single (size_t n_rows, const uint64_t *const *bits, size_t words,
                 const float *z, size_t ld, float *f)
{
  const __m256i lane = _mm256_set_epi32 (128, 64, 32, 16, 8, 4, 2, 1);
  for (size_t w = 0; w < words; w++)
    {
      __m256 s[8];
      for (int k = 0; k < 8; k++)
        s[k] = _mm256_loadu_ps (f + w * 64 + 8 * k);
      for (size_t b = 0; b < n_rows; b++)
        {
          __m256i low = _mm256_set1_epi32 ((int)(uint32_t)bits[b][w]);
          __m256i high = _mm256_set1_epi32 ((int)(bits[b][w] >> 32));
          const float *zb = z + b * ld + w * 64;
#  define STEP(HALF, K, AT)                                                   \
    s[AT] = _mm256_add_ps (s[AT],                                             \
                           _mm256_and_ps (LANES_SINGLE (HALF, K),             \
                                          _mm256_loadu_ps (zb + 8 * (AT))))
          STEP (low, 0, 0);
          STEP (low, 1, 1);
          STEP (low, 2, 2);
          STEP (low, 3, 3);
          STEP (high, 0, 4);
          STEP (high, 1, 5);
          STEP (high, 2, 6);
          STEP (high, 3, 7);
#  undef STEP
        }
      for (int k = 0; k < 8; k++)
        _mm256_storeu_ps (f + w * 64 + 8 * k, s[k]);
    }
}

__attribute__ ((target ("avx2"))) static void
spread_avx2_single (size_t n_rows, const uint64_t *const *bits, size_t words,
                    const float *r, float *w, size_t ld)
{
  const __m256i lane = _mm256_set_epi32 (128, 64, 32, 16, 8, 4, 2, 1);
  for (size_t b = 0; b < n_rows; b++)
    for (size_t k = 0; k < 2 * words; k++)
      {
        __m256i half = _mm256_set1_epi32 (
            (int)(uint32_t)(bits[b][k / 2] >> (k % 2 * 32)));
        const float *rk = r + 32 * k;
        float *wk = w + b * ld + 32 * k;
#  define STEP(K)                                                             \
    _mm256_storeu_ps (wk + 8 * (K),                                           \
                      _mm256_and_ps (LANES_SINGLE (half, K),                  \
                                     _mm256_loadu_ps (rk + 8 * (K))))
        STEP (0);
        STEP (1);
        STEP (2);
        STEP (3);
#  undef STEP
      }
}

__attribute__ ((target ("avx512f"))) static void
sum_avx512 (size_t n_rows, const uint64_t *const *bits, size_t words,
            const double *z, size_t ld, double *f)
{
  for (size_t w = 0; w < words; w++)
    {
      __m512d s[8];
      for (int k = 0; k < 8; k++)
        s[k] = _mm512_loadu_pd (f + w * 64 + 8 * k);
      for (size_t b = 0; b < n_rows; b++)
        {
          uint64_t word = bits[b][w];
          const double *zb = z + b * ld + w * 64;
          for (int k = 0; k < 8; k++)
            s[k] = _mm512_add_pd (
                s[k], _mm512_maskz_loadu_pd ((__mmask8)(word >> (8 * k)),
                                             zb + 8 * k));
        }
      for (int k = 0; k < 8; k++)
        _mm512_storeu_pd (f + w * 64 + 8 * k, s[k]);
    }
}

__attribute__ ((target ("avx512f"))) static void
spread_avx512 (size_t n_rows, const uint64_t *const *bits, size_t words,
               const double *r, double *w, size_t ld)
{
  for (size_t b = 0; b < n_rows; b++)
    for (size_t k = 0; k < 8 * words; k++)
      _mm512_storeu_pd (
          w + b * ld + 8 * k,
          _mm512_maskz_loadu_pd ((__mmask8)(bits[b][k / 8] >> (k % 8 * 8)),
                                 r + 8 * k));
}

__attribute__ ((target ("avx512f"))) static void
sum_avx512_single (size_t n_rows, const uint64_t *const *bits, size_t words,
                   const float *z, size_t ld, float *f)
{
  for (size_t w = 0; w < words; w++)
    {
      __m512 s[4];
      for (int k = 0; k < 4; k++)
        s[k] = _mm512_loadu_ps (f + w * 64 + 16 * k);
      for (size_t b = 0; b < n_rows; b++)
        {
          uint64_t word = bits[b][w];
          const float *zb = z + b * ld + w * 64;
          for (int k = 0; k < 4; k++)
            s[k] = _mm512_add_ps (
                s[k], _mm512_maskz_loadu_ps ((__mmask16)(word >> (16 * k)),
                                             zb + 16 * k));
        }
      for (int k = 0; k < 4; k++)
        _mm512_storeu_ps (f + w * 64 + 16 * k, s[k]);
    }
}

__attribute__ ((target ("avx512f"))) static void
spread_avx512_single (size_t n_rows, const uint64_t *const *bits, size_t words,
                      const float *r, float *w, size_t ld)
{
  for (size_t b = 0; b < n_rows; b++)
    for (size_t k = 0; k < 4 * words; k++)
      _mm512_storeu_ps (
          w + b * ld + 16 * k,
          _mm512_maskz_loadu_ps ((__mmask16)(bits[b][k / 4] >> (k % 4 * 16)),
                                 r + 16 * k));
}

#  define TARGET    __attribute__ ((target ("avx2")))
#  define REAL      double
#  define WIDTH     32
#  define KERNEL(X) X##_avx2
#  include "linalg/mask_tables.h"
#  define REAL      float
#  define WIDTH     32
#  define KERNEL(X) X##_avx2_single
#  include "linalg/mask_tables.h"
#  undef TARGET

#  define TARGET    __attribute__ ((target ("avx512f")))
#  define REAL      double
#  define WIDTH     64
#  define KERNEL(X) X##_avx512
#  include "linalg/mask_tables.h"
#  define REAL      float
#  define WIDTH     64
#  define KERNEL(X) X##_avx512_single
#  include "linalg/mask_tables.h"
#  undef TARGET

#endif

#define TARGET
#define REAL      double
#define WIDTH     16
#define KERNEL(X) X##_any
#include "linalg/mask_tables.h"
#define REAL      float
#define WIDTH     16
#define KERNEL(X) X##_any_single
#include "linalg/mask_tables.h"
#undef TARGET

/* Warren, Hacker's Delight, 7-3.  */
void
cvxi_transpose_bits (uint64_t a[64])
{
  uint64_t mask = 0x00000000ffffffff;
  for (unsigned j = 32; j != 0; j >>= 1, mask ^= mask << j)
    for (unsigned i = 0; i < 64; i = (i + j + 1) & ~j)
      {
        uint64_t t = (a[i] >> j ^ a[i + j]) & mask;
        a[i + j] ^= t;
        a[i] ^= t << j;
      }
}

/* DOT: the width of vectors that has no fused products.  */
#define VERSION(TEXT, WIDE, DOT)                                              \
  {                                                                           \
    .name = TEXT, .sum = sum_##WIDE, .spread = spread_##WIDE,                 \
    .sum_single = sum_##WIDE##_single,                                        \
    .spread_single = spread_##WIDE##_single, .build = build_##WIDE,           \
    .look_up = look_up_##WIDE, .dot = dot_##DOT, .scale = scale_##WIDE,       \
    .scatter = scatter_##WIDE, .build_single = build_##WIDE##_single,         \
    .look_up_single = look_up_##WIDE##_single,                                \
    .dot_single = dot_##DOT##_single, .scale_single = scale_##WIDE##_single,  \
    .scatter_single = scatter_##WIDE##_single                                 \
  }

const struct cvxi_mask_kernels *
cvxi_mask_kernels (size_t k)
{
#if HAVE_X86
  static const struct cvxi_mask_kernels avx512
      = VERSION ("avx512", avx512, avx2);
  static const struct cvxi_mask_kernels avx2 = VERSION ("avx2", avx2, avx2);
#endif
  static const struct cvxi_mask_kernels any = VERSION ("portable", any, any);
#if HAVE_X86
  if (__builtin_cpu_supports ("avx512f") && k-- == 0)
    return &avx512;
  if (__builtin_cpu_supports ("avx2") && k-- == 0)
    return &avx2;
#endif
  return k == 0 ? &any : NULL;
}
