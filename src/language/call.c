/* call.c -- from arguments to values, and the getters of the host.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

/* An argument with its value.  */
struct slot
{
  const struct lang_arg *arg;
  bool flag;
  double number[2];
  size_t n;
  const char **text; /* texts of the items */
  struct lang_value value;
};

struct lang_call
{
  struct lang_interp *in;
  struct lang_unit *unit;
  const struct lang_statement *st;
  struct lang_arena arena;
  size_t n;
  struct slot *slot;
};

static bool
is_number_kind (enum lang_kind kind)
{
  return kind == LANG_KIND_NUMBER || kind == LANG_KIND_COUNT
         || kind == LANG_KIND_TIME;
}

/* "from 1 to 64", "> 0", ">= 0 and < 1".  */
static void
limits_words (const struct lang_key *key, char *to, size_t size)
{
  unsigned f = key->flags;
  int used = 0;
  to[0] = '\0';
  if (f & LANG_GE && f & LANG_LE)
    {
      snprintf (to, size, "from %.16g to %.16g", key->min, key->max);
      return;
    }
  if (f & (LANG_GE | LANG_GT))
    used = snprintf (to, size, "%s %.16g", f & LANG_GE ? ">=" : ">", key->min);
  if (f & (LANG_LE | LANG_LT))
    snprintf (to + used, size - (size_t)used, "%s%s %.16g",
              used > 0 ? " and " : "", f & LANG_LE ? "<=" : "<", key->max);
}

static enum cvx_status
check_number (struct lang_interp *in, const struct lang_unit *u,
              struct lang_span span, const struct lang_key *key, double x,
              struct cvx_error *err)
{
  struct lang_key limits = *key;
  char words[80];
  if (key->kind == LANG_KIND_COUNT)
    {
      if (!(limits.flags & (LANG_GE | LANG_GT)))
        {
          limits.flags |= LANG_GE;
          limits.min = 0;
        }
      if (!(limits.flags & (LANG_LE | LANG_LT)))
        {
          limits.flags |= LANG_LE;
          limits.max = 9007199254740992.0;
        }
      limits_words (&limits, words, sizeof words);
      if (x != floor (x) || !isfinite (x))
        return lang_fail (in, u, span, err, CVX_E120,
                          "%s must be a whole number %s, got %.10g", key->name,
                          words, x);
    }
  else if (isnan (x))
    return lang_fail (in, u, span, err, CVX_E120,
                      "%s must be a number, got nan", key->name);
  else if (isinf (x) && !(key->flags & LANG_INF))
    return lang_fail (in, u, span, err, CVX_E120, "%s must be finite, got %g",
                      key->name, x);
  limits_words (&limits, words, sizeof words);
  if ((limits.flags & LANG_GE && x < limits.min)
      || (limits.flags & LANG_GT && x <= limits.min)
      || (limits.flags & LANG_LE && x > limits.max)
      || (limits.flags & LANG_LT && x >= limits.max))
    return lang_fail (
        in, u, span, err, CVX_E120, "%s must be %s%s, got %.10g", key->name,
        key->kind == LANG_KIND_COUNT ? "a whole number " : "", words, x);
  return CVX_OK;
}

/* Is there a number with a unit of length in the tree at NODE?  */
static bool
has_length (const struct lang_node *node)
{
  bool found = node->length;
  for (size_t k = 0; k < node->n && node->child != NULL && !found; k++)
    found = has_length (node->child[k]);
  return found;
}

/* The K-th expression of ARG as a number that its key accepts.  */
static enum cvx_status
number_of (struct lang_interp *in, const struct lang_arg *arg, size_t k,
           const struct lang_scope *scope, double *x, struct cvx_error *err)
{
  const struct lang_expr *item = &arg->item[k];
  struct lang_value v;
  char kind[64];
  enum cvx_status status = lang_eval (in, item, scope, &v, err);
  if (status != CVX_OK && err->id == CVX_E117 && arg->key->words != NULL)
    {
      struct cvx_text words = CVX_TEXT_INIT;
      for (const char *const *w = arg->key->words; *w != NULL; w++)
        cvx_text_printf (&words, " %s", *w);
      cvx_hint (err, "words that may stand here:%s", cvx_text_string (&words));
      cvx_text_free (&words);
    }
  if (status != CVX_OK)
    return status;
  if (v.type != LANG_NUMBER)
    status = lang_fail (in, item->unit, item->root->span, err, CVX_E121,
                        "%s must be a number, got a %s", arg->key->name,
                        lang_value_kind (&v, kind, sizeof kind));
  else
    {
      *x = v.number;
      if (arg->key->kind == LANG_KIND_SIZE && !has_length (item->root))
        *x *= in->unit;
      status
          = check_number (in, item->unit, item->root->span, arg->key, *x, err);
    }
  lang_value_free (&v);
  return status;
}

static enum cvx_status
list_of (struct lang_interp *in, const struct lang_arg *arg,
         const struct lang_scope *scope, struct lang_value *out,
         struct cvx_error *err)
{
  const struct lang_expr *item = &arg->item[0];
  struct lang_eval_state e = { .in = in, .unit = item->unit, .err = err };
  char kind[64];
  enum cvx_status status;
  if (arg->n > 1) /* 3,5 without brackets */
    {
      status = lang_vector_alloc (out, arg->n, err);
      for (size_t k = 0; status == CVX_OK && k < arg->n; k++)
        status = lang_eval_number (in, &arg->item[k], scope, &out->vector[k],
                                   err);
    }
  else
    status = lang_eval (in, item, scope, out, err);
  if (status != CVX_OK)
    {
      lang_value_free (out);
      return status;
    }
  if (out->type == LANG_NUMBER)
    *out = (struct lang_value){ .type = LANG_RANGE,
                                .number = out->number,
                                .n = 1 };
  if (!lang_is_list (out))
    status
        = lang_fail (in, item->unit, item->root->span, err, CVX_E121,
                     "%s must be a list of numbers, got a %s", arg->key->name,
                     lang_value_kind (out, kind, sizeof kind));
  else
    status = lang_materialise (&e, item->root, out);
  for (size_t k = 0; status == CVX_OK && k < out->n; k++)
    {
      struct lang_key one = *arg->key;
      one.kind = LANG_KIND_NUMBER;
      status = check_number (in, item->unit, item->root->span, &one,
                             out->vector[k], err);
    }
  if (status != CVX_OK)
    lang_value_free (out);
  return status;
}

static enum cvx_status
rows_of (struct lang_interp *in, struct slot *slot, struct cvx_error *err)
{
  const struct lang_expr *item = &slot->arg->item[0];
  struct lang_value v;
  double a = 0, b = 0;
  enum cvx_status status = lang_eval (in, item, NULL, &v, err);
  if (status != CVX_OK)
    return status;
  if (v.type == LANG_NUMBER)
    a = b = v.number;
  else if (v.type == LANG_RANGE && v.n > 0 && v.step == 1)
    {
      a = v.number;
      b = lang_value_at (&v, v.n - 1);
    }
  if (!(a >= 1) || a != floor (a) || b != floor (b) || b > 9e15)
    status = lang_fail (in, item->unit, item->root->span, err, CVX_E120,
                        "%s must be a:b with whole numbers 1 <= a <= b",
                        slot->arg->key->name);
  slot->number[0] = a;
  slot->number[1] = b;
  lang_value_free (&v);
  return status;
}

char *
lang_expand_home (struct lang_arena *arena, const char *path)
{
  const char *home = getenv ("HOME");
  size_t len;
  char *out;
  if (path[0] != '~' || (path[1] != '/' && path[1] != '\0') || home == NULL
      || home[0] == '\0')
    return lang_arena_strndup (arena, path, strlen (path));
  len = strlen (home) + strlen (path);
  out = lang_arena_alloc (arena, len, 1);
  if (out != NULL)
    snprintf (out, len, "%s%s", home, path + 1);
  return out;
}

static enum cvx_status
texts_of (struct lang_call *c, struct slot *slot, struct cvx_error *err)
{
  const struct lang_arg *arg = slot->arg;
  slot->text = lang_arena_alloc (&c->arena, arg->n + 1, sizeof *slot->text);
  if (slot->text == NULL)
    return cvx_fail_nomem (err, "reading a command");
  for (size_t k = 0; k < arg->n; k++)
    {
      const struct lang_node *node = arg->item[k].root;
      const char *full;
      char *text;
      enum cvx_status status
          = lang_eval_text (c->in, c->unit, node, &text, err);
      if (status != CVX_OK)
        return status;
      full = text;
      if (node->type == LANG_NODE_TEMPLATE
          && (arg->key->kind == LANG_KIND_WORD
              || arg->key->kind == LANG_KIND_NAMES))
        status = lang_resolve_word (c->in, c->unit, node->span, arg->key, text,
                                    &full, err);
      if (status == CVX_OK)
        {
          slot->text[k]
              = arg->key->kind == LANG_KIND_PATH
                    ? lang_expand_home (&c->arena, full)
                    : lang_arena_strndup (&c->arena, full, strlen (full));
          if (slot->text[k] == NULL)
            status = cvx_fail_nomem (err, "reading a command");
          else if (arg->key->kind == LANG_KIND_PATH
                   && slot->text[k][0] == '\0')
            status = lang_fail (c->in, c->unit, node->span, err, CVX_E120,
                                "%s is empty", arg->key->name);
        }
      cvx_free (text);
      if (status != CVX_OK)
        return status;
    }
  slot->n = arg->n;
  return CVX_OK;
}

static enum cvx_status
fill (struct lang_call *c, struct slot *slot, struct cvx_error *err)
{
  const struct lang_arg *arg = slot->arg;
  enum cvx_status status = CVX_OK;
  if (arg->word != NULL)
    {
      slot->text = lang_arena_alloc (&c->arena, 1, sizeof *slot->text);
      if (slot->text == NULL)
        return cvx_fail_nomem (err, "reading a command");
      slot->text[0] = arg->word;
      return CVX_OK;
    }
  if (arg->key->flags & LANG_LATE)
    return CVX_OK;
  switch (arg->key->kind)
    {
    case LANG_KIND_NUMBER:
    case LANG_KIND_COUNT:
    case LANG_KIND_TIME:
    case LANG_KIND_SIZE:
      for (size_t k = 0; k < arg->n && status == CVX_OK; k++)
        status = number_of (c->in, arg, k, NULL, &slot->number[k], err);
      slot->n = arg->n;
      return status;
    case LANG_KIND_WORD:
    case LANG_KIND_NAMES:
    case LANG_KIND_PATH:
    case LANG_KIND_STRING:
    case LANG_KIND_WORDS:
    case LANG_KIND_REST:
      return texts_of (c, slot, err);
    case LANG_KIND_LIST:
      return list_of (c->in, arg, NULL, &slot->value, err);
    case LANG_KIND_ROWS:
      return rows_of (c->in, slot, err);
    case LANG_KIND_VALUE:
      return lang_eval (c->in, &arg->item[0], NULL, &slot->value, err);
    case LANG_KIND_FLAG:
      slot->flag = !arg->negated;
      return CVX_OK;
    case LANG_KIND_EXPR:
    case LANG_KIND_EXPRS:
    case LANG_KIND_COMMAND:
      break;
    }
  return CVX_OK;
}

/* ----------------------------------------------------------------- running */

static enum cvx_status
run_parsed (struct lang_interp *in, struct lang_unit *u,
            const struct lang_statement *st, struct cvx_error *err)
{
  struct lang_call c = { .in = in, .unit = u, .st = st };
  const struct lang_command *command = st->command;
  enum cvx_status status = CVX_OK;
  for (const struct lang_arg *a = st->args; a != NULL; a = a->next)
    c.n++;
  c.slot = lang_arena_alloc (&c.arena, c.n, sizeof *c.slot);
  if (c.slot == NULL)
    status = cvx_fail_nomem (err, "reading a command");
  if (status == CVX_OK && in->host.ready != NULL)
    status = in->host.ready (in->host.session, command, err);
  c.n = 0;
  for (const struct lang_arg *a = st->args; a != NULL && status == CVX_OK;
       a = a->next)
    {
      struct slot *slot = &c.slot[c.n++];
      slot->arg = a;
      status = fill (&c, slot, err);
    }
  for (size_t k = 0; k < c.n && status == CVX_OK; k++)
    if (c.slot[k].arg->key->flags & LANG_OUTPUT && in->host.target != NULL
        && in->host.target (in->host.session, c.slot[k].text[0], true, err)
               != CVX_OK)
      status = lang_blame (in, u, c.slot[k].arg->value, err);
  if (status == CVX_OK)
    {
      cvx_error_clear (err);
      status = command->run (in->host.session, &c, err);
      assert (status == CVX_OK || err->status == status);
    }
  if (status != CVX_OK && !lang_placed (in, err))
    {
      if (err->file[0] == '\0')
        lang_blame (in, u, st->head, err);
      else
        {
          /* A place in a data file: say which command read it.  */
          size_t start, line = lang_unit_line (u, st->head.start, &start);
          lang_blame (in, NULL, st->head, err);
          if (u->name != NULL)
            lang_note (in, "in %s at %s:%zu", command->name, u->name, line);
        }
    }
  for (size_t k = 0; k < c.n; k++)
    lang_value_free (&c.slot[k].value);
  lang_arena_free (&c.arena);
  if (in->host.finished != NULL)
    {
      struct cvx_error ok;
      cvx_error_clear (&ok);
      in->host.finished (in->host.session, command,
                         status == CVX_OK ? &ok : err);
    }
  return status;
}

/* Parse from SPAN again, run, and forget the trees: for commands whose options
   are known only now.  WORD: the first word.  */
static enum cvx_status
parse_and_run (struct lang_interp *in, struct lang_unit *u,
               struct lang_span span, const struct lang_statement *known,
               const char *word, struct cvx_error *err)
{
  struct lang_parser p = lang_parser_new (in, u, span, err);
  struct lang_arena saved = u->arena;
  struct lang_statement *st = NULL, copy;
  enum cvx_status status;
  u->arena = (struct lang_arena){ NULL };
  if (known == NULL)
    status = lang_parse_command (&p, &st, in->depth);
  else
    {
      copy = *known;
      st = &copy;
      status = lang_parse_args (&p, st, word, in->depth);
      st->deferred = false;
    }
  if (status == CVX_OK)
    status = lang_run_command (in, u, st, err);
  lang_arena_free (&u->arena);
  u->arena = saved;
  return status;
}

enum cvx_status
lang_run_command (struct lang_interp *in, struct lang_unit *u,
                  const struct lang_statement *st, struct cvx_error *err)
{
  enum cvx_status status;
  if (in->depth > LANG_MAX_INCLUDE + 4)
    return lang_fail (in, u, st->head, err, CVX_E107,
                      "commands run inside each other too deep");
  in->depth++;
  if (st->deferred)
    {
      char *word;
      struct lang_span rest = { st->head.end, st->span.end };
      status = lang_eval_text (in, u, st->args->item[0].root, &word, err);
      if (status == CVX_OK)
        {
          const char *full = word;
          status = CVX_OK;
          if (st->args->key->kind == LANG_KIND_WORD)
            status = lang_resolve_word (in, u, st->args->value, st->args->key,
                                        word, &full, err);
          if (status == CVX_OK)
            status = parse_and_run (in, u, rest, st, full, err);
          cvx_free (word);
        }
    }
  else
    status = run_parsed (in, u, st, err);
  in->depth--;
  return status;
}

/* ----------------------------------------------------------------- getters */

const struct lang_command *
lang_call_command (const struct lang_call *c)
{
  return c->st->command;
}

struct lang_interp *
lang_call_interp (const struct lang_call *c)
{
  return c->in;
}

static bool
has_name (const struct lang_key *keys, const char *name)
{
  for (; keys != NULL && keys->name != NULL; keys++)
    if (strcmp (keys->name, name) == 0)
      return true;
  return false;
}

static const struct slot *
find (const struct lang_call *c, const char *name)
{
  for (size_t k = 0; k < c->n; k++)
    if (strcmp (c->slot[k].arg->key->name, name) == 0)
      return &c->slot[k];
  assert (has_name (c->st->command->keys, name)
          || c->st->command->more_keys != NULL);
  (void)has_name;
  return NULL;
}

bool
lang_call_has (const struct lang_call *c, const char *name)
{
  return find (c, name) != NULL;
}

bool
lang_call_number (const struct lang_call *c, const char *name, double *x)
{
  const struct slot *s = find (c, name);
  if (s == NULL || s->arg->word != NULL)
    return false;
  assert (is_number_kind (s->arg->key->kind)
          && !(s->arg->key->flags & LANG_LATE));
  *x = s->number[0];
  return true;
}

bool
lang_call_seed (const struct lang_call *c, const char *name, uint64_t *seed)
{
  double x;
  if (!lang_call_number (c, name, &x))
    return false;
  *seed = (uint64_t)x;
  return true;
}

bool
lang_call_count (const struct lang_call *c, const char *name, size_t *n)
{
  uint64_t count;
  if (!lang_call_seed (c, name, &count))
    return false;
  *n = (size_t)count;
  return true;
}

bool
lang_call_size (const struct lang_call *c, const char *name, double inches[2])
{
  const struct slot *s = find (c, name);
  if (s == NULL || s->arg->word != NULL)
    return false;
  for (size_t k = 0; k < s->n; k++)
    inches[k] = s->number[k];
  return true;
}

bool
lang_call_rows (const struct lang_call *c, const char *name, size_t *first,
                size_t *last)
{
  const struct slot *s = find (c, name);
  if (s == NULL || s->arg->word != NULL)
    return false;
  *first = (size_t)s->number[0];
  *last = (size_t)s->number[1];
  return true;
}

bool
lang_call_flag (const struct lang_call *c, const char *name, bool *b)
{
  const struct slot *s = find (c, name);
  if (s == NULL)
    return false;
  *b = s->flag;
  return true;
}

const char *
lang_call_text (const struct lang_call *c, const char *name)
{
  const struct slot *s = find (c, name);
  return s != NULL && s->text != NULL ? s->text[0] : NULL;
}

int
lang_call_word (const struct lang_call *c, const char *name)
{
  const struct slot *s = find (c, name);
  const char *const *words = s != NULL ? s->arg->key->words : NULL;
  if (s == NULL || s->text == NULL || words == NULL)
    return -1;
  for (int k = 0; words[k] != NULL; k++)
    if (strcmp (words[k], s->text[0]) == 0)
      return k;
  return -1;
}

size_t
lang_call_names (const struct lang_call *c, const char *name,
                 const char *const **names)
{
  const struct slot *s = find (c, name);
  if (s == NULL || s->text == NULL)
    return 0;
  *names = s->text;
  return s->arg->word != NULL ? 1 : s->n;
}

bool
lang_call_list (const struct lang_call *c, const char *name, const double **v,
                size_t *n)
{
  const struct slot *s = find (c, name);
  if (s == NULL || s->arg->word != NULL)
    return false;
  *v = s->value.vector;
  *n = s->value.n;
  return true;
}

const struct lang_value *
lang_call_value (const struct lang_call *c, const char *name)
{
  const struct slot *s = find (c, name);
  return s != NULL && s->arg->word == NULL ? &s->value : NULL;
}

size_t
lang_call_n_exprs (const struct lang_call *c, const char *name)
{
  const struct slot *s = find (c, name);
  return s != NULL ? s->arg->n : 0;
}

const struct lang_expr *
lang_call_expr (const struct lang_call *c, const char *name, size_t k)
{
  const struct slot *s = find (c, name);
  return s != NULL && k < s->arg->n ? &s->arg->item[k] : NULL;
}

const char *
lang_call_source (const struct lang_call *c, const char *name)
{
  struct lang_call *cache = (struct lang_call *)c; /* its arena only */
  const char *text;
  struct lang_span span = c->st->span;
  if (name != NULL)
    {
      const struct slot *s = find (c, name);
      if (s == NULL)
        return "";
      span = s->arg->value;
    }
  text = lang_arena_strndup (&cache->arena, c->unit->text + span.start,
                             span.end - span.start);
  return text != NULL ? text : "";
}

const char *
lang_call_place (const struct lang_call *c, size_t *line)
{
  size_t start;
  *line = 0;
  if (c->unit->name != NULL)
    *line = lang_unit_line (c->unit, c->st->head.start, &start);
  return c->unit->name;
}

enum cvx_status
lang_call_run (const struct lang_call *c, const char *name,
               struct cvx_error *err)
{
  const struct slot *s = find (c, name);
  assert (s != NULL && s->arg->key->kind == LANG_KIND_COMMAND);
  if (s->arg->statement != NULL)
    return lang_run_command (c->in, c->unit, s->arg->statement, err);
  return parse_and_run (c->in, c->unit, s->arg->value, NULL, NULL, err);
}

enum cvx_status
lang_call_late_number (const struct lang_call *c, const char *name,
                       const struct lang_scope *scope, bool *found, double *x,
                       struct cvx_error *err)
{
  const struct slot *s = find (c, name);
  *found = s != NULL && s->arg->word == NULL;
  return *found ? number_of (c->in, s->arg, 0, scope, x, err) : CVX_OK;
}

enum cvx_status
lang_call_late_list (const struct lang_call *c, const char *name,
                     const struct lang_scope *scope, bool *found,
                     struct lang_value *list, struct cvx_error *err)
{
  const struct slot *s = find (c, name);
  *found = s != NULL && s->arg->word == NULL;
  return *found ? list_of (c->in, s->arg, scope, list, err) : CVX_OK;
}

/* ---------------------------------------------------------------- failures */

static struct lang_span
span_of (const struct lang_call *c, const char *name, size_t k)
{
  const struct slot *s = name != NULL ? find (c, name) : NULL;
  if (s == NULL)
    return c->st->head;
  if (k < s->arg->n)
    return s->arg->item[k].root->span;
  return s->arg->value;
}

enum cvx_status
lang_call_fail (const struct lang_call *c, const char *name,
                struct cvx_error *err, enum cvx_error_id id,
                const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  return lang_fail (c->in, c->unit, span_of (c, name, SIZE_MAX), err, id, "%s",
                    text);
}

enum cvx_status
lang_call_fail_item (const struct lang_call *c, const char *name, size_t k,
                     struct cvx_error *err, enum cvx_error_id id,
                     const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  return lang_fail (c->in, c->unit, span_of (c, name, k), err, id, "%s", text);
}

enum cvx_status
lang_call_blame (const struct lang_call *c, const char *name,
                 struct cvx_error *err)
{
  return lang_blame (c->in, c->unit, span_of (c, name, SIZE_MAX), err);
}

void
lang_call_warn (const struct lang_call *c, const char *name,
                enum cvx_error_id id, const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  lang_warn (c->in, c->unit, span_of (c, name, SIZE_MAX), id, "%s", text);
}
