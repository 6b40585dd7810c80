/* bench_circular.c -- the operator of circular networks over the length d of
   the signal, primes among them: time and memory of one application and its
   adjoint next to two products with X alone, and of the transforms alone.

   usage: bench_circular [FOLDER [full]]

   Writes circular.csv, and with gnuplot circular.gp and circular.pdf, into
   FOLDER [bench-results].  `full' also solves n = 10000, d = 4096 at beta =
   0.1 betamax to 1e-6 and compares the peak of memory with that of X.  Every
   size is a process of its own.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/dataset.h"
#include "linalg/fourier.h"
#include "linalg/threads.h"
#include "plot/plot.h"
#include "solver/run.h"
#include "bench_clock.h"

enum
{
  ROWS = 256,
  N_SIZES = 14,
  LARGE_N = 10000,
  LARGE_D = 4096
};

struct result
{
  size_t d;
  double product, operator, transform; /* seconds */
  double data, extra;                  /* bytes: of X, beside it at most */
};

static double
peak_bytes (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return 1024 * (double)usage.ru_maxrss;
}

/* Ours is to measure: without memory or at an error there is nothing to do. */
static void
must (enum cvx_status status, const struct cvx_error *err)
{
  if (status == CVX_OK)
    return;
  fprintf (stderr, "bench_circular: E%d: %s\n", (int)err->id, err->text);
  exit (EXIT_FAILURE);
}

static double *
normal (size_t count)
{
  double *p = cvx_alloc (count, sizeof *p);
  struct cvx_rng rng;
  cvx_rng_init (&rng, 1, 0);
  if (p == NULL)
    exit (EXIT_FAILURE);
  for (size_t i = 0; i < count; i++)
    p[i] = cvx_rng_normal (&rng);
  return p;
}

static struct cvx_dataset
dataset (size_t n, size_t d)
{
  struct cvx_dataset data = { .n_features = d, .n_outputs = 1 };
  data.part[CVX_TRAIN].n = n;
  data.part[CVX_TRAIN].x = normal (n * d);
  data.part[CVX_TRAIN].y = normal (n);
  return data;
}

static void
measure_size (struct result *r)
{
  struct cvx_dataset data = dataset (ROWS, r->d);
  const double *x = data.part[CVX_TRAIN].x;
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = 1, .threads = 1 };
  struct cvx_formulation *f;
  struct cvx_fourier *fourier;
  struct cvx_error err;
  double before = peak_bytes (), *g, *u = normal (ROWS);
  blasint d = (blasint)r->d;
  r->data = 8.0 * ROWS * (double)r->d;
  must (cvx_formulation_new (&f, cvx_formulation_find ("circular"), &data,
                             NULL, &o, &err),
        &err);
  must (cvx_fourier_new (&fourier, r->d, &err), &err);
  g = normal (f->n_var + r->d);
  r->product = r->operator= r->transform = HUGE_VAL;
  for (int k = 0; k < 30; k++)
    {
      double since = bench_clock (CLOCK_MONOTONIC);
      cblas_dgemv (CblasRowMajor, CblasTrans, ROWS, d, 1, x, d, u, 1, 0, g, 1);
      cblas_dgemv (CblasRowMajor, CblasNoTrans, ROWS, d, 1, x, d, g, 1, 0, u,
                   1);
      r->product = fmin (r->product, bench_clock (CLOCK_MONOTONIC) - since);
      since = bench_clock (CLOCK_MONOTONIC);
      (void)f->class->adjoint (f, u, g, NULL);
      (void)f->class->apply (f, g, u, NULL);
      r->operator= fmin (r->operator, bench_clock (CLOCK_MONOTONIC) - since);
      since = bench_clock (CLOCK_MONOTONIC);
      cvx_fourier_forward (fourier, x, g);
      cvx_fourier_inverse (fourier, g, g + f->n_var);
      r->transform
          = fmin (r->transform, bench_clock (CLOCK_MONOTONIC) - since);
      cblas_dscal (ROWS, 1 / cblas_dnrm2 (ROWS, u, 1), u, 1);
    }
  r->extra = peak_bytes () - before;
}

/* The large problem: y = X w + noise, w of three frequencies.  */
static void
measure_large (struct result *r)
{
  struct cvx_dataset data = dataset (LARGE_N, LARGE_D);
  struct cvx_part *part = &data.part[CVX_TRAIN];
  double *w = cvx_alloc (LARGE_D, sizeof *w), since, beta;
  struct cvx_formulation_options o = { .loss_param = NAN, .beta = NAN };
  struct cvx_formulation *f;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  bool row;
  r->d = LARGE_D;
  r->data = 8.0 * LARGE_N * LARGE_D;
  if (w == NULL)
    exit (EXIT_FAILURE);
  for (size_t i = 0; i < LARGE_D; i++)
    w[i] = cos (2 * acos (-1) * 5 * (double)i / LARGE_D)
           + cos (2 * acos (-1) * 300 * (double)i / LARGE_D)
           + 0.5 * cos (2 * acos (-1) * 1999 * (double)i / LARGE_D);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, LARGE_N, LARGE_D, 1, part->x,
               LARGE_D, w, 1, 20, part->y, 1);
  since = bench_clock (CLOCK_MONOTONIC);
  must (cvx_formulation_new (&f, cvx_formulation_find ("circular"), &data,
                             NULL, &o, &err),
        &err);
  must (cvx_formulation_betamax (f, &beta, NULL, &err), &err);
  must (cvx_formulation_set_beta (f, 0.1 * beta, &err), &err);
  cvx_settings_init (&s);
  s.tol = 1e-6;
  must (cvx_run_new (&run, f, cvx_solver_choose (f, &s, NULL), &s, NULL, NULL,
                     &err),
        &err);
  cvx_run_begin (run, bench_clock (CLOCK_MONOTONIC));
  while (run->status == CVX_RUN_READY)
    must (cvx_run_step (run, bench_clock (CLOCK_MONOTONIC), false, &row, NULL,
                        &err),
          &err);
  if (cvx_run_gap (run) > s.tol)
    exit (EXIT_FAILURE);
  r->operator= bench_clock (CLOCK_MONOTONIC) - since;
  r->extra = peak_bytes () - r->data;
}

/* WORK on R in a process of its own.  */
static void
apart (void (*work) (struct result *r), struct result *r)
{
  int fd[2], state = 0;
  pid_t pid;
  fflush (stdout);
  if (pipe (fd) != 0 || (pid = fork ()) < 0)
    exit (EXIT_FAILURE);
  if (pid == 0)
    {
      work (r);
      _exit (write (fd[1], r, sizeof *r) == (ssize_t)sizeof *r ? EXIT_SUCCESS
                                                               : EXIT_FAILURE);
    }
  close (fd[1]);
  if (read (fd[0], r, sizeof *r) != (ssize_t)sizeof *r)
    exit (EXIT_FAILURE);
  close (fd[0]);
  (void)waitpid (pid, &state, 0);
}

static size_t
next_prime (size_t d)
{
  for (d++;; d++)
    {
      size_t k = 2;
      while (k * k <= d && d % k != 0)
        k++;
      if (k * k > d)
        return d;
    }
}

static void
figure (const char *folder, const struct result *r)
{
  static const enum plot_format formats[] = { PLOT_GP, PLOT_PDF };
  static const char *const suffix[] = { "gp", "pdf" };
  struct plot_figure *fig;
  struct plot_child *child;
  struct cvx_error err;
  double d[N_SIZES], y[4][N_SIZES];
  if (plot_child_new (&child, NULL, &err) != CVX_OK)
    return;
  must (plot_figure_new (&fig, 1, 2, &err), &err);
  for (size_t k = 0; k < N_SIZES; k++)
    {
      d[k] = (double)r[k].d;
      y[0][k] = 1e6 * r[k].operator;
      y[1][k] = 1e6 * r[k].product;
      y[2][k] = 1e6 * r[k].transform;
      y[3][k] = r[k].extra / 1e6;
    }
  plot_set_labels (fig, 0, "length of the signal", "microseconds");
  plot_set_labels (fig, 1, "length of the signal", "MB beside the data");
  fig->panel[0].x.log = fig->panel[0].y.log = fig->panel[1].x.log = true;
  plot_add (fig, 0, PLOT_POINTS, PLOT_CYCLE, "operator and adjoint", N_SIZES,
            d, y[0]);
  plot_add (fig, 0, PLOT_LINE, PLOT_CYCLE + 1, "two products with X", N_SIZES,
            d, y[1]);
  plot_add (fig, 0, PLOT_POINTS, PLOT_CYCLE + 2, "two transforms", N_SIZES, d,
            y[2]);
  plot_add (fig, 1, PLOT_POINTS, PLOT_CYCLE, NULL, N_SIZES, d, y[3]);
  must (plot_figure_check (fig, &err), &err);
  for (size_t k = 0; k < 2; k++)
    {
      struct plot_options o = { .format = formats[k] };
      char path[4200];
      snprintf (path, sizeof path, "%s/circular.%s", folder, suffix[k]);
      if (plot_write (child, fig, &o, path, NULL, NULL, NULL, &err) == CVX_OK)
        printf ("wrote %s\n", path);
    }
  plot_figure_free (fig);
  plot_child_free (child);
}

int
main (int argc, char **argv)
{
  const char *folder = argc > 1 ? argv[1] : "bench-results";
  struct cvx_text t = CVX_TEXT_INIT;
  struct result r[N_SIZES] = { 0 }, large = { .d = 0 };
  struct cvx_error err;
  char path[4200];
  (void)mkdir (folder, 0777);
  (void)cvx_blas_threads (1);
  cvx_text_put (&t, "d,product_seconds,operator_seconds,transform_seconds,"
                    "data_bytes,extra_bytes\n");
  printf ("%6s  %12s %12s %12s %14s %9s\n", "d", "2 X products", "operator",
          "2 transforms", "ns / d log2 d", "MB extra");
  for (size_t k = 0; k < N_SIZES; k++)
    {
      size_t d = (size_t)256 << k / 2;
      r[k].d = k % 2 == 0 ? d : next_prime (d);
      apart (measure_size, &r[k]);
      printf ("%6zu  %9.1f us %9.1f us %9.1f us %14.2f %9.2f\n", r[k].d,
              1e6 * r[k].product, 1e6 * r[k].operator, 1e6 * r[k].transform,
              1e9 * r[k].transform / ((double)r[k].d * log2 ((double)r[k].d)),
              r[k].extra / 1e6);
      cvx_text_printf (&t, "%zu,%.6g,%.6g,%.6g,%.0f,%.0f\n", r[k].d,
                       r[k].product, r[k].operator, r[k].transform, r[k].data,
                       r[k].extra);
    }
  snprintf (path, sizeof path, "%s/circular.csv", folder);
  must (cvx_output_file (path, cvx_text_string (&t), t.len, &err), &err);
  printf ("wrote %s\n", path);
  figure (folder, r);
  cvx_text_free (&t);
  if (argc > 2 && strcmp (argv[2], "full") == 0)
    {
      apart (measure_large, &large);
      printf ("n = %d, d = %d, beta = 0.1 betamax, gap 1e-6: %.2f s, peak "
              "%.1f MB, %.1f %% above X\n",
              LARGE_N, LARGE_D,
              large.operator, (large.data + large.extra) / 1e6,
              100 * large.extra / large.data);
      if (large.extra > 0.2 * large.data)
        return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}
