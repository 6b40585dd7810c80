/* store.c -- a network as members of an archive, and back.

   PREFIX is put before every member name:
     network   i64 [5]: activation, width, n_features, n_outputs, n_atoms
     conv      u64 [10]: rows, columns, channels, rows and columns of a
               patch, both strides, circular, factors, pool (absent: 0);
               where there are patches
     u, a      f64: width x n_features, width x n_outputs
     gate, b0  f64: width x n_features, n_outputs; where there are any
     merged, source   u64: width + 1, and as many as merged ends with

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "network/network.h"

enum
{
  N_SIZES = 5,
  N_CONV = 10,
  NAME_BYTES = 128
};

/* PREFIX and MEMBER in NAME; false when they do not fit.  */
static bool
join (char name[NAME_BYTES], const char *prefix, const char *member)
{
  int length = snprintf (name, NAME_BYTES, "%s%s", prefix, member);
  return length >= 0 && length < NAME_BYTES;
}

/* Add ROWS x COLUMNS numbers (COLUMNS 0: a vector); nothing when VALUES is
   NULL.  */
static enum cvx_status
add (struct cvx_npz_writer *w, const char *prefix, const char *member,
     enum cvx_array_type type, size_t rows, size_t columns, const void *values,
     struct cvx_error *err)
{
  size_t shape[2] = { rows, columns };
  char name[NAME_BYTES];
  if (values == NULL)
    return CVX_OK;
  if (!join (name, prefix, member))
    return cvx_fail (err, CVX_E336, "the name %s%s is too long", prefix,
                     member);
  return cvx_npz_add (w, name, type, columns == 0 ? 1 : 2, shape, values, err);
}

/* The same for counts, which are stored with 64 bits everywhere.  */
static enum cvx_status
add_counts (struct cvx_npz_writer *w, const char *prefix, const char *member,
            size_t count, const size_t *values, struct cvx_error *err)
{
  enum cvx_status status;
  uint64_t *wide = cvx_alloc (count, sizeof *wide);
  if (wide == NULL)
    return cvx_fail_nomem (err, "saving a network");
  for (size_t i = 0; i < count; i++)
    wide[i] = values[i];
  status = add (w, prefix, member, CVX_ARRAY_U64, count, 0, wide, err);
  cvx_free (wide);
  return status;
}

enum cvx_status
cvx_network_save (const struct cvx_network *net, struct cvx_npz_writer *w,
                  const char *prefix, struct cvx_error *err)
{
  size_t m = net->width, d = net->n_features, c = net->n_outputs;
  int64_t sizes[N_SIZES] = { (int64_t)net->activation, (int64_t)m, (int64_t)d,
                             (int64_t)c, (int64_t)net->n_atoms };
  enum cvx_status status
      = add (w, prefix, "network", CVX_ARRAY_I64, N_SIZES, 0, sizes, err);
  if (status == CVX_OK && net->conv.d > 0)
    {
      const struct cvx_conv *k = &net->conv;
      size_t conv[N_CONV]
          = { k->rows,      k->cols,      k->channels, k->size[0], k->size[1],
              k->stride[0], k->stride[1], k->circular, k->factors, k->pool };
      status = add_counts (w, prefix, "conv", N_CONV, conv, err);
    }
  if (status == CVX_OK)
    status = add (w, prefix, "u", CVX_ARRAY_F64, m, d, net->u, err);
  if (status == CVX_OK)
    status = add (w, prefix, "a", CVX_ARRAY_F64, m, c, net->a, err);
  if (status == CVX_OK)
    status = add (w, prefix, "gate", CVX_ARRAY_F64, m, d, net->gate, err);
  if (status == CVX_OK)
    status = add (w, prefix, "b0", CVX_ARRAY_F64, c, 0, net->b0, err);
  if (status == CVX_OK && net->merged != NULL)
    status = add_counts (w, prefix, "merged", m + 1, net->merged, err);
  if (status == CVX_OK && net->merged != NULL)
    status
        = add_counts (w, prefix, "source", net->merged[m], net->source, err);
  return status;
}

static enum cvx_status
damaged (struct cvx_error *err, const char *prefix, const char *member,
         const char *what)
{
  return cvx_fail (err, CVX_E336, "%s%s %s", prefix, member, what);
}

/* The array MEMBER, or NULL.  */
static const struct cvx_array *
find (const struct cvx_npz *z, const char *prefix, const char *member)
{
  char name[NAME_BYTES];
  return join (name, prefix, member) ? cvx_npz_find (z, name) : NULL;
}

/* COUNT finite numbers of MEMBER into a new array at *VALUES, which is NULL
   when the member is absent and not NEEDED.  */
static enum cvx_status
numbers (const struct cvx_npz *z, const char *prefix, const char *member,
         size_t count, bool needed, double **values, struct cvx_error *err)
{
  const struct cvx_array *array = find (z, prefix, member);
  *values = NULL;
  if (array == NULL && !needed)
    return CVX_OK;
  if (array == NULL || array->type != CVX_ARRAY_F64 || array->count != count)
    return damaged (err, prefix, member, "is missing or has another size");
  for (size_t i = 0; i < count; i++)
    if (!isfinite (((const double *)array->values)[i]))
      return damaged (err, prefix, member, "holds nan or infinite numbers");
  *values = cvx_copy (array->values, count, sizeof **values);
  return *values == NULL ? cvx_fail_nomem (err, "loading a network") : CVX_OK;
}

/* COUNT numbers of MEMBER, each at most LIMIT, into a new array.  */
static enum cvx_status
counts (const struct cvx_npz *z, const char *prefix, const char *member,
        size_t count, size_t limit, size_t **values, struct cvx_error *err)
{
  const struct cvx_array *array = find (z, prefix, member);
  const uint64_t *wide;
  if (array == NULL || array->type != CVX_ARRAY_U64 || array->count != count)
    return damaged (err, prefix, member, "is missing or has another size");
  wide = array->values;
  *values = cvx_alloc (count, sizeof **values);
  if (*values == NULL)
    return cvx_fail_nomem (err, "loading a network");
  for (size_t i = 0; i < count; i++)
    {
      if (wide[i] > limit)
        return damaged (err, prefix, member, "is out of range");
      (*values)[i] = (size_t)wide[i];
    }
  return CVX_OK;
}

/* `merged' and `source', where the archive has them.  */
static enum cvx_status
load_sources (struct cvx_network *net, const struct cvx_npz *z,
              const char *prefix, struct cvx_error *err)
{
  size_t m = net->width;
  enum cvx_status status;
  if (find (z, prefix, "merged") == NULL)
    return CVX_OK;
  status
      = counts (z, prefix, "merged", m + 1, net->n_atoms, &net->merged, err);
  if (status != CVX_OK)
    return status;
  for (size_t j = 0; j < m; j++)
    if (net->merged[j] > net->merged[j + 1])
      return damaged (err, prefix, "merged", "is not in order");
  if (net->merged[0] != 0)
    return damaged (err, prefix, "merged", "does not start with 0");
  /* Numbers of blocks of the formulation, which are more than the atoms.  */
  return counts (z, prefix, "source", net->merged[m], SIZE_MAX, &net->source,
                 err);
}

/* The patches of a convolutional network.  */
static enum cvx_status
load_conv (struct cvx_network *net, const struct cvx_npz *z,
           const char *prefix, struct cvx_error *err)
{
  const struct cvx_array *array = find (z, prefix, "conv");
  size_t *v, image[3], inputs, pool, count = N_CONV;
  enum cvx_status status;
  if (array == NULL)
    return CVX_OK;
  if (array->count + 1 == N_CONV)
    count--;
  status = counts (z, prefix, "conv", count, SIZE_MAX, &v, err);
  if (status != CVX_OK)
    return status;
  memcpy (image, v, sizeof image);
  pool = count == N_CONV ? v[9] : 0;
  if (net->activation == CVX_ACT_GATED || !cvx_mul (v[0], v[1], &inputs)
      || !cvx_mul (inputs, v[2], &inputs) || inputs > INT32_MAX
      || cvx_conv_init (&net->conv, inputs, image, v + 3, v + 5, v[7] != 0,
                        NULL)
             != CVX_OK
      || net->conv.h != net->n_features || pool > CVX_POOL_SEPARATE
      || (pool == 0 ? net->conv.k : 1) != net->n_outputs
      || (pool > 0 && net->activation != CVX_ACT_RELU) || v[8] < 2
      || (v[8] > 2 && !cvx_conv_is_full (&net->conv)))
    status = damaged (err, prefix, "conv", "is not that of the weights");
  else
    {
      net->conv.factors = v[8];
      net->conv.pool = (enum cvx_pool)pool;
    }
  cvx_free (v);
  return status;
}

enum cvx_status
cvx_network_load (struct cvx_network **out, const struct cvx_npz *z,
                  const char *prefix, struct cvx_error *err)
{
  const struct cvx_array *array = find (z, prefix, "network");
  const int64_t *sizes;
  struct cvx_network *net;
  size_t m, d, c, nu, na;
  enum cvx_status status;
  *out = NULL;
  if (array == NULL || array->type != CVX_ARRAY_I64 || array->count != N_SIZES)
    return damaged (err, prefix, "network", "is missing or has another size");
  sizes = array->values;
  for (size_t i = 0; i < N_SIZES; i++)
    if (sizes[i] < 0 || sizes[i] > INT64_MAX / 2)
      return damaged (err, prefix, "network", "is out of range");
  if (sizes[0] > CVX_ACT_LINEAR || sizes[2] == 0 || sizes[3] == 0)
    return damaged (err, prefix, "network", "is out of range");
  m = (size_t)sizes[1];
  d = (size_t)sizes[2];
  c = (size_t)sizes[3];
  if (!cvx_mul (m, d, &nu) || !cvx_mul (m, c, &na))
    return damaged (err, prefix, "network", "is out of range");
  /* An empty network first: sizes count only when the arrays agree.  */
  status = cvx_network_new (&net, (enum cvx_activation)sizes[0], 0, d, c, err);
  if (status != CVX_OK)
    return status;
  cvx_free (net->u);
  cvx_free (net->a);
  cvx_free (net->gate);
  net->u = net->a = net->gate = NULL;
  net->width = m;
  net->n_atoms = (size_t)sizes[4];
  status = numbers (z, prefix, "u", nu, true, &net->u, err);
  if (status == CVX_OK)
    status = numbers (z, prefix, "a", na, true, &net->a, err);
  if (status == CVX_OK && net->activation == CVX_ACT_GATED)
    status = numbers (z, prefix, "gate", nu, true, &net->gate, err);
  if (status == CVX_OK)
    status = numbers (z, prefix, "b0", c, false, &net->b0, err);
  if (status == CVX_OK)
    status = load_sources (net, z, prefix, err);
  if (status == CVX_OK)
    status = load_conv (net, z, prefix, err);
  if (status != CVX_OK)
    {
      cvx_network_free (net);
      return status;
    }
  *out = net;
  return CVX_OK;
}
