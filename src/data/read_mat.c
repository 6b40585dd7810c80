/* read_mat.c -- MATLAB files of versions 4 to 7.3, through libmatio.

   libmatio does not say whether a file ends at its end or in the middle, so
   the outer structure is checked first.  Version 5 (and 6 and 7): 128 bytes,
   of which bytes 124 to 127 are version and byte order, then elements of two
   32-bit numbers, type and length, and that many bytes; types 14 and 15 are
   variables (MAT-File Format, The MathWorks).  Version 4: a header of five
   32-bit numbers, the name and the numbers of each variable.  Version 7.3 is
   HDF5, whose library does say.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/npy.h"
#include "data/import.h"

#ifdef HAVE_MATIO
#  include <matio.h>
#endif

enum
{
  HEADER5 = 128,
  HEADER4 = 20
};

static uint32_t
number (const unsigned char *p, bool big)
{
  return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16
                   | (uint32_t)p[2] << 8 | p[3]
             : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16
                   | (uint32_t)p[1] << 8 | p[0];
}

/* A header of version 4: the type M0PT with P up to 5 and T up to 2.  */
static bool
is_version4 (const unsigned char *h, size_t len, bool *big)
{
  uint32_t type, name;
  if (len < HEADER4)
    return false;
  *big = h[0] == 0 && h[1] == 0 && (h[2] != 0 || h[3] != 0);
  type = number (h, *big);
  name = number (h + 16, *big);
  return type < 5000 && type % 1000 / 100 == 0 && type / 10 % 10 <= 5
         && type % 10 <= 2 && (type / 1000 == 1) == *big && type / 1000 <= 1
         && number (h + 12, *big) <= 1 && name > 1 && name < 256
         && len > HEADER4 + name && h[HEADER4 + name - 1] == '\0'
         && memchr (h + HEADER4, '\0', name - 1) == NULL
         && ((h[HEADER4] | 32) >= 'a' && (h[HEADER4] | 32) <= 'z');
}

bool
cvxi_detect_mat (const char *path, const unsigned char *head, size_t len)
{
  bool big;
  (void)path;
  return (len >= HEADER5
          && (memcmp (head + 126, "IM", 2) == 0
              || memcmp (head + 126, "MI", 2) == 0)
          && (memcmp (head, "MATLAB", 6) == 0 || head[124] == 1
              || head[125] == 1))
         || is_version4 (head, len, &big);
}

enum cvx_status
cvxi_read_mat (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  return cvxi_read_imported (out, "mat", path, options, progress, notes, err);
}

#ifndef HAVE_MATIO
enum cvx_status
cvxi_import_mat (struct cvxi_import *im, struct cvx_error *err)
{
  cvx_fail (err, CVX_E238, "this program was built without MAT support");
  cvx_at (err, im->shown, 0, 0);
  return cvx_hint (err, "configure --with-matio, or save the data as CSV");
}
#else

static enum cvx_status
fail_mat (const struct cvxi_import *im, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E243, "%s; nothing was loaded", why);
  return cvx_at (err, im->shown, 0, 0);
}

/* Bytes behind the header H of a variable of version 4.  */
static double
length4 (const unsigned char *h, bool big)
{
  static const double width[] = { 8, 4, 4, 2, 2, 1 };
  uint32_t type = number (h, big);
  double n = (double)number (h + 4, big) * number (h + 8, big);
  return (double)number (h + 16, big)
         + n * width[type / 10 % 10 <= 5 ? type / 10 % 10 : 0]
               * (1 + (double)(number (h + 12, big) != 0));
}

/* Walk the elements of the open file; *VARIABLES are counted, SIZE_MAX when
   that is not known.  */
static enum cvx_status
walk (const struct cvxi_import *im, int fd, size_t size, size_t *variables,
      struct cvx_error *err)
{
  unsigned char h[HEADER4 + 256];
  ssize_t got = pread (fd, h, sizeof h, 0);
  bool big, five;
  size_t at = 0, need = HEADER4;
  *variables = 0;
  five = got < HEADER4 || !is_version4 (h, (size_t)got, &big);
  if (five)
    {
      if (got < HEADER5)
        return fail_mat (im, "truncated MAT file", err);
      big = h[126] == 'M';
      at = HEADER5;
      need = 8;
    }
  if (five && h[big ? 124 : 125] == 2)
    {
      *variables = SIZE_MAX; /* 7.3 */
      return CVX_OK;
    }
  while (at < size)
    {
      double bytes;
      if (pread (fd, h, need, (off_t)at) < (ssize_t)need)
        return fail_mat (im, "truncated MAT file", err);
      bytes = five ? (double)number (h + 4, big) : length4 (h, big);
      if (bytes > (double)(size - at - need))
        return fail_mat (im, "truncated MAT file: a variable is cut short",
                         err);
      *variables += !five || number (h, big) == 14 || number (h, big) == 15;
      at += need + (size_t)bytes;
    }
  return CVX_OK;
}

static enum cvx_status
check (const struct cvxi_import *im, size_t *variables, struct cvx_error *err)
{
  struct cvxi_input *in;
  enum cvx_status status = cvxi_input_open (&in, im->path, NULL, err);
  if (status != CVX_OK)
    return status;
  status = walk (im, cvxi_input_fd (in), cvxi_input_size (in), variables, err);
  cvxi_input_close (in);
  return status;
}

static const struct element
{
  enum matio_classes class;
  char kind;
  size_t width;
  enum cvx_array_type type; /* as it is kept */
} elements[] = {
  { MAT_C_DOUBLE, 'f', 8, CVX_ARRAY_F64 },
  { MAT_C_SINGLE, 'f', 4, CVX_ARRAY_F32 },
  { MAT_C_INT8, 'i', 1, CVX_ARRAY_I64 },
  { MAT_C_INT16, 'i', 2, CVX_ARRAY_I64 },
  { MAT_C_INT32, 'i', 4, CVX_ARRAY_I64 },
  { MAT_C_INT64, 'i', 8, CVX_ARRAY_I64 },
  { MAT_C_UINT8, 'u', 1, CVX_ARRAY_U8 },
  { MAT_C_UINT16, 'u', 2, CVX_ARRAY_U64 },
  { MAT_C_UINT32, 'u', 4, CVX_ARRAY_U64 },
  { MAT_C_UINT64, 'u', 8, CVX_ARRAY_U64 },
};

/* What the elements of V are; NULL: no numbers.  */
static const struct element *
element_of (const matvar_t *v)
{
  for (size_t k = 0; k < sizeof elements / sizeof *elements; k++)
    if (elements[k].class == v->class_type)
      return &elements[k];
  return NULL;
}

/* The type as which V is kept; WHY not NULL: it is no array of numbers.  */
static enum cvx_array_type
kept_type (const matvar_t *v, const char **why)
{
  const struct element *e = element_of (v);
  *why = v->isComplex ? "it is complex" : NULL;
  if (e != NULL)
    return v->isLogical && e->type == CVX_ARRAY_U8 ? CVX_ARRAY_BOOL : e->type;
  switch (v->class_type)
    {
    case MAT_C_SPARSE:
      return CVX_ARRAY_F64;
    case MAT_C_CHAR:
      *why = "it is text";
      break;
    case MAT_C_CELL:
      *why = "it is a cell array";
      break;
    case MAT_C_STRUCT:
      *why = "it is a struct";
      break;
    default:
      *why = "it is no array of numbers";
    }
  return CVX_ARRAY_OTHER;
}

/* MATLAB's first index runs fastest, ours slowest.  */
static void
turn (struct cvx_array *a, const matvar_t *v)
{
  const struct element *e = element_of (v);
  struct cvxi_npy h = { .kind = e->kind,
                        .width = e->width,
                        .big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
                        .fortran = true,
                        .rank = a->rank,
                        .count = a->count,
                        .type = a->type,
                        .kept = cvx_array_width (a->type) };
  memcpy (h.shape, a->shape, sizeof h.shape);
  cvxi_npy_convert (&h, 0, a->count, v->data, a->values);
}

static enum cvx_status
fail_variable (const struct cvxi_import *im, const matvar_t *v,
               struct cvx_error *err)
{
  cvx_fail (err, CVX_E243, "variable %s is damaged; nothing was loaded",
            v->name != NULL ? v->name : "?");
  return cvx_at (err, im->shown, 0, 0);
}

/* A sparse matrix becomes dense; nothing in it is believed unseen.  */
static bool
spread (double *to, const matvar_t *v)
{
  const mat_sparse_t *s = v->data;
  if (s->jc == NULL || s->njc != v->dims[1] + 1)
    return false;
  for (size_t j = 0; j < v->dims[1]; j++)
    {
      if (s->jc[j + 1] < s->jc[j] || s->jc[j + 1] > s->ndata
          || s->jc[j + 1] > s->nir)
        return false;
      for (size_t k = s->jc[j]; k < s->jc[j + 1]; k++)
        {
          size_t i = s->ir[k];
          if (i >= v->dims[0])
            return false;
          to[i * v->dims[1] + j] = v->data_type == MAT_T_DOUBLE
                                       ? ((const double *)s->data)[k]
                                       : (double)((const uint8_t *)s->data)[k];
        }
    }
  return true;
}

/* Its size is known for certain only when it has been read.  */
static enum cvx_status
take_sparse (struct cvxi_import *im, mat_t *mat, matvar_t *v, const char *why,
             struct cvx_error *err)
{
  struct cvx_array *a;
  enum cvx_status status;
  if (why == NULL && (Mat_VarReadDataAll (mat, v) != 0 || v->data == NULL))
    return fail_variable (im, v, err);
  if (why == NULL && v->isComplex)
    why = "it is complex";
  if (why == NULL && v->data_type != MAT_T_DOUBLE
      && v->data_type != MAT_T_UINT8)
    why = "it is a sparse matrix of another type than double";
  if (v->rank != 2)
    return fail_variable (im, v, err);
  status = cvxi_import_add (im, v->name != NULL ? v->name : "?", CVX_ARRAY_F64,
                            2, v->dims, why, &a, err);
  if (status == CVX_OK && why == NULL && !spread (a->values, v))
    status = fail_variable (im, v, err);
  return status;
}

static enum cvx_status
take (struct cvxi_import *im, mat_t *mat, matvar_t *v, struct cvx_error *err)
{
  const char *why;
  enum cvx_array_type type = kept_type (v, &why);
  struct cvx_array *a;
  size_t shape[4] = { 0 };
  enum cvx_status status;
  if (v->class_type == MAT_C_SPARSE)
    return take_sparse (im, mat, v, why, err);
  for (int k = 0; k < v->rank && k < 4; k++)
    shape[k] = v->dims[k];
  status = cvxi_import_add (im, v->name != NULL ? v->name : "?", type,
                            v->rank > 0 ? (size_t)v->rank : 0, shape, why, &a,
                            err);
  if (status != CVX_OK || a->why != NULL || a->count == 0)
    return status;
  if (Mat_VarReadDataAll (mat, v) != 0 || v->data == NULL || v->data_size <= 0
      || v->nbytes / (size_t)v->data_size < a->count)
    return fail_variable (im, v, err);
  turn (a, v);
  return CVX_OK;
}

enum cvx_status
cvxi_import_mat (struct cvxi_import *im, struct cvx_error *err)
{
  size_t expected, n = 0;
  matvar_t *v;
  mat_t *mat;
  enum cvx_status status = check (im, &expected, err);
  if (status != CVX_OK)
    return status;
  mat = Mat_Open (im->path, MAT_ACC_RDONLY);
  if (mat == NULL)
    return fail_mat (im, "truncated or damaged MAT file", err);
  while (status == CVX_OK && (v = Mat_VarReadNextInfo (mat)) != NULL)
    {
      status = cvx_aborted (im->progress) ? cvx_fail_interrupted (err)
                                          : take (im, mat, v, err);
      Mat_VarFree (v);
      n++;
    }
  Mat_Close (mat);
  /* An object may bring a nameless element along.  */
  if (status == CVX_OK && expected != SIZE_MAX && n + 1 < expected)
    {
      cvx_fail (err, CVX_E243,
                "variable %zu of %zu is damaged; nothing was loaded", n + 1,
                expected);
      return cvx_at (err, im->shown, 0, 0);
    }
  if (status == CVX_OK && n == 0)
    return fail_mat (im, "the MAT file has no variable that can be read", err);
  return status;
}
#endif
