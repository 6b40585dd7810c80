/* scan.c -- one pass over the features: hash, and are they plain numbers?

   The sum of squares answers the second question with one product and one sum
   per number: it is below 1e200 exactly when no number is NaN or infinite and
   none, nor all of them together, is as large as 1e100.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/scan.h"

/* For the state of the hash in a struct.  */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "base/alloc.h"

struct cvxi_scan
{
  XXH3_state_t state;
  bool plain;
  size_t n, n_outputs;
};

bool
cvxi_scan_plain (const double *x, size_t count)
{
  enum
  {
    LANES = 16
  };
  double sum[LANES] = { 0 }, all = 0;
  size_t k = 0;
  for (; k + LANES <= count; k += LANES)
    for (size_t j = 0; j < LANES; j++)
      sum[j] += x[k + j] * x[k + j];
  for (; k < count; k++)
    all += x[k] * x[k];
  for (size_t j = 0; j < LANES; j++)
    all += sum[j];
  return all < 1e200;
}

struct cvxi_scan *
cvxi_scan_begin (size_t n, size_t n_features, size_t n_outputs)
{
  struct cvxi_scan *s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return NULL;
  s->n = n;
  s->n_outputs = n_outputs;
  s->plain = true;
  XXH3_64bits_reset_withSeed (
      &s->state, cvxi_hash_count (n, cvxi_hash_sizes (n_features, n_outputs)));
  return s;
}

void
cvxi_scan_add (struct cvxi_scan *s, const double *x, size_t count, bool plain)
{
  XXH3_64bits_update (&s->state, x, count * sizeof *x);
  s->plain = s->plain && plain;
}

void
cvxi_scan_end (struct cvxi_scan *s, struct cvxi_found *found)
{
  if (s == NULL)
    return;
  *found = (struct cvxi_found){ .known = true,
                                .n = s->n,
                                .n_outputs = s->n_outputs,
                                .plain = s->plain,
                                .hash = XXH3_64bits_digest (&s->state) };
  cvx_free (s);
}

void
cvxi_scan_rows (const struct cvx_dataset *d, struct cvxi_found *found)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  struct cvxi_scan *s = cvxi_scan_begin (p->n, d->n_features, d->n_outputs);
  enum
  {
    BLOCK = 16 << 10 /* numbers that stay in the cache */
  };
  size_t count = p->n * d->n_features;
  found->known = false;
  for (size_t k = 0; k < count && s != NULL; k += BLOCK)
    {
      size_t len = count - k < BLOCK ? count - k : BLOCK;
      cvxi_scan_add (s, p->x + k, len, cvxi_scan_plain (p->x + k, len));
    }
  cvxi_scan_end (s, found);
}
