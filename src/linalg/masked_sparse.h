/* masked_sparse.h -- the masked stack product of a sparse X (internal).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_MASKED_SPARSE_H
#define CVX_LINALG_MASKED_SPARSE_H

#include "base/error.h"
#include "base/progress.h"
#include "linalg/csr.h"

struct cvxi_sparse_product;

/* As cvx_masked_new, with X borrowed like BITS.  CVX_NOMEM.  */
enum cvx_status cvxi_sparse_product_new (struct cvxi_sparse_product **out,
                                         const struct cvx_csr *x,
                                         const uint64_t *bits,
                                         size_t n_patterns, size_t n_outputs,
                                         int threads,
                                         struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_sparse_product_free (struct cvxi_sparse_product *m);

/* As cvx_masked_apply_list and cvx_masked_adjoint_list.  */
enum cvx_status cvxi_sparse_apply (struct cvxi_sparse_product *m, size_t k,
                                   const size_t *list, const double *v,
                                   double *f, struct cvx_progress *progress);
enum cvx_status cvxi_sparse_adjoint (struct cvxi_sparse_product *m, size_t k,
                                     const size_t *list, const double *r,
                                     double *g, struct cvx_progress *progress);

#endif
