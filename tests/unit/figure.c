/* The kinds of figures: what they show is what the data, the trace and the
   network say.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "support.h"

#include <stdio.h>
#include <string.h>

#include "figure/figure_kinds.h"
#include "plot/plot.h"

/* The five-point fit of the tour: data x with a column of ones, and the four
   neurons of its optimum at beta = 0.1 (two bends).  */
static struct cvx_dataset *
five_points (void)
{
  static const double x[5] = { -2, -1, 0, 1, 2 }, y[5] = { 1, -1, 1, 1, -1 };
  struct cvx_dataset *d;
  struct cvx_error err;
  ck_assert_ok (cvx_dataset_new (&d, "points", 5, 2, 1, &err), err);
  for (size_t i = 0; i < 5; i++)
    {
      d->part[CVX_TRAIN].x[2 * i] = x[i];
      d->part[CVX_TRAIN].x[2 * i + 1] = 1;
      d->part[CVX_TRAIN].y[i] = y[i];
    }
  d->bias = CVX_BIAS_AUGMENTED;
  return d;
}

static struct cvx_network *
two_bends (void)
{
  static const double u[4][2] = { { 0.881 * 1.76, -0.473 * 1.76 },
                                  { -0.707 * 1.64, -0.707 * 1.64 },
                                  { 0.707 * 1.21, 0.707 * 1.21 },
                                  { -0.881 * 0.68, 0.473 * 0.68 } };
  static const double a[4] = { -1.76, 1.64, 1.21, -0.68 };
  struct cvx_network *net;
  struct cvx_error err;
  ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, 4, 2, 1, &err), err);
  memcpy (net->u, u, sizeof u);
  memcpy (net->a, a, sizeof a);
  return net;
}

/* Two classes in the plane with a column of ones first.  */
static struct cvx_dataset *
plane (void)
{
  struct cvx_dataset *d;
  struct cvx_error err;
  struct cvx_rng r;
  cvx_rng_init (&r, 3, CVX_STREAM_GENERATE);
  ck_assert_ok (cvx_dataset_new (&d, "plane", 60, 3, 1, &err), err);
  for (size_t i = 0; i < 60; i++)
    {
      double *row = d->part[CVX_TRAIN].x + 3 * i;
      row[0] = 1;
      row[1] = 2 * cvx_rng_uniform (&r) - 1;
      row[2] = 2 * cvx_rng_uniform (&r) - 1;
      d->part[CVX_TRAIN].y[i] = fabs (row[1] + row[2]) > 0.7 ? 1 : -1;
    }
  return d;
}

static struct cvx_network *
valley (void)
{
  static const double u[3][3]
      = { { -0.2, 1, 1 }, { -0.2, -1, -1 }, { 1, 0.1, 0 } };
  static const double a[3] = { 2, 2.4, -0.9 };
  struct cvx_network *net;
  struct cvx_error err;
  ck_assert_ok (cvx_network_new (&net, CVX_ACT_RELU, 3, 3, 1, &err), err);
  memcpy (net->u, u, sizeof u);
  memcpy (net->a, a, sizeof a);
  return net;
}

enum
{
  ROWS = 40
};

static struct cvx_trace_row rows[ROWS];

static void
make_run (struct cvx_run *run)
{
  static char label[] = "admm";
  memset (run, 0, sizeof *run);
  memset (rows, 0, sizeof rows);
  for (size_t k = 0; k < ROWS; k++)
    {
      double t = (double)k;
      rows[k].iter = k * k;
      rows[k].time = 0.01 * t;
      rows[k].pobj = 0.89 + 1.7 * exp (-0.3 * t);
      rows[k].dobj = k == 0 ? -INFINITY : 0.89 - 0.6 * exp (-0.4 * t);
      rows[k].gap
          = k == 0 ? INFINITY : (rows[k].pobj - rows[k].dobj) / rows[k].pobj;
      rows[k].pri_res = NAN;
      rows[k].dua_res = 0.3 * exp (-0.35 * t);
      rows[k].infeas = rows[k].step = rows[k].raw = NAN;
    }
  strcpy (rows[20].event, "tune rho");
  run->id = 7;
  run->label = label;
  run->trace = rows;
  run->n_trace = ROWS;
  run->settings.tol = 1e-5;
}

static const struct plot_series *
series (const struct plot_figure *f, int role)
{
  for (size_t k = 0; k < f->panel[0].n; k++)
    if (f->panel[0].series[k].role == role)
      return &f->panel[0].series[k];
  return NULL;
}

static struct plot_figure *
make (const char *kind, const struct figure_input *in)
{
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_ok (figure_find (kind)->make (&f, in, &err), err);
  return f;
}

START_TEST (objective_is_the_trace)
{
  struct cvx_run run;
  const struct cvx_run *runs[2] = { &run, &run };
  struct figure_input in = { .runs = runs, .n_runs = 1, .over_time = true };
  struct plot_figure *f;
  const struct plot_series *s;
  make_run (&run);
  f = make ("objective", &in);
  s = series (f, PLOT_BETWEEN);
  ck_assert_uint_eq (s->n, ROWS);
  for (size_t k = 0; k < ROWS; k++)
    {
      ck_assert (s->x[k] == rows[k].time && s->y[k] == rows[k].dobj
                 && s->z[k] == rows[k].pobj);
      ck_assert (series (f, PLOT_OBJECTIVE)->y[k] == rows[k].pobj);
      ck_assert (series (f, PLOT_BOUND)->y[k] == rows[k].dobj);
    }
  ck_assert (series (f, PLOT_GUIDE)->x[0] == 0.2); /* where rho was tuned */
  ck_assert_str_eq (f->panel[0].x.label, "seconds");
  plot_figure_free (f);
  in.n_runs = 2;
  in.over_time = false;
  f = make ("objective", &in);
  ck_assert_uint_eq (f->panel[0].n, 6);
  ck_assert_str_eq (f->panel[0].series[1].title, "admm");
  ck_assert (f->panel[0].series[1].x[3] == 9);
  plot_figure_free (f);
}
END_TEST

START_TEST (gap_shows_the_tolerance_and_what_the_solver_has)
{
  struct cvx_run run;
  const struct cvx_run *runs[2] = { &run, &run };
  struct figure_input in = { .runs = runs, .n_runs = 1 };
  struct plot_figure *f;
  make_run (&run);
  f = make ("gap", &in);
  ck_assert (series (f, PLOT_TOLERANCE)->y[0] == 1e-5);
  ck_assert_ptr_null (series (f, PLOT_PRIMAL));
  ck_assert (series (f, PLOT_DUAL)->y[4] == rows[4].dua_res);
  ck_assert (series (f, PLOT_GAP)->y[4] == rows[4].gap);
  ck_assert (f->panel[0].y.log);
  plot_figure_free (f);
  in.n_runs = 2;
  f = make ("gap", &in);
  ck_assert_ptr_null (series (f, PLOT_DUAL));
  ck_assert_ptr_nonnull (series (f, PLOT_CYCLE + 1));
  plot_figure_free (f);
}
END_TEST

/* The value of a line at X, between its points.  */
static double
value_at (const struct plot_series *s, double x)
{
  for (size_t k = 1; k < s->n; k++)
    if (s->x[k - 1] <= x && x <= s->x[k] && s->x[k - 1] < s->x[k])
      return s->y[k - 1]
             + (s->y[k] - s->y[k - 1]) * (x - s->x[k - 1])
                   / (s->x[k] - s->x[k - 1]);
  return NAN;
}

START_TEST (function_bends_where_the_network_does)
{
  struct cvx_dataset *d = five_points ();
  struct cvx_network *net = two_bends ();
  struct figure_input in = { .data = d, .network = net };
  struct plot_figure *f = make ("function", &in);
  const struct plot_series *line = series (f, PLOT_MODEL);
  const struct plot_series *kinks = series (f, PLOT_KINK);
  ck_assert_uint_eq (series (f, PLOT_DATA)->n, 5);
  ck_assert_uint_eq (kinks->n, 4); /* the same place from both sides */
  ck_assert_near (kinks->x[0], 0.473 / 0.881, 1e-12);
  ck_assert_near (kinks->x[1], -1, 1e-12);
  for (double x = -2.3; x < 2.3; x += 0.037)
    {
      double row[2] = { x, 1 }, want;
      struct cvx_error err;
      ck_assert_ok (cvx_network_predict (net, row, 1, &want, &err), err);
      ck_assert (fabs (value_at (line, x) - want) < 1e-12);
    }
  for (size_t k = 0; k < kinks->n; k++)
    ck_assert (fabs (value_at (line, kinks->x[k]) - kinks->y[k]) < 1e-12);
  plot_figure_free (f);
  cvx_dataset_free (d);
  cvx_network_free (net);
}
END_TEST

START_TEST (function_is_in_units_of_the_file)
{
  struct cvx_dataset *d = five_points ();
  struct cvx_network *net = two_bends ();
  struct figure_input in = { .data = d, .network = net };
  struct plot_figure *plain = make ("function", &in), *f;
  const struct plot_series *a, *b;
  /* x_used = (x_file - 10) * 4, and the column of ones as it was.  */
  double shift[2] = { 10, 0 }, factor[2] = { 4, 1 }, up[1] = { -3 };
  double half[1] = { 0.5 };
  d->x_shift = shift;
  d->x_factor = factor;
  d->y_shift = up;
  d->y_factor = half;
  f = make ("function", &in);
  for (int role = PLOT_DATA; role <= PLOT_MODEL; role++)
    {
      a = series (plain, role);
      b = series (f, role);
      for (size_t k = 0; k < a->n; k++)
        {
          ck_assert_near (b->x[k], 10 + a->x[k] / 4, 1e-12);
          ck_assert (fabs (b->y[k] - (2 * a->y[k] - 3)) < 1e-12);
        }
    }
  d->x_shift = d->x_factor = d->y_shift = d->y_factor = NULL;
  plot_figure_free (f);
  plot_figure_free (plain);
  cvx_dataset_free (d);
  cvx_network_free (net);
}
END_TEST

START_TEST (lines_of_the_surface_are_where_neurons_switch)
{
  struct cvx_dataset *d = plane ();
  struct cvx_network *net = valley ();
  struct figure_input in = { .data = d, .network = net };
  struct plot_figure *f = make ("surface", &in);
  const struct plot_panel *p = &f->panel[0];
  const struct plot_series *lines = series (f, PLOT_NEURON);
  const struct plot_series *heat = &p->series[0];
  /* The third neuron switches outside the box.  */
  ck_assert_uint_eq (lines->n, 6);
  for (size_t k = 0; k < 6; k++)
    if (k % 3 == 2)
      ck_assert (isnan (lines->x[k]));
    else
      {
        const double *u = net->u + 3 * (k / 3);
        double v = u[0] + u[1] * lines->x[k] + u[2] * lines->y[k];
        double edge = fmin (fmin (fabs (lines->x[k] - p->x.min),
                                  fabs (lines->x[k] - p->x.max)),
                            fmin (fabs (lines->y[k] - p->y.min),
                                  fabs (lines->y[k] - p->y.max)));
        ck_assert (fabs (v) < 1e-12 && edge < 1e-12);
      }
  /* A value of the grid is the network there.  */
  {
    double row[3] = { 1, heat->x[1], heat->y[0] }, want;
    struct cvx_error err;
    ck_assert_ok (cvx_network_predict (net, row, 1, &want, &err), err);
    ck_assert_near (heat->z[heat->nx - 1], want, 1e-12);
  }
  ck_assert_uint_eq (
      series (f, PLOT_POSITIVE)->n + series (f, PLOT_NEGATIVE)->n, 60);
  plot_figure_free (f);
  cvx_dataset_free (d);
  cvx_network_free (net);
}
END_TEST

START_TEST (wrong_shapes_are_refused_with_the_right_kind)
{
  struct cvx_dataset *two = plane (), *one = five_points ();
  struct cvx_network *net = valley ();
  struct figure_input in = { .data = two, .network = net };
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_int_eq (figure_function (&f, &in, &err), CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E631);
  ck_assert_str_eq (err.hint, "plot surface");
  in.data = one;
  ck_assert_int_eq (figure_surface (&f, &in, &err), CVX_UNSUITED);
  ck_assert_str_eq (err.hint, "plot function");
  cvx_dataset_free (two);
  cvx_dataset_free (one);
  cvx_network_free (net);
}
END_TEST

START_TEST (every_kind_says_what_it_lacks)
{
  const struct figure_input nothing = { .n_runs = 0 };
  for (const struct figure_kind *k = figure_kinds; k->name != NULL; k++)
    {
      struct plot_figure *f;
      struct cvx_error err;
      ck_assert_int_eq (k->make (&f, &nothing, &err), CVX_STATE);
      ck_assert_int_eq (err.id, CVX_E630);
      ck_assert (err.hint[0] != '\0');
    }
  ck_assert_ptr_null (figure_find ("nonsense"));
}
END_TEST

/* Each kind goes through gnuplot (where there is one) without complaint, into
   the folder FIGURES when that is set, to be looked at.  */
START_TEST (every_kind_is_drawn)
{
  const char *folder = getenv ("FIGURES");
  struct cvx_dataset *one = five_points (), *two = plane ();
  struct cvx_network *bends = two_bends (), *v = valley ();
  struct cvx_run run;
  const struct cvx_run *runs[1] = { &run };
  struct plot_options o = { .format = PLOT_PDF };
  struct plot_child *c;
  struct cvx_error err;
  bool real = system ("gnuplot --version >/dev/null 2>&1") == 0;
  make_run (&run);
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  for (const struct figure_kind *k = figure_kinds; k->name != NULL; k++)
    {
      bool surface = strcmp (k->name, "surface") == 0;
      struct figure_input in = { .data = surface ? two : one,
                                 .network = surface ? v : bends,
                                 .runs = runs,
                                 .n_runs = 1 };
      struct cvx_text script = CVX_TEXT_INIT;
      struct plot_figure *f = make (k->name, &in);
      char path[300];
      snprintf (path, sizeof path, "%s/%s.pdf",
                folder != NULL ? folder : "/nowhere", k->name);
      ck_assert_ok (plot_script (f, &o, folder != NULL ? path : "/dev/null",
                                 &script, NULL, &err),
                    err);
      if (real)
        ck_assert_ok (plot_child_run (c, script.s, NULL, NULL, &err), err);
      cvx_text_free (&script);
      plot_figure_free (f);
    }
  plot_child_free (c);
  cvx_dataset_free (one);
  cvx_dataset_free (two);
  cvx_network_free (bends);
  cvx_network_free (v);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

TEST_MAIN ("figure", objective_is_the_trace,
           gap_shows_the_tolerance_and_what_the_solver_has,
           function_bends_where_the_network_does,
           function_is_in_units_of_the_file,
           lines_of_the_surface_are_where_neurons_switch,
           wrong_shapes_are_refused_with_the_right_kind,
           every_kind_says_what_it_lacks, every_kind_is_drawn)
