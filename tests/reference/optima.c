/* Reference values through runs: some steps, then polish.  */

#include "problems.h"

#include "solver/run.h"
#include "runs.h"

/* Solve P with SOLVER and polish; the value to 9 digits, certified to 1e-8.
   The network is the caller's when NET is not NULL.  */
static void
expect (struct problem *p, const char *solver, double beta, double value,
        struct cvx_network **net)
{
  struct cvx_formulation *f
      = problem_formulation (p, cvx_formulation_find ("relu"), NULL, beta);
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = 1e-9;
  s.maxiter = 300;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_ok (cvx_run_polish (run, 0, NULL, &err), err);
  ck_assert_msg (cvx_run_gap (run) <= 1e-10, "%s, beta %g: gap %g", solver,
                 beta, cvx_run_gap (run));
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  ck_assert (run->polished && run->complete);
  ck_assert_str_eq (run->trace[run->n_trace - 1].event, "polish");
  ck_assert_near (run->pobj, value, 1e-10);
  ck_assert_near (run->dobj, value, 1e-10);
  if (net != NULL)
    {
      *net = run->net;
      run->net = NULL;
    }
  cvx_run_free (run);
  cvx_formulation_free (f);
}

static bool
suits_relu (const struct cvx_solver *solver)
{
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_settings s;
  bool yes;
  problem_five_points (&p);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  cvx_settings_init (&s);
  yes = solver->unsuited (f, &s) == NULL;
  cvx_formulation_free (f);
  problem_free (&p);
  return yes;
}

START_TEST (three_rows)
{
  static const double x[6] = { 1, 0, 0, 1, 1, 1 };
  static const double y[4][3]
      = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, -1, 0.5 } };
  static const double value[4]
      = { 0.12902407929056, 0.12902407929056, 0.169632034356, 0.20038867442 };
  for (size_t s = 0; cvx_solvers[s] != NULL; s++)
    if (suits_relu (cvx_solvers[s]))
      for (int k = 0; k < 4; k++)
        {
          struct problem p;
          problem_set (&p, 3, 2);
          memcpy (p.x, x, sizeof x);
          memcpy (p.y, y[k], sizeof y[k]);
          problem_patterns (&p, 0);
          expect (&p, cvx_solvers[s]->name, 0.1, value[k], NULL);
          problem_free (&p);
        }
}
END_TEST

START_TEST (five_points)
{
  static const double beta[4] = { 0.1, 0.01, 0.001, 1e-4 };
  static const double value[4]
      = { 0.89144720260, 0.100073827078, 0.0101168280780, 0.00101277739782 };
  for (size_t s = 0; cvx_solvers[s] != NULL; s++)
    if (suits_relu (cvx_solvers[s]))
      for (int k = 0; k < 4; k++)
        {
          struct problem p;
          struct cvx_network *net;
          problem_five_points (&p);
          problem_patterns (&p, 0);
          expect (&p, cvx_solvers[s]->name, beta[k], value[k], &net);
          if (k == 0)
            {
              size_t left = 0, right = 0;
              ck_assert_uint_eq (net->width, 4);
              for (size_t j = 0; j < 4; j++)
                {
                  double kink = cvx_network_kink (net, j);
                  left += fabs (kink + 1) < 1e-12;
                  right += fabs (kink - 0.5373573612181) < 1e-12;
                }
              ck_assert (left == 2 && right == 2);
            }
          cvx_network_free (net);
          problem_free (&p);
        }
}
END_TEST

START_TEST (whitened_rows)
{
  static const double y[3] = { 1, -0.5, 0.8 };
  const double c = 0.36, s = 0.48, t = 0.8;
  const double q[9] = { c, s, t, -t, 0.6, 0, -s, -0.64, 0.6 };
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    if (suits_relu (cvx_solvers[k]))
      {
        struct problem p;
        problem_set (&p, 3, 3);
        memcpy (p.x, q, sizeof q);
        memcpy (p.y, y, sizeof y);
        problem_patterns (&p, 0);
        expect (&p, cvx_solvers[k]->name, 0.3, 0.444187454246, NULL);
        problem_free (&p);
      }
}
END_TEST

/* Losses with kinks through the split of the loss.  */
START_TEST (hinge_of_the_five_points)
{
  static const double beta[2] = { 0.1, 0.01 };
  static const double value[2] = { 1.0128990, 0.10128990 };
  for (int k = 0; k < 2; k++)
    {
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_settings s;
      struct cvx_run *run;
      struct cvx_error err;
      problem_five_points (&p);
      problem_patterns (&p, 0);
      f = problem_formulation (&p, cvx_formulation_find ("relu"),
                               cvx_loss_find ("hinge"), beta[k]);
      cvx_settings_init (&s);
      s.tol = 1e-6;
      s.maxiter = 20000;
      ck_assert_ok (cvx_run_new (&run, f, cvx_solver_choose (f, &s, NULL), &s,
                                 NULL, NULL, &err),
                    err);
      ck_assert_str_eq (run->solver->name, "interior");
      cvx_run_begin (run, 0);
      run_to_end (run);
      ck_assert_msg (run->status == CVX_RUN_SOLVED, "%s at %zu, gap %g",
                     cvx_run_status_words (run->status), run->iter,
                     cvx_run_gap (run));
      ck_assert_near (run->pobj, value[k], 2e-6);
      cvx_run_free (run);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

TEST_MAIN ("optima", three_rows, five_points, whitened_rows,
           hinge_of_the_five_points)
