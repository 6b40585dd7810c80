/* What may stand at the cursor; the tables for help; expressions kept.  */

#include <math.h>
#include <time.h>

#include "support.h"

#include "language_host.h"

/* "KIND@START suffix: name name ..." for the cursor at the end of LINE.  */
static const char *
at_end (struct session *s, const char *line)
{
  static const char *const kinds[]
      = { "nothing", "verb", "key", "word", "name", "path" };
  struct lang_completion c;
  ck_assert_ok (lang_complete (s->in, line, strlen (line), &c, &s->err),
                s->err);
  cvx_text_clear (&s->shown);
  cvx_text_printf (&s->shown, "%s@%zu \"%s\":", kinds[c.expect], c.start,
                   c.suffix);
  for (size_t k = 0; k < c.n; k++)
    cvx_text_printf (&s->shown, " %s", c.names[k]);
  ck_assert_ptr_null (c.names[c.n]);
  lang_completion_free (&c);
  return cvx_text_string (&s->shown);
}

#define offers(S, LINE, WANTED) ck_assert_str_eq (at_end (S, LINE), WANTED)

START_TEST (candidates_come_from_the_tables)
{
  struct session *s = session_new ();
  offers (s, "sol", "verb@0 \" \": solve solver");
  offers (s, "print 1 ; st", "verb@10 \" \": start step style");
  offers (s, "solve ", "key@6 \"=\": tol maxiter time every verbose");
  offers (s, "solve t", "key@6 \"=\": tol time");
  offers (s, "solve tol=1 ver", "key@12 \" \": verbose");
  offers (s, "solve every=",
          "name@12 \"\": auto run runs hist betamax last "
          "abs sqrt exp log log10 sin cos tanh round floor "
          "ceil min max sum mean std norm dot len sort "
          "argmin argmax if linspace logspace range zeros "
          "ones str num exists file.exists rand randn");
  offers (s, "formulation ",
          "word@12 \" \": relu gated linear-cnn circular "
          "linear");
  offers (s, "formulation ga", "word@12 \" \": gated");
  offers (s, "formulation relu loss=", "word@22 \" \": squared logistic");
  offers (s, "plot gap,fu", "word@9 \" \": function");
  offers (s, "load da", "path@5 \" \":");
  offers (s, "load \"my da", "path@6 \"\"\":");
  offers (s, "load a.csv y=pr", "word@13 \" \": price");
  offers (s, "load a.csv x=sqft,ro", "word@18 \" \": rooms");
  offers (s, "solver admm ", "key@12 \"=\": rho adapt");
  offers (s, "solver fista ", "key@13 \"=\":");
  offers (s, "set quiet=", "word@10 \" \": yes no");
  offers (s, "time step", "verb@5 \" \": step");
  offers (s, "expect E101 solve to", "key@18 \"=\": tol");
  session_free (s);
}
END_TEST

START_TEST (names_of_expressions)
{
  struct session *s = session_new ();
  type (s, "let rose = 1");
  offers (s, "= ro", "name@2 \"\": rose round");
  offers (s, "= 1 + run.co", "name@10 \"\": converged");
  offers (s, "= runs[1 + 1].hist.", "name@19 \"\": obj gap");
  offers (s, "print \"{run.ga", "name@12 \"\": gap");
  offers (s, "until ru", "name@6 \"\": run runs");
  offers (s, "let x = ros", "name@8 \"\": rose");
  offers (s, "rose.x", "name@5 \"\":");
  type (s, "if true");
  offers (s, "el", "verb@0 \" \": elif else");
  session_free (s);
}
END_TEST

START_TEST (every_table_row_is_complete)
{
  struct session *s = session_new ();
  size_t n = 0;
  for (const struct lang_command *c = lang_builtins (); c->name != NULL; c++)
    {
      ck_assert_ptr_eq (lang_find_command (s->in, c->name), c);
      ck_assert (c->usage != NULL && c->summary != NULL);
      for (const struct lang_key *k = c->keys; k != NULL && k->name != NULL;
           k++)
        ck_assert_ptr_nonnull (k->help);
      if (c->examples != NULL)
        ck_assert_msg (lang_run_text (s->in, c->name, c->examples,
                                      strlen (c->examples), NULL, 0, &s->err)
                           == CVX_OK,
                       "%s: %s", c->name, s->err.text);
    }
  while (lang_function (n) != NULL)
    {
      const struct lang_function_row *f = lang_function (n++);
      /* "sqrt(x)": the usage starts with the name.  */
      ck_assert_int_eq (strncmp (f->usage, f->name, strlen (f->name)), 0);
    }
  ck_assert_uint_ge (n, 34);
  session_free (s);
}
END_TEST

START_TEST (columns_of_the_file_on_the_line)
{
  struct session *s = session_new ();
  offers (s, "load \"few words.csv\" only=si", "word@26 \" \": size");
  offers (s, "load \"few words.csv\" only=",
          "word@26 \" \": \"sepal length\" \"sepal \\\"width\\\"\" size");
  /* In a list a name with a blank cannot stand.  */
  offers (s, "load 'few words.csv' only=size,s", "word@31 \" \": size");
  offers (s, "load 'few words.csv' only=\"sepal l",
          "word@27 \"\"\": sepal length");
  offers (s, "load \"few words.csv\" only=\"",
          "word@27 \"\"\": sepal length "
          "sepal \"width\" size");
  offers (s, "load other.csv only=s", "word@20 \" \":");
  offers (s, "load only=s", "word@10 \" \":");
  offers (s, "expect E210 load 'few words.csv' only=si",
          "word@38 \" \": size");
  offers (s, "load \"a.csv\"", "path@5 \" \":");
  offers (s, "= \"few", "path@3 \"\"\":");
  session_free (s);
}
END_TEST

/* Completing LINE offers N names, in less than SECONDS.  */
static void
in_time (struct session *s, const char *line, size_t n, double seconds)
{
  struct lang_completion c;
  double best = HUGE_VAL;
  for (int k = 0; k < 20; k++)
    {
      struct timespec from, to;
      double took;
      clock_gettime (CLOCK_MONOTONIC, &from);
      ck_assert_ok (lang_complete (s->in, line, strlen (line), &c, &s->err),
                    s->err);
      clock_gettime (CLOCK_MONOTONIC, &to);
      ck_assert_uint_eq (c.n, n);
      lang_completion_free (&c);
      took = (double)(to.tv_sec - from.tv_sec)
             + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
      best = took < best ? took : best;
    }
  ck_assert_double_lt (best, seconds);
}

START_TEST (ten_thousand_columns_in_time)
{
  struct session *s = session_new ();
  in_time (s, "load wide.csv only=c0,", 10000, 0.05);
  session_free (s);
}
END_TEST

START_TEST (ten_thousand_variables_in_time)
{
  struct session *s = session_new ();
  struct lang_value one = lang_number (1);
  char name[32];
  for (int k = 0; k < 10000; k++)
    {
      snprintf (name, sizeof name, "v%d", k);
      ck_assert_ok (lang_set (s->in, name, &one, &s->err), s->err);
    }
  in_time (s, "= v", 10000, 0.05);
  in_time (s, "print v99", 111, 0.05);
  session_free (s);
}
END_TEST

static enum cvx_status
find_gap (void *data, const char *path, bool *known, struct lang_value *value,
          struct cvx_error *err)
{
  (void)err;
  *known = strcmp (path, "gap") == 0 || strcmp (path, "net.width") == 0;
  *value = lang_number (*(const double *)data);
  return CVX_OK;
}

START_TEST (kept_expressions_are_evaluated_with_bindings)
{
  struct session *s = session_new ();
  double gap = 0.5, x = 0;
  static const char *const names[] = { "gap", "net.width", NULL };
  struct lang_scope scope = { .find = find_gap, .names = names, .data = &gap };
  struct lang_expr *e;
  bool b = false;
  type (s, "let lim = 0.75");
  type (s, "keep gap < lim and net.width == gap");
  ck_assert_ok (lang_eval_true (s->in, s->mock.kept, &scope, &b, &s->err),
                s->err);
  ck_assert (b);
  gap = 0.8;
  ck_assert_ok (lang_eval_true (s->in, s->mock.kept, &scope, &b, &s->err),
                s->err);
  ck_assert (!b);
  gap = NAN;
  ck_assert_ok (lang_eval_true (s->in, s->mock.kept, &scope, &b, &s->err),
                s->err);
  ck_assert (!b);
  ck_assert_ok (lang_expr_new (&e, s->in, "gap*2 + gaap", &s->err), s->err);
  ck_assert_int_eq (lang_eval_number (s->in, e, &scope, &x, &s->err),
                    CVX_INVALID);
  ck_assert_str_eq (s->err.text, "\"gaap\" is not defined.  Did you mean "
                                 "gap?");
  lang_expr_free (e);
  ck_assert_int_eq (lang_expr_new (&e, s->in, "1 +", &s->err), CVX_SYNTAX);
  ck_assert_int_eq (lang_expr_new (&e, s->in, "1 2", &s->err), CVX_SYNTAX);
  session_free (s);
}
END_TEST

TEST_MAIN ("language_complete", candidates_come_from_the_tables,
           names_of_expressions, columns_of_the_file_on_the_line,
           ten_thousand_columns_in_time, ten_thousand_variables_in_time,
           every_table_row_is_complete,
           kept_expressions_are_evaluated_with_bindings)
