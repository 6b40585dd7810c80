/* shared_data.c -- networks on data, active patterns, histograms, tiles.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdlib.h>

#include "base/alloc.h"

bool
figure_fits (const struct cvx_dataset *d, const struct cvx_network *net)
{
  return d != NULL && net != NULL && cvx_network_inputs (net) == d->n_features
         && cvx_network_targets (net) == d->n_outputs;
}

enum cvx_status
figure_needs_fit (const char *kind, const struct figure_input *in,
                  struct cvx_error *err)
{
  if (in->data == NULL)
    return figure_lacks (kind, "data", "load FILE", err);
  if (in->network == NULL)
    return figure_lacks (kind, "a network", "solve", err);
  if (figure_fits (in->data, in->network))
    return CVX_OK;
  return cvx_fail (err, CVX_E631,
                   "the network of %zu features and %zu outputs does not fit "
                   "the data of %zu and %zu",
                   cvx_network_inputs (in->network),
                   cvx_network_targets (in->network), in->data->n_features,
                   in->data->n_outputs);
}

enum cvx_status
figure_predictions (double **f, const struct cvx_network *net,
                    const struct cvx_dataset *d, enum cvx_part_id part,
                    struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[part];
  enum cvx_status status;
  *f = cvx_alloc (p->n, d->n_outputs * sizeof **f);
  if (*f == NULL)
    return cvx_fail_nomem (err, "making a figure");
  status = cvx_network_predict (net, p->x, p->n, *f, err);
  if (status != CVX_OK)
    {
      cvx_free (*f);
      *f = NULL;
    }
  return status;
}

/* Read off the answers to the unit vectors and to zero, whatever the network
   is made of.  */
enum cvx_status
figure_linear_weights (double **w, const char *kind,
                       const struct figure_input *in, struct cvx_error *err)
{
  const struct cvx_network *net = in->network;
  double *x = NULL, *f = NULL;
  size_t d;
  enum cvx_status status = figure_needs_fit (kind, in, err);
  if (status != CVX_OK)
    return status;
  if (net->activation != CVX_ACT_LINEAR || in->data->n_outputs != 1)
    {
      cvx_fail (err, CVX_E631, "plot %s needs a linear network of one output",
                kind);
      cvx_hint (err, "plot neurons");
      return CVX_UNSUITED;
    }
  d = in->data->n_features;
  x = cvx_calloc (d, sizeof *x);
  f = cvx_alloc (d + 1, sizeof *f);
  if (x == NULL || f == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    status = cvx_network_predict (net, x, 1, &f[d], err);
  for (size_t k = 0; status == CVX_OK && k < d; k++)
    {
      x[k] = 1;
      status = cvx_network_predict (net, x, 1, &f[k], err);
      x[k] = 0;
      f[k] -= f[d];
    }
  cvx_free (x);
  if (status != CVX_OK)
    cvx_free (f);
  else
    *w = f;
  return status;
}

enum cvx_part_id
figure_fresh_part (const struct cvx_dataset *d)
{
  return d->part[CVX_TEST].n > 0  ? CVX_TEST
         : d->part[CVX_VAL].n > 0 ? CVX_VAL
                                  : CVX_TRAIN;
}

const char *
figure_part_name (enum cvx_part_id part)
{
  static const char *const names[CVX_N_PARTS]
      = { "training", "validation", "test" };
  return names[part];
}

struct ranked
{
  double norm;
  size_t neuron;
};

static int
larger_first (const void *a, const void *b)
{
  const struct ranked *x = a, *y = b;
  int c = figure_compare_doubles (&y->norm, &x->norm);
  return c != 0 ? c : (x->neuron > y->neuron) - (x->neuron < y->neuron);
}

size_t *
figure_by_norm (const struct cvx_network *net)
{
  size_t n = net->width;
  struct ranked *rank = cvx_alloc (n + 1, sizeof *rank);
  size_t *order = cvx_alloc (n + 1, sizeof *order);
  for (size_t j = 0; rank != NULL && j < n; j++)
    rank[j] = (struct ranked){ cvx_network_norm (net, j), j };
  if (rank != NULL && order != NULL)
    {
      qsort (rank, n, sizeof *rank, larger_first);
      for (size_t j = 0; j < n; j++)
        order[j] = rank[j].neuron;
    }
  else
    {
      cvx_free (order);
      order = NULL;
    }
  cvx_free (rank);
  return order;
}

const struct cvx_patterns *
figure_patterns_of (const struct figure_input *in)
{
  const struct cvx_patterns *p
      = in->formulation != NULL && in->formulation->patterns != NULL
            ? in->formulation->patterns
            : in->patterns;
  return p != NULL && p->n_patterns > 0 && p->n_samples > 0 ? p : NULL;
}

bool
figure_is_of (const struct cvx_formulation *f, const struct cvx_run *run)
{
  return f != NULL && run->formulation == f;
}

bool *
figure_active_patterns (const struct cvx_formulation *f,
                        const struct cvx_run *run)
{
  size_t n = f->patterns->n_patterns;
  /* Blocks of the two signs of a pattern are neighbours.  */
  size_t signs = n > 0 && f->n_blocks >= 2 * n ? f->n_blocks / n : 1;
  const struct cvx_network *net = run->net;
  bool *active = cvx_calloc (n + 1, sizeof *active);
  if (active == NULL || net == NULL || net->merged == NULL)
    return active;
  for (size_t k = 0; k < net->merged[net->width]; k++)
    if (net->source[k] / signs < n)
      active[net->source[k] / signs] = true;
  return active;
}

int
figure_compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

void
figure_histogram (size_t n, const double *v, double lo, double hi,
                  size_t n_bins, double *x, double *y)
{
  double step = (hi - lo) / (double)n_bins;
  for (size_t k = 0; k < n_bins; k++)
    {
      x[k] = lo + step * ((double)k + 0.5);
      y[k] = 0;
    }
  for (size_t i = 0; i < n; i++)
    if (v[i] >= lo && v[i] <= hi)
      {
        size_t bin = (size_t)((v[i] - lo) / step);
        y[bin < n_bins ? bin : n_bins - 1] += 1 / (double)n;
      }
}

enum cvx_status
figure_truth (double **y, const struct figure_input *in, size_t n,
              const double *x, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  *y = NULL;
  if (in->truth == NULL)
    return CVX_OK;
  *y = cvx_alloc (n, sizeof **y);
  if (*y == NULL)
    return cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; status == CVX_OK && k < n; k++)
    status = in->truth (in->truth_data, x != NULL ? x[k] : (double)k, *y + k,
                        err);
  if (status != CVX_OK)
    {
      cvx_free (*y);
      *y = NULL;
    }
  return status;
}

/* Pixel (R, C) of an image, its channels, the last index, averaged.  */
static double
pixel_at (const double *image, const size_t size[3], size_t r, size_t c)
{
  size_t channels = size[2] > 0 ? size[2] : 1;
  double sum = 0;
  for (size_t k = 0; k < channels; k++)
    sum += image[(r * size[1] + c) * channels + k];
  return sum / (double)channels;
}

static double
largest (const double *image, const size_t size[3])
{
  double most = 0;
  for (size_t r = 0; r < size[0]; r++)
    for (size_t c = 0; c < size[1]; c++)
      most = fmax (most, fabs (pixel_at (image, size, r, c)));
  return most;
}

enum cvx_status
figure_tiles (struct plot_figure *fig, size_t n, const double *const *pixel,
              const size_t image[3], bool own_scale, struct cvx_error *err)
{
  size_t across = (size_t)ceil (sqrt ((double)n)), down, gap, nx, ny;
  double *z;
  across = across > 0 ? across : 1;
  down = (n + across - 1) / across;
  gap = 1 + image[1] / 16;
  nx = across * (image[1] + gap) - gap;
  ny = down * (image[0] + gap) - gap;
  z = cvx_alloc (nx * ny, sizeof *z);
  if (z == NULL)
    return cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; k < nx * ny; k++)
    z[k] = NAN;
  for (size_t k = 0; k < n; k++)
    {
      double scale = own_scale ? largest (pixel[k], image) : 1;
      size_t top = k / across * (image[0] + gap);
      size_t left = k % across * (image[1] + gap);
      for (size_t r = 0; r < image[0]; r++)
        for (size_t c = 0; c < image[1]; c++)
          z[(top + r) * nx + left + c]
              = scale > 0 ? pixel_at (pixel[k], image, r, c) / scale : 0;
    }
  plot_add_heat (fig, 0, nx, 0, (double)nx - 1, ny, 0, (double)ny - 1, z);
  cvx_free (z);
  fig->panel[0].x.bare = fig->panel[0].y.bare = true;
  fig->panel[0].y.reversed = true;
  fig->panel[0].equal = true;
  return CVX_OK;
}
