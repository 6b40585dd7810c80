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

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "arrangement/cell.h"
#include "base/alloc.h"
#include "linalg/cone.h"
#include "solver/master.h"
#include "solver/reduced.h"
#include "solver/state.h"

struct interior
{
  struct cvx_indices bits;  /* k x n_words */
  struct cvx_indices sign;  /* k: 2 output, and 1 for + */
  struct cvx_indices start; /* k + 1: facets of each cell ... */
  struct cvx_indices facet; /* ... row numbers */
  struct cvx_vector w;      /* k x d */
  struct cvx_vector slack;  /* k: beta - ||z_g|| of the restricted problem */
  double *nu;               /* n_obs */
  double excess;            /* max |h| / beta - 1 before the last step */
  double tol;               /* of the last restricted problem */
  uint64_t k;
  /* Beside the fields, for point ().  */
  int *output;   /* k: +-(1 + number of the output) */
  size_t *block; /* k: block numbers, when the patterns are stored */
  struct cvx_pattern_index *index;
};

static const struct cvx_field fields[]
    = { { "bits", offsetof (struct interior, bits), CVX_FIELD_INDICES,
          CVX_LEN_FREE, false },
        { "sign", offsetof (struct interior, sign), CVX_FIELD_INDICES,
          CVX_LEN_FREE, false },
        { "start", offsetof (struct interior, start), CVX_FIELD_INDICES,
          CVX_LEN_FREE, false },
        { "facet", offsetof (struct interior, facet), CVX_FIELD_INDICES,
          CVX_LEN_FREE, false },
        { "w", offsetof (struct interior, w), CVX_FIELD_VECTOR, CVX_LEN_FREE,
          false },
        { "slack", offsetof (struct interior, slack), CVX_FIELD_VECTOR,
          CVX_LEN_FREE, false },
        { "nu", offsetof (struct interior, nu), CVX_FIELD_ARRAY, CVX_LEN_OBS,
          false },
        { "excess", offsetof (struct interior, excess), CVX_FIELD_REAL,
          CVX_LEN_ONE, false },
        { "tol", offsetof (struct interior, tol), CVX_FIELD_REAL, CVX_LEN_ONE,
          false },
        { "k", offsetof (struct interior, k), CVX_FIELD_COUNT, CVX_LEN_ONE,
          false },
        { NULL, 0, CVX_FIELD_REAL, CVX_LEN_ONE, false } };

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (f->pricer == NULL)
    return "it needs relu with all patterns of data of rank 8 or less";
  return NULL;
}

static size_t
words (const struct cvx_formulation *f)
{
  return (f->n_samples + 63) / 64;
}

/* Cells with room for MORE, as plain arrays that a step works on.  */
struct work
{
  const struct cvx_formulation *f;
  const double *x, *map; /* n x d and d x n_features; map NULL: the data's */
  size_t d;              /* rank of X */
  size_t k, cap, n_words, facet_cap;
  uint64_t *bits;
  int *sign; /* +-(1 + output); cells of one output stand together */
  size_t *start;
  uint32_t *facet;
  double *w, *slack, *nu, *c;
  double *enter; /* cap x d: where new cells begin, coupled outputs only */
  struct cvx_cone_work *cone;
};

static void
work_free (struct work *w)
{
  cvx_free (w->bits);
  cvx_free (w->sign);
  cvx_free (w->start);
  cvx_free (w->facet);
  cvx_free (w->w);
  cvx_free (w->slack);
  cvx_free (w->nu);
  cvx_free (w->c);
  cvx_free (w->enter);
  cvx_cone_work_free (w->cone);
}

static enum cvx_status
work_new (struct work *w, const struct interior *s,
          const struct cvx_formulation *f, size_t more, struct cvx_error *err)
{
  size_t d, n = f->n_samples, facets = s->facet.len;
  memset (w, 0, sizeof *w);
  w->f = f;
  w->d = d = cvx_pricer_coordinates (f->pricer, &w->x, &w->map);
  if (d == f->n_features)
    {
      w->x = f->x;
      w->map = NULL;
    }
  w->n_words = words (f);
  w->cap = s->k + more;
  w->facet_cap = facets + 1024;
  w->bits = cvx_alloc (w->cap, w->n_words * sizeof *w->bits);
  w->sign = cvx_alloc (w->cap, sizeof *w->sign);
  w->start = cvx_alloc (w->cap + 1, sizeof *w->start);
  w->facet = cvx_alloc (w->facet_cap, sizeof *w->facet);
  w->w = cvx_calloc (w->cap, d * sizeof *w->w);
  w->slack = cvx_calloc (w->cap, sizeof *w->slack);
  w->nu = cvx_copy (s->nu, f->n_obs, sizeof *w->nu);
  w->c = cvx_alloc (d, sizeof *w->c);
  if (f->loss->coupled)
    w->enter = cvx_calloc (w->cap, d * sizeof *w->enter);
  if (w->bits == NULL || w->sign == NULL || w->start == NULL
      || w->facet == NULL || w->w == NULL || w->slack == NULL || w->nu == NULL
      || w->c == NULL || (f->loss->coupled && w->enter == NULL))
    return cvx_fail_nomem (err, "pricing");
  w->start[0] = 0;
  return cvx_cone_work_new (&w->cone, d, n, err);
}

static enum cvx_status
facet_room (struct work *w, size_t more, struct cvx_error *err)
{
  size_t used = w->start[w->k], cap = w->facet_cap;
  uint32_t *grown;
  if (used + more <= cap)
    return CVX_OK;
  while (cap < used + more)
    cap *= 2;
  grown = cvx_grow (w->facet, used, cap, sizeof *grown);
  if (grown == NULL)
    return cvx_fail_nomem (err, "pricing");
  w->facet = grown;
  w->facet_cap = cap;
  return CVX_OK;
}

/* TO (rank) from V (features), and back.  */
static void
to_rank (const struct work *w, const double *v, double *to)
{
  if (w->map == NULL)
    memcpy (to, v, w->d * sizeof *v);
  else
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)w->d,
                 (blasint)w->f->n_features, 1, w->map,
                 (blasint)w->f->n_features, v, 1, 0, to, 1);
}

static void
from_rank (const struct work *w, const double *v, double *to)
{
  if (w->map == NULL)
    memcpy (to, v, w->d * sizeof *v);
  else
    cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)w->d,
                 (blasint)w->f->n_features, 1, w->map,
                 (blasint)w->f->n_features, v, 1, 0, to, 1);
}

/* +-(1 + output) of a saved sign.  */
static int
signed_output (size_t saved)
{
  int k = 1 + (int)(saved / 2);
  return saved % 2 == 1 ? k : -k;
}

static size_t
output_of (int sign)
{
  return (size_t)abs (sign) - 1;
}

/* The block of F with pattern PATTERN and output and sign SIGN.  */
static size_t
block_of (const struct cvx_formulation *f, size_t pattern, int sign)
{
  return output_of (sign) * (f->n_blocks / f->n_outputs) + 2 * pattern
         + (sign < 0);
}

/* The cells of OUTPUT in the state that can still matter: those with a neuron,
   or whose constraint is nearly active.  */
static enum cvx_status
recall (struct work *w, const struct interior *s, size_t output,
        struct cvx_error *err)
{
  size_t d = w->f->n_features;
  double largest = 0, least = w->f->loss->coupled ? 0 : 1e-7;
  /* When only digits are missing, cells that merely might matter cost the
     interior point method the last of them.  */
  double loose = (s->tol < 1e-9 ? 1e-3 : 0.05) * w->f->beta;
  enum cvx_status status = CVX_OK;
  for (size_t g = 0; g < s->k; g++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)d, s->w.p + g * d, 1));
  for (size_t g = 0; status == CVX_OK && g < s->k; g++)
    {
      size_t first = s->start.p[g], n = s->start.p[g + 1] - first;
      const double *v = s->w.p + g * d;
      if (s->sign.p[g] / 2 != output)
        continue;
      if (s->slack.p[g] > loose
          && cblas_dnrm2 ((blasint)d, v, 1) <= least * largest)
        continue;
      status = facet_room (w, n, err);
      if (status != CVX_OK)
        break;
      for (size_t i = 0; i < w->n_words; i++)
        w->bits[w->k * w->n_words + i] = s->bits.p[g * w->n_words + i];
      w->sign[w->k] = signed_output (s->sign.p[g]);
      for (size_t i = 0; i < n; i++)
        w->facet[w->start[w->k] + i] = (uint32_t)s->facet.p[first + i];
      to_rank (w, v, w->w + w->k * w->d);
      w->slack[w->k] = s->slack.p[g];
      w->start[w->k + 1] = w->start[w->k] + n;
      w->k++;
    }
  return status;
}

/* Add a cell that holds direction U (of the rank's coordinates), unless it is
   there; *ADDED counts.  */
static enum cvx_status
add_cell (struct work *w, const double *u, int sign, size_t *added,
          struct cvx_error *err)
{
  size_t n = w->f->n_samples, count;
  uint64_t *bits = w->bits + w->k * w->n_words;
  enum cvx_status status = cvx_cell_near (w->x, n, w->d, u, bits, w->c, err);
  if (status != CVX_OK)
    return status;
  for (size_t g = 0; g < w->k; g++)
    if (w->sign[g] == sign
        && memcmp (w->bits + g * w->n_words, bits, w->n_words * sizeof *bits)
               == 0)
      return CVX_OK;
  status = facet_room (w, n, err);
  if (status == CVX_OK)
    status = cvx_cell_facets (w->x, n, w->d, bits, w->c,
                              w->facet + w->start[w->k], &count, w->cone, err);
  if (status != CVX_OK)
    return status;
  w->sign[w->k] = sign;
  w->start[w->k + 1] = w->start[w->k] + count;
  w->k++;
  (*added)++;
  return CVX_OK;
}

/* Signs and block numbers of the cells, from the state; no numbers when the
   patterns are not stored or do not have one of the cells.  */
static void
name_blocks (struct interior *s, const struct cvx_formulation *f)
{
  size_t n_words = words (f);
  for (size_t g = 0; g < s->k; g++)
    {
      size_t i = SIZE_MAX;
      s->output[g] = signed_output (s->sign.p[g]);
      if (s->index != NULL && s->block != NULL)
        i = cvx_pattern_index_find (s->index, s->bits.p + g * n_words);
      if (i == SIZE_MAX)
        {
          cvx_free (s->block);
          s->block = NULL;
        }
      else
        s->block[g] = block_of (f, i, s->output[g]);
    }
}

/* The state from the work; unchanged when it fails.  */
static enum cvx_status
keep (struct interior *s, const struct work *w, struct cvx_error *err)
{
  size_t d = w->f->n_features, k = w->k, facets = w->start[k];
  int *output = cvx_alloc (k, sizeof *output);
  size_t *block = cvx_alloc (k, sizeof *block);
  enum cvx_status st = output != NULL && block != NULL
                           ? CVX_OK
                           : cvx_fail_nomem (err, "keeping cells");
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->bits, k * w->n_words, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->sign, k, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->start, k + 1, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->facet, facets, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, k * d, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->slack, k, err);
  if (st != CVX_OK)
    {
      cvx_free (output);
      cvx_free (block);
      return st;
    }
  s->k = k;
  s->bits.len = k * w->n_words;
  s->sign.len = s->slack.len = k;
  s->start.len = k + 1;
  s->facet.len = facets;
  s->w.len = k * d;
  for (size_t i = 0; i < s->bits.len; i++)
    s->bits.p[i] = w->bits[i];
  for (size_t g = 0; g < k; g++)
    s->sign.p[g] = 2 * output_of (w->sign[g]) + (w->sign[g] > 0);
  memcpy (s->start.p, w->start, (k + 1) * sizeof *w->start);
  for (size_t i = 0; i < facets; i++)
    s->facet.p[i] = w->facet[i];
  for (size_t g = 0; g < k; g++)
    from_rank (w, w->w + g * w->d, s->w.p + g * d);
  if (k > 0)
    memcpy (s->slack.p, w->slack, k * sizeof *w->slack);
  memcpy (s->nu, w->nu, w->f->n_obs * sizeof *w->nu);
  cvx_free (s->output);
  cvx_free (s->block);
  s->output = output;
  s->block = block;
  name_blocks (s, w->f);
  return CVX_OK;
}

static double
objective (const struct work *w, double *fit)
{
  const struct cvx_formulation *f = w->f;
  size_t d = w->d;
  double norms = 0;
  memset (fit, 0, f->n_obs * sizeof *fit);
  for (size_t g = 0; g < w->k; g++)
    {
      const double *v = w->w + g * d;
      double norm = cblas_dnrm2 ((blasint)d, v, 1);
      if (norm == 0)
        continue;
      norms += norm;
      for (size_t i = 0; i < f->n_samples; i++)
        fit[i * f->n_outputs + output_of (w->sign[g])]
            += (w->sign[g] < 0 ? -1 : 1)
               * fmax (0, cblas_ddot ((blasint)d, w->x + i * d, 1, v, 1));
    }
  return f->loss->value (fit, f->y, f->n_samples, f->n_outputs, f->loss_param)
         + f->beta * norms;
}

/* A formulation over the cells at work alone, for Newton's method; cell g is
   its pattern PATTERN[g].  The patterns and DATA are borrowed by *F.  */
static enum cvx_status
small_formulation (const struct work *w, struct cvx_dataset *data,
                   struct cvx_patterns *p, size_t *pattern,
                   struct cvx_formulation **f, struct cvx_error *err)
{
  struct cvx_formulation_options options = { .loss = w->f->loss,
                                             .loss_param = w->f->loss_param,
                                             .beta = w->f->beta,
                                             .threads = w->f->threads };
  *data = *w->f->data;
  data->n_features = w->d;
  data->part[CVX_TRAIN].x = (double *)w->x; /* read only */
  memset (p, 0, sizeof *p);
  p->kind = CVX_PATTERNS_GATES;
  p->n_samples = w->f->n_samples;
  p->n_features = w->d;
  p->n_words = w->n_words;
  p->bits = cvx_alloc (w->k, w->n_words * sizeof *p->bits);
  p->gate = cvx_calloc (w->k, w->d * sizeof *p->gate);
  if (p->bits == NULL || p->gate == NULL)
    return cvx_fail_nomem (err, "finishing");
  for (size_t g = 0; g < w->k; g++)
    {
      const uint64_t *bits = w->bits + g * w->n_words;
      size_t i = 0;
      while (
          i < p->n_patterns
          && memcmp (p->bits + i * w->n_words, bits, w->n_words * sizeof *bits)
                 != 0)
        i++;
      if (i == p->n_patterns)
        memcpy (p->bits + p->n_patterns++ * w->n_words, bits,
                w->n_words * sizeof *bits);
      pattern[g] = i;
    }
  p->count = p->n_patterns;
  return cvx_formulation_new (f,
                              w->f->class->unstored != NULL
                                  ? w->f->class
                                  : cvx_formulation_find ("relu"),
                              data, p, &options, err);
}

/* Newton's method from the weights of the interior point method, and for
   coupled outputs, which that does not know, from those of the last step and
   the cells that enter; kept when it lowers the objective.  */
static enum cvx_status
finish (struct work *w, struct cvx_progress *progress, struct cvx_error *err)
{
  size_t d = w->d;
  struct cvx_dataset data;
  struct cvx_patterns patterns;
  struct cvx_formulation *f = NULL;
  struct cvxi_reduced *r = NULL;
  size_t *pattern = cvx_alloc (w->k, sizeof *pattern);
  double *fit = cvx_alloc (w->f->n_obs, sizeof *fit), largest = 0, before;
  double least = w->enter != NULL ? 1e-13 : 1e-5;
  enum cvx_status st = CVX_OK;
  memset (&patterns, 0, sizeof patterns);
  if (pattern == NULL || fit == NULL)
    st = cvx_fail_nomem (err, "finishing");
  if (st == CVX_OK)
    st = small_formulation (w, &data, &patterns, pattern, &f, err);
  if (st == CVX_OK)
    st = cvxi_reduced_new (&r, f, err);
  for (size_t g = 0; g < w->k; g++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)d, w->w + g * d, 1));
  for (size_t g = 0; st == CVX_OK && g < w->k; g++)
    if (cblas_dnrm2 ((blasint)d, w->w + g * d, 1) > least * largest)
      st = cvxi_reduced_add (r, block_of (f, pattern[g], w->sign[g]),
                             w->w + g * d, least, err);
  if (st == CVX_OK)
    cvxi_reduced_update (r);
  for (size_t g = 0; st == CVX_OK && w->enter != NULL && g < w->k; g++)
    {
      const double *u = w->enter + g * d;
      bool entered;
      if (cblas_dnrm2 ((blasint)d, u, 1) > 0)
        st = cvxi_reduced_enter (r, block_of (f, pattern[g], w->sign[g]), u,
                                 &entered, err);
    }
  if (st == CVX_OK)
    {
      before = objective (w, fit);
      st = cvxi_reduced_solve (r, progress, err);
      if (st == CVX_OK && r->objective <= before)
        {
          memset (w->w, 0, w->k * d * sizeof *w->w);
          for (size_t j = 0; j < r->n_pieces; j++)
            for (size_t g = 0; g < w->k; g++)
              if (block_of (f, pattern[g], w->sign[g]) == r->piece[j].block)
                memcpy (w->w + g * d, r->piece[j].w, d * sizeof *w->w);
          memcpy (w->nu, r->nu, w->f->n_obs * sizeof *w->nu);
        }
      else if (st == CVX_NUMERIC)
        st = CVX_OK; /* the interior point solution stays */
    }
  cvxi_reduced_free (r);
  cvx_formulation_free (f);
  cvx_free (patterns.bits);
  cvx_free (patterns.gate);
  cvx_free (pattern);
  cvx_free (fit);
  return st;
}

static enum cvx_status
make_index (struct interior *s, const struct cvx_formulation *f,
            struct cvx_error *err)
{
  if (f->n_blocks == 0)
    return CVX_OK;
  return cvx_pattern_index_new (&s->index, f->patterns, err);
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct interior *s = state;
  struct work w;
  size_t d = f->n_features, atoms = warm != NULL ? warm->n_atoms : 0;
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
  st = work_new (&w, s, f, atoms, err);
  for (size_t k = 0; st == CVX_OK && k < atoms; k++)
    {
      const double *v = warm->x + k * d;
      double norm = cblas_dnrm2 ((blasint)d, v, 1);
      size_t added = 0, block = warm->block != NULL ? warm->block[k] : k;
      int sign = warm->sign != NULL
                     ? warm->sign[k]
                     : signed_output (2 * cvx_formulation_output (f, block)
                                      + (block % 2 == 0));
      if (norm == 0)
        continue;
      to_rank (&w, v, w.w + w.k * w.d);
      cblas_dscal ((blasint)w.d, 1 / norm, w.w + w.k * w.d, 1);
      st = add_cell (&w, w.w + w.k * w.d, sign, &added, err);
      if (st == CVX_OK && added > 0)
        to_rank (&w, v, w.w + (w.k - 1) * w.d);
    }
  if (st == CVX_OK && warm != NULL && warm->nu != NULL)
    memcpy (w.nu, warm->nu, f->n_obs * sizeof *w.nu);
  if (st == CVX_OK)
    st = keep (s, &w, err);
  work_free (&w);
  return st;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct interior *s = state;
  enum cvx_status st;
  (void)settings;
  if (s->bits.len != s->k * words (f) || s->sign.len != s->k
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
    name_blocks (s, f);
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
price (struct work *w, size_t output, size_t room, size_t *added,
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
      to_rank (w, found.u + i * f->n_features, u);
      for (size_t j = 0; j < chosen && !near; j++)
        near
            = which[j] == found.sign[i]
              && cblas_ddot ((blasint)w->d, taken + j * w->d, 1, u, 1) > apart;
      if (near)
        continue;
      which[chosen++] = found.sign[i];
      st = add_cell (w, u, found.sign[i] < 0 ? -sign : sign, added, err);
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
solve_outputs (struct work *w, double tol, struct cvx_progress *progress,
               struct cvx_error *err)
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
      size_t output = output_of (w->sign[from]), iterations;
      double gap;
      struct cvxi_master m
          = { .x = w->x,
              .y = y,
              .n = n,
              .d = w->d,
              .loss = f->loss->base != NULL ? f->loss->base : f->loss,
              .loss_param = f->loss_param,
              .beta = f->beta,
              .free_bias = f->loss->base != NULL,
              .n_words = w->n_words,
              .bits = w->bits + from * w->n_words,
              .sign = sign + from,
              .start = w->start + from,
              .row = w->facet };
      for (to = from; to < w->k && output_of (w->sign[to]) == output; to++)
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
  struct interior *s = state;
  struct work w;
  size_t room = 3 * f->n_features + f->n_samples / 8 + 10, added = 0;
  double tol, excess = -1;
  enum cvx_status st = work_new (&w, s, f, room * f->n_outputs, err);
  (void)settings;
  for (size_t k = 0; st == CVX_OK && k < f->n_outputs; k++)
    {
      double most = -1;
      st = recall (&w, s, k, err);
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
    st = finish (&w, progress, err);
  if (st == CVX_OK)
    st = keep (s, &w, err);
  if (st == CVX_OK)
    {
      s->tol = tol;
      s->excess = excess;
    }
  work_free (&w);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct interior *s = state;
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
  const struct interior *s = state;
  (void)f;
  /* Below 0 no cell is missing.  */
  out->dua_res = s->excess < 0 ? 0 : s->excess;
  if (s->k > 0)
    snprintf (out->event, sizeof out->event, "%zu cells", (size_t)s->k);
}

static void
destroy (void *state)
{
  struct interior *s = state;
  cvx_free (s->output);
  cvx_free (s->block);
  cvx_pattern_index_free (s->index);
}

const struct cvx_solver cvxi_solver_interior = {
  .name = "interior",
  .summary = "column generation over all patterns, interior point and Newton",
  .rounds = true,
  .state_size = sizeof (struct interior),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .point = point,
  .measures = measures,
  .destroy = destroy,
};
