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

/* Make rows almost parallel or antiparallel to others, off by 1e-9 to
   1e-15.  */
static void
crowd (struct case_ *c, struct cvx_rng *rng)
{
  for (size_t i = 1; i < c->k.n; i++)
    if (cvx_rng_below (rng, 3) > 0)
      {
        size_t from = cvx_rng_below (rng, i), d = c->k.d;
        double off = pow (10, -9 - 6 * cvx_rng_uniform (rng));
        double sign = cvx_rng_below (rng, 2) == 0 ? 1 : -1;
        for (size_t j = 0; j < d; j++)
          c->x[i * d + j]
              = sign * c->x[from * d + j] + off * cvx_rng_normal (rng);
      }
}

enum kind
{
  RANDOM,
  DEGENERATE,
  CROWDED
};

static void
moreau (enum kind kind, uint64_t seed, int count, double tol)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, seed, 1);
  for (int t = 0; t < count; t++)
    {
      struct cvx_cone_work *w;
      double p[MAX_D], pp[MAX_D], norm, size;
      draw (&c, &rng, kind == DEGENERATE);
      if (kind == CROWDED)
        crowd (&c, &rng);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      norm = cvx_cone_project (&c.k, c.z, p, false, w);
      ck_assert (fabs (norm - length (c.k.d, p)) <= 1e-14 * norm);
      size = check_moreau (&c.k, c.z, p, w, tol);
      ck_assert (cvx_cone_bound (&c.k, c.z, w) >= norm);
      ck_assert (cvx_cone_bound (&c.k, c.z, w) <= norm + 2e-14 * size);
      /* Again: nothing moves.  (In a wedge of angle 1e-12 a violation of eps
         is far from the nearest point without.)  */
      cvx_cone_project (&c.k, p, pp, false, w);
      for (size_t j = 0; kind != CROWDED && j < c.k.d; j++)
        ck_assert (fabs (pp[j] - p[j]) <= tol * length (c.k.d, c.z));
      cvx_cone_work_free (w);
    }
  ck_assert_uint_eq (cvx_alloc_live (), 0);
}

START_TEST (moreau_holds_on_random_cones) { moreau (RANDOM, 1, 10000, 1e-14); }
END_TEST

START_TEST (moreau_holds_on_degenerate_cones)
{
  moreau (DEGENERATE, 2, 10000, 1e-14);
}
END_TEST

START_TEST (moreau_holds_on_crowded_cones)
{
  moreau (CROWDED, 10, 10000, 1e-14);
}
END_TEST

/* Against 1000 points of the cone, half of them close by.  Cones are convex:
   p plus a point of the cone is in it.  */
START_TEST (projection_is_the_nearest_point)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, 3, 1);
  for (int t = 0; t < 20; t++)
    {
      struct cvx_cone_work *w;
      double p[MAX_D], best = 0;
      draw (&c, &rng, t % 2 == 0);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      cvx_cone_project (&c.k, c.z, p, false, w);
      for (size_t j = 0; j < c.k.d; j++)
        best += (c.z[j] - p[j]) * (c.z[j] - p[j]);
      for (int s = 0; s < 1000; s++)
        {
          double u[MAX_D], off = 0, near = s % 2 == 0 ? 1 : 1e-3;
          for (size_t j = 0; j < c.k.d; j++)
            u[j] = cvx_rng_normal (&rng);
          cvx_cone_project (&c.k, u, u, false, w);
          for (size_t j = 0; j < c.k.d; j++)
            {
              u[j] = near * u[j] + (s % 2 == 0 ? 0 : p[j]);
              off += (c.z[j] - u[j]) * (c.z[j] - u[j]);
            }
          ck_assert (off >= best * (1 - 1e-14));
        }
      cvx_cone_work_free (w);
    }
}
END_TEST

/* Boyle and Dykstra (1986): cyclic projections onto the halfspaces with
   corrections converge to the projection.  */
START_TEST (agrees_with_dykstra)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, 4, 1);
  for (int t = 0; t < 60; t++)
    {
      static double fix[MAX_N][MAX_D];
      struct cvx_cone_work *w;
      double p[MAX_D], u[MAX_D], moved = 1;
      draw (&c, &rng, t % 2 == 0);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      cvx_cone_project (&c.k, c.z, p, false, w);
      memcpy (u, c.z, sizeof u);
      memset (fix, 0, sizeof fix);
      for (int round = 0; round < 20000 && moved > 1e-13; round++)
        {
          moved = 0;
          for (size_t i = 0; i < c.k.n; i++)
            {
              double g, step, s;
              for (size_t j = 0; j < c.k.d; j++)
                u[j] += fix[i][j];
              s = (c.bits[0] >> i & 1) != 0 ? 1 : -1;
              step = slack (&c.k, i, u, &g);
              step = step < 0 ? -step / (g * g) : 0;
              for (size_t j = 0; j < c.k.d; j++)
                {
                  double move = step * s * c.x[i * c.k.d + j];
                  u[j] += move;
                  moved = fmax (moved, fabs (fix[i][j] + move));
                  fix[i][j] = -move;
                }
            }
        }
      for (size_t j = 0; j < c.k.d; j++)
        ck_assert_msg (fabs (u[j] - p[j]) < 1e-4, "%g and %g", u[j], p[j]);
      cvx_cone_work_free (w);
    }
}
END_TEST

/* A start from the last active set gives the same point, for near and for
   far points and when the bits changed meanwhile.  */
START_TEST (warm_start_gives_the_same_point)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, 5, 1);
  for (int t = 0; t < 300; t++)
    {
      struct cvx_cone_work *warm, *cold;
      draw (&c, &rng, t % 2 == 0);
      ck_assert_ok (cvx_cone_work_new (&warm, c.k.d, c.k.n, &err), err);
      ck_assert_ok (cvx_cone_work_new (&cold, c.k.d, c.k.n, &err), err);
      for (int s = 0; s < 30; s++)
        {
          double p[MAX_D], q[MAX_D], size = s % 3 == 0 ? 1 : 1e-3;
          for (size_t j = 0; j < c.k.d; j++)
            c.z[j] += size * cvx_rng_normal (&rng);
          if (s % 10 == 9)
            c.bits[0] ^= (uint64_t)1 << cvx_rng_below (&rng, 25);
          cvx_cone_project (&c.k, c.z, p, true, warm);
          cvx_cone_project (&c.k, c.z, q, false, cold);
          check_moreau (&c.k, c.z, p, warm, 1e-14);
          for (size_t j = 0; j < c.k.d; j++)
            ck_assert (fabs (p[j] - q[j]) <= 2e-13 * length (c.k.d, c.z));
        }
      cvx_cone_work_free (warm);
      cvx_cone_work_free (cold);
    }
}
END_TEST

START_TEST (any_multipliers_give_an_upper_bound)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, 6, 1);
  for (int t = 0; t < 2000; t++)
    {
      struct cvx_cone_work *w, *any;
      double p[MAX_D], norm;
      draw (&c, &rng, t % 2 == 0);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      ck_assert_ok (cvx_cone_work_new (&any, c.k.d, c.k.n, &err), err);
      norm = cvx_cone_project (&c.k, c.z, p, false, w);
      ck_assert (cvx_cone_bound (&c.k, c.z, any) >= norm); /* none: ||z|| */
      for (size_t m = 0; m < w->n_active; m++)
        w->mult[m] *= 2 * cvx_rng_uniform (&rng);
      ck_assert (cvx_cone_bound (&c.k, c.z, w) >= norm);
      cvx_cone_work_free (w);
      cvx_cone_work_free (any);
    }
}
END_TEST

/* Powers of two change no digit: of z, and of all rows.  */
START_TEST (scaling_is_exact)
{
  struct cvx_error err;
  struct cvx_rng rng;
  struct case_ c;
  cvx_rng_init (&rng, 7, 1);
  for (int t = 0; t < 500; t++)
    {
      struct cvx_cone_work *w;
      double p[MAX_D], q[MAX_D], norm, other;
      draw (&c, &rng, t % 2 == 0);
      ck_assert_ok (cvx_cone_work_new (&w, c.k.d, c.k.n, &err), err);
      norm = cvx_cone_project (&c.k, c.z, p, false, w);
      for (size_t j = 0; j < c.k.d; j++)
        q[j] = c.z[j] * 0x1p-900;
      other = cvx_cone_project (&c.k, q, q, false, w);
      ck_assert (other == norm * 0x1p-900);
      for (size_t i = 0; i < c.k.n * c.k.d; i++)
        c.x[i] *= 0x1p300;
      other = cvx_cone_project (&c.k, c.z, c.z, false, w);
      ck_assert (other == norm);
      for (size_t j = 0; j < c.k.d; j++)
        {
          ck_assert (q[j] == p[j] * 0x1p-900);
          ck_assert (c.z[j] == p[j]); /* in place */
        }
      cvx_cone_work_free (w);
    }
}
END_TEST

/* Listed rows of a large matrix are the cone of those rows alone, and the
   multipliers carry the numbers of the matrix.  */
START_TEST (row_lists_name_rows_of_the_matrix)
{
  enum
  {
    D = 4,
    N = 50
  };
  static const uint32_t row[] = { 41, 3, 17, 30, 8, 22 };
  double x[N * D], few[6 * D], z[D], p[D], q[D];
  uint64_t bits, few_bits = 0;
  struct cvx_cone_work *w, *v;
  struct cvx_error err;
  struct cvx_rng rng;
  size_t seen = 0;
  cvx_rng_init (&rng, 8, 1);
  ck_assert_ok (cvx_cone_work_new (&w, D, 6, &err), err);
  ck_assert_ok (cvx_cone_work_new (&v, D, 6, &err), err);
  for (int t = 0; t < 100; t++)
    {
      struct cvx_cone listed = { x, D, &bits, row, 6 };
      struct cvx_cone alone = { few, D, &few_bits, NULL, 6 };
      bits = cvx_rng_u64 (&rng);
      few_bits = 0;
      for (size_t i = 0; i < N * D; i++)
        x[i] = cvx_rng_normal (&rng);
      for (size_t i = 0; i < D; i++)
        z[i] = cvx_rng_normal (&rng);
      for (size_t i = 0; i < 6; i++)
        {
          memcpy (few + i * D, x + row[i] * D, D * sizeof *x);
          few_bits |= (bits >> row[i] & 1) << i;
        }
      cvx_cone_project (&listed, z, p, t % 2 == 1, w);
      cvx_cone_project (&alone, z, q, false, v);
      for (size_t i = 0; i < D; i++)
        ck_assert (fabs (p[i] - q[i]) < 1e-13);
      ck_assert_uint_eq (w->n_active, v->n_active);
      for (size_t m = 0; m < w->n_active; m++)
        for (size_t i = 0; i < 6; i++)
          seen += w->active[m] == row[i];
      check_moreau (&listed, z, p, w, 1e-14);
    }
  ck_assert_uint_gt (seen, 100);
  cvx_cone_work_free (w);
  cvx_cone_work_free (v);
}
END_TEST

START_TEST (large_cones_hold_the_laws_too)
{
  /* From 32 rows for each dimension on there is a list of the worst.  */
  static const size_t sizes[][2]
      = { { 50, 400 },  { 120, 300 }, { 200, 150 },
          { 32, 3000 }, { 40, 5000 }, { 33, 4000 } };
  for (size_t q = 0; q < sizeof sizes / sizeof *sizes; q++)
    {
      size_t d = sizes[q][0], n = sizes[q][1];
      double *x = cvx_alloc (n * d, sizeof *x);
      double *z = cvx_alloc (2 * d, sizeof *z), *p = z + d;
      uint64_t bits[80] = { 0 };
      struct cvx_cone k = { x, d, bits, NULL, n };
      struct cvx_cone_work *w;
      struct cvx_error err;
      struct cvx_rng rng;
      size_t made;
      cvx_rng_init (&rng, 9, q);
      for (size_t i = 0; i < n * d; i++)
        x[i] = cvx_rng_normal (&rng);
      /* Rows that come four times, and rows of zeros.  */
      for (size_t i = 0; q == 5 && i < n; i++)
        if (i % 7 == 0)
          memset (x + i * d, 0, d * sizeof *x);
        else if (i % 4 != 0)
          memcpy (x + i * d, x + i / 4 * 4 * d, d * sizeof *x);
      for (size_t i = 0; i < d; i++)
        z[i] = cvx_rng_normal (&rng);
      for (size_t i = 0; i < n; i++) /* e_1 is in the cone */
        bits[i / 64] |= (uint64_t)(x[i * d] >= 0) << (i % 64);
      ck_assert_ok (cvx_cone_work_new (&w, d, n, &err), err);
      made = cvx_alloc_count ();
      cvx_cone_project (&k, z, p, false, w);
      ck_assert_uint_gt (w->n_active, 10);
      check_moreau (&k, z, p, w, 1e-14);
      z[1] += 0.1;
      cvx_cone_project (&k, z, p, true, w);
      check_moreau (&k, z, p, w, 1e-14);
      ck_assert_uint_eq (cvx_alloc_count (), made);
      cvx_cone_work_free (w);
      cvx_free (x);
      cvx_free (z);
    }
}
END_TEST

START_TEST (odd_input_is_survived)
{
  double x[4] = { 1, 0, 0, 1 }, z[2] = { NAN, 1 }, p[2], zero[2] = { 0, 0 };
  uint64_t bits = 3;
  struct cvx_cone k = { x, 2, &bits, NULL, 2 };
  struct cvx_cone_work *w;
  struct cvx_error err;
  ck_assert_ok (cvx_cone_work_new (&w, 2, 2, &err), err);
  ck_assert (isnan (cvx_cone_project (&k, z, p, false, w)));
  ck_assert (isnan (p[0]));
  ck_assert (cvx_cone_project (&k, zero, p, true, w) == 0);
  z[0] = -3;
  z[1] = 5;
  k.n = 0; /* no rows: the whole space */
  ck_assert (cvx_cone_project (&k, z, p, true, w) == sqrt (34.0));
  ck_assert (p[0] == -3 && p[1] == 5);
  cvx_cone_work_free (w);
  for (size_t f = 1;; f++)
    {
      enum cvx_status status;
      cvx_alloc_fail_at (f, false);
      status = cvx_cone_work_new (&w, 3, 5, &err);
      cvx_alloc_fail_at (0, false);
      if (status == CVX_OK)
        break;
      ck_assert_int_eq (status, CVX_NOMEM);
      ck_assert_uint_eq (cvx_alloc_live (), 0);
    }
  cvx_cone_work_free (w);
  cvx_cone_work_free (NULL);
}
END_TEST

TEST_MAIN ("cone", moreau_holds_on_random_cones,
           moreau_holds_on_degenerate_cones, moreau_holds_on_crowded_cones,
           projection_is_the_nearest_point, agrees_with_dykstra,
           warm_start_gives_the_same_point,
           any_multipliers_give_an_upper_bound, scaling_is_exact,
           row_lists_name_rows_of_the_matrix, large_cones_hold_the_laws_too,
           odd_input_is_survived)
