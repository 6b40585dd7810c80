/* read_npy.c -- one NumPy array.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "data/elements.h"

bool
cvxi_detect_npy (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 6 && memcmp (head, "\x93NUMPY", 6) == 0;
}

/* Columns first: turned into rows as a whole.  */
static enum cvx_status
read_turned (struct cvx_dataset **out, const char *path,
             const struct cvx_read_options *options,
             struct cvx_progress *progress, struct cvx_text *notes,
             struct cvx_error *err)
{
  struct cvx_npz *z;
  enum cvx_status status
      = cvx_npz_read (&z, path, options->max_bytes, progress, err);
  if (status != CVX_OK)
    return status;
  status
      = cvxi_from_arrays (out, &z->array[0], NULL, path, options, notes, err);
  cvx_npz_free (z);
  return status;
}

enum cvx_status
cvxi_read_npy (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvxi_elements e = { .path = path,
                             .id = CVX_E220,
                             .words = "not a usable array: its shape needs" };
  bool turned;
  enum cvx_status status = cvxi_input_open (&e.in, path, progress, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  status = cvxi_npy_begin (e.in, path, &e.head, &e.before, err);
  turned = e.head.fortran && e.head.rank > 1;
  if (status == CVX_OK && !turned)
    status = cvxi_read_elements (out, &e, options, notes, err);
  cvxi_input_close (e.in);
  return status == CVX_OK && turned
             ? read_turned (out, path, options, progress, notes, err)
             : status;
}
