/* Laws of the two-layer network.  */

#include "support.h"

#include <stdio.h>
#include <string.h>

#include "linalg/sum.h"
#include "network/network.h"

enum
{
  N_X = 600 /* more rows than a tile of cvx_network_predict */
};

static const enum cvx_activation activations[]
    = { CVX_ACT_RELU, CVX_ACT_GATED, CVX_ACT_LINEAR };

static void
fill (struct cvx_rng *rng, size_t n, double *p)
{
  for (size_t i = 0; i < n; i++)
    p[i] = cvx_rng_normal (rng);
}

/* A random network; gated ones draw their gates from 3.  */
static struct cvx_network *
network (enum cvx_activation activation, size_t width, size_t d, size_t c,
         uint64_t seed)
{
  struct cvx_network *net;
  struct cvx_error err;
  struct cvx_rng rng;
  cvx_rng_init (&rng, seed, 5);
  ck_assert_ok (cvx_network_new (&net, activation, width, d, c, &err), err);
  fill (&rng, width * d, net->u);
  fill (&rng, width * c, net->a);
  for (size_t j = 0; net->gate != NULL && j < width; j++)
    for (size_t i = 0; i < d; i++)
      net->gate[j * d + i] = (double)((j % 3 + 1) * (i + 1) % 5) - 2;
  return net;
}

/* Neuron J of NET becomes neuron K with u times SU and a times SA.  */
static void
clone (struct cvx_network *net, size_t j, size_t k, double su, double sa)
{
  size_t d = net->n_features, c = net->n_outputs;
  for (size_t i = 0; i < d; i++)
    net->u[j * d + i] = su * net->u[k * d + i];
  for (size_t i = 0; i < c; i++)
    net->a[j * c + i] = sa * net->a[k * c + i];
  if (net->gate != NULL)
    memcpy (net->gate + j * d, net->gate + k * d, d * sizeof (double));
}

/* The definition, one number after the other.  */
static void
naive (const struct cvx_network *net, const double *x, size_t n, double *f)
{
  size_t d = net->n_features, c = net->n_outputs;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < c; k++)
      {
        f[i * c + k] = net->b0 == NULL ? 0 : net->b0[k];
        for (size_t j = 0; j < net->width; j++)
          {
            double t = 0, h = 0;
            for (size_t m = 0; m < d; m++)
              {
                t += x[i * d + m] * net->u[j * d + m];
                if (net->gate != NULL)
                  h += x[i * d + m] * net->gate[j * d + m];
              }
            if (net->activation == CVX_ACT_RELU ? t < 0 : h < 0)
              t = 0;
            f[i * c + k] += t * net->a[j * c + k];
          }
      }
}

/* Predictions of NET at a fixed X, into F.  */
static void
predict (const struct cvx_network *net, double *f)
{
  static double x[N_X * 8];
  struct cvx_error err;
  struct cvx_rng rng;
  cvx_rng_init (&rng, 9, 9);
  fill (&rng, N_X * net->n_features, x);
  ck_assert_ok (cvx_network_predict (net, x, N_X, f, &err), err);
  if (net->width < 40)
    {
      static double g[N_X * 3];
      naive (net, x, N_X, g);
      for (size_t i = 0; i < N_X * net->n_outputs; i++)
        ck_assert (fabs (f[i] - g[i]) <= 1e-12);
    }
}

static void
check_same (const double *f, const double *g, size_t n)
{
  double most = 0, size = 0;
  for (size_t i = 0; i < n; i++)
    {
      most = fmax (most, fabs (f[i] - g[i]));
      size = fmax (size, fabs (g[i]));
    }
  ck_assert_msg (most <= 1e-13 * size, "predictions moved by %g", most / size);
}

/* Half the sum of ||u_j||^2 + ||a_j||_1^2.  */
static double
decay (const struct cvx_network *net)
{
  double outputs = 0;
  for (size_t j = 0; j < net->width; j++)
    {
      double length = 0;
      for (size_t k = 0; k < net->n_outputs; k++)
        length += fabs (net->a[j * net->n_outputs + k]);
      outputs += length * length;
    }
  return (cvx_dot2 (net->width * net->n_features, net->u, net->u) + outputs)
         / 2;
}

START_TEST (balance_keeps_the_function_and_lowers_decay_to_the_path_norm)
{
  for (size_t k = 0; k < 3; k++)
    for (size_t c = 1; c <= 3; c += 2)
      {
        static double f[N_X * 3], g[N_X * 3];
        struct cvx_network *net = network (activations[k], 30, 4, c, 7);
        double path, before = decay (net);
        net->u[0] = 1e160; /* squares would overflow */
        for (size_t i = 0; i < c; i++)
          net->a[i] = 0; /* a neuron that does nothing */
        path = cvx_network_path_norm (net);
        predict (net, f);
        cvx_network_balance (net);
        predict (net, g);
        check_same (g, f, N_X * c);
        ck_assert_near (cvx_network_path_norm (net), path, 1e-14);
        ck_assert_near (decay (net), path, 1e-14);
        ck_assert (decay (net) < before);
        ck_assert (net->u[0] == 0);
        cvx_network_free (net);
      }
}
END_TEST

START_TEST (merging_keeps_the_function_and_never_raises_the_path_norm)
{
  for (size_t k = 0; k < 3; k++)
    for (size_t c = 1; c <= 3; c += 2)
      {
        static double f[N_X * 3], g[N_X * 3];
        enum cvx_activation kind = activations[k];
        struct cvx_network *net = network (kind, 12, 4, c, 11), *copy;
        struct cvx_error err;
        double path;
        size_t expected = kind == CVX_ACT_LINEAR ? 7 : 8;
        clone (net, 3, 7, 0.3, 2);    /* one direction: merges */
        clone (net, 9, 7, 1e-7, 1e3); /* so does this */
        clone (net, 4, 2, 1.7, -1);   /* other output sign: never */
        clone (net, 5, 1, -2, -0.5);  /* the same neuron if bilinear */
        clone (net, 11, 10, 1, 1);    /* ... with a gate of its own */
        if (net->gate != NULL)
          net->gate[11 * 4] += 1;
        memset (net->a + 6 * c, 0, c * sizeof *net->a); /* dropped */
        predict (net, f);
        path = cvx_network_path_norm (net);
        ck_assert_ok (cvx_network_merge (net, 1e-14, &err), err);
        ck_assert_uint_eq (net->width, expected);
        predict (net, g);
        check_same (g, f, N_X * c);
        ck_assert (cvx_network_path_norm (net) <= path * (1 + 1e-14));
        ck_assert_near (cvx_network_path_norm (net), path, 1e-13);
        /* Sorted; every block but the dropped one has its place.  */
        ck_assert_uint_eq (net->n_atoms, 12);
        ck_assert_uint_eq (net->merged[net->width], 11);
        for (size_t j = 0; j < net->width; j++)
          {
            bool has_7 = false;
            if (j > 0)
              ck_assert (cvx_network_norm (net, j)
                         <= cvx_network_norm (net, j - 1) * (1 + 1e-15));
            for (size_t s = net->merged[j]; s < net->merged[j + 1]; s++)
              has_7 |= net->source[s] == 7;
            if (has_7)
              ck_assert_uint_eq (net->merged[j + 1] - net->merged[j], 3);
          }
        /* Once more: nothing to merge, sources are kept.  */
        ck_assert_ok (cvx_network_copy (&copy, net, &err), err);
        ck_assert_ok (cvx_network_merge (net, 1e-14, &err), err);
        ck_assert_uint_eq (net->width, copy->width);
        ck_assert_mem_eq (net->u, copy->u, net->width * 4 * sizeof (double));
        ck_assert_mem_eq (net->a, copy->a, net->width * c * sizeof (double));
        ck_assert_mem_eq (net->source, copy->source, 11 * sizeof (size_t));
        cvx_network_free (copy);
        cvx_network_free (net);
      }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* Random nearly colinear neurons: the path norm falls, never rises.  */
START_TEST (loose_merging_never_raises_the_path_norm)
{
  for (uint64_t seed = 0; seed < 50; seed++)
    {
      struct cvx_network *net
          = network (activations[seed % 3], 60, 2, 1 + seed % 2, seed);
      struct cvx_error err;
      double path = cvx_network_path_norm (net);
      ck_assert_ok (cvx_network_merge (net, 0.1, &err), err);
      ck_assert (net->width < 60);
      ck_assert (cvx_network_path_norm (net) <= path);
      cvx_network_free (net);
    }
}
END_TEST

START_TEST (pruning_keeps_predictions_and_never_raises_the_path_norm)
{
  for (uint64_t seed = 0; seed < 60; seed++)
    {
      enum
      {
        N = 7,
        D = 3,
        WIDTH = 40
      };
      size_t c = 1 + seed % 2, width;
      double x[N * D], f[N * 2], g[N * 2], path, size = 0;
      struct cvx_network *net
          = network (activations[seed % 3], WIDTH, D, c, seed);
      struct cvx_error err;
      struct cvx_rng rng;
      cvx_rng_init (&rng, seed, 8);
      fill (&rng, N * D, x);
      if (seed % 5 == 0) /* a row twice and a dead neuron: less rank */
        memcpy (x, x + D, D * sizeof *x);
      memset (net->u + 5 * D, 0, D * sizeof *net->u);
      naive (net, x, N, f);
      path = cvx_network_path_norm (net);
      ck_assert_ok (cvx_network_prune (net, x, N, 1e-10, &err), err);
      naive (net, x, N, g);
      for (size_t i = 0; i < N * c; i++)
        size = fmax (size, fabs (f[i]));
      for (size_t i = 0; i < N * c; i++)
        ck_assert_msg (fabs (f[i] - g[i]) <= 1e-9 * size, "moved by %g",
                       fabs (f[i] - g[i]) / size);
      ck_assert (cvx_network_path_norm (net) <= path * (1 + 1e-14));
      ck_assert_uint_le (net->width, (seed % 5 == 0 ? N - 1 : N) * c);
      width = net->width;
      ck_assert_uint_eq (net->merged[width], width);
      ck_assert_ok (cvx_network_prune (net, x, N, 1e-10, &err), err);
      ck_assert_uint_eq (net->width, width);
      cvx_network_free (net);
    }
}
END_TEST

/* Points and neurons on a circle, all outputs positive.  By symmetry every
   neuron earns the same from nu = (1, ..., 1): the state of an optimum, where
   f_j'nu = lambda N_j.  The vectors f_j form a circulant without the odd
   harmonics from 3 on, so they depend: pruning must keep the path norm.  */
START_TEST (pruning_keeps_the_objective_of_an_optimum)
{
  enum
  {
    N = 16
  };
  double x[2 * N], f[N], g[N], path;
  struct cvx_network *net = network (CVX_ACT_RELU, N, 2, 1, 3);
  struct cvx_error err;
  for (size_t i = 0; i < N; i++)
    {
      double angle = 2 * 3.14159265358979323846 * (double)i / N;
      net->u[2 * i] = x[2 * i] = cos (angle);
      net->u[2 * i + 1] = x[2 * i + 1] = sin (angle);
      net->a[i] = 1 + (double)(i * i % 7) / 7;
    }
  naive (net, x, N, f);
  path = cvx_network_path_norm (net);
  ck_assert_ok (cvx_network_prune (net, x, N, 1e-10, &err), err);
  naive (net, x, N, g);
  for (size_t i = 0; i < N; i++)
    ck_assert_near (g[i], f[i], 1e-12);
  ck_assert_near (cvx_network_path_norm (net), path, 1e-12);
  ck_assert_uint_eq (net->width, N - 6); /* harmonics 3, 5, 7 are missing */
  cvx_network_free (net);
}
END_TEST

START_TEST (kinks_are_where_neurons_bend)
{
  struct cvx_network *net = network (CVX_ACT_RELU, 3, 2, 1, 1);
  static const double u[] = { 2, -3, 0, 1, -4, 1 };
  memcpy (net->u, u, sizeof u);
  ck_assert (cvx_network_kink (net, 0) == 1.5);
  ck_assert (isnan (cvx_network_kink (net, 1)));
  ck_assert (cvx_network_kink (net, 2) == 0.25);
  cvx_network_free (net);
}
END_TEST

START_TEST (scores_are_the_textbook_ones)
{
  static const double f[] = { 0.5, -0.25, 0, 2 }, y[] = { 1, 1, 1, -1 };
  static const double f2[] = { 0.2, 0.7, 3, 1, 0, 0.5 };
  static const double y2[] = { 0, 1, 0, 1, 0, 1 };
  struct cvx_scores s;
  cvx_scores_compute (f, y, 4, 1, true, &s);
  ck_assert_uint_eq (s.n_right, 2); /* 0 counts as +1 */
  ck_assert_near (s.accuracy, 0.5, 0);
  ck_assert_near (s.mse, (0.25 + 1.5625 + 1 + 9) / 4, 1e-15);
  ck_assert_near (s.mae, (0.5 + 1.25 + 1 + 3) / 4, 1e-15);
  ck_assert_near (s.r2, 1 - 11.8125 / 3, 1e-15);
  cvx_scores_compute (f2, y2, 3, 2, true, &s);
  ck_assert_uint_eq (s.n_right, 2);
  cvx_scores_compute (f, y, 4, 1, false, &s);
  ck_assert (isnan (s.accuracy));
  cvx_scores_compute (f, y, 0, 1, true, &s);
  ck_assert (isnan (s.mse) && isnan (s.accuracy));
}
END_TEST

START_TEST (sums_have_twice_the_digits)
{
  double x[2001], y[2001];
  static const double a[] = { 1e16, 1, -1e16, 0x1p-30 };
  struct cvx_rng rng;
  cvx_rng_init (&rng, 4, 4);
  ck_assert (cvx_sum (4, a) == 1 + 0x1p-30);
  for (size_t i = 0; i < 1000; i++)
    {
      x[i] = cvx_rng_normal (&rng) * 1e10;
      y[i] = cvx_rng_normal (&rng);
      x[2000 - i] = -x[i];
      y[2000 - i] = y[i];
    }
  x[1000] = 1.0 / 3;
  y[1000] = 1e-5;
  ck_assert_near (cvx_dot2 (2001, x, y), 1e-5 / 3, 1e-11); /* else 1e-3 */
  x[0] = INFINITY;
  ck_assert (isinf (cvx_sum (3, x)));
}
END_TEST

START_TEST (every_failed_allocation_leaves_the_network)
{
  struct cvx_network *net = network (CVX_ACT_GATED, 12, 3, 2, 1), *copy;
  struct cvx_error err;
  double f[4];
  static const double x[6] = { 1, 2, 3, 4, 5, 6 };
  size_t live = cvx_alloc_live ();
  clone (net, 3, 7, 0.3, 2);
  for (size_t k = 1;; k++)
    {
      enum cvx_status status;
      double path = cvx_network_path_norm (net);
      cvx_alloc_fail_at (k, false);
      status = cvx_network_merge (net, 1e-12, &err);
      cvx_alloc_fail_at (0, false);
      if (status == CVX_OK)
        break;
      ck_assert_int_eq (status, CVX_NOMEM);
      ck_assert_uint_eq (net->width, 12);
      ck_assert (cvx_network_path_norm (net) == path);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  ck_assert_uint_eq (net->width, 11);
  live = cvx_alloc_live ();
  for (size_t k = 1;; k++)
    {
      enum cvx_status status;
      cvx_alloc_fail_at (k, false);
      status = cvx_network_copy (&copy, net, &err);
      cvx_alloc_fail_at (0, false);
      if (status == CVX_OK)
        break;
      ck_assert_int_eq (status, CVX_NOMEM);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  cvx_network_free (copy);
  cvx_alloc_fail_at (1, false);
  ck_assert_int_eq (cvx_network_predict (net, x, 2, f, &err), CVX_NOMEM);
  cvx_network_free (net);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (saving_and_loading_give_the_same_network)
{
  for (size_t k = 0; k < 3; k++)
    {
      struct cvx_network *net = network (activations[k], 9, 4, 2, 5), *back;
      struct cvx_npz_writer *w;
      struct cvx_npz *z;
      struct cvx_error err;
      const char *path = "network-test.npz";
      size_t live = cvx_alloc_live ();
      clone (net, 3, 7, 0.3, 2);
      if (k > 0)
        {
          ck_assert_ok (cvx_network_merge (net, 1e-12, &err), err);
          net->b0 = cvx_alloc (2, sizeof *net->b0);
          net->b0[0] = 1e-300;
          net->b0[1] = -2;
          live = cvx_alloc_live ();
        }
      ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
      ck_assert_ok (cvx_network_save (net, w, "net.", &err), err);
      ck_assert_ok (cvx_npz_close (w, &err), err);
      ck_assert_ok (cvx_npz_read (&z, path, 1 << 20, NULL, &err), err);
      ck_assert_ok (cvx_network_load (&back, z, "net.", &err), err);
      ck_assert_int_eq (back->activation, net->activation);
      ck_assert_uint_eq (back->width, net->width);
      ck_assert_uint_eq (back->n_atoms, 9);
      ck_assert_mem_eq (back->u, net->u, net->width * 4 * sizeof (double));
      ck_assert_mem_eq (back->a, net->a, net->width * 2 * sizeof (double));
      ck_assert_int_eq (back->gate != NULL, net->gate != NULL);
      if (net->gate != NULL)
        ck_assert_mem_eq (back->gate, net->gate,
                          net->width * 4 * sizeof (double));
      ck_assert_int_eq (back->b0 != NULL, k > 0);
      ck_assert_int_eq (back->merged != NULL, k > 0);
      if (k > 0)
        {
          ck_assert_mem_eq (back->b0, net->b0, 2 * sizeof (double));
          ck_assert_mem_eq (back->merged, net->merged,
                            (net->width + 1) * sizeof (size_t));
          ck_assert_mem_eq (back->source, net->source, 9 * sizeof (size_t));
        }
      cvx_network_free (back);
      /* Every damaged number is found or harmless, and nothing leaks.  */
      ck_assert_int_eq (cvx_network_load (&back, z, "other.", &err), CVX_DATA);
      for (size_t m = 0; m < z->n; m++)
        for (size_t i = 0; i < z->array[m].count; i++)
          for (int bit = 0; bit < 64; bit += 7)
            {
              uint64_t *word = (uint64_t *)z->array[m].values + i;
              *word ^= (uint64_t)1 << bit;
              if (cvx_network_load (&back, z, "net.", &err) == CVX_OK)
                cvx_network_free (back);
              *word ^= (uint64_t)1 << bit;
            }
      for (size_t m = 0; m < z->n; m++)
        {
          z->array[m].count--;
          ck_assert_int_eq (cvx_network_load (&back, z, "net.", &err),
                            CVX_DATA);
          z->array[m].count++;
        }
      for (size_t f = 1;; f++)
        {
          enum cvx_status status;
          cvx_alloc_fail_at (f, false);
          status = cvx_network_load (&back, z, "net.", &err);
          cvx_alloc_fail_at (0, false);
          if (status == CVX_OK)
            break;
          ck_assert_int_eq (status, CVX_NOMEM);
        }
      cvx_network_free (back);
      cvx_npz_free (z);
      ck_assert_uint_eq (cvx_alloc_live (), live);
      cvx_network_free (net);
      remove (path);
    }
}
END_TEST

TEST_MAIN ("network",
           balance_keeps_the_function_and_lowers_decay_to_the_path_norm,
           merging_keeps_the_function_and_never_raises_the_path_norm,
           loose_merging_never_raises_the_path_norm,
           pruning_keeps_predictions_and_never_raises_the_path_norm,
           pruning_keeps_the_objective_of_an_optimum,
           kinks_are_where_neurons_bend, scores_are_the_textbook_ones,
           sums_have_twice_the_digits,
           every_failed_allocation_leaves_the_network,
           saving_and_loading_give_the_same_network)
