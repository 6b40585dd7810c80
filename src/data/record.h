/* record.h -- records and fields of delimited text.

   A record is one line, or several when a quoted field holds line ends.  Lines
   without a quote are split here; those with one go to libcsv, which knows
   RFC 4180.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_RECORD_H
#define CVX_DATA_RECORD_H

#include <csv.h>

#include "base/text.h"
#include "data/lines.h"

/* Bytes without blanks around them.  */
struct cvxi_field
{
  const char *s;
  size_t len;
};

struct cvxi_record
{
  struct cvxi_field *field; /* owned */
  size_t n, cap;
  const char *line; /* its only line, NULL when it has several; borrowed */
  size_t line_len;
  size_t number; /* of its first line */
  bool whole;    /* not split yet */
  bool quoted;   /* fields are in the buffer of the records */
};

struct cvxi_records
{
  struct cvxi_lines lines;
  char delimiter; /* ' ': runs of blanks and tabs */
  bool trailing;  /* every line ends in a delimiter that separates nothing */
  struct csv_parser csv;
  bool csv_open;
  struct cvx_text buffer;  /* fields of a quoted record, one after another */
  struct cvxi_record *now; /* the record that is being parsed */
  bool row_done;
};

/* Open PATH and find the delimiter from its first lines, unless DELIMITER is
   given; DECIMAL ',' means that commas separate nothing.  On failure R needs
   no closing.  */
enum cvx_status cvxi_records_open (struct cvxi_records *r, const char *path,
                                   char delimiter, char decimal,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* The next record that is not blank and not a comment (#) into REC, whose
   fields are borrowed until the next call; *GOT is false at the end.  E213:
   quotes.  */
enum cvx_status cvxi_records_next (struct cvxi_records *r,
                                   struct cvxi_record *rec, bool *got,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* The same in two steps: a record without quotes is its line until it is
   split.  */
enum cvx_status cvxi_records_line (struct cvxi_records *r,
                                   struct cvxi_record *rec, bool *got,
                                   struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvxi_records_split (struct cvxi_records *r,
                                    struct cvxi_record *rec,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Column in its line of field K, from 1; 0: not known.  */
size_t cvxi_record_column (const struct cvxi_records *r,
                           const struct cvxi_record *rec, size_t k);

/* Make REC independent of later calls: its fields point into the new bytes
 *TEXT, the caller's.  CVX_NOMEM.  */
enum cvx_status cvxi_record_keep (struct cvxi_record *rec, char **text,
                                  struct cvx_error *err) CVX_MUST_CHECK;

void cvxi_record_free (struct cvxi_record *rec);
void cvxi_records_close (struct cvxi_records *r);

#endif
