/* progress.h -- how a long call is watched and stopped from outside.

   The caller owns the struct and may look at it from another thread or a
   signal handler while the library works.  The library only reads `abort' and
   writes the rest; it never prints.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_PROGRESS_H
#define CVX_BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct cvx_progress
{
  atomic_int abort;          /* non-zero: stop as soon as possible */
  atomic_size_t done, total; /* units of work; total 0: not known */
};

/* Every function that takes a progress accepts NULL: nobody watches.  */
static inline bool
cvx_aborted (struct cvx_progress *p)
{
  return p != NULL
         && atomic_load_explicit (&p->abort, memory_order_relaxed) != 0;
}

static inline void
cvx_progress_total (struct cvx_progress *p, size_t total)
{
  if (p != NULL)
    {
      atomic_store_explicit (&p->done, 0, memory_order_relaxed);
      atomic_store_explicit (&p->total, total, memory_order_relaxed);
    }
}

static inline void
cvx_progress_add (struct cvx_progress *p, size_t more)
{
  if (p != NULL)
    atomic_fetch_add_explicit (&p->done, more, memory_order_relaxed);
}

#endif
