/* manual.c -- the parts of the documentation that the tables know.

   usage: manual texinfo
          manual bash OPTION...

   Writes to standard output the reference chapters of the manual (commands,
   settings, methods, functions, fields, errors), or the completion of the
   program for bash, which gets the long options of the program as arguments.
   Nothing here is a list of its own: everything is read from the tables that
   run the program.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "figure/figure_kinds.h"

/* S with the characters that Texinfo reads escaped.  */
static void
put (const char *s)
{
  for (; s != NULL && *s != '\0'; s++)
    {
      if (strchr ("@{}", *s) != NULL)
        putchar ('@');
      putchar (*s);
    }
}

static void
line (const char *before, const char *s, const char *after)
{
  fputs (before, stdout);
  put (s);
  puts (after);
}

static void
example (const char *text)
{
  puts ("@example");
  put (text);
  puts (text[strlen (text) - 1] == '\n' ? "@end example" : "\n@end example");
}

/* One option of a command, a row of a table.  */
static void
key (struct session *s, const struct lang_key *k)
{
  const char *const *words = k->words;
  line ("@item ", k->name, "");
  put (k->help);
  if (k->default_text != NULL)
    line ("; default: ", k->default_text, ".");
  else
    puts (".");
  if (words == NULL && k->candidates != NULL && (k->flags & LANG_OPEN) == 0)
    words = k->candidates (s);
  if (words == NULL || words[0] == NULL)
    return;
  puts ("One of");
  for (size_t j = 0; words[j] != NULL; j++)
    {
      fputs ("@code{", stdout);
      put (words[j]);
      puts (words[j + 1] == NULL ? "}." : "},");
    }
}

static void
keys (struct session *s, const struct lang_command *c)
{
  const struct lang_key *lists[2]
      = { c->keys, c->more_keys != NULL ? c->more_keys (s, NULL) : NULL };
  bool any = false;
  for (size_t l = 0; l < 2; l++)
    for (const struct lang_key *k = lists[l]; k != NULL && k->name != NULL;
         k++)
      {
        if (!any)
          puts ("@table @code");
        any = true;
        key (s, k);
      }
  if (any)
    puts ("@end table");
}

static void
commands (struct session *s, const struct lang_command *c)
{
  for (; c->name != NULL; c++)
    {
      line ("@anchor{command ", c->name, "}");
      line ("@deffn Command ", c->name, "");
      printf ("@cindex @code{%s}\n", c->name);
      line ("@code{", c->usage, "}");
      puts ("");
      printf ("%c", toupper ((unsigned char)c->summary[0]));
      line ("", c->summary + 1, ".");
      if (c->help != NULL)
        line ("", c->help, "");
      keys (s, c);
      if (c->examples != NULL)
        {
          puts ("@noindent\nExample:");
          example (c->examples);
        }
      puts ("@end deffn\n");
    }
}

static void
section (const char *name)
{
  printf ("@node %s\n@section %s\n\n", name, name);
}

/* "@item NAME" and the words of it.  */
static void
item (const char *name, const char *words, const char *more)
{
  line ("@item ", name, "");
  put (words);
  if (more != NULL && more[0] != '\0')
    {
      fputs (" (", stdout);
      put (more);
      putchar (')');
    }
  puts (".");
}

static void
methods (void)
{
  section ("Formulations");
  puts ("@table @code");
  for (size_t k = 0; cvx_formulations[k] != NULL; k++)
    item (cvx_formulations[k]->name, cvx_formulations[k]->summary, NULL);
  puts ("@end table\n");
  section ("Losses");
  puts ("All losses are sums over the samples.\n\n@table @code");
  for (size_t k = 0; cvx_losses[k] != NULL; k++)
    {
      const struct cvx_loss *l = cvx_losses[k];
      line ("@item ", l->name, "");
      put (l->summary);
      line (": @code{", l->formula, "}.");
      if (l->labels)
        puts ("Needs labels -1 and +1.");
      if (l->param_min < l->param_max)
        printf ("Its parameter (@code{param}) lies between %g and %g, %g "
                "unless given.\n",
                l->param_min, l->param_max, l->param_default);
    }
  puts ("@end table\n");
  section ("Solvers");
  puts ("@table @code");
  for (size_t k = 0; cvx_solvers[k] != NULL; k++)
    item (cvx_solvers[k]->name, cvx_solvers[k]->summary, NULL);
  puts ("@end table\n\n@noindent\nTheir options, given to @code{solver} or "
        "@code{solve}:\n\n@table @code");
  for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
    {
      char more[160], text[32];
      const char *first = cvx_setting_text (v, v->initial, text, sizeof text);
      const char *const *words = cvx_setting_words (v);
      int len = snprintf (more, sizeof more, "%s%s%s at first", v->solvers,
                          v->solvers[0] != '\0' ? "; " : "", first);
      if (words == NULL && v->type != CVX_SETTING_FLAG)
        snprintf (more + len, sizeof more - (size_t)len, ", from %g to %g",
                  v->min, v->max);
      for (size_t k = 1; words != NULL && words[k] != NULL; k++)
        len += snprintf (more + len, sizeof more - (size_t)len, ", or %s",
                         words[k]);
      item (v->name, v->help, more);
    }
  puts ("@end table\n");
  section ("Generators");
  puts ("Kinds of artificial data, with the options that each looks at.\n\n"
        "@table @code");
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    item (cvx_generators[k]->name, cvx_generators[k]->summary,
          cvx_generators[k]->uses);
  puts ("@end table\n");
  section ("Figures");
  puts ("@table @code");
  for (const struct figure_kind *f = figure_kinds; f->name != NULL; f++)
    item (f->name, f->summary, NULL);
  puts ("@end table\n");
}

static void
functions (void)
{
  section ("Functions");
  puts ("@table @code");
  for (size_t k = 0; lang_function (k) != NULL; k++)
    item (lang_function (k)->usage, lang_function (k)->summary, NULL);
  puts ("@end table\n");
}

static void
fields (struct session *s)
{
  const char *const *roots = session_names (s, "");
  section ("Fields");
  puts ("Values that expressions can see, as in @code{= run.gap}; those of an "
        "earlier\nrun as in @code{runs[3].gap}.\n\n@table @code");
  for (; *roots != NULL; roots++)
    {
      const char *const *names = session_names (s, *roots);
      line ("@item ", *roots, "");
      for (; names != NULL && *names != NULL; names++)
        line ("@code{", *names, names[1] != NULL ? "}," : "}.");
    }
  puts ("@end table\n");
}

static void
readers (void)
{
  puts ("@node Readers\n@section Readers\n\n@table @code");
  for (size_t k = 0; cvx_readers[k] != NULL; k++)
    item (cvx_readers[k]->name, cvx_readers[k]->summary,
          cvx_readers[k]->suffixes);
  puts ("@end table\n");
}

static void
errors (void)
{
  puts ("@node Errors\n@chapter Errors\n\n"
        "Every failure and every warning has a number that never changes its "
        "meaning; a\nwarning shows it with a W.  @code{help E214} prints the "
        "same text.  A script that\nstops on an error exits with the code "
        "given here.\n\n@table @asis");
  for (size_t k = 0; cvx_error_number (k) != 0; k++)
    {
      int id = cvx_error_number (k);
      printf ("@item @anchor{E%d}@strong{E%d} ", id, id);
      put (cvx_error_title (id));
      puts ("");
      put (cvx_error_help (id));
      printf ("\nExit code %d.\n",
              cvx_status_exit (cvx_error_status ((enum cvx_error_id)id)));
    }
  puts ("@end table\n\n@node Exit codes\n@section Exit codes\n\n"
        "@table @asis");
  for (int k = 0; k < CVX_N_STATUS; k++)
    {
      enum cvx_status status = (enum cvx_status)k;
      bool said = false;
      for (int j = 0; j < k; j++)
        said = said
               || cvx_status_exit ((enum cvx_status)j)
                      == cvx_status_exit (status);
      if (!said)
        {
          printf ("@item %d\n", cvx_status_exit (status));
          for (int j = k; j < CVX_N_STATUS; j++)
            if (cvx_status_exit ((enum cvx_status)j)
                == cvx_status_exit (status))
              printf ("%s%s", j == k ? "" : "; ",
                      cvx_status_words ((enum cvx_status)j));
          puts (".");
        }
    }
  puts ("@item 64\nthe command line is wrong.\n@item 143\nended by SIGTERM, "
        "after the session was kept.\n@end table\n");
}

/* The rows of `set', with their defaults.  */
static void
settings (struct session *s)
{
  static const struct
  {
    double initial;
    const char *const *words;
    enum lang_kind kind;
  } rows[] = {
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  { DEFAULT, WORDS, LANG_KIND_##KIND },
#include "command/settings.def"
#undef CMD_SETTING
  };
  section ("Settings");
  puts ("Changed by @code{set}, shown by @code{show settings}.\n\n"
        "@table @code");
  for (size_t k = 0; cmd_set_keys[k].name != NULL; k++)
    {
      key (s, &cmd_set_keys[k]);
      if (rows[k].words != NULL)
        printf ("At first @code{%s}.\n",
                rows[k].words[(size_t)rows[k].initial]);
      else if (rows[k].kind == LANG_KIND_FLAG)
        printf ("At first %s.\n", rows[k].initial != 0 ? "yes" : "no");
      else
        printf ("At first %.15g.\n", rows[k].initial);
    }
  puts ("@end table\n");
}

static void
texinfo (struct session *s)
{
  puts ("@c Written by scripts/manual from the tables.\n"
        "@node Reference\n@chapter Reference\n");
  section ("Commands");
  commands (s, session_commands ());
  section ("Words of the language");
  commands (s, lang_builtins ());
  settings (s);
  methods ();
  functions ();
  fields (s);
  readers ();
  errors ();
}

static void
bash (int n, char **options)
{
  puts (
      "# bash completion of cvxnn, written by scripts/manual from the "
      "tables.\n\n_cvxnn ()\n{\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}"
      "\n  COMPREPLY=()\n  case $prev in\n    -e | --eval)\n"
      "      COMPREPLY=($(compgen -W '");
  for (const struct lang_command *c = session_commands (); c->name != NULL;
       c++)
    printf ("        %s\n", c->name);
  for (const struct lang_command *c = lang_builtins (); c->name != NULL; c++)
    printf ("        %s\n", c->name);
  printf ("        ' -- \"$cur\"))\n      return ;;\n    --color)\n"
          "      COMPREPLY=($(compgen -W '");
  for (size_t k = 0; set_color_words[k] != NULL; k++)
    printf ("%s%s", k > 0 ? " " : "", set_color_words[k]);
  puts ("' -- \"$cur\"))\n      return ;;\n  esac\n  case $cur in\n    -*)\n"
        "      COMPREPLY=($(compgen -W '");
  for (int k = 0; k < n; k++)
    printf ("        %s\n", options[k]);
  puts ("        ' -- \"$cur\")) ;;\n    *)\n"
        "      COMPREPLY=($(compgen -f -X '!*.cvx' -- \"$cur\")"
        " $(compgen -d -- \"$cur\")) ;;\n  esac\n}\n"
        "complete -o filenames -F _cvxnn cvxnn");
}

int
main (int argc, char **argv)
{
  struct session *s;
  struct cvx_error err;
  if (argc < 2 || session_new (&s, stdout, &err) != CVX_OK)
    {
      fputs ("usage: manual texinfo | bash OPTION...\n", stderr);
      return 64;
    }
  if (strcmp (argv[1], "bash") == 0)
    bash (argc - 2, argv + 2);
  else
    texinfo (s);
  session_free (s);
  return fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
