/* operand.c -- what stands between operators: numbers with their units, lists,
   calls, names with fields and indices, parentheses.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/internal.h"

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

/* Is the % under the cursor that of `test=25%', not the operator?  */
static bool
is_percent (const struct lang_parser *p)
{
  return p->kind == LANG_KIND_NUMBER && p->spaced && p->brackets == 0
         && p->pos < p->end && p->s[p->pos] == '%'
         && (p->pos + 1 == p->end
             || strchr (" \t\n", p->s[p->pos + 1]) != NULL);
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
  if (len == 0 && is_percent (p))
    {
      factor = 0.01;
      p->pos++;
    }
  node = lang_node_new (p, LANG_NODE_NUMBER, start);
  if (node == NULL)
    return lang_parse_nomem (p);
  node->number = strtod (digits, NULL) * factor;
  node->length = len > 1; /* k M G are counts */
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
          status = lang_parse_expr (p, &item);
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
      lang_suggest (p->in, name, NULL, p->err);
      if (strstr (p->err->text, "Did you mean") == NULL)
        cvx_hint (p->err, "help functions lists them");
      return p->err->status;
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

enum cvx_status
lang_parse_operand (struct lang_parser *p, struct lang_node **out)
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
