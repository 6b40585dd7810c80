/* Convolutional programs against known optima: T3 of the references and the
   shared instances E and F.  */

#include "problems.h"

#include <stdio.h>
#include <time.h>

#include "base/npz.h"
#include "linalg/threads.h"
#include "solver/run.h"
#include "runs.h"

static double
now (void)
{
  struct timespec t;
  timespec_get (&t, TIME_UTC);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Solve F by SOLVER (NULL: the automatic one) to TOL; the objective.  */
static double
solve (const struct cvx_formulation *f, const char *solver, double tol,
       double *seconds, size_t *active)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  const struct cvx_solver *method;
  double value, begin = now ();
  cvx_settings_init (&s);
  s.tol = tol;
  method = solver != NULL ? cvx_solver_find (solver)
                          : cvx_solver_choose (f, &s, NULL);
  ck_assert_ok (cvx_run_new (&run, f, method, &s, NULL, NULL, &err), err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  *seconds = now () - begin;
  ck_assert_msg (run->status == CVX_RUN_SOLVED, "%s: %s, gap %g after %zu",
                 method->name, cvx_run_status_words (run->status),
                 cvx_run_gap (run), run->iter);
  value = run->pobj;
  *active = run->net->n_atoms;
  printf ("# %s %s: %.17g, %zu active, %zu iterations, %.4f s\n",
          f->class->name, method->name, value, *active, run->iter, *seconds);
  cvx_run_free (run);
  return value;
}

START_TEST (circular_networks_of_four_features)
{
  static const double x[12] = { 1, 2, 0, -1, 0, 1, 1, 2, 3, -1, 1, 0 };
  static const double y[3] = { 1, -1, 2 };
  static const struct
  {
    size_t h;
    double beta, optimum;
  } known[] = { { 4, 0.5, 0.33333277322 },
                { 4, 2, 1.15828982992 },
                { 1, 0.5, 0.38654881288 },
                { 2, 0.5, 0.33431146178 },
                { 3, 0.5, 0.33333277322 } };
  struct problem p;
  problem_set (&p, 3, 4);
  memcpy (p.x, x, sizeof x);
  memcpy (p.y, y, sizeof y);
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    for (int nuclear = known[k].h < 4; nuclear < 2; nuclear++)
      for (int method = 0; method < 2; method++)
        {
          const size_t size[2] = { 1, known[k].h }, stride[2] = { 1, 1 };
          struct cvx_conv conv;
          struct cvx_error err;
          struct cvx_formulation *f;
          struct cvx_formulation_options o = { .loss_param = NAN,
                                               .beta = known[k].beta,
                                               .threads = 1,
                                               .conv = &conv };
          double seconds, value;
          size_t active;
          ck_assert_ok (
              cvx_conv_init (&conv, 4, NULL, size, stride, true, &err), err);
          ck_assert_ok (
              cvx_formulation_new (
                  &f,
                  cvx_formulation_find (nuclear ? "linear-cnn" : "circular"),
                  &p.data, NULL, &o, &err),
              err);
          value = solve (f, method == 0 ? "fista" : NULL, 1e-11, &seconds,
                         &active);
          ck_assert_near (value, known[k].optimum, 2e-11);
          cvx_formulation_free (f);
        }
}
END_TEST

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

/* Instance FILE by every way, at a certified gap of 1e-9.  */
static void
shared_instance (const char *file, const char *class, double beta,
                 double optimum, size_t atoms)
{
  static const char *const methods[] = { NULL, "fista" };
  struct cvx_npz *z;
  struct cvx_error err;
  struct cvx_dataset data;
  struct cvx_conv conv;
  struct cvx_formulation *f;
  const struct cvx_array *x, *y;
  FILE *there = fopen (instance (file), "rb");
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = beta, .threads = 1 };
  if (there == NULL)
    return; /* nothing to compare with */
  fclose (there);
  ck_assert_ok (cvx_npz_read (&z, instance (file), 1 << 28, NULL, &err), err);
  x = cvx_npz_find (z, "X");
  y = cvx_npz_find (z, "y");
  memset (&data, 0, sizeof data);
  data.n_features = x->count / x->shape[0];
  data.n_outputs = 1;
  data.part[CVX_TRAIN].n = x->shape[0];
  data.part[CVX_TRAIN].x = x->values;
  data.part[CVX_TRAIN].y = y->values;
  if (x->rank == 3)
    {
      const size_t size[2] = { 1, x->shape[2] };
      ck_assert_ok (cvx_conv_init (&conv, data.n_features, NULL, size, size,
                                   false, &err),
                    err);
      o.conv = &conv;
    }
  cvx_blas_threads (1);
  for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
    {
      double seconds, begin = now (), value;
      size_t active;
      ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find (class),
                                         &data, NULL, &o, &err),
                    err);
      printf ("# %s: built in %.4f s\n", file, now () - begin);
      value = solve (f, methods[k], 1e-9, &seconds, &active);
      ck_assert_near (value, optimum, 1e-9);
      ck_assert_uint_eq (active, atoms);
      cvx_formulation_free (f);
    }
  cvx_npz_free (z);
}

START_TEST (instance_e)
{
  shared_instance ("E.npz", "linear-cnn", 39, 2538.759132425557, 4);
}
END_TEST

START_TEST (instance_f)
{
  shared_instance ("F.npz", "circular", 7000, 15865.690287253034, 25);
}
END_TEST

TEST_MAIN ("convolutional references", circular_networks_of_four_features,
           instance_e, instance_f)
