/* train.c -- stochastic gradient methods on the non-convex problem.

   Pilanci and Ergen (ICML 2020), equation 2, divided by the sample count n:

     1/n l (sum_j phi (X u_j) a_j; y) + beta/(2n) sum_j (|u_j|^2 + |a_j|^2),

   phi the ReLU (its derivative at 0 is 0), a fixed gate or the identity.  For
   several outputs |a_j| is the sum of absolute values, as in the convex
   program (manual, Vector outputs), and a step takes a subgradient of it.  A
   linear convolutional network (equation 9) predicts x'w, w = sum_k P_k'z_k
   with the columns z_k of Z = U'A, so its gradient goes through w:
   dU = A (P_k g)', dA = U (P_k g), g = X'dl.  One iteration is one pass over
   the samples (an epoch) in an order drawn for it alone: number k of the seed,
   so that k and then l passes equal k + l.  The gradient over a batch B is
   that of 1/|B| times its loss, plus beta/n theta: lr means what it means
   elsewhere.

     sgd        theta -= lr g
     momentum   v = mu v + g,  theta -= lr v                     (Polyak 1964)
     adam       Kingma and Ba (ICLR 2015), algorithm 1, b = (0.9, 0.999)

   Products are matrix products over the batch.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "solver/train.h"

#include <stdio.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "base/rng.h"

/* ------------------------------------------------------------ the network */

void
cvxi_train_work_free (struct cvxi_train_work *w)
{
  if (w == NULL)
    return;
  cvx_free (w->x);
  cvx_free (w->y);
  cvx_free (w->hidden);
  cvx_free (w->back);
  cvx_free (w->fit);
  cvx_free (w->weights);
  cvx_free (w->nu);
  cvx_free (w->order);
  cvx_free (w->save);
  cvx_free (w->first);
  cvx_free (w->snd);
  cvx_free (w->gradient);
  cvx_free (w);
}

struct cvxi_train_sizes
cvxi_train_sizes (const struct cvx_formulation *f)
{
  if (f->conv.d > 0)
    return (struct cvxi_train_sizes){ f->conv.h, f->conv.k };
  return (struct cvxi_train_sizes){ f->n_features, f->n_outputs };
}

enum cvx_status
cvxi_train_work_new (struct cvxi_train_work **out,
                     const struct cvx_formulation *f, size_t width,
                     size_t rows, struct cvx_error *err)
{
  struct cvxi_train_work *w = cvx_calloc (1, sizeof *w);
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = f->n_features, c = f->n_outputs, len = width * (z.d + z.c);
  size_t hidden = f->conv.d > 0 ? z.d * z.c : rows * width;
  *out = NULL;
  if (w == NULL)
    return cvx_fail_nomem (err, "training");
  w->rows = rows;
  w->x = cvx_alloc (rows * d, sizeof *w->x);
  w->y = cvx_alloc (rows * c, sizeof *w->y);
  w->hidden = cvx_alloc (hidden, sizeof *w->hidden);
  w->back = cvx_alloc (hidden, sizeof *w->back);
  w->weights = cvx_alloc (f->conv.d, sizeof *w->weights);
  w->fit = cvx_alloc (rows * c, sizeof *w->fit);
  w->nu = cvx_alloc (rows * c, sizeof *w->nu);
  w->order = cvx_alloc (f->n_samples, sizeof *w->order);
  w->save = cvx_alloc (len, sizeof *w->save);
  w->first = cvx_alloc (len, sizeof *w->first);
  w->snd = cvx_alloc (len, sizeof *w->snd);
  w->gradient = cvx_alloc (len, sizeof *w->gradient);
  if (w->x == NULL || w->y == NULL || w->hidden == NULL || w->back == NULL
      || w->fit == NULL || w->nu == NULL || w->order == NULL || w->save == NULL
      || w->first == NULL || w->snd == NULL || w->gradient == NULL
      || w->weights == NULL)
    {
      cvxi_train_work_free (w);
      return cvx_fail_nomem (err, "training");
    }
  *out = w;
  return CVX_OK;
}

const char *
cvxi_train_unsuited (const struct cvx_formulation *f,
                     const struct cvx_settings *s)
{
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  double size = s->m * (double)(z.d + z.c);
  if (f->class->patches)
    return "networks on patches with an activation are not trained; solve";
  if (f->class->activation == CVX_ACT_GATED
      && (f->patterns == NULL || f->patterns->gate == NULL))
    return "the patterns have no gates";
  if (f->class->penalized)
    return "training has weight decay, which is penalty group-l1";
  if (f->conv.d > 0 && f->conv.factors > 2)
    return "networks of more than two layers have no weight decay that "
           "matches";
  if (f->loss->base != NULL)
    return "trained networks have no output bias outside the penalty";
  if (size > 1e9)
    return "more than 1e9 weights";
  return NULL;
}

size_t
cvxi_train_width (const struct cvx_settings *s, const struct cvx_point *warm)
{
  size_t m = (size_t)s->m;
  return warm != NULL && warm->n_atoms > m ? warm->n_atoms : m;
}

double
cvxi_train_flops (const struct cvx_formulation *f,
                  const struct cvx_settings *s)
{
  double n = (double)f->n_samples;
  double rows = s->batch > 0 && s->batch < n ? s->batch : n;
  return 6 * rows * s->m * (double)f->n_features;
}

/* He et al. 2015: the size of the signal stays from layer to layer.  */
static void
first_layer (struct cvx_rng *r, const struct cvx_settings *s, size_t width,
             size_t d, double *u)
{
  cvx_rng_init (r, (uint64_t)s->seed, CVX_STREAM_TRAIN);
  for (size_t k = 0; k < width * d; k++)
    u[k] = s->init * sqrt (2.0 / (double)d) * cvx_rng_normal (r);
}

void
cvx_train_first_layer (const struct cvx_settings *s, size_t width,
                       size_t n_features, double *u)
{
  struct cvx_rng r;
  first_layer (&r, s, width, n_features, u);
}

enum cvx_status
cvxi_train_start (const struct cvx_formulation *f,
                  const struct cvx_settings *s, size_t width,
                  const struct cvx_point *warm, double *theta, double *gate,
                  struct cvx_error *err)
{
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = z.d, c = z.c, first = 0;
  double *a = theta + width * d;
  struct cvx_rng r;
  if (warm != NULL && (warm->sign == NULL || c != 1 || f->conv.d > 0))
    return cvx_fail (err, CVX_E450,
                     "training starts from a network with one output or from "
                     "random weights");
  first_layer (&r, s, width, d, theta);
  for (size_t k = 0; k < width * c; k++)
    a[k] = s->init * sqrt (2.0 / (double)width) * cvx_rng_normal (&r);
  for (; warm != NULL && first < warm->n_atoms; first++)
    {
      const double *w = warm->x + first * d;
      double norm = cblas_dnrm2 ((blasint)d, w, 1);
      for (size_t k = 0; k < d; k++)
        theta[first * d + k] = norm > 0 ? w[k] / sqrt (norm) : 0;
      a[first] = warm->sign[first] * sqrt (norm);
    }
  /* Gates are those of the patterns, one after the other.  */
  for (size_t j = 0; gate != NULL && j < width; j++)
    memcpy (gate + j * d, f->patterns->gate + j % f->patterns->n_patterns * d,
            d * sizeof *gate);
  return CVX_OK;
}

/* Z (count x width) = X W'.  */
static void
products (size_t count, size_t width, size_t d, const double *x,
          const double *w, double *z)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count,
               (blasint)width, (blasint)d, 1, x, (blasint)d, w, (blasint)d, 0,
               z, (blasint)width);
}

/* The gradient with respect to the weights W of the whole input is that of
   both layers through Z.  */
static double
conv_loss (const struct cvx_formulation *f, size_t width, const double *theta,
           size_t count, const double *x, const double *y, double *gradient,
           struct cvxi_train_work *w)
{
  blasint m = (blasint)width, n = (blasint)count, d = (blasint)f->n_features,
          h = (blasint)f->conv.h, k = (blasint)f->conv.k;
  const double *a = theta + width * f->conv.h;
  double value;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, k, h, m, 1, a, k,
               theta, h, 0, w->hidden, h);
  cvx_conv_scatter (&f->conv, w->hidden, w->weights);
  cblas_dgemv (CblasRowMajor, CblasNoTrans, n, d, 1, x, d, w->weights, 1, 0,
               w->fit, 1);
  value = f->loss->value (w->fit, y, count, 1, f->loss_param);
  if (gradient == NULL)
    return value;
  f->loss->dual (w->fit, y, count, 1, f->loss_param, w->nu);
  cblas_dgemv (CblasRowMajor, CblasTrans, n, d, -1, x, d, w->nu, 1, 0,
               w->weights, 1);
  cvx_conv_gather (&f->conv, w->weights, w->back);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, h, k, 1, a, k,
               w->back, h, 0, gradient, h);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, m, k, h, 1, theta, h,
               w->back, h, 0, gradient + width * f->conv.h, k);
  return value;
}

double
cvxi_train_loss (const struct cvx_formulation *f, size_t width,
                 const double *theta, const double *gate, size_t count,
                 const double *x, const double *y, double *gradient,
                 struct cvxi_train_work *w)
{
  size_t d = f->n_features, c = f->n_outputs;
  const double *a = theta + width * d;
  blasint m = (blasint)width, n = (blasint)count, nc = (blasint)c,
          nd = (blasint)d;
  double value;
  if (f->conv.d > 0)
    return conv_loss (f, width, theta, count, x, y, gradient, w);
  products (count, width, d, x, theta, w->hidden);
  if (gate != NULL)
    products (count, width, d, x, gate, w->back);
  for (size_t k = 0; gate != NULL && k < count * width; k++)
    w->hidden[k] = w->back[k] >= 0 ? w->hidden[k] : 0;
  if (f->class->activation == CVX_ACT_RELU)
    for (size_t k = 0; k < count * width; k++)
      w->hidden[k] = w->hidden[k] > 0 ? w->hidden[k] : 0;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, nc, m, 1,
               w->hidden, m, a, nc, 0, w->fit, nc);
  value = f->loss->value (w->fit, y, count, c, f->loss_param);
  if (gradient == NULL)
    return value;
  f->loss->dual (w->fit, y, count, c, f->loss_param, w->nu);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, m, nc, n, -1,
               w->hidden, m, w->nu, nc, 0, gradient + width * d, nc);
  if (gate == NULL)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, m, nc, -1, w->nu,
                 nc, a, nc, 0, w->back, m);
  else
    {
      /* `back' holds the gates: note them in `hidden' first.  */
      for (size_t k = 0; k < count * width; k++)
        w->hidden[k] = w->back[k] >= 0;
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, m, nc, -1,
                   w->nu, nc, a, nc, 0, w->back, m);
    }
  if (f->class->activation != CVX_ACT_LINEAR)
    for (size_t k = 0; k < count * width; k++)
      w->back[k] = w->hidden[k] > 0 ? w->back[k] : 0;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, m, nd, n, 1, w->back,
               m, x, nd, 0, gradient, nd);
  return value;
}

double
cvxi_train_decay (const struct cvx_formulation *f, size_t width, size_t len,
                  const double *theta, double weight, double *gradient)
{
  size_t d = f->n_features, c = f->n_outputs;
  const double *a = theta + (len - width * c);
  double *to = gradient + (len - width * c), sum;
  if (f->conv.d > 0 || c == 1)
    {
      cblas_daxpy ((blasint)len, weight, theta, 1, gradient, 1);
      return cblas_ddot ((blasint)len, theta, 1, theta, 1) / 2;
    }
  cblas_daxpy ((blasint)(width * d), weight, theta, 1, gradient, 1);
  sum = cblas_ddot ((blasint)(width * d), theta, 1, theta, 1);
  for (size_t j = 0; j < width; j++)
    {
      double length = cblas_dasum ((blasint)c, a + j * c, 1);
      sum += length * length;
      for (size_t k = j * c; k < (j + 1) * c; k++)
        to[k] += weight * length * (a[k] > 0 ? 1 : a[k] < 0 ? -1 : 0);
    }
  return sum / 2;
}

enum cvx_status
cvxi_train_network (const struct cvx_formulation *f, size_t width,
                    const double *theta, const double *gate,
                    struct cvx_network **net, struct cvx_error *err)
{
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = z.d, c = z.c;
  enum cvx_status st
      = cvx_network_new (net, f->class->activation, width, d, c, err);
  if (st != CVX_OK)
    return st;
  memcpy ((*net)->u, theta, width * d * sizeof *theta);
  memcpy ((*net)->a, theta + width * d, width * c * sizeof *theta);
  if (gate != NULL)
    memcpy ((*net)->gate, gate, width * d * sizeof *gate);
  (*net)->conv = f->conv;
  cvx_network_balance (*net);
  return CVX_OK;
}

/* --------------------------------------------------------------- the methods
 */

enum rule
{
  RULE_SGD,
  RULE_MOMENTUM,
  RULE_ADAM
};

struct train
{
  struct cvx_vector theta, gate;
  struct cvx_vector first, second; /* v of momentum; m and v of adam */
  uint64_t width, epoch, updates;
  double raw, lr;
  struct cvxi_train_work *work;
};

#define FIELD(NAME, KIND)                                                     \
  CVXI_FIELD (train, NAME, CVX_FIELD_##KIND, KIND_LENGTH_##KIND, false)
#define KIND_LENGTH_VECTOR CVX_LEN_FREE
#define KIND_LENGTH_COUNT  CVX_LEN_ONE
#define KIND_LENGTH_REAL   CVX_LEN_ONE
static const struct cvx_field fields[]
    = { FIELD (theta, VECTOR),  FIELD (gate, VECTOR), FIELD (first, VECTOR),
        FIELD (second, VECTOR), FIELD (width, COUNT), FIELD (epoch, COUNT),
        FIELD (updates, COUNT), FIELD (raw, REAL),    FIELD (lr, REAL),
        CVXI_FIELD_END };
#undef FIELD

static size_t
batch_rows (const struct cvx_formulation *f, const struct cvx_settings *s)
{
  return s->batch >= 1 && s->batch < (double)f->n_samples ? (size_t)s->batch
                                                          : f->n_samples;
}

static enum cvx_status
restore (void *state, const struct cvx_formulation *f,
         const struct cvx_settings *s, struct cvx_error *err)
{
  struct train *t = state;
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = z.d, len = t->width * (z.d + z.c);
  if (t->width == 0 || t->theta.len != len
      || (t->first.len != 0 && t->first.len != len)
      || (t->second.len != 0 && t->second.len != len)
      || (t->gate.len != 0 && t->gate.len != t->width * d))
    return cvx_fail (err, CVX_E410, "the saved weights do not fit together");
  cvxi_train_work_free (t->work);
  t->work = NULL;
  return cvxi_train_work_new (&t->work, f, t->width, batch_rows (f, s), err);
}

static enum cvx_status
reserve (struct cvx_vector *v, size_t len, struct cvx_error *err)
{
  enum cvx_status st = cvx_vector_reserve (v, len, err);
  if (st == CVX_OK)
    {
      v->len = len;
      if (len > 0)
        memset (v->p, 0, len * sizeof *v->p);
    }
  return st;
}

static enum cvx_status
init_rule (enum rule rule, struct train *t, const struct cvx_formulation *f,
           const struct cvx_settings *s, const struct cvx_point *warm,
           struct cvx_error *err)
{
  struct cvxi_train_sizes z = cvxi_train_sizes (f);
  size_t d = z.d, width = cvxi_train_width (s, warm), len = width * (d + z.c);
  bool gated = f->class->activation == CVX_ACT_GATED;
  enum cvx_status st = reserve (&t->theta, len, err);
  t->width = width;
  t->raw = nan ("");
  t->lr = s->lr;
  if (st == CVX_OK && gated)
    st = reserve (&t->gate, width * d, err);
  if (st == CVX_OK && rule != RULE_SGD)
    st = reserve (&t->first, len, err);
  if (st == CVX_OK && rule == RULE_ADAM)
    st = reserve (&t->second, len, err);
  if (st == CVX_OK)
    st = cvxi_train_start (f, s, width, warm, t->theta.p,
                           gated ? t->gate.p : NULL, err);
  if (st == CVX_OK)
    st = restore (t, f, s, err);
  return st;
}

/* The learning rate of the present epoch.  */
static double
rate (const struct train *t, const struct cvx_settings *s)
{
  double at = (double)t->epoch / fmax (s->epochs, 1);
  switch ((int)s->schedule)
    {
    case 1: /* cosine, Loshchilov and Hutter 2017, one period */
      return s->lr * 0.5 * (1 + cos (acos (-1.0) * fmin (at, 1)));
    case 2: /* halved ten times */
      return s->lr * pow (0.5, floor (10 * fmin (at, 1)));
    case 3:
      return s->lr / sqrt (1 + (double)t->epoch);
    default:
      return s->lr;
    }
}

/* theta, first and second after the gradient G; K updates were made.  */
static void
update (enum rule rule, const struct cvx_settings *s, double lr, size_t len,
        uint64_t k, const double *g, double *theta, double *first,
        double *second)
{
  const double b1 = 0.9, b2 = 0.999, eps = 1e-8;
  double c1 = 1 - pow (b1, (double)k), c2 = 1 - pow (b2, (double)k);
  switch (rule)
    {
    case RULE_SGD:
      cblas_daxpy ((blasint)len, -lr, g, 1, theta, 1);
      break;
    case RULE_MOMENTUM:
      for (size_t i = 0; i < len; i++)
        {
          first[i] = s->mu * first[i] + g[i];
          theta[i] -= lr * first[i];
        }
      break;
    case RULE_ADAM:
      for (size_t i = 0; i < len; i++)
        {
          first[i] = b1 * first[i] + (1 - b1) * g[i];
          second[i] = b2 * second[i] + (1 - b2) * g[i] * g[i];
          theta[i] -= lr * (first[i] / c1) / (sqrt (second[i] / c2) + eps);
        }
      break;
    }
}

/* The rows ORDER[0 .. count-1] of the training data.  */
static void
gather (const struct cvx_formulation *f, const size_t *order, size_t count,
        double *x, double *y)
{
  size_t d = f->n_features, c = f->n_outputs;
  for (size_t i = 0; i < count; i++)
    {
      memcpy (x + i * d, f->x + order[i] * d, d * sizeof *x);
      memcpy (y + i * c, f->y + order[i] * c, c * sizeof *y);
    }
}

static enum cvx_status
step_rule (enum rule rule, struct train *t, const struct cvx_formulation *f,
           const struct cvx_settings *s, struct cvx_progress *progress,
           struct cvx_error *err)
{
  struct cvxi_train_work *w = t->work;
  size_t n = f->n_samples, len = t->theta.len, batch = w->rows;
  const double *gate = t->gate.len > 0 ? t->gate.p : NULL;
  double *gradient = w->gradient, decay = f->beta / (double)n, loss = 0;
  double penalty = 0;
  bool drawn = s->shuffle != 0 && batch < n;
  struct cvx_rng r;
  uint64_t updates = t->updates;
  /* Work on copies: an interrupted epoch leaves no trace.  */
  memcpy (w->save, t->theta.p, len * sizeof *w->save);
  if (t->first.len > 0)
    memcpy (w->first, t->first.p, len * sizeof *w->first);
  if (t->second.len > 0)
    memcpy (w->snd, t->second.p, len * sizeof *w->snd);
  if (drawn)
    {
      cvx_rng_init (&r, (uint64_t)s->seed, CVX_STREAM_TRAIN);
      r.counter = (t->epoch + 1) << 32; /* far behind the starting weights */
      cvx_rng_permutation (&r, n, w->order);
    }
  t->lr = rate (t, s);
  for (size_t at = 0; at < n; at += batch)
    {
      size_t count = n - at < batch ? n - at : batch;
      double norm;
      const double *x = f->x + at * f->n_features,
                   *y = f->y + at * f->n_outputs;
      if (cvx_aborted (progress))
        return cvx_fail_interrupted (err);
      if (drawn)
        {
          gather (f, w->order + at, count, w->x, w->y);
          x = w->x;
          y = w->y;
        }
      loss += cvxi_train_loss (f, t->width, w->save, gate, count, x, y,
                               gradient, w);
      cblas_dscal ((blasint)len, 1 / (double)count, gradient, 1);
      norm = cvxi_train_decay (f, t->width, len, w->save, decay, gradient);
      if (at == 0)
        penalty = f->beta * norm;
      update (rule, s, t->lr, len, ++updates, gradient, w->save, w->first,
              w->snd);
    }
  memcpy (t->theta.p, w->save, len * sizeof *w->save);
  if (t->first.len > 0)
    memcpy (t->first.p, w->first, len * sizeof *w->first);
  if (t->second.len > 0)
    memcpy (t->second.p, w->snd, len * sizeof *w->snd);
  t->updates = updates;
  t->epoch++;
  /* The objective seen on the way, and nan once a weight is not finite.  */
  t->raw = loss + penalty + 0 * cblas_dasum ((blasint)len, t->theta.p, 1);
  return CVX_OK;
}

static enum cvx_status
network (const void *state, const struct cvx_formulation *f,
         struct cvx_network **net, struct cvx_error *err)
{
  const struct train *t = state;
  return cvxi_train_network (f, t->width, t->theta.p,
                             t->gate.len > 0 ? t->gate.p : NULL, net, err);
}

static void
measures (const void *state, const struct cvx_formulation *f,
          struct cvx_measures *out)
{
  const struct train *t = state;
  (void)f;
  out->raw = t->raw;
  out->step = t->lr;
}

static void
destroy (void *state)
{
  struct train *t = state;
  cvxi_train_work_free (t->work);
}

#define TRAINER(NAME, RULE, SUMMARY)                                          \
  static enum cvx_status NAME##_init (                                        \
      void *state, const struct cvx_formulation *f,                           \
      const struct cvx_settings *s, const struct cvx_point *warm,             \
      struct cvx_error *err)                                                  \
  {                                                                           \
    return init_rule (RULE, state, f, s, warm, err);                          \
  }                                                                           \
  static enum cvx_status NAME##_step (                                        \
      void *state, const struct cvx_formulation *f,                           \
      const struct cvx_settings *s, struct cvx_progress *progress,            \
      struct cvx_error *err)                                                  \
  {                                                                           \
    return step_rule (RULE, state, f, s, progress, err);                      \
  }                                                                           \
  const struct cvx_solver cvxi_solver_##NAME = {                              \
    .name = #NAME,                                                            \
    .summary = SUMMARY,                                                       \
    .state_size = sizeof (struct train),                                      \
    .fields = fields,                                                         \
    .unsuited = cvxi_train_unsuited,                                          \
    .init = NAME##_init,                                                      \
    .restore = restore,                                                       \
    .step = NAME##_step,                                                      \
    .network = network,                                                       \
    .measures = measures,                                                     \
    .flops = cvxi_train_flops,                                                \
    .destroy = destroy,                                                       \
  };

TRAINER (sgd, RULE_SGD, "stochastic gradient descent")
TRAINER (momentum, RULE_MOMENTUM, "stochastic gradients with momentum mu")
TRAINER (adam, RULE_ADAM, "Adam")
