/* Laws of ReLU CNNs: the convex programs equal the training of the networks
   (Pilanci and Ergen, ICML 2020, section 4.1; Ergen and Pilanci, ICLR 2021),
   against descents on the networks themselves.  */

#include "descent.h"
#include "problems.h"

#include "solver/run.h"
#include "runs.h"

#ifndef COUNT
#  define COUNT 4 /* instances; more in make check-long */
#endif

enum
{
  MAX_K = 4,
  MAX_H = 3,
  WIDTH = 10
};

/* M neurons, each a filter and its output weight, on the patches of P.  */
struct network
{
  const struct cvx_conv *conv;
  const struct problem *p;
  double beta;
  size_t width;
};

/* 1/2 ||f - y||^2, of separate patches over all of them, plus weight decay;
   G gets the gradient.  */
static double
objective (const void *context, const double *x, double *g)
{
  const struct network *net = context;
  const struct cvx_conv *c = net->conv;
  size_t n = net->p->data.part[CVX_TRAIN].n, k = c->k, h = c->h;
  bool separate = c->pool == CVX_POOL_SEPARATE;
  double scale = c->pool == CVX_POOL_AVERAGE ? 1 / (double)k : 1;
  double value = 0, z[MAX_K * MAX_H], at[MAX_K];
  memset (g, 0, net->width * (h + 1) * sizeof *g);
  for (size_t i = 0; i < n; i++)
    {
      double sum = -net->p->y[i];
      cvx_conv_gather (c, net->p->x + i * c->d, z);
      for (size_t q = 0; q < k; q++)
        {
          at[q] = 0;
          for (size_t j = 0; j < net->width; j++)
            at[q] += fmax (0, inner (h, z + q * h, x + j * (h + 1)))
                     * x[j * (h + 1) + h];
          sum += scale * at[q];
          at[q] -= net->p->y[i];
          value += separate ? 0.5 * at[q] * at[q] : 0;
        }
      value += separate ? 0 : 0.5 * sum * sum;
      for (size_t q = 0; q < k; q++)
        for (size_t j = 0; j < net->width; j++)
          {
            const double *u = x + j * (h + 1);
            double t = inner (h, z + q * h, u), *to = g + j * (h + 1);
            double slope = separate ? at[q] : scale * sum;
            for (size_t e = 0; e < h && t > 0; e++)
              to[e] += slope * u[h] * z[q * h + e];
            to[h] += slope * fmax (0, t);
          }
    }
  for (size_t e = 0; e < net->width * (h + 1); e++)
    {
      value += 0.5 * net->beta * x[e] * x[e];
      g[e] += net->beta * x[e];
    }
  return value;
}

/* The optimum, and its network checked: balanced or not, by the objective of
   the library and by that above.  */
static double
convex (const struct network *q)
{
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = q->beta, .threads = 1, .conv = q->conv };
  const struct cvx_part *part = &q->p->data.part[CVX_TRAIN];
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double *rows, value, loss, penalty, x[DESCENT_MAX] = { 0 }, g[DESCENT_MAX];
  size_t h = q->conv->h;
  struct network own = *q;
  ck_assert_ok (cvx_conv_rows (q->conv, part->x, part->n, &rows, &err), err);
  ck_assert_ok (cvx_patterns_exact (&patterns, rows, part->n * q->conv->k, h,
                                    100000, 1, NULL, &err),
                err);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find ("relu-cnn"),
                                     &q->p->data, patterns, &o, &err),
                err);
  cvx_settings_init (&s);
  s.tol = 1e-9;
  ck_assert_ok (cvx_run_new (&run, f, cvx_solver_choose (f, &s, NULL), &s,
                             NULL, NULL, &err),
                err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_msg (run->status == CVX_RUN_SOLVED, "%s gap %g",
                 cvx_run_status_words (run->status), cvx_run_gap (run));
  value = run->pobj;
  cvx_network_balance (run->net);
  ck_assert_ok (
      cvx_formulation_network_objective (f, run->net, &loss, &penalty, &err),
      err);
  ck_assert_near (loss + penalty, value, 1e-12);
  own.width = run->net->width;
  ck_assert_uint_le (own.width * (h + 1), DESCENT_MAX);
  for (size_t j = 0; j < run->net->width; j++)
    {
      memcpy (x + j * (h + 1), run->net->u + j * h, h * sizeof *x);
      x[j * (h + 1) + h] = run->net->a[j];
    }
  ck_assert_near (objective (&own, x, g), value, 1e-12);
  cvx_run_free (run);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  cvx_free (rows);
  return value;
}

/* Neurons end on kinks, where a descent gets stuck: from random starts, and
   from the best point so far with noise of any size.  */
static double
best_of_descents (const struct network *q, struct cvx_rng *r, double target)
{
  size_t size = WIDTH * (q->conv->h + 1);
  double best = HUGE_VAL, kept[DESCENT_MAX] = { 0 };
  for (int t = 0; t < 30000 && best > target; t++)
    {
      double x[DESCENT_MAX], noise = pow (10, -6 * cvx_rng_uniform (r)), at;
      draw (r, size, x);
      for (size_t e = 0; e < size && t >= 20; e++)
        x[e] = kept[e] + noise * x[e];
      at = descend (objective, q, size, x);
      if (at < best)
        {
          best = at;
          memcpy (kept, x, sizeof kept);
        }
    }
  return best;
}

static void
equals_training (enum cvx_pool pool, uint64_t seed, int count)
{
  struct cvx_rng r;
  struct cvx_error err;
  cvx_rng_init (&r, seed, 9);
  for (int k = 0; k < count; k++)
    {
      struct problem p;
      struct cvx_conv conv;
      size_t d = 3 + cvx_rng_below (&r, 2), n = 2 + cvx_rng_below (&r, 2);
      const size_t size[2] = { 1, 2 }, stride[2] = { 1, 1 };
      struct network q
          = { &conv, &p, 0.05 + 0.2 * cvx_rng_uniform (&r), WIDTH };
      double value, best;
      ck_assert_ok (
          cvx_conv_init (&conv, d, NULL, size, stride, k % 2 == 0, &err), err);
      conv.pool = pool;
      problem_set (&p, n, d);
      draw (&r, n * d, p.x);
      draw (&r, n, p.y);
      value = convex (&q);
      best = best_of_descents (&q, &r, value * (1 + 5e-6));
      ck_assert_msg (best > value - 1e-8, "network %.10g below program %.10g",
                     best, value);
      ck_assert_msg (best < value * (1 + 1e-5),
                     "%zu patches of %zu samples: network %.10g, program "
                     "%.10g",
                     conv.k, n, best, value);
    }
}

START_TEST (average_pooling) { equals_training (CVX_POOL_AVERAGE, 21, COUNT); }
END_TEST

START_TEST (sum_pooling) { equals_training (CVX_POOL_SUM, 22, COUNT); }
END_TEST

START_TEST (separate_patches)
{
  equals_training (CVX_POOL_SEPARATE, 23, COUNT);
}
END_TEST

/* --- an output weight for every patch --- */

enum
{
  FREE_WIDTH = 6
};

/* FREE_WIDTH neurons, each a filter and K output weights.  */
static double
free_objective (const void *context, const double *x, double *g)
{
  const struct network *net = context;
  const struct cvx_conv *c = net->conv;
  size_t n = net->p->data.part[CVX_TRAIN].n, k = c->k, h = c->h, len = h + k;
  double value = 0, z[MAX_K * MAX_H];
  memset (g, 0, FREE_WIDTH * len * sizeof *g);
  for (size_t i = 0; i < n; i++)
    {
      double sum = -net->p->y[i];
      cvx_conv_gather (c, net->p->x + i * c->d, z);
      for (size_t j = 0; j < FREE_WIDTH; j++)
        for (size_t q = 0; q < k; q++)
          sum += fmax (0, inner (h, z + q * h, x + j * len))
                 * x[j * len + h + q];
      value += 0.5 * sum * sum;
      for (size_t j = 0; j < FREE_WIDTH; j++)
        for (size_t q = 0; q < k; q++)
          {
            double *to = g + j * len, a = x[j * len + h + q];
            double t = inner (h, z + q * h, x + j * len);
            for (size_t e = 0; e < h && t > 0; e++)
              to[e] += sum * a * z[q * h + e];
            to[h + q] += sum * fmax (0, t);
          }
    }
  for (size_t e = 0; e < FREE_WIDTH * len; e++)
    {
      value += 0.5 * net->beta * x[e] * x[e];
      g[e] += net->beta * x[e];
    }
  return value;
}

/* Both ends for Q; the upper one is the objective of a network by the
   definition above.  */
static void
free_ends (const struct network *q, double *low, double *high)
{
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = q->beta, .threads = 1, .conv = q->conv };
  const struct cvx_part *part = &q->p->data.part[CVX_TRAIN];
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double *rows, loss, penalty, x[DESCENT_MAX] = { 0 }, g[DESCENT_MAX];
  size_t h = q->conv->h, k = q->conv->k;
  ck_assert_ok (cvx_conv_rows (q->conv, part->x, part->n, &rows, &err), err);
  ck_assert_ok (cvx_patterns_exact (&patterns, rows, part->n * k, h, 100000, 1,
                                    NULL, &err),
                err);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find ("relu-cnn"),
                                     &q->p->data, patterns, &o, &err),
                err);
  ck_assert (f->class->pair == (k > 1));
  cvx_settings_init (&s);
  s.tol = 1e-9;
  ck_assert_ok (cvx_run_new (&run, f, cvx_solver_choose (f, &s, NULL), &s,
                             NULL, NULL, &err),
                err);
  cvx_run_begin (run, 0);
  run_to_end (run);
  ck_assert_msg (run->status == CVX_RUN_SOLVED
                     || run->status == CVX_RUN_STALLED,
                 "%s", cvx_run_status_words (run->status));
  *low = run->dobj;
  *high = run->pobj;
  cvx_network_balance (run->net);
  ck_assert_ok (
      cvx_formulation_network_objective (f, run->net, &loss, &penalty, &err),
      err);
  ck_assert_near (loss + penalty, *high, 1e-12);
  if (run->net->width <= FREE_WIDTH)
    {
      for (size_t j = 0; j < run->net->width; j++)
        {
          memcpy (x + j * (h + k), run->net->u + j * h, h * sizeof *x);
          memcpy (x + j * (h + k) + h, run->net->a + j * k, k * sizeof *x);
        }
      ck_assert_near (free_objective (q, x, g), *high, 1e-12);
    }
  cvx_run_free (run);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  cvx_free (rows);
}

/* The best of many descents lies between the ends; with filters of one number,
   whose singular vectors lie in every cone or opposite to it, they meet.  */
START_TEST (output_weights_for_every_patch)
{
  struct cvx_rng r;
  struct cvx_error err;
  cvx_rng_init (&r, 24, 9);
  for (int t = 0; t < 2 * COUNT; t++)
    {
      struct problem p;
      struct cvx_conv conv;
      size_t d = 3 + cvx_rng_below (&r, 2), n = 3 + cvx_rng_below (&r, 3);
      const size_t size[2] = { 1, t % 4 == 3 ? 1 : 2 }, stride[2] = { 1, 1 };
      struct network q
          = { &conv, &p, 0.05 + 0.2 * cvx_rng_uniform (&r), FREE_WIDTH };
      double low, high, best = HUGE_VAL, x[DESCENT_MAX];
      ck_assert_ok (
          cvx_conv_init (&conv, d, NULL, size, stride, t % 2 == 0, &err), err);
      conv.pool = CVX_POOL_NONE;
      problem_set (&p, n, d);
      draw (&r, n * d, p.x);
      draw (&r, n, p.y);
      free_ends (&q, &low, &high);
      for (int k = 0; k < 100; k++)
        {
          draw (&r, FREE_WIDTH * (conv.h + conv.k), x);
          best = fmin (best, descend (free_objective, &q,
                                      FREE_WIDTH * (conv.h + conv.k), x));
        }
      ck_assert_msg (best >= low - 1e-8 && high >= low - 1e-12,
                     "network %.10g below the bound %.10g", best, low);
      ck_assert_msg (best <= high * (1 + 1e-6),
                     "best network %.10g above that of the pair %.10g", best,
                     high);
      if (conv.h == 1)
        ck_assert_near (low, high, 1e-6);
    }
}
END_TEST

/* One patch, the whole sample: the program of a two-layer network.  */
START_TEST (one_patch_is_a_dense_network)
{
  static const enum cvx_pool pools[]
      = { CVX_POOL_AVERAGE, CVX_POOL_SUM, CVX_POOL_SEPARATE, CVX_POOL_NONE };
  const size_t size[2] = { 1, 2 }, stride[2] = { 1, 1 };
  struct problem p;
  struct cvx_conv conv;
  struct cvx_error err;
  problem_five_points (&p);
  ck_assert_ok (cvx_conv_init (&conv, 2, NULL, size, stride, false, &err),
                err);
  for (size_t k = 0; k < 4; k++)
    {
      struct network q = { &conv, &p, 0.1, WIDTH };
      conv.pool = pools[k];
      ck_assert_near (convex (&q), 0.89144720260, 1e-9);
    }
  problem_free (&p);
}
END_TEST

TEST_MAIN ("relu cnn", average_pooling, sum_pooling, separate_patches,
           output_weights_for_every_patch, one_patch_is_a_dense_network)
