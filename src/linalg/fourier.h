/* fourier.h -- the discrete Fourier transform of real vectors.

   what_k = sum_l w_l exp (-2 pi i k l / d), not normalised, k = 0 .. d/2: the
   others are conjugates.  Spectra are d/2 + 1 pairs (real, imaginary).  Plans
   are made with ESTIMATE, so that they are the same in every run.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_FOURIER_H
#define CVX_LINALG_FOURIER_H

#include <stddef.h>

#include "base/error.h"

struct cvx_fourier;

/* Transforms of length D >= 1, the caller's.  Planning is not for two threads
   at once; one thread at a time uses a plan.  CVX_NOMEM; E331 when D is too
   large for the library.  */
enum cvx_status cvx_fourier_new (struct cvx_fourier **out, size_t d,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void cvx_fourier_free (struct cvx_fourier *f);

/* WHAT (2 (d/2 + 1) numbers) of W (d).  */
void cvx_fourier_forward (struct cvx_fourier *f, const double *w,
                          double *what);
/* W (d) of WHAT, divided by d: the inverse of `forward'.  The imaginary parts
   at 0 and, for even d, at d/2 do not count.  */
void cvx_fourier_inverse (struct cvx_fourier *f, const double *what,
                          double *w);

#endif
