/* targets.c -- the files that a script writes, looked at before it runs.

   A missing folder should be said now and not after two hours of solving; and
   two results in one file are one result.  Only what is certain is judged:
   files that are named literally, and whether they can be written only for
   statements that no condition guards, up to a command after which names may
   mean other files (LANG_BARRIER).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "language/internal.h"

enum
{
  MOST = 4096 /* files that are compared with each other */
};

/* A file that a statement writes.  */
struct target
{
  const char *path;
  size_t line;
  bool hidden; /* in a branch beside the one that is looked at */
  struct target *next;
};

struct walk
{
  struct lang_interp *in;
  struct lang_unit *u;
  struct lang_arena arena;
  struct target *first; /* the latest */
  size_t n;
  bool over; /* past a barrier */
  struct cvx_error *err;
};

static enum cvx_status
look (struct walk *w, const struct lang_statement *st,
      const struct lang_arg *arg, bool certain)
{
  struct lang_interp *in = w->in;
  const char *path = lang_expand_home (&w->arena, arg->item[0].root->text);
  struct target *t = lang_arena_alloc (&w->arena, 1, sizeof *t);
  size_t start;
  if (path == NULL || t == NULL)
    return cvx_fail_nomem (w->err, "reading a script");
  *t = (struct target){ .path = path,
                        .line = lang_unit_line (w->u, st->head.start, &start),
                        .next = w->first };
  for (const struct target *o = w->first; o != NULL && w->n < MOST;
       o = o->next)
    if (!o->hidden && strcmp (o->path, path) == 0
        && !(arg->key->flags & LANG_KEEPS))
      {
        lang_warn (in, w->u, arg->value, CVX_E522,
                   "%s is written in line %zu already", path, o->line);
        break;
      }
  w->first = t;
  w->n++;
  if (!certain || w->over || in->host.target == NULL
      || in->host.target (in->host.session, path, false, w->err) == CVX_OK)
    return CVX_OK;
  return lang_blame (in, w->u, arg->value, w->err);
}

static enum cvx_status
look_at_command (struct walk *w, const struct lang_statement *st, bool certain)
{
  enum cvx_status status = CVX_OK;
  for (const struct lang_arg *a = st->args; a != NULL && status == CVX_OK;
       a = a->next)
    if (a->statement != NULL)
      status = look_at_command (w, a->statement, certain);
    else if (a->key->flags & LANG_OUTPUT && a->n == 1
             && a->item[0].root->type == LANG_NODE_TEXT)
      status = look (w, st, a, certain);
  if (strcmp (st->command->name, "include") == 0)
    w->over = true;
  for (const struct lang_key *k = st->command->keys;
       k != NULL && k->name != NULL; k++)
    if (k->flags & LANG_BARRIER)
      w->over = true;
  return status;
}

/* What BODY writes; CERTAIN: it will run.  */
static enum cvx_status
look_at_body (struct walk *w, const struct lang_body *body, bool certain)
{
  enum cvx_status status = CVX_OK;
  for (const struct lang_statement *st = body->first;
       st != NULL && status == CVX_OK; st = st->next)
    {
      const struct target *before = w->first;
      if (st->type == LANG_STATEMENT_COMMAND)
        status = look_at_command (w, st, certain);
      for (const struct lang_branch *b = st->branch;
           b != NULL && status == CVX_OK; b = b->next)
        {
          for (struct target *t = w->first; t != before; t = t->next)
            t->hidden = true;
          status = look_at_body (w, &b->body,
                                 certain && st->type == LANG_STATEMENT_FOR);
        }
      for (struct target *t = w->first; t != before; t = t->next)
        t->hidden = false;
    }
  return status;
}

enum cvx_status
lang_check_targets (struct lang_interp *in, struct lang_unit *u,
                    struct cvx_error *err)
{
  struct walk w = { .in = in, .u = u, .err = err };
  enum cvx_status status = look_at_body (&w, &u->body, true);
  lang_arena_free (&w.arena);
  return status;
}
