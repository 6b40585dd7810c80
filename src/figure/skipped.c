/* skipped.c -- how many blocks a certificate did not have to look at, as
   the run goes on: a gap-safe bound showed that they are zero.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

enum cvx_status
figure_skipped (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  return figure_counts (out, in, "skipped", FIGURE_SKIPPED, "skipped blocks",
                        err);
}
