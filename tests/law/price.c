/* Pricing without enumeration, single cells, and the solver that lives on
   them, against enumeration.  */

#include "support.h"

#include <string.h>

#include "arrangement/cell.h"
#include "formulation/price.h"
#include "formulation/signs.h"
#include "problems.h"
#include "solver/run.h"
#include "runs.h"

/* h (u) = sum nu_i (x_i'u)_+.  */
static double
dual_function (const struct problem *p, const double *nu, const double *u)
{
  const struct cvx_part *t = &p->data.part[CVX_TRAIN];
  double h = 0;
  for (size_t i = 0; i < t->n; i++)
    h += nu[i]
         * fmax (0,
                 inner (p->data.n_features, t->x + i * p->data.n_features, u));
  return h;
}

/* A problem of any size that fits; every other one has small integers, so that
   many rows meet in one point.  */
static void
problem_any (struct problem *p, size_t k, struct cvx_rng *r)
{
  size_t d = 1 + cvx_rng_below (r, 4), n = 1 + cvx_rng_below (r, 14);
  problem_set (p, n, d);
  for (size_t i = 0; i < n * d; i++)
    p->x[i]
        = k % 2 == 0 ? cvx_rng_normal (r) : (double)cvx_rng_below (r, 5) - 2;
  draw (r, n, p->y);
  problem_patterns (p, 0);
}

/* max psi over all patterns, one projection for each.  */
static double
enumerated (const struct cvx_formulation *f, const double *nu)
{
  double *psi = calloc (f->n_blocks, sizeof *psi), norm = 0;
  struct cvx_error err;
  ck_assert_ok (cvx_formulation_price (f, nu, psi, NULL, &err), err);
  for (size_t g = 0; g < f->n_blocks; g++)
    norm = fmax (norm, psi[g]);
  free (psi);
  return norm;
}

START_TEST (search_equals_enumeration)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 1, 1);
  for (size_t k = 0; k < 120; k++)
    {
      struct problem p;
      struct cvx_pricer *pricer;
      struct cvx_price price;
      struct cvx_formulation *f;
      struct cvx_error err;
      double nu[MAX_NUMBERS], norm;
      problem_any (&p, k, &r);
      draw (&r, p.data.part[CVX_TRAIN].n, nu);
      if (p.patterns->n_patterns == 0)
        {
          problem_free (&p);
          continue;
        }
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 1);
      norm = enumerated (f, nu);
      ck_assert_ok (cvx_pricer_new (&pricer, p.x, p.data.part[CVX_TRAIN].n,
                                    p.data.n_features, 2, &err),
                    err);
      ck_assert_ok (
          cvx_pricer_run (pricer, nu, 0, true, 5, 0, &price, NULL, &err), err);
      ck_assert (price.complete);
      ck_assert_msg (fabs (price.upper - norm) <= 1e-10 * (1 + norm),
                     "problem %zu: %.17g by search, %.17g by enumeration", k,
                     price.upper, norm);
      ck_assert (price.lower <= price.upper);
      for (size_t i = 0; i < price.n; i++)
        {
          double h = dual_function (&p, nu, price.u + i * p.data.n_features);
          ck_assert (fabs (price.sign[i] * h - price.value[i])
                     <= 1e-12 * (1 + norm));
        }
      /* Stopped early, or asked above a threshold only: still a bound.  */
      ck_assert_ok (cvx_pricer_run (pricer, nu, 0.3 * norm, true, 5, 3, &price,
                                    NULL, &err),
                    err);
      ck_assert (price.upper >= norm * (1 - 1e-12));
      ck_assert_ok (cvx_pricer_run (pricer, nu, 2 * norm, false, 5, 0, &price,
                                    NULL, &err),
                    err);
      ck_assert (price.complete && price.n == 0);
      ck_assert (price.upper >= norm * (1 - 1e-12));
      ck_assert (price.upper <= 2 * norm * (1 + 1e-9) + 1e-12);
      cvx_pricer_free (pricer);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

/* Data of rank 2 and 3 walk from cell to cell: rows given twice, opposite,
   close to each other, on a grid and zero, in more features than the rank.  */
START_TEST (walking_equals_enumeration)
{
  struct cvx_rng r;
  size_t walked = 0;
  cvx_rng_init (&r, 7, 1);
  for (size_t k = 0; k < 300; k++)
    {
      struct problem p;
      struct cvx_pricer *pricer;
      struct cvx_price price, again;
      struct cvx_formulation *f;
      struct cvx_error err;
      size_t d = 2 + k % 2, n = 3 + cvx_rng_below (&r, 25);
      double nu[MAX_NUMBERS], norm;
      int threads = k % 7 == 0 ? 2 : 1;
      problem_set (&p, n, d);
      for (size_t i = 0; i < n * d; i++)
        p.x[i] = k % 3 == 0 ? (double)cvx_rng_below (&r, 5) - 2
                            : cvx_rng_normal (&r);
      for (size_t i = 1; i < n; i++)
        if (k % 5 > 1 && cvx_rng_below (&r, 3) == 0)
          {
            static const double nearness[] = { 0, 0, 1e-15, 1e-10, 1e-6 };
            double by = cvx_rng_normal (&r);
            double off = nearness[cvx_rng_below (&r, 5)];
            size_t from = cvx_rng_below (&r, i);
            for (size_t j = 0; j < d; j++)
              p.x[i * d + j]
                  = by * p.x[from * d + j] + off * cvx_rng_normal (&r);
          }
      draw (&r, n, p.y);
      problem_patterns (&p, 0);
      draw (&r, n, nu);
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 1);
      norm = enumerated (f, nu);
      ck_assert_ok (cvx_pricer_new (&pricer, p.x, n, d, threads, &err), err);
      walked += cvx_pricer_walks (pricer);
      ck_assert_ok (
          cvx_pricer_run (pricer, nu, 0, true, 0, 0, &price, NULL, &err), err);
      ck_assert_msg (fabs (price.upper - norm) <= 1e-11 * norm,
                     "problem %zu: %.17g by walking, %.17g by enumeration", k,
                     price.upper, norm);
      ck_assert (price.lower >= price.upper * (1 - 1e-11));
      /* Its maxima are maxima, in general position: nothing near is higher.
       */
      ck_assert_ok (cvx_pricer_run (pricer, nu, 0.2 * norm, true, 100, 0,
                                    &again, NULL, &err),
                    err);
      ck_assert (again.n > 0 && again.value[0] >= norm * (1 - 1e-11));
      for (size_t i = 0; i < again.n; i++)
        for (int t = 0; t < 10; t++)
          {
            double u[3], size = 0;
            for (size_t j = 0; j < d; j++)
              {
                u[j] = again.u[i * d + j] + 1e-6 * cvx_rng_normal (&r);
                size += u[j] * u[j];
              }
            if (k % 5 <= 1 && k % 3 != 0)
              ck_assert (again.sign[i] * dual_function (&p, nu, u)
                         <= again.value[i] * sqrt (size) * (1 + 1e-12));
          }
      cvx_pricer_free (pricer);
      cvx_formulation_free (f);
      problem_free (&p);
    }
  ck_assert_msg (walked > 250, "%zu walked", walked);
}
END_TEST

/* Branching on signs, for data of any rank.  */
START_TEST (signs_equal_enumeration)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 5, 1);
  for (size_t k = 0; k < 200; k++)
    {
      struct problem p;
      struct cvx_signs *signs;
      struct cvx_signs_result found;
      struct cvx_formulation *f;
      struct cvx_error err;
      size_t n, d;
      double nu[MAX_NUMBERS], norm;
      problem_any (&p, k, &r);
      n = p.data.part[CVX_TRAIN].n;
      d = p.data.n_features;
      draw (&r, n, nu);
      if (p.patterns->n_patterns == 0)
        {
          problem_free (&p);
          continue;
        }
      f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 1);
      norm = enumerated (f, nu);
      ck_assert_ok (
          cvx_signs_new (&signs, p.x, n, d, k % 3 == 0 ? 2 : 1, &err), err);
      ck_assert_ok (cvx_signs_run (signs, nu, 0, 0, &found, NULL, &err), err);
      ck_assert (found.complete);
      ck_assert_msg (fabs (found.upper - norm) <= 1e-10 * (1 + norm),
                     "problem %zu: %.17g by signs, %.17g by enumeration", k,
                     found.upper, norm);
      ck_assert (found.lower <= found.upper);
      ck_assert_near (found.sign * dual_function (&p, nu, found.u),
                      found.lower, 1e-12 * (1 + norm));
      /* Above a threshold only: a bound still.  */
      ck_assert_ok (
          cvx_signs_run (signs, nu, 1.5 * norm, 0, &found, NULL, &err), err);
      ck_assert (found.upper >= norm * (1 - 1e-12)
                 && found.upper <= 1.5 * norm * (1 + 1e-9) + 1e-12);
      cvx_signs_free (signs);
      cvx_formulation_free (f);
      problem_free (&p);
    }
}
END_TEST

START_TEST (facets_are_those_of_the_enumeration)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 2, 1);
  for (size_t k = 0; k < 60; k++)
    {
      struct problem p;
      struct cvx_facets *facets;
      struct cvx_cone_work *work;
      struct cvx_error err;
      size_t n, d;
      problem_any (&p, 2 * k, &r); /* general position */
      n = p.data.part[CVX_TRAIN].n;
      d = p.data.n_features;
      ck_assert_ok (cvx_facets_new (&facets, p.patterns, p.x, NULL, &err),
                    err);
      ck_assert_ok (cvx_cone_work_new (&work, d, n, &err), err);
      for (size_t g = 0; g < p.patterns->n_patterns; g++)
        {
          const uint64_t *bits = p.patterns->bits + g * p.patterns->n_words;
          const uint32_t *want = facets->facet + facets->start[g];
          size_t n_want = facets->start[g + 1] - facets->start[g], count;
          double u[MAX_NUMBERS], c[MAX_NUMBERS], z[MAX_NUMBERS];
          uint32_t row[MAX_NUMBERS];
          struct cvx_cone cone = { p.x, d, bits, NULL, n };
          /* From a point on the boundary: a random one, projected.  */
          draw (&r, d, z);
          if (cvx_cone_project (&cone, z, u, false, work) == 0)
            memcpy (u, p.patterns->gate + g * d, d * sizeof *u);
          double size = sqrt (inner (d, u, u));
          for (size_t j = 0; j < d; j++)
            u[j] /= size;
          ck_assert_ok (cvx_cell_interior (p.x, n, d, bits, u, c, &err), err);
          for (size_t i = 0; i < n; i++)
            ck_assert ((inner (d, p.x + i * d, c) > 0)
                       == cvx_pattern_bit (bits, i));
          ck_assert_ok (
              cvx_cell_facets (p.x, n, d, bits, c, row, &count, work, &err),
              err);
          ck_assert_uint_eq (count, n_want);
          for (size_t i = 0; i < count; i++)
            {
              bool found = false;
              for (size_t j = 0; j < n_want; j++)
                found = found || want[j] == row[i];
              ck_assert (found);
            }
        }
      cvx_cone_work_free (work);
      cvx_facets_free (facets);
      problem_free (&p);
    }
}
END_TEST

static double
optimum (const struct cvx_formulation *f, const char *solver, double *bound)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double value;
  cvx_settings_init (&s);
  s.tol = 1e-8;
  s.maxiter = 50000;
  ck_assert_ok (
      cvx_run_new (&run, f, cvx_solver_find (solver), &s, NULL, NULL, &err),
      err);
  run_to_end (run);
  value = run->pobj;
  *bound = run->dobj;
  cvx_run_free (run);
  return value;
}

/* Without a stored pattern, the optimum of the stored program.  */
START_TEST (unstored_equals_stored)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 3, 1);
  for (size_t l = 0; cvx_losses[l] != NULL; l++)
    for (enum problem_kind kind = 0; kind < 3; kind++)
      {
        const struct cvx_loss *loss = cvx_losses[l];
        struct problem p, q;
        struct cvx_formulation *f, *g;
        struct cvx_error err;
        double betamax, again, a, b, a_bound, b_bound;
        problem_random (&p, kind, loss->labels, &r);
        if (loss->coupled)
          problem_onehot (&p, 3, &r);
        problem_patterns (&p, 0);
        if (p.patterns->n_patterns == 0)
          {
            problem_free (&p);
            continue;
          }
        q = p;
        q.patches = NULL;
        q.data.part[CVX_TRAIN].x = q.x;
        q.data.part[CVX_TRAIN].y = q.y;
        ck_assert_ok (
            cvx_patterns_unstored (&q.patterns, q.x, q.data.part[CVX_TRAIN].n,
                                   q.data.n_features, 1e6, 1, NULL, &err),
            err);
        ck_assert_uint_eq (q.patterns->count, p.patterns->count);
        f = problem_formulation (&p, cvx_formulation_find ("relu"), loss, NAN);
        g = problem_formulation (&q, cvx_formulation_find ("relu"), loss, NAN);
        ck_assert_ok (cvx_formulation_betamax (f, &betamax, NULL, &err), err);
        ck_assert_ok (cvx_formulation_betamax (g, &again, NULL, &err), err);
        ck_assert_near (betamax, again, 1e-9);
        ck_assert_ok (cvx_formulation_set_beta (f, 0.1 * betamax, &err), err);
        ck_assert_ok (cvx_formulation_set_beta (g, 0.1 * betamax, &err), err);
        a = optimum (f, loss->strict || loss->coupled ? "newton" : "admm",
                     &a_bound);
        b = optimum (g, "interior", &b_bound);
        ck_assert_msg (b - b_bound <= 1e-7 * fabs (b), "%s: gap %g",
                       loss->name, (b - b_bound) / fabs (b));
        ck_assert_msg (b_bound <= a * (1 + 1e-12) && a_bound <= b * (1 + 1e-12)
                           && b <= a * (1 + 1e-7),
                       "%s: [%.12g, %.12g] stored, [%.12g, %.12g] not",
                       loss->name, a_bound, a, b_bound, b);
        cvx_formulation_free (f);
        cvx_formulation_free (g);
        problem_free (&p);
        problem_free (&q);
      }
}
END_TEST

/* The relu program over all patterns of X (n x d) without storing them, solved
   by interior at BETA; the gap must be at most TOL.  */
static double
solve_unstored (double *x, double *y, size_t n, size_t d, const char *loss,
                double beta, double tol)
{
  struct cvx_dataset data = { .n_features = d, .n_outputs = 1 };
  struct cvx_formulation_options o = {
    .loss = cvx_loss_find (loss), .loss_param = NAN, .beta = beta, .threads = 1
  };
  struct cvx_patterns *patterns;
  struct cvx_formulation *f;
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  double value;
  data.part[CVX_TRAIN].n = n;
  data.part[CVX_TRAIN].x = x;
  data.part[CVX_TRAIN].y = y;
  ck_assert_ok (cvx_patterns_unstored (&patterns, x, n, d, 0, 1, NULL, &err),
                err);
  ck_assert_ok (cvx_formulation_new (&f, cvx_formulation_find ("relu"), &data,
                                     patterns, &o, &err),
                err);
  cvx_settings_init (&s);
  s.tol = tol;
  ck_assert_ok (cvx_run_new (&run, f, cvx_solver_find ("interior"), &s, NULL,
                             NULL, &err),
                err);
  run_to_end (run);
  ck_assert_msg (cvx_run_gap (run) <= tol, "%s, %zu x %zu: gap %g", loss, n, d,
                 cvx_run_gap (run));
  value = run->pobj;
  cvx_run_free (run);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
  return value;
}

/* Directions of violation lie on antiparallel rows, whose bits there belong to
   no cell: interior took none and stopped far from the optimum.  */
START_TEST (directions_on_antiparallel_rows)
{
  double x[] = { 1, 1, -1, -1, 2, 0, -1, 0, 0, 1, 0, -1, -2, 2, 1, -1 };
  double y[] = { 1, 1, -1, 1, -1, 1, 1, -1 };
  solve_unstored (x, y, 8, 2, "logistic", 0.03, 1e-8);
  solve_unstored (x, y, 8, 2, "squared", 0.03, 1e-8);
  solve_unstored (x, y, 8, 2, "hinge", 0.03, 1e-8);
}
END_TEST

/* Losses with kinks: the formed Newton matrix of the interior point method
   lost its digits at gaps of 1e-6.  */
START_TEST (losses_with_kinks_to_the_last_digits)
{
  static const char *const losses[] = { "quantile", "l1", "huber", "hinge" };
  struct cvx_rng r;
  cvx_rng_init (&r, 5, 1);
  for (size_t k = 0; k < 40; k++)
    {
      double x[16], y[8];
      draw (&r, 16, x);
      draw (&r, 8, y);
      for (size_t i = 0; i < 8 && k % 4 == 3; i++)
        y[i] = y[i] > 0 ? 1 : -1;
      for (size_t i = 0; i < 8 && k % 8 > 3; i++)
        x[2 * i + 1] = 1;
      solve_unstored (x, y, 8, 2, losses[k % 4], 2e-3, 1e-8);
    }
}
END_TEST

/* What leaves the program as it is leaves its optimum: features of no more
   rank (more of them than fit a fixed length), zero rows of label 0, and a row
   given twice with both halves of its weight (squared loss: rows times c and
   labels times c count c^2).  */
START_TEST (structure_of_the_data)
{
  enum
  {
    ROWS = 12,
    RANK = 3,
    FEATURES = 100
  };
  struct cvx_rng r;
  double x[(ROWS + 2) * RANK], y[ROWS + 2], wide[ROWS * FEATURES],
      map[RANK * FEATURES];
  double truth, half = sqrt (0.5), beta = 0.1;
  cvx_rng_init (&r, 6, 1);
  draw (&r, ROWS * RANK, x);
  draw (&r, ROWS, y);
  /* Orthonormal rows: pairs of features share what one had.  */
  memset (map, 0, sizeof map);
  for (size_t k = 0; k < RANK; k++)
    for (size_t j = k; j < FEATURES; j += RANK)
      map[k * FEATURES + j] = (j / RANK) % 2 == 0 ? 1 : -1;
  for (size_t k = 0; k < RANK; k++)
    {
      double size
          = sqrt (inner (FEATURES, map + k * FEATURES, map + k * FEATURES));
      for (size_t j = 0; j < FEATURES; j++)
        map[k * FEATURES + j] /= size;
    }
  for (size_t i = 0; i < ROWS; i++)
    for (size_t j = 0; j < FEATURES; j++)
      {
        wide[i * FEATURES + j] = 0;
        for (size_t k = 0; k < RANK; k++)
          wide[i * FEATURES + j] += x[i * RANK + k] * map[k * FEATURES + j];
      }
  truth = solve_unstored (x, y, ROWS, RANK, "squared", beta, 1e-10);
  ck_assert_near (
      solve_unstored (wide, y, ROWS, FEATURES, "squared", beta, 1e-10), truth,
      1e-9);
  memset (x + ROWS * RANK, 0, RANK * sizeof *x);
  y[ROWS] = 0;
  ck_assert_near (
      solve_unstored (x, y, ROWS + 1, RANK, "squared", beta, 1e-10), truth,
      1e-9);
  for (size_t j = 0; j < RANK; j++)
    x[ROWS * RANK + j] = x[j] *= half;
  y[ROWS] = y[0] *= half;
  ck_assert_near (
      solve_unstored (x, y, ROWS + 1, RANK, "squared", beta, 1e-10), truth,
      1e-9);
}
END_TEST

/* Near the optimum the bound of a cone at a kink falls with the size of the
   cone only; the search must end all the same, and so must one where rounding
   decides.  What a search costs then is pinned, not its time.  */
START_TEST (search_ends_at_the_optimum)
{
  struct cvx_rng r;
  cvx_rng_init (&r, 7, 1);
  for (size_t k = 0; k < 12; k++)
    {
      enum
      {
        N = 30,
        D = 3
      };
      double x[N * D], nu[N];
      struct cvx_pricer *pricer;
      struct cvx_price price;
      struct cvx_error err;
      double known;
      draw (&r, N * D, x);
      draw (&r, N, nu);
      ck_assert_ok (cvx_pricer_new (&pricer, x, N, D, 1, &err), err);
      ck_assert_ok (
          cvx_pricer_run (pricer, nu, 0, true, 5, 0, &price, NULL, &err), err);
      known = price.lower;
      /* At the maximum and to both sides of it by rounding.  */
      for (int side = -2; side <= 2; side++)
        {
          double level = known * (1 + side * 3e-16);
          ck_assert_ok (cvx_pricer_run (pricer, nu, level, true, 5, 2000000,
                                        &price, NULL, &err),
                        err);
          ck_assert (price.complete);
          ck_assert (price.upper >= known);
          ck_assert_near (price.upper, known, 1e-9);
        }
      cvx_pricer_free (pricer);
    }
}
END_TEST

/* A direction on one row, and an interior point next to it: the slope of two
   parallel rows along the way was rounding, the step 1e16, and the facets
   those of nowhere.  */
START_TEST (interior_points_stay_near)
{
  enum
  {
    N = 6,
    D = 3
  };
  static const double x[N * D]
      = { 1, 2, -2, -2, -4, 4, 2, 0, 0, 0, 3, 3, -2, 1, 0, 2, 0, -2 };
  double u[D] = { -0.1107267, -0.2214534, 0.968864 }, c[D], z[D], inside[D];
  double size = sqrt (inner (D, u, u));
  uint64_t bits;
  uint32_t row[N];
  size_t count;
  struct cvx_cone_work *work;
  struct cvx_error err;
  struct cvx_rng r;
  for (size_t j = 0; j < D; j++)
    u[j] /= size;
  ck_assert_ok (cvx_cone_work_new (&work, D, N, &err), err);
  ck_assert_ok (cvx_cell_near (x, N, D, u, &bits, c, &err), err);
  ck_assert (inner (D, c, c) <= 4 * (1 + 1e-12));
  for (size_t i = 0; i < N; i++)
    ck_assert ((inner (D, x + i * D, c) > 0) == cvx_pattern_bit (&bits, i));
  ck_assert_ok (cvx_cell_facets (x, N, D, &bits, c, row, &count, work, &err),
                err);
  /* What the facets let through is in the cell.  */
  cvx_rng_init (&r, 5, 1);
  for (size_t k = 0; k < 200; k++)
    {
      struct cvx_cone cone = { x, D, &bits, row, count };
      draw (&r, D, z);
      (void)cvx_cone_project (&cone, z, inside, false, work);
      for (size_t i = 0; i < N; i++)
        ck_assert (inner (D, x + i * D, inside)
                       * (cvx_pattern_bit (&bits, i) ? 1 : -1)
                   >= -1e-12);
    }
  cvx_cone_work_free (work);
}
END_TEST

TEST_MAIN ("price", interior_points_stay_near, directions_on_antiparallel_rows,
           losses_with_kinks_to_the_last_digits, structure_of_the_data,
           search_ends_at_the_optimum, unstored_equals_stored,
           search_equals_enumeration, walking_equals_enumeration,
           signs_equal_enumeration, facets_are_those_of_the_enumeration)
