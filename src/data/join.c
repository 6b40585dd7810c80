/* join.c -- another file as a part of the data, and labels as outputs.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "data/number.h"
#include "data/parts.h"

/* Features of D that a file brings.  */
static size_t
plain_features (const struct cvx_dataset *d)
{
  return d->n_features - (d->bias == CVX_BIAS_AUGMENTED);
}

static size_t
find (char *const *names, size_t n, const char *name)
{
  size_t k = 0;
  while (k < n && strcmp (names[k], name) != 0)
    k++;
  return k < n ? k : SIZE_MAX;
}

/* Names of A that B does not have, as "a, b, ..." in T; how many.  */
static size_t
lacking (struct cvx_text *t, char *const *a, size_t n_a, char *const *b,
         size_t n_b)
{
  enum
  {
    SHOWN = 8
  };
  size_t n = 0;
  for (size_t k = 0; k < n_a; k++)
    if (find (b, n_b, a[k]) == SIZE_MAX && n++ < SHOWN)
      cvx_text_printf (t, "%s%s", n > 1 ? ", " : "", a[k]);
  if (n > SHOWN)
    cvx_text_printf (t, ", ... (%zu)", n);
  return n;
}

static enum cvx_status
check_names (const struct cvx_dataset *d, const struct cvx_dataset *f,
             const char *path, struct cvx_error *err)
{
  size_t n = plain_features (d);
  struct cvx_text less = CVX_TEXT_INIT, more = CVX_TEXT_INIT;
  size_t n_less = lacking (&less, d->feature, n, f->feature, f->n_features),
         n_more = lacking (&more, f->feature, f->n_features, d->feature, n);
  enum cvx_status status = CVX_OK;
  if (n_less > 0)
    cvx_fail (err, CVX_E247, "the file lacks columns of the training part: %s",
              cvx_text_string (&less));
  else if (n_more > 0)
    cvx_fail (err, CVX_E247,
              "the file has columns that the training part has not: %s",
              cvx_text_string (&more));
  if (n_less + n_more > 0)
    {
      status = cvx_at (err, path, 0, 0);
      cvx_hint (err, "choose the features with x=... and the target with "
                     "y=...");
    }
  cvx_text_free (&less);
  cvx_text_free (&more);
  return status;
}

/* FROM[j] is the column of F that is feature j of D.  */
static enum cvx_status
match_features (const struct cvx_dataset *d, const struct cvx_dataset *f,
                const char *path, size_t *from, struct cvx_error *err)
{
  size_t n = plain_features (d);
  if (d->feature != NULL && f->feature != NULL)
    {
      enum cvx_status status = check_names (d, f, path, err);
      for (size_t j = 0; status == CVX_OK && j < n; j++)
        from[j] = find (f->feature, f->n_features, d->feature[j]);
      return status;
    }
  if (f->n_features != n)
    {
      cvx_fail (err, CVX_E247,
                "the file has %zu feature%s, the training part has %zu",
                f->n_features, f->n_features == 1 ? "" : "s", n);
      cvx_at (err, path, 0, 0);
      return cvx_hint (err, "choose the features with x=... and the target "
                            "with y=...");
    }
  for (size_t j = 0; j < n; j++)
    from[j] = j;
  return CVX_OK;
}

/* The label of D that is called NAME, or has the number V for a name; NULL:
   none.  */
static const struct cvx_label *
known_label (const struct cvx_dataset *d, const char *name, double v,
             const struct cvxi_numbers *numbers)
{
  for (size_t k = 0; k < d->n_labels; k++)
    {
      const char *label = d->label[k].name;
      double u;
      if (name != NULL
              ? strcmp (label, name) == 0
              : cvxi_number (numbers, label, strlen (label), &u) == CVXI_NUMBER
                    && u == v)
        return &d->label[k];
    }
  return NULL;
}

/* Targets of F by the labels of D.  */
static enum cvx_status
match_labels (const struct cvx_dataset *d, struct cvx_dataset *f,
              const char *path, struct cvx_error *err)
{
  struct cvxi_numbers numbers;
  struct cvx_part *p = &f->part[CVX_TRAIN];
  enum cvx_status status = CVX_OK;
  if (!cvxi_numbers_init (&numbers, '.'))
    return cvx_fail_nomem (err, "matching labels");
  for (size_t i = 0; i < p->n && status == CVX_OK; i++)
    {
      const char *name
          = f->n_labels > 0 ? f->label[(size_t)p->y[i]].name : NULL;
      const struct cvx_label *l = known_label (d, name, p->y[i], &numbers);
      if (l != NULL)
        p->y[i] = l->value;
      else if (name != NULL)
        status = cvx_fail (err, CVX_E248,
                           "the label %.60s (row %zu) does not occur in the "
                           "training part",
                           name, p->row[i] + 1);
      else
        status = cvx_fail (err, CVX_E248,
                           "the label %g (row %zu) does not occur in the "
                           "training part",
                           p->y[i], p->row[i] + 1);
    }
  cvxi_numbers_free (&numbers);
  return status == CVX_OK ? status : cvx_at (err, path, 0, 0);
}

/* The labels of part P (one value a row) as one 0/1 output for each of those
   of D.  */
static enum cvx_status
expand (const struct cvx_dataset *d, struct cvx_part *p, struct cvx_error *err)
{
  size_t c = d->n_labels;
  double *y = p->n > 0 ? cvx_alloc (p->n * c, sizeof *y) : NULL;
  if (p->n == 0)
    return CVX_OK;
  if (y == NULL)
    return cvx_fail_nomem (err, "making outputs");
  for (size_t i = 0; i < p->n; i++)
    for (size_t k = 0; k < c; k++)
      y[i * c + k] = p->y[i] == d->label[k].value;
  cvx_free (p->y);
  p->y = y;
  return CVX_OK;
}

static enum cvx_status
match_targets (const struct cvx_dataset *d, struct cvx_dataset *f,
               const char *path, struct cvx_error *err)
{
  enum cvx_status status;
  bool classes = d->n_outputs > 1 && d->n_labels > 0;
  if (f->n_outputs != (classes ? 1 : d->n_outputs))
    cvx_fail (err, CVX_E247,
              "the file has %zu target%s, the training part has %zu",
              f->n_outputs, f->n_outputs == 1 ? "" : "s", d->n_outputs);
  else if (d->n_labels == 0 && f->n_labels > 0)
    cvx_fail (err, CVX_E247,
              "the target of the file is text, that of the training part are "
              "numbers");
  else
    {
      status = d->n_labels > 0 ? match_labels (d, f, path, err) : CVX_OK;
      if (status == CVX_OK && classes)
        status = expand (d, &f->part[CVX_TRAIN], err);
      if (status == CVX_OK)
        f->n_outputs = d->n_outputs;
      return status;
    }
  cvx_at (err, path, 0, 0);
  return cvx_hint (err, "choose the target with y=...");
}

/* Row TO of D from row V of the file.  */
static void
take_row (const struct cvx_dataset *d, const double *v, const size_t *from,
          double *to)
{
  size_t n = plain_features (d);
  double norm = 0;
  for (size_t j = 0; j < n; j++)
    {
      to[j] = v[from[j]];
      if (d->x_shift != NULL)
        to[j] = (to[j] - d->x_shift[j]) * d->x_factor[j];
      norm = hypot (norm, to[j]);
    }
  for (size_t j = 0; j < n && d->x_rownorm && norm > 0; j++)
    to[j] /= norm;
  if (n < d->n_features)
    to[n] = 1;
}

/* Row I of the part P of F as numbers: where they are, or written out into
   ROW.  */
static const double *
row_of (const struct cvx_dataset *f, const struct cvx_part *p, size_t i,
        double *row)
{
  if (p->x != NULL)
    return p->x + i * f->n_features;
  cvx_csr_expand (p->sparse, i, row);
  return row;
}

/* The features of PART from F, in the forms that the rows of D have.  */
static enum cvx_status
join_x (const struct cvx_dataset *d, struct cvx_part *part,
        const struct cvx_dataset *f, const size_t *from, struct cvx_error *err)
{
  const struct cvx_part *p = &f->part[CVX_TRAIN];
  bool dense = d->part[CVX_TRAIN].x != NULL,
       sparse = d->part[CVX_TRAIN].sparse != NULL;
  double *row = cvx_alloc (f->n_features + d->n_features, sizeof *row);
  double *to = row != NULL ? row + f->n_features : NULL;
  enum cvx_status status
      = row != NULL ? CVX_OK : cvx_fail_nomem (err, "joining parts");
  if (status == CVX_OK && sparse)
    {
      size_t count = p->n;
      if (p->sparse != NULL)
        count += p->sparse->start[p->n];
      else
        for (size_t k = 0; k < p->n * f->n_features; k++)
          count += p->x[k] != 0;
      status = cvx_csr_new (&part->sparse, p->n, d->n_features, count, err);
    }
  for (size_t i = 0; i < p->n && status == CVX_OK; i++)
    {
      take_row (d, row_of (f, p, i, row), from, to);
      if (sparse)
        cvx_csr_put (part->sparse, i, to);
      if (dense)
        memcpy (part->x + i * d->n_features, to, d->n_features * sizeof *to);
    }
  cvx_free (row);
  return status;
}

static enum cvx_status
join (struct cvx_dataset *d, struct cvx_part *part,
      const struct cvx_dataset *f, const size_t *from, struct cvx_error *err)
{
  const struct cvx_part *p = &f->part[CVX_TRAIN];
  size_t c = d->n_outputs;
  enum cvx_status status;
  cvxi_part_free (part);
  if (cvx_dataset_is_sparse (d)
          ? !cvxi_part_rest (part, p->n, c)
          : !cvxi_part_new (part, p->n, d->n_features, c))
    return cvx_fail_nomem (err, "joining parts");
  memcpy (part->row, p->row, p->n * sizeof *p->row);
  for (size_t i = 0; i < p->n; i++)
    for (size_t k = 0; k < c; k++)
      part->y[i * c + k]
          = d->y_shift != NULL
                ? (p->y[i * c + k] - d->y_shift[k]) * d->y_factor[k]
                : p->y[i * c + k];
  status = join_x (d, part, f, from, err);
  if (status == CVX_OK)
    cvx_dataset_rehash (d);
  return status;
}

enum cvx_status
cvx_dataset_read_part (struct cvx_dataset **out, const struct cvx_dataset *d,
                       enum cvx_part_id part, const char *path,
                       const struct cvx_read_options *options,
                       struct cvx_progress *progress, struct cvx_text *notes,
                       struct cvx_error *err)
{
  struct cvx_read_options o = *options;
  struct cvx_dataset *f = NULL, *r = NULL;
  size_t *from = NULL;
  enum cvx_status status;
  *out = NULL;
  o.like = d;
  if (o.y == NULL && o.labels == NULL && d->feature != NULL)
    o.y = d->target;
  status = cvx_dataset_read (&f, path, &o, progress, notes, err);
  if (status != CVX_OK)
    return status;
  from = cvx_alloc (d->n_features, sizeof *from);
  if (from == NULL)
    status = cvx_fail_nomem (err, "joining parts");
  if (status == CVX_OK)
    status = match_features (d, f, path, from, err);
  if (status == CVX_OK)
    status = match_targets (d, f, path, err);
  if (status == CVX_OK)
    status = cvx_dataset_copy (&r, d, err);
  if (status == CVX_OK)
    status = join (r, &r->part[part], f, from, err);
  if (status == CVX_OK)
    *out = r;
  else
    cvx_dataset_free (r);
  cvx_dataset_free (f);
  cvx_free (from);
  return status;
}

enum cvx_status
cvx_dataset_onehot (struct cvx_dataset **out, const struct cvx_dataset *d,
                    struct cvx_error *err)
{
  struct cvx_dataset *r;
  enum cvx_status status;
  *out = NULL;
  if (d->n_labels == 0 || d->n_outputs != 1)
    return cvx_fail (err, CVX_E249,
                     d->n_labels > 0 ? "every class has its output already"
                                     : "the target has no labels");
  status = cvx_dataset_copy (&r, d, err);
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = expand (d, &r->part[p], err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (r);
      return status;
    }
  r->n_outputs = d->n_labels;
  cvx_dataset_rehash (r);
  *out = r;
  return CVX_OK;
}

/* The number of the output of row I of P that is 1, all others being 0; C:
   there is none.  */
static size_t
one_of (const struct cvx_part *p, size_t i, size_t c)
{
  const double *y = p->y + i * c;
  size_t one = c;
  for (size_t k = 0; k < c; k++)
    if (y[k] == 1 && one == c)
      one = k;
    else if (y[k] != 0)
      return c;
  return one;
}

enum cvx_status
cvx_dataset_labels (struct cvx_dataset **out, const struct cvx_dataset *d,
                    struct cvx_text *notes, struct cvx_error *err)
{
  struct cvx_dataset *r;
  size_t c = d->n_outputs;
  bool known = d->n_labels == c;
  enum cvx_status status;
  *out = NULL;
  if (c < 2)
    return cvx_fail (err, CVX_E249,
                     "the target is one column, not one of 0 "
                     "and 1 for every class");
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      if (one_of (&d->part[p], i, c) == c)
        return cvx_fail (err, CVX_E249,
                         "the targets of row %zu are not one 1 and zeros",
                         d->part[p].row[i] + 1);
  status = cvx_dataset_copy (&r, d, err);
  if (status != CVX_OK)
    return status;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < r->part[p].n; i++)
      {
        size_t k = one_of (&d->part[p], i, c);
        r->part[p].y[i] = known ? d->label[k].value : (double)k + 1;
      }
  cvx_free (r->y_shift);
  cvx_free (r->y_factor);
  r->y_shift = r->y_factor = NULL;
  r->n_outputs = 1;
  if (!known)
    {
      status = cvxi_labels_from_values (r, c, err);
      if (status == CVX_OK)
        status = cvxi_labels_settle (r, notes, err);
      if (status != CVX_OK)
        {
          cvx_dataset_free (r);
          return status;
        }
    }
  cvx_dataset_rehash (r);
  *out = r;
  return CVX_OK;
}
