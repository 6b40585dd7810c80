/* Laws of every loss: Fenchel and Young, prox, domain, scaling.  */

#include "support.h"

#include <string.h>

#include "formulation/loss.h"

enum
{
  N
  = 12, /* numbers: 12 rows of one output, or 4 of 3 when these are coupled */
  TRIALS = 200
};

struct point
{
  double f[N], y[N], nu[N], out[N];
  double param;
  size_t n, c;
};

/* Targets and predictions, some exactly at kinks.  */
static void
draw (struct point *p, const struct cvx_loss *loss, struct cvx_rng *r)
{
  p->param = loss->param_default;
  if (loss->param_max > loss->param_min)
    p->param *= 0.3 + 0.9 * cvx_rng_uniform (r);
  p->c = loss->coupled ? 3 : 1;
  p->n = N / p->c;
  for (int i = 0; i < N; i++)
    {
      p->y[i] = 2 * cvx_rng_normal (r);
      if (loss->labels)
        p->y[i] = p->y[i] > 0 ? 1 : -1;
      p->f[i] = 3 * cvx_rng_normal (r);
      p->nu[i] = 2 * cvx_rng_normal (r);
      if (cvx_rng_below (r, 8) == 0)
        p->f[i] = p->y[i];
      if (cvx_rng_below (r, 16) == 0)
        p->f[i] = p->y[i] = loss->labels ? 1 : 0;
    }
  for (size_t i = 0; loss->coupled && i < p->n; i++)
    {
      size_t class = (size_t)cvx_rng_below (r, p->c);
      for (size_t k = 0; k < p->c; k++)
        p->y[i * p->c + k] = k == class;
    }
}

static double
dot (const double *a, const double *b)
{
  double s = 0;
  for (int i = 0; i < N; i++)
    s += a[i] * b[i];
  return s;
}

#define FOR_EACH_LOSS(LOSS, P, R)                                             \
  for (size_t k_ = 0; cvx_losses[k_] != NULL; k_++)                           \
    for (int t_ = 0; t_ < TRIALS; t_++)                                       \
      for (const struct cvx_loss *LOSS = cvx_losses[k_]; LOSS != NULL;        \
           LOSS = NULL)                                                       \
        if (cvx_rng_init (R, (uint64_t)t_, k_), draw (P, LOSS, R), true)

/* l (f) + l* (-nu) >= -f'nu, that is l (f) - bound (nu) + f'nu >= 0, with
   equality at nu in -dl (f).  */
START_TEST (fenchel_young)
{
  struct point p;
  struct cvx_rng r;
  FOR_EACH_LOSS (loss, &p, &r)
  {
    double value = loss->value (p.f, p.y, p.n, p.c, p.param), slack;
    loss->clip (p.nu, p.y, p.n, p.c, p.param);
    slack
        = value - loss->bound (p.nu, p.y, p.n, p.c, p.param) + dot (p.f, p.nu);
    ck_assert_msg (slack >= -1e-12 * (1 + value), "%s: %g", loss->name, slack);
    loss->dual (p.f, p.y, p.n, p.c, p.param, p.nu);
    slack
        = value - loss->bound (p.nu, p.y, p.n, p.c, p.param) + dot (p.f, p.nu);
    ck_assert_msg (fabs (slack) <= 1e-12 * (1 + value), "%s: %g", loss->name,
                   slack);
  }
}
END_TEST

/* f = prox (z): (z - f) / t is in dl (f): with nu = (f - z) / t equality in
   Fenchel and Young.  Also in place.  */
START_TEST (prox_is_optimal)
{
  struct point p;
  struct cvx_rng r;
  FOR_EACH_LOSS (loss, &p, &r)
  {
    double t = exp (2 * cvx_rng_normal (&r)), value, slack;
    double z[N];
    memcpy (z, p.f, sizeof z);
    loss->prox (t, p.f, p.y, p.n, p.c, p.param, p.out);
    loss->prox (t, p.f, p.y, p.n, p.c, p.param, p.f);
    ck_assert_mem_eq (p.out, p.f, sizeof p.f);
    for (int i = 0; i < N; i++)
      p.nu[i] = (p.f[i] - z[i]) / t;
    value = loss->value (p.f, p.y, p.n, p.c, p.param);
    memcpy (p.out, p.nu, sizeof p.nu);
    loss->clip (p.nu, p.y, p.n, p.c, p.param);
    for (int i = 0; i < N; i++)
      ck_assert_msg (fabs (p.nu[i] - p.out[i]) < 1e-12 * (1 + 1 / t),
                     "%s: nu outside the domain by %g", loss->name,
                     p.nu[i] - p.out[i]);
    slack
        = value - loss->bound (p.nu, p.y, p.n, p.c, p.param) + dot (p.f, p.nu);
    ck_assert_msg (fabs (slack) <= 1e-11 * (1 + value) * (1 + 1 / t),
                   "%s: %g at t %g", loss->name, slack, t);
  }
}
END_TEST

START_TEST (outside_the_domain_is_minus_infinity)
{
  struct point p;
  struct cvx_rng r;
  FOR_EACH_LOSS (loss, &p, &r)
  {
    loss->clip (p.nu, p.y, p.n, p.c, p.param);
    ck_assert (isfinite (loss->bound (p.nu, p.y, p.n, p.c, p.param)));
    memcpy (p.out, p.nu, sizeof p.nu);
    loss->clip (p.out, p.y, p.n, p.c, p.param);
    ck_assert_mem_eq (p.out, p.nu, sizeof p.nu); /* once is enough */
    p.nu[3] = 1e9;
    loss->clip (p.nu, p.y, p.n, p.c, p.param);
    if (loss->coupled || p.nu[3] < 1e9)
      {
        p.nu[3] = 1e9;
        ck_assert (loss->bound (p.nu, p.y, p.n, p.c, p.param) == -HUGE_VAL);
      }
    else
      ck_assert_str_eq (loss->name, "squared");
  }
}
END_TEST

/* Gradient and curvature against differences; Lipschitz constant.  */
START_TEST (smooth_losses_have_their_derivatives)
{
  struct point p;
  struct cvx_rng r;
  FOR_EACH_LOSS (loss, &p, &r)
  {
    double h = 1e-5, up[N], down[N], c[N];
    if (!loss->smooth)
      {
        ck_assert_ptr_null (loss->curvature);
        continue;
      }
    loss->curvature (p.f, p.y, p.n, p.c, p.param, c);
    for (int i = 0; i < N; i++)
      {
        double f = p.f[i], a, b;
        bool kink = strcmp (loss->name, "huber") == 0
                    && fabs (fabs (f - p.y[i]) - p.param) < 2 * h;
        if (loss->coupled)
          c[i] -= c[i] * c[i];
        ck_assert (c[i] >= 0 && c[i] <= loss->lipschitz);
        p.f[i] = f + h;
        a = loss->value (p.f, p.y, p.n, p.c, p.param);
        loss->dual (p.f, p.y, p.n, p.c, p.param, up);
        p.f[i] = f - h;
        b = loss->value (p.f, p.y, p.n, p.c, p.param);
        loss->dual (p.f, p.y, p.n, p.c, p.param, down);
        p.f[i] = f;
        loss->dual (p.f, p.y, p.n, p.c, p.param, p.nu);
        if (kink)
          continue;
        ck_assert_msg (fabs ((b - a) / (2 * h) - p.nu[i]) < 1e-7 * (1 + a),
                       "%s gradient", loss->name);
        ck_assert_msg (fabs ((down[i] - up[i]) / (2 * h) - c[i]) < 1e-8,
                       "%s curvature", loss->name);
      }
  }
}
END_TEST

/* s nu stays feasible and no other multiple is better.  */
START_TEST (scaling_is_feasible_and_best)
{
  struct point p;
  struct cvx_rng r;
  FOR_EACH_LOSS (loss, &p, &r)
  {
    double norm = exp (2 * cvx_rng_normal (&r)), beta = 0.7, s, bound, other;
    if (t_ % 10 == 0)
      norm = 0;
    loss->clip (p.nu, p.y, p.n, p.c, p.param);
    s = cvx_loss_scale (loss, p.nu, p.y, p.n, p.c, p.param, norm, beta,
                        &bound);
    ck_assert_msg (s >= 0 && s * norm <= beta && isfinite (bound),
                   "%s: scale %g, norm %g, bound %g", loss->name, s, norm,
                   bound);
    for (int i = 0; i < N; i++)
      p.out[i] = s * p.nu[i];
    ck_assert_msg (fabs (loss->bound (p.out, p.y, p.n, p.c, p.param) - bound)
                       <= 1e-12 * (1 + fabs (bound)),
                   "%s", loss->name);
    for (int k = 0; k <= 50; k++)
      {
        double q = k < 25 ? s * k / 25 : s * (1 + 0.01 * (k - 25));
        if (q * norm > beta)
          continue;
        for (int i = 0; i < N; i++)
          p.out[i] = q * p.nu[i];
        other = loss->bound (p.out, p.y, p.n, p.c, p.param);
        ck_assert_msg (other <= bound + 1e-12 * (1 + fabs (bound)),
                       "%s: %.17g at %g, %.17g at %g", loss->name, bound, s,
                       other, q);
      }
  }
}
END_TEST

/* The Hessian of a row of softmax is diag (p) - p p'; adding a number to all
   outputs of a row changes nothing.  */
START_TEST (softmax_couples_the_outputs)
{
  const struct cvx_loss *loss = cvx_loss_find ("softmax");
  struct point p;
  struct cvx_rng r;
  cvx_rng_init (&r, 1, 1);
  for (int t = 0; t < 50; t++)
    {
      double h = 1e-5, up[N], down[N], weight[N], value;
      draw (&p, loss, &r);
      loss->curvature (p.f, p.y, p.n, p.c, 0, weight);
      value = loss->value (p.f, p.y, p.n, p.c, 0);
      for (size_t k = 0; k < p.c; k++)
        {
          double f = p.f[k];
          p.f[k] = f + h;
          loss->dual (p.f, p.y, p.n, p.c, 0, up);
          p.f[k] = f - h;
          loss->dual (p.f, p.y, p.n, p.c, 0, down);
          p.f[k] = f;
          for (size_t l = 0; l < N; l++)
            {
              double entry
                  = l >= p.c ? 0
                             : (l == k) * weight[k] - weight[k] * weight[l];
              ck_assert (fabs ((down[l] - up[l]) / (2 * h) - entry) < 1e-9);
            }
        }
      for (size_t k = 0; k < p.c; k++)
        p.f[k] += 100;
      ck_assert_near (loss->value (p.f, p.y, p.n, p.c, 0), value, 1e-13);
    }
}
END_TEST

/* Two classes: the logistic loss of the difference of the outputs, with the
   label 1 for the first of them.  */
START_TEST (softmax_of_two_is_logistic)
{
  const struct cvx_loss *softmax = cvx_loss_find ("softmax"),
                        *logistic = cvx_loss_find ("logistic");
  struct cvx_rng r;
  cvx_rng_init (&r, 2, 1);
  for (int t = 0; t < 200; t++)
    {
      double f[2] = { 9 * cvx_rng_normal (&r), 9 * cvx_rng_normal (&r) };
      double one = f[0] - f[1], label = t % 2 == 0 ? 1 : -1, nu[2], nu1;
      double y[2] = { label > 0, label < 0 }, s = cvx_rng_uniform (&r);
      ck_assert_near (softmax->value (f, y, 1, 2, 0),
                      logistic->value (&one, &label, 1, 1, 0), 1e-14);
      softmax->dual (f, y, 1, 2, 0, nu);
      logistic->dual (&one, &label, 1, 1, 0, &nu1);
      ck_assert_near (nu[0], nu1, 1e-14);
      ck_assert_near (nu[1], -nu1, 1e-14);
      nu[0] *= s, nu[1] *= s, nu1 *= s;
      ck_assert_near (softmax->bound (nu, y, 1, 2, 0),
                      logistic->bound (&nu1, &label, 1, 1, 0), 1e-13);
    }
}
END_TEST

/* Outputs of any size are neither infinite nor nan.  */
START_TEST (softmax_does_not_overflow)
{
  const struct cvx_loss *loss = cvx_loss_find ("softmax");
  double f[3] = { 1e300, -1e300, 0 }, y[3] = { 1, 0, 0 }, out[3];
  double z[3] = { 1e5, -1e5, 0 };
  ck_assert (loss->value (f, y, 1, 3, 0) == 0);
  f[0] = -1e300;
  ck_assert_near (loss->value (f, y, 1, 3, 0), 1e300, 1e-15);
  loss->dual (f, y, 1, 3, 0, out);
  ck_assert (out[0] == 1 && out[1] == 0 && out[2] == -1);
  ck_assert (loss->bound (out, y, 1, 3, 0) == 0);
  for (int t = -8; t <= 8; t += 4)
    {
      loss->prox (pow (10, t), z, y, 1, 3, 0, out);
      ck_assert (isfinite (out[0]) && isfinite (out[1]) && isfinite (out[2]));
      ck_assert (fabs (out[0] + out[1] + out[2]) < 1e-9);
    }
}
END_TEST

START_TEST (scaling_of_zero_and_of_a_full_square)
{
  double nu[2] = { 0, 0 }, y[2] = { 3, -4 }, bound = -1;
  const struct cvx_loss *loss = cvx_loss_find ("squared");
  ck_assert_double_eq (cvx_loss_scale (loss, nu, y, 2, 1, 0, 0, 0.5, &bound),
                       1);
  ck_assert_double_eq (bound, 0);
  /* nu = y unconstrained: the bound is 1/2 ||y||^2.  */
  ck_assert_double_eq (cvx_loss_scale (loss, y, y, 2, 1, 0, 2, 2, &bound), 1);
  ck_assert_double_eq (bound, 12.5);
  ck_assert_double_eq (cvx_loss_scale (loss, y, y, 2, 1, 0, 2, 1, &bound),
                       0.5);
  ck_assert_double_eq (bound, 9.375);
  ck_assert_ptr_null (cvx_loss_find ("hing"));
}
END_TEST

TEST_MAIN ("loss", fenchel_young, prox_is_optimal,
           outside_the_domain_is_minus_infinity,
           smooth_losses_have_their_derivatives, scaling_is_feasible_and_best,
           scaling_of_zero_and_of_a_full_square, softmax_couples_the_outputs,
           softmax_of_two_is_logistic, softmax_does_not_overflow)
