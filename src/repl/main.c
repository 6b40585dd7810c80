/* main.c -- the program cvxnn: its command line, its beginning and its end.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cblas.h>

#include "base/alloc.h"
#include "command/command.h"
#include "repl/repl.h"

const char *argp_program_version = PACKAGE_STRING;

enum
{
  KEY_LOG = 256,
  KEY_COLOR,
  KEY_NO_PLOT,
  KEY_SAFE,
  KEY_RESUME,
  KEY_EVENTS,
  KEY_TIME_LIMIT,
  KEY_ALLOW_SHELL,
  KEY_DOCTOR,
  KEY_SELFTEST,
  KEY_RC,
  MAX_EVALS = 256,
  AUTOSAVE_BYTES = 256 * 1024 * 1024
};

static const struct argp_option options[] = {
  { "batch", 'b', NULL, 0, "No prompt; stop at the first error", 0 },
  { "eval", 'e', "COMMAND", 0, "Run COMMAND (may be repeated)", 0 },
  { "interactive", 'i', NULL, 0, "Prompt after the script", 0 },
  { "quiet", 'q', NULL, 0, "Results only", 0 },
  { "check", 'c', NULL, 0, "Check the script without running it", 0 },
  { "echo", 'x', NULL, 0, "Show every command before it runs", 0 },
  { "keep-going", 'k', NULL, 0, "Go on after errors, fail at the end", 0 },
  { "seed", 's', "N", 0, "Seed of everything random", 0 },
  { "threads", 't', "N", 0, "Threads to use", 0 },
  { "norc", 'n', NULL, 0, "Do not read init.cvx", 0 },
  { "rc", KEY_RC, NULL, 0, "Run .cvxrc of the current folder first", 0 },
  { "log", KEY_LOG, "FILE", 0, "Write a transcript to FILE", 0 },
  { "color", KEY_COLOR, "WHEN", 0, "auto, always or never", 0 },
  { "no-plot", KEY_NO_PLOT, NULL, 0, "Accept plot commands, draw nothing", 0 },
  { "safe", KEY_SAFE, NULL, 0, "Write in the current folder only", 0 },
  { "events", KEY_EVENTS, "FILE", 0,
    "Write what happens to FILE as lines of JSON", 0 },
  { "time-limit", KEY_TIME_LIMIT, "TIME", 0,
    "Stop after TIME (seconds, or with s m h) and keep the session", 0 },
  { "allow-shell", KEY_ALLOW_SHELL, NULL, 0,
    "Let scripts use the command shell", 0 },
  { "resume", KEY_RESUME, "FILE", OPTION_ARG_OPTIONAL,
    "Open the last session, or FILE", 0 },
  { "selftest", KEY_SELFTEST, NULL, 0,
    "Solve small problems whose answers are known", 0 },
  { "doctor", KEY_DOCTOR, NULL, 0, "Check what the program relies on", 0 },
  { 0 }
};

/* What --selftest does: optima that were computed twice elsewhere, or have a
   closed form.  */
static const char selftest[]
    = "set quiet=yes verbose=quiet\n"
      "generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented\n"
      "formulation relu beta=0.1\n"
      "near betamax 4/sqrt(5) rel=1e-12\n"
      "solver admm; solve tol=1e-6\n"
      "near run.obj 0.8914472026 rel=1e-6\n"
      "polish; near run.obj 0.8914472026 rel=1e-9; near net.width 4\n"
      "solver interior; solve tol=1e-6\n"
      "near run.obj 0.8914472026 rel=1e-6\n"
      "generate circular n=60 d=16 freqs=[2,5] amps=[1,0.6] noise=0.05 "
      "seed=7\n"
      "solver auto; formulation circular beta=0.05*betamax; solve tol=1e-8\n"
      "assert run.converged and run.obj >= run.bound\n"
      "print \"selftest passed\"\n";

struct arguments
{
  bool batch, interactive, quiet, check, echo, keep_going, norc, no_plot, safe,
      resume, allow_shell, rc;
  const char *evals[MAX_EVALS];
  size_t n_evals;
  const char *script, *log, *events, *resume_file;
  char **args;
  size_t n_args;
  double seed, threads, time_limit;
  int colour;
};

/* TEXT as a whole number from LOW to HIGH; ends the program when it is
   not.  */
static double
whole (struct argp_state *state, const char *what, const char *text,
       double low, double high)
{
  char *end;
  double x;
  errno = 0;
  x = strtod (text, &end);
  if (end == text || *end != '\0' || errno != 0 || !(x >= low && x <= high)
      || x != (double)(long long)x)
    argp_error (state, "%s must be a whole number from %.0f to %.0f, not %s",
                what, low, high, text);
  return x;
}

/* TEXT as seconds: a number with s, m, h or nothing after it.  */
static double
seconds (struct argp_state *state, const char *text)
{
  char *end;
  double x = strtod (text, &end);
  if (*end == 'm')
    x *= 60;
  else if (*end == 'h')
    x *= 3600;
  if (end == text || !(x > 0 && x < 1e9)
      || (*end != '\0' && (end[1] != '\0' || strchr ("smh", *end) == NULL)))
    argp_error (state,
                "--time-limit is a time such as 90, 90s, 15m or 2h, "
                "not %s",
                text);
  return x;
}

static error_t
parse (int key, char *arg, struct argp_state *state)
{
  struct arguments *a = state->input;
  switch (key)
    {
    case 'b':
      a->batch = true;
      break;
    case 'e':
      if (a->n_evals == MAX_EVALS)
        argp_error (state, "too many -e");
      a->evals[a->n_evals++] = arg;
      break;
    case 'i':
      a->interactive = true;
      break;
    case 'q':
      a->quiet = true;
      break;
    case 'c':
      a->check = true;
      break;
    case 'x':
      a->echo = true;
      break;
    case 'k':
      a->keep_going = true;
      break;
    case 's':
      a->seed = whole (state, "the seed", arg, 0, 9007199254740992.0);
      break;
    case 't':
      a->threads = whole (state, "the number of threads", arg, 1, 4096);
      break;
    case 'n':
      a->norc = true;
      break;
    case KEY_LOG:
      a->log = arg;
      break;
    case KEY_COLOR:
      for (a->colour = 0; set_color_words[a->colour] != NULL; a->colour++)
        if (strcmp (arg, set_color_words[a->colour]) == 0)
          return 0;
      argp_error (state, "--color is auto, always or never, not %s", arg);
      break;
    case KEY_NO_PLOT:
      a->no_plot = true;
      break;
    case KEY_SAFE:
      a->safe = true;
      break;
    case KEY_RESUME:
      a->resume = true;
      a->resume_file = arg;
      break;
    case KEY_EVENTS:
      a->events = arg;
      break;
    case KEY_TIME_LIMIT:
      a->time_limit = seconds (state, arg);
      break;
    case KEY_ALLOW_SHELL:
      a->allow_shell = true;
      break;
    case KEY_RC:
      a->rc = true;
      break;
    case KEY_DOCTOR:
      a->evals[0] = "doctor";
      a->n_evals = 1;
      break;
    case KEY_SELFTEST:
      a->evals[0] = selftest;
      a->n_evals = 1;
      break;
    case ARGP_KEY_ARG:
      /* The rest belongs to the script, options included.  */
      a->script = arg;
      a->args = state->argv + state->next;
      a->n_args = (size_t)(state->argc - state->next);
      state->next = state->argc;
      break;
    default:
      return ARGP_ERR_UNKNOWN;
    }
  return 0;
}

static const struct argp argp
    = { options,
        parse,
        "[SCRIPT [ARG...]]",
        "Train two-layer neural networks to certified global optimality by "
        "convex optimisation.\vWithout a script, commands come from standard "
        "input.  Exit codes: 0 ok, 1 command failed, 2 syntax, 3 data or "
        "file, 4 not converged (set strict=yes), 5 assertion, 6 plotting, 64 "
        "usage, 70 internal error, 74 output could not be written, 130 "
        "Ctrl-C, 143 SIGTERM.",
        NULL,
        NULL,
        NULL };

/* A missing standard stream must not be taken by the next file that is
   opened: put something there on which writing fails.  */
static void
fill_streams (void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl (fd, F_GETFD) == -1)
      {
        int got = open ("/dev/null", O_RDONLY);
        if (got != fd && got >= 0)
          {
            dup2 (got, fd);
            close (got);
          }
      }
}

/* Show the failure of a script or -e and give its status.  */
static enum cvx_status
settle (struct session *s, enum cvx_status status, const struct cvx_error *err)
{
  session_work_end (s);
  if (s->quit && status == CVX_INTERRUPTED) /* what follows `quit' */
    return CVX_OK;
  if (status != CVX_OK && !s->quit)
    repl_show_error (s, err, false, 0, NULL, 0);
  return status;
}

static enum cvx_status
run_script (struct session *s, const struct arguments *a)
{
  struct cvx_error err;
  enum cvx_status status;
  int fd;
  if (a->check)
    return settle (s, lang_check_file (s->interp, a->script, &err), &err);
  if (!a->keep_going)
    return settle (s,
                   lang_run_file (s->interp, a->script,
                                  (const char *const *)a->args, a->n_args,
                                  &err),
                   &err);
  fd = open (a->script, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return settle (s, lang_run_file (s->interp, a->script, NULL, 0, &err),
                   &err);
  lang_feed_script (s->interp, a->script, (const char *const *)a->args,
                    a->n_args);
  status = repl_lines (s, fd, a->script, true);
  lang_feed_script (s->interp, NULL, NULL, 0);
  close (fd);
  return status;
}

static void
banner (struct session *s)
{
  const char *blas = openblas_get_config ();
  int len = (int)strcspn (blas, " ");
  len += blas[len] == ' ' ? 1 + (int)strcspn (blas + len + 1, " ") : 0;
  session_say (s,
               "cvxnn %s, convex two-layer networks.  %d thread%s, %.*s\n"
               "Type help for an overview, tour for an introduction, quit to "
               "leave.\n",
               PACKAGE_VERSION, session_threads (s),
               session_threads (s) == 1 ? "" : "s", len, blas);
}

/* Keep the session for --resume, unless that would take long.  SPEAK about all
   that goes wrong; in the middle of work a copy that cannot be written is told
   once, for whoever relies on it.  */
static void
autosave (struct session *s, bool speak)
{
  char buf[1024];
  const char *file = repl_state_file ("last-session.cvxs", buf, sizeof buf);
  static bool said;
  struct cvx_error err;
  int abort_was;
  if (s->data == NULL || file == NULL)
    return;
  if (cvx_dataset_size (s->data) > AUTOSAVE_BYTES)
    {
      if (speak)
        fprintf (stderr, "cvxnn: the data are too large to keep the session "
                         "unasked\n");
      return;
    }
  abort_was = atomic_exchange (&s->progress.abort, 0);
  if (session_save (s, file, false, &err) != CVX_OK)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      cvx_text_printf (&t, "W%d: the session could not be kept: %s\n",
                       (int)CVX_E520, err.text);
      if (speak || !said)
        session_complain (s, cvx_text_string (&t));
      said = true;
      cvx_text_free (&t);
    }
  else if (speak && (atomic_load (&s->stopped) != 0 || repl_time_over ()))
    fprintf (stderr, "cvxnn: session kept; cvxnn --resume opens it\n");
  if (abort_was)
    atomic_store (&s->progress.abort, 1);
}

/* The copy that is made now and then.  */
static void
keep_safe (struct session *s)
{
  autosave (s, false);
}

static enum cvx_status
start_up (struct session *s, const struct arguments *a)
{
  char buf[1024];
  const char *file;
  struct cvx_error err;
  enum cvx_status status = CVX_OK;
  if (s->interactive && !a->norc)
    {
      file = repl_config_file ("init.cvx", buf, sizeof buf);
      if (file != NULL && access (file, R_OK) == 0)
        (void)settle (s, lang_run_file (s->interp, file, NULL, 0, &err), &err);
    }
  /* Never unasked: the folder may be somebody else's.  */
  if (a->rc)
    status
        = settle (s, lang_run_file (s->interp, ".cvxrc", NULL, 0, &err), &err);
  if (a->resume && status == CVX_OK)
    {
      file = a->resume_file != NULL
                 ? a->resume_file
                 : repl_state_file ("last-session.cvxs", buf, sizeof buf);
      status = file != NULL ? session_open (s, file, NULL, &err)
                            : cvx_fail (&err, CVX_E398, "no home folder");
      if (status != CVX_OK)
        fprintf (stderr, "E%d: %s\n", (int)err.id, err.text);
      else if (s->data != NULL)
        session_note (s, "opened %s (data %s, %zu runs)\n",
                      a->resume_file != NULL
                          ? session_shown (s, a->resume_file)
                          : "the last session",
                      session_shown (s, s->data->name), s->n_runs);
    }
  return status;
}

static enum cvx_status
work (struct session *s, const struct arguments *a)
{
  struct cvx_error err;
  enum cvx_status first = start_up (s, a), status;
  for (size_t k = 0;
       k < a->n_evals && !s->quit && (first == CVX_OK || a->keep_going); k++)
    {
      status = settle (
          s,
          a->check ? lang_check_text (s->interp, "-e", a->evals[k],
                                      strlen (a->evals[k]), &err)
                   : lang_run_text (s->interp, "-e", a->evals[k],
                                    strlen (a->evals[k]), NULL, 0, &err),
          &err);
      if (first == CVX_OK)
        first = status;
    }
  if (a->script != NULL && !s->quit && (first == CVX_OK || a->keep_going))
    {
      status = run_script (s, a);
      if (first == CVX_OK)
        first = status;
    }
  if (s->quit || s->output_error != 0 || atomic_load (&s->stopped) != 0)
    return first;
  if (s->interactive)
    {
      /* Mistakes at the prompt were seen by the person who made them.  */
      repl_prompt (s);
      return CVX_OK;
    }
  if (a->script == NULL && a->n_evals == 0)
    return repl_lines (s, STDIN_FILENO, "stdin", a->keep_going);
  if (a->interactive && (first == CVX_OK || a->keep_going))
    return repl_lines (s, STDIN_FILENO, "stdin", true);
  return first;
}

/* The exit code of everything that happened.  */
static int
exit_code (struct session *s, enum cvx_status status)
{
  int signal = atomic_load (&s->stopped);
  session_flush (s);
  if (s->output_error == EPIPE)
    return 128 + SIGPIPE; /* the reader has enough: no words about it */
  if (s->output_error != 0)
    {
      fprintf (stderr, "cvxnn: cannot write to standard output: %s\n",
               strerror (s->output_error));
      return cvx_status_exit (CVX_OUTPUT);
    }
  if (signal != 0)
    return 128 + signal;
  if (repl_time_over ())
    return cvx_status_exit (CVX_LIMIT);
  if (s->quit)
    return s->quit_code != 0 ? s->quit_code : cvx_status_exit (status);
  return cvx_status_exit (status);
}

int
main (int argc, char **argv)
{
  struct arguments a = { .seed = -1, .threads = -1, .colour = -1 };
  struct session *s;
  struct repl_bar *bar = NULL;
  struct cvx_error err;
  enum cvx_status status;
  const char *term = getenv ("TERM"), *plain = getenv ("NO_COLOR");
  char buf[1024];
  int code;
  fill_streams ();
  if (argc > 1 && strcmp (argv[1], "--import-helper") == 0)
    return cmd_import_helper (argc - 2, argv + 2);
  setlocale (LC_CTYPE, "");
  argp_parse (&argp, argc, argv, ARGP_IN_ORDER, NULL, &a);
  if (session_new (&s, stdout, &err) != CVX_OK)
    {
      fprintf (stderr, "cvxnn: %s\n", err.text);
      return cvx_status_exit (err.status);
    }
  s->program = "/proc/self/exe";
  s->out_tty = isatty (STDOUT_FILENO) == 1;
  s->err_tty = isatty (STDERR_FILENO) == 1;
  s->colour_tty = term != NULL && strcmp (term, "dumb") != 0
                  && (plain == NULL || plain[0] == '\0');
  s->dumb = term == NULL || strcmp (term, "dumb") == 0;
  s->quiet = a.quiet;
  s->echo = a.echo;
  s->safe = a.safe;
  s->allow_shell = a.allow_shell;
  s->no_plot = a.no_plot;
  if (a.colour >= 0)
    s->settings.color = a.colour;
  if (a.threads > 0)
    s->settings.threads = a.threads;
  if (a.seed >= 0)
    {
      s->settings.seed = a.seed;
      cvx_rng_init (&s->rng, (uint64_t)a.seed, CVX_STREAM_EXPRESSION);
    }
  s->interactive = !a.batch && !a.check && isatty (STDIN_FILENO) == 1
                   && s->out_tty
                   && (a.interactive || (a.script == NULL && a.n_evals == 0));
  repl_signals_install (s);
  repl_crash_note (repl_state_file ("crash-note", buf, sizeof buf), NULL);
  if (s->err_tty && term != NULL && strcmp (term, "dumb") != 0
      && repl_bar_new (&bar, s, &err) != CVX_OK)
    bar = NULL;
  if (a.log != NULL)
    {
      s->log = fopen (a.log, "we");
      s->log_name = cvx_strdup (a.log);
      if (s->log == NULL)
        {
          fprintf (stderr, "cvxnn: cannot write the log %s: %s\n", a.log,
                   strerror (errno));
          repl_bar_free (bar);
          session_free (s);
          return cvx_status_exit (CVX_OUTPUT);
        }
    }
  if (a.events != NULL && (s->events = fopen (a.events, "we")) == NULL)
    {
      fprintf (stderr, "cvxnn: cannot write the events %s: %s\n", a.events,
               strerror (errno));
      repl_bar_free (bar);
      session_free (s);
      return cvx_status_exit (CVX_OUTPUT);
    }
  if (s->interactive && !s->quiet)
    banner (s);
  s->saved_at = session_clock ();
  if (s->interactive)
    {
      s->keep_safe = keep_safe;
      s->pause = repl_pause;
      repl_journal_begin (s);
    }
  if (a.time_limit > 0)
    repl_time_limit (a.time_limit);
  status = work (s, &a);
  repl_errors_end (s);
  repl_journal_end ();
  if (s->interactive || atomic_load (&s->stopped) != 0 || repl_time_over ())
    autosave (s, true);
  code = exit_code (s, status);
  repl_bar_free (bar);
  session_free (s);
  return code;
}
