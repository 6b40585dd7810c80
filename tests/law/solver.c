/* Laws of runs, over all formulations and all solvers that suit them.  */

#include "problems.h"

#include "files.h"
#include "solver/state.h"

/* A problem, a formulation and settings.  */
struct bench
{
  struct problem p;
  struct cvx_formulation *f;
  struct cvx_settings s;
};

static void
bench_open (struct bench *b, const struct cvx_formulation_class *class,
            enum problem_kind kind, double share, uint64_t seed)
{
  struct cvx_rng r;
  struct cvx_error err;
  double betamax;
  cvx_rng_init (&r, seed, 77);
  problem_random (&b->p, kind, false, &r);
  problem_patterns (&b->p, 0);
  if (b->p.patterns->n_patterns == 0
      || (b->p.data.n_outputs > 1 && !class->vector))
    {
      b->f = NULL;
      return;
    }
  b->f = problem_formulation (&b->p, class, NULL, NAN);
  ck_assert_ok (cvx_formulation_betamax (b->f, &betamax, NULL, &err), err);
  ck_assert_ok (
      cvx_formulation_set_beta (b->f, betamax > 0 ? share * betamax : 1, &err),
      err);
  cvx_settings_init (&b->s);
  b->s.tol = 0;
}

static void
bench_close (struct bench *b)
{
  cvx_formulation_free (b->f);
  problem_free (&b->p);
}

/* Whether SOLVER can be run on B; closes B when not.  */
static bool
suits (struct bench *b, const struct cvx_solver *solver)
{
  if (b->f != NULL && solver->unsuited (b->f, &b->s) == NULL)
    return true;
  bench_close (b);
  return false;
}

static struct cvx_run *
run_new (const struct bench *b, const struct cvx_solver *solver)
{
  struct cvx_run *run;
  struct cvx_error err;
  ck_assert_ok (cvx_run_new (&run, b->f, solver, &b->s, NULL, NULL, &err),
                err);
  return run;
}

static void
steps (struct cvx_run *run, size_t n)
{
  struct cvx_error err;
  for (size_t k = 0; k < n; k++)
    {
      bool row;
      ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
    }
}

/* RUN after a save and a load.  */
static struct cvx_run *
reload (struct cvx_run *run)
{
  struct cvx_npz_writer *w;
  struct cvx_npz *z;
  struct cvx_run *again;
  struct cvx_error err;
  const char *path = test_scratch ("run.npz");
  ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
  ck_assert_ok (cvx_run_save (run, w, "run1.", &err), err);
  ck_assert_ok (cvx_npz_close (w, &err), err);
  ck_assert_ok (cvx_npz_read (&z, path, 1 << 28, NULL, &err), err);
  ck_assert_ok (cvx_run_load (&again, run->formulation, z, "run1.", &err),
                err);
  cvx_npz_free (z);
  cvx_run_free (run);
  remove (path);
  return again;
}

static void
same_bits (const double *a, const double *b, size_t n, const char *what)
{
  for (size_t i = 0; i < n; i++)
    ck_assert_msg (memcmp (a + i, b + i, sizeof *a) == 0,
                   "%s %zu: %.17g and %.17g", what, i, a[i], b[i]);
}

static void
same_run (const struct cvx_run *a, const struct cvx_run *b)
{
  const char *field
      = cvxi_state_compare (a->state, b->state, a->solver, a->formulation);
  ck_assert_msg (field == NULL, "%s: %s differs", a->solver->name, field);
  ck_assert_uint_eq (a->iter, b->iter);
  ck_assert_uint_eq (a->n_trace, b->n_trace);
  same_bits (&a->pobj, &b->pobj, 1, "pobj");
  same_bits (&a->dobj, &b->dobj, 1, "dobj");
  same_bits (a->nu, b->nu, a->n_nu, "nu");
  for (size_t i = 0; i < a->n_trace; i++)
    {
      const struct cvx_trace_row *r = &a->trace[i], *s = &b->trace[i];
      ck_assert_uint_eq (r->iter, s->iter);
      ck_assert_uint_eq (r->n_active, s->n_active);
      ck_assert_str_eq (r->event, s->event);
      same_bits (&r->pobj, &s->pobj, 1, "row");
      same_bits (&r->dua_res, &s->dua_res, 1, "row");
      same_bits (&r->step, &s->step, 1, "row");
    }
  ck_assert_uint_eq (a->net->width, b->net->width);
  same_bits (a->net->u, b->net->u, a->net->width * a->net->n_features, "u");
}

/* Calls BODY for every formulation and every suited solver.  */
static void
for_all (void (*body) (const struct cvx_formulation_class *,
                       const struct cvx_solver *))
{
  for (size_t c = 0; cvx_formulations[c] != NULL; c++)
    for (size_t k = 0; cvx_solvers[k] != NULL; k++)
      body (cvx_formulations[c], cvx_solvers[k]);
}

static size_t
how_many (const struct cvx_solver *solver)
{
  return solver->rounds ? 6 : 40;
}

static void
resume (const struct cvx_formulation_class *class,
        const struct cvx_solver *solver)
{
  static const enum problem_kind kinds[] = { GENERIC, CONFLICT, WIDE };
  struct cvx_rng r;
  cvx_rng_init (&r, 5, 5);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    {
      struct bench b;
      struct cvx_run *whole, *parts;
      size_t n = how_many (solver), first, second;
      bench_open (&b, class, kinds[k], 0.05, 11 + k);
      if (!suits (&b, solver))
        continue;
      whole = run_new (&b, solver);
      steps (whole, n);
      first = cvx_rng_below (&r, n);
      second = cvx_rng_below (&r, n - first);
      parts = run_new (&b, solver);
      steps (parts, first);
      cvx_run_begin (parts, 3); /* and without a save */
      steps (parts, second);
      parts = reload (parts);
      steps (parts, n - first - second);
      same_run (whole, parts);
      parts = reload (parts);
      same_run (whole, parts);
      cvx_run_free (whole);
      cvx_run_free (parts);
      bench_close (&b);
    }
}

START_TEST (resume_bit_for_bit) { for_all (resume); }
END_TEST

/* What comes after a rewind is what came after the snapshot, bit for bit,
   whatever was done in between.  */
static void
again (const struct cvx_formulation_class *class,
       const struct cvx_solver *solver)
{
  static const enum problem_kind kinds[] = { GENERIC, CONFLICT };
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    {
      struct bench b;
      struct cvx_run *whole, *run;
      struct cvx_snapshot *snap;
      struct cvx_error err;
      size_t n = how_many (solver);
      bench_open (&b, class, kinds[k], 0.05, 17 + k);
      if (!suits (&b, solver))
        continue;
      b.s.every = 2;
      whole = run_new (&b, solver);
      steps (whole, n);
      run = run_new (&b, solver);
      steps (run, n / 4 * 2);
      ck_assert (cvx_run_at_row (run));
      ck_assert_ok (cvx_run_snapshot (&snap, run, &err), err);
      ck_assert_uint_eq (cvx_snapshot_iter (snap), n / 4 * 2);
      steps (run, 3);
      ck_assert_ok (cvx_run_tune (run, "every", 1, &err), err);
      ck_assert_int_eq (cvx_run_tune (run, "lr", 1, &err), CVX_UNSUITED);
      ck_assert_int_eq (cvx_run_tune (run, "every", -1, &err), CVX_INVALID);
      steps (run, 4);
      for (int twice = 0; twice < 2; twice++)
        {
          ck_assert_ok (cvx_run_rewind (run, snap, &err), err);
          ck_assert_uint_eq (run->iter, cvx_snapshot_iter (snap));
          steps (run, n - run->iter);
          same_run (whole, run);
        }
      cvx_snapshot_free (snap);
      cvx_run_free (whole);
      cvx_run_free (run);
      bench_close (&b);
    }
}

START_TEST (rewind_bit_for_bit) { for_all (again); }
END_TEST

static void
ends (const struct cvx_formulation_class *class,
      const struct cvx_solver *solver)
{
  for (enum problem_kind kind = 0; kind < N_KINDS; kind++)
    {
      struct bench b;
      struct cvx_run *run;
      double gap = CVX_INFINITY;
      struct cvx_error err;
      bench_open (&b, class, kind, 0.1, 21);
      if (!suits (&b, solver))
        continue;
      b.s.every = 1;
      run = run_new (&b, solver);
      for (size_t k = 0; k < how_many (solver); k++)
        {
          const struct cvx_trace_row *row;
          bool due;
          ck_assert_ok (cvx_run_step (run, 0, false, &due, NULL, &err), err);
          ck_assert (due);
          row = &run->trace[run->n_trace - 1];
          ck_assert_uint_eq (row->iter, run->iter);
          ck_assert (row->dobj <= row->pobj);
          ck_assert_msg (row->gap <= gap, "gap %g after %g", row->gap, gap);
          ck_assert (isfinite (row->gap));
          gap = row->gap;
        }
      ck_assert_msg (gap < 0.7, "%s %s, problem %d: gap %g", class->name,
                     solver->name, (int)kind, gap);
      cvx_run_free (run);
      bench_close (&b);
    }
}

START_TEST (bound_below_objective_and_gap_falls) { for_all (ends); }
END_TEST

/* From betamax on zero is the optimum, known before the first step, also from
   a warm start; and X = 0 or y = 0 need no step either.  */
static void
zero (const struct cvx_formulation_class *class,
      const struct cvx_solver *solver)
{
  static const enum problem_kind kinds[] = { GENERIC, CONFLICT, NO_Y };
  static const double share[] = { 1, 1.5 };
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t h = 0; h < 2; h++)
      {
        struct bench b;
        struct cvx_run *run;
        struct cvx_error err;
        struct cvx_point warm;
        double *x;
        bench_open (&b, class, kinds[k], share[h], 31);
        if (!suits (&b, solver))
          continue;
        x = cvx_alloc (b.f->n_var, sizeof *x);
        for (size_t i = 0; i < b.f->n_var; i++)
          x[i] = 1;
        warm = (struct cvx_point){ b.f->n_blocks, NULL, x, NULL, NULL };
        ck_assert_ok (cvx_run_new (&run, b.f, solver, &b.s, &warm, NULL, &err),
                      err);
        if (kinds[k] != NO_Y)
          {
            ck_assert_uint_eq (run->net->width, 0);
            ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
            ck_assert (cvx_run_gap (run) == 0);
            ck_assert (run->pobj > 0.1);
          }
        cvx_run_free (run);
        run = run_new (&b, solver);
        ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
        ck_assert (run->iter == 0 && cvx_run_gap (run) == 0);
        cvx_run_free (run);
        cvx_free (x);
        bench_close (&b);
      }
}

START_TEST (zero_from_betamax_on) { for_all (zero); }
END_TEST

/* The optimum of a problem, to 1e-9 relative.  */
static double
optimum (struct bench *b, const struct cvx_solver *solver)
{
  struct cvx_run *run = run_new (b, solver);
  struct cvx_error err;
  double value;
  steps (run, how_many (solver));
  ck_assert_ok (cvx_run_polish (run, 0, NULL, &err), err);
  ck_assert_msg (cvx_run_gap (run) < 1e-10, "%s %s: gap %g", b->f->class->name,
                 solver->name, cvx_run_gap (run));
  value = run->pobj;
  cvx_run_free (run);
  return value;
}

/* Rows in another order: the same optimum.  y and beta times c: c^2 times the
   optimum.  X and beta times c: the same optimum.  */
static void
equivariant (const struct cvx_formulation_class *class,
             const struct cvx_solver *solver)
{
  for (uint64_t seed = 41; seed < 44; seed++)
    {
      struct bench b;
      double first, beta, x[MAX_NUMBERS], y[MAX_NUMBERS];
      struct cvx_rng r;
      size_t order[MAX_NUMBERS], n, d;
      bench_open (&b, class, seed == 43 ? WITH_ONES : GENERIC, 0.03, seed);
      if (!suits (&b, solver))
        continue;
      n = b.f->n_samples;
      d = b.f->n_features;
      beta = b.f->beta;
      first = optimum (&b, solver);
      memcpy (x, b.p.x, sizeof x);
      memcpy (y, b.p.y, sizeof y);
      cvx_rng_init (&r, seed, 1);
      cvx_rng_permutation (&r, n, order);
      for (int law = 0; law < 3; law++)
        {
          double c = law == 0 ? 1 : 3;
          for (size_t i = 0; i < n; i++)
            {
              size_t from = law == 0 ? order[i] : i;
              b.p.y[i] = y[from] * (law == 1 ? c : 1);
              for (size_t j = 0; j < d; j++)
                b.p.x[i * d + j] = x[from * d + j] * (law == 2 ? c : 1);
            }
          cvx_formulation_free (b.f);
          problem_patterns (&b.p, 0);
          b.f = problem_formulation (&b.p, class, NULL, c * beta);
          ck_assert_near (optimum (&b, solver), first * (law == 1 ? c * c : 1),
                          1e-9);
        }
      bench_close (&b);
    }
}

START_TEST (permutation_and_scaling_of_the_optimum) { for_all (equivariant); }
END_TEST

static void
interrupt (const struct cvx_formulation_class *class,
           const struct cvx_solver *solver)
{
  struct bench b;
  struct cvx_run *run, *other;
  struct cvx_progress progress;
  struct cvx_error err;
  bool row;
  memset (&progress, 0, sizeof progress);
  bench_open (&b, class, GENERIC, 0.05, 51);
  if (!suits (&b, solver))
    return;
  run = run_new (&b, solver);
  other = run_new (&b, solver);
  steps (run, 3);
  steps (other, 3);
  atomic_store (&progress.abort, 1);
  ck_assert_ok (cvx_run_step (run, 0, false, &row, &progress, &err), err);
  ck_assert_int_eq (run->status, CVX_RUN_INTERRUPTED);
  atomic_store (&progress.abort, 0);
  /* Either before the step or after it with the certificate to come.  */
  steps (run, 4 - run->iter);
  steps (other, 1);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, solver, b.f));
  steps (run, 2);
  steps (other, 2);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, solver, b.f));
  atomic_store (&progress.abort, 1);
  if (!solver->rounds)
    ck_assert_int_eq (cvx_run_polish (run, 0, &progress, &err),
                      CVX_INTERRUPTED);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, other->state, solver, b.f));
  cvx_run_free (run);
  cvx_run_free (other);
  bench_close (&b);
}

START_TEST (interrupt_keeps_the_iterate) { for_all (interrupt); }
END_TEST

/* One step of fista and admm takes no memory.  */
static void
allocation (const struct cvx_formulation_class *class,
            const struct cvx_solver *solver)
{
  struct bench b;
  struct cvx_run *run;
  struct cvx_error err;
  size_t before;
  if (solver->rounds)
    return;
  bench_open (&b, class, GENERIC, 0.05, 61);
  if (!suits (&b, solver))
    return;
  run = run_new (&b, solver);
  before = cvx_alloc_count ();
  for (int k = 0; k < 25; k++)
    ck_assert_ok (solver->step (run->state, b.f, &b.s, NULL, &err), err);
  ck_assert_uint_eq (cvx_alloc_count (), before);
  cvx_run_free (run);
  bench_close (&b);
}

START_TEST (steps_take_no_memory) { for_all (allocation); }
END_TEST

static void
limits (const struct cvx_formulation_class *class,
        const struct cvx_solver *solver)
{
  struct bench b;
  struct cvx_run *run;
  struct cvx_error err;
  bool row;
  bench_open (&b, class, GENERIC, 0.05, 71);
  if (!suits (&b, solver))
    return;
  b.s.maxiter = 0; /* N23: the start with its true gap */
  run = run_new (&b, solver);
  ck_assert_int_eq (run->status, CVX_RUN_MAXITER);
  ck_assert_uint_eq (run->n_trace, 1);
  ck_assert (cvx_run_gap (run) > 0.1 && cvx_run_gap (run) < 1);
  cvx_run_begin (run, 0);
  ck_assert_int_eq (run->status, CVX_RUN_MAXITER);
  run->settings.maxiter = 2;
  cvx_run_begin (run, 10);
  ck_assert_int_eq (run->status, CVX_RUN_READY);
  ck_assert_ok (cvx_run_step (run, 11, false, &row, NULL, &err), err);
  if (solver->rounds && run->status == CVX_RUN_REDUCED)
    {
      cvx_run_free (run); /* one step was enough */
      bench_close (&b);
      return;
    }
  ck_assert_int_eq (run->status, CVX_RUN_READY);
  ck_assert_ok (cvx_run_step (run, 13, false, &row, NULL, &err), err);
  ck_assert_int_eq (run->status, CVX_RUN_MAXITER);
  ck_assert (row && run->elapsed == 3);
  ck_assert (run->trace[run->n_trace - 1].time == 3);
  cvx_run_tick (run, 17); /* what the last step took */
  ck_assert (run->elapsed == 7 && run->trace[run->n_trace - 1].time == 7);
  run->elapsed = 3;
  run->settings.maxiter = 1e6;
  run->settings.time = 3.5;
  cvx_run_begin (run, 5); /* the time between does not count */
  ck_assert_int_eq (run->status, CVX_RUN_READY);
  ck_assert_ok (cvx_run_step (run, 4, false, &row, NULL, &err), err);
  ck_assert (run->elapsed == 3); /* N24: a clock that jumps back */
  ck_assert_ok (cvx_run_step (run, 5, false, &row, NULL, &err), err);
  if (!solver->rounds) /* it is done by now */
    ck_assert_int_eq (run->status, CVX_RUN_TIME);
  cvx_run_free (run);
  b.s.maxiter = 1e6;
  b.s.tol = CVX_INFINITY;
  run = run_new (&b, solver);
  ck_assert_int_eq (run->status, CVX_RUN_SOLVED);
  ck_assert_uint_eq (run->iter, 0);
  cvx_run_free (run);
  bench_close (&b);
}

START_TEST (limits_stop_with_the_true_gap) { for_all (limits); }
END_TEST

/* tol = 0 cannot be met by rounded numbers: the run says so and stops.  */
START_TEST (reduced_accuracy_and_stall)
{
  struct bench b;
  struct cvx_run *run;
  bench_open (&b, cvx_formulation_find ("gated"), GENERIC, 0.3, 81);
  b.s.stall = 300;
  run = run_new (&b, cvx_solver_find ("fista"));
  while (run->status == CVX_RUN_READY)
    steps (run, 1);
  ck_assert_msg (run->status == CVX_RUN_REDUCED
                     || run->status == CVX_RUN_SOLVED,
                 "%s", cvx_run_status_words (run->status));
  ck_assert (run->iter < 20000);
  ck_assert (cvx_run_gap (run) < 1e-11 && run->floor > 1e-16);
  cvx_run_free (run);
  bench_close (&b);

  bench_open (&b, cvx_formulation_find ("relu"), GENERIC, 0.01, 82);
  b.s.stall = 1;
  b.s.adapt = 0;
  b.s.rho = 1e9; /* hardly moves */
  run = run_new (&b, cvx_solver_find ("admm"));
  while (run->status == CVX_RUN_READY)
    steps (run, 1);
  ck_assert_int_eq (run->status, CVX_RUN_STALLED);
  ck_assert (run->iter < 100);
  cvx_run_begin (run, 0); /* asked to go on */
  ck_assert_int_eq (run->status, CVX_RUN_READY);
  cvx_run_free (run);
  bench_close (&b);
}
END_TEST

static enum cvx_status
poisoned (void *state, const struct cvx_formulation *f,
          const struct cvx_settings *s, struct cvx_progress *progress,
          struct cvx_error *err)
{
  const struct cvx_solver *fista = cvx_solver_find ("fista");
  struct cvx_point p;
  enum cvx_status st = fista->step (state, f, s, progress, err);
  static int count;
  fista->point (state, f, &p);
  if (++count == 7)
    ((double *)p.x)[1] = nan ("");
  return st;
}

/* N7: a nan in the iterate gives `diverged' and the last certified state.  */
START_TEST (nan_diverges_to_the_last_certified_state)
{
  struct bench b;
  struct cvx_run *run, *clean;
  struct cvx_error err;
  struct cvx_solver planted = *cvx_solver_find ("fista");
  bool row;
  planted.step = poisoned;
  bench_open (&b, cvx_formulation_find ("gated"), GENERIC, 0.05, 91);
  run = run_new (&b, &planted);
  clean = run_new (&b, cvx_solver_find ("fista"));
  steps (run, 6);
  ck_assert_ok (cvx_run_step (run, 0, false, &row, NULL, &err), err);
  ck_assert_int_eq (run->status, CVX_RUN_DIVERGED);
  ck_assert (row);
  ck_assert_str_eq (run->trace[run->n_trace - 1].event, "diverged at 7");
  ck_assert_uint_ge (run->iter, 5);
  ck_assert_uint_le (run->iter, 6);
  steps (clean, run->iter);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, clean->state, clean->solver, b.f));
  steps (run, 20 - run->iter); /* and it can go on */
  steps (clean, 20 - clean->iter);
  ck_assert_ptr_null (
      cvxi_state_compare (run->state, clean->state, clean->solver, b.f));
  cvx_run_free (run);
  cvx_run_free (clean);
  bench_close (&b);
}
END_TEST

/* N10: rounding is clamped, more is a defect.  */
START_TEST (weak_duality_is_checked)
{
  struct bench b;
  struct cvx_run *run;
  struct cvx_error err;
  struct cvx_network *net = NULL;
  struct cvx_certificate cert;
  double nu[MAX_NUMBERS] = { 0 };
  bench_open (&b, cvx_formulation_find ("relu"), GENERIC, 0.1, 101);
  run = run_new (&b, cvx_solver_find ("admm"));
  cert = run->last;
  cert.dobj = run->pobj * (1 + 1e-13);
  ck_assert_ok (cvxi_run_take (run, &cert, &net, nu, &err), err);
  ck_assert (run->dobj == run->pobj && cvx_run_gap (run) == 0);
  cert.dobj = run->pobj * (1 + 1e-9);
  ck_assert_int_eq (cvxi_run_take (run, &cert, &net, nu, &err), CVX_INTERNAL);
  ck_assert_int_eq (err.id, CVX_E903);
  cvx_run_free (run);
  bench_close (&b);
}
END_TEST

/* M8: the trace stays bounded and keeps its first and last row.  */
START_TEST (long_traces_are_thinned)
{
  struct bench b;
  struct cvx_run *run;
  struct cvx_error err;
  bench_open (&b, cvx_formulation_find ("gated"), GENERIC, 0.1, 111);
  run = run_new (&b, cvx_solver_find ("fista"));
  for (run->iter = 1; run->iter <= 250000; run->iter++)
    ck_assert_ok (cvxi_run_row (run, "", &err), err);
  ck_assert_uint_le (run->n_trace, CVXI_TRACE_MAX);
  ck_assert_uint_ge (run->n_trace, CVXI_TRACE_MAX / 2);
  ck_assert_uint_eq (run->trace[0].iter, 0);
  ck_assert_uint_eq (run->trace[run->n_trace - 1].iter, 250000);
  for (size_t i = 1; i < run->n_trace; i++)
    ck_assert_uint_gt (run->trace[i].iter, run->trace[i - 1].iter);
  cvx_run_free (run);
  bench_close (&b);
}
END_TEST

START_TEST (what_does_not_fit_is_refused)
{
  struct bench b;
  struct cvx_run *run, *again;
  struct cvx_error err;
  struct cvx_npz_writer *w;
  struct cvx_npz *z;
  struct cvx_point warm = { 3, NULL, NULL, NULL, NULL };
  const char *why, *path = test_scratch ("refused.npz");
  double beta;
  bench_open (&b, cvx_formulation_find ("relu"), GENERIC, 0.1, 121);
  ck_assert_int_eq (cvx_run_new (&run, b.f, cvx_solver_find ("fista"), &b.s,
                                 &warm, NULL, &err),
                    CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E366);
  ck_assert_int_eq (cvx_settings_set (&b.s, "tol", -1, &err), CVX_INVALID);
  ck_assert_int_eq (cvx_settings_set (&b.s, "tol", NAN, &err), CVX_INVALID);
  ck_assert_int_eq (cvx_settings_set (&b.s, "every", 1.5, &err), CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E361);
  ck_assert_int_eq (cvx_settings_set (&b.s, "tll", 1, &err), CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E360);
  ck_assert_ok (cvx_settings_set (&b.s, "stall", 77, &err), err);
  ck_assert (b.s.stall == 77);
  ck_assert_str_eq (cvx_solver_choose (b.f, &b.s, &why)->name, "interior");
  ck_assert_ptr_nonnull (strstr (why, "exact"));

  run = run_new (&b, cvx_solver_find ("admm"));
  steps (run, 5);
  ck_assert_int_eq (run->solver->tune (run->state, b.f, "relax", 1, &err),
                    CVX_UNSUITED);
  ck_assert_ok (run->solver->tune (run->state, b.f, "rho", 2.5, &err), err);
  ck_assert_ok (cvx_npz_create (&w, path, false, &err), err);
  ck_assert_ok (cvx_run_save (run, w, "a.", &err), err);
  ck_assert_ok (cvx_npz_close (w, &err), err);
  ck_assert_ok (cvx_npz_read (&z, path, 1 << 28, NULL, &err), err);
  remove (path);
  ck_assert_int_eq (cvx_run_load (&again, b.f, z, "b.", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E410);
  beta = b.f->beta;
  b.f->beta *= 2; /* another model */
  ck_assert_int_eq (cvx_run_load (&again, b.f, z, "a.", &err), CVX_DATA);
  ck_assert_int_eq (err.id, CVX_E411);
  b.f->beta = beta;
  ck_assert_ok (cvx_run_load (&again, NULL, z, "a.", &err), err); /* a value */
  ck_assert_ptr_null (again->state);
  ck_assert (again->settings.stall == 77 && again->beta == beta);
  ck_assert_uint_eq (again->n_trace, run->n_trace);
  ck_assert (cvx_run_gap (again) == cvx_run_gap (run));
  {
    bool row;
    ck_assert_int_eq (cvx_run_step (again, 0, false, &row, NULL, &err),
                      CVX_STATE);
    ck_assert_int_eq (cvx_run_polish (again, 0, NULL, &err), CVX_STATE);
    ck_assert_int_eq (err.id, CVX_E364);
  }
  cvx_run_free (again);
  /* Every damaged member is noticed or harmless, never a crash.  */
  for (size_t k = 0; k < z->n; k++)
    {
      struct cvx_array *a = &z->array[k], was = *a;
      a->type = a->type == CVX_ARRAY_F64 ? CVX_ARRAY_U64 : CVX_ARRAY_F64;
      if (cvx_run_load (&again, b.f, z, "a.", &err) == CVX_OK)
        cvx_run_free (again);
      *a = was;
      if (a->count > 0)
        {
          a->count--;
          if (cvx_run_load (&again, b.f, z, "a.", &err) == CVX_OK)
            cvx_run_free (again);
        }
      *a = was;
    }
  cvx_npz_free (z);
  cvx_run_detach (run);
  ck_assert_int_eq (cvx_run_certify (run, NULL, &err), CVX_STATE);
  cvx_run_free (run);
  cvx_formulation_free (b.f);
  for (size_t i = 0; i < b.p.data.part[CVX_TRAIN].n; i++)
    b.p.y[i] = i % 2 == 0 ? 1 : -1;
  b.f = problem_formulation (&b.p, cvx_formulation_find ("relu"),
                             cvx_loss_find ("hinge"), 0.1);
  ck_assert_int_eq (cvx_run_new (&run, b.f, cvx_solver_find ("fista"), &b.s,
                                 NULL, NULL, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E362);
  ck_assert_ptr_nonnull (strstr (err.text, "kinks"));
  ck_assert_str_eq (cvx_solver_choose (b.f, &b.s, NULL)->name, "interior");
  bench_close (&b);
}
END_TEST

TEST_MAIN ("solver", resume_bit_for_bit, rewind_bit_for_bit,
           bound_below_objective_and_gap_falls, zero_from_betamax_on,
           permutation_and_scaling_of_the_optimum, interrupt_keeps_the_iterate,
           steps_take_no_memory, limits_stop_with_the_true_gap,
           reduced_accuracy_and_stall,
           nan_diverges_to_the_last_certified_state, weak_duality_is_checked,
           long_traces_are_thinned, what_does_not_fit_is_refused)
