/* augmented.c -- the augmented Lagrangian on a working set of blocks.

     L (w; a) = l (sum_g A_g w_g; y) + beta sum_g ||w_g||
                + 1/(2 delta) sum_g ||(a_g - delta G_g w_g)_+||^2

   With b = (a - delta G w)_+ the gradient of its smooth part in w_g is
   -(A_g'nu + G_g'b_g).  It falls by accelerated proximal gradient steps with
   restart and a searched step (fista.c has the references), in the metric X'X
   that bounds both A_g'A_g and G_g'G_g (blocks.c).  X w_g of all blocks is one
   product, from which the fit takes the samples of its pattern and the cones
   take all; one product more gives all gradients.  Both are kept for every
   point, so that momentum needs none.

   Where no block comes or goes any more and they have few weights in all:
   Newton's method on those that are not zero, semismooth in b (Li, Sun and
   Toh, SIAM J. Optim. 28 (2018), for such functions),

     H = A'h A + delta blockdiag (X_S'X_S) + beta blockdiag ((I - u u')/||w||),

   S the samples of a block with b > 0 and u = w_g / ||w_g||, and a search
   along the step, which needs no more products.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/augmented.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "linalg/dense.h"
#include "solver/blocks.h"
#include "solver/state.h"

void
cvxi_augmented_free (struct cvxi_augmented *p)
{
  if (p == NULL)
    return;
  cvx_free (p->list);
  cvx_free (p->slab);
  cvx_free (p);
}

/* Loops over blocks or samples worth threads.  */
static bool
large (const struct cvxi_augmented *p)
{
  return p->k * p->n > 100000;
}

enum
{
  CHUNK = 512,        /* samples of the fit that a thread adds up at a time */
  STEADY = 6,         /* steps with the same blocks before Newton's method */
  MAX_WEIGHTS = 4000, /* in its matrix */
  PANEL = 256         /* samples of a product that makes it */
};

/* S = G w of all blocks and the fit of AT.  */
static void
product (struct cvxi_augmented *p, struct cvxi_augmented_at *at)
{
  const struct cvx_formulation *f = p->f;
  size_t n = p->n, c = f->n_outputs, k = p->k;
  memset (at->fit, 0, f->n_obs * sizeof *at->fit);
  if (k == 0)
    return;
  cvxi_metric_leave (p->m, k, at->w, p->t);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)k, (blasint)n,
               (blasint)p->d, 1, p->t, (blasint)p->d, f->x, (blasint)p->d, 0,
               at->s, (blasint)n);
#pragma omp parallel for schedule(static) num_threads(f->threads) if (large(p))
  for (size_t first = 0; first < n; first += CHUNK)
    {
      size_t last = first + CHUNK < n ? first + CHUNK : n;
      for (size_t g = 0; g < k; g++)
        {
          double half = 0.5 * cvxi_group_l1_sign (f, p->list[g]);
          double *fit = at->fit + cvx_formulation_output (f, p->list[g]);
          double *restrict s = at->s + g * n;
          const double *restrict on = p->on + g * n;
          for (size_t i = first; i < last; i++)
            {
              s[i] *= on[i];
              fit[i * c] += half * (1 + on[i]) * s[i];
            }
        }
    }
}

/* B = (a - delta S)_+; returns ||B||^2 / (2 delta).  *CURVE, where it is not
   NULL, gets <B_z - B, S - S_z>.  */
static double
multipliers (const struct cvxi_augmented *p, const double *at, double *out,
             double *curve)
{
  double sum = 0;
  if (curve != NULL)
    *curve = 0;
#pragma omp parallel for schedule(static)                                     \
    num_threads(p->f->threads) if (large(p))
  for (size_t g = 0; g < p->k; g++)
    {
      double part = 0, bent = 0, delta = p->delta;
      const double *restrict a = p->a + g * p->n, *restrict s = at + g * p->n;
      const double *restrict bz = p->bz + g * p->n, *restrict sz
                                                    = p->z.s + g * p->n;
      double *restrict b = out + g * p->n;
      for (size_t i = 0; i < p->n; i++)
        {
          double v = a[i] - delta * s[i];
          v = v > 0 ? v : 0;
          b[i] = v;
          part += v * v;
          bent += (bz[i] - v) * (s[i] - sz[i]);
        }
      p->norm[g] = part;
      p->bend[g] = bent;
    }
  for (size_t g = 0; g < p->k; g++)
    sum += p->norm[g];
  for (size_t g = 0; g < p->k && curve != NULL; g++)
    *curve += p->bend[g];
  return sum / (2 * p->delta);
}

/* z = now + MOMENTUM (now - old), b there in BZ, nu, and the gradient G =
   A_g'nu + G_g'b_g of all blocks.  */
static void
gradient (struct cvxi_augmented *p, double momentum)
{
  const struct cvx_formulation *f = p->f;
  size_t n = p->n, c = f->n_outputs, wide = p->k * p->d;
  for (size_t i = 0; i < wide; i++)
    p->z.w[i] = p->now.w[i] + momentum * (p->now.w[i] - p->old.w[i]);
  for (size_t i = 0; i < f->n_obs; i++)
    p->z.fit[i] = p->now.fit[i] + momentum * (p->now.fit[i] - p->old.fit[i]);
  cvxi_loss_dual (f, p->z.fit, p->nu);
  if (p->k == 0)
    return;
#pragma omp parallel for schedule(static) num_threads(f->threads) if (large(p))
  for (size_t g = 0; g < p->k; g++)
    {
      double half = 0.5 * cvxi_group_l1_sign (f, p->list[g]);
      double delta = p->delta;
      const double *nu = p->nu + cvx_formulation_output (f, p->list[g]);
      const double *restrict on = p->on + g * n, *restrict a = p->a + g * n;
      const double *restrict now = p->now.s + g * n, *restrict old
                                                     = p->old.s + g * n;
      double *restrict z = p->z.s + g * n, *restrict b = p->bz + g * n;
      double *restrict t = p->t + g * n;
      for (size_t i = 0; i < n; i++)
        {
          double v;
          z[i] = now[i] + momentum * (now[i] - old[i]);
          v = a[i] - delta * z[i];
          v = v > 0 ? v : 0;
          b[i] = v;
          t[i] = half * (1 + on[i]) * nu[i * c] + on[i] * v;
        }
    }
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)p->k,
               (blasint)p->d, (blasint)n, 1, p->t, (blasint)n, f->x,
               (blasint)p->d, 0, p->trial.w, (blasint)p->d);
  cvxi_metric_enter (p->m, p->k, p->trial.w, p->g);
}

enum cvx_status
cvxi_augmented_new (struct cvxi_augmented **out,
                    const struct cvx_formulation *f,
                    const struct cvxi_metric *m, size_t k, const size_t *list,
                    const double *w, const double *a, double delta, double eta,
                    struct cvx_error *err)
{
  struct cvxi_augmented *p = cvx_calloc (1, sizeof *p);
  size_t n = f->n_samples, d = m->d, wide = k * d, tall = k * n;
  size_t scratch = tall > wide ? tall : wide;
  double *v;
  *out = NULL;
  if (p == NULL)
    return cvx_fail_nomem (err, "making a working set");
  p->f = f;
  p->m = m;
  p->k = k;
  p->n = n;
  p->d = d;
  p->delta = delta;
  p->eta = eta;
  p->list = cvx_copy (list, k, sizeof *list);
  p->slab = v = cvx_alloc (
      5 * wide + 8 * tall + scratch + 6 * f->n_obs + 2 * k + 1, sizeof *v);
  if (p->list == NULL || v == NULL)
    {
      cvxi_augmented_free (p);
      return cvx_fail_nomem (err, "making a working set");
    }
  {
    struct cvxi_augmented_at *at[] = { &p->now, &p->old, &p->z, &p->trial };
    for (size_t i = 0; i < 4; i++)
      {
        at[i]->w = v;
        at[i]->s = v += wide;
        at[i]->fit = v += tall;
        v += f->n_obs;
      }
  }
  p->g = v;
  p->a = v += wide;
  p->b = v += tall;
  p->bz = v += tall;
  p->on = v += tall;
  p->t = v += tall;
  p->nu = v += scratch;
  p->nu_trial = v += f->n_obs;
  p->norm = v += f->n_obs;
  p->bend = v + k;
  for (size_t g = 0; g < k; g++)
    {
      const uint64_t *bits
          = f->patterns->bits
            + cvxi_group_l1_pattern (f, list[g]) * f->patterns->n_words;
      for (size_t i = 0; i < n; i++)
        p->on[g * n + i] = cvx_pattern_bit (bits, i) ? 1 : -1;
    }
  memcpy (p->a, a, tall * sizeof *a);
  cvxi_metric_enter (m, k, w, p->now.w);
  product (p, &p->now);
  *out = p;
  return CVX_OK;
}

void
cvxi_augmented_weights (const struct cvxi_augmented *p, double *w)
{
  cvxi_metric_leave (p->m, p->k, p->now.w, w);
}

static void
rotate (struct cvxi_augmented *p)
{
  struct cvxi_augmented_at oldest = p->old;
  p->old = p->now;
  p->now = p->trial;
  p->trial = oldest;
}

/* From z, with its gradient in G, to TRIAL: eta is shortened until the model
   holds.  */
static void
search (struct cvxi_augmented *p, double *objective, double *lagrangian)
{
  size_t d = p->d;
  for (int tries = 0;; tries++)
    {
      double square = 0, pen = 0, change = 0, c, model;
      double over = (1 + p->delta) / p->eta;
      for (size_t g = 0; g < p->k; g++)
        {
          double sum = 0;
          pen += cvxi_shrink (d, p->m->scale, over, p->f->beta, p->z.w + g * d,
                              p->g + g * d, p->trial.w + g * d);
          for (size_t j = 0; j < d; j++)
            {
              double step = p->trial.w[g * d + j] - p->z.w[g * d + j];
              square += p->m->scale[j] * step * step;
              step *= p->m->scale[j];
              sum += step * step;
            }
          change = fmax (change, sum);
        }
      product (p, &p->trial);
      cvxi_loss_dual (p->f, p->trial.fit, p->nu_trial);
      *lagrangian = multipliers (p, p->trial.s, p->b, &c);
      for (size_t i = 0; i < p->f->n_obs; i++)
        c += (p->nu[i] - p->nu_trial[i]) * (p->trial.fit[i] - p->z.fit[i]);
      c /= 2; /* what the linear model of the smooth part leaves out */
      model = square * over / 2;
      p->residual = sqrt (change) * over / p->f->beta;
      if (!(c > model * (1 + 1e-10)) || tries == 60)
        {
          *objective = cvxi_loss_value (p->f, p->trial.fit) + p->f->beta * pen;
          *lagrangian += *objective;
          if (model > 5 * c)
            p->eta *= 1.25;
          return;
        }
      p->eta *= fmax (0.1, fmin (0.8, 0.95 * model / c));
    }
}

/* Whether the same blocks of A and B are zero.  */
static bool
same_blocks (const struct cvxi_augmented *p, const double *a, const double *b)
{
  blasint d = (blasint)p->d;
  for (size_t g = 0; g < p->k; g++, a += d, b += d)
    if ((a[cblas_idamax (d, a, 1)] != 0) != (b[cblas_idamax (d, b, 1)] != 0))
      return false;
  return true;
}

/* The system of a Newton step: the blocks that are not zero, their unit
   vectors, the matrix, and what it is made from.  */
struct newton
{
  size_t m, *block;
  double *unit, *r, *h, *rows, *curvature;
};

/* Blocks of the diagonal of H beside that of the loss.  */
static void
add_own (const struct cvxi_augmented *p, const struct newton *s, size_t a,
         double norm)
{
  const double *b = p->bz + s->block[a] * p->n, *u = s->unit + a * p->d;
  size_t d = p->d, len = s->m * d, count = 0;
  double *at = s->h + a * d * len + a * d;
  for (size_t i = 0; i < p->n; i++)
    if (b[i] > 0)
      memcpy (s->rows + count++ * d, p->f->x + i * d, d * sizeof *u);
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (blasint)d,
               (blasint)count, p->delta, s->rows, (blasint)d, 1, at,
               (blasint)len);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++)
      at[i * len + j] += p->f->beta / norm * ((i == j ? 1 : 0) - u[i] * u[j]);
}

/* The matrix and right side at the weights, whose gradient is there; RAW are
   the weights in the coordinates of the data.  */
static enum cvx_status
assemble (struct cvxi_augmented *p, struct newton *s, const double *raw,
          struct cvx_progress *progress)
{
  const struct cvx_formulation *f = p->f;
  size_t d = p->d, n = p->n, len = s->m * d;
  f->loss->curvature (p->now.fit, f->y, f->n_samples, 1, f->loss_param,
                      s->curvature);
  for (size_t first = 0; first < n; first += PANEL)
    {
      size_t count = first + PANEL < n ? PANEL : n - first;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = first; i < first + count; i++)
        {
          double root = sqrt (s->curvature[i]), *row = s->rows;
          row += (i - first) * len;
          for (size_t a = 0; a < s->m; a++)
            {
              size_t g = s->block[a];
              double sign = p->on[g * n + i] > 0
                                ? root * cvxi_group_l1_sign (f, p->list[g])
                                : 0;
              for (size_t j = 0; j < d; j++)
                row[a * d + j] = sign * f->x[i * d + j];
            }
        }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (blasint)len,
                   (blasint)count, 1, s->rows, (blasint)len, first > 0 ? 1 : 0,
                   s->h, (blasint)len);
    }
  for (size_t a = 0; a < s->m; a++)
    {
      const double *w = raw + s->block[a] * d;
      double norm = cblas_dnrm2 ((blasint)d, w, 1);
      for (size_t j = 0; j < d; j++)
        {
          s->unit[a * d + j] = w[j] / norm;
          s->r[a * d + j]
              = p->trial.w[s->block[a] * d + j] - f->beta * s->unit[a * d + j];
        }
      add_own (p, s, a, norm);
    }
  return CVX_OK;
}

/* Along z from the weights as far as that lowers the function; *TAKEN is the
   length, 0: nowhere.  */
static void
along (struct cvxi_augmented *p, double slope, double *taken)
{
  size_t wide = p->k * p->d, tall = p->k * p->n;
  for (*taken = 1; *taken > 1e-3; *taken /= 2)
    {
      double value = 0;
      for (size_t i = 0; i < wide; i++)
        p->trial.w[i] = p->now.w[i] + *taken * p->z.w[i];
      for (size_t i = 0; i < tall; i++)
        p->trial.s[i] = p->now.s[i] + *taken * p->z.s[i];
      for (size_t i = 0; i < p->f->n_obs; i++)
        p->trial.fit[i] = p->now.fit[i] + *taken * p->z.fit[i];
      for (size_t g = 0; g < p->k; g++)
        value += cblas_dnrm2 ((blasint)p->d, p->trial.w + g * p->d, 1);
      value = cvxi_loss_value (p->f, p->trial.fit) + p->f->beta * value
              + multipliers (p, p->trial.s, p->b, NULL);
      if (value < p->lagrangian - 1e-4 * *taken * slope)
        {
          p->lagrangian = value;
          rotate (p);
          return;
        }
    }
  *taken = 0;
}

/* A Newton step from the weights.  */
static enum cvx_status
newton (struct cvxi_augmented *p, double *taken, struct cvx_progress *progress,
        struct cvx_error *err)
{
  size_t d = p->d, n = p->n, len;
  struct newton s = { 0, NULL, NULL, NULL, NULL, NULL, NULL };
  double slope = 0;
  enum cvx_status st = CVX_OK;
  *taken = 0;
  s.block = cvx_alloc (p->k + 1, sizeof *s.block);
  if (s.block == NULL)
    return cvx_fail_nomem (err, "preparing a Newton step");
  for (size_t g = 0; g < p->k; g++)
    if (cblas_dnrm2 ((blasint)d, p->now.w + g * d, 1) > 0)
      s.block[s.m++] = g;
  len = s.m * d;
  if (len == 0 || len > MAX_WEIGHTS)
    {
      cvx_free (s.block);
      return CVX_OK;
    }
  s.unit = cvx_alloc (2, len * sizeof *s.unit);
  s.h = cvx_alloc (len, len * sizeof *s.h);
  s.rows = cvx_alloc (1, (PANEL * len > n * d ? PANEL * len : n * d)
                             * sizeof *s.rows);
  s.curvature = cvx_alloc (n, sizeof *s.curvature);
  if (s.unit == NULL || s.h == NULL || s.rows == NULL || s.curvature == NULL)
    st = cvx_fail_nomem (err, "preparing a Newton step");
  else
    {
      struct cvx_error ignored;
      s.r = s.unit + len;
      gradient (p, 0);
      cvxi_metric_leave (p->m, p->k, p->now.w, p->t);
      st = assemble (p, &s, p->t, progress);
      memcpy (s.unit, s.r, len * sizeof *s.r);
      if (st == CVX_OK
          && cvx_dense_cholesky (s.h, len, NULL, &ignored) == CVX_OK)
        {
          cvx_dense_cholesky_solve (s.h, len, s.r);
          slope = cblas_ddot ((blasint)len, s.unit, 1, s.r, 1);
        }
    }
  if (st == CVX_OK && slope > 0)
    {
      memset (p->trial.w, 0, p->k * d * sizeof *p->trial.w);
      for (size_t a = 0; a < s.m; a++)
        memcpy (p->trial.w + s.block[a] * d, s.r + a * d, d * sizeof *s.r);
      cvxi_metric_enter (p->m, p->k, p->trial.w, p->z.w);
      product (p, &p->z);
      along (p, slope, taken);
    }
  cvx_free (s.block);
  cvx_free (s.unit);
  cvx_free (s.h);
  cvx_free (s.rows);
  cvx_free (s.curvature);
  return st;
}

/* What is asked for at the weights.  */
static void
measure (struct cvxi_augmented *p)
{
  double out = 0, all = 0, pen = 0;
  size_t tall = p->k * p->n;
  for (size_t i = 0; i < tall; i++)
    {
      double s = p->now.s[i];
      all += fabs (s);
      out += s < 0 ? -s : 0;
    }
  p->violation = all > 0 ? out / all : 0;
  for (size_t g = 0; g < p->k; g++)
    pen += cblas_dnrm2 ((blasint)p->d, p->now.w + g * p->d, 1);
  p->objective = cvxi_loss_value (p->f, p->now.fit) + p->f->beta * pen;
  p->lagrangian = p->objective + multipliers (p, p->now.s, p->b, NULL);
  cvxi_loss_dual (p->f, p->now.fit, p->nu);
}

enum cvx_status
cvxi_augmented_solve (struct cvxi_augmented *p, double tol, size_t max,
                      struct cvx_progress *progress, struct cvx_error *err)
{
  double t = 1, momentum = 0;
  size_t steady = 0, patience = STEADY;
  bool smooth = p->f->n_outputs == 1 && p->f->loss->curvature != NULL;
  size_t wide = p->k * p->d;
  memcpy (p->old.w, p->now.w, wide * sizeof (double));
  memcpy (p->old.s, p->now.s, p->k * p->n * sizeof (double));
  memcpy (p->old.fit, p->now.fit, p->f->n_obs * sizeof (double));
  measure (p);
  for (size_t iter = 0; iter < max; iter++)
    {
      double objective, lagrangian, uphill = 0, next;
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      gradient (p, momentum);
      search (p, &objective, &lagrangian);
      p->steps++;
      if (momentum > 0
          && lagrangian > p->lagrangian + 4e-16 * fabs (p->lagrangian))
        {
          t = 1;
          momentum = 0;
          steady = 0;
          continue;
        }
      if (lagrangian > p->lagrangian) /* rounding is all that is left */
        break;
      for (size_t i = 0; i < wide; i += p->d)
        for (size_t j = 0; j < p->d; j++)
          uphill += p->m->scale[j] * (p->z.w[i + j] - p->trial.w[i + j])
                    * (p->trial.w[i + j] - p->now.w[i + j]);
      next = (1 + sqrt (1 + 4 * t * t)) / 2;
      momentum = uphill > 0 ? 0 : (t - 1) / next;
      t = uphill > 0 ? 1 : next;
      p->lagrangian = lagrangian;
      steady = same_blocks (p, p->now.w, p->trial.w) ? steady + 1 : 0;
      rotate (p);
      if (p->residual <= tol)
        break;
      if (smooth && steady >= patience)
        {
          double taken;
          enum cvx_status st = newton (p, &taken, progress, err);
          if (st != CVX_OK)
            return st == CVX_INTERRUPTED ? cvx_fail_interrupted (err) : st;
          patience = taken >= 0.5 ? 1 : 2 * patience + STEADY;
          steady = 0;
          if (taken > 0)
            {
              t = 1;
              momentum = 0;
            }
        }
    }
  measure (p);
  return CVX_OK;
}
