/* dataset.h -- the data a network is trained on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_DATASET_H
#define CVX_DATA_DATASET_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/npz.h"
#include "base/progress.h"
#include "base/text.h"
#include "linalg/csr.h"

enum cvx_part_id
{
  CVX_TRAIN,
  CVX_VAL,
  CVX_TEST,
  CVX_N_PARTS
};

/* Rows of one part.  x is n x n_features, row after row (C order); y is
   n x n_outputs.  row[i] is the number of the row in the file, from 0.

   Data of few nonzeros have them in SPARSE, in all parts that have rows; x is
   the same numbers, or NULL until cvx_dataset_fill makes it.  Only load,
   describe, save and the transforms take data without x.  */
struct cvx_part
{
  size_t n;
  double *x, *y;
  size_t *row;
  struct cvx_csr *sparse; /* n x n_features, or NULL */
};

enum cvx_bias
{
  CVX_BIAS_NONE,
  CVX_BIAS_AUGMENTED, /* the last feature is a column of ones, penalised */
  CVX_BIAS_FREE       /* an output bias outside the penalty */
};

/* One label of a classification target.  */
struct cvx_label
{
  char *name;   /* as in the file */
  double value; /* as in y */
};

struct cvx_dataset
{
  char *name;   /* short: "t10k" */
  char *source; /* path, or the generator's words */
  size_t n_features, n_outputs;
  struct cvx_part part[CVX_N_PARTS]; /* part[CVX_TRAIN].n > 0 */
  char **feature;                    /* n_features names, or NULL */
  char *target;                      /* name of y, or NULL */
  size_t n_labels; /* 0: regression; n_outputs: each has its own output */
  struct cvx_label *label; /* ascending by value */
  size_t image[3];         /* rows, columns, channels; 0: no image */
  enum cvx_bias bias;
  /* What `scale' did: x_used = (x_file - shift) * factor, the same for y;
     arrays of n_features and n_outputs, or NULL.  */
  double *x_shift, *x_factor, *y_shift, *y_factor;
  /* When the file was read: missing numbers replaced by the column mean, rows
     left out for them.  */
  size_t n_filled, n_dropped;
  /* The weights of the linear filter that a generator planted (n_features),
     while the features are as it made them; NULL: none.  Not saved.  */
  double *planted;
  bool x_rownorm; /* and then each row of x was divided by its length */
  uint64_t hash;  /* of all numbers of all parts, see cvx_dataset_rehash */
};

/* A dataset with N training rows, everything else empty or zero.  */
enum cvx_status cvx_dataset_new (struct cvx_dataset **out, const char *name,
                                 size_t n, size_t n_features, size_t n_outputs,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_dataset_copy (struct cvx_dataset **out,
                                  const struct cvx_dataset *from,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvx_dataset_free (struct cvx_dataset *d);

/* Recompute the hash (XXH3, 64 bits) after a change.  */
void cvx_dataset_rehash (struct cvx_dataset *d);

/* Bytes that N rows of F features and C outputs take.  SIZE_MAX: overflow.  */
size_t cvx_dataset_bytes (size_t n, size_t n_features, size_t n_outputs);

/* Rows of all parts.  */
size_t cvx_dataset_rows (const struct cvx_dataset *d);

/* True when X is there only without its zeros.  */
bool cvx_dataset_is_sparse (const struct cvx_dataset *d);

/* Bytes of D as it is, and of X with its zeros in all parts.  */
size_t cvx_dataset_size (const struct cvx_dataset *d);
size_t cvx_dataset_fill_bytes (const struct cvx_dataset *d);

/* Make x of every part of D from its nonzeros, which stay; the numbers and the
   hash do not change.  CVX_NOMEM, and D is as it was.  */
enum cvx_status cvx_dataset_fill (struct cvx_dataset *d,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* How a file is read; a reader ignores what does not concern it.  */
struct cvx_read_options
{
  const char *format; /* name of readers.def, or NULL: by content */
  const char *y;      /* target columns, as x; NULL: the last; "": none */
  const char *member; /* array of the file; cvx_dataset_read finds it */
  const char *x;      /* feature columns "a,b,3:5", NULL: all others */
  const char *labels; /* file with the target as its one column, or NULL */
  int header;         /* -1 automatic, 0 none, 1 present */
  char delimiter;     /* 0 automatic */
  char decimal;       /* '.' or ',' */
  int missing;        /* enum cvx_missing */
  bool onehot;        /* features of text become 0/1 columns */
  const char *dtype;  /* of raw numbers: f64 f32 i32 i16 u8; NULL: f64 */
  size_t n_columns;   /* of raw numbers; 0: not known */
  bool gray;          /* images of a folder, as in cvx_import_options */
  size_t resize[2];
  /* The training data that the file is to go with (cvx_dataset_read_part sets
     it): its 0/1 columns and its width are taken.  */
  const struct cvx_dataset *like;
  const struct cvx_importer *importer; /* see below, NULL: none */
  size_t first_row, n_rows; /* rows of data from 0; n_rows 0: to the end */
  size_t max_bytes;         /* memory that may be taken; 0: no limit */
  struct cvxi_found *found; /* cvx_dataset_read sets it for its reader */
};

enum cvx_missing
{
  CVX_MISSING_ERROR,
  CVX_MISSING_DROP, /* drop the row */
  CVX_MISSING_MEAN  /* column mean over the rows that have it */
};

/* Formats whose parsers have a history of faults (those of CVX_IMPORTED in
   readers.def) are turned into arrays by cvx_import_arrays.  A program may
   have that done by another process: IMPORT gets CONTEXT, the name of the
   format, the file as an open descriptor (-1 for a folder) and as a path, and
   otherwise what cvx_import_arrays gets, and does what that does.  */
struct cvx_import_options
{
  size_t max_bytes; /* memory that may be taken; 0: no limit */
  bool gray;        /* images in colour become gray */
  size_t resize[2]; /* rows and columns of every image; 0: as they are */
};
struct cvx_importer
{
  enum cvx_status (*import) (void *context, struct cvx_npz **out,
                             const char *format, int fd, const char *path,
                             const struct cvx_import_options *options,
                             struct cvx_progress *progress,
                             struct cvx_error *err);
  void *context;
};

/* Every array of the file PATH of FORMAT ("mat", "hdf5", "png"), with OPTIONS;
   variables that are no arrays of numbers come as CVX_ARRAY_OTHER.  Messages
   name SHOWN.  CVX_DATA, CVX_LIMIT, CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvx_import_arrays (struct cvx_npz **out, const char *format,
                                   const char *path, const char *shown,
                                   const struct cvx_import_options *options,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Read PATH, a regular file of any format of readers.def, known by its
   content; gzip, xz, zstd and bzip2 are undone on the way.  "FILE:NAME" is one
   array of a file, or a file of a zip or tar archive; a folder is one of PNG
   images.  *OUT is the caller's; on failure it is NULL and nothing is left.
   PROGRESS counts bytes of the file.  What the user should know goes, one line
   each, to NOTES (may be NULL).

   Labels.  A target of text is a target of labels.  So is the target of
   images, and a single column of numbers that takes exactly two values, both
   whole, when these are {-1, 1}, {0, 1} or {1, 2} or each occurs twice or
   more; all else is regression, and cvx_dataset_classes can still choose among
   its whole numbers.  Labels whose names are all numbers keep them as values,
   others get 0 .. C-1 in the order of strcmp; two labels become -1 and +1 in
   that order (NOTES says so).

   CVX_DATA with the place in ERR, CVX_LIMIT (E230 memory, checked before it is
   taken; E231), CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvx_dataset_read (struct cvx_dataset **out, const char *path,
                                  const struct cvx_read_options *options,
                                  struct cvx_progress *progress,
                                  struct cvx_text *notes,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* The names that x= and y= may use for PATH: columns of text and ARFF, arrays
   of an NPZ, in the file's order.  Reads no more than the first MB, after
   decompression, or the directory of an archive; *N is 0 when there are none,
   or none so near.  *NAMES, N + 1 strings of which the last is NULL, is the
   caller's, for cvx_names_free.  Errors of cvx_dataset_read.  */
enum cvx_status cvx_dataset_columns (char ***names, size_t *n,
                                     const char *path,
                                     struct cvx_error *err) CVX_MUST_CHECK;
void cvx_names_free (char **names, size_t n);

/* D with the rows of PATH, read by OPTIONS, as its validation or test PART,
   scaled as D is.  The features are matched by name when both have names, else
   by number; labels by name.  Without options->y the target has the name that
   it has in D.  CVX_DATA (E247 columns, E248 labels, and as
   cvx_dataset_read), CVX_LIMIT, CVX_INTERRUPTED, CVX_NOMEM.  */
enum cvx_status cvx_dataset_read_part (struct cvx_dataset **out,
                                       const struct cvx_dataset *d,
                                       enum cvx_part_id part, const char *path,
                                       const struct cvx_read_options *options,
                                       struct cvx_progress *progress,
                                       struct cvx_text *notes,
                                       struct cvx_error *err) CVX_MUST_CHECK;

/* D with one 0/1 output for each of its labels, in their order.  CVX_INVALID
   (E249), CVX_NOMEM.  */
enum cvx_status cvx_dataset_onehot (struct cvx_dataset **out,
                                    const struct cvx_dataset *d,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* The number of the label that V (n_outputs, targets or predictions) stands
   for: with one output the nearest, halfway the larger, else that of the
   largest output.  D has labels.  */
size_t cvx_dataset_label_of (const struct cvx_dataset *d, const double *v);

/* The other way: outputs of which one is 1 and the others 0 in every row
   become the labels that they stand for; where none are known 1, 2, ..., and
   of two of them the first becomes -1, the second +1. CVX_INVALID (E249),
   CVX_NOMEM.  */
enum cvx_status cvx_dataset_labels (struct cvx_dataset **out,
                                    const struct cvx_dataset *d,
                                    struct cvx_text *notes,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* D with images of one channel instead of several.  CVX_INVALID (E356) when it
   has none or they were scaled, CVX_NOMEM.  */
enum cvx_status cvx_dataset_grey (struct cvx_dataset **out,
                                  const struct cvx_dataset *d,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* A reader is one file plus one row of readers.def.  HEAD holds the first
   HEAD_LEN bytes of the file after decompression.  */
struct cvx_reader
{
  const char *name, *summary, *suffixes;
  bool (*detect) (const char *path, const unsigned char *head,
                  size_t head_len);
  enum cvx_status (*read) (struct cvx_dataset **out, const char *path,
                           const struct cvx_read_options *options,
                           struct cvx_progress *progress,
                           struct cvx_text *notes, struct cvx_error *err);
};
extern const struct cvx_reader *const cvx_readers[]; /* ends with NULL */

/* Generators: one function plus one row of generators.def each.  All take the
   same numbers; a generator ignores what does not concern it.  */
struct cvx_generate_options
{
  size_t n, d, width, classes;
  double noise, radius, flip; /* flip: share of labels flipped */
  uint64_t seed;
  size_t n_points;       /* points: length of px and py */
  const double *px, *py; /* borrowed */
  size_t n_freqs;        /* circular */
  const double *freqs, *amps;
};
struct cvx_generator
{
  const char *name, *summary, *uses; /* uses: "n d width noise seed" */
  enum cvx_status (*make) (struct cvx_dataset **out,
                           const struct cvx_generate_options *options,
                           struct cvx_error *err);
};
extern const struct cvx_generator *const cvx_generators[]; /* NULL at end */

/* Transforms.  Each gives a new dataset and leaves D as it was, so that a
   failed command changes nothing.  */

/* Keep the rows with the N >= 2 labels NAMES (or numbers of them); for N = 2
   the first becomes -1 and the second +1.  CVX_INVALID (E225: no such label),
   CVX_DATA (E224, E211), CVX_NOMEM.  */
enum cvx_status cvx_dataset_classes (struct cvx_dataset **out,
                                     const struct cvx_dataset *d,
                                     const char *const *names, size_t n,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* As n_train: the rows that the other parts leave.  */
#define CVX_SPLIT_REST HUGE_VAL

/* Sizes as counts when >= 1, as shares when < 1; n_val may be 0; n_test 0: the
   rest.  All rows of all parts are dealt again at random and stay in the order
   of the file within a part; with STRATIFY each part gets each label in its
   share.  CVX_INVALID (E227), CVX_NOMEM.  */
enum cvx_status cvx_dataset_split (struct cvx_dataset **out,
                                   const struct cvx_dataset *d, double n_train,
                                   double n_val, double n_test, uint64_t seed,
                                   bool stratify,
                                   struct cvx_error *err) CVX_MUST_CHECK;

enum cvx_scale
{
  CVX_SCALE_NONE,
  CVX_SCALE_CENTER,   /* subtract the training mean */
  CVX_SCALE_STANDARD, /* and divide by the deviation (1/n) */
  CVX_SCALE_MAX,      /* divide by the largest absolute value */
  CVX_SCALE_ROWNORM   /* rows to unit length (x only) */
};
/* Fitted on the training rows; a constant column is divided by 1.  A bias
   column stays as it is.  CVX_INVALID (E228), CVX_NOMEM.  */
enum cvx_status cvx_dataset_scale (struct cvx_dataset **out,
                                   const struct cvx_dataset *d,
                                   enum cvx_scale x, enum cvx_scale y,
                                   struct cvx_text *notes,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Take an augmented column away, and add one for CVX_BIAS_AUGMENTED.
   CVX_NOMEM.  */
enum cvx_status cvx_dataset_bias (struct cvx_dataset **out,
                                  const struct cvx_dataset *d,
                                  enum cvx_bias bias,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* N random training rows (in file order), other parts kept.  */
enum cvx_status cvx_dataset_sample (struct cvx_dataset **out,
                                    const struct cvx_dataset *d, size_t n,
                                    uint64_t seed,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Training rows FIRST .. FIRST + N - 1, other parts kept.  */
enum cvx_status cvx_dataset_subset (struct cvx_dataset **out,
                                    const struct cvx_dataset *d, size_t first,
                                    size_t n,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Images of ROWS x COLUMNS pixels, each the mean of the area that it covers;
   with GREY of one channel, as cvx_dataset_grey makes it.  CVX_INVALID (E625):
   no images, not smaller, or scaled already; CVX_NOMEM.  */
enum cvx_status cvx_dataset_shrink (struct cvx_dataset **out,
                                    const struct cvx_dataset *d, size_t rows,
                                    size_t columns, bool grey,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* What a person needs to see before modelling.  */
struct cvx_summary
{
  size_t rank;      /* of the training X */
  double condition; /* largest over smallest of those; NAN: not known */
  bool estimated;   /* these two, X being large or sparse */
  size_t n_nonzero; /* of the training X */
  size_t n_constant, n_duplicate_cols; /* columns */
  size_t n_duplicate_rows;             /* rows that repeat an earlier x */
  size_t n_conflicts; /* rows whose x occurs with another y too */
  size_t n_zero_rows;
  double x_min, x_max, y_min, y_max;
  size_t ones_column; /* number of a column of ones from 1, 0: none */
  size_t bytes;
};
enum cvx_status cvx_dataset_describe (const struct cvx_dataset *d,
                                      struct cvx_summary *out,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* Save as members of an open archive under PREFIX, and back; loading checks
   the hash.  CVX_DATA (E401 to E403), CVX_OUTPUT, CVX_NOMEM.  */
enum cvx_status cvx_dataset_save (const struct cvx_dataset *d,
                                  struct cvx_npz_writer *w, const char *prefix,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_dataset_load (struct cvx_dataset **out,
                                  const struct cvx_npz *z, const char *prefix,
                                  struct cvx_error *err) CVX_MUST_CHECK;

#endif
