/* Laws of the threads of a run: one where the problem is small, as many as
   there are where it is large, the caller's afterwards; the certified optimum
   is the same for all.  */

#include <limits.h>

#include "linalg/threads.h"
#include "planted.h"
#include "solver/run.h"

enum
{
  OURS = 3,  /* threads of this test */
  SMALL = 60 /* samples */
};

/* What a run had while it worked, seen by its stopwatch.  */
static int fewest, most;

static double
look (void)
{
  int now = cvx_blas_threads (0);
  if (!cvx_in_parallel ())
    {
      fewest = now < fewest ? now : fewest;
      most = now > most ? now : most;
    }
  return 0;
}

static struct cvx_formulation *
formulation_new (const struct planted *p, const char *class, int threads,
                 bool all)
{
  struct cvx_formulation_options o = { .loss_param = NAN,
                                       .beta = p->f->beta,
                                       .threads = threads,
                                       .all_threads = all };
  struct cvx_formulation *f;
  struct cvx_error err;
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find (class),
                                     &p->data, p->patterns, &o, &err),
                err);
  return f;
}

/* Solve F and polish; the objective.  */
static double
solve (struct cvx_formulation *f, const char *solver)
{
  struct cvx_stopwatch watch = { .clock = look };
  struct cvx_settings s;
  struct cvx_error err;
  struct cvx_run *run;
  double objective;
  bool row;
  fewest = INT_MAX;
  most = 0;
  cvx_formulation_watch (f, &watch);
  cvx_settings_init (&s);
  s.tol = 1e-11;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  while (run->status == CVX_RUN_READY)
    ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
  ck_assert_ok (cvx_run_certify (run, NULL, &err), err);
  ck_assert_ok (cvx_run_polish (run, 0, NULL, &err), err);
  ck_assert_double_le (cvx_run_gap (run), 1e-10);
  objective = run->pobj;
  cvx_run_free (run);
  cvx_formulation_watch (f, NULL);
  return objective;
}

START_TEST (a_small_problem_takes_one_thread_and_gives_it_back)
{
  static const struct
  {
    const char *class, *solver;
  } way[] = { { "gated", "working" },
              { "gated", "fista" },
              { "gated", "cd" },
              { "relu", "newton" },
              { "relu", "auglag" } };
  int before = cvx_blas_threads (OURS);
  struct planted p;
  planted_open (&p, "gated", "squared", SMALL, 5, 1, 20, 0.2);
  for (size_t k = 0; k < sizeof way / sizeof *way; k++)
    {
      double first = 0;
      for (int j = 0; j < 3; j++) /* 1 thread, the policy, OURS */
        {
          struct cvx_formulation *f
              = formulation_new (&p, way[k].class, j == 0 ? 1 : OURS, j == 2);
          double objective;
          ck_assert_int_eq (f->threads, j == 2 ? OURS : 1);
          ck_assert_int_eq (f->most_threads, j == 0 ? 1 : OURS);
          objective = solve (f, way[k].solver);
          ck_assert_int_eq (cvx_blas_threads (0), OURS);
          ck_assert_int_le (most, f->threads);
          if (j == 0)
            first = objective;
          ck_assert_double_eq_tol (objective, first, 1e-10 * first);
          cvx_formulation_free (f);
        }
    }
  planted_close (&p);
  (void)cvx_blas_threads (before);
}
END_TEST

START_TEST (a_large_problem_takes_all_threads)
{
  int before = cvx_blas_threads (1);
  struct planted p;
  struct cvx_formulation *f;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  planted_open (&p, "gated", "squared", 2000, 40, 1, 200, 0.5);
  f = formulation_new (&p, "gated", OURS, false);
  ck_assert_int_eq (f->threads, OURS);
  (void)solve (f, "working");
  ck_assert_int_eq (most, OURS);
  ck_assert_int_eq (cvx_blas_threads (0), 1);
  cvx_formulation_free (f);

  /* Cones are more work than products.  */
  planted_close (&p);
  planted_open (&p, "gated", "squared", 500, 20, 1, 100, 0.5);
  f = formulation_new (&p, "gated", OURS, false);
  ck_assert_int_eq (f->threads, 1);
  cvx_formulation_free (f);
  f = formulation_new (&p, "relu", OURS, false);
  ck_assert_int_eq (f->threads, OURS);
  cvx_formulation_free (f);
  planted_close (&p);

  /* And so is a factorisation, however few the patterns.  */
  planted_open (&p, "gated", "squared", 1000, 5, 1, 5, 0.5);
  f = formulation_new (&p, "gated", OURS, false);
  ck_assert_int_eq (f->threads, 1);
  cvx_settings_init (&s);
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find ("admm"), &s, NULL, NULL, &err),
      err);
  ck_assert_int_eq (run->threads, OURS);
  cvx_run_free (run);
  cvx_formulation_free (f);
  planted_close (&p);
  (void)cvx_blas_threads (before);
}
END_TEST

TEST_MAIN ("threads", a_small_problem_takes_one_thread_and_gives_it_back,
           a_large_problem_takes_all_threads)
