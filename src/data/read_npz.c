/* read_npz.c -- an archive of NumPy arrays.

   x= and y= name the members; without them the first of X, x, data, features
   and the first of y, Y, target, labels that the archive has are taken.
   FILE:NAME, or an archive with one array, is that array as a table.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "data/arrays.h"

bool
cvxi_detect_npz (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 4 && memcmp (head, "PK", 2) == 0
         && (memcmp (head + 2, "\3\4", 2) == 0
             || memcmp (head + 2, "\5\6", 2) == 0);
}

static const struct cvx_array *
first_of (const struct cvx_npz *z, const char *const *names)
{
  const struct cvx_array *a = NULL;
  for (size_t k = 0; names[k] != NULL && a == NULL; k++)
    a = cvx_npz_find (z, names[k]);
  return a;
}

static enum cvx_status
fail_member (const struct cvx_npz *z, const char *path, const char *name,
             struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  for (size_t k = 0; k < z->n; k++)
    cvx_text_printf (&t, "%s%s", k > 0 ? ", " : "", z->array[k].name);
  if (name != NULL)
    cvx_fail (err, CVX_E210, "the archive has no array \"%s\"; it has %s",
              name, cvx_text_string (&t));
  else
    cvx_fail (err, CVX_E210, "which arrays?  The archive has %s",
              cvx_text_string (&t));
  cvx_text_free (&t);
  cvx_at (err, path, 0, 0);
  return cvx_hint (err, "x=NAME y=NAME, or FILE:NAME for one table");
}

/* The arrays that PATH and OPTIONS ask for; *Y NULL: none.  */
static enum cvx_status
choose (const struct cvx_npz *z, const char *path, const char *member,
        const struct cvx_read_options *o, const struct cvx_array **x,
        const struct cvx_array **y, struct cvx_error *err)
{
  static const char *const xs[] = { "X", "x", "data", "features", NULL };
  static const char *const ys[] = { "y", "Y", "target", "labels", NULL };
  *y = NULL;
  if (member != NULL)
    {
      *x = cvx_npz_find (z, member);
      return *x != NULL ? CVX_OK : fail_member (z, path, member, err);
    }
  *x = o->x != NULL ? cvx_npz_find (z, o->x) : first_of (z, xs);
  if (*x == NULL && o->x == NULL && z->n == 1)
    *x = &z->array[0];
  if (*x == NULL)
    return fail_member (z, path, o->x, err);
  if (cvxi_no_target (o))
    return CVX_OK;
  *y = o->y != NULL ? cvx_npz_find (z, o->y) : first_of (z, ys);
  if (*y == NULL && (o->y != NULL || z->n > 1))
    return fail_member (z, path, o->y, err);
  return CVX_OK;
}

enum cvx_status
cvxi_read_npz (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  const struct cvx_array *x, *y;
  struct cvx_read_options rest = *options;
  const char *member;
  struct cvx_npz *z = NULL;
  char *file;
  enum cvx_status status;
  *out = NULL;
  if (!cvxi_path_split (path, &file, &member))
    return cvx_fail_nomem (err, "reading an archive");
  status = cvx_npz_read (&z, file, options->max_bytes, progress, err);
  if (status == CVX_OK)
    status = choose (z, file, member, options, &x, &y, err);
  if (status == CVX_OK)
    {
      /* x= was the name of an array, not of columns.  */
      if (member == NULL)
        rest.x = NULL;
      status = cvxi_from_arrays (out, x, y, path, &rest, notes, err);
    }
  cvx_npz_free (z);
  cvx_free (file);
  return status;
}
