/* patterns.c -- what all sets of patterns share: bound, hash, index, freeing.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/patterns.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "arrangement/index.h"
#include "arrangement/lines.h"
#include "base/alloc.h"

double
cvx_patterns_bound (size_t n, size_t rank)
{
  double sum = 0, term = 1;
  if (n == 0 || rank == 0)
    return 1; /* one cell, not a pair */
  for (size_t k = 0; k < rank && k < n; k++)
    {
      sum += term;
      term *= (double)(n - 1 - k) / (double)(k + 1);
    }
  return 2 * sum;
}

uint64_t
cvx_patterns_data_hash (const double *x, size_t n, size_t d)
{
  uint64_t shape[2] = { n, d };
  return XXH3_64bits_withSeed (x, n * d * sizeof *x,
                               XXH3_64bits (shape, sizeof shape));
}

enum cvx_status
cvx_patterns_estimate (const double *x, size_t n, size_t d,
                       struct cvx_patterns_estimate *out,
                       struct cvx_error *err)
{
  struct cvxi_lines *lines;
  enum cvx_status status = cvxi_lines_group (&lines, x, n, d, err);
  if (status != CVX_OK)
    return status;
  out->rank = lines->rank;
  out->n_lines = lines->n_lines;
  out->bound = cvx_patterns_bound (lines->n_lines, lines->rank);
  out->bytes = out->bound * 8 * ((double)lines->n_words + (double)d);
  cvxi_lines_free (lines);
  return CVX_OK;
}

void
cvx_patterns_free (struct cvx_patterns *p)
{
  if (p == NULL)
    return;
  cvx_free (p->bits);
  cvx_free (p->gate);
  cvx_free (p);
}

/* ---- Index: open addressing, linear probing. ---- */

struct slot
{
  uint32_t number; /* of the pattern, plus 1; 0: empty */
  uint32_t tag;    /* high half of the hash */
};

enum
{
  CLEARED = 1 << 20 /* slots at a time */
};

struct cvx_pattern_index
{
  const uint64_t *bits;
  size_t n_words, mask;
  struct slot *slot;
};

static uint64_t
hash_bits (const uint64_t *bits, size_t n_words)
{
  return XXH3_64bits (bits, n_words * sizeof *bits);
}

enum cvx_status
cvxi_pattern_index_sized (struct cvx_pattern_index **out, const uint64_t *bits,
                          size_t n_words, size_t capacity,
                          struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_pattern_index *index;
  size_t size = 16, cleared = 0;
  *out = NULL;
  if (capacity >= UINT32_MAX)
    return cvx_fail (err, CVX_E312, "%zu patterns are too many to index",
                     capacity);
  while (size < 2 * capacity)
    size *= 2;
  index = cvx_calloc (1, sizeof *index);
  if (index != NULL)
    index->slot = cvx_alloc (size, sizeof *index->slot);
  if (index == NULL || index->slot == NULL)
    {
      cvx_free (index);
      return cvx_fail_nomem (err, "indexing patterns");
    }
  /* In parts: the table may have gigabytes, and Ctrl-C is not to wait.  */
  while (cleared < size && !cvx_aborted (progress))
    {
      size_t part = size - cleared < CLEARED ? size - cleared : CLEARED;
      memset (index->slot + cleared, 0, part * sizeof *index->slot);
      cleared += part;
    }
  if (cleared < size)
    {
      cvx_pattern_index_free (index);
      return cvx_fail_interrupted (err);
    }
  index->bits = bits;
  index->n_words = n_words;
  index->mask = size - 1;
  *out = index;
  return CVX_OK;
}

/* The slot of BITS, whose hash is H, or the empty slot where it belongs.  */
static struct slot *
find_slot (const struct cvx_pattern_index *index, const uint64_t *bits,
           uint64_t h)
{
  size_t k = h & index->mask;
  for (;; k = (k + 1) & index->mask)
    {
      struct slot *slot = &index->slot[k];
      if (slot->number == 0
          || (slot->tag == (uint32_t)(h >> 32)
              && memcmp (index->bits
                             + (size_t)(slot->number - 1) * index->n_words,
                         bits, index->n_words * sizeof *bits)
                     == 0))
        return slot;
    }
}

bool
cvxi_pattern_index_add (struct cvx_pattern_index *index, size_t g)
{
  const uint64_t *bits = index->bits + g * index->n_words;
  uint64_t h = hash_bits (bits, index->n_words);
  struct slot *slot = find_slot (index, bits, h);
  if (slot->number != 0)
    return false;
  *slot = (struct slot){ (uint32_t)(g + 1), (uint32_t)(h >> 32) };
  return true;
}

enum cvx_status
cvx_pattern_index_new (struct cvx_pattern_index **out,
                       const struct cvx_patterns *p, struct cvx_error *err)
{
  enum cvx_status status = cvxi_pattern_index_sized (out, p->bits, p->n_words,
                                                     p->n_patterns, NULL, err);
  for (size_t g = 0; status == CVX_OK && g < p->n_patterns; g++)
    cvxi_pattern_index_add (*out, g);
  return status;
}

size_t
cvx_pattern_index_find (const struct cvx_pattern_index *index,
                        const uint64_t *bits)
{
  const struct slot *slot
      = find_slot (index, bits, hash_bits (bits, index->n_words));
  return slot->number == 0 ? SIZE_MAX : (size_t)slot->number - 1;
}

void
cvx_pattern_index_free (struct cvx_pattern_index *index)
{
  if (index == NULL)
    return;
  cvx_free (index->slot);
  cvx_free (index);
}

enum cvx_status
cvx_patterns_unstored (struct cvx_patterns **out, const double *x, size_t n,
                       size_t d, double max_count, int threads,
                       struct cvx_progress *progress, struct cvx_error *err)
{
  struct cvx_patterns_estimate e;
  struct cvx_patterns *p;
  enum cvx_status status = cvx_patterns_estimate (x, n, d, &e, err);
  size_t count = 0;
  *out = NULL;
  if (status == CVX_OK && e.bound <= max_count)
    status = cvx_patterns_count (&count, x, n, d, threads, progress, err);
  if (status != CVX_OK)
    return status;
  p = cvx_calloc (1, sizeof *p);
  if (p == NULL)
    return cvx_fail_nomem (err, "describing the patterns");
  p->kind = CVX_PATTERNS_EXACT;
  p->complete = true;
  p->n_samples = n;
  p->n_features = d;
  p->n_words = (n + 63) / 64;
  p->count = count;
  p->bound = e.bound;
  p->rank = e.rank;
  p->data_hash = cvx_patterns_data_hash (x, n, d);
  *out = p;
  return CVX_OK;
}
