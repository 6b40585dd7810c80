/* fourier.c -- the discrete Fourier transform of real vectors, by FFTW.

   Frigo and Johnson, Proceedings of the IEEE 93 (2005): O(d log d) for every
   d, primes too.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/fourier.h"

#include <limits.h>
#include <string.h>

#include <fftw3.h>

#include "base/alloc.h"

struct cvx_fourier
{
  size_t d;
  fftw_plan forward, inverse;
  double *real;          /* d */
  fftw_complex *complex; /* d/2 + 1 */
};

enum cvx_status
cvx_fourier_new (struct cvx_fourier **out, size_t d, struct cvx_error *err)
{
  struct cvx_fourier *f;
  *out = NULL;
  if (d == 0 || d > INT_MAX)
    return cvx_fail (err, CVX_E331, "a transform of length %zu is too large",
                     d);
  f = cvx_calloc (1, sizeof *f);
  if (f == NULL)
    return cvx_fail_nomem (err, "planning a Fourier transform");
  f->d = d;
  f->real = cvx_alloc (d, sizeof *f->real);
  f->complex = cvx_alloc (d / 2 + 1, sizeof *f->complex);
  if (f->real != NULL && f->complex != NULL)
    {
      f->forward
          = fftw_plan_dft_r2c_1d ((int)d, f->real, f->complex, FFTW_ESTIMATE);
      f->inverse
          = fftw_plan_dft_c2r_1d ((int)d, f->complex, f->real, FFTW_ESTIMATE);
    }
  if (f->forward == NULL || f->inverse == NULL)
    {
      cvx_fourier_free (f);
      return cvx_fail_nomem (err, "planning a Fourier transform");
    }
  *out = f;
  return CVX_OK;
}

void
cvx_fourier_free (struct cvx_fourier *f)
{
  if (f == NULL)
    return;
  if (f->forward != NULL)
    fftw_destroy_plan (f->forward);
  if (f->inverse != NULL)
    fftw_destroy_plan (f->inverse);
  cvx_free (f->real);
  cvx_free (f->complex);
  cvx_free (f);
}

void
cvx_fourier_forward (struct cvx_fourier *f, const double *w, double *what)
{
  memcpy (f->real, w, f->d * sizeof *w);
  fftw_execute (f->forward);
  memcpy (what, f->complex, (f->d / 2 + 1) * sizeof *f->complex);
}

void
cvx_fourier_inverse (struct cvx_fourier *f, const double *what, double *w)
{
  memcpy (f->complex, what, (f->d / 2 + 1) * sizeof *f->complex);
  f->complex[0][1] = 0;
  if (f->d % 2 == 0)
    f->complex[f->d / 2][1] = 0;
  fftw_execute (f->inverse);
  for (size_t i = 0; i < f->d; i++)
    w[i] = f->real[i] / (double)f->d;
}
