/* signs.c -- branch and bound on the signs of samples; see signs.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/signs.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef _OPENMP
#  include <omp.h>
#endif

#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/threads.h"

enum
{
  STARTS = 48,      /* climbs before the search */
  CLIMB = 40,       /* steps of one */
  BLOCK = 16,       /* samples summed on their own */
  ROUNDS = 60,      /* of the bound at a node that can be branched */
  LEAF_ROUNDS = 600 /* at one that cannot */
};

/* A bound this close to the threshold closes a node: it counts as it is.  */
static const double near_enough = 5e-11;

/* What is known at one depth.  */
struct level
{
  size_t n_free;
  uint32_t *free;            /* samples whose sign is open */
  double *up, *lo;           /* n: range of x_i'u of those */
  double *coef, *low, *high; /* n: coefficients of p and their intervals */
  double rest;
};

struct worker
{
  struct level *level;          /* n + 1, made when they are reached */
  double *p, *u, *step, *image; /* d, d, n, d */
  uint32_t *inner;              /* n: coefficients inside their intervals */
  double *best;                 /* d */
  double threshold, lower, upper;
  int sign;
  size_t nodes;
  bool failed, limited;
};

struct cvx_signs
{
  size_t n, d;
  const double *x;
  double *length, *square; /* n: |x_i| from above, and its square */
  int threads;
  struct worker *worker;
  double *u;
};

/* What the tasks of one sign of nu share.  */
struct search
{
  const struct cvx_signs *s;
  double *nu;  /* n, its sign applied */
  double size; /* sum |nu_i| |x_i| */
  int sign;
  size_t max_nodes;
  struct cvx_progress *progress;
};

static double
dot (size_t n, const double *a, const double *b)
{
  double s = 0;
  for (size_t k = 0; k < n; k++)
    s += a[k] * b[k];
  return s;
}

static void
add (size_t n, double c, const double *x, double *to)
{
  for (size_t k = 0; k < n; k++)
    to[k] += c * x[k];
}

static void
level_free (struct level *l)
{
  cvx_free (l->free);
  cvx_free (l->up);
}

/* Room at depth K.  */
static bool
level_ready (struct worker *w, size_t k, size_t n)
{
  struct level *l = &w->level[k];
  if (l->up != NULL)
    return true;
  l->free = cvx_alloc (n, sizeof *l->free);
  l->up = cvx_alloc (n, 5 * sizeof *l->up);
  if (l->free == NULL || l->up == NULL)
    return false;
  l->lo = l->up + n;
  l->coef = l->lo + n;
  l->low = l->coef + n;
  l->high = l->low + n;
  return true;
}

void
cvx_signs_free (struct cvx_signs *s)
{
  if (s == NULL)
    return;
  for (int k = 0; s->worker != NULL && k < s->threads; k++)
    {
      struct worker *w = &s->worker[k];
      for (size_t l = 0; w->level != NULL && l <= s->n; l++)
        level_free (&w->level[l]);
      cvx_free (w->level);
      cvx_free (w->p);
      cvx_free (w->inner);
    }
  cvx_free (s->worker);
  cvx_free (s->length);
  cvx_free (s->u);
  cvx_free (s);
}

enum cvx_status
cvx_signs_new (struct cvx_signs **out, const double *x, size_t n, size_t d,
               int threads, struct cvx_error *err)
{
  struct cvx_signs *s = cvx_calloc (1, sizeof *s);
  bool ok = s != NULL;
  *out = NULL;
  if (!ok)
    return cvx_fail_nomem (err, "preparing a search over signs");
#ifdef _OPENMP
  s->threads = threads > 0 ? threads : omp_get_max_threads ();
#else
  s->threads = 1;
  (void)threads;
#endif
  s->n = n;
  s->d = d;
  s->x = x;
  s->length = cvx_alloc (n, 2 * sizeof *s->length);
  s->u = cvx_calloc (d + 1, sizeof *s->u);
  s->worker = cvx_calloc ((size_t)s->threads, sizeof *s->worker);
  ok = s->length != NULL && s->u != NULL && s->worker != NULL;
  for (int k = 0; ok && k < s->threads; k++)
    {
      struct worker *w = &s->worker[k];
      w->level = cvx_calloc (n + 1, sizeof *w->level);
      w->p = cvx_alloc (4 * d + n + 1, sizeof *w->p);
      w->inner = cvx_alloc (n, sizeof *w->inner);
      ok = w->level != NULL && w->p != NULL && w->inner != NULL;
      if (ok)
        {
          w->u = w->p + d;
          w->image = w->u + d;
          w->best = w->image + d;
          w->step = w->best + d;
        }
    }
  if (!ok)
    {
      cvx_signs_free (s);
      return cvx_fail_nomem (err, "preparing a search over signs");
    }
  s->square = s->length + n;
  for (size_t i = 0; i < n; i++)
    {
      s->square[i] = dot (d, x + i * d, x + i * d);
      s->length[i]
          = sqrt (s->square[i]) * (1 + 2 * (double)(d + 2) * DBL_EPSILON);
    }
  *out = s;
  return CVX_OK;
}

/* ----------------------------------------------------------- finding values
 */

/* h (U) for unit U; G gets the gradient when not NULL.  */
static double
value (const struct search *q, const double *u, double *g)
{
  size_t n = q->s->n, d = q->s->d;
  double h = 0;
  if (g != NULL)
    memset (g, 0, d * sizeof *g);
  for (size_t i = 0; i < n; i++)
    {
      const double *x = q->s->x + i * d;
      double t = dot (d, x, u);
      if (!(t > 0))
        continue;
      h += q->nu[i] * t;
      if (g != NULL)
        add (d, q->nu[i], x, g);
    }
  return h;
}

static bool
normalise (size_t d, double *u)
{
  double norm = sqrt (dot (d, u, u));
  if (!(norm > 0) || !isfinite (norm))
    return false;
  for (size_t k = 0; k < d; k++)
    u[k] /= norm;
  return true;
}

/* Note H at the unit U.  */
static void
seen (const struct search *q, struct worker *w, double h, const double *u)
{
  if (!(h > w->lower))
    return;
  w->lower = h;
  w->sign = q->sign;
  memcpy (w->best, u, q->s->d * sizeof *u);
}

/* Climb from W->u: within a cell its gradient is the best direction.  */
static void
climb (const struct search *q, struct worker *w)
{
  size_t d = q->s->d;
  double h = value (q, w->u, w->image);
  for (int k = 0; k < CLIMB; k++)
    {
      double higher = h, size = 1;
      if (!normalise (d, w->image))
        break;
      for (int half = 0; half < 12 && !(higher > h); half++, size /= 2)
        {
          for (size_t j = 0; j < d; j++)
            w->p[j] = (1 - size) * w->u[j] + size * w->image[j];
          if (normalise (d, w->p))
            higher = value (q, w->p, NULL);
        }
      if (!(higher > h * (1 + 1e-12)))
        break;
      memcpy (w->u, w->p, d * sizeof *w->u);
      h = value (q, w->u, w->image);
    }
  seen (q, w, h, w->u);
}

/* -------------------------------------------------------------- one node */

/* The chord of a free sample: coefficient and what it adds to the rest.  */
static void
chord (const struct search *q, struct level *l, size_t i)
{
  double both = l->up[i] + l->lo[i];
  double slope = both > 0 ? l->up[i] / both : 1;
  l->coef[i] = l->low[i] = l->high[i] = q->nu[i] * slope;
}

/* Sample I gets its sign.  */
static void
fix (const struct search *q, struct level *l, size_t i, bool on)
{
  l->low[i] = on ? q->nu[i] : -HUGE_VAL;
  l->high[i] = on ? HUGE_VAL : 0;
  l->coef[i] = fmin (fmax (l->coef[i], l->low[i]), l->high[i]);
}

/* p, and the bound of the node with the rounding of both: p is summed block by
   block, so that an entry goes through n / BLOCK + BLOCK additions.  */
static double
refresh (const struct search *q, struct worker *w, struct level *l)
{
  size_t n = q->s->n, d = q->s->d;
  double mass = 0, norm;
  memset (w->p, 0, d * sizeof *w->p);
  for (size_t i = 0; i < n;)
    {
      memset (w->image, 0, d * sizeof *w->image);
      for (size_t end = i + BLOCK; i < n && i < end; i++)
        if (l->coef[i] != 0)
          {
            add (d, l->coef[i], q->s->x + i * d, w->image);
            mass += fabs (l->coef[i]) * q->s->length[i];
          }
      add (d, 1, w->image, w->p);
    }
  l->rest = 0;
  for (size_t k = 0; k < l->n_free; k++)
    {
      size_t i = l->free[k];
      l->rest += l->coef[i] * l->lo[i];
    }
  norm = sqrt (dot (d, w->p, w->p));
  return norm * (1 + (double)(d + 4) * DBL_EPSILON)
         + l->rest * (1 + (double)(n + 4) * DBL_EPSILON)
         + ((double)n / BLOCK + BLOCK + 8) * DBL_EPSILON * mass;
}

/* One pass of coordinate descent on ||p||^2.  */
static void
sweep (const struct search *q, struct worker *w, struct level *l)
{
  size_t n = q->s->n, d = q->s->d;
  for (size_t i = 0; i < n; i++)
    {
      const double *x = q->s->x + i * d;
      double to, change;
      if (!(l->low[i] < l->high[i]) || !(q->s->square[i] > 0))
        continue;
      to = l->coef[i] - dot (d, x, w->p) / q->s->square[i];
      to = fmin (fmax (to, l->low[i]), l->high[i]);
      change = to - l->coef[i];
      if (change != 0)
        {
          l->coef[i] = to;
          add (d, change, x, w->p);
        }
    }
}

/* Conjugate gradients on ||p||^2 over the coefficients inside their intervals,
   up to the first that reaches an end.  */
static void
accelerate (const struct search *q, struct worker *w, struct level *l)
{
  size_t n = q->s->n, d = q->s->d, m = 0;
  double old = 0;
  for (size_t i = 0; i < n; i++)
    if (l->coef[i] > l->low[i] && l->coef[i] < l->high[i]
        && q->s->square[i] > 0)
      w->inner[m++] = (uint32_t)i;
  if (m == 0)
    return;
  memset (w->step, 0, m * sizeof *w->step);
  for (size_t turn = 0; turn < 2 * d + 2 && turn < m + 2; turn++)
    {
      double size = 0, bend, go, most = HUGE_VAL;
      size_t stop = m;
      /* Preconditioned by the squares of the samples: one is as long as any
         other.  */
      for (size_t k = 0; k < m; k++)
        {
          size_t i = w->inner[k];
          double r = -dot (d, q->s->x + i * d, w->p);
          size += r * r / q->s->square[i];
        }
      if (!(size > 1e-32 * dot (d, w->p, w->p)))
        return;
      for (size_t k = 0; k < m; k++)
        {
          size_t i = w->inner[k];
          double r = -dot (d, q->s->x + i * d, w->p) / q->s->square[i];
          w->step[k] = r + (turn > 0 ? size / old * w->step[k] : 0);
        }
      old = size;
      memset (w->image, 0, d * sizeof *w->image);
      for (size_t k = 0; k < m; k++)
        add (d, w->step[k], q->s->x + w->inner[k] * d, w->image);
      bend = dot (d, w->image, w->image);
      go = -dot (d, w->image, w->p) / bend;
      if (!(bend > 0) || !(go > 0))
        return;
      for (size_t k = 0; k < m; k++)
        {
          size_t i = w->inner[k];
          double room = w->step[k] > 0 ? l->high[i] - l->coef[i]
                                       : l->low[i] - l->coef[i];
          if (w->step[k] != 0 && room / w->step[k] < most)
            {
              most = room / w->step[k];
              stop = k;
            }
        }
      go = fmin (go, most);
      for (size_t k = 0; k < m; k++)
        {
          size_t i = w->inner[k];
          l->coef[i] = fmin (fmax (l->coef[i] + go * w->step[k], l->low[i]),
                             l->high[i]);
        }
      add (d, go, w->image, w->p);
      if (go == most)
        {
          size_t i = w->inner[stop];
          l->coef[i] = w->step[stop] > 0 ? l->high[i] : l->low[i];
          return;
        }
    }
}

/* Where h exceeds T, p'u does T - rest: narrow the ranges of the free samples
   to that cap and fix those of one sign.  Returns how many.  */
static size_t
narrow (const struct search *q, struct worker *w, struct level *l, double t)
{
  size_t d = q->s->d, kept = 0, before = l->n_free;
  double norm = sqrt (dot (d, w->p, w->p));
  double c = (t - l->rest) / norm - 1e-12, s;
  if (!(norm > 0) || !(c > -1))
    return 0;
  c = fmin (c, 1);
  s = sqrt (fmax (1 - c * c, 0)) + 1e-12;
  for (size_t k = 0; k < before; k++)
    {
      size_t i = l->free[k];
      double length = q->s->length[i], up = length, lo = length;
      double a
          = length > 0 ? dot (d, q->s->x + i * d, w->p) / norm / length : 0;
      double b = sqrt (fmax (1 - a * a, 0));
      if (a < c)
        up = length * (a * c + b * s + 1e-12);
      if (-a < c)
        lo = length * (-a * c + b * s + 1e-12);
      l->up[i] = fmin (l->up[i], up);
      l->lo[i] = fmin (l->lo[i], lo);
      if (l->lo[i] <= 0)
        fix (q, l, i, true);
      else if (l->up[i] <= 0)
        fix (q, l, i, false);
      else
        {
          chord (q, l, i);
          l->free[kept++] = (uint32_t)i;
        }
    }
  l->n_free = kept;
  return before - kept;
}

/* True when the node at L holds nothing above the threshold.  */
static bool
closed (const struct search *q, struct worker *w, struct level *l)
{
  size_t d = q->s->d;
  double last = HUGE_VAL;
  int idle = 0;
  for (int round = 0; round < (l->n_free > 0 ? ROUNDS : LEAF_ROUNDS); round++)
    {
      double bound = refresh (q, w, l), h;
      if (bound <= w->threshold * (1 + near_enough))
        {
          w->upper = fmax (w->upper, bound);
          return true;
        }
      memcpy (w->u, w->p, d * sizeof *w->u);
      if (normalise (d, w->u))
        {
          h = value (q, w->u, NULL);
          seen (q, w, h, w->u);
          w->threshold = fmax (w->threshold, h);
        }
      if (bound <= w->threshold * (1 + near_enough))
        {
          w->upper = fmax (w->upper, bound);
          return true;
        }
      /* Worth another round while the way to the threshold shortens.  */
      idle = last - bound < 0.02 * (bound - w->threshold) ? idle + 1 : 0;
      if (idle >= 3 && l->n_free > 0)
        return false;
      last = bound;
      if (narrow (q, w, l, w->threshold) > 0)
        idle = 0;
      (void)refresh (q, w, l);
      sweep (q, w, l);
      accelerate (q, w, l);
    }
  if (l->n_free > 0)
    return false;
  /* Nothing to branch on: what is known has to do.  */
  w->upper = fmax (w->upper, refresh (q, w, l));
  return true;
}

/* The free sample whose chord is farthest from its function.  */
static size_t
widest (const struct search *q, const struct level *l)
{
  size_t at = 0;
  double most = -1;
  for (size_t k = 0; k < l->n_free; k++)
    {
      size_t i = l->free[k];
      double gap = q->nu[i] * l->up[i] * l->lo[i] / (l->up[i] + l->lo[i]);
      if (gap > most)
        {
          most = gap;
          at = k;
        }
    }
  return at;
}

/* Depth K + 1 with free sample number AT of depth K on or off.  */
static void
child (const struct search *q, struct worker *w, size_t k, size_t at, bool on)
{
  size_t n = q->s->n, i;
  struct level *from = &w->level[k], *to = &w->level[k + 1];
  memcpy (to->up, from->up, 5 * n * sizeof *to->up);
  memcpy (to->free, from->free, from->n_free * sizeof *to->free);
  i = to->free[at];
  to->n_free = from->n_free - 1;
  to->free[at] = to->free[to->n_free];
  fix (q, to, i, on);
}

static void
explore (const struct search *q, struct worker *w, size_t k)
{
  struct level *l = &w->level[k];
  size_t at, d = q->s->d;
  bool first;
  if (w->failed || w->limited)
    return;
  w->nodes++;
  if (closed (q, w, l))
    return;
  if (w->nodes >= q->max_nodes || cvx_aborted (q->progress))
    {
      w->limited = true;
      return;
    }
  if (!level_ready (w, k + 1, q->s->n))
    {
      w->failed = true;
      return;
    }
  at = widest (q, l);
  first = dot (d, q->s->x + l->free[at] * d, w->p) > 0;
  for (int side = 0; side < 2; side++)
    {
      child (q, w, k, at, side == 0 ? first : !first);
      explore (q, w, k + 1);
    }
}

/* ------------------------------------------------------------------ all */

/* Everything free.  */
static void
root (const struct search *q, struct level *l)
{
  l->n_free = 0;
  for (size_t i = 0; i < q->s->n; i++)
    {
      l->up[i] = l->lo[i] = q->s->length[i];
      if (q->nu[i] > 0 && q->s->length[i] > 0)
        {
          l->free[l->n_free++] = (uint32_t)i;
          chord (q, l, i);
        }
      else
        {
          l->low[i] = fmin (q->nu[i], 0);
          l->high[i] = 0;
          l->coef[i] = l->low[i] / 2;
        }
    }
}

static struct worker *
mine (const struct cvx_signs *s)
{
  return &s->worker[cvx_thread_number ()];
}

/* The search for one sign of nu from THRESHOLD.  Tasks fix the signs of the
   widest samples, so that they do not depend on the threads but in number.  */
static void
search_sign (const struct search *q, double threshold)
{
  size_t cuts = q->s->threads > 1 ? 4 : 0, positive = 0;
  for (size_t i = 0; i < q->s->n; i++)
    positive += q->nu[i] > 0 && q->s->length[i] > 0;
  cuts = cuts < positive ? cuts : positive;
#pragma omp parallel for schedule(dynamic, 1) num_threads(q->s->threads)
  for (size_t task = 0; task < (size_t)1 << cuts; task++)
    {
      struct worker *w = mine (q->s);
      struct level *l;
      if (w->failed || !level_ready (w, 0, q->s->n))
        {
          w->failed = true;
          continue;
        }
      l = &w->level[0];
      w->threshold = threshold;
      root (q, l);
      for (size_t k = 0; k < cuts; k++)
        {
          size_t at = widest (q, l), i = l->free[at];
          l->free[at] = l->free[--l->n_free];
          fix (q, l, i, task >> k & 1);
        }
      explore (q, w, 0);
      w->upper = fmax (w->upper, w->threshold);
    }
}

/* Good values to begin with.  */
static enum cvx_status
climb_all (const struct search *q, struct cvx_error *err)
{
  size_t d = q->s->d;
  double *start = cvx_alloc (STARTS * d + 1, sizeof *start);
  struct cvx_rng r;
  if (start == NULL)
    return cvx_fail_nomem (err, "searching over signs");
  cvx_rng_init (&r, 0, CVX_STREAM_CERTIFY);
  for (size_t k = 0; k < STARTS * d; k++)
    start[k] = cvx_rng_normal (&r);
#pragma omp parallel for schedule(static) num_threads(q->s->threads)
  for (size_t k = 0; k < STARTS; k++)
    {
      struct worker *w = mine (q->s);
      memcpy (w->u, start + k * d, d * sizeof *w->u);
      if (normalise (d, w->u))
        climb (q, w);
    }
  cvx_free (start);
  return CVX_OK;
}

/* The best of the workers; equal values by the direction, so that it does not
   depend on who found it.  */
static const struct worker *
winner (const struct cvx_signs *s)
{
  const struct worker *best = &s->worker[0];
  for (int k = 1; k < s->threads; k++)
    {
      const struct worker *w = &s->worker[k];
      if (w->lower > best->lower
          || (w->lower == best->lower && w->lower > 0
              && memcmp (w->best, best->best, s->d * sizeof *w->best) < 0))
        best = w;
    }
  return best;
}

enum cvx_status
cvx_signs_run (struct cvx_signs *s, const double *nu, double threshold,
               size_t max_nodes, struct cvx_signs_result *out,
               struct cvx_progress *progress, struct cvx_error *err)
{
  struct search q = { .s = s, .progress = progress };
  const struct worker *best;
  enum cvx_status status = CVX_OK;
  bool failed = false;
  q.max_nodes = max_nodes > 0 ? max_nodes : SIZE_MAX;
  q.nu = cvx_alloc (s->n, sizeof *q.nu);
  memset (out, 0, sizeof *out);
  if (q.nu == NULL)
    return cvx_fail_nomem (err, "searching over signs");
  for (int k = 0; k < s->threads; k++)
    {
      struct worker *w = &s->worker[k];
      w->lower = w->upper = 0;
      w->sign = 1;
      w->nodes = 0;
      w->failed = w->limited = false;
      memset (w->best, 0, s->d * sizeof *w->best);
    }
  for (q.sign = 1; q.sign >= -1 && status == CVX_OK; q.sign -= 2)
    {
      for (size_t i = 0; i < s->n; i++)
        q.nu[i] = q.sign * nu[i];
      status = climb_all (&q, err);
    }
  for (q.sign = 1; q.sign >= -1 && status == CVX_OK; q.sign -= 2)
    {
      for (size_t i = 0; i < s->n; i++)
        q.nu[i] = q.sign * nu[i];
      search_sign (&q, fmax (threshold, winner (s)->lower));
    }
  cvx_free (q.nu);
  if (status != CVX_OK)
    return status;
  best = winner (s);
  out->complete = true;
  for (int k = 0; k < s->threads; k++)
    {
      const struct worker *w = &s->worker[k];
      out->upper = fmax (out->upper, fmax (w->upper, w->lower));
      out->nodes += w->nodes;
      out->complete = out->complete && !w->limited;
      failed = failed || w->failed;
    }
  if (failed)
    return cvx_fail_nomem (err, "searching over signs");
  if (cvx_aborted (progress))
    return cvx_fail_interrupted (err);
  if (!out->complete)
    out->upper = HUGE_VAL;
  out->lower = best->lower;
  out->sign = best->sign;
  memcpy (s->u, best->best, s->d * sizeof *s->u);
  out->u = s->u;
  return CVX_OK;
}
