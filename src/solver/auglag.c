/* auglag.c -- augmented Lagrangian for neurons in cones, on working sets.

   The program  min l (A w; y) + beta sum_g ||w_g||,  G_g w_g >= 0,  with
   multipliers a_g >= 0 for the cones (Mishkin, Sahiner and Pilanci, ICML 2022,
   section 4; Bertsekas, Constrained Optimization and Lagrange Multiplier
   Methods, 1982, chapter 2).  One iteration:

     choose  the blocks in use and, of those with psi_g = max {(A_g'nu)'u :
             ||u|| <= 1, G_g u >= 0} > beta at the present dual point, some of
             the largest; ||A_g'nu|| <= beta needs no projection.  A
             block that enters starts with the multipliers of that maximum,
             a = argmin_{a >= 0} ||A_g'nu + G_g'a||, so that its first step
             already points into its cone;
     lower   the augmented function on them (augmented.c) until its gradient
             is small beside the gap that is left;
     update  a <- (a - delta G w)_+, which may fall as well as rise.

   The penalty grows when the violation does not fall, and falls when that is
   nothing beside the gap.  Blocks that are zero
   leave with their multipliers; pricing would find them again.  So the memory
   is X, the bits and a few numbers per sample for every neuron in use, not for
   every pattern.  Nothing is factored: a step is two products with X.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/entries.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "linalg/cone.h"
#include "linalg/threads.h"
#include "solver/augmented.h"

enum
{
  LEAST = 24,      /* blocks that may enter at any time */
  BATCH = 64,      /* projections between two looks at the abort flag */
  MAX_STEPS = 1500 /* of an iteration */
};

/* Penalties, in units of the loss: both act on X w.  */
static const double delta_first = 200, delta_last = 1e7, grow = 4;
/* The violation should fall by this every time, until it is this part of the
   relative gap: a larger penalty would only make the inner problem harder.  */
static const double fall = 0.25, needed = 1e-3;
/* Of the gap: what the gradient may leave.  */
static const double share = 0.5;

struct auglag
{
  struct cvx_indices block; /* in use, ascending */
  struct cvx_vector w;      /* their weights, block_len each */
  struct cvx_vector a;      /* their multipliers, n_samples each */
  double *nu;               /* n_obs: -l' at the fit */
  double objective;         /* of the weights, whatever their cones */
  double excess;            /* max psi / beta - 1 before the last step */
  double delta, eta;        /* penalty; step to try next */
  double violation;         /* relative */
  double residual;          /* of the inner problem */
  double steps, tried;      /* of the last iteration */
  struct cvxi_metric *metric;
  struct cvx_cone_work *cone;
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (auglag, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[] = { FIELD (block, INDICES, FREE),
                                           FIELD (w, VECTOR, FREE),
                                           FIELD (a, VECTOR, FREE),
                                           FIELD (nu, ARRAY, OBS),
                                           FIELD (objective, REAL, ONE),
                                           FIELD (excess, REAL, ONE),
                                           FIELD (delta, REAL, ONE),
                                           FIELD (eta, REAL, ONE),
                                           FIELD (violation, REAL, ONE),
                                           FIELD (residual, REAL, ONE),
                                           FIELD (steps, REAL, ONE),
                                           FIELD (tried, REAL, ONE),
                                           CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (f->n_cone == 0)
    return "the blocks lie in no cones; use working or fista";
  if (f->patterns == NULL || f->inner != NULL || f->class->penalized
      || f->block_len != f->n_features)
    return "it needs neurons with one pattern each";
  if (!f->loss->smooth)
    return "the loss has kinks and it needs the gradient; use admm";
  return NULL;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct auglag *s = state;
  enum cvx_status st = cvxi_list_check (f, &s->block, err);
  (void)settings;
  if (st != CVX_OK)
    return st;
  if (s->w.len != s->block.len * f->block_len
      || s->a.len != s->block.len * f->n_samples)
    return cvx_fail (err, CVX_E388,
                     "the saved working set has %zu blocks, %zu weights and "
                     "%zu multipliers",
                     s->block.len, s->w.len, s->a.len);
  if (s->metric == NULL)
    st = cvxi_metric_new (&s->metric, f, NULL, err);
  if (st == CVX_OK && s->cone == NULL)
    st = cvx_cone_work_new (&s->cone, f->n_features, f->n_samples, err);
  return st;
}

/* Multipliers of block G that make A_g'nu point into its cone, from Z = A_g'nu
   (lost), into A.  */
static void
start (const struct auglag *s, const struct cvx_formulation *f, size_t g,
       double *z, double *a)
{
  const struct cvx_cone k
      = { f->x, f->n_features,
          f->patterns->bits
              + cvxi_group_l1_pattern (f, g) * f->patterns->n_words,
          NULL, f->n_samples };
  (void)cvx_cone_project (&k, z, z, false, s->cone);
  memset (a, 0, f->n_samples * sizeof *a);
  for (size_t i = 0; i < s->cone->n_active; i++)
    a[s->cone->active[i]] = fmax (s->cone->mult[i], 0);
}

/* The state from P, unchanged when it fails.  Blocks that are zero go.  */
static enum cvx_status
keep (struct auglag *s, const struct cvxi_augmented *p, struct cvx_error *err)
{
  size_t d = p->d, n = p->n, used = 0;
  double *w = cvx_alloc (p->k + 1, d * sizeof *w);
  enum cvx_status st = w == NULL
                           ? cvx_fail_nomem (err, "keeping a working set")
                           : cvx_indices_reserve (&s->block, p->k, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, p->k * d, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->a, p->k * n, err);
  if (st != CVX_OK)
    {
      cvx_free (w);
      return st;
    }
  cvxi_augmented_weights (p, w);
  for (size_t g = 0; g < p->k; g++)
    {
      if (cvxi_is_zero (p->now.w + g * d, d))
        continue;
      s->block.p[used] = p->list[g];
      memcpy (s->w.p + used * d, w + g * d, d * sizeof *w);
      memcpy (s->a.p + used * n, p->b + g * n, n * sizeof *p->b);
      used++;
    }
  cvx_free (w);
  s->block.len = used;
  s->w.len = used * d;
  s->a.len = used * n;
  memcpy (s->nu, p->nu, p->f->n_obs * sizeof *s->nu);
  s->objective = p->objective;
  s->violation = p->violation;
  s->eta = p->eta;
  s->residual = p->residual;
  return CVX_OK;
}

/* A working set and what it starts from.  */
struct start
{
  size_t k, *list;
  double *w, *a;
};

static void
start_clear (struct start *t)
{
  cvx_free (t->list);
  cvx_free (t->w);
  cvx_free (t->a);
}

/* The K blocks of LIST (taken, ascending): those of the state as they are,
   the others zero and with multipliers from Z = A'nu (n_var, lost).  */
static enum cvx_status
gather (struct start *t, const struct auglag *s,
        const struct cvx_formulation *f, size_t k, size_t *list, double *z,
        struct cvx_error *err)
{
  size_t d = f->block_len, n = f->n_samples, used = 0;
  t->k = k;
  t->list = list;
  t->w = cvx_calloc (k + 1, d * sizeof *t->w);
  t->a = cvx_alloc (k + 1, n * sizeof *t->a);
  if (t->w == NULL || t->a == NULL)
    return cvx_fail_nomem (err, "making a working set");
  for (size_t i = 0; i < k; i++)
    if (used < s->block.len && s->block.p[used] == list[i])
      {
        memcpy (t->w + i * d, s->w.p + used * d, d * sizeof *t->w);
        memcpy (t->a + i * n, s->a.p + used * n, n * sizeof *t->a);
        used++;
      }
    else
      start (s, f, list[i], z + list[i] * d, t->a + i * n);
  return CVX_OK;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct auglag *s = state;
  struct cvxi_augmented *p = NULL;
  struct start t = { 0, NULL, NULL, NULL };
  size_t k = 0, d = f->block_len, *list;
  double *w = cvx_alloc (1, f->n_var * sizeof *w);
  double *fit = cvx_alloc (1, f->n_obs * sizeof *fit);
  double *z = cvx_alloc (1, f->n_var * sizeof *z);
  enum cvx_status st;
  list = cvx_alloc (f->n_blocks, sizeof *list);
  if (w == NULL || fit == NULL || z == NULL || list == NULL)
    st = cvx_fail_nomem (err, "starting the solver");
  else
    st = cvxi_point_dense (f, warm, w, err);
  if (st == CVX_OK)
    st = f->class->apply (f, w, fit, NULL);
  if (st == CVX_OK)
    k = cvxi_list_compact (f, w, list);
  if (st == CVX_OK)
    {
      cvxi_loss_dual (f, fit, s->nu);
      st = f->class->adjoint (f, s->nu, z, NULL);
    }
  if (st == CVX_OK)
    st = restore (s, f, settings, err);
  if (st == CVX_OK)
    {
      st = gather (&t, s, f, k, list, z, err);
      list = NULL;
    }
  if (st == CVX_OK)
    {
      memcpy (t.w, w, k * d * sizeof *w);
      s->delta = delta_first;
      st = cvxi_augmented_new (&p, f, s->metric, k, t.list, t.w, t.a, s->delta,
                               0.5, err);
    }
  if (st == CVX_OK)
    st = cvxi_augmented_solve (p, 0, 0, NULL, err);
  if (st == CVX_OK)
    st = keep (s, p, err);
  s->excess = nan ("");
  s->violation = 1;
  cvxi_augmented_free (p);
  start_clear (&t);
  cvx_free (w);
  cvx_free (fit);
  cvx_free (z);
  cvx_free (list);
  return st;
}

/* The blocks in use and at most ROOM of the others into LIST; *LARGEST gets
   the largest psi seen, from Z = A'nu (n_var).  psi_g is at most ||A_g'nu||:
   projections are computed in the order of that, until twice as many blocks
   are above beta as there is room for, but not where BOUND, which depends on
   what was projected before, says that psi_g is at most beta: so the outcome
   depends on Z only.  ENTRY is scratch.  */
static enum cvx_status
choose (const struct auglag *s, const struct cvx_formulation *f, size_t room,
        const double *z, const double *bound, struct cvxi_entry *entry,
        size_t *list, size_t *k, double *largest,
        struct cvx_progress *progress, struct cvx_error *err)
{
  size_t n = 0, used = 0, found = 0, done = 0, d = f->block_len;
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      double norm = cblas_dnrm2 ((blasint)d, z + g * d, 1);
      if (used < s->block.len && s->block.p[used] == g)
        list[used++] = g;
      else if (norm > f->beta)
        entry[n++] = (struct cvxi_entry){ norm, g };
    }
  /* Those in use have multipliers that say what their psi is.  */
  *largest = used > 0 ? f->beta * (1 + fmin (1, s->residual)) : 0;
  cvxi_entries_sort (entry, n);
  while (done < n && found < 2 * room)
    {
      size_t last = done + BATCH < n ? done + BATCH : n, solved = 0;
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
#pragma omp parallel for schedule(dynamic, 4) num_threads(f->threads)         \
    reduction(+ : solved)
      for (size_t i = done; i < last; i++)
        entry[i].psi = bound[entry[i].block] <= f->beta
                           ? 0
                           : f->class->support (f, entry[i].block,
                                                z + entry[i].block * d, NULL,
                                                &solved, cvx_thread_number ());
      for (; done < last; done++)
        {
          *largest = fmax (*largest, entry[done].psi);
          if (entry[done].psi > f->beta)
            entry[found++] = entry[done];
        }
    }
  cvxi_entries_sort (entry, found);
  for (size_t i = 0; i < found && i < room; i++)
    list[used++] = entry[i].block;
  cvxi_list_sort (list, used);
  *k = used;
  return CVX_OK;
}

/* The relative distance of the objective, which may be too low outside the
   cones, from the bound when no psi is above LARGEST.  */
static double
gap_of (const struct auglag *s, const struct cvx_formulation *f,
        double largest)
{
  double norm[CVX_LOSS_MAX_OUTPUTS], scale[CVX_LOSS_MAX_OUTPUTS];
  for (size_t k = 0; k < f->n_outputs; k++)
    norm[k] = largest;
  return fabs (s->objective
               - cvx_loss_scale_outputs (f->loss, s->nu, f->y, f->n_samples,
                                         f->n_outputs, f->loss_param, norm,
                                         f->beta, scale))
         / fabs (s->objective);
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct auglag *s = state;
  struct cvxi_augmented *p = NULL;
  struct start t = { 0, NULL, NULL, NULL };
  double *z = cvx_alloc (1, f->n_var * sizeof *z), largest = 0, gap = 0;
  double *bound = cvx_alloc (f->n_blocks, sizeof *bound);
  struct cvxi_entry *entry = cvx_alloc (f->n_blocks, sizeof *entry);
  size_t *list = cvx_alloc (f->n_blocks, sizeof *list), k = 0;
  size_t room = LEAST * f->n_outputs;
  double before = s->violation;
  enum cvx_status st;
  if (room < s->block.len)
    room = s->block.len;
  if (z == NULL || bound == NULL || entry == NULL || list == NULL)
    st = cvx_fail_nomem (err, "making a working set");
  else
    st = cvx_formulation_price (f, s->nu, bound, progress, err);
  if (st == CVX_OK)
    st = f->class->adjoint (f, s->nu, z, progress);
  if (st == CVX_INTERRUPTED)
    st = cvx_fail_interrupted (err);
  if (st == CVX_OK)
    st = choose (s, f, room, z, bound, entry, list, &k, &largest, progress,
                 err);
  if (st == CVX_OK)
    {
      gap = gap_of (s, f, largest);
      st = gather (&t, s, f, k, list, z, err);
      list = NULL;
    }
  if (st == CVX_OK)
    st = cvxi_augmented_new (&p, f, s->metric, k, t.list, t.w, t.a, s->delta,
                             s->eta, err);
  if (st == CVX_OK)
    {
      double tol = share * fmin (1, fmax (gap, s->violation));
      st = cvxi_augmented_solve (p, fmax (tol, 0.1 * settings->tol), MAX_STEPS,
                                 progress, err);
    }
  if (st == CVX_OK)
    st = keep (s, p, err);
  if (st == CVX_OK)
    {
      s->excess = largest / f->beta - 1;
      s->steps = (double)p->steps;
      s->tried = (double)k;
      if (s->violation > needed * gap && s->violation > fall * before)
        s->delta = fmin (grow * s->delta, delta_last);
      else if (s->violation < 0.01 * needed * gap)
        s->delta = fmax (s->delta / grow, delta_first);
    }
  cvxi_augmented_free (p);
  start_clear (&t);
  cvx_free (bound);
  cvx_free (z);
  cvx_free (entry);
  cvx_free (list);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct auglag *s = state;
  (void)f;
  *out = (struct cvx_point){
    .n_atoms = s->block.len, .block = s->block.p, .x = s->w.p, .nu = s->nu
  };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct auglag *s = state;
  (void)f;
  out->pri_res = s->violation;
  out->dua_res = s->excess < 0 ? 0 : s->excess;
  out->step = s->delta;
  out->raw = s->objective;
  if (s->tried > 0)
    snprintf (out->event, sizeof out->event, "%.0f tried, %.0f steps",
              s->tried, s->steps);
}

/* Gradients of all blocks, and of a working set numbers for every sample.  */
static double
bytes (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  double d = (double)f->block_len, k = cvxi_state_blocks (f);
  (void)s;
  return 8
         * (2 * (double)f->n_var + 4 * (double)f->n_blocks
            + k * (10 * d + 14 * (double)f->n_samples) + 6 * (double)f->n_obs
            + 3 * d * d);
}

static void
destroy (void *state)
{
  struct auglag *s = state;
  cvxi_metric_free (s->metric);
  cvx_cone_work_free (s->cone);
}

const struct cvx_solver cvxi_solver_auglag = {
  .name = "auglag",
  .summary = "augmented Lagrangian for neurons in cones, on working sets",
  .rounds = true,
  .state_size = sizeof (struct auglag),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .point = point,
  .measures = measures,
  .bytes = bytes,
  .destroy = destroy,
};
