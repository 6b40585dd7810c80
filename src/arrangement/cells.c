/* cells.c -- output-sensitive enumeration of chambers without hashing.

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

#include "arrangement/cells.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/alloc.h"

enum
{
  PIECES = 2048,         /* per k, at least, when there are as many T */
  PIECE_BYTES = 1 << 22, /* aimed at, of output per piece */
  MIN_CELLS = 256        /* first size of the output buffers */
};

/* One level of the recursion: Pointed (B, h), z lines in R^q.  The line at
   infinity is the last one, z - 1.  */
struct level
{
  size_t q, z, ld;
  const double *col; /* q columns of ld numbers */
  const double *h;
  size_t *id;    /* numbers of the lines in struct cvxi_lines */
  size_t *above; /* ids at infinity of the levels before: n_above */
  size_t n_above;

  double *own_col, *own_h; /* levels > 0 */
  size_t *t;               /* T, q - 2 numbers ascending */
  size_t valid;            /* t[0 .. valid-1] are in b and w */
  double *b;               /* q orthonormal vectors: of T, p, e */
  double *w;               /* w[k]: q dual vectors after k+1 steps */
  double *alpha, *beta;    /* x_l'e and x_l'p */
  double *y;               /* q - 2 columns: x_l'w_i */
  uint64_t *key;
  size_t *order; /* lines that cross, by t */
  bool *joined;  /* joined[k]: order[k] and order[k+1] tie */
  size_t *closure, n_closure;
  signed char *state; /* levels > 0: signs on the line, outside T */

  /* The vertex whose cells the next level is finding.  */
  size_t *at, n_at; /* the lines through it */
  bool *is_at;
  double *vertex; /* q numbers */
  int side;       /* sign of h'w */
  double *normal; /* (q - 1) x q: basis of the space x_z'u = 0 */

  /* A cell of this level.  */
  signed char *out;
  double *inside; /* q numbers, in the interior */
  double *toward; /* scratch, q numbers */
};

struct worker
{
  const struct cvxi_lines *lines;
  unsigned what;
  size_t n_levels;
  struct level *level;
  uint64_t *row; /* bits on the line, level 0 */
  size_t count, capacity;
  uint64_t *bits;
  double *gate;
  bool failed; /* no memory */
};

/* ---- Combinations in lexicographic order. ---- */

__extension__ typedef unsigned __int128 uint128;

static uint64_t
choose (size_t n, size_t k)
{
  uint64_t c = 1;
  if (k > n)
    return 0;
  if (k > n - k)
    k = n - k;
  for (size_t i = 0; i < k; i++)
    {
      uint128 wide = (uint128)c * (n - i) / (i + 1);
      if (wide > (uint64_t)1 << 62)
        return UINT64_MAX;
      c = (uint64_t)wide;
    }
  return c;
}

/* The subset of size K of 0 .. N-1 with lexicographic number RANK.  */
static void
unrank (size_t *t, size_t n, size_t k, uint64_t rank)
{
  size_t x = 0;
  for (size_t i = 0; i < k; i++)
    for (;; x++)
      {
        uint64_t c = choose (n - 1 - x, k - 1 - i);
        if (rank < c)
          {
            t[i] = x++;
            break;
          }
        rank -= c;
      }
}

/* The next subset that differs at position AT or before; its first changed
   position, K when there is none.  */
static size_t
advance (size_t *t, size_t n, size_t k, size_t at)
{
  for (size_t i = at + 1; i-- > 0;)
    if (t[i] + (k - i) < n)
      {
        t[i]++;
        for (size_t j = i + 1; j < k; j++)
          t[j] = t[j - 1] + 1;
        return i;
      }
  return k;
}

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
append (struct level *v, size_t k, const double *x)
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
row_of (double *x, const struct level *v, size_t l)
{
  for (size_t c = 0; c < v->q; c++)
    x[c] = v->col[c * v->ld + l];
}

/* Are lines T[0 .. n-1] and EXTRA (SIZE_MAX: none) and MORE dependent, on the
   space at infinity of the levels before?  */
static bool
dependent (const struct worker *k, const struct level *v, size_t n,
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

/* ---- Output. ---- */

static void
toggle (const struct cvxi_lines *lines, uint64_t *bits, size_t l)
{
  for (size_t i = lines->toggle_start[l]; i < lines->toggle_start[l + 1]; i++)
    bits[lines->toggle[i].word] ^= lines->toggle[i].mask;
}

/* Room for one more cell, holding the bits of the line; NULL without
   memory.  */
static uint64_t *
new_cell (struct worker *k)
{
  size_t words = k->lines->n_words;
  uint64_t *bits;
  if (k->count == k->capacity)
    {
      size_t more = k->capacity == 0 ? MIN_CELLS : 2 * k->capacity;
      uint64_t *grown_bits = NULL;
      double *grown_gate = NULL;
      size_t width;
      if (k->failed || !cvx_mul (words, sizeof *bits, &width))
        return NULL;
      grown_bits = cvx_grow (k->bits, k->count, more, width);
      if (grown_bits != NULL)
        k->bits = grown_bits;
      if (k->what & CVXI_CELLS_GATES)
        {
          grown_gate = cvx_grow (k->gate, k->count, more,
                                 k->lines->d * sizeof *k->gate);
          if (grown_gate != NULL)
            k->gate = grown_gate;
        }
      if (grown_bits == NULL
          || ((k->what & CVXI_CELLS_GATES) && grown_gate == NULL))
        {
          k->failed = true;
          return NULL;
        }
      k->capacity = more;
    }
  bits = k->bits + k->count * words;
  memcpy (bits, k->row, words * sizeof *bits);
  return bits;
}

/* Write the gate of the new cell: map INSIDE, Q numbers, to data space.  */
static void
put_gate (struct worker *k, const double *inside, size_t q)
{
  size_t d = k->lines->d, r = k->lines->rank;
  double *u = k->gate + k->count * d, norm = 0;
  for (size_t c = 0; c < d; c++)
    {
      u[c] = dot (k->lines->map + c * r, inside, q);
      norm = fmax (norm, fabs (u[c]));
    }
  if (norm > 0)
    {
      double sum = 0;
      for (size_t c = 0; c < d; c++)
        {
          u[c] /= norm;
          sum += u[c] * u[c];
        }
      sum = sqrt (sum);
      for (size_t c = 0; c < d; c++)
        u[c] /= sum;
    }
}

/* The distance to go from the vertex with values F_l = BETA + T ALPHA in the
   direction with values G_l: half the way to the first wall, or 1 / FAR when
   that is nearer.  Lines to be left out have alpha = g = 0.  */
static double
half_way (const double *restrict alpha, const double *restrict beta, double t,
          const double *restrict g, size_t z, double far)
{
  double most = far;
#pragma omp simd reduction(max : most)
  for (size_t l = 0; l < z; l++)
    {
      double ratio = -g[l] / (beta[l] + t * alpha[l]);
      most = ratio > most ? ratio : most;
    }
  return 0.5 / most;
}

/* A cell of level DEPTH is in its `out' and `inside': hand it up.  */
static void
hand_up (struct worker *k, size_t depth)
{
  struct level *child = &k->level[depth], *v = child - 1;
  size_t q = v->q;
  uint64_t *bits;
  bool gates = k->what & CVXI_CELLS_GATES;
  if (gates)
    {
      double most = 0, far, step;
      double *d = v->toward;
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
  bits = new_cell (k);
  if (bits == NULL)
    return;
  for (size_t a = 0; a < v->n_at; a++)
    if (child->out[a] != v->state[v->at[a]])
      toggle (k->lines, bits, v->at[a]);
  if (gates)
    put_gate (k, v->inside, q);
  k->count++;
}

/* ---- Walking along one line. ---- */

static void pointed (struct worker *k, size_t depth);

/* The cell at the simple vertex T and J, at T_J.  */
static void
simple_vertex (struct worker *k, size_t depth, size_t j, double t_j)
{
  struct level *v = &k->level[depth];
  size_t q = v->q, n_t = q - 2;
  const double *p = v->b + n_t * q, *e = p + q;
  const double *w = v->w + (q - 1) * q * q;
  bool gates = k->what & CVXI_CELLS_GATES;
  double hw = dot (v->h, p, q) + t_j * dot (v->h, e, q);
  int side = hw < 0 ? -1 : 1, up = v->alpha[j] < 0 ? -side : side;
  double *d = v->toward;
  uint64_t *bits = NULL;
  if (k->what == 0)
    {
      k->count++;
      return;
    }
  if (gates)
    {
      double reach = 1, far, step, save, *g = v->y + n_t * v->ld;
      for (size_t i = 0; i < n_t; i++)
        reach += fabs (v->y[i * v->ld + j]);
      reach *= side / fabs (v->alpha[j]);
      for (size_t c = 0; c < q; c++)
        d[c] = reach * e[c];
      for (size_t l = 0; l < v->z; l++)
        g[l] = reach * v->alpha[l];
      for (size_t i = 0; i < n_t; i++)
        {
          const double *y = v->y + i * v->ld;
          double s = y[j] < 0 ? up : -up;
#pragma omp simd
          for (size_t l = 0; l < v->z; l++)
            g[l] += s * y[l];
          for (size_t c = 0; c < q; c++)
            d[c] += s * w[i * q + c];
        }
      /* T has alpha = y = 0, beta = 1; take J out as well.  */
      save = v->beta[j];
      v->beta[j] = INFINITY;
      far = sqrt (dot (d, d, q) / (1 + t_j * t_j));
      step = half_way (v->alpha, v->beta, t_j, g, v->z, far);
      v->beta[j] = save;
      for (size_t c = 0; c < q; c++)
        v->inside[c]
            = (depth > 0 ? side : 1) * (p[c] + t_j * e[c] + step * d[c]);
    }
  if (depth == 0)
    {
      bits = new_cell (k);
      if (bits == NULL)
        return;
      for (size_t i = 0; i < n_t; i++)
        if ((v->y[i * v->ld + j] < 0 ? up : -up) < 0)
          toggle (k->lines, bits, v->t[i]);
      if (side > 0) /* below, J has the sign of -alpha */
        toggle (k->lines, bits, j);
      if (gates)
        put_gate (k, v->inside, q);
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
degenerate_vertex (struct worker *k, size_t depth, const size_t *cross,
                   size_t count, double t)
{
  struct level *v = &k->level[depth], *child = v + 1;
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

static void
sort_keys (uint64_t *a, size_t n)
{
  while (n > 24)
    {
      /* Quicksort with the median of three; the larger part stays here.  */
      uint64_t x = a[0], y = a[n / 2], z = a[n - 1], pivot;
      size_t i = 0, j = n - 1;
      pivot = x < y ? (y < z   ? y
                       : x < z ? z
                               : x)
                    : (x < z   ? x
                       : y < z ? z
                               : y);
      for (;; i++, j--)
        {
          while (a[i] < pivot)
            i++;
          while (a[j] > pivot)
            j--;
          if (i >= j)
            break;
          uint64_t swap = a[i];
          a[i] = a[j];
          a[j] = swap;
        }
      j++;
      if (j < n - j)
        {
          sort_keys (a, j);
          a += j;
          n -= j;
        }
      else
        {
          sort_keys (a + j, n - j);
          n = j;
        }
    }
  for (size_t i = 1; i < n; i++)
    {
      uint64_t x = a[i];
      size_t j = i;
      for (; j > 0 && a[j - 1] > x; j--)
        a[j] = a[j - 1];
      a[j] = x;
    }
}

/* By how much the crossing of B lies behind that of A, as the determinant of
   the two in the plane of the line.  */
static double
behind (const struct level *v, size_t a, size_t b)
{
  double det = v->beta[a] * v->alpha[b] - v->beta[b] * v->alpha[a];
  return (v->alpha[a] < 0) == (v->alpha[b] < 0) ? det : -det;
}

/* Order of the N crossing lines.  True when some tie or come near.  */
static bool
sort_crossings (const struct worker *k, struct level *v, size_t n)
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
  sort_keys (v->key, n);
  for (size_t a = 0; a < n; a++)
    v->order[a] = v->key[a] & mask;
  for (size_t a = 1; a < n; a++)
    any |= behind (v, v->order[a - 1], v->order[a]) < k->lines->near;
  return any;
}

/* Put near crossings in order and find which of them coincide.  */
static void
find_ties (const struct worker *k, struct level *v, size_t n)
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
classify (const struct worker *k, struct level *v, size_t *n_cross)
{
  size_t n_t = v->q - 2, inf = v->z - 1, n_near = 0, n = 0, i = 0;
  double near = k->lines->near;
  v->n_closure = 0;
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
start_state (struct worker *k, size_t depth)
{
  struct level *v = &k->level[depth];
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
sweep (struct worker *k, size_t depth)
{
  struct level *v = &k->level[depth];
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
make_normal (struct level *v)
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
only_cell (struct worker *k, size_t depth)
{
  struct level *v = &k->level[depth];
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
      bits = new_cell (k);
      if (bits == NULL)
        return;
      for (size_t l = 0; l < v->z; l++)
        if (v->out[l] < 0)
          toggle (k->lines, bits, l);
      if (k->what & CVXI_CELLS_GATES)
        put_gate (k, v->inside, 1);
    }
  k->count++;
}

/* Pointed (B, h) of level DEPTH > 0.  */
static void
pointed (struct worker *k, size_t depth)
{
  struct level *v = &k->level[depth];
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
      changed = sweep (k, depth);
      if (n_t == 0 || k->failed)
        return;
      changed = advance (v->t, v->z - 1, n_t, changed);
      if (changed < v->valid)
        v->valid = changed;
    }
  while (changed < n_t);
}

/* ---- Pieces of work. ---- */

struct plan
{
  size_t n_pieces;
  size_t first[66];  /* first piece of V_k, k counted from the rank down */
  uint64_t size[66]; /* T per piece */
  uint64_t total[66];
};

static enum cvx_status
make_plan (struct plan *plan, const struct cvxi_lines *lines,
           struct cvx_error *err)
{
  size_t m = lines->n_lines, r = lines->rank;
  double cell = (double)lines->n_words * 8 + (double)lines->d * 8;
  plan->n_pieces = 0;
  for (size_t a = 0; a < r; a++)
    {
      size_t k = r - a;
      uint64_t total = k >= 2 ? choose (m - 1, k - 2) : 1;
      double fit = PIECE_BYTES / (cell * (double)m);
      if (choose (m - 1, k - 1) > (uint64_t)1 << 60)
        return cvx_fail (err, CVX_E310,
                         "too many patterns to enumerate (%zu lines, rank "
                         "%zu)",
                         m, r);
      plan->first[a] = plan->n_pieces;
      plan->total[a] = total;
      plan->size[a] = (total + PIECES - 1) / PIECES;
      if ((double)plan->size[a] > fit)
        plan->size[a] = fit < 1 ? 1 : (uint64_t)fit;
      plan->n_pieces += (size_t)((total + plan->size[a] - 1) / plan->size[a]);
    }
  plan->first[r] = plan->n_pieces;
  return CVX_OK;
}

enum cvx_status
cvxi_cells_pieces (size_t *n_pieces, const struct cvxi_lines *lines,
                   struct cvx_error *err)
{
  struct plan plan;
  enum cvx_status status = make_plan (&plan, lines, err);
  *n_pieces = plan.n_pieces + (lines->rank == 0);
  return status;
}

static void
worker_free (struct worker *k)
{
  for (size_t i = 0; k->level != NULL && i < k->n_levels; i++)
    {
      struct level *v = &k->level[i];
      cvx_free (v->id);
      cvx_free (v->above);
      cvx_free (v->own_col);
      cvx_free (v->own_h);
      cvx_free (v->t);
      cvx_free (v->b);
      cvx_free (v->w);
      cvx_free (v->alpha);
      cvx_free (v->beta);
      cvx_free (v->y);
      cvx_free (v->key);
      cvx_free (v->order);
      cvx_free (v->joined);
      cvx_free (v->closure);
      cvx_free (v->state);
      cvx_free (v->at);
      cvx_free (v->is_at);
      cvx_free (v->vertex);
      cvx_free (v->normal);
      cvx_free (v->out);
      cvx_free (v->inside);
      cvx_free (v->toward);
    }
  cvx_free (k->level);
  cvx_free (k->row);
  cvx_free (k->bits);
  cvx_free (k->gate);
}

/* False without memory.  */
static bool
worker_init (struct worker *k, const struct cvxi_lines *lines, unsigned what)
{
  size_t m = lines->ld, r = lines->rank;
  memset (k, 0, sizeof *k);
  k->lines = lines;
  k->what = what;
  k->n_levels = r;
  k->level = cvx_calloc (r, sizeof *k->level);
  k->row = cvx_alloc (lines->n_words, sizeof *k->row);
  if (k->level == NULL || k->row == NULL)
    return false;
  for (size_t i = 0; i < r; i++)
    {
      struct level *v = &k->level[i];
      size_t q = r - i;
      v->id = cvx_alloc (m, sizeof *v->id);
      v->above = cvx_alloc (r, sizeof *v->above);
      v->t = cvx_alloc (q, sizeof *v->t);
      v->b = cvx_alloc (q, q * sizeof *v->b);
      v->w = cvx_alloc (q, q * q * sizeof *v->w);
      v->alpha = cvx_calloc (m, sizeof *v->alpha);
      v->beta = cvx_calloc (m, sizeof *v->beta);
      v->y = cvx_calloc (m, q * sizeof *v->y);
      v->key = cvx_alloc (m, sizeof *v->key);
      v->order = cvx_alloc (m, sizeof *v->order);
      v->joined = cvx_calloc (m, sizeof *v->joined);
      v->closure = cvx_alloc (m, sizeof *v->closure);
      v->state = cvx_alloc (m, sizeof *v->state);
      v->at = cvx_alloc (m, sizeof *v->at);
      v->is_at = cvx_calloc (m, sizeof *v->is_at);
      v->vertex = cvx_alloc (q, sizeof *v->vertex);
      v->normal = cvx_alloc (q, q * sizeof *v->normal);
      v->out = cvx_alloc (m, sizeof *v->out);
      v->inside = cvx_alloc (q, sizeof *v->inside);
      v->toward = cvx_alloc (q, sizeof *v->toward);
      if (i > 0)
        {
          v->own_col = cvx_alloc (q, m * sizeof *v->own_col);
          v->own_h = cvx_alloc (q, sizeof *v->own_h);
        }
      if (v->id == NULL || v->above == NULL || v->t == NULL || v->b == NULL
          || v->w == NULL || v->alpha == NULL || v->beta == NULL
          || v->y == NULL || v->key == NULL || v->order == NULL
          || v->joined == NULL || v->closure == NULL || v->state == NULL
          || v->at == NULL || v->is_at == NULL || v->vertex == NULL
          || v->normal == NULL || v->out == NULL || v->inside == NULL
          || v->toward == NULL
          || (i > 0 && (v->own_col == NULL || v->own_h == NULL)))
        return false;
    }
  for (size_t l = 0; l < lines->n_lines; l++)
    k->level[0].id[l] = l;
  k->level[0].z = lines->n_lines;
  k->level[0].ld = lines->ld;
  k->level[0].col = lines->y;
  return true;
}

/* Piece number PIECE of PLAN; the cells are then in the worker.  */
static void
run_piece (struct worker *k, const struct plan *plan, size_t piece,
           const double *axes, struct cvx_progress *progress)
{
  struct level *v = &k->level[0];
  size_t a = 0, n_t, changed;
  uint64_t left, from;
  if (k->what != 0)
    k->count = 0;
  while (piece >= plan->first[a + 1])
    a++;
  v->q = k->lines->rank - a;
  v->h = axes + k->lines->rank - v->q; /* unit vector number q - 1 */
  from = (piece - plan->first[a]) * plan->size[a];
  left = plan->total[a] - from;
  if (left > plan->size[a])
    left = plan->size[a];
  cvx_progress_add (progress, (size_t)left);
  if (v->q == 1)
    {
      only_cell (k, 0);
      return;
    }
  make_normal (v);
  n_t = v->q - 2;
  v->valid = 0;
  unrank (v->t, v->z - 1, n_t, from);
  if (n_t == 0)
    {
      sweep (k, 0);
      return;
    }
  while (left-- > 0 && !k->failed && !cvx_aborted (progress))
    {
      /* Pieces count every T, so a dependent prefix is not jumped over.  */
      sweep (k, 0);
      changed = advance (v->t, v->z - 1, n_t, n_t - 1);
      if (changed < v->valid)
        v->valid = changed;
    }
}

/* Rank 0: one cell, every bit of which is set.  */
static enum cvx_status
trivial (size_t *count, const struct cvxi_lines *lines, unsigned what,
         cvxi_cells_visit *visit, void *context, struct cvx_error *err)
{
  struct cvxi_cells cells = { .count = 1, .bits = lines->base };
  double *gate = NULL;
  enum cvx_status status = CVX_OK;
  *count = 1;
  if (visit == NULL)
    return CVX_OK;
  if (what & CVXI_CELLS_GATES)
    {
      gate = cvx_calloc (lines->d, sizeof *gate);
      if (gate == NULL)
        return cvx_fail_nomem (err, "enumerating patterns");
      if (lines->d > 0)
        gate[0] = 1;
      cells.gate = gate;
    }
  status = visit (context, &cells, err);
  cvx_free (gate);
  return status;
}

enum cvx_status
cvxi_cells_run (size_t *count, const struct cvxi_lines *lines, unsigned what,
                int threads, cvxi_cells_visit *visit, void *context,
                struct cvx_progress *progress, struct cvx_error *err)
{
  struct plan plan;
  size_t total = 0, n_axes = lines->rank;
  enum cvx_status result = CVX_OK;
  double *axes;
  *count = 0;
  if (lines->rank == 0)
    return trivial (count, lines, what, visit, context, err);
  result = make_plan (&plan, lines, err);
  if (result != CVX_OK)
    return result;
  axes = cvx_calloc (n_axes, sizeof *axes);
  if (axes == NULL)
    return cvx_fail_nomem (err, "enumerating patterns");
  axes[lines->rank - 1] = 1;
  for (size_t a = 0; a < lines->rank; a++)
    total += (size_t)plan.total[a];
  cvx_progress_total (progress, total);
  total = 0;
  if (threads <= 0)
    threads = omp_get_max_threads ();
#pragma omp parallel num_threads(threads)
  {
    struct worker worker;
    struct cvx_error mine;
    enum cvx_status status = CVX_OK;
    size_t seen = 0;
    cvx_error_clear (&mine);
    if (!worker_init (&worker, lines, visit == NULL ? 0 : what))
      status = cvx_fail_nomem (&mine, "enumerating patterns");
#pragma omp for schedule(dynamic)
    for (size_t piece = 0; piece < plan.n_pieces; piece++)
      {
        enum cvx_status stop;
#pragma omp atomic read
        stop = result;
        if (stop != CVX_OK || status != CVX_OK)
          continue;
        if (cvx_aborted (progress))
          {
            status = cvx_fail_interrupted (&mine);
            continue;
          }
        run_piece (&worker, &plan, piece, axes, progress);
        if (worker.failed)
          status = cvx_fail_nomem (&mine, "enumerating patterns");
        else if (cvx_aborted (progress))
          status = cvx_fail_interrupted (&mine);
        else if (visit != NULL && worker.count > 0)
          {
            struct cvxi_cells cells = { piece, worker.count, worker.bits,
                                        worker.gate, omp_get_thread_num () };
            seen += worker.count;
            status = visit (context, &cells, &mine);
          }
        if (status != CVX_OK)
          {
#pragma omp critical(cvxi_cells_result)
            if (result == CVX_OK)
              {
#pragma omp atomic write
                result = status;
                if (err != NULL)
                  *err = mine;
              }
          }
      }
    if (status != CVX_OK)
      {
#pragma omp critical(cvxi_cells_result)
        if (result == CVX_OK)
          {
            result = status;
            if (err != NULL)
              *err = mine;
          }
      }
    if (visit == NULL)
      seen = worker.count;
#pragma omp atomic
    total += seen;
    worker_free (&worker);
  }
  cvx_free (axes);
  *count = total;
  return result;
}
