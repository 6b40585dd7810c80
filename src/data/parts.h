/* parts.h -- pieces of datasets, for the files of this folder.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_PARTS_H
#define CVX_DATA_PARTS_H

#include "data/dataset.h"

/* Room for N rows in PART, contents undefined; N may be 0.  False: no memory,
   and PART is to be freed all the same.  */
bool cvxi_part_new (struct cvx_part *part, size_t n, size_t n_features,
                    size_t n_outputs);
/* The same without room for x.  */
bool cvxi_part_rest (struct cvx_part *part, size_t n, size_t n_outputs);
void cvxi_part_free (struct cvx_part *part);

/* The N rows INDEX (NULL: the first N) of FROM, a part of D, into the empty
   part TO.  CVX_NOMEM.  */
enum cvx_status cvxi_part_rows (struct cvx_part *to,
                                const struct cvx_dataset *d,
                                const struct cvx_part *from,
                                const size_t *index, size_t n,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* A copy of FROM without any rows.  CVX_NOMEM.  */
enum cvx_status cvxi_dataset_shell (struct cvx_dataset **out,
                                    const struct cvx_dataset *from,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* All rows of all parts of D, which has nonzeros, one after another.
   CVX_NOMEM.  */
enum cvx_status cvxi_sparse_joined (struct cvx_csr **out,
                                    const struct cvx_dataset *d,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* A with D columns: the first ones, or one of ones behind those it has.
   CVX_NOMEM.  */
enum cvx_status cvxi_sparse_width (struct cvx_csr **out,
                                   const struct cvx_csr *a, size_t d,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* What the columns of the training rows hold, from the nonzeros of D: how many
   there are, and the range of all numbers, zeros included.  *OUT is the
   caller's.  CVX_NOMEM.  */
struct cvxi_sparse_column
{
  size_t count;
  double low, high;
};
enum cvx_status cvxi_sparse_columns (struct cvxi_sparse_column **out,
                                     const struct cvx_dataset *d,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* Names: copies (*OK false: no memory, what is there must still be freed) and
   the end of them; NULL is fine.  */
char **cvxi_names_copy (char *const *names, size_t n, bool *ok);
void cvxi_names_free (char **names, size_t n);
void cvxi_labels_free (struct cvx_dataset *d);

/* Sort and map the labels of D, which a reader left as (name, value in y): see
   the rule at cvx_dataset_read.  NOTES says what was mapped.  */
enum cvx_status cvxi_labels_settle (struct cvx_dataset *d,
                                    struct cvx_text *notes,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Make every distinct value of y (at most LIMIT, all integers) a label named
   by its number.  Leaves D without labels when there are more, or others.
   CVX_NOMEM.  */
enum cvx_status cvxi_labels_from_values (struct cvx_dataset *d, size_t limit,
                                         struct cvx_error *err) CVX_MUST_CHECK;

/* The label of D with this value; NULL: none.  */
struct cvx_label *cvxi_label_find (const struct cvx_dataset *d, double value);

/* The image X of FROM rows, columns and channels as Z of TO: every pixel is
   the mean of the area that it covers; TO has as many channels, or one, grey.
 */
void cvxi_image_fit (const double *x, const size_t *from, const size_t *to,
                     double *z);

#endif
