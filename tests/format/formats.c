/* formats.c -- every format and every kind of damage, by its error number and
   place.

   The files beside this one were made by the make.py of their folder.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/dataset.h"
#include "files.h"
#include "format/rows.h"
#include "support.h"

enum
{
  N_GOOD = sizeof good / sizeof *good,
  N_BAD = sizeof bad / sizeof *bad
};

static struct cvx_read_options
with_header (const struct cvx_read_options *o)
{
  struct cvx_read_options copy = *o;
  copy.header = o->header != 0 ? o->header : -1;
  return copy;
}

START_TEST (good_files_load)
{
  const struct row *r = &good[_i];
  struct cvx_read_options o = with_header (&r->o);
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  struct cvx_progress progress = { 0 };
  enum cvx_status status = cvx_dataset_read (
      &d, test_file (r->folder, r->file), &o, &progress, &notes, &err);
  const struct cvx_part *p;
  ck_assert_msg (status == CVX_OK, "%s: E%d %s", r->file, (int)err.id,
                 err.text);
  p = &d->part[CVX_TRAIN];
  ck_assert_ok (cvx_dataset_fill (d, &err), err);
  ck_assert_msg (p->n == r->n && d->n_features == r->d, "%s: n=%zu d=%zu",
                 r->file, p->n, d->n_features);
  ck_assert_msg (p->x[0] == r->x0, "%s: x %g", r->file, p->x[0]);
  ck_assert_msg (
      p->y[0] == r->y0 && p->y[p->n * d->n_outputs - 1] == r->y_last,
      "%s: y %g .. %g", r->file, p->y[0], p->y[p->n * d->n_outputs - 1]);
  ck_assert_msg (r->words == NULL
                     || strstr (cvx_text_string (&notes), r->words) != NULL,
                 "%s: notes \"%s\"", r->file, cvx_text_string (&notes));
  ck_assert_uint_gt (progress.done, 0);
  ck_assert_uint_eq (d->hash != 0, 1);
  cvx_text_free (&notes);
  cvx_dataset_free (d);
}
END_TEST

START_TEST (bad_files_are_refused)
{
  const struct bad *b = &bad[_i];
  struct cvx_read_options o = with_header (&b->o);
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  size_t live = cvx_alloc_live ();
  enum cvx_status status = cvx_dataset_read (
      &d, test_file (b->folder, b->file), &o, NULL, &notes, &err);
  ck_assert_int_ne (status, CVX_OK);
  ck_assert_ptr_null (d);
  ck_assert_msg (err.id == b->id && err.line == b->line
                     && err.column == b->column,
                 "%s:%zu:%zu: E%d %s", b->file, err.line, err.column,
                 (int)err.id, err.text);
  ck_assert_msg (strstr (err.text, b->words) != NULL
                     || strstr (err.hint, b->words) != NULL,
                 "%s: E%d %s [%s]", b->file, (int)err.id, err.text, err.hint);
  ck_assert_msg (err.line == 0 || strstr (err.file, b->file) != NULL,
                 "%s: file %s", b->file, err.file);
  ck_assert_ptr_null (notes.s);
  ck_assert_uint_eq (cvx_alloc_live (), live);
}
END_TEST

/* An image file and a labels file in OPTIONS.  */
static enum cvx_status
read_images (struct cvx_dataset **d, const char *images, const char *labels,
             struct cvx_read_options o, struct cvx_error *err)
{
  char path[4300];
  snprintf (path, sizeof path, "%s", test_file ("idx", images));
  o.labels = test_file ("idx", labels);
  o.header = -1;
  return cvx_dataset_read (d, path, &o, NULL, NULL, err);
}

START_TEST (images_come_with_labels)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  static const char *const files[]
      = { "six-images-idx3-ubyte", "six-images-idx3-ubyte.gz" };
  for (size_t k = 0; k < 2; k++)
    {
      ck_assert_ok (read_images (&d, files[k], "six-labels-idx1-ubyte",
                                 (struct cvx_read_options){ 0 }, &err),
                    err);
      ck_assert_str_eq (d->name, "six-images-idx3-ubyte");
      ck_assert_uint_eq (d->n_labels, 3);
      ck_assert_str_eq (d->label[1].name, "5");
      ck_assert (d->label[2].value == 8);
      ck_assert_uint_eq (d->image[0], 3);
      ck_assert_uint_eq (d->image[1], 2);
      ck_assert (d->part[0].x[35] == 245.0 / 255);
      ck_assert (d->part[0].y[3] == 5);
      cvx_dataset_free (d);
    }
  ck_assert_ok (
      read_images (&d, files[1], "six-labels-idx1-ubyte",
                   (struct cvx_read_options){ .first_row = 3, .n_rows = 2 },
                   &err),
      err);
  ck_assert_uint_eq (d->part[0].n, 2);
  ck_assert_uint_eq (d->part[0].row[1], 4);
  ck_assert (d->part[0].x[0] == (7 * 18) / 255.0);
  /* Two labels are left: 5 and 8.  */
  ck_assert (d->part[0].y[0] == -1 && d->part[0].y[1] == 1);
  cvx_dataset_free (d);
  ck_assert_int_eq (read_images (&d, files[0], "five-labels-idx1-ubyte",
                                 (struct cvx_read_options){ 0 }, &err),
                    CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E223);
  ck_assert_ptr_nonnull (strstr (err.text, "6 rows"));
  ck_assert_ptr_nonnull (strstr (err.text, "5 labels"));
  ck_assert_int_eq (read_images (&d, "six-labels-idx1-ubyte", files[0],
                                 (struct cvx_read_options){ 0 }, &err),
                    CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E232);
}
END_TEST

START_TEST (special_files_are_refused)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_read_options o = { .header = -1 };
  const char *pipe = test_scratch ("pipe");
  static const char *const devices[] = { "/dev/zero", "/dev/null", "/dev" };
  for (size_t k = 0; k < 3; k++)
    {
      ck_assert_int_eq (
          cvx_dataset_read (&d, devices[k], &o, NULL, NULL, &err), CVX_DATA);
      ck_assert_int_eq (err.id, CVX_E205);
    }
  ck_assert_int_eq (mkfifo (pipe, 0600), 0);
  ck_assert_int_eq (cvx_dataset_read (&d, pipe, &o, NULL, NULL, &err),
                    CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E205);
  unlink (pipe);
  pipe = test_scratch ("loop");
  ck_assert_int_eq (symlink (pipe, pipe), 0);
  ck_assert_int_eq (cvx_dataset_read (&d, pipe, &o, NULL, NULL, &err),
                    CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E204);
  unlink (pipe);
}
END_TEST

START_TEST (odd_names_are_literal)
{
  static const char *const names[]
      = { "-n x.csv", "a b\"c'.csv", "line\nend.csv", "$HOME~*.csv",
          "colon:name.csv" };
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_read_options o = { .header = -1 };
  for (size_t k = 0; k < 5; k++)
    {
      const char *path = test_scratch (names[k]);
      FILE *f = fopen (path, "w");
      fputs ("1,2\n3,5\n5,4\n", f);
      fclose (f);
      ck_assert_ok (cvx_dataset_read (&d, path, &o, NULL, NULL, &err), err);
      ck_assert (d->part[0].y[1] == 5);
      cvx_dataset_free (d);
      unlink (path);
    }
}
END_TEST

/* Abort, or fail the K-th allocation: nothing is left, and the next read is
   as if nothing had been.  */
START_TEST (every_allocation_may_fail)
{
  static const char *const files[][2]
      = { { "text", "quoted.csv" },     { "text", "labels.csv" },
          { "text", "members.csv.gz" }, { "text", "duplicate-header.csv" },
          { "text", "packed.csv.xz" },  { "npy", "pair.npz" },
          { "npy", "fortran.npy" },     { "idx", "short-idx2" },
          { "text", "sklearn.csv" },    { "libsvm", "plain.txt" },
          { "cifar", "three.bin" },     { "arff", "weather.arff" },
          { "ts", "two.ts" },           { "wav", "mono16.wav" },
          { "container", "one.zip" } };
  const char *const *file = files[_i];
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_read_options o = { .header = -1 };
  struct cvx_progress progress = { .abort = 1 };
  const char *path = test_file (file[0], file[1]);
  size_t k = 0;
  enum cvx_status status;
  ck_assert_int_eq (cvx_dataset_read (&d, path, &o, &progress, NULL, &err),
                    CVX_INTERRUPTED);
  ck_assert_ptr_null (d);
  do
    {
      struct cvx_text notes = CVX_TEXT_INIT;
      size_t live = cvx_alloc_live ();
      k++;
      cvx_alloc_fail_at (k, k % 2 != 0);
      status = cvx_dataset_read (&d, path, &o, NULL, &notes, &err);
      cvx_alloc_fail_at (0, false);
      ck_assert (status == CVX_OK || status == CVX_NOMEM);
      ck_assert ((status == CVX_OK) == (d != NULL));
      cvx_dataset_free (d);
      cvx_text_free (&notes);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  while (status != CVX_OK);
  ck_assert_uint_gt (k, 5);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("formats");
  TCase *cases = tcase_create ("formats");
  SRunner *runner;
  tcase_set_timeout (cases, TEST_SECONDS);
  tcase_add_loop_test (cases, good_files_load, 0, N_GOOD);
  tcase_add_loop_test (cases, bad_files_are_refused, 0, N_BAD);
  tcase_add_test (cases, images_come_with_labels);
  tcase_add_test (cases, special_files_are_refused);
  tcase_add_test (cases, odd_names_are_literal);
  tcase_add_loop_test (cases, every_allocation_may_fail, 0, 15);
  suite_add_tcase (suite, cases);
  runner = srunner_create (suite);
  srunner_set_tap (runner, "-");
  srunner_run_all (runner, CK_SILENT);
  srunner_free (runner);
  return EXIT_SUCCESS;
}
