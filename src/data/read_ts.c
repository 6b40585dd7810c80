/* read_ts.c -- time series of the UCR and UEA archives (.ts).

   Lines "@key words", then after "@data" one series per line: numbers with
   commas, a colon between dimensions, and behind the last colon the class
   (@classLabel true) or the target (@targetLabel true).  Series of one length
   only; the dimensions stand one behind the other in a row.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "data/lines.h"
#include "data/nominal.h"
#include "data/number.h"
#include "data/readers.h"
#include "data/rows.h"

struct series
{
  const char *path;
  const struct cvx_read_options *options;
  struct cvxi_lines lines;
  struct cvxi_numbers numbers;
  struct cvxi_texts labels;
  struct cvxi_rows rows;
  bool classes, target;
};

bool
cvxi_detect_ts (const char *path, const unsigned char *head, size_t len)
{
  const char *s = (const char *)head, *end = s + len;
  (void)path;
  while (s < end)
    {
      const char *stop = memchr (s, '\n', (size_t)(end - s));
      if (*s == '@')
        return end - s >= 12 && strncasecmp (s, "@problemname", 12) == 0;
      if (*s != '#' && *s != '\n' && *s != '\r')
        return false;
      s = stop != NULL ? stop + 1 : end;
    }
  return false;
}

static enum cvx_status
fail_ts (const struct series *t, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E234, "%s", why);
  return cvx_at (err, t->path, t->lines.number, 0);
}

/* True when the line is "@KEY true ...".  */
static bool
says (const char *s, const char *end, const char *key)
{
  size_t len = strlen (key);
  if ((size_t)(end - s) <= len || strncasecmp (s, key, len) != 0)
    return false;
  for (s += len; s < end && (*s == ' ' || *s == '\t'); s++)
    ;
  return end - s >= 4 && strncasecmp (s, "true", 4) == 0;
}

static enum cvx_status
header (struct series *t, struct cvx_error *err)
{
  const char *s;
  size_t len;
  for (;;)
    {
      enum cvx_status status = cvxi_lines_next (&t->lines, &s, &len, err);
      if (status != CVX_OK)
        return status;
      if (s == NULL)
        return fail_ts (t, "the file ends before @data", err);
      if (len == 0 || *s == '#')
        continue;
      if (*s != '@')
        return fail_ts (t, "the line before @data does not begin with @", err);
      if (len >= 5 && strncasecmp (s, "@data", 5) == 0)
        return CVX_OK;
      t->classes = t->classes || says (s, s + len, "@classLabel");
      t->target = t->target || says (s, s + len, "@targetLabel");
      if (says (s, s + len, "@timeStamps"))
        return fail_ts (t, "series with time stamps are not supported", err);
    }
}

static enum cvx_status
label (struct series *t, const char *s, size_t len, double *y,
       struct cvx_error *err)
{
  size_t number;
  enum cvx_status status;
  if (t->target)
    return cvxi_number (&t->numbers, s, len, y) == CVXI_NUMBER
               ? CVX_OK
               : fail_ts (t, "the target behind the last colon is no number",
                          err);
  if (len == 0)
    return fail_ts (t, "the series has no class", err);
  status = cvxi_texts_number (&t->labels, s, len, &number, err);
  if (status == CVX_OK && number == SIZE_MAX)
    return fail_ts (t, "too many classes", err);
  *y = (double)number;
  return status;
}

/* Numbers of the LEN bytes at S into TO, unless it is NULL; their number at
 *N.  */
static enum cvx_status
numbers (struct series *t, const char *s, const char *end, double *to,
         size_t *n, struct cvx_error *err)
{
  for (*n = 0;; s++)
    {
      const char *p = s;
      double v;
      while (p < end && *p != ',' && *p != ':')
        p++;
      switch (cvxi_number (&t->numbers, s, (size_t)(p - s), &v))
        {
        case CVXI_NUMBER:
        case CVXI_UNDERFLOW:
        case CVXI_MISSING:
          break;
        default:
          cvx_fail (err, CVX_E214, "\"%.*s\" is not a number (series %zu)",
                    p - s < 60 ? (int)(p - s) : 60, s, t->rows.seen);
          return cvx_at (err, t->path, t->lines.number, 0);
        }
      if (to != NULL && *n < t->rows.d)
        to[*n] = v;
      ++*n;
      s = p;
      if (s == end)
        return CVX_OK;
    }
}

static enum cvx_status
one_series (struct series *t, const char *s, size_t len, struct cvx_error *err)
{
  bool labelled = t->classes || t->target, keep;
  const char *colon = labelled ? memrchr (s, ':', len) : NULL;
  const char *end = colon != NULL ? colon : s + len;
  size_t n;
  enum cvx_status status = CVX_OK;
  if (labelled && colon == NULL)
    return fail_ts (t, "the line has no colon before its class or target",
                    err);
  if (t->rows.seen == 0)
    {
      status = numbers (t, s, end, NULL, &n, err);
      t->rows.d = n;
    }
  if (status == CVX_OK)
    status = cvxi_rows_next (&t->rows, t->lines.input, &keep, err);
  if (status != CVX_OK || !keep)
    return status;
  status = numbers (t, s, end, t->rows.x + t->rows.n * t->rows.d, &n, err);
  if (status == CVX_OK && n != t->rows.d)
    {
      cvx_fail (err, CVX_E212,
                "the series has %zu numbers, the first one has %zu", n,
                t->rows.d);
      return cvx_at (err, t->path, t->lines.number, 0);
    }
  if (status == CVX_OK && t->rows.c > 0)
    status = label (t, colon + 1, (size_t)(s + len - colon - 1),
                    &t->rows.y[t->rows.n], err);
  t->rows.n += status == CVX_OK;
  return status;
}

static enum cvx_status
read_series (struct series *t, struct cvx_error *err)
{
  const char *s;
  size_t len;
  enum cvx_status status = header (t, err);
  if (status != CVX_OK)
    return status;
  if (!t->classes && !t->target && !cvxi_no_target (t->options))
    {
      fail_ts (t, "the series have neither @classLabel nor @targetLabel", err);
      return cvx_hint (err, "labels=FILE takes the target from another file");
    }
  t->rows.c = cvxi_no_target (t->options) ? 0 : 1;
  do
    {
      status = cvxi_lines_next (&t->lines, &s, &len, err);
      while (status == CVX_OK && s != NULL && len > 0
             && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        len--;
      if (status == CVX_OK && s != NULL && len > 0)
        status = one_series (t, s, len, err);
    }
  while (status == CVX_OK && s != NULL && !cvxi_rows_full (&t->rows));
  return status == CVX_OK ? cvxi_lines_unchanged (&t->lines, err) : status;
}

enum cvx_status
cvxi_read_ts (struct cvx_dataset **out, const char *path,
              const struct cvx_read_options *options,
              struct cvx_progress *progress, struct cvx_text *notes,
              struct cvx_error *err)
{
  struct series t = { .path = path,
                      .options = options,
                      .rows = { .path = path, .options = options } };
  enum cvx_status status;
  *out = NULL;
  (void)notes;
  if (!cvxi_numbers_init (&t.numbers, '.'))
    return cvx_fail_nomem (err, "reading text");
  status = cvxi_lines_open (&t.lines, path, progress, err);
  if (status == CVX_OK)
    {
      status = read_series (&t, err);
      if (status == CVX_OK)
        status = cvxi_rows_dataset (out, &t.rows, err);
      if (status == CVX_OK && t.classes && t.rows.c > 0)
        status = cvxi_texts_labels (*out, t.labels.name, t.labels.n, err);
      if (status != CVX_OK)
        {
          cvx_dataset_free (*out);
          *out = NULL;
        }
      cvxi_lines_close (&t.lines);
    }
  cvxi_numbers_free (&t.numbers);
  cvxi_texts_free (&t.labels);
  cvxi_rows_free (&t.rows);
  return status;
}
