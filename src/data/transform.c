/* transform.c -- rows dealt, chosen and drawn; the bias column.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/parts.h"

/* Rows that SIZE asks for out of N: a count, or below 1 a share.  */
static enum cvx_status
rows_asked (const char *name, double size, size_t n, size_t *rows,
            struct cvx_error *err)
{
  if (!(size >= 0) || size > 1e15 || (size >= 1 && size != floor (size)))
    return cvx_fail (err, CVX_E227,
                     "%s must be a count of rows, or a share below 1, got %g",
                     name, size);
  *rows = size < 1 ? (size_t)(size * (double)n + 0.5) : (size_t)size;
  return CVX_OK;
}

static enum cvx_status
split_sizes (const struct cvx_dataset *d, const double *asked, size_t *n,
             struct cvx_error *err)
{
  static const char *const names[] = { "train", "val", "test" };
  size_t all = cvx_dataset_rows (d);
  bool rest = asked[CVX_TRAIN] == CVX_SPLIT_REST;
  n[CVX_TRAIN] = 0;
  for (size_t p = rest ? CVX_VAL : CVX_TRAIN; p < CVX_N_PARTS; p++)
    {
      enum cvx_status status
          = rows_asked (names[p], asked[p], all, &n[p], err);
      if (status != CVX_OK)
        return status;
    }
  if (rest && n[CVX_VAL] + n[CVX_TEST] >= all)
    return cvx_fail (err, CVX_E227,
                     "no row is left for training: val and test take %zu of "
                     "%zu",
                     n[CVX_VAL] + n[CVX_TEST], all);
  if (rest)
    n[CVX_TRAIN] = all - n[CVX_VAL] - n[CVX_TEST];
  if (n[CVX_TRAIN] > all || n[CVX_VAL] > all - n[CVX_TRAIN]
      || n[CVX_TEST] > all - n[CVX_TRAIN] - n[CVX_VAL])
    return cvx_fail (err, CVX_E227,
                     "train %zu + val %zu + test %zu are more than the %zu "
                     "rows there are",
                     n[CVX_TRAIN], n[CVX_VAL], n[CVX_TEST], all);
  if (n[CVX_TRAIN] == 0)
    return cvx_fail (err, CVX_E227, "no row is left for training");
  if (asked[CVX_TEST] == 0)
    n[CVX_TEST] = all - n[CVX_TRAIN] - n[CVX_VAL];
  return CVX_OK;
}

/* All rows of D as one part, in the order of the file.  */
static enum cvx_status
gather (const struct cvx_dataset *d, struct cvx_part *all,
        struct cvx_error *err)
{
  size_t n = cvx_dataset_rows (d), at = 0, width = d->n_features,
         c = d->n_outputs;
  bool dense = !cvx_dataset_is_sparse (d);
  if (dense ? !cvxi_part_new (all, n, width, c) : !cvxi_part_rest (all, n, c))
    return cvx_fail_nomem (err, "splitting");
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    {
      const struct cvx_part *from = &d->part[p];
      if (from->n == 0)
        continue;
      if (dense)
        memcpy (all->x + at * width, from->x,
                from->n * width * sizeof (double));
      memcpy (all->y + at * c, from->y, from->n * c * sizeof (double));
      memcpy (all->row + at, from->row, from->n * sizeof (size_t));
      at += from->n;
    }
  return d->part[CVX_TRAIN].sparse != NULL
             ? cvxi_sparse_joined (&all->sparse, d, err)
             : CVX_OK;
}

struct keyed
{
  size_t index;
  double key;   /* the label, when stratified */
  double place; /* within its label, 0 .. 1 */
};

static int
by_key (const void *a, const void *b)
{
  const struct keyed *p = a, *q = b;
  if (p->key != q->key)
    return p->key < q->key ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

static int
by_place (const void *a, const void *b)
{
  const struct keyed *p = a, *q = b;
  if (p->place != q->place)
    return p->place < q->place ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

/* Reorder ORDER, a random order of the rows of ALL, so that any piece of it
   holds each label in its share: member j of the m rows of a label goes to
   (j + u) / m with u a number of the label, and the rows go by that.  */
static enum cvx_status
stratify_order (const struct cvx_dataset *d, const struct cvx_part *all,
                size_t *order, struct cvx_rng *r, struct cvx_error *err)
{
  struct keyed *list = cvx_alloc (all->n, sizeof *list);
  if (list == NULL)
    return cvx_fail_nomem (err, "splitting");
  for (size_t k = 0; k < all->n; k++)
    list[k] = (struct keyed){
      k, (double)cvx_dataset_label_of (d, all->y + order[k] * d->n_outputs), 0
    };
  qsort (list, all->n, sizeof *list, by_key);
  for (size_t from = 0, to; from < all->n; from = to)
    {
      double u = cvx_rng_uniform (r);
      for (to = from; to < all->n && list[to].key == list[from].key; to++)
        list[to].place = (double)(to - from) + u;
      for (size_t k = from; k < to; k++)
        list[k].place /= (double)(to - from);
    }
  for (size_t k = 0; k < all->n; k++)
    list[k].index = order[list[k].index];
  qsort (list, all->n, sizeof *list, by_place);
  for (size_t k = 0; k < all->n; k++)
    order[k] = list[k].index;
  cvx_free (list);
  return CVX_OK;
}

static int
by_size (const void *a, const void *b)
{
  size_t p = *(const size_t *)a, q = *(const size_t *)b;
  return (p > q) - (p < q);
}

enum cvx_status
cvx_dataset_split (struct cvx_dataset **out, const struct cvx_dataset *d,
                   double n_train, double n_val, double n_test, uint64_t seed,
                   bool stratify, struct cvx_error *err)
{
  const double asked[] = { n_train, n_val, n_test };
  size_t n[CVX_N_PARTS], *order = NULL, at = 0;
  struct cvx_part all = { 0 };
  struct cvx_dataset *result = NULL;
  struct cvx_rng r;
  enum cvx_status status = split_sizes (d, asked, n, err);
  *out = NULL;
  if (status == CVX_OK && stratify && d->n_labels == 0)
    status = cvx_fail (err, CVX_E227,
                       "stratify needs labels; the target is a number");
  if (status == CVX_OK)
    status = gather (d, &all, err);
  if (status == CVX_OK)
    {
      order = cvx_alloc (all.n, sizeof *order);
      if (order == NULL)
        status = cvx_fail_nomem (err, "splitting");
    }
  if (status == CVX_OK)
    {
      cvx_rng_init (&r, seed, CVX_STREAM_SPLIT);
      cvx_rng_permutation (&r, all.n, order);
      if (stratify)
        status = stratify_order (d, &all, order, &r, err);
    }
  if (status == CVX_OK)
    status = cvxi_dataset_shell (&result, d, err);
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    {
      qsort (order + at, n[p], sizeof *order, by_size);
      status
          = cvxi_part_rows (&result->part[p], d, &all, order + at, n[p], err);
      at += n[p];
    }
  if (status == CVX_OK)
    {
      cvx_dataset_rehash (result);
      *out = result;
    }
  else
    cvx_dataset_free (result);
  cvx_free (order);
  cvxi_part_free (&all);
  return status;
}

/* The training rows INDEX, other parts kept.  */
static enum cvx_status
with_training (struct cvx_dataset **out, const struct cvx_dataset *d,
               const size_t *index, size_t n, struct cvx_error *err)
{
  struct cvx_dataset *result;
  enum cvx_status status = cvxi_dataset_shell (&result, d, err);
  *out = NULL;
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = p == CVX_TRAIN ? cvxi_part_rows (&result->part[p], d, &d->part[p],
                                              index, n, err)
                            : cvxi_part_rows (&result->part[p], d, &d->part[p],
                                              NULL, d->part[p].n, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (result);
      return status;
    }
  cvx_dataset_rehash (result);
  *out = result;
  return CVX_OK;
}

enum cvx_status
cvx_dataset_sample (struct cvx_dataset **out, const struct cvx_dataset *d,
                    size_t n, uint64_t seed, struct cvx_error *err)
{
  size_t all = d->part[CVX_TRAIN].n, *order;
  struct cvx_rng r;
  enum cvx_status status;
  *out = NULL;
  if (n < 1 || n > all)
    return cvx_fail (err, CVX_E227,
                     "a sample must have 1 to %zu rows, got %zu", all, n);
  order = cvx_alloc (all, sizeof *order);
  if (order == NULL)
    return cvx_fail_nomem (err, "sampling");
  cvx_rng_init (&r, seed, CVX_STREAM_SAMPLE);
  cvx_rng_permutation (&r, all, order);
  qsort (order, n, sizeof *order, by_size);
  status = with_training (out, d, order, n, err);
  cvx_free (order);
  return status;
}

enum cvx_status
cvx_dataset_subset (struct cvx_dataset **out, const struct cvx_dataset *d,
                    size_t first, size_t n, struct cvx_error *err)
{
  size_t all = d->part[CVX_TRAIN].n, *order;
  enum cvx_status status;
  *out = NULL;
  if (n < 1 || first >= all || n > all - first)
    return cvx_fail (err, CVX_E227,
                     "rows %zu to %zu are not within the %zu training rows",
                     first + 1, first + n, all);
  order = cvx_alloc (n, sizeof *order);
  if (order == NULL)
    return cvx_fail_nomem (err, "choosing rows");
  for (size_t i = 0; i < n; i++)
    order[i] = first + i;
  status = with_training (out, d, order, n, err);
  cvx_free (order);
  return status;
}

/* Array V of N numbers (NULL stays NULL) with LAST appended, or without its
   last.  */
static bool
resize_numbers (double **v, size_t n, size_t to, double last)
{
  double *p;
  if (*v == NULL)
    return true;
  p = cvx_alloc (to, sizeof *p);
  if (p == NULL)
    return false;
  memcpy (p, *v, (n < to ? n : to) * sizeof *p);
  if (to > n)
    p[to - 1] = last;
  cvx_free (*v);
  *v = p;
  return true;
}

/* Columns 0 .. TO - 1 of the features of D, a column of ones when there is one
   more than D has.  */
static enum cvx_status
change_width (struct cvx_dataset *result, const struct cvx_dataset *d,
              size_t to, struct cvx_error *err)
{
  size_t from = d->n_features, common = from < to ? from : to;
  bool ok = resize_numbers (&result->x_shift, from, to, 0)
            && resize_numbers (&result->x_factor, from, to, 1);
  cvx_free (result->planted);
  result->planted = NULL;
  if (ok && result->feature != NULL)
    {
      char **names = cvx_calloc (to, sizeof *names);
      ok = names != NULL;
      if (ok)
        {
          memcpy (names, result->feature, common * sizeof *names);
          for (size_t k = to; k < from; k++)
            cvx_free (result->feature[k]);
          cvx_free (result->feature);
          result->feature = names;
        }
      if (ok && to > from)
        {
          names[from] = cvx_strdup ("ones");
          ok = names[from] != NULL;
        }
    }
  /* From here on the names, if any, have room for TO columns.  */
  if (ok)
    result->n_features = to;
  for (size_t p = 0; p < CVX_N_PARTS && ok; p++)
    {
      const struct cvx_part *a = &d->part[p];
      struct cvx_part *b = &result->part[p];
      ok = a->x != NULL || a->sparse == NULL
               ? cvxi_part_new (b, a->n, to, d->n_outputs)
               : cvxi_part_rest (b, a->n, d->n_outputs);
      if (ok && a->sparse != NULL)
        ok = cvxi_sparse_width (&b->sparse, a->sparse, to, err) == CVX_OK;
      for (size_t i = 0; ok && b->x != NULL && i < a->n; i++)
        {
          memcpy (b->x + i * to, a->x + i * from, common * sizeof *b->x);
          if (to > from)
            b->x[i * to + from] = 1;
        }
      if (ok && a->n > 0)
        {
          memcpy (b->y, a->y, a->n * d->n_outputs * sizeof *b->y);
          memcpy (b->row, a->row, a->n * sizeof *b->row);
        }
    }
  return ok ? CVX_OK : cvx_fail_nomem (err, "adding a bias");
}

enum cvx_status
cvx_dataset_bias (struct cvx_dataset **out, const struct cvx_dataset *d,
                  enum cvx_bias bias, struct cvx_error *err)
{
  size_t plain = d->n_features - (d->bias == CVX_BIAS_AUGMENTED);
  size_t to = plain + (bias == CVX_BIAS_AUGMENTED);
  struct cvx_dataset *result;
  enum cvx_status status = cvxi_dataset_shell (&result, d, err);
  *out = NULL;
  if (status == CVX_OK)
    {
      result->bias = bias;
      /* A column more is no pixel.  */
      status = change_width (result, d, to, err);
    }
  if (status != CVX_OK)
    {
      cvx_dataset_free (result);
      return status;
    }
  cvx_dataset_rehash (result);
  *out = result;
  return CVX_OK;
}
