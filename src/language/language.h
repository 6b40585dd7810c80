/* language.h -- the command language of cvxnn, without its commands.

   A script is lines of `verb [words] key=value ...', assignments and blocks.
   This layer reads them, checks verbs and keys against tables, evaluates the
   values and runs the control flow.  What the verbs do, which objects exist
   (run.gap, betamax) and where text goes is the host's business: the host
   gives a table of commands and a handful of functions (struct lang_host).

   Every failure leaves a place: the exact bytes of the source it is about.
   lang_render shows it the way a person at the prompt or the reader of a log
   wants to see it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef LANG_LANGUAGE_H
#define LANG_LANGUAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"
#include "base/text.h"

/* Limits; passing one is E107 (the loop guard: E108), never a crash.  */
enum
{
  LANG_MAX_LINE = 64 * 1024,     /* bytes of a line, joined lines included */
  LANG_MAX_NESTING = 64,         /* brackets, blocks */
  LANG_MAX_INCLUDE = 32,         /* files inside files */
  LANG_MAX_STRING = 1024 * 1024, /* bytes of a string value */
  LANG_MAX_ELEMENTS = 10000000,  /* of a vector made by the language */
  LANG_MAX_FILE = 64 * 1024 * 1024, /* bytes of a script */
  LANG_MAX_LOOP = 1000000           /* passes of one loop, unless set */
};

/* ------------------------------------------------------------------ values */

enum lang_type
{
  LANG_NUMBER,
  LANG_BOOL,
  LANG_TEXT,   /* a string */
  LANG_VECTOR, /* numbers */
  LANG_RANGE,  /* numbers FIRST + k STEP, k < N, not stored */
  LANG_TEXTS   /* a list of strings */
};

/* A value.  Plain data: make one with the functions below, give it back with
   lang_value_free.  A borrowed value points into somebody else's memory, which
   must outlive the expression being evaluated; lang_value_copy makes it
   independent.  A zeroed struct is the number 0.  */
struct lang_value
{
  enum lang_type type;
  bool borrowed; /* text, vector, texts are not ours to free */
  bool boolean;
  double number; /* NUMBER; first element of RANGE */
  double step;   /* RANGE */
  size_t n;      /* elements of VECTOR, RANGE, TEXTS */
  char *text;
  double *vector;
  char **texts;
};

struct lang_value lang_number (double x);
struct lang_value lang_bool (bool b);

/* Borrowed: TEXT, VECTOR must outlive the value.  */
struct lang_value lang_text_view (const char *text);
struct lang_value lang_vector_view (const double *v, size_t n);
struct lang_value lang_texts_view (const char *const *texts, size_t n);

/* Owned copies into *OUT.  Status: CVX_OK, CVX_NOMEM.  */
enum cvx_status lang_text_new (struct lang_value *out, const char *text,
                               size_t len,
                               struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_vector_new (struct lang_value *out, const double *v,
                                 size_t n,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_value_copy (struct lang_value *out,
                                 const struct lang_value *from,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Frees what V owns and makes it the number 0.  */
void lang_value_free (struct lang_value *v);

/* Element K < V->n of a VECTOR or RANGE.  */
double lang_value_at (const struct lang_value *v, size_t k);

/* V as `= EXPR' shows it: numbers with DIGITS significant digits (0: 10);
   long vectors are shortened unless WHOLE.  Appended to T.  */
void lang_value_format (const struct lang_value *v, int digits, bool whole,
                        struct cvx_text *t);

/* "number", "vector of 3", "string" ...; static or in BUF.  */
const char *lang_value_kind (const struct lang_value *v, char *buf,
                             size_t size);

/* ---------------------------------------------------------------- commands */

/* How the text after a key, or a word without key, is read.  */
enum lang_kind
{
  LANG_KIND_NUMBER, /* expression giving a number (a boolean is an error); %
                       right after a number divides it by 100 */
  LANG_KIND_COUNT,  /* expression giving a whole number >= 0; k M G allowed */
  LANG_KIND_TIME,   /* expression with optional s m h; seconds */
  LANG_KIND_SIZE,   /* one or two lengths in in, cm, pt, px; inches */
  LANG_KIND_WORD,   /* one of `words', abbreviations allowed */
  LANG_KIND_NAMES,  /* words separated by commas; of `words' when given */
  LANG_KIND_PATH,   /* up to white space, or a string; ~ is expanded */
  LANG_KIND_STRING, /* up to white space, or a string */
  LANG_KIND_LIST,   /* expression giving a vector (a number is one element),
                       or numbers separated by commas */
  LANG_KIND_ROWS,   /* a:b, whole numbers, 1 <= a <= b; or one number */
  LANG_KIND_VALUE,  /* expression of any type */
  LANG_KIND_FLAG,   /* alone: true; `no' before it: false; or =yes/no */
  LANG_KIND_EXPR,   /* an expression, given unevaluated */
  LANG_KIND_EXPRS,  /* expressions separated by commas, unevaluated */
  LANG_KIND_WORDS,  /* all that follows, split at white space; last only */
  LANG_KIND_REST,   /* all that follows, raw; last only */
  LANG_KIND_COMMAND /* all that follows is a command; last only */
};

/* Flags of a key.  */
enum
{
  LANG_ARG = 1 << 0,      /* positional: given without its name, in order */
  LANG_REQUIRED = 1 << 1, /* missing is E114 */
  LANG_LATE = 1 << 2,     /* NUMBER, COUNT, LIST: given unevaluated, for
                             lang_call_late_number and friends; COMMAND: parsed
                             when it is run (for `expect') */
  LANG_INF = 1 << 3,      /* NUMBER, TIME: infinity allowed; nan never is */
  LANG_GE = 1 << 4,       /* value >= min */
  LANG_GT = 1 << 5,       /* value > min */
  LANG_LE = 1 << 6,       /* value <= max */
  LANG_LT = 1 << 7,       /* value < max */
  LANG_OPEN = 1 << 8,     /* WORD, NAMES: other words are accepted too, the
                             list is for completion only */
  LANG_OUTPUT = 1 << 9,   /* PATH: a file that the command writes */
  LANG_KEEPS = 1 << 10,   /* OUTPUT: the file before is kept, so that writing
                             it twice is no mistake */
  LANG_BARRIER = 1 << 11  /* in a script, names may mean other files after this
                             command, or nothing may come after it */
};

/* One option or word of a command.  The tables are the host's and must outlive
   the interpreter.  */
struct lang_key
{
  const char *name; /* NULL ends an array */
  enum lang_kind kind;
  unsigned flags;
  const char *const *words; /* WORD, NAMES: NULL-terminated; else NULL */
  const char *default_text; /* for help; may be NULL */
  const char *help;         /* one line */
  double min, max;          /* with LANG_GE ... LANG_LT; COUNT without flags:
                               0 to 2^53 */

  /* Further words known only now (column names, saved data sets):
     NULL-terminated, borrowed until the next command; may be NULL.  */
  const char *const *(*candidates) (void *session);

  /* STRING: the same, given the first word of the command with ~ expanded (the
     file of `load'), for completion only.  The value is then taken as a list
     separated by commas.  NULL when nothing is known; must be quick.  */
  const char *const *(*candidates_of) (void *session, const char *word);
};

struct lang_call;

/* One verb.  */
struct lang_command
{
  const char *name;            /* NULL ends an array */
  const char *usage;           /* "step [N]" */
  const char *summary;         /* one line */
  const char *help;            /* paragraphs, may be NULL */
  const char *examples;        /* lines, may be NULL */
  unsigned needs;              /* the host's business */
  const struct lang_key *keys; /* ends with a NULL name; may be NULL */

  /* Options that depend on the first word (`solver admm rho=1'): the array for
     WORD in full, or for NULL when there is no first word; NULL: none.  May be
     NULL.  */
  const struct lang_key *(*more_keys) (void *session, const char *word);

  enum cvx_status (*run) (void *session, const struct lang_call *call,
                          struct cvx_error *err);
};

/* ------------------------------------------------------------------- calls

   What a command's function gets: its arguments, read and checked.  NAME is a
   name of the command's keys or of its more_keys; anything else is a defect
   (assert).  Getters of absent arguments return false, NULL or 0 and leave the
   destination alone, so that defaults are written before the call.  All that
   is returned is borrowed until the command returns.  */

struct lang_interp;
struct lang_expr;

const struct lang_command *lang_call_command (const struct lang_call *c);
struct lang_interp *lang_call_interp (const struct lang_call *c);

bool lang_call_has (const struct lang_call *c, const char *name);
bool lang_call_number (const struct lang_call *c, const char *name,
                       double *x); /* NUMBER; TIME: seconds */
bool lang_call_count (const struct lang_call *c, const char *name, size_t *n);
bool lang_call_seed (const struct lang_call *c, const char *name,
                     uint64_t *seed); /* COUNT */
bool lang_call_size (const struct lang_call *c, const char *name,
                     double inches[2]); /* one length: inches[1] untouched */
bool lang_call_rows (const struct lang_call *c, const char *name,
                     size_t *first, size_t *last); /* from 1, inclusive */
bool lang_call_flag (const struct lang_call *c, const char *name, bool *b);

/* WORD in full, PATH, STRING, REST; NULL when absent.  */
const char *lang_call_text (const struct lang_call *c, const char *name);

/* Index of a WORD in the key's words, -1 when absent or not in the list.  */
int lang_call_word (const struct lang_call *c, const char *name);

/* NAMES, WORDS: how many, and the array; 0 when absent.  */
size_t lang_call_names (const struct lang_call *c, const char *name,
                        const char *const **names);

/* LIST: the numbers; false when absent.  */
bool lang_call_list (const struct lang_call *c, const char *name,
                     const double **v, size_t *n);

/* VALUE; NULL when absent.  */
const struct lang_value *lang_call_value (const struct lang_call *c,
                                          const char *name);

/* EXPR, EXPRS and every LATE key: how many expressions, and the K-th, NULL
   past the end.  */
size_t lang_call_n_exprs (const struct lang_call *c, const char *name);
const struct lang_expr *lang_call_expr (const struct lang_call *c,
                                        const char *name, size_t k);

/* The text of the argument as typed (of all expressions together), or of the
   whole statement when NAME is NULL; "" when absent.  */
const char *lang_call_source (const struct lang_call *c, const char *name);

/* The words that tell script lines apart: where the call stands.  *LINE is 0
   at the prompt.  Returns the file name, NULL at the prompt.  */
const char *lang_call_place (const struct lang_call *c, size_t *line);

/* Run the COMMAND argument.  Every status of that command.  */
enum cvx_status lang_call_run (const struct lang_call *c, const char *name,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* Fail with the caret under the argument NAME (its K-th name or expression for
   lang_call_fail_item), or under the verb when it is absent or NULL.  Returns
   the status of ID.  cvx_hint may follow.  */
enum cvx_status lang_call_fail (const struct lang_call *c, const char *name,
                                struct cvx_error *err, enum cvx_error_id id,
                                const char *format, ...) CVX_PRINTF (5, 6);
enum cvx_status lang_call_fail_item (const struct lang_call *c,
                                     const char *name, size_t k,
                                     struct cvx_error *err,
                                     enum cvx_error_id id, const char *format,
                                     ...) CVX_PRINTF (6, 7);

/* Put the caret of an error that a library function made under NAME.  Returns
   ERR's status.  */
enum cvx_status lang_call_blame (const struct lang_call *c, const char *name,
                                 struct cvx_error *err);

/* A warning with the number ID, its caret under NAME.  */
void lang_call_warn (const struct lang_call *c, const char *name,
                     enum cvx_error_id id, const char *format, ...)
    CVX_PRINTF (4, 5);

/* ------------------------------------------------------------- expressions */

/* One step of a path: runs[3].gap is { "runs", 3 }, { "gap", 0 }.  */
struct lang_step
{
  const char *name;
  double index; /* whole, >= 1; 0: none */
};

/* Extra names for one evaluation, looked up before script variables: `gap' in
   `until gap < 1e-3', `betamax' of the formulation being built.  FIND gets a
   path without indices (`gap', `net.width') and sets *KNOWN to false when it
   is none of its names; the value may be borrowed until the evaluation ends.
   NAMES (NULL-terminated, may be NULL) is for did-you-mean.  */
struct lang_scope
{
  enum cvx_status (*find) (void *data, const char *path, bool *known,
                           struct lang_value *value, struct cvx_error *err);
  const char *const *names;
  void *data;
};

/* The source of E; a copy that lives on its own, freed with lang_expr_free;
   an expression from TEXT (errors are placed in TEXT).  */
const char *lang_expr_source (const struct lang_expr *e);
enum cvx_status lang_expr_copy (struct lang_expr **out, struct lang_interp *in,
                                const struct lang_expr *e,
                                struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_expr_new (struct lang_expr **out, struct lang_interp *in,
                               const char *text,
                               struct cvx_error *err) CVX_MUST_CHECK;
void lang_expr_free (struct lang_expr *e);

/* Value of E with the extra names of SCOPE (may be NULL), owned by the caller.
   lang_eval_number wants a number, lang_eval_true a truth value; a nan is not
   true.  */
enum cvx_status lang_eval (struct lang_interp *in, const struct lang_expr *e,
                           const struct lang_scope *scope,
                           struct lang_value *out,
                           struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_eval_number (struct lang_interp *in,
                                  const struct lang_expr *e,
                                  const struct lang_scope *scope, double *x,
                                  struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_eval_true (struct lang_interp *in,
                                const struct lang_expr *e,
                                const struct lang_scope *scope, bool *b,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* A LATE argument evaluated with SCOPE and checked as its kind and flags say.
 *FOUND tells whether it was given.  */
enum cvx_status lang_call_late_number (const struct lang_call *c,
                                       const char *name,
                                       const struct lang_scope *scope,
                                       bool *found, double *x,
                                       struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_call_late_list (const struct lang_call *c,
                                     const char *name,
                                     const struct lang_scope *scope,
                                     bool *found, struct lang_value *list,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* ------------------------------------------------------------- diagnostics */

/* An error or a warning with its place, self-contained.  */
struct lang_diagnostic
{
  struct cvx_error error;
  bool warning;     /* shown as W110 */
  bool typed;       /* the line was typed at the prompt just now */
  size_t width;     /* bytes under the caret, 0: no place */
  size_t column;    /* byte offset of the caret in `line' */
  char line[512];   /* source line, cut around the caret when long */
  char notes[1024]; /* lines: pass of the loop and its variables, includes */
};

/* D as text: at the prompt a caret under the line just typed, whose prompt was
   PROMPT_WIDTH columns wide, in scripts `file:line:col: ' and the source line;
   then the words, the hint and the notes.  Every line ends in a newline.  */
void lang_render (const struct lang_diagnostic *d, size_t prompt_width,
                  struct cvx_text *out);

/* Columns that the LEN bytes at S take on a terminal.  */
size_t lang_display_width (const char *s, size_t len);

/* ------------------------------------------------------------- interpreter */

/* What the host gives.  Copied by lang_interp_new; every function may be NULL
   except write.  */
struct lang_host
{
  void *session;                       /* handed to every function */
  const struct lang_command *commands; /* ends with a NULL name */

  /* The names that may follow PREFIX (a path without its indices: "" gives
     run, runs, betamax ..., "runs.hist" gives iter, time ...), NULL-terminated
     and borrowed until the next command; NULL when PREFIX has no fields.  */
  const char *const *(*names) (void *session, const char *prefix);

  /* The value of a path whose names are all known from `names', or why there
     is none now (E330 no run ...).  It may be borrowed until the next command.
     A vector for `runs' gives `runs[end]' its meaning.  */
  enum cvx_status (*lookup) (void *session, const struct lang_step *steps,
                             size_t n, struct lang_value *value,
                             struct cvx_error *err);

  /* May COMMAND run now?  Called after its line was checked and before its
     values are evaluated.  E330 and its like come from here.  */
  enum cvx_status (*ready) (void *session, const struct lang_command *command,
                            struct cvx_error *err);

  /* May the file PATH be written, as far as can be told?  NOW: by the command
     that is about to run, after its values were read; else by a command of a
     script of which nothing has run yet.  */
  enum cvx_status (*target) (void *session, const char *path, bool now,
                             struct cvx_error *err);

  /* Called after every command with its status (for last.ok, progress bars).
   */
  void (*finished) (void *session, const struct lang_command *command,
                    const struct cvx_error *err);

  void (*write) (void *session, const char *text, size_t len);
  void (*warn) (void *session, const struct lang_diagnostic *warning);

  /* Every statement before it runs, as typed (for --echo).  */
  void (*echo) (void *session, const char *statement);

  atomic_int *abort;   /* non-zero: stop between statements; may be NULL */
  struct cvx_rng *rng; /* for rand and randn; NULL: they are errors */
  const char *version; /* for `require'; may be NULL */
};

/* What lang_feed says.  */
enum lang_state
{
  LANG_READY,    /* everything fed so far has run or failed */
  LANG_NEED_MORE /* a block, bracket, string or joined line is open */
};

enum cvx_status lang_interp_new (struct lang_interp **out,
                                 const struct lang_host *host,
                                 struct cvx_error *err) CVX_MUST_CHECK;
void lang_interp_free (struct lang_interp *in);

/* One line typed at the prompt, or several pasted; no newline needed at the
   end.  Statements run as soon as they are complete.  On failure the rest of
   TEXT is forgotten and *SKIPPED (may be NULL) says how many lines that was;
   an open block survives the failure of a single line, which may be typed
   again.  */
enum cvx_status lang_feed (struct lang_interp *in, const char *text,
                           size_t *skipped,
                           struct cvx_error *err) CVX_MUST_CHECK;
enum lang_state lang_feed_state (const struct lang_interp *in);

/* The lines fed from now on are those of the script PATH (for includes, which
   are relative to it; NULL: of nobody), and ARGS, N of them, are its arg[1],
   arg[2], ...  All borrowed until the next call of this.  */
void lang_feed_script (struct lang_interp *in, const char *path,
                       const char *const *args, size_t n);

/* The lines fed from now on are those of NAME from its first line on ("stdin";
   borrowed until the next call): messages name it and its lines.  NULL: they
   are typed.  */
void lang_feed_name (struct lang_interp *in, const char *name);

/* "for", "if", "while", "[", "\"" ... of what is open, "" when nothing is; for
   the prompt `for..> '.  */
const char *lang_feed_open (const struct lang_interp *in);

/* Forget what is open (Ctrl-C).  lang_feed_end is for the end of the input:
   E105 when something is open.  */
void lang_feed_abandon (struct lang_interp *in);
enum cvx_status lang_feed_end (struct lang_interp *in,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* Run LEN bytes of TEXT as the script NAME (for messages and for includes
   relative to it); the whole is parsed before the first statement runs.  With
   ARGS (N_ARGS, may be NULL) as arg[1] ...  lang_run_file reads PATH.  */
enum cvx_status lang_run_text (struct lang_interp *in, const char *name,
                               const char *text, size_t len,
                               const char *const *args, size_t n_args,
                               struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_run_file (struct lang_interp *in, const char *path,
                               const char *const *args, size_t n_args,
                               struct cvx_error *err) CVX_MUST_CHECK;

/* Parse only (`cvxnn --check'); abbreviations are warned of with their full
   form, files included by a plain name are checked too.  */
enum cvx_status lang_check_text (struct lang_interp *in, const char *name,
                                 const char *text, size_t len,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_check_file (struct lang_interp *in, const char *path,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The last failure with its place; valid until the next call that may fail. */
const struct lang_diagnostic *lang_last (const struct lang_interp *in);

/* Script variables.  lang_set copies VALUE; lang_get borrows until the next
   statement, NULL when there is none; lang_variable is the K-th in the order
   of definition, NULL past the end.  */
enum cvx_status lang_set (struct lang_interp *in, const char *name,
                          const struct lang_value *value,
                          struct cvx_error *err) CVX_MUST_CHECK;
const struct lang_value *lang_get (const struct lang_interp *in,
                                   const char *name);
const struct lang_value *lang_variable (const struct lang_interp *in, size_t k,
                                        const char **name);

/* Passes allowed per loop (set maxloop=), digits printed (set digits=), inches
   of a length that names no unit (set units=).  */
void lang_set_max_loop (struct lang_interp *in, size_t passes);
void lang_set_digits (struct lang_interp *in, int digits);
void lang_set_unit (struct lang_interp *in, double inches);

/* True while statements of a script or block run.  */
bool lang_running (const struct lang_interp *in);

/* The verbs of the language itself (let, print, assert, for ...), for help and
   the manual; ends with a NULL name.  */
const struct lang_command *lang_builtins (void);

/* The command called NAME in full, the host's or a builtin; NULL.  */
const struct lang_command *lang_find_command (const struct lang_interp *in,
                                              const char *name);

/* The functions of expressions, for help and the manual.  */
struct lang_function_row
{
  const char *name, *usage, *summary;
};

/* The K-th, NULL past the end.  */
const struct lang_function_row *lang_function (size_t k);

/* -------------------------------------------------------------- completion */

enum lang_expect
{
  LANG_EXPECT_NOTHING,
  LANG_EXPECT_VERB,
  LANG_EXPECT_KEY,  /* options of the verb, and words that fit too */
  LANG_EXPECT_WORD, /* words of an option */
  LANG_EXPECT_NAME, /* names in an expression */
  LANG_EXPECT_PATH  /* file names: the caller lists them */
};

struct lang_completion
{
  enum lang_expect expect;
  size_t start;       /* byte of LINE where the word to complete starts */
  size_t n;           /* candidates that start with what is typed */
  const char **names; /* owned array, NULL-terminated, of names borrowed until
                         the next completion or command; in quotes where a
                         word of the language needs them */
  const char *suffix; /* to append after a single match: "=", " ", "" */
  const struct lang_command *command; /* whose arguments they are, or NULL */
  const struct lang_key *key;         /* whose value it is, or NULL */
};

/* What may stand at byte CURSOR of LINE, given what is open in IN.  */
enum cvx_status lang_complete (struct lang_interp *in, const char *line,
                               size_t cursor, struct lang_completion *out,
                               struct cvx_error *err) CVX_MUST_CHECK;
void lang_completion_free (struct lang_completion *c);

#endif
