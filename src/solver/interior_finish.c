/* interior_finish.c -- the last digits of solver interior.

   A step of the interior point method ends with weights near those of an
   optimum of the cells at work; Newton's method on the neurons among them
   (reduced.h) takes them there.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/interior_private.h"
#include "solver/reduced.h"

static double
objective (const struct cvxi_interior_work *w, double *fit)
{
  const struct cvx_formulation *f = w->f;
  size_t d = w->d;
  double norms = 0;
  memset (fit, 0, f->n_obs * sizeof *fit);
  for (size_t g = 0; g < w->k; g++)
    {
      const double *v = w->w + g * d;
      double norm = cblas_dnrm2 ((blasint)d, v, 1);
      if (norm == 0)
        continue;
      norms += norm;
      for (size_t i = 0; i < f->n_samples; i++)
        fit[i * f->n_outputs + cvxi_interior_output (w->sign[g])]
            += (w->sign[g] < 0 ? -1 : 1)
               * fmax (0, cblas_ddot ((blasint)d, w->x + i * d, 1, v, 1));
    }
  return f->loss->value (fit, f->y, f->n_samples, f->n_outputs, f->loss_param)
         + f->beta * norms;
}

/* A formulation over the cells at work alone, for Newton's method; cell g is
   its pattern PATTERN[g].  The patterns and DATA are borrowed by *F.  */
static enum cvx_status
small_formulation (const struct cvxi_interior_work *w,
                   struct cvx_dataset *data, struct cvx_patterns *p,
                   size_t *pattern, struct cvx_formulation **f,
                   struct cvx_error *err)
{
  struct cvx_formulation_options options = { .loss = w->f->loss,
                                             .loss_param = w->f->loss_param,
                                             .beta = w->f->beta,
                                             .threads = w->f->most_threads };
  *data = *w->f->data;
  data->n_features = w->d;
  data->part[CVX_TRAIN].x = (double *)w->x; /* read only */
  memset (p, 0, sizeof *p);
  p->kind = CVX_PATTERNS_GATES;
  p->n_samples = w->f->n_samples;
  p->n_features = w->d;
  p->n_words = w->n_words;
  p->bits = cvx_alloc (w->k, w->n_words * sizeof *p->bits);
  p->gate = cvx_calloc (w->k, w->d * sizeof *p->gate);
  if (p->bits == NULL || p->gate == NULL)
    return cvx_fail_nomem (err, "finishing");
  for (size_t g = 0; g < w->k; g++)
    {
      const uint64_t *bits = w->bits + g * w->n_words;
      size_t i = 0;
      while (
          i < p->n_patterns
          && memcmp (p->bits + i * w->n_words, bits, w->n_words * sizeof *bits)
                 != 0)
        i++;
      if (i == p->n_patterns)
        memcpy (p->bits + p->n_patterns++ * w->n_words, bits,
                w->n_words * sizeof *bits);
      pattern[g] = i;
    }
  p->count = p->n_patterns;
  return cvx_formulation_new (f,
                              w->f->class->unstored != NULL
                                  ? w->f->class
                                  : cvx_formulation_find ("relu"),
                              data, p, &options, err);
}

enum cvx_status
cvxi_interior_finish (struct cvxi_interior_work *w,
                      struct cvx_progress *progress, struct cvx_error *err)
{
  size_t d = w->d;
  struct cvx_dataset data;
  struct cvx_patterns patterns;
  struct cvx_formulation *f = NULL;
  struct cvxi_reduced *r = NULL;
  size_t *pattern = cvx_alloc (w->k, sizeof *pattern);
  double *fit = cvx_alloc (w->f->n_obs, sizeof *fit), largest = 0, before;
  double least = w->enter != NULL ? 1e-13 : 1e-5;
  enum cvx_status st = CVX_OK;
  memset (&patterns, 0, sizeof patterns);
  if (pattern == NULL || fit == NULL)
    st = cvx_fail_nomem (err, "finishing");
  if (st == CVX_OK)
    st = small_formulation (w, &data, &patterns, pattern, &f, err);
  if (st == CVX_OK)
    st = cvxi_reduced_new (&r, f, err);
  for (size_t g = 0; g < w->k; g++)
    largest = fmax (largest, cblas_dnrm2 ((blasint)d, w->w + g * d, 1));
  for (size_t g = 0; st == CVX_OK && g < w->k; g++)
    if (cblas_dnrm2 ((blasint)d, w->w + g * d, 1) > least * largest)
      st = cvxi_reduced_add (r,
                             cvxi_interior_block (f, pattern[g], w->sign[g]),
                             w->w + g * d, least, err);
  if (st == CVX_OK)
    cvxi_reduced_update (r);
  for (size_t g = 0; st == CVX_OK && w->enter != NULL && g < w->k; g++)
    {
      const double *u = w->enter + g * d;
      bool entered;
      if (cblas_dnrm2 ((blasint)d, u, 1) > 0)
        st = cvxi_reduced_enter (
            r, cvxi_interior_block (f, pattern[g], w->sign[g]), u, &entered,
            err);
    }
  if (st == CVX_OK)
    {
      before = objective (w, fit);
      st = cvxi_reduced_solve (r, progress, err);
      if (st == CVX_OK && r->objective <= before)
        {
          memset (w->w, 0, w->k * d * sizeof *w->w);
          for (size_t j = 0; j < r->n_pieces; j++)
            for (size_t g = 0; g < w->k; g++)
              if (cvxi_interior_block (f, pattern[g], w->sign[g])
                  == r->piece[j].block)
                memcpy (w->w + g * d, r->piece[j].w, d * sizeof *w->w);
          memcpy (w->nu, r->nu, w->f->n_obs * sizeof *w->nu);
        }
      else if (st == CVX_NUMERIC)
        st = CVX_OK; /* the interior point solution stays */
    }
  cvxi_reduced_free (r);
  cvx_formulation_free (f);
  cvx_free (patterns.bits);
  cvx_free (patterns.gate);
  cvx_free (pattern);
  cvx_free (fit);
  return st;
}
