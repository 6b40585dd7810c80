/* entries.c -- the lists of blocks that working sets are made from.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/entries.h"

#include <stdlib.h>
#include <string.h>

static int
by_psi (const void *a, const void *b)
{
  const struct cvxi_entry *p = a, *q = b;
  if (p->psi != q->psi)
    return p->psi < q->psi ? 1 : -1;
  return p->block < q->block ? -1 : 1;
}

static int
by_block (const void *a, const void *b)
{
  size_t p = *(const size_t *)a, q = *(const size_t *)b;
  return p < q ? -1 : p > q;
}

void
cvxi_entries_sort (struct cvxi_entry *entry, size_t n)
{
  qsort (entry, n, sizeof *entry, by_psi);
}

void
cvxi_list_sort (size_t *list, size_t n)
{
  qsort (list, n, sizeof *list, by_block);
}

enum cvx_status
cvxi_list_check (const struct cvx_formulation *f,
                 const struct cvx_indices *block, struct cvx_error *err)
{
  for (size_t k = 0; k < block->len; k++)
    if (block->p[k] >= f->n_blocks
        || (k > 0 && block->p[k] <= block->p[k - 1]))
      return cvx_fail (err, CVX_E388,
                       "the saved working set has no block %zu in this place",
                       block->p[k]);
  return CVX_OK;
}

bool
cvxi_is_zero (const double *w, size_t d)
{
  bool zero = true;
  for (size_t j = 0; j < d; j++)
    zero = zero && w[j] == 0;
  return zero;
}

size_t
cvxi_list_compact (const struct cvx_formulation *f, double *w, size_t *list)
{
  size_t d = f->block_len, k = 0;
  for (size_t g = 0; g < f->n_blocks; g++)
    if (!cvxi_is_zero (w + g * d, d))
      {
        memmove (w + k * d, w + g * d, d * sizeof *w);
        list[k++] = g;
      }
  return k;
}
