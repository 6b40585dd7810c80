/* network_file.c -- networks into files: NPZ, CSV, JSON, C source and ONNX.

   What is written is the network on the data as they were scaled: W (width x
   features without a column of ones), b (the weight of that column), alpha
   (width x outputs), gate, b0 (an output bias outside the penalty); NPZ and
   JSON add what the scaling and the patches were, so that nothing else is
   needed to use the network; C source and ONNX have them built in
   (network_code.c).  The columns of a table are W1 ... b alpha1 ... gate1 ...;
   those of a linear network linear1 ... in place of W1 ...

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/network_io.h"

static json_t *
numbers (const double *v, size_t n)
{
  json_t *a = json_array ();
  for (size_t k = 0; k < n; k++)
    json_array_append_new (a, json_real (v[k]));
  return a;
}

static json_t *
matrix (const double *v, size_t rows, size_t cols, size_t stride)
{
  json_t *a = json_array ();
  for (size_t k = 0; k < rows; k++)
    json_array_append_new (a, numbers (v + k * stride, cols));
  return a;
}

const char *
cmd_activation_word (enum cvx_activation a)
{
  return a == CVX_ACT_RELU ? "relu" : a == CVX_ACT_GATED ? "gated" : "linear";
}

bool
cmd_network_augmented (const struct session *s, const struct cvx_network *net)
{
  return s->data != NULL && s->data->bias == CVX_BIAS_AUGMENTED
         && s->data->n_features == cvx_network_inputs (net);
}

/* Columns of W that are features: all but the bias.  */
static size_t
weights (const struct session *s, const struct cvx_network *net)
{
  return net->n_features
         - (net->conv.d == 0 && cmd_network_augmented (s, net));
}

static json_t *
patches (const struct cvx_conv *c)
{
  json_t *o = json_object (), *pair;
  json_object_set_new (o, "rows", json_integer ((json_int_t)c->rows));
  json_object_set_new (o, "cols", json_integer ((json_int_t)c->cols));
  json_object_set_new (o, "channels", json_integer ((json_int_t)c->channels));
  for (int k = 0; k < 2; k++)
    {
      const size_t *v = k == 0 ? c->size : c->stride;
      pair = json_array ();
      json_array_append_new (pair, json_integer ((json_int_t)v[0]));
      json_array_append_new (pair, json_integer ((json_int_t)v[1]));
      json_object_set_new (o, k == 0 ? "size" : "stride", pair);
    }
  json_object_set_new (o, "circular", json_boolean (c->circular));
  json_object_set_new (o, "factors", json_integer ((json_int_t)c->factors));
  return o;
}

/* What a reader needs beside the weights.  */
static json_t *
meta (const struct session *s, const struct cvx_network *net)
{
  const struct cvx_dataset *d = s->data;
  json_t *o = json_object ();
  json_object_set_new (o, "format", json_string ("cvxnn network"));
  json_object_set_new (o, "format_version", json_integer (1));
  json_object_set_new (o, "activation",
                       json_string (cmd_activation_word (net->activation)));
  json_object_set_new (o, "bias",
                       json_boolean (cmd_network_augmented (s, net)));
  if (net->conv.d > 0)
    json_object_set_new (o, "patches", patches (&net->conv));
  if (d != NULL && d->n_features == cvx_network_inputs (net))
    {
      size_t n = d->n_features - cmd_network_augmented (s, net);
      if (d->x_shift != NULL)
        json_object_set_new (o, "x_shift", numbers (d->x_shift, n));
      if (d->x_factor != NULL)
        json_object_set_new (o, "x_factor", numbers (d->x_factor, n));
      if (d->x_rownorm)
        json_object_set_new (o, "x_rownorm", json_true ());
      if (d->y_shift != NULL)
        json_object_set_new (o, "y_shift", numbers (d->y_shift, d->n_outputs));
      if (d->y_factor != NULL)
        json_object_set_new (o, "y_factor",
                             numbers (d->y_factor, d->n_outputs));
    }
  return o;
}

static enum cvx_status
write_json (const struct session *s, const struct cvx_network *net,
            struct cvx_text *t, struct cvx_error *err)
{
  size_t d = net->n_features, w = weights (s, net);
  json_t *o = meta (s, net), *b = json_array ();
  json_object_set_new (o, "W", matrix (net->u, net->width, w, d));
  for (size_t j = 0; w < d && j < net->width; j++)
    json_array_append_new (b, json_real (net->u[j * d + w]));
  if (w < d)
    json_object_set (o, "b", b);
  json_decref (b);
  json_object_set_new (
      o, "alpha", matrix (net->a, net->width, net->n_outputs, net->n_outputs));
  if (net->gate != NULL)
    json_object_set_new (o, "gate", matrix (net->gate, net->width, d, d));
  if (net->b0 != NULL)
    json_object_set_new (o, "b0", numbers (net->b0, net->n_outputs));
  return cmd_put_json (o, t, err);
}

static enum cvx_status
write_csv (const struct session *s, const struct cvx_network *net,
           struct cvx_text *t, struct cvx_error *err)
{
  size_t d = net->n_features, w = weights (s, net);
  if (net->conv.d > 0 || net->b0 != NULL)
    {
      cvx_fail (err, CVX_E611, "a table cannot hold the %s of this network",
                net->conv.d > 0 ? "patches" : "output bias");
      return cvx_hint (err, ".npz or .json");
    }
  for (size_t k = 0; k < w; k++)
    cvx_text_printf (t, "%s%zu,",
                     net->activation == CVX_ACT_LINEAR ? "linear" : "W",
                     k + 1);
  cvx_text_put (t, w < d ? "b," : "");
  for (size_t k = 0; k < net->n_outputs; k++)
    cvx_text_printf (t, "%salpha%zu", k > 0 ? "," : "", k + 1);
  for (size_t k = 0; net->gate != NULL && k < d; k++)
    cvx_text_printf (t, ",gate%zu", k + 1);
  cvx_text_put (t, "\n");
  for (size_t j = 0; j < net->width; j++)
    {
      for (size_t k = 0; k < d; k++)
        cvx_text_printf (t, "%.17g,", net->u[j * d + k]);
      for (size_t k = 0; k < net->n_outputs; k++)
        cvx_text_printf (t, "%s%.17g", k > 0 ? "," : "",
                         net->a[j * net->n_outputs + k]);
      for (size_t k = 0; net->gate != NULL && k < d; k++)
        cvx_text_printf (t, ",%.17g", net->gate[j * d + k]);
      cvx_text_put (t, "\n");
    }
  return CVX_OK;
}

static enum cvx_status
write_npz (const struct session *s, const struct cvx_network *net,
           const char *path, struct cvx_error *err)
{
  size_t d = net->n_features, w = weights (s, net), bias = d - w;
  size_t m = net->width, size[2] = { m, w };
  double *u = cvx_alloc (m * d + 1, sizeof *u);
  struct cvx_npz_writer *z = NULL;
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status;
  if (u == NULL)
    return cvx_fail_nomem (err, "exporting");
  for (size_t j = 0; j < m; j++)
    {
      memcpy (u + j * w, net->u + j * d, w * sizeof *u);
      if (bias)
        u[m * w + j] = net->u[j * d + w];
    }
  status = cvx_npz_create (&z, path, false, err);
  if (status == CVX_OK)
    status = cvx_npz_add (z, "W", CVX_ARRAY_F64, 2, size, u, err);
  if (status == CVX_OK && bias)
    status = cvx_npz_add (z, "b", CVX_ARRAY_F64, 1, size, u + m * w, err);
  size[1] = net->n_outputs;
  if (status == CVX_OK)
    status = cvx_npz_add (z, "alpha", CVX_ARRAY_F64,
                          net->n_outputs == 1 ? 1 : 2, size, net->a, err);
  size[1] = d;
  if (status == CVX_OK && net->gate != NULL)
    status = cvx_npz_add (z, "gate", CVX_ARRAY_F64, 2, size, net->gate, err);
  if (status == CVX_OK && net->b0 != NULL)
    status = cvx_npz_add (z, "b0", CVX_ARRAY_F64, 1, &net->n_outputs, net->b0,
                          err);
  if (status == CVX_OK)
    status = cmd_put_json (meta (s, net), &t, err);
  if (status == CVX_OK)
    status = cvx_npz_add (z, "meta.json", CVX_ARRAY_TEXT, 1, &t.len,
                          cvx_text_string (&t), err);
  cvx_text_free (&t);
  cvx_free (u);
  if (status == CVX_OK)
    return cvx_npz_close (z, err);
  cvx_npz_abort (z);
  return status;
}

enum cvx_status
cmd_network_write (struct session *s, const char *path,
                   const struct cvx_network *net, struct cvx_error *err)
{
  const char *suffix = cmd_suffix (path);
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  if (strcmp (suffix, ".npz") == 0)
    return write_npz (s, net, path, err);
  if (strcmp (suffix, ".json") == 0)
    status = write_json (s, net, &t, err);
  else if (strcmp (suffix, ".csv") == 0)
    status = write_csv (s, net, &t, err);
  else
    status = cmd_network_code (s, net, strcmp (suffix, ".onnx") == 0, &t, err);
  if (status == CVX_OK && t.failed)
    status = cvx_fail_nomem (err, "exporting");
  if (status == CVX_OK)
    status = cvx_output_file (path, cvx_text_string (&t), t.len, err);
  cvx_text_free (&t);
  return status;
}
