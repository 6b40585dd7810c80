/* neurons.c -- the norms ||u_j|| ||a_j|| of the merged network as stems, from
   the largest; with one output the sign of a_j is the colour.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

static void
add_sign (struct plot_figure *fig, const struct cvx_network *net,
          const size_t *order, size_t n, bool positive, int role,
          const char *title)
{
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  size_t m = 0;
  for (size_t k = 0; x != NULL && y != NULL && k < n; k++)
    if ((net->n_outputs > 1 || net->a[order[k]] > 0) == positive)
      {
        x[m] = (double)k + 1;
        y[m++] = cvx_network_norm (net, order[k]);
      }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (m > 0)
    plot_add (fig, 0, PLOT_IMPULSES, role, title, m, x, y);
  cvx_free (x);
  cvx_free (y);
}

enum cvx_status
figure_neurons (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  struct plot_figure *fig;
  size_t *order, n;
  enum cvx_status status;
  if (net == NULL)
    return figure_lacks ("neurons", "a network", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  order = figure_by_norm (net);
  if (order == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      n = in->top > 0 && in->top < net->width ? in->top : net->width;
      add_sign (fig, net, order, n, true,
                net->n_outputs > 1 ? PLOT_MODEL : PLOT_POSITIVE,
                net->n_outputs > 1 ? NULL : "positive");
      add_sign (fig, net, order, n, false, PLOT_NEGATIVE, "negative");
      plot_set_range (&fig->panel[0].x, 0.4, (double)n + 0.6);
    }
  cvx_free (order);
  plot_set_labels (fig, 0, "neuron", "norm");
  fig->panel[0].x.integer = true;
  fig->panel[0].y.log = in->log_y;
  if (!in->log_y)
    plot_set_range (&fig->panel[0].y, 0, NAN);
  return figure_finish (out, fig, status, err);
}
