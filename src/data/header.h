/* header.h -- the first line of delimited text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_HEADER_H
#define CVX_DATA_HEADER_H

#include <stdint.h>

#include "base/text.h"
#include "data/number.h"
#include "data/record.h"

struct cvxi_header
{
  bool present;       /* the first record holds no data */
  bool sklearn;       /* it is "rows,features,class,class,..." */
  bool unnamed_first; /* the first column has no name of its own */
  bool row_names;     /* since it names the rows, as R writes them */
  char **names;       /* NULL, or one per column: UTF-8, different, owned */
  size_t n_names;
  char **classes; /* of a scikit-learn header, owned */
  size_t n_classes;
  struct cvx_text notes;
};

/* Decide on FIRST, seeing SECOND (NULL: there is none).  HEADER is -1 to
   decide, 0 for none, 1 for a header.  H must be zero; free it in any case.
   CVX_NOMEM; E211 when there is only a header.  */
enum cvx_status cvxi_header_read (struct cvxi_header *h,
                                  const struct cvxi_record *first,
                                  const struct cvxi_record *second,
                                  const struct cvxi_numbers *numbers,
                                  int header, const char *path,
                                  struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_header_free (struct cvxi_header *h);

/* A copy of LEN bytes as a string of valid UTF-8: bytes that are not are taken
   as Latin-1.  NULL: no memory.  */
char *cvxi_name_copy (const char *s, size_t len);

uint64_t cvxi_name_hash (const char *s, size_t len);

#endif
