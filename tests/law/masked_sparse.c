/* Laws of the masked stack product of a sparse X: it is the sum that defines
   it, its adjoint is one, and threads do not change its digits.  */

#include "support.h"

#include <string.h>

#include "linalg/masked_sparse.h"

struct instance
{
  size_t n, d, count, outputs, stack, n_words;
  struct cvx_csr *x;
  double *row, *v, *r, *f, *g, *naive_f, *naive_g;
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

static void
instance_new (struct instance *a, const size_t *size)
{
  struct cvx_rng rng;
  struct cvx_error err;
  *a = (struct instance){ size[0], size[1], size[2], size[3], .row = NULL };
  cvx_rng_init (&rng, 5, a->n * 1000 + a->count);
  a->stack = a->count * a->outputs;
  a->n_words = (a->n + 63) / 64;
  ck_assert_ok (cvx_csr_new (&a->x, a->n, a->d, a->n * a->d, &err), err);
  a->row = cvx_alloc (a->d, sizeof *a->row);
  for (size_t i = 0; i < a->n; i++)
    {
      for (size_t j = 0; j < a->d; j++)
        a->row[j] = cvx_rng_below (&rng, 6) == 0 ? cvx_rng_normal (&rng) : 0;
      cvx_csr_put (a->x, i, a->row);
    }
  a->v = normal (&rng, a->stack * a->d);
  a->r = normal (&rng, a->n * a->outputs);
  a->f = normal (&rng, a->n * a->outputs);
  a->g = normal (&rng, a->stack * a->d);
  a->naive_f = normal (&rng, a->n * a->outputs);
  a->naive_g = normal (&rng, a->stack * a->d);
  a->bits = cvx_calloc (a->count * a->n_words, sizeof *a->bits);
  for (size_t b = 0; b < a->count; b++)
    for (size_t i = 0; i < a->n; i++)
      a->bits[b * a->n_words + i / 64] |= (cvx_rng_u64 (&rng) & 1) << (i % 64);
}

static void
instance_free (struct instance *a)
{
  cvx_csr_free (a->x);
  cvx_free (a->row);
  cvx_free (a->v);
  cvx_free (a->r);
  cvx_free (a->f);
  cvx_free (a->g);
  cvx_free (a->naive_f);
  cvx_free (a->naive_g);
  cvx_free (a->bits);
}

/* The definition, for the K rows of v in LIST (NULL: all).  */
static void
naive (struct instance *a, size_t k, const size_t *list)
{
  size_t c = a->outputs;
  memset (a->naive_f, 0, a->n * c * sizeof (double));
  memset (a->naive_g, 0, a->stack * a->d * sizeof (double));
  for (size_t i = 0; i < a->n; i++)
    {
      cvx_csr_expand (a->x, i, a->row);
      for (size_t b = 0; b < k; b++)
        {
          size_t g = list == NULL ? b : list[b], o = g / a->count;
          const uint64_t *bits = a->bits + g % a->count * a->n_words;
          if ((bits[i / 64] >> (i % 64) & 1) == 0)
            continue;
          for (size_t j = 0; j < a->d; j++)
            {
              a->naive_f[i * c + o] += a->row[j] * a->v[b * a->d + j];
              a->naive_g[b * a->d + j] += a->row[j] * a->r[i * c + o];
            }
        }
    }
}

static void
near (size_t n, const double *a, const double *b)
{
  double most = 0, size = 1;
  for (size_t i = 0; i < n; i++)
    {
      most = fmax (most, fabs (a[i] - b[i]));
      size = fmax (size, fabs (b[i]));
    }
  ck_assert (most <= 1e-13 * size);
}

/* n, d, patterns, outputs.  */
static const size_t sizes[][4]
    = { { 1, 1, 1, 1 },     { 63, 3, 7, 1 },    { 65, 40, 31, 1 },
        { 64, 5, 32, 1 },   { 300, 40, 33, 1 }, { 257, 90, 200, 1 },
        { 65, 3, 7, 2 },    { 300, 4, 90, 10 }, { 1500, 6, 3, 5 },
        { 700, 50, 40, 3 }, { 5, 300, 64, 2 } };

START_TEST (it_is_the_sum_that_defines_it)
{
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int part = 0; part < 2; part++)
      {
        struct instance a;
        size_t *list, k = 0;
        double *f, *g;
        instance_new (&a, sizes[s]);
        list = cvx_alloc (a.stack, sizeof *list);
        f = cvx_alloc (a.n * a.outputs, sizeof *f);
        g = cvx_alloc (a.stack * a.d, sizeof *g);
        for (size_t b = a.stack; b-- > 0;)
          if (b % 3 != 1)
            list[k++] = b;
        if (k < a.stack) /* repeats are allowed */
          list[k] = list[0];
        k += k < a.stack;
        if (part == 0)
          k = a.stack;
        naive (&a, k, part == 0 ? NULL : list);
        for (int threads = 1; threads <= 3; threads++)
          {
            struct cvxi_sparse_product *m;
            struct cvx_error err;
            size_t made;
            ck_assert_ok (cvxi_sparse_product_new (&m, a.x, a.bits, a.count,
                                                   a.outputs, threads, &err),
                          err);
            made = cvx_alloc_count ();
            ck_assert_int_eq (cvxi_sparse_apply (m, k, part == 0 ? NULL : list,
                                                 a.v, a.f, NULL),
                              CVX_OK);
            ck_assert_int_eq (cvxi_sparse_adjoint (m, k,
                                                   part == 0 ? NULL : list,
                                                   a.r, a.g, NULL),
                              CVX_OK);
            ck_assert_uint_eq (cvx_alloc_count (), made);
            near (a.n * a.outputs, a.f, a.naive_f);
            near (k * a.d, a.g, a.naive_g);
            if (threads == 1)
              {
                memcpy (f, a.f, a.n * a.outputs * sizeof *f);
                memcpy (g, a.g, k * a.d * sizeof *g);
              }
            ck_assert_mem_eq (f, a.f, a.n * a.outputs * sizeof *f);
            ck_assert_mem_eq (g, a.g, k * a.d * sizeof *g);
            cvxi_sparse_product_free (m);
          }
        cvx_free (list);
        cvx_free (f);
        cvx_free (g);
        instance_free (&a);
      }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (abort_and_lack_of_memory)
{
  static const size_t size[] = { 300, 40, 600, 1 };
  struct instance a;
  struct cvxi_sparse_product *m;
  struct cvx_error err;
  struct cvx_progress progress = { 0 };
  size_t live;
  enum cvx_status status;
  instance_new (&a, size);
  live = cvx_alloc_live ();
  for (size_t k = 1;; k++)
    {
      cvx_alloc_fail_at (k, false);
      status = cvxi_sparse_product_new (&m, a.x, a.bits, a.count, a.outputs, 2,
                                        &err);
      cvx_alloc_fail_at (0, false);
      if (status == CVX_OK)
        break;
      ck_assert_int_eq (status, CVX_NOMEM);
      ck_assert_ptr_null (m);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  atomic_store (&progress.abort, 1);
  ck_assert_int_eq (cvxi_sparse_apply (m, 600, NULL, a.v, a.f, &progress),
                    CVX_INTERRUPTED);
  ck_assert_int_eq (cvxi_sparse_adjoint (m, 600, NULL, a.r, a.g, &progress),
                    CVX_INTERRUPTED);
  cvxi_sparse_product_free (m);
  instance_free (&a);
}
END_TEST

TEST_MAIN ("masked_sparse", it_is_the_sum_that_defines_it,
           abort_and_lack_of_memory)
