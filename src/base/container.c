/* container.c -- files inside zip and tar archives.

   Nothing is ever unpacked to a file: the name of a member is only a key, so
   that "../x" is as good as any other.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/container.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum
{
  CHUNK = 64 << 10,
  MOST_MEMBERS = 100000,
  SHOWN = 12
};

static bool
is_zip (const unsigned char *head, size_t len)
{
  return len >= 4 && memcmp (head, "PK\3\4", 4) == 0;
}

static bool
is_tar (const unsigned char *head, size_t len)
{
  return len >= 512 && memcmp (head + 257, "ustar", 5) == 0;
}

/* What libarchive reads from: a stream, decompressed already.  */
struct stream
{
  struct cvxi_input *in;
  unsigned char buffer[CHUNK];
  struct cvx_error failure;
};

static la_ssize_t
stream_read (struct archive *a, void *context, const void **bytes)
{
  struct stream *s = context;
  size_t got;
  *bytes = s->buffer;
  if (cvxi_input_read (s->in, s->buffer, CHUNK, &got, &s->failure) == CVX_OK)
    return (la_ssize_t)got;
  archive_set_error (a, EIO, "%s", s->failure.text);
  return -1;
}

static int
stream_close (struct archive *a, void *context)
{
  (void)a;
  cvx_free (context);
  return ARCHIVE_OK;
}

static enum cvx_status
fail_damaged (struct archive *a, const char *file, struct cvx_error *err)
{
  const char *why = a != NULL ? archive_error_string (a) : NULL;
  cvx_fail (err, CVX_E221, "damaged archive: %s; nothing was loaded",
            why != NULL ? why : "it is incomplete");
  return cvx_at (err, file, 0, 0);
}

static enum cvx_status
open_archive (struct archive **out, struct cvxi_input *in, const char *file,
              struct cvx_error *err)
{
  struct archive *a = archive_read_new ();
  unsigned char head[4];
  struct stream *s;
  *out = a;
  if (a == NULL)
    return cvx_fail_nomem (err, "opening an archive");
  if (pread (cvxi_input_fd (in), head, 4, 0) == 4 && is_zip (head, 4))
    return lseek (cvxi_input_fd (in), 0, SEEK_SET) == 0
                   && archive_read_support_format_zip_seekable (a)
                          == ARCHIVE_OK
                   && archive_read_open_fd (a, cvxi_input_fd (in), CHUNK)
                          == ARCHIVE_OK
               ? CVX_OK
               : fail_damaged (a, file, err);
  s = cvx_calloc (1, sizeof *s);
  if (s == NULL)
    return cvx_fail_nomem (err, "opening an archive");
  s->in = in;
  return archive_read_support_format_tar (a) == ARCHIVE_OK
                 && archive_read_open (a, s, NULL, stream_read, stream_close)
                        == ARCHIVE_OK
             ? CVX_OK
             : fail_damaged (a, file, err);
}

/* The next file in A at *NAME, borrowed from A; NULL at the end.  */
static enum cvx_status
next_file (struct archive *a, const char *file, const char **name,
           bool *encrypted, struct cvx_error *err)
{
  struct archive_entry *entry;
  *name = NULL;
  for (;;)
    {
      int code = archive_read_next_header (a, &entry);
      if (code == ARCHIVE_EOF)
        return CVX_OK;
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return fail_damaged (a, file, err);
      if (archive_entry_filetype (entry) == AE_IFREG)
        break;
    }
  *name = archive_entry_pathname (entry);
  if (*name == NULL)
    *name = "?";
  *encrypted = archive_entry_is_encrypted (entry) > 0;
  return CVX_OK;
}

/* Not data: what archivers and desktops leave behind.  */
static bool
is_noise (const char *name)
{
  const char *slash = strrchr (name, '/');
  const char *base = slash != NULL ? slash + 1 : name;
  return *base == '.' || *base == '\0' || strncmp (name, "__MACOSX/", 9) == 0;
}

static bool
ends_in_npy (const char *name)
{
  size_t len = strlen (name);
  return len >= 4 && strcmp (name + len - 4, ".npy") == 0;
}

/* The files of A: are they NPY, how many, which.  */
struct files
{
  bool npy, office;
  size_t n;
  char *first;           /* owned */
  struct cvx_text shown; /* names, with commas */
};

static enum cvx_status
list_files (struct archive *a, const char *file, struct files *f,
            struct cvx_error *err)
{
  for (;;)
    {
      const char *name;
      bool encrypted;
      enum cvx_status status = next_file (a, file, &name, &encrypted, err);
      if (status != CVX_OK || name == NULL)
        return status;
      f->npy = f->npy || ends_in_npy (name);
      f->office = f->office || strcmp (name, "[Content_Types].xml") == 0;
      if (is_noise (name))
        continue;
      if (++f->n == 1 && (f->first = cvx_strdup (name)) == NULL)
        return cvx_fail_nomem (err, "listing an archive");
      if (f->n <= SHOWN)
        cvx_text_printf (&f->shown, "%s%s", f->n > 1 ? ", " : "", name);
      if (f->n > MOST_MEMBERS)
        return fail_damaged (NULL, file, err);
    }
}

static enum cvx_status
choose (const char *file, struct files *f, char **member,
        struct cvx_error *err)
{
  if (f->n == 1)
    {
      *member = f->first;
      f->first = NULL;
      return CVX_OK;
    }
  if (f->office)
    {
      cvx_fail (err, CVX_E208, "the file is of an office program");
      cvx_at (err, file, 0, 0);
      return cvx_hint (err, "save the sheet as CSV");
    }
  if (f->n == 0)
    cvx_fail (err, CVX_E237, "the archive has no files");
  else
    cvx_fail (err, CVX_E237, "which of its %zu files?  The archive has %s%s",
              f->n, cvx_text_string (&f->shown), f->n > SHOWN ? ", ..." : "");
  cvx_at (err, file, 0, 0);
  return f->n == 0 ? CVX_DATA : cvx_hint (err, "load ARCHIVE:FILE");
}

enum cvx_status
cvxi_container_look (const char *file, bool *found, char **member,
                     struct cvx_error *err)
{
  unsigned char head[512];
  size_t len;
  struct cvxi_input *in;
  struct archive *a;
  struct files f = { .shown = CVX_TEXT_INIT };
  bool zip;
  enum cvx_status status
      = cvxi_input_head (file, head, sizeof head, &len, err);
  *found = false;
  if (status != CVX_OK)
    return status;
  zip = is_zip (head, len);
  if (!zip && !is_tar (head, len))
    return CVX_OK;
  status = cvxi_input_open (&in, file, NULL, err);
  if (status != CVX_OK)
    return status;
  status = open_archive (&a, in, file, err);
  if (status == CVX_OK)
    status = list_files (a, file, &f, err);
  archive_read_free (a);
  cvxi_input_close (in);
  if (zip && (status == CVX_DATA || f.npy))
    status = CVX_OK; /* an NPZ, or damaged: the reader of NPZ says how */
  else if (status == CVX_OK)
    {
      *found = true;
      if (*member == NULL)
        status = choose (file, &f, member, err);
    }
  cvx_free (f.first);
  cvx_text_free (&f.shown);
  return status;
}

enum cvx_status
cvxi_container_seek (struct archive **out, struct cvxi_input *in,
                     const char *file, const char *member,
                     struct cvx_error *err)
{
  struct archive *a;
  const char *name = NULL;
  bool encrypted = false;
  enum cvx_status status = open_archive (&a, in, file, err);
  *out = NULL;
  while (status == CVX_OK)
    {
      status = next_file (a, file, &name, &encrypted, err);
      if (status != CVX_OK || name == NULL || strcmp (name, member) == 0)
        break;
    }
  if (status == CVX_OK && name == NULL)
    {
      cvx_fail (err, CVX_E237, "the archive has no file \"%s\"", member);
      status = cvx_at (err, file, 0, 0);
    }
  else if (status == CVX_OK && encrypted)
    {
      cvx_fail (err, CVX_E221, "%s is encrypted", member);
      status = cvx_at (err, file, 0, 0);
    }
  if (status == CVX_OK)
    *out = a;
  else if (a != NULL)
    archive_read_free (a);
  return status;
}

enum cvx_status
cvxi_container_names (char ***names, size_t *n, const char *file,
                      struct cvx_error *err)
{
  struct cvxi_input *in;
  struct archive *a;
  const char *name = NULL;
  bool encrypted;
  size_t cap = 0;
  enum cvx_status status = cvxi_input_open (&in, file, NULL, err);
  *names = NULL;
  *n = 0;
  if (status != CVX_OK)
    return status;
  status = open_archive (&a, in, file, err);
  while (status == CVX_OK)
    {
      status = next_file (a, file, &name, &encrypted, err);
      if (status != CVX_OK || name == NULL)
        break;
      if (*n == cap)
        {
          char **more = cvx_grow (*names, cap, 2 * cap + 16, sizeof *more);
          if (more == NULL)
            {
              status = cvx_fail_nomem (err, "listing an archive");
              break;
            }
          *names = more;
          cap = 2 * cap + 16;
        }
      (*names)[*n] = cvx_strdup (name);
      if ((*names)[*n] == NULL)
        status = cvx_fail_nomem (err, "listing an archive");
      else if (++*n > MOST_MEMBERS)
        status = fail_damaged (NULL, file, err);
    }
  archive_read_free (a);
  cvxi_input_close (in);
  if (status != CVX_OK)
    {
      while (*n > 0)
        cvx_free ((*names)[--*n]);
      cvx_free (*names);
      *names = NULL;
    }
  return status;
}
