/* number.c -- decimal text to double.

   A decimal of at most 19 digits whose digits w, read as an integer, are at
   most 2^53 and whose power of ten e has |e| <= 22 is w * 10^e or w / 10^-e
   with both operands exact, so that the one rounding gives the nearest double
   (Clinger, PLDI 1990).  All else goes to strtod in the locale "C".

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum
{
  LONGEST = 1000 /* bytes of a number; longer ones are not numbers */
};

bool
cvxi_numbers_init (struct cvxi_numbers *f, char decimal)
{
  f->decimal = decimal != 0 ? decimal : '.';
  f->c = newlocale (LC_ALL_MASK, "C", (locale_t)0);
  return f->c != (locale_t)0;
}

void
cvxi_numbers_free (struct cvxi_numbers *f)
{
  if (f->c != (locale_t)0)
    freelocale (f->c);
  f->c = (locale_t)0;
}

static enum cvxi_number_kind
word (const char *s, size_t len)
{
  static const char *const missing[]
      = { "", "?", "-", "na", "n/a", "nan", "null" };
  static const char *const infinite[] = { "inf", "infinity" };
  for (size_t k = 0; k < sizeof missing / sizeof *missing; k++)
    if (strlen (missing[k]) == len && strncasecmp (s, missing[k], len) == 0)
      return CVXI_MISSING;
  if (len > 0 && (*s == '-' || *s == '+'))
    {
      s++;
      len--;
    }
  for (size_t k = 0; k < sizeof infinite / sizeof *infinite; k++)
    if (strlen (infinite[k]) == len && strncasecmp (s, infinite[k], len) == 0)
      return CVXI_INFINITE;
  return CVXI_NOT_A_NUMBER;
}

static enum cvxi_number_kind
slowly (const struct cvxi_numbers *f, const char *s, size_t len, double *value)
{
  char buf[LONGEST + 1], *mark;
  if (len > LONGEST)
    return CVXI_NOT_A_NUMBER;
  memcpy (buf, s, len);
  buf[len] = '\0';
  mark = strchr (buf, f->decimal);
  if (mark != NULL)
    *mark = '.';
  *value = strtod_l (buf, NULL, f->c);
  if (isinf (*value))
    {
      *value = NAN;
      return CVXI_OVERFLOW;
    }
  return *value == 0 ? CVXI_UNDERFLOW : CVXI_NUMBER;
}

enum cvxi_number_kind
cvxi_number (const struct cvxi_numbers *f, const char *s, size_t len,
             double *value)
{
  static const double tens[]
      = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  enum
  {
    MOST_DIGITS = 19, /* fit into 64 bits */
    EXACT_TEN = 22,
    HUGE = 100000 /* beyond any double */
  };
  const char *p = s, *end = s + len;
  uint64_t w = 0;
  int digits = 0, power = 0, exponent = 0;
  bool negative = false, any = false;
  *value = NAN;
  if (p < end && (*p == '-' || *p == '+'))
    negative = *p++ == '-';
  for (; p < end && (unsigned)(*p - '0') < 10; p++, any = true)
    {
      if (digits < MOST_DIGITS)
        w = 10 * w + (unsigned)(*p - '0');
      digits += w != 0;
    }
  if (p < end && *p == f->decimal)
    for (p++; p < end && (unsigned)(*p - '0') < 10; p++, any = true)
      {
        if (digits < MOST_DIGITS)
          {
            w = 10 * w + (unsigned)(*p - '0');
            power--;
          }
        digits += w != 0;
      }
  if (any && p < end && (*p == 'e' || *p == 'E'))
    {
      bool down = false, some = false;
      p++;
      if (p < end && (*p == '-' || *p == '+'))
        down = *p++ == '-';
      for (; p < end && (unsigned)(*p - '0') < 10; p++, some = true)
        if (exponent < HUGE)
          exponent = 10 * exponent + (*p - '0');
      any = some;
      if (down)
        exponent = -exponent;
    }
  if (!any || p != end)
    return word (s, len);
  power += exponent;
  if (w == 0)
    *value = negative ? -0.0 : 0.0;
  else if (digits <= MOST_DIGITS && w <= UINT64_C (1) << 53
           && power >= -EXACT_TEN && power <= EXACT_TEN)
    {
      double v = (double)w;
      v = power < 0 ? v / tens[-power] : v * tens[power];
      *value = negative ? -v : v;
    }
  else
    return slowly (f, s, len, value);
  return CVXI_NUMBER;
}

bool
cvxi_looks_comma (const char *s, size_t len)
{
  size_t commas = 0, digits = 0;
  for (size_t k = 0; k < len; k++)
    if (s[k] == ',')
      commas++;
    else if (s[k] >= '0' && s[k] <= '9')
      digits++;
    else if (strchr ("+-eE", s[k]) == NULL)
      return false;
  return commas == 1 && digits > 0;
}
