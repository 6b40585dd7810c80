/* deadline.h -- a time at which long work is asked to stop.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_COMMAND_DEADLINE_H
#define CVX_COMMAND_DEADLINE_H

#include <stdatomic.h>
#include <stdbool.h>

struct deadline;

/* From now on, until deadline_end, a thread waits; after SECONDS it asks for
   an end as Ctrl-C does, by FLAG, unless somebody did before.  NULL, which
   deadline_end takes, where SECONDS are infinite or there is no thread: the
   work is then looked at between its steps only.  */
struct deadline *deadline_begin (atomic_int *flag, double seconds);

/* Whether it was the deadline that asked; FLAG is then taken back.  */
bool deadline_end (struct deadline *d);

#endif
