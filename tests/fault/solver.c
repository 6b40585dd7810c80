/* The k-th allocation fails in the life of a run, for every k.  */

#include "problems.h"

#include "files.h"
#include "linalg/threads.h"
#include "solver/run.h"

/* Start, step, polish, save and load.  */
static enum cvx_status
live (const struct cvx_formulation *f, const struct cvx_solver *solver,
      struct cvx_error *err)
{
  struct cvx_settings s;
  struct cvx_run *run, *again;
  struct cvx_npz_writer *w;
  struct cvx_npz *z = NULL;
  const char *path = test_scratch ("fault.npz");
  enum cvx_status st;
  bool row;
  cvx_settings_init (&s);
  s.tol = 0;
  st = cvx_run_new (&run, f, solver, &s, NULL, NULL, err);
  if (st != CVX_OK)
    {
      ck_assert_ptr_null (run);
      return st;
    }
  for (int k = 0; st == CVX_OK && k < 2; k++)
    {
      size_t iter = run->iter;
      double pobj = run->pobj;
      st = cvx_run_step (run, 0, true, &row, NULL, err);
      ck_assert (run->pobj <= pobj && run->iter >= iter);
    }
  if (st == CVX_OK && f->class->needs_patterns)
    st = cvx_run_polish (run, 0, NULL, err);
  if (st == CVX_OK)
    st = cvx_npz_create (&w, path, false, err);
  if (st == CVX_OK)
    {
      st = cvx_run_save (run, w, "r.", err);
      if (st == CVX_OK)
        st = cvx_npz_close (w, err);
      else
        cvx_npz_abort (w);
    }
  if (st == CVX_OK)
    st = cvx_npz_read (&z, path, 1 << 26, NULL, err);
  if (st == CVX_OK)
    {
      st = cvx_run_load (&again, f, z, "r.", err);
      ck_assert ((st == CVX_OK) == (again != NULL));
      cvx_run_free (again);
    }
  cvx_npz_free (z);
  cvx_run_free (run);
  remove (path);
  return st;
}

static void
fail_each (const struct cvx_formulation_class *class)
{
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_error err;
  struct cvx_settings settings;
  struct cvx_conv conv;
  struct cvx_formulation_options o
      = { .loss = NULL, .loss_param = NAN, .beta = 0.1, .threads = 1 };
  problem_five_points (&p);
  problem_patterns (&p, 0);
  o.conv = problem_conv (&p, class, &conv);
  ck_assert_ok (cvx_formulation_new (&f, class, &p.data,
                                     problem_patterns_for (&p, class), &o,
                                     &err),
                err);
  (void)cvx_blas_threads (1);
  cvx_settings_init (&settings);
  for (size_t s = 0; cvx_solvers[s] != NULL; s++)
    for (size_t k = 0; cvx_solvers[s]->unsuited (f, &settings) == NULL; k++)
      {
        size_t live_before = cvx_alloc_live ();
        enum cvx_status st;
        cvx_alloc_fail_at (k, k % 2 == 0);
        st = live (f, cvx_solvers[s], &err);
        cvx_alloc_fail_at (0, false);
        /* k = 0: nothing fails, and the scratch memory of the formulation
           takes its size.  */
        if (k == 0)
          {
            ck_assert_ok (st, err);
            continue;
          }
        ck_assert_uint_eq (cvx_alloc_live (), live_before);
        if (st == CVX_OK)
          {
            ck_assert_msg (k > 60, "only %zu allocations", k);
            break;
          }
        ck_assert_msg (st == CVX_NOMEM, "%s, allocation %zu: E%d %s",
                       cvx_solvers[s]->name, k, (int)err.id, err.text);
      }
  cvx_formulation_free (f);
  problem_free (&p);
}

START_TEST (relu) { fail_each (cvx_formulation_find ("relu")); }
END_TEST

START_TEST (circular) { fail_each (cvx_formulation_find ("circular")); }
END_TEST

START_TEST (linear_cnn) { fail_each (cvx_formulation_find ("linear-cnn")); }
END_TEST

START_TEST (gated) { fail_each (cvx_formulation_find ("gated")); }
END_TEST

TEST_MAIN ("fault-solver", relu, gated, circular, linear_cnn)
