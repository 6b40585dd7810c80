/* masked.h -- the masked stack  A = [D_1 X, ..., D_P X]  as an operator, for C
   outputs that share the patterns.

   apply    f_c = sum_i D_i X v_ci       v: C P x d, f: n x C
   adjoint  g_ci = X' D_i r_c            r: n x C,   g: C P x d

   Row g = c P + i of v belongs to pattern i and output c; lists hold such
   numbers.  One product with X serves all outputs, and f and r have the
   outputs of a sample side by side.

   The n x P matrix of pre-activations is never stored, masks are bits.  4 n d
   C P flops for the pair, or a sixth of the additions among them by tables of
   sums (masked_lookup.c) when there are enough of them.  The digits depend
   on the sizes only, not on the number of threads.  An operator owns its
   tiles: one call at a time, and lists no longer than C P (repeats allowed).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_MASKED_H
#define CVX_LINALG_MASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "linalg/csr.h"

struct cvx_masked;

/* X (n x d, C order) and BITS (P patterns of n_words = ceil (n / 64) words)
   are borrowed and must outlive the operator.  SINGLE: products in single
   precision, on a copy of X of its own; what goes in and out stays double.
   THREADS < 1: as many as BLAS uses; inside a parallel region always one.
   Fails with CVX_NOMEM, or CVX_LIMIT (E331) when n or d passes 2^31 - 1.  */
enum cvx_status cvx_masked_new (struct cvx_masked **out, const double *x,
                                size_t n, size_t d, const uint64_t *bits,
                                size_t n_patterns, size_t n_outputs,
                                bool single, int threads,
                                struct cvx_error *err) CVX_MUST_CHECK;
/* What that takes beside X and the bits.  */
double cvx_masked_bytes (size_t n, size_t d, size_t n_patterns,
                         size_t n_outputs, bool single, int threads);
void cvx_masked_free (struct cvx_masked *m);

/* Multiply with X, the same numbers as those M was made with, by its nonzeros
   from now on; it is borrowed like the other.  CVX_NOMEM.  */
enum cvx_status cvx_masked_use_sparse (struct cvx_masked *m,
                                       const struct cvx_csr *x,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* Share of nonzeros below which that is faster than a dense product.  */
#define CVX_SPARSE_BREAK_EVEN 0.2

/* CVX_INTERRUPTED (between tiles) leaves the output undefined.  PROGRESS may
   be NULL.  No allocation.  */
enum cvx_status cvx_masked_apply (const struct cvx_masked *m, const double *v,
                                  double *f, struct cvx_progress *progress);
enum cvx_status cvx_masked_adjoint (const struct cvx_masked *m,
                                    const double *r, double *g,
                                    struct cvx_progress *progress);

/* The same for the K rows of v in LIST only; v and g are K x d.  */
enum cvx_status cvx_masked_apply_list (const struct cvx_masked *m, size_t k,
                                       const size_t *list, const double *v,
                                       double *f,
                                       struct cvx_progress *progress);
enum cvx_status cvx_masked_adjoint_list (const struct cvx_masked *m, size_t k,
                                         const size_t *list, const double *r,
                                         double *g,
                                         struct cvx_progress *progress);

/* C_{kl} = number of patterns with bits k and l on, n x n.  */
void cvx_masked_counts (const struct cvx_masked *m, double *c);

#endif
