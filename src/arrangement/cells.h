/* cells.h -- every chamber of a central arrangement, once, as a stream;
   internal to src/arrangement.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_CELLS_H
#define CVX_ARRANGEMENT_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrangement/lines.h"
#include "base/error.h"
#include "base/progress.h"

/* Cells found by one piece of work.  Of every complementary pair the cell on
   the positive side of the last line comes.  Borrowed until the call ends.  */
struct cvxi_cells
{
  size_t piece; /* number of the piece */
  size_t count;
  const uint64_t *bits; /* count x n_words */
  const double *gate;   /* count x d, unit length; NULL when not asked for */
  size_t n_thin;        /* gates that are not inside to rounding */
  int thread;           /* calls with the same number never overlap */
};

enum
{
  CVXI_CELLS_BITS = 1,
  CVXI_CELLS_GATES = 2 /* needs BITS and lines->map */
};

/* Called from several threads at once, once per piece that has cells.  */
typedef enum cvx_status cvxi_cells_visit (void *context,
                                          const struct cvxi_cells *cells,
                                          struct cvx_error *err);

/* Pieces that cvxi_cells_run will use; the same for any number of threads.
   CVX_LIMIT when the number of cells does not fit 60 bits.  */
enum cvx_status cvxi_cells_pieces (size_t *n_pieces,
                                   const struct cvxi_lines *lines,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Enumerate; VISIT may be NULL.  *COUNT is the number of cells seen, half of
   all (for rank 0: the one cell).  THREADS <= 0: as many as OpenMP likes.  */
enum cvx_status cvxi_cells_run (size_t *count, const struct cvxi_lines *lines,
                                unsigned what, int threads,
                                cvxi_cells_visit *visit, void *context,
                                struct cvx_progress *progress,
                                struct cvx_error *err) CVX_MUST_CHECK;

#endif
