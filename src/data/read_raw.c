/* read_raw.c -- numbers without any header, row after row, little-endian.

   Only on demand (format=raw), since nothing in such a file says what it is:
   dtype= is the type of a number, columns= how many make a row.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/npy.h"
#include "data/arrays.h"

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

/* All of the file; the size of a compressed one is found by reading.  */
static enum cvx_status
slurp (const char *path, size_t max_bytes, struct cvx_progress *progress,
       unsigned char **bytes, size_t *len, struct cvx_error *err)
{
  struct cvxi_input *in;
  enum cvx_status status = cvxi_input_open (&in, path, progress, err);
  size_t cap = 1 << 16, got = 0;
  *bytes = NULL;
  *len = 0;
  if (status != CVX_OK)
    return status;
  if (cvxi_input_size (in) > 0)
    cap = cvxi_input_size (in) + 1;
  do
    {
      unsigned char *p;
      if (*len == cap)
        cap *= 2;
      if (max_bytes != 0 && cap / 2 > max_bytes)
        {
          status = cvxi_fail_memory (in, path, (double)cap, max_bytes, err);
          break;
        }
      p = cvx_grow (*bytes, *len, cap, 1);
      if (p == NULL)
        {
          status = cvx_fail_nomem (err, "reading raw numbers");
          break;
        }
      *bytes = p;
      status = cvxi_input_read (in, p + *len, cap - *len, &got, err);
      *len += got;
    }
  while (status == CVX_OK && *len == cap);
  if (status == CVX_OK)
    status = cvxi_input_unchanged (in, err);
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
  struct cvxi_npy h;
  struct cvx_array a = { .name = NULL };
  unsigned char *bytes;
  size_t len;
  enum cvx_status status
      = slurp (path, options->max_bytes, progress, &bytes, &len, err);
  *out = NULL;
  if (status == CVX_OK)
    status = describe (&h, path, len, options, err);
  if (status == CVX_OK)
    {
      a.type = h.type;
      a.rank = 2;
      a.shape[0] = h.shape[0];
      a.shape[1] = h.shape[1];
      a.count = h.count;
      a.values = cvx_alloc (h.count, h.kept);
      if (a.values == NULL)
        status = cvx_fail_nomem (err, "reading raw numbers");
    }
  if (status == CVX_OK)
    {
      cvxi_npy_convert (&h, 0, h.count, bytes, a.values);
      status = cvxi_from_arrays (out, &a, NULL, path, options, notes, err);
    }
  cvx_free (a.values);
  cvx_free (bytes);
  return status;
}
