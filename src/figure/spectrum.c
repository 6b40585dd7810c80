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

/* Coefficients 0 .. d/2 of W in the figure.  */
static void
add_coefficients (struct plot_figure *fig, enum plot_kind kind, int role,
                  const char *title, const double *w, size_t d)
{
  size_t n = d / 2 + 1;
  double *y = cvx_alloc (n, sizeof *y);
  if (y == NULL)
    fig->failed = true;
  for (size_t k = 0; y != NULL && k < n; k++)
    y[k] = coefficient (w, d, k);
  if (y != NULL)
    plot_add (fig, 0, kind, role, title, n, NULL, y);
  cvx_free (y);
}

/* Filters shorter than the signal: the norms of the neurons are the singular
   values of Z, whose sum is the penalty.  */
static void
add_values (struct plot_figure *fig, const struct cvx_network *net)
{
  size_t *order = figure_by_norm (net);
  double *x = cvx_alloc (net->width, sizeof *x);
  double *y = cvx_alloc (net->width, sizeof *y);
  if (order == NULL || x == NULL || y == NULL)
    fig->failed = true;
  else
    {
      for (size_t j = 0; j < net->width; j++)
        {
          x[j] = (double)j + 1;
          y[j] = cvx_network_norm (net, order[j]);
        }
      plot_add (fig, 0, PLOT_IMPULSES, PLOT_MODEL, NULL, net->width, x, y);
      plot_set_range (&fig->panel[0].x, 0.5, (double)net->width + 0.5);
    }
  cvx_free (order);
  cvx_free (x);
  cvx_free (y);
}

enum cvx_status
figure_spectrum (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  struct plot_figure *fig = NULL;
  double *w, *truth = NULL;
  size_t d;
  bool values;
  enum cvx_status status = figure_linear_weights (&w, "spectrum", in, err);
  if (status != CVX_OK)
    return status;
  d = in->data->n_features;
  values = in->network->conv.d > 0 && in->network->conv.h < d;
  if (!values)
    status = figure_truth (&truth, in, d, NULL, err);
  if (status == CVX_OK)
    status = plot_figure_new (&fig, 1, 1, err);
  if (status == CVX_OK && values)
    add_values (fig, in->network);
  else if (status == CVX_OK)
    {
      if (truth != NULL)
        add_coefficients (fig, PLOT_POINTS, PLOT_KINK, "truth", truth, d);
      add_coefficients (fig, PLOT_IMPULSES, PLOT_MODEL,
                        truth != NULL ? "network" : NULL, w, d);
      plot_set_range (&fig->panel[0].x, -0.5, (double)(d / 2) + 0.5);
    }
  cvx_free (w);
  cvx_free (truth);
  if (status != CVX_OK)
    {
      plot_figure_free (fig);
      return status;
    }
  if (values)
    plot_set_labels (fig, 0, "neuron", "singular value");
  else
    plot_set_labels (fig, 0, "frequency", "size of the coefficient");
  fig->panel[0].x.integer = true;
  fig->panel[0].y.log = in->log_y;
  return figure_finish (out, fig, status, err);
}
