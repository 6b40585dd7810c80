/* complete.c -- completion: Readline asks, the language's tables answer.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "repl/repl.h"

enum
{
  MOST = 100 /* names shown of very many */
};

static struct session *session;
static struct lang_completion found;
static size_t next, skip; /* bytes of a name before Readline's word */
static size_t left_out;   /* names that Readline did not get */
static char hint[512];    /* for the second Tab */
static char lead[256];    /* bytes of Readline's word before a name */

/* The K-th call gives the K-th name, as Readline wants it: malloc'd.  */
static char *
give (const char *text, int state)
{
  const char *name;
  char *copy;
  (void)text;
  if (state == 0)
    next = 0;
  if (next >= found.n)
    return NULL;
  name = found.names[next++];
  name += strlen (name) < skip ? strlen (name) : skip;
  copy = malloc (strlen (lead) + strlen (name) + 1);
  if (copy != NULL)
    sprintf (copy, "%s%s", lead, name);
  return copy;
}

/* The first MOST of very many names behind what all have in common, as
   Readline wants them; it would sort and measure them all.  */
static char **
give_some (size_t most)
{
  char **matches = malloc ((most + 2) * sizeof *matches);
  const char *first = found.names[0];
  size_t common = strlen (first), n = 0, before;
  for (size_t k = 1; k < found.n; k++)
    for (size_t j = 0; j < common; j++)
      if (found.names[k][j] != first[j])
        common = j;
  if (matches == NULL)
    return NULL;
  for (; n < most + 1; n++)
    {
      matches[n] = give ("", n > 1);
      if (matches[n] == NULL)
        break;
      if (n == 0)
        {
          before = common > skip ? common - skip : 0;
          matches[0][strlen (lead) + before] = '\0';
        }
    }
  matches[n] = NULL;
  left_out = found.n - most;
  return matches;
}

/* What is wanted at the cursor, for the second Tab: the usage of the command,
   and the option with its default.  */
static void
make_hint (void)
{
  const struct lang_key *key = found.key;
  hint[0] = '\0';
  if (found.command == NULL)
    return;
  snprintf (hint, sizeof hint, "%s", found.command->usage);
  if (key != NULL && key->help != NULL)
    snprintf (hint + strlen (hint), sizeof hint - strlen (hint),
              "\n%s: %s%s%s%s", key->name, key->help,
              key->default_text != NULL ? " [" : "",
              key->default_text != NULL ? key->default_text : "",
              key->default_text != NULL ? "]" : "");
}

static void
show_hint (void)
{
  fprintf (rl_outstream, "\n%s", hint);
  fflush (rl_outstream);
}

/* Many names are shown in part: a question or a pager would stand between the
   user and the next letter.  */
static void
show_matches (char **matches, int n, int longest)
{
  if (hint[0] != '\0')
    show_hint ();
  rl_display_match_list (matches, n, longest);
  if (left_out > 0)
    fprintf (rl_outstream, "... and %zu more: type another letter\n",
             left_out);
  rl_forced_update_display ();
}

static char **
complete (const char *text, int start, int end)
{
  struct cvx_error err;
  char **matches;
  (void)end;
  rl_attempted_completion_over = 1;
  if (lang_complete (session->interp, rl_line_buffer, (size_t)rl_point, &found,
                     &err)
      != CVX_OK)
    return NULL;
  make_hint ();
  left_out = 0;
  if (found.expect == LANG_EXPECT_PATH && found.n == 0)
    {
      lang_completion_free (&found);
      rl_filename_completion_desired = 1;
      matches = rl_completion_matches (text, rl_filename_completion_function);
    }
  else
    {
      skip = found.start < (size_t)start ? (size_t)start - found.start : 0;
      lead[0] = '\0';
      if (found.start > (size_t)start
          && found.start - (size_t)start < sizeof lead
          && found.start - (size_t)start <= strlen (text))
        {
          memcpy (lead, text, found.start - (size_t)start);
          lead[found.start - (size_t)start] = '\0';
        }
      rl_completion_append_character
          = found.suffix != NULL && found.suffix[0] != '\0' ? found.suffix[0]
                                                            : '\0';
      if (found.suffix == NULL || found.suffix[0] == '\0')
        rl_completion_suppress_append = 1;
      /* The closing quote is our suffix, or not yet due.  */
      rl_completion_suppress_quote = 1;
      matches = found.n == 0         ? NULL
                : found.n > 2 * MOST ? give_some (MOST)
                                     : rl_completion_matches (text, give);
      lang_completion_free (&found);
    }
  if (matches == NULL && rl_completion_type == '?' && hint[0] != '\0')
    {
      /* Readline shows nothing of its own.  */
      show_hint ();
      fputs ("\n", rl_outstream);
      rl_on_new_line ();
      rl_redisplay ();
    }
  return matches;
}

void
repl_completion_install (struct session *s)
{
  session = s;
  rl_attempted_completion_function = complete;
  rl_completion_display_matches_hook = show_matches;
  rl_completer_word_break_characters = (char *)" \t\n\"'=,;()[]{}<>+*^";
  rl_completer_quote_characters = "\"'";
  rl_variable_bind ("page-completions", "off");
}
