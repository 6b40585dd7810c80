/* figure.c -- building and freeing figures.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/figure.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/alloc.h"

enum
{
  MAX_PANELS = 4096
};

static void
axis_init (struct plot_axis *a)
{
  a->min = a->max = NAN;
}

static void
strings_free (char **s, size_t n)
{
  for (size_t k = 0; s != NULL && k < n; k++)
    cvx_free (s[k]);
  cvx_free (s);
}

static void
axis_free (struct plot_axis *a)
{
  cvx_free (a->label);
  cvx_free (a->tic);
  strings_free (a->tic_text, a->n_tics);
}

static void
series_free (struct plot_series *s)
{
  cvx_free (s->title);
  cvx_free (s->x);
  cvx_free (s->y);
  cvx_free (s->z);
  cvx_free (s->level);
  strings_free (s->text, s->n);
}

enum cvx_status
plot_figure_new (struct plot_figure **fig, size_t rows, size_t cols,
                 struct cvx_error *err)
{
  struct plot_figure *f;
  if (rows == 0 || cols == 0 || rows > MAX_PANELS || cols > MAX_PANELS
      || rows * cols > MAX_PANELS)
    return cvx_fail (err, CVX_E602, "a figure of %zu x %zu panels (1 to %d)",
                     rows, cols, MAX_PANELS);
  f = cvx_calloc (1, sizeof *f);
  if (f == NULL)
    return cvx_fail_nomem (err, "making a figure");
  f->panel = cvx_calloc (rows * cols, sizeof *f->panel);
  if (f->panel == NULL)
    {
      cvx_free (f);
      return cvx_fail_nomem (err, "making a figure");
    }
  f->rows = rows;
  f->cols = cols;
  for (size_t k = 0; k < rows * cols; k++)
    {
      axis_init (&f->panel[k].x);
      axis_init (&f->panel[k].y);
      axis_init (&f->panel[k].z);
    }
  *fig = f;
  return CVX_OK;
}

void
plot_figure_free (struct plot_figure *fig)
{
  if (fig == NULL)
    return;
  for (size_t k = 0; k < fig->rows * fig->cols; k++)
    {
      struct plot_panel *p = &fig->panel[k];
      for (size_t i = 0; i < p->n; i++)
        series_free (&p->series[i]);
      cvx_free (p->series);
      cvx_free (p->title);
      axis_free (&p->x);
      axis_free (&p->y);
      axis_free (&p->z);
    }
  cvx_free (fig->panel);
  cvx_free (fig->title);
  cvx_text_free (&fig->comment);
  cvx_free (fig);
}

static struct plot_panel *
panel_of (struct plot_figure *fig, size_t panel)
{
  assert (panel < fig->rows * fig->cols);
  return &fig->panel[panel];
}

static void
set_words (struct plot_figure *fig, char **to, const char *words)
{
  char *copy = words != NULL ? cvx_strdup (words) : NULL;
  if (words != NULL && copy == NULL)
    fig->failed = true;
  cvx_free (*to);
  *to = copy;
}

void
plot_set_title (struct plot_figure *fig, size_t panel, const char *title)
{
  set_words (fig,
             panel == SIZE_MAX ? &fig->title : &panel_of (fig, panel)->title,
             title);
}

void
plot_set_labels (struct plot_figure *fig, size_t panel, const char *x,
                 const char *y)
{
  set_words (fig, &panel_of (fig, panel)->x.label, x);
  set_words (fig, &panel_of (fig, panel)->y.label, y);
}

void
plot_set_colour_label (struct plot_figure *fig, size_t panel, const char *z)
{
  set_words (fig, &panel_of (fig, panel)->z.label, z);
}

void
plot_set_range (struct plot_axis *axis, double min, double max)
{
  axis->min = min;
  axis->max = max;
}

void
plot_set_tics (struct plot_figure *fig, struct plot_axis *axis, size_t n,
               const double *at, const char *const *text)
{
  double *tic = cvx_copy (at, n, sizeof *at);
  char **words = cvx_calloc (n, sizeof *words);
  bool failed = tic == NULL || words == NULL;
  for (size_t k = 0; !failed && k < n; k++)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      if (text != NULL)
        cvx_text_put (&t, text[k]);
      else
        cvx_text_printf (&t, "%g", at[k]);
      words[k] = t.failed ? NULL : cvx_strdup (cvx_text_string (&t));
      failed = words[k] == NULL;
      cvx_text_free (&t);
    }
  if (failed)
    {
      fig->failed = true;
      cvx_free (tic);
      strings_free (words, n);
      return;
    }
  cvx_free (axis->tic);
  strings_free (axis->tic_text, axis->n_tics);
  axis->n_tics = n;
  axis->tic = tic;
  axis->tic_text = words;
}

void
plot_comment (struct plot_figure *fig, const char *key, const char *format,
              ...)
{
  va_list args;
  va_start (args, format);
  cvx_text_printf (&fig->comment, "%s: ", key);
  cvx_text_vprintf (&fig->comment, format, args);
  cvx_text_put (&fig->comment, "\n");
  va_end (args);
  if (fig->comment.failed)
    fig->failed = true;
}

/* A new series at the end of the panel, its arrays copied (NULL: none); NULL
   when memory ran out now or before.  */
static struct plot_series *
add (struct plot_figure *fig, size_t panel, struct plot_series like,
     size_t n_xy, size_t n_z)
{
  struct plot_panel *p = panel_of (fig, panel);
  struct plot_series *all, s = like;
  if (fig->failed)
    return NULL;
  /* Grow by powers of two: activation lines come by the hundred.  */
  if ((p->n & (p->n - 1)) == 0)
    {
      size_t cap = p->n == 0 ? 1 : 2 * p->n;
      all = cvx_grow (p->series, p->n, cap, sizeof *all);
      if (all == NULL)
        {
          fig->failed = true;
          return NULL;
        }
      p->series = all;
    }
  s.title = like.title != NULL ? cvx_strdup (like.title) : NULL;
  s.x = like.x != NULL ? cvx_copy (like.x, n_xy, sizeof *s.x) : NULL;
  s.y = like.y != NULL ? cvx_copy (like.y, n_xy, sizeof *s.y) : NULL;
  s.z = like.z != NULL ? cvx_copy (like.z, n_z, sizeof *s.z) : NULL;
  s.level = like.level != NULL
                ? cvx_copy (like.level, like.n_levels, sizeof *s.level)
                : NULL;
  if ((like.title != NULL && s.title == NULL)
      || (like.x != NULL && s.x == NULL) || (like.y != NULL && s.y == NULL)
      || (like.z != NULL && s.z == NULL)
      || (like.level != NULL && s.level == NULL))
    {
      fig->failed = true;
      series_free (&s);
      return NULL;
    }
  p->series[p->n] = s;
  return &p->series[p->n++];
}

/* The copies are made from these and never written through.  */
#define BORROW(P)       ((double *)(uintptr_t)(P))
#define BORROW_WORDS(P) ((char *)(uintptr_t)(P))

void
plot_add (struct plot_figure *fig, size_t panel, enum plot_kind kind, int role,
          const char *title, size_t n, const double *x, const double *y)
{
  struct plot_series like = { .kind = kind,
                              .role = role,
                              .title = BORROW_WORDS (title),
                              .n = n,
                              .x = BORROW (x),
                              .y = BORROW (y) };
  struct plot_series *s;
  assert (kind <= PLOT_BARS);
  if (x == NULL)
    like.x = like.y;
  s = add (fig, panel, like, n, 0);
  for (size_t k = 0; s != NULL && x == NULL && k < n; k++)
    s->x[k] = (double)k;
}

void
plot_add_band (struct plot_figure *fig, size_t panel, int role,
               const char *title, size_t n, const double *x, const double *low,
               const double *high)
{
  struct plot_series like = { .kind = PLOT_BAND,
                              .role = role,
                              .title = BORROW_WORDS (title),
                              .n = n,
                              .x = BORROW (x),
                              .y = BORROW (low),
                              .z = BORROW (high) };
  add (fig, panel, like, n, n);
}

void
plot_add_errors (struct plot_figure *fig, size_t panel, int role,
                 const char *title, size_t n, const double *x, const double *y,
                 const double *half)
{
  struct plot_series like = { .kind = PLOT_ERRORS,
                              .role = role,
                              .title = BORROW_WORDS (title),
                              .n = n,
                              .x = BORROW (x),
                              .y = BORROW (y),
                              .z = BORROW (half) };
  add (fig, panel, like, n, n);
}

void
plot_add_rules (struct plot_figure *fig, size_t panel, enum plot_kind kind,
                int role, const char *title, size_t n, const double *at)
{
  struct plot_series like
      = { .kind = kind, .role = role, .title = BORROW_WORDS (title), .n = n };
  assert (kind == PLOT_VLINE || kind == PLOT_HLINE);
  if (kind == PLOT_VLINE)
    like.x = BORROW (at);
  else
    like.y = BORROW (at);
  add (fig, panel, like, n, 0);
}

static void
add_grid (struct plot_figure *fig, size_t panel, struct plot_series like,
          double x0, double x1, double y0, double y1, const double *z)
{
  double x[2] = { x0, x1 }, y[2] = { y0, y1 };
  size_t count;
  if (!cvx_mul (like.nx, like.ny, &count))
    {
      fig->failed = true;
      return;
    }
  like.x = x;
  like.y = y;
  like.z = BORROW (z);
  add (fig, panel, like, 2, count);
}

void
plot_add_heat (struct plot_figure *fig, size_t panel, size_t nx, double x0,
               double x1, size_t ny, double y0, double y1, const double *z)
{
  struct plot_series like = { .kind = PLOT_HEAT, .nx = nx, .ny = ny };
  add_grid (fig, panel, like, x0, x1, y0, y1, z);
}

void
plot_add_contour (struct plot_figure *fig, size_t panel, int role,
                  const char *title, size_t nx, double x0, double x1,
                  size_t ny, double y0, double y1, const double *z,
                  size_t n_levels, const double *level)
{
  struct plot_series like = { .kind = PLOT_CONTOUR,
                              .role = role,
                              .title = BORROW_WORDS (title),
                              .nx = nx,
                              .ny = ny,
                              .n_levels = n_levels,
                              .level = BORROW (level) };
  add_grid (fig, panel, like, x0, x1, y0, y1, z);
}

void
plot_add_text (struct plot_figure *fig, size_t panel, int role, double x,
               double y, const char *text)
{
  struct plot_series like
      = { .kind = PLOT_TEXT, .role = role, .n = 1, .x = &x, .y = &y };
  struct plot_series *s = add (fig, panel, like, 1, 0);
  if (s == NULL)
    return;
  s->text = cvx_calloc (1, sizeof *s->text);
  if (s->text != NULL)
    s->text[0] = cvx_strdup (text);
  if (s->text == NULL || s->text[0] == NULL)
    fig->failed = true;
}

static bool
shows_something (const struct plot_series *s)
{
  size_t count
      = s->kind == PLOT_HEAT || s->kind == PLOT_CONTOUR ? s->nx * s->ny : s->n;
  for (size_t k = 0; k < count; k++)
    if (s->nx > 0 ? isfinite (s->z[k])
                  : (s->x == NULL || isfinite (s->x[k]))
                        && (s->y == NULL || isfinite (s->y[k])))
      return true;
  return false;
}

enum cvx_status
plot_figure_check (const struct plot_figure *fig, struct cvx_error *err)
{
  if (fig->failed)
    return cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; k < fig->rows * fig->cols; k++)
    {
      const struct plot_panel *p = &fig->panel[k];
      bool any = false;
      for (size_t i = 0; !any && i < p->n; i++)
        any = shows_something (&p->series[i]);
      if (!any && (p->n > 0 || fig->rows * fig->cols == 1))
        return cvx_fail (err, CVX_E603, "nothing to plot%s%s%s: %s",
                         p->y.label != NULL ? " (" : "",
                         p->y.label != NULL ? p->y.label : "",
                         p->y.label != NULL ? ")" : "",
                         p->n == 0 ? "there are no values"
                                   : "no value is finite");
    }
  return CVX_OK;
}
