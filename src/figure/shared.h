/* shared.h -- what several kinds of figures need.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef FIGURE_SHARED_H
#define FIGURE_SHARED_H

#include "figure/figure_kinds.h"

/* CVX_STATE (E630): KIND needs WHAT, which HINT gives.  */
enum cvx_status figure_lacks (const char *kind, const char *what,
                              const char *hint, struct cvx_error *err);

/* End of a figure function: FIG goes to *OUT when STATUS is good and the
   figure has something to show; else it is freed.  */
enum cvx_status figure_finish (struct plot_figure **out,
                               struct plot_figure *fig, enum cvx_status status,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* --- traces --- */

/* One column of a trace.  */
enum figure_column
{
  FIGURE_ITER,
  FIGURE_TIME,
  FIGURE_POBJ,
  FIGURE_DOBJ,
  FIGURE_GAP,
  FIGURE_PRIMAL,
  FIGURE_DUAL
};

/* That column of RUN, n_trace numbers, the caller's; NULL: no memory.  */
double *figure_trace (const struct cvx_run *run, enum figure_column column);

/* Rules where the user tuned RUN, and the words and kind of the x axis.  */
void figure_trace_axis (struct plot_figure *fig,
                        const struct figure_input *in);
void figure_tuned (struct plot_figure *fig, const struct figure_input *in,
                   const struct cvx_run *run);

/* The label of RUN in a key of several.  */
void figure_run_label (char *to, size_t size, const struct cvx_run *run);

/* --- the plane and the line --- */

/* The features a figure is drawn over: all but columns of ones.  */
struct figure_features
{
  size_t n_free;
  size_t at[2]; /* of the first two free features */
};
void figure_features_of (const struct cvx_dataset *data,
                         struct figure_features *f);

/* In units of the file: used / factor + shift.  */
double figure_x_file (const struct cvx_dataset *d, size_t feature, double x);
double figure_y_file (const struct cvx_dataset *d, size_t output, double y);

/* Smallest and largest value of FEATURE over all parts, as used, widened by
   ROOM of the length at both ends; never equal.  */
void figure_span (const struct cvx_dataset *d, size_t feature, double room,
                  double *min, double *max);

/* The name of FEATURE, or x (x1, x2 for one of several).  */
void figure_feature_name (char *to, size_t size, const struct cvx_dataset *d,
                          const struct figure_features *f, size_t k);

/* The hyperplane at which neuron J changes, as weights of all features:
   u for ReLU, the gate for gated; NULL for linear.  Borrowed.  */
const double *figure_switch (const struct cvx_network *net, size_t j);

#endif
