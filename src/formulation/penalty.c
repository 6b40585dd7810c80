/* penalty.c -- gated networks under other penalties than that of weight decay.

   v_ijc is the weight of feature j under gate i to output c.  R (v) of

     group-l1   sum_ic (sum_j v_ijc^2)^1/2   neurons leave as a whole
     feature    sum_jc (sum_i v_ijc^2)^1/2   features leave as a whole
     l1         sum_ijc |v_ijc|              weights leave one by one
     l2         1/2 sum_ijc v_ijc^2          ridge regression

   Mishkin, Sahiner and Pilanci (ICML 2022) use the first; their program scnn
   offers all four.  Each but the last is a norm, group by group, and the dual
   asks psi_g (nu) <= beta with

     group-l1, feature   psi_g = ||A_g' nu||
     l1                  psi_g = max |A_g' nu|

   For l2 the conjugate of beta R takes its place:

     p* >= max_s -l* (-s nu) - s^2 ||A' nu||^2 / (2 beta),   any nu,

   with equality at the best nu.  Zero is optimal for no beta then, unless
   A' nu = 0 at the start.  The proximal maps are those of the norms (Moreau,
   1962), of entries for l1, and division by 1 + t beta for l2.

   Blocks of group-l1, l1 and l2 are neurons.  A block of `feature' is a
   feature with its weights under all gates: the operator turns the stack of
   group_l1.c over.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/gated.h"
#include "formulation/private.h"
#include "linalg/sum.h"

const char *const cvx_penalties[]
    = { "group-l1", "feature", "l1", "l2", NULL };

/* What the weights V of NET's neurons cost, entry by entry.  */
static double
entries (const struct cvx_network *net, bool squares)
{
  struct cvx_sum2 sum = { 0, 0 };
  size_t d = net->n_features, c = net->n_outputs;
  for (size_t j = 0; j < net->width; j++)
    {
      double u = 0, a = 0;
      for (size_t q = 0; q < d; q++)
        u += squares ? net->u[j * d + q] * net->u[j * d + q]
                     : fabs (net->u[j * d + q]);
      for (size_t k = 0; k < c; k++)
        a += squares ? net->a[j * c + k] * net->a[j * c + k]
                     : fabs (net->a[j * c + k]);
      cvx_sum2_add_product (&sum, u, a);
    }
  return cvx_sum2_value (&sum) * (squares ? 0.5 : 1);
}

/* ------------------------------------------------------------------- l1 */

static double
l1_shrink (const struct cvx_formulation *f, double t, const double *z,
           double *x)
{
  double cut = t * f->beta, sum = 0;
  for (size_t j = 0; j < f->block_len; j++)
    {
      x[j] = z[j] > cut ? z[j] - cut : z[j] < -cut ? z[j] + cut : 0;
      sum += fabs (x[j]);
    }
  return sum;
}

static double
l1_prox (const struct cvx_formulation *f, size_t g, double t, const double *z,
         double *x, int thread)
{
  (void)g;
  (void)thread;
  return l1_shrink (f, t, z, x);
}

static double
l1_bound (const struct cvx_formulation *f, size_t g, const double *z,
          int thread)
{
  (void)g;
  (void)thread;
  return fabs (z[cblas_idamax ((blasint)f->block_len, z, 1)]);
}

static double
l1_support (const struct cvx_formulation *f, size_t g, const double *z,
            double *direction, size_t *solved, int thread)
{
  size_t at = cblas_idamax ((blasint)f->block_len, z, 1);
  (void)solved;
  for (size_t j = 0; direction != NULL && j < f->block_len; j++)
    direction[j] = j != at ? 0 : z[at] > 0 ? 1 : z[at] < 0 ? -1 : 0;
  return l1_bound (f, g, z, thread);
}

static double
l1_network (const struct cvx_formulation *f, const struct cvx_network *net)
{
  (void)f;
  return entries (net, false);
}

static void
l1_describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  cvxi_gated_describe (f, tex, tex ? "\\sum_{ij} | v_{ij} |" : "sum_ij |v_ij|",
                       tex ? "\\sum_{ijc} | v_{ijc} |" : "sum_ijc |v_ijc|",
                       out);
}

const struct cvx_formulation_class cvxi_gated_l1 = {
  .name = "gated",
  .summary = "gated ReLU network, weights leave one by one",
  .activation = CVX_ACT_GATED,
  .vector = true,
  .penalized = true,
  .estimate = cvxi_gated_estimate,
  CVXI_GROUP_L1_SHARED,
  CVXI_GROUP_L1_NEURONS,
  .prox_block = l1_prox,
  .shrink_block = l1_shrink,
  .support = l1_support,
  .support_bound = l1_bound,
  .network_penalty = l1_network,
  .holds = cvxi_gated_holds,
  .decode = cvxi_gated_decode,
  .describe = l1_describe,
};

/* ------------------------------------------------------------------- l2 */

static double
l2_shrink (const struct cvx_formulation *f, double t, const double *z,
           double *x)
{
  double by = 1 / (1 + t * f->beta), sum = 0;
  for (size_t j = 0; j < f->block_len; j++)
    {
      x[j] = by * z[j];
      sum += x[j] * x[j];
    }
  return sum / 2;
}

static double
l2_prox (const struct cvx_formulation *f, size_t g, double t, const double *z,
         double *x, int thread)
{
  (void)g;
  (void)thread;
  return l2_shrink (f, t, z, x);
}

static double
l2_network (const struct cvx_formulation *f, const struct cvx_network *net)
{
  (void)f;
  return entries (net, true);
}

static void
l2_describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  cvxi_gated_describe (
      f, tex, tex ? "\\tfrac12 \\sum_i \\| v_i \\|_2^2" : "1/2 sum_i |v_i|^2",
      tex ? "\\tfrac12 \\sum_{ic} \\| v_{ic} \\|_2^2" : "1/2 sum_ic |v_ic|^2",
      out);
}

/* True when no gate stands twice in NET: the square of a sum is no sum of
   squares.  */
static bool
distinct_gates (const struct cvx_network *net)
{
  size_t d = net->n_features, c = net->n_outputs;
  for (size_t j = 0; j < net->width; j++)
    for (size_t i = 0; i < j; i++)
      {
        bool share = false;
        for (size_t k = 0; k < c; k++)
          share = share || (net->a[i * c + k] != 0 && net->a[j * c + k] != 0);
        if (share
            && memcmp (net->gate + i * d, net->gate + j * d,
                       d * sizeof *net->gate)
                   == 0)
          return false;
      }
  return true;
}

static bool
holds_apart (const struct cvx_formulation *f, const struct cvx_network *net)
{
  return distinct_gates (net) && cvxi_gated_holds (f, net);
}

const struct cvx_formulation_class cvxi_gated_l2 = {
  .name = "gated",
  .summary = "gated ReLU network, ridge regression",
  .activation = CVX_ACT_GATED,
  .vector = true,
  .penalized = true,
  .ridge = true,
  .estimate = cvxi_gated_estimate,
  CVXI_GROUP_L1_SHARED,
  CVXI_GROUP_L1_NEURONS,
  .prox_block = l2_prox,
  .shrink_block = l2_shrink,
  .support = cvxi_group_l1_support,
  .support_bound = cvxi_group_l1_support_bound,
  .network_penalty = l2_network,
  .holds = holds_apart,
  .decode = cvxi_gated_decode,
  .describe = l2_describe,
};

enum cvx_status
cvxi_ridge_bound (const struct cvx_formulation *f, const double *nu,
                  double *scale, double *bound, struct cvx_progress *progress,
                  struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  struct cvx_sum2 sum = { 0, 0 };
  double error = f->class->adjoint_error (f, nu);
  for (size_t first = 0; first < f->n_blocks; first += w->tile)
    {
      size_t count
          = f->n_blocks - first < w->tile ? f->n_blocks - first : w->tile;
      for (size_t k = 0; k < count; k++)
        w->list[k] = first + k;
      if (f->class->adjoint_list (f, count, w->list, nu, w->z, progress)
          != CVX_OK)
        return cvx_fail_interrupted (err);
      for (size_t k = 0; k < count; k++)
        {
          const double *z = w->z + k * f->block_len;
          double norm
              = cblas_dnrm2 ((blasint)f->block_len, z, 1)
                    * (1 + 4 * (double)(f->block_len + 4) * DBL_EPSILON)
                + error;
          cvx_sum2_add_product (&sum, norm, norm);
        }
    }
  *scale = cvx_loss_scale_ridge (
      f->loss, nu, f->y, f->n_samples, f->n_outputs, f->loss_param,
      cvx_sum2_value (&sum) * (1 + 4 * DBL_EPSILON) / f->beta, bound);
  return CVX_OK;
}

/* -------------------------------------------------------------- feature */

/* V, a stack of rows (output, gate) of features, from X, rows (output,
   feature) of gates: block G of X goes to column G % d of output G / d.  */
static void
put_feature (const struct cvx_formulation *f, size_t g, const double *x,
             double *v)
{
  size_t d = f->n_features, p = f->block_len;
  double *to = v + g / d * p * d + g % d;
  for (size_t i = 0; i < p; i++)
    to[i * d] = x[i];
}

static void
get_feature (const struct cvx_formulation *f, size_t g, const double *v,
             double *x)
{
  size_t d = f->n_features, p = f->block_len;
  const double *from = v + g / d * p * d + g % d;
  for (size_t i = 0; i < p; i++)
    x[i] = from[i * d];
}

static enum cvx_status
feature_apply (const struct cvx_formulation *f, const double *x, double *r,
               struct cvx_progress *progress)
{
  double *v = cvxi_group_l1_stack (f);
  for (size_t g = 0; g < f->n_blocks; g++)
    put_feature (f, g, x + g * f->block_len, v);
  return cvxi_group_l1_apply (f, v, r, progress);
}

static enum cvx_status
feature_apply_list (const struct cvx_formulation *f, size_t k,
                    const size_t *list, const double *x, double *r,
                    struct cvx_progress *progress)
{
  double *v = cvxi_group_l1_stack (f);
  memset (v, 0, f->n_var * sizeof *v);
  for (size_t j = 0; j < k; j++)
    put_feature (f, list[j], x + j * f->block_len, v);
  return cvxi_group_l1_apply (f, v, r, progress);
}

static enum cvx_status
feature_adjoint (const struct cvx_formulation *f, const double *r, double *g,
                 struct cvx_progress *progress)
{
  double *v = cvxi_group_l1_stack (f);
  enum cvx_status status = cvxi_group_l1_adjoint (f, r, v, progress);
  for (size_t k = 0; status == CVX_OK && k < f->n_blocks; k++)
    get_feature (f, k, v, g + k * f->block_len);
  return status;
}

/* All features come at once: a list costs as much as the whole.  */
static enum cvx_status
feature_adjoint_list (const struct cvx_formulation *f, size_t k,
                      const size_t *list, const double *r, double *g,
                      struct cvx_progress *progress)
{
  double *v = cvxi_group_l1_stack (f);
  enum cvx_status status = cvxi_group_l1_adjoint (f, r, v, progress);
  for (size_t j = 0; status == CVX_OK && j < k; j++)
    get_feature (f, list[j], v, g + j * f->block_len);
  return status;
}

/* Every entry of a block has the error of a column sum.  */
static double
feature_adjoint_error (const struct cvx_formulation *f, const double *nu)
{
  return sqrt ((double)f->block_len) * cvxi_group_l1_adjoint_error (f, nu);
}

static double
feature_violation (const struct cvx_formulation *f, size_t g, const double *x)
{
  (void)f;
  (void)g;
  (void)x;
  return 0;
}

static double
feature_network (const struct cvx_formulation *f,
                 const struct cvx_network *net)
{
  struct cvx_sum2 sum = { 0, 0 };
  size_t d = net->n_features, c = net->n_outputs;
  (void)f;
  for (size_t k = 0; k < c; k++)
    for (size_t q = 0; q < d; q++)
      {
        double scale = 0, squares = 0;
        for (size_t j = 0; j < net->width; j++)
          scale = fmax (scale, fabs (net->u[j * d + q] * net->a[j * c + k]));
        for (size_t j = 0; scale > 0 && j < net->width; j++)
          {
            double v = net->u[j * d + q] * net->a[j * c + k] / scale;
            squares += v * v;
          }
        cvx_sum2_add (&sum, scale * sqrt (squares));
      }
  return cvx_sum2_value (&sum);
}

static enum cvx_status
feature_decode (const struct cvx_formulation *f, const struct cvx_point *point,
                double drop, struct cvx_network **net, struct cvx_error *err)
{
  size_t len = f->block_len, rows = len * f->n_outputs;
  double *v = cvx_calloc (rows, f->n_features * sizeof *v), largest = 0;
  struct cvx_point turned = { rows, NULL, v, NULL, NULL };
  enum cvx_status status;
  *net = NULL;
  if (v == NULL)
    return cvx_fail_nomem (err, "making a network");
  for (size_t k = 0; k < point->n_atoms; k++)
    largest
        = fmax (largest, cblas_dnrm2 ((blasint)len, point->x + k * len, 1));
  for (size_t k = 0; k < point->n_atoms; k++)
    if (cblas_dnrm2 ((blasint)len, point->x + k * len, 1) > drop * largest)
      put_feature (f, point->block != NULL ? point->block[k] : k,
                   point->x + k * len, v);
  status = cvxi_gated_decode (f, &turned, 0, net, err);
  cvx_free (v);
  return status;
}

static void
feature_describe (const struct cvx_formulation *f, bool tex,
                  struct cvx_text *out)
{
  cvxi_gated_describe (f, tex,
                       tex ? "\\sum_j ( \\sum_i v_{ij}^2 )^{1/2}"
                           : "sum_j ( sum_i v_ij^2 )^1/2",
                       tex ? "\\sum_{jc} ( \\sum_i v_{ijc}^2 )^{1/2}"
                           : "sum_jc ( sum_i v_ijc^2 )^1/2",
                       out);
}

const struct cvx_formulation_class cvxi_gated_feature = {
  .name = "gated",
  .summary = "gated ReLU network, features leave as a whole",
  .activation = CVX_ACT_GATED,
  .vector = true,
  .penalized = true,
  .estimate = cvxi_gated_estimate,
  CVXI_GROUP_L1_SHARED,
  CVXI_GROUP_L1_NORMS,
  .apply = feature_apply,
  .adjoint = feature_adjoint,
  .apply_list = feature_apply_list,
  .adjoint_list = feature_adjoint_list,
  .adjoint_error = feature_adjoint_error,
  .violation = feature_violation,
  .network_penalty = feature_network,
  .holds = holds_apart,
  .decode = feature_decode,
  .describe = feature_describe,
};
