/* loss_free.c -- losses with a free output bias.

     l0 (f; y) = min_b l (f + b 1; y)

   is convex; the best b makes 1'nu = 0, nu = -dl (f + b 1), so that its
   conjugate is that of l on the plane 1'nu = 0 and infinite off it: the dual
   of a network with an unpenalised output bias (Pilanci and Ergen, ICML 2020,
   appendix A.7, for the bias of the second layer).  For the squared loss l0 is
   the loss of the centred residual.

   b is the root of a monotone function.  Bisection ends with two neighbours
   on either side of it, and the mean of nu there that sums to 0 is an element
   of -dl0, at kinks too.  `bound' is that of l: it leaves the plane to `clip',
   which projects onto it, and to scaling, which stays on it.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "formulation/loss.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/sum.h"

enum
{
  PIECE = 256, /* entries treated at a time, on the stack */
  HALVINGS = 200
};

struct free_loss
{
  const struct cvx_loss *base;
  const double *v, *y; /* f, nu or z; labels */
  size_t n;
  double param, t;
};

/* What to sum for the shift B, entry after entry, into OUT.  */
typedef void shifted (const struct free_loss *p, size_t first, size_t count,
                      double b, double *out);

/* -dl (f + b).  */
static void
dual_at (const struct free_loss *p, size_t first, size_t count, double b,
         double *out)
{
  for (size_t i = 0; i < count; i++)
    out[i] = p->v[first + i] + b;
  p->base->dual (out, p->y + first, count, 1, p->param, out);
}

/* The projection of nu - b onto the domain of the conjugate.  */
static void
clip_at (const struct free_loss *p, size_t first, size_t count, double b,
         double *out)
{
  for (size_t i = 0; i < count; i++)
    out[i] = p->v[first + i] - b;
  p->base->clip (out, p->y + first, count, 1, p->param);
}

/* The gradient of l at its prox from z + b, times -t.  */
static void
prox_at (const struct free_loss *p, size_t first, size_t count, double b,
         double *out)
{
  double z[PIECE] = { 0 };
  for (size_t i = 0; i < count; i++)
    z[i] = p->v[first + i] + b;
  p->base->prox (p->t, z, p->y + first, count, 1, p->param, out);
  for (size_t i = 0; i < count; i++)
    out[i] -= z[i];
}

static double
sum_at (const struct free_loss *p, shifted *function, double b)
{
  double piece[PIECE];
  struct cvx_sum2 s = { 0, 0 };
  for (size_t first = 0; first < p->n; first += PIECE)
    {
      size_t count = p->n - first < PIECE ? p->n - first : PIECE;
      function (p, first, count, b, piece);
      for (size_t i = 0; i < count; i++)
        cvx_sum2_add (&s, piece[i]);
    }
  return cvx_sum2_value (&s);
}

/* Where a sum that falls with b changes its sign.  */
struct bracket
{
  double low, high, at_low, at_high; /* at_low >= 0 >= at_high */
};

/* From LOW and HIGH, widened until they hold the root (a loss of labels of one
   sign has none: the ends are then far out).  */
static struct bracket
root (const struct free_loss *p, shifted *function, double low, double high)
{
  struct bracket r;
  double width = fmax (high - low, 1e-3 * fmax (1, fabs (low) + fabs (high)));
  r.low = low;
  r.high = high;
  r.at_low = sum_at (p, function, low);
  if (strcmp (p->base->name, "squared") == 0)
    {
      /* A straight line.  */
      double slope = sum_at (p, function, low + width) - r.at_low;
      r.low -= r.at_low / slope * width;
      r.at_low = sum_at (p, function, r.low);
      r.low -= r.at_low / slope * width;
      r.at_low = r.at_high = 0;
      r.high = r.low;
      return r;
    }
  r.at_high = sum_at (p, function, high);
  for (int k = 0; k < 60 && r.at_low < 0; k++, width *= 2)
    r.at_low = sum_at (p, function, r.low -= width);
  for (int k = 0; k < 60 && r.at_high > 0; k++, width *= 2)
    r.at_high = sum_at (p, function, r.high += width);
  for (int k = 0; k < HALVINGS && r.at_low > 0 && r.at_high < 0; k++)
    {
      /* The secant, kept off the ends, and every third time the middle.  */
      double share = r.at_low / (r.at_low - r.at_high), b, s;
      if (k % 3 == 2)
        share = 0.5;
      b = r.low + fmax (0.01, fmin (0.99, share)) * (r.high - r.low);
      if (k > 0 && k % 3 == 1)
        {
          /* Both sides of the secant close in.  */
          double off = 1e-9 * (r.high - r.low);
          b = r.low + share * (r.high - r.low) + (share < 0.5 ? off : -off);
        }
      if (!(b > r.low && b < r.high))
        b = 0.5 * (r.low + r.high);
      if (!(b > r.low && b < r.high))
        break;
      s = sum_at (p, function, b);
      if (s >= 0)
        {
          r.low = b;
          r.at_low = s;
        }
      if (s <= 0)
        {
          r.high = b;
          r.at_high = s;
        }
    }
  return r;
}

/* The share of the low end in the mean that sums to 0.  */
static double
share_of (const struct bracket *r)
{
  return r->at_low > r->at_high ? -r->at_high / (r->at_low - r->at_high) : 1;
}

static void
mean_at (const struct free_loss *p, shifted *function, const struct bracket *r,
         double *out)
{
  double share = fmax (0, fmin (1, share_of (r)));
  for (size_t first = 0; first < p->n; first += PIECE)
    {
      double a[PIECE], b[PIECE];
      size_t count = p->n - first < PIECE ? p->n - first : PIECE;
      function (p, first, count, r->low, a);
      function (p, first, count, r->high, b);
      for (size_t i = 0; i < count; i++)
        out[first + i] = share * a[i] + (1 - share) * b[i];
    }
}

/* The range of y - v, where the losses of regression have their root and
   those of labels look first.  */
static void
range (const struct free_loss *p, double *low, double *high)
{
  *low = HUGE_VAL;
  *high = -HUGE_VAL;
  for (size_t i = 0; i < p->n; i++)
    {
      *low = fmin (*low, p->y[i] - p->v[i]);
      *high = fmax (*high, p->y[i] - p->v[i]);
    }
}

static struct bracket
best_bias (const struct free_loss *p)
{
  double low, high;
  range (p, &low, &high);
  return root (p, dual_at, low, high);
}

static double
free_value (const struct cvx_loss *base, const double *f, const double *y,
            size_t n, double param)
{
  double piece[PIECE], b = cvx_loss_bias (base, f, y, n, param);
  struct cvx_sum2 s = { 0, 0 };
  for (size_t first = 0; first < n; first += PIECE)
    {
      size_t count = n - first < PIECE ? n - first : PIECE;
      for (size_t i = 0; i < count; i++)
        piece[i] = f[first + i] + b;
      cvx_sum2_add (&s, base->value (piece, y + first, count, 1, param));
    }
  return cvx_sum2_value (&s);
}

static void
free_dual (const struct cvx_loss *base, const double *f, const double *y,
           size_t n, double param, double *nu)
{
  const struct free_loss p = { base, f, y, n, param, 0 };
  struct bracket r = best_bias (&p);
  mean_at (&p, dual_at, &r, nu);
}

static void
free_clip (const struct cvx_loss *base, double *nu, const double *y, size_t n,
           double param)
{
  const struct free_loss p = { base, nu, y, n, param, 0 };
  double top = 0;
  struct bracket r;
  for (size_t i = 0; i < n; i++)
    top = fmax (top, fabs (nu[i]));
  r = root (&p, clip_at, -top, top);
  mean_at (&p, clip_at, &r, nu);
}

static void
free_prox (const struct cvx_loss *base, double t, const double *z,
           const double *y, size_t n, double param, double *f)
{
  const struct free_loss p = { base, z, y, n, param, t };
  double low, high, b;
  struct bracket r;
  range (&p, &low, &high);
  r = root (&p, prox_at, low, high);
  b = share_of (&r) * r.low + (1 - share_of (&r)) * r.high;
  for (size_t first = 0; first < n; first += PIECE)
    {
      double move[PIECE];
      size_t count = n - first < PIECE ? n - first : PIECE;
      prox_at (&p, first, count, b, move);
      for (size_t i = 0; i < count; i++)
        f[first + i] = z[first + i] + move[i];
    }
}

double
cvx_loss_bias (const struct cvx_loss *base, const double *f, const double *y,
               size_t n, double param)
{
  const struct free_loss p = { base, f, y, n, param, 0 };
  struct bracket r = best_bias (&p);
  if (r.at_low < 0 || r.at_high > 0)
    /* No root, or rounding: the end is as good.  */
    return r.at_low < 0 ? r.low : r.high;
  return share_of (&r) * r.low + (1 - share_of (&r)) * r.high;
}

#define FREE(NAME)                                                            \
  static double NAME##_value (const double *f, const double *y, size_t n,     \
                              size_t c, double param)                         \
  {                                                                           \
    return free_value (cvx_loss_find (#NAME), f, y, n * c, param);            \
  }                                                                           \
  static void NAME##_dual (const double *f, const double *y, size_t n,        \
                           size_t c, double param, double *nu)                \
  {                                                                           \
    free_dual (cvx_loss_find (#NAME), f, y, n *c, param, nu);                 \
  }                                                                           \
  static void NAME##_clip (double *nu, const double *y, size_t n, size_t c,   \
                           double param)                                      \
  {                                                                           \
    free_clip (cvx_loss_find (#NAME), nu, y, n *c, param);                    \
  }                                                                           \
  static void NAME##_prox (double t, const double *z, const double *y,        \
                           size_t n, size_t c, double param, double *f)       \
  {                                                                           \
    free_prox (cvx_loss_find (#NAME), t, z, y, n *c, param, f);               \
  }

FREE (squared)
FREE (logistic)
FREE (hinge)
FREE (huber)
FREE (l1)
FREE (quantile)

bool
cvx_loss_free_bias (const struct cvx_loss *base, struct cvx_loss *out)
{
#define ROW(NAME)                                                             \
  {                                                                           \
#    NAME, NAME##_value, NAME##_dual, NAME##_clip, NAME##_prox                \
  }
  static const struct
  {
    const char *name;
    double (*value) (const double *f, const double *y, size_t n, size_t c,
                     double param);
    void (*dual) (const double *f, const double *y, size_t n, size_t c,
                  double param, double *nu);
    void (*clip) (double *nu, const double *y, size_t n, size_t c,
                  double param);
    void (*prox) (double t, const double *z, const double *y, size_t n,
                  size_t c, double param, double *f);
  } row[] = { ROW (squared), ROW (logistic), ROW (hinge),
              ROW (huber),   ROW (l1),       ROW (quantile) };
#undef ROW
  for (size_t k = 0; k < sizeof row / sizeof *row; k++)
    if (strcmp (row[k].name, base->name) == 0)
      {
        *out = *base;
        out->base = base->base != NULL ? base->base : base;
        out->value = row[k].value;
        out->dual = row[k].dual;
        out->clip = row[k].clip;
        out->prox = row[k].prox;
        out->curvature = NULL; /* not diagonal */
        out->strict = false;
        return true;
      }
  return false;
}
