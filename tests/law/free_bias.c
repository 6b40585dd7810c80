/* A free output bias: the laws of min_b l (f + b 1; y), and the programs with
   it: solvers agree, labels may be shifted, the network has the bias.  */

#include "support.h"

#include <string.h>

#include "problems.h"
#include "solver/run.h"
#include "runs.h"

enum
{
  ROWS = 9
};

static double
product (const double *x, const double *y)
{
  return inner (ROWS, x, y);
}

START_TEST (laws_of_the_loss)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 11, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    for (size_t k = 0; k < 40; k++)
      {
        const struct cvx_loss *base = cvx_losses[l];
        struct cvx_loss loss;
        double f[ROWS], y[ROWS], nu[ROWS], g[ROWS], z[ROWS], t, at,
            sum = 0, size = 0, param = base->param_default;
        if (!cvx_loss_free_bias (base, &loss))
          continue;
        draw (&r, ROWS, f);
        draw (&r, ROWS, y);
        draw (&r, ROWS, z);
        for (size_t i = 0; i < ROWS; i++)
          {
            if (base->labels)
              y[i] = i % 3 == 0 ? -1 : 1;
            /* Ties, where kinks meet.  */
            if (k % 4 == 0)
              f[i] = round (f[i]);
            if (k % 4 == 0 && !base->labels)
              y[i] = round (y[i]);
          }
        at = loss.value (f, y, ROWS, 1, param);
        /* Least over b: not above any, and a shift changes nothing.  */
        for (int step = -20; step <= 20; step++)
          {
            for (size_t i = 0; i < ROWS; i++)
              g[i] = f[i] + 0.1 * step;
            ck_assert (base->value (g, y, ROWS, 1, param)
                       >= at * (1 - 1e-13) - 1e-13);
            ck_assert (fabs (loss.value (g, y, ROWS, 1, param) - at)
                       <= 1e-9 * (1 + at));
          }
        /* nu is balanced and in the domain, with equality of Fenchel.  */
        loss.dual (f, y, ROWS, 1, param, nu);
        for (size_t i = 0; i < ROWS; i++)
          {
            sum += nu[i];
            size += fabs (nu[i]);
          }
        ck_assert_msg (fabs (sum) <= 1e-14 * size, "%s: sum %g of %g",
                       base->name, sum, size);
        ck_assert_msg (
            fabs (loss.bound (nu, y, ROWS, 1, param) - at - product (nu, f))
                <= 1e-9 * (1 + at),
            "%s %zu: %g against %g", base->name, k,
            loss.bound (nu, y, ROWS, 1, param), at + product (nu, f));
        /* The prox: its gradient is one of the loss.  */
        t = 0.5 + cvx_rng_uniform (&r);
        loss.prox (t, z, y, ROWS, 1, param, g);
        for (size_t i = 0; i < ROWS; i++)
          nu[i] = (g[i] - z[i]) / t;
        loss.clip (nu, y, ROWS, 1, param);
        at = loss.value (g, y, ROWS, 1, param);
        ck_assert_msg (
            fabs (loss.bound (nu, y, ROWS, 1, param) - at - product (nu, g))
                <= 1e-8 * (1 + at),
            "prox of %s: %g against %g", base->name,
            loss.bound (nu, y, ROWS, 1, param), at + product (nu, g));
        /* What is clipped is balanced, in the domain, and stays there.  */
        loss.clip (z, y, ROWS, 1, param);
        memcpy (g, z, sizeof g);
        sum = 0;
        for (size_t i = 0; i < ROWS; i++)
          sum += z[i];
        ck_assert (fabs (sum) <= 1e-13);
        ck_assert (isfinite (loss.bound (z, y, ROWS, 1, param)));
        loss.clip (g, y, ROWS, 1, param);
        for (size_t i = 0; i < ROWS; i++)
          ck_assert (fabs (g[i] - z[i]) <= 1e-12);
      }
}
END_TEST

/* The optimum by SOLVER; *BIAS of its network, whose own objective it is.  */
static double
optimum (const struct cvx_formulation *f, const struct cvx_solver *solver,
         double *bias)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double fit[ROWS * 2], value;
  cvx_settings_init (&s);
  s.tol = 1e-7;
  s.stall = s.maxiter;
  ck_assert_ok (cvx_run_new (&run, f, solver, &s, NULL, NULL, &err), err);
  run_to_end (run);
  value = run->pobj;
  ck_assert_msg (cvx_run_gap (run) <= 1e-5, "%s on %s %s: gap %g",
                 solver->name, f->class->name, f->loss->name,
                 cvx_run_gap (run));
  ck_assert_ptr_nonnull (run->net->b0);
  *bias = run->net->b0[0];
  ck_assert_ok (cvx_network_predict (run->net, f->x, f->n_samples, fit, &err),
                err);
  ck_assert_near (
      f->loss->base->value (fit, f->y, f->n_samples, 1, f->loss_param)
          + f->beta * cvx_network_path_norm (run->net),
      value, 1e-12);
  cvx_run_free (run);
  return value;
}

static struct cvx_formulation *
build (struct problem *p, const char *class, const struct cvx_loss *loss)
{
  struct cvx_formulation_options o
      = { .loss = loss, .loss_param = NAN, .beta = NAN, .threads = 1 };
  struct cvx_formulation *f;
  struct cvx_error err;
  double betamax;
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find (class),
                                     &p->data, p->patterns, &o, &err),
                err);
  ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
  ck_assert_ok (cvx_formulation_set_beta (f, 0.2 * betamax, &err), err);
  return f;
}

START_TEST (solvers_agree)
{
  static const char *const classes[] = { "relu", "gated" };
  struct cvx_rng r;
  cvx_rng_init (&r, 12, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    for (size_t c = 0; c < 2; c++)
      {
        const struct cvx_loss *loss = cvx_losses[l];
        struct problem p;
        struct cvx_loss ignored;
        struct cvx_formulation *f;
        struct cvx_settings s;
        double first = NAN, bias;
        size_t n = 0;
        if (!cvx_loss_free_bias (loss, &ignored))
          continue;
        problem_set (&p, ROWS, 2);
        draw (&r, 2 * ROWS, p.x);
        draw (&r, ROWS, p.y);
        for (size_t i = 0; i < ROWS && loss->labels; i++)
          p.y[i] = i % 3 == 0 ? -1 : 1;
        p.data.bias = CVX_BIAS_FREE;
        problem_patterns (&p, 0);
        f = build (&p, classes[c], loss);
        cvx_settings_init (&s);
        for (size_t k = 0; cvx_solvers[k] != NULL; k++)
          if (cvx_solvers[k]->unsuited (f, &s) == NULL)
            {
              double value = optimum (f, cvx_solvers[k], &bias);
              if (n++ > 0)
                ck_assert_near (value, first, 1e-5);
              else
                first = value;
            }
        ck_assert (n >= (c == 0 || loss->smooth ? 2 : 1));
        cvx_formulation_free (f);
        problem_free (&p);
      }
}
END_TEST

/* Labels of regression may be shifted: only the bias follows.  */
START_TEST (labels_may_be_shifted)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 13, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    {
      const struct cvx_loss *loss = cvx_losses[l];
      const struct cvx_solver *solver = cvx_solver_find ("interior");
      struct problem p;
      struct cvx_loss ignored;
      struct cvx_formulation *f;
      double value, bias, shifted;
      if (loss->labels || !cvx_loss_free_bias (loss, &ignored))
        continue;
      problem_set (&p, ROWS, 2);
      draw (&r, 2 * ROWS, p.x);
      draw (&r, ROWS, p.y);
      p.data.bias = CVX_BIAS_FREE;
      problem_patterns (&p, 0);
      f = build (&p, "relu", loss);
      value = optimum (f, solver, &bias);
      for (size_t i = 0; i < ROWS; i++)
        p.y[i] += 7;
      ck_assert_near (optimum (f, solver, &shifted), value, 1e-6);
      if (loss->smooth)
        ck_assert_near (shifted, bias + 7, 1e-3);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

TEST_MAIN ("free-bias", laws_of_the_loss, solvers_agree, labels_may_be_shifted)
