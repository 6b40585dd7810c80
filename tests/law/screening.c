/* Blocks that a solver drops for good are zero at the optimum.

   Solvers that screen keep what they know in a field `dropped', an array of
   n_blocks numbers.  */

#include "problems.h"
#include "runs.h"

/* The field of SOLVER, NULL when it does not screen.  */
static const struct cvx_field *
dropped_of (const struct cvx_solver *solver)
{
  for (const struct cvx_field *field = solver->fields; field->name != NULL;
       field++)
    if (strcmp (field->name, "dropped") == 0)
      return field;
  return NULL;
}

static const double *
dropped_in (const struct cvx_run *run)
{
  const struct cvx_field *field = dropped_of (run->solver);
  const double *p;
  memcpy (&p, (const char *)run->state + field->offset, sizeof p);
  return p;
}

/* The dual optimum of F to rounding, by a solver that prices by itself.  */
static struct cvx_run *
optimum (const struct cvx_formulation *f)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  const struct cvx_solver *solver = cvx_solver_find ("interior");
  cvx_settings_init (&s);
  s.tol = 1e-12;
  if (solver->unsuited (f, &s) != NULL)
    solver = cvx_solver_find ("working");
  if (solver->unsuited (f, &s) != NULL)
    return NULL;
  ck_assert_ok (cvx_run_new (&run, f, solver, &s, NULL, NULL, &err), err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  return run;
}

/* Steps of SOLVER on F; no block that it drops on the way has psi = beta at
   the optimum, as those have that are not zero.  Returns how many it drops
   before it is done.  */
static size_t
screens (const struct cvx_formulation *f, const struct cvx_solver *solver)
{
  struct cvx_settings s;
  struct cvx_run *run, *best;
  struct cvx_error err;
  double *psi = malloc (f->n_blocks * sizeof *psi);
  size_t n = 0, early = 0;
  bool row;
  cvx_settings_init (&s);
  s.tol = 1e-10;
  best = solver->unsuited (f, &s) == NULL ? optimum (f) : NULL;
  if (best == NULL)
    {
      free (psi);
      return 0;
    }
  ck_assert (cvx_run_gap (best) <= 1e-9);
  ck_assert_ok (cvx_formulation_price (f, best->nu, psi, NULL, &err), err);
  ck_assert_ok (cvx_run_new (&run, f, solver, &s, NULL, NULL, &err), err);
  cvx_run_begin (run, 0);
  while (run->status == CVX_RUN_READY)
    {
      const double *dropped;
      ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
      dropped = dropped_in (run);
      n = 0;
      for (size_t g = 0; g < f->n_blocks; g++)
        {
          n += dropped[g] != 0;
          if (dropped[g] != 0)
            ck_assert_msg (psi[g] < f->beta * (1 - 1e-7),
                           "%s drops block %zu of psi %.12g beta",
                           solver->name, g, psi[g] / f->beta);
        }
      if (cvx_run_gap (run) > 1e-6 && n > early)
        early = n;
    }
  ck_assert (cvx_run_gap (run) <= 1e-9);
  ck_assert_near (run->pobj, best->pobj, 1e-8);
  cvx_run_free (run);
  cvx_run_free (best);
  free (psi);
  return early;
}

START_TEST (dropped_blocks_are_zero)
{
  static const char *const classes[] = { "relu", "gated" };
  static const char *const solvers[] = { "newton", "cd" };
  size_t total[2] = { 0, 0 };
  struct cvx_rng r;
  cvx_rng_init (&r, 11, 3);
  for (size_t k = 0; k < 48; k++)
    {
      static const char *const losses[] = { "squared", "logistic", "softmax" };
      const struct cvx_loss *loss = cvx_loss_find (losses[k % 3]);
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_error err;
      double betamax;
      problem_random (&p, k % 4 == 3 ? 1 : 0, loss->labels, &r);
      if (loss->coupled)
        problem_onehot (&p, 3, &r);
      problem_patterns (&p, 0);
      if (p.patterns->n_patterns > 0)
        {
          f = problem_formulation (
              &p, cvx_formulation_find (classes[k / 3 % 2]), loss, NAN);
          ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err),
                        err);
          ck_assert_ok (cvx_formulation_set_beta (
                            f, (double)(k % 5 + 1) * 0.15 * betamax, &err),
                        err);
          for (size_t l = 0; l < 2 && betamax > 1e-9; l++)
            total[l] += screens (f, cvx_solver_find (solvers[l]));
          cvx_formulation_free (f);
        }
      problem_free (&p);
    }
  ck_assert_uint_gt (total[0], 0);
  ck_assert_uint_gt (total[1], 0);
}
END_TEST

/* A solver with such a field is one of those above.  */
START_TEST (those_that_screen_are_tested)
{
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    if (dropped_of (cvx_solvers[k]) != NULL)
      ck_assert (strcmp (cvx_solvers[k]->name, "newton") == 0
                 || strcmp (cvx_solvers[k]->name, "cd") == 0);
}
END_TEST

TEST_MAIN ("screening", dropped_blocks_are_zero, those_that_screen_are_tested)
