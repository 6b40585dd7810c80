/* cmd_plot.c -- figures: plot, replot.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "command/command.h"

void
cmd_plot_close (struct session *s)
{
  (void)s;
}
