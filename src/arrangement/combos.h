/* combos.h -- subsets in lexicographic order, and a sort; internal to
   src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_COMBOS_H
#define CVX_ARRANGEMENT_COMBOS_H

#include <stddef.h>
#include <stdint.h>

/* N over K, UINT64_MAX when it is above 2^62.  */
uint64_t cvxi_choose (size_t n, size_t k);

/* The subset T of size K of 0 .. N-1 with lexicographic number RANK.  */
void cvxi_subset (size_t *t, size_t n, size_t k, uint64_t rank);

/* The next subset that differs at position AT or before; its first changed
   position, K when there is none.  */
size_t cvxi_subset_next (size_t *t, size_t n, size_t k, size_t at);

/* Sort A, all different, ascending.  */
void cvxi_sort_keys (uint64_t *a, size_t n);

#endif
