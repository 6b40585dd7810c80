/* master.h -- the restricted problem over a few cells, by interior point.

   Blocks g = (cell D_g, sign s_g), A_g = s_g D_g X, G_g = (2 D_g - I) X:

     min  l (sum_g A_g w_g; y) + beta sum_g ||w_g||,   G_g w_g >= 0
     max  -l*(-nu)   s.t.  ||z_g|| <= beta, z_g = A_g'nu + G_g'a_g, a_g >= 0

   A primal-dual method (Mehrotra's predictor and corrector, Nesterov and Todd
   scaling of the second-order cones (t_g, w_g), (beta, -z_g)).  Blocks are
   eliminated, which leaves one system in nu (n x n) or, when that is smaller,
   in w (manual, Methods).  The loss enters through its conjugate: a linear or
   quadratic function on a box, or the entropy of the logistic loss.

   With a free bias b the fit is sum_g A_g w_g + b 1 and the dual has 1'nu = 0:
   one more row and column of the system in nu.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_MASTER_H
#define CVX_SOLVER_MASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "formulation/formulation.h"

/* The problem; everything is borrowed.  Bits of block g start at
   bits[g * n_words]; its facets are row[start[g]] .. row[start[g + 1] - 1]. */
struct cvxi_master
{
  const double *x, *y;
  size_t n, d;
  const struct cvx_loss *loss;
  double loss_param, beta;
  bool free_bias;
  size_t k, n_words;
  const uint64_t *bits;
  const int *sign;
  const size_t *start; /* k + 1 */
  const uint32_t *row;
  /* k x d: directions inside the cones, to start from; NULL: from outside,
     which is as good where cones have few facets.  */
  const double *inside;
};

/* The problem of one output of F on the data X (n x D, F's in some
   coordinates); y and the blocks are still missing.  */
static inline struct cvxi_master
cvxi_master_for (const struct cvx_formulation *f, const double *x, size_t d)
{
  const struct cvx_loss *base = f->loss->base;
  return (struct cvxi_master){ .x = x,
                               .n = f->n_samples,
                               .d = d,
                               .loss = base != NULL ? base : f->loss,
                               .loss_param = f->loss_param,
                               .beta = f->beta,
                               .free_bias = base != NULL,
                               .n_words = (f->n_samples + 63) / 64 };
}

/* Solve to the relative gap TOL of the restricted problem.  W (k x d) and NU
   (n) receive the solution; SLACK (k, may be NULL) beta - ||z_g||.  Reduced
   accuracy (the attained gap in *GAP) is no error.  CVX_UNSUITED for a loss
   that is not separable.  */
enum cvx_status cvxi_master_solve (const struct cvxi_master *m, double tol,
                                   double *w, double *nu, double *slack,
                                   double *gap, size_t *iterations,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

#endif
