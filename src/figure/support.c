/* support.c -- how many neurons are active as the run goes on.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "figure/shared.h"

enum cvx_status
figure_support (struct plot_figure **out, const struct figure_input *in,
                struct cvx_error *err)
{
  return figure_counts (out, in, "support", FIGURE_ACTIVE, "active neurons",
                        err);
}
