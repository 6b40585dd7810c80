/* read_cifar.c -- CIFAR-10 in its binary version.

   A record is the class, one byte, then 32 x 32 red, green and blue bytes,
   each plane row after row (https://www.cs.toronto.edu/~kriz/cifar.html).  The
   planes become channels, the last index; bytes are scaled to 0 .. 1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "data/readers.h"

enum
{
  SIDE = 32,
  PLANE = SIDE * SIDE,
  CHANNELS = 3,
  RECORD = 1 + CHANNELS * PLANE,
  CLASSES = 10
};

static const char *const classes[CLASSES]
    = { "airplane", "automobile", "bird",  "cat",  "deer",
        "dog",      "frog",       "horse", "ship", "truck" };

bool
cvxi_detect_cifar (const char *path, const unsigned char *head, size_t len)
{
  const char *base = cvxi_base_name (path);
  return len >= RECORD && head[0] < CLASSES && strstr (base, ".bin") != NULL;
}

static enum cvx_status
fail_cifar (const char *path, struct cvx_error *err, size_t records,
            size_t rest)
{
  cvx_fail (err, CVX_E242,
            "the file has %zu whole records of %d bytes and %zu bytes more",
            records, (int)RECORD, rest);
  return cvx_at (err, path, 0, 0);
}

/* Records of the file.  The size of a compressed one is found by reading.  */
static enum cvx_status
count_records (const char *path, size_t *records, struct cvx_error *err)
{
  struct cvxi_input *in;
  unsigned char *buffer = cvx_alloc (RECORD, 1);
  enum cvx_status status = CVX_NOMEM;
  size_t size, got = RECORD;
  *records = 0;
  if (buffer == NULL)
    return cvx_fail_nomem (err, "reading images");
  status = cvxi_input_open (&in, path, NULL, err);
  if (status == CVX_OK)
    {
      size = cvxi_input_size (in);
      if (size > 0)
        {
          *records = size / RECORD;
          got = size % RECORD;
        }
      else
        while (status == CVX_OK && got == RECORD)
          {
            status = cvxi_input_read (in, buffer, RECORD, &got, err);
            *records += status == CVX_OK && got == RECORD;
          }
      if (status == CVX_OK && (*records == 0 || got != 0))
        status = fail_cifar (path, err, *records, got);
      cvxi_input_close (in);
    }
  cvx_free (buffer);
  return status;
}

/* Record I of the file into row K of D.  */
static enum cvx_status
take_record (struct cvx_dataset *d, const unsigned char *record, size_t i,
             size_t k, const char *path, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  double *x = p->x + k * CHANNELS * PLANE;
  if (record[0] >= CLASSES)
    {
      cvx_fail (err, CVX_E242, "record %zu has class %d, classes are 0 to %d",
                i + 1, record[0], CLASSES - 1);
      return cvx_at (err, path, 0, 0);
    }
  for (size_t c = 0; c < CHANNELS; c++)
    for (size_t j = 0; j < PLANE; j++)
      x[CHANNELS * j + c] = record[1 + c * PLANE + j] / 255.0;
  if (d->n_outputs > 0)
    p->y[k] = record[0];
  p->row[k] = i;
  return CVX_OK;
}

static enum cvx_status
read_records (struct cvx_dataset *d, const char *path, size_t first, size_t n,
              struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_input *in;
  unsigned char *record = cvx_alloc (RECORD, 1);
  enum cvx_status status;
  if (record == NULL)
    return cvx_fail_nomem (err, "reading images");
  status = cvxi_input_open (&in, path, progress, err);
  for (size_t i = 0; i < first + n && status == CVX_OK; i++)
    {
      size_t got;
      status = cvxi_input_read (in, record, RECORD, &got, err);
      if (status == CVX_OK && got < RECORD)
        status = fail_cifar (path, err, i, got);
      else if (status == CVX_OK && i >= first)
        status = take_record (d, record, i, i - first, path, err);
    }
  if (status == CVX_OK)
    status = cvxi_input_unchanged (in, err);
  cvxi_input_close (in);
  cvx_free (record);
  return status;
}

static enum cvx_status
name_classes (struct cvx_dataset *d, struct cvx_error *err)
{
  if (d->n_outputs == 0)
    return CVX_OK;
  d->label = cvx_calloc (CLASSES, sizeof *d->label);
  if (d->label == NULL)
    return cvx_fail_nomem (err, "reading images");
  d->n_labels = CLASSES;
  for (size_t k = 0; k < CLASSES; k++)
    {
      d->label[k].value = (double)k;
      d->label[k].name = cvx_strdup (classes[k]);
      if (d->label[k].name == NULL)
        return cvx_fail_nomem (err, "reading images");
    }
  return CVX_OK;
}

enum cvx_status
cvxi_read_cifar (struct cvx_dataset **out, const char *path,
                 const struct cvx_read_options *options,
                 struct cvx_progress *progress, struct cvx_text *notes,
                 struct cvx_error *err)
{
  struct cvx_dataset *d = NULL;
  size_t all, first = 0, n = 0, c = cvxi_no_target (options) ? 0 : 1;
  enum cvx_status status = count_records (path, &all, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_choose_rows (options, path, all, &first, &n, err);
  if (status == CVX_OK)
    status = cvxi_check_memory (options, path, n, CHANNELS * PLANE, c, err);
  if (status == CVX_OK)
    status = cvx_dataset_new (&d, "", n, CHANNELS * PLANE, c, err);
  if (status == CVX_OK)
    status = read_records (d, path, first, n, progress, err);
  if (status == CVX_OK)
    status = name_classes (d, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (d);
      return status;
    }
  d->image[0] = d->image[1] = SIDE;
  d->image[2] = CHANNELS;
  if (notes != NULL)
    cvx_text_put (notes, "bytes 0 .. 255 scaled to 0 .. 1\n");
  *out = d;
  return CVX_OK;
}
