/* objective.c -- objective and dual bound, and the band between them.

   The optimum lies in the band: it closes as the run goes on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

static enum cvx_status
add_run (struct plot_figure *fig, const struct figure_input *in, size_t k,
         struct cvx_error *err)
{
  const struct cvx_run *run = in->runs[k];
  bool one = in->n_runs == 1;
  double *x = figure_trace (run, in->over_time ? FIGURE_TIME : FIGURE_ITER);
  double *high = figure_trace (run, FIGURE_POBJ);
  double *low = figure_trace (run, FIGURE_DOBJ);
  int role = PLOT_CYCLE + (int)k;
  char label[80];
  figure_run_label (label, sizeof label, run);
  if (x != NULL && high != NULL && low != NULL)
    {
      plot_add_band (fig, 0, one ? PLOT_BETWEEN : role, NULL, run->n_trace, x,
                     low, high);
      if (one)
        figure_tuned (fig, in, run);
      plot_add (fig, 0, PLOT_LINE, one ? PLOT_OBJECTIVE : role,
                one ? "objective" : label, run->n_trace, x, high);
      plot_add (fig, 0, PLOT_LINE, one ? PLOT_BOUND : role,
                one ? "dual bound" : NULL, run->n_trace, x, low);
    }
  else
    fig->failed = true;
  cvx_free (x);
  cvx_free (high);
  cvx_free (low);
  return fig->failed ? cvx_fail_nomem (err, "making a figure") : CVX_OK;
}

enum cvx_status
figure_objective (struct plot_figure **out, const struct figure_input *in,
                  struct cvx_error *err)
{
  struct plot_figure *fig;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks ("objective", "a run", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; status == CVX_OK && k < in->n_runs; k++)
    status = add_run (fig, in, k, err);
  figure_trace_axis (fig, in);
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration",
                   in->n_runs == 1 ? "objective" : "objective and dual bound");
  fig->panel[0].y.log = in->log_y;
  return figure_finish (out, fig, status, err);
}
