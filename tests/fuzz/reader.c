/* reader.c -- fuzz target of one data reader, FUZZ_READER ("text").

   With libFuzzer:
     clang -g -O1 -fsanitize=fuzzer,address,undefined -DFUZZ_READER='"text"' \
       -Isrc -IBUILD tests/fuzz/reader.c src/base/[a-z]*.c src/data/[a-z]*.c \
       -larchive -lz -lcsv -ljansson -lxxhash -llapacke -lopenblas -lm
   In `make check' replay.c gives it the corpus and mutations of it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "base/alloc.h"
#include "data/dataset.h"
#include "fuzz/replay.h"

static void
require (bool truth)
{
  if (!truth)
    abort ();
}

static void
read_once (const char *path, struct cvx_read_options o)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  struct cvx_text notes = CVX_TEXT_INIT;
  size_t live = cvx_alloc_live ();
  enum cvx_status status;
  o.format = FUZZ_READER;
  o.header = -1;
  o.max_bytes = 1 << 22;
  status = cvx_dataset_read (&d, path, &o, NULL, &notes, &err);
  require ((status == CVX_OK) == (d != NULL));
  if (d == NULL)
    require (err.id != CVX_E0 && err.id != CVX_E903 && err.text[0] != '\0');
  else
    {
      const struct cvx_part *p = &d->part[CVX_TRAIN];
      const double *x = p->sparse != NULL ? p->sparse->value : p->x;
      size_t count
          = p->sparse != NULL ? p->sparse->start[p->n] : p->n * d->n_features;
      require (p->n > 0 && d->n_features > 0);
      for (size_t k = 0; k < count; k++)
        require (isfinite (x[k]));
      for (size_t k = 0; k < p->n * d->n_outputs; k++)
        require (isfinite (p->y[k]));
    }
  cvx_dataset_free (d);
  cvx_text_free (&notes);
  require (cvx_alloc_live () == live);
}

/* The readers of files get one that has a name but no folder, so that nothing
   is left behind; what they see is read with a few sets of options.  */
#ifndef FUZZ_FOLDER
/* What the prompt completes: the names of columns, from files that have
   some.  */
static void
read_columns (const char *path)
{
  static const char *const named[] = { "text", "arff", "npz" };
  struct cvx_error err;
  char **names;
  size_t n, live = cvx_alloc_live ();
  enum cvx_status status;
  bool any = false;
  for (size_t k = 0; k < sizeof named / sizeof *named; k++)
    any = any || strcmp (named[k], FUZZ_READER) == 0;
  if (!any)
    return;
  status = cvx_dataset_columns (&names, &n, path, &err);
  require ((status == CVX_OK) == (names != NULL));
  if (status == CVX_OK)
    {
      for (size_t k = 0; k < n; k++)
        require (names[k] != NULL);
      require (names[n] == NULL);
      cvx_names_free (names, n);
    }
  require (cvx_alloc_live () == live);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  char path[64];
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  require (fd >= 0);
  require (write (fd, data, size) == (ssize_t)size);
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  read_once (path, (struct cvx_read_options){ .y = NULL, .n_columns = 2 });
  read_once (path, (struct cvx_read_options){ .y = "",
                                              .missing = CVX_MISSING_MEAN,
                                              .decimal = ',',
                                              .onehot = true,
                                              .dtype = "f32",
                                              .n_columns = 1 });
  read_once (path, (struct cvx_read_options){ .x = "1:2",
                                              .y = "3",
                                              .missing = CVX_MISSING_DROP,
                                              .dtype = "i16",
                                              .n_columns = 3,
                                              .first_row = 1,
                                              .n_rows = 2 });
  read_columns (path);
  close (fd);
  return 0;
}
#else

static char folder[64];

static void
remove_folder (void)
{
  static const char *const inside[]
      = { "/a/1.png", "/b/1.png", "/a", "/b", "" };
  for (size_t k = 0; k < sizeof inside / sizeof *inside; k++)
    {
      char path[128];
      snprintf (path, sizeof path, "%s%s", folder, inside[k]);
      remove (path);
    }
}

static void
make_folder (void)
{
  const char *tmp = getenv ("TMPDIR");
  char path[128];
  snprintf (folder, sizeof folder, "%.40s/fuzz-XXXXXX",
            tmp != NULL ? tmp : "/tmp");
  require (mkdtemp (folder) != NULL);
  atexit (remove_folder);
  for (int class = 'a'; class <= 'b'; class ++)
    {
      snprintf (path, sizeof path, "%s/%c", folder, class);
      require (mkdir (path, 0700) == 0);
    }
}

static void
put_image (char class, const uint8_t *data, size_t size)
{
  char path[128];
  FILE *f;
  snprintf (path, sizeof path, "%s/%c/1.png", folder, class);
  f = fopen (path, "wb");
  require (f != NULL && fwrite (data, 1, size, f) == size);
  require (fclose (f) == 0);
}

static uint32_t
big_endian (const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8
         | p[3];
}

/* Give every chunk (length, type, bytes, check) the check that belongs to it,
   or hardly any mutation would be looked at.  */
static void
mend_checks (uint8_t *p, size_t size)
{
  for (size_t at = 8; size - at >= 12 && size > at;)
    {
      size_t len = big_endian (p + at);
      uint32_t check;
      if (len > size - at - 12)
        return;
      check = (uint32_t)crc32 (0, p + at + 4, (uInt)len + 4);
      for (int k = 0; k < 4; k++)
        p[at + 8 + len + (size_t)k] = (uint8_t)(check >> (24 - 8 * k));
      at += 12 + len;
    }
}

/* A folder of two images: as they are, and with their checks mended.  */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  uint8_t *copy = malloc (size + 1);
  require (copy != NULL);
  if (folder[0] == '\0')
    make_folder ();
  put_image ('a', data, size);
  put_image ('b', data, size);
  read_once (folder, (struct cvx_read_options){ .y = NULL });
  memcpy (copy, data, size);
  mend_checks (copy, size);
  put_image ('a', copy, size);
  put_image ('b', copy, size);
  read_once (folder, (struct cvx_read_options){ .y = NULL });
  free (copy);
  return 0;
}
#endif
