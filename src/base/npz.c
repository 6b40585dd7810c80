/* npz.c -- NPY arrays and NPZ archives.

   The zip container is libarchive's.  Memory is taken only for an array whose
   header agrees with the length of its member, and only within the budget of
   the call, so that neither a damaged header nor a compression bomb takes
   more than it may.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/npz.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/npy.h"
#include "base/output.h"
#include "base/text.h"

enum
{
  CHUNK = 1 << 20,
  MAX_MEMBERS = 10000
};

/* Where the bytes of one array come from: a member of ARCHIVE, or INPUT.  */
struct source
{
  const char *path;   /* of the file */
  const char *member; /* in the archive, or NULL */
  struct archive *archive;
  struct cvxi_input *input;
  struct cvx_progress *progress;
  size_t size;  /* bytes of the array with its header, SIZE_MAX: not known */
  bool partial; /* a damaged member does not spoil the others */
  size_t *budget;
};

static const char *
separator (const struct source *s)
{
  return s->member != NULL ? ": member " : "";
}

static const char *
member_name (const struct source *s)
{
  return s->member != NULL ? s->member : "";
}

static enum cvx_status
fail_array (const struct source *s, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E220, "not a usable array%s%s: %s", separator (s),
            member_name (s), why);
  return cvx_at (err, s->path, 0, 0);
}

static enum cvx_status
fail_archive (const char *path, struct archive *a, struct cvx_error *err)
{
  const char *why = archive_error_string (a);
  cvx_fail (err, CVX_E221, "damaged archive: %s; nothing was loaded",
            why != NULL ? why : "it is incomplete");
  return cvx_at (err, path, 0, 0);
}

static enum cvx_status
pull_some (struct source *s, void *to, size_t len, size_t *got,
           struct cvx_error *err)
{
  *got = 0;
  if (s->input != NULL)
    return cvxi_input_read (s->input, to, len, got, err);
  while (*got < len)
    {
      size_t left = len - *got;
      la_ssize_t k;
      if (cvx_aborted (s->progress))
        return cvx_fail_interrupted (err);
      k = archive_read_data (s->archive, (char *)to + *got,
                             left < CHUNK ? left : CHUNK);
      if (k < 0)
        return fail_archive (s->path, s->archive, err);
      if (k == 0)
        break;
      *got += (size_t)k;
      cvx_progress_add (s->progress, (size_t)k);
    }
  return CVX_OK;
}

static enum cvx_status
pull (struct source *s, void *to, size_t len, struct cvx_error *err)
{
  size_t got;
  enum cvx_status status = pull_some (s, to, len, &got, err);
  if (status == CVX_OK && got < len)
    return fail_array (s, "it ends early", err);
  return status;
}

/* The header; *LEN bytes of the source have been read for it.  *OTHER is why a
   member of an archive is no array of numbers, or NULL.  */
static enum cvx_status
read_header (struct source *s, struct cvxi_npy *h, size_t *len,
             const char **other, struct cvx_error *err)
{
  unsigned char prefix[CVXI_NPY_PREFIX];
  const char *wrong;
  enum cvx_status status;
  size_t head = 10, dict;
  char *text;
  *len = 0;
  memset (h, 0, sizeof *h);
  status = pull (s, prefix, head, err);
  if (status != CVX_OK)
    return status;
  if (memcmp (prefix, "\x93NUMPY", 6) != 0)
    return fail_array (s, "it does not begin like an NPY file", err);
  if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0)
    {
      cvx_fail (err, CVX_E220,
                "not a usable array%s%s: it has format version %d.%d, known "
                "are 1.0 to 3.0",
                separator (s), member_name (s), prefix[6], prefix[7]);
      return cvx_at (err, s->path, 0, 0);
    }
  dict = prefix[8] | (size_t)prefix[9] << 8;
  if (prefix[6] > 1)
    {
      status = pull (s, prefix + 10, 2, err);
      if (status != CVX_OK)
        return status;
      head += 2;
      dict |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
    }
  if (dict > CVXI_NPY_MAX_HEADER)
    return fail_array (s, "its header is longer than 64 kB", err);
  text = cvx_alloc (dict + 1, 1);
  if (text == NULL)
    return cvx_fail_nomem (err, "reading an array");
  status = pull (s, text, dict, err);
  text[dict] = '\0';
  if (status == CVX_OK)
    {
      wrong = strlen (text) != dict ? "its header has a NUL byte"
                                    : cvxi_npy_parse (text, h);
      if (wrong != NULL && h->other && s->archive != NULL)
        *other = wrong;
      else if (wrong != NULL)
        status = fail_array (s, wrong, err);
    }
  cvx_free (text);
  *len = head + dict;
  return status;
}

enum cvx_status
cvxi_npy_begin (struct cvxi_input *in, const char *path,
                struct cvxi_npy *header, size_t *len, struct cvx_error *err)
{
  struct source s = { .path = path, .input = in };
  const char *other = NULL;
  return read_header (&s, header, len, &other, err);
}

static enum cvx_status
charge (struct source *s, size_t bytes, struct cvx_error *err)
{
  if (bytes > *s->budget)
    return cvxi_fail_memory (s->input, s->path, (double)bytes, *s->budget,
                             err);
  *s->budget -= bytes;
  return CVX_OK;
}

/* The elements, as they are or through a buffer that converts.  */
static enum cvx_status
read_values (struct source *s, const struct cvxi_npy *h, void *values,
             struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  size_t step = CHUNK / h->width;
  unsigned char *buffer;
  if (cvxi_npy_as_is (h))
    return pull (s, values, h->count * h->width, err);
  buffer = cvx_alloc (step, h->width);
  if (buffer == NULL)
    return cvx_fail_nomem (err, "reading an array");
  for (size_t first = 0; first < h->count && status == CVX_OK; first += step)
    {
      size_t n = h->count - first < step ? h->count - first : step;
      status = pull (s, buffer, n * h->width, err);
      if (status == CVX_OK)
        cvxi_npy_convert (h, first, n, buffer, values);
    }
  cvx_free (buffer);
  return status;
}

static enum cvx_status
read_array (struct source *s, struct cvx_array *a, struct cvx_error *err)
{
  struct cvxi_npy h;
  size_t len, extra;
  char byte;
  enum cvx_status status = read_header (s, &h, &len, &a->why, err);
  if (a->why != NULL)
    a->type = CVX_ARRAY_OTHER;
  if (status != CVX_OK || a->why != NULL)
    return status;
  if (s->size != SIZE_MAX && s->size != len + h.count * h.width)
    {
      cvx_fail (err, CVX_E220,
                "not a usable array%s%s: its shape needs %zu bytes after the "
                "header, there are %zu",
                separator (s), member_name (s), h.count * h.width,
                s->size > len ? s->size - len : 0);
      return cvx_at (err, s->path, 0, 0);
    }
  /* A file of one array is a table, and BLAS counts in int.  */
  if (s->member == NULL && h.rank > 0 && h.shape[0] > INT32_MAX)
    {
      cvx_fail (err, CVX_E231, "%zu rows are more than %d", h.shape[0],
                INT32_MAX);
      return cvx_at (err, s->path, 0, 0);
    }
  status = charge (s, h.count * h.kept, err);
  if (status != CVX_OK)
    return status;
  a->type = h.type;
  a->rank = h.rank;
  a->count = h.count;
  memcpy (a->shape, h.shape, sizeof a->shape);
  a->values = cvx_alloc (h.count, h.kept);
  if (a->values == NULL)
    return cvx_fail_nomem (err, "reading an array");
  status = read_values (s, &h, a->values, err);
  if (status == CVX_OK)
    status = pull_some (s, &byte, 1, &extra, err);
  if (status == CVX_OK && extra != 0)
    return fail_array (s, "other bytes follow the array", err);
  return status;
}

static enum cvx_status
read_text (struct source *s, struct cvx_array *a, struct cvx_error *err)
{
  enum cvx_status status;
  char *text, byte;
  size_t extra;
  if (s->size == SIZE_MAX)
    return fail_array (s, "its length is not known", err);
  status = charge (s, s->size, err);
  if (status != CVX_OK)
    return status;
  a->type = CVX_ARRAY_TEXT;
  a->rank = 1;
  a->shape[0] = a->count = s->size;
  a->values = text = cvx_alloc (s->size + 1, 1);
  if (text == NULL)
    return cvx_fail_nomem (err, "reading an archive");
  status = pull (s, text, s->size, err);
  if (status == CVX_OK)
    status = pull_some (s, &byte, 1, &extra, err);
  if (status == CVX_OK && extra != 0)
    return fail_array (s, "other bytes follow the text", err);
  text[s->size] = '\0';
  return status;
}

static bool
ends_in (const char *name, const char *suffix)
{
  size_t len = strlen (name), k = strlen (suffix);
  return len >= k && strcmp (name + len - k, suffix) == 0;
}

void
cvx_npz_free (struct cvx_npz *z)
{
  if (z == NULL)
    return;
  for (size_t k = 0; k < z->n; k++)
    {
      cvx_free (z->array[k].name);
      cvx_free (z->array[k].values);
    }
  cvx_free (z->array);
  cvx_free (z);
}

enum cvx_status
cvx_npz_extend (struct cvx_npz *z, size_t *cap, const char *name, size_t len,
                struct cvx_array **a, struct cvx_error *err)
{
  if (z->n == *cap)
    {
      size_t more = *cap != 0 ? 2 * *cap : 8;
      struct cvx_array *p = cvx_grow (z->array, z->n, more, sizeof *p);
      if (p == NULL)
        return cvx_fail_nomem (err, "reading an archive");
      z->array = p;
      *cap = more;
    }
  *a = &z->array[z->n];
  memset (*a, 0, sizeof **a);
  (*a)->name = cvx_strndup (name, len);
  if ((*a)->name == NULL)
    return cvx_fail_nomem (err, "reading an archive");
  z->n++;
  return CVX_OK;
}

/* One member; those that are neither arrays nor text are passed over.  */
static enum cvx_status
read_member (struct source *s, struct archive_entry *entry, struct cvx_npz *z,
             size_t *cap, struct cvx_error *err)
{
  const char *name = archive_entry_pathname (entry);
  struct cvx_array *a;
  enum cvx_status status;
  bool text;
  size_t len;
  if (name == NULL)
    name = "?";
  if (archive_entry_is_encrypted (entry))
    {
      cvx_fail (err, CVX_E221, "member %s is encrypted", name);
      return cvx_at (err, s->path, 0, 0);
    }
  text = ends_in (name, ".json") || ends_in (name, ".txt");
  if (!text && !ends_in (name, ".npy"))
    return CVX_OK;
  len = strlen (name) - (text ? 0 : strlen (".npy"));
  for (size_t k = 0; k < z->n; k++)
    if (strlen (z->array[k].name) == len
        && memcmp (z->array[k].name, name, len) == 0)
      {
        cvx_fail (err, CVX_E221, "member %s occurs twice", name);
        return cvx_at (err, s->path, 0, 0);
      }
  if (z->n == MAX_MEMBERS)
    {
      cvx_fail (err, CVX_E221, "more than %d members", (int)MAX_MEMBERS);
      return cvx_at (err, s->path, 0, 0);
    }
  status = cvx_npz_extend (z, cap, name, len, &a, err);
  if (status != CVX_OK)
    return status;
  s->member = a->name;
  s->size = archive_entry_size_is_set (entry)
                ? (size_t)archive_entry_size (entry)
                : SIZE_MAX;
  status = text ? read_text (s, a, err) : read_array (s, a, err);
  s->member = NULL;
  if (s->partial && status == CVX_DATA)
    {
      cvx_free (a->values);
      a->values = NULL;
      a->type = CVX_ARRAY_OTHER;
      a->why = "it is damaged";
      status = CVX_OK;
    }
  return status;
}

static enum cvx_status
check_usable (struct source *s, const struct cvx_npz *z, struct cvx_error *err)
{
  for (size_t k = 0; k < z->n; k++)
    if (z->array[k].type != CVX_ARRAY_OTHER)
      return CVX_OK;
  if (z->n > 0)
    {
      s->member = z->array[0].name;
      return fail_array (s, z->array[0].why, err);
    }
  cvx_fail (err, CVX_E221, "the archive has no NPY arrays");
  return cvx_at (err, s->path, 0, 0);
}

/* A reader of the zip archive IN, by its list of members; of a truncated one,
   when PARTIAL, member after member.  *NOMEM; NULL: it cannot be read.  */
static struct archive *
open_zip (struct cvxi_input *in, bool partial, bool *nomem)
{
  struct archive *a;
  for (int stream = 0; stream <= (partial ? 1 : 0); stream++)
    {
      a = archive_read_new ();
      *nomem = a == NULL;
      if (a == NULL)
        return NULL;
      if (lseek (cvxi_input_fd (in), 0, SEEK_SET) == 0
          && (stream ? archive_read_support_format_zip_streamable (a)
                     : archive_read_support_format_zip_seekable (a))
                 == ARCHIVE_OK
          && archive_read_open_fd (a, cvxi_input_fd (in), CHUNK) == ARCHIVE_OK)
        return a;
      archive_read_free (a);
    }
  return NULL;
}

static enum cvx_status
read_zip (struct source *s, struct cvxi_input *in, struct cvx_npz *z,
          struct cvx_error *err)
{
  struct archive_entry *entry;
  bool nomem;
  struct archive *a = open_zip (in, s->partial, &nomem);
  enum cvx_status status = CVX_OK;
  size_t cap = 0;
  int code;
  if (nomem)
    return cvx_fail_nomem (err, "reading an archive");
  s->archive = a;
  if (a == NULL)
    {
      cvx_fail (err, CVX_E221,
                "truncated or damaged zip archive: the list of "
                "its members is missing; nothing was loaded");
      return cvx_at (err, s->path, 0, 0);
    }
  while (status == CVX_OK)
    {
      if (cvx_aborted (s->progress))
        {
          status = cvx_fail_interrupted (err);
          break;
        }
      code = archive_read_next_header (a, &entry);
      if (code == ARCHIVE_EOF
          || (s->partial && code < ARCHIVE_WARN && z->n > 0))
        break;
      /* A warning is a name that the locale cannot show; it stays a key.  */
      status = code == ARCHIVE_OK || code == ARCHIVE_WARN
                   ? read_member (s, entry, z, &cap, err)
                   : fail_archive (s->path, a, err);
    }
  archive_read_free (a);
  return status == CVX_OK ? check_usable (s, z, err) : status;
}

static enum cvx_status
read_npy (struct source *s, struct cvxi_input *in, struct cvx_npz *z,
          struct cvx_error *err)
{
  struct cvx_array *a;
  size_t cap = 0;
  enum cvx_status status = cvx_npz_extend (z, &cap, "", 0, &a, err);
  s->input = in;
  s->size = cvxi_input_size (in);
  if (s->size == 0)
    s->size = SIZE_MAX;
  return status == CVX_OK ? read_array (s, a, err) : status;
}

static enum cvx_status
read_file (struct cvx_npz **out, const char *path, bool partial,
           size_t max_bytes, struct cvx_progress *progress,
           struct cvx_error *err)
{
  size_t budget = max_bytes != 0 ? max_bytes : SIZE_MAX, got;
  struct source s = {
    .path = path, .partial = partial, .progress = progress, .budget = &budget
  };
  struct cvxi_input *in = NULL;
  unsigned char head[4];
  struct cvx_npz *z;
  enum cvx_status status;
  *out = NULL;
  z = cvx_calloc (1, sizeof *z);
  if (z == NULL)
    return cvx_fail_nomem (err, "reading an archive");
  status = cvxi_input_head (path, head, sizeof head, &got, err);
  if (status == CVX_OK)
    status = cvxi_input_open (&in, path, progress, err);
  if (status == CVX_OK)
    status = got >= 2 && memcmp (head, "PK", 2) == 0
                 ? read_zip (&s, in, z, err)
                 : read_npy (&s, in, z, err);
  if (status == CVX_OK)
    status = cvxi_input_unchanged (in, err);
  cvxi_input_close (in);
  if (status != CVX_OK)
    {
      cvx_npz_free (z);
      return status;
    }
  *out = z;
  return CVX_OK;
}

enum cvx_status
cvx_npz_read (struct cvx_npz **out, const char *path, size_t max_bytes,
              struct cvx_progress *progress, struct cvx_error *err)
{
  return read_file (out, path, false, max_bytes, progress, err);
}

enum cvx_status
cvx_npz_read_partial (struct cvx_npz **out, const char *path, size_t max_bytes,
                      struct cvx_progress *progress, struct cvx_error *err)
{
  return read_file (out, path, true, max_bytes, progress, err);
}

const struct cvx_array *
cvx_npz_find (const struct cvx_npz *z, const char *name)
{
  for (size_t k = 0; k < z->n; k++)
    if (strcmp (z->array[k].name, name) == 0)
      return &z->array[k];
  return NULL;
}

void
cvxi_array_doubles (const struct cvx_array *a, double *to)
{
#define CONVERT(TYPE)                                                         \
  for (size_t k = 0; k < a->count; k++)                                       \
  to[k] = (double)((const TYPE *)a->values)[k]
  switch (a->type)
    {
    case CVX_ARRAY_F64:
      memcpy (to, a->values, a->count * sizeof *to);
      break;
    case CVX_ARRAY_F32:
      CONVERT (float);
      break;
    case CVX_ARRAY_I64:
      CONVERT (int64_t);
      break;
    case CVX_ARRAY_U64:
      CONVERT (uint64_t);
      break;
    default:
      CONVERT (unsigned char);
    }
#undef CONVERT
}

enum cvx_status
cvx_npz_doubles (const struct cvx_npz *z, const char *name, size_t count,
                 double **values, struct cvx_error *err)
{
  const struct cvx_array *a = cvx_npz_find (z, name);
  *values = NULL;
  if (a == NULL || a->values == NULL || a->type == CVX_ARRAY_TEXT)
    return cvx_fail (err, CVX_E401, "the archive has no array %s", name);
  if (count != SIZE_MAX && a->count != count)
    return cvx_fail (err, CVX_E401,
                     "the array %s has %zu numbers, %zu are needed", name,
                     a->count, count);
  *values = cvx_alloc (a->count, sizeof **values);
  if (*values == NULL)
    return cvx_fail_nomem (err, "reading an archive");
  cvxi_array_doubles (a, *values);
  return CVX_OK;
}

struct cvx_npz_writer
{
  struct cvx_output *output;
  struct archive *archive;
  struct cvx_error failure; /* of the output, status CVX_OK: none */
  bool aborted;             /* what libarchive still gives is dropped */
};

static la_ssize_t
give (struct archive *a, void *context, const void *bytes, size_t len)
{
  struct cvx_npz_writer *w = context;
  if (w->aborted)
    return (la_ssize_t)len;
  if (cvx_output_write (w->output, bytes, len, &w->failure) == CVX_OK)
    return (la_ssize_t)len;
  archive_set_error (a, EIO, "output failed");
  return -1;
}

void
cvx_npz_abort (struct cvx_npz_writer *w)
{
  if (w == NULL)
    return;
  /* Freeing completes the archive, into nothing.  (archive_write_fail would
     prevent that, but then libarchive keeps its buffers.)  */
  w->aborted = true;
  if (w->archive != NULL)
    archive_write_free (w->archive);
  cvx_output_abort (w->output);
  cvx_free (w);
}

enum cvx_status
cvx_npz_create (struct cvx_npz_writer **out, const char *path, bool backup,
                struct cvx_error *err)
{
  enum cvx_status status;
  struct cvx_npz_writer *w = cvx_calloc (1, sizeof *w);
  *out = NULL;
  if (w == NULL)
    return cvx_fail_nomem (err, "writing an archive");
  status = cvx_output_open (&w->output, path, backup, err);
  if (status == CVX_OK)
    {
      w->archive = archive_write_new ();
      if (w->archive == NULL
          || archive_write_set_format_zip (w->archive) != ARCHIVE_OK
          || archive_write_set_options (w->archive, "zip:compression=store")
                 != ARCHIVE_OK
          || archive_write_set_bytes_per_block (w->archive, CHUNK)
                 != ARCHIVE_OK
          || archive_write_set_bytes_in_last_block (w->archive, 1)
                 != ARCHIVE_OK
          || archive_write_open (w->archive, w, NULL, give, NULL)
                 != ARCHIVE_OK)
        status = cvx_fail_nomem (err, "writing an archive");
    }
  if (status != CVX_OK)
    {
      cvx_npz_abort (w);
      return status;
    }
  *out = w;
  return CVX_OK;
}

static enum cvx_status
fail_writer (const struct cvx_npz_writer *w, struct cvx_error *err)
{
  if (w->failure.status == CVX_OK)
    {
      const char *why = archive_error_string (w->archive);
      return cvx_fail (err, CVX_E620, "cannot write the archive: %s",
                       why != NULL ? why : "unknown cause");
    }
  if (err != NULL)
    *err = w->failure;
  return w->failure.status;
}

static bool
put (struct archive *a, const void *bytes, size_t len)
{
  const char *p = bytes;
  while (len > 0)
    {
      la_ssize_t k = archive_write_data (a, p, len);
      if (k <= 0)
        return false;
      p += k;
      len -= (size_t)k;
    }
  return true;
}

static size_t
product (size_t rank, const size_t *shape)
{
  size_t count = 1;
  assert (rank <= CVXI_NPY_MAX_RANK);
  for (size_t k = 0; k < rank; k++)
    count *= shape[k];
  return count;
}

enum cvx_status
cvx_npz_add (struct cvx_npz_writer *w, const char *name,
             enum cvx_array_type type, size_t rank, const size_t *shape,
             const void *values, struct cvx_error *err)
{
  char header[512];
  struct cvx_text path = CVX_TEXT_INIT;
  struct archive_entry *entry;
  enum cvx_status status = CVX_OK;
  bool text = type == CVX_ARRAY_TEXT;
  size_t head
      = text ? 0 : cvxi_npy_header (header, sizeof header, type, rank, shape);
  size_t bytes = product (rank, shape) * cvx_array_width (type);
  assert (!text || ends_in (name, ".json") || ends_in (name, ".txt"));
  if (w->failure.status != CVX_OK)
    return fail_writer (w, err);
  cvx_text_printf (&path, "%s%s", name, text ? "" : ".npy");
  entry = path.failed ? NULL : archive_entry_new ();
  if (entry == NULL)
    {
      cvx_text_free (&path);
      return cvx_fail_nomem (err, "writing an archive");
    }
  /* No times: the same content gives the same bytes.  */
  archive_entry_set_pathname (entry, path.s);
  archive_entry_set_size (entry, (la_int64_t)(head + bytes));
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  if (archive_write_header (w->archive, entry) != ARCHIVE_OK
      || !put (w->archive, header, head) || !put (w->archive, values, bytes)
      || archive_write_finish_entry (w->archive) != ARCHIVE_OK)
    status = fail_writer (w, err);
  archive_entry_free (entry);
  cvx_text_free (&path);
  return status;
}

enum cvx_status
cvx_npz_close (struct cvx_npz_writer *w, struct cvx_error *err)
{
  enum cvx_status status;
  if (w->failure.status != CVX_OK
      || archive_write_close (w->archive) != ARCHIVE_OK)
    {
      status = fail_writer (w, err);
      cvx_npz_abort (w);
      return status;
    }
  archive_write_free (w->archive);
  status = cvx_output_commit (w->output, err);
  cvx_free (w);
  return status;
}

enum cvx_status
cvx_npy_write (const char *path, enum cvx_array_type type, size_t rank,
               const size_t *shape, const void *values, struct cvx_error *err)
{
  char header[512];
  struct cvx_output *out;
  size_t head = cvxi_npy_header (header, sizeof header, type, rank, shape);
  enum cvx_status status = cvx_output_open (&out, path, false, err);
  if (status != CVX_OK)
    return status;
  status = cvx_output_write (out, header, head, err);
  if (status == CVX_OK)
    status = cvx_output_write (
        out, values, product (rank, shape) * cvx_array_width (type), err);
  if (status == CVX_OK)
    return cvx_output_commit (out, err);
  cvx_output_abort (out);
  return status;
}
