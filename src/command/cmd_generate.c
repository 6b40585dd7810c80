/* cmd_generate.c -- data made up: generate.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

const struct lang_key cmd_generate_keys[] = {
  { .name = "kind",
    .kind = LANG_KIND_WORD,
    .flags = LANG_ARG | LANG_REQUIRED,
    .candidates = cmd_generator_names,
    .help = "what to make" },
  { .name = "n",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE | LANG_LE,
    .min = 1,
    .max = 1e9,
    .default_text = "100",
    .help = "rows" },
  { .name = "d",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE | LANG_LE,
    .min = 1,
    .max = 1e7,
    .default_text = "2",
    .help = "features" },
  { .name = "width",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE | LANG_LE,
    .min = 1,
    .max = 1e6,
    .default_text = "5",
    .help = "neurons of the network that made the data" },
  { .name = "classes",
    .kind = LANG_KIND_COUNT,
    .flags = LANG_GE | LANG_LE,
    .min = 2,
    .max = 1000,
    .default_text = "2",
    .help = "classes" },
  { .name = "noise",
    .kind = LANG_KIND_NUMBER,
    .flags = LANG_GE,
    .min = 0,
    .default_text = "0",
    .help = "deviation of the noise" },
  { .name = "radius",
    .kind = LANG_KIND_NUMBER,
    .flags = LANG_GT,
    .min = 0,
    .default_text = "1",
    .help = "radius of a ring" },
  { .name = "flip",
    .kind = LANG_KIND_NUMBER,
    .flags = LANG_GE | LANG_LE,
    .min = 0,
    .max = 1,
    .default_text = "0",
    .help = "share of the labels that are wrong" },
  { .name = "seed",
    .kind = LANG_KIND_COUNT,
    .default_text = "set seed",
    .help = "seed" },
  { .name = "x", .kind = LANG_KIND_LIST, .help = "points: where" },
  { .name = "y", .kind = LANG_KIND_LIST, .help = "points: values" },
  { .name = "freqs",
    .kind = LANG_KIND_LIST,
    .help = "circular: frequencies of the filter" },
  { .name = "amps",
    .kind = LANG_KIND_LIST,
    .help = "circular: their amplitudes" },
  { .name = "as", .kind = LANG_KIND_STRING, .help = "short name of the data" },
  { .name = NULL }
};

/* True when WORD is one of the words of LIST ("n d noise seed").  */
static bool
listed (const char *list, const char *word)
{
  size_t len = strlen (word);
  for (const char *p = strstr (list, word); p != NULL;
       p = strstr (p + 1, word))
    if ((p == list || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
      return true;
  return false;
}

enum cvx_status
cmd_generate (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *kind = lang_call_text (c, "kind"),
             *as = lang_call_text (c, "as");
  const struct cvx_generator *g = NULL;
  struct cvx_generate_options o
      = { .n = 100, .d = 2, .width = 5, .classes = 2, .radius = 1 };
  struct cvx_dataset *d;
  size_t n_y = 0, n_amps = 0;
  enum cvx_status status;
  for (size_t k = 0; cvx_generators[k] != NULL; k++)
    if (strcmp (cvx_generators[k]->name, kind) == 0)
      g = cvx_generators[k];
  if (g == NULL)
    return lang_call_fail (c, "kind", err, CVX_E394,
                           "no generator is called \"%s\"", kind);
  for (const struct lang_key *k = cmd_generate_keys; k->name != NULL; k++)
    if (!(k->flags & LANG_ARG) && strcmp (k->name, "as") != 0
        && lang_call_has (c, k->name) && !listed (g->uses, k->name))
      {
        lang_call_fail (c, k->name, err, CVX_E394,
                        "generate %s does not use %s", kind, k->name);
        return cvx_hint (err, "it uses: %s", g->uses);
      }
  lang_call_count (c, "n", &o.n);
  lang_call_count (c, "d", &o.d);
  lang_call_count (c, "width", &o.width);
  lang_call_count (c, "classes", &o.classes);
  lang_call_number (c, "noise", &o.noise);
  lang_call_number (c, "radius", &o.radius);
  lang_call_number (c, "flip", &o.flip);
  o.seed = cmd_seed (s, c);
  lang_call_list (c, "x", &o.px, &o.n_points);
  lang_call_list (c, "y", &o.py, &n_y);
  if (strcmp (g->name, "points") == 0 && o.n_points == 0)
    {
      lang_call_fail (c, "kind", err, CVX_E394,
                      "generate points needs the points");
      return cvx_hint (err, "generate points x=[-1,0,1] y=[1,0,2]");
    }
  if (o.n_points != n_y)
    return lang_call_fail (c, n_y != 0 ? "y" : NULL, err, CVX_E394,
                           "x has %zu numbers, y has %zu", o.n_points, n_y);
  lang_call_list (c, "freqs", &o.freqs, &o.n_freqs);
  if (lang_call_list (c, "amps", &o.amps, &n_amps) && n_amps != o.n_freqs)
    return lang_call_fail (c, "amps", err, CVX_E394,
                           "freqs has %zu numbers, amps has %zu", o.n_freqs,
                           n_amps);
  status = session_check_memory (s, "this data",
                                 (double)cvx_dataset_bytes (o.n, o.d, 1), err);
  if (status != CVX_OK)
    return lang_call_blame (c, "n", err);
  status = g->make (&d, &o, err);
  if (status != CVX_OK)
    return lang_call_blame (c, "kind", err);
  if (as != NULL)
    {
      char *name = cvx_strdup (as);
      if (name == NULL)
        {
          cvx_dataset_free (d);
          return cvx_fail_nomem (err, "naming the data");
        }
      cvx_free (d->name);
      d->name = name;
    }
  session_set_data (s, d);
  cmd_data_line (s);
  return CVX_OK;
}
