/* plot.h -- from a figure to script text, numbers, files and the screen.

   Text is deterministic: the same figure and options give the same bytes.
   Nothing in a title, label or file name is ever read as a command by
   gnuplot: control bytes and invalid UTF-8 are refused (E604), the rest is
   quoted.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef PLOT_PLOT_H
#define PLOT_PLOT_H

#include <stdatomic.h>

#include "base/text.h"
#include "plot/figure.h"

enum plot_format
{
  PLOT_PDF,
  PLOT_SVG,
  PLOT_PNG, /* 300 pixels per inch */
  PLOT_EPS,
  PLOT_TEX,
  PLOT_TXT, /* characters */
  PLOT_GP,  /* the script with its numbers; needs no gnuplot */
  PLOT_CSV, /* the numbers; needs no gnuplot */
  PLOT_SCREEN,
  PLOT_N_FORMATS
};

/* What a .tex file is.  The two others also write a picture of the same name
   beside it.  */
enum plot_tex
{
  PLOT_TIKZ,
  PLOT_CAIROLATEX, /* NAME.tex and NAME.pdf */
  PLOT_EPSLATEX,   /* NAME.tex and NAME.eps */
  PLOT_N_TEX
};

enum plot_style
{
  PLOT_STYLE_PAPER, /* 3.25 x 2.40 in, 9 pt */
  PLOT_STYLE_SCREEN,
  PLOT_STYLE_BEAMER,
  PLOT_STYLE_POSTER,
  PLOT_STYLE_MONO, /* as paper, in greys with dashes and marks */
  PLOT_N_STYLES
};

/* Zero everywhere is paper style in PDF.  */
struct plot_options
{
  enum plot_format format;
  enum plot_style style;
  enum plot_tex tex;
  double width, height; /* inches; 0: the figure's or the style's */
  const char *font;     /* family; NULL: of the style; borrowed */
  double font_size;     /* points; 0: of the style */
  const char *terminal; /* PLOT_SCREEN: gnuplot's name; borrowed */
  int columns, lines;   /* characters of a PLOT_TXT; 0: 79 x 24 */
};

/* What was done to the numbers on the way to the picture.  */
struct plot_notes
{
  size_t floored;  /* not positive on a logarithmic y axis: drawn at 1e-16 */
  size_t left_out; /* not positive on a logarithmic x axis: not drawn */
  size_t missing;  /* not finite: not drawn */
  size_t thinned;  /* numbers of series drawn with fewer points */
};

/* One line per note that applies, "" when none does.  */
void plot_notes_words (const struct plot_notes *notes, struct cvx_text *out);

/* Format by the suffix of PATH; CVX_INVALID (E605) lists those known.  */
enum cvx_status plot_format_of (const char *path, enum plot_format *format,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* Words of a style or of a kind of TeX, and back; -1 when there is none.  */
const char *plot_style_name (enum plot_style style);
int plot_style_find (const char *name);
int plot_tex_find (const char *name);

/* The complete script for FIG into OUT (cleared first).  OUTPUT is the file
   that gnuplot shall write, NULL for none.  NOTES may be NULL.
   CVX_PLOT: E603 nothing to plot, E604 text that cannot be drawn; CVX_NOMEM.
 */
enum cvx_status plot_script (const struct plot_figure *fig,
                             const struct plot_options *options,
                             const char *output, struct cvx_text *out,
                             struct plot_notes *notes,
                             struct cvx_error *err) CVX_MUST_CHECK;

/* All numbers of FIG, none left out, as lines
   panel,series,kind,x,y,z.  CVX_NOMEM.  */
enum cvx_status plot_csv (const struct plot_figure *fig, struct cvx_text *out,
                          struct cvx_error *err) CVX_MUST_CHECK;

/* Append S to OUT as a string constant of gnuplot.  Any bytes.  */
void plot_quote (struct cvx_text *out, const char *s);

/* Refuse words that cannot be drawn: CVX_PLOT (E604) for control characters,
   invalid UTF-8 and more than 1000 bytes.  WHAT names them ("title").  */
enum cvx_status plot_check_words (const char *what, const char *s,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* The gnuplot process.  It is started at the first figure, lives until
   plot_child_free and is started again after it died or was stopped.  */
struct plot_child;

/* PROGRAM NULL: the environment's CVXNN_GNUPLOT, else "gnuplot".  *CHILD is
   the caller's.  CVX_NOMEM.  */
enum cvx_status plot_child_new (struct plot_child **child, const char *program,
                                struct cvx_error *err) CVX_MUST_CHECK;
void plot_child_free (struct plot_child *child);

/* Seconds a figure may take before gnuplot counts as stuck; 10 at first.  */
void plot_child_set_deadline (struct plot_child *child, double seconds);

/* Run SCRIPT and wait for the end.  What gnuplot wrote to its standard output
   is appended to SHOWN (may be NULL).  ABORT (may be NULL) becoming non-zero
   stops gnuplot and the wait within 0.1 s.  A gnuplot that died is started
   once more.  CVX_PLOT: E601 no gnuplot, E606 it reports an error, E607 it
   died, E608 it is stuck; CVX_INTERRUPTED; CVX_NOMEM.  */
enum cvx_status plot_child_run (struct plot_child *child, const char *script,
                                struct cvx_text *shown, atomic_int *abort,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* The same without waiting, for figures drawn while a solver works: post
   takes the script when gnuplot is idle (*TAKEN), poll moves bytes and says
   whether gnuplot is idle now.  Errors as plot_child_run, from either.  */
enum cvx_status plot_child_post (struct plot_child *child, const char *script,
                                 bool *taken,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status plot_child_poll (struct plot_child *child, bool *idle,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* True when gnuplot can draw with terminal NAME.  Starts gnuplot.  */
enum cvx_status plot_child_has (struct plot_child *child, const char *name,
                                bool *has, atomic_int *abort,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* Version of gnuplot, "5.4 patchlevel 4"; borrowed, "" before it was
   started.  */
const char *plot_child_version (const struct plot_child *child);

/* Starts so far, and the process now (0: none); for tests and doctor.  */
size_t plot_child_starts (const struct plot_child *child);
long plot_child_pid (const struct plot_child *child);

/* Write FIG to PATH in OPTIONS->format: the complete new file or the old one.
   NOTES may be NULL; *BYTES (may be NULL) is the size written.  Errors of
   plot_script, plot_child_run and cvx_output_open; CVX_PLOT (E609) when
   gnuplot left an incomplete file; CVX_OUTPUT (E620) when the disk or the
   path refuses.  */
enum cvx_status plot_write (struct plot_child *child,
                            const struct plot_figure *fig,
                            const struct plot_options *options,
                            const char *path, atomic_int *abort,
                            struct plot_notes *notes, size_t *bytes,
                            struct cvx_error *err) CVX_MUST_CHECK;

/* Show FIG to the user.  In a window when a display answers and gnuplot has
   a terminal for it; else as characters (or, with OPTIONS->terminal
   "sixelgd", as sixels) appended to SHOWN for the caller to print.
   OPTIONS->columns and lines are those of the user's terminal.  */
enum cvx_status plot_show (struct plot_child *child,
                           const struct plot_figure *fig,
                           const struct plot_options *options,
                           struct cvx_text *shown, atomic_int *abort,
                           struct plot_notes *notes,
                           struct cvx_error *err) CVX_MUST_CHECK;

#endif
