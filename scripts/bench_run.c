/* bench_run.c -- times to certified gaps, in units of the machine.

   usage: bench_run [OPTION]... FOLDER

   FOLDER holds the instances (A.npz ... and reference_optima.json).  Every
   measurement is a process of its own, so that its peak memory is its own and
   a limit can end it.  Of solves under 0.1 s the fastest of four counts. Times
   start from arrays in memory and include the enumeration of patterns, the
   building of the formulation and every certificate.  One unit u is one 2000^3
   DGEMM on one thread, measured just before, so that figures of different
   machines compare.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "bench.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cblas.h>
#include <jansson.h>

#include "arrangement/patterns.h"
#include "base/alloc.h"
#include "base/npz.h"
#include "base/rng.h"
#include "config.h"
#include "linalg/threads.h"
#include "solver/run.h"

enum
{
  UNIT = 2000, /* of the DGEMM */
  MAX_FACETS = 1000000,
  FEW = 4000, /* --quick: patterns at most */
  REPEATS = 4 /* of solves that are over SOON */
};
static const double soon = 0.1; /* seconds */

/* The last one for convolutional networks only.  */
static const double tolerances[] = { 1e-3, 1e-6, 1e-8, 1e-9 };

/* A training problem: an instance, or a ring: standard
   normal features and a column of ones, label +1 outside the circle that holds
   half of the cloud, 5 % of the labels flipped.  */
struct problem
{
  const char *name, *file; /* NULL: ring */
  const char *class;
  double beta; /* NAN: betamax / 100 */
  const char *key;
  double limit; /* seconds */
  bool small;   /* part of --quick */
  size_t n, d;  /* ring: d counts the ones; file: n > 0 rows */
  enum cvx_penalty penalty;
};
static const struct problem problems[] = {
  { "A-2", "A.npz", "relu", 1e-2, "A_beta0.01", 60, true, 0, 0,
    CVX_PENALTY_GROUP },
  { "A-3", "A.npz", "relu", 1e-3, "A_beta0.001", 60, true, 0, 0,
    CVX_PENALTY_GROUP },
  { "B", "B.npz", "relu", 1e-2, "B_beta0.01", 120, false, 0, 0,
    CVX_PENALTY_GROUP },
  { "B2", "B2.npz", "relu", 1e-2, "B2_beta0.01", 120, false, 0, 0,
    CVX_PENALTY_GROUP },
  { "C", "C.npz", "relu", 43, "C", 120, false, 0, 0, CVX_PENALTY_GROUP },
  { "Cg", "C.npz", "gated", 130, "Cg", 60, true, 0, 0, CVX_PENALTY_GROUP },
  { "C-l1", "C.npz", "gated", 13, NULL, 60, true, 0, 0, CVX_PENALTY_L1 },
  { "D", "D.npz", "gated", 400, "D", 120, false, 0, 0, CVX_PENALTY_GROUP },
  { "E", "E.npz", "linear-cnn", 39, "E", 60, false, 0, 0, CVX_PENALTY_GROUP },
  { "E200", "E.npz", "linear-cnn", 39, NULL, 60, false, 200, 0,
    CVX_PENALTY_GROUP },
  { "F", "F.npz", "circular", 7000, "F", 60, false, 0, 0, CVX_PENALTY_GROUP },
  { "G", "G.npz", "gated", 3000, "G", 300, false, 0, 0, CVX_PENALTY_GROUP },
  { "ring1000", NULL, "relu", NAN, NULL, 300, false, 1000, 3,
    CVX_PENALTY_GROUP },
  { "ring100", NULL, "relu", NAN, NULL, 1800, false, 100, 5,
    CVX_PENALTY_GROUP },
};
static const size_t sizes[][2]
    = { { 60, 3 }, { 30, 5 }, { 25, 6 }, { 1000, 3 }, { 100, 5 } };
static const size_t scaling[] = { 10, 32, 100, 316, 1000, 3162 };

struct bench_options bench_options
    = { .out = "bench-results", .threads = 0, .memory = 0 };
struct bench_rows bench_rows;
static struct cvx_conv patches; /* of the instance at hand; d = 0: none */

/* --------------------------------------------------- in the child process */

static void
measure_dgemm (void *context, struct bench_row r)
{
  double *a = cvx_alloc (3 * (size_t)UNIT, (size_t)UNIT * sizeof *a);
  double *b, *c, best = HUGE_VAL;
  struct cvx_rng rng;
  (void)context;
  if (a == NULL)
    return;
  b = a + (size_t)UNIT * UNIT;
  c = b + (size_t)UNIT * UNIT;
  cvx_rng_init (&rng, 1, 0);
  for (size_t k = 0; k < 3 * (size_t)UNIT * UNIT; k++)
    a[k] = cvx_rng_uniform (&rng);
  (void)cvx_blas_threads (r.threads);
  for (int k = 0; k < 4; k++)
    {
      double since = bench_now ();
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, UNIT, UNIT, UNIT,
                   1, a, UNIT, b, UNIT, 0, c, UNIT);
      best = fmin (best, bench_now () - since);
    }
  cvx_free (a);
  r.seconds = best;
  r.n = r.d = UNIT;
  r.rate = 2.0 * UNIT * UNIT * UNIT / best / 1e9;
  bench_emit (&r);
}

/* The ring as a dataset.  */
static enum cvx_status
make_ring (struct cvx_dataset **out, size_t n, size_t d, struct cvx_error *err)
{
  /* The median of the length of a normal vector: 1.18 in the plane.  */
  static const double median[] = { 0, 0.6745, 1.18, 1.5382, 1.8322, 2.0859 };
  struct cvx_generate_options g = {
    .n = n, .d = d - 1, .radius = median[d - 1], .flip = 0.05, .seed = 1
  };
  struct cvx_dataset *plain;
  enum cvx_status status = CVX_OK;
  *out = NULL;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    if (strcmp (cvx_generators[k]->name, "ring") == 0)
      {
        status = cvx_generators[k]->make (&plain, &g, err);
        if (status == CVX_OK)
          status = cvx_dataset_bias (out, plain, CVX_BIAS_AUGMENTED, err);
        cvx_dataset_free (plain);
      }
  return status;
}

/* An instance as a dataset that borrows from *Z; *GATES are its gates.  What
   lies in one sample counts as one row of features.  */
static enum cvx_status
read_instance (const struct problem *p, struct cvx_npz **z,
               struct cvx_dataset *data, const struct cvx_array **gates,
               struct cvx_error *err)
{
  const struct cvx_array *x, *y;
  char path[4200];
  enum cvx_status status;
  snprintf (path, sizeof path, "%s/%s", bench_options.instances, p->file);
  status = cvx_npz_read (z, path, 0, NULL, err);
  if (status != CVX_OK)
    return status;
  x = cvx_npz_find (*z, "X");
  y = cvx_npz_find (*z, "y");
  *gates = cvx_npz_find (*z, "G");
  if (x == NULL || y == NULL || x->type != CVX_ARRAY_F64
      || y->type != CVX_ARRAY_F64 || x->rank < 2 || y->count != x->shape[0])
    return cvx_fail (err, CVX_E401, "%s has no usable X and y", p->file);
  if (x->rank == 3) /* patch after patch */
    {
      const size_t size[2] = { 1, x->shape[2] };
      status = cvx_conv_init (&patches, x->shape[1] * x->shape[2], NULL, size,
                              size, false, err);
      if (status != CVX_OK)
        return status;
    }
  memset (data, 0, sizeof *data);
  data->n_features = x->count / x->shape[0];
  data->n_outputs = 1;
  data->part[CVX_TRAIN].n = p->n > 0 ? p->n : x->shape[0];
  data->part[CVX_TRAIN].x = x->values;
  data->part[CVX_TRAIN].y = y->values;
  return CVX_OK;
}

struct solving
{
  const struct problem *problem;
  const char *solver;    /* of the table, or "auto" */
  bool polish, unstored; /* unstored: complete patterns, none kept */
  const double *tol;
  size_t n_tol;
};

/* Iterate RUN to its tolerance, after a polish where that is asked for.  */
static enum cvx_status
reach (struct cvx_run *run, bool polish, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  bool row;
  cvx_run_begin (run, bench_now ());
  if (polish && run->iter > 0 && cvx_run_gap (run) > run->settings.tol)
    {
      struct cvx_error why;
      if (cvx_run_polish (run, bench_now (), NULL, &why) == CVX_NOMEM)
        return cvx_fail (err, why.id, "%s", why.text);
    }
  cvx_run_begin (run, bench_now ());
  while (status == CVX_OK && run->status == CVX_RUN_READY
         && cvx_run_gap (run) > run->settings.tol)
    status = cvx_run_step (run, bench_now (), false, &row, NULL, err);
  return status;
}

/* Time to each tolerance, on DATA, with the patterns of GATES or all.  */
static void
solve_data (const struct solving *s, const struct cvx_dataset *data,
            const struct cvx_array *gates, double reference,
            struct bench_row r)
{
  const struct problem *p = s->problem;
  const struct cvx_part *t = &data->part[CVX_TRAIN];
  const struct cvx_formulation_class *class = cvx_formulation_find (p->class);
  struct cvx_formulation_options o = { .loss = NULL,
                                       .loss_param = NAN,
                                       .beta = p->beta,
                                       .threads = r.threads,
                                       .penalty = p->penalty };
  const struct cvx_solver *solver = cvx_solver_find (s->solver);
  struct cvx_patterns *patterns = NULL;
  struct cvx_formulation *f;
  struct cvx_settings settings;
  struct cvx_run *run;
  struct cvx_error err;
  const char *why = NULL;
  double since = bench_now (), beta;
  if (patches.d > 0)
    o.conv = &patches;
  r.n = t->n;
  r.d = data->n_features;
  if (class->needs_patterns && gates != NULL)
    {
      if (!bench_fine (cvx_patterns_gates (&patterns, t->x, t->n,
                                           data->n_features, gates->values,
                                           gates->shape[1], &err),
                       &err, &r))
        return;
    }
  else if (class->needs_patterns
           && !bench_fine (
               s->unstored ? cvx_patterns_unstored (&patterns, t->x, t->n,
                                                    data->n_features, 0,
                                                    r.threads, NULL, &err)
                           : cvx_patterns_exact (&patterns, t->x, t->n,
                                                 data->n_features, SIZE_MAX,
                                                 r.threads, NULL, &err),
               &err, &r))
    return;
  if (patterns != NULL)
    r.patterns = s->unstored && gates == NULL ? (size_t)patterns->bound
                                              : patterns->count;
  if (!bench_fine (cvx_formulation_new (&f, class, data, patterns, &o, &err),
                   &err, &r))
    return;
  if (isnan (p->beta)
      && (!bench_fine (cvx_formulation_betamax (f, &beta, NULL, &err), &err,
                       &r)
          || !bench_fine (cvx_formulation_set_beta (f, beta / 100, &err), &err,
                          &r)))
    return;
  cvx_settings_init (&settings);
  settings.tol = s->tol[0];
  if (solver == NULL)
    solver = cvx_solver_choose (f, &settings, NULL);
  if (solver != NULL)
    {
      snprintf (r.method, sizeof r.method, "%s%s%s%s", solver->name,
                s->polish ? "+polish" : "", s->unstored ? " unstored" : "",
                strcmp (s->solver, "auto") == 0 ? " (auto)" : "");
      why = solver->unsuited (f, &settings);
    }
  if (solver == NULL || why != NULL)
    {
      snprintf (r.status, sizeof r.status, "unsuited: %.140s",
                why != NULL ? why : "no solver");
      bench_emit (&r);
      return;
    }
  r.prepare = bench_now () - since;
  if (!bench_fine (cvx_run_new (&run, f, solver, &settings, NULL, NULL, &err),
                   &err, &r))
    return;
  for (size_t k = 0; k < s->n_tol; k++)
    {
      r.tol = run->settings.tol = s->tol[k];
      if (!bench_fine (reach (run, s->polish, &err), &err, &r))
        return;
      r.seconds = bench_now () - since;
      r.gap = cvx_run_gap (run);
      r.objective = run->pobj;
      r.bound = run->dobj;
      r.iterations = run->iter;
      r.off = (run->pobj - reference) / reference;
      if (run->pobj < reference * (1 - 1e-9)
          || run->dobj > reference * (1 + 1e-9))
        snprintf (r.status, sizeof r.status, "WRONG: not around %.12g",
                  reference);
      else if (r.gap > r.tol)
        snprintf (r.status, sizeof r.status, "%s",
                  cvx_run_status_words (run->status));
      bench_emit (&r);
      if (r.gap > r.tol)
        break;
    }
}

static double
reference_optimum (const char *key)
{
  char path[4200];
  json_t *all;
  double value;
  snprintf (path, sizeof path, "%s/reference_optima.json",
            bench_options.instances);
  all = key != NULL ? json_load_file (path, 0, NULL) : NULL;
  value = json_number_value (
      json_object_get (json_object_get (all, key), "objective"));
  json_decref (all);
  return value > 0 ? value : NAN;
}

static void
measure_solve (void *context, struct bench_row r)
{
  const struct solving *s = context;
  const struct problem *p = s->problem;
  struct cvx_dataset data, *ring;
  const struct cvx_array *gates = NULL;
  struct cvx_npz *z;
  struct cvx_error err;
  (void)cvx_blas_threads (r.threads);
  if (p->file == NULL)
    {
      if (bench_fine (make_ring (&ring, p->n, p->d, &err), &err, &r))
        solve_data (s, ring, NULL, NAN, r);
    }
  else if (bench_fine (read_instance (p, &z, &data, &gates, &err), &err, &r))
    solve_data (s, &data, gates, reference_optimum (p->key), r);
}

/* What the enumeration can give, each timed alone.  */
enum product
{
  COUNT,
  BITS,
  GATES,
  FACETS,
  N_PRODUCTS
};
static const char *const product_names[]
    = { "count", "bits", "bits and gates", "facets" };

struct enumerating
{
  size_t n, d;
  enum product product;
};

static void
measure_enumerate (void *context, struct bench_row r)
{
  const struct enumerating *e = context;
  double *x = cvx_alloc (e->n, e->d * sizeof *x), since;
  struct cvx_patterns *p = NULL;
  struct cvx_facets *f = NULL;
  struct cvx_error err;
  struct cvx_rng rng;
  if (x == NULL)
    return;
  cvx_rng_init (&rng, 1, 0);
  for (size_t k = 0; k < e->n * e->d; k++)
    x[k] = cvx_rng_normal (&rng);
  r.n = e->n;
  r.d = e->d;
  (void)cvx_blas_threads (r.threads);
  if (e->product == FACETS
      && !bench_fine (cvx_patterns_exact (&p, x, e->n, e->d, SIZE_MAX,
                                          r.threads, NULL, &err),
                      &err, &r))
    return;
  since = bench_now ();
  switch (e->product)
    {
    case COUNT:
      if (!bench_fine (cvx_patterns_count (&r.patterns, x, e->n, e->d,
                                           r.threads, NULL, &err),
                       &err, &r))
        return;
      break;
    case FACETS:
      if (!bench_fine (cvx_facets_new (&f, p, x, NULL, &err), &err, &r))
        return;
      break;
    default:
      if (!bench_fine (cvx_patterns_exact_with (
                           &p, x, e->n, e->d, SIZE_MAX,
                           e->product == BITS ? CVX_PATTERNS_NO_GATES : 0,
                           r.threads, NULL, &err),
                       &err, &r))
        return;
    }
  r.seconds = bench_now () - since;
  if (p != NULL)
    r.patterns = p->count;
  r.rate = (double)r.patterns / r.seconds;
  if ((double)r.patterns != cvx_patterns_bound (e->n, e->d))
    snprintf (r.status, sizeof r.status, "WRONG: the formula gives %.0f",
              cvx_patterns_bound (e->n, e->d));
  bench_emit (&r);
}

/* ------------------------------------------------------ the parent process */

static double
measure_unit (int threads)
{
  struct bench_row row = bench_empty_row (
      "dgemm", "dgemm", threads == 1 ? "one thread" : "threads");
  row.threads = threads;
  if (!bench_measure (measure_dgemm, NULL, row, 60, NAN))
    exit (EXIT_FAILURE);
  bench_rows.row[bench_rows.n - 1].unit
      = bench_rows.row[bench_rows.n - 1].seconds;
  return bench_rows.row[bench_rows.n - 1].seconds;
}

/* Is NAME (or KIND) among those asked for?  */
static bool
wanted (const char *kind, const char *name)
{
  const char *p = bench_options.only;
  while (p != NULL && *p != '\0')
    {
      size_t len = strcspn (p, ",");
      if ((strlen (kind) == len && strncmp (p, kind, len) == 0)
          || (strlen (name) == len && strncmp (p, name, len) == 0))
        return true;
      p += len + (p[len] == ',');
    }
  return bench_options.only == NULL;
}

static double
limit_of (double own)
{
  return bench_options.limit > 0 ? bench_options.limit : own;
}

static void
bench_enumeration (void)
{
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    {
      char name[32];
      double unit, formula = cvx_patterns_bound (sizes[k][0], sizes[k][1]);
      snprintf (name, sizeof name, "%zu,%zu", sizes[k][0], sizes[k][1]);
      if (!wanted ("enumerate", name)
          || (bench_options.quick && formula > FEW))
        continue;
      unit = measure_unit (1);
      for (int j = 0; j < N_PRODUCTS; j++)
        {
          struct enumerating e = { sizes[k][0], sizes[k][1], (enum product)j };
          if (j == FACETS && formula > MAX_FACETS)
            continue;
          bench_measure (measure_enumerate, &e,
                         bench_empty_row ("enumerate", name, product_names[j]),
                         limit_of (120), unit);
        }
    }
}

/* What is soon over is measured some times, as the unit is; the fastest
   counts.  */
static void
bench_solve (struct solving *s, const char *method, double unit)
{
  const struct problem *p = s->problem;
  struct bench_row row = bench_empty_row ("solve", p->name, method);
  size_t first = bench_rows.n, n;
  bool ok = bench_measure (measure_solve, s, row, limit_of (p->limit), unit);
  n = bench_rows.n - first;
  for (int k = 1; ok && k < REPEATS; k++)
    {
      struct bench_row *best;
      if (bench_rows.row[first + n - 1].seconds >= soon)
        break;
      ok = bench_measure (measure_solve, s, row, limit_of (p->limit), unit)
           && bench_rows.n == first + 2 * n;
      best = bench_rows.row + first;
      for (size_t j = 0; ok && j < n; j++)
        if (best[n + j].seconds < best[j].seconds)
          best[j] = best[n + j];
      bench_rows.n = first + n;
    }
}

static void
bench_problem (const struct problem *p)
{
  struct solving s
      = { p,     "auto",     false,
          false, tolerances, sizeof tolerances / sizeof *tolerances };
  char path[4200];
  double unit;
  if (strcmp (p->class, "linear-cnn") != 0
      && strcmp (p->class, "circular") != 0)
    s.n_tol--;
  if (cvx_formulation_find (p->class) == NULL)
    {
      printf ("%s: no formulation %s\n", p->name, p->class);
      return;
    }
  snprintf (path, sizeof path, "%s/%s", bench_options.instances,
            p->file != NULL ? p->file : "");
  if (p->file != NULL && access (path, R_OK) != 0)
    {
      printf ("%s: no file %s%s\n", p->name, path,
              strcmp (p->name, "G") == 0 ? " (make_g.py writes it)" : "");
      return;
    }
  unit = measure_unit (1);
  /* Newton's method is at work there without being asked.  */
  for (int k = 0; k < (strcmp (p->class, "gated") == 0 ? 1 : 2); k++)
    {
      s.polish = k == 1;
      bench_solve (&s, k == 0 ? "auto" : "auto+polish", unit);
    }
  s.polish = false;
  if (strcmp (p->class, "relu") == 0 && strcmp (p->name, "C") != 0)
    {
      s.unstored = true;
      bench_solve (&s, "unstored", unit);
      s.unstored = false;
    }
  for (size_t k = 0; bench_options.all && cvx_solvers[k] != NULL; k++)
    {
      s.solver = cvx_solvers[k]->name;
      bench_solve (&s, s.solver, unit);
    }
}

static void
print_slope (const char *method)
{
  size_t used;
  double slope = bench_slope (&bench_rows, method, &used);
  if (!isnan (slope))
    printf ("scaling   %s: time grows as patterns to the power %.2f "
            "(%zu sizes)\n",
            method, slope, used);
}

/* Time over the number of patterns, d = 3.  */
static void
bench_scaling (void)
{
  static const double tol[] = { 1e-6 };
  double unit;
  bool solving = true, counting = true;
  if (!wanted ("scaling", "scaling"))
    return;
  unit = measure_unit (1);
  for (size_t k = 0; k < sizeof scaling / sizeof *scaling; k++)
    {
      struct enumerating e = { scaling[k], 3, COUNT };
      struct problem p
          = { "scaling", NULL, "relu",     NAN, NULL,
              0,         true, scaling[k], 3,   CVX_PENALTY_GROUP };
      struct solving s = { &p, "auto", false, true, tol, 1 };
      if (bench_options.quick && cvx_patterns_bound (scaling[k], 3) > FEW)
        break;
      counting
          = counting
            && bench_measure (measure_enumerate, &e,
                              bench_empty_row ("scaling", "scaling", "count"),
                              limit_of (300), unit);
      solving
          = solving
            && bench_measure (measure_solve, &s,
                              bench_empty_row ("scaling", "scaling", "solve"),
                              limit_of (600), unit);
      /* One line of the plot, whichever solver was taken.  */
      if (solving)
        snprintf (bench_rows.row[bench_rows.n - 1].method,
                  sizeof bench_rows.row[bench_rows.n - 1].method, "solve");
    }
  print_slope ("count");
  print_slope ("solve");
}

/* Sizes of the steps that are timed: one grows, the others stay.  */
enum grown
{
  GROW_N,
  GROW_D,
  GROW_P,
  N_GROWN
};
static const char *const grown_names[] = { "n", "d", "P" };

struct stepping
{
  size_t n, d, count;
};

/* Seconds of one step of fista, the mean of six.  */
static void
measure_steps (void *context, struct bench_row r)
{
  const struct stepping *s = context;
  struct cvx_generate_options g
      = { .n = s->n, .d = s->d, .radius = 1, .flip = 0.05, .seed = 1 };
  struct cvx_formulation_options o
      = { .loss = NULL, .loss_param = NAN, .beta = 1, .threads = r.threads };
  struct cvx_settings settings;
  struct cvx_dataset *data = NULL;
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_run *run;
  struct cvx_error err;
  enum cvx_status status = CVX_OK;
  double since;
  bool row;
  (void)cvx_blas_threads (r.threads);
  r.n = s->n;
  r.d = s->d;
  r.patterns = s->count;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    if (strcmp (cvx_generators[k]->name, "ring") == 0)
      status = cvx_generators[k]->make (&data, &g, &err);
  cvx_settings_init (&settings);
  settings.tol = 0;
  settings.every = 1e9;
  if (!bench_fine (status, &err, &r)
      || !bench_fine (cvx_patterns_sample (&patterns, data->part[CVX_TRAIN].x,
                                           s->n, s->d, s->count, 1, 0, NULL,
                                           &err),
                      &err, &r)
      || !bench_fine (cvx_formulation_new (&f, cvx_formulation_find ("gated"),
                                           data, patterns, &o, &err),
                      &err, &r)
      || !bench_fine (cvx_run_new (&run, f, cvx_solver_find ("fista"),
                                   &settings, NULL, NULL, &err),
                      &err, &r))
    return;
  /* The first step searches its length.  */
  status = cvx_run_step (run, 0, false, &row, NULL, &err);
  since = bench_now ();
  while (status == CVX_OK && run->iter < 7)
    status = cvx_run_step (run, 0, false, &row, NULL, &err);
  if (!bench_fine (status, &err, &r))
    return;
  r.seconds = (bench_now () - since) / 6;
  r.rate = 4e-9 * (double)s->n * (double)s->d * (double)s->count / r.seconds;
  r.iterations = run->iter;
  bench_emit (&r);
}

/* Time of a step over the samples, the features and the gates; the smallest is
   work for all threads.  */
static void
bench_steps (void)
{
  double unit;
  if (!wanted ("steps", "steps"))
    return;
  unit = measure_unit (1);
  for (int grown = 0; grown < N_GROWN; grown++)
    for (size_t times = 1; times <= 16; times *= 2)
      {
        struct stepping s = { 2000, 50, 200 };
        if (grown == GROW_N)
          s.n *= times;
        else if (grown == GROW_D)
          s.d *= times;
        else
          s.count *= times;
        bench_measure (
            measure_steps, &s,
            bench_empty_row ("steps", grown_names[grown], "fista step"),
            limit_of (60), unit);
      }
}

static const struct argp_option choices[]
    = { { "out", 'o', "FOLDER", 0, "Where the results go [bench-results]", 0 },
        { "only", 'n', "NAMES", 0,
          "Only these, as A-2,Cg,enumerate,scaling,solve", 0 },
        { "quick", 'q', NULL, 0, "Small problems only", 0 },
        { "all", 'a', NULL, 0,
          "Every solver of the table, not only auto's choice", 0 },
        { "threads", 't', "N", 0, "Threads [all processors]", 0 },
        { "limit", 'l', "SECONDS", 0, "Limit of every measurement", 0 },
        { 0 } };

static error_t
parse (int key, char *arg, struct argp_state *state)
{
  switch (key)
    {
    case 'o':
      bench_options.out = arg;
      break;
    case 'n':
      bench_options.only = arg;
      break;
    case 'q':
      bench_options.quick = true;
      break;
    case 'a':
      bench_options.all = true;
      break;
    case 't':
      bench_options.threads = atoi (arg);
      break;
    case 'l':
      bench_options.limit = atof (arg);
      break;
    case ARGP_KEY_ARG:
      if (bench_options.instances != NULL)
        argp_usage (state);
      bench_options.instances = arg;
      break;
    case ARGP_KEY_END:
      if (bench_options.instances == NULL)
        argp_usage (state);
      break;
    default:
      return ARGP_ERR_UNKNOWN;
    }
  return 0;
}

int
main (int argc, char **argv)
{
  static const struct argp argp
      = { choices,
          parse,
          "FOLDER",
          "Measures times to certified gaps on the instances of FOLDER, and "
          "the enumeration of patterns.",
          NULL,
          NULL,
          NULL };
  struct cvx_error err;
  argp_parse (&argp, argc, argv, 0, NULL, &bench_options);
  if (bench_options.threads < 1)
    bench_options.threads = (int)sysconf (_SC_NPROCESSORS_ONLN);
  bench_options.memory = 0.8 * (double)sysconf (_SC_PHYS_PAGES)
                         * (double)sysconf (_SC_PAGESIZE);
  if (mkdir (bench_options.out, 0777) != 0 && errno != EEXIST)
    {
      fprintf (stderr, "bench: %s: %s\n", bench_options.out, strerror (errno));
      return EXIT_FAILURE;
    }
  (void)measure_unit (1);
  if (bench_options.threads > 1)
    (void)measure_unit (bench_options.threads);
  bench_enumeration ();
  for (size_t k = 0; k < sizeof problems / sizeof *problems; k++)
    if (wanted ("solve", problems[k].name)
        && (!bench_options.quick || problems[k].small))
      bench_problem (&problems[k]);
  bench_scaling ();
  bench_steps ();
  if (bench_write (&bench_options, &bench_rows, &err) != CVX_OK)
    {
      fprintf (stderr, "bench: %s\n", err.text);
      return EXIT_FAILURE;
    }
  free (bench_rows.row);
  return EXIT_SUCCESS;
}
