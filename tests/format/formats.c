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
#include "support.h"

struct row
{
  const char *folder, *file;
  size_t n, d;
  double x0, y0, y_last; /* first and last number */
  const char *words;     /* in the notes, or NULL */
  struct cvx_read_options o;
};

static const struct row good[] = {
  { "text", "header.csv", 3, 2, 1200, 200.5, 310, NULL, { .header = -1 } },
  { "text",
    "header.csv",
    3,
    1,
    3,
    1200,
    1500,
    NULL,
    { .header = -1, .y = "sqft", .x = "rooms" } },
  { "text",
    "header.csv",
    3,
    2,
    200.5,
    1200,
    1500,
    NULL,
    { .header = -1, .y = "1", .x = "price,2" } },
  { "text",
    "header.csv",
    1,
    2,
    900,
    150,
    150,
    NULL,
    { .header = -1, .first_row = 1, .n_rows = 1 } },
  { "text", "plain.csv", 3, 2, 1, 0.5, -2000, NULL, { .header = -1 } },
  { "text", "no-newline-end.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text", "crlf.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text", "cr-only.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text", "bom.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1, .x = "a,b" } },
  { "text", "tab.tsv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text",
    "semicolon.csv",
    2,
    2,
    1.5,
    0.5,
    1.5,
    NULL,
    { .header = -1, .decimal = ',' } },
  { "text",
    "semicolon.csv",
    2,
    2,
    1.5,
    0.5,
    1.5,
    NULL,
    { .header = 1, .decimal = ',', .delimiter = ';' } },
  { "text", "blanks.txt", 3, 2, 1, 0.5, 7, NULL, { .header = -1 } },
  { "text", "blank-tab-end.txt", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text", "comments.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text", "trailing-comma.csv", 2, 2, 1, 0.5, 1.5, NULL, { .header = -1 } },
  { "text",
    "quoted.csv",
    2,
    2,
    1,
    0.5,
    1.5,
    NULL,
    { .header = -1, .x = "sq \"ft\",2" } },
  { "text",
    "quoted.csv",
    2,
    1,
    2,
    0.5,
    1.5,
    NULL,
    { .header = -1, .x = "a,b" } },
  { "text",
    "quoted-newline.csv",
    2,
    2,
    1,
    0.5,
    1.5,
    NULL,
    { .header = -1, .x = "two\nlines,b" } },
  { "text",
    "quoted-blanks.txt",
    2,
    2,
    1,
    0.5,
    1.5,
    NULL,
    { .header = -1, .x = "a b,c" } },
  { "text",
    "latin1.csv",
    2,
    1,
    1,
    0.5,
    1.5,
    NULL,
    { .header = -1,
      .x = "gr\xc3\xb6\xc3\x9f"
           "e" } },
  { "text",
    "labels.csv",
    4,
    2,
    5.1,
    0,
    0,
    "versicolor = 1",
    { .header = -1 } },
  { "text",
    "two-labels.csv",
    3,
    1,
    1,
    1,
    1,
    "bad = -1, good = 1",
    { .header = -1 } },
  { "text", "signs.csv", 3, 1, 1, -1, -1, "+ = -1, - = 1", { .header = -1 } },
  { "text",
    "zero-one.csv",
    3,
    1,
    1,
    -1,
    1,
    "0 = -1, 1 = 1",
    { .header = -1 } },
  { "text", "one-two.csv", 3, 1, 1, 1, -1, "1 = -1, 2 = 1", { .header = -1 } },
  { "text", "minus-plus.csv", 3, 1, 1, -1, 1, NULL, { .header = -1 } },
  { "text",
    "three-seven.csv",
    4,
    1,
    1,
    -1,
    1,
    "3 = -1, 7 = 1",
    { .header = -1 } },
  { "text", "three-seven-once.csv", 2, 1, 1, 3, 7, NULL, { .header = -1 } },
  { "text",
    "sklearn.csv",
    3,
    2,
    1,
    1,
    1,
    "green = -1, red = 1",
    { .header = -1 } },
  { "text", "row-numbers.csv", 3, 2, 1, 0.5, 7, "left out", { .header = -1 } },
  { "text",
    "duplicate-header.csv",
    2,
    1,
    2,
    9,
    8,
    "now a.3",
    { .header = -1, .x = "a.2", .y = "a.3" } },
  { "text",
    "missing.csv",
    1,
    2,
    3,
    2.5,
    2.5,
    "4 of 5 rows",
    { .header = -1, .missing = CVX_MISSING_DROP } },
  { "text",
    "missing.csv",
    4,
    2,
    1,
    0.5,
    3.5,
    "3 missing values",
    { .header = -1, .missing = CVX_MISSING_MEAN } },
  { "text",
    "infinite.csv",
    1,
    2,
    1,
    0.5,
    0.5,
    "2 of 3 rows",
    { .header = -1, .missing = CVX_MISSING_DROP } },
  { "text",
    "denormal.csv",
    3,
    1,
    5e-324,
    1.5,
    2,
    "1 numbers too small",
    { .header = -1 } },
  { "text",
    "multi.csv",
    2,
    2,
    1,
    3,
    8,
    NULL,
    { .header = -1, .x = "1:2", .y = "y1,y2" } },
  { "text", "packed.csv.gz", 200, 2, 0, 0, 2, NULL, { .header = -1 } },
  { "text", "packed.csv.bz2", 200, 2, 0, 0, 2, NULL, { .header = -1 } },
  { "text", "packed.csv.xz", 200, 2, 0, 0, 2, NULL, { .header = -1 } },
  { "text", "packed.csv.zst", 200, 2, 0, 0, 2, NULL, { .header = -1 } },
  { "text", "members.csv.gz", 200, 2, 0, 0, 2, NULL, { .header = -1 } },
  { "text",
    "long-line.csv",
    1,
    5000,
    1,
    2,
    2,
    "4999 columns renamed",
    { .header = -1 } },
  { "npy", "fortran.npy", 2, 2, 0.5, 2.5, 5.5, NULL, { .header = -1 } },
  { "npy",
    "fortran.npy",
    2,
    1,
    1.5,
    0.5,
    3.5,
    NULL,
    { .header = -1, .y = "1", .x = "2" } },
  { "npy", "pair.npz", 2, 3, 0.5, 1, -1, NULL, { .header = -1 } },
  { "npy",
    "pair.npz",
    2,
    3,
    0.5,
    1,
    -1,
    NULL,
    { .header = -1, .x = "X", .y = "y" } },
  { "npy", "pair.npz:X", 2, 2, 0.5, 2.5, 5.5, NULL, { .header = -1 } },
  { "npy", "mixed.npz", 2, 3, 0.5, -1, 1, "1 = -1, 2 = 1", { .header = -1 } },
  { "idx", "short-idx2", 2, 1, -1, 2, -4, NULL, { .header = -1 } },
  { "idx", "int-idx2", 2, 1, -1, 2, -4, NULL, { .header = -1 } },
  { "idx", "float-idx2", 2, 1, -1, 2.5, -4, NULL, { .header = -1 } },
  { "idx", "double-idx2", 2, 1, -1, 2.5, -4, NULL, { .header = -1 } },
};

START_TEST (good_files_load)
{
  const struct row *r = &good[_i];
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  struct cvx_progress progress = { 0 };
  enum cvx_status status = cvx_dataset_read (
      &d, test_file (r->folder, r->file), &r->o, &progress, &notes, &err);
  const struct cvx_part *p;
  ck_assert_msg (status == CVX_OK, "%s: E%d %s", r->file, (int)err.id,
                 err.text);
  p = &d->part[CVX_TRAIN];
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

struct bad
{
  const char *folder, *file;
  enum cvx_error_id id;
  size_t line, column;
  const char *words; /* in text or hint */
  struct cvx_read_options o;
};

static const struct bad bad[] = {
  { "text", "empty.csv", CVX_E211, 0, 0, "no rows", { .header = -1 } },
  { "text", "comments-only.csv", CVX_E211, 0, 0, "no rows", { .header = -1 } },
  { "text", "header-only.csv", CVX_E211, 0, 0, "no rows", { .header = -1 } },
  { "text",
    "plain.csv",
    CVX_E211,
    0,
    0,
    "3 rows",
    { .header = -1, .first_row = 3 } },
  { "text", "ragged.csv", CVX_E212, 3, 0, "2 fields", { .header = -1 } },
  { "text",
    "ragged.csv",
    CVX_E212,
    3,
    0,
    "have 3",
    { .header = -1, .missing = CVX_MISSING_DROP } },
  { "text",
    "comma-number.csv",
    CVX_E214,
    3,
    1,
    "decimal=\",\"",
    { .header = -1 } },
  { "text",
    "semicolon.csv",
    CVX_E214,
    2,
    1,
    "row 1, column a",
    { .header = -1 } },
  { "text",
    "hex.csv",
    CVX_E214,
    3,
    1,
    "\"0x10\" is not a number",
    { .header = -1 } },
  { "text", "underscore.csv", CVX_E214, 2, 1, "1_000", { .header = -1 } },
  { "text",
    "first-row-text.csv",
    CVX_E214,
    1,
    3,
    "header=yes",
    { .header = -1 } },
  { "text", "escape.csv", CVX_E214, 2, 3, "\\x1b[2J", { .header = -1 } },
  { "text", "overflow.csv", CVX_E216, 2, 3, "1e400", { .header = -1 } },
  { "text",
    "overflow.csv",
    CVX_E216,
    2,
    3,
    "1e400",
    { .header = -1, .missing = CVX_MISSING_DROP } },
  { "text",
    "infinite.csv",
    CVX_E216,
    3,
    1,
    "row 2, column a",
    { .header = -1 } },
  { "text", "missing.csv", CVX_E215, 2, 3, "4 such cells", { .header = -1 } },
  { "text",
    "missing-all.csv",
    CVX_E215,
    0,
    0,
    "column b",
    { .header = -1, .missing = CVX_MISSING_MEAN } },
  { "text",
    "missing-all.csv",
    CVX_E215,
    0,
    0,
    "every row",
    { .header = -1, .missing = CVX_MISSING_DROP } },
  { "text", "nul.csv", CVX_E217, 2, 4, "NUL", { .header = -1 } },
  { "text", "utf16.csv", CVX_E217, 1, 1, "UTF-16", { .header = -1 } },
  { "text",
    "unterminated.csv",
    CVX_E213,
    3,
    0,
    "never closed",
    { .header = -1 } },
  { "text", "stray-quote.csv", CVX_E213, 2, 0, "middle", { .header = -1 } },
  { "text", "one-class.csv", CVX_E224, 0, 0, "cat", { .header = -1 } },
  { "text", "names.csv", CVX_E219, 0, 0, "y=COLUMN", { .header = -1 } },
  { "text", "one-column.csv", CVX_E219, 0, 0, "1 column", { .header = -1 } },
  { "text",
    "header.csv",
    CVX_E210,
    0,
    0,
    "Did you mean price?",
    { .header = -1, .y = "prise" } },
  { "text",
    "plain.csv",
    CVX_E210,
    0,
    0,
    "3 columns",
    { .header = -1, .y = "4" } },
  { "text", "plain.csv", CVX_E210, 0, 0, "3:2", { .header = -1, .x = "3:2" } },
  { "text",
    "plain.csv",
    CVX_E219,
    0,
    0,
    "both a feature and the target",
    { .header = -1, .x = "1:3" } },
  { "text",
    "plain.csv",
    CVX_E219,
    0,
    0,
    "chosen twice",
    { .header = -1, .x = "1,1" } },
  { "text",
    "truncated.csv.gz",
    CVX_E207,
    0,
    0,
    "truncated gzip",
    { .header = -1 } },
  { "text",
    "truncated.csv.xz",
    CVX_E207,
    0,
    0,
    "truncated",
    { .header = -1 } },
  { "text",
    "truncated.csv.bz2",
    CVX_E207,
    0,
    0,
    "truncated bzip2",
    { .header = -1 } },
  { "text",
    "garbage.csv.gz",
    CVX_E207,
    0,
    0,
    "after the end",
    { .header = -1 } },
  { "text", "crc.csv.gz", CVX_E207, 0, 0, "data check", { .header = -1 } },
  { "text",
    "bomb.csv.gz",
    CVX_E230,
    0,
    0,
    "times when decompressed",
    { .header = -1, .max_bytes = 1 << 20 } },
  { "text",
    "plain.csv",
    CVX_E230,
    0,
    0,
    "in memory",
    { .header = -1, .max_bytes = 40 } },
  { "text",
    "plain.csv",
    CVX_E208,
    0,
    0,
    "npz, npy",
    { .header = -1, .format = "xls" } },
  { "text", "absent.csv", CVX_E204, 0, 0, "No such file", { .header = -1 } },
  { "text", ".", CVX_E205, 0, 0, "folder", { .header = -1 } },
  { "idx",
    "wrong-magic",
    CVX_E208,
    0,
    0,
    "no known format",
    { .header = -1 } },
  { "idx", "signed-idx3", CVX_E232, 0, 0, "00 00 09 03", { .header = -1 } },
  { "idx", "short-data-idx3", CVX_E232, 0, 0, "360 bytes", { .header = -1 } },
  { "idx",
    "short-data-idx3.gz",
    CVX_E232,
    0,
    0,
    "there are 36",
    { .header = -1, .y = "" } },
  { "idx", "extra-data-idx3", CVX_E232, 0, 0, "30 bytes", { .header = -1 } },
  { "idx",
    "extra-data-idx3.gz",
    CVX_E232,
    0,
    0,
    "more bytes",
    { .header = -1, .y = "" } },
  { "idx", "huge-idx4", CVX_E232, 0, 0, "too large", { .header = -1 } },
  { "idx", "header-cut", CVX_E232, 0, 0, "header", { .header = -1 } },
  { "idx", "no-rows-idx3", CVX_E211, 0, 0, "no rows", { .header = -1 } },
  { "idx",
    "six-labels-idx1-ubyte",
    CVX_E232,
    0,
    0,
    "holds labels",
    { .header = -1 } },
  { "idx",
    "six-images-idx3-ubyte",
    CVX_E222,
    0,
    0,
    "six-labels-idx1-ubyte",
    { .header = -1 } },
  { "idx",
    "bomb-idx3.gz",
    CVX_E230,
    0,
    0,
    "times when decompressed",
    { .header = -1, .y = "", .max_bytes = 1 << 20 } },
  { "npy", "object.npy", CVX_E220, 0, 0, "never unpickled", { .header = -1 } },
  { "npy", "half.npy", CVX_E219, 0, 0, "none is left", { .header = -1 } },
  { "npy", "half.npy", CVX_E216, 0, 0, "row 6", { .header = -1, .y = "" } },
  { "npy",
    "fortran3.npy",
    CVX_E222,
    0,
    0,
    "without labels",
    { .header = -1 } },
  { "npy", "empty.npy", CVX_E211, 0, 0, "no rows", { .header = -1 } },
  { "npy", "scalar.npy", CVX_E221, 0, 0, "0 dimensions", { .header = -1 } },
  { "npy", "pair.npz:Z", CVX_E210, 0, 0, "it has X, y", { .header = -1 } },
  { "npy",
    "pair.npz",
    CVX_E210,
    0,
    0,
    "no array \"Z\"",
    { .header = -1, .x = "Z" } },
  { "npy", "mixed.npz:names", CVX_E220, 0, 0, "text", { .header = -1 } },
  { "npy", "truncated.npz", CVX_E221, 0, 0, "truncated", { .header = -1 } },
};

START_TEST (bad_files_are_refused)
{
  const struct bad *b = &bad[_i];
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  size_t live = cvx_alloc_live ();
  enum cvx_status status = cvx_dataset_read (
      &d, test_file (b->folder, b->file), &b->o, NULL, &notes, &err);
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
  static const char *const devices[] = { "/dev/zero", "/dev/null", "/tmp" };
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
          { "text", "sklearn.csv" } };
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
  tcase_add_loop_test (cases, good_files_load, 0,
                       (int)(sizeof good / sizeof *good));
  tcase_add_loop_test (cases, bad_files_are_refused, 0,
                       (int)(sizeof bad / sizeof *bad));
  tcase_add_test (cases, images_come_with_labels);
  tcase_add_test (cases, special_files_are_refused);
  tcase_add_test (cases, odd_names_are_literal);
  tcase_add_loop_test (cases, every_allocation_may_fail, 0, 9);
  suite_add_tcase (suite, cases);
  runner = srunner_create (suite);
  srunner_set_tap (runner, "-");
  srunner_run_all (runner, CK_SILENT);
  srunner_free (runner);
  return EXIT_SUCCESS;
}
