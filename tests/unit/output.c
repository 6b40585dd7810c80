/* output.c -- a file is the old one or the complete new one.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/output.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "support.h"

static char folder[64];

/* A folder of the test's own, entered.  */
static void
enter (void)
{
  strcpy (folder, "/tmp/cvxnn-output-XXXXXX");
  ck_assert_ptr_nonnull (mkdtemp (folder));
  ck_assert_int_eq (chdir (folder), 0);
}

static void
leave (void)
{
  DIR *dir = opendir (".");
  struct dirent *entry;
  while ((entry = readdir (dir)) != NULL)
    if (unlink (entry->d_name) != 0)
      (void)!rmdir (entry->d_name);
  closedir (dir);
  ck_assert_int_eq (chdir ("/"), 0);
  (void)!rmdir (folder);
}

static size_t
entries (void)
{
  DIR *dir = opendir (".");
  size_t n = 0;
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n - 2; /* . and .. */
}

static void
put (const char *path, const char *text)
{
  ck_assert (test_write (path, text));
}

static bool
holds (const char *path, const char *text)
{
  char buf[64];
  size_t len;
  FILE *f = fopen (path, "r");
  if (f == NULL)
    return false;
  len = fread (buf, 1, sizeof buf - 1, f);
  buf[len] = '\0';
  fclose (f);
  return strcmp (buf, text) == 0;
}

START_TEST (new_file_appears_at_commit)
{
  struct cvx_error err;
  struct cvx_output *out;
  enter ();
  ck_assert_ok (cvx_output_open (&out, "a.txt", false, &err), err);
  ck_assert_ok (cvx_output_write (out, "hello ", 6, &err), err);
  ck_assert_int_ne (access ("a.txt", F_OK), 0);
  ck_assert_int_eq (access (cvx_output_temporary (out), F_OK), 0);
  ck_assert_ok (cvx_output_write (out, "world", 5, &err), err);
  ck_assert_ok (cvx_output_commit (out, &err), err);
  ck_assert (holds ("a.txt", "hello world"));
  ck_assert_uint_eq (entries (), 1);
  leave ();
}
END_TEST

START_TEST (abort_leaves_the_old_file)
{
  struct cvx_error err;
  struct cvx_output *out;
  enter ();
  put ("a.txt", "old");
  ck_assert_ok (cvx_output_open (&out, "a.txt", true, &err), err);
  ck_assert_ok (cvx_output_write (out, "new", 3, &err), err);
  cvx_output_abort (out);
  ck_assert (holds ("a.txt", "old"));
  ck_assert_uint_eq (entries (), 1);
  cvx_output_abort (NULL);
  leave ();
}
END_TEST

/* Fail each operation in turn: the target is whole at all times, and nothing
   else stays in the folder.  */
START_TEST (every_failure_leaves_old_or_new)
{
  struct cvx_error err;
  bool done = false;
  size_t k;
  enter ();
  for (k = 1; !done; k++)
    {
      struct cvx_output *out;
      enum cvx_status status;
      size_t live = cvx_alloc_live ();
      put ("a.txt", "old");
      unlink ("a.txt~");
      cvx_output_fail_at (k);
      status = cvx_output_open (&out, "a.txt", true, &err);
      if (status == CVX_OK)
        {
          status = cvx_output_write (out, "first ", 6, &err);
          /* The caller may overlook it: commit tells again.  */
          status = cvx_output_write (out, "second", 6, &err);
          status = cvx_output_commit (out, &err);
        }
      done = status == CVX_OK;
      if (!done)
        {
          ck_assert_int_eq (status, CVX_OUTPUT);
          ck_assert_int_eq (err.id, CVX_E620);
          ck_assert_ptr_nonnull (strstr (err.text, "No space left"));
        }
      ck_assert (holds ("a.txt", "old") || holds ("a.txt", "first second"));
      if (done)
        ck_assert (holds ("a.txt", "first second") && holds ("a.txt~", "old"));
      ck_assert_uint_eq (entries (), access ("a.txt~", F_OK) == 0 ? 2 : 1);
      ck_assert_uint_eq (cvx_alloc_live (), live);
    }
  ck_assert_uint_eq (k - 1, 8); /* open, 2 writes, sync, link, rename, sync */
  leave ();
}
END_TEST

START_TEST (every_allocation_may_fail)
{
  enter ();
  for (size_t k = 1;; k++)
    {
      struct cvx_error err;
      struct cvx_output *out;
      enum cvx_status status;
      size_t live = cvx_alloc_live ();
      put ("a.txt", "old");
      cvx_alloc_fail_at (k, false);
      status = cvx_output_open (&out, "a.txt", true, &err);
      if (status == CVX_OK)
        status = cvx_output_commit (out, &err);
      ck_assert_uint_eq (cvx_alloc_live (), live);
      if (status == CVX_OK)
        break;
      ck_assert (holds ("a.txt", "old"));
      ck_assert_uint_eq (entries (), 1);
    }
  cvx_alloc_fail_at (0, false);
  leave ();
}
END_TEST

START_TEST (backup_keeps_one_generation)
{
  struct cvx_error err;
  struct cvx_output *out;
  enter ();
  for (int k = 0; k < 3; k++)
    {
      char text[2] = { (char)('0' + k), '\0' };
      ck_assert_ok (cvx_output_open (&out, "s", true, &err), err);
      ck_assert_ok (cvx_output_write (out, text, 1, &err), err);
      ck_assert_ok (cvx_output_commit (out, &err), err);
    }
  ck_assert (holds ("s", "2") && holds ("s~", "1"));
  ck_assert_uint_eq (entries (), 2);
  leave ();
}
END_TEST

START_TEST (links_stay_links)
{
  struct cvx_error err;
  struct stat st;
  enter ();
  put ("real", "old");
  ck_assert_int_eq (symlink ("real", "link"), 0);
  ck_assert_ok (cvx_output_file ("link", "new", 3, &err), err);
  ck_assert_int_eq (lstat ("link", &st), 0);
  ck_assert (S_ISLNK (st.st_mode));
  ck_assert (holds ("real", "new"));
  ck_assert_int_eq (symlink ("loop", "loop"), 0);
  ck_assert_int_eq (cvx_output_check ("loop", &err), CVX_OUTPUT);
  ck_assert_int_eq (symlink ("nowhere", "dangling"), 0);
  ck_assert_int_eq (cvx_output_check ("dangling", &err), CVX_OUTPUT);
  leave ();
}
END_TEST

START_TEST (permissions_are_kept)
{
  struct cvx_error err;
  struct stat st;
  enter ();
  put ("a", "old");
  ck_assert_int_eq (chmod ("a", 0640), 0);
  ck_assert_ok (cvx_output_file ("a", "new", 3, &err), err);
  ck_assert_int_eq (stat ("a", &st), 0);
  ck_assert_int_eq (st.st_mode & 0777, 0640);
  leave ();
}
END_TEST

START_TEST (impossible_targets_are_refused_at_once)
{
  struct cvx_error err;
  char longest[300];
  enter ();
  ck_assert_int_eq (mkdir ("folder", 0777), 0);
  memset (longest, 'n', sizeof longest);
  longest[256] = '\0';
  ck_assert_int_eq (cvx_output_check ("folder", &err), CVX_OUTPUT);
  ck_assert_int_eq (cvx_output_check ("missing/a", &err), CVX_OUTPUT);
  ck_assert_ptr_nonnull (strstr (err.hint, "missing"));
  ck_assert_int_eq (cvx_output_check ("", &err), CVX_OUTPUT);
  ck_assert_int_eq (cvx_output_check ("new/", &err), CVX_OUTPUT);
  ck_assert_int_eq (cvx_output_check ("/dev/full", &err), CVX_OUTPUT);
  ck_assert_int_eq (mkfifo ("pipe", 0600), 0);
  ck_assert_int_eq (cvx_output_check ("pipe", &err), CVX_OUTPUT);
  ck_assert_int_eq (cvx_output_check (longest, &err), CVX_OUTPUT);
  longest[255] = '\0';
  ck_assert_ok (cvx_output_check (longest, &err), err);
  /* Its backup would have a name too long: said before the work.  */
  struct cvx_output *out;
  ck_assert_int_eq (cvx_output_open (&out, longest, true, &err), CVX_OUTPUT);
  ck_assert_ptr_null (out);
  ck_assert_ok (cvx_output_check ("-a b\"\n'$HOME~", &err), err);
  ck_assert_uint_eq (entries (), 2);
  leave ();
}
END_TEST

START_TEST (read_only_places_are_refused)
{
  struct cvx_error err;
  enter ();
  put ("a", "old");
  ck_assert_int_eq (chmod ("a", 0444), 0);
  if (geteuid () == 0)
    {
      ck_assert_int_eq (chmod (".", 0777), 0);
      ck_assert_int_eq (setreuid (65534, 65534), 0);
    }
  ck_assert_int_eq (cvx_output_check ("a", &err), CVX_OUTPUT);
  ck_assert_ptr_nonnull (strstr (err.text, "Permission denied"));
  ck_assert_int_eq (cvx_output_check ("/usr/x.pdf", &err), CVX_OUTPUT);
  leave ();
}
END_TEST

TEST_MAIN ("output", new_file_appears_at_commit, abort_leaves_the_old_file,
           every_failure_leaves_old_or_new, every_allocation_may_fail,
           backup_keeps_one_generation, links_stay_links, permissions_are_kept,
           impossible_targets_are_refused_at_once,
           read_only_places_are_refused)
