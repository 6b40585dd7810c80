/* Figures as files: every format, complete or not at all.

   Tests that need gnuplot pass without doing anything where it is missing.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include "unit/plot_samples.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/cvxnn-write-XXXXXX";

static void
enter_folder (void)
{
  ck_assert_ptr_nonnull (mkdtemp (folder));
  ck_assert_int_eq (chdir (folder), 0);
}

/* Files in the folder.  */
static size_t
files (bool away)
{
  DIR *d = opendir (folder);
  struct dirent *e;
  size_t n = 0;
  ck_assert_ptr_nonnull (d);
  while ((e = readdir (d)) != NULL)
    if (strcmp (e->d_name, ".") != 0 && strcmp (e->d_name, "..") != 0)
      {
        n++;
        if (away)
          unlink (e->d_name);
      }
  closedir (d);
  return n;
}

static void
leave_folder (void)
{
  files (true);
  ck_assert_int_eq (chdir ("/"), 0);
  rmdir (folder);
}

static bool
have_gnuplot (void)
{
  return system ("gnuplot --version >/dev/null 2>&1") == 0;
}

static struct plot_child *
child_new (const char *program)
{
  struct plot_child *c;
  struct cvx_error err;
  ck_assert_ok (plot_child_new (&c, program, &err), err);
  return c;
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

static bool
holds (const struct cvx_text *t, const char *words)
{
  size_t len = strlen (words);
  for (size_t k = 0; k + len <= t->len; k++)
    if (memcmp (t->s + k, words, len) == 0)
      return true;
  return false;
}

START_TEST (every_format_is_complete)
{
  static const struct
  {
    const char *path, *start, *has, *end;
    enum plot_tex tex;
    size_t files;
  } cases[] = {
    { "a.pdf", "%PDF", "% command: plot function", "%%EOF\n", 0, 1 },
    { "a.svg", "<?xml", "command: plot function", "</svg>\n\n", 0, 1 },
    { "a.png", "\x89PNG", "iTXtComment", "IEND\xae\x42\x60\x82", 0, 1 },
    { "a.eps", "%!PS-Adobe", "% command: plot function", "%%EOF\n", 0, 1 },
    { "a.tex", "\\begin{tikz", "% command: plot function", "\n", 0, 1 },
    { "b.tex", "%", "]{b}}", "\n", PLOT_CAIROLATEX, 2 },
    { "c.tex", "%", "]{c}}", "\n", PLOT_EPSLATEX, 2 },
    { "a.txt", "", "network", "\n", 0, 1 },
    { "a.gp", "# gnuplot", "# command: plot function", "output\n", 0, 1 },
    { "a.csv", "panel,", "points,-2,1,", "\n", 0, 1 },
  };
  struct plot_child *c;
  struct cvx_text t = CVX_TEXT_INIT;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  c = child_new (NULL);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    {
      struct plot_options o = { .tex = cases[k].tex };
      struct plot_figure *f = sample_new (2);
      struct cvx_error err;
      size_t bytes, end = strlen (cases[k].end);
      ck_assert_ok (plot_format_of (cases[k].path, &o.format, &err), err);
      ck_assert_ok (
          plot_write (c, f, &o, cases[k].path, NULL, NULL, &bytes, &err), err);
      read_file (cases[k].path, &t);
      ck_assert_msg (strncmp (t.s, cases[k].start, strlen (cases[k].start))
                         == 0,
                     "%s starts %.10s", cases[k].path, t.s);
      ck_assert_msg (t.len > end
                         && memcmp (t.s + t.len - end, cases[k].end, end) == 0,
                     "%s ends %s", cases[k].path, t.s + t.len - 20);
      ck_assert_msg (holds (&t, cases[k].has), "%s lacks %s", cases[k].path,
                     cases[k].has);
      ck_assert_msg (files (true) == cases[k].files, "%s: files left",
                     cases[k].path);
      ck_assert_uint_ge (bytes, t.len);
      plot_figure_free (f);
    }
  ck_assert_uint_eq (plot_child_starts (c), 1);
  plot_child_free (c);
  cvx_text_free (&t);
  leave_folder ();
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}
END_TEST

/* Other programs read what we write.  */
START_TEST (files_are_what_their_readers_expect)
{
  static const char *const names[] = { "a.pdf", "a.svg", "a.png" };
  static const char *const readers[]
      = { "pdfinfo a.pdf", "xmllint --noout a.svg", "pngcheck a.png" };
  struct plot_child *c;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  c = child_new (NULL);
  for (size_t k = 0; k < 3; k++)
    {
      struct plot_options o = { .format = PLOT_PDF };
      struct plot_figure *f = sample_new (3);
      struct cvx_error err;
      char command[80];
      int code;
      plot_set_title (f, 0, "a ]]> <b> -- & c");
      plot_comment (f, "note", "-- ]]> -->");
      ck_assert_ok (plot_format_of (names[k], &o.format, &err), err);
      ck_assert_ok (plot_write (c, f, &o, names[k], NULL, NULL, NULL, &err),
                    err);
      snprintf (command, sizeof command, "%s >/dev/null 2>err", readers[k]);
      code = system (command);
      /* 127: this reader is not here.  */
      ck_assert_msg (code == 0 || WEXITSTATUS (code) == 127, "%s: %d",
                     readers[k], code);
      plot_figure_free (f);
    }
  plot_child_free (c);
  leave_folder ();
}
END_TEST

START_TEST (odd_file_names_are_only_names)
{
  static const char *const names[]
      = { "|touch x.svg",        "<x.svg",          "-.svg",       "+x.svg",
          "q'u`touch y`o\".svg", "$(a) @b {c}.svg", "a\\140b.svg", "%s%d.svg",
          "\xc3\xa4\xff.svg" };
  struct plot_options o = { .format = PLOT_SVG };
  struct plot_child *c;
  struct cvx_error err;
  struct plot_figure *f = sample_new (0);
  struct stat st;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  c = child_new (NULL);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    {
      ck_assert_ok (plot_write (c, f, &o, names[k], NULL, NULL, NULL, &err),
                    err);
      ck_assert_int_eq (stat (names[k], &st), 0);
      ck_assert_uint_eq (files (true), 1);
    }
  ck_assert_int_eq (plot_write (c, f, &o, "a\nb.svg", NULL, NULL, NULL, &err),
                    CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E604);
  ck_assert_uint_eq (files (true), 0);
  plot_child_free (c);
  plot_figure_free (f);
  leave_folder ();
}
END_TEST

/* A gnuplot whose files may not grow past 1 kB: it writes what it can, says
   nothing and carries on, as on a full disk.  */
START_TEST (cut_short_is_refused_and_the_old_file_stays)
{
  static const char *const names[]
      = { "a.pdf", "a.svg", "a.png", "a.eps", "a.tex" };
  struct plot_figure *f = sample_new (3);
  struct cvx_text t = CVX_TEXT_INIT;
  FILE *file;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  file = fopen ("gp", "w");
  fputs ("#!/bin/sh\ntrap '' XFSZ\nulimit -f 1\nexec gnuplot \"$@\"\n", file);
  fclose (file);
  ck_assert_int_eq (chmod ("gp", 0700), 0);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    {
      struct plot_options o = { .format = PLOT_PDF };
      struct plot_child *c = child_new ("./gp");
      struct cvx_error err;
      file = fopen (names[k], "w");
      fputs ("old", file);
      fclose (file);
      ck_assert_ok (plot_format_of (names[k], &o.format, &err), err);
      ck_assert_int_eq (
          plot_write (c, f, &o, names[k], NULL, NULL, NULL, &err), CVX_PLOT);
      ck_assert_msg (err.id == CVX_E609 || err.id == CVX_E606, "%s: E%d %s",
                     names[k], (int)err.id, err.text);
      read_file (names[k], &t);
      ck_assert_str_eq (t.s, "old");
      ck_assert_uint_eq (files (false), 2);
      unlink (names[k]);
      plot_child_free (c);
    }
  plot_figure_free (f);
  cvx_text_free (&t);
  leave_folder ();
}
END_TEST

START_TEST (numbers_and_scripts_need_no_gnuplot)
{
  struct plot_child *c = child_new ("/no/such/gnuplot");
  struct plot_options o = { .format = PLOT_CSV };
  struct plot_figure *f = sample_new (0);
  struct cvx_error err;
  enter_folder ();
  ck_assert_ok (plot_write (c, f, &o, "a.csv", NULL, NULL, NULL, &err), err);
  o.format = PLOT_GP;
  ck_assert_ok (plot_write (c, f, &o, "a.gp", NULL, NULL, NULL, &err), err);
  o.format = PLOT_PDF;
  ck_assert_int_eq (plot_write (c, f, &o, "a.pdf", NULL, NULL, NULL, &err),
                    CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E601);
  ck_assert_uint_eq (files (true), 2);
  plot_child_free (c);
  plot_figure_free (f);
  leave_folder ();
}
END_TEST

START_TEST (script_file_draws_itself)
{
  struct plot_options o = { .format = PLOT_GP };
  struct plot_child *c = child_new (NULL);
  struct plot_figure *f = sample_new (3);
  struct cvx_error err;
  struct stat st;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  ck_assert_ok (plot_write (c, f, &o, "my fig.gp", NULL, NULL, NULL, &err),
                err);
  ck_assert_int_eq (system ("LC_ALL=C.UTF-8 gnuplot -d 'my fig.gp' 2>err"), 0);
  ck_assert_int_eq (stat ("my fig.pdf", &st), 0);
  ck_assert_int_eq (stat ("err", &st), 0);
  ck_assert_int_eq (st.st_size, 0);
  plot_child_free (c);
  plot_figure_free (f);
  leave_folder ();
}
END_TEST

START_TEST (unwritable_paths_are_refused_before_drawing)
{
  struct plot_options o = { .format = PLOT_PDF };
  struct plot_child *c = child_new ("/no/such/gnuplot");
  struct plot_figure *f = sample_new (0);
  struct cvx_error err;
  ck_assert_int_eq (
      plot_write (c, f, &o, "/no/such/folder/a.pdf", NULL, NULL, NULL, &err),
      CVX_OUTPUT);
  ck_assert_int_eq (plot_write (c, f, &o, "/tmp", NULL, NULL, NULL, &err),
                    CVX_OUTPUT);
  plot_child_free (c);
  plot_figure_free (f);
}
END_TEST

START_TEST (without_a_display_characters_are_shown)
{
  struct plot_options o = { .columns = 60, .lines = 20 };
  struct plot_child *c = child_new (NULL);
  struct plot_figure *f = sample_new (3);
  struct cvx_text shown = CVX_TEXT_INIT;
  struct cvx_error err;
  size_t widest = 0;
  if (!have_gnuplot ())
    return;
  setenv ("DISPLAY", ":4711", 1); /* dead */
  setenv ("WAYLAND_DISPLAY", "none", 1);
  ck_assert_ok (plot_show (c, f, &o, &shown, NULL, NULL, &err), err);
  ck_assert_ptr_nonnull (strstr (shown.s, "x1"));
  for (const char *p = shown.s; *p != '\0'; p += strcspn (p, "\n") + 1)
    widest = strcspn (p, "\n") > widest ? strcspn (p, "\n") : widest;
  ck_assert_uint_le (widest, 60);
  o.terminal = "qt";
  ck_assert_int_eq (plot_show (c, f, &o, &shown, NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E610);
  o.terminal = "; system('x')";
  ck_assert_int_eq (plot_show (c, f, &o, &shown, NULL, NULL, &err), CVX_PLOT);
  ck_assert_int_eq (err.id, CVX_E610);
  o.terminal = "sixelgd";
  cvx_text_clear (&shown);
  ck_assert_ok (plot_show (c, f, &o, &shown, NULL, NULL, &err), err);
  ck_assert (holds (&shown, "\x1bP") && holds (&shown, "\x1b\\"));
  plot_child_free (c);
  plot_figure_free (f);
  cvx_text_free (&shown);
}
END_TEST

/* Every style and every format of every sample: gnuplot has no complaint.  */
START_TEST (every_sample_in_every_style)
{
  static const char *const names[] = { "a.pdf", "a.svg", "a.txt", "a.tex" };
  struct plot_child *c;
  struct cvx_error err;
  if (!have_gnuplot ())
    return;
  enter_folder ();
  c = child_new (NULL);
  for (size_t k = 0; k < N_SAMPLES; k++)
    for (int style = 0; style < PLOT_N_STYLES; style++)
      {
        const char *name = names[(k + (size_t)style) % 4];
        struct plot_options o = { .style = (enum plot_style)style };
        struct plot_figure *f = sample_new (k);
        ck_assert_ok (plot_format_of (name, &o.format, &err), err);
        ck_assert_ok (plot_write (c, f, &o, name, NULL, NULL, NULL, &err),
                      err);
        plot_figure_free (f);
      }
  plot_child_free (c);
  leave_folder ();
}
END_TEST

TEST_MAIN ("plot_write", every_format_is_complete,
           files_are_what_their_readers_expect, odd_file_names_are_only_names,
           cut_short_is_refused_and_the_old_file_stays,
           numbers_and_scripts_need_no_gnuplot, script_file_draws_itself,
           unwritable_paths_are_refused_before_drawing,
           without_a_display_characters_are_shown, every_sample_in_every_style)
