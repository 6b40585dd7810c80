/* sheets.h -- tables of numbers as files of other programs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_SHEETS_H
#define CVX_DATA_SHEETS_H

#include <stddef.h>

#include "base/error.h"

/* ROWS x COLS numbers, row after row, with a name; COLUMN (may be NULL) names
   the columns.  All borrowed.  */
struct cvx_sheet
{
  const char *name;
  const double *v;
  size_t rows, cols;
  char *const *column;
};

/* Write the N sheets as the whole of PATH; one of one column is a vector.
   CVX_OUTPUT (E620), CVX_DATA (E238: the format is not built in),
   CVX_NOMEM.  */
enum cvx_status cvx_sheets_npz (const char *path,
                                const struct cvx_sheet *sheet, size_t n,
                                struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_sheets_mat (const char *path,
                                const struct cvx_sheet *sheet, size_t n,
                                struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_sheets_hdf5 (const char *path,
                                 const struct cvx_sheet *sheet, size_t n,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
