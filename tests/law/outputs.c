/* Laws of several outputs: against the programs with one.  */

#include "planted.h"
#include "problems.h"

#include <stdlib.h>

#include "solver/run.h"
#include "runs.h"

enum
{
  OUTPUTS = 3
};

/* A problem of KIND with C outputs: one-hot where LOSS couples them, else
   labels or numbers.  */
static void
make (struct problem *p, enum problem_kind kind, const struct cvx_loss *loss,
      size_t c, struct cvx_rng *r)
{
  size_t n;
  problem_random (p, kind, loss->labels, r);
  n = p->data.part[CVX_TRAIN].n;
  if (loss->coupled)
    problem_onehot (p, c, r);
  else
    {
      p->data.n_outputs = c;
      for (size_t i = 0; i < n * c; i++)
        p->y[i] = !loss->labels               ? cvx_rng_normal (r)
                  : cvx_rng_below (r, 2) == 0 ? 1
                                              : -1;
    }
  problem_patterns (p, 0);
}

/* Both ends of F with SOLVER at the end of a run.  */
static double
solve (const struct cvx_formulation *f, const char *solver, double *bound)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double value;
  cvx_settings_init (&s);
  s.tol = 1e-11;
  s.maxiter = 40000;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  value = run->pobj;
  *bound = run->dobj;
  cvx_run_free (run);
  return value;
}

static void
set_beta (struct cvx_formulation *f, double share)
{
  struct cvx_error err;
  double betamax;
  ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
  ck_assert_ok (cvx_formulation_set_beta (f, share * betamax, &err), err);
}

/* *ONE: the data of P with room for one output, its patterns borrowed.  */
static void
alone (struct problem *one, const struct problem *p)
{
  *one = *p;
  one->patches = NULL;
  one->data.n_outputs = 1;
  one->data.part[CVX_TRAIN].x = one->x;
  one->data.part[CVX_TRAIN].y = one->y;
}

static const char *const classes[] = { "relu", "gated" };

/* A loss that is a sum over the outputs: the optimum is the sum of those of
   the outputs alone.  */
START_TEST (separable_losses_make_separate_problems)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 9, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    for (size_t k = 0; k < 2 && !cvx_losses[l]->coupled; k++)
      for (enum problem_kind kind = 0; kind < 4; kind += 3)
        {
          const struct cvx_formulation_class *class = cvx_formulation_find (
              classes[k]);
          const struct cvx_loss *loss = cvx_losses[l];
          const char *solver = loss->strict              ? "newton"
                               : class->unstored != NULL ? "interior"
                               : loss->smooth            ? "fista"
                                                         : "admm";
          struct problem p, one;
          struct cvx_formulation *f, *g;
          double all, bound, sum = 0, bounds = 0, worst = 0, each, slack;
          size_t n;
          make (&p, kind, loss, OUTPUTS, &r);
          n = p.data.part[CVX_TRAIN].n;
          f = problem_formulation (&p, class, loss, NAN);
          set_beta (f, 0.2);
          all = solve (f, solver, &bound);
          alone (&one, &p);
          for (size_t c = 0; c < OUTPUTS; c++)
            {
              double low;
              for (size_t i = 0; i < n; i++)
                one.y[i] = p.y[i * OUTPUTS + c];
              g = problem_formulation (&one, class, loss, f->beta);
              each = solve (g, solver, &low);
              sum += each;
              bounds += low;
              set_beta (g, 1);
              worst = fmax (worst, g->beta);
              cvx_formulation_free (g);
            }
          ck_assert_near (f->betamax, worst, 1e-12);
          /* Methods of first order end with a gap.  */
          slack = loss->strict ? 0 : all - bound + sum - bounds;
          ck_assert_msg (slack <= 1e-6 * sum, "%s %s: gaps %g", class->name,
                         loss->name, slack);
          ck_assert_msg (fabs (all - sum) <= 1e-9 * sum + slack,
                         "%s %s: %.17g together, %.17g apart", class->name,
                         loss->name, all, sum);
          ck_assert (bound <= sum * (1 + 1e-12)
                     && bounds <= all * (1 + 1e-12));
          cvx_formulation_free (f);
          problem_free (&p);
        }
}
END_TEST

/* Every output has its own factor of a dual point: the bound of the program is
   the sum of those of the outputs alone, here at the network without neurons
   and targets of very different sizes, and the scaled point is feasible.  */
START_TEST (bounds_of_outputs_add_up)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 10, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    for (size_t k = 0; k < 2 && !cvx_losses[l]->coupled; k++)
      {
        const struct cvx_loss *loss = cvx_losses[l];
        struct cvx_point none = { .n_atoms = 0 };
        struct cvx_certificate c, each;
        struct problem p, one;
        struct cvx_formulation *f, *g;
        struct cvx_error err;
        double nu[512], sum = 0, norm;
        size_t n;
        make (&p, 0, loss, OUTPUTS, &r);
        n = p.data.part[CVX_TRAIN].n;
        ck_assert (n * OUTPUTS <= 512);
        for (size_t i = 0; i < n * OUTPUTS && !loss->labels; i++)
          p.y[i] *= pow (10, (double)(i % OUTPUTS));
        f = problem_formulation (&p, cvx_formulation_find (classes[k]), loss,
                                 NAN);
        set_beta (f, 0.05);
        none.block = (const size_t[]){ 0 };
        none.x = nu;
        ck_assert_ok (
            cvx_formulation_certify (f, &none, &c, NULL, nu, NULL, &err), err);
        ck_assert_ok (cvx_formulation_dual_norm (f, nu, 0, &norm, NULL, NULL,
                                                 NULL, &err),
                      err);
        ck_assert_msg (norm <= f->beta * (1 + 1e-12), "%s: %.17g > %.17g",
                       loss->name, norm, f->beta);
        alone (&one, &p);
        for (size_t o = 0; o < OUTPUTS; o++)
          {
            for (size_t i = 0; i < n; i++)
              one.y[i] = p.y[i * OUTPUTS + o];
            g = problem_formulation (&one, f->class, loss, f->beta);
            ck_assert_ok (cvx_formulation_certify (g, &none, &each, NULL, NULL,
                                                   NULL, &err),
                          err);
            sum += each.dobj;
            cvx_formulation_free (g);
          }
        ck_assert_msg (fabs (c.dobj - sum) <= 1e-9 * (1 + fabs (sum)),
                       "%s %s: %.17g, alone %.17g", f->class->name, loss->name,
                       c.dobj, sum);
        cvx_formulation_free (f);
        problem_free (&p);
      }
}
END_TEST

/* For two classes softmax is the logistic loss of f_1 - f_2, and a weight of
   the difference costs what it costs in one of the outputs: |v_1| + |v_2| is
   least for one of them zero.  */
START_TEST (softmax_of_two_classes_is_logistic)
{
  const struct cvx_loss *softmax = cvx_loss_find ("softmax"),
                        *logistic = cvx_loss_find ("logistic");
  struct cvx_rng r;
  cvx_rng_init (&r, 9, 2);
  for (int trial = 0; trial < 8; trial++)
    {
      const struct cvx_formulation_class *class = cvx_formulation_find (
          classes[trial % 2]);
      struct problem p, one;
      struct cvx_formulation *f, *g;
      double two, low, single, single_low;
      make (&p, trial % 4 < 2 ? GENERIC : CONFLICT, softmax, 2, &r);
      alone (&one, &p);
      for (size_t i = 0; i < p.data.part[CVX_TRAIN].n; i++)
        one.y[i] = p.y[2 * i] == 1 ? 1 : -1;
      f = problem_formulation (&p, class, softmax, NAN);
      g = problem_formulation (&one, class, logistic, NAN);
      set_beta (f, 0.1);
      set_beta (g, 0.1);
      ck_assert_near (f->betamax, g->betamax, 1e-12);
      two = solve (f, "newton", &low);
      single = solve (g, "newton", &single_low);
      ck_assert_msg (two - low <= 1e-9 * two, "gap %g", (two - low) / two);
      ck_assert_near (two, single, 1e-9);
      ck_assert (low <= single * (1 + 1e-12)
                 && single_low <= two * (1 + 1e-12));
      cvx_formulation_free (f);
      cvx_formulation_free (g);
      problem_free (&p);
    }
}
END_TEST

/* Methods that share nothing but the program agree on softmax; the bound over
   patterns that are not stored is the one over the stored.  */
START_TEST (solvers_agree_on_softmax)
{
  const struct cvx_loss *softmax = cvx_loss_find ("softmax");
  struct cvx_rng r;
  cvx_rng_init (&r, 9, 3);
  for (int trial = 0; trial < 10; trial++)
    {
      const struct cvx_formulation_class *class = cvx_formulation_find (
          classes[trial % 2]);
      struct problem p;
      struct cvx_formulation *f;
      double a, b, a_low, b_low;
      make (&p, (enum problem_kind) (trial / 2 % 5), softmax,
            (size_t)(2 + trial % 3), &r);
      f = problem_formulation (&p, class, softmax, NAN);
      set_beta (f, trial < 5 ? 0.3 : 0.03);
      a = solve (f, "newton", &a_low);
      b = solve (f, "fista", &b_low);
      ck_assert_msg (a - a_low <= 1e-8 * a, "newton, trial %d: gap %g", trial,
                     (a - a_low) / a);
      ck_assert_msg (b - b_low <= 1e-8 * b, "fista, trial %d: gap %g", trial,
                     (b - b_low) / b);
      ck_assert_msg (a_low <= b * (1 + 1e-12) && b_low <= a * (1 + 1e-12)
                         && fabs (a - b) <= 1e-8 * a,
                     "trial %d: [%.17g %.17g] and [%.17g %.17g]", trial, a_low,
                     a, b_low, b);
      if (class->unstored != NULL)
        {
          b = solve (f, "interior", &b_low);
          ck_assert_msg (b - b_low <= 1e-8 * b, "interior, trial %d: gap %g",
                         trial, (b - b_low) / b);
          ck_assert (fabs (a - b) <= 1e-8 * a);
        }
      else
        {
          b = solve (f, "admm", &b_low);
          ck_assert_msg (b - b_low <= 1e-8 * b, "admm, trial %d: gap %g",
                         trial, (b - b_low) / b);
        }
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

/* A network whose neurons feed several outputs costs what it costs with a
   neuron for each: its certificate is an upper end.  */
START_TEST (neurons_with_several_outputs_count_for_each)
{
  const struct cvx_loss *softmax = cvx_loss_find ("softmax");
  struct cvx_rng r;
  struct cvx_error err;
  cvx_rng_init (&r, 9, 4);
  for (int trial = 0; trial < 20; trial++)
    {
      struct problem p;
      struct cvx_formulation *f;
      struct cvx_network *net, *split;
      struct cvx_certificate t;
      double low, loss, penalty, other, more;
      make (&p, GENERIC, softmax, OUTPUTS, &r);
      f = problem_formulation (&p, cvx_formulation_find ("relu"), softmax,
                               NAN);
      set_beta (f, 0.1);
      (void)solve (f, "newton", &low);
      ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, 2, f->n_features,
                                     OUTPUTS, &err),
                    err);
      ck_assert_ok (cvx_network_new (&split, CVX_ACT_RELU, 2 * OUTPUTS,
                                     f->n_features, OUTPUTS, &err),
                    err);
      draw (&r, 2 * f->n_features, net->u);
      draw (&r, 2 * OUTPUTS, net->a);
      for (size_t j = 0; j < 2 * OUTPUTS; j++)
        {
          memcpy (split->u + j * f->n_features,
                  net->u + j / OUTPUTS * f->n_features,
                  f->n_features * sizeof *net->u);
          split->a[j * OUTPUTS + j % OUTPUTS] = net->a[j];
        }
      ck_assert_ok (
          cvx_formulation_network_objective (f, net, &loss, &penalty, &err),
          err);
      ck_assert_ok (
          cvx_formulation_network_objective (f, split, &other, &more, &err),
          err);
      ck_assert_near (loss, other, 1e-12);
      ck_assert_near (penalty, more, 1e-13);
      ck_assert_ok (
          cvx_formulation_certify_network (f, net, NULL, &t, NULL, NULL, &err),
          err);
      ck_assert (t.pobj >= low && t.dobj <= t.pobj && t.global);
      ck_assert_ok (cvx_network_merge (split, 0, &err), err);
      ck_assert_uint_eq (split->width, 2 * OUTPUTS);
      cvx_network_free (net);
      cvx_network_free (split);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

/* Targets 0 and 1 of classes are the labels -1 and 1 of one against the
   rest.  */
START_TEST (classes_against_the_rest)
{
  const struct cvx_loss *loss = cvx_loss_find ("logistic");
  struct cvx_error err;
  struct cvx_rng r;
  struct problem p;
  struct cvx_formulation *f, *g;
  struct cvx_formulation_options o = { .loss_param = NAN, .threads = 1 };
  double a, b;
  cvx_rng_init (&r, 9, 5);
  make (&p, GENERIC, cvx_loss_find ("softmax"), OUTPUTS, &r);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), loss, NAN);
  ck_assert_ok (cvx_formulation_betamax (f, &a, NULL, &err), err);
  for (size_t i = 0; i < f->n_obs; i++)
    {
      ck_assert (f->y[i] == 2 * p.y[i] - 1);
      p.y[i] = 2 * p.y[i] - 1;
    }
  g = problem_formulation (&p, cvx_formulation_find ("relu"), loss, NAN);
  ck_assert_ok (cvx_formulation_betamax (g, &b, NULL, &err), err);
  ck_assert (a == b && g->coded == NULL && f->coded != NULL);
  cvx_formulation_free (f);
  cvx_formulation_free (g);
  o.loss = cvx_loss_find ("softmax");
  o.beta = 0.1;
  ck_assert_int_eq (cvx_formulation_new (&f, cvx_formulation_find ("relu"),
                                         &p.data, p.patterns, &o, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E378);
  p.data.n_outputs = 1;
  ck_assert_int_eq (cvx_formulation_new (&f, cvx_formulation_find ("relu"),
                                         &p.data, p.patterns, &o, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E377);
  problem_free (&p);
}
END_TEST

/* Working sets are chosen output by output: the same end as fista on all
   blocks, for every smooth loss, coupled or not.  */
START_TEST (working_sets_of_several_outputs)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 11, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    {
      const struct cvx_loss *loss = cvx_losses[l];
      struct problem p;
      struct cvx_formulation *f;
      double all, all_low, sets, sets_low;
      if (!loss->smooth)
        continue;
      make (&p, 0, loss, OUTPUTS, &r);
      f = problem_formulation (&p, cvx_formulation_find ("gated"), loss, NAN);
      set_beta (f, 0.1);
      all = solve (f, "fista", &all_low);
      sets = solve (f, "working", &sets_low);
      ck_assert_msg (sets - sets_low <= 1e-9 * sets, "%s: gap %g", loss->name,
                     (sets - sets_low) / sets);
      ck_assert_msg (sets <= all * (1 + 1e-9) && all_low <= sets * (1 + 1e-12)
                         && sets_low <= all * (1 + 1e-12),
                     "%s: %.17g .. %.17g, fista %.17g .. %.17g", loss->name,
                     sets_low, sets, all_low, all);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

/* cd has a working set for every output: it ends where the outputs alone end
   together, and where the working sets of all outputs do; an output whose
   optimum is zero has none.  */
START_TEST (coordinate_descent_goes_output_by_output)
{
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    {
      const struct cvx_loss *loss = cvx_losses[l];
      struct planted p;
      struct cvx_formulation_options o = { .loss = loss, .loss_param = NAN };
      struct cvx_dataset one;
      struct cvx_error err;
      double all, bound, sets, low, sum = 0, y[60];
      if (!loss->strict || loss->coupled)
        continue;
      planted_open (&p, "gated", loss->name, 60, 5, OUTPUTS, 40, 0.05);
      for (size_t i = 0; i < 60 && !loss->labels; i++)
        p.y[i * OUTPUTS + 1] *= 1e-3;
      set_beta (p.f, 0.05);
      ck_assert (cvx_solver_find ("cd")->unsuited (
                     p.f, &(struct cvx_settings){ .tol = 1 })
                 == NULL);
      all = solve (p.f, "cd", &bound);
      sets = solve (p.f, "working", &low);
      ck_assert_msg (all - bound <= 1e-10 * all, "%s: %.17g .. %.17g",
                     loss->name, bound, all);
      ck_assert_msg (bound <= sets * (1 + 1e-12) && low <= all * (1 + 1e-12),
                     "%s: %.17g .. %.17g, working %.17g .. %.17g", loss->name,
                     bound, all, low, sets);
      one = p.data;
      one.n_outputs = 1;
      one.part[CVX_TRAIN].y = y;
      o.beta = p.f->beta;
      for (size_t c = 0; c < OUTPUTS; c++)
        {
          struct cvx_formulation *f;
          for (size_t i = 0; i < 60; i++)
            y[i] = p.y[i * OUTPUTS + c];
          ck_assert_ok (cvx_formulation_new (&f,
                                             cvx_formulation_find ("gated"),
                                             &one, p.patterns, &o, &err),
                        err);
          sum += solve (f, "cd", &low);
          cvx_formulation_free (f);
        }
      ck_assert_near (all, sum, 1e-10);
      planted_close (&p);
    }
}
END_TEST

TEST_MAIN ("outputs", working_sets_of_several_outputs,
           separable_losses_make_separate_problems, bounds_of_outputs_add_up,
           softmax_of_two_classes_is_logistic, solvers_agree_on_softmax,
           neurons_with_several_outputs_count_for_each,
           classes_against_the_rest, coordinate_descent_goes_output_by_output)
