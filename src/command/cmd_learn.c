/* cmd_learn.c -- the program shown at work: examples, run, tour.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const run_words[] = { "example", NULL };

const struct lang_key cmd_examples_keys[] = { { .name = "command",
                                                .kind = LANG_KIND_WORD,
                                                .flags = LANG_ARG,
                                                .candidates = cmd_help_names,
                                                .default_text = "all",
                                                .help = "a command" },
                                              { .name = NULL } };
const struct lang_key cmd_run_keys[]
    = { { .name = "what",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_REQUIRED,
          .words = run_words,
          .help = "the word example" },
        { .name = "number",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_ARG | LANG_REQUIRED | LANG_GE,
          .min = 1,
          .help = "number of the example, as `examples' shows it" },
        { .name = NULL } };
const struct lang_key cmd_tour_keys[] = { { .name = NULL } };

/* The command whose examples have the number N, counted from 1 over the
   commands that have any; NULL past the end.  */
static const struct lang_command *
nth_example (size_t n)
{
  const struct lang_command *lists[2]
      = { session_commands (), lang_builtins () };
  for (size_t j = 0; j < 2; j++)
    for (const struct lang_command *p = lists[j]; p->name != NULL; p++)
      if (p->examples != NULL && p->examples[0] != '\0' && --n == 0)
        return p;
  return NULL;
}

enum cvx_status
cmd_examples (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *name = lang_call_text (c, "command");
  const struct lang_command *p;
  size_t shown = 0;
  (void)err;
  session_page (s);
  for (size_t n = 1; (p = nth_example (n)) != NULL; n++)
    if (name == NULL || strcmp (name, p->name) == 0)
      {
        session_say (
            s, "# %s   (run example %zu)\n%s%s", p->name, n, p->examples,
            p->examples[strlen (p->examples) - 1] == '\n' ? "" : "\n");
        shown++;
      }
  if (shown == 0)
    session_say (s, "no examples of %s\n", name);
  return CVX_OK;
}

/* Run TEXT as the script NAME, every command shown before it runs.  */
static enum cvx_status
show_and_run (struct session *s, const char *name, const char *text,
              struct cvx_error *err)
{
  bool echo = s->echo;
  enum cvx_status status;
  s->echo = true;
  status = lang_run_text (s->interp, name, text, strlen (text), NULL, 0, err);
  s->echo = echo;
  return status;
}

enum cvx_status
cmd_run (void *session, const struct lang_call *c, struct cvx_error *err)
{
  /* What the examples take for granted, as the tests make it.  */
  static const char before[] = "generate ring n=24 seed=1\n"
                               "bias augmented\n"
                               "formulation relu beta=0.1*betamax\n"
                               "solve tol=1e-4\n";
  struct session *s = session;
  const struct lang_command *p;
  size_t n = 0;
  enum cvx_status status = CVX_OK;
  lang_call_count (c, "number", &n);
  p = nth_example (n);
  if (p == NULL)
    {
      lang_call_fail (c, "number", err, CVX_E510, "there is no example %zu",
                      n);
      return cvx_hint (err, "examples lists them");
    }
  if (strcmp (p->name, "quit") == 0)
    return lang_call_fail (c, "number", err, CVX_E510,
                           "the example of quit is not run from here");
  if (strstr (p->examples, "points.csv") != NULL
      && access ("points.csv", F_OK) != 0)
    status = show_and_run (
        s, "example", "generate ring n=24 seed=1\nexport data to=points.csv\n",
        err);
  if (status == CVX_OK && (s->run == NULL || s->formulation == NULL))
    status = show_and_run (s, "example", before, err);
  return status == CVX_OK ? show_and_run (s, "example", p->examples, err)
                          : status;
}

/* -------------------------------------------------------------------- tour */

struct stop
{
  const char *words, *commands;
};

static const struct stop stops[] = {
  { "Five points on a line, which a network of ReLU neurons is to fit.  A\n"
    "column of ones makes thresholds of the neurons possible.\n",
    "generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1] as=tour\n"
    "bias augmented\n" },
  { "Training such a network is not convex.  But over all patterns of active\n"
    "points there is a convex program with the same optimum:\n",
    "formulation relu beta=0.1\n" },
  { "A solver approaches the optimum from above; a dual point bounds it from\n"
    "below.  What both agree on is settled.  A few steps first:\n",
    "solver admm\nstep 5\n" },
  { "And now until the two ends are within a millionth of each other:\n",
    "solve tol=1e-6\n" },
  { "polish solves the small problem that is left to machine accuracy:\n",
    "polish\n" },
  { "The neurons of the optimal network, and the network itself:\n",
    "neurons\nnetwork\n" },
  { "Everything that was printed can be used in expressions and scripts:\n",
    "= run.obj\n= betamax\nassert run.gap < 1e-9\n" },
  { "More neurons cannot help: this is the best network of any width.  From\n"
    "here: help, help COMMAND, examples COMMAND, plot function.\n",
    "" },
};

enum cvx_status
cmd_tour (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t n = sizeof stops / sizeof *stops;
  char had[256] = "";
  (void)c;
  if (s->data != NULL && strcmp (s->data->name, "tour") != 0)
    snprintf (had, sizeof had, "%s", s->data->name);
  for (size_t k = 0; k < n; k++)
    {
      enum cvx_status status;
      session_say (s, "\n%s\n", stops[k].words);
      status = show_and_run (s, "tour", stops[k].commands, err);
      if (status != CVX_OK)
        return status;
      if (k + 1 < n && s->pause != NULL
          && !s->pause (s, "-- Enter goes on, q leaves the tour --"))
        break;
    }
  if (had[0] != '\0')
    session_note (s, "use data %s gets your data back\n",
                  session_shown (s, had));
  return CVX_OK;
}
