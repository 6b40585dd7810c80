/* figure_kinds.h -- from data, runs and networks to figures.

   A kind of figure is one file with one function and one row of figures.def.
   It looks at const values and makes a plot_figure; it computes nothing that
   the library does not offer, prints nothing and writes no file.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef FIGURE_FIGURE_KINDS_H
#define FIGURE_FIGURE_KINDS_H

#include "data/dataset.h"
#include "network/network.h"
#include "plot/figure.h"
#include "solver/run.h"

enum figure_of
{
  FIGURE_OF_NORMS,
  FIGURE_OF_OBJECTIVE,
  FIGURE_OF_WIDTH,
  FIGURE_OF_GAP
};

/* What a figure is made from; everything is borrowed, and may be NULL or 0
   where there is none yet.  */
struct figure_input
{
  const struct cvx_dataset *data;
  const struct cvx_formulation *formulation;
  const struct cvx_run *const *runs; /* N_RUNS */
  size_t n_runs;
  const struct cvx_network *network;
  const struct cvx_patterns *patterns;
  bool over_time; /* x=time instead of x=iter */
  bool log_x, log_y;
  size_t top;        /* at most so many neurons or samples; 0: of the kind */
  enum figure_of of; /* what a path shows */
  /* The true function at X, or the true weight of a linear network at position
     X from 0, for the kinds that show it; NULL: not known.  */
  enum cvx_status (*truth) (void *data, double x, double *value,
                            struct cvx_error *err);
  void *truth_data;
};

/* Make *FIG, which is the caller's.  CVX_STATE (E630) when the input lacks
   what the kind needs, CVX_UNSUITED (E631) when the data have another shape,
   CVX_PLOT (E603) nothing to show, CVX_NOMEM; errors of cvx_network_predict.
 */
struct figure_kind
{
  const char *name, *summary;
  bool all_runs; /* shows every run when none is named */
  enum cvx_status (*make) (struct plot_figure **fig,
                           const struct figure_input *in,
                           struct cvx_error *err) CVX_MUST_CHECK;
};
extern const struct figure_kind figure_kinds[]; /* ends with name NULL */
const struct figure_kind *figure_find (const char *name);

#define FIGURE(NAME, RUNS, SUMMARY)                                           \
  enum cvx_status figure_##NAME (struct plot_figure **fig,                    \
                                 const struct figure_input *in,               \
                                 struct cvx_error *err) CVX_MUST_CHECK;
#include "figure/figures.def"
#undef FIGURE

#endif
