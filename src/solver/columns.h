/* columns.h -- column generation around the reduced problem.

   Internal to the solver layer; shared by newton.c and polish.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_COLUMNS_H
#define CVX_SOLVER_COLUMNS_H

#include "solver/reduced.h"

struct cvxi_columns
{
  const struct cvx_formulation *f; /* borrowed */
  struct cvxi_reduced *reduced;
  double *z, *u; /* n_var: A'nu and the maximisers of psi */
  double *psi;   /* n_blocks */
  size_t *order; /* n_blocks: violators, the worst first */
  size_t n_violators;
};

/* E368 when F is not of this kind.  */
enum cvx_status cvxi_columns_new (struct cvxi_columns **out,
                                  const struct cvx_formulation *f,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_columns_free (struct cvxi_columns *c);

/* psi_g (nu) of every block for the nu of the reduced problem, and which are
   above beta by more than rounding.  */
enum cvx_status cvxi_columns_price (struct cvxi_columns *c,
                                    struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Let the worst violators with distinct directions enter.  */
enum cvx_status cvxi_columns_enter (struct cvxi_columns *c,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
