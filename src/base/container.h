/* container.h -- files inside zip and tar archives, for input.c and the
   readers.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_CONTAINER_H
#define CVX_BASE_CONTAINER_H

#include <archive.h>
#include <stdbool.h>

#include "base/input.h"

/* When FILE is a zip archive without NPY members, or a tar archive (also
   compressed), *FOUND is true.  Then *MEMBER, if it is NULL, becomes the name
   of its only file, in a new string.  CVX_DATA (E237: which?), CVX_NOMEM.  */
enum cvx_status cvxi_container_look (const char *file, bool *found,
                                     char **member,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* A new archive at *OUT, positioned at the data of MEMBER of the open file IN
   called FILE; archive_read_free gives it back.  IN must outlive it.  CVX_DATA
   (E221, E237), CVX_NOMEM.  */
enum cvx_status cvxi_container_seek (struct archive **out,
                                     struct cvxi_input *in, const char *file,
                                     const char *member,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* The files of the zip archive FILE, from its directory; the new array and its
   strings are the caller's.  CVX_DATA, CVX_NOMEM.  */
enum cvx_status cvxi_container_names (char ***names, size_t *n,
                                      const char *file,
                                      struct cvx_error *err) CVX_MUST_CHECK;

#endif
