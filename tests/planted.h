/* planted.h -- samples of a planted network under sampled patterns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_PLANTED_H
#define CVX_TESTS_PLANTED_H

#include <string.h>

#include "formulation/formulation.h"
#include "support.h"

struct planted
{
  double *x, *y;
  struct cvx_dataset data;
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
};

static inline void
planted_open (struct planted *p, const char *class, const char *loss, size_t n,
              size_t d, size_t c, size_t count, double share)
{
  struct cvx_formulation_options o = { .loss = cvx_loss_find (loss),
                                       .loss_param = NAN,
                                       .beta = NAN,
                                       .threads = 2,
                                       .all_threads = true };
  struct cvx_error err;
  struct cvx_rng r;
  double betamax;
  memset (p, 0, sizeof *p);
  cvx_rng_init (&r, 11, 1);
  p->x = cvx_alloc (n, d * sizeof *p->x);
  p->y = cvx_alloc (n, c * sizeof *p->y);
  for (size_t i = 0; i < n * d; i++)
    p->x[i] = cvx_rng_normal (&r) / (double)(1 + i % d);
  for (size_t i = 0; i < n * c; i++)
    {
      double u = p->x[i / c * d] + (double)(i % c) * p->x[i / c * d + 1];
      p->y[i] = fmax (u, 0) + 0.2 * cvx_rng_normal (&r);
      if (o.loss->labels)
        p->y[i] = p->y[i] > 0.3 ? 1 : -1;
    }
  p->data.n_features = d;
  p->data.n_outputs = c;
  p->data.part[CVX_TRAIN].n = n;
  p->data.part[CVX_TRAIN].x = p->x;
  p->data.part[CVX_TRAIN].y = p->y;
  ck_assert_ok (
      cvx_patterns_sample (&p->patterns, p->x, n, d, count, 3, 0, NULL, &err),
      err);
  ck_assert_ok (cvx_formulation_new (&p->f, cvx_formulation_find (class),
                                     &p->data, p->patterns, &o, &err),
                err);
  ck_assert_ok (cvx_formulation_betamax (p->f, &betamax, NULL, &err), err);
  ck_assert_ok (cvx_formulation_set_beta (p->f, share * betamax, &err), err);
}

static inline void
planted_close (struct planted *p)
{
  cvx_formulation_free (p->f);
  cvx_patterns_free (p->patterns);
  cvx_free (p->x);
  cvx_free (p->y);
}

#endif
