/* exact.c -- all chambers, stored, streamed or counted.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <omp.h>
#include <string.h>

#include "arrangement/cells.h"
#include "arrangement/lines.h"
#include "arrangement/patterns.h"
#include "base/alloc.h"

static unsigned
what (unsigned flags)
{
  return flags & CVX_PATTERNS_NO_GATES ? CVXI_CELLS_BITS
                                       : CVXI_CELLS_BITS | CVXI_CELLS_GATES;
}

/* Lines with coordinates; fails when there would be over LIMIT cells.  */
static enum cvx_status
prepare (struct cvxi_lines **out, const double *x, size_t n, size_t d,
         double limit, struct cvx_error *err)
{
  struct cvxi_lines *lines;
  double bound;
  enum cvx_status status = cvxi_lines_group (&lines, x, n, d, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  bound = cvx_patterns_bound (lines->n_lines, lines->rank);
  if (bound > limit)
    {
      if (isinf (bound))
        cvx_fail (err, CVX_E310,
                  "exact enumeration would need more than 1e308 patterns "
                  "(n=%zu, rank %zu)",
                  n, lines->rank);
      else
        cvx_fail (err, CVX_E310,
                  bound < 1e6 ? "exact enumeration would need about %.0f "
                                "patterns (n=%zu, rank %zu)"
                              : "exact enumeration would need about %.1e "
                                "patterns (n=%zu, rank %zu)",
                  bound, n, lines->rank);
      status = cvx_hint (err, "patterns sample n=1000");
      status = CVX_LIMIT;
    }
  else
    status = cvxi_lines_coordinates (lines, x, err);
  if (status != CVX_OK)
    cvxi_lines_free (lines);
  else
    *out = lines;
  return status;
}

/* ---- Collecting. ---- */

/* Memory for many pieces.  Large, so that it goes back to the system when the
   last of its pieces has been copied.  */
struct slab
{
  struct slab *next;
  size_t used, size;
  size_t unread;
  unsigned char *bytes;
};

struct piece
{
  size_t count, first; /* first: number of its first pattern */
  struct slab *slab;
  const uint64_t *bits;
  const double *gate;
};

struct collector
{
  const struct cvxi_lines *lines;
  struct piece *piece;
  struct slab **open; /* the slab of each thread; all are in `all' */
  struct slab *all;   /* under the lock cvxi_exact_slab */
  size_t slab_bytes;
  size_t n_thin;
  size_t ones_piece, ones_at; /* where the complement of the zero pattern is */
};

/* Blocks above 32 MB are always mapped by themselves, so that each goes back
   to the system when it is freed.  */
enum
{
  WORTH_THREADS = 1 << 14, /* cells that pay for starting threads */
  MIN_SLAB_BYTES = 1 << 16,
  MAX_SLAB_BYTES = 33 << 20
};

/* What half of all cells take at most, within the limits of a slab.  */
static size_t
slab_bytes (const struct cvxi_lines *lines, unsigned flags)
{
  size_t cell = lines->n_words;
  double bytes;
  if (!(flags & CVX_PATTERNS_NO_GATES))
    cell += lines->d;
  bytes = 4 * (double)cell * cvx_patterns_bound (lines->n_lines, lines->rank);
  if (bytes > MAX_SLAB_BYTES)
    return MAX_SLAB_BYTES;
  return bytes < MIN_SLAB_BYTES ? MIN_SLAB_BYTES : (size_t)bytes;
}

static struct slab *
slab_new (size_t size)
{
  struct slab *slab = cvx_calloc (1, sizeof *slab);
  if (slab == NULL)
    return NULL;
  slab->size = size;
  slab->bytes = cvx_alloc (size, 1);
  if (slab->bytes == NULL)
    {
      cvx_free (slab);
      return NULL;
    }
  return slab;
}

static enum cvx_status
collect (void *context, const struct cvxi_cells *cells, struct cvx_error *err)
{
  struct collector *c = context;
  struct piece *piece = &c->piece[cells->piece];
  struct slab *slab = c->open[cells->thread];
  size_t words = c->lines->n_words;
  size_t bits = cells->count * words * sizeof *cells->bits;
  size_t gate = cells->gate == NULL
                    ? 0
                    : cells->count * c->lines->d * sizeof *cells->gate;
  if (slab == NULL || slab->size - slab->used < bits + gate)
    {
      slab = slab_new (bits + gate > c->slab_bytes ? bits + gate
                                                   : c->slab_bytes);
      if (slab == NULL)
        return cvx_fail_nomem (err, "enumerating patterns");
#pragma omp critical(cvxi_exact_slab)
      {
        slab->next = c->all;
        c->all = slab;
      }
      c->open[cells->thread] = slab;
    }
  piece->count = cells->count;
  piece->slab = slab;
  piece->bits = memcpy (slab->bytes + slab->used, cells->bits, bits);
  slab->used += bits;
  if (cells->gate != NULL)
    {
      piece->gate = memcpy (slab->bytes + slab->used, cells->gate, gate);
      slab->used += gate;
    }
  slab->unread++;
#pragma omp atomic
  c->n_thin += cells->n_thin;
  for (size_t g = 0; g < cells->count; g++)
    if (memcmp (cells->bits + g * words, c->lines->moving,
                words * sizeof *cells->bits)
        == 0)
      { /* at most one cell of all, so that no other thread writes here */
        c->ones_piece = cells->piece;
        c->ones_at = g;
      }
  return CVX_OK;
}

static void
swap_patterns (struct cvx_patterns *p, size_t g, size_t h)
{
  for (size_t k = 0; k < p->n_words; k++)
    {
      uint64_t t = p->bits[g * p->n_words + k];
      p->bits[g * p->n_words + k] = p->bits[h * p->n_words + k];
      p->bits[h * p->n_words + k] = t;
    }
  for (size_t k = 0; p->gate != NULL && k < p->n_features; k++)
    {
      double t = p->gate[g * p->n_features + k];
      p->gate[g * p->n_features + k] = p->gate[h * p->n_features + k];
      p->gate[h * p->n_features + k] = t;
    }
}

/* The complements of COUNT patterns from FIRST, behind the first half.  */
static void
complement (struct cvx_patterns *p, const struct cvxi_lines *lines,
            size_t first, size_t count)
{
  size_t words = p->n_words, d = p->n_features;
  for (size_t g = first; g < first + count && g + p->n_half < p->n_patterns;
       g++)
    {
      const uint64_t *from = p->bits + g * words;
      uint64_t *to = p->bits + (g + p->n_half) * words;
      for (size_t k = 0; k < words; k++)
        to[k] = from[k] ^ lines->moving[k];
      for (size_t k = 0; p->gate != NULL && k < d; k++)
        p->gate[(g + p->n_half) * d + k] = -p->gate[g * d + k];
    }
}

/* Move the pieces into one array, in order, freeing slabs on the way.  */
static enum cvx_status
assemble (struct cvx_patterns *p, struct collector *c, size_t n_pieces,
          unsigned flags, int threads, struct cvx_error *err)
{
  size_t half = 0, words = c->lines->n_words, d = c->lines->d, ones;
  bool has_ones = c->ones_piece != SIZE_MAX;
  for (size_t k = 0; k < n_pieces; k++)
    {
      c->piece[k].first = half;
      half += c->piece[k].count;
    }
  p->n_half = half;
  p->n_patterns = half;
  p->count = c->lines->rank == 0 ? half : 2 * half;
  if (!(flags & CVX_PATTERNS_HALF) && c->lines->rank > 0)
    p->n_patterns += half - has_ones;
  p->bits = cvx_alloc (p->n_patterns, words * sizeof *p->bits);
  if (!(flags & CVX_PATTERNS_NO_GATES))
    p->gate = cvx_alloc (p->n_patterns, d * sizeof *p->gate);
  if (p->bits == NULL || (!(flags & CVX_PATTERNS_NO_GATES) && p->gate == NULL))
    return cvx_fail_nomem (err, "enumerating patterns");
#pragma omp parallel for schedule(dynamic, 8)                                 \
    num_threads(threads) if (half > WORTH_THREADS)
  for (size_t k = 0; k < n_pieces; k++)
    {
      struct piece *piece = &c->piece[k];
      size_t left;
      if (piece->count == 0)
        continue;
      memcpy (p->bits + piece->first * words, piece->bits,
              piece->count * words * sizeof *p->bits);
      if (p->gate != NULL)
        memcpy (p->gate + piece->first * d, piece->gate,
                piece->count * d * sizeof *p->gate);
      complement (p, c->lines, piece->first, piece->count);
#pragma omp atomic capture
      left = --piece->slab->unread;
      if (left == 0)
        {
          cvx_free (piece->slab->bytes);
          piece->slab->bytes = NULL;
        }
    }
  if (has_ones)
    {
      ones = c->piece[c->ones_piece].first + c->ones_at;
      swap_patterns (p, ones, half - 1);
      complement (p, c->lines, ones, 1);
    }
  return CVX_OK;
}

enum cvx_status
cvx_patterns_exact_with (struct cvx_patterns **out, const double *x, size_t n,
                         size_t d, size_t max_patterns, unsigned flags,
                         int threads, struct cvx_progress *progress,
                         struct cvx_error *err)
{
  struct collector c = { .ones_piece = SIZE_MAX };
  struct cvx_patterns *p;
  struct cvxi_lines *lines;
  size_t n_pieces, count;
  enum cvx_status status
      = prepare (&lines, x, n, d, (double)max_patterns, err);
  *out = NULL;
  if (status != CVX_OK)
    return status;
  if (threads <= 0)
    threads = omp_get_max_threads ();
  p = cvx_calloc (1, sizeof *p);
  status = cvxi_cells_pieces (&n_pieces, lines, err);
  if (status != CVX_OK)
    goto end;
  c.lines = lines;
  c.slab_bytes = slab_bytes (lines, flags);
  c.piece = cvx_calloc (n_pieces, sizeof *c.piece);
  c.open = cvx_calloc ((size_t)threads, sizeof (struct slab *));
  if (p == NULL || c.piece == NULL || c.open == NULL)
    {
      status = cvx_fail_nomem (err, "enumerating patterns");
      goto end;
    }
  status = cvxi_cells_run (&count, lines, what (flags), threads, collect, &c,
                           progress, err);
  if (status != CVX_OK)
    goto end;
  p->kind = CVX_PATTERNS_EXACT;
  p->complete = !(flags & CVX_PATTERNS_HALF);
  p->n_samples = n;
  p->n_features = d;
  p->n_words = lines->n_words;
  p->rank = lines->rank;
  p->bound = cvx_patterns_bound (lines->n_lines, lines->rank);
  p->data_hash = cvx_patterns_data_hash (x, n, d);
  p->n_thin = c.n_thin;
  status = assemble (p, &c, n_pieces, flags, threads, err);
end:
  while (c.all != NULL)
    {
      struct slab *next = c.all->next;
      cvx_free (c.all->bytes);
      cvx_free (c.all);
      c.all = next;
    }
  cvx_free (c.piece);
  cvx_free (c.open);
  cvxi_lines_free (lines);
  if (status != CVX_OK)
    cvx_patterns_free (p);
  else
    *out = p;
  return status;
}

enum cvx_status
cvx_patterns_exact (struct cvx_patterns **out, const double *x, size_t n,
                    size_t d, size_t max_patterns, int threads,
                    struct cvx_progress *progress, struct cvx_error *err)
{
  return cvx_patterns_exact_with (out, x, n, d, max_patterns, 0, threads,
                                  progress, err);
}

enum cvx_status
cvx_patterns_count (size_t *count, const double *x, size_t n, size_t d,
                    int threads, struct cvx_progress *progress,
                    struct cvx_error *err)
{
  struct cvxi_lines *lines;
  enum cvx_status status = prepare (&lines, x, n, d, INFINITY, err);
  *count = 0;
  if (status != CVX_OK)
    return status;
  status
      = cvxi_cells_run (count, lines, 0, threads, NULL, NULL, progress, err);
  if (lines->rank > 0)
    *count *= 2;
  cvxi_lines_free (lines);
  return status;
}

/* ---- Streaming. ---- */

struct stream
{
  const struct cvx_patterns_visitor *visitor;
  const struct cvxi_lines *lines;
};

static enum cvx_status
pass_on (void *context, const struct cvxi_cells *cells, struct cvx_error *err)
{
  const struct stream *s = context;
  struct cvx_patterns_block block = { .number = cells->piece,
                                      .n_patterns = cells->count,
                                      .n_samples = s->lines->n,
                                      .n_features = s->lines->d,
                                      .n_words = s->lines->n_words,
                                      .bits = cells->bits,
                                      .gate = cells->gate,
                                      .thread = cells->thread };
  return s->visitor->visit (s->visitor->context, &block, err);
}

enum cvx_status
cvx_patterns_visit (const struct cvx_patterns_visitor *visitor,
                    const double *x, size_t n, size_t d, unsigned flags,
                    int threads, struct cvx_progress *progress,
                    struct cvx_error *err)
{
  struct stream s = { visitor, NULL };
  struct cvxi_lines *lines;
  size_t count;
  enum cvx_status status = prepare (&lines, x, n, d, INFINITY, err);
  if (status != CVX_OK)
    return status;
  s.lines = lines;
  status = cvxi_cells_run (&count, lines, what (flags), threads, pass_on, &s,
                           progress, err);
  cvxi_lines_free (lines);
  return status;
}
