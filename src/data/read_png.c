/* read_png.c -- folders of PNG images, one folder per class.

   FOLDER/CLASS/NAME.png: classes and names in the order of strcmp.  All images
   have one size, or are brought to one; they are gray when the first one is or
   all are to be, else colour.  Depths below and above 8 bits are scaled to 8,
   alpha is laid over white.  Files whose name does not end in .png are passed
   over.

   Another size and gray: image.c.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/input.h"
#include "data/import.h"
#include "data/parts.h"

#ifdef HAVE_PNG
#  include <png.h>
#endif

bool
cvxi_detect_png (const char *path, const unsigned char *head, size_t len)
{
  struct stat st;
  (void)head;
  return len == 0 && stat (path, &st) == 0 && S_ISDIR (st.st_mode);
}

enum cvx_status
cvxi_read_png (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  return cvxi_read_imported (out, "png", path, options, progress, notes, err);
}

#ifndef HAVE_PNG
enum cvx_status
cvxi_import_png (struct cvxi_import *im, struct cvx_error *err)
{
  cvx_fail (err, CVX_E238, "this program was built without PNG support");
  cvx_at (err, im->shown, 0, 0);
  return cvx_hint (err, "configure --with-png, or save the pixels as NPZ");
}
#else

/* Names in a folder, sorted.  */
struct list
{
  char **name;
  size_t n, cap;
};

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
free_list (struct list *l)
{
  for (size_t k = 0; k < l->n; k++)
    cvx_free (l->name[k]);
  cvx_free (l->name);
  memset (l, 0, sizeof *l);
}

static bool
is_png (const char *name)
{
  size_t len = strlen (name);
  return len > 4 && strcasecmp (name + len - 4, ".png") == 0;
}

/* What of folder PATH is a folder (FOLDERS) or called .png.  */
static enum cvx_status
list_folder (struct list *l, const char *path, bool folders,
             struct cvx_error *err)
{
  DIR *dir = opendir (path);
  struct dirent *e;
  enum cvx_status status = CVX_OK;
  if (dir == NULL)
    return cvx_fail (err, CVX_E204, "cannot read %s: %s", path,
                     strerror (errno));
  while (status == CVX_OK && (e = readdir (dir)) != NULL)
    {
      char sub[4400];
      struct stat st;
      snprintf (sub, sizeof sub, "%s/%s", path, e->d_name);
      if (e->d_name[0] == '.'
          || (folders ? stat (sub, &st) != 0 || !S_ISDIR (st.st_mode)
                      : !is_png (e->d_name)))
        continue;
      if (l->n == l->cap)
        {
          size_t cap = l->cap != 0 ? 2 * l->cap : 64;
          char **p = cvx_grow (l->name, l->n, cap, sizeof *p);
          if (p != NULL)
            {
              l->name = p;
              l->cap = cap;
            }
        }
      if (l->n < l->cap)
        l->name[l->n] = cvx_strdup (e->d_name);
      if (l->n == l->cap || l->name[l->n++] == NULL)
        status = cvx_fail_nomem (err, "listing a folder");
    }
  closedir (dir);
  if (status == CVX_OK && l->n > 0)
    qsort (l->name, l->n, sizeof *l->name, by_name);
  return status;
}

/* All images, and what they are like.  */
struct images
{
  struct cvxi_import *im;
  size_t n, size[3]; /* rows, columns, channels; 0: not known yet */
  struct cvx_array *x, *y;
};

static enum cvx_status
fail_image (const char *path, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E245, "%s: %s", path, why);
  return cvx_at (err, path, 0, 0);
}

static enum cvx_status
fail_different (const char *path, const char *hint, struct cvx_error *err)
{
  cvx_at (err, path, 0, 0);
  return cvx_hint (err, "%s", hint);
}

/* What an image like IMAGE, the first one, settles: the size of all, and
   memory for them.  */
static enum cvx_status
settle (struct images *m, const png_image *image, struct cvx_error *err)
{
  const struct cvx_import_options *o = m->im->options;
  bool colour = (image->format & PNG_FORMAT_FLAG_COLOR) != 0 && !o->gray;
  size_t shape[4]
      = { m->n, o->resize[0] != 0 ? o->resize[0] : image->height,
          o->resize[1] != 0 ? o->resize[1] : image->width, colour ? 3 : 1 };
  enum cvx_status status;
  memcpy (m->size, shape + 1, sizeof m->size);
  status = cvxi_import_add (m->im, "X", CVX_ARRAY_U8, colour ? 4 : 3, shape,
                            NULL, &m->x, err);
  /* Adding the next array may move the first.  */
  if (status == CVX_OK)
    status = cvxi_import_add (m->im, "y", CVX_ARRAY_I64, 1, &m->n, NULL, &m->y,
                              err);
  m->x = &m->im->z->array[0];
  return status;
}

/* IMAGE can be one of M.  */
static enum cvx_status
compare (const struct images *m, const png_image *image, const char *path,
         struct cvx_error *err)
{
  if (m->im->options->resize[0] == 0
      && (image->height != m->size[0] || image->width != m->size[1]))
    {
      cvx_fail (err, CVX_E246,
                "%s has %u x %u pixels, the first image %zu x %zu", path,
                (unsigned)image->height, (unsigned)image->width, m->size[0],
                m->size[1]);
      return fail_different (path, "resize=[28,28] brings all to one size",
                             err);
    }
  if ((image->format & PNG_FORMAT_FLAG_COLOR) != 0 && m->size[2] == 1
      && !m->im->options->gray)
    {
      cvx_fail (err, CVX_E246, "%s is in colour, the first image is gray",
                path);
      return fail_different (path, "gray makes all of them gray", err);
    }
  return CVX_OK;
}

/* The image OLD of H x W pixels and CHANNELS as NEW of the size SIZE.  */
static enum cvx_status
fit (const unsigned char *old, size_t h, size_t w, size_t channels,
     const size_t *size, unsigned char *new, struct cvx_error *err)
{
  const size_t from[3] = { h, w, channels };
  size_t n = h * w * channels, m = size[0] * size[1] * size[2];
  double *x = cvx_alloc (n, sizeof *x), *z = cvx_alloc (m, sizeof *z);
  bool ok = x != NULL && z != NULL;
  if (ok)
    {
      for (size_t k = 0; k < n; k++)
        x[k] = old[k];
      cvxi_image_fit (x, from, size, z);
      for (size_t k = 0; k < m; k++)
        new[k] = (unsigned char)(z[k] + 0.5);
    }
  cvx_free (x);
  cvx_free (z);
  return ok ? CVX_OK : cvx_fail_nomem (err, "reading images");
}

/* The pixels of IMAGE, which was begun, as number K of M.  */
static enum cvx_status
take (struct images *m, png_image *image, const char *path, size_t k,
      struct cvx_error *err)
{
  const png_color white = { 255, 255, 255 };
  size_t bytes = m->size[0] * m->size[1] * m->size[2], old, work;
  bool colour
      = m->size[2] == 3 || (image->format & PNG_FORMAT_FLAG_COLOR) != 0;
  size_t channels = colour ? 3 : 1;
  unsigned char *to = (unsigned char *)m->x->values + k * bytes, *own = NULL;
  bool same = image->height == m->size[0] && image->width == m->size[1]
              && channels == m->size[2];
  enum cvx_status status = CVX_OK;
  if (!same)
    {
      /* Its bytes, and as many numbers.  */
      if (!cvx_mul (image->height, image->width, &old)
          || !cvx_mul (old, channels, &old)
          || !cvx_mul (old, 1 + sizeof (double), &work)
          || work > m->im->budget)
        return cvxi_fail_memory (NULL, path,
                                 (double)image->height * image->width
                                     * (double)(9 * channels),
                                 m->im->budget, err);
      own = cvx_alloc (old, 1);
      if (own == NULL)
        return cvx_fail_nomem (err, "reading images");
    }
  image->format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  if (png_image_finish_read (image, &white, same ? to : own, 0, NULL) == 0)
    status = fail_image (path, image->message, err);
  else if (!same)
    status
        = fit (own, image->height, image->width, channels, m->size, to, err);
  cvx_free (own);
  cvx_progress_add (m->im->progress, bytes);
  return status;
}

/* Read the image PATH as number K.  */
static enum cvx_status
read_image (struct images *m, const char *path, size_t k,
            struct cvx_error *err)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  struct cvxi_input *in;
  enum cvx_status status = cvxi_input_open (&in, path, NULL, err);
  FILE *f;
  if (status != CVX_OK)
    return status;
  cvxi_input_close (in);
  f = fopen (path, "rbe");
  if (f == NULL)
    return cvx_fail (err, CVX_E204, "cannot read %s: %s", path,
                     strerror (errno));
  if (png_image_begin_read_from_stdio (&image, f) == 0)
    {
      status = fail_image (path, image.message, err);
      fclose (f);
      return status;
    }
  status = k == 0 ? settle (m, &image, err) : compare (m, &image, path, err);
  if (status == CVX_OK)
    status = take (m, &image, path, k, err);
  png_image_free (&image);
  fclose (f);
  return status;
}

static enum cvx_status
read_class (struct images *m, const char *folder, const struct list *files,
            size_t class, size_t *k, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  for (size_t i = 0; i < files->n && status == CVX_OK; i++)
    {
      char path[4700];
      snprintf (path, sizeof path, "%s/%s", folder, files->name[i]);
      if (cvx_aborted (m->im->progress))
        return cvx_fail_interrupted (err);
      status = read_image (m, path, *k, err);
      if (status == CVX_OK)
        ((int64_t *)m->y->values)[(*k)++] = (int64_t) class;
    }
  return status;
}

static enum cvx_status
name_classes (struct cvxi_import *im, const struct list *classes,
              struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  struct cvx_array *a;
  size_t len;
  enum cvx_status status;
  for (size_t k = 0; k < classes->n; k++)
    cvx_text_printf (&t, "%s\n", classes->name[k]);
  len = t.len;
  status = t.failed ? cvx_fail_nomem (err, "reading images")
                    : cvxi_import_add (im, "classes.txt", CVX_ARRAY_TEXT, 1,
                                       &len, NULL, &a, err);
  if (status == CVX_OK)
    {
      cvx_free (a->values);
      a->values = t.s;
    }
  else
    cvx_text_free (&t);
  return status;
}

enum cvx_status
cvxi_import_png (struct cvxi_import *im, struct cvx_error *err)
{
  struct images m = { .im = im };
  struct list classes = { 0 }, *files = NULL;
  size_t k = 0;
  char folder[4400];
  enum cvx_status status = list_folder (&classes, im->path, true, err);
  if (status == CVX_OK && classes.n > 0)
    {
      files = cvx_calloc (classes.n, sizeof *files);
      if (files == NULL)
        status = cvx_fail_nomem (err, "listing a folder");
    }
  for (size_t c = 0; c < classes.n && status == CVX_OK; c++)
    {
      snprintf (folder, sizeof folder, "%s/%s", im->path, classes.name[c]);
      status = list_folder (&files[c], folder, false, err);
      m.n += files[c].n;
    }
  if (status == CVX_OK && m.n == 0)
    {
      cvx_fail (err, CVX_E205, "%s is a folder without folders of PNG images",
                im->shown);
      status = cvx_hint (err, "FOLDER/CLASS/NAME.png is what can be loaded");
    }
  for (size_t c = 0; c < classes.n && status == CVX_OK; c++)
    {
      snprintf (folder, sizeof folder, "%s/%s", im->path, classes.name[c]);
      status = read_class (&m, folder, &files[c], c, &k, err);
    }
  if (status == CVX_OK)
    status = name_classes (im, &classes, err);
  for (size_t c = 0; c < classes.n && files != NULL; c++)
    free_list (&files[c]);
  cvx_free (files);
  free_list (&classes);
  return status;
}
#endif
