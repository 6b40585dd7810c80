/* interp.c -- running statements; variables; scripts and lines.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

enum cvx_status
lang_interp_new (struct lang_interp **out, const struct lang_host *host,
                 struct cvx_error *err)
{
  struct lang_interp *in = cvx_calloc (1, sizeof *in);
  const struct lang_command *const tables[]
      = { host->commands, lang_builtins () };
  size_t n = 0;
  *out = NULL;
  if (in == NULL)
    return cvx_fail_nomem (err, "starting the language");
  for (size_t t = 0; t < 2; t++)
    for (const struct lang_command *c = tables[t];
         c != NULL && c->name != NULL; c++)
      n++;
  in->commands = cvx_calloc (n, sizeof *in->commands);
  if (in->commands == NULL)
    {
      cvx_free (in);
      return cvx_fail_nomem (err, "starting the language");
    }
  for (size_t t = 0; t < 2; t++)
    for (const struct lang_command *c = tables[t];
         c != NULL && c->name != NULL; c++)
      in->commands[in->n_commands++] = c;
  in->host = *host;
  in->max_loop = LANG_MAX_LOOP;
  in->unit = 1;
  *out = in;
  return CVX_OK;
}

void
lang_interp_free (struct lang_interp *in)
{
  if (in == NULL)
    return;
  for (size_t k = 0; k < in->n_variables; k++)
    {
      cvx_free (in->variable[k].name);
      lang_value_free (&in->variable[k].value);
    }
  cvx_free (in->variable);
  cvx_free (in->commands);
  cvx_free (in->names);
  lang_arena_free (&in->quoted);
  free (in->fed);
  lang_unit_free (in->pending);
  cvx_free (in);
}

const struct lang_command *
lang_find_command (const struct lang_interp *in, const char *name)
{
  for (size_t k = 0; k < in->n_commands; k++)
    if (strcmp (in->commands[k]->name, name) == 0)
      return in->commands[k];
  return NULL;
}

const struct lang_diagnostic *
lang_last (const struct lang_interp *in)
{
  return &in->last;
}

void
lang_set_max_loop (struct lang_interp *in, size_t passes)
{
  in->max_loop = passes;
}

void
lang_set_digits (struct lang_interp *in, int digits)
{
  in->digits = digits;
}

void
lang_set_unit (struct lang_interp *in, double inches)
{
  in->unit = inches;
}

bool
lang_running (const struct lang_interp *in)
{
  return in->n_running > 0;
}

void
lang_write (struct lang_interp *in, const char *text)
{
  in->host.write (in->host.session, text, strlen (text));
}

/* --------------------------------------------------------------- variables */

static struct lang_variable_slot *
slot_of (const struct lang_interp *in, const char *name)
{
  for (size_t k = 0; k < in->n_variables; k++)
    if (strcmp (in->variable[k].name, name) == 0)
      return &in->variable[k];
  return NULL;
}

/* VALUE becomes NAME's; on failure it is freed.  */
static enum cvx_status
give (struct lang_interp *in, const char *name, struct lang_value *value,
      struct cvx_error *err)
{
  struct lang_variable_slot *slot = slot_of (in, name);
  if (slot == NULL && in->n_variables == in->cap_variables)
    {
      size_t cap = in->cap_variables == 0 ? 16 : 2 * in->cap_variables;
      struct lang_variable_slot *more
          = cvx_grow (in->variable, in->n_variables, cap, sizeof *more);
      if (more != NULL)
        {
          in->variable = more;
          in->cap_variables = cap;
        }
    }
  if (slot == NULL && in->n_variables < in->cap_variables)
    {
      slot = &in->variable[in->n_variables];
      slot->value = lang_number (0);
      slot->name = cvx_strdup (name);
      if (slot->name == NULL)
        slot = NULL;
      else
        in->n_variables++;
    }
  if (slot == NULL)
    {
      lang_value_free (value);
      return cvx_fail_nomem (err, "setting a variable");
    }
  lang_value_free (&slot->value);
  slot->value = *value;
  return CVX_OK;
}

enum cvx_status
lang_set (struct lang_interp *in, const char *name,
          const struct lang_value *value, struct cvx_error *err)
{
  struct lang_value copy;
  enum cvx_status status = lang_value_copy (&copy, value, err);
  return status == CVX_OK ? give (in, name, &copy, err) : status;
}

const struct lang_value *
lang_get (const struct lang_interp *in, const char *name)
{
  const struct lang_variable_slot *slot = slot_of (in, name);
  return slot != NULL ? &slot->value : NULL;
}

const struct lang_value *
lang_variable (const struct lang_interp *in, size_t k, const char **name)
{
  if (k >= in->n_variables)
    return NULL;
  *name = in->variable[k].name;
  return &in->variable[k].value;
}

bool
lang_delete (struct lang_interp *in, const char *name)
{
  struct lang_variable_slot *slot = slot_of (in, name);
  if (slot == NULL)
    return false;
  cvx_free (slot->name);
  lang_value_free (&slot->value);
  in->n_variables--;
  memmove (slot, slot + 1,
           (size_t)(in->variable + in->n_variables - slot) * sizeof *slot);
  return true;
}

/* ------------------------------------------------------------- expressions */

enum cvx_status
lang_eval (struct lang_interp *in, const struct lang_expr *e,
           const struct lang_scope *scope, struct lang_value *out,
           struct cvx_error *err)
{
  struct lang_eval_state state = { .in = in,
                                   .unit = e->unit,
                                   .scope = scope,
                                   .err = err != NULL ? err : &in->scratch };
  struct lang_value v;
  enum cvx_status status = lang_eval_node (&state, e->root, &v);
  *out = lang_number (0);
  if (status == CVX_OK && v.borrowed)
    return lang_value_copy (out, &v, state.err);
  if (status == CVX_OK)
    *out = v;
  return status;
}

enum cvx_status
lang_eval_number (struct lang_interp *in, const struct lang_expr *e,
                  const struct lang_scope *scope, double *x,
                  struct cvx_error *err)
{
  struct lang_value v;
  char kind[64];
  enum cvx_status status = lang_eval (in, e, scope, &v, err);
  if (status != CVX_OK)
    return status;
  if (v.type != LANG_NUMBER)
    status = lang_fail (in, e->unit, e->root->span,
                        err != NULL ? err : &in->scratch, CVX_E121,
                        "a number is needed here, got a %s",
                        lang_value_kind (&v, kind, sizeof kind));
  else
    *x = v.number;
  lang_value_free (&v);
  return status;
}

enum cvx_status
lang_eval_true (struct lang_interp *in, const struct lang_expr *e,
                const struct lang_scope *scope, bool *b, struct cvx_error *err)
{
  struct lang_eval_state state = { .in = in,
                                   .unit = e->unit,
                                   .scope = scope,
                                   .err = err != NULL ? err : &in->scratch };
  struct lang_value v;
  enum cvx_status status = lang_eval_node (&state, e->root, &v);
  if (status != CVX_OK)
    return status;
  status = lang_truth (&state, &v, e->root, b);
  lang_value_free (&v);
  return status;
}

const char *
lang_expr_source (const struct lang_expr *e)
{
  return e->source;
}

enum cvx_status
lang_expr_new (struct lang_expr **out, struct lang_interp *in,
               const char *text, struct cvx_error *err)
{
  struct lang_expr *e = cvx_calloc (1, sizeof *e);
  struct lang_parser p;
  enum cvx_status status;
  *out = NULL;
  if (err == NULL)
    err = &in->scratch;
  if (e == NULL)
    return cvx_fail_nomem (err, "reading an expression");
  e->owner = true;
  status = lang_unit_new (&e->unit, NULL, err);
  if (status == CVX_OK)
    status = lang_unit_append (in, e->unit, text, strlen (text), err);
  if (status == CVX_OK)
    {
      p = lang_parser_new (in, e->unit,
                           (struct lang_span){ 0, e->unit->len - 1 }, err);
      status = lang_parse_expr (&p, &e->root);
      if (status == CVX_OK && !lang_at_end (&p))
        status = lang_parse_expected (&p, "an operator");
      e->source = lang_arena_strndup (&e->unit->arena, e->unit->text,
                                      e->unit->len - 1);
      if (status == CVX_OK && e->source == NULL)
        status = cvx_fail_nomem (err, "reading an expression");
    }
  if (status != CVX_OK)
    {
      lang_expr_free (e);
      return status;
    }
  *out = e;
  return CVX_OK;
}

enum cvx_status
lang_expr_copy (struct lang_expr **out, struct lang_interp *in,
                const struct lang_expr *e, struct cvx_error *err)
{
  return lang_expr_new (out, in, e->source, err);
}

void
lang_expr_free (struct lang_expr *e)
{
  if (e == NULL)
    return;
  if (e->owner)
    lang_unit_free (e->unit);
  cvx_free (e);
}

/* -------------------------------------------------------------- statements */

static enum cvx_status
check_abort (struct lang_interp *in, const struct lang_unit *u,
             struct lang_span span, struct cvx_error *err)
{
  if (in->host.abort == NULL
      || atomic_load_explicit (in->host.abort, memory_order_relaxed) == 0)
    return CVX_OK;
  cvx_fail_interrupted (err);
  return lang_blame (in, u, span, err);
}

static void
warn_not_finite (struct lang_interp *in, struct lang_unit *u,
                 const struct lang_statement *st, const struct lang_value *v)
{
  const struct lang_node *node = st->expr->root;
  if (v->type == LANG_NUMBER && !isfinite (v->number)
      && node->type != LANG_NODE_NUMBER && node->type != LANG_NODE_UNARY)
    lang_warn (in, u, node->span, CVX_E111, "%s is %g", st->name, v->number);
}

static enum cvx_status
run_assignment (struct lang_interp *in, struct lang_unit *u,
                const struct lang_statement *st, struct cvx_error *err)
{
  struct lang_value v;
  enum cvx_status status;
  if (st->type == LANG_STATEMENT_ASSIGN && lang_get (in, st->name) == NULL)
    {
      lang_fail (in, u, st->head, err, CVX_E117, "\"%s\" is not defined",
                 st->name);
      return cvx_hint (err, "let %s = ... makes a variable", st->name);
    }
  status = lang_eval (in, st->expr, NULL, &v, err);
  if (status != CVX_OK)
    return status;
  warn_not_finite (in, u, st, &v);
  return give (in, st->name, &v, err);
}

/* name[index] = value: in a copy when the elements change type, so that a
   failure changes nothing.  */
static enum cvx_status
run_element (struct lang_interp *in, struct lang_unit *u,
             const struct lang_statement *st, struct cvx_error *err)
{
  struct lang_variable_slot *slot = slot_of (in, st->name);
  struct lang_eval_state e = { .in = in, .unit = u, .err = err };
  struct lang_value v, index;
  char kind[64];
  enum cvx_status status;
  if (slot == NULL)
    return lang_fail (in, u, st->head, err, CVX_E117, "\"%s\" is not defined",
                      st->name);
  if (!lang_is_list (&slot->value))
    return lang_fail (in, u, st->head, err, CVX_E121,
                      "%s is a %s; only elements of a list of numbers can be "
                      "set",
                      st->name,
                      lang_value_kind (&slot->value, kind, sizeof kind));
  e.has_end = true;
  e.end = (double)slot->value.n;
  status = lang_eval_node (&e, st->index->root, &index);
  if (status != CVX_OK)
    return status;
  if (index.type != LANG_NUMBER || !(index.number >= 1)
      || index.number > (double)slot->value.n
      || index.number != floor (index.number))
    {
      if (index.type == LANG_NUMBER)
        status = lang_fail (in, u, st->index->root->span, err, CVX_E123,
                            "index %.15g, but %s has %zu elements (counted "
                            "from 1)",
                            index.number, st->name, slot->value.n);
      else
        status = lang_fail (in, u, st->index->root->span, err, CVX_E121,
                            "one element is set at a time, got a %s",
                            lang_value_kind (&index, kind, sizeof kind));
      lang_value_free (&index);
      return status;
    }
  status = lang_eval (in, st->expr, NULL, &v, err);
  if (status != CVX_OK)
    return status;
  if (v.type != LANG_NUMBER)
    status = lang_fail (in, u, st->expr->root->span, err, CVX_E121,
                        "an element is a number, got a %s",
                        lang_value_kind (&v, kind, sizeof kind));
  else
    status = lang_materialise (&e, st->expr->root, &slot->value);
  if (status == CVX_OK)
    {
      warn_not_finite (in, u, st, &v);
      slot->value.vector[(size_t)index.number - 1] = v.number;
    }
  lang_value_free (&v);
  return status;
}

static enum cvx_status
run_show (struct lang_interp *in, const struct lang_statement *st,
          struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  struct lang_eval_state e = { .in = in, .unit = st->expr->unit, .err = err };
  struct lang_value v;
  enum cvx_status status = lang_eval_node (&e, st->expr->root, &v);
  if (status != CVX_OK)
    return status;
  lang_value_format (&v, in->digits, false, &t);
  cvx_text_put (&t, "\n");
  lang_value_free (&v);
  status = t.failed ? cvx_fail_nomem (err, "showing a value") : CVX_OK;
  if (status == CVX_OK)
    lang_write (in, cvx_text_string (&t));
  cvx_text_free (&t);
  return status;
}

/* What the passes of a loop leave behind when one fails.  */
static void
note_pass (struct lang_interp *in, struct lang_unit *u,
           const struct lang_statement *st, size_t pass, size_t n)
{
  struct cvx_text t = CVX_TEXT_INIT;
  size_t start, line = lang_unit_line (u, st->head.start, &start);
  if (st->type == LANG_STATEMENT_FOR)
    {
      const struct lang_value *v = lang_get (in, st->name);
      if (v != NULL)
        lang_value_format (v, in->digits, false, &t);
      lang_note (in, "in pass %zu of %zu of the loop at line %zu: %s = %s",
                 pass, n, line, st->name, cvx_text_string (&t));
    }
  else
    lang_note (in, "in pass %zu of the loop at line %zu", pass, line);
  cvx_text_free (&t);
}

static enum cvx_status
fail_guard (struct lang_interp *in, struct lang_unit *u,
            const struct lang_statement *st, double passes,
            struct cvx_error *err)
{
  lang_fail (in, u, st->head, err, CVX_E108,
             "the loop makes %s%.15g passes, maxloop is %zu",
             st->type == LANG_STATEMENT_FOR ? "" : "more than ", passes,
             in->max_loop);
  return cvx_hint (err, "set maxloop=%.3g", 10 * passes);
}

static enum cvx_status
run_for (struct lang_interp *in, struct lang_unit *u,
         const struct lang_statement *st, struct cvx_error *err)
{
  struct lang_value list;
  size_t n;
  enum cvx_status status = lang_eval (in, st->expr, NULL, &list, err);
  if (status != CVX_OK)
    return status;
  n = lang_is_list (&list) || list.type == LANG_TEXTS ? list.n : 1;
  if (n > in->max_loop)
    status = fail_guard (in, u, st, (double)n, err);
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      struct lang_value item;
      if (lang_is_list (&list))
        item = lang_number (lang_value_at (&list, k));
      else if (list.type == LANG_TEXTS)
        item = lang_text_view (list.texts[k]);
      else
        {
          item = list;
          item.borrowed = true;
        }
      status = lang_set (in, st->name, &item, err);
      if (status == CVX_OK)
        {
          status = check_abort (in, u, st->head, err);
          if (status == CVX_OK)
            status = lang_run_body (in, u, &st->branch->body, err);
          if (status != CVX_OK)
            note_pass (in, u, st, k + 1, n);
        }
    }
  lang_value_free (&list);
  return status;
}

static enum cvx_status
run_while (struct lang_interp *in, struct lang_unit *u,
           const struct lang_statement *st, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  for (size_t pass = 1; status == CVX_OK; pass++)
    {
      bool b = false;
      status = check_abort (in, u, st->head, err);
      if (status == CVX_OK)
        status = lang_eval_true (in, st->branch->condition, NULL, &b, err);
      if (status == CVX_OK && !b)
        break;
      if (status == CVX_OK && pass > in->max_loop)
        return fail_guard (in, u, st, (double)in->max_loop, err);
      if (status == CVX_OK)
        status = lang_run_body (in, u, &st->branch->body, err);
      if (status != CVX_OK)
        note_pass (in, u, st, pass, 0);
    }
  return status;
}

static enum cvx_status
run_if (struct lang_interp *in, struct lang_unit *u,
        const struct lang_statement *st, struct cvx_error *err)
{
  for (const struct lang_branch *b = st->branch; b != NULL; b = b->next)
    {
      bool truth = true;
      if (b->condition != NULL)
        {
          enum cvx_status status
              = lang_eval_true (in, b->condition, NULL, &truth, err);
          if (status != CVX_OK)
            return status;
        }
      if (truth)
        return lang_run_body (in, u, &b->body, err);
    }
  return CVX_OK;
}

static void
echo (struct lang_interp *in, const struct lang_unit *u,
      const struct lang_statement *st)
{
  char *text;
  size_t end = st->span.end;
  if (in->host.echo == NULL)
    return;
  if (st->branch != NULL) /* only the line that opens the block */
    for (end = st->head.end; end < u->len && u->text[end] != '\n';)
      end++;
  text = cvx_strndup (u->text + st->span.start, end - st->span.start);
  if (text != NULL)
    in->host.echo (in->host.session, text);
  cvx_free (text);
}

enum cvx_status
lang_run_statement (struct lang_interp *in, struct lang_unit *u,
                    const struct lang_statement *st, struct cvx_error *err)
{
  enum cvx_status status = check_abort (in, u, st->head, err);
  if (status != CVX_OK)
    return status;
  cvx_error_clear (&in->last.error);
  echo (in, u, st);
  in->n_running++;
  switch (st->type)
    {
    case LANG_STATEMENT_COMMAND:
      status = lang_run_command (in, u, st, err);
      break;
    case LANG_STATEMENT_LET:
    case LANG_STATEMENT_ASSIGN:
      status = run_assignment (in, u, st, err);
      break;
    case LANG_STATEMENT_ELEMENT:
      status = run_element (in, u, st, err);
      break;
    case LANG_STATEMENT_SHOW:
      status = run_show (in, st, err);
      break;
    case LANG_STATEMENT_FOR:
      status = run_for (in, u, st, err);
      break;
    case LANG_STATEMENT_WHILE:
      status = run_while (in, u, st, err);
      break;
    case LANG_STATEMENT_IF:
      status = run_if (in, u, st, err);
      break;
    }
  in->n_running--;
  if (status != CVX_OK && !lang_placed (in, err))
    lang_blame (in, u, st->head, err);
  /* A hint may have been added after the place.  */
  if (status != CVX_OK)
    in->last.error = *err;
  return status;
}

enum cvx_status
lang_run_body (struct lang_interp *in, struct lang_unit *u,
               const struct lang_body *body, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  for (const struct lang_statement *st = body->first;
       st != NULL && status == CVX_OK; st = st->next)
    status = lang_run_statement (in, u, st, err);
  return status;
}
