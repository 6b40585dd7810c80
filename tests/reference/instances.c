/* The shared instances A, C and Cg against optima certified by others.

   The folder is $CVXNN_SHARED/instances, or ../shared/instances beside the
   source tree; without it there is nothing to test.  */

#include "problems.h"

#include <jansson.h>
#include <stdio.h>

#include "base/npz.h"
#include "formulation/bound.h"
#include "linalg/threads.h"
#include "solver/run.h"
#include "runs.h"

static const char *
instance (const char *name)
{
  static char path[4200];
  const char *shared = getenv ("CVXNN_SHARED"), *top = getenv ("CVXNN_SRCDIR");
  if (shared != NULL)
    snprintf (path, sizeof path, "%s/instances/%s", shared, name);
  else
    snprintf (path, sizeof path, "%s/../shared/instances/%s",
              top != NULL ? top : "..", name);
  return path;
}

static double
optimum (const char *key)
{
  json_error_t error;
  json_t *all = json_load_file (instance ("reference_optima.json"), 0, &error);
  json_t *entry = json_object_get (all, key);
  double value = json_number_value (json_object_get (entry, "objective"));
  ck_assert_msg (value > 0, "no optimum of %s", key);
  json_decref (all);
  return value;
}

/* Solve instance FILE to TOL and polish when POLISH; compare with KEY.  With a
   member G the patterns are those of its gates, else all patterns; either way
   they are the columns of D.  */
static void
solve (const char *file, const char *class, const char *solver, double beta,
       double tol, bool polish, const char *key)
{
  struct cvx_npz *z;
  struct cvx_error err;
  const struct cvx_array *x, *y, *d, *g;
  struct cvx_dataset data;
  struct cvx_patterns *patterns;
  struct cvx_pattern_index *index;
  struct cvx_formulation *f;
  struct cvx_formulation_options o
      = { .loss = NULL, .loss_param = NAN, .beta = beta, .threads = 1 };
  struct cvx_settings s;
  struct cvx_run *run;
  double best = optimum (key);
  uint64_t bits[16];
  size_t n;
  ck_assert_ok (cvx_npz_read (&z, instance (file), 1 << 28, NULL, &err), err);
  x = cvx_npz_find (z, "X");
  y = cvx_npz_find (z, "y");
  d = cvx_npz_find (z, "D");
  g = cvx_npz_find (z, "G");
  n = x->shape[0];
  if (g != NULL)
    ck_assert_ok (cvx_patterns_gates (&patterns, x->values, n, x->shape[1],
                                      g->values, g->shape[1], &err),
                  err);
  else
    ck_assert_ok (cvx_patterns_exact (&patterns, x->values, n, x->shape[1],
                                      100000, 1, NULL, &err),
                  err);
  ck_assert_uint_eq (patterns->n_patterns, d->shape[1]);
  ck_assert_ok (cvx_pattern_index_new (&index, patterns, &err), err);
  for (size_t p = 0; p < d->shape[1]; p++)
    {
      memset (bits, 0, sizeof bits);
      for (size_t i = 0; i < n; i++)
        if (((const unsigned char *)d->values)[i * d->shape[1] + p])
          bits[i / 64] |= UINT64_C (1) << (i % 64);
      ck_assert_msg (cvx_pattern_index_find (index, bits) != SIZE_MAX,
                     "pattern %zu is missing", p);
    }
  cvx_pattern_index_free (index);
  memset (&data, 0, sizeof data);
  data.n_features = x->shape[1];
  data.n_outputs = 1;
  data.part[CVX_TRAIN].n = n;
  data.part[CVX_TRAIN].x = x->values;
  data.part[CVX_TRAIN].y = y->values;
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find (class), &data,
                                     patterns, &o, &err),
                err);
  cvx_settings_init (&s);
  s.tol = tol;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  if (polish)
    {
      ck_assert_ok (cvx_run_polish (run, 0, NULL, &err), err);
      tol = 1e-10;
    }
  ck_assert_msg (cvx_run_gap (run) <= tol, "gap %g", cvx_run_gap (run));
  ck_assert_msg (run->dobj <= best * (1 + 1e-11)
                     && run->pobj >= best * (1 - 1e-11),
                 "%.15g is not in [%.15g, %.15g]", best, run->dobj, run->pobj);
  cvx_run_free (run);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  cvx_npz_free (z);
}

/* An SGD network on instance FILE, with one pattern known, is bounded below at
   once, and grown to a certified gap of 1e-3 in at most ROUNDS rounds.  */
static void
grow (const char *file, double beta, size_t rounds, const char *key)
{
  struct cvx_npz *z;
  struct cvx_error err;
  const struct cvx_array *x, *y;
  struct cvx_dataset data = { .n_outputs = 1 };
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_formulation_options o
      = { .loss = NULL, .loss_param = NAN, .beta = beta, .threads = 1 };
  struct cvx_bound_options options = { .max_found = 8 };
  struct cvx_bound b;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_point warm = { 0 };
  double best = optimum (key), u[64 * 8];
  int sign[64];
  size_t n, d;
  ck_assert_ok (cvx_npz_read (&z, instance (file), 1 << 28, NULL, &err), err);
  x = cvx_npz_find (z, "X");
  y = cvx_npz_find (z, "y");
  n = x->shape[0];
  d = x->shape[1];
  data.n_features = d;
  data.part[CVX_TRAIN].n = n;
  data.part[CVX_TRAIN].x = x->values;
  data.part[CVX_TRAIN].y = y->values;
  ck_assert_ok (
      cvx_patterns_sample (&patterns, x->values, n, d, 1, 1, 0, NULL, &err),
      err);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find ("relu"), &data,
                                     patterns, &o, &err),
                err);
  cvx_settings_init (&s);
  s.m = 20;
  s.maxiter = s.epochs = 1000;
  s.seed = 1;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_trainer_find ("sgd"), &s, NULL, NULL, &err),
      err);
  run_to_end (run);
  ck_assert_ok (
      cvx_network_bound (f, run->net, NULL, &options, &b, NULL, NULL, &err),
      err);
  ck_assert (b.cert.global && b.n_found > 0);
  ck_assert (b.cert.dobj > 0.1 * best && b.cert.dobj <= best * (1 + 1e-11));
  cvx_bound_clear (&b);
  warm.n_atoms = run->net->width;
  warm.x = u;
  warm.sign = sign;
  for (size_t j = 0; j < warm.n_atoms; j++)
    {
      sign[j] = run->net->a[j] < 0 ? -1 : 1;
      for (size_t k = 0; k < d; k++)
        u[j * d + k] = run->net->u[j * d + k] * fabs (run->net->a[j]);
    }
  cvx_run_free (run);
  s.tol = 1e-3;
  s.stall = 5;
  s.maxiter = (double)rounds;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_trainer_find ("grow"), &s, &warm, NULL, &err),
      err);
  run_to_end (run);
  ck_assert_msg (cvx_run_gap (run) <= 1e-3, "gap %g after %zu rounds",
                 cvx_run_gap (run), run->iter);
  ck_assert (run->complete && run->dobj <= best * (1 + 1e-11)
             && run->pobj >= best * (1 - 1e-11));
  cvx_run_free (run);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  cvx_npz_free (z);
}

START_TEST (a_grown)
{
  grow ("A.npz", 1e-2, 8, "A_beta0.01");
  grow ("A.npz", 1e-3, 12, "A_beta0.001");
}
END_TEST

START_TEST (b_grown) { grow ("B.npz", 1e-2, 14, "B_beta0.01"); }
END_TEST

START_TEST (a)
{
  solve ("A.npz", "relu", "newton", 1e-2, 1e-8, false, "A_beta0.01");
  solve ("A.npz", "relu", "newton", 1e-3, 1e-8, false, "A_beta0.001");
}
END_TEST

START_TEST (a_by_admm_and_polish)
{
  solve ("A.npz", "relu", "admm", 1e-2, 5e-2, true, "A_beta0.01");
  solve ("A.npz", "relu", "admm", 1e-3, 5e-2, true, "A_beta0.001");
}
END_TEST

START_TEST (c) { solve ("C.npz", "relu", "newton", 43, 1e-8, true, "C"); }
END_TEST

START_TEST (c_gated)
{
  solve ("C.npz", "gated", "fista", 130, 1e-8, true, "Cg");
}
END_TEST

#define main run_suite
TEST_MAIN ("instances", a, a_by_admm_and_polish, c, c_gated, a_grown, b_grown)
#undef main

int
main (void)
{
  FILE *file = fopen (instance ("reference_optima.json"), "rb");
  if (file == NULL)
    {
      puts ("1..0 # SKIP the shared instances are not here");
      return 0;
    }
  fclose (file);
  (void)cvx_blas_threads (1); /* other tests run beside this one */
  return run_suite ();
}
