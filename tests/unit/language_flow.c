/* Control flow at the prompt and in scripts: blocks, limits, interruption,
   includes, checks, what is shown when something fails.  */

#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "support.h"

#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language_host.h"

#define given(S, TYPED, SHOWN) ck_assert_str_eq (type (S, TYPED), SHOWN)
#define runs(S, TEXT, SHOWN)   ck_assert_str_eq (script (S, TEXT), SHOWN)

START_TEST (a_block_is_read_line_by_line)
{
  struct session *s = session_new ();
  given (s, "for b in [1, 2]", "");
  ck_assert_str_eq (lang_feed_open (s->in), "for");
  ck_assert_int_eq (lang_feed_state (s->in), LANG_NEED_MORE);
  given (s, "  if b == 2", "");
  ck_assert_str_eq (lang_feed_open (s->in), "if");
  /* The mistake is told at once, its line may be typed again.  */
  given (s, "    sovle",
         "         ^^^^^\nE101: unknown command \"sovle\".  Did you mean "
         "solve?\n  the if is still open: type the line again, or leave it "
         "with Ctrl-C\n");
  given (s, "    print \"two\"", "");
  given (s, "  else", "");
  given (s, "    print \"{b:%.1f}\"", "");
  given (s, "  end", "");
  given (s, "end", "1.0\ntwo\n");
  ck_assert_str_eq (lang_feed_open (s->in), "");
  given (s, "for x in [1,2", "");
  ck_assert_str_eq (lang_feed_open (s->in), "[");
  lang_feed_abandon (s->in);
  given (s, "= \"a", "");
  ck_assert_str_eq (lang_feed_open (s->in), "\"");
  given (s, "b\"", "a\nb\n");
  given (s, "solve \\", "");
  given (s, " tol=1", "solve tol=1\n");
  session_free (s);
}
END_TEST

START_TEST (loops_and_conditions)
{
  struct session *s = session_new ();
  runs (s,
        "let n = 0\nfor i in 1:10\n  if i % 2 == 0\n    n = n + i\n"
        "  elif i == 7\n    n = n + 100\n  else\n  end\nend\n= n\n",
        "130\n");
  runs (s, "let k = 1\nwhile k < 100\n  k = 3*k\nend\nprint k, \"done\"\n",
        "243 done\n");
  runs (s, "for s in [\"a\", \"b\"] ; for j in 1:2 ; print s, j ; end ; end",
        "a 1\na 2\nb 1\nb 2\n");
  runs (s, "for one in 5\nprint one\nend\nfor none in []\nprint 1\nend\n",
        "5\n");
  runs (s, "let v = 1:4\nv[2] = 7\nv[end] = v[1] + 1/2\n= v\n",
        "[1, 7, 3, 1.5]\n");
  session_free (s);
}
END_TEST

START_TEST (a_failing_pass_is_reported_with_its_values)
{
  struct session *s = session_new ();
  runs (s,
        "for f in [0.5, 1]\n  for i in 1:10\n    if i == 7\n"
        "      formulation relu beta=-i\n    end\n  end\nend\nprint 1\n",
        "t.cvx:4:29: E120: beta must be > 0, got -7\n"
        "        formulation relu beta=-i\n"
        "                              ^^\n"
        "  in pass 7 of 10 of the loop at line 2: i = 7\n"
        "  in pass 1 of 2 of the loop at line 1: f = 0.5\n");
  ck_assert_uint_eq (s->err.line, 4);
  ck_assert_uint_eq (s->err.column, 29);
  given (s, "= i", "7\n");
  runs (s, "let t = 5\nt = 1 + [1,2] + \"x\"\n",
        "t.cvx:2:5: E121: cannot compute vector of 2 + string.  hint: str(x) "
        "makes a string, num(s) a number\n  t = 1 + [1,2] + \"x\"\n      "
        "^^^^^^^^^^^^^^^\n");
  given (s, "= t", "5\n"); /* as it was */
  session_free (s);
}
END_TEST

START_TEST (the_whole_script_is_read_before_it_runs)
{
  struct session *s = session_new ();
  runs (s, "print 1\nsolve tol=1\nsolve tll=3\n",
        "t.cvx:3:7: E103: solve has no option \"tll\".  Did you mean tol?   "
        "Options: tol maxiter time every verbose\n  solve tll=3\n        "
        "^^^\n");
  runs (s, "for i in 1:3\nprint i\n",
        "t.cvx:1:1: E105: this for has no "
        "end\n  for i in 1:3\n  ^^^\n");
  runs (s, "print [1,\n2\n",
        "t.cvx:1:7: E105: this bracket is not closed\n"
        "  print [1,\n        ^\n");
  runs (s, "print 1\nprint \"a\n",
        "t.cvx:2:7: E105: the string that starts "
        "here is not closed\n  print \"a\n"
        "        ^\n");
  runs (s, "end\n",
        "t.cvx:1:1: E109: end without for, while or if\n  end\n"
        "  ^^^\n");
  runs (s, "while 1\nelse\nend",
        "t.cvx:2:1: E109: else without if: the open block is a loop\n  else\n"
        "  ^^^^\n");
  given (s, "if true", "");
  ck_assert_int_eq (lang_feed_end (s->in, &s->err), CVX_SYNTAX);
  ck_assert_str_eq (session_show (s, s->err.status),
                    "line 1: E105: this if has no end\n  if true\n  ^^\n");
  ck_assert_int_eq (lang_feed_state (s->in), LANG_READY);
  session_free (s);
}
END_TEST

START_TEST (line_endings_and_marks_are_accepted)
{
  struct session *s = session_new ();
  runs (s, "\xef\xbb\xbf#!/usr/bin/env cvxnn\r\nlet a = 1\r\nprint a + 1",
        "2\n");
  runs (s, "print 1\nprint \xff\n",
        "t.cvx:2:7: E106: byte \\xff is not UTF-8 text.  hint: save the file "
        "as UTF-8\n  print ?\n        ^\n");
  runs (s, "print \x01\n",
        "t.cvx:1:7: E106: control byte \\x01 is not "
        "allowed\n  print ?\n        ^\n");
  ck_assert_int_eq (
      lang_run_text (s->in, "z.cvx", "p\0rint", 6, NULL, 0, &s->err),
      CVX_SYNTAX);
  ck_assert_int_eq (s->err.id, CVX_E106);
  runs (s, "# \xc3\xa4 \xe2\x80\x9c comments are free\nprint '\xe2\x80\x9c'",
        "\xe2\x80\x9c\n");
  session_free (s);
}
END_TEST

START_TEST (pasted_lines_run_in_order_and_stop)
{
  struct session *s = session_new ();
  size_t skipped = 99;
  ck_assert_ok (lang_feed (s->in, "print 1\nprint 2\n", &skipped, &s->err),
                s->err);
  ck_assert_uint_eq (skipped, 0);
  ck_assert_str_eq (session_show (s, CVX_OK), "1\n2\n");
  ck_assert_int_eq (lang_feed (s->in,
                               "print 1\nsovle\nprint 2\nprint 3\nprint 4",
                               &skipped, &s->err),
                    CVX_SYNTAX);
  ck_assert_uint_eq (skipped, 3);
  ck_assert_str_eq (session_show (s, s->err.status),
                    "1\nline 2: E101: unknown command \"sovle\".  Did you "
                    "mean solve?\n  sovle\n  ^^^^^\n");
  /* A pasted block with a mistake does not run, nor stay open.  */
  ck_assert_int_eq (lang_feed (s->in, "for i in 1:2\nsovle\nprint i\nend",
                               &skipped, &s->err),
                    CVX_SYNTAX);
  ck_assert_uint_eq (skipped, 2);
  ck_assert_int_eq (lang_feed_state (s->in), LANG_READY);
  session_free (s);
}
END_TEST

START_TEST (loops_are_guarded_and_ranges_lazy)
{
  struct session *s = session_new ();
  lang_set_max_loop (s->in, 1000);
  given (s, "for i in 1:1e12 ; print i ; end",
         "     ^^^\nE108: the loop makes 1000000000000 passes, maxloop is "
         "1000.  hint: set maxloop=1e+13\n");
  given (s, "let n = 0 ; while true ; n = n + 1 ; end",
         "                 ^^^^^\nE108: the loop makes more than 1000 passes, "
         "maxloop is 1000.  hint: set maxloop=1e+04\n");
  given (s, "= n", "1000\n");
  given (s, "let r = 1:1e12 ; = r[1e11:1e11 + 2] ; = len(r)",
         "[1e+11, 1e+11, 1e+11]\n1e+12\n");
  session_free (s);
}
END_TEST

START_TEST (an_interrupt_leaves_everything)
{
  struct session *s = session_new ();
  s->mock.abort_after = 3;
  runs (s, "for i in 1:10\n  expect E902 step i\nend\nprint 1\n",
        "step n=1\nt.cvx:2:15: E503: expected E902, but the command "
        "succeeded\n    expect E902 step i\n                ^^^^^^\n"
        "  in pass 1 of 10 of the loop at line 1: i = 1\n");
  runs (s, "while true\n  step 1\nend\nprint 1\n",
        "step n=1\nstep n=1\nt.cvx:1:1: E902: interrupted\n  while true\n  "
        "^^^^^\n  in pass 3 of the loop at line 1\n");
  ck_assert_int_eq (s->err.status, CVX_INTERRUPTED);
  given (s, "expect E902 step 1", "     ^^^^^^\nE902: interrupted\n");
  atomic_store (&s->mock.abort, 0);
  given (s, "step 4", "step n=4\n");
  session_free (s);
}
END_TEST

START_TEST (assertions_show_both_sides)
{
  struct session *s = session_new ();
  given (s, "assert run.gap < 1e-3", "");
  given (s, "assert run.gap < 1e-6",
         "            ^^^^^^^^^^^^^^\nE501: assertion failed: run.gap < 1e-6  "
         " (3.1e-05 < 1e-06)\n");
  given (s, "assert 1 < 2 and 2*3 == 7 \"six\"",
         "            ^^^^^^^^^^^^^^^^^^\nE501: assertion failed: 1 < 2 and "
         "2*3 == 7: six   (1 < 2 and 6 == 7)\n");
  given (s, "assert not run.converged",
         "            ^^^^^^^^^^^^^^^^^\nE501: assertion failed: not "
         "run.converged   (false)\n");
  given (s, "assert 0/0 == 0/0",
         "            ^^^^^^^^^^\nE501: assertion "
         "failed: 0/0 == 0/0   (nan == nan)\n");
  ck_assert_int_eq (s->err.status, CVX_ASSERTION);
  given (s, "assert nan",
         "            ^^^\nE501: assertion failed: nan   "
         "(nan)\n");
  given (s, "near run.obj 0.8914473 rel=1e-6", "");
  given (s, "near 1 -1",
         "          ^\nE502: 1 and -1 differ by 2.00e+00 "
         "(2.00e+00 relative), allowed is 1.00e-06\n");
  given (s, "near nan nan",
         "          ^^^\nE502: nan and nan: nan is near nothing\n");
  given (s, "near [1,2] [1,2.5] abs=0.1",
         "          ^^^^^\nE502: element 2: 2 and 2.5 differ by 5.00e-01 "
         "(2.00e-01 relative), allowed is 1.00e-01\n");
  given (s, "expect E101 sovle", "");
  given (s, "expect E120 solve tol=-1", "");
  given (s, "expect E120 sovle",
         "                 ^^^^^\nE503: expected E120, got E101: unknown "
         "command \"sovle\".  Did you mean solve?\n");
  session_free (s);
}
END_TEST

START_TEST (names_are_protected)
{
  struct session *s = session_new ();
  given (s, "let end = 3",
         "         ^^^\nE116: end is a word of the language\n");
  given (s, "let run = 3",
         "         ^^^\nE116: run is a name of the program\n");
  given (s, "let step = 3",
         "         ^^^^\nW112: step is also a command; "
         "step = ... now sets the variable\n");
  given (s, "step = 4 ; step 2 ; = step", "step n=2\n4\n");
  given (s, "zz = 4",
         "     ^^\nE117: \"zz\" is not defined.  hint: let zz = "
         "... makes a variable\n");
  given (s, "let q = 1/0", "             ^^^\nW111: q is inf\n");
  given (s, "vars", "step = 4\nq    = inf\n");
  given (s, "del step, q ; vars", "no variables\n");
  given (s, "del nope",
         "         ^^^^\nE117: there is no variable \"nope\"\n");
  session_free (s);
}
END_TEST

START_TEST (scripts_warn_of_abbreviations)
{
  static const char text[] = "plo ga\nfor i in 1:2\nform lin beta=1\nend\n";
  struct session *s = session_new ();
  runs (s, "plo gap\n",
        "t.cvx:1:1: W110: \"plo\" is short for plot\n  plo gap\n  ^^^\n"
        "plot kinds=gap\n");
  given (s, "plo gap", "plot kinds=gap\n");
  /* A flag that is turned off is no abbreviation of itself.  */
  runs (s, "plot gap nolive\n", "plot kinds=gap live=off\n");
  runs (s, "solver admm noadapt\n", "solver kind=<admm> adapt=off\n");
  ck_assert_int_eq (
      lang_check_text (s->in, "t.cvx", text, strlen (text), &s->err),
      CVX_SYNTAX);
  ck_assert_str_eq (
      session_show (s, s->err.status),
      "t.cvx:1:1: W110: \"plo\" is short for plot\n  plo ga\n  ^^^\n"
      "t.cvx:1:5: W110: \"ga\" is short for gap\n  plo ga\n      ^^\n"
      "t.cvx:3:1: W110: \"form\" is short for formulation\n"
      "  form lin beta=1\n  ^^^^\n"
      "t.cvx:3:6: E102: \"lin\" is ambiguous: linear-cnn, linear\n"
      "  form lin beta=1\n       ^^^\n");
  session_free (s);
}
END_TEST

static void
put_file (const char *path, const char *text)
{
  FILE *f = fopen (path, "w");
  ck_assert_ptr_nonnull (f);
  fputs (text, f);
  fclose (f);
}

START_TEST (includes_are_relative_and_bounded)
{
  char dir[] = "/tmp/cvxnn-language-XXXXXX", cwd[4096];
  struct session *s = session_new ();
  static const char *const args[] = { "outer" };
  static const struct
  {
    const char *name, *text;
  } files[] = {
    { "a.cvx", "print arg[1]\ninclude sub/b.cvx \"x {1+1}\" z\n"
               "print arg[1], len(arg), from_b\n" },
    { "sub/b.cvx", "print arg[1] + arg[2]\ninclude c.cvx\n" },
    { "sub/c.cvx", "let from_b = 7\n" },
    { "self.cvx", "print 1\ninclude self.cvx\n" },
    { "ping.cvx", "include pong.cvx\n" },
    { "pong.cvx", "include ping.cvx\n" },
    { "bad.cvx", "print 1\n= 1 + foo\n" },
    { "calls.cvx", "\ninclude bad.cvx\n" },
    { "abbr.cvx", "plo gap\n" },
    { "checks.cvx", "if 1 > 2\n  include abbr.cvx\nend\n" },
  };
  ck_assert_ptr_nonnull (getcwd (cwd, sizeof cwd));
  ck_assert_ptr_nonnull (mkdtemp (dir));
  ck_assert_int_eq (chdir (dir), 0);
  ck_assert_int_eq (mkdir ("sub", 0700), 0);
  for (size_t k = 0; k < sizeof files / sizeof *files; k++)
    put_file (files[k].name, files[k].text);
  ck_assert_str_eq (
      session_show (s, lang_run_file (s->in, "a.cvx", args, 1, &s->err)),
      "outer\nx 2z\nouter 1 7\n");
  ck_assert_str_eq (
      session_show (s, lang_run_file (s->in, "self.cvx", NULL, 0, &s->err)),
      "1\nself.cvx:2:9: E131: self.cvx includes itself\n"
      "  include self.cvx\n          ^^^^^^^^\n");
  ck_assert_int_eq (lang_run_file (s->in, "ping.cvx", NULL, 0, &s->err),
                    CVX_SYNTAX);
  ck_assert_int_eq (s->err.id, CVX_E131);
  ck_assert_str_eq (
      session_show (s, lang_run_file (s->in, "calls.cvx", NULL, 0, &s->err)),
      "1\nbad.cvx:2:7: E117: \"foo\" is not defined\n  = 1 + foo\n        "
      "^^^\n  included from calls.cvx:2\n");
  given (s, "include sub",
         "             ^^^\nE130: cannot read sub: it is a "
         "folder\n");
  given (s, "include nofile.cvx",
         "             ^^^^^^^^^^\nE130: cannot read nofile.cvx: No such file "
         "or directory\n");
  ck_assert_ok (lang_check_file (s->in, "checks.cvx", &s->err), s->err);
  ck_assert_ptr_nonnull (
      strstr (session_show (s, CVX_OK), "W110: \"plo\" is short for plot"));
  for (size_t k = 0; k < sizeof files / sizeof *files; k++)
    unlink (files[k].name);
  rmdir ("sub");
  ck_assert_int_eq (chdir (cwd), 0);
  rmdir (dir);
  session_free (s);
}
END_TEST

START_TEST (versions_are_checked_first)
{
  struct session *s = session_new ();
  runs (s, "require 0.0.9\nrequire 0.1\nrequire 0.1.0\nprint 1\n", "1\n");
  runs (s, "require 0.3\nfuture syntax of [ 0.3\n",
        "t.cvx:1:9: E133: this script needs version 0.3, the program is "
        "0.1.0\n  require 0.3\n          ^^^\n");
  runs (s, "require 0.1.0.1\n",
        "t.cvx:1:9: E133: this script needs version 0.1.0.1, the program is "
        "0.1.0\n  require 0.1.0.1\n          ^^^^^^^\n");
  session_free (s);
}
END_TEST

START_TEST (carets_count_columns_not_bytes)
{
  struct session *s = session_new ();
  ck_assert_ptr_nonnull (setlocale (LC_CTYPE, "C.UTF-8"));
  given (s, "= \"\xe6\x97\xa5\xe6\x9c\xac\" + foo",
         "                ^^^\nE117: \"foo\" is not defined\n");
  given (s, "= \"e\xcc\x81\" + foo",
         "             ^^^\nE117: \"foo\" is not defined\n");
  session_free (s);
}
END_TEST

START_TEST (long_lines_are_cut_around_the_caret)
{
  struct session *s = session_new ();
  char text[3000];
  memset (text, 'x', sizeof text);
  memcpy (text, "print '", 7);
  strcpy (text + 2000, "' + foo + '");
  memset (text + strlen (text), 'y', 500);
  strcpy (text + 2600, "'\n");
  ck_assert_ptr_nonnull (strstr (script (s, text), "t.cvx:1:2005: E117"));
  ck_assert_uint_lt (strlen (lang_last (s->in)->line), 512);
  ck_assert_int_eq (
      strncmp (lang_last (s->in)->line + lang_last (s->in)->column, "foo", 3),
      0);
  session_free (s);
}
END_TEST

START_TEST (statements_are_echoed_as_typed)
{
  struct session *s = session_new ();
  script (s, "for i in 1:2\n  print i # loud\nend\nlet x = 3");
  ck_assert_str_eq (cvx_text_string (&s->mock.echoed),
                    "for i in 1:2\nprint i\nprint i\nlet x = 3\n");
  session_free (s);
}
END_TEST

START_TEST (lines_fed_from_a_file_are_those_of_the_file)
{
  struct session *s = session_new ();
  lang_feed_name (s->in, "f.cvx");
  type (s, "let a = 1");
  type (s, "");
  given (s, "= b", "f.cvx:3:3: E117: \"b\" is not defined\n  = b\n    ^\n");
  type (s, "for k in 1:2");
  type (s, "  print k");
  given (
      s, "  pri b ; end",
      "f.cvx:6:3: W110: \"pri\" is short for print\n    pri b ; end\n    ^^^\n"
      "1\nf.cvx:6:7: E117: \"b\" is not defined\n    pri b ; end\n        ^\n"
      "  in pass 1 of 2 of the loop at line 4: k = 1\n");
  lang_feed_name (s->in, NULL);
  given (s, "= b", "       ^\nE117: \"b\" is not defined\n");
  session_free (s);
}
END_TEST

TEST_MAIN ("language_flow", a_block_is_read_line_by_line, loops_and_conditions,
           a_failing_pass_is_reported_with_its_values,
           the_whole_script_is_read_before_it_runs,
           line_endings_and_marks_are_accepted,
           pasted_lines_run_in_order_and_stop,
           loops_are_guarded_and_ranges_lazy, an_interrupt_leaves_everything,
           assertions_show_both_sides, names_are_protected,
           scripts_warn_of_abbreviations, includes_are_relative_and_bounded,
           versions_are_checked_first, carets_count_columns_not_bytes,
           long_lines_are_cut_around_the_caret, statements_are_echoed_as_typed,
           lines_fed_from_a_file_are_those_of_the_file)
