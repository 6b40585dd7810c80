/* text.h -- growing text, and text made safe to show.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_TEXT_H
#define CVX_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A growing string.  Start from CVX_TEXT_INIT; S is NULL or NUL-terminated.
   When memory runs out FAILED is set and further calls do nothing, so that one
   test at the end is enough.  */
struct cvx_text
{
  char *s;
  size_t len, cap;
  bool failed;
};

#define CVX_TEXT_INIT                                                         \
  {                                                                           \
    NULL, 0, 0, false                                                         \
  }

void cvx_text_printf (struct cvx_text *t, const char *format, ...)
    CVX_PRINTF (2, 3);
void cvx_text_vprintf (struct cvx_text *t, const char *format, va_list args);
void cvx_text_put (struct cvx_text *t, const char *s);
void cvx_text_write (struct cvx_text *t, const char *bytes, size_t len);
void cvx_text_clear (struct cvx_text *t);
void cvx_text_free (struct cvx_text *t);

/* The text as a C string, "" when empty; borrowed until the next change.  */
const char *cvx_text_string (const struct cvx_text *t);

/* Copy S into TO (SIZE bytes, always terminated) with control bytes, DEL and
   bytes that are not valid UTF-8 written as \xNN; tabs and newlines become
   \t and \n.  Cuts at a whole character.  */
void cvx_text_escape (char *to, size_t size, const char *s);

/* Length in bytes of the valid UTF-8 character at S (1 to 4), 0 when it is not
   one.  At the terminating NUL: 0.  */
size_t cvx_utf8_length (const char *s);

/* Damerau-Levenshtein distance (optimal string alignment) of two short
   strings, for did-you-mean; at most 255.  */
unsigned cvx_edit_distance (const char *a, const char *b);

/* The name nearest to WORD among N NAMES: distance at most 2 and less than
   half the length of WORD; NULL when there is none.  Borrowed from NAMES.  */
const char *cvx_did_you_mean (const char *word, const char *const *names,
                              size_t n);

/* Bytes as "14 kB", "62.7 MB", "1.2 GB" into BUF.  Returns BUF.  */
const char *cvx_bytes_words (char *buf, size_t size, double bytes);

#endif
