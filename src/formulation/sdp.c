/* sdp.c -- the nuclear norm program as a pair of semidefinite programs.

   DIMACS errors (Mittelmann, Math. Program. 95 (2003)), with b = c and C =
   F_0: 1 ||<F_i, Y> - c|| / (1 + ||c||), 2 -lambda_min (Y) / (1 + ||c||),
   3 the equations of S, which hold as S is made from x, 4 -lambda_min (S) /
   (1 + ||F_0||), 5 the difference of objectives and 6 <Y, S>, over 1 plus
   both objectives.  Y_2 is a square and S_2 has determinant 0 with t =
   1/2 ||nu||^2: neither needs its eigenvalues.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/sdp.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/dense.h"

static enum cvx_status
check (const struct cvx_formulation *f, struct cvx_error *err)
{
  if (!f->class->nuclear || strcmp (f->loss->name, "squared") != 0)
    {
      (void)cvx_fail (err, CVX_E355,
                      "formulation %s with the %s loss is no semidefinite "
                      "program",
                      f->class->name, f->loss->name);
      return cvx_hint (err, "formulation linear-cnn loss=squared");
    }
  if (isnan (f->beta))
    return cvx_fail (err, CVX_E120, "beta is not set");
  return CVX_OK;
}

enum cvx_status
cvx_sdp_write (const struct cvx_formulation *f, struct cvx_text *out,
               struct cvx_error *err)
{
  size_t n = f->n_samples, h = f->conv.h, k = f->conv.k;
  double *patches;
  enum cvx_status status = check (f, err);
  if (status != CVX_OK)
    return status;
  patches = cvx_alloc (h, k * sizeof *patches);
  if (patches == NULL)
    return cvx_fail_nomem (err, "writing a semidefinite program");
  cvx_text_printf (out,
                   "\"linear CNN: the optimum is minus that of the training "
                   "problem\"\n%zu\n2\n%zu %zu\n",
                   n + 1, h + k, n + 1);
  for (size_t i = 0; i < n; i++)
    cvx_text_printf (out, "%.17g ", -f->y[i]);
  cvx_text_put (out, "1\n");
  for (size_t i = 1; i <= h + k; i++)
    cvx_text_printf (out, "0 1 %zu %zu %.17g\n", i, i, -f->beta);
  for (size_t i = 1; i <= n; i++)
    cvx_text_printf (out, "0 2 %zu %zu -1\n", i, i);
  for (size_t i = 0; i < n; i++)
    {
      cvx_conv_gather (&f->conv, f->x + i * f->n_features, patches);
      for (size_t a = 0; a < h; a++)
        for (size_t b = 0; b < k; b++)
          if (patches[b * h + a] != 0)
            cvx_text_printf (out, "%zu 1 %zu %zu %.17g\n", i + 1, a + 1,
                             h + b + 1, patches[b * h + a]);
      cvx_text_printf (out, "%zu 2 %zu %zu 1\n", i + 1, i + 1, n + 1);
    }
  cvx_text_printf (out, "%zu 2 %zu %zu 2\n", n + 1, n + 1, n + 1);
  cvx_free (patches);
  return CVX_OK;
}

void
cvx_sdp_pair_free (struct cvx_sdp_pair *p)
{
  if (p == NULL)
    return;
  cvx_free (p->w1);
  cvx_free (p->w2);
  cvx_free (p->z);
  cvx_free (p->slack);
  cvx_free (p->nu);
  cvx_free (p);
}

/* The largest of 0 and minus the smallest eigenvalue of A (n x n).  */
static enum cvx_status
below_zero (const double *a, size_t n, double *below, struct cvx_error *err)
{
  double *copy = cvx_copy (a, n, n * sizeof *copy);
  double *value = cvx_alloc (n, sizeof *value);
  enum cvx_status status
      = copy == NULL || value == NULL
            ? cvx_fail_nomem (err, "eigenvalues")
            : cvx_dense_eigen_symmetric (copy, n, value, NULL, NULL, err);
  if (status == CVX_OK)
    *below = fmax (0, -value[0]);
  cvx_free (copy);
  cvx_free (value);
  return status;
}

/* W1 = sum u u', W2 = sum a a', Z = sum u a' of balanced neurons, and S_1 from
   G (patch after patch).  */
static void
fill (struct cvx_sdp_pair *p, const struct cvx_network *net, const double *g,
      double beta)
{
  blasint h = (blasint)p->h, k = (blasint)p->k, r = (blasint)net->width;
  size_t m = p->h + p->k;
  if (r > 0)
    {
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, h, h, r, 1, net->u,
                   h, net->u, h, 0, p->w1, h);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, k, k, r, 1, net->a,
                   k, net->a, k, 0, p->w2, k);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, h, k, r, 1, net->u,
                   h, net->a, k, 0, p->z, k);
    }
  for (size_t i = 0; i < m; i++)
    p->slack[i * m + i] = beta;
  for (size_t a = 0; a < p->h; a++)
    for (size_t b = 0; b < p->k; b++)
      p->slack[a * m + p->h + b] = p->slack[(p->h + b) * m + a]
          = g[b * p->h + a];
}

/* The errors; R is A Z - y as the network gives it, G as above.  */
static enum cvx_status
measure (struct cvx_sdp_pair *p, const struct cvx_formulation *f,
         const double *g, const double *r, double *z, double *other,
         struct cvx_error *err)
{
  size_t h = p->h, k = p->k, n = p->n, m = h + k;
  double traces = 0, along = 0, c2 = 1, equations = 0, joint = 0, rr = 0;
  double primal, dual, below_y, below_s, both, f02;
  double *y1 = cvx_alloc (m, m * sizeof *y1);
  enum cvx_status status;
  if (y1 == NULL)
    return cvx_fail_nomem (err, "a semidefinite pair");
  for (size_t i = 0; i < h; i++)
    traces += p->w1[i * h + i];
  for (size_t i = 0; i < k; i++)
    traces += p->w2[i * k + i];
  for (size_t a = 0; a < h; a++)
    for (size_t b = 0; b < k; b++)
      {
        z[b * h + a] = p->z[a * k + b];
        along += g[b * h + a] * z[b * h + a];
      }
  status = f->class->apply (f, z, other, NULL);
  for (size_t i = 0; i < n; i++)
    {
      /* <F_i, Y> = - (A Z)_i + r_i against - y_i.  */
      double off = -other[i] + r[i] + f->y[i];
      equations += off * off;
      c2 += f->y[i] * f->y[i];
      rr += r[i] * r[i];
      joint += (r[i] + p->nu[i]) * (r[i] + p->nu[i]);
    }
  for (size_t a = 0; a < m; a++)
    for (size_t b = 0; b < m; b++)
      y1[a * m + b] = 0.5
                      * (a < h && b < h     ? p->w1[a * h + b]
                         : a >= h && b >= h ? p->w2[(a - h) * k + b - h]
                         : a < h            ? -p->z[a * k + b - h]
                                            : -p->z[b * k + a - h]);
  primal = 0.5 * cblas_ddot ((blasint)n, p->nu, 1, p->nu, 1)
           - cblas_ddot ((blasint)n, f->y, 1, p->nu, 1);
  dual = -0.5 * f->beta * traces - 0.5 * rr;
  both = 1 + fabs (primal) + fabs (dual);
  f02 = sqrt ((double)m * f->beta * f->beta + (double)n);
  if (status == CVX_OK)
    status = below_zero (y1, m, &below_y, err);
  if (status == CVX_OK)
    status = below_zero (p->slack, m, &below_s, err);
  cvx_free (y1);
  if (status != CVX_OK)
    return status;
  p->error[0] = sqrt (equations) / (1 + sqrt (c2));
  p->error[1] = below_y / (1 + sqrt (c2));
  p->error[2] = 0;
  p->error[3] = below_s / (1 + f02);
  p->error[4] = (primal - dual) / both;
  p->error[5] = (0.5 * f->beta * traces - along + 0.5 * joint) / both;
  return CVX_OK;
}

enum cvx_status
cvx_sdp_pair_new (struct cvx_sdp_pair **out, const struct cvx_formulation *f,
                  const struct cvx_network *net, const double *nu,
                  struct cvx_error *err)
{
  size_t h = f->conv.h, k = f->conv.k, n = f->n_samples;
  struct cvx_sdp_pair *p;
  double *g, *r = NULL, loss, penalty;
  enum cvx_status status = check (f, err);
  *out = NULL;
  if (status == CVX_OK)
    status = cvx_formulation_network_objective (f, net, &loss, &penalty, err);
  if (status != CVX_OK)
    return status;
  p = cvx_calloc (1, sizeof *p);
  if (p == NULL)
    return cvx_fail_nomem (err, "a semidefinite pair");
  p->h = h;
  p->k = k;
  p->n = n;
  p->w1 = cvx_calloc (h, h * sizeof *p->w1);
  p->w2 = cvx_calloc (k, k * sizeof *p->w2);
  p->z = cvx_calloc (h, k * sizeof *p->z);
  p->slack = cvx_calloc (h + k, (h + k) * sizeof *p->slack);
  p->nu = cvx_copy (nu, n, sizeof *nu);
  g = cvx_alloc (h, 2 * k * sizeof *g);
  r = cvx_alloc (n, 2 * sizeof *r);
  if (p->w1 == NULL || p->w2 == NULL || p->z == NULL || p->slack == NULL
      || p->nu == NULL || g == NULL || r == NULL)
    status = cvx_fail_nomem (err, "a semidefinite pair");
  if (status == CVX_OK)
    status = f->class->adjoint (f, p->nu, g, NULL);
  if (status == CVX_OK)
    {
      fill (p, net, g, f->beta);
      status = cvx_network_predict (net, f->x, n, r, err);
    }
  for (size_t i = 0; status == CVX_OK && i < n; i++)
    r[i] -= f->y[i];
  if (status == CVX_OK)
    status = measure (p, f, g, r, g + h * k, r + n, err);
  cvx_free (g);
  cvx_free (r);
  if (status != CVX_OK)
    cvx_sdp_pair_free (p);
  else
    *out = p;
  return status;
}
