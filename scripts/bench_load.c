/* bench_load.c -- speed of loading numbers: CSV next to what libcsv alone
   allows and, where python3 has it, numpy's loadtxt; NPY, by two threads
   and by one, next to memcpy.

   Usage: bench_load [MEGABYTES [FOLDER [csv|npy]]].  The files are made in
   FOLDER (/tmp) and removed; the readings are the best of five, of processor
   time for text and of the clock for NPY, whose last column is y, or which has
   no y.  Run by `make bench'.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csv.h>

#include "base/alloc.h"
#include "base/npz.h"
#include "base/rng.h"
#include "data/dataset.h"
#include "linalg/threads.h"
#include "bench_clock.h"

enum
{
  COLUMNS = 50,
  TRIES = 5
};

static void
must (bool truth, const char *what)
{
  if (truth)
    return;
  fprintf (stderr, "bench_load: %s failed\n", what);
  exit (EXIT_FAILURE);
}

/* About BYTES of numbers with DIGITS digits.  */
static double
write_csv (const char *path, double bytes, int digits)
{
  struct cvx_rng r;
  struct stat st;
  FILE *f = fopen (path, "w");
  must (f != NULL, "making a file");
  cvx_rng_init (&r, 1, 1);
  while ((double)ftell (f) < bytes)
    for (size_t j = 0; j < COLUMNS; j++)
      fprintf (f, "%.*g%c", digits, cvx_rng_normal (&r),
               j + 1 < COLUMNS ? ',' : '\n');
  must (fclose (f) == 0 && stat (path, &st) == 0, "writing");
  return (double)st.st_size;
}

static void
nothing (void *field, size_t len, void *data)
{
  (void)field;
  (void)len;
  ++*(size_t *)data;
}

static void
end_of_row (int c, void *data)
{
  (void)c;
  (void)data;
}

static void
libcsv_alone (const char *path)
{
  static char buffer[1 << 16];
  struct csv_parser p;
  size_t fields = 0, got;
  FILE *f = fopen (path, "r");
  must (f != NULL && csv_init (&p, 0) == 0, "libcsv");
  while ((got = fread (buffer, 1, sizeof buffer, f)) > 0)
    must (csv_parse (&p, buffer, got, nothing, end_of_row, &fields) == got,
          "parsing");
  csv_fini (&p, nothing, end_of_row, &fields);
  csv_free (&p);
  fclose (f);
}

static void
load_with (const char *path, const char *y)
{
  struct cvx_read_options o = { .header = -1, .y = y };
  struct cvx_dataset *d;
  struct cvx_error err;
  must (cvx_dataset_read (&d, path, &o, NULL, NULL, &err) == CVX_OK,
        "loading");
  cvx_dataset_free (d);
}

static void
load (const char *path)
{
  load_with (path, NULL);
}

static void
load_x (const char *path)
{
  load_with (path, "");
}

static double
best (void (*work) (const char *), const char *path, clockid_t clock)
{
  double least = 1e99;
  for (int k = 0; k < TRIES; k++)
    {
      double t = bench_clock (clock);
      work (path);
      t = bench_clock (clock) - t;
      least = t < least ? t : least;
    }
  return least;
}

static void
numpy (const char *path, double bytes)
{
  char command[4600];
  FILE *p;
  double seconds;
  snprintf (command, sizeof command,
            "for p in python3 /usr/bin/python3; do $p -c 'import numpy' "
            "2>/dev/null && exec $p -c 'import numpy, time\n"
            "t = time.process_time ()\n"
            "numpy.loadtxt (\"%s\", delimiter=\",\")\n"
            "print (time.process_time () - t)'; done",
            path);
  p = popen (command, "r");
  if (p != NULL && fscanf (p, "%lf", &seconds) == 1)
    printf ("  numpy loadtxt   %7.0f MB/s\n", 1e-6 * bytes / seconds);
  if (p != NULL)
    pclose (p);
}

static void
bench_csv (const char *path, double bytes, int digits)
{
  bytes = write_csv (path, bytes, digits);
  printf ("CSV, %d digits, %.0f MB\n", digits, 1e-6 * bytes);
  printf ("  load            %7.0f MB/s\n",
          1e-6 * bytes / best (load, path, CLOCK_PROCESS_CPUTIME_ID));
  printf ("  libcsv alone    %7.0f MB/s\n",
          1e-6 * bytes / best (libcsv_alone, path, CLOCK_PROCESS_CPUTIME_ID));
  fflush (stdout);
  numpy (path, bytes);
  remove (path);
}

static void
bench_npy (const char *path, double bytes)
{
  size_t shape[2] = { (size_t)(bytes / 8 / COLUMNS), COLUMNS };
  size_t n = shape[0] * shape[1];
  double *v = cvx_calloc (n, sizeof *v), *w = cvx_calloc (n, sizeof *w);
  double copy = 1e99, fresh = 1e99, t;
  struct cvx_error err;
  must (v != NULL && w != NULL, "memory");
  for (size_t k = 0; k < n; k++)
    v[k] = (double)(k % 1000);
  must (cvx_npy_write (path, CVX_ARRAY_F64, 2, shape, v, &err) == CVX_OK,
        "writing");
  for (int k = 0; k < TRIES; k++)
    {
      t = bench_clock (CLOCK_MONOTONIC);
      memcpy (w, v, n * sizeof *v);
      __asm__ volatile("" : : "r"(w) : "memory");
      t = bench_clock (CLOCK_MONOTONIC) - t;
      copy = t < copy ? t : copy;
    }
  cvx_free (w);
  /* Memory that nobody has had is given by the kernel page by page.  */
  for (int k = 0; k < TRIES; k++)
    {
      t = bench_clock (CLOCK_MONOTONIC);
      w = cvx_alloc (n, sizeof *w);
      must (w != NULL, "memory");
      memcpy (w, v, n * sizeof *v);
      __asm__ volatile("" : : "r"(w) : "memory");
      t = bench_clock (CLOCK_MONOTONIC) - t;
      fresh = t < fresh ? t : fresh;
      cvx_free (w);
    }
  cvx_free (v);
  printf ("NPY, %.0f MB\n  memcpy          %7.0f MB/s\n"
          "  ... to new pages %6.0f MB/s\n",
          8e-6 * (double)n, 8e-6 * (double)n / copy, 8e-6 * (double)n / fresh);
  for (int k = 0; k < 4; k++)
    {
      bool y = k < 2;
      int threads = 2 - k % 2;
      cvx_blas_threads (threads);
      t = best (y ? load : load_x, path, CLOCK_MONOTONIC);
      printf ("  load %s, %d thread%s %7.0f MB/s, %.0f and %.0f %% of these\n",
              y ? "x and y" : "x alone", threads, threads > 1 ? "s" : " ",
              8e-6 * (double)n / t, 100 * copy / t, 100 * fresh / t);
    }
  remove (path);
}

int
main (int argc, char **argv)
{
  double bytes = 1e6 * (argc > 1 ? atof (argv[1]) : 50);
  char csv[4200], npy[4200];
  const char *folder = argc > 2 ? argv[2] : "/tmp";
  const char *only = argc > 3 ? argv[3] : "";
  snprintf (csv, sizeof csv, "%s/bench-load-%ld.csv", folder, (long)getpid ());
  snprintf (npy, sizeof npy, "%s/bench-load-%ld.npy", folder, (long)getpid ());
  must (bytes > 0, "the size");
  if (strcmp (only, "npy") != 0)
    {
      bench_csv (csv, bytes, 17);
      bench_csv (csv, bytes, 6);
    }
  if (strcmp (only, "csv") != 0)
    bench_npy (npy, 8 * bytes);
  return EXIT_SUCCESS;
}
