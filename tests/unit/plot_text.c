/* Figures as text: golden scripts, ranges, tics, thinning, words, numbers.

   The golden scripts are in tests/unit/golden.  After a change that is meant,
   write them anew with
     CVXNN_REGENERATE=1 make check TESTS=tests/unit/plot_text.t
   look at the difference, and at the figures themselves.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "unit/plot_samples.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

static void
script_of (struct plot_figure *f, const struct plot_options *o,
           struct cvx_text *t)
{
  struct cvx_error err;
  ck_assert_ok (plot_script (f, o, "out.file", t, NULL, &err), err);
}

static void
read_file (const char *path, struct cvx_text *t)
{
  char buffer[4096];
  size_t got;
  FILE *f = fopen (path, "rb");
  cvx_text_clear (t);
  ck_assert_msg (f != NULL, "no file %s", path);
  while ((got = fread (buffer, 1, sizeof buffer, f)) > 0)
    cvx_text_write (t, buffer, got);
  fclose (f);
}

/* Equal text, numbers equal to the last digits: exp and pow differ there
   between C libraries.  */
static void
same (const char *name, const char *a, const char *b)
{
  size_t line = 1;
  while (*a != '\0' || *b != '\0')
    {
      bool number = isdigit ((unsigned char)*a) && isdigit ((unsigned char)*b);
      if (number)
        {
          char *ea, *eb;
          double x = strtod (a, &ea), y = strtod (b, &eb);
          ck_assert_msg (fabs (x - y) <= 1e-11 * fmax (fabs (x), fabs (y)),
                         "%s:%zu: %.17g, was %.17g", name, line, x, y);
          a = ea;
          b = eb;
          continue;
        }
      ck_assert_msg (*a == *b, "%s:%zu: '%.20s', was '%.20s'", name, line, a,
                     b);
      line += *a == '\n';
      a++;
      b++;
    }
}

static void
check_golden (const char *name, const struct cvx_text *t)
{
  const char *top = getenv ("CVXNN_SRCDIR");
  struct cvx_text path = CVX_TEXT_INIT, golden = CVX_TEXT_INIT;
  cvx_text_printf (&path, "%s/tests/unit/golden/%s.gp",
                   top != NULL ? top : ".", name);
  if (getenv ("CVXNN_REGENERATE") != NULL)
    {
      FILE *f = fopen (path.s, "wb");
      ck_assert_ptr_nonnull (f);
      ck_assert_uint_eq (fwrite (t->s, 1, t->len, f), t->len);
      ck_assert_int_eq (fclose (f), 0);
    }
  read_file (path.s, &golden);
  same (name, cvx_text_string (t), cvx_text_string (&golden));
  cvx_text_free (&path);
  cvx_text_free (&golden);
}

START_TEST (every_sample_is_as_before)
{
  struct plot_options o = { .format = PLOT_PDF };
  for (size_t k = 0; k < N_SAMPLES; k++)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      struct plot_figure *f = sample_new (k);
      script_of (f, &o, &t);
      check_golden (samples[k].name, &t);
      plot_figure_free (f);
      cvx_text_free (&t);
      ck_assert_uint_eq (cvx_alloc_live (), 0);
    }
}
END_TEST

START_TEST (every_terminal_is_as_before)
{
  static const struct
  {
    const char *name;
    struct plot_options o;
  } cases[] = {
    { "function-svg", { .format = PLOT_SVG } },
    { "function-png", { .format = PLOT_PNG } },
    { "function-eps", { .format = PLOT_EPS } },
    { "function-tikz", { .format = PLOT_TEX } },
    { "function-cairolatex", { .format = PLOT_TEX, .tex = PLOT_CAIROLATEX } },
    { "function-epslatex", { .format = PLOT_TEX, .tex = PLOT_EPSLATEX } },
    { "function-txt", { .format = PLOT_TXT, .columns = 60, .lines = 20 } },
    { "function-mono", { .style = PLOT_STYLE_MONO } },
    { "function-poster", { .style = PLOT_STYLE_POSTER, .font = "Arial" } },
    { "function-qt", { .format = PLOT_SCREEN, .terminal = "qt" } },
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    {
      struct cvx_text t = CVX_TEXT_INIT;
      struct plot_figure *f = sample_new (2);
      script_of (f, &cases[k].o, &t);
      check_golden (cases[k].name, &t);
      plot_figure_free (f);
      cvx_text_free (&t);
    }
}
END_TEST

START_TEST (panels_are_as_before)
{
  struct plot_options o = { .width = 6.75, .height = 4.8 };
  struct cvx_text t = CVX_TEXT_INIT;
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_ok (plot_figure_new (&f, 2, 2, &err), err);
  for (size_t k = 0; k < 3; k++)
    samples[k].make (f, k);
  plot_set_title (f, SIZE_MAX, "Three of \"four\" panels");
  plot_set_title (f, 1, "`a`");
  plot_comment (f, "command", "plot `touch x` @a $(b) \\");
  script_of (f, &o, &t);
  check_golden ("panels", &t);
  plot_figure_free (f);
  cvx_text_free (&t);
}
END_TEST

/* The value after KEY in the script, both ends of a range.  */
static void
range_of (const char *script, const char *key, double *lo, double *hi)
{
  const char *at = strstr (script, key);
  ck_assert_ptr_nonnull (at);
  ck_assert_int_eq (sscanf (at + strlen (key), " [%lf:%lf]", lo, hi), 2);
}

static void
line_range (size_t n, const double *y, bool log, double *lo, double *hi,
            struct plot_notes *notes)
{
  struct plot_options o = { .format = PLOT_PDF };
  struct cvx_text t = CVX_TEXT_INIT;
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
  plot_add (f, 0, PLOT_LINE, PLOT_GAP, NULL, n, NULL, y);
  f->panel[0].y.log = log;
  ck_assert_ok (plot_script (f, &o, NULL, &t, notes, &err), err);
  range_of (t.s, "set yrange", lo, hi);
  plot_figure_free (f);
  cvx_text_free (&t);
}

START_TEST (constant_data_get_a_range)
{
  const double values[] = { 3, 0, -2, 1e-310, 1e300, -1e305, 1e-8 };
  for (size_t k = 0; k < sizeof values / sizeof *values; k++)
    {
      double y[3] = { values[k], values[k], values[k] }, lo, hi;
      line_range (3, y, false, &lo, &hi, NULL);
      ck_assert_msg (lo < hi && isfinite (hi - lo), "%g: [%g:%g]", values[k],
                     lo, hi);
      ck_assert (lo <= fmax (values[k], -1e300)
                 && hi >= fmin (values[k], 1e300));
    }
}
END_TEST

START_TEST (not_positive_is_drawn_at_the_floor)
{
  double y[4] = { 1, 0, -1, 1e-3 }, lo, hi;
  struct plot_notes notes;
  struct cvx_text t = CVX_TEXT_INIT;
  line_range (4, y, true, &lo, &hi, &notes);
  ck_assert_uint_eq (notes.floored, 2);
  ck_assert (lo > 0 && lo <= 1e-16 && lo > 1e-18 && hi >= 1);
  plot_notes_words (&notes, &t);
  ck_assert_str_eq (t.s,
                    "2 values not positive on a logarithmic axis, drawn at "
                    "1e-16\n");
  cvx_text_free (&t);
}
END_TEST

START_TEST (nothing_finite_is_our_error)
{
  struct plot_options o = { .format = PLOT_PDF };
  struct cvx_text t = CVX_TEXT_INIT;
  double bad[3] = { NAN, INFINITY, -INFINITY }, negative[1] = { -1 };
  struct cvx_error err;
  for (int c = 0; c < 4; c++)
    {
      struct plot_figure *f;
      ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
      if (c == 1)
        plot_add (f, 0, PLOT_LINE, PLOT_GAP, "gap", 3, NULL, bad);
      if (c == 2)
        plot_add (f, 0, PLOT_POINTS, PLOT_GAP, "gap", 0, bad, bad);
      if (c == 3)
        {
          plot_add (f, 0, PLOT_POINTS, PLOT_GAP, "gap", 1, negative, negative);
          f->panel[0].x.log = f->panel[0].y.log = true;
        }
      if (c < 3)
        {
          ck_assert_int_eq (plot_script (f, &o, NULL, &t, NULL, &err),
                            CVX_PLOT);
          ck_assert_int_eq (err.id, CVX_E603);
        }
      else
        ck_assert_ok (plot_script (f, &o, NULL, &t, NULL, &err), err);
      plot_figure_free (f);
    }
  cvx_text_free (&t);
}
END_TEST

/* Lines with two numbers in the first data block.  */
static size_t
block_points (const char *script, double *lowest, double *highest)
{
  size_t n = 0;
  const char *at = strstr (script, "<< EOD\n");
  ck_assert_ptr_nonnull (at);
  *lowest = INFINITY;
  *highest = -INFINITY;
  for (at = strchr (at, '\n') + 1; strncmp (at, "EOD", 3) != 0;
       at = strchr (at, '\n') + 1)
    {
      double x, y;
      if (at[0] == '\n')
        continue;
      ck_assert_int_eq (sscanf (at, "%lf %lf", &x, &y), 2);
      *lowest = fmin (*lowest, y);
      *highest = fmax (*highest, y);
      n++;
    }
  return n;
}

START_TEST (many_points_are_thinned_and_keep_their_extremes)
{
  bool longer = getenv ("CVXNN_LONG") != NULL;
  size_t n = longer ? 10000000 : 1000000;
  double *x = cvx_alloc (n, sizeof *x), *y = cvx_alloc (n, sizeof *y);
  struct plot_options file = { .format = PLOT_PDF };
  struct plot_options screen = { .format = PLOT_SCREEN, .terminal = "qt" };
  struct cvx_rng r;
  cvx_rng_init (&r, 7, CVX_STREAM_GENERATE);
  for (size_t k = 0; k < n; k++)
    {
      x[k] = (double)k;
      y[k] = cvx_rng_uniform (&r);
    }
  y[n / 3] = 17;
  y[n / 2] = -9;
  for (int kind = PLOT_LINE; kind <= PLOT_POINTS; kind++)
    for (int c = 0; c < 2; c++)
      {
        struct plot_figure *f;
        struct plot_notes notes;
        struct cvx_error err;
        struct cvx_text t = CVX_TEXT_INIT;
        double lo, hi;
        clock_t start;
        size_t drawn;
        ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
        plot_add (f, 0, (enum plot_kind)kind, PLOT_GAP, NULL, n, x, y);
        start = clock ();
        ck_assert_ok (
            plot_script (f, c == 0 ? &file : &screen, NULL, &t, &notes, &err),
            err);
        ck_assert (clock () - start < 2 * CLOCKS_PER_SEC);
        drawn = block_points (t.s, &lo, &hi);
        ck_assert_uint_le (drawn, c == 0 ? 20000 : 5000);
        ck_assert_uint_ge (drawn, c == 0 ? 4000 : 1000);
        ck_assert_uint_eq (notes.thinned, 1);
        ck_assert (lo == -9 && hi == 17);
        plot_figure_free (f);
        cvx_text_free (&t);
      }
  cvx_free (x);
  cvx_free (y);
}
END_TEST

START_TEST (a_line_breaks_at_what_is_not_finite)
{
  double y[6] = { 1, 2, NAN, NAN, 3, 4 };
  struct plot_options o = { .format = PLOT_PDF };
  struct cvx_text t = CVX_TEXT_INIT;
  struct plot_figure *f;
  struct plot_notes notes;
  struct cvx_error err;
  ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
  plot_add (f, 0, PLOT_LINE, PLOT_GAP, NULL, 6, NULL, y);
  ck_assert_ok (plot_script (f, &o, NULL, &t, &notes, &err), err);
  ck_assert_ptr_nonnull (strstr (t.s, "<< EOD\n0 1\n1 2\n\n4 3\n5 4\nEOD\n"));
  ck_assert_uint_eq (notes.missing, 2);
  plot_figure_free (f);
  cvx_text_free (&t);
}
END_TEST

START_TEST (words_that_cannot_be_drawn_are_refused)
{
  static const char *const bad[]
      = { "a\nb",  "a\tb",     "\x1b[1m",      "\xff",        "\xc3",
          "a\x7f", "\xc2\x9b", "\xed\xa0\x80", "\xef\xbf\xbf" };
  struct plot_options o = { .format = PLOT_PDF };
  struct cvx_text t = CVX_TEXT_INIT;
  struct cvx_error err;
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
    for (int where = 0; where < 7; where++)
      {
        struct plot_figure *f = sample_new (2);
        const char *tics[1] = { bad[k] };
        double at[1] = { 0 };
        if (where == 0)
          plot_set_title (f, SIZE_MAX, bad[k]);
        if (where == 1)
          plot_set_title (f, 0, bad[k]);
        if (where == 2)
          plot_set_labels (f, 0, bad[k], NULL);
        if (where == 3)
          plot_set_labels (f, 0, NULL, bad[k]);
        if (where == 4)
          plot_add (f, 0, PLOT_LINE, PLOT_DATA, bad[k], 1, at, at);
        if (where == 5)
          plot_add_text (f, 0, PLOT_DATA, 0, 0, bad[k]);
        if (where == 6)
          plot_set_tics (f, &f->panel[0].x, 1, at, tics);
        ck_assert_int_eq (plot_script (f, &o, NULL, &t, NULL, &err), CVX_PLOT);
        ck_assert_int_eq (err.id, CVX_E604);
        plot_figure_free (f);
      }
  cvx_text_free (&t);
}
END_TEST

START_TEST (long_words_are_refused)
{
  char words[1002];
  memset (words, 'a', sizeof words);
  words[1001] = '\0';
  ck_assert_int_eq (plot_check_words ("title", words, NULL), CVX_PLOT);
  words[1000] = '\0';
  ck_assert_int_eq (plot_check_words ("title", words, NULL), CVX_OK);
}
END_TEST

START_TEST (quoting_leaves_nothing_special)
{
  struct cvx_text t = CVX_TEXT_INIT;
  plot_quote (&t, "a.b, `c` \"$@{\\%'\xc3\xa4");
  ck_assert_str_eq (t.s, "\"a.b, \\140c\\140 \\042\\044\\100\\173\\134\\045"
                         "\\047\\303\\244\"");
  cvx_text_clear (&t);
  plot_quote (&t, "a1(12)3");
  ck_assert_str_eq (t.s, "\"a1\\050\\061\\062\\051\\063\"");
  cvx_text_free (&t);
}
END_TEST

START_TEST (tex_words_are_escaped)
{
  struct plot_options o = { .format = PLOT_TEX };
  struct plot_figure *f = sample_new (5);
  struct cvx_text t = CVX_TEXT_INIT, want = CVX_TEXT_INIT;
  script_of (f, &o, &t);
  plot_quote (&want, "d\\_o\\{g\\}");
  ck_assert_ptr_nonnull (strstr (t.s, want.s));
  cvx_text_clear (&want);
  plot_quote (&want, "50\\%%");
  ck_assert_ptr_nonnull (strstr (t.s, want.s)); /* tics pass printf */
  plot_figure_free (f);
  cvx_text_free (&t);
  cvx_text_free (&want);
}
END_TEST

START_TEST (csv_has_every_number)
{
  double y[3] = { 0.1, NAN, 3 };
  struct cvx_text t = CVX_TEXT_INIT;
  struct plot_figure *f;
  struct cvx_error err;
  ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
  plot_add (f, 0, PLOT_LINE, PLOT_GAP, "a \"b\", c", 3, NULL, y);
  plot_add_heat (f, 0, 2, 0, 1, 1, 5, 5, y);
  ck_assert_ok (plot_csv (f, &t, &err), err);
  ck_assert_str_eq (t.s, "panel,series,kind,x,y,z\n"
                         "1,\"a \"\"b\"\", c\",line,0,0.10000000000000001,\n"
                         "1,\"a \"\"b\"\", c\",line,1,nan,\n"
                         "1,\"a \"\"b\"\", c\",line,2,3,\n"
                         "1,\"\",heat,0,5,0.10000000000000001\n"
                         "1,\"\",heat,1,5,nan\n");
  plot_figure_free (f);
  cvx_text_free (&t);
}
END_TEST

START_TEST (formats_go_by_suffix)
{
  enum plot_format format;
  struct cvx_error err;
  ck_assert_ok (plot_format_of ("a/b.c.PDF", &format, &err), err);
  ck_assert_int_eq (format, PLOT_PDF);
  ck_assert_ok (plot_format_of ("x.tex", &format, &err), err);
  ck_assert_int_eq (format, PLOT_TEX);
  ck_assert_int_eq (plot_format_of ("x.jpg", &format, &err), CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E605);
  ck_assert_int_eq (plot_format_of ("pdf", &format, &err), CVX_INVALID);
  ck_assert_int_eq (plot_style_find ("beamer"), PLOT_STYLE_BEAMER);
  ck_assert_int_eq (plot_style_find ("rococo"), -1);
  ck_assert_int_eq (plot_tex_find ("cairolatex"), PLOT_CAIROLATEX);
}
END_TEST

/* Every allocation of a figure fails in turn: out of memory, no leak.  */
START_TEST (memory_may_run_out_anywhere)
{
  struct plot_options o = { .format = PLOT_PDF };
  struct cvx_error err;
  bool done = false;
  for (size_t k = 1; !done; k++)
    {
      struct plot_figure *f = NULL;
      struct cvx_text t = CVX_TEXT_INIT;
      enum cvx_status status;
      cvx_alloc_fail_at (k, true);
      status = plot_figure_new (&f, 1, 2, &err);
      if (status == CVX_OK)
        {
          sample_bars (f, 0);
          sample_surface (f, 1);
          status = plot_script (f, &o, NULL, &t, NULL, &err);
        }
      done = status == CVX_OK;
      ck_assert (done || status == CVX_NOMEM);
      cvx_alloc_fail_at (0, false);
      plot_figure_free (f);
      cvx_text_free (&t);
      ck_assert_uint_eq (cvx_alloc_live (), 0);
      ck_assert_uint_lt (k, 10000);
    }
}
END_TEST

TEST_MAIN ("plot_text", every_sample_is_as_before, every_terminal_is_as_before,
           panels_are_as_before, constant_data_get_a_range,
           not_positive_is_drawn_at_the_floor, nothing_finite_is_our_error,
           many_points_are_thinned_and_keep_their_extremes,
           a_line_breaks_at_what_is_not_finite,
           words_that_cannot_be_drawn_are_refused, long_words_are_refused,
           quoting_leaves_nothing_special, tex_words_are_escaped,
           csv_has_every_number, formats_go_by_suffix,
           memory_may_run_out_anywhere)
