/* reduce.c -- the points of a series as they are drawn.

   Points that are not finite go, lines break there; on a logarithmic axis
   points not positive are moved to the floor (y) or left out (x).  Then a
   series of more points than a picture can show is thinned: a curve keeps the
   first, lowest, highest and last point of every pixel column, so that it
   looks as if all were drawn; a cloud keeps one point of every cell of a
   grid, as fine as the limit allows.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <stdint.h>

#include "base/alloc.h"

void
plot_points_free (struct plot_points *p)
{
  cvx_free (p->x);
  cvx_free (p->y);
  cvx_free (p->z);
  *p = (struct plot_points){ 0, NULL, NULL, NULL };
}

/* Point K of S as it lies on the axes.  False: it is not drawn.  */
struct point
{
  double x, y, z;
};

static double
floor_y (double v, const struct plot_range *r, size_t *floored)
{
  if (!r->log || v > 0)
    return v;
  (*floored)++;
  return PLOT_FLOOR;
}

static bool
point_at (const struct plot_series *s, const struct plot_range *x,
          const struct plot_range *y, size_t k, struct point *p,
          struct plot_notes *notes)
{
  p->x = s->x != NULL ? s->x[k] : 0;
  p->y = s->y != NULL ? s->y[k] : 0;
  p->z = s->z != NULL ? s->z[k] : 0;
  if (!isfinite (p->x) || !isfinite (p->y) || !isfinite (p->z))
    {
      /* A point with neither coordinate is how a figure breaks a line.  */
      if (!isnan (p->x) || !isnan (p->y))
        notes->missing++;
      return false;
    }
  if (x->log && s->x != NULL && p->x <= 0)
    {
      notes->left_out++;
      return false;
    }
  if (s->y != NULL)
    p->y = floor_y (p->y, y, &notes->floored);
  if (s->kind == PLOT_BAND)
    p->z = floor_y (p->z, y, &notes->floored);
  return true;
}

static void
put (struct plot_points *out, struct point p)
{
  out->x[out->n] = p.x;
  out->y[out->n] = p.y;
  if (out->z != NULL)
    out->z[out->n] = p.z;
  out->n++;
}

/* A break, unless there is nothing before it to break.  */
static void
put_break (struct plot_points *out)
{
  if (out->n > 0 && !isnan (out->x[out->n - 1]))
    put (out, (struct point){ NAN, NAN, NAN });
}

static double
place (double v, const struct plot_range *r)
{
  return r->log
             ? (log10 (v) - log10 (r->min)) / (log10 (r->max) - log10 (r->min))
             : (v - r->min) / (r->max - r->min);
}

static bool
is_curve (enum plot_kind kind)
{
  return kind == PLOT_LINE || kind == PLOT_STEPS || kind == PLOT_BAND
         || kind == PLOT_IMPULSES || kind == PLOT_BARS;
}

/* All points.  */
static void
keep_all (const struct plot_series *s, const struct plot_range *x,
          const struct plot_range *y, struct plot_points *out,
          struct plot_notes *notes)
{
  struct point p;
  for (size_t k = 0; k < s->n; k++)
    if (point_at (s, x, y, k, &p, notes))
      put (out, p);
    else if (is_curve (s->kind))
      put_break (out);
}

/* One pixel column: indices of the first, lowest, highest, last point.  */
struct column
{
  size_t n;
  struct point first, low, high, last;
  size_t low_at, high_at;
  bool broken;
};

static void
flush (struct column *c, bool band, struct plot_points *out)
{
  if (c->n > 0 && band)
    put (out, (struct point){ c->first.x, c->low.y, c->high.z });
  else if (c->n > 0)
    {
      bool low_first = c->low_at <= c->high_at;
      put (out, c->first);
      if (c->n > 2)
        put (out, low_first ? c->low : c->high);
      if (c->n > 3)
        put (out, low_first ? c->high : c->low);
      if (c->n > 1)
        put (out, c->last);
    }
  if (c->broken)
    put_break (out);
  *c = (struct column){ .n = 0 };
}

static void
thin_curve (const struct plot_series *s, const struct plot_range *x,
            const struct plot_range *y, size_t limit, struct plot_points *out,
            struct plot_notes *notes)
{
  size_t columns = limit / 5, current = SIZE_MAX;
  bool band = s->kind == PLOT_BAND;
  struct column c = { .n = 0 };
  bool ordered = true;
  for (size_t k = 1; ordered && k < s->n; k++)
    ordered = !(s->x[k] < s->x[k - 1]);
  for (size_t k = 0; k < s->n; k++)
    {
      struct point p;
      double at;
      size_t column;
      if (!point_at (s, x, y, k, &p, notes))
        {
          c.broken = true;
          continue;
        }
      at = ordered ? place (p.x, x) : (double)k / (double)s->n;
      at = at < 0 ? 0 : at > 1 ? 1 : at;
      column = (size_t)(at * (double)(columns - 1));
      if (column != current)
        {
          flush (&c, band, out);
          current = column;
        }
      if (c.n == 0)
        c.first = p;
      if (c.n == 0 || p.y < c.low.y)
        {
          c.low = p;
          c.low_at = k;
        }
      if (c.n == 0 || (band ? p.z > c.high.z : p.y > c.high.y))
        {
          c.high = p;
          c.high_at = k;
        }
      c.last = p;
      c.n++;
    }
  flush (&c, band, out);
}

/* One point of every cell of a SIDE x SIDE grid; with OUT NULL they are only
   counted, until there are more than LIMIT.  Returns their number.  */
static size_t
thin_cloud (const struct plot_series *s, const struct plot_range *x,
            const struct plot_range *y, size_t side, size_t limit,
            uint64_t *seen, struct plot_points *out, struct plot_notes *notes)
{
  size_t count = 0;
  for (size_t k = 0; k < side * side / 64; k++)
    seen[k] = 0;
  for (size_t k = 0; k < s->n; k++)
    {
      struct point p;
      size_t cell;
      double px, py;
      if (!point_at (s, x, y, k, &p, notes))
        continue;
      px = fmin (fmax (place (p.x, x), 0), 1) * (double)(side - 1);
      py = fmin (fmax (place (p.y, y), 0), 1) * (double)(side - 1);
      cell = (size_t)py * side + (size_t)px;
      if ((seen[cell / 64] >> (cell % 64) & 1) != 0)
        continue;
      seen[cell / 64] |= (uint64_t)1 << (cell % 64);
      if (out != NULL)
        put (out, p);
      count++;
      if (out == NULL && count > limit)
        break;
    }
  return count;
}

enum
{
  FINEST = 2048 /* cells a side, a power of two */
};

enum cvx_status
plot_reduce (const struct plot_series *s, const struct plot_range *x,
             const struct plot_range *y, size_t limit, struct plot_points *out,
             struct plot_notes *notes, struct cvx_error *err)
{
  bool thin
      = s->n > limit && s->x != NULL && s->y != NULL && s->kind != PLOT_TEXT;
  uint64_t *seen = NULL;
  size_t side = FINEST, room = thin ? limit + 5 : s->n;
  *out = (struct plot_points){ 0, NULL, NULL, NULL };
  if (thin && !is_curve (s->kind))
    {
      struct plot_notes forget = { 0, 0, 0, 0 };
      seen = cvx_alloc (FINEST * FINEST / 64, sizeof *seen);
      if (seen == NULL)
        return cvx_fail_nomem (err, "thinning a figure");
      while (thin_cloud (s, x, y, side, limit, seen, NULL, &forget) > limit)
        side /= 2;
    }
  out->x = cvx_alloc (room, sizeof *out->x);
  out->y = cvx_alloc (room, sizeof *out->y);
  out->z = s->z != NULL ? cvx_alloc (room, sizeof *out->z) : NULL;
  if (out->x == NULL || out->y == NULL || (s->z != NULL && out->z == NULL))
    {
      cvx_free (seen);
      plot_points_free (out);
      return cvx_fail_nomem (err, "drawing a series");
    }
  if (thin)
    notes->thinned++;
  if (!thin)
    keep_all (s, x, y, out, notes);
  else if (is_curve (s->kind))
    thin_curve (s, x, y, limit, out, notes);
  else
    thin_cloud (s, x, y, side, limit, seen, out, notes);
  if (out->n > 0 && isnan (out->x[out->n - 1]))
    out->n--;
  cvx_free (seen);
  return CVX_OK;
}

enum cvx_status
plot_reduce_grid (const struct plot_series *s, size_t limit_x, size_t limit_y,
                  double **out, size_t *mx, size_t *my, double ends[4],
                  struct cvx_error *err)
{
  size_t bx = (s->nx + limit_x - 1) / limit_x;
  size_t by = (s->ny + limit_y - 1) / limit_y;
  double dx = s->nx > 1 ? (s->x[1] - s->x[0]) / (double)(s->nx - 1) : 0;
  double dy = s->ny > 1 ? (s->y[1] - s->y[0]) / (double)(s->ny - 1) : 0;
  double *z;
  *mx = (s->nx + bx - 1) / bx;
  *my = (s->ny + by - 1) / by;
  z = cvx_alloc (*mx * *my, sizeof *z);
  if (z == NULL)
    return cvx_fail_nomem (err, "drawing a grid");
  for (size_t j = 0; j < *my; j++)
    for (size_t i = 0; i < *mx; i++)
      {
        double sum = 0;
        size_t count = 0;
        for (size_t q = j * by; q < s->ny && q < (j + 1) * by; q++)
          for (size_t p = i * bx; p < s->nx && p < (i + 1) * bx; p++)
            if (isfinite (s->z[q * s->nx + p]))
              {
                sum += s->z[q * s->nx + p];
                count++;
              }
        z[j * *mx + i] = count > 0 ? sum / (double)count : NAN;
      }
  ends[0] = s->x[0] + dx * (double)(bx - 1) / 2;
  ends[1] = ends[0] + dx * (double)(bx * (*mx - 1));
  ends[2] = s->y[0] + dy * (double)(by - 1) / 2;
  ends[3] = ends[2] + dy * (double)(by * (*my - 1));
  *out = z;
  return CVX_OK;
}
