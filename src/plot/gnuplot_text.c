/* gnuplot_text.c -- a figure as the text of a gnuplot script.

   The script sets everything it relies on, so that it draws the same figure
   in any gnuplot from 5.2 on, whatever was drawn before.  Numbers are in
   named data blocks.  Words of the user are octal constants drawn with
   `noenhanced'; only tics made by axis.c are enhanced text.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define AXES_COLOUR "#606060"
#define GRID_COLOUR "#E0E0E0"

/* --- panels --- */

static void
words_command (struct plot_script *s, const char *command, const char *words)
{
  if (words == NULL)
    return;
  cvx_text_printf (s->out, "set %s ", command);
  plot_words (s->out, words, s->dialect);
  if (s->dialect == PLOT_ENHANCED)
    cvx_text_put (s->out, " noenhanced");
  cvx_text_put (s->out, "\n");
}

/* The end V of a range, in twelve digits unless they cut points off.  */
static void
range_end (struct cvx_text *out, double v, bool upper)
{
  char words[40];
  double shown;
  snprintf (words, sizeof words, "%.12g", v);
  shown = strtod (words, NULL);
  if (upper ? shown < v : shown > v)
    snprintf (words, sizeof words, "%.17g", v);
  cvx_text_put (out, words);
}

static void
axis (struct plot_script *s, char name, const struct plot_axis *a,
      const struct plot_range *r, double inches, double per_tic)
{
  int target = (int)(inches / per_tic);
  /* The axis is some 3/4 of the picture; a digit is 0.62 em wide.  */
  int fit = (int)(0.75 * inches * 72 / (0.62 * s->sizes.font_size));
  target = target < 2 ? 2 : target > 8 ? 8 : target;
  if (s->dumb)
    fit = s->options->columns > 0 ? s->options->columns : 79;
  if (r->log)
    cvx_text_printf (s->out, "set logscale %c 10\n", name);
  cvx_text_printf (s->out, "set %crange [", name);
  range_end (s->out, a->reversed ? r->max : r->min, a->reversed);
  cvx_text_put (s->out, ":");
  range_end (s->out, a->reversed ? r->min : r->max, !a->reversed);
  cvx_text_put (s->out, "]\n");
  if (a->bare)
    {
      cvx_text_printf (s->out, "unset %ctics\n", name);
      return;
    }
  cvx_text_printf (s->out, "set %ctics ", name);
  plot_tics (s->out, a, r, target, name == 'x' ? fit : 0, s->dialect);
  cvx_text_put (s->out, "\n");
}

static void
palette (struct plot_script *s, const struct plot_panel *p,
         const struct plot_range *z, double inches)
{
  static const char *const colours[] = {
    [PLOT_DIVERGING]
    = "(-1 \"#2166AC\", -0.5 \"#92C5DE\", 0 \"#F7F7F7\", 0.5 \"#F4A582\", "
      "1 \"#B2182B\")",
    [PLOT_SEQUENTIAL]
    = "(0 \"#F7FBFF\", 1 \"#C6DBEF\", 2 \"#6BAED6\", 3 \"#2171B5\", "
      "4 \"#08306B\")",
    [PLOT_GREY] = "(0 \"#000000\", 1 \"#FFFFFF\")",
  };
  static const char light[] = "(0 \"#707070\", 1 \"#FFFFFF\")";
  bool grey = s->mono && p->palette != PLOT_GREY;
  cvx_text_printf (s->out, "set palette defined %s\n",
                   grey ? light : colours[p->palette]);
  cvx_text_printf (s->out, "set cbrange [%.12g:%.12g]\n", z->min, z->max);
  if (p->no_colours)
    {
      cvx_text_put (s->out, "unset colorbox\n");
      return;
    }
  cvx_text_put (s->out, "set colorbox vertical default noborder\n");
  cvx_text_put (s->out, "set cbtics ");
  plot_tics (s->out, &p->z, z, (int)fmax (2, inches / 0.5), 0, s->dialect);
  cvx_text_put (s->out, "\n");
  words_command (s, "cblabel", p->z.label);
  cvx_text_put (s->out, "set cblabel offset character 0.3,0\n");
}

static size_t
characters (const char *s)
{
  size_t n = 0;
  for (; *s != '\0'; s++)
    n += ((unsigned char)*s & 0xc0) != 0x80;
  return n;
}

/* Width of S in digits, by the proportions that sans-serif letters share.  */
static double
word_width (const char *s)
{
  double width = 0;
  for (; *s != '\0'; s++)
    {
      unsigned char c = (unsigned char)*s;
      if ((c & 0xc0) == 0x80)
        continue;
      if (strchr ("ijl'.,:;|!", c) != NULL)
        width += 0.45;
      else if (strchr ("ftrI ()[]-/\\", c) != NULL)
        width += 0.6;
      else if (strchr ("mwMW%@", c) != NULL)
        width += 1.5;
      else if (c >= 'A' && c <= 'Z')
        width += 1.25;
      else
        width += 1;
    }
  return width;
}

/* gnuplot takes all letters to be as wide as digits and may let the last
   column of the key leave the picture: the columns are counted here.  */
static void
key (struct plot_script *s, const struct plot_panel *p, double width,
     bool heat)
{
  double em = s->sizes.font_size / 72, column;
  double widest = 0;
  size_t named = 0, longest = 0;
  for (size_t k = 0; k < p->n; k++)
    if (p->series[k].title != NULL)
      {
        size_t len = characters (p->series[k].title);
        longest = len > longest ? len : longest;
        widest = fmax (widest, word_width (p->series[k].title));
        named++;
      }
  column = (widest + 4.2) * 0.62 * em;
  if (named == 0 || p->key == PLOT_KEY_NONE)
    cvx_text_put (s->out, "unset key\n");
  else if (p->key == PLOT_KEY_ABOVE)
    cvx_text_printf (
        s->out,
        "set key tmargin left horizontal Left reverse "
        "samplen 1.4 width %.3g nobox maxcols %.0f\n",
        s->dumb ? 1 : widest - (double)longest + 0.2,
        s->dumb
            ? 4
            : fmax (1, floor ((width - (heat ? 9.5 : 4.5) * em) / column)));
  else
    cvx_text_put (s->out, "set key inside right top vertical Left reverse "
                          "samplen 1.6 nobox opaque\n");
}

static void
frame (struct plot_script *s, const struct plot_panel *p, bool heat)
{
  bool bare = p->x.bare && p->y.bare, bars = false, stems = false;
  for (size_t k = 0; k < p->n; k++)
    {
      bars = bars || p->series[k].kind == PLOT_BARS;
      stems = stems || bars || p->series[k].kind == PLOT_IMPULSES;
    }
  cvx_text_printf (s->out,
                   "set border %d linewidth %.3g linecolor rgb "
                   "\"" AXES_COLOUR "\" %s\n",
                   bare ? 0 : 3, s->sizes.axis * s->unit,
                   heat ? "front" : "back");
  cvx_text_put (s->out, "set tics out nomirror scale 0.6,0.35 "
                        "textcolor rgb \"#000000\"\n");
  if (heat || bare || s->dumb)
    cvx_text_put (s->out, "unset grid\n");
  else
    cvx_text_printf (
        s->out,
        "set grid %s ytics back linetype 1 linewidth %.3g dashtype "
        "solid linecolor rgb \"" GRID_COLOUR "\"\n",
        bars ? "noxtics" : "xtics", 0.6 * s->sizes.axis * s->unit);
  if (stems && !p->y.log)
    cvx_text_printf (
        s->out,
        "set xzeroaxis linetype 1 linewidth %.3g dashtype solid linecolor "
        "rgb \"" AXES_COLOUR "\"\n",
        s->sizes.axis * s->unit);
  cvx_text_put (s->out,
                p->equal ? "set size ratio -1\n" : "set size noratio\n");
}

/* Undo what a panel sets and the next may not.  */
static const char fresh[]
    = "unset label\nunset logscale\nunset title\nunset xlabel\nunset ylabel\n"
      "unset cblabel\nunset xzeroaxis\nset xtics\nset ytics\n";

static enum cvx_status
panel_text (struct plot_script *s, size_t k, struct cvx_error *err)
{
  const struct plot_panel *p = &s->fig->panel[k];
  double width = s->sizes.width / (double)s->fig->cols;
  double height = s->sizes.height / (double)s->fig->rows;
  double em = s->sizes.font_size / 9;
  struct plot_range x, y, z;
  struct cvx_text list = CVX_TEXT_INIT;
  /* Characters have no room for long words beside the axis.  */
  bool heat = false, first = true, above;
  enum cvx_status status;
  if (p->n == 0)
    {
      cvx_text_put (s->out, "set multiplot next\n");
      return CVX_OK;
    }
  status = plot_ranges (p, &x, &y, &z, err);
  for (size_t i = 0; i < p->n; i++)
    heat = heat || p->series[i].kind == PLOT_HEAT;
  cvx_text_put (s->out, fresh);
  for (size_t i = 0; status == CVX_OK && i < p->n; i++)
    status = plot_series_text (s, k, i, &p->series[i], &x, &y, &z, &list,
                               &first, err);
  if (status != CVX_OK)
    {
      cvx_text_free (&list);
      return status;
    }
  frame (s, p, heat);
  key (s, p, width, heat);
  axis (s, 'x', &p->x, &x, width, 0.6 * em);
  axis (s, 'y', &p->y, &y, height, 0.45 * em);
  if (heat && !s->dumb)
    palette (s, p, &z, height / em);
  above = s->dumb && p->title == NULL && !p->y.bare && p->y.label != NULL
          && characters (p->y.label) > 2;
  words_command (s, "title", above ? p->y.label : p->title);
  words_command (s, "xlabel", p->x.bare ? NULL : p->x.label);
  words_command (s, "ylabel", p->y.bare || above ? NULL : p->y.label);
  /* A panel of words alone still wants its axes.  */
  cvx_text_put (s->out, first ? "plot NaN notitle" : cvx_text_string (&list));
  cvx_text_put (s->out, "\n");
  s->out->failed = s->out->failed || list.failed;
  cvx_text_free (&list);
  return CVX_OK;
}

/* --- figure --- */

/* Panels under each other have their y axes on one line, whatever the width
   of their numbers.  */
static void
align (struct plot_script *s)
{
  if (s->fig->cols == 1 && s->fig->rows > 1 && !s->dumb)
    cvx_text_put (s->out, "set lmargin 8.2\n");
}

static void
multiplot (struct plot_script *s)
{
  bool bare = true;
  for (size_t k = 0; k < s->fig->rows * s->fig->cols; k++)
    bare = bare
           && (s->fig->panel[k].n == 0
               || (s->fig->panel[k].x.bare && s->fig->panel[k].y.bare));
  cvx_text_printf (s->out, "set multiplot layout %zu,%zu", s->fig->rows,
                   s->fig->cols);
  if (bare)
    cvx_text_printf (s->out, " margins 0.02,0.98,0.02,%s spacing 0.02,0.02",
                     s->fig->title != NULL ? "0.9" : "0.98");
  if (s->fig->title != NULL)
    {
      cvx_text_put (s->out, " title ");
      plot_words (s->out, s->fig->title, s->dialect);
      if (s->dialect == PLOT_ENHANCED)
        cvx_text_put (s->out, " noenhanced");
    }
  cvx_text_put (s->out, "\n");
  if (!bare)
    align (s);
}

/* The provenance as comment lines.  Its words may hold any bytes.  */
static void
comment (struct plot_script *s)
{
  const char *p = cvx_text_string (&s->fig->comment);
  while (*p != '\0')
    {
      size_t len = strcspn (p, "\n");
      char *line = cvx_strndup (p, len), *shown = cvx_alloc (4 * len + 1, 1);
      if (line == NULL || shown == NULL)
        s->out->failed = true;
      else
        {
          cvx_text_escape (shown, 4 * len + 1, line);
          /* Even here gnuplot looks for ` and @, and a backslash at the end
             would join the next line.  */
          cvx_text_put (s->out, "# ");
          for (const char *c = shown; *c != '\0'; c++)
            cvx_text_printf (s->out, strchr ("`@$", *c) ? "\\x%02x" : "%c",
                             *c);
          cvx_text_put (s->out, " .\n");
        }
      cvx_free (line);
      cvx_free (shown);
      p += len + (p[len] != '\0');
    }
}

enum cvx_status
plot_script (const struct plot_figure *fig, const struct plot_options *options,
             const char *output, struct cvx_text *out,
             struct plot_notes *notes, struct cvx_error *err)
{
  struct plot_notes forget;
  struct plot_script s = { .fig = fig, .options = options, .out = out };
  enum cvx_status status = plot_figure_check (fig, err);
  cvx_text_clear (out);
  s.notes = notes != NULL ? notes : &forget;
  *s.notes = (struct plot_notes){ 0, 0, 0, 0 };
  if (status == CVX_OK)
    status = plot_check_figure_words (fig, err);
  if (status == CVX_OK && options->font != NULL)
    status = plot_check_words ("font", options->font, err);
  if (status != CVX_OK)
    return status;
  plot_sizes_of (fig, options, &s.sizes);
  s.mono = options->style == PLOT_STYLE_MONO;
  s.dumb = options->format == PLOT_TXT
           || (options->format == PLOT_SCREEN && options->terminal == NULL);
  s.dialect = s.dumb                        ? PLOT_PLAIN
              : options->format == PLOT_TEX ? PLOT_LATEX
                                            : PLOT_ENHANCED;
  /* TikZ alone has no factor for all lines; its 1 is 0.4 points.  */
  s.unit = s.dialect == PLOT_LATEX && options->tex == PLOT_TIKZ ? 2.5 : 1;
  cvx_text_put (out, "# gnuplot script of cvxnn\n");
  comment (&s);
  cvx_text_put (out, "reset\nset encoding utf8\nset decimalsign \".\"\n");
  plot_terminal (&s);
  if (output != NULL)
    {
      cvx_text_put (out, "set output ");
      plot_quote (out, output);
      cvx_text_put (out, "\n");
    }
  if (fig->rows * fig->cols > 1 || fig->title != NULL)
    multiplot (&s);
  for (size_t k = 0; status == CVX_OK && k < fig->rows * fig->cols; k++)
    status = panel_text (&s, k, err);
  if (status != CVX_OK)
    return status;
  if (fig->rows * fig->cols > 1 || fig->title != NULL)
    cvx_text_put (out, "unset multiplot\n");
  cvx_text_put (out, "unset output\n");
  if (out->failed)
    return cvx_fail_nomem (err, "writing a figure");
  return CVX_OK;
}
