/* plot_samples.h -- figures of every kind of series, for the tests of plot/.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef PLOT_SAMPLES_H
#define PLOT_SAMPLES_H

#include "support.h"

#include <stdio.h>

#include "plot/plot.h"

/* Objective, bound and the band between them over iterations.  */
static inline void
sample_objective (struct plot_figure *f, size_t panel)
{
  enum
  {
    N = 60
  };
  double x[N], high[N], low[N], marked[1] = { 250 };
  for (int k = 0; k < N; k++)
    {
      x[k] = 10.0 * k;
      high[k] = 0.8914472026 + 1.6 * exp (-0.11 * k);
      low[k] = 0.8914472026 - 0.62 * exp (-0.07 * k);
    }
  plot_add_band (f, panel, PLOT_BETWEEN, NULL, N, x, low, high);
  plot_add_rules (f, panel, PLOT_VLINE, PLOT_GUIDE, NULL, 1, marked);
  plot_add (f, panel, PLOT_LINE, PLOT_OBJECTIVE, "objective", N, x, high);
  plot_add (f, panel, PLOT_LINE, PLOT_BOUND, "dual bound", N, x, low);
  plot_set_labels (f, panel, "iteration", "objective");
  f->panel[panel].x.integer = true;
}

/* Gap and residuals on a logarithmic axis; the last gap is zero.  */
static inline void
sample_gap (struct plot_figure *f, size_t panel)
{
  enum
  {
    N = 90
  };
  double x[N], gap[N], pri[N], dua[N], tol[1] = { 1e-6 };
  for (int k = 0; k < N; k++)
    {
      x[k] = k;
      gap[k] = exp (-0.2 * k);
      pri[k] = 0.5 * exp (-0.17 * k) * (1.2 + cos (k * 0.7));
      dua[k] = 0.1 * exp (-0.16 * k) * (1.3 + sin (k * 0.4));
    }
  plot_add_rules (f, panel, PLOT_HLINE, PLOT_TOLERANCE, "tolerance", 1, tol);
  plot_add (f, panel, PLOT_LINE, PLOT_PRIMAL, "primal residual", N, x, pri);
  plot_add (f, panel, PLOT_LINE, PLOT_DUAL, "dual residual", N, x, dua);
  plot_add (f, panel, PLOT_LINE, PLOT_GAP, "relative gap", N, x, gap);
  plot_set_labels (f, panel, "iteration", "relative gap");
  f->panel[panel].y.log = true;
  f->panel[panel].x.integer = true;
}

/* The five point fit, its data and kinks.  */
static inline void
sample_function (struct plot_figure *f, size_t panel)
{
  const double x[5] = { -2, -1, 0, 1, 2 }, y[5] = { 1, -1, 1, 1, -1 };
  const double kx[2] = { -1, 0.5373573612181 };
  double gx[4] = { -2.3, -1, 0.5373573612181, 2.3 };
  double gy[4] = { 1.35, -0.8, 1.19, -1.2 }, ky[2] = { -0.8, 1.19 };
  plot_add (f, panel, PLOT_LINE, PLOT_MODEL, "network", 4, gx, gy);
  plot_add (f, panel, PLOT_POINTS, PLOT_KINK, "kinks", 2, kx, ky);
  plot_add (f, panel, PLOT_POINTS, PLOT_DATA, "data", 5, x, y);
  plot_set_labels (f, panel, "x", "f(x)");
}

/* A classifier in the plane.  */
static inline void
sample_surface (struct plot_figure *f, size_t panel)
{
  enum
  {
    N = 41,
    M = 40
  };
  static double z[N * N];
  double pos[2][M], neg[2][M], lines_x[5], lines_y[5], zero = 0;
  size_t np = 0, nn = 0;
  struct cvx_rng r;
  cvx_rng_init (&r, 1, CVX_STREAM_GENERATE);
  for (int j = 0; j < N; j++)
    for (int i = 0; i < N; i++)
      {
        double a = -2 + 4.0 * i / (N - 1), b = -2 + 4.0 * j / (N - 1);
        z[j * N + i]
            = fmax (0, a + b) + fmax (0, -a - b) - 1.1 - 0.3 * fmax (0, a);
      }
  for (int k = 0; k < M; k++)
    {
      double a = -1.9 + 3.8 * cvx_rng_uniform (&r);
      double b = -1.9 + 3.8 * cvx_rng_uniform (&r);
      if (fabs (a + b) - 1.1 - 0.3 * fmax (0, a) > 0)
        {
          pos[0][np] = a;
          pos[1][np++] = b;
        }
      else
        {
          neg[0][nn] = a;
          neg[1][nn++] = b;
        }
    }
  lines_x[0] = -2, lines_y[0] = 2, lines_x[1] = 2, lines_y[1] = -2;
  lines_x[2] = lines_y[2] = NAN;
  lines_x[3] = 0, lines_y[3] = -2, lines_x[4] = 0, lines_y[4] = 2;
  plot_add_heat (f, panel, N, -2, 2, N, -2, 2, z);
  plot_add (f, panel, PLOT_LINE, PLOT_NEURON, "neurons", 5, lines_x, lines_y);
  plot_add_contour (f, panel, PLOT_BOUNDARY, "f = 0", N, -2, 2, N, -2, 2, z, 1,
                    &zero);
  plot_add (f, panel, PLOT_POINTS, PLOT_POSITIVE, "y > 0", np, pos[0], pos[1]);
  plot_add (f, panel, PLOT_POINTS, PLOT_NEGATIVE, "y < 0", nn, neg[0], neg[1]);
  plot_set_labels (f, panel, "x1", "x2");
  plot_set_colour_label (f, panel, "f(x)");
}

/* Stems, bars, steps, bars of error, words.  */
static inline void
sample_stems (struct plot_figure *f, size_t panel)
{
  double x[8], y[8];
  for (int k = 0; k < 8; k++)
    {
      x[k] = k + 1;
      y[k] = 3.0 / (k + 1) * (k % 3 == 1 ? -1 : 1);
    }
  plot_add (f, panel, PLOT_IMPULSES, PLOT_POSITIVE, "norm", 8, x, y);
  plot_add_text (f, panel, PLOT_DATA, 2, -1.5, "first < 0");
  plot_set_labels (f, panel, "neuron", "norm");
  f->panel[panel].x.integer = true;
}

static inline void
sample_bars (struct plot_figure *f, size_t panel)
{
  static const char *const names[] = { "cat", "50%", "d_o{g}" };
  double x[3] = { 0, 1, 2 }, y[3] = { 12, 17, 5 };
  plot_add (f, panel, PLOT_BARS, PLOT_CYCLE, NULL, 3, x, y);
  plot_set_tics (f, &f->panel[panel].x, 3, x, names);
  plot_set_labels (f, panel, NULL, "count");
}

static inline void
sample_errors (struct plot_figure *f, size_t panel)
{
  double x[7], y[7], half[7];
  for (int k = 0; k < 7; k++)
    {
      x[k] = pow (10, -3 + 0.5 * k);
      y[k] = 0.1 + 0.05 * (k - 3) * (k - 3);
      half[k] = 0.03;
    }
  plot_add_errors (f, panel, PLOT_TEST, "test", 7, x, y, half);
  plot_add (f, panel, PLOT_STEPS, PLOT_TRAIN, "train", 7, x, half);
  plot_set_labels (f, panel, "beta / betamax", "error");
  f->panel[panel].x.log = true;
}

/* Several runs, one colour each.  */
static inline void
sample_cycle (struct plot_figure *f, size_t panel)
{
  enum
  {
    N = 300
  };
  double x[N], y[N];
  for (int c = 0; c < 5; c++)
    {
      char name[16];
      for (int k = 0; k < N; k++)
        {
          x[k] = 0.01 * k;
          y[k] = exp (-(1 + c) * x[k]);
        }
      snprintf (name, sizeof name, "run %d", c + 1);
      plot_add (f, panel, PLOT_LINE, PLOT_CYCLE + c, name, N, x, y);
    }
  plot_set_labels (f, panel, "seconds", "relative gap");
  f->panel[panel].y.log = true;
}

static const struct sample
{
  const char *name;
  void (*make) (struct plot_figure *, size_t);
} samples[] = {
  { "objective", sample_objective }, { "gap", sample_gap },
  { "function", sample_function },   { "surface", sample_surface },
  { "stems", sample_stems },         { "bars", sample_bars },
  { "errors", sample_errors },       { "cycle", sample_cycle },
};

enum
{
  N_SAMPLES = sizeof samples / sizeof *samples
};

static inline struct plot_figure *
sample_new (size_t k)
{
  struct plot_figure *f;
  struct cvx_error err;
  if (plot_figure_new (&f, 1, 1, &err) != CVX_OK)
    abort ();
  samples[k].make (f, 0);
  plot_comment (f, "command", "plot %s", samples[k].name);
  return f;
}

#endif
