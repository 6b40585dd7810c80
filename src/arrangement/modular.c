/* modular.c -- linear algebra modulo the prime 2^61 - 1.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/modular.h"

static const uint64_t P = ((uint64_t)1 << 61) - 1;

__extension__ typedef unsigned __int128 uint128;

static uint64_t
mul_mod (uint64_t a, uint64_t b)
{
  uint128 c = (uint128)a * b;
  uint64_t s = (uint64_t)(c & P) + (uint64_t)(c >> 61);
  return s >= P ? s - P : s;
}

static uint64_t
sub_mod (uint64_t a, uint64_t b)
{
  return a >= b ? a - b : a + P - b;
}

static uint64_t
inverse_mod (uint64_t a)
{
  uint64_t result = 1, e = P - 2;
  for (; e > 0; e >>= 1, a = mul_mod (a, a))
    if (e & 1)
      result = mul_mod (result, a);
  return result;
}

size_t
cvxi_reduce_mod (uint64_t *v, const uint64_t *basis, const size_t *pivot,
                 size_t count, size_t len)
{
  size_t c = 0;
  for (size_t k = 0; k < count; k++)
    {
      uint64_t f = v[pivot[k]];
      if (f != 0)
        for (size_t j = 0; j < len; j++)
          v[j] = sub_mod (v[j], mul_mod (f, basis[k * len + j]));
    }
  while (c < len && v[c] == 0)
    c++;
  if (c < len)
    {
      uint64_t f = inverse_mod (v[c]);
      for (size_t j = 0; j < len; j++)
        v[j] = mul_mod (v[j], f);
    }
  return c;
}

uint64_t
cvxi_to_mod (double integer)
{
  int64_t v = (int64_t)integer;
  return v >= 0 ? (uint64_t)v : P - (uint64_t)-v;
}
