/* loss.h -- convex losses l(f; y), their conjugates and proximal maps.

   All in sum form.  Throughout the program nu = -dl(f) (y - f for the squared
   loss) and the dual bound is -l*(-nu) (manual, Other losses).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_LOSS_H
#define CVX_FORMULATION_LOSS_H

#include <stdbool.h>
#include <stddef.h>

/* One row of losses.def.  F, Y, NU have n x c entries, row after row; PARAM is
   delta (Huber) or tau (quantile).  */
struct cvx_loss
{
  const char *name, *summary;
  const struct cvx_loss *base; /* with a free bias: the loss without; else
                                  NULL */
  const char *formula; /* in f and y, "1/2 | f - y |^2" */
  const char *tex;     /* the same as TeX, without $ */
  bool smooth;         /* has a gradient with Lipschitz constant `lipschitz' */
  double lipschitz;
  bool strict; /* smooth, and its second derivative is never 0 */
  bool labels; /* needs y = -1, +1; coupled: one-hot rows */
  /* The value of a row is no sum over its outputs: two outputs or more, and
     the Hessian of a row is diag (h) - h h' with h of `curvature'.  */
  bool coupled;
  double param_default, param_min, param_max; /* equal: no parameter */
  /* l(f; y), summed with compensation.  */
  double (*value) (const double *f, const double *y, size_t n, size_t c,
                   double param);
  /* nu = -gradient (an element of -dl(f) at a kink).  */
  void (*dual) (const double *f, const double *y, size_t n, size_t c,
                double param, double *nu);
  /* The bound -l*(-nu); -inf when nu is outside the domain.  */
  double (*bound) (const double *nu, const double *y, size_t n, size_t c,
                   double param);
  /* Put nu into the domain of the bound (nearest or clipped).  */
  void (*clip) (double *nu, const double *y, size_t n, size_t c, double param);
  /* f = argmin_f t l(f; y) + 1/2 ||f - z||^2, F = Z allowed.  */
  void (*prox) (double t, const double *z, const double *y, size_t n, size_t c,
                double param, double *f);
  /* The Hessian at F (weights h >= 0), diagonal unless coupled; NULL when not
     smooth.  */
  void (*curvature) (const double *f, const double *y, size_t n, size_t c,
                     double param, double *h);
};
enum
{
  CVX_LOSS_MAX_OUTPUTS = 1024
};
extern const struct cvx_loss *const cvx_losses[]; /* NULL at the end */
const struct cvx_loss *cvx_loss_find (const char *name);

/* *OUT = the loss min_b l (f + b 1; y) of one output with BASE for l: its nu
   sum to zero.  False when BASE is not a sum of losses of one number each.  */
bool cvx_loss_free_bias (const struct cvx_loss *base, struct cvx_loss *out);
/* The best b; for labels of one sign, where there is none, a large one.  */
double cvx_loss_bias (const struct cvx_loss *base, const double *f,
                      const double *y, size_t n, double param);

/* Best scaling s >= 0 of a dual point: maximises bound (s nu) subject to
   s * dual_norm <= beta.  Squared loss: the clipped maximiser (scale.c);
   others: s = min (1, beta / dual_norm) improved by a line search where
   the domain allows.  Stores bound (s nu) in *BOUND.  */
double cvx_loss_scale (const struct cvx_loss *loss, const double *nu,
                       const double *y, size_t n, size_t c, double param,
                       double dual_norm, double beta, double *bound);

/* The same for a dual with a price instead of a constraint: maximises bound (s
   nu) - s^2 PRICE / 2 over s >= 0, PRICE >= 0.  */
double cvx_loss_scale_ridge (const struct cvx_loss *loss, const double *nu,
                             const double *y, size_t n, size_t c, double param,
                             double price, double *bound);

#endif
