/* screen.c -- what the session writes: the screen and the log.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/session.h"

static void
output_failed (struct session *s)
{
  if (s->output_error == 0)
    s->output_error = errno != 0 ? errno : EIO;
  /* Nobody reads on: stop at the next statement or iteration.  */
  atomic_store (&s->progress.abort, 1);
}

/* Text without the escape sequences that only a terminal wants.  */
static void
log_write (struct session *s, const char *text, size_t len)
{
  struct stat st;
  for (size_t k = 0; k < len; k++)
    if (text[k] == '\033')
      while (k < len && text[k] != 'm')
        k++;
    else if (putc (text[k], s->log) == EOF)
      break;
  bool failed = fflush (s->log) != 0 || ferror (s->log);
  int why = errno;
  bool deleted = !failed && fstat (fileno (s->log), &st) == 0
                 && S_ISREG (st.st_mode) && st.st_nlink == 0;
  if (failed || deleted)
    {
      if (!s->log_failed)
        fprintf (stderr, "W397: cannot write the log %s: %s; logging ends\n",
                 s->log_name, deleted ? "it was deleted" : strerror (why));
      s->log_failed = true;
      fclose (s->log);
      s->log = NULL;
    }
}

void
session_page (struct session *s)
{
  if (s->interactive && s->out_tty && !s->dumb && s->pause != NULL
      && s->settings.pager != 0)
    s->page = 1;
}

/* TEXT with a stop after every screenful.  */
static void
write_paged (struct session *s, const char *text, size_t len)
{
  struct winsize w;
  size_t rows = 24;
  if (ioctl (fileno (s->out), TIOCGWINSZ, &w) == 0 && w.ws_row > 2)
    rows = w.ws_row;
  while (len > 0 && !s->page_over)
    {
      const char *newline = memchr (text, '\n', len);
      size_t n = newline != NULL ? (size_t)(newline - text) + 1 : len,
             page = s->page;
      s->page = 0;
      if (page >= rows)
        {
          s->page_over = !s->pause (s, "-- Enter shows more, q leaves it --");
          page = 1;
        }
      if (!s->page_over)
        session_write (s, text, n);
      s->page = page + (newline != NULL);
      text += n;
      len -= n;
    }
}

void
session_write (struct session *s, const char *text, size_t len)
{
  bool lines = memchr (text, '\n', len) != NULL;
  if (s->page > 0)
    {
      write_paged (s, text, len);
      return;
    }
  s->n_writes++;
  if (s->output_error == 0)
    {
      if (s->display.before_output != NULL)
        s->display.before_output (s->display.data);
      errno = 0;
      if (fwrite (text, 1, len, s->out) != len
          || (lines && fflush (s->out) != 0))
        output_failed (s);
      if (s->display.after_output != NULL)
        s->display.after_output (s->display.data);
    }
  if (s->log != NULL)
    log_write (s, text, len);
}

static void
say (struct session *s, bool fold, const char *format, va_list args)
{
  struct cvx_text t = CVX_TEXT_INIT;
  cvx_text_vprintf (&t, format, args);
  if (fold)
    session_fold (&t, session_columns (s), 2, false);
  session_write (s, cvx_text_string (&t), t.len);
  cvx_text_free (&t);
}

void
session_say (struct session *s, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  say (s, false, format, args);
  va_end (args);
}

void
session_note (struct session *s, const char *format, ...)
{
  va_list args;
  if (s->quiet || s->settings.quiet != 0)
    return;
  va_start (args, format);
  say (s, true, format, args);
  va_end (args);
}

void
session_notes (struct session *s, const struct cvx_text *notes)
{
  const char *p = cvx_text_string (notes);
  while (*p != '\0')
    {
      size_t len = strcspn (p, "\n");
      if (len > 0)
        session_note (s, "note: %.*s\n", (int)len, p);
      p += len + (p[len] == '\n');
    }
}

void
session_flush (struct session *s)
{
  errno = 0;
  if (s->output_error == 0 && fflush (s->out) != 0)
    output_failed (s);
}

void
session_complain (struct session *s, const char *text)
{
  session_flush (s);
  if (s->display.before_output != NULL)
    s->display.before_output (s->display.data);
  fputs (text, stderr);
  fflush (stderr);
  if (s->display.after_output != NULL)
    s->display.after_output (s->display.data);
  if (s->log != NULL)
    log_write (s, text, strlen (text));
}

size_t
session_columns (const struct session *s)
{
  struct winsize w;
  if (!s->out_tty)
    return 0;
  if (ioctl (fileno (s->out), TIOCGWINSZ, &w) != 0 || w.ws_col < 2)
    return 80;
  return w.ws_col;
}

bool
session_colours (const struct session *s)
{
  if (s->settings.color == COLOUR_AUTO)
    return s->out_tty && s->colour_tty;
  return s->settings.color == COLOUR_ALWAYS;
}

const char *
session_shown (struct session *s, const char *name)
{
  size_t size = 4 * strlen (name) + 1;
  char *shown = session_scratch (s, size, 1);
  if (shown == NULL)
    return "?";
  cvx_text_escape (shown, size, name);
  return shown;
}

void
session_work_begin (struct session *s, const char *what)
{
  cvx_progress_total (&s->progress, 0);
  if (s->display.begin != NULL && s->settings.verbose != VERBOSE_QUIET)
    s->display.begin (s->display.data, &s->progress, what);
}

void
session_work_end (struct session *s)
{
  if (s->display.end != NULL)
    s->display.end (s->display.data);
}

void
session_wrote (struct session *s, const char *file)
{
  char *copy = cvx_strdup (file);
  cvx_free (s->last.file);
  s->last.file = copy;
}

/* True when the folder that PATH lies in is the current one or below it.  */
static bool
below_here (const char *path)
{
  char here[PATH_MAX], folder[PATH_MAX], real[PATH_MAX];
  const char *slash = strrchr (path, '/');
  size_t len;
  if (getcwd (here, sizeof here) == NULL)
    return false;
  if (slash == NULL)
    return true;
  len = slash == path ? 1 : (size_t)(slash - path);
  if (len >= sizeof folder)
    return false;
  memcpy (folder, path, len);
  folder[len] = '\0';
  if (realpath (folder, real) == NULL)
    return false;
  len = strlen (here);
  return strncmp (real, here, len) == 0
         && (real[len] == '/' || real[len] == '\0' || len == 1);
}

enum cvx_status
session_may_write (struct session *s, const char *path, struct cvx_error *err)
{
  struct stat st;
  if (s->safe
      && (!below_here (path)
          || (lstat (path, &st) == 0 && S_ISLNK (st.st_mode))))
    return cvx_fail (err, CVX_E396,
                     "--safe allows writing in the current folder only, "
                     "not %s",
                     path);
  if (s->settings.noclobber != 0 && stat (path, &st) == 0)
    {
      cvx_fail (err, CVX_E396, "%s exists", path);
      return cvx_hint (err, "set noclobber=no allows overwriting");
    }
  return CVX_OK;
}

void
session_fold (struct cvx_text *t, size_t columns, size_t indent, bool all)
{
  struct cvx_text out = CVX_TEXT_INIT;
  if (columns < indent + 20)
    return;
  for (const char *p = cvx_text_string (t); *p != '\0';)
    {
      size_t len = strcspn (p, "\n"), room = columns;
      bool may = all || *p != ' ';
      while (may && lang_display_width (p, len) > room)
        {
          size_t cut = 0;
          for (size_t k = 1; k < len && lang_display_width (p, k) <= room; k++)
            if (p[k] == ' ' && p[k - 1] != ' ')
              cut = k;
          if (cut == 0 || strspn (p, " ") >= cut)
            break;
          cvx_text_write (&out, p, cut);
          cvx_text_printf (&out, "\n%*s", (int)indent, "");
          room = columns - indent;
          p += cut + strspn (p + cut, " ");
          len = strcspn (p, "\n");
        }
      cvx_text_write (&out, p, len);
      if (p[len] == '\n')
        cvx_text_put (&out, "\n");
      p += len + (p[len] == '\n');
    }
  if (out.failed)
    cvx_text_free (&out);
  else
    {
      cvx_text_free (t);
      *t = out;
    }
}

void
session_write_folded (struct session *s, struct cvx_text *t, size_t indent)
{
  session_fold (t, session_columns (s), indent, true);
  session_write (s, cvx_text_string (t), t->len);
  cvx_text_free (t);
}
