/* run.c -- a solver at work.

   The run steps the solver, asks the formulation for certificates, keeps the
   best upper and the best lower end apart (they may come from different
   iterates, so their difference never rises) and decides when to stop.

   A certificate costs a pass over all patterns, so it is computed

     - on the rows of the log: iterations 0 1 2 5 10 20 50 ..., or every so
       many, or when asked for;
     - when the residuals predict that the tolerance is reached: the gap is
       taken as proportional to the residual, with the factor seen last;
     - at the latest when the iteration count has grown by a quarter, and
       four times within the window that decides about a stall.

   All of these depend on the iterates only, never on the clock.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <assert.h>
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "formulation/bound.h"
#include "linalg/threads.h"

const char *
cvx_run_status_words (enum cvx_run_status status)
{
  switch (status)
    {
    case CVX_RUN_READY:
      return "ready";
    case CVX_RUN_SOLVED:
      return "solved";
    case CVX_RUN_REDUCED:
      return "solved to reduced accuracy";
    case CVX_RUN_MAXITER:
      return "stopped (maxiter)";
    case CVX_RUN_TIME:
      return "stopped (time)";
    case CVX_RUN_STALLED:
      return "stalled";
    case CVX_RUN_INTERRUPTED:
      return "interrupted";
    case CVX_RUN_DIVERGED:
      return "diverged";
    case CVX_RUN_BREAK:
      return "stopped (break)";
    }
  return "";
}

static double
relative_gap (double pobj, double dobj)
{
  if (pobj == dobj)
    return 0;
  return (pobj - dobj) / fabs (pobj);
}

double
cvx_run_gap (const struct cvx_run *run)
{
  return relative_gap (run->pobj, run->dobj);
}

void
cvx_run_describe (const struct cvx_run *run, char *buf, size_t size)
{
  buf[0] = '\0';
  if (run->state != NULL && run->solver->describe != NULL)
    run->solver->describe (run->state, run->formulation, buf, size);
}

void
cvx_run_free (struct cvx_run *run)
{
  struct cvxi_driver *d;
  if (run == NULL)
    return;
  d = run->driver;
  cvx_run_detach (run);
  if (d != NULL)
    cvx_free (d->nu);
  cvx_free (d);
  cvx_network_free (run->net);
  cvx_free (run->nu);
  cvx_free (run->trace);
  cvx_free (run->label);
  cvx_free (run->tag);
  cvx_free (run->kind);
  cvx_free (run);
}

void
cvx_run_detach (struct cvx_run *run)
{
  struct cvxi_driver *d = run->driver;
  if (run->solver != NULL)
    {
      cvxi_state_free (run->state, run->solver);
      if (d != NULL)
        cvxi_state_free (d->backup, run->solver);
    }
  run->state = NULL;
  run->formulation = NULL;
  if (d != NULL)
    d->backup = NULL;
}

/* Decided once for the whole run.  */
static int
threads_for (const struct cvx_formulation *f, const struct cvx_solver *solver,
             const struct cvx_settings *s)
{
  if (f->threads == f->most_threads || solver->flops == NULL)
    return f->threads;
  return cvx_threads_worth (solver->flops (f, s), f->most_threads);
}

enum cvx_status
cvxi_run_restore (const struct cvx_run *run, void *state,
                  const struct cvx_settings *settings, struct cvx_error *err)
{
  enum cvx_status st = CVX_OK;
  int before = cvx_blas_threads (run->threads);
  if (run->solver->restore != NULL)
    st = run->solver->restore (state, run->formulation, settings, err);
  (void)cvx_blas_threads (before);
  return st;
}

enum cvx_status
cvxi_run_alloc (struct cvx_run **out, const struct cvx_formulation *f,
                const struct cvx_solver *solver,
                const struct cvx_settings *settings, struct cvx_error *err)
{
  struct cvx_run *run = cvx_calloc (1, sizeof *run);
  struct cvxi_driver *d;
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (run == NULL)
    return cvx_fail_nomem (err, "starting a run");
  run->solver = solver;
  run->formulation = f;
  run->settings = *settings;
  run->threads = f == NULL ? 1 : threads_for (f, solver, settings);
  run->pobj = CVX_INFINITY;
  run->dobj = -CVX_INFINITY;
  run->beta = run->betamax = nan ("");
  run->label = cvx_strdup (solver->name);
  run->driver = d = cvx_calloc (1, sizeof *d);
  if (run->label == NULL || d == NULL)
    st = cvx_fail_nomem (err, "starting a run");
  if (st == CVX_OK)
    {
      d->ref_gap = CVX_INFINITY;
      d->ratio = nan ("");
    }
  if (st == CVX_OK && f != NULL)
    {
      run->kind = cvx_strdup (f->class->name);
      run->beta = f->beta;
      run->betamax = f->betamax;
      /* The bounds of a trained ReLU network hold for all networks.  */
      run->complete = f->patterns == NULL || f->patterns->complete
                      || (solver->network != NULL
                          && f->class->activation == CVX_ACT_RELU);
      run->n_patterns = f->patterns == NULL ? 0 : f->patterns->n_patterns;
      run->n_samples = f->n_samples;
      run->n_features = f->n_features;
      run->data_hash = f->data == NULL ? 0 : f->data->hash;
      run->n_nu = f->n_obs;
      run->nu = cvx_calloc (f->n_obs, sizeof (double));
      d->nu = cvx_calloc (f->n_obs, sizeof (double));
      if (run->kind == NULL || run->nu == NULL || d->nu == NULL)
        st = cvx_fail_nomem (err, "starting a run");
      else
        {
          /* nu holds zeros: l (0; y) is the scale of rounding errors.  */
          d->loss0 = f->loss->value (d->nu, f->y, f->n_samples, f->n_outputs,
                                     f->loss_param);
          st = cvxi_state_new (&run->state, solver, f, err);
        }
      if (st == CVX_OK)
        st = cvxi_state_new (&d->backup, solver, f, err);
    }
  if (st != CVX_OK)
    {
      cvx_run_free (run);
      return st;
    }
  *out = run;
  return CVX_OK;
}

enum cvx_status
cvxi_run_take (struct cvx_run *run, const struct cvx_certificate *cert,
               struct cvx_network **net, const double *nu,
               struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  run->last = *cert;
  if (cert->pobj < run->pobj)
    {
      cvx_network_free (run->net);
      run->pobj = cert->pobj;
      run->net = *net;
      *net = NULL;
    }
  if (cert->dobj > run->dobj)
    {
      run->dobj = cert->dobj;
      memcpy (run->nu, nu, run->n_nu * sizeof *nu);
    }
  /* Rounding can lift the bound above the objective by a few parts in 1e16 of
     the numbers that were added up.  */
  if (run->dobj > run->pobj)
    {
      double scale = fmax (fabs (run->pobj), d->loss0);
      if (run->dobj - run->pobj > 1e-12 * scale)
        return cvx_fail (err, CVX_E903,
                         "weak duality violated: bound %.17g is above "
                         "objective %.17g",
                         run->dobj, run->pobj);
      run->dobj = run->pobj;
    }
  return CVX_OK;
}

/* Room for one more row.  */
static enum cvx_status
trace_reserve (struct cvx_run *run, struct cvx_error *err)
{
  if (run->n_trace == CVXI_TRACE_MAX)
    {
      /* Every second row goes, never the first or the last.  */
      size_t k = 1;
      for (size_t i = 2; i < run->n_trace; i += 2)
        run->trace[k++] = run->trace[i];
      if (run->n_trace % 2 == 0)
        run->trace[k++] = run->trace[run->n_trace - 1];
      run->n_trace = k;
    }
  if (run->n_trace == run->cap_trace)
    {
      size_t cap = run->cap_trace == 0 ? 32 : 2 * run->cap_trace;
      void *p;
      if (cap > CVXI_TRACE_MAX)
        cap = CVXI_TRACE_MAX;
      p = cvx_grow (run->trace, run->n_trace, cap, sizeof *run->trace);
      if (p == NULL)
        return cvx_fail_nomem (err, "adding to the trace");
      run->trace = p;
      run->cap_trace = cap;
    }
  return CVX_OK;
}

static void
measure (const struct cvx_run *run, struct cvx_measures *m)
{
  m->pri_res = m->dua_res = m->step = m->raw = nan ("");
  m->event[0] = '\0';
  run->solver->measures (run->state, run->formulation, m);
}

enum cvx_status
cvxi_run_row (struct cvx_run *run, const char *event, struct cvx_error *err)
{
  struct cvx_trace_row *row;
  struct cvx_measures m;
  enum cvx_status st;
  if (run->n_trace > 0 && run->trace[run->n_trace - 1].iter == run->iter)
    row = &run->trace[run->n_trace - 1];
  else
    {
      st = trace_reserve (run, err);
      if (st != CVX_OK)
        return st;
      row = &run->trace[run->n_trace++];
      memset (row, 0, sizeof *row);
    }
  measure (run, &m);
  row->iter = run->iter;
  row->time = run->elapsed;
  row->pobj = run->pobj;
  row->dobj = run->dobj;
  row->gap = cvx_run_gap (run);
  row->pri_res = m.pri_res;
  row->dua_res = m.dua_res;
  row->step = m.step;
  row->raw = m.raw;
  row->infeas = run->last.infeas;
  row->skipped = run->last.skipped;
  row->n_active = run->last.n_active;
  if (event[0] != '\0')
    snprintf (row->event, sizeof row->event, "%s", event);
  return CVX_OK;
}

/* The residual that the gap is compared with; nan when there is none.  */
static double
residual (const struct cvx_measures *m)
{
  return fmax (m->pri_res, m->dua_res); /* fmax skips a nan */
}

/* The relative gap below which rounding decides.  */
static double
gap_floor (const struct cvx_run *run)
{
  const struct cvxi_driver *d = run->driver;
  return 16 * DBL_EPSILON * fmax (fabs (run->pobj), d->loss0)
         / fabs (run->pobj);
}

/* Both ends at an iterate that is a network.  ReLU networks of any width are
   bounded by all patterns.  With some of them a solver of long rounds bounds
   every one by the ways of bound.h, the others take the bound at nu = 0, which
   costs nothing.  */
static enum cvx_status
certify_iterate (struct cvx_run *run, struct cvx_certificate *cert,
                 struct cvx_network **net, struct cvx_progress *progress,
                 struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  const struct cvx_formulation *f = run->formulation;
  struct cvx_point point;
  enum cvx_status st = run->solver->network (run->state, f, net, err);
  if (st != CVX_OK)
    return st;
  cvx_run_point (run, &point);
  if (f->class->activation != CVX_ACT_RELU || f->patterns == NULL
      || f->patterns->complete)
    return cvx_formulation_certify_network (f, *net, point.nu, cert, d->nu,
                                            progress, err);
  if (run->solver->rounds)
    {
      struct cvx_bound_options options = { 0 };
      struct cvx_bound b;
      st = cvx_network_bound (f, *net, point.nu != NULL ? point.nu : run->nu,
                              &options, &b, d->nu, progress, err);
      if (st == CVX_OK)
        {
          *cert = b.cert;
          cvx_bound_clear (&b);
        }
      return st;
    }
  *cert = (struct cvx_certificate){ .n_active = (*net)->width,
                                    .dual_norm = nan (""),
                                    .scale = 0,
                                    .skipped = nan (""),
                                    .global = true };
  memset (d->nu, 0, f->n_obs * sizeof *d->nu);
  f->loss->clip (d->nu, f->y, f->n_samples, f->n_outputs, f->loss_param);
  cert->dobj = f->loss->bound (d->nu, f->y, f->n_samples, f->n_outputs,
                               f->loss_param);
  st = cvx_formulation_network_objective (f, *net, &cert->loss, &cert->penalty,
                                          err);
  cert->pobj = cert->loss + cert->penalty;
  return st;
}

/* Certify the iterate and add a row.  Interrupted: the certificate stays
   pending.  */
static enum cvx_status
certify_now (struct cvx_run *run, struct cvx_progress *progress,
             struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  const struct cvx_formulation *f = run->formulation;
  struct cvx_point point;
  struct cvx_certificate cert;
  struct cvx_network *net = NULL;
  struct cvx_measures m;
  double gap;
  enum cvx_status st;
  d->pending = 1;
  if (run->solver->network != NULL)
    st = certify_iterate (run, &cert, &net, progress, err);
  else
    {
      cvx_run_point (run, &point);
      st = cvx_formulation_certify (f, &point, &cert, &net, d->nu, progress,
                                    err);
    }
  if (st == CVX_OK)
    st = cvxi_run_take (run, &cert, &net, d->nu, err);
  cvx_network_free (net);
  if (st == CVX_OK)
    st = cvxi_run_row (run, d->event, err);
  if (st == CVX_OK)
    st = cvxi_state_copy (d->backup, run->state, run->solver, f, err);
  if (st != CVX_OK)
    return st;
  d->pending = 0;
  d->event[0] = '\0';
  d->backup_iter = run->iter;
  d->last_cert = run->iter;
  run->floor = gap_floor (run);
  measure (run, &m);
  gap = cvx_run_gap (run);
  d->ratio = gap / residual (&m);
  if (gap < 0.999 * d->ref_gap)
    {
      d->ref_gap = gap;
      d->ref_iter = run->iter;
    }
  return CVX_OK;
}

static enum cvx_status
certify (struct cvx_run *run, struct cvx_progress *progress,
         struct cvx_error *err)
{
  struct cvx_stopwatch *watch = run->formulation->watch;
  enum cvx_lap before = cvx_lap_begin (watch, CVX_LAP_BOUND);
  enum cvx_status st = certify_now (run, progress, err);
  cvx_lap_end (watch, before);
  return st;
}

/* Iterations without progress that make a stall: a long round counts for
   many.  */
static double
stall_limit (const struct cvx_run *run)
{
  return run->solver->rounds ? fmin (25, run->settings.stall)
                             : run->settings.stall;
}

/* The program of a pair of bounds is solved, whatever is between them.  */
static bool
settled (const struct cvx_run *run)
{
  struct cvx_measures m;
  if (run->formulation == NULL || !run->formulation->class->pair
      || run->iter == 0)
    return false;
  measure (run, &m);
  return residual (&m) <= fmin (1e-9, run->settings.tol);
}

/* What the ends say: nothing here depends on how they were reached.  */
static enum cvx_run_status
judge (const struct cvx_run *run)
{
  const struct cvxi_driver *d = run->driver;
  const struct cvx_settings *s = &run->settings;
  double gap = cvx_run_gap (run);
  if (gap <= s->tol)
    return CVX_RUN_SOLVED;
  if (gap <= run->floor)
    return CVX_RUN_REDUCED;
  if ((double)(run->iter - d->ref_iter) >= stall_limit (run))
    return gap <= 1e3 * run->floor ? CVX_RUN_REDUCED : CVX_RUN_STALLED;
  if (settled (run))
    return CVX_RUN_STALLED;
  if ((double)run->iter >= s->maxiter)
    return CVX_RUN_MAXITER;
  if (run->elapsed >= s->time)
    return CVX_RUN_TIME;
  return CVX_RUN_READY;
}

enum cvx_status
cvx_run_new (struct cvx_run **out, const struct cvx_formulation *f,
             const struct cvx_solver *solver,
             const struct cvx_settings *settings, const struct cvx_point *warm,
             struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_run *run;
  const char *reason;
  enum cvx_status st;
  int before;
  *out = NULL;
  if (!(f->beta > 0) || !isfinite (f->beta))
    return cvx_fail (err, CVX_E363, "the formulation has no beta yet");
  reason = solver->unsuited (f, settings);
  if (reason != NULL)
    return cvx_fail (err, CVX_E362, "%s: %s", solver->name, reason);
  st = cvxi_run_alloc (&run, f, solver, settings, err);
  if (st != CVX_OK)
    return st;
  if (f->beta >= f->betamax) /* false while it is not known (nan) */
    warm = NULL;             /* zero is the optimum: start there */
  before = cvx_blas_threads (run->threads);
  st = solver->init (run->state, f, settings, warm, err);
  if (st == CVX_OK)
    st = certify (run, progress, err);
  (void)cvx_blas_threads (before);
  if (st != CVX_OK)
    {
      cvx_run_free (run);
      return st;
    }
  run->status = judge (run);
  *out = run;
  return CVX_OK;
}

void
cvx_run_begin (struct cvx_run *run, double seconds)
{
  struct cvxi_driver *d = run->driver;
  d->clock = seconds;
  d->ticking = true;
  if (run->state == NULL)
    return;
  if (run->status == CVX_RUN_STALLED)
    d->ref_iter = run->iter; /* asked to go on: a new window */
  run->status = judge (run);
}

void
cvxi_run_clock (struct cvx_run *run, double seconds)
{
  struct cvxi_driver *d = run->driver;
  if (d->ticking && seconds > d->clock)
    run->elapsed += seconds - d->clock;
  d->clock = seconds;
  d->ticking = true;
}

void
cvx_run_tick (struct cvx_run *run, double seconds)
{
  cvxi_run_clock (run, seconds);
  if (cvx_run_at_row (run))
    run->trace[run->n_trace - 1].time = run->elapsed;
}

/* 1, 2, 5, 10, 20, 50 and so on.  */
static bool
round_number (size_t k)
{
  while (k >= 10 && k % 10 == 0)
    k /= 10;
  return k == 1 || k == 2 || k == 5;
}

static bool
row_due (const struct cvx_run *run)
{
  size_t every = (size_t)run->settings.every;
  if (every > 0)
    return run->iter % every == 0;
  return run->solver->rounds || round_number (run->iter);
}

/* Whether a certificate is worth its price although no row is due.  */
static bool
probe_due (const struct cvx_run *run, const struct cvx_measures *m)
{
  const struct cvxi_driver *d = run->driver;
  double since = (double)(run->iter - d->last_cert);
  if (since >= 0.25 * stall_limit (run))
    return true;
  if (since >= 8 && since >= 0.25 * (double)d->last_cert)
    return true;
  if (since < 0.05 * (double)d->last_cert)
    return false;
  return d->ratio * residual (m) <= run->settings.tol;
}

/* Whether all numbers of the iterate are finite and none has exploded.  */
static bool
sane (const struct cvx_run *run, const struct cvx_measures *m)
{
  const struct cvxi_driver *d = run->driver;
  const struct cvx_formulation *f = run->formulation;
  struct cvx_point p;
  double zero = run->solver->network != NULL ? 0 * m->raw : 0;
  cvx_run_point (run, &p);
  for (size_t i = 0; i < p.n_atoms * f->block_len; i++)
    zero += 0 * p.x[i];
  if (p.nu != NULL)
    for (size_t i = 0; i < f->n_obs; i++)
      zero += 0 * p.nu[i];
  if (zero != 0) /* nan */
    return false;
  return !(m->raw > 1e12 * fmax (d->loss0, run->trace[0].pobj));
}

/* Back to the last certified state.  */
static enum cvx_status
diverged (struct cvx_run *run, struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  enum cvx_status st = cvxi_state_copy (run->state, d->backup, run->solver,
                                        run->formulation, err);
  struct cvx_trace_row *last;
  if (st == CVX_OK)
    st = cvxi_run_restore (run, run->state, &run->settings, err);
  if (st != CVX_OK)
    return st;
  last = &run->trace[run->n_trace - 1];
  snprintf (last->event, sizeof last->event, "diverged at %zu", run->iter);
  run->iter = d->backup_iter;
  run->status = CVX_RUN_DIVERGED;
  return CVX_OK;
}

/* Certify for cvx_run_step: an interrupt is a status of the run.  */
static enum cvx_status
step_certify (struct cvx_run *run, struct cvx_progress *progress,
              struct cvx_error *err)
{
  enum cvx_status st = certify (run, progress, err);
  if (st == CVX_INTERRUPTED)
    {
      run->status = CVX_RUN_INTERRUPTED;
      return CVX_OK;
    }
  if (st == CVX_OK)
    run->status = judge (run);
  return st;
}

static enum cvx_status
step (struct cvx_run *run, double seconds, bool wanted, bool *row,
      struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  struct cvx_measures m;
  enum cvx_lap before;
  enum cvx_status st;
  *row = false;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  cvxi_run_clock (run, seconds);
  if (d->pending)
    {
      *row = true;
      st = step_certify (run, progress, err);
      if (st != CVX_OK || run->status != CVX_RUN_READY)
        return st;
      *row = false;
    }
  st = cvxi_state_grow (run->state, run->solver, err);
  if (st != CVX_OK)
    return st;
  before = cvx_lap_begin (run->formulation->watch, CVX_LAP_SOLVER);
  st = run->solver->step (run->state, run->formulation, &run->settings,
                          progress, err);
  cvx_lap_end (run->formulation->watch, before);
  if (st == CVX_INTERRUPTED)
    {
      run->status = CVX_RUN_INTERRUPTED;
      return CVX_OK;
    }
  if (st != CVX_OK)
    return st;
  run->iter++;
  measure (run, &m);
  if (!sane (run, &m))
    {
      *row = true;
      return diverged (run, err);
    }
  if (m.event[0] != '\0' && strncmp (d->event, "tune ", 5) != 0)
    snprintf (d->event, sizeof d->event, "%s", m.event);
  run->status = judge (run);
  *row = wanted || row_due (run);
  if (*row || probe_due (run, &m)
      || (run->status != CVX_RUN_READY && run->status != CVX_RUN_SOLVED
          && run->status != CVX_RUN_REDUCED))
    st = step_certify (run, progress, err);
  if (run->status != CVX_RUN_READY)
    *row = true;
  return st;
}

enum cvx_status
cvx_run_step (struct cvx_run *run, double seconds, bool wanted, bool *row,
              struct cvx_progress *progress, struct cvx_error *err)
{
  int before = cvx_blas_threads (run->threads);
  enum cvx_status st = step (run, seconds, wanted, row, progress, err);
  (void)cvx_blas_threads (before);
  return st;
}

enum cvx_status
cvx_run_certify (struct cvx_run *run, struct cvx_progress *progress,
                 struct cvx_error *err)
{
  enum cvx_status st;
  int before;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  before = cvx_blas_threads (run->threads);
  st = certify (run, progress, err);
  (void)cvx_blas_threads (before);
  return st;
}

void
cvx_run_point (const struct cvx_run *run, struct cvx_point *out)
{
  assert (run->state != NULL);
  *out = (struct cvx_point){ 0 };
  if (run->solver->point != NULL)
    run->solver->point (run->state, run->formulation, out);
}
