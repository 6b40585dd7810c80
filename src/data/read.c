/* read.c -- from a path to a dataset that can be trained on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/container.h"
#include "base/input.h"
#include "data/parts.h"
#include "data/readers.h"
#include "data/scan.h"

enum
{
  HEAD = 64 << 10
};

#define CVX_READER(NAME, SUMMARY, SUFFIXES)                                   \
  static const struct cvx_reader reader_##NAME                                \
      = { #NAME, SUMMARY, SUFFIXES, cvxi_detect_##NAME, cvxi_read_##NAME };
#include "data/readers.def"
#undef CVX_READER

const struct cvx_reader *const cvx_readers[] = {
#define CVX_READER(NAME, SUMMARY, SUFFIXES) &reader_##NAME,
#include "data/readers.def"
#undef CVX_READER
  NULL
};

bool
cvxi_path_split (const char *path, char **file, const char **member)
{
  struct stat st;
  const char *colon = strrchr (path, ':');
  size_t len = strlen (path);
  *member = NULL;
  if (colon != NULL && colon > path && lstat (path, &st) != 0)
    {
      len = (size_t)(colon - path);
      *member = colon + 1;
    }
  *file = cvx_strndup (path, len);
  return *file != NULL;
}

const char *
cvxi_base_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  return slash != NULL ? slash + 1 : path;
}

enum cvx_status
cvxi_choose_rows (const struct cvx_read_options *o, const char *path,
                  size_t total, size_t *first, size_t *n,
                  struct cvx_error *err)
{
  *first = o->first_row;
  *n = total > o->first_row ? total - o->first_row : 0;
  if (o->n_rows > 0 && o->n_rows < *n)
    *n = o->n_rows;
  if (*n > 0)
    return CVX_OK;
  if (total == 0)
    cvx_fail (err, CVX_E211, "there are no rows of data");
  else
    cvx_fail (err, CVX_E211, "there are %zu rows, none from row %zu on", total,
              o->first_row + 1);
  return cvx_at (err, path, 0, 0);
}

enum cvx_status
cvxi_check_memory (const struct cvx_read_options *o, const char *path,
                   size_t n, size_t n_features, size_t n_outputs,
                   struct cvx_error *err)
{
  size_t bytes = cvx_dataset_bytes (n, n_features, n_outputs);
  if (o->max_bytes == 0 || bytes <= o->max_bytes)
    return CVX_OK;
  return cvxi_fail_memory (NULL, path, (double)bytes, o->max_bytes, err);
}

enum cvx_status
cvxi_take_names (struct cvx_dataset *d, const char *const *names,
                 const struct cvxi_columns *columns, struct cvx_error *err)
{
  bool ok = true;
  if (names == NULL)
    return CVX_OK;
  d->feature = cvx_calloc (columns->n_features, sizeof *d->feature);
  ok = d->feature != NULL;
  for (size_t j = 0; j < columns->n_features && ok; j++)
    {
      d->feature[j] = cvx_strdup (names[columns->feature[j]]);
      ok = d->feature[j] != NULL;
    }
  if (ok && columns->n_targets == 1)
    {
      d->target = cvx_strdup (names[columns->target[0]]);
      ok = d->target != NULL;
    }
  return ok ? CVX_OK : cvx_fail_nomem (err, "reading names of columns");
}

static enum cvx_status
fail_unknown (const char *path, const char *format, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status;
  for (size_t k = 0; cvx_readers[k] != NULL; k++)
    cvx_text_printf (&t, "%s%s", k > 0 ? ", " : "", cvx_readers[k]->name);
  if (format != NULL)
    status = cvx_fail (err, CVX_E208, "no format is called %s; there are %s",
                       format, cvx_text_string (&t));
  else
    {
      cvx_fail (err, CVX_E208, "the content is of no known format (%s)",
                cvx_text_string (&t));
      status = cvx_at (err, path, 0, 0);
    }
  cvx_text_free (&t);
  return status;
}

static bool
is_folder (const char *path)
{
  struct stat st;
  return stat (path, &st) == 0 && S_ISDIR (st.st_mode);
}

enum cvx_status
cvxi_find_reader (const struct cvx_reader **reader, const char *file,
                  const char *format, struct cvx_error *err)
{
  unsigned char *head = cvx_alloc (HEAD, 1);
  enum cvx_status status;
  size_t len = 0, k = 0;
  *reader = NULL;
  if (head == NULL)
    return cvx_fail_nomem (err, "reading a file");
  status = is_folder (file) ? CVX_OK
                            : cvxi_input_head (file, head, HEAD, &len, err);
  if (status == CVX_OK && format == NULL)
    status = cvxi_refuse_foreign (file, head, len, err);
  if (status == CVX_OK)
    {
      while (cvx_readers[k] != NULL
             && (format != NULL
                     ? strcasecmp (format, cvx_readers[k]->name) != 0
                     : !cvx_readers[k]->detect (file, head, len)))
        k++;
      *reader = cvx_readers[k];
      if (*reader == NULL)
        status = fail_unknown (file, format, err);
    }
  cvx_free (head);
  return status;
}

/* All N numbers at V are finite; *LARGEST is at least their largest size.  */
static bool
all_finite (const double *v, size_t n, double *largest)
{
  enum
  {
    LANES = 8
  };
  double size[LANES] = { 0 }, sum[LANES] = { 0 };
  size_t k = 0;
  for (; k + LANES <= n; k += LANES)
    for (size_t j = 0; j < LANES; j++)
      {
        double a = fabs (v[k + j]);
        size[j] = a > size[j] ? a : size[j];
        sum[j] += a * 0; /* not a number from the first one on */
      }
  for (; k < n; k++)
    {
      size[0] = fmax (size[0], fabs (v[k]));
      sum[0] += v[k] * 0;
    }
  for (size_t j = 0; j < LANES; j++)
    {
      *largest = fmax (*largest, size[j]);
      if (isnan (sum[j]))
        return false;
    }
  return true;
}

static bool
row_is_whole (const struct cvx_dataset *d, size_t i)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  for (size_t j = 0; j < d->n_features; j++)
    if (!isfinite (p->x[i * d->n_features + j]))
      return false;
  for (size_t j = 0; j < d->n_outputs; j++)
    if (!isfinite (p->y[i * d->n_outputs + j]))
      return false;
  return true;
}

static bool
target_is_whole (const struct cvx_dataset *d, size_t i)
{
  const double *y = d->part[CVX_TRAIN].y + i * d->n_outputs;
  for (size_t j = 0; j < d->n_outputs; j++)
    if (!isfinite (y[j]))
      return false;
  return true;
}

static void
column_words (char *buf, size_t size, const struct cvx_dataset *d, size_t j)
{
  if (d->feature != NULL)
    snprintf (buf, size, "%s", d->feature[j]);
  else
    snprintf (buf, size, "%zu", j + 1);
}

static enum cvx_status
fail_not_finite (const struct cvx_dataset *d, const char *path, size_t i,
                 struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  char column[200] = "y";
  double v = NAN;
  for (size_t j = 0; j < d->n_outputs; j++)
    if (!isfinite (p->y[i * d->n_outputs + j]))
      v = p->y[i * d->n_outputs + j];
  for (size_t j = d->n_features; j-- > 0;)
    if (!isfinite (p->x[i * d->n_features + j]))
      {
        v = p->x[i * d->n_features + j];
        column_words (column, sizeof column, d, j);
      }
  if (isnan (v))
    cvx_fail (err, CVX_E215, "missing value (row %zu, column %s)",
              p->row[i] + 1, column);
  else
    cvx_fail (err, CVX_E216,
              "the value %g cannot be used (row %zu, column %s)", v,
              p->row[i] + 1, column);
  cvx_at (err, path, 0, 0);
  return cvx_hint (err, "missing=drop leaves such rows out, missing=mean "
                        "fills in the mean of the column");
}

/* Column means over the rows that have a value, into rows that have none.  */
static enum cvx_status
fill_means (struct cvx_dataset *d, const char *path, size_t *filled,
            struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  *filled = 0;
  for (size_t j = 0; j < d->n_features; j++)
    {
      double sum = 0;
      size_t n = 0;
      for (size_t i = 0; i < p->n; i++)
        if (isfinite (p->x[i * d->n_features + j]))
          {
            n++;
            /* Running mean: a sum could overflow.  */
            sum += (p->x[i * d->n_features + j] - sum) / (double)n;
          }
      if (n == 0)
        {
          char column[200];
          column_words (column, sizeof column, d, j);
          cvx_fail (err, CVX_E215, "column %s has no value in any row",
                    column);
          cvx_at (err, path, 0, 0);
          return cvx_hint (err, "leave it out with x=COLUMNS");
        }
      for (size_t i = 0; i < p->n && n < p->n; i++)
        if (!isfinite (p->x[i * d->n_features + j]))
          {
            p->x[i * d->n_features + j] = sum;
            ++*filled;
          }
    }
  return CVX_OK;
}

/* Keep the rows for which KEEP holds, in place.  */
static size_t
keep_rows (struct cvx_dataset *d,
           bool (*keep) (const struct cvx_dataset *, size_t))
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t n = p->n, kept = 0;
  for (size_t i = 0; i < n; i++)
    {
      if (!keep (d, i))
        continue;
      if (kept < i)
        {
          memcpy (p->x + kept * d->n_features, p->x + i * d->n_features,
                  d->n_features * sizeof *p->x);
          memcpy (p->y + kept * d->n_outputs, p->y + i * d->n_outputs,
                  d->n_outputs * sizeof *p->y);
          p->row[kept] = p->row[i];
        }
      kept++;
    }
  p->n = kept;
  return n - kept;
}

static enum cvx_status
settle_missing (struct cvx_dataset *d, const char *path, int missing,
                struct cvxi_found *found, double *largest,
                struct cvx_text *notes, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t i = 0, dropped, filled = 0;
  /* A reader of sparse files takes numbers only.  */
  if (p->sparse != NULL)
    {
      (void)all_finite (p->sparse->value, p->sparse->start[p->n], largest);
      (void)all_finite (p->y, p->n * d->n_outputs, largest);
      return CVX_OK;
    }
  if (((found->known && found->plain)
       || all_finite (p->x, p->n * d->n_features, largest))
      && all_finite (p->y, p->n * d->n_outputs, largest))
    return CVX_OK;
  found->known = false;
  while (i < p->n && row_is_whole (d, i))
    i++;
  if (missing == CVX_MISSING_ERROR)
    return fail_not_finite (d, path, i, err);
  dropped = keep_rows (d, missing == CVX_MISSING_DROP ? row_is_whole
                                                      : target_is_whole);
  if (p->n == 0)
    {
      cvx_fail (err, CVX_E215, "every row has a missing value");
      return cvx_at (err, path, 0, 0);
    }
  if (missing == CVX_MISSING_MEAN)
    {
      enum cvx_status status = fill_means (d, path, &filled, err);
      if (status != CVX_OK)
        return status;
    }
  d->n_filled = filled;
  d->n_dropped = dropped;
  if (notes != NULL && dropped > 0)
    cvx_text_printf (notes, "%zu of %zu rows with missing values left out\n",
                     dropped, dropped + p->n);
  if (notes != NULL && filled > 0)
    cvx_text_printf (notes, "%zu missing values replaced by the column mean\n",
                     filled);
  return CVX_OK;
}

/* The target of D from the one column of the file options->labels.  */
static enum cvx_status
attach_labels (struct cvx_dataset *d, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_read_options o = { .y = "",
                                .header = -1,
                                .max_bytes = options->max_bytes,
                                .first_row = options->first_row,
                                .n_rows = options->n_rows };
  const struct cvx_reader *reader;
  struct cvx_dataset *l = NULL;
  struct cvx_part *p = &d->part[CVX_TRAIN];
  enum cvx_status status
      = cvxi_find_reader (&reader, options->labels, NULL, err);
  if (status == CVX_OK)
    status = reader->read (&l, options->labels, &o, progress, NULL, err);
  if (status == CVX_OK && cvx_dataset_is_sparse (l) && l->n_features == 1)
    status = cvx_dataset_fill (l, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (l);
      return status;
    }
  if (l->n_features != 1)
    status = cvx_fail (err, CVX_E223,
                       "the labels file %s has %zu columns, not one",
                       options->labels, l->n_features);
  else if (l->part[CVX_TRAIN].n != p->n)
    {
      status = cvx_fail (err, CVX_E223, "%zu rows in %s, but %zu labels in %s",
                         p->n, path, l->part[CVX_TRAIN].n, options->labels);
      cvx_hint (err, "do the two files belong together?");
    }
  else
    {
      double *y = p->y;
      p->y = l->part[CVX_TRAIN].x;
      l->part[CVX_TRAIN].x = y;
      d->n_outputs = 1;
      /* Images come with classes; a table may come with numbers.  */
      if (d->image[0] != 0)
        status = cvxi_labels_from_values (d, 1000, err);
    }
  cvx_dataset_free (l);
  return status;
}

/* Column J of the training rows holds one number; SPARSE: what is known of the
   columns, or NULL.  */
static bool
is_constant (const struct cvx_dataset *d, size_t j,
             const struct cvxi_sparse_column *sparse)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t i = 1;
  if (p->n < 2)
    return false;
  if (p->x == NULL)
    return sparse != NULL && sparse[j].low == sparse[j].high;
  while (i < p->n && p->x[i * d->n_features + j] == p->x[j])
    i++;
  return i == p->n;
}

static void
note_constants (const struct cvx_dataset *d, double largest,
                struct cvx_text *notes)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t constant = 0, first = 0;
  struct cvxi_sparse_column *sparse = NULL;
  char column[200];
  if (notes == NULL)
    return;
  /* Without memory for that nothing is said.  */
  if (cvx_dataset_is_sparse (d)
      && cvxi_sparse_columns (&sparse, d, NULL) != CVX_OK)
    return;
  for (size_t j = 0; j < d->n_features; j++)
    if (is_constant (d, j, sparse) && constant++ == 0)
      first = j;
  cvx_free (sparse);
  column_words (column, sizeof column, d, first);
  if (constant == 1)
    cvx_text_printf (notes, "column %s is constant\n", column);
  else if (constant > 1)
    cvx_text_printf (notes, "%zu columns are constant, the first is %s\n",
                     constant, column);
  if (d->n_outputs == 1 && p->n > 1)
    {
      size_t i = 1;
      while (i < p->n && p->y[i] == p->y[0])
        i++;
      if (i == p->n)
        cvx_text_put (notes, "the target is constant\n");
    }
  if (largest > 1e100 && isfinite (largest))
    cvx_text_printf (notes,
                     "values up to %.1g: squares will overflow; scale the "
                     "data\n",
                     largest);
}

/* "data/t10k-images-idx3-ubyte.gz" -> "t10k-images-idx3-ubyte".  */
static char *
short_name (const char *file)
{
  static const char *const packed[] = { ".gz", ".xz", ".bz2", ".zst" };
  const char *base = cvxi_base_name (file), *dot;
  const char *colon = strchr (base, ':');
  struct stat st;
  size_t len;
  if (colon != NULL && lstat (file, &st) != 0)
    base = colon + 1; /* a file in an archive */
  len = strlen (base);
  for (size_t k = 0; k < sizeof packed / sizeof *packed; k++)
    {
      size_t s = strlen (packed[k]);
      if (len > s && strcmp (base + len - s, packed[k]) == 0)
        {
          len -= s;
          break;
        }
    }
  dot = memrchr (base, '.', len);
  if (dot != NULL && dot > base)
    len = (size_t)(dot - base);
  return cvx_strndup (base, len);
}

static enum cvx_status
finish (struct cvx_dataset *d, const char *path, const char *file,
        const struct cvx_read_options *options, struct cvx_progress *progress,
        struct cvx_text *notes, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  double largest = 0;
  struct cvxi_found *found = options->found;
  cvx_free (d->name);
  d->name = short_name (file);
  d->source = cvx_strdup (path);
  if (d->name == NULL || d->source == NULL)
    return cvx_fail_nomem (err, "reading a file");
  if (options->labels != NULL)
    status = attach_labels (d, path, options, progress, err);
  if (status == CVX_OK && d->part[CVX_TRAIN].sparse == NULL
      && !(found->known && found->n == d->part[CVX_TRAIN].n
           && found->n_outputs == d->n_outputs))
    cvxi_scan_rows (d, found);
  if (status == CVX_OK)
    status = settle_missing (d, path, options->missing, found, &largest, notes,
                             err);
  if (status == CVX_OK && options->like == NULL)
    status = cvxi_labels_settle (d, notes, err);
  if (status == CVX_OK && cvx_aborted (progress))
    status = cvx_fail_interrupted (err);
  if (status != CVX_OK)
    return status;
  if (options->like == NULL)
    note_constants (d, largest, notes);
  cvxi_dataset_rehash (d, found->known ? found : NULL);
  return CVX_OK;
}

/* What is to be opened for PATH, in a new string at *FILE, and the name of the
   array that is wanted of it, borrowed from PATH, or NULL.  */
static enum cvx_status
find_file (char **file, const char **array, const char *path,
           struct cvx_error *err)
{
  char *outer, *member = NULL;
  const char *name;
  bool container = false;
  enum cvx_status status = CVX_OK;
  *array = NULL;
  if (!cvxi_path_split (path, &outer, &name))
    return cvx_fail_nomem (err, "reading a file");
  if (!is_folder (outer))
    {
      member = name != NULL ? cvx_strdup (name) : NULL;
      status = cvxi_container_look (outer, &container, &member, err);
    }
  if (status == CVX_OK && container)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      cvx_text_printf (&t, "%s:%s", outer, member);
      *file = t.failed ? NULL : cvx_strdup (t.s);
      cvx_text_free (&t);
    }
  else if (status == CVX_OK)
    {
      *array = name;
      *file = cvx_strdup (outer);
    }
  cvx_free (member);
  cvx_free (outer);
  return status == CVX_OK && *file == NULL
             ? cvx_fail_nomem (err, "reading a file")
             : status;
}

/* Files of these formats hold arrays with names.  */
static bool
has_arrays (const struct cvx_reader *r)
{
  return r == &reader_npz || r == &reader_mat || r == &reader_hdf5;
}

static enum cvx_status
read_file (struct cvx_dataset **d, const char *file,
           const struct cvx_read_options *o, struct cvx_progress *progress,
           struct cvx_text *said, struct cvx_error *err)
{
  const struct cvx_reader *reader;
  enum cvx_status status = cvxi_find_reader (&reader, file, o->format, err);
  if (status == CVX_OK && o->member != NULL && !has_arrays (reader))
    return cvx_fail (err, CVX_E204,
                     "cannot read %s:%s: the file has no parts (it is %s)",
                     file, o->member, reader->summary);
  return status == CVX_OK ? reader->read (d, file, o, progress, said, err)
                          : status;
}

enum cvx_status
cvx_dataset_read (struct cvx_dataset **out, const char *path,
                  const struct cvx_read_options *options,
                  struct cvx_progress *progress, struct cvx_text *notes,
                  struct cvx_error *err)
{
  struct cvx_read_options o = *options;
  struct cvxi_found found = { .known = false };
  struct cvx_dataset *d = NULL;
  struct cvx_text said = CVX_TEXT_INIT;
  char *file = NULL;
  enum cvx_status status = find_file (&file, &o.member, path, err);
  *out = NULL;
  o.found = &found;
  if (status == CVX_OK)
    status = read_file (&d, file, &o, progress, &said, err);
  if (status == CVX_OK)
    status = finish (d, path, file, &o, progress, &said, err);
  if (status == CVX_OK && said.failed)
    status = cvx_fail_nomem (err, "reading a file");
  if (status == CVX_OK)
    {
      if (notes != NULL)
        cvx_text_put (notes, cvx_text_string (&said));
      *out = d;
    }
  else
    cvx_dataset_free (d);
  cvx_text_free (&said);
  cvx_free (file);
  return status;
}
