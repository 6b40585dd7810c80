/* bench_report.c -- the results of the benchmark as CSV, JSON and a figure.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <jansson.h>

#include "base/output.h"
#include "base/text.h"
#include "config.h"
#include "plot/plot.h"

static void
number (struct cvx_text *t, double x)
{
  if (isfinite (x))
    cvx_text_printf (t, ",%.9g", x);
  else
    cvx_text_printf (t, ",");
}

static void
csv (const struct bench_rows *rows, struct cvx_text *t)
{
  cvx_text_printf (t, "kind,name,method,n,d,patterns,threads,tol,seconds,"
                      "units,unit_seconds,rate,prepare_seconds,gap,objective,"
                      "bound,off_reference,iterations,megabytes,status\n");
  for (size_t k = 0; k < rows->n; k++)
    {
      const struct bench_row *r = &rows->row[k];
      cvx_text_printf (t, "%s,\"%s\",\"%s\",%zu,%zu,%zu,%d", r->kind, r->name,
                       r->method, r->n, r->d, r->patterns, r->threads);
      number (t, r->tol);
      number (t, r->seconds);
      number (t, r->seconds / r->unit);
      number (t, r->unit);
      number (t, r->rate);
      number (t, r->prepare);
      number (t, r->gap);
      number (t, r->objective);
      number (t, r->bound);
      number (t, r->off);
      cvx_text_printf (t, ",%zu", r->iterations);
      number (t, r->megabytes);
      cvx_text_printf (t, ",\"");
      for (const char *p = r->status; *p != '\0'; p++)
        cvx_text_printf (t, "%c", *p == '"' || *p == '\n' ? '\'' : *p);
      cvx_text_printf (t, "\"\n");
    }
}

double
bench_slope (const struct bench_rows *rows, const char *method, size_t *used)
{
  double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;
  *used = 0;
  for (size_t k = 0; k < rows->n; k++)
    {
      const struct bench_row *r = &rows->row[k];
      double x = log10 ((double)r->patterns), y = log10 (r->seconds);
      if (strcmp (r->kind, "scaling") != 0 || strcmp (r->method, method) != 0
          || strcmp (r->status, "ok") != 0 || r->patterns < 900)
        continue;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      n++;
      ++*used;
    }
  return *used < 2 ? NAN : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static json_t *
real (double x)
{
  return isfinite (x) ? json_real (x) : json_null ();
}

/* A line of /proc/cpuinfo, "" when there is none.  */
static void
processor (char *buf, size_t size)
{
  FILE *file = fopen ("/proc/cpuinfo", "r");
  char line[512];
  buf[0] = '\0';
  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    if (strncmp (line, "model name", 10) == 0 && strchr (line, ':') != NULL)
      {
        snprintf (buf, size, "%s", strchr (line, ':') + 2);
        buf[strcspn (buf, "\n")] = '\0';
        break;
      }
  if (file != NULL)
    fclose (file);
}

/* NULL: no memory.  */
static json_t *
json (const struct bench_options *o, const struct bench_rows *rows)
{
  json_t *list = json_array (), *slopes = json_object ();
  char model[256];
  size_t used;
  processor (model, sizeof model);
  for (size_t k = 0; k < rows->n; k++)
    {
      const struct bench_row *r = &rows->row[k];
      json_array_append_new (
          list,
          json_pack (
              "{ss ss ss si si si si so so so so so so so so so so si so ss}",
              "kind", r->kind, "name", r->name, "method", r->method, "n",
              (int)r->n, "d", (int)r->d, "patterns", (int)r->patterns,
              "threads", r->threads, "tol", real (r->tol), "seconds",
              real (r->seconds), "units", real (r->seconds / r->unit),
              "unit_seconds", real (r->unit), "rate", real (r->rate),
              "prepare_seconds", real (r->prepare), "gap", real (r->gap),
              "objective", real (r->objective), "bound", real (r->bound),
              "off_reference", real (r->off), "iterations", (int)r->iterations,
              "megabytes", real (r->megabytes), "status", r->status));
    }
  json_object_set_new (slopes, "count",
                       real (bench_slope (rows, "count", &used)));
  json_object_set_new (slopes, "solve",
                       real (bench_slope (rows, "solve", &used)));
  return json_pack ("{ss ss ss ss si so so}", "ring", BENCH_RING, "program",
                    PACKAGE_STRING, "processor", model, "blas",
                    openblas_get_config (), "threads", o->threads, "slopes",
                    slopes, "rows", list);
}

/* Time over patterns, with the fitted slopes in the key.  */
static void
scaling_panel (struct plot_figure *fig, const struct bench_rows *rows)
{
  static const char *const methods[] = { "count", "solve" };
  plot_set_labels (fig, 0, "patterns", "seconds");
  fig->panel[0].x.log = fig->panel[0].y.log = true;
  for (size_t m = 0; m < 2; m++)
    {
      double x[64], y[64], slope;
      char title[96];
      size_t n = 0, used;
      for (size_t k = 0; k < rows->n && n < 64; k++)
        if (strcmp (rows->row[k].kind, "scaling") == 0
            && strcmp (rows->row[k].method, methods[m]) == 0
            && strcmp (rows->row[k].status, "ok") == 0)
          {
            x[n] = (double)rows->row[k].patterns;
            y[n++] = rows->row[k].seconds;
          }
      if (n == 0)
        continue;
      slope = bench_slope (rows, methods[m], &used);
      snprintf (title, sizeof title, isnan (slope) ? "%s" : "%s, slope %.2f",
                m == 0 ? "enumerate" : "solve to 1e-6", slope);
      plot_add (fig, 0, PLOT_LINE, PLOT_CYCLE + (int)m, title, n, x, y);
      plot_add (fig, 0, PLOT_POINTS, PLOT_CYCLE + (int)m, NULL, n, x, y);
    }
}

/* Time of a step over what has grown, as multiples of the smallest.  */
static void
steps_panel (struct plot_figure *fig, const struct bench_rows *rows)
{
  static const char *const names[] = { "n", "d", "P" };
  plot_set_labels (fig, 0, "times as many", "seconds of a step");
  fig->panel[0].x.log = fig->panel[0].y.log = true;
  for (size_t m = 0; m < 3; m++)
    {
      double x[64], y[64], slope;
      char title[96];
      size_t n = 0;
      for (size_t k = 0; k < rows->n && n < 64; k++)
        {
          const struct bench_row *r = &rows->row[k];
          if (strcmp (r->kind, "steps") != 0 || strcmp (r->name, names[m]) != 0
              || strcmp (r->status, "ok") != 0)
            continue;
          x[n] = (double)(m == 0 ? r->n : m == 1 ? r->d : r->patterns);
          y[n++] = r->seconds;
        }
      if (n < 2)
        continue;
      for (size_t k = n; k-- > 0;)
        x[k] /= x[0];
      slope = log (y[n - 1] / y[0]) / log (x[n - 1]);
      snprintf (title, sizeof title, "%s, slope %.2f", names[m], slope);
      plot_add (fig, 0, PLOT_LINE, PLOT_CYCLE + (int)m, title, n, x, y);
      plot_add (fig, 0, PLOT_POINTS, PLOT_CYCLE + (int)m, NULL, n, x, y);
    }
}

/* Units over the tolerance, the best method of each problem.  */
static void
units_panel (struct plot_figure *fig, size_t panel,
             const struct bench_rows *rows)
{
  int cycle = 0;
  plot_set_labels (fig, panel, "certified relative gap", "DGEMM units");
  fig->panel[panel].x.log = fig->panel[panel].y.log = true;
  for (size_t k = 0; k < rows->n; k++)
    {
      const struct bench_row *first = &rows->row[k];
      double x[8], y[8];
      size_t n = 0;
      bool seen = false;
      for (size_t j = 0; j < k; j++)
        seen = seen || strcmp (rows->row[j].name, first->name) == 0;
      if (seen || strcmp (first->kind, "solve") != 0)
        continue;
      for (size_t j = k; j < rows->n; j++)
        {
          const struct bench_row *r = &rows->row[j];
          size_t at = 0;
          if (strcmp (r->name, first->name) != 0
              || strcmp (r->status, "ok") != 0)
            continue;
          while (at < n && x[at] != r->tol)
            at++;
          if (at == 8)
            continue;
          x[at] = r->tol;
          y[at] = at == n ? r->seconds / r->unit
                          : fmin (y[at], r->seconds / r->unit);
          n += at == n;
        }
      if (n == 0)
        continue;
      plot_add (fig, panel, PLOT_LINE, PLOT_CYCLE + cycle, first->name, n, x,
                y);
      plot_add (fig, panel, PLOT_POINTS, PLOT_CYCLE + cycle++, NULL, n, x, y);
    }
}

static enum cvx_status
figure (const struct bench_options *o, const struct bench_rows *rows,
        struct cvx_error *err)
{
  static const struct
  {
    const char *kind, *file;
  } figures[] = { { "scaling", "scaling" },
                  { "solve", "units" },
                  { "steps", "steps" } };
  static const struct
  {
    enum plot_format format;
    const char *suffix;
  } formats[] = { { PLOT_GP, "gp" }, { PLOT_PDF, "pdf" } };
  struct plot_child *child;
  enum cvx_status status = plot_child_new (&child, NULL, err);
  if (status != CVX_OK)
    return status;
  for (size_t f = 0; f < 3 && status == CVX_OK; f++)
    {
      struct plot_figure *fig;
      bool any = false;
      for (size_t k = 0; k < rows->n; k++)
        any = any
              || (strcmp (rows->row[k].kind, figures[f].kind) == 0
                  && strcmp (rows->row[k].status, "ok") == 0);
      if (!any)
        continue;
      status = plot_figure_new (&fig, 1, 1, err);
      if (status != CVX_OK)
        break;
      if (f == 0)
        scaling_panel (fig, rows);
      else if (f == 2)
        steps_panel (fig, rows);
      else
        units_panel (fig, 0, rows);
      status = plot_figure_check (fig, err);
      for (size_t k = 0; k < 2 && status == CVX_OK; k++)
        {
          /* As many as a dozen problems are named above the picture.  */
          struct plot_options options
              = { .format = formats[k].format, .width = 5, .height = 3.6 };
          char path[4200];
          snprintf (path, sizeof path, "%s/%s.%s", o->out, figures[f].file,
                    formats[k].suffix);
          status
              = plot_write (child, fig, &options, path, NULL, NULL, NULL, err);
          /* Without gnuplot the script is what there is.  */
          if (status != CVX_OK && err->id == CVX_E601)
            status = CVX_OK;
          else if (status == CVX_OK)
            printf ("wrote %s\n", path);
        }
      plot_figure_free (fig);
    }
  plot_child_free (child);
  return status;
}

enum cvx_status
bench_write (const struct bench_options *o, const struct bench_rows *rows,
             struct cvx_error *err)
{
  struct cvx_text text = CVX_TEXT_INIT;
  char path[4200];
  json_t *all = json (o, rows);
  char *words = all != NULL ? json_dumps (all, JSON_INDENT (1)) : NULL;
  enum cvx_status status;
  csv (rows, &text);
  if (text.failed || words == NULL)
    status = cvx_fail_nomem (err, "writing the results");
  else
    {
      snprintf (path, sizeof path, "%s/bench.csv", o->out);
      status = cvx_output_file (path, cvx_text_string (&text), text.len, err);
      if (status == CVX_OK)
        {
          printf ("wrote %s\n", path);
          snprintf (path, sizeof path, "%s/bench.json", o->out);
          status = cvx_output_file (path, words, strlen (words), err);
        }
      if (status == CVX_OK)
        {
          printf ("wrote %s\n", path);
          status = figure (o, rows, err);
        }
    }
  free (words);
  json_decref (all);
  cvx_text_free (&text);
  return status;
}
