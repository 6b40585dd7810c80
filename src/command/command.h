/* command.h -- what the files of the commands share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <jansson.h>

#include "base/output.h"
#include "command/session.h"
#include "config.h"

#define CMD_COMMAND(NAME, NEEDS, MORE, USAGE, SUMMARY, HELP, EXAMPLES)        \
  enum cvx_status cmd_##NAME (void *session, const struct lang_call *c,       \
                              struct cvx_error *err);                         \
  extern const struct lang_key cmd_##NAME##_keys[];
#include "command/commands.def"
#undef CMD_COMMAND

/* E330 and the next command when something of NEEDS is missing.  */
enum cvx_status cmd_ready (struct session *s, unsigned needs,
                           struct cvx_error *err) CVX_MUST_CHECK;

/* Bytes that the memory groups leave: their files are below ROOT, and SELF is a
   file like /proc/self/cgroup that names them; infinity: no limit.  */
double cmd_group_memory (const char *root, const char *self);

/* Where and by what S is saved; and words about what differs THEN.  */
json_t *cmd_origin (struct session *s);
void cmd_origin_compare (struct session *s, const json_t *then);

/* Options of a run, from the table of the solvers: those of every solver
   (`solve'), and with those of the solver WORD (`solver').  */
const struct lang_key *cmd_more_solve (void *session, const char *word);
const struct lang_key *cmd_more_solver (void *session, const char *word);
const struct lang_key *cmd_more_train (void *session, const char *word);
/* Store those that CALL has.  SOLVER NULL: the general ones only.  */
/* One or two whole numbers from 1 on of KEY into V, one of them twice; V stays
   where KEY is absent.  CVX_INVALID with ID.  */
enum cvx_status cmd_pair (const struct lang_call *c, const char *key,
                          enum cvx_error_id id, size_t v[2],
                          struct cvx_error *err) CVX_MUST_CHECK;

enum cvx_status cmd_solver_options (const struct lang_call *c,
                                    const char *solver,
                                    struct cvx_settings *settings,
                                    struct cvx_error *err) CVX_MUST_CHECK;
/* The solver of the settings for the current formulation; *WHY (may be NULL)
   gets the words of `auto', NULL when the solver was named.  */
enum cvx_status cmd_solver_chosen (struct session *s,
                                   const struct cvx_solver **solver,
                                   const char **why,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* A new run of SOLVER for the current formulation, driven to its end; QUIET:
   no log.  WARM may be NULL.  */
enum cvx_status cmd_run_new (struct session *s,
                             const struct cvx_solver *solver,
                             const struct cvx_settings *settings,
                             const struct cvx_point *warm, bool quiet,
                             struct cvx_error *err) CVX_MUST_CHECK;
/* The same, not driven, from the point of the run FROM; where it is NULL from
   the network in the file that the key warm of C (may be NULL) names, else
   from zero.  E393, E450: what it starts from does not fit.  */
enum cvx_status cmd_run_start (struct session *s, const struct lang_call *c,
                               struct session_run *from,
                               const struct cvx_solver *solver,
                               const struct cvx_settings *settings,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* Drive the current run to its end.  */
enum cvx_status cmd_run_drive (struct session *s, bool quiet,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* The run that `warm=' of C names, NULL for zero and for a file; without the
   word or C the one that the patterns grew from, if any.  E390.  */
enum cvx_status cmd_warm_run (struct session *s, const struct lang_call *c,
                              struct session_run **r,
                              struct cvx_error *err) CVX_MUST_CHECK;
/* Its last line, and what its status means for the command.  */
enum cvx_status cmd_run_end (struct session *s, const struct lang_call *c,
                             struct cvx_error *err) CVX_MUST_CHECK;

/* Breakpoints: what is true before the first iteration does not stop it;
 *STOP when one became true.  Failures are those of their expressions.  */
enum cvx_status cmd_breaks_begin (struct session *s,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cmd_breaks_test (struct session *s, bool *stop,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* Keep the current run as it is, when it is at a certified row, for rewind;
   not when SILENT.  Without memory there is none.  */
void cmd_snapshot (struct session *s, bool silent);
/* Options of the current run that can be tuned.  */
const struct lang_key *cmd_more_tune (void *session, const char *word);
/* What follows `use run' and `use data'.  */
const struct lang_key *cmd_more_item (void *session, const char *word);
/* The value of the option K of CALL as a number; false when not given.  */
bool cmd_option_value (const struct lang_call *c, const struct lang_key *k,
                       double *x);

/* The neurons of NET (ReLU, one output; E450) as a warm start that borrows
   scratch memory of the session.  */
enum cvx_status cmd_warm_network (struct session *s,
                                  const struct cvx_network *net,
                                  struct cvx_point *warm,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* The JSON value O as text after T; O is given up.  */
enum cvx_status cmd_put_json (json_t *o, struct cvx_text *t,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* Networks as files: see network_file.c.  Reading needs data, whose size and
   bias say what the numbers mean.  */
enum cvx_status cmd_network_read (struct session *s, const char *path,
                                  struct cvx_network **net,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cmd_network_write (struct session *s, const char *path,
                                   const struct cvx_network *net,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* The one line about the data that every command that makes data prints.  */
void cmd_data_line (struct session *s);

/* Patterns of the data, or with CONV of the patches, without being asked: all
   of them when they are few, else sampled ones; says which.  */
enum cvx_status cmd_default_patterns (struct session *s,
                                      const struct cvx_conv *conv,
                                      struct cvx_patterns **out,
                                      struct cvx_error *err) CVX_MUST_CHECK;
/* The value of the l1 program (14) of the paper for the current formulation,
   circular with filters shorter than the signal: a lower bound of its optimum.
   nan for other formulations, whose own optimum it is or that have none.  */
enum cvx_status cmd_l1_value (struct session *s, double *value,
                              struct cvx_error *err) CVX_MUST_CHECK;
/* "patterns: 10 of at most 10, complete ..." about P.  */
void cmd_patterns_line (struct session *s, const struct cvx_patterns *p);
/* "patches: 5 of 16 features ..." about C.  */
void cmd_patches_line (struct session *s, const struct cvx_conv *c);

/* Status, gap, iterations and time of the current run as one line.  */
void cmd_run_line (struct session *s);

/* Where its time went, when that is known.  */
void cmd_timings_line (struct session *s);

/* X with thousands separated: "50,176".  */
const char *cmd_count_words (char *buf, size_t size, double x);

/* The size of PATH's suffix: pointer to ".csv", or "" when there is none.  */
const char *cmd_suffix (const char *path);

/* Write TEXT as the whole of PATH and say so, after session_may_write.  */
enum cvx_status cmd_write_file (struct session *s, const char *path,
                                const struct cvx_text *text,
                                struct cvx_error *err) CVX_MUST_CHECK;
/* TEXT to the file that `to=' of C names, else to the screen.  */
enum cvx_status cmd_deliver (struct session *s, const struct lang_call *c,
                             const struct cvx_text *text,
                             struct cvx_error *err) CVX_MUST_CHECK;
/* Say that PATH was written, with its size.  */
void cmd_wrote (struct session *s, const char *path);

/* Ends what the plot commands hold (gnuplot).  */
void cmd_plot_close (struct session *s);

/* The figure of `plot ... live', if there is one: before a solver works, at
   any time CLOCK while it does (never waits), and after.  */
void cmd_live_begin (struct session *s);
void cmd_live (struct session *s, double clock);
void cmd_live_end (struct session *s);

/* Seed of a command: its own key, else the session's.  */
uint64_t cmd_seed (const struct session *s, const struct lang_call *c);

/* The importer (see cvx_importer) that has a file read by another process of
   the program; CONTEXT is the session.  E239, E241, and what the helper
   says.  */
enum cvx_status cmd_import (void *context, struct cvx_npz **out,
                            const char *format, int fd, const char *path,
                            const struct cvx_import_options *options,
                            struct cvx_progress *progress,
                            struct cvx_error *err) CVX_MUST_CHECK;
/* That process: ARGV is the format, the file, its name, the memory that it
   may take, and what becomes of images.  Returns the exit code.  */
int cmd_import_helper (int argc, char **argv);

/* Names for completion.  */
const char *const *cmd_generator_names (void *session);
const char *const *cmd_reader_names (void *session);
const char *const *cmd_formulation_names (void *session);
const char *const *cmd_loss_names (void *session);
const char *const *cmd_solver_names (void *session);
const char *const *cmd_label_names (void *session);

/* Columns of the file PATH, for completion; NULL: not known.  */
const char *const *cmd_file_columns (void *session, const char *path);
const char *const *cmd_help_names (void *session);

/* The words of the settings that have words, for `set'.  */
extern const char *const set_verbose_words[], *const set_color_words[];
extern const char *const set_style_words[]; /* auto, then plot/plot.h */
extern const char *const set_size_words[];
extern const char *const set_term_words[]; /* auto, then gnuplot's */
extern const char *const set_unit_words[]; /* of lengths */
extern const char *const set_tex_words[];  /* enum plot_tex */

#define CMD_DOUBLE_COLUMN 6.75 /* inches over both columns of a paper */

/* The setting NAME as a user writes it, at the start and now, into buffers of
   SIZE bytes; false: there is none.  */
bool cmd_setting_words (const struct session *s, const char *name,
                        char *initial, char *now, size_t size);
/* Hand the settings on to the language.  */
void cmd_settings_apply (struct session *s);

/* Can the letters of figures be of the family FONT ("": of the style)?
   CVX_PLOT (E604), CVX_LIMIT.  */
enum cvx_status cmd_font_check (const char *font,
                                struct cvx_error *err) CVX_MUST_CHECK;
#endif
