/* filter.c -- the weights w of a linear network f(x) = x'w + b over the
   positions of the signal, or as an image where the data are images.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

static enum cvx_status
add_signal (struct plot_figure *fig, const struct figure_input *in,
            const double *w, size_t d, struct cvx_error *err)
{
  const double zero = 0;
  double *x = cvx_alloc (d, sizeof *x), *truth = NULL;
  enum cvx_status status = x == NULL ? cvx_fail_nomem (err, "making a figure")
                                     : figure_truth (&truth, in, d, NULL, err);
  if (status != CVX_OK)
    {
      cvx_free (x);
      return status;
    }
  for (size_t i = 0; i < d; i++)
    x[i] = (double)i + 1;
  plot_add_rules (fig, 0, PLOT_HLINE, PLOT_GUIDE, NULL, 1, &zero);
  if (truth != NULL)
    plot_add (fig, 0, PLOT_LINE, PLOT_TRUTH, "truth", d, x, truth);
  plot_add (fig, 0, PLOT_LINE, PLOT_MODEL, truth != NULL ? "network" : NULL, d,
            x, w);
  if (d <= 64)
    plot_add (fig, 0, PLOT_POINTS, PLOT_MODEL, NULL, d, x, w);
  cvx_free (x);
  cvx_free (truth);
  plot_set_labels (fig, 0, "position", "weight");
  fig->panel[0].x.integer = true;
  return CVX_OK;
}

enum cvx_status
figure_filter (struct plot_figure **out, const struct figure_input *in,
               struct cvx_error *err)
{
  struct plot_figure *fig;
  double *w;
  enum cvx_status status = figure_linear_weights (&w, "filter", in, err);
  if (status != CVX_OK)
    return status;
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    {
      cvx_free (w);
      return status;
    }
  if (in->data->image[0] > 0)
    {
      status = figure_tiles (fig, 1, &(const double *){ w }, in->data->image,
                             false, err);
      plot_set_colour_label (fig, 0, "weight");
    }
  else
    status = add_signal (fig, in, w, in->data->n_features, err);
  cvx_free (w);
  return figure_finish (out, fig, status, err);
}
