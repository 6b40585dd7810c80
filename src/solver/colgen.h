/* colgen.h -- column generation around the reduced problem.

   Internal to the solver layer; shared by newton.c and polish.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_COLGEN_H
#define CVX_SOLVER_COLGEN_H

#include "solver/reduced.h"

struct cvxi_colgen
{
  const struct cvx_formulation *f; /* borrowed */
  struct cvxi_reduced *reduced;
  double *z, *u; /* n_var: A'nu and the maximisers of psi */
  double *psi;   /* n_blocks */
  size_t *order; /* n_blocks: violators, the worst first */
  size_t n_violators;
};

/* E368 when F is not of this kind.  */
enum cvx_status cvxi_colgen_new (struct cvxi_colgen **out,
                                 const struct cvx_formulation *f,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_colgen_free (struct cvxi_colgen *c);

/* psi_g (nu) of every block for the nu of the reduced problem, and which are
   above beta by more than rounding.  SKIP (n_blocks, may be NULL) is not 0 for
   blocks that are known to be zero: their psi is not computed, but 0.  */
enum cvx_status cvxi_colgen_price (struct cvxi_colgen *c, const double *skip,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Let the worst violators with distinct directions enter.  */
enum cvx_status cvxi_colgen_enter (struct cvxi_colgen *c,
                                   struct cvx_error *err) CVX_MUST_CHECK;

#endif
