/* journal.c -- what was typed, as a script that does the session again.

   Every line is written and flushed when it has run, so that the journal is
   complete whatever ends the program.  Lines that failed become comments with
   the number of their error; a block is one piece.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "repl/repl.h"

static FILE *journal;
static struct cvx_text pending = CVX_TEXT_INIT; /* lines of an open block */

void
repl_journal_begin (struct session *s)
{
  char buf[1024], here[1024];
  const char *file = repl_state_file ("last-session.cvx", buf, sizeof buf);
  char older[1040];
  if (file == NULL)
    return;
  snprintf (older, sizeof older, "%s~", file);
  (void)rename (file, older); /* there may be none */
  journal = fopen (file, "we");
  if (journal == NULL)
    {
      cvx_text_printf (&pending, "W%d: what is typed cannot be written "
                                 "down: %s: %s\n",
                       (int)CVX_E509, file, strerror (errno));
      session_complain (s, cvx_text_string (&pending));
      cvx_text_free (&pending);
      return;
    }
  if (getcwd (here, sizeof here) != NULL && strpbrk (here, "\n\r") == NULL)
    fprintf (journal, "# cvxnn " PACKAGE_VERSION ", in %s\n", here);
  fflush (journal);
}

static void
put (const char *text, const struct cvx_error *err)
{
  while (*text != '\0')
    {
      size_t len = strcspn (text, "\n");
      if (len > 0)
        fprintf (journal, "%s%.*s\n", err != NULL ? "# " : "", (int)len, text);
      text += len + (text[len] == '\n');
    }
  if (err != NULL)
    fprintf (journal, "#   E%d\n", (int)err->id);
  fflush (journal);
}

void
repl_journal (struct session *s, const char *text, const struct cvx_error *err)
{
  bool open = lang_feed_state (s->interp) == LANG_NEED_MORE;
  if (journal == NULL)
    return;
  cvx_text_put (&pending, text);
  cvx_text_put (&pending, "\n");
  if (open && err == NULL)
    return;
  if (open) /* one bad line of a block, which goes on */
    {
      put (text, err);
      pending.len -= strlen (text) + 1;
      pending.s[pending.len] = '\0';
      return;
    }
  put (cvx_text_string (&pending), err);
  cvx_text_free (&pending);
}

void
repl_journal_end (void)
{
  if (journal != NULL)
    fclose (journal);
  journal = NULL;
  cvx_text_free (&pending);
}
