/* rows.h -- the files of tests/format and what becomes of them.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_ROWS_H
#define CVX_TESTS_ROWS_H

#include "data/dataset.h"

struct row
{
  const char *folder, *file;
  size_t n, d;
  double x0, y0, y_last; /* first and last number */
  const char *words;     /* in the notes, or NULL */
  struct cvx_read_options o; /* header 0: automatic */
};

struct bad
{
  const char *folder, *file;
  enum cvx_error_id id;
  size_t line, column;
  const char *words; /* in text or hint */
  struct cvx_read_options o;
};

#define PLAIN                                                                 \
  {                                                                           \
    .header = -1                                                              \
  }

/* clang-format off */
static const struct row good[] = {
  { "text", "header.csv", 3, 2, 1200, 200.5, 310, NULL, PLAIN },
  { "text", "header.csv", 3, 1, 3, 1200, 1500, NULL, { .y = "sqft", .x = "rooms" } },
  { "text", "header.csv", 3, 2, 200.5, 1200, 1500, NULL, { .y = "1", .x = "price,2" } },
  { "text", "header.csv", 1, 2, 900, 150, 150, NULL, { .first_row = 1, .n_rows = 1 } },
  { "text", "plain.csv", 3, 2, 1, 0.5, -2000, NULL, PLAIN },
  { "text", "no-newline-end.csv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "crlf.csv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "cr-only.csv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "bom.csv", 2, 2, 1, 0.5, 1.5, NULL, { .x = "a,b" } },
  { "text", "tab.tsv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "semicolon.csv", 2, 2, 1.5, 0.5, 1.5, NULL, { .decimal = ',' } },
  { "text", "semicolon.csv", 2, 2, 1.5, 0.5, 1.5, NULL, { .header = 1, .decimal = ',', .delimiter = ';' } },
  { "text", "blanks.txt", 3, 2, 1, 0.5, 7, NULL, PLAIN },
  { "text", "blank-tab-end.txt", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "comments.csv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "trailing-comma.csv", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "quoted.csv", 2, 2, 1, 0.5, 1.5, NULL, { .x = "sq \"ft\",2" } },
  { "text", "quoted.csv", 2, 1, 2, 0.5, 1.5, NULL, { .x = "a,b" } },
  { "text", "quoted-newline.csv", 2, 2, 1, 0.5, 1.5, NULL, { .x = "two\nlines,b" } },
  { "text", "quoted-blanks.txt", 2, 2, 1, 0.5, 1.5, NULL, { .x = "a b,c" } },
  { "text", "latin1.csv", 2, 1, 1, 0.5, 1.5, NULL, { .x = "gr\xc3\xb6\xc3\x9f" "e" } },
  { "text", "labels.csv", 4, 2, 5.1, 0, 0, "versicolor = 1", PLAIN },
  { "text", "two-labels.csv", 3, 1, 1, 1, 1, "bad = -1, good = 1", PLAIN },
  { "text", "signs.csv", 3, 1, 1, -1, -1, "+ = -1, - = 1", PLAIN },
  { "text", "zero-one.csv", 3, 1, 1, -1, 1, "0 = -1, 1 = 1", PLAIN },
  { "text", "one-two.csv", 3, 1, 1, 1, -1, "1 = -1, 2 = 1", PLAIN },
  { "text", "minus-plus.csv", 3, 1, 1, -1, 1, NULL, PLAIN },
  { "text", "three-seven.csv", 4, 1, 1, -1, 1, "3 = -1, 7 = 1", PLAIN },
  { "text", "three-seven-once.csv", 2, 1, 1, 3, 7, NULL, PLAIN },
  { "text", "sklearn.csv", 3, 2, 1, 1, 1, "green = -1, red = 1", PLAIN },
  { "text", "row-numbers.csv", 3, 2, 1, 0.5, 7, "left out", PLAIN },
  { "text", "row-names.csv", 3, 2, 1, 0.5, 7, "names the rows", PLAIN },
  { "text", "unnamed.csv", 2, 1, 2, 9, 3, NULL, { .x = "x1", .y = "x1.2" } },
  { "text", "r-names.txt", 3, 2, 1, 0.5, 7, "names the rows", PLAIN },
  { "text", "r-count.csv", 2, 2, 1, 0.5, 1.5, "names the rows", PLAIN },
  { "text", "r-count.csv", 2, 2, 1, 1, 3, NULL, { .x = "a,b", .y = "x1" } },
  { "text", "sep.csv", 2, 1, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "logical.csv", 3, 1, 1, -1, -1, "no = -1", { .x = "flag" } },
  { "text", "logical.csv", 3, 2, 1, -1, -1, "no = -1", { .onehot = true } },
  { "text", "fortran.txt", 2, 2, 1, 0.5, 1.5, NULL, PLAIN },
  { "text", "duplicate-header.csv", 2, 1, 2, 9, 8, "now a.3", { .x = "a.2", .y = "a.3" } },
  { "text", "missing.csv", 1, 2, 3, 2.5, 2.5, "4 of 5 rows", { .missing = CVX_MISSING_DROP } },
  { "text", "missing.csv", 4, 2, 1, 0.5, 3.5, "3 missing values", { .missing = CVX_MISSING_MEAN } },
  { "text", "infinite.csv", 1, 2, 1, 0.5, 0.5, "2 of 3 rows", { .missing = CVX_MISSING_DROP } },
  { "text", "denormal.csv", 3, 1, 5e-324, 1.5, 2, "1 numbers too small", PLAIN },
  { "text", "multi.csv", 2, 2, 1, 3, 8, NULL, { .x = "1:2", .y = "y1,y2" } },
  { "text", "packed.csv.gz", 200, 2, 0, 0, 2, NULL, PLAIN },
  { "text", "packed.csv.bz2", 200, 2, 0, 0, 2, NULL, PLAIN },
  { "text", "packed.csv.xz", 200, 2, 0, 0, 2, NULL, PLAIN },
  { "text", "packed.csv.zst", 200, 2, 0, 0, 2, NULL, PLAIN },
  { "text", "members.csv.gz", 200, 2, 0, 0, 2, NULL, PLAIN },
  { "text", "long-line.csv", 1, 5000, 1, 2, 2, "4999 columns renamed", PLAIN },
  { "npy", "fortran.npy", 2, 2, 0.5, 2.5, 5.5, NULL, PLAIN },
  { "npy", "fortran.npy", 2, 1, 1.5, 0.5, 3.5, NULL, { .y = "1", .x = "2" } },
  { "npy", "pair.npz", 2, 3, 0.5, 1, -1, NULL, PLAIN },
  { "npy", "pair.npz", 2, 3, 0.5, 1, -1, NULL, { .x = "X", .y = "y" } },
  { "npy", "pair.npz:X", 2, 2, 0.5, 2.5, 5.5, NULL, PLAIN },
  { "npy", "only-y.npz", 2, 2, 0.5, 2.5, 5.5, NULL, PLAIN },
  { "npy", "pair.npz", 2, 3, 0.5, 0.5, 5.5, NULL, { .x = "X", .y = "X" } },
  { "npy", "mixed.npz", 2, 3, 0.5, -1, 1, "1 = -1, 2 = 1", PLAIN },
  { "idx", "short-idx2", 2, 1, -1, 2, -4, NULL, PLAIN },
  { "idx", "int-idx2", 2, 1, -1, 2, -4, NULL, PLAIN },
  { "idx", "float-idx2", 2, 1, -1, 2.5, -4, NULL, PLAIN },
  { "idx", "double-idx2", 2, 1, -1, 2.5, -4, NULL, PLAIN },
  { "libsvm", "plain.txt", 3, 4, 0, -1, 1, NULL, PLAIN },
  { "libsvm", "numbers.txt", 2, 3, 0.5, 2.5, -3, NULL, PLAIN },
  { "libsvm", "plain.txt.gz", 1, 4, 2, 1, 1, NULL, { .first_row = 1, .n_rows = 1 } },
  { "cifar", "three.bin", 3, 3072, 10 / 255.0, 0, 1, "cat = 2", PLAIN },
  { "cifar", "three.bin.gz", 2, 3072, 11 / 255.0, 1, -1, "bird = -1", { .first_row = 1, .n_rows = 2 } },
  { "arff", "weather.arff", 4, 5, 1, 1, 1, "2 columns of text", PLAIN },
  { "arff", "sparse.arff", 3, 2, 1.5, 3, 0, NULL, PLAIN },
  { "arff", "missing.arff", 3, 1, 3, 1, 3, "replaced", { .missing = CVX_MISSING_MEAN } },
  { "arff", "missing.arff", 2, 1, 2, 2.5, 3, "left out", { .missing = CVX_MISSING_DROP } },
  { "ts", "two.ts", 3, 3, 1, 1, 1, "down = -1", PLAIN },
  { "ts", "target.ts", 2, 4, 1, 0.25, 0.75, NULL, PLAIN },
  { "wav", "mono16.wav", 4, 1, 0, 0, 0.25, "8000 per second", PLAIN },
  { "wav", "stereo8.wav", 2, 1, 0, 0, -0.5, "2 channels", PLAIN },
  { "wav", "mono24.wav", 2, 1, 0, 0.5, -0.5, NULL, PLAIN },
  { "wav", "float.wav", 2, 1, 0, 0.5, -0.25, NULL, PLAIN },
  { "wav", "mono16.wav", 2, 1, 0.000125, 0.5, -1, NULL, { .first_row = 1, .n_rows = 2 } },
  { "raw", "six.raw", 2, 2, 1.5, 0.5, 2.25, NULL, { .format = "raw", .dtype = "f32", .n_columns = 3 } },
  { "container", "one.zip", 2, 1, 1, 0.5, 2.5, NULL, PLAIN },
  { "container", "two.zip:b.csv", 2, 1, 3, 4.5, 8, NULL, PLAIN },
  { "container", "one.tar", 2, 1, 1, 0.5, 2.5, NULL, PLAIN },
  { "container", "two.tar.gz:../b.csv", 2, 1, 3, 4.5, 8, NULL, PLAIN },
  { "container", "two.tar.xz:a.csv", 2, 1, 1, 0.5, 2.5, NULL, PLAIN },
#ifdef HAVE_MATIO
  { "mat", "v4.mat", 3, 2, 1.5, 0.5, 7, NULL, PLAIN },
  { "mat", "v5.mat", 3, 2, 1.5, 0.5, 7, NULL, PLAIN },
  { "mat", "v7.mat", 3, 2, 1.5, 0.5, 7, NULL, PLAIN },
  { "mat", "v5.mat:X", 3, 1, 1.5, 2, 6.25, NULL, PLAIN },
  { "mat", "sparse.mat", 3, 2, 0, 0.5, 7, NULL, PLAIN },
  { "mat", "single.mat", 3, 1, 1.5, 2, 6.25, NULL, PLAIN },
  { "mat", "bytes.mat", 3, 2, 0, 0, 7, NULL, PLAIN },
#endif
#ifdef HAVE_HDF5
  { "hdf5", "plain.h5", 3, 2, 1.5, 0.5, 7, NULL, PLAIN },
  { "hdf5", "boolean.h5", 3, 2, 1.5, -1, 1, "0 = -1, 1 = 1", PLAIN },
  { "hdf5", "group.h5", 3, 2, 1.5, 0, 7, NULL, { .x = "g/data", .y = "g/target" } },
#endif
#ifdef HAVE_PNG
  { "png", "gray", 3, 4, 0, -1, 1, "cat = -1, dog = 1", PLAIN },
  { "png", "colour", 3, 3, 1, -1, 1, "scaled", PLAIN },
  { "png", "mixed", 2, 1, 0, -1, 1, NULL, { .gray = true } },
  { "png", "colour", 3, 1, 82. / 255, -1, 1, NULL, { .gray = true } },
  { "png", "sizes", 2, 1, 0.4, -1, 1, NULL, { .resize = { 1, 1 } } },
  { "png", "sizes", 2, 3, 26. / 255, -1, 1, NULL, { .resize = { 3, 1 } } },
  { "png", "gray", 3, 2, 0.2, -1, 1, NULL, { .resize = { 1, 2 } } },
  { "png", "sizes", 2, 16, 0, -1, 1, NULL, { .resize = { 4, 4 } } },
#endif
};

static const struct bad bad[] = {
  { "text", "empty.csv", CVX_E211, 0, 0, "no rows", PLAIN },
  { "text", "comments-only.csv", CVX_E211, 0, 0, "no rows", PLAIN },
  { "text", "header-only.csv", CVX_E211, 0, 0, "no rows", PLAIN },
  { "text", "plain.csv", CVX_E211, 0, 0, "3 rows", { .first_row = 3 } },
  { "text", "ragged.csv", CVX_E212, 3, 0, "2 fields", PLAIN },
  { "text", "ragged.csv", CVX_E212, 3, 0, "have 3", { .missing = CVX_MISSING_DROP } },
  { "text", "comma-number.csv", CVX_E214, 3, 1, "decimal=\",\"", PLAIN },
  { "text", "semicolon.csv", CVX_E214, 2, 1, "row 1, column a", PLAIN },
  { "text", "hex.csv", CVX_E214, 3, 1, "\"0x10\" is not a number", PLAIN },
  { "text", "underscore.csv", CVX_E214, 2, 1, "1_000", PLAIN },
  { "text", "first-row-text.csv", CVX_E214, 1, 3, "header=yes", PLAIN },
  { "text", "escape.csv", CVX_E214, 2, 3, "\\x1b[2J", PLAIN },
  { "text", "overflow.csv", CVX_E216, 2, 3, "1e400", PLAIN },
  { "text", "overflow.csv", CVX_E216, 2, 3, "1e400", { .missing = CVX_MISSING_DROP } },
  { "text", "infinite.csv", CVX_E216, 3, 1, "row 2, column a", PLAIN },
  { "text", "missing.csv", CVX_E215, 2, 3, "4 such cells", PLAIN },
  { "text", "missing-all.csv", CVX_E215, 0, 0, "column b", { .missing = CVX_MISSING_MEAN } },
  { "text", "missing-all.csv", CVX_E215, 0, 0, "every row", { .missing = CVX_MISSING_DROP } },
  { "text", "nul.csv", CVX_E217, 2, 4, "NUL", PLAIN },
  { "text", "short-header.csv", CVX_E212, 2, 0, "4 fields", PLAIN },
  { "text", "page.csv", CVX_E208, 0, 0, "a web page", PLAIN },
  { "text", "json.txt", CVX_E208, 0, 0, "JSON", PLAIN },
  { "text", "pickle", CVX_E208, 0, 0, "never run", PLAIN },
  { "text", "utf16.csv", CVX_E217, 1, 1, "UTF-16", PLAIN },
  { "text", "unterminated.csv", CVX_E213, 3, 0, "never closed", PLAIN },
  { "text", "stray-quote.csv", CVX_E213, 2, 0, "middle", PLAIN },
  { "text", "one-class.csv", CVX_E224, 0, 0, "cat", PLAIN },
  { "text", "names.csv", CVX_E219, 0, 0, "y=COLUMN", PLAIN },
  { "text", "one-column.csv", CVX_E219, 0, 0, "1 column", PLAIN },
  { "text", "header.csv", CVX_E210, 0, 0, "Did you mean price?", { .y = "prise" } },
  { "text", "plain.csv", CVX_E210, 0, 0, "3 columns", { .y = "4" } },
  { "text", "plain.csv", CVX_E210, 0, 0, "3:2", { .x = "3:2" } },
  { "text", "plain.csv", CVX_E219, 0, 0, "both a feature and the target", { .x = "1:3" } },
  { "text", "plain.csv", CVX_E219, 0, 0, "chosen twice", { .x = "1,1" } },
  { "text", "truncated.csv.gz", CVX_E207, 0, 0, "truncated gzip", PLAIN },
  { "text", "truncated.csv.xz", CVX_E207, 0, 0, "truncated", PLAIN },
  { "text", "truncated.csv.bz2", CVX_E207, 0, 0, "truncated bzip2", PLAIN },
  { "text", "garbage.csv.gz", CVX_E207, 0, 0, "after the end", PLAIN },
  { "text", "crc.csv.gz", CVX_E207, 0, 0, "data check", PLAIN },
  { "text", "bomb.csv.gz", CVX_E230, 0, 0, "times when decompressed", { .max_bytes = 1 << 20 } },
  { "text", "plain.csv", CVX_E230, 0, 0, "in memory", { .max_bytes = 40 } },
  { "text", "plain.csv", CVX_E208, 0, 0, "npz, npy", { .format = "xls" } },
  { "text", "absent.csv", CVX_E204, 0, 0, "No such file", PLAIN },
  { "text", ".", CVX_E205, 0, 0, "folder", PLAIN },
  { "idx", "wrong-magic", CVX_E208, 0, 0, "no known format", PLAIN },
  { "idx", "signed-idx3", CVX_E232, 0, 0, "00 00 09 03", PLAIN },
  { "idx", "short-data-idx3", CVX_E232, 0, 0, "360 bytes", PLAIN },
  { "idx", "short-data-idx3.gz", CVX_E232, 0, 0, "there are 36", { .y = "" } },
  { "idx", "short-data-idx3.gz", CVX_E232, 0, 0, "there are 36", PLAIN },
  { "idx", "extra-data-idx3", CVX_E232, 0, 0, "30 bytes", PLAIN },
  { "idx", "extra-data-idx3.gz", CVX_E232, 0, 0, "there are more", { .y = "" } },
  { "idx", "wide-idx2.gz", CVX_E230, 0, 0, "in memory", { .y = "", .max_bytes = 1 << 20 } },
  { "idx", "huge-idx4", CVX_E232, 0, 0, "too large", PLAIN },
  { "idx", "header-cut", CVX_E232, 0, 0, "header", PLAIN },
  { "idx", "no-rows-idx3", CVX_E211, 0, 0, "no rows", PLAIN },
  { "idx", "six-labels-idx1-ubyte", CVX_E232, 0, 0, "holds labels", PLAIN },
  { "idx", "six-images-idx3-ubyte", CVX_E222, 0, 0, "six-labels-idx1-ubyte", PLAIN },
  { "idx", "bomb-idx3.gz", CVX_E230, 0, 0, "times when decompressed", { .y = "", .max_bytes = 1 << 20 } },
  { "libsvm", "zero.txt", CVX_E240, 1, 3, "from 1", PLAIN },
  { "libsvm", "negative.txt", CVX_E240, 1, 3, "from 1", PLAIN },
  { "libsvm", "unsorted.txt", CVX_E240, 2, 9, "smaller index", PLAIN },
  { "libsvm", "repeated.txt", CVX_E240, 1, 7, "repeats", PLAIN },
  { "libsvm", "huge.txt", CVX_E240, 1, 3, "2147483647", PLAIN },
  { "libsvm", "large.txt", CVX_E230, 0, 0, "64 GB", { .max_bytes = 1 << 30 } },
  { "libsvm", "qid.txt", CVX_E240, 1, 3, "ranking", PLAIN },
  { "libsvm", "text.txt", CVX_E240, 2, 3, "no usable value", PLAIN },
  { "libsvm", "list.txt", CVX_E240, 1, 1, "label of one number", { .format = "libsvm" } },
  { "libsvm", "empty.txt", CVX_E211, 0, 0, "no rows", { .format = "libsvm" } },
  { "cifar", "class-255.bin", CVX_E242, 0, 0, "record 3", PLAIN },
  { "cifar", "cut.bin", CVX_E242, 0, 0, "2 whole records of 3073 bytes and 9", PLAIN },
  { "cifar", "cut.bin.gz", CVX_E242, 0, 0, "and 9 bytes more", PLAIN },
  { "npy", "object.npy", CVX_E220, 0, 0, "never unpickled", PLAIN },
  { "npy", "half.npy", CVX_E219, 0, 0, "none is left", PLAIN },
  { "npy", "half.npy", CVX_E216, 0, 0, "row 6", { .y = "" } },
  { "npy", "fortran3.npy", CVX_E222, 0, 0, "without labels", PLAIN },
  { "npy", "empty.npy", CVX_E211, 0, 0, "no rows", PLAIN },
  { "npy", "scalar.npy", CVX_E221, 0, 0, "0 dimensions", PLAIN },
  { "npy", "pair.npz:Z", CVX_E210, 0, 0, "it has X (2x3), y (2)", PLAIN },
  { "npy", "pair.npz", CVX_E210, 0, 0, "no array \"Z\"", { .x = "Z" } },
  { "npy", "mixed.npz:names", CVX_E220, 0, 0, "text", PLAIN },
  { "npy", "truncated.npz", CVX_E221, 0, 0, "truncated", PLAIN },
  { "arff", "missing.arff", CVX_E215, 0, 0, "row 1, column a", PLAIN },
  { "arff", "type.arff", CVX_E233, 2, 0, "crap", PLAIN },
  { "arff", "value.arff", CVX_E233, 5, 0, "\"z\" is not a value", PLAIN },
  { "arff", "ragged.arff", CVX_E212, 6, 0, "1 field, there are 2", PLAIN },
  { "arff", "no-data.arff", CVX_E233, 2, 0, "before @data", PLAIN },
  { "arff", "quote.arff", CVX_E233, 2, 0, "never closed", PLAIN },
  { "arff", "text.arff", CVX_E214, 0, 0, "onehot", PLAIN },
  { "arff", "index.arff", CVX_E233, 5, 0, "no attribute has", PLAIN },
  { "ts", "ragged.ts", CVX_E212, 8, 0, "has 2 numbers, the first one has 3", PLAIN },
  { "ts", "no-class.ts", CVX_E234, 7, 0, "no colon", PLAIN },
  { "ts", "stamps.ts", CVX_E234, 2, 0, "time stamps", PLAIN },
  { "ts", "text.ts", CVX_E214, 7, 0, "\"x\"", PLAIN },
  { "wav", "cut.wav", CVX_E235, 0, 0, "ends early", PLAIN },
  { "wav", "mulaw.wav", CVX_E235, 0, 0, "format 7 with 8 bits", PLAIN },
  { "wav", "odd.wav", CVX_E235, 0, 0, "within a frame", PLAIN },
  { "raw", "six.raw", CVX_E236, 0, 0, "columns=N", { .format = "raw" } },
  { "raw", "six.raw", CVX_E236, 0, 0, "24 bytes", { .format = "raw", .n_columns = 2 } },
  { "container", "two.zip", CVX_E237, 0, 0, "a.csv, b.csv", PLAIN },
  { "container", "two.tar.gz:c.csv", CVX_E237, 0, 0, "no file \"c.csv\"", PLAIN },
  { "container", "none.zip", CVX_E237, 0, 0, "no files", PLAIN },
#ifdef HAVE_MATIO
  { "mat", "v4-cut.mat", CVX_E243, 0, 0, "truncated", PLAIN },
  { "mat", "v5-cut.mat", CVX_E243, 0, 0, "truncated", PLAIN },
  { "mat", "v7-cut.mat", CVX_E243, 0, 0, "truncated", PLAIN },
  { "mat", "complex.mat", CVX_E220, 0, 0, "it is complex", PLAIN },
  { "mat", "v5.mat:cell", CVX_E220, 0, 0, "cell array", PLAIN },
  { "mat", "v5.mat", CVX_E210, 0, 0, "X (3x2)", { .x = "Q" } },
#else
  { "mat", "v5.mat", CVX_E238, 0, 0, "without MAT support", PLAIN },
#endif
#ifdef HAVE_HDF5
  { "hdf5", "cut.h5", CVX_E244, 0, 0, "truncated", PLAIN },
  { "hdf5", "empty.h5", CVX_E244, 0, 0, "no datasets", PLAIN },
  { "hdf5", "named.h5", CVX_E220, 0, 0, "named values", PLAIN },
  { "hdf5", "parts.h5", CVX_E210, 0, 0, "y=train/y, then", PLAIN },
  { "hdf5", "text.h5", CVX_E220, 0, 0, "it is text", PLAIN },
  { "hdf5", "external.h5", CVX_E220, 0, 0, "not followed", PLAIN },
  { "hdf5", "elsewhere.h5", CVX_E220, 0, 0, "another file", PLAIN },
  { "hdf5", "group.h5:loop", CVX_E220, 0, 0, "soft link", PLAIN },
  { "hdf5", "huge.h5", CVX_E230, 0, 0, "", { .max_bytes = 1 << 20 } },
#else
  { "hdf5", "plain.h5", CVX_E238, 0, 0, "without HDF5 support", PLAIN },
#endif
#ifdef HAVE_PNG
  { "png", "sizes", CVX_E246, 0, 0, "1 x 1 pixels, the first image 2 x 2", PLAIN },
  { "png", "mixed", CVX_E246, 0, 0, "in colour", PLAIN },
  { "png", "cut", CVX_E245, 0, 0, "cut/b/1.png", PLAIN },
  { "png", "foreign", CVX_E245, 0, 0, "foreign/a/1.png", PLAIN },
  { "png", "one", CVX_E224, 0, 0, "same label a", PLAIN },
#else
  { "png", "gray", CVX_E238, 0, 0, "without PNG support", PLAIN },
#endif
};
/* clang-format on */

#endif
