/* entries.h -- the lists of blocks that working sets are made from.

   Internal to the solver layer; used by working.c, barrier.c and auglag.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_ENTRIES_H
#define CVX_SOLVER_ENTRIES_H

#include "solver/state.h"

/* A block that may enter, and its price.  */
struct cvxi_entry
{
  double psi;
  size_t block;
};

/* The largest psi first, equal ones by number.  */
void cvxi_entries_sort (struct cvxi_entry *entry, size_t n);

/* Block numbers, ascending.  */
void cvxi_list_sort (size_t *list, size_t n);

/* E388 when the saved BLOCK are no blocks of F in ascending order.  */
enum cvx_status cvxi_list_check (const struct cvx_formulation *f,
                                 const struct cvx_indices *block,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Whether the D weights of a block are all zero.  */
bool cvxi_is_zero (const double *w, size_t d);

/* Move the blocks of W (n_var) that are not zero to its front, their numbers
   into LIST (n_blocks); returns how many there are.  */
size_t cvxi_list_compact (const struct cvx_formulation *f, double *w,
                          size_t *list);

#endif
