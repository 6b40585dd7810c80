/* private.h -- what the files of this folder share (internal).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_NETWORK_PRIVATE_H
#define CVX_NETWORK_PRIVATE_H

#include "network/network.h"

/* Euclidean norm without overflow.  */
double cvxi_norm (size_t n, const double *x);
/* The length of the second layer A of a neuron of NET (network.h).  */
double cvxi_output_norm (const struct cvx_network *net, const double *a);

/* Z (ROWS x COUNT) = activations of neurons FROM .. FROM + COUNT - 1 at ROWS
   rows of X.  GATES: memory for as many numbers, gated networks only.  */
void cvxi_network_hidden (const struct cvx_network *net, size_t from,
                          size_t count, const double *x, size_t rows,
                          double *z, double *gates);

/* Keep COUNT neurons: new neuron k is the group of old neurons
   member[start[k]] .. member[start[k+1]-1], the first being its leader.  Rows
   U and A (COUNT of each) replace the weights and are owned by NET afterwards;
   gates are those of the leaders, sources are joined.  Nothing changes when it
   fails.  */
enum cvx_status cvxi_network_regroup (struct cvx_network *net, size_t count,
                                      const size_t *start,
                                      const size_t *member, double *u,
                                      double *a,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* The numbers 0 .. N-1 in order of falling VALUE, equal ones by number.  False
   without memory.  */
bool cvxi_sort_falling (size_t n, const double *value,
                        size_t *order) CVX_MUST_CHECK;

#endif
