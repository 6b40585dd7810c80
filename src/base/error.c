/* error.c -- statuses, error numbers and their words.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct status_row
{
  int exit;
  const char *words;
};

static const struct status_row statuses[] = {
#define CVX_STATUS(NAME, EXIT, WORDS) { EXIT, WORDS },
#include "base/status.def"
#undef CVX_STATUS
};

struct error_row
{
  int number;
  enum cvx_status status;
  const char *title, *help;
};

static const struct error_row errors[] = {
#define CVX_ERROR(NUMBER, STATUS, TITLE, HELP)                                \
  { NUMBER, CVX_##STATUS, TITLE, HELP },
#include "base/errors.def"
#undef CVX_ERROR
  { 0, CVX_INTERNAL, NULL, NULL }
};

static const struct error_row *
find (int id)
{
  const struct error_row *e = errors;
  while (e->number != 0 && e->number != id)
    e++;
  return e;
}

int
cvx_status_exit (enum cvx_status status)
{
  assert (status < CVX_N_STATUS);
  return statuses[status].exit;
}

const char *
cvx_status_words (enum cvx_status status)
{
  assert (status < CVX_N_STATUS);
  return statuses[status].words;
}

const char *
cvx_error_title (int id)
{
  return find (id)->title;
}

const char *
cvx_error_help (int id)
{
  return find (id)->help;
}

enum cvx_status
cvx_error_status (enum cvx_error_id id)
{
  return find ((int)id)->status;
}

int
cvx_error_number (size_t k)
{
  size_t n = sizeof errors / sizeof *errors - 1;
  return k < n ? errors[k].number : 0;
}

void
cvx_error_clear (struct cvx_error *err)
{
  if (err != NULL)
    {
      err->status = CVX_OK;
      err->id = CVX_E0;
      err->file[0] = err->text[0] = err->hint[0] = '\0';
      err->line = err->column = 0;
    }
}

/* Format into a buffer, then copy with everything unprintable escaped.  */
static void
words (char *to, size_t size, const char *format, va_list args)
{
  char raw[CVX_ERROR_TEXT];
  vsnprintf (raw, sizeof raw, format, args);
  cvx_text_escape (to, size, raw);
}

enum cvx_status
cvx_fail (struct cvx_error *err, enum cvx_error_id id, const char *format, ...)
{
  enum cvx_status status = cvx_error_status (id);
  assert (status != CVX_OK);
  if (err != NULL)
    {
      va_list args;
      cvx_error_clear (err);
      err->status = status;
      err->id = id;
      va_start (args, format);
      words (err->text, sizeof err->text, format, args);
      va_end (args);
    }
  return status;
}

enum cvx_status
cvx_hint (struct cvx_error *err, const char *format, ...)
{
  va_list args;
  if (err == NULL)
    return CVX_FAILED;
  va_start (args, format);
  words (err->hint, sizeof err->hint, format, args);
  va_end (args);
  return err->status;
}

enum cvx_status
cvx_at (struct cvx_error *err, const char *file, size_t line, size_t column)
{
  if (err == NULL)
    return CVX_FAILED;
  if (file != NULL)
    cvx_text_escape (err->file, sizeof err->file, file);
  err->line = line;
  err->column = column;
  return err->status;
}

enum cvx_status
cvx_fail_nomem (struct cvx_error *err, const char *what)
{
  return cvx_fail (err, CVX_E901, "out of memory while %s", what);
}

enum cvx_status
cvx_fail_interrupted (struct cvx_error *err)
{
  return cvx_fail (err, CVX_E902, "interrupted");
}
