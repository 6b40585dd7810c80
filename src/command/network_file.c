/* network_file.c -- networks as files: NPZ, CSV, JSON and C source.

   What is written is the network on the data as they were scaled: W (width x
   features without a column of ones), b (the weight of that column), alpha
   (width x outputs), gate; NPZ and JSON add what the scaling was, so that
   nothing else is needed to use the network, and C source has it built in.

   Read are the first three, and NPZ files of two linear layers in the order in
   which PyTorch stores them: weight (width x features), bias (width), weight
   (outputs x width), bias (outputs), under any names that end in these words.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

/* ---------------------------------------------------------------- writing */

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

static const char *
activation_word (enum cvx_activation a)
{
  return a == CVX_ACT_RELU ? "relu" : a == CVX_ACT_GATED ? "gated" : "linear";
}

/* Whether the last feature is the column of ones.  */
static bool
augmented (const struct session *s, const struct cvx_network *net)
{
  return s->data != NULL && s->data->bias == CVX_BIAS_AUGMENTED
         && s->data->n_features == cvx_network_inputs (net);
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
                       json_string (activation_word (net->activation)));
  json_object_set_new (o, "bias", json_boolean (augmented (s, net)));
  if (d != NULL && d->n_features == cvx_network_inputs (net))
    {
      size_t n = net->n_features - augmented (s, net);
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
  size_t d = net->n_features, w = d - augmented (s, net);
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
  return cmd_put_json (o, t, err);
}

static void
write_csv (const struct session *s, const struct cvx_network *net,
           struct cvx_text *t)
{
  size_t d = net->n_features, w = d - augmented (s, net);
  for (size_t k = 0; k < w; k++)
    cvx_text_printf (t, "W%zu,", k + 1);
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
}

static void
c_array (struct cvx_text *t, const char *name, const double *v, size_t rows,
         size_t cols, size_t stride)
{
  cvx_text_printf (t, "static const double %s[%zu][%zu] = {\n", name,
                   rows > 0 ? rows : 1, cols > 0 ? cols : 1);
  for (size_t i = 0; i < rows; i++)
    {
      cvx_text_put (t, "  {");
      for (size_t k = 0; k < cols; k++)
        cvx_text_printf (t, "%s%.17g", k > 0 ? ", " : " ", v[i * stride + k]);
      cvx_text_put (t, " },\n");
    }
  cvx_text_put (t, rows > 0 ? "};\n" : "  { 0 } };\n");
}

/* A function `predict (x, f)' without dependencies but sqrt.  */
static void
write_c (const struct session *s, const struct cvx_network *net,
         struct cvx_text *t)
{
  const struct cvx_dataset *data = s->data;
  size_t d = net->n_features, c = net->n_outputs, w = d - augmented (s, net);
  bool known = data != NULL && data->n_features == d;
  bool shift = known && data->x_shift != NULL,
       factor = known && data->x_factor != NULL,
       unshift = known && data->y_shift != NULL,
       unfactor = known && data->y_factor != NULL,
       rownorm = known && data->x_rownorm;
  cvx_text_printf (t,
                   "/* A two-layer network, %s, %zu neurons, written by cvxnn "
                   "%s.\n\n"
                   "   predict (x, f): x has %zu numbers as in the original "
                   "data, f gets %zu.  */\n\n",
                   activation_word (net->activation), net->width,
                   PACKAGE_VERSION, w, c);
  if (rownorm)
    cvx_text_put (t, "#include <math.h>\n\n");
  cvx_text_printf (t,
                   "enum\n{\n  WIDTH = %zu,\n  INPUTS = %zu,\n  FEATURES = "
                   "%zu,\n  OUTPUTS = %zu\n};\n",
                   net->width, w, d, c);
  c_array (t, "W", net->u, net->width, d, d);
  c_array (t, "alpha", net->a, net->width, c, c);
  if (net->gate != NULL)
    c_array (t, "gate", net->gate, net->width, d, d);
  if (shift)
    c_array (t, "x_shift", data->x_shift, 1, w, w);
  if (factor)
    c_array (t, "x_factor", data->x_factor, 1, w, w);
  if (unshift)
    c_array (t, "y_shift", data->y_shift, 1, c, c);
  if (unfactor)
    c_array (t, "y_factor", data->y_factor, 1, c, c);
  cvx_text_put (t, "\nvoid\npredict (const double *x, double *f)\n{\n"
                   "  double z[FEATURES], t;\n  int i, j, k;\n"
                   "  for (i = 0; i < INPUTS; i++)\n    z[i] = x[i];\n");
  if (shift)
    cvx_text_put (t, "  for (i = 0; i < INPUTS; i++)\n"
                     "    z[i] -= x_shift[0][i];\n");
  if (factor)
    cvx_text_put (t, "  for (i = 0; i < INPUTS; i++)\n"
                     "    z[i] *= x_factor[0][i];\n");
  if (rownorm)
    cvx_text_put (t, "  t = 0;\n  for (i = 0; i < INPUTS; i++)\n"
                     "    t += z[i] * z[i];\n"
                     "  for (i = 0; i < INPUTS && t > 0; i++)\n"
                     "    z[i] /= sqrt (t);\n");
  if (w < d)
    cvx_text_put (t, "  z[INPUTS] = 1;\n");
  cvx_text_put (t, "  for (k = 0; k < OUTPUTS; k++)\n    f[k] = 0;\n"
                   "  for (j = 0; j < WIDTH; j++)\n    {\n      t = 0;\n"
                   "      for (i = 0; i < FEATURES; i++)\n"
                   "        t += W[j][i] * z[i];\n");
  if (net->activation == CVX_ACT_RELU)
    cvx_text_put (t, "      if (t < 0)\n        t = 0;\n");
  if (net->gate != NULL)
    cvx_text_put (t, "      {\n        double g = 0;\n"
                     "        for (i = 0; i < FEATURES; i++)\n"
                     "          g += gate[j][i] * z[i];\n"
                     "        if (g < 0)\n          t = 0;\n      }\n");
  cvx_text_put (t, "      for (k = 0; k < OUTPUTS; k++)\n"
                   "        f[k] += alpha[j][k] * t;\n    }\n");
  if (unfactor)
    cvx_text_put (t, "  for (k = 0; k < OUTPUTS; k++)\n"
                     "    f[k] /= y_factor[0][k];\n");
  if (unshift)
    cvx_text_put (t, "  for (k = 0; k < OUTPUTS; k++)\n"
                     "    f[k] += y_shift[0][k];\n");
  cvx_text_put (t, "}\n");
}

static enum cvx_status
write_npz (const struct session *s, const struct cvx_network *net,
           const char *path, struct cvx_error *err)
{
  size_t d = net->n_features, bias = augmented (s, net), w = d - bias;
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
  else if (strcmp (suffix, ".c") == 0)
    write_c (s, net, &t);
  else
    write_csv (s, net, &t);
  if (status == CVX_OK && t.failed)
    status = cvx_fail_nomem (err, "exporting");
  if (status == CVX_OK)
    status = cvx_output_file (path, cvx_text_string (&t), t.len, err);
  cvx_text_free (&t);
  return status;
}

/* ---------------------------------------------------------------- reading */

/* A network as it is found in a file.  */
struct parts
{
  enum cvx_activation activation;
  size_t m, d, c;               /* d: columns of W */
  double *w, *b, *alpha, *gate; /* owned; b and gate may be NULL */
};

static void
parts_free (struct parts *p)
{
  cvx_free (p->w);
  cvx_free (p->b);
  cvx_free (p->alpha);
  cvx_free (p->gate);
}

static bool
finite_all (const double *v, size_t n)
{
  for (size_t k = 0; v != NULL && k < n; k++)
    if (!isfinite (v[k]))
      return false;
  return true;
}

/* The network that P says, on the current data.  */
static enum cvx_status
assemble (const struct session *s, const struct parts *p, const char *path,
          struct cvx_network **net, struct cvx_error *err)
{
  const struct cvx_dataset *data = s->data;
  bool ones = data->bias == CVX_BIAS_AUGMENTED;
  size_t d = data->n_features, full = p->d + (ones && p->d + 1 == d);
  enum cvx_status status;
  if (full != d)
    return cvx_fail (err, CVX_E453,
                     "the network of %s takes %zu features%s, the data have "
                     "%zu%s",
                     path, p->d, p->b != NULL ? " and a bias" : "",
                     ones ? d - 1 : d, ones ? " and a column of ones" : "");
  if (p->b != NULL && full == p->d)
    for (size_t j = 0; j < p->m; j++)
      if (p->b[j] != 0)
        {
          cvx_fail (err, CVX_E453,
                    "the neurons of %s have biases, the data have no column "
                    "of ones",
                    path);
          return cvx_hint (err, "bias augmented");
        }
  if (!finite_all (p->w, p->m * p->d) || !finite_all (p->b, p->m)
      || !finite_all (p->alpha, p->m * p->c)
      || !finite_all (p->gate, p->m * d))
    return cvx_fail (err, CVX_E453,
                     "the network of %s holds nan or infinite numbers", path);
  status = cvx_network_new (net, p->activation, p->m, d, p->c, err);
  if (status != CVX_OK)
    return status;
  for (size_t j = 0; j < p->m; j++)
    {
      memcpy ((*net)->u + j * d, p->w + j * p->d, p->d * sizeof *p->w);
      if (full > p->d)
        (*net)->u[j * d + p->d] = p->b != NULL ? p->b[j] : 0;
    }
  memcpy ((*net)->a, p->alpha, p->m * p->c * sizeof *p->alpha);
  if (p->gate != NULL && p->activation == CVX_ACT_GATED)
    memcpy ((*net)->gate, p->gate, p->m * d * sizeof *p->gate);
  (*net)->n_atoms = p->m;
  return CVX_OK;
}

static bool
ends (const char *name, const char *with)
{
  size_t n = strlen (name), k = strlen (with);
  return n >= k && strcmp (name + n - k, with) == 0;
}

static enum cvx_status
no_network (const char *path, const char *why, struct cvx_error *err)
{
  cvx_fail (err, CVX_E453, "%s is no network: %s", path, why);
  return cvx_hint (err, "W, alpha (and b), or two linear layers");
}

/* Two linear layers: the first and second array that end in `weight' and
   `bias', in the order of the file.  */
static enum cvx_status
read_layers (const struct cvx_npz *z, const char *path, struct parts *p,
             struct cvx_error *err)
{
  const struct cvx_array *weight[2] = { NULL, NULL },
                         *bias[2] = { NULL, NULL };
  size_t nw = 0;
  double *out = NULL, *zero = NULL;
  enum cvx_status status;
  for (size_t k = 0; k < z->n; k++)
    {
      const struct cvx_array *a = &z->array[k];
      if (ends (a->name, "weight") && a->rank == 2)
        {
          if (nw == 2)
            return no_network (path, "it has more than two layers", err);
          weight[nw++] = a;
        }
    }
  if (nw < 2)
    return no_network (path, "it has no W and no two weights", err);
  /* A bias belongs to the weight with the same words before.  */
  for (size_t k = 0; k < z->n; k++)
    for (int l = 0; l < 2; l++)
      {
        size_t stem = strlen (weight[l]->name) - strlen ("weight");
        if (strncmp (z->array[k].name, weight[l]->name, stem) == 0
            && strcmp (z->array[k].name + stem, "bias") == 0)
          bias[l] = &z->array[k];
      }
  p->m = weight[0]->shape[0];
  p->d = weight[0]->shape[1];
  p->c = weight[1]->shape[0];
  if (weight[1]->shape[1] != p->m)
    return no_network (path, "the two weights do not fit together", err);
  status = cvx_npz_doubles (z, weight[0]->name, p->m * p->d, &p->w, err);
  if (status == CVX_OK)
    status = cvx_npz_doubles (z, weight[1]->name, p->m * p->c, &out, err);
  if (status == CVX_OK && bias[0] != NULL)
    status = cvx_npz_doubles (z, bias[0]->name, p->m, &p->b, err);
  if (status == CVX_OK && bias[1] != NULL)
    status = cvx_npz_doubles (z, bias[1]->name, p->c, &zero, err);
  for (size_t k = 0; status == CVX_OK && zero != NULL && k < p->c; k++)
    if (zero[k] != 0)
      status = no_network (path,
                           "its output has a bias, which no formulation here "
                           "has",
                           err);
  if (status == CVX_OK)
    {
      p->alpha = cvx_alloc (p->m * p->c, sizeof *p->alpha);
      if (p->alpha == NULL)
        status = cvx_fail_nomem (err, "reading a network");
    }
  for (size_t j = 0; status == CVX_OK && j < p->m; j++)
    for (size_t k = 0; k < p->c; k++)
      p->alpha[j * p->c + k] = out[k * p->m + j];
  cvx_free (out);
  cvx_free (zero);
  return status;
}

/* The activation that the JSON text TEXT names.  */
static enum cvx_activation
activation_of (json_t *o)
{
  const char *word = json_string_value (json_object_get (o, "activation"));
  if (word != NULL && strcmp (word, "gated") == 0)
    return CVX_ACT_GATED;
  return word != NULL && strcmp (word, "linear") == 0 ? CVX_ACT_LINEAR
                                                      : CVX_ACT_RELU;
}

static enum cvx_status
read_npz (struct session *s, const char *path, struct parts *p,
          struct cvx_error *err)
{
  struct cvx_npz *z = NULL;
  const struct cvx_array *w, *a, *g, *text;
  enum cvx_status status
      = cvx_npz_read (&z, path, (size_t)session_memory (s), &s->progress, err);
  if (status != CVX_OK)
    return status;
  w = cvx_npz_find (z, "W");
  a = cvx_npz_find (z, "alpha");
  g = cvx_npz_find (z, "gate");
  text = cvx_npz_find (z, "meta.json");
  if (w == NULL || a == NULL)
    {
      status = read_layers (z, path, p, err);
      cvx_npz_free (z);
      return status;
    }
  if (w->rank != 2 || a->rank < 1 || a->rank > 2 || a->shape[0] != w->shape[0])
    status = no_network (path, "W and alpha do not fit together", err);
  if (status == CVX_OK)
    {
      p->m = w->shape[0];
      p->d = w->shape[1];
      p->c = a->rank == 2 ? a->shape[1] : 1;
      status = cvx_npz_doubles (z, "W", p->m * p->d, &p->w, err);
    }
  if (status == CVX_OK)
    status = cvx_npz_doubles (z, "alpha", p->m * p->c, &p->alpha, err);
  if (status == CVX_OK && cvx_npz_find (z, "b") != NULL)
    status = cvx_npz_doubles (z, "b", p->m, &p->b, err);
  if (status == CVX_OK && g != NULL)
    {
      p->activation = CVX_ACT_GATED;
      status = cvx_npz_doubles (z, "gate", p->m * s->data->n_features,
                                &p->gate, err);
    }
  else if (status == CVX_OK && text != NULL && text->type == CVX_ARRAY_TEXT)
    {
      json_t *o = json_loads (text->values, 0, NULL);
      p->activation = activation_of (o);
      json_decref (o);
    }
  cvx_npz_free (z);
  return status;
}

/* ROWS x COLS numbers of the JSON array A; a row may be one number.  */
static double *
json_matrix (json_t *a, size_t *rows, size_t *cols)
{
  json_t *first = json_array_get (a, 0);
  double *v;
  *rows = json_array_size (a);
  *cols = json_is_array (first) ? json_array_size (first) : 1;
  v = cvx_alloc (*rows * *cols + 1, sizeof *v);
  for (size_t i = 0; v != NULL && i < *rows; i++)
    {
      json_t *row = json_array_get (a, i);
      for (size_t k = 0; k < *cols; k++)
        {
          json_t *x = json_is_array (row) ? json_array_get (row, k) : row;
          v[i * *cols + k] = json_is_number (x) ? json_number_value (x) : NAN;
        }
    }
  return v;
}

static enum cvx_status
read_json (const char *path, struct parts *p, struct cvx_error *err)
{
  json_error_t why;
  json_t *o = json_load_file (path, JSON_REJECT_DUPLICATES, &why), *b, *g;
  size_t m = 0, one;
  enum cvx_status status = CVX_OK;
  if (o == NULL)
    return no_network (path, why.text, err);
  if (!json_is_array (json_object_get (o, "W"))
      || !json_is_array (json_object_get (o, "alpha")))
    {
      json_decref (o);
      return no_network (path, "it has no W and alpha", err);
    }
  p->activation = activation_of (o);
  p->w = json_matrix (json_object_get (o, "W"), &p->m, &p->d);
  p->alpha = json_matrix (json_object_get (o, "alpha"), &m, &p->c);
  b = json_object_get (o, "b");
  g = json_object_get (o, "gate");
  if (m != p->m || p->w == NULL || p->alpha == NULL)
    status = no_network (path, "W and alpha do not fit together", err);
  if (status == CVX_OK && json_is_array (b))
    {
      p->b = json_matrix (b, &m, &one);
      if (m != p->m || one != 1)
        status = no_network (path, "b does not fit W", err);
    }
  if (status == CVX_OK && json_is_array (g))
    {
      p->gate = json_matrix (g, &m, &one);
      if (m != p->m || one != p->d + (p->b != NULL))
        status = no_network (path, "gate does not fit W", err);
    }
  if (status == CVX_OK && p->activation == CVX_ACT_GATED && p->gate == NULL)
    status = no_network (path, "it has no gates", err);
  json_decref (o);
  return status;
}

/* A table with the columns W1 ... b alpha1 ... as written above.  */
static enum cvx_status
read_csv (struct session *s, const char *path, struct parts *p,
          struct cvx_error *err)
{
  struct cvx_read_options o = { .format = "text",
                                .y = "",
                                .header = 1,
                                .decimal = '.',
                                .max_bytes = (size_t)session_memory (s) };
  struct cvx_dataset *d = NULL;
  const struct cvx_part *t;
  size_t bias = 0;
  enum cvx_status status
      = cvx_dataset_read (&d, path, &o, &s->progress, NULL, err);
  if (status != CVX_OK)
    return status;
  t = &d->part[CVX_TRAIN];
  for (size_t k = 0; d->feature != NULL && k < d->n_features; k++)
    {
      p->d += d->feature[k][0] == 'W';
      bias += strcmp (d->feature[k], "b") == 0;
      p->c += strncmp (d->feature[k], "alpha", 5) == 0;
    }
  if (p->d == 0 || p->c == 0 || p->d + bias + p->c != d->n_features)
    status = no_network (path, "its columns are not W1 ... b alpha1 ...", err);
  if (status == CVX_OK)
    {
      p->m = t->n;
      p->w = cvx_alloc (p->m * p->d, sizeof *p->w);
      p->alpha = cvx_alloc (p->m * p->c, sizeof *p->alpha);
      p->b = cvx_calloc (p->m, sizeof *p->b);
      if (p->w == NULL || p->alpha == NULL || p->b == NULL)
        status = cvx_fail_nomem (err, "reading a network");
    }
  for (size_t j = 0; status == CVX_OK && j < p->m; j++)
    {
      const double *row = t->x + j * d->n_features;
      memcpy (p->w + j * p->d, row, p->d * sizeof *row);
      if (bias)
        p->b[j] = row[p->d];
      memcpy (p->alpha + j * p->c, row + p->d + bias, p->c * sizeof *row);
    }
  cvx_dataset_free (d);
  return status;
}

enum cvx_status
cmd_network_read (struct session *s, const char *path,
                  struct cvx_network **net, struct cvx_error *err)
{
  struct parts p = { .activation = CVX_ACT_RELU };
  const char *suffix = cmd_suffix (path);
  enum cvx_status status = cmd_ready (s, HAS_DATA, err);
  *net = NULL;
  if (status != CVX_OK)
    return status;
  if (strcmp (suffix, ".json") == 0)
    status = read_json (path, &p, err);
  else if (strcmp (suffix, ".csv") == 0)
    status = read_csv (s, path, &p, err);
  else
    status = read_npz (s, path, &p, err);
  if (status == CVX_OK)
    status = assemble (s, &p, path, net, err);
  parts_free (&p);
  return status;
}
