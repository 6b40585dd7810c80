/* bench_clock.h -- the clock of all benchmarks.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

/* Seconds of clock ID.  */
static inline double
bench_clock (clockid_t id)
{
  struct timespec t;
  clock_gettime (id, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
