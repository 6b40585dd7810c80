/* gap.c -- the certified relative gap, with the tolerance asked for, and for
   a single run the residuals of its solver.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

/* A column of RUN as a line; nothing when the solver does not have it.  */
static void
add_column (struct plot_figure *fig, const struct cvx_run *run,
            const double *x, enum figure_column column, int role,
            const char *title)
{
  double *y = figure_trace (run, column);
  bool any = false;
  for (size_t k = 0; y != NULL && k < run->n_trace; k++)
    any = any || isfinite (y[k]);
  if (y == NULL)
    fig->failed = true;
  else if (any)
    plot_add (fig, 0, PLOT_LINE, role, title, run->n_trace, x, y);
  cvx_free (y);
}

static void
add_run (struct plot_figure *fig, const struct figure_input *in, size_t k)
{
  const struct cvx_run *run = in->runs[k];
  double *x = figure_trace (run, in->over_time ? FIGURE_TIME : FIGURE_ITER);
  char label[80];
  figure_run_label (label, sizeof label, run);
  if (x == NULL)
    fig->failed = true;
  else if (in->n_runs > 1)
    add_column (fig, run, x, FIGURE_GAP, PLOT_CYCLE + (int)k, label);
  else
    {
      figure_tuned (fig, in, run);
      add_column (fig, run, x, FIGURE_PRIMAL, PLOT_PRIMAL, "primal residual");
      add_column (fig, run, x, FIGURE_DUAL, PLOT_DUAL, "dual residual");
      add_column (fig, run, x, FIGURE_GAP, PLOT_GAP, "relative gap");
    }
  cvx_free (x);
}

enum cvx_status
figure_gap (struct plot_figure **out, const struct figure_input *in,
            struct cvx_error *err)
{
  struct plot_figure *fig;
  enum cvx_status status;
  double tol;
  if (in->n_runs == 0)
    return figure_lacks ("gap", "a run", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  tol = in->runs[0]->settings.tol;
  for (size_t k = 0; k < in->n_runs; k++)
    {
      tol = fmin (tol, in->runs[k]->settings.tol);
      add_run (fig, in, k);
    }
  if (tol > 0 && isfinite (tol))
    plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "tolerance", 1, &tol);
  figure_trace_axis (fig, in);
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration",
                   fig->panel[0].n > 2 && in->n_runs == 1 ? "gap, residuals"
                                                          : "relative gap");
  fig->panel[0].y.log = true;
  return figure_finish (out, fig, status, err);
}
