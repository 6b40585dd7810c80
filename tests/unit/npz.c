/* npz.c -- arrays survive a round trip, NumPy's files are understood, broken
   ones are refused with the right words.

   The files of tests/format/npy were made by NumPy (make.py there).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/npz.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "files.h"
#include "support.h"

static struct cvx_npz *
read_ok (const char *name)
{
  struct cvx_npz *z;
  struct cvx_error err;
  enum cvx_status status
      = cvx_npz_read (&z, test_file ("npy", name), 0, NULL, &err);
  ck_assert_msg (status == CVX_OK, "%s: E%d %s", name, (int)err.id, err.text);
  return z;
}

/* The file NAME is one array of TYPE with these numbers.  */
static void
holds (const char *name, enum cvx_array_type type, size_t rank, size_t count,
       const double *values)
{
  struct cvx_error err;
  struct cvx_npz *z = read_ok (name);
  double *v;
  ck_assert_uint_eq (z->n, 1);
  ck_assert_int_eq ((int)z->array[0].type, (int)type);
  ck_assert_uint_eq (z->array[0].rank, rank);
  ck_assert_ok (cvx_npz_doubles (z, "", count, &v, &err), err);
  for (size_t k = 0; k < count; k++)
    ck_assert_msg (v[k] == values[k], "%s[%zu] = %g, not %g", name, k, v[k],
                   values[k]);
  cvx_free (v);
  cvx_npz_free (z);
}

START_TEST (numpy_files_are_understood)
{
  const double half_steps[] = { 0.5, 1.5, 2.5, 3.5, 4.5, 5.5 };
  const double zeros[6] = { 0 };
  double count_up[24];
  for (size_t k = 0; k < 24; k++)
    count_up[k] = (double)k;
  holds ("fortran.npy", CVX_ARRAY_F64, 2, 6, half_steps);
  holds ("fortran3.npy", CVX_ARRAY_I64, 3, 24, count_up);
  holds ("big-endian.npy", CVX_ARRAY_F64, 2, 6, half_steps);
  holds ("version2.npy", CVX_ARRAY_F64, 2, 6, half_steps);
  holds ("version3.npy", CVX_ARRAY_F64, 2, 6, half_steps);
  holds ("long.npy", CVX_ARRAY_F64, 2, 6, zeros);
  holds ("big-endian-i2.npy", CVX_ARRAY_I64, 1, 3,
         (double[]){ -1, 300, -32768 });
  holds ("half.npy", CVX_ARRAY_F32, 1, 6,
         (double[]){ 1.5, -2, 0x1p-24, 65504, -0.0, INFINITY });
  holds ("single.npy", CVX_ARRAY_F32, 1, 2, (double[]){ 0.1f, 3e38f });
  holds ("int64.npy", CVX_ARRAY_I64, 2, 4, (double[]){ -0x1p62, 1, 2, 3 });
  holds ("int8.npy", CVX_ARRAY_I64, 1, 2, (double[]){ -1, 127 });
  holds ("uint64.npy", CVX_ARRAY_U64, 1, 2, (double[]){ 0x1p64, 7 });
  holds ("uint8.npy", CVX_ARRAY_U8, 2, 2, (double[]){ 0, 255 });
  holds ("bool.npy", CVX_ARRAY_BOOL, 1, 3, (double[]){ 1, 0, 1 });
  holds ("scalar.npy", CVX_ARRAY_F64, 0, 1, (double[]){ 2.25 });
  holds ("empty.npy", CVX_ARRAY_F64, 2, 0, NULL);
}
END_TEST

START_TEST (numpy_archives_are_understood)
{
  static const char *const names[] = { "pair.npz", "deflated.npz" };
  struct cvx_error err;
  struct cvx_npz *z;
  double *v;
  for (size_t k = 0; k < 2; k++)
    {
      z = read_ok (names[k]);
      ck_assert_uint_eq (z->n, 2);
      ck_assert_uint_eq (cvx_npz_find (z, "X")->shape[1], 3);
      ck_assert_ok (cvx_npz_doubles (z, "y", 2, &v, &err), err);
      ck_assert (v[0] == 1 && v[1] == -1);
      cvx_free (v);
      ck_assert_int_eq (cvx_npz_doubles (z, "y", 3, &v, &err), CVX_DATA);
      ck_assert_int_eq (err.id, CVX_E401);
      ck_assert_int_eq (cvx_npz_doubles (z, "z", 3, &v, &err), CVX_DATA);
      ck_assert_ptr_null (v);
      cvx_npz_free (z);
    }
  /* A name is a key, never a path.  */
  z = read_ok ("outside.npz");
  ck_assert_ptr_nonnull (cvx_npz_find (z, "../x"));
  cvx_npz_free (z);
  /* Text beside numbers does not hide the numbers.  */
  z = read_ok ("mixed.npz");
  ck_assert_int_eq (cvx_npz_find (z, "names")->type, CVX_ARRAY_OTHER);
  ck_assert_int_eq (cvx_npz_doubles (z, "names", SIZE_MAX, &v, &err),
                    CVX_DATA);
  ck_assert_ok (cvx_npz_doubles (z, "X", 6, &v, &err), err);
  ck_assert (v[5] == 5.5);
  cvx_free (v);
  cvx_npz_free (z);
}
END_TEST

START_TEST (broken_files_are_refused)
{
  static const struct
  {
    const char *name, *words;
    enum cvx_error_id id;
  } rows[] = {
    { "unicode.npy", "text", CVX_E220 },
    { "bytes.npy", "text", CVX_E220 },
    { "object.npy", "never unpickled", CVX_E220 },
    { "complex.npy", "complex", CVX_E220 },
    { "record.npy", "records", CVX_E220 },
    { "date.npy", "dates", CVX_E220 },
    { "rank5.npy", "four dimensions", CVX_E220 },
    { "huge.npy", "8000000000000 bytes", CVX_E220 },
    { "overflow.npy", "too large", CVX_E220 },
    { "digits.npy", "too large", CVX_E220 },
    { "negative.npy", "negative", CVX_E220 },
    { "code.npy", "not a list of numbers", CVX_E220 },
    { "version9.npy", "version 9.0", CVX_E220 },
    { "truncated.npy", "there are 20", CVX_E220 },
    { "trailing.npy", "there are 50", CVX_E220 },
    { "twice.npy", "not a dictionary", CVX_E220 },
    { "missing-key.npy", "not a dictionary", CVX_E220 },
    { "list.npy", "not a dictionary", CVX_E220 },
    { "magic.npy", "begin like", CVX_E220 },
    { "header-cut.npy", "ends early", CVX_E220 },
    { "truncated.npz", "truncated", CVX_E221 },
    { "crc.npz", "CRC", CVX_E221 },
    { "duplicate.npz", "twice", CVX_E221 },
    { "no-arrays.npz", "no NPY arrays", CVX_E221 },
    { "absent.npz", "No such file", CVX_E204 },
    { ".", "folder", CVX_E205 },
  };
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
    {
      struct cvx_error err;
      struct cvx_npz *z;
      size_t live = cvx_alloc_live ();
      enum cvx_status status
          = cvx_npz_read (&z, test_file ("npy", rows[k].name), 0, NULL, &err);
      ck_assert_int_ne (status, CVX_OK);
      ck_assert_ptr_null (z);
      ck_assert_msg (err.id == rows[k].id
                         && strstr (err.text, rows[k].words) != NULL,
                     "%s: E%d %s", rows[k].name, (int)err.id, err.text);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
}
END_TEST

START_TEST (memory_is_bounded)
{
  struct cvx_error err;
  struct cvx_npz *z;
  const char *bomb = test_file ("npy", "bomb.npz");
  ck_assert_int_eq (cvx_npz_read (&z, bomb, 1 << 20, NULL, &err), CVX_LIMIT);
  ck_assert_int_eq (err.id, CVX_E230);
  ck_assert_ptr_nonnull (strstr (err.text, "17 MB"));
  ck_assert_ok (cvx_npz_read (&z, bomb, 17 << 20, NULL, &err), err);
  cvx_npz_free (z);
}
END_TEST

START_TEST (an_abort_is_obeyed)
{
  struct cvx_error err;
  struct cvx_npz *z;
  struct cvx_progress progress = { .abort = 1 };
  ck_assert_int_eq (
      cvx_npz_read (&z, test_file ("npy", "pair.npz"), 0, &progress, &err),
      CVX_INTERRUPTED);
  ck_assert_ptr_null (z);
}
END_TEST

/* An archive with one array of every type.  */
static enum cvx_status
write_all (const char *path, struct cvx_error *err)
{
  static const double f64[] = { 0.1, -0.0, 5e-324, INFINITY, NAN, 1e308 };
  static const float f32[] = { 0.1f, 2 };
  static const int64_t i64[] = { INT64_MIN, 3 };
  static const uint64_t u64[] = { UINT64_MAX, 4 };
  static const unsigned char u8[] = { 0, 255 };
  static const char text[] = "{\"a\": 1}";
  const size_t two = 2, six[] = { 2, 1, 3, 1 }, len = strlen (text);
  struct cvx_npz_writer *w;
  enum cvx_status s = cvx_npz_create (&w, path, false, err);
  if (s != CVX_OK)
    return s;
  s = cvx_npz_add (w, "run/f64", CVX_ARRAY_F64, 4, six, f64, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "f32", CVX_ARRAY_F32, 1, &two, f32, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "i64", CVX_ARRAY_I64, 1, &two, i64, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "u64", CVX_ARRAY_U64, 1, &two, u64, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "u8", CVX_ARRAY_U8, 1, &two, u8, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "scalar", CVX_ARRAY_F64, 0, NULL, f64, err);
  if (s == CVX_OK)
    s = cvx_npz_add (w, "meta.json", CVX_ARRAY_TEXT, 1, &len, text, err);
  if (s == CVX_OK)
    return cvx_npz_close (w, err);
  cvx_npz_abort (w);
  return s;
}

START_TEST (what_is_written_is_read)
{
  struct cvx_error err;
  struct cvx_npz *z;
  const struct cvx_array *a;
  const char *path = test_scratch ("all.npz");
  ck_assert_ok (write_all (path, &err), err);
  ck_assert_ok (cvx_npz_read (&z, path, 0, NULL, &err), err);
  ck_assert_uint_eq (z->n, 7);
  a = cvx_npz_find (z, "run/f64");
  ck_assert_uint_eq (a->rank, 4);
  ck_assert_uint_eq (a->shape[2], 3);
  ck_assert (((double *)a->values)[2] == 5e-324);
  ck_assert (signbit (((double *)a->values)[1]));
  ck_assert (isnan (((double *)a->values)[4]));
  ck_assert (((int64_t *)cvx_npz_find (z, "i64")->values)[0] == INT64_MIN);
  ck_assert (((uint64_t *)cvx_npz_find (z, "u64")->values)[0] == UINT64_MAX);
  ck_assert (((float *)cvx_npz_find (z, "f32")->values)[0] == 0.1f);
  ck_assert (((unsigned char *)cvx_npz_find (z, "u8")->values)[1] == 255);
  ck_assert_uint_eq (cvx_npz_find (z, "scalar")->count, 1);
  ck_assert_str_eq (cvx_npz_find (z, "meta.json")->values, "{\"a\": 1}");
  cvx_npz_free (z);
  ck_assert_ok (cvx_npy_write (path, CVX_ARRAY_F64, 1, (size_t[]){ 2 },
                               (double[]){ 0.25, 7 }, &err),
                err);
  ck_assert_ok (cvx_npz_read (&z, path, 0, NULL, &err), err);
  ck_assert (((double *)z->array[0].values)[1] == 7);
  cvx_npz_free (z);
  unlink (path);
}
END_TEST

START_TEST (a_full_disk_leaves_the_old_archive)
{
  struct cvx_error err;
  struct cvx_npz *z;
  const char *path = test_scratch ("full.npz");
  enum cvx_status status;
  size_t k = 0;
  ck_assert_ok (cvx_npy_write (path, CVX_ARRAY_F64, 1, (size_t[]){ 1 },
                               (double[]){ 0.25 }, &err),
                err);
  do
    {
      size_t live = cvx_alloc_live ();
      cvx_output_fail_at (++k);
      status = write_all (path, &err);
      cvx_output_fail_at (0);
      ck_assert_uint_eq (cvx_alloc_live (), live);
      ck_assert_ok (cvx_npz_read (&z, path, 0, NULL, &err), err);
      /* The last step flushes the folder: the archive is already there.  */
      ck_assert_uint_eq (z->n, k < 5 ? 1 : 7);
      cvx_npz_free (z);
    }
  while (status != CVX_OK);
  ck_assert_uint_ge (k, 5);
  unlink (path);
}
END_TEST

START_TEST (every_allocation_may_fail)
{
  struct cvx_error err;
  struct cvx_npz *z;
  static const char *const names[] = { "deflated.npz", "fortran.npy" };
  for (size_t f = 0; f < 2; f++)
    for (size_t k = 1;; k++)
      {
        size_t live = cvx_alloc_live ();
        enum cvx_status status;
        cvx_alloc_fail_at (k, false);
        status = cvx_npz_read (&z, test_file ("npy", names[f]), 0, NULL, &err);
        cvx_alloc_fail_at (0, false);
        cvx_npz_free (z);
        ck_assert_uint_eq (cvx_alloc_live (), live);
        if (status == CVX_OK)
          break;
        ck_assert_int_eq (status, CVX_NOMEM);
      }
}
END_TEST

TEST_MAIN ("npz", numpy_files_are_understood, numpy_archives_are_understood,
           broken_files_are_refused, memory_is_bounded, an_abort_is_obeyed,
           what_is_written_is_read, a_full_disk_leaves_the_old_archive,
           every_allocation_may_fail)
