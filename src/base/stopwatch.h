/* stopwatch.h -- where the time of a run goes.

   The library reads no clock; a caller that wants to know lends one.  Work is
   in laps: beginning one ends the lap around it for as long, so that the
   seconds of all laps add up to the time that passed.  Only the lap of a
   certificate, and that of pricing, keep the work inside them.  One thread
   begins and ends laps.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_STOPWATCH_H
#define CVX_BASE_STOPWATCH_H

#include <stddef.h>

enum cvx_lap
{
  CVX_LAP_OTHER,       /* not the library's */
  CVX_LAP_SOLVER,      /* the method itself */
  CVX_LAP_PRODUCTS,    /* with A and A' */
  CVX_LAP_PROJECTIONS, /* proximal maps and cones */
  CVX_LAP_PRICING,     /* of all patterns, for new ones */
  CVX_LAP_BOUND,       /* certificates */
  CVX_N_LAPS
};

struct cvx_stopwatch
{
  double (*clock) (void); /* seconds, any origin, rising */
  double since;
  enum cvx_lap lap;
  double seconds[CVX_N_LAPS];
};

/* Begin LAP on W (NULL: nobody asks); returns what cvx_lap_end takes.  */
static inline enum cvx_lap
cvx_lap_begin (struct cvx_stopwatch *w, enum cvx_lap lap)
{
  enum cvx_lap before;
  double now;
  if (w == NULL || w->lap == CVX_LAP_BOUND || w->lap == CVX_LAP_PRICING)
    return w == NULL ? CVX_LAP_OTHER : w->lap;
  before = w->lap;
  now = w->clock ();
  w->seconds[before] += now - w->since;
  w->since = now;
  w->lap = lap;
  return before;
}

/* Back to the lap BEFORE.  */
static inline void
cvx_lap_end (struct cvx_stopwatch *w, enum cvx_lap before)
{
  double now;
  if (w == NULL || w->lap == before)
    return;
  now = w->clock ();
  w->seconds[w->lap] += now - w->since;
  w->since = now;
  w->lap = before;
}

#endif
