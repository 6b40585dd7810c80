/* state.c -- allocate, free, copy, compare, save and load solver states.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/state.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

/* Entries of the fixed array FIELD; false when the product overflows.  */
static bool
array_length (const struct cvx_field *field, const struct cvx_formulation *f,
              size_t *length)
{
  switch (field->length)
    {
    case CVX_LEN_ONE:
      *length = 1;
      return true;
    case CVX_LEN_OBS:
      *length = f->n_obs;
      return true;
    case CVX_LEN_VAR:
      *length = f->n_var;
      return true;
    case CVX_LEN_CONE:
      *length = f->n_cone;
      return true;
    case CVX_LEN_BLOCKS:
      *length = f->n_blocks;
      return true;
    case CVX_LEN_SAMPLES:
      *length = f->n_samples;
      return true;
    case CVX_LEN_FREE:
      break; /* vectors only */
    }
  assert (field->length != CVX_LEN_FREE);
  return false;
}

static void *
field_at (const void *state, const struct cvx_field *field)
{
  return (char *)state + field->offset;
}

double
cvx_solver_bytes (const struct cvx_solver *solver,
                  const struct cvx_formulation *f,
                  const struct cvx_settings *s)
{
  /* The state, the last certified one, and the dual points of the run.  */
  double numbers = 3 * (double)f->n_obs;
  for (const struct cvx_field *k = solver->fields; k->name != NULL; k++)
    {
      size_t length;
      if (k->kind == CVX_FIELD_ARRAY && array_length (k, f, &length))
        numbers += 2 * (double)length;
    }
  return 8 * numbers + (solver->bytes != NULL ? solver->bytes (f, s) : 0);
}

/* The values of FIELD, their number and size, whatever its kind.  */
struct span
{
  void *p;
  size_t count, size;
  enum cvx_array_type type;
};

static struct span
field_span (const void *state, const struct cvx_field *field,
            const struct cvx_formulation *f)
{
  void *at = field_at (state, field);
  struct span s = { at, 1, sizeof (double), CVX_ARRAY_F64 };
  switch (field->kind)
    {
    case CVX_FIELD_REAL:
      break;
    case CVX_FIELD_COUNT:
      s.size = sizeof (uint64_t);
      s.type = CVX_ARRAY_U64;
      break;
    case CVX_FIELD_ARRAY:
      s.p = *(double **)at;
      (void)array_length (field, f, &s.count); /* did not overflow before */
      break;
    case CVX_FIELD_VECTOR:
      s.p = ((struct cvx_vector *)at)->p;
      s.count = ((struct cvx_vector *)at)->len;
      break;
    case CVX_FIELD_INDICES:
      s.p = ((struct cvx_indices *)at)->p;
      s.count = ((struct cvx_indices *)at)->len;
      s.size = sizeof (size_t);
      s.type = CVX_ARRAY_U64;
      break;
    }
  return s;
}

/* Room for CAP entries of SIZE bytes.  */
static enum cvx_status
reserve (void **p, size_t len, size_t *have, size_t cap, size_t size,
         struct cvx_error *err)
{
  void *q;
  if (cap <= *have)
    return CVX_OK;
  q = cvx_grow (*p, len, cap, size);
  if (q == NULL)
    return cvx_fail_nomem (err, "growing the state of the solver");
  *p = q;
  *have = cap;
  return CVX_OK;
}

enum cvx_status
cvx_vector_reserve (struct cvx_vector *v, size_t cap, struct cvx_error *err)
{
  void *p = v->p;
  enum cvx_status st
      = reserve (&p, v->len, &v->cap, cap, sizeof (double), err);
  v->p = p;
  return st;
}

enum cvx_status
cvx_indices_reserve (struct cvx_indices *v, size_t cap, struct cvx_error *err)
{
  void *p = v->p;
  enum cvx_status st
      = reserve (&p, v->len, &v->cap, cap, sizeof (size_t), err);
  v->p = p;
  return st;
}

/* Room for CAP entries in FIELD when it is a vector; with SET also its length
   becomes CAP.  */
static enum cvx_status
field_reserve (void *state, const struct cvx_field *field, size_t cap,
               bool set, struct cvx_error *err)
{
  void *at = field_at (state, field);
  enum cvx_status st = CVX_OK;
  if (field->kind == CVX_FIELD_VECTOR)
    {
      struct cvx_vector *v = at;
      st = cvx_vector_reserve (v, cap, err);
      if (st == CVX_OK && set)
        v->len = cap;
    }
  else if (field->kind == CVX_FIELD_INDICES)
    {
      struct cvx_indices *v = at;
      st = cvx_indices_reserve (v, cap, err);
      if (st == CVX_OK && set)
        v->len = cap;
    }
  return st;
}

enum cvx_status
cvxi_state_new (void **out, const struct cvx_solver *solver,
                const struct cvx_formulation *f, struct cvx_error *err)
{
  void *state = cvx_calloc (1, solver->state_size);
  *out = NULL;
  if (state == NULL)
    return cvx_fail_nomem (err, "starting the solver");
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    if (field->kind == CVX_FIELD_ARRAY)
      {
        size_t n;
        double *p = array_length (field, f, &n)
                        ? cvx_calloc (n, sizeof (double))
                        : NULL;
        if (p == NULL)
          {
            cvxi_state_free (state, solver);
            return cvx_fail_nomem (err, "starting the solver");
          }
        *(double **)field_at (state, field) = p;
      }
  *out = state;
  return CVX_OK;
}

void
cvxi_state_free (void *state, const struct cvx_solver *solver)
{
  if (state == NULL)
    return;
  if (solver->destroy != NULL)
    solver->destroy (state);
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    {
      void *at = field_at (state, field);
      if (field->kind == CVX_FIELD_ARRAY)
        cvx_free (*(double **)at);
      else if (field->kind == CVX_FIELD_VECTOR)
        cvx_free (((struct cvx_vector *)at)->p);
      else if (field->kind == CVX_FIELD_INDICES)
        cvx_free (((struct cvx_indices *)at)->p);
    }
  cvx_free (state);
}

enum cvx_status
cvxi_state_copy (void *to, const void *from, const struct cvx_solver *solver,
                 const struct cvx_formulation *f, struct cvx_error *err)
{
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    if (!field->scratch)
      {
        struct span a = field_span (from, field, f), b;
        enum cvx_status st = field_reserve (to, field, a.count, true, err);
        if (st != CVX_OK)
          return st;
        b = field_span (to, field, f);
        if (a.count > 0)
          memcpy (b.p, a.p, a.count * a.size);
      }
  return CVX_OK;
}

const char *
cvxi_state_compare (const void *a, const void *b,
                    const struct cvx_solver *solver,
                    const struct cvx_formulation *f)
{
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    if (!field->scratch)
      {
        struct span s = field_span (a, field, f), t = field_span (b, field, f);
        if (s.count != t.count
            || (s.count > 0 && memcmp (s.p, t.p, s.count * s.size) != 0))
          return field->name;
      }
  return NULL;
}

enum cvx_status
cvxi_state_grow (void *state, const struct cvx_solver *solver,
                 struct cvx_error *err)
{
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    {
      enum cvx_status st;
      size_t len;
      if (field->kind == CVX_FIELD_VECTOR)
        len = ((struct cvx_vector *)field_at (state, field))->len;
      else if (field->kind == CVX_FIELD_INDICES)
        len = ((struct cvx_indices *)field_at (state, field))->len;
      else
        continue;
      st = field_reserve (state, field, 2 * len + 64, false, err);
      if (st != CVX_OK)
        return st;
    }
  return CVX_OK;
}

/* PREFIX followed by KEY, the caller's.  */
static char *
member_name (const char *prefix, const char *key)
{
  size_t a = strlen (prefix), b = strlen (key);
  char *name = cvx_alloc (a + b + 1, 1);
  if (name != NULL)
    {
      memcpy (name, prefix, a);
      memcpy (name + a, key, b + 1);
    }
  return name;
}

enum cvx_status
cvxi_member_add (struct cvx_npz_writer *w, const char *prefix, const char *key,
                 enum cvx_array_type type, size_t rank, const size_t *shape,
                 const void *values, struct cvx_error *err)
{
  char *name = member_name (prefix, key);
  enum cvx_status st;
  if (name == NULL)
    return cvx_fail_nomem (err, "saving a run");
  st = cvx_npz_add (w, name, type, rank, shape, values, err);
  cvx_free (name);
  return st;
}

enum cvx_status
cvxi_member_find (const struct cvx_array **out, const struct cvx_npz *z,
                  const char *prefix, const char *key,
                  enum cvx_array_type type, size_t count,
                  struct cvx_error *err)
{
  char *name = member_name (prefix, key);
  const struct cvx_array *a;
  enum cvx_status st = CVX_OK;
  if (name == NULL)
    return cvx_fail_nomem (err, "loading a run");
  a = cvx_npz_find (z, name);
  if (a == NULL)
    st = cvx_fail (err, CVX_E410, "the saved run has no \"%s\"", name);
  else if (a->type != type)
    st = cvx_fail (err, CVX_E410, "\"%s\" of the saved run has another type",
                   name);
  else if (count != SIZE_MAX && a->count != count)
    st = cvx_fail (err, CVX_E410,
                   "\"%s\" of the saved run has %zu values, not %zu", name,
                   a->count, count);
  cvx_free (name);
  *out = st == CVX_OK ? a : NULL;
  return st;
}

enum cvx_status
cvxi_state_save (const void *state, const struct cvx_solver *solver,
                 const struct cvx_formulation *f, struct cvx_npz_writer *w,
                 const char *prefix, struct cvx_error *err)
{
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    if (!field->scratch)
      {
        struct span s = field_span (state, field, f);
        enum cvx_status st = cvxi_member_add (w, prefix, field->name, s.type,
                                              1, &s.count, s.p, err);
        if (st != CVX_OK)
          return st;
      }
  return CVX_OK;
}

enum cvx_status
cvxi_state_load (void *state, const struct cvx_solver *solver,
                 const struct cvx_formulation *f, const struct cvx_npz *z,
                 const char *prefix, struct cvx_error *err)
{
  for (const struct cvx_field *field = solver->fields; field->name; field++)
    if (!field->scratch)
      {
        struct span s = field_span (state, field, f);
        bool fixed = field->kind != CVX_FIELD_VECTOR
                     && field->kind != CVX_FIELD_INDICES;
        const struct cvx_array *a;
        enum cvx_status st
            = cvxi_member_find (&a, z, prefix, field->name, s.type,
                                fixed ? s.count : SIZE_MAX, err);
        if (st == CVX_OK)
          st = field_reserve (state, field, a->count, true, err);
        if (st != CVX_OK)
          return st;
        s = field_span (state, field, f);
        if (s.count > 0)
          memcpy (s.p, a->values, s.count * s.size);
      }
  return CVX_OK;
}

enum cvx_status
cvxi_point_check (const struct cvx_formulation *f,
                  const struct cvx_point *point, struct cvx_error *err)
{
  if (point == NULL)
    return CVX_OK;
  if (point->block == NULL && point->n_atoms > 0
      && point->n_atoms != f->n_blocks)
    return cvx_fail (err, CVX_E366,
                     "the start has %zu blocks, the formulation %zu",
                     point->n_atoms, f->n_blocks);
  for (size_t k = 0; k < point->n_atoms && point->block != NULL; k++)
    if (point->block[k] >= f->n_blocks)
      return cvx_fail (err, CVX_E366,
                       "the start has a block %zu, the formulation %zu blocks",
                       point->block[k] + 1, f->n_blocks);
  return CVX_OK;
}

enum cvx_status
cvxi_point_dense (const struct cvx_formulation *f,
                  const struct cvx_point *point, double *x,
                  struct cvx_error *err)
{
  size_t len = f->block_len;
  enum cvx_status st = cvxi_point_check (f, point, err);
  memset (x, 0, f->n_var * sizeof *x);
  if (st != CVX_OK || point == NULL)
    return st;
  for (size_t k = 0; k < point->n_atoms; k++)
    {
      size_t g = point->block == NULL ? k : point->block[k];
      for (size_t i = 0; i < len; i++)
        x[g * len + i] += point->x[k * len + i];
    }
  return CVX_OK;
}

double
cvxi_loss_value (const struct cvx_formulation *f, const double *at)
{
  return f->loss->value (at, f->y, f->n_samples, f->n_outputs, f->loss_param);
}

void
cvxi_loss_dual (const struct cvx_formulation *f, const double *at, double *nu)
{
  f->loss->dual (at, f->y, f->n_samples, f->n_outputs, f->loss_param, nu);
}

enum cvx_status
cvxi_precision (const struct cvx_formulation *f, bool single,
                struct cvx_error *err)
{
  return f->class->single == NULL ? CVX_OK : f->class->single (f, single, err);
}

void
cvxi_precision_double (const struct cvx_formulation *f)
{
  struct cvx_error err;
  enum cvx_status status = cvxi_precision (f, false, &err);
  assert (status == CVX_OK); /* the double operator is always there */
  (void)status;
}
