/* cmd_report.c -- everything about the current run: report.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/grid.h"

const struct lang_key cmd_report_keys[]
    = { { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_OUTPUT,
          .help = "file: .json, .tex (booktabs), .csv, .md or text" },
        { .name = NULL } };

/* One line of the report: both forms are made from the same rows.  */
struct row
{
  const char *name;
  double x;         /* when TEXT is NULL */
  const char *text; /* borrowed */
};

enum
{
  MAX_ROWS = 52
};

struct rows
{
  struct row row[MAX_ROWS];
  size_t n;
};

static void
number (struct rows *r, const char *name, double x)
{
  if (r->n < MAX_ROWS)
    r->row[r->n++] = (struct row){ name, x, NULL };
}

static void
words (struct rows *r, const char *name, const char *text)
{
  if (r->n < MAX_ROWS)
    r->row[r->n++] = (struct row){ name, 0, text };
}

static void
scores (struct rows *r, struct session *s, enum cvx_part_id part)
{
  static const char *const names[][3]
      = { { "train.n", "train.mse", "train.acc" },
          { "val.n", "val.mse", "val.acc" },
          { "test.n", "test.mse", "test.acc" } };
  struct cvx_scores v;
  if (s->data == NULL || s->data->part[part].n == 0
      || session_scores (s, s->run, part, &v, NULL) != CVX_OK)
    return;
  number (r, names[part][0], (double)v.n);
  number (r, names[part][1], v.mse);
  if (s->data->n_labels > 0)
    number (r, names[part][2], v.accuracy);
}

static void
collect (struct session *s, struct rows *r)
{
  static const char *const parts[][2] = { { "seconds_iterate", "iterate" },
                                          { "seconds_bound", "bound" },
                                          { "seconds_other", "other" } };
  const struct cvx_run *run = s->run->run;
  const struct cvx_network *net;
  number (r, "run", (double)run->id);
  words (r, "status", cvx_run_status_words (run->status));
  words (r, "formulation", run->kind);
  words (r, "solver", run->solver->name);
  words (r, "optimum", session_scope_words (run->complete));
  number (r, "objective", run->pobj);
  number (r, "bound", run->dobj);
  number (r, "gap", cvx_run_gap (run));
  number (r, "tolerance", run->settings.tol);
  number (r, "iterations", (double)run->iter);
  number (r, "seconds", run->elapsed);
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    if (s->run->watch.clock != NULL)
      number (r, parts[k][0], session_timing (s->run, parts[k][1]));
  number (r, "beta", run->beta);
  number (r, "betamax", run->betamax);
  number (r, "patterns", (double)run->n_patterns);
  number (r, "samples", (double)run->n_samples);
  number (r, "features", (double)run->n_features);
  if (session_network (s, s->run, &net, NULL) == CVX_OK)
    {
      number (r, "width", (double)net->width);
      number (r, "atoms", (double)net->n_atoms);
      number (r, "path_norm", cvx_network_path_norm (net));
    }
  if (run->last.n_cells > 0)
    number (r, "cells_examined", (double)run->last.n_cells);
  if (s->data != NULL && s->data->hash == run->data_hash)
    {
      words (r, "data", s->data->name);
      for (int k = 0; k < CVX_N_PARTS; k++)
        scores (r, s, (enum cvx_part_id)k);
    }
  if (run->tag != NULL)
    words (r, "tag", run->tag);
  words (r, "version", "cvxnn " PACKAGE_VERSION);
  number (r, "threads", session_threads (s));
  if (s->resumed != NULL)
    words (r, "saved_with", s->resumed);
}

static enum cvx_status
as_json (const struct rows *r, struct cvx_text *t, struct cvx_error *err)
{
  json_t *o = json_object ();
  char *text;
  for (size_t k = 0; k < r->n; k++)
    {
      const struct row *row = &r->row[k];
      char escaped[512];
      json_t *v;
      if (row->text != NULL)
        {
          cvx_text_escape (escaped, sizeof escaped, row->text);
          v = json_string (escaped);
        }
      else if (isfinite (row->x))
        v = row->x == floor (row->x) && fabs (row->x) < 1e15
                ? json_integer ((json_int_t)row->x)
                : json_real (row->x);
      else
        v = json_string (isnan (row->x) ? "nan" : row->x > 0 ? "inf" : "-inf");
      json_object_set_new (o, row->name, v);
    }
  text = json_dumps (o, JSON_INDENT (2) | JSON_PRESERVE_ORDER
                            | JSON_REAL_PRECISION (17));
  json_decref (o);
  if (text == NULL)
    return cvx_fail_nomem (err, "writing the report");
  cvx_text_put (t, text);
  cvx_text_put (t, "\n");
  free (text);
  return CVX_OK;
}

/* Two columns: a name and its value.  */
static enum cvx_status
as_table (const struct rows *r, const char *to, struct cvx_text *t,
          struct cvx_error *err)
{
  struct cmd_grid g;
  enum cvx_status status;
  cmd_grid_begin (&g, to, 2);
  cmd_grid_cell (&g, "quantity");
  cmd_grid_cell (&g, "value");
  for (size_t k = 0; k < r->n; k++)
    {
      cmd_grid_cell (&g, "%s", r->row[k].name);
      if (r->row[k].text != NULL)
        cmd_grid_cell (&g, "%s", r->row[k].text);
      else
        cmd_grid_cell (&g, "%.10g", r->row[k].x);
    }
  status = cmd_grid_text (&g, t, err);
  cmd_grid_free (&g);
  return status;
}

enum cvx_status
cmd_report (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *to = lang_call_text (c, "to");
  struct rows r = { .n = 0 };
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  collect (s, &r);
  if (to != NULL && strcmp (cmd_suffix (to), ".json") == 0)
    status = as_json (&r, &t, err);
  else if (cmd_grid_form (to) != GRID_TEXT)
    status = as_table (&r, to, &t, err);
  else
    for (size_t k = 0; k < r.n; k++)
      if (r.row[k].text != NULL)
        cvx_text_printf (&t, "%-16s %s\n", r.row[k].name,
                         session_shown (s, r.row[k].text));
      else
        cvx_text_printf (&t, "%-16s %.10g\n", r.row[k].name, r.row[k].x);
  if (status == CVX_OK)
    status = cmd_deliver (s, c, &t, err);
  cvx_text_free (&t);
  return status;
}
