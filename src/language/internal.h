/* internal.h -- what the files of the language share.

   source.c    text of a unit, arena, splitting into statements
   diagnose.c  places, carets
   value.c     values
   cursor.c    the parser's cursor: white space, names, nodes
   operand.c   numbers, lists, calls, names with fields and indices
   expr.c      text -> expression tree (Pratt)
   string.c    strings with {expr:%format}
   eval.c      expression tree -> value
   path.c      names, fields, elements
   function.c  functions of expressions
   args.c      text of a command -> arguments, by the tables
   call.c      arguments -> values, getters of the host
   parse.c     statements and blocks
   interp.c    running them, variables
   script.c    lines, scripts, files
   builtin.c   the commands of the language itself
   complete.c  what may stand at the cursor

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef LANG_INTERNAL_H
#define LANG_INTERNAL_H

#include "language/language.h"

/* Bytes START to END - 1 of a unit's text.  */
struct lang_span
{
  size_t start, end;
};

struct lang_block_of_memory;

/* Memory given back all at once.  */
struct lang_arena
{
  struct lang_block_of_memory *blocks;
};

void *lang_arena_alloc (struct lang_arena *a, size_t count, size_t size);
char *lang_arena_strndup (struct lang_arena *a, const char *s, size_t len);
void lang_arena_free (struct lang_arena *a);

/* PATH in A, ~ and ~/ made the home folder, all else literal; NULL: no memory.
   In call.c.  */
char *lang_expand_home (struct lang_arena *a, const char *path);

/* ------------------------------------------------------------------- trees */

enum lang_op
{
  LANG_OP_OR,
  LANG_OP_AND,
  LANG_OP_EQ,
  LANG_OP_NE,
  LANG_OP_LT,
  LANG_OP_LE,
  LANG_OP_GT,
  LANG_OP_GE,
  LANG_OP_ADD,
  LANG_OP_SUB,
  LANG_OP_MUL,
  LANG_OP_DIV,
  LANG_OP_MOD,
  LANG_OP_POW,
  LANG_OP_NEG,
  LANG_OP_NOT,
  LANG_OP_NONE
};

enum lang_node_type
{
  LANG_NODE_NUMBER,
  LANG_NODE_BOOL,
  LANG_NODE_TEXT,     /* text */
  LANG_NODE_TEMPLATE, /* child: TEXT and FORMAT, to be joined */
  LANG_NODE_FORMAT,   /* child[0] shown with the format in text, or NULL */
  LANG_NODE_PATH,     /* step[0 .. n-1] */
  LANG_NODE_LIST,
  LANG_NODE_RANGE, /* first, last, optional step */
  LANG_NODE_UNARY,
  LANG_NODE_POWER,
  LANG_NODE_CHAIN, /* child[0] op[1] child[1] op[2] child[2] ..., from left to
                      right: as one node, so that depth does not grow */
  LANG_NODE_INDEX, /* child[0] [ child[1] ] */
  LANG_NODE_END,   /* `end' inside an index */
  LANG_NODE_CALL   /* function, child: arguments */
};

struct lang_path_step
{
  const char *name;
  struct lang_span span;
  struct lang_node *index; /* of an inner step; NULL: none */
};

struct lang_function;

struct lang_node
{
  enum lang_node_type type;
  enum lang_op op;
  struct lang_span span;
  double number;
  bool length; /* NUMBER with a unit of length */
  size_t n;    /* children or steps */
  const char *text;
  struct lang_node **child;
  enum lang_op *ops;
  struct lang_path_step *step;
  const struct lang_function *function;
};

struct lang_expr
{
  struct lang_unit *unit;
  struct lang_node *root;
  const char *source;
  bool owner; /* of the unit */
};

/* An argument as parsed.  */
struct lang_arg
{
  const struct lang_key *key;
  struct lang_span name;  /* of the key, empty when positional */
  struct lang_span value; /* of the value, or of the flag */
  size_t n;               /* items: texts or expressions */
  struct lang_expr *item;
  const char *word;                 /* value is this word of the key */
  bool negated;                     /* `noflag' */
  struct lang_statement *statement; /* COMMAND parsed at once */
  struct lang_arg *next;
};

enum lang_statement_type
{
  LANG_STATEMENT_COMMAND,
  LANG_STATEMENT_LET,
  LANG_STATEMENT_ASSIGN,
  LANG_STATEMENT_ELEMENT,
  LANG_STATEMENT_SHOW, /* = expr */
  LANG_STATEMENT_FOR,
  LANG_STATEMENT_WHILE,
  LANG_STATEMENT_IF
};

struct lang_body
{
  struct lang_statement *first, *last;
};

/* One arm of an if; the only one of a loop.  */
struct lang_branch
{
  struct lang_expr *condition; /* NULL: else */
  struct lang_body body;
  struct lang_branch *next;
};

struct lang_statement
{
  enum lang_statement_type type;
  struct lang_span span, head; /* all of it; verb or name */
  const struct lang_command *command;
  const struct lang_key *more; /* options given by the first word */
  struct lang_arg *args;
  bool deferred;    /* options known only when the first word is */
  const char *name; /* variable */
  struct lang_expr *index, *expr;
  struct lang_branch *branch;
  struct lang_statement *next;
};

/* Text with the trees made from it.  */
struct lang_unit
{
  char *name; /* file; NULL: typed */
  size_t lines_before; /* of that file, not in the text */
  char *text;
  size_t len, cap;
  size_t typed_from; /* where the last line typed starts */
  size_t scanned;    /* statements before this are parsed */
  struct lang_arena arena;
  struct lang_body body; /* top level */
  size_t depth;          /* open blocks */
  struct
  {
    struct lang_statement *statement;
    struct lang_branch *branch;
  } block[LANG_MAX_NESTING];
};

struct lang_variable_slot
{
  char *name;
  struct lang_value value;
};

struct lang_interp
{
  struct lang_host host;
  const struct lang_command **commands; /* host's and builtins, one array */
  size_t n_commands;
  struct lang_variable_slot *variable;
  size_t n_variables, cap_variables;
  struct lang_unit *pending; /* typed, not complete */
  const char *const *args;   /* arg[1] ... of the running script */
  size_t n_args;
  struct
  {
    const char *real, *shown; /* NULL, NULL: not from a file */
  } files[LANG_MAX_INCLUDE];  /* being run, outermost first */
  size_t n_files;
  char *fed; /* the script whose lines are fed, by its real name; malloc'd */
  const char *fed_name; /* of what is fed, for messages; NULL: typed */
  size_t fed_lines;     /* of it so far */
  unsigned depth; /* of commands inside commands */
  size_t max_loop;
  double unit; /* inches of a length without a unit */
  int digits;
  bool checking;
  size_t n_running;
  struct lang_diagnostic last;
  struct cvx_error scratch; /* for callers that pass no error */
  const char **names;       /* scratch for did-you-mean */
  size_t n_names, cap_names;
  struct lang_arena quoted; /* names that completion put into quotes */
  bool names_lost; /* one could not be added */
  char open[16];
};

/* ---------------------------------------------------------------- source.c */

/* A unit called NAME (NULL: typed), without text.  */
enum cvx_status lang_unit_new (struct lang_unit **out, const char *name,
                               struct cvx_error *err) CVX_MUST_CHECK;
void lang_unit_free (struct lang_unit *u);

/* Append LEN bytes: BOM and CR are dropped, a newline is added at the end when
   there is none, bytes that are no text are E106.  */
enum cvx_status lang_unit_append (struct lang_interp *in, struct lang_unit *u,
                                  const char *text, size_t len,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* What the end of the text left open.  */
struct lang_open
{
  char what;    /* ( [ " ' or \ ; 0: nothing */
  size_t where; /* byte */
};

/* The statement that starts at FROM: its bytes without comment, and where the
   next starts.  OPEN tells when the text ends within it.  */
enum cvx_status lang_scan (struct lang_interp *in, struct lang_unit *u,
                           size_t from, struct lang_span *statement,
                           size_t *next, struct lang_open *open,
                           struct cvx_error *err) CVX_MUST_CHECK;

/* Line (from 1) that holds byte AT, and the byte where it starts.  */
size_t lang_unit_line (const struct lang_unit *u, size_t at, size_t *start);

/* What the multi-byte character at S should probably have been ("looks like a
   typographic quote ..."), NULL when there is nothing to say.  */
const char *lang_odd_character (const char *s);

/* ------------------------------------------------------------- diagnose.c */

/* Put the place of ERR at SPAN of U (NULL: no place).  Returns its status.  */
enum cvx_status lang_blame (struct lang_interp *in, const struct lang_unit *u,
                            struct lang_span span, struct cvx_error *err);

/* cvx_fail with a place.  */
enum cvx_status lang_fail (struct lang_interp *in, const struct lang_unit *u,
                           struct lang_span span, struct cvx_error *err,
                           enum cvx_error_id id, const char *format, ...)
    CVX_PRINTF (6, 7);

void lang_warn (struct lang_interp *in, const struct lang_unit *u,
                struct lang_span span, enum cvx_error_id id,
                const char *format, ...) CVX_PRINTF (5, 6);

/* ERR has the place that lang_blame gave last.  */
bool lang_placed (const struct lang_interp *in, const struct cvx_error *err);

/* Add a line to the notes of the last failure.  */
void lang_note (struct lang_interp *in, const char *format, ...)
    CVX_PRINTF (2, 3);

/* Names for abbreviations, did-you-mean and lists in messages: clear, add,
   then use.  Without memory `names_lost' is set; a suggestion does without. */
void lang_names_clear (struct lang_interp *in);
void lang_names_add (struct lang_interp *in, const char *name);
void lang_names_add_all (struct lang_interp *in, const char *const *names);
/* The verbs, to an empty list; with OWN also those that open and close blocks,
   which have no function.  The variables.  */
void lang_names_add_commands (struct lang_interp *in, bool own);
void lang_names_add_variables (struct lang_interp *in);

/* Add "Did you mean X?" to the text of ERR when a collected name is near WORD,
   and the list of names after LABEL (NULL: no list).  Returns ERR's status. */
enum cvx_status lang_suggest (struct lang_interp *in, const char *word,
                              const char *label, struct cvx_error *err);

/* ------------------------ cursor.c, operand.c, expr.c, string.c, eval.c,
 * value.c
 */

struct lang_parser
{
  struct lang_interp *in;
  struct lang_unit *unit;
  const char *s;
  size_t pos, end;
  unsigned depth, brackets, index;
  bool spaced;         /* `a -b' is two items */
  enum lang_kind kind; /* which units numbers may have */
  struct cvx_error *err;
};

struct lang_parser lang_parser_new (struct lang_interp *in,
                                    struct lang_unit *u, struct lang_span span,
                                    struct cvx_error *err);
void lang_skip_space (struct lang_parser *p);
bool lang_at_end (struct lang_parser *p);

/* Failure at SPAN or at the character under the cursor.  */
enum cvx_status lang_parse_fail (struct lang_parser *p, size_t start,
                                 size_t end, enum cvx_error_id id,
                                 const char *format, ...) CVX_PRINTF (5, 6);
/* E104 "expected WHAT" at the cursor, or E106 for a strange character.  */
enum cvx_status lang_parse_expected (struct lang_parser *p, const char *what);

size_t lang_name_length (const char *s, size_t len);
bool lang_word_is (struct lang_parser *p, const char *word);
char *lang_span_text (struct lang_parser *p, size_t start, size_t end);

struct lang_node *lang_node_new (struct lang_parser *p,
                                 enum lang_node_type type, size_t start);
/* Append CHILD with the operator before it; false without memory.  */
bool lang_node_add (struct lang_parser *p, struct lang_node *node,
                    struct lang_node *child, enum lang_op op);
enum cvx_status lang_parse_expr (struct lang_parser *p,
                                 struct lang_node **out) CVX_MUST_CHECK;

/* A value without operators, with the indices after it.  */
enum cvx_status lang_parse_operand (struct lang_parser *p,
                                    struct lang_node **out) CVX_MUST_CHECK;

/* The quoted string under the cursor.  */
enum cvx_status lang_parse_string (struct lang_parser *p,
                                   struct lang_node **out) CVX_MUST_CHECK;
bool lang_is_keyword (const char *name);
enum cvx_status lang_parse_nomem (struct lang_parser *p);

struct lang_eval_state
{
  struct lang_interp *in;
  const struct lang_unit *unit;
  const struct lang_scope *scope;
  bool has_end;
  double end;
  struct cvx_error *err;
};

enum cvx_status lang_eval_node (struct lang_eval_state *e,
                                const struct lang_node *node,
                                struct lang_value *out) CVX_MUST_CHECK;

/* path.c: the nodes PATH and INDEX.  */
enum cvx_status lang_eval_path (struct lang_eval_state *e,
                                const struct lang_node *node,
                                struct lang_value *out) CVX_MUST_CHECK;
enum cvx_status lang_eval_index (struct lang_eval_state *e,
                                 const struct lang_node *node,
                                 struct lang_value *out) CVX_MUST_CHECK;

/* NODE as a number; WHAT it is, for the message.  */
enum cvx_status lang_eval_number_node (struct lang_eval_state *e,
                                       const struct lang_node *node,
                                       const char *what,
                                       double *x) CVX_MUST_CHECK;

/* V as truth value; NODE for the message.  */
enum cvx_status lang_truth (struct lang_eval_state *e,
                            const struct lang_value *v,
                            const struct lang_node *node,
                            bool *b) CVX_MUST_CHECK;

/* The comparisons of EXPR with their values, "3.1e-05 < 1e-06", into T.  */
enum cvx_status lang_explain (struct lang_interp *in,
                              const struct lang_expr *expr, struct cvx_text *t,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* The value at NODE as an owned string in *TEXT (cvx_free).  */
enum cvx_status lang_eval_text (struct lang_interp *in,
                                const struct lang_unit *u,
                                const struct lang_node *node, char **text,
                                struct cvx_error *err) CVX_MUST_CHECK;

enum cvx_status lang_eval_fail (struct lang_eval_state *e,
                                const struct lang_node *node,
                                enum cvx_error_id id, const char *format, ...)
    CVX_PRINTF (4, 5);

bool lang_is_list (const struct lang_value *v);
size_t lang_value_length (const struct lang_value *v);
/* RANGE to VECTOR; E107 when it is too long.  */
enum cvx_status lang_materialise (struct lang_eval_state *e,
                                  const struct lang_node *node,
                                  struct lang_value *v) CVX_MUST_CHECK;
/* An owned vector of N elements, not set.  */
enum cvx_status lang_vector_alloc (struct lang_value *out, size_t n,
                                   struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_vector_limited (struct lang_eval_state *e,
                                     const struct lang_node *node, double n,
                                     struct lang_value *out) CVX_MUST_CHECK;
enum cvx_status lang_range_new (struct lang_eval_state *e,
                                const struct lang_node *node, double first,
                                double last, double step,
                                struct lang_value *out) CVX_MUST_CHECK;
const char *lang_op_text (enum lang_op op);

/* ------------------------------------------------------------- function.c */

struct lang_function
{
  struct lang_function_row row;
  unsigned least, most; /* arguments */
  double (*math) (double);
  enum cvx_status (*run) (struct lang_eval_state *e,
                          const struct lang_node *node, struct lang_value *arg,
                          size_t n, struct lang_value *out);
  /* The arguments are given unevaluated.  */
  enum cvx_status (*lazy) (struct lang_eval_state *e,
                           const struct lang_node *node,
                           struct lang_value *out);
};

const struct lang_function *lang_find_function (const char *name);

/* -------------------------------------------------- args.c, call.c, parse.c
 */

/* The arguments of ST's command from the cursor to the end of P.  WORD: the
   first word when it is known only now (NULL: read it).  */
enum cvx_status lang_parse_args (struct lang_parser *p,
                                 struct lang_statement *st, const char *word,
                                 unsigned depth) CVX_MUST_CHECK;

/* Resolve the name at NAME among the commands: exact, or one that starts with
   it.  */
enum cvx_status
lang_resolve_command (struct lang_parser *p, size_t start, size_t end,
                      const struct lang_command **out) CVX_MUST_CHECK;

/* The word TEXT of KEY: *FULL is its full form; *KNOWN false when it is not in
   the list of an open key.  */
enum cvx_status lang_resolve_word (struct lang_interp *in,
                                   const struct lang_unit *u,
                                   struct lang_span span,
                                   const struct lang_key *key,
                                   const char *text, const char **full,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* One statement of U at SPAN: it is hung into the open block or the top
   level.  */
enum cvx_status lang_parse_statement (struct lang_interp *in,
                                      struct lang_unit *u,
                                      struct lang_span span,
                                      struct cvx_error *err) CVX_MUST_CHECK;

/* A command alone (for `expect', `time'), DEPTH inside others.  */
enum cvx_status lang_parse_command (struct lang_parser *p,
                                    struct lang_statement **out,
                                    unsigned depth) CVX_MUST_CHECK;

/* Everything of U that is complete; OPEN tells what is not.  */
enum cvx_status lang_parse_unit (struct lang_interp *in, struct lang_unit *u,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* E105 for the OPEN bracket or string, or the open block, of U.  */
enum cvx_status lang_fail_open (struct lang_interp *in, struct lang_unit *u,
                                const struct lang_open *open,
                                struct cvx_error *err);

enum cvx_status lang_run_command (struct lang_interp *in, struct lang_unit *u,
                                  const struct lang_statement *st,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* --------------------------------------------------------------- interp.c */

enum cvx_status lang_run_body (struct lang_interp *in, struct lang_unit *u,
                               const struct lang_body *body,
                               struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status lang_run_statement (struct lang_interp *in,
                                    struct lang_unit *u,
                                    const struct lang_statement *st,
                                    struct cvx_error *err) CVX_MUST_CHECK;
bool lang_delete (struct lang_interp *in, const char *name);
void lang_write (struct lang_interp *in, const char *text);

/* targets.c: the files that the statements of U write.  CVX_OUTPUT and what
   else the host says.  */
enum cvx_status lang_check_targets (struct lang_interp *in,
                                    struct lang_unit *u,
                                    struct cvx_error *err) CVX_MUST_CHECK;

/* Run or CHECK the file PATH, included by the script that runs: relative to
   its folder.  A failure to read it has no place.  */
enum cvx_status lang_run_include (struct lang_interp *in, const char *path,
                                  const char *const *args, size_t n_args,
                                  bool check,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Has VERSION of the program at least the numbers of WANTED ("0.3")?  False in
 *OK_FORM when WANTED is no version.  */
bool lang_version_enough (const char *version, const char *wanted,
                          bool *ok_form);

/* E133 unless the program is new enough for the `require' of ST.  */
enum cvx_status lang_check_require (struct lang_interp *in,
                                    struct lang_unit *u,
                                    const struct lang_statement *st,
                                    struct cvx_error *err) CVX_MUST_CHECK;

#endif
