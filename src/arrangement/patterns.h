/* patterns.h -- activation patterns 1[X u >= 0] of a data matrix.

   A pattern is a row of n_samples bits.  Exact sets hold every
   full-dimensional cell (chamber) of the central arrangement {x_i'u = 0}; see
   Pilanci and Ergen (ICML 2020), section 3: lower-dimensional
   faces add nothing to the convex program.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_ARRANGEMENT_PATTERNS_H
#define CVX_ARRANGEMENT_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/npz.h"
#include "base/progress.h"

enum cvx_patterns_kind
{
  CVX_PATTERNS_EXACT,
  CVX_PATTERNS_SAMPLED,
  CVX_PATTERNS_GATES
};

/* Pattern g is bits[g * n_words .. ], sample i is bit i % 64 of word i / 64;
   bits past n_samples are zero.  All patterns differ.  The all-zero pattern,
   which contributes nothing, is never stored but counted in `count'.  Exact
   sets come in the order in which the enumeration walks, where neighbours
   tend to share bits; it depends on the data only, not on the number of
   threads.  Sampled sets and gates keep the order of drawing.

   Exact sets: patterns g and g + n_half are complementary (on the non-zero
   rows), for every g with g + n_half < n_patterns; the pattern whose
   complement is the zero pattern is number n_half - 1, the last with none.  */
struct cvx_patterns
{
  enum cvx_patterns_kind kind;
  bool complete; /* every chamber is here: an optimum over them is global */
  size_t n_samples, n_features;
  size_t n_patterns, n_words;
  size_t n_half;  /* exact: see above; else 0 */
  uint64_t *bits; /* owned */
  double *gate;   /* n_patterns x n_features: u with 1[X u >= 0] equal to the
                     pattern (inside the cell, of length 1, for exact sets);
                     owned; NULL for exact sets without gates */
  size_t n_thin;  /* exact: cells of every pair so narrow that double
                     arithmetic may see their gate outside; as a rule 0 */
  size_t count;   /* patterns found, the zero pattern counted */
  double bound;   /* 2 sum_{k<r} C(n-1,k) over the distinct lines, >= count */
  size_t rank;    /* numerical rank of X */
  size_t n_drawn; /* sampled: gates drawn to get them */
  uint64_t seed;  /* sampled */
  uint64_t data_hash; /* cvx_patterns_data_hash of X */
};

static inline bool
cvx_pattern_bit (const uint64_t *pattern, size_t i)
{
  return pattern[i / 64] >> (i % 64) & 1;
}

/* Patterns of general position: 2 sum_{k<r} C(n-1,k), Cover 1965; inf when it
   does not fit a double.  */
double cvx_patterns_bound (size_t n, size_t rank);

/* Names the data: XXH3 of the numbers of X (n x d), seeded with its shape.  */
uint64_t cvx_patterns_data_hash (const double *x, size_t n, size_t d);

/* Before enumerating: rank of X (n x d, C order), the number of distinct
   lines among its rows, and the bound.  */
struct cvx_patterns_estimate
{
  size_t rank, n_lines;
  double bound, bytes; /* bytes: of the patterns and their gates */
};
enum cvx_status cvx_patterns_estimate (const double *x, size_t n, size_t d,
                                       struct cvx_patterns_estimate *out,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* Every chamber.  X is n x d, C order; any rank, zero, duplicate, parallel and
   antiparallel rows allowed.  Fails with CVX_LIMIT (E310) before starting when
   the bound exceeds MAX_PATTERNS, so a caller states how many it can hold;
   with CVX_DATA (E311) when X is not finite.

   Rows count as dependent, and the cell between them as empty, exactly when
   they are for decimal data (up to 9 places, integers among them), else when
   they are within 1e-12 of it (more for ill-conditioned X).  THREADS <= 0: as
   many as OpenMP gives.  */
enum cvx_status cvx_patterns_exact (struct cvx_patterns **out, const double *x,
                                    size_t n, size_t d, size_t max_patterns,
                                    int threads, struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;

enum
{
  CVX_PATTERNS_HALF = 1,    /* one of each pair: n_patterns = n_half */
  CVX_PATTERNS_NO_GATES = 2 /* leave gate NULL */
};
enum cvx_status cvx_patterns_exact_with (struct cvx_patterns **out,
                                         const double *x, size_t n, size_t d,
                                         size_t max_patterns, unsigned flags,
                                         int threads,
                                         struct cvx_progress *progress,
                                         struct cvx_error *err) CVX_MUST_CHECK;

/* The same chambers as a stream that stores nothing: blocks of one of each
   complementary pair (a pair may have the zero pattern as its other half; for
   rank 0 the only pattern has no other).  Everything is borrowed and good
   until the visitor returns.  Which cells form block number NUMBER depends on
   the data only; the order of the calls does not even that.  */
struct cvx_patterns_block
{
  size_t number, n_patterns, n_samples, n_features, n_words;
  const uint64_t *bits;
  const double *gate; /* NULL with CVX_PATTERNS_NO_GATES */
  int thread; /* 0 .. threads-1: calls with the same one never overlap */
};

/* Called from several threads at once.  A status other than CVX_OK, with words
   in its struct cvx_error, stops the enumeration and is returned.  */
struct cvx_patterns_visitor
{
  enum cvx_status (*visit) (void *context,
                            const struct cvx_patterns_block *block,
                            struct cvx_error *err);
  void *context;
};
enum cvx_status cvx_patterns_visit (const struct cvx_patterns_visitor *visitor,
                                    const double *x, size_t n, size_t d,
                                    unsigned flags, int threads,
                                    struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Every chamber, none of them stored: bits and gate are NULL, n_patterns is 0,
   complete is true.  For solvers that find the cells they need.  The count is
   made when the bound is at most MAX_COUNT, else it is 0: not counted.  */
enum cvx_status cvx_patterns_unstored (struct cvx_patterns **out,
                                       const double *x, size_t n, size_t d,
                                       double max_count, int threads,
                                       struct cvx_progress *progress,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* The number of chambers, the zero pattern counted, storing no patterns.  */
enum cvx_status cvx_patterns_count (size_t *count, const double *x, size_t n,
                                    size_t d, int threads,
                                    struct cvx_progress *progress,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* COUNT distinct non-zero patterns from gates u ~ N(0, I); gate k of the seed
   is the same for any number of threads.  Stops early, with fewer patterns and
   no error, after MAX_DRAWS gates (0: 100 COUNT + 1000).  */
enum cvx_status cvx_patterns_sample (struct cvx_patterns **out,
                                     const double *x, size_t n, size_t d,
                                     size_t count, uint64_t seed,
                                     size_t max_draws,
                                     struct cvx_progress *progress,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* How gates are drawn.  Gate k of a seed is the same for any number of
   threads.  */
enum cvx_draw
{
  CVX_DRAW_GAUSS, /* u ~ N(0, I) */
  CVX_DRAW_DATA,  /* u = x_i - x_j; a last column of ones, if there is one,
                     gets the weight that puts the boundary halfway */
  CVX_DRAW_CONV,  /* u ~ N(0, I) in a square of the image, 0 elsewhere */
  CVX_DRAW_FLIPS  /* gates of KEEP, sent across the row of which they are least
                     certain, then the second, and so on; no random numbers */
};

struct cvx_sampling
{
  enum cvx_draw draw;
  size_t count;     /* distinct patterns wanted, those kept not counted */
  uint64_t seed;    /* of a KEEP with this seed the drawing goes on */
  size_t max_draws; /* 0: 100 COUNT + 1000 */
  size_t image[3];  /* CVX_DRAW_CONV: rows, columns, channels of the features
                       (the ones not counted); else the features are a signal */
  size_t window;    /* side of the square */
  const double *first; /* n_first x n_features, gates taken before any is
                          drawn, as many of them as are wanted; borrowed */
  size_t n_first;
};

/* The patterns of KEEP (may be NULL; with gates, of the same X), which keep
   their numbers, and SAMPLING's.  Fewer and no error as above.  CVX_INVALID:
   E621 nothing can be drawn so, E622 KEEP has no gates; CVX_DATA (E311) for
   gates that are not finite, E313 when KEEP is of other data.  */
enum cvx_status cvx_patterns_sample_as (struct cvx_patterns **out,
                                        const double *x, size_t n, size_t d,
                                        const struct cvx_sampling *sampling,
                                        const struct cvx_patterns *keep,
                                        struct cvx_progress *progress,
                                        struct cvx_error *err) CVX_MUST_CHECK;

/* Patterns of the columns of GATES (d x n_gates, C order, as numpy stores
   X @ G); repeated and zero patterns are left out.  */
enum cvx_status cvx_patterns_gates (struct cvx_patterns **out, const double *x,
                                    size_t n, size_t d, const double *gates,
                                    size_t n_gates,
                                    struct cvx_error *err) CVX_MUST_CHECK;

void cvx_patterns_free (struct cvx_patterns *p);

/* Number of the pattern with these bits, SIZE_MAX when it is not in the set.
   The index borrows P, which must not change; finding is thread-safe.  */
struct cvx_pattern_index;
enum cvx_status cvx_pattern_index_new (struct cvx_pattern_index **out,
                                       const struct cvx_patterns *p,
                                       struct cvx_error *err) CVX_MUST_CHECK;
size_t cvx_pattern_index_find (const struct cvx_pattern_index *index,
                               const uint64_t *bits);
void cvx_pattern_index_free (struct cvx_pattern_index *index);

/* Irredundant rows of the cone {u : (2D-I) X u >= 0} for every pattern of a
   complete set: rows of pattern g are facet[start[g] .. start[g+1]-1], one row
   (the first) of each line, ascending.  Row i is a facet when the pattern with
   the bits of i's line flipped is a cell too; that pattern is
   neighbour[same place], UINT32_MAX when it is the zero pattern or not in the
   set.  For incomplete sets every row is listed once per line.  X must be the
   data of the patterns (E313).  */
struct cvx_facets
{
  size_t *start;       /* n_patterns + 1 */
  uint32_t *facet;     /* row numbers */
  uint32_t *neighbour; /* pattern across the facet */
};
enum cvx_status cvx_facets_new (struct cvx_facets **out,
                                const struct cvx_patterns *p, const double *x,
                                struct cvx_progress *progress,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvx_facets_free (struct cvx_facets *f);

enum cvx_status cvx_patterns_save (const struct cvx_patterns *p,
                                   struct cvx_npz_writer *w,
                                   const char *prefix,
                                   struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_patterns_load (struct cvx_patterns **out,
                                   const struct cvx_npz *z, const char *prefix,
                                   struct cvx_error *err) CVX_MUST_CHECK;

#endif
