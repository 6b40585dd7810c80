/* import.h -- formats read by libraries whose parsers have a history of
   faults: first to arrays, by cvx_import_arrays or the caller's importer, then
   to a dataset.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_IMPORT_H
#define CVX_DATA_IMPORT_H

#include "data/arrays.h"

/* Arrays of a file, as they are found.  */
struct cvxi_import
{
  const char *path, *shown; /* to open, to name */
  struct cvx_npz *z;
  size_t cap;
  const struct cvx_import_options *options;
  size_t budget; /* bytes that may still be taken */
  struct cvx_progress *progress;
};

/* What cvx_import_arrays does for each format: fill IM->z.  */
enum cvx_status cvxi_import_mat (struct cvxi_import *im,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvxi_import_hdf5 (struct cvxi_import *im,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvxi_import_png (struct cvxi_import *im,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The array *A called NAME of COUNT elements of TYPE, with room for them, on
   the budget; WHY not NULL: it cannot be used, and has none.  RANK above 4 is
   such a case.  E230, CVX_NOMEM.  */
enum cvx_status cvxi_import_add (struct cvxi_import *im, const char *name,
                                 enum cvx_array_type type, size_t rank,
                                 const size_t *shape, const char *why,
                                 struct cvx_array **a,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The dataset of the file or folder PATH of FORMAT.  */
enum cvx_status cvxi_read_imported (struct cvx_dataset **out,
                                    const char *format, const char *path,
                                    const struct cvx_read_options *options,
                                    struct cvx_progress *progress,
                                    struct cvx_text *notes,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
