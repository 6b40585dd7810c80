/* price_walk.c -- max |h| for data of rank 2 or 3, cell after cell.

   h (u) = sum_i nu_i (x_i'u)_+ is linear on every cell of the arrangement of
   the great circles {x_i'u = 0} of the sphere, with the gradient
   s = sum {nu_i x_i : x_i'u > 0}.  A local maximum of h on the sphere lies

   - inside a cell, and then at s / ||s||;
   - or on a circle with nu_i < 0 (where nu_i > 0 the kink is convex and one
     side is higher), and then it is one of h on that circle: at P s / ||P s||
     inside an edge, P the projection onto the plane of the circle, or at a
     vertex where the derivative along the circle falls through 0.

   Walking along a circle, one row changes its sign at a time, so that s and
   the derivatives of the next edge cost O(d): the flip tree of the cells, a
   parent being the cell before it on its circle.  What is stored are the rows
   flipped, four bytes for a complementary pair of cells; nothing when that is
   too much, and then every walk sorts its crossings anew.

   Parallel rows are one line y, made to point to the side of a fixed g, with

     nu (c y'u)_+ = nu |c| (y'u)_+  + [c < 0] nu c y'u,

   so that h gets a linear term.  Then every cell but the one that holds -g
   lies on the positive side of one of its edges, and is met there.  Crossings
   that coincide may be taken in any order: the cells in between do not exist,
   and the gradient of such a cell is never inside it.  Lines closer than
   `nearly' are both walked for every sign, and whatever lies between them has
   its maximum within the square of that.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/price_private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrangement/combos.h"
#include "arrangement/lines.h"
#include "base/alloc.h"
#include "linalg/threads.h"

static const double same = 1e-13, nearly = 1e-7;
/* A kink this small, of all, may be either.  */
static const double flat = 1e-9;

enum
{
  KEPT_MAX = 4096 /* lines whose crossings are stored: 64 MB */
};

/* A line and the factor of its kink.  */
struct line
{
  double y[3], c;
};

struct cvxi_walk
{
  size_t n, r, m;
  size_t *line;    /* n: line of a row, SIZE_MAX for a zero row */
  double *factor;  /* n: x_i = factor y */
  struct line *at; /* m: y, of length 1 and positive on g */
  bool *near;      /* m: there is another one close by */
  uint32_t *order; /* m x (m - 1) flips, or NULL; a flip is twice the line,
                      plus 1 when that is positive at the start */
  /* Of the present call.  */
  double linear[3], total[3]; /* total: linear and all c y */
  /* Of each thread.  */
  int threads;
  uint64_t **key;
  uint32_t **flip;
  signed char **sign;
};

static double
dot3 (const double *a, const double *b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void
add3 (double *a, double t, const double *b)
{
  a[0] += t * b[0];
  a[1] += t * b[1];
  a[2] += t * b[2];
}

static void
cross3 (const double *a, const double *b, double *out)
{
  out[0] = a[1] * b[2] - a[2] * b[1];
  out[1] = a[2] * b[0] - a[0] * b[2];
  out[2] = a[0] * b[1] - a[1] * b[0];
}

void
cvxi_walk_free (struct cvxi_walk *w)
{
  if (w == NULL)
    return;
  for (int k = 0; k < w->threads; k++)
    {
      cvx_free (w->key != NULL ? w->key[k] : NULL);
      cvx_free (w->flip != NULL ? w->flip[k] : NULL);
      cvx_free (w->sign != NULL ? w->sign[k] : NULL);
    }
  cvx_free (w->key);
  cvx_free (w->flip);
  cvx_free (w->sign);
  cvx_free (w->line);
  cvx_free (w->factor);
  cvx_free (w->at);
  cvx_free (w->near);
  cvx_free (w->order);
  cvx_free (w);
}

/* ---- Lines. ---- */

/* g, a direction that no row of numbers people write is orthogonal to.  */
static const double up[3]
    = { 0.61237243569579447, 0.54772255750516619, 0.57008771254956892 };

/* Sine of the angle of two unit vectors.  */
static double
sine (const double *a, const double *b)
{
  double c[3];
  cross3 (a, b, c);
  return sqrt (dot3 (c, c));
}

/* Rows to lines, those that are close together found by their place along a
   direction.  */
static enum cvx_status
group (struct cvxi_walk *w, const double *x, struct cvx_error *err)
{
  static const double along[3]
      = { 0.3779644730092272, -0.7071067811865476, 0.5976143046671968 };
  struct cvxi_keyed *key = cvx_alloc (w->n, sizeof *key);
  double *unit = cvx_calloc (w->n, 3 * sizeof *unit), largest = 0;
  size_t count = 0;
  if (key == NULL || unit == NULL)
    {
      cvx_free (key);
      cvx_free (unit);
      return cvx_fail_nomem (err, "preparing prices");
    }
  for (size_t i = 0; i < w->n; i++)
    {
      memcpy (unit + 3 * i, x + i * w->r, w->r * sizeof *x);
      largest = fmax (largest, dot3 (unit + 3 * i, unit + 3 * i));
    }
  for (size_t i = 0; i < w->n; i++)
    {
      double *y = unit + 3 * i, norm = sqrt (dot3 (y, y));
      w->line[i] = SIZE_MAX;
      if (norm <= DBL_EPSILON * DBL_EPSILON * sqrt (largest))
        continue;
      w->factor[i] = dot3 (y, up) < 0 ? -norm : norm;
      for (size_t k = 0; k < 3; k++)
        y[k] /= w->factor[i];
      key[count].key = dot3 (y, along);
      key[count++].row = i;
    }
  qsort (key, count, sizeof *key, cvxi_compare_keyed);
  /* Lines are made in the order of their places, so that those close to a row
     are the last ones.  */
  for (size_t a = 0; a < count; a++)
    {
      size_t i = key[a].row;
      const double *y = unit + 3 * i;
      bool near = false;
      for (size_t l = w->m;
           l-- > 0 && w->line[i] == SIZE_MAX
           && key[a].key - dot3 (w->at[l].y, along) <= 2 * nearly;)
        {
          double apart = sine (y, w->at[l].y);
          if (apart <= same)
            w->line[i] = l;
          else if (apart <= nearly)
            near = w->near[l] = true;
        }
      if (w->line[i] != SIZE_MAX)
        continue;
      memcpy (w->at[w->m].y, y, 3 * sizeof *y);
      w->near[w->m] = near;
      w->line[i] = w->m++;
    }
  cvx_free (key);
  cvx_free (unit);
  return CVX_OK;
}

/* ---- The order of the crossings on one circle. ---- */

/* A right-handed basis of the plane of the circle.  */
static void
plane (const struct cvxi_walk *w, size_t i, double *a, double *b, double *c)
{
  size_t least = 0;
  if (w->r == 2)
    {
      memcpy (a, (double[3]){ 0, 0, 1 }, 3 * sizeof *a);
      memcpy (b, (double[3]){ 1, 0, 0 }, 3 * sizeof *b);
      memcpy (c, (double[3]){ 0, 1, 0 }, 3 * sizeof *c);
      return;
    }
  memcpy (a, w->at[i].y, 3 * sizeof *a);
  for (size_t k = 1; k < 3; k++)
    if (fabs (a[k]) < fabs (a[least]))
      least = k;
  memset (b, 0, 3 * sizeof *b);
  b[least] = 1;
  add3 (b, -a[least], a);
  double norm = sqrt (dot3 (b, b));
  for (size_t k = 0; k < 3; k++)
    b[k] /= norm;
  cross3 (a, b, c);
}

/* The flips on circle I (rank 2: the only one) over half a turn from b: a line
   with p = y'b and q = y'c changes its sign where tan = -p / q, so they come
   by q / p.  */
static void
find_order (const struct cvxi_walk *w, size_t i, uint64_t *key, uint32_t *flip)
{
  double a[3], b[3], c[3];
  size_t count = 0;
  unsigned index_bits = 1;
  uint64_t mask;
  while (w->m >> index_bits != 0)
    index_bits++;
  mask = ((uint64_t)1 << index_bits) - 1;
  plane (w, i, a, b, c);
  for (size_t l = 0; l < w->m; l++)
    {
      double t = dot3 (w->at[l].y, c) / dot3 (w->at[l].y, b);
      uint64_t u;
      if (w->r == 3 && l == i)
        continue;
      if (isnan (t))
        t = 0;
      memcpy (&u, &t, sizeof u);
      u = u >> 63 ? ~u : u | (uint64_t)1 << 63;
      key[count++] = (u & ~mask) | l;
    }
  cvxi_sort_keys (key, count);
  for (size_t k = 0; k < count; k++)
    {
      size_t l = key[k] & mask;
      double p = dot3 (w->at[l].y, b);
      flip[k] = (uint32_t)l << 1 | !signbit (p);
    }
}

static size_t
n_circles (const struct cvxi_walk *w)
{
  return w->r == 2 ? 1 : w->m;
}

static size_t
n_flips (const struct cvxi_walk *w)
{
  return w->r == 2 ? w->m : w->m - 1;
}

static enum cvx_status
scratch (struct cvxi_walk *w, struct cvx_error *err)
{
  bool failed;
  w->key = cvx_calloc ((size_t)w->threads, sizeof *w->key);
  w->flip = cvx_calloc ((size_t)w->threads, sizeof *w->flip);
  w->sign = cvx_calloc ((size_t)w->threads, sizeof *w->sign);
  failed = w->key == NULL || w->flip == NULL || w->sign == NULL;
  for (int k = 0; k < w->threads && !failed; k++)
    {
      w->key[k] = cvx_alloc (w->m + 1, sizeof **w->key);
      w->flip[k] = cvx_alloc (w->m + 1, sizeof **w->flip);
      w->sign[k] = cvx_alloc (w->m + 1, sizeof **w->sign);
      failed = w->key[k] == NULL || w->flip[k] == NULL || w->sign[k] == NULL;
    }
  return failed ? cvx_fail_nomem (err, "preparing prices") : CVX_OK;
}

enum cvx_status
cvxi_walk_new (struct cvxi_walk **out, const double *x, size_t n, size_t r,
               int threads, struct cvx_error *err)
{
  struct cvxi_walk *w = cvx_calloc (1, sizeof *w);
  enum cvx_status status;
  *out = NULL;
  if (w == NULL)
    return cvx_fail_nomem (err, "preparing prices");
  w->n = n;
  w->r = r;
  w->threads = threads;
  w->line = cvx_alloc (n, sizeof *w->line);
  w->factor = cvx_calloc (n, sizeof *w->factor);
  w->at = cvx_calloc (n, sizeof *w->at);
  w->near = cvx_calloc (n, sizeof *w->near);
  if (w->line == NULL || w->factor == NULL || w->at == NULL || w->near == NULL)
    status = cvx_fail_nomem (err, "preparing prices");
  else
    status = group (w, x, err);
  if (status == CVX_OK && w->m < r)
    {
      cvxi_walk_free (w);
      return CVX_OK;
    }
  if (status == CVX_OK)
    status = scratch (w, err);
  if (status == CVX_OK && w->m <= KEPT_MAX)
    {
      size_t flips = n_flips (w);
      w->order = cvx_alloc (n_circles (w), flips * sizeof *w->order + 1);
      if (w->order == NULL)
        status = cvx_fail_nomem (err, "preparing prices");
      else
#pragma omp parallel for schedule(dynamic, 8)                                 \
    num_threads(threads) if (w->m > 200)
        for (size_t i = 0; i < n_circles (w); i++)
          find_order (w, i, w->key[cvx_thread_number ()],
                      w->order + i * flips);
    }
  if (status != CVX_OK)
    cvxi_walk_free (w);
  else
    *out = w;
  return status;
}

/* ---- Walking. ---- */

struct walker
{
  const struct cvxi_walk *w;
  const struct cvxi_search *plus, *minus; /* h and -h */
  struct cvxi_worker *out;
  double above;
  bool record;
  double kink;       /* c of the circle */
  bool crisp;        /* and far enough from 0 and from other lines to tell */
  signed char *sign; /* m: of the lines, on the present edge */
};

/* A local maximum VALUE of SIGN h at U (any length).  */
static void
found (struct walker *k, int sign, double value, const double *u)
{
  const struct cvxi_search *s = sign > 0 ? k->plus : k->minus;
  double unit[3], norm = sqrt (dot3 (u, u)), h;
  if (!(norm > 0))
    return;
  k->out->cells++;
  k->out->upper = fmax (k->out->upper, value);
  if (!k->record && value < k->out->upper * (1 - 1e-9))
    return;
  for (size_t j = 0; j < 3; j++)
    unit[j] = u[j] / norm;
  h = cvxi_price_at (s, unit);
  k->out->lower = fmax (k->out->lower, h);
  if (k->record && h > s->threshold)
    cvxi_price_record (s, k->out, h, unit);
}

/* Is U inside the cell of the signs TURN sign[], line SKIP not asked?  */
static bool
inside (const struct walker *k, const double *u, int turn, size_t skip)
{
  for (size_t l = 0; l < k->w->m; l++)
    if (turn * k->sign[l] * dot3 (k->w->at[l].y, u) < 0 && l != skip)
      return false;
  return true;
}

/* The cell on the positive side of circle I with gradient S; TURN = 1 on the
   first half of the circle and -1 on the second, where all other signs are the
   opposite.  FROM and TO are the lines at the ends of its edge, with the signs
   on the edge.  */
static void
try_cell (struct walker *k, size_t i, int turn, const double *s, size_t from,
          size_t to)
{
  const struct line *at = k->w->at;
  double u[3], size = dot3 (s, s), most = k->above;
  int sign = dot3 (at[i].y, s) > 0 ? 1 : -1, way = turn * sign;
  if (size <= most * most || way * k->sign[from] * dot3 (at[from].y, s) < 0
      || way * k->sign[to] * dot3 (at[to].y, s) < 0)
    return;
  for (size_t j = 0; j < 3; j++)
    u[j] = sign * s[j];
  if (inside (k, u, turn, i))
    found (k, sign, sqrt (size), u);
}

/* The derivatives along the circle, as the walk goes, of one of its halves:
   before and after the crossing at hand, and after the last and before the
   first one.  */
struct slope
{
  double before, after, last, first;
  double first_s[3]; /* gradient before the first crossing */
};

/* Of SIGN h: does it fall to both sides of the circle along ACROSS, which
   points to its positive side, PART of it orthogonal to the circle?  S is the
   gradient without the row of the circle.  To rounding, generously.  */
static bool
falls (const struct walker *k, int sign, const double *across, double part,
       const double *s)
{
  double slope = sign * dot3 (across, s), kink = sign * k->kink * part;
  double little = 1e-9 * (fabs (kink) + sqrt (dot3 (s, s)));
  return !k->crisp || (slope >= -little && slope + kink <= little);
}

/* The edge that ends at the crossing at hand has the gradient S; is its
   maximum, of SIGN h, inside?  */
static void
try_edge (struct walker *k, const double *a, int sign, double after,
          double before, const double *s)
{
  double u[3], value;
  if (!(sign * after > 0 && sign * before < 0) || !falls (k, sign, a, 1, s))
    return;
  memcpy (u, s, sizeof u);
  add3 (u, -dot3 (a, s), a);
  value = sqrt (dot3 (u, u));
  if (value <= k->above)
    return;
  for (size_t j = 0; j < 3; j++)
    u[j] *= sign;
  found (k, sign, value, u);
}

/* The crossing of line L at hand; SIDE is its y without the part along A, G
   its sign before, as the walk goes.  It is a maximum when it is one along
   both circles.  */
static void
try_vertex (struct walker *k, const double *a, int sign, const struct slope *e,
            const double *s, const struct line *l, const double *side,
            double g)
{
  double u[3], value, across[3];
  if (!(sign * e->before >= 0 && sign * e->after <= 0))
    return;
  memcpy (across, a, sizeof across);
  add3 (across, -dot3 (a, l->y), l->y);
  if (!falls (k, sign, across, dot3 (across, a), s))
    return;
  cross3 (side, a, u);
  for (size_t j = 0; j < 3; j++)
    u[j] *= -g;
  value = sign * dot3 (s, u) / sqrt (dot3 (u, u));
  if (value > k->above)
    found (k, sign, value, u);
}

/* Circle I with the FLIPs in order.  SIGNS: of h, whose maxima on the circle
   are wanted, 1 for h, 2 for -h, 3 for both.  */
static void
walk (struct walker *k, size_t i, const uint32_t *flip, unsigned signs)
{
  const struct cvxi_walk *w = k->w;
  size_t count = n_flips (w), last = flip[count - 1] >> 1;
  double a[3], b[3], c[3], s[2][3], whole[3], out[3] = { 0 };
  struct slope e[2];
  bool cells = w->r == 3;
  plane (w, i, a, b, c);
  if (cells)
    for (size_t j = 0; j < 3; j++)
      out[j] = w->at[i].c * w->at[i].y[j];
  /* The gradients at the start, and at its antipode.  */
  memcpy (s[0], w->linear, sizeof s[0]);
  for (size_t f = 0; f < count; f++)
    {
      const struct line *l = &w->at[flip[f] >> 1];
      bool on = flip[f] & 1;
      k->sign[flip[f] >> 1] = on ? 1 : -1;
      if (on)
        add3 (s[0], l->c, l->y);
    }
  for (size_t j = 0; j < 3; j++)
    {
      whole[j] = w->linear[j] + w->total[j] - out[j];
      s[1][j] = whole[j] - s[0][j];
    }
  memset (e, 0, sizeof e);
  for (size_t f = 0; f < count; f++)
    {
      size_t at = flip[f] >> 1;
      const struct line *l = &w->at[at];
      double g = flip[f] & 1 ? 1 : -1, kink, side[3];
      memcpy (side, l->y, sizeof side);
      add3 (side, -dot3 (a, side), a);
      kink = l->c * dot3 (side, side);
      for (int h = 0; h < 2; h++)
        {
          e[h].before = (h == 0 ? -g : g) * dot3 (s[h], side);
          e[h].after = e[h].before + kink;
          if (f == 0)
            {
              e[h].first = e[h].before;
              memcpy (e[h].first_s, s[h], sizeof s[h]);
            }
          else
            for (int sign = 1; sign >= -1; sign -= 2)
              if (signs & (sign > 0 ? 1U : 2U))
                try_edge (k, a, sign, e[h].last, e[h].before, s[h]);
          if (cells)
            {
              double v[3]
                  = { s[h][0] + out[0], s[h][1] + out[1], s[h][2] + out[2] };
              try_cell (k, i, h == 0 ? 1 : -1, v, last, at);
            }
        }
      for (int sign = 1; sign >= -1; sign -= 2)
        if (signs & (sign > 0 ? 1U : 2U))
          for (int h = 0; h < 2; h++)
            try_vertex (k, a, sign, &e[h], s[h], l, side, h == 0 ? g : -g);
      add3 (s[0], -g * l->c, l->y);
      for (size_t j = 0; j < 3; j++)
        s[1][j] = whole[j] - s[0][j];
      e[0].last = e[0].after;
      e[1].last = e[1].after;
      k->sign[at] = (signed char)-k->sign[at];
      last = at;
    }
  /* The edges over the start: the second half begins where the first ends.  */
  for (int h = 0; h < 2; h++)
    for (int sign = 1; sign >= -1; sign -= 2)
      if (signs & (sign > 0 ? 1U : 2U))
        try_edge (k, a, sign, e[1 - h].last, e[h].first, e[h].first_s);
}

/* The cell that holds -g: every line is off there.  */
static void
lowest_cell (struct walker *k)
{
  const double *s = k->w->linear;
  double size = sqrt (dot3 (s, s)), u[3];
  k->out->nodes += 4;
  memset (k->sign, -1, k->w->m * sizeof *k->sign);
  for (int sign = 1; sign >= -1; sign -= 2)
    {
      for (size_t j = 0; j < 3; j++)
        u[j] = sign * s[j];
      if (size > k->above && inside (k, u, 1, SIZE_MAX))
        found (k, sign, size, u);
    }
}

void
cvxi_walk_run (struct cvxi_walk *w, struct cvx_pricer *p,
               const struct cvxi_search *s, bool record)
{
  struct cvxi_search plus = *s, minus = *s;
  size_t n_wanted = n_circles (w);
  double sum = 0;
  plus.sign = 1;
  minus.sign = -1;
  memset (w->linear, 0, sizeof w->linear);
  memset (w->total, 0, sizeof w->total);
  for (size_t l = 0; l < w->m; l++)
    w->at[l].c = 0;
  for (size_t i = 0; i < w->n; i++)
    if (w->line[i] != SIZE_MAX)
      {
        struct line *l = &w->at[w->line[i]];
        l->c += s->nu[i] * fabs (w->factor[i]);
        if (w->factor[i] < 0)
          add3 (w->linear, s->nu[i] * w->factor[i], l->y);
      }
  memcpy (w->total, w->linear, sizeof w->total);
  for (size_t l = 0; l < w->m; l++)
    {
      add3 (w->total, w->at[l].c, w->at[l].y);
      sum += fabs (w->at[l].c);
    }
#pragma omp parallel for schedule(dynamic, 8)                                 \
    num_threads(w->threads) if (w->m > 100)
  for (size_t i = 0; i < n_wanted; i++)
    {
      int thread = cvx_thread_number ();
      struct walker k = { .w = w,
                          .plus = &plus,
                          .minus = &minus,
                          .out = &p->worker[thread],
                          .above = s->threshold,
                          .record = record,
                          .sign = w->sign[thread] };
      uint32_t *flip
          = w->order != NULL ? w->order + i * n_flips (w) : w->flip[thread];
      double c = w->at[i].c;
      if (cvx_aborted (s->progress) || k.out->failed)
        continue;
      if (w->order == NULL)
        find_order (w, i, w->key[thread], flip);
      if (i == 0 && w->r == 3)
        lowest_cell (&k);
      k.kink = c;
      k.crisp = w->r == 3 && !w->near[i] && fabs (c) > flat * sum;
      walk (&k, i, flip, !k.crisp ? 3U : c < 0 ? 1U : 2U);
      k.out->nodes += (w->r == 2 ? 4 : 2) * n_flips (w);
    }
}
