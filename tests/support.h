/* support.h -- what every Check program of the tests shares.

   A test program lists its tests with TEST_MAIN; each runs in a process of
   its own and the result is TAP on standard output.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_SUPPORT_H
#define CVX_TESTS_SUPPORT_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/rng.h"

/* Seconds a test may take before it is stopped and counted as failed.  */
#ifndef TEST_SECONDS
#  define TEST_SECONDS 60
#endif

#define ck_assert_ok(CALL, ERR)                                               \
  do                                                                          \
    {                                                                         \
      enum cvx_status status_ = (CALL);                                       \
      ck_assert_msg (status_ == CVX_OK, "%s: E%d %s", #CALL, (int)(ERR).id,   \
                     (ERR).text);                                             \
    }                                                                         \
  while (0)

/* |A - B| <= REL max (|A|, |B|), both finite.  */
#define ck_assert_near(A, B, REL)                                             \
  do                                                                          \
    {                                                                         \
      double a_ = (A), b_ = (B), r_ = (REL);                                  \
      ck_assert_msg (fabs (a_ - b_) <= r_ * fmax (fabs (a_), fabs (b_)),      \
                     "%s = %.17g, %s = %.17g, off by %.2e relative", #A, a_,  \
                     #B, b_, fabs (a_ - b_) / fmax (fabs (a_), fabs (b_)));   \
    }                                                                         \
  while (0)

#define TEST_MAIN(NAME, ...)                                                  \
  int main (void)                                                             \
  {                                                                           \
    const TTest *const tests_[] = { __VA_ARGS__ };                            \
    Suite *suite_ = suite_create (NAME);                                      \
    TCase *cases_ = tcase_create (NAME);                                      \
    SRunner *runner_;                                                         \
    tcase_set_timeout (cases_, TEST_SECONDS);                                 \
    for (size_t k_ = 0; k_ < sizeof tests_ / sizeof *tests_; k_++)            \
      tcase_add_test (cases_, tests_[k_]);                                    \
    suite_add_tcase (suite_, cases_);                                         \
    runner_ = srunner_create (suite_);                                        \
    srunner_set_tap (runner_, "-");                                           \
    srunner_run_all (runner_, CK_SILENT);                                     \
    srunner_free (runner_);                                                   \
    return EXIT_SUCCESS; /* TAP says what failed */                           \
  }

#endif
