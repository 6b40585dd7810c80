/* cmd_compare.c -- several solvers on one problem: compare.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "command/grid.h"

static const char *const warm_words[] = { "last", "zero", NULL };

const struct lang_key cmd_compare_keys[]
    = { { .name = "solvers",
          .kind = LANG_KIND_NAMES,
          .flags = LANG_ARG | LANG_REQUIRED,
          .candidates = cmd_solver_names,
          .help = "methods, separated by commas" },
        { .name = "warm",
          .kind = LANG_KIND_WORD,
          .flags = LANG_OPEN,
          .words = warm_words,
          .default_text = "zero",
          .help = "where all of them start: last, zero, the number of a run, "
                  "or a network in a file" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_OUTPUT,
          .default_text = "the screen",
          .help = "file of the table: .tex (booktabs), .csv, .md or text" },
        { .name = NULL } };

enum
{
  MOST = 16
};

/* The methods of C into SOLVER, every one suited to the formulation: nothing
   starts before that is known.  */
static enum cvx_status
find_solvers (struct session *s, const struct lang_call *c,
              const struct cvx_settings *settings,
              const struct cvx_solver **solver, size_t *n,
              struct cvx_error *err)
{
  const char *const *names;
  *n = lang_call_names (c, "solvers", &names);
  if (*n > MOST)
    return lang_call_fail (c, "solvers", err, CVX_E394,
                           "at most %d solvers are compared", (int)MOST);
  for (size_t k = 0; k < *n; k++)
    {
      const char *why;
      solver[k] = strcmp (names[k], "auto") == 0
                      ? cvx_solver_choose (s->formulation, settings, NULL)
                      : cvx_solver_find (names[k]);
      if (solver[k] == NULL)
        {
          const char *const *known = cmd_solver_names (s);
          size_t many = 0;
          const char *near;
          while (known[many] != NULL)
            many++;
          near = cvx_did_you_mean (names[k], known, many);
          lang_call_fail_item (c, "solvers", k, err, CVX_E394,
                               "no solver is called \"%s\"%s%s%s", names[k],
                               near != NULL ? ".  Did you mean " : "",
                               near != NULL ? near : "",
                               near != NULL ? "?" : "");
          return cvx_hint (err, "solver lists them");
        }
      why = solver[k]->unsuited (s->formulation, settings);
      if (why != NULL)
        return lang_call_fail_item (
            c, "solvers", k, err, CVX_E362, "solver %s does not suit %s: %s",
            solver[k]->name, s->formulation->class->name, why);
    }
  return CVX_OK;
}

static void
put_run (struct cmd_grid *g, const struct cvx_run *run)
{
  cmd_grid_cell (g, "%zu", run->id);
  cmd_grid_cell (g, "%s", run->solver->name);
  cmd_grid_cell (g, "%s", cvx_run_status_words (run->status));
  cmd_grid_cell (g, "%.*g", g->form == GRID_CSV ? 17 : 10, run->pobj);
  cmd_grid_cell (g, "%.*g", g->form == GRID_CSV ? 17 : 10, run->dobj);
  cmd_grid_cell (g, "%.1e", cvx_run_gap (run));
  cmd_grid_cell (g, "%zu", run->iter);
  cmd_grid_cell (g, "%.3f", run->elapsed);
}

enum cvx_status
cmd_compare (void *session, const struct lang_call *c, struct cvx_error *err)
{
  static const char *const heads[]
      = { "run", "solver",     "status",  "objective", "bound",
          "gap", "iterations", "seconds", NULL };
  struct session *s = session;
  struct cvx_settings settings = s->solver_settings;
  const struct cvx_solver *solver[MOST];
  struct session_run *from = NULL;
  struct cmd_grid g;
  size_t n = 0, first = 0, last = 0;
  enum cvx_status status = cmd_solver_options (c, NULL, &settings, err);
  if (status == CVX_OK)
    status = find_solvers (s, c, &settings, solver, &n, err);
  if (status == CVX_OK)
    status = cmd_warm_run (s, c, &from, err);
  if (status != CVX_OK)
    return status;
  cmd_grid_begin (&g, lang_call_text (c, "to"), 8);
  for (size_t k = 0; heads[k] != NULL; k++)
    cmd_grid_cell (&g, "%s", heads[k]);
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      status = cmd_run_start (s, c, from, solver[k], &settings, err);
      if (status != CVX_OK)
        break;
      last = s->run->run->id;
      first = k == 0 ? last : first;
      status = cmd_run_drive (s, true, err);
      if (status != CVX_OK)
        break;
      put_run (&g, s->run->run);
      session_note (s, "%-10s gap %.1e, %zu iterations, %.2f s\n",
                    solver[k]->name, cvx_run_gap (s->run->run),
                    s->run->run->iter, s->run->run->elapsed);
      if (s->run->run->status == CVX_RUN_INTERRUPTED)
        status = cvx_fail_interrupted (err);
    }
  if (status != CVX_OK)
    {
      cmd_grid_free (&g);
      return status;
    }
  status = cmd_grid_deliver (&g, s, c, err);
  if (status == CVX_OK)
    {
      session_note (s, "plot compare runs=");
      for (size_t k = first; k <= last; k++)
        session_note (s, "%s%zu", k > first ? "," : "", k);
      session_note (s, " shows them\n");
    }
  return status;
}
