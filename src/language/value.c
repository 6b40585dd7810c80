/* value.c -- numbers, booleans, strings, vectors, ranges, lists of strings.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

struct lang_value
lang_number (double x)
{
  return (struct lang_value){ .type = LANG_NUMBER, .number = x };
}

struct lang_value
lang_bool (bool b)
{
  return (struct lang_value){ .type = LANG_BOOL, .boolean = b };
}

struct lang_value
lang_text_view (const char *text)
{
  return (struct lang_value){ .type = LANG_TEXT,
                              .borrowed = true,
                              .text = (char *)text };
}

struct lang_value
lang_vector_view (const double *v, size_t n)
{
  return (struct lang_value){
    .type = LANG_VECTOR, .borrowed = true, .n = n, .vector = (double *)v
  };
}

struct lang_value
lang_texts_view (const char *const *texts, size_t n)
{
  return (struct lang_value){
    .type = LANG_TEXTS, .borrowed = true, .n = n, .texts = (char **)texts
  };
}

enum cvx_status
lang_text_new (struct lang_value *out, const char *text, size_t len,
               struct cvx_error *err)
{
  *out = lang_number (0);
  if (len > LANG_MAX_STRING)
    return cvx_fail (err, CVX_E107, "a string of %zu bytes, the limit is %d",
                     len, (int)LANG_MAX_STRING);
  out->text = cvx_strndup (text, len);
  if (out->text == NULL)
    return cvx_fail_nomem (err, "making a string");
  out->type = LANG_TEXT;
  return CVX_OK;
}

enum cvx_status
lang_vector_alloc (struct lang_value *out, size_t n, struct cvx_error *err)
{
  *out = lang_number (0);
  out->vector = cvx_alloc (n, sizeof *out->vector);
  if (out->vector == NULL)
    return cvx_fail_nomem (err, "making a vector");
  out->type = LANG_VECTOR;
  out->n = n;
  return CVX_OK;
}

enum cvx_status
lang_vector_new (struct lang_value *out, const double *v, size_t n,
                 struct cvx_error *err)
{
  enum cvx_status status = lang_vector_alloc (out, n, err);
  if (status == CVX_OK && n > 0)
    memcpy (out->vector, v, n * sizeof *v);
  return status;
}

enum cvx_status
lang_value_copy (struct lang_value *out, const struct lang_value *from,
                 struct cvx_error *err)
{
  struct lang_value copy = *from;
  *out = lang_number (0);
  copy.borrowed = false;
  switch (from->type)
    {
    case LANG_NUMBER:
    case LANG_BOOL:
    case LANG_RANGE:
      break;
    case LANG_TEXT:
      return lang_text_new (out, from->text, strlen (from->text), err);
    case LANG_VECTOR:
      return lang_vector_new (out, from->vector, from->n, err);
    case LANG_TEXTS:
      copy.texts = cvx_calloc (from->n, sizeof *copy.texts);
      if (copy.texts == NULL)
        return cvx_fail_nomem (err, "copying strings");
      for (size_t k = 0; k < from->n; k++)
        if ((copy.texts[k] = cvx_strdup (from->texts[k])) == NULL)
          {
            lang_value_free (&copy);
            return cvx_fail_nomem (err, "copying strings");
          }
    }
  *out = copy;
  return CVX_OK;
}

void
lang_value_free (struct lang_value *v)
{
  if (!v->borrowed)
    {
      if (v->type == LANG_TEXT)
        cvx_free (v->text);
      else if (v->type == LANG_VECTOR)
        cvx_free (v->vector);
      else if (v->type == LANG_TEXTS)
        {
          for (size_t k = 0; k < v->n; k++)
            cvx_free (v->texts[k]);
          cvx_free (v->texts);
        }
    }
  *v = lang_number (0);
}

double
lang_value_at (const struct lang_value *v, size_t k)
{
  return v->type == LANG_RANGE ? v->number + (double)k * v->step
                               : v->vector[k];
}

bool
lang_is_list (const struct lang_value *v)
{
  return v->type == LANG_VECTOR || v->type == LANG_RANGE;
}

size_t
lang_value_length (const struct lang_value *v)
{
  switch (v->type)
    {
    case LANG_TEXT:
      return strlen (v->text);
    case LANG_VECTOR:
    case LANG_RANGE:
    case LANG_TEXTS:
      return v->n;
    default:
      return 1;
    }
}

static void
format_number (double x, int digits, struct cvx_text *t)
{
  if (isnan (x))
    cvx_text_put (t, "nan");
  else if (isinf (x))
    cvx_text_put (t, x > 0 ? "inf" : "-inf");
  else
    cvx_text_printf (t, "%.*g", digits > 0 ? digits : 10, x);
}

void
lang_value_format (const struct lang_value *v, int digits, bool whole,
                   struct cvx_text *t)
{
  enum
  {
    HEAD = 8,
    TAIL = 2
  };
  switch (v->type)
    {
    case LANG_NUMBER:
      format_number (v->number, digits, t);
      break;
    case LANG_BOOL:
      cvx_text_put (t, v->boolean ? "true" : "false");
      break;
    case LANG_TEXT:
      cvx_text_put (t, v->text);
      break;
    case LANG_RANGE:
    case LANG_VECTOR:
    case LANG_TEXTS:
      cvx_text_put (t, "[");
      for (size_t k = 0; k < v->n; k++)
        {
          if (k > 0)
            cvx_text_put (t, ", ");
          if (!whole && v->n > HEAD + TAIL + 2 && k == HEAD)
            {
              cvx_text_put (t, "..., ");
              k = v->n - TAIL;
            }
          if (t->len > LANG_MAX_STRING)
            {
              cvx_text_put (t, "...");
              break;
            }
          if (v->type == LANG_TEXTS)
            cvx_text_printf (t, "\"%s\"", v->texts[k]);
          else
            format_number (lang_value_at (v, k), digits, t);
        }
      cvx_text_put (t, "]");
      if (!whole && v->n > HEAD + TAIL + 2)
        cvx_text_printf (t, "    # %zu elements", v->n);
    }
}

const char *
lang_value_kind (const struct lang_value *v, char *buf, size_t size)
{
  switch (v->type)
    {
    case LANG_NUMBER:
      return "number";
    case LANG_BOOL:
      return "true/false";
    case LANG_TEXT:
      return "string";
    case LANG_RANGE:
    case LANG_VECTOR:
      snprintf (buf, size, "vector of %zu", v->n);
      return buf;
    case LANG_TEXTS:
      snprintf (buf, size, "list of %zu strings", v->n);
      return buf;
    }
  return "value";
}
