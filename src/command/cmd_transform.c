/* cmd_transform.c -- new data from the data: classes, split, scale, bias,
   sample, subset, shrink.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "command/command.h"

static const char *const scale_words[]
    = { "none", "center", "standard", "max", "rownorm", NULL };
static const char *const scale_y_words[]
    = { "none", "center", "standard", NULL };
static const char *const bias_words[] = { "none", "augmented", "free", NULL };

const struct lang_key cmd_classes_keys[]
    = { { .name = "names",
          .kind = LANG_KIND_NAMES,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_OPEN,
          .candidates = cmd_label_names,
          .help = "labels to keep, A,B" },
        { .name = NULL } };
const struct lang_key cmd_onehot_keys[]
    = { { .name = "back",
          .kind = LANG_KIND_FLAG,
          .help = "outputs of 0 and 1 become labels" },
        { .name = NULL } };
const struct lang_key cmd_grey_keys[] = { { .name = NULL } };
const struct lang_key cmd_split_keys[]
    = { { .name = "train",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GT,
          .min = 0,
          .default_text = "0.8, or what the others leave",
          .help = "training rows: a count, or a share < 1" },
        { .name = "val",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GE,
          .min = 0,
          .default_text = "0",
          .help = "validation rows" },
        { .name = "test",
          .kind = LANG_KIND_NUMBER,
          .flags = LANG_GE,
          .min = 0,
          .default_text = "the rest",
          .help = "test rows" },
        { .name = "seed",
          .kind = LANG_KIND_COUNT,
          .default_text = "set seed",
          .help = "seed" },
        { .name = "stratify",
          .kind = LANG_KIND_FLAG,
          .default_text = "no",
          .help = "the same share of every class in every part" },
        { .name = NULL } };
const struct lang_key cmd_scale_keys[]
    = { { .name = "x",
          .kind = LANG_KIND_WORD,
          .words = scale_words,
          .default_text = "none",
          .help = "what is done to the features" },
        { .name = "y",
          .kind = LANG_KIND_WORD,
          .words = scale_y_words,
          .default_text = "none",
          .help = "what is done to the target" },
        { .name = NULL } };
const struct lang_key cmd_bias_keys[]
    = { { .name = "kind",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = bias_words,
          .help = "augmented: a penalised column of ones; free: outside the "
                  "penalty" },
        { .name = NULL } };
const struct lang_key cmd_sample_keys[]
    = { { .name = "n",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_GE,
          .min = 1,
          .help = "training rows to keep" },
        { .name = "seed",
          .kind = LANG_KIND_COUNT,
          .default_text = "set seed",
          .help = "seed" },
        { .name = NULL } };
const struct lang_key cmd_subset_keys[]
    = { { .name = "rows",
          .kind = LANG_KIND_ROWS,
          .flags = LANG_REQUIRED,
          .help = "training rows to keep, a:b" },
        { .name = NULL } };

const struct lang_key cmd_shrink_keys[]
    = { { .name = "size",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_REQUIRED | LANG_GE,
          .min = 1,
          .help = "rows, and columns too unless they are given" },
        { .name = "columns",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "size",
          .help = "columns" },
        { .name = "grey",
          .kind = LANG_KIND_FLAG,
          .help = "one channel, as grey makes it" },
        { .name = NULL } };

/* Take D over, or blame argument KEY.  */
static enum cvx_status
take (struct session *s, const struct lang_call *c, const char *key,
      enum cvx_status status, struct cvx_dataset *d, struct cvx_error *err)
{
  if (status != CVX_OK)
    return lang_call_blame (c, key, err);
  session_set_data (s, d);
  cmd_data_line (s);
  return CVX_OK;
}

enum cvx_status
cmd_classes (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *const *names;
  size_t n = lang_call_names (c, "names", &names);
  struct cvx_dataset *d = NULL;
  enum cvx_status status = cvx_dataset_classes (&d, s->data, names, n, err);
  return take (s, c, "names", status, d, err);
}

enum cvx_status
cmd_split (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  double train = CVX_SPLIT_REST, val = 0, test = 0;
  size_t all = cvx_dataset_rows (s->data), left;
  bool stratify = false, has_train, has_val, has_test;
  struct cvx_dataset *d = NULL;
  enum cvx_status status;
  has_train = lang_call_number (c, "train", &train);
  has_val = lang_call_number (c, "val", &val);
  has_test = lang_call_number (c, "test", &test);
  if (!has_train && !has_val && !has_test)
    train = 0.8;
  lang_call_flag (c, "stratify", &stratify);
  status = cvx_dataset_split (&d, s->data, train, val, test, cmd_seed (s, c),
                              stratify, err);
  status = take (s, c,
                 has_train  ? "train"
                 : has_test ? "test"
                            : "val",
                 status, d, err);
  left = status == CVX_OK ? all - cvx_dataset_rows (s->data) : 0;
  if (left > 0)
    session_note (s, "%zu row%s in no part and left out\n", left,
                  left == 1 ? " is" : "s are");
  return status;
}

enum cvx_status
cmd_scale (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int x = lang_call_word (c, "x"), y = lang_call_word (c, "y");
  struct cvx_dataset *d = NULL;
  struct cvx_text notes = CVX_TEXT_INIT;
  enum cvx_status status;
  if (x < 0 && y < 0)
    {
      lang_call_fail (c, NULL, err, CVX_E394, "scale what?");
      return cvx_hint (err, "scale x=standard");
    }
  if (x == CVX_SCALE_CENTER || x == CVX_SCALE_STANDARD)
    {
      /* A mean taken off leaves no zeros.  */
      status = session_fill (s, err);
      if (status != CVX_OK)
        return lang_call_blame (c, "x", err);
    }
  status = cvx_dataset_scale (&d, s->data, (enum cvx_scale) (x < 0 ? 0 : x),
                              (enum cvx_scale) (y < 0 ? 0 : y), &notes, err);
  /* Labels are what stops it first.  */
  status = take (s, c, y > 0 && s->data->n_labels > 0 ? "y" : "x", status, d,
                 err);
  if (status == CVX_OK)
    session_notes (s, &notes);
  cvx_text_free (&notes);
  return status;
}

enum cvx_status
cmd_bias (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_dataset *d = NULL;
  enum cvx_status status = cvx_dataset_bias (
      &d, s->data, (enum cvx_bias)lang_call_word (c, "kind"), err);
  return take (s, c, "kind", status, d, err);
}

enum cvx_status
cmd_sample (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t n = 0;
  struct cvx_dataset *d = NULL;
  enum cvx_status status;
  lang_call_count (c, "n", &n);
  status = cvx_dataset_sample (&d, s->data, n, cmd_seed (s, c), err);
  return take (s, c, "n", status, d, err);
}

enum cvx_status
cmd_subset (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t first = 1, last = 1;
  struct cvx_dataset *d = NULL;
  enum cvx_status status;
  lang_call_rows (c, "rows", &first, &last);
  if (last > s->data->part[CVX_TRAIN].n)
    return lang_call_fail (c, "rows", err, CVX_E394,
                           "the training part has %zu rows, not %zu",
                           s->data->part[CVX_TRAIN].n, last);
  status = cvx_dataset_subset (&d, s->data, first - 1, last - first + 1, err);
  return take (s, c, "rows", status, d, err);
}

enum cvx_status
cmd_onehot (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_dataset *d = NULL;
  struct cvx_text notes = CVX_TEXT_INIT;
  bool back = false;
  enum cvx_status status;
  lang_call_flag (c, "back", &back);
  status = back ? cvx_dataset_labels (&d, s->data, &notes, err)
                : cvx_dataset_onehot (&d, s->data, err);
  status = take (s, c, NULL, status, d, err);
  if (status == CVX_OK)
    session_notes (s, &notes);
  cvx_text_free (&notes);
  return status;
}

enum cvx_status
cmd_shrink (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t rows = 0, columns;
  bool grey = false;
  struct cvx_dataset *d = NULL;
  enum cvx_status status;
  lang_call_count (c, "size", &rows);
  columns = rows;
  lang_call_count (c, "columns", &columns);
  lang_call_flag (c, "grey", &grey);
  status = cvx_dataset_shrink (&d, s->data, rows, columns, grey, err);
  return take (s, c, "size", status, d, err);
}

enum cvx_status
cmd_grey (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_dataset *d = NULL;
  enum cvx_status status = cvx_dataset_grey (&d, s->data, err);
  return take (s, c, NULL, status, d, err);
}
