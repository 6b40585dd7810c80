/* axis.c -- ranges and tics of the axes.

   Ranges and tics are chosen here and not by gnuplot, so that they are the
   same for every version of it, and so that constant, empty and single values
   are never its business.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* gnuplot computes with differences of ends: keep them finite.  */
#define HUGE_END 1e300

struct extent
{
  bool any;
  bool loose; /* leave room around marks */
  double min, max;
};

static void
extend (struct extent *e, double v, bool log)
{
  if (!isfinite (v) || (log && v <= 0))
    return;
  v = fmin (fmax (v, -HUGE_END), HUGE_END);
  e->min = e->any ? fmin (e->min, v) : v;
  e->max = e->any ? fmax (e->max, v) : v;
  e->any = true;
}

static void
extend_y (struct extent *e, double v, bool log)
{
  if (log && v <= 0 && isfinite (v))
    v = PLOT_FLOOR;
  extend (e, v, log);
}

static int
compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

double
plot_smallest_step (const double *x, size_t n)
{
  double *sorted = cvx_copy (x, n, sizeof *x), step = INFINITY;
  if (sorted == NULL)
    return 1;
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  for (size_t k = 1; k < n; k++)
    if (sorted[k] > sorted[k - 1])
      step = fmin (step, sorted[k] - sorted[k - 1]);
  cvx_free (sorted);
  return isfinite (step) ? step : 1;
}

static void
extend_by_grid (const struct plot_series *s, struct extent *x,
                struct extent *y, struct extent *z)
{
  /* The cells of an image reach half a step past their centres.  */
  bool heat = s->kind == PLOT_HEAT;
  double hx = s->nx > 1 ? (s->x[1] - s->x[0]) / (double)(s->nx - 1) / 2 : 0.5;
  double hy = s->ny > 1 ? (s->y[1] - s->y[0]) / (double)(s->ny - 1) / 2 : 0.5;
  if (s->nx == 0 || s->ny == 0)
    return;
  extend (x, s->x[0] - (heat ? hx : 0), false);
  extend (x, s->x[1] + (heat ? hx : 0), false);
  extend (y, s->y[0] - (heat ? hy : 0), false);
  extend (y, s->y[1] + (heat ? hy : 0), false);
  if (heat)
    for (size_t k = 0; k < s->nx * s->ny; k++)
      extend (z, s->z[k], false);
}

static void
extend_by (const struct plot_panel *p, const struct plot_series *s,
           struct extent *x, struct extent *y)
{
  double half
      = s->kind == PLOT_BARS ? plot_smallest_step (s->x, s->n) * 0.5 : 0;
  for (size_t k = 0; k < s->n; k++)
    {
      /* A point counts as a whole or not at all.  */
      if ((s->x != NULL && !isfinite (s->x[k]))
          || (s->y != NULL && !isfinite (s->y[k]))
          || (s->z != NULL && !isfinite (s->z[k])))
        continue;
      if (s->x != NULL)
        {
          extend (x, s->x[k] - half, p->x.log);
          extend (x, s->x[k] + half, p->x.log);
        }
      if (s->kind == PLOT_ERRORS)
        {
          extend_y (y, s->y[k] - s->z[k], p->y.log);
          extend_y (y, s->y[k] + s->z[k], p->y.log);
        }
      else if (s->y != NULL)
        extend_y (y, s->y[k], p->y.log);
      if (s->kind == PLOT_BAND)
        extend_y (y, s->z[k], p->y.log);
    }
  if ((s->kind == PLOT_BARS || s->kind == PLOT_IMPULSES) && s->n > 0
      && !p->y.log)
    extend (y, 0, false);
  if (s->kind == PLOT_POINTS || s->kind == PLOT_IMPULSES
      || s->kind == PLOT_ERRORS || s->kind == PLOT_TEXT || s->n == 1)
    x->loose = true;
}

/* The range from the extent, with ROOM (a share of the length) at both ends.
   A constant gets an interval around it.  */
static void
settle (const struct plot_axis *a, const struct extent *e, double room,
        struct plot_range *r)
{
  double lo = e->min, hi = e->max, scale = fmax (fabs (lo), fabs (hi));
  r->log = a->log;
  if (a->log)
    {
      double l = log10 (lo), h = log10 (hi), pad = room * (h - l);
      if (h - l < 1e-9)
        pad = 0.5;
      lo = pow (10, l - pad);
      hi = pow (10, h + pad);
    }
  else if (hi - lo <= 1e-12 * scale || hi - lo < 1e-280)
    {
      double pad = scale > 1e-280 ? 0.1 * scale : 1;
      lo -= pad;
      hi += pad;
    }
  else
    {
      double pad = room * (hi - lo);
      /* A range that starts at zero keeps doing so: bars stand on it.  */
      lo -= lo == 0 ? 0 : pad;
      hi += hi == 0 ? 0 : pad;
    }
  if (isfinite (a->min) && (!a->log || a->min > 0))
    lo = a->min;
  if (isfinite (a->max) && (!a->log || a->max > 0))
    hi = a->max;
  /* Ends given that leave nothing between them.  */
  if (!(lo < hi))
    hi = a->log ? lo * 10 : lo + fmax (1, fabs (lo));
  r->min = lo;
  r->max = hi;
}

enum cvx_status
plot_ranges (const struct plot_panel *p, struct plot_range *x,
             struct plot_range *y, struct plot_range *z, struct cvx_error *err)
{
  struct extent ex = { .any = false }, ey = ex, ez = ex;
  bool heat = false;
  for (size_t k = 0; k < p->n; k++)
    {
      const struct plot_series *s = &p->series[k];
      if (s->kind == PLOT_HEAT || s->kind == PLOT_CONTOUR)
        extend_by_grid (s, &ex, &ey, &ez);
      else
        extend_by (p, s, &ex, &ey);
      heat = heat || s->kind == PLOT_HEAT;
    }
  if (!ex.any && !ey.any)
    return cvx_fail (err, CVX_E603, "nothing to plot: no value is finite%s",
                     p->x.log ? " and positive" : "");
  /* Rules in one direction only leave the other axis free.  */
  if (!ex.any)
    extend (&ex, 1, false);
  if (!ey.any)
    extend (&ey, 1, false);
  if (heat && !ez.any)
    return cvx_fail (err, CVX_E603, "nothing to plot: no value is finite");
  settle (&p->x, &ex, heat ? 0 : ex.loose ? 0.05 : 0, x);
  settle (&p->y, &ey, heat ? 0 : 0.06, y);
  if (heat && p->palette == PLOT_DIVERGING)
    {
      double m = fmax (fabs (ez.min), fabs (ez.max));
      ez.min = -m;
      ez.max = m;
    }
  if (heat)
    settle (&p->z, &ez, 0, z);
  else
    *z = (struct plot_range){ false, 0, 1 };
  return CVX_OK;
}

void
plot_quote (struct cvx_text *out, const char *s)
{
  bool escaped = false;
  cvx_text_put (out, "\"");
  for (; *s != '\0'; s++)
    {
      unsigned char c = (unsigned char)*s;
      bool digit = c >= '0' && c <= '9';
      /* gnuplot reads a fourth octal digit after a leading 0: a digit that
         follows an escape is escaped too.  */
      escaped = !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                  || (digit && !escaped) || c == ' ' || c == '.' || c == ',');
      if (escaped)
        cvx_text_printf (out, "\\%03o", c);
      else
        cvx_text_write (out, s, 1);
    }
  cvx_text_put (out, "\"");
}

/* S as the dialect writes it; with PRINTF each % twice.  */
static void
escape (struct cvx_text *out, const char *s, enum plot_dialect dialect,
        bool printf)
{
  static const char special[] = "\\{}$&#%_^~<>|\"";
  static const char *const as[] = { "\\textbackslash{}",
                                    "\\{",
                                    "\\}",
                                    "\\$",
                                    "\\&",
                                    "\\#",
                                    "\\%",
                                    "\\_",
                                    "\\textasciicircum{}",
                                    "\\textasciitilde{}",
                                    "\\textless{}",
                                    "\\textgreater{}",
                                    "\\textbar{}",
                                    "\\textquotedbl{}" };
  for (; *s != '\0'; s++)
    {
      const char *at = strchr (special, *s);
      if (dialect == PLOT_LATEX && at != NULL)
        cvx_text_put (out, as[at - special]);
      else
        cvx_text_write (out, s, 1);
      if (printf && *s == '%')
        cvx_text_put (out, "%");
    }
}

static void
quote_words (struct cvx_text *out, const char *s, enum plot_dialect dialect,
             bool printf)
{
  struct cvx_text t = CVX_TEXT_INIT;
  escape (&t, s, dialect, printf);
  plot_quote (out, cvx_text_string (&t));
  out->failed = out->failed || t.failed;
  cvx_text_free (&t);
}

void
plot_words (struct cvx_text *out, const char *s, enum plot_dialect dialect)
{
  quote_words (out, s, dialect, false);
}

/* One entry of a tic list; LEVEL 1 is a tic without words.  */
static void
tic (struct cvx_text *out, bool *first, const char *words, double at,
     int level, enum plot_dialect dialect)
{
  cvx_text_put (out, *first ? "(" : ", ");
  *first = false;
  /* Words of tics pass through gnuplot's printf if they have a %.  */
  quote_words (out, words, dialect, true);
  cvx_text_printf (out, " %.12g %d", at, level);
}

/* The typographic minus sign, where the dialect has one.  */
static void
minus (struct cvx_text *t, enum plot_dialect dialect)
{
  cvx_text_put (t, dialect == PLOT_ENHANCED ? "\xe2\x88\x92" : "-");
}

/* 10^EXPONENT, times MANTISSA with DECIMALS unless it is 1.  */
static void
power_words (struct cvx_text *t, double mantissa, int decimals, int exponent,
             enum plot_dialect dialect)
{
  bool one = fabs (mantissa - 1) < 1e-9;
  if (dialect == PLOT_PLAIN)
    {
      cvx_text_printf (t, "%.*fe%d", decimals, mantissa, exponent);
      return;
    }
  if (dialect == PLOT_LATEX)
    cvx_text_put (t, "$");
  if (mantissa < 0)
    minus (t, dialect);
  if (!one)
    cvx_text_printf (t, "%.*f%s", decimals, fabs (mantissa),
                     dialect == PLOT_LATEX ? "\\cdot " : "\xc2\xb7");
  cvx_text_put (t, "10^{");
  if (exponent < 0)
    minus (t, dialect);
  cvx_text_printf (t, "%d}", abs (exponent));
  if (dialect == PLOT_LATEX)
    cvx_text_put (t, "$");
}

/* Words of our own making: markup stays markup.  */
static void
tic_markup (struct cvx_text *out, bool *first, const struct cvx_text *words,
            double at)
{
  cvx_text_put (out, *first ? "(" : ", ");
  *first = false;
  plot_quote (out, cvx_text_string (words));
  cvx_text_printf (out, " %.12g 0", at);
  out->failed = out->failed || words->failed;
}

static void
log_tics (struct cvx_text *out, bool *first, const struct plot_range *r,
          int target, enum plot_dialect dialect)
{
  double l = log10 (r->min), h = log10 (r->max);
  int from = (int)ceil (l - 1e-9), to = (int)floor (h + 1e-9), step;
  bool wide = to - from >= 1;
  step = wide ? (to - from + target - 1) / target : 1;
  step = step < 1 ? 1 : step;
  for (int e = from - 1; e <= to + 1; e++)
    for (int m = 1; m <= 9; m++)
      {
        double at = m * pow (10, e);
        /* Less than a decade or so: words at 1, 2 and 5 too; far less, at
           every digit.  */
        bool words = wide ? m == 1 && (e - from) % step == 0
                          : (h - l < 0.4 || m == 1 || m == 2 || m == 5);
        struct cvx_text t = CVX_TEXT_INIT;
        if (at < r->min * (1 - 1e-9) || at > r->max * (1 + 1e-9)
            || (!words && m > 1 && (step > 1 || to - from > 12)))
          continue;
        if (!words)
          {
            tic (out, first, "", at, 1, dialect);
            continue;
          }
        if (!wide && e >= -3 && e <= 4)
          cvx_text_printf (&t, "%g", at);
        else
          power_words (&t, m, 0, e, dialect);
        tic_markup (out, first, &t, at);
        cvx_text_free (&t);
      }
}

/* The step of 1, 2 or 5 times a power of ten nearest to ABOUT.  */
static double
nice_step (double about)
{
  double unit = pow (10, floor (log10 (about))), share = about / unit;
  return unit * (share <= 1.5 ? 1 : share <= 3.2 ? 2 : share <= 7 ? 5 : 10);
}

/* Characters of the widest number at a tic.  */
static int
tic_width (const struct plot_range *r, double step, int exponent, bool power)
{
  int decimals = -(int)floor (log10 (step) + 1e-9) + (power ? exponent : 0);
  return (r->min < 0)
         + (power          ? 5
            : exponent > 0 ? exponent + 1
                           : 1)
         + (decimals > 0 ? decimals + 1 : 0);
}

static void
linear_tics (struct cvx_text *out, bool *first, const struct plot_axis *a,
             const struct plot_range *r, int target, int characters,
             enum plot_dialect dialect)
{
  double length = r->max - r->min, step = nice_step (length / target);
  double largest = fmax (fabs (r->min), fabs (r->max)), start;
  int exponent = (int)floor (log10 (largest) + 1e-9), decimals;
  bool power = largest >= 1e6 || largest < 1e-3;
  if (a->integer)
    step = fmax (1, round (step));
  /* Two characters of room between numbers side by side.  */
  while (characters > 0 && step < length
         && (2 + tic_width (r, step, exponent, power)) * length
                > characters * step)
    step = nice_step (1.9 * step);
  decimals = -(int)floor (log10 (step) + 1e-9);
  if (power)
    decimals += exponent;
  decimals = decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
  start = ceil (r->min / step - 1e-6);
  for (double k = start; k * step <= r->max + 1e-6 * step; k++)
    {
      double at = k * step;
      struct cvx_text t = CVX_TEXT_INIT;
      /* At this step numbers no longer differ: gnuplot needs no more.  */
      if (k + 1 == k)
        break;
      if (power && k != 0)
        power_words (&t, at / pow (10, exponent), decimals, exponent, dialect);
      else
        {
          if (dialect == PLOT_LATEX)
            cvx_text_put (&t, "$");
          if (k < 0)
            minus (&t, dialect);
          cvx_text_printf (&t, "%.*f", k == 0 && power ? 0 : decimals,
                           fabs (at));
          if (dialect == PLOT_LATEX)
            cvx_text_put (&t, "$");
        }
      tic_markup (out, first, &t, k == 0 ? 0 : at);
      cvx_text_free (&t);
    }
}

void
plot_tics (struct cvx_text *out, const struct plot_axis *a,
           const struct plot_range *r, int target, int characters,
           enum plot_dialect dialect)
{
  bool first = true;
  for (size_t k = 0; k < a->n_tics; k++)
    if (isfinite (a->tic[k]))
      tic (out, &first, a->tic_text[k], a->tic[k], 0, dialect);
  if (a->n_tics == 0 && r->log)
    log_tics (out, &first, r, target, dialect);
  else if (a->n_tics == 0)
    linear_tics (out, &first, a, r, target, characters, dialect);
  cvx_text_put (out, first ? "()" : ")");
  if (a->n_tics != 0 && dialect == PLOT_ENHANCED)
    cvx_text_put (out, " noenhanced");
}
