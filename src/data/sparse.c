/* sparse.c -- data of few nonzeros.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "data/parts.h"

bool
cvx_dataset_is_sparse (const struct cvx_dataset *d)
{
  return d->part[CVX_TRAIN].x == NULL && d->part[CVX_TRAIN].sparse != NULL;
}

size_t
cvx_dataset_fill_bytes (const struct cvx_dataset *d)
{
  size_t bytes;
  return cvx_mul (cvx_dataset_rows (d), d->n_features * sizeof (double),
                  &bytes)
             ? bytes
             : SIZE_MAX;
}

size_t
cvx_dataset_size (const struct cvx_dataset *d)
{
  size_t bytes = 0;
  for (size_t k = 0; k < CVX_N_PARTS; k++)
    {
      const struct cvx_part *p = &d->part[k];
      bytes += cvx_dataset_bytes (p->n, p->x != NULL ? d->n_features : 0,
                                  d->n_outputs);
      if (p->sparse != NULL)
        bytes += cvx_csr_bytes (p->n, p->sparse->start[p->n]);
    }
  return bytes;
}

enum cvx_status
cvx_dataset_fill (struct cvx_dataset *d, struct cvx_error *err)
{
  double *x[CVX_N_PARTS] = { NULL };
  bool ok = true;
  for (size_t k = 0; k < CVX_N_PARTS && ok; k++)
    if (d->part[k].n > 0 && d->part[k].x == NULL)
      {
        x[k] = cvx_alloc (d->part[k].n, d->n_features * sizeof *x[k]);
        ok = x[k] != NULL;
      }
  for (size_t k = 0; k < CVX_N_PARTS; k++)
    if (!ok)
      cvx_free (x[k]);
    else if (x[k] != NULL)
      {
        for (size_t i = 0; i < d->part[k].n; i++)
          cvx_csr_expand (d->part[k].sparse, i, x[k] + i * d->n_features);
        d->part[k].x = x[k];
      }
  return ok ? CVX_OK : cvx_fail_nomem (err, "writing out the zeros of X");
}

enum cvx_status
cvxi_sparse_joined (struct cvx_csr **out, const struct cvx_dataset *d,
                    struct cvx_error *err)
{
  size_t n = 0, count = 0, at = 0;
  enum cvx_status status;
  for (size_t k = 0; k < CVX_N_PARTS; k++)
    if (d->part[k].n > 0)
      {
        n += d->part[k].n;
        count += d->part[k].sparse->start[d->part[k].n];
      }
  status = cvx_csr_new (out, n, d->n_features, count, err);
  for (size_t k = 0; k < CVX_N_PARTS && status == CVX_OK; k++)
    {
      const struct cvx_csr *a = d->part[k].sparse;
      size_t len = d->part[k].n > 0 ? a->start[a->n] : 0;
      size_t to = (*out)->start[at];
      if (d->part[k].n == 0)
        continue;
      memcpy ((*out)->column + to, a->column, len * sizeof *a->column);
      memcpy ((*out)->value + to, a->value, len * sizeof *a->value);
      for (size_t i = 0; i < a->n; i++)
        (*out)->start[++at] = to + a->start[i + 1];
    }
  return status;
}

enum cvx_status
cvxi_sparse_width (struct cvx_csr **out, const struct cvx_csr *a, size_t d,
                   struct cvx_error *err)
{
  enum cvx_status status
      = cvx_csr_new (out, a->n, d, a->start[a->n] + a->n, err);
  struct cvx_csr *b = *out;
  for (size_t i = 0; i < a->n && status == CVX_OK; i++)
    {
      size_t to = b->start[i];
      for (size_t k = a->start[i]; k < a->start[i + 1]; k++)
        if (a->column[k] < d)
          {
            b->column[to] = a->column[k];
            b->value[to++] = a->value[k];
          }
      if (d > a->d)
        {
          b->column[to] = (uint32_t)a->d;
          b->value[to++] = 1;
        }
      b->start[i + 1] = to;
    }
  return status;
}

enum cvx_status
cvxi_sparse_columns (struct cvxi_sparse_column **out,
                     const struct cvx_dataset *d, struct cvx_error *err)
{
  const struct cvx_csr *a = d->part[CVX_TRAIN].sparse;
  struct cvxi_sparse_column *list = cvx_calloc (d->n_features, sizeof *list);
  *out = list;
  if (list == NULL)
    return cvx_fail_nomem (err, "looking at sparse columns");
  for (size_t k = 0; k < a->start[a->n]; k++)
    {
      struct cvxi_sparse_column *c = &list[a->column[k]];
      double v = a->value[k];
      if (c->count++ == 0)
        c->low = c->high = v;
      c->low = fmin (c->low, v);
      c->high = fmax (c->high, v);
    }
  for (size_t j = 0; j < d->n_features; j++)
    if (list[j].count < a->n)
      {
        list[j].low = fmin (list[j].low, 0);
        list[j].high = fmax (list[j].high, 0);
      }
  return CVX_OK;
}
