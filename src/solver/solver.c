/* solver.c -- the table of solvers and the choice of `auto'.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

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

#define CVX_TRAINER(NAME) extern const struct cvx_solver cvxi_solver_##NAME;
#include "solver/trainers.def"
#undef CVX_TRAINER

const struct cvx_solver *const cvx_trainers[] = {
#define CVX_TRAINER(NAME) &cvxi_solver_##NAME,
#include "solver/trainers.def"
#undef CVX_TRAINER
  NULL
};

const struct cvx_solver *
cvx_trainer_find (const char *name)
{
  for (size_t k = 0; cvx_trainers[k] != NULL; k++)
    if (strcmp (cvx_trainers[k]->name, name) == 0)
      return cvx_trainers[k];
  return NULL;
}

/* Weights in use from which Newton's matrix is too large: 3 GB.  */
static const double many_weights = 20000;

/* Whether SOLVER can be expected to hold its matrix for F.  */
static bool
holds (const struct cvx_solver *solver, const struct cvx_formulation *f)
{
  return strcmp (solver->name, "newton") != 0
         || cvxi_state_blocks (f) * (double)f->block_len <= many_weights;
}

const struct cvx_solver *
cvx_solver_choose (const struct cvx_formulation *f,
                   const struct cvx_settings *s, const char **why)
{
  static const struct
  {
    const struct cvx_solver *solver;
    int cones; /* -1: with and without; -2: without patterns */
    const char *why;
  } order[] = {
    { &cvxi_solver_interior, -1,
      "it finds the cells that matter among all patterns, and is exact" },
    { &cvxi_solver_newton, 1,
      "with cones, a few Newton rounds on the active neurons beat many cheap "
      "steps" },
    { &cvxi_solver_auglag, 1,
      "with cones, and no second derivative or too many weights for Newton's "
      "matrix: its steps are products with the data" },
    { &cvxi_solver_subspace, -2,
      "few neurons carry the nuclear norm, and Newton's method finds their "
      "weights" },
    { &cvxi_solver_cd, -2,
      "its frequencies are priced by one product with the data, and the few "
      "that matter are solved for by Newton's method" },
    { &cvxi_solver_working, 0,
      "without cones, few of the gates carry weights: it multiplies those, "
      "and "
      "looks at the others once a round" },
    { &cvxi_solver_fista, 0,
      "without cones, a step is one product with the data and one cheap "
      "shrinkage" },
    { &cvxi_solver_admm, -1, "it needs no derivative of the loss" },
    { &cvxi_solver_fista, -1,
      "the matrix of admm would be too large; projecting onto the cones is "
      "slow but needs no memory" },
  };
  const char *reason = "no solver suits this formulation and loss";
  const struct cvx_solver *choice = NULL;
  for (size_t k = 0; choice == NULL && k < sizeof order / sizeof *order; k++)
    if ((order[k].cones == -1
         || (order[k].cones == -2 ? f->patterns == NULL
                                  : order[k].cones == (f->n_cone > 0)))
        && holds (order[k].solver, f)
        && order[k].solver->unsuited (f, s) == NULL)
      {
        choice = order[k].solver;
        reason = order[k].why;
      }
  if (why != NULL)
    *why = reason;
  return choice;
}
