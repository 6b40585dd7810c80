/* reduced.c -- Newton's method on the active neurons.

   With several outputs each piece is of one.  Pieces of different outputs do
   not meet in the Hessian unless the loss couples them: its Hessian at a
   sample is then diag (h) - h h' (loss.h), and h scales the columns of the
   second product.

   Each piece lives in a face of its cone: the rows x_i with x_i'w = 0 that are
   bound, and an orthonormal basis B of the vectors orthogonal to them; w = B
   c. In these coordinates the objective is smooth away from w = 0:

     gradient  B_j'(beta w_j / ||w_j|| - s_j X'D_j nu)
     Hessian   Phi' diag (l'') Phi + beta (I - c c'/||c||^2) / ||c|| blockwise,
               Phi_j = s_j D_j X B_j

   A step ends early where a row meets its hyperplane (the row is bound from
   then on) or where a weight vector passes through zero (the piece is dropped
   when that lowers the objective).  When the gradient in the faces is small,
   each piece is asked whether leaving its face would help: the steepest
   feasible direction is the projection of the negative gradient onto the cone
   of the bound rows; its rows with a positive product are released.  The
   objective falls with every step, so no face is visited for ever.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/reduced.h"
#include "solver/state.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "arrangement/patterns.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "linalg/threads.h"

enum
{
  WEIGHTS_MAX = 5000, /* unknowns of one dense Newton system */
  STEPS_MAX = 500
};

static double
norm (size_t n, const double *x)
{
  return cblas_dnrm2 ((int)n, x, 1);
}

static double
dot (size_t n, const double *x, const double *y)
{
  return cblas_ddot ((int)n, x, 1, y, 1);
}

static bool
is_on (const struct cvxi_piece *p, size_t i)
{
  return cvx_pattern_bit (p->bits, i);
}

/* 1 or -1: the side of x_i'w that the cone allows.  */
static double
side (const struct cvxi_piece *p, size_t i)
{
  return is_on (p, i) ? 1 : -1;
}

/* Where the output of P at sample I is.  */
static size_t
place (const struct cvxi_reduced *r, const struct cvxi_piece *p, size_t i)
{
  return i * r->n_outputs + p->output;
}

/* OUT = X v.  */
static void
times_x (const struct cvxi_reduced *r, const double *v, double *out)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int)r->n, (int)r->d, 1, r->x,
               (int)r->d, v, 1, 0, out, 1);
}

/* TO (n_obs) += C times what the rows with products XV give on piece P.  */
static void
add_rows (const struct cvxi_reduced *r, const struct cvxi_piece *p, double c,
          const double *xv, double *to)
{
  c *= r->scale;
  for (size_t o = 0, i = 0; o < r->n_samples; o++)
    for (size_t q = 0; q < r->group; q++, i++)
      if (is_on (p, i) && !p->bound[i])
        to[place (r, p, o)] += c * xv[i];
}

enum cvx_status
cvxi_reduced_new (struct cvxi_reduced **out, const struct cvx_formulation *f,
                  struct cvx_error *err)
{
  struct cvxi_reduced *r;
  struct cvx_rng rng;
  enum cvx_status st = CVX_OK;
  *out = NULL;
  if (f->patterns == NULL || f->block_len != cvxi_rows (f)->n_features)
    return cvx_fail (err, CVX_E368,
                     "polish knows neurons with one pattern, which "
                     "formulation %s has not",
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

static void
drop (struct cvxi_reduced *r, size_t j)
{
  piece_free (&r->piece[j]);
  r->n_pieces--;
  memmove (r->piece + j, r->piece + j + 1,
           (r->n_pieces - j) * sizeof *r->piece);
}

/* Basis of the face of P from its bound rows by a QR factorisation with
   pivoting, and w moved into the face.  *REACHED is the dimension of the face:
   0 leaves the basis empty.  */
static enum cvx_status
face (struct cvxi_reduced *r, struct cvxi_piece *p, struct cvx_error *err)
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
    return face (r, p, err);
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
      st = face (r, p, err);
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
    drop (r, j);
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

/* r->gradient = beta w / ||w|| - s X'D nu of piece P, all of R^d.  */
static void
piece_gradient (struct cvxi_reduced *r, const struct cvxi_piece *p)
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

/* How far piece P may go along V (X v in r->row): the largest t <= T with
   every free row on its side, and the row that ends it in *HIT.  */
static double
room (const struct cvxi_reduced *r, const struct cvxi_piece *p,
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

static double
change_of_norm (size_t d, const double *w, double t, const double *v)
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

/* Move piece J along V, a feasible direction of descent with slope SLOPE < 0:
   the minimiser of the quadratic model, shortened until the objective falls.
   Rows met are bound.  */
static enum cvx_status
line_step (struct cvxi_reduced *r, size_t j, const double *v, double slope,
           struct cvx_error *err)
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
  t = room (r, p, xw, xv, -slope / curve, &hit);
  for (int tries = 0; tries < 40; tries++)
    {
      double change;
      memcpy (xw, r->fit, r->n_obs * sizeof *xw);
      add_rows (r, p, t * p->sign, xv, xw);
      change = cvxi_loss_value (r->f, xw) - cvxi_loss_value (r->f, r->fit)
               + r->f->beta * change_of_norm (r->d, p->w, t, v);
      if (change <= 1e-4 * t * slope)
        {
          cblas_daxpy ((int)r->d, t, v, 1, p->w, 1);
          if (hit != SIZE_MAX && tries == 0)
            {
              p->bound[hit] = 1;
              p->n_bound++;
            }
          return face (r, p, err);
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
  piece_gradient (r, p);
  slope = dot (r->d, r->gradient, u) + r->f->beta;
  memcpy (p->w, u, r->d * sizeof *u);
  st = bind_near (r, p, 1e-11, err);
  memcpy (r->vector, p->w, r->d * sizeof *u);
  memset (p->w, 0, r->d * sizeof *u);
  if (st == CVX_OK && slope < 0 && p->rank > 0)
    st = line_step (r, j, r->vector, slope, err);
  *entered = norm (r->d, r->piece[j].w) > 0;
  if (*entered)
    cvxi_reduced_update (r);
  else
    drop (r, j);
  (void)cvx_blas_threads (threads);
  return st;
}

/* Leave faces where that helps.  LIMIT: only for pieces whose steepest
   feasible direction is longer than this.  *MOVED counts pieces.  */
static enum cvx_status
release (struct cvxi_reduced *r, double limit, size_t *moved,
         struct cvx_error *err)
{
  *moved = 0;
  if (!r->cones)
    return CVX_OK;
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      struct cvxi_piece *p = &r->piece[j];
      struct cvx_cone cone = { r->x, r->d, p->bits, r->list, 0 };
      double length;
      enum cvx_status st;
      if (p->n_bound == 0)
        continue;
      for (size_t i = 0; i < r->n; i++)
        if (p->bound[i])
          r->list[cone.n++] = (uint32_t)i;
      piece_gradient (r, p);
      for (size_t k = 0; k < r->d; k++)
        r->gradient[k] = -r->gradient[k];
      length
          = cvx_cone_project (&cone, r->gradient, r->vector, false, r->cone);
      if (!(length > limit))
        continue;
      times_x (r, r->vector, r->row);
      for (size_t i = 0; i < r->n; i++)
        if (p->bound[i]
            && side (p, i) * r->row[i] > 1e-9 * r->row_norm[i] * length)
          {
            p->bound[i] = 0;
            p->n_bound--;
          }
      st = line_step (r, j, r->vector, -length * length, err);
      if (st != CVX_OK)
        return st;
      ++*moved;
      cvxi_reduced_update (r);
    }
  return CVX_OK;
}

/* One Newton system: N unknowns, piece j from start[j] on.  */
struct newton
{
  size_t n_unknowns, cap; /* cap: unknowns that the arrays have room for */
  double *phi, *hessian, *factor, *gradient, *step;
  double *xw, *xv; /* n x n_pieces */
  double *v;       /* d x n_pieces: the step in R^d */
  size_t cap_pieces;
};

static void
newton_free (struct newton *s)
{
  cvx_free (s->phi);
  cvx_free (s->hessian);
  cvx_free (s->factor);
  cvx_free (s->gradient);
  cvx_free (s->step);
  cvx_free (s->xw);
  cvx_free (s->xv);
  cvx_free (s->v);
}

static enum cvx_status
newton_reserve (struct newton *s, const struct cvxi_reduced *r,
                struct cvx_error *err)
{
  size_t n = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    n += r->piece[j].rank;
  s->n_unknowns = n;
  if (n > WEIGHTS_MAX)
    return cvx_fail (err, CVX_E368,
                     "%zu active weights are too many for polish, which can "
                     "treat %d",
                     n, WEIGHTS_MAX);
  if (n <= s->cap && r->n_pieces <= s->cap_pieces)
    return CVX_OK;
  newton_free (s);
  memset (s, 0, sizeof *s);
  s->n_unknowns = n;
  s->cap = n;
  s->cap_pieces = r->n_pieces;
  s->phi = cvx_alloc (r->n, n * sizeof (double));
  s->hessian = cvx_alloc (n, n * sizeof (double));
  s->factor = cvx_alloc (n, n * sizeof (double));
  s->gradient = cvx_alloc (n, sizeof (double));
  s->step = cvx_alloc (n, sizeof (double));
  s->xw = cvx_alloc (r->n, r->n_pieces * sizeof (double));
  s->xv = cvx_alloc (r->n, r->n_pieces * sizeof (double));
  s->v = cvx_alloc (r->d, r->n_pieces * sizeof (double));
  if (!s->phi || !s->hessian || !s->factor || !s->gradient || !s->step
      || !s->xw || !s->xv || !s->v)
    return cvx_fail_nomem (err, "polishing");
  return CVX_OK;
}

/* Threads worth starting for a system of N unknowns: below some 1e8 flops they
   cost more than they save.  */
static int
threads_for (const struct cvxi_reduced *r, size_t n)
{
  return (double)(r->n + n) * (double)n * (double)n > 2e8 ? r->f->threads : 1;
}

/* The part of the loss in the Hessian, from phi with its columns scaled by the
   roots of the curvatures.  */
static void
second_derivatives (struct newton *s, const struct cvxi_reduced *r)
{
  size_t n = r->n, big = s->n_unknowns, from = 0, at = 0;
  if (r->n_outputs > 1)
    memset (s->hessian, 0, big * big * sizeof *s->hessian);
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      at += p->rank;
      if (j + 1 < r->n_pieces && p[1].output == p->output)
        continue;
      cblas_dsyrk (CblasColMajor, CblasLower, CblasTrans, (int)(at - from),
                   (int)r->n_samples, 1, s->phi + from * n, (int)n, 0,
                   s->hessian + from * big + from, (int)big);
      from = at;
    }
  if (!r->f->loss->coupled)
    return;
  at = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      for (size_t k = at; k < at + p->rank; k++)
        for (size_t i = 0; i < r->n_samples; i++)
          s->phi[k * n + i] *= sqrt (r->curvature[place (r, p, i)]);
      at += p->rank;
    }
  cblas_dsyrk (CblasColMajor, CblasLower, CblasTrans, (int)big,
               (int)r->n_samples, -1, s->phi, (int)n, 1, s->hessian, (int)big);
}

/* Gradient and Hessian in face coordinates.  Returns the largest gradient of a
   piece.  */
static double
assemble (struct newton *s, struct cvxi_reduced *r)
{
  size_t n = r->n, d = r->d, big = s->n_unknowns, at = 0;
  double largest = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      double *phi = s->phi + at * n;
      /* column after column: X B is n x rank */
      cblas_dgemm (CblasColMajor, CblasTrans, CblasNoTrans, (int)n,
                   (int)p->rank, (int)d, p->sign * r->scale, r->x, (int)d,
                   p->basis, (int)d, 0, phi, (int)n);
      piece_gradient (r, p);
      cblas_dgemv (CblasColMajor, CblasTrans, (int)d, (int)p->rank, 1,
                   p->basis, (int)d, r->gradient, 1, 0, s->gradient + at, 1);
      largest = fmax (largest, norm (p->rank, s->gradient + at));
      for (size_t k = 0; k < p->rank; k++)
        for (size_t o = 0, i = 0; o < r->n_samples; o++)
          {
            double sum = 0;
            for (size_t q = 0; q < r->group; q++, i++)
              sum += is_on (p, i) && !p->bound[i] ? phi[k * n + i] : 0;
            phi[k * n + o] = sum * sqrt (r->curvature[place (r, p, o)]);
          }
      at += p->rank;
    }
  (void)cvx_blas_threads (threads_for (r, big));
  second_derivatives (s, r);
  at = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      double size = norm (d, p->w), *c = s->step; /* free until the solve */
      cblas_dgemv (CblasColMajor, CblasTrans, (int)d, (int)p->rank, 1 / size,
                   p->basis, (int)d, p->w, 1, 0, c, 1);
      for (size_t k = 0; k < p->rank; k++)
        for (size_t l = k; l < p->rank; l++)
          s->hessian[(at + k) * big + at + l]
              += r->f->beta / size * ((k == l) - c[k] * c[l]);
      at += p->rank;
    }
  return largest;
}

/* step = -(H + ridge)^{-1} gradient; the ridge grows until H is positive
   definite.  */
static enum cvx_status
newton_direction (struct newton *s, struct cvx_error *err)
{
  size_t n = s->n_unknowns;
  double trace = 0, ridge;
  for (size_t k = 0; k < n; k++)
    trace += s->hessian[k * n + k];
  ridge = 1e-15 * trace / (double)n;
  for (int tries = 0; tries < 12; tries++, ridge *= 30)
    {
      memcpy (s->factor, s->hessian, n * n * sizeof *s->factor);
      for (size_t k = 0; k < n; k++)
        {
          s->factor[k * n + k] += ridge;
          s->step[k] = -s->gradient[k];
        }
      if (LAPACKE_dposv_work (LAPACK_COL_MAJOR, 'L', (lapack_int)n, 1,
                              s->factor, (lapack_int)n, s->step, (lapack_int)n)
          == 0)
        return CVX_OK;
    }
  return cvx_fail (err, CVX_E369,
                   "the Newton system of %zu weights could not be factorised",
                   n);
}

/* What ends a Newton step before its full length.  */
struct stop
{
  double t;
  size_t piece, row; /* row SIZE_MAX: the piece passes through zero */
};

/* v, X v and X w of every piece, and how far the step can go.  */
static struct stop
reach (struct newton *s, struct cvxi_reduced *r)
{
  struct stop stop = { 1, SIZE_MAX, SIZE_MAX };
  size_t at = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      struct cvxi_piece *p = &r->piece[j];
      double *v = s->v + j * r->d, along, t;
      size_t hit = SIZE_MAX;
      cblas_dgemv (CblasColMajor, CblasNoTrans, (int)r->d, (int)p->rank, 1,
                   p->basis, (int)r->d, s->step + at, 1, 0, v, 1);
      times_x (r, p->w, s->xw + j * r->n);
      times_x (r, v, s->xv + j * r->n);
      t = room (r, p, s->xw + j * r->n, s->xv + j * r->n, stop.t, &hit);
      if (hit != SIZE_MAX)
        stop = (struct stop){ t, j, hit };
      along = dot (r->d, p->w, v);
      if (along < 0 && dot (r->d, p->w, p->w) + stop.t * along <= 0)
        stop = (struct stop){ -dot (r->d, p->w, p->w) / along, j, SIZE_MAX };
      at += p->rank;
    }
  return stop;
}

/* Change of the objective for a step of T; piece SKIP (or none) is set to
   zero.  */
static double
change (struct newton *s, struct cvxi_reduced *r, double t, size_t skip)
{
  double penalty = 0;
  memcpy (r->trial, r->fit, r->n_obs * sizeof *r->trial);
  for (size_t j = 0; j < r->n_pieces; j++)
    {
      const struct cvxi_piece *p = &r->piece[j];
      const double *xv = s->xv + j * r->n, *xw = s->xw + j * r->n;
      add_rows (r, p, j == skip ? -p->sign : t * p->sign, j == skip ? xw : xv,
                r->trial);
      penalty += j == skip ? -norm (r->d, p->w)
                           : change_of_norm (r->d, p->w, t, s->v + j * r->d);
    }
  return cvxi_loss_value (r->f, r->trial) - cvxi_loss_value (r->f, r->fit)
         + r->f->beta * penalty;
}

/* Take the step in s->step.  *DONE is true when nothing could be gained.  */
static enum cvx_status
advance (struct newton *s, struct cvxi_reduced *r, bool *done,
         struct cvx_error *err)
{
  double slope = dot (s->n_unknowns, s->gradient, s->step);
  struct stop stop = reach (s, r);
  double t = stop.t, floor = 1e-15 * fabs (r->objective);
  size_t gone = SIZE_MAX;
  bool whole = true;
  enum cvx_status st = CVX_OK;
  *done = false;
  if (stop.piece != SIZE_MAX && stop.row == SIZE_MAX)
    {
      if (change (s, r, t, stop.piece) <= 0)
        gone = stop.piece;
      else
        {
          t *= 0.9; /* stay away from the kink */
          whole = false;
        }
    }
  if (gone == SIZE_MAX)
    for (int tries = 0;; tries++)
      {
        if (change (s, r, t, SIZE_MAX) <= 1e-4 * t * slope + floor)
          break;
        if (tries == 40)
          {
            *done = true;
            return CVX_OK;
          }
        t /= 2;
        whole = false;
      }
  for (size_t j = 0; j < r->n_pieces; j++)
    cblas_daxpy ((int)r->d, t, s->v + j * r->d, 1, r->piece[j].w, 1);
  if (gone != SIZE_MAX)
    drop (r, gone);
  else if (whole && stop.piece != SIZE_MAX && stop.row != SIZE_MAX)
    {
      struct cvxi_piece *p = &r->piece[stop.piece];
      p->bound[stop.row] = 1;
      p->n_bound++;
      st = face (r, p, err);
      if (st == CVX_OK && (p->rank == 0 || norm (r->d, p->w) == 0))
        drop (r, stop.piece);
    }
  return st;
}

/* Pieces whose weights are rounding errors of the others.  */
static void
drop_small (struct cvxi_reduced *r)
{
  double largest = 0;
  for (size_t j = 0; j < r->n_pieces; j++)
    largest = fmax (largest, norm (r->d, r->piece[j].w));
  for (size_t j = r->n_pieces; j-- > 0;)
    if (norm (r->d, r->piece[j].w) <= 1e-13 * largest)
      drop (r, j);
}

enum cvx_status
cvxi_reduced_solve (struct cvxi_reduced *r, struct cvx_progress *progress,
                    struct cvx_error *err)
{
  struct newton s;
  double best = HUGE_VAL, beta = r->f->beta;
  int idle = 0, threads = cvx_blas_threads (1);
  enum cvx_status st = CVX_OK;
  memset (&s, 0, sizeof s);
  cvxi_reduced_update (r);
  for (int k = 0; st == CVX_OK && k < STEPS_MAX && r->n_pieces > 0; k++)
    {
      double largest;
      size_t moved = 0;
      bool done;
      if (cvx_aborted (progress))
        {
          st = cvx_fail_interrupted (err);
          break;
        }
      st = newton_reserve (&s, r, err);
      if (st != CVX_OK)
        break;
      largest = assemble (&s, r);
      (void)cvx_blas_threads (1);
      if (largest < 0.5 * best)
        {
          best = largest;
          idle = 0;
        }
      else
        idle++;
      st = release (r, fmax (1e-12 * beta, 3 * largest), &moved, err);
      if (st == CVX_OK && moved > 0)
        {
          best = HUGE_VAL;
          drop_small (r);
          cvxi_reduced_update (r);
          continue;
        }
      if (st != CVX_OK || largest <= 1e-14 * beta
          || (idle >= 4 && largest <= 1e-9 * beta))
        break;
      (void)cvx_blas_threads (threads_for (r, s.n_unknowns));
      st = newton_direction (&s, err);
      (void)cvx_blas_threads (1);
      if (st == CVX_OK)
        st = advance (&s, r, &done, err);
      if (st != CVX_OK)
        break;
      drop_small (r);
      cvxi_reduced_update (r);
      if (done)
        break;
    }
  newton_free (&s);
  (void)cvx_blas_threads (threads);
  return st;
}
