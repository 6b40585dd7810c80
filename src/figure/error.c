/* error.c -- error on the training rows and on rows not trained on against
   beta, a point of every run whose network fits the data.

   Labels: the share of wrong ones; numbers: the mean squared error.  The
   fresh error has bars of one standard error of the mean over its rows, and
   the line marks the one-standard-error rule: the largest beta (the simplest
   network) whose error is within one such bar of the smallest.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdlib.h>

#include "base/alloc.h"

struct point
{
  double beta, train, fresh, bar;
  const struct cvx_network *net;
};

static int
by_beta (const void *a, const void *b)
{
  const struct point *p = a, *q = b;
  return figure_compare_doubles (&p->beta, &q->beta);
}

/* The error of one row.  */
static double
row_error (const struct cvx_dataset *d, const double *f, const double *y)
{
  struct cvx_scores s;
  cvx_scores_compute (f, y, 1, d->n_outputs, false, &s);
  if (d->n_labels < 2)
    return s.mse;
  return cvx_dataset_label_of (d, f) != cvx_dataset_label_of (d, y);
}

/* Mean over the rows of PART and its standard error.  */
static enum cvx_status
mean_error (const struct cvx_dataset *d, const struct cvx_network *net,
            enum cvx_part_id part, double *mean, double *bar,
            struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[part];
  double sum = 0, squares = 0, n = (double)p->n, *f;
  enum cvx_status status = figure_predictions (&f, net, d, part, err);
  if (status != CVX_OK)
    return status;
  for (size_t i = 0; i < p->n; i++)
    sum += row_error (d, f + i * d->n_outputs, p->y + i * d->n_outputs);
  *mean = sum / n;
  for (size_t i = 0; i < p->n; i++)
    {
      double e = row_error (d, f + i * d->n_outputs, p->y + i * d->n_outputs)
                 - *mean;
      squares += e * e;
    }
  *bar = n > 1 ? sqrt (squares / (n - 1) / n) : 0;
  cvx_free (f);
  return CVX_OK;
}

static void
add_points (struct plot_figure *fig, const struct point *point, size_t n,
            enum cvx_part_id part)
{
  double *x = cvx_alloc (n, sizeof *x), *train = cvx_alloc (n, sizeof *train);
  double *fresh = cvx_alloc (n, sizeof *fresh),
         *bar = cvx_alloc (n, sizeof *bar);
  size_t best = 0;
  double simple;
  if (x == NULL || train == NULL || fresh == NULL || bar == NULL)
    fig->failed = true;
  else
    {
      for (size_t k = 0; k < n; k++)
        {
          x[k] = point[k].beta;
          train[k] = point[k].train;
          fresh[k] = point[k].fresh;
          bar[k] = point[k].bar;
          best = fresh[k] < fresh[best] ? k : best;
        }
      simple = x[best];
      for (size_t k = best; k < n; k++)
        if (fresh[k] <= fresh[best] + bar[best])
          simple = x[k];
      plot_add (fig, 0, PLOT_LINE, PLOT_TRAIN, "training", n, x, train);
      plot_add (fig, 0, PLOT_POINTS, PLOT_TRAIN, NULL, n, x, train);
      if (part != CVX_TRAIN)
        {
          plot_add_rules (fig, 0, PLOT_VLINE, PLOT_TOLERANCE,
                          "one standard error", 1, &simple);
          plot_add (fig, 0, PLOT_LINE, PLOT_TEST, figure_part_name (part), n,
                    x, fresh);
          plot_add_errors (fig, 0, PLOT_TEST, NULL, n, x, fresh, bar);
        }
    }
  cvx_free (x);
  cvx_free (train);
  cvx_free (fresh);
  cvx_free (bar);
}

enum cvx_status
figure_error (struct plot_figure **out, const struct figure_input *in,
              struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  struct plot_figure *fig;
  struct point *point;
  enum cvx_part_id part;
  size_t n = 0;
  enum cvx_status status;
  if (d == NULL)
    return figure_lacks ("error", "data", "load FILE", err);
  if (in->n_runs == 0)
    return figure_lacks ("error", "runs", "formulation relu beta=X; solve",
                         err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  part = figure_fresh_part (d);
  point = cvx_calloc (in->n_runs, sizeof *point);
  if (point == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; point != NULL && k < in->n_runs; k++)
    if (figure_fits (d, in->runs[k]->net) && in->runs[k]->beta > 0)
      {
        point[n].beta = in->runs[k]->beta;
        point[n++].net = in->runs[k]->net;
      }
  for (size_t k = 0; status == CVX_OK && k < n; k++)
    {
      double unused;
      status = mean_error (d, point[k].net, CVX_TRAIN, &point[k].train,
                           &unused, err);
      if (status == CVX_OK)
        status = mean_error (d, point[k].net, part, &point[k].fresh,
                             &point[k].bar, err);
    }
  if (status == CVX_OK)
    {
      qsort (point, n, sizeof *point, by_beta);
      add_points (fig, point, n, part);
    }
  cvx_free (point);
  plot_set_labels (fig, 0, "beta",
                   d->n_labels > 1 ? "share of wrong labels"
                                   : "mean squared error");
  fig->panel[0].x.log = true;
  fig->panel[0].y.log = in->log_y;
  return figure_finish (out, fig, status, err);
}
