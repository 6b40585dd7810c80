/* threads.h -- one level of threads.

   Either OpenMP threads of ours each call BLAS with one thread, or one thread
   of ours calls BLAS with many; never both.  The OpenMP build of OpenBLAS runs
   with one thread inside an active parallel region and takes its number of
   threads from OpenMP outside of one, so that OpenMP's setting is the only
   one.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_THREADS_H
#define CVX_LINALG_THREADS_H

#include <stdbool.h>

/* Threads of BLAS and of parallel regions started by this thread from now on;
   N < 1 asks only.  Returns the number before.  */
int cvx_blas_threads (int n);

/* Of MOST threads those that pay for work in pieces of FLOPS, as the
   iterations of a solver are: all or one.  Decided once for a problem, because
   threads that wait for the next small product take time from the one that
   works.  */
int cvx_threads_worth (double flops, int most);

/* True inside a parallel region of more than one thread.  */
bool cvx_in_parallel (void);

/* Number of this thread in its team, from 0.  */
int cvx_thread_number (void);

#endif
