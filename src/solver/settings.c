/* settings.c -- the settings of a run, from settings.def.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/run.h"

#include <stdio.h>
#include <string.h>

const struct cvx_setting cvx_setting_table[] = {
#define CVX_SETTING(NAME, TYPE, DEFAULT, MIN, MAX, SOLVERS, HELP)             \
  { #NAME,                                                                    \
    SOLVERS,                                                                  \
    HELP,                                                                     \
    CVX_SETTING_##TYPE,                                                       \
    offsetof (struct cvx_settings, NAME),                                     \
    DEFAULT,                                                                  \
    MIN,                                                                      \
    MAX },
#include "solver/settings.def"
#undef CVX_SETTING
  { NULL, NULL, NULL, CVX_SETTING_REAL, 0, 0, 0, 0 }
};

/* Settings whose numbers have names, in the order of the numbers.  */
static const struct
{
  const char *name;
  const char *words[5];
} worded[] = { { "schedule", { "constant", "cosine", "step", "root", NULL } },
               { "precision", { "double", "single", NULL } },
               { "ustep", { "auto", "exact", "cg", NULL } } };

const char *const *
cvx_setting_words (const struct cvx_setting *s)
{
  for (size_t k = 0; k < sizeof worded / sizeof *worded; k++)
    if (strcmp (worded[k].name, s->name) == 0)
      return worded[k].words;
  return NULL;
}

const char *
cvx_setting_text (const struct cvx_setting *s, double value, char *buf,
                  size_t size)
{
  const char *const *words = cvx_setting_words (s);
  if (words != NULL)
    return words[(size_t)value];
  if (s->type == CVX_SETTING_FLAG)
    return value != 0 ? "yes" : "no";
  snprintf (buf, size, "%g", value);
  return buf;
}

static double *
setting_value (struct cvx_settings *s, const struct cvx_setting *row)
{
  return (double *)((char *)s + row->offset);
}

void
cvx_settings_init (struct cvx_settings *s)
{
  for (const struct cvx_setting *row = cvx_setting_table; row->name; row++)
    *setting_value (s, row) = row->initial;
}

enum cvx_status
cvx_settings_set (struct cvx_settings *s, const char *name, double value,
                  struct cvx_error *err)
{
  for (const struct cvx_setting *row = cvx_setting_table; row->name; row++)
    if (strcmp (row->name, name) == 0)
      {
        if (!(value >= row->min && value <= row->max))
          return cvx_fail (err, CVX_E361, "%s must be from %g to %g, got %g",
                           name, row->min, row->max, value);
        if (row->type != CVX_SETTING_REAL && value != floor (value))
          return cvx_fail (err, CVX_E361, "%s must be a whole number, got %g",
                           name, value);
        *setting_value (s, row) = value;
        return CVX_OK;
      }
  return cvx_fail (err, CVX_E360, "there is no setting \"%s\"", name);
}
