/* refit.c -- the convex program over the cells of a network's neurons.

   A network is improved by the program of Pilanci and Ergen (ICML 2020),
   equation 8, with the patterns of its own neurons and of others given beside
   them (Wang, Lacotte, Pilanci, ICLR 2022, theorem 3).  Its dual point, after
   a few rounds with the neurons that the bound asks for, is near the optimal
   one and so gives good bounds for the network that one started from.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "arrangement/cell.h"
#include "base/alloc.h"
#include "formulation/bound.h"
#include "solver/master.h"
#include "solver/state.h"

enum
{
  PER_ROUND = 24,   /* directions added at most */
  INNER_MAX = 5000, /* iterations of the restricted problem */
  PRUNE_MAX = 500   /* samples, whose cube it costs */
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

/* Memory of the restricted problem over the cells that have an inside.  */
struct inner
{
  size_t k, n_words;
  uint64_t *bits;
  int *sign;
  size_t *start;
  uint32_t *row;
  double *w, *nu, *c, *slack; /* slack: beta - ||z_g||, of the dual */
  struct cvx_cone_work *cone;
};

static void
inner_free (struct inner *in)
{
  cvx_free (in->bits);
  cvx_free (in->sign);
  cvx_free (in->start);
  cvx_free (in->row);
  cvx_free (in->w);
  cvx_cone_work_free (in->cone);
}

/* Both signs of every pattern of F.  A gate on the boundary of a cell may have
   bits that belong to none: those are left out.  */
static enum cvx_status
inner_make (struct inner *in, const struct cvx_formulation *f,
            struct cvx_error *err)
{
  const struct cvx_patterns *p = f->patterns;
  size_t n = f->n_samples, d = f->n_features, cells = p->n_patterns;
  enum cvx_status st;
  memset (in, 0, sizeof *in);
  in->n_words = p->n_words;
  in->bits = cvx_alloc (2 * cells, p->n_words * sizeof *in->bits);
  in->sign = cvx_alloc (2 * cells, sizeof *in->sign);
  in->start = cvx_calloc (2 * cells + 1, sizeof *in->start);
  in->row = cvx_alloc (2 * cells, n * sizeof *in->row);
  in->w = cvx_calloc (2 * cells * (d + 1) + n + 2 * d, sizeof *in->w);
  if (in->bits == NULL || in->sign == NULL || in->start == NULL
      || in->row == NULL || in->w == NULL)
    return cvx_fail_nomem (err, "refitting a network");
  in->nu = in->w + 2 * cells * d;
  in->c = in->nu + n;
  in->slack = in->c + 2 * d;
  st = cvx_cone_work_new (&in->cone, d, n, err);
  for (size_t g = 0; g < cells && st == CVX_OK; g++)
    {
      const uint64_t *bits = p->bits + g * p->n_words;
      double *u = in->c + d, norm = 0;
      size_t count;
      memcpy (u, p->gate + g * d, d * sizeof *u);
      norm = cblas_dnrm2 ((blasint)d, u, 1);
      if (!(norm > 0))
        continue;
      cblas_dscal ((blasint)d, 1 / norm, u, 1);
      st = cvx_cell_interior (f->x, n, d, bits, u, in->c, err);
      if (st == CVX_NUMERIC)
        {
          cvx_error_clear (err);
          st = CVX_OK;
          continue;
        }
      for (int sign = 1; sign >= -1 && st == CVX_OK; sign -= 2)
        {
          size_t at = in->start[in->k];
          st = cvx_cell_facets (f->x, n, d, bits, in->c, in->row + at, &count,
                                in->cone, err);
          memcpy (in->bits + in->k * in->n_words, bits,
                  in->n_words * sizeof *bits);
          in->sign[in->k] = sign;
          in->start[++in->k] = at + count;
        }
    }
  return st;
}

/* The network of the weights, those at most SHARE of their slack (both
   relative to the largest there can be) left out, and its objective.  */
static enum cvx_status
decoded (const struct cvx_formulation *f, const struct inner *in, double share,
         double largest, struct cvx_network **out, double *value,
         struct cvx_error *err)
{
  size_t d = f->n_features, width = 0;
  double loss = 0, penalty = 0;
  enum cvx_status st = cvx_network_new (out, CVX_ACT_RELU, in->k, d, 1, err);
  if (st != CVX_OK)
    return st;
  for (size_t g = 0; g < in->k; g++)
    if (cblas_dnrm2 ((blasint)d, in->w + g * d, 1)
        > fmax (in->slack[g], 0) * share * largest)
      {
        memcpy ((*out)->u + width * d, in->w + g * d, d * sizeof *in->w);
        (*out)->a[width++] = in->sign[g];
      }
  (*out)->width = width;
  cvx_network_balance (*out);
  st = cvx_network_merge (*out, 1e-9, err);
  if (st == CVX_OK)
    st = cvx_formulation_network_objective (f, *out, &loss, &penalty, err);
  *value = loss + penalty;
  if (st != CVX_OK)
    {
      cvx_network_free (*out);
      *out = NULL;
    }
  return st;
}

/* The same as `solve' for losses with kinks or flat parts, for which the other
   solvers are slow: the interior point method, whatever the loss.  */
static enum cvx_status
solve_inner (const struct cvx_formulation *f, double tol,
             struct cvx_network **out, double *nu,
             struct cvx_progress *progress, struct cvx_error *err)
{
  size_t d = f->n_features, iterations;
  struct inner in;
  struct cvx_network *few = NULL;
  double gap, largest = 0, whole = 0, value;
  enum cvx_status st = inner_make (&in, f, err);
  if (st == CVX_OK && in.k > 0)
    {
      struct cvxi_master m = { .x = f->x,
                               .y = f->y,
                               .n = f->n_samples,
                               .d = d,
                               .loss = f->loss,
                               .loss_param = f->loss_param,
                               .beta = f->beta,
                               .k = in.k,
                               .n_words = in.n_words,
                               .bits = in.bits,
                               .sign = in.sign,
                               .start = in.start,
                               .row = in.row };
      st = cvxi_master_solve (&m, tol, in.w, in.nu, in.slack, &gap,
                              &iterations, progress, err);
    }
  for (size_t g = 0; st == CVX_OK && g < in.k; g++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)d, in.w + g * d, 1));
  if (st == CVX_OK)
    st = decoded (f, &in, 0, largest, out, &whole, err);
  /* Weight and slack are complementary: the smaller one is 0 in the end.  As
     many neurons go as the objective allows.  */
  for (double share = 1; share > 1e-7 && st == CVX_OK; share /= 10)
    {
      st = decoded (f, &in, share / f->beta, largest, &few, &value, err);
      if (st == CVX_OK && value <= whole + 0.1 * tol * fabs (whole))
        {
          cvx_network_free (*out);
          *out = few;
          break;
        }
      cvx_network_free (few);
      few = NULL;
    }
  if (st == CVX_OK && f->n_samples <= PRUNE_MAX)
    st = cvx_network_prune (*out, f->x, f->n_samples, 1e-10, err);
  if (st == CVX_OK && nu != NULL && in.k > 0)
    memcpy (nu, in.nu, f->n_obs * sizeof *nu);
  inner_free (&in);
  if (st != CVX_OK)
    {
      cvx_network_free (*out);
      *out = NULL;
    }
  return st;
}

/* Solve F to the relative gap TOL; NU (may be NULL) gets its dual point.  */
static enum cvx_status
solve (const struct cvx_formulation *f, double tol, struct cvx_network **out,
       double *nu, struct cvx_progress *progress, struct cvx_error *err)
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
  if (st == CVX_OK && nu != NULL && run->n_nu == f->n_obs)
    memcpy (nu, run->nu, f->n_obs * sizeof *nu);
  cvx_run_free (run);
  return st;
}

/* -dl at the predictions of NET.  */
static enum cvx_status
residual (const struct cvx_formulation *f, const struct cvx_network *net,
          double *nu, struct cvx_error *err)
{
  double *fit = cvx_alloc (f->n_obs, sizeof *fit);
  enum cvx_status st
      = fit == NULL ? cvx_fail_nomem (err, "collecting cells")
                    : cvx_network_predict (net, f->x, f->n_samples, fit, err);
  if (st == CVX_OK)
    f->loss->dual (fit, f->y, f->n_samples, f->n_outputs, f->loss_param, nu);
  cvx_free (fit);
  return st;
}

bool
cvx_network_refits (const struct cvx_formulation *f)
{
  return cvx_formulation_is_relu (f) && f->loss->base == NULL;
}

enum cvx_status
cvx_network_refit (const struct cvx_formulation *f,
                   const struct cvx_network *net, const double *gates,
                   size_t k, double tol, struct cvx_network **out, double *nu,
                   struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_options o = { .loss = f->loss,
                                       .loss_param = f->loss_param,
                                       .beta = f->beta,
                                       .threads = f->most_threads };
  struct cvx_patterns *cells = NULL;
  struct cvx_formulation *sub = NULL;
  double before[2], after[2];
  enum cvx_status st;
  *out = NULL;
  if (!cvx_network_refits (f))
    return cvx_fail (err, CVX_E451,
                     "only ReLU networks with one output and no free bias "
                     "can be refitted, not %s",
                     f->class->name);
  st = nu != NULL ? residual (f, net, nu, err) : CVX_OK;
  if (st == CVX_OK)
    st = cells_of (f, net, gates, k, &cells, err);
  if (st == CVX_OK && cells->n_patterns == 0)
    st = cvx_network_copy (out, net, err);
  else if (st == CVX_OK)
    {
      st = cvx_formulation_new (&sub, cvx_formulation_find ("relu"), f->data,
                                cells, &o, err);
      if (st == CVX_OK)
        st = f->loss->strict ? solve (sub, tol, out, nu, progress, err)
                             : solve_inner (sub, tol, out, nu, progress, err);
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

enum cvx_status
cvx_network_dual (const struct cvx_formulation *f,
                  const struct cvx_network *net, size_t rounds, double *nu,
                  struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_network *now = NULL, *next = NULL;
  double end[2], last = CVX_INFINITY;
  enum cvx_status st
      = cvx_network_refit (f, net, NULL, 0, 1e-12, &now, nu, progress, err);
  for (size_t k = 0; k < rounds && st == CVX_OK; k++)
    {
      struct cvx_bound b = { .n_found = 0 };
      st = cvx_formulation_network_objective (f, now, &end[0], &end[1], err);
      if (st != CVX_OK || end[0] + end[1] > last * (1 - 1e-6))
        break;
      last = end[0] + end[1];
      st = cvx_network_directions (f, now, nu, PER_ROUND, &b, progress, err);
      if (st == CVX_OK && b.n_found > 0)
        st = cvx_network_refit (f, now, b.u, b.n_found, 1e-9, &next, nu,
                                progress, err);
      if (st == CVX_OK && b.n_found > 0)
        {
          cvx_network_free (now);
          now = next;
          next = NULL;
        }
      cvx_bound_clear (&b);
    }
  cvx_network_free (now);
  cvx_network_free (next);
  return st;
}
