/* Warm starts along a falling beta: the optima of cold starts, in fewer
   iterations.  admm finds the same optima, but a point does not carry its
   multipliers, and it needs as many iterations as before.  */

#include <stdio.h>

#include "problems.h"
#include "runs.h"

enum
{
  BETAS = 8,
  PROBLEMS = 4
};

/* A run at the beta of F from WARM (NULL: cold) to the gap TOL.  */
static struct cvx_run *
solve (const struct cvx_formulation *f, const struct cvx_solver *solver,
       double tol, const struct cvx_point *warm)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = tol;
  ck_assert_ok (cvx_run_new (&run, f, solver, &s, warm, NULL, &err), err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_msg (cvx_run_gap (run) <= tol, "%s at beta %g: gap %g",
                 solver->name, f->beta, cvx_run_gap (run));
  return run;
}

/* Iterations of SOLVER along the betas, cold and warm; added to TOTAL.  */
static void
along (struct cvx_formulation *f, double betamax,
       const struct cvx_solver *solver, size_t total[2])
{
  double tol = solver->rounds ? 1e-8 : 1e-3;
  struct cvx_run *last = NULL;
  for (size_t k = 0; k < BETAS; k++)
    {
      struct cvx_run *cold, *warm;
      struct cvx_point point;
      struct cvx_error err;
      ck_assert_ok (cvx_formulation_set_beta (
                        f, betamax * pow (0.75, (double)k + 1), &err),
                    err);
      cold = solve (f, solver, tol, NULL);
      if (last != NULL)
        cvx_run_point (last, &point);
      warm = solve (f, solver, tol, last != NULL ? &point : NULL);
      ck_assert_near (warm->pobj, cold->pobj, 2 * tol);
      ck_assert (warm->dobj <= cold->pobj * (1 + 1e-12));
      ck_assert (cold->dobj <= warm->pobj * (1 + 1e-12));
      if (k > 0)
        {
          total[0] += cold->iter;
          total[1] += warm->iter;
        }
      cvx_run_free (cold);
      cvx_run_free (last);
      last = warm;
    }
  cvx_run_free (last);
}

/* Three iterations of a run or less, and none more warm: there is nothing to
   save.  */
static bool
few (const size_t total[2])
{
  return total[0] <= 3 * PROBLEMS * (BETAS - 1) && total[1] <= total[0];
}

START_TEST (fewer_iterations_along_beta)
{
  static const char *const classes[] = { "relu", "gated" };
  static const char *const losses[] = { "squared", "logistic" };
  for (size_t l = 0; cvx_solvers[l] != NULL; l++)
    {
      size_t total[2] = { 0, 0 };
      struct cvx_rng r;
      cvx_rng_init (&r, 21, 9);
      for (size_t k = 0; k < PROBLEMS; k++)
        {
          const struct cvx_loss *loss = cvx_loss_find (losses[k % 2]);
          struct problem p;
          struct cvx_formulation *f;
          struct cvx_settings s;
          struct cvx_error err;
          double betamax;
          problem_random (&p, 0, loss->labels, &r);
          problem_patterns (&p, 0);
          f = problem_formulation (
              &p, cvx_formulation_find (classes[k / 2 % 2]), loss, NAN);
          ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err),
                        err);
          cvx_settings_init (&s);
          if (betamax > 1e-9 && cvx_solvers[l]->unsuited (f, &s) == NULL)
            along (f, betamax, cvx_solvers[l], total);
          cvx_formulation_free (f);
          problem_free (&p);
        }
      printf ("# %s: %zu iterations cold, %zu warm\n", cvx_solvers[l]->name,
              total[0], total[1]);
      if (strcmp (cvx_solvers[l]->name, "admm") == 0)
        continue;
      ck_assert_msg (total[1] < total[0] || few (total),
                     "%s: %zu iterations warm, %zu cold", cvx_solvers[l]->name,
                     total[1], total[0]);
    }
}
END_TEST

TEST_MAIN ("warm", fewer_iterations_along_beta)
