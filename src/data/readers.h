/* readers.h -- what readers share.

   A reader fills x, y, row and what the file says about names, labels and
   images.  y of a target of text holds numbers of labels, and d->label their
   names with these numbers as values.  Missing numbers are NaN.  The rest, the
   policy for missing numbers, label values, the labels file, name, source and
   hash, is cvx_dataset_read's.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_READERS_H
#define CVX_DATA_READERS_H

#include "data/columns.h"
#include "data/dataset.h"

#define CVX_READER(NAME, SUMMARY, SUFFIXES)                                   \
  bool cvxi_detect_##NAME (const char *path, const unsigned char *head,       \
                           size_t head_len);                                  \
  enum cvx_status cvxi_read_##NAME (                                          \
      struct cvx_dataset **out, const char *path,                             \
      const struct cvx_read_options *options, struct cvx_progress *progress,  \
      struct cvx_text *notes, struct cvx_error *err) CVX_MUST_CHECK;
#include "data/readers.def"
#undef CVX_READER

/* The file of "FILE:NAME" in a new string at *FILE, and NAME, borrowed from
   PATH, at *MEMBER; a PATH that exists as it is has no member (NULL).  False:
   no memory.  */
bool cvxi_path_split (const char *path, char **file, const char **member);

/* The reader of FORMAT (NULL: by the content of FILE).  CVX_DATA (E208, and
   why the file cannot be read), CVX_NOMEM.  */
enum cvx_status cvxi_find_reader (const struct cvx_reader **reader,
                                  const char *file, const char *format,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* E208 when the file of PATH, which begins with HEAD, is one of another
   program.  */
enum cvx_status cvxi_refuse_foreign (const char *path,
                                     const unsigned char *head, size_t len,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* Attributes of an ARFF file whose header is in the first piece read; the new
   array and its strings are the caller's.  CVX_DATA, CVX_NOMEM.  */
enum cvx_status cvxi_arff_names (char ***names, size_t *n, const char *path,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The file name without folders, in PATH.  */
const char *cvxi_base_name (const char *path);

/* Rows FIRST .. FIRST + *N - 1 of TOTAL as OPTIONS choose.  E211: none.  */
enum cvx_status cvxi_choose_rows (const struct cvx_read_options *options,
                                  const char *path, size_t total,
                                  size_t *first, size_t *n,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* E230 when N rows would take more than OPTIONS allow.  */
enum cvx_status cvxi_check_memory (const struct cvx_read_options *options,
                                   const char *path, size_t n,
                                   size_t n_features, size_t n_outputs,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Names of the N columns COLUMN of NAMES into new d->feature and d->target
   (several targets: none).  NAMES may be NULL.  CVX_NOMEM.  */
enum cvx_status cvxi_take_names (struct cvx_dataset *d,
                                 const char *const *names,
                                 const struct cvxi_columns *columns,
                                 struct cvx_error *err) CVX_MUST_CHECK;

#endif
