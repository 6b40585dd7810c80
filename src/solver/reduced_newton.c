/* reduced_newton.c -- Newton's method on the active neurons.

   In the coordinates of their faces (reduced.c).

   With several outputs each piece is of one.  Pieces of different outputs do
   not meet in the Hessian unless the loss couples them: its Hessian at a
   sample is then diag (h) - h h' (loss.h), and h scales the columns of the
   second product.

   A step ends early where a row meets its hyperplane (the row is bound from
   then on) or where a weight vector passes through zero (the piece is dropped
   when that lowers the objective).  When the gradient in the faces is small,
   each piece is asked whether leaving its face would help: the steepest
   feasible direction is the projection of the negative gradient onto the cone
   of the bound rows; its rows with a positive product are released.  The
   objective falls with every step, so no face is visited for ever.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/reduced_private.h"
#include "solver/state.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/threads.h"

enum
{
  WEIGHTS_MAX = 5000, /* unknowns of one dense Newton system */
  STEPS_MAX = 500
};

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
      cvxi_reduced_gradient (r, p);
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
      st = cvxi_reduced_line_step (r, j, r->vector, -length * length, err);
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
  return (double)(r->n + n) * (double)n * (double)n > 2e8 ? r->f->most_threads
                                                          : 1;
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
      cvxi_reduced_gradient (r, p);
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
      t = cvxi_reduced_room (r, p, s->xw + j * r->n, s->xv + j * r->n, stop.t,
                             &hit);
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
      penalty += j == skip
                     ? -norm (r->d, p->w)
                     : cvxi_change_of_norm (r->d, p->w, t, s->v + j * r->d);
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
    cvxi_reduced_drop (r, gone);
  else if (whole && stop.piece != SIZE_MAX && stop.row != SIZE_MAX)
    {
      struct cvxi_piece *p = &r->piece[stop.piece];
      p->bound[stop.row] = 1;
      p->n_bound++;
      st = cvxi_reduced_face (r, p, err);
      if (st == CVX_OK && (p->rank == 0 || norm (r->d, p->w) == 0))
        cvxi_reduced_drop (r, stop.piece);
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
      cvxi_reduced_drop (r, j);
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
