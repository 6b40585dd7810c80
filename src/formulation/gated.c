/* gated.c -- the convex program of a two-layer gated ReLU network.

   Mishkin, Sahiner and Pilanci (ICML 2022), theorem 2.2: for gates g_i fixed
   beforehand, D_i = diag (1[X g_i >= 0]),

     min l (sum_i D_i X v_i; y) + beta sum_i ||v_i||

   equals the training of  f (x) = sum_i 1[x'g_i >= 0] (x'u_i) a_i  with weight
   decay.  The sign of the output is part of v_i, so one block per gate.  With
   C outputs there are C blocks per gate, one for each, and the decay is that
   of relu.c.

   That penalty, the norms of the neurons, is one of several: see penalty.c.

   This is program (8) of the ReLU network without its cones, v_i - w_i = v_i:
   a relaxation over the same patterns.  With all patterns of X present its
   dual bound is therefore a lower bound for the ReLU network too, its
   objective is not an upper one; with sampled gates nothing follows for the
   ReLU network.  A certificate that is global holds for
   gated networks whose gates may be any.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include <cblas.h>

#include "formulation/gated.h"
#include "formulation/private.h"

static enum cvx_status
build (struct cvx_formulation *f, struct cvx_error *err)
{
  static const struct cvx_formulation_class *const classes[]
      = { [CVX_PENALTY_GROUP] = &cvxi_formulation_gated,
          [CVX_PENALTY_FEATURE] = &cvxi_gated_feature,
          [CVX_PENALTY_L1] = &cvxi_gated_l1,
          [CVX_PENALTY_L2] = &cvxi_gated_l2 };
  enum cvx_status status = cvxi_group_l1_build (f, 1, false, err);
  f->class = classes[f->penalty];
  if (f->penalty == CVX_PENALTY_FEATURE)
    {
      f->block_len = f->patterns->n_patterns;
      f->n_blocks = f->n_features * f->n_outputs;
    }
  return status;
}

void
cvxi_gated_estimate (size_t n_samples, size_t n_features, size_t n_outputs,
                     size_t n_patterns, const struct cvx_conv *conv,
                     struct cvx_formulation_estimate *out)
{
  (void)conv;
  cvxi_group_l1_estimate (n_samples, n_features, n_outputs, n_patterns, 1,
                          false, out);
}

/* True when GATE opens for the samples of pattern I.  */
static bool
opens (const struct cvx_formulation *f, const double *gate, size_t i)
{
  const struct cvx_patterns *p = f->patterns;
  const uint64_t *bits = p->bits + i * p->n_words;
  size_t d = f->n_features;
  for (size_t k = 0; k < f->n_samples; k++)
    if ((cblas_ddot ((blasint)d, f->x + k * d, 1, gate, 1) >= 0)
        != cvx_pattern_bit (bits, k))
      return false;
  return true;
}

/* True when GATE is one of the patterns, word for word or by its signs.  */
static bool
is_gate (const struct cvx_formulation *f, const double *gate)
{
  const struct cvx_patterns *p = f->patterns;
  size_t d = f->n_features;
  for (size_t i = 0; i < p->n_patterns; i++)
    if (memcmp (p->gate + i * d, gate, d * sizeof *gate) == 0)
      return true;
  for (size_t i = 0; i < p->n_patterns; i++)
    if (opens (f, gate, i))
      return true;
  return false;
}

bool
cvxi_gated_holds (const struct cvx_formulation *f,
                  const struct cvx_network *net)
{
  if (net->b0 != NULL && f->loss->base == NULL)
    return false;
  for (size_t j = 0; j < net->width; j++)
    if (!is_gate (f, net->gate + j * net->n_features))
      return false;
  return true;
}

/* No two neurons share a gate: merging only puts them in order.  */
enum cvx_status
cvxi_gated_decode (const struct cvx_formulation *f,
                   const struct cvx_point *point, double drop,
                   struct cvx_network **net, struct cvx_error *err)
{
  enum cvx_status status = cvxi_group_l1_decode (f, point, drop, net, err);
  if (status == CVX_OK)
    status = cvx_network_merge (*net, 0, err);
  if (status != CVX_OK)
    {
      cvx_network_free (*net);
      *net = NULL;
    }
  return status;
}

void
cvxi_gated_describe (const struct cvx_formulation *f, bool tex,
                     const char *penalty, const char *penalties,
                     struct cvx_text *out)
{
  bool several = f->n_outputs > 1;
  cvxi_put_program (f, tex,
                    tex ? several ? "\\sum_i D_i X V_i" : "\\sum_i D_i X v_i"
                    : several ? "sum_i D_i X V_i"
                              : "sum_i D_i X v_i",
                    several ? penalties : penalty, NULL, out);
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  cvxi_gated_describe (f, tex, tex ? "\\sum_i \\| v_i \\|_2" : "sum_i |v_i|",
                       tex ? "\\sum_{ic} \\| v_{ic} \\|_2" : "sum_ic |v_ic|",
                       out);
}

static enum cvx_status
columns (const struct cvx_formulation *f, size_t k, const size_t *list,
         double *c, struct cvx_progress *progress)
{
  const struct cvx_patterns *p = f->patterns;
  size_t d = f->n_features;
  for (size_t i = 0; i < f->n_samples; i++)
    {
      if (i % 1024 == 0 && cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t j = 0; j < k; j++, c += d)
        if (cvx_pattern_bit (p->bits + list[j] % p->n_patterns * p->n_words,
                             i))
          memcpy (c, f->x + i * d, d * sizeof *c);
        else
          memset (c, 0, d * sizeof *c);
    }
  return CVX_OK;
}

static double
block_norm (const struct cvx_formulation *f, size_t g)
{
  (void)g;
  return f->work->x_norm;
}

const struct cvx_formulation_class cvxi_formulation_gated = {
  .name = "gated",
  .summary = "two-layer ReLU network with gates fixed beforehand",
  .vector = true,
  .free_bias = true,
  .activation = CVX_ACT_GATED,
  .estimate = cvxi_gated_estimate,
  .build = build,
  CVXI_GROUP_L1_FUNCTIONS,
  .columns = columns,
  .block_norm = block_norm,
  .holds = cvxi_gated_holds,
  .decode = cvxi_gated_decode,
  .describe = describe,
};
