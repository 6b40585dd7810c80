/* positions.h -- ReLU CNNs with an output weight for every patch; not
   installed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_POSITIONS_H
#define CVX_FORMULATION_POSITIONS_H

#include "formulation/formulation.h"

/* Put the class of these networks in the place of F's, whose patches are in
   `patch_data'.  What `build' returns.  */
enum cvx_status cvxi_positions_build (struct cvx_formulation *f,
                                      struct cvx_error *err) CVX_MUST_CHECK;

#endif
