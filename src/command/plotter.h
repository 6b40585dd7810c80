/* plotter.h -- what the plot commands share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CMD_PLOTTER_H
#define CMD_PLOTTER_H

#include "command/command.h"
#include "figure/figure_kinds.h"
#include "plot/plot.h"

enum
{
  PLOT_MAX_KINDS = 8
};

enum plot_runs
{
  PLOT_RUNS_OF_KIND,
  PLOT_RUNS_CURRENT,
  PLOT_RUNS_ALL,
  PLOT_RUNS_NAMED
};

/* What a plot command asked for.  */
struct plot_request
{
  const struct figure_kind *kind[PLOT_MAX_KINDS];
  size_t n_kinds;
  char *to, *title, *source; /* owned; TO and TITLE may be NULL */
  enum plot_runs runs;
  size_t *run; /* owned; numbers of the runs named, N_RUNS */
  size_t n_runs;
  double size[2]; /* inches, 0: of the style */
  bool over_time, log_x, log_y, live;
  enum figure_of of;
  size_t top;
  int key, style, term;    /* places in their words, -1: not given */
  const char *term_name;   /* terminal on the screen, or NULL; static */
  struct lang_expr *truth; /* of x; owned, or NULL */
};

/* The part of the session that is about figures.  */
struct plotter
{
  struct plot_child *child;
  struct plot_request last; /* owned */
  bool any;
  struct cvx_text drawn; /* lines of `plots' */
  size_t n_drawn;
  const char *window;  /* terminal of the live figure, NULL: characters */
  bool live_said;      /* that there is no window */
  double live_clock;   /* of the last look at gnuplot */
  size_t frames, lost; /* of the live figure */
};

/* Draw R to its file or the screen.  */
enum cvx_status cmd_figure_draw (struct session *s, struct plotter *p,
                                 const struct plot_request *r,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
