/* deadline.c -- a thread that asks long work to stop.

   A step of a solver may be a round of a minute, and the time of a run is
   looked at between steps.  The thread only sets the flag that the work looks
   at in any case.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "command/deadline.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/alloc.h"

enum
{
  ASKED = 2 /* the flag as set here; others set 1 */
};

struct deadline
{
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_int *flag;
  struct timespec at;
  bool over; /* under the lock */
};

static void *
wait (void *data)
{
  struct deadline *d = data;
  int status = 0;
  pthread_mutex_lock (&d->lock);
  while (!d->over && status != ETIMEDOUT)
    status = pthread_cond_timedwait (&d->wake, &d->lock, &d->at);
  if (!d->over)
    {
      int none = 0;
      atomic_compare_exchange_strong (d->flag, &none, ASKED);
    }
  pthread_mutex_unlock (&d->lock);
  return NULL;
}

struct deadline *
deadline_begin (atomic_int *flag, double seconds)
{
  struct deadline *d;
  pthread_condattr_t clock;
  sigset_t all, before;
  bool started;
  if (!(seconds < 1e8))
    return NULL;
  d = cvx_calloc (1, sizeof *d);
  if (d == NULL)
    return NULL;
  seconds = fmax (seconds, 0);
  d->flag = flag;
  clock_gettime (CLOCK_MONOTONIC, &d->at);
  seconds += 1e-9 * (double)d->at.tv_nsec;
  d->at.tv_sec += (time_t)seconds;
  d->at.tv_nsec = (long)(1e9 * (seconds - floor (seconds)));
  pthread_condattr_init (&clock);
  pthread_condattr_setclock (&clock, CLOCK_MONOTONIC);
  pthread_mutex_init (&d->lock, NULL);
  pthread_cond_init (&d->wake, &clock);
  pthread_condattr_destroy (&clock);
  /* Signals are for the thread that works.  */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  started = pthread_create (&d->thread, NULL, wait, d) == 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (started)
    return d;
  pthread_cond_destroy (&d->wake);
  pthread_mutex_destroy (&d->lock);
  cvx_free (d);
  return NULL;
}

bool
deadline_end (struct deadline *d)
{
  int asked = ASKED;
  bool mine;
  if (d == NULL)
    return false;
  pthread_mutex_lock (&d->lock);
  d->over = true;
  pthread_cond_signal (&d->wake);
  pthread_mutex_unlock (&d->lock);
  pthread_join (d->thread, NULL);
  mine = atomic_compare_exchange_strong (d->flag, &asked, 0);
  pthread_cond_destroy (&d->wake);
  pthread_mutex_destroy (&d->lock);
  cvx_free (d);
  return mine;
}
