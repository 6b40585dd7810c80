/* sdp.h -- the nuclear norm program as a pair of semidefinite programs.

   In the form of SDPA, min c'x, sum_i x_i F_i - F_0 >= 0, with its dual
   max <F_0, Y>, <F_i, Y> = c_i, Y >= 0:

     x = (nu, t), c = (-y, 1),
     S_1 = [beta I, G; G', beta I],  G = [X_1'nu ... X_K'nu]
     S_2 = [I, nu; nu', 2 t]
     Y_1 = 1/2 [W_1, -Z; -Z', W_2],  Y_2 = 1/2 [r r', r; r', 1],  r = A Z - y

   so that both optima are -p* (Pilanci and Ergen, ICML 2020, equations 11 and
   12; manual, Convolutional networks).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_SDP_H
#define CVX_FORMULATION_SDP_H

#include "formulation/formulation.h"

/* The program of F in the sparse format of SDPA.  E355: F is not a nuclear
   norm program with the squared loss.  Memory is reported by OUT.  */
enum cvx_status cvx_sdp_write (const struct cvx_formulation *f,
                               struct cvx_text *out,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* A primal-dual pair from a network of F and a dual point.  */
struct cvx_sdp_pair
{
  size_t h, k, n;
  double *w1, *w2; /* h x h, k x k */
  double *z;       /* h x k */
  double *slack;   /* (h + k) x (h + k): S_1 */
  double *nu;      /* n */
  double error[6]; /* DIMACS: equations and cone of Y, of S, gap, <Y, S> */
};
enum cvx_status cvx_sdp_pair_new (struct cvx_sdp_pair **out,
                                  const struct cvx_formulation *f,
                                  const struct cvx_network *net,
                                  const double *nu,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvx_sdp_pair_free (struct cvx_sdp_pair *p);

#endif
