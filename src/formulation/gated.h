/* gated.h -- the program of gated networks under its penalties; not installed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_GATED_H
#define CVX_FORMULATION_GATED_H

#include "formulation/group_l1.h"

/* The classes that take the place of `gated' for other penalties.  */
extern const struct cvx_formulation_class cvxi_gated_l1, cvxi_gated_l2,
    cvxi_gated_feature;

void cvxi_gated_estimate (size_t n_samples, size_t n_features,
                          size_t n_outputs, size_t n_patterns,
                          const struct cvx_conv *conv,
                          struct cvx_formulation_estimate *out);
bool cvxi_gated_holds (const struct cvx_formulation *f,
                       const struct cvx_network *net);
/* POINT has the neurons as blocks.  */
enum cvx_status cvxi_gated_decode (const struct cvx_formulation *f,
                                   const struct cvx_point *point, double drop,
                                   struct cvx_network **net,
                                   struct cvx_error *err) CVX_MUST_CHECK;
/* PENALTY stands after beta, or PENALTIES when there are several outputs.  */
void cvxi_gated_describe (const struct cvx_formulation *f, bool tex,
                          const char *penalty, const char *penalties,
                          struct cvx_text *out);

#endif
