/* admm.c -- alternating directions with an exact or a nearly exact linear
   step.

     min l(z) + beta R(v) + 1{s >= 0}   s.t.  A u = z,  u = v,  G u = s

   scaled multipliers mu, lam, nu; penalties rho for u = v and G u = s, and
   rho kappa for A u = z (Bai, Gautam and Sojoudi 2022, algorithm 3.1, with the
   loss split off).  The squared loss needs no z: it stays with u.

     u   (M + k A'A) u = b + k A't,   M = I + G'G,
         b = v - lam + G'(s - nu),
         k = kappa, t = z - mu;       squared:  k = 1/rho, t = y
     v   prox_{beta/rho R} (u + lam),  s = (G u + nu)_+,
     z   prox_{l/(rho kappa)} (A u + mu)

   u-step by the identity of Woodbury.  With q = t - A u:

     (I + k K) q = t - A M^{-1} b,   K = A M^{-1} A',   u = M^{-1}(b + k A'q)

   K is the same for every output and joins none of them.  These systems are
   solved exactly or, when n is large, by conjugate gradients (ustep.c) to a
   part of the residuals seen last and of (1 + iteration)^-1.2, whose sum is
   finite: the method converges as if they were exact (Eckstein and Bertsekas,
   theorem 8; Zhao, Frangella and Udell, ICML 2022).  The last q is the first
   guess.  A u = t - q costs nothing (with a residual, as much as that).  s and
   nu are the positive and negative part of one vector w = G u + nu.

   Over-relaxation: Eckstein and Bertsekas, Math. Programming 55 (1992).
   Residual balancing: Boyd et al., Found. Trends Machine Learning 3 (2011),
   3.4.1, here with relative residuals, at intervals that grow, and stopped
   after a while, so that the convergence proof for fixed rho applies.

   The point shown is v: it has zero blocks, and decode projects it onto its
   cones.  u is never shown.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <stdio.h>
#include <string.h>

#include "solver/ustep.h"

enum
{
  ADAPT_FIRST = 10,  /* iterations before the first change of rho */
  ADAPT_LAST = 20000 /* none after this one */
};

struct admm
{
  double *v, *lam;   /* n_var */
  double *w;         /* n_cone: s - its negative part is nu */
  double *z, *mu;    /* n_obs */
  double *q;         /* n_obs: t - A u of the last step */
  double *guess;     /* n_obs: (I + k K)^{-1} of the last step */
  double rho, kappa; /* kappa 0: not known before the first step */
  double pri, dua;   /* relative residuals */
  uint64_t n_steps, next, interval;
  uint64_t changed;  /* rho changed in the last step */
  uint64_t products; /* of the last linear step */
  /* scratch */
  double *b, *u, *work;       /* n_var */
  double *gu;                 /* n_cone */
  double *obs, *coef, *z_old; /* n_obs */
  struct cvxi_ustep *ustep;
};

#define FIELD(NAME, KIND, LENGTH, SCRATCH)                                    \
  CVXI_FIELD (admm, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, SCRATCH)
static const struct cvx_field fields[] = {
  FIELD (v, ARRAY, VAR, false),       FIELD (lam, ARRAY, VAR, false),
  FIELD (w, ARRAY, CONE, false),      FIELD (z, ARRAY, OBS, false),
  FIELD (mu, ARRAY, OBS, false),      FIELD (q, ARRAY, OBS, false),
  FIELD (guess, ARRAY, OBS, false),   FIELD (rho, REAL, ONE, false),
  FIELD (kappa, REAL, ONE, false),    FIELD (pri, REAL, ONE, false),
  FIELD (dua, REAL, ONE, false),      FIELD (n_steps, COUNT, ONE, false),
  FIELD (next, COUNT, ONE, false),    FIELD (interval, COUNT, ONE, false),
  FIELD (changed, COUNT, ONE, false), FIELD (products, COUNT, ONE, false),
  FIELD (b, ARRAY, VAR, true),        FIELD (u, ARRAY, VAR, true),
  FIELD (work, ARRAY, VAR, true),     FIELD (gu, ARRAY, CONE, true),
  FIELD (obs, ARRAY, OBS, true),      FIELD (coef, ARRAY, OBS, true),
  FIELD (z_old, ARRAY, OBS, true),    CVXI_FIELD_END
};
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (f->class->solve_m == NULL
      || (cvxi_ustep_choose (f, s) != CVXI_USTEP_CG && f->class->gram == NULL))
    return "the formulation has no linear step for admm";
  return NULL;
}

/* Relative accuracy of the linear step: of the residuals, and at best.  */
static const double share = 0.1, least = 1e-13;

/* The squared loss is quadratic in u: no z.  */
static bool
is_squared (const struct cvx_formulation *f)
{
  return f->loss->base == NULL && strcmp (f->loss->name, "squared") == 0;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_error *err)
{
  struct admm *s = state;
  enum cvx_status st;
  if (s->ustep != NULL)
    return CVX_OK;
  st = cvxi_ustep_new (&s->ustep, f, cvxi_ustep_choose (f, settings),
                       (size_t)settings->sketch, err);
  /* What takes long waits for the first step, which can be interrupted.  */
  if (st == CVX_OK && !cvxi_ustep_long (s->ustep))
    st = cvxi_ustep_prepare (s->ustep, f, NULL, err);
  return st;
}

/* A scaled to unit norm in the metric of M.  */
static double
unit_kappa (const struct admm *s)
{
  return 1 / fmax (cvxi_ustep_norm (s->ustep), 1e-300);
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct admm *s = state;
  enum cvx_status st = cvxi_point_dense (f, warm, s->v, err);
  if (st == CVX_OK)
    st = f->class->apply (f, s->v, s->z, NULL);
  if (st == CVX_OK)
    st = restore (s, f, settings, err);
  if (st != CVX_OK)
    return st;
  if (f->n_cone > 0)
    {
      f->class->cone_apply (f, s->v, s->w);
      for (size_t i = 0; i < f->n_cone; i++)
        s->w[i] = fmax (s->w[i], 0);
    }
  f->loss->dual (s->z, f->y, f->n_samples, f->n_outputs, f->loss_param, s->q);
  memcpy (s->guess, s->q, f->n_obs * sizeof *s->q);
  s->rho = settings->rho;
  s->kappa = cvxi_ustep_long (s->ustep) ? 0 : unit_kappa (s);
  s->pri = s->dua = 1;
  s->next = ADAPT_FIRST;
  s->interval = ADAPT_FIRST;
  return CVX_OK;
}

/* ||a - b||^2 and the larger of ||a||^2 and ||b||^2, added up over parts.  */
struct norms
{
  double difference, a, b;
};

static void
norms_add (struct norms *n, double a, double b, double weight)
{
  n->difference += weight * (a - b) * (a - b);
  n->a += weight * a * a;
  n->b += weight * b * b;
}

/* u = M^{-1} (b + k A'q) into s->u and q into s->coef, from the state;
   nothing saved changes.  */
static enum cvx_status
linear_step (struct admm *s, const struct cvx_formulation *f, double kappa,
             size_t *products, struct cvx_progress *progress,
             struct cvx_error *err)
{
  bool squared = is_squared (f);
  double k = squared ? 1 / s->rho : kappa;
  double tol = fmin (pow (1 + (double)s->n_steps, -1.2),
                     share * sqrt (s->pri * s->dua));
  enum cvx_status st;
  memset (s->b, 0, f->n_var * sizeof *s->b);
  if (f->n_cone > 0)
    {
      for (size_t i = 0; i < f->n_cone; i++)
        s->gu[i] = fabs (s->w[i]); /* s - nu */
      f->class->cone_adjoint (f, s->gu, s->b);
    }
  for (size_t i = 0; i < f->n_var; i++)
    s->b[i] += s->v[i] - s->lam[i];
  f->class->solve_m (f, s->b, s->u);
  st = f->class->apply (f, s->u, s->obs, progress);
  if (st != CVX_OK)
    return st;
  for (size_t i = 0; i < f->n_obs; i++)
    s->obs[i] = (squared ? f->y[i] : s->z[i] - s->mu[i]) - s->obs[i];
  memcpy (s->coef, s->guess, f->n_obs * sizeof *s->coef);
  st = cvxi_ustep_solve (s->ustep, f, k, fmax (tol, least), s->obs, s->coef,
                         s->work, products, progress, err);
  if (st == CVX_OK)
    st = f->class->adjoint (f, s->coef, s->work, progress);
  if (st != CVX_OK)
    return st;
  for (size_t i = 0; i < f->n_var; i++)
    s->work[i] = s->b[i] + k * s->work[i];
  f->class->solve_m (f, s->work, s->u);
  if (f->n_cone > 0)
    f->class->cone_apply (f, s->u, s->gu);
  return CVX_OK;
}

/* Multipliers are scaled by their penalty: keep the multipliers.  */
static void
set_penalties (struct admm *s, const struct cvx_formulation *f, double rho,
               double kappa)
{
  double by = s->rho / rho, by_z = kappa > 0 ? by * s->kappa / kappa : by;
  for (size_t i = 0; i < f->n_var; i++)
    s->lam[i] *= by;
  for (size_t i = 0; i < f->n_cone; i++)
    if (s->w[i] < 0)
      s->w[i] *= by;
  for (size_t i = 0; i < f->n_obs; i++)
    s->mu[i] *= by_z;
  s->rho = rho;
  s->kappa = kappa;
}

/* The factor sqrt (pri / dua), at most 10 and at least 1/10; 1 when near 1 or
   when there is nothing to compare.  */
static double
balance (double pri, double dua)
{
  double by;
  if (!(pri > 0 && dua > 0))
    return 1;
  by = fmin (10, fmax (0.1, sqrt (pri / dua)));
  return by > 1.2 || by < 1 / 1.2 ? by : 1;
}

static double
relative (double difference, double a, double b)
{
  double size = fmax (a, b);
  return size > 0 ? sqrt (difference / size) : 0;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct admm *s = state;
  double alpha = settings->relax;
  bool squared = is_squared (f);
  struct norms pri = { 0, 0, 0 }, pri_z = { 0, 0, 0 };
  double moved = 0, duals = 0, moved_z = 0, duals_z = 0, kappa = s->kappa;
  size_t products = 0;
  enum cvx_status st = cvxi_ustep_prepare (s->ustep, f, progress, err);
  if (st == CVX_OK && !(kappa > 0))
    kappa = unit_kappa (s);
  if (st == CVX_OK)
    st = linear_step (s, f, kappa, &products, progress, err);
  if (st != CVX_OK)
    return st == CVX_INTERRUPTED ? cvx_fail_interrupted (err) : st;
  s->kappa = kappa;
  s->products = products;
  memcpy (s->guess, s->coef, f->n_obs * sizeof *s->guess);

  /* v and lam: work = u^ + lam with the relaxed u^, then its prox.  */
  for (size_t i = 0; i < f->n_var; i++)
    {
      s->b[i] = s->v[i]; /* the old v */
      s->work[i] = alpha * s->u[i] + (1 - alpha) * s->v[i] + s->lam[i];
    }
  cvx_formulation_prox (f, 1 / s->rho, s->work, s->v, false);
  for (size_t i = 0; i < f->n_var; i++)
    {
      double change = s->v[i] - s->b[i];
      s->lam[i] = s->work[i] - s->v[i];
      moved += change * change;
      duals += s->lam[i] * s->lam[i];
      norms_add (&pri, s->u[i], s->v[i], 1);
    }
  for (size_t i = 0; i < f->n_cone; i++)
    {
      double old = fmax (s->w[i], 0), nu = fmin (s->w[i], 0), now;
      s->w[i] = alpha * s->gu[i] + (1 - alpha) * old + nu;
      now = fmax (s->w[i], 0);
      moved += (now - old) * (now - old);
      duals += s->w[i] < 0 ? s->w[i] * s->w[i] : 0;
      norms_add (&pri, s->gu[i], now, 1);
    }
  if (squared)
    memcpy (s->q, s->coef, f->n_obs * sizeof *s->q);
  else
    {
      double t = 1 / (s->rho * s->kappa);
      for (size_t i = 0; i < f->n_obs; i++)
        {
          double au = s->z[i] - s->mu[i] - s->coef[i];
          s->z_old[i] = s->z[i];
          s->coef[i] = au;
          s->obs[i] = alpha * au + (1 - alpha) * s->z[i] + s->mu[i];
        }
      f->loss->prox (t, s->obs, f->y, f->n_samples, f->n_outputs,
                     f->loss_param, s->z);
      for (size_t i = 0; i < f->n_obs; i++)
        {
          double change = s->z[i] - s->z_old[i];
          s->mu[i] = s->obs[i] - s->z[i];
          s->q[i] = -s->mu[i] / t;
          moved_z += change * change;
          duals_z += s->mu[i] * s->mu[i];
          norms_add (&pri_z, s->coef[i], s->z[i], 1);
        }
    }
  s->pri = relative (pri.difference, pri.a, pri.b);
  s->dua = relative (moved, duals, 0);
  s->changed = 0;
  s->n_steps++;
  if (settings->adapt != 0 && s->n_steps == s->next
      && s->n_steps <= ADAPT_LAST)
    {
      double p = relative (pri_z.difference, pri_z.a, pri_z.b);
      double d = relative (moved_z, duals_z, 0);
      double by = balance (s->pri, s->dua);
      double by_z = squared ? 1 : balance (p, d);
      s->interval += (s->interval + 3) / 4;
      s->next += s->interval;
      if (by != 1 || by_z != 1)
        {
          s->changed = 1;
          set_penalties (s, f, fmin (1e12, fmax (1e-12, s->rho * by)),
                         s->kappa * by_z / by);
        }
    }
  if (!squared)
    {
      s->pri = fmax (s->pri, relative (pri_z.difference, pri_z.a, pri_z.b));
      s->dua = fmax (s->dua, relative (moved_z, duals_z, 0));
    }
  return CVX_OK;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct admm *s = state;
  *out = (struct cvx_point){ .n_atoms = f->n_blocks, .x = s->v, .nu = s->q };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct admm *s = state;
  (void)f;
  if (s->n_steps > 0)
    {
      out->pri_res = s->pri;
      out->dua_res = s->dua;
    }
  out->step = s->rho;
  if (s->changed)
    snprintf (out->event, sizeof out->event, "rho %.2g*", s->rho);
  else if (s->products > 0)
    snprintf (out->event, sizeof out->event, "%d products", (int)s->products);
}

static void
describe (const void *state, const struct cvx_formulation *f, char *buf,
          size_t size)
{
  const struct admm *s = state;
  cvxi_ustep_describe (s->ustep, f, buf, size);
}

static double
bytes (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  return cvxi_ustep_bytes (f->n_samples, f->n_outputs,
                           cvxi_ustep_choose (f, s), (size_t)s->sketch);
}

/* Of the factorisation.  */
static double
flops (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  double n = (double)f->n_samples;
  return cvxi_ustep_choose (f, s) == CVXI_USTEP_CG ? 0 : n * n * n / 3;
}

static void
destroy (void *state)
{
  struct admm *s = state;
  cvxi_ustep_free (s->ustep);
}

static enum cvx_status
tune (void *state, const struct cvx_formulation *f, const char *name,
      double value, struct cvx_error *err)
{
  struct admm *s = state;
  if (strcmp (name, "rho") != 0)
    return cvx_fail (err, CVX_E367, "admm cannot change %s during a run",
                     name);
  if (!(value >= 1e-12 && value <= 1e12))
    return cvx_fail (err, CVX_E361, "rho must be from 1e-12 to 1e12, got %g",
                     value);
  set_penalties (s, f, value, s->kappa);
  return CVX_OK;
}

const struct cvx_solver cvxi_solver_admm = {
  .name = "admm",
  .summary = "alternating directions with an exact linear step, or nearly so",
  .state_size = sizeof (struct admm),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .point = point,
  .measures = measures,
  .tune = tune,
  .describe = describe,
  .bytes = bytes,
  .flops = flops,
  .destroy = destroy,
};
