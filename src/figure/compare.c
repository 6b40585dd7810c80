/* compare.c -- the certified relative gap of several runs over time.

   A gap of exactly 0 has no logarithm and is drawn at the floor of the
   figure.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

static void
add_run (struct plot_figure *fig, const struct cvx_run *run,
         const struct figure_curve *c)
{
  double *x = figure_trace (run, FIGURE_TIME);
  double *y = figure_trace (run, FIGURE_GAP);
  if (x == NULL || y == NULL)
    fig->failed = true;
  else
    plot_add (fig, 0, PLOT_LINE, c->role, c->named ? c->label : NULL,
              run->n_trace, x, y);
  cvx_free (x);
  cvx_free (y);
}

enum cvx_status
figure_compare (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  struct plot_figure *fig;
  enum cvx_status status;
  struct figure_curve *curve;
  double tol = INFINITY;
  if (in->n_runs == 0)
    return figure_lacks ("compare", "runs", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  curve = figure_curves (in);
  if (curve == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; curve != NULL && k < in->n_runs; k++)
    {
      tol = fmin (tol, in->runs[k]->settings.tol);
      add_run (fig, in->runs[k], &curve[k]);
    }
  cvx_free (curve);
  if (tol > 0 && isfinite (tol))
    plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "tolerance", 1, &tol);
  plot_set_labels (fig, 0, "seconds", "relative gap");
  fig->panel[0].x.log = in->log_x;
  fig->panel[0].y.log = true;
  return figure_finish (out, fig, status, err);
}
