/* The interior point method on stored patterns: sampled cells of many facets,
   where it starts from their centres, data with more features than samples,
   which it reduces, and small beta.  Certified, in few rounds, and the optimum
   that Newton's method finds where that suits.  */

#include "problems.h"
#include "runs.h"

enum
{
  GATES = 24,
  ROUNDS = 16
};

static double x[40 * 30], y[40];

static struct cvx_run *
solve (const struct cvx_formulation *f, const char *solver)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = 1e-8;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  return run;
}

/* N samples of D features under GATES sampled gates.  */
static void
along_beta (size_t n, size_t d, const char *class, const char *loss)
{
  struct cvx_dataset data = { .n_features = d, .n_outputs = 1 };
  struct cvx_formulation_options o
      = { .loss = cvx_loss_find (loss), .loss_param = NAN, .beta = NAN };
  struct cvx_formulation *f;
  struct cvx_patterns *p;
  struct cvx_error err;
  struct cvx_rng r;
  double betamax;
  cvx_rng_init (&r, n * d, 4);
  for (size_t k = 0; k < n * d; k++)
    x[k] = cvx_rng_normal (&r);
  for (size_t i = 0; i < n; i++)
    y[i] = x[i * d] * x[i * d + 1] > 0 ? 1 : -1;
  data.part[CVX_TRAIN].n = n;
  data.part[CVX_TRAIN].x = x;
  data.part[CVX_TRAIN].y = y;
  ck_assert_ok (cvx_patterns_sample (&p, x, n, d, GATES, 1, 1000, NULL, &err),
                err);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find (class), &data,
                                     p, &o, &err),
                err);
  ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
  for (double share = 0.5; share > 1e-3; share /= 8)
    {
      struct cvx_run *run;
      ck_assert_ok (cvx_formulation_set_beta (f, share * betamax, &err), err);
      run = solve (f, "barrier");
      ck_assert_msg (cvx_run_gap (run) <= 1e-8 && run->iter <= ROUNDS,
                     "%s %s, n=%zu d=%zu, beta %g betamax: gap %g after %zu",
                     class, loss, n, d, share, cvx_run_gap (run),
                     (size_t)run->iter);
      if (share > 0.01 && f->n_cone > 0 && f->loss->strict)
        {
          struct cvx_run *other = solve (f, "newton");
          ck_assert_near (other->pobj, run->pobj, 1e-7);
          ck_assert (run->dobj <= other->pobj * (1 + 1e-12));
          cvx_run_free (other);
        }
      cvx_run_free (run);
    }
  cvx_formulation_free (f);
  cvx_patterns_free (p);
}

START_TEST (cones_with_many_facets)
{
  along_beta (40, 12, "relu", "squared");
  along_beta (40, 12, "relu", "hinge");
  along_beta (40, 20, "relu", "logistic");
}
END_TEST

START_TEST (gates)
{
  along_beta (40, 20, "gated", "squared");
  along_beta (40, 12, "gated", "l1");
}
END_TEST

START_TEST (more_features_than_samples)
{
  along_beta (12, 30, "relu", "squared");
  along_beta (12, 30, "gated", "hinge");
}
END_TEST

TEST_MAIN ("barrier", cones_with_many_facets, gates,
           more_features_than_samples)
