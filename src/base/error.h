/* error.h -- how a function says that it failed.

   A fallible function returns enum cvx_status and takes, last, a caller-owned
   struct cvx_error that it fills with words when the status is not CVX_OK.
   Every failure has a stable number from errors.def ("E214"); the number
   fixes the status, and `help E214' explains it.  A user's mistake is a
   status; ours is an assert.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_ERROR_H
#define CVX_BASE_ERROR_H

#include <stddef.h>

#define CVX_MUST_CHECK   __attribute__ ((warn_unused_result))
#define CVX_PRINTF(F, A) __attribute__ ((format (printf, F, A)))

enum cvx_status
{
#define CVX_STATUS(NAME, EXIT, WORDS) CVX_##NAME,
#include "base/status.def"
#undef CVX_STATUS
  CVX_N_STATUS
};

/* CVX_E101 and so on: the numbers of errors.def.  */
enum cvx_error_id
{
  CVX_E0 = 0, /* no error */
#define CVX_ERROR(NUMBER, STATUS, TITLE, HELP) CVX_E##NUMBER = NUMBER,
#include "base/errors.def"
#undef CVX_ERROR
};

enum
{
  CVX_ERROR_TEXT = 1024,
  CVX_ERROR_HINT = 512,
  CVX_ERROR_FILE = 512
};

/* Filled by cvx_fail; the caller owns it and need not free anything.  An
   error without a place in a file has line 0.  column counts from 1, in
   bytes; 0 means the whole line.  */
struct cvx_error
{
  enum cvx_status status;
  enum cvx_error_id id;
  char file[CVX_ERROR_FILE];
  size_t line, column;
  char text[CVX_ERROR_TEXT];
  char hint[CVX_ERROR_HINT];
};

/* Fill ERR (may be NULL) with ID and the words FORMAT, clearing place and
   hint.  Returns the status of ID, never CVX_OK, so that a function can
   `return cvx_fail (...)'.  Invalid UTF-8 and control bytes in the result are
   shown as \xNN, so that data cannot reach the terminal as an escape
   sequence.  */
enum cvx_status cvx_fail (struct cvx_error *err, enum cvx_error_id id,
                          const char *format, ...) CVX_PRINTF (3, 4);

/* Add the next action to ERR.  Returns ERR's status.  */
enum cvx_status cvx_hint (struct cvx_error *err, const char *format, ...)
    CVX_PRINTF (2, 3);

/* Add the place in FILE (may be NULL: keep) to ERR.  Returns its status.  */
enum cvx_status cvx_at (struct cvx_error *err, const char *file, size_t line,
                        size_t column);

/* Out of memory while doing WHAT ("reading patterns").  */
enum cvx_status cvx_fail_nomem (struct cvx_error *err, const char *what);

/* Stopped by the caller's abort flag.  */
enum cvx_status cvx_fail_interrupted (struct cvx_error *err);

void cvx_error_clear (struct cvx_error *err);

/* Exit code and words of a status; title and help of an error number (NULL
   when there is no such number); status of an error number.  Borrowed, static
   text.  */
int cvx_status_exit (enum cvx_status status);
const char *cvx_status_words (enum cvx_status status);
const char *cvx_error_title (int id);
const char *cvx_error_help (int id);
enum cvx_status cvx_error_status (enum cvx_error_id id);

/* The K-th error number of the table, 0 past the end; for help and tests.  */
int cvx_error_number (size_t k);

#endif
