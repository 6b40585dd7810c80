/* read_raw.c -- numbers without any header, row after row, little-endian.

   Only on demand (format=raw), since nothing in such a file says what it is:
   dtype= is the type of a number, columns= how many make a row.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "data/elements.h"

static const struct
{
  const char *name;
  char kind;
  size_t width;
  enum cvx_array_type type;
} types[] = { { "f64", 'f', 8, CVX_ARRAY_F64 },
              { "f32", 'f', 4, CVX_ARRAY_F32 },
              { "i32", 'i', 4, CVX_ARRAY_I64 },
              { "i16", 'i', 2, CVX_ARRAY_I64 },
              { "u8", 'u', 1, CVX_ARRAY_U8 } };

bool
cvxi_detect_raw (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  (void)head;
  (void)len;
  return false;
}

/* The bytes of the file; of a compressed one they are counted.  */
static enum cvx_status
count_bytes (const char *path, struct cvx_progress *progress, size_t *len,
             struct cvx_error *err)
{
  enum
  {
    BLOCK = 64 << 10
  };
  struct cvxi_input *in;
  unsigned char *block = NULL;
  size_t got = 1;
  enum cvx_status status = cvxi_input_open (&in, path, progress, err);
  if (status != CVX_OK)
    return status;
  *len = cvxi_input_size (in);
  if (*len == 0)
    {
      block = cvx_alloc (BLOCK, 1);
      if (block == NULL)
        status = cvx_fail_nomem (err, "reading raw numbers");
    }
  while (block != NULL && status == CVX_OK && got > 0)
    {
      status = cvxi_input_read (in, block, BLOCK, &got, err);
      *len += got;
    }
  cvx_free (block);
  cvxi_input_close (in);
  return status;
}

static enum cvx_status
describe (struct cvxi_npy *h, const char *path, size_t len,
          const struct cvx_read_options *o, struct cvx_error *err)
{
  const char *dtype = o->dtype != NULL ? o->dtype : "f64";
  size_t k = 0;
  while (k < sizeof types / sizeof *types
         && strcmp (types[k].name, dtype) != 0)
    k++;
  if (k == sizeof types / sizeof *types)
    {
      cvx_fail (err, CVX_E236, "no raw numbers are called %s", dtype);
      return cvx_hint (err, "dtype=f64, f32, i32, i16 or u8");
    }
  if (o->n_columns == 0)
    {
      cvx_fail (err, CVX_E236, "raw numbers need the number of columns");
      cvx_at (err, path, 0, 0);
      return cvx_hint (err, "columns=N, and dtype=f32 for single precision");
    }
  if (o->n_columns > INT32_MAX || len == 0
      || len % (o->n_columns * types[k].width) != 0)
    {
      cvx_fail (err, CVX_E236,
                "the file has %zu bytes, rows of %zu %s numbers have %zu: "
                "there is no whole number of them",
                len, o->n_columns, dtype, o->n_columns * types[k].width);
      return cvx_at (err, path, 0, 0);
    }
  *h = (struct cvxi_npy){ .kind = types[k].kind,
                          .width = types[k].width,
                          .rank = 2,
                          .type = types[k].type,
                          .count = len / types[k].width };
  h->kept = cvx_array_width (h->type);
  h->shape[1] = o->n_columns;
  h->shape[0] = h->count / o->n_columns;
  return CVX_OK;
}

enum cvx_status
cvxi_read_raw (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct cvxi_elements e
      = { .path = path, .id = CVX_E236, .words = "the rows need" };
  size_t len;
  enum cvx_status status = count_bytes (path, progress, &len, err);
  *out = NULL;
  if (status == CVX_OK)
    status = describe (&e.head, path, len, options, err);
  if (status == CVX_OK)
    status = cvxi_input_open (&e.in, path, progress, err);
  if (status == CVX_OK)
    status = cvxi_read_elements (out, &e, options, notes, err);
  cvxi_input_close (e.in);
  return status;
}
