/* read_npy.c -- one NumPy array.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "data/arrays.h"

bool
cvxi_detect_npy (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 6 && memcmp (head, "\x93NUMPY", 6) == 0;
}

enum cvx_status
cvxi_read_npy (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvx_npz *z;
  enum cvx_status status
      = cvx_npz_read (&z, path, options->max_bytes, progress, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  status
      = cvxi_from_arrays (out, &z->array[0], NULL, path, options, notes, err);
  cvx_npz_free (z);
  return status;
}
