/* scan.h -- what one pass over the features finds.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_SCAN_H
#define CVX_DATA_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/dataset.h"

/* A reader that sees its numbers while they are in the cache leaves this to
   cvx_dataset_read (options->found), which looks at x again only when it must.
 */
struct cvxi_found
{
  bool known;          /* the rest is valid */
  size_t n, n_outputs; /* of the dataset that the hash is for */
  bool plain;          /* every number is finite and smaller than 1e100 */
  uint64_t hash;       /* of x of the training rows, as in the dataset's */
};

/* The COUNT numbers X are plain.  */
bool cvxi_scan_plain (const double *x, size_t count);

/* The pass.  begin takes the shape of the dataset (NULL: no memory), add the
   next COUNT numbers of x in order and whether they are plain.  end puts what
   was found into *FOUND and frees; NULL is fine.  */
struct cvxi_scan;
struct cvxi_scan *cvxi_scan_begin (size_t n, size_t n_features,
                                   size_t n_outputs);
void cvxi_scan_add (struct cvxi_scan *scan, const double *x, size_t count,
                    bool plain);
void cvxi_scan_end (struct cvxi_scan *scan, struct cvxi_found *found);

/* The same of the training rows of D, which are there with their zeros.
   Without memory FOUND is not known.  */
void cvxi_scan_rows (const struct cvx_dataset *d, struct cvxi_found *found);

/* The hash that x of a part of N rows begins with, after H.  */
uint64_t cvxi_hash_sizes (size_t n_features, size_t n_outputs);
uint64_t cvxi_hash_count (size_t n, uint64_t h);

/* cvx_dataset_rehash, with x of the training rows as FOUND says.  */
void cvxi_dataset_rehash (struct cvx_dataset *d,
                          const struct cvxi_found *found);

#endif
