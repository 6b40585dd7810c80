/* record.c -- records and fields of delimited text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/record.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"

enum
{
  LONGEST_RECORD = 16 << 20, /* bytes of a quoted record */
  SNIFFED = 50               /* lines looked at for the delimiter */
};

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static bool
push (struct cvxi_record *rec, const char *s, size_t len)
{
  if (rec->n == rec->cap)
    {
      size_t cap = rec->cap != 0 ? 2 * rec->cap : 32;
      struct cvxi_field *p = cvx_grow (rec->field, rec->n, cap, sizeof *p);
      if (p == NULL)
        return false;
      rec->field = p;
      rec->cap = cap;
    }
  rec->field[rec->n++] = (struct cvxi_field){ s, len };
  return true;
}

static bool
push_trimmed (struct cvxi_record *rec, const char *s, const char *end)
{
  while (s < end && is_blank (*s))
    s++;
  while (end > s && is_blank (end[-1]))
    end--;
  return push (rec, s, (size_t)(end - s));
}

static bool
split (struct cvxi_record *rec, const char *s, size_t len, char delimiter)
{
  const char *end = s + len;
  if (delimiter != ' ')
    for (;;)
      {
        const char *p = s;
        while (p < end && *p != delimiter)
          p++;
        if (!push_trimmed (rec, s, p))
          return false;
        if (p == end)
          return true;
        s = p + 1;
      }
  for (;;)
    {
      const char *p;
      while (s < end && is_blank (*s))
        s++;
      if (s == end)
        return true;
      for (p = s; p < end && !is_blank (*p);)
        p++;
      if (!push (rec, s, (size_t)(p - s)))
        return false;
      s = p;
    }
}

/* libcsv's memory comes from alloc.h too: the size is kept in front.  */
enum
{
  FRONT = 64
};

static void *
csv_memory (void *p, size_t size)
{
  char *old = p != NULL ? (char *)p - FRONT : NULL, *grown;
  size_t have = 0;
  if (old != NULL)
    memcpy (&have, old, sizeof have);
  if (size < have)
    return p;
  grown = cvx_grow (old, have + (old != NULL ? FRONT : 0), size + FRONT, 1);
  if (grown == NULL)
    return NULL;
  memcpy (grown, &size, sizeof size);
  return grown + FRONT;
}

static void
csv_memory_free (void *p)
{
  if (p != NULL)
    cvx_free ((char *)p - FRONT);
}

/* A field from libcsv: into the buffer, its place as an offset for now.  */
static void
on_field (void *s, size_t len, void *context)
{
  struct cvxi_records *r = context;
  size_t at = r->buffer.len;
  if (s == NULL && r->delimiter == ' ')
    return; /* between two blanks */
  if (s != NULL)
    cvx_text_write (&r->buffer, s, len);
  if (!push (r->now, NULL, r->buffer.len - at))
    r->buffer.failed = true;
}

static void
on_row (int c, void *context)
{
  struct cvxi_records *r = context;
  (void)c;
  r->row_done = true;
}

static enum cvx_status
fail_quote (const struct cvxi_records *r, size_t line, const char *words,
            struct cvx_error *err)
{
  cvx_fail (err, CVX_E213, "%s", words);
  return cvx_at (err, r->lines.path, line, 0);
}

static enum cvx_status
open_csv (struct cvxi_records *r, struct cvx_error *err)
{
  if (r->csv_open)
    return CVX_OK;
  if (csv_init (&r->csv, CSV_STRICT | CSV_EMPTY_IS_NULL) != 0)
    return cvx_fail_nomem (err, "reading quoted text");
  csv_set_realloc_func (&r->csv, csv_memory);
  csv_set_free_func (&r->csv, csv_memory_free);
  csv_set_delim (&r->csv, (unsigned char)r->delimiter);
  r->csv_open = true;
  return CVX_OK;
}

/* Hand a piece of a line to libcsv; a tab is a blank where blanks separate. */
static bool
feed (struct cvxi_records *r, const char *s, size_t len)
{
  while (len > 0)
    {
      const char *tab = r->delimiter == ' ' ? memchr (s, '\t', len) : NULL;
      size_t piece = tab == s ? 1 : tab != NULL ? (size_t)(tab - s) : len;
      if (csv_parse (&r->csv, tab == s ? " " : s, piece, on_field, on_row, r)
          != piece)
        return false;
      s += piece;
      len -= piece;
    }
  return true;
}

static size_t
count_quotes (const char *s, size_t len)
{
  size_t n = 0;
  for (size_t k = 0; k < len; k++)
    n += s[k] == '"';
  return n;
}

/* A record that begins with the line S, which has a quote.  */
static enum cvx_status
parse_quoted (struct cvxi_records *r, const char *s, size_t len,
              struct cvx_error *err)
{
  struct cvxi_record *rec = r->now;
  size_t opened = rec->number, total = 0, at = 0;
  enum cvx_status status = open_csv (r, err);
  cvx_text_clear (&r->buffer);
  r->row_done = false;
  while (status == CVX_OK)
    {
      if (count_quotes (s, len) % 2 != 0)
        opened = r->lines.number;
      total += len;
      if (!feed (r, s, len) || !feed (r, "\n", 1))
        return csv_error (&r->csv) == CSV_EPARSE
                   ? fail_quote (r, r->lines.number,
                                 "a quote in the middle of a field", err)
                   : cvx_fail_nomem (err, "reading quoted text");
      if (r->row_done)
        break;
      rec->line = NULL;
      status = cvxi_lines_next (&r->lines, &s, &len, err);
      if (status == CVX_OK && (s == NULL || total > LONGEST_RECORD))
        return fail_quote (r, opened,
                           s == NULL
                               ? "the quote that opens here is never closed"
                               : "the quoted text that begins here is longer "
                                 "than 16 MB",
                           err);
    }
  if (status == CVX_OK && r->buffer.failed)
    status = cvx_fail_nomem (err, "reading quoted text");
  for (size_t k = 0; status == CVX_OK && k < rec->n; k++)
    {
      rec->field[k].s = cvx_text_string (&r->buffer) + at;
      at += rec->field[k].len;
    }
  return status;
}

static bool
is_idle (const char *s, size_t len)
{
  while (len > 0 && is_blank (*s))
    {
      s++;
      len--;
    }
  return len == 0 || *s == '#';
}

enum cvx_status
cvxi_records_line (struct cvxi_records *r, struct cvxi_record *rec, bool *got,
                   struct cvx_error *err)
{
  const char *s;
  size_t len;
  enum cvx_status status;
  *got = false;
  do
    {
      status = cvxi_lines_next (&r->lines, &s, &len, err);
      if (status != CVX_OK || s == NULL)
        return status;
    }
  while (is_idle (s, len));
  rec->n = 0;
  rec->line = s;
  rec->line_len = len;
  rec->number = r->lines.number;
  rec->quoted = memchr (s, '"', len) != NULL;
  rec->whole = !rec->quoted;
  if (rec->quoted)
    {
      r->now = rec;
      status = parse_quoted (r, s, len, err);
      if (r->trailing && rec->n > 1 && rec->field[rec->n - 1].len == 0)
        rec->n--;
    }
  *got = status == CVX_OK;
  return status;
}

enum cvx_status
cvxi_records_split (struct cvxi_records *r, struct cvxi_record *rec,
                    struct cvx_error *err)
{
  if (!rec->whole)
    return CVX_OK;
  rec->whole = false;
  if (!split (rec, rec->line, rec->line_len, r->delimiter))
    return cvx_fail_nomem (err, "reading a line");
  if (r->trailing && rec->n > 1 && rec->field[rec->n - 1].len == 0)
    rec->n--;
  return CVX_OK;
}

enum cvx_status
cvxi_records_next (struct cvxi_records *r, struct cvxi_record *rec, bool *got,
                   struct cvx_error *err)
{
  enum cvx_status status = cvxi_records_line (r, rec, got, err);
  if (status == CVX_OK && *got)
    status = cvxi_records_split (r, rec, err);
  *got = *got && status == CVX_OK;
  return status;
}

size_t
cvxi_record_column (const struct cvxi_records *r,
                    const struct cvxi_record *rec, size_t k)
{
  size_t at = 0;
  bool inside = false;
  if (rec->line == NULL)
    return 0;
  if (!rec->quoted)
    return (size_t)(rec->field[k].s - rec->line) + 1;
  if (r->delimiter == ' ')
    return 0;
  for (; k > 0 && at < rec->line_len; at++)
    {
      if (rec->line[at] == '"')
        inside = !inside;
      k -= !inside && rec->line[at] == r->delimiter;
    }
  return at + 1;
}

enum cvx_status
cvxi_record_keep (struct cvxi_record *rec, char **text, struct cvx_error *err)
{
  bool whole = rec->line != NULL && !rec->quoted;
  size_t len = whole ? rec->line_len : 0;
  char *p;
  for (size_t k = 0; k < rec->n && !whole; k++)
    len += rec->field[k].len;
  *text = p = cvx_alloc (len, 1);
  if (p == NULL)
    return cvx_fail_nomem (err, "reading a line");
  if (whole)
    memcpy (p, rec->line, len);
  for (size_t k = 0; k < rec->n; k++)
    if (whole)
      rec->field[k].s = p + (rec->field[k].s - rec->line);
    else
      {
        memcpy (p, rec->field[k].s, rec->field[k].len);
        rec->field[k].s = p;
        p += rec->field[k].len;
      }
  rec->line = whole ? *text : NULL;
  return CVX_OK;
}

void
cvxi_record_free (struct cvxi_record *rec)
{
  cvx_free (rec->field);
  memset (rec, 0, sizeof *rec);
}

/* Fields of a line for a delimiter, quotes respected; *TRAILING: the last one
   is empty.  */
static size_t
count_fields (const char *s, size_t len, char delimiter, bool *trailing)
{
  size_t n = delimiter == ' ' ? 0 : 1;
  bool inside = false, in_field = false;
  char last = '\0';
  for (size_t k = 0; k < len; k++)
    {
      bool cut = !inside
                 && (delimiter == ' ' ? is_blank (s[k]) : s[k] == delimiter);
      inside ^= s[k] == '"';
      if (delimiter == ' ' ? !cut && !in_field : cut)
        n++;
      in_field = !cut;
      if (cut || !is_blank (s[k]))
        last = s[k];
    }
  *trailing = delimiter != ' ' && last == delimiter;
  return n;
}

/* How well a delimiter cuts the first lines.  */
struct fit
{
  size_t lines;    /* with the most frequent number of fields >= 2 */
  size_t all;      /* lines looked at */
  size_t trailing; /* lines that end in the delimiter */
};

static struct fit
measure (const char *s, size_t len, bool whole, char delimiter, bool cr_only)
{
  struct fit fit = { 0, 0, 0 };
  size_t counts[SNIFFED], n = 0;
  while (len > 0 && n < SNIFFED)
    {
      const char *end = memchr (s, cr_only ? '\r' : '\n', len);
      size_t line = end != NULL ? (size_t)(end - s) : len;
      size_t text = line > 0 && s[line - 1] == '\r' ? line - 1 : line;
      bool trailing;
      if (end == NULL && !whole && n > 0)
        break;
      if (!is_idle (s, text))
        {
          counts[n++] = count_fields (s, text, delimiter, &trailing);
          fit.trailing += trailing;
        }
      s += line;
      len -= line;
      if (len > 0)
        {
          s++;
          len--;
        }
    }
  fit.all = n;
  for (size_t k = 0; k < n; k++)
    {
      size_t same = 0;
      for (size_t j = 0; j < n; j++)
        same += counts[j] == counts[k];
      if (counts[k] >= 2 && same > fit.lines)
        fit.lines = same;
    }
  return fit;
}

static void
sniff (struct cvxi_records *r, char delimiter, char decimal)
{
  static const char candidates[] = { '\t', ';', ',', '|', ' ' };
  struct fit best = { 0, 0, 0 };
  size_t len;
  bool whole;
  const char *s = cvxi_lines_ahead (&r->lines, &len, &whole);
  r->delimiter = delimiter != 0 ? delimiter : ',';
  for (size_t k = 0; k < sizeof candidates; k++)
    {
      struct fit fit;
      char c = candidates[k];
      if (delimiter != 0 ? c != delimiter : c == ',' && decimal == ',')
        continue;
      fit = measure (s, len, whole, c, r->lines.cr_only);
      /* A tab before every line end means blanks that vary.  */
      if (fit.lines > best.lines
          || (c == ' ' && r->delimiter == '\t' && fit.lines == best.lines
              && best.lines > 0 && best.trailing == best.all))
        {
          best = fit;
          r->delimiter = c;
        }
    }
  r->trailing = best.all > 1 && best.trailing == best.all;
}

/* A first line "sep=;", as Excel writes and reads it, names the delimiter,
   unless DELIMITER does.  */
static enum cvx_status
take_sep (struct cvxi_records *r, char *delimiter, struct cvx_error *err)
{
  static const char sep[] = "sep=", known[] = ",;|\t :";
  size_t len, n = sizeof sep - 1;
  bool whole;
  const char *s = cvxi_lines_ahead (&r->lines, &len, &whole);
  if (len < n + 2 || strncasecmp (s, sep, n) != 0
      || memchr (known, s[n], sizeof known - 1) == NULL
      || (s[n + 1] != '\n' && s[n + 1] != '\r'))
    return CVX_OK;
  if (*delimiter == 0)
    *delimiter = s[n];
  return cvxi_lines_next (&r->lines, &s, &len, err);
}

enum cvx_status
cvxi_records_open (struct cvxi_records *r, const char *path, char delimiter,
                   char decimal, struct cvx_progress *progress,
                   struct cvx_error *err)
{
  enum cvx_status status;
  memset (r, 0, sizeof *r);
  status = cvxi_lines_open (&r->lines, path, progress, err);
  if (status == CVX_OK)
    status = take_sep (r, &delimiter, err);
  if (status == CVX_OK)
    sniff (r, delimiter, decimal);
  else
    cvxi_lines_close (&r->lines);
  return status;
}

void
cvxi_records_close (struct cvxi_records *r)
{
  if (r->csv_open)
    csv_free (&r->csv);
  r->csv_open = false;
  cvx_text_free (&r->buffer);
  cvxi_lines_close (&r->lines);
}
