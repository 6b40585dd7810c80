/* cmd_system.c -- the program and its surroundings: quit, history, log, cd,
   pwd, ls, time, sleep, save, open.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/command.h"

const struct lang_key cmd_quit_keys[]
    = { { .name = "code",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG | LANG_GE | LANG_LE | LANG_BARRIER,
          .min = 0,
          .max = 125,
          .default_text = "0",
          .help = "exit code" },
        { .name = NULL } };
const struct lang_key cmd_history_keys[]
    = { { .name = "n",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG | LANG_GE,
          .min = 1,
          .default_text = "20",
          .help = "the last N lines" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_OUTPUT,
          .help = "file: write the lines of this session as a script" },
        { .name = NULL } };
const struct lang_key cmd_log_keys[]
    = { { .name = "file",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG,
          .default_text = "say where the log goes",
          .help = "file for a transcript; the word off ends it" },
        { .name = "append",
          .kind = LANG_KIND_FLAG,
          .default_text = "no",
          .help = "keep what the file holds" },
        { .name = NULL } };
const struct lang_key cmd_cd_keys[] = { { .name = "folder",
                                          .kind = LANG_KIND_PATH,
                                          .flags = LANG_ARG | LANG_BARRIER,
                                          .default_text = "home",
                                          .help = "where to go" },
                                        { .name = NULL } };
const struct lang_key cmd_pwd_keys[] = { { .name = NULL } };
const struct lang_key cmd_ls_keys[]
    = { { .name = "pattern",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG,
          .default_text = "*",
          .help = "folder, or names with * and ?" },
        { .name = NULL } };
const struct lang_key cmd_time_keys[] = { { .name = "command",
                                            .kind = LANG_KIND_COMMAND,
                                            .flags = LANG_ARG | LANG_REQUIRED,
                                            .help = "the command to time" },
                                          { .name = NULL } };
const struct lang_key cmd_sleep_keys[]
    = { { .name = "duration",
          .kind = LANG_KIND_TIME,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_GE,
          .min = 0,
          .help = "seconds, or with s m h" },
        { .name = NULL } };
const struct lang_key cmd_save_keys[]
    = { { .name = "file",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_OUTPUT | LANG_KEEPS,
          .help = "session file, .cvxs (an NPZ)" },
        { .name = NULL } };
const struct lang_key cmd_open_keys[]
    = { { .name = "file",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "session file written by save" },
        { .name = "partial",
          .kind = LANG_KIND_FLAG,
          .default_text = "no",
          .help = "open what is whole of a damaged file" },
        { .name = NULL } };

enum cvx_status
cmd_quit (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t code = 0;
  lang_call_count (c, "code", &code);
  s->quit = true;
  s->quit_code = (int)code;
  /* Nothing after this line runs.  */
  atomic_store (&s->progress.abort, 1);
  (void)err;
  return CVX_OK;
}

enum cvx_status
cmd_history (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *to = lang_call_text (c, "to");
  size_t n = 20, first;
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  lang_call_count (c, "n", &n);
  first = (to == NULL || lang_call_has (c, "n")) && s->n_history > n
              ? s->n_history - n
              : 0;
  for (size_t k = first; k < s->n_history; k++)
    if (to != NULL)
      cvx_text_printf (&t, "%s\n", s->history[k]);
    else
      session_say (s, "%5zu  %s\n", k + 1, session_shown (s, s->history[k]));
  if (to != NULL)
    {
      status = cmd_write_file (s, to, &t, err);
      if (status != CVX_OK)
        lang_call_blame (c, "to", err);
    }
  cvx_text_free (&t);
  return status;
}

enum cvx_status
cmd_log (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *file = lang_call_text (c, "file");
  bool append = false;
  char *name;
  FILE *log;
  enum cvx_status status;
  if (file == NULL)
    {
      if (s->log == NULL)
        session_say (s, "no log is written\n");
      else
        session_say (s, "log goes to %s\n", session_shown (s, s->log_name));
      return CVX_OK;
    }
  if (strcmp (file, "off") == 0)
    {
      if (s->log != NULL)
        fclose (s->log);
      s->log = NULL;
      return CVX_OK;
    }
  status = session_may_write (s, file, err);
  if (status != CVX_OK)
    return lang_call_blame (c, "file", err);
  lang_call_flag (c, "append", &append);
  name = cvx_strdup (file);
  if (name == NULL)
    return cvx_fail_nomem (err, "starting the log");
  log = fopen (file, append ? "ae" : "we");
  if (log == NULL)
    {
      lang_call_fail (c, "file", err, CVX_E397, "cannot write %s: %s", file,
                      strerror (errno));
      cvx_free (name);
      return err->status;
    }
  if (s->log != NULL)
    fclose (s->log);
  cvx_free (s->log_name);
  s->log = log;
  s->log_name = name;
  s->log_failed = false;
  return CVX_OK;
}

enum cvx_status
cmd_cd (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *folder = lang_call_text (c, "folder");
  char here[4096];
  if (folder == NULL)
    folder = getenv ("HOME");
  if (folder == NULL)
    return cvx_fail (err, CVX_E398, "there is no home folder (HOME)");
  if (s->safe)
    return lang_call_fail (c, "folder", err, CVX_E396,
                           "--safe keeps the program in its folder");
  if (chdir (folder) != 0)
    return lang_call_fail (c, "folder", err, CVX_E398, "cannot go to %s: %s",
                           folder, strerror (errno));
  if (getcwd (here, sizeof here) != NULL)
    session_note (s, "%s\n", session_shown (s, here));
  return CVX_OK;
}

enum cvx_status
cmd_pwd (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  char here[4096];
  (void)c;
  if (getcwd (here, sizeof here) == NULL)
    return cvx_fail (err, CVX_E398, "the current folder is gone: %s",
                     strerror (errno));
  session_say (s, "%s\n", session_shown (s, here));
  return CVX_OK;
}

enum cvx_status
cmd_ls (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *pattern = lang_call_text (c, "pattern");
  struct stat st;
  struct cvx_text t = CVX_TEXT_INIT;
  glob_t g = { 0 };
  if (pattern == NULL)
    pattern = "*";
  cvx_text_put (&t, pattern);
  if (stat (pattern, &st) == 0 && S_ISDIR (st.st_mode))
    cvx_text_put (&t, pattern[strlen (pattern) - 1] == '/' ? "*" : "/*");
  if (glob (cvx_text_string (&t), GLOB_MARK, NULL, &g) != 0 && g.gl_pathc == 0)
    {
      globfree (&g);
      cvx_text_free (&t);
      if (strcmp (pattern, "*") == 0)
        return CVX_OK;
      return lang_call_fail (c, "pattern", err, CVX_E398,
                             "nothing is called %s", pattern);
    }
  for (size_t k = 0; k < g.gl_pathc; k++)
    {
      char size[32] = "";
      if (stat (g.gl_pathv[k], &st) == 0 && S_ISREG (st.st_mode))
        cvx_bytes_words (size, sizeof size, (double)st.st_size);
      session_say (s, "%9s  %s\n", size, session_shown (s, g.gl_pathv[k]));
    }
  globfree (&g);
  cvx_text_free (&t);
  return CVX_OK;
}

enum cvx_status
cmd_time (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  double start = session_clock ();
  enum cvx_status status = lang_call_run (c, "command", err);
  if (status == CVX_OK)
    session_say (s, "time: %.3f s\n", session_clock () - start);
  return status;
}

enum cvx_status
cmd_sleep (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  double seconds = 0, end;
  lang_call_number (c, "duration", &seconds);
  end = session_clock () + seconds;
  for (double left = seconds; left > 0; left = end - session_clock ())
    {
      struct timespec t = { 0, 20000000 };
      if (cvx_aborted (&s->progress))
        return cvx_fail_interrupted (err);
      if (left < 0.02)
        t.tv_nsec = (long)(1e9 * left);
      nanosleep (&t, NULL);
    }
  return CVX_OK;
}

enum cvx_status
cmd_save (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *file = lang_call_text (c, "file");
  enum cvx_status status = session_may_write (s, file, err);
  if (status == CVX_OK)
    {
      session_work_begin (s, "saving");
      status = session_save (s, file, true, err);
      session_work_end (s);
    }
  if (status != CVX_OK)
    return lang_call_blame (c, "file", err);
  cmd_wrote (s, file);
  return CVX_OK;
}

enum cvx_status
cmd_open (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  struct cvx_text lost = CVX_TEXT_INIT;
  bool partial = false;
  const char *file = lang_call_text (c, "file");
  enum cvx_status status;
  lang_call_flag (c, "partial", &partial);
  session_work_begin (s, "opening");
  status = session_open (s, file, partial ? &lost : NULL, err);
  session_work_end (s);
  if (status != CVX_OK)
    {
      cvx_text_free (&lost);
      if (status == CVX_DATA && !partial && err->id != CVX_E204
          && err->id != CVX_E432)
        cvx_hint (err, "open %s partial opens what is whole", file);
      return lang_call_blame (c, "file", err);
    }
  session_say (s, "%s", cvx_text_string (&lost));
  cvx_text_free (&lost);
  session_wrote (s, file);
  session_note (s, "opened %s", session_shown (s, file));
  if (s->data != NULL)
    session_note (s, ": data %s", session_shown (s, s->data->name));
  if (s->formulation != NULL)
    session_note (s, ", formulation %s", s->formulation->class->name);
  if (s->n_runs > 0)
    session_note (s, ", %zu run%s", s->n_runs, s->n_runs == 1 ? "" : "s");
  session_note (s, "\n");
  return CVX_OK;
}
