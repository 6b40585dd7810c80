/* formulations.h -- every formulation on every kind of small problem.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_FORMULATIONS_H
#define CVX_TESTS_FORMULATIONS_H

#include "problems.h"

/* A formulation F of every class on every kind of problem P, with all
   patterns and with four of them, and random numbers R.  */
#define FOR_EACH(F, P, R)                                                     \
  for (size_t c_ = 0; cvx_formulations[c_] != NULL; c_++)                     \
    for (int kind_ = 0; kind_ < 2 * N_KINDS; kind_++)                         \
      for (struct cvx_formulation *F                                          \
           = begin (&(P), cvx_formulations[c_], kind_, NULL, &(R));           \
           F != NULL; F = end (&(P), F))

static inline struct cvx_formulation *
begin (struct problem *p, const struct cvx_formulation_class *class, int kind,
       const char *loss, struct cvx_rng *r)
{
  const struct cvx_loss *l = loss != NULL ? cvx_loss_find (loss) : NULL;
  cvx_rng_init (r, 11, (uint64_t)kind);
  problem_random (p, (enum problem_kind) (kind % N_KINDS),
                  l != NULL && l->labels, r);
  if (l != NULL && l->coupled)
    problem_onehot (p, 3, r);
  if (p->data.n_outputs > 1 && !class->vector)
    return NULL;
  problem_patterns (p, kind < N_KINDS ? 0 : 4);
  return problem_formulation (p, class, l, 0.3);
}

static inline struct cvx_formulation *
end (struct problem *p, struct cvx_formulation *f)
{
  cvx_formulation_free (f);
  problem_free (p);
  return NULL;
}

static inline double *
numbers (size_t n)
{
  double *x = calloc (n + 1, sizeof *x);
  ck_assert_ptr_nonnull (x);
  return x;
}

#endif
