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
  CVX_ARRAY_TEXT, /* a member NAME.json or NAME.txt, its name kept whole:
                     bytes, NUL-terminated, shape[0] = length */
  CVX_ARRAY_OTHER /* objects, text, complex numbers: not read, values NULL */
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
  const char *why;       /* CVX_ARRAY_OTHER: why not, static text */
};

struct cvx_npz
{
  size_t n;
  struct cvx_array *array; /* owned */
};

/* Read every array and text of the NPZ, or the single array of the NPY (its
   name is ""; it may be compressed by gzip, xz, zstd or bzip2), at PATH.
   MAX_BYTES bounds the memory taken, checked before it is taken, also against
   compression bombs; 0: no limit.  Members of an NPZ that are no numbers come
   as CVX_ARRAY_OTHER; at least one is usable.  *OUT is the caller's.  CVX_DATA
   (E204 to E207, E220, E221), CVX_LIMIT (E230), CVX_INTERRUPTED, CVX_NOMEM. */
enum cvx_status cvx_npz_read (struct cvx_npz **out, const char *path,
                              size_t max_bytes, struct cvx_progress *progress,
                              struct cvx_error *err) CVX_MUST_CHECK;
/* The same of an NPZ with damage: members with a wrong checksum, or cut off,
   come as CVX_ARRAY_OTHER.  */
enum cvx_status cvx_npz_read_partial (struct cvx_npz **out, const char *path,
                                      size_t max_bytes,
                                      struct cvx_progress *progress,
                                      struct cvx_error *err) CVX_MUST_CHECK;
void cvx_npz_free (struct cvx_npz *z);

/* The member called NAME (without .npy), or NULL; borrowed from Z.  */
const struct cvx_array *cvx_npz_find (const struct cvx_npz *z,
                                      const char *name);

/* Member NAME as COUNT doubles (converted from any number type) into a new
   array at *VALUES, the caller's; CVX_DATA (E401) when it is missing, holds no
   numbers, or has another count and COUNT is not SIZE_MAX; CVX_NOMEM.  */
enum cvx_status cvx_npz_doubles (const struct cvx_npz *z, const char *name,
                                 size_t count, double **values,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Bytes of one element of TYPE; 0 for CVX_ARRAY_OTHER.  */
size_t cvx_array_width (enum cvx_array_type type);

/* Room for one more array, zeroed, with the name of LEN bytes at NAME, in Z of
   capacity *CAP; Z owns it.  CVX_NOMEM.  */
enum cvx_status cvx_npz_extend (struct cvx_npz *z, size_t *cap,
                                const char *name, size_t len,
                                struct cvx_array **a,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* Writing: open, add any number of arrays, close.  The file appears complete
   at close or not at all.  close frees W on success and on failure; abort
   forgets the file, NULL is fine.  The members are stored, not compressed, and
   without times, so that equal content gives equal bytes.  CVX_OUTPUT (E620),
   CVX_NOMEM.  */
struct cvx_npz_writer;
enum cvx_status cvx_npz_create (struct cvx_npz_writer **w, const char *path,
                                bool backup,
                                struct cvx_error *err) CVX_MUST_CHECK;
/* NAME gets .npy, except for CVX_ARRAY_TEXT, where it ends in .json or .txt
   and SHAPE[0] is the length of the text.  RANK at most 4.  */
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
