/* lines.h -- the rows of a data matrix as distinct lines in general position
   to the axes; internal to src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_LINES_H
#define CVX_ARRANGEMENT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum
{
  CVXI_MAX_RANK = 62 /* 2^62 cells and more are out of reach anyway */
};

/* Bits of one word that change when the sign of a line changes.  */
struct cvxi_toggle
{
  size_t word;
  uint64_t mask;
};

/* Rows (d numbers each) up to scale and sign are lines; row i of line l has
   the sign SIGN[i] to it.  Coordinates of the lines are whitened and turned at
   random: a column prefix of Y is a generic projection.  */
struct cvxi_lines
{
  size_t n, d, rank, n_lines, n_words;
  size_t *line;      /* n: line of a row, SIZE_MAX for a zero row */
  signed char *sign; /* n */
  size_t *first;     /* n_lines: smallest row of the line */
  size_t ld;         /* leading dimension of y, >= n_lines */
  double *y;         /* rank columns of ld numbers, unit rows */
  const double *x;   /* n x d: the data; borrowed, with the coordinates */
  double *map;       /* d x rank: u = map z has x_i'u = c_i y_i'z, c_i > 0 */
  size_t *toggle_start; /* n_lines + 1 */
  struct cvxi_toggle *toggle;
  uint64_t *base;   /* n_words: bits when every line is positive */
  uint64_t *moving; /* n_words: bits of the non-zero rows */
  double tie;       /* rows closer to dependent than this are dependent */
  double near;      /* and those closer than this are looked at twice */
  uint64_t *exact;  /* n_lines x rank: rows modulo a prime, or NULL */
  /* A restriction to the hyperplane of line FIXED of PARENT; ids are then
     parent[l].  NULL and SIZE_MAX otherwise.  */
  const struct cvxi_lines *of;
  size_t fixed;
  size_t *parent;
};

/* What can be said without the coordinates: rank, line, sign, first, n_lines,
   the toggles; y and map stay NULL.  */
enum cvx_status cvxi_lines_group (struct cvxi_lines **out, const double *x,
                                  size_t n, size_t d,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Add the coordinates.  X is that of cvxi_lines_group and must outlive LINES.
 */
enum cvx_status cvxi_lines_coordinates (struct cvxi_lines *lines,
                                        const double *x,
                                        struct cvx_error *err) CVX_MUST_CHECK;

/* The lines of L on the hyperplane of line FIXED.  Rows of FIXED are zero rows
   of the result.  No map.  L must outlive it.  */
enum cvx_status cvxi_lines_restrict (struct cvxi_lines **out,
                                     const struct cvxi_lines *l, size_t fixed,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* Are the COUNT <= rank lines linearly dependent?  Exactly for data on a
   decimal grid, to the tolerance `tie' otherwise.  */
bool cvxi_lines_dependent (const struct cvxi_lines *lines, const size_t *id,
                           size_t count);

/* From n, n_lines, line and sign: base, moving, toggles.  */
enum cvx_status cvxi_lines_toggles (struct cvxi_lines *lines,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Something sorted by a number, then by place; for qsort.  */
struct cvxi_keyed
{
  double key;
  size_t row;
};
int cvxi_compare_keyed (const void *a, const void *b);

void cvxi_lines_free (struct cvxi_lines *lines);

#endif
