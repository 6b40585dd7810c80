/* rng.c -- Philox streams.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "base/rng.h"

#include <math.h>
#include <string.h>

#include <Random123/philox.h>

void
cvx_rng_init (struct cvx_rng *r, uint64_t seed, uint64_t stream)
{
  memset (r, 0, sizeof *r);
  r->seed = seed;
  r->stream = stream;
}

uint32_t
cvx_rng_u32 (struct cvx_rng *r)
{
  if (r->left == 0)
    {
      philox4x32_ctr_t c
          = { { (uint32_t)r->counter, (uint32_t)(r->counter >> 32),
                (uint32_t)r->stream, (uint32_t)(r->stream >> 32) } };
      philox4x32_key_t k
          = { { (uint32_t)r->seed, (uint32_t)(r->seed >> 32) } };
      c = philox4x32 (c, k);
      memcpy (r->block, c.v, sizeof r->block);
      r->counter++;
      r->left = 4;
    }
  return r->block[4 - r->left--];
}

uint64_t
cvx_rng_u64 (struct cvx_rng *r)
{
  uint64_t low = cvx_rng_u32 (r);
  return low | (uint64_t)cvx_rng_u32 (r) << 32;
}

double
cvx_rng_uniform (struct cvx_rng *r)
{
  return (double)(cvx_rng_u64 (r) >> 11) * 0x1p-53;
}

double
cvx_rng_normal (struct cvx_rng *r)
{
  double radius, angle;
  if (r->has_normal)
    {
      r->has_normal = 0;
      return r->spare;
    }
  radius = sqrt (-2 * log (1 - cvx_rng_uniform (r)));
  angle = 2 * 3.14159265358979323846 * cvx_rng_uniform (r);
  r->spare = radius * sin (angle);
  r->has_normal = 1;
  return radius * cos (angle);
}

uint64_t
cvx_rng_below (struct cvx_rng *r, uint64_t n)
{
  uint64_t reject = -n % n, u; /* 2^64 mod n */
  do
    u = cvx_rng_u64 (r);
  while (u < reject);
  return u % n;
}

void
cvx_rng_permutation (struct cvx_rng *r, size_t n, size_t *p)
{
  for (size_t i = 0; i < n; i++)
    {
      size_t j = (size_t)cvx_rng_below (r, i + 1);
      p[i] = p[j];
      p[j] = i;
    }
}
