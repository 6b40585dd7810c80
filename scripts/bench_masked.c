/* bench_masked.c -- speed of the masked stack product and of cone projections
   next to DGEMM and SGEMM on the same shapes, and next to what array languages
   do: D * (X V') row sums and X' (D * r), with D and the product stored.

   Usage: bench_masked [THREADS [SECONDS]].  Run by `make bench'; timings are
   the best of several runs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <stdlib.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/cone.h"
#include "linalg/masked.h"
#include "linalg/threads.h"
#include "bench_clock.h"

static double seconds = 1;
/* Of this thread where one thread works, so that others do not disturb.  */
static clockid_t clock_id = CLOCK_MONOTONIC;

static double *
normal (struct cvx_rng *rng, size_t count)
{
  double *p = cvx_alloc (count, sizeof *p);
  if (p == NULL)
    exit (EXIT_FAILURE);
  for (size_t i = 0; i < count; i++)
    p[i] = cvx_rng_normal (rng);
  return p;
}

static float *
lower (const double *from, size_t count)
{
  float *p = cvx_alloc (count, sizeof *p);
  if (p == NULL)
    exit (EXIT_FAILURE);
  for (size_t i = 0; i < count; i++)
    p[i] = (float)from[i];
  return p;
}

/* Patterns of random gates.  */
static uint64_t *
patterns (struct cvx_rng *rng, const double *x, size_t n, size_t d,
          size_t count)
{
  size_t words = (n + 63) / 64;
  uint64_t *bits = cvx_calloc (count * words, sizeof *bits);
  double *u = normal (rng, count * d);
  if (bits == NULL)
    exit (EXIT_FAILURE);
  for (size_t g = 0; g < count; g++)
    for (size_t i = 0; i < n; i++)
      bits[g * words + i / 64]
          |= (uint64_t)(cblas_ddot ((blasint)d, x + i * d, 1, u + g * d, 1)
                        >= 0)
             << (i % 64);
  cvx_free (u);
  return bits;
}

/* What is timed, once.  */
struct job
{
  enum job_kind
  {
    GEMM_APPLY,
    GEMM_ADJOINT,
    SGEMM_APPLY,
    SGEMM_ADJOINT,
    STORED_APPLY,
    STORED_ADJOINT,
    APPLY,
    ADJOINT,
    APPLY_SINGLE,
    ADJOINT_SINGLE
  } kind;
  size_t n, d, count;
  const double *x, *v, *r;
  double *f, *g, *z;
  const double *mask; /* n x count of 0 and 1 */
  const float *xs, *vs;
  float *gs, *zs;
  struct cvx_masked *m, *ms; /* double and single */
};

static void
once (const struct job *j)
{
  blasint n = (blasint)j->n, d = (blasint)j->d, p = (blasint)j->count;
  enum cvx_status status = CVX_OK;
  switch (j->kind)
    {
    case GEMM_APPLY:
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, p, d, 1, j->x,
                   d, j->v, d, 0, j->z, p);
      break;
    case GEMM_ADJOINT:
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, p, d, n, 1, j->z,
                   p, j->x, d, 0, j->g, d);
      break;
    case SGEMM_APPLY:
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, p, d, 1, j->xs,
                   d, j->vs, d, 0, j->zs, p);
      break;
    case SGEMM_ADJOINT:
      cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, p, d, n, 1, j->zs,
                   p, j->xs, d, 0, j->gs, d);
      break;
    case STORED_APPLY:
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, p, d, 1, j->x,
                   d, j->v, d, 0, j->z, p);
      for (size_t i = 0; i < j->n; i++)
        j->f[i] = cblas_ddot (p, j->z + i * j->count, 1,
                              j->mask + i * j->count, 1);
      break;
    case STORED_ADJOINT:
      for (size_t i = 0; i < j->n; i++)
        for (size_t k = 0; k < j->count; k++)
          j->z[i * j->count + k] = j->mask[i * j->count + k] * j->r[i];
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, p, d, n, 1, j->z,
                   p, j->x, d, 0, j->g, d);
      break;
    case APPLY:
      status = cvx_masked_apply (j->m, j->v, j->f, NULL);
      break;
    case ADJOINT:
      status = cvx_masked_adjoint (j->m, j->r, j->g, NULL);
      break;
    case APPLY_SINGLE:
      status = cvx_masked_apply (j->ms, j->v, j->f, NULL);
      break;
    case ADJOINT_SINGLE:
      status = cvx_masked_adjoint (j->ms, j->r, j->g, NULL);
      break;
    }
  if (status != CVX_OK)
    exit (EXIT_FAILURE);
}

/* Best GFLOP/s of KIND.  */
static double
rate (struct job j, enum job_kind kind)
{
  double best = 1e30, until = bench_clock (clock_id) + seconds;
  j.kind = kind;
  once (&j);
  do
    {
      double t = bench_clock (clock_id);
      once (&j);
      t = bench_clock (clock_id) - t;
      best = t < best ? t : best;
    }
  while (bench_clock (clock_id) < until);
  return 2e-9 * (double)j.n * (double)j.d * (double)j.count / best;
}

static void
masked (const char *name, size_t n, size_t d, size_t count, int threads)
{
  struct cvx_rng rng;
  struct cvx_error err;
  struct job j = { .n = n, .d = d, .count = count };
  double *x, *v, *r, *mask, ga, gb, sa, sb, a, b;
  float *xs, *vs;
  uint64_t *bits;
  cvx_rng_init (&rng, 1, 1);
  j.x = x = normal (&rng, n * d);
  j.v = v = normal (&rng, count * d);
  j.r = r = normal (&rng, n);
  j.f = normal (&rng, n);
  j.g = normal (&rng, count * d);
  j.z = normal (&rng, n * count);
  bits = patterns (&rng, x, n, d, count);
  j.mask = mask = normal (&rng, n * count);
  for (size_t i = 0; i < n * count; i++)
    {
      size_t g = i % count, row = i / count;
      uint64_t word = bits[g * ((n + 63) / 64) + row / 64];
      mask[i] = (double)(word >> (row % 64) & 1);
    }
  j.xs = xs = lower (x, n * d);
  j.vs = vs = lower (v, count * d);
  j.gs = lower (j.g, count * d);
  j.zs = lower (j.z, n * count);
  if (cvx_masked_new (&j.m, x, n, d, bits, count, 1, false, threads, &err)
          != CVX_OK
      || cvx_masked_new (&j.ms, x, n, d, bits, count, 1, true, threads, &err)
             != CVX_OK)
    exit (EXIT_FAILURE);
  sa = rate (j, STORED_APPLY);
  sb = rate (j, STORED_ADJOINT);
  for (int single = 0; single < 2; single++)
    {
      ga = rate (j, single ? SGEMM_APPLY : GEMM_APPLY);
      gb = rate (j, single ? SGEMM_ADJOINT : GEMM_ADJOINT);
      a = rate (j, single ? APPLY_SINGLE : APPLY);
      b = rate (j, single ? ADJOINT_SINGLE : ADJOINT);
      printf ("%-4s %s n=%-6zu d=%-5zu P=%-6zu  apply %6.1f of %6.1f (%3.0f "
              "%%)  adjoint %6.1f of %6.1f (%3.0f %%)  pair %3.0f %%",
              name, single ? "single" : "double", n, d, count, a, ga,
              100 * a / ga, b, gb, 100 * b / gb,
              100 * (1 / ga + 1 / gb) / (1 / a + 1 / b));
      if (!single)
        printf (", %.1f x stored", (1 / sa + 1 / sb) / (1 / a + 1 / b));
      printf ("\n");
    }
  cvx_masked_free (j.ms);
  cvx_free (xs);
  cvx_free (vs);
  cvx_free (j.gs);
  cvx_free (j.zs);
  cvx_masked_free (j.m);
  cvx_free (x);
  cvx_free (v);
  cvx_free (r);
  cvx_free (j.f);
  cvx_free (j.g);
  cvx_free (j.z);
  cvx_free (mask);
  cvx_free (bits);
}

/* Projections per second onto the cones of gates in dimension D with N
   rows.  */
static void
cones (size_t d, size_t n)
{
  enum
  {
    POINTS = 64
  };
  struct cvx_rng rng;
  struct cvx_error err;
  struct cvx_cone_work *w;
  double *x, *z, *p, per_second[2];
  uint64_t *bits;
  size_t words = (n + 63) / 64;
  cvx_rng_init (&rng, 2, 2);
  x = normal (&rng, n * d);
  z = normal (&rng, POINTS * d);
  p = normal (&rng, d);
  bits = patterns (&rng, x, n, d, POINTS);
  if (cvx_cone_work_new (&w, d, n, &err) != CVX_OK)
    exit (EXIT_FAILURE);
  for (int warm = 0; warm < 2; warm++)
    {
      double start = bench_clock (clock_id), done = 0;
      while (bench_clock (clock_id) - start < seconds)
        for (size_t k = 0; k < POINTS; k++, done++)
          {
            struct cvx_cone cone = { x, d, bits + k * words, NULL, n };
            if (warm == 1)
              {
                cone.bits = bits;
                for (size_t i = 0; i < d; i++)
                  z[i] += 1e-3 * z[(k + 1) % POINTS * d + i];
                cvx_cone_project (&cone, z, p, true, w);
              }
            else
              cvx_cone_project (&cone, z + k * d, p, false, w);
          }
      per_second[warm] = done / (bench_clock (clock_id) - start);
    }
  printf ("cone d=%-4zu rows=%-5zu  %10.0f a second cold, %10.0f warm\n", d, n,
          per_second[0], per_second[1]);
  cvx_cone_work_free (w);
  cvx_free (x);
  cvx_free (z);
  cvx_free (p);
  cvx_free (bits);
}

int
main (int argc, char **argv)
{
  int threads = argc > 1 ? atoi (argv[1]) : cvx_blas_threads (0);
  if (argc > 2)
    seconds = atof (argv[2]);
  cvx_blas_threads (threads);
  if (threads == 1)
    clock_id = CLOCK_THREAD_CPUTIME_ID;
  printf ("%d threads, GFLOP/s next to GEMM of the same shape and precision\n",
          threads);
  masked ("D", 5000, 100, 1000, threads);
  masked ("G", 10000, 784, 500, threads);
  masked ("M", 11982, 784, 1000, threads);
  masked ("", 200, 3, 20000, threads);
  masked ("", 50, 5, 5000, threads);
  masked ("", 1000, 10, 1000, threads);
  masked ("", 2000, 50, 50, threads);
  clock_id = CLOCK_THREAD_CPUTIME_ID;
  cones (2, 4);
  cones (3, 4);
  cones (3, 20);
  cones (5, 12);
  cones (10, 50);
  cones (50, 1000);
  cones (200, 1000);
  return EXIT_SUCCESS;
}
