/* grow.c -- from a certificate to a better network.

   A direction u with |nu'(Xu)_+| > beta lowers the objective as a small neuron
   (Ergen and Pilanci's cutting planes, JMLR 2021).  One iteration finds the
   worst of them by climbing, or by branch and bound when climbing finds none
   and the data are of low rank, adds their cells to those seen so far, and
   solves the convex program over these cells.  Each round is certified among
   all networks (bound.h), so the gap is honest whatever the patterns of the
   formulation.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/bound.h"
#include "solver/state.h"

enum
{
  PER_ROUND = 24 /* directions added at most */
};

struct grow
{
  struct cvx_vector u, a;  /* the network */
  struct cvx_vector gates; /* directions added so far, k x d */
  struct cvx_vector nu;    /* multipliers of the last program; or empty */
  uint64_t added;          /* by the last round */
  double value, worst;     /* objective; largest |h| / beta - 1 before */
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (grow, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[]
    = { FIELD (u, VECTOR, FREE),     FIELD (a, VECTOR, FREE),
        FIELD (gates, VECTOR, FREE), FIELD (nu, VECTOR, FREE),
        FIELD (added, COUNT, ONE),   FIELD (value, REAL, ONE),
        FIELD (worst, REAL, ONE),    CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  return cvx_network_refits (f)
             ? NULL
             : "it needs ReLU neurons, one output and no free bias";
}

/* NET becomes the iterate; room was made before anything changes.  */
static enum cvx_status
take (struct grow *g, const struct cvx_formulation *f,
      const struct cvx_network *net, struct cvx_error *err)
{
  size_t len = net->width * f->n_features;
  double loss, penalty;
  enum cvx_status st
      = cvx_formulation_network_objective (f, net, &loss, &penalty, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&g->u, len + 1, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&g->a, net->width + 1, err);
  if (st != CVX_OK)
    return st;
  memcpy (g->u.p, net->u, len * sizeof *net->u);
  memcpy (g->a.p, net->a, net->width * sizeof *net->a);
  g->u.len = len;
  g->a.len = net->width;
  g->value = loss + penalty;
  return CVX_OK;
}

static enum cvx_status
network (const void *state, const struct cvx_formulation *f,
         struct cvx_network **net, struct cvx_error *err)
{
  const struct grow *g = state;
  enum cvx_status st
      = cvx_network_new (net, CVX_ACT_RELU, g->a.len, f->n_features, 1, err);
  if (st != CVX_OK)
    return st;
  if (g->a.len > 0)
    {
      memcpy ((*net)->u, g->u.p, g->u.len * sizeof *g->u.p);
      memcpy ((*net)->a, g->a.p, g->a.len * sizeof *g->a.p);
    }
  return CVX_OK;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *s, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct grow *g = state;
  size_t d = f->n_features, m = warm != NULL ? warm->n_atoms : 0;
  struct cvx_network *net = NULL;
  enum cvx_status st;
  (void)s;
  if (warm != NULL && warm->sign == NULL)
    return cvx_fail (err, CVX_E450, "growing starts from neurons");
  st = cvx_network_new (&net, CVX_ACT_RELU, m, d, 1, err);
  for (size_t j = 0; st == CVX_OK && j < m; j++)
    {
      memcpy (net->u + j * d, warm->x + j * d, d * sizeof *net->u);
      net->a[j] = warm->sign[j];
    }
  if (st == CVX_OK)
    {
      cvx_network_balance (net);
      st = take (g, f, net, err);
    }
  cvx_network_free (net);
  return st;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *s, struct cvx_error *err)
{
  const struct grow *g = state;
  (void)s;
  if (g->u.len != g->a.len * f->n_features || g->gates.len % f->n_features
      || (g->nu.len != 0 && g->nu.len != f->n_obs))
    return cvx_fail (err, CVX_E410, "the saved weights do not fit together");
  return CVX_OK;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *s, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct grow *g = state;
  struct cvx_bound b = { .n_found = 0 };
  struct cvx_network *net = NULL, *better = NULL;
  size_t d = f->n_features, had = g->gates.len;
  double *nu = cvx_alloc (f->n_obs, sizeof *nu);
  enum cvx_status st = nu == NULL ? cvx_fail_nomem (err, "growing")
                                  : network (g, f, &net, err);
  if (st == CVX_OK)
    st = cvx_network_directions (f, net, g->nu.len > 0 ? g->nu.p : NULL,
                                 PER_ROUND, &b, progress, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&g->nu, f->n_obs, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&g->gates, had + b.n_found * d + 1, err);
  if (st == CVX_OK)
    {
      double worst = b.n_found > 0 ? b.value[0] / f->beta - 1 : 0;
      double tol = fmin (1e-3, fmax (s->tol / 10, worst * worst / 10));
      if (b.n_found > 0)
        memcpy (g->gates.p + had, b.u, b.n_found * d * sizeof *b.u);
      if (b.n_found == 0)
        tol = s->tol / 10;
      st = cvx_network_refit (f, net, g->gates.p, had / d + b.n_found, tol,
                              &better, nu, progress, err);
      if (st == CVX_OK)
        st = take (g, f, better, err);
      if (st == CVX_OK)
        {
          memcpy (g->nu.p, nu, f->n_obs * sizeof *nu);
          g->nu.len = f->n_obs;
          g->gates.len = had + b.n_found * d;
          g->added = b.n_found;
          g->worst = worst;
        }
    }
  cvx_network_free (net);
  cvx_network_free (better);
  cvx_bound_clear (&b);
  cvx_free (nu);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct grow *g = state;
  (void)f;
  if (g->nu.len > 0)
    out->nu = g->nu.p;
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct grow *g = state;
  (void)f;
  out->raw = g->value;
  out->dua_res = g->worst;
  snprintf (out->event, sizeof out->event, "+%zu", (size_t)g->added);
}

const struct cvx_solver cvxi_solver_grow = {
  .name = "grow",
  .summary = "neurons where the certificate asks for them",
  .rounds = true,
  .state_size = sizeof (struct grow),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .network = network,
  .point = point,
  .measures = measures,
};
