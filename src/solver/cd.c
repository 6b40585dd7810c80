/* cd.c -- working sets, block coordinate descent and Newton's method for
   blocks without cones.

   One iteration: prices all blocks with one A'nu, drops those that a gap-safe
   sphere shows to be zero, takes the blocks at work and the most violating
   ones, forms their columns C of A, and minimises the quadratic model

     1/2 dl'Q dl - g'dl + beta sum_g ||x_g + dl_g||,   Q = C'H C, g = C'nu

   (H the curvature of the loss) in their coordinates alone: sweeps of block
   coordinate descent find which blocks are nonzero, Newton's method on those

     Q dl - g + beta x_g / ||x_g|| = 0

   gives them to rounding.  The model is the program itself for the squared
   loss; for others the step is searched and the model renewed.  Where the loss
   is a sum over several outputs, so is the program, and each has a working set
   of its own; they share the prices.

   Screening: Ndiaye, Fercoq, Gramfort and Salmon, JMLR 18 (2017): s nu dual
   feasible, the dual optimum is within sqrt (2 gap L) of it, L the Lipschitz
   constant of the gradient; block g is zero when s psi_g + ||A_g|| times that
   is below beta.  Working sets: Massias, Gramfort and Salmon (2018).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/descend.h"
#include "solver/state.h"

#include <float.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/dense.h"

enum
{
  FIRST = 32,         /* blocks of the first working set */
  SWEEPS = 8,         /* between attempts of Newton's method */
  ROUNDS = 40,        /* of sweeps and Newton's method */
  NEWTON = 30,        /* Newton steps in a round */
  MODELS = 8,         /* quadratic models of one working set */
  MAX_COLUMNS = 4096, /* of a working set */
  DESCENT = 50        /* proximal steps instead of one that is too large */
};

/* Columns of a circular network's working set are as long as the data have
   samples: they may take this many bytes, or this share of the data.  */
static const double column_bytes = 16e6, column_share = 0.05;

struct cd
{
  double *x;       /* n_var */
  double *ax;      /* n_obs */
  double *dropped; /* n_blocks: 1 where a block is known to be zero */
  double objective;
  double excess; /* max psi / beta - 1 before the last step */
  uint64_t n_dropped;
  double *grad, *psi; /* n_var, n_blocks */
  double *nu;         /* n_obs */
};

#define FIELD(NAME, KIND, LENGTH, SCRATCH)                                    \
  CVXI_FIELD (cd, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, SCRATCH)
static const struct cvx_field fields[] = {
  FIELD (x, ARRAY, VAR, false),          FIELD (ax, ARRAY, OBS, false),
  FIELD (dropped, ARRAY, BLOCKS, false), FIELD (objective, REAL, ONE, false),
  FIELD (excess, REAL, ONE, false),      FIELD (n_dropped, COUNT, ONE, false),
  FIELD (grad, ARRAY, VAR, true),        FIELD (psi, ARRAY, BLOCKS, true),
  FIELD (nu, ARRAY, OBS, true),          CVXI_FIELD_END
};
#undef FIELD

/* The problem on a working set of K blocks, M = K block_len numbers.  */
struct small
{
  size_t k, len, m;
  double beta;
  double depth;        /* the quadratic part of the model is at least -depth */
  double *q, *g;       /* m x m, m */
  double *x, *dl, *qd; /* blocks at the start, change, Q dl */
  double *size;        /* k: bounds of the eigenvalues of Q_gg */
  double *hess;        /* m x m */
  double *rhs, *trial; /* m */
  size_t *at;          /* m: numbers of a support */
};

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  (void)s;
  if (f->n_cone > 0 || f->class->columns == NULL)
    return "it needs blocks without cones whose columns can be formed";
  if (f->class->penalized)
    return "it knows group-l1 penalties; use fista or admm";
  if (f->loss->coupled)
    return "the loss couples the outputs; use working, fista or admm";
  if (f->loss->curvature == NULL)
    return "the loss has no second derivative; use admm";
  if (!f->loss->strict)
    return "the second derivative of the loss vanishes in places; use fista";
  return NULL;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct cd *s = state;
  enum cvx_status st = cvxi_point_dense (f, warm, s->x, err);
  (void)settings;
  if (st == CVX_OK)
    {
      cvx_formulation_prox (f, 0, s->x, s->x, true);
      st = f->class->apply (f, s->x, s->ax, NULL);
    }
  if (st == CVX_OK)
    s->objective
        = cvxi_loss_value (f, s->ax) + cvx_formulation_penalty (f, s->x);
  s->excess = nan ("");
  return st;
}

static double
norm_of (size_t n, const double *x)
{
  return cblas_dnrm2 ((blasint)n, x, 1);
}

static bool
at_work (const struct cd *s, size_t g, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (s->x[g * len + i] != 0)
      return true;
  return false;
}

/* psi of all blocks, and blocks that the sphere around the dual point shows
   to be zero.  */
static enum cvx_status
price (struct cd *s, const struct cvx_formulation *f,
       struct cvx_progress *progress)
{
  size_t len = f->block_len, solved = 0;
  double largest = 0, bound, radius;
  double norm[CVX_LOSS_MAX_OUTPUTS] = { 0 }, scale[CVX_LOSS_MAX_OUTPUTS];
  f->loss->dual (s->ax, f->y, f->n_samples, f->n_outputs, f->loss_param,
                 s->nu);
  if (f->class->adjoint (f, s->nu, s->grad, progress) != CVX_OK)
    return CVX_INTERRUPTED;
  for (size_t g = 0, k; g < f->n_blocks; g++)
    {
      s->psi[g]
          = f->class->support (f, g, s->grad + g * len, NULL, &solved, 0);
      largest = fmax (largest, s->psi[g]);
      k = cvx_formulation_output (f, g);
      norm[k] = fmax (norm[k], s->psi[g]);
    }
  s->excess = largest / f->beta - 1;
  bound = cvx_loss_scale_outputs (f->loss, s->nu, f->y, f->n_samples,
                                  f->n_outputs, f->loss_param, norm, f->beta,
                                  scale);
  radius = sqrt (2 * fmax (s->objective - bound, 0) * f->loss->lipschitz)
           + 1e-7 * norm_of (f->n_obs, s->nu);
  for (size_t g = 0; g < f->n_blocks; g++)
    if (s->dropped[g] == 0 && !at_work (s, g, len)
        && scale[cvx_formulation_output (f, g)] * s->psi[g]
                   + f->class->block_norm (f, g) * radius
               < f->beta * (1 - 1e-9))
      {
        s->dropped[g] = 1;
        s->n_dropped++;
      }
  return CVX_OK;
}

/* Columns that a working set may have.  */
static size_t
columns_max (const struct cvx_formulation *f)
{
  double n = 8 * (double)f->n_samples;
  double bytes = fmax (column_bytes, column_share * n * (double)f->n_features);
  if (f->patterns != NULL)
    return MAX_COLUMNS;
  return (size_t)fmax (4 * FIRST, fmin (MAX_COLUMNS, bytes / n));
}

/* Blocks FROM .. TO - 1 at work.  */
static size_t
count_work (const struct cd *s, size_t len, size_t from, size_t to)
{
  size_t count = 0;
  for (size_t g = from; g < to; g++)
    count += at_work (s, g, len);
  return count;
}

/* The working set of output OUTPUT in LIST, in order of block numbers; its
   size.  */
static size_t
choose (const struct cd *s, const struct cvx_formulation *f, size_t output,
        size_t *list)
{
  size_t each = f->n_blocks / f->n_outputs, from = output * each;
  size_t to = from + each, len = f->block_len;
  size_t k = 0, n_work = count_work (s, len, from, to), room;
  size_t most = columns_max (f);
  double low = f->beta, high = f->beta * (2 + s->excess);
  double cut = HUGE_VAL;
  room = n_work > FIRST ? n_work : FIRST;
  if ((n_work + room) * len > most)
    room = n_work * len < most ? most / len - n_work : 1;
  /* The ROOM-th largest psi among those above beta, by bisection of values:
     ties all come along.  */
  for (int probe = 0; probe < 60; probe++)
    {
      double middle = probe == 0 ? low : 0.5 * (low + high);
      size_t above = 0;
      for (size_t g = from; g < to; g++)
        above += s->dropped[g] == 0 && s->psi[g] > middle
                 && !at_work (s, g, len);
      if (above > room)
        low = middle;
      else
        {
          high = middle;
          cut = middle;
        }
      if (above == room || (probe == 0 && above < room))
        break;
    }
  for (size_t g = from; g < to; g++)
    if (at_work (s, g, len) || (s->dropped[g] == 0 && s->psi[g] > cut))
      list[k++] = g;
  return k;
}

/* Coordinate descent on the model.  */

/* qd += Q_(:,g) STEP.  */
static void
move (struct small *p, size_t g, const double *step)
{
  for (size_t i = 0; i < p->len; i++)
    if (step[i] != 0)
      cblas_daxpy ((blasint)p->m, step[i], p->q + (g * p->len + i) * p->m, 1,
                   p->qd, 1);
}

/* One step of every block with the bound of its curvature.  */
static void
sweep (struct small *p)
{
  size_t len = p->len;
  for (size_t g = 0; g < p->k; g++)
    {
      double *dl = p->dl + g * len, *step = p->trial, norm = 0, scale;
      const double *x = p->x + g * len;
      if (!(p->size[g] > 0))
        continue;
      for (size_t i = 0; i < len; i++)
        {
          step[i] = x[i] + dl[i]
                    + (p->g[g * len + i] - p->qd[g * len + i]) / p->size[g];
          norm = hypot (norm, step[i]);
        }
      scale = norm * p->size[g] > p->beta ? 1 - p->beta / (norm * p->size[g])
                                          : 0;
      for (size_t i = 0; i < len; i++)
        {
          double to = scale * step[i] - x[i];
          step[i] = to - dl[i];
          dl[i] = to;
        }
      move (p, g, step);
    }
}

/* Penalty of the working set at x + T dl.  */
static double
penalty (const struct small *p, const double *dl, double t)
{
  double sum = 0;
  for (size_t g = 0; g < p->k; g++)
    {
      double norm = 0;
      for (size_t i = 0; i < p->len; i++)
        norm = hypot (norm, p->x[g * p->len + i] + t * dl[g * p->len + i]);
      sum += norm;
    }
  return p->beta * sum;
}

static double
model (const struct small *p, const double *dl, const double *qd)
{
  double sum = 0;
  for (size_t i = 0; i < p->m; i++)
    sum += dl[i] * (0.5 * qd[i] - p->g[i]);
  return sum + penalty (p, dl, 1);
}

/* The Newton system on the nonzero blocks: hess and rhs of size *N.  Returns
   the norm of the residual.  */
static double
newton_system (struct small *p, size_t *n)
{
  size_t len = p->len, m = 0;
  for (size_t g = 0; g < p->k; g++)
    {
      double norm = 0;
      for (size_t i = 0; i < len; i++)
        norm = hypot (norm, p->x[g * len + i] + p->dl[g * len + i]);
      for (size_t i = 0; i < len && norm > 0; i++)
        {
          size_t j = g * len + i;
          p->rhs[m]
              = p->g[j] - p->qd[j] - p->beta * (p->x[j] + p->dl[j]) / norm;
          p->at[m++] = j;
        }
    }
  for (size_t a = 0; a < m; a++)
    for (size_t b = 0; b <= a; b++)
      p->hess[a * m + b] = p->q[p->at[a] * p->m + p->at[b]];
  for (size_t a = 0; a < m; a += len)
    {
      double norm = 0;
      for (size_t i = 0; i < len; i++)
        norm = hypot (norm, p->x[p->at[a + i]] + p->dl[p->at[a + i]]);
      for (size_t i = 0; i < len; i++)
        for (size_t j = 0; j <= i; j++)
          {
            double ui = (p->x[p->at[a + i]] + p->dl[p->at[a + i]]) / norm;
            double uj = (p->x[p->at[a + j]] + p->dl[p->at[a + j]]) / norm;
            p->hess[(a + i) * m + a + j]
                += p->beta / norm * ((i == j) - ui * uj);
          }
    }
  *n = m;
  return norm_of (m, p->rhs);
}

/* The Newton step into rhs, N numbers; the residual stays in trial.  Where the
   system is singular but for rounding, a ridge keeps the step as short as one
   that lowers the model from VALUE must be: its penalty is at most VALUE +
   depth.  *FOUND is false when no ridge does.  */
static enum cvx_status
newton_step (struct small *p, size_t n, double value, bool *found,
             struct cvx_error *err)
{
  double top = 0;
  *found = false;
  for (size_t a = 0; a < n; a++)
    top = fmax (top, p->hess[a * n + a]);
  for (double ridge = 0; ridge < 1e-3; ridge = fmax (1e-13, 100 * ridge))
    {
      double length = 0;
      size_t same;
      enum cvx_status st;
      if (ridge > 0)
        (void)newton_system (p, &same);
      for (size_t a = 0; a < n; a++)
        {
          p->trial[a] = p->rhs[a];
          p->hess[a * n + a] += ridge * top;
        }
      st = cvx_dense_cholesky (p->hess, n, NULL, err);
      if (st != CVX_OK && st != CVX_NUMERIC)
        return st;
      if (st == CVX_NUMERIC)
        continue;
      cvx_dense_cholesky_solve (p->hess, n, p->rhs);
      for (size_t a = 0; a < n; a += p->len)
        length += norm_of (p->len, p->rhs + a);
      *found = p->beta * length <= 2 * (value + p->depth);
      if (*found)
        break;
    }
  return CVX_OK;
}

/* Newton's method on the nonzero blocks.  True when it ended at rounding.  */
static enum cvx_status
newton (struct small *p, double tol, bool *done, struct cvx_error *err)
{
  double value = model (p, p->dl, p->qd);
  *done = false;
  for (int it = 0; it < NEWTON; it++)
    {
      size_t n;
      double residual = newton_system (p, &n), slope = 0, t = 1;
      bool found;
      enum cvx_status st;
      if (residual <= tol || n == 0)
        {
          *done = true;
          return CVX_OK;
        }
      st = newton_step (p, n, value, &found, err);
      if (st != CVX_OK || !found)
        return st;
      for (size_t a = 0; a < n; a++)
        slope += p->trial[a] * p->rhs[a];
      /* The change in full length, then shortened until the model falls.  */
      for (;; t *= 0.5)
        {
          double now;
          memcpy (p->trial, p->dl, p->m * sizeof *p->dl);
          for (size_t a = 0; a < n; a++)
            p->trial[p->at[a]] += t * p->rhs[a];
          cblas_dsymv (CblasRowMajor, CblasLower, (blasint)p->m, 1, p->q,
                       (blasint)p->m, p->trial, 1, 0, p->qd, 1);
          now = model (p, p->trial, p->qd);
          if (now <= value - 1e-4 * t * slope
              || now - value <= 1e-15 * fabs (value))
            {
              bool stuck = now >= value && it > 0 && residual < 1e4 * tol;
              memcpy (p->dl, p->trial, p->m * sizeof *p->dl);
              value = now;
              if (stuck)
                {
                  *done = true;
                  return CVX_OK;
                }
              break;
            }
          if (t < 1e-8)
            {
              cblas_dsymv (CblasRowMajor, CblasLower, (blasint)p->m, 1, p->q,
                           (blasint)p->m, p->dl, 1, 0, p->qd, 1);
              return CVX_OK;
            }
        }
    }
  return CVX_OK;
}

/* Some zero block wants to move by more than rounding.  */
static bool
violated (const struct small *p, double tol)
{
  for (size_t g = 0; g < p->k; g++)
    {
      double norm = 0, pull = 0;
      for (size_t i = 0; i < p->len; i++)
        {
          size_t j = g * p->len + i;
          norm = hypot (norm, p->x[j] + p->dl[j]);
          pull = hypot (pull, p->g[j] - p->qd[j]);
        }
      if (norm == 0 && pull > p->beta + tol)
        return true;
    }
  return false;
}

static enum cvx_status
minimise (struct small *p, struct cvx_error *err)
{
  double tol = 1e-13 * (norm_of (p->m, p->g) + p->beta);
  enum cvx_status st = CVX_OK;
  memset (p->dl, 0, p->m * sizeof *p->dl);
  memset (p->qd, 0, p->m * sizeof *p->qd);
  for (size_t g = 0; g < p->k; g++)
    {
      p->size[g] = 0;
      for (size_t i = 0; i < p->len; i++)
        {
          double row = 0;
          for (size_t j = 0; j < p->len; j++)
            row += fabs (p->q[(g * p->len + i) * p->m + g * p->len + j]);
          p->size[g] = fmax (p->size[g], row);
        }
    }
  for (int round = 0; round < ROUNDS && st == CVX_OK; round++)
    {
      bool done;
      for (int k = 0; k < SWEEPS; k++)
        sweep (p);
      st = newton (p, tol, &done, err);
      if (st == CVX_OK && done && !violated (p, 10 * tol))
        break;
    }
  return st;
}

/* A working set of one output, n samples.  */
struct room
{
  struct small p;
  const struct cvx_formulation *f;
  double *c, *hc, *h; /* n x m, n x m, n */
  double *at, *step;  /* n: fits */
  double *y, *nu;     /* n: of the output */
};

static void
room_free (struct room *w)
{
  cvx_free (w->p.q);
  cvx_free (w->p.hess);
  cvx_free (w->p.g);
  cvx_free (w->p.size);
  cvx_free (w->p.at);
  cvx_free (w->c);
  cvx_free (w->hc);
  cvx_free (w->h);
}

static enum cvx_status
room_new (struct room *w, const struct cvx_formulation *f, size_t k,
          struct cvx_error *err)
{
  size_t m = k * f->block_len, n = f->n_samples, square, area;
  struct small *p = &w->p;
  memset (w, 0, sizeof *w);
  w->f = f;
  p->k = k;
  p->len = f->block_len;
  p->m = m;
  p->beta = f->beta;
  if (!cvx_mul (m, m, &square) || !cvx_mul (m, n, &area))
    return cvx_fail_nomem (err, "a working set");
  p->q = cvx_alloc (square, sizeof *p->q);
  p->hess = cvx_alloc (square, sizeof *p->hess);
  p->g = cvx_calloc (m, 6 * sizeof *p->g);
  p->size = cvx_alloc (k, sizeof *p->size);
  p->at = cvx_alloc (m, sizeof *p->at);
  w->c = cvx_alloc (area, sizeof *w->c);
  if (strcmp (f->loss->name, "squared") != 0)
    w->hc = cvx_alloc (area, sizeof *w->hc);
  w->h = cvx_alloc (n, 5 * sizeof *w->h);
  if (p->q == NULL || p->hess == NULL || p->g == NULL || p->size == NULL
      || p->at == NULL || w->c == NULL || w->h == NULL
      || (w->hc == NULL && strcmp (f->loss->name, "squared") != 0))
    return cvx_fail_nomem (err, "a working set");
  p->x = p->g + m;
  p->dl = p->x + m;
  p->qd = p->dl + m;
  p->rhs = p->qd + m;
  p->trial = p->rhs + m;
  w->at = w->h + n;
  w->step = w->at + n;
  w->y = w->step + n;
  w->nu = w->y + n;
  return CVX_OK;
}

/* Q = C'H C with both halves, g = C'nu, and the depth nu'H^{-1}nu / 2.  */
static void
quadratic (struct room *w)
{
  struct small *p = &w->p;
  size_t rows = w->f->n_samples;
  blasint m = (blasint)p->m, n = (blasint)rows;
  const double *c = w->c, *nu = w->nu;
  p->depth = 0;
  for (size_t i = 0; w->hc == NULL && i < rows; i++)
    p->depth += 0.5 * nu[i] * nu[i];
  if (w->hc != NULL)
    {
      w->f->loss->curvature (w->at, w->y, rows, 1, w->f->loss_param, w->h);
      for (size_t i = 0; i < rows; i++)
        if (w->h[i] > 0)
          p->depth += 0.5 * nu[i] * nu[i] / w->h[i];
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p->m; j++)
          w->hc[i * p->m + j] = sqrt (fmax (w->h[i], 0)) * w->c[i * p->m + j];
      c = w->hc;
    }
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, m, n, 1, c, m, 0, p->q,
               m);
  for (size_t i = 0; i < p->m; i++)
    for (size_t j = i + 1; j < p->m; j++)
      p->q[i * p->m + j] = p->q[j * p->m + i];
  cblas_dgemv (CblasRowMajor, CblasTrans, n, m, 1, w->c, m, nu, 1, 0, p->g, 1);
}

/* The loss of the output at FIT.  */
static double
loss_of (const struct room *w, const double *fit)
{
  return w->f->loss->value (fit, w->y, w->f->n_samples, 1, w->f->loss_param);
}

/* Minimise over the working set: p->x and w->at (the fit) become the result,
 *OBJECTIVE that of the output's program; its other blocks are zero.  */
static enum cvx_status
solve_set (struct room *w, double *objective, struct cvx_error *err)
{
  struct small *p = &w->p;
  size_t n = w->f->n_samples;
  *objective = loss_of (w, w->at) + penalty (p, p->dl, 0);
  for (int k = 0; k < MODELS; k++)
    {
      double t = 1, before = *objective, now = before;
      enum cvx_status st;
      w->f->loss->dual (w->at, w->y, n, 1, w->f->loss_param, w->nu);
      quadratic (w);
      st = minimise (p, err);
      if (st != CVX_OK)
        return st;
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)n, (blasint)p->m, 1,
                   w->c, (blasint)p->m, p->dl, 1, 0, w->h, 1);
      for (; t > 1e-10; t *= 0.5)
        {
          for (size_t i = 0; i < n; i++)
            w->step[i] = w->at[i] + t * w->h[i];
          now = loss_of (w, w->step) + penalty (p, p->dl, t);
          if (now <= before + 1e-15 * fabs (before))
            break;
        }
      if (!(t > 1e-10))
        break;
      memcpy (w->at, w->step, n * sizeof *w->at);
      for (size_t i = 0; i < p->m; i++)
        {
          double to = p->x[i] + t * p->dl[i];
          p->x[i] = fabs (to) <= DBL_EPSILON * fabs (p->x[i]) ? 0 : to;
        }
      *objective = now;
      if (w->hc == NULL || before - now <= 1e-15 * fabs (before))
        break;
    }
  return CVX_OK;
}

/* What a step finds, until all outputs have it.  */
struct found
{
  double *x, *ax; /* n_var, n_obs */
  double objective;
};

/* The program of one output on its working set LIST of K blocks, into TO.  */
static enum cvx_status
solve_output (const struct cd *s, const struct cvx_formulation *f,
              size_t output, size_t k, const size_t *list, struct found *to,
              struct cvx_progress *progress, struct cvx_error *err)
{
  size_t len = f->block_len, c = f->n_outputs;
  struct room w;
  double objective = 0;
  enum cvx_status st = room_new (&w, f, k, err);
  if (st == CVX_OK && f->class->columns (f, k, list, w.c, progress) != CVX_OK)
    st = cvx_fail_interrupted (err);
  if (st == CVX_OK)
    {
      for (size_t i = 0; i < f->n_samples; i++)
        {
          w.at[i] = s->ax[i * c + output];
          w.y[i] = f->y[i * c + output];
        }
      for (size_t j = 0; j < k; j++)
        memcpy (w.p.x + j * len, s->x + list[j] * len, len * sizeof *s->x);
      /* Without blocks the output stays as it is.  */
      if (k > 0)
        st = solve_set (&w, &objective, err);
      else
        objective = loss_of (&w, w.at);
    }
  if (st == CVX_OK)
    {
      for (size_t j = 0; j < k; j++)
        memcpy (to->x + list[j] * len, w.p.x + j * len, len * sizeof *s->x);
      for (size_t i = 0; i < f->n_samples; i++)
        to->ax[i * c + output] = w.at[i];
      to->objective += objective;
    }
  room_free (&w);
  return st;
}

/* More blocks than a working set may have: proximal steps, which form no
   columns, until they are fewer.  */
static enum cvx_status
descend (struct cd *s, const struct cvx_formulation *f,
         struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvxi_descend d = { s->x, s->ax, s->objective, s->grad, .nu = s->nu };
  enum cvx_status st;
  d.next = cvx_alloc (f->n_var, 2 * sizeof *d.next);
  d.nu_next = cvx_alloc (f->n_obs, 2 * sizeof *d.nu_next);
  if (d.next == NULL || d.nu_next == NULL)
    st = cvx_fail_nomem (err, "proximal steps");
  else
    {
      d.change = d.next + f->n_var;
      d.trial = d.nu_next + f->n_obs;
      st = cvxi_descend (&d, f, DESCENT, 0, progress, err);
      s->objective = d.objective;
    }
  cvx_free (d.next);
  cvx_free (d.nu_next);
  return st;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct cd *s = state;
  struct found to = { NULL, NULL, 0 };
  size_t *list, k, any = 0;
  double excess = s->excess;
  enum cvx_status st = CVX_OK;
  (void)settings;
  if (price (s, f, progress) != CVX_OK)
    return cvx_fail_interrupted (err);
  if (f->patterns == NULL
      && (count_work (s, f->block_len, 0, f->n_blocks) + FIRST / 2)
                 * f->block_len
             > columns_max (f))
    return descend (s, f, progress, err);
  list = cvx_alloc (f->n_blocks, sizeof *list);
  to.x = cvx_copy (s->x, f->n_var, sizeof *to.x);
  to.ax = cvx_copy (s->ax, f->n_obs, sizeof *to.ax);
  if (list == NULL || to.x == NULL || to.ax == NULL)
    st = cvx_fail_nomem (err, "a working set");
  for (size_t o = 0; st == CVX_OK && o < f->n_outputs; o++)
    {
      k = choose (s, f, o, list);
      st = solve_output (s, f, o, k, list, &to, progress, err);
      any += k;
    }
  if (st == CVX_OK && any > 0)
    {
      memcpy (s->x, to.x, f->n_var * sizeof *s->x);
      memcpy (s->ax, to.ax, f->n_obs * sizeof *s->ax);
      s->objective = to.objective;
    }
  if (st != CVX_OK)
    s->excess = excess;
  cvx_free (list);
  cvx_free (to.x);
  cvx_free (to.ax);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct cd *s = state;
  *out = (struct cvx_point){ .n_atoms = f->n_blocks, .x = s->x };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct cd *s = state;
  (void)f;
  out->dua_res = s->excess;
  out->raw = s->objective;
}

const struct cvx_solver cvxi_solver_cd = {
  .name = "cd",
  .summary = "working sets with coordinate descent and Newton's method",
  .rounds = true,
  .state_size = sizeof (struct cd),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .step = step,
  .point = point,
  .measures = measures,
};
