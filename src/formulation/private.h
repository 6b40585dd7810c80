/* private.h -- what the files of this layer share; not installed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_PRIVATE_H
#define CVX_FORMULATION_PRIVATE_H

#include "formulation/formulation.h"

/* Scratch memory of every formulation.  */
struct cvx_formulation_work
{
  size_t tile;                /* blocks handled at a time */
  double *z;                  /* tile x block_len */
  double *bound;              /* n_blocks */
  size_t *list;               /* tile */
  double *nu, *zeros;         /* n_obs each; zeros stays zero */
  double x_norm;              /* ||X||_F, never below it */
  double *row_norm;           /* n_samples: ||x_i||, never below it */
  double *column;             /* n_samples */
  size_t largest;             /* block of the last dual norm */
  double *priced;             /* n_obs: nu of BOUND and NORM ... */
  bool known;                 /* ... when this is true */
  double norm;                /* the dual norm ... */
  double *norms;              /* n_outputs: that of each output */
  size_t solved;              /* and the projections it took */
  struct cvxi_screen *screen; /* NULL: every block is multiplied */
  unsigned char *open;        /* n_blocks: not multiplied yet */
  size_t multiplied;          /* blocks of the last dual norm */
};

/* Dual norms of F come from its pricer; and that walks through all cells.  */
bool cvxi_searches (const struct cvx_formulation *f);
bool cvxi_walks (const struct cvx_formulation *f);

/* F->threads and F->most_threads of the sizes of F and of O.  */
void cvxi_formulation_threads (struct cvx_formulation *f,
                               const struct cvx_formulation_options *o);

/* COLUMN (n_samples) = output OUTPUT of NU (n_obs).  */
void cvxi_output_column (const struct cvx_formulation *f, const double *nu,
                         size_t output, double *column);

/* l (F) of network NET at the training data with FIT (n_obs) its outputs.  */
enum cvx_status cvxi_evaluate (const struct cvx_formulation *f,
                               const struct cvx_network *net, double *fit,
                               double *loss, double *penalty,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* Merge the ReLU neurons of *NET where its objective does not rise.  */
enum cvx_status cvxi_relu_merge (const struct cvx_formulation *f,
                                 struct cvx_network **net,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* Directions of NET above beta for NU, falling, into B, whose own are lost:
   found by climbing from its neurons, the rows and TRIALS random points (0:
   64), else by a search (bound.h).  */
struct cvx_bound;
enum cvx_status cvxi_bound_directions (const struct cvx_formulation *f,
                                       const struct cvx_network *net,
                                       const double *nu, size_t max,
                                       size_t trials, struct cvx_bound *b,
                                       struct cvx_progress *progress,
                                       struct cvx_error *err) CVX_MUST_CHECK;
/* `stationarity' of bound.h.  */
enum cvx_status cvxi_stationarity (const struct cvx_formulation *f,
                                   const struct cvx_network *net,
                                   const double *nu, double *worst,
                                   struct cvx_error *err) CVX_MUST_CHECK;
/* Nodes of a search over signs on the data of F, at most MAX.  */
size_t cvxi_signs_nodes (const struct cvx_formulation *f, size_t max);
/* The bound that NU gives for a penalty that is a sum of squares, and the
   scale of NU that gives it.  CVX_INTERRUPTED.  */
enum cvx_status cvxi_ridge_bound (const struct cvx_formulation *f,
                                  const double *nu, double *scale,
                                  double *bound, struct cvx_progress *progress,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Describe F: FIT is the prediction, PENALTY stands after beta, CONES (may be
   NULL) are the constraints.  */
void cvxi_put_program (const struct cvx_formulation *f, bool tex,
                       const char *fit, const char *penalty, const char *cones,
                       struct cvx_text *out);

#define CVX_LOSS(NAME) extern const struct cvx_loss cvxi_loss_##NAME;
#include "formulation/losses.def"
#undef CVX_LOSS

#define CVX_FORMULATION(NAME)                                                 \
  extern const struct cvx_formulation_class cvxi_formulation_##NAME;
#include "formulation/formulations.def"
#undef CVX_FORMULATION

#endif
