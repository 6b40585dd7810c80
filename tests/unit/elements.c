/* elements.c -- numbers that go straight into a dataset, by one thread or by
   two, are those that an array in memory gives.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "data/dataset.h"
#include "files.h"
#include "linalg/threads.h"
#include "support.h"

enum
{
  COLUMNS = 41,
  LARGE = 120000, /* rows: more than one thread reads alone */
  SMALL = 7
};

/* A file of ROWS rows: an array alone, or the only one of an archive, which is
   read into memory first.  */
static void
write_array (const char *path, bool alone, enum cvx_array_type type,
             size_t rows, double odd)
{
  size_t shape[2] = { rows, COLUMNS }, n = rows * COLUMNS;
  void *values = cvx_calloc (n, cvx_array_width (type));
  struct cvx_npz_writer *w;
  struct cvx_error err;
  ck_assert_ptr_nonnull (values);
  for (size_t k = 0; k < n; k++)
    {
      unsigned v = (unsigned)((k * 2654435761u) >> 7) % 201u;
      switch (type)
        {
        case CVX_ARRAY_F64:
          ((double *)values)[k] = k == n - 5 ? odd : v * 0.375 - 20;
          break;
        case CVX_ARRAY_F32:
          ((float *)values)[k] = (float)v * 0.1f;
          break;
        case CVX_ARRAY_I64:
          ((int64_t *)values)[k] = (int64_t)v - 100;
          break;
        default:
          ((unsigned char *)values)[k] = (unsigned char)v;
        }
    }
  if (alone)
    ck_assert_ok (cvx_npy_write (path, type, 2, shape, values, &err), err);
  else
    {
      ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
      ck_assert_ok (cvx_npz_add (w, "X", type, 2, shape, values, &err), err);
      ck_assert_ok (cvx_npz_close (w, &err), err);
    }
  cvx_free (values);
}

static void
same (const struct cvx_dataset *a, const struct cvx_dataset *b)
{
  const struct cvx_part *p = &a->part[0], *q = &b->part[0];
  ck_assert_uint_eq (p->n, q->n);
  ck_assert_uint_eq (a->n_features, b->n_features);
  ck_assert_uint_eq (a->n_outputs, b->n_outputs);
  ck_assert_int_eq (memcmp (p->x, q->x, p->n * a->n_features * sizeof *p->x),
                    0);
  ck_assert_int_eq (memcmp (p->y, q->y, p->n * a->n_outputs * sizeof *p->y),
                    0);
  ck_assert_int_eq (memcmp (p->row, q->row, p->n * sizeof *p->row), 0);
  ck_assert_uint_eq (a->hash, b->hash);
}

static const struct cvx_read_options choices[] = {
  { .header = -1 },
  { .header = -1, .y = "" },
  { .header = -1, .y = "1,20" },
  { .header = -1, .x = "2:9", .y = "41" },
  { .header = -1, .x = "9,3,40", .y = "41" },
  { .header = -1, .first_row = 3, .n_rows = 4 },
  { .header = -1, .first_row = 2 },
};

/* What the two files hold is the same.  */
static void
compare (const char *npy, const char *other, const struct cvx_read_options *o)
{
  struct cvx_dataset *a, *b;
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_read (&a, npy, o, NULL, NULL, &err), err);
  ck_assert_ok (cvx_dataset_read (&b, other, o, NULL, NULL, &err), err);
  same (a, b);
  cvx_dataset_rehash (b);
  ck_assert_uint_eq (a->hash, b->hash);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}

START_TEST (files_are_what_arrays_in_memory_are)
{
  static const enum cvx_array_type types[]
      = { CVX_ARRAY_F64, CVX_ARRAY_F32, CVX_ARRAY_I64, CVX_ARRAY_U8 };
  char npy[4200], npz[4200], member[4300];
  snprintf (npy, sizeof npy, "%s", test_scratch ("a.npy"));
  snprintf (npz, sizeof npz, "%s", test_scratch ("a.npz"));
  snprintf (member, sizeof member, "%s:X", npz);
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    {
      write_array (npy, true, types[t], SMALL, 1);
      write_array (npz, false, types[t], SMALL, 1);
      for (size_t k = 0; k < sizeof choices / sizeof *choices; k++)
        compare (npy, member, &choices[k]);
    }
  unlink (npy);
  unlink (npz);
}
END_TEST

START_TEST (two_threads_are_one)
{
  static const enum cvx_array_type types[] = { CVX_ARRAY_F64, CVX_ARRAY_U8 };
  char npy[4200], npz[4200], member[4300];
  snprintf (npy, sizeof npy, "%s", test_scratch ("a.npy"));
  snprintf (npz, sizeof npz, "%s", test_scratch ("a.npz"));
  snprintf (member, sizeof member, "%s:X", npz);
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    {
      write_array (npy, true, types[t], LARGE, 1);
      write_array (npz, false, types[t], LARGE, 1);
      for (int threads = 1; threads <= 2; threads++)
        {
          cvx_blas_threads (threads);
          for (size_t k = 0; k < 3; k++)
            compare (npy, member, &choices[k]);
        }
    }
  unlink (npy);
  unlink (npz);
}
END_TEST

/* Numbers that are not plain are seen whoever looks, wherever they are.  */
START_TEST (odd_numbers_are_seen)
{
  static const double odd[] = { NAN, INFINITY, -INFINITY, 1e200 };
  const char *npy = test_scratch ("a.npy");
  for (size_t k = 0; k < 4; k++)
    for (int large = 0; large <= 1; large++)
      for (int split = 0; split <= 1; split++)
        {
          struct cvx_read_options o = { .header = -1, .y = split ? NULL : "" };
          struct cvx_text notes = CVX_TEXT_INIT;
          struct cvx_dataset *d;
          struct cvx_error err;
          enum cvx_status status;
          size_t n = large ? (size_t)LARGE : (size_t)SMALL;
          write_array (npy, true, CVX_ARRAY_F64, n, odd[k]);
          cvx_blas_threads (2);
          status = cvx_dataset_read (&d, npy, &o, NULL, &notes, &err);
          if (k == 3)
            {
              ck_assert_ok (status, err);
              ck_assert_ptr_nonnull (
                  strstr (cvx_text_string (&notes), "overflow"));
              cvx_dataset_free (d);
            }
          else
            {
              ck_assert_int_eq (status, CVX_DATA);
              ck_assert_int_eq (err.id, k == 0 ? CVX_E215 : CVX_E216);
              o.missing = CVX_MISSING_DROP;
              ck_assert_ok (cvx_dataset_read (&d, npy, &o, NULL, NULL, &err),
                            err);
              ck_assert_uint_eq (d->part[0].n, n - 1);
              cvx_dataset_free (d);
            }
          cvx_text_free (&notes);
        }
  unlink (npy);
}
END_TEST

/* Of a compressed file the size is not known beforehand.  */
START_TEST (compressed_files_are_read_to_their_end)
{
  char npy[4200], gz[4200];
  unsigned char buffer[16384];
  snprintf (npy, sizeof npy, "%s", test_scratch ("a.npy"));
  snprintf (gz, sizeof gz, "%s", test_scratch ("a.npy.gz"));
  write_array (npy, true, CVX_ARRAY_F32, 300, 1);
  for (int more = -1; more <= 1; more++)
    {
      struct cvx_dataset *d;
      struct cvx_error err;
      FILE *f = fopen (npy, "rb");
      gzFile z = gzopen (gz, "wb1");
      size_t got, cut = more < 0;
      enum cvx_status status;
      ck_assert (f != NULL && z != NULL);
      while ((got = fread (buffer, 1, sizeof buffer, f)) > 0)
        gzwrite (z, buffer, (unsigned)(feof (f) ? got - cut : got));
      if (more > 0)
        gzwrite (z, "x", 1);
      gzclose (z);
      fclose (f);
      if (more == 0)
        for (size_t k = 0; k < sizeof choices / sizeof *choices; k++)
          compare (gz, npy, &choices[k]);
      status = cvx_dataset_read (&d, gz, &choices[5], NULL, NULL, &err);
      ck_assert_int_eq (status, more == 0 ? CVX_OK : CVX_DATA);
      ck_assert (more == 0 || err.id == CVX_E220);
      ck_assert (more < 1 || strstr (err.text, "there are more") != NULL);
      ck_assert (more > -1 || strstr (err.text, "there are 49199") != NULL);
      cvx_dataset_free (d);
    }
  unlink (npy);
  unlink (gz);
}
END_TEST

/* The memory that rows are cut in counts.  */
START_TEST (limits_come_before_memory)
{
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d;
  struct cvx_error err;
  const char *npy = test_scratch ("a.npy");
  size_t whole = cvx_dataset_bytes (LARGE, COLUMNS, 0), before;
  write_array (npy, true, CVX_ARRAY_U8, LARGE, 1);
  before = cvx_alloc_live ();
  o.max_bytes = whole;
  ck_assert_int_eq (cvx_dataset_read (&d, npy, &o, NULL, NULL, &err),
                    CVX_LIMIT);
  ck_assert_int_eq (err.id, CVX_E230);
  ck_assert_uint_eq (cvx_alloc_live (), before);
  o.y = "";
  ck_assert_ok (cvx_dataset_read (&d, npy, &o, NULL, NULL, &err), err);
  cvx_dataset_free (d);
  unlink (npy);
}
END_TEST

/* Whoever watches sees the bytes of the file, each once, and can end it.  */
START_TEST (threads_are_watched_and_stopped)
{
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d;
  struct cvx_error err;
  struct stat st;
  const char *npy = test_scratch ("a.npy");
  size_t before;
  write_array (npy, true, CVX_ARRAY_F64, LARGE, 1);
  ck_assert_int_eq (stat (npy, &st), 0);
  before = cvx_alloc_live ();
  for (int threads = 1; threads <= 2; threads++)
    {
      struct cvx_progress progress = { .abort = 0 };
      cvx_blas_threads (threads);
      ck_assert_ok (cvx_dataset_read (&d, npy, &o, &progress, NULL, &err),
                    err);
      cvx_dataset_free (d);
      ck_assert_uint_eq (progress.total, (size_t)st.st_size);
      ck_assert_uint_eq (progress.done, (size_t)st.st_size);
      progress.abort = 1;
      ck_assert_int_eq (cvx_dataset_read (&d, npy, &o, &progress, NULL, &err),
                        CVX_INTERRUPTED);
      ck_assert_uint_eq (cvx_alloc_live (), before);
    }
  unlink (npy);
}
END_TEST

TEST_MAIN ("elements", files_are_what_arrays_in_memory_are,
           two_threads_are_one, odd_numbers_are_seen,
           compressed_files_are_read_to_their_end, limits_come_before_memory,
           threads_are_watched_and_stopped)
