/* import.c -- formats read by libraries whose parsers have a history of
   faults.

   What the importer sees is an open plain file: compression and containers are
   undone here, into memory that has a name in /proc.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/input.h"
#include "data/nominal.h"

enum
{
  CHUNK = 1 << 20
};

enum cvx_status
cvxi_import_add (struct cvxi_import *im, const char *name,
                 enum cvx_array_type type, size_t rank, const size_t *shape,
                 const char *why, struct cvx_array **a, struct cvx_error *err)
{
  size_t bytes = cvx_array_width (type);
  bool fits = true;
  enum cvx_status status
      = cvx_npz_extend (im->z, &im->cap, name, strlen (name), a, err);
  if (status != CVX_OK)
    return status;
  if (rank > sizeof (*a)->shape / sizeof *shape && why == NULL)
    why = "it has more than four dimensions";
  if (why != NULL)
    {
      (*a)->type = CVX_ARRAY_OTHER;
      (*a)->why = why;
      return CVX_OK;
    }
  (*a)->type = type;
  (*a)->rank = rank;
  (*a)->count = 1;
  for (size_t k = 0; k < rank && fits; k++)
    {
      (*a)->shape[k] = shape[k];
      fits = cvx_mul ((*a)->count, shape[k], &(*a)->count)
             && cvx_mul (bytes, shape[k], &bytes);
    }
  if (!fits || bytes > im->budget)
    return cvxi_fail_memory (NULL, im->shown, fits ? (double)bytes : 0x1p64,
                             im->budget, err);
  im->budget -= bytes;
  (*a)->values = cvx_calloc (bytes + 1, 1);
  return (*a)->values != NULL ? CVX_OK
                              : cvx_fail_nomem (err, "reading arrays");
}

enum cvx_status
cvx_import_arrays (struct cvx_npz **out, const char *format, const char *path,
                   const char *shown, const struct cvx_import_options *options,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_import im
      = { .path = path,
          .shown = shown,
          .options = options,
          .budget = options->max_bytes != 0 ? options->max_bytes : SIZE_MAX,
          .progress = progress };
  enum cvx_status status;
  *out = NULL;
  im.z = cvx_calloc (1, sizeof *im.z);
  if (im.z == NULL)
    return cvx_fail_nomem (err, "reading arrays");
  if (strcmp (format, "mat") == 0)
    status = cvxi_import_mat (&im, err);
  else if (strcmp (format, "hdf5") == 0)
    status = cvxi_import_hdf5 (&im, err);
  else
    status = cvxi_import_png (&im, err);
  if (status == CVX_OK)
    *out = im.z;
  else
    cvx_npz_free (im.z);
  return status;
}

/* A descriptor of the plain bytes of IN: its own, or a copy in memory.  */
static enum cvx_status
plain (int *fd, struct cvxi_input *in, const char *path, size_t max_bytes,
       struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  size_t got, total = 0;
  char *buffer;
  if (cvxi_input_size (in) != 0)
    {
      *fd = dup (cvxi_input_fd (in));
      return *fd >= 0 ? CVX_OK
                      : cvx_fail (err, CVX_E204, "cannot read %s: %s", path,
                                  strerror (errno));
    }
  *fd = memfd_create ("cvxnn", MFD_CLOEXEC);
  buffer = *fd >= 0 ? cvx_alloc (CHUNK, 1) : NULL;
  if (buffer == NULL)
    return cvx_fail_nomem (err, "decompressing");
  do
    {
      status = cvxi_input_read (in, buffer, CHUNK, &got, err);
      total += got;
      if (status == CVX_OK && max_bytes != 0 && total > max_bytes)
        status = cvxi_fail_memory (in, path, (double)total, max_bytes, err);
      for (size_t at = 0; status == CVX_OK && at < got;)
        {
          ssize_t k = write (*fd, buffer + at, got - at);
          if (k <= 0)
            status = cvx_fail_nomem (err, "decompressing");
          else
            at += (size_t)k;
        }
    }
  while (status == CVX_OK && got == CHUNK);
  cvx_free (buffer);
  return status;
}

static enum cvx_status
import_fd (struct cvx_npz **z, const char *format, int fd, const char *path,
           const struct cvx_read_options *o, struct cvx_progress *progress,
           struct cvx_error *err)
{
  const struct cvx_importer *importer = o->importer;
  struct cvx_import_options io
      = { o->max_bytes, o->gray, { o->resize[0], o->resize[1] } };
  char name[64];
  if (importer != NULL)
    return importer->import (importer->context, z, format, fd, path, &io,
                             progress, err);
  if (fd < 0)
    return cvx_import_arrays (z, format, path, path, &io, progress, err);
  snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
  return cvx_import_arrays (z, format, name, path, &io, progress, err);
}

static enum cvx_status
import_file (struct cvx_npz **z, const char *format, const char *path,
             const struct cvx_read_options *o, struct cvx_progress *progress,
             struct cvx_error *err)
{
  struct cvxi_input *in;
  int fd = -1;
  enum cvx_status status = cvxi_input_open (&in, path, progress, err);
  if (status != CVX_OK)
    return status;
  status = plain (&fd, in, path, o->max_bytes, err);
  if (status == CVX_OK)
    status = import_fd (z, format, fd, path, o, progress, err);
  if (status == CVX_OK)
    {
      status = cvxi_input_unchanged (in, err);
      if (status != CVX_OK)
        cvx_npz_free (*z);
    }
  cvxi_input_close (in);
  if (fd >= 0)
    close (fd);
  return status;
}

/* Names of the classes, a line each.  */
static enum cvx_status
name_classes (struct cvx_dataset *d, const struct cvx_array *a,
              struct cvx_error *err)
{
  struct cvxi_texts t = { 0 };
  enum cvx_status status = CVX_OK;
  const char *s = a->values;
  size_t number;
  while (*s != '\0' && status == CVX_OK)
    {
      size_t len = strcspn (s, "\n");
      status = cvxi_texts_number (&t, s, len, &number, err);
      s += len + (s[len] != '\0');
    }
  if (status == CVX_OK)
    status = cvxi_texts_labels (d, t.name, t.n, err);
  cvxi_texts_free (&t);
  return status;
}

/* MATLAB writes vectors as it likes: a row of labels is a column of them.  */
static void
stand_up (struct cvx_npz *z, const struct cvx_array *x,
          const struct cvx_array *y)
{
  for (size_t k = 0; k < z->n && y != NULL; k++)
    if (&z->array[k] == y && y->rank == 2 && y->shape[0] == 1 && x->rank > 0
        && x->shape[0] != 1 && x->shape[0] == y->shape[1])
      {
        z->array[k].shape[0] = y->shape[1];
        z->array[k].shape[1] = 1;
      }
}

enum cvx_status
cvxi_read_imported (struct cvx_dataset **out, const char *format,
                    const char *path, const struct cvx_read_options *options,
                    struct cvx_progress *progress, struct cvx_text *notes,
                    struct cvx_error *err)
{
  struct cvx_array *x;
  const struct cvx_array *y, *classes;
  struct cvx_read_options rest = *options;
  bool folder = strcmp (format, "png") == 0;
  struct cvx_npz *z = NULL;
  enum cvx_status status
      = folder ? import_fd (&z, format, -1, path, options, progress, err)
               : import_file (&z, format, path, options, progress, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_choose_arrays (z, path, options, &x, &y, err);
  if (status == CVX_OK)
    {
      if (options->member == NULL)
        rest.x = NULL;
      stand_up (z, x, y);
      status = cvxi_from_arrays (out, x, y, path, &rest, notes, err);
    }
  classes = status == CVX_OK ? cvx_npz_find (z, "classes.txt") : NULL;
  if (classes != NULL && classes->type == CVX_ARRAY_TEXT && y != NULL)
    {
      status = name_classes (*out, classes, err);
      if (status != CVX_OK)
        {
          cvx_dataset_free (*out);
          *out = NULL;
        }
    }
  cvx_npz_free (z);
  return status;
}
