/* shared_runs.c -- labels of runs by what sets them apart.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
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
   method was told, not when to stop nor the seed of a trial.  */
static void
add_settings (struct cvx_text *t, const struct figure_input *in,
              const struct cvx_run *run)
{
  for (const struct cvx_setting *row = cvx_setting_table; row->name != NULL;
       row++)
    {
      bool differs = false;
      if (run->solver == NULL || row->solvers == NULL
          || strstr (row->solvers, run->solver->name) == NULL
          || strcmp (row->name, "seed") == 0)
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

/* Few runs: each has a colour, and its number where its words are those of
   another or none.  */
static void
tell_apart (struct figure_curve *c, const struct figure_input *in)
{
  for (size_t k = in->n_runs; k-- > 0;)
    {
      bool twice = !c[k].named;
      for (size_t j = k + 1; j < in->n_runs; j++)
        twice = twice || (!c[j].named && c[j].role == c[k].role);
      c[k].number
          = c[k].label[0] == '\0' || (twice && in->runs[k]->tag == NULL);
    }
  for (size_t k = 0; k < in->n_runs; k++)
    {
      size_t len = strlen (c[k].label);
      c[k].named = true;
      c[k].role = PLOT_CYCLE + (int)k;
      if (c[k].number)
        snprintf (c[k].label + len, sizeof c[k].label - len, "%srun %zu",
                  len > 0 ? ", " : "", in->runs[k]->id);
    }
}

bool
figure_grouped (const struct figure_input *in)
{
  if (in->n_runs > FIGURE_MANY_RUNS)
    return true;
  for (size_t k = 0; k < in->n_runs; k++)
    for (size_t j = 0; j < k; j++)
      if (in->runs[k]->tag != NULL && in->runs[j]->tag != NULL
          && strcmp (in->runs[k]->tag, in->runs[j]->tag) == 0)
        return true;
  return false;
}

struct figure_curve *
figure_curves (const struct figure_input *in)
{
  struct figure_curve *c = cvx_calloc (in->n_runs + 1, sizeof *c);
  struct cvx_text t = CVX_TEXT_INIT;
  int groups = 0;
  for (size_t k = 0; c != NULL && k < in->n_runs; k++)
    {
      cvx_text_clear (&t);
      if (in->runs[k]->tag != NULL)
        cvx_text_put (&t, in->runs[k]->tag);
      else
        describe (&t, in, in->runs[k]);
      snprintf (c[k].label, sizeof c[k].label, "%s", cvx_text_string (&t));
      c[k].named = true;
      for (size_t j = 0; j < k && c[k].named; j++)
        if (strcmp (c[j].label, c[k].label) == 0)
          {
            c[k].named = false;
            c[k].role = c[j].role;
          }
      if (c[k].named)
        c[k].role = PLOT_CYCLE + groups++;
    }
  if (c != NULL && !figure_grouped (in))
    tell_apart (c, in);
  cvx_text_free (&t);
  return c;
}
