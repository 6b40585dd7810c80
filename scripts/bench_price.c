/* bench_price.c -- the largest value of the dual function three ways: all
   patterns, cones (price.h) and signs (signs.h), over n and d.

   Usage: bench_price [SECONDS [THREADS]].  Run by `make bench'.  Gaussian
   data; nu gaussian.  A way that takes longer than SECONDS (2 when not given)
   is marked.  Patterns are those of general position.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "formulation/formulation.h"
#include "formulation/signs.h"
#include "bench_clock.h"

static struct cvx_progress progress;

static void
over (int signal)
{
  (void)signal;
  atomic_store (&progress.abort, 1);
}

/* 2 sum_{k < d} C (n - 1, k).  */
static double
patterns_of (size_t n, size_t d)
{
  double sum = 0, term = 1;
  for (size_t k = 0; k < d && k < n; k++)
    {
      sum += term;
      term *= (double)(n - 1 - k) / (double)(k + 1);
    }
  return 2 * sum;
}

static void
limit (double seconds)
{
  struct itimerval t = { .it_value.tv_sec = (time_t)seconds,
                         .it_value.tv_usec
                         = (suseconds_t)(1e6 * (seconds - floor (seconds))) };
  atomic_store (&progress.abort, 0);
  setitimer (ITIMER_REAL, &t, NULL);
}

static enum cvx_status
by_patterns (const struct cvx_dataset *data, const double *nu, int threads,
             double *value, struct cvx_error *err)
{
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = 1, .threads = threads };
  struct cvx_patterns *p = NULL;
  double *z = NULL;
  struct cvx_formulation *f = NULL;
  const struct cvx_part *t = &data->part[CVX_TRAIN];
  enum cvx_status status = cvx_patterns_exact (
      &p, t->x, t->n, data->n_features, 4000000, threads, &progress, err);
  if (status == CVX_OK)
    status = cvx_formulation_new (&f, cvx_formulation_find ("relu"), data, p,
                                  &o, err);
  if (status == CVX_OK)
    {
      z = cvx_alloc (f->n_var, sizeof *z);
      status = z == NULL ? cvx_fail_nomem (err, "measuring")
                         : f->class->adjoint (f, nu, z, &progress);
    }
  /* As in `cvx_formulation_dual_norm', which above some size searches.  */
  for (size_t g = 0; status == CVX_OK && g < f->n_blocks; g++)
    {
      size_t solved = 0;
      if (cvx_aborted (&progress))
        status = cvx_fail_interrupted (err);
      if (f->class->support_bound (f, g, z + g * f->block_len, 0) > *value)
        *value = fmax (*value, f->class->support (f, g, z + g * f->block_len,
                                                  NULL, &solved, 0));
    }
  cvx_free (z);
  cvx_formulation_free (f);
  cvx_patterns_free (p);
  return status;
}

static enum cvx_status
by_cones (const struct cvx_dataset *data, const double *nu, int threads,
          double *value, struct cvx_error *err)
{
  struct cvx_pricer *p = NULL;
  struct cvx_price found = { 0 };
  const struct cvx_part *t = &data->part[CVX_TRAIN];
  enum cvx_status status
      = cvx_pricer_new (&p, t->x, t->n, data->n_features, threads, err);
  if (status == CVX_OK)
    status = cvx_pricer_run (p, nu, 0, true, 0, 0, &found, &progress, err);
  *value = found.upper;
  cvx_pricer_free (p);
  return status;
}

static enum cvx_status
by_signs (const struct cvx_dataset *data, const double *nu, int threads,
          double *value, struct cvx_error *err)
{
  struct cvx_signs *s = NULL;
  struct cvx_signs_result found = { 0 };
  const struct cvx_part *t = &data->part[CVX_TRAIN];
  enum cvx_status status
      = cvx_signs_new (&s, t->x, t->n, data->n_features, threads, err);
  if (status == CVX_OK)
    status = cvx_signs_run (s, nu, 0, 0, &found, &progress, err);
  *value = found.upper;
  cvx_signs_free (s);
  return status;
}

int
main (int argc, char **argv)
{
  static const size_t ns[] = { 20, 40, 60, 100, 200, 400, 1000 },
                      ds[] = { 3, 4, 5, 6, 8, 10, 15, 20 };
  enum cvx_status (*const ways[]) (const struct cvx_dataset *, const double *,
                                   int, double *, struct cvx_error *)
      = { by_patterns, by_cones, by_signs };
  double seconds = argc > 1 ? strtod (argv[1], NULL) : 2;
  int threads = argc > 2 ? atoi (argv[2]) : 1;
  signal (SIGALRM, over);
  printf ("limit %g s, threads %d; -: over the limit, memory or rank\n"
          "    n   d   patterns   enumerate       cones       signs (s)\n",
          seconds, threads);
  for (size_t b = 0; b < sizeof ds / sizeof *ds; b++)
    for (size_t a = 0, hopeless[3] = { 0 }; a < sizeof ns / sizeof *ns; a++)
      {
        size_t n = ns[a], d = ds[b];
        double *x = cvx_alloc (n * (d + 1), sizeof *x), first = 0;
        struct cvx_dataset data = { .n_features = d, .n_outputs = 1 };
        struct cvx_rng r;
        if (x == NULL)
          return EXIT_FAILURE;
        cvx_rng_init (&r, 3, 1);
        for (size_t i = 0; i < n * (d + 1); i++)
          x[i] = cvx_rng_normal (&r);
        data.part[CVX_TRAIN].n = n;
        data.part[CVX_TRAIN].x = x;
        data.part[CVX_TRAIN].y = x + n * d;
        printf ("%5zu %3zu %10.3g", n, d, patterns_of (n, d));
        for (size_t w = 0; w < 3; w++)
          {
            struct cvx_error err;
            double since, value = 0;
            if (hopeless[w]) /* with fewer rows already */
              {
                printf ("%12s", "-");
                continue;
              }
            limit (seconds);
            since = bench_clock (CLOCK_MONOTONIC);
            if (ways[w](&data, x + n * d, threads, &value, &err) != CVX_OK)
              {
                hopeless[w] = 1;
                printf ("%12s", "-");
              }
            else
              printf ("%12.4f", bench_clock (CLOCK_MONOTONIC) - since);
            limit (0);
            if (value > 0 && !hopeless[w] && first == 0)
              first = value;
            if (!hopeless[w] && fabs (value - first) > 1e-9 * first)
              printf (" (%+.0e)", value / first - 1);
            fflush (stdout);
          }
        printf ("\n");
        cvx_free (x);
        if (hopeless[0] && hopeless[1] && hopeless[2])
          break;
      }
  return EXIT_SUCCESS;
}
