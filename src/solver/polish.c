/* polish.c -- from a good network to one that is optimal to rounding.

   The neurons of the best network become the pieces of a small
   problem, which Newton's method solves to rounding (reduced.c).  Then all
   blocks are priced: psi_g (nu) > beta says that block g, started along the
   maximiser of psi_g, lowers the objective.  The worst of them, with distinct
   directions, enter, and Newton goes on, until no block is left or nothing
   improves.  With that this is column generation, so it also repairs a start
   with wrong neurons.

   The result is certified like every other point, and kept only when its ends
   are better.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/bound.h"
#include "linalg/threads.h"
#include "solver/colgen.h"

enum
{
  ROUNDS_MAX = 100,
  BOUND_ROUNDS = 4, /* for a better bound of a trained network */
  LINEAR_MAX = 10   /* iterations of subspace and cd */
};

/* The source of neuron J of NET whose cone is nearest to W; SIZE_MAX when the
   network does not say where it is from.  NEAR is scratch for a block.  */
static size_t
home (const struct cvx_formulation *f, const struct cvx_network *net, size_t j,
      const double *w, double *near)
{
  size_t best = SIZE_MAX;
  double least = CVX_INFINITY;
  if (net->merged == NULL)
    return SIZE_MAX;
  for (size_t k = net->merged[j]; k < net->merged[j + 1]; k++)
    {
      size_t g = net->source[k];
      double far = 0;
      if (g >= f->n_blocks)
        continue;
      f->class->prox_block (f, g, 0, w, near, 0);
      for (size_t i = 0; i < f->block_len; i++)
        far += (near[i] - w[i]) * (near[i] - w[i]);
      if (far < least)
        {
          least = far;
          best = g;
        }
    }
  return best;
}

/* The neurons of the run's network as pieces, after pruning to independent
   activations, which keeps the Hessian definite.  A rough network has rows
   that are nearly on their hyperplanes: bind them too, a wrong one is
   released.  */
static enum cvx_status
start (const struct cvx_run *run, struct cvxi_colgen *c, struct cvx_error *err)
{
  const struct cvx_formulation *f = run->formulation;
  struct cvx_network *net;
  size_t d = f->block_len;
  double tol = fmin (1e-3, fmax (1e-9, 0.1 * sqrt (cvx_run_gap (run))));
  double *w = cvx_alloc (d, sizeof *w);
  enum cvx_status st = cvx_network_copy (&net, run->net, err);
  if (st == CVX_OK && w == NULL)
    st = cvx_fail_nomem (err, "polishing");
  if (st == CVX_OK && f->conv.pool == CVX_POOL_SEPARATE)
    net->conv.d = 0; /* the samples of F are patches */
  if (st == CVX_OK && net->conv.d == 0)
    st = cvx_network_prune (net, f->x, f->n_samples, 1e-10, err);
  for (size_t j = 0; st == CVX_OK && j < net->width; j++)
    {
      const double *out = net->a + j * net->n_outputs;
      double a = out[cblas_idamax ((int)net->n_outputs, out, 1)];
      size_t g;
      for (size_t i = 0; i < d; i++)
        w[i] = net->u[j * d + i]
               * (net->activation == CVX_ACT_RELU ? fabs (a) : a);
      g = home (f, net, j, w, c->z);
      if (g != SIZE_MAX)
        st = cvxi_reduced_add (c->reduced, g, w, tol, err);
    }
  cvx_network_free (net);
  cvx_free (w);
  return st;
}

static enum cvx_status
rounds (struct cvxi_colgen *c, struct cvx_progress *progress,
        struct cvx_error *err)
{
  double last = CVX_INFINITY;
  int idle = 0;
  enum cvx_status st = CVX_OK;
  for (int k = 0; st == CVX_OK && k < ROUNDS_MAX && idle < 2; k++)
    {
      st = cvxi_reduced_solve (c->reduced, progress, err);
      if (st == CVX_OK)
        st = cvxi_colgen_price (c, NULL, progress, err);
      if (st != CVX_OK || c->n_violators == 0)
        break;
      if (c->reduced->objective < last - 1e-14 * fabs (last))
        idle = 0;
      else
        idle++;
      last = c->reduced->objective;
      st = cvxi_colgen_enter (c, err);
    }
  return st;
}

/* Certify the pieces and count the ends into the run.  */
static enum cvx_status
finish (struct cvx_run *run, const struct cvxi_reduced *r,
        struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  struct cvx_network *net = NULL;
  struct cvx_certificate cert;
  size_t len = run->formulation->block_len;
  size_t *block = cvx_alloc (r->n_pieces, sizeof *block);
  double *x = cvx_alloc (r->n_pieces, len * sizeof *x);
  enum cvx_status st = CVX_OK;
  if (block == NULL || x == NULL)
    st = cvx_fail_nomem (err, "polishing");
  else
    {
      struct cvx_point point = { r->n_pieces, block, x, NULL, r->nu };
      for (size_t j = 0; j < r->n_pieces; j++)
        {
          block[j] = r->piece[j].block;
          memcpy (x + j * len, r->piece[j].w, len * sizeof *x);
        }
      st = cvx_formulation_certify (run->formulation, &point, &cert, &net,
                                    d->nu, progress, err);
    }
  if (st == CVX_OK)
    st = cvxi_run_take (run, &cert, &net, d->nu, err);
  cvx_network_free (net);
  cvx_free (block);
  cvx_free (x);
  return st;
}

/* A trained network keeps the cells of its neurons: the convex program over
   those (Wang, Lacotte, Pilanci, ICLR 2022, theorem 3), so that the gap left
   is the one that training cannot see.  Its lower end counts into the run,
   and with KEEP its network.  */
static enum cvx_status
refit_run (struct cvx_run *run, bool keep, struct cvx_progress *progress,
           struct cvx_error *err)
{
  struct cvxi_driver *d = run->driver;
  const struct cvx_formulation *f = run->formulation;
  struct cvx_network *net = NULL;
  struct cvx_bound_options options = { 0 };
  struct cvx_bound b;
  double *dual = cvx_alloc (f->n_obs, sizeof *dual);
  enum cvx_status st
      = dual == NULL ? cvx_fail_nomem (err, "bounding") : CVX_OK;
  if (st == CVX_OK)
    st = cvx_network_refit (f, run->net, NULL, 0, 1e-12, &net, NULL, progress,
                            err);
  if (st == CVX_OK)
    st = cvx_network_dual (f, net, BOUND_ROUNDS, dual, progress, err);
  if (st == CVX_OK)
    st = cvx_network_bound (f, net, dual, &options, &b, d->nu, progress, err);
  if (st == CVX_OK)
    {
      struct cvx_certificate cert = b.cert;
      cvx_bound_clear (&b);
      if (!keep)
        {
          cert.pobj = CVX_INFINITY;
          cert.n_active = run->net->width;
        }
      st = cvxi_run_take (run, &cert, &net, d->nu, err);
    }
  cvx_network_free (net);
  cvx_free (dual);
  return st;
}

/* Networks that are linear: subspace and cd are Newton's method on the active
   pairs and frequencies, so a few of their iterations from the point of the
   run end at rounding.  */
static enum cvx_status
polish_linear (struct cvx_run *run, struct cvx_progress *progress,
               struct cvx_error *err)
{
  const struct cvx_formulation *f = run->formulation;
  const struct cvx_solver *solver
      = cvx_solver_find (f->class->nuclear ? "subspace" : "cd");
  struct cvx_settings settings = run->settings;
  const char *reason = solver->unsuited (f, &settings);
  struct cvx_certificate cert;
  struct cvx_run *other;
  struct cvx_point point;
  bool row;
  enum cvx_status st;
  if (reason != NULL)
    return cvx_fail (err, CVX_E368, "polish works by %s here: %s",
                     solver->name, reason);
  settings.tol = 1e-14;
  settings.maxiter = LINEAR_MAX;
  cvx_run_point (run, &point);
  st = cvx_run_new (&other, f, solver, &settings, &point, progress, err);
  if (st != CVX_OK)
    return st;
  cvx_run_begin (other, 0);
  while (st == CVX_OK && other->status == CVX_RUN_READY)
    st = cvx_run_step (other, 0, false, &row, progress, err);
  if (st == CVX_OK && other->status == CVX_RUN_INTERRUPTED)
    st = cvx_fail_interrupted (err);
  if (st == CVX_OK)
    {
      cert = other->last;
      cert.pobj = other->pobj;
      cert.dobj = other->dobj;
      st = cvxi_run_take (run, &cert, &other->net, other->nu, err);
    }
  cvx_run_free (other);
  return st;
}

static enum cvx_status
polish_blocks (struct cvx_run *run, struct cvx_progress *progress,
               struct cvx_error *err)
{
  struct cvxi_colgen *c;
  enum cvx_status st = cvxi_colgen_new (&c, run->formulation, err);
  if (st != CVX_OK)
    return st;
  st = start (run, c, err);
  if (st == CVX_OK)
    st = rounds (c, progress, err);
  if (st == CVX_OK)
    st = finish (run, c->reduced, progress, err);
  cvxi_colgen_free (c);
  return st;
}

enum cvx_status
cvx_run_tighten (struct cvx_run *run, struct cvx_progress *progress,
                 struct cvx_error *err)
{
  enum cvx_status st;
  int before;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  before = cvx_blas_threads (run->threads);
  st = refit_run (run, false, progress, err);
  (void)cvx_blas_threads (before);
  return st == CVX_OK ? cvxi_run_row (run, "bound", err) : st;
}

enum cvx_status
cvx_run_polish (struct cvx_run *run, double seconds,
                struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status st;
  int before;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  cvxi_run_clock (run, seconds);
  if (run->formulation->n_blocks == 0 && run->solver->network == NULL
      && run->formulation->patterns != NULL)
    return CVX_OK; /* interior ends with Newton's method itself */
  before = cvx_blas_threads (run->threads);
  if (run->solver->network != NULL)
    st = refit_run (run, true, progress, err);
  else if (run->formulation->patterns == NULL)
    st = polish_linear (run, progress, err);
  else
    st = polish_blocks (run, progress, err);
  (void)cvx_blas_threads (before);
  if (st == CVX_OK)
    st = cvxi_run_row (run, "polish", err);
  if (st != CVX_OK)
    return st;
  run->polished = true;
  if (cvx_run_gap (run) <= run->settings.tol)
    run->status = CVX_RUN_SOLVED;
  return CVX_OK;
}
