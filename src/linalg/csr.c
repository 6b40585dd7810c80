/* csr.c -- a sparse matrix by rows.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/csr.h"

#include <string.h>

#include "base/alloc.h"

enum cvx_status
cvx_csr_new (struct cvx_csr **out, size_t n, size_t d, size_t count,
             struct cvx_error *err)
{
  struct cvx_csr *a = cvx_calloc (1, sizeof *a);
  *out = NULL;
  if (a == NULL)
    return cvx_fail_nomem (err, "a sparse matrix");
  a->n = n;
  a->d = d;
  a->start = cvx_calloc (n + 1, sizeof *a->start);
  a->column = cvx_alloc (count + 1, sizeof *a->column);
  a->value = cvx_alloc (count + 1, sizeof *a->value);
  if (a->start == NULL || a->column == NULL || a->value == NULL)
    {
      cvx_csr_free (a);
      return cvx_fail_nomem (err, "a sparse matrix");
    }
  *out = a;
  return CVX_OK;
}

void
cvx_csr_free (struct cvx_csr *a)
{
  if (a == NULL)
    return;
  cvx_free (a->start);
  cvx_free (a->column);
  cvx_free (a->value);
  cvx_free (a);
}

size_t
cvx_csr_bytes (size_t n, size_t count)
{
  size_t entries, rows, all;
  if (!cvx_mul (count, sizeof (double) + sizeof (uint32_t), &entries)
      || !cvx_mul (n, sizeof (size_t), &rows)
      || __builtin_add_overflow (entries, rows, &all))
    return SIZE_MAX;
  return all;
}

enum cvx_status
cvx_csr_rows (struct cvx_csr **out, const struct cvx_csr *a,
              const size_t *index, size_t m, struct cvx_error *err)
{
  size_t count = 0;
  struct cvx_csr *b;
  enum cvx_status status;
  for (size_t i = 0; i < m; i++)
    {
      size_t k = index != NULL ? index[i] : i;
      count += a->start[k + 1] - a->start[k];
    }
  status = cvx_csr_new (out, m, a->d, count, err);
  if (status != CVX_OK)
    return status;
  b = *out;
  for (size_t i = 0; i < m; i++)
    {
      size_t k = index != NULL ? index[i] : i, from = a->start[k];
      size_t len = a->start[k + 1] - from, to = b->start[i];
      memcpy (b->column + to, a->column + from, len * sizeof *b->column);
      memcpy (b->value + to, a->value + from, len * sizeof *b->value);
      b->start[i + 1] = to + len;
    }
  return CVX_OK;
}

enum cvx_status
cvx_csr_transpose (struct cvx_csr **out, const struct cvx_csr *a,
                   struct cvx_error *err)
{
  size_t count = a->start[a->n];
  struct cvx_csr *b;
  enum cvx_status status = cvx_csr_new (out, a->d, a->n, count, err);
  if (status != CVX_OK)
    return status;
  b = *out;
  /* start[j + 1] is first the end of row j - 1, then runs to that of row j. */
  for (size_t k = 0; k < count; k++)
    if (a->column[k] + (size_t)2 <= b->n)
      b->start[a->column[k] + 2]++;
  for (size_t j = 2; j <= b->n; j++)
    b->start[j] += b->start[j - 1];
  for (size_t i = 0; i < a->n; i++)
    for (size_t k = a->start[i]; k < a->start[i + 1]; k++)
      {
        size_t to = b->start[a->column[k] + 1]++;
        b->column[to] = (uint32_t)i;
        b->value[to] = a->value[k];
      }
  return CVX_OK;
}

void
cvx_csr_expand (const struct cvx_csr *a, size_t i, double *row)
{
  memset (row, 0, a->d * sizeof *row);
  for (size_t k = a->start[i]; k < a->start[i + 1]; k++)
    row[a->column[k]] = a->value[k];
}

void
cvx_csr_put (struct cvx_csr *a, size_t i, const double *row)
{
  size_t to = a->start[i];
  for (size_t j = 0; j < a->d; j++)
    if (row[j] != 0)
      {
        a->column[to] = (uint32_t)j;
        a->value[to++] = row[j];
      }
  a->start[i + 1] = to;
}

double
cvx_csr_density (const struct cvx_csr *a)
{
  return a->n > 0 && a->d > 0
             ? (double)a->start[a->n] / ((double)a->n * (double)a->d)
             : 0;
}
