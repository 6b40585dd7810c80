/* read_text.c -- delimited text: CSV, TSV, semicolons, blanks.

   The first line is a header when it has no numbers and some column has a
   number in the next line.  A first line "150,4,setosa,versicolor,virginica"
   (rows, features, names of the classes 0, 1, ...), as scikit-learn writes it,
   is understood, and so is one with a name less than the lines have fields,
   the first of which are names of rows (R Data Import/Export, section 2.1).  A
   target whose first value is text is a target of labels.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/nominal.h"
#include "data/number.h"
#include "data/parts.h"
#include "data/readers.h"
#include "data/record.h"
#include "data/rows.h"

enum target
{
  UNKNOWN, /* nothing but missing values so far */
  NUMBERS,
  LABELS
};

struct table
{
  const char *path;
  const struct cvx_read_options *options;
  struct cvxi_records records;
  struct cvxi_numbers numbers;
  struct cvxi_header header;
  size_t n_columns;
  bool row_names; /* the first column is none of the features */
  struct cvxi_columns columns;
  ptrdiff_t *role; /* column: j + 1 feature j, -(k + 1) target k, 0 unused */
  enum target target;
  struct cvxi_texts labels;
  /* With onehot: per feature, whether it is of texts, and which.  */
  enum target *feature_kind;
  struct cvxi_texts *feature_texts;
  struct cvxi_rows rows;
  size_t n_missing, n_underflow;
  struct cvx_error missing; /* the first missing value */
};

bool
cvxi_detect_text (const char *path, const unsigned char *head, size_t len)
{
  const char *dot = strrchr (cvxi_base_name (path), '.');
  /* Text with a wrong byte is the reader's to complain about.  */
  if (dot != NULL
      && (strcasecmp (dot, ".csv") == 0 || strcasecmp (dot, ".tsv") == 0
          || strcasecmp (dot, ".txt") == 0))
    return true;
  if (len >= 2
      && ((head[0] == 0xff && head[1] == 0xfe)
          || (head[0] == 0xfe && head[1] == 0xff)))
    return true;
  for (size_t k = 0; k < len; k++)
    if (head[k] < 0x20 && strchr ("\t\n\v\f\r", head[k]) == NULL)
      return false;
  return memchr (head, '\0', len) == NULL;
}

static void
cell_place (const struct table *t, const struct cvxi_record *rec, size_t k,
            struct cvx_error *err)
{
  cvx_at (err, t->path, rec->number, cvxi_record_column (&t->records, rec, k));
}

/* "row 117, column rooms".  */
static void
cell_words (char *buf, size_t size, const struct table *t, size_t k)
{
  if (t->header.names != NULL)
    snprintf (buf, size, "row %zu, column %.200s", t->rows.seen,
              t->header.names[k]);
  else
    snprintf (buf, size, "row %zu, column %zu", t->rows.seen, k + 1);
}

static enum cvx_status
fail_cell (struct table *t, const struct cvxi_record *rec, size_t k,
           enum cvxi_number_kind kind, struct cvx_error *err)
{
  enum
  {
    SHOWN = 60
  };
  const struct cvxi_field *f = &rec->field[k];
  int len = f->len < SHOWN ? (int)f->len : SHOWN;
  const char *more = f->len > SHOWN ? "..." : "";
  char where[256];
  cell_words (where, sizeof where, t, k);
  if (kind == CVXI_NOT_A_NUMBER)
    cvx_fail (err, CVX_E214, "\"%.*s%s\" is not a number (%s)", len, f->s,
              more, where);
  else if (kind == CVXI_OVERFLOW)
    cvx_fail (err, CVX_E216, "%.*s%s is beyond the largest number (%s)", len,
              f->s, more, where);
  else if (kind == CVXI_INFINITE)
    cvx_fail (err, CVX_E216, "%.*s cannot be used (%s)", len, f->s, where);
  else
    cvx_fail (err, CVX_E215, "missing value \"%.*s\" (%s)", len, f->s, where);
  cell_place (t, rec, k, err);
  if (kind == CVXI_NOT_A_NUMBER && cvxi_looks_comma (f->s, f->len))
    return cvx_hint (err, "decimal comma? use delim=\"%s\" decimal=\",\"",
                     t->records.delimiter == '\t' ? "\\t" : ";");
  if (kind == CVXI_NOT_A_NUMBER && t->rows.seen == 1 && !t->header.present)
    return cvx_hint (err, "is this a line of names? use header=yes");
  if (kind == CVXI_NOT_A_NUMBER)
    return cvx_hint (err, "choose columns of numbers with x=... and y=...; "
                          "onehot makes 0/1 columns of texts");
  if (kind != CVXI_OVERFLOW)
    return cvx_hint (err, "missing=drop leaves such rows out, missing=mean "
                          "fills in the mean of the column");
  return CVX_DATA;
}

/* The number in field K of REC.  A missing one is NaN and, when it is an
   error, remembered: the rest is still read to count them.  */
static enum cvx_status
cell (struct table *t, const struct cvxi_record *rec, size_t k, double *value,
      struct cvx_error *err)
{
  const struct cvxi_field *f = &rec->field[k];
  enum cvxi_number_kind kind = cvxi_number (&t->numbers, f->s, f->len, value);
  switch (kind)
    {
    case CVXI_NUMBER:
      return CVX_OK;
    case CVXI_UNDERFLOW:
      t->n_underflow++;
      return CVX_OK;
    case CVXI_MISSING:
      if (t->options->missing == CVX_MISSING_ERROR && t->n_missing++ == 0)
        fail_cell (t, rec, k, kind, &t->missing);
      return CVX_OK;
    case CVXI_INFINITE:
      if (t->options->missing != CVX_MISSING_ERROR)
        return CVX_OK;
      break;
    default:
      break;
    }
  return fail_cell (t, rec, k, kind, err);
}

/* The number of the text in field F of column K among TEXTS.  */
static enum cvx_status
text_number (struct table *t, struct cvxi_texts *texts,
             const struct cvxi_field *f, size_t k, double *value,
             struct cvx_error *err)
{
  size_t number;
  enum cvx_status status
      = cvxi_texts_number (texts, f->s, f->len, &number, err);
  if (status != CVX_OK)
    return status;
  if (number == SIZE_MAX)
    {
      cvx_fail (err, CVX_E219,
                "column %zu has more than %d different texts: is it a name?",
                k + 1, (int)CVXI_MOST_TEXTS);
      cvx_at (err, t->path, 0, 0);
      return cvx_hint (err, "choose columns with x=... and y=...");
    }
  *value = (double)number;
  return CVX_OK;
}

/* TRUE and FALSE, in any case, are 1 and 0 as features.  */
static bool
is_logical (const struct cvxi_field *f, double *value)
{
  bool yes = f->len == 4 && strncasecmp (f->s, "true", 4) == 0;
  *value = yes;
  return yes || (f->len == 5 && strncasecmp (f->s, "false", 5) == 0);
}

/* A feature in field K: with onehot its first value decides what it is.  */
static enum cvx_status
feature_cell (struct table *t, const struct cvxi_record *rec, size_t k,
              size_t j, double *value, struct cvx_error *err)
{
  const struct cvxi_field *f = &rec->field[k];
  enum target *kind = t->feature_kind != NULL ? &t->feature_kind[j] : NULL;
  if (kind != NULL && *kind != NUMBERS)
    {
      enum cvxi_number_kind number
          = cvxi_number (&t->numbers, f->s, f->len, value);
      if (number == CVXI_MISSING)
        return cell (t, rec, k, value, err);
      if (*kind == UNKNOWN)
        *kind = number == CVXI_NOT_A_NUMBER && !is_logical (f, value)
                    ? LABELS
                    : NUMBERS;
      if (*kind == LABELS)
        return text_number (t, &t->feature_texts[j], f, k, value, err);
    }
  return is_logical (f, value) ? CVX_OK : cell (t, rec, k, value, err);
}

/* The target in field K: its first value decides what it is.  */
static enum cvx_status
target_cell (struct table *t, const struct cvxi_record *rec, size_t k,
             double *value, struct cvx_error *err)
{
  const struct cvxi_field *f = &rec->field[k];
  double v;
  enum cvxi_number_kind kind;
  if (t->target == NUMBERS)
    return cell (t, rec, k, value, err);
  kind = cvxi_number (&t->numbers, f->s, f->len, &v);
  /* A lone minus may be the name of a class.  */
  if (kind == CVXI_MISSING && f->len == 1 && *f->s == '-')
    kind = CVXI_NOT_A_NUMBER;
  if (kind == CVXI_MISSING)
    return cell (t, rec, k, value, err);
  if (t->target == UNKNOWN)
    t->target = kind == CVXI_NOT_A_NUMBER && t->columns.n_targets == 1
                    ? LABELS
                    : NUMBERS;
  return t->target == LABELS ? text_number (t, &t->labels, f, k, value, err)
                             : cell (t, rec, k, value, err);
}

/* Room for as many rows as the file seems to have; refuse what is certainly
   too much before anything is read.  */
static enum cvx_status
estimate (struct table *t, struct cvx_error *err)
{
  size_t d = t->columns.n_features, c = t->columns.n_targets;
  size_t size = cvxi_input_size (t->records.lines.input), len, lines = 1;
  size_t limit = t->options->max_bytes, rows = 512, bytes;
  bool all;
  const char *s = cvxi_lines_ahead (&t->records.lines, &len, &all);
  if (size > 0 && len > 0)
    {
      for (size_t k = 0; k < len; k++)
        lines += s[k] == (t->records.lines.cr_only ? '\r' : '\n');
      rows = all ? lines + 2
                 : (size_t)(1.05 * (double)size / (double)len * (double)lines);
    }
  if (t->options->n_rows > 0 && t->options->n_rows < rows)
    rows = t->options->n_rows;
  bytes = cvx_dataset_bytes (rows, d, c);
  if (limit != 0 && !all && bytes / 5 * 4 > limit)
    return cvxi_fail_memory (NULL, t->path, (double)bytes, limit, err);
  if (limit != 0 && bytes > limit)
    rows = limit / cvx_dataset_bytes (1, d, c);
  t->rows.cap = rows / 2 + 1; /* the first row doubles it */
  t->rows.d = d;
  t->rows.c = c;
  return CVX_OK;
}

static enum cvx_status
fail_ragged (const struct table *t, const struct cvxi_record *rec,
             struct cvx_error *err)
{
  cvx_fail (err, CVX_E212,
            "the line has %zu field%s, the lines before have "
            "%zu",
            rec->n, rec->n == 1 ? "" : "s", t->n_columns);
  cvx_at (err, t->path, rec->number, 0);
  return t->records.delimiter == ' '
             ? cvx_hint (err, "fields are taken to be separated by blanks; "
                              "is it so? see delim=")
             : cvx_hint (err,
                         "fields are taken to be separated by \"%s\"; is "
                         "it so? see delim=",
                         t->records.delimiter == '\t'
                             ? "\\t"
                             : (char[]){ t->records.delimiter, '\0' });
}

/* The numbers of a line straight into X and Y.  False: something in it takes
   more care.  */
static bool
take_line (const struct table *t, const struct cvxi_record *rec, double *x,
           double *y)
{
  const char *p = rec->line, *end;
  char delimiter = t->records.delimiter;
  if (p == NULL || !rec->whole || t->records.trailing
      || t->feature_kind != NULL
      || (t->target != NUMBERS && t->columns.n_targets > 0))
    return false;
  end = p + rec->line_len;
  for (size_t k = 0; k < t->n_columns; k++)
    {
      ptrdiff_t role = t->role[k];
      while (p < end && (*p == ' ' || (delimiter == ' ' && *p == '\t')))
        p++;
      if (role == 0)
        while (p < end && *p != delimiter && (delimiter != ' ' || *p != '\t'))
          p++;
      else if (!cvxi_number_scan (&t->numbers, &p, end,
                                  role > 0 ? &x[role - 1] : &y[-role - 1]))
        return false;
      if (k + 1 == t->n_columns)
        break;
      if (p == end || (*p != delimiter && (delimiter != ' ' || *p != '\t')))
        return false;
      p++;
    }
  return p == end;
}

static enum cvx_status
add_row (struct table *t, struct cvxi_record *rec, struct cvx_error *err)
{
  enum cvx_status status;
  double *x, *y;
  bool keep;
  status = cvxi_rows_next (&t->rows, t->records.lines.input, &keep, err);
  if (status != CVX_OK)
    return status;
  /* Rows before the first that is wanted have no room.  */
  x = keep ? t->rows.x + t->rows.n * t->rows.d : NULL;
  y = keep ? t->rows.y + t->rows.n * t->rows.c : NULL;
  if (keep && take_line (t, rec, x, y))
    {
      t->rows.n++;
      return CVX_OK;
    }
  status = cvxi_records_split (&t->records, rec, err);
  if (status == CVX_OK && rec->n != t->n_columns)
    return fail_ragged (t, rec, err);
  for (size_t k = 0; k < t->n_columns && keep && status == CVX_OK; k++)
    {
      ptrdiff_t role = t->role[k];
      if (role > 0)
        status = feature_cell (t, rec, k, (size_t)role - 1, &x[role - 1], err);
      else if (role < 0)
        status = target_cell (t, rec, k, &y[-role - 1], err);
    }
  t->rows.n += keep && status == CVX_OK;
  return status;
}

static enum cvx_status
fail_missing (struct table *t, struct cvx_error *err)
{
  if (err != NULL)
    {
      *err = t->missing;
      if (t->n_missing > 1)
        {
          size_t len = strlen (err->text);
          snprintf (err->text + len, sizeof err->text - len,
                    "; %zu such cells", t->n_missing);
        }
    }
  return CVX_DATA;
}

/* A first column that has no name and holds text is one of names of rows.  */
static void
leave_row_names (struct table *t, const struct cvxi_field *f)
{
  struct cvxi_columns *c = &t->columns;
  double v;
  t->row_names = t->header.unnamed_first && t->options->x == NULL
                 && c->n_features > 1 && c->feature[0] == 0
                 && (t->header.row_names
                     || cvxi_number (&t->numbers, f->s, f->len, &v)
                            == CVXI_NOT_A_NUMBER);
  if (!t->row_names)
    return;
  c->n_features--;
  memmove (c->feature, c->feature + 1, c->n_features * sizeof *c->feature);
}

/* The first two records: header, number of columns, roles.  */
static enum cvx_status
begin (struct table *t, const struct cvxi_record *first,
       const struct cvxi_record *second, struct cvx_error *err)
{
  enum cvx_status status
      = cvxi_header_read (&t->header, first, second, &t->numbers,
                          t->options->header, t->path, err);
  if (status != CVX_OK)
    return status;
  t->n_columns = t->header.sklearn         ? second->n
                 : t->header.names != NULL ? t->header.n_names
                                           : first->n;
  t->role = cvx_calloc (t->n_columns, sizeof *t->role);
  if (t->role == NULL)
    return cvx_fail_nomem (err, "reading columns");
  status = cvxi_columns_select (&t->columns, t->n_columns,
                                (const char *const *)t->header.names,
                                t->options, t->path, err);
  if (status != CVX_OK)
    return status;
  if (t->header.present)
    leave_row_names (t, &second->field[0]);
  for (size_t j = 0; j < t->columns.n_features; j++)
    t->role[t->columns.feature[j]] = (ptrdiff_t)j + 1;
  for (size_t k = 0; k < t->columns.n_targets; k++)
    t->role[t->columns.target[k]] = -(ptrdiff_t)k - 1;
  if (t->options->onehot)
    {
      size_t n = t->columns.n_features;
      t->feature_kind = cvx_calloc (n, sizeof *t->feature_kind);
      t->feature_texts = cvx_calloc (n, sizeof *t->feature_texts);
      if (t->feature_kind == NULL || t->feature_texts == NULL)
        return cvx_fail_nomem (err, "reading columns");
    }
  return estimate (t, err);
}

static enum cvx_status
read_rows (struct table *t, struct cvx_error *err)
{
  struct cvxi_record first = { 0 }, rec = { 0 };
  char *text = NULL;
  bool got = false, more = false;
  enum cvx_status status = cvxi_records_next (&t->records, &first, &got, err);
  if (status == CVX_OK && !got)
    {
      cvx_fail (err, CVX_E211, "the file has no rows of data");
      status = cvx_at (err, t->path, 0, 0);
    }
  if (status == CVX_OK)
    status = cvxi_record_keep (&first, &text, err);
  if (status == CVX_OK)
    status = cvxi_records_next (&t->records, &rec, &more, err);
  if (status == CVX_OK)
    status = begin (t, &first, more ? &rec : NULL, err);
  if (status == CVX_OK && !t->header.present)
    status = add_row (t, &first, err);
  while (status == CVX_OK && more && !cvxi_rows_full (&t->rows))
    {
      status = add_row (t, &rec, err);
      if (status == CVX_OK)
        status = cvxi_records_line (&t->records, &rec, &more, err);
    }
  if (status == CVX_OK)
    status = cvxi_lines_unchanged (&t->records.lines, err);
  if (t->n_missing > 0 && (status == CVX_OK || status == CVX_DATA))
    status = fail_missing (t, err);
  cvx_free (text);
  cvxi_record_free (&first);
  cvxi_record_free (&rec);
  return status;
}

/* A first column without a name that counts the rows is no feature.  */
static void
drop_row_numbers (struct cvx_dataset *d, const struct table *t,
                  struct cvx_text *notes)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t old = d->n_features;
  if (!t->header.unnamed_first || t->options->x != NULL || t->role[0] != 1
      || old < 2)
    return;
  for (size_t i = 0; i < p->n; i++)
    if (p->x[i * old] != p->x[0] + (double)i)
      return;
  if (p->n < 2
      || (p->x[0] != (double)p->row[0] && p->x[0] != (double)p->row[0] + 1))
    return;
  for (size_t i = 0; i < p->n; i++)
    memmove (p->x + i * (old - 1), p->x + i * old + 1,
             (old - 1) * sizeof *p->x);
  cvx_free (d->feature[0]);
  memmove (d->feature, d->feature + 1, (old - 1) * sizeof *d->feature);
  d->n_features--;
  if (notes != NULL)
    cvx_text_put (notes, "the first column counts the rows: left out\n");
}

static enum cvx_status
take_labels (struct cvx_dataset *d, struct table *t, struct cvx_error *err)
{
  char **names = t->target == LABELS ? t->labels.name : t->header.classes;
  size_t n = t->target == LABELS ? t->labels.n : t->header.n_classes;
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  if (t->target == LABELS && n == p->n && n > 2)
    {
      cvx_fail (err, CVX_E219,
                "the target, column %zu, has another text in every row: is "
                "it a name?",
                t->columns.target[0] + 1);
      cvx_at (err, t->path, 0, 0);
      return cvx_hint (err, "choose the target with y=COLUMN");
    }
  if (names == NULL || d->n_outputs != 1)
    return CVX_OK;
  for (size_t i = 0; i < p->n; i++)
    if (!isnan (p->y[i])
        && !(p->y[i] >= 0 && p->y[i] < (double)n
             && p->y[i] == floor (p->y[i])))
      return CVX_OK;
  return cvxi_texts_labels (d, names, n, err);
}

/* Features of texts become columns of 0 and 1.  */
static enum cvx_status
expand (struct cvx_dataset *d, const struct table *t, struct cvx_text *notes,
        struct cvx_error *err)
{
  size_t n = t->columns.n_features;
  const struct cvxi_texts **set;
  enum cvx_status status;
  if (t->feature_kind == NULL)
    return CVX_OK;
  set = cvx_calloc (n, sizeof *set);
  if (set == NULL)
    return cvx_fail_nomem (err, "making 0/1 columns");
  for (size_t j = 0; j < n; j++)
    set[j] = t->feature_kind[j] == LABELS ? &t->feature_texts[j] : NULL;
  status = cvxi_expand (d, set, t->path, t->options, notes, err);
  cvx_free (set);
  return status;
}

static enum cvx_status
make (struct cvx_dataset **out, struct table *t, struct cvx_text *notes,
      struct cvx_error *err)
{
  struct cvx_dataset *d;
  enum cvx_status status = cvxi_rows_dataset (&d, &t->rows, err);
  if (status != CVX_OK)
    return status;
  status = cvxi_take_names (d, (const char *const *)t->header.names,
                            &t->columns, err);
  if (status == CVX_OK)
    status = take_labels (d, t, err);
  if (status == CVX_OK)
    status = expand (d, t, notes, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (d);
      return status;
    }
  drop_row_numbers (d, t, notes);
  if (notes != NULL && t->row_names)
    cvx_text_put (notes, "the first column names the rows: left out\n");
  if (notes != NULL && t->header.notes.s != NULL)
    cvx_text_put (notes, t->header.notes.s);
  if (notes != NULL && t->n_underflow > 0)
    cvx_text_printf (notes, "%zu numbers too small for a double became 0\n",
                     t->n_underflow);
  *out = d;
  return CVX_OK;
}

enum cvx_status
cvxi_read_text (struct cvx_dataset **out, const char *path,
                const struct cvx_read_options *options,
                struct cvx_progress *progress, struct cvx_text *notes,
                struct cvx_error *err)
{
  struct table t = { .path = path,
                     .options = options,
                     .rows = { .path = path, .options = options } };
  enum cvx_status status;
  *out = NULL;
  if (!cvxi_numbers_init (&t.numbers, options->decimal))
    return cvx_fail_nomem (err, "reading text");
  status = cvxi_records_open (&t.records, path, options->delimiter,
                              t.numbers.decimal, progress, err);
  if (status == CVX_OK)
    {
      status = read_rows (&t, err);
      if (status == CVX_OK)
        status = make (out, &t, notes, err);
      cvxi_records_close (&t.records);
    }
  cvxi_numbers_free (&t.numbers);
  cvxi_header_free (&t.header);
  cvx_free (t.role);
  cvxi_texts_free (&t.labels);
  for (size_t j = 0; t.feature_texts != NULL && j < t.columns.n_features; j++)
    cvxi_texts_free (&t.feature_texts[j]);
  cvx_free (t.feature_texts);
  cvx_free (t.feature_kind);
  cvxi_columns_free (&t.columns);
  cvxi_rows_free (&t.rows);
  return status;
}
