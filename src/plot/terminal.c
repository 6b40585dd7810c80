/* terminal.c -- the "set terminal" of every format.

   Terminals disagree on what a point is: pdfcairo draws a line of width 1 half
   a point wide, epscairo a quarter, TikZ 0.4 points; cairo's fonts are 4/3 of
   their name.  Here a point becomes a point.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <string.h>

/* A font family and size, quoted.  */
static void
font (struct plot_script *s, double size)
{
  struct cvx_text words = CVX_TEXT_INIT;
  cvx_text_printf (&words, "%s,%.4g", s->sizes.font, size);
  cvx_text_put (s->out, " enhanced font ");
  plot_quote (s->out, cvx_text_string (&words));
  s->out->failed = s->out->failed || words.failed;
  cvx_text_free (&words);
}

/* Terminals measured in pixels.  PER_INCH of them; FONT is the size that the
   terminal calls one point, in pixels.  */
static void
pixel_terminal (struct plot_script *s, const char *name, double per_inch,
                double font_pixels)
{
  double scale = per_inch / 72;
  cvx_text_printf (s->out, "set terminal %s size %.0f,%.0f", name,
                   s->sizes.width * per_inch, s->sizes.height * per_inch);
  font (s, s->sizes.font_size * scale / font_pixels);
  cvx_text_printf (s->out, " linewidth %.4g", scale);
}

/* Terminals measured in inches.  LINE is what they call a line of 1 point.  */
static void
paper_terminal (struct plot_script *s, const char *name, double line)
{
  cvx_text_printf (s->out, "set terminal %s color size %.4gin,%.4gin", name,
                   s->sizes.width, s->sizes.height);
  if (s->dialect != PLOT_LATEX)
    {
      /* Cairo's terminals take a point for 1/96 inch.  */
      font (s, s->sizes.font_size);
      cvx_text_put (s->out, " fontscale 0.75");
    }
  if (line > 0)
    cvx_text_printf (s->out, " rounded linewidth %g", line);
}

static void
tex_terminal (struct plot_script *s)
{
  static const char *const names[PLOT_N_TEX]
      = { "tikz", "cairolatex pdf", "epslatex" };
  static const double line[PLOT_N_TEX] = { 0, 4, 2 };
  paper_terminal (s, names[s->options->tex], line[s->options->tex]);
  if (s->options->tex == PLOT_EPSLATEX)
    cvx_text_put (s->out, " pointscale 2");
}

static void
screen_terminal (struct plot_script *s)
{
  const char *name = s->options->terminal;
  if (strcmp (name, "sixelgd") == 0)
    pixel_terminal (s, "sixelgd truecolor", 96, 1);
  else if (strcmp (name, "x11") == 0)
    cvx_text_printf (s->out,
                     "set terminal x11 0 enhanced noraise "
                     "size %.0f,%.0f",
                     s->sizes.width * 96, s->sizes.height * 96);
  else
    {
      struct cvx_text window = CVX_TEXT_INIT;
      cvx_text_printf (&window, "%s 0 noraise", name);
      pixel_terminal (s, cvx_text_string (&window), 96, 96.0 / 72);
      s->out->failed = s->out->failed || window.failed;
      cvx_text_free (&window);
    }
}

void
plot_terminal (struct plot_script *s)
{
  if (s->dumb)
    cvx_text_printf (s->out,
                     "set terminal dumb size %d,%d nofeed noenhanced mono",
                     s->options->columns > 0 ? s->options->columns : 79,
                     s->options->lines > 0 ? s->options->lines : 24);
  else
    switch (s->options->format)
      {
      case PLOT_SVG:
        pixel_terminal (s, "svg fixed rounded", 96, 1);
        break;
      case PLOT_PNG:
        pixel_terminal (s, "pngcairo rounded", 300, 96.0 / 72);
        cvx_text_printf (s->out, " pointscale %.4g dashlength 2", 300.0 / 72);
        break;
      case PLOT_EPS:
        paper_terminal (s, "epscairo", 4);
        break;
      case PLOT_TEX:
        tex_terminal (s);
        break;
      case PLOT_SCREEN:
        screen_terminal (s);
        break;
      default:
        paper_terminal (s, "pdfcairo", 2);
      }
  cvx_text_put (s->out, "\n");
}
