/* cmd_runs.c -- the runs of the session: runs, use, tag, drop;
   and the data that are kept.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const sort_words[]
    = { "id", "gap", "obj", "beta", "iter", "time", NULL };
static const char *const item_words[] = { "run", "data", NULL };

/* The runs as words.  Asked at every Tab and never between: the array is kept
   for the next one.  */
static const char *const *
run_numbers (void *session)
{
  struct session *s = session;
  const char **names = s->run_numbers;
  if (s->n_runs >= s->cap_run_numbers)
    {
      names = cvx_calloc (2 * s->n_runs + 64, sizeof *names);
      if (names == NULL)
        return NULL;
      cvx_free (s->run_numbers);
      s->run_numbers = names;
      s->cap_run_numbers = 2 * s->n_runs + 64;
    }
  for (size_t k = 0; k < s->n_runs; k++)
    names[k] = s->runs[k]->number;
  names[s->n_runs] = NULL;
  return names;
}

static const char *const *
data_names (void *session)
{
  static const char *names[SESSION_KEPT + 2];
  struct session *s = session;
  size_t n = 0;
  for (size_t k = 0; k < s->n_kept; k++)
    names[n++] = s->kept[k]->name;
  if (s->data != NULL)
    names[n++] = s->data->name;
  names[n] = NULL;
  return names;
}

#define ITEM_KEY                                                              \
  {                                                                           \
    .name = "what", .kind = LANG_KIND_WORD,                                   \
    .flags = LANG_ARG | LANG_REQUIRED, .words = item_words,                   \
    .help = "run or data"                                                     \
  }

const struct lang_key cmd_use_keys[] = { ITEM_KEY, { .name = NULL } };
const struct lang_key cmd_drop_keys[] = { ITEM_KEY, { .name = NULL } };

const struct lang_key *
cmd_more_item (void *session, const char *word)
{
  static const struct lang_key run_keys[]
      = { { .name = "number",
            .kind = LANG_KIND_COUNT,
            .flags = LANG_ARG | LANG_REQUIRED | LANG_GE,
            .min = 1,
            .candidates = run_numbers,
            .help = "number of the run, as `runs' shows it" },
          { .name = NULL } },
      data_keys[] = { { .name = "name",
                        .kind = LANG_KIND_STRING,
                        .flags = LANG_ARG | LANG_REQUIRED,
                        .candidates = data_names,
                        .help = "name of the data, as `data' shows it" },
                      { .name = NULL } };
  (void)session;
  return word == NULL                 ? NULL
         : strcmp (word, "data") == 0 ? data_keys
                                      : run_keys;
}

const struct lang_key cmd_runs_keys[] = { { .name = "sort",
                                            .kind = LANG_KIND_WORD,
                                            .words = sort_words,
                                            .default_text = "id",
                                            .help = "order of the table" },
                                          { .name = NULL } };
const struct lang_key cmd_tag_keys[]
    = { { .name = "name",
          .kind = LANG_KIND_WORDS,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "words for the current run" },
        { .name = NULL } };

static double
sort_value (const struct cvx_run *r, int by)
{
  return by == 1   ? cvx_run_gap (r)
         : by == 2 ? r->pobj
         : by == 3 ? r->beta
         : by == 4 ? (double)r->iter
         : by == 5 ? r->elapsed
                   : (double)r->id;
}

struct ranked
{
  const struct session_run *run;
  double value;
};

static int
compare (const void *a, const void *b)
{
  const struct ranked *p = a, *q = b;
  return (p->value > q->value) - (p->value < q->value);
}

enum cvx_status
cmd_runs (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int by = lang_call_word (c, "sort");
  struct ranked *order;
  if (s->n_runs == 0)
    {
      session_say (s, "no runs yet\n");
      return CVX_OK;
    }
  order = session_scratch (s, s->n_runs, sizeof *order);
  if (order == NULL)
    return cvx_fail_nomem (err, "listing the runs");
  for (size_t k = 0; k < s->n_runs; k++)
    order[k] = (struct ranked){ s->runs[k], sort_value (s->runs[k]->run, by) };
  session_page (s);
  qsort (order, s->n_runs, sizeof *order, compare);
  session_say (s, "   run kind       solver       beta      objective      gap"
                  "   iter    time  tag\n");
  for (size_t k = 0; k < s->n_runs; k++)
    {
      const struct cvx_run *r = order[k].run->run;
      session_say (s,
                   "%c%5zu %-10.10s %-8.8s %9.3g %14.7e %8.1e %6zu %7.2f  "
                   "%s\n",
                   order[k].run == s->run ? '*' : ' ', r->id, r->kind,
                   r->solver->name, r->beta, r->pobj, cvx_run_gap (r), r->iter,
                   r->elapsed,
                   r->tag != NULL ? session_shown (s, r->tag) : "");
    }
  return CVX_OK;
}

static enum cvx_status
find (struct session *s, const struct lang_call *c, struct session_run **r,
      struct cvx_error *err)
{
  size_t id = 0;
  lang_call_count (c, "number", &id);
  *r = session_find_run (s, id);
  if (*r != NULL)
    return CVX_OK;
  lang_call_fail (c, "number", err, CVX_E390, "there is no run %zu", id);
  if (s->n_runs > 0)
    cvx_hint (err, "runs lists them: %zu to %zu", s->runs[0]->run->id,
              s->runs[s->n_runs - 1]->run->id);
  return err->status;
}

static enum cvx_status
no_data (struct session *s, const struct lang_call *c, struct cvx_error *err)
{
  const char *name = lang_call_text (c, "name"), *near;
  const char *const *names = data_names (s);
  size_t n = 0;
  while (names[n] != NULL)
    n++;
  near = cvx_did_you_mean (name, names, n);
  lang_call_fail (c, "name", err, CVX_E507,
                  "there are no data called \"%s\"%s%s%s", name,
                  near != NULL ? ".  Did you mean " : "",
                  near != NULL ? near : "", near != NULL ? "?" : "");
  return cvx_hint (err, "data lists what there is");
}

static enum cvx_status
use_data (struct session *s, const struct lang_call *c, struct cvx_error *err)
{
  const char *name = lang_call_text (c, "name");
  struct cvx_dataset *d;
  if (s->data == NULL || strcmp (s->data->name, name) != 0)
    {
      d = session_take_data (s, name);
      if (d == NULL)
        return no_data (s, c, err);
      session_set_data (s, d);
    }
  cmd_data_line (s);
  return CVX_OK;
}

enum cvx_status
cmd_use (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct session_run *r;
  enum cvx_status status;
  if (lang_call_word (c, "what") == 1)
    return use_data (s, c, err);
  status = find (s, c, &r, err);
  if (status != CVX_OK)
    return status;
  if (r != s->run)
    {
      session_end_run (s);
      s->run = r;
    }
  cmd_run_line (s);
  if (s->data == NULL || s->data->hash != r->run->data_hash)
    session_note (s, "note: this run was made with other data\n");
  return CVX_OK;
}

enum cvx_status
cmd_drop (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct session_run *r;
  struct cvx_dataset *d;
  enum cvx_status status;
  if (lang_call_word (c, "what") == 1)
    {
      const char *name = lang_call_text (c, "name");
      if (s->data != NULL && strcmp (s->data->name, name) == 0)
        {
          session_set_data (s, NULL);
          return CVX_OK;
        }
      d = session_take_data (s, name);
      cvx_dataset_free (d);
      return d != NULL ? CVX_OK : no_data (s, c, err);
    }
  status = find (s, c, &r, err);
  if (status == CVX_OK)
    session_drop_run (s, r->run->id);
  return status;
}

enum cvx_status
cmd_tag (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *const *words;
  size_t n = lang_call_names (c, "name", &words);
  struct cvx_text t = CVX_TEXT_INIT;
  char *tag;
  for (size_t k = 0; k < n; k++)
    cvx_text_printf (&t, "%s%s", k > 0 ? " " : "", words[k]);
  tag = t.failed ? NULL : cvx_strdup (cvx_text_string (&t));
  cvx_text_free (&t);
  if (tag == NULL)
    return cvx_fail_nomem (err, "keeping the tag");
  cvx_free (s->run->run->tag);
  s->run->run->tag = tag;
  return CVX_OK;
}
