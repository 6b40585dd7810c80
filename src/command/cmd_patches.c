/* cmd_patches.c -- the patches of convolutional networks: patches.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>

#include "command/command.h"

const struct lang_key cmd_patches_keys[]
    = { { .name = "size",
          .kind = LANG_KIND_LIST,
          .default_text = "show the current ones",
          .help = "length of a patch, or [rows,columns] of images" },
        { .name = "stride",
          .kind = LANG_KIND_LIST,
          .default_text = "1",
          .help = "steps between patches, or [rows,columns]" },
        { .name = "circular",
          .kind = LANG_KIND_FLAG,
          .default_text = "no",
          .help = "patches go round the ends" },
        { .name = NULL } };

void
cmd_patches_line (struct session *s, const struct cvx_conv *c)
{
  if (c->rows > 1)
    session_note (s,
                  "patches: %zu x %zu x %zu of images %zu x %zu x %zu, "
                  "stride %zu x %zu, %s: ",
                  c->size[0], c->size[1], c->channels, c->rows, c->cols,
                  c->channels, c->stride[0], c->stride[1],
                  c->circular ? "circular" : "valid");
  else
    session_note (s,
                  "patches: %zu of %zu features, stride %zu, %s: ", c->size[1],
                  c->cols, c->stride[1], c->circular ? "circular" : "valid");
  session_note (s, "%zu patch%s of %zu number%s\n", c->k,
                c->k == 1 ? "" : "es", c->h, c->h == 1 ? "" : "s");
}

enum cvx_status
cmd_pair (const struct lang_call *c, const char *key, enum cvx_error_id id,
          size_t v[2], struct cvx_error *err)
{
  const double *x;
  size_t n;
  if (!lang_call_list (c, key, &x, &n))
    return CVX_OK;
  if (n != 1 && n != 2)
    return lang_call_fail (c, key, err, id, "%s is one number or two, got %zu",
                           key, n);
  for (size_t k = 0; k < 2; k++)
    {
      double t = x[n == 2 ? k : 0];
      if (!(t >= 1 && t <= 1e6 && t == floor (t)))
        return lang_call_fail (c, key, err, id,
                               "%s must be whole and at least 1, got %g", key,
                               t);
      v[k] = (size_t)t;
    }
  return CVX_OK;
}

enum cvx_status
cmd_patches (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t size[2] = { 0, 0 }, stride[2] = { 1, 1 };
  bool circular = false;
  struct cvx_conv conv;
  enum cvx_status status;
  if (!lang_call_has (c, "size"))
    {
      if (lang_call_has (c, "stride") || lang_call_has (c, "circular")
          || s->patches.d == 0)
        {
          (void)cvx_fail (err, CVX_E352, "the size of a patch is missing");
          return cvx_hint (err, "patches size=5");
        }
      cmd_patches_line (s, &s->patches);
      return CVX_OK;
    }
  status = cmd_pair (c, "size", CVX_E352, size, err);
  if (status == CVX_OK)
    status = cmd_pair (c, "stride", CVX_E352, stride, err);
  if (status != CVX_OK)
    return status;
  lang_call_flag (c, "circular", &circular);
  status = cvx_conv_init (&conv, s->data->n_features, s->data->image, size,
                          stride, circular, err);
  if (status != CVX_OK)
    return lang_call_blame (c, "size", err);
  session_set_formulation (s, NULL);
  s->patches = conv;
  cmd_patches_line (s, &conv);
  return CVX_OK;
}
