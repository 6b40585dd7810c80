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
static size_t skip;     /* bytes of a name before Readline's word */
static size_t left_out; /* names that Readline did not get */
static char hint[512];  /* for the second Tab */
static char lead[256];  /* bytes of Readline's word before a name */

/* LEN bytes of NAME behind `lead'.  */
static char *
joined (const char *name, size_t len)
{
  char *s = malloc (strlen (lead) + len + 1);
  if (s != NULL)
    sprintf (s, "%s%.*s", lead, (int)len, name);
  return s;
}

/* Put NAME into MATCHES[1 .. N], which rise, behind `lead', unless it is
   there; of more than 2 MOST the last is dropped.  Returns how many they are
   then.  */
static size_t
insert (char **matches, size_t n, const char *name)
{
  size_t low = 1, high = n + 1, len = strlen (lead);
  char *copy;
  while (low < high)
    {
      size_t middle = (low + high) / 2;
      int order = strcmp (matches[middle] + len, name);
      if (order == 0)
        return n;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  copy = low > 2 * MOST ? NULL : joined (name, strlen (name));
  if (copy == NULL)
    return n;
  if (n == 2 * MOST)
    free (matches[n--]);
  memmove (matches + low + 1, matches + low, (n + 1 - low) * sizeof *matches);
  matches[low] = copy;
  return n + 1;
}

/* Bytes that A, of which LEN count, has in common with B.  */
static size_t
agree (const char *a, size_t len, const char *b)
{
  size_t k = 0;
  while (k < len && a[k] == b[k])
    k++;
  return k;
}

/* What was found, or with FILES the files that TEXT begins, as Readline wants
   it: what all have in common, then the names; of very many the first MOST.
   Readline would copy, sort and measure them all, and there may be ten
   thousand.  */
static char **
matches_of (const char *text, bool files)
{
  char **matches = malloc ((2 * MOST + 3) * sizeof *matches);
  size_t n = 0, total = 0, common = 0;
  char *first = NULL, *file = NULL;
  if (matches == NULL)
    return NULL;
  for (;; total++)
    {
      const char *name;
      free (file);
      file = files ? rl_filename_completion_function (text, total > 0) : NULL;
      name = total < found.n && !files ? found.names[total] : file;
      if (name == NULL)
        break;
      if (!files)
        name += strnlen (name, skip);
      if (total == 0)
        {
          first = strdup (name);
          common = strlen (name);
        }
      if (first == NULL)
        {
          free (file);
          break;
        }
      common = agree (first, common, name);
      n = insert (matches, n, name);
    }
  left_out = total > 2 * MOST ? total - MOST : 0;
  for (; left_out > 0 && n > MOST; n--)
    free (matches[n]);
  /* No letter is cut.  */
  while (n > 0 && common > 0 && ((unsigned char)first[common] & 0xc0) == 0x80)
    common--;
  matches[0] = n > 0 ? joined (first, common) : NULL;
  if (n == 1 || matches[0] == NULL) /* the only name stands alone */
    while (n > 0)
      free (matches[n--]);
  matches[n + 1] = NULL;
  if (matches[0] == NULL)
    {
      free (matches);
      matches = NULL;
    }
  free (first);
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
      lead[0] = '\0';
      matches = matches_of (text, true);
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
      matches = matches_of (text, false);
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
