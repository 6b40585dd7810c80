/* cmd_solve.c -- solvers at work: start, step, until, solve, polish.

   Every iteration looks at the breakpoints (cmd_debug.c); every certified row
   is kept as a snapshot to which rewind can go back.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "command/deadline.h"
#include "command/iteration_log.h"

static const char *const warm_words[] = { "last", "zero", NULL };

#define WARM_KEY                                                              \
  {                                                                           \
    .name = "warm", .kind = LANG_KIND_WORD, .flags = LANG_OPEN,               \
    .words = warm_words, .default_text = "zero",                              \
    .help = "where a new run starts: last, zero, the number of a run, or a "  \
            "network in a file"                                               \
  }

const struct lang_key cmd_start_keys[] = { WARM_KEY, { .name = NULL } };
const struct lang_key cmd_solve_keys[] = { WARM_KEY, { .name = NULL } };
const struct lang_key cmd_step_keys[] = { { .name = "n",
                                            .kind = LANG_KIND_COUNT,
                                            .flags = LANG_ARG | LANG_GE,
                                            .min = 1,
                                            .default_text = "1",
                                            .help = "iterations" },
                                          { .name = NULL } };
const struct lang_key cmd_until_keys[]
    = { { .name = "condition",
          .kind = LANG_KIND_EXPR,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "iterate until it is true, as in gap < 1e-3" },
        { .name = NULL } };
const struct lang_key cmd_polish_keys[] = { { .name = NULL } };

/* ---------------------------------------------------------------- starting */

/* Bytes of a solver from which the log says them.  */
static const double told_bytes = 50e6;

/* A new run of the chosen solver with SETTINGS, warm as C says (NULL: from
   zero).  */
static enum cvx_status
start (struct session *s, const struct lang_call *c,
       const struct cvx_settings *settings, struct cvx_error *err)
{
  const struct cvx_solver *solver;
  const char *why = NULL;
  struct session_run *from;
  enum cvx_status status = cmd_solver_chosen (s, &solver, &why, err);
  if (status == CVX_OK)
    status = cmd_warm_run (s, c, &from, err);
  if (status == CVX_OK)
    {
      double bytes = cvx_solver_bytes (solver, s->formulation, settings);
      char words[32];
      status = session_check_memory (s, "this solver", bytes, err);
      if (status == CVX_OK && bytes >= told_bytes)
        session_note (s, "memory %s for solver %s\n",
                      cvx_bytes_words (words, sizeof words, bytes),
                      solver->name);
    }
  if (status == CVX_OK)
    status = cmd_run_start (s, c, from, solver, settings, err);
  if (status == CVX_OK)
    s->grown_from = 0;
  if (status == CVX_OK && why != NULL)
    session_note (s, "auto takes %s: %s\n", solver->name, why);
  if (status == CVX_OK)
    {
      char how[256];
      cvx_run_describe (s->run->run, how, sizeof how);
      if (how[0] != '\0')
        session_note (s, "%s\n", how);
    }
  return status;
}

/* Is the current run one that can go on?  */
static bool
can_go_on (const struct session *s)
{
  return s->run != NULL && s->run->run->formulation != NULL
         && s->run->run->state != NULL;
}

/* ---------------------------------------------------------------- iterating
 */

/* What ends a drive beside the run itself.  */
struct goal
{
  size_t n_steps;                /* SIZE_MAX: no limit */
  const struct lang_expr *until; /* or NULL */
  bool reached;                  /* UNTIL became true */
};

/* When a step is stopped that outlives the time of its run.  */
static const double late_share = 1.1, late_seconds = 0.5;

static enum cvx_status
drive (struct session *s, struct goal *goal, struct iteration_log *log,
       struct cvx_error *err)
{
  struct cvx_run *run = s->run->run;
  struct session_view view = { s, s->run };
  struct lang_scope scope = { session_run_find, session_run_names, &view };
  struct deadline *deadline;
  enum cvx_status status = cmd_breaks_begin (s, err);
  if (status != CVX_OK)
    return status;
  cmd_live_begin (s);
  session_event_start (s, run);
  iteration_log_rows (log, false);
  cmd_snapshot (s, log->silent);
  session_work_begin (s, "solving");
  cvx_run_begin (run, session_clock ());
  session_timings_begin (s);
  /* Steps that end soon after their time do so by themselves.  */
  deadline = deadline_begin (&s->progress.abort,
                             late_share * (run->settings.time - run->elapsed)
                                 + late_seconds);
  for (size_t k = 0;
       k < goal->n_steps && status == CVX_OK && run->status == CVX_RUN_READY;
       k++)
    {
      bool stop = false, row = false, last = k + 1 == goal->n_steps;
      bool certify = last || session_clock () - log->printed > 10
                     || ((goal->until != NULL || s->n_breaks > 0)
                         && k % (1 + k / 50) == 0);
      status = cvx_run_step (run, session_clock (), certify, &row,
                             &s->progress, err);
      cvx_run_tick (run, session_clock ());
      if (row)
        {
          session_run_changed (s->run);
          iteration_log_rows (log, false);
          cmd_snapshot (s, log->silent);
          cmd_live (s, session_clock ());
          session_keep_safe (s);
        }
      if (s->display.gap != NULL && status == CVX_OK)
        s->display.gap (s->display.data, cvx_run_gap (run), run->settings.tol,
                        run->iter, (size_t)fmin (run->settings.maxiter, 1e15));
      if (status == CVX_OK && row && goal->until != NULL)
        {
          status = lang_eval_true (s->interp, goal->until, &scope,
                                   &goal->reached, err);
          if (goal->reached)
            break;
        }
      if (status == CVX_OK)
        status = cmd_breaks_test (s, &stop, err);
      if (stop)
        {
          /* What is shown of the iterate is certified.  */
          if (!row && status == CVX_OK)
            status = cvx_run_certify (run, &s->progress, err);
          run->status = CVX_RUN_BREAK;
        }
    }
  if (deadline_end (deadline) && run->status == CVX_RUN_INTERRUPTED)
    run->status = CVX_RUN_TIME;
  session_timings_end (s);
  session_run_changed (s->run);
  session_work_end (s);
  iteration_log_rows (log, true);
  cmd_snapshot (s, log->silent);
  session_event_end (s, run);
  if (status == CVX_OK)
    cmd_live_end (s);
  return status;
}

void
cmd_run_line (struct session *s)
{
  const struct cvx_run *run = s->run->run;
  const struct cvx_formulation *f = run->formulation;
  double gap = cvx_run_gap (run), tol = run->settings.tol;
  session_say (s,
               "run %zu %s: gap %.1e %s %.0e, %zu iteration%s, %.2f s (%s)\n",
               run->id, cvx_run_status_words (run->status), gap,
               gap <= tol ? "<=" : ">", tol, run->iter,
               run->iter == 1 ? "" : "s", run->elapsed,
               f != NULL && f->class->pair
                   ? (run->complete ? "complete; a pair of bounds"
                                    : "sampled; a pair of bounds")
                   : (run->complete ? "complete" : "sampled"));
}

void
cmd_timings_line (struct session *s)
{
  struct cvx_text t = CVX_TEXT_INIT;
  session_timings_words (s->run, &t);
  if (t.len > 0)
    session_say (s, "timings: %s\n", cvx_text_string (&t));
  cvx_text_free (&t);
}

/* The end of solve and its like: the line, and what to do about failures. */
static enum cvx_status
finish (struct session *s, const struct lang_call *c, struct cvx_error *err)
{
  const struct cvx_run *run = s->run->run;
  cmd_run_line (s);
  if (s->settings.timer != 0 || s->settings.verbose >= VERBOSE_DEBUG)
    cmd_timings_line (s);
  if (run->status == CVX_RUN_INTERRUPTED)
    {
      s->interrupt_said = true;
      return cvx_fail_interrupted (err);
    }
  if (run->status == CVX_RUN_STALLED && run->formulation->class->pair)
    session_note (s,
                  "the optimum lies between %.10g and %.10g: these bounds "
                  "need not meet\n",
                  run->dobj, run->pobj);
  else if (run->status == CVX_RUN_STALLED)
    lang_call_warn (c, NULL, CVX_E340,
                    "stalled at gap %.1e (no progress in %g iterations); "
                    "polish, or another solver, may help",
                    cvx_run_gap (run), run->settings.stall);
  if (run->status == CVX_RUN_DIVERGED)
    {
      cvx_fail (err, CVX_E441,
                "run %zu diverged at iteration %zu; the best network before "
                "is kept (gap %.1e)",
                run->id, run->iter, cvx_run_gap (run));
      return cvx_hint (err, "solver NAME tries another method");
    }
  if (run->status != CVX_RUN_BREAK && s->settings.strict != 0
      && cvx_run_gap (run) > run->settings.tol)
    return cvx_fail (err, CVX_E442,
                     "run %zu did not reach gap %.0e, it has %.1e", run->id,
                     run->settings.tol, cvx_run_gap (run));
  return CVX_OK;
}

enum cvx_status
cmd_start (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_settings settings = s->solver_settings;
  struct iteration_log log;
  enum cvx_status status = cmd_solver_options (c, NULL, &settings, err);
  if (status == CVX_OK)
    status = start (s, c, &settings, err);
  if (status != CVX_OK)
    return status;
  iteration_log_begin (&log, s, true);
  iteration_log_rows (&log, true);
  return CVX_OK;
}

enum cvx_status
cmd_run_drive (struct session *s, bool quiet, struct cvx_error *err)
{
  struct goal goal = { SIZE_MAX, NULL, false };
  struct iteration_log log;
  iteration_log_begin (&log, s, true);
  log.silent = quiet;
  return drive (s, &goal, &log, err);
}

enum cvx_status
cmd_run_new (struct session *s, const struct cvx_solver *solver,
             const struct cvx_settings *settings, const struct cvx_point *warm,
             bool quiet, struct cvx_error *err)
{
  struct cvx_run *run = NULL;
  enum cvx_status status;
  session_work_begin (s, "starting");
  status = cvx_run_new (&run, s->formulation, solver, settings, warm,
                        &s->progress, err);
  session_work_end (s);
  if (status == CVX_OK)
    {
      status = session_add_run (s, run, err);
      if (status != CVX_OK)
        cvx_run_free (run);
    }
  return status == CVX_OK ? cmd_run_drive (s, quiet, err) : status;
}

enum cvx_status
cmd_run_end (struct session *s, const struct lang_call *c,
             struct cvx_error *err)
{
  return finish (s, c, err);
}

/* Iterate without looking at the tolerance.  */
static enum cvx_status
advance (struct session *s, const struct lang_call *c, struct goal *goal,
         struct cvx_error *err)
{
  bool fresh = !can_go_on (s);
  struct iteration_log log;
  struct cvx_run *run;
  double tol, maxiter;
  enum cvx_status status
      = fresh ? start (s, NULL, &s->solver_settings, err) : CVX_OK;
  if (status != CVX_OK)
    return status;
  run = s->run->run;
  tol = run->settings.tol;
  maxiter = run->settings.maxiter;
  run->settings.tol = 0;
  run->settings.maxiter
      = goal->until != NULL ? (double)run->iter + maxiter : CVX_INFINITY;
  iteration_log_begin (&log, s, fresh);
  status = drive (s, goal, &log, err);
  run->settings.tol = tol;
  run->settings.maxiter = maxiter;
  if (run->status == CVX_RUN_READY && cvx_run_gap (run) <= tol)
    run->status = CVX_RUN_SOLVED;
  if (status != CVX_OK)
    return status;
  if (run->status != CVX_RUN_READY && run->status != CVX_RUN_SOLVED)
    return finish (s, c, err);
  return CVX_OK;
}

enum cvx_status
cmd_step (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct goal goal = { 1, NULL, false };
  lang_call_count (c, "n", &goal.n_steps);
  return advance (session, c, &goal, err);
}

enum cvx_status
cmd_until (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct goal goal = { SIZE_MAX, NULL, false };
  struct session_view view = { s, s->run };
  struct lang_scope scope = { session_run_find, session_run_names, &view };
  bool now = false;
  enum cvx_status status;
  goal.until = lang_call_expr (c, "condition", 0);
  if (can_go_on (s))
    {
      status = lang_eval_true (s->interp, goal.until, &scope, &now, err);
      if (status != CVX_OK)
        return status;
    }
  if (!now)
    {
      status = advance (s, c, &goal, err);
      if (status != CVX_OK)
        return status;
    }
  if (now || goal.reached)
    session_say (s, "run %zu: %s after %zu iterations, gap %.1e\n",
                 s->run->run->id, lang_expr_source (goal.until),
                 s->run->run->iter, cvx_run_gap (s->run->run));
  return CVX_OK;
}

/* Short filters: where the l1 value of the paper stands.  */
static enum cvx_status
compare_l1 (struct session *s, struct cvx_error *err)
{
  const struct cvx_run *run = s->run->run;
  double value = NAN;
  enum cvx_status status = CVX_OK;
  if (run->status == CVX_RUN_SOLVED)
    status = cmd_l1_value (s, &value, err);
  if (status == CVX_OK && !isnan (value))
    session_note (s,
                  "l1 value for filters as long as the signal: %.10g, a lower "
                  "bound only, %.2g %% below the optimum\n",
                  value, 100 * (run->pobj - value) / run->pobj);
  return status;
}

enum cvx_status
cmd_solve (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  bool fresh = !can_go_on (s) || lang_call_has (c, "warm");
  struct cvx_settings settings = s->solver_settings;
  struct goal goal = { SIZE_MAX, NULL, false };
  struct cvx_run *run;
  struct iteration_log log;
  double maxiter, time;
  enum cvx_status status;
  /* Options hold for one command; but a trainer has settings of its own.  */
  if (!fresh && s->run->run->solver->network != NULL)
    settings = s->run->run->settings;
  status = cmd_solver_options (c, NULL, &settings, err);
  if (status == CVX_OK && fresh)
    status = start (s, c, &settings, err);
  if (status != CVX_OK)
    return status;
  run = s->run->run;
  run->settings = settings;
  iteration_log_begin (&log, s, fresh);
  if (!fresh && cvx_run_gap (run) <= settings.tol)
    {
      session_note (s, "run %zu is at this tolerance already\n", run->id);
      run->status = CVX_RUN_SOLVED;
      return finish (s, c, err);
    }
  /* Limits count from here, not from the first iteration of the run.  */
  maxiter = settings.maxiter;
  time = settings.time;
  run->settings.maxiter += (double)run->iter;
  run->settings.time += run->elapsed;
  status = drive (s, &goal, &log, err);
  run->settings.maxiter = maxiter;
  run->settings.time = time;
  if (status == CVX_OK)
    status = finish (s, c, err);
  return status == CVX_OK ? compare_l1 (s, err) : status;
}

/* The current run, which must be one that lives.  */
static enum cvx_status
alive (struct session *s, const char *what, struct cvx_error *err)
{
  if (can_go_on (s))
    return CVX_OK;
  cvx_fail (err, CVX_E392, "run %zu is a value now, it cannot be %s",
            s->run->run->id, what);
  return cvx_hint (err, "formulation %s beta=%g, solve", s->run->run->kind,
                   s->run->run->beta);
}

enum cvx_status
cmd_polish (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_run *run;
  enum cvx_lap before;
  enum cvx_status status = alive (s, "polished", err);
  (void)c;
  if (status != CVX_OK)
    return status;
  run = s->run->run;
  session_work_begin (s, "polishing");
  session_timings_begin (s);
  before = cvx_lap_begin (&s->run->watch, CVX_LAP_SOLVER);
  cvx_run_begin (run, session_clock ());
  status = cvx_run_polish (run, session_clock (), &s->progress, err);
  /* Polishing is solving: its time is time of the run, and of its row.  */
  cvx_run_tick (run, session_clock ());
  cvx_lap_end (&s->run->watch, before);
  session_timings_end (s);
  session_work_end (s);
  session_run_changed (s->run);
  if (status == CVX_OK)
    session_say (s,
                 "run %zu polished to %.10g, bound %.10g, gap %.1e "
                 "(%s)\n",
                 run->id, run->pobj, run->dobj, cvx_run_gap (run),
                 run->complete ? "complete" : "sampled");
  return status;
}
