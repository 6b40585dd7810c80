/* masked_tasks.h -- the tasks of masked.c in one precision; included there
   once for each, with REAL, NAME, GEMM, SUM and SPREAD set.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

/* One task of apply: samples of tile T, blocks FROM .. TO - 1, into OUT.  */
static void
NAME (apply_task) (const struct cvx_masked *m, size_t k, const size_t *list,
                   const void *in, size_t t, size_t from, size_t to,
                   void *result)
{
  const REAL *v = in, *x = m->matrix;
  double *out = result;
  int thread = cvx_thread_number ();
  size_t nt = cvxi_smaller (TILE, m->n - t * TILE), c = m->n_outputs, used;
  REAL *z = (REAL *)m->tile + (size_t)thread * BLOCK * TILE;
  REAL *f = (REAL *)m->sums + (size_t)thread * c * TILE;
  memset (f, 0, c * TILE * sizeof *f);
  for (size_t block = from; block < to; block++)
    {
      const uint64_t *const *rows;
      size_t first = block * BLOCK, nb = cvxi_smaller (BLOCK, k - first);
      GEMM (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)nb, (blasint)nt,
            (blasint)m->d, 1, v + first * m->d, (blasint)m->d,
            x + t * TILE * m->d, (blasint)m->d, 0, z, TILE);
      rows = mask_rows (m, thread, list, first, nb, t);
      for (size_t b = 0; b < nb; b += used)
        {
          size_t output;
          used = nb - b;
          output = output_of (m, list, first + b, &used);
          m->kernels->SUM (used, rows + b, cvxi_divide_up (nt, 64),
                           z + b * TILE, TILE, f + output * TILE);
        }
    }
  for (size_t i = 0; i < nt; i++)
    for (size_t o = 0; o < c; o++)
      out[i * c + o] = (double)f[o * TILE + i];
}

/* One task of the adjoint: rows of BLOCK, tiles FROM .. TO - 1, into OUT; R is
   that of M.  */
static void
NAME (adjoint_task) (const struct cvx_masked *m, size_t k, const size_t *list,
                     const void *in, size_t block, size_t from, size_t to,
                     void *result)
{
  const REAL *r = in, *x = m->matrix;
  REAL *out = result;
  int thread = cvx_thread_number ();
  REAL *w = (REAL *)m->tile + (size_t)thread * BLOCK * TILE;
  size_t first = block * BLOCK, nb = cvxi_smaller (BLOCK, k - first), used;
  size_t in_tiles = cvxi_divide_up (m->n, TILE) * TILE;
  for (size_t t = from; t < to; t++)
    {
      size_t nt = cvxi_smaller (TILE, m->n - t * TILE);
      const uint64_t *const *rows = mask_rows (m, thread, list, first, nb, t);
      for (size_t b = 0; b < nb; b += used)
        {
          size_t output;
          used = nb - b;
          output = output_of (m, list, first + b, &used);
          m->kernels->SPREAD (used, rows + b, cvxi_divide_up (nt, 64),
                              r + output * in_tiles + t * TILE, w + b * TILE,
                              TILE);
        }
      GEMM (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)nb,
            (blasint)m->d, (blasint)nt, 1, w, TILE, x + t * TILE * m->d,
            (blasint)m->d, t > from, out, (blasint)m->d);
    }
}

/* R of M from the numbers IN, one output after the other.  */
static void
NAME (take_residual) (const struct cvx_masked *m, const double *in)
{
  size_t c = m->n_outputs, in_tiles = cvxi_divide_up (m->n, TILE) * TILE;
  REAL *r = m->r;
  for (size_t i = 0; i < m->n; i++)
    for (size_t o = 0; o < c; o++)
      r[o * in_tiles + i] = (REAL)in[i * c + o];
}

#undef REAL
#undef NAME
#undef GEMM
#undef SUM
#undef SPREAD
