/* session.c -- the chain data -> patterns -> formulation -> run -> network.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "command/session.h"

#include <math.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/command.h"

const char *const session_part_names[] = { "train", "val", "test", NULL };

/* Merging looks at directions after a solver of finite accuracy: two sides of
   one neuron differ by about the tolerance of the run, 1 - cos by its
   square.  */
#define MERGE_TOL 1e-7

static const struct session_settings initial_settings = {
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  DEFAULT,
#include "command/settings.def"
#undef CMD_SETTING
  .plot_height = 0
};

static enum cvx_status
ready (void *session, const struct lang_command *command,
       struct cvx_error *err)
{
  return cmd_ready (session, command->needs, err);
}

static void
finished (void *session, const struct lang_command *command,
          const struct cvx_error *err)
{
  struct session *s = session;
  session_work_end (s);
  s->page = 0;
  s->page_over = false;
  for (size_t k = 0; k < s->n_scratch; k++)
    cvx_free (s->scratch[k]);
  s->n_scratch = 0;
  s->last.ok = err == NULL || err->status == CVX_OK;
  s->last.error = s->last.ok ? 0 : (int)err->id;
  s->last.time = session_clock () - s->command_start;
  if (s->settings.timer != 0)
    session_say (s, "%s: %.3f s\n", command->name, s->last.time);
}

/* What `set' changes is not known before a script runs.  */
static enum cvx_status
target (void *session, const char *path, bool now, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (now)
    status = session_may_write (session, path, err);
  if (status == CVX_OK)
    status = cvx_output_check (path, err);
  return status;
}

static void
write_text (void *session, const char *text, size_t len)
{
  session_write (session, text, len);
}

static void
warn (void *session, const struct lang_diagnostic *warning)
{
  struct session *s = session;
  struct cvx_text t = CVX_TEXT_INIT;
  struct lang_diagnostic shown = *warning;
  shown.typed = false; /* rows may stand between the line and the warning */
  session_event_error (s, &shown);
  lang_render (&shown, 0, &t);
  session_complain (s, cvx_text_string (&t));
  cvx_text_free (&t);
}

static void
echo (void *session, const char *statement)
{
  struct session *s = session;
  s->command_start = session_clock ();
  if (s->echo || s->settings.echo != 0)
    session_say (s, "cvx> %s\n", statement);
  else if (s->log != NULL)
    fprintf (s->log, "cvx> %s\n", statement);
}

enum cvx_status
session_new (struct session **out, FILE *to, struct cvx_error *err)
{
  struct session *s = cvx_calloc (1, sizeof *s);
  struct lang_host host = { 0 };
  enum cvx_status status;
  if (s == NULL)
    return cvx_fail_nomem (err, "starting the session");
  s->out = to;
  s->settings = initial_settings;
  s->next_run = s->next_break = 1;
  s->last_beta = NAN;
  s->last.ok = true;
  cvx_settings_init (&s->solver_settings);
  cvx_rng_init (&s->rng, 0, CVX_STREAM_EXPRESSION);
  host.session = s;
  host.commands = session_commands ();
  host.names = session_names;
  host.lookup = session_lookup;
  host.ready = ready;
  host.finished = finished;
  host.target = target;
  host.write = write_text;
  host.warn = warn;
  host.echo = echo;
  host.abort = &s->progress.abort;
  host.rng = &s->rng;
  host.version = PACKAGE_VERSION;
  status = lang_interp_new (&s->interp, &host, err);
  if (status != CVX_OK)
    {
      cvx_free (s);
      return status;
    }
  cmd_settings_apply (s);
  *out = s;
  return CVX_OK;
}

static void
run_free (struct session_run *r)
{
  if (r == NULL)
    return;
  session_snapshots_drop (r, 0);
  cvx_run_free (r->run);
  cvx_network_free (r->net);
  cvx_free (r->block);
  cvx_free (r->x);
  cvx_free (r->nu);
  cvx_free (r);
}

void
session_snapshots_drop (struct session_run *run, size_t iter)
{
  while (
      run->n_snapshots > 0
      && (iter == 0
          || cvx_snapshot_iter (run->snapshot[run->n_snapshots - 1]) > iter))
    cvx_snapshot_free (run->snapshot[--run->n_snapshots]);
  if (run->n_snapshots == 0)
    {
      cvx_free (run->snapshot);
      run->snapshot = NULL;
    }
}

void
session_breaks_drop (struct session *s)
{
  while (s->n_breaks > 0)
    lang_expr_free (s->breaks[--s->n_breaks].expr);
}

void
session_forget_columns (struct session *s)
{
  cvx_free (s->columns.path);
  cvx_names_free (s->columns.names, s->columns.n);
  memset (&s->columns, 0, sizeof s->columns);
}

void
session_free (struct session *s)
{
  if (s == NULL)
    return;
  cmd_plot_close (s);
  session_breaks_drop (s);
  lang_interp_free (s->interp);
  for (size_t k = 0; k < s->n_runs; k++)
    run_free (s->runs[k]);
  cvx_free (s->runs);
  cvx_formulation_free (s->formulation);
  cvx_patterns_free (s->patterns);
  cvx_dataset_free (s->data);
  session_drop_kept (s);
  for (size_t k = 0; k < s->n_history; k++)
    cvx_free (s->history[k]);
  cvx_free (s->history);
  for (size_t k = 0; k < s->n_scratch; k++)
    cvx_free (s->scratch[k]);
  cvx_free (s->scratch);
  session_forget_columns (s);
  cvx_free (s->run_numbers);
  cvx_free (s->last.file);
  cvx_free (s->log_name);
  cvx_free (s->resumed);
  session_file_forget (s);
  if (s->log != NULL)
    fclose (s->log);
  if (s->events != NULL)
    fclose (s->events);
  cvx_free (s);
}

/* Keep the blocks of the iterate that are not zero: the start of later warm
   starts.  Without memory there is none.  */
static void
keep_point (struct session *s, struct session_run *r)
{
  const struct cvx_formulation *f = r->run->formulation;
  struct cvx_point p = { 0 };
  size_t len, n = 0;
  if (f == NULL || r->run->state == NULL || r->x != NULL)
    return;
  cvx_run_point (r->run, &p);
  if (p.x == NULL || p.sign != NULL) /* its network is the start */
    return;
  len = f->block_len;
  r->block = cvx_alloc (p.n_atoms, sizeof *r->block);
  r->x = cvx_alloc (p.n_atoms * len, sizeof *r->x);
  r->nu = p.nu != NULL ? cvx_copy (p.nu, f->n_obs, sizeof *p.nu)
          : r->run->nu != NULL
              ? cvx_copy (r->run->nu, f->n_obs, sizeof *r->run->nu)
              : NULL;
  if (r->block == NULL || r->x == NULL)
    {
      cvx_free (r->block);
      cvx_free (r->x);
      r->block = NULL;
      r->x = NULL;
      return;
    }
  for (size_t k = 0; k < p.n_atoms; k++)
    {
      bool zero = true;
      for (size_t j = 0; j < len && zero; j++)
        zero = p.x[k * len + j] == 0;
      if (zero)
        continue;
      r->block[n] = p.block != NULL ? p.block[k] : k;
      memcpy (r->x + n * len, p.x + k * len, len * sizeof *r->x);
      n++;
    }
  r->n_atoms = n;
  r->block_len = len;
  r->n_blocks = f->n_blocks;
  r->n_obs = f->n_obs;
  r->patterns_serial = s->patterns_serial;
}

void
session_end_run (struct session *s)
{
  if (s->run == NULL)
    return;
  if (s->run->run->formulation != NULL)
    {
      session_snapshots_drop (s->run, 0);
      keep_point (s, s->run);
      cvx_run_detach (s->run->run);
    }
  s->run = NULL;
}

void
session_set_formulation (struct session *s, struct cvx_formulation *f)
{
  session_end_run (s);
  cvx_formulation_free (s->formulation);
  s->formulation = f;
  s->grown_from = 0;
}

void
session_grow_patterns (struct session *s, struct cvx_patterns *more,
                       struct cvx_formulation *f)
{
  struct session_run *run = s->run;
  session_set_formulation (s, NULL);
  cvx_patterns_free (s->patterns);
  s->patterns = more;
  s->formulation = f;
  if (f != NULL && run != NULL && run->x != NULL)
    s->grown_from = run->run->id;
}

void
session_set_patterns (struct session *s, struct cvx_patterns *patterns)
{
  session_set_formulation (s, NULL);
  cvx_patterns_free (s->patterns);
  s->patterns = patterns;
  s->patterns_serial++;
}

struct cvx_dataset *
session_take_data (struct session *s, const char *name)
{
  for (size_t k = 0; k < s->n_kept; k++)
    if (strcmp (s->kept[k]->name, name) == 0)
      {
        struct cvx_dataset *d = s->kept[k];
        s->n_kept--;
        memmove (s->kept + k, s->kept + k + 1,
                 (s->n_kept - k) * sizeof (struct cvx_dataset *));
        return d;
      }
  return NULL;
}

void
session_drop_kept (struct session *s)
{
  while (s->n_kept > 0)
    cvx_dataset_free (s->kept[--s->n_kept]);
}

static double
dataset_bytes (const struct cvx_dataset *d)
{
  return (double)cvx_dataset_bytes (cvx_dataset_rows (d), d->n_features,
                                    d->n_outputs);
}

/* Keep D, the former data; the oldest go when there is no room.  */
static void
keep (struct session *s, struct cvx_dataset *d)
{
  double bytes = dataset_bytes (d), room = 0.25 * session_memory (s);
  cvx_dataset_free (session_take_data (s, d->name));
  for (size_t k = 0; k < s->n_kept; k++)
    bytes += dataset_bytes (s->kept[k]);
  while (s->n_kept > 0 && (s->n_kept == SESSION_KEPT || bytes > room))
    {
      bytes -= dataset_bytes (s->kept[0]);
      cvx_dataset_free (session_take_data (s, s->kept[0]->name));
    }
  if (bytes > room)
    cvx_dataset_free (d);
  else
    s->kept[s->n_kept++] = d;
}

void
session_set_data (struct session *s, struct cvx_dataset *data)
{
  session_set_patterns (s, NULL);
  if (data != NULL)
    cvx_dataset_free (session_take_data (s, data->name));
  if (s->data != NULL && data != NULL
      && strcmp (s->data->name, data->name) != 0)
    keep (s, s->data);
  else
    cvx_dataset_free (s->data);
  s->data = data;
  session_file_note (s);
  s->patches = (struct cvx_conv){ .d = 0 };
}

enum cvx_status
session_add_run (struct session *s, struct cvx_run *run, struct cvx_error *err)
{
  struct session_run *r = cvx_calloc (1, sizeof *r);
  struct session_run **runs
      = cvx_alloc (s->n_runs + 1, sizeof (struct session_run *));
  if (r == NULL || runs == NULL)
    {
      cvx_free (r);
      cvx_free (runs);
      return cvx_fail_nomem (err, "keeping the run");
    }
  session_end_run (s);
  if (s->n_runs > 0)
    memcpy (runs, s->runs, s->n_runs * sizeof (struct session_run *));
  cvx_free (s->runs);
  s->runs = runs;
  s->runs[s->n_runs++] = r;
  r->run = run;
  r->cpu = r->seed = NAN;
  if (run->formulation != NULL)
    {
      r->cpu = 0;
      r->seed = s->patterns != NULL && !s->patterns->complete
                    ? (double)s->patterns->seed
                    : s->settings.seed;
    }
  run->id = s->next_run++;
  snprintf (r->number, sizeof r->number, "%zu", run->id);
  s->run = r;
  return CVX_OK;
}

struct session_run *
session_find_run (struct session *s, size_t id)
{
  for (size_t k = 0; k < s->n_runs; k++)
    if (s->runs[k]->run->id == id)
      return s->runs[k];
  return NULL;
}

void
session_drop_run (struct session *s, size_t id)
{
  for (size_t k = 0; k < s->n_runs; k++)
    if (s->runs[k]->run->id == id)
      {
        if (s->run == s->runs[k])
          s->run = NULL;
        run_free (s->runs[k]);
        memmove (s->runs + k, s->runs + k + 1,
                 (s->n_runs - k - 1) * sizeof (struct session_run *));
        s->n_runs--;
        return;
      }
}

void
session_run_changed (struct session_run *run)
{
  cvx_network_free (run->net);
  run->net = NULL;
}

enum cvx_status
session_network (struct session *s, struct session_run *run,
                 const struct cvx_network **net, struct cvx_error *err)
{
  enum cvx_status status;
  struct cvx_network *copy;
  (void)s;
  if (run->net == NULL)
    {
      if (run->run->net == NULL)
        return cvx_fail (err, CVX_E330, "run %zu has no network yet",
                         run->run->id);
      status = cvx_network_copy (&copy, run->run->net, err);
      if (status == CVX_OK)
        {
          status = cvx_network_merge (copy, MERGE_TOL, err);
          if (status != CVX_OK)
            cvx_network_free (copy);
        }
      if (status != CVX_OK)
        return status;
      cvx_network_balance (copy);
      run->net = copy;
    }
  *net = run->net;
  return CVX_OK;
}

/* *F = what the network of RUN says on a part of the data, owned.  */
static enum cvx_status
predict (struct session *s, struct session_run *run, enum cvx_part_id part,
         double **to, struct cvx_error *err)
{
  const struct cvx_network *net;
  const struct cvx_part *p;
  enum cvx_status status;
  double *f;
  if (s->data == NULL)
    return cmd_ready (s, HAS_DATA, err);
  status = session_network (s, run, &net, err);
  if (status != CVX_OK)
    return status;
  p = &s->data->part[part];
  if (p->n == 0)
    {
      cvx_fail (err, CVX_E330, "the data have no %s part",
                session_part_names[part]);
      return cvx_hint (err, "split train=0.7 test=0.3");
    }
  if (cvx_network_inputs (net) != s->data->n_features
      || cvx_network_targets (net) != s->data->n_outputs)
    return cvx_fail (err, CVX_E393,
                     "the network of run %zu takes %zu features and gives "
                     "%zu outputs, the data have %zu and %zu",
                     run->run->id, cvx_network_inputs (net),
                     cvx_network_targets (net), s->data->n_features,
                     s->data->n_outputs);
  f = cvx_alloc (p->n * cvx_network_targets (net), sizeof *f);
  if (f == NULL)
    return cvx_fail_nomem (err, "predicting");
  status = cvx_network_predict (net, p->x, p->n, f, err);
  if (status != CVX_OK)
    {
      cvx_free (f);
      return status;
    }
  *to = f;
  return CVX_OK;
}

enum cvx_status
session_scores (struct session *s, struct session_run *run,
                enum cvx_part_id part, struct cvx_scores *scores,
                struct cvx_error *err)
{
  double *f = NULL;
  enum cvx_status status = predict (s, run, part, &f, err);
  if (status != CVX_OK)
    return status;
  cvx_scores_compute (f, s->data->part[part].y, s->data->part[part].n,
                      s->data->n_outputs, s->data->n_labels > 0, scores);
  cvx_free (f);
  return CVX_OK;
}

enum cvx_status
session_loss (struct session *s, struct session_run *run,
              enum cvx_part_id part, double *loss, struct cvx_error *err)
{
  const struct cvx_formulation *formulation = run->run->formulation;
  const struct cvx_loss *l;
  double *f = NULL;
  enum cvx_status status;
  if (formulation == NULL)
    {
      cvx_fail (err, CVX_E330,
                "the formulation of run %zu is gone, and its "
                "loss with it",
                run->run->id);
      return cvx_hint (err, "formulation %s beta=%.6g, then solve",
                       run->run->kind, run->run->beta);
    }
  status = predict (s, run, part, &f, err);
  if (status != CVX_OK)
    return status;
  /* The network has its output bias already.  */
  l = formulation->loss->base != NULL ? formulation->loss->base
                                      : formulation->loss;
  *loss = l->value (f, s->data->part[part].y, s->data->part[part].n,
                    s->data->n_outputs, formulation->loss_param);
  cvx_free (f);
  return CVX_OK;
}

int
session_threads (const struct session *s)
{
  cpu_set_t set;
  int n = 1;
  if (sched_getaffinity (0, sizeof set, &set) == 0)
    n = CPU_COUNT (&set);
  if (s->settings.threads >= 1 && s->settings.threads < n)
    n = (int)s->settings.threads;
  return n > 0 ? n : 1;
}

double
session_clock (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

const char *
session_scope_words (bool complete)
{
  return complete ? "complete: optimum is global for the network"
                  : "sampled: optimum over this set of patterns only";
}

void *
session_scratch (struct session *s, size_t count, size_t size)
{
  void *p;
  if (s->n_scratch == s->cap_scratch)
    {
      size_t cap = s->cap_scratch == 0 ? 16 : 2 * s->cap_scratch;
      void **more = cvx_grow (s->scratch, s->n_scratch, cap, sizeof *more);
      if (more == NULL)
        return NULL;
      s->scratch = more;
      s->cap_scratch = cap;
    }
  p = cvx_alloc (count, size);
  if (p != NULL)
    s->scratch[s->n_scratch++] = p;
  return p;
}

void
session_keep_safe (struct session *s)
{
  double now = session_clock ();
  double pause = s->settings.autosave;
  /* A disk that takes seconds gets a twentieth of the time.  */
  if (s->save_time > 1)
    pause = fmax (pause, 20 * s->save_time);
  if (s->keep_safe == NULL || s->settings.autosave <= 0
      || now - s->saved_at < pause)
    return;
  s->keep_safe (s);
  s->saved_at = session_clock ();
  s->save_time = s->saved_at - now;
}

void
session_remember (struct session *s, const char *line)
{
  char *copy;
  if (s->n_history == s->cap_history)
    {
      size_t cap = s->cap_history == 0 ? 64 : 2 * s->cap_history;
      char **more = cvx_grow (s->history, s->n_history, cap, sizeof *more);
      if (more == NULL)
        return;
      s->history = more;
      s->cap_history = cap;
    }
  copy = cvx_strdup (line);
  if (copy != NULL)
    s->history[s->n_history++] = copy;
}
