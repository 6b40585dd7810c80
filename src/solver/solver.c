/* solver.c -- the table of solvers and the choice of `auto'.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <math.h>
#include <string.h>

#include "formulation/price.h"

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

/* Problems that a row of the table of `auto' is for.  */
enum suits
{
  ALL,
  CONES,      /* blocks in cones */
  WIDE_CONES, /* these, with few samples and more than a few features */
  FEW_CONES,  /* these, with few enough weights in use for Newton's matrix */
  FREE,       /* blocks without cones */
  FREE_DENSE, /* these, and many of them carry weights */
  NO_PATTERNS
};

/* Most samples for which one factorisation is cheaper than what many active
   gates cost the working sets.  */
enum
{
  DENSE_SAMPLES = 4000,
  FEW_SAMPLES = 400
};

/* Weights in use from which Newton's matrix is too large: 3 GB.  */
static const double many_weights = 20000;

/* Whether about as many gates carry weights as the samples allow.  That is so
   where beta is small; the border, measured at 208 and 3000 samples between
   betamax / 30 and betamax / 1000, moves like the root of their number.  */
static bool
dense (const struct cvx_formulation *f)
{
  return !f->loss->coupled && f->n_samples <= DENSE_SAMPLES
         && f->beta < 0.2 * f->betamax / sqrt ((double)f->n_samples);
}

static bool
is_for (enum suits suits, const struct cvx_formulation *f)
{
  bool cones = f->n_cone > 0;
  switch (suits)
    {
    case CONES:
      return cones;
    case WIDE_CONES:
      return cones && f->n_samples <= FEW_SAMPLES
             && f->patterns->rank > CVX_PRICE_MAX_RANK;
    case FEW_CONES:
      return cones
             && cvxi_state_blocks (f) * (double)f->block_len <= many_weights;
    case FREE:
      return !cones;
    case FREE_DENSE:
      return !cones && f->patterns != NULL && dense (f);
    case NO_PATTERNS:
      return f->patterns == NULL;
    case ALL:
      break;
    }
  return true;
}

const struct cvx_solver *
cvx_solver_choose (const struct cvx_formulation *f,
                   const struct cvx_settings *s, const char **why)
{
  static const struct
  {
    const struct cvx_solver *solver;
    enum suits suits;
    const char *why;
  } order[] = {
    { &cvxi_solver_interior, ALL,
      "it finds the cells that matter among all patterns, and is exact" },
    { &cvxi_solver_barrier, WIDE_CONES,
      "its matrices are small, and the cones do not slow it down" },
    { &cvxi_solver_newton, FEW_CONES,
      "with cones, a few Newton rounds on the active neurons beat many cheap "
      "steps" },
    { &cvxi_solver_auglag, CONES,
      "with cones, and no second derivative or too many weights for Newton's "
      "matrix: its steps are products with the data" },
    { &cvxi_solver_subspace, NO_PATTERNS,
      "few neurons carry the nuclear norm, and Newton's method finds their "
      "weights" },
    { &cvxi_solver_cd, NO_PATTERNS,
      "its frequencies are priced by one product with the data, and the few "
      "that matter are solved for by Newton's method" },
    { &cvxi_solver_admm, FREE_DENSE,
      "beta is small, so that many gates carry weights, and one factorisation "
      "serves them all" },
    { &cvxi_solver_working, FREE,
      "without cones, few of the gates carry weights: it multiplies those, "
      "and looks at the others once a round" },
    { &cvxi_solver_fista, FREE,
      "without cones, a step is one product with the data and one cheap "
      "shrinkage" },
    { &cvxi_solver_barrier, ALL,
      "the loss has kinks, and an interior point method needs no derivative" },
    { &cvxi_solver_admm, ALL, "it needs no derivative of the loss" },
    { &cvxi_solver_fista, ALL,
      "the matrix of admm would be too large; projecting onto the cones is "
      "slow but needs no memory" },
  };
  const char *reason = "no solver suits this formulation and loss";
  const struct cvx_solver *choice = NULL;
  for (size_t k = 0; choice == NULL && k < sizeof order / sizeof *order; k++)
    if (is_for (order[k].suits, f) && order[k].solver->unsuited (f, s) == NULL)
      {
        choice = order[k].solver;
        reason = order[k].why;
      }
  if (why != NULL)
    *why = reason;
  return choice;
}
