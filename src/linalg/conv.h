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

/* What becomes of the outputs of a neuron at the patches of a sample.  */
enum cvx_pool
{
  CVX_POOL_NONE,    /* each has its own weight */
  CVX_POOL_AVERAGE, /* their mean has one */
  CVX_POOL_SUM,     /* their sum has one */
  CVX_POOL_SEPARATE /* every patch is a sample with the target of the whole;
                       the answer to a sample is the mean over its patches */
};

struct cvx_conv
{
  size_t rows, cols, channels; /* of the input; a signal has one row */
  size_t size[2], stride[2];   /* of patches: rows, columns */
  bool circular;
  size_t factors; /* 2, or more for a deeper circular network */
  enum cvx_pool pool;
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

/* All patches of the N rows of X, one after the other: *ROWS (n k x h, the
   caller's).  CVX_NOMEM only.  */
enum cvx_status cvx_conv_rows (const struct cvx_conv *c, const double *x,
                               size_t n, double **rows,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* The output weights of a neuron: k, or 1 with pooling.  */
size_t cvx_conv_outputs (const struct cvx_conv *c);
/* What each patch counts in the output of a neuron: 1/k for means, else 1.  */
double cvx_conv_scale (const struct cvx_conv *c);
/* The word for the way of pooling, and back: false for other words.  */
const char *cvx_pool_word (enum cvx_pool pool);
bool cvx_pool_find (const char *word, enum cvx_pool *pool);

/* W (d) += the weights of WIDTH neurons, U width x h and A width x k.
   CVX_NOMEM only.  */
enum cvx_status cvx_conv_weights (const struct cvx_conv *c, size_t width,
                                  const double *u, const double *a, double *w,
                                  struct cvx_error *err) CVX_MUST_CHECK;

#endif
