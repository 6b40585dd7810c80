/* number.c -- decimal text to double.

   A decimal of at most 19 digits whose digits w, read as an integer, are at
   most 2^53 and whose power of ten e has |e| <= 22 is w * 10^e or w / 10^-e
   with both operands exact, so that the one rounding gives the nearest double
   (Clinger, PLDI 1990).  Where long double has 64 bits the same holds for all
   19 digits and |e| <= 27, since 5^27 < 2^64, and the second rounding, to 53
   bits, is wrong only when the 11 bits below are exactly one half.  All else
   goes to strtod in the locale "C".  Eight digits are read at a time, as four
   pairs, two pairs of pairs and one (D. Lemire, Number parsing at a gigabyte
   per second, 2021, section 5).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/number.h"

#include <float.h>
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

/* Digits at P before END into *W, modulo 2^64.  Returns the end of them.  */
static const char *
digits_at (const char *p, const char *end, uint64_t *w)
{
  uint64_t v = *w;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  while (end - p >= 8)
    {
      uint64_t u;
      memcpy (&u, p, 8);
      if (((u & UINT64_C (0xf0f0f0f0f0f0f0f0))
           | ((u + UINT64_C (0x0606060606060606))
              & UINT64_C (0xf0f0f0f0f0f0f0f0))
                 >> 4)
          != UINT64_C (0x3333333333333333))
        break;
      u -= UINT64_C (0x3030303030303030);
      u = u * 10 + (u >> 8);
      u = ((u & UINT64_C (0x000000ff000000ff)) * UINT64_C (0x000f424000000064)
           + (u >> 16 & UINT64_C (0x000000ff000000ff))
                 * UINT64_C (0x0000271000000001))
          >> 32;
      v = v * 100000000 + (uint32_t)u;
      p += 8;
    }
#endif
  while (p < end && (unsigned)(*p - '0') < 10)
    v = 10 * v + (unsigned)(*p++ - '0');
  *w = v;
  return p;
}

/* W * 10^POWER when the nearest double is certain.  */
static bool
exactly (uint64_t w, int power, double *value)
{
  enum
  {
    EXACT = 22,
    EXACT_LONG = 27
  };
  static const double tens[]
      = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  if (w <= UINT64_C (1) << 53 && power >= -EXACT && power <= EXACT)
    {
      *value = power < 0 ? (double)w / tens[-power] : (double)w * tens[power];
      return true;
    }
#if LDBL_MANT_DIG == 64
  if (w != 0 && power >= -EXACT_LONG && power <= EXACT_LONG)
    {
      static const long double longs[]
          = { 1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
              1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
              1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
              1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L };
      long double v = power < 0 ? (long double)w / longs[-power]
                                : (long double)w * longs[power];
      uint64_t mantissa;
      memcpy (&mantissa, &v, sizeof mantissa);
      *value = (double)v;
      return (mantissa & 0x7ff) != 0x400;
    }
#endif
  return false;
}

bool
cvxi_number_scan (const struct cvxi_numbers *f, const char **s,
                  const char *end, double *value)
{
  enum
  {
    MOST_DIGITS = 19, /* fit into 64 bits */
    HUGE = 100000     /* beyond any double */
  };
  const char *p = *s, *first, *point = NULL;
  uint64_t w = 0;
  ptrdiff_t digits;
  int power = 0, exponent = 0;
  bool negative = false, exact;
  double v = 0;
  if (p < end && (*p == '-' || *p == '+'))
    negative = *p++ == '-';
  first = p;
  p = digits_at (p, end, &w);
  digits = p - first;
  if (p < end && *p == f->decimal)
    {
      point = ++p;
      p = digits_at (p, end, &w);
      digits += p - point;
      power = p - point < HUGE ? -(int)(p - point) : -HUGE;
    }
  if (digits == 0)
    return false;
  if (digits > MOST_DIGITS)
    {
      /* Zeros in front are none of them.  */
      for (; first < p && (*first == '0' || *first == f->decimal); first++)
        digits -= *first == '0';
    }
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      const char *q = p + 1;
      bool down = false;
      if (q < end && (*q == '-' || *q == '+'))
        down = *q++ == '-';
      if (q == end || (unsigned)(*q - '0') >= 10)
        return false;
      for (; q < end && (unsigned)(*q - '0') < 10; q++)
        if (exponent < HUGE)
          exponent = 10 * exponent + (*q - '0');
      power += down ? -exponent : exponent;
      p = q;
    }
  *s = p;
  exact = digits <= MOST_DIGITS && (w == 0 || exactly (w, power, &v));
  *value = negative ? -v : v;
  return exact;
}

static enum cvxi_number_kind
plain (const struct cvxi_numbers *f, const char *s, size_t len, double *value)
{
  const char *p = s;
  bool exact = cvxi_number_scan (f, &p, s + len, value);
  if (p == s + len && p > s)
    return exact ? CVXI_NUMBER : slowly (f, s, len, value);
  *value = NAN;
  return word (s, len);
}

/* Fortran writes double precision as 0.15D+01.  Without the point it may be
   the name of something.  */
static enum cvxi_number_kind
fortran (const struct cvxi_numbers *f, const char *s, size_t len,
         double *value)
{
  char buf[64], *mark;
  if (len >= sizeof buf || memchr (s, f->decimal, len) == NULL)
    return CVXI_NOT_A_NUMBER;
  memcpy (buf, s, len);
  buf[len] = '\0';
  mark = strpbrk (buf, "dD");
  if (mark == NULL)
    return CVXI_NOT_A_NUMBER;
  *mark = 'e';
  return plain (f, buf, len, value);
}

enum cvxi_number_kind
cvxi_number (const struct cvxi_numbers *f, const char *s, size_t len,
             double *value)
{
  enum cvxi_number_kind kind = plain (f, s, len, value);
  return kind == CVXI_NOT_A_NUMBER ? fortran (f, s, len, value) : kind;
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
