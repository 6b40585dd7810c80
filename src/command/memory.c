/* memory.c -- how much memory a command may take.

   What is free is the least of what the machine has, what the limit on address
   space leaves, and what the memory groups of the process leave, from its own
   up to the root: memory.max of version 2, memory.limit_in_bytes of version 1.
   What a group holds of files that were read can be given back, and counts as
   free.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command/command.h"

/* The number after WORD at the start of a line of FILE, of the first line when
   WORD is ""; infinity when there is none ("max", no file).  */
static double
number_in (const char *file, const char *word)
{
  FILE *f = fopen (file, "re");
  char line[256];
  size_t len = strlen (word);
  double x = HUGE_VAL;
  if (f == NULL)
    return x;
  while (fgets (line, sizeof line, f) != NULL)
    if (strncmp (line, word, len) == 0)
      {
        if (sscanf (line + len, "%lf", &x) != 1)
          x = HUGE_VAL;
        break;
      }
  fclose (f);
  return x;
}

/* Bytes that the group FOLDER leaves; infinity: no limit.  NAMES: the files of
   its limit and of its use, and the line of memory.stat with what it can give
   back.  */
static double
room_of_group (const char *folder, const char *const names[3])
{
  char file[4096];
  double number[3], room;
  for (int k = 0; k < 3; k++)
    {
      snprintf (file, sizeof file, "%s/%s", folder,
                k < 2 ? names[k] : "memory.stat");
      number[k] = number_in (file, k < 2 ? "" : names[k]);
    }
  if (!isfinite (number[0]) || !isfinite (number[1]))
    return HUGE_VAL;
  if (!isfinite (number[2]) || number[2] > number[1])
    number[2] = 0;
  room = number[0] - (number[1] - number[2]);
  return room > 0 ? room : 0;
}

double
cmd_group_memory (const char *root, const char *self)
{
  static const char *const names[2][3]
      = { { "memory.max", "memory.current", "inactive_file" },
          { "memory.limit_in_bytes", "memory.usage_in_bytes",
            "total_inactive_file" } };
  char line[2048], folder[4096];
  double room = HUGE_VAL;
  FILE *f = fopen (self, "re");
  if (f == NULL)
    return room;
  while (fgets (line, sizeof line, f) != NULL)
    {
      /* "0::/path" is version 2, "4:memory,...:/path" version 1.  */
      char *kinds = strchr (line, ':'), *path;
      int version;
      size_t top;
      if (kinds == NULL || (path = strchr (++kinds, ':')) == NULL)
        continue;
      *path++ = '\0';
      path[strcspn (path, "\n")] = '\0';
      version = *kinds == '\0' ? 0 : 1;
      if (version == 1 && strstr (kinds, "memory") == NULL)
        continue;
      snprintf (folder, sizeof folder, "%s%s", root,
                version == 1 ? "/memory" : "");
      top = strlen (folder);
      snprintf (folder + top, sizeof folder - top, "%s", path);
      for (;;)
        {
          char *slash;
          room = fmin (room, room_of_group (folder, names[version]));
          slash = strrchr (folder + top, '/');
          if (slash == NULL)
            break;
          *slash = '\0';
        }
    }
  fclose (f);
  return room;
}

double
session_memory (const struct session *s)
{
  double page = (double)sysconf (_SC_PAGESIZE), bytes, room;
  struct rlimit r;
  if (s->settings.maxmem >= 1)
    return s->settings.maxmem;
  /* What the kernel would give back is free too.  */
  bytes = 1024 * number_in ("/proc/meminfo", "MemAvailable:");
  if (!isfinite (bytes))
    bytes = page * (double)sysconf (_SC_AVPHYS_PAGES);
  room = cmd_group_memory ("/sys/fs/cgroup", "/proc/self/cgroup");
  bytes = fmin (bytes, room);
  if (getrlimit (RLIMIT_AS, &r) == 0 && r.rlim_cur != RLIM_INFINITY)
    {
      double used = number_in ("/proc/self/statm", "") * page;
      room = (double)r.rlim_cur - (isfinite (used) ? used : 0);
      bytes = fmin (bytes, room > 0 ? room : 0);
    }
  return s->settings.maxmem * bytes;
}

enum cvx_status
session_check_memory (const struct session *s, const char *what, double bytes,
                      struct cvx_error *err)
{
  double have = session_memory (s);
  char need_words[32], have_words[32];
  if (bytes <= have)
    return CVX_OK;
  cvx_fail (err, CVX_E395, "%s needs %s of memory, %s may be taken", what,
            cvx_bytes_words (need_words, sizeof need_words, bytes),
            cvx_bytes_words (have_words, sizeof have_words, have));
  return cvx_hint (err, "fewer patterns (patterns sample n=500) or fewer rows "
                        "(sample 1000); set maxmem=... changes the limit");
}

enum cvx_status
session_fill (struct session *s, struct cvx_error *err)
{
  struct cvx_dataset *d = s->data;
  char before[32], after[32];
  size_t bytes;
  enum cvx_status status;
  if (d == NULL || !cvx_dataset_is_sparse (d))
    return CVX_OK;
  bytes = cvx_dataset_fill_bytes (d);
  cvx_bytes_words (before, sizeof before, (double)cvx_dataset_size (d));
  status = session_check_memory (s, "X with its zeros", (double)bytes, err);
  if (status != CVX_OK)
    return cvx_hint (err, "fewer rows (sample 1000); set maxmem=... changes "
                          "the limit");
  status = cvx_dataset_fill (d, err);
  if (status == CVX_OK)
    session_note (
        s, "X is written out with its zeros: %s, now %s\n", before,
        cvx_bytes_words (after, sizeof after, (double)cvx_dataset_size (d)));
  return status;
}
