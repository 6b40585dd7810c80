/* screen.c -- blocks whose psi need not be computed.

   Without cones psi_g (nu) = ||A_g'nu||, so that from one pass over all blocks
   at nu_0

     psi_g (nu) <= psi_g (nu_0) + ||A_g|| ||nu - nu_0||,

   the gap-safe sphere (Ndiaye, Fercoq, Gramfort and Salmon, JMLR 18 (2017))
   with the distance that was moved for its radius.  Where this is at most beta
   and not the largest, neither the bound nor a working set asks for more: the
   block is not multiplied.  ||A_g|| <= ||X||, and with G = X'X

     ||X||^2 <= (trace G^8)^{1/8} <= d^{1/8} ||X||^2.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/screen.h"

#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "formulation/private.h"

enum
{
  LEAST = 128, /* blocks from which it pays */
  MANY = 1024,
  MAX_FEATURES = 1500, /* beyond, ||X|| is that of Frobenius */
  ROWS = 1024          /* of a product that makes X'X */
};

struct cvxi_screen
{
  size_t chunk;
  bool ready;   /* NU and PSI hold */
  double norm;  /* at least ||X||; 0: not known yet */
  double error; /* of PSI */
  double *nu, *psi;
  double *gram, *power; /* d x d */
};

enum cvx_status
cvxi_screen_new (struct cvxi_screen **out, const struct cvx_formulation *f,
                 struct cvx_error *err)
{
  struct cvxi_screen *s;
  size_t d = f->n_features;
  *out = NULL;
  if (f->class->block_norm == NULL || f->patterns == NULL || f->n_cone > 0
      || f->block_len != d || f->n_blocks < LEAST)
    return CVX_OK;
  s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return cvx_fail_nomem (err, "building the formulation");
  s->chunk = f->n_blocks < MANY ? 64 : 128;
  s->nu = cvx_alloc (f->n_obs, sizeof *s->nu);
  s->psi = cvx_alloc (f->n_blocks, sizeof *s->psi);
  if (d <= MAX_FEATURES)
    {
      s->gram = cvx_alloc (d, d * sizeof *s->gram);
      s->power = cvx_alloc (d, d * sizeof *s->power);
    }
  if (s->nu == NULL || s->psi == NULL
      || (d <= MAX_FEATURES && (s->gram == NULL || s->power == NULL)))
    {
      cvxi_screen_free (s);
      return cvx_fail_nomem (err, "building the formulation");
    }
  *out = s;
  return CVX_OK;
}

void
cvxi_screen_free (struct cvxi_screen *s)
{
  if (s == NULL)
    return;
  cvx_free (s->nu);
  cvx_free (s->psi);
  cvx_free (s->gram);
  cvx_free (s->power);
  cvx_free (s);
}

double
cvxi_screen_bytes (size_t n_blocks, size_t n_obs, size_t d)
{
  double square = d <= MAX_FEATURES ? 2 * (double)d * (double)d : 0;
  return n_blocks < LEAST ? 0
                          : 8 * ((double)n_blocks + (double)n_obs + square);
}

size_t
cvxi_screen_chunk (const struct cvxi_screen *s)
{
  return s->chunk;
}

/* POWER = GRAM^2, then they change places; the numbers are kept near 1.
   Returns the log of the factor that was taken out.  */
static double
square (struct cvxi_screen *s, size_t d)
{
  blasint n = (blasint)d;
  double *t = s->gram, size = cblas_dnrm2 (n * n, t, 1);
  if (!(size > 0))
    return 0;
  cblas_dscal (n * n, 1 / size, t, 1);
  cblas_dsymm (CblasRowMajor, CblasLeft, CblasLower, n, n, 1, t, n, t, n, 0,
               s->power, n);
  s->gram = s->power;
  s->power = t;
  return log (size);
}

/* At least ||X||, with room for rounding.  */
static void
find_norm (struct cvxi_screen *s, const struct cvx_formulation *f)
{
  size_t n = f->n_samples, d = f->n_features;
  double logs;
  s->norm = f->work->x_norm;
  if (s->gram == NULL || !(s->norm > 0))
    return;
  for (size_t first = 0; first < n; first += ROWS)
    {
      size_t rows = n - first < ROWS ? n - first : ROWS;
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)d,
                   (blasint)d, (blasint)rows, 1, f->x + first * d, (blasint)d,
                   f->x + first * d, (blasint)d, first > 0 ? 1 : 0, s->gram,
                   (blasint)d);
    }
  logs = 2 * square (s, d);          /* G^2 ... */
  logs = 2 * (logs + square (s, d)); /* and G^4 are exp (logs) times it */
  /* ||G^4|| = (trace G^8)^{1/2}.  */
  logs += log (cblas_dnrm2 ((blasint)(d * d), s->gram, 1));
  s->norm = fmin (s->norm, exp (logs / 8) * (1 + 1e-9));
}

void
cvxi_screen_bounds (struct cvxi_screen *s, const struct cvx_formulation *f,
                    const double *nu, double *bound, double *least)
{
  size_t c = f->n_outputs, each = f->n_blocks / c;
  double error;
  memset (least, 0, c * sizeof *least);
  if (!s->ready)
    {
      for (size_t g = 0; g < f->n_blocks; g++)
        bound[g] = HUGE_VAL;
      return;
    }
  if (s->norm == 0)
    find_norm (s, f);
  error = s->error + f->class->adjoint_error (f, nu);
  for (size_t k = 0; k < c; k++)
    {
      double sum = 0, moved;
      for (size_t i = k; i < f->n_obs; i += c)
        sum += (nu[i] - s->nu[i]) * (nu[i] - s->nu[i]);
      moved = s->norm * sqrt (sum) * (1 + 1e-9) + error;
      for (size_t g = k * each; g < (k + 1) * each; g++)
        {
          bound[g] = s->psi[g] + moved;
          least[k] = fmax (least[k], s->psi[g] - moved);
        }
    }
}

void
cvxi_screen_keep (struct cvxi_screen *s, const struct cvx_formulation *f,
                  const double *nu, const double *psi, size_t count)
{
  if (count < f->n_blocks)
    {
      s->ready = s->ready && count <= f->n_blocks / 2;
      return;
    }
  memcpy (s->nu, nu, f->n_obs * sizeof *nu);
  memcpy (s->psi, psi, f->n_blocks * sizeof *psi);
  s->error = f->class->adjoint_error (f, nu);
  s->ready = true;
}
