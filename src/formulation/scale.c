/* scale.c -- the best multiple of a dual point.

   h (s) = -l*(-s nu) is concave with h (0) = 0 or more; s is limited by
   s * dual_norm <= beta and by the domain of l*.  Squared loss:
   s = max (0, min (y'nu / ||nu||^2, beta / dual_norm)).  Other losses:
   the end of the interval where h still rises there, else golden section.
   Where l is a sum over the outputs so is h, and the constraint is one for
   each output: every one has its own s.

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
  size_t n, c;   /* rows, and numbers of each */
  size_t stride; /* from a row to the next */
  double param;
  double price; /* h (s) = -l*(-s nu) - s^2 price / 2 */
};

/* h (s), in pieces that fit on the stack.  */
static double
value (const struct ray *r, double s)
{
  enum
  {
    PIECE = CVX_LOSS_MAX_OUTPUTS
  };
  double scaled[PIECE], y[PIECE];
  struct cvx_sum2 sum = { 0, 0 };
  size_t step = PIECE / r->c;
  for (size_t first = 0; first < r->n; first += step)
    {
      size_t count = r->n - first < step ? r->n - first : step;
      for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < r->c; k++)
          {
            size_t at = (first + i) * r->stride + k;
            scaled[i * r->c + k] = s * r->nu[at];
            y[i * r->c + k] = r->y[at];
          }
      cvx_sum2_add (&sum, r->loss->bound (scaled, y, count, r->c, r->param));
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

/* The best s of R within the constraint.  */
static double
best_scale (const struct ray *r, double dual_norm, double beta, double *bound)
{
  struct cvx_sum2 ny = { 0, 0 }, nn = { 0, 0 };
  double end = feasible_end (dual_norm, beta), s, best;
  for (size_t i = 0; i < r->n; i++)
    for (size_t k = 0; k < r->c; k++)
      {
        double nu = r->nu[i * r->stride + k];
        cvx_sum2_add (&ny, nu * r->y[i * r->stride + k]);
        cvx_sum2_add (&nn, nu * nu);
      }
  if (!(cvx_sum2_value (&nn) > 0))
    {
      *bound = value (r, 1);
      return fmin (end, 1);
    }
  if (strcmp (r->loss->name, "squared") == 0)
    {
      double a = cvx_sum2_value (&ny), b = cvx_sum2_value (&nn);
      s = fmax (fmin (a / b, end), 0);
      *bound = s * (a - 0.5 * s * b);
      return s;
    }
  if (!isfinite (value (r, end)))
    end = domain_end (r, fmin (end, 1), end);
  s = maximiser (r, end, &best);
  *bound = best;
  return s;
}

double
cvx_loss_scale (const struct cvx_loss *loss, const double *nu, const double *y,
                size_t n, size_t c, double param, double dual_norm,
                double beta, double *bound)
{
  struct ray r = { loss, nu, y, n, c, c, param, 0 };
  return best_scale (&r, dual_norm, beta, bound);
}

double
cvx_loss_scale_outputs (const struct cvx_loss *loss, const double *nu,
                        const double *y, size_t n, size_t c, double param,
                        const double *norm, double beta, double *scale)
{
  struct cvx_sum2 sum = { 0, 0 };
  double bound, largest = 0;
  for (size_t k = 0; k < c && !loss->coupled; k++)
    {
      struct ray r = { loss, nu + k, y + k, n, 1, c, param, 0 };
      scale[k] = best_scale (&r, norm[k], beta, &bound);
      cvx_sum2_add (&sum, bound);
    }
  if (!loss->coupled)
    return cvx_sum2_value (&sum);
  for (size_t k = 0; k < c; k++)
    largest = fmax (largest, norm[k]);
  scale[0] = cvx_loss_scale (loss, nu, y, n, c, param, largest, beta, &bound);
  for (size_t k = 1; k < c; k++)
    scale[k] = scale[0];
  return bound;
}

double
cvx_loss_scale_ridge (const struct cvx_loss *loss, const double *nu,
                      const double *y, size_t n, size_t c, double param,
                      double price, double *bound)
{
  struct ray r = { loss, nu, y, n, c, c, param, price };
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
