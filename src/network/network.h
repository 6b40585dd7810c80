/* network.h -- the two-layer network.

   relu    f(x) = sum_j (x'u_j)_+ a_j + b0                    (2)
   gated   f(x) = sum_j 1[x'h_j >= 0] (x'u_j) a_j + b0
   linear  f(x) = sum_j (x'u_j) a_j + b0
   conv    f(x) = sum_j sum_k (P_k x)'u_j a_jk + b0, linear too   (9)
           or with (P_k x'u_j)_+; pooling (conv.h): a_jk = a_j or a_j / K

   Balanced weights (||u_j|| = ||a_j||) make the weight decay
   beta/2 sum (||u_j||^2 + ||a_j||^2) equal to the path norm
   beta sum ||u_j|| ||a_j||.  The length of a_j is that of the sum of absolute
   values, ||a_j||_1: a neuron with several outputs counts as so many neurons
   with one, and the best networks have one output a neuron.  For convolutional
   networks, whose a_j are one for each patch, it is the Euclidean one.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_NETWORK_NETWORK_H
#define CVX_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/npz.h"
#include "linalg/conv.h"

enum cvx_activation
{
  CVX_ACT_RELU,
  CVX_ACT_GATED,
  CVX_ACT_LINEAR
};

struct cvx_network
{
  enum cvx_activation activation;
  size_t width, n_features, n_outputs;
  struct cvx_conv conv; /* d > 0: n_features is h, n_outputs k, or 1
                                 with pooling (conv.h) */
  double *u;            /* width x n_features, first layer */
  double *a;            /* width x n_outputs, second layer */
  double *gate;         /* width x n_features, gated only, else NULL */
  double *b0;     /* n_outputs, output bias outside the penalty, or NULL */
  size_t *merged; /* width + 1 starts into `source', or NULL */
  size_t *source; /* numbers of the blocks that became each neuron */
  size_t n_atoms; /* blocks before merging */
};

enum cvx_status cvx_network_new (struct cvx_network **out,
                                 enum cvx_activation activation, size_t width,
                                 size_t n_features, size_t n_outputs,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_network_copy (struct cvx_network **out,
                                  const struct cvx_network *net,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvx_network_free (struct cvx_network *net);

/* F (n x targets) for the rows of X (n x inputs), in tiles.  Fails with
   CVX_NOMEM only.  */
enum cvx_status cvx_network_predict (const struct cvx_network *net,
                                     const double *x, size_t n, double *f,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* Numbers that the network takes and gives: n_features and n_outputs, but of a
   convolutional one its inputs and 1.  */
size_t cvx_network_inputs (const struct cvx_network *net);
size_t cvx_network_targets (const struct cvx_network *net);

/* sum_j ||u_j|| ||a_j||, summed with compensation; lengths as above.  */
double cvx_network_path_norm (const struct cvx_network *net);

/* ||u_j|| ||a_j|| of neuron J; with F factors ||u_j||^{F-1} ||a_j||.  */
double cvx_network_norm (const struct cvx_network *net, size_t j);

/* Rescale every neuron to ||u_j|| = ||a_j||, with more than two factors to
   ||u_j|| = 1; the function stays.  */
void cvx_network_balance (struct cvx_network *net);

/* Merge neurons with the same direction and the same direction of output (one
   output: sign): cosine >= 1 - TOL, TOL at most 1/2; TOL = 0 still allows for
   rounding.  ReLU: u' = u_1 |a_1| + u_2 |a_2| (Remark 3.1).  Gated
   neurons must have equal gates; they and linear ones are also the same when
   both directions are opposite.  Merged neurons are balanced, others stay as
   they are.  Neurons are then sorted by falling norm; `merged' and `source'
   say which became which.  With more than two factors nothing is done. Neurons
   of norm 0 are dropped.  The path norm never rises.  On failure (CVX_NOMEM)
   nothing has changed.  */
enum cvx_status cvx_network_merge (struct cvx_network *net, double tol,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Scale neurons until the activations on the N rows of X are linearly
   independent and drop those that reach zero (prune.c): the predictions on X
   stay, the path norm never rises, the width is at most the rank of the
   activations and at most N * n_outputs.  A neuron is dependent when all but
   TOL of it is (1e-10 is usual).  Predictions elsewhere change.  `merged' and
   `source' lose the blocks of dropped neurons.  */
enum cvx_status cvx_network_prune (struct cvx_network *net, const double *x,
                                   size_t n, double tol,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* d = 2 with a ones column last: where neuron J bends, -u_2/u_1 (gated: where
   the gate changes); nan without such a point.  */
double cvx_network_kink (const struct cvx_network *net, size_t j);

/* Members of an archive under PREFIX, put before every name as it is ("net.").
   Loading fails with CVX_DATA (E336) when they are not a whole network.  */
enum cvx_status cvx_network_save (const struct cvx_network *net,
                                  struct cvx_npz_writer *w, const char *prefix,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_network_load (struct cvx_network **out,
                                  const struct cvx_npz *z, const char *prefix,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Predictions F against Y (n x n_outputs each): mean squared and absolute
   error over all numbers, r2 = 1 - sum e^2 / sum (y - mean)^2 (nan for
   constant y), and with LABELS the share of rows whose nearest value of Y (one
   output; halfway: the larger) or largest output is the right one, else nan.
   Without rows everything is nan.  */
struct cvx_scores
{
  size_t n, n_right;
  double mse, mae, r2, accuracy;
};
void cvx_scores_compute (const double *f, const double *y, size_t n,
                         size_t n_outputs, bool labels,
                         struct cvx_scores *out);

#endif
