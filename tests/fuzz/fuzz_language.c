/* Any bytes, typed line by line, run as a script, checked and completed: no
   crash, no leak, no end of memory, and every failure has a number.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "fuzz/replay.h"

#include "language_host.h"

enum
{
  STATEMENTS = 2000 /* stop after that many, loops in loops are long */
};

static unsigned n_statements;

static void
count_statement (void *session, const char *statement)
{
  struct mock *m = session;
  (void)statement;
  if (++n_statements > STATEMENTS)
    atomic_store (&m->abort, 1);
}

static void
must (bool truth)
{
  if (!truth)
    abort ();
}

static void
show (struct lang_interp *in, enum cvx_status status,
      const struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  if (status == CVX_OK)
    return;
  must (err->status == status && err->id != CVX_E0 && err->text[0] != '\0');
  must (err->id != CVX_E903);
  must (lang_last (in)->error.id == err->id);
  lang_render (lang_last (in), 5, &t);
  must (t.len > 0 && t.s[t.len - 1] == '\n');
  cvx_text_free (&t);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  size_t live = cvx_alloc_live (), lines = 0;
  struct mock m;
  struct lang_host host = mock_host (&m);
  struct lang_interp *in;
  struct lang_completion completion;
  struct cvx_error err;
  char *text = malloc (size + 1);
  must (text != NULL);
  memcpy (text, data, size);
  text[size] = '\0';
  n_statements = 0;
  host.echo = count_statement;
  must (lang_interp_new (&in, &host, &err) == CVX_OK);
  lang_set_max_loop (in, 50);
  show (in, lang_run_text (in, "f.cvx", text, size, NULL, 0, &err), &err);
  atomic_store (&m.abort, 0);
  n_statements = 0;
  show (in, lang_check_text (in, "f.cvx", text, size, &err), &err);
  /* Lines of a file and lengths in another unit, now and then.  */
  if (size % 2 == 1)
    {
      lang_feed_name (in, "g.cvx");
      lang_set_unit (in, 0.5);
    }
  for (char *line = text, *next; line != NULL && lines < 200; line = next)
    {
      next = strchr (line, '\n');
      if (next != NULL)
        *next++ = '\0';
      for (size_t cursor = 0; cursor <= strlen (line) && cursor < 200;
           cursor += 7)
        {
          must (lang_complete (in, line, cursor, &completion, &err) == CVX_OK);
          must (completion.start <= cursor);
          lang_completion_free (&completion);
        }
      show (in, lang_feed (in, line, NULL, &err), &err);
      lines++;
    }
  show (in, lang_feed_end (in, &err), &err);
  lang_interp_free (in);
  mock_free (&m);
  free (text);
  must (cvx_alloc_live () == live);
  return 0;
}
