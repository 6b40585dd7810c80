/* bench_patterns.c -- how fast all activation patterns are found.

   usage: bench_patterns [THREADS [N D]...]

   For random normal X: patterns per second of the count, of the bits, of bits
   and gates, and of the facets (up to a million patterns), and the largest
   memory of the process so far.  Counts are checked against the formula of
   general position.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "arrangement/patterns.h"
#include "base/alloc.h"
#include "base/rng.h"

enum
{
  MAX_FACETS = 1000000
};

static double
now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of all processors together: a busy machine does not disturb it.  */
static double
processor (void)
{
  return (double)clock () / CLOCKS_PER_SEC;
}

static double
peak_megabytes (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

static void
need (enum cvx_status status, const struct cvx_error *err)
{
  if (status == CVX_OK)
    return;
  fprintf (stderr, "E%d: %s\n", (int)err->id, err->text);
  exit (EXIT_FAILURE);
}

struct watch
{
  double wall, processor;
};

static struct watch
start (void)
{
  return (struct watch){ now (), processor () };
}

static void
report (const char *what, size_t count, struct watch since)
{
  double wall = now () - since.wall, all = processor () - since.processor;
  printf ("  %-15s %8.3f s %8.2f million/s %8.2f per processor second, "
          "peak %7.1f MB\n",
          what, wall, (double)count / wall / 1e6, (double)count / all / 1e6,
          peak_megabytes ());
  fflush (stdout);
}

static void
bench (size_t n, size_t d, int threads)
{
  double *x = cvx_alloc (n, d * sizeof *x);
  struct watch watch;
  struct cvx_patterns *p;
  struct cvx_facets *f;
  struct cvx_error err;
  struct cvx_rng rng;
  size_t count;
  if (x == NULL)
    exit (EXIT_FAILURE);
  cvx_rng_init (&rng, 1, 0);
  for (size_t k = 0; k < n * d; k++)
    x[k] = cvx_rng_normal (&rng);
  watch = start ();
  need (cvx_patterns_count (&count, x, n, d, threads, NULL, &err), &err);
  printf ("n=%zu d=%zu: %zu patterns%s\n", n, d, count,
          (double)count == cvx_patterns_bound (n, d) ? ""
                                                     : ", NOT THE FORMULA");
  report ("count", count, watch);
  watch = start ();
  need (cvx_patterns_exact_with (&p, x, n, d, SIZE_MAX, CVX_PATTERNS_NO_GATES,
                                 threads, NULL, &err),
        &err);
  report ("bits", count, watch);
  cvx_patterns_free (p);
  watch = start ();
  need (cvx_patterns_exact (&p, x, n, d, SIZE_MAX, threads, NULL, &err), &err);
  report ("bits and gates", count, watch);
  if (count <= MAX_FACETS)
    {
      watch = start ();
      need (cvx_facets_new (&f, p, x, NULL, &err), &err);
      report ("facets", count, watch);
      cvx_facets_free (f);
    }
  cvx_patterns_free (p);
  cvx_free (x);
}

int
main (int argc, char **argv)
{
  static const size_t size[][2]
      = { { 60, 3 }, { 30, 5 }, { 25, 6 }, { 1000, 3 }, { 100, 5 } };
  int threads = argc > 1 ? atoi (argv[1]) : 2;
  for (int k = 2; k + 1 < argc; k += 2)
    bench ((size_t)atol (argv[k]), (size_t)atol (argv[k + 1]), threads);
  for (size_t k = 0; argc <= 2 && k < sizeof size / sizeof *size; k++)
    bench (size[k][0], size[k][1], threads);
  return EXIT_SUCCESS;
}
