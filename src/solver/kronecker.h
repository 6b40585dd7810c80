/* kronecker.h -- what X'X says about neurons under many gates.

   Internal to the solver layer; used by blocks.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_KRONECKER_H
#define CVX_SOLVER_KRONECKER_H

#include "formulation/formulation.h"

/* Coordinates in which X'X is diagonal.  Lengths do not change.  */
struct cvxi_metric
{
  size_t d;
  double *axis;  /* d x d: rows are eigenvectors; NULL: those of the data */
  double *value; /* d: eigenvalues of X'X, or its mean one d times */
  double *scale; /* d: the same, kept off zero */
};

/* The eigenvectors cost O(n d^2 + d^3); they are left out where d is large.
   CVX_NOMEM, CVX_NUMERIC, CVX_INTERRUPTED.  */
enum cvx_status cvxi_metric_new (struct cvxi_metric **out,
                                 const struct cvx_formulation *f,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_metric_free (struct cvxi_metric *m);

/* K rows of weights into the coordinates of M, and back.  TO is not FROM.  */
void cvxi_metric_enter (const struct cvxi_metric *m, size_t k,
                        const double *from, double *to);
void cvxi_metric_leave (const struct cvxi_metric *m, size_t k,
                        const double *from, double *to);

/* An approximate inverse of A'A + diag (delta_g) on K blocks.  */
struct cvxi_kronecker
{
  const struct cvxi_metric *m; /* borrowed */
  size_t k;
  double curvature;
  double *mode;   /* k x k: rows are eigenvectors of the overlaps */
  double *weight; /* k: their eigenvalues */
  double *root;   /* k: 1 / sqrt (delta_g) */
  double *work;   /* k x d */
};

/* For the blocks of LIST with DELTA > 0 each; CURVATURE is a mean second
   derivative of the loss.  */
enum cvx_status cvxi_kronecker_new (struct cvxi_kronecker **out,
                                    const struct cvx_formulation *f,
                                    const struct cvxi_metric *m, size_t k,
                                    const size_t *list, const double *delta,
                                    double curvature,
                                    struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_kronecker_free (struct cvxi_kronecker *p);

/* OUT = the inverse times IN, k x d in the coordinates of the metric.  */
void cvxi_kronecker_solve (const struct cvxi_kronecker *p, const double *in,
                           double *out);

#endif
