/* shrink.c -- images made smaller: every new pixel is the mean of the area
   that it covers, where old pixels at its edge count by their share; grey is
   the mean of the channels.  Images are stored by rows, columns, channels.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "data/parts.h"

/* The share of [at, at + 1) that lies in piece K of N equal ones of LENGTH,
   over the length of the piece.  */
static double
share (size_t at, size_t k, size_t n, size_t length)
{
  double piece = (double)length / (double)n;
  double lo = fmax ((double)at, (double)k * piece);
  double hi = fmin ((double)at + 1, (double)(k + 1) * piece);
  return hi > lo ? (hi - lo) / piece : 0;
}

/* Weights of LENGTH old places in N new ones, N x LENGTH, the caller's; NULL:
   no memory.  */
static double *
shares (size_t length, size_t n)
{
  double *w = cvx_alloc (n * length, sizeof *w);
  for (size_t k = 0; w != NULL && k < n; k++)
    for (size_t at = 0; at < length; at++)
      w[k * length + at] = share (at, k, n, length);
  return w;
}

struct shape
{
  size_t from[3], to[3];
  const double *row, *column; /* shares */
};

static void
shrink_image (const struct shape *s, const double *x, double *z)
{
  size_t grey = s->to[2] == 1 ? s->from[2] : 1;
  memset (z, 0, s->to[0] * s->to[1] * s->to[2] * sizeof *z);
  for (size_t i = 0; i < s->to[0]; i++)
    for (size_t p = 0; p < s->from[0]; p++)
      {
        double wi = s->row[i * s->from[0] + p];
        if (wi == 0)
          continue;
        for (size_t j = 0; j < s->to[1]; j++)
          for (size_t q = 0; q < s->from[1]; q++)
            {
              double w = wi * s->column[j * s->from[1] + q] / (double)grey;
              const double *old = x + (p * s->from[1] + q) * s->from[2];
              double *new = z + (i * s->to[1] + j) * s->to[2];
              if (w == 0)
                continue;
              for (size_t c = 0; c < s->from[2]; c++)
                new[s->to[2] == 1 ? 0 : c] += w *old[c];
            }
      }
}

static enum cvx_status
shrink_part (const struct shape *s, const struct cvx_dataset *d,
             const struct cvx_part *from, size_t width, struct cvx_part *to,
             struct cvx_error *err)
{
  if (!cvxi_part_new (to, from->n, width, d->n_outputs))
    return cvx_fail_nomem (err, "making images smaller");
  for (size_t i = 0; i < from->n; i++)
    shrink_image (s, from->x + i * d->n_features, to->x + i * width);
  if (from->n > 0)
    {
      memcpy (to->y, from->y, from->n * d->n_outputs * sizeof *to->y);
      memcpy (to->row, from->row, from->n * sizeof *to->row);
    }
  return CVX_OK;
}

static enum cvx_status
check (const struct cvx_dataset *d, size_t rows, size_t columns,
       struct cvx_error *err)
{
  if (d->image[0] == 0)
    return cvx_fail (err, CVX_E625, "the data are no images");
  if (rows < 1 || columns < 1 || rows > d->image[0] || columns > d->image[1])
    return cvx_fail (err, CVX_E625,
                     "%zu x %zu is not within the %zu x %zu pixels there are",
                     rows, columns, d->image[0], d->image[1]);
  if (d->bias == CVX_BIAS_AUGMENTED || d->x_shift != NULL
      || d->x_factor != NULL || d->x_rownorm)
    {
      cvx_fail (err, CVX_E625, "the pixels were changed by %s",
                d->bias == CVX_BIAS_AUGMENTED ? "bias" : "scale");
      return cvx_hint (err, "shrink first, then scale and bias");
    }
  return CVX_OK;
}

enum cvx_status
cvx_dataset_shrink (struct cvx_dataset **out, const struct cvx_dataset *d,
                    size_t rows, size_t columns, bool grey,
                    struct cvx_error *err)
{
  struct cvx_dataset *result;
  struct shape s = { .from = { d->image[0], d->image[1], d->image[2] },
                     .to = { rows, columns, grey ? 1 : d->image[2] } };
  size_t width = rows * columns * s.to[2];
  double *row, *column;
  enum cvx_status status = check (d, rows, columns, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvxi_dataset_shell (&result, d, err);
  if (status != CVX_OK)
    return status;
  s.row = row = shares (s.from[0], rows);
  s.column = column = shares (s.from[1], columns);
  if (row == NULL || column == NULL)
    status = cvx_fail_nomem (err, "making images smaller");
  cvxi_names_free (result->feature, result->n_features);
  result->feature = NULL;
  result->n_features = width;
  memcpy (result->image, s.to, sizeof result->image);
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = shrink_part (&s, d, &d->part[p], width, &result->part[p], err);
  cvx_free (row);
  cvx_free (column);
  if (status != CVX_OK)
    {
      cvx_dataset_free (result);
      return status;
    }
  cvx_dataset_rehash (result);
  *out = result;
  return CVX_OK;
}
