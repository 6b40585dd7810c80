/* formulation.h -- a convex program equal to (or bounding) the training of a
   network.

     min_x  l(A x; y) + beta R(x),    x in the cones G x >= 0

   A formulation owns the mathematics: the operator A, the loss, the
   regulariser with its proximal map, the cones, and `certify', which from any
   point computes a real network's objective and a dual bound, from the data.
   A solver never judges itself.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_FORMULATION_H
#define CVX_FORMULATION_FORMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrangement/patterns.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "base/text.h"
#include "data/dataset.h"
#include "formulation/loss.h"
#include "formulation/price.h"
#include "linalg/conv.h"
#include "network/network.h"

struct cvx_formulation;

/* A point as a solver has it: all blocks, or a list of them.  Borrowed from
   the solver's state until its next step.  */
struct cvx_point
{
  size_t n_atoms;      /* blocks listed */
  const size_t *block; /* their numbers, or NULL: all blocks in order */
  const double *x;     /* n_atoms x block_len */
  const int *sign;     /* not NULL: atoms are neurons, k + 1 or -(k + 1) those
                          with a positive or negative weight to output k, each
                          in the cell it lies in, whatever BLOCK says; for
                          formulations with a pricer only */
  const double *nu;    /* n_obs: the solver's own dual candidate, or NULL */
};

/* What is known at a point.  Everything is recomputed from the data.  */
struct cvx_certificate
{
  double pobj;      /* upper end: objective of the decoded network */
  double loss;      /* its loss ... */
  double penalty;   /* ... and beta times its path norm */
  double dobj;      /* lower end: value of the scaled dual point */
  double dual_norm; /* max_g psi_g (nu), a rigorous upper bound */
  double scale;     /* s of s nu, the least of all outputs */
  double infeas;    /* largest violation of G x >= 0, relative to ||x_g|| */
  size_t n_active;  /* neurons after merging */
  size_t n_cells;   /* blocks examined for the bound, without screened ones */
  size_t n_solved;  /* of them: projections computed */
  double skipped;   /* blocks known to be zero without; nan: no pass over them */
  bool global;      /* complete patterns: both ends hold for the network */
};

/* Sizes before building.  */
struct cvx_formulation_estimate
{
  double n_var, n_cone, bytes, flops; /* flops per apply plus adjoint */
};

struct cvx_formulation_work;

/* One row of formulations.def.  Every function gets the formulation first.
   No function but build and decode allocates.  All but those that take a
   THREAD (0 .. f->threads - 1, one call at a time for each) share scratch
   memory of the formulation: one call at a time.  */
struct cvx_formulation_class
{
  const char *name, *summary;
  bool needs_patterns;
  bool free_bias; /* knows an output bias outside the penalty */
  bool patches;   /* the patterns are those of all patches of the samples */
  bool nuclear;   /* one block, R the nuclear norm of an h x k matrix */
  bool pair;      /* the ends of the gap are two bounds that need not meet */
  bool vector;    /* takes several outputs, each neuron one of them */
  bool penalized; /* R is no sum of Euclidean norms of neurons */
  bool ridge;     /* R is half a sum of squares: there is no betamax */
  /* The class to take instead when the patterns are complete but not stored;
     NULL: they must be stored.  */
  const struct cvx_formulation_class *unstored;
  enum cvx_activation activation; /* of the networks that it decodes */
  void (*estimate) (size_t n_samples, size_t n_features, size_t n_outputs,
                    size_t n_patterns, const struct cvx_conv *conv,
                    struct cvx_formulation_estimate *out);
  /* May put another class in its place.  */
  enum cvx_status (*build) (struct cvx_formulation *f, struct cvx_error *err);
  void (*destroy) (struct cvx_formulation *f);

  /* r = A x (n_obs) and g = A'r (n_var).  */
  enum cvx_status (*apply) (const struct cvx_formulation *f, const double *x,
                            double *r, struct cvx_progress *progress);
  enum cvx_status (*adjoint) (const struct cvx_formulation *f, const double *r,
                              double *g, struct cvx_progress *progress);
  /* From now on these two and those for lists work in single precision, or in
     double again; a solver switches back before its step ends, so that no
     certificate meets it.  CVX_NOMEM; NULL: double only.  */
  enum cvx_status (*single) (const struct cvx_formulation *f, bool on,
                             struct cvx_error *err);
  /* The same over the K blocks of LIST; x and g are K x block_len.  */
  enum cvx_status (*apply_list) (const struct cvx_formulation *f, size_t k,
                                 const size_t *list, const double *x,
                                 double *r, struct cvx_progress *progress);
  enum cvx_status (*adjoint_list) (const struct cvx_formulation *f, size_t k,
                                   const size_t *list, const double *r,
                                   double *g, struct cvx_progress *progress);

  /* The columns of A of the K blocks of LIST, all of one output, row after row
     and without those of other outputs: C is n_samples x (K block_len).  NULL
     when they cannot be formed.  */
  enum cvx_status (*columns) (const struct cvx_formulation *f, size_t k,
                              const size_t *list, double *c,
                              struct cvx_progress *progress);
  /* At least ||A_g||; where `columns' is there.  */
  double (*block_norm) (const struct cvx_formulation *f, size_t g);

  /* x_g = argmin t beta R_g (x) + 1/2 ||x - z||^2 over block G's cone; X = Z
     allowed.  THREAD (0 .. threads-1) picks the scratch memory.  Returns
     R_g (x_g).  */
  double (*prox_block) (const struct cvx_formulation *f, size_t g, double t,
                        const double *z, double *x, int thread);
  /* The same with the cones left out; equals prox_block without cones.  */
  double (*shrink_block) (const struct cvx_formulation *f, double t,
                          const double *z, double *x);
  /* psi_g = max {z'u : R_g (u) <= 1, u in the cone}, z = A_g'nu: an upper
     bound, the rounding of its own work included (that of z is
     `adjoint_error').  If DIRECTION is not NULL the maximiser goes there (0
     when psi_g is 0).  *SOLVED counts projections computed.  Depends on G and
     Z only.  */
  double (*support) (const struct cvx_formulation *f, size_t g,
                     const double *z, double *direction, size_t *solved,
                     int thread);
  /* Another upper bound of psi_g without a projection, from the multipliers
     that `support' found for block G last time.  */
  double (*support_bound) (const struct cvx_formulation *f, size_t g,
                           const double *z, int thread);
  /* At least ||fl (A_g'nu) - A_g'nu|| of every block g.  */
  double (*adjoint_error) (const struct cvx_formulation *f, const double *nu);

  /* Cones: s = G x (n_cone) and x = G's; NULL when there are none.  */
  void (*cone_apply) (const struct cvx_formulation *f, const double *x,
                      double *s);
  void (*cone_adjoint) (const struct cvx_formulation *f, const double *s,
                        double *x);
  /* x = M^{-1} z, M = I + G'G (block diagonal; I without cones), and
     K = A M^{-1} A' of one output (n_samples x n_samples; it is the same for
     all, and there is nothing between them): the exact u-step of ADMM (manual,
     Methods).  CVX_INTERRUPTED leaves K undefined.  */
  void (*solve_m) (const struct cvx_formulation *f, const double *z,
                   double *x);
  enum cvx_status (*gram) (const struct cvx_formulation *f, double *k,
                           struct cvx_progress *progress);

  /* Largest violation of G x >= 0 in block G, max_i -(G x)_i / (||G_i||
     ||x||), at least 0.  */
  double (*violation) (const struct cvx_formulation *f, size_t g,
                       const double *x);
  /* True when NET is a point of this program: neurons in cones of the
     patterns, gates among the patterns.  */
  bool (*holds) (const struct cvx_formulation *f,
                 const struct cvx_network *net);
  /* A network (caller's) whose own objective is at most that of the point with
     its blocks projected onto their cones: equal, but for colinear neurons
     that were merged where that does not raise it.  Blocks of norm at most
     DROP times the largest are left out.  With `pair' its objective may be
     above that of the point, and betamax above the smallest.  */
  enum cvx_status (*decode) (const struct cvx_formulation *f,
                             const struct cvx_point *point, double drop,
                             struct cvx_network **net, struct cvx_error *err);
  /* R of the network; NULL: its path norm.  */
  double (*network_penalty) (const struct cvx_formulation *f,
                             const struct cvx_network *net);
  /* The program, two or three lines of text; tex: as TeX (amsmath).  */
  void (*describe) (const struct cvx_formulation *f, bool tex,
                    struct cvx_text *out);
};
extern const struct cvx_formulation_class
    *const cvx_formulations[]; /* NULL at the end */
const struct cvx_formulation_class *cvx_formulation_find (const char *name);

/* Penalties of `gated', see penalty.c.  */
enum cvx_penalty
{
  CVX_PENALTY_GROUP,
  CVX_PENALTY_FEATURE,
  CVX_PENALTY_L1,
  CVX_PENALTY_L2
};
extern const char *const cvx_penalties[]; /* names, NULL at the end */

struct cvx_formulation
{
  const struct cvx_formulation_class *class;
  const struct cvx_dataset *data;      /* borrowed */
  const struct cvx_patterns *patterns; /* borrowed, or NULL */
  const struct cvx_loss *loss; /* with a free output bias: &free_loss */
  struct cvx_loss free_loss;
  double loss_param;
  enum cvx_penalty penalty;
  double beta;
  int threads;      /* of passes over the patterns: one where they are short */
  int most_threads; /* of matrices that are large whatever the patterns */
  size_t n_samples, n_outputs, n_features;
  struct cvx_conv conv; /* of convolutional networks; d = 0: none */
  bool sparse;          /* products go by the nonzeros of X */
  const double *x, *y;  /* training data, borrowed from `data' ... */
  double *coded;        /* ... but y this one where the loss needs -1 and 1
                           and the data have 0 and 1; else NULL */
  size_t n_obs;         /* n_samples * n_outputs */
  /* With several outputs as many blocks for each, all of one before those of
     the next.  */
  size_t n_blocks, block_len, n_var, n_cone;
  double betamax; /* nan until cvx_formulation_betamax */
  /* Complete patterns and rank <= CVX_PRICE_MAX_RANK: pricing without
     enumeration; else NULL.  Owned; scratch of calls that take F.  */
  struct cvx_pricer *pricer;
  struct cvx_formulation *inner;  /* its beta follows; of the class, or NULL */
  struct cvx_dataset *patch_data; /* owned: a sample for every patch; NULL */
  void *impl;                     /* of the class */
  struct cvx_formulation_work *work; /* private */
  struct cvx_stopwatch *watch;       /* borrowed; NULL: nobody asks */
};

/* Time the work of F by WATCH, borrowed until the next call; NULL: no more. */
void cvx_formulation_watch (struct cvx_formulation *f,
                            struct cvx_stopwatch *watch);

/* The output that block G belongs to.  */
size_t cvx_formulation_output (const struct cvx_formulation *f, size_t g);

/* Build CLASS on DATA and PATTERNS (NULL when it needs none), both borrowed.
   BETA > 0, or nan: to be set later by cvx_formulation_set_beta.  */
struct cvx_formulation_options
{
  const struct cvx_loss *loss; /* NULL: squared */
  double loss_param;           /* nan: its default */
  double beta;
  int threads;                 /* at most; 0: those of cvx_blas_threads */
  bool all_threads;            /* even where one takes less time */
  const struct cvx_conv *conv; /* patches, copied; NULL: the class's own */
  enum cvx_penalty penalty;    /* other than GROUP: gated only */
};
enum cvx_status cvx_formulation_new (
    struct cvx_formulation **out, const struct cvx_formulation_class *class,
    const struct cvx_dataset *data, const struct cvx_patterns *patterns,
    const struct cvx_formulation_options *options,
    struct cvx_error *err) CVX_MUST_CHECK;
void cvx_formulation_free (struct cvx_formulation *f);

/* What building would take.  */
enum cvx_status cvx_formulation_estimate (
    const struct cvx_formulation_class *class, size_t n_samples,
    size_t n_features, size_t n_outputs, size_t n_patterns,
    const struct cvx_conv *conv, struct cvx_formulation_estimate *out,
    struct cvx_error *err) CVX_MUST_CHECK;

/* Smallest beta with the zero solution: max_g psi_g (nu0), exact (manual, The
   certified gap); infinite for penalty l2.  Kept in F.  */
enum cvx_status cvx_formulation_betamax (struct cvx_formulation *f,
                                         double *betamax,
                                         struct cvx_progress *progress,
                                         struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status
cvx_formulation_set_beta (struct cvx_formulation *f, double beta,
                          struct cvx_error *err) CVX_MUST_CHECK;

/* max_g psi_g (nu) over all blocks, rounding included, with the cells examined
   and solved.  A block is skipped when its bound from the multipliers of the
   last call shows that it is not the largest, or is at most THRESHOLD (then
   its bound counts: NORM may be larger than the maximum, but only up to
   THRESHOLD).  THRESHOLD 0 gives a number that depends on NU only.
   CVX_INTERRUPTED; CELLS and SOLVED may be NULL.  */
enum cvx_status
cvx_formulation_dual_norm (const struct cvx_formulation *f, const double *nu,
                           double threshold, double *norm, size_t *cells,
                           size_t *solved, struct cvx_progress *progress,
                           struct cvx_error *err) CVX_MUST_CHECK;

/* psi_g (nu) of every block into PSI, upper bounds but for the rounding of
   A_g'nu; where there are no cones, that of a block which is at most beta and
   not the largest may come from another nu (screen.c).  A dual norm or price
   of the same nu before is not computed again. CVX_INTERRUPTED; the patterns
   must be stored.  */
enum cvx_status cvx_formulation_price (const struct cvx_formulation *f,
                                       const double *nu, double *psi,
                                       struct cvx_progress *progress,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* Both ends of the gap at POINT: decode, network objective from the data, dual
   bound from the residual of the network and from point->nu, the better one.
   *NET (may be NULL) gets the network, the caller's; *NU (may be NULL, n_obs)
   the dual point used, scaled.  CVX_INVALID (E120) before beta is set,
   CVX_INTERRUPTED, CVX_NOMEM; CVX_INTERNAL when the ends cross by more than
   rounding.  */
enum cvx_status cvx_formulation_certify (const struct cvx_formulation *f,
                                         const struct cvx_point *point,
                                         struct cvx_certificate *out,
                                         struct cvx_network **net, double *nu,
                                         struct cvx_progress *progress,
                                         struct cvx_error *err) CVX_MUST_CHECK;

/* The same for a network that did not come from a point of this program (a
   polished or trained one).  Its upper end counts only when the patterns are
   complete or its neurons lie in their cones, else pobj is infinite; loss and
   penalty are its own in any case.  CVX_UNSUITED (E346) when it is not a
   network of this kind and size.  */
enum cvx_status cvx_formulation_certify_network (
    const struct cvx_formulation *f, const struct cvx_network *net,
    const double *nu_candidate, struct cvx_certificate *out, double *nu,
    struct cvx_progress *progress, struct cvx_error *err) CVX_MUST_CHECK;

/* ReLU neurons with one output on the samples themselves, not on patches.  */
static inline bool
cvx_formulation_is_relu (const struct cvx_formulation *f)
{
  return f->class->activation == CVX_ACT_RELU && f->n_outputs == 1
         && f->conv.d == 0;
}

/* l(f_net; y) + beta * path norm, from the training data.  */
enum cvx_status cvx_formulation_network_objective (
    const struct cvx_formulation *f, const struct cvx_network *net,
    double *loss, double *penalty, struct cvx_error *err) CVX_MUST_CHECK;

/* beta R(x) of a whole vector.  */
double cvx_formulation_penalty (const struct cvx_formulation *f,
                                const double *x);
/* prox over all blocks, in parallel; returns R(x).  */
double cvx_formulation_prox (const struct cvx_formulation *f, double t,
                             const double *z, double *x, bool cones);
/* Largest eigenvalue of A A', by power iteration from a fixed start, an
   estimate from below within 1e-3 relative.  SCRATCH: n_obs + n_var.  */
double cvx_formulation_norm2 (const struct cvx_formulation *f,
                              double *scratch);

#endif
