/* eval.c -- from expression trees to values.

   Borrowed values (variables, the host's vectors) are passed along without a
   copy: expressions change nothing, so they stay as they are until the end.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

enum cvx_status
lang_eval_fail (struct lang_eval_state *e, const struct lang_node *node,
                enum cvx_error_id id, const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  return lang_fail (e->in, e->unit, node->span, e->err, id, "%s", text);
}

const char *
lang_op_text (enum lang_op op)
{
  static const char *const text[]
      = { "or", "and", "==", "!=", "<", "<=", ">",   ">=", "+",
          "-",  "*",   "/",  "%",  "^", "-",  "not", "" };
  return text[op];
}

enum cvx_status
lang_truth (struct lang_eval_state *e, const struct lang_value *v,
            const struct lang_node *node, bool *b)
{
  char kind[64];
  if (v->type == LANG_BOOL)
    *b = v->boolean;
  else if (v->type == LANG_NUMBER)
    *b = v->number != 0 && !isnan (v->number);
  else
    return lang_eval_fail (e, node, CVX_E121,
                           "true or false is needed here, got a %s",
                           lang_value_kind (v, kind, sizeof kind));
  return CVX_OK;
}

enum cvx_status
lang_vector_limited (struct lang_eval_state *e, const struct lang_node *node,
                     double n, struct lang_value *out)
{
  if (!(n >= 0) || n != floor (n))
    return lang_eval_fail (e, node, CVX_E120,
                           "a length must be a whole number >= 0, got %g", n);
  if (n > LANG_MAX_ELEMENTS)
    return lang_eval_fail (e, node, CVX_E107,
                           "a list of %.15g elements, the limit is %d", n,
                           (int)LANG_MAX_ELEMENTS);
  return lang_vector_alloc (out, (size_t)n, e->err);
}

enum cvx_status
lang_materialise (struct lang_eval_state *e, const struct lang_node *node,
                  struct lang_value *v)
{
  struct lang_value full;
  enum cvx_status status;
  if (v->type != LANG_RANGE)
    return CVX_OK;
  status = lang_vector_limited (e, node, (double)v->n, &full);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < v->n; k++)
    full.vector[k] = lang_value_at (v, k);
  *v = full;
  return CVX_OK;
}

enum cvx_status
lang_range_new (struct lang_eval_state *e, const struct lang_node *node,
                double first, double last, double step, struct lang_value *out)
{
  double n;
  if (!isfinite (first) || !isfinite (last) || !isfinite (step) || step == 0)
    return lang_eval_fail (e, node, CVX_E120,
                           "a range needs finite ends and a step that is not "
                           "0, got %g:%g:%g",
                           first, last, step);
  /* The end is reached when rounding alone keeps it away: 0:1:0.1 has 11.  */
  n = floor ((last - first) / step * (1 + 1e-14) + 1e-10) + 1;
  if (n > 9e15)
    return lang_eval_fail (e, node, CVX_E107, "a range of %g elements", n);
  *out = (struct lang_value){ .type = LANG_RANGE,
                              .number = first,
                              .step = step,
                              .n = n > 0 ? (size_t)n : 0 };
  return CVX_OK;
}

enum cvx_status
lang_eval_number_node (struct lang_eval_state *e, const struct lang_node *node,
                       const char *what, double *x)
{
  struct lang_value v;
  char kind[64];
  enum cvx_status status = lang_eval_node (e, node, &v);
  if (status != CVX_OK)
    return status;
  if (v.type != LANG_NUMBER)
    status
        = lang_eval_fail (e, node, CVX_E121, "%s must be a number, got a %s",
                          what, lang_value_kind (&v, kind, sizeof kind));
  else
    *x = v.number;
  lang_value_free (&v);
  return status;
}

/* --------------------------------------------------------------- operators */

static double
arithmetic (enum lang_op op, double a, double b)
{
  switch (op)
    {
    case LANG_OP_ADD:
      return a + b;
    case LANG_OP_SUB:
      return a - b;
    case LANG_OP_MUL:
      return a * b;
    case LANG_OP_DIV:
      return a / b;
    case LANG_OP_MOD: /* the sign of the divisor */
      return b == 0 ? NAN : a - b * floor (a / b);
    default:
      return pow (a, b);
    }
}

static bool
compare (enum lang_op op, double a, double b)
{
  switch (op)
    {
    case LANG_OP_EQ:
      return a == b;
    case LANG_OP_NE:
      return a != b;
    case LANG_OP_LT:
      return a < b;
    case LANG_OP_LE:
      return a <= b;
    case LANG_OP_GT:
      return a > b;
    default:
      return a >= b;
    }
}

static bool
is_comparison (enum lang_op op)
{
  return op >= LANG_OP_EQ && op <= LANG_OP_GE;
}

static bool
same_list (const struct lang_value *a, const struct lang_value *b)
{
  if (a->n != b->n)
    return false;
  if (a->type == LANG_RANGE && b->type == LANG_RANGE) /* of any length */
    return a->n == 0
           || (a->number == b->number && (a->n == 1 || a->step == b->step));
  for (size_t k = 0; k < a->n; k++)
    if (a->type == LANG_TEXTS ? strcmp (a->texts[k], b->texts[k]) != 0
                              : lang_value_at (a, k) != lang_value_at (b, k))
      return false;
  return true;
}

static enum cvx_status
eval_comparison (struct lang_eval_state *e, const struct lang_node *node,
                 enum lang_op op, const struct lang_value *a,
                 const struct lang_value *b, struct lang_value *out)
{
  bool equality = op == LANG_OP_EQ || op == LANG_OP_NE;
  char ka[64], kb[64];
  if (a->type == LANG_NUMBER && b->type == LANG_NUMBER)
    *out = lang_bool (compare (op, a->number, b->number));
  else if (a->type == LANG_TEXT && b->type == LANG_TEXT)
    *out = lang_bool (compare (op, strcmp (a->text, b->text), 0));
  else if (equality && a->type == LANG_BOOL && b->type == LANG_BOOL)
    *out = lang_bool ((a->boolean == b->boolean) == (op == LANG_OP_EQ));
  else if (equality
           && ((lang_is_list (a) && lang_is_list (b))
               || (a->type == LANG_TEXTS && b->type == LANG_TEXTS)))
    *out = lang_bool (same_list (a, b) == (op == LANG_OP_EQ));
  else
    return lang_eval_fail (e, node, CVX_E121, "cannot compare a %s %s a %s",
                           lang_value_kind (a, ka, sizeof ka),
                           lang_op_text (op),
                           lang_value_kind (b, kb, sizeof kb));
  return CVX_OK;
}

static enum cvx_status
eval_arithmetic (struct lang_eval_state *e, const struct lang_node *node,
                 enum lang_op op, const struct lang_value *a,
                 const struct lang_value *b, struct lang_value *out)
{
  bool la = lang_is_list (a), lb = lang_is_list (b);
  char ka[64], kb[64];
  enum cvx_status status;
  size_t n;
  if (a->type == LANG_NUMBER && b->type == LANG_NUMBER)
    {
      *out = lang_number (arithmetic (op, a->number, b->number));
      return CVX_OK;
    }
  if (op == LANG_OP_ADD && a->type == LANG_TEXT && b->type == LANG_TEXT)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      cvx_text_put (&t, a->text);
      cvx_text_put (&t, b->text);
      status = t.failed
                   ? cvx_fail_nomem (e->err, "joining strings")
                   : lang_text_new (out, cvx_text_string (&t), t.len, e->err);
      cvx_text_free (&t);
      return status;
    }
  if ((!la && a->type != LANG_NUMBER) || (!lb && b->type != LANG_NUMBER))
    {
      lang_eval_fail (e, node, CVX_E121, "cannot compute %s %s %s",
                      lang_value_kind (a, ka, sizeof ka), lang_op_text (op),
                      lang_value_kind (b, kb, sizeof kb));
      if (a->type == LANG_TEXT || b->type == LANG_TEXT)
        return cvx_hint (e->err, "str(x) makes a string, num(s) a number");
      return e->err->status;
    }
  if (la && lb && a->n != b->n)
    return lang_eval_fail (e, node, CVX_E122,
                           "sizes differ: %zu elements %s %zu elements", a->n,
                           lang_op_text (op), b->n);
  n = la ? a->n : b->n;
  if (a->type == LANG_VECTOR || b->type == LANG_VECTOR)
    status = lang_vector_alloc (out, n, e->err);
  else
    status = lang_vector_limited (e, node, (double)n, out);
  for (size_t k = 0; status == CVX_OK && k < n; k++)
    out->vector[k] = arithmetic (op, la ? lang_value_at (a, k) : a->number,
                                 lb ? lang_value_at (b, k) : b->number);
  return status;
}

static enum cvx_status
eval_binary (struct lang_eval_state *e, const struct lang_node *node,
             enum lang_op op, const struct lang_value *a,
             const struct lang_value *b, struct lang_value *out)
{
  return is_comparison (op) ? eval_comparison (e, node, op, a, b, out)
                            : eval_arithmetic (e, node, op, a, b, out);
}

/* child[0] op child[1] ... up to child[LAST].  */
static enum cvx_status
eval_chain (struct lang_eval_state *e, const struct lang_node *node,
            size_t last, struct lang_value *out)
{
  struct lang_value left, right, result;
  enum cvx_status status = lang_eval_node (e, node->child[0], &left);
  for (size_t k = 1; k <= last && status == CVX_OK; k++)
    {
      enum lang_op op = node->ops[k];
      struct lang_node part
          = { .span = { node->span.start, node->child[k]->span.end } };
      bool b = false;
      result = lang_number (0);
      if (op == LANG_OP_AND || op == LANG_OP_OR)
        {
          status = lang_truth (e, &left, node->child[k - 1], &b);
          if (status == CVX_OK && b == (op == LANG_OP_AND))
            {
              status = lang_eval_node (e, node->child[k], &right);
              if (status == CVX_OK)
                {
                  status = lang_truth (e, &right, node->child[k], &b);
                  lang_value_free (&right);
                }
            }
          result = lang_bool (b);
        }
      else
        {
          status = lang_eval_node (e, node->child[k], &right);
          if (status == CVX_OK)
            {
              status = eval_binary (e, &part, op, &left, &right, &result);
              lang_value_free (&right);
            }
        }
      lang_value_free (&left);
      left = result;
    }
  if (status == CVX_OK)
    *out = left;
  return status;
}

static enum cvx_status
eval_power (struct lang_eval_state *e, const struct lang_node *node,
            struct lang_value *out)
{
  struct lang_value a, b;
  enum cvx_status status = lang_eval_node (e, node->child[0], &a);
  if (status != CVX_OK)
    return status;
  status = lang_eval_node (e, node->child[1], &b);
  if (status == CVX_OK)
    {
      status = eval_binary (e, node, LANG_OP_POW, &a, &b, out);
      lang_value_free (&b);
    }
  lang_value_free (&a);
  return status;
}

static enum cvx_status
eval_unary (struct lang_eval_state *e, const struct lang_node *node,
            struct lang_value *out)
{
  struct lang_value v, minus = lang_number (-1);
  bool b = false;
  enum cvx_status status = lang_eval_node (e, node->child[0], &v);
  if (status != CVX_OK)
    return status;
  if (node->op == LANG_OP_NOT)
    {
      status = lang_truth (e, &v, node->child[0], &b);
      *out = lang_bool (!b);
    }
  else if (v.type == LANG_NUMBER)
    *out = lang_number (-v.number);
  else
    status = eval_binary (e, node, LANG_OP_MUL, &minus, &v, out);
  lang_value_free (&v);
  return status;
}

/* ------------------------------------------------------- lists and strings */

static enum cvx_status
eval_list (struct lang_eval_state *e, const struct lang_node *node,
           struct lang_value *out)
{
  struct lang_value v;
  bool texts = false;
  enum cvx_status status = CVX_OK;
  *out = lang_number (0);
  for (size_t k = 0; k < node->n && status == CVX_OK; k++)
    {
      char kind[64];
      status = lang_eval_node (e, node->child[k], &v);
      if (status != CVX_OK)
        break;
      if (k == 0)
        {
          texts = v.type == LANG_TEXT;
          if (!texts)
            status = lang_vector_alloc (out, node->n, e->err);
          else if ((out->texts = cvx_calloc (node->n, sizeof *out->texts))
                   == NULL)
            status = cvx_fail_nomem (e->err, "making a list");
          else
            {
              out->type = LANG_TEXTS;
              out->n = node->n;
            }
        }
      if (status == CVX_OK && v.type != (texts ? LANG_TEXT : LANG_NUMBER))
        status = lang_eval_fail (e, node->child[k], CVX_E121,
                                 "element %zu of the list must be a %s, got "
                                 "a %s",
                                 k + 1, texts ? "string" : "number",
                                 lang_value_kind (&v, kind, sizeof kind));
      else if (status == CVX_OK && texts)
        {
          out->texts[k] = cvx_strdup (v.text);
          if (out->texts[k] == NULL)
            status = cvx_fail_nomem (e->err, "making a list");
        }
      else if (status == CVX_OK)
        out->vector[k] = v.number;
      lang_value_free (&v);
    }
  if (status == CVX_OK && node->n == 0)
    status = lang_vector_alloc (out, 0, e->err);
  if (status != CVX_OK)
    lang_value_free (out);
  return status;
}

static enum cvx_status
eval_range (struct lang_eval_state *e, const struct lang_node *node,
            struct lang_value *out)
{
  double x[3] = { 0, 0, 1 };
  for (size_t k = 0; k < node->n; k++)
    {
      enum cvx_status status = lang_eval_number_node (
          e, node->child[k], "the end of a range", &x[k]);
      if (status != CVX_OK)
        return status;
    }
  return lang_range_new (e, node, x[0], x[1], x[2], out);
}

/* One number by FORMAT, which string.c has checked.  */
static enum cvx_status
format_number (struct lang_eval_state *e, const struct lang_node *node,
               double x, struct cvx_text *t)
{
  char format[32];
  size_t len = strlen (node->text) - 1;
  char letter = node->text[len];
  if (letter != 'd')
    cvx_text_printf (t, node->text, x);
  else if (!isfinite (x))
    {
      /* Width and flags without digits: %6d of nan is "   nan".  */
      snprintf (format, sizeof format, "%.*sf", (int)len, node->text);
      cvx_text_printf (t, format, x);
    }
  else if (x != floor (x) || fabs (x) > 9e18)
    return lang_eval_fail (e, node, CVX_E121,
                           "%s needs a whole number, got %g", node->text, x);
  else
    {
      snprintf (format, sizeof format, "%.*s%s", (int)len, node->text, PRId64);
      cvx_text_printf (t, format, (int64_t)x);
    }
  return CVX_OK;
}

/* The value of an insert {expr:format} onto T.  */
static enum cvx_status
put_insert (struct lang_eval_state *e, const struct lang_node *node,
            struct cvx_text *t)
{
  struct lang_value v;
  enum cvx_status status = lang_eval_node (e, node->child[0], &v);
  char kind[64];
  if (status != CVX_OK)
    return status;
  if (node->text == NULL)
    lang_value_format (&v, e->in->digits, true, t);
  else if (node->text[strlen (node->text) - 1] == 's')
    {
      struct cvx_text s = CVX_TEXT_INIT;
      lang_value_format (&v, e->in->digits, true, &s);
      cvx_text_printf (t, node->text, cvx_text_string (&s));
      t->failed = t->failed || s.failed;
      cvx_text_free (&s);
    }
  else if (v.type == LANG_NUMBER)
    status = format_number (e, node, v.number, t);
  else if (lang_is_list (&v))
    for (size_t k = 0; k < v.n && status == CVX_OK && t->len < LANG_MAX_STRING;
         k++)
      {
        cvx_text_put (t, k > 0 ? " " : "");
        status = format_number (e, node, lang_value_at (&v, k), t);
      }
  else
    status
        = lang_eval_fail (e, node, CVX_E121, "%s needs a number, got a %s",
                          node->text, lang_value_kind (&v, kind, sizeof kind));
  lang_value_free (&v);
  return status;
}

static enum cvx_status
eval_template (struct lang_eval_state *e, const struct lang_node *node,
               struct lang_value *out)
{
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  for (size_t k = 0; k < node->n && status == CVX_OK; k++)
    {
      if (node->child[k]->type == LANG_NODE_TEXT)
        cvx_text_put (&t, node->child[k]->text);
      else
        status = put_insert (e, node->child[k], &t);
      if (status == CVX_OK && t.len > LANG_MAX_STRING)
        status = lang_eval_fail (e, node, CVX_E107,
                                 "the string is longer than %d bytes",
                                 (int)LANG_MAX_STRING);
    }
  if (status == CVX_OK && t.failed)
    status = cvx_fail_nomem (e->err, "making a string");
  if (status == CVX_OK)
    status = lang_text_new (out, cvx_text_string (&t), t.len, e->err);
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
eval_call (struct lang_eval_state *e, const struct lang_node *node,
           struct lang_value *out)
{
  enum
  {
    FEW = 4
  };
  const struct lang_function *f = node->function;
  struct lang_value few[FEW], *arg = few;
  enum cvx_status status = CVX_OK;
  size_t n = 0;
  if (f->lazy != NULL)
    return f->lazy (e, node, out);
  if (node->n > FEW)
    {
      arg = cvx_alloc (node->n, sizeof *arg);
      if (arg == NULL)
        return cvx_fail_nomem (e->err, "calling a function");
    }
  for (; n < node->n && status == CVX_OK; n++)
    {
      arg[n] = lang_number (0);
      status = lang_eval_node (e, node->child[n], &arg[n]);
    }
  if (status == CVX_OK)
    status = f->run (e, node, arg, n, out);
  while (n > 0)
    lang_value_free (&arg[--n]);
  if (arg != few)
    cvx_free (arg);
  return status;
}

enum cvx_status
lang_eval_node (struct lang_eval_state *e, const struct lang_node *node,
                struct lang_value *out)
{
  *out = lang_number (0);
  switch (node->type)
    {
    case LANG_NODE_NUMBER:
      *out = lang_number (node->number);
      return CVX_OK;
    case LANG_NODE_BOOL:
      *out = lang_bool (node->number != 0);
      return CVX_OK;
    case LANG_NODE_TEXT:
      *out = lang_text_view (node->text);
      return CVX_OK;
    case LANG_NODE_TEMPLATE:
      return eval_template (e, node, out);
    case LANG_NODE_PATH:
      return lang_eval_path (e, node, out);
    case LANG_NODE_LIST:
      return eval_list (e, node, out);
    case LANG_NODE_RANGE:
      return eval_range (e, node, out);
    case LANG_NODE_UNARY:
      return eval_unary (e, node, out);
    case LANG_NODE_POWER:
      return eval_power (e, node, out);
    case LANG_NODE_CHAIN:
      return eval_chain (e, node, node->n - 1, out);
    case LANG_NODE_INDEX:
      return lang_eval_index (e, node, out);
    case LANG_NODE_CALL:
      return eval_call (e, node, out);
    case LANG_NODE_END:
      *out = lang_number (e->end);
      return e->has_end ? CVX_OK
                        : lang_eval_fail (e, node, CVX_E123,
                                          "end has no meaning here");
    case LANG_NODE_FORMAT:
      break; /* only inside templates */
    }
  return cvx_fail (e->err, CVX_E903, "expression of type %d", (int)node->type);
}

enum cvx_status
lang_eval_text (struct lang_interp *in, const struct lang_unit *u,
                const struct lang_node *node, char **text,
                struct cvx_error *err)
{
  struct lang_eval_state e = { .in = in, .unit = u, .err = err };
  struct lang_value v;
  enum cvx_status status = lang_eval_node (&e, node, &v);
  *text = NULL;
  if (status != CVX_OK)
    return status;
  *text = cvx_strdup (v.text);
  lang_value_free (&v);
  return *text != NULL ? CVX_OK : cvx_fail_nomem (err, "making a string");
}

/* --------------------------------------------------------------- explaining
 */

static enum cvx_status explain (struct lang_eval_state *e,
                                const struct lang_node *node, size_t last,
                                struct cvx_text *t);

static enum cvx_status
explain_node (struct lang_eval_state *e, const struct lang_node *node,
              struct cvx_text *t)
{
  return explain (e, node, node->type == LANG_NODE_CHAIN ? node->n - 1 : 0, t);
}

static enum cvx_status
explain (struct lang_eval_state *e, const struct lang_node *node, size_t last,
         struct cvx_text *t)
{
  enum
  {
    LONGEST = 40,
    DIGITS = 7
  };
  enum lang_op op
      = node->type == LANG_NODE_CHAIN ? node->ops[last] : LANG_OP_NONE;
  struct lang_value v;
  enum cvx_status status;
  if ((op == LANG_OP_AND || op == LANG_OP_OR) && last < LONGEST)
    {
      status = explain (e, node, last - 1, t);
      if (status != CVX_OK)
        return status;
      cvx_text_printf (t, " %s ", lang_op_text (op));
      return explain_node (e, node->child[last], t);
    }
  if (node->type == LANG_NODE_CHAIN)
    status = eval_chain (e, node, is_comparison (op) ? last - 1 : last, &v);
  else
    status = lang_eval_node (e, node, &v);
  if (status != CVX_OK)
    return status;
  lang_value_format (&v, DIGITS, false, t);
  lang_value_free (&v);
  if (is_comparison (op))
    {
      status = lang_eval_node (e, node->child[last], &v);
      if (status != CVX_OK)
        return status;
      cvx_text_printf (t, " %s ", lang_op_text (op));
      lang_value_format (&v, DIGITS, false, t);
      lang_value_free (&v);
    }
  return CVX_OK;
}

enum cvx_status
lang_explain (struct lang_interp *in, const struct lang_expr *expr,
              struct cvx_text *t, struct cvx_error *err)
{
  struct lang_eval_state e = { .in = in, .unit = expr->unit, .err = err };
  return explain_node (&e, expr->root, t);
}
