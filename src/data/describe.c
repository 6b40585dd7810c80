/* describe.c -- what a person needs to see before modelling.

   Rank and condition come from the singular values s_1 >= s_2 >= ... of the
   training X: the rank counts those above max (n, d) eps s_1.  A much longer
   or wider X, and a sparse one, is first pressed to 3 min (n, d) rows by a
   sparse sign embedding (Nelson and Nguyen 2013, OSNAP): every row goes to
   four random ones with random signs.  That keeps singular values to within a
   small factor, so the two numbers are estimates then.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>
#include <xxhash.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/parts.h"

enum
{
  SIGNS = 4,       /* places that a row is added to */
  PRESSED = 3,     /* rows of the embedding for one of the shorter side */
  LONG = 8,        /* a side this many times the other is pressed */
  WIDEST = 3200,   /* shorter side above which nothing is estimated */
  SMALL = 1 << 22, /* numbers that are decomposed as they are */
  TEXTURE = 11     /* seed of the signs */
};

/* The singular values of the ROWS x COLS matrix COPY, which is overwritten.
   Its transpose, column by column, has the same ones.  */
static lapack_int
singular_values (double *copy, size_t rows, size_t cols, double *s)
{
  double none[1];
  size_t bytes = rows * cols * sizeof *copy;
  double *again = cvx_copy (copy, rows * cols, sizeof *copy);
  lapack_int info;
  if (again == NULL)
    return LAPACK_WORK_MEMORY_ERROR;
  info = LAPACKE_dgesdd (LAPACK_COL_MAJOR, 'N', (lapack_int)cols,
                         (lapack_int)rows, copy, (lapack_int)cols, s, none, 1,
                         none, 1);
  if (info > 0)
    {
      double *superb = cvx_alloc (cols < rows ? cols : rows, sizeof *superb);
      memcpy (copy, again, bytes);
      info
          = superb == NULL
                ? LAPACK_WORK_MEMORY_ERROR
                : LAPACKE_dgesvd (LAPACK_COL_MAJOR, 'N', 'N', (lapack_int)cols,
                                  (lapack_int)rows, copy, (lapack_int)cols, s,
                                  none, 1, none, 1, superb);
      cvx_free (superb);
    }
  cvx_free (again);
  return info;
}

/* Where a row of the longer side goes, and with which sign.  */
struct place
{
  size_t to;
  double sign;
};

static struct place *
places (size_t count, size_t rows)
{
  struct cvx_rng r;
  struct place *list = cvx_alloc (count, SIGNS * sizeof *list);
  if (list == NULL)
    return NULL;
  cvx_rng_init (&r, TEXTURE, CVX_STREAM_SAMPLE);
  for (size_t k = 0; k < SIGNS * count; k++)
    {
      size_t v = (size_t)cvx_rng_below (&r, 2 * rows);
      list[k] = (struct place){ v / 2, v % 2 != 0 ? 0.5 : -0.5 };
    }
  return list;
}

/* Entry V in row I and column J of X into the embedding, whose rows are of
   WIDTH numbers.  */
static void
press (double *to, size_t width, const struct place *list, bool wide, size_t i,
       size_t j, double v)
{
  size_t at = wide ? i : j;
  list += SIGNS * (wide ? j : i);
  for (size_t k = 0; k < SIGNS; k++)
    to[list[k].to * width + at] += list[k].sign * v;
}

/* The training X, or its embedding, in a new array of ROWS x COLS; NULL: no
   memory.  */
static double *
matrix (const struct cvx_dataset *d, bool whole, size_t *rows, size_t *cols)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features;
  bool wide = w > p->n;
  struct place *list;
  double *to;
  *rows = p->n;
  *cols = w;
  if (whole)
    {
      to = cvx_alloc (p->n, w * sizeof *to);
      for (size_t i = 0; to != NULL && i < p->n; i++)
        if (p->x != NULL)
          memcpy (to + i * w, p->x + i * w, w * sizeof *to);
        else
          cvx_csr_expand (p->sparse, i, to + i * w);
      return to;
    }
  *cols = wide ? p->n : w;
  *rows = PRESSED * *cols;
  to = cvx_calloc (*rows, *cols * sizeof *to);
  list = places (wide ? w : p->n, *rows);
  for (size_t i = 0; to != NULL && list != NULL && i < p->n; i++)
    if (p->sparse != NULL)
      for (size_t k = p->sparse->start[i]; k < p->sparse->start[i + 1]; k++)
        press (to, *cols, list, wide, i, p->sparse->column[k],
               p->sparse->value[k]);
    else
      for (size_t j = 0; j < w; j++)
        press (to, *cols, list, wide, i, j, p->x[i * w + j]);
  if (list == NULL)
    {
      cvx_free (to);
      to = NULL;
    }
  cvx_free (list);
  return to;
}

static enum cvx_status
rank (const struct cvx_dataset *d, struct cvx_summary *out,
      struct cvx_error *err)
{
  size_t n = d->part[CVX_TRAIN].n, w = d->n_features, rows, cols;
  size_t k = n < w ? n : w, most = n > w ? n : w;
  bool whole = n <= SMALL / w
               || (most / LONG < k && k <= WIDEST
                   && d->part[CVX_TRAIN].sparse == NULL);
  double *copy, *s;
  lapack_int info = LAPACK_WORK_MEMORY_ERROR;
  out->condition = NAN;
  if (!whole && k > WIDEST)
    return CVX_OK;
  out->estimated = !whole;
  copy = matrix (d, whole, &rows, &cols);
  s = cvx_alloc (k, sizeof *s);
  if (copy != NULL && s != NULL)
    info = singular_values (copy, rows, cols, s);
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

/* Things to compare, by hash first: rows or columns, of numbers or of
   nonzeros (a column is a row of the transpose).  */
struct things
{
  size_t count;
  const double *v; /* thing k is v[k * step + i * stride], i < n */
  size_t step, n, stride;
  const struct cvx_csr *a; /* or row k of a */
};

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

static uint64_t
hash_thing (const struct things *t, size_t k)
{
  uint64_t h = 0;
  double block[64];
  if (t->a != NULL)
    {
      size_t from = t->a->start[k], n = t->a->start[k + 1] - from;
      h = XXH3_64bits (t->a->column + from, n * sizeof *t->a->column);
      return XXH3_64bits_withSeed (t->a->value + from, n * sizeof *t->a->value,
                                   h);
    }
  /* -0 and 0 are equal: hash them alike.  */
  for (size_t i = 0; i < t->n;)
    {
      size_t len = 0;
      for (; len < 64 && i < t->n; i++)
        block[len++] = t->v[k * t->step + i * t->stride] + 0.0;
      h = XXH3_64bits_withSeed (block, len * sizeof *block, h);
    }
  return h;
}

static bool
equal (const struct things *t, size_t j, size_t k)
{
  const struct cvx_csr *a = t->a;
  if (a != NULL)
    {
      size_t p = a->start[j], q = a->start[k], n = a->start[j + 1] - p;
      return a->start[k + 1] - q == n
             && memcmp (a->column + p, a->column + q, n * sizeof *a->column)
                    == 0
             && memcmp (a->value + p, a->value + q, n * sizeof *a->value) == 0;
    }
  for (size_t i = 0; i < t->n; i++)
    if (t->v[j * t->step + i * t->stride] != t->v[k * t->step + i * t->stride])
      return false;
  return true;
}

static struct item *
sorted_items (const struct things *t)
{
  struct item *list = cvx_alloc (t->count, sizeof *list);
  if (list == NULL)
    return NULL;
  for (size_t k = 0; k < t->count; k++)
    list[k] = (struct item){ hash_thing (t, k), k };
  qsort (list, t->count, sizeof *list, by_hash);
  return list;
}

static void
count_rows (const struct cvx_dataset *d, const struct things *rows,
            const struct item *list, struct cvx_summary *out)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  struct things y = { p->n, p->y, d->n_outputs, d->n_outputs, 1, NULL };
  size_t first = 0;
  bool conflict = false;
  for (size_t k = 1; k < p->n; k++)
    {
      if (list[k].hash != list[first].hash
          || !equal (rows, list[first].index, list[k].index))
        {
          first = k;
          conflict = false;
          continue;
        }
      out->n_duplicate_rows++;
      if (!equal (&y, list[first].index, list[k].index))
        {
          /* The first of them conflicts too, once.  */
          out->n_conflicts += conflict ? 1 : 2;
          conflict = true;
        }
    }
}

static void
count_columns (const struct things *columns, const struct item *list,
               struct cvx_summary *out)
{
  size_t first = 0;
  for (size_t k = 1; k < columns->count; k++)
    if (list[k].hash == list[first].hash
        && equal (columns, list[first].index, list[k].index))
      out->n_duplicate_cols++;
    else
      first = k;
}

/* Range and zeros of the training X, and its constant columns.  */
static void
look_dense (const struct cvx_dataset *d, struct cvx_summary *out)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features;
  for (size_t i = 0; i < p->n; i++)
    {
      bool zero = true;
      for (size_t j = 0; j < w; j++)
        {
          double v = p->x[i * w + j];
          out->x_min = fmin (out->x_min, v);
          out->x_max = fmax (out->x_max, v);
          out->n_nonzero += v != 0;
          zero = zero && v == 0;
        }
      out->n_zero_rows += zero;
    }
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

static enum cvx_status
look_sparse (const struct cvx_dataset *d, struct cvx_summary *out,
             struct cvx_error *err)
{
  const struct cvx_csr *a = d->part[CVX_TRAIN].sparse;
  struct cvxi_sparse_column *list;
  enum cvx_status status = cvxi_sparse_columns (&list, d, err);
  if (status != CVX_OK)
    return status;
  for (size_t j = 0; j < d->n_features; j++)
    {
      out->x_min = fmin (out->x_min, list[j].low);
      out->x_max = fmax (out->x_max, list[j].high);
      out->n_constant += list[j].low == list[j].high;
      if (list[j].low == 1 && list[j].high == 1 && out->ones_column == 0)
        out->ones_column = j + 1;
    }
  out->n_nonzero = a->start[a->n];
  for (size_t i = 0; i < a->n; i++)
    out->n_zero_rows += a->start[i] == a->start[i + 1];
  cvx_free (list);
  return CVX_OK;
}

/* Equal rows and columns.  */
static enum cvx_status
compare (const struct cvx_dataset *d, struct cvx_summary *out,
         struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t w = d->n_features;
  struct things rows = { p->n, p->x, w, w, 1, NULL },
                columns = { w, p->x, 1, p->n, w, NULL };
  struct cvx_csr *turned = NULL;
  struct item *by_row = NULL, *by_column = NULL;
  enum cvx_status status = CVX_OK;
  if (p->sparse != NULL)
    {
      status = cvx_csr_transpose (&turned, p->sparse, err);
      rows.a = p->sparse;
      columns.a = turned;
    }
  if (status == CVX_OK)
    {
      by_row = sorted_items (&rows);
      by_column = sorted_items (&columns);
      if (by_row == NULL || by_column == NULL)
        status = cvx_fail_nomem (err, "describing the data");
    }
  if (status == CVX_OK)
    {
      count_rows (d, &rows, by_row, out);
      count_columns (&columns, by_column, out);
    }
  cvx_csr_free (turned);
  cvx_free (by_row);
  cvx_free (by_column);
  return status;
}

enum cvx_status
cvx_dataset_describe (const struct cvx_dataset *d, struct cvx_summary *out,
                      struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  enum cvx_status status;
  memset (out, 0, sizeof *out);
  out->x_min = out->y_min = INFINITY;
  out->x_max = out->y_max = -INFINITY;
  out->bytes = cvx_dataset_size (d);
  status = rank (d, out, err);
  if (status == CVX_OK)
    status = compare (d, out, err);
  if (status == CVX_OK && p->sparse != NULL)
    status = look_sparse (d, out, err);
  else if (status == CVX_OK)
    look_dense (d, out);
  for (size_t k = 0; k < p->n * d->n_outputs; k++)
    {
      out->y_min = fmin (out->y_min, p->y[k]);
      out->y_max = fmax (out->y_max, p->y[k]);
    }
  return status;
}
