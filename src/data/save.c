/* save.c -- a dataset as members of an archive, and back.

   Numbers are arrays (PREFIXtrain.x, PREFIXtrain.y, PREFIXtrain.row, the same
   for val and test, PREFIXx_shift and so on); all else is the JSON text
   PREFIXdata.json.  What is loaded is checked against the stored hash.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/parts.h"

static const char *const part_names[CVX_N_PARTS] = { "train", "val", "test" };

/* Sparse data came with version 2; data without are still written as 1.  */
enum
{
  DENSE = 1,
  VERSION = 2
};

/* PREFIX and NAME together, in T; borrowed from it.  */
static const char *
member (struct cvx_text *t, const char *prefix, const char *part,
        const char *name)
{
  cvx_text_clear (t);
  cvx_text_printf (t, "%s%s%s", prefix, part, name);
  return t->failed ? NULL : t->s;
}

static enum cvx_status
put (struct cvx_npz_writer *w, struct cvx_text *t, const char *prefix,
     const char *part, const char *name, enum cvx_array_type type, size_t n,
     size_t width, const void *values, struct cvx_error *err)
{
  size_t shape[2] = { n, width };
  const char *path = member (t, prefix, part, name);
  if (path == NULL)
    return cvx_fail_nomem (err, "saving data");
  return cvx_npz_add (w, path, type, width != 0 ? 2 : 1, shape, values, err);
}

/* Counts as an array of 64 bits.  */
static enum cvx_status
put_counts (struct cvx_npz_writer *w, struct cvx_text *t, const char *prefix,
            const char *part, const char *name, size_t n, const size_t *count,
            const uint32_t *small, struct cvx_error *err)
{
  enum cvx_status status;
  uint64_t *v = cvx_alloc (n, sizeof *v);
  if (v == NULL)
    return cvx_fail_nomem (err, "saving data");
  for (size_t k = 0; k < n; k++)
    v[k] = count != NULL ? count[k] : small[k];
  status = put (w, t, prefix, part, name, CVX_ARRAY_U64, n, 0, v, err);
  cvx_free (v);
  return status;
}

static enum cvx_status
put_sparse (struct cvx_npz_writer *w, struct cvx_text *t, const char *prefix,
            const char *part, const struct cvx_csr *a, struct cvx_error *err)
{
  size_t count = a->start[a->n];
  enum cvx_status status = put_counts (w, t, prefix, part, ".start", a->n + 1,
                                       a->start, NULL, err);
  if (status == CVX_OK)
    status = put_counts (w, t, prefix, part, ".column", count, NULL, a->column,
                         err);
  if (status == CVX_OK)
    status = put (w, t, prefix, part, ".value", CVX_ARRAY_F64, count, 0,
                  a->value, err);
  return status;
}

static enum cvx_status
put_part (struct cvx_npz_writer *w, struct cvx_text *t, const char *prefix,
          const struct cvx_dataset *d, size_t k, struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[k];
  enum cvx_status status;
  if (p->n == 0)
    return CVX_OK;
  status = p->sparse != NULL
               ? put_sparse (w, t, prefix, part_names[k], p->sparse, err)
               : put (w, t, prefix, part_names[k], ".x", CVX_ARRAY_F64, p->n,
                      d->n_features, p->x, err);
  if (status == CVX_OK && d->n_outputs > 0)
    status = put (w, t, prefix, part_names[k], ".y", CVX_ARRAY_F64, p->n,
                  d->n_outputs, p->y, err);
  if (status == CVX_OK)
    status = put_counts (w, t, prefix, part_names[k], ".row", p->n, p->row,
                         NULL, err);
  return status;
}

/* JSON text; a path may not be UTF-8.  */
static json_t *
text (const char *s)
{
  json_t *j;
  char *name;
  if (s == NULL)
    return json_null ();
  name = cvxi_name_copy (s, strlen (s));
  j = name != NULL ? json_string (name) : NULL;
  cvx_free (name);
  return j;
}

static json_t *
about (const struct cvx_dataset *d)
{
  char hash[32];
  json_t *j = json_object (), *names = json_null (), *labels = json_array ();
  bool ok = true;
  snprintf (hash, sizeof hash, "%016" PRIx64, d->hash);
  if (d->feature != NULL)
    {
      names = json_array ();
      for (size_t k = 0; k < d->n_features && ok; k++)
        ok = json_array_append_new (names, text (d->feature[k])) == 0;
    }
  for (size_t k = 0; k < d->n_labels && ok; k++)
    ok = json_array_append_new (labels, json_pack ("{s:o, s:f}", "name",
                                                   text (d->label[k].name),
                                                   "value", d->label[k].value))
         == 0;
  ok = ok
       && json_object_set_new (j, "version",
                               json_integer (d->part[CVX_TRAIN].sparse != NULL
                                                 ? VERSION
                                                 : DENSE))
              == 0
       && json_object_set_new (j, "name", text (d->name)) == 0
       && json_object_set_new (j, "source", text (d->source)) == 0
       && json_object_set_new (j, "target", text (d->target)) == 0
       && json_object_set (j, "features", names) == 0
       && json_object_set (j, "labels", labels) == 0
       && json_object_set_new (j, "n_features",
                               json_integer ((json_int_t)d->n_features))
              == 0
       && json_object_set_new (j, "n_outputs",
                               json_integer ((json_int_t)d->n_outputs))
              == 0
       && json_object_set_new (j, "rows",
                               json_pack ("[I,I,I]", (json_int_t)d->part[0].n,
                                          (json_int_t)d->part[1].n,
                                          (json_int_t)d->part[2].n))
              == 0
       && json_object_set_new (j, "image",
                               json_pack ("[I,I,I]", (json_int_t)d->image[0],
                                          (json_int_t)d->image[1],
                                          (json_int_t)d->image[2]))
              == 0
       && json_object_set_new (j, "bias", json_integer (d->bias)) == 0
       && json_object_set_new (j, "missing",
                               json_pack ("[I,I,I]", (json_int_t)d->n_filled,
                                          (json_int_t)d->n_dropped,
                                          (json_int_t)0))
              == 0
       && json_object_set_new (j, "rownorm", json_boolean (d->x_rownorm)) == 0
       && json_object_set_new (j, "hash", json_string (hash)) == 0;
  json_decref (names);
  json_decref (labels);
  if (ok)
    return j;
  json_decref (j);
  return NULL;
}

static enum cvx_status
put_about (struct cvx_npz_writer *w, struct cvx_text *t, const char *prefix,
           const struct cvx_dataset *d, struct cvx_error *err)
{
  json_t *j = about (d);
  char *s
      = j != NULL ? json_dumps (j, JSON_INDENT (1) | JSON_SORT_KEYS) : NULL;
  enum cvx_status status = s != NULL
                               ? put (w, t, prefix, "", "data.json",
                                      CVX_ARRAY_TEXT, strlen (s), 0, s, err)
                               : cvx_fail_nomem (err, "saving data");
  free (s);
  json_decref (j);
  return status;
}

/* The four arrays of `scale', for saving and loading alike.  */
struct scaling
{
  const char *name;
  double **v;
  size_t n;
};

static void
list_scaling (struct cvx_dataset *d, struct scaling *list)
{
  list[0] = (struct scaling){ "x_shift", &d->x_shift, d->n_features };
  list[1] = (struct scaling){ "x_factor", &d->x_factor, d->n_features };
  list[2] = (struct scaling){ "y_shift", &d->y_shift, d->n_outputs };
  list[3] = (struct scaling){ "y_factor", &d->y_factor, d->n_outputs };
}

enum cvx_status
cvx_dataset_save (const struct cvx_dataset *d, struct cvx_npz_writer *w,
                  const char *prefix, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  struct cvx_dataset view = *d;
  struct scaling list[4];
  enum cvx_status status = put_about (w, &t, prefix, d, err);
  list_scaling (&view, list);
  for (size_t k = 0; k < CVX_N_PARTS && status == CVX_OK; k++)
    status = put_part (w, &t, prefix, d, k, err);
  for (size_t k = 0; k < 4 && status == CVX_OK; k++)
    if (*list[k].v != NULL)
      status = put (w, &t, prefix, "", list[k].name, CVX_ARRAY_F64, list[k].n,
                    0, *list[k].v, err);
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
fail_damaged (const char *what, struct cvx_error *err)
{
  return cvx_fail (err, CVX_E402, "the saved data are damaged: %s", what);
}

/* A whole number at KEY, 0 .. INT32_MAX; false when it is not.  */
static bool
count_of (const json_t *value, size_t *n)
{
  json_int_t v = json_integer_value (value);
  *n = (size_t)v;
  return json_is_integer (value) && v >= 0 && v <= INT32_MAX;
}

static bool
counts_of (const json_t *array, size_t *n)
{
  bool ok = json_is_array (array) && json_array_size (array) == 3;
  for (size_t k = 0; k < 3 && ok; k++)
    ok = count_of (json_array_get (array, k), &n[k]);
  return ok;
}

/* A copy of the text VALUE; NULL, where that is ALLOWED, for null.  */
static enum cvx_status
copy_text (const json_t *value, bool allowed, char **to, struct cvx_error *err)
{
  *to = NULL;
  if (allowed && json_is_null (value))
    return CVX_OK;
  if (!json_is_string (value))
    return fail_damaged ("names", err);
  *to = cvx_strdup (json_string_value (value));
  return *to != NULL ? CVX_OK : cvx_fail_nomem (err, "loading data");
}

static enum cvx_status
load_names (struct cvx_dataset *d, const json_t *names, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (json_is_null (names))
    return CVX_OK;
  if (!json_is_array (names) || json_array_size (names) != d->n_features)
    return fail_damaged ("names", err);
  d->feature = cvx_calloc (d->n_features, sizeof *d->feature);
  if (d->feature == NULL)
    return cvx_fail_nomem (err, "loading data");
  for (size_t k = 0; k < d->n_features && status == CVX_OK; k++)
    status = copy_text (json_array_get (names, k), false, &d->feature[k], err);
  return status;
}

static enum cvx_status
load_labels (struct cvx_dataset *d, const json_t *labels,
             struct cvx_error *err)
{
  size_t n = json_array_size (labels);
  enum cvx_status status = CVX_OK;
  if (!json_is_array (labels))
    return fail_damaged ("labels", err);
  if (n == 0)
    return CVX_OK;
  d->label = cvx_calloc (n, sizeof *d->label);
  if (d->label == NULL)
    return cvx_fail_nomem (err, "loading data");
  d->n_labels = n;
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      const json_t *l = json_array_get (labels, k),
                   *value = json_object_get (l, "value");
      d->label[k].value = json_number_value (value);
      status = copy_text (json_object_get (l, "name"), false,
                          &d->label[k].name, err);
      if (status == CVX_OK
          && (!json_is_number (value)
              || (k > 0 && d->label[k].value <= d->label[k - 1].value)))
        status = fail_damaged ("labels", err);
    }
  return status;
}

/* Every text in J.  */
static enum cvx_status
load_texts (struct cvx_dataset *d, const json_t *j, struct cvx_error *err)
{
  enum cvx_status status
      = copy_text (json_object_get (j, "name"), false, &d->name, err);
  if (status == CVX_OK)
    status = copy_text (json_object_get (j, "source"), true, &d->source, err);
  if (status == CVX_OK)
    status = copy_text (json_object_get (j, "target"), true, &d->target, err);
  if (status == CVX_OK)
    status = load_names (d, json_object_get (j, "features"), err);
  if (status == CVX_OK)
    status = load_labels (d, json_object_get (j, "labels"), err);
  return status;
}

/* All but the numbers.  */
static enum cvx_status
load_about (struct cvx_dataset *d, const json_t *j, size_t *rows,
            uint64_t *hash, struct cvx_error *err)
{
  size_t version, bias, missing[CVX_N_PARTS];
  const char *h = json_string_value (json_object_get (j, "hash"));
  char *end = NULL;
  if (!count_of (json_object_get (j, "version"), &version))
    return fail_damaged ("no version", err);
  if (version > VERSION)
    return cvx_fail (err, CVX_E403,
                     "the data were saved in format %zu, this program knows "
                     "format %d",
                     version, (int)VERSION);
  if (!count_of (json_object_get (j, "n_features"), &d->n_features)
      || !count_of (json_object_get (j, "n_outputs"), &d->n_outputs)
      || !count_of (json_object_get (j, "bias"), &bias) || bias > CVX_BIAS_FREE
      || !counts_of (json_object_get (j, "rows"), rows) || rows[0] == 0
      || !counts_of (json_object_get (j, "image"), d->image) || h == NULL)
    return fail_damaged ("sizes", err);
  /* Files of earlier versions do not say.  */
  if (counts_of (json_object_get (j, "missing"), missing))
    {
      d->n_filled = missing[0];
      d->n_dropped = missing[1];
    }
  d->bias = (enum cvx_bias)bias;
  d->x_rownorm = json_is_true (json_object_get (j, "rownorm"));
  *hash = strtoull (h, &end, 16);
  if (end == h || *end != '\0')
    return fail_damaged ("hash", err);
  return load_texts (d, j, err);
}

/* The array of counts at PATH, N of them unless that is SIZE_MAX; NULL: there
   is none.  */
static const struct cvx_array *
counts_at (const struct cvx_npz *z, const char *path, size_t n)
{
  const struct cvx_array *a = path != NULL ? cvx_npz_find (z, path) : NULL;
  return a != NULL && a->type == CVX_ARRAY_U64
                 && (n == SIZE_MAX || a->count == n)
             ? a
             : NULL;
}

/* Row I of A from its columns COLUMN and values VALUE, TO - FROM of them.  */
static bool
take_row (struct cvx_csr *a, size_t i, uint64_t from, uint64_t to,
          const uint64_t *column, const double *value)
{
  for (uint64_t q = from; q < to; q++)
    {
      if (column[q] >= a->d || (q > from && column[q] <= column[q - 1])
          || !isfinite (value[q]) || value[q] == 0)
        return false;
      a->column[q] = (uint32_t)column[q];
      a->value[q] = value[q];
    }
  a->start[i + 1] = (size_t)to;
  return true;
}

/* Part K from its nonzeros; nothing in them is believed unseen.  */
static enum cvx_status
load_sparse (struct cvx_dataset *d, size_t k, const struct cvx_npz *z,
             struct cvx_text *t, const char *prefix, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[k];
  const struct cvx_array *start
      = counts_at (z, member (t, prefix, part_names[k], ".start"), p->n + 1);
  const struct cvx_array *column
      = counts_at (z, member (t, prefix, part_names[k], ".column"), SIZE_MAX);
  const uint64_t *at;
  const char *path;
  double *value = NULL;
  bool ok = true;
  enum cvx_status status;
  if (start == NULL || column == NULL || d->n_features > UINT32_MAX)
    return fail_damaged ("nonzeros", err);
  status = cvx_csr_new (&p->sparse, p->n, d->n_features, column->count, err);
  path = member (t, prefix, part_names[k], ".value");
  if (status == CVX_OK)
    status = path != NULL
                 ? cvx_npz_doubles (z, path, column->count, &value, err)
                 : cvx_fail_nomem (err, "loading data");
  if (status != CVX_OK)
    return status;
  at = start->values;
  ok = at[0] == 0 && at[p->n] == column->count;
  for (size_t i = 0; i < p->n && ok; i++)
    ok = at[i] <= at[i + 1] && at[i + 1] <= column->count
         && take_row (p->sparse, i, at[i], at[i + 1], column->values, value);
  cvx_free (value);
  return ok ? CVX_OK : fail_damaged ("nonzeros", err);
}

static enum cvx_status
load_part (struct cvx_dataset *d, size_t k, size_t n, const struct cvx_npz *z,
           struct cvx_text *t, const char *prefix, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[k];
  const struct cvx_array *row;
  const char *path;
  enum cvx_status status = CVX_OK;
  if (n == 0)
    return CVX_OK;
  if (cvx_dataset_bytes (n, d->n_features, d->n_outputs) == SIZE_MAX)
    return fail_damaged ("sizes", err);
  p->n = n;
  path = member (t, prefix, part_names[k], ".start");
  if (path != NULL && cvx_npz_find (z, path) != NULL)
    status = load_sparse (d, k, z, t, prefix, err);
  else if (path != NULL)
    {
      path = member (t, prefix, part_names[k], ".x");
      if (path != NULL)
        status = cvx_npz_doubles (z, path, n * d->n_features, &p->x, err);
    }
  if (path != NULL && status == CVX_OK)
    {
      path = member (t, prefix, part_names[k], ".y");
      if (path != NULL && d->n_outputs > 0)
        status = cvx_npz_doubles (z, path, n * d->n_outputs, &p->y, err);
      else if (path != NULL)
        {
          p->y = cvx_alloc (0, sizeof *p->y);
          path = p->y != NULL ? path : NULL;
        }
    }
  if (path != NULL && status == CVX_OK)
    path = member (t, prefix, part_names[k], ".row");
  if (path == NULL)
    return cvx_fail_nomem (err, "loading data");
  if (status != CVX_OK)
    return status;
  row = cvx_npz_find (z, path);
  if (row == NULL || row->type != CVX_ARRAY_U64 || row->count != n)
    return fail_damaged ("row numbers", err);
  p->row = cvx_alloc (n, sizeof *p->row);
  if (p->row == NULL)
    return cvx_fail_nomem (err, "loading data");
  for (size_t i = 0; i < n; i++)
    p->row[i] = (size_t)((const uint64_t *)row->values)[i];
  return CVX_OK;
}

/* Every number is finite, every label value occurs in the list.  */
static bool
is_sound (const struct cvx_dataset *d)
{
  for (size_t k = 0; k < CVX_N_PARTS; k++)
    {
      const struct cvx_part *p = &d->part[k];
      for (size_t i = 0; p->x != NULL && i < p->n * d->n_features; i++)
        if (!isfinite (p->x[i]))
          return false;
      for (size_t i = 0; i < p->n * d->n_outputs; i++)
        if (!isfinite (p->y[i])
            || (d->n_labels > 0 && d->n_outputs == 1
                && cvxi_label_find (d, p->y[i]) == NULL))
          return false;
    }
  return d->n_labels == 0 || d->n_outputs == 1 || d->n_outputs == d->n_labels;
}

static enum cvx_status
load_numbers (struct cvx_dataset *d, const size_t *rows,
              const struct cvx_npz *z, const char *prefix, uint64_t hash,
              struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  struct scaling list[4];
  enum cvx_status status = CVX_OK;
  list_scaling (d, list);
  for (size_t k = 0; k < CVX_N_PARTS && status == CVX_OK; k++)
    status = load_part (d, k, rows[k], z, &t, prefix, err);
  for (size_t k = 0; k < 4 && status == CVX_OK; k++)
    {
      const char *path = member (&t, prefix, "", list[k].name);
      if (path == NULL)
        status = cvx_fail_nomem (err, "loading data");
      else if (cvx_npz_find (z, path) != NULL)
        status = cvx_npz_doubles (z, path, list[k].n, list[k].v, err);
    }
  cvx_text_free (&t);
  if (status != CVX_OK)
    return status;
  if ((d->x_shift == NULL) != (d->x_factor == NULL)
      || (d->y_shift == NULL) != (d->y_factor == NULL))
    return fail_damaged ("scaling", err);
  cvx_dataset_rehash (d);
  if (d->hash != hash || !is_sound (d))
    return fail_damaged ("the numbers are not those that were saved", err);
  return CVX_OK;
}

enum cvx_status
cvx_dataset_load (struct cvx_dataset **out, const struct cvx_npz *z,
                  const char *prefix, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  const char *path = member (&t, prefix, "", "data.json");
  const struct cvx_array *a = path != NULL ? cvx_npz_find (z, path) : NULL;
  struct cvx_dataset *d = cvx_calloc (1, sizeof *d);
  json_t *j = NULL;
  size_t rows[CVX_N_PARTS];
  uint64_t hash = 0;
  enum cvx_status status = CVX_OK;
  *out = NULL;
  if (path == NULL || d == NULL)
    status = cvx_fail_nomem (err, "loading data");
  else if (a == NULL || a->type != CVX_ARRAY_TEXT)
    status = cvx_fail (err, CVX_E401, "the archive has no %s", path);
  if (status == CVX_OK)
    {
      j = json_loadb (a->values, a->count, JSON_REJECT_DUPLICATES, NULL);
      status = j != NULL ? load_about (d, j, rows, &hash, err)
                         : fail_damaged ("data.json", err);
    }
  if (status == CVX_OK)
    status = load_numbers (d, rows, z, prefix, hash, err);
  json_decref (j);
  cvx_text_free (&t);
  if (status == CVX_OK)
    *out = d;
  else
    cvx_dataset_free (d);
  return status;
}
