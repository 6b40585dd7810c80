/* objective.c -- objective and dual bound, and the band between them.

   The optimum lies in the band: it closes as the run goes on.  Of many runs
   the objectives alone are drawn, and the best bound of all as a line.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

static enum cvx_status
add_run (struct plot_figure *fig, const struct figure_input *in, size_t k,
         const struct figure_curve *c, struct cvx_error *err)
{
  const struct cvx_run *run = in->runs[k];
  bool one = in->n_runs == 1, many = figure_grouped (in);
  double *x = figure_trace (run, in->over_time ? FIGURE_TIME : FIGURE_ITER);
  double *high = figure_trace (run, FIGURE_POBJ);
  double *low = figure_trace (run, FIGURE_DOBJ);
  if (x != NULL && high != NULL && low != NULL)
    {
      if (!many)
        plot_add_band (fig, 0, one ? PLOT_BETWEEN : c->role, NULL,
                       run->n_trace, x, low, high);
      if (one)
        figure_tuned (fig, in, run);
      plot_add (fig, 0, PLOT_LINE, one ? PLOT_OBJECTIVE : c->role,
                one        ? "objective"
                : c->named ? c->label
                           : NULL,
                run->n_trace, x, high);
      if (!many)
        plot_add (fig, 0, PLOT_LINE, one ? PLOT_BOUND : c->role,
                  one ? "dual bound" : NULL, run->n_trace, x, low);
    }
  else
    fig->failed = true;
  cvx_free (x);
  cvx_free (high);
  cvx_free (low);
  return fig->failed ? cvx_fail_nomem (err, "making a figure") : CVX_OK;
}

/* The best dual bound of runs that are about one problem; a bound over sampled
   patterns says nothing about the others.  */
static bool
common_bound (const struct figure_input *in, double *bound)
{
  double best = INFINITY;
  *bound = -INFINITY;
  for (size_t k = 0; k < in->n_runs; k++)
    {
      if (in->runs[k]->beta != in->runs[0]->beta
          || in->runs[k]->data_hash != in->runs[0]->data_hash)
        return false;
      best = fmin (best, in->runs[k]->pobj);
      if (in->runs[k]->complete)
        *bound = fmax (*bound, in->runs[k]->dobj);
    }
  /* Another program may lie below it: that of longer filters.  */
  return isfinite (*bound) && *bound <= best * (1 + 1e-6);
}

/* On a logarithmic axis the first bounds, often 0, would squeeze all the rest:
   the axis ends below the last ones.  */
static double
lowest_shown (const struct figure_input *in)
{
  double low = INFINITY;
  for (size_t k = 0; k < in->n_runs; k++)
    {
      double best = in->runs[k]->pobj, bound = in->runs[k]->dobj;
      low = fmin (low, best);
      if (bound > 0.01 * best)
        low = fmin (low, bound);
    }
  return low > 0 && isfinite (low) ? 0.6 * low : NAN;
}

enum cvx_status
figure_objective (struct plot_figure **out, const struct figure_input *in,
                  struct cvx_error *err)
{
  struct plot_figure *fig;
  struct figure_curve *curve;
  double bound;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks ("objective", "a run", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  curve = figure_curves (in);
  if (curve == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; status == CVX_OK && k < in->n_runs; k++)
    status = add_run (fig, in, k, &curve[k], err);
  cvx_free (curve);
  if (figure_grouped (in) && common_bound (in, &bound))
    plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "best bound", 1,
                    &bound);
  figure_trace_axis (fig, in);
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration",
                   in->n_runs == 1 || figure_grouped (in)
                       ? "objective"
                       : "objective and dual bound");
  fig->panel[0].y.log = in->log_y;
  if (in->log_y)
    plot_set_range (&fig->panel[0].y, lowest_shown (in), NAN);
  return figure_finish (out, fig, status, err);
}
