/* cmd_solver.c -- which method, with which options: solver.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "command/command.h"

static const char *const which_words[] = { "?", NULL };

const struct lang_key cmd_solver_keys[]
    = { { .name = "name",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = which_words,
          .candidates = cmd_solver_names,
          .default_text = "list what suits",
          .help = "the method; auto chooses by the formulation" },
        { .name = NULL } };

static const char *const every_words[] = { "auto", NULL }; /* stored as 0 */

enum
{
  MAX_KEYS = 48,
  MAX_SOLVERS = 16
};

/* Stands for every solver: a script is read before there is a run.  */
#define ANY_SOLVER "*"

/* True when the setting S concerns SOLVER (NULL: only what all share).  */
static bool
concerns (const struct cvx_setting *s, const char *solver)
{
  size_t len = solver != NULL ? strlen (solver) : 0;
  if (s->solvers[0] == '\0'
      || (solver != NULL && strcmp (solver, ANY_SOLVER) == 0))
    return true;
  for (const char *p = solver != NULL ? strstr (s->solvers, solver) : NULL;
       p != NULL; p = strstr (p + 1, solver))
    if ((p == s->solvers || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
      return true;
  return false;
}

/* Keys made of the table of settings, made once per solver.  */
static const struct lang_key *
keys_of (const char *solver)
{
  static struct
  {
    const char *solver;
    struct lang_key key[MAX_KEYS];
    char words[MAX_KEYS][16];
  } made[MAX_SOLVERS];
  static size_t n_made;
  size_t n = 0;
  for (size_t k = 0; k < n_made; k++)
    if (made[k].solver == solver
        || (solver != NULL && made[k].solver != NULL
            && strcmp (made[k].solver, solver) == 0))
      return made[k].key;
  if (n_made == MAX_SOLVERS)
    return made[0].key;
  for (const struct cvx_setting *s = cvx_setting_table;
       s->name != NULL && n + 1 < MAX_KEYS; s++)
    if (concerns (s, solver))
      {
        struct lang_key *key = &made[n_made].key[n];
        key->name = s->name;
        key->help = s->help;
        key->default_text = cvx_setting_text (
            s, s->initial, made[n_made].words[n], sizeof made[0].words[0]);
        key->kind = s->type == CVX_SETTING_FLAG     ? LANG_KIND_FLAG
                    : s->type == CVX_SETTING_COUNT  ? LANG_KIND_COUNT
                    : strcmp (s->name, "time") == 0 ? LANG_KIND_TIME
                                                    : LANG_KIND_NUMBER;
        if (cvx_setting_words (s) != NULL)
          {
            key->kind = LANG_KIND_WORD;
            key->words = cvx_setting_words (s);
            n++;
            continue;
          }
        if (strcmp (s->name, "every") == 0)
          key->words = every_words;
        key->min = s->min;
        key->max = s->max;
        key->flags = LANG_GE | (isfinite (s->max) ? LANG_LE : LANG_INF);
        n++;
      }
  made[n_made].solver = solver;
  return made[n_made++].key;
}

const struct lang_key *
cmd_more_solve (void *session, const char *word)
{
  (void)session;
  (void)word;
  return keys_of (NULL);
}

const struct lang_key *
cmd_more_solver (void *session, const char *word)
{
  const struct cvx_solver *solver;
  (void)session;
  solver = word != NULL ? cvx_solver_find (word) : NULL;
  return keys_of (solver != NULL ? solver->name : NULL);
}

const struct lang_key *
cmd_more_train (void *session, const char *word)
{
  const struct cvx_solver *trainer
      = word != NULL ? cvx_trainer_find (word) : NULL;
  (void)session;
  return keys_of (trainer != NULL ? trainer->name : NULL);
}

const struct lang_key *
cmd_more_tune (void *session, const char *word)
{
  (void)session;
  (void)word;
  return keys_of (ANY_SOLVER);
}

bool
cmd_option_value (const struct lang_call *c, const struct lang_key *k,
                  double *x)
{
  bool flag = false;
  size_t count = 0;
  if (!lang_call_has (c, k->name))
    return false;
  if (k->kind == LANG_KIND_FLAG && lang_call_flag (c, k->name, &flag))
    *x = flag;
  else if (k->kind == LANG_KIND_COUNT && lang_call_count (c, k->name, &count))
    *x = (double)count;
  else if (k->kind == LANG_KIND_WORD)
    *x = lang_call_word (c, k->name);
  else
    lang_call_number (c, k->name, x);
  return true;
}

enum cvx_status
cmd_solver_options (const struct lang_call *c, const char *solver,
                    struct cvx_settings *settings, struct cvx_error *err)
{
  for (const struct lang_key *k = keys_of (solver); k->name != NULL; k++)
    {
      double x = 0;
      enum cvx_status status;
      if (!cmd_option_value (c, k, &x))
        continue;
      status = cvx_settings_set (settings, k->name, x, err);
      if (status != CVX_OK)
        return lang_call_blame (c, k->name, err);
    }
  return CVX_OK;
}

enum cvx_status
cmd_solver_chosen (struct session *s, const struct cvx_solver **solver,
                   const char **why, struct cvx_error *err)
{
  const char *words = NULL;
  *solver = s->solver;
  if (*solver == NULL)
    *solver = cvx_solver_choose (s->formulation, &s->solver_settings, &words);
  if (*solver == NULL)
    return cvx_fail (err, CVX_E362, "no solver suits %s: %s",
                     s->formulation->class->name,
                     words != NULL ? words : "none is built in");
  if (why != NULL)
    *why = words;
  return CVX_OK;
}

/* `solver' alone: what there is, and whether it suits.  */
static void
list (struct session *s)
{
  session_say (s, "current: %s\n",
               s->solver != NULL ? s->solver->name : "auto");
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    {
      const struct cvx_solver *v = cvx_solvers[k];
      const char *reason
          = s->formulation != NULL
                ? v->unsuited (s->formulation, &s->solver_settings)
                : NULL;
      session_say (s, "  %-8s %s\n", v->name, v->summary);
      if (reason != NULL)
        session_say (s, "           not for %s: %s\n",
                     s->formulation->class->name, reason);
    }
  if (s->formulation != NULL)
    {
      const char *why = NULL;
      const struct cvx_solver *v
          = cvx_solver_choose (s->formulation, &s->solver_settings, &why);
      if (v != NULL)
        session_say (s, "auto takes %s%s%s\n", v->name,
                     why != NULL ? ": " : "", why != NULL ? why : "");
    }
}

enum cvx_status
cmd_solver (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *name = lang_call_text (c, "name"), *reason;
  const struct cvx_solver *solver = NULL;
  struct cvx_settings settings = s->solver_settings;
  enum cvx_status status;
  if (name == NULL || strcmp (name, "?") == 0)
    {
      for (const struct lang_key *k = keys_of (NULL); k->name != NULL; k++)
        if (lang_call_has (c, k->name))
          {
            lang_call_fail (c, k->name, err, CVX_E394,
                            "options go with a solver's name");
            return cvx_hint (err, "solver auto %s=%g", k->name, 1.0);
          }
      list (s);
      return CVX_OK;
    }
  if (strcmp (name, "auto") != 0)
    {
      solver = cvx_solver_find (name);
      if (solver == NULL)
        return lang_call_fail (c, "name", err, CVX_E394,
                               "no solver is called \"%s\"", name);
    }
  status = cmd_solver_options (c, solver != NULL ? solver->name : NULL,
                               &settings, err);
  if (status != CVX_OK)
    return status;
  if (solver != NULL && s->formulation != NULL)
    {
      reason = solver->unsuited (s->formulation, &settings);
      if (reason != NULL)
        {
          lang_call_fail (c, "name", err, CVX_E362,
                          "solver %s does not suit %s: %s", name,
                          s->formulation->class->name, reason);
          return cvx_hint (err, "solver auto");
        }
    }
  session_end_run (s); /* the next solve starts a new run */
  s->solver = solver;
  s->solver_settings = settings;
  return CVX_OK;
}
