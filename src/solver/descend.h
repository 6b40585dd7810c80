/* descend.h -- proximal gradient steps of the lengths of Barzilai and Borwein;
   not installed.

   x <- prox_{eta beta R} (x + eta A'nu), nu = -l'(A x), with eta = <dx, dx> /
   <A dx, -dnu> of the step before (Barzilai and Borwein 1988; Wright, Nowak
   and Figueiredo 2009), halved until the objective does not rise.  No columns
   of A are formed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_DESCEND_H
#define CVX_SOLVER_DESCEND_H

#include "formulation/formulation.h"

struct cvxi_descend
{
  double *x;        /* n_var: the point */
  double *fit;      /* n_obs: A x */
  double objective; /* at x; falls */
  /* scratch */
  double *grad, *next, *change; /* n_var */
  double *nu, *nu_next, *trial; /* n_obs */
};

/* STEPS of them, fewer when the objective falls by less than STOP relative to
   it.  CVX_INTERRUPTED: the point is that of the last whole step.  */
enum cvx_status cvxi_descend (struct cvxi_descend *s,
                              const struct cvx_formulation *f, int steps,
                              double stop, struct cvx_progress *progress,
                              struct cvx_error *err) CVX_MUST_CHECK;

#endif
