/* dataset.c -- numbers, generators, transforms, description, saving.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "data/dataset.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/number.h"
#include "files.h"
#include "support.h"

static const struct cvx_generator *
generator (const char *name)
{
  size_t k = 0;
  while (strcmp (cvx_generators[k]->name, name) != 0)
    k++;
  return cvx_generators[k];
}

static struct cvx_dataset *
generate (const char *name, struct cvx_generate_options o)
{
  struct cvx_error err;
  struct cvx_dataset *d;
  ck_assert_ok (generator (name)->make (&d, &o, &err), err);
  return d;
}

/* Options with which every generator works.  */
static struct cvx_generate_options
usual (void)
{
  static const double px[] = { -2, -1, 0, 1, 2 }, py[] = { 1, -1, 1, 1, -1 };
  static const double freqs[] = { 1, 3 }, amps[] = { 2, -0.5 };
  return (struct cvx_generate_options){ .n = 60,
                                        .d = 8,
                                        .width = 3,
                                        .classes = 3,
                                        .noise = 0.1,
                                        .radius = 1,
                                        .flip = 0.1,
                                        .seed = 7,
                                        .n_points = 5,
                                        .px = px,
                                        .py = py,
                                        .n_freqs = 2,
                                        .freqs = freqs,
                                        .amps = amps };
}

START_TEST (numbers_are_those_of_strtod)
{
  static const char *const texts[] = { "0",
                                       "-0",
                                       "1",
                                       "+1.5",
                                       ".5",
                                       "5.",
                                       "1e22",
                                       "1e23",
                                       "123456789012345678901234567890",
                                       "0.1",
                                       "1e-22",
                                       "3.5e-310",
                                       "5e-324",
                                       "1e308",
                                       "9007199254740993",
                                       "9007199254740992",
                                       "0.000000000000000000001",
                                       "1234567890.12345678",
                                       "00000000000000000000000012.5",
                                       "2.2250738585072011e-308",
                                       "8.5e-5",
                                       "123456e-30" };
  struct cvxi_numbers f;
  struct cvx_rng r;
  double v;
  char buf[64];
  ck_assert (cvxi_numbers_init (&f, 0));
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
    {
      double want = strtod (texts[k], NULL);
      ck_assert_int_eq (cvxi_number (&f, texts[k], strlen (texts[k]), &v),
                        CVXI_NUMBER);
      ck_assert_msg (v == want && signbit (v) == signbit (want),
                     "%s: %.17g, not %.17g", texts[k], v, want);
    }
  cvx_rng_init (&r, 1, 1);
  for (int k = 0; k < 200000; k++)
    {
      uint64_t bits = cvx_rng_u64 (&r);
      int digits = (int)cvx_rng_below (&r, 18);
      double x;
      memcpy (&x, &bits, sizeof x);
      if (k % 2 == 0)
        x = cvx_rng_normal (&r) * pow (10, (double)(k % 40) - 20);
      if (!isfinite (x))
        continue;
      snprintf (buf, sizeof buf, k % 3 == 0 ? "%.*f" : "%.*e", digits, x);
      if (strlen (buf) > 60)
        snprintf (buf, sizeof buf, "%.*e", digits, x);
      /* Rounding up the largest numbers gives no number.  */
      if (!isfinite (strtod (buf, NULL)))
        continue;
      cvxi_number (&f, buf, strlen (buf), &v);
      ck_assert_msg (v == strtod (buf, NULL), "%s gave %.17g", buf, v);
    }
  cvxi_numbers_free (&f);
}
END_TEST

START_TEST (what_is_no_number)
{
  static const struct
  {
    const char *text;
    enum cvxi_number_kind kind;
  } rows[] = {
    { "", CVXI_MISSING },
    { "NA", CVXI_MISSING },
    { "?", CVXI_MISSING },
    { "-", CVXI_MISSING },
    { "NaN", CVXI_MISSING },
    { "null", CVXI_MISSING },
    { "inf", CVXI_INFINITE },
    { "-Infinity", CVXI_INFINITE },
    { "1e309", CVXI_OVERFLOW },
    { "-1e999999999999", CVXI_OVERFLOW },
    { "1e-400", CVXI_UNDERFLOW },
    { "0x10", CVXI_NOT_A_NUMBER },
    { "1_000", CVXI_NOT_A_NUMBER },
    { "1,5", CVXI_NOT_A_NUMBER },
    { "1e", CVXI_NOT_A_NUMBER },
    { "e5", CVXI_NOT_A_NUMBER },
    { ".", CVXI_NOT_A_NUMBER },
    { "1.2.3", CVXI_NOT_A_NUMBER },
    { "1 2", CVXI_NOT_A_NUMBER },
    { "--1", CVXI_NOT_A_NUMBER },
    { "nan(2)", CVXI_NOT_A_NUMBER },
    { "1d5", CVXI_NOT_A_NUMBER },
  };
  struct cvxi_numbers f;
  double v;
  ck_assert (cvxi_numbers_init (&f, '.'));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
    ck_assert_msg (cvxi_number (&f, rows[k].text, strlen (rows[k].text), &v)
                       == rows[k].kind,
                   "\"%s\"", rows[k].text);
  f.decimal = ',';
  ck_assert_int_eq (cvxi_number (&f, "-1,25", 5, &v), CVXI_NUMBER);
  ck_assert (v == -1.25);
  ck_assert_int_eq (cvxi_number (&f, "123456789,01234567890123", 24, &v),
                    CVXI_NUMBER);
  ck_assert (v == 123456789.01234567890123);
  ck_assert_int_eq (cvxi_number (&f, "1.25", 4, &v), CVXI_NOT_A_NUMBER);
  cvxi_numbers_free (&f);
}
END_TEST

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

static struct cvx_dataset *
everything (void)
{
  struct cvx_error err;
  struct cvx_read_options o = { .header = -1 };
  struct cvx_dataset *d, *t;
  ck_assert_ok (cvx_dataset_read (&d, test_file ("text", "two-labels.csv"), &o,
                                  NULL, NULL, &err),
                err);
  ck_assert_ok (cvx_dataset_split (&t, d, 2, 0, 1, 1, false, &err), err);
  cvx_dataset_free (d);
  ck_assert_ok (cvx_dataset_scale (&d, t, CVX_SCALE_STANDARD, CVX_SCALE_NONE,
                                   NULL, &err),
                err);
  cvx_dataset_free (t);
  return d;
}

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

TEST_MAIN ("dataset", numbers_are_those_of_strtod, what_is_no_number,
           generators_are_deterministic, noise_does_not_move_the_points,
           generators_make_what_they_say, generators_refuse_nonsense,
           split_deals_every_row_once, scale_fits_the_training_rows,
           scale_survives_extremes, bias_comes_and_goes, classes_pick_labels,
           onehot_and_back, shrunk_images_keep_their_mean,
           sample_and_subset_keep_the_order, describe_sees_what_is_odd,
           saved_is_loaded, transforms_survive_lack_of_memory,
           grey_mixes_channels)
