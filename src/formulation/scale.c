/* scale.c -- the best multiple of a dual point.

   h (s) = -l*(-s nu) is concave with h (0) = 0 or more; s is limited by
   s * dual_norm <= beta and by the domain of l*.  Squared loss: s = max (0, min (y'nu / ||nu||^2, beta / dual_norm)).  Other losses:
   the end of the interval where h still rises there, else golden section.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/sum.h"
#include "formulation/loss.h"

struct ray
{
  const struct cvx_loss *loss;
  const double *nu, *y;
  size_t n, c;
  double param;
  double price; /* h (s) = -l*(-s nu) - s^2 price / 2 */
};

/* h (s), in pieces that fit on the stack.  */
static double
value (const struct ray *r, double s)
{
  enum
  {
    PIECE = 1024
  };
  double scaled[PIECE];
  struct cvx_sum2 sum = { 0, 0 };
  size_t total = r->n * r->c;
  size_t step = r->c < PIECE ? PIECE / r->c * r->c : PIECE;
  for (size_t first = 0; first < total; first += step)
    {
      size_t count = total - first < step ? total - first : step;
      for (size_t i = 0; i < count; i++)
        scaled[i] = s * r->nu[first + i];
      cvx_sum2_add (&sum, r->loss->bound (scaled, r->y + first, count / r->c,
                                          r->c, r->param));
    }
  cvx_sum2_add_product (&sum, -0.5 * s * s, r->price);
  return cvx_sum2_value (&sum);
}

/* The largest s in [LOW, HIGH] with h (s) finite; h (LOW) is.  */
static double
domain_end (const struct ray *r, double low, double high)
{
  while (high > low * (1 + 2 * DBL_EPSILON))
    {
      double middle
          = high > 4 * low ? sqrt (low) * sqrt (high) : 0.5 * (low + high);
      if (isfinite (value (r, middle)))
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* The maximiser of h on [0, END].  */
static double
maximiser (const struct ray *r, double end, double *best)
{
  const double golden = 0.5 * (sqrt (5) - 1);
  double a = 0, b = end, s1, s2, h1, h2, h_end = value (r, end);
  *best = h_end;
  if (value (r, end * (1 - 1e-4)) <= h_end)
    return end;
  s1 = b - golden * (b - a);
  s2 = a + golden * (b - a);
  h1 = value (r, s1);
  h2 = value (r, s2);
  while (b - a > 1e-9 * b && b > 1e-12 * end)
    if (h1 >= h2)
      {
        b = s2;
        s2 = s1;
        h2 = h1;
        s1 = b - golden * (b - a);
        h1 = value (r, s1);
      }
    else
      {
        a = s1;
        s1 = s2;
        h1 = h2;
        s2 = a + golden * (b - a);
        h2 = value (r, s2);
      }
  if (h2 > h1)
    {
      h1 = h2;
      s1 = s2;
    }
  if (value (r, 0) >= h1)
    {
      h1 = value (r, 0);
      s1 = 0;
    }
  *best = h1;
  return s1;
}

/* beta / dual_norm, rounded so that s * dual_norm <= beta.  */
static double
feasible_end (double dual_norm, double beta)
{
  double s = dual_norm > 0 ? beta / dual_norm : HUGE_VAL;
  while (isfinite (s) && s * dual_norm > beta)
    s = nextafter (s, 0);
  return s < 1e300 ? s : 1e300;
}

double
cvx_loss_scale (const struct cvx_loss *loss, const double *nu, const double *y,
                size_t n, size_t c, double param, double dual_norm,
                double beta, double *bound)
{
  struct ray r = { loss, nu, y, n, c, param, 0 };
  struct cvx_sum2 ny = { 0, 0 }, nn = { 0, 0 };
  double end = feasible_end (dual_norm, beta), s, best;
  for (size_t i = 0; i < n * c; i++)
    {
      cvx_sum2_add (&ny, nu[i] * y[i]);
      cvx_sum2_add (&nn, nu[i] * nu[i]);
    }
  if (!(cvx_sum2_value (&nn) > 0))
    {
      *bound = loss->bound (nu, y, n, c, param);
      return fmin (end, 1);
    }
  if (strcmp (loss->name, "squared") == 0)
    {
      double a = cvx_sum2_value (&ny), b = cvx_sum2_value (&nn);
      s = fmax (fmin (a / b, end), 0);
      *bound = s * (a - 0.5 * s * b);
      return s;
    }
  if (!isfinite (value (&r, end)))
    end = domain_end (&r, fmin (end, 1), end);
  s = maximiser (&r, end, &best);
  *bound = best;
  return s;
}

double
cvx_loss_scale_ridge (const struct cvx_loss *loss, const double *nu,
                      const double *y, size_t n, size_t c, double param,
                      double price, double *bound)
{
  struct ray r = { loss, nu, y, n, c, param, price };
  double end = 1, best, s;
  if (strcmp (loss->name, "squared") == 0)
    {
      double a = cvx_dot2 (n * c, nu, y), b = cvx_dot2 (n * c, nu, nu) + price;
      s = b > 0 ? fmax (a / b, 0) : 0;
      *bound = s * (a - 0.5 * s * b);
      return s;
    }
  /* h is concave: past the first power of 2 where it falls lies no better
     one.  */
  while (end < 1e18 && value (&r, 2 * end) > value (&r, end))
    end *= 2;
  end *= 2;
  if (!isfinite (value (&r, end)))
    end = domain_end (&r, fmin (end, 1), end);
  s = maximiser (&r, end, &best);
  *bound = best;
  return s;
}
