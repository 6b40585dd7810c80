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
typedef REAL KERNEL (loose)
    __attribute__ ((vector_size (WIDTH), aligned (sizeof (REAL)), may_alias));

/* Vector V at P.  */
#define AT(P, V)                                                              \
  (*(const VECTOR *)(const void *)((const char *)(P) + (V)*WIDTH))
#define TO(P, V) (*(VECTOR *)(void *)((char *)(P) + (V)*WIDTH))

/* The same of a row of X, which need not be aligned.  */
#define X(P, V) (*(const KERNEL (loose) *)(const void *)((P) + (V)*EACH))

/* DO the vectors of a line.  */
#define VECTORS(DO)                                                           \
  DO (0);                                                                     \
  if (LINE > EACH)                                                            \
    DO (1);                                                                   \
  if (LINE > 2 * EACH)                                                        \
    DO (2);                                                                   \
  if (LINE > 2 * EACH)                                                        \
  DO (3)

/* DO the groups of a chunk.  */
#define GROUPS(DO) DO (0) DO (1) DO (2) DO (3) DO (4) DO (5) DO (6) DO (7)

/* Where the bits of group G point at.  */
#define ENTRY(G)                                                              \
  ((char *)table + (size_t)G * (CVXI_LINE_BYTES << CVXI_GROUP)                \
   + (bits >> (G * CVXI_GROUP) & CVXI_FIELD))

TARGET static void
KERNEL (scale) (size_t n_rows, const REAL *r, const REAL *x, size_t ld,
                REAL *panel)
{
  for (size_t i = 0; i < n_rows; i++, x += ld, panel += LINE)
    for (size_t v = 0; v < LINE / EACH; v++)
      TO (panel, v) = r[i] * X (x, v);
}

TARGET static void
KERNEL (build) (size_t n_groups, const REAL *panel, REAL *table)
{
  enum
  {
    SUMS = 1 << CVXI_GROUP / 2
  };
  for (size_t g = 0; g < n_groups; g++)
    for (size_t v = 0; v < LINE / EACH; v++)
      {
        const char *from = (const char *)(panel + g * CVXI_GROUP * LINE);
        char *to = (char *)(table + g * (LINE << CVXI_GROUP));
#define ROW(B) AT (from + (B)*CVXI_LINE_BYTES, v)
#define SUM(I) TO (to + (I)*CVXI_LINE_BYTES, v)
        VECTOR zero = { 0 };
        VECTOR a0 = ROW (0), a1 = ROW (1), a2 = ROW (2);
        VECTOR b0 = ROW (3), b1 = ROW (4), b2 = ROW (5);
        VECTOR a01 = a0 + a1, a02 = a0 + a2, a12 = a1 + a2, a012 = a01 + a2;
        VECTOR b01 = b0 + b1;
        VECTOR high[SUMS]
            = { zero, b0, b1, b01, b2, b0 + b2, b1 + b2, b01 + b2 };
        for (size_t j = 0; j < SUMS; j++, to += SUMS * CVXI_LINE_BYTES)
          {
            VECTOR b = high[j];
            SUM (0) = b;
            SUM (1) = b + a0;
            SUM (2) = b + a1;
            SUM (3) = b + a01;
            SUM (4) = b + a2;
            SUM (5) = b + a02;
            SUM (6) = b + a12;
            SUM (7) = b + a012;
          }
#undef ROW
#undef SUM
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
      VECTOR s0 = AT (from, 0), s1 = s0, s2 = s0, s3 = s0;
#define LOAD(V)  s##V = AT (from, V)
#define STORE(V) TO (sum, V) = s##V
#define ADD(V)   s##V += AT (entry, V)
#define GROUP(G)                                                              \
  if (G < n_groups)                                                           \
    {                                                                         \
      const char *entry = ENTRY (G);                                          \
      VECTORS (ADD);                                                          \
    }
      VECTORS (LOAD);
      GROUPS (GROUP)
      VECTORS (STORE);
#undef LOAD
#undef STORE
#undef ADD
#undef GROUP
    }
}

TARGET static inline __attribute__ ((always_inline)) void
KERNEL (scatter_n) (size_t n_groups, size_t n_rows, const uint64_t *word,
                    const REAL *panel, REAL *table, const REAL *ahead,
                    size_t ld)
{
  for (size_t i = 0; i < n_rows; i++, panel += LINE)
    {
      uint64_t bits = word[i];
      __builtin_prefetch (ahead + i * ld);
      VECTOR s0 = AT (panel, 0), s1 = s0, s2 = s0, s3 = s0;
#define LOAD(V) s##V = AT (panel, V)
#define ADD(V)  TO (entry, V) += s##V
#define GROUP(G)                                                              \
  if (G < n_groups)                                                           \
    {                                                                         \
      char *entry = ENTRY (G);                                                \
      VECTORS (ADD);                                                          \
    }
      VECTORS (LOAD);
      GROUPS (GROUP)
#undef LOAD
#undef ADD
#undef GROUP
    }
}

TARGET static void
KERNEL (look_up) (size_t n_groups, size_t n_rows, const uint64_t *word,
                  const REAL *table, bool add, REAL *sum)
{
#define CASE(G)                                                               \
  if (n_groups == G + 1)                                                      \
    KERNEL (look_up_n) (G + 1, n_rows, word, table, add, sum);
  GROUPS (CASE)
#undef CASE
}

TARGET static void
KERNEL (scatter) (size_t n_groups, size_t n_rows, const uint64_t *word,
                  const REAL *panel, REAL *table, const REAL *ahead, size_t ld)
{
#define CASE(G)                                                               \
  if (n_groups == G + 1)                                                      \
    KERNEL (scatter_n) (G + 1, n_rows, word, panel, table, ahead, ld);
  GROUPS (CASE)
#undef CASE
}

/* Products and sums are rounded one by one (TARGET has no fused ones).  */
#if WIDTH < 64
#  define NARROW(P, V) (*(KERNEL (quarter) *)(void *)((P) + (V)*LINE / 4))
typedef REAL KERNEL (quarter) __attribute__ ((vector_size (16), may_alias));

TARGET static void
KERNEL (dot) (size_t n_rows, const REAL *sum, const REAL *x, size_t ld,
              double *f, size_t step)
{
  for (size_t i = 0; i < n_rows; i++, sum += LINE, x += ld)
    {
      REAL half[LINE / 2] __attribute__ ((aligned (CVXI_LINE_BYTES)));
      __builtin_prefetch (x + CVXI_AHEAD * ld);
      if (LINE == 2 * EACH)
        TO (half, 0) = AT (sum, 0) * X (x, 0) + AT (sum, 1) * X (x, 1);
      else
        {
          TO (half, 0) = AT (sum, 0) * X (x, 0) + AT (sum, 2) * X (x, 2);
          TO (half, 1) = AT (sum, 1) * X (x, 1) + AT (sum, 3) * X (x, 3);
        }
      NARROW (half, 0) += NARROW (half, 1);
      if (LINE == 16)
        {
          half[0] += half[2];
          half[1] += half[3];
        }
      f[i * step] += (double)(half[0] + half[1]);
    }
}
#  undef NARROW
#endif

#undef AT
#undef TO
#undef X
#undef VECTORS
#undef GROUPS
#undef ENTRY
#undef VECTOR
#undef LINE
#undef EACH
#undef REAL
#undef WIDTH
#undef KERNEL
