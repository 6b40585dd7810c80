/* dependent.c -- are some lines linearly dependent?  See lines.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "arrangement/lines.h"
#include "arrangement/modular.h"

static bool
dependent_exactly (const struct cvxi_lines *lines, const size_t *id,
                   size_t count)
{
  uint64_t basis[CVXI_MAX_RANK * CVXI_MAX_RANK];
  size_t pivot[CVXI_MAX_RANK], r = lines->rank;
  for (size_t k = 0; k < count; k++)
    {
      memcpy (basis + k * r, lines->exact + id[k] * r, r * sizeof *basis);
      pivot[k] = cvxi_reduce_mod (basis + k * r, basis, pivot, k, r);
      if (pivot[k] == r)
        return true;
    }
  return false;
}

/* Smallest pivot of Gram and Schmidt with row pivoting below `tie'.  */
static bool
dependent_nearly (const struct cvxi_lines *lines, const size_t *id,
                  size_t count)
{
  long double a[CVXI_MAX_RANK * CVXI_MAX_RANK];
  size_t r = lines->rank;
  for (size_t k = 0; k < count; k++)
    for (size_t c = 0; c < r; c++)
      a[k * r + c] = lines->y[c * lines->ld + id[k]];
  for (size_t k = 0; k < count; k++)
    {
      size_t best = k;
      long double norm2 = -1;
      for (size_t i = k; i < count; i++)
        {
          long double s = 0;
          for (size_t c = 0; c < r; c++)
            s += a[i * r + c] * a[i * r + c];
          if (s > norm2)
            {
              norm2 = s;
              best = i;
            }
        }
      if (norm2 < (long double)lines->tie * lines->tie)
        return true;
      for (size_t c = 0; c < r; c++)
        {
          long double t = a[k * r + c];
          a[k * r + c] = a[best * r + c];
          a[best * r + c] = t;
        }
      for (size_t i = k + 1; i < count; i++)
        {
          long double s = 0;
          for (size_t c = 0; c < r; c++)
            s += a[i * r + c] * a[k * r + c];
          s /= norm2;
          for (size_t c = 0; c < r; c++)
            a[i * r + c] -= s * a[k * r + c];
        }
    }
  return false;
}

bool
cvxi_lines_dependent (const struct cvxi_lines *lines, const size_t *id,
                      size_t count)
{
  size_t above[CVXI_MAX_RANK];
  if (count > lines->rank)
    return true;
  if (lines->of == NULL)
    return lines->exact != NULL ? dependent_exactly (lines, id, count)
                                : dependent_nearly (lines, id, count);
  above[0] = lines->fixed;
  for (size_t k = 0; k < count; k++)
    above[k + 1] = lines->parent[id[k]];
  return cvxi_lines_dependent (lines->of, above, count + 1);
}
