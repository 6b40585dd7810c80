/* labels.c -- classes of a target.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/number.h"
#include "data/parts.h"

static int
by_value (const void *a, const void *b)
{
  const struct cvx_label *p = a, *q = b;
  return (p->value > q->value) - (p->value < q->value);
}

static int
by_name (const void *a, const void *b)
{
  const struct cvx_label *p = a, *q = b;
  return strcmp (p->name, q->name);
}

struct cvx_label *
cvxi_label_find (const struct cvx_dataset *d, double value)
{
  struct cvx_label key = { NULL, value };
  return d->n_labels > 0
             ? bsearch (&key, d->label, d->n_labels, sizeof key, by_value)
             : NULL;
}

size_t
cvx_dataset_label_of (const struct cvx_dataset *d, const double *v)
{
  size_t best = 0;
  for (size_t k = 1; k < d->n_labels; k++)
    if (d->n_outputs > 1 ? v[k] > v[best]
                         : fabs (v[0] - d->label[k].value)
                               <= fabs (v[0] - d->label[best].value))
      best = k;
  return best;
}

enum cvx_status
cvxi_labels_from_values (struct cvx_dataset *d, size_t limit,
                         struct cvx_error *err)
{
  struct cvx_label *list;
  if (d->n_outputs != 1)
    return CVX_OK;
  list = cvx_calloc (limit, sizeof *list);
  if (list == NULL)
    return cvx_fail_nomem (err, "collecting labels");
  cvxi_labels_free (d);
  d->label = list;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      {
        double v = d->part[p].y[i];
        char name[40];
        if (cvxi_label_find (d, v) != NULL)
          continue;
        if (v != floor (v) || fabs (v) > 0x1p53 || d->n_labels == limit)
          {
            cvxi_labels_free (d);
            return CVX_OK;
          }
        snprintf (name, sizeof name, "%.0f", v + 0.0);
        list[d->n_labels].value = v + 0.0;
        list[d->n_labels].name = cvx_strdup (name);
        if (list[d->n_labels++].name == NULL)
          return cvx_fail_nomem (err, "collecting labels");
        qsort (list, d->n_labels, sizeof *list, by_value);
      }
  return CVX_OK;
}

/* Labels that are numbers: their values, true; otherwise false.  */
static bool
numeric_names (const struct cvx_dataset *d, double *values)
{
  struct cvxi_numbers f;
  bool all = cvxi_numbers_init (&f, '.');
  for (size_t k = 0; all && k < d->n_labels; k++)
    all = cvxi_number (&f, d->label[k].name, strlen (d->label[k].name),
                       &values[k])
          == CVXI_NUMBER;
  cvxi_numbers_free (&f);
  return all;
}

/* Give label k of D, and the rows that have it, the value TO[k].  */
static void
revalue (struct cvx_dataset *d, const double *to)
{
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      {
        const struct cvx_label *l = cvxi_label_find (d, d->part[p].y[i]);
        d->part[p].y[i] = to[l - d->label];
      }
  for (size_t k = 0; k < d->n_labels; k++)
    d->label[k].value = to[k];
}

/* Forget labels that no row has.  */
static enum cvx_status
drop_unused (struct cvx_dataset *d, struct cvx_error *err)
{
  size_t kept = 0, *count = cvx_calloc (d->n_labels, sizeof *count);
  if (count == NULL)
    return cvx_fail_nomem (err, "collecting labels");
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      count[cvxi_label_find (d, d->part[p].y[i]) - d->label]++;
  for (size_t k = 0; k < d->n_labels; k++)
    if (count[k] > 0)
      d->label[kept++] = d->label[k];
    else
      cvx_free (d->label[k].name);
  d->n_labels = kept;
  cvx_free (count);
  return CVX_OK;
}

static void
note_labels (const struct cvx_dataset *d, struct cvx_text *notes)
{
  enum
  {
    SHOWN = 12
  };
  if (notes == NULL)
    return;
  cvx_text_put (notes, "labels:");
  for (size_t k = 0; k < d->n_labels && k < SHOWN; k++)
    cvx_text_printf (notes, "%s %s = %g", k > 0 ? "," : "", d->label[k].name,
                     d->label[k].value);
  if (d->n_labels > SHOWN)
    cvx_text_printf (notes, ", ... (%zu)", d->n_labels);
  cvx_text_put (notes, "\n");
}

/* Values for the labels, which are sorted by value: two become -1 and +1.
 *MAPPED says whether a value changed.  */
static enum cvx_status
assign (struct cvx_dataset *d, bool *mapped, struct cvx_error *err)
{
  double *rank = cvx_alloc (d->n_labels, sizeof *rank),
         *to = cvx_alloc (d->n_labels, sizeof *to);
  struct cvx_label *sorted = cvx_copy (d->label, d->n_labels, sizeof *sorted);
  enum cvx_status status = CVX_OK;
  *mapped = false;
  if (rank == NULL || to == NULL || sorted == NULL)
    status = cvx_fail_nomem (err, "collecting labels");
  else
    {
      /* The order of the names: by number when all are numbers.  */
      bool numbers = numeric_names (d, rank);
      if (numbers)
        for (size_t k = 0; k < d->n_labels; k++)
          sorted[k].value = rank[k];
      qsort (sorted, d->n_labels, sizeof *sorted,
             numbers ? by_value : by_name);
      for (size_t k = 0; k < d->n_labels; k++)
        for (size_t j = 0; j < d->n_labels; j++)
          if (d->label[j].name == sorted[k].name)
            {
              to[j] = d->n_labels == 2 ? (k == 0 ? -1 : 1)
                      : numbers        ? sorted[k].value
                                       : (double)k;
              *mapped = *mapped || to[j] != d->label[j].value || !numbers;
            }
      revalue (d, to);
      qsort (d->label, d->n_labels, sizeof *d->label, by_value);
    }
  cvx_free (rank);
  cvx_free (to);
  cvx_free (sorted);
  return status;
}

/* True when a two-valued target of numbers is a pair of classes.  */
static bool
is_pair (const struct cvx_dataset *d)
{
  double a, b;
  size_t count[2] = { 0, 0 };
  if (d->n_labels != 2)
    return false;
  a = d->label[0].value;
  b = d->label[1].value;
  if ((a == -1 && b == 1) || (a == 0 && b == 1) || (a == 1 && b == 2))
    return true;
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < d->part[p].n; i++)
      count[d->part[p].y[i] == b]++;
  return count[0] > 1 && count[1] > 1;
}

enum cvx_status
cvxi_labels_settle (struct cvx_dataset *d, struct cvx_text *notes,
                    struct cvx_error *err)
{
  enum cvx_status status;
  bool text = d->n_labels > 0, mapped;
  if (d->n_outputs != 1)
    return CVX_OK;
  if (!text)
    {
      status = cvxi_labels_from_values (d, 2, err);
      if (status != CVX_OK)
        return status;
      if (!is_pair (d))
        {
          cvxi_labels_free (d);
          return CVX_OK;
        }
    }
  qsort (d->label, d->n_labels, sizeof *d->label, by_value);
  status = drop_unused (d, err);
  if (status != CVX_OK)
    return status;
  if (d->n_labels == 1)
    {
      cvx_fail (err, CVX_E224, "every row has the same label %.60s",
                d->label[0].name);
      return cvx_hint (err, "choose the target with y=COLUMN");
    }
  status = assign (d, &mapped, err);
  if (status == CVX_OK && mapped)
    note_labels (d, notes);
  return status;
}

/* The label of D called NAME, or by its number; NULL: none.  */
static const struct cvx_label *
find_name (const struct cvx_dataset *d, const char *name)
{
  double v;
  struct cvxi_numbers f;
  bool number;
  for (size_t k = 0; k < d->n_labels; k++)
    if (strcmp (d->label[k].name, name) == 0)
      return &d->label[k];
  number = cvxi_numbers_init (&f, '.')
           && cvxi_number (&f, name, strlen (name), &v) == CVXI_NUMBER;
  cvxi_numbers_free (&f);
  return number ? cvxi_label_find (d, v) : NULL;
}

static enum cvx_status
fail_label (const struct cvx_dataset *d, const char *name,
            struct cvx_error *err)
{
  enum
  {
    SHOWN = 20
  };
  struct cvx_text t = CVX_TEXT_INIT;
  for (size_t k = 0; k < d->n_labels && k < SHOWN; k++)
    cvx_text_printf (&t, "%s %s", k > 0 ? "," : "", d->label[k].name);
  cvx_fail (err, CVX_E225, "no label %.60s; labels are%s%s", name,
            cvx_text_string (&t), d->n_labels > SHOWN ? ", ..." : "");
  cvx_text_free (&t);
  return CVX_INVALID;
}

/* The wanted labels into LABEL (N, names copied) with their new values, the
   old ones into OLD.  */
static enum cvx_status
pick (const struct cvx_dataset *d, const char *const *names, size_t n,
      struct cvx_label *label, double *old, struct cvx_error *err)
{
  for (size_t k = 0; k < n; k++)
    {
      const struct cvx_label *l = find_name (d, names[k]);
      if (l == NULL)
        return fail_label (d, names[k], err);
      for (size_t j = 0; j < k; j++)
        if (old[j] == l->value)
          return cvx_fail (err, CVX_E225, "label %.60s is named twice",
                           names[k]);
      old[k] = l->value;
      label[k].value = n == 2 ? (k == 0 ? -1 : 1) : l->value;
      label[k].name = cvx_strdup (l->name);
      if (label[k].name == NULL)
        return cvx_fail_nomem (err, "choosing classes");
    }
  return CVX_OK;
}

/* The rows of FROM whose label is one of the N values OLD, with the new
   value.  */
static enum cvx_status
keep_rows (struct cvx_part *to, const struct cvx_dataset *d,
           const struct cvx_part *from, const double *old,
           const struct cvx_label *label, size_t n, struct cvx_error *err)
{
  enum cvx_status status;
  size_t kept = 0, *index = cvx_alloc (from->n, sizeof *index);
  double *value = cvx_alloc (from->n, sizeof *value);
  if (index == NULL || value == NULL)
    status = cvx_fail_nomem (err, "choosing classes");
  else
    {
      for (size_t i = 0; i < from->n; i++)
        for (size_t k = 0; k < n; k++)
          if (from->y[i] == old[k])
            {
              index[kept] = i;
              value[kept++] = label[k].value;
            }
      status = cvxi_part_rows (to, d, from, index, kept, err);
      if (status == CVX_OK && kept > 0)
        memcpy (to->y, value, kept * sizeof *value);
    }
  cvx_free (index);
  cvx_free (value);
  return status;
}

/* D has labels.  */
static enum cvx_status
choose (struct cvx_dataset *result, const struct cvx_dataset *d,
        const char *const *names, size_t n, struct cvx_error *err)
{
  enum cvx_status status;
  double *old = cvx_alloc (n, sizeof *old);
  struct cvx_label *label = cvx_calloc (n, sizeof *label);
  if (old == NULL || label == NULL)
    {
      cvx_free (old);
      cvx_free (label);
      return cvx_fail_nomem (err, "choosing classes");
    }
  cvxi_labels_free (result);
  result->label = label;
  result->n_labels = n;
  status = pick (d, names, n, label, old, err);
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = keep_rows (&result->part[p], d, &d->part[p], old, label, n, err);
  cvx_free (old);
  if (status != CVX_OK)
    return status;
  qsort (label, n, sizeof *label, by_value);
  if (result->part[CVX_TRAIN].n == 0)
    return cvx_fail (err, CVX_E211, "no training row has one of these labels");
  cvx_dataset_rehash (result);
  return CVX_OK;
}

enum cvx_status
cvx_dataset_classes (struct cvx_dataset **out, const struct cvx_dataset *d,
                     const char *const *names, size_t n, struct cvx_error *err)
{
  enum
  {
    MOST = 1000
  };
  struct cvx_dataset *labelled = NULL, *result = NULL;
  enum cvx_status status = CVX_OK;
  *out = NULL;
  if (n < 2)
    return cvx_fail (err, CVX_E224, "two or more labels are needed, got %zu",
                     n);
  if (d->n_outputs > 1)
    return cvx_fail (err, CVX_E225,
                     "every class has its own output already: choose classes "
                     "before `onehot'");
  if (d->n_labels == 0)
    {
      /* Whole numbers may be taken as labels when asked for.  */
      status = cvx_dataset_copy (&labelled, d, err);
      if (status == CVX_OK)
        status = cvxi_labels_from_values (labelled, MOST, err);
      if (status == CVX_OK && labelled->n_labels == 0)
        status = cvx_fail (err, CVX_E225,
                           "the target is not a small set of labels");
      d = labelled;
    }
  if (status == CVX_OK)
    status = cvxi_dataset_shell (&result, d, err);
  if (status == CVX_OK)
    status = choose (result, d, names, n, err);
  if (status == CVX_OK)
    *out = result;
  else
    cvx_dataset_free (result);
  cvx_dataset_free (labelled);
  return status;
}
