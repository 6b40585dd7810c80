/* cmd_export.c -- results for other programs: export.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "data/sheets.h"
#include "formulation/sdp.h"

static const char *const what_words[]
    = { "network", "run", "history", "data", "problem", "predictions", NULL };
enum
{
  NETWORK,
  RUN,
  HISTORY,
  DATA,
  PROBLEM,
  PREDICTIONS
};

const struct lang_key cmd_export_keys[]
    = { { .name = "what",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = what_words,
          .help = "network, run (as report), history, data, problem or "
                  "predictions" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_REQUIRED | LANG_OUTPUT,
          .help = "file: .npz .npy .csv .json .mat .h5; data also .libsvm, a "
                  "network .c or .onnx, a problem .dat-s" },
        { .name = NULL } };

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
write_json (const struct cvx_sheet *sheets, size_t n, struct cvx_text *t,
            struct cvx_error *err)
{
  json_t *o = json_object ();
  for (size_t k = 0; k < n; k++)
    {
      const struct cvx_sheet *p = &sheets[k];
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

/* NAME as a cell.  */
static void
csv_name (struct cvx_text *t, const char *name)
{
  bool quote = strpbrk (name, ",\"\n\r") != NULL;
  if (quote)
    cvx_text_put (t, "\"");
  for (; *name != '\0'; name++)
    cvx_text_printf (t, "%s%c", *name == '"' ? "\"" : "", *name);
  if (quote)
    cvx_text_put (t, "\"");
}

/* Columns side by side: the sheets have the same number of rows.  */
static void
write_csv (const struct cvx_sheet *sheets, size_t n, struct cvx_text *t)
{
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j < sheets[k].cols; j++)
      {
        cvx_text_put (t, k + j == 0 ? "" : ",");
        if (sheets[k].column != NULL)
          csv_name (t, sheets[k].column[j]);
        else if (sheets[k].cols == 1)
          cvx_text_put (t, sheets[k].name);
        else
          cvx_text_printf (t, "%s%zu", sheets[k].name, j + 1);
      }
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

/* "Y INDEX:VALUE ..." of the training rows, zeros left out.  */
static enum cvx_status
write_libsvm (const struct cvx_dataset *d, struct cvx_text *t,
              struct cvx_error *err)
{
  const struct cvx_part *p = &d->part[CVX_TRAIN];
  const struct cvx_csr *a = p->sparse;
  if (d->n_outputs != 1)
    return cvx_fail (err, CVX_E391,
                     "LIBSVM files have one target, the data have %zu",
                     d->n_outputs);
  for (size_t i = 0; i < p->n; i++)
    {
      const double *x = a == NULL ? p->x + i * d->n_features : NULL;
      cvx_text_printf (t, "%.17g", p->y[i]);
      for (size_t k = a != NULL ? a->start[i] : 0;
           a != NULL && k < a->start[i + 1]; k++)
        cvx_text_printf (t, " %zu:%.17g", (size_t)a->column[k] + 1,
                         a->value[k]);
      for (size_t j = 0; x != NULL && j < d->n_features; j++)
        if (x[j] != 0)
          cvx_text_printf (t, " %zu:%.17g", j + 1, x[j]);
      cvx_text_put (t, "\n");
    }
  return CVX_OK;
}

/* The sheets side by side as one array.  */
static enum cvx_status
write_npy (const char *path, const struct cvx_sheet *sheets, size_t n,
           struct cvx_error *err)
{
  size_t shape[2] = { sheets[0].rows, 0 }, at = 0;
  enum cvx_status status;
  double *v;
  for (size_t k = 0; k < n; k++)
    {
      if (sheets[k].rows != shape[0])
        return cvx_fail (err, CVX_E391,
                         "the arrays do not fit side by side; use .npz");
      shape[1] += sheets[k].cols;
    }
  v = cvx_alloc (shape[0] * shape[1], sizeof *v);
  if (v == NULL)
    return cvx_fail_nomem (err, "exporting");
  for (size_t k = 0; k < n; at += sheets[k++].cols)
    for (size_t i = 0; i < shape[0]; i++)
      memcpy (v + i * shape[1] + at, sheets[k].v + i * sheets[k].cols,
              sheets[k].cols * sizeof *v);
  status = cvx_npy_write (path, CVX_ARRAY_F64, 2, shape, v, err);
  cvx_free (v);
  return status;
}

enum
{
  MAX_SHEETS = 12
};

static enum cvx_status
network_sheets (struct session *s, struct cvx_sheet *sheets, size_t *n,
                struct cvx_error *err)
{
  const struct cvx_network *net;
  enum cvx_status status = session_network (s, s->run, &net, err);
  if (status != CVX_OK)
    return status;
  sheets[(*n)++]
      = (struct cvx_sheet){ "W", net->u, net->width, net->n_features, NULL };
  sheets[(*n)++] = (struct cvx_sheet){ "alpha", net->a, net->width,
                                       net->n_outputs, NULL };
  if (net->gate != NULL)
    sheets[(*n)++] = (struct cvx_sheet){ "gate", net->gate, net->width,
                                         net->n_features, NULL };
  return CVX_OK;
}

static enum cvx_status
history_sheets (struct session *s, struct cvx_sheet *sheets, size_t *n,
                struct cvx_error *err)
{
  static const char *const names[]
      = { "iter", "time", "obj",    "bound",   "gap", "pres",
          "dres", "step", "active", "skipped", NULL };
  const struct cvx_run *run = s->run->run;
  for (size_t k = 0; names[k] != NULL; k++)
    {
      struct lang_step path[2] = { { "hist", 0 }, { names[k], 0 } };
      struct lang_value v = { 0 };
      enum cvx_status status = session_lookup (s, path, 2, &v, err);
      if (status != CVX_OK)
        return status;
      sheets[(*n)++]
          = (struct cvx_sheet){ names[k], v.vector, run->n_trace, 1, NULL };
    }
  return CVX_OK;
}

static void
data_sheets (struct session *s, struct cvx_sheet *sheets, size_t *n, bool all)
{
  static const char *const names[][2]
      = { { "x", "y" }, { "x_val", "y_val" }, { "x_test", "y_test" } };
  const struct cvx_dataset *d = s->data;
  for (int k = 0; k < (all ? CVX_N_PARTS : 1); k++)
    if (d->part[k].n > 0)
      {
        sheets[(*n)++]
            = (struct cvx_sheet){ names[k][0], d->part[k].x, d->part[k].n,
                                  d->n_features, d->feature };
        sheets[(*n)++] = (struct cvx_sheet){
          names[k][1], d->part[k].y, d->part[k].n, d->n_outputs,
          d->target != NULL && d->n_outputs == 1 ? &d->target : NULL
        };
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
      const struct cvx_sheet sheets[]
          = { { "Z", pair->z, pair->h, pair->k, NULL },
              { "W1", pair->w1, pair->h, pair->h, NULL },
              { "W2", pair->w2, pair->k, pair->k, NULL },
              { "slack", pair->slack, pair->h + pair->k, pair->h + pair->k,
                NULL },
              { "nu", pair->nu, pair->n, 1, NULL },
              { "dimacs", pair->error, 6, 1, NULL } };
      status
          = cvx_sheets_npz (to, sheets, sizeof sheets / sizeof *sheets, err);
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

/* Rows of every part: the part (0, 1, 2 for train, val, test), the row in its
   file from 1, target and prediction, both unscaled.  The numbers are in the
   new array *BYTES, the caller's.  */
static enum cvx_status
prediction_sheets (struct session *s, struct cvx_sheet *sheets, size_t *n,
                   double **bytes, struct cvx_error *err)
{
  const struct cvx_dataset *d = s->data;
  const struct cvx_network *net;
  size_t rows = cvx_dataset_rows (d), c = d->n_outputs, i = 0;
  double *part, *row, *y, *f;
  enum cvx_status status = session_network (s, s->run, &net, err);
  if (status == CVX_OK
      && (cvx_network_inputs (net) != d->n_features
          || cvx_network_targets (net) != c))
    status = cvx_fail (err, CVX_E393,
                       "the network takes %zu features, the data have %zu",
                       cvx_network_inputs (net), d->n_features);
  if (status != CVX_OK)
    return status;
  part = *bytes = cvx_alloc (rows * (2 + 2 * c), sizeof **bytes);
  if (part == NULL)
    return cvx_fail_nomem (err, "predicting");
  row = part + rows;
  y = row + rows;
  f = y + rows * c;
  for (int k = 0; k < CVX_N_PARTS && status == CVX_OK; k++)
    {
      const struct cvx_part *p = &d->part[k];
      if (p->n > 0)
        status = cvx_network_predict (net, p->x, p->n, f + i * c, err);
      for (size_t j = 0; j < p->n; j++, i++)
        {
          part[i] = k;
          row[i] = (double)p->row[j] + 1;
          for (size_t o = 0; o < c; o++)
            {
              double factor = d->y_factor != NULL ? d->y_factor[o] : 1,
                     shift = d->y_shift != NULL ? d->y_shift[o] : 0;
              y[i * c + o] = p->y[j * c + o] / factor + shift;
              f[i * c + o] = f[i * c + o] / factor + shift;
            }
        }
    }
  sheets[(*n)++] = (struct cvx_sheet){ "part", part, rows, 1, NULL };
  sheets[(*n)++] = (struct cvx_sheet){ "row", row, rows, 1, NULL };
  sheets[(*n)++] = (struct cvx_sheet){ "y", y, rows, c, NULL };
  sheets[(*n)++] = (struct cvx_sheet){ "prediction", f, rows, c, NULL };
  return status;
}

enum format
{
  NPZ,
  NPY,
  CSV,
  JSON,
  MAT,
  HDF5,
  LIBSVM,
  UNKNOWN
};

static enum format
format_of (const char *suffix)
{
  static const struct
  {
    const char *suffix;
    enum format format;
  } known[] = { { ".npz", NPZ },   { ".npy", NPY },    { ".csv", CSV },
                { ".json", JSON }, { ".mat", MAT },    { ".h5", HDF5 },
                { ".hdf5", HDF5 }, { ".svm", LIBSVM }, { ".libsvm", LIBSVM } };
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (strcmp (suffix, known[k].suffix) == 0)
      return known[k].format;
  return UNKNOWN;
}

static enum cvx_status
write_text (struct session *s, const char *to, const struct cvx_sheet *sheets,
            size_t n, enum format format, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  if (format == JSON)
    status = write_json (sheets, n, &t, err);
  else if (format == LIBSVM)
    status = write_libsvm (s->data, &t, err);
  else
    write_csv (sheets, n, &t);
  if (status == CVX_OK && t.failed)
    status = cvx_fail_nomem (err, "exporting");
  if (status == CVX_OK)
    status = cvx_output_file (to, cvx_text_string (&t), t.len, err);
  cvx_text_free (&t);
  return status;
}

static bool
is_report (const char *suffix)
{
  static const char *const known[]
      = { ".json", ".tex", ".csv", ".md", ".txt", NULL };
  size_t k = 0;
  while (known[k] != NULL && strcmp (known[k], suffix) != 0)
    k++;
  return known[k] != NULL;
}

enum cvx_status
cmd_export (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *to = lang_call_text (c, "to");
  enum format format = format_of (cmd_suffix (to));
  int what = lang_call_word (c, "what");
  struct cvx_sheet sheets[MAX_SHEETS];
  double *bytes = NULL;
  size_t n = 0;
  bool whole; /* the formats that `load' and others read as a network */
  enum cvx_status status;
  if (what == PROBLEM)
    return export_problem (s, c, to, err);
  if (what == RUN)
    {
      status = cmd_ready (s, HAS_RUN, err);
      if (status == CVX_OK && !is_report (cmd_suffix (to)))
        {
          lang_call_fail (c, "to", err, CVX_E391, "cannot export a run to %s",
                          to);
          return cvx_hint (err, ".json .tex .csv .md or .txt");
        }
      return status == CVX_OK ? cmd_report (session, c, err) : status;
    }
  whole = what == NETWORK
          && (format == NPZ || format == CSV || format == JSON
              || strcmp (cmd_suffix (to), ".c") == 0
              || strcmp (cmd_suffix (to), ".onnx") == 0);
  status = session_may_write (s, to, err);
  if (status != CVX_OK)
    return lang_call_blame (c, "to", err);
  if (!whole && (format == UNKNOWN || (format == LIBSVM && what != DATA)))
    {
      status = lang_call_fail (c, "to", err, CVX_E391,
                               format == UNKNOWN
                                   ? "cannot export to %s: unknown suffix"
                                   : "cannot export this to %s: LIBSVM files "
                                     "hold data",
                               to);
      cvx_hint (err, ".npz, .npy, .csv, .json, .mat, .h5; data also .libsvm, "
                     "a network .c or .onnx");
    }
  if (status == CVX_OK)
    status
        = cmd_ready (s, what == DATA ? HAS_DATA | KEEPS_SPARSE : HAS_RUN, err);
  if (status == CVX_OK && whole)
    {
      const struct cvx_network *net;
      status = session_network (s, s->run, &net, err);
      if (status == CVX_OK)
        status = cmd_network_write (s, to, net, err);
      if (status != CVX_OK)
        return lang_call_blame (c, "to", err);
      cmd_wrote (s, to);
      return CVX_OK;
    }
  if (status == CVX_OK && what == NETWORK)
    status = network_sheets (s, sheets, &n, err);
  if (status == CVX_OK && what == HISTORY)
    status = history_sheets (s, sheets, &n, err);
  if (status == CVX_OK && (what == DATA || what == PREDICTIONS)
      && format != LIBSVM)
    status = session_fill (s, err);
  if (status == CVX_OK && what == DATA && format != LIBSVM)
    data_sheets (s, sheets, &n, format != CSV && format != NPY);
  if (status == CVX_OK && what == PREDICTIONS)
    status = prediction_sheets (s, sheets, &n, &bytes, err);
  if (status != CVX_OK)
    {
      cvx_free (bytes);
      return status;
    }
  status = format == NPZ    ? cvx_sheets_npz (to, sheets, n, err)
           : format == MAT  ? cvx_sheets_mat (to, sheets, n, err)
           : format == HDF5 ? cvx_sheets_hdf5 (to, sheets, n, err)
           : format == NPY  ? write_npy (to, sheets, n, err)
                            : write_text (s, to, sheets, n, format, err);
  cvx_free (bytes);
  if (status != CVX_OK)
    return lang_call_blame (c, "to", err);
  cmd_wrote (s, to);
  return CVX_OK;
}
