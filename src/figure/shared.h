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
  FIGURE_DUAL,
  FIGURE_ACTIVE,
  FIGURE_SKIPPED
};

/* That column of RUN, n_trace numbers, the caller's; NULL: no memory.  */
double *figure_trace (const struct cvx_run *run, enum figure_column column);

/* The figure NAME: numbers of things in COLUMN, called WORDS, as steps.  */
enum cvx_status figure_counts (struct plot_figure **out,
                               const struct figure_input *in, const char *name,
                               enum figure_column column, const char *words,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* Rules where the user tuned RUN, and the words and kind of the x axis.  */
void figure_trace_axis (struct plot_figure *fig,
                        const struct figure_input *in);
void figure_tuned (struct plot_figure *fig, const struct figure_input *in,
                   const struct cvx_run *run);

/* How each of several runs is drawn.  The label is its tag, else what sets it
   apart from the others (solver, formulation, beta, sizes, settings).  Few
   runs have a colour each, and their number where labels would be equal; of
   more than FIGURE_MANY_RUNS, and where the user gave several the same tag,
   those with equal labels (trials) share a colour and the first of them is
   named: they are grouped.  */
enum
{
  FIGURE_MANY_RUNS = 7
};
struct figure_curve
{
  char label[120];
  int role;
  bool named;  /* stands in the key */
  bool number; /* its label ends with its number */
};

bool figure_grouped (const struct figure_input *in);

/* N_RUNS of them, the caller's; NULL: no memory.  */
struct figure_curve *figure_curves (const struct figure_input *in);

/* --- networks on data --- */

/* The network of RUN has the shape of D.  */
bool figure_fits (const struct cvx_dataset *d, const struct cvx_network *net);

/* CVX_STATE or CVX_UNSUITED unless there are data, a network and they fit.  */
enum cvx_status figure_needs_fit (const char *kind,
                                  const struct figure_input *in,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Outputs of NET on PART of D, the caller's.  */
enum cvx_status figure_predictions (double **f, const struct cvx_network *net,
                                    const struct cvx_dataset *d,
                                    enum cvx_part_id part,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* The weights w of a linear network f(x) = x'w + b with one output, as many
   as features, the caller's.  CVX_STATE, CVX_UNSUITED, CVX_NOMEM.  */
enum cvx_status figure_linear_weights (double **w, const char *kind,
                                       const struct figure_input *in,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* The part that is not trained on: test, else validation, else training; and
   its name.  */
enum cvx_part_id figure_fresh_part (const struct cvx_dataset *d);
const char *figure_part_name (enum cvx_part_id part);

/* Numbers of the neurons of NET, the largest norm first, the caller's; NULL:
   no memory.  */
size_t *figure_by_norm (const struct cvx_network *net);

/* The truth at the N values X (NULL: 0, 1, 2...) into *Y, the caller's; NULL
   when it is not known.  CVX_NOMEM, and what IN->truth says.  */
enum cvx_status figure_truth (double **y, const struct figure_input *in,
                              size_t n, const double *x,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* --- patterns --- */

/* Those of the formulation, else the current ones; NULL: none.  */
const struct cvx_patterns *figure_patterns_of (const struct figure_input *in);

/* Which of the patterns of F have an active neuron in RUN: N_PATTERNS flags,
   the caller's; NULL: no memory.  */
bool *figure_active_patterns (const struct cvx_formulation *f,
                              const struct cvx_run *run);

/* The formulation that RUN was made with when it is the current one.  */
/* psi / beta of the dual point of RUN, which has one, for every block of F, or
   for every singular value: N of them, the caller's.  CVX_NOMEM.  */
enum cvx_status figure_dual_values (double **value, size_t *n,
                                    const struct cvx_formulation *f,
                                    const struct cvx_run *run,
                                    struct cvx_error *err) CVX_MUST_CHECK;
bool figure_is_of (const struct cvx_formulation *f, const struct cvx_run *run);

/* --- numbers --- */

/* Order of two doubles for qsort.  */
int figure_compare_doubles (const void *a, const void *b);

/* N_BINS equal bins from LO to HI: their centres in X and the share of the N
   values V in each in Y.  */
void figure_histogram (size_t n, const double *v, double lo, double hi,
                       size_t n_bins, double *x, double *y);

/* --- tiles --- */

/* Images of the shape IMAGE side by side in one panel: image k is PIXEL[k].
   Channels are averaged.  With OWN_SCALE each is divided by its largest
   absolute value.  */
enum cvx_status figure_tiles (struct plot_figure *fig, size_t n,
                              const double *const *pixel,
                              const size_t image[3], bool own_scale,
                              struct cvx_error *err) CVX_MUST_CHECK;

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
