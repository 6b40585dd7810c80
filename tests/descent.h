/* descent.h -- minimising a smooth function, for tests against networks.  */

#ifndef CVX_TESTS_DESCENT_H
#define CVX_TESTS_DESCENT_H

#include "problems.h"

enum
{
  DESCENT_MAX = 160 /* variables */
};

/* L-BFGS with ten pairs (Nocedal 1980), steps that need no
   smooth function.  */
static inline double
descend (double (*objective) (const void *context, const double *x,
                              double *gradient),
         const void *q, size_t n, double *x)
{
  enum
  {
    PAIRS = 10
  };
  double s[PAIRS][DESCENT_MAX], y[PAIRS][DESCENT_MAX], rho[PAIRS],
      g[DESCENT_MAX];
  double p[DESCENT_MAX], to[DESCENT_MAX], next[DESCENT_MAX], alpha[PAIRS];
  double value;
  size_t have = 0;
  ck_assert_uint_le (n, DESCENT_MAX);
  value = objective (q, x, g);
  for (int it = 0; it < 3000; it++)
    {
      double slope, t = 1, now = 0, sy;
      memcpy (p, g, n * sizeof *p);
      for (size_t k = have; k-- > (have > PAIRS ? have - PAIRS : 0);)
        {
          alpha[k % PAIRS] = rho[k % PAIRS] * inner (n, s[k % PAIRS], p);
          for (size_t i = 0; i < n; i++)
            p[i] -= alpha[k % PAIRS] * y[k % PAIRS][i];
        }
      if (have > 0)
        for (size_t i = 0; i < n; i++)
          p[i] /= rho[(have - 1) % PAIRS]
                  * inner (n, y[(have - 1) % PAIRS], y[(have - 1) % PAIRS]);
      for (size_t k = have > PAIRS ? have - PAIRS : 0; k < have; k++)
        {
          double b = rho[k % PAIRS] * inner (n, y[k % PAIRS], p);
          for (size_t i = 0; i < n; i++)
            p[i] += (alpha[k % PAIRS] - b) * s[k % PAIRS][i];
        }
      slope = inner (n, p, g);
      if (!(slope > 0))
        break;
      /* Weak Wolfe conditions by bisection, which needs no smoothness (Lewis
         and Overton 2013).  */
      for (double low = 0, high = HUGE_VAL; high - low > 1e-13;)
        {
          for (size_t i = 0; i < n; i++)
            to[i] = x[i] - t * p[i];
          now = objective (q, to, next);
          if (!(now <= value - 1e-4 * t * slope))
            high = t;
          else if (inner (n, next, p) > 0.9 * slope)
            low = t;
          else
            break;
          t = high < HUGE_VAL ? 0.5 * (low + high) : 2 * low;
        }
      if (!(now < value))
        break;
      for (size_t i = 0; i < n; i++)
        {
          s[have % PAIRS][i] = to[i] - x[i];
          y[have % PAIRS][i] = next[i] - g[i];
        }
      sy = inner (n, s[have % PAIRS], y[have % PAIRS]);
      memcpy (x, to, n * sizeof *x);
      memcpy (g, next, n * sizeof *g);
      if (value - now < 1e-15)
        break;
      value = now;
      if (sy > 0)
        {
          rho[have % PAIRS] = 1 / sy;
          have++;
        }
    }
  return objective (q, x, g);
}

#endif
