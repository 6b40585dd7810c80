/* iteration_log.h -- the rows that a solver at work shows.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CMD_ITERATION_LOG_H
#define CMD_ITERATION_LOG_H

#include "command/command.h"

struct iteration_log
{
  struct session *s;
  bool scores;      /* a test part with labels: accuracies are shown */
  bool skips;       /* certificates say how many blocks they skip */
  bool silent;      /* no rows on the screen */
  size_t shown;     /* rows of the trace already dealt with */
  size_t told;      /* rows of the trace that --events has */
  size_t rows;      /* lines since the header */
  unsigned columns; /* those of the header */
  double printed;   /* clock of the last row */
  size_t every;     /* 0: 1 2 5 10 ... */
};

/* A log of the current run of S; FRESH: from its first row on.  */
void iteration_log_begin (struct iteration_log *l, struct session *s,
                          bool fresh);

/* Print what the trace got since the last call: every row that is due, and
   with LAST its end.  */
void iteration_log_rows (struct iteration_log *l, bool last);

/* The last row of the trace again, with its event.  */
void iteration_log_again (struct session *s);

#endif
