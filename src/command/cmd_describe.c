/* cmd_describe.c -- looking at the data: data, describe, peek.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

const struct lang_key cmd_data_keys[] = { { .name = NULL } };
const struct lang_key cmd_describe_keys[] = { { .name = NULL } };
const struct lang_key cmd_peek_keys[] = { { .name = "rows",
                                            .kind = LANG_KIND_COUNT,
                                            .flags = LANG_ARG | LANG_GE,
                                            .min = 1,
                                            .max = 0,
                                            .default_text = "5",
                                            .help = "how many rows" },
                                          { .name = NULL } };

static void
range (double *low, double *high, const double *v, size_t n)
{
  *low = HUGE_VAL;
  *high = -HUGE_VAL;
  for (size_t k = 0; k < n; k++)
    {
      *low = fmin (*low, v[k]);
      *high = fmax (*high, v[k]);
    }
}

void
cmd_data_line (struct session *s)
{
  const struct cvx_dataset *d = s->data;
  struct cvx_text t = CVX_TEXT_INIT;
  size_t n = cvx_dataset_rows (d);
  double low, high, bytes;
  char words[32];
  bool parts = d->part[CVX_VAL].n + d->part[CVX_TEST].n > 0;
  cvx_text_printf (&t, "data %s: n=%zu d=%zu", session_shown (s, d->name), n,
                   d->n_features);
  if (d->image[0] != 0)
    cvx_text_printf (&t, " (%zux%zu%s images)", d->image[0], d->image[1],
                     d->image[2] > 1 ? " colour" : "");
  if (d->bias == CVX_BIAS_AUGMENTED)
    cvx_text_put (&t, " (ones column added, penalised)");
  else if (d->bias == CVX_BIAS_FREE)
    cvx_text_put (&t, " (free output bias)");
  if (d->n_labels > 0)
    {
      cvx_text_printf (&t, ", %zu classes", d->n_labels);
      for (size_t k = 0; k < d->n_labels && d->n_labels <= 4; k++)
        {
          cvx_text_printf (&t, "%s%s", k == 0 ? " (" : ", ",
                           session_shown (s, d->label[k].name));
          if (d->n_labels == 2
              && strtod (d->label[k].name, NULL) != d->label[k].value)
            cvx_text_printf (&t, " -> %+g", d->label[k].value);
        }
      if (d->n_labels <= 4)
        cvx_text_put (&t, ")");
      if (d->n_outputs > 1)
        cvx_text_put (&t, ", an output each");
    }
  else
    {
      range (&low, &high, d->part[CVX_TRAIN].y,
             d->part[CVX_TRAIN].n * d->n_outputs);
      if (d->n_outputs > 1)
        cvx_text_printf (&t, ", %zu outputs", d->n_outputs);
      cvx_text_printf (&t, ", y in [%.6g, %.6g]", low, high);
    }
  if (parts)
    {
      cvx_text_printf (&t, "; train %zu", d->part[CVX_TRAIN].n);
      if (d->part[CVX_VAL].n > 0)
        cvx_text_printf (&t, ", val %zu", d->part[CVX_VAL].n);
      cvx_text_printf (&t, ", test %zu", d->part[CVX_TEST].n);
    }
  bytes = (double)cvx_dataset_size (d);
  if (d->part[CVX_TRAIN].sparse != NULL)
    cvx_text_printf (&t, ", %.2g %% nonzero",
                     100 * cvx_csr_density (d->part[CVX_TRAIN].sparse));
  if (bytes >= 1e6)
    cvx_text_printf (&t, ", %s", cvx_bytes_words (words, sizeof words, bytes));
  session_note (s, "%s\n", cvx_text_string (&t));
  cvx_text_free (&t);
}

enum cvx_status
cmd_data (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  (void)c;
  (void)err;
  cmd_data_line (s);
  if (s->data->source != NULL)
    session_say (s, "from %s\n", session_shown (s, s->data->source));
  for (size_t k = s->n_kept; k-- > 0;)
    session_say (s, "kept: %s, n=%zu d=%zu (use data %s)\n",
                 session_shown (s, s->kept[k]->name),
                 s->kept[k]->part[CVX_TRAIN].n, s->kept[k]->n_features,
                 session_shown (s, s->kept[k]->name));
  return CVX_OK;
}

static void
counted (struct session *s, size_t n, const char *one, const char *many)
{
  if (n > 0)
    session_say (s, "  %zu %s\n", n, n == 1 ? one : many);
}

enum cvx_status
cmd_describe (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_dataset *d = s->data;
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  struct cvx_summary sum;
  char words[32];
  enum cvx_status status;
  (void)c;
  session_work_begin (s, "looking at the data");
  status = cvx_dataset_describe (d, &sum, err);
  session_work_end (s);
  if (status != CVX_OK)
    return status;
  cmd_data_line (s);
  session_say (s, "training part: %zu rows, ", p->n);
  if (isnan (sum.condition))
    session_say (s, "rank not estimated (X is too large), ");
  else
    session_say (s, "rank %zu, condition %.3g%s, ", sum.rank, sum.condition,
                 sum.estimated ? " (estimates)" : "");
  session_say (s, "%s\n",
               cvx_bytes_words (words, sizeof words, (double)sum.bytes));
  if (d->source != NULL)
    session_say (s, "  from %s, hash %016llx\n", session_shown (s, d->source),
                 (unsigned long long)d->hash);
  session_say (s,
               "  x in [%.6g, %.6g], y in [%.6g, %.6g], %.3g %% of x are "
               "not 0\n",
               sum.x_min, sum.x_max, sum.y_min, sum.y_max,
               100 * (double)sum.n_nonzero
                   / ((double)p->n * (double)d->n_features));
  counted (s, d->n_filled, "missing value, replaced by the column mean",
           "missing values, replaced by the column mean");
  counted (s, d->n_dropped, "row of the file left out for missing values",
           "rows of the file left out for missing values");
  if (d->n_filled + d->n_dropped == 0)
    session_say (s, "  no missing values\n");
  for (size_t k = 0; k < d->n_labels; k++)
    {
      size_t n = 0;
      for (size_t i = 0; i < p->n; i++)
        n += cvx_dataset_label_of (d, p->y + i * d->n_outputs) == k;
      if (d->n_outputs == 1)
        session_say (s, "  class %s (%g): %zu rows\n",
                     session_shown (s, d->label[k].name), d->label[k].value,
                     n);
      else
        session_say (s, "  class %s (output %zu): %zu rows\n",
                     session_shown (s, d->label[k].name), k + 1, n);
    }
  if (sum.ones_column != 0)
    session_say (s, "  column %zu is all ones%s\n", sum.ones_column,
                 d->bias == CVX_BIAS_AUGMENTED ? " (the bias)" : "");
  counted (s, sum.n_constant, "constant column", "constant columns");
  counted (s, sum.n_duplicate_cols, "duplicate column", "duplicate columns");
  counted (s, sum.n_duplicate_rows, "duplicate row", "duplicate rows");
  counted (s, sum.n_conflicts, "pair of equal x with another y",
           "pairs of equal x with another y");
  counted (s, sum.n_zero_rows, "row of zeros", "rows of zeros");
  if (p->x != NULL)
    for (size_t j = 0; j < d->n_features && d->n_features <= 8; j++)
      {
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (size_t i = 0; i < p->n; i++)
          {
            low = fmin (low, p->x[i * d->n_features + j]);
            high = fmax (high, p->x[i * d->n_features + j]);
          }
        session_say (s, "  column %zu%s%s: [%.6g, %.6g]\n", j + 1,
                     d->feature != NULL ? " " : "",
                     d->feature != NULL ? session_shown (s, d->feature[j])
                                        : "",
                     low, high);
      }
  return CVX_OK;
}

/* X of training row I and column J.  */
static double
number_at (const struct cvx_dataset *d, size_t i, size_t j)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  const struct cvx_csr *a = p->sparse;
  if (p->x != NULL)
    return p->x[i * d->n_features + j];
  for (size_t k = a->start[i]; k < a->start[i + 1]; k++)
    if (a->column[k] == j)
      return a->value[k];
  return 0;
}

enum cvx_status
cmd_peek (void *session, const struct lang_call *c, struct cvx_error *err)
{
  enum
  {
    COLUMNS = 6
  };
  struct session *s = session;
  const struct cvx_dataset *d = s->data;
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t rows = 5,
         shown = d->n_features < COLUMNS ? d->n_features : (size_t)COLUMNS;
  (void)err;
  lang_call_count (c, "rows", &rows);
  session_say (s, "%6s %11.10s", "row",
               d->target != NULL ? session_shown (s, d->target) : "y");
  for (size_t j = 0; j < shown; j++)
    {
      char number[24];
      snprintf (number, sizeof number, "x%zu", j + 1);
      session_say (s, " %10.10s",
                   d->feature != NULL ? session_shown (s, d->feature[j])
                                      : number);
    }
  session_say (s, "%s\n", shown < d->n_features ? " ..." : "");
  for (size_t i = 0; i < p->n && i < rows; i++)
    {
      const char *label = NULL;
      if (d->n_labels > 0)
        label
            = d->label[cvx_dataset_label_of (d, p->y + i * d->n_outputs)].name;
      session_say (s, "%6zu ", p->row != NULL ? p->row[i] + 1 : i + 1);
      if (label != NULL)
        session_say (s, "%11.10s", session_shown (s, label));
      else
        session_say (s, "%11.4g", p->y[i * d->n_outputs]);
      for (size_t j = 0; j < shown; j++)
        session_say (s, " %10.4g", number_at (d, i, j));
      session_say (s, "\n");
    }
  if (rows < p->n)
    session_say (s, "  ... %zu rows in all\n", p->n);
  return CVX_OK;
}
