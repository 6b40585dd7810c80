/* interior_private.h -- the cells that solver interior has found.

   Shared by interior.c (the rounds), interior_cells.c (the list of cells, in
   the state and at work) and interior_finish.c (the last digits) only.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_INTERIOR_PRIVATE_H
#define CVX_SOLVER_INTERIOR_PRIVATE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "arrangement/cell.h"
#include "base/alloc.h"
#include "linalg/cone.h"
#include "solver/state.h"

struct cvxi_interior
{
  struct cvx_indices bits;  /* k x n_words */
  struct cvx_indices sign;  /* k: 2 output, and 1 for + */
  struct cvx_indices start; /* k + 1: facets of each cell ... */
  struct cvx_indices facet; /* ... row numbers */
  struct cvx_vector w;      /* k x d */
  struct cvx_vector slack;  /* k: beta - ||z_g|| of the restricted problem */
  double *nu;               /* n_obs */
  double excess;            /* max |h| / beta - 1 before the last step */
  double tol;               /* of the last restricted problem */
  uint64_t k;
  /* Beside the fields, for point ().  */
  int *output;   /* k: +-(1 + number of the output) */
  size_t *block; /* k: block numbers, when the patterns are stored */
  struct cvx_pattern_index *index;
};

/* Cells with room for MORE, as plain arrays that a step works on.  */
struct cvxi_interior_work
{
  const struct cvx_formulation *f;
  const double *x, *map; /* n x d and d x n_features; map NULL: the data's */
  size_t d;              /* rank of X */
  size_t k, cap, n_words, facet_cap;
  uint64_t *bits;
  int *sign; /* +-(1 + output); cells of one output stand together */
  size_t *start;
  uint32_t *facet;
  double *w, *slack, *nu, *c;
  double *enter; /* cap x d: where new cells begin, coupled outputs only */
  struct cvx_cone_work *cone;
};

static inline size_t
cvxi_interior_words (const struct cvx_formulation *f)
{
  return (f->n_samples + 63) / 64;
}

/* +-(1 + output) of a saved sign.  */
static inline int
cvxi_interior_sign (size_t saved)
{
  int k = 1 + (int)(saved / 2);
  return saved % 2 == 1 ? k : -k;
}

static inline size_t
cvxi_interior_output (int sign)
{
  return (size_t)abs (sign) - 1;
}

/* The block of F with pattern PATTERN and output and sign SIGN.  */
static inline size_t
cvxi_interior_block (const struct cvx_formulation *f, size_t pattern, int sign)
{
  size_t first = cvxi_interior_output (sign) * (f->n_blocks / f->n_outputs);
  return first + 2 * pattern + (sign < 0);
}

/* The work on the cells of S, for now none of them, with room for as many and
   MORE; freed by the caller, also when it fails.  */
enum cvx_status cvxi_interior_work_new (struct cvxi_interior_work *w,
                                        const struct cvxi_interior *s,
                                        const struct cvx_formulation *f,
                                        size_t more,
                                        struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_interior_work_free (struct cvxi_interior_work *w);

/* TO (rank) from V (features).  */
void cvxi_interior_to_rank (const struct cvxi_interior_work *w,
                            const double *v, double *to);

/* The cells of OUTPUT in the state that can still matter: those with a neuron,
   or whose constraint is nearly active.  */
enum cvx_status cvxi_interior_recall (struct cvxi_interior_work *w,
                                      const struct cvxi_interior *s,
                                      size_t output,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* Add a cell that holds direction U (of the rank's coordinates), unless it is
   there; *ADDED counts.  */
enum cvx_status cvxi_interior_add (struct cvxi_interior_work *w,
                                   const double *u, int sign, size_t *added,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Signs and block numbers of the cells, from the state; no numbers when the
   patterns are not stored or do not have one of the cells.  */
void cvxi_interior_name (struct cvxi_interior *s,
                         const struct cvx_formulation *f);

/* The state from the work; unchanged when it fails.  */
enum cvx_status cvxi_interior_keep (struct cvxi_interior *s,
                                    const struct cvxi_interior_work *w,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Newton's method from the weights of the interior point method, and for
   coupled outputs, which that does not know, from those of the last step and
   the cells that enter; kept when it lowers the objective.  */
enum cvx_status cvxi_interior_finish (struct cvxi_interior_work *w,
                                      struct cvx_progress *progress,
                                      struct cvx_error *err) CVX_MUST_CHECK;

#endif
