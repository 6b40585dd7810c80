/* cell.h -- one cell of the arrangement: an interior point and its facets.

   For the pattern D, K_D = {u : g_i'u >= 0}, g_i = +-x_i by the bits.  Row i
   is redundant given the rows F when g_i is in the cone of {g_j : j in F},
   that is, when the projection of -g_i onto K_F is 0; otherwise that
   projection satisfies F and violates i, and the first row hit on the way to
   it from an interior point is a facet (Clarkson 1994).  So n projections
   against the few facets are enough, where the plain test needs n against n
   rows.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_CELL_H
#define CVX_ARRANGEMENT_CELL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linalg/cone.h"

/* An interior point C (d) of the cell of BITS whose closure holds U (unit, d):
   U moved off the rows it lies on, half the way to the next row.  X is n x d,
   C order.  CVX_NUMERIC (E315) when there is none near U: the bits belong to
   no full-dimensional cell.  */
enum cvx_status cvx_cell_interior (const double *x, size_t n, size_t d,
                                   const uint64_t *bits, const double *u,
                                   double *c,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* A cell whose closure holds U (unit, d): its bits ((n + 63) / 64 words) and
   an interior point C.  Of the rows that U lies on, those not on its negative
   side by rounding count as on where that is a cell; else they take the sides
   of a generic direction.  CVX_NOMEM.  */
enum cvx_status cvx_cell_near (const double *x, size_t n, size_t d,
                               const double *u, uint64_t *bits, double *c,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* The irredundant rows of the cell with interior point C, ascending, into ROW
   (room for n); their number into *COUNT.  One row per line: of parallel rows
   the one nearest to C.  WORK is made for d and at least n rows.  */
enum cvx_status cvx_cell_facets (const double *x, size_t n, size_t d,
                                 const uint64_t *bits, const double *c,
                                 uint32_t *row, size_t *count,
                                 struct cvx_cone_work *work,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
