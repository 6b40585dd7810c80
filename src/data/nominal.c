/* nominal.c -- texts as numbers, and numbers of texts as 0/1 columns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/nominal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "data/header.h"
#include "data/parts.h"
#include "data/readers.h"

/* Twice the room.  Sets begin small, since a file may have many columns.  */
static bool
grow (struct cvxi_texts *t)
{
  size_t n = t->n_slots > 0 ? 2 * t->n_slots : 8;
  size_t *slot = cvx_calloc (n, sizeof *slot);
  char **name = cvx_grow (t->name, t->n, n / 2, sizeof *name);
  if (name != NULL)
    t->name = name;
  if (slot == NULL || name == NULL)
    {
      cvx_free (slot);
      return false;
    }
  for (size_t i = 0; i < t->n; i++)
    {
      size_t k = cvxi_name_hash (name[i], strlen (name[i])) % n;
      while (slot[k] != 0)
        k = (k + 1) % n;
      slot[k] = i + 1;
    }
  cvx_free (t->slot);
  t->slot = slot;
  t->n_slots = n;
  return true;
}

enum cvx_status
cvxi_texts_number (struct cvxi_texts *t, const char *s, size_t len,
                   size_t *number, struct cvx_error *err)
{
  uint64_t h = cvxi_name_hash (s, len);
  size_t k;
  *number = SIZE_MAX;
  if (t->n == t->n_slots / 2 && !t->fixed && !grow (t))
    return cvx_fail_nomem (err, "collecting texts");
  if (t->n_slots == 0)
    return CVX_OK;
  for (k = h % t->n_slots; t->slot[k] != 0; k = (k + 1) % t->n_slots)
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

/* The 0/1 columns that take the place of one feature: column K is 1 where the
   text is number ONE[K].  */
struct block
{
  size_t width;
  char **name; /* owned */
  size_t *one; /* SIZE_MAX: never */
};

static void
block_free (struct block *b)
{
  cvxi_names_free (b->name, b->width);
  cvx_free (b->one);
}

static bool
block_room (struct block *b, size_t width)
{
  b->width = width;
  b->name = cvx_calloc (width, sizeof *b->name);
  b->one = cvx_alloc (width, sizeof *b->one);
  return b->name != NULL && b->one != NULL;
}

/* "feature=TEXT", or "feature=TEXT/OTHER" for two texts; NULL: no memory.  */
static char *
column_name (const char *feature, const char *text, const char *other)
{
  struct cvx_text t = CVX_TEXT_INIT;
  char *a = cvxi_name_copy (text, strlen (text)), *name = NULL;
  char *b = other != NULL ? cvxi_name_copy (other, strlen (other)) : NULL;
  if (a != NULL && (other == NULL || b != NULL))
    {
      cvx_text_printf (&t, "%s=%s%s%s", feature, a, b != NULL ? "/" : "",
                       b != NULL ? b : "");
      name = t.failed ? NULL : cvx_strdup (cvx_text_string (&t));
    }
  cvx_free (a);
  cvx_free (b);
  cvx_text_free (&t);
  return name;
}

/* A column per text; for two texts one, 1 for the later in order.  */
static bool
fresh_block (struct block *b, const char *feature, const struct cvxi_texts *t)
{
  bool ok;
  if (t->n == 2)
    {
      size_t later = strcmp (t->name[0], t->name[1]) < 0 ? 1u : 0u;
      ok = block_room (b, 1);
      if (!ok)
        return false;
      b->one[0] = later;
      b->name[0] = column_name (feature, t->name[later], t->name[1 - later]);
      return b->name[0] != NULL;
    }
  ok = block_room (b, t->n > 0 ? t->n : 1);
  for (size_t k = 0; ok && k < b->width; k++)
    {
      b->one[k] = t->n > 0 ? k : SIZE_MAX;
      b->name[k] = t->n > 0 ? column_name (feature, t->name[k], NULL)
                            : cvx_strdup (feature);
      ok = b->name[k] != NULL;
    }
  return ok;
}

/* Number of the text in T of which column NAME of FEATURE is, else SIZE_MAX;
 *OTHER is the one that such a column of two texts stands for with 0.  */
static size_t
text_of_column (const char *name, const char *feature,
                const struct cvxi_texts *t, size_t *other)
{
  size_t one = SIZE_MAX;
  *other = SIZE_MAX;
  for (size_t k = 0; k < t->n; k++)
    {
      char *alone = column_name (feature, t->name[k], NULL);
      size_t len = alone != NULL ? strlen (alone) : 0, n = strlen (name);
      size_t text = len > 0 ? strlen (alone) - strlen (feature) - 1 : 0;
      if (len > 0 && strncmp (name, alone, len) == 0
          && (name[len] == '\0' || name[len] == '/'))
        one = k;
      else if (len > 0 && n > text && name[n - text - 1] == '/'
               && strcmp (name + n - text, alone + strlen (feature) + 1) == 0)
        *other = k;
      cvx_free (alone);
    }
  return one;
}

/* The columns that LIKE has for this feature.  E248: a text has none.  */
static enum cvx_status
like_block (struct block *b, const struct cvx_dataset *like,
            const char *feature, const struct cvxi_texts *t, const char *path,
            struct cvx_error *err)
{
  size_t n = 0, len = strlen (feature);
  bool *seen = cvx_calloc (t->n + 1, 1);
  enum cvx_status status = CVX_OK;
  bool ok = seen != NULL && block_room (b, like->n_features);
  for (size_t j = 0; ok && j < like->n_features; j++)
    {
      const char *name = like->feature[j];
      size_t other;
      if (strncmp (name, feature, len) != 0 || name[len] != '=')
        continue;
      b->one[n] = text_of_column (name, feature, t, &other);
      b->name[n] = cvx_strdup (name);
      ok = b->name[n] != NULL;
      if (b->one[n] != SIZE_MAX)
        seen[b->one[n]] = true;
      if (other != SIZE_MAX)
        seen[other] = true;
      n++;
    }
  b->width = n;
  if (!ok)
    status = cvx_fail_nomem (err, "making 0/1 columns");
  for (size_t k = 0; status == CVX_OK && n > 0 && k < t->n; k++)
    if (!seen[k])
      {
        cvx_fail (err, CVX_E248,
                  "\"%.60s\" of column %.200s does not occur in the training "
                  "part",
                  t->name[k], feature);
        status = cvx_at (err, path, 0, 0);
      }
  cvx_free (seen);
  return status;
}

static enum cvx_status
make_block (struct block *b, const struct cvx_dataset *d, size_t j,
            const struct cvxi_texts *t, const char *path,
            const struct cvx_dataset *like, struct cvx_error *err)
{
  char number[32];
  const char *feature = number;
  enum cvx_status status = CVX_OK;
  snprintf (number, sizeof number, "%zu", j + 1);
  if (d->feature != NULL)
    feature = d->feature[j];
  if (t == NULL)
    {
      bool ok = block_room (b, 1);
      if (ok)
        b->name[0] = cvx_strdup (feature);
      return ok && b->name[0] != NULL
                 ? CVX_OK
                 : cvx_fail_nomem (err, "making 0/1 columns");
    }
  if (like != NULL && like->feature != NULL)
    status = like_block (b, like, feature, t, path, err);
  if (status == CVX_OK && b->width == 0)
    {
      block_free (b);
      memset (b, 0, sizeof *b);
      if (!fresh_block (b, feature, t))
        status = cvx_fail_nomem (err, "making 0/1 columns");
    }
  return status;
}

enum cvx_status
cvxi_expand (struct cvx_dataset *d, const struct cvxi_texts *const *set,
             const char *path, const struct cvx_read_options *options,
             struct cvx_text *notes, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t wide = 0, texts = 0, total, old = d->n_features;
  enum cvx_status status = CVX_OK;
  struct block *block;
  double *x = NULL;
  char **names = NULL;
  for (size_t j = 0; j < old; j++)
    texts += set[j] != NULL;
  if (texts == 0)
    return CVX_OK;
  block = cvx_calloc (old, sizeof *block);
  if (block == NULL)
    return cvx_fail_nomem (err, "making 0/1 columns");
  for (size_t j = 0; j < old && status == CVX_OK; j++)
    {
      status = make_block (&block[j], d, j, set[j], path, options->like, err);
      wide += block[j].width;
    }
  if (status == CVX_OK)
    status = cvxi_check_memory (options, path, p->n, wide, d->n_outputs, err);
  if (status == CVX_OK)
    {
      x = cvx_mul (p->n, wide, &total) ? cvx_alloc (total, sizeof *x) : NULL;
      names = cvx_calloc (wide, sizeof *names);
      if (x == NULL || names == NULL)
        {
          cvx_free (names);
          cvx_free (x);
          status = cvx_fail_nomem (err, "making 0/1 columns");
        }
    }
  for (size_t j = 0, at = 0; j < old && status == CVX_OK; j++)
    for (size_t k = 0; k < block[j].width; k++, at++)
      {
        for (size_t i = 0; i < p->n; i++)
          {
            double v = p->x[i * old + j];
            x[i * wide + at] = set[j] == NULL || isnan (v)
                                   ? v
                                   : v == (double)block[j].one[k];
          }
        names[at] = block[j].name[k];
        block[j].name[k] = NULL;
      }
  for (size_t j = 0; j < old; j++)
    block_free (&block[j]);
  cvx_free (block);
  if (status != CVX_OK)
    return status;
  if (notes != NULL)
    cvx_text_printf (notes,
                     "%zu column%s of text became %zu column%s of 0 and 1\n",
                     texts, texts == 1 ? "" : "s", wide - (old - texts),
                     wide - (old - texts) == 1 ? "" : "s");
  cvxi_names_free (d->feature, old);
  cvx_free (p->x);
  p->x = x;
  d->feature = names;
  d->n_features = wide;
  return CVX_OK;
}
