/* string.c -- from quoted text to templates.

   "..." knows \n \t \" \\ \{ and {expr} or {expr:%format}; '...' is literal.
   A format is %[flags][width][.digits] and one of e E f F g G d s: nothing
   that could make printf read or write elsewhere.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <string.h>

#include "language/internal.h"

/* The whole number at *K, past which *K moves; large ones stay above 1000. */
static size_t
read_digits (const char *s, size_t *k, size_t end)
{
  size_t n = 0;
  for (; *k < end && isdigit ((unsigned char)s[*k]); ++*k)
    n = n > 1000 ? n : 10 * n + (size_t)(s[*k] - '0');
  return n;
}

/* "{" expr [":" format] "}" with the cursor on the brace; STOP is the end of
   the string's text.  */
static enum cvx_status
parse_insert (struct lang_parser *p, size_t stop, struct lang_node **out)
{
  size_t open = p->pos, at = open + 1, format = 0, depth = 0;
  struct lang_parser inner = *p;
  struct lang_node *node, *value;
  enum cvx_status status;
  for (; at < stop && (p->s[at] != '}' || depth > 0); at++)
    if (p->s[at] == '\'')
      {
        for (at++; at < stop && p->s[at] != '\'';)
          at++;
        if (at == stop)
          break;
      }
    else if (p->s[at] == ':' && p->s[at + 1] == '%' && format == 0)
      format = at;
    else if (p->s[at] == '(' || p->s[at] == '[')
      depth++;
    else if ((p->s[at] == ')' || p->s[at] == ']') && depth > 0)
      depth--;
  if (at >= stop)
    {
      lang_parse_fail (p, open, open + 1, CVX_E105,
                       "the { in this string is not closed");
      return cvx_hint (p->err, "for a brace in the text write \\{");
    }
  inner.pos = open + 1;
  inner.end = format != 0 ? format : at;
  inner.spaced = false;
  inner.kind = LANG_KIND_VALUE;
  inner.brackets++;
  if (inner.depth++ > LANG_MAX_NESTING)
    return lang_parse_fail (p, open, open + 1, CVX_E107,
                            "too many levels of strings and brackets");
  status = lang_parse_expr (&inner, &value);
  if (status != CVX_OK)
    return status;
  if (!lang_at_end (&inner))
    return lang_parse_expected (&inner, "} or :%format");
  p->pos = at + 1;
  node = lang_node_new (p, LANG_NODE_FORMAT, open);
  if (node == NULL || !lang_node_add (p, node, value, LANG_OP_NONE))
    return lang_parse_nomem (p);
  node->span.end = p->pos;
  if (format != 0)
    {
      size_t k = format + 2, width, digits = 0;
      while (k < at && k < format + 7 && strchr ("-+ #0", p->s[k]) != NULL)
        k++;
      width = read_digits (p->s, &k, at);
      if (k < at && p->s[k] == '.')
        {
          k++;
          digits = read_digits (p->s, &k, at);
        }
      if (k + 1 != at || strchr ("eEfFgGds", p->s[k]) == NULL || width > 1000
          || digits > 1000)
        {
          lang_parse_fail (p, format + 1, at, CVX_E124,
                           "\"%.*s\" is not a format", (int)(at - format - 1),
                           p->s + format + 1);
          return cvx_hint (p->err, "%%[flags][width][.digits] and one of "
                                   "e f g d s, for example %%8.3e");
        }
      node->text = lang_span_text (p, format + 1, at);
      if (node->text == NULL)
        return lang_parse_nomem (p);
    }
  *out = node;
  return CVX_OK;
}

/* The text between AT and STOP of a double-quoted string, up to the next {;
   escapes are undone.  */
static enum cvx_status
parse_piece (struct lang_parser *p, size_t stop, struct lang_node **out)
{
  size_t start = p->pos, len = 0;
  char *text = lang_arena_alloc (&p->unit->arena, stop - start + 1, 1);
  struct lang_node *node;
  if (text == NULL)
    return lang_parse_nomem (p);
  while (p->pos < stop && p->s[p->pos] != '{')
    {
      char c = p->s[p->pos++];
      if (c == '\\')
        {
          static const char from[] = "nt\"\\{}'", to[] = "\n\t\"\\{}'";
          const char *known = strchr (from, p->s[p->pos]);
          if (p->s[p->pos] == '\n')
            {
              p->pos++;
              continue;
            }
          if (known == NULL || *known == '\0')
            {
              lang_parse_fail (p, p->pos - 1, p->pos + 1, CVX_E104,
                               "\\%c means nothing in a string", p->s[p->pos]);
              return cvx_hint (p->err, "\\n \\t \\\" \\\\ \\{ are known; in "
                                       "'...' nothing is special");
            }
          c = to[known - from];
          p->pos++;
        }
      text[len++] = c;
    }
  text[len] = '\0';
  node = lang_node_new (p, LANG_NODE_TEXT, start);
  if (node == NULL)
    return lang_parse_nomem (p);
  node->text = text;
  *out = node;
  return CVX_OK;
}

enum cvx_status
lang_parse_string (struct lang_parser *p, struct lang_node **out)
{
  size_t start = p->pos, stop = start + 1;
  char quote = p->s[start];
  struct lang_node *node, *piece = NULL;
  enum cvx_status status;
  while (stop < p->end && p->s[stop] != quote)
    stop += quote == '"' && p->s[stop] == '\\' ? 2 : 1;
  if (stop >= p->end)
    return lang_parse_fail (p, start, start + 1, CVX_E105,
                            "the string is not closed");
  if (quote == '\'')
    {
      p->pos = stop + 1;
      node = lang_node_new (p, LANG_NODE_TEXT, start);
      if (node == NULL
          || (node->text = lang_span_text (p, start + 1, stop)) == NULL)
        return lang_parse_nomem (p);
      *out = node;
      return CVX_OK;
    }
  node = lang_node_new (p, LANG_NODE_TEMPLATE, start);
  if (node == NULL)
    return lang_parse_nomem (p);
  p->pos = start + 1;
  while (p->pos < stop)
    {
      status = p->s[p->pos] == '{' ? parse_insert (p, stop, &piece)
                                   : parse_piece (p, stop, &piece);
      if (status != CVX_OK)
        return status;
      if (!lang_node_add (p, node, piece, LANG_OP_NONE))
        return lang_parse_nomem (p);
    }
  p->pos = stop + 1;
  node->span.end = p->pos;
  if (node->n == 0 || (node->n == 1 && piece->type == LANG_NODE_TEXT))
    {
      node->type = LANG_NODE_TEXT;
      node->text = node->n == 0 ? "" : node->child[0]->text;
      node->n = 0;
    }
  *out = node;
  return CVX_OK;
}
