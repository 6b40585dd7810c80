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
#include <sys/mman.h>
#include <unistd.h>

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
      require (p->n > 0 && d->n_features > 0);
      for (size_t k = 0; k < p->n * d->n_features; k++)
        require (isfinite (p->x[k]));
      for (size_t k = 0; k < p->n * d->n_outputs; k++)
        require (isfinite (p->y[k]));
    }
  cvx_dataset_free (d);
  cvx_text_free (&notes);
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
  read_once (path, (struct cvx_read_options){ .y = NULL });
  read_once (path, (struct cvx_read_options){
                       .y = "", .missing = CVX_MISSING_MEAN, .decimal = ',' });
  read_once (path, (struct cvx_read_options){ .x = "1:2",
                                              .y = "3",
                                              .missing = CVX_MISSING_DROP,
                                              .first_row = 1,
                                              .n_rows = 2 });
  close (fd);
  return 0;
}
