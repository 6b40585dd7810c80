/* network_read.c -- networks from files: NPZ, JSON and CSV.

   Files as network_file.c writes them, and NPZ files of two linear layers in
   the order in which PyTorch stores them: weight (width x features), bias
   (width), weight (outputs x width), bias (outputs), under any names that end
   in these words.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "command/network_io.h"

/* A network as it is found in a file.  */
struct parts
{
  enum cvx_activation activation;
  size_t m, d, c, gates;        /* d and gates: columns of W and gate */
  struct cvx_conv conv;         /* of its patches; d = 0: none */
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

/* The network that P says, on the current data.  */
static enum cvx_status
assemble (const struct session *s, const struct parts *p, const char *path,
          struct cvx_network **net, struct cvx_error *err)
{
  const struct cvx_dataset *data = s->data;
  bool ones = data->bias == CVX_BIAS_AUGMENTED;
  size_t d = data->n_features;
  size_t full = p->d + (ones && p->conv.d == 0 && p->d + 1 == d);
  enum cvx_status status;
  if (p->conv.d > 0 && (p->d != p->conv.h || p->c != p->conv.k))
    return no_network (path, "W and alpha do not fit its patches", err);
  if (p->conv.d > 0 && p->conv.d != d)
    return cvx_fail (err, CVX_E453,
                     "the network of %s takes signals of %zu numbers, the "
                     "data have %zu features",
                     path, p->conv.d, d);
  if (p->conv.d > 0)
    d = full;
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
  if (p->activation == CVX_ACT_GATED && (p->gate == NULL || p->gates != d))
    return no_network (path, "its gates do not fit the data", err);
  if (!finite_all (p->w, p->m * p->d) || !finite_all (p->b, p->m)
      || !finite_all (p->alpha, p->m * p->c)
      || !finite_all (p->gate, p->m * p->gates))
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
  (*net)->conv = p->conv;
  return CVX_OK;
}

/* Networks with an output bias belong to no formulation here.  */
static enum cvx_status
no_output_bias (const double *b0, size_t c, const char *path,
                struct cvx_error *err)
{
  for (size_t k = 0; b0 != NULL && k < c; k++)
    if (b0[k] != 0)
      return no_network (path,
                         "its output has a bias, which no formulation here "
                         "has",
                         err);
  return CVX_OK;
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
  if (status == CVX_OK)
    status = no_output_bias (zero, p->c, path, err);
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

/* A whole number of O, an object, or of place K of the list NAME in it; 0 when
   there is none.  */
static size_t
whole (json_t *o, const char *name, size_t k)
{
  json_t *v = json_object_get (o, name);
  if (json_is_array (v))
    v = json_array_get (v, k);
  return json_is_integer (v) && json_integer_value (v) > 0
             ? (size_t)json_integer_value (v)
             : 0;
}

/* What the JSON object O says beside the weights.  */
static enum cvx_status
read_meta (json_t *o, const char *path, struct parts *p, struct cvx_error *err)
{
  const char *word = json_string_value (json_object_get (o, "activation"));
  json_t *c = json_object_get (o, "patches");
  size_t image[3] = { whole (c, "rows", 0), whole (c, "cols", 0),
                      whole (c, "channels", 0) };
  size_t size[2] = { whole (c, "size", 0), whole (c, "size", 1) },
         stride[2] = { whole (c, "stride", 0), whole (c, "stride", 1) };
  size_t factors = whole (c, "factors", 0), d;
  bool circular = json_is_true (json_object_get (c, "circular"));
  enum cvx_status status = CVX_OK;
  p->activation = word != NULL && strcmp (word, "gated") == 0 ? CVX_ACT_GATED
                  : word != NULL && strcmp (word, "linear") == 0
                      ? CVX_ACT_LINEAR
                      : CVX_ACT_RELU;
  if (!json_is_object (c))
    return CVX_OK;
  if (!cvx_mul (image[0], image[1], &d) || !cvx_mul (d, image[2], &d) || d == 0
      || d > SIZE_MAX / 16)
    return no_network (path, "its patches have no size", err);
  if (factors > 2)
    status = cvx_conv_full (&p->conv, d, factors, err);
  else
    status = cvx_conv_init (&p->conv, d, image, size, stride, circular, err);
  return status;
}

static enum cvx_status
read_npz (struct session *s, const char *path, struct parts *p,
          struct cvx_error *err)
{
  struct cvx_npz *z = NULL;
  const struct cvx_array *w, *a, *g, *text;
  double *zero = NULL;
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
  if (status == CVX_OK && cvx_npz_find (z, "b0") != NULL)
    status = cvx_npz_doubles (z, "b0", p->c, &zero, err);
  if (status == CVX_OK)
    status = no_output_bias (zero, p->c, path, err);
  cvx_free (zero);
  if (status == CVX_OK && g != NULL)
    {
      p->activation = CVX_ACT_GATED;
      p->gates = s->data->n_features;
      status = cvx_npz_doubles (z, "gate", p->m * p->gates, &p->gate, err);
    }
  else if (status == CVX_OK && text != NULL && text->type == CVX_ARRAY_TEXT)
    {
      json_t *o = json_loads (text->values, 0, NULL);
      status = read_meta (o, path, p, err);
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
  status = read_meta (o, path, p, err);
  if (status != CVX_OK)
    {
      json_decref (o);
      return status;
    }
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
      p->gate = json_matrix (g, &m, &p->gates);
      if (p->gate == NULL || m != p->m || p->gates != p->d + (p->b != NULL))
        status = no_network (path, "gate does not fit W", err);
    }
  if (status == CVX_OK && p->activation == CVX_ACT_GATED && p->gate == NULL)
    status = no_network (path, "it has no gates", err);
  if (status == CVX_OK && json_is_array (json_object_get (o, "b0")))
    {
      double *b0 = json_matrix (json_object_get (o, "b0"), &m, &one);
      if (b0 == NULL)
        status = cvx_fail_nomem (err, "reading a network");
      else
        status = no_output_bias (b0, m * one, path, err);
      cvx_free (b0);
    }
  json_decref (o);
  return status;
}

/* A table with the columns W1 ... b alpha1 ... gate1 ..., or linear1 ... in
   place of W1 ...  */
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
  size_t bias = 0, linear = 0, gates = 0, last = 0;
  enum cvx_status status
      = cvx_dataset_read (&d, path, &o, &s->progress, NULL, err);
  if (status != CVX_OK)
    return status;
  t = &d->part[CVX_TRAIN];
  for (size_t k = 0; d->feature != NULL && k < d->n_features; k++)
    {
      linear += strncmp (d->feature[k], "linear", 6) == 0;
      gates += strncmp (d->feature[k], "gate", 4) == 0;
      p->d += d->feature[k][0] == 'W';
      bias += strcmp (d->feature[k], "b") == 0;
      p->c += strncmp (d->feature[k], "alpha", 5) == 0;
    }
  if (linear > 0 && p->d == 0)
    {
      p->d = linear;
      p->activation = CVX_ACT_LINEAR;
    }
  else if (gates > 0)
    p->activation = CVX_ACT_GATED;
  last = p->d + bias + p->c;
  if (p->d == 0 || p->c == 0 || last + gates != d->n_features
      || (gates > 0 && gates != p->d + bias))
    status = no_network (
        path, "its columns are not W1 ... b alpha1 ... gate1 ...", err);
  if (status == CVX_OK)
    {
      p->m = t->n;
      p->w = cvx_alloc (p->m * p->d, sizeof *p->w);
      p->alpha = cvx_alloc (p->m * p->c, sizeof *p->alpha);
      p->b = cvx_calloc (p->m, sizeof *p->b);
      p->gates = gates;
      if (gates > 0)
        p->gate = cvx_alloc (p->m * gates, sizeof *p->gate);
      if (p->w == NULL || p->alpha == NULL || p->b == NULL
          || (gates > 0 && p->gate == NULL))
        status = cvx_fail_nomem (err, "reading a network");
    }
  for (size_t j = 0; status == CVX_OK && j < p->m; j++)
    {
      const double *row = t->x + j * d->n_features;
      memcpy (p->w + j * p->d, row, p->d * sizeof *row);
      if (bias)
        p->b[j] = row[p->d];
      memcpy (p->alpha + j * p->c, row + p->d + bias, p->c * sizeof *row);
      if (gates > 0)
        memcpy (p->gate + j * gates, row + last, gates * sizeof *row);
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
