/* style.c -- sizes of the styles and the look of every role.

   Colours: M. Okabe, K. Ito, Color Universal Design (2008), distinct in the
   common kinds of colour-blind sight.  In the mono style every role keeps a
   grey, a dash and a mark of its own.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <string.h>

#define BLUE       "#0072B2"
#define VERMILLION "#D55E00"
#define GREEN      "#009E73"
#define PURPLE     "#CC79A7"
#define ORANGE     "#E69F00"
#define SKY        "#56B4E9"
#define BLACK      "#000000"
#define DARK       "#404040"
#define MIDDLE     "#707070"
#define LIGHT      "#A0A0A0"

struct style_row
{
  const char *name;
  struct plot_sizes sizes;
};

static const struct style_row styles[PLOT_N_STYLES] = {
  [PLOT_STYLE_PAPER]
  = { "paper", { 3.25, 2.40, "Helvetica", 9, 1.1, 0.55, 0.8 } },
  [PLOT_STYLE_SCREEN]
  = { "screen", { 7.0, 4.8, "Helvetica", 11, 1.5, 0.8, 1.1 } },
  [PLOT_STYLE_BEAMER]
  = { "beamer", { 4.5, 2.9, "Helvetica", 11, 1.7, 0.8, 1.1 } },
  [PLOT_STYLE_POSTER]
  = { "poster", { 10.0, 7.0, "Helvetica", 26, 3.6, 1.6, 2.4 } },
  [PLOT_STYLE_MONO]
  = { "mono", { 3.25, 2.40, "Helvetica", 9, 1.1, 0.55, 0.8 } },
};

struct look_row
{
  struct plot_look colour;
  const char *mono_colour, *mono_dash;
};

/* Marks: 4 5 square, 6 7 circle, 8 9 triangle, 10 11 triangle down, 12 13
   diamond (open, filled); 1 plus, 2 cross.  */
static const struct look_row looks[PLOT_CYCLE] = {
  [PLOT_OBJECTIVE] = { { BLUE, NULL, 1, 7, 0.5, false }, BLACK, NULL },
  [PLOT_BOUND] = { { VERMILLION, NULL, 1, 9, 0.5, false }, MIDDLE, "(8,4)" },
  [PLOT_BETWEEN] = { { SKY, NULL, 1, 7, 0.5, false }, LIGHT, NULL },
  [PLOT_GAP] = { { BLUE, NULL, 1, 7, 0.5, false }, BLACK, NULL },
  [PLOT_PRIMAL] = { { ORANGE, NULL, 0.65, 5, 0.5, false }, MIDDLE, "(8,4)" },
  [PLOT_DUAL] = { { GREEN, NULL, 0.65, 9, 0.5, false }, LIGHT, "(2,3)" },
  [PLOT_TOLERANCE] = { { DARK, "(6,4)", 0.7, 1, 0.5, false }, DARK, "(6,4)" },
  [PLOT_DATA] = { { BLACK, NULL, 1, 7, 0.5, false }, BLACK, NULL },
  [PLOT_MODEL] = { { BLUE, NULL, 1.1, 7, 0.5, false }, DARK, NULL },
  [PLOT_TRUTH] = { { LIGHT, "(6,4)", 1, 7, 0.5, false }, LIGHT, "(6,4)" },
  [PLOT_POSITIVE] = { { VERMILLION, NULL, 1, 7, 0.6, false }, BLACK, NULL },
  [PLOT_NEGATIVE] = { { BLUE, NULL, 1, 9, 0.7, false }, MIDDLE, NULL },
  [PLOT_KINK] = { { VERMILLION, NULL, 0.7, 13, 0.9, true }, BLACK, NULL },
  [PLOT_BOUNDARY] = { { BLACK, NULL, 1.1, 7, 0.5, false }, BLACK, NULL },
  [PLOT_NEURON] = { { MIDDLE, NULL, 0.45, 7, 0.4, false }, MIDDLE, NULL },
  [PLOT_TRAIN] = { { BLUE, NULL, 1, 7, 0.55, false }, BLACK, NULL },
  [PLOT_TEST] = { { VERMILLION, NULL, 1, 5, 0.55, false }, MIDDLE, "(8,4)" },
  [PLOT_MARKED] = { { PURPLE, NULL, 1, 13, 0.9, false }, BLACK, "(2,3)" },
  [PLOT_GUIDE] = { { LIGHT, NULL, 0.6, 1, 0.4, false }, LIGHT, "(2,3)" },
};

static const struct look_row cycle[] = {
  { { BLUE, NULL, 1, 7, 0.55, false }, BLACK, NULL },
  { { VERMILLION, NULL, 1, 5, 0.5, false }, BLACK, "(8,4)" },
  { { GREEN, NULL, 1, 9, 0.6, false }, MIDDLE, NULL },
  { { PURPLE, NULL, 1, 13, 0.7, false }, MIDDLE, "(8,4)" },
  { { ORANGE, NULL, 1, 11, 0.6, false }, BLACK, "(2,3)" },
  { { SKY, NULL, 1, 6, 0.55, false }, MIDDLE, "(2,3)" },
  { { BLACK, NULL, 1, 4, 0.5, false }, LIGHT, NULL },
};

const char *
plot_style_name (enum plot_style style)
{
  return styles[style].name;
}

int
plot_style_find (const char *name)
{
  for (int k = 0; k < PLOT_N_STYLES; k++)
    if (strcmp (styles[k].name, name) == 0)
      return k;
  return -1;
}

static double
first_positive (double a, double b, double c)
{
  return a > 0 ? a : b > 0 ? b : c;
}

void
plot_sizes_of (const struct plot_figure *fig,
               const struct plot_options *options, struct plot_sizes *sizes)
{
  *sizes = styles[options->style].sizes;
  sizes->width = first_positive (options->width, fig->width, sizes->width);
  sizes->height = first_positive (options->height, fig->height, sizes->height);
  if (options->font != NULL)
    sizes->font = options->font;
  sizes->font_size = first_positive (options->font_size, 0, sizes->font_size);
}

struct plot_look
plot_look_of (int role, bool mono)
{
  size_t n = sizeof cycle / sizeof *cycle;
  const struct look_row *row = role < PLOT_CYCLE
                                   ? &looks[role]
                                   : &cycle[(size_t)(role - PLOT_CYCLE) % n];
  struct plot_look look = row->colour;
  if (mono)
    {
      look.colour = row->mono_colour;
      look.dash = row->mono_dash;
    }
  return look;
}
