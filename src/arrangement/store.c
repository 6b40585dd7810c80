/* store.c -- patterns in an archive.

   Members under PREFIX: `numbers' (11 unsigned integers in the order of
   `number' below), `bound' (one number), `bits' (n_patterns x n_words),
   `gate' (n_patterns x n_features; left out when there are none).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <string.h>

#include "arrangement/patterns.h"
#include "base/alloc.h"

enum number
{
  KIND,
  COMPLETE,
  N_SAMPLES,
  N_FEATURES,
  N_PATTERNS,
  N_HALF,
  COUNT,
  RANK,
  N_DRAWN,
  SEED,
  DATA_HASH,
  N_NUMBERS
};

enum
{
  NAME_BYTES = 256
};

static enum cvx_status
member_name (char *name, const char *prefix, const char *member,
             struct cvx_error *err)
{
  int len = snprintf (name, NAME_BYTES, "%s%s", prefix, member);
  if (len < 0 || len >= NAME_BYTES)
    return cvx_fail (err, CVX_E314, "the name %.40s... is too long", prefix);
  return CVX_OK;
}

static enum cvx_status
add (struct cvx_npz_writer *w, const char *prefix, const char *member,
     enum cvx_array_type type, size_t rows, size_t columns, const void *values,
     struct cvx_error *err)
{
  char name[NAME_BYTES];
  size_t shape[2] = { rows, columns };
  enum cvx_status status = member_name (name, prefix, member, err);
  if (status != CVX_OK)
    return status;
  return cvx_npz_add (w, name, type, columns == 0 ? 1 : 2, shape, values, err);
}

enum cvx_status
cvx_patterns_save (const struct cvx_patterns *p, struct cvx_npz_writer *w,
                   const char *prefix, struct cvx_error *err)
{
  const uint64_t number[N_NUMBERS]
      = { [KIND] = (uint64_t)p->kind,   [COMPLETE] = p->complete,
          [N_SAMPLES] = p->n_samples,   [N_FEATURES] = p->n_features,
          [N_PATTERNS] = p->n_patterns, [N_HALF] = p->n_half,
          [COUNT] = p->count,           [RANK] = p->rank,
          [N_DRAWN] = p->n_drawn,       [SEED] = p->seed,
          [DATA_HASH] = p->data_hash };
  enum cvx_status status
      = add (w, prefix, "numbers", CVX_ARRAY_U64, N_NUMBERS, 0, number, err);
  if (status == CVX_OK)
    status = add (w, prefix, "bound", CVX_ARRAY_F64, 1, 0, &p->bound, err);
  if (status == CVX_OK && p->bits != NULL)
    status = add (w, prefix, "bits", CVX_ARRAY_U64, p->n_patterns, p->n_words,
                  p->bits, err);
  if (status == CVX_OK && p->gate != NULL)
    status = add (w, prefix, "gate", CVX_ARRAY_F64, p->n_patterns,
                  p->n_features, p->gate, err);
  return status;
}

/* Member MEMBER with type TYPE and COUNT numbers, or NULL.  */
static const struct cvx_array *
find (const struct cvx_npz *z, const char *prefix, const char *member,
      enum cvx_array_type type, size_t count)
{
  char name[NAME_BYTES];
  const struct cvx_array *a;
  if (member_name (name, prefix, member, NULL) != CVX_OK)
    return NULL;
  a = cvx_npz_find (z, name);
  if (a == NULL || a->type != type || a->count != count)
    return NULL;
  return a;
}

/* Bits past the samples must be zero, and no pattern is.  */
static bool
bits_valid (const struct cvx_patterns *p)
{
  size_t tail = p->n_samples % 64;
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      uint64_t any = 0;
      for (size_t k = 0; k < p->n_words; k++)
        any |= p->bits[g * p->n_words + k];
      if (any == 0)
        return false;
      if (tail != 0 && p->bits[(g + 1) * p->n_words - 1] >> tail != 0)
        return false;
    }
  return true;
}

enum cvx_status
cvx_patterns_load (struct cvx_patterns **out, const struct cvx_npz *z,
                   const char *prefix, struct cvx_error *err)
{
  const struct cvx_array *a
      = find (z, prefix, "numbers", CVX_ARRAY_U64, N_NUMBERS),
      *bound = find (z, prefix, "bound", CVX_ARRAY_F64, 1), *bits, *gate;
  const uint64_t *number;
  struct cvx_patterns *p;
  size_t n_bits, n_gate;
  bool unstored;
  *out = NULL;
  if (a == NULL || bound == NULL)
    return cvx_fail (err, CVX_E314, "%snumbers or %sbound is missing", prefix,
                     prefix);
  number = a->values;
  if (number[KIND] > CVX_PATTERNS_GATES || number[COMPLETE] > 1
      || number[N_SAMPLES] > SIZE_MAX - 64
      || number[N_HALF] > number[N_PATTERNS]
      || number[COUNT] < number[N_PATTERNS]
      || !cvx_mul (number[N_PATTERNS], (number[N_SAMPLES] + 63) / 64, &n_bits)
      || !cvx_mul (number[N_PATTERNS], number[N_FEATURES], &n_gate))
    return cvx_fail (err, CVX_E314, "%snumbers is out of range", prefix);
  bits = find (z, prefix, "bits", CVX_ARRAY_U64, n_bits);
  gate = find (z, prefix, "gate", CVX_ARRAY_F64, n_gate);
  unstored = number[N_PATTERNS] == 0 && number[COMPLETE] != 0
             && number[KIND] == CVX_PATTERNS_EXACT;
  if ((bits == NULL && !unstored)
      || (gate == NULL && number[KIND] != CVX_PATTERNS_EXACT))
    return cvx_fail (err, CVX_E314, "%sbits or %sgate is missing", prefix,
                     prefix);
  p = cvx_calloc (1, sizeof *p);
  if (p == NULL)
    return cvx_fail_nomem (err, "loading patterns");
  p->kind = (enum cvx_patterns_kind)number[KIND];
  p->complete = number[COMPLETE] != 0;
  p->n_samples = number[N_SAMPLES];
  p->n_features = number[N_FEATURES];
  p->n_patterns = number[N_PATTERNS];
  p->n_words = (p->n_samples + 63) / 64;
  p->n_half = number[N_HALF];
  p->count = number[COUNT];
  p->rank = number[RANK];
  p->n_drawn = number[N_DRAWN];
  p->seed = number[SEED];
  p->data_hash = number[DATA_HASH];
  memcpy (&p->bound, bound->values, sizeof p->bound);
  if (unstored)
    {
      *out = p;
      return CVX_OK;
    }
  p->bits = cvx_copy (bits->values, n_bits, sizeof *p->bits);
  if (gate != NULL)
    p->gate = cvx_copy (gate->values, n_gate, sizeof *p->gate);
  if (p->bits == NULL || (gate != NULL && p->gate == NULL))
    {
      cvx_patterns_free (p);
      return cvx_fail_nomem (err, "loading patterns");
    }
  if (!bits_valid (p))
    {
      cvx_patterns_free (p);
      return cvx_fail (err, CVX_E314, "%sbits has impossible patterns",
                       prefix);
    }
  *out = p;
  return CVX_OK;
}
