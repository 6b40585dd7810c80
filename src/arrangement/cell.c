/* cell.c -- interior point and facets of one cell; cell.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/cell.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>

#include "base/alloc.h"
#include "base/rng.h"

static double
dot (const double *a, const double *b, size_t d)
{
  double s = 0;
  for (size_t j = 0; j < d; j++)
    s += a[j] * b[j];
  return s;
}

static double
side (const uint64_t *bits, size_t i)
{
  return bits[i / 64] >> (i % 64) & 1 ? 1 : -1;
}

static const double on = 1e-9; /* this near to its hyperplane U is on a row */

enum cvx_status
cvx_cell_interior (const double *x, size_t n, size_t d, const uint64_t *bits,
                   const double *u, double *c, struct cvx_error *err)
{
  size_t n_on = 0, rows;
  double step = HUGE_VAL, *a, *v;
  enum cvx_status status = CVX_OK;
  for (size_t i = 0; i < n; i++)
    {
      const double *r = x + i * d;
      double norm = sqrt (dot (r, r, d));
      n_on += norm > 0 && fabs (dot (r, u, d)) <= on * norm;
    }
  memcpy (c, u, d * sizeof *c);
  if (n_on == 0)
    return CVX_OK;
  /* v with g_i'v = ||x_i|| for the rows that U lies on.  */
  rows = n_on > d ? n_on : d;
  a = cvx_calloc (n_on * d, sizeof *a);
  v = cvx_calloc (rows, sizeof *v);
  if (a == NULL || v == NULL)
    status = cvx_fail_nomem (err, "finding an interior point");
  else
    {
      lapack_int rank;
      double *s = cvx_alloc (d, sizeof *s);
      size_t k = 0;
      for (size_t i = 0; i < n; i++)
        {
          const double *r = x + i * d;
          double norm = sqrt (dot (r, r, d));
          if (norm > 0 && fabs (dot (r, u, d)) <= on * norm)
            {
              for (size_t j = 0; j < d; j++)
                a[k * d + j] = side (bits, i) * r[j] / norm;
              v[k++] = 1;
            }
        }
      if (s == NULL)
        status = cvx_fail_nomem (err, "finding an interior point");
      else if (LAPACKE_dgelsd (LAPACK_ROW_MAJOR, (lapack_int)n_on,
                               (lapack_int)d, 1, a, (lapack_int)d, v, 1, s,
                               1e-12, &rank)
               != 0)
        status = cvx_fail (err, CVX_E315, "no interior point was found");
      cvx_free (s);
    }
  for (size_t i = 0; status == CVX_OK && i < n; i++)
    {
      const double *r = x + i * d;
      double norm = sqrt (dot (r, r, d)), g = side (bits, i);
      double at = g * dot (r, u, d), slope = g * dot (r, v, d);
      if (norm == 0)
        continue;
      if (fabs (at) <= on * norm)
        {
          /* At the far end of the step the rows left behind must not undo
             what rounding put on the other side.  */
          if (slope <= 0.1 * norm)
            status = cvx_fail (err, CVX_E315,
                               "the pattern belongs to no cell near the "
                               "direction");
        }
      else if (slope < 0)
        step = fmin (step, at / -slope);
    }
  if (status == CVX_OK)
    {
      /* No further than U is long: a slope that is rounding ends no step.  */
      step = fmin (0.5 * step, 1 / sqrt (dot (v, v, d)));
      for (size_t j = 0; j < d; j++)
        c[j] += step * v[j];
    }
  cvx_free (a);
  cvx_free (v);
  return status;
}

/* BITS and C of the cell next to U towards V.  */
static void
towards (const double *x, size_t n, size_t d, const double *u, const double *v,
         uint64_t *bits, double *c)
{
  double step = HUGE_VAL;
  memset (bits, 0, (n + 63) / 64 * sizeof *bits);
  for (size_t i = 0; i < n; i++)
    {
      const double *r = x + i * d;
      double at = dot (r, u, d), slope = dot (r, v, d);
      bool off = fabs (at) > on * sqrt (dot (r, r, d));
      if ((off ? at : slope) >= 0)
        bits[i / 64] |= (uint64_t)1 << (i % 64);
      if (off && at * slope < 0)
        step = fmin (step, at / -slope);
    }
  step = fmin (0.5 * step, 1 / sqrt (dot (v, v, d)));
  for (size_t j = 0; j < d; j++)
    c[j] = u[j] + step * v[j];
}

enum cvx_status
cvx_cell_near (const double *x, size_t n, size_t d, const double *u,
               uint64_t *bits, double *c, struct cvx_error *err)
{
  enum
  {
    TRIES = 8
  };
  struct cvx_rng rng;
  double *v;
  enum cvx_status status;
  memset (bits, 0, (n + 63) / 64 * sizeof *bits);
  for (size_t i = 0; i < n; i++)
    if (dot (x + i * d, u, d) >= 0)
      bits[i / 64] |= (uint64_t)1 << (i % 64);
  status = cvx_cell_interior (x, n, d, bits, u, c, err);
  if (status != CVX_NUMERIC)
    return status;
  v = cvx_alloc (d, sizeof *v);
  if (v == NULL)
    return cvx_fail_nomem (err, "finding a cell");
  for (int k = 0; status == CVX_NUMERIC && k < TRIES; k++)
    {
      cvx_rng_init (&rng, (uint64_t)k, CVX_STREAM_CERTIFY);
      for (size_t j = 0; j < d; j++)
        v[j] = cvx_rng_normal (&rng);
      towards (x, n, d, u, v, bits, c);
      status = cvx_cell_interior (x, n, d, bits, u, c, err);
    }
  if (status == CVX_NUMERIC)
    {
      /* A thin cell: the direction itself leads into it.  */
      towards (x, n, d, u, v, bits, c);
      status = CVX_OK;
    }
  cvx_free (v);
  return status;
}

/* The row first met on the way from C to P; n when none.  */
static size_t
first_hit (const double *x, size_t n, size_t d, const uint64_t *bits,
           const double *c, const double *p)
{
  size_t best = n;
  double nearest = HUGE_VAL;
  for (size_t i = 0; i < n; i++)
    {
      double g = side (bits, i);
      double from = g * dot (x + i * d, c, d), to = g * dot (x + i * d, p, d);
      if (to < 0 && from > 0 && from / (from - to) < nearest)
        {
          nearest = from / (from - to);
          best = i;
        }
    }
  return best;
}

static int
by_number (const void *a, const void *b)
{
  uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
  return p < q ? -1 : p > q;
}

enum cvx_status
cvx_cell_facets (const double *x, size_t n, size_t d, const uint64_t *bits,
                 const double *c, uint32_t *row, size_t *count,
                 struct cvx_cone_work *work, struct cvx_error *err)
{
  double *p = cvx_alloc (2 * d, sizeof *p), *z = p + d;
  size_t known = 0;
  if (p == NULL)
    return cvx_fail_nomem (err, "finding facets");
  for (size_t i = 0; i < n; i++)
    {
      const double *r = x + i * d;
      double norm = sqrt (dot (r, r, d)), length;
      if (norm == 0)
        continue;
      for (size_t tries = 0; tries <= n; tries++)
        {
          struct cvx_cone cone = { x, d, bits, row, known };
          size_t hit;
          bool old = false;
          for (size_t j = 0; j < d; j++)
            z[j] = -side (bits, i) * r[j] / norm;
          length = cvx_cone_project (&cone, z, p, false, work);
          if (length <= 1e-9)
            break; /* redundant, or known */
          /* P may be the row itself when C sees it head-on: any point beyond
             it on the way serves.  */
          hit = first_hit (x, n, d, bits, c, p);
          for (size_t k = 0; k < known; k++)
            old = old || row[k] == hit;
          if (hit == n || old)
            break; /* a touching row, decided by rounding */
          row[known++] = (uint32_t)hit;
        }
    }
  qsort (row, known, sizeof *row, by_number);
  *count = known;
  cvx_free (p);
  return CVX_OK;
}
