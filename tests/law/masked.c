/* Laws of the masked stack product.  */

#include "support.h"

#include <string.h>

#include "linalg/mask_kernels.h"
#include "linalg/masked.h"
#include "linalg/threads.h"

/* X, bits and vectors of one instance, all random.  */
struct instance
{
  size_t n, d, count, outputs, stack, n_words;
  double *x, *v, *r, *f, *g, *naive_f, *naive_g;
  uint64_t *bits;
};

static double *
normal (struct cvx_rng *rng, size_t count)
{
  double *p = cvx_alloc (count, sizeof *p);
  for (size_t i = 0; i < count; i++)
    p[i] = cvx_rng_normal (rng);
  return p;
}

static bool
bit (const struct instance *a, size_t g, size_t i)
{
  return (a->bits[g * a->n_words + i / 64] >> (i % 64) & 1) != 0;
}

/* The definition, for the K rows of v in LIST (NULL: all).  */
static void
naive (struct instance *a, size_t k, const size_t *list)
{
  size_t c = a->outputs;
  memset (a->naive_f, 0, a->n * c * sizeof (double));
  memset (a->naive_g, 0, a->stack * a->d * sizeof (double));
  for (size_t b = 0; b < k; b++)
    {
      size_t g = list == NULL ? b : list[b], o = g / a->count;
      for (size_t i = 0; i < a->n; i++)
        if (bit (a, g % a->count, i))
          for (size_t j = 0; j < a->d; j++)
            {
              a->naive_f[i * c + o] += a->x[i * a->d + j] * a->v[b * a->d + j];
              a->naive_g[b * a->d + j] += a->x[i * a->d + j] * a->r[i * c + o];
            }
    }
}

static void
instance_new (struct instance *a, size_t n, size_t d, size_t count,
              size_t outputs)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, 3, n * 1000 + count);
  *a = (struct instance){ .n = n, .d = d, .count = count };
  a->outputs = outputs;
  a->stack = count * outputs;
  a->n_words = (n + 63) / 64;
  a->x = normal (&rng, n * d);
  a->v = normal (&rng, a->stack * d);
  a->r = normal (&rng, n * outputs);
  a->f = normal (&rng, n * outputs);
  a->g = normal (&rng, a->stack * d);
  a->naive_f = normal (&rng, n * outputs);
  a->naive_g = normal (&rng, a->stack * d);
  a->bits = cvx_calloc (count * a->n_words, sizeof *a->bits);
  for (size_t b = 0; b < count; b++)
    for (size_t i = 0; i < n; i++)
      a->bits[b * a->n_words + i / 64] |= (cvx_rng_u64 (&rng) & 1) << (i % 64);
}

static void
instance_free (struct instance *a)
{
  cvx_free (a->x);
  cvx_free (a->v);
  cvx_free (a->r);
  cvx_free (a->f);
  cvx_free (a->g);
  cvx_free (a->naive_f);
  cvx_free (a->naive_g);
  cvx_free (a->bits);
}

/* Largest difference relative to the largest number.  */
static double
distance (size_t n, const double *a, const double *b)
{
  double most = 0, size = 1e-300;
  for (size_t i = 0; i < n; i++)
    {
      most = fmax (most, fabs (a[i] - b[i]));
      size = fmax (size, fabs (b[i]));
      ck_assert (isfinite (a[i]));
    }
  return most / size;
}

static double
inner (size_t n, const double *a, const double *b)
{
  double t = 0;
  for (size_t i = 0; i < n; i++)
    t += a[i] * b[i];
  return t;
}

/* n, d, patterns, outputs.  */
static const size_t sizes[][4]
    = { { 1, 1, 1, 1 },     { 63, 3, 7, 1 },     { 64, 5, 65, 1 },
        { 65, 1, 64, 1 },   { 130, 4, 65, 1 },   { 255, 17, 1, 1 },
        { 257, 9, 7, 1 },   { 300, 40, 600, 1 }, { 5, 3, 1300, 1 },
        { 1500, 6, 30, 1 }, { 513, 2, 257, 1 },  { 1, 1, 1, 3 },
        { 65, 3, 7, 2 },    { 300, 4, 90, 10 },  { 1500, 6, 3, 5 },
        { 5000, 2, 100, 3 } };
enum
{
  N_SIZES = sizeof sizes / sizeof *sizes
};

START_TEST (agrees_with_the_definition)
{
  for (size_t s = 0; s < N_SIZES; s++)
    for (int threads = 1; threads <= 3; threads++)
      {
        struct instance a;
        struct cvx_masked *m;
        struct cvx_error err;
        instance_new (&a, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3]);
        ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                      a.outputs, threads, &err),
                      err);
        naive (&a, a.stack, NULL);
        ck_assert_int_eq (cvx_masked_apply (m, a.v, a.f, NULL), CVX_OK);
        ck_assert_int_eq (cvx_masked_adjoint (m, a.r, a.g, NULL), CVX_OK);
        ck_assert (distance (a.n * a.outputs, a.f, a.naive_f) < 1e-13);
        ck_assert (distance (a.stack * a.d, a.g, a.naive_g) < 1e-13);
        /* <A v, r> = <v, A'r>; the sums may cancel, so relative to sizes.  */
        ck_assert (fabs (inner (a.n * a.outputs, a.f, a.r)
                         - inner (a.stack * a.d, a.v, a.g))
                   <= 1e-14 * sqrt (inner (a.n * a.outputs, a.f, a.f))
                              * sqrt (inner (a.n * a.outputs, a.r, a.r))
                          + 1e-14 * sqrt (inner (a.stack * a.d, a.v, a.v))
                                * sqrt (inner (a.stack * a.d, a.g, a.g)));
        cvx_masked_free (m);
        instance_free (&a);
      }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (lists_are_parts_of_the_stack)
{
  for (size_t s = 0; s < N_SIZES; s++)
    {
      struct instance a;
      struct cvx_masked *m;
      struct cvx_error err;
      size_t *list, k = 0;
      instance_new (&a, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3]);
      list = cvx_alloc (a.stack, sizeof *list);
      for (size_t g = a.stack; g-- > 0;)
        if (g % 3 != 1)
          list[k++] = g;
      ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                    a.outputs, 2, &err),
                    err);
      naive (&a, k, list);
      ck_assert_int_eq (cvx_masked_apply_list (m, k, list, a.v, a.f, NULL),
                        CVX_OK);
      ck_assert_int_eq (cvx_masked_adjoint_list (m, k, list, a.r, a.g, NULL),
                        CVX_OK);
      ck_assert (distance (a.n * a.outputs, a.f, a.naive_f) < 1e-13);
      ck_assert (distance (k * a.d, a.g, a.naive_g) < 1e-13);
      /* The empty list.  */
      ck_assert_int_eq (cvx_masked_apply_list (m, 0, list, a.v, a.f, NULL),
                        CVX_OK);
      ck_assert (inner (a.n * a.outputs, a.f, a.f) == 0);
      cvx_masked_free (m);
      cvx_free (list);
      instance_free (&a);
    }
}
END_TEST

START_TEST (digits_do_not_depend_on_threads)
{
  for (size_t s = 0; s < N_SIZES; s++)
    {
      struct instance a;
      instance_new (&a, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3]);
      for (int threads = 1; threads <= 4; threads++)
        {
          struct cvx_masked *m;
          struct cvx_error err;
          int before = cvx_blas_threads (0);
          double *f = threads == 1 ? a.naive_f : a.f;
          double *g = threads == 1 ? a.naive_g : a.g;
          size_t made;
          ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                        a.outputs, threads, &err),
                        err);
          made = cvx_alloc_count ();
          ck_assert_int_eq (cvx_masked_apply (m, a.v, f, NULL), CVX_OK);
          ck_assert_int_eq (cvx_masked_adjoint (m, a.r, g, NULL), CVX_OK);
          ck_assert_uint_eq (cvx_alloc_count (), made);
          ck_assert_int_eq (cvx_blas_threads (0), before);
          ck_assert_mem_eq (f, a.naive_f, a.n * a.outputs * sizeof *f);
          ck_assert_mem_eq (g, a.naive_g, a.stack * a.d * sizeof *g);
          cvx_masked_free (m);
        }
      instance_free (&a);
    }
}
END_TEST

START_TEST (kernels_agree_bit_for_bit)
{
  enum
  {
    ROWS = 7,
    WORDS = 3,
    LD = 200
  };
  struct cvx_rng rng;
  uint64_t words[ROWS * WORDS];
  const uint64_t *bits[ROWS];
  double z[ROWS * LD], f0[64 * WORDS], w0[ROWS * LD];
  const struct cvxi_mask_kernels *kernels;
  cvx_rng_init (&rng, 1, 1);
  for (size_t i = 0; i < ROWS * WORDS; i++)
    words[i] = cvx_rng_u64 (&rng);
  for (size_t b = 0; b < ROWS; b++)
    bits[b] = words + b * WORDS;
  for (size_t i = 0; i < ROWS * LD; i++)
    z[i] = cvx_rng_normal (&rng);
  for (size_t b = 0; b < ROWS; b++) /* what is masked out may be anything */
    for (size_t i = 0; i < 64 * WORDS; i++)
      if ((bits[b][i / 64] >> (i % 64) & 1) == 0)
        z[b * LD + i] = i % 2 == 0 ? NAN : -INFINITY;
  for (size_t k = 0; (kernels = cvxi_mask_kernels (k)) != NULL; k++)
    {
      double f[64 * WORDS], w[ROWS * LD], r[64 * WORDS];
      memset (w, 0, sizeof w);
      for (size_t i = 0; i < 64 * WORDS; i++)
        {
          f[i] = (double)i;
          r[i] = 1 + (double)i;
        }
      kernels->sum (ROWS, bits, WORDS, z, LD, f);
      kernels->spread (ROWS, bits, WORDS, r, w, LD);
      if (k == 0)
        {
          memcpy (f0, f, sizeof f);
          memcpy (w0, w, sizeof w);
        }
      ck_assert_mem_eq (f, f0, sizeof f);
      ck_assert_mem_eq (w, w0, sizeof w);
      for (size_t i = 0; i < 64 * WORDS; i++)
        {
          double sum = (double)i;
          for (size_t b = 0; b < ROWS; b++)
            {
              bool on = (bits[b][i / 64] >> (i % 64) & 1) != 0;
              if (on)
                sum += z[b * LD + i];
              ck_assert (w[b * LD + i] == (on ? r[i] : 0));
            }
          ck_assert (f[i] == sum);
        }
    }
}
END_TEST

START_TEST (counts_count_common_patterns)
{
  for (size_t s = 0; s < N_SIZES; s++)
    {
      struct instance a;
      struct cvx_masked *m;
      struct cvx_error err;
      double *c;
      instance_new (&a, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3]);
      c = cvx_alloc (a.n * a.n, sizeof *c);
      ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                    a.outputs, 2, &err),
                    err);
      cvx_masked_counts (m, c);
      for (size_t i = 0; i < a.n; i += 1 + i / 40)
        for (size_t j = 0; j < a.n; j++)
          {
            double count = 0;
            for (size_t g = 0; g < a.count; g++)
              count += bit (&a, g, i) && bit (&a, g, j);
            ck_assert (c[i * a.n + j] == count);
          }
      cvx_masked_free (m);
      cvx_free (c);
      instance_free (&a);
    }
}
END_TEST

START_TEST (abort_stops_between_tiles)
{
  struct instance a;
  struct cvx_masked *m;
  struct cvx_error err;
  struct cvx_progress progress = { 0 };
  instance_new (&a, 300, 40, 600, 1);
  ck_assert_ok (
      cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count, a.outputs, 2, &err),
      err);
  atomic_store (&progress.abort, 1);
  ck_assert_int_eq (cvx_masked_apply (m, a.v, a.f, &progress),
                    CVX_INTERRUPTED);
  ck_assert_int_eq (cvx_masked_adjoint (m, a.r, a.g, &progress),
                    CVX_INTERRUPTED);
  cvx_masked_free (m);
  instance_free (&a);
}
END_TEST

START_TEST (every_failed_allocation_is_reported)
{
  struct instance a;
  struct cvx_masked *m;
  struct cvx_error err;
  size_t live;
  instance_new (&a, 70, 3, 9, 2);
  live = cvx_alloc_live ();
  for (size_t k = 1;; k++)
    {
      enum cvx_status status;
      cvx_alloc_fail_at (k, false);
      status = cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count, a.outputs,
                               2, &err);
      cvx_alloc_fail_at (0, false);
      if (status == CVX_OK)
        {
          ck_assert_uint_gt (k, 4);
          cvx_masked_free (m);
          break;
        }
      ck_assert_int_eq (status, CVX_NOMEM);
      ck_assert_ptr_null (m);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  ck_assert_int_eq (
      cvx_masked_new (&m, a.x, (size_t)1 << 32, 3, a.bits, 1, 1, 1, &err),
      CVX_LIMIT);
  instance_free (&a);
}
END_TEST

TEST_MAIN ("masked", agrees_with_the_definition, lists_are_parts_of_the_stack,
           digits_do_not_depend_on_threads, kernels_agree_bit_for_bit,
           counts_count_common_patterns, abort_stops_between_tiles,
           every_failed_allocation_is_reported)
