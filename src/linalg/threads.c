/* threads.c -- one level of threads, with and without OpenMP.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/threads.h"

#include <cblas.h>

#ifdef _OPENMP
#  include <omp.h>
#endif

/* About a millisecond of one thread.  Measured on two processors: gated
   problems of 8e6 to 1.3e8 take as long with one thread as with two, up to a
   half less below 4e7 where waiting threads spin, and 1.6 times as long at
   2e9.  */
static const double worth = 4e7;

int
cvx_threads_worth (double flops, int most)
{
  return flops < worth ? 1 : most;
}

int
cvx_blas_threads (int n)
{
#ifdef _OPENMP
  int before = omp_get_max_threads ();
  if (n > omp_get_thread_limit ())
    n = omp_get_thread_limit ();
  if (n >= 1 && n != before)
    {
      omp_set_num_threads (n);
      /* A build of OpenBLAS with threads of its own listens to this.  */
      if (!omp_in_parallel ())
        openblas_set_num_threads (n);
    }
#else
  int before = openblas_get_num_threads ();
  if (n >= 1 && n != before)
    openblas_set_num_threads (n);
#endif
  return before;
}

bool
cvx_in_parallel (void)
{
#ifdef _OPENMP
  return omp_in_parallel () != 0;
#else
  return false;
#endif
}

int
cvx_thread_number (void)
{
#ifdef _OPENMP
  return omp_get_thread_num ();
#else
  return 0;
#endif
}
