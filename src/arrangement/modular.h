/* modular.h -- linear algebra modulo the prime 2^61 - 1; internal to
   src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_MODULAR_H
#define CVX_ARRANGEMENT_MODULAR_H

#include <stddef.h>
#include <stdint.h>

/* The residue of an INTEGER below 2^53 in absolute value.  */
uint64_t cvxi_to_mod (double integer);

/* Subtract from V (length LEN) its part in the COUNT echelon rows BASIS (each
   with a 1 in column PIVOT[k]) and scale it to have a 1 in its first column
   that is left.  Returns that column, LEN when V was dependent.  */
size_t cvxi_reduce_mod (uint64_t *v, const uint64_t *basis,
                        const size_t *pivot, size_t count, size_t len);

#endif
