/* cmd_load.c -- data from files: load.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const header_words[] = { "auto", "yes", "no", NULL };
static const char *const part_words[] = { "val", "test", NULL };
static const char *const dtype_words[]
    = { "f64", "f32", "i32", "i16", "u8", NULL };
static const char *const missing_words[] = { "error", "drop", "mean", NULL };

const struct lang_key cmd_load_keys[] = {
  { .name = "path",
    .kind = LANG_KIND_PATH,
    .flags = LANG_ARG | LANG_REQUIRED,
    .help = "the file; FILE:NAME is one array or file of it" },
  { .name = "as", .kind = LANG_KIND_STRING, .help = "short name of the data" },
  { .name = "format",
    .kind = LANG_KIND_WORD,
    .default_text = "by content",
    .candidates = cmd_reader_names,
    .help = "how to read the file" },
  { .name = "y",
    .kind = LANG_KIND_STRING,
    .default_text = "last column",
    .candidates_of = cmd_file_columns,
    .help = "target: a column's name or number, or the name of an array" },
  { .name = "x",
    .kind = LANG_KIND_STRING,
    .default_text = "all others",
    .candidates_of = cmd_file_columns,
    .help = "features: names and numbers, as in a,b,3:5" },
  { .name = "labels",
    .kind = LANG_KIND_PATH,
    .help = "file with the labels (IDX, NPY)" },
  { .name = "header",
    .kind = LANG_KIND_WORD,
    .words = header_words,
    .default_text = "auto",
    .help = "is the first line of a CSV names" },
  { .name = "delim",
    .kind = LANG_KIND_STRING,
    .default_text = "by content",
    .help = "character between cells of a CSV" },
  { .name = "decimal",
    .kind = LANG_KIND_STRING,
    .default_text = ".",
    .help = "decimal sign of a CSV: . or ," },
  { .name = "missing",
    .kind = LANG_KIND_WORD,
    .words = missing_words,
    .default_text = "error",
    .help = "empty or NA cells: refuse, drop the row, column mean" },
  { .name = "part",
    .kind = LANG_KIND_WORD,
    .words = part_words,
    .default_text = "new data",
    .help = "add to the data as their validation or test part" },
  { .name = "onehot",
    .kind = LANG_KIND_FLAG,
    .help = "features of text become columns of 0 and 1" },
  { .name = "dtype",
    .kind = LANG_KIND_WORD,
    .words = dtype_words,
    .default_text = "f64",
    .help = "type of raw numbers" },
  { .name = "columns",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE,
    .min = 1,
    .help = "raw numbers that make a row" },
  { .name = "gray",
    .kind = LANG_KIND_FLAG,
    .help = "images in colour become gray" },
  { .name = "resize",
    .kind = LANG_KIND_LIST,
    .default_text = "as they are",
    .help = "size of images, or [rows,columns]" },
  { .name = "rows", .kind = LANG_KIND_ROWS, .help = "rows to keep, a:b" },
  { .name = "max",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE,
    .min = 1,
    .default_text = "all",
    .help = "rows at most" },
  { .name = NULL }
};

/* The one character of option NAME, or 0.  */
static enum cvx_status
character (const struct lang_call *c, const char *name, char *to,
           struct cvx_error *err)
{
  const char *text = lang_call_text (c, name);
  if (text == NULL)
    return CVX_OK;
  if (strcmp (text, "tab") == 0)
    text = "\t";
  if (strlen (text) != 1)
    return lang_call_fail (c, name, err, CVX_E394,
                           "%s must be one character, got \"%s\"", name, text);
  *to = text[0];
  return CVX_OK;
}

enum cvx_status
cmd_load (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *path = lang_call_text (c, "path"),
             *as = lang_call_text (c, "as");
  struct cvx_importer importer = { cmd_import, s };
  struct cvx_read_options o = { 0 };
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  size_t last = 0, max = 0;
  int part, word = lang_call_word (c, "header");
  enum cvx_status status;
  o.format = lang_call_text (c, "format");
  if (o.format != NULL && strcmp (o.format, "auto") == 0)
    o.format = NULL;
  else if (o.format != NULL && strcmp (o.format, "csv") == 0)
    o.format = "text";
  o.y = lang_call_text (c, "y");
  o.x = lang_call_text (c, "x");
  o.labels = lang_call_text (c, "labels");
  o.header = word == 1 ? 1 : word == 2 ? 0 : -1;
  o.decimal = '.';
  word = lang_call_word (c, "missing");
  o.missing = word > 0 ? word : CVX_MISSING_ERROR;
  lang_call_flag (c, "onehot", &o.onehot);
  word = lang_call_word (c, "dtype");
  o.dtype = word > 0 ? dtype_words[word] : NULL;
  lang_call_count (c, "columns", &o.n_columns);
  if (s->program != NULL)
    o.importer = &importer;
  if (lang_call_rows (c, "rows", &o.first_row, &last))
    {
      o.n_rows = last - o.first_row + 1;
      o.first_row--;
    }
  if (lang_call_count (c, "max", &max) && (o.n_rows == 0 || max < o.n_rows))
    o.n_rows = max;
  o.max_bytes = (size_t)session_memory (s);
  status = character (c, "delim", &o.delimiter, err);
  if (status == CVX_OK)
    status = character (c, "decimal", &o.decimal, err);
  lang_call_flag (c, "gray", &o.gray);
  if (status == CVX_OK)
    status = cmd_pair (c, "resize", CVX_E394, o.resize, err);
  part = lang_call_word (c, "part");
  if (status == CVX_OK && part >= 0)
    status = cmd_ready (s, HAS_DATA | KEEPS_SPARSE, err);
  if (status != CVX_OK)
    return status;

  session_work_begin (s, "reading");
  status = part >= 0
               ? cvx_dataset_read_part (&d, s->data,
                                        part == 0 ? CVX_VAL : CVX_TEST, path,
                                        &o, &s->progress, &notes, err)
               : cvx_dataset_read (&d, path, &o, &s->progress, &notes, err);
  session_work_end (s);
  if (status == CVX_OK && as != NULL)
    {
      char *name = cvx_strdup (as);
      if (name == NULL)
        {
          cvx_dataset_free (d);
          cvx_text_free (&notes);
          return cvx_fail_nomem (err, "naming the data");
        }
      cvx_free (d->name);
      d->name = name;
    }
  if (status == CVX_OK)
    {
      session_set_data (s, d);
      session_wrote (s, path);
      cmd_data_line (s);
      session_notes (s, &notes);
    }
  else if (err->line == 0)
    lang_call_blame (c, err->id == CVX_E210 && o.y != NULL ? "y" : "path",
                     err);
  cvx_text_free (&notes);
  return status;
}
