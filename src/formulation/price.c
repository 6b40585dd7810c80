/* price.c -- branch and bound for max |h| over the sphere; see price.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/price_private.h"

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
  cvx_signs_free (p->signs);
  cvxi_walk_free (p->walk);
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
      if (p->r > CVXI_R_MAX)
        status = cvx_fail (err, CVX_E351,
                           "rank %zu is above %d, the largest for pricing "
                           "without enumeration",
                           p->r, CVXI_R_MAX);
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
worker_init (struct cvxi_worker *w, size_t n, size_t r)
{
  struct cvx_error ignored;
  /* Every level of the search holds at most the rows of the level above; the
     rows that cross a cone fall quickly, so a few full levels are plenty and
     CVXI_DEPTH_MAX small ones.  */
  size_t row = sizeof (uint32_t) + r * sizeof (double);
  size_t cap = (8 * (CVXI_R_MAX + 40) * n + (size_t)CVXI_DEPTH_MAX * 64) * row;
  w->arena.p = cvx_alloc (cap, 1);
  w->arena.cap = w->arena.p != NULL ? cap : 0;
  w->bits = cvx_calloc ((n + 63) / 64, sizeof *w->bits);
  return w->arena.p != NULL && w->bits != NULL
         && cvx_cone_work_new (
                &w->cone, r, n > CVXI_LEAF_ROWS ? n : CVXI_LEAF_ROWS, &ignored)
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
  if (status == CVX_OK && p->r >= CVXI_SIGNS_RANK && n <= CVXI_SIGNS_ROWS)
    status = cvx_signs_new (&p->signs, p->x, n, p->r, p->threads, err);
  if (status == CVX_OK && (p->r == 2 || p->r == 3) && n <= CVXI_WALK_ROWS)
    status = cvxi_walk_new (&p->walk, p->x, n, p->r, p->threads, err);
  if (status != CVX_OK)
    cvx_pricer_free (p);
  else
    *out = p;
  return status;
}

bool
cvx_pricer_walks (const struct cvx_pricer *p)
{
  return p->walk != NULL;
}

size_t
cvx_pricer_coordinates (const struct cvx_pricer *p, const double **x,
                        const double **map)
{
  *x = p->x;
  *map = p->map;
  return p->r;
}

double
cvxi_price_at (const struct cvxi_search *s, const double *u)
{
  size_t r = s->p->r;
  double h = 0;
  for (size_t i = 0; i < s->p->n; i++)
    {
      double t = cvxi_price_dot (s->p->x + i * r, u, r);
      if (t > 0)
        h += cvxi_price_nu (s, i) * t;
    }
  return h;
}

void
cvxi_price_record (const struct cvxi_search *s, struct cvxi_worker *w,
                   double value, const double *u)
{
  struct cvxi_candidate *c;
  if (w->n_found == w->cap_found)
    {
      size_t cap = w->cap_found > 0 ? 2 * w->cap_found : 256;
      struct cvxi_candidate *more
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

/* Climb from U (unit, r) to a local maximum of h: within a cell the maximiser
   is the projection of its gradient onto the cell's cone; a row of the cell's
   boundary is crossed when that raises h, which is so when nu_i > 0 (a convex
   kink) or its multiplier exceeds |nu_i|.  Returns h there.  */
static double
climb (const struct cvxi_search *s, struct cvxi_worker *w, double *u)
{
  const struct cvx_pricer *p = s->p;
  size_t r = p->r, n = p->n;
  double h = cvxi_price_at (s, u);
  struct cvx_cone cone = { p->x, r, w->bits, NULL, n };
  memset (w->bits, 0, (n + 63) / 64 * sizeof *w->bits);
  for (size_t i = 0; i < n; i++)
    if (cvxi_price_dot (p->x + i * r, u, r) > 0)
      w->bits[i / 64] |= (uint64_t)1 << (i % 64);
  for (int round = 0; round < 200; round++)
    {
      double g[CVXI_R_MAX] = { 0 }, next[CVXI_R_MAX], length, value;
      bool crossed = false;
      for (size_t i = 0; i < n; i++)
        if (w->bits[i / 64] >> (i % 64) & 1)
          for (size_t k = 0; k < r; k++)
            g[k] += cvxi_price_nu (s, i) * p->x[i * r + k];
      w->cells++;
      cvx_cone_project (&cone, g, next, false, w->cone);
      length = sqrt (cvxi_price_dot (next, next, r));
      if (length <= 0)
        break;
      for (size_t k = 0; k < r; k++)
        next[k] /= length;
      value = cvxi_price_at (s, next);
      if (value < h * (1 - 1e-12))
        break;
      h = value;
      memcpy (u, next, r * sizeof *u);
      for (size_t k = 0; k < w->cone->n_active; k++)
        {
          size_t i = w->cone->active[k];
          double nu = cvxi_price_nu (s, i);
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
climb_all (const struct cvxi_search *s, const double *start, size_t n_start)
{
  const struct cvx_pricer *p = s->p;
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads)
  for (size_t k = 0; k < n_start; k++)
    {
#ifdef _OPENMP
      struct cvxi_worker *w = &p->worker[omp_get_thread_num ()];
#else
      struct cvxi_worker *w = &p->worker[0];
#endif
      double u[CVXI_R_MAX], h;
      if (w->failed || cvx_aborted (s->progress))
        continue;
      memcpy (u, start + k * p->r, p->r * sizeof *u);
      h = climb (s, w, u);
      if (h > w->lower)
        w->lower = h;
      if (h > s->threshold)
        cvxi_price_record (s, w, h, u);
    }
}

static int
by_value (const void *a, const void *b)
{
  const struct cvxi_candidate *p = a, *q = b;
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
      scale = 1 / sqrt (cvxi_price_dot (v, v, p->r));
      for (size_t j = 0; j < p->r; j++)
        v[j] *= scale;
    }
  return u;
}

/* The directions recorded so far, best first, in an
   order that does not depend on the threads.  */
static enum cvx_status
collect (const struct cvx_pricer *p, struct cvxi_candidate **out, size_t *n,
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
climb_phase (struct cvxi_search *s, struct cvx_error *err)
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

/* The level above which all is closed: the threshold WANTED or the best value
   known.  A value far above the threshold wanted means an iterate far from
   optimal, whose bound needs no more digits than that.  */
static double
level (double wanted, double known)
{
  double slack = wanted > 0 && known > wanted
                     ? fmin (0.05, 0.1 * (known / wanted - 1))
                     : 0;
  return fmax (wanted, known * (1 + fmax (slack, 1e-12)));
}

/* Close the whole sphere above that level; every better direction that turns
   up is climbed from and the search starts again.  */
static enum cvx_status
bound_phase (struct cvxi_search *s, struct cvx_error *err)
{
  const struct cvx_pricer *p = s->p;
  double wanted = s->threshold;
  for (;;)
    {
      struct cvxi_candidate *all;
      size_t n, before = 0, after = 0;
      enum cvx_status status;
      s->threshold = level (wanted, best_lower (p));
      for (int k = 0; k < p->threads; k++)
        {
          before += p->worker[k].n_found;
          p->worker[k].upper = 0;
        }
      for (s->sign = 1; s->sign >= -1; s->sign -= 2)
        cvxi_price_search (s);
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

/* The same by branching on signs: few samples in many dimensions have far
   fewer signs to branch on than cones.  *DONE: it ended within its nodes.  */
static enum cvx_status
sign_phase (struct cvx_pricer *p, struct cvxi_search *s, bool *done,
            struct cvx_error *err)
{
  struct cvx_signs_result found;
  double top = level (s->threshold, best_lower (p));
  size_t nodes
      = s->max_nodes < CVXI_SIGNS_NODES ? s->max_nodes : CVXI_SIGNS_NODES;
  enum cvx_status status
      = cvx_signs_run (p->signs, s->nu, top, nodes, &found, s->progress, err);
  if (status != CVX_OK)
    return status;
  if (found.lower > top)
    {
      s->sign = found.sign;
      climb_all (s, found.u, 1);
    }
  *done = found.complete;
  if (found.complete)
    {
      p->worker[0].upper = found.upper;
      p->worker[0].nodes += found.nodes;
    }
  return CVX_OK;
}

/* The best MAX_FOUND directions, near copies left out, in all d features.  */
static enum cvx_status
gather (struct cvx_pricer *p, size_t max_found, struct cvx_price *out,
        struct cvx_error *err)
{
  struct cvxi_candidate *all;
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
               && cvxi_price_dot (all[j].u, all[i].u, p->r) > 0.9999;
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
  struct cvxi_search s = { p, nu, 1, threshold, max_nodes, progress };
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
    size += fabs (nu[i])
            * sqrt (cvxi_price_dot (p->x + i * p->r, p->x + i * p->r, p->r));
  for (int k = 0; k < p->threads; k++)
    {
      struct cvxi_worker *w = &p->worker[k];
      w->n_found = w->nodes = w->cells = 0;
      w->upper = w->lower = 0;
      w->failed = w->limited = false;
    }
  if (p->walk != NULL)
    {
      cvxi_walk_run (p->walk, p, &s, max_found > 0);
      p->worker[0].upper = fmax (p->worker[0].upper, threshold);
      proved = true;
      status = CVX_OK;
    }
  else
    status = climb_phase (&s, err);
  if (status == CVX_OK && !proved && (prove || best_lower (p) <= threshold))
    {
      if (p->signs != NULL)
        status = sign_phase (p, &s, &proved, err);
      if (status == CVX_OK && !proved)
        status = bound_phase (&s, err);
      proved = true;
    }
  out->complete = proved;
  if (status != CVX_OK)
    return status;
  for (int k = 0; k < p->threads; k++)
    {
      const struct cvxi_worker *w = &p->worker[k];
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
     level, gradients of walks one per row; signs decided by them are off by
     no more than this.  */
  out->upper
      += (64 + (p->walk != NULL ? (double)p->n : 0)) * DBL_EPSILON * size;
  return gather (p, max_found, out, err);
}
