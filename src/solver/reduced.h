/* reduced.h -- the problem on a few blocks, solved by Newton's method.

   Internal to the solver layer; used by polish.c.

     min  l (sum_j s_j D_j X w_j e_j'; y) + beta sum_j ||w_j||,   w_j in K_j

   over the blocks listed ("pieces"), e_j the unit vector of the output, K_j
   the cone of the pattern, or the whole
   space when the formulation has no cones.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_REDUCED_H
#define CVX_SOLVER_REDUCED_H

#include "formulation/formulation.h"
#include "linalg/cone.h"

struct cvxi_piece
{
  size_t block, output;
  double sign;
  uint64_t *bits;       /* of the pattern, n_words */
  double *w;            /* n_features */
  double *basis;        /* n_features x rank, column after column: the face */
  size_t rank;          /* dimension of the face */
  unsigned char *bound; /* n_samples: 1 where x_i'w = 0 is kept */
  size_t n_bound;
};

/* The program whose patterns are those of its samples: with pooled patches
   the inner one.  */
static inline const struct cvx_formulation *
cvxi_rows (const struct cvx_formulation *f)
{
  return f->inner != NULL ? f->inner : f;
}

struct cvxi_reduced
{
  const struct cvx_formulation *f;
  const double *x; /* n x d, borrowed: what the patterns are of */
  size_t n, d, n_words;
  size_t n_samples, n_obs, n_outputs;
  size_t group; /* rows of a sample: patches that are pooled, or 1 */
  double scale; /* the weight of each of them */
  bool cones;
  struct cvxi_piece *piece; /* by rising output */
  size_t n_pieces, cap;
  double objective; /* at the weights */
  double *fit, *nu; /* n_obs: A x and -l'(A x) */
  /* scratch */
  double *row_norm;          /* n: ||x_i|| */
  double *curvature;         /* n_obs */
  double *probe, *at;        /* d and n: a generic vector and X times it */
  double *row, *trial;       /* n, n x n_outputs */
  double *vector, *gradient; /* d */
  uint32_t *list;            /* n */
  struct cvx_cone_work *cone;
};

/* E368 when F is not of this kind.  F is borrowed.  */
enum cvx_status cvxi_reduced_new (struct cvxi_reduced **out,
                                  const struct cvx_formulation *f,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_reduced_free (struct cvxi_reduced *r);

/* Add W (n_features) to block BLOCK: projected onto its cone, and with the
   rows |x_i'w| <= TOL ||x_i|| ||w|| bound.  */
enum cvx_status cvxi_reduced_add (struct cvxi_reduced *r, size_t block,
                                  const double *w, double tol,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Recompute fit, nu and objective.  */
void cvxi_reduced_update (struct cvxi_reduced *r);

/* Start block BLOCK along the unit vector U, with the step that is best for
   the quadratic model; *ENTERED is false when it is at work already or that
   does not lower the objective.  fit, nu and objective must be up to date, and
   are afterwards.  */
enum cvx_status cvxi_reduced_enter (struct cvxi_reduced *r, size_t block,
                                    const double *u, bool *entered,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Newton's method until the optimality conditions on the pieces hold to
   rounding.  CVX_INTERRUPTED leaves a valid, unfinished state.  */
enum cvx_status cvxi_reduced_solve (struct cvxi_reduced *r,
                                    struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
