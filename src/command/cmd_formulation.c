/* cmd_formulation.c -- the convex program: formulation, estimate.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "command/command.h"
#include "linalg/masked.h"

static const char *const pool_words[]
    = { "average", "sum", "separate", "none", NULL };

const struct lang_key cmd_formulation_keys[]
    = { { .name = "kind",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .candidates = cmd_formulation_names,
          .default_text = "show the current one",
          .help = "which convex program" },
        { .name = "beta",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_LATE | LANG_GT,
          .min = 0,
          .default_text = "the last one, else 0.1*betamax",
          .help = "weight of the penalty; betamax in it is that of this "
                  "formulation" },
        { .name = "loss",
          .kind = LANG_KIND_WORD,
          .candidates = cmd_loss_names,
          .default_text = "squared",
          .help = "loss" },
        { .name = "param",
          .kind = LANG_KIND_NUMBER,
          .help = "parameter of the loss "
                  "(delta of huber, tau of quantile)" },
        { .name = "penalty",
          .kind = LANG_KIND_WORD,
          .words = cvx_penalties,
          .default_text = "group-l1",
          .help = "gated: what beta weighs" },
        { .name = "h",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "d",
          .help = "circular: length of the filters" },
        { .name = "factors",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE | LANG_LE,
          .min = 2,
          .max = 64,
          .default_text = "2",
          .help = "circular: spectra multiplied, layers of filters and one" },
        { .name = "pool",
          .kind = LANG_KIND_WORD,
          .words = pool_words,
          .default_text = "average",
          .help = "relu-cnn: output weights on the mean of the patches or "
                  "their sum, every patch a sample, or none: a weight for "
                  "every patch, between two bounds" },
        { .name = NULL } };

const struct lang_key cmd_estimate_keys[]
    = { { .name = "kind",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .candidates = cmd_formulation_names,
          .default_text = "the current one",
          .help = "which convex program" },
        { .name = "patterns",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "the current ones, else all",
          .help = "how many patterns" },
        { .name = NULL } };

/* What BETAMAX means inside `formulation KIND beta=EXPR'.  */
struct building
{
  struct session *s;
  struct cvx_formulation *f;
};

static enum cvx_status
find_betamax (void *data, const char *path, bool *known,
              struct lang_value *value, struct cvx_error *err)
{
  struct building *b = data;
  double x = b->f->betamax;
  enum cvx_status status = CVX_OK;
  *known = strcmp (path, "betamax") == 0;
  if (*known && isnan (x))
    status = cvx_formulation_betamax (b->f, &x, &b->s->progress, err);
  *value = lang_number (x);
  return status;
}

/* Say what was built: the program, its weight and its size.  */
static void
describe (struct session *s)
{
  const struct cvx_formulation *f = s->formulation;
  struct cvx_formulation_estimate e;
  struct cvx_text t = CVX_TEXT_INIT;
  char vars[32], rows[32], bytes[32], count[32], bound[32];
  size_t n_patterns = f->patterns != NULL ? f->patterns->n_patterns : 1;
  f->class->describe (f, false, &t);
  session_note (s, "%s%s", cvx_text_string (&t),
                t.len > 0 && t.s[t.len - 1] != '\n' ? "\n" : "");
  cvx_text_free (&t);
  if (f->betamax == 0)
    session_note (s, "  beta = %.6g (betamax is 0: X or y is 0)\n", f->beta);
  else if (isfinite (f->betamax))
    session_note (s, "  beta = %.6g (%.3g betamax)\n", f->beta,
                  f->beta / f->betamax);
  else
    session_note (s, "  beta = %.6g (no betamax: l2 never gives zero)\n",
                  f->beta);
  if (f->patterns != NULL)
    session_note (
        s, "  patterns %s of at most %s, %s\n",
        cmd_count_words (count, sizeof count,
                         f->patterns->bits == NULL && f->patterns->count == 0
                             ? f->patterns->bound
                         : f->patterns->complete ? (double)f->patterns->count
                                                 : (double)n_patterns),
        cmd_count_words (bound, sizeof bound, f->patterns->bound),
        f->class->pair ? "between two bounds"
                       : session_scope_words (f->patterns->complete));
  if (f->patterns != NULL && f->patterns->bits == NULL)
    session_note (s, "  none stored: the solver finds the cells it needs\n");
  else if (cvx_formulation_estimate (f->class, f->n_samples, f->n_features,
                                     f->n_outputs, n_patterns, &f->conv, &e,
                                     NULL)
           == CVX_OK)
    session_note (s, "  variables %s, cone rows %s, memory %s\n",
                  cmd_count_words (vars, sizeof vars, (double)f->n_var),
                  cmd_count_words (rows, sizeof rows, (double)f->n_cone),
                  cvx_bytes_words (bytes, sizeof bytes, e.bytes));
}

/* beta of F, and said in *WORDS when nobody gave one.  */
static enum cvx_status
set_beta (struct session *s, const struct lang_call *c,
          struct cvx_formulation *f, const char **words, bool *given,
          struct cvx_error *err)
{
  struct building b = { s, f };
  static const char *const names[] = { "betamax", NULL };
  struct lang_scope scope = { find_betamax, names, &b };
  double beta = NAN;
  enum cvx_status status
      = cvx_formulation_betamax (f, &f->betamax, &s->progress, err);
  if (status == CVX_OK)
    status = lang_call_late_number (c, "beta", &scope, given, &beta, err);
  if (status != CVX_OK)
    {
      if (err->id == CVX_E120)
        cvx_hint (err, f->betamax == 0
                           ? "betamax is 0: every beta gives the zero network"
                           : "for almost no regularisation use "
                             "beta=1e-8*betamax");
      return status;
    }
  *words = NULL;
  if (!*given && !isnan (s->last_beta))
    {
      beta = s->last_beta;
      *words = "beta as before";
    }
  else if (!*given)
    {
      bool known = f->betamax > 0 && isfinite (f->betamax);
      beta = known ? 0.1 * f->betamax : 0.1;
      *words = known ? "beta not given: 0.1*betamax" : "beta not given: 0.1";
    }
  status = cvx_formulation_set_beta (f, beta, err);
  return status == CVX_OK ? status : lang_call_blame (c, "beta", err);
}

/* The patches of formulation KIND: those of `patches', or the filters of a
   circular network; *OUT is NULL when it has none.  */
static enum cvx_status
find_patches (struct session *s, const struct lang_call *c, const char *kind,
              struct cvx_conv *conv, const struct cvx_conv **out,
              struct cvx_error *err)
{
  size_t d = s->data->n_features, h = d, factors = 2;
  const size_t stride[2] = { 1, 1 };
  bool circular = strcmp (kind, "circular") == 0,
       relu = strcmp (kind, "relu-cnn") == 0;
  int pool = lang_call_word (c, "pool");
  enum cvx_status status;
  *out = NULL;
  if (!circular)
    {
      for (int k = 0; k < 2; k++)
        {
          const char *key = k == 0 ? "h" : "factors";
          if (lang_call_has (c, key))
            return lang_call_fail (c, key, err, CVX_E353,
                                   "%s= belongs to formulation circular", key);
        }
      if (pool >= 0 && !relu)
        return lang_call_fail (c, "pool", err, CVX_E353,
                               "pool= belongs to formulation relu-cnn");
      if ((!relu && strcmp (kind, "linear-cnn") != 0) || s->patches.d == 0)
        return CVX_OK;
      *conv = s->patches;
      if (relu)
        (void)cvx_pool_find (pool_words[pool >= 0 ? pool : 0], &conv->pool);
      *out = conv;
      return CVX_OK;
    }
  lang_call_count (c, "h", &h);
  lang_call_count (c, "factors", &factors);
  if (h == d)
    status = cvx_conv_full (conv, d, factors, err);
  else if (factors > 2)
    return lang_call_fail (c, "factors", err, CVX_E353,
                           "more than two factors need filters as long as the "
                           "signal (h=%zu)",
                           d);
  else
    {
      const size_t size[2] = { 1, h };
      status = cvx_conv_init (conv, d, NULL, size, stride, true, err);
      if (status != CVX_OK)
        return lang_call_blame (c, "h", err);
    }
  *out = conv;
  return status;
}

/* False when the formulation works on the patches CONV and the patterns are
   those of something else: it gets its own.  */
static bool
fit_together (const struct session *s,
              const struct cvx_formulation_class *class,
              const struct cvx_conv *conv)
{
  return !class->patches || conv == NULL
         || (s->patterns->n_features == conv->h
             && s->patterns->n_samples
                    == conv->k * s->data->part[CVX_TRAIN].n);
}

enum cvx_status
cmd_l1_value (struct session *s, double *value, struct cvx_error *err)
{
  const struct cvx_formulation *f = s->formulation;
  struct cvx_formulation_options o = { .loss = f->loss,
                                       .loss_param = f->loss_param,
                                       .beta = f->beta,
                                       .threads = f->threads };
  struct cvx_formulation *full = NULL;
  struct cvx_settings settings;
  struct cvx_run *run = NULL;
  bool row;
  enum cvx_status status;
  *value = NAN;
  if (strcmp (f->class->name, "circular") != 0 || !f->class->nuclear)
    return CVX_OK;
  cvx_settings_init (&settings);
  settings.tol = 1e-9;
  status = cvx_formulation_new (&full, cvx_formulation_find ("circular"),
                                s->data, NULL, &o, err);
  if (status == CVX_OK)
    status
        = cvx_run_new (&run, full, cvx_solver_choose (full, &settings, NULL),
                       &settings, NULL, &s->progress, err);
  if (status == CVX_OK)
    cvx_run_begin (run, session_clock ());
  while (status == CVX_OK && run->status == CVX_RUN_READY)
    status
        = cvx_run_step (run, session_clock (), false, &row, &s->progress, err);
  if (status == CVX_OK && run->status == CVX_RUN_INTERRUPTED)
    status = cvx_fail_interrupted (err);
  if (status == CVX_OK)
    *value = run->dobj;
  cvx_run_free (run);
  cvx_formulation_free (full);
  return status;
}

enum cvx_status
cmd_formulation (void *session, const struct lang_call *c,
                 struct cvx_error *err)
{
  struct session *s = session;
  const char *kind = lang_call_text (c, "kind"),
             *loss = lang_call_text (c, "loss"), *words = NULL;
  const struct cvx_formulation_class *class;
  struct cvx_formulation_options o = { .loss_param = NAN, .beta = NAN };
  struct cvx_formulation_estimate e;
  struct cvx_patterns *made = NULL;
  const struct cvx_patterns *patterns = NULL;
  struct cvx_formulation *f = NULL;
  struct cvx_conv conv;
  bool given = false;
  enum cvx_status status;
  if (kind == NULL && s->formulation != NULL
      && (lang_call_has (c, "beta") || loss != NULL
          || lang_call_has (c, "penalty")))
    kind = s->formulation->class->name;
  if (kind == NULL)
    {
      status = cmd_ready (s, HAS_FORMULATION, err);
      if (status == CVX_OK)
        describe (s);
      return status;
    }
  class = cvx_formulation_find (kind);
  if (class == NULL)
    return lang_call_fail (c, "kind", err, CVX_E394,
                           "no formulation is called \"%s\"", kind);
  if (loss != NULL)
    o.loss = cvx_loss_find (loss);
  else if (s->formulation != NULL)
    {
      o.loss = s->formulation->loss; /* like beta, it stays */
      o.loss_param = s->formulation->loss_param;
    }
  lang_call_number (c, "param", &o.loss_param);
  if (lang_call_has (c, "penalty"))
    o.penalty = (enum cvx_penalty)lang_call_word (c, "penalty");
  else if (s->formulation != NULL
           && strcmp (s->formulation->class->name, class->name) == 0)
    o.penalty = s->formulation->penalty;
  o.threads = session_threads (s);
  status = find_patches (s, c, kind, &conv, &o.conv, err);
  if (status != CVX_OK)
    return status;

  if (class->needs_patterns
      && (s->patterns == NULL || !fit_together (s, class, o.conv)))
    {
      status = cmd_default_patterns (s, class->patches ? o.conv : NULL, &made,
                                     err);
      if (status != CVX_OK)
        return status;
    }
  if (class->needs_patterns)
    patterns = made != NULL ? made : s->patterns;
  if (patterns == NULL || patterns->bits != NULL)
    status = cvx_formulation_estimate (
        class, s->data->part[CVX_TRAIN].n, s->data->n_features,
        s->data->n_outputs, patterns != NULL ? patterns->n_patterns : 1,
        o.conv, &e, err);
  if (status == CVX_OK)
    status = session_check_memory (s, "this formulation", e.bytes, err);
  session_work_begin (s, "building");
  if (status == CVX_OK)
    {
      status = cvx_formulation_new (&f, class, s->data, patterns, &o, err);
      if (status != CVX_OK)
        {
          bool bias = err->id == CVX_E348;
          lang_call_blame (c,
                           err->id == CVX_E380     ? "penalty"
                           : loss != NULL && !bias ? "loss"
                                                   : "kind",
                           err);
          if (bias)
            cvx_hint (err, "bias augmented gives every neuron a threshold");
        }
    }
  if (status == CVX_OK)
    status = set_beta (s, c, f, &words, &given, err);
  session_work_end (s);
  if (status != CVX_OK)
    {
      cvx_formulation_free (f);
      cvx_patterns_free (made);
      return status;
    }
  if (made != NULL)
    session_set_patterns (s, made);
  session_set_formulation (s, f);
  if (given)
    s->last_beta = f->beta;
  describe (s);
  if (f->sparse)
    session_note (s,
                  "X is sparse (%.2g %% nonzero, fewer than %g %%): products "
                  "go by its nonzeros\n",
                  100 * cvx_csr_density (s->data->part[CVX_TRAIN].sparse),
                  100 * CVX_SPARSE_BREAK_EVEN);
  if (words != NULL)
    session_note (s, "note: %s\n", words);
  if (f->beta >= f->betamax)
    lang_call_warn (c, "beta", CVX_E440,
                    "beta is not below betamax = %.6g: the zero network is "
                    "optimal",
                    f->betamax);
  return CVX_OK;
}

/* Operations of a matrix product in a second, measured once in some
   milliseconds; 1e9 without memory.  */
static double
product_rate (void)
{
  enum
  {
    SIZE = 192
  };
  static double rate;
  double *a = rate > 0 ? NULL : cvx_calloc (3 * SIZE * SIZE, sizeof *a);
  double since = 0, took = 0;
  size_t n = 0;
  for (; a != NULL && took < 3e-3; n++)
    {
      if (n == 1)
        since = session_clock (); /* the first wakes the threads */
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE,
                   1, a, SIZE, a + SIZE * SIZE, SIZE, 0, a + 2 * SIZE * SIZE,
                   SIZE);
      took = n > 0 ? session_clock () - since : 0;
    }
  if (n > 1)
    rate = 2.0 * SIZE * SIZE * SIZE * (double)(n - 1) / took;
  cvx_free (a);
  return rate > 0 ? rate : 1e9;
}

/* "0.3 ms", "6 ms", "2.5 s"; rounded, as it is a guess.  */
static const char *
time_words (char *buf, size_t size, double seconds)
{
  if (seconds < 1e-4)
    snprintf (buf, size, "0.1 ms");
  else if (seconds < 1)
    snprintf (buf, size, "%.1g ms", 1e3 * seconds);
  else
    snprintf (buf, size, "%.2g s", seconds);
  return buf;
}

enum cvx_status
cmd_estimate (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_part *p = &s->data->part[CVX_TRAIN];
  const char *kind = lang_call_text (c, "kind");
  const struct cvx_formulation_class *class = kind != NULL
                                                  ? cvx_formulation_find (kind)
                                              : s->formulation != NULL
                                                  ? s->formulation->class
                                                  : cvx_formulation_find (
                                                      "relu");
  struct cvx_formulation_estimate e;
  struct cvx_patterns_estimate pe;
  size_t n = 1;
  char vars[32], rows[32], bytes[32], have[32], bound[32], took[32];
  enum cvx_status status;
  if (class == NULL)
    return lang_call_fail (c, "kind", err, CVX_E394,
                           "no formulation is called \"%s\"",
                           kind != NULL ? kind : "relu");
  status = cvx_patterns_estimate (p->x, p->n, s->data->n_features, &pe, err);
  if (status != CVX_OK)
    return status;
  if (class->needs_patterns)
    {
      session_say (s,
                   "patterns: at most %s (n=%zu, rank %zu, %zu distinct "
                   "lines)\n",
                   cmd_count_words (bound, sizeof bound, pe.bound), p->n,
                   pe.rank, pe.n_lines);
      n = s->patterns != NULL                 ? s->patterns->n_patterns
          : pe.bound < (double)(SIZE_MAX / 4) ? (size_t)pe.bound
                                              : SIZE_MAX / 4;
      lang_call_count (c, "patterns", &n);
    }
  status = cvx_formulation_estimate (
      class, p->n, s->data->n_features, s->data->n_outputs, n,
      s->patches.d != 0 ? &s->patches : NULL, &e, err);
  if (status != CVX_OK)
    return status;
  session_say (s, "%s", class->name);
  if (class->needs_patterns)
    session_say (s, " with %s patterns",
                 cmd_count_words (bound, sizeof bound, (double)n));
  session_say (
      s,
      ": variables %s, cone rows %s\nmemory %s (%s may be taken), %.3g "
      "Gflop and %s or more per iteration%s\n",
      cmd_count_words (vars, sizeof vars, e.n_var),
      cmd_count_words (rows, sizeof rows, e.n_cone),
      cvx_bytes_words (bytes, sizeof bytes, e.bytes),
      cvx_bytes_words (have, sizeof have, session_memory (s)), 1e-9 * e.flops,
      time_words (took, sizeof took, e.flops / product_rate ()),
      e.bytes > session_memory (s) ? ": too large; patterns sample n=1000"
                                   : "");
  return CVX_OK;
}
