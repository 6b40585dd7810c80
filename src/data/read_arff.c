/* read_arff.c -- Weka's attribute-relation files.

   "@attribute NAME TYPE" lines, then after "@data" one row per line, with ?
   for what is missing, or "{INDEX VALUE, ...}" where everything else is 0 (the
   first value of a nominal attribute).  % begins a comment; ' and " quote, \
   escapes.  Nominal features become 0/1 columns, a nominal or string target
   becomes labels.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/lines.h"
#include "data/nominal.h"
#include "data/parts.h"
#include "data/readers.h"
#include "data/rows.h"

enum type
{
  NUMBER,
  NOMINAL,
  TEXT, /* string or date */
  RELATION
};

struct arff
{
  const char *path;
  const struct cvx_read_options *options;
  struct cvxi_lines lines;
  struct cvxi_numbers numbers;
  size_t n, cap; /* attributes */
  char **names;
  enum type *type;
  struct cvxi_texts *texts; /* values of nominal ones */
  struct cvxi_columns columns;
  ptrdiff_t *role; /* as in read_text.c */
  struct cvxi_rows rows;
  struct cvx_text word; /* the one being looked at, without its quotes */
  bool quoted;
};

bool
cvxi_detect_arff (const char *path, const unsigned char *head, size_t len)
{
  const char *s = (const char *)head, *end = s + len;
  (void)path;
  /* Blank lines and comments, then @relation.  */
  while (s < end)
    {
      const char *stop;
      while (s < end && strchr (" \t\r\n", *s) != NULL && *s != '\0')
        s++;
      if (s < end && *s == '@')
        return end - s >= 9 && strncasecmp (s, "@relation", 9) == 0;
      if (s == end || *s != '%')
        return false;
      stop = memchr (s, '\n', (size_t)(end - s));
      s = stop != NULL ? stop : end;
    }
  return false;
}

static enum cvx_status
fail_arff (const struct arff *a, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E233, "%s", why);
  return cvx_at (err, a->path, a->lines.number, 0);
}

static bool
is_space (char c)
{
  return c == ' ' || c == '\t';
}

/* The word at *S, up to a blank or one of STOP, into a->word; *S moves behind
   it and the blanks that follow.  */
static enum cvx_status
take_word (struct arff *a, const char **s, const char *end, const char *stop,
           struct cvx_error *err)
{
  const char *p = *s;
  char quote = '\0';
  cvx_text_clear (&a->word);
  while (p < end && is_space (*p))
    p++;
  if (p < end && (*p == '\'' || *p == '"'))
    quote = *p++;
  a->quoted = quote != '\0';
  while (p < end
         && (quote != '\0' ? *p != quote
                           : strchr (stop, *p) == NULL
                                 && (stop[0] == ',' || !is_space (*p))))
    {
      if (*p == '\\' && p + 1 < end)
        p++;
      cvx_text_write (&a->word, p++, 1);
    }
  if (quote != '\0' && p == end)
    return fail_arff (a, "the quote that opens here is never closed", err);
  if (quote != '\0')
    p++;
  else
    while (a->word.len > 0 && is_space (a->word.s[a->word.len - 1]))
      a->word.s[--a->word.len] = '\0';
  while (p < end && is_space (*p))
    p++;
  *s = p;
  return a->word.failed ? cvx_fail_nomem (err, "reading a line") : CVX_OK;
}

static enum cvx_status
add_attribute (struct arff *a, struct cvx_error *err)
{
  const char *word = cvx_text_string (&a->word);
  if (a->n == a->cap)
    {
      size_t cap = a->cap != 0 ? 2 * a->cap : 32;
      char **names = cvx_grow (a->names, a->n, cap, sizeof *names);
      enum type *type;
      struct cvxi_texts *texts;
      if (names != NULL)
        a->names = names;
      type
          = names != NULL ? cvx_grow (a->type, a->n, cap, sizeof *type) : NULL;
      if (type != NULL)
        a->type = type;
      texts = type != NULL ? cvx_grow (a->texts, a->n, cap, sizeof *texts)
                           : NULL;
      if (texts == NULL)
        return cvx_fail_nomem (err, "reading attributes");
      a->texts = texts;
      a->cap = cap;
    }
  a->names[a->n] = cvxi_name_copy (word, strlen (word));
  if (a->names[a->n] == NULL)
    return cvx_fail_nomem (err, "reading attributes");
  a->type[a->n] = NUMBER;
  memset (&a->texts[a->n], 0, sizeof *a->texts);
  a->n++;
  return CVX_OK;
}

/* "{a, b, 'c d'}" behind the brace.  */
static enum cvx_status
values (struct arff *a, const char *s, const char *end, struct cvx_error *err)
{
  struct cvxi_texts *t = &a->texts[a->n - 1];
  size_t number;
  a->type[a->n - 1] = NOMINAL;
  for (;;)
    {
      enum cvx_status status = take_word (a, &s, end, ",}", err);
      if (status != CVX_OK)
        return status;
      if (a->word.len > 0 || a->quoted)
        status = cvxi_texts_number (t, cvx_text_string (&a->word), a->word.len,
                                    &number, err);
      if (status != CVX_OK)
        return status;
      if (s == end || (*s != ',' && *s != '}'))
        return fail_arff (a, "a list of values without its closing brace",
                          err);
      if (*s++ == '}')
        break;
    }
  t->fixed = true;
  return t->n > 0 ? CVX_OK
                  : fail_arff (a, "an attribute without any value", err);
}

static enum cvx_status
attribute (struct arff *a, const char *s, const char *end,
           struct cvx_error *err)
{
  static const struct
  {
    const char *word;
    enum type type;
  } known[] = { { "numeric", NUMBER }, { "real", NUMBER },
                { "integer", NUMBER }, { "string", TEXT },
                { "date", TEXT },      { "relational", RELATION } };
  enum cvx_status status = take_word (a, &s, end, "{", err);
  if (status == CVX_OK)
    status = add_attribute (a, err);
  if (status != CVX_OK)
    return status;
  if (s < end && *s == '{')
    return values (a, s + 1, end, err);
  status = take_word (a, &s, end, "", err);
  for (size_t k = 0; k < sizeof known / sizeof *known && status == CVX_OK; k++)
    if (strcasecmp (cvx_text_string (&a->word), known[k].word) == 0)
      {
        a->type[a->n - 1] = known[k].type;
        return known[k].type == RELATION ? fail_arff (
                   a, "relational attributes are not supported", err)
                                         : CVX_OK;
      }
  if (status == CVX_OK)
    {
      cvx_fail (err, CVX_E233, "attribute %s has the unknown type \"%s\"",
                a->names[a->n - 1], cvx_text_string (&a->word));
      status = cvx_at (err, a->path, a->lines.number, 0);
    }
  return status;
}

/* The lines up to @data.  */
static enum cvx_status
header (struct arff *a, struct cvx_error *err)
{
  const char *s;
  size_t len;
  for (;;)
    {
      enum cvx_status status = cvxi_lines_next (&a->lines, &s, &len, err);
      const char *end = s != NULL ? s + len : NULL;
      if (status != CVX_OK)
        return status;
      if (s == NULL)
        return fail_arff (a, "the file ends before @data", err);
      while (s < end && is_space (*s))
        s++;
      if (s == end || *s == '%')
        continue;
      status = take_word (a, &s, end, "", err);
      if (status != CVX_OK)
        return status;
      if (strcasecmp (cvx_text_string (&a->word), "@data") == 0)
        return a->n > 0
                   ? CVX_OK
                   : fail_arff (a, "no attribute comes before @data", err);
      if (strcasecmp (cvx_text_string (&a->word), "@attribute") == 0)
        status = attribute (a, s, end, err);
      else if (strcasecmp (cvx_text_string (&a->word), "@relation") != 0)
        status = fail_arff (
            a, "the line is neither @relation, @attribute nor @data", err);
      if (status != CVX_OK)
        return status;
    }
}

/* The word at hand as the number of attribute K.  */
static enum cvx_status
value (struct arff *a, size_t k, double *to, struct cvx_error *err)
{
  const char *word = cvx_text_string (&a->word);
  enum cvx_status status = CVX_OK;
  size_t number;
  if (!a->quoted && strcmp (word, "?") == 0)
    {
      *to = NAN;
      return CVX_OK;
    }
  if (a->type[k] != NUMBER)
    {
      status
          = cvxi_texts_number (&a->texts[k], word, a->word.len, &number, err);
      if (status == CVX_OK && number == SIZE_MAX)
        {
          cvx_fail (err, CVX_E233,
                    a->type[k] == NOMINAL
                        ? "\"%.60s\" is not a value of attribute %.200s"
                        : "\"%.60s\": attribute %.200s has too many different "
                          "texts",
                    word, a->names[k]);
          status = cvx_at (err, a->path, a->lines.number, 0);
        }
      *to = (double)number;
      return status;
    }
  switch (cvxi_number (&a->numbers, word, a->word.len, to))
    {
    case CVXI_NUMBER:
    case CVXI_UNDERFLOW:
      return CVX_OK;
    case CVXI_MISSING:
      if (a->word.len > 0)
        return CVX_OK;
      break;
    case CVXI_INFINITE:
      if (a->options->missing != CVX_MISSING_ERROR)
        return CVX_OK;
      break;
    default:
      break;
    }
  cvx_fail (err, CVX_E214, "\"%.60s\" is not a number (row %zu, %.200s)", word,
            a->rows.seen, a->names[k]);
  return cvx_at (err, a->path, a->lines.number, 0);
}

static enum cvx_status
store (struct arff *a, size_t k, bool keep, struct cvx_error *err)
{
  double v = 0;
  ptrdiff_t role = a->role[k];
  enum cvx_status status;
  if (role == 0 || !keep)
    return CVX_OK;
  status = value (a, k, &v, err);
  if (status != CVX_OK)
    return status;
  if (role > 0)
    a->rows.x[a->rows.n * a->rows.d + (size_t)role - 1] = v;
  else
    a->rows.y[a->rows.n * a->rows.c + (size_t)-role - 1] = v;
  return CVX_OK;
}

static enum cvx_status
fail_fields (const struct arff *a, size_t n, struct cvx_error *err)
{
  cvx_fail (err, CVX_E212,
            "the line has %s%zu field%s, there are %zu "
            "attributes",
            n > a->n ? "more than " : "", n > a->n ? a->n : n,
            n == 1 ? "" : "s", a->n);
  return cvx_at (err, a->path, a->lines.number, 0);
}

/* "{3 1.5, 7 red}" behind the brace.  */
static enum cvx_status
sparse_row (struct arff *a, const char *s, const char *end, bool keep,
            struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (keep)
    {
      memset (a->rows.x + a->rows.n * a->rows.d, 0,
              a->rows.d * sizeof *a->rows.x);
      memset (a->rows.y + a->rows.n * a->rows.c, 0,
              a->rows.c * sizeof *a->rows.y);
    }
  while (status == CVX_OK && s < end && *s != '}')
    {
      double index;
      status = take_word (a, &s, end, "}", err);
      if (status == CVX_OK
          && (cvxi_number (&a->numbers, cvx_text_string (&a->word),
                           a->word.len, &index)
                  != CVXI_NUMBER
              || !(index >= 0 && index < (double)a->n)
              || index != floor (index)))
        status = fail_arff (a,
                            "a sparse row has an index that no attribute "
                            "has",
                            err);
      if (status == CVX_OK)
        status = take_word (a, &s, end, ",}", err);
      if (status == CVX_OK)
        status = store (a, (size_t)index, keep, err);
      if (status == CVX_OK && s < end && *s == ',')
        {
          s++;
          while (s < end && is_space (*s))
            s++;
        }
    }
  if (status == CVX_OK && s == end)
    status = fail_arff (a, "a sparse row without its closing brace", err);
  return status;
}

static enum cvx_status
dense_row (struct arff *a, const char *s, const char *end, bool keep,
           struct cvx_error *err)
{
  /* Commas, or in old files blanks and tabs.  */
  const char *stop = memchr (s, ',', (size_t)(end - s)) != NULL ? "," : "";
  size_t k = 0;
  for (;;)
    {
      enum cvx_status status = take_word (a, &s, end, stop, err);
      if (status == CVX_OK && k == a->n)
        status = fail_fields (a, k + 1, err);
      if (status == CVX_OK)
        status = store (a, k++, keep, err);
      if (status != CVX_OK)
        return status;
      if (s == end)
        break;
      if (*stop == ',' && *s++ != ',')
        return fail_arff (a, "text follows a quoted value", err);
    }
  return k == a->n ? CVX_OK : fail_fields (a, k, err);
}

static enum cvx_status
rows (struct arff *a, struct cvx_error *err)
{
  const char *s;
  size_t len;
  while (!cvxi_rows_full (&a->rows))
    {
      enum cvx_status status = cvxi_lines_next (&a->lines, &s, &len, err);
      const char *end = s != NULL ? s + len : NULL;
      bool keep;
      if (status != CVX_OK || s == NULL)
        return status;
      while (s < end && is_space (*s))
        s++;
      while (end > s && is_space (end[-1]))
        end--;
      if (s == end || *s == '%')
        continue;
      status = cvxi_rows_next (&a->rows, a->lines.input, &keep, err);
      if (status == CVX_OK)
        status = *s == '{' ? sparse_row (a, s + 1, end, keep, err)
                           : dense_row (a, s, end, keep, err);
      if (status != CVX_OK)
        return status;
      a->rows.n += keep;
    }
  return CVX_OK;
}

static enum cvx_status
roles (struct arff *a, struct cvx_error *err)
{
  enum cvx_status status
      = cvxi_columns_select (&a->columns, a->n, (const char *const *)a->names,
                             a->options, a->path, err);
  a->role = cvx_calloc (a->n, sizeof *a->role);
  if (status == CVX_OK && a->role == NULL)
    status = cvx_fail_nomem (err, "reading attributes");
  for (size_t j = 0; status == CVX_OK && j < a->columns.n_features; j++)
    {
      size_t k = a->columns.feature[j];
      a->role[k] = (ptrdiff_t)j + 1;
      if (a->type[k] == TEXT && !a->options->onehot)
        {
          cvx_fail (err, CVX_E214, "attribute %s is text, not a number",
                    a->names[k]);
          cvx_at (err, a->path, 0, 0);
          return cvx_hint (err, "choose attributes with x=... and y=...; "
                                "onehot makes 0/1 columns of texts");
        }
    }
  for (size_t k = 0; status == CVX_OK && k < a->columns.n_targets; k++)
    {
      a->role[a->columns.target[k]] = -(ptrdiff_t)k - 1;
      if (a->columns.n_targets > 1 && a->type[a->columns.target[k]] != NUMBER)
        {
          cvx_fail (err, CVX_E219,
                    "attribute %s cannot be one of several "
                    "targets: it is no number",
                    a->names[a->columns.target[k]]);
          return cvx_at (err, a->path, 0, 0);
        }
    }
  a->rows.d = a->columns.n_features;
  a->rows.c = a->columns.n_targets;
  return status;
}

static enum cvx_status
make (struct cvx_dataset **out, struct arff *a, struct cvx_text *notes,
      struct cvx_error *err)
{
  struct cvx_dataset *d;
  const struct cvxi_texts **set;
  enum cvx_status status = cvxi_rows_dataset (&d, &a->rows, err);
  if (status != CVX_OK)
    return status;
  set = cvx_calloc (a->columns.n_features, sizeof *set);
  if (set == NULL)
    status = cvx_fail_nomem (err, "making 0/1 columns");
  for (size_t j = 0; status == CVX_OK && j < a->columns.n_features; j++)
    if (a->type[a->columns.feature[j]] != NUMBER)
      set[j] = &a->texts[a->columns.feature[j]];
  if (status == CVX_OK)
    status
        = cvxi_take_names (d, (const char *const *)a->names, &a->columns, err);
  if (status == CVX_OK && a->columns.n_targets == 1
      && a->type[a->columns.target[0]] != NUMBER)
    {
      const struct cvxi_texts *t = &a->texts[a->columns.target[0]];
      status = cvxi_texts_labels (d, t->name, t->n, err);
    }
  if (status == CVX_OK)
    status = cvxi_expand (d, set, a->path, a->options, notes, err);
  cvx_free (set);
  if (status == CVX_OK)
    *out = d;
  else
    cvx_dataset_free (d);
  return status;
}

static void
release (struct arff *a)
{
  cvxi_numbers_free (&a->numbers);
  for (size_t k = 0; a->texts != NULL && k < a->n; k++)
    cvxi_texts_free (&a->texts[k]);
  cvx_free (a->texts);
  cvx_free (a->type);
  cvxi_names_free (a->names, a->n);
  cvx_free (a->role);
  cvxi_columns_free (&a->columns);
  cvxi_rows_free (&a->rows);
  cvx_text_free (&a->word);
}

enum cvx_status
cvxi_arff_names (char ***names, size_t *n, const char *path,
                 struct cvx_error *err)
{
  struct arff a = { .path = path };
  enum cvx_status status = cvxi_lines_open (&a.lines, path, NULL, err);
  if (status != CVX_OK)
    return status;
  /* What follows is not looked at.  */
  a.lines.ended = true;
  status = header (&a, err);
  cvxi_lines_close (&a.lines);
  if (status == CVX_OK)
    {
      *names = a.names;
      *n = a.n;
      for (size_t k = 0; k < a.n; k++)
        cvxi_texts_free (&a.texts[k]);
      cvx_free (a.texts);
      a.texts = NULL;
      a.names = NULL;
      a.n = 0;
    }
  release (&a);
  return status;
}

enum cvx_status
cvxi_read_arff (struct cvx_dataset **out, const char *path,
                const struct cvx_read_options *options,
                struct cvx_progress *progress, struct cvx_text *notes,
                struct cvx_error *err)
{
  struct arff a = { .path = path,
                    .options = options,
                    .rows = { .path = path, .options = options } };
  enum cvx_status status;
  *out = NULL;
  if (!cvxi_numbers_init (&a.numbers, '.'))
    return cvx_fail_nomem (err, "reading text");
  status = cvxi_lines_open (&a.lines, path, progress, err);
  if (status == CVX_OK)
    {
      status = header (&a, err);
      if (status == CVX_OK)
        status = roles (&a, err);
      if (status == CVX_OK)
        status = rows (&a, err);
      if (status == CVX_OK)
        status = cvxi_lines_unchanged (&a.lines, err);
      if (status == CVX_OK)
        status = make (out, &a, notes, err);
      cvxi_lines_close (&a.lines);
    }
  release (&a);
  return status;
}
