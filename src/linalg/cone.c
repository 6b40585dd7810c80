/* cone.c -- projection onto the cone of a pattern by Lawson and Hanson.

   min_{a >= 0} ||z + G'a||, C. L. Lawson and R. J. Hanson, Solving Least
   Squares Problems (1974), algorithm NNLS (23.10).  With S the rows whose
   multipliers may be positive, G_S' = Q R, c = Q'z:

     p = z - Q c,   a_S = -R^{-1} c.

   A row that p violates enters S; when that makes multipliers negative, a
   moves towards a_S until the first is zero and that row leaves (Givens
   rotations restore R).  Q is built by Gram and Schmidt done twice, so that
   active rows stay orthogonal to p to rounding even when they are almost
   dependent.  ||p|| falls with every exchange, hence no set comes twice; a
   row whose entry does not lower ||p|| (rounding) is passed over until
   another does.  The multiplier of the entering row, -q'p / r with
   q'p = g'p / r < 0, is positive by construction.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/cone.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"

enum
{
  BLAS_FROM = 32 /* dimension from which a BLAS call pays */
};

/* States of a row in `mark'.  */
enum
{
  OUTSIDE,
  ACTIVE,
  PASSED_OVER
};

/* The private memory of a work: k active rows in dimension d, columns of Q
   and R one after the other with leading dimension d.  */
struct scratch
{
  double *q, *r;        /* d x k_max each */
  double *c, *a, *goal; /* k_max: Q'z, multipliers, their target */
  double *z, *p, *v;    /* d */
  uint32_t *pos;        /* k_max: place in the list of each active row */
  unsigned char *mark;  /* n_rows */
  double *norm2;        /* n_rows: ||g||^2, negative: not yet computed */
  double *price;        /* n_rows: X p */
  size_t d, k, k_max;
};

enum cvx_status
cvx_cone_work_new (struct cvx_cone_work **out, size_t d, size_t n_rows,
                   struct cvx_error *err)
{
  struct cvx_cone_work *w = cvx_calloc (1, sizeof *w);
  struct scratch *s = cvx_calloc (1, sizeof *s);
  size_t k_max = d < n_rows ? d : n_rows, square;
  bool fits = cvx_mul (d, k_max, &square);
  *out = NULL;
  if (w == NULL || s == NULL || !fits)
    {
      cvx_free (w);
      cvx_free (s);
      return cvx_fail_nomem (err, "preparing projections onto cones");
    }
  w->d = s->d = d;
  w->n_rows = n_rows;
  w->memory = s;
  s->k_max = k_max;
  w->active = cvx_alloc (k_max, sizeof *w->active);
  w->mult = cvx_alloc (k_max, sizeof *w->mult);
  s->q = cvx_alloc (square, sizeof *s->q);
  s->r = cvx_alloc (square, sizeof *s->r);
  s->c = cvx_alloc (k_max, sizeof *s->c);
  s->a = cvx_alloc (k_max, sizeof *s->a);
  s->goal = cvx_alloc (k_max, sizeof *s->goal);
  s->z = cvx_alloc (d, sizeof *s->z);
  s->p = cvx_alloc (d, sizeof *s->p);
  s->v = cvx_alloc (d, sizeof *s->v);
  s->pos = cvx_alloc (k_max, sizeof *s->pos);
  s->mark = cvx_alloc (n_rows, sizeof *s->mark);
  s->norm2 = cvx_alloc (n_rows, sizeof *s->norm2);
  s->price = cvx_alloc (n_rows, sizeof *s->price);
  if (w->active == NULL || w->mult == NULL || s->q == NULL || s->r == NULL
      || s->c == NULL || s->a == NULL || s->goal == NULL || s->z == NULL
      || s->p == NULL || s->v == NULL || s->pos == NULL || s->mark == NULL
      || s->norm2 == NULL || s->price == NULL)
    {
      cvx_cone_work_free (w);
      return cvx_fail_nomem (err, "preparing projections onto cones");
    }
  *out = w;
  return CVX_OK;
}

void
cvx_cone_work_free (struct cvx_cone_work *w)
{
  struct scratch *s;
  if (w == NULL)
    return;
  s = w->memory;
  cvx_free (s->q);
  cvx_free (s->r);
  cvx_free (s->c);
  cvx_free (s->a);
  cvx_free (s->goal);
  cvx_free (s->z);
  cvx_free (s->p);
  cvx_free (s->v);
  cvx_free (s->pos);
  cvx_free (s->mark);
  cvx_free (s->norm2);
  cvx_free (s->price);
  cvx_free (s);
  cvx_free (w->active);
  cvx_free (w->mult);
  cvx_free (w);
}

static inline double
dot (size_t d, const double *x, const double *y)
{
  double t0 = 0, t1 = 0;
  size_t i;
  if (d >= BLAS_FROM)
    return cblas_ddot ((blasint)d, x, 1, y, 1);
  for (i = 0; i + 1 < d; i += 2)
    {
      t0 += x[i] * y[i];
      t1 += x[i + 1] * y[i + 1];
    }
  if (i < d)
    t0 += x[i] * y[i];
  return t0 + t1;
}

/* Y += ALPHA X.  */
static inline void
add (size_t d, double alpha, const double *x, double *y)
{
  if (d >= BLAS_FROM)
    cblas_daxpy ((blasint)d, alpha, x, 1, y, 1);
  else
    for (size_t i = 0; i < d; i++)
      y[i] += alpha * x[i];
}

static inline size_t
row_number (const struct cvx_cone *k, size_t pos)
{
  return k->row == NULL ? pos : k->row[pos];
}

static inline double
sign_of (const struct cvx_cone *k, size_t row)
{
  return (k->bits[row / 64] >> (row % 64) & 1) != 0 ? 1 : -1;
}

/* V -= Q Q'V; the coefficients are added to H when it is not NULL.  */
static void
orthogonalise (const struct scratch *s, double *v, double *h)
{
  for (size_t j = 0; j < s->k; j++)
    {
      const double *q = s->q + j * s->d;
      double t = dot (s->d, q, v);
      add (s->d, -t, q, v);
      if (h != NULL)
        h[j] += t;
    }
}

/* Append the row at POS to Q R and take its part out of p.  Returns false,
   with nothing changed, when the row depends on the active ones or, where
   ENTERING, when p does not violate it after all.  */
static bool
append (const struct cvx_cone *cone, struct scratch *s, size_t pos,
        bool entering)
{
  size_t d = s->d, row = row_number (cone, pos);
  const double *x = cone->x + row * d;
  double sign = sign_of (cone, row), *q = s->q + s->k * d;
  double *h = s->r + s->k * d, length, part, g;
  if (s->k >= s->k_max)
    return false;
  for (size_t i = 0; i < d; i++)
    q[i] = sign * x[i];
  g = sqrt (dot (d, q, q));
  for (size_t j = 0; j < s->k; j++)
    h[j] = 0;
  orthogonalise (s, q, h);
  orthogonalise (s, q, h);
  length = sqrt (dot (d, q, q));
  if (!(length > 4 * DBL_EPSILON * g))
    return false;
  for (size_t i = 0; i < d; i++)
    q[i] /= length;
  if (length < 1e-8 * g)
    orthogonalise (s, q, NULL);
  part = dot (d, q, s->p);
  if (entering && !(part < 0))
    return false;
  h[s->k] = length;
  s->c[s->k] = part;
  add (d, -part, q, s->p);
  s->pos[s->k] = (uint32_t)pos;
  s->mark[pos] = ACTIVE;
  s->k++;
  return true;
}

/* Take active row J out of Q R and give its part back to p.  */
static void
drop (struct scratch *s, size_t j)
{
  size_t d = s->d, last = s->k - 1;
  s->mark[s->pos[j]] = OUTSIDE;
  for (size_t i = j; i < last; i++)
    {
      double *ri = s->r + i * d, *qi = s->q + i * d, *qn = qi + d;
      double length, cs, sn, t;
      memcpy (ri, ri + d, (i + 2) * sizeof *ri);
      s->pos[i] = s->pos[i + 1];
      s->a[i] = s->a[i + 1];
      length = hypot (ri[i], ri[i + 1]);
      cs = ri[i] / length;
      sn = ri[i + 1] / length;
      ri[i] = length;
      for (size_t m = i + 2; m <= last; m++)
        {
          double *rm = s->r + m * d;
          t = cs * rm[i] + sn * rm[i + 1];
          rm[i + 1] = cs * rm[i + 1] - sn * rm[i];
          rm[i] = t;
        }
      for (size_t m = 0; m < d; m++)
        {
          t = cs * qi[m] + sn * qn[m];
          qn[m] = cs * qn[m] - sn * qi[m];
          qi[m] = t;
        }
      t = cs * s->c[i] + sn * s->c[i + 1];
      s->c[i + 1] = cs * s->c[i + 1] - sn * s->c[i];
      s->c[i] = t;
    }
  add (d, s->c[last], s->q + last * d, s->p);
  s->k = last;
}

/* goal = -R^{-1} c.  */
static void
solve (struct scratch *s)
{
  for (size_t i = s->k; i-- > 0;)
    s->goal[i] = -s->c[i];
  for (size_t j = s->k; j-- > 0;)
    {
      const double *r = s->r + j * s->d;
      double t = s->goal[j] /= r[j];
      for (size_t i = 0; i < j; i++)
        s->goal[i] -= t * r[i];
    }
}

/* Move the multipliers to those of the active rows, rows whose multiplier
   reaches zero on the way leaving.  Returns the number that left.  */
static size_t
settle (struct scratch *s)
{
  size_t left = 0;
  for (;;)
    {
      double step = 1;
      size_t blocking = s->k;
      solve (s);
      for (size_t i = 0; i < s->k; i++)
        if (!(s->goal[i] > 0))
          {
            double t = s->a[i] / (s->a[i] - s->goal[i]);
            if (!(t >= 0))
              t = 0;
            if (blocking == s->k || t < step)
              {
                step = t;
                blocking = i;
              }
          }
      if (blocking == s->k)
        break;
      for (size_t i = 0; i < s->k; i++)
        s->a[i] = fmax (s->a[i] + step * (s->goal[i] - s->a[i]), 0);
      s->a[blocking] = 0;
      for (size_t i = s->k; i-- > 0;)
        if (!(s->a[i] > 0))
          {
            drop (s, i);
            left++;
          }
    }
  memcpy (s->a, s->goal, s->k * sizeof *s->a);
  return left;
}

/* The row outside that p violates most, relative to its length and by more
   than TOL; k->n when there is none.  */
static size_t
price (const struct cvx_cone *k, struct scratch *s, double tol)
{
  size_t d = s->d, best = k->n;
  double best_t2 = tol * tol, best_n2 = 1;
  bool all = k->row == NULL && d >= BLAS_FROM && k->n > 0;
  if (all)
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)k->n, (blasint)d, 1,
                 k->x, (blasint)d, s->p, 1, 0, s->price, 1);
  for (size_t pos = 0; pos < k->n; pos++)
    {
      size_t row = row_number (k, pos);
      const double *x = k->x + row * d;
      double t;
      if (s->mark[pos] != OUTSIDE)
        continue;
      t = sign_of (k, row) * (all ? s->price[pos] : dot (d, x, s->p));
      if (t < 0)
        {
          double n2 = s->norm2[pos];
          if (n2 < 0)
            n2 = s->norm2[pos] = dot (d, x, x);
          if (t * t * best_n2 > best_t2 * n2)
            {
              best = pos;
              best_t2 = t * t;
              best_n2 = n2;
            }
        }
    }
  return best;
}

/* Start from the active rows and multipliers of the last call, as far as they
   are rows of K.  */
static void
warm_start (const struct cvx_cone *k, struct scratch *s,
            const struct cvx_cone_work *w)
{
  for (size_t j = 0; j < w->n_active; j++)
    {
      size_t pos = w->active[j];
      if (k->row != NULL)
        for (pos = 0; pos < k->n && k->row[pos] != w->active[j];)
          pos++;
      if (pos < k->n && s->mark[pos] == OUTSIDE && w->mult[j] > 0
          && append (k, s, pos, false))
        s->a[s->k - 1] = w->mult[j];
    }
  settle (s);
}

/* p and c from z once more, against what the exchanges left behind.  */
static void
refine (struct scratch *s)
{
  memcpy (s->p, s->z, s->d * sizeof *s->p);
  for (size_t j = 0; j < s->k; j++)
    s->c[j] = 0;
  if (s->k == s->d)
    {
      orthogonalise (s, s->p, s->c);
      memset (s->p, 0, s->d * sizeof *s->p);
    }
  else
    {
      orthogonalise (s, s->p, s->c);
      orthogonalise (s, s->p, s->c);
    }
  solve (s);
}

double
cvx_cone_project (const struct cvx_cone *k, const double *z, double *p,
                  bool keep, struct cvx_cone_work *w)
{
  struct scratch *s = w->memory;
  size_t d = k->d, limit = 3 * d + k->n + 10, best;
  double largest = 0, scale, norm, tol, old;
  int exponent;
  assert (d == w->d && k->n <= w->n_rows);
  for (size_t i = 0; i < d; i++)
    if (!(fabs (z[i]) <= largest))
      largest = fabs (z[i]);
  s->k = 0;
  if (largest == 0 || !isfinite (largest))
    {
      /* Nothing to project; nan stays nan.  */
      memmove (p, z, d * sizeof *p);
      w->n_active = 0;
      return largest;
    }
  frexp (largest, &exponent);
  scale = ldexp (1, -exponent);
  for (size_t i = 0; i < d; i++)
    s->p[i] = s->z[i] = z[i] * scale;
  memset (s->mark, OUTSIDE, k->n);
  for (size_t i = 0; i < k->n; i++)
    s->norm2[i] = -1;
  norm = sqrt (dot (d, s->z, s->z));
  tol = (8 + sqrt ((double)d)) * DBL_EPSILON * norm;
  if (keep)
    {
      for (size_t j = 0; j < w->n_active; j++)
        w->mult[j] *= scale;
      warm_start (k, s, w);
    }
  old = dot (d, s->p, s->p);
  while (limit > 0 && s->k < d && (best = price (k, s, tol)) < k->n)
    {
      double now;
      limit--;
      if (!append (k, s, best, true))
        {
          s->mark[best] = PASSED_OVER;
          continue;
        }
      s->a[s->k - 1] = 0;
      {
        size_t left = settle (s);
        limit -= left < limit ? left : limit;
      }
      now = dot (d, s->p, s->p);
      if (now < old)
        {
          for (size_t i = 0; i < k->n; i++)
            if (s->mark[i] == PASSED_OVER)
              s->mark[i] = OUTSIDE;
        }
      else if (s->mark[best] == OUTSIDE)
        s->mark[best] = PASSED_OVER;
      old = now;
    }
  refine (s);
  norm *= 4 * DBL_EPSILON;
  old = sqrt (dot (d, s->p, s->p));
  if (old <= norm) /* nothing but rounding is left */
    old = 0;
  for (size_t i = 0; i < d; i++)
    p[i] = old == 0 ? 0 : s->p[i] / scale;
  w->n_active = 0;
  for (size_t j = 0; j < s->k; j++)
    if (s->goal[j] > 0)
      {
        w->active[w->n_active] = (uint32_t)row_number (k, s->pos[j]);
        w->mult[w->n_active++] = s->goal[j] / scale;
      }
  return old / scale;
}

double
cvx_cone_bound (const struct cvx_cone *k, const double *z,
                const struct cvx_cone_work *w)
{
  struct scratch *s = w->memory;
  double size, terms = (double)w->n_active + 2;
  memcpy (s->v, z, k->d * sizeof *s->v);
  size = sqrt (dot (k->d, z, z));
  for (size_t j = 0; j < w->n_active; j++)
    {
      size_t row = w->active[j];
      const double *x = k->x + row * k->d;
      double a = fmax (w->mult[j], 0);
      add (k->d, sign_of (k, row) * a, x, s->v);
      size += a * sqrt (dot (k->d, x, x));
    }
  /* Rounding of the sum, relative to its terms, and of the norm.  */
  return (sqrt (dot (k->d, s->v, s->v)) + terms * DBL_EPSILON * size)
         * (1 + 4 * ((double)k->d + terms) * DBL_EPSILON);
}
