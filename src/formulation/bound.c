/* bound.c -- bounds for any network; see bound.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/bound.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "formulation/private.h"
#include "linalg/dense.h"

enum
{
  NODES_DEFAULT = 1000000,
  STARTS = 64,    /* random ones of the climb */
  CLIMB_MAX = 60, /* steps of it */
  PASSES = 100    /* of the stationarity of a neuron */
};

/* Rounding of a value that sums n products of lengths: a safe factor.  */
static double
slack (const struct cvx_formulation *f)
{
  return 1 + 8 * (double)(f->n_samples + f->n_features + 8) * DBL_EPSILON;
}

/* What is found about one nu.  */
struct attempt
{
  double norm; /* M */
  enum cvx_bound_way way;
  size_t rank, nodes, cells, solved;
  double tail;
};

/* The data in the coordinates of its right singular vectors, made once.  */
struct spectrum
{
  size_t n, d, count; /* count: min (n, d) */
  double *value;      /* count, falling */
  double *rotated;    /* n x count: X V */
};

static void
spectrum_free (struct spectrum *s)
{
  cvx_free (s->value);
  cvx_free (s->rotated);
}

static enum cvx_status
spectrum_make (struct spectrum *s, const struct cvx_formulation *f,
               struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features, k = n < d ? n : d;
  double *a = cvx_copy (f->x, n * d, sizeof *a);
  double *u = cvx_alloc (n * k, sizeof *u),
         *vt = cvx_alloc (k * d, sizeof *vt);
  enum cvx_status status = CVX_OK;
  *s = (struct spectrum){ n, d, k, NULL, NULL };
  s->value = cvx_alloc (k, sizeof *s->value);
  s->rotated = cvx_alloc (n * k, sizeof *s->rotated);
  if (a == NULL || u == NULL || vt == NULL || s->value == NULL
      || s->rotated == NULL)
    status = cvx_fail_nomem (err, "certifying");
  if (status == CVX_OK)
    status = cvx_dense_svd (a, n, d, u, s->value, vt, NULL, err);
  if (status == CVX_OK)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)n,
                 (blasint)k, (blasint)d, 1, f->x, (blasint)d, vt, (blasint)d,
                 0, s->rotated, (blasint)k);
  cvx_free (a);
  cvx_free (u);
  cvx_free (vt);
  return status;
}

/* sigma_{k+1}, rounding included.  */
static double
tail_of (const struct spectrum *s, size_t k)
{
  double next = k < s->count ? s->value[k] : 0;
  double rounding = 8 * (double)(s->n + s->d) * DBL_EPSILON;
  return next + rounding * (s->count > 0 ? s->value[0] : 0);
}

/* The bound from the spectrum for SIGN * NU.  */
static enum cvx_status
half_spectrum (const struct cvx_formulation *f, const double *nu, double sign,
               double *norm, struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features, k = 0;
  double *rows = cvx_alloc (n * d, sizeof *rows);
  double *gram = cvx_alloc (d * d, sizeof *gram);
  double *value = cvx_alloc (d, sizeof *value);
  double *g = cvx_calloc (d, sizeof *g), mass = 0, top = 0;
  enum cvx_status status = CVX_OK;
  if (rows == NULL || gram == NULL || value == NULL || g == NULL)
    status = cvx_fail_nomem (err, "certifying");
  if (status == CVX_OK)
    {
      cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)n, (blasint)d, 1, f->x,
                   (blasint)d, nu, 1, 0, g, 1);
      for (size_t i = 0; i < n; i++)
        if (sign * nu[i] > 0)
          {
            double root = sqrt (fabs (nu[i]));
            mass += fabs (nu[i]);
            for (size_t j = 0; j < d; j++)
              rows[k * d + j] = root * f->x[i * d + j];
            k++;
          }
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)d,
                   (blasint)d, (blasint)k, 1, rows, (blasint)d, rows,
                   (blasint)d, 0, gram, (blasint)d);
      status = cvx_dense_eigen_symmetric (gram, d, value, NULL, NULL, err);
    }
  if (status == CVX_OK)
    {
      top = fmax (value[d - 1], 0);
      /* The rounding of g is that of sums of |nu_i| |x_i|.  */
      double sizes = 0;
      for (size_t i = 0; i < n; i++)
        sizes += fabs (nu[i]) * f->work->row_norm[i];
      *norm = (cblas_dnrm2 ((blasint)d, g, 1) + sqrt (mass) * sqrt (top)) / 2
                  * slack (f)
              + (slack (f) - 1) * sizes;
    }
  cvx_free (rows);
  cvx_free (gram);
  cvx_free (value);
  cvx_free (g);
  return status;
}

static void
better (struct attempt *best, const struct attempt *a)
{
  if (a->norm < best->norm)
    *best = *a;
}

/* M for NU by search on X or on its leading part.  */
static enum cvx_status
search_norm (const struct cvx_formulation *f, const struct spectrum *s,
             const double *nu, size_t max_nodes, struct attempt *best,
             struct cvx_progress *progress, struct cvx_error *err)
{
  double length = cblas_dnrm2 ((blasint)f->n_samples, nu, 1) * slack (f);
  size_t top = s->count < CVX_PRICE_MAX_RANK ? s->count : CVX_PRICE_MAX_RANK;
  enum cvx_status status = CVX_OK;
  bool go = true;
  /* From few coordinates up: each costs more than the one before, and the
     first that cannot be finished ends it.  */
  for (size_t k = 1; k <= top && go && status == CVX_OK; k++)
    {
      struct cvx_pricer *pricer = NULL;
      struct cvx_price price;
      double tail = tail_of (s, k), *x;
      bool whole = tail <= 1e-12 * s->value[0];
      /* Hopeless beside what is known.  */
      if (!whole && length * tail > 0.5 * best->norm)
        continue;
      x = cvx_alloc (f->n_samples * k, sizeof *x);
      if (x == NULL)
        return cvx_fail_nomem (err, "certifying");
      for (size_t i = 0; i < f->n_samples; i++)
        memcpy (x + i * k, s->rotated + i * s->count, k * sizeof *x);
      status = cvx_pricer_new (&pricer, x, f->n_samples, k, f->threads, err);
      if (status == CVX_OK)
        status = cvx_pricer_run (pricer, nu, 0, true, 0, max_nodes, &price,
                                 progress, err);
      if (status == CVX_OK)
        {
          struct attempt a
              = { .norm = price.upper * slack (f) + length * tail,
                  .way = whole && price.complete ? CVX_BOUND_SEARCH
                                                 : CVX_BOUND_RANK,
                  .rank = k,
                  .nodes = price.nodes,
                  .cells = price.nodes,
                  .solved = price.cells,
                  .tail = tail };
          better (best, &a);
          go = price.complete && !whole;
        }
      cvx_pricer_free (pricer);
      cvx_free (x);
    }
  return status;
}

/* The best M for COLUMN, one output of nu.  */
static enum cvx_status
column_norm (const struct cvx_formulation *f, const struct spectrum *s,
             const double *column, size_t max_nodes, struct attempt *best,
             struct cvx_progress *progress, struct cvx_error *err)
{
  double plus = HUGE_VAL, minus = HUGE_VAL;
  enum cvx_status status = half_spectrum (f, column, 1, &plus, err);
  *best = (struct attempt){ .norm = HUGE_VAL };
  if (status == CVX_OK)
    status = half_spectrum (f, column, -1, &minus, err);
  if (status != CVX_OK)
    return status;
  best->norm = fmax (plus, minus);
  best->way = CVX_BOUND_SPECTRUM;
  return search_norm (f, s, column, max_nodes, best, progress, err);
}

/* The best M for NU: that of the worst of its outputs.  */
static enum cvx_status
norm_of (const struct cvx_formulation *f, const struct spectrum *s,
         const double *nu, size_t max_nodes, struct attempt *best,
         struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  double *column;
  *best = (struct attempt){ .norm = HUGE_VAL };
  if (f->class->activation != CVX_ACT_RELU || f->patterns == NULL
      || f->patterns->complete)
    {
      bool complete = f->patterns == NULL || f->patterns->complete;
      best->way = !complete          ? CVX_BOUND_RESTRICTED
                  : f->n_blocks == 0 ? CVX_BOUND_SEARCH
                                     : CVX_BOUND_PATTERNS;
      return cvx_formulation_dual_norm (f, nu, 0, &best->norm, &best->cells,
                                        &best->solved, progress, err);
    }
  column = cvx_alloc (f->n_samples, sizeof *column);
  if (column == NULL)
    return cvx_fail_nomem (err, "certifying");
  best->norm = -1;
  for (size_t k = 0; status == CVX_OK && k < f->n_outputs; k++)
    {
      struct attempt a;
      cvxi_output_column (f, nu, k, column);
      status = column_norm (f, s, column, max_nodes, &a, progress, err);
      if (status == CVX_OK && a.norm > best->norm)
        *best = a;
    }
  cvx_free (column);
  return status;
}

/* ------------------------------------------------------------- directions */

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

/* Where climbing finds none, the search finds one or proves that there is
   none, for data of low rank.  */
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
      return CVX_OK;
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
static enum cvx_status
directions (const struct cvx_formulation *f, const struct cvx_network *net,
            const double *nu, size_t max, struct cvx_bound *b,
            struct cvx_progress *progress, struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features;
  size_t rows = n < STARTS ? n : STARTS;
  size_t starts = net->width + rows + STARTS;
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

static enum cvx_status
stationarity (const struct cvx_formulation *f, const struct cvx_network *net,
              const double *nu, double *worst, struct cvx_error *err)
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

/* -------------------------------------------------------------------- all */

void
cvx_bound_clear (struct cvx_bound *b)
{
  cvx_free (b->value);
  cvx_free (b->sign);
  cvx_free (b->u);
  b->value = b->u = NULL;
  b->sign = NULL;
  b->n_found = 0;
}

/* The bound that NU (clipped here) gives, kept when it is the better one.  */
static enum cvx_status
try_nu (const struct cvx_formulation *f, const struct spectrum *s, double *nu,
        size_t max_nodes, struct cvx_bound *b, double *best,
        struct cvx_progress *progress, struct cvx_error *err)
{
  struct attempt a;
  double bound, scale;
  enum cvx_status status;
  for (size_t i = 0; i < f->n_obs; i++)
    if (!isfinite (nu[i]))
      return CVX_OK;
  f->loss->clip (nu, f->y, f->n_samples, f->n_outputs, f->loss_param);
  status = norm_of (f, s, nu, max_nodes, &a, progress, err);
  if (status != CVX_OK)
    return status;
  scale = cvx_loss_scale (f->loss, nu, f->y, f->n_samples, f->n_outputs,
                          f->loss_param, a.norm, f->beta, &bound);
  if (b->cert.dobj > -HUGE_VAL && !(bound > b->cert.dobj))
    return CVX_OK;
  b->cert.dobj = bound;
  b->cert.dual_norm = a.norm;
  b->cert.scale = scale;
  b->cert.n_cells = a.cells;
  b->cert.n_solved = a.solved;
  b->way = a.way;
  b->rank = a.rank;
  b->tail = a.tail;
  b->nodes = a.nodes;
  for (size_t i = 0; i < f->n_obs; i++)
    best[i] = scale * nu[i];
  return CVX_OK;
}

enum cvx_status
cvx_network_bound (const struct cvx_formulation *f,
                   const struct cvx_network *net, const double *candidate,
                   const struct cvx_bound_options *options,
                   struct cvx_bound *out, double *nu,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_bound b = { .cert.dobj = -HUGE_VAL, .stationarity = NAN };
  struct spectrum s = { 0 };
  size_t n = f->n_obs;
  size_t nodes = options->max_nodes > 0 ? options->max_nodes : NODES_DEFAULT;
  bool relu = f->class->activation == CVX_ACT_RELU;
  bool scalar = relu && f->n_outputs == 1;
  double *fit = NULL, *own = NULL, *trial = NULL, *best = NULL;
  enum cvx_status status = cvx_formulation_network_objective (
      f, net, &b.cert.loss, &b.cert.penalty, err);
  if (status != CVX_OK)
    return status;
  fit = cvx_alloc (n, sizeof *fit);
  own = cvx_alloc (n, sizeof *own);
  trial = cvx_alloc (n, sizeof *trial);
  best = cvx_calloc (n, sizeof *best);
  if (fit == NULL || own == NULL || trial == NULL || best == NULL)
    status = cvx_fail_nomem (err, "certifying");
  if (status == CVX_OK && relu && f->patterns != NULL
      && !f->patterns->complete)
    status = spectrum_make (&s, f, err);
  if (status == CVX_OK)
    status = cvxi_evaluate (f, net, fit, &b.cert.loss, &b.cert.penalty, err);
  if (status == CVX_OK)
    {
      b.cert.pobj = b.cert.loss + b.cert.penalty;
      b.cert.n_active = net->width;
      f->loss->dual (fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                     own);
      memcpy (trial, own, n * sizeof *own);
      status = try_nu (f, &s, trial, nodes, &b, best, progress, err);
    }
  if (status == CVX_OK && candidate != NULL)
    {
      memcpy (trial, candidate, n * sizeof *trial);
      status = try_nu (f, &s, trial, nodes, &b, best, progress, err);
    }
  if (status == CVX_OK && scalar)
    status = directions (f, net, own, options->max_found, &b, progress, err);
  if (status == CVX_OK && scalar)
    status = stationarity (f, net, own, &b.stationarity, err);
  if (status == CVX_OK)
    {
      b.cert.global = b.way != CVX_BOUND_RESTRICTED;
      if (b.cert.global && b.cert.dobj > b.cert.pobj)
        {
          /* Rounding; more than it is a defect.  */
          double zero = f->loss->value (f->work->zeros, f->y, f->n_samples,
                                        f->n_outputs, f->loss_param);
          if (b.cert.dobj - b.cert.pobj
              > 1e-12 * fabs (b.cert.pobj) + 1e-14 * zero)
            status = cvx_fail (err, CVX_E903,
                               "weak duality violated: bound %.17g above "
                               "objective %.17g",
                               b.cert.dobj, b.cert.pobj);
          b.cert.dobj = b.cert.pobj;
        }
    }
  spectrum_free (&s);
  cvx_free (fit);
  cvx_free (own);
  cvx_free (trial);
  if (status == CVX_OK && nu != NULL)
    memcpy (nu, best, n * sizeof *nu);
  cvx_free (best);
  if (status != CVX_OK)
    cvx_bound_clear (&b);
  else
    *out = b;
  return status;
}

enum cvx_status
cvx_network_directions (const struct cvx_formulation *f,
                        const struct cvx_network *net, size_t max,
                        struct cvx_bound *b, struct cvx_progress *progress,
                        struct cvx_error *err)
{
  double loss, penalty;
  double *nu = cvx_alloc (f->n_obs, sizeof *nu);
  double *fit = cvx_alloc (f->n_obs, sizeof *fit);
  enum cvx_status status
      = cvx_formulation_network_objective (f, net, &loss, &penalty, err);
  cvx_bound_clear (b);
  if (status == CVX_OK && (nu == NULL || fit == NULL))
    status = cvx_fail_nomem (err, "looking for neurons");
  if (status == CVX_OK)
    status = cvxi_evaluate (f, net, fit, &loss, &penalty, err);
  if (status == CVX_OK)
    {
      f->loss->dual (fit, f->y, f->n_samples, f->n_outputs, f->loss_param, nu);
      status = directions (f, net, nu, max, b, progress, err);
    }
  cvx_free (nu);
  cvx_free (fit);
  return status;
}

void
cvx_bound_words (const struct cvx_bound *b, struct cvx_text *out)
{
  switch (b->way)
    {
    case CVX_BOUND_PATTERNS:
      cvx_text_printf (out, "all patterns (%zu cells, %zu projections)",
                       b->cert.n_cells, b->cert.n_solved);
      break;
    case CVX_BOUND_SEARCH:
      cvx_text_printf (out,
                       "branch and bound over all patterns (%zu projections)",
                       b->cert.n_solved);
      break;
    case CVX_BOUND_RANK:
      cvx_text_printf (out,
                       "the %zu leading singular vectors of the data, the "
                       "rest bounded by sigma = %.3g",
                       b->rank, b->tail);
      break;
    case CVX_BOUND_SPECTRUM:
      cvx_text_put (out, "the spectrum of the data (rigorous, but loose)");
      break;
    case CVX_BOUND_RESTRICTED:
      cvx_text_put (out, "the patterns at hand only: nothing follows for "
                         "other networks");
      break;
    }
}
