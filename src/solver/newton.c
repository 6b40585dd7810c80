/* newton.c -- column generation with Newton's method on the active neurons.

   One iteration: price all blocks at the present dual point, let the worst
   with distinct directions enter, solve the problem on the active blocks to
   rounding (reduced.c, colgen.c).  The objective falls with
   every iteration, and there are finitely many sets of faces, so the method
   ends; it needs tens of iterations, each much longer than one of a first
   order method.

   Blocks that a gap-safe sphere shows to be zero are not priced again (Ndiaye,
   Fercoq, Gramfort and Salmon, JMLR 18 (2017)): with s nu dual feasible the
   dual optimum is within sqrt (2 gap L) of it, L the Lipschitz constant of the
   gradient of the loss, and psi_g, a maximum of <nu, A_g u> over unit u, moves
   by at most ||A_g|| <= ||X||_F times that.

   The state is the list of active blocks and their weights; the rest is built
   from it in every step, so that a saved run continues bit for bit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "solver/colgen.h"

struct newton
{
  struct cvx_indices block; /* active blocks */
  struct cvx_vector w;      /* their weights, block_len each */
  double *nu;               /* n_obs: -l' at the fit */
  double *dropped;          /* n_blocks: 1 where a block is known to be zero */
  double objective;
  double excess; /* max psi / beta - 1 before the last step */
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (newton, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[] = { FIELD (block, INDICES, FREE),
                                           FIELD (w, VECTOR, FREE),
                                           FIELD (nu, ARRAY, OBS),
                                           FIELD (dropped, ARRAY, BLOCKS),
                                           FIELD (objective, REAL, ONE),
                                           FIELD (excess, REAL, ONE),
                                           CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (f->class->penalized)
    return "it knows group-l1 penalties; use fista or admm";
  if (f->loss->curvature == NULL)
    return "the loss has no second derivative; use admm";
  if (!f->loss->strict && !f->loss->coupled)
    return "the second derivative of the loss vanishes in places; use fista";
  if (f->patterns == NULL || f->block_len != cvxi_rows (f)->n_features)
    return "it needs neurons with one pattern each";
  return NULL;
}

/* The reduced problem at the state, its faces read off the weights.  */
static enum cvx_status
build (const struct newton *s, const struct cvx_formulation *f,
       struct cvxi_colgen **out, struct cvx_error *err)
{
  enum cvx_status st = cvxi_colgen_new (out, f, err);
  for (size_t k = 0; st == CVX_OK && k < s->block.len; k++)
    st = cvxi_reduced_add ((*out)->reduced, s->block.p[k],
                           s->w.p + k * f->block_len, 1e-13, err);
  if (st == CVX_OK)
    cvxi_reduced_update ((*out)->reduced);
  else
    {
      cvxi_colgen_free (*out);
      *out = NULL;
    }
  return st;
}

/* The state from the reduced problem; unchanged when it fails.  */
static enum cvx_status
keep (struct newton *s, const struct cvxi_reduced *r, struct cvx_error *err)
{
  size_t len = r->f->block_len, n = r->n_pieces;
  enum cvx_status st = cvx_indices_reserve (&s->block, n, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, n * len, err);
  if (st != CVX_OK)
    return st;
  for (size_t k = 0; k < n; k++)
    {
      s->block.p[k] = r->piece[k].block;
      memcpy (s->w.p + k * len, r->piece[k].w, len * sizeof (double));
    }
  s->block.len = n;
  s->w.len = n * len;
  memcpy (s->nu, r->nu, r->n_obs * sizeof *s->nu);
  s->objective = r->objective;
  return CVX_OK;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct newton *s = state;
  struct cvxi_colgen *c;
  size_t len = f->block_len;
  enum cvx_status st = cvxi_point_check (f, warm, err);
  (void)settings;
  if (st == CVX_OK)
    st = build (s, f, &c, err);
  if (st != CVX_OK)
    return st;
  for (size_t k = 0; st == CVX_OK && warm != NULL && k < warm->n_atoms; k++)
    {
      const double *w = warm->x + k * len;
      bool zero = true;
      for (size_t i = 0; i < len; i++)
        zero = zero && w[i] == 0;
      if (!zero)
        st = cvxi_reduced_add (c->reduced,
                               warm->block == NULL ? k : warm->block[k], w,
                               1e-6, err);
    }
  if (st == CVX_OK)
    {
      cvxi_reduced_update (c->reduced);
      s->excess = nan ("");
      st = keep (s, c->reduced, err);
    }
  cvxi_colgen_free (c);
  return st;
}

/* DROPPED gets the blocks that are zero at the optimum, from the prices of C
   at the state.  */
static void
screen (const struct newton *s, const struct cvxi_colgen *c, double *dropped)
{
  const struct cvx_formulation *f = c->f;
  const struct cvxi_reduced *r = c->reduced;
  double norm[CVX_LOSS_MAX_OUTPUTS] = { 0 }, scale[CVX_LOSS_MAX_OUTPUTS];
  double gap, reach;
  if (r->group > 1)
    return; /* pooled rows: ||A_g|| is another */
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      double *largest = &norm[cvx_formulation_output (f, g)];
      *largest = fmax (*largest, c->psi[g]);
    }
  gap = s->objective
        - cvx_loss_scale_outputs (f->loss, s->nu, f->y, f->n_samples,
                                  f->n_outputs, f->loss_param, norm, f->beta,
                                  scale);
  reach = (sqrt (2 * fmax (gap, 0) * f->loss->lipschitz)
           + 1e-7 * cblas_dnrm2 ((blasint)f->n_obs, s->nu, 1))
          * cblas_dnrm2 ((blasint)r->n, r->row_norm, 1);
  for (size_t g = 0; g < f->n_blocks; g++)
    if (scale[cvx_formulation_output (f, g)] * c->psi[g] + reach
        < f->beta * (1 - 1e-9))
      dropped[g] = 1;
  /* Those at work leave by themselves.  */
  for (size_t k = 0; k < s->block.len; k++)
    dropped[s->block.p[k]] = 0;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct newton *s = state;
  struct cvxi_colgen *c;
  double excess = 0, *dropped;
  enum cvx_status st = build (s, f, &c, err);
  (void)settings;
  if (st != CVX_OK)
    return st;
  dropped = cvx_copy (s->dropped, f->n_blocks, sizeof *dropped);
  st = dropped == NULL ? cvx_fail_nomem (err, "screening")
                       : cvxi_colgen_price (c, s->dropped, progress, err);
  if (st == CVX_OK)
    {
      for (size_t g = 0; g < f->n_blocks; g++)
        excess = fmax (excess, c->psi[g] / f->beta - 1);
      screen (s, c, dropped);
      st = cvxi_colgen_enter (c, err);
    }
  if (st == CVX_OK)
    st = cvxi_reduced_solve (c->reduced, progress, err);
  if (st == CVX_OK)
    st = keep (s, c->reduced, err);
  if (st == CVX_OK)
    {
      s->excess = excess;
      memcpy (s->dropped, dropped, f->n_blocks * sizeof *dropped);
    }
  cvx_free (dropped);
  cvxi_colgen_free (c);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct newton *s = state;
  (void)f;
  *out = (struct cvx_point){
    .n_atoms = s->block.len, .block = s->block.p, .x = s->w.p, .nu = s->nu
  };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct newton *s = state;
  (void)f;
  out->dua_res = s->excess;
  out->raw = s->objective;
}

const struct cvx_solver cvxi_solver_newton = {
  .name = "newton",
  .summary = "column generation with Newton's method on the active neurons",
  .rounds = true,
  .state_size = sizeof (struct newton),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .step = step,
  .point = point,
  .measures = measures,
};
