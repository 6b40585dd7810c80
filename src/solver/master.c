/* master.c -- interior point method for the restricted problem; master.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"

enum
{
  MAX_ITER = 100,
  D_STACK = 64 /* features held on the stack */
};

/* One sample's part of the dual objective: c nu - q nu^2 / 2 on [lo, hi], or
   the entropy of s = y nu.  */
struct row
{
  double c, q, lo, hi;
};

struct ipm
{
  const struct cvxi_master *m;
  size_t n, d, k, kd;
  bool entropy;
  struct row *row;
  /* Cone rows of block g: start[g] .. start[g+1]-1 in cone_row; e slack, a
     multiplier.  */
  const size_t *start;
  const uint32_t *cone_row;
  double *e, *a, *de, *da, *ce;
  double *b;         /* n x kd: the columns of A */
  double *w, *t, *z; /* kd, k, kd */
  double *dw, *dt, *dz;
  double *rc; /* k x (d+1): right side of the cone equations */
  double *nu, *dnu, *zl, *zh, *dzl, *dzh, *rl, *rh;
  double *f;          /* n: A w */
  double *s;          /* k x d x d: M^{-1} + G'Lambda G, then its factor */
  double *scale;      /* k x (d+2): eta and the scaling point */
  double *lambda;     /* k x (d+1) */
  double *h;          /* kd */
  double *system, *u; /* the matrix; kd x n */
  double *rhs, *diag; /* n */
  bool primal;        /* the system is in w */
};

static double
at (const struct cvxi_master *m, size_t i, size_t j)
{
  return m->x[i * m->d + j];
}

static bool
bit (const struct cvxi_master *m, size_t g, size_t i)
{
  return m->bits[g * m->n_words + i / 64] >> (i % 64) & 1;
}

/* The conjugate of the loss as rows; false when it has no such form.  */
static bool
loss_rows (struct ipm *p)
{
  const struct cvxi_master *m = p->m;
  const char *name = m->loss->name;
  for (size_t i = 0; i < p->n; i++)
    {
      struct row *r = &p->row[i];
      double y = m->y[i], w = m->loss_param;
      *r = (struct row){ y, 0, -HUGE_VAL, HUGE_VAL };
      if (strcmp (name, "squared") == 0)
        r->q = 1;
      else if (strcmp (name, "huber") == 0)
        *r = (struct row){ y, 1, -w, w };
      else if (strcmp (name, "l1") == 0)
        *r = (struct row){ y, 0, -1, 1 };
      else if (strcmp (name, "quantile") == 0)
        *r = (struct row){ y, 0, w - 1, w };
      else if (strcmp (name, "hinge") == 0)
        *r = (struct row){ y, 0, fmin (0, y), fmax (0, y) };
      else if (strcmp (name, "logistic") == 0)
        {
          *r = (struct row){ y, 0, fmin (0, y), fmax (0, y) };
          p->entropy = true;
        }
      else
        return false;
    }
  return true;
}

/* Derivative of the dual objective in nu_i and minus the second one.  */
static double
slope (const struct ipm *p, size_t i)
{
  const struct row *r = &p->row[i];
  double s;
  if (!p->entropy)
    return r->c - r->q * p->nu[i];
  s = r->c * p->nu[i];
  return -r->c * log (s / (1 - s));
}

static double
curve (const struct ipm *p, size_t i)
{
  const struct row *r = &p->row[i];
  double s;
  if (!p->entropy)
    return r->q;
  s = r->c * p->nu[i];
  return 1 / (s * (1 - s));
}

/* Box barriers are needed where the dual objective is not its own.  */
static bool
boxed (const struct ipm *p, size_t i)
{
  return !p->entropy && p->row[i].hi < HUGE_VAL;
}

static void
ipm_free (struct ipm *p)
{
  void *all[]
      = { p->row, p->e,   p->a,   p->de,    p->da,     p->ce,  p->b,
          p->w,   p->t,   p->z,   p->dw,    p->dt,     p->dz,  p->rc,
          p->nu,  p->dnu, p->zl,  p->zh,    p->dzl,    p->dzh, p->rl,
          p->rh,  p->f,   p->s,   p->scale, p->lambda, p->h,   p->system,
          p->u,   p->rhs, p->diag };
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
ipm_new (struct ipm *p, const struct cvxi_master *m, struct cvx_error *err)
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
  p->primal = kd < n;
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
  if (failed)
    return cvx_fail_nomem (err, "preparing the restricted problem");
  for (size_t i = 0; i < n; i++)
    for (size_t g = 0; g < k; g++)
      if (bit (m, g, i))
        for (size_t j = 0; j < d; j++)
          p->b[i * kd + g * d + j] = m->sign[g] * at (m, i, j);
  return CVX_OK;
}

/* f = A w;  z = A'nu + G'a.  */
static void
update_f (struct ipm *p)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)p->n, (int)p->kd, 1, p->b,
               (int)p->kd, p->w, 1, 0, p->f, 1);
}

static void
add_cone_adjoint (const struct ipm *p, const double *a, double *z)
{
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      {
        size_t i = p->cone_row[c];
        double v = bit (p->m, g, i) ? a[c] : -a[c];
        for (size_t j = 0; j < p->d; j++)
          z[g * p->d + j] += v * at (p->m, i, j);
      }
}

static void
dual_part (const struct ipm *p, const double *nu, const double *a, double *z)
{
  cblas_dgemv (CblasRowMajor, CblasTrans, (int)p->n, (int)p->kd, 1, p->b,
               (int)p->kd, nu, 1, 0, z, 1);
  add_cone_adjoint (p, a, z);
}

static double
cone_value (const struct ipm *p, size_t g, size_t c, const double *w)
{
  size_t i = p->cone_row[c];
  double v = 0;
  for (size_t j = 0; j < p->d; j++)
    v += at (p->m, i, j) * w[g * p->d + j];
  return bit (p->m, g, i) ? v : -v;
}

static void
start_point (struct ipm *p)
{
  const struct cvxi_master *m = p->m;
  double size = 0, rows = 0, top = 0, far = 0, unit;
  for (size_t i = 0; i < p->n; i++)
    {
      const struct row *r = &p->row[i];
      size = fmax (size, fabs (m->y[i]));
      rows += cblas_dnrm2 ((int)p->d, m->x + i * p->d, 1) / (double)p->n;
      /* Inside the box on the side of y, then scaled towards 0 or, where 0 is
         a corner, towards that corner.  */
      p->nu[i] = r->lo > -HUGE_VAL ? 0.5 * (r->lo + r->hi) : m->y[i];
      if (r->lo < 0 && r->hi > 0 && r->hi < HUGE_VAL)
        p->nu[i] = fmax (0.5 * r->lo, fmin (0.5 * r->hi, m->y[i]));
    }
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
  for (size_t g = 0; g < p->k; g++)
    {
      p->t[g] = unit;
      for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
        {
          p->e[c] = unit * rows;
          p->a[c] = 1;
        }
    }
  memset (p->z, 0, p->kd * sizeof *p->z);
  add_cone_adjoint (p, p->a, p->z);
  for (size_t g = 0; g < p->k; g++)
    far = fmax (far, cblas_dnrm2 ((int)p->d, p->z + g * p->d, 1));
  for (size_t c = 0; far > 0 && c < p->start[p->k]; c++)
    p->a[c] = 0.4 * m->beta / far;
  for (size_t i = 0; i < p->n; i++)
    if (boxed (p, i))
      p->zl[i] = p->zh[i] = fmax (size, 1e-8);
  dual_part (p, p->nu, p->a, p->z);
  update_f (p);
}

/* Nesterov-Todd scaling of (t, w) and (beta, -z): scale = eta, wbar; lambda.
   W v = eta (w0 v0 + w1'v1, v0 w1 + v1 + w1 (w1'v1) / (1 + w0)).  */
static void
scale_apply (const double *scale, size_t d, bool inverse, const double *v,
             double *out)
{
  double eta = inverse ? 1 / scale[0] : scale[0], w0 = scale[1], dot = 0, c;
  const double *w1 = scale + 2;
  double side = inverse ? -1 : 1, v0 = v[0];
  for (size_t j = 0; j < d; j++)
    dot += w1[j] * v[j + 1];
  c = side * v0 + dot / (1 + w0);
  out[0] = eta * (w0 * v0 + side * dot);
  for (size_t j = 0; j < d; j++)
    out[j + 1] = eta * (v[j + 1] + c * w1[j]);
}

static double
lorentz (const double *v, size_t d)
{
  double norm = cblas_dnrm2 ((int)d, v + 1, 1);
  return (v[0] - norm) * (v[0] + norm);
}

static void
scaling (struct ipm *p)
{
  size_t d = p->d;
  for (size_t g = 0; g < p->k; g++)
    {
      double s[D_STACK + 1], z[D_STACK + 1], ss, zz, dot = 0, gamma;
      double *scale = p->scale + g * (d + 2);
      s[0] = p->t[g];
      z[0] = p->m->beta;
      for (size_t j = 0; j < d; j++)
        {
          s[j + 1] = p->w[g * d + j];
          z[j + 1] = -p->z[g * d + j];
        }
      ss = sqrt (lorentz (s, d));
      zz = sqrt (lorentz (z, d));
      for (size_t j = 0; j <= d; j++)
        dot += s[j] / ss * (z[j] / zz);
      gamma = sqrt ((1 + dot) / 2);
      scale[0] = sqrt (ss / zz);
      scale[1] = (s[0] / ss + z[0] / zz) / (2 * gamma);
      for (size_t j = 0; j < d; j++)
        scale[j + 2] = (s[j + 1] / ss - z[j + 1] / zz) / (2 * gamma);
      scale_apply (scale, d, false, z, p->lambda + g * (d + 1));
    }
}

/* out = lambda \ v in the Jordan algebra of the cone.  */
static void
jordan_divide (const double *l, const double *v, size_t d, double *out)
{
  double det = lorentz (l, d), dot = cblas_ddot ((int)d, l + 1, 1, v + 1, 1);
  double first = (l[0] * v[0] - dot) / det;
  double c = (dot / l[0] - v[0]) / det;
  out[0] = first;
  for (size_t j = 1; j <= d; j++)
    out[j] = v[j] / l[0] + c * l[j];
}

/* The right side of the equations for the centring SIGMA mu; with CORRECT the
   second-order terms of the last direction.  */
static void
right_side (struct ipm *p, double sigma_mu, bool correct)
{
  size_t d = p->d;
  for (size_t g = 0; g < p->k; g++)
    {
      const double *l = p->lambda + g * (d + 1);
      double v[D_STACK + 1], q[D_STACK + 1], *rc = p->rc + g * (d + 1);
      const double *scale = p->scale + g * (d + 2);
      v[0] = -cblas_ddot ((int)d + 1, l, 1, l, 1) + sigma_mu;
      for (size_t j = 1; j <= d; j++)
        v[j] = -2 * l[0] * l[j];
      if (correct)
        {
          double a[D_STACK + 1], b[D_STACK + 1];
          a[0] = p->dt[g];
          b[0] = 0;
          for (size_t j = 0; j < d; j++)
            {
              a[j + 1] = p->dw[g * d + j];
              b[j + 1] = -p->dz[g * d + j];
            }
          scale_apply (scale, d, true, a, a);
          scale_apply (scale, d, false, b, b);
          v[0] -= cblas_ddot ((int)d + 1, a, 1, b, 1);
          for (size_t j = 1; j <= d; j++)
            v[j] -= a[0] * b[j] + b[0] * a[j];
        }
      jordan_divide (l, v, d, q);
      scale_apply (scale, d, false, q, rc);
    }
  for (size_t c = 0; c < p->start[p->k]; c++)
    p->ce[c]
        = sigma_mu - p->a[c] * p->e[c] - (correct ? p->da[c] * p->de[c] : 0);
  for (size_t i = 0; i < p->n; i++)
    if (boxed (p, i))
      {
        p->rl[i] = sigma_mu - p->zl[i] * (p->nu[i] - p->row[i].lo)
                   - (correct ? p->dzl[i] * p->dnu[i] : 0);
        p->rh[i] = sigma_mu - p->zh[i] * (p->row[i].hi - p->nu[i])
                   + (correct ? p->dzh[i] * p->dnu[i] : 0);
      }
}

/* M^{-1} v for the lower block M = eta^2 (I + 2 w1 w1') of W^2.  */
static void
m_inverse (const double *scale, size_t d, const double *v, double *out)
{
  const double *w1 = scale + 2;
  double e2 = scale[0] * scale[0];
  double c = 2 * cblas_ddot ((int)d, w1, 1, v, 1)
             / (1 + 2 * cblas_ddot ((int)d, w1, 1, w1, 1));
  for (size_t j = 0; j < d; j++)
    out[j] = (v[j] - c * w1[j]) / e2;
}

/* Lower Cholesky factor of the d x d matrix A in place; false when it is not
   positive.  */
static bool
cholesky (double *a, size_t d)
{
  for (size_t j = 0; j < d; j++)
    {
      double v = a[j * d + j];
      for (size_t l = 0; l < j; l++)
        v -= a[j * d + l] * a[j * d + l];
      if (!(v > 0))
        return false;
      v = sqrt (v);
      a[j * d + j] = v;
      for (size_t i = j + 1; i < d; i++)
        {
          double q = a[i * d + j];
          for (size_t l = 0; l < j; l++)
            q -= a[i * d + l] * a[j * d + l];
          a[i * d + j] = q / v;
        }
    }
  return true;
}

static void
solve_lower (const double *l, size_t d, double *v)
{
  for (size_t i = 0; i < d; i++)
    {
      for (size_t j = 0; j < i; j++)
        v[i] -= l[i * d + j] * v[j];
      v[i] /= l[i * d + i];
    }
}

static void
solve_upper (const double *l, size_t d, double *v)
{
  for (size_t i = d; i-- > 0;)
    {
      for (size_t j = i + 1; j < d; j++)
        v[i] -= l[j * d + i] * v[j];
      v[i] /= l[i * d + i];
    }
}

/* Build and factor the system for the current scaling.  */
static enum cvx_status
factor (struct ipm *p, struct cvx_error *err)
{
  const struct cvxi_master *m = p->m;
  size_t n = p->n, d = p->d, kd = p->kd, order = p->primal ? kd : n;
  for (size_t i = 0; i < n; i++)
    {
      p->diag[i] = curve (p, i);
      if (boxed (p, i))
        p->diag[i] += p->zl[i] / (p->nu[i] - p->row[i].lo)
                      + p->zh[i] / (p->row[i].hi - p->nu[i]);
    }
  for (size_t g = 0; g < p->k; g++)
    {
      double *s = p->s + g * d * d;
      const double *scale = p->scale + g * (d + 2), *w1 = scale + 2;
      double e2 = scale[0] * scale[0];
      double c = 2 / (1 + 2 * cblas_ddot ((int)d, w1, 1, w1, 1));
      for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
          s[i * d + j] = ((i == j) - c * w1[i] * w1[j]) / e2;
      for (size_t r = p->start[g]; r < p->start[g + 1]; r++)
        {
          const double *x = m->x + p->cone_row[r] * d;
          double l = p->a[r] / p->e[r];
          for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j <= i; j++)
              s[i * d + j] += l * x[i] * x[j];
        }
    }
  if (p->primal)
    {
      for (size_t i = 0; i < n; i++)
        {
          double q = 1 / sqrt (p->diag[i]);
          for (size_t j = 0; j < kd; j++)
            p->u[i * kd + j] = q * p->b[i * kd + j];
        }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int)kd, (int)n, 1,
                   p->u, (int)kd, 0, p->system, (int)kd);
      for (size_t g = 0; g < p->k; g++)
        for (size_t i = 0; i < d; i++)
          for (size_t j = 0; j <= i; j++)
            p->system[(g * d + i) * kd + g * d + j]
                += p->s[g * d * d + i * d + j];
    }
  else
    {
      /* U = L^{-1} A', n x kd with a row per sample.  */
      for (size_t g = 0; g < p->k; g++)
        if (!cholesky (p->s + g * d * d, d))
          return cvx_fail (err, CVX_E387, "block %zu lost its definiteness",
                           g);
      for (size_t i = 0; i < n; i++)
        for (size_t g = 0; g < p->k; g++)
          {
            double *v = p->u + i * kd + g * d;
            if (bit (m, g, i))
              {
                memcpy (v, p->b + i * kd + g * d, d * sizeof *v);
                solve_lower (p->s + g * d * d, d, v);
              }
            else
              memset (v, 0, d * sizeof *v);
          }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (int)n, (int)kd, 1,
                   p->u, (int)kd, 0, p->system, (int)n);
      for (size_t i = 0; i < n; i++)
        p->system[i * n + i] += p->diag[i];
    }
  for (size_t i = 0; i < order; i++)
    p->system[i * order + i] *= 1 + 1e-15;
  if (LAPACKE_dpotrf (LAPACK_ROW_MAJOR, 'L', (lapack_int)order, p->system,
                      (lapack_int)order)
      != 0)
    return cvx_fail (err, CVX_E387, "the Newton matrix lost its definiteness");
  return CVX_OK;
}

/* The direction for the current right side.  */
static enum cvx_status
direction (struct ipm *p, struct cvx_error *err)
{
  size_t n = p->n, d = p->d, kd = p->kd, order = p->primal ? kd : n;
  /* h = G'c1 + M^{-1} rc,  c1 = ce/e - Lambda (G w - e).  */
  for (size_t c = 0; c < p->start[p->k]; c++)
    p->da[c] = 0;
  memset (p->h, 0, kd * sizeof *p->h);
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      p->da[c] = p->ce[c] / p->e[c]
                 - p->a[c] / p->e[c] * (cone_value (p, g, c, p->w) - p->e[c]);
  add_cone_adjoint (p, p->da, p->h);
  for (size_t g = 0; g < p->k; g++)
    {
      double v[D_STACK];
      m_inverse (p->scale + g * (d + 2), d, p->rc + g * (d + 1) + 1, v);
      cblas_daxpy ((int)d, 1, v, 1, p->h + g * d, 1);
    }
  /* Residual of the rows, with the box multipliers eliminated.  */
  for (size_t i = 0; i < n; i++)
    {
      double r = slope (p, i) - p->f[i];
      if (boxed (p, i))
        r += p->zl[i] - p->zh[i] + p->rl[i] / (p->nu[i] - p->row[i].lo)
             - p->rh[i] / (p->row[i].hi - p->nu[i]);
      p->dnu[i] = r;
    }
  if (p->primal)
    {
      for (size_t i = 0; i < n; i++)
        p->dzl[i] = p->dnu[i] / p->diag[i];
      memcpy (p->rhs, p->h, kd * sizeof *p->h);
      cblas_dgemv (CblasRowMajor, CblasTrans, (int)n, (int)kd, 1, p->b,
                   (int)kd, p->dzl, 1, 1, p->rhs, 1);
    }
  else
    {
      for (size_t g = 0; g < p->k; g++)
        solve_lower (p->s + g * d * d, d, p->h + g * d);
      memcpy (p->rhs, p->dnu, n * sizeof *p->rhs);
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)n, (int)kd, -1, p->u,
                   (int)kd, p->h, 1, 1, p->rhs, 1);
    }
  if (LAPACKE_dpotrs (LAPACK_ROW_MAJOR, 'L', (lapack_int)order, 1, p->system,
                      (lapack_int)order, p->rhs, 1)
      != 0)
    return cvx_fail (err, CVX_E387, "the Newton system could not be solved");
  if (p->primal)
    {
      memcpy (p->dw, p->rhs, kd * sizeof *p->dw);
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)n, (int)kd, -1, p->b,
                   (int)kd, p->dw, 1, 1, p->dnu, 1);
      for (size_t i = 0; i < n; i++)
        p->dnu[i] /= p->diag[i];
    }
  else
    {
      /* dw = S (A'dnu + h) = L^{-T} (U'dnu + L^{-1} h).  */
      memcpy (p->dnu, p->rhs, n * sizeof *p->dnu);
      memcpy (p->dw, p->h, kd * sizeof *p->dw);
      cblas_dgemv (CblasRowMajor, CblasTrans, (int)n, (int)kd, 1, p->u,
                   (int)kd, p->dnu, 1, 1, p->dw, 1);
      for (size_t g = 0; g < p->k; g++)
        solve_upper (p->s + g * d * d, d, p->dw + g * d);
    }
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      {
        double step = cone_value (p, g, c, p->dw);
        p->de[c] = step + cone_value (p, g, c, p->w) - p->e[c];
        p->da[c] = (p->ce[c] - p->a[c] * p->de[c]) / p->e[c];
      }
  dual_part (p, p->dnu, p->da, p->dz);
  for (size_t g = 0; g < p->k; g++)
    {
      /* dt = rc_0 + 2 eta^2 w0 w1'dz with dz written as M^{-1} (dw - rc): t
         must follow w to the last digit, or the cone (t, w) is left.  */
      const double *scale = p->scale + g * (d + 2), *w1 = scale + 2;
      const double *rc = p->rc + g * (d + 1);
      double along = cblas_ddot ((int)d, w1, 1, p->dw + g * d, 1)
                     - cblas_ddot ((int)d, w1, 1, rc + 1, 1);
      p->dt[g] = rc[0]
                 + 2 * scale[1] * along
                       / (1 + 2 * cblas_ddot ((int)d, w1, 1, w1, 1));
    }
  for (size_t i = 0; i < n; i++)
    if (boxed (p, i))
      {
        p->dzl[i]
            = (p->rl[i] - p->zl[i] * p->dnu[i]) / (p->nu[i] - p->row[i].lo);
        p->dzh[i]
            = (p->rh[i] + p->zh[i] * p->dnu[i]) / (p->row[i].hi - p->nu[i]);
      }
    else
      p->dzl[i] = p->dzh[i] = 0;
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
longest_step (const struct ipm *p)
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
    if (p->row[i].hi < HUGE_VAL)
      {
        step = ratio (p->nu[i] - p->row[i].lo, p->dnu[i], step);
        step = ratio (p->row[i].hi - p->nu[i], -p->dnu[i], step);
        if (boxed (p, i))
          step
              = ratio (p->zl[i], p->dzl[i], ratio (p->zh[i], p->dzh[i], step));
      }
  return step;
}

/* Sum of all complementarity products after a step of length STEP.  */
static double
complementarity (const struct ipm *p, double step)
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
    if (boxed (p, i))
      {
        double nu = p->nu[i] + step * p->dnu[i];
        sum += (p->zl[i] + step * p->dzl[i]) * (nu - p->row[i].lo)
               + (p->zh[i] + step * p->dzh[i]) * (p->row[i].hi - nu);
      }
  return sum;
}

static void
move (struct ipm *p, double step)
{
  size_t rows = p->start[p->k];
  cblas_daxpy ((int)p->kd, step, p->dw, 1, p->w, 1);
  cblas_daxpy ((int)p->k, step, p->dt, 1, p->t, 1);
  cblas_daxpy ((int)rows, step, p->de, 1, p->e, 1);
  cblas_daxpy ((int)rows, step, p->da, 1, p->a, 1);
  cblas_daxpy ((int)p->n, step, p->dnu, 1, p->nu, 1);
  cblas_daxpy ((int)p->n, step, p->dzl, 1, p->zl, 1);
  cblas_daxpy ((int)p->n, step, p->dzh, 1, p->zh, 1);
  dual_part (p, p->nu, p->a, p->z);
  update_f (p);
}

/* How far the iterate is from optimal: the complementarity and the effect of
   the primal residuals on the objective, relative to it.  */
static double
relative_gap (const struct ipm *p)
{
  const struct cvxi_master *m = p->m;
  double pobj, norms = 0, gap = complementarity (p, 0);
  for (size_t g = 0; g < p->k; g++)
    norms += cblas_dnrm2 ((int)p->d, p->w + g * p->d, 1);
  pobj = m->loss->value (p->f, m->y, p->n, 1, m->loss_param) + m->beta * norms;
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      gap += p->a[c] * fabs (cone_value (p, g, c, p->w) - p->e[c]);
  for (size_t i = 0; i < p->n; i++)
    gap += fabs (p->nu[i] * (slope (p, i) + p->zl[i] - p->zh[i] - p->f[i]));
  return gap / fmax (fabs (pobj), 1e-300);
}

enum cvx_status
cvxi_master_solve (const struct cvxi_master *m, double tol, double *w,
                   double *nu, double *slack, double *gap, size_t *iterations,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct ipm p;
  enum cvx_status status = ipm_new (&p, m, err);
  double degree, best = HUGE_VAL;
  *iterations = 0;
  if (status == CVX_OK)
    start_point (&p);
  degree = status == CVX_OK ? (double)(p.k + p.start[p.k]) : 1;
  for (size_t i = 0; status == CVX_OK && i < p.n; i++)
    degree += boxed (&p, i) ? 2 : 0;
  while (status == CVX_OK && *iterations < MAX_ITER)
    {
      double mu, step, after, sigma;
      if (cvx_aborted (progress))
        {
          status = cvx_fail_interrupted (err);
          break;
        }
      mu = complementarity (&p, 0) / degree;
      scaling (&p);
      if (factor (&p, err) != CVX_OK)
        break;
      right_side (&p, 0, false);
      if (direction (&p, err) != CVX_OK)
        break;
      step = fmin (1, longest_step (&p));
      sigma = fmax (1e-8, (1 - step) * (1 - step) * (1 - step));
      right_side (&p, sigma * mu, true);
      if (direction (&p, err) != CVX_OK)
        break;
      step = fmin (1, 0.98 * longest_step (&p));
      if (step < 0.2)
        {
          /* Off the central path: the second-order terms mislead.  */
          right_side (&p, 0.7 * mu, false);
          if (direction (&p, err) != CVX_OK)
            break;
          step = fmin (1, 0.9 * longest_step (&p));
        }
      if (!(step > 1e-10))
        break;
      move (&p, step);
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
  return status;
}
