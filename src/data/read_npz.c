/* read_npz.c -- an archive of NumPy arrays.

   x= and y= name the members; without them the first of X, x, data, features
   and the first of y, Y, target, labels that the archive has are taken.
   FILE:NAME, or an archive with one array, is that array as a table.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "data/arrays.h"

bool
cvxi_detect_npz (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 4 && memcmp (head, "PK", 2) == 0
         && (memcmp (head + 2, "\3\4", 2) == 0
             || memcmp (head + 2, "\5\6", 2) == 0);
}

enum cvx_status
cvxi_read_npz (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvx_array *x;
  const struct cvx_array *y;
  struct cvx_read_options rest = *options;
  struct cvx_npz *z = NULL;
  enum cvx_status status
      = cvx_npz_read (&z, path, options->max_bytes, progress, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_choose_arrays (z, path, options, &x, &y, err);
  if (status == CVX_OK)
    {
      /* x= was the name of an array, not of columns.  */
      if (options->member == NULL)
        rest.x = NULL;
      status = cvxi_from_arrays (out, x, y, path, &rest, notes, err);
    }
  cvx_npz_free (z);
  return status;
}
