/* fields.c -- what expressions can see: run.gap, runs[3].beta, data.n ...

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

/* The names at each level; `help fields' lists them.  */
static const char *const root_names[]
    = { "data",  "formulation", "run",  "runs", "hist",    "network", "net",
        "train", "val",         "test", "last", "betamax", NULL };
static const char *const data_names[]
    = { "name",  "n",   "d",    "classes", "source", "hash",
        "train", "val", "test", "x",       "y",      NULL };
static const char *const n_names[] = { "n", NULL };
static const char *const formulation_names[]
    = { "kind",  "beta", "betamax", "patterns", "complete", "vars",
        "bytes", "loss", "penalty", "l1",       NULL };
const char *const session_run_names[]
    = { "id",      "status",    "iter",     "obj",      "bound",  "gap",
        "absgap",  "pres",      "dres",     "infeas",   "active", "skipped",
        "time",    "converged", "solver",   "tag",      "label",  "kind",
        "beta",    "betamax",   "complete", "patterns", "hist",   "net",
        "network", "train",     "val",      "test",     "cpu",    "seed",
        "timings", NULL };
static const char *const timing_names[]
    = { "iterate", "products", "projections", "pricing",
        "method",  "bound",    "other",       NULL };
static const char *const hist_names[]
    = { "iter", "time",   "obj",  "bound",  "gap",     "pres",
        "dres", "active", "step", "infeas", "skipped", NULL };
static const char *const network_names[]
    = { "width", "atoms", "W",   "b",       "alpha",
        "norms", "kinks", "obj", "certmax", NULL };
static const char *const score_names[]
    = { "n", "mse", "mae", "r2", "acc", "loss", NULL };
static const char *const last_names[]
    = { "ok", "error", "file", "time", NULL };

struct level
{
  const char *prefix;
  const char *const *names;
};
static const struct level levels[] = {
  { "", root_names },           { "data", data_names },
  { "data.train", n_names },    { "data.val", n_names },
  { "data.test", n_names },     { "formulation", formulation_names },
  { "run", session_run_names }, { "runs", session_run_names },
  { "hist", hist_names },       { "network", network_names },
  { "net", network_names },     { "train", score_names },
  { "val", score_names },       { "test", score_names },
  { "last", last_names },
};

/* Levels below a run: run.hist, runs.net, ...  */
static const struct level run_levels[] = {
  { "hist", hist_names },       { "net", network_names },
  { "network", network_names }, { "train", score_names },
  { "val", score_names },       { "test", score_names },
  { "timings", timing_names },
};

const char *const *
session_names (void *session, const char *prefix)
{
  const char *below = NULL;
  (void)session;
  for (size_t k = 0; k < sizeof levels / sizeof *levels; k++)
    if (strcmp (levels[k].prefix, prefix) == 0)
      return levels[k].names;
  if (strncmp (prefix, "run.", 4) == 0)
    below = prefix + 4;
  else if (strncmp (prefix, "runs.", 5) == 0)
    below = prefix + 5;
  for (size_t k = 0;
       below != NULL && k < sizeof run_levels / sizeof *run_levels; k++)
    if (strcmp (run_levels[k].prefix, below) == 0)
      return run_levels[k].names;
  return NULL;
}

static bool
is (const char *a, const char *b)
{
  return strcmp (a, b) == 0;
}

/* A vector of N numbers that lives until the next command.  */
static enum cvx_status
vector (struct session *s, size_t n, double **v, struct lang_value *value,
        struct cvx_error *err)
{
  *v = session_scratch (s, n, sizeof **v);
  if (*v == NULL)
    return cvx_fail_nomem (err, "making a vector");
  *value = lang_vector_view (*v, n);
  return CVX_OK;
}

static enum cvx_status
unknown (const char *object, const char *name, struct cvx_error *err)
{
  return cvx_fail (err, CVX_E330, "%s has no field %s", object, name);
}

static enum cvx_status
data_field (struct session *s, const struct lang_step *step, size_t n,
            struct lang_value *value, struct cvx_error *err)
{
  const struct cvx_dataset *d = s->data;
  const char *name = n > 0 ? step[0].name : "";
  if (d == NULL)
    return cmd_ready (s, HAS_DATA | KEEPS_SPARSE, err);
  for (int k = 0; k < CVX_N_PARTS; k++)
    if (n == 2 && is (name, session_part_names[k]))
      {
        *value = lang_number ((double)d->part[k].n);
        return CVX_OK;
      }
  if (is (name, "name"))
    *value = lang_text_view (d->name);
  else if (is (name, "source"))
    *value = lang_text_view (d->source != NULL ? d->source : "");
  else if (is (name, "n"))
    *value = lang_number ((double)cvx_dataset_rows (d));
  else if (is (name, "d"))
    *value = lang_number ((double)d->n_features);
  else if (is (name, "classes"))
    *value = lang_number ((double)d->n_labels);
  else if (is (name, "hash"))
    {
      char *hex = session_scratch (s, 17, 1);
      if (hex == NULL)
        return cvx_fail_nomem (err, "making a string");
      snprintf (hex, 17, "%016llx", (unsigned long long)d->hash);
      *value = lang_text_view (hex);
    }
  else if (is (name, "y"))
    *value = lang_vector_view (d->part[CVX_TRAIN].y,
                               d->part[CVX_TRAIN].n * d->n_outputs);
  else if (is (name, "x"))
    {
      enum cvx_status status = session_fill (s, err);
      if (status != CVX_OK)
        return status;
      *value = lang_vector_view (d->part[CVX_TRAIN].x,
                                 d->part[CVX_TRAIN].n * d->n_features);
    }
  else
    return unknown ("data", name, err);
  return CVX_OK;
}

/* betamax of the current formulation, computed when it is asked for.  */
static enum cvx_status
betamax (struct session *s, double *x, struct cvx_error *err)
{
  enum cvx_status status = cmd_ready (s, HAS_FORMULATION, err);
  if (status != CVX_OK)
    return status;
  *x = s->formulation->betamax;
  if (isnan (*x))
    status = cvx_formulation_betamax (s->formulation, x, &s->progress, err);
  return status;
}

static enum cvx_status
formulation_field (struct session *s, const char *name,
                   struct lang_value *value, struct cvx_error *err)
{
  const struct cvx_formulation *f = s->formulation;
  struct cvx_formulation_estimate e;
  double x = 0;
  enum cvx_status status = cmd_ready (s, HAS_FORMULATION, err);
  if (status != CVX_OK)
    return status;
  if (is (name, "kind"))
    *value = lang_text_view (f->class->name);
  else if (is (name, "beta"))
    *value = lang_number (f->beta);
  else if (is (name, "betamax"))
    {
      status = betamax (s, &x, err);
      *value = lang_number (x);
    }
  else if (is (name, "patterns"))
    *value = lang_number (f->patterns != NULL ? (double)f->patterns->n_patterns
                                              : 0);
  else if (is (name, "complete"))
    *value = lang_bool (f->patterns == NULL || f->patterns->complete);
  else if (is (name, "vars"))
    *value = lang_number ((double)f->n_var);
  else if (is (name, "l1"))
    {
      status = cmd_l1_value (s, &x, err);
      *value = lang_number (x);
    }
  else if (is (name, "loss"))
    *value = lang_text_view (f->loss->name);
  else if (is (name, "penalty"))
    *value = lang_text_view (cvx_penalties[f->penalty]);
  else if (is (name, "bytes"))
    {
      status = cvx_formulation_estimate (
          f->class, f->n_samples, f->n_features, f->n_outputs,
          f->patterns != NULL ? f->patterns->n_patterns : 1, &f->conv, &e,
          err);
      *value = lang_number (status == CVX_OK ? e.bytes : 0);
    }
  else
    return unknown ("formulation", name, err);
  return status;
}

static enum cvx_status
hist_field (struct session *s, const struct session_run *r, const char *name,
            struct lang_value *value, struct cvx_error *err)
{
  const struct cvx_run *run = r->run;
  double *v;
  enum cvx_status status = vector (s, run->n_trace, &v, value, err);
  for (size_t k = 0; status == CVX_OK && k < run->n_trace; k++)
    {
      const struct cvx_trace_row *t = &run->trace[k];
      v[k] = is (name, "iter")      ? (double)t->iter
             : is (name, "time")    ? t->time
             : is (name, "obj")     ? t->pobj
             : is (name, "bound")   ? t->dobj
             : is (name, "gap")     ? t->gap
             : is (name, "pres")    ? t->pri_res
             : is (name, "dres")    ? t->dua_res
             : is (name, "active")  ? (double)t->n_active
             : is (name, "step")    ? t->step
             : is (name, "skipped") ? t->skipped
                                    : t->infeas;
    }
  return status;
}

static enum cvx_status
network_field (struct session *s, struct session_run *r, const char *name,
               struct lang_value *value, struct cvx_error *err)
{
  const struct cvx_network *net;
  enum cvx_status status = session_network (s, r, &net, err);
  double *v, loss, penalty;
  size_t d;
  if (status != CVX_OK)
    return status;
  d = net->n_features;
  if (is (name, "width"))
    *value = lang_number ((double)net->width);
  else if (is (name, "atoms"))
    *value = lang_number ((double)net->n_atoms);
  else if (is (name, "W"))
    *value = lang_vector_view (net->u, net->width * d);
  else if (is (name, "alpha"))
    *value = lang_vector_view (net->a, net->width * net->n_outputs);
  else if (is (name, "b"))
    *value = lang_vector_view (net->b0, net->b0 != NULL ? net->n_outputs : 0);
  else if (is (name, "norms") || is (name, "kinks"))
    {
      status = vector (s, net->width, &v, value, err);
      for (size_t j = 0; status == CVX_OK && j < net->width; j++)
        v[j] = is (name, "norms") ? cvx_network_norm (net, j)
               : d == 2           ? cvx_network_kink (net, j)
                                  : NAN;
    }
  else if (is (name, "certmax"))
    *value = lang_number (r->run->last.scale * r->run->last.dual_norm
                          / r->run->beta);
  else if (is (name, "obj"))
    {
      if (r->run->formulation == NULL)
        {
          *value = lang_number (r->run->pobj);
          return CVX_OK;
        }
      status = cvx_formulation_network_objective (r->run->formulation, net,
                                                  &loss, &penalty, err);
      *value = lang_number (status == CVX_OK ? loss + penalty : 0);
    }
  else
    return unknown ("network", name, err);
  return status;
}

static enum cvx_status
score_field (struct session *s, struct session_run *r, enum cvx_part_id part,
             const char *name, struct lang_value *value, struct cvx_error *err)
{
  struct cvx_scores scores;
  enum cvx_status status;
  if (is (name, "loss"))
    {
      double loss = 0;
      status = session_loss (s, r, part, &loss, err);
      *value = lang_number (loss);
      return status;
    }
  status = session_scores (s, r, part, &scores, err);
  if (status == CVX_OK)
    *value = lang_number (is (name, "n")     ? (double)scores.n
                          : is (name, "mse") ? scores.mse
                          : is (name, "mae") ? scores.mae
                          : is (name, "r2")  ? scores.r2
                                             : scores.accuracy);
  return status;
}

/* The path STEP[0 .. N-1] below the run R.  */
static enum cvx_status
run_field (struct session *s, struct session_run *r,
           const struct lang_step *step, size_t n, struct lang_value *value,
           struct cvx_error *err)
{
  const struct cvx_run *run = r->run;
  const struct cvx_trace_row *t
      = run->n_trace > 0 ? &run->trace[run->n_trace - 1] : NULL;
  const char *name = n > 0 ? step[0].name : "";
  if (n == 2 && is (name, "hist"))
    return hist_field (s, r, step[1].name, value, err);
  if (n == 2 && (is (name, "net") || is (name, "network")))
    return network_field (s, r, step[1].name, value, err);
  if (n == 2 && is (name, "timings"))
    {
      *value = lang_number (session_timing (r, step[1].name));
      return CVX_OK;
    }
  for (int k = 0; n == 2 && k < CVX_N_PARTS; k++)
    if (is (name, session_part_names[k]))
      return score_field (s, r, (enum cvx_part_id)k, step[1].name, value, err);
  if (n != 1)
    return cvx_fail (err, CVX_E330,
                     "%s alone is no value: name a field, as in run.gap",
                     n == 0 ? "a run" : name);
  if (is (name, "id"))
    *value = lang_number ((double)run->id);
  else if (is (name, "status"))
    *value = lang_text_view (cvx_run_status_words (run->status));
  else if (is (name, "iter"))
    *value = lang_number ((double)run->iter);
  else if (is (name, "obj"))
    *value = lang_number (run->pobj);
  else if (is (name, "bound"))
    *value = lang_number (run->dobj);
  else if (is (name, "gap"))
    *value = lang_number (cvx_run_gap (run));
  else if (is (name, "absgap"))
    *value = lang_number (run->pobj - run->dobj);
  else if (is (name, "pres"))
    *value = lang_number (t != NULL ? t->pri_res : NAN);
  else if (is (name, "dres"))
    *value = lang_number (t != NULL ? t->dua_res : NAN);
  else if (is (name, "infeas"))
    *value = lang_number (t != NULL ? t->infeas : NAN);
  else if (is (name, "active"))
    *value = lang_number ((double)run->last.n_active);
  else if (is (name, "skipped"))
    *value = lang_number (t != NULL ? t->skipped : NAN);
  else if (is (name, "time"))
    *value = lang_number (run->elapsed);
  else if (is (name, "cpu"))
    *value = lang_number (r->cpu);
  else if (is (name, "seed"))
    *value = lang_number (r->seed);
  else if (is (name, "converged"))
    *value = lang_bool (cvx_run_gap (run) <= run->settings.tol);
  else if (is (name, "solver"))
    *value = lang_text_view (run->solver->name);
  else if (is (name, "tag"))
    *value = lang_text_view (run->tag != NULL ? run->tag : "");
  else if (is (name, "label"))
    *value = lang_text_view (run->label != NULL ? run->label : "");
  else if (is (name, "kind"))
    *value = lang_text_view (run->kind);
  else if (is (name, "beta"))
    *value = lang_number (run->beta);
  else if (is (name, "betamax"))
    *value = lang_number (run->betamax);
  else if (is (name, "complete"))
    *value = lang_bool (run->complete);
  else if (is (name, "patterns"))
    *value = lang_number ((double)run->n_patterns);
  else
    return unknown ("run", name, err);
  return CVX_OK;
}

enum cvx_status
session_lookup (void *session, const struct lang_step *steps, size_t n,
                struct lang_value *value, struct cvx_error *err)
{
  struct session *s = session;
  const char *name = steps[0].name, *field = n > 1 ? steps[1].name : "";
  enum cvx_status status;
  if (is (name, "betamax"))
    {
      double x = 0;
      status = betamax (s, &x, err);
      *value = lang_number (x);
      return status;
    }
  if (is (name, "last"))
    {
      *value = is (field, "ok")      ? lang_bool (s->last.ok)
               : is (field, "error") ? lang_number (s->last.error)
               : is (field, "time")
                   ? lang_number (s->last.time)
                   : lang_text_view (s->last.file != NULL ? s->last.file : "");
      return CVX_OK;
    }
  if (is (name, "runs"))
    {
      if (steps[0].index == 0)
        {
          double *ids;
          status = vector (s, s->n_runs, &ids, value, err);
          for (size_t k = 0; status == CVX_OK && k < s->n_runs; k++)
            ids[k] = (double)s->runs[k]->run->id;
          return status;
        }
      struct session_run *r = session_find_run (s, (size_t)steps[0].index);
      if (r == NULL)
        return cvx_fail (err, CVX_E390, "there is no run %g", steps[0].index);
      return run_field (s, r, steps + 1, n - 1, value, err);
    }
  if (n == 1)
    return cvx_fail (err, CVX_E330,
                     "%s alone is no value: name a field, as in %s.%s", name,
                     name, session_names (s, name)[0]);
  if (is (name, "data"))
    return data_field (s, steps + 1, n - 1, value, err);
  if (is (name, "formulation"))
    return formulation_field (s, field, value, err);
  status = cmd_ready (s, HAS_RUN, err);
  if (status != CVX_OK)
    return status;
  if (is (name, "run"))
    return run_field (s, s->run, steps + 1, n - 1, value, err);
  return run_field (s, s->run, steps, n, value, err);
}

enum cvx_status
session_run_find (void *view, const char *path, bool *known,
                  struct lang_value *value, struct cvx_error *err)
{
  struct session_view *v = view;
  struct lang_step steps[2] = { { NULL, 0 }, { NULL, 0 } };
  const char *dot = strchr (path, '.');
  const char *const *names = session_run_names;
  char head[32];
  size_t len = dot != NULL ? (size_t)(dot - path) : strlen (path);
  *known = false;
  if (len >= sizeof head)
    return CVX_OK;
  memcpy (head, path, len);
  head[len] = '\0';
  steps[0].name = head;
  if (dot != NULL)
    {
      steps[1].name = dot + 1;
      names = NULL;
      for (size_t k = 0; k < sizeof run_levels / sizeof *run_levels; k++)
        if (is (run_levels[k].prefix, head))
          names = run_levels[k].names;
    }
  for (; names != NULL && *names != NULL; names++)
    if (is (*names, dot != NULL ? dot + 1 : head))
      *known = true;
  if (!*known)
    return CVX_OK;
  return run_field (v->session, v->run, steps, dot != NULL ? 2 : 1, value,
                    err);
}
