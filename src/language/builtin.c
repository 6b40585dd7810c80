/* builtin.c -- the commands of the language itself.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

static enum cvx_status
write_line (struct lang_interp *in, struct cvx_text *t, struct cvx_error *err)
{
  cvx_text_put (t, "\n");
  if (t->failed)
    return cvx_fail_nomem (err, "printing");
  lang_write (in, cvx_text_string (t));
  return CVX_OK;
}

static enum cvx_status
run_print (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct lang_interp *in = lang_call_interp (call);
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  size_t n = lang_call_n_exprs (call, "items");
  (void)session;
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      struct lang_value v;
      status
          = lang_eval (in, lang_call_expr (call, "items", k), NULL, &v, err);
      if (status != CVX_OK)
        break;
      cvx_text_put (&t, k > 0 ? " " : "");
      lang_value_format (&v, in->digits, true, &t);
      lang_value_free (&v);
    }
  if (status == CVX_OK)
    status = write_line (in, &t, err);
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
run_assert (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct lang_interp *in = lang_call_interp (call);
  const struct lang_expr *e = lang_call_expr (call, "condition", 0);
  const struct lang_value *why = lang_call_value (call, "text");
  struct cvx_text t = CVX_TEXT_INIT;
  bool b = false;
  enum cvx_status status = lang_eval_true (in, e, NULL, &b, err);
  (void)session;
  if (status != CVX_OK || b)
    return status;
  status = lang_explain (in, e, &t, err);
  if (status == CVX_OK)
    {
      bool text = why != NULL && why->type == LANG_TEXT;
      status = lang_call_fail (call, "condition", err, CVX_E501,
                               "assertion failed: %.300s%s%.300s   (%.300s)",
                               lang_expr_source (e), text ? ": " : "",
                               text ? why->text : "", cvx_text_string (&t));
    }
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
run_near (void *session, const struct lang_call *call, struct cvx_error *err)
{
  const struct lang_value *a = lang_call_value (call, "a");
  const struct lang_value *b = lang_call_value (call, "b");
  double rel = 1e-6, absolute = 0;
  size_t n;
  bool lists = lang_is_list (a) && lang_is_list (b);
  char kind[64];
  (void)session;
  lang_call_number (call, "rel", &rel);
  lang_call_number (call, "abs", &absolute);
  if (!lists && a->type != LANG_NUMBER)
    return lang_call_fail (call, "a", err, CVX_E121,
                           "near compares numbers or lists, got a %s",
                           lang_value_kind (a, kind, sizeof kind));
  if (!lists && b->type != LANG_NUMBER)
    return lang_call_fail (call, "b", err, CVX_E121,
                           "near compares numbers or lists, got a %s",
                           lang_value_kind (b, kind, sizeof kind));
  if (lists && a->n != b->n)
    return lang_call_fail (call, "b", err, CVX_E122,
                           "sizes differ: %zu elements and %zu elements", a->n,
                           b->n);
  n = lists ? a->n : 1;
  if (n > LANG_MAX_ELEMENTS)
    return lang_call_fail (call, "a", err, CVX_E107,
                           "a list of %zu elements, the limit is %d", n,
                           (int)LANG_MAX_ELEMENTS);
  for (size_t k = 0; k < n; k++)
    {
      double x = lists ? lang_value_at (a, k) : a->number;
      double y = lists ? lang_value_at (b, k) : b->number;
      double scale = fmax (fabs (x), fabs (y));
      char at[32] = "";
      if (x == y || fabs (x - y) <= absolute + rel * scale)
        continue;
      if (lists)
        snprintf (at, sizeof at, "element %zu: ", k + 1);
      if (isnan (x) || isnan (y))
        return lang_call_fail (call, "a", err, CVX_E502,
                               "%s%.12g and %.12g: nan is near nothing", at, x,
                               y);
      return lang_call_fail (call, "a", err, CVX_E502,
                             "%s%.12g and %.12g differ by %.2e (%.2e "
                             "relative), allowed is %.2e",
                             at, x, y, fabs (x - y), fabs (x - y) / scale,
                             absolute + rel * scale);
    }
  return CVX_OK;
}

static enum cvx_status
run_expect (void *session, const struct lang_call *call, struct cvx_error *err)
{
  const char *id = lang_call_text (call, "id");
  struct cvx_error inner;
  char *end;
  long number = strtol (id + (*id == 'E' || *id == 'W'), &end, 10);
  enum cvx_status status;
  (void)session;
  if (*end != '\0' || cvx_error_title ((int)number) == NULL)
    return lang_call_fail (call, "id", err, CVX_E120,
                           "%s is no number of an error", id);
  cvx_error_clear (&inner);
  status = lang_call_run (call, "command", &inner);
  if (status == CVX_OK)
    return lang_call_fail (call, "command", err, CVX_E503,
                           "expected E%ld, but the command succeeded", number);
  if (status == CVX_INTERRUPTED
      || (status == CVX_NOMEM && (long)inner.id != number))
    {
      *err = inner;
      return status;
    }
  if ((long)inner.id != number)
    return lang_call_fail (call, "command", err, CVX_E503,
                           "expected E%ld, got E%d: %s", number, (int)inner.id,
                           inner.text);
  return CVX_OK;
}

static enum cvx_status
run_del (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct lang_interp *in = lang_call_interp (call);
  const char *const *names;
  size_t n = lang_call_names (call, "names", &names);
  (void)session;
  for (size_t k = 0; k < n; k++)
    if (lang_get (in, names[k]) == NULL)
      {
        lang_call_fail_item (call, "names", k, err, CVX_E117,
                             "there is no variable \"%s\"", names[k]);
        lang_names_clear (in);
        lang_names_add_variables (in);
        return lang_suggest (in, names[k], NULL, err);
      }
  for (size_t k = 0; k < n; k++)
    lang_delete (in, names[k]);
  return CVX_OK;
}

static enum cvx_status
run_vars (void *session, const struct lang_call *call, struct cvx_error *err)
{
  struct lang_interp *in = lang_call_interp (call);
  struct cvx_text t = CVX_TEXT_INIT;
  size_t width = 0;
  enum cvx_status status = CVX_OK;
  (void)session;
  for (size_t k = 0; k < in->n_variables; k++)
    {
      size_t len = strlen (in->variable[k].name);
      width = len > width ? len : width;
    }
  for (size_t k = 0; k < in->n_variables; k++)
    {
      const struct lang_value *v = &in->variable[k].value;
      cvx_text_printf (&t, "%s%-*s = %s", k > 0 ? "\n" : "", (int)width,
                       in->variable[k].name, v->type == LANG_TEXT ? "\"" : "");
      lang_value_format (v, in->digits, false, &t);
      cvx_text_put (&t, v->type == LANG_TEXT ? "\"" : "");
    }
  if (in->n_variables == 0)
    cvx_text_put (&t, "no variables");
  status = write_line (in, &t, err);
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
run_include (void *session, const struct lang_call *call,
             struct cvx_error *err)
{
  struct lang_interp *in = lang_call_interp (call);
  const char *const *args = NULL;
  size_t n = lang_call_names (call, "args", &args), line;
  const char *file = lang_call_place (call, &line);
  enum cvx_status status = lang_run_include (in, lang_call_text (call, "path"),
                                             args, n, false, err);
  (void)session;
  if (status != CVX_OK && !lang_placed (in, err))
    lang_call_blame (call, "path", err);
  else if (status != CVX_OK && file != NULL)
    lang_note (in, "included from %s:%zu", file, line);
  return status;
}

bool
lang_version_enough (const char *version, const char *wanted, bool *ok_form)
{
  *ok_form = true;
  while (*wanted != '\0')
    {
      char *end_v, *end_w;
      unsigned long v = strtoul (version, &end_v, 10), w;
      if (!isdigit ((unsigned char)*wanted))
        {
          *ok_form = false;
          return false;
        }
      w = strtoul (wanted, &end_w, 10);
      if (v != w)
        {
          *ok_form = *end_w == '.' || *end_w == '\0';
          return v > w;
        }
      version = *end_v == '.' ? end_v + 1 : end_v;
      if (*end_w == '.' && end_w[1] != '\0')
        wanted = end_w + 1;
      else
        {
          *ok_form = *end_w == '\0';
          return true;
        }
    }
  return true;
}

enum cvx_status
lang_check_require (struct lang_interp *in, struct lang_unit *u,
                    const struct lang_statement *st, struct cvx_error *err)
{
  const char *wanted, *version = in->host.version;
  bool ok_form;
  if (strcmp (st->command->name, "require") != 0 || version == NULL
      || st->args->item[0].root->type != LANG_NODE_TEXT)
    return CVX_OK;
  wanted = st->args->item[0].root->text;
  if (lang_version_enough (version, wanted, &ok_form))
    return CVX_OK;
  if (!ok_form)
    return lang_fail (in, u, st->args->value, err, CVX_E104,
                      "\"%s\" is not a version such as 0.3", wanted);
  return lang_fail (in, u, st->args->value, err, CVX_E133,
                    "this script needs version %s, the program is %s", wanted,
                    version);
}

/* The check is made when the line is read, before what follows it is.  */
static enum cvx_status
run_require (void *session, const struct lang_call *call,
             struct cvx_error *err)
{
  (void)session;
  (void)call;
  (void)err;
  return CVX_OK;
}

#define KEYS(NAME) static const struct lang_key NAME[]
#define KEYS_END                                                              \
  {                                                                           \
    .name = NULL                                                              \
  }

KEYS (print_keys) = { { .name = "items",
                        .kind = LANG_KIND_EXPRS,
                        .flags = LANG_ARG | LANG_REQUIRED,
                        .help = "values, separated by commas" },
                      KEYS_END };
KEYS (assert_keys) = { { .name = "condition",
                         .kind = LANG_KIND_EXPR,
                         .flags = LANG_ARG | LANG_REQUIRED,
                         .help = "what must be true" },
                       { .name = "text",
                         .kind = LANG_KIND_VALUE,
                         .flags = LANG_ARG,
                         .help = "string shown when it is not" },
                       KEYS_END };
KEYS (near_keys) = { { .name = "a",
                       .kind = LANG_KIND_VALUE,
                       .flags = LANG_ARG | LANG_REQUIRED,
                       .help = "a number or list" },
                     { .name = "b",
                       .kind = LANG_KIND_VALUE,
                       .flags = LANG_ARG | LANG_REQUIRED,
                       .help = "what it must be near to" },
                     { .name = "rel",
                       .kind = LANG_KIND_NUMBER,
                       .flags = LANG_GE,
                       .default_text = "1e-6",
                       .help = "difference relative to the larger one" },
                     { .name = "abs",
                       .kind = LANG_KIND_NUMBER,
                       .flags = LANG_GE,
                       .default_text = "0",
                       .help = "difference allowed in any case" },
                     KEYS_END };
KEYS (expect_keys) = { { .name = "id",
                         .kind = LANG_KIND_STRING,
                         .flags = LANG_ARG | LANG_REQUIRED,
                         .help = "number of the error, such as E204" },
                       { .name = "command",
                         .kind = LANG_KIND_COMMAND,
                         .flags = LANG_ARG | LANG_REQUIRED | LANG_LATE,
                         .help = "the command that must fail" },
                       KEYS_END };
KEYS (del_keys) = { { .name = "names",
                      .kind = LANG_KIND_NAMES,
                      .flags = LANG_ARG | LANG_REQUIRED,
                      .help = "variables, separated by commas" },
                    KEYS_END };
KEYS (include_keys) = { { .name = "path",
                          .kind = LANG_KIND_PATH,
                          .flags = LANG_ARG | LANG_REQUIRED,
                          .help = "script, relative to this one" },
                        { .name = "args",
                          .kind = LANG_KIND_WORDS,
                          .flags = LANG_ARG,
                          .help = "its arg[1], arg[2], ..." },
                        KEYS_END };
KEYS (require_keys) = { { .name = "version",
                          .kind = LANG_KIND_STRING,
                          .flags = LANG_ARG | LANG_REQUIRED,
                          .help = "oldest version that can run the script" },
                        KEYS_END };

const struct lang_command *
lang_builtins (void)
{
  /* Rows without a function are words of the grammar: for help.  */
  static const struct lang_command table[]
      = { { .name = "let",
            .usage = "let NAME = EXPR",
            .summary = "make a variable",
            .help = "NAME = EXPR sets it again, NAME[I] = EXPR one element.",
            .examples = "let lam = 0.01*2\nlet v = [1, 2, 3]\nv[2] = 7" },
          { .name = "for",
            .usage = "for NAME in LIST ... end",
            .summary = "run a block for every element",
            .examples = "for b in [1e-3, 1e-2]\n  print \"{b:%g}\"\nend" },
          { .name = "while",
            .usage = "while EXPR ... end",
            .summary = "run a block while EXPR is true" },
          { .name = "if",
            .usage = "if EXPR ... elif EXPR ... else ... end",
            .summary = "run the first block whose EXPR is true" },
          { .name = "print",
            .usage = "print ITEM[,ITEM]",
            .summary = "print values",
            .help = "A string may hold {EXPR} and {EXPR:%format}.",
            .examples = "print \"pi is {pi:%.3f}\"\nprint 1 + 1, \"two\"",
            .keys = print_keys,
            .run = run_print },
          { .name = "assert",
            .usage = "assert EXPR [\"TEXT\"]",
            .summary = "stop when EXPR is not true",
            .examples = "assert 1 < 2",
            .keys = assert_keys,
            .run = run_assert },
          { .name = "near",
            .usage = "near A B [rel=1e-6] [abs=0]",
            .summary
            = "stop when A and B differ by more than abs + rel max(|A|,|B|)",
            .examples = "near sqrt(2) 1.41421356 rel=1e-8",
            .keys = near_keys,
            .run = run_near },
          { .name = "expect",
            .usage = "expect ERRID COMMAND",
            .summary = "stop unless COMMAND fails with that error",
            .examples = "expect E101 sovle",
            .keys = expect_keys,
            .run = run_expect },
          { .name = "vars",
            .usage = "vars",
            .summary = "list the variables",
            .run = run_vars },
          { .name = "del",
            .usage = "del NAME[,NAME]",
            .summary = "delete variables",
            .keys = del_keys,
            .run = run_del },
          { .name = "include",
            .usage = "include FILE [ARG...]",
            .summary = "run a script here, with its variables",
            .keys = include_keys,
            .run = run_include },
          { .name = "require",
            .usage = "require VERSION",
            .summary = "stop when the program is older than VERSION",
            .keys = require_keys,
            .run = run_require },
          { .name = NULL } };
  return table;
}
