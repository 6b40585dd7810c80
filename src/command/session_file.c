/* session_file.c -- a session as a file.

   The file is an NPZ: the members of the data under `data/', of the patterns
   under `patterns/', of run k under `run-k/', and session.json, which says
   what there is.  The formulation is built again from its words.  Opening
   reads everything before anything is replaced and runs no command.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

enum
{
  FORMAT_VERSION = 1,
  MAX_RUNS = 100000
};

/* Rows and columns of a patch, the strides, circular, factors, images,
   pooling; the sizes of the input are those of the data.  */
static json_t *
describe_patches (const struct cvx_conv *c)
{
  return json_pack (
      "[I,I,I,I,b,I,b,s]", (json_int_t)c->size[0], (json_int_t)c->size[1],
      (json_int_t)c->stride[0], (json_int_t)c->stride[1], (int)c->circular,
      (json_int_t)c->factors, (int)(c->rows > 1), cvx_pool_word (c->pool));
}

static bool
read_patches (const json_t *list, const struct cvx_dataset *data,
              struct cvx_conv *c)
{
  json_int_t v[5];
  int circular, image;
  const char *pool = "none"; /* as in files of versions without it */
  enum cvx_pool how;
  size_t size[2], stride[2];
  if (json_unpack ((json_t *)list, "[I,I,I,I,b,I,b]", &v[0], &v[1], &v[2],
                   &v[3], &circular, &v[4], &image)
      != 0)
    return false;
  if (json_array_size (list) > 7)
    pool = json_string_value (json_array_get (list, 7));
  if (pool == NULL || !cvx_pool_find (pool, &how))
    return false;
  for (int i = 0; i < 5; i++)
    if (v[i] < 0 || v[i] > INT32_MAX)
      return false;
  for (int i = 0; i < 2; i++)
    {
      size[i] = (size_t)v[i];
      stride[i] = (size_t)v[2 + i];
    }
  if (cvx_conv_init (c, data->n_features, image ? data->image : NULL, size,
                     stride, circular != 0, NULL)
          != CVX_OK
      || v[4] < 2 || (v[4] > 2 && !cvx_conv_is_full (c)))
    return false;
  c->factors = (size_t)v[4];
  c->pool = how;
  return true;
}

/* Where the stream of random numbers is.  */
static json_t *
describe_random (const struct cvx_rng *r)
{
  return json_pack ("[I,I,i,b,f]", (json_int_t)r->seed, (json_int_t)r->counter,
                    (int)r->left, (int)r->has_normal,
                    r->has_normal ? r->spare : 0.0);
}

static void
read_random (const json_t *list, struct cvx_rng *r)
{
  json_int_t seed, counter;
  int left, has_normal;
  double spare;
  if (json_unpack ((json_t *)list, "[I,I,i,b,f]", &seed, &counter, &left,
                   &has_normal, &spare)
          != 0
      || counter < 0 || left < 0 || left > 3 || (left > 0 && counter == 0))
    return;
  cvx_rng_init (r, (uint64_t)seed, CVX_STREAM_EXPRESSION);
  r->counter = (uint64_t)counter - (left > 0);
  for (int k = left; left > 0 && k < 4; k++)
    (void)cvx_rng_u32 (r);
  r->has_normal = has_normal != 0;
  r->spare = spare;
}

static json_t *
describe (struct session *s)
{
  const struct cvx_formulation *f = s->formulation;
  json_t *o = json_object (), *runs = json_array (), *solver = json_object (),
         *settings = json_object ();
  json_object_set_new (o, "format", json_string ("cvxnn session"));
  json_object_set_new (o, "format_version", json_integer (FORMAT_VERSION));
  json_object_set_new (o, "cvxnn", json_string (PACKAGE_VERSION));
  json_object_set_new (o, "data", json_boolean (s->data != NULL));
  json_object_set_new (o, "patterns", json_boolean (s->patterns != NULL));
  if (f != NULL)
    {
      json_t *w = json_object ();
      json_object_set_new (w, "kind", json_string (f->class->name));
      json_object_set_new (w, "loss", json_string (f->loss->name));
      if (isfinite (f->loss_param))
        json_object_set_new (w, "param", json_real (f->loss_param));
      json_object_set_new (w, "beta", json_real (f->beta));
      if (f->penalty != CVX_PENALTY_GROUP)
        json_object_set_new (w, "penalty",
                             json_string (cvx_penalties[f->penalty]));
      if (f->conv.d > 0)
        json_object_set_new (w, "patches", describe_patches (&f->conv));
      json_object_set_new (o, "formulation", w);
    }
  for (size_t k = 0; k < s->n_runs; k++)
    json_array_append_new (
        runs, json_boolean (s->runs[k]->run->formulation != NULL));
  json_object_set_new (o, "runs", runs);
  for (size_t k = 0; k < s->n_runs; k++)
    if (s->runs[k] == s->run)
      json_object_set_new (o, "current", json_integer ((json_int_t)k));
  json_object_set_new (o, "next_run", json_integer ((json_int_t)s->next_run));
  if (isfinite (s->last_beta))
    json_object_set_new (o, "last_beta", json_real (s->last_beta));
  if (s->solver != NULL)
    json_object_set_new (o, "solver", json_string (s->solver->name));
  for (const struct cvx_setting *v = cvx_setting_table; v->name != NULL; v++)
    {
      double x
          = *(const double *)(const void *)((const char *)&s->solver_settings
                                            + v->offset);
      if (x != v->initial && isfinite (x))
        json_object_set_new (solver, v->name, json_real (x));
    }
  json_object_set_new (o, "solver_settings", solver);
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  json_object_set_new (settings, NAME, json_real (s->settings.FIELD));
#include "command/settings.def"
#undef CMD_SETTING
  json_object_set_new (o, "settings", settings);
  json_object_set_new (o, "origin", cmd_origin (s));
  json_object_set_new (o, "random", describe_random (&s->rng));
  return o;
}

static enum cvx_status
write_all (struct session *s, struct cvx_npz_writer *w, struct cvx_error *err)
{
  json_t *o = describe (s);
  char *text = json_dumps (o, JSON_INDENT (1) | JSON_REAL_PRECISION (17)
                                  | JSON_SORT_KEYS);
  size_t len = text != NULL ? strlen (text) : 0;
  enum cvx_status status;
  json_decref (o);
  if (text == NULL)
    return cvx_fail_nomem (err, "saving the session");
  status = cvx_npz_add (w, "session.json", CVX_ARRAY_TEXT, 1, &len, text, err);
  free (text);
  if (status == CVX_OK && s->data != NULL)
    status = cvx_dataset_save (s->data, w, "data/", err);
  if (status == CVX_OK && s->patterns != NULL)
    status = cvx_patterns_save (s->patterns, w, "patterns/", err);
  for (size_t k = 0; k < s->n_runs && status == CVX_OK; k++)
    {
      char prefix[32];
      snprintf (prefix, sizeof prefix, "run-%zu/", k + 1);
      status = cvx_run_save (s->runs[k]->run, w, prefix, err);
      if (cvx_aborted (&s->progress))
        status = cvx_fail_interrupted (err);
    }
  return status;
}

enum cvx_status
session_save (struct session *s, const char *path, bool backup,
              struct cvx_error *err)
{
  struct cvx_npz_writer *w;
  enum cvx_status status = cvx_npz_create (&w, path, backup, err);
  if (status != CVX_OK)
    return status;
  status = write_all (s, w, err);
  if (status == CVX_OK)
    return cvx_npz_close (w, err);
  cvx_npz_abort (w);
  return status;
}

/* What was read, until all of it is.  */
struct opened
{
  struct cvx_dataset *data;
  struct cvx_patterns *patterns;
  struct cvx_formulation *formulation;
  struct session_run **runs;
  size_t n_runs;
  struct cvx_text *lost; /* not NULL: what is damaged is named here, the rest
                            is opened */
};

/* STATUS of reading WHAT, or CVX_OK when the damage is to be passed over.  */
static enum cvx_status
forgive (struct opened *o, enum cvx_status status, const char *what,
         const struct cvx_error *err)
{
  if (o->lost == NULL || status == CVX_OK || status == CVX_NOMEM
      || status == CVX_INTERRUPTED)
    return status;
  cvx_text_printf (o->lost, "lost: %s (%s)\n", what, err->text);
  return CVX_OK;
}

static void
forget (struct opened *o)
{
  for (size_t k = 0; k < o->n_runs; k++)
    if (o->runs[k] != NULL)
      {
        cvx_run_free (o->runs[k]->run);
        cvx_free (o->runs[k]);
      }
  cvx_free (o->runs);
  cvx_formulation_free (o->formulation);
  cvx_patterns_free (o->patterns);
  cvx_dataset_free (o->data);
}

static enum cvx_status
damaged (struct cvx_error *err, const char *path, const char *what)
{
  return cvx_fail (err, CVX_E431, "%s: %s", path, what);
}

/* The formulation that W describes.  */
static enum cvx_status
read_formulation (struct session *s, const json_t *w, const char *path,
                  struct opened *o, struct cvx_error *err)
{
  const char *kind = json_string_value (json_object_get (w, "kind")),
             *loss = json_string_value (json_object_get (w, "loss")),
             *penalty = json_string_value (json_object_get (w, "penalty"));
  const json_t *param = json_object_get (w, "param");
  const struct cvx_formulation_class *class = kind != NULL
                                                  ? cvx_formulation_find (kind)
                                                  : NULL;
  struct cvx_formulation_options options = { .loss_param = NAN, .beta = NAN };
  const json_t *patches = json_object_get (w, "patches");
  struct cvx_conv conv;
  double betamax;
  enum cvx_status status;
  options.loss = loss != NULL ? cvx_loss_find (loss) : NULL;
  options.beta = json_number_value (json_object_get (w, "beta"));
  if (param != NULL)
    options.loss_param = json_number_value (param);
  options.threads = session_threads (s);
  if (class == NULL || options.loss == NULL || !(options.beta > 0)
      || !isfinite (options.beta))
    return damaged (err, path, "its formulation is not understood");
  if (o->data == NULL || (class->needs_patterns && o->patterns == NULL))
    return damaged (err, path, "the formulation lacks data or patterns");
  while (penalty != NULL && cvx_penalties[options.penalty] != NULL
         && strcmp (cvx_penalties[options.penalty], penalty) != 0)
    options.penalty++;
  if (cvx_penalties[options.penalty] == NULL)
    return damaged (err, path, "its penalty is not understood");
  if (patches != NULL)
    {
      if (!read_patches (patches, o->data, &conv))
        return damaged (err, path, "its patches are not understood");
      options.conv = &conv;
    }
  status = cvx_formulation_new (&o->formulation, class, o->data,
                                class->needs_patterns ? o->patterns : NULL,
                                &options, err);
  if (status == CVX_OK)
    status = cvx_formulation_betamax (o->formulation, &betamax, &s->progress,
                                      err);
  return status;
}

static enum cvx_status
read_parts (struct session *s, const struct cvx_npz *z, const json_t *meta,
            const char *path, struct opened *o, struct cvx_error *err)
{
  const json_t *runs = json_object_get (meta, "runs"),
               *w = json_object_get (meta, "formulation");
  size_t n = json_array_size (runs);
  enum cvx_status status = CVX_OK;
  if (json_is_true (json_object_get (meta, "data")))
    status = forgive (o, cvx_dataset_load (&o->data, z, "data/", err), "data",
                      err);
  if (status == CVX_OK && json_is_true (json_object_get (meta, "patterns")))
    status = forgive (o, cvx_patterns_load (&o->patterns, z, "patterns/", err),
                      "patterns", err);
  if (status == CVX_OK && o->patterns != NULL
      && (o->data == NULL
          /* rows of the data, or patches of them */
          || o->data->part[CVX_TRAIN].n == 0
          || o->patterns->n_samples % o->data->part[CVX_TRAIN].n != 0))
    {
      status = forgive (
          o, damaged (err, path, "patterns and data do not fit together"),
          "patterns", err);
      cvx_patterns_free (o->patterns);
      o->patterns = NULL;
    }
  if (status == CVX_OK && (o->patterns != NULL || w != NULL) && o->data != NULL
      && cvx_dataset_is_sparse (o->data))
    {
      status = session_check_memory (s, "X with its zeros",
                                     (double)cvx_dataset_fill_bytes (o->data),
                                     err);
      if (status == CVX_OK)
        status = cvx_dataset_fill (o->data, err);
    }
  if (status == CVX_OK && w != NULL)
    status = forgive (o, read_formulation (s, w, path, o, err), "formulation",
                      err);
  if (status != CVX_OK)
    return status;
  if (n > MAX_RUNS)
    return damaged (err, path, "it claims too many runs");
  o->runs = cvx_calloc (n + 1, sizeof (struct session_run *));
  if (o->runs == NULL)
    return cvx_fail_nomem (err, "opening the session");
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    {
      char prefix[32], what[32];
      bool alive = json_is_true (json_array_get (runs, k));
      struct session_run *r = cvx_calloc (1, sizeof *r);
      snprintf (prefix, sizeof prefix, "run-%zu/", k + 1);
      snprintf (what, sizeof what, "run number %zu of the file", k + 1);
      if (r == NULL)
        return cvx_fail_nomem (err, "opening the session");
      if (alive && o->formulation == NULL && o->lost == NULL)
        status = damaged (err, path, "a run lacks its formulation");
      else
        status = cvx_run_load (&r->run, alive ? o->formulation : NULL, z,
                               prefix, err);
      /* Without its state a run is still a value.  */
      if (status == CVX_DATA && o->lost != NULL && alive
          && o->formulation != NULL)
        status = cvx_run_load (&r->run, NULL, z, prefix, err);
      if (status == CVX_OK)
        o->runs[o->n_runs++] = r;
      else
        cvx_free (r);
      status = forgive (o, status, what, err);
    }
  return status;
}

/* Settings are taken only when they are in range.  */
static void
read_settings (struct session *s, const json_t *meta)
{
  const json_t *o = json_object_get (meta, "settings"),
               *v = json_object_get (meta, "solver_settings"), *value;
  const char *solver = json_string_value (json_object_get (meta, "solver")),
             *name;
  double x;
  struct cvx_error ignored;
#define CMD_SETTING(FIELD, NAME, KIND, FLAGS, WORDS, DEFAULT, MIN, MAX, HELP) \
  value = json_object_get (o, NAME);                                          \
  x = json_number_value (value);                                              \
  if (value != NULL && x >= MIN && (x <= MAX || (MAX) == 0)                   \
      && LANG_KIND_##KIND == LANG_KIND_COUNT && x == floor (x))               \
    s->settings.FIELD = x;
#include "command/settings.def"
#undef CMD_SETTING
  cvx_settings_init (&s->solver_settings);
  json_object_foreach ((json_t *)(uintptr_t)v, name, value)
  {
    if (cvx_settings_set (&s->solver_settings, name, json_number_value (value),
                          &ignored)
        != CVX_OK)
      continue;
  }
  s->solver = solver != NULL ? cvx_solver_find (solver) : NULL;
  value = json_object_get (meta, "last_beta");
  x = json_number_value (value);
  s->last_beta = value != NULL && x > 0 && isfinite (x) ? x : NAN;
  cmd_settings_apply (s);
}

enum cvx_status
session_open (struct session *s, const char *path, struct cvx_text *lost,
              struct cvx_error *err)
{
  struct cvx_npz *z;
  const struct cvx_array *text;
  const char *format;
  struct opened o = { .lost = lost };
  json_error_t where;
  json_t *meta = NULL;
  size_t current;
  double version;
  enum cvx_status status
      = (lost != NULL ? cvx_npz_read_partial : cvx_npz_read) (
          &z, path, (size_t)session_memory (s), &s->progress, err);
  if (status != CVX_OK)
    return status;
  text = cvx_npz_find (z, "session.json");
  if (text != NULL && text->type == CVX_ARRAY_TEXT)
    meta = json_loadb (text->values, text->count, JSON_REJECT_DUPLICATES,
                       &where);
  format = json_string_value (json_object_get (meta, "format"));
  if (format == NULL || strcmp (format, "cvxnn session") != 0)
    {
      status = cvx_fail (err, CVX_E430, "%s is not a session file", path);
      cvx_hint (err, "load reads data");
      goto done;
    }
  version = json_number_value (json_object_get (meta, "format_version"));
  if (!(version >= 1) || version > FORMAT_VERSION)
    {
      status = cvx_fail (err, CVX_E432,
                         "%s has format %g, this program reads up to %d", path,
                         version, FORMAT_VERSION);
      cvx_hint (err, "open it with the version of cvxnn that saved it, or a "
                     "newer one");
      goto done;
    }
  status = read_parts (s, z, meta, path, &o, err);
  if (status != CVX_OK)
    {
      forget (&o);
      goto done;
    }
  /* From here on nothing fails.  */
  session_set_data (s, NULL);
  session_drop_kept (s);
  s->data = o.data;
  s->patterns = o.patterns;
  s->patches = (struct cvx_conv){ .d = 0 };
  if (o.formulation != NULL && o.formulation->class->nuclear)
    s->patches = o.formulation->conv;
  s->patterns_serial++;
  s->formulation = o.formulation;
  while (s->n_runs > 0)
    session_drop_run (s, s->runs[s->n_runs - 1]->run->id);
  cvx_free (s->runs);
  s->runs = o.runs;
  s->n_runs = o.n_runs;
  s->next_run = 1;
  for (size_t k = 0; k < s->n_runs; k++)
    {
      /* Numbers are kept when they rise, as they do in every honest file.  */
      if (s->runs[k]->run->id < s->next_run)
        s->runs[k]->run->id = s->next_run;
      snprintf (s->runs[k]->number, sizeof s->runs[k]->number, "%zu",
                s->runs[k]->run->id);
      s->next_run = s->runs[k]->run->id + 1;
    }
  current = (size_t)json_integer_value (json_object_get (meta, "current"));
  s->run = json_object_get (meta, "current") != NULL && current < s->n_runs
               ? s->runs[current]
               : NULL;
  for (size_t k = 0; k < s->n_runs; k++)
    if (s->runs[k] != s->run && s->runs[k]->run->formulation != NULL)
      cvx_run_detach (s->runs[k]->run);
  read_settings (s, meta);
  cvx_rng_init (&s->rng, (uint64_t)s->settings.seed, CVX_STREAM_EXPRESSION);
  read_random (json_object_get (meta, "random"), &s->rng);
  cmd_origin_compare (s, json_object_get (meta, "origin"));
done:
  json_decref (meta);
  cvx_npz_free (z);
  return status;
}
