/* ustep.h -- the linear systems of alternating directions.

   Internal to the solver layer; used by admm.c.

     (I + k K) q = t,   K = A M^{-1} A'  (formulation.h),  for any k > 0

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_USTEP_H
#define CVX_SOLVER_USTEP_H

#include "solver/run.h"

/* How they are solved, see ustep.c.  */
enum cvxi_ustep_kind
{
  CVXI_USTEP_EIGEN,
  CVXI_USTEP_CHOLESKY,
  CVXI_USTEP_CG
};

struct cvxi_ustep;

/* The kind that SETTINGS ask for, or that suits the size of F.  */
enum cvxi_ustep_kind cvxi_ustep_choose (const struct cvx_formulation *f,
                                        const struct cvx_settings *settings);
/* The memory of a solver of KIND; RANK of its preconditioner, 0: the default.
   CVX_NOMEM.  Nothing is computed yet.  */
enum cvx_status cvxi_ustep_new (struct cvxi_ustep **out,
                                const struct cvx_formulation *f,
                                enum cvxi_ustep_kind kind, size_t rank,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_ustep_free (struct cvxi_ustep *u);
/* Bytes of that.  */
double cvxi_ustep_bytes (size_t n_samples, size_t n_outputs,
                         enum cvxi_ustep_kind kind, size_t rank);

/* Whether making K ready can take long enough for someone to interrupt it.  */
bool cvxi_ustep_long (const struct cvxi_ustep *u);
/* Make K ready, once.  CVX_INTERRUPTED: may be asked for again; E365.  */
enum cvx_status cvxi_ustep_prepare (struct cvxi_ustep *u,
                                    const struct cvx_formulation *f,
                                    struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;
/* The largest eigenvalue of K, or near it; once it is ready.  */
double cvxi_ustep_norm (const struct cvxi_ustep *u);

/* Q = (I + k K)^{-1} T (n_obs each; T is lost), to the relative residual TOL
   where that is not exact; Q is the first guess then.  WORK is n_var. Products
   made are in *PRODUCTS (may be NULL).  E374: not positive definite;
   CVX_INTERRUPTED: Q is undefined.  */
enum cvx_status cvxi_ustep_solve (struct cvxi_ustep *u,
                                  const struct cvx_formulation *f, double k,
                                  double tol, double *t, double *q,
                                  double *work, size_t *products,
                                  struct cvx_progress *progress,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Which kind it is and why, in words.  */
void cvxi_ustep_describe (const struct cvxi_ustep *u,
                          const struct cvx_formulation *f, char *buf,
                          size_t size);

#endif
