/* masked_lookup.c -- the masked stack product by tables of sums.

   Both products are a matrix of bits times numbers:

     apply     f_i = x_i . w_i,  w_i = sum over the patterns on at i of v_g
     adjoint   g_p = sum over the samples on in p of r_i x_i

   so they need additions only, and many rows of bits share them: take six
   rows of numbers, make a table of their 64 partial sums, and let every row of
   bits add the one entry that its six bits point at (Arlazarov, Dinic,
   Kronrod and Faradzev, Soviet Math. Dokl. 11 (1970): the method of four
   Russians; Liberty and Zucker, Inf. Process. Lett. 109 (2009), for real
   vectors).  n d P / 6 additions and as many loads stand for n d P
   multiplications.  The tables hold lines of 64 bytes, 8 or 16 columns, so
   that eight of them stay in the first cache: a row of bits adds to its line
   once for 48 rows of numbers (a chunk).

   The bits of a row in a chunk are packed into a word, every six as the offset
   into its table; words are made for a slab of chunks before the lines are
   gone through.

   Tasks, slabs and the order in which results are added depend on the sizes
   only, so that every number of threads gives the same digits.  Every term of
   a sum passes through no more additions than the sum has terms, so the bound
   of any order, (terms) x (unit roundoff) x (sum of absolute values), holds.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "linalg/masked_lookup.h"

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "linalg/mask_kernels.h"
#include "linalg/sizes.h"
#include "linalg/threads.h"

enum
{
  ROWS = 2048, /* of bits in a task: their lines stay in the second cache */
  CHUNK = CVXI_GROUP * CVXI_GROUPS, /* rows of numbers */
  SLAB = 32,                        /* chunks, or more ... */
  SLAB_WORDS = 65536,               /* ... while they have no more words */
  N_TASKS = 16,                     /* cut further while there are fewer */
  /* From which sizes tables are faster than GEMM, by measurement.  GEMM in
     single precision is twice as fast, so some of them double.  */
  APPLY_SAMPLES = 128,
  APPLY_PATTERNS = 12, /* doubles */
  MANY_SAMPLES = 96,   /* doubles */
  MANY_PATTERNS = 96,
  FEW_SAMPLES = 1024,
  FEW_PATTERNS = 8 /* doubles */
};

/* Rows FROM .. FROM + COUNT - 1 of v, all of one output.  */
struct run
{
  size_t from, count, output;
};

/* What follows from the sizes.  */
struct sizes
{
  size_t stack;
  size_t line, lines;              /* numbers of one, lines of a row of X */
  size_t tile;                     /* samples of a task of apply */
  size_t apply_slab, adjoint_slab; /* chunks */
  size_t n_words, n_runs, n_partial, work_bytes;
};

struct cvxi_lookup
{
  const void *x;
  const uint64_t *bits;
  size_t n, d, n_patterns, n_outputs, bit_words;
  bool single;
  int threads;
  struct sizes size;
  const struct cvxi_mask_kernels *kernels;
  double *partial; /* results of parts of the work before they are added */
  char *work;      /* of one thread after the other, see work_of () */
  /* Of the current call: */
  uint64_t *word; /* of the slab: STRIDE for a chunk */
  size_t stride, n_chunks;
  struct run *run; /* apply: chunks of the slab; adjoint: blocks of rows */
};

/* What one thread works with, aligned to lines.  */
struct work
{
  void *table; /* CVXI_GROUPS of 2^CVXI_GROUP lines */
  void *panel; /* CHUNK lines: rows of numbers */
  void *sum;   /* a line for every row of a task */
};

enum
{
  TABLE_BYTES = (CVXI_GROUPS << CVXI_GROUP) * CVXI_LINE_BYTES,
  PANEL_BYTES = CHUNK * CVXI_LINE_BYTES
};

/* Memory.  */

/* Chunks of a slab of at most N, each of STRIDE words.  */
static size_t
slab (size_t n, size_t stride)
{
  return cvxi_smaller (
      n, cvxi_larger (SLAB, SLAB_WORDS / cvxi_larger (1, stride)));
}

static struct sizes
sizes_of (size_t n, size_t d, size_t n_patterns, size_t n_outputs, bool single)
{
  struct sizes s;
  size_t tiles = cvxi_larger (1, cvxi_divide_up (n, ROWS)), parts, blocks;
  size_t samples = cvxi_divide_up (n, 64) * 64;
  s.stack = n_patterns * n_outputs;
  s.line = CVXI_LINE_BYTES / (single ? sizeof (float) : sizeof (double));
  s.lines = cvxi_divide_up (d, s.line);
  s.tile
      = cvxi_larger (64, cvxi_divide_up (cvxi_divide_up (n, tiles), 64) * 64);
  s.apply_slab = slab (cvxi_divide_up (s.stack, CHUNK) + n_outputs, samples);
  s.adjoint_slab = slab (cvxi_divide_up (n, CHUNK), s.stack);
  s.n_words = cvxi_larger (s.apply_slab * samples, s.adjoint_slab * s.stack);
  s.n_runs = cvxi_larger (s.apply_slab, 2 * (s.stack / MANY_PATTERNS + 1));
  s.work_bytes = TABLE_BYTES + PANEL_BYTES
                 + cvxi_smaller (ROWS, cvxi_larger (samples, s.stack))
                       * CVXI_LINE_BYTES;
  parts
      = cvxi_divide_up (N_TASKS, cvxi_larger (1, cvxi_divide_up (n, s.tile)));
  s.n_partial = parts > 1 ? parts * n * n_outputs : 0;
  /* The adjoint has parts when all blocks have fewer than N_TASKS lines.  */
  blocks = cvxi_divide_up (N_TASKS, cvxi_larger (1, s.lines));
  if (blocks > 1)
    s.n_partial = cvxi_larger (
        s.n_partial, blocks * cvxi_smaller (s.stack, blocks * ROWS) * d);
  return s;
}

enum cvx_status
cvxi_lookup_new (struct cvxi_lookup **out, const void *x, size_t n, size_t d,
                 const uint64_t *bits, size_t n_patterns, size_t n_outputs,
                 bool single, int threads, struct cvx_error *err)
{
  struct cvxi_lookup *m = cvx_calloc (1, sizeof *m);
  *out = NULL;
  if (m == NULL)
    return cvx_fail_nomem (err, "preparing the masked product");
  m->x = x;
  m->bits = bits;
  m->n = n;
  m->d = d;
  m->n_patterns = n_patterns;
  m->n_outputs = n_outputs;
  m->bit_words = cvxi_divide_up (n, 64);
  m->single = single;
  m->size = sizes_of (n, d, n_patterns, n_outputs, single);
  m->kernels = cvxi_mask_kernels (0);
  m->word = cvx_alloc (m->size.n_words, sizeof *m->word);
  m->run = cvx_alloc (m->size.n_runs, sizeof *m->run);
  m->partial = cvx_alloc (m->size.n_partial, sizeof *m->partial);
  m->work = cvx_alloc ((size_t)threads, m->size.work_bytes);
  if (m->word == NULL || m->run == NULL || m->partial == NULL
      || m->work == NULL)
    {
      cvxi_lookup_free (m);
      return cvx_fail_nomem (err, "preparing the masked product");
    }
  *out = m;
  return CVX_OK;
}

double
cvxi_lookup_bytes (size_t n, size_t d, size_t n_patterns, size_t n_outputs,
                   bool single, int threads)
{
  struct sizes s = sizes_of (n, d, n_patterns, n_outputs, single);
  return 8 * (double)s.n_words + sizeof (struct run) * (double)s.n_runs
         + 8 * (double)s.n_partial + (double)threads * (double)s.work_bytes;
}

void
cvxi_lookup_free (struct cvxi_lookup *m)
{
  if (m == NULL)
    return;
  cvx_free (m->word);
  cvx_free (m->run);
  cvx_free (m->partial);
  cvx_free (m->work);
  cvx_free (m);
}

static struct work
work_of (const struct cvxi_lookup *m)
{
  char *at = m->work + (size_t)cvx_thread_number () * m->size.work_bytes;
  return (struct work){ at, at + TABLE_BYTES, at + TABLE_BYTES + PANEL_BYTES };
}

/* Lists.  */

/* Row of the stack at place I of LIST.  */
static size_t
row_at (const size_t *list, size_t i)
{
  return list == NULL ? i : list[i];
}

/* The longest run from place FROM of the K on.  */
static struct run
run_at (const struct cvxi_lookup *m, size_t k, const size_t *list, size_t from)
{
  struct run r = { from, 1, row_at (list, from) / m->n_patterns };
  if (list == NULL)
    r.count = (r.output + 1) * m->n_patterns - from;
  else
    while (from + r.count < k
           && list[from + r.count] / m->n_patterns == r.output)
      r.count++;
  return r;
}

static size_t
count_runs (const struct cvxi_lookup *m, size_t k, const size_t *list)
{
  size_t n_runs = 0;
  for (size_t i = 0; i < k; n_runs++)
    i += run_at (m, k, list, i).count;
  return n_runs;
}

bool
cvxi_lookup_pays (const struct cvxi_lookup *m, bool adjoint, size_t k,
                  const size_t *list)
{
  size_t n_runs = count_runs (m, k, list), twice = m->single ? 2 : 1;
  if (m->d == 0 || k == 0)
    return false;
  if (!adjoint)
    return m->n >= APPLY_SAMPLES && k >= n_runs * APPLY_PATTERNS * twice;
  if (k >= n_runs * MANY_PATTERNS)
    return m->n >= MANY_SAMPLES * twice;
  return m->n >= FEW_SAMPLES && k >= n_runs * FEW_PATTERNS * twice;
}

#define REAL    double
#define NAME(X) X
#define BUILD   build
#define LOOK_UP look_up
#define DOT     dot
#define SCALE   scale
#define SCATTER scatter
#include "linalg/masked_lookup_tasks.h"

#define REAL    float
#define NAME(X) X##_single
#define BUILD   build_single
#define LOOK_UP look_up_single
#define DOT     dot_single
#define SCALE   scale_single
#define SCATTER scatter_single
#include "linalg/masked_lookup_tasks.h"

/* OUT = sum over PARTS arrays of LENGTH numbers.  */
static void
add_parts (const struct cvxi_lookup *m, size_t parts, size_t length,
           double *out)
{
  for (size_t i = 0; parts > 1 && i < length; i++)
    {
      double sum = m->partial[i];
      for (size_t s = 1; s < parts; s++)
        sum += m->partial[s * length + i];
      out[i] = sum;
    }
}

/* Apply.  */

/* The chunks of the slab whose rows of v start at place FROM; returns the
   place after it.  A run gives chunks of nearly the same length.  */
static size_t
cut_chunks (struct cvxi_lookup *m, size_t k, const size_t *list, size_t from)
{
  m->n_chunks = 0;
  while (from < k && m->n_chunks < m->size.apply_slab)
    {
      struct run r = run_at (m, k, list, from);
      size_t groups = cvxi_divide_up (r.count, CVXI_GROUP);
      size_t chunks = cvxi_divide_up (groups, CVXI_GROUPS);
      for (size_t c = 0; c < chunks && m->n_chunks < m->size.apply_slab; c++)
        {
          size_t start = groups * c / chunks * CVXI_GROUP;
          size_t end = groups * (c + 1) / chunks * CVXI_GROUP;
          end = cvxi_smaller (end, r.count);
          m->run[m->n_chunks++]
              = (struct run){ r.from + start, end - start, r.output };
          from = r.from + end;
        }
    }
  return from;
}

/* Words of 64 samples: the bits that the rows of v have for them.  */
static void
sample_words (const struct cvxi_lookup *m, const size_t *list, size_t w)
{
  for (size_t c = 0; c < m->n_chunks; c++)
    {
      uint64_t a[64] = { 0 }, *to = m->word + c * m->stride + w * 64;
      for (size_t b = 0; b < m->run[c].count; b++)
        a[b] = m->bits[row_at (list, m->run[c].from + b) % m->n_patterns
                           * m->bit_words
                       + w];
      cvxi_transpose_bits (a);
      for (size_t i = 0; i < 64; i++)
        to[i] = a[i] << CVXI_LINE_SHIFT;
    }
}

enum cvx_status
cvxi_lookup_apply (struct cvxi_lookup *m, size_t k, const size_t *list,
                   const void *v, double *f, int team,
                   struct cvx_progress *progress)
{
  size_t tiles = cvxi_divide_up (m->n, m->size.tile),
         length = m->n * m->n_outputs;
  size_t first_parts = 0;
  atomic_bool stopped = false;
  m->stride = m->bit_words * 64;
  for (size_t from = 0; from < k;)
    {
      bool first = from == 0;
      size_t pieces, parts;
      from = cut_chunks (m, k, list, from);
      pieces = m->n_chunks * m->size.lines;
      parts = cvxi_smaller (cvxi_divide_up (N_TASKS, tiles), pieces);
      if (first)
        first_parts = parts;
      /* Later slabs are no larger.  */
      parts = cvxi_smaller (parts, first_parts);
#pragma omp parallel for num_threads(team) schedule(static) if (team > 1)
      for (size_t w = 0; w < m->bit_words; w++)
        sample_words (m, list, w);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
      for (size_t task = 0; task < tiles * parts; task++)
        {
          size_t part = task % parts;
          double *to = first_parts > 1 ? m->partial + part * length : f;
          if (cvx_aborted (progress))
            atomic_store_explicit (&stopped, true, memory_order_relaxed);
          else
            (m->single ? apply_task_single : apply_task) (
                m, v, task / parts, pieces * part / parts,
                pieces * (part + 1) / parts, first, to);
        }
      if (stopped)
        return CVX_INTERRUPTED;
    }
  add_parts (m, first_parts, length, f);
  return CVX_OK;
}

/* Adjoint.  */

/* Cuts the list into blocks of at most ROWS; returns their number.  */
static size_t
cut_blocks (struct cvxi_lookup *m, size_t k, const size_t *list)
{
  size_t n_blocks = 0;
  for (size_t from = 0; from < k;)
    {
      struct run r = run_at (m, k, list, from);
      size_t blocks = cvxi_divide_up (r.count, ROWS);
      for (size_t b = 0; b < blocks; b++)
        {
          size_t start = r.count * b / blocks;
          m->run[n_blocks++]
              = (struct run){ r.from + start,
                              r.count * (b + 1) / blocks - start, r.output };
        }
      from += r.count;
    }
  return n_blocks;
}

/* Words of rows FROM .. TO - 1 of v: their bits for the samples of the slab
   that begins with chunk START.  */
static void
pattern_words (const struct cvxi_lookup *m, const size_t *list, size_t from,
               size_t to, size_t start)
{
  for (size_t c = 0; c < m->n_chunks; c++)
    {
      size_t at = (start + c) * CHUNK, w = at / 64, shift = at % 64;
      bool two = shift > 64 - CHUNK && w + 1 < m->bit_words;
      for (size_t i = from; i < to; i++)
        {
          const uint64_t *bits
              = m->bits + row_at (list, i) % m->n_patterns * m->bit_words + w;
          uint64_t word = bits[0] >> shift;
          if (two)
            word |= bits[1] << (64 - shift);
          m->word[c * m->stride + i] = word << CVXI_LINE_SHIFT;
        }
    }
}

/* For lists with long runs: tables of sums of samples.  */
static bool
many_adjoint (struct cvxi_lookup *m, size_t k, const size_t *list,
              const void *r, size_t ld, double *g, int team,
              struct cvx_progress *progress)
{
  enum
  {
    SOME = 64 /* rows whose words are made at a time */
  };
  size_t chunks = cvxi_divide_up (m->n, CHUNK), length = k * m->d;
  size_t step = cvxi_smaller (chunks, m->size.n_words / k);
  size_t outer = cut_blocks (m, k, list) * m->size.lines;
  size_t parts = cvxi_smaller (cvxi_divide_up (N_TASKS, outer), step);
  atomic_bool stopped = false;
  m->stride = k;
  for (size_t start = 0; start < chunks; start += step)
    {
      m->n_chunks = cvxi_smaller (step, chunks - start);
#pragma omp parallel for num_threads(team) schedule(static) if (team > 1)
      for (size_t i = 0; i < cvxi_divide_up (k, SOME); i++)
        pattern_words (m, list, i * SOME, cvxi_smaller (k, (i + 1) * SOME),
                       start);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
      for (size_t task = 0; task < outer * parts; task++)
        {
          size_t piece = task / parts, part = task % parts;
          size_t from = m->n_chunks * part / parts;
          size_t to = m->n_chunks * (part + 1) / parts;
          if (cvx_aborted (progress))
            atomic_store_explicit (&stopped, true, memory_order_relaxed);
          else if (from < to)
            (m->single ? many_task_single : many_task) (
                m, r, ld, &m->run[piece / m->size.lines],
                piece % m->size.lines * m->size.line, start, from, to,
                start == 0, parts > 1 ? m->partial + part * length : g);
        }
      if (stopped)
        return false;
    }
  add_parts (m, parts, length, g);
  return true;
}

/* For short ones: sums of the samples with the same bits.  */
static bool
few_adjoint (struct cvxi_lookup *m, size_t k, const size_t *list,
             const void *r, size_t ld, double *g, int team,
             struct cvx_progress *progress)
{
  size_t length = k * m->d, parts = 0;
  atomic_bool stopped = false;
  m->stride = m->bit_words * 64;
  for (size_t from = 0; from < k;)
    {
      size_t outer;
      from = cut_chunks (m, k, list, from);
      outer = m->n_chunks * m->size.lines;
      if (parts == 0)
        parts = cvxi_smaller (cvxi_divide_up (N_TASKS, outer),
                              cvxi_larger (1, m->n / FEW_SAMPLES));
#pragma omp parallel for num_threads(team) schedule(static) if (team > 1)
      for (size_t w = 0; w < m->bit_words; w++)
        sample_words (m, list, w);
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
      for (size_t task = 0; task < outer * parts; task++)
        {
          size_t piece = task / parts, part = task % parts;
          if (cvx_aborted (progress))
            atomic_store_explicit (&stopped, true, memory_order_relaxed);
          else
            (m->single ? few_task_single : few_task) (
                m, r, ld, piece / m->size.lines,
                piece % m->size.lines * m->size.line, m->n * part / parts,
                m->n * (part + 1) / parts,
                parts > 1 ? m->partial + part * length : g);
        }
      if (stopped)
        return false;
    }
  add_parts (m, parts, length, g);
  return true;
}

enum cvx_status
cvxi_lookup_adjoint (struct cvxi_lookup *m, size_t k, const size_t *list,
                     const void *r, size_t ld, double *g, int team,
                     struct cvx_progress *progress)
{
  bool many = k >= MANY_PATTERNS * count_runs (m, k, list);
  return (many ? many_adjoint : few_adjoint) (m, k, list, r, ld, g, team,
                                              progress)
             ? CVX_OK
             : CVX_INTERRUPTED;
}
