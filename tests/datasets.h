/* datasets.h -- datasets that several tests use.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_DATASETS_H
#define CVX_TESTS_DATASETS_H

#include <string.h>

#include "data/dataset.h"
#include "files.h"
#include "support.h"

static inline const struct cvx_generator *
generator (const char *name)
{
  size_t k = 0;
  while (strcmp (cvx_generators[k]->name, name) != 0)
    k++;
  return cvx_generators[k];
}

static inline struct cvx_dataset *
generate (const char *name, struct cvx_generate_options o)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  ck_assert_ok (generator (name)->make (&d, &o, &err), err);
  return d;
}

/* Options with which every generator works.  */
static inline struct cvx_generate_options
usual (void)
{
  static const double px[] = { -2, -1, 0, 1, 2 }, py[] = { 1, -1, 1, 1, -1 };
  static const double freqs[] = { 1, 3 }, amps[] = { 2, -0.5 };
  return (struct cvx_generate_options){ .n = 60,
                                        .d = 8,
                                        .width = 3,
                                        .classes = 3,
                                        .noise = 0.1,
                                        .radius = 1,
                                        .flip = 0.1,
                                        .seed = 7,
                                        .n_points = 5,
                                        .px = px,
                                        .py = py,
                                        .n_freqs = 2,
                                        .freqs = freqs,
                                        .amps = amps };
}

/* Two labels, in training and validation rows, scaled.  */
static inline struct cvx_dataset *
everything (void)
{
  struct cvx_error err;
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d, *t;
  ck_assert_ok (cvx_dataset_read (&d, test_file ("text", "two-labels.csv"), &o,
                                  NULL, NULL, &err),
                err);
  ck_assert_ok (cvx_dataset_split (&t, d, 2, 0, 1, 1, false, &err), err);
  cvx_dataset_free (d);
  ck_assert_ok (cvx_dataset_scale (&d, t, CVX_SCALE_STANDARD, CVX_SCALE_NONE,
                                   NULL, &err),
                err);
  cvx_dataset_free (t);
  return d;
}

#endif
