/* data.c -- the data themselves: images as tiles, one feature against the
   target, several features as the first two with the target as colour or
   side.  In the units of the file.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>

#include "base/alloc.h"

enum
{
  TILES = 25,
  MAX_CLASSES = 7 /* colours that tell classes apart */
};

static enum cvx_status
add_images (struct plot_figure *fig, const struct figure_input *in,
            struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t n = in->top > 0 ? in->top : TILES;
  const double **pixel;
  double *raw;
  enum cvx_status status;
  n = n < p->n ? n : p->n;
  pixel = cvx_alloc (n, sizeof *pixel);
  raw = cvx_alloc (n, d->n_features * sizeof *raw);
  if (pixel == NULL || raw == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      for (size_t i = 0; i < n; i++)
        {
          for (size_t k = 0; k < d->n_features; k++)
            raw[i * d->n_features + k]
                = figure_x_file (d, k, p->x[i * d->n_features + k]);
          pixel[i] = raw + i * d->n_features;
        }
      status = figure_tiles (fig, n, pixel, d->image, false, err);
    }
  cvx_free (pixel);
  cvx_free (raw);
  fig->panel[0].palette = PLOT_GREY;
  fig->panel[0].no_colours = true;
  return status;
}

/* The rows of PART whose target is one of the two sides or classes (LABEL) or
   any (SIZE_MAX) as points of feature A and B (SIZE_MAX: the target).  */
static void
add_rows (struct plot_figure *fig, const struct cvx_dataset *d,
          enum cvx_part_id part, size_t label, size_t a, size_t b, int role,
          const char *title)
{
  const struct cvx_part *p = &d->part[part];
  double *x = cvx_alloc (p->n, sizeof *x), *y = cvx_alloc (p->n, sizeof *y);
  size_t n = 0;
  for (size_t i = 0; x != NULL && y != NULL && i < p->n; i++)
    {
      const double *row = p->x + i * d->n_features;
      double target = p->y[i * d->n_outputs];
      if (label != SIZE_MAX
          && (d->n_labels > 0
                  ? cvx_dataset_label_of (d, p->y + i * d->n_outputs) != label
                  : (figure_y_file (d, 0, target) > 0) != label))
        continue;
      x[n] = figure_x_file (d, a, row[a]);
      y[n++] = b == SIZE_MAX ? figure_y_file (d, 0, target)
                             : figure_x_file (d, b, row[b]);
    }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (n > 0)
    plot_add (fig, 0, PLOT_POINTS, role, title, n, x, y);
  cvx_free (x);
  cvx_free (y);
}

static void
add_line (struct plot_figure *fig, const struct cvx_dataset *d, size_t feature)
{
  static const int roles[CVX_N_PARTS] = { PLOT_TRAIN, PLOT_MARKED, PLOT_TEST };
  for (int part = CVX_N_PARTS; part-- > 0;)
    add_rows (fig, d, (enum cvx_part_id)part, SIZE_MAX, feature, SIZE_MAX,
              roles[part], figure_part_name ((enum cvx_part_id)part));
}

static void
add_plane (struct plot_figure *fig, const struct cvx_dataset *d, size_t a,
           size_t b)
{
  bool plain
      = (d->n_outputs > 1 && d->n_labels == 0) || d->n_labels > MAX_CLASSES;
  if (plain)
    add_rows (fig, d, CVX_TRAIN, SIZE_MAX, a, b, PLOT_TRAIN, NULL);
  else if (d->n_labels > 0)
    for (size_t k = 0; k < d->n_labels; k++)
      add_rows (fig, d, CVX_TRAIN, k, a, b,
                d->n_labels != 2 ? PLOT_CYCLE + (int)k
                : k == 1         ? PLOT_POSITIVE
                                 : PLOT_NEGATIVE,
                d->label[k].name);
  else
    {
      add_rows (fig, d, CVX_TRAIN, 1, a, b, PLOT_POSITIVE, "y > 0");
      add_rows (fig, d, CVX_TRAIN, 0, a, b, PLOT_NEGATIVE, "y <= 0");
    }
}

enum cvx_status
figure_data (struct plot_figure **out, const struct figure_input *in,
             struct cvx_error *err)
{
  const struct cvx_dataset *d = in->data;
  struct figure_features f;
  struct plot_figure *fig;
  char name[2][200];
  enum cvx_status status;
  if (d == NULL)
    return figure_lacks ("data", "data", "load FILE", err);
  figure_features_of (d, &f);
  if (f.n_free == 0)
    return cvx_fail (err, CVX_E631, "every feature of %s is constant",
                     d->name);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < 2 && k < f.n_free; k++)
    figure_feature_name (name[k], sizeof name[k], d, &f, k);
  if (d->image[0] > 0)
    status = add_images (fig, in, err);
  else if (f.n_free == 1)
    {
      add_line (fig, d, f.at[0]);
      plot_set_labels (fig, 0, name[0], d->target != NULL ? d->target : "y");
    }
  else
    {
      add_plane (fig, d, f.at[0], f.at[1]);
      plot_set_labels (fig, 0, name[0], name[1]);
    }
  return figure_finish (out, fig, status, err);
}
