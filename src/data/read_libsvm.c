/* read_libsvm.c -- LIBSVM's sparse text: "LABEL INDEX:VALUE ...", indices from
   1 in ascending order, # begins a comment.

   The file is read twice: first for its size and its mistakes, then, when the
   dense rows fit into memory, for its numbers.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "data/lines.h"
#include "data/number.h"
#include "data/parts.h"
#include "data/readers.h"

struct sparse
{
  const char *path;
  const struct cvx_read_options *options;
  struct cvxi_numbers numbers;
  size_t seen, n, width; /* rows of the file, rows kept, largest index */
  size_t count, most;    /* nonzeros of the rows kept; room for them */
  struct cvx_dataset *d; /* NULL in the first pass */
};

/* Data stay sparse below this share of nonzeros: then their 12 bytes each are
   less than half of the 8 of every number.  */
static const double SPARSE = 1.0 / 3;

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* The next word of [*S, END) at *WORD; its length, 0 at the end.  */
static size_t
next_word (const char **s, const char *end, const char **word)
{
  while (*s < end && is_blank (**s))
    ++*s;
  *word = *s;
  while (*s < end && !is_blank (**s))
    ++*s;
  return (size_t)(*s - *word);
}

/* "12:" at the front of a word: the index, 0 when there is none.  *LEN counts
   its bytes with the colon.  Too large an index is SIZE_MAX.  */
static size_t
index_of (const char *word, size_t n, size_t *len)
{
  size_t v = 0, k = 0;
  for (; k < n && word[k] >= '0' && word[k] <= '9'; k++)
    v = v > INT32_MAX ? SIZE_MAX / 100 : 10 * v + (size_t)(word[k] - '0');
  *len = k + 1;
  return k == 0 || k == n || word[k] != ':' ? 0 : v > INT32_MAX ? SIZE_MAX : v;
}

bool
cvxi_detect_libsvm (const char *path, const unsigned char *head, size_t len)
{
  struct cvxi_numbers f;
  const char *s = (const char *)head, *all = s + len, *word;
  bool found = false, other = !cvxi_numbers_init (&f, '.');
  (void)path;
  for (int line = 0; line < 5 && !other && s < all; line++)
    {
      const char *end = memchr (s, '\n', (size_t)(all - s));
      const char *stop = end != NULL ? end : all;
      size_t n = next_word (&s, stop, &word), used;
      double v;
      if (n > 0 && *word != '#' && *word != '\r')
        {
          other = cvxi_number (&f, word, n, &v) != CVXI_NUMBER;
          n = next_word (&s, stop, &word);
          if (n > 0 && *word != '#' && *word != '\r')
            {
              bool pair = (n > 4 && memcmp (word, "qid:", 4) == 0)
                          || memchr (word, ':', n) != NULL;
              other = other || !pair
                      || (index_of (word, n, &used) == 0
                          && strchr ("-0123456789q", *word) == NULL);
              found = found || pair;
            }
        }
      s = end != NULL ? end + 1 : all;
    }
  cvxi_numbers_free (&f);
  return found && !other;
}

static enum cvx_status
fail_word (const struct sparse *t, const struct cvxi_lines *l,
           const char *line, const char *word, size_t len, const char *why,
           struct cvx_error *err)
{
  cvx_fail (err, CVX_E240, "\"%.*s\" %s (row %zu)", len < 60 ? (int)len : 60,
            word, why, t->seen);
  return cvx_at (err, t->path, l->number, (size_t)(word - line) + 1);
}

/* Number V at INDEX of the row that is being read.  */
static void
store (struct sparse *t, size_t index, double v)
{
  struct cvx_part *p = &t->d->part[CVX_TRAIN];
  if (p->sparse == NULL)
    p->x[t->n * t->d->n_features + index] = v;
  else
    {
      p->sparse->column[t->count] = (uint32_t)index;
      p->sparse->value[t->count] = v;
    }
}

/* The pairs of a line behind its label, which are kept or only looked at.  */
static enum cvx_status
pairs (struct sparse *t, const struct cvxi_lines *l, const char *line,
       const char *s, const char *end, bool keep, struct cvx_error *err)
{
  size_t last = 0, len;
  const char *word;
  while ((len = next_word (&s, end, &word)) > 0)
    {
      size_t used, index = index_of (word, len, &used);
      enum cvxi_number_kind kind;
      double v;
      if (len > 4 && memcmp (word, "qid:", 4) == 0)
        return fail_word (t, l, line, word, len,
                          "belongs to ranking data, which are not supported",
                          err);
      if (index == 0)
        return fail_word (t, l, line, word, len,
                          "is not INDEX:VALUE with an index from 1", err);
      if (index == SIZE_MAX)
        return fail_word (t, l, line, word, len,
                          "has an index beyond 2147483647", err);
      if (index <= last)
        return fail_word (t, l, line, word, len,
                          index == last ? "repeats an index"
                                        : "has a smaller index than the one "
                                          "before",
                          err);
      last = index;
      kind = cvxi_number (&t->numbers, word + used, len - used, &v);
      if (kind != CVXI_NUMBER && kind != CVXI_UNDERFLOW)
        return fail_word (t, l, line, word, len, "has no usable value", err);
      /* The second pass has room for what the first one saw.  */
      if (keep && v != 0 && t->d != NULL && index <= t->d->n_features
          && t->count < t->most)
        store (t, index - 1, v);
      t->count += keep && v != 0;
    }
  if (last > t->width)
    t->width = last;
  return CVX_OK;
}

static enum cvx_status
one_line (struct sparse *t, const struct cvxi_lines *l, const char *line,
          size_t len, struct cvx_error *err)
{
  const char *hash = memchr (line, '#', len), *s = line, *word;
  const char *end = hash != NULL ? hash : line + len;
  size_t n = next_word (&s, end, &word);
  double y;
  bool keep;
  enum cvx_status status;
  if (n == 0)
    return CVX_OK;
  keep = t->seen++ >= t->options->first_row;
  if (cvxi_number (&t->numbers, word, n, &y) != CVXI_NUMBER)
    return fail_word (t, l, line, word, n, "is not a label of one number",
                      err);
  status = pairs (t, l, line, s, end, keep, err);
  if (status != CVX_OK || !keep)
    return status;
  if (t->d != NULL)
    {
      if (t->d->n_outputs > 0)
        t->d->part[CVX_TRAIN].y[t->n] = y;
      t->d->part[CVX_TRAIN].row[t->n] = t->seen - 1;
      if (t->d->part[CVX_TRAIN].sparse != NULL)
        t->d->part[CVX_TRAIN].sparse->start[t->n + 1] = t->count;
    }
  t->n++;
  return CVX_OK;
}

static enum cvx_status
pass (struct sparse *t, struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_lines l;
  const char *s;
  size_t len, expected = t->n, width = t->width, count = t->count;
  enum cvx_status status = cvxi_lines_open (&l, t->path, progress, err);
  if (status != CVX_OK)
    return status;
  t->n = t->seen = t->count = 0;
  do
    {
      status = cvxi_lines_next (&l, &s, &len, err);
      if (status == CVX_OK && s != NULL && (t->d == NULL || t->n < expected))
        status = one_line (t, &l, s, len, err);
    }
  while (status == CVX_OK && s != NULL
         && (t->options->n_rows == 0 || t->n < t->options->n_rows));
  if (status == CVX_OK)
    status = cvxi_lines_unchanged (&l, err);
  /* The second pass must see what the first one saw.  */
  if (status == CVX_OK && t->d != NULL
      && (t->n != expected || t->width != width || t->count != count))
    {
      cvx_fail (err, CVX_E206, "the file changed while it was read");
      status = cvx_at (err, t->path, 0, 0);
    }
  cvxi_lines_close (&l);
  return status;
}

/* Room for the N rows of the first pass and C targets, sparse or not.  */
static enum cvx_status
make (struct sparse *t, size_t c, struct cvx_error *err)
{
  struct cvx_part *p;
  enum cvx_status status;
  size_t bytes = cvx_csr_bytes (t->n, t->count), rest;
  if ((double)t->count >= SPARSE * (double)t->n * (double)t->width)
    {
      status = cvxi_check_memory (t->options, t->path, t->n, t->width, c, err);
      if (status == CVX_OK)
        status = cvx_dataset_new (&t->d, "", t->n, t->width, c, err);
      if (status == CVX_OK)
        memset (t->d->part[CVX_TRAIN].x, 0, t->n * t->width * sizeof (double));
      return status;
    }
  /* Besides the rows, what is said about the columns takes some numbers for
     each.  */
  rest = cvx_dataset_bytes (t->n, 0, c) + 4 * t->width * sizeof (double);
  if (__builtin_add_overflow (bytes, rest, &bytes))
    bytes = SIZE_MAX;
  if (t->options->max_bytes != 0 && bytes > t->options->max_bytes)
    return cvxi_fail_memory (NULL, t->path, (double)bytes,
                             t->options->max_bytes, err);
  status = cvx_dataset_new (&t->d, "", 0, t->width, c, err);
  if (status != CVX_OK)
    return status;
  p = &t->d->part[CVX_TRAIN];
  if (!cvxi_part_rest (p, t->n, c))
    return cvx_fail_nomem (err, "reading rows");
  return cvx_csr_new (&p->sparse, t->n, t->width, t->count, err);
}

static enum cvx_status
read_twice (struct sparse *t, struct cvx_progress *progress,
            struct cvx_error *err)
{
  size_t c = cvxi_no_target (t->options) ? 0 : 1;
  enum cvx_status status = pass (t, progress, err);
  if (status != CVX_OK)
    return status;
  if (t->n == 0 || t->width == 0)
    {
      cvx_fail (err, CVX_E211,
                t->n == 0 ? "the file has no rows of data"
                          : "no row has a feature");
      return cvx_at (err, t->path, 0, 0);
    }
  /* Features that no row of a test file has are zeros.  */
  if (t->options->like != NULL)
    {
      const struct cvx_dataset *d = t->options->like;
      size_t width = d->n_features - (d->bias == CVX_BIAS_AUGMENTED);
      t->width = t->width < width ? width : t->width;
    }
  t->most = t->count;
  status = make (t, c, err);
  return status == CVX_OK ? pass (t, progress, err) : status;
}

enum cvx_status
cvxi_read_libsvm (struct cvx_dataset **out, const char *path,
                  const struct cvx_read_options *options,
                  struct cvx_progress *progress, struct cvx_text *notes,
                  struct cvx_error *err)
{
  struct sparse t = { .path = path, .options = options };
  enum cvx_status status;
  *out = NULL;
  (void)notes;
  if (!cvxi_numbers_init (&t.numbers, '.'))
    return cvx_fail_nomem (err, "reading text");
  status = read_twice (&t, progress, err);
  cvxi_numbers_free (&t.numbers);
  if (status == CVX_OK)
    *out = t.d;
  else
    cvx_dataset_free (t.d);
  return status;
}
