/* Laws of training: steps add up, archives keep everything, gradients lead to
   stationary points, and certificates know the good ones.  */

#include "problems.h"

#include <unistd.h>

#include "formulation/bound.h"
#include "solver/run.h"
#include "solver/state.h"

static struct cvx_run *
begin (const struct cvx_formulation *f, const char *name,
       const struct cvx_settings *s)
{
  struct cvx_run *run;
  struct cvx_error err;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_trainer_find (name), s, NULL, NULL, &err),
      err);
  return run;
}

static void
steps (struct cvx_run *run, size_t k)
{
  struct cvx_error err;
  bool row;
  while (k-- > 0)
    ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
}

static struct cvx_settings
settings (double m, double lr)
{
  struct cvx_settings s;
  cvx_settings_init (&s);
  s.m = m;
  s.lr = lr;
  s.batch = 2;
  s.stall = 1e15;
  s.epochs = 100;
  s.schedule = 1;
  s.seed = 4;
  return s;
}

START_TEST (steps_add_up_and_archives_keep_them)
{
  static const char *const names[] = { "relu", "gated" };
  for (size_t c = 0; c < 2; c++)
    for (size_t t = 0; cvx_trainers[t] != NULL; t++)
      {
        const char *name = cvx_trainers[t]->name;
        struct cvx_settings s = settings (6, 0.01);
        char file[] = "train-XXXXXX";
        struct problem p;
        struct cvx_formulation *f;
        struct cvx_run *once, *twice, *back;
        struct cvx_npz_writer *w;
        struct cvx_npz *z;
        struct cvx_error err;
        problem_five_points (&p);
        problem_patterns (&p, c == 1 ? 4 : 0);
        f = problem_formulation (&p, cvx_formulation_find (names[c]), NULL,
                                 0.01);
        if (cvx_trainers[t]->unsuited (f, &s) != NULL)
          {
            cvx_formulation_free (f);
            problem_free (&p);
            continue;
          }
        once = begin (f, name, &s);
        twice = begin (f, name, &s);
        steps (once, 7);
        steps (twice, 3);
        close (mkstemp (file));
        ck_assert_ok (cvx_npz_create (&w, file, false, &err), err);
        ck_assert_ok (cvx_run_save (twice, w, "r/", &err), err);
        ck_assert_ok (cvx_npz_close (w, &err), err);
        ck_assert_ok (cvx_npz_read (&z, file, 0, NULL, &err), err);
        ck_assert_ok (cvx_run_load (&back, f, z, "r/", &err), err);
        steps (twice, 4);
        steps (back, 4);
        ck_assert_msg (
            cvxi_state_compare (once->state, twice->state, once->solver, f)
                == NULL,
            "%s: 3 + 4 steps are not 7", name);
        ck_assert_msg (
            cvxi_state_compare (once->state, back->state, once->solver, f)
                == NULL,
            "%s: an archive changes it", name);
        ck_assert (once->pobj == back->pobj && once->dobj == back->dobj);
        unlink (file);
        cvx_npz_free (z);
        cvx_run_free (once);
        cvx_run_free (twice);
        cvx_run_free (back);
        cvx_formulation_free (f);
        problem_free (&p);
      }
}
END_TEST

/* One full-batch step of sgd is minus lr times the gradient of the objective
   over n, for which finite differences stand.  */
START_TEST (steps_follow_the_gradient)
{
  struct cvx_settings s = settings (5, 1e-3);
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_run *run;
  struct cvx_network *net, *probe;
  struct cvx_error err;
  s.batch = s.schedule = 0;
  problem_five_points (&p);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.3);
  run = begin (f, "sgd", &s);
  {
    /* The first field of the state is theta = (U, A).  */
    struct cvx_vector *theta = run->state;
    double before[15], moved, h = 1e-6;
    memcpy (before, theta->p, sizeof before);
    ck_assert_uint_eq (theta->len, 15);
    steps (run, 1);
    ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, 5, 2, 1, &err), err);
    for (size_t k = 0; k < 15; k++)
      {
        double value[2], loss, penalty, slope;
        for (int side = 0; side < 2; side++)
          {
            double decay = 0;
            memcpy (net->u, before, 10 * sizeof *before);
            memcpy (net->a, before + 10, 5 * sizeof *before);
            *(k < 10 ? net->u + k : net->a + k - 10) += side == 0 ? h : -h;
            for (size_t i = 0; i < 10; i++)
              decay += net->u[i] * net->u[i];
            for (size_t i = 0; i < 5; i++)
              decay += net->a[i] * net->a[i];
            ck_assert_ok (cvx_network_copy (&probe, net, &err), err);
            ck_assert_ok (cvx_formulation_network_objective (f, probe, &loss,
                                                             &penalty, &err),
                          err);
            cvx_network_free (probe);
            value[side] = loss + 0.3 / 2 * decay;
          }
        slope = (value[0] - value[1]) / (2 * h) / 5;
        moved = (theta->p[k] - before[k]) / -s.lr;
        ck_assert_msg (fabs (moved - slope) < 1e-6 * (1 + fabs (slope)),
                       "weight %zu: %.9g, not %.9g", k, moved, slope);
      }
  }
  cvx_network_free (net);
  cvx_run_free (run);
  cvx_formulation_free (f);
  problem_free (&p);
}
END_TEST

/* X = [[1,0],[0,1],[1,1]], y = (1,0,0), beta = 0.1 of Wang, Lacotte, Pilanci:
   p* = 0.129024.  Every end of a training, refitted on its cells, is that or
   has a certified gap.  */
START_TEST (worked_example_is_recognised)
{
  static const double x[6] = { 1, 0, 0, 1, 1, 1 };
  const double optimum = 0.129024;
  size_t found = 0;
  struct problem p;
  struct cvx_formulation *f;
  problem_set (&p, 3, 2);
  memcpy (p.x, x, sizeof x);
  p.y[0] = 1;
  p.y[1] = p.y[2] = 0;
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  for (int seed = 0; seed < 10; seed++)
    {
      struct cvx_settings s = settings (8, 0.01);
      struct cvx_bound_options options = { 8, 0 };
      struct cvx_bound b;
      struct cvx_run *run;
      struct cvx_error err;
      s.seed = seed;
      run = begin (f, "lbfgs", &s);
      steps (run, 200);
      ck_assert_ok (cvx_run_certify (run, NULL, &err), err);
      ck_assert_ok (cvx_run_tighten (run, NULL, &err), err);
      ck_assert (run->pobj >= optimum - 1e-6);
      ck_assert (run->dobj <= optimum + 1e-6);
      ck_assert_ok (cvx_run_polish (run, 0, NULL, &err), err);
      ck_assert_ok (cvx_network_bound (f, run->net, NULL, &options, &b, NULL,
                                       NULL, &err),
                    err);
      ck_assert_msg (b.stationarity < 1e-4, "seed %d: %g, gap %g", seed,
                     b.stationarity, cvx_run_gap (run));
      if (run->pobj < optimum + 1e-5)
        {
          found++;
          ck_assert (cvx_run_gap (run) < 1e-6 && b.n_found == 0);
        }
      else
        ck_assert (cvx_run_gap (run) > 1e-6 && b.n_found > 0);
      cvx_bound_clear (&b);
      cvx_run_free (run);
    }
  ck_assert_msg (found >= 5, "%zu of 10 trainings found the optimum", found);
  cvx_formulation_free (f);
  problem_free (&p);
}
END_TEST

/* Growing from one sampled pattern reaches the global optimum, and says so. */
START_TEST (growing_reaches_the_optimum)
{
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_settings s = settings (1, 0);
  struct cvx_run *run;
  struct cvx_network *small;
  struct cvx_error err;
  double objective, loss, penalty;
  problem_five_points (&p);
  problem_patterns (&p, 1);
  ck_assert (!p.patterns->complete);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  s.tol = 1e-8;
  s.maxiter = 30;
  run = begin (f, "grow", &s);
  while (run->status == CVX_RUN_READY)
    steps (run, 1);
  ck_assert_msg (run->status == CVX_RUN_SOLVED, "gap %g", cvx_run_gap (run));
  ck_assert (run->complete && run->dobj <= run->pobj);
  /* Pruning keeps the objective.  */
  ck_assert_ok (cvx_network_copy (&small, run->net, &err), err);
  objective = run->pobj;
  ck_assert_ok (cvx_network_prune (small, p.x, 5, 1e-10, &err), err);
  ck_assert_ok (
      cvx_formulation_network_objective (f, small, &loss, &penalty, &err),
      err);
  ck_assert_near (loss + penalty, objective, 1e-9);
  ck_assert (small->width <= 5);
  cvx_network_free (small);
  cvx_run_free (run);
  cvx_formulation_free (f);
  problem_free (&p);
}
END_TEST

TEST_MAIN ("train", steps_add_up_and_archives_keep_them,
           steps_follow_the_gradient, worked_example_is_recognised,
           growing_reaches_the_optimum)
