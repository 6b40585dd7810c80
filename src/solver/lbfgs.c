/* lbfgs.c -- L-BFGS on the non-convex problem, all samples at once.

   Two-loop recursion with the last 10 pairs (Nocedal and Wright 2006,
   algorithm 7.4) and the weak Wolfe line search by bisection of Lewis and
   Overton (Math. Program. 141, 2013, algorithm 2.6), which does not need a
   smooth function: the ReLU bends.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "solver/train.h"

enum
{
  MEMORY = 10,
  SEARCH_MAX = 50
};

struct lbfgs
{
  struct cvx_vector theta, gate, gradient;
  struct cvx_vector steps, changes; /* MEMORY x len, rings */
  uint64_t width, pairs;            /* pairs: ever stored */
  double value, step, size, size0;  /* size: of the gradient */
  struct cvxi_train_work *work;
  double *direction; /* len */
};

#define FIELD(NAME, KIND, LENGTH)                                             \
  CVXI_FIELD (lbfgs, NAME, CVX_FIELD_##KIND, CVX_LEN_##LENGTH, false)
static const struct cvx_field fields[]
    = { FIELD (theta, VECTOR, FREE),    FIELD (gate, VECTOR, FREE),
        FIELD (gradient, VECTOR, FREE), FIELD (steps, VECTOR, FREE),
        FIELD (changes, VECTOR, FREE),  FIELD (width, COUNT, ONE),
        FIELD (pairs, COUNT, ONE),      FIELD (value, REAL, ONE),
        FIELD (step, REAL, ONE),        FIELD (size, REAL, ONE),
        FIELD (size0, REAL, ONE),       CVXI_FIELD_END };
#undef FIELD

static double
dot (size_t n, const double *a, const double *b)
{
  return cblas_ddot ((blasint)n, a, 1, b, 1);
}

/* The objective at THETA and its gradient.  */
static double
objective (struct lbfgs *t, const struct cvx_formulation *f,
           const double *theta, double *gradient)
{
  double loss = cvxi_train_loss (f, t->width, theta,
                                 t->gate.len > 0 ? t->gate.p : NULL,
                                 f->n_samples, f->x, f->y, gradient, t->work);
  return loss
         + f->beta
               * cvxi_train_decay (f, t->width, t->theta.len, theta, f->beta,
                                   gradient);
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *s, struct cvx_error *err)
{
  struct lbfgs *t = state;
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t len = t->width * (z.d + z.c);
  (void)s;
  if (t->width == 0 || t->theta.len != len || t->gradient.len != len
      || t->steps.len != MEMORY * len || t->changes.len != MEMORY * len
      || (t->gate.len != 0 && t->gate.len != t->width * z.d))
    return cvx_fail (err, CVX_E410, "the saved weights do not fit together");
  cvxi_train_work_free (t->work);
  cvx_free (t->direction);
  t->work = NULL;
  t->direction = cvx_alloc (len, sizeof *t->direction);
  if (t->direction == NULL)
    return cvx_fail_nomem (err, "training");
  return cvxi_train_work_new (&t->work, f, t->width, f->n_samples, err);
}

static enum cvx_status
reserve (struct cvx_vector *v, size_t len, struct cvx_error *err)
{
  enum cvx_status st = cvx_vector_reserve (v, len, err);
  if (st == CVX_OK)
    {
      v->len = len;
      memset (v->p, 0, len * sizeof *v->p);
    }
  return st;
}

static enum cvx_status
init (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *s, const struct cvx_point *warm,
      struct cvx_error *err)
{
  struct lbfgs *t = state;
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = z.d, width = cvxi_train_width (s, warm), len = width * (d + z.c);
  bool gated = f->class->activation == CVX_ACT_GATED;
  enum cvx_status st = reserve (&t->theta, len, err);
  t->width = width;
  if (st == CVX_OK && gated)
    st = reserve (&t->gate, width * d, err);
  if (st == CVX_OK)
    st = reserve (&t->gradient, len, err);
  if (st == CVX_OK)
    st = reserve (&t->steps, MEMORY * len, err);
  if (st == CVX_OK)
    st = reserve (&t->changes, MEMORY * len, err);
  if (st == CVX_OK)
    st = cvxi_train_start (f, s, width, warm, t->theta.p,
                           gated ? t->gate.p : NULL, err);
  if (st == CVX_OK)
    st = restore (t, f, s, err);
  if (st != CVX_OK)
    return st;
  t->value = objective (t, f, t->theta.p, t->gradient.p);
  t->size = t->size0 = cblas_dnrm2 ((blasint)len, t->gradient.p, 1);
  return CVX_OK;
}

/* direction = - H gradient.  */
static void
two_loops (struct lbfgs *t)
{
  size_t len = t->theta.len, n = t->pairs < MEMORY ? t->pairs : MEMORY;
  double alpha[MEMORY], scale = 1;
  memcpy (t->direction, t->gradient.p, len * sizeof *t->direction);
  for (size_t k = 0; k < n; k++)
    {
      size_t at = (t->pairs - 1 - k) % MEMORY * len;
      const double *s = t->steps.p + at, *y = t->changes.p + at;
      double sy = dot (len, s, y);
      alpha[k] = dot (len, s, t->direction) / sy;
      cblas_daxpy ((blasint)len, -alpha[k], y, 1, t->direction, 1);
      if (k == 0)
        scale = sy / dot (len, y, y);
    }
  if (n == 0)
    scale = t->size > 0 ? 1 / t->size : 1;
  cblas_dscal ((blasint)len, -scale, t->direction, 1);
  for (size_t k = n; k-- > 0;)
    {
      size_t at = (t->pairs - 1 - k) % MEMORY * len;
      const double *s = t->steps.p + at, *y = t->changes.p + at;
      double b = -dot (len, y, t->direction) / dot (len, s, y);
      cblas_daxpy ((blasint)len, b - alpha[k], s, 1, t->direction, 1);
    }
}

static enum cvx_status
step (void *state, const struct cvx_formulation *f,
      const struct cvx_settings *s, struct cvx_progress *progress,
      struct cvx_error *err)
{
  struct lbfgs *t = state;
  struct cvxi_train_work *w = t->work;
  size_t len = t->theta.len;
  double low = 0, high = CVX_INFINITY, a = 1, slope, value = t->value;
  double *s_new, *y_new, sy;
  bool better = false;
  (void)s;
  two_loops (t);
  slope = dot (len, t->direction, t->gradient.p);
  if (!(slope < 0)) /* the memory misleads: steepest descent */
    {
      t->pairs = 0;
      two_loops (t);
      slope = dot (len, t->direction, t->gradient.p);
    }
  for (int k = 0; k < SEARCH_MAX && slope < 0; k++)
    {
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      memcpy (w->save, t->theta.p, len * sizeof *w->save);
      cblas_daxpy ((blasint)len, a, t->direction, 1, w->save, 1);
      value = objective (t, f, w->save, w->first);
      if (!(value <= t->value + 1e-4 * a * slope))
        high = a;
      else if (dot (len, t->direction, w->first) < 0.9 * slope)
        {
          low = a;
          better = true;
        }
      else
        {
          better = true;
          break;
        }
      a = isfinite (high) ? (low + high) / 2 : 2 * a;
    }
  if (!(value < t->value)) /* the last trial was one too far */
    {
      better = better && low > 0;
      if (better)
        {
          memcpy (w->save, t->theta.p, len * sizeof *w->save);
          cblas_daxpy ((blasint)len, low, t->direction, 1, w->save, 1);
          value = objective (t, f, w->save, w->first);
          a = low;
        }
    }
  if (!better)
    {
      t->pairs = 0; /* next time along the gradient */
      t->step = 0;
      return CVX_OK;
    }
  s_new = t->steps.p + t->pairs % MEMORY * len;
  y_new = t->changes.p + t->pairs % MEMORY * len;
  for (size_t i = 0; i < len; i++)
    {
      s_new[i] = w->save[i] - t->theta.p[i];
      y_new[i] = w->first[i] - t->gradient.p[i];
    }
  sy = dot (len, s_new, y_new);
  if (sy > 1e-12 * cblas_dnrm2 ((blasint)len, s_new, 1)
               * cblas_dnrm2 ((blasint)len, y_new, 1))
    t->pairs++;
  else
    t->pairs = 0; /* the oldest pair was overwritten */
  memcpy (t->theta.p, w->save, len * sizeof *w->save);
  memcpy (t->gradient.p, w->first, len * sizeof *w->first);
  t->value = value;
  t->step = a;
  t->size = cblas_dnrm2 ((blasint)len, t->gradient.p, 1);
  return CVX_OK;
}

static enum cvx_status
network (const void *state, const struct cvx_formulation *f,
         struct cvx_network **net, struct cvx_error *err)
{
  const struct lbfgs *t = state;
  return cvxi_train_network (f, t->width, t->theta.p,
                             t->gate.len > 0 ? t->gate.p : NULL, net, err);
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct lbfgs *t = state;
  (void)f;
  out->raw = t->value;
  out->step = t->step;
  out->dua_res = t->size0 > 0 ? t->size / t->size0 : 0;
}

static void
destroy (void *state)
{
  struct lbfgs *t = state;
  cvxi_train_work_free (t->work);
  cvx_free (t->direction);
}

const struct cvx_solver cvxi_solver_lbfgs = {
  .name = "lbfgs",
  .summary = "L-BFGS with all samples at once",
  .state_size = sizeof (struct lbfgs),
  .fields = fields,
  .unsuited = cvxi_train_unsuited,
  .init = init,
  .restore = restore,
  .step = step,
  .network = network,
  .measures = measures,
  .flops = cvxi_train_flops,
  .destroy = destroy,
};
