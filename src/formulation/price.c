/* price.c -- branch and bound for max |h| over the sphere; see price.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/price.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>
#ifdef _OPENMP
#  include <omp.h>
#endif

#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/cone.h"

enum
{
  R_MAX = CVX_PRICE_MAX_RANK,
  LEAF_ROWS = 8,     /* a cone crossed by at most this many rows is closed */
  DEPTH_MAX = 600,   /* far below rounding of the vertices */
  TASKS_WANTED = 256 /* cones handed to the threads */
};

struct candidate
{
  double value;
  int sign;
  double u[R_MAX];
};

/* A cone with the rows that cross it: t[k * n + i] = x_i'v_k.  */
struct node
{
  double v[R_MAX][R_MAX];
  double g[R_MAX]; /* sum of nu_i x_i over the rows that are on */
  size_t n;
  size_t failed; /* rows when branching on signs last failed; then only fewer
                    rows are worth another try */
  uint32_t *row;
  double *t;
};

/* Memory that is given back in reverse order.  */
struct arena
{
  char *p;
  size_t used, cap;
};

struct worker
{
  struct arena arena;
  struct cvx_cone_work *cone;
  uint64_t *bits;
  struct candidate *found;
  size_t n_found, cap_found;
  size_t nodes, cells;
  double upper, lower;
  bool failed, limited, improved;
};

struct cvx_pricer
{
  size_t n, d, r;
  double *x;   /* n x r: X V */
  double *map; /* r x d: V' */
  int threads;
  struct worker *worker;
  double *value, *u;
  int *sign;
  size_t cap;
};

/* What one search shares.  */
struct search
{
  const struct cvx_pricer *p;
  const double *nu;
  int sign; /* of nu, applied to every use */
  double threshold;
  size_t max_nodes;
  struct cvx_progress *progress;
};

static void *
arena_take (struct arena *a, size_t bytes)
{
  void *q;
  bytes = (bytes + 15) / 16 * 16;
  if (bytes > a->cap - a->used)
    return NULL;
  q = a->p + a->used;
  a->used += bytes;
  return q;
}

static bool
node_room (struct arena *a, struct node *c, size_t n, size_t r)
{
  c->row = arena_take (a, n * sizeof *c->row);
  c->t = arena_take (a, n * r * sizeof *c->t);
  return c->row != NULL && c->t != NULL;
}

void
cvx_pricer_free (struct cvx_pricer *p)
{
  if (p == NULL)
    return;
  for (int k = 0; p->worker != NULL && k < p->threads; k++)
    {
      cvx_free (p->worker[k].arena.p);
      cvx_free (p->worker[k].bits);
      cvx_free (p->worker[k].found);
      cvx_cone_work_free (p->worker[k].cone);
    }
  cvx_free (p->worker);
  cvx_free (p->x);
  cvx_free (p->map);
  cvx_free (p->value);
  cvx_free (p->sign);
  cvx_free (p->u);
  cvx_free (p);
}

/* X = (X V) V' with V the right singular vectors of X'X above rounding.  */
static enum cvx_status
reduce (struct cvx_pricer *p, const double *x, struct cvx_error *err)
{
  size_t n = p->n, d = p->d, m = n < d ? n : d;
  double *a = cvx_copy (x, n * d, sizeof *a);
  double *s = cvx_alloc (m, sizeof *s);
  double *u = cvx_alloc (n * m, sizeof *u);
  double *vt = cvx_alloc (m * d, sizeof *vt);
  double *superb = cvx_alloc (m, sizeof *superb);
  enum cvx_status status = CVX_OK;
  if (a == NULL || s == NULL || u == NULL || vt == NULL || superb == NULL)
    status = cvx_fail_nomem (err, "reducing the data");
  else if (LAPACKE_dgesvd (LAPACK_ROW_MAJOR, 'S', 'S', (lapack_int)n,
                           (lapack_int)d, a, (lapack_int)d, s, u,
                           (lapack_int)m, vt, (lapack_int)d, superb)
           != 0)
    status = cvx_fail (err, CVX_E350, "singular values did not converge");
  else
    {
      double eps = (double)(n > d ? n : d) * DBL_EPSILON;
      while (p->r < m && s[p->r] > eps * s[0] && s[p->r] > 0)
        p->r++;
      if (p->r > R_MAX)
        status = cvx_fail (err, CVX_E351,
                           "rank %zu is above %d, the largest for pricing "
                           "without enumeration",
                           p->r, R_MAX);
    }
  if (status == CVX_OK)
    {
      p->x = cvx_calloc (n * p->r + 1, sizeof *p->x);
      p->map = cvx_copy (vt, p->r * d, sizeof *p->map);
      if (p->x == NULL || p->map == NULL)
        status = cvx_fail_nomem (err, "reducing the data");
      else
        for (size_t i = 0; i < n; i++)
          for (size_t k = 0; k < p->r; k++)
            for (size_t j = 0; j < d; j++)
              p->x[i * p->r + k] += x[i * d + j] * vt[k * d + j];
    }
  cvx_free (a);
  cvx_free (s);
  cvx_free (u);
  cvx_free (vt);
  cvx_free (superb);
  return status;
}

static bool
worker_init (struct worker *w, size_t n, size_t r)
{
  struct cvx_error ignored;
  /* Every level of the search holds at most the rows of the level above; the
     rows that cross a cone fall quickly, so a few full levels are plenty and
     DEPTH_MAX small ones.  */
  size_t row = sizeof (uint32_t) + r * sizeof (double);
  size_t cap = (8 * (R_MAX + 40) * n + (size_t)DEPTH_MAX * 64) * row;
  w->arena.p = cvx_alloc (cap, 1);
  w->arena.cap = w->arena.p != NULL ? cap : 0;
  w->bits = cvx_calloc ((n + 63) / 64, sizeof *w->bits);
  return w->arena.p != NULL && w->bits != NULL
         && cvx_cone_work_new (&w->cone, r, n > LEAF_ROWS ? n : LEAF_ROWS,
                               &ignored)
                == CVX_OK;
}

enum cvx_status
cvx_pricer_new (struct cvx_pricer **out, const double *x, size_t n, size_t d,
                int threads, struct cvx_error *err)
{
  struct cvx_pricer *p = cvx_calloc (1, sizeof *p);
  enum cvx_status status;
  *out = NULL;
  if (p == NULL)
    return cvx_fail_nomem (err, "preparing prices");
#ifdef _OPENMP
  p->threads = threads > 0 ? threads : omp_get_max_threads ();
#else
  p->threads = 1;
  (void)threads;
#endif
  p->n = n;
  p->d = d;
  status = reduce (p, x, err);
  if (status == CVX_OK)
    {
      p->worker = cvx_calloc ((size_t)p->threads, sizeof *p->worker);
      for (int k = 0; p->worker != NULL && k < p->threads; k++)
        if (!worker_init (&p->worker[k], n, p->r > 0 ? p->r : 1))
          status = cvx_fail_nomem (err, "preparing prices");
      if (p->worker == NULL)
        status = cvx_fail_nomem (err, "preparing prices");
    }
  if (status != CVX_OK)
    cvx_pricer_free (p);
  else
    *out = p;
  return status;
}

size_t
cvx_pricer_coordinates (const struct cvx_pricer *p, const double **x,
                        const double **map)
{
  *x = p->x;
  *map = p->map;
  return p->r;
}

static double
dot (const double *a, const double *b, size_t r)
{
  double s = 0;
  for (size_t k = 0; k < r; k++)
    s += a[k] * b[k];
  return s;
}

static double
nu_of (const struct search *s, size_t i)
{
  return s->sign > 0 ? s->nu[i] : -s->nu[i];
}

/* Keep from the N rows of FROM those that cross C (vertices set, t computed by
   the caller into C's room); rows that are on join g.  */
static void
settle (const struct search *s, struct node *c)
{
  size_t r = s->p->r, kept = 0, n = c->n;
  for (size_t i = 0; i < n; i++)
    {
      const double *t = c->t + i * r;
      double low = t[0], high = t[0];
      for (size_t k = 1; k < r; k++)
        {
          low = fmin (low, t[k]);
          high = fmax (high, t[k]);
        }
      if (low >= 0)
        {
          double nu = nu_of (s, c->row[i]);
          const double *x = s->p->x + c->row[i] * r;
          for (size_t k = 0; k < r; k++)
            c->g[k] += nu * x[k];
        }
      else if (high > 0)
        {
          c->row[kept] = c->row[i];
          memmove (c->t + kept * r, t, r * sizeof *t);
          kept++;
        }
    }
  c->n = kept;
}

/* A bound this close to the threshold closes a cone: it counts as it is.  */
static const double near_enough = 5e-11;

/* Cosine of the widest pair of vertices.  */
static double
closest (const struct node *c, size_t r)
{
  double cosine = 1;
  for (size_t k = 0; k < r; k++)
    for (size_t j = 0; j < k; j++)
      cosine = fmin (cosine, dot (c->v[j], c->v[k], r));
  return cosine;
}

/* Distance from 0 to the hull of the vertices, from below.  */
static double
hull_distance (const struct node *c, size_t r)
{
  double cosine = closest (c, r);
  return sqrt (cosine + (1 - cosine) / (double)r);
}

/* The linear bound at the vertices, divided by rho.  */
static double
vertex_bound (const struct search *s, const struct node *c)
{
  size_t r = s->p->r;
  double level[R_MAX], top = 0;
  for (size_t k = 0; k < r; k++)
    level[k] = dot (c->g, c->v[k], r);
  for (size_t i = 0; i < c->n; i++)
    {
      const double *t = c->t + i * r;
      double nu = nu_of (s, c->row[i]);
      if (nu > 0)
        for (size_t k = 0; k < r; k++)
          level[k] += nu * fmax (t[k], 0);
      else
        {
          double up = 0, down = 0, slope;
          for (size_t k = 0; k < r; k++)
            {
              up = fmax (up, t[k]);
              down = fmax (down, -t[k]);
            }
          slope = nu * up / (up + down);
          for (size_t k = 0; k < r; k++)
            level[k] += slope * t[k];
        }
    }
  for (size_t k = 0; k < r; k++)
    top = fmax (top, level[k]);
  return top / hull_distance (c, r);
}

static double
evaluate (const struct search *s, const double *u)
{
  size_t r = s->p->r;
  double h = 0;
  for (size_t i = 0; i < s->p->n; i++)
    {
      double t = dot (s->p->x + i * r, u, r);
      if (t > 0)
        h += nu_of (s, i) * t;
    }
  return h;
}

static void
record (const struct search *s, struct worker *w, double value,
        const double *u)
{
  struct candidate *c;
  if (w->n_found == w->cap_found)
    {
      size_t cap = w->cap_found > 0 ? 2 * w->cap_found : 256;
      struct candidate *more
          = cvx_grow (w->found, w->n_found, cap, sizeof *more);
      if (more == NULL)
        {
          w->failed = true;
          return;
        }
      w->found = more;
      w->cap_found = cap;
    }
  c = &w->found[w->n_found++];
  memset (c, 0, sizeof *c);
  c->value = value;
  c->sign = s->sign;
  memcpy (c->u, u, s->p->r * sizeof *u);
}

/* h at the middle of C, from the rows that cross it.  */
static double
middle (const struct search *s, const struct node *c, double *u)
{
  size_t r = s->p->r;
  double scale, h;
  for (size_t j = 0; j < r; j++)
    {
      u[j] = 0;
      for (size_t k = 0; k < r; k++)
        u[j] += c->v[k][j];
    }
  scale = 1 / sqrt (dot (u, u, r));
  for (size_t j = 0; j < r; j++)
    u[j] *= scale;
  h = dot (c->g, u, r);
  for (size_t i = 0; i < c->n; i++)
    {
      double t = 0;
      for (size_t k = 0; k < r; k++)
        t += c->t[i * r + k];
      if (t > 0)
        h += nu_of (s, c->row[i]) * scale * t;
    }
  return h;
}

/* The rows of C from FIXED on are free; those before have the signs in the
   worker's bits, their part is in G.  Returns false when the cone must be
   split: a cell's value above the threshold was not attained.  */
static bool
branch_signs (const struct search *s, struct worker *w, const struct node *c,
              size_t fixed, const double *g, double rho)
{
  size_t r = s->p->r;
  struct cvx_cone cone = { s->p->x, r, w->bits, c->row, fixed };
  double q[R_MAX], u[R_MAX], rest = 0, value, with[R_MAX];
  const double *x;
  uint64_t *word, bit;
  double nu;
  bool ok;

  memcpy (q, g, r * sizeof *q);
  for (size_t i = fixed; i < c->n; i++)
    {
      const double *t = c->t + i * r;
      double up = 0, down = 0;
      for (size_t k = 0; k < r; k++)
        {
          up = fmax (up, t[k]);
          down = fmax (down, -t[k]);
        }
      nu = nu_of (s, c->row[i]);
      x = s->p->x + c->row[i] * r;
      if (nu > 0)
        rest += nu * up / rho;
      else
        for (size_t k = 0; k < r; k++)
          q[k] += nu * up / (up + down) * x[k];
    }
  w->cells++;
  cvx_cone_project (&cone, q, u, false, w->cone);
  value = cvx_cone_bound (&cone, q, w->cone) + rest;
  if (value <= s->threshold)
    {
      w->upper = fmax (w->upper, value);
      return true;
    }
  /* This close to the threshold the bound is good enough as it is.  */
  if (value <= s->threshold * (1 + near_enough) && fixed == c->n)
    {
      w->upper = fmax (w->upper, value);
      return true;
    }
  if (fixed == c->n)
    {
      double length = sqrt (dot (u, u, r)), h;
      if (length <= 0)
        return true;
      for (size_t k = 0; k < r; k++)
        u[k] /= length;
      h = evaluate (s, u);
      w->lower = fmax (w->lower, h);
      if (h < value * (1 - 1e-10))
        return false;
      w->upper = fmax (w->upper, value);
      if (h > s->threshold)
        {
          record (s, w, h, u);
          w->improved = true;
        }
      return true;
    }
  x = s->p->x + c->row[fixed] * r;
  nu = nu_of (s, c->row[fixed]);
  word = &w->bits[c->row[fixed] / 64];
  bit = (uint64_t)1 << (c->row[fixed] % 64);
  for (size_t k = 0; k < r; k++)
    with[k] = g[k] + nu * x[k];
  *word |= bit;
  ok = branch_signs (s, w, c, fixed + 1, with, rho);
  *word &= ~bit;
  return ok && branch_signs (s, w, c, fixed + 1, g, rho);
}

/* True when C needs no more splitting; its bound is then in w->upper.  */
static bool
closed (const struct search *s, struct worker *w, struct node *c, size_t depth)
{
  double bound = vertex_bound (s, c), before = w->upper;
  w->nodes++;
  if (bound <= s->threshold * (1 + near_enough))
    {
      w->upper = fmax (w->upper, bound);
      return true;
    }
  if (c->n <= LEAF_ROWS && c->n < c->failed)
    {
      if (branch_signs (s, w, c, 0, c->g, hull_distance (c, s->p->r))
          || w->improved)
        return true;
      w->upper = before;
      c->failed = c->n;
    }
  if (depth % 4 == 0)
    {
      double u[R_MAX], h = middle (s, c, u);
      w->lower = fmax (w->lower, h);
      if (h > s->threshold)
        {
          record (s, w, h, u);
          w->improved = true;
          return true;
        }
    }
  /* Below this size the vertices are rounding.  */
  if (depth >= DEPTH_MAX || s->p->r == 1 || closest (c, s->p->r) > 1 - 1e-14)
    {
      w->upper = fmax (w->upper, bound);
      return true;
    }
  return false;
}

/* The two halves of C, in the worker's arena.  */
static bool
bisect (const struct search *s, struct arena *a, const struct node *c,
        struct node *left, struct node *right)
{
  size_t r = s->p->r, p = 0, q = 1;
  double nearest = 2, scale, mid[R_MAX];
  for (size_t k = 1; k < r; k++)
    for (size_t j = 0; j < k; j++)
      {
        double e = dot (c->v[j], c->v[k], r);
        if (e < nearest)
          {
            nearest = e;
            p = j;
            q = k;
          }
      }
  for (size_t k = 0; k < r; k++)
    mid[k] = c->v[p][k] + c->v[q][k];
  scale = 1 / sqrt (dot (mid, mid, r));
  for (size_t k = 0; k < r; k++)
    mid[k] *= scale;
  for (int half = 0; half < 2; half++)
    {
      struct node *to = half == 0 ? left : right;
      size_t out = half == 0 ? q : p;
      if (!node_room (a, to, c->n, r))
        return false;
      memcpy (to->v, c->v, sizeof to->v);
      memcpy (to->v[out], mid, r * sizeof *mid);
      memcpy (to->g, c->g, sizeof to->g);
      to->failed = c->failed;
      to->n = c->n;
      memcpy (to->row, c->row, c->n * sizeof *c->row);
      for (size_t i = 0; i < c->n; i++)
        {
          const double *t = c->t + i * r;
          memcpy (to->t + i * r, t, r * sizeof *t);
          to->t[i * r + out] = scale * (t[p] + t[q]);
        }
      settle (s, to);
    }
  return true;
}

static void
explore (const struct search *s, struct worker *w, struct node *c,
         size_t depth)
{
  struct node left, right;
  size_t mark = w->arena.used;
  if (w->failed || w->improved)
    return;
  if (w->limited)
    {
      w->upper = fmax (w->upper, vertex_bound (s, c));
      return;
    }
  if (closed (s, w, c, depth))
    return;
  if (w->nodes > s->max_nodes || cvx_aborted (s->progress))
    {
      w->limited = true;
      w->upper = fmax (w->upper, vertex_bound (s, c));
      return;
    }
  if (!bisect (s, &w->arena, c, &left, &right))
    {
      w->failed = true;
      return;
    }
  explore (s, w, &left, depth + 1);
  explore (s, w, &right, depth + 1);
  w->arena.used = mark;
}

/* Orthant number K as a cone with every row that crosses it.  */
static bool
orthant (const struct search *s, struct arena *a, size_t number,
         struct node *c)
{
  size_t r = s->p->r;
  memset (c->v, 0, sizeof c->v);
  memset (c->g, 0, sizeof c->g);
  if (!node_room (a, c, s->p->n, r))
    return false;
  for (size_t k = 0; k < r; k++)
    c->v[k][k] = number >> k & 1 ? -1 : 1;
  c->failed = SIZE_MAX;
  c->n = s->p->n;
  for (size_t i = 0; i < c->n; i++)
    {
      c->row[i] = (uint32_t)i;
      for (size_t k = 0; k < r; k++)
        c->t[i * r + k] = c->v[k][k] * s->p->x[i * r + k];
    }
  settle (s, c);
  return true;
}

/* Climb from U (unit, r) to a local maximum of h: within a cell the maximiser
   is the projection of its gradient onto the cell's cone; a row of the cell's
   boundary is crossed when that raises h, which is so when nu_i > 0 (a convex
   kink) or its multiplier exceeds |nu_i|.  Returns h there.  */
static double
climb (const struct search *s, struct worker *w, double *u)
{
  const struct cvx_pricer *p = s->p;
  size_t r = p->r, n = p->n;
  double h = evaluate (s, u);
  struct cvx_cone cone = { p->x, r, w->bits, NULL, n };
  memset (w->bits, 0, (n + 63) / 64 * sizeof *w->bits);
  for (size_t i = 0; i < n; i++)
    if (dot (p->x + i * r, u, r) > 0)
      w->bits[i / 64] |= (uint64_t)1 << (i % 64);
  for (int round = 0; round < 200; round++)
    {
      double g[R_MAX] = { 0 }, next[R_MAX], length, value;
      bool crossed = false;
      for (size_t i = 0; i < n; i++)
        if (w->bits[i / 64] >> (i % 64) & 1)
          for (size_t k = 0; k < r; k++)
            g[k] += nu_of (s, i) * p->x[i * r + k];
      w->cells++;
      cvx_cone_project (&cone, g, next, false, w->cone);
      length = sqrt (dot (next, next, r));
      if (length <= 0)
        break;
      for (size_t k = 0; k < r; k++)
        next[k] /= length;
      value = evaluate (s, next);
      if (value < h * (1 - 1e-12))
        break;
      h = value;
      memcpy (u, next, r * sizeof *u);
      for (size_t k = 0; k < w->cone->n_active; k++)
        {
          size_t i = w->cone->active[k];
          double nu = nu_of (s, i);
          if (nu > 0 || w->cone->mult[k] > -nu)
            {
              w->bits[i / 64] ^= (uint64_t)1 << (i % 64);
              crossed = true;
            }
        }
      if (!crossed)
        break;
    }
  memset (w->bits, 0, (n + 63) / 64 * sizeof *w->bits);
  return h;
}

/* Climb from START (n_start x r).  */
static void
climb_all (const struct search *s, const double *start, size_t n_start)
{
  const struct cvx_pricer *p = s->p;
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads)
  for (size_t k = 0; k < n_start; k++)
    {
#ifdef _OPENMP
      struct worker *w = &p->worker[omp_get_thread_num ()];
#else
      struct worker *w = &p->worker[0];
#endif
      double u[R_MAX], h;
      if (w->failed || cvx_aborted (s->progress))
        continue;
      memcpy (u, start + k * p->r, p->r * sizeof *u);
      h = climb (s, w, u);
      if (h > w->lower)
        w->lower = h;
      if (h > s->threshold)
        record (s, w, h, u);
    }
}

/* One sign of nu: every orthant, cut into parts for the threads by the path of
   halves that leads to them.  */
static void
search_sign (const struct search *s)
{
  const struct cvx_pricer *p = s->p;
  size_t orthants = (size_t)1 << p->r, cuts = 0, tasks = orthants;
  while (tasks < TASKS_WANTED && p->r > 1)
    {
      tasks *= 2;
      cuts++;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads)
  for (size_t task = 0; task < tasks; task++)
    {
#ifdef _OPENMP
      struct worker *w = &p->worker[omp_get_thread_num ()];
#else
      struct worker *w = &p->worker[0];
#endif
      struct node c, left, right;
      w->arena.used = 0;
      w->improved = false;
      if (!w->failed && !orthant (s, &w->arena, task >> cuts, &c))
        w->failed = true;
      for (size_t k = 0; !w->failed && k < cuts; k++)
        {
          if (!bisect (s, &w->arena, &c, &left, &right))
            w->failed = true;
          else
            c = task >> k & 1 ? right : left;
        }
      if (!w->failed)
        explore (s, w, &c, cuts);
    }
}

static int
by_value (const void *a, const void *b)
{
  const struct candidate *p = a, *q = b;
  if (p->value != q->value)
    return p->value > q->value ? -1 : 1;
  if (p->sign != q->sign)
    return p->sign > q->sign ? -1 : 1;
  return memcmp (p->u, q->u, sizeof p->u);
}

/* Unit directions to climb from, the same for every call.  */
static double *
starts (const struct cvx_pricer *p, size_t n)
{
  double *u = cvx_alloc (n * p->r, sizeof *u);
  struct cvx_rng rng;
  if (u == NULL)
    return NULL;
  cvx_rng_init (&rng, 0, CVX_STREAM_CERTIFY);
  for (size_t k = 0; k < n; k++)
    {
      double *v = u + k * p->r, scale;
      for (size_t j = 0; j < p->r; j++)
        v[j] = cvx_rng_normal (&rng);
      scale = 1 / sqrt (dot (v, v, p->r));
      for (size_t j = 0; j < p->r; j++)
        v[j] *= scale;
    }
  return u;
}

/* The directions recorded so far, best first, in an
   order that does not depend on the threads.  */
static enum cvx_status
collect (const struct cvx_pricer *p, struct candidate **out, size_t *n,
         struct cvx_error *err)
{
  size_t at = 0;
  *n = 0;
  for (int k = 0; k < p->threads; k++)
    *n += p->worker[k].n_found;
  *out = cvx_alloc (*n, sizeof **out);
  if (*out == NULL)
    return cvx_fail_nomem (err, "gathering directions");
  for (int k = 0; k < p->threads; k++)
    {
      if (p->worker[k].n_found > 0)
        memcpy (*out + at, p->worker[k].found,
                p->worker[k].n_found * sizeof **out);
      at += p->worker[k].n_found;
    }
  qsort (*out, *n, sizeof **out, by_value);
  return CVX_OK;
}

/* Climb for both signs of nu.  */
static enum cvx_status
climb_phase (struct search *s, struct cvx_error *err)
{
  size_t n = (size_t)16 << s->p->r;
  double *u = starts (s->p, n);
  if (u == NULL)
    return cvx_fail_nomem (err, "pricing");
  for (s->sign = 1; s->sign >= -1; s->sign -= 2)
    climb_all (s, u, n);
  cvx_free (u);
  return CVX_OK;
}

static double
best_lower (const struct cvx_pricer *p)
{
  double lower = 0;
  for (int k = 0; k < p->threads; k++)
    lower = fmax (lower, p->worker[k].lower);
  return lower;
}

static bool
any_failed (const struct cvx_pricer *p)
{
  bool failed = false;
  for (int k = 0; k < p->threads; k++)
    failed = failed || p->worker[k].failed;
  return failed;
}

/* Close the whole sphere above the threshold or the best value known; every
   better direction that turns up is climbed from and the search starts
   again.  A value far above the threshold wanted means an iterate far from
   optimal, whose bound needs no more digits than that.  */
static enum cvx_status
bound_phase (struct search *s, struct cvx_error *err)
{
  const struct cvx_pricer *p = s->p;
  double wanted = s->threshold;
  for (;;)
    {
      struct candidate *all;
      size_t n, before = 0, after = 0;
      double known = best_lower (p);
      enum cvx_status status;
      double slack = wanted > 0 && known > wanted
                         ? fmin (0.05, 0.1 * (known / wanted - 1))
                         : 0;
      s->threshold = fmax (wanted, known * (1 + fmax (slack, 1e-12)));
      for (int k = 0; k < p->threads; k++)
        {
          before += p->worker[k].n_found;
          p->worker[k].upper = 0;
        }
      for (s->sign = 1; s->sign >= -1; s->sign -= 2)
        search_sign (s);
      for (int k = 0; k < p->threads; k++)
        after += p->worker[k].n_found;
      if (after == before || any_failed (p) || cvx_aborted (s->progress))
        return CVX_OK;
      status = collect (p, &all, &n, err);
      if (status != CVX_OK)
        return status;
      for (size_t i = 0; i < n && i < 64; i++)
        {
          s->sign = all[i].sign;
          climb_all (s, all[i].u, 1);
        }
      cvx_free (all);
    }
}

/* The best MAX_FOUND directions, near copies left out, in all d features.  */
static enum cvx_status
gather (struct cvx_pricer *p, size_t max_found, struct cvx_price *out,
        struct cvx_error *err)
{
  struct candidate *all;
  size_t total;
  enum cvx_status status;
  if (max_found > p->cap)
    {
      cvx_free (p->value);
      cvx_free (p->sign);
      cvx_free (p->u);
      p->value = cvx_alloc (max_found, sizeof *p->value);
      p->sign = cvx_alloc (max_found, sizeof *p->sign);
      p->u = cvx_alloc (max_found * p->d, sizeof *p->u);
      p->cap = max_found;
      if (p->value == NULL || p->sign == NULL || p->u == NULL)
        {
          p->cap = 0;
          return cvx_fail_nomem (err, "gathering directions");
        }
    }
  status = collect (p, &all, &total, err);
  if (status != CVX_OK)
    return status;
  /* Kept ones move to the front of `all', in order.  */
  for (size_t i = 0; i < total && out->n < max_found; i++)
    {
      bool near = false;
      for (size_t j = 0; j < out->n && !near; j++)
        near = all[j].sign == all[i].sign
               && dot (all[j].u, all[i].u, p->r) > 0.9999;
      if (!near)
        all[out->n++] = all[i];
    }
  for (size_t i = 0; i < out->n; i++)
    {
      double *u = p->u + i * p->d;
      memset (u, 0, p->d * sizeof *u);
      for (size_t k = 0; k < p->r; k++)
        for (size_t j = 0; j < p->d; j++)
          u[j] += all[i].u[k] * p->map[k * p->d + j];
      p->value[i] = all[i].value;
      p->sign[i] = all[i].sign;
    }
  cvx_free (all);
  out->value = p->value;
  out->sign = p->sign;
  out->u = p->u;
  return CVX_OK;
}

enum cvx_status
cvx_pricer_run (struct cvx_pricer *p, const double *nu, double threshold,
                bool prove, size_t max_found, size_t max_nodes,
                struct cvx_price *out, struct cvx_progress *progress,
                struct cvx_error *err)
{
  struct search s = { p, nu, 1, threshold, max_nodes, progress };
  enum cvx_status status;
  double size = 0;
  bool proved = false;
  memset (out, 0, sizeof *out);
  out->complete = true;
  if (p->r == 0)
    return CVX_OK;
  if (max_nodes == 0)
    s.max_nodes = SIZE_MAX;
  for (size_t i = 0; i < p->n; i++)
    size += fabs (nu[i]) * sqrt (dot (p->x + i * p->r, p->x + i * p->r, p->r));
  for (int k = 0; k < p->threads; k++)
    {
      struct worker *w = &p->worker[k];
      w->n_found = w->nodes = w->cells = 0;
      w->upper = w->lower = 0;
      w->failed = w->limited = false;
    }
  status = climb_phase (&s, err);
  if (status == CVX_OK && (prove || best_lower (p) <= threshold))
    {
      status = bound_phase (&s, err);
      proved = true;
    }
  else
    out->complete = false;
  if (status != CVX_OK)
    return status;
  for (int k = 0; k < p->threads; k++)
    {
      const struct worker *w = &p->worker[k];
      out->upper = fmax (out->upper, fmax (w->upper, w->lower));
      out->nodes += w->nodes;
      out->cells += w->cells;
      out->complete = out->complete && !w->limited;
    }
  out->lower = best_lower (p);
  if (any_failed (p))
    return cvx_fail_nomem (err, "pricing");
  if (cvx_aborted (progress))
    return cvx_fail_interrupted (err);
  if (!proved)
    out->upper = size;
  /* Products of new vertices carry a rounding error of about one ulp per
     level; signs decided by them are off by no more than this.  */
  out->upper += 64 * DBL_EPSILON * size;
  return gather (p, max_found, out, err);
}
