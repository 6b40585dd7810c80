/* qr.c -- Q R of a set of vectors that come and go.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/qr.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

bool
cvxi_qr_init (struct cvxi_qr *s, size_t d, size_t k_max)
{
  size_t nq, nr;
  bool fits = cvx_mul (d, k_max, &nq) && cvx_mul (k_max, k_max, &nr);
  *s = (struct cvxi_qr){ .d = d, .k_max = k_max };
  if (!fits)
    return false;
  s->q = cvx_alloc (nq, sizeof *s->q);
  s->r = cvx_alloc (nr, sizeof *s->r);
  s->c = cvx_calloc (k_max, sizeof *s->c);
  s->p = cvx_calloc (d, sizeof *s->p);
  return s->q != NULL && s->r != NULL && s->c != NULL && s->p != NULL;
}

void
cvxi_qr_clear (struct cvxi_qr *s)
{
  cvx_free (s->q);
  cvx_free (s->r);
  cvx_free (s->c);
  cvx_free (s->p);
}

void
cvxi_qr_orthogonalise (const struct cvxi_qr *s, double *v, double *h)
{
  for (size_t j = 0; j < s->k; j++)
    {
      const double *q = s->q + j * s->d;
      double t = cvxi_dot (s->d, q, v);
      cvxi_add (s->d, -t, q, v);
      if (h != NULL)
        h[j] += t;
    }
}

bool
cvxi_qr_append (struct cvxi_qr *s, const double *g, double sign, double tol,
                bool entering)
{
  size_t d = s->d, k = s->k;
  double *q = s->q + k * d, *h = s->r + k * s->k_max, norm, length, part;
  for (size_t i = 0; i < d; i++)
    q[i] = sign * g[i];
  norm = sqrt (cvxi_dot (d, q, q));
  for (size_t j = 0; j < k; j++)
    h[j] = 0;
  cvxi_qr_orthogonalise (s, q, h);
  length = sqrt (cvxi_dot (d, q, q));
  if (length < 0.7 * norm)
    {
      cvxi_qr_orthogonalise (s, q, h);
      length = sqrt (cvxi_dot (d, q, q));
    }
  if (!(length > tol * norm))
    return false;
  for (size_t i = 0; i < d; i++)
    q[i] /= length;
  if (length < 1e-8 * norm) /* what is left was mostly rounding */
    cvxi_qr_orthogonalise (s, q, NULL);
  part = cvxi_dot (d, q, s->p);
  if (entering && !(part < 0))
    return false;
  h[k] = length;
  s->c[k] = part;
  cvxi_add (d, -part, q, s->p);
  s->k++;
  return true;
}

/* (X, Y) = (cs X + sn Y, cs Y - sn X), N pairs.  */
static void
rotate (size_t n, double *x, double *y, double cs, double sn)
{
  for (size_t i = 0; i < n; i++)
    {
      double t = cs * x[i] + sn * y[i];
      y[i] = cs * y[i] - sn * x[i];
      x[i] = t;
    }
}

void
cvxi_qr_drop (struct cvxi_qr *s, size_t j)
{
  size_t d = s->d, ld = s->k_max, last = s->k - 1;
  for (size_t i = j; i < last; i++)
    {
      double *r = s->r + i * ld, length, cs, sn;
      memcpy (r, r + ld, (i + 2) * sizeof *r);
      length = sqrt (r[i] * r[i] + r[i + 1] * r[i + 1]);
      cs = r[i] / length;
      sn = r[i + 1] / length;
      r[i] = length;
      for (size_t m = i + 2; m <= last; m++)
        rotate (1, s->r + m * ld + i, s->r + m * ld + i + 1, cs, sn);
      rotate (d, s->q + i * d, s->q + (i + 1) * d, cs, sn);
      rotate (1, s->c + i, s->c + i + 1, cs, sn);
    }
  cvxi_add (d, s->c[last], s->q + last * d, s->p);
  s->k = last;
}

void
cvxi_qr_solve (const struct cvxi_qr *s, double *b)
{
  for (size_t j = s->k; j-- > 0;)
    {
      const double *r = s->r + j * s->k_max;
      double t = b[j] /= r[j];
      for (size_t i = 0; i < j; i++)
        b[i] -= t * r[i];
    }
}
