/* cmd_set.c -- settings of the session: set, unset, reset, show.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "command/command.h"

const char *const set_verbose_words[]
    = { "quiet", "bar", "table", "debug", NULL };
const char *const set_color_words[] = { "auto", "always", "never", NULL };
const char *const set_style_words[]
    = { "auto", "paper", "screen", "beamer", "poster", "mono", NULL };

const char *const set_size_words[] = { "auto", "double", NULL };
const char *const set_term_words[]
    = { "auto", "qt", "wxt", "x11", "sixelgd", "dumb", NULL };
const char *const set_unit_words[] = { "in", "cm", "pt", "px", NULL };
const char *const set_tex_words[] = { "tikz", "cairolatex", "epslatex", NULL };

/* Inches of them.  */
static const double unit_inches[] = { 1, 1 / 2.54, 1 / 72.27, 1 / 96.0 };

const struct lang_key cmd_set_keys[] = {
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  { .name = NAME,                                                             \
    .kind = LANG_KIND_##KIND,                                                 \
    .flags = FLAGS,                                                           \
    .words = WORDS,                                                           \
    .min = MIN,                                                               \
    .max = MAX,                                                               \
    .help = HELP },
#include "command/settings.def"
#undef CMD_SETTING
  { .name = NULL }
};

static const struct
{
  const char *name;
  size_t offset;
  double initial;
} rows[] = {
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  { NAME, offsetof (struct session_settings, FIELD), DEFAULT },
#include "command/settings.def"
#undef CMD_SETTING
};

enum
{
  N_ROWS = sizeof rows / sizeof *rows
};

static const char *const row_names[] = {
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  NAME,
#include "command/settings.def"
#undef CMD_SETTING
  NULL
};

static const char *const show_words[]
    = { "data", "formulation", "run", "settings", "vars", "all", NULL };

const struct lang_key cmd_unset_keys[]
    = { { .name = "name",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = row_names,
          .help = "the setting that gets its default back" },
        { .name = NULL } };
const struct lang_key cmd_reset_keys[] = { { .name = NULL } };
const struct lang_key cmd_show_keys[]
    = { { .name = "what",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = show_words,
          .default_text = "what is current, in short",
          .help = "what to show" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .help = "formulation: write it as TeX" },
        { .name = NULL } };

static double *
field (struct session_settings *settings, size_t k)
{
  return (double *)(void *)((char *)settings + rows[k].offset);
}

/* Setting K as at the start.  */
static void
restore (struct session_settings *settings, size_t k)
{
  *field (settings, k) = rows[k].initial;
  if (cmd_set_keys[k].kind == LANG_KIND_SIZE)
    settings->plot_height = 0;
  else if (cmd_set_keys[k].kind == LANG_KIND_STRING)
    settings->font[0] = '\0';
}

/* Value of setting K as a user writes it, in BUF.  */
static void
value_text (const struct session_settings *settings, size_t k, char *buf,
            size_t size)
{
  const struct lang_key *key = &cmd_set_keys[k];
  double x = *(const double *)(const void *)((const char *)settings
                                             + rows[k].offset);
  if (key->kind == LANG_KIND_WORD)
    snprintf (buf, size, "%s", key->words[(size_t)x]);
  else if (key->kind == LANG_KIND_FLAG)
    snprintf (buf, size, "%s", x != 0 ? "yes" : "no");
  else if (key->kind == LANG_KIND_STRING)
    snprintf (buf, size, "%s",
              settings->font[0] != '\0' ? settings->font : "auto");
  else if (key->kind == LANG_KIND_SIZE && x == 0)
    snprintf (buf, size, "auto");
  else if (key->kind == LANG_KIND_SIZE && settings->plot_height == 0)
    snprintf (buf, size, "%.4gin", x);
  else if (key->kind == LANG_KIND_SIZE)
    snprintf (buf, size, "%.4gin,%.4gin", x, settings->plot_height);
  else
    snprintf (buf, size, "%.16g", x);
}

bool
cmd_setting_words (const struct session *s, const char *name, char *initial,
                   char *now, size_t size)
{
  struct session_settings first = s->settings;
  size_t k = 0;
  while (k < N_ROWS && strcmp (rows[k].name, name) != 0)
    k++;
  if (k == N_ROWS)
    return false;
  restore (&first, k);
  value_text (&first, k, initial, size);
  value_text (&s->settings, k, now, size);
  return true;
}

/* plot.size and plot.font, which are not one number.  */
static void
set_size (struct session *s, const struct lang_call *c, const char *name,
          double *width)
{
  double size[2] = { 0, 0 };
  int word = lang_call_word (c, name);
  if (word == 1)
    size[0] = CMD_DOUBLE_COLUMN;
  else if (word != 0)
    lang_call_size (c, name, size);
  *width = size[0];
  s->settings.plot_height = size[1];
}

static enum cvx_status
set_font (struct session *s, const struct lang_call *c, const char *name,
          struct cvx_error *err)
{
  const char *font = lang_call_text (c, name);
  if (strcmp (font, "auto") == 0)
    font = "";
  if (cmd_font_check (font, err) != CVX_OK)
    return lang_call_blame (c, name, err);
  snprintf (s->settings.font, sizeof s->settings.font, "%s", font);
  return CVX_OK;
}

/* What a change of the settings changes elsewhere.  */
void
cmd_settings_apply (struct session *s)
{
  lang_set_digits (s->interp, (int)s->settings.digits);
  lang_set_max_loop (s->interp, (size_t)s->settings.maxloop);
  lang_set_unit (s->interp, unit_inches[(size_t)s->settings.units]);
}

enum cvx_status
cmd_set (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  bool any = false;
  /* What can fail comes before anything is changed.  */
  if (lang_call_has (c, "plot.font")
      && set_font (s, c, "plot.font", err) != CVX_OK)
    return err->status;
  for (size_t k = 0; k < N_ROWS; k++)
    {
      const struct lang_key *key = &cmd_set_keys[k];
      double *x = field (&s->settings, k);
      size_t count = 0;
      bool flag = false;
      if (!lang_call_has (c, key->name))
        continue;
      any = true;
      if (key->kind == LANG_KIND_WORD)
        *x = lang_call_word (c, key->name);
      else if (key->kind == LANG_KIND_FLAG
               && lang_call_flag (c, key->name, &flag))
        *x = flag;
      else if (key->kind == LANG_KIND_COUNT
               && lang_call_count (c, key->name, &count))
        *x = (double)count;
      else if (key->kind == LANG_KIND_TIME || key->kind == LANG_KIND_NUMBER)
        lang_call_number (c, key->name, x);
      else if (key->kind == LANG_KIND_SIZE)
        set_size (s, c, key->name, x);
    }
  if (lang_call_has (c, "seed"))
    cvx_rng_init (&s->rng, (uint64_t)s->settings.seed, CVX_STREAM_EXPRESSION);
  cmd_settings_apply (s);
  if (!any)
    {
      lang_call_fail (c, NULL, err, CVX_E394, "set what?");
      return cvx_hint (err, "show settings lists them");
    }
  return CVX_OK;
}

enum cvx_status
cmd_unset (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int k = lang_call_word (c, "name");
  (void)err;
  if (k >= 0)
    restore (&s->settings, (size_t)k);
  cmd_settings_apply (s);
  return CVX_OK;
}

enum cvx_status
cmd_reset (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  (void)c;
  (void)err;
  for (size_t k = 0; k < N_ROWS; k++)
    restore (&s->settings, k);
  cvx_settings_init (&s->solver_settings);
  s->solver = NULL;
  s->last_beta = NAN;
  cmd_settings_apply (s);
  session_end_run (s);
  return CVX_OK;
}

static void
show_settings (struct session *s)
{
  struct cvx_text t = CVX_TEXT_INIT;
  for (size_t k = 0; k < N_ROWS; k++)
    {
      const struct lang_key *key = &cmd_set_keys[k];
      char value[80];
      bool changed
          = *field (&s->settings, k) != rows[k].initial
            || (key->kind == LANG_KIND_STRING && s->settings.font[0] != '\0');
      value_text (&s->settings, k, value, sizeof value);
      cvx_text_printf (&t, "  %-12s %-11s%c %s\n", key->name, value,
                       changed ? '*' : ' ', key->help);
      session_write_folded (s, &t, 28);
    }
  session_say (s, "  solver       %s\n",
               s->solver != NULL ? s->solver->name : "auto");
  for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
    {
      double x
          = *(const double *)(const void *)((const char *)&s->solver_settings
                                            + v->offset);
      char text[32];
      if (x != v->initial)
        session_say (s, "  %-12s %-11s* %s\n", v->name,
                     cvx_setting_text (v, x, text, sizeof text), v->help);
    }
}

static enum cvx_status
show_formulation (struct session *s, const struct lang_call *c,
                  struct cvx_error *err)
{
  const char *to = lang_call_text (c, "to");
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = cmd_ready (s, HAS_FORMULATION, err);
  if (status != CVX_OK)
    return status;
  s->formulation->class->describe (s->formulation, to != NULL, &t);
  if (to != NULL)
    {
      status = cmd_write_file (s, to, &t, err);
      if (status != CVX_OK)
        lang_call_blame (c, "to", err);
    }
  else
    session_say (s, "%s%s  beta = %.6g\n", cvx_text_string (&t),
                 t.len > 0 && t.s[t.len - 1] == '\n' ? "" : "\n",
                 s->formulation->beta);
  cvx_text_free (&t);
  return status;
}

static void
show_vars (struct session *s)
{
  const char *name;
  const struct lang_value *v;
  for (size_t k = 0; (v = lang_variable (s->interp, k, &name)) != NULL; k++)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      lang_value_format (v, (int)s->settings.digits, false, &t);
      session_say (s, "  %s = %s\n", name, cvx_text_string (&t));
      cvx_text_free (&t);
    }
}

static void
show_chain (struct session *s)
{
  const struct cvx_network *net;
  if (s->data == NULL)
    session_say (s, "data         none (load FILE, or generate ring)\n");
  else
    session_say (s, "data         %s: n=%zu d=%zu\n",
                 session_shown (s, s->data->name), s->data->part[CVX_TRAIN].n,
                 s->data->n_features);
  if (s->patterns != NULL)
    session_say (s, "patterns     %zu, %s\n", s->patterns->n_patterns,
                 s->patterns->complete ? "complete" : "sampled");
  if (s->formulation != NULL)
    session_say (s, "formulation  %s, beta = %.6g\n",
                 s->formulation->class->name, s->formulation->beta);
  if (s->run != NULL)
    {
      session_say (s, "run          %zu of %zu, %s: %s, gap %.1e\n",
                   s->run->run->id, s->n_runs, s->run->run->solver->name,
                   cvx_run_status_words (s->run->run->status),
                   cvx_run_gap (s->run->run));
      if (session_network (s, s->run, &net, NULL) == CVX_OK)
        session_say (s, "network      width %zu\n", net->width);
    }
  else if (s->n_runs > 0)
    session_say (s, "run          none current, %zu kept (runs)\n", s->n_runs);
}

enum cvx_status
cmd_show (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int what = lang_call_word (c, "what");
  enum cvx_status status;
  if (lang_call_has (c, "to") && what != 1)
    return lang_call_fail (c, "to", err, CVX_E394,
                           "only show formulation writes a file");
  switch (what)
    {
    case 0:
      status = cmd_ready (s, HAS_DATA | KEEPS_SPARSE, err);
      return status == CVX_OK ? cmd_data (session, c, err) : status;
    case 1:
      return show_formulation (s, c, err);
    case 2:
      status = cmd_ready (s, HAS_RUN, err);
      if (status == CVX_OK)
        {
          cmd_run_line (s);
          cmd_timings_line (s);
        }
      return status;
    case 3:
      show_settings (s);
      return CVX_OK;
    case 4:
      show_vars (s);
      return CVX_OK;
    case 5:
      show_chain (s);
      show_settings (s);
      show_vars (s);
      return CVX_OK;
    default:
      show_chain (s);
      return CVX_OK;
    }
}
