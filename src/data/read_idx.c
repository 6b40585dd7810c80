/* read_idx.c -- IDX files, the format of MNIST.

   Two zero bytes, the type (8 unsigned byte, 11 short, 12 int, 13 float, 14
   double), the number of dimensions, each dimension as a big-endian 32-bit
   number, then the elements, big-endian, the last index fastest
   (http://yann.lecun.com/exdb/mnist).  Images (three dimensions) need a labels
   file; their bytes are scaled to 0 .. 1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "data/elements.h"

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

enum cvx_status
cvxi_read_idx (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvxi_elements e
      = { .path = path, .id = CVX_E232, .words = "its dimensions need" };
  enum cvx_status status = cvxi_input_open (&e.in, path, progress, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  status = read_header (e.in, path, &e.head, err);
  e.before = 4 + 4 * e.head.rank;
  if (status == CVX_OK && e.head.rank == 1
      && (options->labels != NULL || options->y == NULL
          || *options->y != '\0'))
    {
      fail_idx (path, "it holds labels, not images", err);
      status
          = cvx_hint (err, "load the images, with labels=FILE for this file");
    }
  if (status == CVX_OK)
    status = cvxi_read_elements (out, &e, options, notes, err);
  cvxi_input_close (e.in);
  return status;
}
