/* write.c -- figures in files.

   gnuplot writes to the temporary file of a cvx_output, in the folder of the
   target; only a file with the right end is committed, because gnuplot does
   not notice a full disk.  The provenance is added in the comment syntax of
   the format.  Numbers, scripts and character figures are written by the
   program itself.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "plot/internal.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"

static enum cvx_status
check_path (const char *path, struct cvx_error *err)
{
  for (const char *p = path; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      return cvx_fail (err, CVX_E604,
                       "file name %s has a control character at byte %td",
                       path, p - path + 1);
  return CVX_OK;
}

/* A whole file in memory.  False on any failure.  */
static bool
slurp (const char *path, struct cvx_text *to)
{
  char buffer[1 << 14];
  FILE *f = fopen (path, "rbe");
  size_t got;
  bool good;
  if (f == NULL)
    return false;
  while ((got = fread (buffer, 1, sizeof buffer, f)) > 0)
    cvx_text_write (to, buffer, got);
  good = !ferror (f) && !to->failed;
  fclose (f);
  return good;
}

/* Where END starts in the last bytes of T, SIZE_MAX when it is not there.  */
static size_t
find_end (const struct cvx_text *t, const char *end)
{
  size_t len = strlen (end), from = t->len > 1024 ? t->len - 1024 : 0;
  for (size_t k = t->len >= len ? t->len - len + 1 : 0; k-- > from;)
    if (memcmp (t->s + k, end, len) == 0)
      return k;
  return SIZE_MAX;
}

/* --- provenance --- */

/* CRC-32 of PNG (ISO 3309), bit by bit: comments are short.  */
static uint32_t
crc32 (const char *bytes, size_t len)
{
  uint32_t c = 0xffffffff;
  for (size_t k = 0; k < len; k++)
    {
      c ^= (unsigned char)bytes[k];
      for (int bit = 0; bit < 8; bit++)
        c = (c & 1) != 0 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    }
  return ~c;
}

static void
big_endian (struct cvx_text *out, uint32_t v)
{
  const char b[4]
      = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };
  cvx_text_write (out, b, 4);
}

static void
png_chunk (struct cvx_text *out, const struct cvx_text *comment)
{
  struct cvx_text body = CVX_TEXT_INIT;
  /* Keyword, not compressed, no language, no translated keyword.  */
  cvx_text_write (&body, "iTXtComment\0\0\0\0", 16);
  cvx_text_write (&body, comment->s, comment->len);
  big_endian (out, (uint32_t)body.len - 4);
  cvx_text_write (out, body.s, body.len);
  big_endian (out, crc32 (body.s, body.len));
  out->failed = out->failed || body.failed;
  cvx_text_free (&body);
}

/* The provenance as lines that start with "% ", or in an XML comment.  */
static void
comment_lines (struct cvx_text *out, const char *start, const char *lines,
               bool xml)
{
  while (*lines != '\0')
    {
      size_t len = strcspn (lines, "\n");
      cvx_text_put (out, start);
      for (size_t k = 0; k < len; k++)
        {
          unsigned char c = (unsigned char)lines[k];
          /* "--" would end an XML comment too early.  */
          if (c < 0x20 || c == 0x7f || (xml && (c >= 0x80 || c == '-')))
            cvx_text_printf (out, "\\x%02x", c);
          else
            cvx_text_write (out, lines + k, 1);
        }
      cvx_text_put (out, "\n");
      lines += len + (lines[len] != '\0');
    }
}

/* FILE with the provenance before or after its end at AT.  */
static void
annotate (struct cvx_text *out, const struct cvx_text *file, size_t at,
          enum plot_format format, const struct cvx_text *comment)
{
  size_t cut = format == PLOT_PNG   ? at - 4
               : format == PLOT_SVG ? at
               : format == PLOT_EPS ? at
                                    : file->len;
  cvx_text_write (out, file->s, cut);
  if (format == PLOT_PNG)
    png_chunk (out, comment);
  else if (format == PLOT_SVG)
    {
      cvx_text_put (out, "<!--\n");
      comment_lines (out, "", comment->s, true);
      cvx_text_put (out, "-->\n");
    }
  else
    comment_lines (out, "% ", comment->s, false);
  if (format == PLOT_PDF)
    {
      /* An update that changes nothing, so that %%EOF is last again.  */
      size_t xref = find_end (file, "startxref");
      if (xref != SIZE_MAX)
        cvx_text_write (out, file->s + xref, file->len - xref);
    }
  cvx_text_write (out, file->s + cut, file->len - cut);
}

/* --- pictures by gnuplot --- */

/* NAME where gnuplot will find it, whatever its folder and however NAME
   begins.  NULL when out of memory.  */
static char *
absolute (const char *name)
{
  struct cvx_text t = CVX_TEXT_INIT;
  char *here = name[0] != '/' ? getcwd (NULL, 0) : NULL, *copy;
  if (name[0] != '/')
    cvx_text_printf (&t, "%s/", here != NULL ? here : ".");
  cvx_text_put (&t, name);
  free (here);
  copy = t.failed ? NULL : cvx_strdup (cvx_text_string (&t));
  cvx_text_free (&t);
  return copy;
}

/* FROM replaced by TO in FILE.  */
static void
replace (struct cvx_text *file, const char *from, const char *to)
{
  struct cvx_text mended = CVX_TEXT_INIT;
  const char *rest = cvx_text_string (file);
  for (const char *at; (at = strstr (rest, from)) != NULL;
       rest = at + strlen (from))
    {
      cvx_text_write (&mended, rest, (size_t)(at - rest));
      cvx_text_put (&mended, to);
    }
  cvx_text_put (&mended, rest);
  mended.failed = mended.failed || file->failed;
  cvx_text_free (file);
  *file = mended;
}

/* gnuplot leaves "]]>" as it is in SVG, which no XML reader takes; and
   browsers blur the cells of an image unless they are told.  */
static void
mend_svg (struct cvx_text *file)
{
  replace (file, "]]>", "]]&gt;");
  replace (file, "<image ", "<image image-rendering='pixelated' ");
}

/* Read what gnuplot wrote to NAME, check its end and add the provenance.  */
static enum cvx_status
accept (const struct plot_figure *fig, const char *name, const char *path,
        enum plot_format format, const char *end, struct cvx_text *out,
        struct cvx_error *err)
{
  struct cvx_text file = CVX_TEXT_INIT;
  bool read = slurp (name, &file);
  size_t at;
  enum cvx_status status = CVX_OK;
  if (read && format == PLOT_SVG)
    mend_svg (&file);
  at = read ? find_end (&file, end) : SIZE_MAX;
  if (file.failed)
    status = cvx_fail_nomem (err, "reading a figure");
  else if (at == SIZE_MAX)
    {
      status = cvx_fail (err, CVX_E609,
                         "gnuplot left an incomplete file for %s "
                         "(%zu bytes); it was removed",
                         path, file.len);
      cvx_hint (err, "is the disk full?");
    }
  else if (fig->comment.len > 0)
    annotate (out, &file, at, format, &fig->comment);
  else
    cvx_text_write (out, file.s, file.len);
  cvx_text_free (&file);
  if (status == CVX_OK && out->failed)
    status = cvx_fail_nomem (err, "reading a figure");
  return status;
}

/* Replace the bytes of NAME, which gnuplot wrote, by those of T.  */
static enum cvx_status
rewrite (const char *name, const struct cvx_text *t, const char *path,
         struct cvx_error *err)
{
  FILE *f = fopen (name, "wbe");
  bool good = f != NULL && fwrite (t->s, 1, t->len, f) == t->len;
  int why = errno;
  if (f != NULL && fclose (f) != 0 && good)
    {
      good = false;
      why = errno;
    }
  if (good)
    return CVX_OK;
  return cvx_fail (err, CVX_E609, "cannot complete %s: %s", path,
                   strerror (why));
}

static enum cvx_status
draw_file (struct plot_child *child, const struct plot_figure *fig,
           const struct plot_options *options, const char *name,
           atomic_int *abort, struct plot_notes *notes, struct cvx_error *err)
{
  struct cvx_text script = CVX_TEXT_INIT;
  char *full = absolute (name);
  enum cvx_status status
      = full == NULL ? cvx_fail_nomem (err, "writing a figure")
                     : plot_script (fig, options, full, &script, notes, err);
  if (status == CVX_OK)
    status
        = plot_child_run (child, cvx_text_string (&script), NULL, abort, err);
  cvx_free (full);
  cvx_text_free (&script);
  return status;
}

static enum cvx_status
write_picture (struct plot_child *child, const struct plot_figure *fig,
               const struct plot_options *options, const char *path,
               atomic_int *abort, struct plot_notes *notes, size_t *bytes,
               struct cvx_error *err)
{
  struct cvx_output *output;
  struct cvx_text done = CVX_TEXT_INIT;
  const char *name;
  enum cvx_status status = cvx_output_open (&output, path, false, err);
  if (status != CVX_OK)
    return status;
  name = cvx_output_temporary (output);
  status = draw_file (child, fig, options, name, abort, notes, err);
  if (status == CVX_OK)
    status = accept (fig, name, path, options->format,
                     plot_formats[options->format].end, &done, err);
  if (status == CVX_OK)
    status = rewrite (name, &done, path, err);
  *bytes = done.len;
  cvx_text_free (&done);
  if (status != CVX_OK)
    {
      cvx_output_abort (output);
      return status;
    }
  return cvx_output_commit (output, err);
}

/* --- TeX with a picture --- */

/* TEXT with the private name of the picture replaced by BASE.  */
static void
rename_picture (struct cvx_text *out, const char *text, const char *private,
                const char *base)
{
  size_t len = strlen (private);
  for (const char *at; (at = strstr (text, private)) != NULL; text = at + len)
    {
      cvx_text_write (out, text, (size_t)(at - text));
      cvx_text_printf (out, "{%s}", base);
    }
  cvx_text_put (out, text);
}

/* Both files are complete before either is put in place.  */
static enum cvx_status
put_both (const struct plot_figure *fig, const struct plot_options *options,
          const char *folder, const char *path, size_t *bytes,
          struct cvx_error *err)
{
  const struct plot_tex_row *tex = &plot_texs[options->tex];
  struct cvx_text from = CVX_TEXT_INIT, done = CVX_TEXT_INIT,
                  named = CVX_TEXT_INIT, picture = CVX_TEXT_INIT,
                  target = CVX_TEXT_INIT, private = CVX_TEXT_INIT,
                  base = CVX_TEXT_INIT;
  const char *slash = strrchr (path, '/');
  const char *file = slash != NULL ? slash + 1 : path;
  enum cvx_status status;
  cvx_text_write (&base, file, strlen (file) - strlen (".tex"));
  cvx_text_write (&target, path, strlen (path) - strlen ("tex"));
  cvx_text_put (&target, tex->picture);
  cvx_text_printf (&private, "{%s/figure}", folder);
  cvx_text_printf (&from, "%s/figure.%s", folder, tex->picture);
  status = accept (fig, cvx_text_string (&from), cvx_text_string (&target),
                   tex->picture_format, tex->end, &picture, err);
  if (status == CVX_OK)
    {
      cvx_text_clear (&from);
      cvx_text_printf (&from, "%s/figure.tex", folder);
      status = accept (fig, cvx_text_string (&from), path, PLOT_TEX,
                       "\\endgroup", &done, err);
    }
  if (status == CVX_OK)
    {
      rename_picture (&named, cvx_text_string (&done),
                      cvx_text_string (&private), cvx_text_string (&base));
      if (named.failed || target.failed || private.failed || base.failed)
        status = cvx_fail_nomem (err, "writing a figure");
    }
  if (status == CVX_OK)
    status = cvx_output_file (cvx_text_string (&target), picture.s,
                              picture.len, err);
  if (status == CVX_OK)
    status = cvx_output_file (path, named.s, named.len, err);
  *bytes = named.len + picture.len;
  cvx_text_free (&from);
  cvx_text_free (&done);
  cvx_text_free (&named);
  cvx_text_free (&picture);
  cvx_text_free (&target);
  cvx_text_free (&private);
  cvx_text_free (&base);
  return status;
}

static enum cvx_status
write_tex_pair (struct plot_child *child, const struct plot_figure *fig,
                const struct plot_options *options, const char *path,
                atomic_int *abort, struct plot_notes *notes, size_t *bytes,
                struct cvx_error *err)
{
  static const char *const names[]
      = { "figure.tex", "figure.pdf", "figure.eps" };
  const char *run = getenv ("XDG_RUNTIME_DIR"), *tmp = getenv ("TMPDIR");
  struct cvx_text folder = CVX_TEXT_INIT, name = CVX_TEXT_INIT;
  enum cvx_status status = cvx_output_check (path, err);
  if (status == CVX_OK && strpbrk (path, "\\{}%#$~^&\"") != NULL)
    status = cvx_fail (err, CVX_E604,
                       "TeX cannot include a picture of the name %s", path);
  if (status != CVX_OK)
    return status;
  cvx_text_printf (&folder, "%s/cvxnn-XXXXXX",
                   run != NULL && run[0] == '/' && access (run, W_OK) == 0
                       ? run
                   : tmp != NULL && tmp[0] == '/' ? tmp
                                                  : "/tmp");
  if (folder.failed || mkdtemp (folder.s) == NULL)
    {
      status = folder.failed ? cvx_fail_nomem (err, "writing a figure")
                             : cvx_fail (err, CVX_E609,
                                         "no folder for the parts of %s: %s",
                                         path, strerror (errno));
      cvx_text_free (&folder);
      return status;
    }
  cvx_text_printf (&name, "%s/figure.tex", folder.s);
  status = draw_file (child, fig, options, cvx_text_string (&name), abort,
                      notes, err);
  if (status == CVX_OK)
    status = put_both (fig, options, folder.s, path, bytes, err);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    {
      cvx_text_clear (&name);
      cvx_text_printf (&name, "%s/%s", folder.s, names[k]);
      unlink (cvx_text_string (&name));
    }
  rmdir (folder.s);
  cvx_text_free (&folder);
  cvx_text_free (&name);
  return status;
}

/* --- everything --- */

/* The script names its picture after itself.  */
static enum cvx_status
gp_text (const struct plot_figure *fig, const struct plot_options *options,
         const char *path, struct cvx_text *out, struct plot_notes *notes,
         struct cvx_error *err)
{
  struct plot_options pdf = *options;
  struct cvx_text name = CVX_TEXT_INIT;
  const char *slash = strrchr (path, '/');
  const char *file = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (file, '.');
  enum cvx_status status;
  pdf.format = PLOT_PDF;
  cvx_text_put (&name, "./");
  cvx_text_write (&name, file,
                  dot != NULL ? (size_t)(dot - file) : strlen (file));
  cvx_text_put (&name, ".pdf");
  status = plot_script (fig, &pdf, cvx_text_string (&name), out, notes, err);
  if (status == CVX_OK && name.failed)
    status = cvx_fail_nomem (err, "writing a figure");
  cvx_text_free (&name);
  return status;
}

static enum cvx_status
write_text (struct plot_child *child, const struct plot_figure *fig,
            const struct plot_options *options, const char *path,
            atomic_int *abort, struct plot_notes *notes, size_t *bytes,
            struct cvx_error *err)
{
  struct cvx_text out = CVX_TEXT_INIT;
  enum cvx_status status;
  if (options->format == PLOT_CSV)
    status = plot_csv (fig, &out, err);
  else if (options->format == PLOT_GP)
    status = gp_text (fig, options, path, &out, notes, err);
  else
    {
      struct cvx_text script = CVX_TEXT_INIT;
      status = plot_script (fig, options, NULL, &script, notes, err);
      if (status == CVX_OK)
        status = plot_characters (child, cvx_text_string (&script), &out,
                                  abort, err);
      cvx_text_free (&script);
    }
  if (status == CVX_OK && out.len == 0)
    status = cvx_fail (err, CVX_E609, "gnuplot drew nothing for %s", path);
  if (status == CVX_OK)
    status = cvx_output_file (path, out.s, out.len, err);
  *bytes = out.len;
  cvx_text_free (&out);
  return status;
}

enum cvx_status
plot_write (struct plot_child *child, const struct plot_figure *fig,
            const struct plot_options *options, const char *path,
            atomic_int *abort, struct plot_notes *notes, size_t *bytes,
            struct cvx_error *err)
{
  enum plot_format format = options->format;
  const char *terminal = format == PLOT_TEX ? plot_texs[options->tex].terminal
                                            : plot_formats[format].terminal;
  struct plot_notes forget = { 0, 0, 0, 0 };
  size_t size = 0;
  bool has = true;
  enum cvx_status status = check_path (path, err);
  if (notes == NULL)
    notes = &forget;
  *notes = (struct plot_notes){ 0, 0, 0, 0 };
  /* Faults of the path and of the figure come before those of gnuplot.  */
  if (status == CVX_OK)
    status = cvx_output_check (path, err);
  if (status == CVX_OK)
    status = plot_figure_check (fig, err);
  if (status == CVX_OK && terminal != NULL)
    status = plot_child_has (child, terminal, &has, abort, err);
  if (status == CVX_OK && !has)
    status = cvx_fail (err, CVX_E610, "gnuplot %s cannot write .%s (no %s)",
                       plot_child_version (child), plot_formats[format].suffix,
                       terminal);
  if (status != CVX_OK)
    return status;
  if (format == PLOT_TEX && options->tex != PLOT_TIKZ)
    status
        = write_tex_pair (child, fig, options, path, abort, notes, &size, err);
  else if (plot_formats[format].end == NULL)
    status = write_text (child, fig, options, path, abort, notes, &size, err);
  else
    status
        = write_picture (child, fig, options, path, abort, notes, &size, err);
  if (bytes != NULL)
    *bytes = size;
  return status;
}
