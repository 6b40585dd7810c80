/* fista.c -- accelerated proximal gradient with adaptive restart.

     x+ = prox_{eta beta R} (z - eta A'l'(A z)),
     t+ = (1 + sqrt (1 + 4 t^2)) / 2,   z+ = x+ + ((t - 1) / t+) (x+ - x)

   Beck and Teboulle, SIAM J. Imaging Sciences 2 (2009), (4.1)-(4.3).  Restart
   when <z - x+, x+ - x> > 0: O'Donoghue and Candes, Found. Comput. Math. 15
   (2015), (13).  The step is searched (Mishkin, Sahiner and Pilanci 2022):
   accept when

     D = l(A x+) - l(A z) - <l'(A z), A (x+ - z)>  <=  ||x+ - z||^2 / (2 eta)

   and try a longer step next time when D leaves room.  The curvature along the
   way is usually far below the largest eigenvalue of A A', so this needs
   several times fewer iterations than a fixed step.  A x is kept with x, and
   A z follows by linearity: one product with A and one with A' an iteration.
   An accelerated step that would raise the objective is not taken; the next
   one starts without momentum.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <stdio.h>
#include <string.h>

/* Saved as counts.  */
enum event
{
  EVENT_NONE,
  EVENT_RESTART
};

struct fista
{
  double *x, *x_old;   /* iterate and the one before, n_var */
  double *ax, *ax_old; /* A times them, n_obs */
  double eta;          /* step to try next */
  double t, momentum;  /* t_k and (t_{k-1} - 1) / t_k */
  double objective;    /* l(A x) + beta R(x) */
  double residual;     /* ||x+ - z|| / eta over that of the first step */
  double residual0;
  uint64_t event;
  double *z, *grad, *x_new;          /* n_var */
  double *az, *nu, *ax_new, *nu_new; /* n_obs */
};

#define FIELD(NAME, KIND, LENGTH, SCRATCH)                                    \
  CVXI_FIELD (fista, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, SCRATCH)
static const struct cvx_field fields[] = { FIELD (x, ARRAY, VAR, false),
                                           FIELD (x_old, ARRAY, VAR, false),
                                           FIELD (ax, ARRAY, OBS, false),
                                           FIELD (ax_old, ARRAY, OBS, false),
                                           FIELD (eta, REAL, ONE, false),
                                           FIELD (t, REAL, ONE, false),
                                           FIELD (momentum, REAL, ONE, false),
                                           FIELD (objective, REAL, ONE, false),
                                           FIELD (residual, REAL, ONE, false),
                                           FIELD (residual0, REAL, ONE, false),
                                           FIELD (event, COUNT, ONE, false),
                                           FIELD (z, ARRAY, VAR, true),
                                           FIELD (grad, ARRAY, VAR, true),
                                           FIELD (x_new, ARRAY, VAR, true),
                                           FIELD (az, ARRAY, OBS, true),
                                           FIELD (nu, ARRAY, OBS, true),
                                           FIELD (ax_new, ARRAY, OBS, true),
                                           FIELD (nu_new, ARRAY, OBS, true),
                                           CVXI_FIELD_END };
#undef FIELD

static const char *
unsuited (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  if (s->precision != 0 && f->class->single == NULL)
    return "this formulation has no products in single precision";
  if (f->n_blocks == 0)
    return "the patterns are not stored; use interior";
  if (!f->loss->smooth)
    return "the loss has kinks and fista needs its gradient; use admm";
  return NULL;
}

/* D above, from the dual vectors nu = -l' at both ends.  The difference of
   values loses its digits when the points are close; the trapezoidal rule
   <l'(b) - l'(a), b - a> / 2 keeps them (and is exact for squares).  */
static double
curvature (const struct cvx_formulation *f, const struct fista *s)
{
  double by_gradient = 0, linear = 0, by_value, from, to;
  for (size_t i = 0; i < f->n_obs; i++)
    {
      double step = s->ax_new[i] - s->az[i];
      by_gradient += (s->nu[i] - s->nu_new[i]) * step;
      linear -= s->nu[i] * step;
    }
  by_gradient /= 2;
  from = cvxi_loss_value (f, s->az);
  to = cvxi_loss_value (f, s->ax_new);
  by_value = to - from - linear;
  if (by_value > 1e-8 * (fabs (from) + fabs (to)))
    return by_value;
  return by_gradient;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct fista *s = state;
  double num = 0, den = 0;
  enum cvx_status st = cvxi_point_dense (f, warm, s->x, err);
  (void)settings;
  if (st == CVX_OK)
    st = f->class->apply (f, s->x, s->ax, NULL);
  if (st != CVX_OK)
    return st;
  memcpy (s->x_old, s->x, f->n_var * sizeof *s->x);
  memcpy (s->ax_old, s->ax, f->n_obs * sizeof *s->ax);
  s->t = 1;
  /* A start outside the cones has no objective: the first step is free.  */
  s->objective
      = f->n_cone > 0 && warm != NULL
            ? CVX_INFINITY
            : cvxi_loss_value (f, s->ax) + cvx_formulation_penalty (f, s->x);
  /* First step: exact for a square along the gradient, so too long for the
     largest curvature; the search shortens it.  */
  cvxi_loss_dual (f, s->ax, s->nu);
  st = f->class->adjoint (f, s->nu, s->grad, NULL);
  if (st == CVX_OK)
    st = f->class->apply (f, s->grad, s->az, NULL);
  if (st != CVX_OK)
    return st;
  for (size_t i = 0; i < f->n_var; i++)
    num += s->grad[i] * s->grad[i];
  for (size_t i = 0; i < f->n_obs; i++)
    den += s->az[i] * s->az[i];
  s->eta = num > 0 && den > 0 ? num / den / f->loss->lipschitz : 1;
  return CVX_OK;
}

/* From z (and A z, and the gradient there) to x_new; s->eta is shortened until
   the model holds.  *SS is ||x_new - z||^2, *D the curvature term.  */
static enum cvx_status
search (struct fista *s, const struct cvx_formulation *f, double *penalty,
        double *ss, double *d, struct cvx_progress *progress)
{
  for (int tries = 0;; tries++)
    {
      enum cvx_status st;
      double model;
      for (size_t i = 0; i < f->n_var; i++)
        s->x_new[i] = s->z[i] + s->eta * s->grad[i];
      *penalty = f->beta
                 * cvx_formulation_prox (f, s->eta, s->x_new, s->x_new, true);
      st = f->class->apply (f, s->x_new, s->ax_new, progress);
      if (st != CVX_OK)
        return st;
      cvxi_loss_dual (f, s->ax_new, s->nu_new);
      *ss = 0;
      for (size_t i = 0; i < f->n_var; i++)
        {
          double step = s->x_new[i] - s->z[i];
          *ss += step * step;
        }
      *d = curvature (f, s);
      model = *ss / (2 * s->eta);
      if (*d <= model * (1 + 1e-10) || tries == 60)
        return CVX_OK;
      /* The step that the curvature just seen asks for, within reason; a nan
         leaves the step and reaches the driver.  */
      if (!(*d > 0))
        return CVX_OK;
      s->eta *= fmax (0.1, fmin (0.8, 0.95 * model / *d));
    }
}

static void
rotate (double **newest, double **middle, double **oldest)
{
  double *spare = *oldest;
  *oldest = *middle;
  *middle = *newest;
  *newest = spare;
}

static enum cvx_status
iterate (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *settings, struct cvx_progress *progress,
         struct cvx_error *err)
{
  struct fista *s = state;
  double eta = s->eta, penalty, ss, d, objective, uphill = 0, t;
  enum cvx_status st;
  for (size_t i = 0; i < f->n_var; i++)
    s->z[i] = s->x[i] + s->momentum * (s->x[i] - s->x_old[i]);
  for (size_t i = 0; i < f->n_obs; i++)
    s->az[i] = s->ax[i] + s->momentum * (s->ax[i] - s->ax_old[i]);
  cvxi_loss_dual (f, s->az, s->nu);
  st = f->class->adjoint (f, s->nu, s->grad, progress);
  if (st == CVX_OK)
    st = search (s, f, &penalty, &ss, &d, progress);
  if (st != CVX_OK)
    {
      s->eta = eta; /* as before the step */
      return st == CVX_INTERRUPTED ? cvx_fail_interrupted (err) : st;
    }
  s->residual = sqrt (ss) / s->eta;
  if (s->residual0 == 0)
    s->residual0 = s->residual;
  if (s->residual0 > 0)
    s->residual /= s->residual0;
  if (ss > 5 * 2 * s->eta * d)
    s->eta *= 1.25; /* the quadratic model is slack */
  objective = cvxi_loss_value (f, s->ax_new) + penalty;
  s->event = EVENT_NONE;
  if (s->momentum > 0
      && objective > s->objective + 4e-16 * fabs (s->objective))
    {
      s->event = EVENT_RESTART;
      s->t = 1;
      s->momentum = 0;
      return CVX_OK;
    }
  for (size_t i = 0; i < f->n_var; i++)
    uphill += (s->z[i] - s->x_new[i]) * (s->x_new[i] - s->x[i]);
  if (uphill > 0 && settings->restart != 0)
    {
      s->event = EVENT_RESTART;
      s->t = 1;
      s->momentum = 0;
    }
  else
    {
      t = (1 + sqrt (1 + 4 * s->t * s->t)) / 2;
      s->momentum = (s->t - 1) / t;
      s->t = t;
    }
  s->objective = objective;
  rotate (&s->x_new, &s->x, &s->x_old);
  rotate (&s->ax_new, &s->ax, &s->ax_old);
  return CVX_OK;
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *settings, struct cvx_progress *progress,
      struct cvx_error *err)
{
  enum cvx_status st = cvxi_precision (f, settings->precision != 0, err);
  if (st == CVX_OK)
    st = iterate (state, f, settings, progress, err);
  cvxi_precision_double (f);
  return st;
}

static void
point (const void *state, const struct cvx_formulation *f,
       struct cvx_point *out)
{
  const struct fista *s = state;
  *out = (struct cvx_point){ .n_atoms = f->n_blocks, .x = s->x };
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct fista *s = state;
  (void)f;
  out->dua_res = s->residual0 > 0 ? s->residual : nan ("");
  out->step = s->eta;
  out->raw = s->objective;
  snprintf (out->event, sizeof out->event, "%s",
            s->event == EVENT_RESTART ? "restart" : "");
}

const struct cvx_solver cvxi_solver_fista = {
  .name = "fista",
  .summary = "accelerated proximal gradient with restart and a searched step",
  .state_size = sizeof (struct fista),
  .fields = fields,
  .unsuited = unsuited,
  .init = init,
  .step = step,
  .point = point,
  .measures = measures,
};
