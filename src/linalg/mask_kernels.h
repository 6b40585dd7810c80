/* mask_kernels.h -- tiles of numbers under bit masks (internal).

   A tile holds one row per pattern and one column per sample, WORDS * 64
   columns; the bits of row b are the words at bits[b].  Masked-out numbers are
   never used, so they may be anything.  All versions add in the same order and
   give the same digits.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_MASK_KERNELS_H
#define CVX_LINALG_MASK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

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
};

/* The K-th version that runs on this machine, fastest first; NULL past the
   last.  The last is portable C.  */
const struct cvxi_mask_kernels *cvxi_mask_kernels (size_t k);

#endif
