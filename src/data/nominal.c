/* nominal.c -- texts as numbers, and numbers of texts as 0/1 columns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/nominal.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/parts.h"
#include "data/readers.h"

enum
{
  SLOTS = 32768 /* a power of two above CVXI_MOST_TEXTS */
};

enum cvx_status
cvxi_texts_number (struct cvxi_texts *t, const char *s, size_t len,
                   size_t *number, struct cvx_error *err)
{
  uint64_t h = cvxi_name_hash (s, len);
  size_t k;
  *number = SIZE_MAX;
  if (t->slot == NULL)
    {
      t->slot = cvx_calloc (SLOTS, sizeof *t->slot);
      t->name = cvx_calloc (CVXI_MOST_TEXTS, sizeof *t->name);
      if (t->slot == NULL || t->name == NULL)
        return cvx_fail_nomem (err, "collecting texts");
    }
  for (k = h % SLOTS; t->slot[k] != 0; k = (k + 1) % SLOTS)
    {
      const char *name = t->name[t->slot[k] - 1];
      if (strncmp (name, s, len) == 0 && name[len] == '\0')
        {
          *number = t->slot[k] - 1;
          return CVX_OK;
        }
    }
  if (t->fixed || t->n == CVXI_MOST_TEXTS)
    return CVX_OK;
  t->name[t->n] = cvx_strndup (s, len);
  if (t->name[t->n] == NULL)
    return cvx_fail_nomem (err, "collecting texts");
  *number = t->n;
  t->slot[k] = ++t->n;
  return CVX_OK;
}

void
cvxi_texts_free (struct cvxi_texts *t)
{
  cvx_free (t->slot);
  cvxi_names_free (t->name, t->n);
  memset (t, 0, sizeof *t);
}

enum cvx_status
cvxi_texts_labels (struct cvx_dataset *d, char *const *names, size_t n,
                   struct cvx_error *err)
{
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

/* Columns that take the place of a feature.  */
static size_t
width (const struct cvxi_texts *t)
{
  return t == NULL ? 1 : t->n <= 2 ? 1 : t->n;
}

static bool
name_columns (char **to, const struct cvx_dataset *d, size_t j,
              const struct cvxi_texts *t)
{
  struct cvx_text word = CVX_TEXT_INIT;
  bool ok = true;
  for (size_t k = 0; k < width (t) && ok; k++)
    {
      cvx_text_clear (&word);
      if (d->feature != NULL)
        cvx_text_put (&word, d->feature[j]);
      else
        cvx_text_printf (&word, "%zu", j + 1);
      if (t != NULL && t->n > 0)
        {
          const char *text = t->name[t->n == 2 ? 1 : k];
          char *clean = cvxi_name_copy (text, strlen (text));
          cvx_text_printf (&word, "=%s", clean != NULL ? clean : "");
          ok = clean != NULL;
          cvx_free (clean);
        }
      to[k] = cvx_strdup (cvx_text_string (&word));
      ok = ok && to[k] != NULL && !word.failed;
    }
  cvx_text_free (&word);
  return ok;
}

static void
fill (double *to, double v, const struct cvxi_texts *t)
{
  if (t == NULL)
    *to = v;
  else if (width (t) == 1)
    *to = isnan (v) ? v : t->n < 2 ? 1 : v;
  else
    for (size_t k = 0; k < t->n; k++)
      to[k] = isnan (v) ? v : (double)k == v;
}

enum cvx_status
cvxi_expand (struct cvx_dataset *d, const struct cvxi_texts *const *set,
             const char *path, const struct cvx_read_options *options,
             struct cvx_text *notes, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t wide = 0, texts = 0, bytes;
  enum cvx_status status;
  double *x;
  char **names;
  bool ok = true;
  for (size_t j = 0; j < d->n_features; j++)
    {
      wide += width (set[j]);
      texts += set[j] != NULL;
    }
  if (texts == 0)
    return CVX_OK;
  status = cvxi_check_memory (options, path, p->n, wide, d->n_outputs, err);
  if (status != CVX_OK)
    return status;
  x = cvx_mul (p->n, wide, &bytes) ? cvx_alloc (bytes, sizeof *x) : NULL;
  names = cvx_calloc (wide, sizeof *names);
  if (x != NULL && names != NULL)
    for (size_t j = 0, at = 0; j < d->n_features && ok; j++)
      {
        ok = name_columns (names + at, d, j, set[j]);
        for (size_t i = 0; i < p->n && ok; i++)
          fill (x + i * wide + at, p->x[i * d->n_features + j], set[j]);
        at += width (set[j]);
      }
  if (x == NULL || names == NULL || !ok)
    {
      cvx_free (x);
      if (names != NULL)
        cvxi_names_free (names, wide);
      return cvx_fail_nomem (err, "making 0/1 columns");
    }
  if (notes != NULL)
    cvx_text_printf (
        notes, "%zu column%s of text became %zu columns of 0 and 1\n", texts,
        texts == 1 ? "" : "s", wide - (d->n_features - texts));
  cvxi_names_free (d->feature, d->n_features);
  cvx_free (p->x);
  p->x = x;
  d->feature = names;
  d->n_features = wide;
  return CVX_OK;
}
