/* Laws of screening: what is not multiplied is zero at the optimum, and
   neither the optimum nor a digit of the bound depends on it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "support.h"

#include <string.h>

#include "formulation/private.h"
#include "planted.h"
#include "runs.h"

/* The dual norm and psi at NU do not depend on what was asked before; what is
   above beta is exact, and all are bounds.  */
START_TEST (prices_do_not_depend_on_the_past)
{
  static const size_t outputs[] = { 1, 3 };
  for (size_t h = 0; h < 2; h++)
    {
      struct planted p, q;
      struct cvx_error err;
      struct cvx_rng r;
      size_t skipped = 0, blocks;
      double *nu, *psi, *fresh, *exact, a, b;
      planted_open (&p, "gated", "squared", 200, 5, outputs[h], 300, 0.3);
      planted_open (&q, "gated", "squared", 200, 5, outputs[h], 300, 0.3);
      blocks = p.f->n_blocks;
      nu = cvx_copy (p.y, p.f->n_obs, sizeof *nu);
      psi = cvx_alloc (blocks, sizeof *psi);
      fresh = cvx_alloc (blocks, sizeof *fresh);
      exact = cvx_alloc (p.f->n_var, sizeof *exact);
      cvx_rng_init (&r, 5, h);
      for (size_t i = 0; i < p.f->n_obs; i++)
        nu[i] *= 0.4;
      for (int move = 0; move < 30; move++)
        {
          double by = pow (0.7, move);
          struct cvx_formulation *other;
          struct cvx_formulation_options o = {
            .loss = NULL, .loss_param = NAN, .beta = p.f->beta, .threads = 1
          };
          for (size_t i = 0; i < p.f->n_obs; i++)
            nu[i] += 0.05 * by * cvx_rng_normal (&r);
          ck_assert_ok (cvx_formulation_new (&other, p.f->class, &q.data,
                                             q.patterns, &o, &err),
                        err);
          ck_assert_ok (cvx_formulation_price (p.f, nu, psi, NULL, &err), err);
          ck_assert_ok (cvx_formulation_price (other, nu, fresh, NULL, &err),
                        err);
          ck_assert_ok (cvx_formulation_dual_norm (p.f, nu, 0, &a, NULL, NULL,
                                                   NULL, &err),
                        err);
          ck_assert_ok (cvx_formulation_dual_norm (other, nu, 0, &b, NULL,
                                                   NULL, NULL, &err),
                        err);
          ck_assert_msg (memcmp (&a, &b, sizeof a) == 0, "%.17g and %.17g", a,
                         b);
          ck_assert_int_eq (p.f->class->adjoint (p.f, nu, exact, NULL),
                            CVX_OK);
          for (size_t g = 0; g < blocks; g++)
            {
              double *z = exact + g * p.f->block_len;
              double norm = sqrt (z[0] * z[0] + z[1] * z[1] + z[2] * z[2]
                                  + z[3] * z[3] + z[4] * z[4]);
              ck_assert (psi[g] >= norm * (1 - 1e-12));
              ck_assert ((psi[g] > p.f->beta) == (fresh[g] > p.f->beta));
              if (fresh[g] > p.f->beta)
                ck_assert (memcmp (&psi[g], &fresh[g], sizeof a) == 0);
            }
          skipped += blocks - p.f->work->multiplied;
          ck_assert_uint_eq (other->work->multiplied, blocks);
          cvx_formulation_free (other);
        }
      ck_assert_uint_gt (skipped, 3 * blocks);
      cvx_free (nu);
      cvx_free (psi);
      cvx_free (fresh);
      cvx_free (exact);
      planted_close (&p);
      planted_close (&q);
    }
}
END_TEST

/* The last certificate of a run multiplies few blocks; the others are zero at
   an optimum that another method, which shares none of it, finds too.  */
START_TEST (screened_blocks_are_zero_at_the_optimum)
{
  struct planted p;
  struct cvx_settings s;
  struct cvx_run *run, *other;
  struct cvx_error err;
  struct cvx_point at;
  double *x;
  planted_open (&p, "gated", "squared", 300, 6, 1, 400, 0.2);
  cvx_settings_init (&s);
  s.tol = 1e-10;
  ck_assert_ok (cvx_run_new (&run, p.f, cvx_solver_find ("working"), &s, NULL,
                             NULL, &err),
                err);
  run_to_end (run);
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  ck_assert_uint_lt (run->last.n_cells, p.f->n_blocks / 2);
  for (size_t k = 0; k < run->n_trace; k++)
    ck_assert (run->trace[k].skipped >= 0
               && run->trace[k].skipped < (double)p.f->n_blocks);
  ck_assert (run->trace[run->n_trace - 1].skipped
             == (double)(p.f->n_blocks - run->last.n_cells));
  x = cvx_calloc (p.f->n_var, sizeof *x);
  cvx_run_point (run, &at);
  for (size_t k = 0; k < at.n_atoms; k++)
    {
      ck_assert_msg (p.f->work->open[at.block[k]] == 0,
                     "block %zu is in use and was screened", at.block[k]);
      memcpy (x + at.block[k] * 6, at.x + k * 6, 6 * sizeof *x);
    }
  s.tol = 1e-9;
  ck_assert_ok (cvx_run_new (&other, p.f, cvx_solver_find ("fista"), &s, NULL,
                             NULL, &err),
                err);
  run_to_end (other);
  ck_assert_int_eq (other->status, CVX_RUN_SOLVED);
  ck_assert_near (run->pobj, other->pobj, 1e-9);
  cvx_run_free (run);
  cvx_run_free (other);
  cvx_free (x);
  planted_close (&p);
}
END_TEST

/* A new beta asks anew: what was small beside the old one may not be.  */
START_TEST (another_beta_forgets)
{
  struct planted p;
  struct cvx_error err;
  double *psi, *exact, first;
  planted_open (&p, "gated", "squared", 200, 5, 1, 300, 1.1);
  psi = cvx_alloc (p.f->n_blocks, sizeof *psi);
  exact = cvx_alloc (p.f->n_var, sizeof *exact);
  for (int k = 0; k < 2; k++)
    ck_assert_ok (cvx_formulation_price (p.f, p.y, psi, NULL, &err), err);
  p.y[0] += 1e-9;
  ck_assert_ok (cvx_formulation_price (p.f, p.y, psi, NULL, &err), err);
  ck_assert_uint_lt (p.f->work->multiplied, p.f->n_blocks / 2);
  ck_assert_ok (cvx_formulation_set_beta (p.f, 0.5 * p.f->beta, &err), err);
  ck_assert_ok (cvx_formulation_price (p.f, p.y, psi, NULL, &err), err);
  ck_assert_int_eq (p.f->class->adjoint (p.f, p.y, exact, NULL), CVX_OK);
  for (size_t g = 0; g < p.f->n_blocks; g++)
    {
      first = 0;
      for (size_t j = 0; j < 5; j++)
        first += exact[5 * g + j] * exact[5 * g + j];
      if (psi[g] > p.f->beta)
        ck_assert_near (psi[g], sqrt (first), 1e-12);
    }
  cvx_free (psi);
  cvx_free (exact);
  planted_close (&p);
}
END_TEST

TEST_MAIN ("screen", prices_do_not_depend_on_the_past,
           screened_blocks_are_zero_at_the_optimum, another_beta_forgets)
