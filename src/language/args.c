/* args.c -- from the text after a verb to arguments, by the command's table.

   The key decides how its value is read; so `scale=standard' and `to=x.pdf'
   need no quotes, and an unknown word can be corrected.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/text.h"
#include "language/internal.h"

/* One resolution rule for verbs, keys and words: the index of the name among
   the collected ones that is TEXT, or the only one that starts with it.
   N_NAMES: none; N_NAMES + 1: several, which then are all that is left
   collected.  */
static size_t
resolve (struct lang_interp *in, const char *text)
{
  size_t len = strlen (text), n = in->n_names, found = n, many = 0;
  for (size_t k = 0; k < n; k++)
    if (strcmp (in->names[k], text) == 0)
      return k;
  for (size_t k = 0; k < n && len > 0; k++)
    if (strncmp (in->names[k], text, len) == 0)
      {
        found = k;
        many++;
      }
  if (many < 2)
    return found;
  many = 0;
  for (size_t k = 0; k < n; k++)
    if (strncmp (in->names[k], text, len) == 0)
      in->names[many++] = in->names[k];
  in->n_names = many;
  return many + 1;
}

static enum cvx_status
fail_ambiguous (struct lang_interp *in, const struct lang_unit *u,
                struct lang_span span, const char *text, struct cvx_error *err)
{
  struct cvx_text list = CVX_TEXT_INIT;
  for (size_t k = 0; k < in->n_names; k++)
    cvx_text_printf (&list, "%s%s", k > 0 ? ", " : "", in->names[k]);
  lang_fail (in, u, span, err, CVX_E102, "\"%s\" is ambiguous: %s", text,
             cvx_text_string (&list));
  cvx_text_free (&list);
  return err->status;
}

static void
warn_abbreviation (struct lang_interp *in, const struct lang_unit *u,
                   struct lang_span span, const char *text, const char *full)
{
  if ((u->name != NULL || in->checking) && strcmp (text, full) != 0)
    lang_warn (in, u, span, CVX_E110, "\"%s\" is short for %s", text, full);
}

enum cvx_status
lang_resolve_command (struct lang_parser *p, size_t start, size_t end,
                      const struct lang_command **out)
{
  struct lang_interp *in = p->in;
  struct lang_span span = { start, end };
  const char *text = lang_span_text (p, start, end);
  size_t found;
  if (text == NULL)
    return lang_parse_nomem (p);
  lang_names_clear (in);
  lang_names_add_commands (in, false);
  found = resolve (in, text);
  if (in->names_lost)
    return lang_parse_nomem (p);
  if (found == in->n_names + 1)
    return fail_ambiguous (in, p->unit, span, text, p->err);
  /* A stray letter is no command: `q' must not end a session.  */
  if (found == in->n_names || (end - start == 1 && in->names[found][1] != 0))
    {
      lang_parse_fail (p, start, end, CVX_E101, "unknown command \"%s\"",
                       text);
      lang_names_clear (in);
      lang_names_add_commands (in, true);
      lang_suggest (in, text, NULL, p->err);
      if (lang_get (in, text) != NULL || lang_find_function (text) != NULL)
        return cvx_hint (p->err, "= EXPR prints a value: = %s ...", text);
      return p->err->status;
    }
  *out = lang_find_command (in, in->names[found]);
  warn_abbreviation (in, p->unit, span, text, (*out)->name);
  return CVX_OK;
}

enum cvx_status
lang_resolve_word (struct lang_interp *in, const struct lang_unit *u,
                   struct lang_span span, const struct lang_key *key,
                   const char *text, const char **full, struct cvx_error *err)
{
  size_t found;
  *full = text;
  lang_names_clear (in);
  lang_names_add_all (in, key->words);
  if (key->candidates != NULL)
    lang_names_add_all (in, key->candidates (in->host.session));
  if (key->flags & LANG_OPEN
      || (key->kind == LANG_KIND_NAMES && key->words == NULL))
    return CVX_OK;
  found = resolve (in, text);
  if (in->names_lost)
    return cvx_fail_nomem (err, "reading a command");
  if (found == in->n_names + 1)
    return fail_ambiguous (in, u, span, text, err);
  if (found == in->n_names)
    {
      if (key->flags & LANG_ARG) /* its name was not typed */
        lang_fail (in, u, span, err, CVX_E115, "unknown word \"%s\"", text);
      else
        lang_fail (in, u, span, err, CVX_E115, "%s cannot be \"%s\"",
                   key->name, text);
      return lang_suggest (in, text, "Words", err);
    }
  *full = in->names[found];
  warn_abbreviation (in, u, span, text, *full);
  return CVX_OK;
}

/* ------------------------------------------------------------------- items */

static bool
add_item (struct lang_parser *p, struct lang_arg *arg, struct lang_node *node)
{
  size_t n = arg->n;
  if (n == 0 || (n & (n - 1)) == 0)
    {
      struct lang_expr *more = lang_arena_alloc (
          &p->unit->arena, n == 0 ? 1 : 2 * n, sizeof *more);
      if (more == NULL)
        return false;
      if (n > 0)
        memcpy (more, arg->item, n * sizeof *more);
      arg->item = more;
    }
  arg->item[n].unit = p->unit;
  arg->item[n].root = node;
  arg->item[n].source = lang_span_text (p, node->span.start, node->span.end);
  arg->n++;
  return arg->item[n].source != NULL;
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n';
}

/* A word up to white space, or to a comma when COMMA; or a string.  */
static enum cvx_status
parse_raw (struct lang_parser *p, bool comma, struct lang_node **out)
{
  size_t start = p->pos;
  const char *s = p->s;
  struct lang_node *node;
  if (s[start] == '"' || s[start] == '\'')
    {
      enum cvx_status status = lang_parse_string (p, out);
      if (status == CVX_OK && p->pos < p->end && !is_blank (s[p->pos])
          && !(comma && s[p->pos] == ','))
        return lang_parse_fail (p, p->pos, p->pos + 1, CVX_E104,
                                "a space is missing after the string");
      return status;
    }
  while (p->pos < p->end && !is_blank (s[p->pos])
         && !(comma && s[p->pos] == ',')
         && !(s[p->pos] == '\\' && s[p->pos + 1] == '\n'))
    {
      const char *hint = (unsigned char)s[p->pos] >= 0x80
                             ? lang_odd_character (s + p->pos)
                             : NULL;
      if (hint != NULL
          && (p->pos == start || strstr (hint, "space") != NULL
              || strstr (hint, "quote") != NULL))
        return lang_parse_expected (p, "a word");
      p->pos++;
    }
  if (p->pos == start)
    return lang_parse_expected (p, "a word");
  node = lang_node_new (p, LANG_NODE_TEXT, start);
  if (node == NULL || (node->text = lang_span_text (p, start, p->pos)) == NULL)
    return lang_parse_nomem (p);
  *out = node;
  return CVX_OK;
}

/* Words or expressions separated by commas.  */
static enum cvx_status
parse_list (struct lang_parser *p, struct lang_arg *arg, bool exprs,
            size_t most)
{
  struct lang_node *node;
  for (;;)
    {
      enum cvx_status status;
      lang_skip_space (p);
      status = exprs ? lang_parse_expr (p, &node) : parse_raw (p, true, &node);
      if (status == CVX_OK && !exprs && node->type == LANG_NODE_TEXT)
        status = lang_resolve_word (p->in, p->unit, node->span, arg->key,
                                    node->text, &node->text, p->err);
      if (status != CVX_OK)
        return status;
      if (!add_item (p, arg, node))
        return lang_parse_nomem (p);
      if (p->pos < p->end && p->s[p->pos] == ',' && arg->n < most)
        {
          p->pos++;
          continue;
        }
      {
        size_t here = p->pos;
        if (!lang_at_end (p) && p->s[p->pos] == ',' && arg->n < most)
          {
            p->pos++;
            continue;
          }
        p->pos = here;
      }
      return CVX_OK;
    }
}

/* The words of KEY that may stand in place of an expression.  */
static bool
parse_key_word (struct lang_parser *p, struct lang_arg *arg)
{
  const char *const *w = arg->key->words;
  size_t len = 0;
  while (p->pos + len < p->end && !is_blank (p->s[p->pos + len]))
    len++;
  for (; w != NULL && *w != NULL; w++)
    if (strlen (*w) == len && memcmp (*w, p->s + p->pos, len) == 0)
      {
        arg->word = *w;
        p->pos += len;
        return true;
      }
  return false;
}

static enum cvx_status
parse_flag_value (struct lang_parser *p, struct lang_arg *arg)
{
  static const char *const words[]
      = { "yes", "no", "true", "false", "on", "off", NULL };
  size_t start = p->pos;
  for (size_t k = 0; words[k] != NULL; k++)
    if (lang_word_is (p, words[k]))
      {
        p->pos += strlen (words[k]);
        arg->negated = k % 2 == 1;
        return CVX_OK;
      }
  while (p->pos < p->end && !is_blank (p->s[p->pos]))
    p->pos++;
  return lang_parse_fail (p, start, p->pos, CVX_E115,
                          "%s is yes or no, got \"%.*s\"", arg->key->name,
                          (int)(p->pos - start > 60 ? 60 : p->pos - start),
                          p->s + start);
}

static enum cvx_status
parse_rest (struct lang_parser *p, struct lang_arg *arg, unsigned depth)
{
  struct lang_node *node;
  enum cvx_status status;
  size_t start = p->pos;
  if (arg->key->kind == LANG_KIND_WORDS)
    {
      while (!lang_at_end (p))
        {
          status = parse_raw (p, false, &node);
          if (status != CVX_OK)
            return status;
          if (!add_item (p, arg, node))
            return lang_parse_nomem (p);
        }
      return CVX_OK;
    }
  if (arg->key->kind == LANG_KIND_COMMAND && !(arg->key->flags & LANG_LATE))
    return lang_parse_command (p, &arg->statement, depth + 1);
  p->pos = p->end;
  node = lang_node_new (p, LANG_NODE_TEXT, start);
  if (node == NULL || (node->text = lang_span_text (p, start, p->end)) == NULL
      || !add_item (p, arg, node))
    return lang_parse_nomem (p);
  return CVX_OK;
}

/* The value of ARG's key, the cursor being on its first character.  */
static enum cvx_status
parse_value (struct lang_parser *p, struct lang_arg *arg, unsigned depth)
{
  const struct lang_key *key = arg->key;
  struct lang_node *node;
  enum cvx_status status = CVX_OK;
  struct lang_parser inner = *p;
  arg->value.start = p->pos;
  inner.kind = key->kind;
  inner.spaced = true;
  switch (key->kind)
    {
    case LANG_KIND_FLAG:
      status = parse_flag_value (p, arg);
      break;
    case LANG_KIND_WORD:
    case LANG_KIND_PATH:
    case LANG_KIND_STRING:
      status = parse_raw (p, false, &node);
      if (status == CVX_OK && key->kind == LANG_KIND_WORD
          && node->type == LANG_NODE_TEXT)
        status = lang_resolve_word (p->in, p->unit, node->span, key,
                                    node->text, &node->text, p->err);
      if (status == CVX_OK && !add_item (p, arg, node))
        status = lang_parse_nomem (p);
      break;
    case LANG_KIND_NAMES:
      status = parse_list (p, arg, false, SIZE_MAX);
      break;
    case LANG_KIND_WORDS:
    case LANG_KIND_REST:
    case LANG_KIND_COMMAND:
      status = parse_rest (p, arg, depth);
      break;
    case LANG_KIND_EXPR:
    case LANG_KIND_EXPRS:
      inner.spaced = false;
      /* fall through */
    case LANG_KIND_NUMBER:
    case LANG_KIND_COUNT:
    case LANG_KIND_TIME:
    case LANG_KIND_SIZE:
    case LANG_KIND_LIST:
    case LANG_KIND_ROWS:
    case LANG_KIND_VALUE:
      if (parse_key_word (p, arg))
        break;
      status = parse_list (&inner, arg, true,
                           key->kind == LANG_KIND_EXPRS
                                   || key->kind == LANG_KIND_LIST
                               ? SIZE_MAX
                           : key->kind == LANG_KIND_SIZE ? 2
                                                         : 1);
      p->pos = inner.pos;
      if (status == CVX_OK && p->pos < p->end && !is_blank (p->s[p->pos])
          && strchr ("\"'[(\\", p->s[p->pos]) == NULL)
        status = lang_parse_expected (p, "an operator or a space");
      break;
    }
  arg->value.end = p->pos;
  return status;
}

/* -------------------------------------------------------------------- keys */

static const struct lang_arg *
given (const struct lang_statement *st, const struct lang_key *key)
{
  const struct lang_arg *arg = st->args;
  while (arg != NULL && arg->key != key)
    arg = arg->next;
  return arg;
}

/* The K-th of the command's keys and then of its further ones.  */
static const struct lang_key *
nth_key (const struct lang_statement *st, size_t k)
{
  const struct lang_key *key = st->command->keys;
  for (; key != NULL && key->name != NULL; key++)
    if (k-- == 0)
      return key;
  for (key = st->more; key != NULL && key->name != NULL; key++)
    if (k-- == 0)
      return key;
  return NULL;
}

/* The next word to be given, NULL when all are.  */
static const struct lang_key *
next_word (const struct lang_statement *st)
{
  const struct lang_key *key;
  for (size_t k = 0; (key = nth_key (st, k)) != NULL; k++)
    if (key->flags & LANG_ARG && given (st, key) == NULL)
      return key;
  return NULL;
}

static const struct lang_key *
find_key (const struct lang_statement *st, const char *name, bool flags)
{
  const struct lang_key *key;
  for (size_t k = 0; (key = nth_key (st, k)) != NULL; k++)
    if (!(key->flags & LANG_ARG) && (!flags || key->kind == LANG_KIND_FLAG)
        && strcmp (key->name, name) == 0)
      return key;
  return NULL;
}

static void
collect_keys (struct lang_interp *in, const struct lang_statement *st,
              bool flags)
{
  const struct lang_key *key;
  lang_names_clear (in);
  for (size_t k = 0; (key = nth_key (st, k)) != NULL; k++)
    if (!(key->flags & LANG_ARG) && (!flags || key->kind == LANG_KIND_FLAG))
      lang_names_add (in, key->name);
}

static struct lang_arg *
new_arg (struct lang_parser *p, struct lang_statement *st,
         const struct lang_key *key)
{
  struct lang_arg *arg = lang_arena_alloc (&p->unit->arena, 1, sizeof *arg);
  if (arg != NULL)
    {
      struct lang_arg **last = &st->args;
      arg->key = key;
      while (*last != NULL)
        last = &(*last)->next;
      *last = arg;
    }
  return arg;
}

static void
load_more (struct lang_parser *p, struct lang_statement *st, const char *word)
{
  if (st->command->more_keys != NULL && st->more == NULL)
    st->more = st->command->more_keys (p->in->host.session, word);
}

static enum cvx_status
parse_key (struct lang_parser *p, struct lang_statement *st, size_t name_len,
           size_t after, unsigned depth)
{
  struct lang_interp *in = p->in;
  struct lang_span span = { p->pos, p->pos + name_len };
  const char *name = lang_span_text (p, span.start, span.end);
  const struct lang_key *key;
  struct lang_arg *arg;
  size_t found;
  if (name == NULL)
    return lang_parse_nomem (p);
  load_more (p, st, NULL);
  collect_keys (in, st, false);
  found = resolve (in, name);
  if (in->names_lost)
    return lang_parse_nomem (p);
  if (found == in->n_names + 1)
    return fail_ambiguous (in, p->unit, span, name, p->err);
  if (found == in->n_names)
    {
      lang_fail (in, p->unit, span, p->err, CVX_E103,
                 "%s has no option \"%s\"", st->command->name, name);
      if (lang_find_command (in, name) != NULL)
        {
          const char *value = p->unit->text + after;
          size_t len = lang_name_length (value, p->unit->len - after);
          return cvx_hint (p->err, "%s is a command of its own: %s%s%.*s",
                           name, name, len > 0 ? " " : "", (int)len, value);
        }
      return lang_suggest (in, name, "Options", p->err);
    }
  key = find_key (st, in->names[found], false);
  warn_abbreviation (in, p->unit, span, name, key->name);
  if (given (st, key) != NULL)
    return lang_fail (in, p->unit, span, p->err, CVX_E113, "%s is given twice",
                      key->name);
  p->pos = after;
  if (lang_at_end (p))
    return lang_fail (in, p->unit, (struct lang_span){ span.start, after },
                      p->err, CVX_E114, "%s= has no value", key->name);
  if (p->pos > after)
    {
      /* `tol= maxiter=5': a value was forgotten.  */
      size_t len = lang_name_length (p->s + p->pos, p->end - p->pos);
      const char *next = lang_span_text (p, p->pos, p->pos + len);
      if (next != NULL && len > 0 && p->s[p->pos + len] == '='
          && p->s[p->pos + len + 1] != '='
          && find_key (st, next, false) != NULL)
        return lang_fail (in, p->unit, (struct lang_span){ span.start, after },
                          p->err, CVX_E114, "%s= has no value", key->name);
    }
  arg = new_arg (p, st, key);
  if (arg == NULL)
    return lang_parse_nomem (p);
  arg->name = span;
  return parse_value (p, arg, depth);
}

/* A flag, exact or (PREFIX) abbreviated, under the cursor: *DONE.  */
static enum cvx_status
parse_flag (struct lang_parser *p, struct lang_statement *st, size_t len,
            bool prefix, bool *done)
{
  struct lang_interp *in = p->in;
  const char *name = lang_span_text (p, p->pos, p->pos + len);
  const struct lang_key *key;
  struct lang_arg *arg;
  bool negated = false;
  *done = false;
  if (name == NULL)
    return lang_parse_nomem (p);
  load_more (p, st, NULL);
  key = find_key (st, name, true);
  if (key == NULL && strncmp (name, "no", 2) == 0)
    negated = (key = find_key (st, name + 2, true)) != NULL;
  if (key == NULL && prefix && len > 1)
    {
      size_t found;
      collect_keys (in, st, true);
      found = resolve (in, name);
      if (in->names_lost)
        return lang_parse_nomem (p);
      if (found < in->n_names)
        key = find_key (st, in->names[found], true);
    }
  if (key == NULL)
    return CVX_OK;
  if (given (st, key) != NULL)
    return lang_parse_fail (p, p->pos, p->pos + len, CVX_E113,
                            "%s is given twice", key->name);
  arg = new_arg (p, st, key);
  if (arg == NULL)
    return lang_parse_nomem (p);
  arg->value = arg->name = (struct lang_span){ p->pos, p->pos + len };
  arg->negated = negated;
  if (prefix)
    warn_abbreviation (in, p->unit, arg->name, negated ? name + 2 : name,
                       key->name);
  p->pos += len;
  *done = true;
  return CVX_OK;
}

static enum cvx_status
fail_unexpected (struct lang_parser *p, const struct lang_statement *st)
{
  size_t start = p->pos, end = start;
  char *word;
  const struct lang_key *key;
  if ((unsigned char)p->s[start] >= 0x80)
    return lang_parse_expected (p, "an option");
  while (end < p->end && !is_blank (p->s[end]))
    end++;
  word = lang_span_text (p, start, end);
  if (word == NULL)
    return lang_parse_nomem (p);
  lang_parse_fail (p, start, end, CVX_E118, "%s: unexpected \"%.100s\"",
                   st->command->name, word);
  key = find_key (st, word, false);
  if (key != NULL)
    return cvx_hint (p->err, "the option needs a value: %s=...", word);
  collect_keys (p->in, st, false);
  lang_suggest (p->in, word, NULL, p->err);
  return cvx_hint (p->err, "usage: %s", st->command->usage);
}

/* A positional argument.  */
static enum cvx_status
parse_positional (struct lang_parser *p, struct lang_statement *st,
                  const struct lang_key *key, const char *word, unsigned depth)
{
  bool first = st->command->more_keys != NULL && st->args == NULL;
  struct lang_arg *arg = new_arg (p, st, key);
  enum cvx_status status;
  if (arg == NULL)
    return lang_parse_nomem (p);
  status = parse_value (p, arg, depth);
  arg->name.start = arg->name.end = arg->value.start;
  if (status != CVX_OK || !first)
    return status;
  if (word == NULL && arg->n == 1)
    {
      if (arg->item[0].root->type == LANG_NODE_TEMPLATE)
        {
          st->deferred = true;
          p->pos = p->end;
          return CVX_OK;
        }
      word = arg->item[0].root->type == LANG_NODE_TEXT
                 ? arg->item[0].root->text
                 : arg->item[0].source;
    }
  load_more (p, st, word);
  return CVX_OK;
}

static enum cvx_status
check_required (struct lang_parser *p, const struct lang_statement *st)
{
  const struct lang_key *key;
  for (size_t k = 0; (key = nth_key (st, k)) != NULL; k++)
    if (key->flags & LANG_REQUIRED && given (st, key) == NULL)
      {
        lang_fail (p->in, p->unit, st->head, p->err, CVX_E114,
                   strcmp (key->name, "what") == 0 ? "%s %s?"
                   : key->flags & LANG_ARG         ? "%s: no %s given"
                                                   : "%s: no %s=... given",
                   st->command->name, key->name);
        return cvx_hint (p->err, "usage: %s", st->command->usage);
      }
  return CVX_OK;
}

/* Length of the name of an option under the cursor; some commands have names
   in parts (plot.size).  */
static size_t
option_length (const struct lang_parser *p, const struct lang_statement *st)
{
  size_t len = lang_name_length (p->s + p->pos, p->end - p->pos), more;
  const struct lang_key *key;
  bool parts = false;
  for (size_t k = 0; !parts && (key = nth_key (st, k)) != NULL; k++)
    parts = strchr (key->name, '.') != NULL;
  while (parts && len > 0 && p->pos + len + 1 < p->end
         && p->s[p->pos + len] == '.'
         && (more = lang_name_length (p->s + p->pos + len + 1,
                                      p->end - p->pos - len - 1))
                > 0)
    len += 1 + more;
  return len;
}

enum cvx_status
lang_parse_args (struct lang_parser *p, struct lang_statement *st,
                 const char *word, unsigned depth)
{
  st->args = NULL;
  st->more = NULL;
  st->deferred = false;
  while (!lang_at_end (p))
    {
      size_t len = option_length (p, st);
      size_t eq = p->pos + len, stop;
      const struct lang_key *key = next_word (st);
      enum cvx_status status = CVX_OK;
      bool whole, done = false;
      while (eq < p->end && is_blank (p->s[eq]))
        eq++;
      stop = p->pos + len;
      whole = len > 0 && (stop == p->end || is_blank (p->s[stop]));
      if (key != NULL && key->kind >= LANG_KIND_WORDS)
        status = parse_positional (p, st, key, word, depth);
      else if (len > 0 && eq < p->end && p->s[eq] == '='
               && p->s[eq + 1] != '=')
        status = parse_key (p, st, len, eq + 1, depth);
      else
        {
          /* The first word may decide which flags there are.  */
          bool decides = st->args == NULL && st->command->more_keys != NULL;
          if (whole
              && (key == NULL || !(decides || key->flags & LANG_REQUIRED)))
            status = parse_flag (p, st, len, key == NULL, &done);
          if (status == CVX_OK && !done && key == NULL)
            status = fail_unexpected (p, st);
          else if (status == CVX_OK && !done)
            status = parse_positional (p, st, key, word, depth);
        }
      if (status != CVX_OK)
        return status;
    }
  return st->deferred ? CVX_OK : check_required (p, st);
}
