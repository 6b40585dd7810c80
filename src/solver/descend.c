/* descend.c -- proximal gradient steps of the lengths of Barzilai and Borwein.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/descend.h"

#include <string.h>

#include <cblas.h>

#include "solver/state.h"

/* The length of the steepest descent along S->grad, for the first step; 0 when
   there is none.  */
static double
first_length (struct cvxi_descend *s, const struct cvx_formulation *f,
              struct cvx_progress *progress)
{
  double num = cblas_ddot ((blasint)f->n_var, s->grad, 1, s->grad, 1), curve;
  if (f->class->apply (f, s->grad, s->trial, progress) != CVX_OK)
    return 0;
  curve = cblas_ddot ((blasint)f->n_obs, s->trial, 1, s->trial, 1);
  return num > 0 && curve > 0 ? num / curve / f->loss->lipschitz : 0;
}

enum cvx_status
cvxi_descend (struct cvxi_descend *s, const struct cvx_formulation *f,
              int steps, double stop, struct cvx_progress *progress,
              struct cvx_error *err)
{
  double eta = 0;
  for (int it = 0; it < steps; it++)
    {
      double now = 0, ss = 0, curve = 0, before = s->objective;
      cvxi_loss_dual (f, s->fit, s->nu);
      if (f->class->adjoint (f, s->nu, s->grad, progress) != CVX_OK)
        return cvx_fail_interrupted (err);
      if (it == 0)
        eta = first_length (s, f, progress);
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      if (!(eta > 0))
        return CVX_OK;
      for (int tries = 0; tries < 30; tries++, eta *= 0.5)
        {
          double norm;
          for (size_t i = 0; i < f->n_var; i++)
            s->change[i] = s->x[i] + eta * s->grad[i];
          norm = cvx_formulation_prox (f, eta, s->change, s->next, true);
          if (f->class->apply (f, s->next, s->trial, progress) != CVX_OK)
            return cvx_fail_interrupted (err);
          now = cvxi_loss_value (f, s->trial) + f->beta * norm;
          if (now <= before)
            break;
        }
      if (!(now <= before))
        return CVX_OK;
      for (size_t i = 0; i < f->n_var; i++)
        {
          double change = s->next[i] - s->x[i];
          ss += change * change;
        }
      cvxi_loss_dual (f, s->trial, s->nu_next);
      for (size_t i = 0; i < f->n_obs; i++)
        curve += (s->nu[i] - s->nu_next[i]) * (s->trial[i] - s->fit[i]);
      memcpy (s->x, s->next, f->n_var * sizeof *s->x);
      memcpy (s->fit, s->trial, f->n_obs * sizeof *s->fit);
      s->objective = now;
      if (!(curve > 0) || before - now <= stop * now)
        break;
      eta = ss / curve;
    }
  return CVX_OK;
}
