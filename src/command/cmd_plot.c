/* cmd_plot.c -- figures: plot, replot, plots, close, style.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/plotter.h"

static const char *const *
kind_names (void *session)
{
  static const char *names[64];
  size_t k = 0;
  (void)session;
  for (; k + 1 < sizeof names / sizeof *names && figure_kinds[k].name != NULL;
       k++)
    names[k] = figure_kinds[k].name;
  names[k] = NULL;
  return names;
}

static const char *const x_words[] = { "iter", "time", NULL };
static const char *const y_words[]
    = { "norms", "objective", "width", "gap", NULL };
static const char *const log_words[] = { "no", "x", "y", "xy", NULL };
static const char *const size_words[] = { "single", "double", NULL };
static const char *const key_words[] = { "above", "inside", "none", NULL };
static const char *const term_words[]
    = { "tikz", "cairolatex", "epslatex", "qt", "wxt",
        "x11",  "sixelgd",    "dumb",     NULL };
enum
{
  TEX_WORDS = 3 /* of term_words: kinds of TeX; the others are screens */
};

const struct lang_key cmd_plot_keys[] = {
  { .name = "kinds",
    .kind = LANG_KIND_NAMES,
    .flags = LANG_ARG | LANG_REQUIRED,
    .candidates = kind_names,
    .help = "what to draw; several are stacked" },
  { .name = "to",
    .kind = LANG_KIND_PATH,
    .flags = LANG_OUTPUT,
    .help = "file: .pdf .svg .png .eps .tex .txt .gp .csv; the screen when "
            "not given" },
  { .name = "size",
    .kind = LANG_KIND_SIZE,
    .flags = LANG_GE | LANG_LE,
    .min = 0.5,
    .max = 200,
    .words = size_words,
    .default_text = "of the style",
    .help = "width,height in in, cm, pt or px; or single, double (column)" },
  { .name = "title", .kind = LANG_KIND_STRING, .help = "words above it" },
  { .name = "runs",
    .kind = LANG_KIND_STRING,
    .default_text = "of the kind",
    .help = "current, all, or numbers as in 1,2,5:9" },
  { .name = "x",
    .kind = LANG_KIND_WORD,
    .words = x_words,
    .default_text = "iter",
    .help = "horizontal axis of histories" },
  { .name = "y",
    .kind = LANG_KIND_WORD,
    .words = y_words,
    .default_text = "norms",
    .help = "what a path shows" },
  { .name = "top",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE | LANG_LE,
    .min = 1,
    .max = 4096,
    .default_text = "of the kind",
    .help = "neurons or images at most" },
  { .name = "true",
    .kind = LANG_KIND_EXPR,
    .help = "function: the true one, in x; filter, spectrum: the true weight "
            "at position x = 0, 1, ..." },
  { .name = "log",
    .kind = LANG_KIND_WORD,
    .words = log_words,
    .default_text = "of the kind",
    .help = "logarithmic axes" },
  { .name = "key",
    .kind = LANG_KIND_WORD,
    .words = key_words,
    .default_text = "above",
    .help = "where the names of the curves are" },
  { .name = "style",
    .kind = LANG_KIND_WORD,
    .words = set_style_words,
    .default_text = "that of the command style",
    .help = "fonts, lines and size" },
  { .name = "term",
    .kind = LANG_KIND_WORD,
    .words = term_words,
    .default_text = "tikz; a window or characters",
    .help = "kind of a .tex file; or the terminal on the screen" },
  { .name = "live",
    .kind = LANG_KIND_FLAG,
    .help = "draw it again and again while a solver works" },
  { .name = NULL }
};
const struct lang_key cmd_replot_keys[] = { { .name = "to",
                                              .kind = LANG_KIND_PATH,
                                              .flags = LANG_OUTPUT,
                                              .default_text = "as before",
                                              .help = "file" },
                                            { .name = NULL } };
const struct lang_key cmd_plots_keys[] = { { .name = NULL } };
const struct lang_key cmd_close_keys[] = { { .name = NULL } };
const struct lang_key cmd_style_keys[]
    = { { .name = "name",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = set_style_words,
          .help = "fonts, lines and size of the figures from now on" },
        { .name = "font",
          .kind = LANG_KIND_STRING,
          .default_text = "of the style",
          .help = "family of the letters" },
        { .name = "size",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GE | LANG_LE,
          .min = 3,
          .max = 100,
          .default_text = "of the style",
          .help = "points of the letters" },
        { .name = NULL } };

static void
request_free (struct plot_request *r)
{
  cvx_free (r->to);
  cvx_free (r->title);
  cvx_free (r->source);
  cvx_free (r->run);
  lang_expr_free (r->truth);
  *r = (struct plot_request){ .n_kinds = 0 };
}

void
cmd_plot_close (struct session *s)
{
  struct plotter *p = s->plotter;
  if (p == NULL)
    return;
  plot_child_free (p->child);
  request_free (&p->last);
  cvx_text_free (&p->drawn);
  cvx_free (p);
  s->plotter = NULL;
}

static enum cvx_status
plotter (struct session *s, struct plotter **out, struct cvx_error *err)
{
  if (s->plotter == NULL)
    {
      struct plotter *p = cvx_calloc (1, sizeof *p);
      if (p == NULL)
        return cvx_fail_nomem (err, "plotting");
      s->plotter = p;
    }
  *out = s->plotter;
  return CVX_OK;
}

/* A copy of S, which may be NULL.  */
static enum cvx_status
copy (char **to, const char *s, struct cvx_error *err)
{
  if (s == NULL)
    return CVX_OK;
  *to = cvx_strdup (s);
  return *to != NULL ? CVX_OK : cvx_fail_nomem (err, "plotting");
}

/* The numbers in "1,2,5:9".  Of a range, runs that were dropped are left out,
   but its ends must be there.  */
static enum cvx_status
read_runs (struct session *s, const struct lang_call *c,
           struct plot_request *r, struct cvx_error *err)
{
  const char *text = lang_call_text (c, "runs");
  if (text == NULL)
    return CVX_OK;
  if (strcmp (text, "all") == 0 || strcmp (text, "current") == 0)
    {
      r->runs = text[0] == 'a' ? PLOT_RUNS_ALL : PLOT_RUNS_CURRENT;
      return CVX_OK;
    }
  r->runs = PLOT_RUNS_NAMED;
  for (const char *p = text; *p != '\0';)
    {
      char *end;
      size_t id = strtoull (p, &end, 10), last = id, *grown;
      bool good = end != p;
      if (good && *end == ':')
        {
          const char *q = end + 1;
          last = strtoull (q, &end, 10);
          good = end != q && last >= id;
        }
      if (!good || (*end != ',' && *end != '\0')
          || session_find_run (s, id) == NULL
          || session_find_run (s, last) == NULL)
        return lang_call_fail (c, "runs", err, CVX_E390,
                               "there is no run %.*s", (int)strcspn (p, ","),
                               p);
      /* No more runs than there are lie between.  */
      grown = cvx_alloc (r->n_runs + s->n_runs, sizeof *grown);
      if (grown == NULL)
        return cvx_fail_nomem (err, "plotting");
      if (r->n_runs > 0)
        memcpy (grown, r->run, r->n_runs * sizeof *grown);
      cvx_free (r->run);
      r->run = grown;
      for (size_t k = 0; k < s->n_runs; k++)
        if (s->runs[k]->run->id >= id && s->runs[k]->run->id <= last)
          r->run[r->n_runs++] = s->runs[k]->run->id;
      p = end + (*end == ',');
    }
  return CVX_OK;
}

static enum cvx_status
read_request (struct session *s, const struct lang_call *c,
              struct plot_request *r, struct cvx_error *err)
{
  const char *const *names;
  size_t n = lang_call_names (c, "kinds", &names);
  int word = lang_call_word (c, "log");
  enum cvx_status status;
  if (n > PLOT_MAX_KINDS)
    return lang_call_fail (c, "kinds", err, CVX_E394,
                           "at most %d figures can be stacked",
                           PLOT_MAX_KINDS);
  for (size_t k = 0; k < n; k++)
    {
      r->kind[k] = figure_find (names[k]);
      if (r->kind[k] == NULL)
        {
          const char *const *known = kind_names (s), *near;
          size_t many = 0;
          while (known[many] != NULL)
            many++;
          near = cvx_did_you_mean (names[k], known, many);
          lang_call_fail_item (
              c, "kinds", k, err, CVX_E394, "no figure is called \"%s\"%s%s%s",
              names[k], near != NULL ? ".  Did you mean " : "",
              near != NULL ? near : "", near != NULL ? "?" : "");
          return cvx_hint (err, "help plot lists them");
        }
    }
  r->n_kinds = n;
  if (lang_call_word (c, "size") == 1)
    r->size[0] = CMD_DOUBLE_COLUMN;
  else
    lang_call_size (c, "size", r->size);
  r->of = lang_call_word (c, "y") > 0 ? (enum figure_of)lang_call_word (c, "y")
                                      : FIGURE_OF_NORMS;
  lang_call_count (c, "top", &r->top);
  r->live = s->settings.plot_live != 0 && !lang_call_has (c, "to");
  lang_call_flag (c, "live", &r->live);
  r->over_time = lang_call_word (c, "x") == 1;
  r->log_x = word == 1 || word == 3;
  r->log_y = word == 2 || word == 3;
  r->key = lang_call_word (c, "key");
  r->style = lang_call_word (c, "style");
  r->term = lang_call_word (c, "term");
  if (r->term >= 0 && (lang_call_has (c, "to") != (r->term < TEX_WORDS)))
    return lang_call_fail (c, "term", err, CVX_E394,
                           r->term < TEX_WORDS
                               ? "term=%s is for files: to=NAME.tex"
                               : "term=%s is for the screen, not for files",
                           term_words[r->term]);
  r->term_name = r->term >= TEX_WORDS ? term_words[r->term] : NULL;
  status = read_runs (s, c, r, err);
  if (status == CVX_OK && lang_call_has (c, "true"))
    status = lang_expr_copy (&r->truth, s->interp,
                             lang_call_expr (c, "true", 0), err);
  if (status == CVX_OK)
    status = copy (&r->to, lang_call_text (c, "to"), err);
  if (status == CVX_OK)
    status = copy (&r->title, lang_call_text (c, "title"), err);
  if (status == CVX_OK)
    status = copy (&r->source, lang_call_source (c, NULL), err);
  return status;
}

/* One line for `plots'.  */
static void
remember (struct plotter *p, const struct plot_request *r)
{
  p->n_drawn++;
  cvx_text_printf (&p->drawn, "%3zu  %-24s %s\n", p->n_drawn,
                   r->to != NULL ? r->to : "(screen)", r->source);
}

enum cvx_status
cmd_plot (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct plotter *p = NULL;
  struct plot_request r = { .n_kinds = 0 };
  enum cvx_status status = plotter (s, &p, err);
  if (status == CVX_OK)
    status = read_request (s, c, &r, err);
  if (status == CVX_OK)
    {
      status = cmd_figure_draw (s, p, &r, err);
      if (status == CVX_STATE && r.live && err->id == CVX_E630)
        {
          session_note (s, "the figure is drawn when a solver works\n");
          status = CVX_OK;
        }
      else if (status != CVX_OK)
        lang_call_blame (
            c,
            err->id == CVX_E605 || err->status == CVX_OUTPUT ? "to" : "kinds",
            err);
    }
  if (status != CVX_OK)
    {
      request_free (&r);
      return status;
    }
  remember (p, &r);
  request_free (&p->last);
  p->last = r;
  p->any = true;
  p->live_said = false;
  return CVX_OK;
}

enum cvx_status
cmd_replot (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct plotter *p = NULL;
  const char *to = lang_call_text (c, "to");
  char *name = NULL, *old;
  enum cvx_status status = plotter (s, &p, err);
  if (status != CVX_OK)
    return status;
  if (!p->any)
    {
      cvx_fail (err, CVX_E330, "nothing was plotted yet");
      return cvx_hint (err, "plot gap");
    }
  status = copy (&name, to, err);
  if (status != CVX_OK)
    return status;
  old = p->last.to;
  if (to != NULL)
    p->last.to = name;
  status = cmd_figure_draw (s, p, &p->last, err);
  if (status != CVX_OK && to != NULL)
    {
      p->last.to = old;
      cvx_free (name);
      return lang_call_blame (c, "to", err);
    }
  if (to != NULL)
    cvx_free (old);
  if (status == CVX_OK)
    remember (p, &p->last);
  return status;
}

enum cvx_status
cmd_plots (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct plotter *p = s->plotter;
  (void)c;
  (void)err;
  if (p == NULL || p->n_drawn == 0)
    session_say (s, "no figures yet\n");
  else
    session_write (s, cvx_text_string (&p->drawn), p->drawn.len);
  return CVX_OK;
}

enum cvx_status
cmd_close (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct plotter *p = s->plotter;
  (void)c;
  (void)err;
  if (p == NULL)
    return CVX_OK;
  plot_child_free (p->child);
  p->child = NULL;
  p->window = NULL;
  p->last.live = false;
  return CVX_OK;
}

enum cvx_status
cmd_font_check (const char *font, struct cvx_error *err)
{
  const struct session_settings *set = NULL;
  if (strlen (font) >= sizeof set->font)
    return cvx_fail (err, CVX_E604,
                     "the name of a font has at most %zu bytes, this one %zu",
                     sizeof set->font - 1, strlen (font));
  return plot_check_words ("font", font, err);
}

enum cvx_status
cmd_style (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct session_settings *set = &s->settings;
  const char *font = lang_call_text (c, "font");
  int word = lang_call_word (c, "name");
  struct cvx_text t = CVX_TEXT_INIT;
  if (font != NULL && cmd_font_check (font, err) != CVX_OK)
    return lang_call_blame (c, "font", err);
  if (word >= 0)
    {
      /* A style brings its own letters.  */
      set->plot_style = word;
      set->font[0] = '\0';
      set->plot_letters = 0;
    }
  if (font != NULL)
    snprintf (set->font, sizeof set->font, "%s", font);
  lang_call_number (c, "size", &set->plot_letters);
  cvx_text_printf (&t, "style %s", set_style_words[(size_t)set->plot_style]);
  if (set->font[0] != '\0')
    cvx_text_printf (&t, ", font %s", set->font);
  if (set->plot_letters > 0)
    cvx_text_printf (&t, ", %g pt", set->plot_letters);
  cvx_text_put (&t, "\n");
  /* Asked alone it answers; told, it confirms unless --quiet.  */
  if (word >= 0 || font != NULL || lang_call_has (c, "size"))
    session_notes (s, &t);
  else
    session_write (s, cvx_text_string (&t), t.len);
  cvx_text_free (&t);
  return CVX_OK;
}
