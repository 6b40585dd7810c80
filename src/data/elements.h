/* elements.h -- the numbers of a file straight into a dataset.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_ELEMENTS_H
#define CVX_DATA_ELEMENTS_H

#include "base/input.h"
#include "base/npy.h"
#include "data/arrays.h"

struct cvxi_elements
{
  struct cvxi_input *in; /* stands at the first number */
  const char *path;
  size_t before;        /* bytes of the file before that */
  struct cvxi_npy head; /* of the array, its first index the row; not in
                           Fortran's order */
  enum cvx_error_id id; /* of a file of another size, */
  const char *words;    /* and how it begins: "its shape needs" */
};

/* The dataset that cvxi_from_arrays would make of the array of E without
   targets of their own.  The numbers are converted, split into x and y and
   looked at (options->found) while they are in the cache, by two threads when
   there are many.  The file must have the size that the header says, and not
   change.  What cvxi_from_arrays fails with, e->id, E206, E207, E230 before
   memory is taken, CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvxi_read_elements (struct cvx_dataset **out,
                                    const struct cvxi_elements *e,
                                    const struct cvx_read_options *options,
                                    struct cvx_text *notes,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
