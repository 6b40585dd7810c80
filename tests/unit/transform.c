/* transform.c -- datasets from datasets: split, scale, bias, classes, onehot,
   shrink, grey, sample.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include <stdio.h>
#include <string.h>

#include "datasets.h"

static size_t
count_label (const struct cvx_part *p, double y)
{
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++)
    n += p->y[i] == y;
  return n;
}

START_TEST (split_deals_every_row_once)
{
  struct cvx_error err;
  struct cvx_generate_options o = usual ();
  struct cvx_dataset *d = generate ("spiral", o), *s, *t;
  size_t seen[60] = { 0 };
  ck_assert_ok (cvx_dataset_split (&s, d, 0.5, 12, 0, 3, true, &err), err);
  ck_assert_uint_eq (s->part[CVX_TRAIN].n, 30);
  ck_assert_uint_eq (s->part[CVX_VAL].n, 12);
  ck_assert_uint_eq (s->part[CVX_TEST].n, 18);
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t i = 0; i < s->part[p].n; i++)
      {
        size_t row = s->part[p].row[i];
        seen[row]++;
        ck_assert (i == 0 || row > s->part[p].row[i - 1]);
        ck_assert (s->part[p].x[2 * i] == d->part[0].x[2 * row]);
        ck_assert (s->part[p].y[i] == d->part[0].y[row]);
      }
  for (size_t i = 0; i < 60; i++)
    ck_assert_uint_eq (seen[i], 1);
  for (size_t k = 0; k < 3; k++)
    {
      size_t all = count_label (&d->part[0], (double)k);
      size_t half = count_label (&s->part[CVX_TRAIN], (double)k);
      ck_assert_msg (half >= all / 2 - 1 && half <= all / 2 + 1,
                     "label %zu: %zu of %zu", k, half, all);
    }
  /* A split of a split deals all rows again: the same numbers, the same
     result.  */
  ck_assert_ok (cvx_dataset_split (&t, s, 30, 12, 18, 4, false, &err), err);
  ck_assert (t->hash != s->hash);
  ck_assert_uint_eq (t->part[CVX_TEST].n, 18);
  cvx_dataset_free (t);
  ck_assert_int_eq (cvx_dataset_split (&t, d, 50, 11, 0, 1, false, &err),
                    CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E227);
  ck_assert_int_eq (cvx_dataset_split (&t, d, 1.5, 0, 0, 1, false, &err),
                    CVX_INVALID);
  ck_assert_int_eq (cvx_dataset_split (&t, d, NAN, 0, 0, 1, false, &err),
                    CVX_INVALID);
  ck_assert_int_eq (cvx_dataset_split (&t, d, 0, 0, 0, 1, false, &err),
                    CVX_INVALID);
  ck_assert_ptr_null (t);
  cvx_dataset_free (s);
  cvx_dataset_free (d);
}
END_TEST

/* What is recorded takes the file's numbers to the used ones.  */
static void
check_record (const struct cvx_dataset *raw, const struct cvx_dataset *used)
{
  for (size_t p = 0; p < CVX_N_PARTS; p++)
    for (size_t k = 0; k < used->part[p].n * used->n_features; k++)
      {
        size_t j = k % used->n_features;
        double x = (raw->part[p].x[k] - used->x_shift[j]) * used->x_factor[j];
        ck_assert_msg (fabs (x - used->part[p].x[k]) < 1e-12, "%g %g", x,
                       used->part[p].x[k]);
      }
}

START_TEST (scale_fits_the_training_rows)
{
  struct cvx_error err;
  struct cvx_text notes = CVX_TEXT_INIT;
  struct cvx_dataset *raw = generate ("planted", usual ()), *d, *s, *t, *b,
                     *none;
  ck_assert_ok (cvx_dataset_split (&d, raw, 40, 0, 0, 1, false, &err), err);
  for (size_t i = 0; i < 40; i++)
    d->part[CVX_TRAIN].x[i * 8 + 5] = 0.1;
  ck_assert_ok (cvx_dataset_scale (&s, d, CVX_SCALE_STANDARD, CVX_SCALE_CENTER,
                                   &notes, &err),
                err);
  ck_assert_ptr_nonnull (strstr (notes.s, "1 constant column"));
  for (size_t j = 0; j < 8; j++)
    {
      double sum = 0, squares = 0;
      for (size_t i = 0; i < 40; i++)
        {
          double x = s->part[CVX_TRAIN].x[i * 8 + j];
          sum += x;
          squares += x * x;
        }
      ck_assert (fabs (sum) < 1e-12);
      if (j == 5)
        ck_assert (squares == 0);
      else
        ck_assert_near (squares, 40, 1e-12);
    }
  check_record (d, s);
  ck_assert (s->y_factor[0] == 1);
  /* Scaling again is recorded as one step from the file.  */
  ck_assert_ok (
      cvx_dataset_scale (&t, s, CVX_SCALE_MAX, CVX_SCALE_NONE, NULL, &err),
      err);
  check_record (d, t);
  /* Ones stay ones.  */
  ck_assert_ok (cvx_dataset_bias (&b, s, CVX_BIAS_AUGMENTED, &err), err);
  cvx_dataset_free (t);
  ck_assert_ok (
      cvx_dataset_scale (&t, b, CVX_SCALE_ROWNORM, CVX_SCALE_NONE, NULL, &err),
      err);
  for (size_t i = 0; i < 40; i++)
    {
      double norm = 0;
      for (size_t j = 0; j < 8; j++)
        norm = hypot (norm, t->part[0].x[i * 9 + j]);
      ck_assert_near (norm, 1, 1e-14);
      ck_assert (t->part[0].x[i * 9 + 8] == 1);
    }
  ck_assert_int_eq (
      cvx_dataset_scale (&none, t, CVX_SCALE_MAX, CVX_SCALE_NONE, NULL, &err),
      CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E228);
  cvx_dataset_free (raw);
  cvx_text_free (&notes);
  cvx_dataset_free (s);
  cvx_dataset_free (t);
  cvx_dataset_free (b);
  cvx_dataset_free (d);
}
END_TEST

/* Sums of squares of such numbers overflow and underflow.  */
START_TEST (scale_survives_extremes)
{
  static const double x[]
      = { 1e300, -1e300, 5e299, 2e300, 1e-300, -1e-300, 2e-300, 4e-300 };
  struct cvx_error err;
  struct cvx_dataset *d, *s;
  ck_assert_ok (cvx_dataset_new (&d, "extreme", 4, 2, 1, &err), err);
  for (size_t k = 0; k < 8; k++)
    d->part[0].x[k % 4 * 2 + k / 4] = x[k];
  memset (d->part[0].y, 0, 4 * sizeof (double));
  ck_assert_ok (cvx_dataset_scale (&s, d, CVX_SCALE_STANDARD, CVX_SCALE_NONE,
                                   NULL, &err),
                err);
  for (size_t j = 0; j < 2; j++)
    {
      double squares = 0;
      for (size_t i = 0; i < 4; i++)
        squares += pow (s->part[0].x[2 * i + j], 2);
      ck_assert_near (squares, 4, 1e-10);
    }
  cvx_dataset_free (s);
  cvx_dataset_free (d);
}
END_TEST

START_TEST (bias_comes_and_goes)
{
  struct cvx_error err;
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d, *a, *f;
  ck_assert_ok (cvx_dataset_read (&d, test_file ("text", "header.csv"), &o,
                                  NULL, NULL, &err),
                err);
  ck_assert_ok (cvx_dataset_bias (&a, d, CVX_BIAS_AUGMENTED, &err), err);
  ck_assert_uint_eq (a->n_features, 3);
  ck_assert_str_eq (a->feature[2], "ones");
  ck_assert (a->part[0].x[5] == 1 && a->part[0].x[3] == 900);
  ck_assert_ok (cvx_dataset_bias (&f, a, CVX_BIAS_AUGMENTED, &err), err);
  ck_assert_uint_eq (f->n_features, 3);
  cvx_dataset_free (f);
  ck_assert_ok (cvx_dataset_bias (&f, a, CVX_BIAS_FREE, &err), err);
  ck_assert_uint_eq (f->n_features, 2);
  ck_assert_int_eq (f->bias, CVX_BIAS_FREE);
  ck_assert (f->hash == d->hash);
  cvx_dataset_free (a);
  cvx_dataset_free (f);
  cvx_dataset_free (d);
}
END_TEST

START_TEST (classes_pick_labels)
{
  static const char *const two[] = { "virginica", "setosa" };
  static const char *const wrong[] = { "virginica", "rose" };
  static const char *const numbers[] = { "7", "3" };
  struct cvx_error err;
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d, *c;
  ck_assert_ok (cvx_dataset_read (&d, test_file ("text", "labels.csv"), &o,
                                  NULL, NULL, &err),
                err);
  ck_assert_ok (cvx_dataset_classes (&c, d, two, 2, &err), err);
  ck_assert_uint_eq (c->part[0].n, 3);
  ck_assert (c->part[0].y[0] == 1 && c->part[0].y[1] == -1);
  ck_assert_uint_eq (c->part[0].row[1], 2);
  ck_assert_str_eq (c->label[0].name, "virginica");
  cvx_dataset_free (c);
  ck_assert_int_eq (cvx_dataset_classes (&c, d, wrong, 2, &err), CVX_INVALID);
  ck_assert_ptr_nonnull (strstr (err.text, "setosa, versicolor, virginica"));
  ck_assert_int_eq (cvx_dataset_classes (&c, d, two, 1, &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E224);
  cvx_dataset_free (d);
  /* Whole numbers are labels when asked for.  */
  ck_assert_ok (cvx_dataset_read (&d,
                                  test_file ("text", "three-seven-once.csv"),
                                  &o, NULL, NULL, &err),
                err);
  ck_assert_uint_eq (d->n_labels, 0);
  ck_assert_ok (cvx_dataset_classes (&c, d, numbers, 2, &err), err);
  ck_assert (c->part[0].y[0] == 1 && c->part[0].y[1] == -1);
  cvx_dataset_free (c);
  cvx_dataset_free (d);
}
END_TEST

START_TEST (onehot_and_back)
{
  static const double y[] = { 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0 };
  struct cvx_dataset *d, *labels, *again;
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_new (&d, "h", 4, 1, 3, &err), err);
  for (size_t k = 0; k < 4; k++)
    d->part[CVX_TRAIN].x[k] = (double)k;
  memcpy (d->part[CVX_TRAIN].y, y, sizeof y);
  cvx_dataset_rehash (d);
  ck_assert_ok (cvx_dataset_labels (&labels, d, NULL, &err), err);
  ck_assert_uint_eq (labels->n_labels, 3);
  ck_assert_str_eq (labels->label[2].name, "3");
  ck_assert_double_eq (labels->part[CVX_TRAIN].y[2], 3);
  ck_assert_double_eq (labels->part[CVX_TRAIN].y[3], 2);
  ck_assert_ok (cvx_dataset_onehot (&again, labels, &err), err);
  ck_assert_uint_eq (again->hash, d->hash);
  cvx_dataset_free (again);
  ck_assert_int_eq (cvx_dataset_labels (&again, labels, NULL, &err),
                    CVX_INVALID);
  for (int k = 0; k < 2; k++)
    {
      d->part[CVX_TRAIN].y[4] = k == 0 ? 1 : 0.5;
      ck_assert_int_eq (cvx_dataset_labels (&again, d, NULL, &err),
                        CVX_INVALID);
      ck_assert_int_eq (err.id, CVX_E249);
      ck_assert_ptr_nonnull (strstr (err.text, "row 2"));
    }
  cvx_dataset_free (labels);
  cvx_dataset_free (d);
}
END_TEST

/* Whatever the sizes: the mean of an image stays, a flat one is flat, and of
   its own size it is itself.  */
START_TEST (shrunk_images_keep_their_mean)
{
  static const double luma[3] = { 0.299, 0.587, 0.114 };
  struct cvx_dataset *d, *s;
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_new (&d, "images", 2, 7 * 5 * 3, 1, &err), err);
  d->image[0] = 7;
  d->image[1] = 5;
  d->image[2] = 3;
  for (size_t k = 0; k < 7 * 5 * 3; k++)
    {
      d->part[CVX_TRAIN].x[k] = (double)(k * k % 31);
      d->part[CVX_TRAIN].x[7 * 5 * 3 + k] = 4;
    }
  for (size_t rows = 1; rows <= 7; rows++)
    for (size_t columns = 1; columns <= 5; columns++)
      for (int grey = 0; grey < 2; grey++)
        {
          double mean = 0, small = 0;
          const double *x;
          ck_assert_ok (cvx_dataset_shrink (&s, d, rows, columns, grey, &err),
                        err);
          ck_assert_uint_eq (s->n_features, rows * columns * (grey ? 1 : 3));
          ck_assert_uint_eq (s->image[1], columns);
          x = s->part[CVX_TRAIN].x;
          for (size_t k = 0; k < s->n_features; k++)
            {
              small += x[k] / (double)s->n_features;
              ck_assert_double_eq_tol (x[s->n_features + k], 4, 1e-12);
            }
          for (size_t k = 0; k < d->n_features; k++)
            mean += d->part[CVX_TRAIN].x[k] / 35.0
                    * (grey ? luma[k % 3] : 1.0 / 3);
          ck_assert_double_eq_tol (small, mean, 1e-12);
          if (rows == 7 && columns == 5 && !grey)
            ck_assert_mem_eq (x, d->part[CVX_TRAIN].x,
                              2 * d->n_features * sizeof *x);
          cvx_dataset_free (s);
        }
  ck_assert_int_eq (cvx_dataset_shrink (&s, d, 8, 5, false, &err),
                    CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E625);
  ck_assert_ok (
      cvx_dataset_scale (&s, d, CVX_SCALE_CENTER, CVX_SCALE_NONE, NULL, &err),
      err);
  cvx_dataset_free (d);
  ck_assert_int_eq (cvx_dataset_shrink (&d, s, 2, 2, false, &err),
                    CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E625);
  cvx_dataset_free (s);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (sample_and_subset_keep_the_order)
{
  struct cvx_error err;
  struct cvx_dataset *d = generate ("planted", usual ()), *s, *t;
  ck_assert_ok (cvx_dataset_subset (&s, d, 10, 5, &err), err);
  ck_assert_uint_eq (s->part[0].row[0], 10);
  ck_assert (s->part[0].y[4] == d->part[0].y[14]);
  ck_assert_ok (cvx_dataset_sample (&t, s, 3, 2, &err), err);
  for (size_t i = 0; i < 3; i++)
    {
      ck_assert (i == 0 || t->part[0].row[i] > t->part[0].row[i - 1]);
      ck_assert (t->part[0].y[i] == d->part[0].y[t->part[0].row[i]]);
    }
  cvx_dataset_free (t);
  ck_assert_int_eq (cvx_dataset_sample (&t, s, 6, 2, &err), CVX_INVALID);
  ck_assert_int_eq (cvx_dataset_subset (&t, s, 4, 2, &err), CVX_INVALID);
  ck_assert_int_eq (cvx_dataset_subset (&t, s, 1, SIZE_MAX, &err),
                    CVX_INVALID);
  cvx_dataset_free (s);
  cvx_dataset_free (d);
}
END_TEST

/* Every transform of every dataset leaves nothing behind when memory runs
   out.  */
START_TEST (transforms_survive_lack_of_memory)
{
  static const char *const two[] = { "bad", "good" };
  struct cvx_dataset *d = everything ();
  for (int which = 0; which < 6; which++)
    for (size_t k = 1;; k++)
      {
        size_t live = cvx_alloc_live ();
        struct cvx_error err;
        struct cvx_dataset *r = NULL;
        struct cvx_summary s;
        enum cvx_status status = CVX_OK;
        cvx_alloc_fail_at (k, true);
        switch (which)
          {
          case 0:
            status = cvx_dataset_split (&r, d, 2, 0, 0, 1, true, &err);
            break;
          case 1:
            status = cvx_dataset_scale (&r, d, CVX_SCALE_MAX, CVX_SCALE_NONE,
                                        NULL, &err);
            break;
          case 2:
            status = cvx_dataset_bias (&r, d, CVX_BIAS_AUGMENTED, &err);
            break;
          case 3:
            status = cvx_dataset_classes (&r, d, two, 2, &err);
            break;
          case 4:
            status = cvx_dataset_sample (&r, d, 1, 1, &err);
            break;
          default:
            status = cvx_dataset_describe (d, &s, &err);
          }
        cvx_alloc_fail_at (0, false);
        cvx_dataset_free (r);
        ck_assert_uint_eq (cvx_alloc_live (), live);
        if (status == CVX_OK)
          break;
        ck_assert_int_eq (status, CVX_NOMEM);
        ck_assert_ptr_null (r);
      }
  cvx_dataset_free (d);
}
END_TEST

/* Two pixels of three channels, and of two; features that were scaled lost
   their colours.  */
START_TEST (grey_mixes_channels)
{
  static const double x[12] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.5, 0.5 };
  struct cvx_dataset *d, *g, *s;
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_new (&d, "colour", 2, 6, 1, &err), err);
  memcpy (d->part[CVX_TRAIN].x, x, sizeof x);
  d->part[CVX_TRAIN].y[1] = 7;
  ck_assert_int_eq (cvx_dataset_grey (&g, d, &err), CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E356);
  d->image[0] = 1;
  d->image[1] = 2;
  d->image[2] = 3;
  ck_assert_ok (cvx_dataset_grey (&g, d, &err), err);
  ck_assert_uint_eq (g->n_features, 2);
  ck_assert_uint_eq (g->image[2], 1);
  ck_assert_double_eq_tol (g->part[CVX_TRAIN].x[0], 0.299, 1e-15);
  ck_assert_double_eq_tol (g->part[CVX_TRAIN].x[1], 0.587, 1e-15);
  ck_assert_double_eq_tol (g->part[CVX_TRAIN].x[2], 0.114, 1e-15);
  ck_assert_double_eq_tol (g->part[CVX_TRAIN].x[3], 0.5, 1e-15);
  ck_assert (g->part[CVX_TRAIN].y[1] == 7);
  cvx_dataset_free (g);
  d->image[1] = 3;
  d->image[2] = 2;
  ck_assert_ok (cvx_dataset_grey (&g, d, &err), err);
  ck_assert_double_eq_tol (g->part[CVX_TRAIN].x[0], 0.5, 1e-15);
  cvx_dataset_free (g);
  ck_assert_ok (
      cvx_dataset_scale (&s, d, CVX_SCALE_CENTER, CVX_SCALE_NONE, NULL, &err),
      err);
  ck_assert_int_eq (cvx_dataset_grey (&g, s, &err), CVX_INVALID);
  cvx_dataset_free (s);
  cvx_dataset_free (d);
}
END_TEST

TEST_MAIN ("transform", split_deals_every_row_once,
           scale_fits_the_training_rows, scale_survives_extremes,
           bias_comes_and_goes, classes_pick_labels, onehot_and_back,
           shrunk_images_keep_their_mean, sample_and_subset_keep_the_order,
           transforms_survive_lack_of_memory, grey_mixes_channels)
