/* relu.c -- the convex program of a two-layer ReLU network.

   Pilanci and Ergen (ICML 2020), equation 8 and theorem 1:

     min l (sum_i D_i X (v_i - w_i); y) + beta sum_i (||v_i|| + ||w_i||)
     s.t. (2D_i - I) X v_i >= 0,  (2D_i - I) X w_i >= 0

   equals the training of  f (x) = sum_j (x'u_j)_+ a_j  with weight decay
   beta/2 sum_j (||u_j||^2 + a_j^2), for D_i all patterns of X and any width
   from that of a solution on.  With outputs k = 1 .. C the blocks are v_ik and
   w_ik, f_k = sum_i D_i X (v_ik - w_ik), and the network is that with decay
   beta/2 sum_j (||u_j||^2 + ||a_j||_1^2), a_j in R^C: the extreme points of
   {u a' : ||u|| <= 1, ||a||_1 <= 1} are u e_k' and -u e_k', so that the best
   neurons have one output each.  A loss that is a sum over outputs makes C
   problems of it; softmax couples them, through the loss alone.  v_i and w_i
   are the neurons with positive and with negative output; a neuron on a facet
   belongs to the cells on both of its sides and comes out of a solver as two
   blocks (Remark 3.1), which decoding merges.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "formulation/private.h"

static enum cvx_status
build (struct cvx_formulation *f, struct cvx_error *err)
{
  enum cvx_status status = cvxi_group_l1_build (f, 2, true, err);
  if (status == CVX_OK && f->patterns->complete
      && f->patterns->rank <= CVX_PRICE_MAX_RANK)
    status = cvx_pricer_new (&f->pricer, f->x, f->n_samples, f->n_features,
                             f->threads, err);
  return status;
}

static void
estimate (size_t n_samples, size_t n_features, size_t n_outputs,
          size_t n_patterns, const struct cvx_conv *conv,
          struct cvx_formulation_estimate *out)
{
  (void)conv;
  cvxi_group_l1_estimate (n_samples, n_features, n_outputs, n_patterns, 2,
                          true, out);
}

/* True when U lies in the cone of a pattern, up to rounding.  */
static bool
in_a_cone (const struct cvx_formulation *f, const double *u)
{
  const double tol = 1e-12;
  const struct cvx_patterns *p = f->patterns;
  size_t d = f->n_features, at = 0, tested = 0;
  double norm = cblas_dnrm2 ((blasint)d, u, 1);
  /* Rows one after the other; a pattern that a row contradicts is left for
     the next, from which on the rows seen so far are tested again.  */
  while (at < p->n_patterns && tested < f->n_samples)
    {
      const uint64_t *bits = p->bits + at * p->n_words;
      double t = cblas_ddot ((blasint)d, f->x + tested * d, 1, u, 1);
      if (!cvx_pattern_bit (bits, tested))
        t = -t;
      if (t >= -tol * norm * f->work->row_norm[tested])
        tested++;
      else
        {
          at++;
          tested = 0;
        }
    }
  return tested == f->n_samples && at < p->n_patterns;
}

static bool
holds (const struct cvx_formulation *f, const struct cvx_network *net)
{
  if (net->b0 != NULL && f->loss->base == NULL)
    return false;
  if (f->patterns->complete)
    return true;
  for (size_t j = 0; j < net->width; j++)
    if (!in_a_cone (f, net->u + j * net->n_features))
      return false;
  return true;
}

/* As far as that does not raise the objective and the result is a point of
   this program.  Two copies of a neuron on a facet lie in it, so that their
   sum has the same activation as they; they agree in the other directions to
   the accuracy of the solver only, about the root of its gap, hence a coarse
   tolerance first and finer ones if it fails.  */
enum cvx_status
cvxi_relu_merge (const struct cvx_formulation *f, struct cvx_network **net,
                 struct cvx_error *err)
{
  static const double tols[] = { 1e-7, 1e-11, 0 };
  enum
  {
    N_TOLS = sizeof tols / sizeof *tols
  };
  double *fit = cvx_alloc (f->n_obs, sizeof *fit), before, loss, penalty;
  enum cvx_status status;
  if (fit == NULL)
    return cvx_fail_nomem (err, "merging neurons");
  status = cvxi_evaluate (f, *net, fit, &loss, &penalty, err);
  before = loss + penalty;
  for (size_t k = 0; status == CVX_OK && k < N_TOLS; k++)
    {
      struct cvx_network *merged;
      bool good;
      status = cvx_network_copy (&merged, *net, err);
      if (status == CVX_OK)
        status = cvx_network_merge (merged, tols[k], err);
      if (status == CVX_OK && k + 1 < N_TOLS && merged->width < (*net)->width)
        status = cvxi_evaluate (f, merged, fit, &loss, &penalty, err);
      good = status == CVX_OK
             && (k + 1 == N_TOLS || merged->width == (*net)->width
                 || (loss + penalty <= before * (1 + 1e-14)
                     && f->class->holds (f, merged)));
      if (good)
        {
          cvx_network_free (*net);
          *net = merged;
          break;
        }
      cvx_network_free (merged);
    }
  cvx_free (fit);
  return status;
}

/* Atoms that are neurons in the cells that they lie in.  */
static enum cvx_status
neurons (const struct cvx_formulation *f, const struct cvx_point *point,
         double drop, struct cvx_network **net, struct cvx_error *err)
{
  size_t d = f->n_features, c = f->n_outputs, j = 0, width = 0;
  double largest = 0, *norm = cvx_alloc (point->n_atoms, sizeof *norm);
  enum cvx_status status;
  if (norm == NULL)
    return cvx_fail_nomem (err, "making a network");
  for (size_t k = 0; k < point->n_atoms; k++)
    {
      norm[k] = cblas_dnrm2 ((blasint)d, point->x + k * d, 1);
      largest = fmax (largest, norm[k]);
    }
  for (size_t k = 0; k < point->n_atoms; k++)
    width += norm[k] > drop * largest;
  status = cvx_network_new (net, CVX_ACT_RELU, width, d, c, err);
  for (size_t k = 0; status == CVX_OK && k < point->n_atoms; k++)
    if (norm[k] > drop * largest)
      {
        double root = sqrt (norm[k]);
        int sign = point->sign[k];
        for (size_t q = 0; q < d; q++)
          (*net)->u[j * d + q] = point->x[k * d + q] / root;
        (*net)->a[j * c + (size_t)abs (sign) - 1] = sign < 0 ? -root : root;
        j++;
      }
  cvx_free (norm);
  return status;
}

static enum cvx_status
decode (const struct cvx_formulation *f, const struct cvx_point *point,
        double drop, struct cvx_network **net, struct cvx_error *err)
{
  enum cvx_status status
      = point->sign != NULL || point->n_atoms == 0
            ? neurons (f, point, drop, net, err)
            : cvxi_group_l1_decode (f, point, drop, net, err);
  if (status == CVX_OK)
    status = cvxi_relu_merge (f, net, err);
  if (status != CVX_OK)
    {
      cvx_network_free (*net);
      *net = NULL;
    }
  return status;
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  if (f->n_outputs > 1 && tex)
    cvxi_put_program (
        f, tex, "\\sum_i D_i X (V_i - W_i)",
        "\\sum_{ic} ( \\| v_{ic} \\|_2 + \\| w_{ic} \\|_2 )",
        "(2 D_i - I) X v_{ic} \\ge 0, \\; (2 D_i - I) X w_{ic} \\ge 0", out);
  else if (f->n_outputs > 1)
    cvxi_put_program (f, tex, "sum_i D_i X (V_i - W_i)",
                      "sum_ic (|v_ic| + |w_ic|)",
                      "(2D_i - I) X v_ic >= 0,  (2D_i - I) X w_ic >= 0", out);
  else if (tex)
    cvxi_put_program (f, tex, "\\sum_i D_i X (v_i - w_i)",
                      "\\sum_i ( \\| v_i \\|_2 + \\| w_i \\|_2 )",
                      "(2 D_i - I) X v_i \\ge 0, \\; (2 D_i - I) X w_i \\ge 0",
                      out);
  else
    cvxi_put_program (f, tex, "sum_i D_i X (v_i - w_i)",
                      "sum_i (|v_i| + |w_i|)",
                      "(2D_i - I) X v_i >= 0,  (2D_i - I) X w_i >= 0", out);
}

/* The same program when its patterns are complete but not stored: there are no
   blocks to work on, only neurons to certify.  */
static enum cvx_status
build_unstored (struct cvx_formulation *f, struct cvx_error *err)
{
  f->block_len = f->n_features;
  return cvx_pricer_new (&f->pricer, f->x, f->n_samples, f->n_features,
                         f->threads, err);
}

static void
destroy_unstored (struct cvx_formulation *f)
{
  (void)f;
}

static const struct cvx_formulation_class unstored = {
  .name = "relu",
  .summary = "two-layer ReLU network over all patterns, none stored",
  .vector = true,
  .activation = CVX_ACT_RELU,
  .free_bias = true,
  .needs_patterns = true,
  .estimate = estimate,
  .build = build_unstored,
  .destroy = destroy_unstored,
  .holds = holds,
  .decode = decode,
  .describe = describe,
};

const struct cvx_formulation_class cvxi_formulation_relu = {
  .name = "relu",
  .summary = "two-layer ReLU network, exact with all patterns",
  .vector = true,
  .free_bias = true,
  .activation = CVX_ACT_RELU,
  .unstored = &unstored,
  .estimate = estimate,
  .build = build,
  CVXI_GROUP_L1_FUNCTIONS,
  .cone_apply = cvxi_group_l1_cone_apply,
  .cone_adjoint = cvxi_group_l1_cone_adjoint,
  .holds = holds,
  .decode = decode,
  .describe = describe,
};
