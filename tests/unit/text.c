/* Growing text, escaping, edit distance, byte words.  */

#include "support.h"

#include <string.h>

#include "base/text.h"

START_TEST (escape_shows_control_bytes)
{
  char out[64];
  cvx_text_escape (out, sizeof out, "a\x1b[1mb\n\xc3\xa4\xff\xc2\x9b");
  ck_assert_str_eq (out, "a\\x1b[1mb\\n\xc3\xa4\\xff\\xc2\\x9b");
  cvx_text_escape (out, 4, "ab\xc3\xa4");
  ck_assert_str_eq (out, "ab"); /* never half a character */
}
END_TEST

START_TEST (distance_counts_transpositions_once)
{
  ck_assert_uint_eq (cvx_edit_distance ("sovle", "solve"), 1);
  ck_assert_uint_eq (cvx_edit_distance ("kitten", "sitting"), 3);
  ck_assert_uint_eq (cvx_edit_distance ("", "abc"), 3);
}
END_TEST

START_TEST (did_you_mean_only_when_near)
{
  const char *const names[] = { "start", "step", "solve", "style" };
  ck_assert_str_eq (cvx_did_you_mean ("sovle", names, 4), "solve");
  ck_assert_ptr_null (cvx_did_you_mean ("xyzzy", names, 4));
  ck_assert_ptr_null (cvx_did_you_mean ("so", names, 4));
}
END_TEST

START_TEST (text_grows_and_remembers_failure)
{
  struct cvx_text t = CVX_TEXT_INIT;
  for (int k = 0; k < 100; k++)
    cvx_text_printf (&t, "%d,", k);
  ck_assert_uint_eq (t.len, 290);
  ck_assert_str_eq (t.s + 284, "98,99,");
  cvx_alloc_fail_at (1, false);
  cvx_text_printf (&t, "%0400d", 1);
  ck_assert (t.failed);
  cvx_text_free (&t);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (errors_carry_number_place_and_hint)
{
  struct cvx_error err;
  ck_assert_int_eq (cvx_fail (&err, CVX_E902, "stop\x07"), CVX_INTERRUPTED);
  ck_assert_str_eq (err.text, "stop\\x07");
  cvx_at (&err, "x.csv", 118, 3);
  cvx_hint (&err, "try %d", 7);
  ck_assert_uint_eq (err.line, 118);
  ck_assert_str_eq (err.hint, "try 7");
  ck_assert_int_eq (cvx_status_exit (err.status), 130);
}
END_TEST

TEST_MAIN ("text", escape_shows_control_bytes,
           distance_counts_transpositions_once, did_you_mean_only_when_near,
           text_grows_and_remembers_failure,
           errors_carry_number_place_and_hint)
