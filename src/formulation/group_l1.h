/* group_l1.h -- groups of weights under one pattern each; not installed.

     A x = sum_i D_i X (v_i - w_i)   or   sum_i D_i X v_i,
     R (x) = sum_g ||x_g||,

   with or without the cones (2D_i - I) X x_g >= 0.  Blocks: with two signs
   2i is v_i and 2i+1 is w_i, with one sign i is v_i; those of the next output
   come after all of one.  Every neuron has one output: one against the rest.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_GROUP_L1_H
#define CVX_FORMULATION_GROUP_L1_H

#include "formulation/formulation.h"

/* SIGNS is 1 or 2; CONES: the blocks lie in the cones of their patterns.  */
enum cvx_status cvxi_group_l1_build (struct cvx_formulation *f, size_t signs,
                                     bool cones,
                                     struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_group_l1_destroy (struct cvx_formulation *f);
void cvxi_group_l1_estimate (size_t n, size_t d, size_t n_outputs,
                             size_t n_patterns, size_t signs, bool cones,
                             struct cvx_formulation_estimate *out);

enum cvx_status cvxi_group_l1_apply (const struct cvx_formulation *f,
                                     const double *x, double *r,
                                     struct cvx_progress *progress);
enum cvx_status cvxi_group_l1_adjoint (const struct cvx_formulation *f,
                                       const double *r, double *g,
                                       struct cvx_progress *progress);
enum cvx_status cvxi_group_l1_apply_list (const struct cvx_formulation *f,
                                          size_t k, const size_t *list,
                                          const double *x, double *r,
                                          struct cvx_progress *progress);
enum cvx_status cvxi_group_l1_adjoint_list (const struct cvx_formulation *f,
                                            size_t k, const size_t *list,
                                            const double *r, double *g,
                                            struct cvx_progress *progress);
enum cvx_status cvxi_group_l1_single (const struct cvx_formulation *f,
                                      bool on,
                                      struct cvx_error *err) CVX_MUST_CHECK;
double cvxi_group_l1_adjoint_error (const struct cvx_formulation *f,
                                    const double *nu);
double cvxi_group_l1_prox_block (const struct cvx_formulation *f, size_t g,
                                 double t, const double *z, double *x,
                                 int thread);
double cvxi_group_l1_shrink_block (const struct cvx_formulation *f, double t,
                                   const double *z, double *x);
double cvxi_group_l1_support (const struct cvx_formulation *f, size_t g,
                              const double *z, double *direction,
                              size_t *solved, int thread);
double cvxi_group_l1_support_bound (const struct cvx_formulation *f, size_t g,
                                    const double *z, int thread);
void cvxi_group_l1_cone_apply (const struct cvx_formulation *f,
                               const double *x, double *s);
void cvxi_group_l1_cone_adjoint (const struct cvx_formulation *f,
                                 const double *s, double *x);
void cvxi_group_l1_solve_m (const struct cvx_formulation *f, const double *z,
                            double *x);
enum cvx_status cvxi_group_l1_gram (const struct cvx_formulation *f, double *k,
                                    struct cvx_progress *progress);
double cvxi_group_l1_violation (const struct cvx_formulation *f, size_t g,
                                const double *x);

/* Room for a stack of all blocks of one sign (relu, and penalty feature).  */
double *cvxi_group_l1_stack (const struct cvx_formulation *f);

/* The pattern of block G, and the sign of its output.  */
size_t cvxi_group_l1_pattern (const struct cvx_formulation *f, size_t g);
double cvxi_group_l1_sign (const struct cvx_formulation *f, size_t g);

/* The network of a point, a neuron for every block that is kept and in the
   order of the list, not merged.  */
enum cvx_status cvxi_group_l1_decode (const struct cvx_formulation *f,
                                      const struct cvx_point *point,
                                      double drop, struct cvx_network **net,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* The fields of a row of the class table that do not depend on signs and
   cones: what every penalty has, blocks that are neurons, Euclidean norms.  */
#define CVXI_GROUP_L1_SHARED                                                  \
  .needs_patterns = true, .destroy = cvxi_group_l1_destroy,                   \
  .solve_m = cvxi_group_l1_solve_m, .gram = cvxi_group_l1_gram
#define CVXI_GROUP_L1_NEURONS                                                 \
  .apply = cvxi_group_l1_apply, .adjoint = cvxi_group_l1_adjoint,             \
  .single = cvxi_group_l1_single,                                             \
  .apply_list = cvxi_group_l1_apply_list,                                     \
  .adjoint_list = cvxi_group_l1_adjoint_list,                                 \
  .adjoint_error = cvxi_group_l1_adjoint_error,                               \
  .violation = cvxi_group_l1_violation
#define CVXI_GROUP_L1_NORMS                                                   \
  .prox_block = cvxi_group_l1_prox_block,                                     \
  .shrink_block = cvxi_group_l1_shrink_block,                                 \
  .support = cvxi_group_l1_support,                                           \
  .support_bound = cvxi_group_l1_support_bound
#define CVXI_GROUP_L1_FUNCTIONS                                               \
  CVXI_GROUP_L1_SHARED, CVXI_GROUP_L1_NEURONS, CVXI_GROUP_L1_NORMS

#endif
