/* limit.c -- starting within limits on address space and stack (ulimit -v,
   -s).

   OpenBLAS takes two buffers of 128 MB for itself when it is loaded, before
   any line of ours, and one for every further thread; where it gets none it
   asks again for ever.  So the limit is looked at before the libraries begin,
   in .preinit_array: a program that cannot start says so and ends, and one
   that has room for fewer threads than processors starts again with as many
   as fit (OMP_THREAD_LIMIT, which OpenMP reads once).

   The limit on the stack is also what every thread and gnuplot get.  A small
   one is raised as far as it may be, by starting again too, because threads
   take the size that was there at the start; without the room that blocks,
   brackets and includes at their deepest take, the program says so and ends.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"

enum
{
  MB = 1 << 20,
  FIRST = 272, /* MB: its first two buffers and what starting takes */
  OTHER = 224, /* MB of each other thread: buffer, stack, arena of malloc */
  STACK_WANTED = 8 * MB, /* bytes */
  STACK_NEEDED = MB / 2, /* measured: 192 KiB, gnuplot 128 KiB */
  VARIABLES = 4096,
  PREPARED = 3 /* environment variables set here */
};

/* Bytes of address space in use, 0: not known.  */
static size_t
in_use (void)
{
  char buf[64] = "";
  int fd = open ("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t len = fd >= 0 ? read (fd, buf, sizeof buf - 1) : 0;
  if (fd >= 0)
    close (fd);
  return len > 0 ? strtoul (buf, NULL, 10) * (size_t)sysconf (_SC_PAGESIZE)
                 : 0;
}

/* The threads that OpenMP would start: those of the environment, or one per
   processor.  */
static size_t
threads_wanted (char **env)
{
  cpu_set_t set;
  size_t n = sched_getaffinity (0, sizeof set, &set) == 0
                 ? (size_t)CPU_COUNT (&set)
                 : 1;
  size_t most = SIZE_MAX;
  for (; *env != NULL; env++)
    {
      if (strncmp (*env, "OMP_NUM_THREADS=", 16) == 0
          && strtoul (*env + 16, NULL, 10) > 0)
        n = strtoul (*env + 16, NULL, 10);
      if (strncmp (*env, "OMP_THREAD_LIMIT=", 17) == 0
          && strtoul (*env + 17, NULL, 10) > 0)
        most = strtoul (*env + 17, NULL, 10);
    }
  return n < most ? n : most;
}

/* WHAT is limited to LIMIT of UNIT bytes, but NEEDED are; the letter of ulimit
   and the number of KiB to try.  */
static void
refuse (const char *what, size_t limit, size_t needed, size_t unit,
        char letter, size_t try)
{
  char line[400];
  int len
      = snprintf (line, sizeof line,
                  "cvxnn: E901: the limit on %s is %zu %cB, "
                  "starting takes %zu %cB\n"
                  "  hint: ulimit -%c %zu, or ulimit -%c unlimited\n",
                  what, limit / unit, unit == MB ? 'M' : 'k', needed / unit,
                  unit == MB ? 'M' : 'k', letter, try, letter);
  if (write (STDERR_FILENO, line, (size_t)len) != len)
    _exit (cvx_status_exit (CVX_OUTPUT));
  _exit (cvx_status_exit (CVX_NOMEM));
}

/* The same program with THREADS threads.  When that fails it goes on as it
   is.  */
static void
start_again (char **argv, char **env, size_t threads)
{
  static char word[PREPARED][40];
  static char *next[VARIABLES + PREPARED + 1];
  static const char *const names[PREPARED]
      = { "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS" };
  size_t n = 0;
  for (size_t k = 0; k < PREPARED; k++)
    {
      snprintf (word[k], sizeof word[k], "%s=%zu", names[k], threads);
      next[n++] = word[k];
    }
  for (; *env != NULL && n < VARIABLES + PREPARED; env++)
    {
      bool ours = false;
      for (size_t k = 0; k < PREPARED; k++)
        ours = ours
               || (strncmp (*env, names[k], strlen (names[k])) == 0
                   && (*env)[strlen (names[k])] == '=');
      if (!ours)
        next[n++] = *env;
    }
  if (*env == NULL)
    execve ("/proc/self/exe", argv, next);
}

static void
look_at_stack (char **argv, char **env)
{
  struct rlimit s;
  if (getrlimit (RLIMIT_STACK, &s) != 0 || s.rlim_cur >= STACK_NEEDED)
    return;
  if (s.rlim_max < STACK_NEEDED)
    refuse ("the stack", s.rlim_max, STACK_NEEDED, 1024, 's',
            STACK_WANTED / 1024);
  s.rlim_cur = s.rlim_max < STACK_WANTED ? s.rlim_max : STACK_WANTED;
  if (setrlimit (RLIMIT_STACK, &s) == 0)
    execve ("/proc/self/exe", argv, env);
}

static void
look (int argc, char **argv, char **env)
{
  struct rlimit as;
  size_t used, rest, fit;
  (void)argc;
  look_at_stack (argv, env);
  if (getrlimit (RLIMIT_AS, &as) != 0 || as.rlim_cur == RLIM_INFINITY)
    return;
  used = in_use ();
  if (used == 0)
    return;
  rest = as.rlim_cur > used ? as.rlim_cur - used : 0;
  if (rest < (size_t)FIRST * MB)
    refuse ("address space", as.rlim_cur, used + (size_t)FIRST * MB, MB, 'v',
            (used / MB + FIRST) * 2 * 1024);
  fit = 1 + (rest - (size_t)FIRST * MB) / ((size_t)OTHER * MB);
  if (fit < threads_wanted (env))
    start_again (argv, env, fit);
}

__attribute__ ((section (".preinit_array"),
                used)) static void (*first) (int, char **, char **)
    = look;
