/* csr.h -- a sparse matrix by rows.

   Row i has the entries start[i] .. start[i + 1] - 1 of column and value;
   within a row the columns ascend, and no stored value is 0.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_CSR_H
#define CVX_LINALG_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cvx_csr
{
  size_t n, d;      /* rows, columns; d < 2^32 */
  size_t *start;    /* n + 1, owned as the others */
  uint32_t *column; /* start[n] */
  double *value;
};

/* N x D with room for COUNT entries, all of them still to be written; START is
   zero.  CVX_NOMEM.  */
enum cvx_status cvx_csr_new (struct cvx_csr **out, size_t n, size_t d,
                             size_t count,
                             struct cvx_error *err) CVX_MUST_CHECK;
void cvx_csr_free (struct cvx_csr *a);

/* Bytes of an N x D matrix with COUNT entries.  SIZE_MAX: overflow.  */
size_t cvx_csr_bytes (size_t n, size_t count);

/* The M rows INDEX of A (NULL: the first M) as a new matrix.  CVX_NOMEM.  */
enum cvx_status cvx_csr_rows (struct cvx_csr **out, const struct cvx_csr *a,
                              const size_t *index, size_t m,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* The columns of A as rows.  CVX_NOMEM.  */
enum cvx_status cvx_csr_transpose (struct cvx_csr **out,
                                   const struct cvx_csr *a,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Row I of A into ROW (d numbers).  */
void cvx_csr_expand (const struct cvx_csr *a, size_t i, double *row);

/* Append the nonzeros of ROW (d numbers) as row I of A, whose rows before are
   complete and which has room for them.  */
void cvx_csr_put (struct cvx_csr *a, size_t i, const double *row);

/* Share of the entries that are stored, 0 to 1.  */
double cvx_csr_density (const struct cvx_csr *a);

#endif
