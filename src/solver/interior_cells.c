/* interior_cells.c -- the cells of solver interior, in its state and at work.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/interior_private.h"

void
cvxi_interior_work_free (struct cvxi_interior_work *w)
{
  cvx_free (w->bits);
  cvx_free (w->sign);
  cvx_free (w->start);
  cvx_free (w->facet);
  cvx_free (w->w);
  cvx_free (w->slack);
  cvx_free (w->nu);
  cvx_free (w->c);
  cvx_free (w->enter);
  cvx_cone_work_free (w->cone);
}

enum cvx_status
cvxi_interior_work_new (struct cvxi_interior_work *w,
                        const struct cvxi_interior *s,
                        const struct cvx_formulation *f, size_t more,
                        struct cvx_error *err)
{
  size_t d, n = f->n_samples, facets = s->facet.len;
  memset (w, 0, sizeof *w);
  w->f = f;
  w->d = d = cvx_pricer_coordinates (f->pricer, &w->x, &w->map);
  if (d == f->n_features)
    {
      w->x = f->x;
      w->map = NULL;
    }
  w->n_words = cvxi_interior_words (f);
  w->cap = s->k + more;
  w->facet_cap = facets + 1024;
  w->bits = cvx_alloc (w->cap, w->n_words * sizeof *w->bits);
  w->sign = cvx_alloc (w->cap, sizeof *w->sign);
  w->start = cvx_alloc (w->cap + 1, sizeof *w->start);
  w->facet = cvx_alloc (w->facet_cap, sizeof *w->facet);
  w->w = cvx_calloc (w->cap, d * sizeof *w->w);
  w->slack = cvx_calloc (w->cap, sizeof *w->slack);
  w->nu = cvx_copy (s->nu, f->n_obs, sizeof *w->nu);
  w->c = cvx_alloc (d, sizeof *w->c);
  if (f->loss->coupled)
    w->enter = cvx_calloc (w->cap, d * sizeof *w->enter);
  if (w->bits == NULL || w->sign == NULL || w->start == NULL
      || w->facet == NULL || w->w == NULL || w->slack == NULL || w->nu == NULL
      || w->c == NULL || (f->loss->coupled && w->enter == NULL))
    return cvx_fail_nomem (err, "pricing");
  w->start[0] = 0;
  return cvx_cone_work_new (&w->cone, d, n, err);
}

static enum cvx_status
facet_room (struct cvxi_interior_work *w, size_t more, struct cvx_error *err)
{
  size_t used = w->start[w->k], cap = w->facet_cap;
  uint32_t *grown;
  if (used + more <= cap)
    return CVX_OK;
  while (cap < used + more)
    cap *= 2;
  grown = cvx_grow (w->facet, used, cap, sizeof *grown);
  if (grown == NULL)
    return cvx_fail_nomem (err, "pricing");
  w->facet = grown;
  w->facet_cap = cap;
  return CVX_OK;
}

void
cvxi_interior_to_rank (const struct cvxi_interior_work *w, const double *v,
                       double *to)
{
  if (w->map == NULL)
    memcpy (to, v, w->d * sizeof *v);
  else
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)w->d,
                 (blasint)w->f->n_features, 1, w->map,
                 (blasint)w->f->n_features, v, 1, 0, to, 1);
}

/* TO (features) from V (rank).  */
static void
from_rank (const struct cvxi_interior_work *w, const double *v, double *to)
{
  if (w->map == NULL)
    memcpy (to, v, w->d * sizeof *v);
  else
    cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)w->d,
                 (blasint)w->f->n_features, 1, w->map,
                 (blasint)w->f->n_features, v, 1, 0, to, 1);
}

enum cvx_status
cvxi_interior_recall (struct cvxi_interior_work *w,
                      const struct cvxi_interior *s, size_t output,
                      struct cvx_error *err)
{
  size_t d = w->f->n_features;
  double largest = 0, least = w->f->loss->coupled ? 0 : 1e-7;
  /* When only digits are missing, cells that merely might matter cost the
     interior point method the last of them.  */
  double loose = (s->tol < 1e-9 ? 1e-3 : 0.05) * w->f->beta;
  enum cvx_status status = CVX_OK;
  for (size_t g = 0; g < s->k; g++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)d, s->w.p + g * d, 1));
  for (size_t g = 0; status == CVX_OK && g < s->k; g++)
    {
      size_t first = s->start.p[g], n = s->start.p[g + 1] - first;
      const double *v = s->w.p + g * d;
      if (s->sign.p[g] / 2 != output)
        continue;
      if (s->slack.p[g] > loose
          && cblas_dnrm2 ((blasint)d, v, 1) <= least * largest)
        continue;
      status = facet_room (w, n, err);
      if (status != CVX_OK)
        break;
      for (size_t i = 0; i < w->n_words; i++)
        w->bits[w->k * w->n_words + i] = s->bits.p[g * w->n_words + i];
      w->sign[w->k] = cvxi_interior_sign (s->sign.p[g]);
      for (size_t i = 0; i < n; i++)
        w->facet[w->start[w->k] + i] = (uint32_t)s->facet.p[first + i];
      cvxi_interior_to_rank (w, v, w->w + w->k * w->d);
      w->slack[w->k] = s->slack.p[g];
      w->start[w->k + 1] = w->start[w->k] + n;
      w->k++;
    }
  return status;
}

enum cvx_status
cvxi_interior_add (struct cvxi_interior_work *w, const double *u, int sign,
                   size_t *added, struct cvx_error *err)
{
  size_t n = w->f->n_samples, count;
  uint64_t *bits = w->bits + w->k * w->n_words;
  enum cvx_status status = cvx_cell_near (w->x, n, w->d, u, bits, w->c, err);
  if (status != CVX_OK)
    return status;
  for (size_t g = 0; g < w->k; g++)
    if (w->sign[g] == sign
        && memcmp (w->bits + g * w->n_words, bits, w->n_words * sizeof *bits)
               == 0)
      return CVX_OK;
  status = facet_room (w, n, err);
  if (status == CVX_OK)
    status = cvx_cell_facets (w->x, n, w->d, bits, w->c,
                              w->facet + w->start[w->k], &count, w->cone, err);
  if (status != CVX_OK)
    return status;
  w->sign[w->k] = sign;
  w->start[w->k + 1] = w->start[w->k] + count;
  w->k++;
  (*added)++;
  return CVX_OK;
}

void
cvxi_interior_name (struct cvxi_interior *s, const struct cvx_formulation *f)
{
  size_t n_words = cvxi_interior_words (f);
  for (size_t g = 0; g < s->k; g++)
    {
      size_t i = SIZE_MAX;
      s->output[g] = cvxi_interior_sign (s->sign.p[g]);
      if (s->index != NULL && s->block != NULL)
        i = cvx_pattern_index_find (s->index, s->bits.p + g * n_words);
      if (i == SIZE_MAX)
        {
          cvx_free (s->block);
          s->block = NULL;
        }
      else
        s->block[g] = cvxi_interior_block (f, i, s->output[g]);
    }
}

enum cvx_status
cvxi_interior_keep (struct cvxi_interior *s,
                    const struct cvxi_interior_work *w, struct cvx_error *err)
{
  size_t d = w->f->n_features, k = w->k, facets = w->start[k];
  int *output = cvx_alloc (k, sizeof *output);
  size_t *block = cvx_alloc (k, sizeof *block);
  enum cvx_status st = output != NULL && block != NULL
                           ? CVX_OK
                           : cvx_fail_nomem (err, "keeping cells");
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->bits, k * w->n_words, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->sign, k, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->start, k + 1, err);
  if (st == CVX_OK)
    st = cvx_indices_reserve (&s->facet, facets, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->w, k * d, err);
  if (st == CVX_OK)
    st = cvx_vector_reserve (&s->slack, k, err);
  if (st != CVX_OK)
    {
      cvx_free (output);
      cvx_free (block);
      return st;
    }
  s->k = k;
  s->bits.len = k * w->n_words;
  s->sign.len = s->slack.len = k;
  s->start.len = k + 1;
  s->facet.len = facets;
  s->w.len = k * d;
  for (size_t i = 0; i < s->bits.len; i++)
    s->bits.p[i] = w->bits[i];
  for (size_t g = 0; g < k; g++)
    s->sign.p[g] = 2 * cvxi_interior_output (w->sign[g]) + (w->sign[g] > 0);
  memcpy (s->start.p, w->start, (k + 1) * sizeof *w->start);
  for (size_t i = 0; i < facets; i++)
    s->facet.p[i] = w->facet[i];
  for (size_t g = 0; g < k; g++)
    from_rank (w, w->w + g * w->d, s->w.p + g * d);
  if (k > 0)
    memcpy (s->slack.p, w->slack, k * sizeof *w->slack);
  memcpy (s->nu, w->nu, w->f->n_obs * sizeof *w->nu);
  cvx_free (s->output);
  cvx_free (s->block);
  s->output = output;
  s->block = block;
  cvxi_interior_name (s, w->f);
  return CVX_OK;
}
