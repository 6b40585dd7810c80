/* working.c -- working sets, for many blocks without cones.

   One iteration: psi_g = ||A_g'nu|| of all blocks at the present dual point;
   the blocks in use and the largest of the others that violate psi_g <= beta
   make the working set; the problem on it is solved (blocks.c) to a part of
   the gap that is left.  Massias, Gramfort and Salmon, ICML 2018, for working
   sets that are solved no better than the gap asks for.  A pass over all
   blocks is made once an iteration: the certificate of the iterate needs the
   same psi_g, and the formulation remembers them.

   In single precision the problem on the working set is solved with products
   of that kind until they stop lowering the gap, then in double; everything
   that is certified is double always.

   The state is the list of blocks in use and their weights; the rest is made
   from it in every step, so that a saved run continues bit for bit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/entries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "solver/blocks.h"
#include "solver/reduced.h"

enum
{
  LEAST = 16 /* blocks of an output that may enter at any time */
};

/* Of the gap: what the problem on the working set may leave.  */
static const double share = 0.1;

/* Relative gap from which single precision may be what stops it.  */
static const double single_floor = 1e-4;

/* Products of one block in an iteration, over those of a pass over all.  */
static const double budget = 8;

/* Products of the working set at least: a proximal step makes two.  */
static const double least = 100;

struct working
{
  struct cvx_indices block; /* in use, ascending */
  struct cvx_vector w;      /* their weights, block_len each */
  double *nu;               /* n_obs: -l' at the fit */
  double objective;
  double excess; /* max psi / beta - 1 before the last step */
  double eta;    /* step of the last working set */
  double gap;    /* last seen; its part is left by the next one */
  double tried;  /* blocks of the last working set */
  double steady; /* 1: none of them came or went at the end */
  double exact;  /* 1: single precision has done what it can */
  struct cvxi_metric *metric;
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (working, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[] = { FIELD (block, INDICES, FREE),
                                           FIELD (w, VECTOR, FREE),
                                           FIELD (nu, ARRAY, OBS),
                                           FIELD (objective, REAL, ONE),
                                           FIELD (excess, REAL, ONE),
                                           FIELD (eta, REAL, ONE),
                                           FIELD (gap, REAL, ONE),
                                           FIELD (tried, REAL, ONE),
                                           FIELD (steady, REAL, ONE),
                                           FIELD (exact, REAL, ONE),
                                           CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  if (s->precision != 0 && f->class->single == NULL)
    return "this formulation has no products in single precision";
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (f->class->penalized)
    return "it knows group-l1 penalties; use fista or admm";
  if (!f->loss->smooth)
    return "the loss has kinks and the working sets need its gradient; use "
           "admm";
  if (f->patterns == NULL || f->block_len != cvxi_rows (f)->n_features)
    return "it needs neurons with one pattern each";
  if (f->n_cone > 0)
    return "the blocks lie in cones; use newton";
  return NULL;
}

/* The state from B, unchanged when it fails.  */
static enum cvx_status
keep (struct working *s, const struct cvxi_blocks *b, struct cvx_error *err)
{
  size_t d = b->m->d, n = 0;
  double *w = cvx_alloc (b->k + 1, d * sizeof *w);
  enum cvx_status st = w == NULL
                           ? cvx_fail_nomem (err, "keeping a working set")
                           : cvx_indices_reserve (&s->block, b->k, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, b->k * d, err);
  if (st != CVX_OK)
    {
      cvx_free (w);
      return st;
    }
  cvxi_blocks_weights (b, w);
  for (size_t i = 0; i < b->k; i++)
    {
      if (cvxi_is_zero (b->w + i * d, d))
        continue;
      s->block.p[n] = b->list[i];
      memcpy (s->w.p + n * d, w + i * d, d * sizeof *w);
      n++;
    }
  cvx_free (w);
  s->block.len = n;
  s->w.len = n * d;
  memcpy (s->nu, b->nu, b->f->n_obs * sizeof *s->nu);
  s->objective = b->objective;
  s->eta = b->eta;
  s->steady = b->steady;
  return CVX_OK;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct working *s = state;
  enum cvx_status st = cvxi_list_check (f, &s->block, err);
  (void)settings;
  if (st != CVX_OK)
    return st;
  if (s->w.len != s->block.len * f->block_len)
    return cvx_fail (err, CVX_E388,
                     "the saved working set has %zu blocks and %zu weights",
                     s->block.len, s->w.len);
  if (s->metric != NULL)
    return CVX_OK;
  return cvxi_metric_new (&s->metric, f, NULL, err);
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct working *s = state;
  struct cvxi_blocks *b = NULL;
  size_t k = 0, *list;
  double *w = cvx_alloc (1, f->n_var * sizeof *w);
  enum cvx_status st;
  list = cvx_alloc (f->n_blocks, sizeof *list);
  if (w == NULL || list == NULL)
    st = cvx_fail_nomem (err, "starting the solver");
  else
    st = cvxi_point_dense (f, warm, w, err);
  if (st == CVX_OK)
    k = cvxi_list_compact (f, w, list);
  if (st == CVX_OK)
    st = restore (s, f, settings, err);
  if (st == CVX_OK)
    st = cvxi_blocks_new (&b, f, s->metric, k, list, w, 0.25, NULL, err);
  if (st == CVX_OK)
    st = keep (s, b, err);
  s->excess = nan ("");
  s->gap = CVX_INFINITY;
  cvxi_blocks_free (b);
  cvx_free (w);
  cvx_free (list);
  return st;
}

/* The working set into LIST, K blocks: those in use and of every output the
   largest of the others, as many as it has in use or LEAST.  */
static void
choose (const struct working *s, const struct cvx_formulation *f,
        const double *psi, struct cvxi_entry *entry, size_t *list, size_t *k)
{
  size_t used = 0, from = 0, each = f->n_blocks / f->n_outputs;
  for (size_t first = 0; first < f->n_blocks; first += each)
    {
      size_t n = 0, room = LEAST, before = used;
      for (size_t g = first; g < first + each; g++)
        if (from < s->block.len && s->block.p[from] == g)
          {
            list[used++] = g;
            from++;
          }
        else if (psi[g] > f->beta)
          entry[n++] = (struct cvxi_entry){ psi[g], g };
      if (room < used - before)
        room = used - before;
      cvxi_entries_sort (entry, n);
      for (size_t i = 0; i < n && i < room; i++)
        list[used++] = entry[i].block;
      cvxi_list_sort (list + before, used - before);
    }
  *k = used;
}

/* The working set of LIST with the weights of the state.  */
static enum cvx_status
gather (struct cvxi_blocks **b, const struct working *s,
        const struct cvx_formulation *f, size_t k, const size_t *list,
        struct cvx_progress *progress, struct cvx_error *err)
{
  size_t d = f->block_len, used = 0;
  double *w = cvx_calloc (k + 1, d * sizeof *w);
  enum cvx_status st;
  *b = NULL;
  if (w == NULL)
    return cvx_fail_nomem (err, "making a working set");
  for (size_t i = 0; i < k; i++)
    if (used < s->block.len && s->block.p[used] == list[i])
      memcpy (w + i * d, s->w.p + used++ * d, d * sizeof *w);
  st = cvxi_blocks_new (b, f, s->metric, k, list, w, s->eta, progress, err);
  cvx_free (w);
  return st;
}

/* The gap at the state, from psi of all blocks.  */
static double
gap_of (const struct working *s, const struct cvx_formulation *f,
        const double *psi)
{
  double norm[CVX_LOSS_MAX_OUTPUTS] = { 0 }, scale[CVX_LOSS_MAX_OUTPUTS];
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      size_t k = cvx_formulation_output (f, g);
      norm[k] = fmax (norm[k], psi[g]);
    }
  return s->objective
         - cvx_loss_scale_outputs (f->loss, s->nu, f->y, f->n_samples,
                                   f->n_outputs, f->loss_param, norm, f->beta,
                                   scale);
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct working *s = state;
  struct cvxi_blocks *b = NULL;
  double *psi = cvx_alloc (f->n_blocks, sizeof *psi), largest = 0, gap = 0;
  struct cvxi_entry *entry = cvx_alloc (f->n_blocks, sizeof *entry);
  size_t *list = cvx_alloc (f->n_blocks, sizeof *list), k = 0;
  bool exact = true;
  enum cvx_status st;
  if (psi == NULL || entry == NULL || list == NULL)
    st = cvx_fail_nomem (err, "making a working set");
  else
    st = cvx_formulation_price (f, s->nu, psi, progress, err);
  if (st == CVX_OK)
    {
      for (size_t g = 0; g < f->n_blocks; g++)
        largest = fmax (largest, psi[g]);
      gap = gap_of (s, f, psi);
      choose (s, f, psi, entry, list, &k);
      st = gather (&b, s, f, k, list, progress, err);
    }
  if (st == CVX_OK)
    {
      double target = fmax (share * gap, 0.3 * settings->tol * s->objective);
      bool single = settings->precision != 0 && s->exact == 0;
      /* Solved to that and still a gap: the target was too loose.  */
      if (gap > 0.5 * s->gap && k == s->block.len)
        target *= 0.1;
      b->steady = s->steady != 0 && k == s->block.len;
      st = cvxi_precision (f, single, err);
      if (st == CVX_OK)
        st = cvxi_blocks_solve (
            b, target, fmax (budget * (double)f->n_blocks, least * (double)k),
            progress, err);
      cvxi_precision_double (f);
      if (st == CVX_OK && single)
        st = cvxi_blocks_refresh (b, progress, err);
      /* What is left is rounding.  */
      exact = !single || b->objective > s->objective
              || (gap > 0.5 * s->gap && gap < single_floor * s->objective);
    }
  if (st == CVX_OK)
    st = keep (s, b, err);
  if (st == CVX_OK)
    {
      s->excess = largest / f->beta - 1;
      s->gap = gap;
      s->tried = (double)k;
      s->exact = exact;
    }
  cvxi_blocks_free (b);
  cvx_free (psi);
  cvx_free (entry);
  cvx_free (list);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct working *s = state;
  (void)f;
  *out = (struct cvx_point){
    .n_atoms = s->block.len, .block = s->block.p, .x = s->w.p, .nu = s->nu
  };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct working *s = state;
  (void)f;
  out->dua_res = s->excess < 0 ? 0 : s->excess;
  out->step = s->eta;
  out->raw = s->objective;
  if (s->tried > 0)
    snprintf (out->event, sizeof out->event, "%.0f tried", s->tried);
}

/* A dense start, prices and entries of all blocks, and a working set.  */
static double
bytes (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  double d = (double)f->block_len, k = cvxi_state_blocks (f);
  (void)s;
  return 8
         * ((double)f->n_var + 4 * (double)f->n_blocks + 14 * k * d
            + 8 * (double)f->n_obs + 3 * d * d);
}

static void
destroy (void *state)
{
  struct working *s = state;
  cvxi_metric_free (s->metric);
}

const struct cvx_solver cvxi_solver_working = {
  .name = "working",
  .summary = "working sets of neurons, proximal steps and Newton's method",
  .rounds = true,
  .state_size = sizeof (struct working),
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
