/* rows.h -- rows of a table that grows while a file is read.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_ROWS_H
#define CVX_DATA_ROWS_H

#include "base/input.h"
#include "data/dataset.h"

/* Start from zeros with path, options, d and c set; what is owned is given
   back by cvxi_rows_free or goes to cvxi_rows_dataset.  */
struct cvxi_rows
{
  const char *path;
  const struct cvx_read_options *options;
  size_t d, c;         /* features, outputs */
  size_t cap, n, seen; /* rows: room, kept, of the file */
  double *x, *y;
  size_t *row;
};

/* Make row N of X and Y ready to be written to and count it as seen; *KEEP is
   false when OPTIONS do not want it.  When it is complete, the caller adds 1
   to N.  IN (may be NULL) is for the words of E230.  E230, E231.  CVX_NOMEM.
 */
enum cvx_status cvxi_rows_next (struct cvxi_rows *r,
                                const struct cvxi_input *in, bool *keep,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* True when all rows that OPTIONS want are there.  */
bool cvxi_rows_full (const struct cvxi_rows *r);

/* The rows as a new dataset, which takes them over.  E211: there are none.
   CVX_NOMEM.  */
enum cvx_status cvxi_rows_dataset (struct cvx_dataset **out,
                                   struct cvxi_rows *r,
                                   struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_rows_free (struct cvxi_rows *r);

#endif
