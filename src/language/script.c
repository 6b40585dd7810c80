/* script.c -- lines typed, scripts, files.

   A script is parsed to its end before its first statement runs.  Typed lines
   run as soon as a statement is complete; what is open waits in the pending
   unit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#define _GNU_SOURCE /* realpath */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "language/internal.h"

/* The last word on a failure: hints are added after the place.  */
static enum cvx_status
finish (struct lang_interp *in, enum cvx_status status, struct cvx_error *err)
{
  if (status != CVX_OK && !lang_placed (in, err))
    lang_blame (in, NULL, (struct lang_span){ 0, 0 }, err);
  if (status != CVX_OK)
    in->last.error = *err;
  return status;
}

/* ------------------------------------------------------------------- lines */

enum lang_state
lang_feed_state (const struct lang_interp *in)
{
  return in->pending != NULL ? LANG_NEED_MORE : LANG_READY;
}

const char *
lang_feed_open (const struct lang_interp *in)
{
  return in->pending != NULL ? in->open : "";
}

void
lang_feed_script (struct lang_interp *in, const char *path,
                  const char *const *args, size_t n)
{
  free (in->fed);
  in->fed = path != NULL ? realpath (path, NULL) : NULL;
  in->n_files = in->fed != NULL;
  in->files[0].real = in->fed;
  in->files[0].shown = path;
  in->args = args;
  in->n_args = n;
}

void
lang_feed_name (struct lang_interp *in, const char *name)
{
  in->fed_name = name;
  in->fed_lines = 0;
}

void
lang_feed_abandon (struct lang_interp *in)
{
  lang_unit_free (in->pending);
  in->pending = NULL;
}

static void
set_open (struct lang_interp *in, const struct lang_unit *u, char bracket)
{
  in->open[0] = bracket;
  in->open[1] = '\0';
  if (bracket == 0 && u->depth > 0)
    {
      const struct lang_statement *st = u->block[u->depth - 1].statement;
      size_t len = st->head.end - st->head.start;
      memcpy (in->open, u->text + st->head.start, len);
      in->open[len] = '\0';
    }
}

static size_t
count_lines (const char *s)
{
  size_t n = *s != '\0';
  for (; *s != '\0'; s++)
    n += *s == '\n' && s[1] != '\0';
  return n;
}

/* Parse and run what is complete in U.  STATEMENTS: how many were read.  */
static enum cvx_status
advance (struct lang_interp *in, struct lang_unit *u, struct lang_open *open,
         size_t *statements, struct cvx_error *err)
{
  while (u->scanned < u->len)
    {
      struct lang_span span;
      size_t next;
      enum cvx_status status
          = lang_scan (in, u, u->scanned, &span, &next, open, err);
      if (status != CVX_OK)
        return status;
      if (open->what != 0)
        return CVX_OK;
      if (span.end > span.start)
        {
          ++*statements;
          status = lang_parse_statement (in, u, span, err);
          if (status == CVX_OK && u->depth == 0)
            {
              struct lang_body body = u->body;
              u->body = (struct lang_body){ NULL, NULL };
              u->scanned = next;
              status = lang_run_body (in, u, &body, err);
              lang_arena_free (&u->arena);
            }
          if (status != CVX_OK)
            return status;
        }
      u->scanned = next;
    }
  return CVX_OK;
}

enum cvx_status
lang_feed (struct lang_interp *in, const char *text, size_t *skipped,
           struct cvx_error *err)
{
  struct lang_unit *u = in->pending;
  struct lang_open open = { 0, 0 };
  size_t statements = 0, depth, from;
  enum cvx_status status = CVX_OK;
  if (err == NULL)
    err = &in->scratch;
  if (skipped != NULL)
    *skipped = 0;
  cvx_error_clear (&in->last.error);
  in->pending = NULL;
  if (u == NULL)
    {
      status = lang_unit_new (&u, in->fed_name, err);
      if (status != CVX_OK)
        return status;
      u->lines_before = in->fed_name != NULL ? in->fed_lines : 0;
    }
  in->fed_lines += count_lines (text) > 0 ? count_lines (text) : 1;
  depth = u->depth;
  from = u->len;
  u->typed_from = from;
  status = lang_unit_append (in, u, text, strlen (text), err);
  if (status == CVX_OK)
    {
      /* The caret under a typed line is right only for its last line.  */
      for (size_t k = from; k + 1 < u->len; k++)
        if (u->text[k] == '\n')
          u->typed_from = k + 1;
      status = advance (in, u, &open, &statements, err);
    }
  if (status != CVX_OK)
    {
      size_t scanned = u->scanned < from ? from : u->scanned;
      size_t lines = scanned < u->len ? count_lines (u->text + scanned) : 0;
      bool one = count_lines (text) <= 1 && statements <= 1;
      if (skipped != NULL && lines > 1)
        *skipped = lines - 1;
      if (one && depth > 0 && u->depth == depth && status == CVX_SYNTAX)
        {
          /* One bad line of a block: it may be typed again.  */
          u->scanned = u->len;
          set_open (in, u, 0);
          in->pending = u;
          lang_note (in,
                     "the %s is still open: type the line again, or "
                     "leave it with Ctrl-C",
                     in->open);
        }
      else
        lang_unit_free (u);
      return finish (in, status, err);
    }
  if (open.what != 0 || u->depth > 0)
    {
      set_open (in, u, open.what);
      in->pending = u;
    }
  else
    lang_unit_free (u);
  return CVX_OK;
}

enum cvx_status
lang_feed_end (struct lang_interp *in, struct cvx_error *err)
{
  struct lang_unit *u = in->pending;
  struct lang_open open = { 0, 0 };
  struct lang_span span;
  size_t next;
  enum cvx_status status;
  if (u == NULL)
    return CVX_OK;
  if (err == NULL)
    err = &in->scratch;
  u->typed_from = SIZE_MAX;
  status = lang_scan (in, u, u->scanned, &span, &next, &open, err);
  if (status == CVX_OK)
    status = lang_fail_open (in, u, &open, err);
  lang_feed_abandon (in);
  return finish (in, status, err);
}

/* ----------------------------------------------------------------- scripts */

/* Included files of a parsed script that are named literally.  */
static enum cvx_status
check_includes (struct lang_interp *in, struct lang_unit *u,
                const struct lang_body *body, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  for (const struct lang_statement *st = body->first;
       st != NULL && status == CVX_OK; st = st->next)
    {
      if (st->type == LANG_STATEMENT_COMMAND
          && strcmp (st->command->name, "include") == 0
          && st->args->item[0].root->type == LANG_NODE_TEXT)
        {
          status = lang_run_include (in, st->args->item[0].root->text, NULL, 0,
                                     true, err);
          if (status != CVX_OK && !lang_placed (in, err))
            lang_blame (in, u, st->args->value, err);
        }
      for (const struct lang_branch *b = st->branch;
           b != NULL && status == CVX_OK; b = b->next)
        status = check_includes (in, u, &b->body, err);
    }
  return status;
}

static enum cvx_status
run_source (struct lang_interp *in, const char *name, const char *text,
            size_t len, bool check, struct cvx_error *err)
{
  struct lang_unit *u;
  bool checking = in->checking;
  enum cvx_status status = lang_unit_new (&u, name, err);
  if (status != CVX_OK)
    return status;
  in->checking = check;
  in->n_running++;
  status = lang_unit_append (in, u, text, len, err);
  if (status == CVX_OK)
    status = lang_parse_unit (in, u, err);
  if (status == CVX_OK)
    status = lang_check_targets (in, u, err);
  if (status == CVX_OK)
    status = check ? check_includes (in, u, &u->body, err)
                   : lang_run_body (in, u, &u->body, err);
  in->n_running--;
  in->checking = checking;
  lang_unit_free (u);
  return finish (in, status, err);
}

static enum cvx_status
run_with_args (struct lang_interp *in, const char *name, const char *real,
               const char *text, size_t len, const char *const *args,
               size_t n_args, bool check, struct cvx_error *err)
{
  const char *const *saved = in->args;
  size_t saved_n = in->n_args;
  enum cvx_status status;
  cvx_error_clear (&in->last.error);
  if (in->n_files == LANG_MAX_INCLUDE)
    return cvx_fail (err, CVX_E107, "scripts are included more than %d deep",
                     (int)LANG_MAX_INCLUDE);
  in->files[in->n_files].real = real;
  in->files[in->n_files++].shown = real != NULL ? name : NULL;
  in->args = args;
  in->n_args = n_args;
  status = run_source (in, name, text, len, check, err);
  in->args = saved;
  in->n_args = saved_n;
  in->n_files--;
  return status;
}

/* All of the file PATH, called SHOWN in messages, into *TEXT (cvx_free).  */
static enum cvx_status
read_script (const char *path, const char *shown, char **text, size_t *len,
             struct cvx_error *err)
{
  struct stat st;
  FILE *f = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  size_t cap = 0;
  *text = NULL;
  *len = 0;
  if (fd < 0)
    return cvx_fail (err, CVX_E130, "cannot read %s: %s", shown,
                     strerror (errno));
  if (fstat (fd, &st) != 0 || !(S_ISREG (st.st_mode) || S_ISFIFO (st.st_mode))
      || (f = fdopen (fd, "rb")) == NULL)
    {
      close (fd);
      return cvx_fail (err, CVX_E130, "cannot read %s: it is %s", shown,
                       S_ISDIR (st.st_mode) ? "a folder" : "no plain file");
    }
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  for (;;)
    {
      if (*len == cap)
        {
          char *more = cvx_grow (*text, *len, 2 * cap + 4096, 1);
          if (more == NULL)
            break;
          *text = more;
          cap = 2 * cap + 4096;
        }
      *len += fread (*text + *len, 1, cap - *len, f);
      if (*len < cap || *len > LANG_MAX_FILE)
        break;
    }
  if (*text != NULL && !ferror (f) && *len <= LANG_MAX_FILE && *len < cap)
    {
      fclose (f);
      return CVX_OK;
    }
  if (*len > LANG_MAX_FILE)
    cvx_fail (err, CVX_E107, "%s is longer than %d MiB", shown,
              (int)LANG_MAX_FILE / 1024 / 1024);
  else if (ferror (f))
    cvx_fail (err, CVX_E130, "cannot read %s: %s", shown, strerror (errno));
  else
    cvx_fail_nomem (err, "reading a script");
  fclose (f);
  cvx_free (*text);
  *text = NULL;
  return err->status;
}

/* Run or check the file PATH, called SHOWN in messages.  */
static enum cvx_status
run_path (struct lang_interp *in, const char *path, const char *shown,
          const char *const *args, size_t n_args, bool check,
          struct cvx_error *err)
{
  char *text, *real;
  size_t len;
  enum cvx_status status = read_script (path, shown, &text, &len, err);
  if (status != CVX_OK)
    {
      cvx_error_clear (&in->last.error);
      return status;
    }
  real = realpath (path, NULL);
  for (size_t k = 0; k < in->n_files && real != NULL && status == CVX_OK; k++)
    if (in->files[k].real != NULL && strcmp (in->files[k].real, real) == 0)
      {
        status = cvx_fail (err, CVX_E131,
                           k + 1 == in->n_files
                               ? "%s includes itself"
                               : "%s is still running: the includes form a "
                                 "circle",
                           shown);
        cvx_error_clear (&in->last.error);
      }
  if (status == CVX_OK)
    status
        = run_with_args (in, shown, real, text, len, args, n_args, check, err);
  free (real);
  cvx_free (text);
  return status;
}

/* PATH in the folder of the file BASE (NULL: as it is).  */
static char *
beside (const char *base, const char *path)
{
  const char *slash = base != NULL ? strrchr (base, '/') : NULL;
  struct cvx_text t = CVX_TEXT_INIT;
  if (path[0] != '/' && slash != NULL)
    cvx_text_write (&t, base, (size_t)(slash - base) + 1);
  cvx_text_put (&t, path);
  if (t.failed)
    cvx_text_free (&t);
  return t.s;
}

enum cvx_status
lang_run_include (struct lang_interp *in, const char *path,
                  const char *const *args, size_t n_args, bool check,
                  struct cvx_error *err)
{
  size_t n = in->n_files;
  /* By the real name, so that `cd' in a script changes nothing here.  */
  char *where = beside (n > 0 ? in->files[n - 1].real : NULL, path);
  char *shown = beside (n > 0 ? in->files[n - 1].shown : NULL, path);
  enum cvx_status status
      = where == NULL || shown == NULL
            ? cvx_fail_nomem (err, "reading a script")
            : run_path (in, where, shown, args, n_args, check, err);
  cvx_free (where);
  cvx_free (shown);
  return status;
}

static enum cvx_status
run_file (struct lang_interp *in, const char *path, const char *const *args,
          size_t n_args, bool check, struct cvx_error *err)
{
  if (err == NULL)
    err = &in->scratch;
  return finish (in, run_path (in, path, path, args, n_args, check, err), err);
}

enum cvx_status
lang_run_text (struct lang_interp *in, const char *name, const char *text,
               size_t len, const char *const *args, size_t n_args,
               struct cvx_error *err)
{
  return run_with_args (in, name, NULL, text, len, args, n_args, false,
                        err != NULL ? err : &in->scratch);
}

enum cvx_status
lang_run_file (struct lang_interp *in, const char *path,
               const char *const *args, size_t n_args, struct cvx_error *err)
{
  return run_file (in, path, args, n_args, false, err);
}

enum cvx_status
lang_check_text (struct lang_interp *in, const char *name, const char *text,
                 size_t len, struct cvx_error *err)
{
  return run_with_args (in, name, NULL, text, len, NULL, 0, true,
                        err != NULL ? err : &in->scratch);
}

enum cvx_status
lang_check_file (struct lang_interp *in, const char *path,
                 struct cvx_error *err)
{
  return run_file (in, path, NULL, 0, true, err);
}
