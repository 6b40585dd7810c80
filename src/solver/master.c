/* master.c -- interior point method for the restricted problem; master.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/master_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/small.h"
#include "linalg/threads.h"

enum
{
  MAX_ITER = 100,
  MAX_CENTRE = 30
};

/* The conjugate of the loss as rows; false when it has no such form.  */
static bool
loss_rows (struct cvxi_ipm *p)
{
  const struct cvxi_master *m = p->m;
  const char *name = m->loss->name;
  for (size_t i = 0; i < p->n; i++)
    {
      struct cvxi_ipm_row *r = &p->row[i];
      double y = m->y[i], w = m->loss_param;
      *r = (struct cvxi_ipm_row){ y, 0, -HUGE_VAL, HUGE_VAL };
      if (strcmp (name, "squared") == 0)
        r->q = 1;
      else if (strcmp (name, "huber") == 0)
        *r = (struct cvxi_ipm_row){ y, 1, -w, w };
      else if (strcmp (name, "l1") == 0)
        *r = (struct cvxi_ipm_row){ y, 0, -1, 1 };
      else if (strcmp (name, "quantile") == 0)
        *r = (struct cvxi_ipm_row){ y, 0, w - 1, w };
      else if (strcmp (name, "hinge") == 0)
        *r = (struct cvxi_ipm_row){ y, 0, fmin (0, y), fmax (0, y) };
      else if (strcmp (name, "logistic") == 0)
        {
          *r = (struct cvxi_ipm_row){ y, 0, fmin (0, y), fmax (0, y) };
          p->entropy = true;
        }
      else
        return false;
    }
  return true;
}

double
cvxi_ipm_slope (const struct cvxi_ipm *p, size_t i)
{
  const struct cvxi_ipm_row *r = &p->row[i];
  double s;
  if (!p->entropy)
    return r->c - r->q * p->nu[i];
  s = r->c * p->nu[i];
  return -r->c * log (s / (1 - s));
}

double
cvxi_ipm_curve (const struct cvxi_ipm *p, size_t i)
{
  const struct cvxi_ipm_row *r = &p->row[i];
  double s;
  if (!p->entropy)
    return r->q;
  s = r->c * p->nu[i];
  return 1 / (s * (1 - s));
}

static void
ipm_free (struct cvxi_ipm *p)
{
  void *all[]
      = { p->row, p->e,   p->a,    p->de,    p->da,     p->ce,  p->b,
          p->w,   p->t,   p->z,    p->dw,    p->dt,     p->dz,  p->rc,
          p->nu,  p->dnu, p->zl,   p->zh,    p->dzl,    p->dzh, p->rl,
          p->rh,  p->f,   p->s,    p->scale, p->lambda, p->h,   p->system,
          p->u,   p->rhs, p->diag, p->edge,  p->scratch };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    cvx_free (all[i]);
}

static double *
reals (size_t count, bool *failed)
{
  double *p = cvx_calloc (count, sizeof *p);
  *failed = *failed || p == NULL;
  return p;
}

static enum cvx_status
ipm_new (struct cvxi_ipm *p, const struct cvxi_master *m,
         struct cvx_error *err)
{
  bool failed = false;
  size_t n = m->n, k = m->k, d = m->d, kd = k * d, rows, order;
  memset (p, 0, sizeof *p);
  p->m = m;
  p->n = n;
  p->d = d;
  p->k = k;
  p->kd = kd;
  p->start = m->start;
  p->cone_row = m->row;
  p->row = cvx_alloc (n, sizeof *p->row);
  if (p->row == NULL)
    return cvx_fail_nomem (err, "preparing the restricted problem");
  if (!loss_rows (p))
    return cvx_fail (err, CVX_E386,
                     "the interior point method has no form of the %s loss",
                     m->loss->name);
  rows = m->start[k];
  p->primal = kd < n && !m->free_bias;
  order = p->primal ? kd : n;
  p->e = reals (rows, &failed);
  p->a = reals (rows, &failed);
  p->de = reals (rows, &failed);
  p->da = reals (rows, &failed);
  p->ce = reals (rows, &failed);
  p->b = reals (n * kd, &failed);
  p->w = reals (kd, &failed);
  p->t = reals (k, &failed);
  p->z = reals (kd, &failed);
  p->dw = reals (kd, &failed);
  p->dt = reals (k, &failed);
  p->dz = reals (kd, &failed);
  p->rc = reals (k * (d + 1), &failed);
  p->nu = reals (n, &failed);
  p->dnu = reals (n, &failed);
  p->zl = reals (n, &failed);
  p->zh = reals (n, &failed);
  p->dzl = reals (n, &failed);
  p->dzh = reals (n, &failed);
  p->rl = reals (n, &failed);
  p->rh = reals (n, &failed);
  p->f = reals (n, &failed);
  p->s = reals (kd * d, &failed);
  p->scale = reals (k * (d + 2), &failed);
  p->lambda = reals (k * (d + 1), &failed);
  p->h = reals (kd, &failed);
  p->system = reals (order * order, &failed);
  p->u = reals (kd * n, &failed);
  p->rhs = reals (order, &failed);
  p->diag = reals (n, &failed);
  p->edge = reals (m->free_bias ? n : 1, &failed);
  p->scratch = reals (4 * (d + 1), &failed);
  if (failed)
    return cvx_fail_nomem (err, "preparing the restricted problem");
  for (size_t i = 0; i < n; i++)
    for (size_t g = 0; g < k; g++)
      if (cvxi_ipm_bit (p, g, i))
        for (size_t j = 0; j < d; j++)
          p->b[i * kd + g * d + j] = m->sign[g] * cvxi_ipm_at (p, i, j);
  return CVX_OK;
}

/* 1'nu = 0 by shrinking the side that is larger, which stays in the box.  */
static void
balance (struct cvxi_ipm *p)
{
  double up = 0, down = 0;
  for (size_t i = 0; i < p->n; i++)
    if (p->nu[i] > 0)
      up += p->nu[i];
    else
      down -= p->nu[i];
  for (size_t i = 0; up > 0 && down > 0 && i < p->n; i++)
    p->nu[i] *= p->nu[i] > 0 ? fmin (1, down / up) : fmin (1, up / down);
}

/* Blocks FROM .. TO - 1 at the start from outside their cones: room UNIT, and
   multipliers that leave the dual room for nu.  ROWS: a typical row of X.  */
static void
start_outside (struct cvxi_ipm *p, size_t from, size_t to, double unit,
               double rows)
{
  double far = 0;
  for (size_t g = from; g < to; g++)
    {
      p->t[g] = unit;
      memset (p->w + g * p->d, 0, p->d * sizeof *p->w);
      memset (p->z + g * p->d, 0, p->d * sizeof *p->z);
      for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
        {
          p->e[c] = unit * rows;
          p->a[c] = 1;
        }
      cvxi_ipm_add_cone_adjoint (p, g, g + 1, p->a, p->z);
      far = fmax (far, cblas_dnrm2 ((int)p->d, p->z + g * p->d, 1));
    }
  for (size_t c = p->start[from]; far > 0 && c < p->start[to]; c++)
    p->a[c] = 0.4 * p->m->beta / far;
}

/* The analytic centre of the cone of block G and the unit ball,

     argmin  -sum_i log (G w)_i + m |w|^2 / 2     (m facets; its norm is 1),

   into w by damped Newton steps from the direction there, and G w into E.
   False when that is not inside.  H: d x d.  */
static bool
centre (const struct cvxi_ipm *p, size_t g, double *e, double *h, double *row)
{
  size_t d = p->d, first = p->start[g], m = p->start[g + 1] - first;
  double *w = p->w + g * d;
  double norm = cblas_dnrm2 ((int)d, w, 1), decrement = 1;
  double *step = p->scratch;
  if (!(norm > 0))
    return false;
  cblas_dscal ((int)d, 1 / norm, w, 1);
  for (size_t round = 0;; round++)
    {
      for (size_t c = 0; c < m; c++)
        {
          e[c] = cvxi_ipm_cone_value (p, g, first + c, p->w);
          if (!(e[c] > 0))
            return false;
        }
      if (decrement < 0.25 || round == MAX_CENTRE)
        return true;
      for (size_t j = 0; j < d; j++)
        step[j] = -(double)m * w[j];
      memset (h, 0, d * d * sizeof *h);
      for (size_t j = 0; j < d; j++)
        h[j * d + j] = (double)m;
      for (size_t c = 0; c < m; c++)
        {
          size_t i = p->cone_row[first + c];
          memcpy (row + c * d, p->m->x + i * d, d * sizeof *row);
          cblas_dscal ((int)d, (cvxi_ipm_bit (p, g, i) ? 1 : -1) / e[c],
                       row + c * d, 1);
          cblas_daxpy ((int)d, 1, row + c * d, 1, step, 1);
        }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)m, 1,
                   row, (int)d, 1, h, (int)d);
      if (!cvxi_ipm_cholesky (h, d))
        return true;
      cvxi_small_lower (h, d, step);
      decrement = cblas_dnrm2 ((int)d, step, 1);
      cvxi_small_upper (h, d, step);
      cblas_daxpy ((int)d, 1 / (1 + decrement), step, 1, w, 1);
    }
}

/* Blocks on the central path of their cone and ball, for the complementarity
   MU: w = tau c with the centre c of norm 1 and m facets has
   tau = m mu / beta and t = (m + 1) mu / beta; multipliers of half that leave
   the dual room for nu.  */
static enum cvx_status
start_inside (struct cvxi_ipm *p, double mu, double unit, double rows,
              struct cvx_error *err)
{
  size_t d = p->d, most = 0;
  double *h, *row;
  int before;
  for (size_t g = 0; g < p->k; g++)
    if (p->start[g + 1] - p->start[g] > most)
      most = p->start[g + 1] - p->start[g];
  h = cvx_alloc (d, d * sizeof *h);
  row = cvx_alloc (most + 1, d * sizeof *row);
  if (h == NULL || row == NULL)
    {
      cvx_free (h);
      cvx_free (row);
      return cvx_fail_nomem (err, "preparing the restricted problem");
    }
  before = cvx_blas_threads (1);
  for (size_t g = 0; g < p->k; g++)
    {
      size_t first = p->start[g], m = p->start[g + 1] - first;
      double *w = p->w + g * d, *z = p->z + g * d, norm;
      double tau = (double)m * mu / p->m->beta;
      memcpy (w, p->m->inside + g * d, d * sizeof *w);
      if (m == 0 || !centre (p, g, p->e + first, h, row))
        {
          start_outside (p, g, g + 1, unit, rows);
          continue;
        }
      cblas_dscal ((int)d, tau, w, 1);
      p->t[g] = cblas_dnrm2 ((int)d, w, 1) * (1 + 1 / (double)m);
      for (size_t c = first; c < first + m; c++)
        {
          p->e[c] *= tau;
          p->a[c] = 0.5 * mu / p->e[c];
        }
      /* The centre is not exact, and where facets are close that shows.  */
      memset (z, 0, d * sizeof *z);
      cvxi_ipm_add_cone_adjoint (p, g, g + 1, p->a, p->z);
      norm = cblas_dnrm2 ((int)d, z, 1);
      if (norm > 0.5 * p->m->beta)
        cblas_dscal ((int)m, 0.5 * p->m->beta / norm, p->a + first, 1);
    }
  (void)cvx_blas_threads (before);
  cvx_free (h);
  cvx_free (row);
  return CVX_OK;
}

static enum cvx_status
start_point (struct cvxi_ipm *p, struct cvx_error *err)
{
  const struct cvxi_master *m = p->m;
  double size = 0, rows = 0, top = 0, unit, degree;
  for (size_t i = 0; i < p->n; i++)
    {
      const struct cvxi_ipm_row *r = &p->row[i];
      size = fmax (size, fabs (m->y[i]));
      rows += cblas_dnrm2 ((int)p->d, m->x + i * p->d, 1) / (double)p->n;
      /* Inside the box on the side of y, then scaled towards 0 or, where 0 is
         a corner, towards that corner.  */
      p->nu[i] = r->lo > -HUGE_VAL ? 0.5 * (r->lo + r->hi) : m->y[i];
      if (r->lo < 0 && r->hi > 0 && r->hi < HUGE_VAL)
        p->nu[i] = fmax (0.5 * r->lo, fmin (0.5 * r->hi, m->y[i]));
    }
  if (m->free_bias)
    balance (p);
  memset (p->z, 0, p->kd * sizeof *p->z);
  cblas_dgemv (CblasRowMajor, CblasTrans, (int)p->n, (int)p->kd, 1, p->b,
               (int)p->kd, p->nu, 1, 0, p->z, 1);
  for (size_t g = 0; g < p->k; g++)
    top = fmax (top, cblas_dnrm2 ((int)p->d, p->z + g * p->d, 1));
  if (top > 0.4 * m->beta)
    cblas_dscal ((int)p->n, 0.4 * m->beta / top, p->nu, 1);
  if (rows == 0)
    rows = 1;
  unit = 1000 * fmax (size, 1e-8) / rows;
  degree = (double)(p->k + p->start[p->k]);
  p->zero = m->loss->value (p->f, m->y, p->n, 1, m->loss_param);
  if (m->inside != NULL && p->start[p->k] > 0)
    {
      enum cvx_status st = start_inside (p, p->zero / degree, unit, rows, err);
      if (st != CVX_OK)
        return st;
    }
  else
    start_outside (p, 0, p->k, unit, rows);
  for (size_t i = 0; i < p->n; i++)
    if (cvxi_ipm_boxed (p, i))
      p->zl[i] = p->zh[i] = fmax (size, 1e-8);
  cvxi_ipm_dual_part (p, p->nu, p->a, p->z);
  cvxi_ipm_fit (p);
  return CVX_OK;
}

static double
ratio (double v, double dv, double step)
{
  return dv < 0 ? fmin (step, -v / dv) : step;
}

/* Largest step that keeps s + step ds in the cone.  */
static double
cone_step (double s0, const double *s, double d0, const double *ds, size_t d,
           double sign, double step)
{
  double a = d0 * d0, b = s0 * d0, c, root;
  double norm = cblas_dnrm2 ((int)d, s, 1);
  a -= cblas_ddot ((int)d, ds, 1, ds, 1);
  b -= sign * cblas_ddot ((int)d, s, 1, ds, 1);
  c = (s0 - norm) * (s0 + norm);
  /* a x^2 + 2 b x + c > 0 and s0 + x d0 > 0.  */
  step = ratio (s0, d0, step);
  if (b * b - a * c < 0)
    return step;
  root = sqrt (b * b - a * c);
  if (b < 0)
    step = fmin (step, c / (-b + root));
  else if (a < 0)
    step = fmin (step, (b + root) / -a);
  return step;
}

static double
longest_step (const struct cvxi_ipm *p)
{
  double step = 1e30;
  size_t d = p->d;
  for (size_t g = 0; g < p->k; g++)
    {
      step = cone_step (p->t[g], p->w + g * d, p->dt[g], p->dw + g * d, d, 1,
                        step);
      step
          = cone_step (p->m->beta, p->z + g * d, 0, p->dz + g * d, d, 1, step);
    }
  for (size_t c = 0; c < p->start[p->k]; c++)
    step = ratio (p->a[c], p->da[c], ratio (p->e[c], p->de[c], step));
  for (size_t i = 0; i < p->n; i++)
    if (cvxi_ipm_boxed (p, i))
      {
        step = ratio (p->nu[i] - p->row[i].lo, p->dnu[i], step);
        step = ratio (p->row[i].hi - p->nu[i], -p->dnu[i], step);
        step = ratio (p->zl[i], p->dzl[i], ratio (p->zh[i], p->dzh[i], step));
      }
  return step;
}

/* Sum of all complementarity products after a step of length STEP.  */
static double
complementarity (const struct cvxi_ipm *p, double step)
{
  double sum = 0;
  size_t d = p->d;
  for (size_t g = 0; g < p->k; g++)
    {
      sum += (p->t[g] + step * p->dt[g]) * p->m->beta;
      for (size_t j = g * d; j < (g + 1) * d; j++)
        sum -= (p->w[j] + step * p->dw[j]) * (p->z[j] + step * p->dz[j]);
    }
  for (size_t c = 0; c < p->start[p->k]; c++)
    sum += (p->a[c] + step * p->da[c]) * (p->e[c] + step * p->de[c]);
  for (size_t i = 0; i < p->n; i++)
    if (cvxi_ipm_boxed (p, i))
      {
        double nu = p->nu[i] + step * p->dnu[i];
        sum += (p->zl[i] + step * p->dzl[i]) * (nu - p->row[i].lo)
               + (p->zh[i] + step * p->dzh[i]) * (p->row[i].hi - nu);
      }
  return sum;
}

static void
move (struct cvxi_ipm *p, double step)
{
  size_t rows = p->start[p->k];
  cblas_daxpy ((int)p->kd, step, p->dw, 1, p->w, 1);
  cblas_daxpy ((int)p->k, step, p->dt, 1, p->t, 1);
  cblas_daxpy ((int)rows, step, p->de, 1, p->e, 1);
  cblas_daxpy ((int)rows, step, p->da, 1, p->a, 1);
  cblas_daxpy ((int)p->n, step, p->dnu, 1, p->nu, 1);
  cblas_daxpy ((int)p->n, step, p->dzl, 1, p->zl, 1);
  cblas_daxpy ((int)p->n, step, p->dzh, 1, p->zh, 1);
  p->bias += step * p->dbias;
  cvxi_ipm_dual_part (p, p->nu, p->a, p->z);
  cvxi_ipm_fit (p);
}

/* How far the iterate is from optimal: the complementarity and the effect of
   the primal residuals on the objective, relative to it.  */
static double
relative_gap (const struct cvxi_ipm *p)
{
  const struct cvxi_master *m = p->m;
  double pobj, norms = 0, gap = complementarity (p, 0);
  for (size_t g = 0; g < p->k; g++)
    norms += cblas_dnrm2 ((int)p->d, p->w + g * p->d, 1);
  pobj = m->loss->value (p->f, m->y, p->n, 1, m->loss_param) + m->beta * norms;
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      gap += p->a[c] * fabs (cvxi_ipm_cone_value (p, g, c, p->w) - p->e[c]);
  for (size_t i = 0; i < p->n; i++)
    gap += fabs (p->nu[i]
                 * (cvxi_ipm_slope (p, i) + p->zl[i] - p->zh[i] - p->f[i]));
  if (m->free_bias)
    gap += fabs (p->bias * cvxi_ipm_imbalance (p));
  /* The start may fit worse than the zero network does.  */
  return gap / fmax (fmin (fabs (pobj), p->zero), 1e-300);
}

/* Predictor, corrector, and the move; *STEP is its length, 0 when there was
   none.  */
static enum cvx_status
one_step (struct cvxi_ipm *p, double degree, double *step,
          struct cvx_error *err)
{
  double mu = complementarity (p, 0) / degree, sigma;
  enum cvx_status status;
  cvxi_ipm_scaling (p);
  status = cvxi_ipm_factor (p, err);
  if (status != CVX_OK)
    return status;
  cvxi_ipm_right_side (p, 0, false);
  cvxi_ipm_direction (p);
  *step = fmin (1, longest_step (p));
  sigma = fmax (1e-8, (1 - *step) * (1 - *step) * (1 - *step));
  cvxi_ipm_right_side (p, sigma * mu, true);
  cvxi_ipm_direction (p);
  *step = fmin (1, 0.98 * longest_step (p));
  if (*step < 0.2)
    {
      /* Off the central path, and in most cases with residuals that are large
         for MU, which then must not shrink before they do: the second-order
         terms mislead.  */
      cvxi_ipm_right_side (p, 3 * mu, false);
      cvxi_ipm_direction (p);
      *step = fmin (1, 0.9 * longest_step (p));
    }
  if (*step > 1e-10)
    move (p, *step);
  return CVX_OK;
}

/* Operations of one factorisation below which threads wait longer for each
   other than they work.  */
static const double worth_threads = 1e8;

static bool
small (const struct cvxi_ipm *p)
{
  double order = (double)(p->primal ? p->kd : p->n);
  return order * order * ((double)(p->n + p->kd) - order * 2 / 3)
         < worth_threads;
}

enum cvx_status
cvxi_master_solve (const struct cvxi_master *m, double tol, double *w,
                   double *nu, double *slack, double *gap, size_t *iterations,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_ipm p;
  enum cvx_status status = ipm_new (&p, m, err);
  double degree, best = HUGE_VAL;
  int threads = cvx_blas_threads (0);
  *iterations = 0;
  if (status == CVX_OK && small (&p))
    (void)cvx_blas_threads (1);
  if (status == CVX_OK)
    status = start_point (&p, err);
  degree = status == CVX_OK ? (double)(p.k + p.start[p.k]) : 1;
  for (size_t i = 0; status == CVX_OK && i < p.n; i++)
    degree += cvxi_ipm_boxed (&p, i) ? 2 : 0;
  while (status == CVX_OK && *iterations < MAX_ITER)
    {
      double step = 0, after;
      if (cvx_aborted (progress))
        {
          status = cvx_fail_interrupted (err);
          break;
        }
      status = one_step (&p, degree, &step, err);
      if (status == CVX_NOMEM)
        break;
      if (status != CVX_OK || !(step > 1e-10))
        {
          /* Digits are lost: on with the precise way, once.  */
          status = CVX_OK;
          if (p.precise)
            break;
          p.precise = true;
          continue;
        }
      (*iterations)++;
      after = fabs (relative_gap (&p));
      if (!(after < 1e300))
        break;
      if (after < best)
        {
          best = after;
          memcpy (w, p.w, p.kd * sizeof *w);
          memcpy (nu, p.nu, p.n * sizeof *nu);
          for (size_t g = 0; slack != NULL && g < p.k; g++)
            slack[g] = m->beta - cblas_dnrm2 ((int)p.d, p.z + g * p.d, 1);
        }
      if (after <= tol || (after > 1e3 * best && best < 1e-4))
        break;
    }
  *gap = best;
  if (status == CVX_OK && best == HUGE_VAL)
    status = cvx_fail (err, CVX_E387,
                       "the interior point method could not start");
  ipm_free (&p);
  (void)cvx_blas_threads (threads);
  return status;
}
