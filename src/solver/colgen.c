/* colgen.c -- which blocks to add to the reduced problem.

   Block g, started along the maximiser u of

     psi_g (nu) = max {nu'A_g u : ||u|| <= 1, u in K_g},

   changes the objective at the rate beta - psi_g (nu) (Pilanci and Ergen,
   ICML 2020, (4): psi_g <= beta for all g is dual feasibility).  The largest
   psi of all blocks are near-copies of one neuron in neighbouring cells, so
   the directions that enter together are kept apart by an angle.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/colgen.h"

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/threads.h"

enum
{
  ENTER = 24,           /* blocks of an output that enter in one round ... */
  ENTER_MAX = 8 * ENTER /* ... and of all */
};

/* Directions of one output that enter together have at most this cosine.  */
static const double distinct = 0.97;
/* psi above beta by less than this is rounding.  */
static const double price_tol = 1e-12;

enum cvx_status
cvxi_colgen_new (struct cvxi_colgen **out, const struct cvx_formulation *f,
                 struct cvx_error *err)
{
  struct cvxi_colgen *c = cvx_calloc (1, sizeof *c);
  enum cvx_status st;
  *out = NULL;
  if (c == NULL)
    return cvx_fail_nomem (err, "generating columns");
  c->f = f;
  st = cvxi_reduced_new (&c->reduced, f, err);
  if (st == CVX_OK)
    {
      c->z = cvx_alloc (f->n_var, sizeof *c->z);
      c->u = cvx_alloc (f->n_var, sizeof *c->u);
      c->psi = cvx_alloc (f->n_blocks, sizeof *c->psi);
      c->order = cvx_alloc (f->n_blocks, sizeof *c->order);
      if (!c->z || !c->u || !c->psi || !c->order)
        st = cvx_fail_nomem (err, "generating columns");
    }
  if (st != CVX_OK)
    {
      cvxi_colgen_free (c);
      return st;
    }
  *out = c;
  return CVX_OK;
}

void
cvxi_colgen_free (struct cvxi_colgen *c)
{
  if (c == NULL)
    return;
  cvxi_reduced_free (c->reduced);
  cvx_free (c->z);
  cvx_free (c->u);
  cvx_free (c->psi);
  cvx_free (c->order);
  cvx_free (c);
}

/* Move C->order[K] towards the leaves of a heap of N with the largest psi on
   top.  */
static void
sift (struct cvxi_colgen *c, size_t k, size_t n)
{
  size_t *heap = c->order;
  for (;;)
    {
      size_t child = 2 * k + 1, top = heap[k];
      if (child >= n)
        return;
      if (child + 1 < n && c->psi[heap[child + 1]] > c->psi[heap[child]])
        child++;
      if (c->psi[heap[child]] <= c->psi[top])
        return;
      heap[k] = heap[child];
      heap[child] = top;
      k = child;
    }
}

static enum cvx_status
price (struct cvxi_colgen *c, const double *skip,
       struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = c->f;
  size_t len = f->block_len;
  if (f->class->adjoint (f, c->reduced->nu, c->z, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
    /* The multipliers of the last call often show that psi is at most beta,
       and then its value does not matter.  */
#pragma omp parallel for schedule(dynamic, 4) num_threads(f->threads)
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      const double *z = c->z + g * len;
      int thread = cvx_thread_number ();
      size_t solved = 0;
      c->psi[g] = skip != NULL && skip[g] != 0
                      ? 0
                      : f->class->support_bound (f, g, z, thread);
      if (c->psi[g] > f->beta && !cvx_aborted (progress))
        c->psi[g]
            = f->class->support (f, g, z, c->u + g * len, &solved, thread);
    }
  if (cvx_aborted (progress))
    return cvx_fail_interrupted (err);
  c->n_violators = 0;
  for (size_t g = 0; g < f->n_blocks; g++)
    if (c->psi[g] > f->beta * (1 + price_tol))
      c->order[c->n_violators++] = g;
  for (size_t k = c->n_violators / 2; k-- > 0;)
    sift (c, k, c->n_violators);
  return CVX_OK;
}

enum cvx_status
cvxi_colgen_price (struct cvxi_colgen *c, const double *skip,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_lap before = cvx_lap_begin (c->f->watch, CVX_LAP_PRICING);
  enum cvx_status st = price (c, skip, progress, err);
  cvx_lap_end (c->f->watch, before);
  return st;
}

enum cvx_status
cvxi_colgen_enter (struct cvxi_colgen *c, struct cvx_error *err)
{
  size_t chosen[ENTER_MAX], n_chosen = 0, len = c->f->block_len;
  size_t most = c->f->n_outputs < ENTER_MAX / ENTER ? c->f->n_outputs * ENTER
                                                    : ENTER_MAX;
  enum cvx_status st = CVX_OK;
  for (size_t n = c->n_violators; n > 0 && n_chosen < most; n--)
    {
      size_t g = c->order[0];
      const double *u = c->u + g * len;
      bool entered, near = false;
      c->order[0] = c->order[n - 1];
      sift (c, 0, n - 1);
      for (size_t k = 0; k < n_chosen && !near; k++)
        near = cvx_formulation_output (c->f, g)
                   == cvx_formulation_output (c->f, chosen[k])
               && cblas_ddot ((int)len, u, 1, c->u + chosen[k] * len, 1)
                      > distinct;
      if (near)
        continue;
      st = cvxi_reduced_enter (c->reduced, g, u, &entered, err);
      if (st != CVX_OK)
        break;
      if (entered)
        chosen[n_chosen++] = g;
    }
  c->n_violators = 0;
  return st;
}
