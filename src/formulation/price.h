/* price.h -- the largest value of the dual function over the sphere, without
   enumerating patterns.

     h (u) = sum_i nu_i (x_i'u)_+,      max {h (u) : ||u|| <= 1}

   is what dual feasibility over all patterns asks (|h| <= beta, equation 4).
   Branch and bound over simplicial cones cone (v_1 .. v_r) that cover R^r:

   - rows of one sign on all v_k are linear there (or zero);
   - (x'u)_+ is sublinear, so for nu_i > 0 it lies below the linear function
     with the same values at the v_k;
   - for nu_i < 0, nu_i (x'u)_+ <= nu_i theta x'u for any theta in [0, 1].

   With L_k the bound at v_k and u = sum l_k v_k, l >= 0,
   h (u) <= max_k (L_k)_+ sum l_k <= max_k (L_k)_+ / rho for ||u|| <= 1, rho
   the distance from 0 to the hull of the v_k.  A cone crossed by few rows is
   closed exactly by branching on their signs: the value of a cell is
   ||P_K (g)|| (linalg/cone.h).  Cones are bisected at their longest edge; the
   products x_i'v of a new vertex are combinations of old ones, so a node costs
   only the rows that cross it.  Every value returned is rigorous up to the
   rounding slack added at the end.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_PRICE_H
#define CVX_FORMULATION_PRICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"

/* The data, reduced to its rank, ready for many prices.  */
struct cvx_pricer;

enum
{
  CVX_PRICE_MAX_RANK = 8 /* above it branch and bound is hopeless */
};

/* X is n x d, C order, borrowed.  CVX_UNSUITED (E351) when its rank exceeds
   CVX_PRICE_MAX_RANK.  */
enum cvx_status cvx_pricer_new (struct cvx_pricer **out, const double *x,
                                size_t n, size_t d, int threads,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvx_pricer_free (struct cvx_pricer *p);

/* The data in coordinates of its rank: X = (X V) V', V' (R x d) with
   orthonormal rows in *MAP and X V (n x R) in *X; borrowed.  Returns R.  */
size_t cvx_pricer_coordinates (const struct cvx_pricer *p, const double **x,
                               const double **map);

/* True when all cells are walked through at O(d) each (rank 2 or 3, not too
   many rows): then a run always finds the maximum itself, above the
   threshold.  */
bool cvx_pricer_walks (const struct cvx_pricer *p);

struct cvx_price
{
  double upper;  /* max |h| is at most this */
  double lower;  /* |h| found at a unit direction */
  bool complete; /* false: MAX_NODES was reached, UPPER is what is known */
  size_t nodes;  /* cones examined */
  size_t cells;  /* projections computed */
  size_t n;      /* violating directions found, at most MAX_FOUND */
  double *value; /* n values of |h|, falling; owned by the pricer */
  int *sign;     /* +1: h > 0, -1: h < 0 */
  double *u;     /* n x d unit directions */
};

/* Max of |h| for NU (n), resolved above THRESHOLD.  Local maxima above
   THRESHOLD found by climbing are reported in *OUT (valid until the next
   call).  When there are none, or with PROVE, branch and bound closes every
   region whose bound is at most THRESHOLD or the best value known; otherwise
   `complete' is false and `upper' a crude bound.  MAX_NODES 0: no limit.  */
enum cvx_status cvx_pricer_run (struct cvx_pricer *p, const double *nu,
                                double threshold, bool prove, size_t max_found,
                                size_t max_nodes, struct cvx_price *out,
                                struct cvx_progress *progress,
                                struct cvx_error *err) CVX_MUST_CHECK;

#endif
