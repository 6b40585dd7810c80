/* lines.c -- from a data matrix to distinct lines.

   The arrangement {x_i'u = 0} does not change when rows are scaled, when
   (anti)parallel rows are merged, or under u = M z with M of full column rank
   on the row space.  With the unit rows A = U S V' we take z = Q'S V'u for a
   random orthogonal Q, so that line i is the i-th row of U Q: well spread
   whatever the scale of the features, and with no axis in special position.

   Whether rows are dependent decides which cells exist.  Data that are decimal
   numbers (integers above all) are integers after scaling the columns by
   powers of ten; their dependence is decided by elimination modulo the prime
   2^61 - 1, which calls no independent set dependent except when a non-zero
   minor is divisible by the prime.  For other data a set within `tie' of
   dependence counts as dependent.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/lines.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "arrangement/modular.h"
#include "base/alloc.h"
#include "base/rng.h"

/* Rows whose directions differ by less than this are one line; singular
   values below RANK_TOL of the largest are zero.  */
static const double SAME = 1e-12, RANK_TOL = 1e-10;

enum
{
  MAX_DECIMALS = 9,
  SKETCH_EXTRA = 64,
  SKETCH_TIMES = 8
};

static const uint64_t SEED = 0x6c696e6573;

void
cvxi_lines_free (struct cvxi_lines *lines)
{
  if (lines == NULL)
    return;
  cvx_free (lines->line);
  cvx_free (lines->sign);
  cvx_free (lines->first);
  cvx_free (lines->y);
  cvx_free (lines->map);
  cvx_free (lines->toggle_start);
  cvx_free (lines->toggle);
  cvx_free (lines->base);
  cvx_free (lines->moving);
  cvx_free (lines->exact);
  cvx_free (lines->parent);
  cvx_free (lines);
}

/* ---- Grouping rows. ---- */

__extension__ typedef __int128 int128;

struct rows
{
  const double *x;
  size_t n, d;
  double *column; /* largest absolute value; 0: the column is ignored */
  double *norm;   /* n: of the row with scaled columns; 0: zero row */
  double *peak;   /* n: largest entry of that row */
  double *key;    /* n: |row . generic| */
  signed char *side;
  bool decimal; /* power[c] x[i,c] are integers below 2^53 */
  double *power;
};

static void
rows_free (struct rows *rows)
{
  cvx_free (rows->column);
  cvx_free (rows->norm);
  cvx_free (rows->peak);
  cvx_free (rows->key);
  cvx_free (rows->side);
  cvx_free (rows->power);
  memset (rows, 0, sizeof *rows);
}

/* Entry of the unit row.  */
static double
entry (const struct rows *rows, size_t i, size_t c)
{
  if (rows->column[c] == 0)
    return 0;
  return rows->x[i * rows->d + c] / rows->column[c] / rows->peak[i]
         / rows->norm[i];
}

static bool
is_decimal (const double *x, size_t n, size_t stride, double power)
{
  for (size_t i = 0; i < n; i++)
    {
      double q = nearbyint (x[i * stride] * power);
      if (!(fabs (q) < 0x1p53) || q / power != x[i * stride])
        return false;
    }
  return true;
}

static void
find_decimals (struct rows *rows)
{
  rows->decimal = true;
  for (size_t c = 0; c < rows->d && rows->decimal; c++)
    {
      double power = 1;
      int k = 0;
      while (k <= MAX_DECIMALS
             && !is_decimal (rows->x + c, rows->n, rows->d, power))
        {
          k++;
          power *= 10;
        }
      rows->power[c] = power;
      rows->decimal = k <= MAX_DECIMALS;
    }
}

static enum cvx_status
rows_new (struct rows *rows, const double *x, size_t n, size_t d,
          struct cvx_error *err)
{
  struct cvx_rng rng;
  double *generic;
  memset (rows, 0, sizeof *rows);
  rows->x = x;
  rows->n = n;
  rows->d = d;
  rows->column = cvx_calloc (d, sizeof *rows->column);
  rows->norm = cvx_calloc (n, sizeof *rows->norm);
  rows->peak = cvx_calloc (n, sizeof *rows->peak);
  rows->key = cvx_calloc (n, sizeof *rows->key);
  rows->side = cvx_calloc (n, sizeof *rows->side);
  rows->power = cvx_calloc (d, sizeof *rows->power);
  generic = cvx_alloc (d, sizeof *generic);
  if (rows->column == NULL || rows->norm == NULL || rows->peak == NULL
      || rows->key == NULL || rows->side == NULL || rows->power == NULL
      || generic == NULL)
    {
      cvx_free (generic);
      rows_free (rows);
      return cvx_fail_nomem (err, "looking at the rows");
    }
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < d; c++)
      {
        double v = fabs (x[i * d + c]);
        if (!isfinite (v))
          {
            cvx_free (generic);
            rows_free (rows);
            return cvx_fail (err, CVX_E311,
                             "row %zu, column %zu of X is not a finite number",
                             i + 1, c + 1);
          }
        rows->column[c] = fmax (rows->column[c], v);
      }
  cvx_rng_init (&rng, SEED, CVX_STREAM_GATES - 1);
  for (size_t c = 0; c < d; c++)
    {
      generic[c] = cvx_rng_normal (&rng);
      if (rows->column[c] < 16 * DBL_MIN)
        rows->column[c] = 0;
    }
  for (size_t i = 0; i < n; i++)
    {
      double peak = 0, sum = 0, dot = 0;
      for (size_t c = 0; c < d; c++)
        if (rows->column[c] > 0)
          peak = fmax (peak, fabs (x[i * d + c]) / rows->column[c]);
      if (peak < 16 * DBL_MIN)
        continue;
      for (size_t c = 0; c < d; c++)
        if (rows->column[c] > 0)
          {
            double v = x[i * d + c] / rows->column[c] / peak;
            sum += v * v;
            dot += v * generic[c];
          }
      rows->peak[i] = peak;
      rows->norm[i] = sqrt (sum);
      rows->key[i] = fabs (dot) / rows->norm[i];
      rows->side[i] = dot < 0 ? -1 : 1;
    }
  find_decimals (rows);
  cvx_free (generic);
  return CVX_OK;
}

/* 1 when rows I and J are parallel, -1 when antiparallel, else 0.  */
static int
parallel (const struct rows *rows, size_t i, size_t j)
{
  int sign = rows->side[i] * rows->side[j];
  size_t d = rows->d, pivot = SIZE_MAX;
  for (size_t c = 0; c < d; c++)
    {
      double a = entry (rows, i, c), b = entry (rows, j, c);
      if (fabs (a - sign * b) > (rows->decimal ? 1e-9 : SAME))
        return 0;
      if (pivot == SIZE_MAX && rows->x[i * d + c] != 0)
        pivot = c;
    }
  if (rows->decimal)
    {
      const double *a = rows->x + i * d, *b = rows->x + j * d;
      int128 ap = (int64_t)nearbyint (a[pivot] * rows->power[pivot]);
      int128 bp = (int64_t)nearbyint (b[pivot] * rows->power[pivot]);
      for (size_t c = 0; c < d; c++)
        if (ap * (int64_t)nearbyint (b[c] * rows->power[c])
            != bp * (int64_t)nearbyint (a[c] * rows->power[c]))
          return 0;
    }
  return sign;
}

int
cvxi_compare_keyed (const void *a, const void *b)
{
  const struct cvxi_keyed *p = a, *q = b;
  if (p->key != q->key)
    return p->key < q->key ? -1 : 1;
  return (p->row > q->row) - (p->row < q->row);
}

/* Merge rows into lines, numbered by their smallest row.  */
static enum cvx_status
group_rows (struct cvxi_lines *lines, const struct rows *rows,
            struct cvx_error *err)
{
  size_t n = rows->n, n_keyed = 0;
  struct cvxi_keyed *keyed = cvx_alloc (n, sizeof *keyed);
  size_t *leader = cvx_alloc (n, sizeof *leader);
  lines->line = cvx_alloc (n, sizeof *lines->line);
  lines->sign = cvx_calloc (n, sizeof *lines->sign);
  if (keyed == NULL || leader == NULL || lines->line == NULL
      || lines->sign == NULL)
    {
      cvx_free (keyed);
      cvx_free (leader);
      return cvx_fail_nomem (err, "merging parallel rows");
    }
  for (size_t i = 0; i < n; i++)
    {
      leader[i] = i;
      if (rows->norm[i] > 0)
        keyed[n_keyed++] = (struct cvxi_keyed){ rows->key[i], i };
    }
  qsort (keyed, n_keyed, sizeof *keyed, cvxi_compare_keyed);
  for (size_t k = 0, heads = 0; k < n_keyed; k++)
    {
      size_t h = heads;
      double key = keyed[k].key;
      while (h > 0 && key - keyed[h - 1].key < 1e-8
             && !parallel (rows, keyed[h - 1].row, keyed[k].row))
        h--;
      if (h > 0 && key - keyed[h - 1].key < 1e-8)
        leader[keyed[k].row] = keyed[h - 1].row;
      else
        keyed[heads++] = keyed[k]; /* heads <= k: overwrites only the past */
    }
  /* The leader by key need not be the smallest row.  */
  for (size_t i = 0; i < n; i++)
    lines->line[i] = SIZE_MAX;
  lines->n_lines = 0;
  for (size_t i = 0; i < n; i++)
    if (rows->norm[i] > 0)
      {
        size_t *l = &lines->line[leader[i]];
        if (*l == SIZE_MAX)
          *l = lines->n_lines++;
        lines->line[i] = *l;
      }
  lines->first = cvx_alloc (lines->n_lines, sizeof *lines->first);
  if (lines->first == NULL)
    {
      cvx_free (keyed);
      cvx_free (leader);
      return cvx_fail_nomem (err, "merging parallel rows");
    }
  for (size_t i = n; i-- > 0;)
    if (lines->line[i] != SIZE_MAX)
      lines->first[lines->line[i]] = i;
  for (size_t i = 0; i < n; i++)
    if (lines->line[i] != SIZE_MAX)
      lines->sign[i]
          = (signed char)(rows->side[i]
                          * rows->side[lines->first[lines->line[i]]]);
  cvx_free (keyed);
  cvx_free (leader);
  return CVX_OK;
}

enum cvx_status
cvxi_lines_toggles (struct cvxi_lines *lines, struct cvx_error *err)
{
  size_t m = lines->n_lines, *end;
  lines->n_words = (lines->n + 63) / 64;
  lines->base = cvx_calloc (lines->n_words, sizeof *lines->base);
  lines->moving = cvx_calloc (lines->n_words, sizeof *lines->moving);
  lines->toggle_start = cvx_calloc (m + 1, sizeof *lines->toggle_start);
  lines->toggle = cvx_alloc (lines->n, sizeof *lines->toggle);
  end = cvx_alloc (m, sizeof *end);
  if (lines->base == NULL || lines->moving == NULL
      || lines->toggle_start == NULL || lines->toggle == NULL || end == NULL)
    {
      cvx_free (end);
      return cvx_fail_nomem (err, "merging parallel rows");
    }
  for (size_t i = 0; i < lines->n; i++)
    {
      uint64_t bit = (uint64_t)1 << (i % 64);
      if (lines->sign[i] >= 0)
        lines->base[i / 64] |= bit;
      if (lines->line[i] != SIZE_MAX)
        {
          lines->moving[i / 64] |= bit;
          lines->toggle_start[lines->line[i] + 1]++;
        }
    }
  for (size_t l = 0; l < m; l++)
    {
      lines->toggle_start[l + 1] += lines->toggle_start[l];
      end[l] = lines->toggle_start[l];
    }
  for (size_t i = 0; i < lines->n; i++)
    if (lines->line[i] != SIZE_MAX)
      {
        size_t l = lines->line[i];
        struct cvxi_toggle *t = &lines->toggle[end[l]];
        uint64_t bit = (uint64_t)1 << (i % 64);
        if (end[l] > lines->toggle_start[l] && t[-1].word == i / 64)
          t[-1].mask |= bit;
        else
          {
            t->word = i / 64;
            t->mask = bit;
            end[l]++;
          }
      }
  /* Close the gaps that joined words left.  */
  for (size_t l = 0, to = 0; l < m; l++)
    {
      size_t from = lines->toggle_start[l];
      lines->toggle_start[l] = to;
      for (; from < end[l]; from++)
        lines->toggle[to++] = lines->toggle[from];
      if (l + 1 == m)
        lines->toggle_start[m] = to;
    }
  cvx_free (end);
  return CVX_OK;
}

/* Rank of the lines' rows, by a pivoted QR factorisation of the rows, or of
   random combinations of them when there are many: every row is added, with
   random weights, to a few of the d + 64 combinations.  */
static enum cvx_status
find_rank (struct cvxi_lines *lines, const struct rows *rows,
           struct cvx_error *err)
{
  size_t d = rows->d, m = lines->n_lines, k = m;
  bool sketch = m > d + SKETCH_EXTRA;
  double *a, *tau, *unit;
  lapack_int *pivot;
  enum cvx_status status = CVX_OK;
  struct cvx_rng rng;
  lines->rank = 0;
  if (m == 0 || d == 0)
    return CVX_OK;
  if (sketch)
    k = d + SKETCH_EXTRA;
  a = cvx_calloc (k, d * sizeof *a);
  tau = cvx_alloc (k < d ? k : d, sizeof *tau);
  pivot = cvx_calloc (d, sizeof *pivot);
  unit = cvx_alloc (d, sizeof *unit);
  if (a == NULL || tau == NULL || pivot == NULL || unit == NULL)
    {
      status = cvx_fail_nomem (err, "finding the rank");
      goto end;
    }
  cvx_rng_init (&rng, SEED, CVX_STREAM_GATES - 2);
  for (size_t l = 0; l < m; l++)
    {
      for (size_t c = 0; c < d; c++)
        unit[c] = entry (rows, lines->first[l], c);
      for (int t = 0; t < (sketch ? SKETCH_TIMES : 1); t++)
        {
          size_t to = sketch ? (size_t)cvx_rng_below (&rng, k) : l;
          double weight = sketch ? cvx_rng_normal (&rng) : 1;
          cblas_daxpy ((blasint)d, weight, unit, 1, a + to * d, 1);
        }
    }
  if (LAPACKE_dgeqp3 (LAPACK_ROW_MAJOR, (lapack_int)k, (lapack_int)d, a,
                      (lapack_int)d, pivot, tau)
      != 0)
    {
      status = cvx_fail_nomem (err, "finding the rank");
      goto end;
    }
  while (lines->rank < k && lines->rank < d
         && fabs (a[lines->rank * d + lines->rank]) > RANK_TOL * fabs (a[0]))
    lines->rank++;
end:
  cvx_free (a);
  cvx_free (tau);
  cvx_free (pivot);
  cvx_free (unit);
  return status;
}

enum cvx_status
cvxi_lines_group (struct cvxi_lines **out, const double *x, size_t n, size_t d,
                  struct cvx_error *err)
{
  struct rows rows;
  struct cvxi_lines *lines = cvx_calloc (1, sizeof *lines);
  enum cvx_status status;
  *out = NULL;
  if (lines == NULL)
    return cvx_fail_nomem (err, "merging parallel rows");
  lines->n = n;
  lines->d = d;
  lines->fixed = SIZE_MAX;
  status = rows_new (&rows, x, n, d, err);
  if (status != CVX_OK)
    {
      cvx_free (lines);
      return status;
    }
  status = group_rows (lines, &rows, err);
  if (status == CVX_OK)
    status = cvxi_lines_toggles (lines, err);
  if (status == CVX_OK)
    status = find_rank (lines, &rows, err);
  rows_free (&rows);
  if (status != CVX_OK)
    cvxi_lines_free (lines);
  else
    *out = lines;
  return status;
}

/* ---- Coordinates. ---- */

/* A random orthogonal matrix, r x r, row after row.  */
static enum cvx_status
random_rotation (double *q, size_t r, struct cvx_error *err)
{
  struct cvx_rng rng;
  cvx_rng_init (&rng, SEED, CVX_STREAM_GATES - 3);
  for (size_t i = 0; i < r; i++)
    {
      double *v = q + i * r, norm = 0;
      for (size_t c = 0; c < r; c++)
        v[c] = cvx_rng_normal (&rng);
      for (size_t twice = 0; twice < 2; twice++)
        for (size_t j = 0; j < i; j++)
          {
            double s = cblas_ddot ((blasint)r, v, 1, q + j * r, 1);
            cblas_daxpy ((blasint)r, -s, q + j * r, 1, v, 1);
          }
      norm = cblas_dnrm2 ((blasint)r, v, 1);
      if (norm < 1e-8)
        return cvx_fail (err, CVX_E903, "random rotation is singular");
      cblas_dscal ((blasint)r, 1 / norm, v, 1);
    }
  return CVX_OK;
}

/* Fill `exact' when the data are decimal: an injective choice of columns of
   the rows modulo P.  */
static enum cvx_status
make_exact (struct cvxi_lines *lines, const struct rows *rows,
            struct cvx_error *err)
{
  size_t r = lines->rank, d = lines->d, found = 0;
  uint64_t *basis, *v;
  size_t *pivot;
  enum cvx_status status = CVX_OK;
  if (!rows->decimal)
    return CVX_OK;
  basis = cvx_alloc (r + 1, d * sizeof *basis);
  pivot = cvx_alloc (r + 1, sizeof *pivot);
  lines->exact = cvx_alloc (lines->n_lines, r * sizeof *lines->exact);
  if (basis == NULL || pivot == NULL || lines->exact == NULL)
    {
      status = cvx_fail_nomem (err, "exact arithmetic");
      goto end;
    }
  for (size_t l = 0; l < lines->n_lines && found <= r; l++)
    {
      v = basis + found * d;
      for (size_t c = 0; c < d; c++)
        v[c] = cvxi_to_mod (
            nearbyint (rows->x[lines->first[l] * d + c] * rows->power[c]));
      pivot[found] = cvxi_reduce_mod (v, basis, pivot, found, d);
      found += pivot[found] < d;
    }
  if (found != r)
    { /* beyond what doubles resolve: fall back to the tolerance */
      cvx_free (lines->exact);
      lines->exact = NULL;
      goto end;
    }
  for (size_t l = 0; l < lines->n_lines; l++)
    for (size_t k = 0; k < r; k++)
      {
        size_t c = pivot[k];
        lines->exact[l * r + k] = cvxi_to_mod (
            nearbyint (rows->x[lines->first[l] * d + c] * rows->power[c]));
      }
end:
  cvx_free (basis);
  cvx_free (pivot);
  return status;
}

enum cvx_status
cvxi_lines_coordinates (struct cvxi_lines *lines, const double *x,
                        struct cvx_error *err)
{
  size_t m = lines->n_lines, d = lines->d, r = lines->rank;
  size_t k = m < d ? m : d;
  struct rows rows;
  double *a = NULL, *u = NULL, *s = NULL, *vt = NULL, *q = NULL;
  enum cvx_status status;
  if (r > CVXI_MAX_RANK)
    return cvx_fail (err, CVX_E310,
                     "exact enumeration of rank %zu is out of reach", r);
  status = rows_new (&rows, x, lines->n, d, err);
  if (status != CVX_OK || r == 0)
    goto end;
  lines->ld = (m + 7) / 8 * 8;
  lines->y = cvx_calloc (r, lines->ld * sizeof *lines->y);
  lines->map = cvx_calloc (d, r * sizeof *lines->map);
  a = cvx_alloc (m, d * sizeof *a);
  u = cvx_alloc (m, k * sizeof *u);
  s = cvx_alloc (k, sizeof *s);
  vt = cvx_alloc (k, d * sizeof *vt);
  q = cvx_alloc (r, r * sizeof *q);
  if (lines->y == NULL || lines->map == NULL || a == NULL || u == NULL
      || s == NULL || vt == NULL || q == NULL)
    {
      status = cvx_fail_nomem (err, "reducing the rank");
      goto end;
    }
  for (size_t l = 0; l < m; l++)
    for (size_t c = 0; c < d; c++)
      a[l * d + c] = entry (&rows, lines->first[l], c);
  status = random_rotation (q, r, err);
  if (status == CVX_OK
      && LAPACKE_dgesdd (LAPACK_ROW_MAJOR, 'S', (lapack_int)m, (lapack_int)d,
                         a, (lapack_int)d, s, u, (lapack_int)k, vt,
                         (lapack_int)d)
             != 0)
    status = cvx_fail_nomem (err, "reducing the rank");
  if (status != CVX_OK)
    goto end;
  for (size_t l = 0; l < m; l++)
    {
      double norm = cblas_dnrm2 ((blasint)r, u + l * k, 1);
      for (size_t c = 0; c < r; c++)
        lines->y[c * lines->ld + l]
            = cblas_ddot ((blasint)r, u + l * k, 1, q + c, (blasint)r) / norm;
    }
  for (size_t c = 0; c < d; c++)
    for (size_t t = 0; t < r && rows.column[c] > 0; t++)
      {
        double v = 0;
        for (size_t j = 0; j < r; j++)
          v += vt[j * d + c] / s[j] * q[j * r + t];
        lines->map[c * r + t] = v / rows.column[c];
      }
  lines->tie = fmax (SAME, 100 * DBL_EPSILON * s[0] / s[r - 1]);
  lines->near = fmax (1e-8, 10 * lines->tie);
  lines->x = x;
  status = make_exact (lines, &rows, err);
end:
  cvx_free (a);
  cvx_free (u);
  cvx_free (s);
  cvx_free (vt);
  cvx_free (q);
  rows_free (&rows);
  return status;
}
