/* Patterns: sampling, gates, streaming, limits, interruption, lack of memory,
   archives.  The laws of the arrangement are in tests/law/patterns.c.  */

#include "support.h"

#include <cblas.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arrangement/patterns.h"

enum
{
  N = 70,
  D = 3,
  ALL = 1 << 20
};

static void
random_x (double *x, size_t count, uint64_t seed)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, seed, 0);
  for (size_t k = 0; k < count; k++)
    x[k] = cvx_rng_normal (&rng);
}

static size_t
wrong_bits (const struct cvx_patterns *p, const double *x)
{
  size_t wrong = 0;
  for (size_t g = 0; g < p->n_patterns; g++)
    for (size_t i = 0; i < p->n_samples; i++)
      {
        double v = 0;
        for (size_t c = 0; c < p->n_features; c++)
          v += x[i * p->n_features + c] * p->gate[g * p->n_features + c];
        wrong += (v >= 0) != cvx_pattern_bit (p->bits + g * p->n_words, i);
      }
  return wrong;
}

static bool
same (const struct cvx_patterns *p, const struct cvx_patterns *q)
{
  return p->kind == q->kind && p->complete == q->complete
         && p->n_samples == q->n_samples && p->n_features == q->n_features
         && p->n_patterns == q->n_patterns && p->n_half == q->n_half
         && p->count == q->count && p->bound == q->bound && p->rank == q->rank
         && p->n_drawn == q->n_drawn && p->seed == q->seed
         && p->data_hash == q->data_hash
         && memcmp (p->bits, q->bits,
                    p->n_patterns * p->n_words * sizeof *p->bits)
                == 0
         && (p->gate == NULL) == (q->gate == NULL)
         && (p->gate == NULL
             || memcmp (p->gate, q->gate,
                        p->n_patterns * p->n_features * sizeof *p->gate)
                    == 0);
}

static void
set_threads (int threads)
{
  omp_set_num_threads (threads);
  openblas_set_num_threads (threads);
}

START_TEST (bound_is_the_formula)
{
  ck_assert_double_eq (cvx_patterns_bound (5, 2), 10);
  ck_assert_double_eq (cvx_patterns_bound (20, 3), 382);
  ck_assert_double_eq (cvx_patterns_bound (4, 9), 16);
  ck_assert_double_eq (cvx_patterns_bound (0, 0), 1);
  ck_assert_near (cvx_patterns_bound (200, 12), 8.7e17, 0.5);
  ck_assert (isinf (cvx_patterns_bound (5000, 3000)));
}
END_TEST

START_TEST (estimate_finds_rank_and_lines)
{
  double x[200 * 4];
  struct cvx_patterns_estimate e;
  struct cvx_error err;
  random_x (x, 200 * 4, 1);
  for (size_t i = 0; i < 200; i++)
    x[4 * i + 3] = x[4 * i] - 3 * x[4 * i + 1];
  for (size_t c = 0; c < 4; c++)
    {
      x[c] = 0;
      x[4 * 5 + c] = -7 * x[4 * 9 + c];
      x[4 * 6 + c] = x[4 * 9 + c] / 3;
    }
  ck_assert_ok (cvx_patterns_estimate (x, 200, 4, &e, &err), err);
  ck_assert_uint_eq (e.rank, 3);
  ck_assert_uint_eq (e.n_lines, 197);
  ck_assert_double_eq (e.bound, cvx_patterns_bound (197, 3));
  ck_assert_double_eq (e.bytes, e.bound * 8 * (4 + 4));
}
END_TEST

START_TEST (threads_do_not_change_exact_sets)
{
  static double x[150 * 4];
  struct cvx_patterns *p, *q;
  struct cvx_error err;
  random_x (x, 150 * 4, 2);
  for (size_t c = 0; c < 4; c++)
    x[c] = fabs (x[c]);
  ck_assert_ok (cvx_patterns_exact (&p, x, 150, 4, 2 * ALL, 1, NULL, &err),
                err);
  ck_assert_ok (cvx_patterns_exact (&q, x, 150, 4, 2 * ALL, 2, NULL, &err),
                err);
  ck_assert_uint_eq (p->count, 1102900);
  ck_assert (same (p, q));
  cvx_patterns_free (p);
  cvx_patterns_free (q);
}
END_TEST

START_TEST (half_and_no_gates)
{
  double x[N * D];
  struct cvx_patterns *p, *h;
  struct cvx_error err;
  random_x (x, N * D, 3);
  ck_assert_ok (cvx_patterns_exact (&p, x, N, D, ALL, 2, NULL, &err), err);
  ck_assert_ok (cvx_patterns_exact_with (
                    &h, x, N, D, ALL,
                    CVX_PATTERNS_HALF | CVX_PATTERNS_NO_GATES, 2, NULL, &err),
                err);
  ck_assert_uint_eq (h->n_patterns, p->n_half);
  ck_assert_uint_eq (2 * h->n_patterns, p->count);
  ck_assert_ptr_null (h->gate);
  ck_assert (!h->complete);
  ck_assert_mem_eq (h->bits, p->bits,
                    h->n_patterns * h->n_words * sizeof *h->bits);
  cvx_patterns_free (p);
  cvx_patterns_free (h);
}
END_TEST

/* Sums over the blocks: a count and a checksum, one slot per thread.  */
struct tally
{
  size_t count[2], fail_at;
  uint64_t sum[2];
};

static enum cvx_status
tally (void *context, const struct cvx_patterns_block *b,
       struct cvx_error *err)
{
  struct tally *t = context;
  t->count[b->thread] += b->n_patterns;
  for (size_t k = 0; k < b->n_patterns * b->n_words; k++)
    t->sum[b->thread] += b->bits[k] * (k % b->n_words + 1);
  if (t->fail_at != 0 && t->count[b->thread] >= t->fail_at)
    return cvx_fail (err, CVX_E903, "enough");
  return CVX_OK;
}

START_TEST (visiting_sees_one_of_each_pair)
{
  double x[N * D];
  struct cvx_patterns *p;
  struct cvx_error err;
  struct tally t = { 0 };
  struct cvx_patterns_visitor visitor = { tally, &t };
  uint64_t sum = 0;
  random_x (x, N * D, 4);
  ck_assert_ok (cvx_patterns_exact (&p, x, N, D, ALL, 2, NULL, &err), err);
  for (size_t k = 0; k < p->n_half * p->n_words; k++)
    sum += p->bits[k] * (k % p->n_words + 1);
  ck_assert_ok (cvx_patterns_visit (&visitor, x, N, D, CVX_PATTERNS_NO_GATES,
                                    2, NULL, &err),
                err);
  ck_assert_uint_eq (t.count[0] + t.count[1], p->n_half);
  ck_assert_uint_eq (t.sum[0] + t.sum[1], sum);
  t = (struct tally){ .fail_at = 100 };
  ck_assert_int_eq (cvx_patterns_visit (&visitor, x, N, D, 0, 2, NULL, &err),
                    CVX_INTERNAL);
  ck_assert_str_eq (err.text, "enough");
  ck_assert_uint_lt (t.count[0] + t.count[1], p->n_half);
  cvx_patterns_free (p);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (too_many_patterns_is_said_before)
{
  static double x[200 * 12];
  struct cvx_patterns *p;
  struct cvx_error err;
  char text[200];
  random_x (x, 200 * 12, 5);
  ck_assert_int_eq (cvx_patterns_exact (&p, x, 200, 12, ALL, 2, NULL, &err),
                    CVX_LIMIT);
  ck_assert_ptr_null (p);
  ck_assert_int_eq (err.id, CVX_E310);
  snprintf (text, sizeof text,
            "exact enumeration would need about %.1e patterns (n=200, rank "
            "12)",
            cvx_patterns_bound (200, 12));
  ck_assert_str_eq (err.text, text);
  ck_assert_str_eq (err.hint, "patterns sample n=1000");
  ck_assert_int_eq (cvx_patterns_exact (&p, x, 20, 3, 381, 2, NULL, &err),
                    CVX_LIMIT);
  ck_assert_ok (cvx_patterns_exact (&p, x, 20, 3, 382, 2, NULL, &err), err);
  cvx_patterns_free (p);
}
END_TEST

START_TEST (non_finite_data_are_refused)
{
  double x[6] = { 1, 2, 3, NAN, 5, 6 }, gates[2] = { 1, INFINITY };
  struct cvx_patterns *p;
  struct cvx_error err;
  ck_assert_int_eq (cvx_patterns_exact (&p, x, 3, 2, ALL, 1, NULL, &err),
                    CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E311);
  ck_assert_ptr_nonnull (strstr (err.text, "row 2, column 2"));
  x[3] = 4;
  ck_assert_int_eq (cvx_patterns_gates (&p, x, 3, 2, gates, 1, &err),
                    CVX_DATA);
  ck_assert_ptr_nonnull (strstr (err.text, "row 2, column 1"));
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (abort_stops_everything)
{
  double x[N * D];
  struct cvx_progress progress = { 0 };
  struct cvx_patterns *p, *q;
  struct cvx_facets *f;
  struct cvx_error err;
  size_t count;
  random_x (x, N * D, 6);
  ck_assert_ok (cvx_patterns_exact (&q, x, N, D, ALL, 2, &progress, &err),
                err);
  ck_assert_uint_gt (progress.total, 0);
  ck_assert_uint_eq (progress.done, progress.total);
  progress.abort = 1;
  ck_assert_int_eq (cvx_patterns_exact (&p, x, N, D, ALL, 2, &progress, &err),
                    CVX_INTERRUPTED);
  ck_assert_ptr_null (p);
  ck_assert_int_eq (cvx_patterns_count (&count, x, N, D, 2, &progress, &err),
                    CVX_INTERRUPTED);
  ck_assert_int_eq (
      cvx_patterns_sample (&p, x, N, D, 50, 1, 0, &progress, &err),
      CVX_INTERRUPTED);
  ck_assert_int_eq (cvx_facets_new (&f, q, x, &progress, &err),
                    CVX_INTERRUPTED);
  cvx_patterns_free (q);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (sampling_is_the_same_for_any_threads)
{
  static double x[1500 * 20];
  struct cvx_patterns *p, *q;
  struct cvx_error err;
  random_x (x, 1500 * 20, 7);
  memset (x, 0, 20 * sizeof *x);
  set_threads (1);
  ck_assert_ok (cvx_patterns_sample (&p, x, 1500, 20, 300, 42, 0, NULL, &err),
                err);
  set_threads (2);
  ck_assert_ok (cvx_patterns_sample (&q, x, 1500, 20, 300, 42, 0, NULL, &err),
                err);
  ck_assert (same (p, q));
  ck_assert_uint_eq (p->n_patterns, 300);
  ck_assert_uint_eq (p->n_drawn, 300); /* 2^1499 patterns: no repetition */
  ck_assert (!p->complete);
  ck_assert_uint_eq (wrong_bits (p, x), 0);
  cvx_patterns_free (q);
  /* A longer sample begins with the shorter one; another seed differs.  */
  ck_assert_ok (cvx_patterns_sample (&q, x, 1500, 20, 400, 42, 0, NULL, &err),
                err);
  ck_assert_mem_eq (p->gate, q->gate, 300 * 20 * sizeof *p->gate);
  cvx_patterns_free (q);
  ck_assert_ok (cvx_patterns_sample (&q, x, 1500, 20, 300, 43, 0, NULL, &err),
                err);
  ck_assert (!same (p, q));
  cvx_patterns_free (p);
  cvx_patterns_free (q);
}
END_TEST

START_TEST (sampling_gate_k_is_stream_k)
{
  double x[4] = { 1, 0, 0, 1 };
  struct cvx_patterns *p;
  struct cvx_error err;
  struct cvx_rng rng;
  ck_assert_ok (cvx_patterns_sample (&p, x, 2, 2, 10, 9, 500, NULL, &err),
                err);
  /* Four quadrants, one of them the zero pattern; all draws used up.  */
  ck_assert_uint_eq (p->n_patterns, 3);
  ck_assert_uint_eq (p->count, 4);
  ck_assert_uint_eq (p->n_drawn, 500);
  ck_assert_double_eq (p->bound, 4);
  cvx_rng_init (&rng, 9, CVX_STREAM_GATES);
  if (p->gate[0] != cvx_rng_normal (&rng)) /* gate 0 was the zero pattern */
    {
      cvx_rng_init (&rng, 9, CVX_STREAM_GATES);
      ck_assert_double_lt (cvx_rng_normal (&rng), 0);
      ck_assert_double_lt (cvx_rng_normal (&rng), 0);
    }
  cvx_patterns_free (p);
}
END_TEST

START_TEST (sampled_patterns_are_among_the_exact)
{
  double x[N * D];
  struct cvx_patterns *p, *s;
  struct cvx_pattern_index *index;
  struct cvx_error err;
  size_t missing = 0;
  random_x (x, N * D, 8);
  ck_assert_ok (cvx_patterns_exact (&p, x, N, D, ALL, 2, NULL, &err), err);
  ck_assert_ok (cvx_patterns_sample (&s, x, N, D, 2000, 1, 0, NULL, &err),
                err);
  ck_assert_ok (cvx_pattern_index_new (&index, p, &err), err);
  for (size_t g = 0; g < s->n_patterns; g++)
    missing += cvx_pattern_index_find (index, s->bits + g * s->n_words)
               == SIZE_MAX;
  ck_assert_uint_eq (missing, 0);
  cvx_pattern_index_free (index);
  cvx_patterns_free (p);
  cvx_patterns_free (s);
}
END_TEST

START_TEST (gates_give_their_patterns_once)
{
  double x[6] = { 1, 0, 0, 1, 1, 1 };
  /* Columns: ++, the same, the zero pattern, +-, on a hyperplane (>= 0).  */
  double gates[10] = { 1, 5, -1, 2, 0, 1, 2, -1, -1, 1 };
  struct cvx_patterns *p;
  struct cvx_error err;
  ck_assert_ok (cvx_patterns_gates (&p, x, 3, 2, gates, 5, &err), err);
  ck_assert_int_eq (p->kind, CVX_PATTERNS_GATES);
  ck_assert_uint_eq (p->n_patterns, 2);
  ck_assert_uint_eq (p->count, 3);
  ck_assert_uint_eq (p->bits[0], 7);
  ck_assert_uint_eq (p->bits[1], 5);
  ck_assert_double_eq (p->gate[0], 1);
  ck_assert_double_eq (p->gate[3], -1);
  cvx_patterns_free (p);
}
END_TEST

START_TEST (exact_ties_count_as_positive)
{
  /* x'u = 0.1 * 3 - 0.3 is 5e-17 by itself: not a tie, and negative ones
     stay negative; 1 - 1 is.  */
  double x[6] = { 0.1, 0.3, 1, 1, -0.1, -0.3 }, gates[2] = { 3, -1 };
  struct cvx_patterns *p;
  struct cvx_error err;
  ck_assert_ok (cvx_patterns_gates (&p, x, 3, 2, gates, 1, &err), err);
  ck_assert_uint_eq (p->bits[0], 3);
  cvx_patterns_free (p);
}
END_TEST

START_TEST (facets_of_incomplete_sets_list_every_line)
{
  double x[8] = { 1, 0, 0, 1, -2, 0, 0, 0 }, other[8] = { 0 };
  struct cvx_patterns *p;
  struct cvx_facets *f;
  struct cvx_error err;
  ck_assert_ok (cvx_patterns_sample (&p, x, 4, 2, 2, 1, 0, NULL, &err), err);
  ck_assert_ok (cvx_facets_new (&f, p, x, NULL, &err), err);
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      ck_assert_uint_eq (f->start[g + 1] - f->start[g], 2);
      ck_assert_uint_eq (f->facet[f->start[g]], 0);
      ck_assert_uint_eq (f->facet[f->start[g] + 1], 1);
    }
  cvx_facets_free (f);
  ck_assert_int_eq (cvx_facets_new (&f, p, other, NULL, &err), CVX_STATE);
  ck_assert_int_eq (err.id, CVX_E313);
  cvx_patterns_free (p);
}
END_TEST

/* Every step at which memory can run out, one after another.  */
START_TEST (every_failed_allocation_is_reported)
{
  double x[14 * D];
  struct cvx_error err;
  random_x (x, 14 * D, 10);
  for (size_t c = 0; c < D; c++)
    {
      x[D + c] = 2 * x[c];
      x[3 * D + c] = x[c] + x[2 * D + c]; /* a degenerate vertex */
    }
  for (size_t k = 1;; k++)
    {
      struct cvx_patterns *p = NULL, *s = NULL;
      struct cvx_facets *f = NULL;
      enum cvx_status status;
      cvx_alloc_fail_at (k, false);
      status = cvx_patterns_exact (&p, x, 14, D, ALL, 1, NULL, &err);
      if (status == CVX_OK)
        status = cvx_facets_new (&f, p, x, NULL, &err);
      if (status == CVX_OK)
        status = cvx_patterns_sample (&s, x, 14, D, 20, 1, 0, NULL, &err);
      cvx_alloc_fail_at (0, false);
      cvx_patterns_free (p);
      cvx_patterns_free (s);
      cvx_facets_free (f);
      ck_assert_uint_eq (cvx_alloc_live (), 0);
      if (status == CVX_OK)
        {
          ck_assert_uint_gt (k, 60);
          break;
        }
      ck_assert_int_eq (status, CVX_NOMEM);
    }
}
END_TEST

static void
save (const struct cvx_patterns *p, const char *path)
{
  struct cvx_npz_writer *w;
  struct cvx_error err;
  ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
  ck_assert_ok (cvx_patterns_save (p, w, "pat.", &err), err);
  ck_assert_ok (cvx_npz_close (w, &err), err);
}

static void
check_round_trip (const struct cvx_patterns *p)
{
  char path[] = "/tmp/cvxnn-patterns-XXXXXX.npz";
  struct cvx_patterns *q;
  struct cvx_npz *z;
  struct cvx_error err;
  int file = mkstemps (path, 4);
  ck_assert_int_ge (file, 0);
  close (file);
  save (p, path);
  ck_assert_ok (cvx_npz_read (&z, path, ALL, NULL, &err), err);
  ck_assert_ok (cvx_patterns_load (&q, z, "pat.", &err), err);
  ck_assert (same (p, q));
  cvx_patterns_free (q);
  ck_assert_int_eq (cvx_patterns_load (&q, z, "tap.", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E314);
  /* A bit past the last sample cannot be.  */
  for (size_t k = 0; k < z->n; k++)
    if (strcmp (z->array[k].name, "pat.bits") == 0)
      ((uint64_t *)z->array[k].values)[1] |= (uint64_t)1 << 63;
  ck_assert_int_eq (cvx_patterns_load (&q, z, "pat.", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E314);
  cvx_npz_free (z);
  ck_assert_int_eq (unlink (path), 0);
}

START_TEST (saved_patterns_come_back)
{
  double x[N * D];
  struct cvx_patterns *p;
  struct cvx_error err;
  random_x (x, N * D, 11);
  ck_assert_ok (cvx_patterns_exact (&p, x, N, D, ALL, 2, NULL, &err), err);
  check_round_trip (p);
  cvx_patterns_free (p);
  ck_assert_ok (cvx_patterns_exact_with (&p, x, N, D, ALL,
                                         CVX_PATTERNS_NO_GATES, 2, NULL, &err),
                err);
  check_round_trip (p);
  cvx_patterns_free (p);
  ck_assert_ok (cvx_patterns_sample (&p, x, N, D, 40, 5, 0, NULL, &err), err);
  check_round_trip (p);
  cvx_patterns_free (p);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

TEST_MAIN ("patterns", bound_is_the_formula, estimate_finds_rank_and_lines,
           threads_do_not_change_exact_sets, half_and_no_gates,
           visiting_sees_one_of_each_pair, too_many_patterns_is_said_before,
           non_finite_data_are_refused, abort_stops_everything,
           sampling_is_the_same_for_any_threads, sampling_gate_k_is_stream_k,
           sampled_patterns_are_among_the_exact,
           gates_give_their_patterns_once, exact_ties_count_as_positive,
           facets_of_incomplete_sets_list_every_line,
           every_failed_allocation_is_reported, saved_patterns_come_back)
