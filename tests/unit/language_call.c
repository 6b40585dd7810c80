/* Commands: how arguments are read, abbreviations, errors with carets.  */

#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "support.h"

#include "language_host.h"

#define given(S, TYPED, SHOWN) ck_assert_str_eq (type (S, TYPED), SHOWN)

START_TEST (the_key_decides_how_its_value_is_read)
{
  struct session *s = session_new ();
  given (s, "solve tol = 1e-8 time=2m maxiter=10k verbose",
         "solve tol=1e-08 maxiter=10000 time=120 verbose=on\n");
  given (s, "solve tol=2*(3 + 1)^2 every=auto noverbose",
         "solve tol=32 every=<auto> verbose=off\n");
  given (s, "load \"a b.csv\" x=sqft, rooms y=price rows=2:50 max=1M",
         "load path=<a b.csv> x=sqft|rooms y=<price> rows=2..50 "
         "max=1000000\n");
  given (s, "load it's#x", "load path=<it's>\n");
  given (s, "plot gap,pa to=x.pdf size=2.54cm,72.27pt live",
         "plot kinds=gap|path to=<x.pdf> size=1x1 live=on\n");
  given (s, "plot gap to=\"f{1+1}.pdf\" title='a {b}' betas=[1,2]*2",
         "plot kinds=gap to=<f2.pdf> title=<a {b}> betas=2|4\n");
  given (s, "plot path betas=1, 1+1,3 to=x",
         "plot kinds=path to=<x> betas=1|2|3\n");
  given (s, "solve tol=2.5% maxiter=3", "solve tol=0.025 maxiter=3\n");
  given (s, "solve tol=(7%4)%2", "solve tol=1\n");
  given (s, "plot path betas=logspace(-1,0,2)",
         "plot kinds=path betas=0.1|1\n");
  given (s, "until gap < 1e-3 and iter > 5 maxiter=7",
         "until condition=(gap < 1e-3 and iter > 5) maxiter=7\n");
  given (s, "table beta , obj/2,if(a,b,c) to=x.tex",
         "table columns=(beta)|(obj/2)|(if(a,b,c)) to=<x.tex>\n");
  given (s, "time time step 2", "step n=2\ntimed\ntimed\n");
  given (s, "apropos warm start", "apropos words=warm|start\n");
  given (s, "shell echo \"a b\" | wc", "shell line=<echo \"a b\" | wc>\n");
  given (s, "start warm=last", "start warm=<last>\n");
  given (s, "start warm=3", "start warm=3\n");
  given (s, "solver ?", "solver kind=<?>\n");
  given (s, "set size=3,2 quiet=no", "set quiet=off size=3x2\n");
  given (s, "step 10;step 20 # no more", "step n=10\nstep n=20\n");
  session_free (s);
}
END_TEST

START_TEST (options_may_depend_on_the_first_word)
{
  struct session *s = session_new ();
  given (s, "solver adm rho=2 noadapt",
         "solver kind=<admm> rho=2 adapt=off\n");
  given (s, "solver fista rho=2",
         "                  ^^^\nE103: solver has no option \"rho\"\n");
  given (s, "solver \"{'ad'}mm\" rho=3", "solver kind=<admm> rho=3\n");
  given (s, "solver \"{'xx'}\" rho=3",
         "            ^^^^^^^^\nE115: unknown word \"xx\".  Words: auto "
         "admm fista ?\n");
  given (s, "for m in [\"admm\",\"fista\"] ; solver \"{m}\" ; end",
         "solver kind=<admm>\nsolver kind=<fista>\n");
  session_free (s);
}
END_TEST

START_TEST (late_values_see_the_bindings_of_the_command)
{
  struct session *s = session_new ();
  given (s, "formulation gated beta=0.1*betamax",
         "formulation gated beta=4 kind 1\n");
  given (s, "let f = 0.5 ; formulation relu beta=f*betamax",
         "formulation relu beta=20 kind 0\n");
  given (s, "formulation gated beta=-1",
         "                            ^^\nE120: beta must be > 0, got -1\n");
  given (s, "formulation gated beta=1/0",
         "                            ^^^\nE120: beta must be finite, got "
         "inf\n");
  given (s, "formulation gated beta=13",
         "                            ^^\nE120: beta is unlucky\n");
  given (s, "keep gap < 1e-3*two", "");
  {
    static const char *const text = "gap < 1e-3*two";
    ck_assert_str_eq (lang_expr_source (s->mock.kept), text);
  }
  session_free (s);
}
END_TEST

START_TEST (unknown_and_ambiguous_names)
{
  struct session *s = session_new ();
  given (s, "sovle tol=1e-6",
         "     ^^^^^\nE101: unknown command \"sovle\".  Did you mean "
         "solve?\n");
  given (s, "solve tll=1e-6",
         "           ^^^\nE103: solve has no option \"tll\".  Did you mean "
         "tol?   Options: tol maxiter time every verbose\n");
  given (s, "st 10",
         "     ^^\nE102: \"st\" is ambiguous: start, step, style\n");
  given (s, "solve ti=5s", "solve time=5\n");
  given (s, "formulation linear beta=1", "formulation linear beta=1 kind 4\n");
  given (s, "formulation l beta=1",
         "                 ^\nE102: \"l\" is ambiguous: linear-cnn, "
         "linear\n");
  given (s, "formulation gatde beta=1",
         "                 ^^^^^\nE115: unknown word \"gatde\".  Did you "
         "mean gated?   Words: relu gated linear-cnn circular linear\n");
  given (s, "load t.csv y=prise",
         "                  ^^^^^\nE115: y cannot be \"prise\".  Did you "
         "mean price?   Words: sqft price rooms\n");
  given (s, "q", "     ^\nE101: unknown command \"q\"\n");
  given (s, "start warm=lst",
         "                ^^^\nE117: \"lst\" is not defined.  Did you mean "
         "last?  hint: words that may stand here: last zero\n");
  given (s, "\xc3\xa4\xc3\xb6 = 3",
         "     ^\nE106: the character \xc3\xa4 (bytes c3 a4 ...) is not "
         "allowed here\n");
  session_free (s);
}
END_TEST

START_TEST (missing_double_and_surplus_values)
{
  struct session *s = session_new ();
  given (s, "solve tol=", "           ^^^^\nE114: tol= has no value\n");
  given (s, "solve tol= maxiter=5",
         "           ^^^^\nE114: tol= has no value\n");
  given (s, "solve tol=1 tol=2",
         "                 ^^^\nE113: tol is given twice\n");
  given (s, "set quiet noquiet",
         "               ^^^^^^^\nE113: quiet is given twice\n");
  given (s, "solve tol",
         "           ^^^\nE118: solve: unexpected \"tol\".  hint: the option "
         "needs a value: tol=...\n");
  given (s, "step 3 4",
         "            ^\nE118: step: unexpected \"4\".  hint: "
         "usage: step\n");
  given (s, "load",
         "     ^^^^\nE114: load: no path given.  hint: usage: load\n");
  given (s, "solve tol=1e-6)",
         "                   ^\nE104: \")\" where an "
         "operator or a space is expected\n");
  given (s,
         "load \xe2\x80\x9c"
         "a.csv\xe2\x80\x9d",
         "          ^\nE106: the character \xe2\x80\x9c (bytes e2 80 ...) is "
         "not allowed here.  hint: looks like a typographic quote; type "
         "\"\n");
  given (s, "load a\xc2\xa0x=3",
         "           ^\nE106: the character \xc2\xa0 (bytes c2 a0 ...) is "
         "not allowed here.  hint: looks like a non-breaking space; type a "
         "space\n");
  given (s,
         "solve tol=1e\xe2\x80\x93"
         "6",
         "                 ^\nE106: the character \xe2\x80\x93 (bytes e2 80 "
         "...) is not allowed here.  hint: looks like a typographic dash; "
         "type -\n");
  session_free (s);
}
END_TEST

START_TEST (values_are_kept_in_range)
{
  static const char *const counts[] = { "-1", "2^64", "1.5", "nan", "inf" };
  static const char *const threads[] = { "0", "1e6", "2.5" };
  struct session *s = session_new ();
  given (s, "set seed=-1",
         "              ^^\nE120: seed must be a whole "
         "number from 0 to 9007199254740992, got -1\n");
  given (s, "set threads=0",
         "                 ^\nE120: threads must be a "
         "whole number from 1 to 1024, got 0\n");
  for (size_t k = 0; k < 5; k++)
    {
      char line[40];
      snprintf (line, sizeof line, "set seed=%s", counts[k]);
      ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_INVALID);
      ck_assert_int_eq (s->err.id, CVX_E120);
    }
  for (size_t k = 0; k < 3; k++)
    {
      char line[40];
      snprintf (line, sizeof line, "set threads=%s", threads[k]);
      ck_assert_int_eq (lang_feed (s->in, line, NULL, &s->err), CVX_INVALID);
    }
  given (s, "solve tol=inf", "solve tol=inf\n");
  given (s, "solve tol=0/0",
         "               ^^^\nE120: tol must be a number, got nan\n");
  given (s, "solve tol=\"a\"",
         "               ^^^\nE121: tol must be a number, got a string\n");
  given (s, "load a.csv rows=5:2",
         "                     ^^^\nE120: rows must "
         "be a:b with whole numbers 1 <= a <= b\n");
  session_free (s);
}
END_TEST

START_TEST (state_is_checked_before_values)
{
  struct session *s = session_new ();
  s->mock.no_data = true;
  given (s, "solve tol=run.gap",
         "     ^^^^^\nE120: no formulation.  hint: "
         "formulation relu beta=0.1\n");
  given (s, "readbad",
         "toy.csv:118:3: E130: \"12,5\" is not a number.  hint: "
         "decimal comma?\n");
  session_free (s);
}
END_TEST

START_TEST (the_home_folder_is_the_only_expansion)
{
  struct session *s = session_new ();
  setenv ("HOME", "/h", 1);
  given (s, "load ~/a.csv", "load path=</h/a.csv>\n");
  given (s, "load ~bob/$HOME*", "load path=<~bob/$HOME*>\n");
  session_free (s);
}
END_TEST

START_TEST (lengths_without_a_unit_have_that_of_the_settings)
{
  struct session *s = session_new ();
  type (s, "let w = 25.4");
  lang_set_unit (s->in, 1 / 2.54);
  given (s, "set size=5.08,2.54", "set size=2x1\n");
  given (s, "set size=3in,2*(1in)", "set size=3x2\n");
  given (s, "set size=w/10,2.54cm", "set size=1x1\n");
  lang_set_unit (s->in, 1);
  given (s, "set size=3,2", "set size=3x2\n");
  session_free (s);
}
END_TEST

TEST_MAIN ("language_call", the_key_decides_how_its_value_is_read,
           options_may_depend_on_the_first_word,
           late_values_see_the_bindings_of_the_command,
           unknown_and_ambiguous_names, missing_double_and_surplus_values,
           values_are_kept_in_range, state_is_checked_before_values,
           the_home_folder_is_the_only_expansion,
           lengths_without_a_unit_have_that_of_the_settings)
