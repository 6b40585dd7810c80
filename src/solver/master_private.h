/* master_private.h -- the interior point iterate and its Newton equations.

   Shared by master.c (the method) and master_step.c (one direction) only.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_MASTER_PRIVATE_H
#define CVX_SOLVER_MASTER_PRIVATE_H

#include <math.h>

#include "solver/master.h"

/* From this many features on, blocks are for BLAS and LAPACK.  */
enum
{
  CVXI_MASTER_WIDE = 16
};

/* One sample's part of the dual objective: c nu - q nu^2 / 2 on [lo, hi], or
   the entropy of s = y nu.  */
struct cvxi_ipm_row
{
  double c, q, lo, hi;
};

struct cvxi_ipm
{
  const struct cvxi_master *m;
  size_t n, d, k, kd;
  bool entropy;
  struct cvxi_ipm_row *row;
  /* Cone rows of block g: start[g] .. start[g+1]-1 in cone_row; e slack, a
     multiplier.  */
  const size_t *start;
  const uint32_t *cone_row;
  double *e, *a, *de, *da, *ce;
  double *b;         /* n x kd: the columns of A */
  double *w, *t, *z; /* kd, k, kd */
  double *dw, *dt, *dz;
  double *rc; /* k x (d+1): right side of the cone equations */
  double *nu, *dnu, *zl, *zh, *dzl, *dzh, *rl, *rh;
  double *f;          /* n: A w + bias */
  double bias, dbias; /* 0 but with a free bias */
  double *edge;       /* n: the system's inverse times 1, with a free bias */
  double *s;          /* k x d x d: M^{-1} + G'Lambda G, then its factor */
  double *scale;      /* k x (d+2): eta and the scaling point */
  double *lambda;     /* k x (d+1) */
  double *h;          /* kd */
  double *system, *u; /* the matrix; kd x n */
  double *rhs, *diag; /* n */
  double *scratch;    /* 4 (d + 1) */
  double zero;        /* objective of the zero network */
  bool primal;        /* the system is in w */
  bool precise;       /* factor without forming matrices */
};

static inline double
cvxi_ipm_at (const struct cvxi_ipm *p, size_t i, size_t j)
{
  return p->m->x[i * p->d + j];
}

static inline bool
cvxi_ipm_bit (const struct cvxi_ipm *p, size_t g, size_t i)
{
  return p->m->bits[g * p->m->n_words + i / 64] >> (i % 64) & 1;
}

/* Barriers hold nu inside its box.  Entropy would by itself, but Newton's
   method for its logarithm runs into the ends, and steps get short.  */
static inline bool
cvxi_ipm_boxed (const struct cvxi_ipm *p, size_t i)
{
  return p->row[i].hi < HUGE_VAL;
}

/* 1'nu.  */
static inline double
cvxi_ipm_imbalance (const struct cvxi_ipm *p)
{
  double sum = 0;
  for (size_t i = 0; i < p->n; i++)
    sum += p->nu[i];
  return sum;
}

/* Derivative of the dual objective in nu_i and minus the second one.  */
double cvxi_ipm_slope (const struct cvxi_ipm *p, size_t i);
double cvxi_ipm_curve (const struct cvxi_ipm *p, size_t i);

/* f = A w + bias, and z = A'nu + G'a.  */
void cvxi_ipm_fit (struct cvxi_ipm *p);
void cvxi_ipm_dual_part (const struct cvxi_ipm *p, const double *nu,
                         const double *a, double *z);
/* z += G'a of blocks FROM .. TO - 1.  */
void cvxi_ipm_add_cone_adjoint (const struct cvxi_ipm *p, size_t from,
                                size_t to, const double *a, double *z);
/* A (d x d, lower half) = L L' in place; false when A is not positive.  */
bool cvxi_ipm_cholesky (double *a, size_t d);
/* Row C of G, of block G, times W.  */
double cvxi_ipm_cone_value (const struct cvxi_ipm *p, size_t g, size_t c,
                            const double *w);

/* Nesterov-Todd scaling at the iterate.  */
void cvxi_ipm_scaling (struct cvxi_ipm *p);
/* The right side of the equations for the centring SIGMA_MU; with CORRECT the
   second-order terms of the last direction.  */
void cvxi_ipm_right_side (struct cvxi_ipm *p, double sigma_mu, bool correct);
/* Build and factor the system of the scaling.  E387, CVX_NOMEM.  */
enum cvx_status cvxi_ipm_factor (struct cvxi_ipm *p,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* The direction of the right side.  */
void cvxi_ipm_direction (struct cvxi_ipm *p);

#endif
