/* files.h -- where the tests find their files and leave their own.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_FILES_H
#define CVX_TESTS_FILES_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The file tests/format/FOLDER/NAME of the source tree; borrowed until the
   next call.  */
static inline const char *
test_file (const char *folder, const char *name)
{
  static char path[4200];
  const char *top = getenv ("CVXNN_SRCDIR");
  snprintf (path, sizeof path, "%s/tests/format/%s/%s",
            top != NULL ? top : "..", folder, name);
  return path;
}

/* A name for a file of this test; borrowed until the next call.  */
static inline const char *
test_scratch (const char *name)
{
  static char path[4200];
  const char *top = getenv ("CVXNN_BUILDDIR");
  snprintf (path, sizeof path, "%s/scratch-%ld-%s", top != NULL ? top : ".",
            (long)getpid (), name);
  return path;
}

/* TEXT as the file PATH.  */
static inline bool
test_write (const char *path, const char *text)
{
  FILE *f = fopen (path, "w");
  bool written = f != NULL && fputs (text, f) >= 0;
  return f != NULL && fclose (f) == 0 && written;
}

#endif
