/* iteration_log.c -- the rows that a solver at work shows.

   The log shows certified rows only: the objective is that of a real network
   and the bound is rigorous, both recomputed from the data by the
   formulation.  A row is printed at iterations 0 1 2 5 10 20 50 ..., at the
   end, and after ten seconds without one.

   On a terminal too narrow for all columns these go, one after the other:
   skipped, dual residual, primal residual, time, train, neurons, bound, test,
   objective.  Iteration and gap always stay.  Skipped are the blocks that the
   certificate of the row needed not solve; without certificates that look at
   blocks there is no such column, nor where no terminal says how wide it is,
   unless with verbose=debug: rows in files fit 78 columns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "command/iteration_log.h"

#include <math.h>
#include <string.h>

enum column
{
  ITER,
  OBJECTIVE,
  BOUND,
  GAP,
  PRIMAL,
  DUAL,
  NEURONS,
  SKIPPED,
  TRAIN,
  TEST,
  TIME,
  N_COLUMNS
};

static const struct
{
  const char *head;
  int width;
} columns[N_COLUMNS]
    = { { "iter", 6 },    { "objective", 15 }, { "dual bound", 15 },
        { "gap", 9 },     { "pri res", 8 },    { "dua res", 8 },
        { "neurons", 8 }, { "skipped", 9 },    { "train", 8 },
        { "test", 8 },    { "time", 8 } };

enum
{
  EVENT = 20 /* columns of the words behind a row, before `skipped' has any */
};

/* The columns that the terminal has room for, as bits.  */
static unsigned
choose (const struct iteration_log *l)
{
  static const enum column to_go[] = { SKIPPED, DUAL,  PRIMAL, TIME,     TRAIN,
                                       NEURONS, BOUND, TEST,   OBJECTIVE };
  unsigned set = (1u << N_COLUMNS) - 1;
  size_t room = session_columns (l->s);
  set &= l->scores ? ~(1u << PRIMAL | 1u << DUAL)
                   : ~(1u << TRAIN | 1u << TEST);
  if (!l->skips || (room == 0 && l->s->settings.verbose != VERBOSE_DEBUG))
    set &= ~(1u << SKIPPED);
  for (size_t k = 0; room > 0 && k <= sizeof to_go / sizeof *to_go; k++)
    {
      size_t width = 0;
      for (unsigned j = 0; j < N_COLUMNS; j++)
        if (set & 1u << j)
          width += (size_t)columns[j].width;
      if (set & 1u << SKIPPED)
        width += EVENT;
      if (width < room || k == sizeof to_go / sizeof *to_go)
        break;
      set &= ~(1u << to_go[k]);
    }
  return set;
}

/* True for 0 1 2 5 10 20 50 100 ...  */
static bool
round_number (size_t n)
{
  while (n >= 10 && n % 10 == 0)
    n /= 10;
  return n <= 2 || n == 5;
}

/* Characters on which A and B, numbers of equal exponent, agree.  */
static size_t
settled (const char *a, const char *b)
{
  size_t k = 0;
  const char *ea = strchr (a, 'e'), *eb = strchr (b, 'e');
  if (ea == NULL || eb == NULL || strcmp (ea, eb) != 0)
    return 0;
  while (a + k < ea && a[k] == b[k])
    k++;
  return k == 1 && a[0] == '-' ? 0 : k;
}

/* TEXT right-aligned in WIDTH with its first BOLD characters bold.  */
static void
put_bold (struct cvx_text *t, const char *text, size_t bold, int width)
{
  if (bold == 0)
    cvx_text_printf (t, "%*s", width, text);
  else
    cvx_text_printf (t, "%*s\033[1m%.*s\033[0m%s", width - (int)strlen (text),
                     "", (int)bold, text, text + bold);
}

static void
put_number (struct cvx_text *t, const char *format, double x, int width)
{
  char text[32];
  snprintf (text, sizeof text, format, x);
  cvx_text_printf (t, "%*s", width, isnan (x) ? "-" : text);
}

static void
put_header (const struct iteration_log *l, struct cvx_text *t)
{
  for (unsigned j = 0; j < N_COLUMNS; j++)
    if (l->columns & 1u << j)
      cvx_text_printf (t, "%*s", columns[j].width, columns[j].head);
  cvx_text_put (t, "\n");
}

static void
put_column (struct iteration_log *l, const struct cvx_trace_row *row,
            enum column j, struct cvx_text *t)
{
  struct session *s = l->s;
  struct cvx_scores scores = { .accuracy = NAN };
  char obj[32], bound[32];
  size_t bold;
  int width = columns[j].width;
  snprintf (obj, sizeof obj, "%.7e", row->pobj);
  snprintf (bound, sizeof bound, "%.7e", row->dobj);
  bold = session_colours (s) ? settled (obj, bound) : 0;
  switch (j)
    {
    case ITER:
      cvx_text_printf (t, "%*zu", width, row->iter);
      break;
    case OBJECTIVE:
      put_bold (t, obj, bold, width);
      break;
    case BOUND:
      put_bold (t, bound, bold, width);
      break;
    case GAP:
      put_number (t, "%.1e", row->gap, width);
      break;
    case PRIMAL:
      put_number (t, "%.1e", row->pri_res, width);
      break;
    case DUAL:
      put_number (t, "%.1e", row->dua_res, width);
      break;
    case NEURONS:
      cvx_text_printf (t, "%*zu", width, row->n_active);
      break;
    case SKIPPED:
      put_number (t, "%.0f", row->skipped, width);
      break;
    case TRAIN:
    case TEST:
      if (session_scores (s, s->run, j == TRAIN ? CVX_TRAIN : CVX_TEST,
                          &scores, NULL)
          != CVX_OK)
        scores.accuracy = NAN;
      put_number (t, "%.4f", scores.accuracy, width);
      break;
    case TIME:
      put_number (t, "%.2f", row->time, width);
      break;
    case N_COLUMNS:
      break;
    }
}

static void
print_row (struct iteration_log *l, const struct cvx_trace_row *row)
{
  struct session *s = l->s;
  struct cvx_text t = CVX_TEXT_INIT;
  unsigned set = choose (l);
  size_t width = 0, room = session_columns (s);
  if (l->rows == 0 || set != l->columns || (s->out_tty && l->rows % 25 == 0))
    {
      l->columns = set;
      put_header (l, &t);
    }
  if (l->scores)
    session_run_changed (s->run);
  for (unsigned j = 0; j < N_COLUMNS; j++)
    if (set & 1u << j)
      {
        put_column (l, row, (enum column)j, &t);
        width += (size_t)columns[j].width;
      }
  if (s->settings.verbose == VERBOSE_DEBUG)
    cvx_text_printf (&t, "  raw %.7e infeas %.1e step %.3g", row->raw,
                     row->infeas, row->step);
  if (room == 0 || width + 2 + strlen (row->event) < room)
    cvx_text_printf (&t, "%s%s", row->event[0] != '\0' ? "  " : "",
                     row->event);
  /* Without room: what the user did has a line of its own; what the method
     adapts by itself, marked *, can be left out.  */
  else if (strchr (row->event, '*') == NULL && strlen (row->event) < room)
    cvx_text_printf (&t, "\n%*s", (int)room - 1, row->event);
  cvx_text_put (&t, "\n");
  session_write (s, cvx_text_string (&t), t.len);
  cvx_text_free (&t);
  l->rows++;
  l->printed = session_clock ();
}

void
iteration_log_rows (struct iteration_log *l, bool last)
{
  const struct cvx_run *run = l->s->run->run;
  bool table = l->s->settings.verbose >= VERBOSE_TABLE && !l->s->quiet
               && l->s->settings.quiet == 0 && !l->silent;
  /* A long trace is thinned out now and then.  */
  if (l->shown > run->n_trace)
    l->shown = run->n_trace - 1;
  if (l->told > run->n_trace)
    l->told = run->n_trace - 1;
  for (; l->told < run->n_trace; l->told++)
    session_event_row (l->s, run, &run->trace[l->told]);
  for (; l->shown < run->n_trace; l->shown++)
    {
      const struct cvx_trace_row *row = &run->trace[l->shown];
      bool due = l->every > 0 ? row->iter % l->every == 0
                              : round_number (row->iter);
      bool end = last && l->shown + 1 == run->n_trace;
      if (!table)
        continue;
      if (due || end || session_clock () - l->printed > 10)
        print_row (l, row);
      else if (!end && l->shown + 1 == run->n_trace)
        return; /* it may yet be the last */
    }
}

void
iteration_log_begin (struct iteration_log *l, struct session *s, bool fresh)
{
  const struct cvx_run *run = s->run->run;
  *l = (struct iteration_log){ .s = s };
  l->scores = s->data->part[CVX_TEST].n > 0 && s->data->n_labels > 0;
  l->skips = run->n_trace > 0 && isfinite (run->trace[0].skipped)
             && run->n_patterns > 1;
  l->every = (size_t)run->settings.every;
  l->printed = session_clock ();
  l->shown = l->told = fresh ? 0 : run->n_trace;
}

void
iteration_log_again (struct session *s)
{
  struct iteration_log l;
  iteration_log_begin (&l, s, false);
  l.shown--;
  l.told--;
  iteration_log_rows (&l, true);
}
