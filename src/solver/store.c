/* store.c -- save a run and load it again.

   Everything that the next step reads is written bit for bit: the saved
   fields of the solver's state and the numbers of the driver.  Scratch is
   rebuilt by the solver's `restore'.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

/* Numbers of struct cvx_run and of the driver, in the order of the members
   "counts" and "numbers".  The version changes with the order; what comes to
   be known later is a member of its own, so that older files can be read.  */
enum
{
  VERSION = 1,
  N_COUNTS = 14,
  N_NUMBERS = 16,
  N_TRACE = 10 /* columns of the trace beside n_active and event */
};

static enum cvx_status
save_text (struct cvx_npz_writer *w, const char *prefix, const char *key,
           const char *text, struct cvx_error *err)
{
  size_t len = strlen (text);
  return cvxi_member_add (w, prefix, key, CVX_ARRAY_U8, 1, &len, text, err);
}

/* The text KEY, the caller's; "" gives an empty one.  */
static enum cvx_status
load_text (char **out, const struct cvx_npz *z, const char *prefix,
           const char *key, struct cvx_error *err)
{
  const struct cvx_array *a;
  enum cvx_status st
      = cvxi_member_find (&a, z, prefix, key, CVX_ARRAY_U8, SIZE_MAX, err);
  if (st != CVX_OK)
    return st;
  cvx_free (*out);
  *out = cvx_strndup (a->values, a->count);
  return *out == NULL ? cvx_fail_nomem (err, "loading a run") : CVX_OK;
}

static enum cvx_status
save_reals (struct cvx_npz_writer *w, const char *prefix, const char *key,
            const double *v, size_t n, struct cvx_error *err)
{
  return cvxi_member_add (w, prefix, key, CVX_ARRAY_F64, 1, &n, v, err);
}

static enum cvx_status
load_reals (double *v, size_t n, const struct cvx_npz *z, const char *prefix,
            const char *key, struct cvx_error *err)
{
  const struct cvx_array *a;
  enum cvx_status st
      = cvxi_member_find (&a, z, prefix, key, CVX_ARRAY_F64, n, err);
  if (st == CVX_OK && n > 0)
    memcpy (v, a->values, n * sizeof *v);
  return st;
}

/* One list of the whole numbers for both directions.  */
static void
counts (struct cvx_run *run, struct cvxi_driver *d, uint64_t *v, bool load)
{
  size_t k = 0;
#define COUNT(FIELD, TYPE)                                                    \
  do                                                                          \
    {                                                                         \
      if (load)                                                               \
        FIELD = (TYPE)v[k];                                                   \
      else                                                                    \
        v[k] = (uint64_t)FIELD;                                               \
      k++;                                                                    \
    }                                                                         \
  while (0)
  COUNT (run->id, size_t);
  COUNT (run->status, enum cvx_run_status);
  COUNT (run->iter, size_t);
  COUNT (run->polished, bool);
  COUNT (run->complete, bool);
  COUNT (run->n_patterns, size_t);
  COUNT (run->n_samples, size_t);
  COUNT (run->n_features, size_t);
  COUNT (run->data_hash, uint64_t);
  COUNT (run->last.n_active, size_t);
  COUNT (run->last.global, bool);
  COUNT (d->last_cert, uint64_t);
  COUNT (d->ref_iter, uint64_t);
  COUNT (d->pending, uint64_t);
#undef COUNT
}

static void
numbers (struct cvx_run *run, struct cvxi_driver *d, double *v, bool load)
{
  double *const field[N_NUMBERS]
      = { &run->elapsed,     &run->pobj,           &run->dobj,
          &run->floor,       &run->beta,           &run->betamax,
          &run->last.pobj,   &run->last.loss,      &run->last.penalty,
          &run->last.dobj,   &run->last.dual_norm, &run->last.scale,
          &run->last.infeas, &d->ref_gap,          &d->ratio,
          &d->loss0 };
  for (size_t k = 0; k < N_NUMBERS; k++)
    if (load)
      *field[k] = v[k];
    else
      v[k] = *field[k];
}

static void
trace_row (struct cvx_trace_row *r, double *v, bool load)
{
  double *const field[N_TRACE - 1]
      = { &r->time,    &r->pobj, &r->dobj, &r->gap,   &r->pri_res,
          &r->dua_res, &r->step, &r->raw,  &r->infeas };
  for (size_t k = 0; k < N_TRACE - 1; k++)
    if (load)
      *field[k] = v[k];
    else
      v[k] = *field[k];
  if (load)
    r->iter = (size_t)v[N_TRACE - 1];
  else
    v[N_TRACE - 1] = (double)r->iter; /* exact below 2^53 */
}

static enum cvx_status
save_trace (const struct cvx_run *run, struct cvx_npz_writer *w,
            const char *prefix, struct cvx_error *err)
{
  size_t n = run->n_trace, shape[2] = { n, N_TRACE };
  size_t event_shape[2] = { n, sizeof run->trace->event };
  double *v = cvx_alloc (n * N_TRACE, sizeof *v);
  double *skipped = cvx_alloc (n + 1, sizeof *skipped);
  uint64_t *active = cvx_alloc (n, sizeof *active);
  char *events = cvx_alloc (n, sizeof run->trace->event);
  enum cvx_status st = CVX_OK;
  if (v == NULL || skipped == NULL || active == NULL || events == NULL)
    st = cvx_fail_nomem (err, "saving a run");
  if (st == CVX_OK)
    {
      for (size_t i = 0; i < n; i++)
        {
          trace_row (&run->trace[i], v + i * N_TRACE, false);
          skipped[i] = run->trace[i].skipped;
          active[i] = run->trace[i].n_active;
          memcpy (events + i * event_shape[1], run->trace[i].event,
                  event_shape[1]);
        }
      skipped[n] = run->last.skipped;
      st = cvxi_member_add (w, prefix, "trace", CVX_ARRAY_F64, 2, shape, v,
                            err);
    }
  if (st == CVX_OK)
    st = save_reals (w, prefix, "skipped", skipped, n + 1, err);
  if (st == CVX_OK)
    st = cvxi_member_add (w, prefix, "trace_active", CVX_ARRAY_U64, 1, &n,
                          active, err);
  if (st == CVX_OK)
    st = cvxi_member_add (w, prefix, "trace_event", CVX_ARRAY_U8, 2,
                          event_shape, events, err);
  cvx_free (v);
  cvx_free (skipped);
  cvx_free (active);
  cvx_free (events);
  return st;
}

/* The skipped blocks of all rows and of the end, which files do not hold that
   were written before there was such a column.  */
static enum cvx_status
load_skipped (struct cvx_run *run, const struct cvx_npz *z, const char *prefix,
              struct cvx_error *err)
{
  size_t n = run->n_trace;
  double *skipped = cvx_alloc (n + 1, sizeof *skipped);
  struct cvx_text key = CVX_TEXT_INIT;
  enum cvx_status st = CVX_OK;
  cvx_text_printf (&key, "%sskipped", prefix);
  if (skipped == NULL || key.failed)
    st = cvx_fail_nomem (err, "loading a run");
  for (size_t i = 0; st == CVX_OK && i <= n; i++)
    skipped[i] = nan ("");
  if (st == CVX_OK && cvx_npz_find (z, cvx_text_string (&key)) != NULL)
    st = load_reals (skipped, n + 1, z, prefix, "skipped", err);
  for (size_t i = 0; st == CVX_OK && i < n; i++)
    run->trace[i].skipped = skipped[i];
  if (st == CVX_OK)
    run->last.skipped = skipped[n];
  cvx_text_free (&key);
  cvx_free (skipped);
  return st;
}

static enum cvx_status
load_trace (struct cvx_run *run, const struct cvx_npz *z, const char *prefix,
            struct cvx_error *err)
{
  const struct cvx_array *v, *active, *events;
  const size_t width = sizeof run->trace->event;
  size_t n;
  enum cvx_status st = cvxi_member_find (&v, z, prefix, "trace", CVX_ARRAY_F64,
                                         SIZE_MAX, err);
  if (st != CVX_OK)
    return st;
  n = v->count / N_TRACE;
  if (n == 0 || n > CVXI_TRACE_MAX || v->count != n * N_TRACE)
    return cvx_fail (err, CVX_E410, "the saved run has a trace of %zu numbers",
                     v->count);
  st = cvxi_member_find (&active, z, prefix, "trace_active", CVX_ARRAY_U64, n,
                         err);
  if (st == CVX_OK)
    st = cvxi_member_find (&events, z, prefix, "trace_event", CVX_ARRAY_U8,
                           n * width, err);
  if (st != CVX_OK)
    return st;
  run->trace = cvx_calloc (n, sizeof *run->trace);
  if (run->trace == NULL)
    return cvx_fail_nomem (err, "loading a run");
  run->n_trace = run->cap_trace = n;
  for (size_t i = 0; i < n; i++)
    {
      struct cvx_trace_row *row = &run->trace[i];
      double numbers_of_row[N_TRACE];
      memcpy (numbers_of_row, (const double *)v->values + i * N_TRACE,
              sizeof numbers_of_row);
      if (!(numbers_of_row[N_TRACE - 1] >= 0
            && numbers_of_row[N_TRACE - 1] < 9e15))
        return cvx_fail (err, CVX_E410,
                         "row %zu of the saved trace has no iteration", i + 1);
      trace_row (row, numbers_of_row, true);
      row->n_active = (size_t)((const uint64_t *)active->values)[i];
      memcpy (row->event, (const char *)events->values + i * width, width);
      row->event[width - 1] = '\0';
    }
  return load_skipped (run, z, prefix, err);
}

enum cvx_status
cvx_run_save (const struct cvx_run *run, struct cvx_npz_writer *w,
              const char *prefix, struct cvx_error *err)
{
  /* The lists above serve both directions, hence the copies.  */
  struct cvx_run copy = *run;
  struct cvxi_driver driver = *(const struct cvxi_driver *)run->driver;
  uint64_t whole[N_COUNTS], version = VERSION;
  double real[N_NUMBERS];
  size_t n_counts = N_COUNTS;
  struct cvx_text key = CVX_TEXT_INIT;
  enum cvx_status st;
  counts (&copy, &driver, whole, false);
  numbers (&copy, &driver, real, false);
  st = cvxi_member_add (w, prefix, "version", CVX_ARRAY_U64, 0, NULL, &version,
                        err);
  if (st == CVX_OK)
    st = save_text (w, prefix, "solver", run->solver->name, err);
  if (st == CVX_OK)
    st = save_text (w, prefix, "label", run->label, err);
  if (st == CVX_OK)
    st = save_text (w, prefix, "tag", run->tag == NULL ? "" : run->tag, err);
  if (st == CVX_OK)
    st = save_text (w, prefix, "kind", run->kind == NULL ? "" : run->kind,
                    err);
  if (st == CVX_OK)
    st = save_text (w, prefix, "event", driver.event, err);
  if (st == CVX_OK)
    st = cvxi_member_add (w, prefix, "counts", CVX_ARRAY_U64, 1, &n_counts,
                          whole, err);
  if (st == CVX_OK)
    st = save_reals (w, prefix, "numbers", real, N_NUMBERS, err);
  for (const struct cvx_setting *row = cvx_setting_table;
       st == CVX_OK && row->name; row++)
    {
      const double *value
          = (const double *)((const char *)&run->settings + row->offset);
      cvx_text_clear (&key);
      cvx_text_printf (&key, "set.%s", row->name);
      st = key.failed
               ? cvx_fail_nomem (err, "saving a run")
               : save_reals (w, prefix, cvx_text_string (&key), value, 1, err);
    }
  if (st == CVX_OK)
    st = save_trace (run, w, prefix, err);
  if (st == CVX_OK)
    {
      cvx_text_clear (&key);
      cvx_text_printf (&key, "%snet.", prefix);
      st = key.failed
               ? cvx_fail_nomem (err, "saving a run")
               : cvx_network_save (run->net, w, cvx_text_string (&key), err);
    }
  if (st == CVX_OK)
    st = save_reals (w, prefix, "nu", run->nu, run->n_nu, err);
  if (st == CVX_OK && run->state != NULL)
    {
      cvx_text_clear (&key);
      cvx_text_printf (&key, "%sstate.", prefix);
      st = key.failed
               ? cvx_fail_nomem (err, "saving a run")
               : cvxi_state_save (run->state, run->solver, run->formulation, w,
                                  cvx_text_string (&key), err);
    }
  cvx_text_free (&key);
  return st;
}

/* The state of the solver, and what it needs to go on.  */
static enum cvx_status
load_state (struct cvx_run *run, const struct cvx_npz *z, const char *prefix,
            struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  struct cvx_text key = CVX_TEXT_INIT;
  enum cvx_status st;
  cvx_text_printf (&key, "%sstate.", prefix);
  st = key.failed ? cvx_fail_nomem (err, "loading a run")
                  : cvxi_state_load (run->state, run->solver, run->formulation,
                                     z, cvx_text_string (&key), err);
  cvx_text_free (&key);
  if (st == CVX_OK)
    st = cvxi_run_restore (run, run->state, &run->settings, err);
  if (st == CVX_OK)
    st = cvxi_state_copy (d->backup, run->state, run->solver, run->formulation,
                          err);
  d->backup_iter = run->iter;
  return st;
}

/* Members that a detached value has too.  */
static enum cvx_status
load_value (struct cvx_run *run, const struct cvx_npz *z, const char *prefix,
            struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  const struct cvx_array *a;
  struct cvx_text key = CVX_TEXT_INIT;
  uint64_t whole[N_COUNTS];
  double real[N_NUMBERS];
  char *event = NULL;
  enum cvx_status st = load_text (&run->label, z, prefix, "label", err);
  if (st == CVX_OK)
    st = load_text (&run->kind, z, prefix, "kind", err);
  if (st == CVX_OK)
    st = load_text (&run->tag, z, prefix, "tag", err);
  if (st == CVX_OK && run->tag[0] == '\0')
    {
      cvx_free (run->tag);
      run->tag = NULL;
    }
  if (st == CVX_OK)
    st = load_text (&event, z, prefix, "event", err);
  if (st == CVX_OK && strlen (event) < sizeof d->event)
    memcpy (d->event, event, strlen (event) + 1);
  cvx_free (event);
  if (st == CVX_OK)
    st = cvxi_member_find (&a, z, prefix, "counts", CVX_ARRAY_U64, N_COUNTS,
                           err);
  if (st == CVX_OK)
    {
      memcpy (whole, a->values, sizeof whole);
      if (whole[1] > CVX_RUN_BREAK)
        st = cvx_fail (err, CVX_E410, "the saved run has no status");
    }
  if (st == CVX_OK)
    st = load_reals (real, N_NUMBERS, z, prefix, "numbers", err);
  if (st == CVX_OK)
    {
      counts (run, d, whole, true);
      numbers (run, d, real, true);
    }
  /* A setting that the file does not know keeps its default.  */
  for (const struct cvx_setting *row = cvx_setting_table;
       st == CVX_OK && row->name; row++)
    {
      cvx_text_clear (&key);
      cvx_text_printf (&key, "%sset.%s", prefix, row->name);
      if (key.failed)
        st = cvx_fail_nomem (err, "loading a run");
      else if (cvx_npz_find (z, cvx_text_string (&key)) != NULL)
        {
          double value = 0;
          st = load_reals (&value, 1, z, "", cvx_text_string (&key), err);
          if (st == CVX_OK)
            st = cvx_settings_set (&run->settings, row->name, value, err);
        }
    }
  if (st == CVX_OK)
    st = load_trace (run, z, prefix, err);
  if (st == CVX_OK)
    {
      cvx_text_clear (&key);
      cvx_text_printf (&key, "%snet.", prefix);
      st = key.failed
               ? cvx_fail_nomem (err, "loading a run")
               : cvx_network_load (&run->net, z, cvx_text_string (&key), err);
    }
  if (st == CVX_OK)
    st = cvxi_member_find (&a, z, prefix, "nu", CVX_ARRAY_F64, SIZE_MAX, err);
  if (st == CVX_OK)
    {
      cvx_free (run->nu);
      run->nu = cvx_copy (a->values, a->count, sizeof (double));
      run->n_nu = a->count;
      if (run->nu == NULL)
        st = cvx_fail_nomem (err, "loading a run");
    }
  cvx_text_free (&key);
  return st;
}

/* Whether the loaded RUN belongs to F.  */
static enum cvx_status
check_model (const struct cvx_run *run, const struct cvx_formulation *f,
             struct cvx_error *err)
{
  size_t n_patterns = f->patterns == NULL ? 0 : f->patterns->n_patterns;
  uint64_t hash = f->data == NULL ? 0 : f->data->hash;
  if (strcmp (run->kind, f->class->name) != 0)
    return cvx_fail (err, CVX_E411,
                     "the run was saved for the formulation %s, not %s",
                     run->kind, f->class->name);
  if (run->data_hash != hash || run->n_samples != f->n_samples
      || run->n_features != f->n_features)
    return cvx_fail (err, CVX_E411, "the run was saved for other data");
  if (run->n_patterns != n_patterns || run->n_nu != f->n_obs)
    return cvx_fail (err, CVX_E411,
                     "the run was saved for %zu patterns, here are %zu",
                     run->n_patterns, n_patterns);
  if (run->beta != f->beta)
    return cvx_fail (err, CVX_E411,
                     "the run was saved for beta = %.17g, not %.17g",
                     run->beta, f->beta);
  return CVX_OK;
}

enum cvx_status
cvx_run_load (struct cvx_run **out, const struct cvx_formulation *f,
              const struct cvx_npz *z, const char *prefix,
              struct cvx_error *err)
{
  const struct cvx_array *version;
  const struct cvx_solver *solver = NULL;
  struct cvx_settings settings;
  struct cvx_run *run;
  char *name = NULL;
  const char *reason;
  enum cvx_status st;
  *out = NULL;
  st = cvxi_member_find (&version, z, prefix, "version", CVX_ARRAY_U64, 1,
                         err);
  if (st == CVX_OK && *(const uint64_t *)version->values != VERSION)
    st = cvx_fail (
        err, CVX_E412, "the saved run has version %llu, this program reads %d",
        (unsigned long long)*(const uint64_t *)version->values, VERSION);
  if (st == CVX_OK)
    st = load_text (&name, z, prefix, "solver", err);
  if (st == CVX_OK)
    {
      solver = cvx_solver_find (name);
      if (solver == NULL)
        solver = cvx_trainer_find (name);
      if (solver == NULL)
        st = cvx_fail (err, CVX_E412,
                       "the saved run needs a solver \"%s\", which this "
                       "program has not",
                       name);
    }
  cvx_free (name);
  if (st != CVX_OK)
    return st;
  cvx_settings_init (&settings);
  st = cvxi_run_alloc (&run, f, solver, &settings, err);
  if (st != CVX_OK)
    return st;
  st = load_value (run, z, prefix, err);
  if (st == CVX_OK && f != NULL)
    {
      st = check_model (run, f, err);
      reason = st == CVX_OK ? solver->unsuited (f, &run->settings) : NULL;
      if (reason != NULL)
        st = cvx_fail (err, CVX_E362, "%s: %s", solver->name, reason);
      if (st == CVX_OK)
        st = load_state (run, z, prefix, err);
    }
  if (st != CVX_OK)
    {
      cvx_run_free (run);
      return st;
    }
  *out = run;
  return CVX_OK;
}
