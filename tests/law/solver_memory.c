/* The memory of a solver is what was foretold, within a factor.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "support.h"

#include <stdio.h>
#include <string.h>

#include "planted.h"
#include "runs.h"

/* The peak of this process in bytes, or 0 where the system does not say.  */
static double
peak (void)
{
  FILE *f = fopen ("/proc/self/status", "r");
  char line[256];
  double kib = 0;
  while (f != NULL && fgets (line, sizeof line, f) != NULL)
    if (strncmp (line, "VmHWM:", 6) == 0)
      kib = strtod (line + 6, NULL);
  if (f != NULL)
    fclose (f);
  return 1024 * kib;
}

/* Some steps of SOLVER take at most what was foretold and at least the part
   LEAST of it; working sets may stay far smaller.  */
static void
compare (const char *solver, const char *class, size_t n, size_t d,
         size_t count, size_t steps, double ustep, double least)
{
  struct planted p;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double before, took, foretold;
  planted_open (&p, class, "squared", n, d, 1, count, 0.5);
  cvx_settings_init (&s);
  s.tol = 1e-12;
  s.ustep = ustep;
  foretold = cvx_solver_bytes (cvx_solver_find (solver), p.f, &s);
  before = peak ();
  ck_assert_ok (
      cvx_run_new (&run, p.f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  for (size_t k = 0; k < steps && run->status == CVX_RUN_READY; k++)
    {
      bool row;
      ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
    }
  took = peak () - before;
  if (before > 0)
    ck_assert_msg (took < 1.25 * foretold + 6e6 && took > least * foretold,
                   "%s: took %.1f MB, foretold %.1f", solver, 1e-6 * took,
                   1e-6 * foretold);
  cvx_run_free (run);
  planted_close (&p);
}

START_TEST (fista) { compare ("fista", "gated", 1500, 60, 3000, 3, 0, 0.4); }
END_TEST
START_TEST (admm) { compare ("admm", "relu", 1500, 6, 300, 3, 0, 0.4); }
END_TEST
START_TEST (admm_cg) { compare ("admm", "relu", 8000, 3, 60, 2, 2, 0.4); }
END_TEST
START_TEST (auglag) { compare ("auglag", "relu", 4000, 4, 60, 6, 0, 0.05); }
END_TEST
START_TEST (barrier)
{
  compare ("barrier", "gated", 600, 20, 300, 3, 0, 0.05);
}
END_TEST
START_TEST (barrier_cones)
{
  compare ("barrier", "relu", 300, 12, 60, 3, 0, 0.05);
}
END_TEST

TEST_MAIN ("solver_memory", fista, admm, admm_cg, auglag, barrier,
           barrier_cones)
