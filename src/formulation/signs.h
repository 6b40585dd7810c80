/* signs.h -- the largest value of the dual function over the sphere, for data
   of any rank, by branch and bound on the signs of samples.

     h (u) = sum_i nu_i (x_i'u)_+,      max {h (u) : ||u|| <= 1}

   as in price.h, whose search cuts the sphere into cones and so needs few
   dimensions.  Here a node fixes the signs of some samples, and nothing else
   is stored.  At a node, with -lo_i <= x_i'u <= up_i known,

     nu_i > 0, on:   nu_i (x_i'u)_+ = nu_i x_i'u,  x_i'u >= 0
     nu_i > 0, off:  0,                            x_i'u <= 0
     nu_i > 0, free: at most nu_i up_i (x_i'u + lo_i) / (up_i + lo_i)
     nu_i < 0:       nu_i (x_i'u)_+ <= nu_i theta_i x_i'u, theta_i in [0, 1]

   so that h (u) <= p'u + rest with p = sum_i c_i x_i and every c_i in an
   interval: multipliers of the constraints widen those of the fixed samples.
   Samples with nu_i <= 0 are never branched on: their part is concave, and the
   best theta is found with the multipliers by minimising ||p||, a least
   squares problem in a box.  Any c in the box gives a bound.  A direction with
   h (u) > t satisfies p'u > t - rest, a cap around p: up_i, lo_i and many
   signs follow from it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_SIGNS_H
#define CVX_FORMULATION_SIGNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"

struct cvx_signs;

/* X is n x d, C order, borrowed.  CVX_NOMEM.  */
enum cvx_status cvx_signs_new (struct cvx_signs **out, const double *x,
                               size_t n, size_t d, int threads,
                               struct cvx_error *err) CVX_MUST_CHECK;
void cvx_signs_free (struct cvx_signs *s);

struct cvx_signs_result
{
  double upper;    /* max |h| is at most this; infinite when not COMPLETE */
  double lower;    /* |h| found at the unit direction U */
  int sign;        /* +1: h > 0 there, -1: h < 0 */
  const double *u; /* d numbers, valid until the next call */
  bool complete;   /* false: MAX_NODES was reached */
  size_t nodes;
};

/* Prove that max |h| is at most THRESHOLD or the best value found, whichever
   is larger, up to a relative 5e-11 and rounding, which UPPER includes.
   MAX_NODES 0: no limit.  CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvx_signs_run (struct cvx_signs *s, const double *nu,
                               double threshold, size_t max_nodes,
                               struct cvx_signs_result *out,
                               struct cvx_progress *progress,
                               struct cvx_error *err) CVX_MUST_CHECK;

#endif
