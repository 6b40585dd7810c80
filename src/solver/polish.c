/* polish.c -- from a good network to one that is optimal to rounding.

   ALGORITHMS b.4: the neurons of the best network become the pieces of a small
   problem, which Newton's method solves to rounding (reduced.c).  Then all
   blocks are priced: psi_g (nu) > beta says that block g, started along the
   maximiser of psi_g, lowers the objective.  The worst of them, with distinct
   directions, enter, and Newton goes on, until no block is left or nothing
   improves.  With that this is column generation, so it also repairs a start
   with wrong neurons.

   The result is certified like every other point, and kept only when its ends
   are better.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/threads.h"
#include "solver/reduced.h"
#include "solver/state.h"

enum
{
  ROUNDS_MAX = 60,
  ENTER_MAX = 24 /* blocks that enter in one round */
};

/* Entering directions of one sign differ by at least this cosine.  */
static const double distinct = 0.97;
/* psi_g above beta by less than this is rounding.  */
static const double price_tol = 2e-13;

struct polish
{
  struct cvx_run *run;
  const struct cvx_formulation *f;
  struct cvxi_reduced *reduced;
  double *z, *u; /* n_var: A'nu and the maximisers */
  double *psi;   /* n_blocks */
  size_t *order; /* n_blocks */
  double *w;     /* n_features */
};

static void
polish_free (struct polish *p)
{
  cvxi_reduced_free (p->reduced);
  cvx_free (p->z);
  cvx_free (p->u);
  cvx_free (p->psi);
  cvx_free (p->order);
  cvx_free (p->w);
}

/* The source of neuron J whose cone is nearest to W; SIZE_MAX when the network
   does not say where it is from.  */
static size_t
home (const struct polish *p, const struct cvx_network *net, size_t j,
      const double *w)
{
  size_t best = SIZE_MAX, d = p->f->block_len;
  double least = CVX_INFINITY;
  if (net->merged == NULL)
    return SIZE_MAX;
  for (size_t k = net->merged[j]; k < net->merged[j + 1]; k++)
    {
      size_t g = net->source[k];
      double far = 0;
      if (g >= p->f->n_blocks)
        continue;
      p->f->class->prox_block (p->f, g, 0, w, p->z, 0);
      for (size_t i = 0; i < d; i++)
        far += (p->z[i] - w[i]) * (p->z[i] - w[i]);
      if (far < least)
        {
          least = far;
          best = g;
        }
    }
  return best;
}

/* The neurons of the run's network as pieces.  */
static enum cvx_status
start (struct polish *p, struct cvx_error *err)
{
  const struct cvx_network *net = p->run->net;
  double gap = cvx_run_gap (p->run);
  double tol = fmin (1e-3, fmax (1e-9, 0.1 * sqrt (gap)));
  enum cvx_status st = CVX_OK;
  for (size_t j = 0; st == CVX_OK && net != NULL && j < net->width; j++)
    {
      double a = net->a[j];
      size_t g;
      for (size_t i = 0; i < net->n_features; i++)
        p->w[i] = net->u[j * net->n_features + i]
                  * (net->activation == CVX_ACT_RELU ? fabs (a) : a);
      g = home (p, net, j, p->w);
      if (g != SIZE_MAX)
        st = cvxi_reduced_add (p->reduced, g, p->w, tol, err);
    }
  return st;
}

/* psi of every block for the present nu, and the maximisers.  */
static enum cvx_status
price (struct polish *p, struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = p->f;
  size_t len = f->block_len;
  enum cvx_status st
      = f->class->adjoint (f, p->reduced->nu, p->z, progress);
  if (st != CVX_OK)
    return cvx_fail_interrupted (err);
#pragma omp parallel for schedule(dynamic, 4) num_threads(f->threads)
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      size_t solved = 0;
      p->psi[g] = cvx_aborted (progress)
                      ? 0
                      : f->class->support (f, g, p->z + g * len,
                                           p->u + g * len, &solved,
                                           cvx_thread_number ());
    }
  return cvx_aborted (progress) ? cvx_fail_interrupted (err) : CVX_OK;
}

/* Blocks above beta by falling psi; returns their number.  */
static size_t
violators (struct polish *p)
{
  size_t n = 0;
  for (size_t g = 0; g < p->f->n_blocks; g++)
    if (p->psi[g] > p->f->beta * (1 + price_tol))
      {
        size_t k = n++;
        for (; k > 0 && p->psi[p->order[k - 1]] < p->psi[g]; k--)
          p->order[k] = p->order[k - 1];
        p->order[k] = g;
      }
  return n;
}

/* Let the worst blocks with distinct directions enter.  */
static enum cvx_status
enter (struct polish *p, size_t n, struct cvx_error *err)
{
  size_t chosen[ENTER_MAX], n_chosen = 0, len = p->f->block_len;
  enum cvx_status st = CVX_OK;
  for (size_t k = 0; st == CVX_OK && k < n && n_chosen < ENTER_MAX; k++)
    {
      const double *u = p->u + p->order[k] * len;
      bool near = false;
      for (size_t c = 0; c < n_chosen && !near; c++)
        {
          const double *v = p->u + chosen[c] * len;
          double cosine = 0;
          for (size_t i = 0; i < len; i++)
            cosine += u[i] * v[i];
          near = cosine > distinct
                 && (p->order[k] - chosen[c]) % 2 == 0;
        }
      if (near)
        continue;
      chosen[n_chosen++] = p->order[k];
      st = cvxi_reduced_enter (p->reduced, p->order[k], u, err);
    }
  return st;
}

/* Certify the pieces and count the ends into the run.  */
static enum cvx_status
finish (struct polish *p, struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvxi_reduced *r = p->reduced;
  struct cvxi_driver *d = p->run->driver;
  struct cvx_network *net = NULL;
  struct cvx_certificate cert;
  struct cvx_point point = { r->n_pieces, NULL, NULL, r->nu };
  size_t len = p->f->block_len;
  size_t *block = cvx_alloc (r->n_pieces, sizeof *block);
  double *x = cvx_alloc (r->n_pieces, len * sizeof *x);
  enum cvx_status st = CVX_OK;
  if (block == NULL || x == NULL)
    st = cvx_fail_nomem (err, "polishing");
  else
    {
      for (size_t j = 0; j < r->n_pieces; j++)
        {
          block[j] = r->piece[j].block;
          memcpy (x + j * len, r->piece[j].w, len * sizeof *x);
        }
      point.block = block;
      point.x = x;
      st = cvx_formulation_certify (p->f, &point, &cert, &net, d->nu, progress,
                                    err);
    }
  if (st == CVX_OK)
    st = cvxi_run_take (p->run, &cert, &net, d->nu, err);
  cvx_network_free (net);
  cvx_free (block);
  cvx_free (x);
  return st;
}

static enum cvx_status
rounds (struct polish *p, struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_reduced *r = p->reduced;
  double last = CVX_INFINITY;
  int idle = 0;
  enum cvx_status st = CVX_OK;
  for (int k = 0; st == CVX_OK && k < ROUNDS_MAX; k++)
    {
      size_t n = 0;
      st = cvxi_reduced_solve (r, progress, err);
      if (st == CVX_OK)
        st = price (p, progress, err);
      if (st != CVX_OK)
        break;
      n = violators (p);
      idle = r->objective < last - 1e-14 * fabs (last) ? 0 : idle + 1;
      last = r->objective;
      if (getenv ("POLISH_DEBUG"))
        {
          extern int printf (const char *, ...);
          printf ("round %d: F %.15g pieces %zu viol %zu worst %.3e\n", k,
                  r->objective, r->n_pieces, n,
                  n ? p->psi[p->order[0]] / p->f->beta - 1 : 0);
        }
      if (n == 0 || idle >= 3)
        break;
      st = enter (p, n, err);
    }
  return st;
}

enum cvx_status
cvx_run_polish (struct cvx_run *run, double seconds,
                struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = run->formulation;
  struct cvxi_driver *d = run->driver;
  struct polish p;
  enum cvx_status st;
  if (run->state == NULL)
    return cvx_fail (err, CVX_E364,
                     "the run is a value: its formulation is gone");
  if (d->ticking && seconds > d->clock)
    run->elapsed += seconds - d->clock;
  d->clock = seconds;
  d->ticking = true;
  memset (&p, 0, sizeof p);
  p.run = run;
  p.f = f;
  p.z = cvx_alloc (f->n_var, sizeof *p.z);
  p.u = cvx_alloc (f->n_var, sizeof *p.u);
  p.psi = cvx_alloc (f->n_blocks, sizeof *p.psi);
  p.order = cvx_alloc (f->n_blocks, sizeof *p.order);
  p.w = cvx_alloc (f->block_len, sizeof *p.w);
  if (!p.z || !p.u || !p.psi || !p.order || !p.w)
    st = cvx_fail_nomem (err, "polishing");
  else
    st = cvxi_reduced_new (&p.reduced, f, err);
  if (st == CVX_OK)
    st = start (&p, err);
  if (st == CVX_OK)
    st = rounds (&p, progress, err);
  if (st == CVX_OK)
    st = finish (&p, progress, err);
  polish_free (&p);
  if (st == CVX_OK)
    st = cvxi_run_row (run, "polish", err);
  if (st != CVX_OK)
    return st;
  run->polished = true;
  if (cvx_run_gap (run) <= run->settings.tol)
    run->status = CVX_RUN_SOLVED;
  return CVX_OK;
}
