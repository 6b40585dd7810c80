/* Expressions: values, precedence, errors with their carets.  */

#include "support.h"

#include "language_host.h"

struct row
{
  const char *typed, *shown;
};

#define check_rows(S, ROWS)                                                   \
  for (size_t r_ = 0; r_ < sizeof (ROWS) / sizeof *(ROWS); r_++)              \
    {                                                                         \
      const char *got_ = type (S, (ROWS)[r_].typed);                          \
      ck_assert_msg (strcmp (got_, (ROWS)[r_].shown) == 0,                    \
                     "%s\ngave\n%swanted\n%s", (ROWS)[r_].typed, got_,        \
                     (ROWS)[r_].shown);                                       \
    }

START_TEST (precedence_and_values)
{
  static const struct row rows[] = {
    { "= 1 + 2*3^2 - -4", "23\n" },
    { "= -2^2", "-4\n" },
    { "= 2^3^2", "512\n" },
    { "= 2^-1", "0.5\n" },
    { "= -7 % 3", "2\n" },
    { "= 10 - 4 - 3", "3\n" },
    { "= 100/5/2", "10\n" },
    { "= not true or 1 < 2 and 3 >= 3", "true\n" },
    { "= [1,2,3]*2 + [1,1,1]", "[3, 5, 7]\n" },
    { "= 2:8:3", "[2, 5, 8]\n" },
    { "= len(0:1:0.1)", "11\n" },
    { "= 5:1", "[]\n" },
    { "= 1:3 == [1,2,3]", "true\n" },
    { "= \"a\" + 'b{x}'", "ab{x}\n" },
    { "= \"b\" > \"a\"", "true\n" },
    { "= [\"u\",\"v\"][2]", "v\n" },
    { "= 10k + 2M", "2010000\n" },
    { "= 1/0 - 1/0 == 0", "false\n" },
    { "= inf", "inf\n" },
    { "= if(2 > 1, \"yes\", 1/0)", "yes\n" },
    { "= [1,2,\n3]", "[1, 2, 3]\n" },
    { "= 1 + \\\n 2", "3\n" },
    { "= 1:1e12",
      "[1, 2, 3, 4, 5, 6, 7, 8, ..., 1e+12, 1e+12]    # 1000000000000 "
      "elements\n" },
  };
  struct session *s = session_new ();
  check_rows (s, rows);
  session_free (s);
}
END_TEST

START_TEST (functions_give_known_values)
{
  static const struct row rows[] = {
    { "= sum(1:100)", "5050\n" },
    { "= sum([1e100, 1, -1e100])", "1\n" },
    { "= mean([1,2,6]) + std([1,2,3,4])", "4.290994449\n" },
    { "= norm([3e200,4e200])", "5e+200\n" },
    { "= norm([3,-4],1) + norm([3,-4],inf)", "11\n" },
    { "= dot([1,2,3],[4,5,6])", "32\n" },
    { "= sort([3,nan,1,2])", "[1, 2, 3, nan]\n" },
    { "= argmin([4,2,9]) + argmax([4,2,9])*10", "32\n" },
    { "= max(3,nan,5) + min([7,6,nan])", "11\n" },
    { "= linspace(0,1,5)", "[0, 0.25, 0.5, 0.75, 1]\n" },
    { "= logspace(-2,0,3)", "[0.01, 0.1, 1]\n" },
    { "= range(1,10,4)", "[1, 5, 9]\n" },
    { "= len(zeros(3)) + sum(ones(4)) + len(\"\xc3\xbc"
      "ab\")",
      "10\n" },
    { "= str([1,2]) + str(true)", "[1, 2]true\n" },
    { "= num(\" 1e3 \") + 1", "1001\n" },
    { "= round(2.5) + floor(-1.5) + ceil(1.2)", "3\n" },
    { "= sqrt([4,9]) + abs(-1)", "[3, 4]\n" },
    { "= exists(run.gap) and not exists(run.foo) and not exists(q)",
      "true\n" },
    { "= file.exists(\"/\") and not file.exists(\"/no/such\")", "true\n" },
  };
  struct session *s = session_new ();
  check_rows (s, rows);
  session_free (s);
}
END_TEST

START_TEST (errors_point_at_the_cause)
{
  static const struct row rows[] = {
    { "= foo + 1", "       ^^^\nE117: \"foo\" is not defined\n" },
    { "= run.gapp", "           ^^^^\nE117: run has no field \"gapp\".  Did "
                    "you mean gap?   Fields: gap obj converged hist tag\n" },
    { "= sqr(2)",
      "       ^^^\nE125: unknown function sqr.  Did you mean sqrt?\n" },
    { "= [1,2]+[1,2,3]", "       ^^^^^^^^^^^^^\nE122: sizes differ: 2 "
                         "elements + 3 elements\n" },
    { "= [1,2][0]", "             ^\nE123: index 0, but there are 2 elements "
                    "(counted from 1)\n" },
    { "= [1,2][1e9]", "             ^^^\nE123: index 1000000000, but there "
                      "are 2 elements (counted from 1)\n" },
    { "= [1,2][1.5]",
      "             ^^^\nE123: an index is a whole number, got 1.5\n" },
    { "= [1,2][1:3]", "             ^^^\nE123: index 3, but there are 2 "
                      "elements (counted from 1)\n" },
    { "= \"\xc3\xbc\" + 3", "       ^^^^^^^\nE121: cannot compute string + "
                            "number.  hint: str(x) makes a string, num(s) a "
                            "number\n" },
    { "= 1 < 2 < 3", "             ^\nE104: comparisons cannot be chained.  "
                     "hint: write a < b and b < c\n" },
    { "= 1 = 2", "         ^\nE104: \"=\" where an operator is expected.  "
                 "hint: to compare, write ==\n" },
    { "= 3 \xe2\x80\x93 4",
      "         ^\nE106: the character \xe2\x80\x93 (bytes e2 80 ...) is not "
      "allowed here.  hint: looks like a typographic dash; type -\n" },
    { "= zeros(1e12)", "             ^^^^\nE107: a list of 1000000000000 "
                       "elements, the limit is 10000000\n" },
    { "= (1:1e12)[2:end]", "                ^^^^^\nE107: a list of "
                           "999999999999 elements, the limit is 10000000\n" },
    { "= 1:1e12 == 1:1e12", "true\n" },
    { "= 1:1e12 == 2:(1e12+1)", "false\n" },
    { "near 1:1e12 1:1e12", "          ^^^^^^\nE107: a list of "
                            "1000000000000 elements, the limit is "
                            "10000000\n" },
    { "= (1:1e12)*2", "       ^^^^^^^^^^\nE107: a list of 1000000000000 "
                      "elements, the limit is 10000000\n" },
    { "= max()", "       ^^^^^\nE126: max has 0 arguments here.  hint: max(v) "
                 "or max(a, b, ...)\n" },
    { "= 1e999", "       ^^^^^\nE104: 1e999 is too large for a number (the "
                 "largest is 1.8e308)\n" },
    { "= 3in", "       ^^^\nE104: \"3in\" is not a number.  hint: counts may "
               "end in k M G, times in s m h, sizes in \"in\" cm pt px\n" },
    { "= [1,\"a\"]", "          ^^^\nE121: element 2 of the list must be a "
                     "number, got a string\n" },
  };
  struct session *s = session_new ();
  check_rows (s, rows);
  session_free (s);
}
END_TEST

START_TEST (formats_are_harmless)
{
  static const struct row rows[] = {
    { "= \"{pi:%8.3f}|{2:%-4d}|{pi:%.2e}|{true:%6s}|\"",
      "   3.142|2   |3.14e+00|  true|\n" },
    { "= \"{[1,2]:%.1f} \\{x\\}\\t.\"", "1.0 2.0 {x}\t.\n" },
    { "= \"{nan:%5d}{inf:%+g}\"", "  nan+inf\n" },
    { "= \"{1:%s%n%n}\"",
      "           ^^^^^^\nE124: \"%s%n%n\" is not a format.  hint: "
      "%[flags][width][.digits] and one of e f g d s, for example %8.3e\n" },
    { "= \"{1:%n}\"",
      "           ^^\nE124: \"%n\" is not a format.  hint: "
      "%[flags][width][.digits] and one of e f g d s, for example %8.3e\n" },
    { "= \"{1:%99999d}\"",
      "           ^^^^^^^\nE124: \"%99999d\" is not a format.  hint: "
      "%[flags][width][.digits] and one of e f g d s, for example %8.3e\n" },
    { "= \"{1.5:%d}\"",
      "        ^^^^^^^^\nE121: %d needs a whole number, got 1.5\n" },
    { "= \"x{\"", "         ^\nE105: the { in this string is not closed.  "
                  "hint: for a brace in the text write \\{\n" },
  };
  static const char *const letters
      = "abchiklmnopqtuvwxyzABCDHIJKLMNOPQRSTUVWXYZ*$%";
  struct session *s = session_new ();
  check_rows (s, rows);
  for (const char *c = letters; *c != '\0'; c++)
    {
      char line[32];
      snprintf (line, sizeof line, "= \"{1:%%%c}\"", *c);
      ck_assert_int_ne (lang_feed (s->in, line, NULL, &s->err), CVX_OK);
      ck_assert_int_eq (s->err.id, CVX_E124);
    }
  session_free (s);
}
END_TEST

START_TEST (fields_and_indices_reach_the_host)
{
  static const struct row rows[] = {
    { "= runs[2].gap", "6.2e-05\n" },
    { "= runs[end].gap", "9.3e-05\n" },
    { "= runs[3].hist.obj[end]", "0.89\n" },
    { "= hist.obj[2:3]", "[1.7, 0.9]\n" },
    { "= hist.obj[[4,1]]", "[0.89, 2.5]\n" },
    { "= \"{run.tag} {run.converged}\"", "first true\n" },
    { "= runs[0].gap",
      "            ^\nE123: an index is a whole number from 1, got 0\n" },
  };
  struct session *s = session_new ();
  check_rows (s, rows);
  s->mock.no_data = true;
  ck_assert_str_eq (type (s, "= 1 + run.gap"),
                    "           ^^^^^^^\nE117: there is no run.  hint: "
                    "start\n");
  session_free (s);
}
END_TEST

START_TEST (nesting_and_size_are_limited)
{
  enum
  {
    MANY = 10000
  };
  char *line = malloc (80 * 1024);
  struct session *s = session_new ();
  ck_assert_ptr_nonnull (line);
  memset (line, '(', MANY);
  line[0] = '=';
  line[MANY] = '\0';
  ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_LIMIT);
  ck_assert_int_eq (s->err.id, CVX_E107);
  memset (line + 1, '-', MANY - 1);
  ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_LIMIT);
  for (int k = 0; k < MANY; k++)
    memcpy (line + 2 + 2 * k, "1+", 2);
  strcpy (line + 2 + 2 * MANY, "1");
  memcpy (line, "= ", 2);
  ck_assert_ok (lang_feed (s->in, line, NULL, &s->err), s->err);
  ck_assert_str_eq (session_show (s, CVX_OK), "10001\n");
  for (int k = 0; k < MANY; k++)
    memcpy (line + 2 + 2 * k, "2^", 2);
  ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_LIMIT);
  memset (line, 'x', 70 * 1024);
  line[70 * 1024] = '\0';
  ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_LIMIT);
  ck_assert_int_eq (lang_feed_state (s->in), LANG_READY);
  free (line);
  session_free (s);
}
END_TEST

START_TEST (random_numbers_come_from_the_seed)
{
  struct session *a = session_new (), *b = session_new ();
  char first[64];
  snprintf (first, sizeof first, "%s", type (a, "= rand() + randn()"));
  ck_assert_str_eq (first, type (b, "= rand() + randn()"));
  ck_assert_str_ne (first, type (b, "= rand() + randn()"));
  ck_assert_str_eq (type (a, "= len(rand(5)) + min(rand(50)) < 6"), "true\n");
  session_free (a);
  session_free (b);
}
END_TEST

TEST_MAIN ("language_expr", precedence_and_values, functions_give_known_values,
           errors_point_at_the_cause, formats_are_harmless,
           fields_and_indices_reach_the_host, nesting_and_size_are_limited,
           random_numbers_come_from_the_seed)
