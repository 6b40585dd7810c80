/* augmented.h -- the augmented Lagrangian on a working set of blocks.

   Internal to the solver layer; used by auglag.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_AUGMENTED_H
#define CVX_SOLVER_AUGMENTED_H

#include "solver/kronecker.h"

/* A point of the iteration: weights and what follows from them.  */
struct cvxi_augmented_at
{
  double *w;   /* k x d, in the coordinates of the metric */
  double *s;   /* k x n: G_g w_g, at least 0 inside the cones */
  double *fit; /* n_obs */
};

struct cvxi_augmented
{
  const struct cvx_formulation *f; /* borrowed */
  const struct cvxi_metric *m;     /* borrowed */
  size_t k, n, d;
  size_t *list;      /* k block numbers, ascending */
  double delta;      /* penalty */
  double *a;         /* k x n: multipliers, at least 0 */
  double *b;         /* k x n: (a - delta G w)_+ where last asked for */
  double *nu;        /* n_obs: -l' at the fit */
  double *g;         /* k x d: A_g'nu + G_g'b_g, in those coordinates */
  double objective;  /* l + beta R, the cones aside */
  double lagrangian; /* the augmented function */
  double residual;   /* of the last step: largest change of g over beta */
  double violation;  /* sum of -G w where negative, over that of |G w| */
  double eta;        /* step to try next, for delta = 0 */
  size_t steps;      /* so far */
  struct cvxi_augmented_at now, old, z, trial;
  /* scratch */
  double *on; /* k x n: 1 or -1 */
  double *bz, *t, *nu_trial, *norm, *bend, *slab;
};

/* K blocks of LIST (ascending, copied) with the weights W (k x d) in the
   coordinates of the data and the multipliers A (k x n).  CVX_NOMEM.  */
enum cvx_status cvxi_augmented_new (struct cvxi_augmented **out,
                                    const struct cvx_formulation *f,
                                    const struct cvxi_metric *m, size_t k,
                                    const size_t *list, const double *w,
                                    const double *a, double delta, double eta,
                                    struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_augmented_free (struct cvxi_augmented *p);

/* Lower the augmented function until the residual is at most TOL, in at most
   MAX steps, or until rounding leaves nothing to do; b, nu, objective and
   violation are those of the weights then.  CVX_INTERRUPTED.  */
enum cvx_status cvxi_augmented_solve (struct cvxi_augmented *p, double tol,
                                      size_t max,
                                      struct cvx_progress *progress,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* The weights in the coordinates of the data, k x d.  */
void cvxi_augmented_weights (const struct cvxi_augmented *p, double *w);

#endif
