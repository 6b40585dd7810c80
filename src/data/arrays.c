/* arrays.c -- arrays of numbers as datasets.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/arrays.h"

#include <string.h>

#include "base/alloc.h"

static double
number_at (const struct cvx_array *a, size_t k)
{
  switch (a->type)
    {
    case CVX_ARRAY_F64:
      return ((const double *)a->values)[k];
    case CVX_ARRAY_F32:
      return (double)((const float *)a->values)[k];
    case CVX_ARRAY_I64:
      return (double)((const int64_t *)a->values)[k];
    case CVX_ARRAY_U64:
      return (double)((const uint64_t *)a->values)[k];
    default:
      return (double)((const unsigned char *)a->values)[k];
    }
}

/* N numbers from number K of A on.  */
static void
numbers_at (const struct cvx_array *a, size_t k, size_t n, double *to)
{
  if (a->type == CVX_ARRAY_F64)
    memcpy (to, (const double *)a->values + k, n * sizeof *to);
  else
    for (size_t i = 0; i < n; i++)
      to[i] = number_at (a, k + i);
}

enum cvx_status
cvxi_fail_no_labels (const char *path, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  const char *at = strstr (cvxi_base_name (path), "images");
  cvx_fail (err, CVX_E222, "these images come without labels");
  cvx_at (err, path, 0, 0);
  if (at != NULL)
    {
      const char *rest = at + strlen ("images");
      cvx_text_write (&t, path, (size_t)(at - path));
      cvx_text_put (&t, "labels");
      /* MNIST: images have three dimensions, labels one.  */
      if (strncmp (rest, "-idx3", 5) == 0)
        {
          cvx_text_put (&t, "-idx1");
          rest += 5;
        }
      cvx_text_put (&t, rest);
    }
  cvx_hint (err, "labels=%s",
            t.len > 0 && !t.failed ? t.s : "FILE names their file");
  cvx_text_free (&t);
  return CVX_DATA;
}

static size_t
per_row (const struct cvx_array *a)
{
  size_t d = 1;
  for (size_t k = 1; k < a->rank; k++)
    d *= a->shape[k];
  return d;
}

static enum cvx_status
check_shapes (const struct cvx_array *x, const struct cvx_array *y,
              const char *path, struct cvx_error *err)
{
  if (x->values == NULL || (y != NULL && y->values == NULL))
    {
      const struct cvx_array *a = x->values == NULL ? x : y;
      cvx_fail (err, CVX_E220, "the array %s is not usable: %s", a->name,
                a->why != NULL ? a->why : "it is text");
      return cvx_at (err, path, 0, 0);
    }
  if (x->rank == 0 || (y != NULL && (y->rank == 0 || y->rank > 2)))
    {
      cvx_fail (err, CVX_E221, "the array %s has %zu dimensions",
                x->rank == 0 ? x->name : y->name,
                x->rank == 0 ? x->rank : y->rank);
      return cvx_at (err, path, 0, 0);
    }
  if (y != NULL && x->shape[0] != y->shape[0])
    {
      cvx_fail (err, CVX_E223, "%zu rows in %s, but %zu in %s", x->shape[0],
                x->name, y->shape[0], y->name);
      return cvx_at (err, path, 0, 0);
    }
  return CVX_OK;
}

/* A dataset without x, which becomes VALUES.  */
static enum cvx_status
take_over (struct cvx_dataset **out, struct cvx_array *x, size_t n, size_t d,
           size_t c, struct cvx_error *err)
{
  struct cvx_part *p;
  enum cvx_status status = cvx_dataset_new (out, "", 0, d, c, err);
  if (status != CVX_OK)
    return status;
  p = &(*out)->part[CVX_TRAIN];
  p->y = cvx_alloc (n * c, sizeof *p->y);
  p->row = cvx_alloc (n, sizeof *p->row);
  if (p->y == NULL || p->row == NULL)
    {
      cvx_dataset_free (*out);
      *out = NULL;
      return cvx_fail_nomem (err, "reading arrays");
    }
  p->n = n;
  p->x = x->values;
  x->values = NULL;
  return CVX_OK;
}

/* Everything in X is a feature; Y, when there is one, is the target.  */
static enum cvx_status
whole (struct cvx_dataset **out, struct cvx_array *x,
       const struct cvx_array *y, size_t first, size_t n,
       struct cvx_text *notes, struct cvx_error *err)
{
  size_t d = per_row (x), c = y != NULL ? per_row (y) : 0;
  struct cvx_part *p;
  bool take = x->type == CVX_ARRAY_F64 && first == 0 && n == x->shape[0];
  enum cvx_status status = take ? take_over (out, x, n, d, c, err)
                                : cvx_dataset_new (out, "", n, d, c, err);
  if (status != CVX_OK)
    return status;
  p = &(*out)->part[CVX_TRAIN];
  if (!take)
    numbers_at (x, first * d, n * d, p->x);
  if (y != NULL)
    numbers_at (y, first * c, n * c, p->y);
  if (x->rank > 2)
    {
      (*out)->image[0] = x->shape[1];
      (*out)->image[1] = x->shape[2];
      (*out)->image[2] = x->rank > 3 ? x->shape[3] : 1;
    }
  if (x->rank > 2 && x->type == CVX_ARRAY_U8)
    {
      for (size_t k = 0; k < n * d; k++)
        p->x[k] /= 255;
      if (notes != NULL)
        cvx_text_put (notes, "bytes 0 .. 255 scaled to 0 .. 1\n");
    }
  return CVX_OK;
}

/* Columns of a table.  */
static enum cvx_status
table (struct cvx_dataset **out, struct cvx_array *x,
       const struct cvxi_columns *columns, size_t first, size_t n,
       struct cvx_error *err)
{
  size_t width = per_row (x), d = columns->n_features, c = columns->n_targets;
  bool run = true; /* the features are side by side */
  bool take = x->type == CVX_ARRAY_F64 && first == 0 && n == x->shape[0];
  double *v = x->values;
  struct cvx_part *p;
  enum cvx_status status;
  for (size_t j = 1; j < d && run; j++)
    run = columns->feature[j] == columns->feature[0] + j;
  take = take && run;
  status = take ? take_over (out, x, n, d, c, err)
                : cvx_dataset_new (out, "", n, d, c, err);
  if (status != CVX_OK)
    return status;
  p = &(*out)->part[CVX_TRAIN];
  for (size_t i = 0; i < n; i++)
    {
      size_t at = (first + i) * width;
      for (size_t k = 0; k < c; k++)
        p->y[i * c + k] = take ? v[at + columns->target[k]]
                               : number_at (x, at + columns->target[k]);
      /* In place a row moves to the left, never over the next one.  */
      if (take)
        memmove (p->x + i * d, v + at + columns->feature[0], d * sizeof *v);
      else if (run)
        numbers_at (x, at + columns->feature[0], d, p->x + i * d);
      for (size_t j = 0; j < d && !run; j++)
        p->x[i * d + j] = number_at (x, at + columns->feature[j]);
    }
  return status;
}

enum cvx_status
cvxi_from_arrays (struct cvx_dataset **out, struct cvx_array *x,
                  const struct cvx_array *y, const char *path,
                  const struct cvx_read_options *options,
                  struct cvx_text *notes, struct cvx_error *err)
{
  struct cvxi_columns columns = { 0 };
  size_t first, n;
  bool from_table;
  enum cvx_status status = check_shapes (x, y, path, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_choose_rows (options, path, x->shape[0], &first, &n, err);
  if (status != CVX_OK)
    return status;
  if (x->rank > 2 && y == NULL && !cvxi_no_target (options))
    return cvxi_fail_no_labels (path, err);
  from_table = y == NULL && x->rank <= 2;
  if (per_row (x) == 0)
    {
      cvx_fail (err, CVX_E219, "the rows have no columns");
      return cvx_at (err, path, 0, 0);
    }
  if (from_table)
    status = cvxi_columns_select (&columns, per_row (x), NULL, options, path,
                                  err);
  if (status == CVX_OK)
    status = from_table ? cvxi_check_memory (
                 options, path, n, columns.n_features, columns.n_targets, err)
                        : cvxi_check_memory (options, path, n, per_row (x),
                                             y != NULL ? per_row (y) : 0, err);
  if (status == CVX_OK)
    status = from_table ? table (out, x, &columns, first, n, err)
                        : whole (out, x, y, first, n, notes, err);
  cvxi_columns_free (&columns);
  if (status == CVX_OK)
    for (size_t i = 0; i < n; i++)
      (*out)->part[CVX_TRAIN].row[i] = first + i;
  return status;
}

static struct cvx_array *
find_array (const struct cvx_npz *z, const char *name)
{
  const struct cvx_array *a = cvx_npz_find (z, name);
  return a != NULL ? &z->array[a - z->array] : NULL;
}

static struct cvx_array *
first_of (const struct cvx_npz *z, const char *const *names)
{
  struct cvx_array *a = NULL;
  for (size_t k = 0; names[k] != NULL && a == NULL; k++)
    a = find_array (z, names[k]);
  return a;
}

static enum cvx_status
fail_member (const struct cvx_npz *z, const char *path, const char *name,
             struct cvx_error *err)
{
  enum
  {
    SHOWN = 20
  };
  struct cvx_text t = CVX_TEXT_INIT;
  for (size_t k = 0; k < z->n && k < SHOWN; k++)
    {
      const struct cvx_array *a = &z->array[k];
      cvx_text_printf (&t, "%s%s", k > 0 ? ", " : "", a->name);
      for (size_t j = 0; j < a->rank && a->type != CVX_ARRAY_TEXT; j++)
        cvx_text_printf (&t, "%s%zu", j > 0 ? "x" : " (", a->shape[j]);
      if (a->rank > 0 && a->type != CVX_ARRAY_TEXT)
        cvx_text_put (&t, ")");
    }
  if (z->n > SHOWN)
    cvx_text_printf (&t, ", ... (%zu)", z->n);
  if (name != NULL)
    cvx_fail (err, CVX_E210, "the file has no array \"%s\"; it has %s", name,
              cvx_text_string (&t));
  else
    cvx_fail (err, CVX_E210, "which arrays?  The file has %s",
              cvx_text_string (&t));
  cvx_text_free (&t);
  cvx_at (err, path, 0, 0);
  return cvx_hint (err, "x=NAME y=NAME, or FILE:NAME for one table");
}

enum cvx_status
cvxi_choose_arrays (const struct cvx_npz *z, const char *path,
                    const struct cvx_read_options *o, struct cvx_array **x,
                    const struct cvx_array **y, struct cvx_error *err)
{
  static const char *const xs[] = { "X", "x", "data", "features", NULL };
  static const char *const ys[] = { "y", "Y", "target", "labels", NULL };
  *y = NULL;
  if (o->member != NULL)
    {
      *x = find_array (z, o->member);
      return *x != NULL ? CVX_OK : fail_member (z, path, o->member, err);
    }
  *x = o->x != NULL ? find_array (z, o->x) : first_of (z, xs);
  if (*x == NULL && o->x == NULL && z->n == 1)
    *x = &z->array[0];
  if (*x == NULL)
    return fail_member (z, path, o->x, err);
  if (cvxi_no_target (o))
    return CVX_OK;
  *y = o->y != NULL ? cvx_npz_find (z, o->y) : first_of (z, ys);
  if (*y == NULL && (o->y != NULL || z->n > 1))
    return fail_member (z, path, o->y, err);
  return CVX_OK;
}
