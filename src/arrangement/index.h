/* index.h -- adding to an index of patterns; internal to src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_INDEX_H
#define CVX_ARRANGEMENT_INDEX_H

#include "arrangement/patterns.h"

/* An empty index for up to CAPACITY patterns that will stand at BITS.  */
enum cvx_status
cvxi_pattern_index_sized (struct cvx_pattern_index **out, const uint64_t *bits,
                          size_t n_words, size_t capacity,
                          struct cvx_progress *progress,
                          struct cvx_error *err) CVX_MUST_CHECK;

/* Add pattern number G at its place.  False, and nothing is added, when a
   pattern with the same bits is there.  */
bool cvxi_pattern_index_add (struct cvx_pattern_index *index, size_t g);

#endif
