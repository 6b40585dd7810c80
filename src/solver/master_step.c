/* master_step.c -- one direction of the interior point method; master.h.

   With the scaling W_g of the cone (t_g, w_g), (beta, -z_g), eta and wbar =
   (w0, w1), the blocks are eliminated: S_g = M_g^{-1} + G_g'Lambda_g G_g, M_g
   = eta^2 (I + 2 w1 w1'), Lambda_g = diag (a / e), which leaves

     (D + sum_g A_g S_g^{-1} A_g') dnu = rhs      (n x n), or
     (S + A'D^{-1} A) dw = rhs                    (kd x kd)

   with D the curvature of the conjugate and its barriers (Nesterov and Todd,
   SIAM J. Optim. 8 (1998); Andersen, Roos and Terlaky, Math. Programming 95
   (2003)).  Near the optimum the entries of D, M and Lambda run from mu to
   1 / mu, and a matrix that is formed loses half of the digits.  The precise
   way forms none: S_g = F_g'F_g with F_g the rows of M_g^{-1/2} and of
   Lambda_g^{1/2} G_g, the system is the Gram matrix of (D^{1/2}; U'), and
   both are factored by orthogonal transformations.  It costs about four times
   as much.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/master_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "linalg/dense.h"
#include "linalg/small.h"
#include "linalg/threads.h"

void
cvxi_ipm_fit (struct cvxi_ipm *p)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)p->n, (int)p->kd, 1, p->b,
               (int)p->kd, p->w, 1, 0, p->f, 1);
  for (size_t i = 0; p->bias != 0 && i < p->n; i++)
    p->f[i] += p->bias;
}

void
cvxi_ipm_add_cone_adjoint (const struct cvxi_ipm *p, size_t from, size_t to,
                           const double *a, double *z)
{
  for (size_t g = from; g < to; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      {
        size_t i = p->cone_row[c];
        double v = cvxi_ipm_bit (p, g, i) ? a[c] : -a[c];
        const double *x = p->m->x + i * p->d;
        double *sum = z + g * p->d;
        for (size_t j = 0; j < p->d; j++)
          sum[j] += v * x[j];
      }
}

void
cvxi_ipm_dual_part (const struct cvxi_ipm *p, const double *nu,
                    const double *a, double *z)
{
  cblas_dgemv (CblasRowMajor, CblasTrans, (int)p->n, (int)p->kd, 1, p->b,
               (int)p->kd, nu, 1, 0, z, 1);
  cvxi_ipm_add_cone_adjoint (p, 0, p->k, a, z);
}

double
cvxi_ipm_cone_value (const struct cvxi_ipm *p, size_t g, size_t c,
                     const double *w)
{
  size_t i = p->cone_row[c];
  double v = 0;
  if (p->d >= CVXI_MASTER_WIDE)
    v = cblas_ddot ((int)p->d, p->m->x + i * p->d, 1, w + g * p->d, 1);
  else
    for (size_t j = 0; j < p->d; j++)
      v += cvxi_ipm_at (p, i, j) * w[g * p->d + j];
  return cvxi_ipm_bit (p, g, i) ? v : -v;
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

void
cvxi_ipm_scaling (struct cvxi_ipm *p)
{
  size_t d = p->d;
  double *s = p->scratch, *z = s + d + 1;
  for (size_t g = 0; g < p->k; g++)
    {
      double ss, zz, dot = 0, gamma;
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

void
cvxi_ipm_right_side (struct cvxi_ipm *p, double sigma_mu, bool correct)
{
  size_t d = p->d;
  double *v = p->scratch, *q = v + d + 1, *a = q + d + 1, *b = a + d + 1;
  for (size_t g = 0; g < p->k; g++)
    {
      const double *l = p->lambda + g * (d + 1);
      double *rc = p->rc + g * (d + 1);
      const double *scale = p->scale + g * (d + 2);
      v[0] = -cblas_ddot ((int)d + 1, l, 1, l, 1) + sigma_mu;
      for (size_t j = 1; j <= d; j++)
        v[j] = -2 * l[0] * l[j];
      if (correct)
        {
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
    if (cvxi_ipm_boxed (p, i))
      {
        p->rl[i] = sigma_mu - p->zl[i] * (p->nu[i] - p->row[i].lo)
                   - (correct ? p->dzl[i] * p->dnu[i] : 0);
        p->rh[i] = sigma_mu - p->zh[i] * (p->row[i].hi - p->nu[i])
                   + (correct ? p->dzh[i] * p->dnu[i] : 0);
      }
}

/* M^{-1} v for the lower block M = eta^2 (I + 2 w1 w1') of W^2.  The part of
   v along w1 is small in M^{-1} v: it is split off, twice, not cancelled.  */
static void
m_inverse (const double *scale, size_t d, const double *v, double *out)
{
  const double *w1 = scale + 2;
  double e2 = scale[0] * scale[0];
  double ww = cblas_ddot ((int)d, w1, 1, w1, 1);
  double along = ww > 0 ? cblas_ddot ((int)d, w1, 1, v, 1) / ww : 0, left = 0;
  for (size_t j = 0; j < d; j++)
    out[j] = v[j] - along * w1[j];
  if (ww > 0)
    left = cblas_ddot ((int)d, w1, 1, out, 1) / ww;
  along = (along + left) / (1 + 2 * ww);
  for (size_t j = 0; j < d; j++)
    out[j] = (out[j] - (left - along) * w1[j]) / e2;
}

/* Row R of the cones times the root of its Lambda, into ROW.  */
static void
cone_row (const struct cvxi_ipm *p, size_t r, double *row)
{
  const double *x = p->m->x + p->cone_row[r] * p->d;
  double l = sqrt (p->a[r] / p->e[r]);
  for (size_t j = 0; j < p->d; j++)
    row[j] = l * x[j];
}

/* S_g, its lower half.  ROW: room for the facets of a wide block.  */
static void
block_form (const struct cvxi_ipm *p, size_t g, double *row)
{
  size_t d = p->d, facets = p->start[g + 1] - p->start[g];
  double *s = p->s + g * d * d;
  const double *scale = p->scale + g * (d + 2), *w1 = scale + 2;
  double e2 = scale[0] * scale[0];
  double c = 2 / (1 + 2 * cblas_ddot ((int)d, w1, 1, w1, 1));
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++)
      s[i * d + j] = ((i == j) - c * w1[i] * w1[j]) / e2;
  if (d >= CVXI_MASTER_WIDE)
    {
      for (size_t r = 0; r < facets; r++)
        cone_row (p, p->start[g] + r, row + r * d);
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int)d, (int)facets,
                   1, row, (int)d, 1, s, (int)d);
      return;
    }
  for (size_t r = p->start[g]; r < p->start[g + 1]; r++)
    {
      const double *x = p->m->x + p->cone_row[r] * d;
      double l = p->a[r] / p->e[r];
      for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
          s[i * d + j] += l * x[i] * x[j];
    }
}

/* A row of F_g and its largest entry.  */
struct ranked
{
  double size;
  size_t row;
};

/* Row M of F_g into TO.  The first d are those of M^{-1/2} in the basis of the
   reflection 1 - 2 v v' / VV that takes w1, of this LENGTH, to the first
   axis.  */
static void
block_row (const struct cvxi_ipm *p, size_t g, size_t m, double length,
           const double *v, double vv, double *to)
{
  size_t d = p->d;
  double by = m == 0 ? 1 / sqrt (1 + 2 * length * length) : 1;
  if (m >= d)
    cone_row (p, p->start[g] + m - d, to);
  else
    for (size_t j = 0; j < d; j++)
      to[j] = by / p->scale[g * (d + 2)]
              * ((double)(m == j) - 2 * v[m] * v[j] / vv);
}

/* The rows of F_g into ROW (d + facets) x d, the larger first; returns their
   number.  ORDER has room for as many.  */
static size_t
block_rows (const struct cvxi_ipm *p, size_t g, struct ranked *order,
            double *row)
{
  size_t d = p->d, m = d + p->start[g + 1] - p->start[g];
  const double *w1 = p->scale + g * (d + 2) + 2;
  double length = cblas_dnrm2 ((int)d, w1, 1), vv, *v = p->scratch;
  for (size_t j = 0; j < d; j++)
    v[j] = length > 0 ? w1[j] / length : 0;
  v[0] += v[0] < 0 ? -1 : 1;
  vv = cblas_ddot ((int)d, v, 1, v, 1);
  for (size_t k = 0; k < m; k++)
    {
      struct ranked now = { 0, k };
      size_t to = k;
      block_row (p, g, k, length, v, vv, row);
      for (size_t j = 0; j < d; j++)
        now.size = fmax (now.size, fabs (row[j]));
      for (; to > 0 && order[to - 1].size < now.size; to--)
        order[to] = order[to - 1];
      order[to] = now;
    }
  for (size_t k = 0; k < m; k++)
    block_row (p, g, order[k].row, length, v, vv, row + k * d);
  return m;
}

/* L (d x d) with A'A = L L' from A (m x d, destroyed).  */
static bool
gram_factor (double *a, size_t m, size_t d, double *l)
{
  double *tau = l; /* d of them, before L is copied there */
  if (d < CVXI_MASTER_WIDE)
    {
      cvxi_small_gram (a, m, d, l);
      return true;
    }
  /* Column after column A is A': its LQ factor.  */
  if (LAPACKE_dgelqf (LAPACK_COL_MAJOR, (lapack_int)d, (lapack_int)m, a,
                      (lapack_int)d, tau)
      != 0)
    return false;
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++)
      l[i * d + j] = a[j * d + i];
  return true;
}

bool
cvxi_ipm_cholesky (double *a, size_t d)
{
  if (d < CVXI_MASTER_WIDE)
    return cvxi_small_cholesky (a, d);
  return LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'U', (lapack_int)d, a,
                              (lapack_int)d)
         == 0;
}

/* The factors of all S_g.  */
static enum cvx_status
factor_blocks (struct cvxi_ipm *p, struct cvx_error *err)
{
  size_t d = p->d, most = 0;
  double *row = NULL;
  struct ranked *order = NULL;
  for (size_t g = 0; g < p->k; g++)
    if (p->start[g + 1] - p->start[g] > most)
      most = p->start[g + 1] - p->start[g];
  if (p->precise || d >= CVXI_MASTER_WIDE)
    {
      row = cvx_alloc (d + most, d * sizeof *row);
      order = cvx_alloc (d + most, sizeof *order);
      if (row == NULL || order == NULL)
        {
          cvx_free (row);
          cvx_free (order);
          return cvx_fail_nomem (err, "solving the restricted problem");
        }
    }
  for (size_t g = 0; g < p->k; g++)
    {
      double *s = p->s + g * d * d;
      bool good = true;
      if (p->precise)
        {
          good = gram_factor (row, block_rows (p, g, order, row), d, s);
          for (size_t j = 0; j < d; j++)
            good = good && s[j * d + j] != 0;
        }
      else
        {
          block_form (p, g, row);
          good = p->primal || cvxi_ipm_cholesky (s, d);
        }
      if (!good)
        {
          cvx_free (row);
          cvx_free (order);
          return cvx_fail (err, CVX_E387, "block %zu lost its definiteness",
                           g);
        }
    }
  cvx_free (row);
  cvx_free (order);
  return CVX_OK;
}

/* U: D^{-1/2} A, or A L^{-T} with a row per sample.  */
static void
form_u (struct cvxi_ipm *p)
{
  size_t n = p->n, d = p->d, kd = p->kd;
  if (!p->primal && d >= CVXI_MASTER_WIDE)
    {
      memcpy (p->u, p->b, n * kd * sizeof *p->u);
      for (size_t g = 0; g < p->k; g++)
        cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasTrans,
                     CblasNonUnit, (int)n, (int)d, 1, p->s + g * d * d, (int)d,
                     p->u + g * d, (int)kd);
      return;
    }
  for (size_t i = 0; i < n; i++)
    if (p->primal)
      {
        double q = 1 / sqrt (p->diag[i]);
        for (size_t j = 0; j < kd; j++)
          p->u[i * kd + j] = q * p->b[i * kd + j];
      }
    else
      for (size_t g = 0; g < p->k; g++)
        {
          double *v = p->u + i * kd + g * d;
          if (cvxi_ipm_bit (p, g, i))
            {
              memcpy (v, p->b + i * kd + g * d, d * sizeof *v);
              cvxi_small_lower (p->s + g * d * d, d, v);
            }
          else
            memset (v, 0, d * sizeof *v);
        }
}

/* The system, formed and factored.  */
static enum cvx_status
factor_formed (struct cvxi_ipm *p, struct cvx_error *err)
{
  size_t n = p->n, d = p->d, kd = p->kd, order = p->primal ? kd : n;
  struct cvx_dense_report report;
  enum cvx_status st;
  cblas_dsyrk (CblasRowMajor, CblasLower,
               p->primal ? CblasTrans : CblasNoTrans, (int)order,
               (int)(p->primal ? n : kd), 1, p->u, (int)kd, 0, p->system,
               (int)order);
  if (p->primal)
    for (size_t g = 0; g < p->k; g++)
      for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
          p->system[(g * d + i) * kd + g * d + j]
              += p->s[g * d * d + i * d + j];
  else
    for (size_t i = 0; i < n; i++)
      p->system[i * n + i] += p->diag[i];
  for (size_t i = 0; i < order; i++)
    p->system[i * order + i] *= 1 + 1e-15;
  st = cvx_dense_cholesky (p->system, order, &report, err);
  if (st == CVX_NOMEM)
    return st;
  if (st != CVX_OK || report.ridge > 0)
    return cvx_fail (err, CVX_E387, "the Newton matrix lost its definiteness");
  return CVX_OK;
}

/* The factor of the system from its root: columns of a matrix with ORDER rows
   whose Gram matrix it is, brought to lower triangular form.  */
static enum cvx_status
factor_root (struct cvxi_ipm *p, struct cvx_error *err)
{
  size_t n = p->n, d = p->d, kd = p->kd, order = p->primal ? kd : n;
  size_t width = n + kd;
  double *root = cvx_calloc (order, width * sizeof *root);
  double *tau = cvx_alloc (order, 65 * sizeof *tau);
  enum cvx_status st = CVX_OK;
  if (root == NULL || tau == NULL)
    st = cvx_fail_nomem (err, "solving the restricted problem");
  else
    {
      /* Column after column.  */
      if (p->primal)
        {
          for (size_t g = 0; g < p->k; g++)
            for (size_t i = 0; i < d; i++)
              for (size_t j = 0; j <= i; j++)
                root[(g * d + j) * order + g * d + i]
                    = p->s[g * d * d + i * d + j];
          memcpy (root + kd * order, p->u, n * kd * sizeof *root);
        }
      else
        {
          for (size_t i = 0; i < n; i++)
            root[i * order + i] = sqrt (p->diag[i]);
          for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < kd; j++)
              root[(n + j) * order + i] = p->u[i * kd + j];
        }
      for (size_t i = 0; i < width * order && st == CVX_OK; i++)
        if (!isfinite (root[i]))
          st = cvx_fail (err, CVX_E387, "the Newton matrix overflowed");
      if (st == CVX_OK
          && LAPACKE_dgelqf_work (LAPACK_COL_MAJOR, (lapack_int)order,
                                  (lapack_int)width, root, (lapack_int)order,
                                  tau, tau + order, (lapack_int)(64 * order))
                 != 0)
        st = cvx_fail (err, CVX_E387, "the Newton matrix has no factor");
      for (size_t i = 0; st == CVX_OK && i < order; i++)
        for (size_t j = 0; j <= i; j++)
          p->system[i * order + j] = root[j * order + i];
      for (size_t i = 0; st == CVX_OK && i < order; i++)
        if (p->system[i * order + i] == 0)
          st = cvx_fail (err, CVX_E387, "the Newton matrix is singular");
    }
  cvx_free (root);
  cvx_free (tau);
  return st;
}

enum cvx_status
cvxi_ipm_factor (struct cvxi_ipm *p, struct cvx_error *err)
{
  enum cvx_status st;
  int before;
  for (size_t i = 0; i < p->n; i++)
    {
      p->diag[i] = cvxi_ipm_curve (p, i);
      if (cvxi_ipm_boxed (p, i))
        p->diag[i] += p->zl[i] / (p->nu[i] - p->row[i].lo)
                      + p->zh[i] / (p->row[i].hi - p->nu[i]);
    }
  /* Blocks are small: threads would wait for each other.  */
  before = cvx_blas_threads (1);
  st = factor_blocks (p, err);
  if (st == CVX_OK)
    form_u (p);
  (void)cvx_blas_threads (before);
  if (st != CVX_OK)
    return st;
  st = p->precise ? factor_root (p, err) : factor_formed (p, err);
  if (st == CVX_OK && p->m->free_bias)
    {
      for (size_t i = 0; i < p->n; i++)
        p->edge[i] = 1;
      cvx_dense_cholesky_solve (p->system, p->n, p->edge);
    }
  return st;
}

void
cvxi_ipm_direction (struct cvxi_ipm *p)
{
  size_t n = p->n, d = p->d, kd = p->kd, order = p->primal ? kd : n;
  /* h = G'c1 + M^{-1} rc,  c1 = ce/e - Lambda (G w - e).  */
  for (size_t c = 0; c < p->start[p->k]; c++)
    p->da[c] = 0;
  memset (p->h, 0, kd * sizeof *p->h);
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      p->da[c] = p->ce[c] / p->e[c]
                 - p->a[c] / p->e[c]
                       * (cvxi_ipm_cone_value (p, g, c, p->w) - p->e[c]);
  cvxi_ipm_add_cone_adjoint (p, 0, p->k, p->da, p->h);
  for (size_t g = 0; g < p->k; g++)
    {
      double *v = p->scratch;
      m_inverse (p->scale + g * (d + 2), d, p->rc + g * (d + 1) + 1, v);
      cblas_daxpy ((int)d, 1, v, 1, p->h + g * d, 1);
    }
  /* Residual of the rows, with the box multipliers eliminated.  */
  for (size_t i = 0; i < n; i++)
    {
      double r = cvxi_ipm_slope (p, i) - p->f[i];
      if (cvxi_ipm_boxed (p, i))
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
        cvxi_small_lower (p->s + g * d * d, d, p->h + g * d);
      memcpy (p->rhs, p->dnu, n * sizeof *p->rhs);
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)n, (int)kd, -1, p->u,
                   (int)kd, p->h, 1, 1, p->rhs, 1);
    }
  cvx_dense_cholesky_solve (p->system, order, p->rhs);
  if (p->m->free_bias)
    {
      /* K dnu + dbias 1 = rhs with 1'dnu = -1'nu.  */
      double along = cvxi_ipm_imbalance (p), edge = 0;
      for (size_t i = 0; i < n; i++)
        {
          along += p->rhs[i];
          edge += p->edge[i];
        }
      p->dbias = along / edge;
      cblas_daxpy ((int)n, -p->dbias, p->edge, 1, p->rhs, 1);
    }
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
        cvxi_small_upper (p->s + g * d * d, d, p->dw + g * d);
    }
  for (size_t g = 0; g < p->k; g++)
    for (size_t c = p->start[g]; c < p->start[g + 1]; c++)
      {
        double step = cvxi_ipm_cone_value (p, g, c, p->dw);
        p->de[c] = step + cvxi_ipm_cone_value (p, g, c, p->w) - p->e[c];
        p->da[c] = (p->ce[c] - p->a[c] * p->de[c]) / p->e[c];
      }
  cvxi_ipm_dual_part (p, p->dnu, p->da, p->dz);
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
    if (cvxi_ipm_boxed (p, i))
      {
        p->dzl[i]
            = (p->rl[i] - p->zl[i] * p->dnu[i]) / (p->nu[i] - p->row[i].lo);
        p->dzh[i]
            = (p->rh[i] + p->zh[i] * p->dnu[i]) / (p->row[i].hi - p->nu[i]);
      }
    else
      p->dzl[i] = p->dzh[i] = 0;
}
