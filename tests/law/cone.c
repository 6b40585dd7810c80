/* Laws of the projection onto the cone of a pattern.  */

#include "support.h"

#include <float.h>
#include <string.h>

#include "linalg/cone.h"

enum
{
  MAX_D = 12,
  MAX_N = 60
};

/* A cone with its own numbers.  */
struct case_
{
  struct cvx_cone k;
  double x[MAX_N * MAX_D], z[MAX_D];
  uint64_t bits[1];
};

/* Row I with the sign of its bit.  */
static double
slack (const struct cvx_cone *k, size_t i, const double *u, double *norm)
{
  size_t row = k->row == NULL ? i : k->row[i];
  double s = k->bits[row / 64] >> (row % 64) & 1 ? 1 : -1, t = 0, n2 = 0;
  for (size_t j = 0; j < k->d; j++)
    {
      t += s * k->x[row * k->d + j] * u[j];
      n2 += k->x[row * k->d + j] * k->x[row * k->d + j];
    }
  *norm = sqrt (n2);
  return t;
}

static double
length (size_t d, const double *u)
{
  double t = 0;
  for (size_t j = 0; j < d; j++)
    t += u[j] * u[j];
  return sqrt (t);
}

/* Rows of small integers when DEGENERATE (many zero, duplicate, parallel and
   antiparallel ones), normal numbers otherwise.  */
static void
draw (struct case_ *c, struct cvx_rng *rng, bool degenerate)
{
  size_t d = 1 + cvx_rng_below (rng, degenerate ? 5 : 10);
  size_t n = cvx_rng_below (rng, degenerate ? 25 : 50);
  c->bits[0] = cvx_rng_u64 (rng);
  for (size_t i = 0; i < n * d; i++)
    c->x[i] = degenerate ? (double)cvx_rng_below (rng, 5) - 2
                         : cvx_rng_normal (rng);
  if (!degenerate && cvx_rng_below (rng, 2) == 0)
    {
      /* Make the cone non-trivial: bits of a gate.  */
      double u[MAX_D];
      for (size_t j = 0; j < d; j++)
        u[j] = cvx_rng_normal (rng);
      c->bits[0] = 0;
      for (size_t i = 0; i < n; i++)
        {
          double t = 0;
          for (size_t j = 0; j < d; j++)
            t += c->x[i * d + j] * u[j];
          c->bits[0] |= (uint64_t)(t >= 0) << i;
        }
    }
  for (size_t j = 0; j < d; j++)
    c->z[j] = degenerate ? (double)cvx_rng_below (rng, 7) - 3
                         : cvx_rng_normal (rng);
  c->k = (struct cvx_cone){ c->x, d, c->bits, NULL, n };
}

/* z = p + q with q = -G'a: p in K, a >= 0, a_i g_i'p = 0, p'q = 0; that is
   necessary and sufficient.  All to TOL relative.  Returns the size of the
   terms, ||z|| + sum a_i ||g_i||.  */
static double
check_moreau (const struct cvx_cone *k, const double *z, const double *p,
              const struct cvx_cone_work *w, double tol)
{
  double nz = length (k->d, z), g, q[256], pq = 0, sum = 0;
  for (size_t i = 0; i < k->n; i++)
    {
      double t = slack (k, i, p, &g);
      ck_assert_msg (t >= -tol * g * nz, "row %zu: slack %g", i, t / g / nz);
    }
  for (size_t j = 0; j < k->d; j++)
    q[j] = z[j] - p[j];
  for (size_t m = 0; m < w->n_active; m++)
    {
      struct cvx_cone one = *k;
      double t;
      one.row = &w->active[m];
      t = slack (&one, 0, p, &g);
      ck_assert (w->mult[m] > 0);
      ck_assert_msg (fabs (t) <= tol * g * nz, "active row %zu off by %g", m,
                     t / g / nz);
      sum += w->mult[m] * g;
      for (size_t j = 0; j < k->d; j++)
        {
          uint32_t row = w->active[m];
          double s = k->bits[row / 64] >> (row % 64) & 1 ? 1 : -1;
          q[j] += w->mult[m] * s * k->x[row * k->d + j];
        }
    }
  ck_assert_msg (length (k->d, q) <= tol * (nz + sum),
                 "z - p + G'a = %g relative (d %zu, n %zu)",
                 length (k->d, q) / (nz + sum), k->d, k->n);
  for (size_t j = 0; j < k->d; j++)
    pq += p[j] * (z[j] - p[j]);
  ck_assert_msg (fabs (pq) <= tol * nz * nz, "p'q = %g", pq / nz / nz);
  return nz + sum;
}

static void
moreau (bool degenerate, uint64_t seed, int count, double tol)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, seed, 1);
  for (int t = 0; t < count; t++)
    {
      struct cvx_cone_work *w;
      double p[MAX_D], pp[MAX_D], norm, size;
      draw (&c, &rng, degenerate);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      norm = cvx_cone_project (&c.k, c.z, p, false, w);
      ck_assert (fabs (norm - length (c.k.d, p)) <= 1e-14 * norm);
      size = check_moreau (&c.k, c.z, p, w, tol);
      ck_assert (cvx_cone_bound (&c.k, c.z, w) >= norm);
      ck_assert (cvx_cone_bound (&c.k, c.z, w) <= norm + 2e-14 * size);
      /* Again: nothing moves.  */
      cvx_cone_project (&c.k, p, pp, false, w);
      for (size_t j = 0; j < c.k.d; j++)
        ck_assert (fabs (pp[j] - p[j]) <= tol * length (c.k.d, c.z));
      cvx_cone_work_free (w);
    }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}

START_TEST (moreau_holds_on_random_cones) { moreau (false, 1, 10000, 1e-14); }
END_TEST

START_TEST (moreau_holds_on_degenerate_cones)
{
  moreau (true, 2, 10000, 1e-14);
}
END_TEST

TEST_MAIN ("cone", moreau_holds_on_random_cones,
           moreau_holds_on_degenerate_cones)
