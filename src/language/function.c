/* function.c -- the functions of expressions, from functions.def.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#define _GNU_SOURCE /* access */

#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "language/internal.h"

#define ARGUMENTS                                                             \
  struct lang_eval_state *e, const struct lang_node *node,                    \
      struct lang_value *arg, size_t n, struct lang_value *out

static enum cvx_status
wrong_type (struct lang_eval_state *e, const struct lang_node *node, size_t k,
            const char *needed, const struct lang_value *got)
{
  char kind[64];
  return lang_eval_fail (e, node->child[k], CVX_E121,
                         "%s needs a %s here, got a %s",
                         node->function->row.name, needed,
                         lang_value_kind (got, kind, sizeof kind));
}

/* Argument K as a number.  */
static enum cvx_status
number_arg (struct lang_eval_state *e, const struct lang_node *node,
            const struct lang_value *arg, size_t k, double *x)
{
  if (arg[k].type != LANG_NUMBER)
    return wrong_type (e, node, k, "number", &arg[k]);
  *x = arg[k].number;
  return CVX_OK;
}

/* Argument K as a list; a number is a list of one, in place.  */
static enum cvx_status
list_arg (struct lang_eval_state *e, const struct lang_node *node,
          struct lang_value *arg, size_t k, bool not_empty)
{
  if (arg[k].type == LANG_NUMBER)
    arg[k] = (struct lang_value){ .type = LANG_RANGE,
                                  .number = arg[k].number,
                                  .n = 1 };
  if (!lang_is_list (&arg[k]))
    return wrong_type (e, node, k, "list", &arg[k]);
  if (arg[k].n > LANG_MAX_ELEMENTS && arg[k].type == LANG_RANGE)
    return lang_eval_fail (e, node->child[k], CVX_E107,
                           "a list of %zu elements, the limit is %d", arg[k].n,
                           (int)LANG_MAX_ELEMENTS);
  if (not_empty && arg[k].n == 0)
    return lang_eval_fail (e, node->child[k], CVX_E121, "%s of an empty list",
                           node->function->row.name);
  return CVX_OK;
}

static enum cvx_status
fn_math (ARGUMENTS)
{
  enum cvx_status status;
  (void)n;
  if (arg[0].type == LANG_NUMBER)
    {
      *out = lang_number (node->function->math (arg[0].number));
      return CVX_OK;
    }
  status = list_arg (e, node, arg, 0, false);
  if (status == CVX_OK)
    status = lang_vector_alloc (out, arg[0].n, e->err);
  for (size_t k = 0; status == CVX_OK && k < arg[0].n; k++)
    out->vector[k] = node->function->math (lang_value_at (&arg[0], k));
  return status;
}

/* Index of the extreme of V, the first of equals; a nan loses.  */
static size_t
extreme (const struct lang_value *v, double sign)
{
  size_t best = 0;
  for (size_t k = 1; k < v->n; k++)
    {
      double x = sign * lang_value_at (v, k);
      double y = sign * lang_value_at (v, best);
      if (x > y || (isnan (y) && !isnan (x)))
        best = k;
    }
  return best;
}

static enum cvx_status
extreme_of (double sign, ARGUMENTS)
{
  enum cvx_status status;
  double best = NAN;
  if (n == 1)
    {
      status = list_arg (e, node, arg, 0, true);
      if (status == CVX_OK)
        *out = lang_number (lang_value_at (&arg[0], extreme (&arg[0], sign)));
      return status;
    }
  for (size_t k = 0; k < n; k++)
    {
      double x = 0;
      status = number_arg (e, node, arg, k, &x);
      if (status != CVX_OK)
        return status;
      if (isnan (best) || sign * x > sign * best)
        best = x;
    }
  *out = lang_number (best);
  return CVX_OK;
}

static enum cvx_status
fn_min (ARGUMENTS)
{
  return extreme_of (-1, e, node, arg, n, out);
}

static enum cvx_status
fn_max (ARGUMENTS)
{
  return extreme_of (1, e, node, arg, n, out);
}

static enum cvx_status
extreme_index (double sign, ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, true);
  (void)n;
  if (status == CVX_OK)
    *out = lang_number ((double)extreme (&arg[0], sign) + 1);
  return status;
}

static enum cvx_status
fn_argmin (ARGUMENTS)
{
  return extreme_index (-1, e, node, arg, n, out);
}

static enum cvx_status
fn_argmax (ARGUMENTS)
{
  return extreme_index (1, e, node, arg, n, out);
}

/* Sum of (v_k - shift)^power, or of v_k w_k, with compensation (Neumaier,
   ZAMM 1974).  */
static double
sum_of (const struct lang_value *v, const struct lang_value *w, double shift,
        int power)
{
  double sum = 0, lost = 0;
  for (size_t k = 0; k < v->n; k++)
    {
      double x = lang_value_at (v, k) - shift, t;
      if (w != NULL)
        x *= lang_value_at (w, k);
      if (power == 2)
        x *= x;
      t = sum + x;
      if (isfinite (t))
        lost += fabs (sum) >= fabs (x) ? (sum - t) + x : (x - t) + sum;
      sum = t;
    }
  return sum + lost;
}

static enum cvx_status
fn_sum (ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, false);
  (void)n;
  if (status == CVX_OK)
    *out = lang_number (sum_of (&arg[0], NULL, 0, 1));
  return status;
}

static enum cvx_status
fn_mean (ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, true);
  (void)n;
  if (status == CVX_OK)
    *out = lang_number (sum_of (&arg[0], NULL, 0, 1) / (double)arg[0].n);
  return status;
}

static enum cvx_status
fn_std (ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, true);
  (void)n;
  if (status == CVX_OK)
    {
      double count = (double)arg[0].n;
      double mean = sum_of (&arg[0], NULL, 0, 1) / count;
      double squares = sum_of (&arg[0], NULL, mean, 2);
      *out = lang_number (count < 2 ? 0 : sqrt (squares / (count - 1)));
    }
  return status;
}

static enum cvx_status
fn_norm (ARGUMENTS)
{
  double kind = 2, largest = 0, sum = 0;
  enum cvx_status status = list_arg (e, node, arg, 0, false);
  if (status == CVX_OK && n == 2)
    status = number_arg (e, node, arg, 1, &kind);
  if (status != CVX_OK)
    return status;
  if (kind != 1 && kind != 2 && kind != INFINITY)
    return lang_eval_fail (e, node->child[1], CVX_E120,
                           "the norm is 1, 2 or inf, got %g", kind);
  for (size_t k = 0; k < arg[0].n; k++)
    {
      double x = fabs (lang_value_at (&arg[0], k));
      largest = x > largest || isnan (x) ? x : largest;
      sum += x;
    }
  if (kind == 2 && largest > 0 && isfinite (largest))
    {
      double squares = 0;
      for (size_t k = 0; k < arg[0].n; k++)
        {
          double x = lang_value_at (&arg[0], k) / largest;
          squares += x * x;
        }
      largest *= sqrt (squares);
    }
  *out = lang_number (kind == 1 ? sum : largest);
  return CVX_OK;
}

static enum cvx_status
fn_dot (ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, false);
  (void)n;
  if (status == CVX_OK)
    status = list_arg (e, node, arg, 1, false);
  if (status == CVX_OK && arg[0].n != arg[1].n)
    return lang_eval_fail (e, node, CVX_E122,
                           "dot of %zu elements and %zu elements", arg[0].n,
                           arg[1].n);
  if (status == CVX_OK)
    *out = lang_number (sum_of (&arg[0], &arg[1], 0, 1));
  return status;
}

static enum cvx_status
fn_len (ARGUMENTS)
{
  size_t len = lang_value_length (&arg[0]);
  (void)e;
  (void)node;
  (void)n;
  if (arg[0].type == LANG_TEXT)
    for (const char *s = arg[0].text; *s != '\0'; s++)
      len -= ((unsigned char)*s & 0xc0) == 0x80;
  *out = lang_number ((double)len);
  return CVX_OK;
}

/* Increasing, nan last.  */
static int
order (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);
  return (x > y) - (x < y);
}

static enum cvx_status
fn_sort (ARGUMENTS)
{
  enum cvx_status status = list_arg (e, node, arg, 0, false);
  (void)n;
  if (status == CVX_OK)
    status = lang_vector_alloc (out, arg[0].n, e->err);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < arg[0].n; k++)
    out->vector[k] = lang_value_at (&arg[0], k);
  qsort (out->vector, out->n, sizeof (double), order);
  return CVX_OK;
}

static enum cvx_status
fn_if (struct lang_eval_state *e, const struct lang_node *node,
       struct lang_value *out)
{
  struct lang_value c;
  bool b = false;
  enum cvx_status status = lang_eval_node (e, node->child[0], &c);
  if (status != CVX_OK)
    return status;
  status = lang_truth (e, &c, node->child[0], &b);
  lang_value_free (&c);
  return status != CVX_OK ? status
                          : lang_eval_node (e, node->child[b ? 1 : 2], out);
}

/* N numbers from A to B, through TEN ^ x when asked.  */
static enum cvx_status
spaced (bool power, ARGUMENTS)
{
  double x[3] = { 0 };
  enum cvx_status status = CVX_OK;
  for (size_t k = 0; k < n && status == CVX_OK; k++)
    status = number_arg (e, node, arg, k, &x[k]);
  if (status == CVX_OK)
    status = lang_vector_limited (e, node->child[2], x[2], out);
  if (status != CVX_OK)
    return status;
  for (size_t k = 0; k < out->n; k++)
    {
      double t = out->n > 1 ? (double)k / (double)(out->n - 1) : 1;
      double y = t == 1 ? x[1] : x[0] + t * (x[1] - x[0]);
      out->vector[k] = power ? pow (10, y) : y;
    }
  return CVX_OK;
}

static enum cvx_status
fn_linspace (ARGUMENTS)
{
  return spaced (false, e, node, arg, n, out);
}

static enum cvx_status
fn_logspace (ARGUMENTS)
{
  return spaced (true, e, node, arg, n, out);
}

static enum cvx_status
fn_range (ARGUMENTS)
{
  double x[3] = { 0, 0, 1 };
  for (size_t k = 0; k < n; k++)
    {
      enum cvx_status status = number_arg (e, node, arg, k, &x[k]);
      if (status != CVX_OK)
        return status;
    }
  return lang_range_new (e, node, x[0], x[1], x[2], out);
}

static enum cvx_status
constant (double value, ARGUMENTS)
{
  double count = 0;
  enum cvx_status status = number_arg (e, node, arg, 0, &count);
  (void)n;
  if (status == CVX_OK)
    status = lang_vector_limited (e, node->child[0], count, out);
  for (size_t k = 0; status == CVX_OK && k < out->n; k++)
    out->vector[k] = value;
  return status;
}

static enum cvx_status
fn_zeros (ARGUMENTS)
{
  return constant (0, e, node, arg, n, out);
}

static enum cvx_status
fn_ones (ARGUMENTS)
{
  return constant (1, e, node, arg, n, out);
}

static enum cvx_status
fn_str (ARGUMENTS)
{
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status;
  (void)n;
  if (arg[0].type == LANG_RANGE && arg[0].n > LANG_MAX_ELEMENTS)
    return list_arg (e, node, arg, 0, false);
  lang_value_format (&arg[0], e->in->digits, true, &t);
  status = t.failed ? cvx_fail_nomem (e->err, "making a string")
                    : lang_text_new (out, cvx_text_string (&t), t.len, e->err);
  cvx_text_free (&t);
  return status;
}

static enum cvx_status
fn_num (ARGUMENTS)
{
  char *end;
  const char *s;
  double x;
  (void)n;
  if (arg[0].type == LANG_NUMBER)
    {
      *out = arg[0];
      return CVX_OK;
    }
  if (arg[0].type != LANG_TEXT)
    return wrong_type (e, node, 0, "string", &arg[0]);
  s = arg[0].text;
  while (isspace ((unsigned char)*s))
    s++;
  x = strtod (s, &end);
  while (isspace ((unsigned char)*end))
    end++;
  if (*s == '\0' || *end != '\0' || strpbrk (s, "xXpP(") != NULL)
    return lang_eval_fail (e, node->child[0], CVX_E121,
                           "\"%.80s\" is not a number", arg[0].text);
  *out = lang_number (x);
  return CVX_OK;
}

static enum cvx_status
fn_exists (struct lang_eval_state *e, const struct lang_node *node,
           struct lang_value *out)
{
  struct lang_diagnostic saved = e->in->last;
  struct cvx_error unseen;
  struct lang_eval_state inner = *e;
  enum cvx_status status;
  if (node->child[0]->type != LANG_NODE_PATH
      && node->child[0]->type != LANG_NODE_INDEX)
    return lang_eval_fail (e, node->child[0], CVX_E121,
                           "exists needs a name, such as exists(run.gap)");
  cvx_error_clear (&unseen);
  inner.err = &unseen;
  status = lang_eval_node (&inner, node->child[0], out);
  if (status == CVX_OK)
    lang_value_free (out);
  e->in->last = saved;
  if (status == CVX_NOMEM || status == CVX_INTERRUPTED)
    {
      *e->err = unseen;
      return status;
    }
  *out = lang_bool (status == CVX_OK);
  return CVX_OK;
}

static enum cvx_status
fn_file_exists (ARGUMENTS)
{
  (void)n;
  if (arg[0].type != LANG_TEXT)
    return wrong_type (e, node, 0, "string", &arg[0]);
  *out = lang_bool (access (arg[0].text, F_OK) == 0);
  return CVX_OK;
}

static enum cvx_status
draw (double (*next) (struct cvx_rng *), ARGUMENTS)
{
  struct cvx_rng *rng = e->in->host.rng;
  double count = 0;
  enum cvx_status status;
  if (rng == NULL)
    return lang_eval_fail (e, node, CVX_E127, "no random numbers here");
  if (n == 0)
    {
      *out = lang_number (next (rng));
      return CVX_OK;
    }
  status = number_arg (e, node, arg, 0, &count);
  if (status == CVX_OK)
    status = lang_vector_limited (e, node->child[0], count, out);
  for (size_t k = 0; status == CVX_OK && k < out->n; k++)
    out->vector[k] = next (rng);
  return status;
}

static enum cvx_status
fn_rand (ARGUMENTS)
{
  return draw (cvx_rng_uniform, e, node, arg, n, out);
}

static enum cvx_status
fn_randn (ARGUMENTS)
{
  return draw (cvx_rng_normal, e, node, arg, n, out);
}

#define MANY UINT_MAX
#define LANG_MATH(NAME, USAGE, SUMMARY, C)                                    \
  { { NAME, USAGE, SUMMARY }, 1, 1, C, fn_math, NULL },
#define LANG_FUNCTION(NAME, LEAST, MOST, USAGE, SUMMARY, C)                   \
  { { NAME, USAGE, SUMMARY }, LEAST, MOST, NULL, C, NULL },
#define LANG_LAZY(NAME, LEAST, MOST, USAGE, SUMMARY, C)                       \
  { { NAME, USAGE, SUMMARY }, LEAST, MOST, NULL, NULL, C },

static const struct lang_function functions[] = {
#include "language/functions.def"
};

const struct lang_function *
lang_find_function (const char *name)
{
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
    if (strcmp (functions[k].row.name, name) == 0)
      return &functions[k];
  return NULL;
}

const struct lang_function_row *
lang_function (size_t k)
{
  return k < sizeof functions / sizeof *functions ? &functions[k].row : NULL;
}
