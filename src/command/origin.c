/* origin.c -- under what circumstances a session was saved: the file of its
   data, the number of threads, the BLAS.

   A session holds its data, so that it opens wherever it is; but whoever opens
   it should know that the file has changed since.  A file of the same size and
   another date is compared by its hash, which is taken at the first save, when
   the file still is what was read.  Sums of other threads and another BLAS
   differ in their last digits.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "base/alloc.h"
#include "command/command.h"

enum
{
  MOST_HASHED = 64 << 20 /* bytes */
};

void
session_file_forget (struct session *s)
{
  free (s->file.path);
  s->file.path = NULL;
  s->file.hash = 0;
}

/* Size and time of the last change of PATH; false: no plain file.  */
static bool
look (const char *path, double *size, double *changed)
{
  struct stat st;
  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode))
    return false;
  *size = (double)st.st_size;
  *changed = (double)st.st_mtim.tv_sec + 1e-9 * (double)st.st_mtim.tv_nsec;
  return true;
}

/* The hash of the content of PATH, SIZE bytes; 0: not known.  */
static uint64_t
hash_of (const char *path, double size)
{
  uint64_t hash = 0;
  char *bytes;
  size_t n = (size_t)size;
  FILE *f;
  if (size > MOST_HASHED || (f = fopen (path, "rbe")) == NULL)
    return 0;
  bytes = cvx_alloc (n + 1, 1);
  if (bytes != NULL && fread (bytes, 1, n + 1, f) == n)
    hash = XXH3_64bits (bytes, n);
  cvx_free (bytes);
  fclose (f);
  return hash;
}

/* The hash of the file of the data, while it is what was read.  */
static uint64_t
hash_then (struct session_file *file)
{
  double size, changed;
  if (file->hash == 0 && look (file->path, &size, &changed)
      && size == file->size && changed == file->changed)
    file->hash = hash_of (file->path, size);
  return file->hash;
}

void
session_file_note (struct session *s)
{
  session_file_forget (s);
  if (s->data != NULL && s->data->source != NULL
      && look (s->data->source, &s->file.size, &s->file.changed))
    s->file.path = realpath (s->data->source, NULL);
}

/* The name and version of the BLAS, at most SIZE - 1 bytes.  */
static const char *
blas_words (char *words, size_t size)
{
  const char *all = openblas_get_config ();
  size_t len = strcspn (all, " ");
  len += all[len] == ' ' ? 1 + strcspn (all + len + 1, " ") : 0;
  snprintf (words, size, "%.*s", (int)len, all);
  return words;
}

json_t *
cmd_origin (struct session *s)
{
  char words[80];
  json_t *o = json_object ();
  json_object_set_new (o, "threads", json_integer (session_threads (s)));
  json_object_set_new (o, "blas",
                       json_string (blas_words (words, sizeof words)));
  if (s->file.path != NULL)
    json_object_set_new (o, "file",
                         /* NULL, and left out, when the name is no UTF-8 */
                         json_pack ("{s:s,s:f,s:f,s:I}", "path", s->file.path,
                                    "size", s->file.size, "changed",
                                    s->file.changed, "hash",
                                    (json_int_t)hash_then (&s->file)));
  return o;
}

static void
compare_file (struct session *s, const json_t *file)
{
  const char *path = json_string_value (json_object_get (file, "path"));
  struct cvx_text t = CVX_TEXT_INIT;
  double size, changed;
  if (path == NULL)
    return;
  s->file.size = json_number_value (json_object_get (file, "size"));
  s->file.changed = json_number_value (json_object_get (file, "changed"));
  s->file.hash = (uint64_t)json_integer_value (json_object_get (file, "hash"));
  s->file.path = strdup (path);
  if (!look (path, &size, &changed))
    cvx_text_printf (&t, "is no longer there");
  else if (size != s->file.size
           || (changed != s->file.changed
               && (s->file.hash == 0 || hash_of (path, size) != s->file.hash)))
    cvx_text_printf (&t, "has changed since it was read");
  if (t.len > 0)
    {
      struct cvx_text all = CVX_TEXT_INIT;
      const char *shown = session_shown (s, path);
      cvx_text_printf (&all,
                       "W%d: %s %s; the session has the data of then.  hint: "
                       "load and solve again for those of now\n",
                       (int)CVX_E521, shown, cvx_text_string (&t));
      session_complain (s, cvx_text_string (&all));
      cvx_text_free (&all);
    }
  cvx_text_free (&t);
}

void
cmd_origin_compare (struct session *s, const json_t *then)
{
  char words[80];
  const char *blas = json_string_value (json_object_get (then, "blas"));
  const json_t *threads = json_object_get (then, "threads");
  int n = (int)json_integer_value (threads);
  session_file_forget (s);
  cvx_free (s->resumed);
  s->resumed = NULL;
  compare_file (s, json_object_get (then, "file"));
  if (blas == NULL || n < 1
      || (n == session_threads (s)
          && strcmp (blas, blas_words (words, sizeof words)) == 0))
    return;
  snprintf (words, sizeof words, "%d thread%s, %.40s", n, n == 1 ? "" : "s",
            blas);
  s->resumed = cvx_strdup (words);
  session_note (s,
                "saved with %s: what is computed from here on may differ in "
                "its last digits\n",
                session_shown (s, words));
}
