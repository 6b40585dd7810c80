/* path.c -- names, fields and elements: run.gap, runs[3].gap, v[2:end].

   A name is looked up in the scope of the evaluation, among the script's
   variables, then among the host's objects.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "language/internal.h"

/* ------------------------------------------------------------------ paths */

static bool
contains (const char *const *names, const char *name)
{
  for (; names != NULL && *names != NULL; names++)
    if (strcmp (*names, name) == 0)
      return true;
  return false;
}

static const char *const *
host_names (struct lang_interp *in, const char *prefix)
{
  return in->host.names != NULL ? in->host.names (in->host.session, prefix)
                                : NULL;
}

static enum cvx_status
unknown_name (struct lang_eval_state *e, const struct lang_path_step *step)
{
  struct lang_interp *in = e->in;
  lang_fail (in, e->unit, step->span, e->err, CVX_E117,
             "\"%s\" is not defined", step->name);
  lang_names_clear (in);
  if (e->scope != NULL)
    lang_names_add_all (in, e->scope->names);
  lang_names_add_variables (in);
  lang_names_add_all (in, host_names (in, ""));
  return lang_suggest (in, step->name, NULL, e->err);
}

/* The names of NODE's first N steps, joined with dots.  */
static void
join (char *to, size_t size, const struct lang_node *node, size_t n)
{
  size_t used = 0;
  to[0] = '\0';
  for (size_t k = 0; k < n && used < size; k++)
    used += (size_t)snprintf (to + used, size - used, "%s%s", k > 0 ? "." : "",
                              node->step[k].name);
}

static enum cvx_status
host_lookup (struct lang_eval_state *e, const struct lang_node *node,
             const struct lang_step *steps, size_t n, struct lang_value *out)
{
  struct lang_interp *in = e->in;
  enum cvx_status status;
  *out = lang_number (0);
  status = in->host.lookup (in->host.session, steps, n, out, e->err);
  if (status != CVX_OK && !lang_placed (in, e->err))
    lang_blame (in, e->unit, node->span, e->err);
  return status;
}

enum cvx_status
lang_eval_path (struct lang_eval_state *e, const struct lang_node *node,
                struct lang_value *out)
{
  struct lang_interp *in = e->in;
  struct lang_step steps[8] = { { NULL, 0 } };
  const struct lang_value *variable;
  char path[256];
  bool plain = true;
  enum cvx_status status;
  for (size_t k = 0; k < node->n; k++)
    plain = plain && node->step[k].index == NULL;
  join (path, sizeof path, node, node->n);
  if (e->scope != NULL && plain)
    {
      bool known = false;
      *out = lang_number (0);
      status = e->scope->find (e->scope->data, path, &known, out, e->err);
      if (status != CVX_OK)
        return lang_placed (in, e->err)
                   ? status
                   : lang_blame (in, e->unit, node->span, e->err);
      if (known)
        return CVX_OK;
    }
  variable = lang_get (in, node->step[0].name);
  if (variable == NULL && strcmp (node->step[0].name, "arg") == 0)
    {
      *out = lang_texts_view (in->args, in->n_args);
      variable = out;
    }
  if (variable != NULL && node->n > 1)
    return lang_fail (in, e->unit, node->step[1].span, e->err, CVX_E117,
                      "%s is a variable and has no field \"%s\"",
                      node->step[0].name, node->step[1].name);
  if (variable != NULL)
    {
      *out = *variable;
      out->borrowed = true;
      return CVX_OK;
    }
  for (size_t k = 0; k < node->n; k++)
    {
      const char *const *names;
      join (path, sizeof path, node, k);
      names = host_names (in, path);
      if (!contains (names, node->step[k].name) && k == 0)
        return unknown_name (e, &node->step[0]);
      if (!contains (names, node->step[k].name))
        {
          lang_fail (in, e->unit, node->step[k].span, e->err, CVX_E117,
                     "%s has no field \"%s\"", path, node->step[k].name);
          lang_names_clear (in);
          lang_names_add_all (in, names);
          return lang_suggest (in, node->step[k].name, "Fields", e->err);
        }
      steps[k].name = node->step[k].name;
      if (node->step[k].index != NULL)
        {
          struct lang_eval_state inner = *e;
          struct lang_value all = lang_number (0);
          double at = 0;
          status = host_lookup (e, node, steps, k + 1, &all);
          inner.has_end = status == CVX_OK && lang_is_list (&all);
          /* Runs keep their numbers when others are dropped.  */
          inner.end = inner.has_end && all.n > 0
                          ? lang_value_at (&all, all.n - 1)
                          : 0;
          lang_value_free (&all);
          status = lang_eval_number_node (&inner, node->step[k].index,
                                          "an index", &at);
          if (status != CVX_OK)
            return status;
          if (!(at >= 1) || at != floor (at) || at > 9e15)
            return lang_eval_fail (e, node->step[k].index, CVX_E123,
                                   "an index is a whole number from 1, "
                                   "got %g",
                                   at);
          steps[k].index = at;
        }
    }
  return host_lookup (e, node, steps, node->n, out);
}

/* ---------------------------------------------------------------- indexing */

static enum cvx_status
check_index (struct lang_eval_state *e, const struct lang_node *node, double x,
             size_t n)
{
  if (x >= 1 && x <= (double)n && x == floor (x))
    return CVX_OK;
  if (x != floor (x) || isnan (x))
    return lang_eval_fail (e, node, CVX_E123,
                           "an index is a whole number, got %g", x);
  return lang_eval_fail (e, node, CVX_E123,
                         "index %.15g, but there %s %zu "
                         "element%s (counted from 1)",
                         x, n == 1 ? "is" : "are", n, n == 1 ? "" : "s");
}

/* Elements of BASE at the indices of INDEX into *OUT.  */
static enum cvx_status
take (struct lang_eval_state *e, const struct lang_node *node,
      const struct lang_value *base, const struct lang_value *index,
      struct lang_value *out)
{
  enum cvx_status status = CVX_OK;
  const struct lang_node *at = node->child[1];
  if (index->type == LANG_NUMBER)
    {
      status = check_index (e, at, index->number, base->n);
      if (status != CVX_OK)
        return status;
      if (base->type == LANG_TEXTS)
        {
          const char *s = base->texts[(size_t)index->number - 1];
          return lang_text_new (out, s, strlen (s), e->err);
        }
      *out = lang_number (lang_value_at (base, (size_t)index->number - 1));
      return CVX_OK;
    }
  /* What is out of range is said before what is too long; a range may have
     more elements than time allows to look at.  */
  if (index->n > 0)
    status = check_index (e, at, lang_value_at (index, 0), base->n);
  if (status == CVX_OK && index->n > 0)
    status = check_index (e, at, lang_value_at (index, index->n - 1), base->n);
  if (status == CVX_OK && base->type == LANG_TEXTS)
    return lang_eval_fail (e, at, CVX_E121,
                           "one string of a list is taken at a time");
  if (status == CVX_OK)
    status = lang_vector_limited (e, at, (double)index->n, out);
  for (size_t k = 0; status == CVX_OK && k < index->n; k++)
    {
      double x = lang_value_at (index, k);
      status = check_index (e, at, x, base->n);
      if (status == CVX_OK)
        out->vector[k] = lang_value_at (base, (size_t)x - 1);
      else
        lang_value_free (out);
    }
  return status;
}

enum cvx_status
lang_eval_index (struct lang_eval_state *e, const struct lang_node *node,
                 struct lang_value *out)
{
  struct lang_value base, index;
  struct lang_eval_state inner;
  char kind[64];
  enum cvx_status status = lang_eval_node (e, node->child[0], &base);
  if (status != CVX_OK)
    return status;
  if (!lang_is_list (&base) && base.type != LANG_TEXTS)
    {
      status = lang_eval_fail (e, node->child[0], CVX_E121,
                               "only a list has elements, this is a %s",
                               lang_value_kind (&base, kind, sizeof kind));
      lang_value_free (&base);
      return status;
    }
  inner = *e;
  inner.has_end = true;
  inner.end = (double)base.n;
  status = lang_eval_node (&inner, node->child[1], &index);
  if (status == CVX_OK)
    {
      if (index.type != LANG_NUMBER && !lang_is_list (&index))
        status = lang_eval_fail (e, node->child[1], CVX_E121,
                                 "an index is a number or a list, got a %s",
                                 lang_value_kind (&index, kind, sizeof kind));
      else
        status = take (e, node, &base, &index, out);
      lang_value_free (&index);
    }
  lang_value_free (&base);
  return status;
}
