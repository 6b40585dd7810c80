/* train.h -- what the trainers share: a network as one vector, its objective
   and gradient.

   Internal to the solver layer; used by train.c and lbfgs.c.  The weights are
   theta = (U, A), U width x d, A width x c: d features and c outputs, of
   convolutional networks the length of a filter and the number of patches.
   Gates do not move.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_TRAIN_H
#define CVX_SOLVER_TRAIN_H

#include "solver/state.h"

/* Entries of the two layers of a neuron.  */
struct cvxi_train_sizes
{
  size_t d, c;
};
struct cvxi_train_sizes cvxi_train_sizes (const struct cvx_formulation *f);

/* Scratch for up to `rows' samples at once.  */
struct cvxi_train_work
{
  size_t rows;
  double *x, *y;              /* gathered samples */
  double *hidden, *back;      /* rows x width; convolutional: both d x c */
  double *fit, *nu;           /* rows x n_outputs */
  double *weights;            /* n_features; convolutional only */
  size_t *order;              /* n_samples */
  double *save, *first, *snd; /* len: trial weights and moments */
  double *gradient;           /* len */
};

enum cvx_status cvxi_train_work_new (struct cvxi_train_work **out,
                                     const struct cvx_formulation *f,
                                     size_t width, size_t rows,
                                     struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_train_work_free (struct cvxi_train_work *w);

/* Why F cannot be trained, or NULL.  */
const char *cvxi_train_unsuited (const struct cvx_formulation *f,
                                 const struct cvx_settings *s);

/* Flops of a gradient.  */
double cvxi_train_flops (const struct cvx_formulation *f,
                         const struct cvx_settings *s);

/* The width for the settings, at least the neurons of WARM (may be NULL).  */
size_t cvxi_train_width (const struct cvx_settings *s,
                         const struct cvx_point *warm);

/* Starting weights into THETA (width x (d + c)), gates into GATE (width x d;
   gated only).  WARM: its atoms are neurons, others
   are drawn.  */
enum cvx_status cvxi_train_start (const struct cvx_formulation *f,
                                  const struct cvx_settings *s, size_t width,
                                  const struct cvx_point *warm, double *theta,
                                  double *gate,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Loss of THETA over COUNT samples X, Y, and its gradient into GRADIENT
   (overwritten; NULL: not wanted).  COUNT <= w->rows.  */
double cvxi_train_loss (const struct cvx_formulation *f, size_t width,
                        const double *theta, const double *gate, size_t count,
                        const double *x, const double *y, double *gradient,
                        struct cvxi_train_work *w);

/* Half the sum of ||u_j||^2 + ||a_j||^2, lengths as in network.h: for several
   outputs ||a_j||_1.  WEIGHT times its gradient (sign 0 at kinks) is added to
   GRADIENT; both have LEN weights.  */
double cvxi_train_decay (const struct cvx_formulation *f, size_t width,
                         size_t len, const double *theta, double weight,
                         double *gradient);

/* The network of THETA, balanced; the caller's.  */
enum cvx_status cvxi_train_network (const struct cvx_formulation *f,
                                    size_t width, const double *theta,
                                    const double *gate,
                                    struct cvx_network **net,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
