/* sparse.c -- data of few nonzeros are the same data: every reader option,
   transform, description, file and lack of memory gives what the table with
   its zeros gives, to the last bit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "data/dataset.h"
#include "files.h"
#include "support.h"

enum
{
  N = 60,
  D = 17
};

/* The same table as LIBSVM and as CSV.  Column 4 is empty, 5 equals 6, row 8
   is a row of zeros, row 9 repeats row 3 with another label.  */
static void
write_pair (const char *svm, const char *csv)
{
  double x[N][D];
  struct cvx_rng r;
  FILE *a = fopen (svm, "w"), *b = fopen (csv, "w");
  ck_assert_ptr_nonnull (a);
  ck_assert_ptr_nonnull (b);
  cvx_rng_init (&r, 3, 1);
  for (size_t i = 0; i < N; i++)
    {
      for (size_t j = 0; j < D; j++)
        x[i][j] = cvx_rng_below (&r, 5) == 0 && j != 4 && i != 8
                      ? (double)cvx_rng_below (&r, 9) - 4.25
                      : 0;
      x[i][6] = x[i][5];
      if (i == 9)
        memcpy (x[9], x[3], sizeof x[3]);
      if (i == N - 1)
        x[i][D - 1] = 3;
      fprintf (a, "%d", i % 3 == 0 ? -1 : 1);
      for (size_t j = 0; j < D; j++)
        {
          if (x[i][j] != 0)
            fprintf (a, " %zu:%g", j + 1, x[i][j]);
          fprintf (b, "%g,", x[i][j]);
        }
      fprintf (a, "\n");
      fprintf (b, "%d\n", i % 3 == 0 ? -1 : 1);
    }
  fclose (a);
  fclose (b);
}

static struct cvx_dataset *
read_file (const char *path, struct cvx_read_options o)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  o.header = -1;
  ck_assert_ok (cvx_dataset_read (&d, path, &o, NULL, NULL, &err), err);
  return d;
}

/* A: sparse, B: dense.  */
static void
read_pair (struct cvx_dataset **a, struct cvx_dataset **b,
           struct cvx_read_options o)
{
  char svm[4200], csv[4200];
  snprintf (svm, sizeof svm, "%s", test_scratch ("x.svm"));
  snprintf (csv, sizeof csv, "%s", test_scratch ("x.csv"));
  write_pair (svm, csv);
  *a = read_file (svm, o);
  *b = read_file (csv, o);
  remove (svm);
  remove (csv);
  ck_assert (cvx_dataset_is_sparse (*a));
  ck_assert (!cvx_dataset_is_sparse (*b));
}

static void
same (const struct cvx_dataset *a, const struct cvx_dataset *b)
{
  struct cvx_dataset *full;
  struct cvx_error err;
  ck_assert_uint_eq (a->n_features, b->n_features);
  ck_assert_uint_eq (a->hash, b->hash);
  ck_assert_ok (cvx_dataset_copy (&full, a, &err), err);
  ck_assert_ok (cvx_dataset_fill (full, &err), err);
  cvx_dataset_rehash (full);
  ck_assert_uint_eq (full->hash, b->hash);
  for (int k = 0; k < CVX_N_PARTS; k++)
    for (size_t i = 0; i < b->part[k].n; i++)
      ck_assert_mem_eq (full->part[k].x + i * b->n_features,
                        b->part[k].x + i * b->n_features,
                        b->n_features * sizeof (double));
  cvx_dataset_free (full);
}

enum
{
  SPLIT,
  STRATIFIED,
  MAX,
  ROWNORM,
  BIAS,
  SAMPLE,
  SUBSET,
  CLASSES,
  ONEHOT,
  COPY,
  N_TRANSFORMS
};

static enum cvx_status
transform (int which, struct cvx_dataset **out, const struct cvx_dataset *d,
           struct cvx_error *err)
{
  static const char *const names[] = { "1", "-1" };
  switch (which)
    {
    case SPLIT:
    case STRATIFIED:
      return cvx_dataset_split (out, d, 0.5, 0.2, 0, 4, which == STRATIFIED,
                                err);
    case MAX:
      return cvx_dataset_scale (out, d, CVX_SCALE_MAX, CVX_SCALE_NONE, NULL,
                                err);
    case ROWNORM:
      return cvx_dataset_scale (out, d, CVX_SCALE_ROWNORM, CVX_SCALE_NONE,
                                NULL, err);
    case BIAS:
      return cvx_dataset_bias (
          out, d, d->bias == CVX_BIAS_NONE ? CVX_BIAS_AUGMENTED : 0, err);
    case SAMPLE:
      return cvx_dataset_sample (out, d, 15, 2, err);
    case SUBSET:
      return cvx_dataset_subset (out, d, 5, 12, err);
    case CLASSES:
      return cvx_dataset_classes (out, d, names, 2, err);
    case ONEHOT:
      return cvx_dataset_onehot (out, d, err);
    default:
      return cvx_dataset_copy (out, d, err);
    }
}

START_TEST (rows_of_the_file)
{
  static const struct cvx_read_options options[]
      = { { .y = NULL }, { .first_row = 7, .n_rows = 20 }, { .n_rows = 40 } };
  for (size_t k = 0; k < sizeof options / sizeof *options; k++)
    {
      struct cvx_dataset *a, *b;
      read_pair (&a, &b, options[k]);
      ck_assert_uint_lt (cvx_dataset_size (a), cvx_dataset_size (b));
      /* The rows chosen may not reach the last column.  */
      if (a->n_features == b->n_features)
        same (a, b);
      else
        ck_assert_uint_lt (a->n_features, b->n_features);
      cvx_dataset_free (a);
      cvx_dataset_free (b);
    }
}
END_TEST

/* Two transforms, one after the other, of data in three forms: nonzeros,
   nonzeros and zeros (as while a formulation works on them), a table.  */
static void
both_ways (int first, int second)
{
  struct cvx_dataset *d[3], *r[3], *s[3];
  struct cvx_error err;
  enum cvx_status got[3];
  read_pair (&d[0], &d[1], (struct cvx_read_options){ .y = NULL });
  ck_assert_ok (cvx_dataset_copy (&d[2], d[0], &err), err);
  ck_assert_ok (cvx_dataset_fill (d[2], &err), err);
  for (int k = 0; k < 3; k++)
    {
      ck_assert_ok (transform (first, &r[k], d[k], &err), err);
      got[k] = transform (second, &s[k], r[k], &err);
    }
  same (r[0], r[1]);
  same (r[2], r[1]);
  ck_assert (cvx_dataset_is_sparse (r[0]));
  ck_assert_int_eq (got[0], got[1]);
  ck_assert_int_eq (got[2], got[1]);
  if (got[0] == CVX_OK)
    {
      same (s[0], s[1]);
      same (s[2], s[1]);
    }
  for (int k = 0; k < 3; k++)
    {
      cvx_dataset_free (d[k]);
      cvx_dataset_free (r[k]);
      cvx_dataset_free (s[k]);
    }
}

START_TEST (transforms_are_those_of_the_table)
{
  for (int first = 0; first < N_TRANSFORMS; first++)
    for (int second = 0; second < N_TRANSFORMS; second++)
      both_ways (first, second);
}
END_TEST

START_TEST (means_need_zeros)
{
  struct cvx_dataset *a, *b, *r, *q;
  struct cvx_error err;
  read_pair (&a, &b, (struct cvx_read_options){ .y = NULL });
  ck_assert_int_eq (cvx_dataset_scale (&r, a, CVX_SCALE_STANDARD,
                                       CVX_SCALE_NONE, NULL, &err),
                    CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E228);
  ck_assert_ptr_null (r);
  ck_assert_ok (cvx_dataset_fill (a, &err), err);
  ck_assert_ok (cvx_dataset_scale (&r, a, CVX_SCALE_STANDARD, CVX_SCALE_NONE,
                                   NULL, &err),
                err);
  ck_assert_ok (cvx_dataset_scale (&q, b, CVX_SCALE_STANDARD, CVX_SCALE_NONE,
                                   NULL, &err),
                err);
  ck_assert_ptr_null (r->part[CVX_TRAIN].sparse);
  ck_assert_uint_eq (r->hash, q->hash);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
  cvx_dataset_free (r);
  cvx_dataset_free (q);
}
END_TEST

START_TEST (descriptions_agree)
{
  struct cvx_dataset *a, *b;
  struct cvx_summary p, q;
  struct cvx_error err;
  read_pair (&a, &b, (struct cvx_read_options){ .y = NULL });
  ck_assert_ok (cvx_dataset_describe (a, &p, &err), err);
  ck_assert_ok (cvx_dataset_describe (b, &q, &err), err);
  ck_assert_uint_eq (p.rank, q.rank);
  ck_assert_uint_eq (p.rank, D - 2);
  ck_assert_double_eq (p.condition, q.condition);
  ck_assert_uint_eq (p.n_constant, 1);
  ck_assert_uint_eq (q.n_constant, 1);
  ck_assert_uint_eq (p.n_duplicate_cols, q.n_duplicate_cols);
  ck_assert_uint_ge (p.n_duplicate_cols, 1);
  ck_assert_uint_eq (p.n_duplicate_rows, q.n_duplicate_rows);
  ck_assert_uint_eq (p.n_conflicts, q.n_conflicts);
  ck_assert_uint_eq (p.n_zero_rows, q.n_zero_rows);
  ck_assert_uint_ge (p.n_zero_rows, 1);
  ck_assert_uint_eq (p.n_nonzero, q.n_nonzero);
  ck_assert_double_eq (p.x_min, q.x_min);
  ck_assert_double_eq (p.x_max, q.x_max);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}
END_TEST

/* A long sparse X: its embedding keeps rank and condition.  */
START_TEST (estimates_are_near)
{
  enum
  {
    ROWS = 60000,
    COLS = 90,
    RANK = 88
  };
  struct cvx_dataset *d, *full;
  struct cvx_csr *x;
  struct cvx_summary p, q;
  struct cvx_error err;
  struct cvx_rng r;
  ck_assert_ok (cvx_dataset_new (&d, "long", ROWS, COLS, 1, &err), err);
  cvx_rng_init (&r, 9, 1);
  for (size_t i = 0; i < ROWS; i++)
    {
      double *row = d->part[CVX_TRAIN].x + i * COLS;
      for (size_t j = 0; j < COLS; j++)
        row[j] = cvx_rng_below (&r, 9) == 0 ? cvx_rng_uniform (&r) : 0;
      row[RANK] = row[0];
      row[RANK + 1] = row[1];
      d->part[CVX_TRAIN].y[i] = (double)i;
    }
  ck_assert_ok (cvx_dataset_copy (&full, d, &err), err);
  ck_assert_ok (cvx_csr_new (&x, ROWS, COLS, ROWS * COLS, &err), err);
  for (size_t i = 0; i < ROWS; i++)
    cvx_csr_put (x, i, d->part[CVX_TRAIN].x + i * COLS);
  cvx_free (d->part[CVX_TRAIN].x);
  d->part[CVX_TRAIN].x = NULL;
  d->part[CVX_TRAIN].sparse = x;
  ck_assert_ok (cvx_dataset_describe (d, &p, &err), err);
  ck_assert_ok (cvx_dataset_describe (full, &q, &err), err);
  ck_assert (p.estimated);
  ck_assert_uint_eq (p.rank, RANK);
  ck_assert_uint_eq (q.rank, RANK);
  /* The embedding of a matrix whose columns are nearly orthogonal has singular
     values in [1 - e, 1 + e] with e = sqrt (1 / 3), as random ones have.  */
  ck_assert_double_lt (fabs (log (p.condition / q.condition)), log (4));
  cvx_dataset_free (d);
  cvx_dataset_free (full);
}
END_TEST

START_TEST (saved_is_loaded)
{
  struct cvx_dataset *a, *b, *s, *back;
  struct cvx_error err;
  struct cvx_npz_writer *w;
  struct cvx_npz *z;
  const char *path;
  read_pair (&a, &b, (struct cvx_read_options){ .y = NULL });
  ck_assert_ok (cvx_dataset_split (&s, a, 0.5, 0, 0, 1, false, &err), err);
  path = test_scratch ("x.npz");
  ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
  ck_assert_ok (cvx_dataset_save (s, w, "d/", &err), err);
  ck_assert_ok (cvx_npz_close (w, &err), err);
  ck_assert_ok (cvx_npz_read (&z, path, 0, NULL, &err), err);
  ck_assert_ok (cvx_dataset_load (&back, z, "d/", &err), err);
  ck_assert (cvx_dataset_is_sparse (back));
  ck_assert_uint_eq (back->hash, s->hash);
  cvx_dataset_free (back);
  /* A column out of range, and one out of order, are seen.  */
  for (int k = 0; k < 2; k++)
    {
      const struct cvx_array *c = cvx_npz_find (z, "d/train.column");
      uint64_t *v = c->values, old = v[1];
      v[1] = k == 0 ? 4000000000u : v[0];
      ck_assert_int_eq (cvx_dataset_load (&back, z, "d/", &err), CVX_DATA);
      ck_assert_int_eq (err.id, CVX_E402);
      v[1] = old;
    }
  cvx_npz_free (z);
  remove (path);
  cvx_dataset_free (s);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}
END_TEST

/* A part for sparse data from either kind of file.  */
START_TEST (parts_join)
{
  char svm[4200], csv[4200];
  struct cvx_dataset *a, *b, *made[4];
  struct cvx_error err;
  struct cvx_read_options o = { .header = -1 };
  read_pair (&a, &b, (struct cvx_read_options){ .y = NULL });
  for (int k = 0; k < 2; k++)
    {
      struct cvx_dataset **d = k == 0 ? &a : &b, *r;
      ck_assert_ok (cvx_dataset_scale (&r, *d, CVX_SCALE_MAX, CVX_SCALE_NONE,
                                       NULL, &err),
                    err);
      cvx_dataset_free (*d);
      *d = r;
      ck_assert_ok (cvx_dataset_bias (&r, *d, CVX_BIAS_AUGMENTED, &err), err);
      cvx_dataset_free (*d);
      *d = r;
    }
  snprintf (svm, sizeof svm, "%s", test_scratch ("p.svm"));
  snprintf (csv, sizeof csv, "%s", test_scratch ("p.csv"));
  write_pair (svm, csv);
  for (int k = 0; k < 4; k++)
    ck_assert_ok (cvx_dataset_read_part (&made[k], k / 2 == 0 ? a : b,
                                         CVX_TEST, k % 2 == 0 ? svm : csv, &o,
                                         NULL, NULL, &err),
                  err);
  for (int k = 0; k < 3; k++)
    same (made[k], made[3]);
  ck_assert (cvx_dataset_is_sparse (made[0]));
  ck_assert (cvx_dataset_is_sparse (made[1]));
  for (int k = 0; k < 4; k++)
    cvx_dataset_free (made[k]);
  remove (svm);
  remove (csv);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}
END_TEST

START_TEST (memory_may_end_anywhere)
{
  struct cvx_dataset *a, *b, *r;
  struct cvx_summary p;
  struct cvx_error err;
  size_t live;
  read_pair (&a, &b, (struct cvx_read_options){ .y = NULL });
  live = cvx_alloc_live ();
  for (int which = 0; which <= N_TRANSFORMS + 1; which++)
    for (size_t k = 1;; k++)
      {
        enum cvx_status status;
        r = NULL;
        cvx_alloc_fail_at (k, false);
        status = which < N_TRANSFORMS    ? transform (which, &r, a, &err)
                 : which == N_TRANSFORMS ? cvx_dataset_describe (a, &p, &err)
                                         : cvx_dataset_copy (&r, a, &err);
        cvx_alloc_fail_at (0, false);
        cvx_dataset_free (r);
        ck_assert_uint_eq (cvx_alloc_live (), live);
        if (status == CVX_OK)
          break;
        ck_assert_int_eq (status, CVX_NOMEM);
      }
  cvx_alloc_fail_at (1, true);
  ck_assert_int_eq (cvx_dataset_fill (a, &err), CVX_NOMEM);
  cvx_alloc_fail_at (0, false);
  ck_assert (cvx_dataset_is_sparse (a));
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}
END_TEST

TEST_MAIN ("sparse", rows_of_the_file, transforms_are_those_of_the_table,
           means_need_zeros, descriptions_agree, estimates_are_near,
           saved_is_loaded, parts_join, memory_may_end_anywhere)
