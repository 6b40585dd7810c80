/* mask_kernels.c -- masked sums and spreads for AVX-512, AVX2 and any machine.

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

/* X where BIT is 1, else +0.  */
static inline double
keep (uint64_t bit, double x)
{
  uint64_t u;
  memcpy (&u, &x, sizeof u);
  u &= -bit;
  memcpy (&x, &u, sizeof x);
  return x;
}

static void
sum_any (size_t n_rows, const uint64_t *const *bits, size_t words,
         const double *z, size_t ld, double *f)
{
  for (size_t w = 0; w < words; w++)
    for (size_t b = 0; b < n_rows; b++)
      {
        uint64_t word = bits[b][w];
        const double *zb = z + b * ld + w * 64;
        for (size_t i = 0; i < 64; i++)
          f[w * 64 + i] += keep (word >> i & 1, zb[i]);
      }
}

static void
spread_any (size_t n_rows, const uint64_t *const *bits, size_t words,
            const double *r, double *w, size_t ld)
{
  for (size_t b = 0; b < n_rows; b++)
    for (size_t k = 0; k < words; k++)
      {
        uint64_t word = bits[b][k];
        double *wb = w + b * ld + k * 64;
        for (size_t i = 0; i < 64; i++)
          wb[i] = keep (word >> i & 1, r[k * 64 + i]);
      }
}

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

#endif

const struct cvxi_mask_kernels *
cvxi_mask_kernels (size_t k)
{
#if HAVE_X86
  static const struct cvxi_mask_kernels avx512
      = { "avx512", sum_avx512, spread_avx512 };
  static const struct cvxi_mask_kernels avx2
      = { "avx2", sum_avx2, spread_avx2 };
#endif
  static const struct cvxi_mask_kernels any
      = { "portable", sum_any, spread_any };
#if HAVE_X86
  if (__builtin_cpu_supports ("avx512f") && k-- == 0)
    return &avx512;
  if (__builtin_cpu_supports ("avx2") && k-- == 0)
    return &avx2;
#endif
  return k == 0 ? &any : NULL;
}
