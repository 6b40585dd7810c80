/* columns.c -- the selection of columns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/columns.h"

#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/text.h"

struct selection
{
  const char *path;
  const char *const *names;
  size_t n;     /* columns of the table */
  size_t *list; /* room for n columns */
  size_t len;
  unsigned char *taken, mark; /* per column: the mark of its list, or 0 */
};

bool
cvxi_no_target (const struct cvx_read_options *o)
{
  return o->labels != NULL || (o->y != NULL && *o->y == '\0');
}

static enum cvx_status
fail_unknown (const struct selection *s, const char *word,
              struct cvx_error *err)
{
  enum
  {
    SHOWN = 12
  };
  struct cvx_text t = CVX_TEXT_INIT;
  const char *near = NULL;
  enum cvx_status status;
  if (s->names == NULL)
    return cvx_fail (err, CVX_E210,
                     "%s has no column \"%s\": it has %zu columns without "
                     "names",
                     s->path, word, s->n);
  near = cvx_did_you_mean (word, s->names, s->n);
  cvx_text_put (&t, "Columns:");
  for (size_t k = 0; k < s->n && k < SHOWN; k++)
    cvx_text_printf (&t, "%s %s", k > 0 ? "," : "", s->names[k]);
  if (s->n > SHOWN)
    cvx_text_printf (&t, ", ... (%zu)", s->n);
  status = cvx_fail (err, CVX_E210, "%s has no column \"%s\".%s%s%s  %s",
                     s->path, word, near != NULL ? "  Did you mean " : "",
                     near != NULL ? near : "", near != NULL ? "?" : "",
                     cvx_text_string (&t));
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
add (struct selection *s, size_t column, struct cvx_error *err)
{
  if (s->taken[column] != 0)
    return cvx_fail (err, CVX_E219,
                     s->taken[column] == s->mark
                         ? "column %zu is chosen twice"
                         : "column %zu is both a feature and the target",
                     column + 1);
  s->taken[column] = s->mark;
  s->list[s->len++] = column;
  return CVX_OK;
}

/* A number from 1 in [*P, END); 0 when there is none.  */
static size_t
number (const char **p, const char *end)
{
  size_t v = 0;
  while (*p < end && **p >= '0' && **p <= '9' && v < SIZE_MAX / 100)
    v = 10 * v + (size_t)(*(*p)++ - '0');
  return v;
}

/* One name, number or range, of LEN bytes at S.  */
static enum cvx_status
choose (struct selection *s, const char *word, struct cvx_error *err)
{
  const char *p = word, *end = word + strlen (word);
  size_t first, last;
  enum cvx_status status = CVX_OK;
  for (size_t k = 0; s->names != NULL && k < s->n; k++)
    if (strcmp (s->names[k], word) == 0)
      return add (s, k, err);
  first = last = number (&p, end);
  if (p > word && p < end && *p == ':')
    {
      p++;
      last = p == end ? s->n : number (&p, end);
    }
  if (p != end || p == word || first == 0 || last < first || last > s->n)
    return fail_unknown (s, word, err);
  for (size_t k = first; k <= last && status == CVX_OK; k++)
    status = add (s, k - 1, err);
  return status;
}

static enum cvx_status
parse (struct selection *s, const char *text, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  /* A name may hold commas: try the whole first.  */
  for (size_t k = 0; s->names != NULL && k < s->n; k++)
    if (strcmp (s->names[k], text) == 0)
      return add (s, k, err);
  while (status == CVX_OK)
    {
      size_t len = strcspn (text, ",");
      const char *from = text, *to = text + len;
      char *word;
      while (from < to && *from == ' ')
        from++;
      while (to > from && to[-1] == ' ')
        to--;
      word = cvx_strndup (from, (size_t)(to - from));
      if (word == NULL)
        return cvx_fail_nomem (err, "choosing columns");
      status = choose (s, word, err);
      cvx_free (word);
      if (text[len] == '\0')
        break;
      text += len + 1;
    }
  return status;
}

static enum cvx_status
select_all (struct cvxi_columns *c, struct selection *s,
            const struct cvx_read_options *options, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  s->list = c->target;
  s->mark = 1;
  if (!cvxi_no_target (options))
    status = options->y != NULL ? parse (s, options->y, err)
                                : add (s, s->n - 1, err);
  c->n_targets = s->len;
  s->list = c->feature;
  s->len = 0;
  s->mark = 2;
  if (status == CVX_OK && options->x != NULL)
    status = parse (s, options->x, err);
  else if (status == CVX_OK)
    for (size_t k = 0; k < s->n; k++)
      if (s->taken[k] == 0)
        s->list[s->len++] = k;
  c->n_features = s->len;
  if (status != CVX_OK)
    return status;
  if (c->n_features == 0)
    {
      cvx_fail (err, CVX_E219,
                "%s has %zu column%s: none is left for the features", s->path,
                s->n, s->n == 1 ? "" : "s");
      return cvx_hint (err, "labels=FILE takes the target from another file");
    }
  return CVX_OK;
}

enum cvx_status
cvxi_columns_select (struct cvxi_columns *c, size_t n,
                     const char *const *names,
                     const struct cvx_read_options *options, const char *path,
                     struct cvx_error *err)
{
  struct selection s = { .path = path, .names = names, .n = n };
  const size_t each = sizeof *c->feature + sizeof *c->target + 1;
  enum cvx_status status;
  if (options->max_bytes != 0 && n > options->max_bytes / each)
    return cvxi_fail_memory (NULL, path, (double)n * (double)each,
                             options->max_bytes, err);
  c->feature = cvx_alloc (n, sizeof *c->feature);
  c->target = cvx_alloc (n, sizeof *c->target);
  s.taken = cvx_calloc (n, 1);
  status = c->feature != NULL && c->target != NULL && s.taken != NULL
               ? select_all (c, &s, options, err)
               : cvx_fail_nomem (err, "choosing columns");
  cvx_free (s.taken);
  if (status != CVX_OK)
    cvxi_columns_free (c);
  return status;
}

void
cvxi_columns_free (struct cvxi_columns *c)
{
  cvx_free (c->feature);
  cvx_free (c->target);
  c->feature = c->target = NULL;
}
