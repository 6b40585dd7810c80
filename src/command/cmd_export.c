/* cmd_export.c -- results for other programs: export.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "formulation/sdp.h"

static const char *const what_words[]
    = { "network", "history", "data", "problem", NULL };

const struct lang_key cmd_export_keys[]
    = { { .name = "what",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = what_words,
          .help = "network, history, data or problem" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_REQUIRED,
          .help = "file: .npz, .csv or .json; a network also .c; a problem "
                  ".dat-s or .npz" },
        { .name = NULL } };

/* A named array of numbers, rows x columns: what every format is made of.  */
struct sheet
{
  const char *name;
  const double *v;
  size_t rows, cols;
};

static enum cvx_status
write_npz (const char *path, const struct sheet *sheets, size_t n,
           struct cvx_error *err)
{
  struct cvx_npz_writer *w;
  enum cvx_status status = cvx_npz_create (&w, path, false, err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      size_t shape[2] = { sheets[k].rows, sheets[k].cols };
      status = cvx_npz_add (w, sheets[k].name, CVX_ARRAY_F64,
                            shape[1] == 1 ? 1 : 2, shape, sheets[k].v, err);
    }
  if (status == CVX_OK)
    return cvx_npz_close (w, err);
  cvx_npz_abort (w);
  return status;
}

static json_t *
json_number (double x)
{
  return isfinite (x) ? json_real (x)
                      : json_string (isnan (x) ? "nan"
                                     : x > 0   ? "inf"
                                               : "-inf");
}

enum cvx_status
cmd_put_json (json_t *o, struct cvx_text *t, struct cvx_error *err)
{
  char *text = json_dumps (o, JSON_INDENT (1) | JSON_PRESERVE_ORDER
                                  | JSON_REAL_PRECISION (17));
  json_decref (o);
  if (text == NULL)
    return cvx_fail_nomem (err, "writing JSON");
  cvx_text_put (t, text);
  cvx_text_put (t, "\n");
  free (text);
  return CVX_OK;
}

static enum cvx_status
write_json (const struct sheet *sheets, size_t n, struct cvx_text *t,
            struct cvx_error *err)
{
  json_t *o = json_object ();
  for (size_t k = 0; k < n; k++)
    {
      const struct sheet *p = &sheets[k];
      json_t *rows = json_array ();
      for (size_t i = 0; i < p->rows; i++)
        if (p->cols == 1)
          json_array_append_new (rows, json_number (p->v[i]));
        else
          {
            json_t *row = json_array ();
            for (size_t j = 0; j < p->cols; j++)
              json_array_append_new (row, json_number (p->v[i * p->cols + j]));
            json_array_append_new (rows, row);
          }
      json_object_set_new (o, p->name, rows);
    }
  return cmd_put_json (o, t, err);
}

/* Columns side by side: the sheets have the same number of rows.  */
static void
write_csv (const struct sheet *sheets, size_t n, struct cvx_text *t)
{
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j < sheets[k].cols; j++)
      if (sheets[k].cols == 1)
        cvx_text_printf (t, "%s%s", k == 0 ? "" : ",", sheets[k].name);
      else
        cvx_text_printf (t, "%s%s%zu", k + j == 0 ? "" : ",", sheets[k].name,
                         j + 1);
  cvx_text_put (t, "\n");
  for (size_t i = 0; n > 0 && i < sheets[0].rows; i++)
    {
      for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < sheets[k].cols; j++)
          cvx_text_printf (t, "%s%.17g", k + j == 0 ? "" : ",",
                           sheets[k].v[i * sheets[k].cols + j]);
      cvx_text_put (t, "\n");
    }
}

enum
{
  MAX_SHEETS = 12
};

static enum cvx_status
history_sheets (struct session *s, struct sheet *sheets, size_t *n,
                struct cvx_error *err)
{
  static const char *const names[]
      = { "iter", "time", "obj",  "bound",  "gap",
          "pres", "dres", "step", "active", NULL };
  const struct cvx_run *run = s->run->run;
  for (size_t k = 0; names[k] != NULL; k++)
    {
      struct lang_step path[2] = { { "hist", 0 }, { names[k], 0 } };
      struct lang_value v = { 0 };
      enum cvx_status status = session_lookup (s, path, 2, &v, err);
      if (status != CVX_OK)
        return status;
      sheets[(*n)++] = (struct sheet){ names[k], v.vector, run->n_trace, 1 };
    }
  return CVX_OK;
}

static void
data_sheets (struct session *s, struct sheet *sheets, size_t *n, bool all)
{
  static const char *const names[][2]
      = { { "x", "y" }, { "x_val", "y_val" }, { "x_test", "y_test" } };
  const struct cvx_dataset *d = s->data;
  for (int k = 0; k < (all ? CVX_N_PARTS : 1); k++)
    if (d->part[k].n > 0)
      {
        sheets[(*n)++] = (struct sheet){ names[k][0], d->part[k].x,
                                         d->part[k].n, d->n_features };
        sheets[(*n)++] = (struct sheet){ names[k][1], d->part[k].y,
                                         d->part[k].n, d->n_outputs };
      }
}

/* The semidefinite program of the formulation: .dat-s, the program itself for
   other solvers; .npz, the primal-dual pair of the run.  Its DIMACS errors are
   shown where there is a run.  */
static enum cvx_status
export_problem (struct session *s, const struct lang_call *c, const char *to,
                struct cvx_error *err)
{
  bool text = strcmp (cmd_suffix (to), ".dat-s") == 0,
       npz = strcmp (cmd_suffix (to), ".npz") == 0;
  const struct cvx_formulation *f = s->formulation;
  struct cvx_sdp_pair *pair = NULL;
  enum cvx_status status = session_may_write (s, to, err);
  if (status == CVX_OK && !text && !npz)
    {
      (void)lang_call_fail (c, "to", err, CVX_E391,
                            "cannot export a problem to %s", to);
      return cvx_hint (err, ".dat-s or .npz");
    }
  if (status == CVX_OK)
    status = cmd_ready (s, npz ? HAS_FORMULATION | HAS_RUN : HAS_FORMULATION,
                        err);
  if (status == CVX_OK && s->run != NULL)
    {
      const struct cvx_network *net;
      status = session_network (s, s->run, &net, err);
      if (status == CVX_OK)
        status = cvx_sdp_pair_new (&pair, f, net, s->run->run->nu, err);
    }
  if (status == CVX_OK && text)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      status = cvx_sdp_write (f, &t, err);
      if (status == CVX_OK && t.failed)
        status = cvx_fail_nomem (err, "exporting");
      if (status == CVX_OK)
        status = cvx_output_file (to, cvx_text_string (&t), t.len, err);
      cvx_text_free (&t);
    }
  else if (status == CVX_OK)
    {
      const struct sheet sheets[]
          = { { "Z", pair->z, pair->h, pair->k },
              { "W1", pair->w1, pair->h, pair->h },
              { "W2", pair->w2, pair->k, pair->k },
              { "slack", pair->slack, pair->h + pair->k, pair->h + pair->k },
              { "nu", pair->nu, pair->n, 1 },
              { "dimacs", pair->error, 6, 1 } };
      status = write_npz (to, sheets, sizeof sheets / sizeof *sheets, err);
    }
  if (status == CVX_OK)
    {
      cmd_wrote (s, to);
      if (pair != NULL)
        session_note (s,
                      "DIMACS errors of the run: %.1e %.1e %.1e %.1e %.1e "
                      "%.1e\n",
                      pair->error[0], pair->error[1], pair->error[2],
                      pair->error[3], pair->error[4], pair->error[5]);
    }
  cvx_sdp_pair_free (pair);
  return status;
}

enum cvx_status
cmd_export (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *to = lang_call_text (c, "to"), *suffix = cmd_suffix (to);
  int what = lang_call_word (c, "what");
  struct sheet sheets[MAX_SHEETS];
  struct cvx_text t = CVX_TEXT_INIT;
  const struct cvx_network *net;
  size_t n = 0;
  bool npz = strcmp (suffix, ".npz") == 0, csv = strcmp (suffix, ".csv") == 0,
       json = strcmp (suffix, ".json") == 0,
       source = what == 0 && strcmp (suffix, ".c") == 0;
  enum cvx_status status;
  if (what == 3)
    return export_problem (s, c, to, err);
  status = session_may_write (s, to, err);
  if (status == CVX_OK && !npz && !csv && !json && !source)
    {
      status = lang_call_fail (c, "to", err, CVX_E391,
                               "cannot export to %s: unknown suffix", to);
      cvx_hint (err,
                what == 0 ? ".npz, .csv, .json or .c" : ".npz, .csv or .json");
    }
  if (status == CVX_OK)
    status = cmd_ready (s, what == 2 ? HAS_DATA : HAS_RUN, err);
  if (status == CVX_OK && what == 0)
    {
      status = session_network (s, s->run, &net, err);
      if (status == CVX_OK)
        {
          status = cmd_network_write (s, to, net, err);
          if (status != CVX_OK)
            return lang_call_blame (c, "to", err);
          cmd_wrote (s, to);
        }
      return status;
    }
  if (status == CVX_OK && what == 1)
    status = history_sheets (s, sheets, &n, err);
  if (status == CVX_OK && what == 2)
    data_sheets (s, sheets, &n, !csv);
  if (status != CVX_OK)
    return status;
  if (npz)
    status = write_npz (to, sheets, n, err);
  else
    {
      if (json)
        status = write_json (sheets, n, &t, err);
      else
        write_csv (sheets, n, &t);
      if (status == CVX_OK && t.failed)
        status = cvx_fail_nomem (err, "exporting");
      if (status == CVX_OK)
        status = cvx_output_file (to, cvx_text_string (&t), t.len, err);
    }
  cvx_text_free (&t);
  if (status != CVX_OK)
    return lang_call_blame (c, "to", err);
  cmd_wrote (s, to);
  return CVX_OK;
}
