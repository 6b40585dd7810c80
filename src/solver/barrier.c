/* barrier.c -- interior point method on a working set of stored patterns.

   One iteration: psi_g of all blocks at the present dual point; the blocks in
   use and the largest of the others with psi_g > beta make the working set;
   the program on it is solved by the primal-dual method of master.h, as
   exactly as the violation asks for (Pilanci and Ergen, ICML 2020, equation 8,
   and its dual, over these patterns).  Few iterations whatever beta is: where
   it is small and nearly every sample is fitted, cheap steps need thousands.
   The price is a system with a row per sample, and the columns of the working
   set as a matrix.

   Each output has its own blocks and its own program.  The state is the list
   of blocks with weights and the dual point; the rest is built from it in
   every step.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/entries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/alloc.h"
#include "formulation/group_l1.h"
#include "linalg/threads.h"
#include "solver/master.h"
#include "solver/reduced.h"

enum
{
  MOST_SAMPLES = 6000, /* the system is a matrix of as many rows */
  LEAST = 16           /* blocks of an output that may enter at any time */
};

/* Numbers that the columns of a working set may take: 2 GB in two copies.  */
static const double most_columns = 1.25e8;

struct barrier
{
  struct cvx_indices block; /* in use, ascending */
  struct cvx_vector w;      /* their weights, block_len each */
  struct cvx_vector slack;  /* beta - psi_g on the working set */
  double *nu;               /* n_obs */
  double excess; /* max psi / beta - 1, if above 0, at the last nu */
  double tol;    /* of the last working set */
  double rounds; /* interior point iterations of the last step */
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (barrier, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[]
    = { FIELD (block, INDICES, FREE), FIELD (w, VECTOR, FREE),
        FIELD (slack, VECTOR, FREE),  FIELD (nu, ARRAY, OBS),
        FIELD (excess, REAL, ONE),    FIELD (tol, REAL, ONE),
        FIELD (rounds, REAL, ONE),    CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  size_t rank = f->n_features < f->n_samples ? f->n_features : f->n_samples;
  double each, blocks = 2.0 * (double)f->n_samples;
  (void)s;
  if (f->patterns == NULL || cvxi_rows (f) != f
      || f->block_len != f->n_features)
    return "it needs neurons with one pattern each";
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (f->class->penalized)
    return "it knows group-l1 penalties; use fista or admm";
  if (f->loss->coupled)
    return "the loss couples the outputs; use working or admm";
  /* No more blocks than samples carry weights.  */
  each = (double)(f->n_blocks / f->n_outputs);
  if (f->n_samples > MOST_SAMPLES
      || (double)f->n_samples * (double)rank * fmin (each, blocks)
             > most_columns)
    return "its matrices would be too large; use admm or working";
  return NULL;
}

/* The data in coordinates of at most as many numbers as there are samples:
   X = x map, the rows of the map orthonormal; map NULL: the data's own.  */
struct coordinates
{
  const double *x;
  double *own, *map;
  size_t d;
};

static void
coordinates_free (struct coordinates *c)
{
  cvx_free (c->own);
  cvx_free (c->map);
}

static enum cvx_status
coordinates_new (struct coordinates *c, const struct cvx_formulation *f,
                 struct cvx_error *err)
{
  size_t n = f->n_samples, d = f->n_features;
  double *tau;
  lapack_int failed;
  *c = (struct coordinates){ .x = f->x, .d = d };
  if (d <= n)
    return CVX_OK;
  c->own = cvx_calloc (n, n * sizeof *c->own);
  c->map = cvx_copy (f->x, n * d, sizeof *c->map);
  tau = cvx_alloc (n, sizeof *tau);
  if (c->own == NULL || c->map == NULL || tau == NULL)
    {
      cvx_free (tau);
      return cvx_fail_nomem (err, "reducing the features to the samples");
    }
  /* Column after column the map is X'.  */
  failed = LAPACKE_dgeqrf (LAPACK_COL_MAJOR, (lapack_int)d, (lapack_int)n,
                           c->map, (lapack_int)d, tau);
  for (size_t i = 0; i < n; i++)
    memcpy (c->own + i * n, c->map + i * d, (i + 1) * sizeof *c->own);
  if (failed == 0)
    failed = LAPACKE_dorgqr (LAPACK_COL_MAJOR, (lapack_int)d, (lapack_int)n,
                             (lapack_int)n, c->map, (lapack_int)d, tau);
  cvx_free (tau);
  if (failed != 0)
    return cvx_fail (err, CVX_E387, "the data have no QR factors");
  c->x = c->own;
  c->d = n;
  return CVX_OK;
}

/* U (coordinates) from V (features), and back.  */
static void
to_coordinates (const struct coordinates *c, size_t features, const double *v,
                double *u)
{
  if (c->map == NULL)
    memcpy (u, v, c->d * sizeof *u);
  else
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)c->d, (blasint)features,
                 1, c->map, (blasint)features, v, 1, 0, u, 1);
}

static void
from_coordinates (const struct coordinates *c, size_t features,
                  const double *u, double *v)
{
  if (c->map == NULL)
    memcpy (v, u, c->d * sizeof *v);
  else
    cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)c->d, (blasint)features,
                 1, c->map, (blasint)features, u, 1, 0, v, 1);
}

/* A working set: BLOCK[0..k) ascending, W in coordinates, k x d.  */
struct set
{
  size_t k, added;
  size_t *block;
  double *w, *slack;
};

static void
set_free (struct set *set)
{
  cvx_free (set->block);
  cvx_free (set->w);
  cvx_free (set->slack);
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct barrier *s = state;
  enum cvx_status st = cvxi_list_check (f, &s->block, err);
  (void)settings;
  if (st != CVX_OK)
    return st;
  if (s->w.len != s->block.len * f->block_len || s->slack.len != s->block.len)
    return cvx_fail (err, CVX_E388,
                     "the saved working set has %zu blocks and %zu weights",
                     s->block.len, s->w.len);
  return CVX_OK;
}

/* The state from K blocks with weights W (k x block_len) and SLACK; unchanged
   when it fails.  */
static enum cvx_status
keep (struct barrier *s, const struct cvx_formulation *f, size_t k,
      const size_t *block, const double *w, const double *slack,
      struct cvx_error *err)
{
  size_t d = f->block_len;
  enum cvx_status st = cvx_indices_reserve (&s->block, k, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, k * d, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->slack, k, err);
  if (st != CVX_OK)
    return st;
  s->block.len = s->slack.len = k;
  s->w.len = k * d;
  for (size_t i = 0; i < k; i++)
    {
      s->block.p[i] = block[i];
      s->slack.p[i] = slack[i];
      memcpy (s->w.p + i * d, w + i * d, d * sizeof *w);
    }
  return CVX_OK;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct barrier *s = state;
  size_t k = 0;
  double *w = cvx_alloc (1, f->n_var * sizeof *w);
  double *slack = cvx_calloc (f->n_blocks, sizeof *slack);
  size_t *list = cvx_alloc (f->n_blocks, sizeof *list);
  enum cvx_status st;
  (void)settings;
  if (w == NULL || list == NULL || slack == NULL)
    st = cvx_fail_nomem (err, "starting the solver");
  else
    st = cvxi_point_dense (f, warm, w, err);
  if (st == CVX_OK)
    k = cvxi_list_compact (f, w, list);
  if (st == CVX_OK)
    st = keep (s, f, k, list, w, slack, err);
  if (st == CVX_OK)
    {
      s->tol = 1;
      s->excess = nan ("");
      memset (s->nu, 0, f->n_obs * sizeof *s->nu);
      if (warm != NULL && warm->nu != NULL)
        memcpy (s->nu, warm->nu, f->n_obs * sizeof *s->nu);
      else
        cvxi_loss_dual (f, s->nu, s->nu);
    }
  cvx_free (w);
  cvx_free (slack);
  cvx_free (list);
  return st;
}

/* The blocks of OUTPUT for the next program: those in use that still matter,
   or ALL of them, so that none comes and goes for ever, and of the others with
   psi > beta the largest, as many as these or LEAST and an eighth of the
   samples.  SET holds n_blocks numbers.  */
static void
choose (const struct barrier *s, const struct cvx_formulation *f,
        size_t output, size_t d, bool all, const double *psi,
        struct cvxi_entry *entry, struct set *set)
{
  size_t each = f->n_blocks / f->n_outputs, first = output * each, from = 0;
  size_t room, n = 0, len = f->block_len;
  double largest = 0, most = most_columns / ((double)f->n_samples * (double)d);
  set->k = 0;
  for (size_t i = 0; i < s->block.len; i++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)len, s->w.p + i * len, 1));
  for (size_t g = first; g < first + each; g++)
    {
      while (from < s->block.len && s->block.p[from] < g)
        from++;
      if (from < s->block.len && s->block.p[from] == g
          && (all || s->slack.p[from] <= 0.05 * f->beta
              || cblas_dnrm2 ((blasint)len, s->w.p + from * len, 1)
                     > 1e-7 * largest))
        set->block[set->k++] = g;
      else if (psi[g] > f->beta)
        entry[n++] = (struct cvxi_entry){ psi[g], g };
    }
  room = LEAST + f->n_samples / 8;
  if (room < set->k)
    room = set->k;
  if ((double)(set->k + room) > most)
    room = most > (double)set->k ? (size_t)most - set->k : 1;
  cvxi_entries_sort (entry, n);
  set->added = n < room ? n : room;
  for (size_t i = 0; i < set->added; i++)
    set->block[set->k++] = entry[i].block;
  cvxi_list_sort (set->block, set->k);
}

/* The program on SET of OUTPUT: weights, slack, and the column of NU.  */
static enum cvx_status
solve (const struct cvx_formulation *f, const struct coordinates *c,
       size_t output, struct set *set, double tol, double *nu,
       double *iterations, struct cvx_progress *progress,
       struct cvx_error *err)
{
  size_t n = f->n_samples, words = f->patterns->n_words, rows = 0, steps;
  double *y = cvx_alloc (n, sizeof *y), *column = cvx_alloc (n, sizeof *y);
  uint64_t *bits = cvx_alloc (set->k, words * sizeof *bits);
  int *sign = cvx_alloc (set->k, sizeof *sign);
  size_t *start = cvx_calloc (set->k + 1, sizeof *start);
  uint32_t *row = NULL;
  double gap, *inside = NULL;
  struct cvxi_master m = cvxi_master_for (f, c->x, c->d);
  enum cvx_status st = CVX_OK;
  if (f->n_cone > 0)
    row = cvx_alloc (set->k, n * sizeof *row);
  if (f->n_cone > 0 && f->patterns->gate != NULL)
    inside = cvx_alloc (set->k, c->d * sizeof *inside);
  set->w = cvx_calloc (set->k, c->d * sizeof *set->w);
  set->slack = cvx_calloc (set->k, sizeof *set->slack);
  if (y == NULL || column == NULL || bits == NULL || sign == NULL
      || start == NULL || set->w == NULL || set->slack == NULL
      || (f->n_cone > 0 && row == NULL)
      || (f->n_cone > 0 && f->patterns->gate != NULL && inside == NULL))
    st = cvx_fail_nomem (err, "making a working set");
  for (size_t i = 0; st == CVX_OK && i < set->k; i++)
    {
      memcpy (bits + i * words,
              f->patterns->bits
                  + cvxi_group_l1_pattern (f, set->block[i]) * words,
              words * sizeof *bits);
      sign[i] = cvxi_group_l1_sign (f, set->block[i]) < 0 ? -1 : 1;
      if (inside != NULL)
        to_coordinates (c, f->n_features,
                        f->patterns->gate
                            + cvxi_group_l1_pattern (f, set->block[i])
                                  * f->n_features,
                        inside + i * c->d);
      for (size_t r = 0; f->n_cone > 0 && r < n; r++)
        if (cblas_dasum ((blasint)c->d, c->x + r * c->d, 1) > 0)
          row[rows++] = (uint32_t)r;
      start[i + 1] = rows;
    }
  for (size_t i = 0; st == CVX_OK && i < n; i++)
    {
      y[i] = f->y[i * f->n_outputs + output];
      column[i] = nu[i * f->n_outputs + output];
    }
  m.y = y;
  m.k = set->k;
  m.bits = bits;
  m.sign = sign;
  m.start = start;
  m.row = row;
  m.inside = inside;
  if (st == CVX_OK && set->k > 0)
    {
      st = cvxi_master_solve (&m, tol, set->w, column, set->slack, &gap,
                              &steps, progress, err);
      *iterations += (double)steps;
    }
  for (size_t i = 0; st == CVX_OK && i < n; i++)
    nu[i * f->n_outputs + output] = column[i];
  cvx_free (y);
  cvx_free (column);
  cvx_free (bits);
  cvx_free (sign);
  cvx_free (start);
  cvx_free (row);
  cvx_free (inside);
  return st;
}

/* psi_g (s->nu) of the blocks where it is above beta; at most beta for the
   others.  The bounds that the formulation remembers depend on what was asked
   before, but decide only which blocks need no projection.  */
static enum cvx_status
price (const struct barrier *s, const struct cvx_formulation *f, double *psi,
       struct cvx_progress *progress, struct cvx_error *err)
{
  double *z;
  enum cvx_lap before;
  enum cvx_status st = cvx_formulation_price (f, s->nu, psi, progress, err);
  if (st != CVX_OK || f->n_cone == 0)
    return st;
  before = cvx_lap_begin (f->watch, CVX_LAP_PRICING);
  z = cvx_alloc (1, f->n_var * sizeof *z);
  if (z == NULL)
    st = cvx_fail_nomem (err, "pricing");
  else if (f->class->adjoint (f, s->nu, z, progress) != CVX_OK)
    st = cvx_fail_interrupted (err);
#pragma omp parallel for schedule(dynamic, 16) num_threads(f->threads)
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      size_t solved = 0;
      if (psi[g] > f->beta && st == CVX_OK && !cvx_aborted (progress))
        psi[g] = f->class->support (f, g, z + g * f->block_len, NULL, &solved,
                                    cvx_thread_number ());
    }
  if (st == CVX_OK && cvx_aborted (progress))
    st = cvx_fail_interrupted (err);
  cvx_free (z);
  cvx_lap_end (f->watch, before);
  return st;
}

/* The program of OUTPUT on its next working set, appended to NEXT, whose
   weights are those of the data's coordinates.  */
static enum cvx_status
solve_output (const struct barrier *s, const struct cvx_formulation *f,
              const struct coordinates *c, size_t output, bool all,
              const double *psi, struct cvxi_entry *entry, double tol,
              struct set *next, double *nu, double *iterations,
              struct cvx_progress *progress, struct cvx_error *err)
{
  size_t len = f->block_len, each = f->n_blocks / f->n_outputs;
  struct set set = { .block = cvx_alloc (each, sizeof *set.block) };
  enum cvx_status st = set.block != NULL
                           ? CVX_OK
                           : cvx_fail_nomem (err, "making a working set");
  if (st == CVX_OK)
    {
      choose (s, f, output, c->d, all, psi, entry, &set);
      next->added += set.added;
      st = solve (f, c, output, &set, tol, nu, iterations, progress, err);
    }
  if (st == CVX_OK && set.k > 0)
    {
      double *w = cvx_grow (next->w, next->k * len, (next->k + set.k) * len,
                            sizeof *w);
      if (w == NULL)
        st = cvx_fail_nomem (err, "making a working set");
      else
        next->w = w;
    }
  for (size_t i = 0; st == CVX_OK && i < set.k; i++, next->k++)
    {
      next->block[next->k] = set.block[i];
      next->slack[next->k] = set.slack[i];
      from_coordinates (c, len, set.w + i * c->d, next->w + next->k * len);
    }
  set_free (&set);
  return st;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct barrier *s = state;
  struct coordinates c;
  struct set next = { .block = cvx_alloc (f->n_blocks, sizeof *next.block),
                      .slack = cvx_alloc (f->n_blocks, sizeof *next.slack) };
  double *psi = cvx_alloc (f->n_blocks, sizeof *psi);
  double *nu = cvx_copy (s->nu, f->n_obs, sizeof *nu);
  struct cvxi_entry *entry = cvx_alloc (f->n_blocks, sizeof *entry);
  double excess = 0, tol, iterations = 0;
  bool all;
  enum cvx_status st = coordinates_new (&c, f, err);
  if (st == CVX_OK
      && (next.block == NULL || next.slack == NULL || psi == NULL || nu == NULL
          || entry == NULL))
    st = cvx_fail_nomem (err, "making a working set");
  if (st == CVX_OK)
    st = price (s, f, psi, progress, err);
  for (size_t g = 0; st == CVX_OK && g < f->n_blocks; g++)
    excess = fmax (excess, psi[g] / f->beta - 1);
  /* As exact as the violation asks for, and tighter each time when nothing
     else is wrong.  */
  tol = excess > 1 ? 1e-2 : fmin (1e-4, 0.1 * settings->tol);
  all = excess > 0 && !(excess < 0.5 * s->excess);
  if (excess < 0.1 * settings->tol)
    tol = fmax (1e-13, 0.1 * fmin (tol, s->tol));
  for (size_t k = 0; st == CVX_OK && k < f->n_outputs; k++)
    st = solve_output (s, f, &c, k, all, psi, entry, tol, &next, nu,
                       &iterations, progress, err);
  if (st == CVX_OK)
    st = keep (s, f, next.k, next.block, next.w, next.slack, err);
  if (st == CVX_OK)
    {
      memcpy (s->nu, nu, f->n_obs * sizeof *s->nu);
      s->tol = tol;
      s->excess = excess;
      s->rounds = iterations;
    }
  coordinates_free (&c);
  set_free (&next);
  cvx_free (psi);
  cvx_free (nu);
  cvx_free (entry);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct barrier *s = state;
  (void)f;
  *out = (struct cvx_point){
    .n_atoms = s->block.len, .block = s->block.p, .x = s->w.p, .nu = s->nu
  };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct barrier *s = state;
  (void)f;
  out->dua_res = s->excess;
  if (s->block.len > 0)
    snprintf (out->event, sizeof out->event, "%u tried, %.0f steps",
              (unsigned)s->block.len, s->rounds);
}

/* The columns of a working set twice, a matrix for each of its blocks and that
   of the system, prices and gradients.  */
static double
bytes (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  double n = (double)f->n_samples, d = (double)f->n_features;
  double k = cvxi_state_blocks (f) / (double)f->n_outputs;
  (void)s;
  if (d > n)
    d = n;
  return 8
         * (k * d * (2 * n + d + 10) + (f->n_cone > 0 ? 6 * k * n : 0) + n * n
            + 2 * (double)f->n_var + 4 * (double)f->n_blocks);
}

const struct cvx_solver cvxi_solver_barrier = {
  .name = "barrier",
  .summary = "interior point method on a working set of stored patterns",
  .rounds = true,
  .state_size = sizeof (struct barrier),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .point = point,
  .measures = measures,
  .bytes = bytes,
};
