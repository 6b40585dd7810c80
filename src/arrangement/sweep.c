/* sweep.c -- output-sensitive enumeration of chambers without hashing.

   Let A be m lines of rank r in R^r whose axes are in general position to it
   (lines.h), V_k the span of the first k axes and g_k the k-th coordinate.  A
   chamber C meets V_k for k from some smallest k on; there it does not meet
   {g_k = 0} = V_(k-1), so the restricted cone is pointed and +-g_k > 0 on it:

     chambers of A, one of each pair  <->  union over k = 1 .. r of
       Pointed (A | V_k, g_k) = { chambers with h = g_k > 0 on closure \ 0 }.

   Pointed (B, h), B of rank q in R^q: take one line z of B (the last) as the
   line at infinity, that is look at the affine space {x_z'u = 1}.  With s the
   sign on z, s C lies there; it is bounded below in s h, with a single lowest
   vertex w, and s = sign (h'w).  Locally at w the cell is a chamber of the
   lines Z through w, pointed for s h on {x_z'u = 0}: the same problem with
   rank q - 1.  So

     Pointed (B, h) = union over vertices w of s (signs at w outside Z,
                      Pointed (Z | x_z = 0, s h) on Z, + on z),   s = sign h'w.

   A vertex with |Z| = q - 1 has exactly one such cell: s h = sum c_i x_i on
   {x_z'u = 0}, and the signs are those of the c_i.  This is lowest vertex
   enumeration (Avis and Fukuda 1996 survey the idea) with the unbounded cells
   handled by generic restriction instead of at infinity; in general position
   it gives sum_k C(m-1, k-1), which is half of 2 sum_(k<r) C(m-1, k).

   Vertices are visited along lines: for q - 2 independent lines T the plane
   {x_T'u = 0} is cut by the others in points w(t) = p + t e, which are sorted;
   walking along, one sign changes at a time.  A vertex is taken only from the
   T for which T and one more element is the lexicographically smallest basis
   of Z.  A T costs O(m q^2 + m log m), a cell the copy of its bits.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/sweep.h"

#include <math.h>
#include <string.h>

#include "arrangement/combos.h"

#ifdef __clang__
/* Below -O2 it leaves `omp simd' loops as they are, and says so.  */
#  pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* ---- Vectors. ---- */

static double
dot (const double *a, const double *b, size_t q)
{
  double s = 0;
  for (size_t c = 0; c < q; c++)
    s += a[c] * b[c];
  return s;
}

/* OUT = sum_c COEF[c] COL[c].  */
static void
combine (double *restrict out, const double *restrict col, size_t ld,
         const double *coef, size_t q, size_t z)
{
  size_t c = 0;
  if (q >= 3)
    {
      const double a0 = coef[0], a1 = coef[1], a2 = coef[2];
#pragma omp simd
      for (size_t l = 0; l < z; l++)
        out[l] = a0 * col[l] + a1 * col[ld + l] + a2 * col[2 * ld + l];
      c = 3;
    }
  else
    {
      const double a0 = coef[0];
#pragma omp simd
      for (size_t l = 0; l < z; l++)
        out[l] = a0 * col[l];
      c = 1;
    }
  for (; c < q; c++)
    {
      const double a = coef[c], *x = col + c * ld;
#pragma omp simd
      for (size_t l = 0; l < z; l++)
        out[l] += a * x[l];
    }
}

/* Append X as vector number K to the chain: b[K] is its unit part orthogonal
   to those before, w the dual basis of the K + 1 vectors in their span.
   Returns the length of that part; nothing is appended when it is zero.  */
static double
append (struct cvxi_level *v, size_t k, const double *x)
{
  size_t q = v->q;
  double *b = v->b + k * q, *w = v->w + k * q * q;
  double norm;
  memcpy (b, x, q * sizeof *b);
  for (int twice = 0; twice < 2; twice++)
    for (size_t a = 0; a < k; a++)
      {
        double s = dot (b, v->b + a * q, q);
        for (size_t c = 0; c < q; c++)
          b[c] -= s * v->b[a * q + c];
      }
  norm = sqrt (dot (b, b, q));
  if (!(norm > 0))
    return 0;
  for (size_t c = 0; c < q; c++)
    {
      b[c] /= norm;
      w[k * q + c] = b[c] / norm;
    }
  for (size_t a = 0; a < k; a++)
    {
      const double *before = v->w + (k - 1) * q * q + a * q;
      double s = dot (x, before, q);
      for (size_t c = 0; c < q; c++)
        w[a * q + c] = before[c] - s * w[k * q + c];
    }
  return norm;
}

static void
row_of (double *x, const struct cvxi_level *v, size_t l)
{
  for (size_t c = 0; c < v->q; c++)
    x[c] = v->col[c * v->ld + l];
}

/* Are lines T[0 .. n-1] and EXTRA (SIZE_MAX: none) and MORE dependent, on the
   space at infinity of the levels before?  */
static bool
dependent (const struct cvxi_worker *k, const struct cvxi_level *v, size_t n,
           size_t extra, size_t more)
{
  size_t set[130], count = 0;
  for (size_t i = 0; i < v->n_above; i++)
    set[count++] = v->above[i];
  for (size_t i = 0; i < n; i++)
    set[count++] = v->id[v->t[i]];
  if (extra != SIZE_MAX)
    set[count++] = v->id[extra];
  if (more != SIZE_MAX)
    set[count++] = v->id[more];
  return cvxi_lines_dependent (k->lines, set, count);
}

static void
toggle (const struct cvxi_lines *lines, uint64_t *bits, size_t l)
{
  for (size_t i = lines->toggle_start[l]; i < lines->toggle_start[l + 1]; i++)
    bits[lines->toggle[i].word] ^= lines->toggle[i].mask;
}

/* ---- Output. ---- */

/* The wide vector units where they are; chosen when the program starts.  */
#if defined __x86_64__ && defined __GLIBC__ && !defined __SANITIZE_ADDRESS__  \
    && !defined __SANITIZE_THREAD__
#  define WIDE __attribute__ ((target_clones ("avx2", "default")))
#else
#  define WIDE
#endif

/* Four numbers at a time, in C as GCC and Clang extend it: neither turns a
   maximum of doubles into vector code by itself without being told that there
   are no NaNs.  */
typedef double vector __attribute__ ((vector_size (32)));
typedef int64_t vector_mask __attribute__ ((vector_size (32)));

enum
{
  LANES = 4
};

/* See half_way; inlined with a constant N, the loops over c unroll.  */
static inline __attribute__ ((always_inline)) double
half_way_n (const double *alpha, const double *beta, const double *y,
            size_t ld, size_t z, double t, double reach, const double *s,
            size_t n, double far)
{
  vector most = { far, far, far, far };
  double best = far;
  size_t l = 0;
  for (; l + LANES <= z; l += LANES)
    {
      vector a, b, g;
      vector_mask more;
      memcpy (&a, alpha + l, sizeof a);
      memcpy (&b, beta + l, sizeof b);
      g = -reach * a;
      for (size_t c = 0; c < n; c++)
        {
          vector yc;
          memcpy (&yc, y + c * ld + l, sizeof yc);
          g -= s[c] * yc;
        }
      g /= b + t * a;
      more = g > most;
      most = (vector)(((vector_mask)g & more) | ((vector_mask)most & ~more));
    }
  for (; l < z; l++)
    {
      double g = -reach * alpha[l];
      for (size_t c = 0; c < n; c++)
        g -= s[c] * y[c * ld + l];
      best = fmax (best, g / (beta[l] + t * alpha[l]));
    }
  for (int i = 0; i < LANES; i++)
    best = fmax (best, most[i]);
  return 0.5 / best;
}

/* How far to go from the vertex with values BETA + T ALPHA in a direction with
   values REACH ALPHA + sum_i S[i] Y_i: half the way to the first wall, or half
   of 1 / FAR when that is nearer.  Lines without a say have ALPHA = Y_i = 0.
   Y has N columns of LD numbers.  */
WIDE static double
half_way (const double *alpha, const double *beta, const double *y, size_t ld,
          size_t z, double t, double reach, const double *s, size_t n,
          double far)
{
  switch (n)
    {
    case 1:
      return half_way_n (alpha, beta, y, ld, z, t, reach, s, 1, far);
    case 2:
      return half_way_n (alpha, beta, y, ld, z, t, reach, s, 2, far);
    case 3:
      return half_way_n (alpha, beta, y, ld, z, t, reach, s, 3, far);
    default:
      return half_way_n (alpha, beta, y, ld, z, t, reach, s, n, far);
    }
}

/* Smallest distance of the point in `inside' from a line, to its length.  */
static double
margin_inside (const struct cvxi_level *v)
{
  double least = INFINITY;
  for (size_t l = 0; l < v->z; l++)
    {
      double f = 0;
      for (size_t c = 0; c < v->q; c++)
        f += v->col[c * v->ld + l] * v->inside[c];
      least = fmin (least, fabs (f));
    }
  return least / sqrt (dot (v->inside, v->inside, v->q));
}

/* A cell of level DEPTH is in its `out' and `inside': hand it up.  */
static void
hand_up (struct cvxi_worker *k, size_t depth)
{
  struct cvxi_level *child = &k->level[depth], *v = child - 1;
  size_t q = v->q;
  uint64_t *bits;
  bool gates = k->what & CVXI_CELLS_GATES;
  if (gates)
    {
      double most = 0, far, step, *d = v->toward;
      for (size_t c = 0; c < q; c++)
        {
          d[c] = 0;
          for (size_t a = 0; a + 1 < q; a++)
            d[c] += child->inside[a] * v->normal[a * q + c];
        }
      far = sqrt (dot (d, d, q) / dot (v->vertex, v->vertex, q));
      for (size_t l = 0; l < v->z; l++)
        if (!v->is_at[l])
          {
            double f = 0, g = 0;
            for (size_t c = 0; c < q; c++)
              {
                f += v->col[c * v->ld + l] * v->vertex[c];
                g += v->col[c * v->ld + l] * d[c];
              }
            most = fmax (most, -g / f);
          }
      step = 0.5 / fmax (most, far);
      for (size_t c = 0; c < q; c++)
        v->inside[c]
            = (depth > 1 ? v->side : 1) * (v->vertex[c] + step * d[c]);
    }
  if (depth > 1)
    {
      for (size_t l = 0; l < v->z; l++)
        v->out[l] = (signed char)(v->side * v->state[l]);
      for (size_t a = 0; a < v->n_at; a++)
        v->out[v->at[a]] = (signed char)(v->side * child->out[a]);
      v->out[v->z - 1] = (signed char)v->side;
      hand_up (k, depth - 1);
      return;
    }
  bits = cvxi_new_cell (k);
  if (bits == NULL)
    return;
  for (size_t a = 0; a < v->n_at; a++)
    if (child->out[a] != v->state[v->at[a]])
      toggle (k->lines, bits, v->at[a]);
  if (gates)
    cvxi_put_gate (k, bits, v->inside, q, margin_inside (v));
  k->count++;
}

/* ---- Walking along one line. ---- */

static void pointed (struct cvxi_worker *k, size_t depth);

/* The cell at the simple vertex T and J, at T_J.  */
static void
simple_vertex (struct cvxi_worker *k, size_t depth, size_t j, double t_j)
{
  struct cvxi_level *v = &k->level[depth];
  size_t q = v->q, n_t = q - 2;
  const double *p = v->b + n_t * q, *e = p + q;
  const double *w = v->w + (q - 1) * q * q;
  bool gates = k->what & CVXI_CELLS_GATES;
  double hw = dot (v->h, p, q) + t_j * dot (v->h, e, q);
  int side = hw < 0 ? -1 : 1, up = v->alpha[j] < 0 ? -side : side;
  double *d = v->toward, length = 1 + t_j * t_j, step = 0;
  uint64_t *bits;
  if (k->what == 0)
    {
      k->count++;
      return;
    }
  if (gates)
    {
      double reach = 1, far, save;
      for (size_t i = 0; i < n_t; i++)
        reach += fabs (v->y[i * v->ld + j]);
      reach *= side / fabs (v->alpha[j]);
      for (size_t c = 0; c < q; c++)
        d[c] = reach * e[c];
      for (size_t i = 0; i < n_t; i++)
        {
          v->sign[i] = v->y[i * v->ld + j] < 0 ? up : -up;
          for (size_t c = 0; c < q; c++)
            d[c] += v->sign[i] * w[i * q + c];
        }
      /* T has alpha = y = 0, beta = 1; take J out as well.  */
      save = v->beta[j];
      v->beta[j] = INFINITY;
      far = sqrt (dot (d, d, q) / length);
      step = half_way (v->alpha, v->beta, v->y, v->ld, v->z, t_j, reach,
                       v->sign, n_t, far);
      v->beta[j] = save;
      for (size_t c = 0; c < q; c++)
        v->inside[c]
            = (depth > 0 ? side : 1) * (p[c] + t_j * e[c] + step * d[c]);
    }
  if (depth == 0)
    {
      bits = cvxi_new_cell (k);
      if (bits == NULL)
        return;
      for (size_t i = 0; i < n_t; i++)
        if ((v->y[i * v->ld + j] < 0 ? up : -up) < 0)
          toggle (k->lines, bits, v->t[i]);
      if (side > 0) /* below, J has the sign of -alpha */
        toggle (k->lines, bits, j);
      if (gates)
        cvxi_put_gate (k, bits, v->inside, q,
                       v->narrow ? 0 : step / sqrt (length));
      k->count++;
      return;
    }
  for (size_t l = 0; l < v->z; l++)
    v->out[l] = (signed char)(side * v->state[l]);
  for (size_t i = 0; i < n_t; i++)
    v->out[v->t[i]]
        = (signed char)(side * (v->y[i * v->ld + j] < 0 ? up : -up));
  v->out[j] = (signed char)(side * up);
  v->out[v->z - 1] = (signed char)side;
  hand_up (k, depth);
}

/* The cells at a vertex with more lines than needed: T, its closure and the
   COUNT lines CROSS.  */
static void
degenerate_vertex (struct cvxi_worker *k, size_t depth, const size_t *cross,
                   size_t count, double t)
{
  struct cvxi_level *v = &k->level[depth], *child = v + 1;
  size_t q = v->q, n_t = q - 2, inf = v->z - 1;
  const double *p = v->b + n_t * q, *e = p + q;
  double hw = dot (v->h, p, q) + t * dot (v->h, e, q);
  v->side = hw < 0 ? -1 : 1;
  for (size_t c = 0; c < q; c++)
    v->vertex[c] = p[c] + t * e[c];
  memset (v->is_at, 0, v->z * sizeof *v->is_at);
  for (size_t i = 0; i < n_t; i++)
    v->is_at[v->t[i]] = true;
  for (size_t i = 0; i < v->n_closure; i++)
    v->is_at[v->closure[i]] = true;
  for (size_t i = 0; i < count; i++)
    v->is_at[cross[i]] = true;
  v->n_at = 0;
  for (size_t l = 0; l < v->z; l++)
    if (v->is_at[l])
      v->at[v->n_at++] = l;
  child->q = q - 1;
  child->z = v->n_at;
  child->ld = v->n_at;
  child->col = child->own_col;
  child->h = child->own_h;
  memcpy (child->above, v->above, v->n_above * sizeof *v->above);
  child->above[v->n_above] = v->id[inf];
  child->n_above = v->n_above + 1;
  for (size_t c = 0; c + 1 < q; c++)
    child->own_h[c] = v->side * dot (v->normal + c * q, v->h, q);
  for (size_t a = 0; a < v->n_at; a++)
    {
      double norm = 0;
      child->id[a] = v->id[v->at[a]];
      row_of (v->toward, v, v->at[a]);
      for (size_t c = 0; c + 1 < q; c++)
        {
          double s = dot (v->normal + c * q, v->toward, q);
          child->own_col[c * child->ld + a] = s;
          norm += s * s;
        }
      norm = 1 / sqrt (norm);
      for (size_t c = 0; c + 1 < q; c++)
        child->own_col[c * child->ld + a] *= norm;
    }
  pointed (k, depth + 1);
}

static uint64_t
sortable (double t)
{
  uint64_t u;
  memcpy (&u, &t, sizeof u);
  return u >> 63 ? ~u : u | (uint64_t)1 << 63;
}

/* By how much the crossing of B lies behind that of A, as the determinant of
   the two in the plane of the line.  */
static double
behind (const struct cvxi_level *v, size_t a, size_t b)
{
  double det = v->beta[a] * v->alpha[b] - v->beta[b] * v->alpha[a];
  return (v->alpha[a] < 0) == (v->alpha[b] < 0) ? det : -det;
}

/* Order of the N crossing lines.  True when some tie or come near.  */
static bool
sort_crossings (const struct cvxi_worker *k, struct cvxi_level *v, size_t n)
{
  unsigned index_bits = 1;
  uint64_t mask;
  bool any = false;
  while (v->z >> index_bits != 0)
    index_bits++;
  mask = ((uint64_t)1 << index_bits) - 1;
  for (size_t a = 0; a < n; a++)
    {
      size_t l = v->order[a];
      v->key[a] = (sortable (-v->beta[l] / v->alpha[l]) & ~mask) | l;
    }
  cvxi_sort_keys (v->key, n);
  for (size_t a = 0; a < n; a++)
    v->order[a] = v->key[a] & mask;
  for (size_t a = 1; a < n; a++)
    any |= behind (v, v->order[a - 1], v->order[a]) < k->lines->near;
  return any;
}

/* Put near crossings in order and find which of them coincide.  */
static void
find_ties (const struct cvxi_worker *k, struct cvxi_level *v, size_t n)
{
  for (size_t a = 1; a < n; a++)
    {
      size_t l = v->order[a], b = a;
      for (; b > 0 && behind (v, v->order[b - 1], l) < 0; b--)
        v->order[b] = v->order[b - 1];
      v->order[b] = l;
    }
  for (size_t a = 0; a + 1 < n; a++)
    v->joined[a] = behind (v, v->order[a], v->order[a + 1]) < k->lines->near
                   && dependent (k, v, v->q - 2, v->order[a], v->order[a + 1]);
  v->joined[n - 1] = false;
}

/* Sort the lines outside T into those that cross (`order'), contain
   (`closure') or are parallel to the line of T.  False when T is not the
   smallest basis of its closure.  */
static bool
classify (const struct cvxi_worker *k, struct cvxi_level *v, size_t *n_cross)
{
  size_t n_t = v->q - 2, inf = v->z - 1, n_near = 0, n = 0, i = 0;
  double near = k->lines->near;
  v->n_closure = 0;
  v->narrow = false;
  for (size_t l = 0; l < inf; l++)
    n_near += fabs (v->alpha[l]) < near;
  if (n_near == n_t)
    {
      for (size_t l = 0; l < inf; l++)
        if (i < n_t && l == v->t[i])
          i++;
        else
          v->order[n++] = l;
      *n_cross = n;
      return true;
    }
  v->narrow = true;
  for (size_t l = 0; l < inf; l++)
    {
      if (i < n_t && l == v->t[i])
        {
          i++;
          continue;
        }
      if (fabs (v->alpha[l]) < near)
        {
          if (fabs (v->beta[l]) < near && dependent (k, v, n_t, l, SIZE_MAX))
            {
              /* A smaller line must follow from the smaller ones of T.  */
              if (i < n_t && !dependent (k, v, i, l, SIZE_MAX))
                return false;
              v->closure[v->n_closure++] = l;
              v->alpha[l] = 0;
              v->beta[l] = 1;
              for (size_t a = 0; a < n_t; a++)
                v->y[a * v->ld + l] = 0;
              continue;
            }
          if (v->alpha[l] == 0 || dependent (k, v, n_t, l, inf))
            {
              v->alpha[l] = 0;
              continue;
            }
        }
      v->order[n++] = l;
    }
  *n_cross = n;
  return true;
}

/* The signs far down the line, in `row' at the top, in `state' else.  */
static void
start_state (struct cvxi_worker *k, size_t depth)
{
  struct cvxi_level *v = &k->level[depth];
  size_t inf = v->z - 1;
  for (size_t l = 0; l < inf; l++)
    {
      double s = v->alpha[l] != 0 ? -v->alpha[l] : v->beta[l];
      v->state[l] = s < 0 ? -1 : 1;
    }
  v->state[inf] = 1;
  if (depth > 0 || k->what == 0)
    return;
  memcpy (k->row, k->lines->base, k->lines->n_words * sizeof *k->row);
  for (size_t l = 0; l < inf; l++)
    if (v->state[l] < 0)
      toggle (k->lines, k->row, l);
}

/* All cells whose vertex belongs to T.  Returns the position of T that has to
   change next: n_t - 1, or an earlier one when a prefix is dependent.  */
static size_t
sweep_line (struct cvxi_worker *k, size_t depth)
{
  struct cvxi_level *v = &k->level[depth];
  size_t q = v->q, n_t = q - 2, inf = v->z - 1, n, last = n_t - 1;
  size_t above = n_t > 0 ? v->t[n_t - 1] + 1 : 0; /* j must be >= above */
  double near = k->lines->near;
  const double *w;
  bool ties;
  for (; v->valid < n_t; v->valid++)
    {
      row_of (v->toward, v, v->t[v->valid]);
      if (append (v, v->valid, v->toward) < near
          && dependent (k, v, v->valid + 1, SIZE_MAX, SIZE_MAX))
        return v->valid;
    }
  row_of (v->toward, v, inf);
  if (append (v, n_t, v->toward) < near
      && dependent (k, v, n_t, inf, SIZE_MAX))
    return last;
  append (v, n_t + 1, v->h);
  w = v->w + (q - 1) * q * q;
  combine (v->beta, v->col, v->ld, v->b + n_t * q, q, v->z);
  combine (v->alpha, v->col, v->ld, v->b + (n_t + 1) * q, q, v->z);
  for (size_t i = 0; i < n_t; i++)
    combine (v->y + i * v->ld, v->col, v->ld, w + i * q, q, v->z);
  v->alpha[inf] = 0;
  for (size_t i = 0; i < n_t; i++)
    {
      size_t l = v->t[i];
      v->alpha[l] = 0;
      v->beta[l] = 1;
      v->y[i * v->ld + inf] = 0;
      for (size_t a = 0; a < n_t; a++)
        v->y[a * v->ld + l] = 0;
    }
  if (!classify (k, v, &n) || n == 0)
    return last;
  ties = sort_crossings (k, v, n);
  if (ties)
    find_ties (k, v, n);
  v->narrow |= ties;
  if (k->what == 0 && !ties && v->n_closure == 0)
    {
      for (size_t a = 0; a < n; a++)
        k->count += v->order[a] >= above;
      return last;
    }
  start_state (k, depth);
  for (size_t a = 0; a < n;)
    {
      size_t b = a + 1, least = v->order[a];
      double t = -v->beta[least] / v->alpha[least];
      for (; ties && v->joined[b - 1]; b++)
        if (v->order[b] < least)
          least = v->order[b];
      if (least >= above)
        {
          if (b == a + 1 && v->n_closure == 0)
            simple_vertex (k, depth, least, t);
          else
            degenerate_vertex (k, depth, v->order + a, b - a, t);
        }
      for (; a < b; a++)
        {
          size_t l = v->order[a];
          v->state[l] = (signed char)-v->state[l];
          if (depth == 0 && k->what != 0)
            toggle (k->lines, k->row, l);
        }
    }
  return last;
}

/* The basis of {x_z'u = 0}: a reflection takes x_z to the last axis.  */
static void
make_normal (struct cvxi_level *v)
{
  size_t q = v->q;
  double *x = v->toward, norm, shift, scale;
  row_of (x, v, v->z - 1);
  norm = sqrt (dot (x, x, q));
  shift = x[q - 1] < 0 ? -norm : norm;
  scale = 1 / (norm * (norm + fabs (x[q - 1])));
  x[q - 1] += shift;
  for (size_t a = 0; a + 1 < q; a++)
    for (size_t c = 0; c < q; c++)
      v->normal[a * q + c] = (a == c) - scale * x[a] * x[c];
}

/* A space of one dimension has one cell, where h > 0.  */
static void
only_cell (struct cvxi_worker *k, size_t depth)
{
  struct cvxi_level *v = &k->level[depth];
  int side = v->h[0] < 0 ? -1 : 1;
  if (depth == 0 && v->col[v->z - 1] < 0)
    side = -1;
  v->inside[0] = side;
  for (size_t l = 0; l < v->z; l++)
    v->out[l] = (signed char)(v->col[l] < 0 ? -side : side);
  if (depth > 0)
    {
      if (k->what == 0)
        k->count++;
      else
        hand_up (k, depth);
      return;
    }
  if (k->what != 0)
    {
      uint64_t *bits;
      memcpy (k->row, k->lines->base, k->lines->n_words * sizeof *k->row);
      bits = cvxi_new_cell (k);
      if (bits == NULL)
        return;
      for (size_t l = 0; l < v->z; l++)
        if (v->out[l] < 0)
          toggle (k->lines, bits, l);
      if (k->what & CVXI_CELLS_GATES)
        cvxi_put_gate (k, bits, v->inside, 1, margin_inside (v));
    }
  k->count++;
}

/* Pointed (B, h) of level DEPTH > 0.  */
static void
pointed (struct cvxi_worker *k, size_t depth)
{
  struct cvxi_level *v = &k->level[depth];
  size_t n_t, changed;
  if (v->q == 1)
    {
      only_cell (k, depth);
      return;
    }
  make_normal (v);
  n_t = v->q - 2;
  v->valid = 0;
  for (size_t i = 0; i < n_t; i++)
    v->t[i] = i;
  do
    {
      changed = sweep_line (k, depth);
      if (n_t == 0 || k->failed)
        return;
      changed = cvxi_subset_next (v->t, v->z - 1, n_t, changed);
      if (changed < v->valid)
        v->valid = changed;
    }
  while (changed < n_t);
}

void
cvxi_sweep (struct cvxi_worker *k, size_t q, uint64_t from, uint64_t count,
            struct cvx_progress *progress)
{
  struct cvxi_level *v = &k->level[0];
  v->q = q;
  v->h = k->axes + (k->lines->rank - q);
  if (q == 1)
    {
      only_cell (k, 0);
      return;
    }
  make_normal (v);
  v->valid = 0;
  cvxi_subset (v->t, v->z - 1, q - 2, from);
  while (count-- > 0 && !k->failed && !cvx_aborted (progress))
    {
      size_t changed;
      /* The subsets are counted, so that a dependent prefix is not jumped
         over as in `pointed'.  */
      sweep_line (k, 0);
      if (q == 2)
        return;
      changed = cvxi_subset_next (v->t, v->z - 1, q - 2, q - 3);
      if (changed < v->valid)
        v->valid = changed;
    }
}
