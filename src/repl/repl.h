/* repl.h -- the parts of the front end: signals, places, the bar, the prompt.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef REPL_REPL_H
#define REPL_REPL_H

#include <stdbool.h>
#include <stddef.h>

#include "command/session.h"

/* ---------------------------------------------------------------- signals

   Handlers only set flags: SIGINT the abort flag of the session, SIGTERM and
   SIGHUP also `stopped'.  */
void repl_signals_install (struct session *s);

/* Forget a Ctrl-C that was dealt with; true when there was one.  A signal
   that ends the program stays.  */
bool repl_signals_clear (struct session *s);

/* End the program after SECONDS, as Ctrl-C would in a script; true when that
   time is over.  */
void repl_time_limit (double seconds);
bool repl_time_over (void);

/* True once after the terminal changed its size, or the program was put in
   the background and came back.  */
bool repl_signals_resized (void);
bool repl_signals_continued (void);

/* While the prompt waits: signals arrive in repl_signals_wait only, which
   returns when input can be read (true) or a signal came (false).  */
void repl_signals_hold (void);
void repl_signals_release (void);
bool repl_signals_wait (int fd);

/* What a crash note says; LINE is copied.  FOLDER may be NULL.  */
void repl_crash_note (const char *folder, const char *line);

/* ----------------------------------------------------------------- places */

/* FILE in the state folder ($XDG_STATE_HOME/cvxnn), made if need be, or in
   the configuration folder, not made; into BUF.  NULL when there is no home.
 */
const char *repl_state_file (const char *file, char *buf, size_t size);
const char *repl_config_file (const char *file, char *buf, size_t size);

/* ------------------------------------------------------------------- bar */

/* A bar on standard error while the session works, drawn by a thread of its
   own at most ten times a second and only after half a second of work.  */
struct repl_bar;
enum cvx_status repl_bar_new (struct repl_bar **out, struct session *s,
                              struct cvx_error *err) CVX_MUST_CHECK;
void repl_bar_free (struct repl_bar *bar);

/* ------------------------------------------------------------------ input */

/* Show the last failure of the session's interpreter.  TYPED: at the prompt,
   PROMPT columns wide.  LINE, when it is not 0, is the line of
   the input NAME (NULL: of a paste) that is fed line by line.  */
void repl_show_error (struct session *s, const struct cvx_error *err,
                      bool typed, size_t prompt, const char *name,
                      size_t line);

/* Wait for a line after WORDS; false: it starts with q, or Ctrl-C or Ctrl-D
   came instead.  */
bool repl_pause (struct session *s, const char *words);

/* Say how often an error came that was counted only.  */
void repl_errors_end (struct session *s);

/* What is typed goes line by line to last-session.cvx in the state folder, a
   script that does the session again: what failed is a comment.  */
void repl_journal_begin (struct session *s);
void repl_journal (struct session *s, const char *text,
                   const struct cvx_error *err);
void repl_journal_end (void);

/* Lines from the terminal, until quit or the end.  */
void repl_prompt (struct session *s);

/* Lines of FD, which is no terminal or is read without Readline; NAME is for
   messages.  Stops at the first error unless KEEP_GOING.  Status of the first
   failure.  */
enum cvx_status repl_lines (struct session *s, int fd, const char *name,
                            bool keep_going);

/* Completion for Readline.  */
void repl_completion_install (struct session *s);

#endif
