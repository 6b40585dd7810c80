/* cmd_doctor.c -- what the program relies on, and the command shell: doctor,
   shell.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <omp.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cblas.h>

#include "command/command.h"

extern char **environ;

const struct lang_key cmd_doctor_keys[] = { { .name = NULL } };
const struct lang_key cmd_shell_keys[]
    = { { .name = "line",
          .kind = LANG_KIND_REST,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_BARRIER,
          .help = "what the shell is to run" },
        { .name = NULL } };

/* One line; WORDS say what to do about it, NULL: all is well.  */
static void
finding (struct session *s, size_t *bad, const char *what, const char *is,
         const char *words)
{
  session_say (s, "%-8s %-12s %s\n", words == NULL ? "ok" : "attention", what,
               is);
  if (words != NULL)
    {
      session_say (s, "%22s%s\n", "", words);
      ++*bad;
    }
}

/* The full name of PROGRAM in $PATH into BUF, NULL: it is not there.  */
static const char *
in_path (const char *program, char *buf, size_t size)
{
  const char *p = getenv ("PATH");
  while (p != NULL && *p != '\0')
    {
      size_t len = strcspn (p, ":");
      snprintf (buf, size, "%.*s/%s", (int)len, p, program);
      if (access (buf, X_OK) == 0)
        return buf;
      p += len + (p[len] == ':');
    }
  return NULL;
}

static void
look_at_threads (struct session *s, size_t *bad)
{
  const char *blas = openblas_get_config ();
  char words[160];
  bool same = openblas_get_parallel () == OPENBLAS_OPENMP
              || openblas_get_parallel () == OPENBLAS_SEQUENTIAL;
  snprintf (words, sizeof words, "%.120s", blas);
  finding (s, bad, "BLAS", words,
           same ? NULL
                : "it has threads of its own beside OpenMP; the program "
                  "keeps to one level, but OpenBLAS with openmp is faster");
  snprintf (words, sizeof words, "%d of %d processors", session_threads (s),
            omp_get_num_procs ());
  finding (s, bad, "threads", words, NULL);
}

static void
look_at_places (struct session *s, size_t *bad)
{
  const char *state = getenv ("XDG_STATE_HOME"), *home = getenv ("HOME");
  struct statvfs fs;
  char words[64], size[32];
  finding (s, bad, "home",
           state != NULL  ? state
           : home != NULL ? home
                          : "none",
           state == NULL && home == NULL
               ? "set HOME: no history, no journal, no --resume without it"
               : NULL);
  if (statvfs (".", &fs) == 0)
    {
      double room = (double)fs.f_bavail * (double)fs.f_frsize;
      snprintf (words, sizeof words, "%s free in this folder",
                cvx_bytes_words (size, sizeof size, room));
      finding (s, bad, "disk", words,
               room < 1e8 ? "little room for results" : NULL);
    }
  finding (s, bad, "folder",
           access (".", W_OK) == 0 ? "can be written" : "cannot be written",
           access (".", W_OK) == 0 ? NULL
                                   : "cd to another one before plot or save");
}

enum cvx_status
cmd_doctor (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  char buf[1024], size[32];
  size_t bad = 0;
  volatile double zero = 0;
  const char *gnuplot = in_path ("gnuplot", buf, sizeof buf),
             *charset = nl_langinfo (CODESET), *term = getenv ("TERM");
  (void)c;
  (void)err;
  session_say (s, "cvxnn %s\n", PACKAGE_VERSION);
  look_at_threads (s, &bad);
  finding (s, &bad, "arithmetic",
           isnan (zero / zero) ? "IEEE, nan is nan" : "nan is lost",
           isnan (zero / zero) ? NULL : "build without -ffast-math");
  finding (s, &bad, "memory",
           cvx_bytes_words (size, sizeof size, session_memory (s)), NULL);
  finding (s, &bad, "gnuplot", gnuplot != NULL ? gnuplot : "not found",
           gnuplot != NULL ? NULL
                           : "install gnuplot (Debian: gnuplot-nox); without "
                             "it plot writes .csv and .gp only");
  finding (s, &bad, "characters", charset,
           strcmp (charset, "UTF-8") == 0
               ? NULL
               : "names with other letters may look odd: set LC_ALL=C.UTF-8");
  finding (s, &bad, "terminal",
           !s->out_tty    ? "none, output goes to a file or pipe"
           : term != NULL ? term
                          : "TERM is not set",
           NULL);
  look_at_places (s, &bad);
  if (bad == 0)
    session_say (s, "all is well\n");
  else
    session_say (s, "%zu thing%s to look at\n", bad, bad == 1 ? "" : "s");
  return CVX_OK;
}

enum cvx_status
cmd_shell (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *line = lang_call_text (c, "line");
  char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)line, NULL };
  size_t number;
  pid_t pid;
  int status, failure;
  if (s->safe
      || (!s->allow_shell
          && (!s->interactive || lang_call_place (c, &number) != NULL)))
    {
      lang_call_fail (c, NULL, err, CVX_E511,
                      s->safe ? "--safe forbids the shell"
                              : "scripts may not use the shell");
      return s->safe ? err->status
                     : cvx_hint (err, "cvxnn --allow-shell, when the script "
                                      "is to be trusted");
    }
  session_flush (s);
  failure = posix_spawn (&pid, "/bin/sh", NULL, NULL, argv, environ);
  if (failure != 0)
    return cvx_fail (err, CVX_E511, "cannot start the shell: %s",
                     strerror (failure));
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return CVX_OK;
  if (WIFSIGNALED (status))
    return lang_call_fail (c, "line", err, CVX_E512,
                           "the command was ended by signal %d",
                           WTERMSIG (status));
  return lang_call_fail (c, "line", err, CVX_E512,
                         "the command ended with code %d",
                         WEXITSTATUS (status));
}
