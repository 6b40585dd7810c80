/* blocks.h -- the problem on a working set of blocks without cones.

   Internal to the solver layer; used by working.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_BLOCKS_H
#define CVX_SOLVER_BLOCKS_H

#include "solver/kronecker.h"

struct cvxi_blocks
{
  const struct cvx_formulation *f; /* borrowed */
  const struct cvxi_metric *m;     /* borrowed */
  size_t k;                        /* blocks */
  size_t *list;                    /* their numbers, ascending */
  double *w;        /* k x d: weights, in the coordinates of the metric */
  double *fit, *nu; /* n_obs: A w and -l' there */
  double objective; /* loss and penalty there */
  double gap;       /* of the problem on these blocks; inf until known */
  double eta;       /* step to try next */
  bool steady;      /* no block came or went of late: Newton's turn */
  double work;      /* products of one block with X so far */
  /* scratch */
  double *old, *z, *g, *trial, *cg[2], *raw;                  /* k x d each */
  double *fit_old, *fit_z, *fit_trial, *nu_trial, *curvature; /* n_obs */
  double *norm;                                               /* k */
  double *slab;                                               /* holds them */
};

/* K blocks of LIST (ascending, copied) with the weights W, k x d in the
   coordinates of the data.  */
enum cvx_status cvxi_blocks_new (struct cvxi_blocks **out,
                                 const struct cvx_formulation *f,
                                 const struct cvxi_metric *m, size_t k,
                                 const size_t *list, const double *w,
                                 double eta, struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* Fit, nu and objective from the weights.  */
enum cvx_status cvxi_blocks_refresh (struct cvxi_blocks *b,
                                     struct cvx_progress *progress,
                                     struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_blocks_free (struct cvxi_blocks *b);

/* Lower the objective until the gap of this problem is at most TARGET, or
   BUDGET products of one block are made, or rounding leaves nothing to do.
   CVX_INTERRUPTED leaves B undefined.  */
enum cvx_status cvxi_blocks_solve (struct cvxi_blocks *b, double target,
                                   double budget,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* X = argmin over/2 ||x - Z||_M^2 - G'x + BETA ||x||, M diagonal; d numbers
   each.  Returns ||x||.  */
double cvxi_shrink (size_t d, const double *m, double over, double beta,
                    const double *z, const double *g, double *x);

/* The weights in the coordinates of the data, k x d.  */
void cvxi_blocks_weights (const struct cvxi_blocks *b, double *w);

#endif
