/* path.c -- what becomes of the network as beta changes: norms of its
   neurons, or objective, width or gap, against beta / betamax (or beta where
   betamax is not known), a point of every run.

   Line k of the norms joins the k-th largest norms of neighbouring runs.  The
   lines as a set are the same as with neurons followed one by one, but need
   no matching of neurons: where two would cross, these touch.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdlib.h>

#include "base/alloc.h"

enum
{
  MAX_LINES = 200
};

/* One run of the path.  */
struct point
{
  double at;
  const struct cvx_run *run;
  double *norm; /* owned, falling */
};

static int
by_beta (const void *a, const void *b)
{
  const struct point *p = a, *q = b;
  return figure_compare_doubles (&p->at, &q->at);
}

static int
falling (const void *a, const void *b)
{
  return figure_compare_doubles (b, a);
}

static double *
norms_of (const struct cvx_network *net)
{
  double *norm = cvx_alloc (net->width + 1, sizeof *norm);
  for (size_t j = 0; norm != NULL && j < net->width; j++)
    norm[j] = cvx_network_norm (net, j);
  if (norm != NULL)
    qsort (norm, net->width, sizeof *norm, falling);
  return norm;
}

/* Line K: the K-th largest norm, 0 where a network has fewer.  */
static void
add_norms (struct plot_figure *fig, const struct point *point, size_t n)
{
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  size_t widest = 0;
  for (size_t i = 0; i < n; i++)
    if (point[i].run->net->width > widest)
      widest = point[i].run->net->width;
  for (size_t k = 0; x != NULL && y != NULL && k < widest && k < MAX_LINES;
       k++)
    {
      for (size_t i = 0; i < n; i++)
        {
          x[i] = point[i].at;
          y[i] = k < point[i].run->net->width ? point[i].norm[k] : 0;
        }
      plot_add (fig, 0, PLOT_LINE, k == 0 ? PLOT_MODEL : PLOT_NEURON,
                k == 0   ? "largest"
                : k == 1 ? "others"
                         : NULL,
                n, x, y);
    }
  if (x == NULL || y == NULL)
    fig->failed = true;
  cvx_free (x);
  cvx_free (y);
}

static void
add_number (struct plot_figure *fig, const struct point *point, size_t n,
            enum figure_of of)
{
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  for (size_t i = 0; x != NULL && y != NULL && i < n; i++)
    {
      const struct cvx_run *run = point[i].run;
      x[i] = point[i].at;
      y[i] = of == FIGURE_OF_OBJECTIVE ? run->pobj
             : of == FIGURE_OF_GAP     ? cvx_run_gap (run)
                                       : (double)run->net->width;
    }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else
    {
      plot_add (fig, 0, PLOT_LINE, PLOT_MODEL, NULL, n, x, y);
      plot_add (fig, 0, PLOT_POINTS, PLOT_MODEL, NULL, n, x, y);
    }
  cvx_free (x);
  cvx_free (y);
}

/* The runs with a beta, ascending; *RELATIVE when betamax is known of all. */
static enum cvx_status
points_of (struct point **out, size_t *n, bool *relative,
           const struct figure_input *in, struct cvx_error *err)
{
  struct point *point = cvx_calloc (in->n_runs, sizeof *point);
  bool enough = true;
  *n = 0;
  *relative = true;
  *out = point;
  if (point == NULL)
    return cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; k < in->n_runs; k++)
    if (in->runs[k]->net != NULL && in->runs[k]->beta > 0)
      {
        point[*n].run = in->runs[k];
        point[*n].norm = norms_of (in->runs[k]->net);
        enough = enough && point[(*n)++].norm != NULL;
        *relative = *relative && in->runs[k]->betamax > 0;
      }
  for (size_t k = 0; k < *n; k++)
    point[k].at = *relative ? point[k].run->beta / point[k].run->betamax
                            : point[k].run->beta;
  qsort (point, *n, sizeof *point, by_beta);
  return enough ? CVX_OK : cvx_fail_nomem (err, "making a figure");
}

enum cvx_status
figure_path (struct plot_figure **out, const struct figure_input *in,
             struct cvx_error *err)
{
  static const char *const names[] = { [FIGURE_OF_NORMS] = "norm of neurons",
                                       [FIGURE_OF_OBJECTIVE] = "objective",
                                       [FIGURE_OF_WIDTH] = "neurons",
                                       [FIGURE_OF_GAP] = "relative gap" };
  struct plot_figure *fig;
  struct point *point;
  size_t n;
  bool relative;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks ("path", "runs", "formulation relu beta=X; solve",
                         err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  status = points_of (&point, &n, &relative, in, err);
  if (status == CVX_OK && in->of == FIGURE_OF_NORMS)
    add_norms (fig, point, n);
  else if (status == CVX_OK)
    add_number (fig, point, n, in->of);
  for (size_t k = 0; point != NULL && k < n; k++)
    cvx_free (point[k].norm);
  cvx_free (point);
  plot_set_labels (fig, 0, relative ? "beta / betamax" : "beta",
                   names[in->of]);
  fig->panel[0].x.log = true;
  fig->panel[0].y.log = in->log_y || in->of == FIGURE_OF_GAP;
  fig->panel[0].y.integer = in->of == FIGURE_OF_WIDTH;
  return figure_finish (out, fig, status, err);
}
