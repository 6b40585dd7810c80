/* arrays.c -- arrays of numbers as datasets.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/arrays.h"

#include <string.h>

#include "base/alloc.h"
#include "data/parts.h"

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
check_values (const struct cvx_array *a, const char *path,
              struct cvx_error *err)
{
  if (a == NULL || a->values != NULL)
    return CVX_OK;
  cvx_fail (err, CVX_E220, "the array %s is not usable: %s", a->name,
            a->why != NULL ? a->why : "it is text");
  return cvx_at (err, path, 0, 0);
}

static enum cvx_status
check_shapes (const struct cvx_array *x, const struct cvx_array *y,
              const char *path, struct cvx_error *err)
{
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

enum cvx_status
cvxi_plan_make (struct cvxi_plan *plan, const struct cvx_array *x,
                const struct cvx_array *y, const char *path,
                const struct cvx_read_options *options, struct cvx_error *err)
{
  struct cvx_read_options all = { .y = "", .max_bytes = options->max_bytes };
  struct cvxi_columns *c = &plan->columns;
  bool table = y == NULL && x->rank <= 2;
  enum cvx_status status = check_shapes (x, y, path, err);
  memset (plan, 0, sizeof *plan);
  if (status == CVX_OK)
    status = cvxi_choose_rows (options, path, x->shape[0], &plan->first,
                               &plan->n, err);
  if (status != CVX_OK)
    return status;
  if (x->rank > 2 && y == NULL && !cvxi_no_target (options))
    return cvxi_fail_no_labels (path, err);
  plan->width = per_row (x);
  plan->rank = x->rank;
  memcpy (plan->shape, x->shape, sizeof plan->shape);
  plan->bytes = x->rank > 2 && x->type == CVX_ARRAY_U8;
  if (plan->width == 0)
    {
      cvx_fail (err, CVX_E219, "the rows have no columns");
      return cvx_at (err, path, 0, 0);
    }
  /* With targets of its own everything in X is a feature.  */
  status = cvxi_columns_select (c, plan->width, NULL, table ? options : &all,
                                path, err);
  plan->run = true;
  for (size_t j = 1; status == CVX_OK && j < c->n_features && plan->run; j++)
    plan->run = c->feature[j] == c->feature[0] + j;
  return status;
}

void
cvxi_plan_free (struct cvxi_plan *plan)
{
  cvxi_columns_free (&plan->columns);
}

void
cvxi_plan_rows (const struct cvxi_plan *plan, struct cvx_dataset *set,
                size_t row, size_t n, const double *from)
{
  const struct cvxi_columns *columns = &plan->columns;
  struct cvx_part *p = &set->part[CVX_TRAIN];
  size_t d = columns->n_features, c = columns->n_targets;
  double *x = p->x + row * d, *y = p->y + row * c;
  for (size_t i = 0; i < n && (d < plan->width || from != x); i++)
    {
      const double *v = from + i * plan->width;
      for (size_t k = 0; k < c; k++)
        y[i * c + k] = v[columns->target[k]];
      /* In place a row moves to the left, never over the next one.  */
      if (plan->run)
        memmove (x + i * d, v + columns->feature[0], d * sizeof *v);
      for (size_t j = 0; j < d && !plan->run; j++)
        x[i * d + j] = v[columns->feature[j]];
    }
  for (size_t k = 0; k < n * d && plan->bytes; k++)
    x[k] /= 255;
}

void
cvxi_plan_finish (const struct cvxi_plan *plan, struct cvx_dataset *d,
                  struct cvx_text *notes)
{
  for (size_t i = 0; i < plan->n; i++)
    d->part[CVX_TRAIN].row[i] = plan->first + i;
  if (plan->rank > 2)
    {
      d->image[0] = plan->shape[1];
      d->image[1] = plan->shape[2];
      d->image[2] = plan->rank > 3 ? plan->shape[3] : 1;
    }
  if (plan->bytes && notes != NULL)
    cvx_text_put (notes, "bytes 0 .. 255 scaled to 0 .. 1\n");
}

/* A dataset without x, which becomes the values of X.  */
static enum cvx_status
take_over (struct cvx_dataset **out, struct cvx_array *x, size_t n, size_t d,
           size_t c, struct cvx_error *err)
{
  struct cvx_part *p;
  enum cvx_status status = cvx_dataset_new (out, "", 0, d, c, err);
  if (status != CVX_OK)
    return status;
  p = &(*out)->part[CVX_TRAIN];
  if (!cvxi_part_rest (p, n, c))
    {
      cvx_dataset_free (*out);
      *out = NULL;
      return cvx_fail_nomem (err, "reading arrays");
    }
  p->x = x->values;
  x->values = NULL;
  return CVX_OK;
}

/* The rows of X, which are not taken over as they are.  */
static enum cvx_status
copy_rows (struct cvx_dataset *d, const struct cvxi_plan *plan,
           const struct cvx_array *x, struct cvx_error *err)
{
  enum
  {
    BLOCK = 16 << 10 /* numbers */
  };
  size_t step = plan->width < BLOCK ? BLOCK / plan->width : 1;
  double *rows = cvx_alloc (step * plan->width, sizeof *rows);
  if (rows == NULL)
    return cvx_fail_nomem (err, "reading arrays");
  for (size_t i = 0; i < plan->n; i += step)
    {
      size_t n = plan->n - i < step ? plan->n - i : step;
      numbers_at (x, (plan->first + i) * plan->width, n * plan->width, rows);
      cvxi_plan_rows (plan, d, i, n, rows);
    }
  cvx_free (rows);
  return CVX_OK;
}

enum cvx_status
cvxi_from_arrays (struct cvx_dataset **out, struct cvx_array *x,
                  const struct cvx_array *y, const char *path,
                  const struct cvx_read_options *options,
                  struct cvx_text *notes, struct cvx_error *err)
{
  struct cvxi_plan plan;
  struct cvx_dataset *set = NULL;
  size_t d, c;
  bool take;
  enum cvx_status status = check_values (x, path, err);
  *out = NULL;
  if (status == CVX_OK)
    status = check_values (y, path, err);
  if (status == CVX_OK)
    status = cvxi_plan_make (&plan, x, y, path, options, err);
  if (status != CVX_OK)
    return status;
  d = plan.columns.n_features;
  c = y != NULL ? per_row (y) : plan.columns.n_targets;
  take = x->type == CVX_ARRAY_F64 && plan.run && plan.n == x->shape[0]
         && y != x;
  status = cvxi_check_memory (options, path, plan.n, d, c, err);
  if (status == CVX_OK)
    status = take ? take_over (&set, x, plan.n, d, c, err)
                  : cvx_dataset_new (&set, "", plan.n, d, c, err);
  if (status == CVX_OK && take)
    cvxi_plan_rows (&plan, set, 0, plan.n, set->part[CVX_TRAIN].x);
  else if (status == CVX_OK)
    status = copy_rows (set, &plan, x, err);
  if (status == CVX_OK)
    {
      if (y != NULL)
        numbers_at (y, plan.first * c, plan.n * c, set->part[CVX_TRAIN].y);
      cvxi_plan_finish (&plan, set, notes);
      *out = set;
    }
  else
    cvx_dataset_free (set);
  cvxi_plan_free (&plan);
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

/* The arrays for training and for tests that an archive has, as others name
   them; NULL: it has none.  */
static const char *const *
parts_of (const struct cvx_npz *z)
{
  static const char *const names[][4] = {
    { "x_train", "y_train", "x_test", "y_test" },
    { "X_train", "y_train", "X_test", "y_test" },
    { "train_x", "train_y", "test_x", "test_y" },
    { "train_X", "train_y", "test_X", "test_y" },
    { "train/x", "train/y", "test/x", "test/y" },
    { "train/X", "train/y", "test/X", "test/y" },
    { "train_images", "train_labels", "test_images", "test_labels" },
  };
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    {
      size_t there = 0;
      while (there < 4 && cvx_npz_find (z, names[k][there]) != NULL)
        there++;
      if (there == 4)
        return names[k];
    }
  return NULL;
}

static enum cvx_status
fail_member (const struct cvx_npz *z, const char *path, const char *name,
             struct cvx_error *err)
{
  enum
  {
    SHOWN = 20
  };
  const char *const *part = name == NULL ? parts_of (z) : NULL;
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
  if (part != NULL)
    return cvx_hint (err, "x=%s y=%s, then x=%s y=%s part=test", part[0],
                     part[1], part[2], part[3]);
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
  /* The only array may be called y and is a table all the same.  */
  if (*y == *x && o->y == NULL)
    *y = NULL;
  if (*y == NULL && (o->y != NULL || z->n > 1))
    return fail_member (z, path, o->y, err);
  return CVX_OK;
}
