/* prompt.c -- reading lines: from a person with Readline, or from a pipe.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/alloc.h"
#include "repl/repl.h"

static char *typed_line; /* what Readline gave, malloc'd */
static bool typed_any, typed_end;
static bool time_said; /* that the time limit is over */

/* The same error again and again is counted, not shown.  */
enum
{
  SHOWN_AT_MOST = 5
};
static struct
{
  enum cvx_error_id id;
  char text[CVX_ERROR_TEXT];
  size_t times;
} repeated;

void
repl_errors_end (struct session *s)
{
  char words[64];
  if (repeated.times > SHOWN_AT_MOST)
    {
      snprintf (words, sizeof words, "E%d: the same %zu times more\n",
                (int)repeated.id, repeated.times - SHOWN_AT_MOST);
      session_complain (s, words);
    }
  repeated.times = 0;
}

/* Whether ERR is to be shown.  */
static bool
is_news (struct session *s, const struct cvx_error *err)
{
  if (repeated.times == 0 || err->id != repeated.id
      || strcmp (err->text, repeated.text) != 0)
    {
      repl_errors_end (s);
      repeated.id = err->id;
      memcpy (repeated.text, err->text, sizeof repeated.text);
    }
  return ++repeated.times <= SHOWN_AT_MOST;
}

/* What people type to leave other programs.  */
static void
leaving (struct lang_diagnostic *d)
{
  static const char *const words[]
      = { "exit", "bye", "q", ":q", "logout", "q()", NULL };
  size_t from = d->column;
  for (size_t k = 0; words[k] != NULL; k++)
    if (strcmp (d->line + from, words[k]) == 0)
      cvx_hint (&d->error, "quit leaves");
}

void
repl_show_error (struct session *s, const struct cvx_error *err, bool typed,
                 size_t prompt, const char *name, size_t line)
{
  struct lang_diagnostic d = *lang_last (s->interp);
  struct cvx_text t = CVX_TEXT_INIT;
  if (s->quit || s->output_error != 0)
    return;
  if (err->id == CVX_E902 && repl_time_over ())
    {
      if (!time_said)
        {
          cvx_text_printf (&t, "E%d: the time of --time-limit is over\n",
                           (int)CVX_E508);
          session_complain (s, cvx_text_string (&t));
          cvx_text_free (&t);
        }
      time_said = true;
      s->interrupt_said = false;
      return;
    }
  if (err->id == CVX_E902)
    {
      if (atomic_load (&s->stopped) == 0 && !s->interrupt_said)
        session_complain (s, "interrupted\n");
      s->interrupt_said = false;
      return;
    }
  /* At the prompt every mistake gets its answer.  */
  if (!s->interactive && !is_news (s, err))
    return;
  d.typed = d.typed && typed;
  if (s->interactive && err->id == CVX_E101)
    leaving (&d);
  if (line > 0 && d.error.file[0] == '\0')
    cvx_at (&d.error, name, d.error.line > 1 ? line + d.error.line - 1 : line,
            d.error.column);
  session_event_error (s, &d);
  lang_render (&d, prompt, &t);
  if (s->err_tty && s->interactive)
    session_fold (&t, session_columns (s), 2, false);
  session_complain (s, cvx_text_string (&t));
  cvx_text_free (&t);
}

static void
prompt_words (struct session *s, char *buf, size_t size)
{
  const char *open = lang_feed_open (s->interp);
  if (lang_feed_state (s->interp) == LANG_NEED_MORE)
    snprintf (buf, size, "%s..> ", open);
  else
    snprintf (buf, size, "cvx> ");
}

/* Run one line; PASTED, when not 0, is its number among several, of which
   BEGUN started the statement.  */
static enum cvx_status
run_line (struct session *s, const char *text, size_t prompt, size_t pasted,
          size_t begun)
{
  struct cvx_error err;
  size_t writes = s->n_writes;
  enum cvx_status status;
  repl_crash_note (NULL, text);
  status = lang_feed (s->interp, text, NULL, &err);
  session_work_end (s);
  repl_journal (s, text, status == CVX_OK ? NULL : &err);
  if (status != CVX_OK)
    repl_show_error (s, &err, pasted == 0 && s->n_writes == writes, prompt,
                     NULL, begun);
  return status;
}

static size_t
lines_of (const char *text)
{
  size_t n = 0;
  while (*text != '\0')
    {
      size_t len = strcspn (text, "\n");
      n += strspn (text, " \t") < len;
      text += len + (text[len] == '\n');
    }
  return n;
}

/* Run what was typed, perhaps several lines at once (pasted): they stop at
   the first error.  */
static void
run_typed (struct session *s, const char *text, size_t prompt)
{
  bool several = lines_of (text) > 1;
  size_t line = 0, begun = 1;
  enum cvx_status status = CVX_OK;
  repl_signals_clear (s);
  if (!several)
    (void)!run_line (s, text, prompt, 0, 0);
  while (several && *text != '\0' && status == CVX_OK && !s->quit)
    {
      size_t len = strcspn (text, "\n");
      char *copy = cvx_strndup (text, len);
      if (copy == NULL)
        break;
      line++;
      if (lang_feed_state (s->interp) == LANG_READY)
        begun = line;
      text += len + (text[len] == '\n');
      status = run_line (s, copy, prompt, line, begun);
      cvx_free (copy);
    }
  if (status != CVX_OK)
    {
      size_t left = lines_of (text);
      char words[64];
      lang_feed_abandon (s->interp);
      snprintf (words, sizeof words, "%zu line%s not run\n", left,
                left == 1 ? " was" : "s were");
      if (left > 0 && !s->quit)
        session_complain (s, words);
    }
  session_flush (s);
  repl_signals_clear (s);
  if (lang_feed_state (s->interp) == LANG_READY)
    session_keep_safe (s);
}

bool
repl_pause (struct session *s, const char *words)
{
  char c = '\n';
  bool on = true, any = false;
  session_flush (s);
  fputs (words, stdout);
  fflush (stdout);
  /* The terminal hands over whole lines here.  */
  for (;;)
    {
      ssize_t n = read (STDIN_FILENO, &c, 1);
      if (n < 0 && errno == EINTR && !cvx_aborted (&s->progress))
        continue;
      if (n <= 0)
        {
          fputs ("\n", stdout);
          return false;
        }
      if (c == '\n')
        return on;
      if (!any && (c == 'q' || c == 'Q'))
        on = false;
      any = true;
    }
}

static void
take_line (char *line)
{
  free (typed_line);
  typed_line = line;
  typed_any = true;
  typed_end = line == NULL;
  rl_callback_handler_remove ();
}

/* Lines of a paste become lines of the history of their own.  */
static void
remember (struct session *s, const char *text)
{
  while (*text != '\0')
    {
      size_t len = strcspn (text, "\n");
      char *line = cvx_strndup (text, len);
      if (line != NULL && line[strspn (line, " \t")] != '\0')
        {
          HIST_ENTRY *last
              = history_length > 0
                    ? history_get (history_base + history_length - 1)
                    : NULL;
          session_remember (s, line);
          if (last == NULL || strcmp (last->line, line) != 0)
            add_history (line);
        }
      cvx_free (line);
      text += len + (text[len] == '\n');
    }
}

/* One line with Readline into typed_line; false when a signal ends the
   program.  */
static bool
read_typed (struct session *s, const char *prompt)
{
  typed_any = typed_end = false;
  rl_callback_handler_install (prompt, take_line);
  while (!typed_any)
    {
      if (repl_signals_wait (STDIN_FILENO))
        {
          rl_callback_read_char ();
          continue;
        }
      if (atomic_load (&s->stopped) != 0 || repl_time_over ())
        {
          rl_callback_handler_remove ();
          return false;
        }
      if (repl_signals_resized ())
        rl_resize_terminal ();
      if (repl_signals_continued ())
        {
          rl_prep_terminal (1);
          rl_forced_update_display ();
        }
      if (repl_signals_clear (s))
        {
          /* Ctrl-C: what was typed is gone, and so is an open block.  */
          fputs ("^C\n", rl_outstream);
          fflush (rl_outstream);
          rl_free_line_state ();
          rl_callback_sigcleanup ();
          rl_callback_handler_remove ();
          lang_feed_abandon (s->interp);
          free (typed_line);
          typed_line = NULL;
          return true;
        }
    }
  return true;
}

static void
history_begin (const struct session *s, const char **file, char *buf,
               size_t size)
{
  *file = repl_state_file ("history", buf, size);
  using_history ();
  stifle_history ((int)s->settings.history_size);
  if (*file != NULL && read_history (*file) != 0 && errno != ENOENT)
    *file = NULL;
}

/* A lock that sessions take in turn, for as long as the file descriptor is
   open or the process lives; -1: there is none soon, as where the file system
   has no locks.  */
static int
history_lock (const char *file)
{
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  struct timespec wait = { 0, 50000000 };
  char name[1040];
  int fd;
  snprintf (name, sizeof name, "%s.lock", file);
  fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  for (int k = 0; fd >= 0 && k < 40; k++)
    {
      if (fcntl (fd, F_SETLK, &whole) == 0)
        return fd;
      if (errno != EAGAIN && errno != EACCES)
        break;
      nanosleep (&wait, NULL);
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Append this session's lines; another session may do the same.  */
static void
history_end (const struct session *s, const char *file)
{
  size_t n = s->n_history;
  int lock;
  if (file == NULL || n == 0)
    return;
  lock = history_lock (file);
  if ((int)n > history_length)
    n = (size_t)history_length;
  if (append_history ((int)n, file) == ENOENT)
    {
      FILE *f = fopen (file, "ae");
      if (f != NULL)
        {
          fclose (f);
          append_history ((int)n, file);
        }
    }
  history_truncate_file (file, (int)s->settings.history_size);
  if (lock >= 0)
    close (lock);
}

void
repl_prompt (struct session *s)
{
  char place[1024], prompt[80];
  const char *file;
  rl_readline_name = "cvxnn";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  repl_completion_install (s);
  history_begin (s, &file, place, sizeof place);
  while (!s->quit && s->output_error == 0)
    {
      bool more;
      prompt_words (s, prompt, sizeof prompt);
      session_flush (s);
      repl_signals_hold ();
      more = read_typed (s, prompt);
      repl_signals_release ();
      if (!more)
        break;
      if (typed_end)
        {
          /* Ctrl-D: first an open block is left, then the program.  */
          session_say (s, "\n");
          if (lang_feed_state (s->interp) == LANG_READY)
            break;
          lang_feed_abandon (s->interp);
          continue;
        }
      if (typed_line == NULL)
        continue;
      remember (s, typed_line);
      run_typed (s, typed_line, strlen (prompt));
    }
  history_end (s, file);
  clear_history ();
  free (typed_line);
  typed_line = NULL;
}

/* ------------------------------------------------------------ without tty */

struct reader
{
  int fd;
  char *buf;
  size_t start, end, cap;
};

/* The next line of R, without its newline, borrowed; NULL at the end or when
   a signal came.  */
static char *
next_line (struct session *s, struct reader *r, struct cvx_error *err)
{
  for (;;)
    {
      char *from = r->buf != NULL ? r->buf + r->start : NULL,
           *newline
           = from != NULL ? memchr (from, '\n', r->end - r->start) : NULL;
      ssize_t n;
      if (newline != NULL)
        {
          *newline = '\0';
          r->start = (size_t)(newline + 1 - r->buf);
          return from;
        }
      if (r->start > 0)
        {
          memmove (r->buf, r->buf + r->start, r->end - r->start);
          r->end -= r->start;
          r->start = 0;
        }
      if (r->end + 1 >= r->cap)
        {
          size_t cap = r->cap == 0 ? 4096 : 2 * r->cap;
          char *more = cap <= LANG_MAX_FILE ? cvx_grow (r->buf, r->end, cap, 1)
                                            : NULL;
          if (more == NULL)
            {
              (void)!cvx_fail_nomem (err, "reading a line");
              return NULL;
            }
          r->buf = more;
          r->cap = cap;
        }
      n = read (r->fd, r->buf + r->end, r->cap - r->end - 1);
      if (n < 0 && errno == EINTR && !cvx_aborted (&s->progress))
        continue;
      if (n > 0)
        {
          r->end += (size_t)n;
          continue;
        }
      if (r->end == 0 || n < 0)
        return NULL;
      r->buf[r->end] = '\0'; /* no newline at the end */
      r->end = 0;
      return r->buf;
    }
}

enum cvx_status
repl_lines (struct session *s, int fd, const char *name, bool keep_going)
{
  struct reader r = { .fd = fd };
  struct cvx_error err;
  enum cvx_status first = CVX_OK, status = CVX_OK;
  size_t line = 0, begun = 1;
  char *text;
  cvx_error_clear (&err);
  lang_feed_name (s->interp, name);
  while (!s->quit && s->output_error == 0
         && (keep_going || first == CVX_OK || first == CVX_INTERRUPTED)
         && (text = next_line (s, &r, &err)) != NULL)
    {
      line++;
      if (lang_feed_state (s->interp) == LANG_READY)
        begun = line;
      session_remember (s, text);
      repl_crash_note (NULL, text);
      status = lang_feed (s->interp, text, NULL, &err);
      session_work_end (s);
      if (status != CVX_OK && !s->quit)
        {
          repl_show_error (s, &err, false, 0, name, begun);
          if (first == CVX_OK)
            first = status;
          if (!keep_going || status == CVX_INTERRUPTED)
            break;
        }
    }
  if (first == CVX_OK && cvx_aborted (&s->progress) && !s->quit)
    first = CVX_INTERRUPTED;
  if (first == CVX_OK && err.status == CVX_NOMEM)
    first = CVX_NOMEM;
  if ((first == CVX_OK || (keep_going && status != CVX_INTERRUPTED))
      && !s->quit && !cvx_aborted (&s->progress))
    {
      status = lang_feed_end (s->interp, &err);
      if (status != CVX_OK)
        repl_show_error (s, &err, false, 0, name, begun);
      if (first == CVX_OK)
        first = status;
    }
  lang_feed_name (s->interp, NULL);
  cvx_free (r.buf);
  return first;
}
