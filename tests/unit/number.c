/* number.c -- the numbers of text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/number.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

START_TEST (numbers_are_those_of_strtod)
{
  static const char *const texts[] = { "0",
                                       "-0",
                                       "1",
                                       "+1.5",
                                       ".5",
                                       "5.",
                                       "1e22",
                                       "1e23",
                                       "123456789012345678901234567890",
                                       "0.1",
                                       "1e-22",
                                       "3.5e-310",
                                       "5e-324",
                                       "1e308",
                                       "9007199254740993",
                                       "9007199254740992",
                                       "0.000000000000000000001",
                                       "1234567890.12345678",
                                       "00000000000000000000000012.5",
                                       "2.2250738585072011e-308",
                                       "8.5e-5",
                                       "123456e-30" };
  struct cvxi_numbers f;
  struct cvx_rng r;
  double v;
  char buf[64];
  ck_assert (cvxi_numbers_init (&f, 0));
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
    {
      double want = strtod (texts[k], NULL);
      ck_assert_int_eq (cvxi_number (&f, texts[k], strlen (texts[k]), &v),
                        CVXI_NUMBER);
      ck_assert_msg (v == want && signbit (v) == signbit (want),
                     "%s: %.17g, not %.17g", texts[k], v, want);
    }
  cvx_rng_init (&r, 1, 1);
  for (int k = 0; k < 200000; k++)
    {
      uint64_t bits = cvx_rng_u64 (&r);
      int digits = (int)cvx_rng_below (&r, 18);
      double x;
      memcpy (&x, &bits, sizeof x);
      if (k % 2 == 0)
        x = cvx_rng_normal (&r) * pow (10, (double)(k % 40) - 20);
      if (!isfinite (x))
        continue;
      snprintf (buf, sizeof buf, k % 3 == 0 ? "%.*f" : "%.*e", digits, x);
      if (strlen (buf) > 60)
        snprintf (buf, sizeof buf, "%.*e", digits, x);
      /* Rounding up the largest numbers gives no number.  */
      if (!isfinite (strtod (buf, NULL)))
        continue;
      cvxi_number (&f, buf, strlen (buf), &v);
      ck_assert_msg (v == strtod (buf, NULL), "%s gave %.17g", buf, v);
    }
  cvxi_numbers_free (&f);
}
END_TEST

START_TEST (fortran_writes_d)
{
  static const struct
  {
    const char *s;
    double value;
  } list[] = { { "0.1288185D+01", 0.1288185e1 },
               { "-.5d-3", -.5e-3 },
               { "1.D0", 1 },
               { "0.1234567890123456789D-30", 0.1234567890123456789e-30 } };
  struct cvxi_numbers f;
  ck_assert (cvxi_numbers_init (&f, 0));
  for (size_t k = 0; k < sizeof list / sizeof *list; k++)
    {
      double v;
      ck_assert_int_eq (cvxi_number (&f, list[k].s, strlen (list[k].s), &v),
                        CVXI_NUMBER);
      ck_assert (v == list[k].value);
    }
  cvxi_numbers_free (&f);
}
END_TEST

START_TEST (what_is_no_number)
{
  static const struct
  {
    const char *text;
    enum cvxi_number_kind kind;
  } rows[] = {
    { "", CVXI_MISSING },
    { "NA", CVXI_MISSING },
    { "?", CVXI_MISSING },
    { "-", CVXI_MISSING },
    { "NaN", CVXI_MISSING },
    { "null", CVXI_MISSING },
    { "inf", CVXI_INFINITE },
    { "-Infinity", CVXI_INFINITE },
    { "1e309", CVXI_OVERFLOW },
    { "-1e999999999999", CVXI_OVERFLOW },
    { "1e-400", CVXI_UNDERFLOW },
    { "0x10", CVXI_NOT_A_NUMBER },
    { "1_000", CVXI_NOT_A_NUMBER },
    { "1,5", CVXI_NOT_A_NUMBER },
    { "1e", CVXI_NOT_A_NUMBER },
    { "3D", CVXI_NOT_A_NUMBER },
    { "1d2", CVXI_NOT_A_NUMBER },
    { "1.5D", CVXI_NOT_A_NUMBER },
    { "1.5D+", CVXI_NOT_A_NUMBER },
    { "1.5D2D2", CVXI_NOT_A_NUMBER },
    { "1.5D400", CVXI_OVERFLOW },
    { "e5", CVXI_NOT_A_NUMBER },
    { ".", CVXI_NOT_A_NUMBER },
    { "1.2.3", CVXI_NOT_A_NUMBER },
    { "1 2", CVXI_NOT_A_NUMBER },
    { "--1", CVXI_NOT_A_NUMBER },
    { "nan(2)", CVXI_NOT_A_NUMBER },
    { "1d5", CVXI_NOT_A_NUMBER },
  };
  struct cvxi_numbers f;
  double v;
  ck_assert (cvxi_numbers_init (&f, '.'));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
    ck_assert_msg (cvxi_number (&f, rows[k].text, strlen (rows[k].text), &v)
                       == rows[k].kind,
                   "\"%s\"", rows[k].text);
  f.decimal = ',';
  ck_assert_int_eq (cvxi_number (&f, "-1,25", 5, &v), CVXI_NUMBER);
  ck_assert (v == -1.25);
  ck_assert_int_eq (cvxi_number (&f, "123456789,01234567890123", 24, &v),
                    CVXI_NUMBER);
  ck_assert (v == 123456789.01234567890123);
  ck_assert_int_eq (cvxi_number (&f, "1.25", 4, &v), CVXI_NOT_A_NUMBER);
  cvxi_numbers_free (&f);
}
END_TEST

TEST_MAIN ("number", numbers_are_those_of_strtod, fortran_writes_d,
           what_is_no_number)
