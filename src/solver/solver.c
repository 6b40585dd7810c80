/* solver.c -- the table of solvers and the choice of `auto'.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/run.h"

#include <string.h>

#define CVX_SOLVER(NAME) extern const struct cvx_solver cvxi_solver_##NAME;
#include "solver/solvers.def"
#undef CVX_SOLVER

const struct cvx_solver *const cvx_solvers[] = {
#define CVX_SOLVER(NAME) &cvxi_solver_##NAME,
#include "solver/solvers.def"
#undef CVX_SOLVER
  NULL
};

const struct cvx_solver *
cvx_solver_find (const char *name)
{
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    if (strcmp (cvx_solvers[k]->name, name) == 0)
      return cvx_solvers[k];
  return NULL;
}

const struct cvx_solver *
cvx_solver_choose (const struct cvx_formulation *f,
                   const struct cvx_settings *s, const char **why)
{
  const struct cvx_solver *fista = &cvxi_solver_fista;
  const struct cvx_solver *admm = &cvxi_solver_admm;
  bool can_fista = fista->unsuited (f, s) == NULL;
  bool can_admm = admm->unsuited (f, s) == NULL;
  const char *reason;
  const struct cvx_solver *choice;
  if (can_admm && f->n_cone > 0)
    {
      choice = admm;
      reason = "the cones are cheap to split off, and every step is exact";
    }
  else if (can_fista)
    {
      choice = fista;
      reason = f->n_cone > 0
                   ? "the matrix of admm would be too large; projecting onto "
                     "the cones is slow but needs no memory"
                   : "no cones: a step is one product with the data and one "
                     "cheap shrinkage";
    }
  else if (can_admm)
    {
      choice = admm;
      reason = "the loss has kinks; admm needs no gradient";
    }
  else
    {
      choice = NULL;
      reason = "no solver suits this formulation and loss";
    }
  if (why != NULL)
    *why = reason;
  return choice;
}
