/* number.h -- decimal text to double, the same in every locale.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_NUMBER_H
#define CVX_DATA_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

enum cvxi_number_kind
{
  CVXI_NUMBER,
  CVXI_NOT_A_NUMBER, /* other text, hexadecimal, digits with separators */
  CVXI_MISSING,      /* empty, ?, NA, nan, null, - */
  CVXI_INFINITE,     /* inf, -Infinity */
  CVXI_OVERFLOW,     /* 1e999 */
  CVXI_UNDERFLOW     /* 1e-999: the value is 0 */
};

/* How numbers look; C is the locale "C", made by init, owned.  */
struct cvxi_numbers
{
  locale_t c;
  char decimal; /* '.' or ',' */
};

/* False: no memory.  DECIMAL 0 means '.'.  */
bool cvxi_numbers_init (struct cvxi_numbers *f, char decimal);
void cvxi_numbers_free (struct cvxi_numbers *f);

/* The LEN bytes at S, without blanks around them, as a number: optional sign,
   digits with at most one decimal sign, optional exponent, which after a
   decimal sign may begin with D, as Fortran writes it.  *VALUE is the nearest
   double, NaN when there is none.  */
enum cvxi_number_kind cvxi_number (const struct cvxi_numbers *f, const char *s,
                                   size_t len, double *value);

/* The number at *S, up to END; *S moves behind it, unless there is none.
   False: there is none, or it takes more care: cvxi_number has it.  */
bool cvxi_number_scan (const struct cvxi_numbers *f, const char **s,
                       const char *end, double *value);

/* True when the text may be a number with a decimal comma: digits, one
   comma.  */
bool cvxi_looks_comma (const char *s, size_t len);

#endif
