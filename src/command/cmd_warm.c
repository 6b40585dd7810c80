/* cmd_warm.c -- where a run starts: at zero, at an earlier run, at a network.

   A network becomes a point of the convex program: neuron j with the output
   weight a_j > 0 is v_i = a_j u_j, with a_j < 0 it is w_i = -a_j u_j, in the
   block of a pattern D_i = 1 [X u_j >= 0] (Pilanci and Ergen, ICML 2020,
   theorem 1); rows on the boundary may have either bit.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "command/command.h"

/* The first pattern of F that U has, or N_PATTERNS; *DEAD: it is 0 on all
   rows.  DOT: n_samples.  */
static size_t
pattern_of (const struct cvx_formulation *f, const double *u, double *dot,
            bool *dead)
{
  const struct cvx_patterns *p = f->patterns;
  size_t d = f->n_features, g = 0;
  *dead = true;
  for (size_t i = 0; i < f->n_samples; i++)
    {
      double scale = 0;
      dot[i] = 0;
      for (size_t k = 0; k < d; k++)
        {
          dot[i] += f->x[i * d + k] * u[k];
          scale += fabs (f->x[i * d + k] * u[k]);
        }
      if (fabs (dot[i]) <= 1e-9 * scale)
        dot[i] = 0;
      *dead = *dead && dot[i] <= 0;
    }
  for (; g < p->n_patterns; g++)
    {
      const uint64_t *bits = p->bits + g * p->n_words;
      size_t i = 0;
      while (i < f->n_samples
             && (dot[i] == 0 || (dot[i] > 0) == cvx_pattern_bit (bits, i)))
        i++;
      if (i == f->n_samples)
        break;
    }
  return g;
}

/* NET, called NAME, as a point of the current formulation into X (n_var).  */
static enum cvx_status
network_point (struct session *s, const struct cvx_network *net,
               const char *name, double **x, struct cvx_error *err)
{
  const struct cvx_formulation *f = s->formulation;
  const struct cvx_patterns *p = f->patterns;
  size_t d = f->n_features, n = p != NULL ? p->n_patterns : 0;
  double *dot;
  if (n == 0 || f->class->activation != CVX_ACT_RELU || f->conv.d > 0
      || f->block_len != d || f->n_blocks != 2 * n * f->n_outputs)
    {
      cvx_fail (err, CVX_E393,
                "formulation %s cannot start from a network: that needs relu "
                "with stored patterns",
                f->class->name);
      return cvx_hint (err, "grow FILE goes on from any network");
    }
  if (net->activation != CVX_ACT_RELU || net->n_features != d
      || net->n_outputs != f->n_outputs || net->b0 != NULL || net->conv.d > 0)
    return cvx_fail (err, CVX_E393,
                     "%s is no ReLU network of %zu features and %zu output%s",
                     name, d, f->n_outputs, f->n_outputs == 1 ? "" : "s");
  *x = cvx_calloc (f->n_var, sizeof **x);
  dot = session_scratch (s, f->n_samples, sizeof *dot);
  if (*x == NULL || dot == NULL)
    return cvx_fail_nomem (err, "making the warm start");
  for (size_t j = 0; j < net->width; j++)
    {
      const double *u = net->u + j * d;
      bool dead;
      size_t g = pattern_of (f, u, dot, &dead);
      if (dead)
        continue;
      if (g == n)
        {
          cvx_fail (err, CVX_E393,
                    "the pattern of neuron %zu of %s is none of the %zu of "
                    "this formulation",
                    j + 1, name, n);
          return cvx_hint (err, "patterns exact, or patterns sample "
                                "dist=trained");
        }
      for (size_t k = 0; k < f->n_outputs; k++)
        {
          double weight = net->a[j * f->n_outputs + k];
          double *to = *x + ((k * n + g) * 2 + (weight < 0)) * d;
          for (size_t l = 0; l < d; l++)
            to[l] += fabs (weight) * u[l];
        }
    }
  return CVX_OK;
}

/* A point with the memory that it has.  */
struct start
{
  struct cvx_point point;
  double *x, *nu; /* owned */
};

/* NET, called NAME, as a point of the current formulation.  */
static enum cvx_status
from_network (struct session *s, const struct cvx_network *net,
              const char *name, struct start *w, struct cvx_error *err)
{
  enum cvx_status status;
  /* Patterns that are not stored: the neurons themselves.  */
  if (s->formulation->n_blocks == 0)
    return cmd_warm_network (s, net, &w->point, err);
  status = network_point (s, net, name, &w->x, err);
  w->point
      = (struct cvx_point){ .n_atoms = s->formulation->n_blocks, .x = w->x };
  return status;
}

/* The iterate of the run R, which kept none with blocks, is its network.  */
static enum cvx_status
from_run_network (struct session *s, struct session_run *r, struct start *w,
                  struct cvx_error *err)
{
  const struct cvx_network *net;
  char name[32];
  enum cvx_status status = session_network (s, r, &net, err);
  snprintf (name, sizeof name, "run %zu", r->run->id);
  if (status == CVX_OK)
    status = from_network (s, net, name, w, err);
  if (status == CVX_OK && r->run->nu != NULL
      && r->run->n_nu == s->formulation->n_obs
      && r->run->data_hash == s->data->hash)
    {
      w->nu = cvx_copy (r->run->nu, r->run->n_nu, sizeof *w->nu);
      w->point.nu = w->nu;
    }
  return status;
}

/* Does the run R, a value, not fit the current formulation?  */
static enum cvx_status
check_fit (struct session *s, const struct session_run *r,
           struct cvx_error *err)
{
  const struct cvx_formulation *f = s->formulation;
  /* More patterns since then: its blocks are the first ones.  */
  bool grown = r->n_blocks < f->n_blocks && f->class->needs_patterns
               && strcmp (r->run->kind, f->class->name) == 0;
  if ((r->n_blocks == f->n_blocks || grown) && r->block_len == f->block_len
      && r->n_obs == f->n_obs && r->run->data_hash == s->data->hash
      && r->patterns_serial == s->patterns_serial)
    return CVX_OK;
  cvx_fail (err, CVX_E393,
            "run %zu does not fit: it had %zu blocks of %zu for %zu "
            "targets%s, this formulation has %zu of %zu for %zu",
            r->run->id, r->n_blocks, r->block_len, r->n_obs,
            r->run->data_hash != s->data->hash         ? " of other data"
            : r->patterns_serial != s->patterns_serial ? " with other patterns"
                                                       : "",
            f->n_blocks, f->block_len, f->n_obs);
  return cvx_hint (err, "warm=zero");
}

/* The iterate of the run R, dense.  */
static enum cvx_status
from_run (struct session *s, struct session_run *r, struct start *w,
          struct cvx_error *err)
{
  const struct cvx_formulation *f = s->formulation;
  bool alive = r->run->formulation != NULL && r->run->state != NULL;
  struct cvx_point p = { 0 };
  const double *nu;
  size_t had;
  enum cvx_status status;
  if (alive)
    cvx_run_point (r->run, &p);
  if (alive ? p.x == NULL || p.sign != NULL : r->x == NULL)
    return from_run_network (s, r, w, err);
  if (!alive)
    {
      status = check_fit (s, r, err);
      if (status != CVX_OK)
        return status;
      p = (struct cvx_point){
        .n_atoms = r->n_atoms, .block = r->block, .x = r->x, .nu = r->nu
      };
    }
  w->x = cvx_calloc (f->n_var, sizeof *w->x);
  if (w->x == NULL)
    return cvx_fail_nomem (err, "making the warm start");
  /* The blocks of the next output come after all of one.  */
  had = (alive ? f->n_blocks : r->n_blocks) / f->n_outputs;
  for (size_t k = 0; k < p.n_atoms; k++)
    {
      size_t from = p.block != NULL ? p.block[k] : k;
      size_t to = from / had * (f->n_blocks / f->n_outputs) + from % had;
      memcpy (w->x + to * f->block_len, p.x + k * f->block_len,
              f->block_len * sizeof *w->x);
    }
  nu = p.nu;
  w->nu = nu != NULL ? cvx_copy (nu, f->n_obs, sizeof *nu) : NULL;
  w->point
      = (struct cvx_point){ .n_atoms = f->n_blocks, .x = w->x, .nu = w->nu };
  return CVX_OK;
}

/* The network file that `warm=' of C names, or NULL: what is no number of a
   run and is there.  */
static const char *
file_of (const struct lang_call *c)
{
  const char *word = c != NULL ? lang_call_text (c, "warm") : NULL;
  if (word == NULL || strcmp (word, "zero") == 0 || strcmp (word, "last") == 0
      || word[strspn (word, "0123456789")] == '\0' || access (word, R_OK) != 0)
    return NULL;
  return word;
}

enum cvx_status
cmd_warm_run (struct session *s, const struct lang_call *c,
              struct session_run **r, struct cvx_error *err)
{
  const char *word = c != NULL ? lang_call_text (c, "warm") : NULL, *number;
  char *end;
  size_t id;
  *r = NULL;
  if (word == NULL && s->grown_from != 0)
    {
      *r = session_find_run (s, s->grown_from);
      return CVX_OK;
    }
  if (word == NULL || strcmp (word, "zero") == 0 || file_of (c) != NULL)
    return CVX_OK;
  if (strcmp (word, "last") == 0)
    {
      if (s->n_runs == 0)
        return lang_call_fail (c, "warm", err, CVX_E390,
                               "there is no run to start from");
      *r = s->runs[s->n_runs - 1];
      return CVX_OK;
    }
  number = strncmp (word, "run", 3) == 0 ? word + 3 : word;
  id = strtoull (number, &end, 10);
  *r = *end == '\0' && end > number ? session_find_run (s, id) : NULL;
  if (*r != NULL)
    return CVX_OK;
  if (*end == '\0' && end > number)
    return lang_call_fail (c, "warm", err, CVX_E390, "there is no run %s",
                           number);
  lang_call_fail (c, "warm", err, CVX_E390,
                  "\"%s\" is no run and no file that can be read", word);
  return cvx_hint (err, "warm=last, zero, the number of a run, or the file "
                        "of a network");
}

enum cvx_status
cmd_run_start (struct session *s, const struct lang_call *c,
               struct session_run *from, const struct cvx_solver *solver,
               const struct cvx_settings *settings, struct cvx_error *err)
{
  struct start w = { .x = NULL };
  struct cvx_network *read = NULL;
  struct cvx_run *run = NULL;
  const char *file = from == NULL ? file_of (c) : NULL;
  enum cvx_status status = CVX_OK;
  if (file != NULL)
    {
      status = cmd_network_read (s, file, &read, err);
      if (status == CVX_OK)
        status = from_network (s, read, file, &w, err);
      cvx_network_free (read);
    }
  else if (from != NULL)
    status = from_run (s, from, &w, err);
  if (status != CVX_OK && c != NULL)
    lang_call_blame (c, "warm", err);
  if (status == CVX_OK)
    {
      session_work_begin (s, "starting");
      status = cvx_run_new (&run, s->formulation, solver, settings,
                            w.point.x != NULL ? &w.point : NULL, &s->progress,
                            err);
      session_work_end (s);
    }
  cvx_free (w.x);
  cvx_free (w.nu);
  if (status != CVX_OK)
    return status;
  status = session_add_run (s, run, err);
  if (status != CVX_OK)
    cvx_run_free (run);
  return status;
}
