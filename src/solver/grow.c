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
  PER_ROUND = 24,  /* directions added at most */
  INNER_MAX = 5000 /* iterations of the restricted problem */
};

/* The patterns of the neurons of NET and of the K gates.  */
static enum cvx_status
cells_of (const struct cvx_formulation *f, const struct cvx_network *net,
          const double *gates, size_t k, struct cvx_patterns **out,
          struct cvx_error *err)
{
  size_t d = f->n_features, m = net->width + k;
  double *columns = cvx_alloc (d * m, sizeof *columns);
  enum cvx_status st;
  if (columns == NULL)
    return cvx_fail_nomem (err, "collecting cells");
  for (size_t j = 0; j < m; j++)
    {
      const double *u
          = j < net->width ? net->u + j * d : gates + (j - net->width) * d;
      for (size_t i = 0; i < d; i++)
        columns[i * m + j] = u[i];
    }
  st = cvx_patterns_gates (out, f->x, f->n_samples, d, columns, m, err);
  cvx_free (columns);
  return st;
}

/* Solve F to the relative gap TOL.  */
static enum cvx_status
solve (const struct cvx_formulation *f, double tol, struct cvx_network **out,
       struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_settings settings;
  const struct cvx_solver *solver;
  struct cvx_run *run = NULL;
  enum cvx_status st;
  cvx_settings_init (&settings);
  settings.tol = tol;
  settings.maxiter = INNER_MAX;
  settings.stall = 50;
  solver = cvx_solver_choose (f, &settings, NULL);
  if (solver == NULL)
    return cvx_fail (err, CVX_E451, "no solver suits the %s loss",
                     f->loss->name);
  st = cvx_run_new (&run, f, solver, &settings, NULL, progress, err);
  while (st == CVX_OK && run->status == CVX_RUN_READY)
    {
      bool row;
      st = cvx_run_step (run, 0, false, &row, progress, err);
    }
  if (st == CVX_OK && run->status == CVX_RUN_INTERRUPTED)
    st = cvx_fail_interrupted (err);
  if (st == CVX_OK)
    st = cvx_network_copy (out, run->net, err);
  cvx_run_free (run);
  return st;
}

enum cvx_status
cvx_network_refit (const struct cvx_formulation *f,
                   const struct cvx_network *net, const double *gates,
                   size_t k, double tol, struct cvx_network **out,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_options o
      = { f->loss, f->loss_param, f->beta, f->threads, NULL };
  struct cvx_patterns *cells = NULL;
  struct cvx_formulation *sub = NULL;
  double before[2], after[2];
  enum cvx_status st;
  *out = NULL;
  if (!cvx_formulation_is_relu (f))
    return cvx_fail (err, CVX_E451,
                     "only ReLU networks with one output can be refitted, not "
                     "%s",
                     f->class->name);
  st = cells_of (f, net, gates, k, &cells, err);
  if (st == CVX_OK && cells->n_patterns == 0)
    st = cvx_network_copy (out, net, err);
  else if (st == CVX_OK)
    {
      st = cvx_formulation_new (&sub, cvx_formulation_find ("relu"), f->data,
                                cells, &o, err);
      if (st == CVX_OK)
        st = solve (sub, tol, out, progress, err);
      if (st == CVX_OK)
        st = cvx_formulation_network_objective (f, net, &before[0], &before[1],
                                                err);
      if (st == CVX_OK)
        st = cvx_formulation_network_objective (f, *out, &after[0], &after[1],
                                                err);
      if (st == CVX_OK && after[0] + after[1] > before[0] + before[1])
        {
          cvx_network_free (*out);
          st = cvx_network_copy (out, net, err);
        }
    }
  cvx_formulation_free (sub);
  cvx_patterns_free (cells);
  if (st != CVX_OK)
    {
      cvx_network_free (*out);
      *out = NULL;
    }
  return st;
}

/* ------------------------------------------------------------- the solver */

struct grow
{
  struct cvx_vector u, a;  /* the network */
  struct cvx_vector gates; /* directions added so far, k x d */
  uint64_t added;          /* by the last round */
  double value, worst;     /* objective; largest |h| / beta - 1 before */
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  {                                                                           \
#    NAME, offsetof(struct grow, NAME), CVX_FIELD_##KIND, CVX_LEN_##LENGTH,   \
        false                                                                 \
  }
static const struct cvx_field fields[]
    = { FIELD (u, VECTOR, FREE),
        FIELD (a, VECTOR, FREE),
        FIELD (gates, VECTOR, FREE),
        FIELD (added, COUNT, ONE),
        FIELD (value, REAL, ONE),
        FIELD (worst, REAL, ONE),
        { NULL, 0, CVX_FIELD_REAL, CVX_LEN_ONE, false } };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  return cvx_formulation_is_relu (f) ? NULL
                                     : "it needs ReLU neurons and one output";
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
  if (g->u.len != g->a.len * f->n_features || g->gates.len % f->n_features)
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
  enum cvx_status st = network (g, f, &net, err);
  if (st == CVX_OK)
    st = cvx_network_directions (f, net, PER_ROUND, &b, progress, err);
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
                              &better, progress, err);
      if (st == CVX_OK)
        st = take (g, f, better, err);
      if (st == CVX_OK)
        {
          g->gates.len = had + b.n_found * d;
          g->added = b.n_found;
          g->worst = worst;
        }
    }
  cvx_network_free (net);
  cvx_network_free (better);
  cvx_bound_clear (&b);
  return st;
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
  .measures = measures,
};
