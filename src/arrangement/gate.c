/* gate.c -- a point inside a cell, in data space.

   The enumeration gives a point in the whitened coordinates of the lines.  Its
   image u is a gate of the cell when no product x_i'u has the wrong sign in
   double arithmetic.  Cells are almost always so wide that this needs no
   look; for a narrow one the products are taken, and while some are wrong the
   point is moved to the middle of the cell along one axis after another.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <float.h>
#include <math.h>
#include <string.h>

#include "arrangement/sweep.h"
#include "base/alloc.h"

enum
{
  MIN_CELLS = 256, /* first size of the output buffers */
  ROUNDS = 4       /* of centring */
};

/* Relative width of a cell, in whitened coordinates, below which its gate is
   checked.  */
static const double NARROW = 1e-6;

uint64_t *
cvxi_new_cell (struct cvxi_worker *k)
{
  size_t words = k->lines->n_words;
  uint64_t *bits;
  if (k->failed)
    return NULL;
  if (k->count == k->capacity)
    {
      size_t more = k->capacity == 0 ? MIN_CELLS : 2 * k->capacity;
      uint64_t *grown_bits
          = cvx_grow (k->bits, k->count, more, words * sizeof *bits);
      double *grown_gate = NULL;
      if (grown_bits != NULL)
        k->bits = grown_bits;
      if (k->what & CVXI_CELLS_GATES)
        grown_gate = cvx_grow (k->gate, k->count, more,
                               k->lines->d * sizeof *k->gate);
      if (grown_gate != NULL)
        k->gate = grown_gate;
      if (grown_bits == NULL
          || ((k->what & CVXI_CELLS_GATES) && grown_gate == NULL))
        {
          k->failed = true;
          return NULL;
        }
      k->capacity = more;
    }
  bits = k->bits + k->count * words;
  memcpy (bits, k->row, words * sizeof *bits);
  return bits;
}

/* U = map INSIDE, scaled to length 1.  */
static void
to_data (const struct cvxi_lines *lines, double *u, const double *inside,
         size_t q)
{
  size_t d = lines->d, r = lines->rank;
  double peak = 0, sum = 0;
  for (size_t c = 0; c < d; c++)
    {
      double s = 0;
      for (size_t a = 0; a < q; a++)
        s += lines->map[c * r + a] * inside[a];
      u[c] = s;
      peak = fmax (peak, fabs (s));
    }
  for (size_t c = 0; c < d; c++)
    {
      u[c] /= peak;
      sum += u[c] * u[c];
    }
  sum = sqrt (sum);
  for (size_t c = 0; c < d; c++)
    u[c] /= sum;
}

/* Sign of line L in BITS.  */
static double
line_sign (const struct cvxi_lines *lines, const uint64_t *bits, size_t l)
{
  size_t i = lines->first[l];
  return bits[i / 64] >> (i % 64) & 1 ? 1 : -1;
}

/* Does every product x_i'u have the sign of BITS in whatever order it is
   summed?  */
static bool
is_gate (const struct cvxi_lines *lines, const uint64_t *bits, const double *u)
{
  size_t d = lines->d;
  for (size_t i = 0; i < lines->n; i++)
    {
      const double *x = lines->x + i * d;
      long double sum = 0, scale = 0;
      if (lines->line[i] == SIZE_MAX)
        continue;
      for (size_t c = 0; c < d; c++)
        {
          sum += (long double)x[c] * u[c];
          scale += fabsl ((long double)x[c] * u[c]);
        }
      if (!(bits[i / 64] >> (i % 64) & 1))
        sum = -sum;
      if (!(sum > (long double)d * DBL_EPSILON * scale))
        return false;
    }
  return true;
}

/* Move Z, rank numbers, to the middle of the cell along axis C.  */
static void
centre_axis (const struct cvxi_lines *lines, const uint64_t *bits,
             long double *z, size_t c)
{
  size_t r = lines->rank, ld = lines->ld;
  long double low = -INFINITY, high = INFINITY, length = 0;
  for (size_t a = 0; a < r; a++)
    length += z[a] * z[a];
  length = sqrtl (length);
  for (size_t l = 0; l < lines->n_lines; l++)
    {
      double sign = line_sign (lines, bits, l);
      long double f = 0, g = sign * lines->y[c * ld + l];
      for (size_t a = 0; a < r; a++)
        f += z[a] * lines->y[a * ld + l];
      f *= sign;
      if (g > 0 && -f / g > low)
        low = -f / g;
      else if (g < 0 && -f / g < high)
        high = -f / g;
    }
  low = fmaxl (low, -length);
  high = fminl (high, length);
  if (low < high)
    z[c] += (low + high) / 2;
}

/* Centre the cell until its gate holds.  */
static bool
widen (const struct cvxi_lines *lines, const uint64_t *bits,
       const double *inside, size_t q, double *u)
{
  long double z[CVXI_MAX_RANK] = { 0 };
  double rounded[CVXI_MAX_RANK];
  for (size_t a = 0; a < q; a++)
    z[a] = inside[a];
  for (int round = 0; round < ROUNDS; round++)
    {
      for (size_t c = 0; c < lines->rank; c++)
        centre_axis (lines, bits, z, c);
      for (size_t c = 0; c < lines->rank; c++)
        rounded[c] = (double)z[c];
      to_data (lines, u, rounded, lines->rank);
      if (is_gate (lines, bits, u))
        return true;
    }
  return false;
}

void
cvxi_put_gate (struct cvxi_worker *k, const uint64_t *bits,
               const double *inside, size_t q, double margin)
{
  double *u = k->gate + k->count * k->lines->d;
  to_data (k->lines, u, inside, q);
  if (margin < NARROW && !is_gate (k->lines, bits, u)
      && !widen (k->lines, bits, inside, q, u))
    k->n_thin++;
}
