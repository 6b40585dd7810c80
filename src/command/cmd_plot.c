/* cmd_plot.c -- figures: plot, replot.

   A figure is made from what the session holds, as a value; the plot layer
   turns it into a file or a picture on the screen.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/command.h"
#include "figure/figure_kinds.h"
#include "plot/plot.h"

enum
{
  MAX_KINDS = 8
};

/* What the last plot command asked for; owned by the session.  */
struct request
{
  const struct figure_kind *kind[MAX_KINDS];
  size_t n_kinds;
  char *to, *title, *source; /* owned; TO and TITLE may be NULL */
  size_t *run;               /* owned; numbers of runs, N_RUNS */
  size_t n_runs;
  bool all_runs;
  double size[2]; /* inches, 0: of the style */
  bool over_time, log_x, log_y;
  enum plot_style style;
};

/* The part of the session that is about figures.  */
struct plotter
{
  struct plot_child *child;
  struct request last;
  bool any;
};

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

static const char *const *
style_names (void *session)
{
  static const char *names[PLOT_N_STYLES + 1];
  (void)session;
  for (int k = 0; k < PLOT_N_STYLES; k++)
    names[k] = plot_style_name ((enum plot_style)k);
  return names;
}

static const char *const x_words[] = { "iter", "time", NULL };
static const char *const log_words[] = { "no", "x", "y", "xy", NULL };

const struct lang_key cmd_plot_keys[] = {
  { .name = "kinds",
    .kind = LANG_KIND_NAMES,
    .flags = LANG_ARG | LANG_REQUIRED,
    .candidates = kind_names,
    .help = "what to draw; several are stacked" },
  { .name = "to",
    .kind = LANG_KIND_PATH,
    .help = "file: .pdf .svg .png .eps .tex .txt .gp .csv; the screen when "
            "not given" },
  { .name = "size",
    .kind = LANG_KIND_SIZE,
    .help = "width,height in in, cm, pt or px" },
  { .name = "title", .kind = LANG_KIND_STRING, .help = "words above it" },
  { .name = "runs",
    .kind = LANG_KIND_STRING,
    .default_text = "current",
    .help = "all, or numbers as in 1,2" },
  { .name = "x",
    .kind = LANG_KIND_WORD,
    .words = x_words,
    .default_text = "iter",
    .help = "horizontal axis of histories" },
  { .name = "log",
    .kind = LANG_KIND_WORD,
    .words = log_words,
    .default_text = "of the kind",
    .help = "logarithmic axes" },
  { .name = "style",
    .kind = LANG_KIND_WORD,
    .candidates = style_names,
    .default_text = "paper",
    .help = "fonts, lines and size" },
  { .name = NULL }
};
const struct lang_key cmd_replot_keys[] = { { .name = "to",
                                              .kind = LANG_KIND_PATH,
                                              .default_text = "as before",
                                              .help = "file" },
                                            { .name = NULL } };

static void
request_free (struct request *r)
{
  cvx_free (r->to);
  cvx_free (r->title);
  cvx_free (r->source);
  cvx_free (r->run);
  *r = (struct request){ .n_kinds = 0 };
}

void
cmd_plot_close (struct session *s)
{
  struct plotter *p = s->plotter;
  if (p == NULL)
    return;
  plot_child_free (p->child);
  request_free (&p->last);
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

/* The numbers in "1,2,5".  */
static enum cvx_status
read_runs (struct session *s, const struct lang_call *c, struct request *r,
           struct cvx_error *err)
{
  const char *text = lang_call_text (c, "runs");
  if (text == NULL)
    return CVX_OK;
  if (strcmp (text, "all") == 0)
    {
      r->all_runs = true;
      return CVX_OK;
    }
  r->run = cvx_calloc (strlen (text) + 1, sizeof *r->run);
  if (r->run == NULL)
    return cvx_fail_nomem (err, "plotting");
  for (const char *p = text; *p != '\0';)
    {
      char *end;
      size_t id = strtoull (p, &end, 10);
      if (end == p || (*end != ',' && *end != '\0')
          || session_find_run (s, id) == NULL)
        return lang_call_fail (c, "runs", err, CVX_E390,
                               "there is no run %.*s", (int)strcspn (p, ","),
                               p);
      r->run[r->n_runs++] = id;
      p = end + (*end == ',');
    }
  return CVX_OK;
}

static enum cvx_status
read_request (struct session *s, const struct lang_call *c, struct request *r,
              struct cvx_error *err)
{
  const char *const *names;
  size_t n = lang_call_names (c, "kinds", &names);
  int word = lang_call_word (c, "log");
  const char *style = lang_call_text (c, "style");
  enum cvx_status status;
  if (n > MAX_KINDS)
    return lang_call_fail (c, "kinds", err, CVX_E394,
                           "at most %d figures can be stacked", MAX_KINDS);
  for (size_t k = 0; k < n; k++)
    {
      r->kind[k] = figure_find (names[k]);
      if (r->kind[k] == NULL)
        {
          lang_call_fail_item (c, "kinds", k, err, CVX_E394,
                               "no figure is called \"%s\"", names[k]);
          return cvx_hint (err, "help plot lists them");
        }
    }
  r->n_kinds = n;
  lang_call_size (c, "size", r->size);
  r->over_time = lang_call_word (c, "x") == 1;
  r->log_x = word == 1 || word == 3;
  r->log_y = word == 2 || word == 3;
  if (style != NULL)
    r->style = (enum plot_style)plot_style_find (style);
  status = read_runs (s, c, r, err);
  if (status == CVX_OK)
    status = copy (&r->to, lang_call_text (c, "to"), err);
  if (status == CVX_OK)
    status = copy (&r->title, lang_call_text (c, "title"), err);
  if (status == CVX_OK)
    status = copy (&r->source, lang_call_source (c, NULL), err);
  return status;
}

/* Panels of the N figures FIG under each other; the figures are used up.  */
static enum cvx_status
stack (struct plot_figure **out, struct plot_figure **fig, size_t n,
       struct cvx_error *err)
{
  size_t rows = 0, at = 0;
  enum cvx_status status;
  if (n == 1)
    {
      *out = fig[0];
      fig[0] = NULL;
      return CVX_OK;
    }
  for (size_t k = 0; k < n; k++)
    {
      if (fig[k]->cols != fig[0]->cols)
        return cvx_fail (err, CVX_E394,
                         "these figures have unequal numbers of columns and "
                         "cannot be stacked");
      rows += fig[k]->rows;
    }
  status = plot_figure_new (out, rows, fig[0]->cols, err);
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    for (size_t j = 0; j < fig[k]->rows * fig[k]->cols; j++)
      {
        struct plot_panel empty = (*out)->panel[at];
        (*out)->panel[at++] = fig[k]->panel[j];
        fig[k]->panel[j] = empty;
      }
  return status;
}

static enum cvx_status
make (struct session *s, const struct request *r, struct plot_figure **out,
      struct cvx_error *err)
{
  struct plot_figure *fig[MAX_KINDS] = { NULL };
  struct figure_input in = { .data = s->data, .formulation = s->formulation };
  size_t n = r->all_runs ? s->n_runs : r->n_runs;
  const struct cvx_run **runs = session_scratch (s, n + 1, sizeof *runs);
  enum cvx_status status = CVX_OK;
  if (runs == NULL)
    return cvx_fail_nomem (err, "plotting");
  for (size_t k = 0; k < n; k++)
    {
      struct session_run *run
          = r->all_runs ? s->runs[k] : session_find_run (s, r->run[k]);
      if (run == NULL)
        return cvx_fail (err, CVX_E390, "there is no run %zu", r->run[k]);
      runs[k] = run->run;
    }
  if (n == 0 && s->run != NULL)
    runs[n++] = s->run->run;
  in.runs = runs;
  in.n_runs = n;
  in.over_time = r->over_time;
  in.log_x = r->log_x;
  in.log_y = r->log_y;
  if (s->run != NULL)
    status = session_network (s, s->run, &in.network, err);
  for (size_t k = 0; k < r->n_kinds && status == CVX_OK; k++)
    status = r->kind[k]->make (&fig[k], &in, err);
  if (status == CVX_OK)
    status = stack (out, fig, r->n_kinds, err);
  for (size_t k = 0; k < r->n_kinds; k++)
    plot_figure_free (fig[k]);
  if (status != CVX_OK)
    return status;
  if (r->title != NULL)
    {
      status = plot_check_words ("the title", r->title, err);
      if (status != CVX_OK)
        {
          plot_figure_free (*out);
          return status;
        }
      plot_set_title (*out, SIZE_MAX, r->title);
    }
  plot_comment (*out, "command", "%s", r->source);
  if (s->data != NULL)
    plot_comment (*out, "data", "%s (%016llx)", s->data->name,
                  (unsigned long long)s->data->hash);
  plot_comment (*out, "seed", "%.0f", s->settings.seed);
  plot_comment (*out, "version", "cvxnn %s", PACKAGE_VERSION);
  return CVX_OK;
}

/* Draw R with the child of P.  */
static enum cvx_status
draw (struct session *s, struct plotter *p, const struct request *r,
      struct cvx_error *err)
{
  struct plot_options o = { .style = r->style };
  struct plot_notes notes = { 0 };
  struct plot_figure *fig;
  struct cvx_text t = CVX_TEXT_INIT;
  struct winsize w;
  enum cvx_status status = CVX_OK;
  if (r->to != NULL)
    {
      status = plot_format_of (r->to, &o.format, err);
      if (status == CVX_OK)
        status = session_may_write (s, r->to, err);
    }
  if (status == CVX_OK)
    status = make (s, r, &fig, err);
  if (status != CVX_OK)
    return status;
  status = plot_figure_check (fig, err);
  o.width = r->size[0];
  o.height = r->size[1];
  if (status == CVX_OK && p->child == NULL)
    status = plot_child_new (&p->child, NULL, err);
  session_work_begin (s, "drawing");
  if (s->no_plot || status != CVX_OK)
    ;
  else if (r->to != NULL)
    status = plot_write (p->child, fig, &o, r->to, &s->progress.abort, &notes,
                         NULL, err);
  else
    {
      o.format = PLOT_SCREEN;
      if (s->out_tty && ioctl (STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
        {
          o.columns = w.ws_col > 0 ? w.ws_col - 1 : 0;
          o.lines = w.ws_row > 12 ? w.ws_row - 2 : 0;
        }
      status
          = plot_show (p->child, fig, &o, &t, &s->progress.abort, &notes, err);
    }
  session_work_end (s);
  if (status == CVX_OK)
    {
      session_write (s, cvx_text_string (&t), t.len);
      cvx_text_clear (&t);
      plot_notes_words (&notes, &t);
      session_notes (s, &t);
      if (r->to != NULL && !s->no_plot)
        cmd_wrote (s, r->to);
    }
  cvx_text_free (&t);
  plot_figure_free (fig);
  return status;
}

enum cvx_status
cmd_plot (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct plotter *p = NULL;
  struct request r = { .n_kinds = 0 };
  enum cvx_status status = plotter (s, &p, err);
  if (status == CVX_OK)
    status = read_request (s, c, &r, err);
  if (status == CVX_OK)
    {
      status = draw (s, p, &r, err);
      if (status != CVX_OK)
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
  request_free (&p->last);
  p->last = r;
  p->any = true;
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
  status = draw (s, p, &p->last, err);
  if (status != CVX_OK && to != NULL)
    {
      p->last.to = old;
      cvx_free (name);
      return lang_call_blame (c, "to", err);
    }
  if (to != NULL)
    cvx_free (old);
  return status;
}
