/* spectrum.c -- Fourier coefficients of the weights of a linear network,
   |what_k| / sqrt (d) with what the transform that is not normalised: the
   unitary one, which the penalty of circular networks sees (equation 14).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

#define PI 3.14159265358979323846

/* One coefficient, by its definition: d is small beside the training.  */
static double
coefficient (const double *w, size_t d, size_t k)
{
  double re = 0, im = 0;
  for (size_t i = 0; i < d; i++)
    {
      double turn = 2 * PI * (double)(i * k % d) / (double)d;
      re += w[i] * cos (turn);
      im -= w[i] * sin (turn);
    }
  return hypot (re, im) / sqrt ((double)d);
}

enum cvx_status
figure_spectrum (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  struct plot_figure *fig;
  double *w, *y;
  size_t d, n;
  enum cvx_status status = figure_linear_weights (&w, "spectrum", in, err);
  if (status != CVX_OK)
    return status;
  d = in->data->n_features;
  n = d / 2 + 1;
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    {
      cvx_free (w);
      return status;
    }
  y = cvx_alloc (n, sizeof *y);
  if (y == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      for (size_t k = 0; k < n; k++)
        y[k] = coefficient (w, d, k);
      plot_add (fig, 0, PLOT_IMPULSES, PLOT_MODEL, NULL, n, NULL, y);
    }
  cvx_free (w);
  cvx_free (y);
  plot_set_labels (fig, 0, "frequency", "size of the coefficient");
  plot_set_range (&fig->panel[0].x, -0.5, (double)n - 0.5);
  fig->panel[0].x.integer = true;
  fig->panel[0].y.log = in->log_y;
  return figure_finish (out, fig, status, err);
}
