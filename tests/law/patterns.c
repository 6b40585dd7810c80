/* Laws of the arrangement: counts of general position, an exact oracle for
   degenerate integer data, symmetry, invariance, facets.

   The oracle uses Gordan's theorem and no geometry: signs s are those of a
   chamber iff no circuit (minimal dependent set of rows, with its dependence
   sum c_i x_i = 0) has all s_i c_i of one sign.  */

#include "support.h"

#include <stdint.h>
#include <string.h>

#include "arrangement/patterns.h"

enum
{
  MAX_N = 12,
  MAX_D = 4,
  ALL = 1 << 20
};

static double *
random_normal (size_t n, size_t d, uint64_t seed)
{
  struct cvx_rng rng;
  double *x = cvx_alloc (n, d * sizeof *x);
  cvx_rng_init (&rng, seed, 0);
  for (size_t k = 0; k < n * d; k++)
    x[k] = cvx_rng_normal (&rng);
  return x;
}

static struct cvx_patterns *
exact (const double *x, size_t n, size_t d)
{
  struct cvx_patterns *p;
  struct cvx_error err;
  ck_assert_ok (cvx_patterns_exact (&p, x, n, d, ALL, 2, NULL, &err), err);
  return p;
}

static bool
is_zero_row (const double *x, size_t i, size_t d)
{
  for (size_t c = 0; c < d; c++)
    if (x[i * d + c] != 0)
      return false;
  return true;
}

/* Rows whose sign at the gate of pattern G is not their bit, or whose bit in
   the complement is wrong.  */
static size_t
wrong_rows (const struct cvx_patterns *p, const double *x, size_t g)
{
  const uint64_t *bits = p->bits + g * p->n_words;
  size_t d = p->n_features, wrong = 0;
  bool paired = g + p->n_half < p->n_patterns;
  for (size_t i = 0; i < p->n_samples; i++)
    {
      bool zero = is_zero_row (x, i, d), bit = cvx_pattern_bit (bits, i);
      double v = 0;
      for (size_t c = 0; c < d; c++)
        v += x[i * d + c] * p->gate[g * d + c];
      wrong += (v >= 0) != bit || (v == 0 && !zero);
      if (paired)
        wrong += cvx_pattern_bit (bits + p->n_half * p->n_words, i)
                 != (zero ? bit : !bit);
    }
  return wrong;
}

/* What must hold of every exact set: no zero pattern, none twice, gates that
   give their patterns, complements where the header says.  One assertion per
   set: each writes to a file.  */
static void
check_set (const struct cvx_patterns *p, const double *x)
{
  struct cvx_pattern_index *index;
  struct cvx_error err;
  size_t wrong = 0, twice = 0, zeros = 0;
  ck_assert_ok (cvx_pattern_index_new (&index, p, &err), err);
  ck_assert (p->complete);
  ck_assert_uint_eq (p->n_thin, 0);
  ck_assert_uint_ge (p->count, p->n_patterns);
  ck_assert_uint_le (p->count - p->n_patterns, 1);
  ck_assert (p->bound >= (double)p->count);
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      const uint64_t *bits = p->bits + g * p->n_words;
      uint64_t any = 0;
      for (size_t k = 0; k < p->n_words; k++)
        any |= bits[k];
      zeros += any == 0;
      twice += cvx_pattern_index_find (index, bits) != g;
      wrong += wrong_rows (p, x, g) != 0;
    }
  cvx_pattern_index_free (index);
  ck_assert_uint_eq (wrong, 0);
  ck_assert_uint_eq (twice, 0);
  ck_assert_uint_eq (zeros, 0);
}

START_TEST (counts_of_general_position)
{
  static const size_t size[][3] = { { 20, 3, 382 },
                                    { 60, 3, 3542 },
                                    { 30, 5, 55682 },
                                    { 25, 6, 110910 },
                                    { 14, 14, 16384 } };
  for (size_t k = 0; k < sizeof size / sizeof *size; k++)
    {
      size_t n = size[k][0], d = size[k][1], count;
      double *x = random_normal (n, d, k);
      struct cvx_patterns *p = exact (x, n, d);
      struct cvx_error err;
      ck_assert_uint_eq (p->count, size[k][2]);
      ck_assert_uint_eq (p->rank, d);
      ck_assert_double_eq (p->bound, (double)size[k][2]);
      check_set (p, x);
      ck_assert_ok (cvx_patterns_count (&count, x, n, d, 2, NULL, &err), err);
      ck_assert_uint_eq (count, size[k][2]);
      cvx_patterns_free (p);
      cvx_free (x);
    }
}
END_TEST

START_TEST (large_counts_of_general_position)
{
  static const size_t size[][3] = { { 1000, 3, 999002 }, { 100, 5, 7852352 } };
  for (size_t k = 0; k < sizeof size / sizeof *size; k++)
    {
      double *x = random_normal (size[k][0], size[k][1], 40 + k);
      struct cvx_error err;
      size_t count;
      ck_assert_ok (cvx_patterns_count (&count, x, size[k][0], size[k][1], 2,
                                        NULL, &err),
                    err);
      ck_assert_uint_eq (count, size[k][2]);
      cvx_free (x);
    }
}
END_TEST

/* ---- The oracle. ---- */

struct circuits
{
  size_t count;
  uint32_t support[2048], positive[2048];
};

/* Dependence of the S rows SET of X when they form a circuit: fraction-free
   elimination of [rows | identity], then the row that became zero.  */
static bool
circuit (const int64_t *x, size_t d, const size_t *set, size_t s,
         uint32_t *support, uint32_t *positive)
{
  int64_t a[MAX_D + 1][2 * MAX_D + 1];
  size_t rank = 0;
  for (size_t i = 0; i < s; i++)
    for (size_t c = 0; c < d + s; c++)
      a[i][c] = c < d ? x[set[i] * d + c] : c - d == i;
  for (size_t c = 0; c < d && rank < s; c++)
    {
      size_t pivot = rank;
      while (pivot < s && a[pivot][c] == 0)
        pivot++;
      if (pivot == s)
        continue;
      for (size_t k = 0; k < d + s; k++)
        {
          int64_t t = a[rank][k];
          a[rank][k] = a[pivot][k];
          a[pivot][k] = t;
        }
      for (size_t i = rank + 1; i < s; i++)
        {
          int64_t f = a[i][c], g = a[rank][c];
          for (size_t k = 0; k < d + s; k++)
            a[i][k] = a[i][k] * g - a[rank][k] * f;
        }
      rank++;
    }
  if (rank + 1 != s)
    return false;
  *support = *positive = 0;
  for (size_t i = 0; i < s; i++)
    {
      int64_t c = a[rank][d + i];
      if (c == 0)
        return false; /* not minimal */
      *support |= (uint32_t)1 << set[i];
      if (c > 0)
        *positive |= (uint32_t)1 << set[i];
    }
  return true;
}

static void
find_circuits (struct circuits *z, const int64_t *x, size_t n, size_t d)
{
  z->count = 0;
  for (uint32_t mask = 1; mask < (uint32_t)1 << n; mask++)
    {
      size_t set[MAX_N], s = 0;
      for (size_t i = 0; i < n; i++)
        if (mask >> i & 1)
          set[s++] = i;
      if (s <= d + 1
          && circuit (x, d, set, s, &z->support[z->count],
                      &z->positive[z->count]))
        z->count++;
    }
}

static bool
is_chamber (const struct circuits *z, uint32_t signs)
{
  for (size_t k = 0; k < z->count; k++)
    {
      uint32_t s = signs & z->support[k];
      if (s == z->positive[k] || s == (z->support[k] ^ z->positive[k]))
        return false;
    }
  return true;
}

/* Compare the set for VALUES with the oracle for the integer rows X (SCALE
   turns one into the other).  */
static void
compare (const int64_t *x, const double *values, size_t n, size_t d)
{
  struct circuits z;
  struct cvx_patterns *p = exact (values, n, d);
  struct cvx_error err;
  int64_t nonzero[MAX_N * MAX_D];
  size_t row[MAX_N], m = 0, chambers = 0, count, wrong = 0;
  struct cvx_pattern_index *index;
  check_set (p, values);
  for (size_t i = 0; i < n; i++)
    {
      bool zero = true;
      for (size_t c = 0; c < d; c++)
        {
          nonzero[m * d + c] = x[i * d + c];
          zero &= x[i * d + c] == 0;
        }
      if (!zero)
        row[m++] = i;
    }
  find_circuits (&z, nonzero, m, d);
  ck_assert_ok (cvx_pattern_index_new (&index, p, &err), err);
  for (uint32_t signs = 0; signs < (uint32_t)1 << m; signs++)
    {
      uint64_t bits = ((uint64_t)1 << n) - 1;
      bool chamber = is_chamber (&z, signs);
      for (size_t i = 0; i < m; i++)
        if (!(signs >> i & 1))
          bits &= ~((uint64_t)1 << row[i]);
      chambers += chamber;
      wrong += (cvx_pattern_index_find (index, &bits) != SIZE_MAX)
               != (chamber && bits != 0);
    }
  ck_assert_uint_eq (wrong, 0);
  ck_assert_uint_eq (p->count, chambers);
  ck_assert_ok (cvx_patterns_count (&count, values, n, d, 1, NULL, &err), err);
  ck_assert_uint_eq (count, chambers);
  cvx_pattern_index_free (index);
  cvx_patterns_free (p);
}

/* Small integers in which dependences abound; now and then zero, repeated,
   opposite rows, a column of ones, a column that follows from others.  */
static void
degenerate (int64_t *x, size_t n, size_t d, struct cvx_rng *rng)
{
  int64_t range = 1 + (int64_t)cvx_rng_below (rng, 3);
  for (size_t k = 0; k < n * d; k++)
    x[k] = (int64_t)cvx_rng_below (rng, (uint64_t)(2 * range + 1)) - range;
  if (cvx_rng_below (rng, 2) == 0)
    for (size_t i = 0; i < n; i++)
      x[i * d + d - 1] = 1;
  if (d > 1 && cvx_rng_below (rng, 4) == 0)
    for (size_t i = 0; i < n; i++)
      x[i * d] = x[i * d + d - 1] - 2 * x[i * d + d / 2];
  for (size_t i = 1; i < n; i++)
    {
      size_t from = (size_t)cvx_rng_below (rng, i);
      static const int64_t factor[] = { 0, 1, 2, -1, -3 };
      if (cvx_rng_below (rng, 5) != 0)
        continue;
      for (size_t c = 0; c < d; c++)
        x[i * d + c] = x[from * d + c] * factor[from % 5];
    }
}

START_TEST (degenerate_integers_match_the_oracle)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, 1, 0);
  for (int k = 0; k < 500; k++)
    {
      int64_t x[MAX_N * MAX_D];
      double values[MAX_N * MAX_D];
      size_t n = 1 + (size_t)cvx_rng_below (&rng, MAX_N);
      size_t d = 1 + (size_t)cvx_rng_below (&rng, MAX_D);
      degenerate (x, n, d, &rng);
      for (size_t i = 0; i < n * d; i++)
        values[i] = (double)x[i];
      compare (x, values, n, d);
    }
}
END_TEST

/* The same arrangements as decimal fractions (exact), and with rows and
   columns scaled so that dependences hold to rounding only.  */
START_TEST (scaled_degenerate_data_match_the_oracle)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, 2, 0);
  for (int k = 0; k < 200; k++)
    {
      int64_t x[MAX_N * MAX_D];
      double values[MAX_N * MAX_D];
      size_t n = 1 + (size_t)cvx_rng_below (&rng, MAX_N);
      size_t d = 1 + (size_t)cvx_rng_below (&rng, MAX_D);
      degenerate (x, n, d, &rng);
      for (size_t i = 0; i < n; i++)
        {
          double row = exp (4 * cvx_rng_normal (&rng));
          for (size_t c = 0; c < d; c++)
            values[i * d + c]
                = k % 2 == 0 ? (double)x[i * d + c] / 10
                             : (double)x[i * d + c] * row * exp ((double)c);
        }
      compare (x, values, n, d);
    }
}
END_TEST

START_TEST (small_and_empty_cases)
{
  static const int64_t one[] = { 0, -3 }, zeros[6] = { 0 };
  static const double x_one[] = { 0, -3 }, x_zeros[6] = { 0 };
  struct cvx_patterns *p;
  compare (one, x_one, 1, 2);
  compare (one, x_one, 2, 1);
  p = exact (x_zeros, 3, 2); /* nothing to cut: one cell, all bits set */
  ck_assert_uint_eq (p->count, 1);
  ck_assert_uint_eq (p->n_patterns, 1);
  ck_assert_uint_eq (p->rank, 0);
  ck_assert_uint_eq (p->bits[0], 7);
  cvx_patterns_free (p);
  compare (zeros, x_zeros, 3, 2);
}
END_TEST

/* ---- Invariance. ---- */

/* A grid: every point of {-3..3}^2 with a one, full of coincidences.  */
enum
{
  GRID_N = 49
};

static void
make_grid (double *x)
{
  for (int i = 0; i < GRID_N; i++)
    {
      x[3 * i] = i % 7 - 3;
      x[3 * i + 1] = i / 7 - 3;
      x[3 * i + 2] = 1;
    }
}

START_TEST (rows_may_be_permuted_and_scaled)
{
  double x[3 * GRID_N], y[3 * GRID_N];
  size_t order[GRID_N], missing = 0;
  struct cvx_patterns *p, *q;
  struct cvx_pattern_index *index;
  struct cvx_error err;
  struct cvx_rng rng;
  make_grid (x);
  cvx_rng_init (&rng, 3, 0);
  cvx_rng_permutation (&rng, GRID_N, order);
  for (size_t i = 0; i < GRID_N; i++)
    for (size_t c = 0; c < 3; c++)
      y[3 * i + c] = x[3 * order[i] + c] * (1 + (double)(i % 5));
  p = exact (x, GRID_N, 3);
  q = exact (y, GRID_N, 3);
  check_set (p, x);
  check_set (q, y);
  ck_assert_uint_eq (p->count, q->count);
  ck_assert_uint_lt (p->count, 2 * (1 + 48 + 48 * 47 / 2));
  ck_assert_ok (cvx_pattern_index_new (&index, q, &err), err);
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      uint64_t bits = 0;
      for (size_t i = 0; i < GRID_N; i++)
        bits |= (uint64_t)cvx_pattern_bit (p->bits + g, order[i]) << i;
      missing += cvx_pattern_index_find (index, &bits) == SIZE_MAX;
    }
  ck_assert_uint_eq (missing, 0);
  cvx_pattern_index_free (index);
  cvx_patterns_free (p);
  cvx_patterns_free (q);
}
END_TEST

START_TEST (an_injective_map_of_features_changes_nothing)
{
  double x[3 * GRID_N], y[5 * GRID_N];
  double *m = random_normal (3, 5, 4);
  size_t missing = 0;
  struct cvx_patterns *p, *q;
  struct cvx_pattern_index *index;
  struct cvx_error err;
  make_grid (x);
  for (size_t i = 0; i < GRID_N; i++)
    for (size_t c = 0; c < 5; c++)
      {
        y[5 * i + c] = 0;
        for (size_t k = 0; k < 3; k++)
          y[5 * i + c] += x[3 * i + k] * m[5 * k + c];
      }
  p = exact (x, GRID_N, 3);
  q = exact (y, GRID_N, 5);
  check_set (q, y);
  ck_assert_uint_eq (q->rank, 3);
  ck_assert_uint_eq (p->count, q->count);
  ck_assert_ok (cvx_pattern_index_new (&index, q, &err), err);
  for (size_t g = 0; g < p->n_patterns; g++)
    missing += cvx_pattern_index_find (index, p->bits + g) == SIZE_MAX;
  ck_assert_uint_eq (missing, 0);
  cvx_pattern_index_free (index);
  cvx_patterns_free (p);
  cvx_patterns_free (q);
  cvx_free (m);
}
END_TEST

/* Lines so close that cells are 1e-9 wide: every one is found, and its gate
   still gives its pattern.  */
START_TEST (narrow_cells_have_gates)
{
  enum
  {
    N = 24
  };
  double x[3 * N];
  struct cvx_patterns *p;
  struct cvx_rng rng;
  cvx_rng_init (&rng, 6, 0);
  for (size_t i = 0; i < N; i++)
    {
      x[3 * i] = 1;
      for (size_t c = 1; c < 3; c++)
        x[3 * i + c] = (double)cvx_rng_below (&rng, 4)
                       + 1e-9 * (double)cvx_rng_below (&rng, 1000);
    }
  p = exact (x, N, 3);
  check_set (p, x);
  ck_assert_uint_eq (p->count, 2 * (1 + 23 + 23 * 22 / 2));
  cvx_patterns_free (p);
}
END_TEST

/* ---- Facets. ---- */

/* Flip in BITS the rows of the line of row I; false when I is a zero row or
   not the first of its line.  */
static bool
flip_line (uint64_t *bits, const double *x, size_t n, size_t d, size_t i)
{
  if (is_zero_row (x, i, d))
    return false;
  for (size_t j = 0; j < n; j++)
    {
      double ii = 0, ij = 0, jj = 0;
      for (size_t c = 0; c < d; c++)
        {
          ii += x[i * d + c] * x[i * d + c];
          ij += x[i * d + c] * x[j * d + c];
          jj += x[j * d + c] * x[j * d + c];
        }
      if (jj == 0 || fabs (ij * ij - ii * jj) > 1e-12 * ii * jj)
        continue;
      if (j < i)
        return false;
      bits[j / 64] ^= (uint64_t)1 << (j % 64);
    }
  return true;
}

/* Row i is a facet iff the pattern with its line flipped is a cell.  */
static void
check_facets (const double *x, size_t n, size_t d)
{
  struct cvx_patterns *p = exact (x, n, d);
  struct cvx_facets *f;
  struct cvx_pattern_index *index;
  struct cvx_error err;
  size_t at = 0, wrong = 0;
  bool has_zero = p->count > p->n_patterns;
  ck_assert_uint_le (p->n_words, 4);
  ck_assert_ok (cvx_facets_new (&f, p, x, NULL, &err), err);
  ck_assert_ok (cvx_pattern_index_new (&index, p, &err), err);
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      wrong += f->start[g] != at;
      for (size_t i = 0; i < n; i++)
        {
          uint64_t flipped[4] = { 0 };
          size_t h;
          memcpy (flipped, p->bits + g * p->n_words,
                  p->n_words * sizeof *flipped);
          if (!flip_line (flipped, x, n, d, i))
            continue;
          h = cvx_pattern_index_find (index, flipped);
          if (h == SIZE_MAX
              && (!has_zero || flipped[0] || flipped[1] || flipped[2]
                  || flipped[3]))
            continue;
          wrong += at >= f->start[g + 1] || f->facet[at] != i
                   || f->neighbour[at] != (uint32_t)h;
          at++;
        }
    }
  ck_assert_uint_eq (wrong, 0);
  ck_assert_uint_eq (f->start[p->n_patterns], at);
  cvx_pattern_index_free (index);
  cvx_facets_free (f);
  cvx_patterns_free (p);
}

START_TEST (facets_are_the_flips_that_stay_in_the_set)
{
  static const size_t size[][2] = { { 70, 3 }, { 14, 5 }, { 9, 2 }, { 3, 1 } };
  double grid[3 * GRID_N];
  struct cvx_rng rng;
  for (size_t k = 0; k < 4; k++)
    {
      double *x = random_normal (size[k][0], size[k][1], 60 + k);
      check_facets (x, size[k][0], size[k][1]);
      cvx_free (x);
    }
  make_grid (grid);
  check_facets (grid, GRID_N, 3);
  cvx_rng_init (&rng, 5, 0);
  for (int k = 0; k < 100; k++)
    {
      int64_t x[MAX_N * MAX_D];
      double values[MAX_N * MAX_D];
      size_t n = 1 + (size_t)cvx_rng_below (&rng, MAX_N);
      size_t d = 1 + (size_t)cvx_rng_below (&rng, MAX_D);
      degenerate (x, n, d, &rng);
      for (size_t i = 0; i < n * d; i++)
        values[i] = (double)x[i];
      check_facets (values, n, d);
    }
}
END_TEST

TEST_MAIN ("patterns", counts_of_general_position,
           large_counts_of_general_position,
           degenerate_integers_match_the_oracle,
           scaled_degenerate_data_match_the_oracle, small_and_empty_cases,
           rows_may_be_permuted_and_scaled,
           an_injective_map_of_features_changes_nothing,
           narrow_cells_have_gates, facets_are_the_flips_that_stay_in_the_set)
