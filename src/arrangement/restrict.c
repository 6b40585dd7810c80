/* restrict.c -- the lines of an arrangement on one of its hyperplanes.

   Lines that become the same there are merged; {x_k'u = 0} is kept in generic
   coordinates, which those of the whole are.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>

#include "arrangement/lines.h"
#include "base/alloc.h"

/* Coordinates of line L on the hyperplane, V (rank - 1 numbers): the
   reflection that takes the normal of FIXED to the last axis, last coordinate
   left out; scaled to length 1.  */
static void
project (const struct cvxi_lines *lines, size_t fixed, size_t l, double *v)
{
  size_t r = lines->rank, ld = lines->ld;
  const double *y = lines->y;
  double last = y[(r - 1) * ld + fixed], shift = last < 0 ? -1 : 1;
  double dot = 0, norm = 0, scale = 1 / (1 + fabs (last));
  for (size_t c = 0; c < r; c++)
    dot += y[c * ld + fixed] * y[c * ld + l];
  dot += shift * y[(r - 1) * ld + l];
  for (size_t c = 0; c + 1 < r; c++)
    {
      v[c] = y[c * ld + l] - scale * dot * y[c * ld + fixed];
      norm += v[c] * v[c];
    }
  norm = sqrt (norm);
  for (size_t c = 0; c + 1 < r; c++)
    v[c] /= norm;
}

enum cvx_status
cvxi_lines_restrict (struct cvxi_lines **out, const struct cvxi_lines *of,
                     size_t fixed, struct cvx_error *err)
{
  size_t n = of->n, m = of->n_lines, r = of->rank - 1;
  struct cvxi_lines *lines = cvx_calloc (1, sizeof *lines);
  size_t *to = cvx_alloc (m, sizeof *to), heads = 0;
  signed char *side = cvx_calloc (m, 1);
  struct cvxi_keyed *keyed = cvx_alloc (m, sizeof *keyed);
  double *v = cvx_alloc (m, r * sizeof *v + 1);
  enum cvx_status status = CVX_OK;
  *out = NULL;
  if (lines == NULL || to == NULL || side == NULL || keyed == NULL
      || v == NULL)
    {
      status = cvx_fail_nomem (err, "restricting to a hyperplane");
      goto end;
    }
  lines->n = n;
  lines->rank = r;
  lines->of = of;
  lines->fixed = fixed;
  lines->tie = of->tie;
  lines->near = of->near;
  lines->line = cvx_alloc (n, sizeof *lines->line);
  lines->sign = cvx_calloc (n, sizeof *lines->sign);
  lines->first = cvx_alloc (m, sizeof *lines->first);
  lines->parent = cvx_alloc (m, sizeof *lines->parent);
  if (lines->line == NULL || lines->sign == NULL || lines->first == NULL
      || lines->parent == NULL)
    {
      status = cvx_fail_nomem (err, "restricting to a hyperplane");
      goto end;
    }
  if (r > 0)
    for (size_t l = 0; l < m; l++)
      {
        /* The coordinates are generic: any fixed functional will do.  */
        double key = 0;
        if (l != fixed)
          project (of, fixed, l, v + l * r);
        for (size_t c = 0; l != fixed && c < r; c++)
          key += v[l * r + c] / (double)(c + 1);
        side[l] = key < 0 ? -1 : 1;
        keyed[l]
            = (struct cvxi_keyed){ l == fixed ? INFINITY : fabs (key), l };
      }
  if (r > 0)
    qsort (keyed, m, sizeof *keyed, cvxi_compare_keyed);
  for (size_t k = 0; r > 0 && k + 1 < m; k++)
    {
      size_t h = heads, l = keyed[k].row;
      for (; h > 0 && keyed[k].key - keyed[h - 1].key < of->near; h--)
        {
          size_t trio[3] = { fixed, keyed[h - 1].row, l };
          double apart = 0;
          for (size_t c = 0; c < r; c++)
            apart = fmax (apart, fabs (v[l * r + c] * side[l]
                                       - v[trio[1] * r + c] * side[trio[1]]));
          if (apart < of->near && cvxi_lines_dependent (of, trio, 3))
            break;
        }
      if (h > 0 && keyed[k].key - keyed[h - 1].key < of->near)
        to[l] = keyed[h - 1].row;
      else
        {
          to[l] = l;
          keyed[heads++] = keyed[k];
        }
    }
  /* Number the new lines by the order of the old ones.  */
  lines->n_lines = 0;
  for (size_t l = 0; r > 0 && l < m; l++)
    if (l != fixed && to[l] == l)
      lines->parent[lines->n_lines++] = l;
  lines->ld = (lines->n_lines + 7) / 8 * 8;
  lines->y = cvx_calloc (r, lines->ld * sizeof *lines->y);
  if (lines->y == NULL)
    {
      status = cvx_fail_nomem (err, "restricting to a hyperplane");
      goto end;
    }
  for (size_t k = 0; k < lines->n_lines; k++)
    {
      size_t l = lines->parent[k];
      lines->first[k] = of->first[l];
      for (size_t c = 0; c < r; c++)
        lines->y[c * lines->ld + k] = v[l * r + c];
      keyed[l].row = k; /* reused: old line to new line */
    }
  for (size_t i = 0; i < n; i++)
    {
      size_t l = of->line[i];
      lines->line[i] = SIZE_MAX;
      if (r == 0 || l == SIZE_MAX || l == fixed)
        continue;
      lines->line[i] = keyed[to[l]].row;
      lines->sign[i] = (signed char)(of->sign[i] * side[l] * side[to[l]]);
    }
  status = cvxi_lines_toggles (lines, err);
end:
  cvx_free (to);
  cvx_free (side);
  cvx_free (keyed);
  cvx_free (v);
  if (status != CVX_OK)
    cvxi_lines_free (lines);
  else
    *out = lines;
  return status;
}
