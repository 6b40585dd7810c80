/* expr.c -- from text to expression trees.

   Operator precedence parsing (Pratt, POPL 1973):

     or  <  and  <  not  <  == != < <= > >=  <  a:b:step  <  + -  <  * / %
         <  unary -  <  ^  <  v[i] x.f f(..)

   Operators of one loop of the parser make one CHAIN node that is evaluated
   from left to right, so that a long sum is not a deep tree.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

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

static enum cvx_status parse_binary (struct lang_parser *p, int least,
                                     struct lang_node **out);

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
      status = lang_parse_operand (p, &operand);
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
