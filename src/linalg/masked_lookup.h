/* masked_lookup.h -- the masked stack product by tables of sums (internal).

   REAL is double, or float when the operator is in single precision.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_MASKED_LOOKUP_H
#define CVX_LINALG_MASKED_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"

struct cvxi_lookup;

/* X: n x d numbers REAL, C order, borrowed like BITS.  CVX_NOMEM.  */
enum cvx_status cvxi_lookup_new (struct cvxi_lookup **out, const void *x,
                                 size_t n, size_t d, const uint64_t *bits,
                                 size_t n_patterns, size_t n_outputs,
                                 bool single, int threads,
                                 struct cvx_error *err) CVX_MUST_CHECK;
double cvxi_lookup_bytes (size_t n, size_t d, size_t n_patterns,
                          size_t n_outputs, bool single, int threads);
void cvxi_lookup_free (struct cvxi_lookup *m);

/* Whether the products below are faster than tiles of a matrix product.  */
bool cvxi_lookup_pays (const struct cvxi_lookup *m, bool adjoint, size_t k,
                       const size_t *list);

/* As cvx_masked_apply_list, with V in REAL.  */
enum cvx_status cvxi_lookup_apply (struct cvxi_lookup *m, size_t k,
                                   const size_t *list, const void *v,
                                   double *f, int team,
                                   struct cvx_progress *progress);
/* As cvx_masked_adjoint_list; R in REAL: LD numbers for every output, those
   of its samples first.  */
enum cvx_status cvxi_lookup_adjoint (struct cvxi_lookup *m, size_t k,
                                     const size_t *list, const void *r,
                                     size_t ld, double *g, int team,
                                     struct cvx_progress *progress);

#endif
