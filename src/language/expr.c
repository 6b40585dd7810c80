/* expr.c -- from text to expression trees.

   Operator precedence parsing (Pratt, POPL 1973):

     or  <  and  <  not  <  == != < <= > >=  <  a:b:step  <  + -  <  * / %
         <  unary -  <  ^  <  v[i] x.f f(..)

   Operators of one loop of the parser make one CHAIN node that is evaluated
   from left to right, so that a long sum is not a deep tree.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

enum
{
  PREC_OR = 1,
  PREC_AND,
  PREC_COMPARE,
  PREC_RANGE,
  PREC_ADD,
  PREC_MUL,
  MAX_DEPTH = 4 * LANG_MAX_NESTING
};

struct lang_parser
lang_parser_new (struct lang_interp *in, struct lang_unit *u,
                 struct lang_span span, struct cvx_error *err)
{
  return (struct lang_parser){ .in = in,
                               .unit = u,
                               .s = u->text,
                               .pos = span.start,
                               .end = span.end,
                               .kind = LANG_KIND_VALUE,
                               .err = err };
}

void
lang_skip_space (struct lang_parser *p)
{
  while (p->pos < p->end)
    {
      char c = p->s[p->pos];
      if (c == ' ' || c == '\t' || (c == '\n' && p->brackets > 0))
        p->pos++;
      else if (c == '\\' && p->s[p->pos + 1] == '\n')
        p->pos += 2;
      else if (c == '#' && p->brackets > 0)
        while (p->pos < p->end && p->s[p->pos] != '\n')
          p->pos++;
      else
        break;
    }
  if (p->pos > p->end)
    p->pos = p->end;
}

bool
lang_at_end (struct lang_parser *p)
{
  lang_skip_space (p);
  return p->pos >= p->end;
}

enum cvx_status
lang_parse_fail (struct lang_parser *p, size_t start, size_t end,
                 enum cvx_error_id id, const char *format, ...)
{
  char text[CVX_ERROR_TEXT];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  return lang_fail (p->in, p->unit, (struct lang_span){ start, end }, p->err,
                    id, "%s", text);
}

enum cvx_status
lang_parse_nomem (struct lang_parser *p)
{
  return cvx_fail_nomem (p->err, "reading a line");
}

/* Length of the word under the cursor, for the caret: at least 1.  */
static size_t
token_length (const struct lang_parser *p)
{
  const char *s = p->s + p->pos;
  size_t left = p->end - p->pos, len = lang_name_length (s, left);
  if (left == 0)
    return 1;
  if (len == 0)
    while (len < left && (isdigit ((unsigned char)s[len]) || s[len] == '.'))
      len++;
  if (len == 0)
    len = cvx_utf8_length (s);
  return len == 0 ? 1 : len;
}

enum cvx_status
lang_parse_expected (struct lang_parser *p, const char *what)
{
  const char *s;
  size_t len;
  lang_skip_space (p);
  s = p->s + p->pos;
  len = token_length (p);
  if (p->pos >= p->end)
    return lang_parse_fail (p, p->pos, p->pos + 1, CVX_E104,
                            "the line ends where %s is expected", what);
  if ((unsigned char)*s >= 0x80)
    {
      const char *hint = lang_odd_character (s);
      lang_parse_fail (p, p->pos, p->pos + len, CVX_E106,
                       "the character %.*s (bytes %02x %02x ...) is not "
                       "allowed here",
                       (int)len, s, (unsigned char)s[0], (unsigned char)s[1]);
      return hint != NULL ? cvx_hint (p->err, "%s", hint) : p->err->status;
    }
  lang_parse_fail (p, p->pos, p->pos + len, CVX_E104,
                   "\"%.*s\" where %s is expected", (int)len, s, what);
  if (*s == '=' && s[1] != '=')
    return cvx_hint (p->err, "to compare, write ==");
  if (*s == '&' || *s == '|' || *s == '!')
    return cvx_hint (p->err, "write and, or, not");
  return p->err->status;
}

size_t
lang_name_length (const char *s, size_t len)
{
  size_t k = 0;
  if (len == 0 || (!isalpha ((unsigned char)s[0]) && s[0] != '_'))
    return 0;
  while (k < len && (isalnum ((unsigned char)s[k]) || s[k] == '_'))
    k++;
  return k;
}

bool
lang_word_is (struct lang_parser *p, const char *word)
{
  size_t len = strlen (word);
  lang_skip_space (p);
  return lang_name_length (p->s + p->pos, p->end - p->pos) == len
         && memcmp (p->s + p->pos, word, len) == 0;
}

char *
lang_span_text (struct lang_parser *p, size_t start, size_t end)
{
  return lang_arena_strndup (&p->unit->arena, p->s + start, end - start);
}

bool
lang_is_keyword (const char *name)
{
  static const char *const words[]
      = { "let", "for", "in",  "while", "if",    "elif", "else", "end",
          "and", "or",  "not", "true",  "false", "inf",  "nan",  "pi" };
  for (size_t k = 0; k < sizeof words / sizeof *words; k++)
    if (strcmp (name, words[k]) == 0)
      return true;
  return false;
}

struct lang_node *
lang_node_new (struct lang_parser *p, enum lang_node_type type, size_t start)
{
  struct lang_node *node = lang_arena_alloc (&p->unit->arena, 1, sizeof *node);
  if (node != NULL)
    {
      node->type = type;
      node->span.start = start;
      node->span.end = p->pos;
    }
  return node;
}

/* A growing array of children; lives in the arena, doubled when full.  */
bool
lang_node_add (struct lang_parser *p, struct lang_node *node,
               struct lang_node *child, enum lang_op op)
{
  size_t n = node->n;
  if (n == 0 || (n >= 4 && (n & (n - 1)) == 0))
    {
      size_t cap = n == 0 ? 4 : 2 * n;
      struct lang_node **more
          = lang_arena_alloc (&p->unit->arena, cap, sizeof *more);
      enum lang_op *ops = lang_arena_alloc (&p->unit->arena, cap, sizeof *ops);
      if (more == NULL || ops == NULL)
        return false;
      if (n > 0)
        {
          memcpy (more, node->child, n * sizeof *more);
          memcpy (ops, node->ops, n * sizeof *ops);
        }
      node->child = more;
      node->ops = ops;
    }
  node->child[n] = child;
  node->ops[n] = op;
  node->n++;
  node->span.end = child->span.end;
  return true;
}

static enum cvx_status parse_binary (struct lang_parser *p, int least,
                                     struct lang_node **out);

/* The unit after a number: factor of k M G, s m h, in cm pt px.  */
static bool
unit_factor (enum lang_kind kind, const char *s, size_t len, double *factor)
{
  static const struct
  {
    const char *name;
    int kind; /* -1: any */
    double factor;
  } units[] = {
    { "k", -1, 1e3 },
    { "M", -1, 1e6 },
    { "G", -1, 1e9 },
    { "s", LANG_KIND_TIME, 1 },
    { "m", LANG_KIND_TIME, 60 },
    { "h", LANG_KIND_TIME, 3600 },
    { "in", LANG_KIND_SIZE, 1 },
    { "cm", LANG_KIND_SIZE, 1 / 2.54 },
    { "pt", LANG_KIND_SIZE, 1 / 72.27 },
    { "px", LANG_KIND_SIZE, 1 / 96.0 },
  };
  for (size_t k = 0; k < sizeof units / sizeof *units; k++)
    if (strlen (units[k].name) == len && memcmp (units[k].name, s, len) == 0
        && (units[k].kind == -1 || units[k].kind == (int)kind))
      {
        *factor = units[k].factor;
        return true;
      }
  return false;
}

static enum cvx_status
parse_number (struct lang_parser *p, struct lang_node **out)
{
  size_t start = p->pos, at = start, len;
  const char *s = p->s;
  char digits[512];
  double factor = 1;
  struct lang_node *node;
  while (at < p->end && isdigit ((unsigned char)s[at]))
    at++;
  if (at < p->end && s[at] == '.' && isdigit ((unsigned char)s[at + 1]))
    for (at++; at < p->end && isdigit ((unsigned char)s[at]);)
      at++;
  else if (at < p->end && s[at] == '.'
           && lang_name_length (s + at + 1, 1) == 0)
    at++;
  if (at < p->end && (s[at] == 'e' || s[at] == 'E'))
    {
      size_t e = at + 1;
      if (e < p->end && (s[e] == '+' || s[e] == '-'))
        e++;
      if (e < p->end && (unsigned char)s[e] >= 0x80)
        {
          p->pos = e;
          return lang_parse_expected (p, "an exponent");
        }
      if (e < p->end && isdigit ((unsigned char)s[e]))
        for (at = e; at < p->end && isdigit ((unsigned char)s[at]);)
          at++;
    }
  if (at - start >= sizeof digits)
    return lang_parse_fail (p, start, at, CVX_E107, "a number of %zu digits",
                            at - start);
  memcpy (digits, s + start, at - start);
  digits[at - start] = '\0';
  len = lang_name_length (s + at, p->end - at);
  if (len > 0 && !unit_factor (p->kind, s + at, len, &factor))
    {
      lang_parse_fail (p, start, at + len, CVX_E104,
                       "\"%.*s\" is not a number", (int)(at + len - start),
                       s + start);
      return cvx_hint (p->err, "counts may end in k M G, times in s m h, "
                               "sizes in \"in\" cm pt px");
    }
  p->pos = at + len;
  node = lang_node_new (p, LANG_NODE_NUMBER, start);
  if (node == NULL)
    return lang_parse_nomem (p);
  node->number = strtod (digits, NULL) * factor;
  if (isinf (node->number))
    return lang_parse_fail (p, start, p->pos, CVX_E104,
                            "%s is too large for a number (the largest is "
                            "1.8e308)",
                            digits);
  *out = node;
  return CVX_OK;
}

/* Items up to CLOSE, the opening bracket being under the cursor.  */
static enum cvx_status
parse_items (struct lang_parser *p, char close, struct lang_node *node)
{
  size_t open = p->pos++;
  bool spaced = p->spaced;
  enum cvx_status status = CVX_OK;
  struct lang_node *item;
  if (p->brackets >= LANG_MAX_NESTING)
    return lang_parse_fail (p, open, open + 1, CVX_E107,
                            "more than %d brackets are open",
                            (int)LANG_MAX_NESTING);
  p->spaced = false;
  p->brackets++;
  while (status == CVX_OK)
    {
      if (lang_at_end (p))
        status = lang_parse_fail (p, open, open + 1, CVX_E105,
                                  "\"%c\" is not closed", p->s[open]);
      else if (p->s[p->pos] == close)
        break;
      else if (node->n > 0 && p->s[p->pos] != ',')
        status = lang_parse_expected (p, close == ']' ? ", or ]" : ", or )");
      else
        {
          if (node->n > 0)
            p->pos++;
          status = parse_binary (p, PREC_OR, &item);
          if (status == CVX_OK && !lang_node_add (p, node, item, LANG_OP_NONE))
            status = lang_parse_nomem (p);
        }
    }
  if (status != CVX_OK)
    return status;
  p->pos++;
  p->brackets--;
  p->spaced = spaced;
  node->span.end = p->pos;
  return CVX_OK;
}

static enum cvx_status
parse_call (struct lang_parser *p, size_t start, struct lang_node **out)
{
  char *name = lang_span_text (p, start, p->pos);
  size_t name_end = p->pos;
  struct lang_node *node = lang_node_new (p, LANG_NODE_CALL, start);
  const struct lang_function *f;
  enum cvx_status status;
  if (name == NULL || node == NULL)
    return lang_parse_nomem (p);
  node->function = f = lang_find_function (name);
  if (f == NULL)
    {
      lang_parse_fail (p, start, name_end, CVX_E125, "unknown function %s",
                       name);
      lang_names_clear (p->in);
      for (size_t k = 0; lang_function (k) != NULL; k++)
        lang_names_add (p->in, lang_function (k)->name);
      return lang_suggest (p->in, name, NULL, p->err);
    }
  lang_skip_space (p);
  status = parse_items (p, ')', node);
  if (status != CVX_OK)
    return status;
  if (node->n < f->least || node->n > f->most)
    {
      lang_parse_fail (p, start, p->pos, CVX_E126,
                       "%s has %zu argument%s here", name, node->n,
                       node->n == 1 ? "" : "s");
      return cvx_hint (p->err, "%s", f->row.usage);
    }
  *out = node;
  return CVX_OK;
}

/* The cursor is at the end of a name's or value's text: is the next "[" an
   index of it?  */
static bool
at_index (struct lang_parser *p)
{
  size_t here = p->pos;
  if (!p->spaced)
    lang_skip_space (p);
  if (p->pos < p->end && p->s[p->pos] == '[')
    return true;
  p->pos = here;
  return false;
}

static enum cvx_status
parse_one_index (struct lang_parser *p, struct lang_node **out)
{
  struct lang_node *list = lang_node_new (p, LANG_NODE_LIST, p->pos);
  enum cvx_status status;
  if (list == NULL)
    return lang_parse_nomem (p);
  p->index++;
  status = parse_items (p, ']', list);
  p->index--;
  if (status != CVX_OK)
    return status;
  if (list->n != 1)
    return lang_parse_fail (p, list->span.start, list->span.end, CVX_E104,
                            "one index is needed, %zu are given", list->n);
  *out = list->child[0];
  return CVX_OK;
}

static bool
add_step (struct lang_parser *p, struct lang_node *node, size_t start,
          size_t end)
{
  struct lang_path_step *more
      = lang_arena_alloc (&p->unit->arena, node->n + 1, sizeof *more);
  if (more == NULL)
    return false;
  if (node->n > 0)
    memcpy (more, node->step, node->n * sizeof *more);
  more[node->n].name = lang_span_text (p, start, end);
  more[node->n].span = (struct lang_span){ start, end };
  node->step = more;
  return node->step[node->n++].name != NULL;
}

/* name { .name | [i].name }; the name starts at START and ends at the
   cursor.  Indices at the end are left to the caller but one, in *LAST.  */
static enum cvx_status
parse_path (struct lang_parser *p, size_t start, struct lang_node **out,
            struct lang_node **last)
{
  struct lang_node *node = lang_node_new (p, LANG_NODE_PATH, start);
  enum cvx_status status;
  *last = NULL;
  if (node == NULL || !add_step (p, node, start, p->pos))
    return lang_parse_nomem (p);
  for (;;)
    {
      size_t len;
      node->span.end = p->pos;
      if (*last == NULL && at_index (p))
        {
          status = parse_one_index (p, last);
          if (status != CVX_OK)
            return status;
        }
      if (p->pos + 1 >= p->end || p->s[p->pos] != '.')
        break;
      len = lang_name_length (p->s + p->pos + 1, p->end - p->pos - 1);
      if (len == 0)
        break;
      if (node->n >= 8)
        return lang_parse_fail (p, start, p->pos, CVX_E107,
                                "a name of more than 8 parts");
      node->step[node->n - 1].index = *last;
      *last = NULL;
      p->pos += 1 + len;
      if (!add_step (p, node, p->pos - len, p->pos))
        return lang_parse_nomem (p);
    }
  *out = node;
  return CVX_OK;
}

static enum cvx_status
parse_word (struct lang_parser *p, struct lang_node **out,
            struct lang_node **index)
{
  static const struct
  {
    const char *word;
    enum lang_node_type type;
    double number;
  } constants[] = { { "true", LANG_NODE_BOOL, 1 },
                    { "false", LANG_NODE_BOOL, 0 },
                    { "inf", LANG_NODE_NUMBER, INFINITY },
                    { "nan", LANG_NODE_NUMBER, NAN },
                    { "pi", LANG_NODE_NUMBER, 3.14159265358979323846 } };
  size_t start = p->pos, len;
  for (size_t k = 0; k < sizeof constants / sizeof *constants; k++)
    if (lang_word_is (p, constants[k].word))
      {
        p->pos += strlen (constants[k].word);
        *out = lang_node_new (p, constants[k].type, start);
        if (*out == NULL)
          return lang_parse_nomem (p);
        (*out)->number = constants[k].number;
        return CVX_OK;
      }
  if (lang_word_is (p, "end") && p->index > 0)
    {
      p->pos += 3;
      *out = lang_node_new (p, LANG_NODE_END, start);
      return *out != NULL ? CVX_OK : lang_parse_nomem (p);
    }
  len = lang_name_length (p->s + start, p->end - start);
  p->pos += len;
  if (p->pos + 7 < p->end && len == 4
      && memcmp (p->s + start, "file.exists", 11) == 0)
    p->pos = start + 11;
  {
    size_t after = p->pos;
    if (!p->spaced)
      lang_skip_space (p);
    if (p->pos < p->end && p->s[p->pos] == '(')
      {
        p->pos = after;
        return parse_call (p, start, out);
      }
    p->pos = after;
  }
  {
    char word[16];
    snprintf (word, sizeof word, "%.*s", (int)(len < 15 ? len : 15),
              p->s + start);
    if (lang_is_keyword (word))
      {
        p->pos = start;
        return lang_parse_expected (p, "a value");
      }
  }
  return parse_path (p, start, out, index);
}

static enum cvx_status
parse_postfix (struct lang_parser *p, struct lang_node **out)
{
  struct lang_node *node = NULL, *index = NULL, *wrap;
  enum cvx_status status;
  size_t start;
  char c;
  if (lang_at_end (p))
    return lang_parse_expected (p, "a value");
  start = p->pos;
  c = p->s[start];
  if (isdigit ((unsigned char)c)
      || (c == '.' && isdigit ((unsigned char)p->s[start + 1])))
    return parse_number (p, out);
  if (c == '"' || c == '\'')
    status = lang_parse_string (p, &node);
  else if (c == '[')
    {
      node = lang_node_new (p, LANG_NODE_LIST, start);
      status
          = node == NULL ? lang_parse_nomem (p) : parse_items (p, ']', node);
    }
  else if (c == '(')
    {
      struct lang_node *group = lang_node_new (p, LANG_NODE_LIST, start);
      status
          = group == NULL ? lang_parse_nomem (p) : parse_items (p, ')', group);
      if (status == CVX_OK && group->n != 1)
        return lang_parse_fail (p, start, p->pos, CVX_E104,
                                "parentheses hold one value, %zu are given",
                                group->n);
      if (status == CVX_OK)
        {
          node = group->child[0];
          /* The caret of what is around takes in the brackets.  */
          node->span = group->span;
        }
    }
  else if (lang_name_length (p->s + start, p->end - start) > 0)
    status = parse_word (p, &node, &index);
  else
    return lang_parse_expected (p, "a value");
  while (
      status == CVX_OK
      && (index != NULL || (node->type != LANG_NODE_NUMBER && at_index (p))))
    {
      if (index == NULL)
        status = parse_one_index (p, &index);
      if (status != CVX_OK)
        break;
      wrap = lang_node_new (p, LANG_NODE_INDEX, start);
      if (wrap == NULL || !lang_node_add (p, wrap, node, LANG_OP_NONE)
          || !lang_node_add (p, wrap, index, LANG_OP_NONE))
        return lang_parse_nomem (p);
      wrap->span.end = p->pos;
      node = wrap;
      index = NULL;
    }
  *out = node;
  return status;
}

static enum cvx_status
parse_unary (struct lang_parser *p, struct lang_node **out)
{
  struct lang_node *node, *operand;
  enum cvx_status status;
  size_t start;
  enum lang_op op;
  lang_skip_space (p);
  start = p->pos;
  if (p->depth > MAX_DEPTH)
    return lang_parse_fail (p, start, start + 1, CVX_E107,
                            "the expression is nested too deep");
  p->depth++;
  if (lang_word_is (p, "not"))
    {
      p->pos += 3;
      op = LANG_OP_NOT;
      status = parse_binary (p, PREC_COMPARE, &operand);
    }
  else if (p->pos < p->end && (p->s[p->pos] == '-' || p->s[p->pos] == '+'))
    {
      op = p->s[p->pos++] == '-' ? LANG_OP_NEG : LANG_OP_ADD;
      status = parse_unary (p, &operand);
    }
  else
    {
      op = LANG_OP_POW;
      status = parse_postfix (p, &operand);
      if (status == CVX_OK)
        {
          size_t here = p->pos;
          lang_skip_space (p);
          if (p->pos < p->end && p->s[p->pos] == '^')
            {
              struct lang_node *exponent;
              p->pos++;
              status = parse_unary (p, &exponent);
              if (status != CVX_OK)
                return status;
              node = lang_node_new (p, LANG_NODE_POWER, start);
              if (node == NULL || !lang_node_add (p, node, operand, op)
                  || !lang_node_add (p, node, exponent, op))
                return lang_parse_nomem (p);
              operand = node;
            }
          else
            p->pos = here;
        }
    }
  p->depth--;
  if (status != CVX_OK)
    return status;
  *out = operand;
  if (op == LANG_OP_NEG || op == LANG_OP_NOT)
    {
      node = lang_node_new (p, LANG_NODE_UNARY, start);
      if (node == NULL || !lang_node_add (p, node, operand, op))
        return lang_parse_nomem (p);
      node->op = op;
      *out = node;
    }
  return CVX_OK;
}

/* The operator under the cursor, with its length and precedence; NONE when
   there is none, or when a sign starts the next item.  */
static enum lang_op
peek_operator (struct lang_parser *p, size_t *len, int *prec)
{
  static const struct
  {
    const char *text;
    enum lang_op op;
    int prec;
  } ops[] = {
    { "==", LANG_OP_EQ, PREC_COMPARE }, { "!=", LANG_OP_NE, PREC_COMPARE },
    { "<=", LANG_OP_LE, PREC_COMPARE }, { ">=", LANG_OP_GE, PREC_COMPARE },
    { "<", LANG_OP_LT, PREC_COMPARE },  { ">", LANG_OP_GT, PREC_COMPARE },
    { "+", LANG_OP_ADD, PREC_ADD },     { "-", LANG_OP_SUB, PREC_ADD },
    { "*", LANG_OP_MUL, PREC_MUL },     { "/", LANG_OP_DIV, PREC_MUL },
    { "%", LANG_OP_MOD, PREC_MUL },     { ":", LANG_OP_NONE, PREC_RANGE }
  };
  size_t before = p->pos;
  const char *s;
  char after;
  lang_skip_space (p);
  s = p->s + p->pos;
  *prec = 0;
  if (p->pos >= p->end)
    return LANG_OP_NONE;
  *len = 2;
  if (lang_word_is (p, "or"))
    *prec = PREC_OR;
  else if (lang_word_is (p, "and"))
    {
      *len = 3;
      *prec = PREC_AND;
    }
  if (*prec != 0)
    return *len == 2 ? LANG_OP_OR : LANG_OP_AND;
  for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
    {
      *len = strlen (ops[k].text);
      if (p->pos + *len > p->end || memcmp (s, ops[k].text, *len) != 0)
        continue;
      after = p->pos + *len < p->end ? s[*len] : ' ';
      if (p->spaced && (*s == '-' || *s == '+') && p->pos > before
          && after != ' ' && after != '\t')
        return LANG_OP_NONE;
      *prec = ops[k].prec;
      return ops[k].op;
    }
  return LANG_OP_NONE;
}

/* a : b [: step], with A read and the cursor after the first colon.  */
static enum cvx_status
parse_range (struct lang_parser *p, struct lang_node *first,
             struct lang_node **out)
{
  struct lang_node *node = lang_node_new (p, LANG_NODE_RANGE, 0), *part;
  if (node == NULL || !lang_node_add (p, node, first, LANG_OP_NONE))
    return lang_parse_nomem (p);
  node->span.start = first->span.start;
  for (;;)
    {
      size_t len, here;
      int prec;
      enum cvx_status status = parse_binary (p, PREC_ADD, &part);
      if (status != CVX_OK)
        return status;
      if (!lang_node_add (p, node, part, LANG_OP_NONE))
        return lang_parse_nomem (p);
      here = p->pos;
      if (node->n == 3 || peek_operator (p, &len, &prec) != LANG_OP_NONE
          || prec != PREC_RANGE)
        {
          p->pos = here;
          break;
        }
      p->pos += len;
    }
  *out = node;
  return CVX_OK;
}

static enum cvx_status
parse_binary (struct lang_parser *p, int least, struct lang_node **out)
{
  struct lang_node *left, *right, *chain = NULL;
  enum cvx_status status;
  int last = 0;
  if (p->depth > MAX_DEPTH)
    return lang_parse_fail (p, p->pos, p->pos + 1, CVX_E107,
                            "the expression is nested too deep");
  p->depth++;
  status = parse_unary (p, &left);
  while (status == CVX_OK)
    {
      size_t len = 0, here = p->pos;
      int prec = 0;
      enum lang_op op = peek_operator (p, &len, &prec);
      if (prec < least || prec == 0)
        {
          p->pos = here;
          break;
        }
      if (prec == PREC_COMPARE && last == PREC_COMPARE)
        {
          lang_parse_fail (p, p->pos, p->pos + len, CVX_E104,
                           "comparisons cannot be chained");
          cvx_hint (p->err, "write a < b and b < c");
          status = CVX_SYNTAX;
          break;
        }
      last = prec;
      p->pos += len;
      if (prec == PREC_RANGE)
        {
          status = parse_range (p, left, &left);
          chain = NULL;
          continue;
        }
      status = parse_binary (p, prec + 1, &right);
      if (status != CVX_OK)
        break;
      if (chain == NULL)
        {
          chain = lang_node_new (p, LANG_NODE_CHAIN, left->span.start);
          if (chain == NULL || !lang_node_add (p, chain, left, LANG_OP_NONE))
            return lang_parse_nomem (p);
          left = chain;
        }
      if (!lang_node_add (p, chain, right, op))
        return lang_parse_nomem (p);
    }
  p->depth--;
  if (status == CVX_OK)
    *out = left;
  return status;
}

enum cvx_status
lang_parse_expr (struct lang_parser *p, struct lang_node **out)
{
  return parse_binary (p, PREC_OR, out);
}
