/* formulation.c -- what all convex programs share: life, betamax, the dual
   norm, prox and penalty over all blocks, the norm of A.

     p* = min_x l (A x; y) + beta sum_g R_g (x_g),  x_g in the cone K_g
     d* = max_nu -l*(-nu)  s.t.  psi_g (nu) <= beta for all g,
     psi_g (nu) = max {nu'A_g u : R_g (u) <= 1, u in K_g}

   (Pilanci and Ergen, ICML 2020, equations 4 and 8, appendix A.13).  The
   zero point is optimal from beta = max_g psi_g (-dl (0)) on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/formulation.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "formulation/private.h"
#include "formulation/screen.h"
#include "linalg/sum.h"
#include "linalg/threads.h"

enum
{
  TILE = 512,            /* blocks whose A_g'nu are held at a time */
  MANY = 1024,           /* variables from which threads pay with cones ... */
  MANY_PLAIN = 65536,    /* and without */
  MAX_NODES = 3000000,   /* of a search, per thread */
  SEARCHED_MIN = 5000000 /* blocks of an output that it beats */
};

const struct cvx_formulation_class *const cvx_formulations[] = {
#define CVX_FORMULATION(NAME) &cvxi_formulation_##NAME,
#include "formulation/formulations.def"
#undef CVX_FORMULATION
  NULL
};

const struct cvx_formulation_class *
cvx_formulation_find (const char *name)
{
  for (size_t k = 0; cvx_formulations[k] != NULL; k++)
    if (strcmp (cvx_formulations[k]->name, name) == 0)
      return cvx_formulations[k];
  return NULL;
}

size_t
cvx_formulation_output (const struct cvx_formulation *f, size_t g)
{
  return g / (f->n_blocks / f->n_outputs);
}

/* The sum of the squares of ROWS x COLS numbers.  */
static double
squares (size_t rows, size_t cols, const double *x)
{
  double sum = 0;
  for (size_t i = 0; i < rows; i++)
    sum += cblas_ddot ((blasint)cols, x + i * cols, 1, x + i * cols, 1);
  return sum;
}

/* Rows of zeros and a one.  */
static enum cvx_status
check_one_hot (const struct cvx_formulation *f, struct cvx_error *err)
{
  size_t c = f->n_outputs;
  if (c == 1)
    {
      (void)cvx_fail (err, CVX_E377,
                      "the %s loss needs one output for every class, the data "
                      "has one target",
                      f->loss->name);
      return cvx_hint (err, "onehot");
    }
  for (size_t i = 0; i < f->n_samples; i++)
    {
      size_t ones = 0, zeros = 0;
      for (size_t k = 0; k < c; k++)
        {
          ones += f->y[i * c + k] == 1;
          zeros += f->y[i * c + k] == 0;
        }
      if (ones != 1 || zeros != c - 1)
        return cvx_fail (err, CVX_E378,
                         "the %s loss needs targets of zeros and a single "
                         "one, as `onehot' makes them; row %zu is another",
                         f->loss->name, i + 1);
    }
  return CVX_OK;
}

/* True when the targets are several outputs of 0 and 1: classes against the
   rest.  */
static bool
is_zero_one (const struct cvx_formulation *f)
{
  if (f->n_outputs == 1)
    return false;
  for (size_t i = 0; i < f->n_obs; i++)
    if (f->y[i] != 0 && f->y[i] != 1)
      return false;
  return true;
}

static enum cvx_status
check_signs (const struct cvx_formulation *f, struct cvx_error *err)
{
  if (is_zero_one (f))
    return CVX_OK;
  for (size_t i = 0; i < f->n_obs; i++)
    if (fabs (f->y[i]) != 1)
      {
        (void)cvx_fail (err, CVX_E342,
                        "the %s loss needs labels -1 and 1; row %zu has %g",
                        f->loss->name, i / f->n_outputs + 1, f->y[i]);
        return cvx_hint (err,
                         f->data->n_labels > 2 ? "onehot" : "classes A,B");
      }
  return CVX_OK;
}

/* What cannot be built, before memory is taken.  */
static enum cvx_status
check (const struct cvx_formulation *f, struct cvx_error *err)
{
  const struct cvx_patterns *p = f->patterns;
  const struct cvx_loss *loss = f->loss;
  size_t n_var, n = f->n_samples, d = f->n_features;
  if (f->class->patches && f->conv.d > 0)
    {
      n *= f->conv.k;
      d = f->conv.h;
    }
  if (f->class->needs_patterns
      && (p == NULL || (p->bits != NULL && p->n_patterns == 0)))
    return cvx_fail (err, CVX_E341, "formulation %s needs patterns",
                     f->class->name);
  if (p != NULL && (p->n_samples != n || p->n_features != d))
    return cvx_fail (err, CVX_E341,
                     "the patterns are those of %zu x %zu data, the training "
                     "data%s is %zu x %zu",
                     p->n_samples, p->n_features,
                     f->class->patches ? ", patch by patch," : "", n, d);
  if (f->n_outputs != 1 && !f->class->vector)
    {
      (void)cvx_fail (
          err, CVX_E343,
          "formulation %s has one output, the data has %zu targets",
          f->class->name, f->n_outputs);
      return cvx_hint (err, "formulation gated takes several");
    }
  if (f->penalty != CVX_PENALTY_GROUP && f->class != &cvxi_formulation_gated)
    {
      (void)cvx_fail (err, CVX_E380,
                      "formulation %s has no penalty %s: only gated has a "
                      "choice",
                      f->class->name, cvx_penalties[f->penalty]);
      return cvx_hint (err, "formulation gated");
    }
  if (f->data->bias == CVX_BIAS_FREE && loss->base == NULL)
    return cvx_fail (err, CVX_E348,
                     "formulation %s%s%s has no output bias outside the "
                     "penalty",
                     f->class->name, f->class->free_bias ? " with loss " : "",
                     f->class->free_bias ? loss->name : "");
  if (!(f->loss_param >= loss->param_min && f->loss_param <= loss->param_max))
    return cvx_fail (err, CVX_E345,
                     "the parameter of the %s loss is %g, but must be between "
                     "%g and %g",
                     loss->name, f->loss_param, loss->param_min,
                     loss->param_max);
  if (loss->labels)
    {
      enum cvx_status status
          = loss->coupled ? check_one_hot (f, err) : check_signs (f, err);
      if (status != CVX_OK)
        return status;
    }
  if (!isfinite (squares (f->n_samples, f->n_features, f->x))
      || !isfinite (squares (1, f->n_obs, f->y)))
    {
      (void)cvx_fail (err, CVX_E344,
                      "the numbers of the data are too large or not finite: "
                      "their squares overflow");
      return cvx_hint (err, "scale x=standard y=standard");
    }
  if (f->n_outputs > CVX_LOSS_MAX_OUTPUTS)
    return cvx_fail (err, CVX_E379,
                     "%zu outputs are more than the %d possible", f->n_outputs,
                     CVX_LOSS_MAX_OUTPUTS);
  if (n > INT_MAX || f->n_features > INT_MAX
      || (p != NULL && p->n_patterns > INT_MAX / 2 / f->n_outputs)
      || (p != NULL
          && !cvx_mul (2 * p->n_patterns * f->n_outputs, f->n_features,
                       &n_var)))
    return cvx_fail (err, CVX_E349,
                     "more than 2^31 rows, features or patterns of all "
                     "outputs");
  return CVX_OK;
}

/* Targets 0 and 1 as -1 and 1, where the loss wants them so.  */
static enum cvx_status
code_targets (struct cvx_formulation *f, struct cvx_error *err)
{
  if (!f->loss->labels || f->loss->coupled || !is_zero_one (f))
    return CVX_OK;
  f->coded = cvx_alloc (f->n_obs, sizeof *f->coded);
  if (f->coded == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  for (size_t i = 0; i < f->n_obs; i++)
    f->coded[i] = f->y[i] == 1 ? 1 : -1;
  f->y = f->coded;
  return CVX_OK;
}

/* Scratch memory.  */
static enum cvx_status
prepare (struct cvx_formulation *f, struct cvx_error *err)
{
  struct cvx_formulation_work *w = cvx_calloc (1, sizeof *w);
  size_t tile = f->n_blocks < TILE ? f->n_blocks : TILE;
  if (w == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  f->work = w;
  w->tile = tile;
  w->z = cvx_alloc (tile * f->block_len, sizeof *w->z);
  w->bound = cvx_alloc (f->n_blocks, sizeof *w->bound);
  w->list = cvx_alloc (tile, sizeof *w->list);
  w->nu = cvx_alloc (f->n_obs, sizeof *w->nu);
  w->zeros = cvx_calloc (f->n_obs, sizeof *w->zeros);
  w->priced = cvx_alloc (f->n_obs, sizeof *w->priced);
  w->row_norm = cvx_alloc (f->n_samples, sizeof *w->row_norm);
  w->column = cvx_alloc (f->n_samples, sizeof *w->column);
  w->norms = cvx_alloc (f->n_outputs, sizeof *w->norms);
  w->open = cvx_alloc (f->n_blocks, sizeof *w->open);
  if (w->z == NULL || w->bound == NULL || w->list == NULL || w->nu == NULL
      || w->zeros == NULL || w->priced == NULL || w->row_norm == NULL
      || w->column == NULL || w->norms == NULL || w->open == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  for (size_t i = 0; i < f->n_samples; i++)
    {
      /* A sum of d squares has a relative error of at most d eps / 2, unless
         they are so small that they lose digits.  */
      const double *x = f->x + i * f->n_features;
      double sum = squares (1, f->n_features, x);
      double norm = sum > 1e-280 ? sqrt (sum)
                                 : cblas_dnrm2 ((blasint)f->n_features, x, 1);
      w->row_norm[i] = norm * (1 + (double)(f->n_features + 4) * DBL_EPSILON);
    }
  w->x_norm = sqrt (cvx_dot2 (f->n_samples, w->row_norm, w->row_norm))
              * (1 + 4 * DBL_EPSILON);
  return cvxi_screen_new (&w->screen, f, err);
}

static void
work_free (struct cvx_formulation_work *w)
{
  if (w == NULL)
    return;
  cvx_free (w->z);
  cvx_free (w->bound);
  cvx_free (w->list);
  cvx_free (w->nu);
  cvx_free (w->zeros);
  cvx_free (w->priced);
  cvx_free (w->row_norm);
  cvx_free (w->column);
  cvx_free (w->norms);
  cvx_free (w->open);
  cvxi_screen_free (w->screen);
  cvx_free (w);
}

enum cvx_status
cvx_formulation_new (struct cvx_formulation **out,
                     const struct cvx_formulation_class *class,
                     const struct cvx_dataset *data,
                     const struct cvx_patterns *patterns,
                     const struct cvx_formulation_options *options,
                     struct cvx_error *err)
{
  struct cvx_formulation *f = cvx_calloc (1, sizeof *f);
  enum cvx_status status;
  *out = NULL;
  if (f == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  if (class->unstored != NULL && patterns != NULL && patterns->bits == NULL)
    class = class->unstored;
  f->class = class;
  f->data = data;
  f->patterns = class->needs_patterns ? patterns : NULL;
  if (options->conv != NULL)
    f->conv = *options->conv;
  f->loss = options->loss != NULL ? options->loss : cvx_losses[0];
  f->penalty = options->penalty;
  f->loss_param = isnan (options->loss_param) ? f->loss->param_default
                                              : options->loss_param;
  if (data->bias == CVX_BIAS_FREE && class->free_bias && data->n_outputs == 1
      && cvx_loss_free_bias (f->loss, &f->free_loss))
    f->loss = &f->free_loss;
  f->n_samples = data->part[CVX_TRAIN].n;
  f->n_outputs = data->n_outputs;
  f->n_features = data->n_features;
  f->x = data->part[CVX_TRAIN].x;
  f->y = data->part[CVX_TRAIN].y;
  f->n_obs = f->n_samples * f->n_outputs;
  f->beta = f->betamax = NAN;
  status = check (f, err);
  if (status == CVX_OK)
    cvxi_formulation_threads (f, options);
  if (status == CVX_OK)
    status = code_targets (f, err);
  if (status == CVX_OK && !isnan (options->beta))
    status = cvx_formulation_set_beta (f, options->beta, err);
  if (status == CVX_OK)
    status = class->build (f, err);
  if (status == CVX_OK && f->inner != NULL)
    f->inner->most_threads = f->most_threads;
  if (status == CVX_OK)
    status = prepare (f, err);
  if (status != CVX_OK)
    {
      cvx_formulation_free (f);
      return status;
    }
  *out = f;
  return CVX_OK;
}

void
cvx_formulation_free (struct cvx_formulation *f)
{
  if (f == NULL)
    return;
  if (f->impl != NULL)
    f->class->destroy (f);
  work_free (f->work);
  cvx_pricer_free (f->pricer);
  cvx_free (f->coded);
  cvx_dataset_free (f->patch_data);
  cvx_free (f);
}

enum cvx_status
cvx_formulation_set_beta (struct cvx_formulation *f, double beta,
                          struct cvx_error *err)
{
  if (!(beta > 0 && beta < HUGE_VAL))
    return cvx_fail (err, CVX_E120, "beta must be > 0 and finite, not %g",
                     beta);
  f->beta = beta;
  if (f->inner != NULL)
    f->inner->beta = beta;
  if (f->work != NULL)
    f->work->known = false; /* what was skipped was small beside another one */
  return CVX_OK;
}

static size_t
many (const struct cvx_formulation *f)
{
  return f->n_cone > 0 ? MANY : MANY_PLAIN;
}

/* The dual norm of a tile: W->bound has an upper bound of psi of every block
   of W->list with A_g'nu in W->z.  Blocks whose cheap bound is at most SKIP
   are not solved.  Returns the blocks solved.  */
static size_t
solve_tile (const struct cvx_formulation *f, size_t count, double skip,
            struct cvx_progress *progress)
{
  struct cvx_formulation_work *w = f->work;
  size_t solved = 0;
#pragma omp parallel for schedule(dynamic, 4) num_threads(f->threads)        \
    reduction(+ : solved) if (count * f->block_len > many (f))
  for (size_t k = 0; k < count; k++)
    {
      size_t g = w->list[k];
      const double *z = w->z + k * f->block_len;
      int thread = cvx_thread_number ();
      w->bound[g] = f->class->support_bound (f, g, z, thread);
      if (!(w->bound[g] <= skip) && !cvx_aborted (progress))
        w->bound[g] = f->class->support (f, g, z, NULL, &solved, thread);
    }
  return solved;
}

/* A block whose cheap bound is this much below the largest psi so far cannot
   be the largest, whatever the rounding of either.  */
static const double skip_margin = 1 - 1e-10;

/* Bounds of the blocks of W->list; *LARGEST rises to the largest of them, and
   W->largest is its block.  */
static enum cvx_status
bound_tile (const struct cvx_formulation *f, const double *nu, size_t count,
            double threshold, double *largest, size_t *solved,
            struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  if (f->class->adjoint_list (f, count, w->list, nu, w->z, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
  *solved += solve_tile (f, count, fmax (threshold, skip_margin * *largest),
                         progress);
  if (cvx_aborted (progress))
    return cvx_fail_interrupted (err);
  for (size_t k = 0; k < count; k++)
    if (w->bound[w->list[k]] > *largest)
      {
        *largest = w->bound[w->list[k]];
        w->largest = w->list[k];
      }
  cvx_progress_add (progress, count);
  return CVX_OK;
}

/* psi_g of the COUNT blocks of LIST, at most a tile of them, in products of
   always as many blocks.  */
static enum cvx_status
price_chunk (const struct cvx_formulation *f, const double *nu, size_t count,
             struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  size_t chunk = cvxi_screen_chunk (w->screen), solved = 0;
  for (size_t k = count; k < chunk; k++)
    w->list[k] = w->list[0];
  if (f->class->adjoint_list (f, chunk, w->list, nu, w->z, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
  for (size_t k = 0; k < count; k++)
    w->bound[w->list[k]] = f->class->support (
        f, w->list[k], w->z + k * f->block_len, NULL, &solved, 0);
  w->multiplied += count;
  cvx_progress_add (progress, count);
  return CVX_OK;
}

/* psi_g of the blocks whose bound is more than LEVEL of their output; they are
   marked by OPEN, and what is computed is not computed again.  */
static enum cvx_status
price_above (const struct cvx_formulation *f, const double *nu,
             const double *level, struct cvx_progress *progress,
             struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  size_t chunk = cvxi_screen_chunk (w->screen), count = 0;
  enum cvx_status status = CVX_OK;
  for (size_t g = 0; status == CVX_OK && g < f->n_blocks; g++)
    if (w->open[g] && !(w->bound[g] <= level[cvx_formulation_output (f, g)]))
      {
        w->open[g] = 0;
        w->list[count++] = g;
        if (count == chunk)
          {
            status = price_chunk (f, nu, count, progress, err);
            count = 0;
          }
      }
  if (status == CVX_OK && count > 0)
    status = price_chunk (f, nu, count, progress, err);
  return status;
}

/* All blocks without cones, but for those that cannot matter: their bound is
   at most beta and below the largest psi of their output.  */
static enum cvx_status
screened (const struct cvx_formulation *f, const double *nu,
          struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  double level[CVX_LOSS_MAX_OUTPUTS];
  enum cvx_status status;
  w->multiplied = 0;
  memset (w->open, 1, f->n_blocks);
  cvxi_screen_bounds (w->screen, f, nu, w->bound, level);
  for (size_t k = 0; k < f->n_outputs; k++)
    level[k] = isnan (f->beta) ? 0 : fmin (level[k], f->beta);
  status = price_above (f, nu, level, progress, err);
  memset (level, 0, sizeof level);
  for (size_t g = 0; status == CVX_OK && g < f->n_blocks; g++)
    if (!w->open[g])
      {
        double *at = &level[cvx_formulation_output (f, g)];
        *at = fmax (*at, w->bound[g]);
      }
  if (status == CVX_OK)
    status = price_above (f, nu, level, progress, err);
  if (status == CVX_OK)
    cvxi_screen_keep (w->screen, f, nu, w->bound, w->multiplied);
  return status;
}

/* Walking through the cells beats one projection for each, branch and bound
   does where they are many for their dimension, and is the only way when they
   are not stored.  */
bool
cvxi_searches (const struct cvx_formulation *f)
{
  return f->pricer != NULL
         && (f->n_blocks == 0 || cvxi_walks (f)
             || f->n_blocks / f->n_outputs > SEARCHED_MIN);
}

bool
cvxi_walks (const struct cvx_formulation *f)
{
  return f->pricer != NULL && cvx_pricer_walks (f->pricer);
}

/* Pairs of a cell and a sign of one output.  */
static size_t
n_pairs (const struct cvx_formulation *f)
{
  return f->n_blocks > 0          ? f->n_blocks / f->n_outputs
         : f->patterns->count > 0 ? 2 * f->patterns->count
                                  : (size_t)(2 * f->patterns->bound);
}

/* One output after the other.  */
static enum cvx_status
search (const struct cvx_formulation *f, const double *nu, double *norm,
        size_t *cells, size_t *solved, struct cvx_progress *progress,
        struct cvx_error *err)
{
  double known = isnan (f->beta) ? 0 : f->beta, *column = f->work->column;
  size_t examined = 0, projected = 0;
  /* A value below beta is worth knowing where it costs little: the dual point
     can be longer then.  */
  if (cvxi_walks (f))
    known = 0;
  *norm = 0;
  for (size_t k = 0; k < f->n_outputs; k++)
    {
      struct cvx_price price;
      enum cvx_status status;
      cvxi_output_column (f, nu, k, column);
      status = cvx_pricer_run (f->pricer, column, known, true, 0, MAX_NODES,
                               &price, progress, err);
      if (status != CVX_OK)
        return status;
      f->work->norms[k] = isfinite (price.upper) ? price.upper : HUGE_VAL;
      *norm = fmax (*norm, f->work->norms[k]);
      examined += n_pairs (f);
      projected += price.cells;
    }
  if (cells != NULL)
    *cells = examined;
  if (solved != NULL)
    *solved = projected;
  return CVX_OK;
}

void
cvxi_output_column (const struct cvx_formulation *f, const double *nu,
                    size_t output, double *column)
{
  for (size_t i = 0; i < f->n_samples; i++)
    column[i] = nu[i * f->n_outputs + output];
}

/* The largest bound of the blocks of each output, with rounding, and of all.
 */
static double
outputs_norms (const struct cvx_formulation *f, const double *nu)
{
  struct cvx_formulation_work *w = f->work;
  double error = f->class->adjoint_error (f, nu), largest = 0;
  memset (w->norms, 0, f->n_outputs * sizeof *w->norms);
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      double *norm = &w->norms[cvx_formulation_output (f, g)];
      *norm = fmax (*norm, w->bound[g]);
    }
  for (size_t k = 0; k < f->n_outputs; k++)
    {
      w->norms[k] += error;
      if (!isfinite (w->norms[k]))
        w->norms[k] = HUGE_VAL;
      largest = fmax (largest, w->norms[k]);
    }
  return largest;
}

/* One projection per block that needs it.  */
static enum cvx_status
enumerate (const struct cvx_formulation *f, const double *nu, double threshold,
           double *norm, size_t *cells, size_t *solved,
           struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  double largest = 0;
  size_t n_solved = 0;
  enum cvx_status status;
  if (threshold == 0 && w->known
      && memcmp (nu, w->priced, f->n_obs * sizeof *nu) == 0)
    {
      *norm = w->norm;
      if (cells != NULL)
        *cells = w->screen != NULL ? w->multiplied : f->n_blocks;
      if (solved != NULL)
        *solved = w->solved;
      return CVX_OK;
    }
  w->known = false;
  cvx_progress_total (progress, f->n_blocks);
  /* The largest block of the last time goes first, so that its psi lets many
     others be skipped.  */
  w->list[0] = w->largest;
  status = w->screen != NULL ? screened (f, nu, progress, err)
                             : bound_tile (f, nu, 1, threshold, &largest,
                                           &n_solved, NULL, err);
  for (size_t first = 0;
       w->screen == NULL && status == CVX_OK && first < f->n_blocks;
       first += w->tile)
    {
      size_t count = f->n_blocks - first;
      if (count > w->tile)
        count = w->tile;
      for (size_t k = 0; k < count; k++)
        w->list[k] = first + k;
      status = bound_tile (f, nu, count, threshold, &largest, &n_solved,
                           progress, err);
    }
  *norm = outputs_norms (f, nu);
  if (cells != NULL)
    *cells = w->screen != NULL ? w->multiplied : f->n_blocks;
  if (solved != NULL)
    *solved = n_solved;
  if (status == CVX_OK && threshold == 0)
    {
      memcpy (w->priced, nu, f->n_obs * sizeof *nu);
      w->norm = *norm;
      w->solved = n_solved;
      w->known = true;
    }
  return status;
}

enum cvx_status
cvx_formulation_dual_norm (const struct cvx_formulation *f, const double *nu,
                           double threshold, double *norm, size_t *cells,
                           size_t *solved, struct cvx_progress *progress,
                           struct cvx_error *err)
{
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRICING);
  enum cvx_status status
      = cvxi_searches (f)
            ? search (f, nu, norm, cells, solved, progress, err)
            : enumerate (f, nu, threshold, norm, cells, solved, progress, err);
  cvx_lap_end (f->watch, before);
  return status;
}

void
cvx_formulation_watch (struct cvx_formulation *f, struct cvx_stopwatch *watch)
{
  for (; f != NULL; f = f->inner)
    f->watch = watch;
}

enum cvx_status
cvx_formulation_price (const struct cvx_formulation *f, const double *nu,
                       double *psi, struct cvx_progress *progress,
                       struct cvx_error *err)
{
  double norm;
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PRICING);
  enum cvx_status status
      = enumerate (f, nu, 0, &norm, NULL, NULL, progress, err);
  cvx_lap_end (f->watch, before);
  if (status == CVX_OK)
    memcpy (psi, f->work->bound, f->n_blocks * sizeof *psi);
  return status;
}

enum cvx_status
cvx_formulation_betamax (struct cvx_formulation *f, double *betamax,
                         struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_formulation_work *w = f->work;
  enum cvx_status status;
  if (f->class->ridge)
    f->betamax = HUGE_VAL;
  if (isnan (f->betamax))
    {
      double norm;
      f->loss->dual (w->zeros, f->y, f->n_samples, f->n_outputs, f->loss_param,
                     w->nu);
      status = cvx_formulation_dual_norm (f, w->nu, 0, &norm, NULL, NULL,
                                          progress, err);
      if (status != CVX_OK)
        return status;
      f->betamax = norm;
    }
  *betamax = f->betamax;
  return CVX_OK;
}

double
cvx_formulation_penalty (const struct cvx_formulation *f, const double *x)
{
  struct cvx_sum2 sum = { 0, 0 };
  for (size_t g = 0; g < f->n_blocks; g++)
    cvx_sum2_add (
        &sum, f->class->shrink_block (f, 0, x + g * f->block_len, f->work->z));
  return f->beta * cvx_sum2_value (&sum);
}

double
cvx_formulation_prox (const struct cvx_formulation *f, double t,
                      const double *z, double *x, bool cones)
{
  double *value = f->work->bound, sum;
  enum cvx_lap before = cvx_lap_begin (f->watch, CVX_LAP_PROJECTIONS);
  f->work->known = false;
#pragma omp parallel for schedule(dynamic, 16)                                \
    num_threads(f->threads) if (f->n_var > many(f))
  for (size_t g = 0; g < f->n_blocks; g++)
    {
      size_t at = g * f->block_len;
      if (cones)
        value[g] = f->class->prox_block (f, g, t, z + at, x + at,
                                         cvx_thread_number ());
      else
        value[g] = f->class->shrink_block (f, t, z + at, x + at);
    }
  sum = cvx_sum (f->n_blocks, value);
  cvx_lap_end (f->watch, before);
  return sum;
}

double
cvx_formulation_norm2 (const struct cvx_formulation *f, double *scratch)
{
  enum
  {
    MAX_ITER = 1000
  };
  double *v = scratch, *g = scratch + f->n_obs, largest = 0;
  struct cvx_rng rng;
  cvx_rng_init (&rng, 0, CVX_STREAM_SOLVER);
  for (size_t i = 0; i < f->n_obs; i++)
    v[i] = cvx_rng_normal (&rng);
  /* With ||v|| = 1 the Rayleigh quotient of A A' is ||A'v||^2: it rises.  */
  for (int k = 0; k < MAX_ITER; k++)
    {
      double length = sqrt (cvx_dot2 (f->n_obs, v, v)), value;
      if (!(length > 0))
        break;
      for (size_t i = 0; i < f->n_obs; i++)
        v[i] /= length;
      if (f->class->adjoint (f, v, g, NULL) != CVX_OK)
        break;
      value = cvx_dot2 (f->n_var, g, g);
      if (value <= largest * (1 + 1e-6))
        return fmax (value, largest);
      largest = value;
      if (f->class->apply (f, g, v, NULL) != CVX_OK)
        break;
    }
  return largest;
}
