/* format.c -- the formats of files and what they need.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "plot/internal.h"

#include <string.h>
#include <strings.h>

const struct plot_format_row plot_formats[PLOT_SCREEN] = {
  [PLOT_PDF] = { "pdf", "pdfcairo", "%%EOF" },
  [PLOT_SVG] = { "svg", "svg", "</svg>" },
  [PLOT_PNG] = { "png", "pngcairo", "IEND\xae\x42\x60\x82" },
  [PLOT_EPS] = { "eps", "epscairo", "%%EOF" },
  [PLOT_TEX] = { "tex", "tikz", "\\end{tikzpicture}" },
  [PLOT_TXT] = { "txt", "dumb", NULL },
  [PLOT_GP] = { "gp", NULL, NULL },
  [PLOT_CSV] = { "csv", NULL, NULL },
};

const struct plot_tex_row plot_texs[PLOT_N_TEX] = {
  [PLOT_TIKZ] = { "tikz", "tikz", NULL, NULL, PLOT_TEX },
  [PLOT_CAIROLATEX] = { "cairolatex", "cairolatex", "pdf", "%%EOF", PLOT_PDF },
  [PLOT_EPSLATEX] = { "epslatex", "epslatex", "eps", "%%Trailer", PLOT_EPS },
};

int
plot_tex_find (const char *name)
{
  for (int k = 0; k < PLOT_N_TEX; k++)
    if (strcmp (plot_texs[k].name, name) == 0)
      return k;
  return -1;
}

enum cvx_status
plot_format_of (const char *path, enum plot_format *format,
                struct cvx_error *err)
{
  const char *dot = strrchr (path, '.');
  for (int k = 0; dot != NULL && k < PLOT_SCREEN; k++)
    if (strcasecmp (dot + 1, plot_formats[k].suffix) == 0)
      {
        *format = (enum plot_format)k;
        return CVX_OK;
      }
  cvx_fail (err, CVX_E605, "%s does not say a figure format", path);
  cvx_hint (err, "use .pdf .svg .png .eps .tex .txt .gp or .csv");
  return CVX_INVALID;
}
