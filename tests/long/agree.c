/* agree.c -- many small random problems: methods agree, bounds hold.

   usage: agree.t [PROBLEMS [PART PARTS [quick]]]

   1. Every solver of the table that suits a problem is run on it, and the
      cutting planes of cuts.h.  Those come after the quick solvers, and those
      of many steps last, only where the others do not agree and in every
      twentieth of the first thousand problems; no run is polished.  At least
      two independent methods suit every problem.  One certifies a gap of
      1e-7, and a second, independent of it, certifies the same or has the
      same objective to 1e-7; so has every one that certifies.  No dual bound
      of any, at its end or where it was stopped, exceeds the objective of
      another by more than rounding (1e-12).
      newton and interior count as one, as they share Newton's method on
      neurons, and so do interior and barrier, which share an interior point
      method; all others share nothing but the formulation, which certifies.
      fista and admm need many iterations for a certificate, hence the
      objective: they go on until one of them has either.  A network polished
      from one of them obeys the same laws.
      With `quick' those of many steps never run: some problems then have one
      method only, and are counted, not failed.
   2. Counts of patterns of degenerate integer matrices are those of Whitney's
      theorem: an arrangement of central hyperplanes with normals x_i has
      sum over B of (-1)^(|B| - rank B) chambers, over all subsets B of rows.
      The ranks are computed in integers.

   Only problems number k with k mod PARTS = PART are done, so that several
   processes can share them.  A problem is made of its number alone.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrangement/patterns.h"
#include "base/rng.h"
#include "linalg/threads.h"
#include "long/cuts.h"
#include "solver/run.h"

enum
{
  MAX_N = 12,
  MAX_D = 4,
  MAX_C = 4,
  MAX_SOLVERS = 16,
  IN_CHECK = 60, /* problems in `make check' */
  OFTEN = 20,    /* one in as many has all solvers, */
  ALL = 1000,    /* among as many problems */
  FEW = 300,     /* iterations, where others agree */
  MOST = 5000000,
  ROUND = 300, /* iterations that cost what a round does */
  MATRICES = 500
};

static size_t n_tests, n_failed;

static void
report (size_t bad, const char *words)
{
  n_tests++;
  n_failed += bad > 0;
  printf ("%sok %zu - %s\n", bad == 0 ? "" : "not ", n_tests, words);
  fflush (stdout);
}

static void
need (enum cvx_status status, const struct cvx_error *err)
{
  if (status == CVX_OK)
    return;
  printf ("Bail out! E%d: %s\n", (int)err->id, err->text);
  exit (EXIT_FAILURE);
}

struct problem
{
  size_t n, d, c; /* samples, features, outputs */
  double x[MAX_N * MAX_D], y[MAX_N * MAX_C], beta;
  const struct cvx_formulation_class *class;
  const struct cvx_loss *loss;
};

/* Rows of small whole numbers, some of them zero, equal, parallel or
   antiparallel.  */
static void
degenerate (struct cvx_rng *r, size_t n, size_t d, double *x)
{
  uint64_t span = 1 + cvx_rng_below (r, 3);
  for (size_t i = 0; i < n; i++)
    {
      uint64_t kind = cvx_rng_below (r, 8);
      for (size_t j = 0; j < d; j++)
        x[i * d + j] = (double)cvx_rng_below (r, 2 * span + 1) - (double)span;
      if (kind == 0)
        memset (x + i * d, 0, d * sizeof *x);
      else if (kind == 1 && i > 0)
        {
          size_t from = (size_t)cvx_rng_below (r, i);
          double factor = (double)cvx_rng_below (r, 5) - 2;
          for (size_t j = 0; j < d; j++)
            x[i * d + j] = factor * x[from * d + j];
        }
    }
}

static double
target (const struct cvx_loss *loss, struct cvx_rng *r)
{
  if (loss->labels)
    return cvx_rng_below (r, 2) == 0 ? -1 : 1;
  return cvx_rng_below (r, 4) == 0 ? (double)cvx_rng_below (r, 5) - 2
                                   : cvx_rng_normal (r);
}

static void
make (struct problem *p, uint64_t number)
{
  struct cvx_rng r;
  size_t n_losses = 0;
  cvx_rng_init (&r, number, 0);
  while (cvx_losses[n_losses] != NULL)
    n_losses++;
  p->n = 1 + (size_t)cvx_rng_below (&r, 10);
  p->d = 1 + (size_t)cvx_rng_below (&r, 3);
  p->loss = cvx_losses[cvx_rng_below (&r, n_losses)];
  p->class = cvx_formulation_find (cvx_rng_below (&r, 2) == 0 ? "relu"
                                                              : "gated");
  p->beta = pow (10, -3 * cvx_rng_uniform (&r));
  if (cvx_rng_below (&r, 2) == 0)
    degenerate (&r, p->n, p->d, p->x);
  else
    for (size_t k = 0; k < p->n * p->d; k++)
      p->x[k] = cvx_rng_normal (&r);
  if (cvx_rng_below (&r, 2) == 0)
    for (size_t i = 0; i < p->n; i++)
      p->x[i * p->d + p->d - 1] = 1;
  for (size_t i = 0; i < p->n; i++)
    p->y[i] = target (p->loss, &r);
  p->c = p->loss->coupled || cvx_rng_below (&r, 8) == 0
             ? 2 + (size_t)cvx_rng_below (&r, MAX_C - 1)
             : 1;
  for (size_t i = 0; p->c > 1 && i < p->n; i++)
    {
      size_t class = (size_t)cvx_rng_below (&r, p->c);
      for (size_t k = 0; k < p->c; k++)
        p->y[i * p->c + k]
            = p->loss->coupled ? k == class : target (p->loss, &r);
    }
}

struct result
{
  const char *solver;
  double pobj, dobj, gap;
};

/* Values near 0 count as 0: those of a loss that can be fitted exactly.  */
static double
size_of (double a, double b)
{
  return fmax (fmax (fabs (a), fabs (b)), 1e-9);
}

static bool
same (double a, double b)
{
  return fabs (a - b) <= 1e-7 * size_of (a, b);
}

static bool
solved (const struct result *r)
{
  return r->gap <= 1e-7;
}

static struct result
result_of (const struct cvx_run *run, const char *name)
{
  return (struct result){ name, run->pobj, run->dobj, cvx_run_gap (run) };
}

/* A run of SOLVER on F, which stops at a certificate.  */
static struct cvx_run *
begin (const struct cvx_formulation *f, const struct cvx_solver *solver)
{
  struct cvx_settings s;
  struct cvx_run *run;
  struct cvx_error err;
  cvx_settings_init (&s);
  s.tol = 2e-8;
  s.stall = MOST;
  need (cvx_run_new (&run, f, solver, &s, NULL, NULL, &err), &err);
  return run;
}

/* Go on with RUN up to iteration LAST, or until it has the objective OPTIMUM
   (nan: that is not known).  */
static struct result
go_on (struct cvx_run *run, double last, double optimum)
{
  struct cvx_error err;
  bool row;
  run->settings.maxiter = last;
  cvx_run_begin (run, 0);
  while (run->status == CVX_RUN_READY && !same (run->pobj, optimum))
    need (cvx_run_step (run, 0, false, &row, NULL, &err), &err);
  return result_of (run, run->solver->name);
}

/* What Newton's method on the neurons makes of RUN.  */
static struct result
polish (struct cvx_run *run)
{
  struct cvx_error err;
  enum cvx_status st = cvx_run_polish (run, 0, NULL, &err);
  if (st != CVX_UNSUITED && st != CVX_NUMERIC)
    need (st, &err);
  return result_of (run, "polish");
}

/* What the cutting planes of cuts.h make of F.  */
static struct result
cut (const struct cvx_formulation *f)
{
  struct cvx_certificate c;
  struct cvx_error err;
  double size;
  need (cuts_solve (f, 2e-8, &c, &err), &err);
  size = fmax (fabs (c.pobj), 1e-300);
  return (struct result){ "cuts", c.pobj, c.dobj, (c.pobj - c.dobj) / size };
}

static struct
{
  size_t problems, runs;
  size_t short_of; /* runs that do not certify the tolerance */
  size_t single, unsolved, alone, apart, crossed;
} tally;

static void
complain (const char *what, uint64_t number, const struct problem *p,
          const struct result *a, const struct result *b)
{
  printf ("# %s: problem %llu (%s, %s, n=%zu d=%zu beta=%g): %s [%.17g, "
          "%.17g]",
          what, (unsigned long long)number, p->class->name, p->loss->name,
          p->n, p->d, p->beta, a->solver, a->dobj, a->pobj);
  if (b != a)
    printf (", %s [%.17g, %.17g]", b->solver, b->dobj, b->pobj);
  printf ("\n");
}

/* Newton's method on neurons ends newton, interior and a polish; interior and
   barrier have their interior point method in common.  */
static bool
independent (const char *a, const char *b)
{
  static const char *const shared[][3]
      = { { "newton", "interior", "polish" }, { "interior", "barrier", "" } };
  bool together = strcmp (a, b) == 0;
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
    {
      bool a_in = false, b_in = false;
      for (size_t k = 0; k < sizeof *shared / sizeof **shared; k++)
        {
          a_in = a_in || strcmp (a, shared[i][k]) == 0;
          b_in = b_in || strcmp (b, shared[i][k]) == 0;
        }
      together = together || (a_in && b_in);
    }
  return !together;
}

/* The best certified of the N results, NULL when there is none.  */
static const struct result *
best_of (const struct result *r, size_t n)
{
  const struct result *best = NULL;
  for (size_t a = 0; a < n; a++)
    if (solved (&r[a]) && (best == NULL || r[a].gap < best->gap))
      best = &r[a];
  return best;
}

/* Whether one certifies and an independent one has its objective.  */
static bool
agreed (const struct result *r, size_t n)
{
  for (size_t a = 0; a < n; a++)
    for (size_t b = 0; solved (&r[a]) && b < n; b++)
      if (independent (r[a].solver, r[b].solver)
          && same (r[a].pobj, r[b].pobj))
        return true;
  return false;
}

static void
compare (uint64_t number, const struct problem *p, const struct result *r,
         size_t n)
{
  const struct result *best = best_of (r, n);
  bool single = true;
  for (size_t a = 0; a < n; a++)
    {
      tally.short_of += !solved (&r[a]);
      for (size_t b = 0; b < n; b++)
        {
          single = single && !independent (r[a].solver, r[b].solver);
          if (r[a].dobj > r[b].pobj + 1e-12 * size_of (r[a].pobj, r[b].pobj))
            {
              tally.crossed++;
              complain ("bound above objective", number, p, &r[a], &r[b]);
            }
          if (b < a && solved (&r[a]) && solved (&r[b])
              && !same (r[a].pobj, r[b].pobj))
            {
              tally.apart++;
              complain ("apart", number, p, &r[a], &r[b]);
            }
        }
    }
  if (single)
    {
      tally.single++;
      complain ("one method", number, p, &r[0], &r[0]);
    }
  if (best == NULL)
    tally.unsolved++;
  else if (!agreed (r, n))
    tally.alone++;
  for (size_t a = 0; !agreed (r, n) && a < n; a++)
    complain (best == NULL ? "unsolved" : "no second method", number, p, &r[a],
              &r[a]);
}

/* Nothing but the quick methods.  */
static bool only_quick;

/* Methods of few and quick rounds.  */
static bool
quick (const struct cvx_solver *solver)
{
  return solver->rounds && strcmp (solver->name, "auglag") != 0;
}

/* All solvers that suit F into R; returns how many results there are.  The
   quick ones come first; the others go on in turns while no two agree, for
   slow is no failure, and first with EVERY.  */
static size_t
solve_all (const struct cvx_formulation *f, bool every, struct result *r)
{
  struct cvx_run *run[MAX_SOLVERS], *cheap = NULL;
  const struct result *best;
  struct cvx_settings s;
  size_t n = 0, first;
  cvx_settings_init (&s);
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    if (quick (cvx_solvers[k]) && cvx_solvers[k]->unsuited (f, &s) == NULL)
      {
        struct cvx_run *exact = begin (f, cvx_solvers[k]);
        r[n++] = go_on (exact, FEW, NAN);
        cvx_run_free (exact);
      }
  if (cuts_suits (f) && (every || !agreed (r, n)))
    r[n++] = cut (f);
  first = n;
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    if (!only_quick && !quick (cvx_solvers[k])
        && cvx_solvers[k]->unsuited (f, &s) == NULL)
      {
        run[n] = begin (f, cvx_solvers[k]);
        r[n] = result_of (run[n], cvx_solvers[k]->name);
        n++;
      }
  for (double last = FEW; last <= MOST; last *= 2)
    {
      for (size_t k = first;
           k < n && ((every && last == FEW) || !agreed (r, n)); k++)
        {
          best = best_of (r, n);
          r[k] = go_on (run[k],
                        run[k]->solver->rounds ? ceil (last / ROUND) : last,
                        best != NULL ? best->pobj : NAN);
        }
      if (agreed (r, n))
        break;
    }
  if (every && first < n)
    {
      cheap = run[first];
      r[n] = polish (cheap);
    }
  for (size_t k = first; k < n; k++)
    cvx_run_free (run[k]);
  return cheap != NULL ? n + 1 : n;
}

static void
one_problem (uint64_t number)
{
  struct problem p;
  struct cvx_dataset data = { .n_features = 0, .n_outputs = 1 };
  struct cvx_patterns *patterns;
  struct cvx_formulation_options o
      = { .loss = NULL, .loss_param = NAN, .beta = NAN, .threads = 1 };
  struct cvx_formulation *f;
  struct cvx_error err;
  struct result r[MAX_SOLVERS] = { { NULL, 0, 0, 0 } };
  size_t n;
  double betamax;
  make (&p, number);
  data.n_features = p.d;
  data.n_outputs = p.c;
  data.part[CVX_TRAIN].n = p.n;
  data.part[CVX_TRAIN].x = p.x;
  data.part[CVX_TRAIN].y = p.y;
  need (cvx_patterns_exact (&patterns, p.x, p.n, p.d, 1000, 1, NULL, &err),
        &err);
  if (patterns->n_patterns == 0)
    {
      /* Nothing but the zero pattern: there is no program.  */
      cvx_patterns_free (patterns);
      return;
    }
  o.loss = p.loss;
  need (cvx_formulation_new (&f, p.class, &data, patterns, &o, &err), &err);
  need (cvx_formulation_betamax (f, &betamax, NULL, &err), &err);
  if (betamax > 1e-9) /* else labels cancel, and it is rounding */
    p.beta *= betamax;
  need (cvx_formulation_set_beta (f, p.beta, &err), &err);
  n = solve_all (f, number < ALL && number % OFTEN == 0, r);
  tally.problems++;
  tally.runs += n;
  compare (number, &p, r, n);
  cvx_formulation_free (f);
  cvx_patterns_free (patterns);
}

/* Rank of the rows of X (n x d, whole numbers) that SET names, by elimination
   in integers: entries stay minors of X.  */
static int
rank_of (const double *x, size_t n, size_t d, unsigned set)
{
  long long a[MAX_N][MAX_D], last = 1;
  size_t m = 0, rank = 0;
  for (size_t i = 0; i < n; i++)
    if (set >> i & 1)
      {
        for (size_t j = 0; j < d; j++)
          a[m][j] = (long long)x[i * d + j];
        m++;
      }
  for (size_t j = 0; j < d && rank < m; j++)
    {
      size_t pivot = rank;
      while (pivot < m && a[pivot][j] == 0)
        pivot++;
      if (pivot == m)
        continue;
      for (size_t k = 0; k < d; k++)
        {
          long long swap = a[pivot][k];
          a[pivot][k] = a[rank][k];
          a[rank][k] = swap;
        }
      for (size_t i = rank + 1; i < m; i++)
        for (size_t k = d; k-- > j;)
          a[i][k] = (a[i][k] * a[rank][j] - a[rank][k] * a[i][j]) / last;
      last = a[rank][j];
      rank++;
    }
  return (int)rank;
}

/* Chambers by Whitney's theorem; zero rows are no hyperplanes.  */
static size_t
chambers (const double *x, size_t n, size_t d)
{
  double rows[MAX_N * MAX_D];
  long long sum = 0;
  size_t m = 0;
  for (size_t i = 0; i < n; i++)
    {
      bool zero = true;
      for (size_t j = 0; j < d; j++)
        zero = zero && x[i * d + j] == 0;
      if (!zero)
        memcpy (rows + d * m++, x + i * d, d * sizeof *x);
    }
  for (unsigned set = 0; set < 1U << m; set++)
    {
      int size = 0;
      for (unsigned rest = set; rest != 0; rest &= rest - 1)
        size++;
      sum += (size - rank_of (rows, m, d, set)) % 2 == 0 ? 1 : -1;
    }
  return (size_t)sum;
}

static size_t
wrong_count (uint64_t number)
{
  double x[MAX_N * MAX_D];
  struct cvx_patterns *patterns;
  struct cvx_error err;
  struct cvx_rng r;
  size_t n, d, count, truth;
  cvx_rng_init (&r, number, 1);
  n = 1 + (size_t)cvx_rng_below (&r, MAX_N);
  d = 1 + (size_t)cvx_rng_below (&r, MAX_D);
  degenerate (&r, n, d, x);
  truth = chambers (x, n, d);
  need (cvx_patterns_count (&count, x, n, d, 1, NULL, &err), &err);
  need (cvx_patterns_exact (&patterns, x, n, d, SIZE_MAX, 1, NULL, &err),
        &err);
  if (count != truth || patterns->count != truth)
    printf ("# matrix %llu (n=%zu d=%zu): counted %zu, enumerated %zu, there "
            "are %zu\n",
            (unsigned long long)number, n, d, count, patterns->count, truth);
  truth = count != truth || patterns->count != truth;
  cvx_patterns_free (patterns);
  return truth;
}

int
main (int argc, char **argv)
{
  uint64_t problems = argc > 1 ? strtoull (argv[1], NULL, 10) : IN_CHECK;
  uint64_t part = argc > 3 ? strtoull (argv[2], NULL, 10) : 0;
  uint64_t parts = argc > 3 ? strtoull (argv[3], NULL, 10) : 1;
  size_t bad = 0;
  only_quick = argc > 4 && strcmp (argv[4], "quick") == 0;
  (void)cvx_blas_threads (1);
  for (uint64_t k = part; k < problems; k += parts)
    one_problem (k);
  printf ("# %zu problems, %zu runs, %zu stopped short of the tolerance\n",
          tally.problems, tally.runs, tally.short_of);
  if (only_quick)
    printf ("# %zu problems without two independent methods, %zu without a "
            "second objective\n",
            tally.single, tally.alone);
  else
    {
      report (tally.single, "two independent methods suit every problem");
      report (tally.alone, "an independent one finds the same objective");
    }
  report (tally.unsolved, "one certifies every problem");
  report (tally.apart, "all that certify find the same objective");
  report (tally.crossed, "no bound exceeds an objective");
  for (uint64_t k = part; k < MATRICES; k += parts)
    bad += wrong_count (k);
  report (bad, "counts of degenerate matrices are those of the theorem");
  printf ("1..%zu\n", n_tests);
  return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
