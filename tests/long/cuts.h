/* cuts.h -- cutting planes, a method of its own to compare solvers with.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_CUTS_H
#define CVX_TESTS_CUTS_H

#include <stdbool.h>

#include "formulation/formulation.h"

/* Losses whose conjugate is linear or quadratic on a box.  */
bool cuts_suits (const struct cvx_formulation *f);

/* Objective and bound of F, certified, to the relative gap TOL if cuts are
   found for that; CVX_NOMEM and the errors of a certificate.  */
enum cvx_status cuts_solve (const struct cvx_formulation *f, double tol,
                            struct cvx_certificate *cert,
                            struct cvx_error *err) CVX_MUST_CHECK;

#endif
