/* diagnose.c -- where an error is, and how it is shown.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#define _GNU_SOURCE /* wcwidth */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "language/internal.h"

/* Copy the line of SPAN into D, cut to what fits around the caret.  */
static void
place (struct lang_diagnostic *d, const struct lang_unit *u,
       struct lang_span span, struct cvx_error *err)
{
  enum
  {
    BEFORE = 240
  };
  size_t start, stop, line, from, room = sizeof d->line - 8;
  if (span.start > u->len)
    span.start = u->len;
  line = lang_unit_line (u, span.start, &start);
  stop = start;
  while (stop < u->len && u->text[stop] != '\n')
    stop++;
  if (span.end > stop)
    span.end = stop;
  if (span.end <= span.start)
    span.end = span.start + 1;
  cvx_at (err, u->name, line, span.start - start + 1);
  d->typed = u->name == NULL && start >= u->typed_from;
  d->column = span.start - start;
  d->width = span.end - span.start;
  d->line[0] = '\0';
  from = start;
  if (stop - start > room && d->column > BEFORE)
    {
      from = span.start - BEFORE;
      while (from < span.start
             && ((unsigned char)u->text[from] & 0xc0) == 0x80)
        from++;
      strcpy (d->line, "...");
      d->column = 3 + span.start - from;
    }
  if (stop - from > room)
    {
      stop = from + room - 8;
      while (((unsigned char)u->text[stop] & 0xc0) == 0x80)
        stop--;
      if (d->width > stop - span.start)
        d->width = stop - span.start;
    }
  snprintf (d->line + strlen (d->line), sizeof d->line - strlen (d->line),
            "%.*s", (int)(stop - from), u->text + from);
  for (char *p = d->line; *p != '\0'; p += cvx_utf8_length (p))
    if ((unsigned char)*p < 0x20 || *p == 0x7f || cvx_utf8_length (p) == 0)
      *p = *p == '\t' ? ' ' : '?';
}

/* An error about a whole file gets the place of the argument: the file goes
   into its words, unless they name it.  */
static void
name_file (struct cvx_error *err)
{
  const char *slash = strrchr (err->file, '/');
  const char *base = slash != NULL ? slash + 1 : err->file;
  size_t used = strlen (err->text);
  if (err->file[0] != '\0' && err->line == 0
      && strstr (err->text, base) == NULL
      && used + strlen (err->file) + 10 < sizeof err->text)
    snprintf (err->text + used, sizeof err->text - used, " (file %s)",
              err->file);
  if (err->line == 0)
    err->file[0] = '\0';
}

enum cvx_status
lang_blame (struct lang_interp *in, const struct lang_unit *u,
            struct lang_span span, struct cvx_error *err)
{
  struct lang_diagnostic *d = &in->last;
  d->warning = d->typed = false;
  d->width = d->column = 0;
  d->line[0] = d->notes[0] = '\0';
  name_file (err);
  if (u != NULL)
    place (d, u, span, err);
  d->error = *err;
  return err->status;
}

bool
lang_placed (const struct lang_interp *in, const struct cvx_error *err)
{
  return in->last.error.id == err->id
         && strcmp (in->last.error.text, err->text) == 0
         && in->last.error.line == err->line;
}

enum cvx_status
lang_fail (struct lang_interp *in, const struct lang_unit *u,
           struct lang_span span, struct cvx_error *err, enum cvx_error_id id,
           const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  cvx_fail (err, id, "%s", text);
  return lang_blame (in, u, span, err);
}

void
lang_warn (struct lang_interp *in, const struct lang_unit *u,
           struct lang_span span, enum cvx_error_id id, const char *format,
           ...)
{
  struct lang_diagnostic d = { .warning = true };
  char text[CVX_ERROR_TEXT];
  va_list args;
  if (in->host.warn == NULL)
    return;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  cvx_fail (&d.error, id, "%s", text);
  if (u != NULL)
    place (&d, u, span, &d.error);
  in->host.warn (in->host.session, &d);
}

void
lang_note (struct lang_interp *in, const char *format, ...)
{
  char *notes = in->last.notes;
  size_t used = strlen (notes), size = sizeof in->last.notes;
  char raw[256];
  va_list args;
  if (used + 2 >= size)
    return;
  va_start (args, format);
  vsnprintf (raw, sizeof raw, format, args);
  va_end (args);
  cvx_text_escape (notes + used, size - used - 1, raw);
  strcat (notes, "\n");
}

void
lang_names_clear (struct lang_interp *in)
{
  in->n_names = 0;
  in->names_lost = false;
}

/* NAME unless it is among the first KNOWN.  */
static void
add (struct lang_interp *in, const char *name, size_t known)
{
  for (size_t k = 0; k < known; k++)
    if (in->names[k][0] == name[0] && strcmp (in->names[k], name) == 0)
      return;
  if (in->n_names == in->cap_names)
    {
      size_t cap = in->cap_names == 0 ? 64 : 2 * in->cap_names;
      const char **grown
          = cvx_grow (in->names, in->n_names, cap, sizeof *grown);
      if (grown == NULL)
        {
          in->names_lost = true;
          return;
        }
      in->names = grown;
      in->cap_names = cap;
    }
  in->names[in->n_names++] = name;
}

void
lang_names_add (struct lang_interp *in, const char *name)
{
  add (in, name, in->n_names);
}

void
lang_names_add_commands (struct lang_interp *in, bool own)
{
  for (size_t k = 0; k < in->n_commands; k++)
    if (own || in->commands[k]->run != NULL)
      add (in, in->commands[k]->name, 0);
}

void
lang_names_add_variables (struct lang_interp *in)
{
  size_t known = in->n_names;
  for (size_t k = 0; k < in->n_variables; k++)
    add (in, in->variable[k].name, known);
}

/* The names of one list differ among themselves; there may be ten thousand. */
void
lang_names_add_all (struct lang_interp *in, const char *const *names)
{
  size_t known = in->n_names;
  for (; names != NULL && *names != NULL; names++)
    add (in, *names, known);
}

enum cvx_status
lang_suggest (struct lang_interp *in, const char *word, const char *label,
              struct cvx_error *err)
{
  const char *near = cvx_did_you_mean (word, in->names, in->n_names);
  size_t used = strlen (err->text), size = sizeof err->text;
  if (near != NULL)
    snprintf (err->text + used, size - used, ".  Did you mean %s?", near);
  if (label != NULL && in->n_names > 0)
    {
      used = strlen (err->text);
      snprintf (err->text + used, size - used,
                "%s%s:", near != NULL ? "   " : ".  ", label);
      for (size_t k = 0; k < in->n_names; k++)
        {
          used = strlen (err->text);
          if (used + strlen (in->names[k]) + 2 >= size || k == 40)
            {
              snprintf (err->text + used, size - used, " ...");
              break;
            }
          snprintf (err->text + used, size - used, " %s", in->names[k]);
        }
    }
  in->last.error = *err;
  return err->status;
}

/* The code point of the LEN bytes at S.  */
static wchar_t
code_point (const char *s, size_t len)
{
  uint32_t c = (unsigned char)s[0];
  if (len > 1)
    c &= 0xffu >> (len + 1);
  for (size_t k = 1; k < len; k++)
    c = c << 6 | ((unsigned char)s[k] & 0x3fu);
  return (wchar_t)c;
}

size_t
lang_display_width (const char *s, size_t len)
{
  size_t columns = 0, at = 0;
  while (at < len && s[at] != '\0')
    {
      size_t bytes = cvx_utf8_length (s + at);
      int w = bytes > 1 ? wcwidth (code_point (s + at, bytes)) : 1;
      columns += w < 0 ? 1 : (size_t)w;
      at += bytes == 0 ? 1 : bytes;
    }
  return columns;
}

static void
put_caret (const struct lang_diagnostic *d, size_t indent,
           struct cvx_text *out)
{
  size_t before = indent + lang_display_width (d->line, d->column);
  size_t under = lang_display_width (d->line + d->column, d->width);
  for (size_t k = 0; k < before; k++)
    cvx_text_put (out, " ");
  for (size_t k = 0; k < (under == 0 ? 1 : under); k++)
    cvx_text_put (out, "^");
  cvx_text_put (out, "\n");
}

void
lang_render (const struct lang_diagnostic *d, size_t prompt_width,
             struct cvx_text *out)
{
  const struct cvx_error *e = &d->error;
  bool placed = d->width > 0;
  char number[16];
  snprintf (number, sizeof number, "%c%d", d->warning ? 'W' : 'E', (int)e->id);
  if (placed && d->typed)
    put_caret (d, prompt_width, out);
  else if (e->file[0] != '\0' && e->line != 0)
    {
      cvx_text_printf (out, "%s:%zu:", e->file, e->line);
      if (e->column != 0)
        cvx_text_printf (out, "%zu:", e->column);
      cvx_text_put (out, " ");
    }
  else if (placed)
    cvx_text_printf (out, "line %zu: ", e->line);
  cvx_text_printf (out, "%s: %s", number, e->text);
  if (e->hint[0] != '\0')
    cvx_text_printf (out, "%s  hint: %s",
                     strchr (".?!", e->text[strlen (e->text) - 1]) == NULL
                             || e->text[0] == '\0'
                         ? "."
                         : "",
                     e->hint);
  cvx_text_put (out, "\n");
  if (placed && !d->typed)
    {
      cvx_text_printf (out, "  %s\n", d->line);
      put_caret (d, 2, out);
    }
  for (const char *p = d->notes; *p != '\0';)
    {
      size_t len = strcspn (p, "\n");
      cvx_text_printf (out, "  %.*s\n", (int)len, p);
      p += len + (p[len] == '\n');
    }
}
