/* read_wav.c -- sound in RIFF/WAVE files.

   A file is chunks: four letters, a length of 32 bits, that many bytes and one
   more when it is odd.  "fmt " tells the format (1 whole numbers, 3 floating
   point, 0xfffe one of these told further on), channels, rate and width,
   "data" holds the samples, channel after channel, little-endian; 8 bits are
   unsigned around 128.  x is the time in seconds, y the sound in -1 .. 1, one
   output per channel.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "data/readers.h"

enum
{
  CHUNK = 1 << 16,
  MOST_CHANNELS = 64,
  WHOLE = 1,
  FLOATING = 3,
  EXTENSIBLE = 0xfffe
};

struct wav
{
  const char *path;
  struct cvxi_input *in;
  unsigned format, channels, bits;
  uint32_t rate;
  size_t frame; /* bytes of one sample of every channel */
  size_t bytes; /* of the data */
};

bool
cvxi_detect_wav (const char *path, const unsigned char *head, size_t len)
{
  (void)path;
  return len >= 12 && memcmp (head, "RIFF", 4) == 0
         && memcmp (head + 8, "WAVE", 4) == 0;
}

static uint32_t
number (const unsigned char *p, size_t bytes)
{
  uint32_t v = 0;
  for (size_t k = 0; k < bytes; k++)
    v |= (uint32_t)p[k] << 8 * k;
  return v;
}

static enum cvx_status
fail_wav (const struct wav *w, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E235, "%s", why);
  return cvx_at (err, w->path, 0, 0);
}

static enum cvx_status
take (struct wav *w, void *to, size_t len, struct cvx_error *err)
{
  size_t got;
  enum cvx_status status = cvxi_input_read (w->in, to, len, &got, err);
  if (status == CVX_OK && got < len)
    return fail_wav (w, "the sound file ends early", err);
  return status;
}

static enum cvx_status
pass_over (struct wav *w, size_t len, struct cvx_error *err)
{
  unsigned char buffer[4096];
  enum cvx_status status = CVX_OK;
  while (len > 0 && status == CVX_OK)
    {
      size_t k = len < sizeof buffer ? len : sizeof buffer;
      status = take (w, buffer, k, err);
      len -= k;
    }
  return status;
}

static enum cvx_status
format_chunk (struct wav *w, size_t len, struct cvx_error *err)
{
  unsigned char f[40];
  size_t have = len < sizeof f ? len : sizeof f;
  enum cvx_status status;
  if (len < 16)
    return fail_wav (w, "the description of the sound is too short", err);
  status = take (w, f, have, err);
  if (status == CVX_OK)
    status = pass_over (w, len - have + len % 2, err);
  if (status != CVX_OK)
    return status;
  w->format = number (f, 2);
  w->channels = number (f + 2, 2);
  w->rate = number (f + 4, 4);
  w->bits = number (f + 14, 2);
  if (w->format == EXTENSIBLE && have >= 26)
    w->format = number (f + 24, 2);
  if (w->channels == 0 || w->channels > MOST_CHANNELS || w->rate == 0)
    return fail_wav (w, "the sound has no channels, too many, or no rate",
                     err);
  if (w->format == WHOLE
          ? w->bits != 8 && w->bits != 16 && w->bits != 24 && w->bits != 32
          : w->format != FLOATING || (w->bits != 32 && w->bits != 64))
    {
      cvx_fail (err, CVX_E235,
                "the sound has format %u with %u bits; PCM of 8, 16, 24 or "
                "32 bits and floats can be read",
                w->format, w->bits);
      return cvx_at (err, w->path, 0, 0);
    }
  w->frame = w->channels * w->bits / 8;
  return CVX_OK;
}

/* Up to the first byte of the samples.  */
static enum cvx_status
header (struct wav *w, struct cvx_error *err)
{
  unsigned char h[12];
  enum cvx_status status = take (w, h, 12, err);
  if (status == CVX_OK && !cvxi_detect_wav (w->path, h, 12))
    return fail_wav (w, "the file does not begin like a WAVE file", err);
  while (status == CVX_OK)
    {
      size_t len;
      status = take (w, h, 8, err);
      if (status != CVX_OK)
        return status;
      len = number (h + 4, 4);
      if (memcmp (h, "data", 4) == 0)
        {
          if (w->frame == 0)
            return fail_wav (w, "the samples come before their description",
                             err);
          w->bytes = len;
          return len % w->frame == 0
                     ? CVX_OK
                     : fail_wav (w, "the samples end within a frame", err);
        }
      status = memcmp (h, "fmt ", 4) == 0 ? format_chunk (w, len, err)
                                          : pass_over (w, len + len % 2, err);
    }
  return status;
}

static double
sample (const struct wav *w, const unsigned char *p)
{
  uint32_t u;
  float f;
  double d;
  if (w->format == FLOATING && w->bits == 64)
    {
      uint64_t v = number (p, 4) | (uint64_t)number (p + 4, 4) << 32;
      memcpy (&d, &v, sizeof d);
      return d;
    }
  u = number (p, w->bits / 8);
  if (w->format == FLOATING)
    {
      memcpy (&f, &u, sizeof f);
      return (double)f;
    }
  if (w->bits == 8)
    return ((double)u - 128) / 128;
  /* The sign of W bits into that of 32.  */
  return (double)(int32_t)(u << (32 - w->bits)) / 2147483648.0;
}

static enum cvx_status
samples (struct wav *w, struct cvx_dataset *d, size_t first, size_t n,
         struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t step = CHUNK / w->frame;
  unsigned char *buffer = cvx_alloc (step, w->frame);
  enum cvx_status status;
  if (buffer == NULL)
    return cvx_fail_nomem (err, "reading sound");
  status = pass_over (w, first * w->frame, err);
  for (size_t i = 0; i < n && status == CVX_OK; i += step)
    {
      size_t k = n - i < step ? n - i : step;
      status = take (w, buffer, k * w->frame, err);
      for (size_t j = 0; j < k && status == CVX_OK; j++)
        {
          p->x[i + j] = (double)(first + i + j) / w->rate;
          p->row[i + j] = first + i + j;
          for (size_t c = 0; c < d->n_outputs; c++)
            p->y[(i + j) * d->n_outputs + c]
                = sample (w, buffer + j * w->frame + c * w->bits / 8);
        }
    }
  cvx_free (buffer);
  return status;
}

static enum cvx_status
names (struct cvx_dataset *d, struct cvx_error *err)
{
  d->feature = cvx_calloc (1, sizeof *d->feature);
  if (d->feature != NULL)
    d->feature[0] = cvx_strdup ("time");
  return d->feature != NULL && d->feature[0] != NULL
             ? CVX_OK
             : cvx_fail_nomem (err, "reading sound");
}

static enum cvx_status
read_open (struct cvx_dataset **d, struct wav *w,
           const struct cvx_read_options *options, struct cvx_error *err)
{
  size_t first, n, c = 0;
  enum cvx_status status = header (w, err);
  if (status == CVX_OK)
    {
      c = cvxi_no_target (options) ? 0 : w->channels;
      /* A length that the file cannot have is found before memory is taken. */
      if (cvxi_input_size (w->in) != 0 && w->bytes > cvxi_input_size (w->in))
        return fail_wav (w, "the sound file ends early", err);
      status = cvxi_choose_rows (options, w->path, w->bytes / w->frame, &first,
                                 &n, err);
    }
  if (status == CVX_OK)
    status = cvxi_check_memory (options, w->path, n, 1, c, err);
  if (status == CVX_OK)
    status = cvx_dataset_new (d, "", n, 1, c, err);
  if (status == CVX_OK)
    status = samples (w, *d, first, n, err);
  if (status == CVX_OK)
    status = names (*d, err);
  return status == CVX_OK ? cvxi_input_unchanged (w->in, err) : status;
}

enum cvx_status
cvxi_read_wav (struct cvx_dataset **out, const char *path,
               const struct cvx_read_options *options,
               struct cvx_progress *progress, struct cvx_text *notes,
               struct cvx_error *err)
{
  struct wav w = { .path = path };
  struct cvx_dataset *d = NULL;
  enum cvx_status status = cvxi_input_open (&w.in, path, progress, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  status = read_open (&d, &w, options, err);
  cvxi_input_close (w.in);
  if (status != CVX_OK)
    {
      cvx_dataset_free (d);
      return status;
    }
  if (notes != NULL)
    cvx_text_printf (notes,
                     "sound of %u channel%s, %u per second: x is the time in "
                     "seconds\n",
                     w.channels, w.channels == 1 ? "" : "s", (unsigned)w.rate);
  *out = d;
  return CVX_OK;
}
