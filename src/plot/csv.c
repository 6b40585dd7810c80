/* csv.c -- the numbers of a figure as text, and what was left out of it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <string.h>

static const char *const kinds[PLOT_N_KINDS] = {
  [PLOT_LINE] = "line",       [PLOT_POINTS] = "points",
  [PLOT_STEPS] = "steps",     [PLOT_IMPULSES] = "impulses",
  [PLOT_BARS] = "bars",       [PLOT_BAND] = "band",
  [PLOT_ERRORS] = "errors",   [PLOT_HEAT] = "heat",
  [PLOT_CONTOUR] = "contour", [PLOT_VLINE] = "vline",
  [PLOT_HLINE] = "hline",     [PLOT_TEXT] = "text",
};

/* A field after RFC 4180.  */
static void
field (struct cvx_text *out, const char *s)
{
  cvx_text_put (out, "\"");
  for (; *s != '\0'; s++)
    cvx_text_write (out, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
  cvx_text_put (out, "\"");
}

static void
row (struct cvx_text *out, size_t panel, const struct plot_series *s,
     const double *x, const double *y, const double *z)
{
  const double *const value[3] = { x, y, z };
  cvx_text_printf (out, "%zu,", panel + 1);
  field (out, s->title != NULL ? s->title : "");
  cvx_text_printf (out, ",%s", kinds[s->kind]);
  for (int k = 0; k < 3; k++)
    if (value[k] != NULL)
      cvx_text_printf (out, ",%.17g", *value[k]);
    else
      cvx_text_put (out, ",");
  cvx_text_put (out, "\n");
}

static void
grid_rows (struct cvx_text *out, size_t panel, const struct plot_series *s)
{
  double dx = s->nx > 1 ? (s->x[1] - s->x[0]) / (double)(s->nx - 1) : 0;
  double dy = s->ny > 1 ? (s->y[1] - s->y[0]) / (double)(s->ny - 1) : 0;
  for (size_t j = 0; j < s->ny; j++)
    for (size_t i = 0; i < s->nx; i++)
      {
        double x = s->x[0] + dx * (double)i, y = s->y[0] + dy * (double)j;
        row (out, panel, s, &x, &y, &s->z[j * s->nx + i]);
      }
}

enum cvx_status
plot_csv (const struct plot_figure *fig, struct cvx_text *out,
          struct cvx_error *err)
{
  if (fig->failed)
    return cvx_fail_nomem (err, "making a figure");
  cvx_text_clear (out);
  cvx_text_put (out, "panel,series,kind,x,y,z\n");
  for (size_t k = 0; k < fig->rows * fig->cols; k++)
    for (size_t i = 0; i < fig->panel[k].n; i++)
      {
        const struct plot_series *s = &fig->panel[k].series[i];
        if (s->kind == PLOT_HEAT || s->kind == PLOT_CONTOUR)
          grid_rows (out, k, s);
        for (size_t p = 0; p < s->n; p++)
          row (out, k, s, s->x != NULL ? &s->x[p] : NULL,
               s->y != NULL ? &s->y[p] : NULL, s->z != NULL ? &s->z[p] : NULL);
      }
  if (out->failed)
    return cvx_fail_nomem (err, "writing numbers of a figure");
  return CVX_OK;
}

static void
note (struct cvx_text *out, size_t count, const char *one, const char *many)
{
  if (count > 0)
    cvx_text_printf (out, "%zu %s\n", count, count == 1 ? one : many);
}

void
plot_notes_words (const struct plot_notes *notes, struct cvx_text *out)
{
  note (out, notes->floored,
        "value not positive on a logarithmic axis, drawn at 1e-16",
        "values not positive on a logarithmic axis, drawn at 1e-16");
  note (out, notes->left_out,
        "point left out: not positive on the logarithmic x axis",
        "points left out: not positive on the logarithmic x axis");
  note (out, notes->missing, "point left out: not finite",
        "points left out: not finite");
  note (out, notes->thinned, "series thinned to what a picture can show",
        "series thinned to what a picture can show");
}
