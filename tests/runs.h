/* runs.h -- a run to its end, for Check programs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_RUNS_H
#define CVX_TESTS_RUNS_H

#include "solver/run.h"
#include "support.h"

/* Steps of RUN until it is over.  */
static inline void
run_to_end (struct cvx_run *run)
{
  struct cvx_error err;
  bool row;
  while (run->status == CVX_RUN_READY)
    ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
}

#endif
