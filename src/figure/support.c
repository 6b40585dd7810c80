/* support.c -- how many neurons are active as the run goes on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

static void
add_run (struct plot_figure *fig, const struct figure_input *in, size_t k,
         const struct figure_curve *c)
{
  const struct cvx_run *run = in->runs[k];
  double *x = figure_trace (run, in->over_time ? FIGURE_TIME : FIGURE_ITER);
  double *y = figure_trace (run, FIGURE_ACTIVE);
  if (x == NULL || y == NULL)
    fig->failed = true;
  else
    plot_add (fig, 0, PLOT_STEPS, c->role,
              in->n_runs > 1 && c->named ? c->label : NULL, run->n_trace, x,
              y);
  cvx_free (x);
  cvx_free (y);
}

enum cvx_status
figure_support (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  struct plot_figure *fig;
  struct figure_curve *curve;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks ("support", "a run", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  curve = figure_curves (in);
  if (curve == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; curve != NULL && k < in->n_runs; k++)
    add_run (fig, in, k, &curve[k]);
  cvx_free (curve);
  figure_trace_axis (fig, in);
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration",
                   "active neurons");
  fig->panel[0].y.integer = true;
  fig->panel[0].y.log = in->log_y;
  if (!in->log_y)
    plot_set_range (&fig->panel[0].y, 0, NAN);
  return figure_finish (out, fig, status, err);
}
