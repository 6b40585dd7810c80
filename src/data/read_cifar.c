/* read_cifar.c -- CIFAR-10 and CIFAR-100 in their binary versions.

   A record is the class, one byte, for CIFAR-100 the coarse and the fine
   class, then 32 x 32 red, green and blue bytes, each plane row after row
   (https://www.cs.toronto.edu/~kriz/cifar.html).  The planes become channels,
   the last index; bytes are scaled to 0 .. 1.  For cifar100 y=coarse chooses
   the coarse class.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/input.h"
#include "data/parts.h"
#include "data/readers.h"

enum
{
  SIDE = 32,
  PLANE = SIDE * SIDE,
  CHANNELS = 3
};

struct variant
{
  size_t n_bytes;    /* of classes in front of a record */
  int n_classes[2];  /* values that each of them has */
  const char *names; /* of the classes, or NULL: numbers */
};
static const struct variant ten
    = { 1,
        { 10, 0 },
        "airplane automobile bird cat deer dog frog horse ship truck" },
    hundred = { 2, { 20, 100 }, NULL };

/* Bytes of a record.  */
static size_t
record_of (const struct variant *v)
{
  return v->n_bytes + CHANNELS * PLANE;
}

bool
cvxi_detect_cifar (const char *path, const unsigned char *head, size_t len)
{
  return len >= record_of (&ten) && head[0] < ten.n_classes[0]
         && strstr (cvxi_base_name (path), ".bin") != NULL;
}

/* Every whole record of HEAD has classes in range.  */
static bool
fits (const struct variant *v, const unsigned char *head, size_t len)
{
  size_t size = record_of (v);
  for (size_t at = 0; at + size <= len; at += size)
    for (size_t b = 0; b < v->n_bytes; b++)
      if (head[at + b] >= v->n_classes[b])
        return false;
  return len >= size;
}

/* Its classes fit and those of CIFAR-10 do not, or the size decides.  */
bool
cvxi_detect_cifar100 (const char *path, const unsigned char *head, size_t len)
{
  size_t size = record_of (&hundred);
  struct stat st;
  bool known = stat (path, &st) == 0
               && strcmp (path + strlen (path) - 4, ".bin") == 0;
  return strstr (cvxi_base_name (path), ".bin") != NULL
         && fits (&hundred, head, len)
         && (known ? (size_t)st.st_size % size == 0
                         && (size_t)st.st_size % record_of (&ten) != 0
                   : !fits (&ten, head, len));
}

static enum cvx_status
fail_cifar (const char *path, const struct variant *v, struct cvx_error *err,
            size_t records, size_t rest)
{
  cvx_fail (err, CVX_E242,
            "the file has %zu whole records of %zu bytes and %zu bytes more",
            records, record_of (v), rest);
  return cvx_at (err, path, 0, 0);
}

/* Records of the file.  The size of a compressed one is found by reading.  */
static enum cvx_status
count_records (const char *path, const struct variant *v, size_t *records,
               struct cvx_error *err)
{
  struct cvxi_input *in;
  size_t record = record_of (v), size, got = record;
  unsigned char *buffer = cvx_alloc (record, 1);
  enum cvx_status status = CVX_NOMEM;
  *records = 0;
  if (buffer == NULL)
    return cvx_fail_nomem (err, "reading images");
  status = cvxi_input_open (&in, path, NULL, err);
  if (status == CVX_OK)
    {
      size = cvxi_input_size (in);
      if (size > 0)
        {
          *records = size / record;
          got = size % record;
        }
      else
        while (status == CVX_OK && got == record)
          {
            status = cvxi_input_read (in, buffer, record, &got, err);
            *records += status == CVX_OK && got == record;
          }
      if (status == CVX_OK && (*records == 0 || got != 0))
        status = fail_cifar (path, v, err, *records, got);
      cvxi_input_close (in);
    }
  cvx_free (buffer);
  return status;
}

/* Record I of the file into row K of D.  */
static enum cvx_status
take_record (struct cvx_dataset *d, const struct variant *v, size_t byte,
             const unsigned char *record, size_t i, size_t k, const char *path,
             struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  double *x = p->x + k * CHANNELS * PLANE;
  if (record[byte] >= v->n_classes[byte])
    {
      cvx_fail (err, CVX_E242, "record %zu has class %d, classes are 0 to %d",
                i + 1, record[byte], v->n_classes[byte] - 1);
      return cvx_at (err, path, 0, 0);
    }
  for (size_t c = 0; c < CHANNELS; c++)
    for (size_t j = 0; j < PLANE; j++)
      x[CHANNELS * j + c] = record[v->n_bytes + c * PLANE + j] / 255.0;
  if (d->n_outputs > 0)
    p->y[k] = record[byte];
  p->row[k] = i;
  return CVX_OK;
}

static enum cvx_status
read_records (struct cvx_dataset *d, const struct variant *v, size_t byte,
              const char *path, size_t first, size_t n,
              struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_input *in;
  size_t size = record_of (v);
  unsigned char *record = cvx_alloc (size, 1);
  enum cvx_status status;
  if (record == NULL)
    return cvx_fail_nomem (err, "reading images");
  status = cvxi_input_open (&in, path, progress, err);
  for (size_t i = 0; i < first + n && status == CVX_OK; i++)
    {
      size_t got;
      status = cvxi_input_read (in, record, size, &got, err);
      if (status == CVX_OK && got < size)
        status = fail_cifar (path, v, err, i, got);
      else if (status == CVX_OK && i >= first)
        status = take_record (d, v, byte, record, i, i - first, path, err);
    }
  if (status == CVX_OK)
    status = cvxi_input_unchanged (in, err);
  cvxi_input_close (in);
  cvx_free (record);
  return status;
}

static enum cvx_status
name_classes (struct cvx_dataset *d, const struct variant *v, size_t byte,
              struct cvx_error *err)
{
  size_t n = (size_t)v->n_classes[byte];
  const char *s = v->names;
  if (d->n_outputs == 0)
    return CVX_OK;
  if (s == NULL)
    return cvxi_labels_from_values (d, n, err);
  d->label = cvx_calloc (n, sizeof *d->label);
  if (d->label == NULL)
    return cvx_fail_nomem (err, "reading images");
  d->n_labels = n;
  for (size_t k = 0; k < n; k++)
    {
      size_t len = strcspn (s, " ");
      d->label[k].value = (double)k;
      d->label[k].name = cvx_strndup (s, len);
      if (d->label[k].name == NULL)
        return cvx_fail_nomem (err, "reading images");
      s += len + 1;
    }
  return CVX_OK;
}

static enum cvx_status
read_variant (struct cvx_dataset **out, const struct variant *v, size_t byte,
              const char *path, const struct cvx_read_options *options,
              struct cvx_progress *progress, struct cvx_text *notes,
              struct cvx_error *err)
{
  struct cvx_dataset *d = NULL;
  size_t all, first = 0, n = 0, c = cvxi_no_target (options) ? 0 : 1;
  enum cvx_status status = count_records (path, v, &all, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_choose_rows (options, path, all, &first, &n, err);
  if (status == CVX_OK)
    status = cvxi_check_memory (options, path, n, CHANNELS * PLANE, c, err);
  if (status == CVX_OK)
    status = cvx_dataset_new (&d, "", n, CHANNELS * PLANE, c, err);
  if (status == CVX_OK)
    status = read_records (d, v, byte, path, first, n, progress, err);
  if (status == CVX_OK)
    status = name_classes (d, v, byte, err);
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

enum cvx_status
cvxi_read_cifar (struct cvx_dataset **out, const char *path,
                 const struct cvx_read_options *options,
                 struct cvx_progress *progress, struct cvx_text *notes,
                 struct cvx_error *err)
{
  return read_variant (out, &ten, 0, path, options, progress, notes, err);
}

enum cvx_status
cvxi_read_cifar100 (struct cvx_dataset **out, const char *path,
                    const struct cvx_read_options *options,
                    struct cvx_progress *progress, struct cvx_text *notes,
                    struct cvx_error *err)
{
  size_t byte = options->y != NULL && strcmp (options->y, "coarse") == 0;
  return read_variant (out, &hundred, 1 - byte, path, options, progress, notes,
                       err);
}
