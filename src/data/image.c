/* image.c -- images of another size, or with one channel instead of several.

   Pixel (r, c) of R x C is the mean of the old image, H x W, over the
   rectangle [r H / R, (r + 1) H / R] x [c W / C, (c + 1) W / C], where old
   pixels at its edge count by their share.  The weights of red, green and blue
   in grey are those of luma in ITU-R recommendation BT.601; of other numbers
   of channels the mean is taken.  Images are stored by rows, columns,
   channels.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "data/parts.h"

/* The share of [at, at + 1) that lies in piece K of N equal ones of LENGTH,
   over the length of the piece.  */
static double
share (size_t at, size_t k, size_t n, size_t length)
{
  double piece = (double)length / (double)n;
  double lo = fmax ((double)at, (double)k * piece);
  double hi = fmin ((double)at + 1, (double)(k + 1) * piece);
  return hi > lo ? (hi - lo) / piece : 0;
}

/* The first place that piece K has a share of.  */
static size_t
first (size_t k, size_t n, size_t length)
{
  return k * length / n;
}

static double
grey_weight (size_t channel, size_t channels)
{
  static const double luma[3] = { 0.299, 0.587, 0.114 };
  return channels == 3 ? luma[channel] : 1 / (double)channels;
}

/* Pixel (R, C) of the image Z.  */
static void
pixel (const double *x, const size_t *from, const size_t *to, size_t r,
       size_t c, double *z)
{
  bool grey = to[2] == 1 && from[2] > 1;
  double wr, wc;
  memset (z, 0, to[2] * sizeof *z);
  for (size_t p = first (r, to[0], from[0]);
       p < from[0] && (wr = share (p, r, to[0], from[0])) > 0; p++)
    for (size_t q = first (c, to[1], from[1]);
         q < from[1] && (wc = share (q, c, to[1], from[1])) > 0; q++)
      {
        const double *old = x + (p * from[1] + q) * from[2];
        for (size_t k = 0; k < from[2]; k++)
          z[grey ? 0 : k]
              += wr * wc * old[k] * (grey ? grey_weight (k, from[2]) : 1);
      }
}

void
cvxi_image_fit (const double *x, const size_t *from, const size_t *to,
                double *z)
{
  for (size_t r = 0; r < to[0]; r++)
    for (size_t c = 0; c < to[1]; c++)
      pixel (x, from, to, r, c, z + (r * to[1] + c) * to[2]);
}

static enum cvx_status
fit_part (const struct cvx_dataset *d, const struct cvx_part *from,
          const size_t *size, struct cvx_part *to, struct cvx_error *err)
{
  size_t width = size[0] * size[1] * size[2];
  if (!cvxi_part_new (to, from->n, width, d->n_outputs))
    return cvx_fail_nomem (err, "changing images");
  for (size_t i = 0; i < from->n; i++)
    cvxi_image_fit (from->x + i * d->n_features, d->image, size,
                    to->x + i * width);
  if (from->n > 0)
    {
      memcpy (to->y, from->y, from->n * d->n_outputs * sizeof *to->y);
      memcpy (to->row, from->row, from->n * sizeof *to->row);
    }
  return CVX_OK;
}

/* Pixels are mixed before they are changed.  */
static bool
is_mixable (const struct cvx_dataset *d)
{
  return d->x_shift == NULL && d->x_factor == NULL && !d->x_rownorm
         && d->bias != CVX_BIAS_AUGMENTED
         && d->n_features == d->image[0] * d->image[1] * d->image[2];
}

/* D with images of SIZE, in *OUT.  */
static enum cvx_status
fit (struct cvx_dataset **out, const struct cvx_dataset *d, const size_t *size,
     struct cvx_error *err)
{
  struct cvx_dataset *result;
  enum cvx_status status = cvxi_dataset_shell (&result, d, err);
  if (status != CVX_OK)
    return status;
  cvxi_names_free (result->feature, result->n_features);
  result->feature = NULL;
  cvx_free (result->planted);
  result->planted = NULL;
  result->n_features = size[0] * size[1] * size[2];
  memcpy (result->image, size, sizeof result->image);
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = fit_part (d, &d->part[p], size, &result->part[p], err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (result);
      return status;
    }
  cvx_dataset_rehash (result);
  *out = result;
  return CVX_OK;
}

enum cvx_status
cvx_dataset_grey (struct cvx_dataset **out, const struct cvx_dataset *d,
                  struct cvx_error *err)
{
  size_t size[3] = { d->image[0], d->image[1], 1 };
  *out = NULL;
  if (size[0] * size[1] == 0 || d->image[2] < 2)
    return cvx_fail (err, CVX_E356, "%s has no images in colour", d->name);
  if (!is_mixable (d))
    return cvx_fail (err, CVX_E356,
                     "the features were scaled, or have a bias, already: "
                     "their colours cannot be mixed");
  return fit (out, d, size, err);
}

enum cvx_status
cvx_dataset_shrink (struct cvx_dataset **out, const struct cvx_dataset *d,
                    size_t rows, size_t columns, bool grey,
                    struct cvx_error *err)
{
  size_t size[3] = { rows, columns, grey ? 1 : d->image[2] };
  *out = NULL;
  if (d->image[0] == 0)
    return cvx_fail (err, CVX_E625, "the data are no images");
  if (rows < 1 || columns < 1 || rows > d->image[0] || columns > d->image[1])
    return cvx_fail (err, CVX_E625,
                     "%zu x %zu is not within the %zu x %zu pixels there are",
                     rows, columns, d->image[0], d->image[1]);
  if (!is_mixable (d))
    {
      cvx_fail (err, CVX_E625, "the pixels were changed by %s",
                d->bias == CVX_BIAS_AUGMENTED ? "bias" : "scale");
      return cvx_hint (err, "shrink first, then scale and bias");
    }
  return fit (out, d, size, err);
}
