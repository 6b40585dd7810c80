/* output.h -- files that are either the old one or the complete new one.

   Bytes go to a temporary file in the target's folder; cvx_output_commit
   flushes, calls fsync and renames.  Anything else leaves the old file as it
   was and no temporary file behind.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_OUTPUT_H
#define CVX_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct cvx_output;

/* Start writing PATH.  Fails at once, before any work is done, when the folder
   is missing or not writable, or PATH is a folder or special file
   (CVX_OUTPUT). With BACKUP the old file is kept as PATH~ on commit.  *OUT is
   the caller's until commit or abort.  */
enum cvx_status cvx_output_open (struct cvx_output **out, const char *path,
                                 bool backup,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Append LEN bytes.  A failure is remembered and reported by commit too.  */
enum cvx_status cvx_output_write (struct cvx_output *out, const void *bytes,
                                  size_t len,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Name of the temporary file, for another program to write (gnuplot);
   borrowed until commit or abort.  */
const char *cvx_output_temporary (const struct cvx_output *out);

/* Make the file complete and visible, and free OUT, on success and on
   failure.  */
enum cvx_status cvx_output_commit (struct cvx_output *out,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Forget the file; NULL is fine.  */
void cvx_output_abort (struct cvx_output *out);

/* Check that PATH could be written, without leaving a trace, so that a command
   can refuse before hours of work.  */
enum cvx_status cvx_output_check (const char *path,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Write LEN bytes as the whole of PATH.  */
enum cvx_status cvx_output_file (const char *path, const void *bytes,
                                 size_t len,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* For tests: the K-th write (or sync, or rename) from now fails with ENOSPC;
   0 turns this off.  */
void cvx_output_fail_at (size_t k);

#endif
