/* series.c -- a series as a data block and elements of the plot command.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

enum
{
  FILE_POINTS = 20000,
  SCREEN_POINTS = 5000,
  FILE_CELLS = 600, /* a side: 3 inches at 200 per inch */
  SCREEN_CELLS = 300,
  DASH_POINTS = 200 /* longer curves are never dashed: dashes break up */
};

/* "$pKsI", the data block of series I of panel K.  */
static void
block_name (struct plot_script *s, size_t panel, size_t series)
{
  cvx_text_printf (s->out, "$p%zus%zu", panel, series);
}

static void
lines_look (struct plot_script *s, const struct plot_look *look, size_t n)
{
  if (s->dumb)
    return;
  cvx_text_printf (s->out, " linewidth %.3g linecolor rgb \"%s\"",
                   look->width * s->sizes.line * s->unit, look->colour);
  cvx_text_printf (s->out, " dashtype %s",
                   look->dash != NULL && n <= DASH_POINTS ? look->dash
                                                          : "solid");
}

static void
marks_look (struct plot_script *s, int mark, double size, const char *colour,
            double width)
{
  if (s->dumb)
    return;
  cvx_text_printf (s->out,
                   " pointtype %d pointsize %.3g linewidth %.3g"
                   " linecolor rgb \"%s\"",
                   mark, size * s->sizes.point,
                   width * s->sizes.line * s->unit, colour);
}

static void
key_title (struct plot_script *s, const char *title)
{
  if (title == NULL)
    cvx_text_put (s->out, " notitle");
  else
    {
      cvx_text_put (s->out, " title ");
      plot_words (s->out, title, s->dialect);
      if (s->dialect == PLOT_ENHANCED)
        cvx_text_put (s->out, " noenhanced");
    }
}

/* Start the next element of the plot command.  */
static void
element (struct plot_script *s, bool *first, size_t panel, size_t series,
         const char *how)
{
  cvx_text_put (s->out, *first ? "plot \\\n  " : ", \\\n  ");
  *first = false;
  block_name (s, panel, series);
  cvx_text_printf (s->out, " using %s", how);
}

/* Marks with an edge that sets them off from what lies below: white around
   filled marks, coloured around open ones.  */
static void
marks (struct plot_script *s, bool *first, size_t panel, size_t series,
       const struct plot_look *look, const char *title)
{
  const char *how = "1:2 with points";
  if (!s->dumb)
    {
      element (s, first, panel, series, how);
      marks_look (s, look->mark | 1, look->size + (look->open ? 0 : 0.25),
                  "#FFFFFF", 0.5);
      cvx_text_put (s->out, " notitle");
    }
  element (s, first, panel, series, how);
  marks_look (s, look->open ? (look->mark | 1) - 1 : look->mark, look->size,
              look->colour, look->open ? 0.75 : 0.5);
  key_title (s, title);
}

static void
curve (struct plot_script *s, bool *first, size_t panel, size_t i,
       const struct plot_series *series, const struct plot_points *points,
       const struct plot_look *look)
{
  bool steps = series->kind == PLOT_STEPS;
  if (points->n == 1)
    {
      marks (s, first, panel, i, look, series->title);
      return;
    }
  if (s->mono && series->role >= PLOT_CYCLE && !steps)
    {
      size_t every = points->n > 8 ? points->n / 8 : 1;
      element (s, first, panel, i, "1:2 with linespoints");
      lines_look (s, look, points->n);
      cvx_text_printf (s->out,
                       " pointtype %d pointsize %.3g "
                       "pointinterval %zu",
                       look->mark, look->size * s->sizes.point, every);
    }
  else
    {
      element (s, first, panel, i,
               steps ? "1:2 with steps" : "1:2 with lines");
      lines_look (s, look, points->n);
    }
  key_title (s, series->title);
}

static void
draw_points (struct plot_script *s, bool *first, size_t panel, size_t i,
             const struct plot_series *series,
             const struct plot_points *points, const struct plot_look *look)
{
  /* Transparency is beyond PostScript.  */
  bool clear = s->options->format != PLOT_EPS
               && !(s->options->format == PLOT_TEX
                    && s->options->tex == PLOT_EPSLATEX);
  struct plot_look thin = *look;
  switch (series->kind)
    {
    case PLOT_LINE:
    case PLOT_STEPS:
      curve (s, first, panel, i, series, points, look);
      break;
    case PLOT_VLINE:
    case PLOT_HLINE:
      element (s, first, panel, i, "1:2 with lines");
      lines_look (s, look, 2);
      key_title (s, series->title);
      break;
    case PLOT_IMPULSES:
      thin.width *= 0.6;
      thin.dash = NULL;
      element (s, first, panel, i, "1:2 with impulses");
      lines_look (s, &thin, 2);
      cvx_text_put (s->out, " notitle");
      marks (s, first, panel, i, look, series->title);
      break;
    case PLOT_BARS:
      element (s, first, panel, i, "1:2:3 with boxes");
      if (!s->dumb)
        cvx_text_printf (s->out,
                         " fillstyle solid 0.85 noborder linecolor rgb \"%s\"",
                         look->colour);
      key_title (s, series->title);
      break;
    case PLOT_BAND:
      element (s, first, panel, i, "1:2:3 with filledcurves");
      cvx_text_printf (s->out,
                       " fillstyle %ssolid 0.25 noborder linecolor rgb \"%s\"",
                       clear ? "transparent " : "", look->colour);
      key_title (s, series->title);
      break;
    case PLOT_ERRORS:
      element (s, first, panel, i, "1:2:3:4 with yerrorbars");
      marks_look (s, look->mark, look->size, look->colour, 0.6);
      /* Else gnuplot wipes out what lies around the marks.  */
      if (!s->dumb)
        cvx_text_put (s->out, " pointinterval 1");
      key_title (s, series->title);
      break;
    default:
      marks (s, first, panel, i, look, series->title);
    }
}

/* The lines of the data block of a series of points.  */
static void
write_points (struct plot_script *s, const struct plot_series *series,
              const struct plot_points *points, const struct plot_range *x,
              const struct plot_range *y)
{
  double bar = series->kind == PLOT_BARS
                   ? 0.8 * plot_smallest_step (series->x, series->n)
                   : 0;
  for (size_t k = 0; k < points->n; k++)
    {
      double px = points->x[k], py = points->y[k];
      double pz = points->z != NULL ? points->z[k] : 0;
      if (isnan (px))
        cvx_text_put (s->out, "\n");
      else if (series->kind == PLOT_VLINE)
        cvx_text_printf (s->out, "%.17g %.17g\n%.17g %.17g\n\n", px, y->min,
                         px, y->max);
      else if (series->kind == PLOT_HLINE)
        cvx_text_printf (s->out, "%.17g %.17g\n%.17g %.17g\n\n", x->min, py,
                         x->max, py);
      else if (series->kind == PLOT_BARS)
        cvx_text_printf (s->out, "%.17g %.17g %.17g\n", px, py, bar);
      else if (series->kind == PLOT_BAND)
        cvx_text_printf (s->out, "%.17g %.17g %.17g\n", px, py, pz);
      else if (series->kind == PLOT_ERRORS)
        cvx_text_printf (s->out, "%.17g %.17g %.17g %.17g\n", px, py,
                         y->log ? fmax (py - pz, y->min) : py - pz, py + pz);
      else
        cvx_text_printf (s->out, "%.17g %.17g\n", px, py);
    }
}

/* Words at points; outside the panel they would be drawn over its
   neighbours.  */
static void
labels (struct plot_script *s, const struct plot_series *series,
        const struct plot_points *points, const struct plot_range *x,
        const struct plot_range *y, const struct plot_look *look)
{
  /* Nothing is thinned or broken in a PLOT_TEXT: but points may be missing,
     so texts are matched by place.  */
  bool cell = series->role == PLOT_ON_LIGHT || series->role == PLOT_ON_DARK;
  size_t at = 0;
  for (size_t k = 0; k < series->n && at < points->n; k++)
    {
      double px = points->x[at], py = points->y[at];
      if (!isfinite (series->x[k]) || !isfinite (series->y[k])
          || series->x[k] != px)
        continue;
      at++;
      if (px < x->min || px > x->max || py < y->min || py > y->max)
        continue;
      cvx_text_put (s->out, "set label ");
      plot_words (s->out, series->text[k], s->dialect);
      cvx_text_printf (s->out, " at first %.17g,%.17g %s front%s", px, py,
                       cell ? "center" : "left",
                       s->dialect == PLOT_ENHANCED ? " noenhanced" : "");
      if (!s->dumb)
        cvx_text_printf (s->out, "%s textcolor rgb \"%s\"",
                         cell ? "" : " offset character 0.7,0", look->colour);
      cvx_text_put (s->out, "\n");
    }
}

/* --- grids --- */

/* Characters for cells of a heat in a text figure, small to large.  */
static void
write_character_cells (struct plot_script *s, const double *z, size_t mx,
                       size_t my, const double ends[4],
                       const struct plot_range *r)
{
  static const char ramp[] = " .:-=+*#%@";
  double dx = mx > 1 ? (ends[1] - ends[0]) / (double)(mx - 1) : 0;
  double dy = my > 1 ? (ends[3] - ends[2]) / (double)(my - 1) : 0;
  for (size_t j = 0; j < my; j++)
    for (size_t i = 0; i < mx; i++)
      {
        double at = (z[j * mx + i] - r->min) / (r->max - r->min);
        int level = at > 0 ? (int)(fmin (at, 1) * 9.999) : 0;
        if (isfinite (z[j * mx + i]) && level > 0)
          cvx_text_printf (s->out, "%.17g %.17g \"%c\"\n",
                           ends[0] + dx * (double)i, ends[2] + dy * (double)j,
                           ramp[level]);
      }
}

static void
write_matrix (struct plot_script *s, const double *z, size_t mx, size_t my)
{
  for (size_t j = 0; j < my; j++)
    {
      for (size_t i = 0; i < mx; i++)
        if (isfinite (z[j * mx + i]))
          cvx_text_printf (s->out, "%.7g ", z[j * mx + i]);
        else
          cvx_text_put (s->out, "NaN ");
      cvx_text_put (s->out, "\n");
    }
}

/* "using" of a matrix block in user coordinates.  */
static void
matrix_using (struct plot_script *s, size_t mx, size_t my,
              const double ends[4])
{
  cvx_text_printf (
      s->out, " matrix using (%.17g+$1*%.17g):(%.17g+$2*%.17g):3", ends[0],
      mx > 1 ? (ends[1] - ends[0]) / (double)(mx - 1) : 1, ends[2],
      my > 1 ? (ends[3] - ends[2]) / (double)(my - 1) : 1);
}

/* Levels that some cells are above and some below; others have no line.  */
static size_t
write_levels (struct plot_script *s, const struct plot_series *series)
{
  double lo = INFINITY, hi = -INFINITY;
  size_t n = 0;
  for (size_t k = 0; k < series->nx * series->ny; k++)
    if (isfinite (series->z[k]))
      {
        lo = fmin (lo, series->z[k]);
        hi = fmax (hi, series->z[k]);
      }
  for (size_t k = 0; k < series->n_levels; k++)
    if (series->level[k] > lo && series->level[k] < hi)
      cvx_text_printf (s->out, "%s%.17g",
                       n++ == 0 ? "set cntrparam levels discrete " : ",",
                       series->level[k]);
  return n;
}

static bool
same_grid (const struct plot_series *a, const struct plot_series *b)
{
  return a->kind == PLOT_HEAT && a->nx == b->nx && a->ny == b->ny
         && memcmp (a->x, b->x, 2 * sizeof *a->x) == 0
         && memcmp (a->y, b->y, 2 * sizeof *a->y) == 0
         && memcmp (a->z, b->z, a->nx * a->ny * sizeof *a->z) == 0;
}

/* The series of PANEL before I whose cells are those of SERIES I, which then
   need not be written again; I when there is none.  */
static size_t
written_before (const struct plot_script *s, size_t panel, size_t i,
                const struct plot_series *series)
{
  size_t k = 0;
  if (s->dumb || series->kind != PLOT_CONTOUR)
    return i;
  while (k < i && !same_grid (&s->fig->panel[panel].series[k], series))
    k++;
  return k;
}

/* How a grid was written, for its element of the plot command.  */
struct grid_drawn
{
  size_t mx, my;
  double ends[4];
  bool any;
};

static enum cvx_status
write_grid (struct plot_script *s, size_t panel, size_t i,
            const struct plot_series *series, const struct plot_range *z,
            struct grid_drawn *drawn, struct cvx_error *err)
{
  bool screen = s->options->format == PLOT_SCREEN;
  size_t limit = screen ? SCREEN_CELLS : FILE_CELLS;
  bool characters = s->dumb && series->kind == PLOT_HEAT;
  size_t before = written_before (s, panel, i, series);
  double *cells;
  enum cvx_status status = plot_reduce_grid (
      series, characters ? 60 : limit, characters ? 18 : limit, &cells,
      &drawn->mx, &drawn->my, drawn->ends, err);
  if (status != CVX_OK)
    return status;
  if (drawn->mx != series->nx || drawn->my != series->ny)
    s->notes->thinned++;
  if (before == i)
    {
      block_name (s, panel, i);
      cvx_text_printf (s->out, "%s << EOD\n",
                       series->kind == PLOT_CONTOUR ? "g" : "");
      if (characters)
        write_character_cells (s, cells, drawn->mx, drawn->my, drawn->ends, z);
      else
        write_matrix (s, cells, drawn->mx, drawn->my);
      cvx_text_put (s->out, "EOD\n");
    }
  cvx_free (cells);
  drawn->any = true;
  if (series->kind == PLOT_CONTOUR)
    {
      drawn->any = write_levels (s, series) > 0;
      if (!drawn->any)
        return CVX_OK;
      cvx_text_put (s->out, "\nset cntrparam linear\nset contour base\n"
                            "unset surface\nset table ");
      block_name (s, panel, i);
      cvx_text_put (s->out, "\nsplot ");
      block_name (s, panel, before);
      cvx_text_put (s->out, before == i ? "g" : "");
      matrix_using (s, drawn->mx, drawn->my, drawn->ends);
      cvx_text_put (s->out, " with lines notitle\nunset table\n"
                            "unset contour\nset surface\n");
    }
  return CVX_OK;
}

static void
draw_grid (struct plot_script *s, bool *first, size_t panel, size_t i,
           const struct plot_series *series, const struct grid_drawn *drawn,
           const struct plot_look *look)
{
  if (series->kind == PLOT_CONTOUR)
    {
      element (s, first, panel, i, "1:2 with lines");
      lines_look (s, look, SIZE_MAX);
      key_title (s, series->title);
      return;
    }
  cvx_text_put (s->out, *first ? "plot \\\n  " : ", \\\n  ");
  *first = false;
  block_name (s, panel, i);
  if (s->dumb)
    cvx_text_put (s->out, " using 1:2:3 with labels notitle");
  else
    {
      matrix_using (s, drawn->mx, drawn->my, drawn->ends);
      cvx_text_put (s->out, " with image notitle");
    }
}

/* One series: its data block and labels now, its elements into LIST.  */
enum cvx_status
plot_series_text (struct plot_script *s, size_t panel, size_t i,
                  const struct plot_series *series, const struct plot_range *x,
                  const struct plot_range *y, const struct plot_range *z,
                  struct cvx_text *list, bool *first, struct cvx_error *err)
{
  struct plot_look look = plot_look_of (series->role, s->mono);
  struct cvx_text *script = s->out;
  struct plot_points points;
  enum cvx_status status;
  if (series->kind == PLOT_HEAT || series->kind == PLOT_CONTOUR)
    {
      struct grid_drawn drawn = { .any = false };
      if (series->nx == 0 || series->ny == 0)
        return CVX_OK;
      status = write_grid (s, panel, i, series, z, &drawn, err);
      s->out = list;
      if (status == CVX_OK && drawn.any)
        draw_grid (s, first, panel, i, series, &drawn, &look);
      s->out = script;
      return status;
    }
  if (s->dumb && series->kind == PLOT_BAND)
    return CVX_OK;
  status = plot_reduce (series, x, y,
                        s->options->format == PLOT_SCREEN ? SCREEN_POINTS
                                                          : FILE_POINTS,
                        &points, s->notes, err);
  if (status != CVX_OK)
    return status;
  if (series->kind == PLOT_TEXT)
    labels (s, series, &points, x, y, &look);
  else if (points.n > 0)
    {
      block_name (s, panel, i);
      cvx_text_put (s->out, " << EOD\n");
      write_points (s, series, &points, x, y);
      cvx_text_put (s->out, "EOD\n");
      s->out = list;
      draw_points (s, first, panel, i, series, &points, &look);
      s->out = script;
    }
  plot_points_free (&points);
  return CVX_OK;
}
