/* linear.h -- programs whose networks are linear in the sample; not installed.

     A x = X w,  w = T x in R^d:  one product with X, whatever T is.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_LINEAR_H
#define CVX_FORMULATION_LINEAR_H

#include "formulation/formulation.h"

/* The first member of the class's own data (f->impl).  */
struct cvxi_linear
{
  /* w = T x (d) and x = T'g (n_var); neither allocates.  */
  void (*forward) (const struct cvx_formulation *f, const double *x,
                   double *w);
  void (*backward) (const struct cvx_formulation *f, const double *g,
                    double *x);
  double spread; /* at least ||T|| as a bound of ||T'g|| / ||g||, and of the
                    error of T'g / (eps ||g||) */
  double *w, *x; /* d and n_var: scratch */
  /* The last A'r of a list, for the next list with the same r.  */
  double *last_r, *last_g; /* n_obs and n_var */
  bool cached;
  double *tile; /* ROWS x (n + d) */
};

/* Scratch memory of S for F, whose sizes are set; `clear' also after a
   failure.  CVX_NOMEM.  */
enum cvx_status cvxi_linear_init (struct cvx_formulation *f,
                                  struct cvxi_linear *s,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_linear_clear (struct cvxi_linear *s);
/* Bytes that it takes.  */
double cvxi_linear_bytes (size_t n, size_t d, double n_var);

enum cvx_status cvxi_linear_apply (const struct cvx_formulation *f,
                                   const double *x, double *r,
                                   struct cvx_progress *progress);
enum cvx_status cvxi_linear_adjoint (const struct cvx_formulation *f,
                                     const double *r, double *g,
                                     struct cvx_progress *progress);
enum cvx_status cvxi_linear_apply_list (const struct cvx_formulation *f,
                                        size_t k, const size_t *list,
                                        const double *x, double *r,
                                        struct cvx_progress *progress);
enum cvx_status cvxi_linear_adjoint_list (const struct cvx_formulation *f,
                                          size_t k, const size_t *list,
                                          const double *r, double *g,
                                          struct cvx_progress *progress);
double cvxi_linear_adjoint_error (const struct cvx_formulation *f,
                                  const double *nu);
void cvxi_linear_solve_m (const struct cvx_formulation *f, const double *z,
                          double *x);
enum cvx_status cvxi_linear_gram (const struct cvx_formulation *f, double *k,
                                  struct cvx_progress *progress);
/* All blocks of POINT into X (n_var), repeated ones added.  */
void cvxi_linear_gather (const struct cvx_formulation *f,
                         const struct cvx_point *point, double *x);
bool cvxi_linear_holds (const struct cvx_formulation *f,
                        const struct cvx_network *net);

#define CVXI_LINEAR_FUNCTIONS                                                 \
  .activation = CVX_ACT_LINEAR, .apply = cvxi_linear_apply,                   \
  .adjoint = cvxi_linear_adjoint, .apply_list = cvxi_linear_apply_list,       \
  .adjoint_list = cvxi_linear_adjoint_list,                                   \
  .adjoint_error = cvxi_linear_adjoint_error, .solve_m = cvxi_linear_solve_m, \
  .gram = cvxi_linear_gram, .holds = cvxi_linear_holds

/* The nuclear norm over patches (linear_cnn.c), shared with circular networks
   whose filters are shorter than the signal.  */
enum cvx_status cvxi_nuclear_build (struct cvx_formulation *f,
                                    struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_nuclear_destroy (struct cvx_formulation *f);
void cvxi_nuclear_estimate (size_t n_samples, size_t n_features,
                            size_t n_outputs, size_t n_patterns,
                            const struct cvx_conv *conv,
                            struct cvx_formulation_estimate *out);
double cvxi_nuclear_prox_block (const struct cvx_formulation *f, size_t g,
                                double t, const double *z, double *x,
                                int thread);
double cvxi_nuclear_shrink_block (const struct cvx_formulation *f, double t,
                                  const double *z, double *x);
double cvxi_nuclear_support (const struct cvx_formulation *f, size_t g,
                             const double *z, double *direction,
                             size_t *solved, int thread);
double cvxi_nuclear_support_bound (const struct cvx_formulation *f, size_t g,
                                   const double *z, int thread);
/* Singular values of Z (block_len), largest first, left vectors one after the
   other, and right ones side by side: element q of vector j is RIGHT[q p + j],
   p of them.  In the memory of F, until its next one; nan when Z is not
   finite.  */
void cvxi_nuclear_svd (const struct cvx_formulation *f, const double *z,
                       const double **values, const double **left,
                       const double **right);
/* block_len numbers of THREAD, until its next decomposition.  */
double *cvxi_nuclear_scratch (const struct cvx_formulation *f, int thread);
double cvxi_nuclear_violation (const struct cvx_formulation *f, size_t g,
                               const double *x);
enum cvx_status cvxi_nuclear_decode (const struct cvx_formulation *f,
                                     const struct cvx_point *point,
                                     double drop, struct cvx_network **net,
                                     struct cvx_error *err) CVX_MUST_CHECK;

#define CVXI_NUCLEAR_FUNCTIONS                                                \
  CVXI_LINEAR_FUNCTIONS,                                                      \
      .nuclear = true, .estimate = cvxi_nuclear_estimate,                     \
      .destroy = cvxi_nuclear_destroy, .prox_block = cvxi_nuclear_prox_block, \
      .shrink_block = cvxi_nuclear_shrink_block,                              \
      .support = cvxi_nuclear_support,                                        \
      .support_bound = cvxi_nuclear_support_bound,                            \
      .violation = cvxi_nuclear_violation, .decode = cvxi_nuclear_decode

#endif
