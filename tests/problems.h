/* problems.h -- small training problems for tests, awkward ones included.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_PROBLEMS_H
#define CVX_TESTS_PROBLEMS_H

#include "support.h"

#include <string.h>

#include "arrangement/patterns.h"
#include "base/alloc.h"
#include "formulation/formulation.h"

enum
{
  MAX_NUMBERS = 96
};

/* Kinds of problems.  */
enum problem_kind
{
  GENERIC,
  WITH_ONES,
  ZERO_ROWS,
  CONFLICT, /* duplicate, parallel and antiparallel rows, other labels */
  WIDE,     /* n < d */
  ONE_ROW,
  ONE_FEATURE,
  NO_X,
  NO_Y,
  SEVERAL, /* three outputs */
  N_KINDS
};

struct problem
{
  struct cvx_dataset data;
  struct cvx_patterns *patterns, *patches; /* of the rows, of their patches */
  double x[MAX_NUMBERS], y[MAX_NUMBERS];
};

static inline void
problem_set (struct problem *p, size_t n, size_t d)
{
  memset (&p->data, 0, sizeof p->data);
  p->data.n_features = d;
  p->data.n_outputs = 1;
  p->data.part[CVX_TRAIN].n = n;
  p->data.part[CVX_TRAIN].x = p->x;
  p->data.part[CVX_TRAIN].y = p->y;
  p->patterns = p->patches = NULL;
}

/* The patches that CLASS needs, in CONV, or NULL: pairs of neighbours.  */
static inline const struct cvx_conv *
problem_conv (const struct problem *p,
              const struct cvx_formulation_class *class, struct cvx_conv *conv)
{
  const size_t size[2] = { 1, p->data.n_features > 1 ? 2 : 1 };
  const size_t stride[2] = { 1, 1 };
  struct cvx_error err;
  if (strcmp (class->name, "linear-cnn") != 0 && !class->patches)
    return NULL;
  ck_assert_ok (cvx_conv_init (conv, p->data.n_features, NULL, size, stride,
                               false, &err),
                err);
  if (class->patches)
    conv->pool = CVX_POOL_AVERAGE;
  return conv;
}

static inline void
problem_patterns_of (struct cvx_patterns **out, const double *x, size_t n,
                     size_t d, size_t count)
{
  struct cvx_error err;
  cvx_patterns_free (*out);
  if (count == 0)
    ck_assert_ok (cvx_patterns_exact (out, x, n, d, 100000, 1, NULL, &err),
                  err);
  else
    ck_assert_ok (cvx_patterns_sample (out, x, n, d, count, 3, 0, NULL, &err),
                  err);
}

/* All patterns, or COUNT of them, and those of the patches.  */
static inline void
problem_patterns (struct problem *p, size_t count)
{
  const struct cvx_formulation_class *class = cvx_formulation_find (
      "relu-cnn");
  size_t n = p->data.part[CVX_TRAIN].n;
  struct cvx_conv conv;
  struct cvx_error err;
  double *rows;
  problem_patterns_of (&p->patterns, p->x, n, p->data.n_features, count);
  (void)problem_conv (p, class, &conv);
  ck_assert_ok (cvx_conv_rows (&conv, p->x, n, &rows, &err), err);
  problem_patterns_of (&p->patches, rows, n * conv.k, conv.h, count);
  cvx_free (rows);
}

static inline const struct cvx_patterns *
problem_patterns_for (const struct problem *p,
                      const struct cvx_formulation_class *class)
{
  return class->patches ? p->patches : p->patterns;
}

/* Give P the C outputs of random classes: one-hot rows.  */
static inline void
problem_onehot (struct problem *p, size_t c, struct cvx_rng *r)
{
  size_t n = p->data.part[CVX_TRAIN].n;
  p->data.n_outputs = c;
  memset (p->y, 0, sizeof p->y);
  for (size_t i = 0; i < n; i++)
    p->y[i * c + (i < c ? i : (size_t)cvx_rng_below (r, c))] = 1;
}

/* A problem of KIND; LABELS: y is -1 or 1.  */
static inline void
problem_random (struct problem *p, enum problem_kind kind, bool labels,
                struct cvx_rng *r)
{
  size_t n = 7, d = 3;
  if (kind == WIDE)
    n = 3;
  if (kind == WIDE)
    d = 5;
  if (kind == ONE_ROW)
    n = 1;
  if (kind == ONE_FEATURE)
    d = 1;
  problem_set (p, n, d);
  if (kind == SEVERAL)
    p->data.n_outputs = 3;
  for (size_t k = 0; k < n * d; k++)
    p->x[k] = kind == NO_X ? 0 : cvx_rng_normal (r);
  for (size_t i = 0; i < n * p->data.n_outputs; i++)
    {
      p->y[i] = kind == NO_Y ? 0 : cvx_rng_normal (r);
      if (labels)
        p->y[i] = i % 2 == 0 ? 1 : -1;
    }
  for (size_t i = 0; i < n; i++)
    {
      if (kind == WITH_ONES)
        p->x[i * d + d - 1] = 1;
      if (kind == ZERO_ROWS && i % 3 == 1)
        for (size_t j = 0; j < d; j++)
          p->x[i * d + j] = 0;
    }
  if (kind == CONFLICT)
    for (size_t j = 0; j < d; j++)
      {
        p->x[1 * d + j] = p->x[j];
        p->x[3 * d + j] = 2 * p->x[2 * d + j];
        p->x[5 * d + j] = -3 * p->x[4 * d + j];
      }
}

static inline void
problem_free (struct problem *p)
{
  cvx_patterns_free (p->patterns);
  cvx_patterns_free (p->patches);
}

/* The five points of the manual: T2 of the references.  */
static inline void
problem_five_points (struct problem *p)
{
  static const double y[5] = { 1, -1, 1, 1, -1 };
  problem_set (p, 5, 2);
  for (size_t i = 0; i < 5; i++)
    {
      p->x[2 * i] = (double)i - 2;
      p->x[2 * i + 1] = 1;
      p->y[i] = y[i];
    }
}

static inline struct cvx_formulation *
problem_formulation (const struct problem *p,
                     const struct cvx_formulation_class *class,
                     const struct cvx_loss *loss, double beta)
{
  struct cvx_formulation *f;
  struct cvx_error err;
  struct cvx_conv conv;
  struct cvx_formulation_options o = { .loss = loss,
                                       .loss_param = NAN,
                                       .beta = beta,
                                       .threads = 2,
                                       .all_threads = true };
  o.conv = problem_conv (p, class, &conv);
  ck_assert_ok (cvx_formulation_new (&f, class, &p->data,
                                     problem_patterns_for (p, class), &o,
                                     &err),
                err);
  return f;
}

static inline void
draw (struct cvx_rng *r, size_t n, double *x)
{
  for (size_t i = 0; i < n; i++)
    x[i] = cvx_rng_normal (r);
}

static inline double
inner (size_t n, const double *x, const double *y)
{
  double s = 0;
  for (size_t i = 0; i < n; i++)
    s += x[i] * y[i];
  return s;
}

#endif
