/* softmax.c -- the cross-entropy of classes, which couples the outputs.

   For a row f of C outputs and y = e_k its class,

     l (f; y) = log sum_c exp f_c - f_k
     -dl (f)  = y - p,   p_c = exp f_c / sum exp f
     l* (nu)  = sum_c q_c log q_c,   q = y + nu in the simplex

   (Boyd and Vandenberghe, Convex Optimization, example 3.25), so that with
   nu = y - q the bound -l* (-nu) is the entropy of q.  y is in the simplex and
   with it the segment from y to any q: shrinking nu keeps it in the domain.
   Of a row of nu the entries of the other classes count, q_c = -nu_c; that of
   the class itself is their negative sum, to rounding.

   The Hessian of a row is diag (p) - p p', of norm at most 1/2 and zero along
   (1, ..., 1).

   With C = 2 the value is log (1 + exp (-(f_k - f_other))): the logistic loss
   of the difference of the outputs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/private.h"

#include <float.h>
#include <math.h>

#include "linalg/sum.h"

/* The class of a one-hot row.  */
static size_t
class_of (const double *y, size_t c)
{
  size_t best = 0;
  for (size_t k = 1; k < c; k++)
    if (y[k] > y[best])
      best = k;
  return best;
}

static size_t
largest (const double *f, size_t c)
{
  return class_of (f, c);
}

static double
value (const double *f, const double *y, size_t n, size_t c, double param)
{
  struct cvx_sum2 sum = { 0, 0 };
  (void)param;
  for (size_t i = 0; i < n; i++, f += c, y += c)
    {
      size_t top = largest (f, c);
      double others = 0;
      for (size_t k = 0; k < c; k++)
        if (k != top)
          others += exp (f[k] - f[top]);
      cvx_sum2_add (&sum, log1p (others));
      cvx_sum2_add (&sum, f[top] - f[class_of (y, c)]);
    }
  return cvx_sum2_value (&sum);
}

/* P = the probabilities of the outputs F; P = F allowed.  */
static void
probabilities (const double *f, size_t c, double *p)
{
  double top = f[largest (f, c)], total = 0;
  for (size_t k = 0; k < c; k++)
    {
      p[k] = exp (f[k] - top);
      total += p[k];
    }
  for (size_t k = 0; k < c; k++)
    p[k] /= total;
}

/* nu = y - q from Q in the place of NU.  */
static void
from_simplex (size_t class, size_t c, double *nu)
{
  double others = 0;
  for (size_t k = 0; k < c; k++)
    if (k != class)
      {
        others += nu[k];
        nu[k] = nu[k] > 0 ? -nu[k] : 0;
      }
  nu[class] = others;
}

static void
dual (const double *f, const double *y, size_t n, size_t c, double param,
      double *nu)
{
  (void)param;
  for (size_t i = 0; i < n; i++, f += c, y += c, nu += c)
    {
      probabilities (f, c, nu);
      from_simplex (class_of (y, c), c, nu);
    }
}

/* The sum of q over the other classes, which is 1 - q of the class itself;
   -1 when NU is outside the domain.  */
static double
mass_of_others (const double *nu, size_t class, size_t c)
{
  double slack = 4 * DBL_EPSILON * (double)c, others = 0;
  for (size_t k = 0; k < c; k++)
    if (k != class)
      {
        if (!(nu[k] <= 0))
          return -1;
        others -= nu[k];
      }
  if (!(others <= 1 + slack)
      || !(fabs (nu[class] - others) <= slack * fmax (others, DBL_MIN)))
    return -1;
  return fmin (others, 1);
}

static double
bound (const double *nu, const double *y, size_t n, size_t c, double param)
{
  struct cvx_sum2 sum = { 0, 0 };
  (void)param;
  for (size_t i = 0; i < n; i++, nu += c, y += c)
    {
      size_t class = class_of (y, c);
      double others = mass_of_others (nu, class, c);
      if (others < 0)
        return -HUGE_VAL;
      for (size_t k = 0; k < c; k++)
        if (k != class && nu[k] < 0)
          cvx_sum2_add (&sum, nu[k] * log (-nu[k]));
      if (others < 1)
        cvx_sum2_add (&sum, -(1 - others) * log1p (-others));
    }
  return cvx_sum2_value (&sum);
}

/* q = y - nu with its negative entries left out, scaled to the simplex.  */
static void
clip (double *nu, const double *y, size_t n, size_t c, double param)
{
  (void)param;
  for (size_t i = 0; i < n; i++, nu += c, y += c)
    {
      size_t class = class_of (y, c);
      double total = 0, others = mass_of_others (nu, class, c);
      if (others >= 0)
        continue;
      for (size_t k = 0; k < c; k++)
        {
          nu[k] = fmin (fmax (y[k] - nu[k], 0), 1e300);
          total += nu[k];
        }
      for (size_t k = 0; k < c; k++)
        nu[k] = total > 0 ? nu[k] / total : 1 / (double)c;
      from_simplex (class, c, nu);
    }
}

/* u = t p with u + log u = L, the Lambert function of e^L.  Newton's method
   on log u for small u and on u for others: from the side where it converges
   without a search.  */
static double
lambert (double l)
{
  double x;
  if (l <= 1)
    {
      x = l; /* x + e^x is convex and too large here */
      for (int k = 0; k < 50; k++)
        {
          double e = exp (x), step = (x + e - l) / (1 + e);
          x -= step;
          if (fabs (step) <= DBL_EPSILON * fabs (x))
            break;
        }
      return exp (x);
    }
  x = l - log (l); /* u + log u is concave and too small here */
  for (int k = 0; k < 50; k++)
    {
      double step = (l - x - log (x)) * x / (1 + x);
      x += step;
      if (fabs (step) <= DBL_EPSILON * x)
        break;
    }
  return x;
}

/* f = w - t p with w = z + t y and p in the simplex: log p_c + t p_c = w_c - a
   for the a that makes sum p = 1.  The sum is convex and falls with a, so that
   Newton's method from an a that is too small rises to it.  */
static void
prox (double t, const double *z, const double *y, size_t n, size_t c,
      double param, double *f)
{
  (void)param;
  for (size_t i = 0; i < n; i++, z += c, y += c, f += c)
    {
      size_t class = class_of (y, c);
      double a = -HUGE_VAL;
      for (size_t k = 0; k < c; k++)
        {
          f[k] = z[k] + (k == class ? t : 0);
          a = fmax (a, f[k] - t); /* p_k = 1 */
        }
      for (int it = 0; it < 200; it++)
        {
          double sum = -1, slope = 0, step;
          for (size_t k = 0; k < c; k++)
            {
              double p = lambert (f[k] - a + log (t)) / t;
              sum += p;
              slope += p / (1 + t * p);
            }
          step = sum / slope;
          a += step;
          if (!(fabs (step) > 2 * DBL_EPSILON * fmax (fabs (a), 1)))
            break;
        }
      for (size_t k = 0; k < c; k++)
        f[k] -= lambert (f[k] - a + log (t));
    }
}

static void
curvature (const double *f, const double *y, size_t n, size_t c, double param,
           double *h)
{
  (void)y;
  (void)param;
  for (size_t i = 0; i < n; i++)
    probabilities (f + i * c, c, h + i * c);
}

const struct cvx_loss cvxi_loss_softmax = {
  .name = "softmax",
  .summary = "for one-hot classes, with probabilities; couples the outputs",
  .formula = "sum_k (log sum_c exp f_kc - y_k'f_k)",
  .tex = "\\sum_k ( \\log \\sum_c e^{f_{kc}} - y_k^\\top f_k )",
  .smooth = true,
  .lipschitz = 0.5,
  .labels = true,
  .coupled = true,
  .value = value,
  .dual = dual,
  .bound = bound,
  .clip = clip,
  .prox = prox,
  .curvature = curvature,
};
