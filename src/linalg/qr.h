/* qr.h -- Q R of a set of vectors that come and go (internal).

   Vectors g_1 .. g_k in R^d, [g_1, ..., g_k] = Q R with Q'Q = I, R upper
   triangular; with it the coefficients c = Q'z and the rest p = z - Q c of one
   right side z.  Gram and Schmidt on entry, twice where the first pass took
   away more than half (Daniel, Gragg, Kaufman and Stewart 1976: twice is
   enough), Givens rotations on exit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_QR_H
#define CVX_LINALG_QR_H

#include <stdbool.h>
#include <stddef.h>

#include <cblas.h>

enum
{
  CVXI_BLAS_FROM = 32 /* dimension from which a call of BLAS pays */
};

struct cvxi_qr
{
  size_t d, k, k_max;
  double *q; /* d x k_max, one column after the other */
  double *r; /* k_max x k_max, the same */
  double *c; /* k_max */
  double *p; /* d */
};

/* False without memory; clear it then too.  */
bool cvxi_qr_init (struct cvxi_qr *s, size_t d, size_t k_max);
void cvxi_qr_clear (struct cvxi_qr *s);

/* Append SIGN G and take its part out of p; k < k_max.  Returns false, with
   nothing changed, when what is new in it is at most TOL ||G||, or with
   ENTERING when its product with p is not negative.  */
bool cvxi_qr_append (struct cvxi_qr *s, const double *g, double sign,
                     double tol, bool entering);

/* Take out vector J and give its part back to p.  */
void cvxi_qr_drop (struct cvxi_qr *s, size_t j);

/* V -= Q Q'V; the coefficients are added to H unless it is NULL.  */
void cvxi_qr_orthogonalise (const struct cvxi_qr *s, double *v, double *h);

/* B = R^{-1} B, k numbers.  */
void cvxi_qr_solve (const struct cvxi_qr *s, double *b);

/* Two numbers of one register, at any address (gcc and clang).  */
typedef double cvxi_pair
    __attribute__ ((vector_size (16), aligned (8), may_alias));

static inline double
cvxi_dot (size_t d, const double *x, const double *y)
{
  cvxi_pair s = { 0, 0 }, t = { 0, 0 };
  size_t i = 0;
  if (d >= CVXI_BLAS_FROM)
    return cblas_ddot ((blasint)d, x, 1, y, 1);
  for (; i + 4 <= d; i += 4)
    {
      s += *(const cvxi_pair *)(x + i) * *(const cvxi_pair *)(y + i);
      t += *(const cvxi_pair *)(x + i + 2) * *(const cvxi_pair *)(y + i + 2);
    }
  if (i + 2 <= d)
    {
      s += *(const cvxi_pair *)(x + i) * *(const cvxi_pair *)(y + i);
      i += 2;
    }
  if (i < d)
    t[0] += x[i] * y[i];
  s += t;
  return s[0] + s[1];
}

/* Y += ALPHA X.  */
static inline void
cvxi_add (size_t d, double alpha, const double *x, double *y)
{
  size_t i = 0;
  if (d >= CVXI_BLAS_FROM)
    {
      cblas_daxpy ((blasint)d, alpha, x, 1, y, 1);
      return;
    }
  for (; i + 2 <= d; i += 2)
    *(cvxi_pair *)(y + i) += alpha * *(const cvxi_pair *)(x + i);
  if (i < d)
    y[i] += alpha * x[i];
}

#endif
