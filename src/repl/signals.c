/* signals.c -- handlers that only set flags.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

#include "repl/repl.h"

/* The sanitizers report crashes themselves.  */
#ifdef __has_feature
#  if __has_feature(address_sanitizer)
#    define SANITIZED
#  endif
#endif
#ifdef __SANITIZE_ADDRESS__
#  define SANITIZED
#endif

static struct session *session;
static volatile sig_atomic_t interrupted, resized, continued, time_over;
static sigset_t held, before;

static char crash_file[1024], crash_line[512];
static struct termios terminal;
static bool have_terminal;

static void
on_interrupt (int signal)
{
  (void)signal;
  interrupted = 1;
  atomic_store (&session->progress.abort, 1);
}

static void
on_stop (int signal)
{
  atomic_store (&session->stopped, signal);
  atomic_store (&session->progress.abort, 1);
}

static void
on_alarm (int signal)
{
  (void)signal;
  time_over = 1;
  atomic_store (&session->progress.abort, 1);
}

static void
on_resize (int signal)
{
  (void)signal;
  resized = 1;
}

static void
on_continue (int signal)
{
  (void)signal;
  continued = 1;
}

#ifndef SANITIZED
/* write() whose failure nothing can be done about.  */
static void
put (int fd, const char *text)
{
  size_t len = strlen (text);
  while (len > 0)
    {
      ssize_t done = write (fd, text, len);
      if (done <= 0)
        return;
      text += done;
      len -= (size_t)done;
    }
}

/* The terminal as it was, a note for the next start, and the signal again. */
static void
on_crash (int signal)
{
  int fd;
  if (have_terminal)
    tcsetattr (STDIN_FILENO, TCSANOW, &terminal);
  put (STDERR_FILENO, "\ncvxnn: internal error, the program ends here.\n");
  fd = crash_file[0] != '\0'
           ? open (crash_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
           : -1;
  if (fd >= 0)
    {
      put (fd, crash_line);
      put (fd, "\n");
      close (fd);
      put (STDERR_FILENO, "The last command is in ");
      put (STDERR_FILENO, crash_file);
      put (STDERR_FILENO, "\n");
    }
  raise (signal); /* SA_RESETHAND: the default this time */
}
#endif

static void
install (int signal, void (*handler) (int), int flags)
{
  struct sigaction a = { 0 };
  a.sa_handler = handler;
  a.sa_flags = flags;
  sigemptyset (&a.sa_mask);
  sigaction (signal, &a, NULL);
}

void
repl_signals_install (struct session *s)
{
  session = s;
  have_terminal = tcgetattr (STDIN_FILENO, &terminal) == 0;
  install (SIGPIPE, SIG_IGN, 0);
  install (SIGINT, on_interrupt, 0);
  install (SIGTERM, on_stop, 0);
  install (SIGHUP, on_stop, 0);
  install (SIGWINCH, on_resize, SA_RESTART);
  install (SIGCONT, on_continue, SA_RESTART);
#ifndef SANITIZED
  install (SIGSEGV, on_crash, (int)SA_RESETHAND);
  install (SIGBUS, on_crash, (int)SA_RESETHAND);
  install (SIGFPE, on_crash, (int)SA_RESETHAND);
  install (SIGABRT, on_crash, (int)SA_RESETHAND);
#endif
  sigemptyset (&held);
  sigaddset (&held, SIGINT);
  sigaddset (&held, SIGTERM);
  sigaddset (&held, SIGHUP);
  sigaddset (&held, SIGALRM);
  sigaddset (&held, SIGWINCH);
  sigaddset (&held, SIGCONT);
}

void
repl_time_limit (double seconds)
{
  struct itimerval t
      = { .it_value
          = { (time_t)seconds, (suseconds_t)(1e6 * fmod (seconds, 1)) + 1 } };
  install (SIGALRM, on_alarm, 0);
  setitimer (ITIMER_REAL, &t, NULL);
}

bool
repl_time_over (void)
{
  return time_over != 0;
}

bool
repl_signals_clear (struct session *s)
{
  bool was = interrupted != 0;
  interrupted = 0;
  if (atomic_load (&s->stopped) == 0 && !s->quit && s->output_error == 0
      && !time_over)
    atomic_store (&s->progress.abort, 0);
  return was;
}

bool
repl_signals_resized (void)
{
  bool was = resized != 0;
  resized = 0;
  return was;
}

bool
repl_signals_continued (void)
{
  bool was = continued != 0;
  continued = 0;
  return was;
}

void
repl_signals_hold (void)
{
  sigprocmask (SIG_BLOCK, &held, &before);
}

void
repl_signals_release (void)
{
  sigprocmask (SIG_SETMASK, &before, NULL);
}

/* Let a signal in that waits; true when there was one.  */
static bool
deliver (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
  struct timespec now = { 0, 0 };
  sigset_t pending;
  if (sigpending (&pending) == 0)
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
      if (sigismember (&pending, numbers[k]) == 1)
        {
          (void)pselect (0, NULL, NULL, NULL, &now, &before);
          return true;
        }
  return false;
}

bool
repl_signals_wait (int fd)
{
  fd_set set;
  FD_ZERO (&set);
  FD_SET (fd, &set);
  /* With input at hand pselect leaves a signal waiting; but Ctrl-C comes
     before what was typed after it.  */
  return !deliver () && pselect (fd + 1, &set, NULL, NULL, NULL, &before) > 0
         && !deliver ();
}

void
repl_crash_note (const char *folder, const char *line)
{
  if (folder != NULL && strlen (folder) < sizeof crash_file)
    strcpy (crash_file, folder);
  if (line != NULL)
    {
      strncpy (crash_line, line, sizeof crash_line - 1);
      crash_line[sizeof crash_line - 1] = '\0';
    }
}
