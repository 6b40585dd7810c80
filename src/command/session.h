/* session.h -- what the person at the prompt works on.

   One session owns the chain

     data -> patterns -> formulation -> run -> network

   and nothing else does.  Replacing an item drops everything to its right.
   Earlier runs stay as values (trace, settings, network, numbers) in `runs',
   so that tables and figures can compare them.  The functions that replace an
   item cannot fail: a command makes the new item first and hands it over last,
   so that a failed command changes nothing.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "arrangement/patterns.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/dataset.h"
#include "formulation/formulation.h"
#include "language/language.h"
#include "network/network.h"
#include "solver/run.h"

/* What a command needs before it may run: column NEEDS of commands.def.  */
enum
{
  HAS_NOTHING = 0,
  HAS_DATA = 1 << 0,
  HAS_PATTERNS = 1 << 1,
  HAS_FORMULATION = 1 << 2,
  HAS_RUN = 1 << 3,
  HAS_NETWORK = 1 << 4,
  KEEPS_SPARSE = 1 << 5 /* and data of few nonzeros are taken as they are */
};

enum session_verbose
{
  VERBOSE_QUIET, /* the final line only */
  VERBOSE_BAR,   /* and a bar */
  VERBOSE_TABLE, /* and the rows of the iteration log */
  VERBOSE_DEBUG  /* and the raw iterate */
};

enum session_colour
{
  COLOUR_AUTO,
  COLOUR_ALWAYS,
  COLOUR_NEVER
};

/* `set KEY=VALUE': one field per row of settings.def of this folder.  */
struct session_settings
{
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  double FIELD;
#include "command/settings.def"
#undef CMD_SETTING
  double plot_height; /* of plot.size, 0: of the style */
  char font[64];      /* plot.font, "": of the style */
};

/* `break' or `watch': a condition on the current run.  */
struct session_break
{
  size_t number;
  bool watch;             /* says so, does not stop */
  bool was;               /* it was true when last looked at */
  struct lang_expr *expr; /* owned */
};

enum
{
  SESSION_BREAKS = 100, /* at most */
  SESSION_KEPT = 16
};

/* A run of this session.  */
struct session_run
{
  struct cvx_run *run;     /* owned */
  char number[24];         /* its number as a word */
  struct cvx_network *net; /* owned; its network, neurons merged, made when
                              asked for */
  /* Where a warm start from this run begins, kept when it became a value:
     the blocks that were not zero.  */
  size_t n_atoms, block_len, n_blocks, n_obs;
  size_t *block;  /* owned */
  double *x, *nu; /* owned; NULL: none */
  uint64_t patterns_serial;
  struct cvx_snapshot **snapshot; /* owned; rising iterations, for rewind */
  size_t n_snapshots;
  double cpu; /* processor seconds of iterating, all threads; nan: not known */
  clock_t cpu_since; /* while session_timings_begin .. session_timings_end */
  double seed; /* of its patterns, else of the session when it began; nan: not
                  known */
  struct cvx_stopwatch watch; /* its time; no clock: not known */
};

/* How the screen shows that something is being worked on; filled by the
   front end, every function may be NULL.  */
struct session_display
{
  void *data;
  void (*begin) (void *data, struct cvx_progress *progress, const char *what);
  void (*gap) (void *data, double gap, double tol, size_t iter,
               size_t max_iter);
  void (*end) (void *data);
  /* Around every write to the terminal, so that the bar is out of the way. */
  void (*before_output) (void *data);
  void (*after_output) (void *data);
};

/* Result of the previous command, for last.ok and its like.  */
struct session_last
{
  bool ok;
  int error;
  char *file; /* owned; the file it wrote or read, or NULL */
  double time;
};

struct session;

/* The columns of the file that completion looked at last.  */
struct known_columns
{
  char *path;   /* NULL: none; owned */
  char **names; /* NULL: unknown; owned */
  size_t n;
  off_t size;
  time_t changed;
  ino_t inode;
};

void session_forget_columns (struct session *s);

/* The file that the data came from, as it was then.  */
struct session_file
{
  char *path; /* from the root; NULL: none; owned (free) */
  double size, changed;
  uint64_t hash; /* of its content; 0: not known yet */
};

struct session
{
  struct lang_interp *interp; /* owned */
  struct cvx_progress progress;
  struct cvx_rng rng;
  const char *program; /* this program as a file, NULL: not to be started */

  /* the chain; all owned */
  struct cvx_dataset *data;
  struct session_file file;
  struct cvx_dataset *kept[SESSION_KEPT]; /* other data, the newest last */
  size_t n_kept;
  struct cvx_patterns *patterns;
  struct cvx_conv patches; /* d = 0: none were chosen */
  struct cvx_formulation *formulation;
  struct session_run *run; /* into runs, or NULL */
  uint64_t patterns_serial;
  size_t grown_from; /* run that the next one starts from, 0: none */

  struct session_run **runs; /* owned; run number k may be absent */
  size_t n_runs, next_run;
  size_t path_first, path_last; /* runs of the last path */

  struct session_settings settings;
  const struct cvx_solver *solver;     /* NULL: auto */
  struct cvx_settings solver_settings; /* what `solver' said */
  double last_beta;                    /* nan: none was given yet */

  struct session_break breaks[SESSION_BREAKS];
  size_t n_breaks, next_break;
  struct session_last last;
  double command_start;
  char **history; /* lines typed */
  size_t n_history, cap_history;
  void **scratch; /* memory lent to expressions until the next command */
  size_t n_scratch, cap_scratch;
  struct known_columns columns;
  const char **run_numbers; /* owned; for completion: the words of the runs */
  size_t cap_run_numbers;
  void *plotter; /* of the plot commands; see cmd_plot.c */

  /* the outside */
  bool interactive, safe, no_plot, quiet, echo, allow_shell;
  bool out_tty, err_tty, colour_tty;
  FILE *out;        /* stdout, or where a test wants it */
  size_t n_writes;  /* texts written to it */
  int output_error; /* errno of a failed write to it, 0: fine */
  FILE *log;        /* transcript, or NULL */
  char *log_name;   /* owned */
  bool log_failed;  /* said once */
  FILE *events;     /* JSON lines, or NULL */
  double saved_at;  /* clock of the last autosave */
  double save_time; /* seconds that it took */
  char *resumed;    /* owned; what saved the opened session where that differs
                       from this program; NULL: nothing */
  bool dumb;        /* a terminal that shows lines only */
  size_t page;      /* lines of this command on the screen, 0: no paging */
  bool page_over;   /* the rest is not wanted */
  /* Wait for Enter after WORDS; false: leave.  NULL: nobody is there.  */
  bool (*pause) (struct session *s, const char *words);
  /* Keep the session for --resume; NULL: not asked for.  */
  void (*keep_safe) (struct session *s);
  bool interrupt_said; /* words about Ctrl-C were printed */
  bool quit;           /* `quit' was given */
  int quit_code;
  atomic_int stopped; /* signal that ends the program, 0: none */
  struct session_display display;
};

/* A new session writing to OUT.  */
enum cvx_status session_new (struct session **out, FILE *to,
                             struct cvx_error *err) CVX_MUST_CHECK;
void session_free (struct session *s);

/* Hand an item over; everything to its right is dropped.  NULL drops it.
   Data of another name than the new ones are kept for `use data', as long as
   all that is kept takes no more than a quarter of the memory that is free. */
void session_set_data (struct session *s, struct cvx_dataset *data);
void session_set_patterns (struct session *s, struct cvx_patterns *patterns);
void session_set_formulation (struct session *s, struct cvx_formulation *f);

/* MORE begins with the present patterns and takes their place; F (NULL: none)
   is the formulation over it.  The current run, if its iterate can be kept,
   becomes the one that the next starts from.  */
void session_grow_patterns (struct session *s, struct cvx_patterns *more,
                            struct cvx_formulation *f);

/* The kept data called NAME, which the caller owns from now on; or NULL.  */
struct cvx_dataset *session_take_data (struct session *s, const char *name);
void session_drop_kept (struct session *s);

/* End the current run: it stays as a value and nothing is current.  */
void session_end_run (struct session *s);

/* RUN, made for the current formulation, becomes the current run and gets the
   next number.  On failure RUN is still the caller's.  */
enum cvx_status session_add_run (struct session *s, struct cvx_run *run,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* The run with the number ID, or NULL.  */
struct session_run *session_find_run (struct session *s, size_t id);
void session_drop_run (struct session *s, size_t id);

/* Forget the snapshots of RUN after the iteration ITER.  */
void session_snapshots_drop (struct session_run *run, size_t iter);
void session_breaks_drop (struct session *s);

/* RUN went on: what was derived from it is dropped.  */
void session_run_changed (struct session_run *run);

/* The network of RUN with equal neurons merged; borrowed until RUN goes on. */
enum cvx_status session_network (struct session *s, struct session_run *run,
                                 const struct cvx_network **net,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Scores of RUN's network on a part of the data.  */
enum cvx_status session_scores (struct session *s, struct session_run *run,
                                enum cvx_part_id part,
                                struct cvx_scores *scores,
                                struct cvx_error *err) CVX_MUST_CHECK;
/* The loss of the formulation there, a sum over the rows.  E330 also when the
   formulation of RUN is gone.  */
enum cvx_status session_loss (struct session *s, struct session_run *run,
                              enum cvx_part_id part, double *loss,
                              struct cvx_error *err) CVX_MUST_CHECK;
extern const char *const session_part_names[]; /* train val test, NULL */

/* Threads to use, from the setting or the processors this process may use. */
int session_threads (const struct session *s);

/* Bytes that a command may take: the setting maxmem, or when that is a share
   as much of what is free.  */
double session_memory (const struct session *s);

/* Give sparse data their zeros back, and say so; others, and none, are left
   alone.  CVX_LIMIT (E395), CVX_NOMEM.  */
enum cvx_status session_fill (struct session *s,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* CVX_LIMIT (E395) when WHAT needs more BYTES than session_memory.  */
enum cvx_status session_check_memory (const struct session *s,
                                      const char *what, double bytes,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* Seconds of a clock that only goes forward.  */
double session_clock (void);

/* Time the current run until the end, by the clock and by the processor;
   several times add up.  */
void session_timings_begin (struct session *s);
void session_timings_end (struct session *s);

/* Seconds of iterate, its parts products, projections, pricing and method, of
   bound, and of all other work; nan: not known.  And "iterate 2 s (products
   ...), bound 1 s, other 0 s" appended to T, nothing when not known.  */
double session_timing (const struct session_run *r, const char *name);
void session_timings_words (const struct session_run *r, struct cvx_text *t);

/* True when the words of the optimum hold for every network: "complete".  */
const char *session_scope_words (bool complete);

/* ----------------------------------------------------------------- output */

/* Text to the screen and the log.  A failure is remembered in
   output_error.  */
void session_write (struct session *s, const char *text, size_t len);
void session_say (struct session *s, const char *format, ...)
    CVX_PRINTF (2, 3);
/* The same, but not with --quiet: what is said beside a result.  */
void session_note (struct session *s, const char *format, ...)
    CVX_PRINTF (2, 3);
/* Every line of NOTES as a note.  */
void session_notes (struct session *s, const struct cvx_text *notes);
/* Stop after every screenful of this command, at the prompt.  */
void session_page (struct session *s);
void session_flush (struct session *s);
/* Text to the screen's error side (stderr) and the log.  */
void session_complain (struct session *s, const char *text);
/* Columns of the terminal that the output goes to; 0: no terminal.  */
size_t session_columns (const struct session *s);
/* Break the lines of T that are longer than COLUMNS at blanks and indent what
   follows; with ALL also those that begin with a blank.  Nothing is done when
   COLUMNS are too few (0: no terminal).  */
void session_fold (struct cvx_text *t, size_t columns, size_t indent,
                   bool all);
/* T to the screen, folded to it behind INDENT columns, and emptied.  */
void session_write_folded (struct session *s, struct cvx_text *t,
                           size_t indent);
/* True when colours and bold may be used on the output.  */
bool session_colours (const struct session *s);

/* NAME shown: control bytes escaped; a new string of the scratch memory.  */
const char *session_shown (struct session *s, const char *name);

/* Announce long work (WHAT: "reading t10k") and its end.  */
void session_work_begin (struct session *s, const char *what);
void session_work_end (struct session *s);

/* Memory for a value lent to an expression; freed before the next command.
   NULL when there is none.  */
void *session_scratch (struct session *s, size_t count, size_t size);

/* Remember FILE as last.file.  */
void session_wrote (struct session *s, const char *file);
/* CVX_OUTPUT (E396) when --safe forbids writing PATH, or noclobber its
   overwriting.  */
enum cvx_status session_may_write (struct session *s, const char *path,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* One line of JSON each to --events, when asked for (events.c).  */
void session_event_start (struct session *s, const struct cvx_run *run);
void session_event_row (struct session *s, const struct cvx_run *run,
                        const struct cvx_trace_row *row);
void session_event_end (struct session *s, const struct cvx_run *run);
void session_event_error (struct session *s,
                          const struct lang_diagnostic *diagnostic);

/* Save for --resume when the setting autosave says that it is time.  */
void session_keep_safe (struct session *s);

/* A line typed, for `history'.  */
void session_remember (struct session *s, const char *line);

/* ----------------------------------------------------------------- fields */

const char *const *session_names (void *session, const char *prefix);
enum cvx_status session_lookup (void *session, const struct lang_step *steps,
                                size_t n, struct lang_value *value,
                                struct cvx_error *err);

/* Names of one run as an expression sees them: `gap', `net.width', `test.acc'.
   DATA of the scope is a struct session_view.  */
struct session_view
{
  struct session *session;
  struct session_run *run;
};
extern const char *const session_run_names[];
enum cvx_status session_run_find (void *view, const char *path, bool *known,
                                  struct lang_value *value,
                                  struct cvx_error *err);

/* ------------------------------------------------------------ save and open
 */

/* The file of the present data is looked at; is forgotten.  */
void session_file_note (struct session *s);
void session_file_forget (struct session *s);

/* BACKUP keeps the file that was there as PATH~.  */
enum cvx_status session_save (struct session *s, const char *path, bool backup,
                              struct cvx_error *err) CVX_MUST_CHECK;
/* Replace everything by what PATH holds; S stays as it was on failure.  With
   LOST the parts that are damaged are named there, one line each, and left
   out.  */
enum cvx_status session_open (struct session *s, const char *path,
                              struct cvx_text *lost,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* The table of commands, ends with a NULL name.  */
const struct lang_command *session_commands (void);

#endif
