/* blocks.c -- the problem on a working set of blocks without cones.

     min_w  l (sum_g A_g w_g; y) + beta sum_g ||w_g||

   Two methods take turns.  While blocks still come and go: accelerated
   proximal gradient steps (fista.c has the references) in the metric

     M = diag (eigenvalues of X'X), in the coordinates of its eigenvectors,

   whose proximal map is one root of a scalar equation a block: with q = M z /
   eta + A_g'nu,

     x_g = (M / eta + t)^{-1} q,   t ||x_g|| = beta;   0 when ||q|| <= beta.

   1 / ||(M / eta + t)^{-1} q|| is concave in t, so Newton's method from the
   right of the root converges monotonically (More and Sorensen, SIAM J. Sci.
   Stat. Comput. 4 (1983), for the trust region).  The number of steps depends
   on the overlap of the gates instead of the spectrum of the data.

   When a proximal step would neither add nor remove a block: Newton's method
   on the smooth problem of those that are not zero,

     (A'h A + delta_g (I - u_g u_g')) s = A'nu - beta u,   u_g = w_g / ||w_g||,
     delta_g = beta / ||w_g||,

   by conjugate gradients with the preconditioner of kronecker.c, and a search
   along s, which needs no product with the data as A s comes with s.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/blocks.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "solver/state.h"

enum
{
  STEADY = 4,   /* steps with the same blocks before Newton's method */
  BURST = 40,   /* proximal steps at most before the gap is looked at */
  MAX_CG = 200, /* iterations for one Newton step */
  MAX_SECULAR = 80
};

static double
dot (size_t n, const double *a, const double *b)
{
  return cblas_ddot ((blasint)n, a, 1, b, 1);
}

static double
norm (size_t n, const double *a)
{
  return cblas_dnrm2 ((blasint)n, a, 1);
}

/* Products, in the coordinates of the metric.  */

static enum cvx_status
apply (struct cvxi_blocks *b, size_t k, const size_t *list, const double *w,
       double *fit, struct cvx_progress *progress)
{
  cvxi_metric_leave (b->m, k, w, b->raw);
  b->work += (double)k;
  return b->f->class->apply_list (b->f, k, list, b->raw, fit, progress);
}

static enum cvx_status
adjoint (struct cvxi_blocks *b, size_t k, const size_t *list, const double *r,
         double *g, struct cvx_progress *progress)
{
  enum cvx_status st
      = b->f->class->adjoint_list (b->f, k, list, r, b->raw, progress);
  b->work += (double)k;
  if (st == CVX_OK)
    cvxi_metric_enter (b->m, k, b->raw, g);
  return st;
}

static double
penalty (const struct cvxi_blocks *b, const double *w)
{
  double sum = 0;
  for (size_t g = 0; g < b->k; g++)
    sum += norm (b->m->d, w + g * b->m->d);
  return b->f->beta * sum;
}

void
cvxi_blocks_free (struct cvxi_blocks *b)
{
  if (b == NULL)
    return;
  cvx_free (b->list);
  cvx_free (b->slab);
  cvx_free (b);
}

enum cvx_status
cvxi_blocks_new (struct cvxi_blocks **out, const struct cvx_formulation *f,
                 const struct cvxi_metric *m, size_t k, const size_t *list,
                 const double *w, double eta, struct cvx_progress *progress,
                 struct cvx_error *err)
{
  struct cvxi_blocks *b = cvx_calloc (1, sizeof *b);
  size_t len = k * m->d, n = f->n_obs;
  enum cvx_status st = CVX_OK;
  double *p;
  *out = NULL;
  if (b == NULL)
    return cvx_fail_nomem (err, "making a working set");
  b->f = f;
  b->m = m;
  b->k = k;
  b->eta = eta;
  b->gap = HUGE_VAL;
  b->list = cvx_copy (list, k, sizeof *list);
  b->slab = p = cvx_alloc (8 * len + 7 * n + k + 1, sizeof *p);
  if (b->list == NULL || p == NULL)
    st = cvx_fail_nomem (err, "making a working set");
  else
    {
      double **wide[] = { &b->w,     &b->old,   &b->z,     &b->g,
                          &b->trial, &b->cg[0], &b->cg[1], &b->raw };
      double **tall[] = { &b->fit,       &b->nu,       &b->fit_old,  &b->fit_z,
                          &b->fit_trial, &b->nu_trial, &b->curvature };
      for (size_t i = 0; i < sizeof wide / sizeof *wide; i++, p += len)
        *wide[i] = p;
      for (size_t i = 0; i < sizeof tall / sizeof *tall; i++, p += n)
        *tall[i] = p;
      b->norm = p;
      cvxi_metric_enter (m, k, w, b->w);
      st = cvxi_blocks_refresh (b, progress, err);
    }
  if (st != CVX_OK)
    {
      cvxi_blocks_free (b);
      return st;
    }
  *out = b;
  return CVX_OK;
}

enum cvx_status
cvxi_blocks_refresh (struct cvxi_blocks *b, struct cvx_progress *progress,
                     struct cvx_error *err)
{
  enum cvx_status st = apply (b, b->k, b->list, b->w, b->fit, progress);
  if (st == CVX_INTERRUPTED)
    st = cvx_fail_interrupted (err);
  if (st != CVX_OK)
    return st;
  cvxi_loss_dual (b->f, b->fit, b->nu);
  b->objective = cvxi_loss_value (b->f, b->fit) + penalty (b, b->w);
  return CVX_OK;
}

void
cvxi_blocks_weights (const struct cvxi_blocks *b, double *w)
{
  cvxi_metric_leave (b->m, b->k, b->w, w);
}

double
cvxi_shrink (size_t d, const double *m, double over, double beta,
             const double *z, const double *g, double *x)
{
  double largest = 0, length, t;
  for (size_t j = 0; j < d; j++)
    {
      x[j] = over * m[j] * z[j] + g[j];
      largest = fmax (largest, m[j]);
    }
  length = norm (d, x);
  if (!(length > beta))
    {
      memset (x, 0, d * sizeof *x);
      return 0;
    }
  /* Right of the root: the norm there is at most beta / t.  */
  t = beta * over * largest / (length - beta);
  for (int k = 0; k < MAX_SECULAR; k++)
    {
      double sum = 0, slope = 0, value, next;
      for (size_t j = 0; j < d; j++)
        {
          double inverse = 1 / (over * m[j] + t), y = x[j] * inverse;
          sum += y * y;
          slope += y * y * inverse;
        }
      value = 1 / sqrt (sum) - t / beta;
      next = t - value / (slope / (sum * sqrt (sum)) - 1 / beta);
      if (!(next > 0) || !(fabs (next - t) > 1e-15 * t))
        break;
      t = next;
    }
  for (size_t j = 0; j < d; j++)
    x[j] /= over * m[j] + t;
  return norm (d, x);
}

/* B->trial from Z and G.  Returns the penalty, and in SAME whether the same
   blocks are not zero as in W.  */
static double
proximal (struct cvxi_blocks *b, const double *z, const double *g,
          const double *w, bool *same)
{
  size_t d = b->m->d;
  double sum = 0;
#pragma omp parallel for schedule(static)                                     \
    num_threads(b->f->threads) if (b->k * d > 8192)
  for (size_t i = 0; i < b->k; i++)
    b->norm[i] = cvxi_shrink (d, b->m->scale, 1 / b->eta, b->f->beta,
                              z + i * d, g + i * d, b->trial + i * d);
  *same = true;
  for (size_t i = 0; i < b->k; i++)
    {
      sum += b->norm[i];
      *same = *same
              && (b->norm[i] > 0)
                     == (w[i * d + cblas_idamax ((blasint)d, w + i * d, 1)]
                         != 0);
    }
  return b->f->beta * sum;
}

/* What the quadratic model leaves out between A z and A x: from the gradients
   at both ends, exact for squares and without loss of digits.  */
static double
curvature_between (const struct cvxi_blocks *b, const double *nu_from,
                   const double *from, const double *nu_to, const double *to)
{
  double sum = 0;
  for (size_t i = 0; i < b->f->n_obs; i++)
    sum += (nu_from[i] - nu_to[i]) * (to[i] - from[i]);
  return sum / 2;
}

static void
swap (double **a, double **b)
{
  double *t = *a;
  *a = *b;
  *b = t;
}

/* One proximal step from Z (fit there FIT_Z, gradient G) to TRIAL: eta is
   shortened until the model holds.  */
static enum cvx_status
search (struct cvxi_blocks *b, double *objective, bool *same,
        struct cvx_progress *progress)
{
  size_t d = b->m->d;
  for (int tries = 0;; tries++)
    {
      double pen = proximal (b, b->z, b->g, b->w, same), square = 0, model, c;
      enum cvx_status st
          = apply (b, b->k, b->list, b->trial, b->fit_trial, progress);
      if (st != CVX_OK)
        return st;
      cvxi_loss_dual (b->f, b->fit_trial, b->nu_trial);
      for (size_t i = 0; i < b->k * d; i += d)
        for (size_t j = 0; j < d; j++)
          {
            double step = b->trial[i + j] - b->z[i + j];
            square += b->m->scale[j] * step * step;
          }
      c = curvature_between (b, b->nu, b->fit_z, b->nu_trial, b->fit_trial);
      model = square / (2 * b->eta);
      *objective = cvxi_loss_value (b->f, b->fit_trial) + pen;
      if (!(c > model * (1 + 1e-10)) || tries == 60)
        {
          if (square > 5 * 2 * b->eta * c)
            b->eta *= 1.25;
          return CVX_OK;
        }
      b->eta *= fmax (0.1, fmin (0.8, 0.95 * model / c));
    }
}

/* Proximal steps with momentum until the blocks are the same PATIENCE times,
   at most BURST.  b->nu is scratch.  */
static enum cvx_status
burst (struct cvxi_blocks *b, int patience, struct cvx_progress *progress)
{
  size_t len = b->k * b->m->d, n = b->f->n_obs;
  int steady = 0;
  double t = 1, momentum = 0;
  memcpy (b->old, b->w, len * sizeof *b->w);
  memcpy (b->fit_old, b->fit, n * sizeof *b->fit);
  for (int iter = 0; iter < BURST && steady < patience; iter++)
    {
      double objective, uphill = 0, next;
      bool same;
      enum cvx_status st;
      for (size_t i = 0; i < len; i++)
        b->z[i] = b->w[i] + momentum * (b->w[i] - b->old[i]);
      for (size_t i = 0; i < n; i++)
        b->fit_z[i] = b->fit[i] + momentum * (b->fit[i] - b->fit_old[i]);
      cvxi_loss_dual (b->f, b->fit_z, b->nu);
      st = adjoint (b, b->k, b->list, b->nu, b->g, progress);
      if (st == CVX_OK)
        st = search (b, &objective, &same, progress);
      if (st != CVX_OK)
        return st;
      if (momentum > 0
          && objective > b->objective + 4e-16 * fabs (b->objective))
        {
          t = 1;
          momentum = 0;
          continue;
        }
      /* Without momentum it falls, but for rounding.  */
      if (objective > b->objective * (1 + 1e-15))
        break;
      for (size_t i = 0; i < len; i += b->m->d)
        for (size_t j = 0; j < b->m->d; j++)
          uphill += b->m->scale[j] * (b->z[i + j] - b->trial[i + j])
                    * (b->trial[i + j] - b->w[i + j]);
      next = (1 + sqrt (1 + 4 * t * t)) / 2;
      momentum = uphill > 0 ? 0 : (t - 1) / next;
      t = uphill > 0 ? 1 : next;
      steady = same ? steady + 1 : 0;
      b->objective = objective;
      swap (&b->old, &b->w);
      swap (&b->w, &b->trial);
      swap (&b->fit_old, &b->fit);
      swap (&b->fit, &b->fit_trial);
    }
  cvxi_loss_dual (b->f, b->fit, b->nu);
  return CVX_OK;
}

/* The gap of this problem from G = A'nu at the weights.  */
static double
gap_here (struct cvxi_blocks *b)
{
  const struct cvx_formulation *f = b->f;
  double psi[CVX_LOSS_MAX_OUTPUTS] = { 0 }, scale[CVX_LOSS_MAX_OUTPUTS];
  for (size_t i = 0; i < b->k; i++)
    {
      double *largest = &psi[cvx_formulation_output (f, b->list[i])];
      *largest = fmax (*largest, norm (b->m->d, b->g + i * b->m->d));
    }
  return b->objective
         - cvx_loss_scale_outputs (f->loss, b->nu, f->y, f->n_samples,
                                   f->n_outputs, f->loss_param, psi, f->beta,
                                   scale);
}

/* What a Newton step works on: the blocks that are not zero, closed up.  The
   arrays are those of B that bursts use.  */
struct newton
{
  size_t k, len;
  size_t *list;
  double *unit;     /* w_g / ||w_g|| */
  double *delta;    /* k: beta / ||w_g|| */
  double *step;     /* s ... */
  double *fit_step; /* and A s */
  double *r, *p, *hp, *q;
  struct cvxi_kronecker *inverse;
};

/* R = H FIT with H the second derivative of the loss: diag (h) a row, less h
   h' where the loss couples the outputs.  */
static void
bend (const struct cvxi_blocks *b, const double *fit, double *r)
{
  size_t c = b->f->loss->coupled ? b->f->n_outputs : 1;
  for (size_t i = 0; i < b->f->n_obs; i += c)
    {
      double sum = 0;
      for (size_t k = i; c > 1 && k < i + c; k++)
        sum += b->curvature[k] * fit[k];
      for (size_t k = i; k < i + c; k++)
        r[k] = b->curvature[k] * (fit[k] - sum);
    }
}

/* HP = H P for the direction P, with A P in FIT.  */
static enum cvx_status
hessian (struct cvxi_blocks *b, const struct newton *s, double *fit,
         struct cvx_progress *progress)
{
  size_t d = b->m->d;
  enum cvx_status st = apply (b, s->k, s->list, s->p, fit, progress);
  if (st != CVX_OK)
    return st;
  bend (b, fit, b->nu_trial);
  st = adjoint (b, s->k, s->list, b->nu_trial, s->hp, progress);
  for (size_t g = 0; st == CVX_OK && g < s->k; g++)
    {
      const double *p = s->p + g * d, *u = s->unit + g * d;
      double along = dot (d, u, p);
      for (size_t j = 0; j < d; j++)
        s->hp[g * d + j] += s->delta[g] * (p[j] - along * u[j]);
    }
  return st;
}

/* The part of STEP that takes block G of W to where it turns round, at most 1;
   more than 1: it does not.  */
static double
turning (const double *step, size_t d, const double *w, size_t g)
{
  double back = -dot (d, w + g * d, step + g * d);
  return back > 0 ? dot (d, w + g * d, w + g * d) / back : HUGE_VAL;
}

/* s->step = about H^{-1} r, to the relative residual TOL or until it turns a
   block of W round; r is destroyed.  */
static enum cvx_status
conjugate (struct cvxi_blocks *b, struct newton *s, const double *w,
           double tol, struct cvx_progress *progress)
{
  bool turned = false;
  size_t n = b->f->n_obs;
  double rz = 0, start = 0, *fit = b->fit_z;
  memset (s->step, 0, s->len * sizeof *s->step);
  memset (s->fit_step, 0, n * sizeof *s->fit_step);
  for (int iter = 0; iter < MAX_CG && !turned; iter++)
    {
      double last = rz, php, alpha;
      enum cvx_status st;
      cvxi_kronecker_solve (s->inverse, s->r, s->q);
      rz = dot (s->len, s->r, s->q);
      if (iter == 0)
        start = rz;
      if (!(rz > tol * tol * start))
        break;
      for (size_t i = 0; i < s->len; i++)
        s->p[i] = s->q[i] + (iter > 0 ? rz / last * s->p[i] : 0);
      st = hessian (b, s, fit, progress);
      if (st != CVX_OK)
        return st;
      php = dot (s->len, s->p, s->hp);
      if (!(php > 0))
        break;
      alpha = rz / php;
      cblas_daxpy ((blasint)s->len, alpha, s->p, 1, s->step, 1);
      cblas_daxpy ((blasint)s->len, -alpha, s->hp, 1, s->r, 1);
      cblas_daxpy ((blasint)n, alpha, fit, 1, s->fit_step, 1);
      for (size_t g = 0; g < s->k; g++)
        turned = turned || turning (s->step, b->m->d, w, g) <= 1;
    }
  return CVX_OK;
}

/* The objective at w + t s, the fit there in b->fit_trial.  */
static double
along (struct cvxi_blocks *b, const struct newton *s, const double *w,
       double t)
{
  size_t d = b->m->d;
  double sum = 0;
  for (size_t i = 0; i < b->f->n_obs; i++)
    b->fit_trial[i] = b->fit[i] + t * s->fit_step[i];
  for (size_t g = 0; g < s->k; g++)
    {
      double square = 0;
      for (size_t j = g * d; j < (g + 1) * d; j++)
        square += (w[j] + t * s->step[j]) * (w[j] + t * s->step[j]);
      sum += sqrt (square);
    }
  return cvxi_loss_value (b->f, b->fit_trial) + b->f->beta * sum;
}

/* s->step = TAU times PLAIN, where the blocks that it would turn round stop at
   zero: Newton's method does not see that they are to vanish.  */
static enum cvx_status
cut (struct cvxi_blocks *b, const struct newton *s, const double *w,
     const double *plain, double tau, struct cvx_progress *progress)
{
  size_t d = b->m->d;
  for (size_t g = 0; g < s->k; g++)
    {
      bool turns = turning (plain, d, w, g) <= tau;
      for (size_t j = g * d; j < (g + 1) * d; j++)
        s->step[j] = turns ? -w[j] : tau * plain[j];
    }
  return apply (b, s->k, s->list, s->step, s->fit_step, progress);
}

/* How fast the objective falls along the step of S, where it begins.  */
static double
slope_of (const struct cvxi_blocks *b, const struct newton *s)
{
  size_t d = b->m->d;
  double slope = 0;
  for (size_t i = 0, g = 0; i < b->k && g < s->k; i++)
    if (b->list[i] == s->list[g])
      {
        slope += dot (d, b->g + i * d, s->step + g * d)
                 - b->f->beta * dot (d, s->unit + g * d, s->step + g * d);
        g++;
      }
  return slope;
}

/* Take the step of S from W (closed up), or its part T >= LEAST, the largest
   that lowers the objective; returns T, 0: none does.  */
static double
take (struct cvxi_blocks *b, const struct newton *s, double *w, double least)
{
  double objective = HUGE_VAL, slope = slope_of (b, s), t = 1;
  size_t n = b->f->n_obs, d = b->m->d;
  for (; slope > 0 && t >= least; t /= 2)
    {
      objective = along (b, s, w, t);
      if (objective <= b->objective - 1e-4 * t * slope
          || (slope < 1e-11 * fabs (b->objective)
              && objective <= b->objective * (1 + 1e-15)))
        break;
    }
  if (!(slope > 0 && t >= least))
    return 0;
  b->objective = objective;
  memcpy (b->fit, b->fit_trial, n * sizeof *b->fit);
  cblas_daxpy ((blasint)s->len, t, s->step, 1, w, 1);
  for (size_t g = 0, i = 0; i < b->k && g < s->k; i++)
    if (b->list[i] == s->list[g])
      {
        memcpy (b->w + i * d, w + g * d, d * sizeof *w);
        g++;
      }
  return t;
}

/* Search along the step PLAIN of S from W: all of it, a quarter and so on with
   blocks that stop at zero, down to the part where the first of them gets
   there, then without.  T gets the length of the last, 1: before.  */
static enum cvx_status
walk (struct cvxi_blocks *b, const struct newton *s, double *w,
      const double *plain, double *t, struct cvx_progress *progress)
{
  size_t d = b->m->d;
  double first = HUGE_VAL, tau = 1;
  for (size_t g = 0; g < s->k; g++)
    first = fmin (first, turning (plain, d, w, g));
  *t = 0;
  for (;; tau = tau > first ? fmax (tau / 4, first) : 0.99 * first)
    {
      enum cvx_status st = CVX_OK;
      if (first <= 1) /* else the step is what it was */
        st = cut (b, s, w, plain, tau, progress);
      if (st == CVX_OK)
        *t = take (b, s, w, tau < first ? 1e-6 : 1);
      if (st != CVX_OK || *t > 0 || tau < first)
        return st;
    }
}

/* A Newton step from the weights with G = A'nu, to the relative residual TOL.
   T as in `take'.  */
static enum cvx_status
newton (struct cvxi_blocks *b, double tol, double *t,
        struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = b->f;
  size_t d = b->m->d, n = f->n_obs;
  struct newton s = { .unit = b->old,
                      .r = b->z,
                      .q = b->trial,
                      .p = b->cg[0],
                      .hp = b->cg[1],
                      .delta = b->norm,
                      .fit_step = b->fit_old };
  double *w = cvx_alloc (3 * b->k, d * sizeof *w), *plain = NULL, mean;
  double before = 0;
  enum cvx_status st = CVX_OK;
  *t = 0;
  s.list = cvx_alloc (b->k, sizeof *s.list);
  if (w == NULL || s.list == NULL)
    st = cvx_fail_nomem (err, "preparing a Newton step");
  for (size_t i = 0; st == CVX_OK && i < b->k; i++)
    {
      double length = norm (d, b->w + i * d), *unit = s.unit + s.k * d;
      if (!(length > 0))
        continue;
      s.list[s.k] = b->list[i];
      s.delta[s.k] = f->beta / length;
      memcpy (w + s.k * d, b->w + i * d, d * sizeof *w);
      for (size_t j = 0; j < d; j++)
        {
          unit[j] = b->w[i * d + j] / length;
          s.r[s.k * d + j] = b->g[i * d + j] - f->beta * unit[j];
        }
      s.k++;
    }
  s.len = s.k * d;
  if (w != NULL)
    {
      s.step = w + s.len;
      plain = s.step + s.len;
    }
  if (st == CVX_OK && s.k > 0)
    {
      f->loss->curvature (b->fit, f->y, f->n_samples, f->n_outputs,
                          f->loss_param, b->curvature);
      mean = cblas_dasum ((blasint)n, b->curvature, 1) / (double)n;
      st = cvxi_kronecker_new (&s.inverse, f, b->m, s.k, s.list, s.delta, mean,
                               err);
    }
  if (st == CVX_OK && s.k > 0)
    {
      before = b->objective;
      st = conjugate (b, &s, w, tol, progress);
      if (st == CVX_OK)
        {
          memcpy (plain, s.step, s.len * sizeof *plain);
          st = walk (b, &s, w, plain, t, progress);
        }
    }
  if (st == CVX_OK && *t > 0)
    cvxi_loss_dual (f, b->fit, b->nu);
  if (*t > 0 && !(b->objective < before))
    *t = 0; /* rounding */
  cvxi_kronecker_free (s.inverse);
  cvx_free (s.list);
  cvx_free (w);
  return st;
}

enum cvx_status
cvxi_blocks_solve (struct cvxi_blocks *b, double target, double budget,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  double until = b->work + budget, last = HUGE_VAL, least = HUGE_VAL;
  int patience = STEADY;
  enum cvx_status st = CVX_OK;
  while (st == CVX_OK && b->work < until)
    {
      bool same;
      double t = 0;
      if (!b->steady)
        st = burst (b, patience, progress);
      if (st == CVX_OK)
        st = adjoint (b, b->k, b->list, b->nu, b->g, progress);
      if (st != CVX_OK)
        break;
      b->gap = gap_here (b);
      if (b->gap <= target || b->gap <= 1e-14 * fabs (b->objective))
        break;
      (void)proximal (b, b->w, b->g, b->w, &same);
      b->steady = same && b->f->loss->curvature != NULL;
      if (b->steady)
        {
          st = newton (b, fmax (1e-6, fmin (0.1, 0.2 * target / b->gap)), &t,
                       progress, err);
          b->steady = t >= 0.5;
          patience = b->steady ? STEADY : 2 * patience;
        }
      if (t == 0 && !(b->objective < last) && !(b->gap < 0.9 * least))
        break;
      last = b->objective;
      least = fmin (least, b->gap);
    }
  if (st == CVX_INTERRUPTED)
    return cvx_fail_interrupted (err);
  return st;
}
