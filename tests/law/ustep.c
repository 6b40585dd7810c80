/* Laws of the linear step of alternating directions: its three ways solve the
   same systems, lead to the same optimum, and can be interrupted.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "support.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "planted.h"
#include "runs.h"
#include "solver/state.h"
#include "solver/ustep.h"

/* (I + k K) q - t, from the operators.  */
static double
residual (const struct cvx_formulation *f, double k, const double *t,
          const double *q)
{
  double *v = cvx_alloc (f->n_var, sizeof *v), largest = 0;
  double *out = cvx_alloc (f->n_obs, sizeof *out);
  ck_assert_int_eq (f->class->adjoint (f, q, v, NULL), CVX_OK);
  f->class->solve_m (f, v, v);
  ck_assert_int_eq (f->class->apply (f, v, out, NULL), CVX_OK);
  for (size_t i = 0; i < f->n_obs; i++)
    largest = fmax (largest, fabs (q[i] + k * out[i] - t[i]));
  cvx_free (v);
  cvx_free (out);
  return largest;
}

static const enum cvxi_ustep_kind kinds[]
    = { CVXI_USTEP_EIGEN, CVXI_USTEP_CHOLESKY, CVXI_USTEP_CG };

/* One, two and more panels; ranks of 1, of a part and of all samples.  */
START_TEST (every_way_solves_the_system)
{
  static const size_t samples[] = { 40, 256, 300, 530 };
  static const size_t ranks[] = { 0, 1, 7 };
  for (size_t h = 0; h < 4; h++)
    for (size_t c = 1; c <= 3; c += 2)
      for (size_t way = 0; way < 5; way++)
        {
          struct planted p;
          struct cvxi_ustep *u;
          struct cvx_error err;
          struct cvx_rng r;
          size_t kind = way < 2 ? way : 2, products = 0;
          double *t, *q, *b, *work;
          planted_open (&p, c == 1 ? "relu" : "gated", "squared", samples[h],
                        4, c, 9, 0.1);
          t = cvx_alloc (p.f->n_obs, sizeof *t);
          b = cvx_alloc (p.f->n_obs, sizeof *b);
          q = cvx_calloc (p.f->n_obs, sizeof *q);
          work = cvx_alloc (p.f->n_var, sizeof *work);
          cvx_rng_init (&r, 3, h);
          ck_assert_ok (cvxi_ustep_new (&u, p.f, kinds[kind],
                                        way < 2 ? 0 : ranks[way - 2], &err),
                        err);
          ck_assert_ok (cvxi_ustep_prepare (u, p.f, NULL, &err), err);
          ck_assert (cvxi_ustep_norm (u) > 0);
          for (double k = 1e-3; k < 1e4; k *= 30)
            {
              for (size_t i = 0; i < p.f->n_obs; i++)
                t[i] = b[i] = cvx_rng_normal (&r);
              ck_assert_ok (cvxi_ustep_solve (u, p.f, k, 1e-12, t, q, work,
                                              &products, NULL, &err),
                            err);
              ck_assert_msg (residual (p.f, k, b, q) < 1e-9,
                             "n %zu, %zu outputs, way %zu, k %g: %g",
                             samples[h], c, way, k, residual (p.f, k, b, q));
              ck_assert ((products > 0) == (kinds[kind] == CVXI_USTEP_CG));
            }
          cvxi_ustep_free (u);
          cvx_free (t);
          cvx_free (b);
          cvx_free (q);
          cvx_free (work);
          planted_close (&p);
        }
}
END_TEST

/* What the preconditioner is for: it needs fewer products the more it knows,
   and hardly any when it knows all.  */
START_TEST (a_larger_sketch_saves_products)
{
  static const size_t ranks[] = { 1, 40, 300 };
  size_t made[3];
  for (size_t h = 0; h < 3; h++)
    {
      struct planted p;
      struct cvxi_ustep *u;
      struct cvx_error err;
      double *t, *q, *work;
      planted_open (&p, "relu", "squared", 300, 6, 1, 30, 0.1);
      t = cvx_copy (p.y, p.f->n_obs, sizeof *t);
      q = cvx_calloc (p.f->n_obs, sizeof *q);
      work = cvx_alloc (p.f->n_var, sizeof *work);
      ck_assert_ok (cvxi_ustep_new (&u, p.f, CVXI_USTEP_CG, ranks[h], &err),
                    err);
      ck_assert_ok (cvxi_ustep_prepare (u, p.f, NULL, &err), err);
      ck_assert_ok (cvxi_ustep_solve (u, p.f, 1000, 1e-8, t, q, work, &made[h],
                                      NULL, &err),
                    err);
      cvxi_ustep_free (u);
      cvx_free (t);
      cvx_free (q);
      cvx_free (work);
      planted_close (&p);
    }
  ck_assert_msg (made[2] <= 3 && made[1] < made[0] && made[2] < made[1],
                 "%zu %zu %zu products", made[0], made[1], made[2]);
}
END_TEST

static struct cvx_run *
run_of (const struct cvx_formulation *f, double ustep, double tol)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.ustep = ustep;
  s.tol = tol;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find ("admm"), &s, NULL, NULL, &err),
      err);
  return run;
}

/* Exact and inexact steps stay together, and end at one certified optimum.  */
START_TEST (inexact_steps_follow_the_exact_ones)
{
  static const char *const losses[] = { "squared", "logistic", "hinge" };
  for (size_t h = 0; h < 3; h++)
    {
      struct planted p;
      struct cvx_run *exact, *near;
      struct cvx_point a, b;
      char how[256];
      double apart = 0, size = 0;
      planted_open (&p, "relu", losses[h], 90, 4, 1, 12, 0.1);
      exact = run_of (p.f, 1, 1e-7);
      near = run_of (p.f, 2, 1e-7);
      cvx_run_describe (exact, how, sizeof how);
      ck_assert_ptr_nonnull (strstr (how, "eigenvectors"));
      cvx_run_describe (near, how, sizeof how);
      ck_assert_ptr_nonnull (strstr (how, "conjugate gradients"));
      run_to_end (exact);
      run_to_end (near);
      ck_assert_int_eq (exact->status, CVX_RUN_SOLVED);
      ck_assert_msg (near->status == CVX_RUN_SOLVED, "%s: %s, gap %g",
                     losses[h], cvx_run_status_words (near->status),
                     cvx_run_gap (near));
      ck_assert_near (near->pobj, exact->pobj, 1e-6);
      cvx_run_point (exact, &a);
      cvx_run_point (near, &b);
      for (size_t i = 0; i < p.f->n_obs; i++)
        {
          apart += (a.nu[i] - b.nu[i]) * (a.nu[i] - b.nu[i]);
          size += a.nu[i] * a.nu[i];
        }
      ck_assert_msg (apart < 1e-4 * size, "%s: %g", losses[h],
                     sqrt (apart / size));
      ck_assert_msg (near->iter < 2 * exact->iter + 50,
                     "%s: %zu iterations, exact %zu", losses[h], near->iter,
                     exact->iter);
      cvx_run_free (exact);
      cvx_run_free (near);
      planted_close (&p);
    }
}
END_TEST

/* More samples than an n x n matrix is made for.  */
START_TEST (eight_thousand_samples_are_certified)
{
  struct planted p;
  struct cvx_run *run;
  char how[256];
  planted_open (&p, "relu", "squared", 8000, 3, 1, 5, 0.4);
  run = run_of (p.f, 0, 1e-2);
  cvx_run_describe (run, how, sizeof how);
  ck_assert_ptr_nonnull (strstr (how, "0.51 GB"));
  run_to_end (run);
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  ck_assert (run->net->width > 0);
  cvx_run_free (run);
  planted_close (&p);
}
END_TEST

/* A resumed run makes its factor and its sketch anew: the same bits.  */
START_TEST (factors_are_made_again_to_the_bit)
{
  for (int ustep = 1; ustep <= 2; ustep++)
    {
      struct planted p;
      struct cvx_run *whole, *parts;
      struct cvx_error err;
      const struct cvx_solver *admm = cvx_solver_find ("admm");
      bool row;
      void *state;
      planted_open (&p, "relu", "logistic", 1300, 3, 1, 5, 0.1);
      whole = run_of (p.f, ustep, 0);
      parts = run_of (p.f, ustep, 0);
      for (int k = 0; k < 24; k++)
        {
          ck_assert_ok (cvx_run_step (whole, 0, false, &row, NULL, &err), err);
          if (k == 13)
            {
              ck_assert_ok (cvxi_state_new (&state, admm, p.f, &err), err);
              ck_assert_ok (
                  cvxi_state_copy (state, parts->state, admm, p.f, &err), err);
              ck_assert_ok (admm->restore (state, p.f, &parts->settings, &err),
                            err);
              cvxi_state_free (parts->state, admm);
              parts->state = state;
            }
          ck_assert_ok (cvx_run_step (parts, 0, false, &row, NULL, &err), err);
        }
      ck_assert_ptr_null (
          cvxi_state_compare (whole->state, parts->state, admm, p.f));
      cvx_run_free (whole);
      cvx_run_free (parts);
      planted_close (&p);
    }
}
END_TEST

static void *
abort_soon (void *progress)
{
  const struct timespec wait = { 0, 60000000 };
  nanosleep (&wait, NULL);
  atomic_store (&((struct cvx_progress *)progress)->abort, 1);
  return NULL;
}

/* Ctrl-C during the first step, which makes the matrix and its factor: back
   within a second, nothing changed, and what comes after is what would have
   come.  */
START_TEST (the_factorisation_is_interrupted)
{
  struct planted p;
  struct cvx_run *run, *other;
  struct cvx_error err;
  struct cvx_progress progress;
  struct timespec from, to;
  pthread_t thread;
  bool row;
  memset (&progress, 0, sizeof progress);
  planted_open (&p, "relu", "squared", 4000, 3, 1, 5, 0.2);
  run = run_of (p.f, 0, 1e-9);
  clock_gettime (CLOCK_MONOTONIC, &from);
  ck_assert_int_eq (pthread_create (&thread, NULL, abort_soon, &progress), 0);
  ck_assert_ok (cvx_run_step (run, 0, false, &row, &progress, &err), err);
  pthread_join (thread, NULL);
  clock_gettime (CLOCK_MONOTONIC, &to);
  ck_assert_int_eq (run->status, CVX_RUN_INTERRUPTED);
  ck_assert_uint_eq (run->iter, 0);
  ck_assert ((double)(to.tv_sec - from.tv_sec)
                 + 1e-9 * (double)(to.tv_nsec - from.tv_nsec)
             < 3);
  atomic_store (&progress.abort, 0);
  other = run_of (p.f, 0, 1e-9);
  for (int k = 0; k < 2; k++)
    {
      ck_assert_ok (cvx_run_step (run, 0, false, &row, &progress, &err), err);
      ck_assert_ok (cvx_run_step (other, 0, false, &row, &progress, &err),
                    err);
    }
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, run->solver, p.f));
  cvx_run_free (run);
  cvx_run_free (other);
  planted_close (&p);
}
END_TEST

TEST_MAIN ("ustep", every_way_solves_the_system,
           a_larger_sketch_saves_products, inexact_steps_follow_the_exact_ones,
           eight_thousand_samples_are_certified,
           factors_are_made_again_to_the_bit, the_factorisation_is_interrupted)
