/* Laws of the working sets: what they reach does not depend on threads, on the
   precision of the iterations or on where they start, and the memory they take
   is what was foretold.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "support.h"

#include <string.h>
#include <sys/resource.h>

#include "linalg/masked.h"
#include "linalg/threads.h"
#include "solver/kronecker.h"
#include "solver/run.h"
#include "runs.h"

/* A planted gated network with noise on n samples, d features and P gates.  */
struct problem
{
  size_t n, d;
  double *x, *y;
  struct cvx_dataset data;
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
};

static void
problem_open (struct problem *p, size_t n, size_t d, size_t count,
              const char *loss, double share, int threads)
{
  struct cvx_formulation_options o = { .loss = cvx_loss_find (loss),
                                       .loss_param = NAN,
                                       .beta = NAN,
                                       .threads = threads,
                                       .all_threads = true };
  struct cvx_error err;
  struct cvx_rng r;
  double betamax;
  memset (p, 0, sizeof *p);
  cvx_rng_init (&r, 7, 1);
  p->n = n;
  p->d = d;
  p->x = cvx_alloc (n, d * sizeof *p->x);
  p->y = cvx_calloc (n, sizeof *p->y);
  for (size_t i = 0; i < n * d; i++)
    p->x[i] = cvx_rng_normal (&r) / (double)(1 + i % d);
  cvx_blas_threads (threads);
  ck_assert_ok (
      cvx_patterns_sample (&p->patterns, p->x, n, d, count, 3, 0, NULL, &err),
      err);
  for (size_t i = 0; i < n; i++)
    {
      for (size_t k = 0; k < 3; k++)
        if (cvx_pattern_bit (p->patterns->bits + 5 * k * p->patterns->n_words,
                             i))
          p->y[i] += (k == 1 ? -1 : 2) * p->x[i * d + k];
      p->y[i] += 0.3 * cvx_rng_normal (&r);
      if (o.loss->labels)
        p->y[i] = p->y[i] >= 0 ? 1 : -1;
    }
  p->data.n_features = d;
  p->data.n_outputs = 1;
  p->data.part[CVX_TRAIN].n = n;
  p->data.part[CVX_TRAIN].x = p->x;
  p->data.part[CVX_TRAIN].y = p->y;
  ck_assert_ok (cvx_formulation_new (&p->f, cvx_formulation_find ("gated"),
                                     &p->data, p->patterns, &o, &err),
                err);
  ck_assert_ok (cvx_formulation_betamax (p->f, &betamax, NULL, &err), err);
  ck_assert_ok (cvx_formulation_set_beta (p->f, share * betamax, &err), err);
}

static void
problem_close (struct problem *p)
{
  cvx_formulation_free (p->f);
  cvx_patterns_free (p->patterns);
  cvx_free (p->x);
  cvx_free (p->y);
}

/* A run of SOLVER, iterated to TOL, from WARM (may be NULL).  */
static struct cvx_run *
solved (const struct problem *p, const char *solver, double tol,
        double precision, const struct cvx_point *warm)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = tol;
  s.precision = precision;
  ck_assert_ok (
      cvx_run_new (&run, p->f, cvx_solver_find (solver), &s, warm, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  return run;
}

START_TEST (threads_change_neither_gates_nor_optimum)
{
  static const char *const losses[] = { "squared", "logistic", "huber" };
  for (size_t k = 0; k < 3; k++)
    {
      double objective[2];
      uint64_t *bits = NULL;
      for (int threads = 1; threads <= 2; threads++)
        {
          struct problem p;
          struct cvx_run *run;
          size_t words;
          problem_open (&p, 700, 20, 300, losses[k], 0.05, threads);
          words = p.patterns->n_patterns * p.patterns->n_words;
          if (threads == 1)
            bits = cvx_copy (p.patterns->bits, words, sizeof *bits);
          ck_assert_mem_eq (bits, p.patterns->bits, words * sizeof *bits);
          run = solved (&p, "working", 1e-11, 0, NULL);
          objective[threads - 1] = run->pobj;
          ck_assert_uint_gt (run->last.n_active, 3);
          cvx_run_free (run);
          problem_close (&p);
        }
      ck_assert_near (objective[0], objective[1], 1e-10);
      cvx_free (bits);
    }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (single_precision_ends_at_the_same_certified_optimum)
{
  static const char *const solvers[] = { "working", "fista" };
  struct problem p;
  struct cvx_run *exact;
  problem_open (&p, 900, 30, 200, "squared", 0.1, 2);
  exact = solved (&p, "working", 1e-11, 0, NULL);
  for (size_t k = 0; k < 2; k++)
    {
      /* fista stops where single precision does.  */
      double tol = k == 0 ? 1e-10 : 1e-4;
      struct cvx_run *run = solved (&p, solvers[k], tol, 1, NULL);
      ck_assert_near (run->pobj, exact->pobj, tol);
      ck_assert (run->dobj <= exact->pobj);
      ck_assert (run->pobj >= exact->dobj);
      cvx_run_free (run);
    }
  cvx_run_free (exact);
  problem_close (&p);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* Along beta the last solution saves rounds, and leads to the same end.  */
START_TEST (warm_starts_save_rounds)
{
  struct problem p;
  struct cvx_run *first, *cold, *warm;
  struct cvx_point at;
  struct cvx_error err;
  problem_open (&p, 700, 20, 300, "squared", 0.05, 1);
  first = solved (&p, "working", 1e-9, 0, NULL);
  cvx_run_point (first, &at);
  ck_assert_ok (cvx_formulation_set_beta (p.f, 0.95 * p.f->beta, &err), err);
  cold = solved (&p, "working", 1e-9, 0, NULL);
  warm = solved (&p, "working", 1e-9, 0, &at);
  ck_assert_near (cold->pobj, warm->pobj, 2e-9);
  ck_assert_uint_lt (warm->iter, cold->iter);
  cvx_run_free (first);
  cvx_run_free (cold);
  cvx_run_free (warm);
  problem_close (&p);
}
END_TEST

/* psi of every block as the class computes it; the second time, and the dual
   norm of the same nu, without a product.  */
START_TEST (prices_are_remembered_for_the_same_point_only)
{
  struct problem p;
  struct cvx_error err;
  double *psi, *g, *nu, norm;
  size_t solved_blocks = 0;
  problem_open (&p, 300, 10, 80, "squared", 0.1, 1);
  psi = cvx_alloc (p.f->n_blocks, sizeof *psi);
  g = cvx_alloc (p.f->n_var, sizeof *g);
  nu = cvx_copy (p.y, p.n, sizeof *nu);
  for (int round = 0; round < 3; round++)
    {
      nu[5] += round; /* another point each time */
      for (int again = 0; again < 2; again++)
        {
          ck_assert_ok (cvx_formulation_price (p.f, nu, psi, NULL, &err), err);
          ck_assert_ok (cvx_formulation_dual_norm (p.f, nu, 0, &norm, NULL,
                                                   NULL, NULL, &err),
                        err);
          ck_assert_int_eq (p.f->class->adjoint (p.f, nu, g, NULL), CVX_OK);
          for (size_t k = 0; k < p.f->n_blocks; k++)
            {
              double at = p.f->class->support (p.f, k, g + k * p.d, NULL,
                                               &solved_blocks, 0);
              ck_assert_near (psi[k], at, 1e-12);
              ck_assert (norm >= at);
            }
        }
    }
  cvx_free (psi);
  cvx_free (g);
  cvx_free (nu);
  problem_close (&p);
}
END_TEST

/* With gates that let everything through, X'D_i D_j X is X'X: the
   preconditioner is the inverse.  */
START_TEST (kronecker_is_exact_for_open_gates)
{
  enum
  {
    K = 5
  };
  struct problem p;
  struct cvx_error err;
  struct cvxi_metric *m;
  struct cvxi_kronecker *inverse;
  size_t list[K] = { 0, 3, 4, 7, 11 };
  double delta[K] = { 1, 20, 0.3, 5, 2 }, *in, *out, *fit, *back, *turned;
  struct cvx_rng r;
  cvx_rng_init (&r, 3, 3);
  problem_open (&p, 130, 9, 40, "squared", 0.1, 1);
  for (size_t k = 0; k < K; k++)
    for (size_t i = 0; i < p.n; i++)
      p.patterns->bits[list[k] * p.patterns->n_words + i / 64] |= (uint64_t)1
                                                                  << (i % 64);
  ck_assert_ok (cvxi_metric_new (&m, p.f, NULL, &err), err);
  ck_assert_ok (cvxi_kronecker_new (&inverse, p.f, m, K, list, delta, 1, &err),
                err);
  in = cvx_alloc (5 * K, p.d * sizeof *in);
  out = in + K * p.d;
  back = out + K * p.d;
  turned = back + K * p.d;
  fit = cvx_alloc (p.n, sizeof *fit);
  for (size_t i = 0; i < K * p.d; i++)
    in[i] = cvx_rng_normal (&r);
  cvxi_kronecker_solve (inverse, in, out);
  cvxi_metric_leave (m, K, out, back);
  ck_assert_int_eq (p.f->class->apply_list (p.f, K, list, back, fit, NULL),
                    CVX_OK);
  ck_assert_int_eq (p.f->class->adjoint_list (p.f, K, list, fit, back, NULL),
                    CVX_OK);
  cvxi_metric_enter (m, K, back, turned);
  for (size_t i = 0; i < K * p.d; i++)
    ck_assert_double_eq_tol (turned[i] + delta[i / p.d] * out[i], in[i],
                             1e-10);
  cvxi_kronecker_free (inverse);
  cvxi_metric_free (m);
  cvx_free (in);
  cvx_free (fit);
  problem_close (&p);
}
END_TEST

static double
peak (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return 1024.0 * (double)usage.ru_maxrss;
}

/* The n x P matrix alone would be 128 MB, the columns of A 6 GB.  */
START_TEST (memory_is_what_was_foretold)
{
  enum
  {
    N = 8000,
    D = 50,
    P = 2000
  };
  struct problem p;
  struct cvx_formulation_estimate e;
  struct cvx_error err;
  struct cvx_run *run;
  double before = peak (), x = 8.0 * N * D, patterns, solver;
  /* Beside the program: the gates twice while they are drawn, bits, and rows
     of a working set of 100.  */
  patterns = 8.0 * P * D * 2 + N / 8.0 * P + 16.0 * N * 256;
  solver = 8.0 * (12.0 * 100 * D + 12.0 * N) + 24.0 * P + 8.0 * P * D;
  ck_assert_ok (cvx_formulation_estimate (cvx_formulation_find ("gated"), N, D,
                                          1, P, NULL, &e, &err),
                err);
  problem_open (&p, N, D, P, "squared", 0.3, 2);
  run = solved (&p, "working", 1e-6, 0, NULL);
  ck_assert_uint_lt (run->last.n_active, 50);
  ck_assert_msg (peak () - before <= x + patterns + e.bytes + solver + 8e6,
                 "took %.1f MB, foretold %.1f", 1e-6 * (peak () - before),
                 1e-6 * (x + patterns + e.bytes + solver + 8e6));
  cvx_run_free (run);
  problem_close (&p);
}
END_TEST

TEST_MAIN ("working", threads_change_neither_gates_nor_optimum,
           single_precision_ends_at_the_same_certified_optimum,
           warm_starts_save_rounds,
           prices_are_remembered_for_the_same_point_only,
           kronecker_is_exact_for_open_gates, memory_is_what_was_foretold)
