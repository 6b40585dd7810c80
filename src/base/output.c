/* output.c -- atomic files: temporary in the target's folder, fsync, rename.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

struct cvx_output
{
  char *path;      /* the target, symbolic links followed */
  char *folder;    /* of the target, "." when it has none */
  char *temporary; /* in the same folder */
  char *backup;    /* PATH~, or NULL */
  int fd;          /* of the temporary file, or -1 */
  int failed;      /* errno of the first failure, 0: none */
  size_t written;
};

static atomic_size_t fail_countdown, name_counter;

void
cvx_output_fail_at (size_t k)
{
  atomic_store (&fail_countdown, k);
}

/* True, with errno set, when a test wants this operation to fail.  */
static bool
fault (void)
{
  size_t k = atomic_load (&fail_countdown);
  if (k == 0)
    return false;
  atomic_store (&fail_countdown, k - 1);
  if (k > 1)
    return false;
  errno = ENOSPC;
  return true;
}

static enum cvx_status
fail_errno (const char *path, const char *folder, int number, size_t needed,
            struct cvx_error *err)
{
  struct statvfs fs;
  enum cvx_status status = cvx_fail (
      err, CVX_E620, "cannot write %s: %s (no file was left behind)", path,
      strerror (number));
  if ((number == ENOSPC || number == EDQUOT) && statvfs (folder, &fs) == 0)
    {
      char need[32], free_words[32];
      cvx_bytes_words (need, sizeof need, (double)needed);
      cvx_bytes_words (free_words, sizeof free_words,
                       (double)fs.f_bavail * (double)fs.f_frsize);
      return cvx_hint (err, "at least %s needed, %s free in %s", need,
                       free_words, folder);
    }
  if (number == ENOENT)
    return cvx_hint (err, "the folder %s does not exist", folder);
  return status;
}

static void
drop (struct cvx_output *out)
{
  if (out == NULL)
    return;
  if (out->fd >= 0)
    close (out->fd);
  cvx_free (out->path);
  cvx_free (out->folder);
  cvx_free (out->temporary);
  cvx_free (out->backup);
  cvx_free (out);
}

void
cvx_output_abort (struct cvx_output *out)
{
  if (out != NULL && out->fd >= 0)
    unlink (out->temporary);
  drop (out);
}

/* PATH with symbolic links followed, so that a link stays a link and the file
   that it names is replaced.  */
static enum cvx_status
resolve (struct cvx_output *out, const char *path, struct cvx_error *err)
{
  struct stat st;
  const char *slash;
  if (lstat (path, &st) == 0 && S_ISLNK (st.st_mode))
    {
      char *real = realpath (path, NULL);
      if (real == NULL)
        return cvx_fail (err, CVX_E620,
                         "cannot write %s: it is a symbolic link to nowhere "
                         "(%s)",
                         path, strerror (errno));
      out->path = cvx_strdup (real);
      free (real);
    }
  else
    out->path = cvx_strdup (path);
  if (out->path == NULL)
    return cvx_fail_nomem (err, "opening a file for writing");
  slash = strrchr (out->path, '/');
  if (slash == NULL)
    out->folder = cvx_strdup (".");
  else
    out->folder = cvx_strndup (
        out->path, slash == out->path ? 1 : (size_t)(slash - out->path));
  return out->folder != NULL
             ? CVX_OK
             : cvx_fail_nomem (err, "opening a file for writing");
}

/* What stands in the way of the target; *MODE is its mode when it exists, 0
   otherwise.  */
static enum cvx_status
check_target (const struct cvx_output *out, mode_t *mode,
              struct cvx_error *err)
{
  struct stat st;
  const char *path = out->path;
  *mode = 0;
  if (*path == '\0')
    return cvx_fail (err, CVX_E620, "cannot write a file without a name");
  if (stat (path, &st) == 0)
    {
      if (S_ISDIR (st.st_mode))
        return cvx_fail (err, CVX_E620, "cannot write %s: it is a folder",
                         path);
      if (!S_ISREG (st.st_mode))
        return cvx_fail (err, CVX_E620,
                         "cannot write %s: it is a device, pipe or socket",
                         path);
      if (access (path, W_OK) != 0)
        return fail_errno (path, out->folder, errno, 0, err);
      *mode = st.st_mode & 0777;
    }
  else if (errno != ENOENT)
    return fail_errno (path, out->folder, errno, 0, err);
  else if (path[strlen (path) - 1] == '/')
    return cvx_fail (err, CVX_E620, "cannot write %s: it names a folder",
                     path);
  return CVX_OK;
}

static enum cvx_status
check_backup (const struct cvx_output *out, struct cvx_error *err)
{
  struct stat st;
  if (lstat (out->backup, &st) == 0)
    {
      if (S_ISREG (st.st_mode))
        return CVX_OK;
      return cvx_fail (err, CVX_E620,
                       "cannot write %s: its backup %s is not a file",
                       out->path, out->backup);
    }
  return errno == ENOENT
             ? CVX_OK
             : fail_errno (out->backup, out->folder, errno, 0, err);
}

/* A name in the target's folder that is not in use; short, so that it fits
   wherever the target fits.  NULL: no memory.  */
static char *
fresh_name (const char *folder)
{
  struct cvx_text t = CVX_TEXT_INIT;
  size_t k = atomic_fetch_add (&name_counter, 1);
  cvx_text_printf (&t, "%s/.cvxnn-%ld-%zu", folder, (long)getpid (), k);
  if (t.failed)
    {
      cvx_text_free (&t);
      return NULL;
    }
  return t.s;
}

static enum cvx_status
create_temporary (struct cvx_output *out, struct cvx_error *err)
{
  enum
  {
    TRIES = 1000 /* names left behind by killed processes of the same id */
  };
  for (int k = 0; k < TRIES; k++)
    {
      out->temporary = fresh_name (out->folder);
      if (out->temporary == NULL)
        return cvx_fail_nomem (err, "opening a file for writing");
      out->fd = fault ()
                    ? -1
                    : open (out->temporary,
                            O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                            0666);
      if (out->fd >= 0)
        return CVX_OK;
      if (errno != EEXIST)
        break;
      cvx_free (out->temporary);
      out->temporary = NULL;
    }
  return fail_errno (out->path, out->folder, errno, 0, err);
}

enum cvx_status
cvx_output_open (struct cvx_output **result, const char *path, bool backup,
                 struct cvx_error *err)
{
  enum cvx_status status;
  mode_t mode;
  struct cvx_output *out = cvx_calloc (1, sizeof *out);
  *result = NULL;
  if (out == NULL)
    return cvx_fail_nomem (err, "opening a file for writing");
  out->fd = -1;
  status = resolve (out, path, err);
  if (status == CVX_OK)
    status = check_target (out, &mode, err);
  if (status == CVX_OK && backup)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      cvx_text_printf (&t, "%s~", out->path);
      out->backup = t.s;
      status = t.failed ? cvx_fail_nomem (err, "opening a file for writing")
                        : check_backup (out, err);
    }
  if (status == CVX_OK)
    status = create_temporary (out, err);
  /* A replaced file keeps its permissions; a new one got the umask's.  */
  if (status == CVX_OK && mode != 0 && fchmod (out->fd, mode) != 0)
    status = fail_errno (path, out->folder, errno, 0, err);
  if (status != CVX_OK)
    {
      cvx_output_abort (out);
      return status;
    }
  *result = out;
  return CVX_OK;
}

enum cvx_status
cvx_output_write (struct cvx_output *out, const void *bytes, size_t len,
                  struct cvx_error *err)
{
  const char *p = bytes;
  size_t left = len;
  while (out->failed == 0 && left > 0)
    {
      size_t piece = left < (1u << 30) ? left : 1u << 30;
      ssize_t k = fault () ? -1 : write (out->fd, p, piece);
      if (k >= 0)
        {
          p += k;
          left -= (size_t)k;
          out->written += (size_t)k;
        }
      else if (errno != EINTR)
        out->failed = errno;
    }
  return out->failed == 0 ? CVX_OK
                          : fail_errno (out->path, out->folder, out->failed,
                                        out->written + left, err);
}

const char *
cvx_output_temporary (const struct cvx_output *out)
{
  return out->temporary;
}

/* Keep the old file as PATH~.  With hard links neither name is ever missing;
   without them the old file is moved.  Returns 0 or errno; *MOVED says that
   the target is gone.  */
static int
keep_backup (const struct cvx_output *out, bool *moved)
{
  int result = 0;
  char *link_name = fresh_name (out->folder);
  *moved = false;
  if (link_name == NULL)
    return ENOMEM;
  if (fault ())
    result = errno;
  else if (link (out->path, link_name) == 0)
    {
      if (rename (link_name, out->backup) != 0)
        result = errno;
      /* rename leaves the name when both already are the same file.  */
      unlink (link_name);
    }
  else if (errno == ENOENT)
    result = 0; /* nothing to keep */
  else if (rename (out->path, out->backup) == 0)
    *moved = true;
  else
    result = errno;
  cvx_free (link_name);
  return result;
}

static int
sync_folder (const char *folder)
{
  int result = 0, fd;
  if (fault ())
    return errno;
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* Some file systems cannot sync a folder; that is no failure.  */
  if (fd < 0)
    return 0;
  if (fsync (fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS)
    result = errno;
  close (fd);
  return result;
}

enum cvx_status
cvx_output_commit (struct cvx_output *out, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  bool moved = false;
  int number = out->failed;
  if (number == 0 && (fault () || fsync (out->fd) != 0))
    number = errno;
  if (number == 0 && close (out->fd) != 0 && errno != EINTR)
    number = errno;
  else if (number != 0)
    close (out->fd);
  out->fd = -1;
  if (number == 0 && out->backup != NULL)
    number = keep_backup (out, &moved);
  if (number == 0 && (fault () || rename (out->temporary, out->path) != 0))
    {
      number = errno;
      if (moved && rename (out->backup, out->path) != 0)
        status = cvx_fail (err, CVX_E620,
                           "cannot write %s: %s; the old file is now %s",
                           out->path, strerror (number), out->backup);
    }
  if (number != 0)
    {
      unlink (out->temporary);
      if (status == CVX_OK)
        status
            = fail_errno (out->path, out->folder, number, out->written, err);
    }
  else if ((number = sync_folder (out->folder)) != 0)
    status = cvx_fail (err, CVX_E620,
                       "%s is written, but its folder could not be flushed "
                       "(%s): a power cut now may bring the old file back",
                       out->path, strerror (number));
  drop (out);
  return status;
}

enum cvx_status
cvx_output_check (const char *path, struct cvx_error *err)
{
  struct cvx_output *out;
  enum cvx_status status = cvx_output_open (&out, path, false, err);
  cvx_output_abort (out);
  return status;
}

enum cvx_status
cvx_output_file (const char *path, const void *bytes, size_t len,
                 struct cvx_error *err)
{
  struct cvx_output *out;
  enum cvx_status status = cvx_output_open (&out, path, false, err);
  if (status != CVX_OK)
    return status;
  status = cvx_output_write (out, bytes, len, err);
  if (status == CVX_OK)
    return cvx_output_commit (out, err);
  cvx_output_abort (out);
  return status;
}
