/* input.c -- files as streams, decompressed on the way.

   gzip goes through zlib itself: libarchive's gzip filter neither checks the
   CRC nor tells of bytes after the end.  The others are libarchive filters.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/container.h"
#include "base/text.h"

enum
{
  BUFFER = 256 << 10
};

enum kind
{
  PLAIN,
  GZIP,
  FILTERED,
  MEMBER /* of another input, which is an archive */
};

struct cvxi_input
{
  char *path;
  int fd;
  struct stat before;
  struct cvx_progress *progress;
  enum kind kind;
  const char *compression; /* its name in messages */
  size_t taken, given;     /* stored bytes read, decompressed bytes given */
  bool ended;              /* no more decompressed bytes */
  unsigned char *buffer;   /* BUFFER stored bytes */
  size_t from, to;         /* those in it not yet used */
  z_stream z;
  bool z_open;
  struct archive *archive;
  struct cvxi_input *outer; /* that the member is in */
  int read_errno;
  bool aborted;
};

static enum cvx_status
fail_open (const char *path, int number, struct cvx_error *err)
{
  return cvx_fail (err, CVX_E204, "cannot read %.400s%s: %s", path,
                   strlen (path) > 400 ? "..." : "", strerror (number));
}

static enum cvx_status
fail_stream (const struct cvxi_input *in, const char *why,
             struct cvx_error *err)
{
  cvx_fail (err, CVX_E207, "%s; nothing was loaded", why);
  return cvx_at (err, in->path, 0, 0);
}

/* Stored bytes from AT on into TO, which counts those behind the ones taken in
   order; -1 with errno.  */
static ssize_t
read_stored (const struct cvxi_input *in, size_t at, void *to, size_t len)
{
  ssize_t k;
  size_t end;
  do
    k = pread (in->fd, to, len, (off_t)at);
  while (k < 0 && errno == EINTR);
  end = at + (k > 0 ? (size_t)k : 0);
  if (end > in->taken)
    cvx_progress_add (in->progress, end - (at > in->taken ? at : in->taken));
  return k;
}

/* The next stored bytes into TO; -1 with read_errno or aborted set.  */
static ssize_t
take (struct cvxi_input *in, void *to, size_t len)
{
  ssize_t k;
  if (cvx_aborted (in->progress))
    {
      in->aborted = true;
      return -1;
    }
  k = read_stored (in, in->taken, to, len);
  if (k < 0)
    in->read_errno = errno;
  else
    in->taken += (size_t)k;
  return k;
}

static enum cvx_status
fail_take (const struct cvxi_input *in, struct cvx_error *err)
{
  return in->aborted ? cvx_fail_interrupted (err)
                     : fail_open (in->path, in->read_errno, err);
}

/* Make sure that unused stored bytes are in the buffer; at the end there are
   none.  */
static bool
refill (struct cvxi_input *in)
{
  ssize_t k;
  if (in->from < in->to)
    return true;
  k = take (in, in->buffer, BUFFER);
  in->from = 0;
  in->to = k > 0 ? (size_t)k : 0;
  return k >= 0;
}

static la_ssize_t
archive_take (struct archive *a, void *context, const void **bytes)
{
  struct cvxi_input *in = context;
  size_t len;
  if (!refill (in))
    {
      archive_set_error (a, EIO, "read error");
      return -1;
    }
  *bytes = in->buffer + in->from;
  len = in->to - in->from;
  in->from = in->to;
  return (la_ssize_t)len;
}

static enum cvx_status
fail_archive (const struct cvxi_input *in, struct cvx_error *err)
{
  const char *why = archive_error_string (in->archive);
  if (in->aborted || in->read_errno != 0)
    return fail_take (in, err);
  if (why == NULL)
    why = "damaged compressed input";
  /* liblzma's words for an end that comes early.  */
  if (strstr (why, "No progress") != NULL)
    why = "truncated or damaged xz input";
  return fail_stream (in, why, err);
}

static enum cvx_status
open_archive (struct cvxi_input *in, struct cvx_error *err)
{
  struct archive_entry *entry;
  struct archive *a = in->archive = archive_read_new ();
  if (a == NULL)
    return cvx_fail_nomem (err, "opening a compressed file");
  if (archive_read_support_filter_xz (a) != ARCHIVE_OK
      || archive_read_support_filter_bzip2 (a) != ARCHIVE_OK
      || archive_read_support_filter_zstd (a) != ARCHIVE_OK
      || archive_read_support_format_raw (a) != ARCHIVE_OK
      || archive_read_support_format_empty (a) != ARCHIVE_OK
      || archive_read_open (a, in, NULL, archive_take, NULL) != ARCHIVE_OK)
    return fail_archive (in, err);
  switch (archive_read_next_header (a, &entry))
    {
    case ARCHIVE_OK:
      return CVX_OK;
    case ARCHIVE_EOF:
      in->ended = true;
      return CVX_OK;
    default:
      return fail_archive (in, err);
    }
}

static enum cvx_status
open_gzip (struct cvxi_input *in, struct cvx_error *err)
{
  enum
  {
    GZIP_ONLY = 16
  };
  if (inflateInit2 (&in->z, MAX_WBITS + GZIP_ONLY) != Z_OK)
    return cvx_fail_nomem (err, "opening a compressed file");
  in->z_open = true;
  return CVX_OK;
}

/* Which compression, by the first bytes.  */
static void
recognise (struct cvxi_input *in)
{
  static const struct
  {
    const char *magic;
    size_t len;
    enum kind kind;
  } known[] = { { "\x1f\x8b", 2, GZIP },
                { "\xfd"
                  "7zXZ\0",
                  6, FILTERED },
                { "\x28\xb5\x2f\xfd", 4, FILTERED },
                { "BZh", 3, FILTERED } };
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (in->to - in->from >= known[k].len
        && memcmp (in->buffer + in->from, known[k].magic, known[k].len) == 0)
      in->kind = known[k].kind;
}

/* Open and look at what it is before a byte is read: a pipe without a writer
   would hang, /dev/zero would never end.  */
static enum cvx_status
open_regular (struct cvxi_input *in, struct cvx_error *err)
{
  const char *what;
  in->fd = open (in->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (in->fd < 0)
    return errno == ENXIO ? cvx_fail (
               err, CVX_E205, "%s is a pipe or socket, not a file", in->path)
                          : fail_open (in->path, errno, err);
  if (fstat (in->fd, &in->before) != 0)
    return fail_open (in->path, errno, err);
  if (S_ISREG (in->before.st_mode))
    return CVX_OK;
  what = S_ISDIR (in->before.st_mode)    ? "folder"
         : S_ISFIFO (in->before.st_mode) ? "pipe"
         : S_ISSOCK (in->before.st_mode) ? "socket"
                                         : "device";
  return cvx_fail (err, CVX_E205, "%s is a %s, not a file", in->path, what);
}

/* The archive of "ARCHIVE:FILE", in a new string, and the file, borrowed from
   PATH; no such thing: NULL.  False: no memory.  */
static bool
split_member (const char *path, char **archive, const char **member)
{
  struct stat st;
  const char *colon = path;
  *archive = NULL;
  if (lstat (path, &st) == 0)
    return true;
  while ((colon = strchr (colon, ':')) != NULL)
    {
      *archive = cvx_strndup (path, (size_t)(colon - path));
      if (*archive == NULL)
        return false;
      *member = ++colon;
      if (stat (*archive, &st) == 0 && S_ISREG (st.st_mode))
        return true;
      cvx_free (*archive);
      *archive = NULL;
    }
  return true;
}

static enum cvx_status
open_member (struct cvxi_input *in, const char *archive, const char *member,
             struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status status
      = cvxi_input_open (&in->outer, archive, progress, err);
  if (status != CVX_OK)
    return status;
  in->kind = MEMBER;
  in->before = in->outer->before;
  return cvxi_container_seek (&in->archive, in->outer, archive, member, err);
}

enum cvx_status
cvxi_input_open (struct cvxi_input **out, const char *path,
                 struct cvx_progress *progress, struct cvx_error *err)
{
  enum cvx_status status;
  struct cvxi_input *in = cvx_calloc (1, sizeof *in);
  char *archive = NULL;
  const char *member = NULL;
  *out = NULL;
  if (in == NULL)
    return cvx_fail_nomem (err, "opening a file");
  in->fd = -1;
  in->progress = progress;
  in->path = cvx_strdup (path);
  in->buffer = cvx_alloc (BUFFER, 1);
  if (in->path == NULL || in->buffer == NULL
      || !split_member (path, &archive, &member))
    status = cvx_fail_nomem (err, "opening a file");
  else if (archive != NULL)
    status = open_member (in, archive, member, progress, err);
  else
    status = open_regular (in, err);
  cvx_free (archive);
  if (status == CVX_OK && in->kind != MEMBER)
    {
      cvx_progress_total (progress, (size_t)in->before.st_size);
      status = refill (in) ? CVX_OK : fail_take (in, err);
    }
  if (status == CVX_OK)
    {
      recognise (in);
      if (in->kind == GZIP)
        status = open_gzip (in, err);
      else if (in->kind == FILTERED)
        status = open_archive (in, err);
    }
  if (status != CVX_OK)
    {
      cvxi_input_close (in);
      return status;
    }
  *out = in;
  return CVX_OK;
}

static enum cvx_status
read_plain (struct cvxi_input *in, unsigned char *to, size_t len, size_t *got,
            struct cvx_error *err)
{
  while (*got < len && !in->ended)
    {
      size_t left = len - *got, have = in->to - in->from;
      if (have > 0)
        {
          size_t k = have < left ? have : left;
          memcpy (to + *got, in->buffer + in->from, k);
          in->from += k;
          *got += k;
        }
      else
        {
          /* Straight to the caller, in pieces that Ctrl-C can end.  */
          ssize_t k
              = take (in, to + *got, left < 4 * BUFFER ? left : 4 * BUFFER);
          if (k < 0)
            return fail_take (in, err);
          in->ended = k == 0;
          *got += (size_t)k;
        }
    }
  return CVX_OK;
}

/* After a gzip member: another member, zero padding, or the end.  */
static enum cvx_status
next_member (struct cvxi_input *in, struct cvx_error *err)
{
  for (;;)
    {
      if (!refill (in))
        return fail_take (in, err);
      if (in->from == in->to)
        {
          in->ended = true;
          return CVX_OK;
        }
      if (in->buffer[in->from] != 0)
        break;
      in->from++;
    }
  if (in->buffer[in->from] != 0x1f || inflateReset (&in->z) != Z_OK)
    return fail_stream (in, "unknown bytes after the end of the gzip data",
                        err);
  return CVX_OK;
}

static enum cvx_status
read_gzip (struct cvxi_input *in, unsigned char *to, size_t len, size_t *got,
           struct cvx_error *err)
{
  while (*got < len && !in->ended)
    {
      enum cvx_status status = CVX_OK;
      size_t left = len - *got;
      uInt room = left < UINT_MAX / 2 ? (uInt)left : UINT_MAX / 2;
      int z;
      if (!refill (in))
        return fail_take (in, err);
      in->z.next_in = in->buffer + in->from;
      in->z.avail_in = (uInt)(in->to - in->from);
      in->z.next_out = to + *got;
      in->z.avail_out = room;
      z = inflate (&in->z, Z_NO_FLUSH);
      in->from = in->to - in->z.avail_in;
      *got += room - in->z.avail_out;
      if (z == Z_STREAM_END)
        status = next_member (in, err);
      else if (z == Z_BUF_ERROR && in->from == in->to)
        {
          /* Output full or input at its end: the latter when none comes.  */
          if (!refill (in))
            return fail_take (in, err);
          if (in->from == in->to)
            status = fail_stream (in, "truncated gzip input", err);
        }
      else if (z == Z_MEM_ERROR)
        status = cvx_fail_nomem (err, "decompressing");
      else if (z != Z_OK)
        {
          char why[96];
          snprintf (why, sizeof why, "damaged gzip input (%s)",
                    in->z.msg != NULL ? in->z.msg : "unknown");
          status = fail_stream (in, why, err);
        }
      if (status != CVX_OK)
        return status;
    }
  return CVX_OK;
}

static enum cvx_status
read_archive (struct cvxi_input *in, unsigned char *to, size_t len,
              size_t *got, struct cvx_error *err)
{
  while (*got < len && !in->ended)
    {
      la_ssize_t k = archive_read_data (in->archive, to + *got, len - *got);
      if (k < 0)
        return fail_archive (in, err);
      if (k == 0)
        {
          in->ended = true;
          if (in->kind == FILTERED
              && archive_filter_bytes (in->archive, -1) < in->before.st_size)
            return fail_stream (
                in, "unknown bytes after the end of the compressed data", err);
        }
      *got += (size_t)k;
    }
  return CVX_OK;
}

enum cvx_status
cvxi_input_read (struct cvxi_input *in, void *buf, size_t len, size_t *got,
                 struct cvx_error *err)
{
  enum cvx_status status;
  *got = 0;
  if (cvx_aborted (in->progress))
    return cvx_fail_interrupted (err);
  status = in->kind == PLAIN  ? read_plain (in, buf, len, got, err)
           : in->kind == GZIP ? read_gzip (in, buf, len, got, err)
                              : read_archive (in, buf, len, got, err);
  in->given += *got;
  return status;
}

enum cvx_status
cvxi_input_read_at (const struct cvxi_input *in, size_t at, void *buf,
                    size_t len, size_t *got, struct cvx_error *err)
{
  unsigned char *to = buf;
  ssize_t k = 1;
  *got = 0;
  while (*got < len && k > 0)
    {
      size_t left = len - *got, most = 4 * BUFFER;
      if (cvx_aborted (in->progress))
        return cvx_fail_interrupted (err);
      k = read_stored (in, at + *got, to + *got, left < most ? left : most);
      if (k < 0)
        return fail_open (in->path, errno, err);
      *got += (size_t)k;
    }
  return CVX_OK;
}

size_t
cvxi_input_stored (const struct cvxi_input *in)
{
  return (size_t)in->before.st_size;
}

size_t
cvxi_input_size (const struct cvxi_input *in)
{
  return in->kind == PLAIN ? (size_t)in->before.st_size : 0;
}

double
cvxi_input_ratio (const struct cvxi_input *in)
{
  if (in->outer != NULL)
    return (double)in->given / (double)(in->before.st_size + 1);
  return in->taken == 0 || in->kind == PLAIN
             ? 1
             : (double)in->given / (double)in->taken;
}

int
cvxi_input_fd (const struct cvxi_input *in)
{
  return in->outer != NULL ? in->outer->fd : in->fd;
}

enum cvx_status
cvxi_input_unchanged (const struct cvxi_input *in, struct cvx_error *err)
{
  struct stat now;
  if (fstat (cvxi_input_fd (in), &now) != 0)
    return fail_open (in->path, errno, err);
  if (now.st_size != in->before.st_size
      || now.st_mtim.tv_sec != in->before.st_mtim.tv_sec
      || now.st_mtim.tv_nsec != in->before.st_mtim.tv_nsec)
    {
      cvx_fail (err, CVX_E206,
                "the file changed while it was read; nothing "
                "was loaded");
      return cvx_at (err, in->path, 0, 0);
    }
  return CVX_OK;
}

void
cvxi_input_close (struct cvxi_input *in)
{
  if (in == NULL)
    return;
  if (in->archive != NULL)
    archive_read_free (in->archive);
  cvxi_input_close (in->outer);
  if (in->z_open)
    inflateEnd (&in->z);
  if (in->fd >= 0)
    close (in->fd);
  cvx_free (in->buffer);
  cvx_free (in->path);
  cvx_free (in);
}

enum cvx_status
cvxi_input_head (const char *path, unsigned char *head, size_t len,
                 size_t *got, struct cvx_error *err)
{
  struct cvxi_input *in;
  enum cvx_status status = cvxi_input_open (&in, path, NULL, err);
  *got = 0;
  if (status == CVX_OK)
    status = cvxi_input_read (in, head, len, got, err);
  cvxi_input_close (in);
  return status;
}

enum cvx_status
cvxi_fail_memory (const struct cvxi_input *in, const char *path, double needed,
                  size_t limit, struct cvx_error *err)
{
  char need[32], have[32], grows[80] = "";
  double ratio = 1;
  if (in != NULL && in->kind != PLAIN)
    ratio = fmax (cvxi_input_ratio (in),
                  needed / (double)(in->before.st_size + 1));
  if (ratio > 20)
    snprintf (grows, sizeof grows, " (it grows %.0f times when decompressed)",
              ratio);
  cvx_bytes_words (need, sizeof need, needed);
  cvx_bytes_words (have, sizeof have, (double)limit);
  if (strcmp (need, have) == 0)
    cvx_fail (err, CVX_E230, "%s needs more in memory than the %s available%s",
              path, have, grows);
  else
    cvx_fail (err, CVX_E230, "%s needs %s in memory, %s available%s", path,
              need, have, grows);
  return cvx_hint (err,
                   "rows=1:1000 reads less; set maxmem=... changes the limit");
}
