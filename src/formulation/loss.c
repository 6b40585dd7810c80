/* loss.c -- convex losses, entry by entry.

   Conjugates (Pilanci and Ergen, ICML 2020, appendix A.13) in the sign of the
   whole program, nu = -dl(f) and bound = -l*(-nu); softmax.c has the loss that
   is no sum over the entries:

     squared    1/2 (f - y)^2            nu y - nu^2/2
     logistic   log (1 + exp (-y f))     H (y nu), 0 <= y nu <= 1,
                                         H (s) = -s log s - (1-s) log (1-s)
     hinge      (1 - y f)_+              y nu,     0 <= y nu <= 1
     huber      1/2 r^2 or D |r| - D^2/2 nu y - nu^2/2,  |nu| <= D
     l1         |f - y|                  nu y,     |nu| <= 1
     quantile   T (y-f)_+ + (1-T) (f-y)_+   nu y,  T - 1 <= nu <= T

   with r = f - y.  At a kink nu is the element of -dl(f) nearest to 0: for
   f = 0 that is the choice with the least betamax that can be made entry by
   entry.  Every domain holds 0, so that shrinking nu keeps it inside.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/private.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/sum.h"

static inline double
clamp (double x, double low, double high)
{
  return x < low ? low : x > high ? high : x;
}

/* Move X towards 0 by up to DOWN from above and UP from below.  */
static inline double
shrink (double x, double down, double up)
{
  return x > down ? x - down : x < -up ? x + up : 0;
}

/* Squared.  */

static inline double
squared_value (double f, double y, double param)
{
  (void)param;
  return 0.5 * (f - y) * (f - y);
}

static inline double
squared_dual (double f, double y, double param)
{
  (void)param;
  return y - f;
}

static inline double
squared_bound (double nu, double y, double param)
{
  (void)param;
  return nu * (y - 0.5 * nu);
}

static inline double
squared_clip (double nu, double y, double param)
{
  (void)y;
  (void)param;
  return nu;
}

static inline double
squared_prox (double t, double z, double y, double param)
{
  (void)param;
  return (z + t * y) / (1 + t);
}

static inline double
squared_curvature (double f, double y, double param)
{
  (void)f;
  (void)y;
  (void)param;
  return 1;
}

/* Logistic.  */

/* 1 / (1 + e^m) without overflow.  */
static inline double
logistic_weight (double m)
{
  double e = exp (-fabs (m));
  return (m > 0 ? e : 1) / (1 + e);
}

static inline double
logistic_value (double f, double y, double param)
{
  double m = y * f;
  (void)param;
  return log1p (exp (-fabs (m))) + (m < 0 ? -m : 0);
}

static inline double
logistic_dual (double f, double y, double param)
{
  (void)param;
  return y * logistic_weight (y * f);
}

static inline double
logistic_bound (double nu, double y, double param)
{
  double s = y * nu;
  (void)param;
  if (!(s >= 0 && s <= 1))
    return -HUGE_VAL;
  return (s > 0 ? -s * log (s) : 0) + (s < 1 ? -(1 - s) * log1p (-s) : 0);
}

static inline double
logistic_clip (double nu, double y, double param)
{
  (void)param;
  return y * clamp (y * nu, 0, 1);
}

/* The root m of m - y z = t / (1 + e^m), between y z and y z + t, by Newton;
   by bisection where Newton leaves the bracket or does not halve its step.  */
static inline double
logistic_prox (double t, double z, double y, double param)
{
  double start = y * z, low = start, high = start + t;
  double m = start + 0.5 * t, last = t;
  (void)param;
  for (int k = 0; k < 200; k++)
    {
      double w = logistic_weight (m), g = m - start - t * w;
      double step = -g / (1 + t * w * (1 - w));
      if (g > 0)
        high = m;
      else
        low = m;
      if (!(m + step >= low && m + step <= high)
          || fabs (step) > 0.5 * fabs (last))
        step = 0.5 * (low + high) - m;
      last = step;
      m += step;
      if (fabs (step) <= DBL_EPSILON * fabs (m))
        break;
    }
  return y * m;
}

static inline double
logistic_curvature (double f, double y, double param)
{
  double w = logistic_weight (y * f);
  (void)param;
  return w * (1 - w);
}

/* Hinge.  */

static inline double
hinge_value (double f, double y, double param)
{
  (void)param;
  return fmax (1 - y * f, 0);
}

static inline double
hinge_dual (double f, double y, double param)
{
  (void)param;
  return y * f < 1 ? y : 0;
}

static inline double
hinge_bound (double nu, double y, double param)
{
  double s = y * nu;
  (void)param;
  return s >= 0 && s <= 1 ? s : -HUGE_VAL;
}

static inline double
hinge_prox (double t, double z, double y, double param)
{
  (void)param;
  return z + y * clamp (1 - y * z, 0, t);
}

/* Huber.  */

static inline double
huber_value (double f, double y, double delta)
{
  double r = fabs (f - y);
  return r <= delta ? 0.5 * r * r : delta * (r - 0.5 * delta);
}

static inline double
huber_dual (double f, double y, double delta)
{
  return clamp (y - f, -delta, delta);
}

static inline double
huber_bound (double nu, double y, double delta)
{
  return fabs (nu) <= delta ? nu * (y - 0.5 * nu) : -HUGE_VAL;
}

static inline double
huber_clip (double nu, double y, double delta)
{
  (void)y;
  return clamp (nu, -delta, delta);
}

static inline double
huber_prox (double t, double z, double y, double delta)
{
  return z + t * clamp ((y - z) / (1 + t), -delta, delta);
}

static inline double
huber_curvature (double f, double y, double delta)
{
  return fabs (f - y) <= delta ? 1 : 0;
}

/* Quantile, and l1, which is twice the quantile loss of 1/2.  */

static inline double
check_value (double f, double y, double up, double down)
{
  return f < y ? up * (y - f) : down * (f - y);
}

static inline double
check_dual (double f, double y, double up, double down)
{
  return f < y ? up : f > y ? -down : 0;
}

static inline double
check_bound (double nu, double y, double up, double down)
{
  return nu <= up && nu >= -down ? nu * y : -HUGE_VAL;
}

static inline double
check_prox (double t, double z, double y, double up, double down)
{
  return y + shrink (z - y, t * down, t * up);
}

static inline double
l1_value (double f, double y, double param)
{
  (void)param;
  return check_value (f, y, 1, 1);
}

static inline double
l1_dual (double f, double y, double param)
{
  (void)param;
  return check_dual (f, y, 1, 1);
}

static inline double
l1_bound (double nu, double y, double param)
{
  (void)param;
  return check_bound (nu, y, 1, 1);
}

static inline double
l1_clip (double nu, double y, double param)
{
  (void)y;
  (void)param;
  return clamp (nu, -1, 1);
}

static inline double
l1_prox (double t, double z, double y, double param)
{
  (void)param;
  return check_prox (t, z, y, 1, 1);
}

static inline double
quantile_value (double f, double y, double tau)
{
  return check_value (f, y, tau, 1 - tau);
}

static inline double
quantile_dual (double f, double y, double tau)
{
  return check_dual (f, y, tau, 1 - tau);
}

static inline double
quantile_bound (double nu, double y, double tau)
{
  return check_bound (nu, y, tau, 1 - tau);
}

static inline double
quantile_clip (double nu, double y, double tau)
{
  (void)y;
  return clamp (nu, tau - 1, tau);
}

static inline double
quantile_prox (double t, double z, double y, double tau)
{
  return check_prox (t, z, y, tau, 1 - tau);
}

/* From entries to arrays.  */

#define SUM(NAME, ENTRY)                                                      \
  static double NAME##_sum (const double *f, const double *y, size_t n,       \
                            size_t c, double param)                           \
  {                                                                           \
    struct cvx_sum2 s = { 0, 0 };                                             \
    for (size_t i = 0; i < n * c; i++)                                        \
      cvx_sum2_add (&s, ENTRY (f[i], y[i], param));                           \
    return cvx_sum2_value (&s);                                               \
  }

#define MAP(NAME, ENTRY)                                                      \
  static void NAME##_map (const double *f, const double *y, size_t n,         \
                          size_t c, double param, double *out)                \
  {                                                                           \
    for (size_t i = 0; i < n * c; i++)                                        \
      out[i] = ENTRY (f[i], y[i], param);                                     \
  }

#define ENTRYWISE(NAME, CLIP)                                                 \
  SUM (NAME##_value, NAME##_value)                                            \
  SUM (NAME##_bound, NAME##_bound)                                            \
  MAP (NAME##_dual, NAME##_dual)                                              \
  static void NAME##_clip_map (double *nu, const double *y, size_t n,         \
                               size_t c, double param)                        \
  {                                                                           \
    for (size_t i = 0; i < n * c; i++)                                        \
      nu[i] = CLIP (nu[i], y[i], param);                                      \
  }                                                                           \
  static void NAME##_prox_map (double t, const double *z, const double *y,    \
                               size_t n, size_t c, double param, double *f)   \
  {                                                                           \
    for (size_t i = 0; i < n * c; i++)                                        \
      f[i] = NAME##_prox (t, z[i], y[i], param);                              \
  }

#define FUNCTIONS(NAME)                                                       \
  .value = NAME##_value_sum, .dual = NAME##_dual_map,                         \
  .bound = NAME##_bound_sum, .clip = NAME##_clip_map, .prox = NAME##_prox_map

ENTRYWISE (squared, squared_clip)
ENTRYWISE (logistic, logistic_clip)
ENTRYWISE (hinge, logistic_clip)
ENTRYWISE (huber, huber_clip)
ENTRYWISE (l1, l1_clip)
ENTRYWISE (quantile, quantile_clip)
MAP (squared_curvature, squared_curvature)
MAP (logistic_curvature, logistic_curvature)
MAP (huber_curvature, huber_curvature)

const struct cvx_loss cvxi_loss_squared = {
  .name = "squared",
  .summary = "half the sum of squares",
  .formula = "1/2 |f - y|^2",
  .tex = "\\tfrac12 \\| f - y \\|_2^2",
  .smooth = true,
  .lipschitz = 1,
  FUNCTIONS (squared),
  .strict = true,
  .curvature = squared_curvature_map,
};

const struct cvx_loss cvxi_loss_logistic = {
  .name = "logistic",
  .summary = "for labels -1 and 1, with probabilities",
  .formula = "sum_k log (1 + exp (-y_k f_k))",
  .tex = "\\sum_k \\log (1 + e^{-y_k f_k})",
  .smooth = true,
  .lipschitz = 0.25,
  .labels = true,
  FUNCTIONS (logistic),
  .strict = true,
  .curvature = logistic_curvature_map,
};

const struct cvx_loss cvxi_loss_hinge = {
  .name = "hinge",
  .summary = "for labels -1 and 1, the largest margin",
  .formula = "sum_k (1 - y_k f_k)_+",
  .tex = "\\sum_k (1 - y_k f_k)_+",
  .labels = true,
  FUNCTIONS (hinge),
};

const struct cvx_loss cvxi_loss_huber = {
  .name = "huber",
  .summary = "squares up to delta, then straight lines",
  .formula = "sum_k huber_delta (f_k - y_k)",
  .tex = "\\sum_k h_\\delta (f_k - y_k)",
  .smooth = true,
  .lipschitz = 1,
  .param_default = 1,
  .param_min = 1e-12,
  .param_max = 1e12,
  FUNCTIONS (huber),
  .curvature = huber_curvature_map,
};

const struct cvx_loss cvxi_loss_l1 = {
  .name = "l1",
  .summary = "sum of absolute deviations: the median",
  .formula = "sum_k | f_k - y_k |",
  .tex = "\\| f - y \\|_1",
  FUNCTIONS (l1),
};

const struct cvx_loss cvxi_loss_quantile = {
  .name = "quantile",
  .summary = "asymmetric deviations: the quantile tau",
  .formula = "sum_k (tau (y_k - f_k)_+ + (1 - tau) (f_k - y_k)_+)",
  .tex = "\\sum_k \\tau (y_k - f_k)_+ + (1 - \\tau) (f_k - y_k)_+",
  .param_default = 0.5,
  .param_min = 1e-6,
  .param_max = 1 - 1e-6,
  FUNCTIONS (quantile),
};

const struct cvx_loss *const cvx_losses[] = {
#define CVX_LOSS(NAME) &cvxi_loss_##NAME,
#include "formulation/losses.def"
#undef CVX_LOSS
  NULL
};

const struct cvx_loss *
cvx_loss_find (const char *name)
{
  for (size_t k = 0; cvx_losses[k] != NULL; k++)
    if (strcmp (cvx_losses[k]->name, name) == 0)
      return cvx_losses[k];
  return NULL;
}
