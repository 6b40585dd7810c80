/* bench_measure.c -- a measurement is a process of its own.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "bench.h"
#include "bench_clock.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int child_pipe = -1;

double
bench_now (void)
{
  return bench_clock (CLOCK_MONOTONIC);
}

static double
peak_megabytes (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024;
}

void
bench_add (struct bench_rows *r, const struct bench_row *row)
{
  if (r->n == r->cap)
    {
      r->cap = 2 * r->cap + 64;
      r->row = realloc (r->row, r->cap * sizeof *r->row);
      if (r->row == NULL)
        exit (EXIT_FAILURE);
    }
  r->row[r->n++] = *row;
}

struct bench_row
bench_empty_row (const char *kind, const char *name, const char *method)
{
  struct bench_row r = { .tol = NAN,
                         .status = "ok",
                         .seconds = NAN,
                         .unit = NAN,
                         .rate = NAN,
                         .prepare = NAN,
                         .gap = NAN,
                         .objective = NAN,
                         .bound = NAN,
                         .off = NAN,
                         .megabytes = NAN };
  snprintf (r.kind, sizeof r.kind, "%s", kind);
  snprintf (r.name, sizeof r.name, "%s", name);
  snprintf (r.method, sizeof r.method, "%s", method);
  r.threads = bench_options.threads;
  return r;
}

void
bench_emit (struct bench_row *r)
{
  r->megabytes = peak_megabytes ();
  if (write (child_pipe, r, sizeof *r) != (ssize_t)sizeof *r)
    _exit (EXIT_FAILURE);
}

bool
bench_fine (enum cvx_status status, const struct cvx_error *err,
            struct bench_row *r)
{
  if (status == CVX_OK)
    return true;
  snprintf (r->status, sizeof r->status, "E%d: %.140s", (int)err->id,
            err->text);
  bench_emit (r);
  return false;
}

static void
print_row (const struct bench_row *r)
{
  printf ("%-9s %-9s %-22s", r->kind, r->name, r->method);
  if (r->patterns > 0)
    printf (" %9zu patterns", r->patterns);
  if (!isnan (r->tol))
    printf (" tol %.0e", r->tol);
  if (!isnan (r->seconds))
    printf (" %9.3f s", r->seconds);
  if (!isnan (r->unit) && !isnan (r->seconds))
    printf (" %9.3f u", r->seconds / r->unit);
  if (!isnan (r->rate))
    printf (" %9.3g %s", r->rate,
            strcmp (r->kind, "dgemm") == 0 ? "GFLOP/s" : "/s");
  if (!isnan (r->megabytes))
    printf (" %7.0f MB", r->megabytes);
  printf ("%s%s\n", strcmp (r->status, "ok") == 0 ? "" : "  ",
          strcmp (r->status, "ok") == 0 ? "" : r->status);
  fflush (stdout);
}

bool
bench_measure (void (*function) (void *context, struct bench_row row),
               void *context, struct bench_row row, double limit, double unit)
{
  struct bench_row r = row;
  double deadline = bench_now () + limit;
  size_t got = 0, count = 0;
  int fd[2], state = 0;
  bool late = false, ok = false;
  pid_t pid;
  fflush (stdout);
  if (pipe (fd) != 0 || (pid = fork ()) < 0)
    {
      perror ("bench");
      exit (EXIT_FAILURE);
    }
  if (pid == 0)
    {
      struct rlimit most
          = { (rlim_t)bench_options.memory, (rlim_t)bench_options.memory };
      close (fd[0]);
      child_pipe = fd[1];
      (void)setrlimit (RLIMIT_DATA, &most);
      function (context, row);
      _exit (EXIT_SUCCESS);
    }
  close (fd[1]);
  for (;;)
    {
      struct pollfd p = { fd[0], POLLIN, 0 };
      double left = deadline - bench_now ();
      ssize_t k;
      if (left <= 0)
        {
          late = true;
          kill (pid, SIGKILL);
        }
      if (poll (&p, 1, late ? -1 : (int)fmin (1000 * left + 1, 1e6)) <= 0)
        continue;
      k = read (fd[0], (char *)&r + got, sizeof r - got);
      if (k <= 0)
        break;
      got += (size_t)k;
      if (got < sizeof r)
        continue;
      got = 0;
      count++;
      r.unit = unit;
      ok = strcmp (r.status, "ok") == 0;
      bench_add (&bench_rows, &r);
      print_row (&r);
    }
  close (fd[0]);
  while (waitpid (pid, &state, 0) < 0 && errno == EINTR)
    continue;
  if (late || WIFSIGNALED (state) || count == 0)
    {
      r = row;
      r.unit = unit;
      if (late)
        snprintf (r.status, sizeof r.status, "not in %.0f s", limit);
      else
        snprintf (r.status, sizeof r.status, "%s",
                  WIFSIGNALED (state) ? strsignal (WTERMSIG (state))
                                      : "no result");
      bench_add (&bench_rows, &r);
      print_row (&r);
      ok = false;
    }
  return ok;
}
