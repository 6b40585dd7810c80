/* cmd_predict.c -- the network on other data: predict.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

const struct lang_key cmd_predict_keys[]
    = { { .name = "path",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "data, any format of load" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .flags = LANG_REQUIRED | LANG_OUTPUT,
          .help = "file of the predictions (CSV)" },
        { .name = "y",
          .kind = LANG_KIND_STRING,
          .default_text = "last column, none when there is one less",
          .candidates_of = cmd_file_columns,
          .help = "target: compared and left out" },
        { .name = NULL } };

/* Row X of the file (D numbers) as the network takes it.  */
static void
scale_row (const struct cvx_dataset *like, size_t d, const double *x,
           double *to)
{
  double norm = 0;
  for (size_t k = 0; k < d; k++)
    {
      to[k] = x[k];
      if (like->x_shift != NULL)
        to[k] -= like->x_shift[k];
      if (like->x_factor != NULL)
        to[k] *= like->x_factor[k];
      norm = hypot (norm, to[k]);
    }
  for (size_t k = 0; like->x_rownorm && norm > 0 && k < d; k++)
    to[k] /= norm;
  if (like->bias == CVX_BIAS_AUGMENTED)
    to[d] = 1;
}

static enum cvx_status
predict (struct session *s, const struct cvx_network *net,
         const struct cvx_dataset *in, struct cvx_text *t,
         struct cvx_error *err)
{
  const struct cvx_dataset *like = s->data;
  const struct cvx_part *p = &in->part[CVX_TRAIN];
  size_t d = in->n_features, c = cvx_network_targets (net);
  size_t inputs = cvx_network_inputs (net);
  bool labels = like->n_labels > 0 && c == like->n_outputs;
  double *x = cvx_alloc (p->n * inputs, sizeof *x);
  double *f = cvx_alloc (p->n * c, sizeof *f);
  enum cvx_status status
      = x == NULL || f == NULL ? cvx_fail_nomem (err, "predicting") : CVX_OK;
  for (size_t i = 0; status == CVX_OK && i < p->n; i++)
    scale_row (like, d, p->x + i * d, x + i * inputs);
  if (status == CVX_OK)
    status = cvx_network_predict (net, x, p->n, f, err);
  for (size_t k = 0; k < c; k++)
    {
      cvx_text_put (t, k > 0 ? ",f" : "f");
      if (c > 1)
        cvx_text_printf (t, "%zu", k + 1);
    }
  cvx_text_put (t, labels ? ",label\n" : "\n");
  for (size_t i = 0; status == CVX_OK && i < p->n; i++)
    {
      for (size_t k = 0; k < c; k++)
        {
          double v = f[i * c + k];
          if (like->y_factor != NULL)
            v /= like->y_factor[k];
          if (like->y_shift != NULL)
            v += like->y_shift[k];
          cvx_text_printf (t, "%s%.17g", k > 0 ? "," : "", v);
        }
      if (labels)
        cvx_text_printf (
            t, ",%s",
            like->label[cvx_dataset_label_of (like, f + i * c)].name);
      cvx_text_put (t, "\n");
    }
  cvx_free (x);
  cvx_free (f);
  return status;
}

/* Read PATH with as many features as the network takes: with a target, or
   all of it.  */
static enum cvx_status
read_input (struct session *s, const struct lang_call *c, size_t wanted,
            struct cvx_dataset **in, struct cvx_error *err)
{
  const char *path = lang_call_text (c, "path"), *y = lang_call_text (c, "y");
  struct cvx_importer importer = { cmd_import, s };
  struct cvx_read_options o
      = { .y = y != NULL ? y : "",
          .header = -1,
          .decimal = '.',
          .importer = s->program != NULL ? &importer : NULL,
          .max_bytes = (size_t)session_memory (s) };
  enum cvx_status status
      = cvx_dataset_read (in, path, &o, &s->progress, NULL, err);
  /* One column more may be the target.  */
  if ((status == CVX_OK && (*in)->n_features != wanted + 1) || y != NULL)
    return status;
  if (status == CVX_OK)
    cvx_dataset_free (*in);
  *in = NULL;
  o.y = NULL;
  return cvx_dataset_read (in, path, &o, &s->progress, NULL, err);
}

/* Name the first of the features of D that IN has not.  */
static void
hint_lacking (const struct cvx_dataset *d, const struct cvx_dataset *in,
              size_t wanted, struct cvx_error *err)
{
  for (size_t j = 0; j < wanted && d->feature != NULL && in->feature != NULL;
       j++)
    {
      size_t k = 0;
      while (k < in->n_features && strcmp (in->feature[k], d->feature[j]) != 0)
        k++;
      if (k == in->n_features)
        {
          (void)cvx_hint (err, "the column %.60s is missing", d->feature[j]);
          return;
        }
    }
}

enum cvx_status
cmd_predict (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const char *to = lang_call_text (c, "to");
  const struct cvx_network *net;
  struct cvx_dataset *in = NULL;
  struct cvx_text t = CVX_TEXT_INIT;
  size_t wanted;
  enum cvx_status status = session_network (s, s->run, &net, err);
  if (status != CVX_OK)
    return status;
  if (cvx_network_inputs (net) != s->data->n_features)
    return cvx_fail (err, CVX_E453,
                     "the network takes %zu features, the current data have "
                     "%zu",
                     cvx_network_inputs (net), s->data->n_features);
  wanted = s->data->n_features - (s->data->bias == CVX_BIAS_AUGMENTED);
  session_work_begin (s, "predicting");
  status = read_input (s, c, wanted, &in, err);
  if (status == CVX_OK && in->n_features != wanted)
    {
      status = cvx_fail (err, CVX_E453,
                         "%s has %zu feature%s, the network takes %zu",
                         lang_call_text (c, "path"), in->n_features,
                         in->n_features == 1 ? "" : "s", wanted);
      hint_lacking (s->data, in, wanted, err);
    }
  if (status == CVX_OK && cvx_dataset_is_sparse (in))
    status = cvx_dataset_fill (in, err);
  if (status == CVX_OK)
    status = predict (s, net, in, &t, err);
  session_work_end (s);
  if (status != CVX_OK)
    {
      cvx_dataset_free (in);
      cvx_text_free (&t);
      return lang_call_blame (c, "path", err);
    }
  status = cmd_write_file (s, to, &t, err);
  if (status == CVX_OK)
    session_say (s, "%zu predictions\n", in->part[CVX_TRAIN].n);
  else
    lang_call_blame (c, "to", err);
  cvx_dataset_free (in);
  cvx_text_free (&t);
  return status;
}
