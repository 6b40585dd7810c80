/* cone.c -- projection onto the cone of a pattern by Lawson and Hanson.

   min_{a >= 0} ||z + G'a||, C. L. Lawson and R. J. Hanson, Solving Least
   Squares Problems (1974), algorithm NNLS (23.10).  With S the rows whose
   multipliers may be positive, G_S' = Q R, c = Q'z:

     p = z - Q c,   a_S = -R^{-1} c.

   A row that p violates enters S; when that makes multipliers negative, a
   moves towards a_S until the first is zero and that row leaves (Givens
   rotations restore R).  Q is built by Gram and Schmidt with a second pass, so
   that active rows stay orthogonal to p to rounding even when they are almost
   dependent.  ||p|| falls with every exchange, hence no set comes twice; a
   row whose entry does not lower ||p|| (rounding) is passed over until
   another does.  The multiplier of the entering row, -q'p / r with
   q'p = g'p / r < 0, is positive by construction.

   Where there are many more rows than dimensions, the rows that p violates
   most are listed, and the next to enter are taken from that list while it has
   some: most exchanges then read a list and not all of X.  Only when no row of
   the list is violated are all rows priced again, so the end is the same.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/cone.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>

#include "base/alloc.h"
#include "linalg/qr.h"

enum
{
  ONE_THREAD = 8192, /* numbers of a matrix that BLAS leaves to one thread */
  LISTED = 8,        /* rows of a list, in dimensions */
  MANY = 4,          /* lists in the rows from which on there is a list */
  BINS = 64
};

/* States of a row in `mark'.  */
enum
{
  OUTSIDE,
  ACTIVE,
  PASSED_OVER
};

/* The private memory of a work.  */
struct scratch
{
  struct cvxi_qr qr;   /* c and p belong to z */
  double *a, *goal;    /* k_max: multipliers, their target */
  double *z, *v;       /* d */
  uint32_t *pos;       /* k_max: place in the list of each active row */
  unsigned char *mark; /* n_rows */
  double *inverse;     /* n_rows: 1 / ||g||, 0 for g = 0; negative: not yet
                          computed */
  double *price;       /* n_rows: X p */
  uint32_t *list;      /* LISTED d: places of rows that p violated most */
  size_t listed;
};

enum cvx_status
cvx_cone_work_new (struct cvx_cone_work **out, size_t d, size_t n_rows,
                   struct cvx_error *err)
{
  struct cvx_cone_work *w = cvx_calloc (1, sizeof *w);
  struct scratch *s = cvx_calloc (1, sizeof *s);
  size_t k_max = d < n_rows ? d : n_rows;
  *out = NULL;
  if (w == NULL || s == NULL)
    {
      cvx_free (w);
      cvx_free (s);
      return cvx_fail_nomem (err, "preparing projections onto cones");
    }
  w->d = d;
  w->n_rows = n_rows;
  w->memory = s;
  w->active = cvx_alloc (k_max, sizeof *w->active);
  w->mult = cvx_alloc (k_max, sizeof *w->mult);
  s->a = cvx_alloc (k_max, sizeof *s->a);
  s->goal = cvx_alloc (k_max, sizeof *s->goal);
  s->z = cvx_alloc (d, sizeof *s->z);
  s->v = cvx_alloc (d, sizeof *s->v);
  s->pos = cvx_alloc (k_max, sizeof *s->pos);
  s->mark = cvx_alloc (n_rows, sizeof *s->mark);
  s->inverse = cvx_alloc (n_rows, sizeof *s->inverse);
  s->price = cvx_alloc (n_rows, sizeof *s->price);
  s->list = cvx_alloc (LISTED, d * sizeof *s->list);
  if (!cvxi_qr_init (&s->qr, d, k_max) || w->active == NULL || w->mult == NULL
      || s->a == NULL || s->goal == NULL || s->z == NULL || s->v == NULL
      || s->pos == NULL || s->mark == NULL || s->inverse == NULL
      || s->price == NULL || s->list == NULL)
    {
      cvx_cone_work_free (w);
      return cvx_fail_nomem (err, "preparing projections onto cones");
    }
  *out = w;
  return CVX_OK;
}

void
cvx_cone_work_free (struct cvx_cone_work *w)
{
  struct scratch *s;
  if (w == NULL)
    return;
  s = w->memory;
  cvxi_qr_clear (&s->qr);
  cvx_free (s->a);
  cvx_free (s->goal);
  cvx_free (s->z);
  cvx_free (s->v);
  cvx_free (s->pos);
  cvx_free (s->mark);
  cvx_free (s->inverse);
  cvx_free (s->price);
  cvx_free (s->list);
  cvx_free (s);
  cvx_free (w->active);
  cvx_free (w->mult);
  cvx_free (w);
}

static inline size_t
row_number (const struct cvx_cone *k, size_t pos)
{
  return k->row == NULL ? pos : k->row[pos];
}

static inline double
sign_of (const struct cvx_cone *k, size_t row)
{
  return (k->bits[row / 64] >> (row % 64) & 1) != 0 ? 1 : -1;
}

/* 1 / ||g|| of the row at POS, 0 for a zero row.  */
static inline double
inverse (const struct cvx_cone *k, const struct scratch *s, size_t pos)
{
  if (s->inverse[pos] < 0)
    {
      size_t d = k->d;
      const double *x = k->x + row_number (k, pos) * d;
      double n2 = cvxi_dot (d, x, x), norm = sqrt (n2);
      if (!(n2 > 1e-280 && n2 < 1e280)) /* squares out of range */
        norm = cblas_dnrm2 ((blasint)d, x, 1);
      s->inverse[pos] = norm > 0 ? 1 / norm : 0;
    }
  return s->inverse[pos];
}

/* Append the row at POS, to length 1, to Q R.  Returns false, with nothing
   changed, when the row depends on the active ones or, where ENTERING, when p
   does not violate it after all.  */
static bool
append (const struct cvx_cone *cone, struct scratch *s, size_t pos,
        bool entering)
{
  size_t row = row_number (cone, pos);
  if (s->qr.k >= s->qr.k_max
      || !cvxi_qr_append (&s->qr, cone->x + row * s->qr.d,
                          sign_of (cone, row) * inverse (cone, s, pos),
                          4 * DBL_EPSILON, entering))
    return false;
  s->pos[s->qr.k - 1] = (uint32_t)pos;
  s->mark[pos] = ACTIVE;
  return true;
}

/* Take active row J out.  */
static void
drop (struct scratch *s, size_t j)
{
  size_t behind = s->qr.k - 1 - j;
  s->mark[s->pos[j]] = OUTSIDE;
  memmove (s->pos + j, s->pos + j + 1, behind * sizeof *s->pos);
  memmove (s->a + j, s->a + j + 1, behind * sizeof *s->a);
  cvxi_qr_drop (&s->qr, j);
}

/* goal = -R^{-1} c.  */
static void
solve (struct scratch *s)
{
  for (size_t i = 0; i < s->qr.k; i++)
    s->goal[i] = -s->qr.c[i];
  cvxi_qr_solve (&s->qr, s->goal);
}

/* Move the multipliers to those of the active rows, rows whose multiplier
   reaches zero on the way leaving.  Returns the number that left.  */
static size_t
settle (struct scratch *s)
{
  size_t left = 0;
  for (;;)
    {
      double step = 1;
      size_t blocking = s->qr.k;
      solve (s);
      for (size_t i = 0; i < s->qr.k; i++)
        if (!(s->goal[i] > 0))
          {
            double t = s->a[i] / (s->a[i] - s->goal[i]);
            if (!(t >= 0))
              t = 0;
            if (blocking == s->qr.k || t < step)
              {
                step = t;
                blocking = i;
              }
          }
      if (blocking == s->qr.k)
        break;
      for (size_t i = 0; i < s->qr.k; i++)
        s->a[i] = fmax (s->a[i] + step * (s->goal[i] - s->a[i]), 0);
      s->a[blocking] = 0;
      for (size_t i = s->qr.k; i-- > 0;)
        if (!(s->a[i] > 0))
          {
            drop (s, i);
            left++;
          }
    }
  memcpy (s->a, s->goal, s->qr.k * sizeof *s->a);
  return left;
}

/* price () below; with D known to the compiler the loops of tiny cones are
   straight code.  XP holds X p, or is NULL: compute it.  */
static inline __attribute__ ((always_inline)) size_t
price_in (size_t d, const struct cvx_cone *k, const struct scratch *s,
          const double *xp, double tol)
{
  const double *p = s->qr.p;
  size_t best = k->n;
  double worst = -tol;
  for (size_t pos = 0; pos < k->n; pos++)
    {
      size_t row = row_number (k, pos);
      double t;
      if (s->mark[pos] != OUTSIDE)
        continue;
      t = sign_of (k, row)
          * (xp == NULL ? cvxi_dot (d, k->x + row * d, p) : xp[pos]);
      if (t < 0 && (t *= inverse (k, s, pos)) < worst)
        {
          best = pos;
          worst = t;
        }
    }
  return best;
}

/* X p, in pieces that BLAS does not cut up among threads.  */
static void
price_all (const struct cvx_cone *k, struct scratch *s)
{
  size_t d = k->d, rows = d < ONE_THREAD ? ONE_THREAD / d : 1;
  for (size_t from = 0; from < k->n; from += rows)
    cblas_dgemv (CblasRowMajor, CblasNoTrans,
                 (blasint)(k->n - from < rows ? k->n - from : rows),
                 (blasint)d, 1, k->x + from * d, (blasint)d, s->qr.p, 1, 0,
                 s->price + from, 1);
}

/* As price () below, among the rows of the list.  */
static size_t
price_list (const struct cvx_cone *k, const struct scratch *s, double tol)
{
  size_t best = k->n;
  double worst = -tol;
  for (size_t j = 0; j < s->listed; j++)
    {
      size_t pos = s->list[j];
      double t;
      if (s->mark[pos] != OUTSIDE)
        continue;
      t = sign_of (k, pos) * cvxi_dot (k->d, k->x + pos * k->d, s->qr.p)
          * inverse (k, s, pos);
      if (t < worst)
        {
          best = pos;
          worst = t;
        }
    }
  return best;
}

/* The rows outside that p violates most into the list, as many as it holds;
   returns the first of them.  */
static size_t
make_list (const struct cvx_cone *k, struct scratch *s, double tol)
{
  size_t best = k->n, count[BINS + 1] = { 0 }, cut = 0, room = LISTED * k->d;
  double worst = -tol;
  price_all (k, s);
  for (size_t pos = 0; pos < k->n; pos++)
    {
      double t
          = s->mark[pos] == OUTSIDE ? sign_of (k, pos) * s->price[pos] : 0;
      if (t < 0)
        t *= inverse (k, s, pos);
      s->price[pos] = t < -tol ? t : 0;
      if (t < worst)
        {
          best = pos;
          worst = t;
        }
    }
  s->listed = 0;
  if (best == k->n)
    return best;
  /* The bin of each row, 0 for the most violated, BINS for none; whole bins
     fill the list, or a part of the first.  */
  for (size_t pos = 0; pos < k->n; pos++)
    {
      double part = 1 - s->price[pos] / worst;
      size_t bin = part < 1 ? (size_t)(part * BINS) : BINS;
      s->price[pos] = (double)bin;
      count[bin]++;
    }
  for (size_t sum = 0; cut < BINS && sum + count[cut] <= room; cut++)
    sum += count[cut];
  for (size_t pos = 0; pos < k->n && s->listed < room; pos++)
    if (s->price[pos] < fmax ((double)cut, 1))
      s->list[s->listed++] = (uint32_t)pos;
  return best;
}

/* The row outside that p violates most, relative to its length and by more
   than TOL, where there is a list of those on it; k->n when there is none.  */
static size_t
price (const struct cvx_cone *k, struct scratch *s, double tol)
{
  size_t d = s->qr.d, best;
  switch (d)
    {
    case 2:
      return price_in (2, k, s, NULL, tol);
    case 3:
      return price_in (3, k, s, NULL, tol);
    case 4:
      return price_in (4, k, s, NULL, tol);
    case 5:
      return price_in (5, k, s, NULL, tol);
    case 6:
      return price_in (6, k, s, NULL, tol);
    default:
      break;
    }
  if (k->row != NULL || d < CVXI_BLAS_FROM || k->n == 0)
    return price_in (d, k, s, NULL, tol);
  if (k->n >= MANY * LISTED * d)
    {
      best = price_list (k, s, tol);
      return best < k->n ? best : make_list (k, s, tol);
    }
  price_all (k, s);
  return price_in (d, k, s, s->price, tol);
}

/* Start from the active rows and multipliers of the last call, as far as they
   are rows of K.  */
static void
warm_start (const struct cvx_cone *k, struct scratch *s,
            const struct cvx_cone_work *w)
{
  for (size_t j = 0; j < w->n_active; j++)
    {
      size_t pos = w->active[j];
      if (k->row != NULL)
        for (pos = 0; pos < k->n && k->row[pos] != w->active[j];)
          pos++;
      if (pos < k->n && s->mark[pos] == OUTSIDE && w->mult[j] > 0
          && append (k, s, pos, false))
        s->a[s->qr.k - 1] = w->mult[j] / inverse (k, s, pos);
    }
  settle (s);
}

/* p and c from z once more, against what the exchanges left behind.  */
static void
refine (struct scratch *s)
{
  memcpy (s->qr.p, s->z, s->qr.d * sizeof *s->qr.p);
  for (size_t j = 0; j < s->qr.k; j++)
    s->qr.c[j] = 0;
  if (s->qr.k == s->qr.d)
    {
      cvxi_qr_orthogonalise (&s->qr, s->qr.p, s->qr.c);
      memset (s->qr.p, 0, s->qr.d * sizeof *s->qr.p);
    }
  else
    {
      cvxi_qr_orthogonalise (&s->qr, s->qr.p, s->qr.c);
      cvxi_qr_orthogonalise (&s->qr, s->qr.p, s->qr.c);
    }
  solve (s);
}

double
cvx_cone_project (const struct cvx_cone *k, const double *z, double *p,
                  bool keep, struct cvx_cone_work *w)
{
  struct scratch *s = w->memory;
  size_t d = k->d, limit = 3 * d + k->n + 10, best;
  double largest = 0, scale, norm, tol, old;
  int exponent;
  assert (d == w->d && k->n <= w->n_rows);
  for (size_t i = 0; i < d; i++)
    if (!(fabs (z[i]) <= largest))
      largest = fabs (z[i]);
  s->qr.k = 0;
  if (largest == 0 || !isfinite (largest))
    {
      /* Nothing to project; nan stays nan.  */
      memmove (p, z, d * sizeof *p);
      w->n_active = 0;
      return largest;
    }
  frexp (largest, &exponent);
  scale = ldexp (1, exponent < -1000 ? 1000 : -exponent);
  for (size_t i = 0; i < d; i++)
    s->qr.p[i] = s->z[i] = z[i] * scale;
  memset (s->mark, OUTSIDE, k->n);
  s->listed = 0;
  for (size_t i = 0; i < k->n; i++)
    s->inverse[i] = -1;
  norm = sqrt (cvxi_dot (d, s->z, s->z));
  tol = (8 + sqrt ((double)d)) * DBL_EPSILON * norm;
  if (keep)
    {
      for (size_t j = 0; j < w->n_active; j++)
        w->mult[j] *= scale;
      warm_start (k, s, w);
    }
  old = cvxi_dot (d, s->qr.p, s->qr.p);
  while (limit > 0 && s->qr.k < d && (best = price (k, s, tol)) < k->n)
    {
      size_t left;
      double now;
      limit--;
      if (!append (k, s, best, true))
        {
          s->mark[best] = PASSED_OVER;
          continue;
        }
      s->a[s->qr.k - 1] = 0;
      left = settle (s);
      limit -= left < limit ? left : limit;
      now = cvxi_dot (d, s->qr.p, s->qr.p);
      if (now < old)
        {
          for (size_t i = 0; i < k->n; i++)
            if (s->mark[i] == PASSED_OVER)
              s->mark[i] = OUTSIDE;
        }
      else if (s->mark[best] == OUTSIDE)
        s->mark[best] = PASSED_OVER;
      old = now;
    }
  refine (s);
  norm *= 4 * DBL_EPSILON;
  old = sqrt (cvxi_dot (d, s->qr.p, s->qr.p));
  if (old <= norm) /* nothing but rounding is left */
    old = 0;
  for (size_t i = 0; i < d; i++)
    p[i] = old == 0 ? 0 : s->qr.p[i] / scale;
  w->n_active = 0;
  for (size_t j = 0; j < s->qr.k; j++)
    if (s->goal[j] > 0)
      {
        w->active[w->n_active] = (uint32_t)row_number (k, s->pos[j]);
        w->mult[w->n_active++]
            = s->goal[j] * inverse (k, s, s->pos[j]) / scale;
      }
  return old / scale;
}

double
cvx_cone_bound (const struct cvx_cone *k, const double *z,
                const struct cvx_cone_work *w)
{
  struct scratch *s = w->memory;
  double size, terms = (double)w->n_active + 2;
  memcpy (s->v, z, k->d * sizeof *s->v);
  size = sqrt (cvxi_dot (k->d, z, z));
  for (size_t j = 0; j < w->n_active; j++)
    {
      size_t row = w->active[j];
      const double *x = k->x + row * k->d;
      double a = fmax (w->mult[j], 0);
      cvxi_add (k->d, sign_of (k, row) * a, x, s->v);
      size += a * sqrt (cvxi_dot (k->d, x, x));
    }
  /* Rounding of the sum, relative to its terms, and of the norm.  */
  return (sqrt (cvxi_dot (k->d, s->v, s->v)) + terms * DBL_EPSILON * size)
         * (1 + 4 * ((double)k->d + terms) * DBL_EPSILON);
}
