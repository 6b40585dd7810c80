/* parse.c -- statements and blocks.

   A block is parsed line by line as it comes: each statement is hung into the
   innermost open block of its unit, so that a mistake is reported at its own
   line and at once.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "language/internal.h"

static enum cvx_status
parse_expr (struct lang_parser *p, struct lang_expr **out)
{
  struct lang_expr *e = lang_arena_alloc (&p->unit->arena, 1, sizeof *e);
  enum cvx_status status;
  if (e == NULL)
    return lang_parse_nomem (p);
  e->unit = p->unit;
  status = lang_parse_expr (p, &e->root);
  if (status != CVX_OK)
    return status;
  e->source = lang_span_text (p, e->root->span.start, e->root->span.end);
  *out = e;
  return e->source != NULL ? CVX_OK : lang_parse_nomem (p);
}

static enum cvx_status
expect_end (struct lang_parser *p, const char *what)
{
  return lang_at_end (p) ? CVX_OK : lang_parse_expected (p, what);
}

/* The variable name under the cursor, refused when it is reserved.  */
static enum cvx_status
parse_variable (struct lang_parser *p, struct lang_statement *st)
{
  struct lang_interp *in = p->in;
  size_t len, start;
  const char *const *roots;
  lang_skip_space (p);
  start = p->pos;
  len = lang_name_length (p->s + start, p->end - start);
  if (len == 0)
    return lang_parse_expected (p, "a name");
  if (len > 100)
    return lang_parse_fail (p, start, start + len, CVX_E107,
                            "a name of %zu letters, the limit is 100", len);
  st->name = lang_span_text (p, start, start + len);
  if (st->name == NULL)
    return lang_parse_nomem (p);
  st->head = (struct lang_span){ start, start + len };
  p->pos += len;
  if (lang_is_keyword (st->name) || strcmp (st->name, "arg") == 0)
    return lang_parse_fail (p, start, p->pos, CVX_E116,
                            "%s is a word of the language", st->name);
  roots
      = in->host.names != NULL ? in->host.names (in->host.session, "") : NULL;
  for (; roots != NULL && *roots != NULL; roots++)
    if (strcmp (*roots, st->name) == 0)
      return lang_parse_fail (p, start, p->pos, CVX_E116,
                              "%s is a name of the program", st->name);
  return CVX_OK;
}

static enum cvx_status
parse_assigned (struct lang_parser *p, struct lang_statement *st)
{
  enum cvx_status status;
  lang_skip_space (p);
  if (p->pos >= p->end || p->s[p->pos] != '=' || p->s[p->pos + 1] == '=')
    return lang_parse_expected (p, "\"=\"");
  p->pos++;
  status = parse_expr (p, &st->expr);
  return status == CVX_OK ? expect_end (p, "an operator") : status;
}

static enum cvx_status
parse_let (struct lang_parser *p, struct lang_statement *st)
{
  enum cvx_status status;
  st->type = LANG_STATEMENT_LET;
  status = parse_variable (p, st);
  if (status != CVX_OK)
    return status;
  if (lang_find_command (p->in, st->name) != NULL
      && lang_get (p->in, st->name) == NULL)
    lang_warn (p->in, p->unit, st->head, CVX_E112,
               "%s is also a command; %s = ... now sets the variable",
               st->name, st->name);
  return parse_assigned (p, st);
}

/* NAME = , or NAME [ ... ] = : which assignment is under the cursor?  */
static bool
at_assignment (struct lang_parser *p, enum lang_statement_type *type)
{
  size_t at = p->pos + lang_name_length (p->s + p->pos, p->end - p->pos);
  *type = LANG_STATEMENT_ASSIGN;
  if (at == p->pos)
    return false;
  if (p->s[at] == '[')
    {
      size_t depth = 0;
      *type = LANG_STATEMENT_ELEMENT;
      for (; at < p->end; at++)
        if (p->s[at] == '[')
          depth++;
        else if (p->s[at] == ']' && --depth == 0)
          break;
      if (at < p->end)
        at++;
    }
  while (at < p->end && (p->s[at] == ' ' || p->s[at] == '\t'))
    at++;
  return at < p->end && p->s[at] == '=' && p->s[at + 1] != '=';
}

static enum cvx_status
parse_assignment (struct lang_parser *p, struct lang_statement *st)
{
  enum cvx_status status = parse_variable (p, st);
  if (status == CVX_OK && st->type == LANG_STATEMENT_ELEMENT)
    {
      p->pos++;
      p->index++;
      p->brackets++;
      status = parse_expr (p, &st->index);
      p->index--;
      p->brackets--;
      if (status == CVX_OK && p->s[p->pos] != ']')
        {
          lang_skip_space (p);
          if (p->s[p->pos] != ']')
            status = lang_parse_expected (p, "]");
        }
      p->pos++;
    }
  return status == CVX_OK ? parse_assigned (p, st) : status;
}

enum cvx_status
lang_parse_command (struct lang_parser *p, struct lang_statement **out,
                    unsigned depth)
{
  struct lang_statement *st
      = lang_arena_alloc (&p->unit->arena, 1, sizeof *st);
  enum cvx_status status;
  size_t len;
  if (st == NULL)
    return lang_parse_nomem (p);
  lang_skip_space (p);
  if (depth > LANG_MAX_INCLUDE)
    return lang_parse_fail (p, p->pos, p->pos + 1, CVX_E107,
                            "more than %d commands inside commands",
                            (int)LANG_MAX_INCLUDE);
  len = lang_name_length (p->s + p->pos, p->end - p->pos);
  if (len == 0)
    {
      status = lang_parse_expected (p, "a command");
      if (status == CVX_SYNTAX && p->err->id == CVX_E104
          && p->err->hint[0] == '\0')
        cvx_hint (p->err, "= EXPR prints a value");
      return status;
    }
  st->type = LANG_STATEMENT_COMMAND;
  st->span = (struct lang_span){ p->pos, p->end };
  st->head = (struct lang_span){ p->pos, p->pos + len };
  status = lang_resolve_command (p, p->pos, p->pos + len, &st->command);
  if (status != CVX_OK)
    return status;
  p->pos += len;
  if (p->pos < p->end && p->s[p->pos] != ' ' && p->s[p->pos] != '\t'
      && p->s[p->pos] != '\\' && p->s[p->pos] != '"' && p->s[p->pos] != '\'')
    return lang_parse_expected (p, "a space");
  *out = st;
  return lang_parse_args (p, st, NULL, depth);
}

/* ------------------------------------------------------------------ blocks */

static void
hang (struct lang_unit *u, struct lang_statement *st)
{
  struct lang_body *body
      = u->depth > 0 ? &u->block[u->depth - 1].branch->body : &u->body;
  if (body->last == NULL)
    body->first = st;
  else
    body->last->next = st;
  body->last = st;
}

static struct lang_branch *
new_branch (struct lang_parser *p)
{
  return lang_arena_alloc (&p->unit->arena, 1, sizeof (struct lang_branch));
}

static enum cvx_status
parse_opening (struct lang_parser *p, struct lang_statement *st)
{
  struct lang_unit *u = p->unit;
  struct lang_branch *branch = new_branch (p);
  enum cvx_status status = CVX_OK;
  if (branch == NULL)
    return lang_parse_nomem (p);
  if (st->type == LANG_STATEMENT_FOR)
    {
      struct lang_span verb = st->head;
      status = parse_variable (p, st);
      st->head = verb;
      if (status == CVX_OK && !lang_word_is (p, "in"))
        status = lang_parse_expected (p, "\"in\"");
      if (status != CVX_OK)
        return status;
      p->pos += 2;
      status = parse_expr (p, &st->expr);
    }
  else
    status = parse_expr (p, &branch->condition);
  if (status == CVX_OK)
    status = expect_end (p, "the end of the line or ;");
  if (status != CVX_OK)
    return status;
  if (u->depth == LANG_MAX_NESTING)
    return lang_fail (p->in, u, st->head, p->err, CVX_E107,
                      "more than %d blocks are open", (int)LANG_MAX_NESTING);
  st->branch = branch;
  hang (u, st);
  u->block[u->depth].statement = st;
  u->block[u->depth].branch = branch;
  u->depth++;
  return CVX_OK;
}

/* elif, else, end.  */
static enum cvx_status
parse_arm (struct lang_parser *p, struct lang_span word)
{
  struct lang_unit *u = p->unit;
  char third = p->s[word.start + 2]; /* enD, elIf, elSe */
  const char *name = third == 'd' ? "end" : third == 'i' ? "elif" : "else";
  struct lang_branch *branch, *open;
  enum cvx_status status;
  if (u->depth == 0)
    {
      lang_fail (p->in, u, word, p->err, CVX_E109, "%s without %s", name,
                 third == 'd' ? "for, while or if" : "if");
      return p->err->status;
    }
  open = u->block[u->depth - 1].branch;
  if (third == 'd')
    {
      status = expect_end (p, "the end of the line or ;");
      if (status == CVX_OK)
        {
          struct lang_statement *st = u->block[u->depth - 1].statement;
          st->span.end = word.end;
          u->depth--;
        }
      return status;
    }
  if (u->block[u->depth - 1].statement->type != LANG_STATEMENT_IF)
    return lang_fail (p->in, u, word, p->err, CVX_E109,
                      "%s without if: the open block is a loop", name);
  if (open->condition == NULL)
    return lang_fail (p->in, u, word, p->err, CVX_E109, "%s after else", name);
  branch = new_branch (p);
  if (branch == NULL)
    return lang_parse_nomem (p);
  status = third == 'i' ? parse_expr (p, &branch->condition) : CVX_OK;
  if (status == CVX_OK)
    status = expect_end (p, "the end of the line or ;");
  if (status == CVX_OK)
    {
      open->next = branch;
      u->block[u->depth - 1].branch = branch;
    }
  return status;
}

enum cvx_status
lang_parse_statement (struct lang_interp *in, struct lang_unit *u,
                      struct lang_span span, struct cvx_error *err)
{
  static const struct
  {
    const char *word;
    enum lang_statement_type type;
  } openings[] = { { "for", LANG_STATEMENT_FOR },
                   { "while", LANG_STATEMENT_WHILE },
                   { "if", LANG_STATEMENT_IF } };
  struct lang_parser parser = lang_parser_new (in, u, span, err);
  struct lang_parser *p = &parser;
  struct lang_statement *st;
  enum cvx_status status;
  size_t start;
  lang_skip_space (p);
  start = p->pos;
  if (lang_word_is (p, "end") || lang_word_is (p, "elif")
      || lang_word_is (p, "else"))
    {
      p->pos += p->s[start + 1] == 'n' ? 3 : 4;
      return parse_arm (p, (struct lang_span){ start, p->pos });
    }
  st = lang_arena_alloc (&u->arena, 1, sizeof *st);
  if (st == NULL)
    return lang_parse_nomem (p);
  st->span = span;
  for (size_t k = 0; k < sizeof openings / sizeof *openings; k++)
    if (lang_word_is (p, openings[k].word))
      {
        p->pos += strlen (openings[k].word);
        st->type = openings[k].type;
        st->head = (struct lang_span){ start, p->pos };
        return parse_opening (p, st);
      }
  if (lang_word_is (p, "let"))
    {
      p->pos += 3;
      status = parse_let (p, st);
    }
  else if (p->s[start] == '=' && p->s[start + 1] != '=')
    {
      p->pos++;
      st->type = LANG_STATEMENT_SHOW;
      st->head = (struct lang_span){ start, start + 1 };
      status = parse_expr (p, &st->expr);
      if (status == CVX_OK)
        status = expect_end (p, "an operator");
    }
  else if (at_assignment (p, &st->type))
    status = parse_assignment (p, st);
  else
    {
      status = lang_parse_command (p, &st, 0);
      if (status == CVX_OK)
        status = lang_check_require (in, u, st, err);
    }
  if (status == CVX_OK)
    hang (u, st);
  return status;
}

enum cvx_status
lang_fail_open (struct lang_interp *in, struct lang_unit *u,
                const struct lang_open *open, struct cvx_error *err)
{
  if (open->what == '\\')
    return lang_fail (in, u,
                      (struct lang_span){ open->where, open->where + 1 }, err,
                      CVX_E105, "the line is joined to one that is missing");
  if (open->what != 0)
    return lang_fail (in, u,
                      (struct lang_span){ open->where, open->where + 1 }, err,
                      CVX_E105,
                      open->what == '"' || open->what == '\''
                          ? "the string that starts here is not "
                            "closed"
                          : "this bracket is not closed");
  if (u->depth > 0)
    {
      const struct lang_statement *st = u->block[u->depth - 1].statement;
      return lang_fail (in, u, st->head, err, CVX_E105, "this %.*s has no end",
                        (int)(st->head.end - st->head.start),
                        u->text + st->head.start);
    }
  return CVX_OK;
}

enum cvx_status
lang_parse_unit (struct lang_interp *in, struct lang_unit *u,
                 struct cvx_error *err)
{
  struct lang_open open = { 0, 0 };
  while (u->scanned < u->len)
    {
      struct lang_span span;
      size_t next;
      enum cvx_status status
          = lang_scan (in, u, u->scanned, &span, &next, &open, err);
      if (status != CVX_OK)
        return status;
      if (open.what != 0)
        break;
      if (span.end > span.start)
        {
          status = lang_parse_statement (in, u, span, err);
          if (status != CVX_OK)
            return status;
        }
      u->scanned = next;
    }
  return lang_fail_open (in, u, &open, err);
}
