/* cursor.c -- what every part of the parser stands on: white space, names,
   the words of its errors, nodes from the arena.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "language/internal.h"

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
