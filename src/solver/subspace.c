/* subspace.c -- active subspaces for the nuclear norm.

     min_Z l (A Z; y) + beta ||Z||_*
       = min_{U, V} l (A (U V'); y) + beta/2 (||U||^2 + ||V||^2),

   Z = U V' of rank r.  One iteration: the singular values of
   G = A'nu are the certificate; pairs with a value above beta enter with the
   best weights for the quadratic model; Newton's method solves for the
   factors.  The first iteration finds its subspace by proximal gradient steps
   with lengths of Barzilai and Borwein (1988), and lets no pair enter.  Its
   matrix, J the derivative of A (U V') and H the curvature of the loss,

     J'H J + beta I - [0, G; G', 0] (x) I_r,

   is positive semidefinite where no value of G exceeds beta, with the
   rotations of (U, V) in its null space, to which the gradient is orthogonal;
   a small multiple of I removes them.  At a minimum of the factors with all
   values of G at most beta, Z is optimal.  The state is Z alone: its factors
   are taken anew, balanced, from its singular values, and those that have
   become zero are gone.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/descend.h"
#include "solver/state.h"

#include <float.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/dense.h"
#include "linalg/threads.h"

enum
{
  ENTER = 6,      /* pairs that enter at most */
  NEWTON = 40,    /* Newton steps in an iteration */
  DESCENT = 16,   /* proximal steps of the first iteration */
  SWEEPS = 200,   /* for the weights of entering pairs */
  TILE = 64,      /* samples whose derivatives are formed at a time */
  MAX_SIZE = 6000 /* unknowns of Newton's method */
};

struct subspace
{
  double *x;  /* n_var: Z, patch after patch */
  double *ax; /* n_obs */
  double objective;
  double excess; /* sigma_max / beta - 1 before the last step */
  uint64_t started;
  double *nu, *nu_next;                /* n_obs */
  double *grad, *near, *next, *change; /* n_var */
};

#define FIELD(NAME, KIND, LENGTH, SCRATCH)                                    \
  CVXI_FIELD (subspace, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, SCRATCH)
static const struct cvx_field fields[]
    = { FIELD (x, ARRAY, VAR, false),        FIELD (ax, ARRAY, OBS, false),
        FIELD (objective, REAL, ONE, false), FIELD (excess, REAL, ONE, false),
        FIELD (started, COUNT, ONE, false),  FIELD (nu, ARRAY, OBS, true),
        FIELD (nu_next, ARRAY, OBS, true),   FIELD (grad, ARRAY, VAR, true),
        FIELD (near, ARRAY, VAR, true),      FIELD (next, ARRAY, VAR, true),
        FIELD (change, ARRAY, VAR, true),    CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (!f->class->nuclear)
    return "it is for the nuclear norm";
  if (f->loss->curvature == NULL)
    return "the loss has no second derivative; use admm";
  if (!f->loss->strict)
    return "the second derivative of the loss vanishes in places; use fista";
  if (2 * (f->conv.h + f->conv.k) > MAX_SIZE)
    return "two neurons already have too many weights for Newton's method";
  return NULL;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct subspace *s = state;
  enum cvx_status st = cvxi_point_dense (f, warm, s->x, err);
  (void)settings;
  if (st == CVX_OK)
    st = f->class->apply (f, s->x, s->ax, NULL);
  if (st == CVX_OK)
    s->objective
        = cvxi_loss_value (f, s->ax) + cvx_formulation_penalty (f, s->x);
  s->excess = nan ("");
  return st;
}

/* The factors while a step works on them.  */
struct work
{
  const struct cvx_formulation *f;
  size_t h, k, p, r, r_max, m;      /* p = min (h, k), m = r (h + k) */
  double *z, *left, *value, *right; /* k h, k p, p, p h: of an SVD */
  double *uv;                       /* (h + k) r_max: U h x r, then V k x r */
  double *gradient, *move, *trial;  /* the same */
  double *hess, *damped;            /* m x m */
  double *j;                        /* TILE x m */
  double *patches;                  /* k h */
  double *curvature;                /* n */
  double *fit;                      /* n: A (U V') */
  double *other;                    /* n */
  double *enter;                    /* n x ENTER */
  double *filters;                  /* ENTER x d */
  double objective;
};

static void
work_free (struct work *w)
{
  cvx_free (w->z);
  cvx_free (w->left);
  cvx_free (w->value);
  cvx_free (w->right);
  cvx_free (w->uv);
  cvx_free (w->hess);
  cvx_free (w->damped);
  cvx_free (w->j);
  cvx_free (w->patches);
  cvx_free (w->curvature);
  cvx_free (w->enter);
  cvx_free (w->filters);
}

static enum cvx_status
work_new (struct work *w, const struct cvx_formulation *f,
          struct cvx_error *err)
{
  size_t n = f->n_obs;
  *w = (struct work){ .f = f, .h = f->conv.h, .k = f->conv.k };
  w->p = w->h < w->k ? w->h : w->k;
  w->r_max = MAX_SIZE / (w->h + w->k);
  if (w->r_max > w->p)
    w->r_max = w->p;
  w->z = cvx_alloc (w->h * w->k, sizeof *w->z);
  w->left = cvx_alloc (w->k, w->p * sizeof *w->left);
  w->value = cvx_alloc (w->p, sizeof *w->value);
  w->right = cvx_alloc (w->h, w->p * sizeof *w->right);
  w->uv = cvx_alloc ((w->h + w->k) * w->r_max, 4 * sizeof *w->uv);
  w->patches = cvx_alloc (w->h * w->k, sizeof *w->patches);
  w->curvature = cvx_alloc (n, 3 * sizeof *w->curvature);
  w->enter = cvx_alloc (n, ENTER * sizeof *w->enter);
  w->filters = cvx_alloc (f->n_features, ENTER * sizeof *w->filters);
  if (w->z == NULL || w->left == NULL || w->value == NULL || w->right == NULL
      || w->uv == NULL || w->patches == NULL || w->curvature == NULL
      || w->enter == NULL || w->filters == NULL)
    return cvx_fail_nomem (err, "an active subspace");
  w->gradient = w->uv + (w->h + w->k) * w->r_max;
  w->move = w->gradient + (w->h + w->k) * w->r_max;
  w->trial = w->move + (w->h + w->k) * w->r_max;
  w->fit = w->curvature + n;
  w->other = w->fit + n;
  return CVX_OK;
}

/* Singular values of Z (k x h).  */
static enum cvx_status
decompose (struct work *w, const double *z, struct cvx_error *err)
{
  memcpy (w->z, z, w->h * w->k * sizeof *z);
  return cvx_dense_svd (w->z, w->k, w->h, w->left, w->value, w->right, NULL,
                        err);
}

/* Column J of the factors: sqrt (WEIGHT) times the pair SOURCE of the last
   decomposition.  */
static void
put_pair (struct work *w, size_t r, size_t j, size_t source, double weight)
{
  double root = sqrt (weight);
  for (size_t i = 0; i < w->h; i++)
    w->uv[i * r + j] = root * w->right[source * w->h + i];
  for (size_t i = 0; i < w->k; i++)
    w->uv[w->h * r + i * r + j] = root * w->left[i * w->p + source];
}

/* Z (k x h) = V U'.  */
static void
product (const struct work *w, const double *uv, double *z)
{
  blasint h = (blasint)w->h, k = (blasint)w->k, r = (blasint)w->r;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, k, h, r, 1,
               uv + w->h * w->r, r, uv, r, 0, z, h);
}

/* Objective of the factors UV; FIT takes A (U V').  */
static enum cvx_status
evaluate (struct work *w, const double *uv, double *fit, double *objective,
          struct cvx_progress *progress)
{
  double square = cblas_ddot ((blasint)w->m, uv, 1, uv, 1);
  product (w, uv, w->z);
  if (w->f->class->apply (w->f, w->z, fit, progress) != CVX_OK)
    return CVX_INTERRUPTED;
  *objective = cvxi_loss_value (w->f, fit) + 0.5 * w->f->beta * square;
  return CVX_OK;
}

/* Weights t >= 0 of C entering pairs: minimise 1/2 t'S t - sum (sigma - beta)
   t, S their Gram matrix under the curvature; D (n x C) are their fits.  */
static void
weigh (const struct work *w, const double *sigma, size_t c, double *t)
{
  double gram[ENTER * ENTER];
  const double *d = w->enter;
  for (size_t a = 0; a < c; a++)
    for (size_t b = 0; b < c; b++)
      {
        double sum = 0;
        for (size_t i = 0; i < w->f->n_obs; i++)
          sum += d[i * c + a] * w->curvature[i] * d[i * c + b];
        gram[a * c + b] = sum;
      }
  for (size_t a = 0; a < c; a++)
    t[a] = 0;
  for (int it = 0; it < SWEEPS; it++)
    for (size_t a = 0; a < c; a++)
      {
        double slope = sigma[a] - w->f->beta;
        for (size_t b = 0; b < c; b++)
          slope -= gram[a * c + b] * t[b];
        t[a] = gram[a * c + a] > 0 ? fmax (0, t[a] + slope / gram[a * c + a])
                                   : 0;
      }
}

/* The factors of S->near, *OLD of them, and with ENTER of the pairs of G that
   are worth it; G is that of the state.  */
static enum cvx_status
start (struct subspace *s, struct work *w, bool enter, size_t *old,
       struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = w->f;
  size_t d = f->n_features, rank = 0, c = 0, kept = 0, j = 0;
  double sigma[ENTER], t[ENTER], *pairs = NULL;
  enum cvx_status st;
  cvxi_loss_dual (f, s->ax, s->nu);
  if (f->class->adjoint (f, s->nu, s->grad, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
  f->loss->curvature (s->ax, f->y, f->n_samples, f->n_outputs, f->loss_param,
                      w->curvature);
  st = decompose (w, s->near, err);
  if (st != CVX_OK)
    return st;
  while (rank < w->r_max && w->value[rank] > 1e-11 * w->value[0])
    rank++;
  /* Set aside the pairs of Z: the next decomposition takes their place.  */
  w->r = rank;
  for (size_t i = 0; i < rank; i++)
    put_pair (w, rank, i, i, w->value[i]);
  memcpy (w->trial, w->uv, (w->h + w->k) * rank * sizeof *w->uv);
  pairs = w->trial;
  st = decompose (w, s->grad, err);
  if (st != CVX_OK)
    return st;
  s->excess = w->value[0] / f->beta - 1;
  while (enter && c < ENTER && c < w->r_max - rank
         && w->value[c] > f->beta * (1 + 1e-11))
    {
      sigma[c] = w->value[c];
      for (size_t a = 0; a < w->k; a++)
        for (size_t b = 0; b < w->h; b++)
          w->z[a * w->h + b] = w->left[a * w->p + c] * w->right[c * w->h + b];
      cvx_conv_scatter (&f->conv, w->z, w->filters + c * d);
      c++;
    }
  if (c > 0)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans,
                   (blasint)f->n_samples, (blasint)c, (blasint)d, 1, f->x,
                   (blasint)d, w->filters, (blasint)d, 0, w->enter,
                   (blasint)c);
      weigh (w, sigma, c, t);
      for (size_t a = 0; a < c; a++)
        kept += t[a] > 0;
    }
  *old = rank;
  w->r = rank + kept;
  w->m = w->r * (w->h + w->k);
  for (size_t i = 0; i < w->h + w->k; i++)
    for (size_t a = 0; a < rank; a++)
      w->uv[i * w->r + a] = pairs[i * rank + a];
  for (size_t a = 0; a < c; a++)
    if (t[a] > 0)
      put_pair (w, w->r, rank + j++, a, t[a]);
  return CVX_OK;
}

/* Proximal gradient steps from the state; Z goes to S->near.  */
static enum cvx_status
descend (struct subspace *s, struct work *w, struct cvx_progress *progress,
         struct cvx_error *err)
{
  struct cvxi_descend d = { s->near,   w->fit, s->objective, s->grad, s->next,
                            s->change, s->nu,  s->nu_next,   w->other };
  memcpy (w->fit, s->ax, w->f->n_obs * sizeof *w->fit);
  return cvxi_descend (&d, w->f, DESCENT, 1e-4, progress, err);
}

/* Half of the pairs' weights less, until the objective is no higher than that
   of the state.  */
static enum cvx_status
settle (const struct subspace *s, struct work *w, size_t rank,
        struct cvx_progress *progress, struct cvx_error *err)
{
  for (int k = 0;; k++)
    {
      if (evaluate (w, w->uv, w->fit, &w->objective, progress) != CVX_OK)
        return cvx_fail_interrupted (err);
      if (w->objective <= s->objective * (1 + 1e-12) || k == 60)
        return CVX_OK;
      for (size_t i = 0; i < w->h + w->k; i++)
        for (size_t a = rank; a < w->r; a++)
          w->uv[i * w->r + a] *= 0.5;
    }
}

/* Gradient at the factors, from G in GRAD; returns its norm.  */
static double
gradient (struct work *w, const double *grad)
{
  blasint h = (blasint)w->h, k = (blasint)w->k, r = (blasint)w->r;
  const double *u = w->uv, *v = w->uv + w->h * w->r;
  for (size_t i = 0; i < w->m; i++)
    w->gradient[i] = w->f->beta * w->uv[i];
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, h, r, k, -1, grad, h,
               v, r, 1, w->gradient, r);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, k, r, h, -1, grad, h,
               u, r, 1, w->gradient + w->h * w->r, r);
  return cblas_dnrm2 ((blasint)w->m, w->gradient, 1);
}

/* The lower half of Newton's matrix, without damping.  */
static enum cvx_status
hessian (struct work *w, const double *grad, struct cvx_progress *progress)
{
  const struct cvx_formulation *f = w->f;
  blasint h = (blasint)w->h, k = (blasint)w->k, r = (blasint)w->r,
          m = (blasint)w->m;
  const double *u = w->uv, *v = w->uv + w->h * w->r;
  f->loss->curvature (w->fit, f->y, f->n_samples, f->n_outputs, f->loss_param,
                      w->curvature);
  memset (w->hess, 0, w->m * w->m * sizeof *w->hess);
  for (size_t first = 0; first < f->n_samples; first += TILE)
    {
      size_t count = f->n_samples - first < TILE ? f->n_samples - first : TILE;
      if (cvx_aborted (progress))
        return CVX_INTERRUPTED;
      for (size_t i = 0; i < count; i++)
        {
          double *row = w->j + i * w->m;
          cvx_conv_gather (&f->conv, f->x + (first + i) * f->n_features,
                           w->patches);
          cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, h, r, k, 1,
                       w->patches, h, v, r, 0, row, r);
          cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, k, r, h, 1,
                       w->patches, h, u, r, 0, row + w->h * w->r, r);
          cblas_dscal (m, sqrt (fmax (w->curvature[first + i], 0)), row, 1);
        }
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, m, (blasint)count, 1,
                   w->j, m, 1, w->hess, m);
    }
  for (size_t i = 0; i < w->m; i++)
    w->hess[i * w->m + i] += f->beta;
  for (size_t a = 0; a < w->k; a++)
    for (size_t b = 0; b < w->h; b++)
      for (size_t j = 0; j < w->r; j++)
        w->hess[((w->h + a) * w->r + j) * w->m + b * w->r + j]
            -= grad[a * w->h + b];
  return CVX_OK;
}

/* MOVE = - (hess + damping)^{-1} gradient.  A damping that fails is followed
   by one that cannot, but for rounding: hess is at least beta - sigma_max (G),
   the least eigenvalue of its last part.  */
static enum cvx_status
direction (struct work *w, const double *grad, double *damping,
           struct cvx_progress *progress, struct cvx_error *err)
{
  double largest = 0;
  if (hessian (w, grad, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
  for (size_t i = 0; i < w->m; i++)
    largest = fmax (largest, w->hess[i * w->m + i]);
  for (int tries = 0;; tries++)
    {
      struct cvx_dense_report report = { 0, false };
      enum cvx_status st;
      if (tries == 1)
        {
          st = decompose (w, grad, err);
          if (st != CVX_OK)
            return st;
          *damping = fmax (30 * *damping,
                           1.001 * (w->value[0] - w->f->beta) / largest);
        }
      else if (tries > 1)
        *damping *= 30;
      memcpy (w->damped, w->hess, w->m * w->m * sizeof *w->hess);
      for (size_t i = 0; i < w->m; i++)
        {
          w->damped[i * w->m + i] += *damping * largest;
          w->move[i] = -w->gradient[i];
        }
      st = cvx_dense_cholesky (w->damped, w->m, &report, err);
      if (st == CVX_OK && report.ridge == 0)
        {
          cvx_dense_cholesky_solve (w->damped, w->m, w->move);
          return CVX_OK;
        }
      if (st != CVX_OK && st != CVX_NUMERIC)
        return st;
      if (*damping > 1e6)
        return cvx_fail (err, CVX_E369,
                         "the Newton system of the factors is not definite");
    }
}

/* Newton's method on the factors, until the gradient is rounding.  */
static enum cvx_status
minimise (struct work *w, struct cvx_progress *progress, struct cvx_error *err)
{
  const struct cvx_formulation *f = w->f;
  double *grad = cvx_alloc (f->n_var, sizeof *grad), damping = 1e-11;
  enum cvx_status st = CVX_OK;
  w->hess = cvx_alloc (w->m, w->m * sizeof *w->hess);
  w->damped = cvx_alloc (w->m, w->m * sizeof *w->damped);
  w->j = cvx_alloc (w->m, TILE * sizeof *w->j);
  if (grad == NULL || w->hess == NULL || w->damped == NULL || w->j == NULL)
    st = cvx_fail_nomem (err, "an active subspace");
  for (int it = 0; st == CVX_OK && it < NEWTON; it++)
    {
      double norm, scale, slope, t = 1, objective = 0, before = w->objective;
      cvxi_loss_dual (f, w->fit, w->other);
      if (f->class->adjoint (f, w->other, grad, progress) != CVX_OK)
        {
          st = cvx_fail_interrupted (err);
          break;
        }
      norm = gradient (w, grad);
      scale = f->beta * cblas_dnrm2 ((blasint)w->m, w->uv, 1);
      if (norm <= 3e-12 * scale)
        break;
      st = direction (w, grad, &damping, progress, err);
      if (st != CVX_OK)
        break;
      slope = cblas_ddot ((blasint)w->m, w->move, 1, w->gradient, 1);
      for (; t > 1e-9; t *= 0.5)
        {
          for (size_t i = 0; i < w->m; i++)
            w->trial[i] = w->uv[i] + t * w->move[i];
          if (evaluate (w, w->trial, w->other, &objective, progress) != CVX_OK)
            {
              st = cvx_fail_interrupted (err);
              break;
            }
          if (objective <= before + 1e-4 * t * slope
              || objective - before <= 1e-15 * fabs (before))
            break;
        }
      if (st != CVX_OK || !(t > 1e-9))
        break;
      memcpy (w->uv, w->trial, w->m * sizeof *w->uv);
      memcpy (w->fit, w->other, f->n_obs * sizeof *w->fit);
      w->objective = objective;
      damping = fmax (1e-11, damping * (t == 1 ? 0.01 : 1));
      if (norm <= 1e-9 * scale && objective >= before)
        break;
    }
  cvx_free (grad);
  return st;
}

/* The products of a step are many and small: threads pay when the data do not
   fit into the cache, or the factors are many.  */
static int
threads_for (const struct cvx_formulation *f, int threads)
{
  double size = (double)f->n_samples * (double)f->n_features;
  return size > 1e7 ? threads : 1;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct subspace *s = state;
  struct work w;
  double excess = s->excess;
  size_t rank = 0;
  int threads = cvx_blas_threads (0);
  enum cvx_status st = work_new (&w, f, err);
  (void)settings;
  (void)cvx_blas_threads (threads_for (f, threads));
  memcpy (s->near, s->x, f->n_var * sizeof *s->x);
  if (st == CVX_OK && s->started == 0)
    st = descend (s, &w, progress, err);
  if (st == CVX_OK)
    st = start (s, &w, s->started != 0, &rank, progress, err);
  if (st == CVX_OK && w.r > 0)
    st = settle (s, &w, rank, progress, err);
  if (st == CVX_OK && w.r > 0)
    st = minimise (&w, progress, err);
  if (st == CVX_OK && w.r > 0)
    {
      product (&w, w.uv, s->x);
      memcpy (s->ax, w.fit, f->n_obs * sizeof *s->ax);
      s->objective = w.objective;
    }
  if (st == CVX_OK)
    s->started = 1;
  else
    s->excess = excess;
  work_free (&w);
  (void)cvx_blas_threads (threads);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct subspace *s = state;
  *out = (struct cvx_point){ .n_atoms = f->n_blocks, .x = s->x };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct subspace *s = state;
  (void)f;
  out->dua_res = s->excess;
  out->raw = s->objective;
}

const struct cvx_solver cvxi_solver_subspace = {
  .name = "subspace",
  .summary = "active subspace of the nuclear norm with Newton's method",
  .rounds = true,
  .state_size = sizeof (struct subspace),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .step = step,
  .point = point,
  .measures = measures,
};
