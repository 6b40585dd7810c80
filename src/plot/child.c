/* child.c -- the gnuplot process.

   It has a socket as standard input (so that a write to a dead gnuplot is an
   error and no signal), pipes as standard output and error, and a pipe as
   descriptor 3, on which it answers "@@ NUMBER ERRNO MESSAGE" after each
   script.  It is in a process group of its own, so that Ctrl-C does not reach
   it, reads no start-up file (-d) and ends by itself when its input does.

   gnuplot reads its standard input byte by byte but files by blocks.  A long
   script is therefore a file in memory, which gnuplot opens through this
   process and which has no name to clean up; where that is not to be had, it
   goes by standard input like short ones.

   All four descriptors are served by one poll loop, so that a full pipe in
   one direction can never block the other.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "plot/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

extern char **environ;

enum
{
  LONG = 1 << 12,         /* bytes of a script that goes by file */
  SLICE = 50,             /* ms between looks at the abort flag */
  GRACE = 200,            /* ms from SIGTERM to SIGKILL */
  MAX_SHOWN = 16 << 20,   /* bytes of one figure on standard output */
  MAX_COMPLAINT = 1 << 16 /* bytes of standard error kept */
};

struct plot_child
{
  char *program;
  double deadline; /* seconds */
  pid_t pid;       /* 0: not running */
  int in, out, complaint, reply;
  int file;     /* long scripts, -1: none yet */
  bool no_file; /* gnuplot cannot open it */
  int exit;     /* wait status of the last one that ended */
  size_t starts;
  unsigned long number; /* of the script that runs */
  bool busy;
  struct timespec since; /* when it was posted */
  struct cvx_text script;
  size_t sent;
  struct cvx_text shown, complaints, replies;
  char version[40];
  struct cvx_text terminals; /* " NAME NAME " */
};

static double
seconds_since (const struct timespec *then)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - then->tv_sec)
         + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

enum cvx_status
plot_child_new (struct plot_child **child, const char *program,
                struct cvx_error *err)
{
  struct plot_child *c = cvx_calloc (1, sizeof *c);
  if (program == NULL)
    program = getenv ("CVXNN_GNUPLOT");
  if (program == NULL || program[0] == '\0')
    program = "gnuplot";
  if (c != NULL)
    c->program = cvx_strdup (program);
  if (c == NULL || c->program == NULL)
    {
      cvx_free (c);
      return cvx_fail_nomem (err, "preparing gnuplot");
    }
  c->deadline = 30;
  c->in = c->out = c->complaint = c->reply = c->file = -1;
  *child = c;
  return CVX_OK;
}

static void
shut (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
shut_all (struct plot_child *c)
{
  shut (&c->in);
  shut (&c->out);
  shut (&c->complaint);
  shut (&c->reply);
}

/* Wait at most MS for the process to end.  True when it has.  */
static bool
reaped (struct plot_child *c, int ms)
{
  for (;;)
    {
      const struct timespec nap = { 0, 2000000 };
      pid_t got = waitpid (c->pid, &c->exit, WNOHANG);
      /* Gone without us: somebody ignores SIGCHLD.  */
      if (got == c->pid || (got < 0 && errno == ECHILD))
        return true;
      if (ms <= 0)
        return false;
      nanosleep (&nap, NULL);
      ms -= 2;
    }
}

/* End the process, kindly when it has MS to do so by itself.  */
static void
stop (struct plot_child *c, int ms)
{
  c->busy = false;
  if (c->pid == 0)
    return;
  c->exit = 0;
  shut_all (c);
  if (!reaped (c, ms))
    {
      kill (-c->pid, SIGTERM);
      if (!reaped (c, GRACE))
        {
          kill (-c->pid, SIGKILL);
          while (waitpid (c->pid, &c->exit, 0) < 0 && errno == EINTR)
            continue;
        }
    }
  c->pid = 0;
}

void
plot_child_free (struct plot_child *c)
{
  if (c == NULL)
    return;
  stop (c, c->busy ? 0 : 10 * GRACE);
  cvx_text_free (&c->script);
  cvx_text_free (&c->shown);
  cvx_text_free (&c->complaints);
  cvx_text_free (&c->replies);
  cvx_text_free (&c->terminals);
  shut (&c->file);
  cvx_free (c->program);
  cvx_free (c);
}

void
plot_child_set_deadline (struct plot_child *c, double seconds)
{
  c->deadline = seconds;
}

const char *
plot_child_version (const struct plot_child *c)
{
  return c->version;
}

size_t
plot_child_starts (const struct plot_child *c)
{
  return c->starts;
}

long
plot_child_pid (const struct plot_child *c)
{
  return (long)c->pid;
}

/* --- start --- */

/* Keep FD away from 0 to 3, which the child's own descriptors will take.  */
static int
lift (int fd)
{
  int high = fcntl (fd, F_DUPFD_CLOEXEC, 10), saved = errno;
  close (fd);
  errno = saved;
  return high;
}

/* A pair of descriptors, OURS non-blocking.  */
static int
channel (int *ours, int *theirs, bool to_child)
{
  int fd[2];
  if (to_child ? socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)
               : pipe2 (fd, O_CLOEXEC))
    return -1;
  *ours = lift (fd[0]);
  *theirs = lift (fd[1]);
  if (*ours < 0 || *theirs < 0)
    return -1;
  return fcntl (*ours, F_SETFL, fcntl (*ours, F_GETFL) | O_NONBLOCK);
}

static int
launch (struct plot_child *c, const int theirs[4])
{
  char dash_d[] = "-d";
  char *argv[] = { c->program, dash_d, NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t how;
  sigset_t none, usual;
  int error;
  sigemptyset (&none);
  sigemptyset (&usual);
  sigaddset (&usual, SIGPIPE);
  sigaddset (&usual, SIGINT);
  sigaddset (&usual, SIGTERM);
  sigaddset (&usual, SIGQUIT);
  sigaddset (&usual, SIGHUP);
  sigaddset (&usual, SIGCHLD);
  if (posix_spawn_file_actions_init (&actions) != 0)
    return ENOMEM;
  if (posix_spawnattr_init (&how) != 0)
    {
      posix_spawn_file_actions_destroy (&actions);
      return ENOMEM;
    }
  error = posix_spawnattr_setflags (&how, POSIX_SPAWN_SETPGROUP
                                              | POSIX_SPAWN_SETSIGMASK
                                              | POSIX_SPAWN_SETSIGDEF);
  error = error ? error : posix_spawnattr_setpgroup (&how, 0);
  error = error ? error : posix_spawnattr_setsigmask (&how, &none);
  error = error ? error : posix_spawnattr_setsigdefault (&how, &usual);
  for (int k = 0; error == 0 && k < 4; k++)
    error = posix_spawn_file_actions_adddup2 (&actions, theirs[k], k);
#if defined __GLIBC__
#  if __GLIBC_PREREQ(2, 34)
  error
      = error ? error : posix_spawn_file_actions_addclosefrom_np (&actions, 4);
#  endif
#endif
  if (error == 0)
    error = posix_spawnp (&c->pid, c->program, &actions, &how, argv, environ);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&how);
  return error;
}

static enum cvx_status
fail_missing (const struct plot_child *c, const char *why,
              struct cvx_error *err)
{
  enum cvx_status status = cvx_fail (
      err, CVX_E601, "cannot start gnuplot (%s): %s", c->program, why);
  cvx_hint (err, "install it (Debian: apt install gnuplot-nox), or write the "
                 "numbers with to=FILE.csv");
  return status;
}

static enum cvx_status
start (struct plot_child *c, struct cvx_error *err)
{
  int theirs[4] = { -1, -1, -1, -1 }, error = 0;
  if (channel (&c->in, &theirs[0], true) < 0
      || channel (&c->out, &theirs[1], false) < 0
      || channel (&c->complaint, &theirs[2], false) < 0
      || channel (&c->reply, &theirs[3], false) < 0)
    error = errno;
  if (error == 0)
    error = launch (c, theirs);
  for (int k = 0; k < 4; k++)
    shut (&theirs[k]);
  if (error != 0)
    {
      c->pid = 0;
      shut_all (c);
      return fail_missing (c, strerror (error), err);
    }
  c->starts++;
  cvx_text_clear (&c->terminals);
  cvx_text_clear (&c->replies);
  c->version[0] = '\0';
  return CVX_OK;
}

/* --- talking --- */

/* SCRIPT as the whole of the file in memory.  */
static bool
put_file (struct plot_child *c, const char *script, size_t len)
{
  if (c->file < 0)
    c->file = memfd_create ("cvxnn-figure", MFD_CLOEXEC);
  if (c->file < 0 || ftruncate (c->file, 0) != 0)
    return false;
  for (size_t at = 0; at < len;)
    {
      ssize_t put = pwrite (c->file, script + at, len - at, (off_t)at);
      if (put <= 0 && errno != EINTR)
        return false;
      at += put > 0 ? (size_t)put : 0;
    }
  return true;
}

static void
put_script (struct plot_child *c, const char *script)
{
  size_t len = strlen (script);
  if (len > LONG && !c->no_file && put_file (c, script, len))
    cvx_text_printf (&c->script, "load '/proc/%ld/fd/%d'", (long)getpid (),
                     c->file);
  else
    cvx_text_put (&c->script, script);
}

/* A script is framed so that nothing of the one before is left, also when
   that one failed half way, and so that its end is told.  */
static enum cvx_status
begin (struct plot_child *c, const char *script, struct cvx_error *err)
{
  cvx_text_clear (&c->script);
  cvx_text_clear (&c->shown);
  cvx_text_clear (&c->complaints);
  if (c->version[0] == '\0')
    cvx_text_put (&c->script,
                  "set print '/dev/fd/3'\nprint '@v ',GPVAL_VERSION,"
                  "' patchlevel ',GPVAL_PATCHLEVEL\n"
                  "print '@t ',GPVAL_TERMINALS\nunset print\n");
  cvx_text_put (&c->script, "unset multiplot\nunset table\nunset output\n"
                            "reset errors\n");
  put_script (c, script);
  cvx_text_printf (&c->script,
                   "\nunset output\nset print '/dev/fd/3'\n"
                   "print '@@ %lu ',GPVAL_ERRNO,' ',GPVAL_ERRMSG\n"
                   "unset print\n",
                   ++c->number);
  if (c->script.failed)
    return cvx_fail_nomem (err, "sending a figure to gnuplot");
  c->sent = 0;
  c->busy = true;
  clock_gettime (CLOCK_MONOTONIC, &c->since);
  return CVX_OK;
}

enum state
{
  WORKING,
  ANSWERED,
  DEAD
};

/* Read what is there.  False at the end of the stream.  */
static bool
drain (int fd, struct cvx_text *to, size_t most)
{
  char buffer[1 << 15];
  for (;;)
    {
      ssize_t got = read (fd, buffer, sizeof buffer);
      if (got > 0 && to->len < most)
        cvx_text_write (to, buffer, (size_t)got);
      else if (got == 0)
        return false;
      else if (got < 0 && errno != EINTR)
        return errno == EAGAIN;
    }
}

/* The rest of the line that starts with MARK in the replies, NULL when it is
   not complete; static to the next call's change of C->replies.  */
static const char *
reply_line (const struct plot_child *c, const char *mark, size_t *len)
{
  const char *at = strstr (cvx_text_string (&c->replies), mark);
  const char *end = at != NULL ? strchr (at, '\n') : NULL;
  if (end == NULL)
    return NULL;
  at += strlen (mark);
  *len = (size_t)(end - at);
  return at;
}

static void
learn (struct plot_child *c)
{
  size_t len;
  const char *at = reply_line (c, "@v ", &len);
  if (at != NULL && c->version[0] == '\0')
    {
      len = len < sizeof c->version ? len : sizeof c->version - 1;
      memcpy (c->version, at, len);
      c->version[len] = '\0';
    }
  at = reply_line (c, "@t ", &len);
  if (at != NULL && c->terminals.len == 0)
    {
      cvx_text_put (&c->terminals, " ");
      cvx_text_write (&c->terminals, at, len);
      cvx_text_put (&c->terminals, " ");
    }
}

/* One round of the poll loop, waiting at most MS.  */
static enum state
pump (struct plot_child *c, int ms)
{
  bool more = c->sent < c->script.len, alive = true;
  struct pollfd fds[4] = { { c->reply, POLLIN, 0 },
                           { c->out, POLLIN, 0 },
                           { c->complaint, POLLIN, 0 },
                           { c->in, POLLOUT, 0 } };
  char mark[40];
  size_t len;
  if (poll (fds, more ? 4 : 3, ms) < 0)
    return WORKING; /* EINTR: the caller looks at its abort flag */
  if (more && fds[3].revents != 0)
    {
      ssize_t put = send (c->in, c->script.s + c->sent,
                          c->script.len - c->sent, MSG_NOSIGNAL);
      if (put > 0)
        c->sent += (size_t)put;
      else if (put < 0 && errno != EAGAIN && errno != EINTR)
        alive = false;
    }
  alive = drain (c->reply, &c->replies, MAX_COMPLAINT) && alive;
  learn (c);
  snprintf (mark, sizeof mark, "@@ %lu ", c->number);
  /* The answer comes after all output: what is in the pipe now is all.  */
  if (reply_line (c, mark, &len) != NULL)
    {
      drain (c->out, &c->shown, MAX_SHOWN);
      drain (c->complaint, &c->complaints, MAX_COMPLAINT);
      c->busy = false;
      return ANSWERED;
    }
  drain (c->out, &c->shown, MAX_SHOWN);
  drain (c->complaint, &c->complaints, MAX_COMPLAINT);
  return alive ? WORKING : DEAD;
}

/* gnuplot's words without line numbers, carets and line ends.  */
static void
clean (char *to, size_t size, const char *from, size_t len)
{
  size_t n = 0;
  const char *end = from + len, *colon;
  while (from < end && *from == ' ')
    from++;
  colon = memchr (from, ':', (size_t)(end - from));
  if (end - from > 5 && strncmp (from, "line ", 5) == 0 && colon != NULL)
    from = colon + 1;
  while (from < end && *from == ' ')
    from++;
  for (; from < end && n + 1 < size; from++)
    to[n++] = *from == '\n' || *from == '\t' ? ' ' : *from;
  while (n > 0 && to[n - 1] == ' ')
    n--;
  to[n] = '\0';
}

/* What the answer to the script says.  */
static enum cvx_status
verdict (struct plot_child *c, struct cvx_error *err)
{
  char mark[40], words[200], *rest;
  size_t len;
  const char *at;
  long number;
  snprintf (mark, sizeof mark, "@@ %lu ", c->number);
  at = reply_line (c, mark, &len);
  number = strtol (at, &rest, 10);
  clean (words, sizeof words, rest, len - (size_t)(rest - at));
  cvx_text_clear (&c->replies);
  if (c->version[0] != '\0' && strtod (c->version, NULL) < 5.2)
    return cvx_fail (err, CVX_E601, "gnuplot %s is too old, 5.2 is needed",
                     c->version);
  if (number != 0 && strstr (words, "/proc/") != NULL)
    c->no_file = true;
  if (number != 0)
    return cvx_fail (err, CVX_E606, "gnuplot reports: %s", words);
  return CVX_OK;
}

/* gnuplot is gone; say why.  */
static enum cvx_status
fail_dead (struct plot_child *c, struct cvx_error *err)
{
  char words[200];
  const char *said = cvx_text_string (&c->complaints);
  stop (c, GRACE);
  if (WIFEXITED (c->exit)
      && (WEXITSTATUS (c->exit) == 127 || WEXITSTATUS (c->exit) == 126))
    return fail_missing (c, "it could not be run", err);
  clean (words, sizeof words, said, strlen (said));
  if (WIFSIGNALED (c->exit))
    return cvx_fail (err, CVX_E607, "gnuplot was ended by signal %d (%s)",
                     WTERMSIG (c->exit), strsignal (WTERMSIG (c->exit)));
  return cvx_fail (err, CVX_E607, "gnuplot ended with exit code %d%s%s",
                   WEXITSTATUS (c->exit), words[0] != '\0' ? ": " : "", words);
}

static enum cvx_status
fail_stuck (struct plot_child *c, struct cvx_error *err)
{
  stop (c, 0);
  cvx_fail (err, CVX_E608,
            "gnuplot did not finish within %g s and was stopped", c->deadline);
  cvx_hint (err, "set plot.time=%g gives it longer", 10 * c->deadline);
  return CVX_PLOT;
}

/* Wait for the answer to the script that runs.  *DIED tells a death from the
   other failures.  */
static enum cvx_status
await (struct plot_child *c, atomic_int *abort, bool *died,
       struct cvx_error *err)
{
  *died = false;
  for (;;)
    {
      enum state state = pump (c, SLICE);
      if (state == ANSWERED)
        return verdict (c, err);
      if (state == DEAD)
        {
          enum cvx_status status = fail_dead (c, err);
          *died = err == NULL || err->id == CVX_E607;
          return status;
        }
      if (abort != NULL && atomic_load (abort) != 0)
        {
          stop (c, 0);
          return cvx_fail_interrupted (err);
        }
      if (seconds_since (&c->since) > c->deadline)
        return fail_stuck (c, err);
    }
}

enum cvx_status
plot_child_run (struct plot_child *c, const char *script,
                struct cvx_text *shown, atomic_int *abort,
                struct cvx_error *err)
{
  struct cvx_error why;
  enum cvx_status status;
  bool died = false, unread;
  /* A frame drawn meanwhile is finished first; its failure is its own.  */
  if (c->busy)
    {
      status = await (c, abort, &died, &why);
      if (status == CVX_INTERRUPTED)
        return cvx_fail_interrupted (err);
    }
  for (int attempt = 0; attempt < 2; attempt++)
    {
      status = c->pid == 0 ? start (c, &why) : CVX_OK;
      if (status == CVX_OK)
        status = begin (c, script, &why);
      if (status != CVX_OK)
        break;
      unread = c->no_file;
      status = await (c, abort, &died, &why);
      unread = !unread && c->no_file;
      if (!died && !unread)
        break;
    }
  if (status != CVX_OK && err != NULL)
    *err = why;
  if (status == CVX_OK && shown != NULL)
    cvx_text_write (shown, cvx_text_string (&c->shown), c->shown.len);
  if (status == CVX_OK && (c->shown.failed || (shown && shown->failed)))
    return cvx_fail_nomem (err, "reading a figure from gnuplot");
  return status;
}

enum cvx_status
plot_child_poll (struct plot_child *c, bool *idle, struct cvx_error *err)
{
  enum state state;
  *idle = true;
  if (!c->busy)
    return CVX_OK;
  state = pump (c, 0);
  if (state == ANSWERED)
    return verdict (c, err);
  if (state == DEAD)
    return fail_dead (c, err);
  if (seconds_since (&c->since) > c->deadline)
    return fail_stuck (c, err);
  *idle = false;
  return CVX_OK;
}

enum cvx_status
plot_child_post (struct plot_child *c, const char *script, bool *taken,
                 struct cvx_error *err)
{
  enum cvx_status status = plot_child_poll (c, taken, err);
  if (status != CVX_OK || !*taken)
    return status;
  if (c->pid == 0)
    status = start (c, err);
  if (status == CVX_OK)
    status = begin (c, script, err);
  *taken = status == CVX_OK;
  if (status == CVX_OK)
    pump (c, 0); /* a death shows at the next poll */
  return status;
}

enum cvx_status
plot_child_has (struct plot_child *c, const char *name, bool *has,
                atomic_int *abort, struct cvx_error *err)
{
  struct cvx_text word = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  if (c->pid == 0 || c->terminals.len == 0)
    status = plot_child_run (c, "", NULL, abort, err);
  cvx_text_printf (&word, " %s ", name);
  *has = strstr (cvx_text_string (&c->terminals), cvx_text_string (&word))
         != NULL;
  cvx_text_free (&word);
  return status;
}
