/* cmd_patterns.c -- activation patterns: patterns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

enum
{
  KIND_EXACT,
  KIND_SAMPLE,
  KIND_GROW,
  KIND_COUNT
};
static const char *const kind_words[]
    = { "exact", "sample", "grow", "count", NULL };
/* The first are those of enum cvx_draw.  */
enum
{
  DIST_FLIPS = CVX_DRAW_FLIPS,
  DIST_TRAINED,
  DIST_INITIAL
};
static const char *const dist_words[]
    = { "gauss", "data", "conv", "flips", "trained", "initial", NULL };

const struct lang_key cmd_patterns_keys[]
    = { { .name = "kind",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = kind_words,
          .default_text = "show the current ones",
          .help = "exact: all of them; sample: n random ones; grow: n more; "
                  "count: how many" },
        { .name = "n",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE | LANG_LE,
          .min = 1,
          .max = 1e9,
          .default_text = "1000; flips, trained, initial: as many as there "
                          "are gates to start from",
          .help = "sample, grow: distinct patterns; exact: refuse more" },
        { .name = "seed",
          .kind = LANG_KIND_COUNT,
          .default_text = "set seed; grow: that of the present ones",
          .help = "sample, grow: seed" },
        { .name = "dist",
          .kind = LANG_KIND_WORD,
          .words = dist_words,
          .default_text = "gauss",
          .help = "gauss; data: differences of samples; conv: gaussian in "
                  "windows of the image; trained, initial: the first layer of "
                  "a trained network, at its end or start; flips: the "
                  "present gates, their least certain samples flipped" },
        { .name = "window",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "3",
          .help = "conv: side of the window; of a signal when the data are "
                  "no images" },
        { .name = "run",
          .kind = LANG_KIND_COUNT,
          .default_text = "the current or last trained one",
          .help = "trained, initial: the run whose network it is" },
        { .name = "store",
          .kind = LANG_KIND_FLAG,
          .default_text = "up to 2M patterns",
          .help = "exact: keep the patterns in memory; nostore: solver "
                  "interior finds those that matter" },
        { .name = "patches",
          .kind = LANG_KIND_FLAG,
          .default_text = "no",
          .help = "those of all patches of the samples, for relu-cnn" },
        { .name = "draws",
          .kind = LANG_KIND_COUNT,
          .default_text = "100 n + 1000",
          .help = "sample, grow: gates drawn at most" },
        { .name = "gates",
          .kind = LANG_KIND_PATH,
          .help = "FILE.npz:NAME or FILE.npy, a d x P array of gates" },
        { .name = NULL } };

enum
{
  DEFAULT_SAMPLE = 1000,
  STORED_MAX = 2000000,     /* patterns that `exact' keeps by itself */
  STORED_LIMIT = 100000000, /* and when it is told to */
  SAID_MIN = 1000000,       /* that are announced */
  COUNTED_MAX = 20000000    /* and counts when it does not */
};

void
cmd_patterns_line (struct session *s, const struct cvx_patterns *p)
{
  char count[32], bound[32];
  if (p->bits == NULL)
    {
      cmd_count_words (count, sizeof count,
                       p->count > 0 ? (double)p->count : p->bound);
      session_note (s, "patterns: all%s %s (rank %zu), complete, not stored\n",
                    p->count > 0 ? "" : ", at most", count, p->rank);
      return;
    }
  cmd_count_words (count, sizeof count, (double)p->count);
  cmd_count_words (bound, sizeof bound, p->bound);
  switch (p->kind)
    {
    case CVX_PATTERNS_EXACT:
      session_note (s, "patterns: %s of at most %s (rank %zu), complete\n",
                    count, bound, p->rank);
      break;
    case CVX_PATTERNS_SAMPLED:
      session_note (s,
                    "patterns: %zu distinct, %zu gates drawn, seed %llu; "
                    "%s (at most %s exist)\n",
                    p->n_patterns, p->n_drawn, (unsigned long long)p->seed,
                    p->complete ? "complete" : "sampled", bound);
      break;
    case CVX_PATTERNS_GATES:
      session_note (s, "patterns: %zu of given gates; %s (at most %s exist)\n",
                    p->n_patterns, p->complete ? "complete" : "sampled",
                    bound);
      break;
    }
}

/* The rows whose patterns are meant: samples, or their patches.  */
struct rows
{
  const double *x;
  size_t n, d;
  double *own; /* memory of patches, or NULL */
};

static enum cvx_status
rows_of (struct session *s, const struct cvx_conv *conv, struct rows *r,
         struct cvx_error *err)
{
  const struct cvx_part *p = &s->data->part[CVX_TRAIN];
  enum cvx_status status;
  *r = (struct rows){ p->x, p->n, s->data->n_features, NULL };
  if (conv == NULL)
    return CVX_OK;
  status = session_check_memory (
      s, "the patches", 8 * (double)p->n * (double)conv->k * (double)conv->h,
      err);
  if (status == CVX_OK)
    status = cvx_conv_rows (conv, p->x, p->n, &r->own, err);
  r->x = r->own;
  r->n = p->n * conv->k;
  r->d = conv->h;
  return status;
}

/* What is about to be enumerated, where that takes more than a moment.  */
static void
announce (struct session *s, const struct cvx_patterns_estimate *e,
          bool stored)
{
  char count[32], bytes[32];
  if (e->bound < SAID_MIN)
    return;
  cmd_count_words (count, sizeof count, e->bound);
  session_note (s, "at most %s patterns (rank %zu)%s%s\n", count, e->rank,
                stored ? ", " : "",
                stored ? cvx_bytes_words (bytes, sizeof bytes, e->bytes) : "");
}

/* All patterns of the data, at most LIMIT (0: no limit was given) and as many
   as memory holds.  STORE: 1 keep them, 0 do not, -1 as their number asks
   for.  */
static enum cvx_status
exact (struct session *s, const struct rows *p, double limit, int store,
       struct cvx_patterns **out, struct cvx_error *err)
{
  struct cvx_patterns_estimate e;
  enum cvx_status status = cvx_patterns_estimate (p->x, p->n, p->d, &e, err);
  if (status == CVX_OK && store < 0)
    store = e.bound <= STORED_MAX || e.rank > CVX_PRICE_MAX_RANK;
  if (limit == 0)
    limit = STORED_LIMIT;
  else if (status == CVX_OK && e.bound > limit)
    store = 1; /* which refuses */
  if (status == CVX_OK && store == 0)
    {
      if (e.bound <= COUNTED_MAX)
        announce (s, &e, false);
      session_work_begin (s, "counting patterns");
      status = cvx_patterns_unstored (out, p->x, p->n, p->d, COUNTED_MAX,
                                      session_threads (s), &s->progress, err);
      session_work_end (s);
      return status;
    }
  if (status == CVX_OK && e.bound <= limit)
    status = session_check_memory (s, "the set of all patterns", e.bytes, err);
  if (status != CVX_OK)
    return status;
  if (e.bound <= limit)
    announce (s, &e, true);
  session_work_begin (s, "patterns");
  status = cvx_patterns_exact (out, p->x, p->n, p->d,
                               limit < 1e18 ? (size_t)limit : (size_t)1e18,
                               session_threads (s), &s->progress, err);
  session_work_end (s);
  return status;
}

/* The run whose first layer `dist=trained' and `initial' take.  */
static enum cvx_status
trained_run (struct session *s, const struct lang_call *c, size_t d,
             struct session_run **out, struct cvx_error *err)
{
  size_t id;
  *out = NULL;
  if (lang_call_count (c, "run", &id))
    {
      *out = session_find_run (s, id);
      if (*out == NULL)
        return lang_call_fail (c, "run", err, CVX_E390, "there is no run %zu",
                               id);
    }
  else if (s->run != NULL && s->run->run->solver->network != NULL)
    *out = s->run;
  for (size_t k = s->n_runs; k-- > 0 && *out == NULL;)
    if (s->runs[k]->run->solver->network != NULL)
      *out = s->runs[k];
  if (*out == NULL || (*out)->run->net == NULL)
    {
      lang_call_fail (c, "dist", err, CVX_E624,
                      "no network was trained whose gates could be taken");
      return cvx_hint (err, "train sgd m=50");
    }
  if ((*out)->run->net->n_features != d || (*out)->run->net->conv.d > 0)
    return lang_call_fail (c, lang_call_has (c, "run") ? "run" : "dist", err,
                           CVX_E624,
                           "the network of run %zu takes %zu features, the "
                           "data have %zu",
                           (*out)->run->id, (*out)->run->net->n_features, d);
  return CVX_OK;
}

/* The gates at the start of a trained network, or at its end.  */
static enum cvx_status
first_layer (struct session *s, const struct lang_call *c, size_t d,
             bool initial, struct cvx_sampling *how, struct cvx_error *err)
{
  struct session_run *r;
  const struct cvx_settings *settings;
  double *u;
  enum cvx_status status = trained_run (s, c, d, &r, err);
  if (status != CVX_OK)
    return status;
  how->first = r->run->net->u;
  how->n_first = r->run->net->width;
  if (!initial)
    return CVX_OK;
  settings = &r->run->settings;
  if (r->run->solver->network == NULL || !(settings->m >= 1)
      || strcmp (r->run->solver->name, "grow") == 0)
    return lang_call_fail (c, "dist", err, CVX_E624,
                           "run %zu did not start from random weights",
                           r->run->id);
  how->n_first = (size_t)settings->m;
  u = session_scratch (s, how->n_first * d, sizeof *u);
  if (u == NULL)
    return cvx_fail_nomem (err, "sampling patterns");
  cvx_train_first_layer (settings, how->n_first, d, u);
  how->first = u;
  return CVX_OK;
}

/* What the words of C ask to draw.  C may be NULL: the defaults.  */
static enum cvx_status
read_sampling (struct session *s, const struct lang_call *c,
               const struct rows *p, const struct cvx_patterns *keep,
               struct cvx_sampling *how, struct cvx_error *err)
{
  int dist = c != NULL ? lang_call_word (c, "dist") : -1;
  *how = (struct cvx_sampling){ .count = DEFAULT_SAMPLE,
                                .seed = (uint64_t)s->settings.seed,
                                .window = 3 };
  if (c == NULL)
    return CVX_OK;
  how->seed = keep != NULL && keep->kind == CVX_PATTERNS_SAMPLED
                      && !lang_call_has (c, "seed")
                  ? keep->seed
                  : cmd_seed (s, c);
  if (p->own == NULL)
    memcpy (how->image, s->data->image, sizeof how->image);
  lang_call_count (c, "draws", &how->max_draws);
  lang_call_count (c, "window", &how->window);
  if (lang_call_has (c, "window") && dist != CVX_DRAW_CONV)
    return lang_call_fail (c, "window", err, CVX_E394,
                           "window= goes with dist=conv");
  if (dist == CVX_DRAW_CONV && how->image[0] == 0
      && !lang_call_has (c, "window"))
    {
      lang_call_fail (c, "dist", err, CVX_E250,
                      "dist=conv draws windows of images, and %s",
                      p->own != NULL ? "patches are none"
                                     : "the data hold none");
      return cvx_hint (err, "dist=gauss, or window=3 for signals");
    }
  if (lang_call_has (c, "run") && dist != DIST_TRAINED && dist != DIST_INITIAL)
    return lang_call_fail (c, "run", err, CVX_E394,
                           "run= goes with dist=trained and dist=initial");
  if (dist == DIST_TRAINED || dist == DIST_INITIAL)
    {
      enum cvx_status status
          = first_layer (s, c, p->d, dist == DIST_INITIAL, how, err);
      if (status != CVX_OK)
        return status;
      how->count = how->n_first;
    }
  else if (dist >= 0)
    how->draw = (enum cvx_draw)dist;
  if (how->draw == CVX_DRAW_FLIPS)
    how->count = keep != NULL ? keep->n_patterns : 0;
  lang_call_count (c, "n", &how->count);
  return CVX_OK;
}

/* The patterns of KEEP (NULL: none) and those that C asks for.  */
static enum cvx_status
sample (struct session *s, const struct lang_call *c, const struct rows *p,
        const struct cvx_patterns *keep, struct cvx_patterns **out,
        struct cvx_error *err)
{
  struct cvx_sampling how;
  enum cvx_status status = read_sampling (s, c, p, keep, &how, err);
  if (status == CVX_OK)
    status = session_check_memory (
        s, "the set of patterns",
        (double)(how.count + (keep != NULL ? keep->n_patterns : 0))
            * ((double)p->n / 8 + 8 * (double)p->d),
        err);
  if (status != CVX_OK)
    return status;
  session_work_begin (s, "patterns");
  status = cvx_patterns_sample_as (out, p->x, p->n, p->d, &how, keep,
                                   &s->progress, err);
  session_work_end (s);
  if (status != CVX_OK)
    return c != NULL ? lang_call_blame (c, "dist", err) : status;
  if ((*out)->n_patterns < how.count + (keep != NULL ? keep->n_patterns : 0))
    session_note (s, "note: no more than %zu distinct patterns were found\n",
                  (*out)->n_patterns);
  return CVX_OK;
}

/* Sampled patterns that there can be more of.  */
static enum cvx_status
growable (struct session *s, const struct lang_call *c, struct cvx_error *err)
{
  if (s->patterns == NULL)
    {
      lang_call_fail (c, "kind", err, CVX_E623,
                      "there are no patterns to start from");
      return cvx_hint (err, "patterns sample n=100");
    }
  if (s->patterns->complete)
    return lang_call_fail (c, "kind", err, CVX_E623,
                           "these are all the patterns there are");
  return CVX_OK;
}

/* MORE in place of the patterns that it begins with; the formulation is built
   anew over them, and the next run starts from the present one.  */
static enum cvx_status
grow (struct session *s, struct cvx_patterns *more, struct cvx_error *err)
{
  const struct cvx_formulation *like = s->formulation;
  struct cvx_formulation *f = NULL;
  struct cvx_formulation_estimate e;
  enum cvx_status status = CVX_OK;
  if (like != NULL && like->patterns == s->patterns)
    {
      const struct cvx_formulation_options o
          = { .loss = like->loss,
              .loss_param = like->loss_param,
              .beta = NAN,
              .threads = session_threads (s),
              .conv = like->conv.d > 0 ? &like->conv : NULL };
      status = cvx_formulation_estimate (like->class, like->n_samples,
                                         like->n_features, like->n_outputs,
                                         more->n_patterns, o.conv, &e, err);
      if (status == CVX_OK)
        status = session_check_memory (s, "this formulation", e.bytes, err);
      session_work_begin (s, "building");
      if (status == CVX_OK)
        status = cvx_formulation_new (&f, like->class, s->data, more, &o, err);
      if (status == CVX_OK)
        status = cvx_formulation_betamax (f, &f->betamax, &s->progress, err);
      if (status == CVX_OK)
        status = cvx_formulation_set_beta (f, like->beta, err);
      session_work_end (s);
    }
  if (status != CVX_OK)
    {
      cvx_formulation_free (f);
      cvx_patterns_free (more);
      return status;
    }
  session_grow_patterns (s, more, f);
  cmd_patterns_line (s, more);
  if (s->grown_from != 0)
    session_note (s, "the next run starts from run %zu\n", s->grown_from);
  return CVX_OK;
}

/* The array NAME of FILE, "FILE:NAME" or FILE alone.  */
static enum cvx_status
gates (struct session *s, const struct rows *p, const char *where,
       struct cvx_patterns **out, struct cvx_error *err)
{
  size_t d = p->d;
  const char *colon = strrchr (where, ':');
  char *file = colon != NULL ? cvx_strndup (where, (size_t)(colon - where))
                             : cvx_strdup (where);
  const struct cvx_array *a = NULL;
  struct cvx_npz *z = NULL;
  double *values = NULL;
  enum cvx_status status;
  if (file == NULL)
    return cvx_fail_nomem (err, "reading gates");
  session_work_begin (s, "reading gates");
  status
      = cvx_npz_read (&z, file, (size_t)session_memory (s), &s->progress, err);
  session_work_end (s);
  if (status == CVX_OK)
    {
      a = colon != NULL ? cvx_npz_find (z, colon + 1)
          : z->n == 1   ? &z->array[0]
                        : NULL;
      if (a == NULL || a->type == CVX_ARRAY_TEXT)
        {
          status = cvx_fail (err, CVX_E394, "%s has no array %s", file,
                             colon != NULL ? colon + 1 : "to choose");
          for (size_t k = 0; k < z->n && k < 8; k++)
            if (z->array[k].type != CVX_ARRAY_TEXT)
              {
                size_t len = strlen (err->hint);
                snprintf (err->hint + len, sizeof err->hint - len, "%s%s:%s",
                          len == 0 ? "" : ", ", file, z->array[k].name);
              }
        }
      else if (a->rank != 2 || a->shape[0] != d || a->shape[1] == 0)
        {
          status = cvx_fail (err, CVX_E394,
                             "gates are an array of shape %zu x P (features "
                             "x gates), %s is %zu x %zu",
                             d, a->name, a->rank > 0 ? a->shape[0] : 1,
                             a->rank > 1 ? a->shape[1] : 1);
          cvx_hint (err,
                    "bias augmented adds a feature; transpose the "
                    "array if it is P x %zu",
                    d);
        }
    }
  if (status == CVX_OK)
    status = cvx_npz_doubles (z, a->name, a->count, &values, err);
  if (status == CVX_OK)
    status = cvx_patterns_gates (out, p->x, p->n, d, values, a->shape[1], err);
  cvx_free (values);
  cvx_npz_free (z);
  cvx_free (file);
  return status;
}

static enum cvx_status
count (struct session *s, const struct rows *p, struct cvx_error *err)
{
  struct cvx_patterns_estimate e;
  size_t n;
  char count_words[32], bound_words[32];
  enum cvx_status status = cvx_patterns_estimate (p->x, p->n, p->d, &e, err);
  if (status != CVX_OK)
    return status;
  if (e.bound > 1e9)
    {
      cvx_fail (err, CVX_E399,
                "up to %.1e patterns are too many to count (n=%zu, rank %zu)",
                e.bound, p->n, e.rank);
      return cvx_hint (err, "patterns sample n=%d", DEFAULT_SAMPLE);
    }
  announce (s, &e, false);
  session_work_begin (s, "counting patterns");
  status = cvx_patterns_count (&n, p->x, p->n, p->d, session_threads (s),
                               &s->progress, err);
  session_work_end (s);
  if (status == CVX_OK)
    session_say (s, "%s patterns of at most %s (n=%zu, rank %zu)\n",
                 cmd_count_words (count_words, sizeof count_words, (double)n),
                 cmd_count_words (bound_words, sizeof bound_words, e.bound),
                 p->n, e.rank);
  return status;
}

enum cvx_status
cmd_default_patterns (struct session *s, const struct cvx_conv *conv,
                      struct cvx_patterns **out, struct cvx_error *err)
{
  struct cvx_patterns_estimate e;
  struct rows p;
  char bound[32];
  enum cvx_status status = rows_of (s, conv, &p, err);
  if (status == CVX_OK)
    status = cvx_patterns_estimate (p.x, p.n, p.d, &e, err);
  if (status == CVX_OK && e.bound <= s->settings.maxpatterns)
    {
      status = exact (s, &p, s->settings.maxpatterns, 1, out, err);
      cvx_free (p.own);
      return status;
    }
  if (status == CVX_OK)
    status = sample (s, NULL, &p, NULL, out, err);
  if (status == CVX_OK)
    session_note (s,
                  "note: up to %s patterns exist, so %zu were sampled "
                  "(patterns exact%s tries all)\n",
                  cmd_count_words (bound, sizeof bound, e.bound),
                  (*out)->n_patterns, conv != NULL ? " patches" : "");
  cvx_free (p.own);
  return status;
}

/* The patterns of ROWS that C asks for; with KIND_GROW those at work and
   more.  */
static enum cvx_status
make (struct session *s, const struct lang_call *c, int kind, const char *file,
      const struct rows *rows, struct cvx_patterns **p, struct cvx_error *err)
{
  enum cvx_status status;
  if (file != NULL)
    {
      status = gates (s, rows, file, p, err);
      if (status != CVX_OK)
        lang_call_blame (c, "gates", err);
    }
  else if (kind == KIND_EXACT)
    {
      bool keep;
      int store = lang_call_flag (c, "store", &keep) ? keep : -1;
      size_t most = 0;
      lang_call_count (c, "n", &most);
      status = exact (s, rows, (double)most, store, p, err);
      if (status != CVX_OK && err->status == CVX_LIMIT && err->hint[0] == '\0')
        cvx_hint (err, "patterns sample n=%d", DEFAULT_SAMPLE);
    }
  else if (kind == KIND_GROW)
    {
      status = growable (s, c, err);
      if (status == CVX_OK)
        status = sample (s, c, rows, s->patterns, p, err);
    }
  else
    status = sample (
        s, c, rows,
        lang_call_word (c, "dist") == DIST_FLIPS ? s->patterns : NULL, p, err);
  return status;
}

enum cvx_status
cmd_patterns (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int kind = lang_call_word (c, "kind");
  const char *file = lang_call_text (c, "gates");
  struct cvx_patterns *p = NULL;
  struct rows rows;
  bool patches = false;
  enum cvx_status status;
  if (kind < 0 && file == NULL && lang_call_has (c, "n"))
    {
      lang_call_fail (c, "n", err, CVX_E394, "n= goes with a kind");
      return cvx_hint (err, "patterns sample n=1000");
    }
  if (kind < 0 && file == NULL)
    {
      status = cmd_ready (s, HAS_PATTERNS, err);
      if (status == CVX_OK)
        cmd_patterns_line (s, s->patterns);
      return status;
    }
  if (kind >= 0 && file != NULL)
    return lang_call_fail (c, "gates", err, CVX_E394,
                           "gates= stands without %s", kind_words[kind]);
  if (lang_call_has (c, "dist") && kind != KIND_SAMPLE && kind != KIND_GROW)
    return lang_call_fail (c, "dist", err, CVX_E394,
                           "dist= goes with sample and grow");
  lang_call_flag (c, "patches", &patches);
  if (patches && s->patches.d == 0)
    {
      lang_call_fail (c, "patches", err, CVX_E352, "no patches are chosen");
      return cvx_hint (err, "patches size=5");
    }
  status = rows_of (s, patches ? &s->patches : NULL, &rows, err);
  if (status != CVX_OK)
    return status;
  status = kind == KIND_COUNT ? count (s, &rows, err)
                              : make (s, c, kind, file, &rows, &p, err);
  cvx_free (rows.own);
  if (status != CVX_OK || kind == KIND_COUNT)
    return status;
  if (kind == KIND_GROW)
    return grow (s, p, err);
  session_set_patterns (s, p);
  cmd_patterns_line (s, p);
  return CVX_OK;
}
