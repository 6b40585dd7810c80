/* small.c -- factors of small matrices; small.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/small.h"

#include <math.h>

bool
cvxi_small_cholesky (double *a, size_t d)
{
  for (size_t j = 0; j < d; j++)
    {
      double v = a[j * d + j];
      for (size_t l = 0; l < j; l++)
        v -= a[j * d + l] * a[j * d + l];
      if (!(v > 0))
        return false;
      v = sqrt (v);
      a[j * d + j] = v;
      for (size_t i = j + 1; i < d; i++)
        {
          double q = a[i * d + j];
          for (size_t l = 0; l < j; l++)
            q -= a[i * d + l] * a[j * d + l];
          a[i * d + j] = q / v;
        }
    }
  return true;
}

void
cvxi_small_lower (const double *l, size_t d, double *v)
{
  for (size_t i = 0; i < d; i++)
    {
      for (size_t j = 0; j < i; j++)
        v[i] -= l[i * d + j] * v[j];
      v[i] /= l[i * d + i];
    }
}

void
cvxi_small_upper (const double *l, size_t d, double *v)
{
  for (size_t i = d; i-- > 0;)
    {
      for (size_t j = i + 1; j < d; j++)
        v[i] -= l[j * d + i] * v[j];
      v[i] /= l[i * d + i];
    }
}

void
cvxi_small_gram (double *a, size_t m, size_t d, double *l)
{
  for (size_t j = 0; j < d; j++)
    {
      /* Column j below its diagonal becomes 0; its vector stays there.  */
      double top = 0, size = 0, alpha, scale;
      for (size_t i = j; i < m; i++)
        top = fmax (top, fabs (a[i * d + j]));
      for (size_t i = j; top > 0 && i < m; i++)
        {
          double v = a[i * d + j] / top;
          size += v * v;
        }
      alpha = a[j * d + j] > 0 ? -top * sqrt (size) : top * sqrt (size);
      if (top > 0)
        {
          a[j * d + j] -= alpha;
          scale = -1 / (alpha * a[j * d + j]);
          for (size_t k = j + 1; k < d; k++)
            {
              double along = 0;
              for (size_t i = j; i < m; i++)
                along += a[i * d + j] * a[i * d + k];
              along *= scale;
              for (size_t i = j; i < m; i++)
                a[i * d + k] -= along * a[i * d + j];
            }
        }
      /* R' = L.  */
      l[j * d + j] = alpha;
      for (size_t k = j + 1; k < d; k++)
        l[k * d + j] = a[j * d + k];
    }
}
