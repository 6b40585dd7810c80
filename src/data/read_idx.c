/* read_idx.c -- IDX files, the format of MNIST.

   Two zero bytes, the type (8 unsigned byte, 11 short, 12 int, 13 float, 14
   double), the number of dimensions, each dimension as a big-endian 32-bit
   number, then the elements, big-endian, the last index fastest
   (http://yann.lecun.com/exdb/mnist).  Images (three dimensions) need a labels
   file; their bytes are scaled to 0 .. 1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/npy.h"
#include "data/arrays.h"

bool
cvxi_detect_idx (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 4 && head[0] == 0 && head[1] == 0 && head[2] >= 8
         && head[2] <= 14 && head[3] >= 1 && head[3] <= 4;
}

static enum cvx_status
fail_idx (const char *path, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E232, "%s", why);
  return cvx_at (err, path, 0, 0);
}

static const struct
{
  unsigned char code;
  char kind;
  size_t width;
  enum cvx_array_type type;
} types[] = {
  { 8, 'u', 1, CVX_ARRAY_U8 },   { 11, 'i', 2, CVX_ARRAY_I64 },
  { 12, 'i', 4, CVX_ARRAY_I64 }, { 13, 'f', 4, CVX_ARRAY_F32 },
  { 14, 'f', 8, CVX_ARRAY_F64 },
};

static enum cvx_status
pull (struct cvxi_input *in, const char *path, void *to, size_t len,
      struct cvx_error *err)
{
  size_t got;
  enum cvx_status status = cvxi_input_read (in, to, len, &got, err);
  if (status == CVX_OK && got < len)
    return fail_idx (path, "the file ends within its header", err);
  return status;
}

static enum cvx_status
read_header (struct cvxi_input *in, const char *path, struct cvxi_npy *h,
             struct cvx_error *err)
{
  unsigned char head[4], dim[4];
  size_t k = 0;
  enum cvx_status status = pull (in, path, head, 4, err);
  memset (h, 0, sizeof *h);
  if (status != CVX_OK)
    return status;
  while (k < sizeof types / sizeof *types && types[k].code != head[2])
    k++;
  if (head[0] != 0 || head[1] != 0 || head[3] < 1
      || head[3] > CVXI_NPY_MAX_RANK || k == sizeof types / sizeof *types)
    {
      cvx_fail (err, CVX_E232,
                "the first bytes are %02x %02x %02x %02x; images begin with "
                "00 00 08 03, labels with 00 00 08 01",
                head[0], head[1], head[2], head[3]);
      return cvx_at (err, path, 0, 0);
    }
  h->kind = types[k].kind;
  h->width = types[k].width;
  h->type = types[k].type;
  h->kept = cvx_array_width (h->type);
  h->big_endian = true;
  h->rank = head[3];
  h->count = 1;
  for (k = 0; k < h->rank; k++)
    {
      status = pull (in, path, dim, 4, err);
      if (status != CVX_OK)
        return status;
      h->shape[k] = (size_t)dim[0] << 24 | (size_t)dim[1] << 16
                    | (size_t)dim[2] << 8 | dim[3];
      if (!cvx_mul (h->count, h->shape[k], &h->count)
          || h->count > SIZE_MAX / 16)
        return fail_idx (path, "its dimensions are too large", err);
    }
  return CVX_OK;
}

/* The size must be that of the header, when it can be known beforehand.  */
static enum cvx_status
check_size (const struct cvxi_input *in, const char *path,
            const struct cvxi_npy *h, struct cvx_error *err)
{
  size_t size = cvxi_input_size (in), head = 4 + 4 * h->rank;
  if (size == 0 || size == head + h->count * h->width)
    return CVX_OK;
  cvx_fail (err, CVX_E232,
            "its dimensions need %zu bytes after the header, there are %zu",
            h->count * h->width, size - head);
  return cvx_at (err, path, 0, 0);
}

/* The elements of rows FIRST .. FIRST + N - 1 into A; what follows is read
   too, so that damage there is seen.  */
static enum cvx_status
read_values (struct cvxi_input *in, const char *path, const struct cvxi_npy *h,
             size_t first, size_t n, struct cvx_array *a,
             struct cvx_error *err)
{
  enum
  {
    CHUNK = 1 << 16 /* elements */
  };
  size_t row = h->shape[0] > 0 ? h->count / h->shape[0] : 0;
  size_t from = first * row, to = (first + n) * row, got;
  unsigned char *buffer = cvx_alloc (CHUNK, h->width);
  enum cvx_status status = CVX_OK;
  if (buffer == NULL)
    return cvx_fail_nomem (err, "reading images");
  for (size_t k = 0; k < h->count && status == CVX_OK;)
    {
      size_t len = h->count - k < CHUNK ? h->count - k : CHUNK;
      if (k < from && from - k < len)
        len = from - k;
      if (k < to && to - k < len)
        len = to - k;
      status = cvxi_input_read (in, buffer, len * h->width, &got, err);
      if (status == CVX_OK && got < len * h->width)
        {
          cvx_fail (err, CVX_E232,
                    "its dimensions need %zu bytes after the header, there "
                    "are %zu",
                    h->count * h->width, k * h->width + got);
          status = cvx_at (err, path, 0, 0);
        }
      else if (status == CVX_OK && k >= from && k < to)
        cvxi_npy_convert (h, k - from, len, buffer, a->values);
      k += len;
    }
  if (status == CVX_OK)
    status = cvxi_input_read (in, buffer, 1, &got, err);
  if (status == CVX_OK && got > 0)
    status
        = fail_idx (path, "more bytes follow than its dimensions need", err);
  cvx_free (buffer);
  return status;
}

static enum cvx_status
read_array (struct cvxi_input *in, const char *path,
            const struct cvx_read_options *o, struct cvx_array *a,
            size_t *first, struct cvx_error *err)
{
  struct cvxi_npy h;
  size_t n, bytes;
  enum cvx_status status = read_header (in, path, &h, err);
  if (status == CVX_OK)
    status = check_size (in, path, &h, err);
  if (status == CVX_OK)
    status = cvxi_choose_rows (o, path, h.shape[0], first, &n, err);
  if (status != CVX_OK)
    return status;
  if (h.rank == 1 && (o->labels != NULL || o->y == NULL || *o->y != '\0'))
    {
      fail_idx (path, "it holds labels, not images", err);
      return cvx_hint (err, "load the images, with labels=FILE for this file");
    }
  a->rank = h.rank;
  a->type = h.type;
  memcpy (a->shape, h.shape, sizeof a->shape);
  a->shape[0] = n;
  a->count = h.count / h.shape[0] * n;
  /* Refused here: compressed, the true size is not known beforehand.  */
  bytes = cvx_dataset_bytes (n, h.count / h.shape[0], 1);
  if (o->max_bytes != 0 && bytes > o->max_bytes)
    return cvxi_fail_memory (in, path, (double)bytes, o->max_bytes, err);
  a->values = cvx_alloc (a->count, h.kept);
  if (a->values == NULL)
    return cvx_fail_nomem (err, "reading images");
  return read_values (in, path, &h, *first, n, a, err);
}

enum cvx_status
cvxi_read_idx (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvx_array a = { 0 };
  struct cvx_read_options rest = *options;
  struct cvxi_input *in;
  size_t first = 0;
  enum cvx_status status = cvxi_input_open (&in, path, progress, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  status = read_array (in, path, options, &a, &first, err);
  if (status == CVX_OK)
    status = cvxi_input_unchanged (in, err);
  cvxi_input_close (in);
  rest.first_row = rest.n_rows = 0;
  if (status == CVX_OK)
    status = cvxi_from_arrays (out, &a, NULL, path, &rest, notes, err);
  for (size_t i = 0; status == CVX_OK && i < a.shape[0]; i++)
    (*out)->part[CVX_TRAIN].row[i] += first;
  cvx_free (a.values);
  return status;
}
