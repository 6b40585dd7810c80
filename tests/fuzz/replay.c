/* replay.c -- give a fuzz target the files of the folders FUZZ_CORPUS
   (separated by blanks, below tests/) and a fixed number of mutations of each.
   Where the word is the name of a .tar.gz it is the inputs in that, which
   fuzzing has found to take ways of their own, as they are.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "fuzz/replay.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/rng.h"

enum
{
  MUTATIONS = 40,    /* of a file */
  LARGEST = 1 << 16, /* bytes of a file; longer ones are cut */
  MEMORY = 100, /* MB that all of it may take; the readers get 4 each time */
  EDITS = 4
};

/* One of: flip a bit, set a byte, cut, repeat a piece, insert a word that
   means something to some format.  */
static size_t
mutate (struct cvx_rng *r, uint8_t *p, size_t len)
{
  static const char *const words[] = { "\"",
                                       ",",
                                       ";\n",
                                       "\r",
                                       "nan",
                                       "1e999",
                                       "-",
                                       "{",
                                       "'<f8'",
                                       "\0\0\0",
                                       "\xff\xff\xff\xff",
                                       "PK\3\4",
                                       "99999999999999999999",
                                       " ",
                                       "@data",
                                       ":" };
  size_t at = len > 0 ? (size_t)cvx_rng_below (r, len) : 0, n;
  const char *word;
  switch (cvx_rng_below (r, 5))
    {
    case 0:
      if (len > 0)
        p[at] ^= (uint8_t)(1u << cvx_rng_below (r, 8));
      return len;
    case 1:
      if (len > 0)
        p[at] = (uint8_t)cvx_rng_below (r, 256);
      return len;
    case 2:
      return at;
    case 3:
      n = len - at < 64 ? len - at : 64;
      memmove (p + at + n, p + at, len - at);
      return len + n;
    default:
      word = words[cvx_rng_below (r, sizeof words / sizeof *words)];
      n = strlen (word) > 0 ? strlen (word) : 3;
      memmove (p + at + n, p + at, len - at);
      memcpy (p + at, word, n);
      return len + n;
    }
}

static void
replay_file (const char *path, struct cvx_rng *r)
{
  static uint8_t original[LARGEST], buffer[LARGEST + 64 * EDITS];
  FILE *f = fopen (path, "rb");
  size_t len;
  if (f == NULL)
    return;
  len = fread (original, 1, sizeof original, f);
  fclose (f);
  LLVMFuzzerTestOneInput (original, len);
  for (int k = 0; k < MUTATIONS; k++)
    {
      size_t now = len, edits = 1 + (size_t)cvx_rng_below (r, EDITS);
      memcpy (buffer, original, len);
      for (size_t j = 0; j < edits; j++)
        now = mutate (r, buffer, now);
      LLVMFuzzerTestOneInput (buffer, now);
    }
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* The files of one folder, in order of name so that mutations repeat.  */
static int
replay_folder (const char *folder)
{
  enum
  {
    MOST = 1000
  };
  static char *names[MOST];
  char path[4300];
  struct cvx_rng r;
  struct dirent *entry;
  int n = 0;
  DIR *dir = opendir (folder);
  if (dir == NULL)
    return 0;
  while ((entry = readdir (dir)) != NULL && n < MOST)
    if (entry->d_name[0] != '.')
      names[n++] = strdup (entry->d_name);
  closedir (dir);
  qsort (names, (size_t)n, sizeof *names, by_name);
  cvx_rng_init (&r, 1, 1);
  for (int k = 0; k < n; k++)
    {
      snprintf (path, sizeof path, "%s/%s", folder, names[k]);
      replay_file (path, &r);
      free (names[k]);
    }
  return n;
}

/* The files in the archive PATH.  */
static int
replay_pack (const char *path)
{
  static uint8_t buffer[LARGEST];
  struct archive *a = archive_read_new ();
  struct archive_entry *entry;
  int n = 0;
  archive_read_support_filter_gzip (a);
  archive_read_support_format_tar (a);
  if (archive_read_open_filename (a, path, sizeof buffer) == ARCHIVE_OK)
    while (archive_read_next_header (a, &entry) == ARCHIVE_OK)
      {
        la_ssize_t len = archive_read_data (a, buffer, sizeof buffer);
        if (archive_entry_filetype (entry) != AE_IFREG || len < 0)
          continue;
        LLVMFuzzerTestOneInput (buffer, (size_t)len);
        n++;
      }
  archive_read_free (a);
  return n;
}

static bool
is_pack (const char *word, size_t len)
{
  static const char suffix[] = ".tar.gz";
  return len >= sizeof suffix
         && memcmp (word + len - (sizeof suffix - 1), suffix,
                    sizeof suffix - 1)
                == 0;
}

/* Sanitizers keep what was freed.  */
static bool
little_memory (void)
{
#if defined __SANITIZE_ADDRESS__
  return true;
#else
  struct rusage used;
  return getrusage (RUSAGE_SELF, &used) == 0
         && used.ru_maxrss < (long)MEMORY << 10;
#endif
}

int
main (void)
{
  static const char folders[] = FUZZ_CORPUS;
  const char *top = getenv ("CVXNN_SRCDIR"), *s = folders;
  char path[4200];
  int n = 0;
  bool missing = false;
  while (*s != '\0')
    {
      int len = (int)strcspn (s, " "), found;
      snprintf (path, sizeof path, "%s/tests/%.*s", top != NULL ? top : "..",
                len, s);
      found = is_pack (s, (size_t)len) ? replay_pack (path)
                                       : replay_folder (path);
      n += found;
      missing = missing || found == 0;
      s += len + (s[len] == ' ');
    }
  printf ("%s 1 - %s: %d files and their mutations\n",
          missing ? "not ok" : "ok", folders, n);
  printf ("%s 2 - in %d MB of memory\n1..2\n",
          little_memory () ? "ok" : "not ok", MEMORY);
  return 0;
}
