/* The gnuplot process: missing, dying, hanging, failing and at work.

   Stand-ins for gnuplot are shell scripts written by the test.  Tests that
   need the real one pass without doing anything where it is missing.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "unit/plot_samples.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/cvxnn-plot-XXXXXX";

static void
enter_folder (void)
{
  ck_assert_ptr_nonnull (mkdtemp (folder));
  ck_assert_int_eq (chdir (folder), 0);
}

/* Names in the folder, and away with them.  */
static size_t
leave_folder (void)
{
  DIR *d = opendir (folder);
  struct dirent *e;
  size_t n = 0;
  ck_assert_ptr_nonnull (d);
  while ((e = readdir (d)) != NULL)
    if (e->d_name[0] != '.')
      {
        n++;
        unlink (e->d_name);
      }
  closedir (d);
  ck_assert_int_eq (chdir ("/"), 0);
  rmdir (folder);
  return n;
}

static bool
have_gnuplot (void)
{
  return system ("gnuplot --version >/dev/null 2>&1") == 0;
}

/* A script BODY that stands in for gnuplot.  */
static struct plot_child *
stand_in (const char *body, unsigned mode)
{
  struct plot_child *c;
  struct cvx_error err;
  FILE *f = fopen ("gp", "w");
  ck_assert_ptr_nonnull (f);
  fprintf (f, "#!/bin/sh\n%s\n", body);
  fclose (f);
  ck_assert_int_eq (chmod ("gp", mode), 0);
  ck_assert_ok (plot_child_new (&c, "./gp", &err), err);
  return c;
}

static double
now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t
open_files (void)
{
  DIR *d = opendir ("/proc/self/fd");
  size_t n = 0;
  while (d != NULL && readdir (d) != NULL)
    n++;
  if (d != NULL)
    closedir (d);
  return n;
}

START_TEST (missing_gnuplot_is_said)
{
  struct plot_child *c;
  struct cvx_error err;
  enter_folder ();
  ck_assert_ok (plot_child_new (&c, "/no/such/gnuplot", &err), err);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E601);
  ck_assert_ptr_nonnull (strstr (err.hint, "gnuplot-nox"));
  plot_child_free (c);
  c = stand_in ("exit 127", 0700);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E601);
  ck_assert_uint_eq (plot_child_starts (c), 1);
  plot_child_free (c);
  if (geteuid () != 0) /* root may run what has no x bit set for it: no */
    {
      c = stand_in ("exit 0", 0600);
      ck_assert_int_eq (plot_child_run (c, "", NULL, NULL, &err), CVX_PLOT);
      ck_assert_int_eq (err.id, CVX_E601);
      plot_child_free (c);
    }
  leave_folder ();
}
END_TEST

START_TEST (old_gnuplot_is_said)
{
  struct plot_child *c;
  struct cvx_error err;
  enter_folder ();
  c = stand_in ("echo '@v 4.6 patchlevel 6' >&3; echo '@t dumb' >&3\n"
                "echo '@@ 1 0 ' >&3; cat >/dev/null",
                0700);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E601);
  ck_assert_ptr_nonnull (strstr (err.text, "4.6"));
  plot_child_free (c);
  leave_folder ();
}
END_TEST

START_TEST (death_is_tried_once_more_then_said)
{
  struct plot_child *c;
  struct cvx_error err;
  enter_folder ();
  c = stand_in ("echo boom >&2; exit 3", 0700);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E607);
  ck_assert_ptr_nonnull (strstr (err.text, "code 3: boom"));
  ck_assert_uint_eq (plot_child_starts (c), 2);
  plot_child_free (c);
  c = stand_in ("kill -9 $$", 0700);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E607);
  ck_assert_ptr_nonnull (strstr (err.text, "signal 9"));
  plot_child_free (c);
  leave_folder ();
}
END_TEST

/* Neither one that does not read (the socket fills up), nor one that does not
   answer, nor one that ignores SIGTERM holds us longer than the deadline.  */
START_TEST (stuck_gnuplot_is_stopped)
{
  static const char *const bodies[]
      = { "exec sleep 60", "cat >/dev/null; sleep 60",
          "trap '' TERM HUP; while :; do sleep 0.05; done" };
  struct cvx_text big = CVX_TEXT_INIT;
  enter_folder ();
  while (big.len < 4000000)
    cvx_text_put (&big, "# as much as no pipe or socket takes at once\n");
  for (size_t k = 0; k < sizeof bodies / sizeof *bodies; k++)
    {
      struct plot_child *c = stand_in (bodies[k], 0700);
      struct cvx_error err;
      double start = now ();
      plot_child_set_deadline (c, 0.3);
      ck_assert_int_eq (plot_child_run (c, big.s, NULL, NULL, &err), CVX_PLOT);
      ck_assert_int_eq (err.id, CVX_E608);
      ck_assert (now () - start < 3);
      ck_assert_int_eq (plot_child_pid (c), 0);
      plot_child_free (c);
    }
  cvx_text_free (&big);
  leave_folder ();
}
END_TEST

START_TEST (abort_flag_ends_the_wait)
{
  struct plot_child *c;
  struct cvx_error err;
  atomic_int flag = 1;
  double start = now ();
  enter_folder ();
  c = stand_in ("exec sleep 60", 0700);
  ck_assert_int_eq (plot_child_run (c, "plot x", NULL, &flag, &err),
                    CVX_INTERRUPTED);
  ck_assert (now () - start < 2);
  ck_assert_int_eq (plot_child_pid (c), 0);
  plot_child_free (c);
  leave_folder ();
}
END_TEST

START_TEST (errors_of_gnuplot_become_ours)
{
  struct plot_child *c;
  struct cvx_error err;
  if (!have_gnuplot ())
    return;
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_int_eq (plot_child_run (c, "plot foo(", NULL, NULL, &err),
                    CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E606);
  ck_assert_str_eq (err.text, "gnuplot reports: invalid expression");
  /* Half a multiplot, an open table: nothing is left of it.  */
  ck_assert_int_eq (plot_child_run (c, "set multiplot\nset table $t\nplot (",
                                    NULL, NULL, &err),
                    CVX_PLOT);
  ck_assert_ok (
      plot_child_run (c, "set terminal dumb\nplot x", NULL, NULL, &err), err);
  ck_assert_uint_eq (plot_child_starts (c), 1);
  plot_child_free (c);
}
END_TEST

START_TEST (killed_gnuplot_is_started_again)
{
  struct plot_child *c;
  struct cvx_error err;
  struct cvx_text shown = CVX_TEXT_INIT;
  struct plot_options o = { .format = PLOT_TXT };
  struct cvx_text script = CVX_TEXT_INIT;
  struct plot_figure *f = sample_new (0);
  if (!have_gnuplot ())
    return;
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_ok (plot_script (f, &o, NULL, &script, NULL, &err), err);
  for (int k = 0; k < 3; k++)
    {
      cvx_text_clear (&shown);
      ck_assert_ok (plot_child_run (c, script.s, &shown, NULL, &err), err);
      ck_assert_ptr_nonnull (strstr (shown.s, "dual bound"));
      ck_assert_int_eq (kill ((pid_t)plot_child_pid (c), SIGKILL), 0);
    }
  ck_assert_uint_eq (plot_child_starts (c), 3);
  plot_child_free (c);
  plot_figure_free (f);
  cvx_text_free (&shown);
  cvx_text_free (&script);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

START_TEST (user_start_up_file_is_not_read)
{
  struct plot_child *c;
  struct cvx_error err;
  FILE *f;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  f = fopen (".gnuplot", "w");
  fputs ("set print 'was-read'; print 1; unset print; exit\n", f);
  fclose (f);
  setenv ("HOME", folder, 1);
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_ok (plot_child_run (c, "a = 1", NULL, NULL, &err), err);
  plot_child_free (c);
  unlink (".gnuplot");
  ck_assert_uint_eq (leave_folder (), 0);
}
END_TEST

START_TEST (frames_are_dropped_not_waited_for)
{
  struct plot_child *c;
  struct cvx_error err;
  bool taken, idle = false;
  double start;
  enter_folder ();
  c = stand_in ("exec sleep 60", 0700);
  plot_child_set_deadline (c, 0.4);
  start = now ();
  ck_assert_ok (plot_child_post (c, "plot x", &taken, &err), err);
  ck_assert (taken);
  ck_assert_ok (plot_child_post (c, "plot x", &taken, &err), err);
  ck_assert (!taken);
  ck_assert (now () - start < 0.2);
  while (plot_child_poll (c, &idle, &err) == CVX_OK && !idle)
    ck_assert (now () - start < 3);
  ck_assert_int_eq (err.id, CVX_E608);
  plot_child_free (c);
  leave_folder ();
  if (!have_gnuplot ())
    return;
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_ok (plot_child_post (c, "a = 1", &taken, &err), err);
  /* A figure that waits finishes the frame first.  */
  ck_assert_ok (plot_child_run (c, "b = a + 1", NULL, NULL, &err), err);
  plot_child_free (c);
}
END_TEST

START_TEST (one_gnuplot_for_many_figures)
{
  size_t n = getenv ("CVXNN_LONG") != NULL ? 500 : 50, files;
  struct plot_options o = { .format = PLOT_SVG };
  struct cvx_text script = CVX_TEXT_INIT;
  struct plot_child *c;
  struct cvx_error err;
  double start;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_ok (plot_child_run (c, "", NULL, NULL, &err), err);
  files = open_files ();
  start = now ();
  for (size_t k = 0; k < n; k++)
    {
      struct plot_figure *f = sample_new (k % N_SAMPLES);
      ck_assert_ok (plot_script (f, &o, "x.svg", &script, NULL, &err), err);
      ck_assert_ok (plot_child_run (c, script.s, NULL, NULL, &err), err);
      plot_figure_free (f);
    }
  ck_assert (now () - start < 0.5 * (double)n);
  ck_assert_uint_eq (open_files (), files);
  ck_assert_uint_eq (plot_child_starts (c), 1);
  plot_child_free (c);
  cvx_text_free (&script);
  ck_assert_uint_eq (leave_folder (), 1);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* --- hostile words --- */

static const char *const pieces[] = {
  "`touch c1`",
  "$(touch c2)",
  "\"; system(\"touch c3\"); #",
  "'; system('touch c4') ; '",
  "!touch c5",
  "@a",
  "{/Symbol a}",
  "{/*9 b}",
  "%s%n%d",
  "\\",
  "\\n",
  "\\\"",
  "\"",
  "'",
  "^2_3",
  "~a{.5-}",
  "&{xx}",
  "\xc3\xa4\xe2\x80\x93",
  "\xe6\x97\xa5\xe6\x9c\xac",
  "<script>alert(1)</script>",
  "]]>",
  "-->",
  "&amp;",
  " , ",
  "a b",
  "|touch c6",
  "<touch c7",
  "EOD",
  "$p0s0",
  "#",
  ";",
  "\x07",
  "\n!touch c8\n",
  "\xff",
  "\xc0\x80",
};

static void
hostile (struct cvx_rng *r, char *to, size_t size)
{
  size_t n = 1 + cvx_rng_below (r, 6), used = 0;
  size_t kinds = sizeof pieces / sizeof *pieces;
  to[0] = '\0';
  for (size_t k = 0; k < n; k++)
    {
      /* Mostly what is drawn: what is refused is seldom chosen.  */
      size_t among = cvx_rng_below (r, 12) == 0 ? kinds : kinds - 4;
      const char *p = pieces[cvx_rng_below (r, among)];
      if (used + strlen (p) + 1 < size)
        {
          strcpy (to + used, p);
          used += strlen (p);
        }
    }
}

/* S as SVG text: what the drawn words must look like in the file.  */
static void
as_xml (struct cvx_text *to, const char *s)
{
  cvx_text_clear (to);
  for (; *s != '\0'; s++)
    switch (*s)
      {
      case '&':
        cvx_text_put (to, "&amp;");
        break;
      case '<':
        cvx_text_put (to, "&lt;");
        break;
      default:
        cvx_text_write (to, s, 1);
      }
}

enum
{
  PER_FIGURE = 250,
  FIGURES = 40,
  LONGEST = 200
};

START_TEST (hostile_words_are_drawn_or_refused)
{
  static char words[PER_FIGURE][LONGEST];
  struct plot_options o = { .format = PLOT_SVG };
  struct cvx_text script = CVX_TEXT_INIT, want = CVX_TEXT_INIT;
  struct plot_child *c;
  struct cvx_error err;
  struct cvx_rng r;
  size_t refused = 0, drawn = 0;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  cvx_rng_init (&r, 20, CVX_STREAM_SAMPLE);
  ck_assert_ok (plot_child_new (&c, NULL, &err), err);
  ck_assert_ok (plot_child_run (c, "a = 'macro'", NULL, NULL, &err), err);
  for (int k = 0; k < FIGURES; k++)
    {
      struct plot_figure *f;
      struct cvx_text svg = CVX_TEXT_INIT;
      char buffer[4096];
      const char *at;
      size_t n = 0, got;
      FILE *file;
      ck_assert_ok (plot_figure_new (&f, 1, 1, &err), err);
      for (size_t i = 0; i < PER_FIGURE; i++)
        {
          hostile (&r, words[n], LONGEST);
          if (plot_check_words ("text", words[n], &err) != CVX_OK)
            {
              ck_assert_int_eq (err.id, CVX_E604);
              refused++;
              continue;
            }
          plot_add_text (f, 0, PLOT_DATA, (double)i, (double)(i % 7),
                         words[n]);
          n++;
        }
      if (k % 4 == 0)
        {
          double x[2] = { 0, 1 };
          const char *tics[2] = { words[0], words[1] };
          plot_set_title (f, SIZE_MAX, words[0]);
          plot_set_title (f, 0, words[1]);
          plot_set_labels (f, 0, words[2], words[3]);
          plot_add (f, 0, PLOT_LINE, PLOT_DATA, words[4], 2, x, x);
          plot_set_tics (f, &f->panel[0].x, 2, x, tics);
          plot_comment (f, "command", "%s", words[5]);
        }
      ck_assert_ok (plot_script (f, &o, "x.svg", &script, NULL, &err), err);
      ck_assert_ok (plot_child_run (c, script.s, NULL, NULL, &err), err);
      file = fopen ("x.svg", "rb");
      ck_assert_ptr_nonnull (file);
      while ((got = fread (buffer, 1, sizeof buffer, file)) > 0)
        cvx_text_write (&svg, buffer, got);
      fclose (file);
      for (size_t i = 0; i < n; i++)
        {
          as_xml (&want, words[i]);
          at = strstr (svg.s, cvx_text_string (&want));
          ck_assert_msg (at != NULL, "figure %d, not drawn: %s", k, words[i]);
        }
      drawn += n;
      plot_figure_free (f);
      cvx_text_free (&svg);
    }
  ck_assert_uint_eq (plot_child_starts (c), 1);
  plot_child_free (c);
  ck_assert_uint_eq (drawn + refused, PER_FIGURE * FIGURES);
  ck_assert_uint_gt (refused, 100);
  ck_assert_uint_eq (leave_folder (), 1); /* x.svg and nothing else */
  cvx_text_free (&script);
  cvx_text_free (&want);
}
END_TEST

TEST_MAIN ("plot_child", missing_gnuplot_is_said, old_gnuplot_is_said,
           death_is_tried_once_more_then_said, stuck_gnuplot_is_stopped,
           abort_flag_ends_the_wait, errors_of_gnuplot_become_ours,
           killed_gnuplot_is_started_again, user_start_up_file_is_not_read,
           frames_are_dropped_not_waited_for, one_gnuplot_for_many_figures,
           hostile_words_are_drawn_or_refused)
