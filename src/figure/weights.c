/* weights.c -- the first-layer weights u_j as images, the largest norm first;
   of convolutional networks the filters; every tile in its own scale, white at
   0.  Channels of colour images are averaged, the bias is left out.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include "base/alloc.h"

enum
{
  TILES = 16
};

static enum cvx_status
add_neurons (struct plot_figure *fig, const struct figure_input *in,
             struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  size_t *order = figure_by_norm (net);
  const double **pixel = cvx_alloc (net->width + 1, sizeof *pixel);
  size_t n = in->top > 0 ? in->top : TILES;
  enum cvx_status status = CVX_OK;
  n = n < net->width ? n : net->width;
  if (order == NULL || pixel == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      const struct cvx_conv *conv = &net->conv;
      const size_t patch[3] = { conv->size[0], conv->size[1], conv->channels };
      bool patches = conv->d > 0 && conv->rows > 1;
      for (size_t j = 0; j < n; j++)
        pixel[j] = net->u + order[j] * net->n_features;
      status = figure_tiles (fig, n, pixel, patches ? patch : in->data->image,
                             true, err);
    }
  cvx_free (order);
  cvx_free (pixel);
  return status;
}

enum cvx_status
figure_weights (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  struct plot_figure *fig;
  enum cvx_status status = figure_needs_fit ("weights", in, err);
  if (status != CVX_OK)
    return status;
  /* Filters of images, or weights of whole images.  */
  if (in->data->image[0] == 0
      || (in->network->conv.d > 0 && in->network->conv.rows == 1
          && in->network->conv.h != in->data->n_features))
    {
      cvx_fail (err, CVX_E631, "plot weights needs images, %s has none",
                in->data->name);
      cvx_hint (err, "plot neurons");
      return CVX_UNSUITED;
    }
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  if (in->network->width > 0)
    status = add_neurons (fig, in, err);
  plot_set_range (&fig->panel[0].z, -1, 1);
  plot_set_colour_label (fig, 0, "weight / largest");
  return figure_finish (out, fig, status, err);
}
