/* columns.h -- which columns of a table are features, which the target.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_COLUMNS_H
#define CVX_DATA_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "data/dataset.h"

/* FEATURE[j] is the column of feature j, TARGET[k] that of output k, both from
   0; owned.  */
struct cvxi_columns
{
  size_t n_features, n_targets;
  size_t *feature, *target;
};

/* True when the target is not to be taken from the table.  */
bool cvxi_no_target (const struct cvx_read_options *options);

/* Resolve options->x and options->y among N columns with NAMES (or NULL).  A
   selection is "a,b,3:5": names first, then numbers and ranges from 1.  The
   target is the last column unless said otherwise; the features are all that
   are not targets, in order.  E210: no such column; E219: not a selection, or
   nothing left; E230: so many columns that their numbers alone are too much.
   On failure C needs no freeing.  */
enum cvx_status cvxi_columns_select (struct cvxi_columns *c, size_t n,
                                     const char *const *names,
                                     const struct cvx_read_options *options,
                                     const char *path,
                                     struct cvx_error *err) CVX_MUST_CHECK;

void cvxi_columns_free (struct cvxi_columns *c);

#endif
