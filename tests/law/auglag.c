/* Laws of the augmented Lagrangian: its optimum is that of Newton's method,
   its multipliers prove it, and it depends on neither threads nor start.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "support.h"

#include <string.h>

#include "formulation/group_l1.h"
#include "planted.h"
#include "runs.h"
#include "solver/augmented.h"
#include "solver/state.h"

static struct cvx_run *
solved (const struct cvx_formulation *f, const char *solver, double tol,
        const struct cvx_point *warm)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = tol;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, warm, NULL, &err),
      err);
  run_to_end (run);
  ck_assert_msg (run->status == CVX_RUN_SOLVED, "%s: %s, gap %g", solver,
                 cvx_run_status_words (run->status), cvx_run_gap (run));
  return run;
}

static const struct
{
  const char *loss;
  size_t n, d, c, count;
  double share;
} cases[] = { { "squared", 150, 6, 1, 30, 0.05 },
              { "logistic", 120, 4, 1, 20, 0.1 },
              { "squared", 90, 4, 3, 15, 0.1 },
              { "squared", 12, 20, 1, 25, 0.05 } };
enum
{
  N_CASES = sizeof cases / sizeof *cases
};

static void
open_case (struct planted *p, size_t h)
{
  planted_open (p, "relu", cases[h].loss, cases[h].n, cases[h].d, cases[h].c,
                cases[h].count, cases[h].share);
}

START_TEST (the_optimum_is_that_of_newton)
{
  for (size_t h = 0; h < N_CASES; h++)
    {
      struct planted p;
      struct cvx_run *a, *b, *again;
      struct cvx_point warm;
      open_case (&p, h);
      a = solved (p.f, "auglag", 1e-6, NULL);
      b = solved (p.f, "newton", 1e-9, NULL);
      ck_assert_near (a->pobj, b->pobj, 2e-6);
      ck_assert (a->pobj >= b->dobj * (1 - 1e-12));
      ck_assert_uint_gt (a->net->width, 0);
      /* From the other optimum it is there at once.  */
      cvx_run_point (b, &warm);
      again = solved (p.f, "auglag", 1e-6, &warm);
      ck_assert_uint_le (again->iter, 1);
      cvx_run_free (a);
      cvx_run_free (b);
      cvx_run_free (again);
      planted_close (&p);
    }
}
END_TEST

static void *
field (void *state, const char *name)
{
  for (const struct cvx_field *k = cvx_solver_find ("auglag")->fields;
       k->name != NULL; k++)
    if (strcmp (k->name, name) == 0)
      return (char *)state + k->offset;
  ck_abort_msg ("no field %s", name);
}

/* At the end a >= 0, ||A_g'nu + G_g'a_g|| = beta where w_g is not zero, and a
   G w = 0.  */
START_TEST (multipliers_prove_the_optimum)
{
  for (size_t h = 0; h < N_CASES; h++)
    {
      struct planted p;
      struct cvx_run *run;
      const struct cvx_indices *block;
      const struct cvx_vector *w, *a;
      const double *nu;
      size_t n = cases[h].n, d = cases[h].d, c = cases[h].c, positive = 0;
      open_case (&p, h);
      run = solved (p.f, "auglag", 1e-7, NULL);
      block = field (run->state, "block");
      w = field (run->state, "w");
      a = field (run->state, "a");
      nu = *(double **)field (run->state, "nu");
      ck_assert_uint_gt (block->len, 0);
      ck_assert_uint_eq (w->len, block->len * d);
      ck_assert_uint_eq (a->len, block->len * n);
      for (size_t k = 0; k < block->len; k++)
        {
          size_t g = block->p[k], out = cvx_formulation_output (p.f, g);
          const uint64_t *bits
              = p.patterns->bits
                + cvxi_group_l1_pattern (p.f, g) * p.patterns->n_words;
          double z[20] = { 0 }, norm = 0, slack = 0, size = 0;
          double sign = cvxi_group_l1_sign (p.f, g);
          for (size_t i = 0; i < n; i++)
            {
              double at = 0, t = a->p[k * n + i], by = -t;
              if (cvx_pattern_bit (bits, i))
                by = t + sign * nu[i * c + out];
              ck_assert (t >= 0);
              positive += t > 0;
              for (size_t j = 0; j < d; j++)
                {
                  at += p.x[i * d + j] * w->p[k * d + j];
                  z[j] += p.x[i * d + j] * by;
                }
              slack += t * fabs (at);
            }
          for (size_t j = 0; j < d; j++)
            {
              norm += z[j] * z[j];
              size += w->p[k * d + j] * w->p[k * d + j];
            }
          ck_assert_msg (fabs (sqrt (norm) / p.f->beta - 1) < 1e-3,
                         "case %zu, block %zu: %g beta", h, g,
                         sqrt (norm) / p.f->beta);
          ck_assert_msg (slack < 1e-2 * p.f->beta * sqrt (size)
                                     + 1e-5 * run->pobj,
                         "case %zu, block %zu: slack %g", h, g, slack);
        }
      ck_assert_uint_gt (positive, 0);
      cvx_run_free (run);
      planted_close (&p);
    }
}
END_TEST

/* What the inner method ends at is a minimum of the augmented function: no
   small change of a weight lowers it.  */
START_TEST (the_inner_problem_is_solved)
{
  for (size_t h = 0; h < N_CASES; h++)
    {
      struct planted p;
      struct cvxi_augmented *q;
      struct cvxi_metric *m;
      struct cvx_error err;
      size_t n = cases[h].n, d = cases[h].d, k = 5, list[5];
      double *w = cvx_calloc (k, d * sizeof *w), first, last;
      double *a = cvx_calloc (k, n * sizeof *a);
      open_case (&p, h);
      for (size_t i = 0; i < k; i++)
        list[i] = i * (p.f->n_blocks / k);
      for (size_t i = 0; i < k * n; i += 3)
        a[i] = 0.1 * p.f->beta / (double)n;
      ck_assert_ok (cvxi_metric_new (&m, p.f, NULL, &err), err);
      ck_assert_ok (
          cvxi_augmented_new (&q, p.f, m, k, list, w, a, 3, 0.5, &err), err);
      ck_assert_ok (cvxi_augmented_solve (q, 0, 0, NULL, &err), err);
      first = q->lagrangian;
      ck_assert_ok (cvxi_augmented_solve (q, 1e-9, 20000, NULL, &err), err);
      ck_assert_msg (q->residual <= 1e-7, "case %zu: %g", h, q->residual);
      last = q->lagrangian;
      ck_assert (last < first);
      cvxi_augmented_weights (q, w);
      for (size_t i = 0; i < k * d; i++)
        for (double by = -1e-3; by < 2e-3; by += 2e-3)
          {
            struct cvxi_augmented *near;
            w[i] += by;
            ck_assert_ok (cvxi_augmented_new (&near, p.f, m, k, list, w, a, 3,
                                              0.5, &err),
                          err);
            ck_assert_ok (cvxi_augmented_solve (near, 0, 0, NULL, &err), err);
            ck_assert_msg (near->lagrangian >= last * (1 - 1e-12),
                           "case %zu: %.17g below %.17g", h, near->lagrangian,
                           last);
            w[i] -= by;
            cvxi_augmented_free (near);
          }
      cvxi_augmented_free (q);
      cvxi_metric_free (m);
      cvx_free (w);
      cvx_free (a);
      planted_close (&p);
    }
}
END_TEST

/* An aborted round leaves the state, and what comes after is what would have
   come.  */
START_TEST (a_round_can_be_interrupted)
{
  struct planted p;
  struct cvx_run *run, *other;
  struct cvx_settings s;
  struct cvx_error err;
  struct cvx_progress progress;
  const struct cvx_solver *auglag = cvx_solver_find ("auglag");
  bool row;
  memset (&progress, 0, sizeof progress);
  cvx_settings_init (&s);
  open_case (&p, 0);
  ck_assert_ok (cvx_run_new (&run, p.f, auglag, &s, NULL, NULL, &err), err);
  ck_assert_ok (cvx_run_new (&other, p.f, auglag, &s, NULL, NULL, &err), err);
  for (int k = 0; k < 3; k++)
    {
      ck_assert_ok (cvx_run_step (run, 0, true, &row, NULL, &err), err);
      ck_assert_ok (cvx_run_step (other, 0, true, &row, NULL, &err), err);
    }
  atomic_store (&progress.abort, 1);
  ck_assert_int_eq (auglag->step (run->state, p.f, &s, &progress, &err),
                    CVX_INTERRUPTED);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, auglag, p.f));
  atomic_store (&progress.abort, 0);
  ck_assert_ok (auglag->step (run->state, p.f, &s, &progress, &err), err);
  ck_assert_ok (auglag->step (other->state, p.f, &s, NULL, &err), err);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, auglag, p.f));
  cvx_run_free (run);
  cvx_run_free (other);
  planted_close (&p);
}
END_TEST

TEST_MAIN ("auglag", the_optimum_is_that_of_newton,
           multipliers_prove_the_optimum, the_inner_problem_is_solved,
           a_round_can_be_interrupted)
