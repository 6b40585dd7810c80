/* figure.h -- a figure is a value.

   A figure says what is shown, in the user's terms: panels, axes, series with
   their numbers and their meaning (role).  It knows nothing of terminals,
   colours in hex or gnuplot; output.h turns it into files, script text or a
   picture on the screen.

   Building is sticky: when memory runs out the figure remembers it, further
   calls do nothing, and one plot_figure_check at the end tells.  Every string
   and array given is copied, so nothing needs to outlive the call.

   Non-finite numbers may be given: they are left out, and a line is broken
   there (one NaN between two pieces joins them in one series).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef PLOT_FIGURE_H
#define PLOT_FIGURE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

/* How a series is drawn, and which of its arrays are used.  */
enum plot_kind
{
  PLOT_LINE,     /* x y */
  PLOT_POINTS,   /* x y */
  PLOT_STEPS,    /* x y: y holds from this x to the next */
  PLOT_IMPULSES, /* x y: a stem from 0 with a point on top */
  PLOT_BARS,     /* x y: bars centred on x, as wide as the smallest step */
  PLOT_BAND,     /* x y z: filled between y and z */
  PLOT_ERRORS,   /* x y z: points with bars y - z to y + z */
  PLOT_HEAT,     /* grid z: one coloured cell per value */
  PLOT_CONTOUR,  /* grid z, level: lines z = level */
  PLOT_VLINE,    /* x: vertical lines across the panel */
  PLOT_HLINE,    /* y: horizontal lines across the panel */
  PLOT_TEXT,     /* x y text: words to the right of each point */
  PLOT_N_KINDS
};

/* What a series means; the style turns it into colour, width, mark and, in
   print without colour, dashes.  PLOT_CYCLE + k is the k-th of any number of
   equals.  */
enum plot_role
{
  PLOT_OBJECTIVE,
  PLOT_BOUND,
  PLOT_BETWEEN, /* what lies between objective and bound */
  PLOT_GAP,
  PLOT_PRIMAL, /* primal residual */
  PLOT_DUAL,   /* dual residual */
  PLOT_TOLERANCE,
  PLOT_DATA,
  PLOT_MODEL,
  PLOT_TRUTH,
  PLOT_POSITIVE,
  PLOT_NEGATIVE,
  PLOT_KINK,
  PLOT_BOUNDARY, /* where a classifier changes its mind */
  PLOT_NEURON,   /* one of many thin lines */
  PLOT_TRAIN,
  PLOT_TEST,
  PLOT_MARKED, /* picked out: chosen, changed, found */
  PLOT_GUIDE,  /* a light reference line */
  PLOT_CYCLE
};

enum plot_palette
{
  PLOT_DIVERGING,  /* blue - white - red, centred at 0 */
  PLOT_SEQUENTIAL, /* light to dark blue, also right in grey */
  PLOT_GREY        /* black is small, white is large */
};

enum plot_key
{
  PLOT_KEY_ABOVE, /* above the panel, from the left; the default */
  PLOT_KEY_INSIDE,
  PLOT_KEY_NONE
};

/* One axis.  MIN and MAX are NAN where the data decide.  */
struct plot_axis
{
  char *label; /* owned; NULL: none */
  bool log;
  bool integer;  /* tics at whole numbers only (iterations, counts) */
  bool reversed; /* larger values to the left or below (rows of an image) */
  bool bare;     /* no tics, no line (tiles) */
  double min, max;
  size_t n_tics;   /* 0: tics are chosen; else exactly these */
  double *tic;     /* owned, N_TICS */
  char **tic_text; /* owned, N_TICS strings */
};

/* One series; every array and string is owned.  A grid has N = 0, NX * NY
   values Z in rows of constant y (z[j * NX + i]), with centres from X[0] to
   X[1] and Y[0] to Y[1].  */
struct plot_series
{
  enum plot_kind kind;
  int role;    /* enum plot_role, or PLOT_CYCLE + k */
  char *title; /* words in the key; NULL: not in the key */
  size_t n;
  double *x, *y, *z;
  size_t nx, ny;
  size_t n_levels;
  double *level;
  char **text; /* PLOT_TEXT: N strings */
};

struct plot_panel
{
  char *title;              /* owned; NULL: none */
  struct plot_axis x, y, z; /* z: colours of a PLOT_HEAT */
  enum plot_palette palette;
  enum plot_key key;
  bool equal;      /* one unit is as long in x as in y */
  bool no_colours; /* without the colour scale beside a PLOT_HEAT */
  size_t n;
  struct plot_series *series; /* owned */
};

struct plot_figure
{
  char *title; /* owned; NULL: none, the default (papers have captions) */
  size_t rows, cols;
  struct plot_panel *panel; /* owned, ROWS * COLS, row by row */
  double width, height;     /* inches; 0: of the style */
  struct cvx_text comment;  /* provenance, lines "key: words" */
  bool failed;
};

/* A figure of ROWS x COLS empty panels (both at least 1, at most 4096
   together).  *FIG is the caller's.  CVX_NOMEM, CVX_INVALID (E602).  */
enum cvx_status plot_figure_new (struct plot_figure **fig, size_t rows,
                                 size_t cols,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void plot_figure_free (struct plot_figure *fig);

/* CVX_NOMEM when any call before this one ran out of memory; CVX_PLOT (E603)
   when a panel has nothing finite to show.  */
enum cvx_status plot_figure_check (const struct plot_figure *fig,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Words: of the figure (PANEL SIZE_MAX) or of a panel, and of its axes.  NULL
   removes them.  Literal text: nothing in it is markup.  */
void plot_set_title (struct plot_figure *fig, size_t panel, const char *title);
void plot_set_labels (struct plot_figure *fig, size_t panel, const char *x,
                      const char *y);
/* Words beside the colours of a PLOT_HEAT.  */
void plot_set_colour_label (struct plot_figure *fig, size_t panel,
                            const char *z);

/* Ends of an axis; NAN leaves an end to the data.  */
void plot_set_range (struct plot_axis *axis, double min, double max);

/* Exactly these N tics, with TEXT[k] (or the number when TEXT is NULL) at
   AT[k].  */
void plot_set_tics (struct plot_figure *fig, struct plot_axis *axis, size_t n,
                    const double *at, const char *const *text);

/* A line of provenance, "KEY: words": command, run, seed, version.  */
void plot_comment (struct plot_figure *fig, const char *key,
                   const char *format, ...) CVX_PRINTF (3, 4);

/* N points of a PLOT_LINE, POINTS, STEPS, IMPULSES or BARS; X NULL counts
   0, 1, 2...  */
void plot_add (struct plot_figure *fig, size_t panel, enum plot_kind kind,
               int role, const char *title, size_t n, const double *x,
               const double *y);

/* The area between LOW and HIGH.  */
void plot_add_band (struct plot_figure *fig, size_t panel, int role,
                    const char *title, size_t n, const double *x,
                    const double *low, const double *high);

/* Points Y with bars of half length HALF.  */
void plot_add_errors (struct plot_figure *fig, size_t panel, int role,
                      const char *title, size_t n, const double *x,
                      const double *y, const double *half);

/* Lines across the panel at the N places AT: PLOT_VLINE or PLOT_HLINE.  */
void plot_add_rules (struct plot_figure *fig, size_t panel,
                     enum plot_kind kind, int role, const char *title,
                     size_t n, const double *at);

/* A regular grid, NX values from X0 to X1 in each of NY rows from Y0 to Y1
   (centres of cells): Z[j * NX + i].  */
void plot_add_heat (struct plot_figure *fig, size_t panel, size_t nx,
                    double x0, double x1, size_t ny, double y0, double y1,
                    const double *z);

/* The lines on which the grid has one of the values LEVEL.  */
void plot_add_contour (struct plot_figure *fig, size_t panel, int role,
                       const char *title, size_t nx, double x0, double x1,
                       size_t ny, double y0, double y1, const double *z,
                       size_t n_levels, const double *level);

/* Words beside the point (X, Y).  */
void plot_add_text (struct plot_figure *fig, size_t panel, int role, double x,
                    double y, const char *text);

#endif
