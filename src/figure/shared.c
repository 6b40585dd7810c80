/* shared.c -- what several kinds of figures need.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum
{
  CURRENT = false,
  ALL = true
};

const struct figure_kind figure_kinds[] = {
#define FIGURE(NAME, RUNS, SUMMARY) { #NAME, SUMMARY, RUNS, figure_##NAME },
#include "figure/figures.def"
#undef FIGURE
  { NULL, NULL, false, NULL }
};

const struct figure_kind *
figure_find (const char *name)
{
  for (const struct figure_kind *k = figure_kinds; k->name != NULL; k++)
    if (strcmp (k->name, name) == 0)
      return k;
  return NULL;
}

enum cvx_status
figure_lacks (const char *kind, const char *what, const char *hint,
              struct cvx_error *err)
{
  enum cvx_status status
      = cvx_fail (err, CVX_E630, "plot %s needs %s", kind, what);
  cvx_hint (err, "%s", hint);
  return status;
}

enum cvx_status
figure_finish (struct plot_figure **out, struct plot_figure *fig,
               enum cvx_status status, struct cvx_error *err)
{
  if (status == CVX_OK)
    status = plot_figure_check (fig, err);
  if (status == CVX_OK)
    *out = fig;
  else
    plot_figure_free (fig);
  return status;
}

static double
cell (const struct cvx_trace_row *r, enum figure_column column)
{
  switch (column)
    {
    case FIGURE_ITER:
      return (double)r->iter;
    case FIGURE_TIME:
      return r->time;
    case FIGURE_POBJ:
      return r->pobj;
    case FIGURE_DOBJ:
      return r->dobj;
    case FIGURE_GAP:
      return r->gap;
    case FIGURE_PRIMAL:
      return r->pri_res;
    case FIGURE_ACTIVE:
      return (double)r->n_active;
    case FIGURE_SKIPPED:
      return r->skipped;
    default:
      return r->dua_res;
    }
}

double *
figure_trace (const struct cvx_run *run, enum figure_column column)
{
  double *v = cvx_alloc (run->n_trace, sizeof *v);
  for (size_t k = 0; v != NULL && k < run->n_trace; k++)
    v[k] = cell (&run->trace[k], column);
  return v;
}

void
figure_trace_axis (struct plot_figure *fig, const struct figure_input *in)
{
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration", NULL);
  fig->panel[0].x.integer = !in->over_time;
  fig->panel[0].x.log = in->log_x;
}

/* COLUMN of run K of IN; nothing when it is not known.  */
static void
add_counts (struct plot_figure *fig, const struct figure_input *in, size_t k,
            enum figure_column column, const struct figure_curve *c)
{
  const struct cvx_run *run = in->runs[k];
  double *x = figure_trace (run, in->over_time ? FIGURE_TIME : FIGURE_ITER);
  double *y = figure_trace (run, column);
  bool any = false;
  for (size_t i = 0; y != NULL && i < run->n_trace; i++)
    any = any || isfinite (y[i]);
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (any)
    plot_add (fig, 0, PLOT_STEPS, c->role,
              in->n_runs > 1 && c->named ? c->label : NULL, run->n_trace, x,
              y);
  cvx_free (x);
  cvx_free (y);
}

enum cvx_status
figure_counts (struct plot_figure **out, const struct figure_input *in,
               const char *name, enum figure_column column, const char *words,
               struct cvx_error *err)
{
  struct plot_figure *fig;
  struct figure_curve *curve;
  enum cvx_status status;
  if (in->n_runs == 0)
    return figure_lacks (name, "a run", "solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  curve = figure_curves (in);
  if (curve == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  for (size_t k = 0; curve != NULL && k < in->n_runs; k++)
    add_counts (fig, in, k, column, &curve[k]);
  cvx_free (curve);
  figure_trace_axis (fig, in);
  plot_set_labels (fig, 0, in->over_time ? "seconds" : "iteration", words);
  fig->panel[0].y.integer = true;
  fig->panel[0].y.log = in->log_y;
  if (!in->log_y)
    plot_set_range (&fig->panel[0].y, 0, NAN);
  return figure_finish (out, fig, status, err);
}

void
figure_tuned (struct plot_figure *fig, const struct figure_input *in,
              const struct cvx_run *run)
{
  for (size_t k = 0; k < run->n_trace; k++)
    if (strncmp (run->trace[k].event, "tune", 4) == 0)
      {
        double at
            = cell (&run->trace[k], in->over_time ? FIGURE_TIME : FIGURE_ITER);
        plot_add_rules (fig, 0, PLOT_VLINE, PLOT_GUIDE, NULL, 1, &at);
      }
}

static bool
is_ones (const struct cvx_dataset *d, size_t feature)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  for (size_t i = 0; i < p->n; i++)
    if (p->x[i * d->n_features + feature] != 1)
      return false;
  return p->n > 0;
}

void
figure_features_of (const struct cvx_dataset *data, struct figure_features *f)
{
  *f = (struct figure_features){ .n_free = 0 };
  for (size_t k = 0; k < data->n_features; k++)
    if (!is_ones (data, k))
      {
        if (f->n_free < 2)
          f->at[f->n_free] = k;
        f->n_free++;
      }
}

static double
unscale (double v, const double *shift, const double *factor, size_t k)
{
  double f = factor != NULL && factor[k] != 0 ? factor[k] : 1;
  return v / f + (shift != NULL ? shift[k] : 0);
}

double
figure_x_file (const struct cvx_dataset *d, size_t feature, double x)
{
  return unscale (x, d->x_shift, d->x_factor, feature);
}

double
figure_y_file (const struct cvx_dataset *d, size_t output, double y)
{
  return unscale (y, d->y_shift, d->y_factor, output);
}

void
figure_span (const struct cvx_dataset *d, size_t feature, double room,
             double *min, double *max)
{
  double lo = INFINITY, hi = -INFINITY;
  for (int part = 0; part < CVX_N_PARTS; part++)
    for (size_t i = 0; i < d->part[part].n; i++)
      {
        double v = d->part[part].x[i * d->n_features + feature];
        if (isfinite (v))
          {
            lo = fmin (lo, v);
            hi = fmax (hi, v);
          }
      }
  if (!(lo < hi))
    {
      lo = isfinite (lo) ? lo - 1 : -1;
      hi = lo + 2;
    }
  *min = lo - room * (hi - lo);
  *max = hi + room * (hi - lo);
}

void
figure_feature_name (char *to, size_t size, const struct cvx_dataset *d,
                     const struct figure_features *f, size_t k)
{
  if (d->feature != NULL && d->feature[f->at[k]] != NULL)
    snprintf (to, size, "%s", d->feature[f->at[k]]);
  else if (f->n_free == 1)
    snprintf (to, size, "x");
  else
    snprintf (to, size, "x%zu", k + 1);
}

const double *
figure_switch (const struct cvx_network *net, size_t j)
{
  if (net->activation == CVX_ACT_RELU)
    return net->u + j * net->n_features;
  if (net->activation == CVX_ACT_GATED)
    return net->gate + j * net->n_features;
  return NULL;
}
