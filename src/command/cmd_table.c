/* cmd_table.c -- expressions over the runs as a table: table.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "command/grid.h"

static const char *const over_words[] = { "runs", "path", NULL };

const struct lang_key cmd_table_keys[]
    = { { .name = "columns",
          .kind = LANG_KIND_EXPRS,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "expressions, as in beta,obj,gap,net.width" },
        { .name = "over",
          .kind = LANG_KIND_WORD,
          .words = over_words,
          .default_text = "runs",
          .help = "what the rows are: every run, or those of the last path" },
        { .name = "runs",
          .kind = LANG_KIND_LIST,
          .default_text = "all",
          .help = "numbers of the runs" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_OUTPUT,
          .help = "file: .tex (booktabs), .csv, .md or text" },
        { .name = NULL } };

/* The value of E for the run of VIEW as one cell of G.  */
static enum cvx_status
put_cell (struct session *s, const struct lang_expr *e,
          struct session_view *view, struct cmd_grid *g, struct cvx_error *err)
{
  struct lang_scope scope = { session_run_find, session_run_names, view };
  struct lang_value v = { 0 };
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = lang_eval (s->interp, e, &scope, &v, err);
  if (status != CVX_OK)
    return status;
  lang_value_format (&v, g->form == GRID_CSV ? 17 : 6, false, &t);
  cmd_grid_cell (g, "%s", cvx_text_string (&t));
  cvx_text_free (&t);
  lang_value_free (&v);
  return CVX_OK;
}

/* Whether RUN is a row of `over=path'.  */
static bool
on_path (const struct session *s, const struct cvx_run *run)
{
  return run->id >= s->path_first && run->id <= s->path_last;
}

enum cvx_status
cmd_table (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t n = lang_call_n_exprs (c, "columns"), n_runs = s->n_runs, rows = 0;
  bool path = lang_call_word (c, "over") == 1;
  const double *ids = NULL;
  struct cmd_grid g;
  enum cvx_status status = CVX_OK;
  if (lang_call_list (c, "runs", &ids, &n_runs))
    for (size_t k = 0; k < n_runs; k++)
      if (!(ids[k] >= 1) || session_find_run (s, (size_t)ids[k]) == NULL)
        return lang_call_fail (c, "runs", err, CVX_E390, "there is no run %g",
                               ids[k]);
  if (n_runs == 0)
    return cmd_ready (s, HAS_RUN, err);
  cmd_grid_begin (&g, lang_call_text (c, "to"), n);
  for (size_t j = 0; j < n; j++)
    cmd_grid_cell (&g, "%s",
                   lang_expr_source (lang_call_expr (c, "columns", j)));
  for (size_t k = 0; k < n_runs && status == CVX_OK; k++)
    {
      struct session_view view
          = { s, ids != NULL ? session_find_run (s, (size_t)ids[k])
                             : s->runs[k] };
      if (path && !on_path (s, view.run->run))
        continue;
      rows++;
      for (size_t j = 0; j < n && status == CVX_OK; j++)
        status
            = put_cell (s, lang_call_expr (c, "columns", j), &view, &g, err);
    }
  if (status == CVX_OK && rows == 0)
    {
      lang_call_fail (c, "over", err, CVX_E330, "no run of a path is left");
      cvx_hint (err, "path n=20");
      status = err->status;
    }
  if (status == CVX_OK)
    return cmd_grid_deliver (&g, s, c, err);
  cmd_grid_free (&g);
  return status;
}
