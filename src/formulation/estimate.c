/* estimate.c -- the size of a formulation, and the threads that it is worth.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>

#include "formulation/private.h"
#include "linalg/threads.h"

enum cvx_status
cvx_formulation_estimate (const struct cvx_formulation_class *class,
                          size_t n_samples, size_t n_features,
                          size_t n_outputs, size_t n_patterns,
                          const struct cvx_conv *conv,
                          struct cvx_formulation_estimate *out,
                          struct cvx_error *err)
{
  if (n_samples == 0 || n_features == 0 || n_outputs == 0
      || (class->needs_patterns && n_patterns == 0))
    return cvx_fail (err, CVX_E341,
                     "an estimate needs rows, features, outputs and patterns");
  class->estimate (n_samples, n_features, n_outputs, n_patterns, conv, out);
  return CVX_OK;
}

/* Patterns that count.  */
static size_t
patterns_of (const struct cvx_patterns *p)
{
  if (p == NULL)
    return 1;
  return p->bits != NULL ? p->n_patterns : (size_t)fmin (p->bound, 1e12);
}

/* A projection onto a cone of m rows takes about d steps of 4 m d flops.  */
void
cvxi_formulation_threads (struct cvx_formulation *f,
                          const struct cvx_formulation_options *o)
{
  double d = (double)(f->patterns != NULL ? f->patterns->n_features
                                          : f->n_features);
  struct cvx_formulation_estimate e;
  f->most_threads = o->threads > 0 ? o->threads : cvx_blas_threads (0);
  f->threads = f->most_threads;
  if (o->all_threads || f->threads == 1)
    return;
  f->class->estimate (f->n_samples, f->n_features, f->n_outputs,
                      patterns_of (f->patterns),
                      f->conv.d > 0 ? &f->conv : NULL, &e);
  f->threads
      = cvx_threads_worth (e.flops + 4 * e.n_cone * d * d, f->most_threads);
}
