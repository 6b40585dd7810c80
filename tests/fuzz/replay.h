/* replay.h -- a fuzz target that also runs its corpus in `make check'.

   With -DFUZZING the target is left to the fuzzer's own main; without it the
   main below gives every file of CORPUS (a folder under the source tree) to
   the target, each cut short at several places too, and says so as TAP.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_TESTS_FUZZ_REPLAY_H
#define CVX_TESTS_FUZZ_REPLAY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#ifndef FUZZING

#  include <dirent.h>
#  include <stdio.h>
#  include <stdlib.h>

enum
{
  REPLAY_MAX = 1 << 20,
  REPLAY_CUTS = 16
};

int
main (void)
{
  static uint8_t bytes[REPLAY_MAX];
  const char *root = getenv ("CVXNN_SRCDIR");
  char path[4096];
  struct dirent *entry;
  unsigned n = 0;
  DIR *dir;
  snprintf (path, sizeof path, "%s/%s", root != NULL ? root : ".", CORPUS);
  dir = opendir (path);
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      size_t size;
      FILE *f;
      if (entry->d_name[0] == '.')
        continue;
      snprintf (path, sizeof path, "%s/%s/%s", root != NULL ? root : ".",
                CORPUS, entry->d_name);
      f = fopen (path, "rb");
      if (f == NULL)
        continue;
      size = fread (bytes, 1, sizeof bytes, f);
      fclose (f);
      for (size_t cut = 1; cut <= REPLAY_CUTS; cut++)
        {
          /* A buffer of the exact size, so that reading past it is seen.  */
          size_t len = size * cut / REPLAY_CUTS;
          uint8_t *exact = malloc (len + (len == 0));
          if (exact == NULL)
            return EXIT_FAILURE;
          for (size_t k = 0; k < len; k++)
            exact[k] = bytes[k];
          LLVMFuzzerTestOneInput (exact, len);
          free (exact);
        }
      printf ("ok %u - %s\n", ++n, entry->d_name);
      fflush (stdout);
    }
  if (dir != NULL)
    closedir (dir);
  if (n == 0)
    printf ("not ok 1 - no files in %s\n", CORPUS);
  printf ("1..%u\n", n == 0 ? 1 : n);
  return EXIT_SUCCESS;
}

#endif
#endif
