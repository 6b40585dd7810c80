/* cone.h -- projection onto the cone of an activation pattern.

   K_D = {u in R^d : (2D - I) X u >= 0}.  The projection and its multipliers
   come from the non-negative least squares problem (Moreau)

     P_K (z) = z + G'a,   a = argmin_{a >= 0} ||z + G'a||,   G = (2D - I) X,

   solved by the active-set method of Lawson and Hanson (1974) with a QR of
   the active rows, at most d of them.  For a unit ball and a linear function,
   max {z'u : u in K, ||u|| <= 1} = ||P_K (z)||; any a >= 0 gives the rigorous
   upper bound ||z + G'a||.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_CONE_H
#define CVX_LINALG_CONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A cone given by rows of X and their bits.  Everything is borrowed.  */
struct cvx_cone
{
  const double *x; /* rows of the data, ld = d */
  size_t d;
  const uint64_t *bits; /* of the pattern, indexed by row number */
  const uint32_t *row;  /* numbers of the rows that bind, or NULL: 0 .. n-1 */
  size_t n;             /* rows listed */
};

/* Memory for projections in dimension D with at most N rows; one per thread.
   After a projection `active' holds n_active row numbers with their positive
   multipliers in `mult'; they are also the warm start of the next call with
   keep = true.  */
struct cvx_cone_work
{
  size_t d, n_rows;
  size_t n_active;
  uint32_t *active;
  double *mult;
  void *memory; /* private */
};

enum cvx_status cvx_cone_work_new (struct cvx_cone_work **out, size_t d,
                                   size_t n_rows,
                                   struct cvx_error *err) CVX_MUST_CHECK;
void cvx_cone_work_free (struct cvx_cone_work *w);

/* P = projection of Z (d numbers each; P = Z allowed).  Returns ||P||.  Never
   fails: after 3 d + n + 10 exchanges it stops with the best multipliers,
   which only loosens bounds; nan or inf in Z give P = Z and that.  KEEP starts
   from the active set in W, whose row numbers need not be rows of K.  The
   result is feasible up to rounding: min_i g_i'P >= -c eps ||g_i|| ||Z|| with
   c = 8 + sqrt (d), and exactly 0 when that is all that is left of Z.  */
double cvx_cone_project (const struct cvx_cone *k, const double *z, double *p,
                         bool keep, struct cvx_cone_work *w);

/* Rigorous upper bound ||z + G'a|| of ||P_K (z)|| with the multipliers in W
   (their row numbers must be rows of K; negative ones count as 0).  Rounding
   is included: (n_active + 2) eps (||z|| + sum a_i ||g_i||), since multipliers
   of thin cones are large and cancel, and the factor 1 + 4 (n_active + d + 2)
   eps.  */
double cvx_cone_bound (const struct cvx_cone *k, const double *z,
                       const struct cvx_cone_work *w);

#endif
