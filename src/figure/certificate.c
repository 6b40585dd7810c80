/* certificate.c -- the dual function between its bounds.

   A dual point nu is feasible when no neuron can gain by entering:

     |nu'(X u)_+| <= beta  for all ||u|| <= 1        (ReLU; equation 4)

   and at an optimum the bound is touched exactly in the directions of the
   neurons (complementary slackness).  Two columns (one feature and its column
   of ones, say): nu'(X u)_+ / beta over the angle of u, with the neurons of
   the network as marks at their directions.  Otherwise, and for gates, whose
   directions are a finite set: max_u over each block, psi_g (nu) / beta, from
   the largest, the blocks of active neurons marked.  Convolutional networks
   that are linear: |fft (X'nu)_k| / beta over the frequencies, or the singular
   values of [X_1'nu .. X_K'nu] / beta (equation 11).

   The point is that of the best bound of the run (run->nu), scaled to be
   feasible: its values never pass the bounds by more than rounding.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "linalg/dense.h"

#define PI 3.14159265358979323846

enum
{
  GRID = 721 /* every half degree */
};

/* nu'(X u)_+ / beta for u at ANGLE (degrees), data of two columns.  */
static double
dual_value (const struct cvx_dataset *d, const struct cvx_run *run,
            double angle)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  double u = cos (angle * PI / 180), v = sin (angle * PI / 180), sum = 0;
  for (size_t i = 0; i < p->n; i++)
    sum += run->nu[i] * fmax (0, p->x[2 * i] * u + p->x[2 * i + 1] * v);
  return sum / run->beta;
}

/* Angles where a sample changes sides, so that the bends are sharp.  */
static size_t
angles_of (double *angle, const struct cvx_dataset *d)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t n = 0;
  for (size_t k = 0; k < GRID; k++)
    angle[n++] = -180 + 360 * (double)k / (GRID - 1);
  for (size_t i = 0; i < p->n; i++)
    for (int side = -1; side <= 1; side += 2)
      {
        double a = atan2 (side * p->x[2 * i], -side * p->x[2 * i + 1]);
        angle[n++] = a * 180 / PI;
      }
  qsort (angle, n, sizeof *angle, figure_compare_doubles);
  return n;
}

static void
add_curve (struct plot_figure *fig, const struct cvx_dataset *d,
           const struct cvx_run *run)
{
  size_t most = GRID + 2 * d->part[CVX_TRAIN].n, n;
  double *x = cvx_alloc (most, sizeof *x), *y = cvx_alloc (most, sizeof *y);
  if (x == NULL || y == NULL)
    fig->failed = true;
  else
    {
      n = angles_of (x, d);
      for (size_t k = 0; k < n; k++)
        y[k] = dual_value (d, run, x[k]);
      plot_add (fig, 0, PLOT_LINE, PLOT_MODEL, "dual function", n, x, y);
    }
  cvx_free (x);
  cvx_free (y);
}

static void
add_neurons (struct plot_figure *fig, const struct cvx_dataset *d,
             const struct cvx_run *run)
{
  const struct cvx_network *net = run->net;
  double *x = cvx_alloc (net->width + 1, sizeof *x);
  double *y = cvx_alloc (net->width + 1, sizeof *y);
  size_t n = 0;
  for (size_t j = 0; x != NULL && y != NULL && j < net->width; j++)
    if (cvx_network_norm (net, j) > 0)
      {
        x[n] = atan2 (net->u[2 * j + 1], net->u[2 * j]) * 180 / PI;
        y[n] = dual_value (d, run, x[n]);
        n++;
      }
  if (x == NULL || y == NULL)
    fig->failed = true;
  else if (n > 0)
    plot_add (fig, 0, PLOT_POINTS, PLOT_KINK, "neurons", n, x, y);
  cvx_free (x);
  cvx_free (y);
}

static void
add_directions (struct plot_figure *fig, const struct cvx_dataset *d,
                const struct cvx_run *run)
{
  static const double bounds[2] = { -1, 1 };
  static const double tics[] = { -180, -90, 0, 90, 180 };
  plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "bounds", 2, bounds);
  add_curve (fig, d, run);
  add_neurons (fig, d, run);
  plot_set_labels (fig, 0, "direction of u (degrees)", "dual function / beta");
  plot_set_range (&fig->panel[0].x, -180, 180);
  plot_set_range (&fig->panel[0].y, -1.15, 1.15);
  plot_set_tics (fig, &fig->panel[0].x, sizeof tics / sizeof *tics, tics,
                 NULL);
}

/* --- one value for each block --- */

struct block
{
  double psi;
  bool active;
};

static int
larger_first (const void *a, const void *b)
{
  const struct block *x = a, *y = b;
  return (x->psi < y->psi) - (x->psi > y->psi);
}

static void
draw_blocks (struct plot_figure *fig, const struct block *block, size_t n,
             size_t first)
{
  static const double bound = 1;
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  double *ax = cvx_alloc (n, sizeof *ax), *ay = cvx_alloc (n, sizeof *ay);
  size_t m = 0;
  plot_add_rules (fig, 0, PLOT_HLINE, PLOT_TOLERANCE, "bound", 1, &bound);
  if (x == NULL || y == NULL || ax == NULL || ay == NULL)
    fig->failed = true;
  else
    {
      for (size_t k = 0; k < n; k++)
        {
          x[k] = (double)(k + first);
          y[k] = block[k].psi;
          if (block[k].active)
            {
              ax[m] = x[k];
              ay[m++] = y[k];
            }
        }
      plot_add (fig, 0, n > 60 ? PLOT_LINE : PLOT_IMPULSES, PLOT_MODEL,
                "dual values", n, x, y);
      if (m > 0)
        plot_add (fig, 0, PLOT_POINTS, PLOT_KINK, "active", m, ax, ay);
    }
  cvx_free (x);
  cvx_free (y);
  cvx_free (ax);
  cvx_free (ay);
}

enum cvx_status
figure_dual_values (double **out, size_t *n, const struct cvx_formulation *f,
                    const struct cvx_run *run, struct cvx_error *err)
{
  size_t h = f->conv.h, k = f->conv.k;
  double *z = cvx_alloc (f->n_var, sizeof *z), *value;
  enum cvx_status status = CVX_OK;
  *n = !f->class->nuclear ? f->n_blocks : h < k ? h : k;
  value = cvx_alloc (*n, sizeof *value);
  if (z == NULL || value == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    status = f->class->adjoint (f, run->nu, z, NULL);
  if (status == CVX_OK && f->class->nuclear)
    status = cvx_dense_svd (z, k, h, NULL, value, NULL, NULL, err);
  for (size_t g = 0; status == CVX_OK && g < *n; g++)
    {
      size_t solved = 0;
      if (!f->class->nuclear)
        value[g]
            = f->class->support (f, g, z + g * f->block_len, NULL, &solved, 0);
      value[g] /= f->beta;
    }
  cvx_free (z);
  if (status != CVX_OK)
    {
      cvx_free (value);
      value = NULL;
    }
  *out = value;
  return status;
}

/* One value for each block, or of a linear CNN the singular values of the dual
   matrix, from the largest: those of its neurons' pairs are active.  */
static enum cvx_status
add_blocks (struct plot_figure *fig, const struct cvx_formulation *f,
            const struct cvx_run *run, struct cvx_error *err)
{
  bool nuclear = f->class->nuclear;
  bool spectrum = f->conv.d > 0 && f->patterns == NULL && !nuclear;
  const struct cvx_network *net = run->net;
  double *value;
  size_t n;
  struct block *block;
  enum cvx_status status = figure_dual_values (&value, &n, f, run, err);
  if (status != CVX_OK)
    return status;
  block = cvx_calloc (n, sizeof *block);
  if (block == NULL)
    status = cvx_fail_nomem (err, "making a figure");
  else
    {
      for (size_t g = 0; g < n; g++)
        block[g] = (struct block){ value[g], nuclear && g < net->width };
      for (size_t k = 0;
           !nuclear && net->merged != NULL && k < net->merged[net->width]; k++)
        if (net->source[k] < n)
          block[net->source[k]].active = true;
      if (!spectrum && !nuclear)
        qsort (block, n, sizeof *block, larger_first);
      draw_blocks (fig, block, n, spectrum ? 0 : 1);
      plot_set_labels (fig, 0,
                       nuclear    ? "number"
                       : spectrum ? "frequency"
                                  : "block, from the largest",
                       nuclear ? "singular value / beta"
                               : "dual value / beta");
      plot_set_range (&fig->panel[0].y, 0, 1.15);
      fig->panel[0].x.log = n > 1000 && !spectrum && !nuclear;
      fig->panel[0].x.integer = true;
    }
  cvx_free (value);
  cvx_free (block);
  return status;
}

enum cvx_status
figure_certificate (struct plot_figure **out, const struct figure_input *in,
                    struct cvx_error *err)
{
  const struct cvx_run *run = in->n_runs > 0 ? in->runs[0] : NULL;
  const struct cvx_dataset *d = in->data;
  struct plot_figure *fig;
  bool plane;
  enum cvx_status status;
  if (run == NULL)
    return figure_lacks ("certificate", "a run", "solve", err);
  if (run->nu == NULL || run->net == NULL || !(run->beta > 0))
    return figure_lacks ("certificate", "a dual point, which the run has not",
                         "solve", err);
  plane = d != NULL && d->hash == run->data_hash && d->n_features == 2
          && d->n_outputs == 1 && run->n_nu == d->part[CVX_TRAIN].n
          && run->net->activation == CVX_ACT_RELU && run->net->conv.d == 0;
  if (!plane && !figure_is_of (in->formulation, run))
    return figure_lacks ("certificate",
                         "the formulation of the run, which is "
                         "gone",
                         "formulation; solve", err);
  status = plot_figure_new (&fig, 1, 1, err);
  if (status != CVX_OK)
    return status;
  if (plane)
    add_directions (fig, d, run);
  else
    status = add_blocks (fig, in->formulation, run, err);
  return figure_finish (out, fig, status, err);
}
