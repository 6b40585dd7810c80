/* relu_cnn.c -- the convex programs of two-layer ReLU CNNs.

   M = [x_11; ..; x_1K; x_21; ..] holds the patches of all samples (nK x h).

   Separate patches (Pilanci and Ergen, ICML 2020, section 4.1): every patch is
   a sample with the target of the whole, and the program is that of a
   two-layer network (relu.c) on M.

   Average and sum pooling, f (x) = sum_j a_j s sum_k (x_k'u_j)_+ with s = 1/K
   or 1 (Ergen and Pilanci, ICLR 2021; doc/theory.texi, Convolutional
   networks): with D_i the patterns of M and S the n x nK matrix that adds the
   patches of a sample,

     min l (s S sum_i D_i M (v_i - w_i); y) + beta sum_i (||v_i|| + ||w_i||)
     s.t. (2D_i - I) M v_i >= 0,  (2D_i - I) M w_i >= 0

   The blocks, their cones and the operator on M are those of an inner program
   (relu) on M; only the sum over patches is added here, s S on one side and
   s S' on the other.

   An output weight for every patch: positions.c; of a single patch that is the
   sum.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "formulation/positions.h"
#include "formulation/private.h"

struct relu_cnn
{
  double *r;      /* nK */
  double *column; /* n_var */
  double *unit;   /* n */
  double scale;   /* s */
};

static const struct cvx_formulation_class separate;

/* OUT (n) = s S IN.  */
static void
pool (const struct cvx_formulation *f, const double *in, double *out)
{
  const struct relu_cnn *s = f->impl;
  size_t k = f->conv.k;
  for (size_t i = 0; i < f->n_samples; i++)
    {
      double sum = 0;
      for (size_t j = 0; j < k; j++)
        sum += in[i * k + j];
      out[i] = s->scale * sum;
    }
}

/* The memory of the class becomes s S' R.  */
static const double *
spread (const struct cvx_formulation *f, const double *r)
{
  const struct relu_cnn *s = f->impl;
  size_t k = f->conv.k;
  for (size_t i = 0; i < f->n_samples; i++)
    for (size_t j = 0; j < k; j++)
      s->r[i * k + j] = s->scale * r[i];
  return s->r;
}

/* M, with the target of its sample for every row.  */
static enum cvx_status
make_patches (struct cvx_formulation *f, struct cvx_error *err)
{
  size_t k = f->conv.k;
  struct cvx_dataset *data = cvx_calloc (1, sizeof *data);
  struct cvx_part *part;
  enum cvx_status status;
  if (data == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->patch_data = data;
  data->n_features = f->conv.h;
  data->n_outputs = 1;
  data->hash = f->data->hash;
  part = &data->part[CVX_TRAIN];
  status = cvx_conv_rows (&f->conv, f->x, f->n_samples, &part->x, err);
  if (status != CVX_OK)
    return status;
  part->y = cvx_alloc (f->n_samples, k * sizeof *part->y);
  if (part->y == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  part->n = f->n_samples * k;
  for (size_t i = 0; i < part->n; i++)
    part->y[i] = f->y[i / k];
  return CVX_OK;
}

/* The patches take the place of the samples.  */
static enum cvx_status
build_separate (struct cvx_formulation *f, struct cvx_error *err)
{
  const struct cvx_part *part = &f->patch_data->part[CVX_TRAIN];
  f->class = &separate;
  f->data = f->patch_data;
  f->x = part->x;
  f->y = part->y;
  f->n_samples = f->n_obs = part->n;
  f->n_features = f->conv.h;
  return cvxi_formulation_relu.build (f, err);
}

static enum cvx_status
build (struct cvx_formulation *f, struct cvx_error *err)
{
  const struct cvx_formulation_options o = { .loss = f->loss,
                                             .loss_param = f->loss_param,
                                             .beta = f->beta,
                                             .threads = f->threads,
                                             .all_threads = true };
  struct relu_cnn *s;
  enum cvx_status status;
  if (f->conv.d == 0 || f->conv.d != f->n_features || f->conv.factors != 2)
    {
      (void)cvx_fail (err, CVX_E352,
                      "formulation %s needs the patches of a sample of %zu "
                      "features",
                      f->class->name, f->n_features);
      return cvx_hint (err, "patches size=5");
    }
  if (f->patterns->bits == NULL)
    {
      (void)cvx_fail (err, CVX_E341, "formulation %s works on stored patterns",
                      f->class->name);
      return cvx_hint (err, "patterns exact patches store");
    }
  status = make_patches (f, err);
  if (status != CVX_OK)
    return status;
  if (f->conv.pool == CVX_POOL_SEPARATE)
    return build_separate (f, err);
  if (f->conv.pool == CVX_POOL_NONE && f->conv.k > 1)
    return cvxi_positions_build (f, err);
  s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->impl = s;
  s->scale = cvx_conv_scale (&f->conv);
  status = cvx_formulation_new (&f->inner, &cvxi_formulation_relu,
                                f->patch_data, f->patterns, &o, err);
  if (status != CVX_OK)
    return status;
  f->n_blocks = f->inner->n_blocks;
  f->block_len = f->inner->block_len;
  f->n_var = f->inner->n_var;
  f->n_cone = f->inner->n_cone;
  s->r = cvx_alloc (f->n_samples, f->conv.k * sizeof *s->r);
  s->column = cvx_alloc (f->n_var, sizeof *s->column);
  s->unit = cvx_calloc (f->n_samples, sizeof *s->unit);
  if (s->r == NULL || s->column == NULL || s->unit == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  return CVX_OK;
}

static void
destroy (struct cvx_formulation *f)
{
  struct relu_cnn *s = f->impl;
  cvx_formulation_free (f->inner);
  f->inner = NULL;
  cvx_free (s->r);
  cvx_free (s->column);
  cvx_free (s->unit);
  cvx_free (s);
  f->impl = NULL;
}

static void
estimate (size_t n_samples, size_t n_features, size_t n_outputs,
          size_t n_patterns, const struct cvx_conv *conv,
          struct cvx_formulation_estimate *out)
{
  size_t k = conv != NULL && conv->d > 0 ? conv->k : 1;
  size_t h = conv != NULL && conv->d > 0 ? conv->h : n_features;
  double rows = (double)n_samples * (double)k;
  (void)n_outputs;
  cvxi_group_l1_estimate (n_samples * k, h, 1, n_patterns, 2, true, out);
  out->bytes += 8 * rows * (double)(h + 2) + 8 * out->n_var;
}

static enum cvx_status
apply (const struct cvx_formulation *f, const double *x, double *r,
       struct cvx_progress *progress)
{
  const struct relu_cnn *s = f->impl;
  enum cvx_status status
      = f->inner->class->apply (f->inner, x, s->r, progress);
  pool (f, s->r, r);
  return status;
}

static enum cvx_status
adjoint (const struct cvx_formulation *f, const double *r, double *g,
         struct cvx_progress *progress)
{
  return f->inner->class->adjoint (f->inner, spread (f, r), g, progress);
}

static enum cvx_status
apply_list (const struct cvx_formulation *f, size_t k, const size_t *list,
            const double *x, double *r, struct cvx_progress *progress)
{
  const struct relu_cnn *s = f->impl;
  enum cvx_status status
      = f->inner->class->apply_list (f->inner, k, list, x, s->r, progress);
  pool (f, s->r, r);
  return status;
}

static enum cvx_status
adjoint_list (const struct cvx_formulation *f, size_t k, const size_t *list,
              const double *r, double *g, struct cvx_progress *progress)
{
  return f->inner->class->adjoint_list (f->inner, k, list, spread (f, r), g,
                                        progress);
}

static double
adjoint_error (const struct cvx_formulation *f, const double *nu)
{
  return f->inner->class->adjoint_error (f->inner, spread (f, nu));
}

static double
prox_block (const struct cvx_formulation *f, size_t g, double t,
            const double *z, double *x, int thread)
{
  return f->inner->class->prox_block (f->inner, g, t, z, x, thread);
}

static double
shrink_block (const struct cvx_formulation *f, double t, const double *z,
              double *x)
{
  return f->inner->class->shrink_block (f->inner, t, z, x);
}

static double
support (const struct cvx_formulation *f, size_t g, const double *z,
         double *direction, size_t *solved, int thread)
{
  return f->inner->class->support (f->inner, g, z, direction, solved, thread);
}

static double
support_bound (const struct cvx_formulation *f, size_t g, const double *z,
               int thread)
{
  return f->inner->class->support_bound (f->inner, g, z, thread);
}

static void
cone_apply (const struct cvx_formulation *f, const double *x, double *s)
{
  f->inner->class->cone_apply (f->inner, x, s);
}

static void
cone_adjoint (const struct cvx_formulation *f, const double *s, double *x)
{
  f->inner->class->cone_adjoint (f->inner, s, x);
}

static void
solve_m (const struct cvx_formulation *f, const double *z, double *x)
{
  f->inner->class->solve_m (f->inner, z, x);
}

/* K = A M^{-1} A', column by column: that of the inner program would have
   (nK)^2 entries.  */
static enum cvx_status
gram (const struct cvx_formulation *f, double *k,
      struct cvx_progress *progress)
{
  const struct relu_cnn *s = f->impl;
  size_t n = f->n_samples;
  enum cvx_status status = CVX_OK;
  for (size_t i = 0; i < n && status == CVX_OK; i++)
    {
      s->unit[i] = 1;
      status = adjoint (f, s->unit, s->column, progress);
      if (status == CVX_OK)
        {
          solve_m (f, s->column, s->column);
          status = apply (f, s->column, k + i * n, progress);
        }
      s->unit[i] = 0;
    }
  return status;
}

static double
violation (const struct cvx_formulation *f, size_t g, const double *x)
{
  return f->inner->class->violation (f->inner, g, x);
}

static bool
holds (const struct cvx_formulation *f, const struct cvx_network *net)
{
  struct cvx_network plain = *net;
  plain.conv.d = 0;
  return f->inner->class->holds (f->inner, &plain);
}

static enum cvx_status
decode (const struct cvx_formulation *f, const struct cvx_point *point,
        double drop, struct cvx_network **net, struct cvx_error *err)
{
  enum cvx_status status
      = cvxi_group_l1_decode (f->inner, point, drop, net, err);
  if (status != CVX_OK)
    return status;
  (*net)->conv = f->conv;
  status = cvxi_relu_merge (f, net, err);
  if (status != CVX_OK)
    {
      cvx_network_free (*net);
      *net = NULL;
    }
  return status;
}

static enum cvx_status
decode_separate (const struct cvx_formulation *f,
                 const struct cvx_point *point, double drop,
                 struct cvx_network **net, struct cvx_error *err)
{
  enum cvx_status status
      = cvxi_formulation_relu.decode (f, point, drop, net, err);
  if (status == CVX_OK)
    (*net)->conv = f->conv;
  return status;
}

static bool
holds_separate (const struct cvx_formulation *f, const struct cvx_network *net)
{
  return cvxi_formulation_relu.holds (f, net);
}

static void
describe (const struct cvx_formulation *f, bool tex, struct cvx_text *out)
{
  bool mean = f->conv.pool == CVX_POOL_AVERAGE;
  const char *fit = tex ? (mean ? "\\tfrac{1}{K} \\sum_i \\sum_k D_i^k X_k "
                                  "(v_i - w_i)"
                                : "\\sum_i \\sum_k D_i^k X_k (v_i - w_i)")
                        : (mean ? "1/K sum_i sum_k D_i^k X_k (v_i - w_i)"
                                : "sum_i sum_k D_i^k X_k (v_i - w_i)");
  if (f->conv.pool == CVX_POOL_SEPARATE)
    {
      cvxi_formulation_relu.describe (f, tex, out);
      if (!tex)
        cvx_text_printf (out,
                         "  X holds the %zu patches of every sample, each "
                         "with the target of the sample\n",
                         f->conv.k);
      return;
    }
  cvxi_put_program (f, tex, fit,
                    tex ? "\\sum_i ( \\| v_i \\|_2 + \\| w_i \\|_2 )"
                        : "sum_i (|v_i| + |w_i|)",
                    tex ? "(2 D_i^k - I) X_k v_i \\ge 0, \\; (2 D_i^k - I) "
                          "X_k w_i \\ge 0"
                        : "(2D_i^k - I) X_k v_i >= 0,  (2D_i^k - I) X_k w_i "
                          ">= 0",
                    out);
  if (!tex)
    cvx_text_printf (out,
                     "  X_k: patch k of every sample, %zu of %zu numbers\n",
                     f->conv.k, f->conv.h);
}

static const struct cvx_formulation_class separate = {
  .name = "relu-cnn",
  .summary = "two-layer ReLU network on separate patches",
  .patches = true,
  .activation = CVX_ACT_RELU,
  .estimate = estimate,
  .build = build_separate,
  CVXI_GROUP_L1_FUNCTIONS,
  .cone_apply = cvxi_group_l1_cone_apply,
  .cone_adjoint = cvxi_group_l1_cone_adjoint,
  .holds = holds_separate,
  .decode = decode_separate,
  .describe = describe,
};

const struct cvx_formulation_class cvxi_formulation_relu_cnn = {
  .name = "relu-cnn",
  .summary = "two-layer ReLU CNN: pooled or separate patches",
  .needs_patterns = true,
  .patches = true,
  .activation = CVX_ACT_RELU,
  .estimate = estimate,
  .build = build,
  .destroy = destroy,
  .apply = apply,
  .adjoint = adjoint,
  .apply_list = apply_list,
  .adjoint_list = adjoint_list,
  .adjoint_error = adjoint_error,
  .prox_block = prox_block,
  .shrink_block = shrink_block,
  .support = support,
  .support_bound = support_bound,
  .cone_apply = cone_apply,
  .cone_adjoint = cone_adjoint,
  .solve_m = solve_m,
  .gram = gram,
  .violation = violation,
  .holds = holds,
  .decode = decode,
  .describe = describe,
};
