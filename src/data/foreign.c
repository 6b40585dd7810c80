/* foreign.c -- files of other programs, by their first bytes.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "data/readers.h"

enum
{
  MOST = 4
};

struct magic
{
  const char *bytes;
  size_t len;
};
#define MAGIC(bytes)                                                          \
  {                                                                           \
    bytes, sizeof bytes - 1                                                   \
  }

/* None of these begins a table of numbers, whatever the name of the file, as
   a page that says "not found" is saved under the name of the data.  */
static const struct
{
  const char *what, *hint;
  struct magic begin[MOST]; /* any of these, up to NULL */
} known[] = {
  { "a Parquet file",
    "to_csv of pandas writes the table as text",
    { MAGIC ("PAR1") } },
  { "an Arrow file",
    "to_csv of pandas writes the table as text",
    { MAGIC ("ARROW1") } },
  { "an ORC file",
    "to_csv of pandas writes the table as text",
    { MAGIC ("ORC") } },
  { "an old Excel file",
    "save the sheet as CSV",
    { MAGIC ("\xd0\xcf\x11\xe0") } },
  { "an R workspace",
    "write.csv of R writes a table as text",
    { MAGIC ("RDX2\n"), MAGIC ("RDX3\n") } },
  { "an R object",
    "write.csv of R writes a table as text",
    { MAGIC ("X\n\0\0\0\2"), MAGIC ("X\n\0\0\0\3") } },
  { "a Stata file",
    "export delimited writes it as text",
    { MAGIC ("<stata_dta>") } },
  { "an SPSS file", "save it as CSV", { MAGIC ("$FL2") } },
  { "a database",
    "sqlite3 -csv writes a table as text",
    { MAGIC ("SQLite format 3") } },
  { "a NetCDF 3 file",
    "nccopy -k nc4 makes it HDF5",
    { MAGIC ("CDF\1"), MAGIC ("CDF\2") } },
  { "a Matrix Market file",
    "scipy.io.mmread and savemat make it MAT",
    { MAGIC ("%%MatrixMarket") } },
  { "a Python pickle",
    "pickles are never run; numpy.savez writes arrays, and CIFAR has a "
    "binary version",
    { MAGIC ("\x80\2") } },
  { "a Python pickle",
    "pickles are never run; numpy.savez writes arrays",
    { MAGIC ("\x80\3"), MAGIC ("\x80\4\x95"), MAGIC ("\x80\5\x95") } },
  { "JSON",
    "write a table as CSV",
    { MAGIC ("{\""), MAGIC ("{\n"), MAGIC ("[{"), MAGIC ("[[") } },
  { "a web page",
    "was the data found where it came from?",
    { MAGIC ("<!DOCTYPE"), MAGIC ("<!doctype"), MAGIC ("<html"),
      MAGIC ("<HTML") } },
  { "XML", "write a table as CSV", { MAGIC ("<?xml") } },
  { "an image",
    "FOLDER/CLASS/NAME.png can be loaded as FOLDER",
    { MAGIC ("\x89PNG") } },
  { "a JPEG image",
    "folders of PNG images can be loaded",
    { MAGIC ("\xff\xd8\xff") } },
  { "a GIF image", "folders of PNG images can be loaded", { MAGIC ("GIF8") } },
  { "a TIFF image",
    "folders of PNG images can be loaded",
    { MAGIC ("II*\0"), MAGIC ("MM\0*") } },
  { "FLAC sound", "WAV can be loaded", { MAGIC ("fLaC") } },
  { "Ogg sound", "WAV can be loaded", { MAGIC ("OggS") } },
  { "MP3 sound", "WAV can be loaded", { MAGIC ("ID3") } },
  { "a PDF file", "copy the table to a text file", { MAGIC ("%PDF-") } },
};

static bool
begins (const unsigned char *head, size_t len, const struct magic *any)
{
  for (size_t k = 0; k < MOST && any[k].bytes != NULL; k++)
    if (len >= any[k].len && memcmp (head, any[k].bytes, any[k].len) == 0)
      return true;
  return false;
}

enum cvx_status
cvxi_refuse_foreign (const char *path, const unsigned char *head, size_t len,
                     struct cvx_error *err)
{
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (begins (head, len, known[k].begin))
      {
        cvx_fail (err, CVX_E208, "it looks like %s, which cannot be loaded",
                  known[k].what);
        cvx_at (err, path, 0, 0);
        return cvx_hint (err, "%s", known[k].hint);
      }
  return CVX_OK;
}
