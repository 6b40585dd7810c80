/* describe.c -- what a person needs to see before modelling.

   Rank and condition come from the singular values s_1 >= s_2 >= ... of the
   training X: the rank counts those above max (n, d) eps s_1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "data/parts.h"

static lapack_int
singular_values (const struct cvx_part *p, size_t d, double *copy, double *s)
{
  double none[1];
  lapack_int info;
  /* The transpose of X, column by column, has the same ones.  */
  memcpy (copy, p->x, p->n * d * sizeof *copy);
  info
      = LAPACKE_dgesdd (LAPACK_COL_MAJOR, 'N', (lapack_int)d, (lapack_int)p->n,
                        copy, (lapack_int)d, s, none, 1, none, 1);
  if (info > 0)
    {
      double *superb = cvx_alloc (d < p->n ? d : p->n, sizeof *superb);
      if (superb == NULL)
        return LAPACK_WORK_MEMORY_ERROR;
      memcpy (copy, p->x, p->n * d * sizeof *copy);
      info = LAPACKE_dgesvd (LAPACK_COL_MAJOR, 'N', 'N', (lapack_int)d,
                             (lapack_int)p->n, copy, (lapack_int)d, s, none, 1,
                             none, 1, superb);
      cvx_free (superb);
    }
  return info;
}

static enum cvx_status
rank (const struct cvx_part *p, size_t d, struct cvx_summary *out,
      struct cvx_error *err)
{
  size_t k = p->n < d ? p->n : d, most = p->n > d ? p->n : d;
  double *copy = cvx_alloc (p->n, d * sizeof *copy);
  double *s = cvx_alloc (k, sizeof *s);
  lapack_int info = LAPACK_WORK_MEMORY_ERROR;
  if (copy != NULL && s != NULL)
    info = singular_values (p, d, copy, s);
  if (info == 0)
    {
      double least = (double)most * DBL_EPSILON * s[0];
      while (out->rank < k && s[out->rank] > least)
        out->rank++;
      out->condition = out->rank > 0 ? s[0] / s[out->rank - 1] : 1;
    }
  cvx_free (copy);
  cvx_free (s);
  if (info == 0)
    return CVX_OK;
  return info > 0 ? cvx_fail (err, CVX_E229,
                              "the singular values of the data did not "
                              "converge")
                  : cvx_fail_nomem (err, "describing the data");
}

/* Things to compare: rows or columns, by hash first.  */
struct item
{
  uint64_t hash;
  size_t index;
};

static int
by_hash (const void *a, const void *b)
{
  const struct item *p = a, *q = b;
  if (p->hash != q->hash)
    return p->hash < q->hash ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

/* -0 and 0 are equal: hash them alike.  */
static uint64_t
hash_numbers (const double *v, size_t n, size_t stride)
{
  uint64_t h = 0;
  double block[64];
  for (size_t k = 0; k < n;)
    {
      size_t len = 0;
      for (; len < 64 && k < n; k++)
        block[len++] = v[k * stride] + 0.0;
      h = XXH3_64bits_withSeed (block, len * sizeof *block, h);
    }
  return h;
}

static bool
equal (const double *a, const double *b, size_t n, size_t stride)
{
  for (size_t k = 0; k < n; k++)
    if (a[k * stride] != b[k * stride])
      return false;
  return true;
}

static struct item *
sorted_items (const double *v, size_t n_items, size_t step, size_t n,
              size_t stride)
{
  struct item *list = cvx_alloc (n_items, sizeof *list);
  if (list == NULL)
    return NULL;
  for (size_t k = 0; k < n_items; k++)
    list[k] = (struct item){ hash_numbers (v + k * step, n, stride), k };
  qsort (list, n_items, sizeof *list, by_hash);
  return list;
}

static void
count_rows (const struct cvx_dataset *d, const struct item *list,
            struct cvx_summary *out)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features, c = d->n_outputs, first = 0;
  bool conflict = false;
  for (size_t k = 1; k < p->n; k++)
    {
      const double *a = p->x + list[first].index * w;
      if (list[k].hash != list[first].hash
          || !equal (a, p->x + list[k].index * w, w, 1))
        {
          first = k;
          conflict = false;
          continue;
        }
      out->n_duplicate_rows++;
      if (!equal (p->y + list[first].index * c, p->y + list[k].index * c, c,
                  1))
        {
          /* The first of them conflicts too, once.  */
          out->n_conflicts += conflict ? 1 : 2;
          conflict = true;
        }
    }
}

static void
count_columns (const struct cvx_dataset *d, const struct item *list,
               struct cvx_summary *out)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features, first = 0;
  for (size_t k = 1; k < w; k++)
    if (list[k].hash == list[first].hash
        && equal (p->x + list[first].index, p->x + list[k].index, p->n, w))
      out->n_duplicate_cols++;
    else
      first = k;
  for (size_t j = 0; j < w; j++)
    {
      size_t i = 1;
      while (i < p->n && p->x[i * w + j] == p->x[j])
        i++;
      if (i < p->n)
        continue;
      out->n_constant++;
      if (p->x[j] == 1 && out->ones_column == 0)
        out->ones_column = j + 1;
    }
}

static void
ranges (const struct cvx_dataset *d, struct cvx_summary *out)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features;
  out->x_min = out->y_min = INFINITY;
  out->x_max = out->y_max = -INFINITY;
  for (size_t i = 0; i < p->n; i++)
    {
      bool zero = true;
      for (size_t j = 0; j < w; j++)
        {
          double v = p->x[i * w + j];
          out->x_min = fmin (out->x_min, v);
          out->x_max = fmax (out->x_max, v);
          zero = zero && v == 0;
        }
      out->n_zero_rows += zero;
    }
  for (size_t k = 0; k < p->n * d->n_outputs; k++)
    {
      out->y_min = fmin (out->y_min, p->y[k]);
      out->y_max = fmax (out->y_max, p->y[k]);
    }
}

enum cvx_status
cvx_dataset_describe (const struct cvx_dataset *d, struct cvx_summary *out,
                      struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features;
  struct item *rows, *columns;
  enum cvx_status status;
  memset (out, 0, sizeof *out);
  status = rank (p, w, out, err);
  if (status != CVX_OK)
    return status;
  rows = sorted_items (p->x, p->n, w, w, 1);
  columns = sorted_items (p->x, w, 1, p->n, w);
  if (rows == NULL || columns == NULL)
    status = cvx_fail_nomem (err, "describing the data");
  else
    {
      count_rows (d, rows, out);
      count_columns (d, columns, out);
      ranges (d, out);
      for (size_t k = 0; k < CVX_N_PARTS; k++)
        out->bytes += cvx_dataset_bytes (d->part[k].n, w, d->n_outputs);
    }
  cvx_free (rows);
  cvx_free (columns);
  return status;
}
