/* certify.c -- both ends of the gap, from the data.

   Upper end: the objective of a real network.  Lower end, for any nu in the
   domain of l*: s nu with s psi (nu) <= beta, psi (nu) = max_g psi_g (nu), is
   dual feasible and -l*(-s nu) <= p* (Pilanci and Ergen, ICML 2020, equation
   4; manual, The certified gap).  psi is bounded from above, with rounding: a
   loose bound costs tightness, never truth.  A loss that is a sum over the
   outputs has a factor s for each of them, with the psi of its own blocks.
   Candidates for nu are the negative gradient of the loss at the network's own
   output and what the solver offers; a loss with kinks closes its gap with the
   latter only.

   With every pattern present both ends hold for networks of any width.  With
   some patterns they hold for the program over those: its points are the
   networks whose neurons lie in the cones of these patterns, which `holds'
   tests for networks from elsewhere.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "formulation/private.h"
#include "linalg/sum.h"

/* Blocks this much smaller than the largest are rounding; leaving them out
   gives a point of the same program.  */
static const double drop = 1e-10;

enum cvx_status
cvxi_evaluate (const struct cvx_formulation *f, const struct cvx_network *net,
               double *fit, double *loss, double *penalty,
               struct cvx_error *err)
{
  struct cvx_network plain = *net;
  enum cvx_status status;
  if (net->conv.pool == CVX_POOL_SEPARATE)
    plain.conv.d = 0; /* the samples of F are patches */
  status = cvx_network_predict (&plain, f->x, f->n_samples, fit, err);
  if (status != CVX_OK)
    return status;
  *loss = (net->b0 != NULL && f->loss->base != NULL ? f->loss->base : f->loss)
              ->value (fit, f->y, f->n_samples, f->n_outputs, f->loss_param);
  *penalty = f->beta
             * (f->class->network_penalty != NULL
                    ? f->class->network_penalty (f, net)
                    : cvx_network_path_norm (net));
  return CVX_OK;
}

/* Give NET its best output bias where the program has one.  */
static enum cvx_status
add_bias (const struct cvx_formulation *f, struct cvx_network *net,
          struct cvx_error *err)
{
  double *fit;
  enum cvx_status status;
  if (f->loss->base == NULL)
    return CVX_OK;
  fit = cvx_alloc (f->n_obs, sizeof *fit);
  if (net->b0 == NULL)
    net->b0 = cvx_calloc (1, sizeof *net->b0);
  if (fit == NULL || net->b0 == NULL)
    status = cvx_fail_nomem (err, "certifying");
  else
    status = cvx_network_predict (net, f->x, f->n_samples, fit, err);
  if (status == CVX_OK)
    net->b0[0] += cvx_loss_bias (f->loss->base, fit, f->y, f->n_samples,
                                 f->loss_param);
  cvx_free (fit);
  return status;
}

static bool
same_conv (const struct cvx_conv *a, const struct cvx_conv *b)
{
  return a->d == b->d
         && (a->d == 0
             || (a->rows == b->rows && a->cols == b->cols
                 && a->size[0] == b->size[0] && a->size[1] == b->size[1]
                 && a->stride[0] == b->stride[0]
                 && a->stride[1] == b->stride[1] && a->circular == b->circular
                 && a->factors == b->factors && a->pool == b->pool));
}

/* E120 and E346.  */
static enum cvx_status
check (const struct cvx_formulation *f, const struct cvx_network *net,
       struct cvx_error *err)
{
  if (isnan (f->beta))
    return cvx_fail (err, CVX_E120, "beta is not set");
  if (net != NULL
      && (net->activation != f->class->activation
          || (f->conv.d == 0 && net->n_features != f->n_features)
          || cvx_network_targets (net) != f->n_outputs
          || !same_conv (&net->conv, &f->conv)))
    return cvx_fail (err, CVX_E346,
                     "the network is not one of formulation %s with %zu "
                     "features and %zu outputs",
                     f->class->name, f->n_features, f->n_outputs);
  return CVX_OK;
}

enum cvx_status
cvx_formulation_network_objective (const struct cvx_formulation *f,
                                   const struct cvx_network *net, double *loss,
                                   double *penalty, struct cvx_error *err)
{
  double *fit;
  enum cvx_status status = check (f, net, err);
  if (status != CVX_OK)
    return status;
  fit = cvx_alloc (f->n_obs, sizeof *fit);
  if (fit == NULL)
    return cvx_fail_nomem (err, "evaluating a network");
  status = cvxi_evaluate (f, net, fit, loss, penalty, err);
  cvx_free (fit);
  return status;
}

/* Blocks that a pass needed not solve, or without cones not even multiply:
   their bound was below the largest of the others.  */
static double
skipped (const struct cvx_formulation *f, size_t cells, size_t solved)
{
  double all = (double)(cvxi_searches (f) ? cells : f->n_blocks);
  bool projects = cvxi_searches (f) || f->n_cone > 0;
  return fmax (0, all - (double)(projects ? solved : cells));
}

/* The bound that NU gives, in C and NU itself when it is better than the one
   in C.  NU is clipped into the domain first.  */
static enum cvx_status
try_dual (const struct cvx_formulation *f, double *nu, double *best,
          struct cvx_certificate *c, struct cvx_progress *progress,
          struct cvx_error *err)
{
  double norm = NAN, bound, scale[CVX_LOSS_MAX_OUTPUTS], least;
  size_t cells = f->n_blocks, solved = 0;
  enum cvx_status status;
  for (size_t i = 0; i < f->n_obs; i++)
    if (!isfinite (nu[i]))
      return CVX_OK;
  f->loss->clip (nu, f->y, f->n_samples, f->n_outputs, f->loss_param);
  if (f->class->ridge)
    status = cvxi_ridge_bound (f, nu, scale, &bound, progress, err);
  else
    status = cvx_formulation_dual_norm (f, nu, 0, &norm, &cells, &solved,
                                        progress, err);
  if (status != CVX_OK)
    return status;
  if (f->class->ridge)
    for (size_t k = 1; k < f->n_outputs; k++)
      scale[k] = scale[0];
  else
    bound = cvx_loss_scale_outputs (f->loss, nu, f->y, f->n_samples,
                                    f->n_outputs, f->loss_param,
                                    f->work->norms, f->beta, scale);
  if (!(bound > c->dobj))
    return CVX_OK;
  least = scale[0];
  for (size_t k = 1; k < f->n_outputs; k++)
    least = fmin (least, scale[k]);
  c->dobj = bound;
  c->dual_norm = norm;
  c->scale = least;
  c->n_cells = cells;
  c->n_solved = solved;
  c->skipped = f->class->ridge ? NAN : skipped (f, cells, solved);
  for (size_t i = 0; i < f->n_samples; i++)
    for (size_t k = 0; k < f->n_outputs; k++)
      best[i * f->n_outputs + k] = scale[k] * nu[i * f->n_outputs + k];
  return CVX_OK;
}

/* Rounding can put the bound above the objective: both are sums whose terms
   are of the size of the loss at 0.  More than rounding is a defect.  */
static enum cvx_status
settle (const struct cvx_formulation *f, struct cvx_certificate *c,
        struct cvx_error *err)
{
  double start = f->loss->value (f->work->zeros, f->y, f->n_samples,
                                 f->n_outputs, f->loss_param);
  double rounding = 1e-12 * fabs (c->pobj) + 1e-14 * start;
  if (!(c->dobj > c->pobj))
    return CVX_OK;
  if (c->dobj - c->pobj > rounding)
    return cvx_fail (err, CVX_E903,
                     "weak duality violated: bound %.17g above objective "
                     "%.17g",
                     c->dobj, c->pobj);
  c->dobj = c->pobj;
  return CVX_OK;
}

/* True when A and B differ by rounding at most: one of them is worth a pass
   over the patterns.  */
static bool
same_dual (size_t n, const double *a, const double *b)
{
  double size = 0, apart = 0;
  for (size_t i = 0; i < n; i++)
    {
      size = fmax (size, fabs (b[i]));
      apart = fmax (apart, fabs (a[i] - b[i]));
    }
  return apart <= 1e-11 * size;
}

/* Everything but the choice of the network; NU (n_obs) takes the dual
   point.  */
static enum cvx_status
certify (const struct cvx_formulation *f, const struct cvx_network *net,
         bool counts, const double *candidate, struct cvx_certificate *c,
         double *nu, struct cvx_progress *progress, struct cvx_error *err)
{
  double *fit = cvx_alloc (f->n_obs, sizeof *fit);
  double *trial = cvx_alloc (f->n_obs, sizeof *trial);
  enum cvx_status status;
  bool same = false;
  if (fit == NULL || trial == NULL)
    status = cvx_fail_nomem (err, "certifying");
  else
    status = cvxi_evaluate (f, net, fit, &c->loss, &c->penalty, err);
  if (status == CVX_OK)
    {
      c->pobj = counts ? c->loss + c->penalty : HUGE_VAL;
      c->n_active = net->width;
      c->dobj = -HUGE_VAL;
      c->dual_norm = c->scale = NAN;
      f->loss->dual (fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                     trial);
      memset (nu, 0, f->n_obs * sizeof *nu);
      same = candidate != NULL && same_dual (f->n_obs, candidate, trial);
      if (!same)
        status = try_dual (f, trial, nu, c, progress, err);
    }
  if (status == CVX_OK && candidate != NULL)
    {
      memcpy (trial, candidate, f->n_obs * sizeof *trial);
      status = try_dual (f, trial, nu, c, progress, err);
    }
  if (status == CVX_OK)
    status = settle (f, c, err);
  cvx_free (fit);
  cvx_free (trial);
  return status;
}

enum cvx_status
cvx_formulation_certify (const struct cvx_formulation *f,
                         const struct cvx_point *point,
                         struct cvx_certificate *out, struct cvx_network **net,
                         double *nu, struct cvx_progress *progress,
                         struct cvx_error *err)
{
  struct cvx_certificate c
      = { .global = f->patterns == NULL || f->patterns->complete,
          .skipped = NAN };
  struct cvx_network *network = NULL;
  double *dual = NULL;
  enum cvx_status status = check (f, NULL, err);
  if (net != NULL)
    *net = NULL;
  if (status != CVX_OK)
    return status;
  dual = cvx_alloc (f->n_obs, sizeof *dual);
  if (dual == NULL)
    return cvx_fail_nomem (err, "certifying");
  for (size_t k = 0; point->sign == NULL && k < point->n_atoms; k++)
    c.infeas = fmax (
        c.infeas,
        f->class->violation (f, point->block != NULL ? point->block[k] : k,
                             point->x + k * f->block_len));
  status = f->class->decode (f, point, drop, &network, err);
  if (status == CVX_OK)
    status = add_bias (f, network, err);
  if (status == CVX_OK)
    status = certify (f, network, true, point->nu, &c, dual, progress, err);
  if (status == CVX_OK)
    {
      *out = c;
      if (nu != NULL)
        memcpy (nu, dual, f->n_obs * sizeof *nu);
      if (net != NULL)
        {
          *net = network;
          network = NULL;
        }
    }
  cvx_free (dual);
  cvx_network_free (network);
  return status;
}

enum cvx_status
cvx_formulation_certify_network (const struct cvx_formulation *f,
                                 const struct cvx_network *net,
                                 const double *nu_candidate,
                                 struct cvx_certificate *out, double *nu,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err)
{
  struct cvx_certificate c
      = { .global = f->patterns == NULL || f->patterns->complete,
          .skipped = NAN };
  double *dual;
  enum cvx_status status = check (f, net, err);
  if (status != CVX_OK)
    return status;
  dual = cvx_alloc (f->n_obs, sizeof *dual);
  if (dual == NULL)
    return cvx_fail_nomem (err, "certifying");
  status = certify (f, net, f->class->holds (f, net), nu_candidate, &c, dual,
                    progress, err);
  if (status == CVX_OK)
    {
      *out = c;
      if (nu != NULL)
        memcpy (nu, dual, f->n_obs * sizeof *nu);
    }
  cvx_free (dual);
  return status;
}
