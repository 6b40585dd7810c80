/* shared_runs.c -- labels of runs by what sets them apart.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool
same_words (const char *a, const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp (a, b) == 0);
}

static double
setting (const struct cvx_run *run, const struct cvx_setting *row)
{
  return *(const double *)((const char *)&run->settings + row->offset);
}

static const char *
solver_name (const struct cvx_run *run)
{
  return run->solver != NULL ? run->solver->name : run->label;
}

/* A comma before every piece but the first.  */
static const char *
comma (const struct cvx_text *t)
{
  return t->len > 0 ? ", " : "";
}

/* The settings of the run's own solver that differ among runs of it: what a
   method was told, not when to stop.  */
static void
add_settings (struct cvx_text *t, const struct figure_input *in,
              const struct cvx_run *run)
{
  for (const struct cvx_setting *row = cvx_setting_table; row->name != NULL;
       row++)
    {
      bool differs = false;
      if (run->solver == NULL || row->solvers == NULL
          || strstr (row->solvers, run->solver->name) == NULL)
        continue;
      for (size_t j = 0; j < in->n_runs; j++)
        differs = differs
                  || (in->runs[j]->solver == run->solver
                      && setting (in->runs[j], row) != setting (run, row));
      if (differs)
        cvx_text_printf (t, "%s%s %.3g", comma (t), row->name,
                         setting (run, row));
    }
}

/* What sets RUN apart.  */
static void
describe (struct cvx_text *t, const struct figure_input *in,
          const struct cvx_run *run)
{
  bool solver = false, kind = false, beta = false, patterns = false,
       samples = false;
  for (size_t j = 0; j < in->n_runs; j++)
    {
      const struct cvx_run *r = in->runs[j];
      solver = solver || !same_words (solver_name (r), solver_name (run));
      kind = kind || !same_words (r->kind, run->kind);
      beta = beta || r->beta != run->beta;
      patterns = patterns || r->n_patterns != run->n_patterns;
      samples = samples || r->n_samples != run->n_samples;
    }
  if (solver && solver_name (run) != NULL)
    cvx_text_put (t, solver_name (run));
  if (kind && run->kind != NULL)
    cvx_text_printf (t, "%s%s", comma (t), run->kind);
  if (beta)
    cvx_text_printf (t, "%sbeta %.3g", comma (t), run->beta);
  if (samples)
    cvx_text_printf (t, "%sn %zu", comma (t), run->n_samples);
  if (patterns)
    cvx_text_printf (t, "%s%zu patterns", comma (t), run->n_patterns);
  add_settings (t, in, run);
}

void
figure_run_label (char *to, size_t size, const struct figure_input *in,
                  size_t k)
{
  const struct cvx_run *run = in->runs[k];
  struct cvx_text t = CVX_TEXT_INIT, other = CVX_TEXT_INIT;
  bool alone = true;
  if (run->tag != NULL)
    {
      snprintf (to, size, "%s", run->tag);
      return;
    }
  describe (&t, in, run);
  for (size_t j = 0; j < in->n_runs && alone; j++)
    if (j != k && in->runs[j]->tag == NULL)
      {
        cvx_text_clear (&other);
        describe (&other, in, in->runs[j]);
        alone = strcmp (cvx_text_string (&t), cvx_text_string (&other)) != 0;
      }
  if (t.len == 0 || t.failed)
    snprintf (to, size, "run %zu", run->id);
  else if (alone)
    snprintf (to, size, "%s", cvx_text_string (&t));
  else
    snprintf (to, size, "%.80s, run %zu", cvx_text_string (&t), run->id);
  cvx_text_free (&t);
  cvx_text_free (&other);
}
