/* reduced_private.h -- what the two files of the reduced problem share.

   reduced.c has the pieces and their faces, reduced_newton.c the steps of
   Newton's method on all of them.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_REDUCED_PRIVATE_H
#define CVX_SOLVER_REDUCED_PRIVATE_H

#include <cblas.h>

#include "arrangement/patterns.h"
#include "solver/reduced.h"

static inline double
norm (size_t n, const double *x)
{
  return cblas_dnrm2 ((int)n, x, 1);
}

static inline double
dot (size_t n, const double *x, const double *y)
{
  return cblas_ddot ((int)n, x, 1, y, 1);
}

static inline bool
is_on (const struct cvxi_piece *p, size_t i)
{
  return cvx_pattern_bit (p->bits, i);
}

/* 1 or -1: the side of x_i'w that the cone allows.  */
static inline double
side (const struct cvxi_piece *p, size_t i)
{
  return is_on (p, i) ? 1 : -1;
}

/* Where the output of P at sample I is.  */
static inline size_t
place (const struct cvxi_reduced *r, const struct cvxi_piece *p, size_t i)
{
  return i * r->n_outputs + p->output;
}

/* OUT = X v.  */
static inline void
times_x (const struct cvxi_reduced *r, const double *v, double *out)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)r->n, (int)r->d, 1, r->x,
               (int)r->d, v, 1, 0, out, 1);
}

/* TO (n_obs) += C times what the rows with products XV give on piece P.  */
static inline void
add_rows (const struct cvxi_reduced *r, const struct cvxi_piece *p, double c,
          const double *xv, double *to)
{
  c *= r->scale;
  for (size_t o = 0, i = 0; o < r->n_samples; o++)
    for (size_t q = 0; q < r->group; q++, i++)
      if (is_on (p, i) && !p->bound[i])
        to[place (r, p, o)] += c * xv[i];
}

/* Piece J leaves.  */
void cvxi_reduced_drop (struct cvxi_reduced *r, size_t j);

/* Basis of the face of P from its bound rows by a QR factorisation with
   pivoting, and w moved into the face.  A rank of 0 leaves the basis
   empty.  */
enum cvx_status cvxi_reduced_face (struct cvxi_reduced *r,
                                   struct cvxi_piece *p,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* r->gradient = beta w / ||w|| - s X'D nu of piece P, all of R^d.  */
void cvxi_reduced_gradient (struct cvxi_reduced *r,
                            const struct cvxi_piece *p);

/* How far piece P may go along V (X v in r->row): the largest t <= T with
   every free row on its side, and the row that ends it in *HIT.  */
double cvxi_reduced_room (const struct cvxi_reduced *r,
                          const struct cvxi_piece *p, const double *xw,
                          const double *xv, double t, size_t *hit);

/* ||w + t v|| - ||w|| without cancellation.  */
double cvxi_change_of_norm (size_t d, const double *w, double t,
                            const double *v);

/* Move piece J along V, a feasible direction of descent with slope SLOPE < 0:
   the minimiser of the quadratic model, shortened until the objective falls.
   Rows met are bound.  */
enum cvx_status cvxi_reduced_line_step (struct cvxi_reduced *r, size_t j,
                                        const double *v, double slope,
                                        struct cvx_error *err) CVX_MUST_CHECK;

#endif
