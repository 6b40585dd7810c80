/* Laws of the penalties of gated networks.  */

#include "problems.h"

#include <lapacke.h>
#include <stdlib.h>

#include "solver/run.h"
#include "runs.h"

static struct cvx_formulation *
make (struct problem *p, enum cvx_penalty penalty, const char *loss, size_t c,
      size_t gates, double beta, uint64_t seed)
{
  const struct cvx_loss *l = cvx_loss_find (loss);
  struct cvx_formulation_options o = { .loss = l,
                                       .loss_param = NAN,
                                       .beta = beta,
                                       .threads = 2,
                                       .all_threads = true,
                                       .penalty = penalty };
  struct cvx_formulation *f;
  struct cvx_error err;
  struct cvx_rng r;
  cvx_rng_init (&r, seed, 3);
  problem_random (p, GENERIC, l->labels, &r);
  if (l->coupled)
    problem_onehot (p, c, &r);
  else if (c > 1)
    {
      p->data.n_outputs = c;
      for (size_t i = 0; i < c * p->data.part[CVX_TRAIN].n; i++)
        p->y[i] = l->labels ? (cvx_rng_below (&r, 2) == 0 ? -1 : 1)
                            : cvx_rng_normal (&r);
    }
  problem_patterns (p, gates);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find ("gated"),
                                     &p->data, p->patterns, &o, &err),
                err);
  return f;
}

static void
end (struct problem *p, struct cvx_formulation *f)
{
  cvx_formulation_free (f);
  problem_free (p);
}

#define FOR_EACH_PENALTY(F, P)                                                \
  for (int pen_ = 0; cvx_penalties[pen_] != NULL; pen_++)                     \
    for (size_t c_ = 1; c_ <= 3; c_ += 2)                                     \
      for (struct cvx_formulation *F                                          \
           = make (&(P), (enum cvx_penalty)pen_, "squared", c_, 6, 0.4, c_);  \
           F != NULL; end (&(P), F), F = NULL)

/* <A x, u> = <x, A'u>, also for lists; the program in words names it.  */
START_TEST (operators)
{
  struct problem p;
  FOR_EACH_PENALTY (f, p)
  {
    size_t len = f->block_len, list[] = { 2, 1 };
    double *x = calloc (f->n_var, sizeof *x),
           *g = calloc (f->n_var, sizeof *g);
    double *u = calloc (f->n_obs, sizeof *u),
           *ax = calloc (f->n_obs, sizeof *u);
    struct cvx_rng r;
    cvx_rng_init (&r, 1, 1);
    ck_assert_uint_eq (f->n_blocks * len, f->n_var);
    draw (&r, f->n_var, x);
    draw (&r, f->n_obs, u);
    ck_assert_int_eq (f->class->apply (f, x, ax, NULL), CVX_OK);
    ck_assert_int_eq (f->class->adjoint (f, u, g, NULL), CVX_OK);
    ck_assert (fabs (inner (f->n_obs, ax, u) - inner (f->n_var, x, g))
               < 1e-11);
    ck_assert_int_eq (f->class->apply_list (f, 2, list, x, ax, NULL), CVX_OK);
    ck_assert_int_eq (f->class->adjoint_list (f, 2, list, u, g, NULL), CVX_OK);
    ck_assert (fabs (inner (f->n_obs, ax, u) - inner (2 * len, x, g)) < 1e-11);
    free (x), free (g), free (u), free (ax);
  }
}
END_TEST

/* x = prox (z): z - x is t beta times a subgradient of R at x, that is psi (z
   - x) <= t beta and (z - x)'x = t beta R (x); for l2 z - x = t beta x.  psi
   is the norm dual to R, attained at the direction.  */
START_TEST (proximal_maps_and_dual_norms)
{
  struct problem p;
  struct cvx_rng r;
  cvx_rng_init (&r, 2, 2);
  FOR_EACH_PENALTY (f, p)
  for (int trial = 0; trial < 40; trial++)
    {
      size_t len = f->block_len, solved = 0;
      double z[32], x[32], u[32], rest[32], t = exp (cvx_rng_normal (&r));
      double value, psi;
      draw (&r, len, z);
      value = f->class->prox_block (f, 0, t, z, x, 0);
      for (size_t j = 0; j < len; j++)
        rest[j] = z[j] - x[j];
      if (f->class->ridge)
        {
          ck_assert_near (value, inner (len, x, x) / 2, 1e-14);
          for (size_t j = 0; j < len; j++)
            ck_assert (fabs (rest[j] - t * f->beta * x[j]) < 1e-14);
          continue;
        }
      psi = f->class->support (f, 0, rest, NULL, &solved, 0);
      ck_assert (psi <= t * f->beta * (1 + 1e-12));
      ck_assert (fabs (inner (len, rest, x) - t * f->beta * value) < 1e-12);
      psi = f->class->support (f, 0, z, u, &solved, 0);
      ck_assert (fabs (inner (len, z, u) - psi) < 1e-12);
      ck_assert (fabs (f->class->shrink_block (f, 0, u, x) - 1) < 1e-12);
      draw (&r, len, u);
      ck_assert (inner (len, z, u)
                 <= psi * f->class->shrink_block (f, 0, u, x) + 1e-12);
    }
}
END_TEST

/* The network of a point costs what the point costs; zero is the optimum from
   betamax on and not below; what is not known is refused.  */
START_TEST (networks_and_betamax)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_rng r;
  cvx_rng_init (&r, 3, 2);
  FOR_EACH_PENALTY (f, p)
  {
    double *x = calloc (f->n_var, sizeof *x), *ax = calloc (f->n_obs, 8);
    double loss, penalty, betamax;
    struct cvx_point point = { f->n_blocks, NULL, x, NULL, NULL };
    struct cvx_point zero = { 0, NULL, NULL, NULL, NULL };
    struct cvx_certificate t;
    struct cvx_network *net;
    struct cvx_settings s;
    cvx_settings_init (&s);
    draw (&r, f->n_var, x);
    for (size_t k = 0; k < f->n_var; k += 3)
      x[k] = 0;
    ck_assert_ok (f->class->decode (f, &point, 0, &net, &err), err);
    ck_assert_ok (
        cvx_formulation_network_objective (f, net, &loss, &penalty, &err),
        err);
    f->class->apply (f, x, ax, NULL);
    ck_assert_near (
        loss, f->loss->value (ax, f->y, f->n_samples, f->n_outputs, 0), 1e-12);
    ck_assert_near (penalty, cvx_formulation_penalty (f, x), 1e-12);
    ck_assert (f->class->holds (f, net));
    cvx_network_free (net);
    ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
    ck_assert (f->class->ridge == isinf (betamax));
    if (!f->class->ridge)
      {
        ck_assert_ok (cvx_formulation_set_beta (f, betamax, &err), err);
        ck_assert_ok (
            cvx_formulation_certify (f, &zero, &t, NULL, NULL, NULL, &err),
            err);
        ck_assert (t.pobj - t.dobj <= 1e-12 * t.pobj);
        ck_assert_ok (cvx_formulation_set_beta (f, 0.99 * betamax, &err), err);
        ck_assert_ok (
            cvx_formulation_certify (f, &zero, &t, NULL, NULL, NULL, &err),
            err);
        ck_assert (t.pobj - t.dobj > 1e-7 * t.pobj);
      }
    if (f->penalty != CVX_PENALTY_GROUP)
      {
        ck_assert_ptr_nonnull (cvx_solver_find ("newton")->unsuited (f, &s));
        ck_assert_ptr_nonnull (cvx_solver_find ("cd")->unsuited (f, &s));
        ck_assert_ptr_nonnull (cvx_solver_find ("working")->unsuited (f, &s));
        ck_assert_ptr_nonnull (cvx_trainer_find ("adam")->unsuited (f, &s));
      }
    free (x), free (ax);
  }
}
END_TEST

static double
solve (const struct cvx_formulation *f, const char *solver, double tol,
       double *bound)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double value;
  cvx_settings_init (&s);
  s.tol = 1e-10;
  s.maxiter = 20000;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  value = run->pobj;
  *bound = run->dobj;
  ck_assert_msg (value - *bound <= tol * value, "%s %s %s: gap %g",
                 cvx_penalties[f->penalty], f->loss->name, solver,
                 (value - *bound) / value);
  cvx_run_free (run);
  return value;
}

START_TEST (two_methods_close_the_gap)
{
  static const char *const losses[]
      = { "squared", "logistic", "huber", "softmax", NULL };
  struct problem p;
  for (int pen = 0; cvx_penalties[pen] != NULL; pen++)
    for (int l = 0; losses[l] != NULL; l++)
      {
        struct cvx_formulation *f = make (&p, (enum cvx_penalty)pen, losses[l],
                                          3, 8, 0.15, (uint64_t)l);
        double a_low, b_low, a = solve (f, "fista", 1e-8, &a_low);
        double b = solve (f, "admm", 1e-5, &b_low);
        ck_assert (fabs (a - b) <= 1e-8 * a + b - b_low);
        ck_assert (a_low <= b * (1 + 1e-12) && b_low <= a * (1 + 1e-12));
        end (&p, f);
      }
}
END_TEST

/* Ridge regression in closed form: p* = beta/2 y'(K + beta I)^{-1} y.  With a
   single gate `feature' and `l1' are the same.  */
START_TEST (known_values)
{
  struct problem p, q;
  struct cvx_formulation *f
      = make (&p, CVX_PENALTY_L2, "squared", 1, 6, 0.3, 5),
      *g;
  size_t n = f->n_samples;
  double k[64], y[8], low, value;
  lapack_int pivot[8];
  ck_assert_int_eq (f->class->gram (f, k, NULL), CVX_OK);
  for (size_t i = 0; i < n; i++)
    {
      k[i * n + i] += f->beta;
      y[i] = f->y[i];
    }
  ck_assert_int_eq (LAPACKE_dgesv (LAPACK_ROW_MAJOR, (lapack_int)n, 1, k,
                                   (lapack_int)n, pivot, y, 1),
                    0);
  value = f->beta / 2 * inner (n, f->y, y);
  ck_assert_near (solve (f, "fista", 1e-8, &low), value, 1e-9);
  ck_assert (low <= value * (1 + 1e-12) && low >= value * (1 - 1e-8));
  end (&p, f);
  f = make (&p, CVX_PENALTY_FEATURE, "squared", 3, 1, 0.1, 6);
  g = make (&q, CVX_PENALTY_L1, "squared", 3, 1, 0.1, 6);
  ck_assert_uint_eq (f->patterns->n_patterns, 1);
  ck_assert_near (solve (f, "fista", 1e-8, &low),
                  solve (g, "fista", 1e-8, &low), 1e-9);
  end (&p, f);
  end (&q, g);
}
END_TEST

/* Two neurons of one gate: the square of their sum is not the sum of their
   squares, so that the network is no point of the program.  */
START_TEST (gates_that_stand_twice)
{
  struct problem p;
  struct cvx_error err;
  FOR_EACH_PENALTY (f, p)
  {
    struct cvx_network *net;
    struct cvx_certificate t;
    bool sums
        = f->penalty == CVX_PENALTY_GROUP || f->penalty == CVX_PENALTY_L1;
    ck_assert_ok (cvx_network_new (&net, CVX_ACT_GATED, 2, f->n_features,
                                   f->n_outputs, &err),
                  err);
    for (size_t j = 0; j < 2; j++)
      {
        net->u[j * f->n_features + j] = 1;
        net->a[j * f->n_outputs] = 0.1;
        memcpy (net->gate + j * f->n_features, f->patterns->gate,
                f->n_features * sizeof *net->gate);
      }
    ck_assert_ok (
        cvx_formulation_certify_network (f, net, NULL, &t, NULL, NULL, &err),
        err);
    ck_assert (isfinite (t.pobj) == sums);
    cvx_network_free (net);
  }
}
END_TEST

START_TEST (other_formulations_have_no_choice)
{
  struct problem p;
  struct cvx_formulation *f = make (&p, CVX_PENALTY_L1, "squared", 1, 4, 1, 1);
  struct cvx_formulation_options o = {
    .loss_param = NAN, .beta = 1, .threads = 1, .penalty = CVX_PENALTY_L1
  };
  struct cvx_error err;
  end (&p, f);
  problem_five_points (&p);
  problem_patterns (&p, 0);
  ck_assert_int_eq (cvx_formulation_new (&f, cvx_formulation_find ("relu"),
                                         &p.data, p.patterns, &o, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E380);
  problem_free (&p);
}
END_TEST

TEST_MAIN ("penalty", operators, proximal_maps_and_dual_norms,
           networks_and_betamax, two_methods_close_the_gap, known_values,
           gates_that_stand_twice, other_formulations_have_no_choice)
