/* directions.c -- neurons that would lower the objective of a network, and
   whether it is stationary; see bound.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "formulation/bound.h"
#include "formulation/private.h"
#include "formulation/signs.h"

enum
{
  NODES_DEFAULT = 1000000,
  STARTS = 64,    /* random ones of the climb, when none are asked */
  CLIMB_MAX = 60, /* steps of it */
  PASSES = 100    /* of the stationarity of a neuron */
};

/* S nu'(Xu)_+ and its gradient G (may be NULL), in one pass over the rows: too
   little for threads.  */
static double
height (const struct cvx_formulation *f, const double *nu, double s,
        const double *u, double *g)
{
  size_t n = f->n_samples, d = f->n_features;
  double h = 0;
  if (g != NULL)
    memset (g, 0, d * sizeof *g);
  for (size_t i = 0; i < n; i++)
    {
      const double *x = f->x + i * d;
      double t = 0;
      for (size_t j = 0; j < d; j++)
        t += x[j] * u[j];
      if (!(t > 0))
        continue;
      h += s * nu[i] * t;
      for (size_t j = 0; g != NULL && j < d; j++)
        g[j] += s * nu[i] * x[j];
    }
  return h;
}

static bool
normalise (size_t d, double *u)
{
  double norm = cblas_dnrm2 ((blasint)d, u, 1);
  if (!(norm > 0) || !isfinite (norm))
    return false;
  cblas_dscal ((blasint)d, 1 / norm, u, 1);
  return true;
}

/* Climb from U to a local maximum of S h.  The gradient itself is the best
   point of the cell where it lies in it (h is linear there).  */
static double
climb (const struct cvx_formulation *f, const double *nu, double s, double *u,
       double *g, double *next)
{
  size_t d = f->n_features;
  double h = height (f, nu, s, u, g);
  for (int k = 0; k < CLIMB_MAX; k++)
    {
      double step = 1, higher = h;
      double norm = cblas_dnrm2 ((blasint)d, g, 1);
      if (!(norm > 0))
        break;
      for (int half = 0; half < 20; half++, step /= 2)
        {
          for (size_t j = 0; j < d; j++)
            next[j] = (1 - step) * u[j] + step * g[j] / norm;
          if (!normalise (d, next))
            continue;
          higher = height (f, nu, s, next, NULL);
          if (higher > h)
            break;
        }
      if (!(higher > h * (1 + 1e-9)))
        break;
      memcpy (u, next, d * sizeof *u);
      h = height (f, nu, s, u, g);
    }
  return h;
}

/* Room for MAX directions.  */
static enum cvx_status
found_reserve (struct cvx_bound *b, size_t max, size_t d,
               struct cvx_error *err)
{
  b->value = cvx_alloc (max, sizeof *b->value);
  b->sign = cvx_alloc (max, sizeof *b->sign);
  b->u = cvx_alloc (max * d, sizeof *b->u);
  if (b->value == NULL || b->sign == NULL || b->u == NULL)
    return cvx_fail_nomem (err, "certifying");
  return CVX_OK;
}

/* Keep (VALUE, SIGN, U) among the MAX best, unless it is one that is known. */
static void
found_add (struct cvx_bound *b, size_t max, size_t d, double value, int sign,
           const double *u)
{
  size_t at = b->n_found;
  for (size_t k = 0; k < b->n_found; k++)
    if (b->sign[k] == sign
        && cblas_ddot ((blasint)d, b->u + k * d, 1, u, 1) > 1 - 1e-4)
      return;
  if (at == max)
    {
      if (max == 0 || value <= b->value[max - 1])
        return;
      at--;
    }
  else
    b->n_found++;
  for (; at > 0 && b->value[at - 1] < value; at--)
    {
      b->value[at] = b->value[at - 1];
      b->sign[at] = b->sign[at - 1];
      memcpy (b->u + at * d, b->u + (at - 1) * d, d * sizeof *u);
    }
  b->value[at] = value;
  b->sign[at] = sign;
  memcpy (b->u + at * d, u, d * sizeof *u);
}

/* Over signs, for data of high rank: one direction, the best that was found
   within the nodes allowed.  */
static enum cvx_status
sign_direction (const struct cvx_formulation *f, const double *nu, size_t max,
                struct cvx_bound *b, struct cvx_progress *progress,
                struct cvx_error *err)
{
  double wanted = f->beta * (1 + 1e-9);
  struct cvx_signs *signs = NULL;
  struct cvx_signs_result found;
  enum cvx_status status = cvx_signs_new (&signs, f->x, f->n_samples,
                                          f->n_features, f->threads, err);
  if (status == CVX_OK)
    status = cvx_signs_run (signs, nu, wanted,
                            cvxi_signs_nodes (f, NODES_DEFAULT), &found,
                            progress, err);
  if (status == CVX_OK && found.lower > wanted)
    found_add (b, max, f->n_features, found.lower, found.sign, found.u);
  cvx_signs_free (signs);
  return status;
}

/* Where climbing finds none, a search finds one or, within the nodes allowed,
   proves that there is none.  */
static enum cvx_status
search_directions (const struct cvx_formulation *f, const double *nu,
                   size_t max, struct cvx_bound *b,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_pricer *pricer = NULL;
  struct cvx_price price;
  enum cvx_status status = cvx_pricer_new (&pricer, f->x, f->n_samples,
                                           f->n_features, f->threads, err);
  if (status == CVX_UNSUITED) /* the rank is too high */
    {
      cvx_error_clear (err);
      return sign_direction (f, nu, max, b, progress, err);
    }
  if (status == CVX_OK)
    status = cvx_pricer_run (pricer, nu, f->beta * (1 + 1e-9), false, max,
                             NODES_DEFAULT, &price, progress, err);
  for (size_t k = 0; status == CVX_OK && k < price.n; k++)
    found_add (b, max, f->n_features, price.value[k], price.sign[k],
               price.u + k * f->n_features);
  cvx_pricer_free (pricer);
  return status;
}

/* Directions above beta, by climbing from the neurons, the rows and random
   points.  */
enum cvx_status
cvxi_bound_directions (const struct cvx_formulation *f,
                       const struct cvx_network *net, const double *nu,
                       size_t max, size_t trials, struct cvx_bound *b,
                       struct cvx_progress *progress, struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features;
  size_t rows = n < STARTS ? n : STARTS;
  size_t starts = net->width + rows + (trials > 0 ? trials : STARTS);
  double *u = cvx_alloc (3 * d, sizeof *u), *g, *next;
  struct cvx_rng r;
  enum cvx_status status = found_reserve (b, max > 0 ? max : 1, d, err);
  if (status == CVX_OK && u == NULL)
    status = cvx_fail_nomem (err, "certifying");
  if (status != CVX_OK)
    {
      cvx_free (u);
      return status;
    }
  g = u + d;
  next = g + d;
  cvx_rng_init (&r, 0, CVX_STREAM_CERTIFY);
  for (size_t k = 0; k < starts && max > 0; k++)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        double h;
        if (cvx_aborted (progress))
          {
            cvx_free (u);
            return cvx_fail_interrupted (err);
          }
        for (size_t j = 0; j < d; j++)
          u[j] = k < net->width ? net->u[k * d + j]
                 : k < net->width + rows
                     ? f->x[(k - net->width) * (n / rows) * d + j]
                     : cvx_rng_normal (&r);
        if (!normalise (d, u))
          continue;
        h = climb (f, nu, sign, u, g, next);
        if (h > f->beta * (1 + 1e-9))
          found_add (b, max, d, h, sign, u);
      }
  cvx_free (u);
  if (b->n_found == 0 && max > 0)
    return search_directions (f, nu, max, b, progress, err);
  return CVX_OK;
}

/* ------------------------------------------------------------ stationarity */

/* |S X'D nu - beta u/|u|| / beta for one neuron, the rows on its boundary with
   the derivatives in [0, 1] that make it least (coordinate descent).  */
static double
gradient_of (const struct cvx_formulation *f, const double *nu, double s,
             const double *u, double *t, double *g, double *theta)
{
  size_t n = f->n_samples, d = f->n_features;
  double norm = cblas_dnrm2 ((blasint)d, u, 1), last = HUGE_VAL;
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)n, (blasint)d, 1 / norm,
               f->x, (blasint)d, u, 1, 0, t, 1);
  for (size_t j = 0; j < d; j++)
    g[j] = -f->beta * u[j] / norm;
  for (size_t i = 0; i < n; i++)
    {
      bool edge = fabs (t[i]) <= 1e-6 * f->work->row_norm[i];
      theta[i] = edge ? 0.5 : -1;
      if (edge || t[i] > 0)
        cblas_daxpy ((blasint)d, s * nu[i] * (edge ? 0.5 : 1), f->x + i * d, 1,
                     g, 1);
    }
  for (int pass = 0; pass < PASSES; pass++)
    {
      double now = cblas_dnrm2 ((blasint)d, g, 1);
      if (now >= last * (1 - 1e-6))
        break;
      last = now;
      for (size_t i = 0; i < n; i++)
        {
          const double *x = f->x + i * d;
          double c = s * nu[i], square, change;
          if (theta[i] < 0)
            continue;
          square = c * c * cblas_ddot ((blasint)d, x, 1, x, 1);
          if (!(square > 0))
            continue;
          change = -c * cblas_ddot ((blasint)d, x, 1, g, 1) / square;
          change = fmin (fmax (theta[i] + change, 0), 1) - theta[i];
          theta[i] += change;
          cblas_daxpy ((blasint)d, c * change, x, 1, g, 1);
        }
    }
  return cblas_dnrm2 ((blasint)d, g, 1) / f->beta;
}

enum cvx_status
cvxi_stationarity (const struct cvx_formulation *f,
                   const struct cvx_network *net, const double *nu,
                   double *worst, struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features;
  double *t = cvx_alloc (2 * n + d, sizeof *t), largest = 0;
  if (t == NULL)
    return cvx_fail_nomem (err, "certifying");
  *worst = NAN;
  for (size_t j = 0; j < net->width; j++)
    largest = fmax (largest, cvx_network_norm (net, j));
  for (size_t j = 0; j < net->width; j++)
    if (cvx_network_norm (net, j) > 1e-8 * largest)
      *worst
          = fmax (*worst, gradient_of (f, nu, net->a[j] < 0 ? -1 : 1,
                                       net->u + j * d, t, t + n, t + n + d));
  cvx_free (t);
  return CVX_OK;
}
