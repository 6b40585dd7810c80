/* bound.h -- how far any network is from the best one of its kind.

   For every network with residual nu = -dl(f), the scaled nu is feasible for
   the dual of Pilanci and Ergen (ICML 2020), equation 4, once M with
   max {|nu'(Xu)_+| : |u| <= 1} <= M is known.  Ways to such an M, in the order
   of their strength:

     patterns   one projection for each of all patterns: the maximum itself
     walk       from one of all patterns to the next, for data of rank 2 or 3
                (price_walk.c): the maximum itself
     search     branch and bound for data of rank 8 or less: the maximum itself
     signs      branch and bound on the signs of samples, for data of any rank
                (signs.h): the maximum itself, or within the nodes allowed the
                least threshold above which nothing was found
     rank       X_k the k leading singular vectors' part of X:
                |nu'(Xu)_+ - nu'(X_k u)_+| <= |nu| |X - X_k| = |nu| sigma_{k+1}
                so M = M_k + |nu| sigma_{k+1} (manual, Data of high rank)
     spectrum   t_+ = t/2 + |t|/2 and Cauchy-Schwarz: for P = {i: nu_i > 0},
                nu'(Xu)_+ <= |X'nu|/2 + (sum_P nu_i)^1/2
                lambda_max (sum_P nu_i x_i x_i')^1/2 / 2
                (rows outside P: nu_i t_+ <= nu_i t/2)
     restricted the patterns at hand only: no statement about other networks

   All but the last hold for networks of any width.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_BOUND_H
#define CVX_FORMULATION_BOUND_H

#include "formulation/formulation.h"

enum cvx_bound_way
{
  CVX_BOUND_PATTERNS,
  CVX_BOUND_WALK,
  CVX_BOUND_SEARCH,
  CVX_BOUND_SIGNS,
  CVX_BOUND_RANK,
  CVX_BOUND_SPECTRUM,
  CVX_BOUND_RESTRICTED
};

struct cvx_bound
{
  struct cvx_certificate cert; /* global: not RESTRICTED */
  enum cvx_bound_way way;
  size_t rank;  /* RANK: k */
  double tail;  /* RANK: sigma_{k+1} */
  size_t nodes; /* of the search: cones or sets of signs */
  bool exact;   /* SIGNS: the maximum itself */
  /* Largest |s_j X'D_j nu - beta u_j/|u_j|| / beta of a neuron, minimised over
     the derivatives that rows on its boundary may take: 0 at Clarke stationary
     points (Wang, Lacotte, Pilanci, ICLR 2022).  nan without neurons.  */
  double stationarity;
  /* Unit directions u with |nu'(Xu)_+| > beta: a small neuron there lowers the
     objective.  Falling; owned.  */
  size_t n_found;
  double *value; /* |nu'(Xu)_+| */
  int *sign;     /* of the output */
  double *u;     /* n_found x n_features */
};

struct cvx_bound_options
{
  size_t max_found; /* directions wanted at most */
  size_t max_nodes; /* of a search; 0: a million */
  size_t trials;    /* random starts of the climb to directions; 0: 64 */
};

/* Bound NET, a network of F's kind and size (E346), from its own residual and
   from CANDIDATE (n_obs, may be NULL).  NU (n_obs, may be NULL) gets the
   scaled dual point.  CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvx_network_bound (const struct cvx_formulation *f,
                                   const struct cvx_network *net,
                                   const double *candidate,
                                   const struct cvx_bound_options *options,
                                   struct cvx_bound *out, double *nu,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;
void cvx_bound_clear (struct cvx_bound *b);

/* The directions only, for NU (n_obs), or for the residual of NET where it is
   NULL; by climbing or else by search: those of B are replaced.  At kinks of a
   loss many residuals are possible, and the multipliers of a solver are the
   right one.  ReLU networks with one output (E346).  */
enum cvx_status cvx_network_directions (const struct cvx_formulation *f,
                                        const struct cvx_network *net,
                                        const double *nu, size_t max,
                                        struct cvx_bound *b,
                                        struct cvx_progress *progress,
                                        struct cvx_error *err) CVX_MUST_CHECK;

/* What the bound rests on, one line.  */
void cvx_bound_words (const struct cvx_bound *b, struct cvx_text *out);

#endif
