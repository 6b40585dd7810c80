/* cuts.c -- cutting planes for the dual over stored patterns.

   The dual of formulation.h with a conjugate that is -y_i nu_i + q nu_i^2 / 2
   on lo_i <= nu_i <= hi_i (Pilanci and Ergen, ICML 2020, equation 10, and its
   forms for other losses) is

     max  y'nu - q |nu|^2 / 2   s.t.  lo <= nu <= hi,  psi_g (nu) <= beta,

   psi_g (nu) = max {nu'A_g u : |u| <= 1, u in the cone of g}.  Directions u
   found at one nu give rows a = A_g u that all feasible nu obey, a'nu <= beta
   (Kelley, SIAM J. 8, 1960).  With q = 1 the nearest point to y that obeys
   them is looked for, and rows are added until psi_g is at most beta; with
   q = 0 that is done for c + t y in place of y, where c is the last such point
   and t grows (Rockafellar, SIAM J. Control 14, 1976).  The nearest point is
   found by Goldfarb and Idnani's method (Math. Programming 27, 1983), whose
   multipliers are the weights of the neurons u.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "long/cuts.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/qr.h"

enum
{
  MOST_POINTS = 30,  /* centres */
  MOST_CUTS = 20000, /* rows in all */
  MOST_MOVES = 10000 /* of the active set, for one point */
};

struct conjugate
{
  double q, lo, hi;
};

/* That of the loss of F at the target Y; false when there is none.  */
static bool
conjugate_of (const struct cvx_formulation *f, double y, struct conjugate *c)
{
  const char *name = f->loss->name;
  double w = f->loss_param;
  if (strcmp (name, "squared") == 0)
    *c = (struct conjugate){ 1, -HUGE_VAL, HUGE_VAL };
  else if (strcmp (name, "huber") == 0)
    *c = (struct conjugate){ 1, -w, w };
  else if (strcmp (name, "l1") == 0)
    *c = (struct conjugate){ 0, -1, 1 };
  else if (strcmp (name, "quantile") == 0)
    *c = (struct conjugate){ 0, w - 1, w };
  else if (strcmp (name, "hinge") == 0)
    *c = (struct conjugate){ 0, fmin (0, y), fmax (0, y) };
  else
    return false;
  return true;
}

bool
cuts_suits (const struct cvx_formulation *f)
{
  struct conjugate c;
  return conjugate_of (f, 1, &c) && f->n_blocks > 0;
}

/* Rows a_j'nu <= b_j and what is active of them.  */
struct cuts
{
  const struct cvx_formulation *f;
  size_t n, m;       /* numbers of nu, rows */
  double *a, *b;     /* MOST_CUTS x n, MOST_CUTS */
  double *u;         /* MOST_CUTS x block_len: directions */
  size_t *block;     /* n_blocks: a bound of the box */
  double *nu;        /* n */
  size_t k, *active; /* rows with equality, n + 1 */
  double *c;         /* their multipliers */
  double *basis, *r; /* orthonormal basis of the active rows, k x n, and their
                        coordinates, k x (n + 1) */
  double *z, *step;  /* n, n + 1 */
};

/* V less its part in the first K rows of the basis, whose coordinates are
   added to R; twice, that the rest is orthogonal.  */
static void
project_out (const struct cuts *s, size_t k, double *v, double *r)
{
  for (int pass = 0; pass < 2; pass++)
    for (size_t j = 0; j < k; j++)
      {
        const double *q = s->basis + j * s->n;
        double x = cvxi_dot (s->n, q, v);
        r[j] += x;
        for (size_t i = 0; i < s->n; i++)
          v[i] -= x * q[i];
      }
}

/* The basis of active rows from number FIRST on.  */
static void
orthogonalise (struct cuts *s, size_t first)
{
  for (size_t j = first; j < s->k; j++)
    {
      double *q = s->basis + j * s->n, *r = s->r + j * (s->n + 1), norm;
      memcpy (q, s->a + s->active[j] * s->n, s->n * sizeof *q);
      memset (r, 0, (s->n + 1) * sizeof *r);
      project_out (s, j, q, r);
      norm = sqrt (cvxi_dot (s->n, q, q));
      r[j] = norm;
      for (size_t i = 0; i < s->n; i++)
        q[i] /= norm;
    }
}

/* Row J becomes active, or others do in its place: moves along the part of a_j
   that is orthogonal to the active rows until a_j'nu = b_j, dropping rows
   whose multipliers reach 0.  False when no nu obeys all.  */
static bool
activate (struct cuts *s, size_t j)
{
  const double *a = s->a + j * s->n;
  double mine = 0, size = cvxi_dot (s->n, a, a);
  for (size_t moves = 0; moves <= s->n + 1; moves++)
    {
      double full = HUGE_VAL, most = HUGE_VAL, t, rest;
      size_t drop = s->k;
      memcpy (s->z, a, s->n * sizeof *s->z);
      memset (s->step, 0, (s->n + 1) * sizeof *s->step);
      project_out (s, s->k, s->z, s->step);
      rest = cvxi_dot (s->n, s->z, s->z);
      /* Coordinates in the basis to those in the active rows.  */
      for (size_t i = s->k; i-- > 0;)
        {
          s->step[i] /= s->r[i * (s->n + 1) + i];
          for (size_t l = 0; l < i; l++)
            s->step[l] -= s->step[i] * s->r[i * (s->n + 1) + l];
        }
      if (s->k < s->n && rest > 1e-22 * size)
        full = (cvxi_dot (s->n, a, s->nu) - s->b[j]) / rest;
      for (size_t i = 0; i < s->k; i++)
        if (s->step[i] > 1e-14 && s->c[i] < most * s->step[i])
          {
            most = s->c[i] / s->step[i];
            drop = i;
          }
      t = fmin (full, most);
      if (t == HUGE_VAL)
        return false;
      for (size_t i = 0; i < s->k; i++)
        s->c[i] -= t * s->step[i];
      mine += t;
      for (size_t i = 0; i < s->n && full < HUGE_VAL; i++)
        s->nu[i] -= t * s->z[i];
      if (full <= most)
        {
          s->active[s->k] = j;
          s->c[s->k++] = mine;
          orthogonalise (s, s->k - 1);
          return true;
        }
      s->k--;
      for (size_t i = drop; i < s->k; i++)
        {
          s->active[i] = s->active[i + 1];
          s->c[i] = s->c[i + 1];
        }
      orthogonalise (s, drop);
    }
  return true;
}

static bool
is_active (const struct cuts *s, size_t j)
{
  for (size_t i = 0; i < s->k; i++)
    if (s->active[i] == j)
      return true;
  return false;
}

/* nu, nearest to the point it started from, for all rows so far.  */
static bool
nearest (struct cuts *s)
{
  for (size_t moves = 0; moves < MOST_MOVES; moves++)
    {
      double worst = 0;
      size_t which = s->m;
      for (size_t j = 0; j < s->m; j++)
        {
          double over = cvxi_dot (s->n, s->a + j * s->n, s->nu) - s->b[j];
          if (over > 1e-13 * fabs (s->b[j]) + 1e-15 && over > worst
              && !is_active (s, j))
            {
              worst = over;
              which = j;
            }
        }
      if (which == s->m)
        return true;
      if (!activate (s, which))
        return false;
    }
  return false;
}

/* Rows for the blocks that nu violates; their number.  X: n_var zeros, G:
   n_var.  */
static enum cvx_status
more_cuts (struct cuts *s, double *x, double *g, size_t *added,
           struct cvx_error *err)
{
  const struct cvx_formulation *f = s->f;
  size_t len = f->block_len, solved = 0;
  enum cvx_status st = f->class->adjoint (f, s->nu, g, NULL);
  *added = 0;
  for (size_t k = 0; st == CVX_OK && k < f->n_blocks && s->m < MOST_CUTS; k++)
    {
      double psi
          = f->class->support (f, k, g + k * len, x + k * len, &solved, 0);
      if (psi > f->beta * (1 + 1e-10))
        {
          memcpy (s->u + s->m * len, x + k * len, len * sizeof *x);
          st = f->class->apply (f, x, s->a + s->m * s->n, NULL);
          s->b[s->m] = f->beta;
          s->block[s->m++] = k;
          (*added)++;
        }
      memset (x + k * len, 0, len * sizeof *x);
    }
  return st == CVX_OK ? st : cvx_fail_interrupted (err);
}

/* What the weights of the active directions, divided by T, and nu are
   worth.  */
static enum cvx_status
certify (const struct cuts *s, double t, double *x,
         struct cvx_certificate *cert, struct cvx_error *err)
{
  const struct cvx_formulation *f = s->f;
  size_t len = f->block_len;
  struct cvx_point point = { .n_atoms = f->n_blocks, .x = x, .nu = s->nu };
  enum cvx_status st;
  for (size_t i = 0; i < s->k; i++)
    if (s->block[s->active[i]] < f->n_blocks)
      for (size_t j = 0; j < len; j++)
        x[s->block[s->active[i]] * len + j]
            += s->c[i] / t * s->u[s->active[i] * len + j];
  st = cvx_formulation_certify (f, &point, cert, NULL, NULL, NULL, err);
  memset (x, 0, f->n_var * sizeof *x);
  return st;
}

/* Rows for the box.  */
static double
box (struct cuts *s)
{
  struct conjugate c = { 0, 0, 0 };
  for (size_t i = 0; i < s->n; i++)
    {
      (void)conjugate_of (s->f, s->f->y[i], &c);
      for (int side = -1; side <= 1; side += 2)
        {
          double bound = side > 0 ? c.hi : -c.lo;
          if (bound == HUGE_VAL)
            continue;
          s->a[s->m * s->n + i] = side;
          s->b[s->m] = bound;
          s->block[s->m++] = s->f->n_blocks;
        }
    }
  return c.q;
}

static enum cvx_status
run (struct cuts *s, double *x, double *g, double tol,
     struct cvx_certificate *cert, struct cvx_error *err)
{
  const struct cvx_formulation *f = s->f;
  bool quadratic = box (s) > 0;
  double t = 1;
  enum cvx_status st = CVX_OK;
  cert->pobj = HUGE_VAL;
  cert->dobj = -HUGE_VAL;
  for (size_t point = 0; point < MOST_POINTS && st == CVX_OK; point++)
    {
      size_t added = 1;
      /* The last point is the centre of the next.  */
      s->k = 0;
      for (size_t i = 0; i < s->n; i++)
        s->nu[i] = (quadratic ? 0 : s->nu[i]) + t * f->y[i];
      while (st == CVX_OK && added > 0 && nearest (s))
        st = more_cuts (s, x, g, &added, err);
      if (st == CVX_OK)
        st = certify (s, t, x, cert, err);
      if (quadratic || cert->pobj - cert->dobj <= tol * fabs (cert->pobj)
          || s->m == MOST_CUTS)
        break;
      t *= 2;
    }
  return st;
}

enum cvx_status
cuts_solve (const struct cvx_formulation *f, double tol,
            struct cvx_certificate *cert, struct cvx_error *err)
{
  struct cuts s = { .f = f, .n = f->n_obs };
  double *x = cvx_calloc (f->n_var, sizeof *x);
  double *g = cvx_calloc (f->n_var, sizeof *g);
  enum cvx_status st;
  s.a = cvx_calloc (MOST_CUTS, s.n * sizeof *s.a);
  s.b = cvx_calloc (MOST_CUTS, sizeof *s.b);
  s.u = cvx_calloc (MOST_CUTS, f->block_len * sizeof *s.u);
  s.block = cvx_calloc (MOST_CUTS, sizeof *s.block);
  s.nu = cvx_calloc (s.n, sizeof *s.nu);
  s.active = cvx_calloc (s.n + 1, sizeof *s.active);
  s.c = cvx_calloc (s.n + 1, sizeof *s.c);
  s.basis = cvx_calloc (s.n + 1, s.n * sizeof *s.basis);
  s.r = cvx_calloc (s.n + 1, (s.n + 1) * sizeof *s.r);
  s.z = cvx_calloc (s.n, sizeof *s.z);
  s.step = cvx_calloc (s.n + 1, sizeof *s.step);
  if (x == NULL || g == NULL || s.a == NULL || s.b == NULL || s.u == NULL
      || s.block == NULL || s.nu == NULL || s.active == NULL || s.c == NULL
      || s.basis == NULL || s.r == NULL || s.z == NULL || s.step == NULL)
    st = cvx_fail_nomem (err, "cutting");
  else
    st = run (&s, x, g, tol, cert, err);
  cvx_free (x);
  cvx_free (g);
  cvx_free (s.a);
  cvx_free (s.b);
  cvx_free (s.u);
  cvx_free (s.block);
  cvx_free (s.nu);
  cvx_free (s.active);
  cvx_free (s.c);
  cvx_free (s.basis);
  cvx_free (s.r);
  cvx_free (s.z);
  cvx_free (s.step);
  return st;
}
