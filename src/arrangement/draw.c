/* draw.c -- gates: gaussian, from the data, of windows of images, flipped.

   Pilanci and Ergen (ICML 2020) draw u ~ N(0, I) (remark 3.3).  Their
   experiments on images use windows, as the filters of a convolutional
   network have them: u is gaussian in a square of the image and 0 elsewhere;
   and flips of the entries of a pattern that are least certain, those with
   the smallest |x_i'u| (algorithm 3).  A pattern with one entry flipped need
   not be that of any gate, so here u goes to the other side of row i,

     u' = u - 2 (x_i'u / |x_i|^2) x_i,

   and the pattern is that of u', which has entry i flipped and any other that
   lies between.  Differences of two rows follow the data: with a column of
   ones, whose weight is then -u'(x_i + x_j)/2 over the others, the boundary
   is the plane halfway between the two rows.

   Gate k is drawn from a stream of its own, so it is the same for any number
   of threads and needs none before it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/draw.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

static void
gauss (const struct cvxi_source *s, struct cvx_rng *rng, double *u)
{
  for (size_t c = 0; c < s->d; c++)
    u[c] = cvx_rng_normal (rng);
}

static void
difference (const struct cvxi_source *s, struct cvx_rng *rng, double *u)
{
  size_t i = cvx_rng_below (rng, s->n), j = cvx_rng_below (rng, s->n - 1),
         last = s->d - 1;
  const double *a, *b;
  double sum = 0;
  j += j >= i;
  a = s->x + i * s->d;
  b = s->x + j * s->d;
  for (size_t c = 0; c < s->d; c++)
    {
      u[c] = a[c] - b[c];
      sum += u[c] * (a[c] + b[c]);
    }
  if (s->ones)
    u[last] = -sum / (2 * a[last]);
}

static void
window (const struct cvxi_source *s, struct cvx_rng *rng, double *u)
{
  size_t side = s->sampling->window, rows = s->image[0], columns = s->image[1],
         channels = s->image[2];
  size_t high = side < rows ? side : rows,
         wide = side < columns ? side : columns;
  size_t top = cvx_rng_below (rng, rows - high + 1);
  size_t left = cvx_rng_below (rng, columns - wide + 1);
  memset (u, 0, s->d * sizeof *u);
  for (size_t i = top; i < top + high; i++)
    for (size_t j = left; j < left + wide; j++)
      for (size_t c = 0; c < channels; c++)
        u[(i * columns + j) * channels + c] = cvx_rng_normal (rng);
  if (s->ones)
    u[s->d - 1] = cvx_rng_normal (rng);
}

/* The row with the RANK-th smallest |x_i'u|, counted from 0; rows of zeros
   come last.  */
static size_t
least_certain (const struct cvxi_source *s, const double *u, size_t rank)
{
  double last = -1;
  size_t at = 0;
#pragma omp parallel for
  for (size_t i = 0; i < s->n; i++)
    {
      double sum = 0;
      for (size_t c = 0; c < s->d; c++)
        sum += s->x[i * s->d + c] * u[c];
      s->value[i] = s->norm[i] > 0 ? fabs (sum) : INFINITY;
    }
  for (size_t k = 0; k <= rank; k++)
    {
      size_t next = SIZE_MAX;
      for (size_t i = 0; i < s->n; i++)
        if ((s->value[i] > last || (k > 0 && s->value[i] == last && i > at))
            && (next == SIZE_MAX || s->value[i] < s->value[next]))
          next = i;
      if (next == SIZE_MAX)
        break;
      at = next;
      last = s->value[next];
    }
  return at;
}

/* Gate NUMBER: flip number NUMBER / n_base of gate NUMBER % n_base.  */
static void
flip (const struct cvxi_source *s, size_t number, double *u)
{
  const double *from = s->base + number % s->n_base * s->d, *row;
  size_t i = least_certain (s, from, number / s->n_base);
  double product = 0, square = s->norm[i] * s->norm[i], length = 0, step;
  row = s->x + i * s->d;
  for (size_t c = 0; c < s->d; c++)
    {
      product += row[c] * from[c];
      length += from[c] * from[c];
    }
  /* On the plane itself a reflection would not leave it.  */
  step = fmax (2 * fabs (product), 1e-9 * sqrt (square * length));
  if (square > 0)
    step /= square;
  for (size_t c = 0; c < s->d; c++)
    u[c] = from[c] - (product >= 0 ? step : -step) * row[c];
}

void
cvxi_draw (const struct cvxi_source *source, double *u, size_t first,
           size_t count)
{
  static void (*const draws[]) (const struct cvxi_source *, struct cvx_rng *,
                                double *)
      = { [CVX_DRAW_GAUSS] = gauss,
          [CVX_DRAW_DATA] = difference,
          [CVX_DRAW_CONV] = window };
  if (source->sampling->draw == CVX_DRAW_FLIPS)
    {
      for (size_t b = 0; b < count; b++)
        flip (source, first + b, u + b * source->d);
      return;
    }
#pragma omp parallel for
  for (size_t b = 0; b < count; b++)
    {
      struct cvx_rng rng;
      cvx_rng_init (&rng, source->sampling->seed,
                    CVX_STREAM_GATES + first + b);
      draws[source->sampling->draw](source, &rng, u + b * source->d);
    }
}

static bool
last_is_constant (const double *x, size_t n, size_t d)
{
  if (d < 2 || x[d - 1] == 0)
    return false;
  for (size_t i = 1; i < n; i++)
    if (x[i * d + d - 1] != x[d - 1])
      return false;
  return true;
}

enum cvx_status
cvxi_draw_check (struct cvxi_source *s, struct cvx_error *err)
{
  const struct cvx_sampling *how = s->sampling;
  size_t free;
  s->ones = last_is_constant (s->x, s->n, s->d);
  free = s->d - s->ones;
  memcpy (s->image, how->image, sizeof s->image);
  if (s->image[0] * s->image[1] * s->image[2] != free)
    {
      s->image[0] = s->image[2] = 1; /* a signal */
      s->image[1] = free;
    }
  if (how->draw == CVX_DRAW_DATA && s->n < 2)
    return cvx_fail (err, CVX_E621,
                     "differences need two samples, there is "
                     "one");
  if (how->draw == CVX_DRAW_CONV && how->window == 0)
    return cvx_fail (err, CVX_E621, "a window of 0 features holds nothing");
  if (how->draw == CVX_DRAW_FLIPS && s->n_base == 0)
    return cvx_fail (err, CVX_E622, "there are no gates to flip");
  return CVX_OK;
}
