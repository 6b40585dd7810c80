/* snapshot.c -- going back to an earlier iterate, and changing a setting in
   the middle of a run.

   A snapshot is everything that later steps depend on: the solver's saved
   fields, the driver's numbers and the best ends.  Steps after a rewind give
   the bits that the steps after the snapshot gave.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct cvx_snapshot
{
  const struct cvx_solver *solver;
  void *state;
  struct cvxi_driver driver; /* its numbers only */
  size_t iter;
  double elapsed, pobj, dobj, floor;
  struct cvx_network *net;
  double *nu;
  struct cvx_certificate last;
  struct cvx_trace_row row;
  struct cvx_settings settings;
  bool polished;
};

void
cvx_snapshot_free (struct cvx_snapshot *snap)
{
  if (snap == NULL)
    return;
  cvxi_state_free (snap->state, snap->solver);
  cvx_network_free (snap->net);
  cvx_free (snap->nu);
  cvx_free (snap);
}

size_t
cvx_snapshot_iter (const struct cvx_snapshot *snap)
{
  return snap->iter;
}

/* A new state with the saved fields of FROM.  */
static enum cvx_status
copy_state (void **out, const void *from, const struct cvx_run *run,
            struct cvx_error *err)
{
  enum cvx_status st
      = cvxi_state_new (out, run->solver, run->formulation, err);
  if (st == CVX_OK)
    {
      st = cvxi_state_copy (*out, from, run->solver, run->formulation, err);
      if (st != CVX_OK)
        cvxi_state_free (*out, run->solver);
    }
  if (st != CVX_OK)
    *out = NULL;
  return st;
}

bool
cvx_run_at_row (const struct cvx_run *run)
{
  const struct cvxi_driver *d = run->driver;
  return run->state != NULL && !d->pending && d->backup_iter == run->iter
         && run->n_trace > 0 && run->trace[run->n_trace - 1].iter == run->iter
         && run->status != CVX_RUN_DIVERGED;
}

enum cvx_status
cvx_run_snapshot (struct cvx_snapshot **out, const struct cvx_run *run,
                  struct cvx_error *err)
{
  struct cvx_snapshot *snap;
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  snap = cvx_calloc (1, sizeof *snap);
  if (snap == NULL)
    return cvx_fail_nomem (err, "keeping a snapshot");
  snap->solver = run->solver;
  snap->driver = *(const struct cvxi_driver *)run->driver;
  snap->iter = run->iter;
  snap->elapsed = run->elapsed;
  snap->pobj = run->pobj;
  snap->dobj = run->dobj;
  snap->floor = run->floor;
  snap->last = run->last;
  snap->row = run->trace[run->n_trace - 1];
  snap->settings = run->settings;
  snap->polished = run->polished;
  snap->nu = cvx_copy (run->nu, run->n_nu, sizeof *run->nu);
  if (snap->nu == NULL)
    st = cvx_fail_nomem (err, "keeping a snapshot");
  if (st == CVX_OK && run->net != NULL)
    st = cvx_network_copy (&snap->net, run->net, err);
  if (st == CVX_OK)
    st = copy_state (&snap->state, run->state, run, err);
  if (st != CVX_OK)
    {
      cvx_snapshot_free (snap);
      return st;
    }
  *out = snap;
  return CVX_OK;
}

enum cvx_status
cvx_run_rewind (struct cvx_run *run, const struct cvx_snapshot *snap,
                struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver, numbers = snap->driver;
  struct cvx_network *net = NULL;
  void *state = NULL, *backup = NULL;
  size_t n = run->n_trace;
  enum cvx_status st;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  st = copy_state (&state, snap->state, run, err);
  if (st == CVX_OK)
    st = cvxi_run_restore (run, state, &snap->settings, err);
  if (st == CVX_OK)
    st = copy_state (&backup, snap->state, run, err);
  if (st == CVX_OK && snap->net != NULL)
    st = cvx_network_copy (&net, snap->net, err);
  if (st != CVX_OK)
    {
      cvxi_state_free (state, run->solver);
      cvxi_state_free (backup, run->solver);
      return st;
    }
  /* From here on nothing fails.  */
  cvxi_state_free (run->state, run->solver);
  cvxi_state_free (d->backup, run->solver);
  run->state = state;
  numbers.backup = backup;
  numbers.nu = d->nu; /* scratch */
  *d = numbers;
  d->ticking = false;
  cvx_network_free (run->net);
  run->net = net;
  memcpy (run->nu, snap->nu, run->n_nu * sizeof *run->nu);
  run->iter = snap->iter;
  run->elapsed = snap->elapsed;
  run->pobj = snap->pobj;
  run->dobj = snap->dobj;
  run->floor = snap->floor;
  run->last = snap->last;
  run->settings = snap->settings;
  run->polished = snap->polished;
  run->status = CVX_RUN_READY;
  /* The row of the snapshot may have been thinned out: row 0 never is.  */
  while (n > 1 && run->trace[n - 1].iter >= snap->iter)
    n--;
  if (run->trace[n - 1].iter != snap->iter)
    n++;
  run->trace[n - 1] = snap->row;
  run->n_trace = n;
  return CVX_OK;
}

/* True when the setting NAME is one of the run or of its SOLVER.  */
static bool
concerns (const struct cvx_solver *solver, const char *name)
{
  size_t len = strlen (solver->name);
  for (const struct cvx_setting *row = cvx_setting_table; row->name != NULL;
       row++)
    if (strcmp (row->name, name) == 0)
      {
        if (row->solvers[0] == '\0')
          return true;
        for (const char *p = strstr (row->solvers, solver->name); p != NULL;
             p = strstr (p + 1, solver->name))
          if ((p == row->solvers || p[-1] == ' ')
              && (p[len] == ' ' || p[len] == '\0'))
            return true;
        return false;
      }
  return false;
}

/* Settings that only `init' reads: changing them later would do nothing.  */
static bool
only_at_start (const char *name)
{
  static const char *const names[]
      = { "m", "init", "seed", "batch", "schedule", "epochs" };
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (strcmp (names[k], name) == 0)
      return true;
  return false;
}

enum cvx_status
cvx_run_tune (struct cvx_run *run, const char *name, double value,
              struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  struct cvx_settings settings = run->settings;
  enum cvx_status st;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  st = cvx_settings_set (&settings, name, value, err);
  if (st != CVX_OK)
    return st;
  if (!concerns (run->solver, name) || only_at_start (name))
    return cvx_fail (err, CVX_E367, "%s cannot change %s during a run",
                     run->solver->name, name);
  if (strcmp (name, "rho") == 0 && run->solver->tune != NULL)
    {
      st = run->solver->tune (run->state, run->formulation, name, value, err);
      if (st != CVX_OK)
        return st;
    }
  run->settings = settings;
  snprintf (cvx_run_at_row (run) ? run->trace[run->n_trace - 1].event
                                 : d->event,
            sizeof d->event, "tune %.10s=%.6g", name, value);
  return CVX_OK;
}
