/* cmd_path.c -- many betas: path, cv.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "command/command.h"

enum
{
  MOST_BETAS = 10000
};

#define RATIO_KEYS                                                            \
  { .name = "n",                                                              \
    .kind = LANG_KIND_COUNT,                                                  \
    .flags = LANG_GE | LANG_LE,                                               \
    .min = 1,                                                                 \
    .max = MOST_BETAS,                                                        \
    .default_text = "20",                                                     \
    .help = "number of betas" },                                              \
      { .name = "ratio",                                                      \
        .kind = LANG_KIND_NUMBER,                                             \
        .flags = LANG_GT | LANG_LE,                                           \
        .min = 0,                                                             \
        .max = 1,                                                             \
        .default_text = "0.001",                                              \
        .help = "smallest beta over betamax" },                               \
      { .name = "betas",                                                      \
        .kind = LANG_KIND_LIST,                                               \
        .flags = LANG_GT,                                                     \
        .min = 0,                                                             \
        .default_text = "n of them down to ratio*betamax",                    \
        .help = "the betas themselves, in place of n and ratio" },            \
      { .name = "tol",                                                        \
        .kind = LANG_KIND_NUMBER,                                             \
        .flags = LANG_GE,                                                     \
        .min = 0,                                                             \
        .default_text = "of solver",                                          \
        .help = "relative certified gap of every point" },                    \
  {                                                                           \
    .name = "to", .kind = LANG_KIND_PATH, .flags = LANG_OUTPUT,               \
    .default_text = "the screen", .help = "file of the table (CSV)"           \
  }

const struct lang_key cmd_path_keys[]
    = { RATIO_KEYS,
        { .name = "warm",
          .kind = LANG_KIND_FLAG,
          .default_text = "yes",
          .help = "every point starts from the one before" },
        { .name = NULL } };
const struct lang_key cmd_cv_keys[]
    = { { .name = "folds",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 2,
          .default_text = "5",
          .help = "parts of the training rows" },
        RATIO_KEYS,
        { .name = "seed",
          .kind = LANG_KIND_COUNT,
          .default_text = "the session's",
          .help = "of the deal" },
        { .name = NULL } };

struct grid
{
  size_t n;
  double ratio, tol, betamax;
  double *beta; /* falling; NULL: from RATIO; of the scratch memory */
};

static int
falling (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/* The betas that were given, in the order in which each helps the next.  */
static enum cvx_status
read_betas (struct session *s, const struct lang_call *c, struct grid *g,
            struct cvx_error *err)
{
  const double *v;
  size_t given;
  bool sorted = true;
  if (!lang_call_list (c, "betas", &v, &given))
    return CVX_OK;
  if (lang_call_has (c, "n") || lang_call_has (c, "ratio"))
    return lang_call_fail (c, "betas", err, CVX_E394,
                           "betas= takes the place of n= and ratio=");
  if (given == 0 || given > MOST_BETAS)
    return lang_call_fail (c, "betas", err, CVX_E452,
                           "from 1 to %d betas are followed, not %zu",
                           (int)MOST_BETAS, given);
  g->beta = session_scratch (s, given, sizeof *g->beta);
  if (g->beta == NULL)
    return cvx_fail_nomem (err, "following the path");
  memcpy (g->beta, v, given * sizeof *v);
  for (size_t k = 1; k < given; k++)
    sorted = sorted && v[k] <= v[k - 1];
  qsort (g->beta, given, sizeof *g->beta, falling);
  g->n = 1;
  for (size_t k = 1; k < given; k++)
    if (g->beta[k] != g->beta[g->n - 1])
      g->beta[g->n++] = g->beta[k];
  if (!sorted)
    lang_call_warn (c, "betas", CVX_E523,
                    "taken in falling order, each starts from the one before");
  if (g->n < given)
    lang_call_warn (c, "betas", CVX_E523, "each once: %zu of the %zu given",
                    g->n, given);
  return CVX_OK;
}

static enum cvx_status
read_grid (struct session *s, const struct lang_call *c, struct grid *g,
           struct cvx_error *err)
{
  *g = (struct grid){ 20, 1e-3, s->solver_settings.tol, 0, NULL };
  lang_call_count (c, "n", &g->n);
  lang_call_number (c, "ratio", &g->ratio);
  lang_call_number (c, "tol", &g->tol);
  enum cvx_status status = read_betas (s, c, g, err);
  if (status != CVX_OK)
    return status;
  session_work_begin (s, "betamax");
  status = cvx_formulation_betamax (s->formulation, &g->betamax, &s->progress,
                                    err);
  session_work_end (s);
  if (status == CVX_OK && !(g->betamax > 0))
    status = cvx_fail (err, CVX_E452,
                       "betamax is 0: the zero network is optimal at every "
                       "beta");
  return status;
}

/* Beta number K, falling; those of RATIO from just below betamax.  */
static double
grid_beta (const struct grid *g, size_t k)
{
  if (g->beta != NULL)
    return g->beta[k];
  double at = g->n > 1 ? (double)k / (double)(g->n - 1) : 1;
  return g->betamax * pow (g->ratio, at) * (1 - 1e-9);
}

/* All blocks of the point of RUN, for the next one.  X and NU are n_var and
   n_obs of F; false: it has no blocks.  */
static bool
dense (const struct cvx_run *run, const struct cvx_formulation *f, double *x,
       double *nu)
{
  struct cvx_point p;
  cvx_run_point (run, &p);
  if (p.x == NULL || p.sign != NULL || f->n_var == 0)
    return false;
  memset (x, 0, f->n_var * sizeof *x);
  for (size_t k = 0; k < p.n_atoms; k++)
    memcpy (x + (p.block != NULL ? p.block[k] : k) * f->block_len,
            p.x + k * f->block_len, f->block_len * sizeof *x);
  memcpy (nu, p.nu != NULL ? p.nu : run->nu, f->n_obs * sizeof *nu);
  return true;
}

enum cvx_status
cmd_path (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_formulation *f = s->formulation;
  struct cvx_settings settings = s->solver_settings;
  const struct cvx_solver *solver;
  struct cvx_text t = CVX_TEXT_INIT;
  struct grid g;
  struct cvx_point warm = { 0 };
  double *x, *nu;
  bool warmed = false, go_on = true, table = lang_call_text (c, "to") == NULL,
       val = s->data->part[CVX_VAL].n > 0;
  enum cvx_status status = read_grid (s, c, &g, err);
  lang_call_flag (c, "warm", &go_on);
  if (status == CVX_OK)
    status = cmd_solver_chosen (s, &solver, NULL, err);
  if (status != CVX_OK)
    return status;
  x = cvx_alloc (f->n_var + 1, sizeof *x);
  nu = cvx_alloc (f->n_obs, sizeof *nu);
  if (x == NULL || nu == NULL)
    {
      cvx_free (x);
      cvx_free (nu);
      return cvx_fail_nomem (err, "following the path");
    }
  settings.tol = g.tol;
  cvx_text_printf (&t, "run,beta,objective,bound,gap,width%s\n",
                   val ? ",val_mse" : "");
  if (table)
    session_say (s, "%5s %12s %15s %9s %7s%s\n", "run", "beta", "objective",
                 "gap", "neurons", val ? "      val mse" : "");
  for (size_t k = 0; k < g.n && status == CVX_OK; k++)
    {
      const struct cvx_run *run;
      struct cvx_scores scores = { .mse = NAN };
      session_end_run (s);
      status = cvx_formulation_set_beta (f, grid_beta (&g, k), err);
      if (status != CVX_OK)
        break;
      s->last_beta = f->beta;
      warm = (struct cvx_point){ .n_atoms = f->n_blocks, .x = x, .nu = nu };
      status = cmd_run_new (s, solver, &settings, warmed ? &warm : NULL, true,
                            err);
      if (status != CVX_OK)
        break;
      run = s->run->run;
      if (k == 0)
        s->path_first = run->id;
      s->path_last = run->id;
      if (run->status == CVX_RUN_INTERRUPTED)
        {
          s->interrupt_said = true;
          cmd_run_line (s);
          status = cvx_fail_interrupted (err);
          break;
        }
      warmed = go_on && dense (run, f, x, nu);
      if (val)
        status = session_scores (s, s->run, CVX_VAL, &scores, err);
      if (status != CVX_OK)
        break;
      cvx_text_printf (&t, "%zu,%.17g,%.17g,%.17g,%.3g,%zu", run->id,
                       run->beta, run->pobj, run->dobj, cvx_run_gap (run),
                       run->net->width);
      if (val)
        cvx_text_printf (&t, ",%.17g", scores.mse);
      cvx_text_put (&t, "\n");
      if (table)
        {
          session_say (s, "%5zu %12.6g %15.8g %9.1e %7zu", run->id, run->beta,
                       run->pobj, cvx_run_gap (run), run->net->width);
          if (val)
            session_say (s, " %12.6g", scores.mse);
          session_say (s, "\n");
        }
    }
  cvx_free (x);
  cvx_free (nu);
  if (status == CVX_OK && !table)
    status = cmd_deliver (s, c, &t, err);
  cvx_text_free (&t);
  if (status == CVX_OK)
    session_note (s, "table beta,obj,gap,net.width over=runs shows them "
                     "again\n");
  return status;
}

/* -------------------------------------------------------------------- cv */

/* The training rows of D whose fold is FOLD into the validation part of a new
   dataset, the others into its training part.  */
static enum cvx_status
fold_data (const struct cvx_dataset *d, const size_t *fold_of, size_t fold,
           struct cvx_dataset **out, struct cvx_error *err)
{
  const struct cvx_part *from = &d->part[CVX_TRAIN];
  size_t held = 0, at[2] = { 0, 0 };
  struct cvx_dataset *made;
  struct cvx_part *val;
  enum cvx_status status;
  for (size_t i = 0; i < from->n; i++)
    held += fold_of[i] == fold;
  status = cvx_dataset_new (&made, d->name, from->n - held, d->n_features,
                            d->n_outputs, err);
  if (status != CVX_OK)
    return status;
  made->bias = d->bias;
  val = &made->part[CVX_VAL];
  val->x = cvx_alloc (held * d->n_features, sizeof *val->x);
  val->y = cvx_alloc (held * d->n_outputs, sizeof *val->y);
  val->row = cvx_calloc (held, sizeof *val->row);
  if (val->x == NULL || val->y == NULL || val->row == NULL)
    {
      cvx_dataset_free (made);
      return cvx_fail_nomem (err, "making a fold");
    }
  val->n = held;
  for (size_t i = 0; i < from->n; i++)
    {
      int part = fold_of[i] == fold;
      struct cvx_part *to = &made->part[part ? CVX_VAL : CVX_TRAIN];
      memcpy (to->x + at[part] * d->n_features, from->x + i * d->n_features,
              d->n_features * sizeof *to->x);
      memcpy (to->y + at[part] * d->n_outputs, from->y + i * d->n_outputs,
              d->n_outputs * sizeof *to->y);
      at[part]++;
    }
  cvx_dataset_rehash (made);
  *out = made;
  return CVX_OK;
}

/* Patterns of the training rows of D, of the kind that the session has.  */
static enum cvx_status
fold_patterns (struct session *s, const struct cvx_dataset *d,
               struct cvx_patterns **out, struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  const struct cvx_patterns *like = s->formulation->patterns;
  size_t k, m, w = d->n_features;
  double *columns;
  enum cvx_status status;
  *out = NULL;
  if (like == NULL)
    return CVX_OK;
  if (like->complete)
    return cvx_patterns_exact (out, p->x, p->n, w, 10000000,
                               session_threads (s), &s->progress, err);
  if (like->gate == NULL)
    return cvx_patterns_sample (out, p->x, p->n, w, like->n_patterns,
                                like->seed, 0, &s->progress, err);
  m = like->n_patterns;
  columns = cvx_alloc (m * w, sizeof *columns);
  if (columns == NULL)
    return cvx_fail_nomem (err, "making a fold");
  for (k = 0; k < m; k++)
    for (size_t j = 0; j < w; j++)
      columns[j * m + k] = like->gate[k * w + j];
  status = cvx_patterns_gates (out, p->x, p->n, w, columns, m, err);
  cvx_free (columns);
  return status;
}

/* Validation errors of one fold into MSE (g->n).  */
static enum cvx_status
fold_errors (struct session *s, const struct cvx_dataset *d,
             const struct grid *g, double *mse, struct cvx_error *err)
{
  const struct cvx_formulation *like = s->formulation;
  struct cvx_formulation_options o
      = { .loss = like->loss,
          .loss_param = like->loss_param,
          .beta = NAN,
          .threads = session_threads (s),
          .penalty = like->penalty,
          .conv = like->conv.d > 0 ? &like->conv : NULL };
  struct cvx_settings settings = s->solver_settings;
  const struct cvx_part *val = &d->part[CVX_VAL];
  struct cvx_patterns *patterns = NULL;
  struct cvx_formulation *f = NULL;
  double *fit = cvx_alloc (val->n * d->n_outputs, sizeof *fit), *x = NULL,
         *nu = NULL;
  bool warmed = false;
  enum cvx_status status = fit == NULL
                               ? cvx_fail_nomem (err, "cross-validating")
                               : fold_patterns (s, d, &patterns, err);
  settings.tol = g->tol;
  if (status == CVX_OK)
    status = cvx_formulation_new (&f, like->class, d, patterns, &o, err);
  if (status == CVX_OK)
    {
      x = cvx_alloc (f->n_var + 1, sizeof *x);
      nu = cvx_alloc (f->n_obs, sizeof *nu);
      if (x == NULL || nu == NULL)
        status = cvx_fail_nomem (err, "cross-validating");
    }
  for (size_t k = 0; k < g->n && status == CVX_OK; k++)
    {
      const struct cvx_solver *solver = s->solver;
      struct cvx_run *run = NULL;
      struct cvx_point warm = { .n_atoms = f->n_blocks, .x = x, .nu = nu };
      struct cvx_scores scores;
      /* Of n rows, not of those of the fold: beta weighs a sum.  */
      double share = (double)f->n_samples / (double)like->n_samples;
      status = cvx_formulation_set_beta (f, grid_beta (g, k) * share, err);
      if (status != CVX_OK)
        break;
      if (solver == NULL)
        solver = cvx_solver_choose (f, &settings, NULL);
      if (solver == NULL)
        status
            = cvx_fail (err, CVX_E362, "no solver suits %s", f->class->name);
      if (status == CVX_OK)
        status = cvx_run_new (&run, f, solver, &settings,
                              warmed ? &warm : NULL, &s->progress, err);
      if (status == CVX_OK)
        cvx_run_begin (run, session_clock ());
      while (status == CVX_OK && run->status == CVX_RUN_READY)
        {
          bool row;
          status = cvx_run_step (run, session_clock (), false, &row,
                                 &s->progress, err);
        }
      if (status == CVX_OK && run->status == CVX_RUN_INTERRUPTED)
        status = cvx_fail_interrupted (err);
      if (status == CVX_OK)
        status = cvx_network_predict (run->net, val->x, val->n, fit, err);
      if (status == CVX_OK)
        {
          cvx_scores_compute (fit, val->y, val->n, d->n_outputs, false,
                              &scores);
          /* Outputs of a loss that couples them are no estimates of y.  */
          mse[k] = f->loss->coupled
                       ? f->loss->value (fit, val->y, val->n, d->n_outputs,
                                         f->loss_param)
                             / (double)val->n
                       : scores.mse;
          warmed = dense (run, f, x, nu);
        }
      cvx_run_free (run);
    }
  cvx_free (x);
  cvx_free (nu);
  cvx_free (fit);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  return status;
}

/* What `fold_errors' computes.  */
static const char *
score_name (const struct session *s)
{
  return s->formulation->loss->coupled ? "loss per row" : "mse";
}

/* The table of means and the choice.  */
static void
say_choice (struct session *s, const struct grid *g, const double *mse,
            size_t folds, struct cvx_text *csv, bool screen)
{
  double best = HUGE_VAL, limit = HUGE_VAL;
  size_t at = 0, simple = 0;
  double *mean = session_scratch (s, g->n, sizeof *mean);
  if (mean == NULL)
    return;
  cvx_text_printf (csv, "beta,%s,se\n",
                   s->formulation->loss->coupled ? "loss" : "mse");
  if (screen)
    session_say (s, "%12s %13s %11s\n", "beta", score_name (s), "error");
  for (size_t k = 0; k < g->n; k++)
    {
      double sum = 0, square = 0, se;
      for (size_t j = 0; j < folds; j++)
        sum += mse[j * g->n + k];
      mean[k] = sum / (double)folds;
      for (size_t j = 0; j < folds; j++)
        square += pow (mse[j * g->n + k] - mean[k], 2);
      se = sqrt (square / (double)(folds - 1) / (double)folds);
      if (mean[k] < best)
        {
          best = mean[k];
          limit = best + se;
          at = k;
        }
      cvx_text_printf (csv, "%.17g,%.17g,%.17g\n", grid_beta (g, k), mean[k],
                       se);
      if (screen)
        session_say (s, "%12.6g %13.6g %11.2g\n", grid_beta (g, k), mean[k],
                     se);
    }
  while (mean[simple] > limit)
    simple++;
  session_say (s, "best beta %.6g (%s %.6g), within one standard error %.6g\n",
               grid_beta (g, at), score_name (s), best, grid_beta (g, simple));
  session_note (s, "formulation beta=%.6g takes it\n", grid_beta (g, simple));
}

enum cvx_status
cmd_cv (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t n = s->data->part[CVX_TRAIN].n, folds = 5;
  size_t *order, *fold_of;
  struct cvx_text csv = CVX_TEXT_INIT;
  struct cvx_rng r;
  struct grid g;
  double *mse;
  enum cvx_status status = read_grid (s, c, &g, err);
  if (status != CVX_OK)
    return status;
  lang_call_count (c, "folds", &folds);
  if (folds > n)
    return lang_call_fail (c, "folds", err, CVX_E452,
                           "%zu folds of %zu training rows", folds, n);
  order = session_scratch (s, n, sizeof *order);
  fold_of = session_scratch (s, n, sizeof *fold_of);
  mse = session_scratch (s, folds * g.n, sizeof *mse);
  if (order == NULL || fold_of == NULL || mse == NULL)
    return cvx_fail_nomem (err, "cross-validating");
  cvx_rng_init (&r, cmd_seed (s, c), CVX_STREAM_SPLIT);
  cvx_rng_permutation (&r, n, order);
  for (size_t i = 0; i < n; i++)
    fold_of[order[i]] = i % folds;
  session_work_begin (s, "cross-validating");
  for (size_t k = 0; k < folds && status == CVX_OK; k++)
    {
      struct cvx_dataset *d = NULL;
      status = fold_data (s->data, fold_of, k, &d, err);
      if (status == CVX_OK)
        status = fold_errors (s, d, &g, mse + k * g.n, err);
      cvx_dataset_free (d);
    }
  session_work_end (s);
  if (status == CVX_OK)
    {
      bool screen = lang_call_text (c, "to") == NULL;
      say_choice (s, &g, mse, folds, &csv, screen);
      if (!screen)
        status = cmd_deliver (s, c, &csv, err);
    }
  cvx_text_free (&csv);
  return status;
}
