/* npz.h -- NPY arrays and NPZ archives (numpy's formats), read and written.

   Format: numpy.lib.format, versions 1.0 to 3.0; an NPZ is a zip of NPY
   members.  Everything the program saves (sessions, checkpoints, networks) is
   an NPZ of arrays plus one JSON member `meta.json', so that numpy.load opens
   it.  Pickled objects are refused, member names are only keys.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_NPZ_H
#define CVX_BASE_NPZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"

enum cvx_array_type
{
  CVX_ARRAY_F64,
  CVX_ARRAY_F32,
  CVX_ARRAY_I64,
  CVX_ARRAY_U64,
  CVX_ARRAY_U8,
  CVX_ARRAY_BOOL,
  CVX_ARRAY_TEXT /* meta.json: bytes, NUL-terminated, shape[0] = length */
};

/* An array as read: C order, native bytes.  Integers narrower than 64 bits
   (uint8 apart) arrive as I64 or U64, half floats as F32.  */
struct cvx_array
{
  char *name;
  enum cvx_array_type type;
  size_t rank, shape[4]; /* rank 0: one number */
  size_t count;          /* product of the shape */
  void *values;          /* owned */
};

struct cvx_npz
{
  size_t n;
  struct cvx_array *array; /* owned */
};

/* Read every member of the NPZ, or the single array of the NPY, at PATH.
   MAX_BYTES bounds the memory taken (CVX_LIMIT past it), checked before it is
   taken, also against compression bombs.  *OUT is the caller's.  */
enum cvx_status cvx_npz_read (struct cvx_npz **out, const char *path,
                              size_t max_bytes, struct cvx_progress *progress,
                              struct cvx_error *err) CVX_MUST_CHECK;
void cvx_npz_free (struct cvx_npz *z);

/* The member called NAME (without .npy), or NULL; borrowed from Z.  */
const struct cvx_array *cvx_npz_find (const struct cvx_npz *z,
                                      const char *name);

/* Member NAME as COUNT doubles (converted from any number type) into a new
   array at *VALUES; CVX_DATA when it is missing, or has another count and
   COUNT is not SIZE_MAX.  */
enum cvx_status cvx_npz_doubles (const struct cvx_npz *z, const char *name,
                                 size_t count, double **values,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Writing: open, add any number of arrays, close.  The file appears complete
   at close or not at all.  close frees W on success and on failure.  */
struct cvx_npz_writer;
enum cvx_status cvx_npz_create (struct cvx_npz_writer **w, const char *path,
                                bool backup,
                                struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_npz_add (struct cvx_npz_writer *w, const char *name,
                             enum cvx_array_type type, size_t rank,
                             const size_t *shape, const void *values,
                             struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_npz_close (struct cvx_npz_writer *w,
                               struct cvx_error *err) CVX_MUST_CHECK;
void cvx_npz_abort (struct cvx_npz_writer *w);

/* One array as an NPY file.  */
enum cvx_status cvx_npy_write (const char *path, enum cvx_array_type type,
                               size_t rank, const size_t *shape,
                               const void *values,
                               struct cvx_error *err) CVX_MUST_CHECK;

#endif
