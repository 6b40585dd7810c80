/* scale.c -- shift and scale columns, fitted on the training rows.

   Repeated scaling composes: with x1 = (x - s) f already there, (x1 - m) g is
   (x - (s + m / f)) (f g).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>

#include "base/alloc.h"
#include "data/parts.h"

/* One array of a dataset: n rows of width numbers, in every part.  */
struct table
{
  double *part[CVX_N_PARTS];
  size_t n[CVX_N_PARTS];
  size_t width; /* of a row */
  size_t used;  /* columns of it that may change */
};

/* Mean and deviation (1/n) of column J; neither overflows.  */
static void
moments (const struct table *t, size_t j, double *mean, double *deviation)
{
  const double *v = t->part[CVX_TRAIN];
  size_t n = t->n[CVX_TRAIN];
  double largest = 0, sum = 0;
  *mean = 0;
  for (size_t i = 0; i < n; i++)
    *mean += v[i * t->width + j] / (double)n;
  /* A second pass takes out the rounding of the first: a constant column has
     deviation 0.  */
  for (size_t i = 0; i < n; i++)
    sum += (v[i * t->width + j] - *mean) / (double)n;
  *mean += sum;
  for (size_t i = 0; i < n; i++)
    largest = fmax (largest, fabs (v[i * t->width + j] - *mean));
  sum = 0;
  for (size_t i = 0; i < n && largest > 0; i++)
    {
      double r = (v[i * t->width + j] - *mean) / largest;
      sum += r * r;
    }
  *deviation = largest * sqrt (sum / (double)n);
}

static bool
is_constant (const struct table *t, size_t j)
{
  const double *v = t->part[CVX_TRAIN];
  for (size_t i = 1; i < t->n[CVX_TRAIN]; i++)
    if (v[i * t->width + j] != v[j])
      return false;
  return true;
}

/* Shift M and factor G of column J; *FLAT when it cannot be divided.  */
static void
fit (const struct table *t, size_t j, enum cvx_scale scale, double *m,
     double *g, bool *flat)
{
  double spread = 1;
  *m = 0;
  if (scale == CVX_SCALE_MAX)
    {
      const double *v = t->part[CVX_TRAIN];
      spread = 0;
      for (size_t i = 0; i < t->n[CVX_TRAIN]; i++)
        spread = fmax (spread, fabs (v[i * t->width + j]));
    }
  else
    {
      moments (t, j, m, &spread);
      if (is_constant (t, j))
        {
          *m = t->part[CVX_TRAIN][j];
          spread = 0;
        }
      if (scale == CVX_SCALE_CENTER)
        spread = 1;
    }
  *flat = !(spread > 0) || !isfinite (1 / spread);
  *g = *flat ? 1 : 1 / spread;
}

/* Scale the columns and record what was done in SHIFT and FACTOR.  */
static size_t
scale_columns (struct table *t, enum cvx_scale scale, double *shift,
               double *factor)
{
  size_t n_flat = 0;
  for (size_t j = 0; j < t->used; j++)
    {
      double m, g;
      bool flat;
      fit (t, j, scale, &m, &g, &flat);
      n_flat += flat;
      for (size_t p = 0; p < CVX_N_PARTS; p++)
        for (size_t i = 0; i < t->n[p]; i++)
          {
            double *v = &t->part[p][i * t->width + j];
            *v = (*v - m) * g;
          }
      shift[j] += m / factor[j];
      factor[j] *= g;
    }
  return n_flat;
}

/* The same for data of nonzeros: every column is divided by its largest
   size.  CVX_NOMEM.  */
static enum cvx_status
scale_nonzeros (struct cvx_dataset *d, size_t used, size_t *n_flat,
                struct cvx_error *err)
{
  const struct cvx_csr *train = d->part[CVX_TRAIN].sparse;
  double *g = cvx_calloc (d->n_features, sizeof *g);
  if (g == NULL)
    return cvx_fail_nomem (err, "scaling");
  for (size_t k = 0; k < train->start[train->n]; k++)
    g[train->column[k]] = fmax (g[train->column[k]], fabs (train->value[k]));
  for (size_t j = 0; j < d->n_features; j++)
    {
      bool flat = !(g[j] > 0) || !isfinite (1 / g[j]);
      g[j] = flat || j >= used ? 1 : 1 / g[j];
      *n_flat += flat;
      d->x_factor[j] *= g[j];
    }
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    {
      struct cvx_csr *a = d->part[p].sparse;
      for (size_t k = 0; a != NULL && k < a->start[a->n]; k++)
        a->value[k] *= g[a->column[k]];
    }
  cvx_free (g);
  return CVX_OK;
}

/* Rows of nonzeros to unit length, a column of ones behind column USED left
   alone; the number of zero rows.  */
static size_t
scale_sparse_rows (struct cvx_dataset *d, size_t used)
{
  size_t zero = 0;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      {
        struct cvx_csr *a = d->part[p].sparse;
        double norm = 0;
        for (size_t k = a->start[i]; k < a->start[i + 1]; k++)
          norm = hypot (norm, a->column[k] < used ? a->value[k] : 0);
        zero += norm == 0;
        for (size_t k = a->start[i]; k < a->start[i + 1] && norm > 0; k++)
          if (a->column[k] < used)
            a->value[k] /= norm;
      }
  return zero;
}

/* Where data have zeros and nonzeros, the former are made again.  */
static void
expand_again (struct cvx_dataset *d)
{
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n && d->part[p].x != NULL; i++)
      cvx_csr_expand (d->part[p].sparse, i, d->part[p].x + i * d->n_features);
}

/* Rows to unit length; the number of zero rows, which stay zero.  */
static size_t
scale_rows (struct table *t)
{
  size_t zero = 0;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < t->n[p]; i++)
      {
        double *v = t->part[p] + i * t->width, norm = 0;
        for (size_t j = 0; j < t->used; j++)
          norm = hypot (norm, v[j]);
        zero += norm == 0;
        for (size_t j = 0; j < t->used && norm > 0; j++)
          v[j] /= norm;
      }
  return zero;
}

/* Shifts and factors where there are none yet.  */
static bool
ensure (double **shift, double **factor, size_t n)
{
  if (*shift != NULL)
    return true;
  *shift = cvx_calloc (n, sizeof **shift);
  *factor = cvx_alloc (n, sizeof **factor);
  for (size_t k = 0; *factor != NULL && k < n; k++)
    (*factor)[k] = 1;
  return *shift != NULL && *factor != NULL;
}

static enum cvx_status
check (const struct cvx_dataset *d, enum cvx_scale x, enum cvx_scale y,
       struct cvx_error *err)
{
  if (y == CVX_SCALE_ROWNORM)
    return cvx_fail (err, CVX_E228, "rownorm is for x only");
  if (y != CVX_SCALE_NONE && d->n_labels > 0)
    {
      cvx_fail (err, CVX_E228, "the target is a label and is not scaled");
      return cvx_hint (err, "scale x=standard");
    }
  if ((x == CVX_SCALE_CENTER || x == CVX_SCALE_STANDARD)
      && cvx_dataset_is_sparse (d))
    return cvx_fail (err, CVX_E228,
                     "a mean taken off leaves no zeros in sparse data");
  if (x != CVX_SCALE_NONE && d->x_rownorm)
    return cvx_fail (err, CVX_E228,
                     "the rows already have unit length: scale the columns "
                     "before the rows");
  return CVX_OK;
}

static struct table
view (struct cvx_dataset *d, bool x)
{
  struct table t = { .width = x ? d->n_features : d->n_outputs };
  t.used = t.width - (x && d->bias == CVX_BIAS_AUGMENTED);
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    {
      t.part[p] = x ? d->part[p].x : d->part[p].y;
      t.n[p] = d->part[p].n;
    }
  return t;
}

/* The features of R, which has nonzeros.  Taking a mean off ends that.  */
static enum cvx_status
scale_sparse (struct cvx_dataset *r, size_t used, enum cvx_scale scale,
              size_t *flat, size_t *zero, struct cvx_error *err)
{
  struct table t;
  enum cvx_status status;
  switch (scale)
    {
    case CVX_SCALE_NONE:
      return CVX_OK;
    case CVX_SCALE_ROWNORM:
      *zero = scale_sparse_rows (r, used);
      expand_again (r);
      return CVX_OK;
    case CVX_SCALE_MAX:
      status = scale_nonzeros (r, used, flat, err);
      expand_again (r);
      return status;
    default:
      for (size_t p = 0; p < CVX_N_PARTS; p++)
        {
          cvx_csr_free (r->part[p].sparse);
          r->part[p].sparse = NULL;
        }
      t = view (r, true);
      *flat = scale_columns (&t, scale, r->x_shift, r->x_factor);
      return CVX_OK;
    }
}

enum cvx_status
cvx_dataset_scale (struct cvx_dataset **out, const struct cvx_dataset *d,
                   enum cvx_scale x, enum cvx_scale y, struct cvx_text *notes,
                   struct cvx_error *err)
{
  struct cvx_dataset *r = NULL;
  struct table tx, ty;
  size_t flat = 0, zero = 0;
  enum cvx_status status = check (d, x, y, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvx_dataset_copy (&r, d, err);
  if (status != CVX_OK)
    return status;
  if ((x != CVX_SCALE_NONE && x != CVX_SCALE_ROWNORM
       && !ensure (&r->x_shift, &r->x_factor, r->n_features))
      || (y != CVX_SCALE_NONE
          && !ensure (&r->y_shift, &r->y_factor, r->n_outputs)))
    {
      cvx_dataset_free (r);
      return cvx_fail_nomem (err, "scaling");
    }
  if (x != CVX_SCALE_NONE || y != CVX_SCALE_NONE)
    {
      cvx_free (r->planted);
      r->planted = NULL;
    }
  tx = view (r, true);
  ty = view (r, false);
  if (r->part[CVX_TRAIN].sparse != NULL)
    status = scale_sparse (r, tx.used, x, &flat, &zero, err);
  else if (x == CVX_SCALE_ROWNORM)
    zero = scale_rows (&tx);
  else if (x != CVX_SCALE_NONE)
    flat = scale_columns (&tx, x, r->x_shift, r->x_factor);
  if (status != CVX_OK)
    {
      cvx_dataset_free (r);
      return status;
    }
  r->x_rownorm = r->x_rownorm || x == CVX_SCALE_ROWNORM;
  if (y != CVX_SCALE_NONE)
    scale_columns (&ty, y, r->y_shift, r->y_factor);
  if (notes != NULL && flat > 0)
    cvx_text_printf (notes, "%zu constant column%s divided by 1\n", flat,
                     flat == 1 ? "" : "s");
  if (notes != NULL && zero > 0)
    cvx_text_printf (notes, "%zu row%s of zeros left as zeros\n", zero,
                     zero == 1 ? "" : "s");
  cvx_dataset_rehash (r);
  *out = r;
  return CVX_OK;
}
