/* Reference values of small problems, solved by plain FISTA.

   Beck and Teboulle (2009) with restart; only the operator, the prox and the
   certificate of the formulation are used.  A reference value must lie between
   the two ends, and the ends must meet.  */

#include "problems.h"

/* Certify after every RUN of iterations until the gap is at most TOL.  */
static struct cvx_certificate
solve (struct cvx_formulation *f, double tol, struct cvx_network **net)
{
  enum
  {
    RUN = 2000,
    MAX_RUNS = 100
  };
  size_t n = f->n_var;
  double *x = calloc (n, sizeof *x), *z = calloc (n, sizeof *z);
  double *old = calloc (n, sizeof *old), *g = calloc (n, sizeof *g);
  double *r = calloc (f->n_obs + n, sizeof *r), t = 1, step;
  struct cvx_certificate c = { 0 };
  struct cvx_error err;
  step = 1 / (1.01 * f->loss->lipschitz * cvx_formulation_norm2 (f, r));
  for (int run = 0; run < MAX_RUNS; run++)
    {
      struct cvx_point point = { f->n_blocks, NULL, x, NULL, NULL };
      for (int k = 0; k < RUN; k++)
        {
          double next = 0.5 * (1 + sqrt (1 + 4 * t * t)), turn = 0;
          memcpy (old, x, n * sizeof *x);
          f->class->apply (f, z, r, NULL);
          f->loss->dual (r, f->y, f->n_samples, 1, f->loss_param, r);
          f->class->adjoint (f, r, g, NULL);
          for (size_t j = 0; j < n; j++)
            g[j] = z[j] + step * g[j];
          cvx_formulation_prox (f, step, g, x, true);
          for (size_t j = 0; j < n; j++)
            turn += (z[j] - x[j]) * (x[j] - old[j]);
          if (turn > 0)
            next = t = 1;
          for (size_t j = 0; j < n; j++)
            z[j] = x[j] + (t - 1) / next * (x[j] - old[j]);
          t = next;
        }
      ck_assert_ok (
          cvx_formulation_certify (f, &point, &c, net, NULL, NULL, &err), err);
      if (c.pobj - c.dobj <= tol * c.pobj)
        break;
      if (net != NULL)
        {
          cvx_network_free (*net);
          *net = NULL;
        }
    }
  free (x), free (z), free (old), free (g), free (r);
  return c;
}

/* VALUE has DIGITS relative accuracy.  */
static void
expect (const struct cvx_certificate *c, double value, double digits)
{
  ck_assert_msg (c->pobj - c->dobj <= 1e-8 * c->pobj, "gap %g",
                 (c->pobj - c->dobj) / c->pobj);
  ck_assert_msg (c->dobj <= value * (1 + digits)
                     && c->pobj >= value * (1 - digits),
                 "%.15g is not in [%.15g, %.15g]", value, c->dobj, c->pobj);
  ck_assert (c->global);
}

START_TEST (three_rows)
{
  static const double x[6] = { 1, 0, 0, 1, 1, 1 };
  static const double y[4][3]
      = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, -1, 0.5 } };
  static const double value[4]
      = { 0.12902407929056, 0.12902407929056, 0.169632034356, 0.20038867442 };
  for (int k = 0; k < 4; k++)
    {
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_network *net = NULL;
      struct cvx_certificate c;
      problem_set (&p, 3, 2);
      memcpy (p.x, x, sizeof x);
      memcpy (p.y, y[k], sizeof y[k]);
      problem_patterns (&p, 0);
      ck_assert_uint_eq (p.patterns->n_patterns, 5);
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
      c = solve (f, 1e-11, &net);
      expect (&c, value[k], 1e-10);
      ck_assert_near (c.pobj, value[k], 1e-10);
      if (k == 0)
        {
          ck_assert_uint_eq (net->width, 1);
          ck_assert (fabs (net->u[0] * net->a[0] - 0.8587) < 1e-4
                     && fabs (net->u[1] * net->a[0] + 0.7909) < 1e-4);
        }
      cvx_network_free (net);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

START_TEST (five_points)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_formulation *f;
  struct cvx_certificate c;
  struct cvx_network *net = NULL;
  double betamax, kinks[4];
  problem_five_points (&p);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
  ck_assert_near (betamax, 4 / sqrt (5), 1e-12);
  c = solve (f, 1e-9, &net);
  expect (&c, 0.89144720260, 1e-11);
  /* Six blocks are four neurons: two kinks, each bending both ways.  */
  ck_assert_uint_eq (net->width, 4);
  for (size_t j = 0; j < 4; j++)
    kinks[j] = cvx_network_kink (net, j);
  ck_assert_near (kinks[0], 0.5373573612181, 1e-6);
  ck_assert_near (kinks[3], 0.5373573612181, 1e-6);
  ck_assert_near (kinks[1], -1, 1e-9);
  ck_assert_near (kinks[2], -1, 1e-9);
  cvx_network_free (net);
  ck_assert_ok (cvx_formulation_set_beta (f, 0.01, &err), err);
  c = solve (f, 1e-8, NULL);
  expect (&c, 0.100073827078, 1e-11);
  cvx_formulation_free (f);
  problem_free (&p);
}
END_TEST

/* X X' = I: p* = sum over q in {y_+, (-y)_+} of 1/2 min (beta, ||q||)^2 + beta
   (||q|| - beta)_+.  */
START_TEST (whitened_rows)
{
  static const double y[3] = { 1, -0.5, 0.8 };
  const double c = 0.36, s = 0.48, t = 0.8;
  const double q[9] = { c, s, t, -t, 0.6, 0, -s, -0.64, 0.6 };
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_certificate cert;
  problem_set (&p, 3, 3);
  memcpy (p.x, q, sizeof q);
  memcpy (p.y, y, sizeof y);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      ck_assert (fabs (inner (3, q + 3 * i, q + 3 * j) - (i == j)) < 1e-15);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.3);
  cert = solve (f, 1e-12, NULL);
  expect (&cert, 0.444187454246, 1e-11);
  cvx_formulation_free (f);
  problem_free (&p);
}
END_TEST

/* Without cones and with all patterns the optimum is not above that with.  */
START_TEST (gated_is_a_lower_bound)
{
  struct problem p;
  struct cvx_formulation *relu, *gated;
  struct cvx_certificate a, b;
  problem_five_points (&p);
  problem_patterns (&p, 0);
  relu = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  gated = problem_formulation (&p, cvx_formulation_find ("gated"), NULL, 0.1);
  a = solve (relu, 1e-8, NULL);
  b = solve (gated, 1e-8, NULL);
  ck_assert_msg (b.pobj <= a.dobj && b.dobj > 0.1, "%g %g", b.pobj, a.dobj);
  cvx_formulation_free (relu);
  cvx_formulation_free (gated);
  problem_free (&p);
}
END_TEST

START_TEST (logistic_and_huber_close_their_gaps)
{
  static const char *const losses[] = { "logistic", "huber" };
  for (int k = 0; k < 2; k++)
    {
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_certificate c;
      problem_five_points (&p);
      problem_patterns (&p, 0);
      f = problem_formulation (&p, cvx_formulation_find ("relu"),
                               cvx_loss_find (losses[k]), 0.1);
      c = solve (f, 1e-8, NULL);
      ck_assert_msg (c.pobj - c.dobj <= 1e-8 * c.pobj, "%s: %g", losses[k],
                     (c.pobj - c.dobj) / c.pobj);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

TEST_MAIN ("small", three_rows, five_points, whitened_rows,
           gated_is_a_lower_bound, logistic_and_huber_close_their_gaps)
