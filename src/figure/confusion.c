/* confusion.c -- which label was taken for which, counts and shares of the
   true label; on rows not trained on where there are some.

   One output: the nearest of the values of the labels, halfway the larger.
   Several: the largest output.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

enum
{
  MAX_WRITTEN = 12 /* labels whose counts are written into the cells */
};

static void
add_counts (struct plot_figure *fig, const struct cvx_dataset *d,
            const double *share, const size_t *count)
{
  size_t m = d->n_labels;
  char words[32];
  if (m > MAX_WRITTEN)
    return;
  for (size_t k = 0; k < m * m; k++)
    {
      snprintf (words, sizeof words, "%zu", count[k]);
      plot_add_text (fig, 0, share[k] > 0.5 ? PLOT_ON_DARK : PLOT_ON_LIGHT,
                     (double)(k % m), (double)(k / m), words);
    }
}

static enum cvx_status
add_matrix (struct plot_figure *fig, const struct figure_input *in,
            enum cvx_part_id part, struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  const struct cvx_part *p = &d->part[part];
  size_t m = d->n_labels, c = d->n_outputs;
  size_t *count = cvx_calloc (m, m * sizeof *count);
  double *share = cvx_calloc (m, m * sizeof *share), *f = NULL;
  const char **name = cvx_calloc (m, sizeof *name);
  double *at = cvx_calloc (m, sizeof *at);
  enum cvx_status status
      = count == NULL || share == NULL || name == NULL || at == NULL
            ? cvx_fail_nomem (err, "making a figure")
            : figure_predictions (&f, in->network, d, part, err);
  for (size_t i = 0; status == CVX_OK && i < p->n; i++)
    count[cvx_dataset_label_of (d, p->y + i * c) * m
          + cvx_dataset_label_of (d, f + i * c)]++;
  for (size_t k = 0; status == CVX_OK && k < m; k++)
    {
      size_t sum = 0;
      for (size_t j = 0; j < m; j++)
        sum += count[k * m + j];
      for (size_t j = 0; j < m; j++)
        share[k * m + j]
            = sum > 0 ? (double)count[k * m + j] / (double)sum : 0;
      at[k] = (double)k;
      name[k] = d->label[k].name;
    }
  if (status == CVX_OK)
    {
      plot_add_heat (fig, 0, m, 0, (double)m - 1, m, 0, (double)m - 1, share);
      add_counts (fig, d, share, count);
      plot_set_tics (fig, &fig->panel[0].x, m, at, name);
      plot_set_tics (fig, &fig->panel[0].y, m, at, name);
    }
  cvx_free (count);
  cvx_free (share);
  cvx_free (f);
  cvx_free (name);
  cvx_free (at);
  return status;
}

enum cvx_status
figure_confusion (struct plot_figure **out, const struct figure_input *in,
                  struct cvx_error *err)
{
  struct plot_figure *fig;
  struct plot_panel *p;
  enum cvx_part_id part;
  char words[80];
  enum cvx_status status = figure_needs_fit ("confusion", in, err);
  if (status != CVX_OK)
    return status;
  if (in->data->n_labels < 2)
    {
      cvx_fail (err, CVX_E631, "plot confusion needs labels, %s has numbers",
                in->data->target != NULL ? in->data->target : "y");
      cvx_hint (err, "plot predict,residual");
      return CVX_UNSUITED;
    }
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  part = figure_fresh_part (in->data);
  status = add_matrix (fig, in, part, err);
  p = &fig->panel[0];
  snprintf (words, sizeof words, "true label (%s)", figure_part_name (part));
  plot_set_labels (fig, 0, "predicted label", words);
  plot_set_colour_label (fig, 0, "share of the true label");
  p->palette = PLOT_SEQUENTIAL;
  p->y.reversed = true;
  p->equal = true;
  plot_set_range (&p->z, 0, 1);
  plot_set_range (&p->x, -0.5, (double)in->data->n_labels - 0.5);
  plot_set_range (&p->y, -0.5, (double)in->data->n_labels - 0.5);
  return figure_finish (out, fig, status, err);
}
