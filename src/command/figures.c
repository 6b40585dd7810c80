/* figures.c -- figures of the session: from a request to a file or the
   screen, and again while a solver works.

   A figure is made from what the session holds, as a value; the plot layer
   turns it into a file or a picture.

   A live figure never holds the solver up: gnuplot gets a new frame only when
   it is done with the one before, and only as many bytes as its pipe takes.
   Without a window there is nothing to redraw; the figure is then drawn once,
   when the solver stops.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/plotter.h"

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

/* The finite values of x in panel P as far as they can be drawn.  */
static void
x_span (const struct plot_panel *p, double *min, double *max)
{
  for (size_t k = 0; k < p->n; k++)
    for (size_t i = 0; p->series[k].x != NULL && i < p->series[k].n; i++)
      {
        double v = p->series[k].x[i];
        if (!isfinite (v) || (p->x.log && v <= 0))
          continue;
        *min = fmin (*min, v);
        *max = fmax (*max, v);
      }
}

/* Stacked panels over the same quantity get the same range of x, and its
   name under the last one only.  */
static void
share_x (struct plot_figure *fig)
{
  struct plot_panel *p = fig->panel;
  double min = INFINITY, max = -INFINITY;
  if (fig->cols != 1)
    return;
  for (size_t k = 0; k < fig->rows; k++)
    {
      if (p[k].x.label == NULL || strcmp (p[k].x.label, p[0].x.label) != 0
          || p[k].x.log != p[0].x.log || !isnan (p[k].x.min))
        return;
      x_span (&p[k], &min, &max);
    }
  for (size_t k = 0; k < fig->rows && min < max; k++)
    {
      plot_set_range (&p[k].x, min, max);
      if (k + 1 < fig->rows)
        plot_set_labels (fig, k, NULL, p[k].y.label);
    }
}

/* The runs for KIND into RUNS (room for all), and the last of them.  */
static enum cvx_status
runs_of (struct session *s, const struct plot_request *r,
         const struct figure_kind *kind, const struct cvx_run **runs,
         size_t *n, struct session_run **last, struct cvx_error *err)
{
  bool all = r->runs == PLOT_RUNS_ALL
             || (r->runs == PLOT_RUNS_OF_KIND && kind->all_runs);
  *n = 0;
  *last = s->run;
  if (r->runs != PLOT_RUNS_NAMED && !all)
    {
      if (s->run != NULL)
        runs[(*n)++] = s->run->run;
      return CVX_OK;
    }
  for (size_t k = 0; k < (all ? s->n_runs : r->n_runs); k++)
    {
      struct session_run *run
          = all ? s->runs[k] : session_find_run (s, r->run[k]);
      if (run == NULL)
        return cvx_fail (err, CVX_E390, "there is no run %zu", r->run[k]);
      runs[(*n)++] = run->run;
      if (!all)
        *last = run;
    }
  return CVX_OK;
}

/* The user's expression for the truth, where x is X.  */
struct truth
{
  struct session *s;
  const struct lang_expr *e;
  double x;
};

static enum cvx_status
find_x (void *data, const char *path, bool *known, struct lang_value *value,
        struct cvx_error *err)
{
  const struct truth *t = data;
  (void)err;
  *known = strcmp (path, "x") == 0;
  *value = lang_number (t->x);
  return CVX_OK;
}

static enum cvx_status
true_value (void *data, double x, double *value, struct cvx_error *err)
{
  static const char *const names[] = { "x", NULL };
  struct truth *t = data;
  struct lang_scope scope = { find_x, names, t };
  t->x = x;
  return lang_eval_number (t->s->interp, t->e, &scope, value, err);
}

static enum cvx_status
make_kind (struct session *s, const struct plot_request *r,
           const struct figure_kind *kind, struct plot_figure **out,
           struct cvx_error *err)
{
  struct figure_input in = { .data = s->data,
                             .formulation = s->formulation,
                             .patterns = s->patterns,
                             .over_time = r->over_time,
                             .log_x = r->log_x,
                             .log_y = r->log_y,
                             .top = r->top,
                             .of = r->of };
  struct truth truth = { s, r->truth, 0 };
  const struct cvx_run **runs
      = cvx_alloc (s->n_runs + r->n_runs + 1, sizeof *runs);
  struct session_run *last;
  enum cvx_status status = CVX_OK;
  if (runs == NULL)
    return cvx_fail_nomem (err, "plotting");
  status = runs_of (s, r, kind, runs, &in.n_runs, &last, err);
  in.runs = runs;
  if (r->truth != NULL)
    {
      in.truth = true_value;
      in.truth_data = &truth;
    }
  if (status == CVX_OK && last != NULL)
    status = session_network (s, last, &in.network, err);
  if (status == CVX_OK)
    status = session_fill (s, err);
  if (status == CVX_OK)
    status = kind->make (out, &in, err);
  cvx_free (runs);
  return status;
}

static void
comments (struct session *s, const struct plot_request *r,
          struct plot_figure *fig)
{
  plot_comment (fig, "command", "%s", r->source);
  if (s->data != NULL)
    plot_comment (fig, "data", "%s (%016llx)", s->data->name,
                  (unsigned long long)s->data->hash);
  plot_comment (fig, "seed", "%.0f", s->settings.seed);
  plot_comment (fig, "version", "cvxnn %s", PACKAGE_VERSION);
}

static enum cvx_status
make (struct session *s, const struct plot_request *r,
      struct plot_figure **out, struct cvx_error *err)
{
  struct plot_figure *fig[PLOT_MAX_KINDS] = { NULL };
  enum cvx_status status = CVX_OK;
  if (r->title != NULL)
    status = plot_check_words ("the title", r->title, err);
  for (size_t k = 0; k < r->n_kinds && status == CVX_OK; k++)
    status = make_kind (s, r, r->kind[k], &fig[k], err);
  if (status == CVX_OK)
    status = stack (out, fig, r->n_kinds, err);
  for (size_t k = 0; k < r->n_kinds; k++)
    plot_figure_free (fig[k]);
  if (status != CVX_OK)
    return status;
  share_x (*out);
  for (size_t k = 0; r->key >= 0 && k < (*out)->rows * (*out)->cols; k++)
    (*out)->panel[k].key = (enum plot_key)r->key;
  if (r->title != NULL)
    plot_set_title (*out, SIZE_MAX, r->title);
  comments (s, r, *out);
  return plot_figure_check (*out, err);
}

/* The terminal on the screen that R asks for, or the settings; NULL: none.  */
static const char *
terminal_of (const struct session *s, const struct plot_request *r)
{
  int k = (int)s->settings.plot_term;
  return r->term_name != NULL ? r->term_name
         : k > 0              ? set_term_words[k]
                              : NULL;
}

/* How R is drawn: style 0 is "auto", paper in files and screen in windows. */
static void
options_of (struct session *s, const struct plot_request *r,
            struct plot_options *o)
{
  int style = r->style > 0 ? r->style : (int)s->settings.plot_style;
  struct winsize w;
  o->style = style > 0       ? (enum plot_style) (style - 1)
             : r->to != NULL ? PLOT_STYLE_PAPER
                             : PLOT_STYLE_SCREEN;
  o->width = r->size[0] > 0 ? r->size[0] : s->settings.plot_size;
  o->height = r->size[0] > 0 ? r->size[1] : s->settings.plot_height;
  o->font = s->settings.font[0] != '\0' ? s->settings.font : NULL;
  o->font_size = s->settings.plot_letters;
  if (r->to != NULL)
    {
      o->tex = (enum plot_tex) (r->term >= 0 ? r->term
                                             : (int)s->settings.plot_tex);
      return;
    }
  o->format = PLOT_SCREEN;
  o->terminal = terminal_of (s, r);
  if (s->out_tty && ioctl (STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
    {
      o->columns = w.ws_col > 0 ? w.ws_col - 1 : 0;
      o->lines = w.ws_row > 12 ? w.ws_row - 2 : 0;
    }
}

enum cvx_status
cmd_figure_draw (struct session *s, struct plotter *p,
                 const struct plot_request *r, struct cvx_error *err)
{
  struct plot_options o = { .format = PLOT_PDF };
  struct plot_notes notes = { 0, 0, 0, 0 };
  struct plot_figure *fig = NULL;
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  if (r->to != NULL)
    {
      status = plot_format_of (r->to, &o.format, err);
      if (status == CVX_OK && r->term >= 0 && o.format != PLOT_TEX)
        status = cvx_fail (err, CVX_E394,
                           "term= is for .tex files, %s is none", r->to);
      if (status == CVX_OK)
        status = session_may_write (s, r->to, err);
    }
  if (status == CVX_OK)
    status = make (s, r, &fig, err);
  if (status == CVX_OK && p->child == NULL)
    status = plot_child_new (&p->child, NULL, err);
  if (status != CVX_OK)
    {
      plot_figure_free (fig);
      return status;
    }
  plot_child_set_deadline (p->child, s->settings.plot_time);
  options_of (s, r, &o);
  session_work_begin (s, "drawing");
  if (s->no_plot)
    ;
  else if (r->to != NULL)
    status = plot_write (p->child, fig, &o, r->to, &s->progress.abort, &notes,
                         NULL, err);
  else
    status
        = plot_show (p->child, fig, &o, &t, &s->progress.abort, &notes, err);
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

/* ------------------------------------------------------------ live figures */

/* Seconds between looks at gnuplot: a look costs some microseconds.  */
#define LIVE_PAUSE 0.02

/* A failure ends the live figure, not the solver.  */
static void
live_failed (struct session *s, struct plotter *p, const struct cvx_error *err)
{
  p->last.live = false;
  session_note (s, "the live figure ends: %s\n", err->text);
}

static enum cvx_status
live_frame (struct session *s, struct plotter *p, struct cvx_error *err)
{
  struct plot_options o = { .format = PLOT_SCREEN };
  struct plot_figure *fig = NULL;
  struct cvx_text script = CVX_TEXT_INIT;
  bool idle = true, taken = false;
  enum cvx_status status = plot_child_poll (p->child, &idle, err);
  if (status != CVX_OK)
    return status;
  if (!idle)
    {
      p->lost++;
      return CVX_OK;
    }
  status = make (s, &p->last, &fig, err);
  if (status == CVX_OK)
    {
      options_of (s, &p->last, &o);
      o.terminal = p->window;
      status = plot_script (fig, &o, NULL, &script, NULL, err);
    }
  if (status == CVX_OK)
    status
        = plot_child_post (p->child, cvx_text_string (&script), &taken, err);
  if (status == CVX_OK)
    {
      p->frames += taken;
      p->lost += !taken;
    }
  plot_figure_free (fig);
  cvx_text_free (&script);
  return status;
}

void
cmd_live_begin (struct session *s)
{
  struct plotter *p = s->plotter;
  struct cvx_error err;
  enum cvx_status status = CVX_OK;
  if (p == NULL || !p->any || !p->last.live || s->no_plot)
    return;
  p->window = NULL;
  p->frames = p->lost = 0;
  p->live_clock = 0;
  if (p->last.to == NULL)
    {
      if (p->child == NULL)
        status = plot_child_new (&p->child, NULL, &err);
      if (status == CVX_OK)
        status = plot_window (p->child, terminal_of (s, &p->last), &p->window,
                              &s->progress.abort, &err);
      if (status != CVX_OK)
        {
          live_failed (s, p, &err);
          return;
        }
    }
  if (p->window == NULL && !p->live_said)
    {
      p->live_said = true;
      if (p->last.to != NULL)
        session_note (s, "%s is written when the solver stops\n", p->last.to);
      else
        session_note (s, "no display: the figure is drawn as text when the "
                         "solver stops\n");
    }
}

void
cmd_live (struct session *s, double clock)
{
  struct plotter *p = s->plotter;
  struct cvx_error err;
  if (p == NULL || !p->last.live || p->window == NULL
      || clock - p->live_clock < LIVE_PAUSE)
    return;
  p->live_clock = clock;
  if (live_frame (s, p, &err) != CVX_OK)
    live_failed (s, p, &err);
}

void
cmd_live_end (struct session *s)
{
  struct plotter *p = s->plotter;
  struct cvx_error err;
  if (p == NULL || !p->any || !p->last.live || s->no_plot)
    return;
  /* The last frame is drawn whole, and may be waited for.  */
  if (cmd_figure_draw (s, p, &p->last, &err) != CVX_OK)
    live_failed (s, p, &err);
}
