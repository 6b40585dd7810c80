/* dataset.c -- generators, description, saving.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datasets.h"

START_TEST (generators_are_deterministic)
{
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    {
      const char *name = cvx_generators[k]->name;
      struct cvx_generate_options o = usual ();
      struct cvx_dataset *a = generate (name, o), *b = generate (name, o), *c;
      ck_assert_str_eq (a->name, name);
      ck_assert (a->hash == b->hash);
      ck_assert_int_eq (
          memcmp (a->part[0].x, b->part[0].x,
                  a->part[0].n * a->n_features * sizeof (double)),
          0);
      o.seed++;
      c = generate (name, o);
      ck_assert_msg ((strstr (cvx_generators[k]->uses, "seed") != NULL)
                         == (c->hash != a->hash),
                     "%s", name);
      cvx_dataset_free (a);
      cvx_dataset_free (b);
      cvx_dataset_free (c);
    }
}
END_TEST

/* The noise has a stream of its own: without it the points are the same.  */
START_TEST (noise_does_not_move_the_points)
{
  struct cvx_generate_options o = usual (), quiet = usual ();
  struct cvx_dataset *a, *b;
  double sum = 0;
  quiet.noise = 0;
  a = generate ("planted", o);
  b = generate ("planted", quiet);
  ck_assert_int_eq (
      memcmp (a->part[0].x, b->part[0].x, 60 * 8 * sizeof (double)), 0);
  for (size_t i = 0; i < 60; i++)
    sum += pow (a->part[0].y[i] - b->part[0].y[i], 2);
  ck_assert_near (sqrt (sum / 60), 0.1, 0.4);
  cvx_dataset_free (a);
  cvx_dataset_free (b);
}
END_TEST

START_TEST (generators_make_what_they_say)
{
  struct cvx_generate_options o = usual ();
  struct cvx_dataset *d = generate ("points", o);
  size_t outside = 0, flipped = 0;
  ck_assert_uint_eq (d->n_features, 1);
  ck_assert (d->part[0].x[0] == -2 && d->part[0].y[4] == -1);
  ck_assert_uint_eq (d->n_labels, 0);
  cvx_dataset_free (d);

  o.n = 1000;
  o.d = 2;
  o.radius = 0; /* the default */
  d = generate ("ring", o);
  for (size_t i = 0; i < 1000; i++)
    {
      double r = hypot (d->part[0].x[2 * i], d->part[0].x[2 * i + 1]);
      outside += r > 1.18;
      flipped += (r > 1.18 ? 1 : -1) != (int)d->part[0].y[i];
    }
  ck_assert_uint_eq (flipped, 100);
  ck_assert_near ((double)outside, 500, 0.1);
  ck_assert_uint_eq (d->n_features, 2);
  cvx_dataset_free (d);

  o.noise = o.flip = 0;
  d = generate ("spiral", o);
  for (size_t i = 0; i < 1000; i++)
    ck_assert (d->part[0].y[i] == (double)(i % 3));
  ck_assert_uint_eq (d->n_labels, 3);
  cvx_dataset_free (d);

  o.d = 8;
  d = generate ("circular", o);
  for (size_t i = 0; i < 10; i++)
    {
      double y = 0, pi = acos (-1);
      for (int t = 0; t < 8; t++)
        y += (2 * cos (2 * pi * t / 8) - 0.5 * cos (2 * pi * 3 * t / 8))
             * d->part[0].x[i * 8 + (size_t)t];
      ck_assert_near (d->part[0].y[i], y, 1e-12);
    }
  cvx_dataset_free (d);
}
END_TEST

START_TEST (generators_refuse_nonsense)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    {
      struct cvx_generate_options o = usual ();
      o.n = o.n_points = 0;
      ck_assert_int_eq (cvx_generators[k]->make (&d, &o, &err), CVX_INVALID);
      ck_assert_int_eq (err.id, CVX_E226);
      ck_assert_ptr_null (d);
      if (strstr (cvx_generators[k]->uses, "noise") == NULL)
        continue;
      o = usual ();
      o.noise = -1;
      ck_assert_int_eq (cvx_generators[k]->make (&d, &o, &err), CVX_INVALID);
      o.noise = NAN;
      ck_assert_int_eq (cvx_generators[k]->make (&d, &o, &err), CVX_INVALID);
      for (size_t j = 1;; j++)
        {
          size_t live = cvx_alloc_live ();
          enum cvx_status status;
          o = usual ();
          cvx_alloc_fail_at (j, false);
          status = cvx_generators[k]->make (&d, &o, &err);
          cvx_alloc_fail_at (0, false);
          cvx_dataset_free (d);
          ck_assert_uint_eq (cvx_alloc_live (), live);
          if (status == CVX_OK)
            break;
          ck_assert_int_eq (status, CVX_NOMEM);
        }
    }
}
END_TEST

START_TEST (describe_sees_what_is_odd)
{
  /* Columns: a, 2 a, ones, a again, zeros.  */
  static const double a[] = { 1, 2, 1, 0, 2, 1 }, y[] = { 5, 6, 7, 8, 6, 5 };
  struct cvx_error err;
  struct cvx_summary s;
  struct cvx_dataset *d;
  ck_assert_ok (cvx_dataset_new (&d, "odd", 6, 5, 1, &err), err);
  for (size_t i = 0; i < 6; i++)
    {
      const double row[] = { a[i], 2 * a[i], i != 3, a[i], 0 };
      memcpy (d->part[0].x + 5 * i, row, sizeof row);
      d->part[0].y[i] = y[i];
    }
  ck_assert_ok (cvx_dataset_describe (d, &s, &err), err);
  ck_assert_uint_eq (s.rank, 2);
  ck_assert_uint_eq (s.n_constant, 1);
  ck_assert_uint_eq (s.n_duplicate_cols, 1);
  ck_assert_uint_eq (s.n_duplicate_rows, 3);
  ck_assert_uint_eq (s.n_conflicts, 2); /* rows 0 and 2 */
  ck_assert_uint_eq (s.n_zero_rows, 1);
  ck_assert_uint_eq (s.ones_column, 0);
  ck_assert (s.x_max == 4 && s.y_min == 5 && s.y_max == 8);
  d->part[0].x[5 * 3 + 2] = 1;
  ck_assert_ok (cvx_dataset_describe (d, &s, &err), err);
  ck_assert_uint_eq (s.ones_column, 3);
  cvx_dataset_free (d);
  /* Orthogonal columns of lengths 3 and 4 times sqrt 2: condition 4/3.  */
  ck_assert_ok (cvx_dataset_new (&d, "two", 2, 2, 1, &err), err);
  memcpy (d->part[0].x, (double[]){ 3, 4, 3, -4 }, 4 * sizeof (double));
  d->part[0].y[0] = d->part[0].y[1] = 1;
  ck_assert_ok (cvx_dataset_describe (d, &s, &err), err);
  ck_assert_near (s.condition, 4.0 / 3, 1e-14);
  ck_assert_uint_eq (s.rank, 2);
  cvx_dataset_free (d);
}
END_TEST

static enum cvx_status
save (const struct cvx_dataset *d, const char *path, struct cvx_error *err)
{
  struct cvx_npz_writer *w;
  enum cvx_status status = cvx_npz_create (&w, path, false, err);
  if (status != CVX_OK)
    return status;
  status = cvx_dataset_save (d, w, "data/", err);
  if (status == CVX_OK)
    return cvx_npz_close (w, err);
  cvx_npz_abort (w);
  return status;
}

START_TEST (saved_is_loaded)
{
  struct cvx_error err;
  struct cvx_npz *z;
  struct cvx_dataset *d = everything (), *l;
  const char *path = test_scratch ("data.npz");
  struct cvx_array *x;
  ck_assert_ok (save (d, path, &err), err);
  ck_assert_ok (cvx_npz_read (&z, path, 0, NULL, &err), err);
  ck_assert_ok (cvx_dataset_load (&l, z, "data/", &err), err);
  ck_assert (l->hash == d->hash);
  ck_assert_str_eq (l->name, d->name);
  ck_assert_str_eq (l->source, d->source);
  ck_assert_str_eq (l->target, "class");
  ck_assert_str_eq (l->feature[0], "a");
  ck_assert_uint_eq (l->n_labels, 2);
  ck_assert_str_eq (l->label[1].name, "good");
  ck_assert (l->label[0].value == -1);
  ck_assert (l->x_factor[0] == d->x_factor[0]);
  ck_assert_uint_eq (l->part[CVX_TEST].row[0], d->part[CVX_TEST].row[0]);
  cvx_dataset_free (l);
  for (size_t k = 1;; k++)
    {
      size_t live = cvx_alloc_live ();
      enum cvx_status status;
      cvx_alloc_fail_at (k, false);
      status = cvx_dataset_load (&l, z, "data/", &err);
      cvx_alloc_fail_at (0, false);
      cvx_dataset_free (l);
      ck_assert_uint_eq (cvx_alloc_live (), live);
      if (status == CVX_OK)
        break;
      ck_assert_ptr_null (l);
    }
  ck_assert_int_eq (cvx_dataset_load (&l, z, "other/", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E401);
  /* A changed number is noticed.  */
  x = (struct cvx_array *)cvx_npz_find (z, "data/train.x");
  ((double *)x->values)[0] += 1e-9;
  ck_assert_int_eq (cvx_dataset_load (&l, z, "data/", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E402);
  cvx_npz_free (z);
  cvx_dataset_free (d);
  unlink (path);
}
END_TEST

TEST_MAIN ("dataset", generators_are_deterministic,
           noise_does_not_move_the_points, generators_make_what_they_say,
           generators_refuse_nonsense, describe_sees_what_is_odd,
           saved_is_loaded)
