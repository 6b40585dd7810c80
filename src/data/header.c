/* header.c -- the first line of delimited text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/alloc.h"
#include "data/parts.h"

uint64_t
cvxi_name_hash (const char *s, size_t len)
{
  return XXH3_64bits (s, len);
}

char *
cvxi_name_copy (const char *s, size_t len)
{
  char *plain = cvx_strndup (s, len), *p, *name;
  if (plain == NULL)
    return NULL;
  name = p = cvx_alloc (2 * len + 1, 1); /* Latin-1 takes two bytes */
  for (const char *q = plain; name != NULL && *q != '\0';)
    {
      size_t k = cvx_utf8_length (q);
      unsigned char c = (unsigned char)*q;
      if (k > 0)
        {
          memcpy (p, q, k);
          p += k;
          q += k;
        }
      else
        {
          *p++ = (char)(0xc0 | c >> 6);
          *p++ = (char)(0x80 | (c & 0x3f));
          q++;
        }
    }
  if (name != NULL)
    *p = '\0';
  cvx_free (plain);
  return name;
}

static enum cvxi_number_kind
kind_of (const struct cvxi_numbers *numbers, const struct cvxi_field *f,
         double *value)
{
  return cvxi_number (numbers, f->s, f->len, value);
}

static bool
is_count (const struct cvxi_numbers *numbers, const struct cvxi_field *f,
          size_t *count)
{
  double v;
  if (kind_of (numbers, f, &v) != CVXI_NUMBER || !(v >= 1 && v < 1e9)
      || v != (double)(size_t)v)
    return false;
  *count = (size_t)v;
  return true;
}

/* "150,4,setosa,versicolor,virginica" before rows of 4 + 1 numbers.  */
static bool
is_sklearn (const struct cvxi_record *first, const struct cvxi_record *second,
            const struct cvxi_numbers *numbers)
{
  size_t rows, features;
  double v;
  if (second == NULL || first->n < 4
      || !is_count (numbers, &first->field[0], &rows)
      || !is_count (numbers, &first->field[1], &features)
      || features + 1 != second->n)
    return false;
  for (size_t k = 2; k < first->n; k++)
    if (kind_of (numbers, &first->field[k], &v) != CVXI_NOT_A_NUMBER)
      return false;
  return true;
}

/* Only text in the first line, and in some column a number below it (that it
   may be written with a decimal comma is for the reader to say).  The first
   UNNAMED columns have no name.  */
static bool
is_header (const struct cvxi_record *first, const struct cvxi_record *second,
           size_t unnamed, const struct cvxi_numbers *numbers)
{
  bool above = second == NULL;
  double v;
  for (size_t k = 0; k < first->n; k++)
    {
      enum cvxi_number_kind kind = kind_of (numbers, &first->field[k], &v);
      if (kind == CVXI_MISSING)
        continue;
      if (kind != CVXI_NOT_A_NUMBER)
        return false;
      if (second != NULL && k + unnamed < second->n)
        {
          const struct cvxi_field *f = &second->field[k + unnamed];
          above = above || kind_of (numbers, f, &v) == CVXI_NUMBER
                  || cvxi_looks_comma (f->s, f->len);
        }
    }
  return above;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static bool
in_sorted (char *const *sorted, size_t n, const char *name)
{
  return bsearch (&name, sorted, n, sizeof *sorted, by_name) != NULL;
}

/* A name that no column has: NAME.2, NAME.3, ...  NULL: no memory.  */
static char *
other_name (char *const *sorted, size_t n, const char *name, size_t *k)
{
  for (;; ++*k)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      cvx_text_printf (&t, "%s.%zu", name, *k);
      if (t.failed || !in_sorted (sorted, n, t.s))
        {
          ++*k;
          if (t.failed)
            cvx_text_free (&t);
          return t.s;
        }
      cvx_text_free (&t);
    }
}

struct named
{
  char *name;
  size_t column;
};

static int
by_name_and_column (const void *a, const void *b)
{
  const struct named *p = a, *q = b;
  int order = strcmp (p->name, q->name);
  return order != 0 ? order
                    : (p->column > q->column) - (p->column < q->column);
}

/* Rename the second and later columns of the same name.  */
static enum cvx_status
make_unique (struct cvxi_header *h, struct cvx_error *err)
{
  size_t n = h->n_names;
  char **sorted = cvx_copy (h->names, n, sizeof *sorted);
  struct named *list = cvx_alloc (n, sizeof *list);
  enum cvx_status status = CVX_OK;
  if (sorted == NULL || list == NULL)
    status = cvx_fail_nomem (err, "reading names of columns");
  else
    {
      size_t next = 2, renamed = 0;
      for (size_t k = 0; k < n; k++)
        list[k] = (struct named){ h->names[k], k };
      qsort (sorted, n, sizeof *sorted, by_name);
      qsort (list, n, sizeof *list, by_name_and_column);
      for (size_t k = 1; k < n; k++)
        {
          char *name;
          if (strcmp (list[k].name, list[k - 1].name) != 0)
            {
              next = 2;
              continue;
            }
          name = other_name (sorted, n, list[k].name, &next);
          if (name == NULL)
            {
              status = cvx_fail_nomem (err, "reading names of columns");
              break;
            }
          if (renamed++ < 5)
            cvx_text_printf (&h->notes,
                             "column %zu is called %s like another: now %s\n",
                             list[k].column + 1, list[k].name, name);
          /* The old string stays in use as the key of the run.  */
          h->names[list[k].column] = name;
        }
      if (renamed > 5)
        cvx_text_printf (&h->notes, "%zu columns renamed in all\n", renamed);
      for (size_t k = 1; k < n; k++)
        if (h->names[list[k].column] != list[k].name)
          cvx_free (list[k].name);
    }
  cvx_free (sorted);
  cvx_free (list);
  return status;
}

/* Column K has no name: xK, or another that none of the N SORTED is.  NULL: no
   memory.  */
static char *
name_unnamed (char *const *sorted, size_t n, size_t k)
{
  char name[32];
  size_t next = 2;
  snprintf (name, sizeof name, "x%zu", k + 1);
  return in_sorted (sorted, n, name) ? other_name (sorted, n, name, &next)
                                     : cvx_strdup (name);
}

/* The names of the columns; one that names the rows has none in FIRST.  */
static enum cvx_status
take_names (struct cvxi_header *h, const struct cvxi_record *first,
            struct cvx_error *err)
{
  size_t unnamed = h->row_names, n = first->n + unnamed, named = 0;
  char **sorted = cvx_alloc (n, sizeof *sorted);
  bool ok = sorted != NULL;
  h->names = cvx_calloc (n, sizeof *h->names);
  ok = ok && h->names != NULL;
  h->n_names = ok ? n : 0;
  for (size_t k = 0; k < first->n && ok; k++)
    {
      const struct cvxi_field *f = &first->field[k];
      if (f->len == 0)
        continue;
      sorted[named] = h->names[k + unnamed] = cvxi_name_copy (f->s, f->len);
      ok = sorted[named++] != NULL;
    }
  if (ok)
    qsort (sorted, named, sizeof *sorted, by_name);
  h->unnamed_first = ok && h->names[0] == NULL;
  for (size_t k = 0; k < n && ok; k++)
    if (h->names[k] == NULL)
      {
        h->names[k] = name_unnamed (sorted, named, k);
        ok = h->names[k] != NULL;
      }
  cvx_free (sorted);
  return ok ? make_unique (h, err)
            : cvx_fail_nomem (err, "reading names of columns");
}

static enum cvx_status
take_classes (struct cvxi_header *h, const struct cvxi_record *first,
              struct cvx_error *err)
{
  size_t n = first->n - 2;
  h->classes = cvx_calloc (n, sizeof *h->classes);
  if (h->classes == NULL)
    return cvx_fail_nomem (err, "reading names of classes");
  h->n_classes = n;
  for (size_t k = 0; k < n; k++)
    {
      const struct cvxi_field *f = &first->field[k + 2];
      h->classes[k] = cvxi_name_copy (f->s, f->len);
      if (h->classes[k] == NULL)
        return cvx_fail_nomem (err, "reading names of classes");
    }
  return CVX_OK;
}

enum cvx_status
cvxi_header_read (struct cvxi_header *h, const struct cvxi_record *first,
                  const struct cvxi_record *second,
                  const struct cvxi_numbers *numbers, int header,
                  const char *path, struct cvx_error *err)
{
  /* R's write.table gives names of rows, and none to their column.  */
  h->row_names = header != 0 && second != NULL && second->n == first->n + 1
                 && second->field[first->n].len > 0
                 && is_header (first, second, 1, numbers);
  h->sklearn = header < 0 && is_sklearn (first, second, numbers);
  h->present = header > 0 || h->sklearn || h->row_names
               || (header < 0 && is_header (first, second, 0, numbers));
  if (!h->present)
    return CVX_OK;
  if (second == NULL)
    {
      cvx_fail (err, CVX_E211,
                "there is a line of names, but no rows of data");
      return cvx_at (err, path, 0, 0);
    }
  return h->sklearn ? take_classes (h, first, err)
                    : take_names (h, first, err);
}

void
cvxi_header_free (struct cvxi_header *h)
{
  cvxi_names_free (h->names, h->n_names);
  cvxi_names_free (h->classes, h->n_classes);
  cvx_text_free (&h->notes);
}
