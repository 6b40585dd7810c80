/* mask_kernels.h -- tiles of numbers under bit masks (internal).

   A tile holds one row per pattern and one column per sample, WORDS * 64
   columns; the bits of row b are the words at bits[b].  Masked-out numbers are
   never used, so they may be anything.  All versions add in the same order and
   give the same digits.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_MASK_KERNELS_H
#define CVX_LINALG_MASK_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
  CVXI_GROUP = 6,       /* rows whose partial sums make one table */
  CVXI_GROUPS = 8,      /* tables that are looked up in at a time */
  CVXI_LINE_BYTES = 64, /* of one row: 8 doubles or 16 floats */
  CVXI_LINE_SHIFT = 6,
  CVXI_AHEAD = 48, /* rows of X asked for before they are needed */
  /* Of a word: the bits of a group, as the offset of their sum.  */
  CVXI_FIELD = ((1 << CVXI_GROUP) - 1) << CVXI_LINE_SHIFT
};

struct cvxi_mask_kernels
{
  const char *name;
  /* f_i += sum_b bit_bi z_bi, z with LD numbers a row.  */
  void (*sum) (size_t n_rows, const uint64_t *const *bits, size_t words,
               const double *z, size_t ld, double *f);
  /* w_bi = bit_bi r_i.  */
  void (*spread) (size_t n_rows, const uint64_t *const *bits, size_t words,
                  const double *r, double *w, size_t ld);
  /* The same for single precision.  */
  void (*sum_single) (size_t n_rows, const uint64_t *const *bits, size_t words,
                      const float *z, size_t ld, float *f);
  void (*spread_single) (size_t n_rows, const uint64_t *const *bits,
                         size_t words, const float *r, float *w, size_t ld);
  /* The 2^CVXI_GROUP sums of the lines of each group of PANEL, the set of the
     lines that are added being the place in TABLE.  All lines are aligned.  */
  void (*build) (size_t n_groups, const double *panel, double *table);
  /* Line i of SUM (zero unless ADD) += the entries at which the fields of word
     i, the lowest first, point in N_GROUPS tables.  */
  void (*look_up) (size_t n_groups, size_t n_rows, const uint64_t *word,
                   const double *table, bool add, double *sum);
  /* f_i += the product of line i with row i of X; F has one number in STEP. */
  void (*dot) (size_t n_rows, const double *sum, const double *x, size_t ld,
               double *f, size_t step);
  /* Line i of PANEL = r_i times row i of X.  */
  void (*scale) (size_t n_rows, const double *r, const double *x, size_t ld,
                 double *panel);
  /* The transpose of `look_up': the entries += line i of PANEL.  Row i of
     AHEAD, which may lie outside of the data, will be needed next.  */
  void (*scatter) (size_t n_groups, size_t n_rows, const uint64_t *word,
                   const double *panel, double *table, const double *ahead,
                   size_t ld);
  void (*build_single) (size_t n_groups, const float *panel, float *table);
  void (*look_up_single) (size_t n_groups, size_t n_rows, const uint64_t *word,
                          const float *table, bool add, float *sum);
  void (*dot_single) (size_t n_rows, const float *sum, const float *x,
                      size_t ld, double *f, size_t step);
  void (*scale_single) (size_t n_rows, const float *r, const float *x,
                        size_t ld, float *panel);
  void (*scatter_single) (size_t n_groups, size_t n_rows, const uint64_t *word,
                          const float *panel, float *table, const float *ahead,
                          size_t ld);
};

/* Turn a 64 x 64 matrix of bits.  */
void cvxi_transpose_bits (uint64_t a[64]);

/* The K-th version that runs on this machine, fastest first; NULL past the
   last.  The last is portable C.  */
const struct cvxi_mask_kernels *cvxi_mask_kernels (size_t k);

#endif
