/* importer.c -- MAT, HDF5 and PNG files read by a second process.

   The libraries for these formats have a long history of faults on crafted or
   damaged files.  So this program starts itself again as
     cvxnn --import-helper FORMAT FILE NAME MAX-BYTES GRAY ROWS COLUMNS
   with the open file as descriptor 3 and a pipe as descriptor 1, and what that
   process finds comes back as records.  It has limits on memory and time, an
   empty environment, and cannot write, create, rename or remove files; a crash
   in it is an error message here.  Nothing that comes back is believed without
   a check.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_LINUX_LANDLOCK_H
#  include <linux/landlock.h>
#endif

#include "base/alloc.h"
#include "command/command.h"

enum
{
  FILE_FD = 3,
  MARK = 0x43565841,
  LONGEST_NAME = 65536,
  MOST_ARRAYS = 100000,
  SECONDS = 20,     /* of processor time, and one more per MB */
  ROOM = 512 << 20, /* address space besides the arrays */
  PIECE = 1 << 20,
  LOOK_MS = 100 /* between looks at the abort flag */
};

enum kind
{
  ARRAY = 1,
  END,
  FAILURE
};

/* In front of an array: NAME bytes of its name, WHY bytes why it cannot be
   used, VALUES bytes of its numbers follow.  */
struct record
{
  uint32_t mark, kind, type, rank;
  uint64_t shape[4], name, why, values;
};

/* ---- the helper ---- */

static bool
put (const void *bytes, size_t len)
{
  const char *p = bytes;
  while (len > 0)
    {
      ssize_t k = write (STDOUT_FILENO, p, len);
      if (k < 0 && errno == EINTR)
        continue;
      if (k <= 0)
        return false;
      p += k;
      len -= (size_t)k;
    }
  return true;
}

static bool
put_array (const struct cvx_array *a)
{
  struct record r = { .mark = MARK, .kind = ARRAY, .type = a->type };
  r.rank = (uint32_t)a->rank;
  for (size_t k = 0; k < 4; k++)
    r.shape[k] = a->shape[k];
  r.name = strlen (a->name);
  r.why = a->why != NULL ? strlen (a->why) : 0;
  r.values = a->values != NULL ? a->count * cvx_array_width (a->type) : 0;
  return put (&r, sizeof r) && put (a->name, r.name) && put (a->why, r.why)
         && put (a->values, r.values);
}

static void
limit (__rlimit_resource_t what, rlim_t value)
{
  struct rlimit l = { value, value };
  setrlimit (what, &l);
}

/* Bytes of address space in use, 0: not known.  */
static size_t
address_space (void)
{
  FILE *f = fopen ("/proc/self/statm", "re");
  unsigned long pages = 0;
  if (f == NULL)
    return 0;
  if (fscanf (f, "%lu", &pages) != 1)
    pages = 0;
  fclose (f);
  return (size_t)pages * (size_t)sysconf (_SC_PAGESIZE);
}

/* Nothing of the file system may be changed from here on, as far as the kernel
   can promise that.  */
static void
forbid_writing (void)
{
  limit (RLIMIT_FSIZE, 0);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#if defined HAVE_LINUX_LANDLOCK_H && defined SYS_landlock_create_ruleset
  {
    struct landlock_ruleset_attr attr
        = { .handled_access_fs
            = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE
              | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE
              | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR
              | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK
              | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK
              | LANDLOCK_ACCESS_FS_MAKE_SYM };
    int rules
        = (int)syscall (SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules >= 0)
      syscall (SYS_landlock_restrict_self, rules, 0);
  }
#endif
}

static void
restrict_self (size_t max_bytes)
{
  struct stat st;
  rlim_t seconds = SECONDS;
  size_t used = address_space ();
  if (fstat (FILE_FD, &st) == 0 && S_ISREG (st.st_mode))
    seconds += (rlim_t)st.st_size >> 20;
  else
    seconds *= 30; /* a folder */
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_CPU, seconds);
  if (max_bytes != 0 && used != 0 && max_bytes < SIZE_MAX / 4)
    limit (RLIMIT_AS, used + 2 * max_bytes + ROOM);
  forbid_writing ();
}

/* What the limits are worth here: try to make the file PATH, with one byte in
   it, and say what became of that; for the tests.  */
static int
probe (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT, 0600);
  const char *words = fd < 0                    ? "no file\n"
                      : write (fd, "x", 1) == 1 ? "written\n"
                                                : "no bytes\n";
  return put (words, strlen (words)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
cmd_import_helper (int argc, char **argv)
{
  struct cvx_npz *z;
  struct cvx_error err;
  struct record last = { .mark = MARK, .kind = END };
  struct cvx_import_options options;
  bool ok = true;
  if (argc != 7)
    return EXIT_FAILURE;
  options.max_bytes = strtoull (argv[3], NULL, 10);
  options.gray = strcmp (argv[4], "1") == 0;
  options.resize[0] = strtoull (argv[5], NULL, 10);
  options.resize[1] = strtoull (argv[6], NULL, 10);
  restrict_self (options.max_bytes);
  if (strcmp (argv[0], "probe") == 0)
    return probe (argv[1]);
  if (cvx_import_arrays (&z, argv[0], argv[1], argv[2], &options, NULL, &err)
      != CVX_OK)
    {
      last.kind = FAILURE;
      return put (&last, sizeof last) && put (&err, sizeof err) ? EXIT_SUCCESS
                                                                : EXIT_FAILURE;
    }
  for (size_t k = 0; k < z->n && ok; k++)
    ok = put_array (&z->array[k]);
  cvx_npz_free (z);
  return ok && put (&last, sizeof last) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- the program ---- */

struct helper
{
  pid_t pid;
  int fd; /* what it says */
  struct cvx_progress *progress;
  bool aborted;
};

/* Exactly LEN bytes; false at the end, on failure and when aborted.  */
static bool
get (struct helper *h, void *to, size_t len)
{
  char *p = to;
  while (len > 0)
    {
      struct pollfd ready = { h->fd, POLLIN, 0 };
      ssize_t k;
      if (cvx_aborted (h->progress))
        {
          h->aborted = true;
          return false;
        }
      if (poll (&ready, 1, LOOK_MS) <= 0)
        continue;
      k = read (h->fd, p, len < PIECE ? len : PIECE);
      if (k < 0 && errno == EINTR)
        continue;
      if (k <= 0)
        return false;
      cvx_progress_add (h->progress, (size_t)k);
      p += k;
      len -= (size_t)k;
    }
  return true;
}

static bool
start (struct helper *h, const char *program, const char *format, int fd,
       const char *path, const struct cvx_import_options *options)
{
  char bytes[32], file[32], rows[32], columns[32];
  char *argv[] = { (char *)(uintptr_t) "cvxnn",
                   (char *)(uintptr_t) "--import-helper",
                   (char *)(uintptr_t)format,
                   fd >= 0 ? file : (char *)(uintptr_t)path,
                   (char *)(uintptr_t)path,
                   bytes,
                   (char *)(uintptr_t)(options->gray ? "1" : "0"),
                   rows,
                   columns,
                   NULL };
  const char *libraries = getenv ("LD_LIBRARY_PATH");
  char *loader = NULL;
  char *env[] = { (char *)(uintptr_t) "LC_ALL=C",
                  (char *)(uintptr_t) "OMP_NUM_THREADS=1",
                  (char *)(uintptr_t) "OPENBLAS_NUM_THREADS=1",
                  (char *)(uintptr_t) "ASAN_OPTIONS=detect_leaks=0",
                  (char *)(uintptr_t) "HDF5_USE_FILE_LOCKING=FALSE",
                  NULL,
                  NULL };
  posix_spawn_file_actions_t actions;
  int ends[2];
  bool ok;
  snprintf (bytes, sizeof bytes, "%zu", options->max_bytes);
  snprintf (rows, sizeof rows, "%zu", options->resize[0]);
  snprintf (columns, sizeof columns, "%zu", options->resize[1]);
  snprintf (file, sizeof file, "/proc/self/fd/%d", FILE_FD);
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return false;
  if (libraries != NULL
      && asprintf (&loader, "LD_LIBRARY_PATH=%s", libraries) > 0)
    env[5] = loader;
  ok = posix_spawn_file_actions_init (&actions) == 0;
  if (ok)
    {
      ok = posix_spawn_file_actions_addopen (&actions, STDIN_FILENO,
                                             "/dev/null", O_RDONLY, 0)
               == 0
           && posix_spawn_file_actions_adddup2 (&actions, ends[1],
                                                STDOUT_FILENO)
                  == 0
           && posix_spawn_file_actions_addopen (&actions, STDERR_FILENO,
                                                "/dev/null", O_WRONLY, 0)
                  == 0
           && (fd < 0
               || posix_spawn_file_actions_adddup2 (&actions, fd, FILE_FD)
                      == 0)
           && posix_spawn (&h->pid, program, &actions, NULL, argv, env) == 0;
      posix_spawn_file_actions_destroy (&actions);
    }
  free (loader);
  close (ends[1]);
  if (ok)
    h->fd = ends[0];
  else
    close (ends[0]);
  return ok;
}

/* The array that R announces, on the budget.  False: it cannot be, or it does
   not come.  */
static bool
get_array (struct helper *h, const struct record *r, struct cvx_npz *z,
           size_t *cap, size_t *budget)
{
  struct cvx_array *a;
  size_t count = 1;
  char *words;
  if (z->n >= MOST_ARRAYS || r->type > CVX_ARRAY_OTHER || r->rank > 4
      || r->name > LONGEST_NAME || r->why > LONGEST_NAME
      || (r->why > 0) != (r->type == CVX_ARRAY_OTHER))
    return false;
  for (size_t k = 0; k < r->rank; k++)
    if (!cvx_mul (count, r->shape[k], &count))
      return false;
  if (r->why == 0
      && (count > SIZE_MAX / 16
          || r->values != count * cvx_array_width (r->type)
          || r->values > *budget))
    return false;
  if (cvx_npz_extend (z, cap, "", 0, &a, NULL) != CVX_OK)
    return false;
  words = cvx_calloc (r->name + r->why + 2, 1);
  if (words == NULL)
    return false;
  cvx_free (a->name);
  a->name = words;
  a->type = r->type;
  a->rank = r->rank;
  a->count = count;
  for (size_t k = 0; k < r->rank; k++)
    a->shape[k] = r->shape[k];
  if (!get (h, words, r->name) || !get (h, words + r->name + 1, r->why))
    return false;
  if (r->why > 0)
    {
      a->why = words + r->name + 1; /* lives as long as the name */
      return true;
    }
  *budget -= r->values;
  a->values = cvx_alloc (r->values + 1, 1);
  if (a->values == NULL || !get (h, a->values, r->values))
    return false;
  ((char *)a->values)[r->values] = '\0';
  return true;
}

/* A failure that the helper found; its words are made safe again.  */
static enum cvx_status
get_failure (struct helper *h, struct cvx_error *err)
{
  struct cvx_error e;
  if (!get (h, &e, sizeof e) || cvx_error_title ((int)e.id) == NULL)
    return CVX_OK;
  e.text[sizeof e.text - 1] = e.hint[sizeof e.hint - 1]
      = e.file[sizeof e.file - 1] = '\0';
  cvx_fail (err, e.id, "%s", e.text);
  cvx_at (err, e.file[0] != '\0' ? e.file : NULL, 0, 0);
  if (e.hint[0] != '\0')
    cvx_hint (err, "%s", e.hint);
  return cvx_error_status (e.id);
}

/* Everything up to the last record.  CVX_OK without *COMPLETE: it broke
   off.  */
static enum cvx_status
collect (struct helper *h, struct cvx_npz *z, size_t budget, bool *complete,
         struct cvx_error *err)
{
  struct record r;
  size_t cap = 0;
  *complete = false;
  while (get (h, &r, sizeof r) && r.mark == MARK)
    {
      if (r.kind == FAILURE)
        return get_failure (h, err);
      if (r.kind == END)
        {
          *complete = true;
          return CVX_OK;
        }
      if (r.kind != ARRAY || !get_array (h, &r, z, &cap, &budget))
        break;
    }
  return h->aborted ? cvx_fail_interrupted (err) : CVX_OK;
}

static enum cvx_status
fail_broken (const char *format, const char *path, int state,
             struct cvx_error *err)
{
  if (WIFSIGNALED (state) && WTERMSIG (state) == SIGXCPU)
    cvx_fail (err, CVX_E239,
              "the file keeps the reader of %s files busy without end; "
              "nothing was loaded",
              format);
  else if (WIFSIGNALED (state) && WTERMSIG (state) != SIGKILL)
    cvx_fail (err, CVX_E239,
              "the file damaged the reader of %s files (%s); nothing was "
              "loaded",
              format, strsignal (WTERMSIG (state)));
  else
    cvx_fail (err, CVX_E239,
              "the reader of %s files gave up on the file; nothing was loaded",
              format);
  return cvx_at (err, path, 0, 0);
}

enum cvx_status
cmd_import (void *context, struct cvx_npz **out, const char *format, int fd,
            const char *path, const struct cvx_import_options *options,
            struct cvx_progress *progress, struct cvx_error *err)
{
  size_t max_bytes = options->max_bytes;
  struct session *s = context;
  struct helper h = { .fd = -1, .progress = progress };
  struct cvx_npz *z = cvx_calloc (1, sizeof *z);
  bool complete = false;
  int state = 0;
  enum cvx_status status;
  *out = NULL;
  if (z == NULL)
    return cvx_fail_nomem (err, "reading arrays");
  if (!start (&h, s->program, format, fd, path, options))
    {
      cvx_npz_free (z);
      return cvx_fail (err, CVX_E241,
                       "the helper that reads %s files cannot be started: %s",
                       format, strerror (errno));
    }
  status
      = collect (&h, z, max_bytes != 0 ? max_bytes : SIZE_MAX, &complete, err);
  close (h.fd);
  if (!complete && status != CVX_OK)
    kill (h.pid, SIGKILL);
  while (waitpid (h.pid, &state, 0) < 0 && errno == EINTR)
    ;
  if (status == CVX_OK && !complete && cvx_aborted (progress))
    status = cvx_fail_interrupted (err);
  if (status == CVX_OK && !complete)
    status = fail_broken (format, path, state, err);
  if (status == CVX_OK)
    *out = z;
  else
    cvx_npz_free (z);
  return status;
}
