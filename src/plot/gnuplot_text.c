/* gnuplot_text.c -- a figure as the text of a gnuplot script.

   The script sets everything it relies on, so that it draws the same figure
   in any gnuplot from 5.2 on, whatever was drawn before.  Numbers are in
   named data blocks.  Words of the user are octal constants drawn with
   `noenhanced'; only tics made by axis.c are enhanced text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

enum
{
  MAX_WORDS = 1000,
  FILE_POINTS = 20000,
  SCREEN_POINTS = 5000,
  FILE_CELLS = 600, /* a side: 3 inches at 200 per inch */
  SCREEN_CELLS = 300,
  DASH_POINTS = 200 /* longer curves are never dashed: dashes break up */
};

#define AXES_COLOUR "#606060"
#define GRID_COLOUR "#E0E0E0"

/* What the functions below share while one figure is written.  */
struct script
{
  const struct plot_figure *fig;
  const struct plot_options *options;
  struct plot_sizes sizes;
  enum plot_dialect dialect;
  bool mono, dumb;
  double unit; /* what the terminal calls a line of 1 point */
  struct cvx_text *out;
  struct plot_notes *notes;
};

enum cvx_status
plot_check_words (const char *what, const char *s, struct cvx_error *err)
{
  size_t len = strlen (s);
  if (len > MAX_WORDS)
    return cvx_fail (err, CVX_E604, "%s of %zu bytes, at most %d fit", what,
                     len, MAX_WORDS);
  for (const char *p = s; *p != '\0'; p += cvx_utf8_length (p))
    {
      const unsigned char *c = (const unsigned char *)p;
      if (cvx_utf8_length (p) == 0)
        return cvx_fail (err, CVX_E604, "%s is not valid UTF-8 at byte %td",
                         what, p - s + 1);
      /* C0, DEL and C1 controls; U+FFFE and U+FFFF are no characters.  */
      if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0)
          || (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe))
        return cvx_fail (err, CVX_E604,
                         "%s has a control character at byte %td", what,
                         p - s + 1);
    }
  return CVX_OK;
}

static enum cvx_status
check_axis (const char *what, const struct plot_axis *a, struct cvx_error *err)
{
  if (a->label != NULL)
    {
      enum cvx_status s = plot_check_words (what, a->label, err);
      if (s != CVX_OK)
        return s;
    }
  for (size_t k = 0; k < a->n_tics; k++)
    {
      enum cvx_status s
          = plot_check_words ("word at a tic", a->tic_text[k], err);
      if (s != CVX_OK)
        return s;
    }
  return CVX_OK;
}

static enum cvx_status
check_series (const struct plot_series *s, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (s->title != NULL)
    status = plot_check_words ("name of a series", s->title, err);
  for (size_t k = 0; status == CVX_OK && s->text != NULL && k < s->n; k++)
    status = plot_check_words ("text", s->text[k], err);
  return status;
}

/* Every word of the figure, before anything is written.  */
static enum cvx_status
check_all_words (const struct plot_figure *fig, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (fig->title != NULL)
    status = plot_check_words ("title", fig->title, err);
  for (size_t k = 0; status == CVX_OK && k < fig->rows * fig->cols; k++)
    {
      const struct plot_panel *p = &fig->panel[k];
      if (p->title != NULL)
        status = plot_check_words ("title", p->title, err);
      if (status == CVX_OK)
        status = check_axis ("label of x", &p->x, err);
      if (status == CVX_OK)
        status = check_axis ("label of y", &p->y, err);
      if (status == CVX_OK)
        status = check_axis ("label of colours", &p->z, err);
      for (size_t i = 0; status == CVX_OK && i < p->n; i++)
        status = check_series (&p->series[i], err);
    }
  return status;
}

/* --- terminal --- */

/* A font family and size, quoted.  */
static void
font (struct script *s, double size)
{
  struct cvx_text words = CVX_TEXT_INIT;
  cvx_text_printf (&words, "%s,%.4g", s->sizes.font, size);
  cvx_text_put (s->out, " enhanced font ");
  plot_quote (s->out, cvx_text_string (&words));
  s->out->failed = s->out->failed || words.failed;
  cvx_text_free (&words);
}

/* Terminals measured in pixels.  PER_INCH of them; FONT is the size that the
   terminal calls one point, in pixels.  */
static void
pixel_terminal (struct script *s, const char *name, double per_inch,
                double font_pixels)
{
  double scale = per_inch / 72;
  cvx_text_printf (s->out, "set terminal %s size %.0f,%.0f", name,
                   s->sizes.width * per_inch, s->sizes.height * per_inch);
  font (s, s->sizes.font_size * scale / font_pixels);
  cvx_text_printf (s->out, " linewidth %.4g", scale);
}

/* Terminals measured in inches.  LINE is what they call a line of 1 point.  */
static void
paper_terminal (struct script *s, const char *name, double line)
{
  cvx_text_printf (s->out, "set terminal %s color size %.4gin,%.4gin", name,
                   s->sizes.width, s->sizes.height);
  if (s->dialect != PLOT_LATEX)
    {
      /* Cairo's terminals take a point for 1/96 inch.  */
      font (s, s->sizes.font_size);
      cvx_text_put (s->out, " fontscale 0.75");
    }
  if (line > 0)
    cvx_text_printf (s->out, " rounded linewidth %g", line);
}

static void
tex_terminal (struct script *s)
{
  static const char *const names[PLOT_N_TEX]
      = { "tikz", "cairolatex pdf", "epslatex" };
  static const double line[PLOT_N_TEX] = { 0, 4, 2 };
  paper_terminal (s, names[s->options->tex], line[s->options->tex]);
}

static void
screen_terminal (struct script *s)
{
  const char *name = s->options->terminal;
  if (strcmp (name, "sixelgd") == 0)
    pixel_terminal (s, "sixelgd truecolor", 96, 1);
  else if (strcmp (name, "x11") == 0)
    cvx_text_printf (s->out,
                     "set terminal x11 0 enhanced noraise "
                     "size %.0f,%.0f",
                     s->sizes.width * 96, s->sizes.height * 96);
  else
    {
      struct cvx_text window = CVX_TEXT_INIT;
      cvx_text_printf (&window, "%s 0 noraise", name);
      pixel_terminal (s, cvx_text_string (&window), 96, 96.0 / 72);
      s->out->failed = s->out->failed || window.failed;
      cvx_text_free (&window);
    }
}

static void
terminal (struct script *s)
{
  if (s->dumb)
    cvx_text_printf (s->out,
                     "set terminal dumb size %d,%d nofeed noenhanced mono",
                     s->options->columns > 0 ? s->options->columns : 79,
                     s->options->lines > 0 ? s->options->lines : 24);
  else
    switch (s->options->format)
      {
      case PLOT_SVG:
        pixel_terminal (s, "svg fixed rounded", 96, 1);
        break;
      case PLOT_PNG:
        pixel_terminal (s, "pngcairo rounded", 300, 96.0 / 72);
        break;
      case PLOT_EPS:
        paper_terminal (s, "epscairo", 4);
        break;
      case PLOT_TEX:
        tex_terminal (s);
        break;
      case PLOT_SCREEN:
        screen_terminal (s);
        break;
      default:
        paper_terminal (s, "pdfcairo", 2);
      }
  cvx_text_put (s->out, "\n");
}

/* --- series --- */

/* "$pKsI", the data block of series I of panel K.  */
static void
block_name (struct script *s, size_t panel, size_t series)
{
  cvx_text_printf (s->out, "$p%zus%zu", panel, series);
}

static void
lines_look (struct script *s, const struct plot_look *look, size_t n)
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
marks_look (struct script *s, int mark, double size, const char *colour,
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
key_title (struct script *s, const char *title)
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
element (struct script *s, bool *first, size_t panel, size_t series,
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
marks (struct script *s, bool *first, size_t panel, size_t series,
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
curve (struct script *s, bool *first, size_t panel, size_t i,
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
draw_points (struct script *s, bool *first, size_t panel, size_t i,
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
      key_title (s, series->title);
      break;
    default:
      marks (s, first, panel, i, look, series->title);
    }
}

/* The lines of the data block of a series of points.  */
static void
write_points (struct script *s, const struct plot_series *series,
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
labels (struct script *s, const struct plot_series *series,
        const struct plot_points *points, const struct plot_range *x,
        const struct plot_range *y, const struct plot_look *look)
{
  /* Nothing is thinned or broken in a PLOT_TEXT: but points may be missing,
     so texts are matched by place.  */
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
      cvx_text_printf (s->out, " at first %.17g,%.17g left front%s", px, py,
                       s->dialect == PLOT_ENHANCED ? " noenhanced" : "");
      if (!s->dumb)
        cvx_text_printf (s->out,
                         " offset character 0.7,0 textcolor rgb "
                         "\"%s\"",
                         look->colour);
      cvx_text_put (s->out, "\n");
    }
}

/* --- grids --- */

/* Characters for cells of a heat in a text figure, small to large.  */
static void
write_character_cells (struct script *s, const double *z, size_t mx, size_t my,
                       const double ends[4], const struct plot_range *r)
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
write_matrix (struct script *s, const double *z, size_t mx, size_t my)
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
matrix_using (struct script *s, size_t mx, size_t my, const double ends[4])
{
  cvx_text_printf (
      s->out, " matrix using (%.17g+$1*%.17g):(%.17g+$2*%.17g):3", ends[0],
      mx > 1 ? (ends[1] - ends[0]) / (double)(mx - 1) : 1, ends[2],
      my > 1 ? (ends[3] - ends[2]) / (double)(my - 1) : 1);
}

/* Levels that some cells are above and some below; others have no line.  */
static size_t
write_levels (struct script *s, const struct plot_series *series)
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

/* How a grid was written, for its element of the plot command.  */
struct grid_drawn
{
  size_t mx, my;
  double ends[4];
  bool any;
};

static enum cvx_status
write_grid (struct script *s, size_t panel, size_t i,
            const struct plot_series *series, const struct plot_range *z,
            struct grid_drawn *drawn, struct cvx_error *err)
{
  bool screen = s->options->format == PLOT_SCREEN;
  size_t limit = screen ? SCREEN_CELLS : FILE_CELLS;
  bool characters = s->dumb && series->kind == PLOT_HEAT;
  double *cells;
  enum cvx_status status = plot_reduce_grid (
      series, characters ? 60 : limit, characters ? 18 : limit, &cells,
      &drawn->mx, &drawn->my, drawn->ends, err);
  if (status != CVX_OK)
    return status;
  if (drawn->mx != series->nx || drawn->my != series->ny)
    s->notes->thinned++;
  block_name (s, panel, i);
  cvx_text_printf (s->out, "%s << EOD\n",
                   series->kind == PLOT_CONTOUR ? "g" : "");
  if (characters)
    write_character_cells (s, cells, drawn->mx, drawn->my, drawn->ends, z);
  else
    write_matrix (s, cells, drawn->mx, drawn->my);
  cvx_text_put (s->out, "EOD\n");
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
      block_name (s, panel, i);
      cvx_text_put (s->out, "g");
      matrix_using (s, drawn->mx, drawn->my, drawn->ends);
      cvx_text_put (s->out, " with lines notitle\nunset table\n"
                            "unset contour\nset surface\n");
    }
  return CVX_OK;
}

static void
draw_grid (struct script *s, bool *first, size_t panel, size_t i,
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

/* --- panels --- */

static void
words_command (struct script *s, const char *command, const char *words)
{
  if (words == NULL)
    return;
  cvx_text_printf (s->out, "set %s ", command);
  plot_words (s->out, words, s->dialect);
  if (s->dialect == PLOT_ENHANCED)
    cvx_text_put (s->out, " noenhanced");
  cvx_text_put (s->out, "\n");
}

static void
axis (struct script *s, char name, const struct plot_axis *a,
      const struct plot_range *r, double inches, double per_tic)
{
  int target = (int)(inches / per_tic);
  target = target < 2 ? 2 : target > 8 ? 8 : target;
  if (r->log)
    cvx_text_printf (s->out, "set logscale %c 10\n", name);
  cvx_text_printf (s->out, "set %crange [%.12g:%.12g]\n", name,
                   a->reversed ? r->max : r->min,
                   a->reversed ? r->min : r->max);
  if (a->bare)
    {
      cvx_text_printf (s->out, "unset %ctics\n", name);
      return;
    }
  cvx_text_printf (s->out, "set %ctics ", name);
  plot_tics (s->out, a, r, target, s->dialect);
  cvx_text_put (s->out, "\n");
}

static void
palette (struct script *s, const struct plot_panel *p,
         const struct plot_range *z, double inches)
{
  static const char *const colours[] = {
    [PLOT_DIVERGING]
    = "(-1 \"#2166AC\", -0.5 \"#92C5DE\", 0 \"#F7F7F7\", 0.5 \"#F4A582\", "
      "1 \"#B2182B\")",
    [PLOT_SEQUENTIAL]
    = "(0 \"#F7FBFF\", 1 \"#C6DBEF\", 2 \"#6BAED6\", 3 \"#2171B5\", "
      "4 \"#08306B\")",
    [PLOT_GREY] = "(0 \"#000000\", 1 \"#FFFFFF\")",
  };
  static const char light[] = "(0 \"#707070\", 1 \"#FFFFFF\")";
  bool grey = s->mono && p->palette != PLOT_GREY;
  cvx_text_printf (s->out, "set palette defined %s\n",
                   grey ? light : colours[p->palette]);
  cvx_text_printf (s->out, "set cbrange [%.12g:%.12g]\n", z->min, z->max);
  if (p->no_colours)
    {
      cvx_text_put (s->out, "unset colorbox\n");
      return;
    }
  cvx_text_put (s->out, "set colorbox vertical default noborder\n");
  cvx_text_put (s->out, "set cbtics ");
  plot_tics (s->out, &p->z, z, (int)fmax (2, inches / 0.5), s->dialect);
  cvx_text_put (s->out, "\n");
  words_command (s, "cblabel", p->z.label);
  cvx_text_put (s->out, "set cblabel offset character 0.3,0\n");
}

static size_t
characters (const char *s)
{
  size_t n = 0;
  for (; *s != '\0'; s++)
    n += ((unsigned char)*s & 0xc0) != 0x80;
  return n;
}

/* gnuplot takes all letters to be as wide as digits and may let the last
   column of the key leave the picture: the columns are counted here.  */
static void
key (struct script *s, const struct plot_panel *p, double width, bool heat)
{
  double em = s->sizes.font_size / 72, column;
  size_t named = 0, longest = 0;
  for (size_t k = 0; k < p->n; k++)
    if (p->series[k].title != NULL)
      {
        size_t len = characters (p->series[k].title);
        longest = len > longest ? len : longest;
        named++;
      }
  column = (0.92 * (double)longest + 4.2) * 0.62 * em;
  if (named == 0 || p->key == PLOT_KEY_NONE)
    cvx_text_put (s->out, "unset key\n");
  else if (p->key == PLOT_KEY_ABOVE)
    cvx_text_printf (
        s->out,
        "set key tmargin left horizontal Left reverse "
        "samplen 1.4 width %.3g nobox maxcols %.0f\n",
        s->dumb ? 1 : -0.08 * (double)longest,
        s->dumb ? 4
                : fmax (1, floor ((width - (heat ? 10 : 5) * em) / column)));
  else
    cvx_text_put (s->out, "set key inside right top vertical Left reverse "
                          "samplen 1.6 nobox opaque\n");
}

static void
frame (struct script *s, const struct plot_panel *p, bool heat)
{
  bool bare = p->x.bare && p->y.bare, bars = false, stems = false;
  for (size_t k = 0; k < p->n; k++)
    {
      bars = bars || p->series[k].kind == PLOT_BARS;
      stems = stems || bars || p->series[k].kind == PLOT_IMPULSES;
    }
  cvx_text_printf (s->out,
                   "set border %d linewidth %.3g linecolor rgb "
                   "\"" AXES_COLOUR "\" %s\n",
                   bare ? 0 : 3, s->sizes.axis * s->unit,
                   heat ? "front" : "back");
  cvx_text_put (s->out, "set tics out nomirror scale 0.6,0.35 "
                        "textcolor rgb \"#000000\"\n");
  if (heat || bare || s->dumb)
    cvx_text_put (s->out, "unset grid\n");
  else
    cvx_text_printf (
        s->out,
        "set grid %s ytics back linetype 1 linewidth %.3g dashtype "
        "solid linecolor rgb \"" GRID_COLOUR "\"\n",
        bars ? "noxtics" : "xtics", 0.6 * s->sizes.axis * s->unit);
  if (stems && !p->y.log)
    cvx_text_printf (
        s->out,
        "set xzeroaxis linetype 1 linewidth %.3g dashtype solid linecolor "
        "rgb \"" AXES_COLOUR "\"\n",
        s->sizes.axis * s->unit);
  cvx_text_put (s->out,
                p->equal ? "set size ratio -1\n" : "set size noratio\n");
}

/* Undo what a panel sets and the next may not.  */
static const char fresh[]
    = "unset label\nunset logscale\nunset title\nunset xlabel\nunset ylabel\n"
      "unset cblabel\nunset xzeroaxis\nset xtics\nset ytics\n";

/* One series: its data block and labels now, its elements into LIST.  */
static enum cvx_status
series_text (struct script *s, size_t panel, size_t i,
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

static enum cvx_status
panel_text (struct script *s, size_t k, struct cvx_error *err)
{
  const struct plot_panel *p = &s->fig->panel[k];
  double width = s->sizes.width / (double)s->fig->cols;
  double height = s->sizes.height / (double)s->fig->rows;
  double em = s->sizes.font_size / 9;
  struct plot_range x, y, z;
  struct cvx_text list = CVX_TEXT_INIT;
  bool heat = false, first = true;
  enum cvx_status status;
  if (p->n == 0)
    {
      cvx_text_put (s->out, "set multiplot next\n");
      return CVX_OK;
    }
  status = plot_ranges (p, &x, &y, &z, err);
  for (size_t i = 0; i < p->n; i++)
    heat = heat || p->series[i].kind == PLOT_HEAT;
  cvx_text_put (s->out, fresh);
  for (size_t i = 0; status == CVX_OK && i < p->n; i++)
    status
        = series_text (s, k, i, &p->series[i], &x, &y, &z, &list, &first, err);
  if (status != CVX_OK)
    {
      cvx_text_free (&list);
      return status;
    }
  frame (s, p, heat);
  key (s, p, width, heat);
  axis (s, 'x', &p->x, &x, width, 0.6 * em);
  axis (s, 'y', &p->y, &y, height, 0.45 * em);
  if (heat && !s->dumb)
    palette (s, p, &z, height / em);
  words_command (s, "title", p->title);
  words_command (s, "xlabel", p->x.bare ? NULL : p->x.label);
  words_command (s, "ylabel", p->y.bare ? NULL : p->y.label);
  /* A panel of words alone still wants its axes.  */
  cvx_text_put (s->out, first ? "plot NaN notitle" : cvx_text_string (&list));
  cvx_text_put (s->out, "\n");
  s->out->failed = s->out->failed || list.failed;
  cvx_text_free (&list);
  return CVX_OK;
}

/* --- figure --- */

static void
multiplot (struct script *s)
{
  bool bare = true;
  for (size_t k = 0; k < s->fig->rows * s->fig->cols; k++)
    bare = bare
           && (s->fig->panel[k].n == 0
               || (s->fig->panel[k].x.bare && s->fig->panel[k].y.bare));
  cvx_text_printf (s->out, "set multiplot layout %zu,%zu", s->fig->rows,
                   s->fig->cols);
  if (bare)
    cvx_text_printf (s->out, " margins 0.02,0.98,0.02,%s spacing 0.02,0.02",
                     s->fig->title != NULL ? "0.9" : "0.98");
  if (s->fig->title != NULL)
    {
      cvx_text_put (s->out, " title ");
      plot_words (s->out, s->fig->title, s->dialect);
      if (s->dialect == PLOT_ENHANCED)
        cvx_text_put (s->out, " noenhanced");
    }
  cvx_text_put (s->out, "\n");
}

/* The provenance as comment lines.  Its words may hold any bytes.  */
static void
comment (struct script *s)
{
  const char *p = cvx_text_string (&s->fig->comment);
  while (*p != '\0')
    {
      size_t len = strcspn (p, "\n");
      char *line = cvx_strndup (p, len), *shown = cvx_alloc (4 * len + 1, 1);
      if (line == NULL || shown == NULL)
        s->out->failed = true;
      else
        {
          cvx_text_escape (shown, 4 * len + 1, line);
          /* Even here gnuplot looks for ` and @, and a backslash at the end
             would join the next line.  */
          cvx_text_put (s->out, "# ");
          for (const char *c = shown; *c != '\0'; c++)
            cvx_text_printf (s->out, strchr ("`@$", *c) ? "\\x%02x" : "%c",
                             *c);
          cvx_text_put (s->out, " .\n");
        }
      cvx_free (line);
      cvx_free (shown);
      p += len + (p[len] != '\0');
    }
}

enum cvx_status
plot_script (const struct plot_figure *fig, const struct plot_options *options,
             const char *output, struct cvx_text *out,
             struct plot_notes *notes, struct cvx_error *err)
{
  struct plot_notes forget;
  struct script s = { .fig = fig, .options = options, .out = out };
  enum cvx_status status = plot_figure_check (fig, err);
  cvx_text_clear (out);
  s.notes = notes != NULL ? notes : &forget;
  *s.notes = (struct plot_notes){ 0, 0, 0, 0 };
  if (status == CVX_OK)
    status = check_all_words (fig, err);
  if (status == CVX_OK && options->font != NULL)
    status = plot_check_words ("font", options->font, err);
  if (status != CVX_OK)
    return status;
  plot_sizes_of (fig, options, &s.sizes);
  s.mono = options->style == PLOT_STYLE_MONO;
  s.dumb = options->format == PLOT_TXT
           || (options->format == PLOT_SCREEN && options->terminal == NULL);
  s.dialect = s.dumb                        ? PLOT_PLAIN
              : options->format == PLOT_TEX ? PLOT_LATEX
                                            : PLOT_ENHANCED;
  /* TikZ alone has no factor for all lines; its 1 is 0.4 points.  */
  s.unit = s.dialect == PLOT_LATEX && options->tex == PLOT_TIKZ ? 2.5 : 1;
  cvx_text_put (out, "# gnuplot script of cvxnn\n");
  comment (&s);
  cvx_text_put (out, "reset\nset encoding utf8\nset decimalsign \".\"\n");
  terminal (&s);
  if (output != NULL)
    {
      cvx_text_put (out, "set output ");
      plot_quote (out, output);
      cvx_text_put (out, "\n");
    }
  if (fig->rows * fig->cols > 1 || fig->title != NULL)
    multiplot (&s);
  for (size_t k = 0; status == CVX_OK && k < fig->rows * fig->cols; k++)
    status = panel_text (&s, k, err);
  if (status != CVX_OK)
    return status;
  if (fig->rows * fig->cols > 1 || fig->title != NULL)
    cvx_text_put (out, "unset multiplot\n");
  cvx_text_put (out, "unset output\n");
  if (out->failed)
    return cvx_fail_nomem (err, "writing a figure");
  return CVX_OK;
}
