/* bound.c -- bounds for any network; see bound.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/bound.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/private.h"
#include "formulation/signs.h"
#include "linalg/dense.h"

enum
{
  NODES_DEFAULT = 1000000,
  LADDER = 6, /* thresholds tried with the search over signs */
  LOW_RANK = 4,
  SIGNS_WORK = 20000000
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
  bool exact;
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

static size_t
rank_of (const struct spectrum *s)
{
  size_t k = 0;
  while (k < s->count && s->value[k] > 1e-12 * s->value[0])
    k++;
  return k;
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
                  .way = !whole || !price.complete   ? CVX_BOUND_RANK
                         : cvx_pricer_walks (pricer) ? CVX_BOUND_WALK
                                                     : CVX_BOUND_SEARCH,
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

/* A node of the search over signs takes tens of passes over the data.  */
size_t
cvxi_signs_nodes (const struct cvx_formulation *f, size_t max_nodes)
{
  double work = (double)f->n_samples * (double)f->n_features;
  return (size_t)fmin ((double)max_nodes, fmax (SIGNS_WORK / work, 50));
}

/* M for NU by branching on signs: nothing above THRESHOLD, or what is found,
   if the search ends.  *LOWER gets a value that is attained.  */
static enum cvx_status
signs_norm (const struct cvx_formulation *f, struct cvx_signs *signs,
            const double *nu, double threshold, size_t max_nodes,
            double *lower, struct attempt *best, struct cvx_progress *progress,
            struct cvx_error *err)
{
  struct cvx_signs_result found;
  enum cvx_status status
      = cvx_signs_run (signs, nu, threshold, max_nodes, &found, progress, err);
  if (status != CVX_OK)
    return status;
  *lower = fmax (*lower, found.lower);
  if (found.complete)
    {
      struct attempt a = { .norm = found.upper * slack (f),
                           .way = CVX_BOUND_SIGNS,
                           .nodes = found.nodes,
                           .cells = found.nodes,
                           .exact = threshold <= found.lower };
      better (best, &a);
    }
  return CVX_OK;
}

/* Where the maximum is out of reach: thresholds between what was found, LOWER,
   and what is known, in the middle of their logarithms.  Each that can be
   closed is a bound.  */
static enum cvx_status
ladder (const struct cvx_formulation *f, struct cvx_signs *signs,
        const double *nu, double lower, size_t max_nodes, struct attempt *best,
        struct cvx_progress *progress, struct cvx_error *err)
{
  double open = fmax (lower, 1e-3 * best->norm); /* could not be closed */
  enum cvx_status status = CVX_OK;
  for (int k = 0; k < LADDER && best->norm > 1.05 * open && status == CVX_OK;
       k++)
    {
      double threshold = sqrt (best->norm * open), before = best->norm;
      status = signs_norm (f, signs, nu, threshold, max_nodes, &lower, best,
                           progress, err);
      if (best->norm >= before)
        open = threshold;
    }
  return status;
}

/* The best M for COLUMN, one output of nu.  */
static enum cvx_status
column_norm (const struct cvx_formulation *f, const struct spectrum *s,
             const double *column, size_t max_nodes, struct attempt *best,
             struct cvx_progress *progress, struct cvx_error *err)
{
  double plus = HUGE_VAL, minus = HUGE_VAL, lower = 0;
  struct cvx_signs *signs = NULL;
  size_t nodes;
  enum cvx_status status;
  *best = (struct attempt){ .norm = HUGE_VAL };
  status = half_spectrum (f, column, 1, &plus, err);
  if (status == CVX_OK)
    status = half_spectrum (f, column, -1, &minus, err);
  if (status != CVX_OK)
    return status;
  best->norm = fmax (plus, minus);
  best->way = CVX_BOUND_SPECTRUM;
  nodes = cvxi_signs_nodes (f, max_nodes);
  status = cvx_signs_new (&signs, f->x, f->n_samples, f->n_features,
                          f->threads, err);
  /* In few dimensions cones are better, in many they are hopeless.  */
  if (status == CVX_OK && rank_of (s) > LOW_RANK)
    status
        = signs_norm (f, signs, column, 0, nodes, &lower, best, progress, err);
  if (status == CVX_OK && !best->exact)
    status = search_norm (f, s, column, max_nodes, best, progress, err);
  if (status == CVX_OK && !best->exact && best->way != CVX_BOUND_SEARCH
      && best->way != CVX_BOUND_WALK)
    status = ladder (f, signs, column, lower, nodes, best, progress, err);
  cvx_signs_free (signs);
  return status;
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
      best->way = !complete           ? CVX_BOUND_RESTRICTED
                  : cvxi_walks (f)    ? CVX_BOUND_WALK
                  : cvxi_searches (f) ? CVX_BOUND_SEARCH
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
  struct attempt a = { .norm = NAN, .way = CVX_BOUND_RESTRICTED };
  double bound, scale;
  enum cvx_status status;
  for (size_t i = 0; i < f->n_obs; i++)
    if (!isfinite (nu[i]))
      return CVX_OK;
  f->loss->clip (nu, f->y, f->n_samples, f->n_outputs, f->loss_param);
  if (f->class->ridge)
    {
      a.way
          = f->patterns->complete ? CVX_BOUND_PATTERNS : CVX_BOUND_RESTRICTED;
      a.cells = f->n_blocks;
      status = cvxi_ridge_bound (f, nu, &scale, &bound, progress, err);
    }
  else
    status = norm_of (f, s, nu, max_nodes, &a, progress, err);
  if (status != CVX_OK)
    return status;
  if (!f->class->ridge)
    scale = cvx_loss_scale (f->loss, nu, f->y, f->n_samples, f->n_outputs,
                            f->loss_param, a.norm, f->beta, &bound);
  if (b->cert.dobj > -HUGE_VAL && !(bound > b->cert.dobj))
    return CVX_OK;
  b->cert.dobj = bound;
  b->cert.dual_norm = a.norm;
  b->cert.scale = scale;
  b->cert.n_cells = a.cells;
  b->cert.n_solved = a.solved;
  b->cert.skipped = NAN;
  b->way = a.way;
  b->rank = a.rank;
  b->tail = a.tail;
  b->nodes = a.nodes;
  b->exact = a.exact;
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
  bool relu = cvx_formulation_is_relu (f);
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
    status = cvxi_bound_directions (f, net, own, options->max_found,
                                    options->trials, &b, progress, err);
  if (status == CVX_OK && scalar)
    status = cvxi_stationarity (f, net, own, &b.stationarity, err);
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
                        const struct cvx_network *net, const double *nu,
                        size_t max, struct cvx_bound *b,
                        struct cvx_progress *progress, struct cvx_error *err)
{
  double loss, penalty, *fit = NULL;
  enum cvx_status status
      = cvx_formulation_network_objective (f, net, &loss, &penalty, err);
  cvx_bound_clear (b);
  if (status == CVX_OK && nu == NULL)
    {
      fit = cvx_alloc (2 * f->n_obs, sizeof *fit);
      if (fit == NULL)
        return cvx_fail_nomem (err, "looking for neurons");
      status = cvxi_evaluate (f, net, fit, &loss, &penalty, err);
      if (status == CVX_OK)
        f->loss->dual (fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                       fit + f->n_obs);
      nu = fit + f->n_obs;
    }
  if (status == CVX_OK)
    status = cvxi_bound_directions (f, net, nu, max, 0, b, progress, err);
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
    case CVX_BOUND_WALK:
      cvx_text_printf (out,
                       "all patterns, walked through (%zu cells, %zu "
                       "projections)",
                       b->cert.n_cells, b->cert.n_solved);
      break;
    case CVX_BOUND_SEARCH:
      cvx_text_printf (out,
                       "branch and bound over all patterns (%zu projections)",
                       b->cert.n_solved);
      break;
    case CVX_BOUND_SIGNS:
      cvx_text_printf (out,
                       b->exact
                           ? "branch and bound on the signs of the samples "
                             "(%zu nodes): the maximum itself"
                           : "branch and bound on the signs of the samples "
                             "(%zu nodes), stopped above the maximum",
                       b->nodes);
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
