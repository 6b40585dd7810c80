/* Laws of both ends of the gap: bounds, networks, betamax, over every
   formulation and kind of small problem.  */

#include "formulations.h"

/* Every bound is below every objective: 200 random points and dual
   candidates of each loss on each kind of problem.  */
START_TEST (weak_duality)
{
  struct problem p;
  struct cvx_rng r;
  struct cvx_error err;
  for (size_t c = 0; cvx_formulations[c] != NULL; c++)
    for (int kind = 0; kind < 2 * N_KINDS; kind++)
      for (size_t l = 0; cvx_losses[l] != NULL; l++)
        {
          struct cvx_formulation *f
              = begin (&p, cvx_formulations[c], kind, cvx_losses[l]->name, &r);
          double *x, *nu, least = HUGE_VAL, best = -HUGE_VAL;
          if (f == NULL)
            continue;
          x = numbers (f->n_var);
          nu = numbers (f->n_obs);
          for (int k = 0; k < 12; k++)
            {
              struct cvx_certificate t;
              struct cvx_point point = { f->n_blocks, NULL, x, NULL, NULL };
              double size = exp (3 * cvx_rng_normal (&r) - 3);
              draw (&r, f->n_var, x);
              draw (&r, f->n_obs, nu);
              for (size_t j = 0; j < f->n_var; j++)
                x[j] *= k == 0 || j / f->block_len % 5 != (size_t)k % 5 ? 0
                                                                        : size;
              if (k % 2 == 1)
                point.nu = nu;
              ck_assert_ok (cvx_formulation_certify (f, &point, &t, NULL, NULL,
                                                     NULL, &err),
                            err);
              ck_assert (isfinite (t.pobj) && t.dobj <= t.pobj);
              ck_assert (t.scale * t.dual_norm <= f->beta || t.scale == 0);
              ck_assert_near (t.pobj, t.loss + t.penalty, 1e-15);
              ck_assert (
                  t.global
                  == (p.patterns->complete || !f->class->needs_patterns));
              least = fmin (least, t.pobj);
              best = fmax (best, t.dobj);
            }
          ck_assert_msg (best <= least * (1 + 1e-12), "%s kind %d %s: %g > %g",
                         f->class->name, kind, f->loss->name, best, least);
          free (x), free (nu);
          end (&p, f);
        }
}
END_TEST

/* The objective of the decoded network, from the data alone, is that of the
   projected point.  */
START_TEST (decoding_keeps_the_objective)
{
  struct problem p;
  struct cvx_rng r;
  struct cvx_error err;
  FOR_EACH (f, p, r)
  {
    double *x = numbers (f->n_var), *ax = numbers (f->n_obs), norm;
    double loss, penalty, convex;
    struct cvx_point point = { f->n_blocks, NULL, x, NULL, NULL };
    struct cvx_network *net;
    draw (&r, f->n_var, x);
    for (size_t g = 0; g < f->n_blocks; g++)
      if (g % 3 == 2)
        memset (x + g * f->block_len, 0, f->block_len * sizeof *x);
    ck_assert_ok (f->class->decode (f, &point, 0, &net, &err), err);
    ck_assert_ok (
        cvx_formulation_network_objective (f, net, &loss, &penalty, &err),
        err);
    norm = cvx_formulation_prox (f, 0, x, x, true);
    ck_assert (fabs (cvx_formulation_penalty (f, x) - f->beta * norm)
               < 1e-12 * (1 + norm));
    f->class->apply (f, x, ax, NULL);
    convex
        = f->loss->value (ax, f->y, f->n_samples, f->n_outputs, f->loss_param)
          + f->beta * norm;
    ck_assert_msg (fabs (loss + penalty - convex) <= 1e-10 * (1 + convex),
                   "%s kind %d: network %.17g, program %.17g", f->class->name,
                   kind_, loss + penalty, convex);
    ck_assert (f->class->holds (f, net));
    ck_assert_uint_eq (net->merged[net->width], net->n_atoms);
    for (size_t k = 0; k < net->n_atoms; k++)
      {
        size_t b = net->source[k];
        ck_assert (
            b < f->n_blocks
            && inner (f->block_len, x + b * f->block_len, x + b * f->block_len)
                   > 0);
      }
    cvx_network_free (net);
    free (x), free (ax);
  }
}
END_TEST

/* Zero is optimal at betamax and not below.  */
START_TEST (betamax_separates_zero_from_the_rest)
{
  struct problem p;
  struct cvx_rng r;
  struct cvx_error err;
  static const char *const losses[]
      = { "squared", "logistic", "hinge", "huber", "softmax", NULL };
  for (size_t c = 0; cvx_formulations[c] != NULL; c++)
    for (int kind = 0; kind < 2 * N_KINDS; kind++)
      for (int l = 0; losses[l] != NULL; l++)
        {
          struct cvx_formulation *f
              = begin (&p, cvx_formulations[c], kind, losses[l], &r);
          struct cvx_point zero = { 0, NULL, NULL, NULL, NULL };
          struct cvx_certificate t;
          double betamax, *nu, *g, *zeros, u[8], above = 0, low;
          size_t solved = 0, best = 0;
          if (f == NULL)
            continue;
          nu = numbers (f->n_obs);
          g = numbers (f->n_var);
          zeros = numbers (f->n_obs);
          ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err),
                        err);
          ck_assert (betamax == f->betamax);
          if (betamax > 0)
            ck_assert_ok (cvx_formulation_set_beta (f, betamax, &err), err);
          ck_assert_ok (
              cvx_formulation_certify (f, &zero, &t, NULL, NULL, NULL, &err),
              err);
          ck_assert_msg (t.pobj - t.dobj <= 1e-12 * t.pobj,
                         "%s kind %d %s: %.17g %.17g", f->class->name, kind,
                         losses[l], t.pobj, t.dobj);
          ck_assert_uint_eq (t.n_active, 0);
          f->loss->dual (zeros, f->y, f->n_samples, f->n_outputs,
                         f->loss_param, nu);
          f->class->adjoint (f, nu, g, NULL);
          for (size_t b = 0; b < f->n_blocks; b++)
            {
              double s = f->class->support (f, b, g + b * f->block_len, u,
                                            &solved, 0);
              if (s > above)
                {
                  above = s;
                  best = b;
                }
            }
          ck_assert (fabs (betamax - above) <= 1e-13 * (1 + above));
          if (betamax > 1e-6)
            {
              struct cvx_point step = { 1, &best, u, NULL, NULL };
              f->class->support (f, best, g + best * f->block_len, u, &solved,
                                 0);
              ck_assert_ok (cvx_formulation_set_beta (f, 0.99 * betamax, &err),
                            err);
              ck_assert_ok (cvx_formulation_certify (f, &zero, &t, NULL, NULL,
                                                     NULL, &err),
                            err);
              low = t.pobj;
              ck_assert (t.dobj < t.pobj);
              for (size_t j = 0; j < f->block_len; j++)
                u[j] *= 1e-4;
              ck_assert_ok (cvx_formulation_certify (f, &step, &t, NULL, NULL,
                                                     NULL, &err),
                            err);
              ck_assert_msg (t.pobj < low, "%s kind %d %s: %.17g %.17g",
                             f->class->name, kind, losses[l], t.pobj, low);
            }
          free (nu), free (g), free (zeros);
          end (&p, f);
        }
}
END_TEST

/* X -> a X, y -> b y, beta -> a b beta, x -> x b / a: objective and bound are
   multiplied by b^2.  Rows in another order change nothing.  */
START_TEST (scaling_and_permuting_the_data)
{
  struct problem p, q;
  struct cvx_rng r;
  struct cvx_error err;
  const double a = 3, b = 0.25;
  FOR_EACH (f, p, r)
  {
    struct cvx_formulation *h;
    struct cvx_certificate t, s;
    double *x = numbers (f->n_var), m1, m2;
    struct cvx_point point = { f->n_blocks, NULL, x, NULL, NULL };
    size_t n = f->n_samples, d = f->n_features, order[8];
    ck_assert_ok (cvx_formulation_betamax (f, &m1, NULL, &err), err);
    problem_set (&q, n, d);
    for (size_t k = 0; k < n * d; k++)
      q.x[k] = a * p.x[k];
    q.data.n_outputs = f->n_outputs;
    for (size_t i = 0; i < f->n_obs; i++)
      q.y[i] = b * p.y[i];
    problem_patterns (&q, p.patterns->complete ? 0 : 4);
    h = problem_formulation (&q, f->class, NULL, a * b * f->beta);
    ck_assert_ok (cvx_formulation_betamax (h, &m2, NULL, &err), err);
    ck_assert_near (m2, a * b * m1, 1e-12);
    for (size_t j = 0; j < f->n_var; j += 5)
      x[j] = 0.1 * cvx_rng_normal (&r);
    ck_assert_ok (
        cvx_formulation_certify (f, &point, &t, NULL, NULL, NULL, &err), err);
    for (size_t j = 0; j < f->n_var; j++)
      x[j] *= b / a;
    ck_assert_ok (
        cvx_formulation_certify (h, &point, &s, NULL, NULL, NULL, &err), err);
    ck_assert_near (s.pobj, b * b * t.pobj, 1e-12);
    ck_assert_near (s.dobj, b * b * t.dobj, 1e-11);
    end (&q, h);
    if (p.patterns->complete)
      {
        cvx_rng_permutation (&r, n, order);
        for (size_t i = 0; i < n; i++)
          {
            memcpy (q.x + i * d, p.x + order[i] * d, d * sizeof *q.x);
            memcpy (q.y + i * f->n_outputs, p.y + order[i] * f->n_outputs,
                    f->n_outputs * sizeof *q.y);
          }
        q.patterns = q.patches = NULL;
        problem_patterns (&q, 0);
        h = problem_formulation (&q, f->class, NULL, f->beta);
        ck_assert_uint_eq (h->n_var, f->n_var);
        ck_assert_ok (cvx_formulation_betamax (h, &m2, NULL, &err), err);
        ck_assert_near (m1, m2, 1e-12);
        end (&q, h);
      }
    free (x);
  }
}
END_TEST

/* A network from elsewhere: its objective counts when its neurons belong to
   the program.  */
START_TEST (certificates_of_networks)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_network *net;
  struct cvx_certificate t;
  struct cvx_formulation *f;
  double loss, penalty, nu[5];
  problem_five_points (&p);
  problem_patterns (&p, 2);
  ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, 1, 2, 1, &err), err);
  net->a[0] = 0.5;
  for (size_t m = 0; m < 2; m++)
    {
      size_t inside = 0;
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
      for (int k = 0; k < 64; k++)
        {
          net->u[0] = cos (0.1 * k);
          net->u[1] = sin (0.1 * k);
          ck_assert_ok (cvx_formulation_certify_network (f, net, NULL, &t, nu,
                                                         NULL, &err),
                        err);
          ck_assert_ok (cvx_formulation_network_objective (f, net, &loss,
                                                           &penalty, &err),
                        err);
          ck_assert (t.loss == loss && t.penalty == penalty);
          ck_assert (fabs (penalty - 0.05) < 1e-15);
          ck_assert (t.pobj == loss + penalty || t.pobj == HUGE_VAL);
          ck_assert (t.global == (m == 1));
          inside += t.pobj < HUGE_VAL;
        }
      if (m == 0)
        ck_assert (inside > 0 && inside < 64);
      else
        ck_assert_uint_eq (inside, 64);
      cvx_formulation_free (f);
      problem_patterns (&p, 0);
    }
  f = problem_formulation (&p, cvx_formulation_find ("gated"), NULL, 0.1);
  ck_assert_int_eq (
      cvx_formulation_certify_network (f, net, NULL, &t, NULL, NULL, &err),
      CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E346);
  cvx_network_free (net);
  end (&p, f);
}
END_TEST

/* Two neurons on the two sides of the row (1, 1), nearly one direction: joined
   they lose their output there, which is good or bad as the target says.  */
START_TEST (merging_never_raises_the_objective)
{
  struct problem p;
  struct cvx_error err;
  const double x[4] = { 1, -1 + 1e-5, 1, -1 - 1e-5 };
  problem_five_points (&p);
  problem_patterns (&p, 0);
  for (size_t sign = 0; sign < 2; sign++)
    {
      struct cvx_formulation *f
          = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
      size_t block[2];
      struct cvx_point point = { 2, block, x, NULL, NULL };
      struct cvx_network *net;
      double loss, penalty, ax[5], convex;
      for (size_t k = 0; k < 2; k++)
        for (block[k] = sign; f->class->violation (f, block[k], x + 2 * k) > 0;
             block[k] += 2)
          ck_assert_uint_lt (block[k], f->n_blocks);
      ck_assert_uint_ne (block[0], block[1]);
      f->class->apply_list (f, 2, block, x, ax, NULL);
      convex = f->loss->value (ax, f->y, 5, 1, 0)
               + 0.1 * (hypot (x[0], x[1]) + hypot (x[2], x[3]));
      ck_assert_ok (f->class->decode (f, &point, 0, &net, &err), err);
      ck_assert_uint_eq (net->width, sign == 0 ? 2 : 1);
      ck_assert_uint_eq (net->n_atoms, 2);
      ck_assert_ok (
          cvx_formulation_network_objective (f, net, &loss, &penalty, &err),
          err);
      if (sign == 0)
        ck_assert_near (loss + penalty, convex, 1e-14);
      else
        ck_assert (loss + penalty < convex
                   && loss + penalty > convex * (1 - 1e-4));
      cvx_network_free (net);
      cvx_formulation_free (f);
    }
  problem_free (&p);
}
END_TEST

/* Where the loss is flat its gradient bounds nothing; the candidate does,
   though it must be clipped first.  */
START_TEST (a_dual_candidate_is_clipped_and_used)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_certificate without, with, again;
  struct cvx_formulation *f;
  double x[64], nu[5], scaled[5];
  struct cvx_point point = { 0, NULL, x, NULL, NULL };
  problem_five_points (&p);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"),
                           cvx_loss_find ("l1"), 0.1);
  for (size_t j = 0; j < f->n_var; j++)
    x[j] = 10 * sin ((double)(j * j));
  point.n_atoms = f->n_blocks;
  ck_assert_ok (
      cvx_formulation_certify (f, &point, &without, NULL, NULL, NULL, &err),
      err);
  for (size_t i = 0; i < 5; i++)
    nu[i] = 3 * p.y[i];
  point.nu = nu;
  ck_assert_ok (
      cvx_formulation_certify (f, &point, &with, NULL, scaled, NULL, &err),
      err);
  ck_assert_msg (with.dobj > fmax (without.dobj, 0) + 1e-3, "%g %g", with.dobj,
                 without.dobj);
  /* s y with s psi (y) = beta: the bound is 5 s.  */
  ck_assert_near (with.dobj, 5 * 0.1 / (4 / sqrt (5)), 1e-12);
  for (size_t i = 0; i < 5; i++)
    ck_assert_near (scaled[i], with.scale * p.y[i], 1e-15);
  nu[2] = NAN;
  ck_assert_ok (
      cvx_formulation_certify (f, &point, &again, NULL, NULL, NULL, &err),
      err);
  ck_assert (again.dobj == without.dobj);
  end (&p, f);
}
END_TEST

TEST_MAIN ("certificate", weak_duality, decoding_keeps_the_objective,
           betamax_separates_zero_from_the_rest,
           scaling_and_permuting_the_data, certificates_of_networks,
           merging_never_raises_the_objective,
           a_dual_candidate_is_clipped_and_used)
