/* foreign.c -- files of other programs, by their first bytes.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "data/readers.h"

/* None of these begins a table of numbers, whatever the name of the file, as
   a page that says "not found" is saved under the name of the data.  */
#define MAGIC(bytes) bytes, sizeof bytes - 1
static const struct
{
  const char *magic;
  size_t len;
  const char *what, *hint;
} known[] = {
  { MAGIC ("PAR1"), "a Parquet file",
    "to_csv of pandas writes the table as text" },
  { MAGIC ("ARROW1"), "an Arrow file",
    "to_csv of pandas writes the table as text" },
  { MAGIC ("ORC"), "an ORC file",
    "to_csv of pandas writes the table as text" },
  { MAGIC ("\xd0\xcf\x11\xe0"), "an old Excel file", "save the sheet as CSV" },
  { MAGIC ("RDX2\n"), "an R workspace",
    "write.csv of R writes a table as text" },
  { MAGIC ("RDX3\n"), "an R workspace",
    "write.csv of R writes a table as text" },
  { MAGIC ("X\n\0\0\0\2"), "an R object",
    "write.csv of R writes a table as text" },
  { MAGIC ("X\n\0\0\0\3"), "an R object",
    "write.csv of R writes a table as text" },
  { MAGIC ("<stata_dta>"), "a Stata file",
    "export delimited writes it as text" },
  { MAGIC ("$FL2"), "an SPSS file", "save it as CSV" },
  { MAGIC ("SQLite format 3"), "a database",
    "sqlite3 -csv writes a table as text" },
  { MAGIC ("CDF\1"), "a NetCDF 3 file", "nccopy -k nc4 makes it HDF5" },
  { MAGIC ("CDF\2"), "a NetCDF 3 file", "nccopy -k nc4 makes it HDF5" },
  { MAGIC ("%%MatrixMarket"), "a Matrix Market file",
    "scipy.io.mmread and savemat make it MAT" },
  { MAGIC ("\x80\2"), "a Python pickle",
    "pickles are never run; numpy.savez writes arrays, and CIFAR has a "
    "binary version" },
  { MAGIC ("\x80\3"), "a Python pickle",
    "pickles are never run; numpy.savez writes arrays" },
  { MAGIC ("\x80\4\x95"), "a Python pickle",
    "pickles are never run; numpy.savez writes arrays" },
  { MAGIC ("\x80\5\x95"), "a Python pickle",
    "pickles are never run; numpy.savez writes arrays" },
  { MAGIC ("{\""), "JSON", "write a table as CSV" },
  { MAGIC ("{\n"), "JSON", "write a table as CSV" },
  { MAGIC ("[{"), "JSON", "write a table as CSV" },
  { MAGIC ("[["), "JSON", "write a table as CSV" },
  { MAGIC ("<!DOCTYPE"), "a web page",
    "was the data found where it came from?" },
  { MAGIC ("<!doctype"), "a web page",
    "was the data found where it came from?" },
  { MAGIC ("<html"), "a web page", "was the data found where it came from?" },
  { MAGIC ("<HTML"), "a web page", "was the data found where it came from?" },
  { MAGIC ("<?xml"), "XML", "write a table as CSV" },
  { MAGIC ("\x89PNG"), "an image",
    "FOLDER/CLASS/NAME.png can be loaded as FOLDER" },
  { MAGIC ("\xff\xd8\xff"), "a JPEG image",
    "folders of PNG images can be loaded" },
  { MAGIC ("GIF8"), "a GIF image", "folders of PNG images can be loaded" },
  { MAGIC ("II*\0"), "a TIFF image", "folders of PNG images can be loaded" },
  { MAGIC ("MM\0*"), "a TIFF image", "folders of PNG images can be loaded" },
  { MAGIC ("fLaC"), "FLAC sound", "WAV can be loaded" },
  { MAGIC ("OggS"), "Ogg sound", "WAV can be loaded" },
  { MAGIC ("ID3"), "MP3 sound", "WAV can be loaded" },
  { MAGIC ("%PDF-"), "a PDF file", "copy the table to a text file" },
};

enum cvx_status
cvxi_refuse_foreign (const char *path, const unsigned char *head, size_t len,
                     struct cvx_error *err)
{
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (len >= known[k].len
        && memcmp (head, known[k].magic, known[k].len) == 0)
      {
        cvx_fail (err, CVX_E208, "it looks like %s, which cannot be loaded",
                  known[k].what);
        cvx_at (err, path, 0, 0);
        return cvx_hint (err, "%s", known[k].hint);
      }
  return CVX_OK;
}
