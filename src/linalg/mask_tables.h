/* mask_tables.h -- kernels of the tables of sums, in one precision and for one
   width of vectors; included by mask_kernels.c once for each, with REAL,
   WIDTH (bytes of a vector), KERNEL and TARGET set.

   A line is 64 bytes: 1, 2 or 4 vectors.  Every line is added to in the same
   order whatever the width is.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#define VECTOR KERNEL (vector)
#define LINE   (CVXI_LINE_BYTES / sizeof (REAL))
#define EACH   (WIDTH / sizeof (REAL))

typedef REAL VECTOR __attribute__ ((vector_size (WIDTH)));
/* The same where numbers need not be aligned.  */
typedef REAL KERNEL (loose)
    __attribute__ ((vector_size (WIDTH), aligned (sizeof (REAL)), may_alias));

TARGET static void
KERNEL (build) (size_t n_groups, const REAL *panel, REAL *table)
{
  enum
  {
    HALF = CVXI_GROUP / 2,
    SUMS = 1 << HALF
  };
  for (size_t g = 0; g < n_groups; g++)
    for (size_t v = 0; v < LINE; v += EACH)
      {
        const REAL *from = panel + g * CVXI_GROUP * LINE + v;
        REAL *to = table + g * (LINE << CVXI_GROUP) + v;
#define ROW(B) (*(const VECTOR *)(const void *)(from + (B)*LINE))
        VECTOR zero = { 0 };
        VECTOR a0 = ROW (0), a1 = ROW (1), a2 = ROW (2);
        VECTOR b0 = ROW (3), b1 = ROW (4), b2 = ROW (5);
        VECTOR a01 = a0 + a1, a02 = a0 + a2, a12 = a1 + a2, a012 = a01 + a2;
        VECTOR b01 = b0 + b1;
        VECTOR high[SUMS]
            = { zero, b0, b1, b01, b2, b0 + b2, b1 + b2, b01 + b2 };
#undef ROW
        for (size_t j = 0; j < SUMS; j++, to += SUMS * LINE)
          {
#define ENTRY(I) (*(VECTOR *)(void *)(to + (I)*LINE))
            VECTOR b = high[j];
            ENTRY (0) = b;
            ENTRY (1) = b + a0;
            ENTRY (2) = b + a1;
            ENTRY (3) = b + a01;
            ENTRY (4) = b + a2;
            ENTRY (5) = b + a02;
            ENTRY (6) = b + a12;
            ENTRY (7) = b + a012;
#undef ENTRY
          }
      }
}

/* With a constant N_GROUPS.  */
TARGET static inline __attribute__ ((always_inline)) void
KERNEL (look_up_n) (size_t n_groups, size_t n_rows, const uint64_t *word,
                    const REAL *table, bool add, REAL *sum)
{
  static const REAL none[LINE] __attribute__ ((aligned (CVXI_LINE_BYTES)));
  const REAL *from = add ? sum : none;
  size_t step = add ? LINE : 0;
  for (size_t i = 0; i < n_rows; i++, from += step, sum += LINE)
    {
      uint64_t bits = word[i];
#define AT(P, V) (*(const VECTOR *)(const void *)((P) + (V)*WIDTH))
#define GROUP(G)                                                              \
  if (G < n_groups)                                                           \
    {                                                                         \
      const char *entry                                                       \
          = (const char *)(table + (size_t)G * (LINE << CVXI_GROUP))          \
            + (bits >> (G * CVXI_GROUP) & CVXI_FIELD);                        \
      s0 += AT (entry, 0);                                                    \
      if (LINE > EACH)                                                        \
        s1 += AT (entry, 1);                                                  \
      if (LINE > 2 * EACH)                                                    \
        {                                                                     \
          s2 += AT (entry, 2);                                                \
          s3 += AT (entry, 3);                                                \
        }                                                                     \
    }
      const char *at = (const char *)from;
      char *to = (char *)sum;
      VECTOR s0 = AT (at, 0), s1 = s0, s2 = s0, s3 = s0;
      if (LINE > EACH)
        s1 = AT (at, 1);
      if (LINE > 2 * EACH)
        {
          s2 = AT (at, 2);
          s3 = AT (at, 3);
        }
      GROUP (0)
      GROUP (1)
      GROUP (2)
      GROUP (3)
      GROUP (4)
      GROUP (5)
      GROUP (6)
      GROUP (7)
#undef GROUP
#undef AT
#define TO(V) (*(VECTOR *)(void *)(to + (V)*WIDTH))
      TO (0) = s0;
      if (LINE > EACH)
        TO (1) = s1;
      if (LINE > 2 * EACH)
        {
          TO (2) = s2;
          TO (3) = s3;
        }
#undef TO
    }
}

TARGET static void
KERNEL (look_up) (size_t n_groups, size_t n_rows, const uint64_t *word,
                  const REAL *table, bool add, REAL *sum)
{
#define CASE(G)                                                               \
  case G:                                                                     \
    KERNEL (look_up_n) (G, n_rows, word, table, add, sum);                    \
    return
  switch (n_groups)
    {
      CASE (1);
      CASE (2);
      CASE (3);
      CASE (4);
      CASE (5);
      CASE (6);
      CASE (7);
    default:
      CASE (8);
    }
#undef CASE
}

/* Products and sums are rounded one by one (TARGET has no fused ones).  */
#if WIDTH < 64
TARGET static void
KERNEL (dot) (size_t n_rows, const REAL *sum, const REAL *x, size_t ld,
              double *f, size_t step)
{
  for (size_t i = 0; i < n_rows; i++, sum += LINE, x += ld)
    {
      REAL half[LINE / 2] __attribute__ ((aligned (CVXI_LINE_BYTES)));
#  define S(V) (*(const VECTOR *)(const void *)(sum + (V)*EACH))
#  define X(V) (*(const KERNEL (loose) *)(const void *)(x + (V)*EACH))
      if (LINE == 2 * EACH)
        *(VECTOR *)(void *)half = S (0) * X (0) + S (1) * X (1);
      else
        {
          ((VECTOR *)(void *)half)[0] = S (0) * X (0) + S (2) * X (2);
          ((VECTOR *)(void *)half)[1] = S (1) * X (1) + S (3) * X (3);
        }
#  undef S
#  undef X
      for (size_t w = LINE / 4; w > 0; w /= 2)
        for (size_t l = 0; l < w; l++)
          half[l] += half[l + w];
      f[i * step] += (double)half[0];
    }
}
#endif

#undef VECTOR
#undef LINE
#undef EACH
#undef REAL
#undef WIDTH
#undef KERNEL
