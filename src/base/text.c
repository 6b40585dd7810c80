/* text.c -- growing text, escaping, edit distance.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static bool
reserve (struct cvx_text *t, size_t more)
{
  size_t need = t->len + more + 1, cap = t->cap != 0 ? t->cap : 64;
  char *s;
  if (t->failed || need < more)
    {
      t->failed = true;
      return false;
    }
  if (need <= t->cap)
    return true;
  while (cap < need)
    cap = cap > SIZE_MAX / 2 ? need : cap * 2;
  s = cvx_grow (t->s, t->len, cap, 1);
  if (s == NULL)
    {
      t->failed = true;
      return false;
    }
  t->s = s;
  t->cap = cap;
  return true;
}

void
cvx_text_write (struct cvx_text *t, const char *bytes, size_t len)
{
  if (!reserve (t, len))
    return;
  memcpy (t->s + t->len, bytes, len);
  t->len += len;
  t->s[t->len] = '\0';
}

void
cvx_text_put (struct cvx_text *t, const char *s)
{
  cvx_text_write (t, s, strlen (s));
}

void
cvx_text_vprintf (struct cvx_text *t, const char *format, va_list args)
{
  va_list again;
  int len;
  va_copy (again, args);
  len = vsnprintf (NULL, 0, format, again);
  va_end (again);
  if (len < 0)
    {
      t->failed = true;
      return;
    }
  if (!reserve (t, (size_t)len))
    return;
  vsnprintf (t->s + t->len, (size_t)len + 1, format, args);
  t->len += (size_t)len;
}

void
cvx_text_printf (struct cvx_text *t, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  cvx_text_vprintf (t, format, args);
  va_end (args);
}

void
cvx_text_clear (struct cvx_text *t)
{
  t->len = 0;
  t->failed = false;
  if (t->s != NULL)
    t->s[0] = '\0';
}

void
cvx_text_free (struct cvx_text *t)
{
  cvx_free (t->s);
  *t = (struct cvx_text)CVX_TEXT_INIT;
}

const char *
cvx_text_string (const struct cvx_text *t)
{
  return t->s != NULL ? t->s : "";
}

size_t
cvx_utf8_length (const char *s)
{
  const unsigned char *p = (const unsigned char *)s;
  uint32_t code;
  size_t len;
  if (p[0] == 0)
    return 0;
  if (p[0] < 0x80)
    return 1;
  len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
  if (len == 0 || p[0] > 0xf4)
    return 0;
  code = p[0] & (0xffu >> (len + 1));
  for (size_t k = 1; k < len; k++)
    {
      if ((p[k] & 0xc0) != 0x80)
        return 0;
      code = code << 6 | (p[k] & 0x3fu);
    }
  if ((len == 3 && code < 0x800) || (len == 4 && code < 0x10000)
      || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return 0;
  return len;
}

void
cvx_text_escape (char *to, size_t size, const char *s)
{
  size_t used = 0;
  while (*s != '\0')
    {
      char piece[8];
      size_t len = cvx_utf8_length (s), out;
      unsigned char c = (unsigned char)*s;
      /* C1 controls are two bytes in UTF-8 and escapes for a terminal.  */
      bool c1 = len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0;
      if (len == 0 || c < 0x20 || c == 0x7f || c1)
        {
          if (c == '\n' || c == '\t')
            snprintf (piece, sizeof piece, "\\%c", c == '\n' ? 'n' : 't');
          else
            snprintf (piece, sizeof piece, "\\x%02x", c);
          out = strlen (piece);
          len = 1;
        }
      else
        {
          memcpy (piece, s, len);
          out = len;
        }
      if (used + out >= size)
        break;
      memcpy (to + used, piece, out);
      used += out;
      s += len;
    }
  if (size > 0)
    to[used] = '\0';
}

unsigned
cvx_edit_distance (const char *a, const char *b)
{
  enum
  {
    MAX = 64
  };
  unsigned row[3][MAX + 1];
  size_t la = strlen (a), lb = strlen (b);
  if (la > MAX || lb > MAX)
    return 255;
  for (size_t j = 0; j <= lb; j++)
    row[0][j] = (unsigned)j;
  for (size_t i = 1; i <= la; i++)
    {
      unsigned *now = row[i % 3], *up = row[(i + 2) % 3];
      const unsigned *up2 = row[(i + 1) % 3];
      now[0] = (unsigned)i;
      for (size_t j = 1; j <= lb; j++)
        {
          unsigned cost = a[i - 1] != b[j - 1];
          unsigned best = up[j - 1] + cost;
          if (up[j] + 1 < best)
            best = up[j] + 1;
          if (now[j - 1] + 1 < best)
            best = now[j - 1] + 1;
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
              && up2[j - 2] + 1 < best)
            best = up2[j - 2] + 1;
          now[j] = best;
        }
    }
  return row[la % 3][lb];
}

const char *
cvx_did_you_mean (const char *word, const char *const *names, size_t n)
{
  const char *best = NULL;
  unsigned least = 3;
  for (size_t k = 0; k < n; k++)
    {
      unsigned dist = cvx_edit_distance (word, names[k]);
      if (dist < least && 2 * dist < strlen (word))
        {
          least = dist;
          best = names[k];
        }
    }
  return best;
}

const char *
cvx_bytes_words (char *buf, size_t size, double bytes)
{
  static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
  size_t k = 0;
  while (bytes >= 1000 && k + 1 < sizeof units / sizeof *units)
    {
      bytes /= 1000;
      k++;
    }
  snprintf (buf, size, bytes < 10 && k > 0 ? "%.1f %s" : "%.0f %s", bytes,
            units[k]);
  return buf;
}
