/* network_code.c -- networks as programs: C source and ONNX.

   Both take what the original file held and give predictions in its units: the
   scaling of features and targets is part of them.  A convolutional network is
   linear, so it is written as its weights on the whole input.

   ONNX (opset 13, double precision) is a message of Protocol Buffers; the few
   kinds of fields that a graph of dense layers needs are written here, with
   the field numbers of onnx.proto3, version 1.8.  The graph:

     z = (x - x_shift) * x_factor [/ |z|],   h = phi (z W' + b),
     f = (h alpha + b0) / y_factor + y_shift

   phi is Relu, nothing, or, gated, Where (z G' + g >= 0, h, 0).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/network_io.h"

/* A network beside the scaling of the data that it was trained on.  */
struct code
{
  const struct cvx_network *net;
  const double *x_shift, *x_factor, *y_shift, *y_factor; /* or NULL */
  size_t inputs; /* without the column of ones */
  bool rownorm;
};

static struct code
code_of (const struct session *s, const struct cvx_network *net, bool ones)
{
  const struct cvx_dataset *d = s->data;
  struct code c = { .net = net, .inputs = net->n_features - ones };
  if (d != NULL && d->n_features == net->n_features)
    {
      c.x_shift = d->x_shift;
      c.x_factor = d->x_factor;
      c.rownorm = d->x_rownorm;
      c.y_shift = d->y_shift;
      c.y_factor = d->y_factor;
    }
  return c;
}

/* ---------------------------------------------------------------- C source */

static void
c_array (struct cvx_text *t, const char *name, const double *v, size_t rows,
         size_t cols)
{
  if (v == NULL)
    return;
  cvx_text_printf (t, "static const double %s[%zu][%zu] = {\n", name,
                   rows > 0 ? rows : 1, cols > 0 ? cols : 1);
  for (size_t i = 0; i < rows; i++)
    {
      cvx_text_put (t, "  {");
      for (size_t k = 0; k < cols; k++)
        cvx_text_printf (t, "%s%.17g", k > 0 ? ", " : " ", v[i * cols + k]);
      cvx_text_put (t, " },\n");
    }
  cvx_text_put (t, rows > 0 ? "};\n" : "  { 0 } };\n");
}

/* A function `predict (x, f)' without dependencies but sqrt.  */
static void
write_c (const struct code *p, struct cvx_text *t)
{
  const struct cvx_network *net = p->net;
  size_t d = net->n_features, c = net->n_outputs, w = p->inputs;
  cvx_text_printf (t,
                   "/* A two-layer network, %s, %zu neurons, written by cvxnn "
                   "%s.\n\n"
                   "   predict (x, f): x has %zu numbers as in the original "
                   "data, f gets %zu.  */\n\n",
                   cmd_activation_word (net->activation), net->width,
                   PACKAGE_VERSION, w, c);
  if (p->rownorm)
    cvx_text_put (t, "#include <math.h>\n\n");
  cvx_text_printf (t,
                   "enum\n{\n  WIDTH = %zu,\n  INPUTS = %zu,\n  FEATURES = "
                   "%zu,\n  OUTPUTS = %zu\n};\n",
                   net->width, w, d, c);
  c_array (t, "W", net->u, net->width, d);
  c_array (t, "alpha", net->a, net->width, c);
  c_array (t, "gate", net->gate, net->width, d);
  c_array (t, "b0", net->b0, 1, c);
  c_array (t, "x_shift", p->x_shift, 1, w);
  c_array (t, "x_factor", p->x_factor, 1, w);
  c_array (t, "y_shift", p->y_shift, 1, c);
  c_array (t, "y_factor", p->y_factor, 1, c);
  cvx_text_put (t, "\nvoid\npredict (const double *x, double *f)\n{\n"
                   "  double z[FEATURES], t;\n  int i, j, k;\n"
                   "  for (i = 0; i < INPUTS; i++)\n    z[i] = x[i];\n");
  if (p->x_shift != NULL)
    cvx_text_put (t, "  for (i = 0; i < INPUTS; i++)\n"
                     "    z[i] -= x_shift[0][i];\n");
  if (p->x_factor != NULL)
    cvx_text_put (t, "  for (i = 0; i < INPUTS; i++)\n"
                     "    z[i] *= x_factor[0][i];\n");
  if (p->rownorm)
    cvx_text_put (t, "  t = 0;\n  for (i = 0; i < INPUTS; i++)\n"
                     "    t += z[i] * z[i];\n"
                     "  for (i = 0; i < INPUTS && t > 0; i++)\n"
                     "    z[i] /= sqrt (t);\n");
  if (w < d)
    cvx_text_put (t, "  z[INPUTS] = 1;\n");
  cvx_text_printf (t,
                   "  for (k = 0; k < OUTPUTS; k++)\n    f[k] = %s;\n"
                   "  for (j = 0; j < WIDTH; j++)\n    {\n      t = 0;\n"
                   "      for (i = 0; i < FEATURES; i++)\n"
                   "        t += W[j][i] * z[i];\n",
                   net->b0 != NULL ? "b0[0][k]" : "0");
  if (net->activation == CVX_ACT_RELU)
    cvx_text_put (t, "      if (t < 0)\n        t = 0;\n");
  if (net->gate != NULL)
    cvx_text_put (t, "      {\n        double g = 0;\n"
                     "        for (i = 0; i < FEATURES; i++)\n"
                     "          g += gate[j][i] * z[i];\n"
                     "        if (g < 0)\n          t = 0;\n      }\n");
  cvx_text_put (t, "      for (k = 0; k < OUTPUTS; k++)\n"
                   "        f[k] += alpha[j][k] * t;\n    }\n");
  if (p->y_factor != NULL)
    cvx_text_put (t, "  for (k = 0; k < OUTPUTS; k++)\n"
                     "    f[k] /= y_factor[0][k];\n");
  if (p->y_shift != NULL)
    cvx_text_put (t, "  for (k = 0; k < OUTPUTS; k++)\n"
                     "    f[k] += y_shift[0][k];\n");
  cvx_text_put (t, "}\n");
}

/* -------------------------------------------------------- Protocol Buffers */

static void
varint (struct cvx_text *t, uint64_t v)
{
  char byte;
  for (; v >= 128; v >>= 7)
    {
      byte = (char)(v | 128);
      cvx_text_write (t, &byte, 1);
    }
  byte = (char)v;
  cvx_text_write (t, &byte, 1);
}

/* Field NUMBER with an integer, or with bytes.  */
static void
put_integer (struct cvx_text *t, unsigned number, uint64_t v)
{
  varint (t, number << 3);
  varint (t, v);
}

static void
put_bytes (struct cvx_text *t, unsigned number, const char *bytes, size_t len)
{
  varint (t, number << 3 | 2);
  varint (t, len);
  cvx_text_write (t, bytes, len);
}

static void
put_string (struct cvx_text *t, unsigned number, const char *s)
{
  put_bytes (t, number, s, strlen (s));
}

/* Field NUMBER with the message FROM, which is emptied.  */
static void
put_message (struct cvx_text *t, unsigned number, struct cvx_text *from)
{
  t->failed = t->failed || from->failed;
  put_bytes (t, number, cvx_text_string (from), from->len);
  cvx_text_free (from);
  *from = (struct cvx_text)CVX_TEXT_INIT;
}

/* -------------------------------------------------------------------- ONNX */

enum
{
  IR_VERSION = 7,
  OPSET = 13,
  TYPE_DOUBLE = 11,  /* of tensors */
  ATTRIBUTE_INT = 2, /* of attributes */
  ATTRIBUTE_INTS = 7
};

/* An initializer ROWS x COLS (a vector of COLS where ROWS is 0) of rows that
   are STRIDE numbers apart.  */
static void
put_tensor (struct cvx_text *graph, const char *name, const double *v,
            size_t rows, size_t cols, size_t stride)
{
  struct cvx_text t = CVX_TEXT_INIT, raw = CVX_TEXT_INIT;
  if (rows > 0)
    put_integer (&t, 1, rows);
  put_integer (&t, 1, cols);
  put_integer (&t, 2, TYPE_DOUBLE);
  put_string (&t, 8, name);
  for (size_t i = 0; i < (rows > 0 ? rows : 1); i++)
    for (size_t k = 0; k < cols; k++)
      {
        uint64_t bits;
        char byte[8];
        memcpy (&bits, &v[i * stride + k], sizeof bits);
        for (int b = 0; b < 8; b++)
          byte[b] = (char)(bits >> 8 * b & 255);
        cvx_text_write (&raw, byte, sizeof byte);
      }
  put_message (&t, 9, &raw);
  put_message (graph, 5, &t);
}

/* A node OP (A, B, C) -> TO; B and C may be NULL.  FLAG names an integer
   attribute that is 1, AXES asks for axes = [1].  */
static void
put_node (struct cvx_text *graph, const char *op, const char *a, const char *b,
          const char *c, const char *to, const char *flag, bool axes)
{
  struct cvx_text n = CVX_TEXT_INIT, attribute = CVX_TEXT_INIT;
  put_string (&n, 1, a);
  if (b != NULL)
    put_string (&n, 1, b);
  if (c != NULL)
    put_string (&n, 1, c);
  put_string (&n, 2, to);
  put_string (&n, 3, to);
  put_string (&n, 4, op);
  if (flag != NULL)
    {
      put_string (&attribute, 1, flag);
      put_integer (&attribute, 3, 1);
      put_integer (&attribute, 20, ATTRIBUTE_INT);
      put_message (&n, 5, &attribute);
    }
  if (axes)
    {
      put_string (&attribute, 1, "axes");
      put_integer (&attribute, 8, 1);
      put_integer (&attribute, 20, ATTRIBUTE_INTS);
      put_message (&n, 5, &attribute);
    }
  put_message (graph, 1, &n);
}

/* Field NUMBER of GRAPH: NAME is n x COLS numbers.  */
static void
put_value (struct cvx_text *graph, unsigned number, const char *name,
           size_t cols)
{
  struct cvx_text dim = CVX_TEXT_INIT, shape = CVX_TEXT_INIT,
                  tensor = CVX_TEXT_INIT, type = CVX_TEXT_INIT,
                  value = CVX_TEXT_INIT;
  put_string (&dim, 2, "n");
  put_message (&shape, 1, &dim);
  put_integer (&dim, 1, cols);
  put_message (&shape, 1, &dim);
  put_integer (&tensor, 1, TYPE_DOUBLE);
  put_message (&tensor, 2, &shape);
  put_message (&type, 1, &tensor);
  put_string (&value, 1, name);
  put_message (&value, 2, &type);
  put_message (graph, number, &value);
}

/* Z := Z OP with the vector V, which gets the name BY; nothing for NULL.  */
static const char *
scale (struct cvx_text *graph, const char *op, const char *z, const char *by,
       const double *v, size_t n, const char *to)
{
  if (v == NULL)
    return z;
  put_tensor (graph, by, v, 0, n, n);
  put_node (graph, op, z, by, NULL, to, NULL, false);
  return to;
}

/* Z := Z / max (|Z|, 1 where Z is 0), row by row.  */
static const char *
row_norm (struct cvx_text *graph, const char *z)
{
  static const double constant[2] = { 0, 1 };
  put_tensor (graph, "zero_norm", constant, 0, 1, 1);
  put_tensor (graph, "one_norm", constant + 1, 0, 1, 1);
  put_node (graph, "ReduceL2", z, NULL, NULL, "length", "keepdims", true);
  put_node (graph, "Equal", "length", "zero_norm", NULL, "empty", NULL, false);
  put_node (graph, "Where", "empty", "one_norm", "length", "divisor", NULL,
            false);
  put_node (graph, "Div", z, "divisor", NULL, "x_unit", NULL, false);
  return "x_unit";
}

/* Z' times the first INPUTS columns of V (m x d) plus the last one.  */
static void
layer (struct cvx_text *graph, const struct code *p, const char *z,
       const double *v, const char *weight, const char *bias, const char *to)
{
  size_t d = p->net->n_features, m = p->net->width, w = p->inputs;
  double *b = NULL;
  put_tensor (graph, weight, v, m, w, d);
  if (w < d)
    {
      b = cvx_alloc (m, sizeof *b);
      if (b == NULL)
        {
          graph->failed = true;
          return;
        }
      for (size_t j = 0; j < m; j++)
        b[j] = v[j * d + w];
      put_tensor (graph, bias, b, 0, m, m);
      cvx_free (b);
    }
  put_node (graph, "Gemm", z, weight, w < d ? bias : NULL, to, "transB",
            false);
}

static void
write_onnx (const struct code *p, struct cvx_text *t)
{
  static const double zero = 0;
  const struct cvx_network *net = p->net;
  size_t c = net->n_outputs;
  struct cvx_text graph = CVX_TEXT_INIT, set = CVX_TEXT_INIT;
  const char *z = "x", *h = "hidden";
  z = scale (&graph, "Sub", z, "x_shift", p->x_shift, p->inputs, "x_centred");
  z = scale (&graph, "Mul", z, "x_factor", p->x_factor, p->inputs, "x_scaled");
  if (p->rownorm)
    z = row_norm (&graph, z);
  layer (&graph, p, z, net->u, "W", "b", h);
  if (net->activation == CVX_ACT_RELU)
    {
      put_node (&graph, "Relu", h, NULL, NULL, "active", NULL, false);
      h = "active";
    }
  else if (net->activation == CVX_ACT_GATED)
    {
      put_tensor (&graph, "zero", &zero, 0, 1, 1);
      layer (&graph, p, z, net->gate, "gate", "gate_b", "gated");
      put_node (&graph, "GreaterOrEqual", "gated", "zero", NULL, "on", NULL,
                false);
      put_node (&graph, "Where", "on", h, "zero", "active", NULL, false);
      h = "active";
    }
  put_tensor (&graph, "alpha", net->a, net->width, c, c);
  if (net->b0 != NULL)
    put_tensor (&graph, "b0", net->b0, 0, c, c);
  put_node (&graph, "Gemm", h, "alpha", net->b0 != NULL ? "b0" : NULL, "f0",
            NULL, false);
  h = scale (&graph, "Div", "f0", "y_factor", p->y_factor, c, "f1");
  h = scale (&graph, "Add", h, "y_shift", p->y_shift, c, "f2");
  put_node (&graph, "Identity", h, NULL, NULL, "f", NULL, false);
  put_string (&graph, 2, "network");
  put_value (&graph, 11, "x", p->inputs);
  put_value (&graph, 12, "f", c);
  put_integer (t, 1, IR_VERSION);
  put_string (t, 2, "cvxnn");
  put_string (t, 3, PACKAGE_VERSION);
  put_message (t, 7, &graph);
  put_string (&set, 1, "");
  put_integer (&set, 2, OPSET);
  put_message (t, 8, &set);
}

/* The weights of the convolutional network NET as one linear neuron.  */
static enum cvx_status
flat (const struct cvx_network *net, struct cvx_network **out,
      struct cvx_error *err)
{
  enum cvx_status status
      = cvx_network_new (out, CVX_ACT_LINEAR, 1, net->conv.d, 1, err);
  if (status == CVX_OK)
    status = cvx_conv_weights (&net->conv, net->width, net->u, net->a,
                               (*out)->u, err);
  if (status == CVX_OK && net->b0 != NULL)
    {
      (*out)->b0 = cvx_copy (net->b0, 1, sizeof *net->b0);
      if ((*out)->b0 == NULL)
        status = cvx_fail_nomem (err, "exporting");
    }
  if (status == CVX_OK)
    (*out)->a[0] = 1;
  else
    {
      cvx_network_free (*out);
      *out = NULL;
    }
  return status;
}

enum cvx_status
cmd_network_code (const struct session *s, const struct cvx_network *net,
                  bool onnx, struct cvx_text *t, struct cvx_error *err)
{
  bool ones = cmd_network_augmented (s, net);
  struct cvx_network *weights = NULL;
  struct code c;
  if (net->conv.d > 0)
    {
      enum cvx_status status = flat (net, &weights, err);
      if (status != CVX_OK)
        return status;
      net = weights;
    }
  c = code_of (s, net, ones);
  if (onnx)
    write_onnx (&c, t);
  else
    write_c (&c, t);
  cvx_network_free (weights);
  return CVX_OK;
}
