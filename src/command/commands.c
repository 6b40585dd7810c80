/* commands.c -- the table of commands, and what they share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "command/command.h"

/* What each kind of made-up data looks at.  */
static const char generate_help[]
    = "The kinds, and the options that each uses:\n"
#define CVX_GENERATOR(NAME, SUMMARY, USES)                                    \
  "  " #NAME ": " SUMMARY "; " USES "\n"
#include "data/generators.def"
#undef CVX_GENERATOR
      "Other options are refused.";

static const struct lang_command table[] = {
#define CMD_COMMAND(NAME, NEEDS, MORE, USAGE, SUMMARY, HELP, EXAMPLES)        \
  { #NAME, USAGE,     SUMMARY, HELP, EXAMPLES, NEEDS, cmd_##NAME##_keys,      \
    MORE,  cmd_##NAME },
#include "command/commands.def"
#undef CMD_COMMAND
  { NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL }
};

const struct lang_command *
session_commands (void)
{
  return table;
}

enum cvx_status
cmd_ready (struct session *s, unsigned needs, struct cvx_error *err)
{
  const struct cvx_dataset *d = s->data;
  if (needs & (HAS_DATA | HAS_PATTERNS | HAS_FORMULATION) && d == NULL)
    {
      cvx_fail (err, CVX_E330, "no data");
      return cvx_hint (err, "load FILE, or generate ring");
    }
  if (needs & HAS_PATTERNS && s->patterns == NULL)
    {
      cvx_fail (err, CVX_E330, "no patterns");
      return cvx_hint (err,
                       "patterns exact   (data %s is loaded: n=%zu d=%zu)",
                       d->name, d->part[CVX_TRAIN].n, d->n_features);
    }
  if (needs & HAS_FORMULATION && s->formulation == NULL)
    {
      cvx_fail (err, CVX_E330, "no formulation");
      return cvx_hint (
          err, "formulation relu beta=0.1   (data %s is loaded: n=%zu d=%zu)",
          d->name, d->part[CVX_TRAIN].n, d->n_features);
    }
  if (needs & (HAS_RUN | HAS_NETWORK) && s->run == NULL)
    {
      cvx_fail (err, CVX_E330, "no run");
      if (s->formulation != NULL)
        return cvx_hint (err, "solve");
      if (s->n_runs > 0)
        return cvx_hint (err, "use run %zu   (or formulation ..., solve)",
                         s->runs[s->n_runs - 1]->run->id);
      return cvx_hint (err, d != NULL ? "formulation relu beta=0.1, then solve"
                                      : "load or generate data first");
    }
  if (needs & (HAS_DATA | HAS_PATTERNS | HAS_FORMULATION)
      && !(needs & KEEPS_SPARSE))
    return session_fill (s, err);
  return CVX_OK;
}

const char *
cmd_count_words (char *buf, size_t size, double x)
{
  char digits[400];
  size_t len, used = 0;
  if (!(fabs (x) < 1e15))
    {
      if (isinf (x))
        snprintf (buf, size, "1e308 and more");
      else
        snprintf (buf, size, "%.1e", x);
      return buf;
    }
  len = (size_t)snprintf (digits, sizeof digits, "%.0f", x);
  for (size_t k = 0; k < len && used + 2 < size; k++)
    {
      if (k > 0 && (len - k) % 3 == 0 && digits[k - 1] != '-')
        buf[used++] = ',';
      buf[used++] = digits[k];
    }
  buf[used] = '\0';
  return buf;
}

const char *
cmd_suffix (const char *path)
{
  const char *slash = strrchr (path, '/'),
             *dot = strrchr (slash != NULL ? slash + 1 : path, '.');
  return dot != NULL ? dot : "";
}

void
cmd_wrote (struct session *s, const char *path)
{
  struct stat st;
  char size[32] = "";
  if (stat (path, &st) == 0)
    cvx_bytes_words (size, sizeof size, (double)st.st_size);
  session_wrote (s, path);
  session_note (s, "wrote %s (%s)\n", session_shown (s, path), size);
}

enum cvx_status
cmd_write_file (struct session *s, const char *path,
                const struct cvx_text *text, struct cvx_error *err)
{
  enum cvx_status status;
  if (text->failed)
    return cvx_fail_nomem (err, "writing a file");
  status = session_may_write (s, path, err);
  if (status == CVX_OK)
    status = cvx_output_file (path, cvx_text_string (text), text->len, err);
  if (status == CVX_OK)
    cmd_wrote (s, path);
  return status;
}

enum cvx_status
cmd_deliver (struct session *s, const struct lang_call *c,
             const struct cvx_text *text, struct cvx_error *err)
{
  const char *to = lang_call_text (c, "to");
  if (to == NULL)
    {
      session_write (s, cvx_text_string (text), text->len);
      return CVX_OK;
    }
  if (cmd_write_file (s, to, text, err) != CVX_OK)
    return lang_call_blame (c, "to", err);
  return CVX_OK;
}

uint64_t
cmd_seed (const struct session *s, const struct lang_call *c)
{
  uint64_t seed = (uint64_t)s->settings.seed;
  lang_call_seed (c, "seed", &seed);
  return seed;
}

/* Names of a NULL-terminated table of pointers to structs with a name.  */
#define NAMES_OF(FUNCTION, TABLE)                                             \
  const char *const *FUNCTION (void *session)                                 \
  {                                                                           \
    static const char *names[64];                                             \
    size_t k = 0;                                                             \
    (void)session;                                                            \
    for (; k + 1 < sizeof names / sizeof *names && (TABLE)[k] != NULL; k++)   \
      names[k] = (TABLE)[k]->name;                                            \
    names[k] = NULL;                                                          \
    return names;                                                             \
  }
NAMES_OF (cmd_generator_names, cvx_generators)
NAMES_OF (cmd_formulation_names, cvx_formulations)
NAMES_OF (cmd_loss_names, cvx_losses)

const char *const *
cmd_solver_names (void *session)
{
  static const char *names[64] = { "auto" };
  size_t k = 0;
  (void)session;
  for (; k + 2 < sizeof names / sizeof *names && cvx_solvers[k] != NULL; k++)
    names[k + 1] = cvx_solvers[k]->name;
  return names;
}

/* `csv' is what most people call text.  */
const char *const *
cmd_reader_names (void *session)
{
  static const char *names[64] = { "auto", "csv" };
  size_t k = 0;
  (void)session;
  for (; k + 3 < sizeof names / sizeof *names && cvx_readers[k] != NULL; k++)
    names[k + 2] = cvx_readers[k]->name;
  return names;
}

const char *const *
cmd_label_names (void *session)
{
  struct session *s = session;
  const char **names;
  if (s->data == NULL)
    return NULL;
  names = session_scratch (s, s->data->n_labels + 1, sizeof *names);
  if (names == NULL)
    return NULL;
  for (size_t k = 0; k < s->data->n_labels; k++)
    names[k] = s->data->label[k].name;
  names[s->data->n_labels] = NULL;
  return names;
}

const char *const *
cmd_file_columns (void *session, const char *path)
{
  struct session *s = session;
  struct known_columns *c = &s->columns;
  struct cvx_error err; /* never on the screen */
  struct stat st;
  if (stat (path, &st) != 0)
    return NULL;
  if (c->path == NULL || strcmp (c->path, path) != 0 || c->size != st.st_size
      || c->changed != st.st_mtime || c->inode != st.st_ino)
    {
      session_forget_columns (s);
      c->path = cvx_strdup (path);
      c->size = st.st_size;
      c->changed = st.st_mtime;
      c->inode = st.st_ino;
      if (c->path == NULL
          || cvx_dataset_columns (&c->names, &c->n, path, &err) != CVX_OK)
        c->names = NULL;
    }
  return (const char *const *)c->names;
}
