/* reduced.c -- the active neurons: pieces, their faces, one step of a piece.

   Each piece lives in a face of its cone: the rows x_i with x_i'w = 0 that are
   bound, and an orthonormal basis B of the vectors orthogonal to them; w = B
   c. In these coordinates the objective is smooth away from w = 0:

     gradient  B_j'(beta w_j / ||w_j|| - s_j X'D_j nu)
     Hessian   Phi' diag (l'') Phi + beta (I - c c'/||c||^2) / ||c|| blockwise,
               Phi_j = s_j D_j X B_j

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/reduced_private.h"
#include "solver/state.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/threads.h"

enum cvx_status
cvxi_reduced_new (struct cvxi_reduced **out, const struct cvx_formulation *f,
                  struct cvx_error *err)
{
  struct cvxi_reduced *r;
  struct cvx_rng rng;
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (f->patterns == NULL || f->block_len != cvxi_rows (f)->n_features
      || f->class->penalized)
    return cvx_fail (err, CVX_E368,
                     "polish knows neurons of one pattern under weight "
                     "decay, which formulation %s has not",
                     f->class->name);
  if (f->loss->curvature == NULL)
    return cvx_fail (err, CVX_E368,
                     "polish needs the second derivative of the loss, which "
                     "the %s loss has not",
                     f->loss->name);
  r = cvx_calloc (1, sizeof *r);
  if (r == NULL)
    return cvx_fail_nomem (err, "polishing");
  r->f = f;
  r->x = cvxi_rows (f)->x;
  r->n = cvxi_rows (f)->n_samples;
  r->d = cvxi_rows (f)->n_features;
  r->n_samples = f->n_samples;
  r->group = r->n / r->n_samples;
  r->scale = r->group > 1 ? cvx_conv_scale (&f->conv) : 1;
  r->n_obs = f->n_obs;
  r->n_outputs = f->n_outputs;
  r->n_words = f->patterns->n_words;
  r->cones = f->n_cone > 0;
  r->fit = cvx_calloc (r->n_obs, sizeof (double));
  r->nu = cvx_calloc (r->n_obs, sizeof (double));
  r->row_norm = cvx_calloc (r->n, sizeof (double));
  r->curvature = cvx_calloc (r->n_obs, sizeof (double));
  r->probe = cvx_calloc (r->d, sizeof (double));
  r->at = cvx_calloc (r->n, sizeof (double));
  r->row = cvx_calloc (r->n, sizeof (double));
  r->trial = cvx_calloc (cvxi_rows (f)->n_obs, sizeof (double));
  r->vector = cvx_calloc (r->d, sizeof (double));
  r->gradient = cvx_calloc (r->d, sizeof (double));
  r->list = cvx_calloc (r->n, sizeof (uint32_t));
  if (!r->fit || !r->nu || !r->row_norm || !r->curvature || !r->probe || !r->at
      || !r->row || !r->trial || !r->vector || !r->gradient || !r->list)
    st = cvx_fail_nomem (err, "polishing");
  if (st == CVX_OK && r->cones)
    st = cvx_cone_work_new (&r->cone, r->d, r->n, err);
  if (st != CVX_OK)
    {
      cvxi_reduced_free (r);
      return st;
    }
  for (size_t i = 0; i < r->n; i++)
    r->row_norm[i] = norm (r->d, r->x + i * r->d);
  cvx_rng_init (&rng, 0, CVX_STREAM_SOLVER);
  for (size_t k = 0; k < r->d; k++)
    r->probe[k] = cvx_rng_normal (&rng);
  times_x (r, r->probe, r->at);
  *out = r;
  return CVX_OK;
}

static void
piece_free (struct cvxi_piece *p)
{
  cvx_free (p->bits);
  cvx_free (p->w);
  cvx_free (p->basis);
  cvx_free (p->bound);
}

void
cvxi_reduced_free (struct cvxi_reduced *r)
{
  if (r == NULL)
    return;
  for (size_t j = 0; j < r->n_pieces; j++)
    piece_free (&r->piece[j]);
  cvx_free (r->piece);
  cvx_free (r->fit);
  cvx_free (r->nu);
  cvx_free (r->row_norm);
  cvx_free (r->curvature);
  cvx_free (r->probe);
  cvx_free (r->at);
  cvx_free (r->row);
  cvx_free (r->trial);
  cvx_free (r->vector);
  cvx_free (r->gradient);
  cvx_free (r->list);
  cvx_cone_work_free (r->cone);
  cvx_free (r);
}

void
cvxi_reduced_drop (struct cvxi_reduced *r, size_t j)
{
  piece_free (&r->piece[j]);
  r->n_pieces--;
  memmove (r->piece + j, r->piece + j + 1,
           (r->n_pieces - j) * sizeof *r->piece);
}

enum cvx_status
cvxi_reduced_face (struct cvxi_reduced *r, struct cvxi_piece *p,
                   struct cvx_error *err)
{
  size_t d = r->d, k = p->n_bound, rank = 0, at = 0;
  double *a, *tau, *work;
  lapack_int *pivot;
  enum cvx_status st = CVX_OK;
  memset (p->basis, 0, d * d * sizeof *p->basis);
  if (k == 0)
    {
      for (size_t i = 0; i < d; i++)
        p->basis[i * d + i] = 1;
      p->rank = d;
      return CVX_OK;
    }
  if (k < d)
    k = d; /* room for all of Q */
  a = cvx_calloc (d, k * sizeof *a);
  tau = cvx_calloc (d, sizeof *tau);
  pivot = cvx_calloc (k, sizeof *pivot);
  work = cvx_calloc (64, (k + d + 1) * sizeof *work);
  if (a == NULL || tau == NULL || pivot == NULL || work == NULL)
    st = cvx_fail_nomem (err, "polishing");
  else
    {
      lapack_int m = (lapack_int)d, c = (lapack_int)p->n_bound;
      lapack_int n_work = (lapack_int)(64 * (k + d + 1)), used;
      for (size_t i = 0; i < r->n; i++)
        if (p->bound[i])
          {
            for (size_t l = 0; l < d; l++)
              a[at * d + l] = r->x[i * d + l] / r->row_norm[i];
            at++;
          }
      used = m < c ? m : c;
      LAPACKE_dgeqp3_work (LAPACK_COL_MAJOR, m, c, a, m, pivot, tau, work,
                           n_work);
      while (rank < (size_t)used && fabs (a[rank * d + rank]) > 1e-9)
        rank++;
      LAPACKE_dorgqr_work (LAPACK_COL_MAJOR, m, m, (lapack_int)rank, a, m, tau,
                           work, n_work);
      p->rank = d - rank;
      memcpy (p->basis, a + rank * d, p->rank * d * sizeof *p->basis);
      /* w = B B'w */
      memcpy (work, p->w, d * sizeof *work);
      memset (p->w, 0, d * sizeof *p->w);
      for (size_t l = 0; l < p->rank; l++)
        cblas_daxpy (m, dot (d, p->basis + l * d, work), p->basis + l * d, 1,
                     p->w, 1);
    }
  cvx_free (a);
  cvx_free (tau);
  cvx_free (pivot);
  cvx_free (work);
  return st;
}

/* Bind the rows on whose hyperplane w lies within TOL; fewer when they would
   leave nothing but zero.  */
static enum cvx_status
bind_near (struct cvxi_reduced *r, struct cvxi_piece *p, double tol,
           struct cvx_error *err)
{
  double size = norm (r->d, p->w);
  enum cvx_status st;
  if (size == 0)
    {
      p->rank = 0;
      return CVX_OK;
    }
  if (!r->cones)
    return cvxi_reduced_face (r, p, err);
  memcpy (r->vector, p->w, r->d * sizeof *r->vector);
  times_x (r, r->vector, r->row);
  for (;; tol /= 10)
    {
      p->n_bound = 0;
      for (size_t i = 0; i < r->n; i++)
        {
          p->bound[i] = r->row_norm[i] > 0
                        && fabs (r->row[i]) <= tol * r->row_norm[i] * size;
          p->n_bound += p->bound[i];
        }
      st = cvxi_reduced_face (r, p, err);
      if (st != CVX_OK || p->rank > 0 || p->n_bound == 0 || tol == 0)
        return st;
      memcpy (p->w, r->vector, r->d * sizeof *p->w);
    }
}

/* The pattern and sign of block BLOCK, read off A_g times a generic vector. */
static enum cvx_status
identify (struct cvxi_reduced *r, struct cvxi_piece *p, struct cvx_error *err)
{
  const struct cvx_formulation *f = cvxi_rows (r->f);
  enum cvx_status st
      = f->class->apply_list (f, 1, &p->block, r->probe, r->trial, NULL);
  if (st != CVX_OK)
    return st;
  p->sign = 1;
  p->output = cvx_formulation_output (r->f, p->block);
  for (size_t i = 0; i < r->n; i++)
    r->row[i] = r->trial[place (r, p, i)];
  for (size_t i = 0; i < r->n; i++)
    if (fabs (r->row[i]) > 0.5 * fabs (r->at[i]))
      {
        p->sign = r->row[i] * r->at[i] > 0 ? 1 : -1;
        p->bits[i / 64] |= UINT64_C (1) << (i % 64);
      }
  for (size_t i = 0; i < r->n; i++)
    if (fabs (r->row[i] - (is_on (p, i) ? p->sign * r->at[i] : 0))
        > 1e-9 * (fabs (r->at[i]) + r->row_norm[i]))
      return cvx_fail (err, CVX_E368,
                       "polish knows neurons with one pattern, which "
                       "formulation %s has not",
                       r->f->class->name);
  return CVX_OK;
}

/* The piece of BLOCK, made with zero weights when there is none.  */
static enum cvx_status
piece_of (struct cvxi_reduced *r, size_t block, size_t *j,
          struct cvx_error *err)
{
  struct cvxi_piece *p, new;
  enum cvx_status st;
  for (*j = 0; *j < r->n_pieces; (*j)++)
    if (r->piece[*j].block == block)
      return CVX_OK;
  if (r->n_pieces == r->cap)
    {
      size_t cap = 2 * r->cap + 16;
      p = cvx_grow (r->piece, r->n_pieces, cap, sizeof *p);
      if (p == NULL)
        return cvx_fail_nomem (err, "polishing");
      r->piece = p;
      r->cap = cap;
    }
  memset (&new, 0, sizeof new);
  new.block = block;
  new.bits = cvx_calloc (r->n_words, sizeof *new.bits);
  new.w = cvx_calloc (r->d, sizeof *new.w);
  new.basis = cvx_calloc (r->d, r->d * sizeof *new.basis);
  new.bound = cvx_calloc (r->n, 1);
  st = new.bits != NULL &&new.w != NULL &&new.basis != NULL &&new.bound != NULL
           ? identify (r, &new, err)
           : cvx_fail_nomem (err, "polishing");
  if (st != CVX_OK)
    {
      piece_free (&new);
      return st;
    }
  while (*j > 0 && r->piece[*j - 1].output > new.output)
    --*j;
  p = &r->piece[*j];
  memmove (p + 1, p, (r->n_pieces - *j) * sizeof *p);
  *p = new;
  r->n_pieces++;
  return CVX_OK;
}

enum cvx_status
cvxi_reduced_add (struct cvxi_reduced *r, size_t block, const double *w,
                  double tol, struct cvx_error *err)
{
  size_t j;
  struct cvxi_piece *p;
  enum cvx_status st = piece_of (r, block, &j, err);
  if (st != CVX_OK)
    return st;
  p = &r->piece[j];
  for (size_t k = 0; k < r->d; k++)
    p->w[k] += w[k];
  r->f->class->prox_block (r->f, block, 0, p->w, p->w, 0);
  st = bind_near (r, p, tol, err);
  if (st == CVX_OK && (p->rank == 0 || norm (r->d, p->w) == 0))
    cvxi_reduced_drop (r, j);
  return st;
}

void
cvxi_reduced_update (struct cvxi_reduced *r)
{
  const struct cvx_formulation *f = r->f;
  double penalty = 0;
  memset (r->fit, 0, r->n_obs * sizeof *r->fit);
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      times_x (r, p->w, r->row);
      add_rows (r, p, p->sign, r->row, r->fit);
      penalty += norm (r->d, p->w);
    }
  f->loss->dual (r->fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                 r->nu);
  f->loss->curvature (r->fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                      r->curvature);
  r->objective = cvxi_loss_value (r->f, r->fit) + f->beta * penalty;
}

void
cvxi_reduced_gradient (struct cvxi_reduced *r, const struct cvxi_piece *p)
{
  double size = norm (r->d, p->w);
  for (size_t o = 0, i = 0; o < r->n_samples; o++)
    for (size_t q = 0; q < r->group; q++, i++)
      r->row[i]
          = is_on (p, i) ? -p->sign * r->scale * r->nu[place (r, p, o)] : 0;
  cblas_dgemv (CblasRowMajor, CblasTrans, (int)r->n, (int)r->d, 1, r->x,
               (int)r->d, r->row, 1, 0, r->gradient, 1);
  if (size > 0)
    cblas_daxpy ((int)r->d, r->f->beta / size, p->w, 1, r->gradient, 1);
}

double
cvxi_reduced_room (const struct cvxi_reduced *r, const struct cvxi_piece *p,
                   const double *xw, const double *xv, double t, size_t *hit)
{
  if (!r->cones)
    return t;
  for (size_t i = 0; i < r->n; i++)
    {
      double now = side (p, i) * xw[i], change = side (p, i) * xv[i];
      if (!p->bound[i] && change < 0 && now + t * change < 0)
        {
          t = fmax (0, now) / -change;
          *hit = i;
        }
    }
  return t;
}

double
cvxi_change_of_norm (size_t d, const double *w, double t, const double *v)
{
  double ww = 0, wv = 0, vv = 0, a, b;
  for (size_t k = 0; k < d; k++)
    {
      ww += w[k] * w[k];
      wv += w[k] * v[k];
      vv += v[k] * v[k];
    }
  a = sqrt (ww);
  b = sqrt (fmax (0, ww + 2 * t * wv + t * t * vv));
  return a + b > 0 ? (2 * t * wv + t * t * vv) / (a + b) : 0;
}

enum cvx_status
cvxi_reduced_line_step (struct cvxi_reduced *r, size_t j, const double *v,
                        double slope, struct cvx_error *err)
{
  struct cvxi_piece *p = &r->piece[j];
  double size = norm (r->d, p->w), along, curve = 0, t;
  size_t hit = SIZE_MAX;
  double *xw = r->trial, *xv = r->row;
  times_x (r, p->w, xw);
  times_x (r, v, xv);
  for (size_t o = 0, i = 0; o < r->n_samples; o++)
    {
      double h = r->curvature[place (r, p, o)], sum = 0;
      for (size_t q = 0; q < r->group; q++, i++)
        sum += is_on (p, i) && !p->bound[i] ? r->scale * xv[i] : 0;
      curve += (r->f->loss->coupled ? h - h * h : h) * sum * sum;
    }
  along = size > 0 ? dot (r->d, p->w, v) / size : 0;
  if (size > 0)
    curve += r->f->beta * fmax (0, dot (r->d, v, v) - along * along) / size;
  if (!(curve > 0))
    return CVX_OK;
  t = cvxi_reduced_room (r, p, xw, xv, -slope / curve, &hit);
  for (int tries = 0; tries < 40; tries++)
    {
      double change;
      memcpy (xw, r->fit, r->n_obs * sizeof *xw);
      add_rows (r, p, t * p->sign, xv, xw);
      change = cvxi_loss_value (r->f, xw) - cvxi_loss_value (r->f, r->fit)
               + r->f->beta * cvxi_change_of_norm (r->d, p->w, t, v);
      if (change <= 1e-4 * t * slope)
        {
          cblas_daxpy ((int)r->d, t, v, 1, p->w, 1);
          if (hit != SIZE_MAX && tries == 0)
            {
              p->bound[hit] = 1;
              p->n_bound++;
            }
          return cvxi_reduced_face (r, p, err);
        }
      t /= 2;
    }
  return CVX_OK;
}

enum cvx_status
cvxi_reduced_enter (struct cvxi_reduced *r, size_t block, const double *u,
                    bool *entered, struct cvx_error *err)
{
  size_t j;
  struct cvxi_piece *p;
  double slope;
  int threads;
  enum cvx_status st = piece_of (r, block, &j, err);
  *entered = false;
  if (st != CVX_OK)
    return st;
  p = &r->piece[j];
  if (norm (r->d, p->w) > 0)
    return CVX_OK;
  threads = cvx_blas_threads (1);
  cvxi_reduced_gradient (r, p);
  slope = dot (r->d, r->gradient, u) + r->f->beta;
  memcpy (p->w, u, r->d * sizeof *u);
  st = bind_near (r, p, 1e-11, err);
  memcpy (r->vector, p->w, r->d * sizeof *u);
  memset (p->w, 0, r->d * sizeof *u);
  if (st == CVX_OK && slope < 0 && p->rank > 0)
    st = cvxi_reduced_line_step (r, j, r->vector, slope, err);
  *entered = norm (r->d, r->piece[j].w) > 0;
  if (*entered)
    cvxi_reduced_update (r);
  else
    cvxi_reduced_drop (r, j);
  (void)cvx_blas_threads (threads);
  return st;
}
