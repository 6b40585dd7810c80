/* screen.h -- blocks whose psi need not be computed; not installed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_SCREEN_H
#define CVX_FORMULATION_SCREEN_H

#include "formulation/formulation.h"

struct cvxi_screen;

/* For F, or NULL when it does not pay or its psi are not norms; CVX_NOMEM.  */
enum cvx_status cvxi_screen_new (struct cvxi_screen **out,
                                 const struct cvx_formulation *f,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_screen_free (struct cvxi_screen *s);
/* Bytes of one, and blocks that a product always takes, so that the digits of
   a block do not depend on those beside it.  */
double cvxi_screen_bytes (size_t n_blocks, size_t n_obs, size_t d);
size_t cvxi_screen_chunk (const struct cvxi_screen *s);

/* BOUND[g] >= psi_g (NU) as computed, infinite where nothing is known, and the
   largest psi of output k is at least LEAST[k].  */
void cvxi_screen_bounds (struct cvxi_screen *s,
                         const struct cvx_formulation *f, const double *nu,
                         double *bound, double *least);
/* PSI of all blocks at NU were computed, or only COUNT of them: after many
   the next time is for all.  */
void cvxi_screen_keep (struct cvxi_screen *s, const struct cvx_formulation *f,
                       const double *nu, const double *psi, size_t count);

#endif
