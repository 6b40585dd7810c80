/* cmd_train.c -- networks by other ways than the convex program: train, grow.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const method_words[]
    = { "sgd", "momentum", "adam", "lbfgs", NULL };
static const char *const warm_words[] = { "last", "zero", NULL };

const struct lang_key cmd_train_keys[]
    = { { .name = "method",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = method_words,
          .help = "sgd, momentum, adam or lbfgs" },
        { .name = "trials",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE | LANG_LE,
          .min = 1,
          .max = 10000,
          .default_text = "1",
          .help = "runs with different seeds" },
        { .name = "warm",
          .kind = LANG_KIND_WORD,
          .flags = LANG_OPEN,
          .words = warm_words,
          .default_text = "zero",
          .help = "start from the network of a run: last or its number" },
        { .name = NULL } };

const struct lang_key cmd_grow_keys[]
    = { { .name = "file",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG,
          .default_text = "the current network",
          .help = "network to start from" },
        { .name = "rounds",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "50",
          .help = "at most" },
        { .name = "tol",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GE,
          .min = 0,
          .default_text = "1e-6",
          .help = "relative certified gap to reach" },
        { .name = NULL } };

enum cvx_status
cmd_warm_network (struct session *s, const struct cvx_network *net,
                  struct cvx_point *warm, struct cvx_error *err)
{
  size_t d = net->n_features, m = net->width;
  double *x = session_scratch (s, m * d + 1, sizeof *x);
  int *sign = session_scratch (s, m + 1, sizeof *sign);
  if (net->activation != CVX_ACT_RELU || net->n_outputs != 1 || net->b0 != NULL
      || d != s->formulation->n_features)
    return cvx_fail (err, CVX_E450,
                     "that network is not a ReLU network with %zu features "
                     "and one output",
                     s->formulation->n_features);
  if (x == NULL || sign == NULL)
    return cvx_fail_nomem (err, "making the warm start");
  for (size_t j = 0; j < m; j++)
    {
      for (size_t k = 0; k < d; k++)
        x[j * d + k] = net->u[j * d + k] * fabs (net->a[j]);
      sign[j] = net->a[j] < 0 ? -1 : 1;
    }
  *warm = (struct cvx_point){ .n_atoms = m, .x = x, .sign = sign };
  return CVX_OK;
}

/* The run that `warm=' of C names; NULL: none.  */
static enum cvx_status
warm_run (struct session *s, const struct lang_call *c, struct session_run **r,
          struct cvx_error *err)
{
  const char *word = lang_call_text (c, "warm");
  char *end;
  *r = NULL;
  if (word == NULL || strcmp (word, "zero") == 0)
    return CVX_OK;
  if (strcmp (word, "last") == 0)
    *r = s->n_runs > 0 ? s->runs[s->n_runs - 1] : NULL;
  else
    {
      size_t id = strtoull (word, &end, 10);
      *r = *end == '\0' ? session_find_run (s, id) : NULL;
    }
  if (*r == NULL)
    return lang_call_fail (c, "warm", err, CVX_E390, "there is no run %s",
                           word);
  return CVX_OK;
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The gaps of N trials in one line.  */
static void
say_trials (struct session *s, double *gap, size_t n)
{
  size_t near = 0;
  for (size_t k = 0; k < n; k++)
    near += gap[k] < 1e-2;
  qsort (gap, n, sizeof *gap, ascending);
  session_say (s,
               "%zu trials: gap %.1e at best, %.1e in the middle, %.1e at "
               "worst; below 1e-2: %zu\n",
               n, gap[0], gap[n / 2], gap[n - 1], near);
}

/* A last, better bound, where all patterns are known; an interrupted training
   does without.  */
static enum cvx_status
tighten (struct session *s, struct cvx_error *err)
{
  struct cvx_run *run = s->run->run;
  const struct cvx_formulation *f = s->formulation;
  enum cvx_status status;
  if (f->class->activation != CVX_ACT_RELU || f->n_outputs != 1
      || !f->patterns->complete || run->status == CVX_RUN_INTERRUPTED
      || run->status == CVX_RUN_DIVERGED)
    return CVX_OK;
  session_work_begin (s, "bounding");
  status = cvx_run_tighten (run, &s->progress, err);
  session_work_end (s);
  return status;
}

enum cvx_status
cmd_train (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_solver *trainer
      = cvx_trainer_find (lang_call_text (c, "method"));
  struct cvx_settings settings;
  struct cvx_point warm = { 0 };
  const struct cvx_network *net;
  struct session_run *from;
  const char *reason;
  double *gap;
  size_t trials = 1;
  enum cvx_status status;
  cvx_settings_init (&settings);
  settings.stall = 1e15; /* epochs alone end a training */
  settings.seed = s->settings.seed;
  lang_call_count (c, "trials", &trials);
  status = cmd_solver_options (c, trainer->name, &settings, err);
  if (status == CVX_OK)
    status = warm_run (s, c, &from, err);
  if (status == CVX_OK && from != NULL)
    {
      status = session_network (s, from, &net, err);
      if (status == CVX_OK)
        status = cmd_warm_network (s, net, &warm, err);
      if (status != CVX_OK)
        return lang_call_blame (c, "warm", err);
    }
  if (status != CVX_OK)
    return status;
  if (!lang_call_has (c, "maxiter"))
    settings.maxiter = settings.epochs;
  reason = trainer->unsuited (s->formulation, &settings);
  if (reason != NULL)
    return lang_call_fail (c, "method", err, CVX_E362, "train %s: %s",
                           trainer->name, reason);
  gap = session_scratch (s, trials, sizeof *gap);
  if (gap == NULL)
    return cvx_fail_nomem (err, "training");
  for (size_t k = 0; k < trials; k++, settings.seed++)
    {
      status = cmd_run_new (s, trainer, &settings, from != NULL ? &warm : NULL,
                            trials > 1, err);
      if (status == CVX_OK)
        status = tighten (s, err);
      if (status == CVX_OK)
        status = cmd_run_end (s, c, err);
      if (status != CVX_OK && err->id == CVX_E441)
        {
          cvx_hint (err, "lr=%g", settings.lr / 10);
          if (trials > 1)
            status = CVX_OK; /* its line says so; the others go on */
        }
      if (status != CVX_OK)
        return status;
      gap[k] = cvx_run_gap (s->run->run);
    }
  if (trials > 1)
    say_trials (s, gap, trials);
  if (!s->run->run->last.global)
    session_note (s, "note: the gap is that among networks with these "
                     "patterns\n");
  else if (s->run->run->last.scale == 0)
    session_note (s, "note: the patterns are sampled, so training computes no "
                     "bound; certify does\n");
  return CVX_OK;
}

enum cvx_status
cmd_grow (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_solver *solver = cvx_trainer_find ("grow");
  const char *file = lang_call_text (c, "file"), *reason;
  struct cvx_settings settings;
  struct cvx_network *read = NULL;
  const struct cvx_network *net = NULL;
  struct cvx_point warm = { 0 };
  size_t rounds = 50;
  enum cvx_status status = CVX_OK;
  cvx_settings_init (&settings);
  settings.stall = 5;
  lang_call_count (c, "rounds", &rounds);
  lang_call_number (c, "tol", &settings.tol);
  settings.maxiter = (double)rounds;
  reason = solver->unsuited (s->formulation, &settings);
  if (reason != NULL)
    return lang_call_fail (c, NULL, err, CVX_E362, "grow: %s", reason);
  if (file != NULL)
    {
      status = cmd_network_read (s, file, &read, err);
      if (status != CVX_OK)
        lang_call_blame (c, "file", err);
      net = read;
    }
  else if (s->run != NULL)
    status = session_network (s, s->run, &net, err);
  if (status == CVX_OK && net != NULL)
    status = cmd_warm_network (s, net, &warm, err);
  cvx_network_free (read);
  if (status != CVX_OK)
    return status;
  status = cmd_run_new (s, solver, &settings, net != NULL ? &warm : NULL,
                        false, err);
  if (status != CVX_OK)
    return status;
  status = cmd_run_end (s, c, err);
  if (status == CVX_OK)
    session_say (s, "grown to %zu neurons in %zu rounds, gap %.1e\n",
                 s->run->run->net->width, s->run->run->iter,
                 cvx_run_gap (s->run->run));
  return status;
}
