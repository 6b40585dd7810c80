/* Laws of sampled patterns: every gate gives its pattern, growing is sampling
   more, each way to draw has the form it promises, threads change nothing.  */

#include "support.h"

#include <cblas.h>
#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "arrangement/patterns.h"

enum
{
  N = 60,
  ROWS = 5,
  COLUMNS = 4,
  CHANNELS = 2,
  D = ROWS * COLUMNS * CHANNELS + 1 /* an image and a column of ones */
};

static double x[N * D];

static void
make_data (void)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, 5, 0);
  for (size_t k = 0; k < N * D; k++)
    x[k] = k % D == D - 1 ? 1 : cvx_rng_normal (&rng);
}

static struct cvx_patterns *
sample (struct cvx_sampling how, const struct cvx_patterns *keep)
{
  struct cvx_patterns *p;
  struct cvx_error err;
  ck_assert_ok (cvx_patterns_sample_as (&p, x, N, D, &how, keep, NULL, &err),
                err);
  return p;
}

static double
product (size_t i, const double *u)
{
  return cblas_ddot (D, x + i * D, 1, u, 1);
}

static size_t
wrong_bits (const struct cvx_patterns *p)
{
  size_t wrong = 0;
  for (size_t g = 0; g < p->n_patterns; g++)
    for (size_t i = 0; i < N; i++)
      wrong += (product (i, p->gate + g * D) >= 0)
               != cvx_pattern_bit (p->bits + g * p->n_words, i);
  return wrong;
}

static bool
same (const struct cvx_patterns *p, const struct cvx_patterns *q)
{
  return p->n_patterns == q->n_patterns && p->n_drawn == q->n_drawn
         && memcmp (p->bits, q->bits,
                    p->n_patterns * p->n_words * sizeof *p->bits)
                == 0
         && memcmp (p->gate, q->gate, p->n_patterns * D * sizeof *p->gate)
                == 0;
}

static const struct cvx_sampling ways[]
    = { { .draw = CVX_DRAW_GAUSS, .count = 80, .seed = 4 },
        { .draw = CVX_DRAW_DATA, .count = 80, .seed = 4 },
        { .draw = CVX_DRAW_CONV,
          .count = 80,
          .seed = 4,
          .image = { ROWS, COLUMNS, CHANNELS },
          .window = 2 } };
enum
{
  N_WAYS = sizeof ways / sizeof *ways
};

static void
check_gates_give_their_patterns (size_t way)
{
  struct cvx_patterns *p = sample (ways[way], NULL);
  ck_assert_uint_eq (p->n_patterns, 80);
  ck_assert_uint_eq (wrong_bits (p), 0);
  cvx_patterns_free (p);
}

START_TEST (gates_give_their_patterns)
{
  make_data ();
  for (size_t way = 0; way < N_WAYS; way++)
    check_gates_give_their_patterns (way);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* 30 and 50 more with the same seed are 80.  */
static void
check_growing_is_sampling_more (size_t way)
{
  struct cvx_sampling some = ways[way], rest = ways[way];
  struct cvx_patterns *all = sample (ways[way], NULL), *p, *q;
  some.count = 30;
  rest.count = 50;
  p = sample (some, NULL);
  q = sample (rest, p);
  ck_assert (same (q, all));
  cvx_patterns_free (q);
  /* Another seed adds others, and keeps the first where they are.  */
  rest.seed++;
  q = sample (rest, p);
  ck_assert_uint_eq (q->n_patterns, 80);
  ck_assert (!same (q, all));
  ck_assert_mem_eq (q->bits, p->bits, 30 * p->n_words * sizeof *p->bits);
  ck_assert_uint_eq (wrong_bits (q), 0);
  cvx_patterns_free (p);
  cvx_patterns_free (q);
  cvx_patterns_free (all);
}

START_TEST (growing_is_sampling_more)
{
  make_data ();
  for (size_t way = 0; way < N_WAYS; way++)
    check_growing_is_sampling_more (way);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

static void
check_threads_change_nothing (size_t way)
{
  struct cvx_sampling flips = { .draw = CVX_DRAW_FLIPS, .count = 200 };
  struct cvx_patterns *p[2], *f[2];
  for (int k = 0; k < 2; k++)
    {
      omp_set_num_threads (1 + k);
      openblas_set_num_threads (1 + k);
      p[k] = sample (ways[way], NULL);
      f[k] = sample (flips, p[k]);
    }
  ck_assert (same (p[0], p[1]));
  ck_assert (same (f[0], f[1]));
  for (int k = 0; k < 2; k++)
    {
      cvx_patterns_free (p[k]);
      cvx_patterns_free (f[k]);
    }
}

START_TEST (threads_change_nothing)
{
  make_data ();
  for (size_t way = 0; way < N_WAYS; way++)
    check_threads_change_nothing (way);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* The boundary of u = x_i - x_j lies halfway between some two rows.  */
START_TEST (differences_lie_between_two_rows)
{
  struct cvx_patterns *p;
  make_data ();
  p = sample (ways[1], NULL);
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      const double *u = p->gate + g * D;
      bool found = false;
      for (size_t i = 0; i < N && !found; i++)
        for (size_t j = 0; j < N && !found; j++)
          {
            double off = fabs (product (i, u) + product (j, u));
            for (size_t c = 0; c < D - 1; c++)
              off += fabs (u[c] - (x[i * D + c] - x[j * D + c]));
            found = i != j && off < 1e-10;
          }
      ck_assert (found);
    }
  cvx_patterns_free (p);
}
END_TEST

START_TEST (windows_are_small_squares)
{
  struct cvx_patterns *p;
  make_data ();
  p = sample (ways[2], NULL);
  size_t at_edge = 0;
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      const double *u = p->gate + g * D;
      size_t top = ROWS, left = COLUMNS, low = 0, right = 0, weights = 0;
      for (size_t k = 0; k < D - 1; k++)
        if (u[k] != 0)
          {
            size_t row = k / CHANNELS / COLUMNS,
                   column = k / CHANNELS % COLUMNS;
            weights++;
            top = row < top ? row : top;
            low = row > low ? row : low;
            left = column < left ? column : left;
            right = column > right ? column : right;
          }
      ck_assert_uint_eq (weights, 2 * 2 * CHANNELS);
      ck_assert_uint_eq (low - top, 1);
      ck_assert_uint_eq (right - left, 1);
      ck_assert (u[D - 1] != 0);
      at_edge += low == ROWS - 1;
    }
  ck_assert_uint_gt (at_edge, 0); /* every place is reached */
  cvx_patterns_free (p);
}
END_TEST

/* Flip number k of a gate turns the entry with the k-th smallest |x_i'u|.  */
START_TEST (flips_turn_the_least_certain)
{
  const struct cvx_sampling one = { .count = 1, .seed = 2 };
  const struct cvx_sampling flips = { .draw = CVX_DRAW_FLIPS, .count = 12 };
  struct cvx_patterns *p, *q;
  bool seen[N] = { false };
  make_data ();
  p = sample (one, NULL);
  q = sample (flips, p);
  ck_assert_uint_eq (q->n_patterns, 13);
  ck_assert_uint_eq (wrong_bits (q), 0);
  for (size_t k = 0; k < 12; k++)
    {
      size_t next = SIZE_MAX, g;
      for (size_t i = 0; i < N; i++)
        if (!seen[i]
            && (next == SIZE_MAX
                || fabs (product (i, p->gate))
                       < fabs (product (next, p->gate))))
          next = i;
      seen[next] = true;
      /* Some pattern added has that entry the other way.  */
      for (g = 1; g < q->n_patterns; g++)
        if (cvx_pattern_bit (q->bits + g * q->n_words, next)
            != cvx_pattern_bit (p->bits, next))
          break;
      ck_assert_uint_lt (g, q->n_patterns);
    }
  /* The first differs in the least certain entry and few others.  */
  {
    size_t differs = 0;
    for (size_t i = 0; i < N; i++)
      differs += cvx_pattern_bit (q->bits + q->n_words, i)
                 != cvx_pattern_bit (p->bits, i);
    ck_assert_uint_ge (differs, 1);
    ck_assert_uint_le (differs, 5);
  }
  cvx_patterns_free (p);
  cvx_patterns_free (q);
}
END_TEST

START_TEST (what_cannot_be_drawn_is_said)
{
  struct cvx_sampling how = { .draw = CVX_DRAW_FLIPS, .count = 3 };
  struct cvx_patterns *p, *q;
  struct cvx_error err;
  double first[D] = { 0 };
  make_data ();
  ck_assert_int_eq (
      cvx_patterns_sample_as (&p, x, N, D, &how, NULL, NULL, &err), CVX_STATE);
  ck_assert_int_eq (err.id, CVX_E622);
  how.draw = CVX_DRAW_DATA;
  ck_assert_int_eq (
      cvx_patterns_sample_as (&p, x, 1, D, &how, NULL, NULL, &err),
      CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E621);
  how.draw = CVX_DRAW_CONV;
  ck_assert_int_eq (
      cvx_patterns_sample_as (&p, x, N, D, &how, NULL, NULL, &err),
      CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E621);
  how.window = 100; /* larger than the signal: all of it */
  q = sample (how, NULL);
  ck_assert_uint_eq (q->n_patterns, 3);
  ck_assert_int_eq (
      cvx_patterns_sample_as (&p, x, N - 1, D, &how, q, NULL, &err),
      CVX_STATE);
  ck_assert_int_eq (err.id, CVX_E313);
  cvx_patterns_free (q);
  first[3] = NAN;
  how.first = first;
  how.n_first = 1;
  ck_assert_int_eq (
      cvx_patterns_sample_as (&p, x, N, D, &how, NULL, NULL, &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E311);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

TEST_MAIN ("sampling", gates_give_their_patterns, growing_is_sampling_more,
           threads_change_nothing, differences_lie_between_two_rows,
           windows_are_small_squares, flips_turn_the_least_certain,
           what_cannot_be_drawn_is_said)
