/* events.c -- what happens, one line of JSON each, for programs that watch:
   the option --events.

   Objects have a member "t": start, iter, end, error or warning.  Numbers
   that JSON does not have (nan, inf) are strings.  Lines are flushed as they
   are written.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"

static json_t *
number (double x)
{
  if (isfinite (x))
    return json_real (x);
  return json_string (isnan (x) ? "nan" : x > 0 ? "inf" : "-inf");
}

/* Text that may hold any bytes.  */
static json_t *
words (const char *text)
{
  char shown[4 * CVX_ERROR_TEXT];
  cvx_text_escape (shown, sizeof shown, text);
  return json_string (shown);
}

/* O as a line; O is given up.  */
static void
tell (struct session *s, json_t *o)
{
  char *line = json_dumps (o, JSON_COMPACT | JSON_PRESERVE_ORDER
                                  | JSON_REAL_PRECISION (17));
  json_decref (o);
  if (line != NULL
      && (fprintf (s->events, "%s\n", line) < 0 || fflush (s->events) != 0))
    {
      fprintf (stderr, "W397: cannot write the events: %s; they end\n",
               strerror (errno));
      fclose (s->events);
      s->events = NULL;
    }
  free (line);
}

static json_t *
about (const char *what, const struct cvx_run *run)
{
  json_t *o = json_object ();
  json_object_set_new (o, "t", json_string (what));
  json_object_set_new (o, "run", json_integer ((json_int_t)run->id));
  return o;
}

void
session_event_start (struct session *s, const struct cvx_run *run)
{
  json_t *o;
  if (s->events == NULL)
    return;
  o = about ("start", run);
  json_object_set_new (o, "iter", json_integer ((json_int_t)run->iter));
  json_object_set_new (o, "formulation", words (run->kind));
  json_object_set_new (o, "solver", words (run->solver->name));
  json_object_set_new (o, "beta", number (run->beta));
  json_object_set_new (o, "tol", number (run->settings.tol));
  tell (s, o);
}

void
session_event_row (struct session *s, const struct cvx_run *run,
                   const struct cvx_trace_row *row)
{
  json_t *o;
  if (s->events == NULL)
    return;
  o = about ("iter", run);
  json_object_set_new (o, "iter", json_integer ((json_int_t)row->iter));
  json_object_set_new (o, "obj", number (row->pobj));
  json_object_set_new (o, "bound", number (row->dobj));
  json_object_set_new (o, "gap", number (row->gap));
  json_object_set_new (o, "pres", number (row->pri_res));
  json_object_set_new (o, "dres", number (row->dua_res));
  json_object_set_new (o, "active", json_integer ((json_int_t)row->n_active));
  json_object_set_new (o, "skipped", number (row->skipped));
  json_object_set_new (o, "time", number (row->time));
  if (row->event[0] != '\0')
    json_object_set_new (o, "event", words (row->event));
  tell (s, o);
}

void
session_event_end (struct session *s, const struct cvx_run *run)
{
  json_t *o;
  if (s->events == NULL)
    return;
  o = about ("end", run);
  json_object_set_new (o, "status",
                       words (cvx_run_status_words (run->status)));
  json_object_set_new (o, "iter", json_integer ((json_int_t)run->iter));
  json_object_set_new (o, "obj", number (run->pobj));
  json_object_set_new (o, "bound", number (run->dobj));
  json_object_set_new (o, "gap", number (cvx_run_gap (run)));
  json_object_set_new (o, "time", number (run->elapsed));
  tell (s, o);
}

void
session_event_error (struct session *s, const struct lang_diagnostic *d)
{
  char id[16];
  json_t *o;
  if (s->events == NULL)
    return;
  o = json_object ();
  snprintf (id, sizeof id, "%c%d", d->warning ? 'W' : 'E', (int)d->error.id);
  json_object_set_new (o, "t", json_string (d->warning ? "warning" : "error"));
  json_object_set_new (o, "id", json_string (id));
  json_object_set_new (o, "text", words (d->error.text));
  if (d->error.file[0] != '\0')
    json_object_set_new (o, "file", words (d->error.file));
  if (d->error.line != 0)
    json_object_set_new (o, "line", json_integer ((json_int_t)d->error.line));
  tell (s, o);
}
