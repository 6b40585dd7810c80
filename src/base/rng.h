/* rng.h -- the one random number generator, counter based.

   Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) from Random123.  A
   stream is named by (seed, stream); drawing number k of a stream needs no
   numbers before it, so that gate g, drawn from stream g, is the same for any
   number of threads.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_RNG_H
#define CVX_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Plain data: may be copied, compared, saved.  */
struct cvx_rng
{
  uint64_t seed, stream; /* names the stream */
  uint64_t counter;      /* blocks drawn */
  uint32_t block[4];     /* the current block */
  uint32_t left;         /* numbers of it not yet used */
  uint32_t has_normal;   /* 1: SPARE holds a normal number */
  double spare;
};

void cvx_rng_init (struct cvx_rng *r, uint64_t seed, uint64_t stream);
uint32_t cvx_rng_u32 (struct cvx_rng *r);
uint64_t cvx_rng_u64 (struct cvx_rng *r);

/* Uniform on [0, 1), 53 bits.  */
double cvx_rng_uniform (struct cvx_rng *r);

/* Standard normal (Box and Muller).  */
double cvx_rng_normal (struct cvx_rng *r);

/* Uniform on 0 .. N-1 without bias; N > 0.  */
uint64_t cvx_rng_below (struct cvx_rng *r, uint64_t n);

/* A random order of 0 .. N-1 into P.  */
void cvx_rng_permutation (struct cvx_rng *r, size_t n, size_t *p);

/* Streams in use, so that two parts never share numbers.  */
enum cvx_rng_stream
{
  CVX_STREAM_EXPRESSION = 1, /* rand() and randn() of the language */
  CVX_STREAM_GENERATE = 2,
  CVX_STREAM_SPLIT = 3,
  CVX_STREAM_SAMPLE = 4,
  CVX_STREAM_SOLVER = 5,
  CVX_STREAM_TRAIN = 6,
  CVX_STREAM_CERTIFY = 7,
  CVX_STREAM_GATES = 1 << 20 /* plus the number of the gate */
};

#endif
