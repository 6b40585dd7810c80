/* price_search.c -- branch and bound over simplicial cones; price.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/price_private.h"

#include <math.h>
#include <string.h>

#ifdef _OPENMP
#  include <omp.h>
#endif

enum
{
  TASKS_WANTED = 256 /* cones handed to the threads */
};

/* A cone with the rows that cross it: t[k * n + i] = x_i'v_k.  */
struct node
{
  double v[CVXI_R_MAX][CVXI_R_MAX];
  double g[CVXI_R_MAX]; /* sum of nu_i x_i over the rows that are on */
  size_t n;
  size_t failed; /* rows when branching on signs last failed; then only fewer
                    rows are worth another try */
  uint32_t *row;
  double *t;
};

static void *
arena_take (struct cvxi_arena *a, size_t bytes)
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
node_room (struct cvxi_arena *a, struct node *c, size_t n, size_t r)
{
  c->row = arena_take (a, n * sizeof *c->row);
  c->t = arena_take (a, n * r * sizeof *c->t);
  return c->row != NULL && c->t != NULL;
}

/* Keep from the N rows of FROM those that cross C (vertices set, t computed by
   the caller into C's room); rows that are on join g.  */
static void
settle (const struct cvxi_search *s, struct node *c)
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
          double nu = cvxi_price_nu (s, c->row[i]);
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
      cosine = fmin (cosine, cvxi_price_dot (c->v[j], c->v[k], r));
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
vertex_bound (const struct cvxi_search *s, const struct node *c)
{
  size_t r = s->p->r;
  double level[CVXI_R_MAX], top = 0;
  for (size_t k = 0; k < r; k++)
    level[k] = cvxi_price_dot (c->g, c->v[k], r);
  for (size_t i = 0; i < c->n; i++)
    {
      const double *t = c->t + i * r;
      double nu = cvxi_price_nu (s, c->row[i]);
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

/* h at the middle of C, from the rows that cross it.  */
static double
middle (const struct cvxi_search *s, const struct node *c, double *u)
{
  size_t r = s->p->r;
  double scale, h;
  for (size_t j = 0; j < r; j++)
    {
      u[j] = 0;
      for (size_t k = 0; k < r; k++)
        u[j] += c->v[k][j];
    }
  scale = 1 / sqrt (cvxi_price_dot (u, u, r));
  for (size_t j = 0; j < r; j++)
    u[j] *= scale;
  h = cvxi_price_dot (c->g, u, r);
  for (size_t i = 0; i < c->n; i++)
    {
      double t = 0;
      for (size_t k = 0; k < r; k++)
        t += c->t[i * r + k];
      if (t > 0)
        h += cvxi_price_nu (s, c->row[i]) * scale * t;
    }
  return h;
}

/* The rows of C from FIXED on are free; those before have the signs in the
   worker's bits, their part is in G.  Returns false when the cone must be
   split: a cell's value above the threshold was not attained.  */
static bool
branch_signs (const struct cvxi_search *s, struct cvxi_worker *w,
              const struct node *c, size_t fixed, const double *g, double rho)
{
  size_t r = s->p->r;
  struct cvx_cone cone = { s->p->x, r, w->bits, c->row, fixed };
  double q[CVXI_R_MAX], u[CVXI_R_MAX], rest = 0, value, with[CVXI_R_MAX];
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
      nu = cvxi_price_nu (s, c->row[i]);
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
      double length = sqrt (cvxi_price_dot (u, u, r)), h;
      if (length <= 0)
        return true;
      for (size_t k = 0; k < r; k++)
        u[k] /= length;
      h = cvxi_price_at (s, u);
      w->lower = fmax (w->lower, h);
      if (h < value * (1 - 1e-10))
        return false;
      w->upper = fmax (w->upper, value);
      if (h > s->threshold)
        {
          cvxi_price_record (s, w, h, u);
          w->improved = true;
        }
      return true;
    }
  x = s->p->x + c->row[fixed] * r;
  nu = cvxi_price_nu (s, c->row[fixed]);
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
closed (const struct cvxi_search *s, struct cvxi_worker *w, struct node *c,
        size_t depth)
{
  double bound = vertex_bound (s, c), before = w->upper;
  w->nodes++;
  if (bound <= s->threshold * (1 + near_enough))
    {
      w->upper = fmax (w->upper, bound);
      return true;
    }
  if (c->n <= CVXI_LEAF_ROWS && c->n < c->failed)
    {
      if (branch_signs (s, w, c, 0, c->g, hull_distance (c, s->p->r))
          || w->improved)
        return true;
      w->upper = before;
      c->failed = c->n;
    }
  if (depth % 4 == 0)
    {
      double u[CVXI_R_MAX], h = middle (s, c, u);
      w->lower = fmax (w->lower, h);
      if (h > s->threshold)
        {
          cvxi_price_record (s, w, h, u);
          w->improved = true;
          return true;
        }
    }
  /* Below this size the vertices are rounding.  */
  if (depth >= CVXI_DEPTH_MAX || s->p->r == 1
      || closest (c, s->p->r) > 1 - 1e-14)
    {
      w->upper = fmax (w->upper, bound);
      return true;
    }
  return false;
}

/* The two halves of C, in the worker's arena.  */
static bool
bisect (const struct cvxi_search *s, struct cvxi_arena *a,
        const struct node *c, struct node *left, struct node *right)
{
  size_t r = s->p->r, p = 0, q = 1;
  double nearest = 2, scale, mid[CVXI_R_MAX];
  for (size_t k = 1; k < r; k++)
    for (size_t j = 0; j < k; j++)
      {
        double e = cvxi_price_dot (c->v[j], c->v[k], r);
        if (e < nearest)
          {
            nearest = e;
            p = j;
            q = k;
          }
      }
  for (size_t k = 0; k < r; k++)
    mid[k] = c->v[p][k] + c->v[q][k];
  scale = 1 / sqrt (cvxi_price_dot (mid, mid, r));
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
explore (const struct cvxi_search *s, struct cvxi_worker *w, struct node *c,
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
orthant (const struct cvxi_search *s, struct cvxi_arena *a, size_t number,
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

/* One sign of nu: every orthant, cut into parts for the threads by the path of
   halves that leads to them.  */
void
cvxi_price_search (const struct cvxi_search *s)
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
      struct cvxi_worker *w = &p->worker[omp_get_thread_num ()];
#else
      struct cvxi_worker *w = &p->worker[0];
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
