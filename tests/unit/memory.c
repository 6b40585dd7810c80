/* memory.c -- what the memory groups of a process leave, from files like those
   of the kernel (M5); how often the session is kept (K9).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/command.h"
#include "files.h"
#include "support.h"

static char place[] = "/tmp/cvxnn-groups-XXXXXX";

static int
away (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void)st;
  (void)type;
  (void)ftw;
  return remove (path);
}

static void
enter (void)
{
  ck_assert_ptr_nonnull (mkdtemp (place));
  ck_assert_int_eq (chdir (place), 0);
}

static void
leave (void)
{
  ck_assert_int_eq (chdir ("/"), 0);
  ck_assert_int_eq (nftw (place, away, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
put (const char *path, const char *text)
{
  ck_assert (test_write (path, text));
}

static void
folder (const char *path)
{
  ck_assert_int_eq (mkdir (path, 0700), 0);
}

START_TEST (groups_of_version_2_up_to_the_root)
{
  enter ();
  put ("self", "0::/slice/job\n");
  folder ("root");
  folder ("root/slice");
  folder ("root/slice/job");
  ck_assert (isinf (cmd_group_memory ("root", "self")));
  put ("root/slice/job/memory.max", "max\n");
  put ("root/slice/job/memory.current", "500\n");
  ck_assert (isinf (cmd_group_memory ("root", "self")));
  /* The group above is the narrow one; what it has of files is free.  */
  put ("root/slice/memory.max", "1000\n");
  put ("root/slice/memory.current", "900\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 100);
  put ("root/slice/memory.stat", "anon 500\ninactive_file 300\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 400);
  put ("root/slice/job/memory.max", "510\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 10);
  put ("root/slice/job/memory.current", "600\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 0);
  /* In a container the root is the group.  */
  put ("self", "0::/\n");
  put ("root/memory.max", "70\n");
  put ("root/memory.current", "30\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 40);
  put ("self", "0::/../elsewhere\nnonsense\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 40);
  leave ();
}
END_TEST

START_TEST (groups_of_version_1)
{
  enter ();
  put ("self", "5:cpu:/a\n4:memory:/a/b\n0::/\n");
  folder ("root");
  folder ("root/memory");
  folder ("root/memory/a");
  folder ("root/memory/a/b");
  put ("root/memory/a/memory.limit_in_bytes", "2000\n");
  put ("root/memory/a/memory.usage_in_bytes", "1500\n");
  put ("root/memory/a/memory.stat", "cache 9\ntotal_inactive_file 200\n");
  ck_assert_double_eq (cmd_group_memory ("root", "self"), 700);
  ck_assert (isinf (cmd_group_memory ("root", "no such file")));
  leave ();
}
END_TEST

static int copies;

static void
copy (struct session *s)
{
  (void)s;
  copies++;
}

START_TEST (copies_on_a_slow_disk_take_little_of_the_time)
{
  struct session *s;
  struct cvx_error err;
  ck_assert_ok (session_new (&s, stdout, &err), err);
  s->settings.autosave = 60;
  s->keep_safe = copy;
  s->saved_at = session_clock () - 61;
  session_keep_safe (s);
  session_keep_safe (s);
  ck_assert_int_eq (copies, 1);
  /* The last one took ten seconds: the next may come after 200.  */
  s->saved_at = session_clock () - 61;
  s->save_time = 10;
  session_keep_safe (s);
  ck_assert_int_eq (copies, 1);
  s->saved_at = session_clock () - 201;
  session_keep_safe (s);
  ck_assert_int_eq (copies, 2);
  ck_assert_double_lt (s->save_time, 1);
  s->settings.autosave = 0;
  s->saved_at = 0;
  session_keep_safe (s);
  ck_assert_int_eq (copies, 2);
  session_free (s);
}
END_TEST

TEST_MAIN ("memory", copies_on_a_slow_disk_take_little_of_the_time,
           groups_of_version_2_up_to_the_root, groups_of_version_1)
