/* cmd_patterns.c -- activation patterns: patterns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const kind_words[] = { "exact", "sample", "count", NULL };

const struct lang_key cmd_patterns_keys[]
    = { { .name = "kind",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = kind_words,
          .default_text = "show the current ones",
          .help
          = "exact: all of them; sample: n random ones; count: how many" },
        { .name = "n",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE | LANG_LE,
          .min = 1,
          .max = 1e9,
          .default_text = "1000",
          .help = "sample: distinct patterns; exact: refuse more" },
        { .name = "seed",
          .kind = LANG_KIND_COUNT,
          .default_text = "set seed",
          .help = "sample: seed" },
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
          .help = "sample: gates drawn at most" },
        { .name = "gates",
          .kind = LANG_KIND_PATH,
          .help = "FILE.npz:NAME or FILE.npy, a d x P array of gates" },
        { .name = NULL } };

enum
{
  DEFAULT_SAMPLE = 1000,
  STORED_MAX = 2000000,  /* patterns that `exact' keeps by itself */
  COUNTED_MAX = 20000000 /* and counts when it does not */
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
                    "patterns: %zu distinct of %zu gates drawn, seed %llu; "
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

/* All patterns of the data, at most LIMIT and as many as memory holds.  STORE:
   1 keep them, 0 do not, -1 as their number asks for.  */
static enum cvx_status
exact (struct session *s, const struct rows *p, double limit, int store,
       struct cvx_patterns **out, struct cvx_error *err)
{
  struct cvx_patterns_estimate e;
  enum cvx_status status = cvx_patterns_estimate (p->x, p->n, p->d, &e, err);
  if (status == CVX_OK && store < 0)
    store = e.bound <= STORED_MAX || e.rank > CVX_PRICE_MAX_RANK;
  if (status == CVX_OK && store == 0)
    {
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
  session_work_begin (s, "patterns");
  status = cvx_patterns_exact (out, p->x, p->n, p->d,
                               limit < 1e18 ? (size_t)limit : (size_t)1e18,
                               session_threads (s), &s->progress, err);
  session_work_end (s);
  return status;
}

static enum cvx_status
sample (struct session *s, const struct rows *p, size_t n, uint64_t seed,
        size_t draws, struct cvx_patterns **out, struct cvx_error *err)
{
  enum cvx_status status = session_check_memory (
      s, "the set of patterns",
      (double)n * ((double)p->n / 8 + 8 * (double)p->d), err);
  if (status != CVX_OK)
    return status;
  session_work_begin (s, "patterns");
  status = cvx_patterns_sample (out, p->x, p->n, p->d, n, seed, draws,
                                &s->progress, err);
  session_work_end (s);
  return status;
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
    status = sample (s, &p, DEFAULT_SAMPLE, (uint64_t)s->settings.seed, 0, out,
                     err);
  if (status == CVX_OK)
    session_note (s,
                  "note: up to %s patterns exist, so %zu were sampled "
                  "(patterns exact%s tries all)\n",
                  cmd_count_words (bound, sizeof bound, e.bound),
                  (*out)->n_patterns, conv != NULL ? " patches" : "");
  cvx_free (p.own);
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
  size_t n = DEFAULT_SAMPLE, draws = 0;
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
  lang_call_count (c, "n", &n);
  lang_call_count (c, "draws", &draws);
  lang_call_flag (c, "patches", &patches);
  if (patches && s->patches.d == 0)
    {
      lang_call_fail (c, "patches", err, CVX_E352, "no patches are chosen");
      return cvx_hint (err, "patches size=5");
    }
  status = rows_of (s, patches ? &s->patches : NULL, &rows, err);
  if (status != CVX_OK)
    return status;
  if (kind == 2)
    {
      status = count (s, &rows, err);
      cvx_free (rows.own);
      return status;
    }
  if (file != NULL)
    {
      status = gates (s, &rows, file, &p, err);
      if (status != CVX_OK)
        lang_call_blame (c, "gates", err);
    }
  else if (kind == 0)
    {
      bool keep;
      int store = lang_call_flag (c, "store", &keep) ? keep : -1;
      status = exact (s, &rows, lang_call_has (c, "n") ? (double)n : 1e8,
                      store, &p, err);
      if (status != CVX_OK && err->status == CVX_LIMIT && err->hint[0] == '\0')
        cvx_hint (err, "patterns sample n=%d", DEFAULT_SAMPLE);
    }
  else
    status = sample (s, &rows, n, cmd_seed (s, c), draws, &p, err);
  cvx_free (rows.own);
  if (status != CVX_OK)
    return status;
  session_set_patterns (s, p);
  cmd_patterns_line (s, p);
  if (kind == 1 && p->n_patterns < n)
    session_note (s, "note: %zu distinct patterns in %zu draws\n",
                  p->n_patterns, p->n_drawn);
  return CVX_OK;
}
