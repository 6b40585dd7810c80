/* merge.c -- neurons of one direction become one.

   Pilanci and Ergen (2020), Remark 3.1: neurons u_j with one direction and one
   sign of output add up.  With N_j = ||u_j|| ||a_j||, directions p_j of u_j
   and q_j of a_j,

     v = sum N_j p_j,   t = sum N_j q_j,   N = sum N_j:   u a' = v t' / N,

   equal to sum u_j a_j' when the directions are equal, and of norm
   ||v|| ||t|| / N <= N in any case.  Linear and gated neurons are bilinear,
   so that (u, a) and (-u, -a) are the same neuron.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "network/private.h"

/* Directions and sizes of the neurons.  */
struct shape
{
  const struct cvx_network *net;
  double *p, *q; /* width x n_features, width x n_outputs: unit rows, each
                    in its own norm */
  double *norm;  /* width */
  double *key;   /* width: near directions have near keys */
};

/* For sorting: by falling or rising value, then by number.  */
struct ranked
{
  double value;
  size_t number;
};

static int
falling (const void *a, const void *b)
{
  const struct ranked *x = a, *y = b;
  if (x->value != y->value)
    return x->value > y->value ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

bool
cvxi_sort_falling (size_t n, const double *value, size_t *order)
{
  struct ranked *r = cvx_alloc (n, sizeof *r);
  if (r == NULL)
    return false;
  for (size_t j = 0; j < n; j++)
    r[j] = (struct ranked){ value[j], j };
  qsort (r, n, sizeof *r, falling);
  for (size_t j = 0; j < n; j++)
    order[j] = r[j].number;
  cvx_free (r);
  return true;
}

enum cvx_status
cvxi_network_regroup (struct cvx_network *net, size_t count,
                      const size_t *start, const size_t *member, double *u,
                      double *a, struct cvx_error *err)
{
  size_t d = net->n_features, n_sources = 0, at = 0;
  double *gate = NULL;
  size_t *merged = cvx_alloc (count + 1, sizeof *merged), *source;
  for (size_t k = 0; k < start[count]; k++)
    n_sources += net->merged == NULL
                     ? 1
                     : net->merged[member[k] + 1] - net->merged[member[k]];
  source = cvx_alloc (n_sources, sizeof *source);
  if (net->gate != NULL)
    gate = cvx_alloc (count * d, sizeof *gate);
  if (merged == NULL || source == NULL || (net->gate != NULL && gate == NULL))
    {
      cvx_free (merged);
      cvx_free (source);
      cvx_free (gate);
      return cvx_fail_nomem (err, "merging neurons");
    }
  for (size_t g = 0; g < count; g++)
    {
      merged[g] = at;
      if (gate != NULL)
        memcpy (gate + g * d, net->gate + member[start[g]] * d,
                d * sizeof *gate);
      for (size_t k = start[g]; k < start[g + 1]; k++)
        if (net->merged == NULL)
          source[at++] = member[k];
        else
          for (size_t s = net->merged[member[k]];
               s < net->merged[member[k] + 1]; s++)
            source[at++] = net->source[s];
    }
  merged[count] = at;
  cvx_free (net->u);
  cvx_free (net->a);
  cvx_free (net->gate);
  cvx_free (net->merged);
  cvx_free (net->source);
  net->u = u;
  net->a = a;
  net->gate = gate;
  net->merged = merged;
  net->source = source;
  net->width = count;
  return CVX_OK;
}

/* TO = FROM / NORM, which is that of FROM, 0 leaving zeros.  Returns NORM.  */
static double
direction (size_t n, const double *from, double norm, double *to)
{
  for (size_t i = 0; i < n; i++)
    to[i] = norm > 0 ? from[i] / norm : 0;
  return norm;
}

static void
shape_free (struct shape *s)
{
  cvx_free (s->p);
  cvx_free (s->q);
  cvx_free (s->norm);
  cvx_free (s->key);
}

static bool
shape_new (struct shape *s, const struct cvx_network *net)
{
  size_t d = net->n_features, c = net->n_outputs, w = net->width;
  *s = (struct shape){ .net = net };
  s->p = cvx_alloc (w * d, sizeof *s->p);
  s->q = cvx_alloc (w * c, sizeof *s->q);
  s->norm = cvx_alloc (w, sizeof *s->norm);
  s->key = cvx_alloc (w, sizeof *s->key);
  if (s->p == NULL || s->q == NULL || s->norm == NULL || s->key == NULL)
    return false;
  for (size_t j = 0; j < w; j++)
    {
      const double *u = net->u + j * d, *a = net->a + j * c;
      double *p = s->p + j * d, key = 0;
      s->norm[j] = direction (d, u, cvxi_norm (d, u), p)
                   * direction (c, a, cvxi_output_norm (net, a), s->q + j * c);
      /* A fixed direction without symmetry: multiples of the golden ratio
         modulo one.  */
      for (size_t i = 0; i < d; i++)
        {
          double t = 0.6180339887498949 * (double)(i + 1);
          key += p[i] * (t - floor (t));
        }
      s->key[j] = net->activation == CVX_ACT_RELU ? key : fabs (key);
    }
  return true;
}

/* ||X - SIGN Y|| <= DELTA.  */
static bool
near (size_t n, const double *x, const double *y, double sign, double delta)
{
  double t = 0;
  for (size_t i = 0; i < n; i++)
    t += (x[i] - sign * y[i]) * (x[i] - sign * y[i]);
  return t <= delta * delta;
}

/* 1 or -1 when neurons I and J are one up to that sign, 0 when they are
   two.  */
static double
same (const struct shape *s, size_t i, size_t j, double delta)
{
  const struct cvx_network *net = s->net;
  size_t d = net->n_features, c = net->n_outputs;
  double sign = 1;
  if (net->activation != CVX_ACT_RELU)
    {
      double t = 0;
      for (size_t m = 0; m < d; m++)
        t += s->p[i * d + m] * s->p[j * d + m];
      sign = t < 0 ? -1 : 1;
    }
  if (!near (d, s->p + i * d, s->p + j * d, sign, delta)
      || !near (c, s->q + i * c, s->q + j * c, sign, delta)
      || (net->gate != NULL
          && memcmp (net->gate + i * d, net->gate + j * d,
                     d * sizeof *net->gate)
                 != 0))
    return 0;
  return sign;
}

/* Groups found by find_groups.  */
struct groups
{
  size_t count, *start, *member;
  double *sign; /* of each member against its leader */
};

/* Neurons of falling norm lead; each takes the free ones like it, which are
   its neighbours in the order of keys.  */
static bool
find_groups (const struct shape *s, double delta, struct groups *g)
{
  size_t w = s->net->width, *order, *by_key, *place, at = 0;
  bool *taken, ok;
  double size = sqrt ((double)s->net->n_features);
  double window = size * delta + 64 * size * 0x1p-52;
  order = cvx_alloc (w, sizeof *order);
  by_key = cvx_alloc (w, sizeof *by_key);
  place = cvx_alloc (w, sizeof *place);
  taken = cvx_calloc (w, sizeof *taken);
  ok = order != NULL && by_key != NULL && place != NULL && taken != NULL
       && cvxi_sort_falling (w, s->norm, order)
       && cvxi_sort_falling (w, s->key, by_key);
  g->count = 0;
  for (size_t k = 0; ok && k < w; k++)
    place[by_key[k]] = k;
  for (size_t k = 0; ok && k < w; k++)
    {
      size_t leader = order[k];
      double key = s->key[leader];
      if (taken[leader] || !(s->norm[leader] > 0))
        continue;
      taken[leader] = true;
      g->start[g->count++] = at;
      g->sign[at] = 1;
      g->member[at++] = leader;
      for (int side = -1; side <= 1; side += 2)
        for (size_t q = place[leader];
             (side < 0 ? q > 0 : q + 1 < w)
             && fabs (s->key[by_key[side < 0 ? q - 1 : q + 1]] - key)
                    <= window;)
          {
            size_t j = by_key[q = side < 0 ? q - 1 : q + 1];
            double sign;
            if (taken[j] || !(s->norm[j] > 0)
                || (sign = same (s, leader, j, delta)) == 0)
              continue;
            taken[j] = true;
            g->sign[at] = sign;
            g->member[at++] = j;
          }
    }
  if (ok)
    g->start[g->count] = at;
  cvx_free (order);
  cvx_free (by_key);
  cvx_free (place);
  cvx_free (taken);
  return ok;
}

/* The neuron of group K into U and A.  A group of one stays as it is.  */
static void
join (const struct shape *s, const struct groups *g, size_t k, double *u,
      double *a)
{
  const struct cvx_network *net = s->net;
  size_t d = net->n_features, c = net->n_outputs;
  size_t from = g->start[k], to = g->start[k + 1];
  double total = 0, nu, na, half;
  if (to - from == 1)
    {
      memcpy (u, net->u + g->member[from] * d, d * sizeof *u);
      memcpy (a, net->a + g->member[from] * c, c * sizeof *a);
      return;
    }
  memset (u, 0, d * sizeof *u);
  memset (a, 0, c * sizeof *a);
  for (size_t m = from; m < to; m++)
    {
      size_t j = g->member[m];
      double t = s->norm[j] * g->sign[m];
      total += s->norm[j];
      for (size_t i = 0; i < d; i++)
        u[i] += t * s->p[j * d + i];
      for (size_t i = 0; i < c; i++)
        a[i] += t * s->q[j * c + i];
    }
  nu = cvxi_norm (d, u);
  na = cvxi_output_norm (net, a);
  half = sqrt (nu) * sqrt (na / total);
  for (size_t i = 0; i < d; i++)
    u[i] *= half / nu;
  for (size_t i = 0; i < c; i++)
    a[i] *= half / na;
}

/* Put the joined neurons in order of falling norm into NET.  */
static enum cvx_status
finish (struct cvx_network *net, const struct shape *s, const struct groups *g,
        struct cvx_error *err)
{
  size_t d = net->n_features, c = net->n_outputs, n = g->count, at = 0;
  double *u = cvx_alloc (n * d, sizeof *u), *a = cvx_alloc (n * c, sizeof *a);
  double *norm = cvx_alloc (n, sizeof *norm);
  size_t *order = cvx_alloc (n, sizeof *order);
  size_t *start = cvx_alloc (n + 1, sizeof *start);
  size_t *member = cvx_alloc (g->start[n], sizeof *member);
  enum cvx_status status = CVX_OK;
  bool ok = u != NULL && a != NULL && norm != NULL && order != NULL
            && start != NULL && member != NULL;
  for (size_t k = 0; ok && k < n; k++)
    {
      join (s, g, k, u, a);
      norm[k] = cvxi_norm (d, u) * cvxi_output_norm (net, a);
    }
  ok = ok && cvxi_sort_falling (n, norm, order);
  for (size_t k = 0; ok && k < n; k++)
    {
      join (s, g, order[k], u + k * d, a + k * c);
      start[k] = at;
      for (size_t m = g->start[order[k]]; m < g->start[order[k] + 1]; m++)
        member[at++] = g->member[m];
    }
  if (ok)
    {
      start[n] = at;
      status = cvxi_network_regroup (net, n, start, member, u, a, err);
    }
  else
    status = cvx_fail_nomem (err, "merging neurons");
  if (status != CVX_OK)
    {
      cvx_free (u);
      cvx_free (a);
    }
  cvx_free (norm);
  cvx_free (order);
  cvx_free (start);
  cvx_free (member);
  return status;
}

enum cvx_status
cvx_network_merge (struct cvx_network *net, double tol, struct cvx_error *err)
{
  struct shape s;
  struct groups g = { 0, NULL, NULL, NULL };
  size_t w = net->width;
  enum cvx_status status;
  /* 1 - cosine = ||p - p'||^2 / 2; directions are known to a few eps.  */
  double delta = sqrt (2 * fmin (fmax (tol, 0), 0.5)) + 0x1p-49;
  bool ok;
  if (net->conv.d > 0 && net->conv.factors > 2)
    return CVX_OK;
  ok = shape_new (&s, net);
  g.start = cvx_alloc (w + 1, sizeof *g.start);
  g.member = cvx_alloc (w, sizeof *g.member);
  g.sign = cvx_alloc (w, sizeof *g.sign);
  ok = ok && g.start != NULL && g.member != NULL && g.sign != NULL
       && find_groups (&s, delta, &g);
  if (ok)
    status = finish (net, &s, &g, err);
  else
    status = cvx_fail_nomem (err, "merging neurons");
  shape_free (&s);
  cvx_free (g.start);
  cvx_free (g.member);
  cvx_free (g.sign);
  return status;
}
