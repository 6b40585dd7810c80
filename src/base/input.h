/* input.h -- a regular file read as a stream, decompressed on the way.

   For readers inside the library.  gzip, xz, zstd and bzip2 are known by
   their first bytes, never by the name; their checksums are verified. Folders,
   devices, pipes and sockets are refused, and a file that changes while it is
   read is reported at the end.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_INPUT_H
#define CVX_BASE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"

struct cvxi_input;

/* Open PATH, or the file of "ARCHIVE:FILE".  PROGRESS (may be NULL) counts
   bytes of the file, as stored. CVX_DATA (E204, E205, E207), CVX_NOMEM.  */
enum cvx_status cvxi_input_open (struct cvxi_input **out, const char *path,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Read into BUF up to LEN bytes; *GOT is less only at the end.  CVX_DATA,
   CVX_INTERRUPTED.  */
enum cvx_status cvxi_input_read (struct cvxi_input *in, void *buf, size_t len,
                                 size_t *got,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The same from byte AT on, of a file whose size is known; several threads may
   do so at a time, and none may use cvxi_input_read then or later.  */
enum cvx_status cvxi_input_read_at (const struct cvxi_input *in, size_t at,
                                    void *buf, size_t len, size_t *got,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Bytes of the file as stored; the same decompressed when that is known (the
   file is not compressed), otherwise 0; decompressed bytes given so far per
   stored byte taken.  */
size_t cvxi_input_stored (const struct cvxi_input *in);
size_t cvxi_input_size (const struct cvxi_input *in);
double cvxi_input_ratio (const struct cvxi_input *in);

/* The file descriptor, positioned anywhere; for archives that seek.  */
int cvxi_input_fd (const struct cvxi_input *in);

/* CVX_DATA (E206) when the file has changed since it was opened.  */
enum cvx_status cvxi_input_unchanged (const struct cvxi_input *in,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* NULL is fine.  */
void cvxi_input_close (struct cvxi_input *in);

/* The first bytes of PATH after decompression, at most LEN.  */
enum cvx_status cvxi_input_head (const char *path, unsigned char *head,
                                 size_t len, size_t *got,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* E230: WHAT of PATH needs NEEDED bytes and LIMIT may be taken.  IN (may be
   NULL) adds the compression ratio when it is suspicious.  */
enum cvx_status cvxi_fail_memory (const struct cvxi_input *in,
                                  const char *path, double needed,
                                  size_t limit, struct cvx_error *err);

#endif
