/* patterns.c -- the activation patterns 1[X u >= 0] as a raster: a row for
   each pattern, a column for each sample; cells of patterns with an active
   neuron are dark.  Data of one feature are in the order of the feature, so
   that the patterns are half lines; else the order is that of the data.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdlib.h>

#include "base/alloc.h"

struct place
{
  double x;
  size_t row;
};

static int
by_x (const void *a, const void *b)
{
  const struct place *p = a, *q = b;
  int c = figure_compare_doubles (&p->x, &q->x);
  return c != 0 ? c : (p->row > q->row) - (p->row < q->row);
}

static void
order (struct place *place, const struct figure_input *in, size_t n)
{
  struct figure_features f = { .n_free = 0 };
  const struct cvx_dataset *d = in->data;
  if (d != NULL && d->part[CVX_TRAIN].n == n)
    figure_features_of (d, &f);
  for (size_t i = 0; i < n; i++)
    place[i] = (struct place){
      f.n_free == 1 ? d->part[CVX_TRAIN].x[i * d->n_features + f.at[0]] : 0, i
    };
  qsort (place, n, sizeof *place, by_x);
}

static enum cvx_status
add_raster (struct plot_figure *fig, const struct figure_input *in,
            const struct cvx_patterns *p, struct cvx_error *err)
{
  const struct cvx_formulation *f = in->formulation;
  size_t n = p->n_samples, m = p->n_patterns;
  double shade;
  struct place *place = cvx_alloc (n, sizeof *place);
  double *z = cvx_alloc (m, n * sizeof *z);
  bool known = in->n_runs > 0 && figure_is_of (f, in->runs[0])
               && f->patterns == p && in->runs[0]->net != NULL;
  bool *active = known ? figure_active_patterns (f, in->runs[0]) : NULL;
  enum cvx_status status = CVX_OK;
  shade = known ? 1 : 2;
  if (place == NULL || z == NULL || (known && active == NULL))
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      order (place, in, n);
      for (size_t g = 0; g < m; g++)
        for (size_t i = 0; i < n; i++)
          z[g * n + i]
              = !cvx_pattern_bit (p->bits + g * p->n_words, place[i].row) ? 0
                : known && active[g]                                      ? 4
                                     : shade;
      plot_add_heat (fig, 0, n, 1, (double)n, m, 1, (double)m, z);
      plot_set_range (&fig->panel[0].z, 0, 4);
    }
  cvx_free (active);
  cvx_free (place);
  cvx_free (z);
  return status;
}

enum cvx_status
figure_patterns (struct plot_figure **out, const struct figure_input *in,
                 struct cvx_error *err)
{
  const struct cvx_patterns *p = figure_patterns_of (in);
  struct plot_figure *fig;
  enum cvx_status status;
  if (p == NULL)
    return figure_lacks ("patterns", "patterns", "patterns sample n=50", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  status = add_raster (fig, in, p, err);
  plot_set_labels (fig, 0, "sample", "pattern");
  fig->panel[0].palette = PLOT_SEQUENTIAL;
  fig->panel[0].no_colours = true;
  fig->panel[0].x.integer = fig->panel[0].y.integer = true;
  plot_set_range (&fig->panel[0].x, 0.5, (double)p->n_samples + 0.5);
  plot_set_range (&fig->panel[0].y, 0.5, (double)p->n_patterns + 0.5);
  fig->panel[0].y.reversed = true;
  return figure_finish (out, fig, status, err);
}
