/* lines.c -- a text file line by line.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/lines.h"

#include <string.h>

#include "base/alloc.h"

enum
{
  FIRST_BUFFER = 1 << 20,
  LONGEST_LINE = 1 << 28
};

/* Read more into the buffer, making room first.  */
static enum cvx_status
fill (struct cvxi_lines *l, struct cvx_error *err)
{
  enum cvx_status status;
  size_t got;
  if (l->from > 0)
    {
      memmove (l->buffer, l->buffer + l->from, l->to - l->from);
      l->to -= l->from;
      l->from = 0;
    }
  if (l->to == l->cap)
    {
      size_t cap = l->cap * 2;
      char *p;
      if (cap > LONGEST_LINE)
        {
          cvx_fail (err, CVX_E218, "the line is longer than 256 MB");
          return cvx_at (err, l->path, l->number + 1, 0);
        }
      p = cvx_grow (l->buffer, l->to, cap, 1);
      if (p == NULL)
        return cvx_fail_nomem (err, "reading a long line");
      l->buffer = p;
      l->cap = cap;
    }
  status = cvxi_input_read (l->input, l->buffer + l->to, l->cap - l->to, &got,
                            err);
  l->ended = got < l->cap - l->to;
  l->to += got;
  return status;
}

/* What the first bytes say about the encoding.  */
static enum cvx_status
begin (struct cvxi_lines *l, struct cvx_error *err)
{
  const unsigned char *p = (const unsigned char *)l->buffer;
  size_t len = l->to;
  if (len >= 2
      && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
    {
      cvx_fail (err, CVX_E217, "the file is UTF-16 text");
      cvx_at (err, l->path, 1, 1);
      return cvx_hint (err, "iconv -f UTF-16 -t UTF-8 FILE > NEW");
    }
  if (len >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    l->from = 3;
  l->cr_only = memchr (p, '\r', len) != NULL && memchr (p, '\n', len) == NULL;
  return CVX_OK;
}

enum cvx_status
cvxi_lines_open (struct cvxi_lines *l, const char *path,
                 struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status status;
  memset (l, 0, sizeof *l);
  l->path = path;
  status = cvxi_input_open (&l->input, path, progress, err);
  if (status == CVX_OK)
    {
      l->cap = FIRST_BUFFER;
      l->buffer = cvx_alloc (l->cap, 1);
      status = l->buffer != NULL ? fill (l, err)
                                 : cvx_fail_nomem (err, "reading a file");
    }
  if (status == CVX_OK)
    status = begin (l, err);
  if (status != CVX_OK)
    cvxi_lines_close (l);
  return status;
}

enum cvx_status
cvxi_lines_next (struct cvxi_lines *l, const char **s, size_t *len,
                 struct cvx_error *err)
{
  size_t searched = 0, n;
  char *end, *nul;
  *s = NULL;
  *len = 0;
  for (;;)
    {
      size_t have = l->to - l->from;
      end = memchr (l->buffer + l->from + searched, l->cr_only ? '\r' : '\n',
                    have - searched);
      if (end != NULL || l->ended)
        break;
      searched = have;
      enum cvx_status status = fill (l, err);
      if (status != CVX_OK)
        return status;
    }
  if (end == NULL && l->from == l->to)
    return CVX_OK;
  n = end != NULL ? (size_t)(end - l->buffer) - l->from : l->to - l->from;
  *s = l->buffer + l->from;
  l->number++;
  l->from += n + (end != NULL);
  l->bytes += n + (end != NULL);
  if (n > 0 && (*s)[n - 1] == '\r')
    n--;
  *len = n;
  nul = memchr (*s, '\0', n);
  if (nul != NULL)
    {
      cvx_fail (err, CVX_E217, "the text has a NUL byte");
      cvx_at (err, l->path, l->number, (size_t)(nul - *s) + 1);
      return cvx_hint (err, "is it UTF-16 or a binary file?");
    }
  return CVX_OK;
}

const char *
cvxi_lines_ahead (const struct cvxi_lines *l, size_t *len, bool *all)
{
  *len = l->to - l->from;
  *all = l->ended;
  return l->buffer + l->from;
}

enum cvx_status
cvxi_lines_unchanged (const struct cvxi_lines *l, struct cvx_error *err)
{
  return cvxi_input_unchanged (l->input, err);
}

void
cvxi_lines_close (struct cvxi_lines *l)
{
  cvxi_input_close (l->input);
  cvx_free (l->buffer);
  l->input = NULL;
  l->buffer = NULL;
}
