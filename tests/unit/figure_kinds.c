/* The kinds of figures that show a solved problem: the numbers of the figure
   obey the laws of what they show.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "support.h"

#include <stdio.h>
#include <string.h>

#include "figure/figure_kinds.h"
#include "plot/plot.h"

/* A solved problem, everything in it owned.  */
struct solved
{
  struct cvx_dataset *data;
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_run *run;
  struct cvx_conv conv; /* d = 0: none */
  struct figure_input in;
};

static void
solve (struct solved *s, const char *formulation, double share)
{
  struct cvx_formulation_options o = { .loss_param = NAN, .beta = NAN };
  struct cvx_settings settings;
  struct cvx_error err;
  double betamax;
  bool row;
  if (s->conv.d > 0)
    o.conv = &s->conv;
  ck_assert_ok (cvx_formulation_new (&s->f, cvx_formulation_find (formulation),
                                     s->data, s->patterns, &o, &err),
                err);
  ck_assert_ok (cvx_formulation_betamax (s->f, &betamax, NULL, &err), err);
  ck_assert_ok (cvx_formulation_set_beta (s->f, share * betamax, &err), err);
  cvx_settings_init (&settings);
  settings.tol = 1e-9;
  ck_assert_ok (
      cvx_run_new (&s->run, s->f,
                   cvx_solver_choose (s->f, &settings, &(const char *){ 0 }),
                   &settings, NULL, NULL, &err),
      err);
  cvx_run_begin (s->run, 0);
  for (double t = 1; s->run->status == CVX_RUN_READY; t++)
    ck_assert_ok (cvx_run_step (s->run, t, false, &row, NULL, &err), err);
  ck_assert_int_eq (s->run->status, CVX_RUN_SOLVED);
  s->in
      = (struct figure_input){ .data = s->data,
                               .formulation = s->f,
                               .patterns = s->patterns,
                               .runs = (const struct cvx_run *const *)&s->run,
                               .n_runs = 1,
                               .network = s->run->net };
}

static void
exact (struct solved *s)
{
  struct cvx_error err;
  const struct cvx_part *p = &s->data->part[CVX_TRAIN];
  ck_assert_ok (cvx_patterns_exact (&s->patterns, p->x, p->n,
                                    s->data->n_features, 1000, 1, NULL, &err),
                err);
}

/* Five points on a line with a column of ones.  */
static void
line_new (struct solved *s)
{
  static const double x[5] = { -2, 1, 0, -1, 2 }, y[5] = { 1, 1, 1, -1, -1 };
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_new (&s->data, "points", 5, 2, 1, &err), err);
  for (size_t i = 0; i < 5; i++)
    {
      s->data->part[CVX_TRAIN].x[2 * i] = x[i];
      s->data->part[CVX_TRAIN].x[2 * i + 1] = 1;
      s->data->part[CVX_TRAIN].y[i] = y[i];
    }
  cvx_dataset_rehash (s->data);
  exact (s);
  solve (s, "relu", 0.05);
}

/* Labels -1 and 1 in the plane, gated.  */
static void
ring_new (struct solved *s)
{
  struct cvx_generate_options o = { .n = 90,
                                    .d = 2,
                                    .noise = 0,
                                    .radius = 1.2,
                                    .flip = 0.1,
                                    .seed = 1,
                                    .width = 4,
                                    .classes = 2 };
  struct cvx_dataset *all, *parts;
  const struct cvx_part *p;
  struct cvx_error err;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    if (strcmp (cvx_generators[k]->name, "ring") == 0)
      ck_assert_ok (cvx_generators[k]->make (&all, &o, &err), err);
  ck_assert_ok (cvx_dataset_split (&parts, all, 50, 0, 40, 1, true, &err),
                err);
  ck_assert_ok (cvx_dataset_bias (&s->data, parts, CVX_BIAS_AUGMENTED, &err),
                err);
  cvx_dataset_free (all);
  cvx_dataset_free (parts);
  p = &s->data->part[CVX_TRAIN];
  ck_assert_ok (
      cvx_patterns_sample (&s->patterns, p->x, p->n, 3, 40, 1, 0, NULL, &err),
      err);
  solve (s, "gated", 0.05);
}

static void
solved_free (struct solved *s)
{
  cvx_run_free (s->run);
  cvx_formulation_free (s->f);
  cvx_patterns_free (s->patterns);
  cvx_dataset_free (s->data);
}

static struct plot_figure *
make (const char *kind, const struct figure_input *in)
{
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_ok (figure_find (kind)->make (&f, in, &err), err);
  return f;
}

static const struct plot_series *
series (const struct plot_figure *f, int role, enum plot_kind kind)
{
  for (size_t k = 0; k < f->panel[0].n; k++)
    if (f->panel[0].series[k].role == role
        && f->panel[0].series[k].kind == kind)
      return &f->panel[0].series[k];
  return NULL;
}

/* Complementary slackness, seen from the figure.  */
START_TEST (the_certificate_touches_its_bounds_at_the_neurons_only)
{
  struct solved s = { .f = NULL };
  struct plot_figure *f;
  const struct plot_series *curve, *marks;
  line_new (&s);
  f = make ("certificate", &s.in);
  curve = series (f, PLOT_MODEL, PLOT_LINE);
  marks = series (f, PLOT_KINK, PLOT_POINTS);
  ck_assert_uint_ge (marks->n, 4);
  for (size_t k = 0; k < marks->n; k++)
    ck_assert (fabs (fabs (marks->y[k]) - 1) < 1e-5);
  for (size_t k = 0; k < curve->n; k++)
    {
      double nearest = 360;
      ck_assert (fabs (curve->y[k]) < 1 + 1e-9);
      for (size_t j = 0; j < marks->n; j++)
        nearest = fmin (nearest, fabs (marks->x[j] - curve->x[k]));
      if (fabs (curve->y[k]) > 1 - 1e-6)
        ck_assert (nearest < 1);
    }
  plot_figure_free (f);
  /* A run that became a value still has its dual point.  */
  cvx_run_detach (s.run);
  s.in.formulation = NULL;
  plot_figure_free (make ("certificate", &s.in));
  solved_free (&s);
}
END_TEST

START_TEST (dual_values_of_gates_reach_1_at_the_active_ones)
{
  struct solved s = { .f = NULL };
  struct plot_figure *f;
  const struct plot_series *all, *active;
  struct cvx_error err;
  ring_new (&s);
  f = make ("certificate", &s.in);
  all = series (f, PLOT_MODEL, PLOT_IMPULSES);
  active = series (f, PLOT_KINK, PLOT_POINTS);
  ck_assert_uint_eq (all->n, s.f->n_blocks);
  ck_assert_uint_ge (active->n, 1);
  for (size_t k = 0; k < all->n; k++)
    ck_assert (all->y[k] <= 1 + 1e-9
               && (k == 0 || all->y[k] <= all->y[k - 1]));
  for (size_t k = 0; k < active->n; k++)
    ck_assert (active->y[k] > 1 - 1e-3);
  plot_figure_free (f);
  cvx_run_detach (s.run);
  ck_assert_int_eq (figure_certificate (&f, &s.in, &err), CVX_STATE);
  solved_free (&s);
}
END_TEST

START_TEST (patterns_on_a_line_are_half_lines)
{
  struct solved s = { .f = NULL };
  struct plot_figure *f;
  const struct plot_series *heat;
  size_t dark = 0, on = 0;
  line_new (&s);
  f = make ("patterns", &s.in);
  heat = &f->panel[0].series[0];
  ck_assert_uint_eq (heat->nx, 5);
  ck_assert_uint_eq (heat->ny, s.patterns->n_patterns);
  for (size_t g = 0; g < heat->ny; g++)
    {
      size_t changes = 0;
      for (size_t i = 0; i < 5; i++)
        {
          on += heat->z[g * 5 + i] > 0;
          changes
              += i > 0
                 && (heat->z[g * 5 + i] > 0) != (heat->z[g * 5 + i - 1] > 0);
        }
      ck_assert_uint_le (changes, 1);
      dark += heat->z[g * 5] == 4 || heat->z[g * 5 + 4] == 4;
    }
  for (size_t g = 0; g < s.patterns->n_patterns; g++)
    for (size_t i = 0; i < 5; i++)
      on -= cvx_pattern_bit (s.patterns->bits + g * s.patterns->n_words, i);
  ck_assert_uint_eq (on, 0);
  ck_assert (dark >= 2 && dark < heat->ny);
  plot_figure_free (f);
  f = make ("gates", &s.in);
  {
    const struct plot_series *bars = series (f, PLOT_TRAIN, PLOT_BARS);
    double sum = 0;
    for (size_t k = 0; k < bars->n; k++)
      sum += bars->y[k];
    ck_assert_near (sum, 5, 1e-12);
  }
  plot_figure_free (f);
  solved_free (&s);
}
END_TEST

START_TEST (figures_of_errors_agree_with_the_scores)
{
  struct solved s = { .f = NULL };
  struct plot_figure *f;
  struct cvx_scores scores;
  struct cvx_error err;
  const struct cvx_part *p;
  double *y, right = 0, all = 0, sum = 0, errors;
  ring_new (&s);
  p = &s.data->part[CVX_TEST];
  y = cvx_alloc (p->n, sizeof *y);
  ck_assert_ok (cvx_network_predict (s.run->net, p->x, p->n, y, &err), err);
  cvx_scores_compute (y, p->y, p->n, 1, true, &scores);
  f = make ("confusion", &s.in);
  for (size_t k = 0; k < f->panel[0].n; k++)
    {
      const struct plot_series *t = &f->panel[0].series[k];
      if (t->kind != PLOT_TEXT)
        continue;
      all += strtod (t->text[0], NULL);
      right += t->x[0] == t->y[0] ? strtod (t->text[0], NULL) : 0;
    }
  ck_assert (all == (double)scores.n && right == (double)scores.n_right);
  plot_figure_free (f);
  f = make ("error", &s.in);
  errors = series (f, PLOT_TEST, PLOT_LINE)->y[0];
  ck_assert (fabs (errors - (1 - scores.accuracy)) < 1e-12);
  ck_assert_near (series (f, PLOT_TEST, PLOT_ERRORS)->z[0],
                  sqrt (errors * (1 - errors) / (double)(p->n - 1)), 1e-9);
  plot_figure_free (f);
  f = make ("residual", &s.in);
  for (size_t k = 0; k < series (f, PLOT_TRAIN, PLOT_BARS)->n; k++)
    sum += series (f, PLOT_TRAIN, PLOT_BARS)->y[k];
  ck_assert_near (sum, 1, 1e-12);
  plot_figure_free (f);
  f = make ("predict", &s.in);
  for (int role = PLOT_POSITIVE; role <= PLOT_NEGATIVE; role++)
    {
      const struct plot_series *steps = series (f, role, PLOT_STEPS);
      ck_assert (steps->y[steps->n - 1] == 1);
      for (size_t k = 1; k < steps->n; k++)
        ck_assert (steps->x[k] >= steps->x[k - 1]);
    }
  plot_figure_free (f);
  cvx_free (y);
  solved_free (&s);
}
END_TEST

START_TEST (neurons_and_path_show_the_path_norm)
{
  struct solved s = { .f = NULL };
  struct plot_figure *f;
  double sum = 0, paths = 0;
  line_new (&s);
  f = make ("neurons", &s.in);
  for (size_t k = 0; k < f->panel[0].n; k++)
    for (size_t i = 0; i < f->panel[0].series[k].n; i++)
      sum += f->panel[0].series[k].y[i];
  ck_assert_near (sum, cvx_network_path_norm (s.run->net), 1e-12);
  plot_figure_free (f);
  f = make ("path", &s.in);
  for (size_t k = 0; k < f->panel[0].n; k++)
    paths += f->panel[0].series[k].y[0];
  ck_assert_near (paths, sum, 1e-12);
  ck_assert_near (f->panel[0].series[0].x[0], 0.05, 1e-12);
  plot_figure_free (f);
  f = make ("support", &s.in);
  ck_assert (f->panel[0].series[0].y[s.run->n_trace - 1]
             == (double)s.run->trace[s.run->n_trace - 1].n_active);
  plot_figure_free (f);
  f = make ("skipped", &s.in);
  ck_assert (f->panel[0].series[0].y[s.run->n_trace - 1]
             == s.run->trace[s.run->n_trace - 1].skipped);
  plot_figure_free (f);
  solved_free (&s);
}
END_TEST

/* Runs as values that differ in one thing.  */
START_TEST (labels_say_what_differs)
{
  static char words[] = "relu";
  struct cvx_run a, b;
  const struct cvx_run *runs[2] = { &a, &b };
  struct figure_input in = { .runs = runs, .n_runs = 2 };
  static struct cvx_trace_row row = { .time = 1, .gap = 0.1 };
  struct plot_figure *f;
  memset (&a, 0, sizeof a);
  cvx_settings_init (&a.settings);
  a.solver = cvx_solver_find ("admm");
  a.kind = words;
  a.trace = &row;
  a.n_trace = 1;
  a.id = 1;
  a.n_patterns = 10;
  a.elapsed = 1;
  b = a;
  b.id = 2;
  f = make ("compare", &in);
  ck_assert_str_eq (f->panel[0].series[0].title, "run 1");
  ck_assert_str_eq (f->panel[0].series[1].title, "run 2");
  plot_figure_free (f);
  b.settings.rho = 0.5;
  f = make ("compare", &in);
  ck_assert_str_eq (f->panel[0].series[1].title, "rho 0.5");
  plot_figure_free (f);
  b.beta = 2;
  b.solver = cvx_solver_find ("fista");
  f = make ("compare", &in);
  ck_assert_str_eq (f->panel[0].series[0].title, "admm, beta 0");
  ck_assert_str_eq (f->panel[0].series[1].title, "fista, beta 2");
  plot_figure_free (f);
  /* Twice the patterns, eight times the seconds.  */
  b.n_patterns = 20;
  b.elapsed = 8;
  f = make ("scaling", &in);
  ck_assert_str_eq (f->panel[0].series[0].title, "slope 3.00");
  ck_assert_str_eq (f->panel[0].x.label, "patterns");
  plot_figure_free (f);
}
END_TEST

/* Images: 2 x 3 pixels of 2 channels, the last index.  */
START_TEST (tiles_are_the_images)
{
  struct cvx_dataset *d;
  struct cvx_error err;
  struct figure_input in = { .top = 3 };
  struct plot_figure *f;
  const struct plot_series *heat;
  ck_assert_ok (cvx_dataset_new (&d, "images", 4, 12, 1, &err), err);
  d->image[0] = 2;
  d->image[1] = 3;
  d->image[2] = 2;
  for (size_t k = 0; k < 48; k++)
    d->part[CVX_TRAIN].x[k] = (double)(k * k % 17);
  in.data = d;
  f = make ("data", &in);
  heat = &f->panel[0].series[0];
  ck_assert_uint_eq (heat->nx, 7);
  ck_assert_uint_eq (heat->ny, 5);
  for (size_t r = 0; r < 2; r++)
    for (size_t c = 0; c < 3; c++)
      {
        /* Image 1 is the second of the first row.  */
        const double *v = d->part[CVX_TRAIN].x + 12 + (r * 3 + c) * 2;
        ck_assert (heat->z[r * 7 + 4 + c] == (v[0] + v[1]) / 2);
      }
  ck_assert (isnan (heat->z[3]) && isnan (heat->z[4 * 7 + 6]));
  plot_figure_free (f);
  cvx_dataset_free (d);
}
END_TEST

/* A wave planted in the weights is one stem.  */
START_TEST (a_wave_has_one_frequency)
{
  enum
  {
    D = 16
  };
  struct cvx_dataset *d;
  struct cvx_network *net;
  struct cvx_error err;
  struct figure_input in = { .n_runs = 0 };
  struct plot_figure *f;
  double b0[1] = { 7 };
  ck_assert_ok (cvx_dataset_new (&d, "waves", 3, D, 1, &err), err);
  ck_assert_ok (cvx_network_new (&net, CVX_ACT_LINEAR, 1, D, 1, &err), err);
  for (size_t k = 0; k < D; k++)
    net->u[k] = cos (2 * 3.14159265358979 * 3 * (double)k / D) / 2;
  net->a[0] = 2;
  net->b0 = b0;
  in.data = d;
  in.network = net;
  f = make ("filter", &in);
  ck_assert_near (series (f, PLOT_MODEL, PLOT_LINE)->y[0], 1, 1e-12);
  plot_figure_free (f);
  f = make ("spectrum", &in);
  for (size_t k = 0; k <= D / 2; k++)
    ck_assert (
        fabs (series (f, PLOT_MODEL, PLOT_IMPULSES)->y[k] - (k == 3 ? 2 : 0))
        < 1e-9);
  plot_figure_free (f);
  net->activation = CVX_ACT_RELU;
  ck_assert_int_eq (figure_spectrum (&f, &in, &err), CVX_UNSUITED);
  net->b0 = NULL;
  cvx_dataset_free (d);
  cvx_network_free (net);
}
END_TEST

/* |fft (X'nu)| / beta is 1 exactly at the frequencies of the network, which
   are those that were planted; the dual matrix of a linear CNN has the value 1
   as often as Z has singular values.  */
START_TEST (convolutional_certificates_touch_on_the_support)
{
  static const double freqs[2] = { 2, 5 };
  const size_t size[2] = { 1, 4 }, stride[2] = { 1, 1 };
  struct cvx_generate_options o = {
    .n = 40, .d = 16, .freqs = freqs, .n_freqs = 2, .noise = 0.1, .seed = 3
  };
  struct solved s = { .patterns = NULL };
  struct cvx_error err;
  struct plot_figure *f;
  const struct plot_series *dual, *model, *truth;
  double line;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    if (strcmp (cvx_generators[k]->name, "circular") == 0)
      ck_assert_ok (cvx_generators[k]->make (&s.data, &o, &err), err);
  solve (&s, "circular", 0.1);
  f = make ("certificate", &s.in);
  dual = series (f, PLOT_MODEL, PLOT_IMPULSES);
  ck_assert_uint_eq (series (f, PLOT_KINK, PLOT_POINTS)->n, 2);
  for (size_t k = 0; k < dual->n; k++)
    if (dual->x[k] == 2 || dual->x[k] == 5)
      ck_assert (fabs (dual->y[k] - 1) < 1e-6);
    else
      ck_assert (dual->y[k] < 0.999);
  plot_figure_free (f);
  f = make ("spectrum", &s.in);
  model = series (f, PLOT_MODEL, PLOT_IMPULSES);
  truth = series (f, PLOT_TRUTH, PLOT_POINTS);
  for (size_t k = 0; k < model->n; k++)
    ck_assert ((model->y[k] > 0.1) == (truth->y[k] > 1e-9)
               && model->y[k] <= truth->y[k] + 0.1);
  plot_figure_free (f);
  cvx_run_free (s.run);
  cvx_formulation_free (s.f);
  ck_assert_ok (cvx_conv_init (&s.conv, 16, NULL, size, stride, false, &err),
                err);
  solve (&s, "linear-cnn", 0.2);
  f = make ("certificate", &s.in);
  dual = series (f, PLOT_MODEL, PLOT_IMPULSES);
  ck_assert_uint_eq (dual->n, 4);
  for (size_t k = 0; k < dual->n; k++)
    ck_assert ((fabs (dual->y[k] - 1) < 1e-6) == (k < s.run->net->width));
  plot_figure_free (f);
  f = make ("spectrum", &s.in);
  model = series (f, PLOT_MODEL, PLOT_IMPULSES);
  truth = series (f, PLOT_KINK, PLOT_POINTS);
  line = series (f, PLOT_TOLERANCE, PLOT_HLINE)->y[0];
  for (size_t k = 0; k < 4; k++)
    {
      ck_assert ((model->y[k] > 0) == (k < s.run->net->width));
      ck_assert_near (fmax (0, truth->y[k] - line), model->y[k], 1e-5);
    }
  plot_figure_free (f);
  solved_free (&s);
}
END_TEST

/* Each kind goes through gnuplot (where there is one) without complaint, in
   every style.  */
START_TEST (every_kind_is_drawn)
{
  struct solved line = { .f = NULL }, ring = { .f = NULL };
  struct plot_child *c;
  struct cvx_error err;
  struct cvx_network *wide;
  struct cvx_dataset *images;
  bool real = system ("gnuplot --version >/dev/null 2>&1") == 0;
  size_t drawn = 0;
  line_new (&line);
  ring_new (&ring);
  ck_assert_ok (cvx_dataset_new (&images, "images", 3, 6, 1, &err), err);
  ck_assert_ok (cvx_network_new (&wide, CVX_ACT_LINEAR, 2, 6, 1, &err), err);
  images->image[0] = 2;
  images->image[1] = 3;
  images->image[2] = 1;
  for (size_t k = 0; k < 12; k++)
    wide->u[k] = (double)k - 4;
  wide->a[0] = wide->a[1] = 1;
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  for (const struct figure_kind *k = figure_kinds; k->name != NULL; k++)
    for (int style = 0; style < PLOT_N_STYLES; style++)
      {
        struct figure_input pixels = { .data = images, .network = wide };
        const struct figure_input *inputs[] = { &line.in, &ring.in, &pixels };
        struct plot_options o
            = { .format = PLOT_SVG, .style = (enum plot_style)style };
        struct cvx_text script = CVX_TEXT_INIT;
        struct plot_figure *f = NULL;
        for (size_t i = 0; i < 3 && f == NULL; i++)
          if (k->make (&f, inputs[i], &err) != CVX_OK)
            f = NULL;
        ck_assert_msg (f != NULL, "%s: %s", k->name, err.text);
        ck_assert_ok (plot_script (f, &o, "/dev/null", &script, NULL, &err),
                      err);
        if (real)
          ck_assert_ok (plot_child_run (c, script.s, NULL, NULL, &err), err);
        cvx_text_free (&script);
        plot_figure_free (f);
        drawn++;
      }
  ck_assert_uint_ge (drawn, 5 * 20);
  plot_child_free (c);
  cvx_dataset_free (images);
  cvx_network_free (wide);
  solved_free (&line);
  solved_free (&ring);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

TEST_MAIN ("figure_kinds",
           the_certificate_touches_its_bounds_at_the_neurons_only,
           convolutional_certificates_touch_on_the_support,
           dual_values_of_gates_reach_1_at_the_active_ones,
           patterns_on_a_line_are_half_lines,
           figures_of_errors_agree_with_the_scores,
           neurons_and_path_show_the_path_norm, labels_say_what_differs,
           tiles_are_the_images, a_wave_has_one_frequency, every_kind_is_drawn)
