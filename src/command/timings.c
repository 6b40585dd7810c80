/* timings.c -- where the time of a run went: products with the data,
   projections, pricing, certificates, the rest.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>
#include <time.h>

#include "command/command.h"

static const struct
{
  const char *name;
  enum cvx_lap lap;
} parts[] = { { "products", CVX_LAP_PRODUCTS },
              { "projections", CVX_LAP_PROJECTIONS },
              { "pricing", CVX_LAP_PRICING },
              { "method", CVX_LAP_SOLVER } };

enum
{
  N_PARTS = sizeof parts / sizeof *parts
};

void
session_timings_begin (struct session *s)
{
  struct cvx_stopwatch *w = &s->run->watch;
  w->clock = session_clock;
  w->since = session_clock ();
  w->lap = CVX_LAP_OTHER;
  s->run->cpu_since = clock ();
  if (s->formulation == s->run->run->formulation)
    cvx_formulation_watch (s->formulation, w);
}

void
session_timings_end (struct session *s)
{
  struct cvx_stopwatch *w = &s->run->watch;
  double now = session_clock ();
  w->seconds[w->lap] += now - w->since;
  w->since = now;
  s->run->cpu += (double)(clock () - s->run->cpu_since) / CLOCKS_PER_SEC;
  cvx_formulation_watch (s->formulation, NULL);
}

double
session_timing (const struct session_run *r, const char *name)
{
  const double *seconds = r->watch.seconds;
  double sum = 0;
  if (r->watch.clock == NULL)
    return NAN;
  if (strcmp (name, "bound") == 0)
    return seconds[CVX_LAP_BOUND];
  if (strcmp (name, "other") == 0)
    return seconds[CVX_LAP_OTHER];
  for (size_t k = 0; k < N_PARTS; k++)
    {
      if (strcmp (name, parts[k].name) == 0)
        return seconds[parts[k].lap];
      sum += seconds[parts[k].lap];
    }
  return sum; /* "iterate" */
}

/* "NAME 1.25 s", "NAME 3.1 ms".  */
static void
part_words (struct cvx_text *t, const char *name, double seconds)
{
  if (seconds < 0.0995)
    cvx_text_printf (t, "%s %.2g ms", name, 1e3 * seconds);
  else
    cvx_text_printf (t, "%s %.2f s", name, seconds);
}

void
session_timings_words (const struct session_run *r, struct cvx_text *t)
{
  const struct cvx_formulation *f = r->run->formulation;
  bool any = false;
  if (r->watch.clock == NULL)
    return;
  part_words (t, "iterate", session_timing (r, "iterate"));
  for (size_t k = 0; k < N_PARTS; k++)
    if (r->watch.seconds[parts[k].lap] >= 1e-6)
      {
        cvx_text_put (t, any ? ", " : " (");
        part_words (t, parts[k].name, r->watch.seconds[parts[k].lap]);
        any = true;
      }
  part_words (t, any ? "), bound" : ", bound", session_timing (r, "bound"));
  part_words (t, ", other", session_timing (r, "other"));
  if (f != NULL && r->run->threads < f->most_threads)
    cvx_text_put (t, "; one thread, because the problem is small");
}
