/* conv.h -- patches of signals and images.

   Patch k of a sample x in R^d is x_k = P_k x in R^h, P_k a selection of
   features; K of them.  Signals are rows of numbers; images are rows, columns,
   channels with the channel running fastest, and a patch takes all channels.
   Circular patches go round the ends, valid ones stay inside.

   A convolutional neuron has a filter u in R^h and a weight a_k for every
   patch: f(x) = sum_k (P_k x)'u a_k = x'w with w = sum_k P_k'u a_k.  With F
   factors (F > 2: circular, h = d, stride 1) the filter is applied F - 1
   times: w = u * ... * u * a, circular convolutions.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_CONV_H
#define CVX_LINALG_CONV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct cvx_conv
{
  size_t rows, cols, channels; /* of the input; a signal has one row */
  size_t size[2], stride[2];   /* of patches: rows, columns */
  bool circular;
  size_t factors;  /* 2, or more for a deeper circular network */
  size_t count[2]; /* patches down and across */
  size_t d, h, k;  /* inputs, entries of a patch, patches; d = 0: no patches */
};

/* Patches of a signal of D numbers (IMAGE NULL or its first entry 0) or of an
   IMAGE of rows x columns x channels = D.  SIZE and STRIDE are rows and
   columns; of a signal their second entries count.  E352: patches that do not
   fit, a stride of 0, or one that does not go round evenly when CIRCULAR.  */
enum cvx_status cvx_conv_init (struct cvx_conv *c, size_t d,
                               const size_t image[3], const size_t size[2],
                               const size_t stride[2], bool circular,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* The circular network of full-size filters with FACTORS factors.  E353 for
   less than two.  */
enum cvx_status cvx_conv_full (struct cvx_conv *c, size_t d, size_t factors,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* True when every filter has the size of the signal and goes round it.  */
bool cvx_conv_is_full (const struct cvx_conv *c);

/* W (d) = sum_k P_k'z_k and back, z_k = P_k G; Z is k x h.  */
void cvx_conv_scatter (const struct cvx_conv *c, const double *z, double *w);
void cvx_conv_gather (const struct cvx_conv *c, const double *g, double *z);

/* W (d) += the weights of WIDTH neurons, U width x h and A width x k.
   CVX_NOMEM only.  */
enum cvx_status cvx_conv_weights (const struct cvx_conv *c, size_t width,
                                  const double *u, const double *a, double *w,
                                  struct cvx_error *err) CVX_MUST_CHECK;

#endif
