/* npy.h -- the header of an NPY array, for npz.c.

   Format: numpy.lib.format, versions 1.0, 2.0 and 3.0: the magic bytes
   \x93NUMPY, the version, the length of the header (2 bytes, from 2.0 on 4;
   little-endian) and the header, a Python dictionary of literals with the keys
   descr, fortran_order and shape, which is parsed, never evaluated.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_NPY_H
#define CVX_BASE_NPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/npz.h"

enum
{
  CVXI_NPY_PREFIX = 12,        /* magic, version and the longer length */
  CVXI_NPY_MAX_HEADER = 65536, /* longer ones are refused */
  CVXI_NPY_MAX_RANK = 4
};

struct cvxi_npy
{
  char kind;       /* f, i, u or b */
  size_t width;    /* bytes of an element in the file */
  bool big_endian; /* in the file */
  bool fortran;
  size_t rank, shape[CVXI_NPY_MAX_RANK];
  size_t count;             /* product of the shape */
  bool other;               /* well formed, but not numbers */
  enum cvx_array_type type; /* as it is kept */
  size_t kept;              /* bytes of an element as kept */
};

/* Parse the dictionary S (NUL-terminated).  Returns NULL, or in words what is
   wrong with it; static text.  */
const char *cvxi_npy_parse (const char *s, struct cvxi_npy *header);

/* True when the elements of the file are the kept ones, byte for byte.  */
bool cvxi_npy_as_is (const struct cvxi_npy *header);

/* Convert N elements of the file at FROM, beginning with number FIRST in the
   order of the file, to their places in the C-ordered array TO.  */
void cvxi_npy_convert (const struct cvxi_npy *header, size_t first, size_t n,
                       const unsigned char *from, void *to);

/* Convert N elements of a file at FROM, which may change, to doubles in the
   order of the file.  TO may be FROM for elements that are doubles.  */
void cvxi_npy_doubles (const struct cvxi_npy *header, size_t n, void *from,
                       double *to);

/* Read the header of the NPY file IN of PATH; *LEN is its length, and IN then
   stands at the elements.  CVX_DATA (E220, and as cvxi_input_read), CVX_NOMEM.
 */
struct cvxi_input;
enum cvx_status cvxi_npy_begin (struct cvxi_input *in, const char *path,
                                struct cvxi_npy *header, size_t *len,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* The numbers of A (not text) as A->count doubles.  */
void cvxi_array_doubles (const struct cvx_array *a, double *to);

/* The complete header of an array to write, padded to a multiple of 64, into
   BUF of SIZE bytes.  Returns its length.  */
size_t cvxi_npy_header (char *buf, size_t size, enum cvx_array_type type,
                        size_t rank, const size_t *shape);

#endif
