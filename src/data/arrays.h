/* arrays.h -- arrays of numbers as datasets.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_ARRAYS_H
#define CVX_DATA_ARRAYS_H

#include "data/readers.h"

/* What becomes of the numbers of an array whose first index is the row.  */
struct cvxi_plan
{
  size_t first, n; /* the rows that are taken */
  size_t width;    /* numbers of a row of the array */
  size_t rank, shape[4];
  bool run;   /* the features are side by side */
  bool bytes; /* of images: 0 .. 255 become 0 .. 1 */
  struct cvxi_columns columns;
};

/* The plan for X, of which the values are not looked at, and for Y (may be
   NULL), as cvxi_from_arrays says.  On failure PLAN needs no freeing.  */
enum cvx_status cvxi_plan_make (struct cvxi_plan *plan,
                                const struct cvx_array *x,
                                const struct cvx_array *y, const char *path,
                                const struct cvx_read_options *options,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_plan_free (struct cvxi_plan *plan);

/* N complete rows FROM of the array as rows ROW and on of D.  FROM may be
   these rows of x, or may lie behind them in the same array.  */
void cvxi_plan_rows (const struct cvxi_plan *plan, struct cvx_dataset *d,
                     size_t row, size_t n, const double *from);

/* All rows are there: their numbers, and what images are.  */
void cvxi_plan_finish (const struct cvxi_plan *plan, struct cvx_dataset *d,
                       struct cvx_text *notes);

/* The array X, first index the row, as a dataset, which may take the numbers
   over (x->values NULL).  With Y, its rows are the
   targets.  Without, one or two dimensions are a table whose target OPTIONS
   choose; three or four are images: rows, columns, channels.  Bytes of images
   are scaled to 0 .. 1.  E221: shapes that do not fit; E222: images without
   labels; E230.  */
enum cvx_status cvxi_from_arrays (struct cvx_dataset **out,
                                  struct cvx_array *x,
                                  const struct cvx_array *y, const char *path,
                                  const struct cvx_read_options *options,
                                  struct cvx_text *notes,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* The arrays of Z that OPTIONS ask for, borrowed from Z; *Y NULL: none.  The
   member, or x= and y=, name them; without them the first of X, x, data,
   features and the first of y, Y, target, labels that there are, or the only
   array.  E210: there are no such.  */
enum cvx_status cvxi_choose_arrays (const struct cvx_npz *z, const char *path,
                                    const struct cvx_read_options *options,
                                    struct cvx_array **x,
                                    const struct cvx_array **y,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* E222, with the labels file that PATH suggests.  */
enum cvx_status cvxi_fail_no_labels (const char *path, struct cvx_error *err);

#endif
