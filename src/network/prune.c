/* prune.c -- to a network whose activations are linearly independent.

   Mishkin and Pilanci (2023), section on optimal sets; with a sign rule
   that also holds away from an optimum.  Let f_j be what neuron j adds to the
   predictions on the data (n x n_outputs numbers) and N_j = ||u_j|| ||a_j||.
   While sum e_j f_j = 0 for some e != 0, the scales t_j >= 0 of the neurons
   may move along -e: the predictions stay, the path norm changes by -tau sum
   e_j N_j.  The sign of e that makes sum e_j N_j >= 0 never raises it (at an
   optimum the sum is 0); some e_j is then positive, and the first scale to
   reach 0 loses its neuron.

   Neurons are taken by falling norm into a set kept independent by Q R, so
   that e is the solution of one triangular system.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/qr.h"
#include "linalg/sum.h"
#include "network/private.h"

struct pruner
{
  const struct cvx_network *net;
  const double *x;
  size_t n;
  struct cvxi_qr qr; /* of f_j for the kept j */
  size_t *kept;      /* qr.k_max neurons */
  double *scale;     /* width */
  double *norm;      /* width: N_j */
  double *e;         /* qr.k_max */
  double *z, *f;     /* n activations and as many gates; n x n_outputs */
};

static void
pruner_free (struct pruner *s)
{
  cvxi_qr_clear (&s->qr);
  cvx_free (s->kept);
  cvx_free (s->scale);
  cvx_free (s->norm);
  cvx_free (s->e);
  cvx_free (s->z);
  cvx_free (s->f);
}

static bool
pruner_new (struct pruner *s, const struct cvx_network *net, const double *x,
            size_t n)
{
  size_t w = net->width, length, k_max;
  *s = (struct pruner){ .net = net, .x = x, .n = n };
  if (!cvx_mul (n, net->n_outputs, &length))
    return false;
  k_max = (length < w ? length : w) + 1; /* one column to try */
  s->kept = cvx_alloc (k_max, sizeof *s->kept);
  s->scale = cvx_alloc (w, sizeof *s->scale);
  s->norm = cvx_alloc (w, sizeof *s->norm);
  s->e = cvx_alloc (k_max, sizeof *s->e);
  s->z = cvx_alloc (n, 2 * sizeof *s->z);
  s->f = cvx_alloc (length, sizeof *s->f);
  if (!cvxi_qr_init (&s->qr, length, k_max) || s->kept == NULL
      || s->scale == NULL || s->norm == NULL || s->e == NULL || s->z == NULL
      || s->f == NULL)
    return false;
  for (size_t j = 0; j < w; j++)
    {
      s->scale[j] = 1;
      s->norm[j] = cvx_network_norm (net, j);
    }
  return true;
}

/* f = what neuron J adds to the predictions.  */
static void
contribution (struct pruner *s, size_t j)
{
  size_t c = s->net->n_outputs;
  const double *a = s->net->a + j * c;
  cvxi_network_hidden (s->net, j, 1, s->x, s->n, s->z, s->z + s->n);
  for (size_t i = 0; i < s->n; i++)
    for (size_t k = 0; k < c; k++)
      s->f[i * c + k] = s->z[i] * a[k];
}

/* Move along the dependence f_j = sum of the kept, whose coefficients Q'f_j
   the failed append left behind, until a neuron is out.  Returns true when
   that neuron is J itself.  */
static bool
move (struct pruner *s, size_t j)
{
  size_t k = s->qr.k;
  struct cvx_sum2 rise = { s->norm[j], 0 };
  double sign, tau = HUGE_VAL;
  bool self;
  memcpy (s->e, s->qr.r + k * s->qr.k_max, k * sizeof *s->e);
  cvxi_qr_solve (&s->qr, s->e);
  for (size_t i = 0; i < k; i++)
    cvx_sum2_add_product (&rise, -s->e[i], s->norm[s->kept[i]]);
  sign = cvx_sum2_value (&rise) < 0 ? -1 : 1;
  for (size_t i = 0; i < k; i++)
    {
      s->e[i] *= -sign;
      if (s->e[i] > 0)
        tau = fmin (tau, s->scale[s->kept[i]] / s->e[i]);
    }
  self = sign > 0 && s->scale[j] <= tau;
  if (self)
    tau = s->scale[j];
  s->scale[j] = self ? 0 : s->scale[j] - sign * tau;
  for (size_t i = k; i-- > 0;)
    {
      double *scale = &s->scale[s->kept[i]], left = *scale - tau * s->e[i];
      bool out = s->e[i] > 0 && !(*scale / s->e[i] > tau);
      *scale = out ? 0 : fmax (left, 0);
      if (*scale == 0)
        {
          cvxi_qr_drop (&s->qr, i);
          memmove (s->kept + i, s->kept + i + 1,
                   (s->qr.k - i) * sizeof *s->kept);
        }
    }
  return self;
}

/* Make NET from the kept neurons.  */
static enum cvx_status
finish (struct cvx_network *net, const struct pruner *s, struct cvx_error *err)
{
  size_t d = net->n_features, c = net->n_outputs, k = s->qr.k;
  size_t *order = cvx_alloc (k, sizeof *order);
  size_t *member = cvx_alloc (k, sizeof *member);
  size_t *start = cvx_alloc (k + 1, sizeof *start);
  double *norm = cvx_alloc (k, sizeof *norm);
  double *u = cvx_alloc (k * d, sizeof *u), *a = cvx_alloc (k * c, sizeof *a);
  enum cvx_status status;
  bool ok = order != NULL && member != NULL && start != NULL && norm != NULL
            && u != NULL && a != NULL;
  for (size_t i = 0; ok && i < k; i++)
    norm[i] = s->scale[s->kept[i]] * s->norm[s->kept[i]];
  ok = ok && cvxi_sort_falling (k, norm, order);
  for (size_t i = 0; ok && i < k; i++)
    {
      size_t j = s->kept[order[i]];
      double root = sqrt (s->scale[j]);
      start[i] = i;
      member[i] = j;
      for (size_t m = 0; m < d; m++)
        u[i * d + m] = root * net->u[j * d + m];
      for (size_t m = 0; m < c; m++)
        a[i * c + m] = root * net->a[j * c + m];
    }
  if (ok)
    {
      start[k] = k;
      status = cvxi_network_regroup (net, k, start, member, u, a, err);
    }
  else
    status = cvx_fail_nomem (err, "pruning neurons");
  if (status != CVX_OK)
    {
      cvx_free (u);
      cvx_free (a);
    }
  cvx_free (order);
  cvx_free (member);
  cvx_free (start);
  cvx_free (norm);
  return status;
}

enum cvx_status
cvx_network_prune (struct cvx_network *net, const double *x, size_t n,
                   double tol, struct cvx_error *err)
{
  struct pruner s;
  size_t *order;
  enum cvx_status status;
  if (net->conv.d > 0)
    return cvx_fail (err, CVX_E354, "a convolutional network is not pruned");
  order = cvx_alloc (net->width, sizeof *order);
  tol = fmax (tol, 0x1p-45); /* what rounding leaves of a dependent vector */
  if (pruner_new (&s, net, x, n) && order != NULL
      && cvxi_sort_falling (net->width, s.norm, order))
    {
      for (size_t k = 0; k < net->width; k++)
        {
          size_t j = order[k];
          bool out = false;
          contribution (&s, j);
          while (!out && !cvxi_qr_append (&s.qr, s.f, 1, tol, false))
            out = move (&s, j);
          if (!out)
            s.kept[s.qr.k - 1] = j;
        }
      status = finish (net, &s, err);
    }
  else
    status = cvx_fail_nomem (err, "pruning neurons");
  pruner_free (&s);
  cvx_free (order);
  return status;
}
