/* generate.c -- artificial data.

   planted    y = sum_j a_j max (0, x'u_j) + noise, x normal, u_j of unit
              length, a_j = +-1 in turn
   ring       x standard normal, y = +1 where ||x|| > radius
   circular   y = x'w + noise, w(t) = sum_k amp_k cos (2 pi freq_k t / d)

   Every random quantity has a stream of its own, 256 s + the number of the
   quantity with s = CVX_STREAM_GENERATE, so that the points stay the same when
   the noise is changed.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/parts.h"

static const double pi = 3.14159265358979323846;

#define CVX_GENERATOR(NAME, SUMMARY, USES)                                    \
  static enum cvx_status cvxi_generate_##NAME (                               \
      struct cvx_dataset **, const struct cvx_generate_options *,             \
      struct cvx_error *);                                                    \
  static const struct cvx_generator generator_##NAME                          \
      = { #NAME, SUMMARY, USES, cvxi_generate_##NAME };
#include "data/generators.def"
#undef CVX_GENERATOR

const struct cvx_generator *const cvx_generators[] = {
#define CVX_GENERATOR(NAME, SUMMARY, USES) &generator_##NAME,
#include "data/generators.def"
#undef CVX_GENERATOR
  NULL
};

enum quantity
{
  POINTS,
  TEACHER,
  NOISE,
  FLIPS,
  PLACES
};

static void
start (struct cvx_rng *r, const struct cvx_generate_options *o,
       enum quantity quantity)
{
  cvx_rng_init (r, o->seed,
                256 * (uint64_t)CVX_STREAM_GENERATE + (uint64_t)quantity);
}

static enum cvx_status
check_number (const char *name, double v, double least, double most,
              struct cvx_error *err)
{
  if (v >= least && v <= most)
    return CVX_OK;
  return cvx_fail (err, CVX_E226, "%s must be between %g and %g, got %g", name,
                   least, most, v);
}

static enum cvx_status
check_count (const char *name, size_t v, size_t least, struct cvx_error *err)
{
  if (v >= least && v <= INT32_MAX)
    return CVX_OK;
  return cvx_fail (err, CVX_E226, "%s must be at least %zu, got %zu", name,
                   least, v);
}

/* N rows of D features and one output, with checks on what all kinds use.  */
static enum cvx_status
begin (struct cvx_dataset **out, const char *name, size_t n, size_t d,
       const struct cvx_generate_options *o, struct cvx_error *err)
{
  enum cvx_status status = check_count ("n", n, 1, err);
  *out = NULL;
  if (status == CVX_OK)
    status = check_count ("d", d, 1, err);
  if (status == CVX_OK)
    status = check_number ("noise", o->noise, 0, 1e100, err);
  if (status == CVX_OK)
    status = check_number ("flip", o->flip, 0, 1, err);
  if (status == CVX_OK && cvx_dataset_bytes (n, d, 1) == SIZE_MAX)
    status = cvx_fail (err, CVX_E231, "%zu rows of %zu features are too many",
                       n, d);
  return status == CVX_OK ? cvx_dataset_new (out, name, n, d, 1, err) : status;
}

/* Source, hash, and on failure nothing.  */
static enum cvx_status
finish (struct cvx_dataset **out, enum cvx_status status,
        const struct cvx_generate_options *o, struct cvx_error *err)
{
  struct cvx_dataset *d = *out;
  struct cvx_text t = CVX_TEXT_INIT;
  if (status == CVX_OK)
    {
      cvx_text_printf (&t, "generate %s n=%zu d=%zu seed=%llu", d->name,
                       d->part[CVX_TRAIN].n, d->n_features,
                       (unsigned long long)o->seed);
      d->source = t.s;
      if (t.failed)
        status = cvx_fail_nomem (err, "generating data");
      else
        cvx_dataset_rehash (d);
    }
  if (status != CVX_OK)
    {
      if (t.failed && d != NULL)
        d->source = NULL;
      cvx_text_free (&t);
      cvx_dataset_free (d);
      *out = NULL;
    }
  return status;
}

static void
fill_normal (struct cvx_dataset *d, const struct cvx_generate_options *o)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  struct cvx_rng r;
  start (&r, o, POINTS);
  for (size_t k = 0; k < p->n * d->n_features; k++)
    p->x[k] = cvx_rng_normal (&r);
}

static void
add_noise (double *v, size_t n, const struct cvx_generate_options *o)
{
  struct cvx_rng r;
  start (&r, o, NOISE);
  for (size_t k = 0; k < n; k++)
    v[k] += o->noise * cvx_rng_normal (&r);
}

/* Give the share o->flip of the rows, rounded, another of CLASSES labels.  */
static enum cvx_status
flip_labels (struct cvx_dataset *d, const struct cvx_generate_options *o,
             size_t classes, struct cvx_error *err)
{
  struct cvx_part *p = &d->part[CVX_TRAIN];
  size_t n = (size_t)(o->flip * (double)p->n + 0.5), *order;
  struct cvx_rng r;
  if (n == 0)
    return CVX_OK;
  order = cvx_alloc (p->n, sizeof *order);
  if (order == NULL)
    return cvx_fail_nomem (err, "generating data");
  start (&r, o, FLIPS);
  cvx_rng_permutation (&r, p->n, order);
  for (size_t k = 0; k < n; k++)
    {
      double *y = &p->y[order[k]];
      if (classes == 2)
        *y = -*y;
      else
        *y = fmod (*y + 1 + (double)cvx_rng_below (&r, classes - 1),
                   (double)classes);
    }
  cvx_free (order);
  return CVX_OK;
}

/* Labels "-1", "+1", or "0" .. for more classes.  */
static enum cvx_status
name_labels (struct cvx_dataset *d, size_t classes, struct cvx_error *err)
{
  d->label = cvx_calloc (classes, sizeof *d->label);
  if (d->label == NULL)
    return cvx_fail_nomem (err, "generating data");
  d->n_labels = classes;
  for (size_t k = 0; k < classes; k++)
    {
      char name[32];
      d->label[k].value = classes == 2 ? 2 * (double)k - 1 : (double)k;
      snprintf (name, sizeof name, classes == 2 ? "%+.0f" : "%.0f",
                d->label[k].value);
      d->label[k].name = cvx_strdup (name);
      if (d->label[k].name == NULL)
        return cvx_fail_nomem (err, "generating data");
    }
  return CVX_OK;
}

static enum cvx_status
finish_classes (struct cvx_dataset **out, enum cvx_status status,
                size_t classes, const struct cvx_generate_options *o,
                struct cvx_error *err)
{
  if (status == CVX_OK)
    status = flip_labels (*out, o, classes, err);
  if (status == CVX_OK)
    status = name_labels (*out, classes, err);
  return finish (out, status, o, err);
}

static enum cvx_status
cvxi_generate_points (struct cvx_dataset **out,
                      const struct cvx_generate_options *o,
                      struct cvx_error *err)
{
  struct cvx_generate_options plain = { .seed = o->seed };
  enum cvx_status status = begin (out, "points", o->n_points, 1, &plain, err);
  for (size_t k = 0; status == CVX_OK && k < o->n_points; k++)
    {
      if (!isfinite (o->px[k]) || !isfinite (o->py[k]))
        status = cvx_fail (err, CVX_E226, "point %zu is (%g, %g)", k + 1,
                           o->px[k], o->py[k]);
      (*out)->part[CVX_TRAIN].x[k] = o->px[k];
      (*out)->part[CVX_TRAIN].y[k] = o->py[k];
    }
  return finish (out, status, &plain, err);
}

static enum cvx_status
cvxi_generate_planted (struct cvx_dataset **out,
                       const struct cvx_generate_options *o,
                       struct cvx_error *err)
{
  struct cvx_rng r;
  struct cvx_part *p;
  size_t n = o->n, d = o->d;
  double *u;
  enum cvx_status status = check_count ("width", o->width, 1, err);
  *out = NULL;
  if (status == CVX_OK)
    status = begin (out, "planted", n, d, o, err);
  if (status != CVX_OK)
    return finish (out, status, o, err);
  u = cvx_alloc (d, sizeof *u);
  if (u == NULL)
    return finish (out, cvx_fail_nomem (err, "generating data"), o, err);
  fill_normal (*out, o);
  p = &(*out)->part[CVX_TRAIN];
  memset (p->y, 0, n * sizeof *p->y);
  start (&r, o, TEACHER);
  for (size_t j = 0; j < o->width; j++)
    {
      double norm = 0;
      for (size_t k = 0; k < d; k++)
        {
          u[k] = cvx_rng_normal (&r);
          norm = hypot (norm, u[k]);
        }
      for (size_t i = 0; i < n; i++)
        {
          double s = 0;
          for (size_t k = 0; k < d; k++)
            s += p->x[i * d + k] * u[k];
          if (s > 0)
            p->y[i] += (j % 2 == 0 ? s : -s) / norm;
        }
    }
  cvx_free (u);
  add_noise (p->y, n, o);
  return finish (out, CVX_OK, o, err);
}

static enum cvx_status
cvxi_generate_gaussians (struct cvx_dataset **out,
                         const struct cvx_generate_options *o,
                         struct cvx_error *err)
{
  enum cvx_status status = begin (out, "gaussians", o->n, o->d, o, err);
  if (status == CVX_OK)
    status = check_number ("radius", o->radius, 0, 1e100, err);
  if (status == CVX_OK)
    {
      /* The clouds lie at +-radius on the first axis.  */
      double spread = o->noise > 0 ? o->noise : 1;
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      fill_normal (*out, o);
      for (size_t i = 0; i < p->n; i++)
        {
          double *x = p->x + i * o->d;
          p->y[i] = i % 2 == 0 ? -1 : 1;
          for (size_t k = 0; k < o->d; k++)
            x[k] *= spread;
          x[0] += p->y[i] * o->radius;
        }
    }
  return finish_classes (out, status, 2, o, err);
}

static enum cvx_status
cvxi_generate_ring (struct cvx_dataset **out,
                    const struct cvx_generate_options *o,
                    struct cvx_error *err)
{
  /* The default circle holds half of a normal cloud in the plane: its radius
     is sqrt (2 log 2) = 1.177.  */
  double radius = o->radius > 0 ? o->radius : 1.18;
  size_t d = o->d > 0 ? o->d : 2;
  enum cvx_status status = begin (out, "ring", o->n, d, o, err);
  if (status == CVX_OK)
    {
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      fill_normal (*out, o);
      for (size_t i = 0; i < p->n; i++)
        {
          double r = 0;
          for (size_t k = 0; k < d; k++)
            r = hypot (r, p->x[i * d + k]);
          p->y[i] = r > radius ? 1 : -1;
        }
    }
  return finish_classes (out, status, 2, o, err);
}

static enum cvx_status
cvxi_generate_spiral (struct cvx_dataset **out,
                      const struct cvx_generate_options *o,
                      struct cvx_error *err)
{
  size_t classes = o->classes > 0 ? o->classes : 2;
  enum cvx_status status = check_count ("classes", classes, 2, err);
  *out = NULL;
  if (status == CVX_OK)
    status = begin (out, "spiral", o->n, 2, o, err);
  if (status == CVX_OK)
    {
      /* Point i of n is on arm i mod classes, one turn from the centre out. */
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      for (size_t i = 0; i < p->n; i++)
        {
          size_t arm = i % classes;
          double t = ((double)(i / classes) + 1)
                     / ((double)((p->n - 1) / classes) + 1);
          double angle = 2 * pi * (t + (double)arm / (double)classes);
          p->x[2 * i] = t * cos (angle);
          p->x[2 * i + 1] = t * sin (angle);
          p->y[i] = classes == 2 ? 2 * (double)arm - 1 : (double)arm;
        }
      add_noise (p->x, 2 * p->n, o);
    }
  return finish_classes (out, status, classes, o, err);
}

static enum cvx_status
cvxi_generate_xor (struct cvx_dataset **out,
                   const struct cvx_generate_options *o, struct cvx_error *err)
{
  static const double corner[4][2]
      = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } };
  enum cvx_status status = begin (out, "xor", o->n, 2, o, err);
  if (status == CVX_OK)
    {
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      for (size_t i = 0; i < p->n; i++)
        {
          p->x[2 * i] = corner[i % 4][0];
          p->x[2 * i + 1] = corner[i % 4][1];
          p->y[i] = -corner[i % 4][0] * corner[i % 4][1];
        }
      add_noise (p->x, 2 * p->n, o);
    }
  return finish_classes (out, status, 2, o, err);
}

static enum cvx_status
cvxi_generate_circular (struct cvx_dataset **out,
                        const struct cvx_generate_options *o,
                        struct cvx_error *err)
{
  size_t n = o->n, d = o->d;
  enum cvx_status status = check_count ("freqs", o->n_freqs, 1, err);
  *out = NULL;
  if (status == CVX_OK)
    status = begin (out, "circular", n, d, o, err);
  for (size_t k = 0; status == CVX_OK && k < o->n_freqs; k++)
    {
      status
          = check_number ("a frequency", o->freqs[k], 0, (double)d / 2, err);
      if (status == CVX_OK && o->amps != NULL)
        status = check_number ("an amplitude", o->amps[k], -1e100, 1e100, err);
    }
  if (status == CVX_OK)
    {
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      fill_normal (*out, o);
      memset (p->y, 0, n * sizeof *p->y);
      (*out)->planted = cvx_calloc (d, sizeof *(*out)->planted);
      if ((*out)->planted == NULL)
        status = cvx_fail_nomem (err, "generating");
      for (size_t t = 0; status == CVX_OK && t < d; t++)
        {
          double w = 0;
          for (size_t k = 0; k < o->n_freqs; k++)
            w += (o->amps != NULL ? o->amps[k] : 1)
                 * cos (2 * pi * o->freqs[k] * (double)t / (double)d);
          (*out)->planted[t] = w;
          for (size_t i = 0; i < n; i++)
            p->y[i] += w * p->x[i * d + t];
        }
      add_noise (p->y, n, o);
    }
  return finish (out, status, o, err);
}

static enum cvx_status
cvxi_generate_spline (struct cvx_dataset **out,
                      const struct cvx_generate_options *o,
                      struct cvx_error *err)
{
  enum cvx_status status = begin (out, "spline", o->n, 1, o, err);
  if (status == CVX_OK)
    {
      struct cvx_part *p = &(*out)->part[CVX_TRAIN];
      struct cvx_rng r;
      start (&r, o, PLACES);
      for (size_t i = 0; i < p->n; i++)
        {
          /* One place at random in each of n equal cells: in order.  */
          double t = ((double)i + cvx_rng_uniform (&r)) / (double)p->n;
          p->x[i] = 2 * t - 1;
          p->y[i] = sin (pi * p->x[i]) + 0.5 * cos (2 * pi * p->x[i]);
        }
      add_noise (p->y, p->n, o);
    }
  return finish (out, status, o, err);
}
