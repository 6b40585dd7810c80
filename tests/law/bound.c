/* Laws of the bounds for any network: none is ever above the optimum.

   Give a count to test that many instances:  bound.t 10000  */

#include "problems.h"

#include "formulation/bound.h"
#include "solver/run.h"
#include "runs.h"

static size_t n_instances = 120;

/* The network of N random neurons at the scale of an optimal one.  */
static struct cvx_network *
random_network (size_t width, size_t d, struct cvx_rng *r)
{
  struct cvx_network *net;
  struct cvx_error err;
  ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, width, d, 1, &err), err);
  draw (r, width * d, net->u);
  draw (r, width, net->a);
  for (size_t j = 0; j < width; j++)
    net->a[j] *= 0.5;
  cvx_network_balance (net);
  return net;
}

/* The certified optimum of F.  */
static void
solve (const struct cvx_formulation *f, double *low, double *high)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = 1e-9;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find ("newton"), &s, NULL, NULL, &err),
      err);
  run_to_end (run);
  *low = run->dobj;
  *high = run->pobj;
  cvx_run_free (run);
}

START_TEST (never_above_the_optimum)
{
  size_t ways[CVX_BOUND_RESTRICTED + 1] = { 0 };
  struct cvx_rng r;
  cvx_rng_init (&r, 5, 77);
  for (size_t k = 0; k < n_instances; k++)
    {
      static const double betas[] = { 0.01, 0.1, 0.5 };
      struct problem p;
      struct cvx_patterns *all;
      struct cvx_formulation *f;
      struct cvx_network *net;
      struct cvx_bound b;
      struct cvx_error err;
      struct cvx_bound_options options = { .max_found = 4 };
      double low, high, direct;
      size_t n = 1 + cvx_rng_below (&r, 8), d = 1 + cvx_rng_below (&r, 3);
      double beta = betas[k % 3];
      problem_set (&p, n, d);
      draw (&r, n * d, p.x);
      draw (&r, n, p.y);
      for (size_t i = 0; k % 2 == 0 && i < n; i++)
        p.x[i * d + d - 1] = 1;
      problem_patterns (&p, 0);
      all = p.patterns;
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, beta);
      solve (f, &low, &high);
      net = random_network (1 + cvx_rng_below (&r, 4), d, &r);
      ck_assert_ok (
          cvx_network_bound (f, net, NULL, &options, &b, NULL, NULL, &err),
          err);
      ck_assert ((b.way == CVX_BOUND_PATTERNS || b.way == CVX_BOUND_WALK)
                 && b.cert.global);
      ck_assert_msg (b.cert.dobj <= high * (1 + 1e-12) + 1e-14,
                     "patterns, instance %zu: %.17g > %.17g", k, b.cert.dobj,
                     high);
      ck_assert (b.cert.pobj >= low * (1 - 1e-12));
      direct = b.cert.dobj;
      cvx_bound_clear (&b);
      cvx_formulation_free (f);
      /* The same with one pattern known: the other ways, also cut short.  */
      p.patterns = NULL;
      problem_patterns (&p, 1);
      if (!p.patterns->complete && p.patterns->n_patterns > 0)
        {
          f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL,
                                   beta);
          for (size_t nodes = 0; nodes <= 1; nodes++)
            {
              options.max_nodes = nodes;
              ck_assert_ok (cvx_network_bound (f, net, NULL, &options, &b,
                                               NULL, NULL, &err),
                            err);
              ck_assert (b.cert.global);
              ways[b.way]++;
              ck_assert_msg (b.cert.dobj <= high * (1 + 1e-12) + 1e-14,
                             "way %d, instance %zu: %.17g > %.17g", b.way, k,
                             b.cert.dobj, high);
              if (nodes == 0)
                ck_assert_msg (fabs (b.cert.dobj - direct)
                                   <= 1e-9 * fmax (fabs (direct), 1),
                               "instance %zu: search %.17g, enumeration %.17g",
                               k, b.cert.dobj, direct);
              for (size_t j = 0; j < b.n_found; j++)
                ck_assert (b.value[j] > beta);
              cvx_bound_clear (&b);
            }
          cvx_formulation_free (f);
        }
      cvx_network_free (net);
      cvx_patterns_free (all);
      problem_free (&p);
    }
  ck_assert (ways[CVX_BOUND_SEARCH] + ways[CVX_BOUND_WALK]
                 + ways[CVX_BOUND_SIGNS]
             > n_instances / 2);
}
END_TEST

/* Rank above that of the search over cones: by signs the bound is that of
   enumeration, and cut short it is below it.  */
START_TEST (high_rank_equals_enumeration)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 6, 77);
  for (size_t k = 0; k < 8; k++)
    {
      struct problem p;
      struct cvx_patterns *all;
      struct cvx_formulation *f, *g;
      struct cvx_network *net;
      struct cvx_bound exact, b;
      struct cvx_error err;
      struct cvx_bound_options options = { .max_found = 4 };
      size_t d = 9 + k % 2;
      problem_set (&p, 9, d);
      draw (&r, 9 * d, p.x);
      draw (&r, 9, p.y);
      problem_patterns (&p, 0);
      all = p.patterns;
      g = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.2);
      p.patterns = NULL;
      problem_patterns (&p, 1);
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.2);
      net = random_network (3, d, &r);
      ck_assert_ok (
          cvx_network_bound (g, net, NULL, &options, &exact, NULL, NULL, &err),
          err);
      cvx_formulation_free (g);
      cvx_patterns_free (all);
      ck_assert_ok (
          cvx_network_bound (f, net, NULL, &options, &b, NULL, NULL, &err),
          err);
      ck_assert (b.way == CVX_BOUND_SIGNS && b.exact && b.cert.global);
      ck_assert_near (b.cert.dobj, exact.cert.dobj, 1e-9);
      cvx_bound_clear (&b);
      options.max_nodes = 3;
      ck_assert_ok (
          cvx_network_bound (f, net, NULL, &options, &b, NULL, NULL, &err),
          err);
      ck_assert (b.cert.dobj <= exact.cert.dobj * (1 + 1e-9));
      ck_assert (b.cert.dobj > 0);
      cvx_bound_clear (&b);
      cvx_bound_clear (&exact);
      cvx_network_free (net);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

/* Data of 40 samples and rank 12 that cannot be enumerated: a bound all the
   same, and through few singular vectors where the others are small.  */
START_TEST (high_rank_is_bounded)
{
  static double x[40 * 12], y[40];
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_network *net;
  struct cvx_bound b;
  struct cvx_bound_options options = { .max_found = 8, .max_nodes = 2000 };
  struct cvx_error err;
  struct cvx_rng r;
  cvx_rng_init (&r, 8, 1);
  for (int kind = 0; kind < 2; kind++)
    {
      problem_set (&p, 40, 12);
      p.data.part[CVX_TRAIN].x = x;
      p.data.part[CVX_TRAIN].y = y;
      draw (&r, 40 * 12, x);
      for (size_t i = 0; i < 40; i++)
        {
          /* Kind 1: nearly of rank 3.  */
          for (size_t j = 3; kind == 1 && j < 12; j++)
            x[i * 12 + j] *= 1e-5;
          y[i] = fmax (x[i * 12], 0) + 0.1 * cvx_rng_normal (&r);
        }
      ck_assert_ok (
          cvx_patterns_sample (&p.patterns, x, 40, 12, 10, 3, 0, NULL, &err),
          err);
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.5);
      net = random_network (3, 12, &r);
      ck_assert_ok (
          cvx_network_bound (f, net, y, &options, &b, NULL, NULL, &err), err);
      ck_assert (b.cert.global && b.cert.dobj > 0);
      ck_assert (b.cert.dobj <= b.cert.pobj);
      ck_assert (b.way == CVX_BOUND_SIGNS
                 || (kind == 1 && b.way == CVX_BOUND_RANK));
      ck_assert (b.n_found > 0);
      cvx_bound_clear (&b);
      cvx_network_free (net);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("bound");
  TCase *cases = tcase_create ("bound");
  SRunner *runner;
  if (argc > 1)
    n_instances = strtoull (argv[1], NULL, 10);
  tcase_set_timeout (cases, argc > 1 ? 3600 : TEST_SECONDS);
  tcase_add_test (cases, never_above_the_optimum);
  tcase_add_test (cases, high_rank_equals_enumeration);
  tcase_add_test (cases, high_rank_is_bounded);
  suite_add_tcase (suite, cases);
  runner = srunner_create (suite);
  srunner_set_tap (runner, "-");
  srunner_run_all (runner, CK_SILENT);
  srunner_free (runner);
  return EXIT_SUCCESS;
}
