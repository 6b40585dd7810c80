/* cmd_debug.c -- a solver under the debugger: break, watch, breaks, delete,
   tune, rewind.

   A breakpoint is looked at after every iteration.  It acts when its
   condition becomes true, so that a run which stopped can go on; objective,
   bound and gap are those of the last certified row, which comes at least
   every fiftieth part of the iterations while there are breakpoints.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "command/iteration_log.h"

#define CONDITION_KEY                                                         \
  {                                                                           \
    .name = "condition", .kind = LANG_KIND_EXPR,                              \
    .flags = LANG_ARG | LANG_REQUIRED,                                        \
    .help = "a condition on the run, as in active < 20"                       \
  }

const struct lang_key cmd_break_keys[] = { CONDITION_KEY, { .name = NULL } };
const struct lang_key cmd_watch_keys[] = { CONDITION_KEY, { .name = NULL } };
const struct lang_key cmd_breaks_keys[] = { { .name = NULL } };
const struct lang_key cmd_delete_keys[]
    = { { .name = "number",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG | LANG_GE,
          .min = 1,
          .default_text = "all",
          .help = "number of the breakpoint, as `breaks' shows it" },
        { .name = NULL } };
const struct lang_key cmd_tune_keys[] = { { .name = NULL } };
const struct lang_key cmd_rewind_keys[]
    = { { .name = "iter",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG,
          .default_text = "list them",
          .help = "go back to the last snapshot at or before it" },
        { .name = NULL } };

enum
{
  SNAPSHOT_BYTES = 256 * 1024 * 1024 /* of all snapshots, about */
};

/* ------------------------------------------------------------- breakpoints */

static enum cvx_status
test (struct session *s, const struct session_break *b, bool *now,
      struct cvx_error *err)
{
  struct session_view view = { s, s->run };
  struct lang_scope scope = { session_run_find, session_run_names, &view };
  return lang_eval_true (s->interp, b->expr, &scope, now, err);
}

static enum cvx_status
add (struct session *s, const struct lang_call *c, bool watch,
     struct cvx_error *err)
{
  struct session_break b = { s->next_break, watch, false, NULL };
  bool now = false;
  enum cvx_status status;
  if (s->n_breaks == SESSION_BREAKS)
    {
      cvx_fail (err, CVX_E505, "there are %d breakpoints already",
                (int)SESSION_BREAKS);
      return cvx_hint (err, "delete takes them away");
    }
  status = lang_expr_copy (&b.expr, s->interp,
                           lang_call_expr (c, "condition", 0), err);
  /* A name that does not exist is said here, not in the middle of a run.  */
  if (status == CVX_OK && s->run != NULL)
    {
      status = test (s, &b, &now, err);
      if (status != CVX_OK)
        {
          lang_expr_free (b.expr);
          return lang_call_blame (c, "condition", err);
        }
    }
  if (status != CVX_OK)
    return status;
  s->breaks[s->n_breaks++] = b;
  s->next_break++;
  session_note (s, "%zu: %s %s%s\n", b.number, watch ? "watch" : "break",
                lang_expr_source (b.expr),
                now ? "   (true now: acts when it becomes true again)" : "");
  return CVX_OK;
}

enum cvx_status
cmd_break (void *session, const struct lang_call *c, struct cvx_error *err)
{
  return add (session, c, false, err);
}

enum cvx_status
cmd_watch (void *session, const struct lang_call *c, struct cvx_error *err)
{
  return add (session, c, true, err);
}

enum cvx_status
cmd_breaks (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  (void)c;
  (void)err;
  if (s->n_breaks == 0)
    session_say (s, "no breakpoints\n");
  for (size_t k = 0; k < s->n_breaks; k++)
    session_say (s, "%4zu: %s %s\n", s->breaks[k].number,
                 s->breaks[k].watch ? "watch" : "break",
                 lang_expr_source (s->breaks[k].expr));
  return CVX_OK;
}

enum cvx_status
cmd_delete (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t number = 0;
  if (!lang_call_count (c, "number", &number))
    {
      session_breaks_drop (s);
      return CVX_OK;
    }
  for (size_t k = 0; k < s->n_breaks; k++)
    if (s->breaks[k].number == number)
      {
        lang_expr_free (s->breaks[k].expr);
        s->n_breaks--;
        memmove (s->breaks + k, s->breaks + k + 1,
                 (s->n_breaks - k) * sizeof *s->breaks);
        return CVX_OK;
      }
  lang_call_fail (c, "number", err, CVX_E504, "there is no breakpoint %zu",
                  number);
  return cvx_hint (err, "breaks lists them; drop run N forgets a run");
}

enum cvx_status
cmd_breaks_begin (struct session *s, struct cvx_error *err)
{
  for (size_t k = 0; k < s->n_breaks; k++)
    {
      enum cvx_status status = test (s, &s->breaks[k], &s->breaks[k].was, err);
      if (status != CVX_OK)
        {
          cvx_hint (err, "delete %zu takes the breakpoint away",
                    s->breaks[k].number);
          return status;
        }
    }
  return CVX_OK;
}

enum cvx_status
cmd_breaks_test (struct session *s, bool *stop, struct cvx_error *err)
{
  const struct cvx_run *run = s->run->run;
  for (size_t k = 0; k < s->n_breaks; k++)
    {
      struct session_break *b = &s->breaks[k];
      bool now;
      enum cvx_status status = test (s, b, &now, err);
      if (status != CVX_OK)
        return status;
      if (now && !b->was)
        {
          session_say (s, "%s %zu: %s at iteration %zu, gap %.1e\n",
                       b->watch ? "watch" : "break", b->number,
                       lang_expr_source (b->expr), run->iter,
                       cvx_run_gap (run));
          *stop = *stop || !b->watch;
        }
      b->was = now;
    }
  return CVX_OK;
}

/* -------------------------------------------------------------------- tune */

/* The current run, which must be one that lives.  */
static enum cvx_status
alive (struct session *s, struct cvx_error *err)
{
  if (s->run->run->state != NULL)
    return CVX_OK;
  cvx_fail (err, CVX_E392, "run %zu is a value now, it cannot be changed",
            s->run->run->id);
  return cvx_hint (err, "formulation %s beta=%g, start", s->run->run->kind,
                   s->run->run->beta);
}

enum cvx_status
cmd_tune (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct lang_key *key = NULL;
  double x = 0, value;
  enum cvx_status status = alive (s, err);
  if (status != CVX_OK)
    return status;
  for (const struct lang_key *k = cmd_more_tune (s, NULL); k->name != NULL;
       k++)
    if (cmd_option_value (c, k, &value))
      {
        if (key != NULL)
          return lang_call_fail (c, k->name, err, CVX_E394,
                                 "tune changes one option at a time");
        key = k;
        x = value;
      }
  if (key == NULL)
    {
      lang_call_fail (c, NULL, err, CVX_E114, "tune what?");
      return cvx_hint (err, "tune tol=1e-8; help tune lists the options");
    }
  status = cvx_run_tune (s->run->run, key->name, x, err);
  if (status != CVX_OK)
    return lang_call_blame (c, key->name, err);
  iteration_log_again (s);
  return CVX_OK;
}

/* ------------------------------------------------------------------ rewind */

/* Room for one more: the snapshot goes whose neighbours are nearest to each
   other in log iter, never the first or the last.  */
static void
thin_out (struct session_run *r)
{
  size_t worst = 1;
  double least = HUGE_VAL;
  for (size_t k = 1; k + 1 < r->n_snapshots; k++)
    {
      double ratio = (1 + (double)cvx_snapshot_iter (r->snapshot[k + 1]))
                     / (1 + (double)cvx_snapshot_iter (r->snapshot[k - 1]));
      if (ratio < least)
        {
          least = ratio;
          worst = k;
        }
    }
  if (worst >= r->n_snapshots)
    worst = r->n_snapshots - 1;
  cvx_snapshot_free (r->snapshot[worst]);
  r->n_snapshots--;
  memmove (r->snapshot + worst, r->snapshot + worst + 1,
           (r->n_snapshots - worst) * sizeof (struct cvx_snapshot *));
}

void
cmd_snapshot (struct session *s, bool silent)
{
  struct session_run *r = s->run;
  const struct cvx_formulation *f = r->run->formulation;
  size_t most = (size_t)s->settings.snapshots;
  struct cvx_snapshot *made;
  struct cvx_error ignored;
  if (silent || f == NULL || !cvx_run_at_row (r->run))
    return;
  /* A state is a few arrays of the size of the iterate.  */
  while (most > 0
         && (double)most * 64.0 * ((double)f->n_var + (double)f->n_obs)
                > SNAPSHOT_BYTES)
    most--;
  if (r->n_snapshots > 0
      && cvx_snapshot_iter (r->snapshot[r->n_snapshots - 1]) >= r->run->iter)
    return;
  if (most == 0)
    return;
  if (r->snapshot == NULL)
    {
      r->snapshot = cvx_calloc (1001, sizeof (struct cvx_snapshot *));
      if (r->snapshot == NULL)
        return;
    }
  if (cvx_run_snapshot (&made, r->run, &ignored) != CVX_OK)
    return;
  while (r->n_snapshots >= most)
    thin_out (r);
  r->snapshot[r->n_snapshots++] = made;
}

enum cvx_status
cmd_rewind (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct session_run *r = s->run;
  size_t iter = 0, k = r->n_snapshots;
  enum cvx_status status = alive (s, err);
  if (status != CVX_OK)
    return status;
  if (!lang_call_count (c, "iter", &iter))
    {
      session_say (s, "run %zu is at iteration %zu; snapshots:", r->run->id,
                   r->run->iter);
      for (k = 0; k < r->n_snapshots; k++)
        session_say (s, " %zu", cvx_snapshot_iter (r->snapshot[k]));
      session_say (s, "%s\n", r->n_snapshots == 0 ? " none" : "");
      return CVX_OK;
    }
  while (k > 0 && cvx_snapshot_iter (r->snapshot[k - 1]) > iter)
    k--;
  if (k == 0)
    {
      lang_call_fail (c, "iter", err, CVX_E506,
                      "there is no snapshot at or before iteration %zu", iter);
      if (r->n_snapshots > 0)
        return cvx_hint (err, "the first one is at %zu; rewind lists them",
                         cvx_snapshot_iter (r->snapshot[0]));
      return cvx_hint (err, "set snapshots=10 keeps them from now on");
    }
  status = cvx_run_rewind (r->run, r->snapshot[k - 1], err);
  if (status != CVX_OK)
    return status;
  while (r->n_snapshots > k)
    cvx_snapshot_free (r->snapshot[--r->n_snapshots]);
  session_run_changed (r);
  session_say (s, "run %zu is at iteration %zu again, gap %.1e\n", r->run->id,
               r->run->iter, cvx_run_gap (r->run));
  return CVX_OK;
}
