/* sweep.h -- the enumeration of cells by one thread; internal to
   src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_SWEEP_H
#define CVX_ARRANGEMENT_SWEEP_H

#include "arrangement/cells.h"
#include "arrangement/lines.h"

/* One level of the recursion: Pointed (B, h), z lines in R^q.  The line at
   infinity is the last one, z - 1.  */
struct cvxi_level
{
  size_t q, z, ld;
  const double *col; /* q columns of ld numbers */
  const double *h;
  size_t *id;    /* numbers of the lines in struct cvxi_lines */
  size_t *above; /* ids at infinity of the levels before: n_above */
  size_t n_above;

  double *own_col, *own_h; /* levels > 0 */
  size_t *t;               /* T, q - 2 numbers ascending */
  size_t valid;            /* t[0 .. valid-1] are in b and w */
  double *b;               /* q orthonormal vectors: of T, p, e */
  double *w;               /* w[k]: q dual vectors after k+1 steps */
  double *alpha, *beta;    /* x_l'e and x_l'p */
  double *y;               /* q - 2 columns: x_l'w_i */
  uint64_t *key;
  size_t *order; /* lines that cross, by t */
  bool *joined;  /* joined[k]: order[k] and order[k+1] tie */
  size_t *closure, n_closure;
  signed char *state; /* signs below the crossing, outside T */
  bool narrow;        /* some lines cross or lie near one another */

  /* The vertex whose cells the next level is finding.  */
  size_t *at, n_at; /* the lines through it */
  bool *is_at;
  double *vertex; /* q numbers */
  int side;       /* sign of h'w */
  double *normal; /* (q - 1) x q: basis of the space x_z'u = 0 */

  /* A cell of this level.  */
  signed char *out;
  double *inside;        /* q numbers, in the interior */
  double *toward, *sign; /* scratch, q numbers */
};

struct cvxi_worker
{
  const struct cvxi_lines *lines;
  unsigned what;
  struct cvxi_level *level;
  uint64_t *row;          /* bits below the crossing, level 0 */
  double *axes;           /* rank numbers: 0 .. 0 1 */
  size_t count, capacity; /* cells in bits and gate */
  uint64_t *bits;
  double *gate;
  size_t n_thin; /* cells whose gate is on their boundary to rounding */
  bool failed;   /* no memory */
  void *arena;   /* all the arrays above but the last two */
};

/* A worker for LINES that finds WHAT (CVXI_CELLS_ flags; 0: it only counts).
   False without memory; cvxi_worker_free in any case.  */
bool cvxi_worker_init (struct cvxi_worker *k, const struct cvxi_lines *lines,
                       unsigned what);
void cvxi_worker_free (struct cvxi_worker *k);

/* The cells of the lines restricted to the first Q axes that belong to the
   subsets T with numbers FROM .. FROM + COUNT - 1 (Q = 1: the only cell); they
   are added to those in K.  Sets k->failed when memory runs out; stops early
   when PROGRESS says so.  */
void cvxi_sweep (struct cvxi_worker *k, size_t q, uint64_t from,
                 uint64_t count, struct cvx_progress *progress);

/* Room for one more cell in K, holding the bits of the line; NULL, and
   k->failed, without memory.  The caller counts it.  */
uint64_t *cvxi_new_cell (struct cvxi_worker *k);

/* Write the gate of the new cell with these BITS: INSIDE, Q numbers, is in the
   cell, further than about MARGIN times its length from the walls.  */
void cvxi_put_gate (struct cvxi_worker *k, const uint64_t *bits,
                    const double *inside, size_t q, double margin);

#endif
