/* language_host.h -- a small host for the tests of the language: a table of
   commands that write down what they were given, a few objects, text gathered
   in memory.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_LANGUAGE_HOST_H
#define CVX_TESTS_LANGUAGE_HOST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "language/language.h"

struct mock
{
  struct cvx_text out, warnings, echoed;
  atomic_int abort;
  struct cvx_rng rng;
  int runs, abort_after; /* abort after that many commands, 0: never */
  bool no_data;
  struct lang_expr *kept;
};

static const char *const mock_kinds[]
    = { "relu", "gated", "linear-cnn", "circular", "linear", NULL };
static const char *const mock_solvers[]
    = { "auto", "admm", "fista", "?", NULL };
static const char *const mock_plots[] = { "gap", "path", "function", NULL };
static const char *const mock_warm[] = { "last", "zero", NULL };
static const char *const mock_losses[] = { "squared", "logistic", NULL };
static const char *const mock_every[] = { "auto", NULL };

static const char *const *
mock_columns (void *session)
{
  static const char *const columns[] = { "sqft", "price", "rooms", NULL };
  (void)session;
  return columns;
}

/* The columns of the file WORD: three, or ten thousand of "wide.csv".  */
static const char *const *
mock_file_columns (void *session, const char *word)
{
  enum
  {
    WIDE = 10000
  };
  static const char *const few[]
      = { "sepal length", "sepal \"width\"", "size", NULL };
  static char text[WIDE][8];
  static const char *many[WIDE + 1];
  (void)session;
  if (strcmp (word, "few words.csv") == 0)
    return few;
  if (strcmp (word, "wide.csv") != 0)
    return NULL;
  for (int k = 0; k < WIDE; k++)
    {
      snprintf (text[k], sizeof text[k], "c%d", k);
      many[k] = text[k];
    }
  return many;
}

static const struct lang_key mock_admm_keys[]
    = { { .name = "rho",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GT,
          .help = "penalty" },
        { .name = "adapt", .kind = LANG_KIND_FLAG, .help = "adapt rho" },
        { .name = NULL } };

static const struct lang_key *
mock_solver_keys (void *session, const char *word)
{
  (void)session;
  return word != NULL && strcmp (word, "admm") == 0 ? mock_admm_keys : NULL;
}

/* Every argument as "name=value" into the output.  */
static enum cvx_status
mock_dump (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct mock *m = session;
  const struct lang_command *command = lang_call_command (call);
  const struct lang_key *tables[2] = { command->keys, NULL };
  if (command->more_keys != NULL)
    tables[1] = command->more_keys (session, lang_call_text (call, "kind"));
  cvx_text_put (&m->out, command->name);
  for (size_t t = 0; t < 2; t++)
    for (const struct lang_key *k = tables[t]; k != NULL && k->name != NULL;
         k++)
      {
        double x = 0, size[2] = { 0, 0 };
        const char *const *names;
        const double *v;
        size_t n, a, b;
        bool flag;
        if (!lang_call_has (call, k->name))
          continue;
        cvx_text_printf (&m->out, " %s=", k->name);
        if (lang_call_text (call, k->name) != NULL
            && k->kind != LANG_KIND_NAMES && k->kind != LANG_KIND_WORDS)
          cvx_text_printf (&m->out, "<%s>", lang_call_text (call, k->name));
        else if (k->flags & LANG_LATE)
          cvx_text_printf (&m->out, "late:%s",
                           lang_call_source (call, k->name));
        else if (k->kind == LANG_KIND_NUMBER || k->kind == LANG_KIND_COUNT
                 || k->kind == LANG_KIND_TIME)
          {
            lang_call_number (call, k->name, &x);
            cvx_text_printf (&m->out, "%.10g", x);
          }
        else if (k->kind == LANG_KIND_SIZE)
          {
            lang_call_size (call, k->name, size);
            cvx_text_printf (&m->out, "%.4gx%.4g", size[0], size[1]);
          }
        else if (k->kind == LANG_KIND_FLAG)
          {
            lang_call_flag (call, k->name, &flag);
            cvx_text_put (&m->out, flag ? "on" : "off");
          }
        else if (k->kind == LANG_KIND_NAMES || k->kind == LANG_KIND_WORDS)
          {
            n = lang_call_names (call, k->name, &names);
            for (a = 0; a < n; a++)
              cvx_text_printf (&m->out, "%s%s", a > 0 ? "|" : "", names[a]);
          }
        else if (k->kind == LANG_KIND_LIST)
          {
            lang_call_list (call, k->name, &v, &n);
            for (a = 0; a < n; a++)
              cvx_text_printf (&m->out, "%s%.10g", a > 0 ? "|" : "", v[a]);
          }
        else if (k->kind == LANG_KIND_ROWS)
          {
            lang_call_rows (call, k->name, &a, &b);
            cvx_text_printf (&m->out, "%zu..%zu", a, b);
          }
        else if (k->kind == LANG_KIND_EXPR || k->kind == LANG_KIND_EXPRS)
          for (a = 0; a < lang_call_n_exprs (call, k->name); a++)
            cvx_text_printf (
                &m->out, "%s(%s)", a > 0 ? "|" : "",
                lang_expr_source (lang_call_expr (call, k->name, a)));
      }
  cvx_text_put (&m->out, "\n");
  m->runs++;
  if (m->runs == m->abort_after)
    atomic_store (&m->abort, 1);
  (void)err;
  return CVX_OK;
}

static enum cvx_status
mock_find_betamax (void *data, const char *path, bool *known,
                   struct lang_value *value, struct cvx_error *err)
{
  (void)err;
  *known = strcmp (path, "betamax") == 0;
  if (*known)
    *value = lang_number (*(double *)data);
  return CVX_OK;
}

/* formulation: beta may use the betamax of the formulation being built.  */
static enum cvx_status
mock_formulation (void *session, const struct lang_call *call,
                  struct cvx_error *err)
{
  struct mock *m = session;
  double own = 40, beta = 0;
  struct lang_scope scope = { .find = mock_find_betamax, .data = &own };
  bool found;
  enum cvx_status status
      = lang_call_late_number (call, "beta", &scope, &found, &beta, err);
  if (status != CVX_OK)
    return status;
  if (found && beta == 13)
    return lang_call_fail (call, "beta", err, CVX_E120, "beta is unlucky");
  cvx_text_printf (&m->out, "formulation %s beta=%g kind %d\n",
                   lang_call_text (call, "kind"), beta,
                   lang_call_word (call, "kind"));
  m->runs++;
  return CVX_OK;
}

static enum cvx_status
mock_keep (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct mock *m = session;
  lang_expr_free (m->kept);
  return lang_expr_copy (&m->kept, lang_call_interp (call),
                         lang_call_expr (call, "condition", 0), err);
}

static enum cvx_status
mock_time (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct mock *m = session;
  enum cvx_status status = lang_call_run (call, "command", err);
  if (status == CVX_OK)
    cvx_text_put (&m->out, "timed\n");
  return status;
}

/* A failure with a place in a data file, as a reader gives it.  */
static enum cvx_status
mock_read (void *session, const struct lang_call *call, struct cvx_error *err)
{
  (void)session;
  (void)call;
  cvx_fail (err, CVX_E130, "\"12,5\" is not a number");
  cvx_at (err, "toy.csv", 118, 3);
  return cvx_hint (err, "decimal comma?");
}

#define MOCK_ARG(NAME, KIND, FLAGS, WORDS)                                    \
  {                                                                           \
    .name = NAME, .kind = LANG_KIND_##KIND, .flags = LANG_ARG | (FLAGS),      \
    .words = WORDS                                                            \
  }
#define MOCK_KEY(NAME, KIND, FLAGS, WORDS, LEAST, MOST)                       \
  {                                                                           \
    .name = NAME, .kind = LANG_KIND_##KIND, .flags = (FLAGS), .words = WORDS, \
    .min = LEAST, .max = MOST                                                 \
  }

static const struct lang_key mock_load_keys[]
    = { MOCK_ARG ("path", PATH, LANG_REQUIRED, NULL),
        { .name = "x", .kind = LANG_KIND_NAMES, .candidates = mock_columns },
        { .name = "y", .kind = LANG_KIND_WORD, .candidates = mock_columns },
        { .name = "only",
          .kind = LANG_KIND_STRING,
          .candidates_of = mock_file_columns },
        MOCK_KEY ("labels", PATH, 0, NULL, 0, 0),
        MOCK_KEY ("rows", ROWS, 0, NULL, 0, 0),
        MOCK_KEY ("max", COUNT, 0, NULL, 0, 0),
        MOCK_KEY ("delim", STRING, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_solve_keys[]
    = { MOCK_KEY ("tol", NUMBER, LANG_GT | LANG_INF, NULL, 0, 0),
        MOCK_KEY ("maxiter", COUNT, 0, NULL, 0, 0),
        MOCK_KEY ("time", TIME, LANG_GE, NULL, 0, 0),
        MOCK_KEY ("every", COUNT, 0, mock_every, 0, 0),
        MOCK_KEY ("verbose", FLAG, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_set_keys[]
    = { MOCK_KEY ("seed", COUNT, 0, NULL, 0, 0),
        MOCK_KEY ("threads", COUNT, LANG_GE | LANG_LE, NULL, 1, 1024),
        MOCK_KEY ("quiet", FLAG, 0, NULL, 0, 0),
        MOCK_KEY ("size", SIZE, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_formulation_keys[]
    = { MOCK_ARG ("kind", WORD, LANG_REQUIRED, mock_kinds),
        MOCK_KEY ("beta", NUMBER, LANG_LATE | LANG_GT, NULL, 0, 0),
        MOCK_KEY ("loss", WORD, 0, mock_losses, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_solver_args[]
    = { MOCK_ARG ("kind", WORD, LANG_REQUIRED, mock_solvers),
        { .name = NULL } };
static const struct lang_key mock_step_keys[]
    = { MOCK_ARG ("n", COUNT, 0, NULL), { .name = NULL } };
static const struct lang_key mock_start_keys[]
    = { MOCK_KEY ("warm", COUNT, 0, mock_warm, 0, 0), { .name = NULL } };
static const struct lang_key mock_plot_keys[]
    = { MOCK_ARG ("kinds", NAMES, LANG_REQUIRED, mock_plots),
        MOCK_KEY ("to", PATH, 0, NULL, 0, 0),
        MOCK_KEY ("size", SIZE, 0, NULL, 0, 0),
        MOCK_KEY ("title", STRING, 0, NULL, 0, 0),
        MOCK_KEY ("betas", LIST, 0, NULL, 0, 0),
        MOCK_KEY ("live", FLAG, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_until_keys[]
    = { MOCK_ARG ("condition", EXPR, LANG_REQUIRED, NULL),
        MOCK_KEY ("maxiter", COUNT, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_table_keys[]
    = { MOCK_ARG ("columns", EXPRS, LANG_REQUIRED, NULL),
        MOCK_KEY ("to", PATH, 0, NULL, 0, 0),
        { .name = NULL } };
static const struct lang_key mock_time_keys[]
    = { MOCK_ARG ("command", COMMAND, LANG_REQUIRED, NULL), { .name = NULL } };
static const struct lang_key mock_apropos_keys[]
    = { MOCK_ARG ("words", WORDS, 0, NULL), { .name = NULL } };
static const struct lang_key mock_shell_keys[]
    = { MOCK_ARG ("line", REST, 0, NULL), { .name = NULL } };

#define MOCK_ROW(NAME, KEYS, RUN)                                             \
  {                                                                           \
    .name = NAME, .usage = NAME, .summary = NAME, .keys = KEYS, .run = RUN    \
  }

static const struct lang_command mock_commands[]
    = { MOCK_ROW ("load", mock_load_keys, mock_dump),
        { .name = "solve",
          .usage = "solve [KEY=VALUE]...",
          .summary = "solve",
          .needs = 1,
          .keys = mock_solve_keys,
          .run = mock_dump },
        MOCK_ROW ("set", mock_set_keys, mock_dump),
        MOCK_ROW ("formulation", mock_formulation_keys, mock_formulation),
        { .name = "solver",
          .usage = "solver NAME",
          .summary = "solver",
          .keys = mock_solver_args,
          .more_keys = mock_solver_keys,
          .run = mock_dump },
        MOCK_ROW ("start", mock_start_keys, mock_dump),
        MOCK_ROW ("step", mock_step_keys, mock_dump),
        MOCK_ROW ("style", NULL, mock_dump),
        MOCK_ROW ("plot", mock_plot_keys, mock_dump),
        MOCK_ROW ("until", mock_until_keys, mock_dump),
        MOCK_ROW ("keep", mock_until_keys, mock_keep),
        MOCK_ROW ("table", mock_table_keys, mock_dump),
        MOCK_ROW ("time", mock_time_keys, mock_time),
        MOCK_ROW ("apropos", mock_apropos_keys, mock_dump),
        MOCK_ROW ("shell", mock_shell_keys, mock_dump),
        MOCK_ROW ("readbad", NULL, mock_read),
        MOCK_ROW ("quit", NULL, mock_dump),
        { .name = NULL } };

static const char *const *
mock_names (void *session, const char *prefix)
{
  static const char *const roots[]
      = { "run", "runs", "hist", "betamax", "last", NULL };
  static const char *const run[]
      = { "gap", "obj", "converged", "hist", "tag", NULL };
  static const char *const hist[] = { "obj", "gap", NULL };
  static const char *const last[] = { "ok", NULL };
  (void)session;
  if (prefix[0] == '\0')
    return roots;
  if (strcmp (prefix, "run") == 0 || strcmp (prefix, "runs") == 0)
    return run;
  if (strcmp (prefix, "hist") == 0 || strcmp (prefix, "runs.hist") == 0
      || strcmp (prefix, "run.hist") == 0)
    return hist;
  return strcmp (prefix, "last") == 0 ? last : NULL;
}

static enum cvx_status
mock_lookup (void *session, const struct lang_step *steps, size_t n,
             struct lang_value *value, struct cvx_error *err)
{
  static const double obj[] = { 2.5, 1.7, 0.9, 0.89 };
  static const double ids[] = { 1, 2, 3 };
  const struct mock *m = session;
  const char *leaf = steps[n - 1].name;
  if (m->no_data && strcmp (steps[0].name, "run") == 0)
    {
      cvx_fail (err, CVX_E117, "there is no run");
      return cvx_hint (err, "start");
    }
  if (n == 1 && strcmp (leaf, "runs") == 0)
    *value = lang_vector_view (ids, 3);
  else if (strcmp (leaf, "betamax") == 0)
    *value = lang_number (1.788854382);
  else if (strcmp (leaf, "converged") == 0 || strcmp (leaf, "ok") == 0)
    *value = lang_bool (true);
  else if (strcmp (leaf, "tag") == 0)
    *value = lang_text_view ("first");
  else if (n >= 2 && strcmp (steps[n - 2].name, "hist") == 0)
    *value = lang_vector_view (obj, 4);
  else if (strcmp (leaf, "gap") == 0)
    *value = lang_number (3.1e-5 * (steps[0].index == 0 ? 1 : steps[0].index));
  else if (strcmp (leaf, "obj") == 0)
    *value = lang_number (0.8914472);
  else
    return cvx_fail (err, CVX_E117, "%s is not a value", leaf);
  return CVX_OK;
}

static enum cvx_status
mock_ready (void *session, const struct lang_command *command,
            struct cvx_error *err)
{
  const struct mock *m = session;
  if (command->needs != 0 && m->no_data)
    {
      cvx_fail (err, CVX_E120, "no formulation");
      return cvx_hint (err, "formulation relu beta=0.1");
    }
  return CVX_OK;
}

static void
mock_write (void *session, const char *text, size_t len)
{
  struct mock *m = session;
  cvx_text_write (&m->out, text, len);
}

static void
mock_warning (void *session, const struct lang_diagnostic *d)
{
  struct mock *m = session;
  lang_render (d, 5, &m->warnings);
}

static void
mock_echo (void *session, const char *statement)
{
  struct mock *m = session;
  cvx_text_printf (&m->echoed, "%s\n", statement);
}

static struct lang_host
mock_host (struct mock *m)
{
  memset (m, 0, sizeof *m);
  cvx_rng_init (&m->rng, 42, CVX_STREAM_EXPRESSION);
  return (struct lang_host){ .session = m,
                             .commands = mock_commands,
                             .names = mock_names,
                             .lookup = mock_lookup,
                             .ready = mock_ready,
                             .write = mock_write,
                             .warn = mock_warning,
                             .echo = mock_echo,
                             .abort = &m->abort,
                             .rng = &m->rng,
                             .version = "0.1.0" };
}

/* A session of the language over the mock host.  */
struct session
{
  struct mock mock;
  struct lang_interp *in;
  struct cvx_error err;
  struct cvx_text shown;
};

static inline struct session *
session_new (void)
{
  struct session *s = calloc (1, sizeof *s);
  struct lang_host host = mock_host (&s->mock);
  if (lang_interp_new (&s->in, &host, &s->err) != CVX_OK)
    abort ();
  return s;
}

static void mock_free (struct mock *m);

static inline void
session_free (struct session *s)
{
  lang_interp_free (s->in);
  mock_free (&s->mock);
  cvx_text_free (&s->shown);
  free (s);
}

/* What was written since the last call: warnings, output, and the failure as
   it is shown at a prompt of 5 columns.  */
static inline const char *
session_show (struct session *s, enum cvx_status status)
{
  cvx_text_clear (&s->shown);
  cvx_text_put (&s->shown, cvx_text_string (&s->mock.warnings));
  cvx_text_put (&s->shown, cvx_text_string (&s->mock.out));
  cvx_text_clear (&s->mock.warnings);
  cvx_text_clear (&s->mock.out);
  if (status != CVX_OK)
    lang_render (lang_last (s->in), 5, &s->shown);
  return cvx_text_string (&s->shown);
}

/* Type TEXT.  */
static inline const char *
type (struct session *s, const char *text)
{
  return session_show (s, lang_feed (s->in, text, NULL, &s->err));
}

/* Run TEXT as the script t.cvx.  */
static inline const char *
script (struct session *s, const char *text)
{
  return session_show (s, lang_run_text (s->in, "t.cvx", text, strlen (text),
                                         NULL, 0, &s->err));
}

static void
mock_free (struct mock *m)
{
  cvx_text_free (&m->out);
  cvx_text_free (&m->warnings);
  cvx_text_free (&m->echoed);
  lang_expr_free (m->kept);
}

#endif
