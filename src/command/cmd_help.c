/* cmd_help.c -- what the program says about itself: help, apropos, version,
   cite.

   Everything here is read from the tables that run the program.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <cblas.h>
#include <fftw3.h>
#include <jansson.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const topics[]
    = { "commands", "syntax", "fields", "functions", "errors", NULL };

const char *const *
cmd_help_names (void *session)
{
  struct session *s = session;
  const struct lang_command *own = session_commands (),
                            *builtin = lang_builtins ();
  size_t n = 0, k = 0;
  const char **names;
  while (own[n].name != NULL)
    n++;
  for (size_t j = 0; builtin[j].name != NULL; j++)
    n++;
  names = session_scratch (s, n + sizeof topics / sizeof *topics + 1,
                           sizeof *names);
  if (names == NULL)
    return NULL;
  for (; own->name != NULL; own++)
    names[k++] = own->name;
  for (; builtin->name != NULL; builtin++)
    names[k++] = builtin->name;
  for (size_t j = 0; topics[j] != NULL; j++)
    names[k++] = topics[j];
  names[k] = NULL;
  return names;
}

const struct lang_key cmd_help_keys[]
    = { { .name = "topic",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG | LANG_OPEN,
          .candidates = cmd_help_names,
          .default_text = "overview",
          .help
          = "a command, an error (E214), or one of commands syntax fields "
            "functions errors" },
        { .name = "key",
          .kind = LANG_KIND_STRING,
          .flags = LANG_ARG,
          .help = "one option of the command" },
        { .name = NULL } };
const struct lang_key cmd_apropos_keys[]
    = { { .name = "words",
          .kind = LANG_KIND_WORDS,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "words to look for" },
        { .name = NULL } };
const struct lang_key cmd_version_keys[] = { { .name = NULL } };
static const char *const cite_words[] = { "run", NULL };
const struct lang_key cmd_cite_keys[]
    = { { .name = "what",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = cite_words,
          .default_text = "what is current",
          .help = "run: the current run must be there" },
        { .name = NULL } };

static const char overview[]
    = "The line of work, and a command for each step:\n"
      "  data         load, generate, describe, peek, classes, split, scale, "
      "bias\n"
      "  patterns     patterns, estimate\n"
      "  formulation  formulation, show formulation\n"
      "  run          solver, solve, step, until, polish, certify, runs\n"
      "  network      network, neurons, eval, report, export, plot\n"
      "Try:\n"
      "  generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]\n"
      "  bias augmented\n"
      "  formulation relu beta=0.1\n"
      "  solve; neurons\n"
      "tour shows all of it in two minutes; examples COMMAND and run example "
      "N.\n"
      "More: help commands, help syntax, help fields, help COMMAND, help "
      "E330,\napropos WORD\n";

static const char syntax[]
    = "  verb words key=value flag noflag     a command; ; separates, # is a "
      "comment\n"
      "  let a = 0.1*betamax                  a variable; then a = 2\n"
      "  = run.gap                            print a value\n"
      "  print \"gap {run.gap:%.1e}\"           print with a format\n"
      "  for b in [1e-3, 1e-2] ... end        also while, if elif else\n"
      "  assert run.gap < 1e-6                near A B rel=1e-6; expect E330 "
      "solve\n"
      "  include prep.cvx                     \\ at the end joins lines\n"
      "Verbs, keys and words may be cut short where that is unambiguous.\n";

/* Does every word of KEYS stand in one of the texts?  */
static bool
mentions (const char *const *words, size_t n, const char *a, const char *b,
          const char *c)
{
  for (size_t k = 0; k < n; k++)
    if (!((a != NULL && strcasestr (a, words[k]) != NULL)
          || (b != NULL && strcasestr (b, words[k]) != NULL)
          || (c != NULL && strcasestr (c, words[k]) != NULL)))
      return false;
  return true;
}

/* What the option K of COMMAND is when it is not given, and what it is now
   when that was changed (set, solver), as " [default, now X]".  */
static void
put_default (struct session *s, const struct lang_command *command,
             const struct lang_key *k, struct cvx_text *t)
{
  char initial[80], now[80] = "";
  const char *text = k->default_text;
  if (strcmp (command->name, "set") == 0
      && cmd_setting_words (s, k->name, initial, now, sizeof now))
    text = initial;
  else if (command->more_keys != NULL)
    for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
      if (strcmp (v->name, k->name) == 0 && k->default_text != NULL)
        {
          const char *at = (const char *)&s->solver_settings + v->offset;
          char buf[32];
          snprintf (now, sizeof now, "%s",
                    cvx_setting_text (v, *(const double *)(const void *)at,
                                      buf, sizeof buf));
        }
  if (text == NULL)
    return;
  cvx_text_printf (t, " [%s", text);
  if (now[0] != '\0' && strcmp (now, text) != 0)
    cvx_text_printf (t, ", now %s", now);
  cvx_text_put (t, "]");
}

static void
say_key (struct session *s, const struct lang_command *command,
         const struct lang_key *k)
{
  static const char *const kinds[]
      = { "number",     "count",       "time",  "size", "word",   "names",
          "file",       "text",        "list",  "rows", "value",  "yes/no",
          "expression", "expressions", "words", "text", "command" };
  const char *const *words = k->words;
  struct cvx_text t = CVX_TEXT_INIT;
  cvx_text_printf (&t, "  %-10s %-10s %s", k->name, kinds[k->kind],
                   k->help != NULL ? k->help : "");
  put_default (s, command, k, &t);
  cvx_text_put (&t, "\n");
  session_write_folded (s, &t, 24);
  if (words == NULL && k->candidates != NULL && (k->flags & LANG_OPEN) == 0)
    words = k->candidates (s);
  if (words != NULL)
    {
      cvx_text_printf (&t, "%23s", "");
      for (size_t j = 0; words[j] != NULL; j++)
        cvx_text_printf (&t, " %s", words[j]);
      cvx_text_put (&t, "\n");
      session_write_folded (s, &t, 24);
    }
}

static const struct lang_key *
more (struct session *s, const struct lang_command *command)
{
  return command->more_keys != NULL ? command->more_keys (s, NULL) : NULL;
}

/* The option called KEY of COMMAND; also those of every solver.  */
static const struct lang_key *
find_key (struct session *s, const struct lang_command *command,
          const char *key)
{
  const struct lang_key *lists[2] = { command->keys, more (s, command) };
  for (size_t k = 0; k < 2; k++)
    for (const struct lang_key *p = lists[k]; p != NULL && p->name != NULL;
         p++)
      if (strcmp (p->name, key) == 0)
        return p;
  if (command->more_keys != NULL)
    for (size_t k = 0; cvx_solvers[k] != NULL; k++)
      for (const struct lang_key *p
           = command->more_keys (s, cvx_solvers[k]->name);
           p != NULL && p->name != NULL; p++)
        if (strcmp (p->name, key) == 0)
          return p;
  if (command->more_keys == cmd_more_train)
    for (size_t k = 0; cvx_trainers[k] != NULL; k++)
      for (const struct lang_key *p
           = command->more_keys (s, cvx_trainers[k]->name);
           p->name != NULL; p++)
        if (strcmp (p->name, key) == 0)
          return p;
  return NULL;
}

static void
help_command (struct session *s, const struct lang_command *c)
{
  const struct lang_key *extra = more (s, c);
  struct cvx_text t = CVX_TEXT_INIT;
  char buf[32];
  cvx_text_printf (&t, "%s\n", c->usage);
  session_write_folded (s, &t, 4);
  cvx_text_printf (&t, "  %s\n", c->summary);
  session_write_folded (s, &t, 2);
  if (c->help != NULL)
    session_say (s, "%s\n", c->help);
  for (const struct lang_key *k = c->keys; k != NULL && k->name != NULL; k++)
    say_key (s, c, k);
  for (; extra != NULL && extra->name != NULL; extra++)
    say_key (s, c, extra);
  if (strcmp (c->name, "solver") == 0)
    for (size_t k = 0; cvx_solvers[k] != NULL; k++)
      for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL;
           v++)
        if (strstr (v->solvers, cvx_solvers[k]->name) != NULL)
          {
            cvx_text_printf (
                &t, "  %-10s %-10s %s [%s]\n", v->name, cvx_solvers[k]->name,
                v->help, cvx_setting_text (v, v->initial, buf, sizeof buf));
            session_write_folded (s, &t, 24);
          }
  if (c->more_keys == cmd_more_train)
    for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
      if (strstr (v->solvers, "sgd") != NULL
          || strstr (v->solvers, "momentum") != NULL)
        {
          cvx_text_printf (&t, "  %-10s %s [%s]\n", v->name, v->help,
                           cvx_setting_text (v, v->initial, buf, sizeof buf));
          session_write_folded (s, &t, 13);
        }
  if (c->examples != NULL)
    {
      session_say (s, "examples:\n");
      for (const char *p = c->examples; *p != '\0';)
        {
          size_t len = strcspn (p, "\n");
          session_say (s, "  %.*s\n", (int)len, p);
          p += len + (p[len] == '\n');
        }
    }
}

static void
list_commands (struct session *s, const struct lang_command *c)
{
  for (; c->name != NULL; c++)
    session_say (s, "  %-12s %s\n", c->name, c->summary);
}

static void
list_fields (struct session *s)
{
  static const char *const objects[]
      = { "data",    "formulation", "run",  "hist",
          "network", "train",       "last", NULL };
  for (size_t k = 0; objects[k] != NULL; k++)
    {
      const char *const *names = session_names (s, objects[k]);
      size_t column = 14;
      session_say (s, "  %-12s", objects[k]);
      for (; names != NULL && *names != NULL; names++)
        {
          if (column + strlen (*names) + 1 > 78)
            {
              session_say (s, "\n%14s", "");
              column = 14;
            }
          session_say (s, " %s", *names);
          column += strlen (*names) + 1;
        }
      session_say (s, "\n");
    }
  session_say (s, "  net is short for network; val and test are like train; "
                  "betamax stands alone;\n"
                  "  runs[3].gap and runs[3].hist.gap are those of run 3; "
                  "arg[1] of a script.\n");
}

static enum cvx_status
help_error (struct session *s, const struct lang_call *c, const char *topic,
            struct cvx_error *err)
{
  int id = atoi (topic + 1);
  struct cvx_text t = CVX_TEXT_INIT;
  if (cvx_error_title (id) == NULL)
    return lang_call_fail (c, "topic", err, CVX_E394, "there is no error %s",
                           topic);
  session_say (s, "E%d: %s (exit code %d)\n", id, cvx_error_title (id),
               cvx_status_exit (cvx_error_status ((enum cvx_error_id)id)));
  cvx_text_printf (&t, "  %s\n", cvx_error_help (id));
  session_write_folded (s, &t, 2);
  return CVX_OK;
}

enum cvx_status
cmd_help (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *topic = lang_call_text (c, "topic"),
             *key = lang_call_text (c, "key"), *near = NULL;
  const struct lang_command *command;
  const char *const *names;
  size_t n = 0;
  session_page (s);
  if (topic == NULL)
    {
      session_say (s, "%s", overview);
      return CVX_OK;
    }
  command = lang_find_command (s->interp, topic);
  if (command != NULL && key != NULL)
    {
      const struct lang_key *k = find_key (s, command, key);
      if (k == NULL)
        {
          lang_call_fail (c, "key", err, CVX_E394, "%s has no option \"%s\"",
                          topic, key);
          return cvx_hint (err, "help %s", topic);
        }
      say_key (s, command, k);
      return CVX_OK;
    }
  if (command != NULL)
    {
      help_command (s, command);
      return CVX_OK;
    }
  if ((topic[0] == 'E' || topic[0] == 'W' || topic[0] == 'e')
      && isdigit ((unsigned char)topic[1]))
    return help_error (s, c, topic, err);
  if (strcmp (topic, "commands") == 0)
    {
      list_commands (s, session_commands ());
      session_say (s, "of the language:\n");
      list_commands (s, lang_builtins ());
      return CVX_OK;
    }
  if (strcmp (topic, "syntax") == 0)
    session_say (s, "%s", syntax);
  else if (strcmp (topic, "fields") == 0)
    list_fields (s);
  else if (strcmp (topic, "functions") == 0)
    for (size_t k = 0; lang_function (k) != NULL; k++)
      session_say (s, "  %-28s %s\n", lang_function (k)->usage,
                   lang_function (k)->summary);
  else if (strcmp (topic, "errors") == 0)
    for (size_t k = 0; cvx_error_number (k) != 0; k++)
      session_say (s, "  E%d  %s\n", cvx_error_number (k),
                   cvx_error_title (cvx_error_number (k)));
  else
    {
      names = cmd_help_names (s);
      while (names != NULL && names[n] != NULL)
        n++;
      if (names != NULL)
        near = cvx_did_you_mean (topic, names, n);
      lang_call_fail (c, "topic", err, CVX_E394,
                      "there is no help on \"%s\".%s%s%s", topic,
                      near != NULL ? "  Did you mean " : "",
                      near != NULL ? near : "", near != NULL ? "?" : "");
      return cvx_hint (err, "apropos %s searches all help", topic);
    }
  return CVX_OK;
}

/* Commands and options of LIST that mention WORDS; how many.  */
static size_t
search (struct session *s, const struct lang_command *list,
        const char *const *words, size_t n)
{
  size_t found = 0;
  struct cvx_text t = CVX_TEXT_INIT;
  for (const struct lang_command *c = list; c->name != NULL; c++)
    {
      const struct lang_key *keys[2] = { c->keys, more (s, c) };
      if (mentions (words, n, c->name, c->summary, c->help))
        {
          cvx_text_printf (&t, "  %-22s %s\n", c->name, c->summary);
          session_write_folded (s, &t, 25);
          found++;
        }
      for (size_t j = 0; j < 2; j++)
        for (const struct lang_key *k = keys[j]; k != NULL && k->name != NULL;
             k++)
          if (mentions (words, n, k->name, k->help, NULL))
            {
              cvx_text_printf (&t, "  help %-7s %-9s %s\n", c->name, k->name,
                               k->help);
              session_write_folded (s, &t, 25);
              found++;
            }
    }
  return found;
}

enum cvx_status
cmd_apropos (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *const *words;
  size_t n = lang_call_names (c, "words", &words), found = 0;
  struct cvx_text t = CVX_TEXT_INIT;
  (void)err;
  session_page (s);
  found += search (s, session_commands (), words, n);
  found += search (s, lang_builtins (), words, n);
  /* Options of single solvers, and functions.  */
  for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
    if (v->solvers[0] != '\0' && mentions (words, n, v->name, v->help, NULL))
      {
        cvx_text_printf (&t, "  help solver  %-9s %s\n", v->name, v->help);
        session_write_folded (s, &t, 25);
        found++;
      }
  for (size_t k = 0; lang_function (k) != NULL; k++)
    if (mentions (words, n, lang_function (k)->name,
                  lang_function (k)->summary, NULL))
      {
        cvx_text_printf (&t, "  = %-20s %s\n", lang_function (k)->usage,
                         lang_function (k)->summary);
        session_write_folded (s, &t, 25);
        found++;
      }
  for (size_t k = 0; cvx_error_number (k) != 0; k++)
    {
      int id = cvx_error_number (k);
      if (mentions (words, n, cvx_error_title (id), cvx_error_help (id), NULL))
        {
          session_say (s, "  E%-21d %s\n", id, cvx_error_title (id));
          found++;
        }
    }
  if (found == 0)
    session_say (s, "nothing found; help commands lists what there is\n");
  return CVX_OK;
}

enum cvx_status
cmd_version (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  (void)c;
  (void)err;
  session_say (s, "cvxnn %s, GPL-3.0-or-later\n", PACKAGE_VERSION);
  session_say (s, "  compiler    %s\n", __VERSION__);
  session_say (s, "  BLAS        %s\n", openblas_get_config ());
  session_say (s, "  FFT         %s\n", fftw_version);
  session_say (s, "  archives    %s\n", archive_version_string ());
  session_say (s, "  JSON        jansson %s\n", JANSSON_VERSION);
  session_say (s, "  threads     %d\n", session_threads (s));
  session_say (s, "  formulations");
  for (size_t k = 0; cvx_formulations[k] != NULL; k++)
    session_say (s, " %s", cvx_formulations[k]->name);
  session_say (s, "\n  solvers     ");
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    session_say (s, " %s", cvx_solvers[k]->name);
  session_say (s, "\n  data formats");
  for (size_t k = 0; cvx_readers[k] != NULL; k++)
    session_say (s, " %s", cvx_readers[k]->name);
  session_say (s, "\n");
  return CVX_OK;
}

/* A work and the formulations or solvers that rest on it.  */
static const struct
{
  const char *used_by, *entry;
} works[] = {
  { "relu linear",
    "@inproceedings{pilanci2020neural,\n"
    "  author    = {Mert Pilanci and Tolga Ergen},\n"
    "  title     = {Neural Networks are Convex Regularizers: Exact\n"
    "               Polynomial-time Convex Optimization Formulations for\n"
    "               Two-layer Networks},\n"
    "  booktitle = {International Conference on Machine Learning},\n"
    "  year      = {2020}\n}\n" },
  { "gated", "@inproceedings{mishkin2022fast,\n"
             "  author    = {Aaron Mishkin and Arda Sahiner and Mert Pilanci},"
             "\n"
             "  title     = {Fast Convex Optimization for Two-Layer {ReLU}\n"
             "               Networks: Equivalent Model Classes and Cone\n"
             "               Decompositions},\n"
             "  booktitle = {International Conference on Machine Learning},\n"
             "  year      = {2022}\n}\n" },
  { "linear-cnn circular relu-cnn",
    "@inproceedings{ergen2021implicit,\n"
    "  author    = {Tolga Ergen and Mert Pilanci},\n"
    "  title     = {Implicit Convex Regularizers of {CNN} Architectures:\n"
    "               Convex Optimization of Two- and Three-Layer Networks in\n"
    "               Polynomial Time},\n"
    "  booktitle = {International Conference on Learning Representations},\n"
    "  year      = {2021}\n}\n" },
  { "fista", "@article{beck2009fast,\n"
             "  author  = {Amir Beck and Marc Teboulle},\n"
             "  title   = {A Fast Iterative Shrinkage-Thresholding Algorithm\n"
             "             for Linear Inverse Problems},\n"
             "  journal = {SIAM Journal on Imaging Sciences},\n"
             "  volume  = {2},\n  number  = {1},\n  pages   = {183--202},\n"
             "  year    = {2009}\n}\n" },
  { "admm",
    "@article{boyd2011distributed,\n"
    "  author  = {Stephen Boyd and Neal Parikh and Eric Chu and Borja\n"
    "             Peleato and Jonathan Eckstein},\n"
    "  title   = {Distributed Optimization and Statistical Learning via the\n"
    "             Alternating Direction Method of Multipliers},\n"
    "  journal = {Foundations and Trends in Machine Learning},\n"
    "  volume  = {3},\n  number  = {1},\n  pages   = {1--122},\n"
    "  year    = {2011}\n}\n" },
};

/* NAME is one of the words of LIST.  */
static bool
among (const char *list, const char *name)
{
  size_t len = strlen (name);
  for (const char *p = strstr (list, name); p != NULL;
       p = strstr (p + 1, name))
    if ((p == list || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
      return true;
  return false;
}

enum cvx_status
cmd_cite (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *kind = s->run != NULL           ? s->run->run->kind
                     : s->formulation != NULL ? s->formulation->class->name
                                              : "relu";
  const char *solver = s->run != NULL ? s->run->run->solver->name : "";
  if (lang_call_has (c, "what") && s->run == NULL)
    return cmd_ready (s, HAS_RUN, err);
  session_page (s);
  /* All of them rest on the first.  */
  for (size_t k = 0; k < sizeof works / sizeof *works; k++)
    if (k == 0 || among (works[k].used_by, kind)
        || (solver[0] != '\0' && among (works[k].used_by, solver)))
      session_say (s, "%s", works[k].entry);
  return CVX_OK;
}
