/* internal.h -- what the files of plot/ share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef PLOT_INTERNAL_H
#define PLOT_INTERNAL_H

#include "plot/plot.h"

/* Numbers not positive are drawn here on a logarithmic y axis.  */
#define PLOT_FLOOR 1e-16

/* How text is written for the terminal: as gnuplot's enhanced text, as TeX,
   as plain characters.  */
enum plot_dialect
{
  PLOT_ENHANCED,
  PLOT_LATEX,
  PLOT_PLAIN
};

/* --- format.c --- */

/* A format of files.  */
struct plot_format_row
{
  const char *suffix;
  const char *terminal; /* of gnuplot; NULL: none is needed */
  const char *end;      /* of a complete file; NULL: we write it ourselves */
};
extern const struct plot_format_row plot_formats[PLOT_SCREEN];

/* A kind of TeX; PICTURE is the suffix of the file that comes with it and END
   what that ends with.  */
struct plot_tex_row
{
  const char *name, *terminal, *picture, *end;
  enum plot_format picture_format;
};
extern const struct plot_tex_row plot_texs[PLOT_N_TEX];

/* --- style.c --- */

struct plot_sizes
{
  double width, height; /* inches */
  const char *font;
  double font_size; /* points */
  double line;      /* width of curves, points */
  double axis;      /* width of axes */
  double point;     /* factor on the size of marks */
};

/* How a role looks.  */
struct plot_look
{
  const char *colour; /* "#rrggbb" */
  const char *dash;   /* gnuplot dash pattern, NULL: solid */
  double width;       /* factor on the line width */
  int mark;           /* gnuplot point type */
  double size;        /* of the mark */
  bool open;          /* mark with a white inside */
};

void plot_sizes_of (const struct plot_figure *fig,
                    const struct plot_options *options,
                    struct plot_sizes *sizes);
struct plot_look plot_look_of (int role, bool mono);

/* --- axis.c --- */

/* The drawn range of an axis; min < max always.  */
struct plot_range
{
  bool log;
  double min, max;
};

/* The ranges of panel P.  CVX_PLOT (E603).  */
enum cvx_status plot_ranges (const struct plot_panel *p, struct plot_range *x,
                             struct plot_range *y, struct plot_range *z,
                             struct cvx_error *err) CVX_MUST_CHECK;

/* Append the tics of axis A over R to OUT as gnuplot's list; about TARGET
   intervals, fewer where their words would not fit side by side into
   CHARACTERS (0: they are above each other).  */
void plot_tics (struct cvx_text *out, const struct plot_axis *a,
                const struct plot_range *r, int target, int characters,
                enum plot_dialect dialect);

/* Append S quoted, escaped for the dialect first.  */
void plot_words (struct cvx_text *out, const char *s,
                 enum plot_dialect dialect);

/* The smallest step between different finite values of X, 1 when there is
   none: the width of bars.  CVX_NOMEM when the values cannot be sorted.  */
double plot_smallest_step (const double *x, size_t n);

/* --- gnuplot_text.c --- */

/* What is shared while one figure is written.  */
struct plot_script
{
  const struct plot_figure *fig;
  const struct plot_options *options;
  struct plot_sizes sizes;
  enum plot_dialect dialect;
  bool mono, dumb;
  double unit; /* what the terminal calls a line of 1 point */
  double mark; /* and a mark of size 1, like the others' */
  struct cvx_text *out;
  struct plot_notes *notes;
};

/* --- words.c --- */

/* Every word of FIG can be drawn.  CVX_PLOT (E604).  */
enum cvx_status plot_check_figure_words (const struct plot_figure *fig,
                                         struct cvx_error *err) CVX_MUST_CHECK;

/* --- terminal.c --- */

void plot_terminal (struct plot_script *s);

/* --- series.c --- */

/* Series I of PANEL: its data block and labels go to S->out, its elements of
   the plot command to LIST, where *FIRST says that there is none yet.
   CVX_NOMEM.  */
enum cvx_status plot_series_text (struct plot_script *s, size_t panel,
                                  size_t i, const struct plot_series *series,
                                  const struct plot_range *x,
                                  const struct plot_range *y,
                                  const struct plot_range *z,
                                  struct cvx_text *list, bool *first,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* --- reduce.c --- */

/* Points as drawn: finite, on the axes, a NAN in x where a line breaks.  */
struct plot_points
{
  size_t n;
  double *x, *y, *z; /* owned; z NULL when the series has none */
};

/* The points of series S, thinned to about LIMIT.  CVX_NOMEM.  */
enum cvx_status plot_reduce (const struct plot_series *s,
                             const struct plot_range *x,
                             const struct plot_range *y, size_t limit,
                             struct plot_points *out, struct plot_notes *notes,
                             struct cvx_error *err) CVX_MUST_CHECK;
void plot_points_free (struct plot_points *p);

/* The grid Z (NX x NY) averaged over blocks to at most LIMIT cells a side,
   into a new grid *OUT of *MX x *MY; the ends X and Y of S become *ENDS
   (x0 x1 y0 y1).  CVX_NOMEM.  */
enum cvx_status plot_reduce_grid (const struct plot_series *s, size_t limit_x,
                                  size_t limit_y, double **out, size_t *mx,
                                  size_t *my, double ends[4],
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* --- screen.c --- */

/* Run SCRIPT, which draws with characters, and append them to OUT without
   form feeds and blanks at the ends of lines.  Errors of plot_child_run.  */
enum cvx_status plot_characters (struct plot_child *child, const char *script,
                                 struct cvx_text *out, atomic_int *abort,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
