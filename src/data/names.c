/* names.c -- what the columns of a file are called, from its beginning.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/container.h"
#include "data/header.h"
#include "data/parts.h"
#include "data/readers.h"

/* The names in the first line of text, when that line is in the first piece
   that was read and is a line of names.  */
static enum cvx_status
text_names (char ***names, size_t *n, const char *path, struct cvx_error *err)
{
  struct cvxi_records records;
  struct cvxi_record first = { 0 }, second = { 0 };
  struct cvxi_numbers numbers;
  struct cvxi_header header = { 0 };
  char *text = NULL;
  bool got = false, more = false;
  enum cvx_status status;
  if (!cvxi_numbers_init (&numbers, '.'))
    return cvx_fail_nomem (err, "reading text");
  status = cvxi_records_open (&records, path, 0, '.', NULL, err);
  if (status == CVX_OK)
    {
      size_t len;
      bool all;
      const char *s = cvxi_lines_ahead (&records.lines, &len, &all);
      bool whole = all || memchr (s, '\n', len) != NULL;
      /* What follows is not looked at.  */
      records.lines.ended = true;
      if (whole)
        status = cvxi_records_next (&records, &first, &got, err);
      if (status == CVX_OK && got)
        status = cvxi_record_keep (&first, &text, err);
      if (status == CVX_OK && got)
        status = cvxi_records_next (&records, &second, &more, err);
      if (status == CVX_OK && more)
        status = cvxi_header_read (&header, &first, &second, &numbers, -1,
                                   path, err);
      cvxi_records_close (&records);
    }
  if (status == CVX_OK)
    {
      *names = header.names;
      *n = header.n_names;
      header.names = NULL;
      header.n_names = 0;
    }
  cvxi_header_free (&header);
  cvx_free (text);
  cvxi_record_free (&first);
  cvxi_record_free (&second);
  cvxi_numbers_free (&numbers);
  return status;
}

/* Arrays of an NPZ, without the .npy of their members.  */
static enum cvx_status
array_names (char ***names, size_t *n, const char *path, struct cvx_error *err)
{
  size_t kept = 0;
  enum cvx_status status = cvxi_container_names (names, n, path, err);
  for (size_t k = 0; status == CVX_OK && k < *n; k++)
    {
      char *name = (*names)[k];
      size_t len = strlen (name);
      if (len > 4 && strcmp (name + len - 4, ".npy") == 0)
        {
          name[len - 4] = '\0';
          (*names)[kept++] = name;
        }
      else
        cvx_free (name);
    }
  if (status == CVX_OK)
    *n = kept;
  return status;
}

enum cvx_status
cvx_dataset_columns (char ***names, size_t *n, const char *path,
                     struct cvx_error *err)
{
  const struct cvx_reader *reader;
  enum cvx_status status = cvxi_find_reader (&reader, path, NULL, err);
  char **more;
  *names = NULL;
  *n = 0;
  if (status != CVX_OK)
    return status;
  if (strcmp (reader->name, "text") == 0)
    status = text_names (names, n, path, err);
  else if (strcmp (reader->name, "arff") == 0)
    status = cvxi_arff_names (names, n, path, err);
  else if (strcmp (reader->name, "npz") == 0)
    status = array_names (names, n, path, err);
  if (status != CVX_OK)
    return status;
  more = cvx_grow (*names, *n, *n + 1, sizeof *more);
  if (more == NULL)
    {
      cvxi_names_free (*names, *n);
      *names = NULL;
      *n = 0;
      return cvx_fail_nomem (err, "reading names of columns");
    }
  more[*n] = NULL;
  *names = more;
  return CVX_OK;
}

void
cvx_names_free (char **names, size_t n)
{
  cvxi_names_free (names, n);
}
