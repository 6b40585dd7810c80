/* bar.c -- the progress bar on standard error.

   A thread draws it, so that it also moves inside long calls; the session
   takes it off the screen around every output of its own.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repl/repl.h"

enum
{
  CELLS = 28,
  FEW_CELLS = 12, /* fewer are no bar */
  N_SAMPLES = 64
};

struct repl_bar
{
  struct session *s;
  pthread_t thread;
  bool started; /* the thread */
  pthread_mutex_t lock;
  pthread_cond_t wake;
  /* under the lock */
  bool active, drawn, over;
  const char *what;
  struct cvx_progress *progress;
  double start;
  double gap0, gap, tol; /* nan: no gap is followed */
  size_t iter0, iter, max_iter;
  double at[N_SAMPLES], log_gap[N_SAMPLES]; /* for the time left */
  size_t n_samples;
  double asked; /* clock when Ctrl-C was seen; nan: it was not */
};

static void
erase (struct repl_bar *b)
{
  if (b->drawn)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
      b->drawn = false;
    }
}

/* Seconds left by the slope of log gap over the last quarter; nan when it
   does not fall.  */
static double
time_left (const struct repl_bar *b)
{
  size_t n = b->n_samples < N_SAMPLES ? b->n_samples : N_SAMPLES,
         use = n / 4 < 3 ? 3 : n / 4;
  double t0, t1, g0, g1, slope;
  if (n < 4 || !(b->tol > 0))
    return NAN;
  t1 = b->at[(b->n_samples - 1) % N_SAMPLES];
  g1 = b->log_gap[(b->n_samples - 1) % N_SAMPLES];
  t0 = b->at[(b->n_samples - use) % N_SAMPLES];
  g0 = b->log_gap[(b->n_samples - use) % N_SAMPLES];
  slope = (g1 - g0) / (t1 - t0);
  return slope < 0 ? (log (b->tol) - g1) / slope : NAN;
}

static void
put_bar (char *buf, size_t size, double share, size_t n)
{
  size_t full = (size_t)(fmin (fmax (share, 0), 1) * (double)n);
  char cells[CELLS + 1];
  memset (cells, ' ', n);
  memset (cells, '=', full);
  if (full < n)
    cells[full] = '>';
  cells[n] = '\0';
  snprintf (buf, size, "[%s]", cells);
}

/* LINE: a bar and WORDS, and of what Ctrl-C does as much as goes into WIDTH
   columns beside a bar that can be read.  */
static void
put_line (char *line, size_t size, double share, const char *words,
          size_t width)
{
  static const char *const tails[]
      = { "  Ctrl-C stops, keeps state", "  Ctrl-C stops", "" };
  char bar[CELLS + 8];
  size_t k = 0, room;
  for (; k < 2; k++)
    if (strlen (words) + strlen (tails[k]) + 3 + FEW_CELLS < width)
      break;
  room = strlen (words) + strlen (tails[k]) + 3;
  room = room < width ? width - room : 0;
  put_bar (bar, sizeof bar, share,
           room > CELLS       ? CELLS
           : room < FEW_CELLS ? FEW_CELLS
                              : room);
  snprintf (line, size, "%s%s%s", bar, words, tails[k]);
}

static void
draw (struct repl_bar *b)
{
  char bar[CELLS + 8], words[128], line[512];
  double now = session_clock (), seconds = now - b->start;
  size_t done = atomic_load (&b->progress->done),
         total = atomic_load (&b->progress->total), width = 80;
  struct winsize w;
  if (cvx_aborted (b->progress) && isnan (b->asked))
    b->asked = now;
  if (seconds < 0.5 || now - b->asked < 0.3)
    return;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1)
    width = w.ws_col;
  /* Nothing jumps out of a factorization: say what is waited for.  */
  if (!isnan (b->asked))
    snprintf (line, sizeof line,
              "stopping after the current step or factorization ... %.1f s",
              now - b->asked);
  else if (isfinite (b->gap) && b->gap > 0 && b->gap0 > 0)
    {
      double left,
          share = b->tol > 0 && b->gap0 > b->tol
                      ? log (b->gap0 / b->gap) / log (b->gap0 / b->tol)
                      : (double)b->iter / (double)(b->max_iter + 1);
      char eta[32] = "eta ?";
      b->at[b->n_samples % N_SAMPLES] = now;
      b->log_gap[b->n_samples % N_SAMPLES] = log (b->gap);
      b->n_samples++;
      left = time_left (b);
      if (isfinite (left))
        snprintf (eta, sizeof eta, "eta %.*f s", left < 10 ? 1 : 0, left);
      snprintf (words, sizeof words, " gap %.1e -> %.1e  %5.0f it/s  %s",
                b->gap, b->tol, (double)(b->iter - b->iter0) / seconds, eta);
      put_line (line, sizeof line, share, words, width);
    }
  else if (total > 0)
    {
      put_bar (bar, sizeof bar, (double)done / (double)total, CELLS);
      snprintf (line, sizeof line, "%s %s %3.0f %%  %.1f s", bar, b->what,
                100 * fmin ((double)done / (double)total, 1), seconds);
    }
  else
    snprintf (line, sizeof line, "%s ... %.1f s", b->what, seconds);
  if (strlen (line) >= width)
    line[width - 1] = '\0';
  fprintf (stderr, "\r%s\033[K", line);
  fflush (stderr);
  b->drawn = true;
}

static void *
work (void *data)
{
  struct repl_bar *b = data;
  pthread_mutex_lock (&b->lock);
  while (!b->over)
    if (!b->active)
      pthread_cond_wait (&b->wake, &b->lock);
    else
      {
        struct timespec t;
        clock_gettime (CLOCK_MONOTONIC, &t);
        t.tv_nsec += 100000000;
        if (t.tv_nsec >= 1000000000)
          {
            t.tv_sec++;
            t.tv_nsec -= 1000000000;
          }
        if (pthread_cond_timedwait (&b->wake, &b->lock, &t) == ETIMEDOUT
            && b->active)
          draw (b);
      }
  pthread_mutex_unlock (&b->lock);
  return NULL;
}

static void
begin (void *data, struct cvx_progress *progress, const char *what)
{
  struct repl_bar *b = data;
  pthread_mutex_lock (&b->lock);
  erase (b);
  b->active = true;
  b->what = what;
  b->progress = progress;
  b->start = session_clock ();
  b->gap = b->gap0 = b->tol = b->asked = NAN;
  b->iter = b->iter0 = b->n_samples = 0;
  pthread_cond_signal (&b->wake);
  pthread_mutex_unlock (&b->lock);
}

static void
gap (void *data, double g, double tol, size_t iter, size_t max_iter)
{
  struct repl_bar *b = data;
  pthread_mutex_lock (&b->lock);
  if (isnan (b->gap0) && g > 0)
    {
      b->gap0 = g;
      b->iter0 = iter;
    }
  b->gap = g;
  b->tol = tol;
  b->iter = iter;
  b->max_iter = max_iter;
  pthread_mutex_unlock (&b->lock);
}

static void
end (void *data)
{
  struct repl_bar *b = data;
  pthread_mutex_lock (&b->lock);
  erase (b);
  b->active = false;
  pthread_mutex_unlock (&b->lock);
}

static void
before_output (void *data)
{
  struct repl_bar *b = data;
  pthread_mutex_lock (&b->lock);
  erase (b);
}

static void
after_output (void *data)
{
  struct repl_bar *b = data;
  pthread_mutex_unlock (&b->lock);
}

enum cvx_status
repl_bar_new (struct repl_bar **out, struct session *s, struct cvx_error *err)
{
  struct repl_bar *b = cvx_calloc (1, sizeof *b);
  pthread_condattr_t attributes;
  sigset_t all, old;
  *out = NULL;
  if (b == NULL)
    return cvx_fail_nomem (err, "starting the display");
  b->s = s;
  pthread_mutex_init (&b->lock, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&b->wake, &attributes);
  pthread_condattr_destroy (&attributes);
  sigfillset (&all); /* signals are for the main thread */
  pthread_sigmask (SIG_SETMASK, &all, &old);
  b->started = pthread_create (&b->thread, NULL, work, b) == 0;
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  if (b->started)
    s->display = (struct session_display){ b,   begin,         gap,
                                           end, before_output, after_output };
  *out = b;
  return CVX_OK;
}

void
repl_bar_free (struct repl_bar *b)
{
  if (b == NULL)
    return;
  b->s->display = (struct session_display){ .data = NULL };
  if (b->started)
    {
      pthread_mutex_lock (&b->lock);
      erase (b);
      b->over = true;
      pthread_cond_signal (&b->wake);
      pthread_mutex_unlock (&b->lock);
      pthread_join (b->thread, NULL);
    }
  pthread_cond_destroy (&b->wake);
  pthread_mutex_destroy (&b->lock);
  cvx_free (b);
}
