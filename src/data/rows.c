/* rows.c -- rows of a table that grows while a file is read.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/rows.h"

#include "base/alloc.h"

/* Room for more rows: twice as many, as far as memory may be taken.  */
static enum cvx_status
grow (struct cvxi_rows *r, const struct cvxi_input *in, struct cvx_error *err)
{
  size_t first = r->cap != 0 ? r->cap : 256, limit = r->options->max_bytes;
  size_t cap = first < SIZE_MAX / 2 ? 2 * first : first, total;
  double *x, *y;
  size_t *row;
  if (limit != 0 && cvx_dataset_bytes (cap, r->d, r->c) > limit)
    {
      cap = limit / cvx_dataset_bytes (1, r->d, r->c);
      if (cap <= r->n)
        return cvxi_fail_memory (
            in, r->path, (double)cvx_dataset_bytes (r->n + 1, r->d, r->c),
            limit, err);
    }
  if (!cvx_mul (cap, r->d, &total) || !cvx_mul (cap, r->c, &total))
    return cvx_fail_nomem (err, "reading rows");
  x = cvx_grow (r->x, r->n * r->d, cap * r->d, sizeof *x);
  if (x != NULL)
    r->x = x;
  y = x != NULL ? cvx_grow (r->y, r->n * r->c, cap * r->c, sizeof *y) : NULL;
  if (y != NULL)
    r->y = y;
  row = y != NULL ? cvx_grow (r->row, r->n, cap, sizeof *row) : NULL;
  if (row == NULL)
    return cvx_fail_nomem (err, "reading rows");
  r->row = row;
  r->cap = cap;
  return CVX_OK;
}

enum cvx_status
cvxi_rows_next (struct cvxi_rows *r, const struct cvxi_input *in, bool *keep,
                struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  *keep = r->seen++ >= r->options->first_row;
  if (!*keep)
    return CVX_OK;
  if (r->n == INT32_MAX)
    return cvx_fail (err, CVX_E231, "%s has more than %d rows", r->path,
                     INT32_MAX);
  if (r->n == r->cap || r->x == NULL)
    status = grow (r, in, err);
  if (status == CVX_OK)
    r->row[r->n] = r->seen - 1;
  return status;
}

bool
cvxi_rows_full (const struct cvxi_rows *r)
{
  return r->options->n_rows > 0 && r->n >= r->options->n_rows;
}

enum cvx_status
cvxi_rows_dataset (struct cvx_dataset **out, struct cvxi_rows *r,
                   struct cvx_error *err)
{
  enum cvx_status status;
  *out = NULL;
  if (r->n == 0)
    {
      cvx_fail (err, CVX_E211,
                r->seen == 0 ? "the file has no rows of data"
                             : "the file has %zu rows, none was chosen",
                r->seen);
      return cvx_at (err, r->path, 0, 0);
    }
  status = cvx_dataset_new (out, "", 0, r->d, r->c, err);
  if (status != CVX_OK)
    return status;
  (*out)->part[CVX_TRAIN]
      = (struct cvx_part){ r->n, r->x, r->y, r->row, NULL };
  r->x = r->y = NULL;
  r->row = NULL;
  return CVX_OK;
}

void
cvxi_rows_free (struct cvxi_rows *r)
{
  cvx_free (r->x);
  cvx_free (r->y);
  cvx_free (r->row);
}
