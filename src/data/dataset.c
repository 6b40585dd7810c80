/* dataset.c -- making, copying and fingerprinting datasets.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/dataset.h"

#include <string.h>

/* For a state of the hash that is not on the heap.  */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/alloc.h"
#include "data/parts.h"
#include "data/scan.h"

size_t
cvx_dataset_rows (const struct cvx_dataset *d)
{
  size_t n = 0;
  for (size_t k = 0; k < CVX_N_PARTS; k++)
    n += d->part[k].n;
  return n;
}

size_t
cvx_dataset_bytes (size_t n, size_t n_features, size_t n_outputs)
{
  size_t row, bytes;
  if (__builtin_add_overflow (n_features, n_outputs, &row)
      || !cvx_mul (row, sizeof (double), &row)
      || __builtin_add_overflow (row, sizeof (size_t), &row)
      || !cvx_mul (row, n, &bytes))
    return SIZE_MAX;
  return bytes;
}

bool
cvxi_part_rest (struct cvx_part *part, size_t n, size_t n_outputs)
{
  size_t y;
  *part = (struct cvx_part){ .n = n };
  if (n == 0)
    return true;
  if (!cvx_mul (n, n_outputs, &y))
    return false;
  part->y = cvx_alloc (y, sizeof *part->y);
  part->row = cvx_alloc (n, sizeof *part->row);
  return part->y != NULL && part->row != NULL;
}

bool
cvxi_part_new (struct cvx_part *part, size_t n, size_t n_features,
               size_t n_outputs)
{
  size_t x;
  if (!cvxi_part_rest (part, n, n_outputs))
    return false;
  if (n == 0)
    return true;
  if (!cvx_mul (n, n_features, &x))
    return false;
  part->x = cvx_alloc (x, sizeof *part->x);
  return part->x != NULL;
}

void
cvxi_part_free (struct cvx_part *part)
{
  cvx_free (part->x);
  cvx_free (part->y);
  cvx_free (part->row);
  cvx_csr_free (part->sparse);
  memset (part, 0, sizeof *part);
}

void
cvxi_names_free (char **names, size_t n)
{
  if (names == NULL)
    return;
  for (size_t k = 0; k < n; k++)
    cvx_free (names[k]);
  cvx_free (names);
}

static char *
copy_text (const char *s, bool *ok)
{
  char *p = s != NULL ? cvx_strdup (s) : NULL;
  if (s != NULL && p == NULL)
    *ok = false;
  return p;
}

static double *
copy_numbers (const double *v, size_t n, bool *ok)
{
  double *p = v != NULL ? cvx_copy (v, n, sizeof *v) : NULL;
  if (v != NULL && p == NULL)
    *ok = false;
  return p;
}

char **
cvxi_names_copy (char *const *names, size_t n, bool *ok)
{
  char **copy;
  if (names == NULL)
    return NULL;
  copy = cvx_calloc (n, sizeof *copy);
  if (copy == NULL)
    {
      *ok = false;
      return NULL;
    }
  for (size_t k = 0; k < n; k++)
    copy[k] = copy_text (names[k], ok);
  return copy;
}

enum cvx_status
cvx_dataset_new (struct cvx_dataset **out, const char *name, size_t n,
                 size_t n_features, size_t n_outputs, struct cvx_error *err)
{
  struct cvx_dataset *d = NULL;
  *out = NULL;
  /* BLAS counts in int.  */
  if (n > INT32_MAX || n_features > INT32_MAX || n_outputs > INT32_MAX)
    return cvx_fail (err, CVX_E231,
                     "%zu rows and %zu columns: at most %d of each can be "
                     "handled",
                     n, n_features, INT32_MAX);
  d = cvx_calloc (1, sizeof *d);
  if (d != NULL)
    {
      d->n_features = n_features;
      d->n_outputs = n_outputs;
      d->name = cvx_strdup (name);
    }
  if (d == NULL || d->name == NULL
      || !cvxi_part_new (&d->part[CVX_TRAIN], n, n_features, n_outputs))
    {
      cvx_dataset_free (d);
      return cvx_fail_nomem (err, "making a dataset");
    }
  for (size_t i = 0; i < n; i++)
    d->part[CVX_TRAIN].row[i] = i;
  *out = d;
  return CVX_OK;
}

void
cvxi_labels_free (struct cvx_dataset *d)
{
  for (size_t k = 0; k < d->n_labels; k++)
    cvx_free (d->label[k].name);
  cvx_free (d->label);
  d->label = NULL;
  d->n_labels = 0;
}

void
cvx_dataset_free (struct cvx_dataset *d)
{
  if (d == NULL)
    return;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    cvxi_part_free (&d->part[p]);
  cvxi_labels_free (d);
  cvxi_names_free (d->feature, d->n_features);
  cvx_free (d->name);
  cvx_free (d->source);
  cvx_free (d->target);
  cvx_free (d->x_shift);
  cvx_free (d->x_factor);
  cvx_free (d->y_shift);
  cvx_free (d->y_factor);
  cvx_free (d->planted);
  cvx_free (d);
}

enum cvx_status
cvxi_dataset_shell (struct cvx_dataset **out, const struct cvx_dataset *from,
                    struct cvx_error *err)
{
  bool ok = true;
  struct cvx_dataset *d = cvx_calloc (1, sizeof *d);
  *out = NULL;
  if (d == NULL)
    return cvx_fail_nomem (err, "copying a dataset");
  *d = *from;
  memset (d->part, 0, sizeof d->part);
  d->name = copy_text (from->name, &ok);
  d->source = copy_text (from->source, &ok);
  d->target = copy_text (from->target, &ok);
  d->feature = cvxi_names_copy (from->feature, from->n_features, &ok);
  d->x_shift = copy_numbers (from->x_shift, from->n_features, &ok);
  d->x_factor = copy_numbers (from->x_factor, from->n_features, &ok);
  d->planted = copy_numbers (from->planted, from->n_features, &ok);
  d->y_shift = copy_numbers (from->y_shift, from->n_outputs, &ok);
  d->y_factor = copy_numbers (from->y_factor, from->n_outputs, &ok);
  d->n_labels = 0;
  d->label = NULL;
  if (from->n_labels > 0)
    {
      d->label = cvx_calloc (from->n_labels, sizeof *d->label);
      ok = ok && d->label != NULL;
      for (size_t k = 0; d->label != NULL && k < from->n_labels; k++)
        {
          d->label[k].value = from->label[k].value;
          d->label[k].name = copy_text (from->label[k].name, &ok);
          d->n_labels = k + 1;
        }
    }
  if (!ok)
    {
      cvx_dataset_free (d);
      return cvx_fail_nomem (err, "copying a dataset");
    }
  *out = d;
  return CVX_OK;
}

enum cvx_status
cvxi_part_rows (struct cvx_part *to, const struct cvx_dataset *d,
                const struct cvx_part *from, const size_t *index, size_t n,
                struct cvx_error *err)
{
  bool dense = from->x != NULL || from->sparse == NULL;
  if (dense ? !cvxi_part_new (to, n, d->n_features, d->n_outputs)
            : !cvxi_part_rest (to, n, d->n_outputs))
    return cvx_fail_nomem (err, "copying rows");
  if (from->sparse != NULL && n > 0)
    {
      enum cvx_status status
          = cvx_csr_rows (&to->sparse, from->sparse, index, n, err);
      if (status != CVX_OK)
        return status;
    }
  for (size_t i = 0; i < n; i++)
    {
      size_t k = index != NULL ? index[i] : i;
      if (dense)
        memcpy (to->x + i * d->n_features, from->x + k * d->n_features,
                d->n_features * sizeof (double));
      memcpy (to->y + i * d->n_outputs, from->y + k * d->n_outputs,
              d->n_outputs * sizeof (double));
      to->row[i] = from->row[k];
    }
  return CVX_OK;
}

enum cvx_status
cvx_dataset_copy (struct cvx_dataset **out, const struct cvx_dataset *from,
                  struct cvx_error *err)
{
  struct cvx_dataset *d;
  enum cvx_status status = cvxi_dataset_shell (&d, from, err);
  *out = NULL;
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = cvxi_part_rows (&d->part[p], from, &from->part[p], NULL,
                             from->part[p].n, err);
  if (status == CVX_OK)
    *out = d;
  else
    cvx_dataset_free (d);
  return status;
}

/* The nonzeros give the hash that the numbers with their zeros have.  */
static uint64_t
hash_x (const struct cvx_part *part, size_t d, uint64_t seed)
{
  static const double zeros[512];
  const struct cvx_csr *a = part->sparse;
  XXH3_state_t state;
  if (part->x != NULL || a == NULL)
    return XXH3_64bits_withSeed (part->x, part->n * d * sizeof (double), seed);
  XXH3_64bits_reset_withSeed (&state, seed);
  for (size_t i = 0; i < part->n; i++)
    for (size_t k = a->start[i], at = 0; at < d;)
      {
        size_t next = k < a->start[i + 1] ? a->column[k] : d;
        while (at < next)
          {
            size_t len = next - at < 512 ? next - at : 512;
            XXH3_64bits_update (&state, zeros, len * sizeof *zeros);
            at += len;
          }
        if (at < d)
          XXH3_64bits_update (&state, &a->value[k++], sizeof *a->value);
        at++;
      }
  return XXH3_64bits_digest (&state);
}

uint64_t
cvxi_hash_sizes (size_t n_features, size_t n_outputs)
{
  uint64_t sizes[2] = { n_features, n_outputs };
  return XXH3_64bits (sizes, sizeof sizes);
}

uint64_t
cvxi_hash_count (size_t n, uint64_t h)
{
  uint64_t count = n;
  return XXH3_64bits_withSeed (&count, sizeof count, h);
}

void
cvxi_dataset_rehash (struct cvx_dataset *d, const struct cvxi_found *found)
{
  uint64_t h = cvxi_hash_sizes (d->n_features, d->n_outputs);
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    {
      const struct cvx_part *part = &d->part[p];
      h = cvxi_hash_count (part->n, h);
      h = p == CVX_TRAIN && found != NULL ? found->hash
                                          : hash_x (part, d->n_features, h);
      h = XXH3_64bits_withSeed (part->y,
                                part->n * d->n_outputs * sizeof (double), h);
    }
  d->hash = h;
}

void
cvx_dataset_rehash (struct cvx_dataset *d)
{
  cvxi_dataset_rehash (d, NULL);
}
