/* interior.c -- the exact ReLU program over all patterns, none of them stored.

   Column generation on the dual of Pilanci and Ergen (ICML 2020), equation 4:

     1. price: local maxima of |h (u)| > beta on the sphere (price.h); when
        climbing finds none, branch and bound proves that there is none or
        finds one;
     2. the cells of these directions join the restricted problem;
     3. interior point (master.h), as exact as the violation asks for; near
        the end Newton's method on its neurons (reduced.h) for the last
        digits, where the loss has a second derivative.

   Each output has its own cells and its own restricted problem.  Where the
   loss couples the outputs there is one problem, which Newton's method solves
   from the neurons of the last round and the directions just found.

   All of this happens in coordinates of the rank of X, which changes neither
   products nor norms.  One iteration is one round.  Only cells that matter are
   ever seen, so the number of patterns does not enter; the dimension does,
   through the search.

   The state is the list of cells with weights, and nu; the rest is built from
   it in every step.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>

#include "solver/interior_private.h"
#include "solver/master.h"

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (cvxi_interior, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[] = { FIELD (bits, INDICES, FREE),
                                           FIELD (sign, INDICES, FREE),
                                           FIELD (start, INDICES, FREE),
                                           FIELD (facet, INDICES, FREE),
                                           FIELD (w, VECTOR, FREE),
                                           FIELD (slack, VECTOR, FREE),
                                           FIELD (nu, ARRAY, OBS),
                                           FIELD (excess, REAL, ONE),
                                           FIELD (tol, REAL, ONE),
                                           FIELD (k, COUNT, ONE),
                                           CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (f->pricer == NULL)
    return "it needs relu with all patterns of data of rank 8 or less";
  return NULL;
}

static enum cvx_status
make_index (struct cvxi_interior *s, const struct cvx_formulation *f,
            struct cvx_error *err)
{
  if (f->n_blocks == 0)
    return CVX_OK;
  return cvx_pattern_index_new (&s->index, f->patterns, err);
}

/* Add the cell of atom K of WARM, with its weights.  */
static enum cvx_status
add_atom (struct cvxi_interior_work *w, const struct cvx_point *warm, size_t k,
          struct cvx_error *err)
{
  const struct cvx_formulation *f = w->f;
  const double *v = warm->x + k * f->n_features;
  double norm = cblas_dnrm2 ((blasint)f->n_features, v, 1);
  size_t added = 0, block = warm->block != NULL ? warm->block[k] : k;
  int sign = warm->sign != NULL ? warm->sign[k]
                                : (int)cvx_formulation_output (f, block) + 1;
  double *u = w->w + w->k * w->d;
  enum cvx_status st;
  if (norm == 0)
    return CVX_OK;
  cvxi_interior_to_rank (w, v, u);
  if (warm->sign == NULL && block % 2 == 1)
    sign = -sign;
  cblas_dscal ((blasint)w->d, 1 / norm, u, 1);
  st = cvxi_interior_add (w, u, sign, &added, err);
  if (st == CVX_OK && added > 0)
    cblas_dscal ((blasint)w->d, norm, u, 1);
  return st;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct cvxi_interior *s = state;
  struct cvxi_interior_work w;
  size_t atoms = warm != NULL ? warm->n_atoms : 0;
  enum cvx_status st;
  (void)settings;
  st = make_index (s, f, err);
  if (st != CVX_OK)
    return st;
  s->tol = 1;
  s->excess = NAN;
  memset (s->nu, 0, f->n_obs * sizeof *s->nu);
  f->loss->dual (s->nu, f->y, f->n_samples, f->n_outputs, f->loss_param,
                 s->nu);
  st = cvxi_interior_work_new (&w, s, f, atoms, err);
  for (size_t k = 0; st == CVX_OK && k < atoms; k++)
    st = add_atom (&w, warm, k, err);
  if (st == CVX_OK && warm != NULL && warm->nu != NULL)
    memcpy (w.nu, warm->nu, f->n_obs * sizeof *w.nu);
  if (st == CVX_OK)
    st = cvxi_interior_keep (s, &w, err);
  cvxi_interior_work_free (&w);
  return st;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct cvxi_interior *s = state;
  enum cvx_status st;
  (void)settings;
  if (s->bits.len != s->k * cvxi_interior_words (f) || s->sign.len != s->k
      || s->start.len != s->k + 1 || s->w.len != s->k * f->n_features
      || s->slack.len != s->k)
    return cvx_fail (err, CVX_E388, "the saved cells do not fit together");
  for (size_t g = 0; g < s->k; g++)
    if (s->start.p[g] > s->start.p[g + 1] || s->start.p[g + 1] > s->facet.len)
      return cvx_fail (err, CVX_E388, "the saved cells do not fit together");
  for (size_t g = 0; g < s->k; g++)
    if (s->sign.p[g] / 2 >= f->n_outputs)
      return cvx_fail (err, CVX_E388, "the saved cells do not fit together");
  for (size_t i = 0; i < s->facet.len; i++)
    if (s->facet.p[i] >= f->n_samples)
      return cvx_fail (err, CVX_E388, "the saved cells do not fit together");
  s->output = cvx_alloc (s->k, sizeof *s->output);
  s->block = cvx_alloc (s->k, sizeof *s->block);
  if (s->output == NULL || s->block == NULL)
    return cvx_fail_nomem (err, "restoring a run");
  st = make_index (s, f, err);
  if (st == CVX_OK)
    cvxi_interior_name (s, f);
  return st;
}

/* Far from the optimum the local maxima are many and most of them of no
   account: only the highest that are well apart enter.  */
enum
{
  ENTER = 24,
  MORE = 4 /* times the room: maxima to choose from */
};
static const double distinct = 0.97;

/* Add the cells of OUTPUT whose price is above beta; *EXCESS is by how much
   the highest price is.  */
static enum cvx_status
price (struct cvxi_interior_work *w, size_t output, size_t room, size_t *added,
       double *excess, struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = w->f;
  struct cvx_price found;
  double *column = cvx_alloc (f->n_samples, sizeof *column);
  double *taken = cvx_alloc (room, w->d * sizeof *taken), apart = 1;
  int *which = cvx_alloc (room, sizeof *which);
  size_t chosen = 0, most = room;
  enum cvx_status st = CVX_OK;
  if (column == NULL || taken == NULL || which == NULL)
    {
      cvx_free (column);
      cvx_free (taken);
      cvx_free (which);
      return cvx_fail_nomem (err, "pricing");
    }
  for (size_t i = 0; i < f->n_samples; i++)
    column[i] = w->nu[i * f->n_outputs + output];
  st = cvx_pricer_run (f->pricer, column, f->beta * (1 + 1e-10), false,
                       MORE * room, 0, &found, progress, err);
  if (st == CVX_OK && found.lower > (1 + 1e-2) * f->beta)
    {
      apart = distinct;
      most = room < ENTER ? room : ENTER;
    }
  for (size_t i = 0; st == CVX_OK && i < found.n && chosen < most; i++)
    {
      double *u = taken + chosen * w->d;
      size_t before = *added;
      int sign = (int)output + 1;
      bool near = false;
      cvxi_interior_to_rank (w, found.u + i * f->n_features, u);
      for (size_t j = 0; j < chosen && !near; j++)
        near
            = which[j] == found.sign[i]
              && cblas_ddot ((blasint)w->d, taken + j * w->d, 1, u, 1) > apart;
      if (near)
        continue;
      which[chosen++] = found.sign[i];
      st = cvxi_interior_add (w, u, found.sign[i] < 0 ? -sign : sign, added,
                              err);
      if (st == CVX_OK && *added > before && w->enter != NULL)
        {
          double *to = w->enter + (w->k - 1) * w->d;
          double norm = cblas_dnrm2 ((blasint)w->d, u, 1);
          for (size_t j = 0; j < w->d; j++)
            to[j] = u[j] / norm;
          w->slack[w->k - 1] = f->beta; /* forgotten if it stays zero */
        }
    }
  if (st == CVX_OK)
    *excess = found.lower / f->beta - 1;
  cvx_free (column);
  cvx_free (taken);
  cvx_free (which);
  return st;
}

/* The restricted problems of the outputs, one after the other.  */
static enum cvx_status
solve_outputs (struct cvxi_interior_work *w, double tol,
               struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = w->f;
  size_t n = f->n_samples, c = f->n_outputs, from = 0, to;
  double *y = cvx_alloc (n, sizeof *y), *nu = cvx_alloc (n, sizeof *nu);
  int *sign = cvx_alloc (w->k, sizeof *sign);
  enum cvx_status st = y == NULL || nu == NULL || sign == NULL
                           ? cvx_fail_nomem (err, "pricing")
                           : CVX_OK;
  for (; st == CVX_OK && from < w->k; from = to)
    {
      size_t output = cvxi_interior_output (w->sign[from]), iterations;
      double gap;
      struct cvxi_master m = cvxi_master_for (f, w->x, w->d);
      m.y = y;
      m.bits = w->bits + from * w->n_words;
      m.sign = sign + from;
      m.start = w->start + from;
      m.row = w->facet;
      for (to = from;
           to < w->k && cvxi_interior_output (w->sign[to]) == output; to++)
        sign[to] = w->sign[to] < 0 ? -1 : 1;
      m.k = to - from;
      for (size_t i = 0; i < n; i++)
        {
          y[i] = f->y[i * c + output];
          nu[i] = w->nu[i * c + output];
        }
      st = cvxi_master_solve (&m, tol, w->w + from * w->d, nu, w->slack + from,
                              &gap, &iterations, progress, err);
      for (size_t i = 0; st == CVX_OK && i < n; i++)
        w->nu[i * c + output] = nu[i];
    }
  cvx_free (y);
  cvx_free (nu);
  cvx_free (sign);
  return st;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct cvxi_interior *s = state;
  struct cvxi_interior_work w;
  size_t room = 3 * f->n_features + f->n_samples / 8 + 10, added = 0;
  double tol, excess = -1;
  enum cvx_status st
      = cvxi_interior_work_new (&w, s, f, room * f->n_outputs, err);
  (void)settings;
  for (size_t k = 0; st == CVX_OK && k < f->n_outputs; k++)
    {
      double most = -1;
      st = cvxi_interior_recall (&w, s, k, err);
      if (st == CVX_OK)
        st = price (&w, k, room, &added, &most, progress, err);
      if (st == CVX_OK)
        excess = fmax (excess, most);
    }
  /* As exact as the violation asks for; tighter each time when nothing new
     turns up.  */
  tol = excess > 1 ? 1e-2 : excess > 1e-2 ? 1e-4 : 1e-8;
  if (added == 0)
    tol = fmax (1e-13, 1e-2 * fmin (tol, s->tol));
  if (st == CVX_OK && !f->loss->coupled)
    st = solve_outputs (&w, tol, progress, err);
  if (st == CVX_OK && w.k > 0
      && (f->loss->coupled || (excess <= 1e-2 && f->loss->strict)))
    st = cvxi_interior_finish (&w, progress, err);
  if (st == CVX_OK)
    st = cvxi_interior_keep (s, &w, err);
  if (st == CVX_OK)
    {
      s->tol = tol;
      s->excess = excess;
    }
  cvxi_interior_work_free (&w);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct cvxi_interior *s = state;
  (void)f;
  *out = (struct cvx_point){ .n_atoms = s->k,
                             .block = s->block,
                             .x = s->w.p,
                             .sign = s->block == NULL ? s->output : NULL,
                             .nu = s->nu };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct cvxi_interior *s = state;
  (void)f;
  /* Below 0 no cell is missing.  */
  out->dua_res = s->excess < 0 ? 0 : s->excess;
  if (s->k > 0)
    snprintf (out->event, sizeof out->event, "%zu cells", (size_t)s->k);
}

static void
destroy (void *state)
{
  struct cvxi_interior *s = state;
  cvx_free (s->output);
  cvx_free (s->block);
  cvx_pattern_index_free (s->index);
}

const struct cvx_solver cvxi_solver_interior = {
  .name = "interior",
  .summary = "column generation over all patterns, interior point and Newton",
  .rounds = true,
  .state_size = sizeof (struct cvxi_interior),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .point = point,
  .measures = measures,
  .destroy = destroy,
};
