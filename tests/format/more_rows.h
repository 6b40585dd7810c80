/* more_rows.h -- rows.h for the formats that came later.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_MORE_ROWS_H
#define CVX_TESTS_MORE_ROWS_H

#include "format/rows.h"

#define PLAIN                                                                 \
  {                                                                           \
    .header = -1                                                              \
  }

/* clang-format off */
static const struct row good_more[] = {
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
  { "hdf5", "group.h5", 3, 2, 1.5, 0, 7, NULL, { .x = "g/data", .y = "g/target" } },
#endif
#ifdef HAVE_PNG
  { "png", "gray", 3, 4, 0, -1, 1, "cat = -1, dog = 1", PLAIN },
  { "png", "colour", 3, 3, 1, -1, 1, "scaled", PLAIN },
#endif
};

static const struct bad bad_more[] = {
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
