/* Laws of the masked stack product.  */

#include "support.h"

#include <float.h>
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
    = { { 1, 1, 1, 1 },
        { 63, 3, 7, 1 },
        { 64, 5, 65, 1 },
        { 65, 1, 64, 1 },
        { 130, 4, 65, 1 },
        { 255, 17, 1, 1 },
        { 257, 9, 7, 1 },
        { 300, 40, 600, 1 },
        { 5, 3, 1300, 1 },
        { 1500, 6, 30, 1 },
        { 513, 2, 257, 1 },
        { 1, 1, 1, 3 },
        { 65, 3, 7, 2 },
        { 300, 4, 90, 10 },
        { 1500, 6, 3, 5 },
        { 5000, 2, 100, 3 },
        /* Tables: around lines, chunks, slabs, tiles and least sizes.  */
        { 127, 8, 48, 1 },
        { 128, 9, 49, 1 },
        { 128, 15, 12, 1 },
        { 400, 17, 13, 1 },
        { 200, 16, 7, 3 },
        { 95, 33, 96, 1 },
        { 96, 33, 95, 1 },
        { 240, 7, 192, 2 },
        { 2049, 2, 1601, 1 },
        { 1023, 8, 8, 1 },
        { 1024, 8, 8, 2 },
        { 3100, 5, 25, 2 },
        { 4200, 35, 95, 1 } };
enum
{
  N_SIZES = sizeof sizes / sizeof *sizes
};

START_TEST (agrees_with_the_definition)
{
  for (size_t s = 0; s < 2 * N_SIZES; s++)
    for (int threads = 1; threads <= 3; threads++)
      {
        bool single = s >= N_SIZES;
        const size_t *size = sizes[s % N_SIZES];
        double eps = single ? 1e-5 : 1e-13;
        struct instance a;
        struct cvx_masked *m;
        struct cvx_error err;
        instance_new (&a, size[0], size[1], size[2], size[3]);
        ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                      a.outputs, single, threads, &err),
                      err);
        naive (&a, a.stack, NULL);
        ck_assert_int_eq (cvx_masked_apply (m, a.v, a.f, NULL), CVX_OK);
        ck_assert_int_eq (cvx_masked_adjoint (m, a.r, a.g, NULL), CVX_OK);
        ck_assert (distance (a.n * a.outputs, a.f, a.naive_f) < eps);
        ck_assert (distance (a.stack * a.d, a.g, a.naive_g) < eps);
        /* Single precision is at work where it is asked for.  */
        ck_assert (!single || a.n * a.d < 10
                   || distance (a.stack * a.d, a.g, a.naive_g) > 1e-12);
        eps /= 10;
        /* <A v, r> = <v, A'r>; the sums may cancel, so relative to sizes.  */
        ck_assert (fabs (inner (a.n * a.outputs, a.f, a.r)
                         - inner (a.stack * a.d, a.v, a.g))
                   <= eps * sqrt (inner (a.n * a.outputs, a.f, a.f))
                              * sqrt (inner (a.n * a.outputs, a.r, a.r))
                          + eps * sqrt (inner (a.stack * a.d, a.v, a.v))
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
                                    a.outputs, false, 2, &err),
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

/* In every order, with repeats, and of one output after another in turn.  */
START_TEST (lists_may_repeat)
{
  static const size_t size[][4]
      = { { 300, 9, 60, 1 }, { 300, 9, 250, 2 }, { 2100, 3, 40, 3 } };
  for (size_t s = 0; s < 3; s++)
    for (size_t kind = 0; kind < 3; kind++)
      {
        struct instance a;
        struct cvx_masked *m;
        struct cvx_error err;
        size_t *list;
        instance_new (&a, size[s][0], size[s][1], size[s][2], size[s][3]);
        list = cvx_alloc (a.stack, sizeof *list);
        for (size_t b = 0; b < a.stack; b++)
          list[b] = kind == 0   ? a.stack - 1 - b
                    : kind == 1 ? b / 5 * 5
                                : b % a.outputs * a.count + b / a.outputs;
        ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                      a.outputs, false, 2, &err),
                      err);
        naive (&a, a.stack, list);
        ck_assert_int_eq (
            cvx_masked_apply_list (m, a.stack, list, a.v, a.f, NULL), CVX_OK);
        ck_assert_int_eq (
            cvx_masked_adjoint_list (m, a.stack, list, a.r, a.g, NULL),
            CVX_OK);
        ck_assert (distance (a.n * a.outputs, a.f, a.naive_f) < 1e-13);
        ck_assert (distance (a.stack * a.d, a.g, a.naive_g) < 1e-13);
        cvx_masked_free (m);
        cvx_free (list);
        instance_free (&a);
      }
}
END_TEST

/* Whole numbers have exact sums in any order.  */
START_TEST (exact_for_whole_numbers)
{
  for (size_t s = 0; s < 2 * N_SIZES; s++)
    {
      const size_t *size = sizes[s % N_SIZES];
      struct instance a;
      struct cvx_masked *m;
      struct cvx_error err;
      instance_new (&a, size[0], size[1], size[2], size[3]);
      for (size_t i = 0; i < a.n * a.d; i++)
        a.x[i] = round (2 * a.x[i]);
      for (size_t i = 0; i < a.stack * a.d; i++)
        a.v[i] = round (2 * a.v[i]);
      for (size_t i = 0; i < a.n * a.outputs; i++)
        a.r[i] = round (2 * a.r[i]);
      ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                    a.outputs, s >= N_SIZES, 2, &err),
                    err);
      naive (&a, a.stack, NULL);
      ck_assert_int_eq (cvx_masked_apply (m, a.v, a.f, NULL), CVX_OK);
      ck_assert_int_eq (cvx_masked_adjoint (m, a.r, a.g, NULL), CVX_OK);
      for (size_t i = 0; i < a.n * a.outputs; i++)
        ck_assert (a.f[i] == a.naive_f[i]);
      for (size_t i = 0; i < a.stack * a.d; i++)
        ck_assert (a.g[i] == a.naive_g[i]);
      cvx_masked_free (m);
      instance_free (&a);
    }
}
END_TEST

/* |fl (g) - g| <= (n + 1) u sum_i |r_i x_ij|, which certificates rely on.  */
START_TEST (adjoint_keeps_its_bound)
{
  for (size_t s = 0; s < N_SIZES; s++)
    {
      struct instance a;
      struct cvx_masked *m;
      struct cvx_error err;
      instance_new (&a, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3]);
      for (size_t i = 0; i < a.n * a.d; i++)
        a.x[i] = ldexp (a.x[i], (int)(i % 37) - 18);
      ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                    a.outputs, false, 2, &err),
                    err);
      ck_assert_int_eq (cvx_masked_adjoint (m, a.r, a.g, NULL), CVX_OK);
      for (size_t g = 0; g < a.stack; g++)
        for (size_t j = 0; j < a.d; j++)
          {
            long double sum = 0, size = 0, bound;
            for (size_t i = 0; i < a.n; i++)
              {
                long double t = (long double)a.x[i * a.d + j]
                                * a.r[i * a.outputs + g / a.count];
                sum += bit (&a, g % a.count, i) ? t : 0;
                size += fabsl (t);
              }
            bound = (long double)(a.n + 1) * DBL_EPSILON / 2 * size;
            ck_assert (fabsl (sum - a.g[g * a.d + j]) <= bound);
          }
      cvx_masked_free (m);
      instance_free (&a);
    }
}
END_TEST

START_TEST (digits_do_not_depend_on_threads)
{
  for (size_t s = 0; s < 2 * N_SIZES; s++)
    {
      struct instance a;
      instance_new (&a, sizes[s % N_SIZES][0], sizes[s % N_SIZES][1],
                    sizes[s % N_SIZES][2], sizes[s % N_SIZES][3]);
      for (int threads = 1; threads <= 4; threads++)
        {
          struct cvx_masked *m;
          struct cvx_error err;
          int before = cvx_blas_threads (0);
          double *f = threads == 1 ? a.naive_f : a.f;
          double *g = threads == 1 ? a.naive_g : a.g;
          size_t made;
          ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count,
                                        a.outputs, s >= N_SIZES, threads,
                                        &err),
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
  float y[ROWS * LD];
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
  for (size_t i = 0; i < ROWS * LD; i++)
    y[i] = (float)z[i];
  for (size_t k = 0; (kernels = cvxi_mask_kernels (k)) != NULL; k++)
    {
      double f[64 * WORDS], w[ROWS * LD], r[64 * WORDS];
      float g[64 * WORDS], v[ROWS * LD], q[64 * WORDS];
      memset (w, 0, sizeof w);
      for (size_t i = 0; i < 64 * WORDS; i++)
        {
          f[i] = (double)i;
          r[i] = 1 + (double)i;
        }
      for (size_t i = 0; i < 64 * WORDS; i++)
        {
          g[i] = (float)f[i];
          q[i] = (float)r[i];
        }
      kernels->sum_single (ROWS, bits, WORDS, y, LD, g);
      kernels->spread_single (ROWS, bits, WORDS, q, v, LD);
      for (size_t i = 0; i < 64 * WORDS; i++)
        {
          float sum = (float)i;
          for (size_t b = 0; b < ROWS; b++)
            {
              bool on = bits[b][i / 64] >> (i % 64) & 1;
              if (on)
                sum += y[b * LD + i];
              ck_assert_float_eq (v[b * LD + i], on ? q[i] : 0);
            }
          ck_assert_float_eq (g[i], sum);
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

/* Every version makes the same tables and sums of them.  */
START_TEST (table_kernels_agree_bit_for_bit)
{
  enum
  {
    ROWS = 49,
    LD = 23,
    BYTES = CVXI_LINE_BYTES,
    TABLE = (CVXI_GROUPS << CVXI_GROUP) * BYTES,
    PANEL = CVXI_GROUPS * CVXI_GROUP * BYTES
  };
  struct
  {
    char panel[PANEL], table[TABLE], sum[ROWS * BYTES], scaled[ROWS * BYTES];
    double f[3 * ROWS];
  } * out[2]; /* of the first version and of another one */
  uint64_t word[ROWS];
  double x[ROWS * LD], r[ROWS];
  float y[ROWS * LD], q[ROWS];
  const struct cvxi_mask_kernels *t;
  struct cvx_rng rng;
  cvx_rng_init (&rng, 1, 2);
  for (size_t v = 0; v < 2; v++)
    ck_assert_ptr_nonnull (out[v] = cvx_calloc (1, sizeof *out[v]));
  for (size_t i = 0; i < ROWS * LD; i++)
    y[i] = (float)(x[i] = cvx_rng_normal (&rng));
  for (size_t i = 0; i < ROWS; i++)
    {
      q[i] = (float)(r[i] = cvx_rng_normal (&rng));
      word[i] = cvx_rng_u64 (&rng); /* what is not in a field is not used */
    }
  for (size_t single = 0; single < 2; single++)
    for (size_t groups = 1; groups <= CVXI_GROUPS; groups++)
      for (size_t k = 0; (t = cvxi_mask_kernels (k)) != NULL; k++)
        {
          void *panel = out[k > 0]->panel, *table = out[k > 0]->table;
          void *sum = out[k > 0]->sum, *scaled = out[k > 0]->scaled;
          double *f = out[k > 0]->f;
          size_t rows = groups * CVXI_GROUP;
          memset (out[k > 0], 0, sizeof *out[0]);
          if (single)
            {
              t->scale_single (rows, q, y + 1, LD, panel);
              t->build_single (groups, panel, table);
              t->look_up_single (groups, ROWS, word, table, false, sum);
              t->look_up_single (groups, ROWS, word, table, true, sum);
              t->dot_single (ROWS, sum, y + 3, LD, f + 1, 3);
              t->scale_single (ROWS, q, y, LD, scaled);
              t->scatter_single (groups, ROWS, word, scaled, table, y, LD);
            }
          else
            {
              t->scale (rows, r, x + 1, LD, panel);
              t->build (groups, panel, table);
              t->look_up (groups, ROWS, word, table, false, sum);
              t->look_up (groups, ROWS, word, table, true, sum);
              t->dot (ROWS, sum, x + 3, LD, f + 1, 3);
              t->scale (ROWS, r, x, LD, scaled);
              t->scatter (groups, ROWS, word, scaled, table, x, LD);
            }
          if (k > 0)
            ck_assert_mem_eq (out[0], out[1], sizeof *out[0]);
        }
  for (size_t v = 0; v < 2; v++)
    cvx_free (out[v]);
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
                                    a.outputs, false, 2, &err),
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
  ck_assert_ok (cvx_masked_new (&m, a.x, a.n, a.d, a.bits, a.count, a.outputs,
                                false, 2, &err),
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
                               false, 2, &err);
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
  ck_assert_int_eq (cvx_masked_new (&m, a.x, (size_t)1 << 32, 3, a.bits, 1, 1,
                                    false, 1, &err),
                    CVX_LIMIT);
  instance_free (&a);
}
END_TEST

TEST_MAIN ("masked", agrees_with_the_definition, lists_are_parts_of_the_stack,
           lists_may_repeat, exact_for_whole_numbers, adjoint_keeps_its_bound,
           digits_do_not_depend_on_threads, kernels_agree_bit_for_bit,
           table_kernels_agree_bit_for_bit, counts_count_common_patterns,
           abort_stops_between_tiles, every_failed_allocation_is_reported)
