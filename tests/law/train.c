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
  static const char *const names[]
      = { "relu", "gated", "circular", "linear-cnn" };
  for (size_t c = 0; c < 4; c++)
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

/* The objective of the weights THETA: the loss of their network, and beta/2
   times the squares of the lengths of their rows.  */
static double
decayed (const struct cvx_formulation *f, struct cvx_network *net,
         const double *theta, size_t len)
{
  size_t first = net->width * net->n_features;
  struct cvx_error err;
  double loss, penalty;
  memcpy (net->u, theta, first * sizeof *theta);
  memcpy (net->a, theta + first, (len - first) * sizeof *theta);
  ck_assert_ok (
      cvx_formulation_network_objective (f, net, &loss, &penalty, &err), err);
  penalty = inner (first, theta, theta);
  for (size_t j = first; j < len; j += net->n_outputs)
    {
      double length = 0;
      if (f->conv.d > 0)
        length = sqrt (inner (net->n_outputs, theta + j, theta + j));
      for (size_t k = j; f->conv.d == 0 && k < j + net->n_outputs; k++)
        length += fabs (theta[k]);
      penalty += length * length;
    }
  return loss + f->beta / 2 * penalty;
}

/* One full-batch step of sgd is minus lr times the gradient of the objective
   over n, for which finite differences stand: every kind of network, every
   loss.  */
START_TEST (steps_follow_the_gradient)
{
  struct cvx_settings s = settings (5, 1e-3);
  struct cvx_rng r;
  size_t compared = 0;
  cvx_rng_init (&r, 8, 1);
  s.batch = s.schedule = 0;
  for (size_t c = 0; cvx_formulations[c] != NULL; c++)
    for (size_t l = 0; cvx_losses[l] != NULL; l++)
      {
        struct problem p;
        struct cvx_formulation *f;
        struct cvx_network *net;
        struct cvx_run *run;
        struct cvx_vector *theta;
        struct cvx_error err;
        double before[MAX_NUMBERS], h = 1e-6;
        if (cvx_losses[l]->coupled || cvx_formulations[c]->patches)
          continue;
        problem_random (&p, GENERIC, cvx_losses[l]->labels, &r);
        if (cvx_losses[l]->coupled)
          problem_onehot (&p, 3, &r);
        if (p.data.n_outputs > 1 && !cvx_formulations[c]->vector)
          continue;
        problem_patterns (
            &p, strcmp (cvx_formulations[c]->name, "gated") == 0 ? 6 : 0);
        f = problem_formulation (&p, cvx_formulations[c], cvx_losses[l], 0.3);
        if (cvx_trainer_find ("sgd")->unsuited (f, &s) != NULL)
          {
            cvx_formulation_free (f);
            problem_free (&p);
            continue;
          }
        run = begin (f, "sgd", &s);
        ck_assert_ok (cvx_network_copy (&net, run->net, &err), err);
        theta = run->state; /* the first field of the state */
        ck_assert (theta->len <= MAX_NUMBERS);
        memcpy (before, theta->p, theta->len * sizeof *before);
        steps (run, 1);
        for (size_t k = 0; k < theta->len; k++)
          {
            double old = before[k], slope[2], moved, at;
            at = decayed (f, net, before, theta->len);
            for (int side = 0; side < 2; side++)
              {
                before[k] = old + (side == 0 ? h : -h);
                slope[side] = (decayed (f, net, before, theta->len) - at)
                              / (side == 0 ? h : -h);
              }
            before[k] = old;
            if (fabs (slope[0] - slope[1]) > 1e-3) /* a kink */
              continue;
            moved = (theta->p[k] - old) / -s.lr * 7;
            ck_assert_msg (fabs (moved - (slope[0] + slope[1]) / 2)
                               < 1e-5 * (1 + fabs (moved)),
                           "%s, %s, weight %zu: %.9g, not %.9g",
                           f->class->name, f->loss->name, k, moved, slope[0]);
            compared++;
          }
        cvx_network_free (net);
        cvx_run_free (run);
        cvx_formulation_free (f);
        problem_free (&p);
      }
  ck_assert (compared > 400);
}
END_TEST

/* Convolutional networks come near the optimum of their nuclear norm, never
   below its bound.  */
START_TEST (convolutions_are_trained)
{
  static const char *const names[] = { "circular", "linear-cnn" };
  for (size_t c = 0; c < 2; c++)
    {
      struct cvx_settings s = settings (6, 0.01);
      struct cvx_rng r;
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_run *run;
      struct cvx_error err;
      cvx_rng_init (&r, 9 + c, 1);
      problem_random (&p, GENERIC, false, &r);
      f = problem_formulation (&p, cvx_formulation_find (names[c]), NULL, 0.2);
      run = begin (f, "lbfgs", &s);
      steps (run, 300);
      ck_assert_ok (cvx_run_certify (run, NULL, &err), err);
      ck_assert_msg (cvx_run_gap (run) < 1e-5, "%s: gap %g", names[c],
                     cvx_run_gap (run));
      cvx_run_free (run);
      cvx_formulation_free (f);
      problem_free (&p);
    }
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
      struct cvx_bound_options options = { .max_found = 8 };
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

/* Losses with kinks and flat parts too: the multipliers of the program price,
   not the residual of the fit.  */
START_TEST (growing_works_for_every_loss)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 12, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    {
      struct cvx_settings s = settings (1, 0);
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_run *run;
      if (cvx_losses[l]->coupled)
        continue;
      problem_random (&p, GENERIC, cvx_losses[l]->labels, &r);
      problem_patterns (&p, 1);
      f = problem_formulation (&p, cvx_formulation_find ("relu"),
                               cvx_losses[l], 0.05);
      s.tol = 1e-4;
      s.stall = 6;
      s.maxiter = 40;
      run = begin (f, "grow", &s);
      while (run->status == CVX_RUN_READY)
        steps (run, 1);
      ck_assert_msg (cvx_run_gap (run) <= 1e-4, "%s: gap %g",
                     cvx_losses[l]->name, cvx_run_gap (run));
      ck_assert_msg (run->net->width <= 7, "%s: width %zu",
                     cvx_losses[l]->name,
                     run->net->width); /* pruned: at most n */
      cvx_run_free (run);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

TEST_MAIN ("train", steps_add_up_and_archives_keep_them,
           steps_follow_the_gradient, convolutions_are_trained,
           worked_example_is_recognised, growing_reaches_the_optimum,
           growing_works_for_every_loss)
