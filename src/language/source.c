/* source.c -- the text of a unit, its memory, and its statements.

   A statement ends at a newline or a semicolon outside brackets and strings.
   A backslash at the end of a line joins the next, `#' starts a comment.  A
   quote starts a string unless it follows a letter, digit, dot or closing
   bracket, so that `it's.csv' is a plain word.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

struct lang_block_of_memory
{
  struct lang_block_of_memory *next;
  size_t used, size;
  _Alignas(max_align_t) char bytes[];
};

void *
lang_arena_alloc (struct lang_arena *a, size_t count, size_t size)
{
  size_t bytes;
  struct lang_block_of_memory *b = a->blocks;
  void *p;
  if (!cvx_mul (count, size, &bytes) || bytes > SIZE_MAX / 4)
    return NULL;
  bytes = (bytes + sizeof (max_align_t)) / sizeof (max_align_t)
          * sizeof (max_align_t);
  if (b == NULL || b->size - b->used < bytes)
    {
      size_t room = bytes > 4000 ? bytes : 4000;
      b = cvx_alloc (1, sizeof *b + room);
      if (b == NULL)
        return NULL;
      b->next = a->blocks;
      b->used = 0;
      b->size = room;
      a->blocks = b;
    }
  p = b->bytes + b->used;
  b->used += bytes;
  memset (p, 0, bytes);
  return p;
}

char *
lang_arena_strndup (struct lang_arena *a, const char *s, size_t len)
{
  char *p = lang_arena_alloc (a, len + 1, 1);
  if (p != NULL)
    memcpy (p, s, len);
  return p;
}

void
lang_arena_free (struct lang_arena *a)
{
  while (a->blocks != NULL)
    {
      struct lang_block_of_memory *b = a->blocks;
      a->blocks = b->next;
      cvx_free (b);
    }
}

enum cvx_status
lang_unit_new (struct lang_unit **out, const char *name, struct cvx_error *err)
{
  struct lang_unit *u = cvx_calloc (1, sizeof *u);
  *out = NULL;
  if (u == NULL)
    return cvx_fail_nomem (err, "reading a line");
  if (name != NULL && (u->name = cvx_strdup (name)) == NULL)
    {
      cvx_free (u);
      return cvx_fail_nomem (err, "reading a script");
    }
  *out = u;
  return CVX_OK;
}

void
lang_unit_free (struct lang_unit *u)
{
  if (u == NULL)
    return;
  lang_arena_free (&u->arena);
  cvx_free (u->name);
  cvx_free (u->text);
  cvx_free (u);
}

static enum cvx_status
check_bytes (struct lang_interp *in, struct lang_unit *u, size_t from,
             struct cvx_error *err)
{
  size_t at = from, line_start = from;
  while (at < u->len)
    {
      unsigned char c = (unsigned char)u->text[at];
      size_t len = cvx_utf8_length (u->text + at);
      struct lang_span span = { at, at + 1 };
      if (c == '\n')
        line_start = at + 1;
      else if (at - line_start >= LANG_MAX_LINE)
        return lang_fail (in, u, span, err, CVX_E107,
                          "the line is longer than %d bytes",
                          (int)LANG_MAX_LINE);
      if (c == 0)
        {
          lang_fail (in, u, span, err, CVX_E106,
                     "a NUL byte: this is not text");
          return cvx_hint (err, "UTF-16?  Save the file as UTF-8");
        }
      if (len == 0)
        {
          lang_fail (in, u, span, err, CVX_E106,
                     "byte \\x%02x is not UTF-8 text", c);
          return cvx_hint (err, "save the file as UTF-8");
        }
      if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
        return lang_fail (in, u, span, err, CVX_E106,
                          "control byte \\x%02x is not allowed", c);
      at += len;
    }
  return CVX_OK;
}

enum cvx_status
lang_unit_append (struct lang_interp *in, struct lang_unit *u,
                  const char *text, size_t len, struct cvx_error *err)
{
  size_t from = u->len, need;
  if (len > LANG_MAX_FILE || u->len + len > LANG_MAX_FILE)
    return cvx_fail (err, CVX_E107, "the text is longer than %d MiB",
                     (int)LANG_MAX_FILE / 1024 / 1024);
  need = u->len + len + 2;
  if (need > u->cap)
    {
      char *grown = cvx_grow (u->text, u->len, 2 * need, 1);
      if (grown == NULL)
        return cvx_fail_nomem (err, "reading text");
      u->text = grown;
      u->cap = 2 * need;
    }
  if (u->len == 0 && len >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      text += 3;
      len -= 3;
    }
  for (size_t k = 0; k < len; k++)
    if (text[k] != '\r' || k + 1 >= len || text[k + 1] != '\n')
      u->text[u->len++] = text[k];
  if (u->len > from && u->text[u->len - 1] == '\r')
    u->len--;
  if (u->len == from || u->text[u->len - 1] != '\n')
    u->text[u->len++] = '\n';
  u->text[u->len] = '\0';
  return check_bytes (in, u, from, err);
}

/* Does the quote at AT start a string?  */
static bool
starts_string (const char *text, size_t from, size_t at)
{
  unsigned char before;
  if (at == from)
    return true;
  before = (unsigned char)text[at - 1];
  return !isalnum (before) && before != '_' && before != '.' && before != ')'
         && before != ']' && before < 0x80;
}

enum cvx_status
lang_scan (struct lang_interp *in, struct lang_unit *u, size_t from,
           struct lang_span *statement, size_t *next, struct lang_open *open,
           struct cvx_error *err)
{
  const char *s = u->text;
  size_t depth = 0, at = from, end = u->len;
  size_t stack[LANG_MAX_NESTING];
  bool joined = false;
  open->what = 0;
  while (at < u->len)
    {
      char c = s[at];
      if (at - from > LANG_MAX_LINE)
        {
          struct lang_span span = { at, at + 1 };
          return lang_fail (in, u, span, err, CVX_E107,
                            "the joined line is longer than %d bytes",
                            (int)LANG_MAX_LINE);
        }
      joined = false;
      if (c == '#')
        {
          if (depth == 0)
            end = end < at ? end : at;
          while (at < u->len && s[at] != '\n')
            at++;
          continue;
        }
      if ((c == '\n' || c == ';') && depth == 0)
        {
          end = end < at ? end : at;
          at++;
          break;
        }
      if (c == '\\' && s[at + 1] == '\n')
        {
          joined = true;
          at++;
        }
      else if ((c == '"' || c == '\'') && starts_string (s, from, at))
        {
          size_t start = at++;
          while (at < u->len && s[at] != c)
            {
              if (c == '"' && s[at] == '\\' && s[at + 1] != '\0')
                at++;
              at++;
              if (at - from > LANG_MAX_LINE)
                break;
            }
          if (at >= u->len)
            {
              open->what = c;
              open->where = start;
              break;
            }
          if (s[at] != c)
            continue;
        }
      else if (c == '(' || c == '[')
        {
          if (depth == LANG_MAX_NESTING)
            {
              struct lang_span span = { at, at + 1 };
              return lang_fail (in, u, span, err, CVX_E107,
                                "more than %d brackets are open",
                                (int)LANG_MAX_NESTING);
            }
          stack[depth++] = at;
        }
      else if ((c == ')' || c == ']') && depth > 0)
        depth--;
      at++;
    }
  if (open->what == 0 && depth > 0)
    {
      open->what = s[stack[depth - 1]];
      open->where = stack[depth - 1];
    }
  if (open->what == 0 && joined && at >= u->len)
    {
      open->what = '\\';
      open->where = from;
    }
  while (from < end && (s[from] == ' ' || s[from] == '\t'))
    from++;
  while (end > from
         && (s[end - 1] == ' ' || s[end - 1] == '\t' || s[end - 1] == '\n'))
    end--;
  statement->start = from;
  statement->end = end;
  *next = at;
  return CVX_OK;
}

size_t
lang_unit_line (const struct lang_unit *u, size_t at, size_t *start)
{
  size_t line = u->lines_before + 1, begin = 0;
  for (size_t k = 0; k < at && k < u->len; k++)
    if (u->text[k] == '\n' && k + 1 < u->len)
      {
        line++;
        begin = k + 1;
      }
  *start = begin;
  return line;
}

const char *
lang_odd_character (const char *s)
{
  static const struct
  {
    const char *bytes, *hint;
  } odd[] = {
    { "\xe2\x80\x9c", "looks like a typographic quote; type \"" },
    { "\xe2\x80\x9d", "looks like a typographic quote; type \"" },
    { "\xe2\x80\x9e", "looks like a typographic quote; type \"" },
    { "\xc2\xab", "looks like a typographic quote; type \"" },
    { "\xc2\xbb", "looks like a typographic quote; type \"" },
    { "\xe2\x80\x98", "looks like a typographic quote; type '" },
    { "\xe2\x80\x99", "looks like a typographic quote; type '" },
    { "\xe2\x80\x9a", "looks like a typographic quote; type '" },
    { "\xe2\x80\x90", "looks like a typographic hyphen; type -" },
    { "\xe2\x80\x91", "looks like a typographic hyphen; type -" },
    { "\xe2\x80\x93", "looks like a typographic dash; type -" },
    { "\xe2\x80\x94", "looks like a typographic dash; type -" },
    { "\xe2\x88\x92", "looks like a typographic minus; type -" },
    { "\xc2\xa0", "looks like a non-breaking space; type a space" },
    { "\xe2\x80\xaf", "looks like a non-breaking space; type a space" },
    { "\xe2\x80\x89", "looks like a thin space; type a space" },
    { "\xe2\x80\x8b", "looks like an invisible space; delete it" },
    { "\xef\xbb\xbf", "looks like an invisible byte order mark; delete it" },
    { "\xe2\x89\xa4", "type <=" },
    { "\xe2\x89\xa5", "type >=" },
    { "\xe2\x89\xa0", "type !=" },
    { "\xc3\x97", "type *" },
    { "\xc2\xb7", "type *" },
  };
  for (size_t k = 0; k < sizeof odd / sizeof *odd; k++)
    if (strncmp (s, odd[k].bytes, strlen (odd[k].bytes)) == 0)
      return odd[k].hint;
  return NULL;
}
