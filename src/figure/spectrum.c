/* spectrum.c -- Fourier coefficients of the weights of a linear network, with
   those of a planted filter; of a linear CNN the singular values of Z.

   |what_k| / sqrt (d) with what the transform that is not normalised: the
   unitary one, which the penalty of circular networks sees (equation 14).

   At the optimum Z is what a proximal step from it gives, of any length t:
   singular values of Z + t A'nu, less t beta, and zero below.  Points show
   these values before the threshold t beta, the line, with t beta a third of
   the largest value of Z: by psi / beta, the figures of `plot certificate',
   value + t beta psi / beta.  Points above the line are where Z is not zero.

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

/* The values Y (n) before the threshold, and it, where the run of the network
   knows its dual point and the penalty is that of two factors.  */
static enum cvx_status
add_threshold (struct plot_figure *fig, const struct figure_input *in,
               size_t n, const double *x, const double *y,
               struct cvx_error *err)
{
  const struct cvx_run *run = in->n_runs == 1 ? in->runs[0] : NULL;
  double *before, *ratio, threshold = 0;
  size_t count;
  enum cvx_status status;
  if (run == NULL || run->nu == NULL || run->net == NULL || !(run->beta > 0)
      || !figure_is_of (in->formulation, run) || in->formulation->conv.d == 0
      || in->formulation->conv.factors != 2)
    return CVX_OK;
  status = figure_dual_values (&ratio, &count, in->formulation, run, err);
  if (status != CVX_OK)
    return status;
  before = cvx_alloc (n, sizeof *before);
  for (size_t k = 0; k < n; k++)
    threshold = fmax (threshold, y[k] / 3);
  if (before == NULL)
    fig->failed = true;
  else if (threshold > 0 && count == n)
    {
      for (size_t k = 0; k < n; k++)
        before[k] = y[k] + threshold * ratio[k];
      plot_add (fig, 0, PLOT_POINTS, PLOT_KINK, "before the threshold", n, x,
                before);
      plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "threshold", 1,
                      &threshold);
    }
  cvx_free (before);
  cvx_free (ratio);
  return CVX_OK;
}

static enum cvx_status
add_coefficients (struct plot_figure *fig, const struct figure_input *in,
                  const double *w, size_t d, const char *truth,
                  struct cvx_error *err)
{
  size_t n = d / 2 + 1;
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  enum cvx_status status = CVX_OK;
  if (x == NULL || y == NULL)
    fig->failed = true;
  else
    {
      for (size_t k = 0; k < n; k++)
        {
          x[k] = (double)k;
          y[k] = coefficient (w, d, k);
        }
      if (truth != NULL)
        plot_add (fig, 0, PLOT_POINTS, PLOT_TRUTH, truth, n, x, y);
      else
        {
          plot_add (fig, 0, PLOT_IMPULSES, PLOT_MODEL, NULL, n, x, y);
          status = add_threshold (fig, in, n, x, y, err);
        }
    }
  cvx_free (x);
  cvx_free (y);
  return status;
}

/* The singular values of Z of a linear CNN: the norms of its neurons, and
   zeros.  */
static enum cvx_status
singular_values (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  size_t p
      = net->n_features < net->n_outputs ? net->n_features : net->n_outputs;
  size_t *order = figure_by_norm (net), n = p > net->width ? p : net->width;
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_calloc (n, sizeof *y);
  struct plot_figure *fig;
  enum cvx_status status = plot_figure_new (&fig, 1, 1, err);
  if (status == CVX_OK)
    {
      if (order == NULL || x == NULL || y == NULL)
        status = cvx_fail_nomem (err, "making a figure");
      else
        {
          for (size_t k = 0; k < n; k++)
            {
              x[k] = (double)k + 1;
              y[k] = k < net->width ? cvx_network_norm (net, order[k]) : 0;
            }
          plot_add (fig, 0, PLOT_IMPULSES, PLOT_MODEL, NULL, n, x, y);
          status = add_threshold (fig, in, n, x, y, err);
        }
      plot_set_labels (fig, 0, "number", "singular value of Z");
      plot_set_range (&fig->panel[0].x, 0.5, (double)n + 0.5);
      fig->panel[0].x.integer = true;
      fig->panel[0].y.log = in->log_y;
      status = figure_finish (out, fig, status, err);
    }
  cvx_free (order);
  cvx_free (x);
  cvx_free (y);
  return status;
}

enum cvx_status
figure_spectrum (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  struct plot_figure *fig;
  double *w, *truth = NULL;
  size_t d;
  enum cvx_status status = figure_linear_weights (&w, "spectrum", in, err);
  if (status != CVX_OK)
    return status;
  if (in->network->conv.d > 0 && !cvx_conv_is_full (&in->network->conv))
    {
      cvx_free (w);
      return singular_values (out, in, err);
    }
  d = in->data->n_features;
  status = figure_truth (&truth, in, d, NULL, err);
  if (status == CVX_OK)
    status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    {
      cvx_free (w);
      cvx_free (truth);
      return status;
    }
  if (truth != NULL)
    status = add_coefficients (fig, in, truth, d, "truth", err);
  else if (in->data->planted != NULL)
    status = add_coefficients (fig, in, in->data->planted, d, "planted", err);
  if (status == CVX_OK)
    status = add_coefficients (fig, in, w, d, NULL, err);
  cvx_free (w);
  cvx_free (truth);
  plot_set_labels (fig, 0, "frequency", "size of the coefficient");
  plot_set_range (&fig->panel[0].x, -0.5, (double)(d / 2) + 0.5);
  fig->panel[0].x.integer = true;
  fig->panel[0].y.log = in->log_y;
  return figure_finish (out, fig, status, err);
}
