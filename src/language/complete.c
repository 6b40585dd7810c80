/* complete.c -- what may stand at the cursor.

   The line is cut where its last statement starts, then walked like args.c
   does, but without ever failing: what is not understood is skipped.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "language/internal.h"

#define NO_STRING SIZE_MAX

struct cursor
{
  struct lang_interp *in;
  const char *line;
  size_t at;     /* of the cursor */
  size_t quoted; /* where the string around it starts, or NO_STRING */
  struct lang_arena *arena;
  struct lang_completion *out;
};

static bool
blank (char c)
{
  return c == ' ' || c == '\t';
}

/* Start of the statement that holds the cursor, and of the string there.  */
static size_t
statement_start (struct cursor *c)
{
  size_t start = 0;
  char quote = 0;
  c->quoted = NO_STRING;
  for (size_t k = 0; k < c->at; k++)
    {
      char ch = c->line[k];
      if (quote != 0)
        {
          if (ch == '\\' && quote == '"')
            k++;
          else if (ch == quote)
            {
              quote = 0;
              c->quoted = NO_STRING;
            }
        }
      else if ((ch == '"' || ch == '\'')
               && (k == 0 || !isalnum ((unsigned char)c->line[k - 1])))
        {
          quote = ch;
          c->quoted = k + 1;
        }
      else if (ch == ';')
        start = k + 1;
    }
  while (start < c->at && blank (c->line[start]))
    start++;
  return start;
}

/* What was collected that starts with the text from START to the cursor.  */
static void
offer (struct cursor *c, enum lang_expect expect, size_t start,
       const char *suffix)
{
  struct lang_interp *in = c->in;
  size_t len = c->at - start, n = 0;
  c->out->expect = expect;
  c->out->start = start;
  c->out->suffix = suffix;
  for (size_t k = 0; k < in->n_names; k++)
    if (strncmp (in->names[k], c->line + start, len) == 0)
      in->names[n++] = in->names[k];
  in->n_names = n;
}

/* NAME as a word of the language: in quotes when it needs them.  */
static const char *
in_quotes (struct cursor *c, const char *name)
{
  struct lang_interp *in = c->in;
  size_t len = strlen (name);
  char *s;
  if (strpbrk (name, " \t\"'#;,=[](){}\\") == NULL)
    return name;
  s = lang_arena_alloc (&in->quoted, 2 * len + 3, 1);
  if (s == NULL)
    return name;
  len = 0;
  s[len++] = '"';
  for (; *name != '\0'; name++)
    {
      if (strchr ("\"\\{}", *name) != NULL)
        s[len++] = '\\';
      s[len++] = *name;
    }
  s[len++] = '"';
  s[len] = '\0';
  return s;
}

/* Words of a value; one at its FIRST byte may be a string.  */
static void
offer_words (struct cursor *c, size_t start, bool first)
{
  struct lang_interp *in = c->in;
  size_t n = 0;
  offer (c, LANG_EXPECT_WORD, start, c->quoted != NO_STRING ? "\"" : " ");
  for (size_t k = 0; k < in->n_names && c->quoted == NO_STRING; k++)
    {
      const char *name = in_quotes (c, in->names[k]);
      if (name == in->names[k] || first)
        in->names[n++] = name;
    }
  if (c->quoted == NO_STRING)
    in->n_names = n;
}

static void
complete_verb (struct cursor *c, size_t start)
{
  static const char *const words[] = { "elif", "else", "end", NULL };
  lang_names_clear (c->in);
  lang_names_add_commands (c->in, true);
  if (c->in->pending != NULL)
    lang_names_add_all (c->in, words);
  offer (c, LANG_EXPECT_VERB, start, " ");
}

/* Names of an expression: after a dot the fields of what is before it.  */
static void
complete_name (struct cursor *c, size_t from, const struct lang_key *key)
{
  struct lang_interp *in = c->in;
  size_t start = c->at, path;
  char prefix[128];
  size_t used = 0;
  while (start > from
         && (isalnum ((unsigned char)c->line[start - 1])
             || c->line[start - 1] == '_'))
    start--;
  lang_names_clear (in);
  if (start > from && c->line[start - 1] == '.')
    {
      int depth = 0;
      path = start - 1;
      while (path > from
             && (depth > 0 || isalnum ((unsigned char)c->line[path - 1])
                 || strchr ("_.]", c->line[path - 1]) != NULL))
        {
          path--;
          depth += (c->line[path] == ']') - (c->line[path] == '[');
        }
      for (size_t k = path; k < start - 1 && used + 1 < sizeof prefix; k++)
        {
          depth += c->line[k] == '[';
          if (depth == 0)
            prefix[used++] = c->line[k];
          depth -= c->line[k] == ']';
        }
      prefix[used] = '\0';
      if (in->host.names != NULL && used > 0)
        lang_names_add_all (in, in->host.names (in->host.session, prefix));
    }
  else
    {
      if (key != NULL)
        lang_names_add_all (in, key->words);
      if (key != NULL && key->candidates != NULL)
        lang_names_add_all (in, key->candidates (in->host.session));
      lang_names_add_variables (in);
      if (in->host.names != NULL)
        lang_names_add_all (in, in->host.names (in->host.session, ""));
      for (size_t k = 0; lang_function (k) != NULL; k++)
        lang_names_add (in, lang_function (k)->name);
    }
  offer (c, LANG_EXPECT_NAME, start, "");
}

/* A value of KEY that starts at START; WORD is the first of the command.  */
static void
complete_value (struct cursor *c, const struct lang_key *key, const char *word,
                size_t start)
{
  static const char *const yes_no[] = { "yes", "no", NULL };
  struct lang_interp *in = c->in;
  size_t first;
  c->out->key = key;
  lang_names_clear (in);
  switch (key->kind)
    {
    case LANG_KIND_PATH:
      offer (c, LANG_EXPECT_PATH, start, " ");
      break;
    case LANG_KIND_NAMES:
    case LANG_KIND_WORD:
    case LANG_KIND_STRING:
    case LANG_KIND_WORDS:
      if (c->quoted != NO_STRING)
        start = c->quoted;
      first = start;
      if (key->kind == LANG_KIND_NAMES || key->candidates_of != NULL)
        for (size_t k = start; k < c->at; k++)
          if (c->line[k] == ',')
            start = k + 1;
      lang_names_add_all (in, key->words);
      if (key->candidates != NULL)
        lang_names_add_all (in, key->candidates (in->host.session));
      if (key->candidates_of != NULL && word != NULL)
        lang_names_add_all (in, key->candidates_of (in->host.session, word));
      offer_words (c, start, start == first);
      break;
    case LANG_KIND_COUNT:
      if (key->candidates == NULL)
        {
          complete_name (c, start, key);
          break;
        }
      lang_names_add_all (in, key->candidates (in->host.session));
      offer (c, LANG_EXPECT_WORD, start, " ");
      break;
    case LANG_KIND_FLAG:
      lang_names_add_all (in, yes_no);
      offer (c, LANG_EXPECT_WORD, start, " ");
      break;
    case LANG_KIND_COMMAND:
      complete_verb (c, start);
      break;
    case LANG_KIND_REST:
      break;
    default:
      complete_name (c, start, key);
    }
}

/* The K-th key of COMMAND or MORE.  */
static const struct lang_key *
nth (const struct lang_command *command, const struct lang_key *more, size_t k)
{
  const struct lang_key *key = command->keys;
  for (; key != NULL && key->name != NULL; key++)
    if (k-- == 0)
      return key;
  for (key = more; key != NULL && key->name != NULL; key++)
    if (k-- == 0)
      return key;
  return NULL;
}

/* End of the argument that starts at AT: white space outside quotes and
   brackets.  */
static size_t
argument_end (const struct cursor *c, size_t at)
{
  size_t depth = 0;
  char quote = 0;
  for (; at < c->at; at++)
    {
      char ch = c->line[at];
      if (quote != 0)
        quote = ch == quote ? 0 : quote;
      else if (ch == '"' || ch == '\'')
        quote = ch;
      else if (ch == '[' || ch == '(')
        depth++;
      else if ((ch == ']' || ch == ')') && depth > 0)
        depth--;
      else if (blank (ch) && depth == 0)
        break;
    }
  return at;
}

/* The word from START to END as it will be read: without its quotes, ~ made
   the home folder; NULL without memory.  */
static const char *
word_value (struct cursor *c, size_t start, size_t end)
{
  char quote = c->line[start];
  char *s;
  if (quote != '"' && quote != '\'')
    {
      s = lang_arena_strndup (c->arena, c->line + start, end - start);
      return s != NULL ? lang_expand_home (c->arena, s) : NULL;
    }
  start++;
  end -= end > start && c->line[end - 1] == quote;
  s = lang_arena_strndup (c->arena, c->line + start, end - start);
  for (size_t from = 0, to = 0; s != NULL && quote == '"'; to++, from++)
    {
      from += s[from] == '\\' && s[from + 1] != '\0';
      s[to] = s[from];
      if (s[from] == '\0')
        break;
    }
  return s;
}

static const struct lang_key *
find_key (const struct lang_command *command, const struct lang_key *more,
          const char *name, size_t len)
{
  const struct lang_key *key, *found = NULL;
  for (size_t k = 0; (key = nth (command, more, k)) != NULL; k++)
    if (!(key->flags & LANG_ARG) && strncmp (key->name, name, len) == 0)
      {
        if (key->name[len] == '\0')
          return key;
        found = found == NULL ? key : found;
      }
  return found;
}

static const struct lang_key *
nth_word (const struct lang_command *command, const struct lang_key *more,
          size_t n)
{
  const struct lang_key *key;
  for (size_t k = 0; (key = nth (command, more, k)) != NULL; k++)
    if (key->flags & LANG_ARG && n-- == 0)
      return key;
  return NULL;
}

static void complete_statement (struct cursor *c, size_t start, int depth);

static void
complete_arguments (struct cursor *c, const struct lang_command *command,
                    size_t at, int depth)
{
  struct lang_interp *in = c->in;
  const struct lang_key *more = NULL, *key, *word;
  const char *first = NULL;
  size_t words = 0;
  c->out->command = command;
  for (;;)
    {
      size_t end, eq = at;
      while (at < c->at && blank (c->line[at]))
        at++;
      if (command->more_keys != NULL && more == NULL && words > 0)
        more = command->more_keys (in->host.session, first);
      word = nth_word (command, more, words);
      if (word != NULL && word->kind == LANG_KIND_COMMAND && at < c->at)
        {
          complete_statement (c, at, depth + 1);
          return;
        }
      end = argument_end (c, at);
      eq = at + lang_name_length (c->line + at, end - at);
      while (eq > at && eq + 1 < end && c->line[eq] == '.'
             && lang_name_length (c->line + eq + 1, end - eq - 1) > 0)
        eq += 1 + lang_name_length (c->line + eq + 1, end - eq - 1);
      if (command->more_keys != NULL && more == NULL
          && (words > 0 || end == c->at))
        more = command->more_keys (in->host.session, first);
      if (eq < end && eq > at && c->line[eq] == '=')
        {
          key = find_key (command, more, c->line + at, eq - at);
          if (end == c->at)
            {
              if (key != NULL)
                complete_value (c, key, first, eq + 1);
              return;
            }
        }
      else if (end == c->at)
        break;
      else
        {
          if (words == 0)
            {
              first = word_value (c, at, end);
              more = NULL;
            }
          words += word != NULL;
        }
      at = end;
    }
  /* A new argument: the next word, or a key.  */
  if (word != NULL)
    {
      enum lang_expect expect;
      complete_value (c, word, NULL, at);
      expect = c->out->expect;
      if (expect == LANG_EXPECT_PATH || word->flags & LANG_REQUIRED)
        return;
    }
  if (word == NULL)
    lang_names_clear (in);
  for (size_t k = 0; (key = nth (command, more, k)) != NULL; k++)
    if (!(key->flags & LANG_ARG))
      lang_names_add (in, key->name);
  offer (c, LANG_EXPECT_KEY, at, "=");
  if (in->n_names == 1)
    {
      key = find_key (command, more, in->names[0], strlen (in->names[0]));
      if (key == NULL || key->kind == LANG_KIND_FLAG)
        c->out->suffix = " ";
    }
}

static void
complete_statement (struct cursor *c, size_t start, int depth)
{
  const struct lang_command *command = NULL;
  struct lang_interp *in = c->in;
  size_t len = lang_name_length (c->line + start, c->at - start), many = 0;
  if (start + len == c->at && c->at > start)
    {
      complete_verb (c, start);
      return;
    }
  if (start == c->at)
    {
      complete_verb (c, start);
      return;
    }
  for (size_t k = 0; k < in->n_commands; k++)
    if (strncmp (in->commands[k]->name, c->line + start, len) == 0)
      {
        if (in->commands[k]->name[len] == '\0')
          {
            command = in->commands[k];
            many = 1;
            break;
          }
        command = in->commands[k];
        many++;
      }
  if (len == 0 || many != 1 || command->run == NULL
      || (c->line[start + len] == '=' && depth == 0))
    complete_name (c, start, NULL);
  else if (depth < LANG_MAX_INCLUDE)
    complete_arguments (c, command, start + len, depth);
}

enum cvx_status
lang_complete (struct lang_interp *in, const char *line, size_t cursor,
               struct lang_completion *out, struct cvx_error *err)
{
  struct lang_arena arena = { NULL };
  struct cursor c = { in, line, cursor, NO_STRING, &arena, out };
  size_t start, brace;
  *out = (struct lang_completion){ .start = cursor, .suffix = "" };
  lang_arena_free (&in->quoted);
  lang_names_clear (in);
  start = statement_start (&c);
  for (brace = cursor; c.quoted != NO_STRING && brace > c.quoted; brace--)
    if (line[brace - 1] == '{' || line[brace - 1] == '}')
      break;
  if (c.quoted != NO_STRING && brace > c.quoted && line[brace - 1] == '{')
    complete_name (&c, brace, NULL);
  else
    {
      complete_statement (&c, start, 0);
      /* In a string that is no word of an option: a file.  */
      if (c.quoted != NO_STRING
          && (out->expect != LANG_EXPECT_WORD || out->start < c.quoted))
        offer (&c, LANG_EXPECT_PATH, c.quoted, "\"");
    }
  lang_arena_free (&arena);
  if (out->expect == LANG_EXPECT_NOTHING || out->expect == LANG_EXPECT_PATH)
    in->n_names = 0;
  out->n = in->n_names;
  out->names = cvx_calloc (out->n + 1, sizeof *out->names);
  if (out->names == NULL)
    {
      out->n = 0;
      return cvx_fail_nomem (err, "completing");
    }
  if (out->n > 0)
    memcpy (out->names, in->names, out->n * sizeof *out->names);
  return CVX_OK;
}

void
lang_completion_free (struct lang_completion *c)
{
  cvx_free (c->names);
  c->names = NULL;
  c->n = 0;
}
