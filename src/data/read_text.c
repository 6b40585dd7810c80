/* read_text.c -- delimited text: CSV, TSV, semicolons, blanks.

   The first line is a header when it has no numbers and some column has a
   number in the next line.  A first line "150,4,setosa,versicolor,virginica"
   (rows, features, names of the classes 0, 1, ...), as scikit-learn writes it,
   is understood.  A target whose first value is text is a target of labels.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/number.h"
#include "data/parts.h"
#include "data/readers.h"
#include "data/record.h"

enum
{
  MOST_LABELS = 10000,
  SLOTS = 32768 /* of the hash table: a power of two above that */
};

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
  struct cvxi_columns columns;
  ptrdiff_t *role; /* column: j + 1 feature j, -(k + 1) target k, 0 unused */
  enum target target;
  size_t *slot; /* hash table of labels: number + 1 */
  char **label; /* names in order of appearance */
  size_t n_labels;
  size_t cap, n, seen; /* rows: room, kept, of the file */
  double *x, *y;
  size_t *row;
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
    snprintf (buf, size, "row %zu, column %.200s", t->seen,
              t->header.names[k]);
  else
    snprintf (buf, size, "row %zu, column %zu", t->seen, k + 1);
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
  if (kind == CVXI_NOT_A_NUMBER && t->seen == 1 && !t->header.present)
    return cvx_hint (err, "is this a line of names? use header=yes");
  if (kind == CVXI_NOT_A_NUMBER)
    return cvx_hint (err, "choose columns of numbers with x=..., the target "
                          "with y=...");
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

/* The number of the label of LEN bytes at S, a new one when it is new.  */
static enum cvx_status
label_number (struct table *t, const char *s, size_t len, double *value,
              struct cvx_error *err)
{
  uint64_t h = cvxi_name_hash (s, len);
  size_t k;
  if (t->slot == NULL)
    {
      t->slot = cvx_calloc (SLOTS, sizeof *t->slot);
      t->label = cvx_calloc (MOST_LABELS, sizeof *t->label);
      if (t->slot == NULL || t->label == NULL)
        return cvx_fail_nomem (err, "collecting labels");
    }
  for (k = h % SLOTS; t->slot[k] != 0; k = (k + 1) % SLOTS)
    {
      const char *name = t->label[t->slot[k] - 1];
      if (strncmp (name, s, len) == 0 && name[len] == '\0')
        {
          *value = (double)(t->slot[k] - 1);
          return CVX_OK;
        }
    }
  if (t->n_labels == MOST_LABELS)
    {
      cvx_fail (err, CVX_E219,
                "the target has more than %d different texts: is it a name?",
                (int)MOST_LABELS);
      cvx_at (err, t->path, 0, 0);
      return cvx_hint (err, "choose the target with y=COLUMN");
    }
  t->label[t->n_labels] = cvx_strndup (s, len);
  if (t->label[t->n_labels] == NULL)
    return cvx_fail_nomem (err, "collecting labels");
  *value = (double)t->n_labels;
  t->slot[k] = ++t->n_labels;
  return CVX_OK;
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
  return t->target == LABELS ? label_number (t, f->s, f->len, value, err)
                             : cell (t, rec, k, value, err);
}

/* Room for one more row.  */
static enum cvx_status
reserve (struct table *t, struct cvx_error *err)
{
  size_t d = t->columns.n_features, c = t->columns.n_targets;
  size_t cap = t->cap < SIZE_MAX / 2 ? 2 * t->cap : t->cap;
  size_t limit = t->options->max_bytes;
  size_t bytes, total;
  double *x, *y;
  size_t *row;
  if (t->n < t->cap && t->x != NULL)
    return CVX_OK;
  bytes = cvx_dataset_bytes (cap, d, c);
  if (limit != 0 && bytes > limit)
    {
      cap = limit / cvx_dataset_bytes (1, d, c);
      if (cap <= t->n)
        return cvxi_fail_memory (t->records.lines.input, t->path,
                                 (double)cvx_dataset_bytes (t->n + 1, d, c),
                                 limit, err);
    }
  if (!cvx_mul (cap, d, &total))
    return cvx_fail_nomem (err, "reading rows");
  x = cvx_grow (t->x, t->n * d, cap * d, sizeof *x);
  if (x != NULL)
    t->x = x;
  y = x != NULL ? cvx_grow (t->y, t->n * c, cap * c, sizeof *y) : NULL;
  if (y != NULL)
    t->y = y;
  row = y != NULL ? cvx_grow (t->row, t->n, cap, sizeof *row) : NULL;
  if (row == NULL)
    return cvx_fail_nomem (err, "reading rows");
  t->row = row;
  t->cap = cap;
  return CVX_OK;
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
  t->cap = rows / 2 + 1; /* reserve doubles it */
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

static enum cvx_status
add_row (struct table *t, const struct cvxi_record *rec, struct cvx_error *err)
{
  size_t d = t->columns.n_features, c = t->columns.n_targets;
  enum cvx_status status = CVX_OK;
  if (rec->n != t->n_columns)
    return fail_ragged (t, rec, err);
  if (t->seen++ < t->options->first_row)
    return CVX_OK;
  if (t->n == INT32_MAX)
    return cvx_fail (err, CVX_E231, "%s has more than %d rows", t->path,
                     INT32_MAX);
  status = reserve (t, err);
  for (size_t k = 0; k < t->n_columns && status == CVX_OK; k++)
    {
      ptrdiff_t role = t->role[k];
      if (role > 0)
        status = cell (t, rec, k, &t->x[t->n * d + (size_t)role - 1], err);
      else if (role < 0)
        status = target_cell (t, rec, k, &t->y[t->n * c + (size_t)-role - 1],
                              err);
    }
  if (status == CVX_OK)
    t->row[t->n++] = t->seen - 1;
  return status;
}

static bool
full (const struct table *t)
{
  return t->options->n_rows > 0 && t->n >= t->options->n_rows;
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
  t->n_columns = t->header.sklearn ? second->n : first->n;
  t->role = cvx_calloc (t->n_columns, sizeof *t->role);
  if (t->role == NULL)
    return cvx_fail_nomem (err, "reading columns");
  status = cvxi_columns_select (&t->columns, t->n_columns,
                                (const char *const *)t->header.names,
                                t->options, t->path, err);
  if (status != CVX_OK)
    return status;
  for (size_t j = 0; j < t->columns.n_features; j++)
    t->role[t->columns.feature[j]] = (ptrdiff_t)j + 1;
  for (size_t k = 0; k < t->columns.n_targets; k++)
    t->role[t->columns.target[k]] = -(ptrdiff_t)k - 1;
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
  while (status == CVX_OK && more && !full (t))
    {
      status = add_row (t, &rec, err);
      if (status == CVX_OK)
        status = cvxi_records_next (&t->records, &rec, &more, err);
    }
  if (status == CVX_OK)
    status = cvxi_lines_unchanged (&t->records.lines, err);
  if (t->n_missing > 0 && (status == CVX_OK || status == CVX_DATA))
    status = fail_missing (t, err);
  if (status == CVX_OK && t->n == 0)
    {
      cvx_fail (err, CVX_E211,
                t->seen == 0 ? "the file has no rows of data"
                             : "the file has %zu rows, none was chosen",
                t->seen);
      status = cvx_at (err, t->path, 0, 0);
    }
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
  char **names = t->target == LABELS ? t->label : t->header.classes;
  size_t n = t->target == LABELS ? t->n_labels : t->header.n_classes;
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
  d->label = cvx_calloc (n, sizeof *d->label);
  if (d->label == NULL)
    return cvx_fail_nomem (err, "collecting labels");
  d->n_labels = n;
  for (size_t k = 0; k < n; k++)
    {
      d->label[k].value = (double)k;
      d->label[k].name = cvxi_name_copy (names[k], strlen (names[k]));
      if (d->label[k].name == NULL)
        return cvx_fail_nomem (err, "collecting labels");
    }
  return CVX_OK;
}

static enum cvx_status
make (struct cvx_dataset **out, struct table *t, struct cvx_text *notes,
      struct cvx_error *err)
{
  struct cvx_dataset *d;
  enum cvx_status status = cvx_dataset_new (&d, "", 0, t->columns.n_features,
                                            t->columns.n_targets, err);
  if (status != CVX_OK)
    return status;
  d->part[CVX_TRAIN] = (struct cvx_part){ t->n, t->x, t->y, t->row };
  t->x = t->y = NULL;
  t->row = NULL;
  status = cvxi_take_names (d, (const char *const *)t->header.names,
                            &t->columns, err);
  if (status == CVX_OK)
    status = take_labels (d, t, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (d);
      return status;
    }
  drop_row_numbers (d, t, notes);
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
  struct table t = { .path = path, .options = options };
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
  cvxi_columns_free (&t.columns);
  cvx_free (t.role);
  cvx_free (t.slot);
  cvxi_names_free (t.label, t.n_labels);
  cvx_free (t.x);
  cvx_free (t.y);
  cvx_free (t.row);
  return status;
}
