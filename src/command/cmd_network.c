/* cmd_network.c -- the network of a run: network, neurons, eval.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "linalg/fourier.h"

static const char *const form_words[] = { "minimal", NULL };

const struct lang_key cmd_network_keys[]
    = { { .name = "form",
          .kind = LANG_KIND_WORD,
          .flags = LANG_ARG,
          .words = form_words,
          .default_text = "as it is",
          .help = "minimal: drop neurons that the others can replace" },
        { .name = NULL } };
/* Neurons smaller than this part of the largest are pointed out.  */
#define SLIGHT 1e-6

static const char *const order_words[] = { "norm", "kink", NULL };

const struct lang_key cmd_neurons_keys[]
    = { { .name = "top",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE,
          .min = 1,
          .default_text = "20",
          .help = "rows of the table at most" },
        { .name = "sort",
          .kind = LANG_KIND_WORD,
          .words = order_words,
          .default_text = "norm",
          .help = "falling norm, or rising kink" },
        { .name = NULL } };
const struct lang_key cmd_eval_keys[] = { { .name = "part",
                                            .kind = LANG_KIND_WORD,
                                            .flags = LANG_ARG,
                                            .words = session_part_names,
                                            .default_text = "every part",
                                            .help = "train, val or test" },
                                          { .name = NULL } };

static const char *
activation_words (enum cvx_activation a)
{
  return a == CVX_ACT_RELU ? "ReLU" : a == CVX_ACT_GATED ? "gated" : "linear";
}

/* The network of the current run becomes its minimal one, *NET, with fewer
   neurons and the same objective: merged, then pruned to independent
   activations (manual, Minimal networks).  */
static enum cvx_status
minimal (struct session *s, const struct cvx_network *from,
         const struct cvx_network **net, struct cvx_error *err)
{
  const struct cvx_part *p;
  struct cvx_network *small = NULL;
  size_t before = from->width;
  enum cvx_status status = cmd_ready (s, HAS_DATA, err);
  if (status != CVX_OK)
    return status;
  p = &s->data->part[CVX_TRAIN];
  if (status == CVX_OK
      && (s->data->n_features != from->n_features
          || s->data->hash != s->run->run->data_hash))
    status = cvx_fail (err, CVX_E453,
                       "the network of run %zu was trained on other data",
                       s->run->run->id);
  if (status == CVX_OK)
    status = cvx_network_copy (&small, from, err);
  if (status == CVX_OK)
    status = cvx_network_prune (small, p->x, p->n, 1e-10, err);
  if (status != CVX_OK)
    {
      cvx_network_free (small);
      return status;
    }
  cvx_network_balance (small);
  cvx_network_free (s->run->net);
  s->run->net = small;
  *net = small;
  session_say (s,
               "minimal: %zu of %zu neurons (at most %s = %zu are needed; the "
               "activations are independent)\n",
               small->width, before,
               small->n_outputs > 1 ? "n times outputs" : "n",
               p->n * small->n_outputs);
  return CVX_OK;
}

enum cvx_status
cmd_network (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_run *run = s->run->run;
  const struct cvx_network *net;
  double loss = 0, penalty = 0, objective = run->pobj;
  enum cvx_status status = session_network (s, s->run, &net, err);
  if (status == CVX_OK && lang_call_word (c, "form") == 0)
    status = minimal (s, net, &net, err);
  if (status == CVX_OK && run->formulation != NULL)
    {
      status = cvx_formulation_network_objective (run->formulation, net, &loss,
                                                  &penalty, err);
      objective = loss + penalty;
    }
  if (status != CVX_OK)
    return status;
  session_say (s, "network: %s, width %zu, %zu inputs, %zu output%s\n",
               activation_words (net->activation), net->width,
               cvx_network_inputs (net), cvx_network_targets (net),
               cvx_network_targets (net) == 1 ? "" : "s");
  if (net->conv.d > 0)
    session_say (s, "  filters of %zu at %zu positions, %zu factors\n",
                 net->conv.h, net->conv.k, net->conv.factors);
  if (net->b0 != NULL && net->n_outputs == 1)
    session_say (s, "  output bias %.10g, outside the penalty\n", net->b0[0]);
  session_say (
      s, "  objective %.10g, at most %.1e above the convex optimum (%s)\n",
      objective, fmax (objective - run->dobj, 0),
      run->complete ? "complete" : "sampled");
  return CVX_OK;
}

/* U of neuron J scaled to length 1: "(+0.881, -0.473)".  */
static void
direction (const struct cvx_network *net, size_t j, char *buf, size_t size)
{
  enum
  {
    SHOWN = 4
  };
  const double *u = net->u + j * net->n_features;
  double norm = 0;
  size_t used = 0;
  for (size_t k = 0; k < net->n_features; k++)
    norm = hypot (norm, u[k]);
  for (size_t k = 0; k < net->n_features && k < SHOWN; k++)
    used += (size_t)snprintf (buf + used, size - used, "%s%+.3f",
                              k == 0 ? "(" : ", ", u[k] / norm);
  snprintf (buf + used, size - used, "%s)",
            net->n_features > SHOWN ? ", ..." : "");
}

/* Which training rows neuron J is on for: a list of a few, else a count.  */
static void
active_rows (const struct session *s, const struct cvx_network *net, size_t j,
             char *buf, size_t size)
{
  enum
  {
    SHOWN = 8
  };
  const struct cvx_part *p = &s->data->part[CVX_TRAIN];
  const double *u
      = (net->gate != NULL ? net->gate : net->u) + j * net->n_features;
  size_t n = 0, used = 0, first[SHOWN];
  for (size_t i = 0; i < p->n; i++)
    {
      double dot = 0, scale = 0;
      for (size_t k = 0; k < net->n_features; k++)
        {
          double product = p->x[i * net->n_features + k] * u[k];
          dot += product;
          scale += fabs (product);
        }
      if (net->activation == CVX_ACT_LINEAR || dot > 1e-9 * scale)
        {
          if (n < SHOWN)
            first[n] = i + 1;
          n++;
        }
    }
  buf[0] = '\0';
  if (n > SHOWN || p->n > 99)
    snprintf (buf, size, "%zu of %zu", n, p->n);
  else
    for (size_t k = 0; k < n; k++)
      used += (size_t)snprintf (buf + used, size - used, "%s%zu",
                                k == 0 ? "" : " ", first[k]);
}

/* The patterns of F that were merged into neuron J: "11000 10000".  */
static void
merged_from (const struct cvx_formulation *f, const struct cvx_network *net,
             size_t j, struct cvx_text *t)
{
  const struct cvx_patterns *p = f->patterns;
  /* Blocks of one pattern and output.  */
  size_t per = f->n_blocks / f->n_outputs / p->n_patterns;
  for (size_t k = net->merged[j]; k < net->merged[j + 1]; k++)
    {
      size_t g = net->source[k] / per % p->n_patterns;
      if (k - net->merged[j] == 4)
        {
          cvx_text_put (t, " ...");
          break;
        }
      cvx_text_put (t, k == net->merged[j] ? "" : " ");
      for (size_t i = 0; i < p->n_samples && g < p->n_patterns; i++)
        cvx_text_put (t, cvx_pattern_bit (p->bits + g * p->n_words, i) ? "1"
                                                                       : "0");
    }
}

/* Frequencies of the weights w of a circular network, conjugate pairs once;
   |z| is that of the unitary transform.  */
static enum cvx_status
spectrum (struct session *s, const struct cvx_network *net, size_t top,
          struct cvx_error *err)
{
  size_t d = net->conv.d, n = d / 2 + 1, shown = 0, nonzero = 0;
  double *w = cvx_calloc (d + 2 * n, sizeof *w), *what = w + d, largest = 0;
  struct cvx_fourier *f = NULL;
  enum cvx_status status;
  if (w == NULL)
    return cvx_fail_nomem (err, "showing frequencies");
  status = cvx_conv_weights (&net->conv, net->width, net->u, net->a, w, err);
  if (status == CVX_OK)
    status = cvx_fourier_new (&f, d, err);
  if (status == CVX_OK)
    {
      cvx_fourier_forward (f, w, what);
      for (size_t k = 0; k < n; k++)
        largest = fmax (largest, hypot (what[2 * k], what[2 * k + 1]));
      session_say (s, "%6s  %-9s %s\n", "freq", "|z|", "phase");
      for (size_t k = 0; k < n; k++)
        {
          double size = hypot (what[2 * k], what[2 * k + 1]);
          if (!(size > 1e-9 * largest))
            continue;
          nonzero++;
          if (shown++ < top)
            session_say (s, "%6zu  %-9.4f %+.2f\n", k, size / sqrt ((double)d),
                         atan2 (what[2 * k + 1], what[2 * k]));
        }
      if (nonzero > top)
        session_say (s, "  ... %zu more (neurons top=%zu)\n", nonzero - top,
                     nonzero);
      session_say (s,
                   "%zu frequencies, %zu neuron%s (conjugate pairs shown "
                   "once)\n",
                   nonzero, net->width, net->width == 1 ? "" : "s");
    }
  cvx_fourier_free (f);
  cvx_free (w);
  return status;
}

/* Filters and where they act most.  */
static enum cvx_status
convolutional (struct session *s, const struct cvx_network *net, size_t top,
               struct cvx_error *err)
{
  bool placed = net->conv.pool == CVX_POOL_NONE;
  if (cvx_conv_is_full (&net->conv) && net->activation == CVX_ACT_LINEAR)
    return spectrum (s, net, top, err);
  session_say (s, "%4s  %-38s  %9s  %s\n", "#", "filter (unit length)", "norm",
               placed ? "strongest at patch" : "sign");
  for (size_t j = 0; j < net->width && j < top; j++)
    {
      const double *a = net->a + j * net->n_outputs;
      size_t best = 0;
      char dir[128], place[32];
      for (size_t k = 1; k < net->n_outputs; k++)
        if (fabs (a[k]) > fabs (a[best]))
          best = k;
      direction (net, j, dir, sizeof dir);
      snprintf (place, sizeof place, "%zu", best + 1);
      session_say (s, "%4zu  %-38s  %9.4f  %s\n", j + 1, dir,
                   cvx_network_norm (net, j),
                   placed   ? place
                   : *a < 0 ? "-"
                            : "+");
    }
  if (net->width > top)
    session_say (s, "  ... %zu more (neurons top=%zu)\n", net->width - top,
                 net->width);
  session_say (s, "%zu neuron%s%s\n", net->width, net->width == 1 ? "" : "s",
               net->activation == CVX_ACT_LINEAR
                   ? ": the norms are the singular values of Z"
                   : "");
  return CVX_OK;
}

/* The sign of the output of neuron J, and which one it is when there are
   several.  */
static void
output_words (struct session *s, const struct cvx_network *net, size_t j,
              char *words, size_t size)
{
  const double *a = net->a + j * net->n_outputs;
  size_t used = 0, at = 0;
  bool named = s->data != NULL && s->data->n_outputs == net->n_outputs
               && s->data->n_labels == net->n_outputs;
  for (size_t k = 0; k < net->n_outputs; k++)
    if (a[k] != 0)
      {
        used++;
        at = k;
      }
  if (net->n_outputs == 1)
    snprintf (words, size, "%c", a[0] < 0 ? '-' : '+');
  else if (used > 1)
    snprintf (words, size, "%zu outputs", used);
  else if (named)
    snprintf (words, size, "%c%s", a[at] < 0 ? '-' : '+',
              session_shown (s, s->data->label[at].name));
  else
    snprintf (words, size, "%c%zu", a[at] < 0 ? '-' : '+', at + 1);
}

/* What is left of neurons that the optimum does not have.  */
static void
slight (struct session *s, const struct cvx_network *net)
{
  double largest = 0;
  size_t n = 0;
  for (size_t j = 0; j < net->width; j++)
    largest = fmax (largest, cvx_network_norm (net, j));
  for (size_t j = 0; j < net->width; j++)
    n += cvx_network_norm (net, j) < SLIGHT * largest;
  if (n > 0)
    session_say (s,
                 "%zu of them %s below %.0e of the largest: within the gap of "
                 "the run (%.1e), a smaller tol or polish may end them\n",
                 n, n == 1 ? "is" : "are", SLIGHT, cvx_run_gap (s->run->run));
}

struct ranked
{
  size_t neuron;
  double value;
};

static int
rising (const void *a, const void *b)
{
  const struct ranked *p = a, *q = b;
  if (p->value != q->value && !isnan (p->value) && !isnan (q->value))
    return p->value < q->value ? -1 : 1;
  if (isnan (p->value) != isnan (q->value))
    return isnan (p->value) ? 1 : -1;
  return p->neuron < q->neuron ? -1 : 1;
}

enum cvx_status
cmd_neurons (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_network *net;
  const struct cvx_formulation *f = s->run->run->formulation;
  size_t top = 20;
  bool origins, kinks, known = s->data != NULL;
  struct ranked *order;
  enum cvx_status status = session_network (s, s->run, &net, err);
  if (status != CVX_OK)
    return status;
  lang_call_count (c, "top", &top);
  status = session_fill (s, err);
  if (status != CVX_OK)
    return status;
  if (net->conv.d > 0)
    return convolutional (s, net, top, err);
  known = known && s->data->n_features == net->n_features
          && s->data->hash == s->run->run->data_hash;
  kinks = known && net->n_features == 2 && s->data->bias == CVX_BIAS_AUGMENTED
          && net->activation == CVX_ACT_RELU;
  if (lang_call_word (c, "sort") == 1 && !kinks)
    return lang_call_fail (c, "sort", err, CVX_E394,
                           "kinks are those of one feature and a column of "
                           "ones (bias augmented)");
  order = session_scratch (s, net->width + 1, sizeof *order);
  if (order == NULL)
    return cvx_fail_nomem (err, "ordering the neurons");
  for (size_t j = 0; j < net->width; j++)
    order[j] = (struct ranked){ j, lang_call_word (c, "sort") == 1
                                       ? cvx_network_kink (net, j)
                                       : -cvx_network_norm (net, j) };
  qsort (order, net->width, sizeof *order, rising);
  /* Patterns as bits are for eyes: few rows only.  */
  origins = net->merged != NULL && f != NULL && f->patterns != NULL
            && f->patterns->n_patterns > 0 && f->patterns->n_samples <= 12
            && f->penalty != CVX_PENALTY_FEATURE;
  session_say (
      s, "%4s  %-*s  %-*s%s  %9s  %-14s%s\n", "#", net->n_outputs > 1 ? 12 : 4,
      net->n_outputs > 1 ? "output" : "sign",
      net->n_features <= 2   ? 17
      : net->n_features <= 3 ? 25
      : net->n_features <= 4 ? 33
                             : 38,
      kinks ? "direction (w, b)" : "direction", kinks ? "      kink" : "",
      "norm", known ? "active rows" : "", origins ? "  merged from" : "");
  for (size_t row = 0; row < net->width && row < top; row++)
    {
      size_t j = order[row].neuron;
      char dir[128], rows[64] = "", output[64];
      double norm = cvx_network_norm (net, j),
             kink = kinks ? cvx_network_kink (net, j) : 0;
      struct cvx_text from = CVX_TEXT_INIT;
      direction (net, j, dir, sizeof dir);
      output_words (s, net, j, output, sizeof output);
      if (known)
        active_rows (s, net, j, rows, sizeof rows);
      if (origins)
        merged_from (f, net, j, &from);
      session_say (s, "%4zu  %-*.12s  %-*s", row + 1,
                   net->n_outputs > 1 ? 12 : 4, output,
                   net->n_features <= 2   ? 17
                   : net->n_features <= 3 ? 25
                   : net->n_features <= 4 ? 33
                                          : 38,
                   dir);
      if (kinks)
        session_say (s, "%10.3f", fabs (kink) < 5e-4 ? 0 : kink);
      session_say (s, norm < 1e-4 ? "  %9.1e" : "  %9.4f", norm);
      session_say (s, origins ? "  %-14s  %s\n" : "  %s%s\n", rows,
                   cvx_text_string (&from));
      cvx_text_free (&from);
    }
  if (net->width > top)
    session_say (s, "  ... %zu more (neurons top=%zu)\n", net->width - top,
                 net->width);
  if (net->n_atoms > net->width)
    session_say (s,
                 "%zu neuron%s (%zu atoms: the others were the same neurons "
                 "seen from another pattern)\n",
                 net->width, net->width == 1 ? "" : "s", net->n_atoms);
  else
    session_say (s, "%zu neuron%s\n", net->width, net->width == 1 ? "" : "s");
  slight (s, net);
  return CVX_OK;
}

/* Right answers per class of PART.  */
static enum cvx_status
per_class (struct session *s, const struct cvx_network *net,
           const struct cvx_part *p, struct cvx_error *err)
{
  const struct cvx_dataset *d = s->data;
  size_t c = cvx_network_targets (net);
  double *f = cvx_alloc (p->n * c, sizeof *f);
  enum cvx_status status;
  if (f == NULL)
    return cvx_fail_nomem (err, "predicting");
  status = cvx_network_predict (net, p->x, p->n, f, err);
  for (size_t k = 0; status == CVX_OK && k < d->n_labels; k++)
    {
      size_t n = 0, right = 0;
      for (size_t i = 0; i < p->n; i++)
        if (cvx_dataset_label_of (d, p->y + i * c) == k)
          {
            n++;
            right += cvx_dataset_label_of (d, f + i * c) == k;
          }
      session_say (s, "%s%s: %zu/%zu", k == 0 ? "  confusion  " : "   ",
                   session_shown (s, d->label[k].name), right, n);
    }
  session_say (s, "\n");
  cvx_free (f);
  return status;
}

static enum cvx_status
eval_part (struct session *s, enum cvx_part_id part, struct cvx_error *err)
{
  struct cvx_scores scores;
  const struct cvx_network *net;
  enum cvx_status status = session_scores (s, s->run, part, &scores, err);
  if (status == CVX_OK)
    status = session_network (s, s->run, &net, err);
  if (status != CVX_OK)
    return status;
  session_say (s, "%s: n=%zu mse %.6g, mae %.6g, r2 %.5f",
               session_part_names[part], scores.n, scores.mse, scores.mae,
               scores.r2);
  if (s->data->n_labels > 0)
    session_say (s, ", accuracy %.4f (%zu of %zu)", scores.accuracy,
                 scores.n_right, scores.n);
  session_say (s, "\n");
  if (s->data->n_labels > 0 && s->data->n_labels <= 10)
    return per_class (s, net, &s->data->part[part], err);
  return CVX_OK;
}

enum cvx_status
cmd_eval (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  int part = lang_call_word (c, "part");
  enum cvx_status status = CVX_OK;
  if (part >= 0)
    {
      status = eval_part (s, (enum cvx_part_id)part, err);
      return status == CVX_OK ? status : lang_call_blame (c, "part", err);
    }
  for (int k = 0; k < CVX_N_PARTS && status == CVX_OK; k++)
    if (s->data->part[k].n > 0)
      status = eval_part (s, (enum cvx_part_id)k, err);
  return status;
}
