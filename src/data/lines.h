/* lines.h -- a text file line by line, for the readers of text formats.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_LINES_H
#define CVX_DATA_LINES_H

#include "base/error.h"
#include "base/input.h"
#include "base/progress.h"

struct cvxi_lines
{
  const char *path; /* borrowed */
  struct cvxi_input *input;
  char *buffer; /* owned */
  size_t cap, from, to;
  bool ended;    /* the file is in the buffer up to its end */
  bool cr_only;  /* old Mac line ends */
  size_t number; /* of the current line, from 1 */
  size_t bytes;  /* decompressed bytes taken as lines so far */
};

/* Open PATH, skip a UTF-8 byte order mark and refuse UTF-16 (E217).  PATH must
   outlive L.  On failure L needs no closing.  */
enum cvx_status cvxi_lines_open (struct cvxi_lines *l, const char *path,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The next line without its end in *S, *LEN; borrowed until the next call;
   *S is NULL at the end of the file.  Line ends are LF, CRLF, or CR when the
   file has no LF near its beginning.  NUL bytes (E217) and lines beyond 256 MB
   (E218) are errors.  */
enum cvx_status cvxi_lines_next (struct cvxi_lines *l, const char **s,
                                 size_t *len,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Bytes at the front of the file, not yet taken as lines, for a look ahead;
 *ALL when they are the whole file.  */
const char *cvxi_lines_ahead (const struct cvxi_lines *l, size_t *len,
                              bool *all);

/* CVX_DATA when the file has changed since it was opened.  */
enum cvx_status cvxi_lines_unchanged (const struct cvxi_lines *l,
                                      struct cvx_error *err) CVX_MUST_CHECK;

void cvxi_lines_close (struct cvxi_lines *l);

#endif
