/* grey.c -- images with one channel.

   The weights of red, green and blue are those of luma in ITU-R
   recommendation BT.601; of other numbers of channels the mean is taken.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "data/parts.h"

static enum cvx_status
grey_part (struct cvx_part *to, const struct cvx_part *from, size_t pixels,
           size_t channels, size_t n_outputs, struct cvx_error *err)
{
  static const double luma[3] = { 0.299, 0.587, 0.114 };
  if (from->n == 0)
    return CVX_OK;
  if (!cvxi_part_new (to, from->n, pixels, n_outputs))
    return cvx_fail_nomem (err, "making images grey");
  memcpy (to->y, from->y, from->n * n_outputs * sizeof *to->y);
  memcpy (to->row, from->row, from->n * sizeof *to->row);
  for (size_t i = 0; i < from->n * pixels; i++)
    {
      double sum = 0;
      for (size_t c = 0; c < channels; c++)
        sum += from->x[i * channels + c]
               * (channels == 3 ? luma[c] : 1 / (double)channels);
      to->x[i] = sum;
    }
  return CVX_OK;
}

enum cvx_status
cvx_dataset_grey (struct cvx_dataset **out, const struct cvx_dataset *d,
                  struct cvx_error *err)
{
  size_t pixels = d->image[0] * d->image[1], channels = d->image[2];
  struct cvx_dataset *result;
  enum cvx_status status;
  *out = NULL;
  if (pixels == 0 || channels < 2)
    return cvx_fail (err, CVX_E356, "%s has no images in colour", d->name);
  if (d->x_shift != NULL || d->x_factor != NULL || d->x_rownorm
      || d->n_features != pixels * channels)
    return cvx_fail (err, CVX_E356,
                     "the features were scaled, or have a bias, already: "
                     "their colours cannot be mixed");
  status = cvxi_dataset_shell (&result, d, err);
  if (status != CVX_OK)
    return status;
  cvxi_names_free (result->feature, result->n_features);
  result->feature = NULL;
  cvx_free (result->planted);
  result->planted = NULL;
  result->n_features = pixels;
  result->image[2] = 1;
  for (size_t p = 0; p < CVX_N_PARTS && status == CVX_OK; p++)
    status = grey_part (&result->part[p], &d->part[p], pixels, channels,
                        d->n_outputs, err);
  if (status != CVX_OK)
    {
      cvx_dataset_free (result);
      return status;
    }
  cvx_dataset_rehash (result);
  *out = result;
  return CVX_OK;
}
