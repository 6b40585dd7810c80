/* masked_lookup_tasks.h -- the tasks of masked_lookup.c in one precision;
   included there once for each, with REAL, NAME, BUILD, LOOK_UP, DOT, SCALE
   and SCATTER set.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#define LINE (CVXI_LINE_BYTES / sizeof (REAL))

/* Add the sums of piece P of the slab, whose rows start at WORD, to the lines
   of this thread (to nothing unless ADD).  */
static void
NAME (add_piece) (const struct cvxi_lookup *m, const struct work *w,
                  size_t n_rows, size_t n_groups, const uint64_t *word,
                  bool add)
{
  m->kernels->BUILD (n_groups, w->panel, w->table);
  m->kernels->LOOK_UP (n_groups, n_rows, word, w->table, add, w->sum);
}

/* F (one number in n_outputs) += the products of rows FROM .. FROM + COUNT - 1
   of X with the lines, which stand for its columns from AT on.  */
static void
NAME (multiply_lines) (const struct cvxi_lookup *m, const struct work *w,
                       size_t from, size_t count, size_t at, double *f)
{
  const REAL *x = (const REAL *)m->x + from * m->d + at, *sum = w->sum;
  size_t width = cvxi_smaller (LINE, m->d - at);
  if (width == LINE)
    {
      m->kernels->DOT (count, sum, x, m->d, f, m->n_outputs);
      return;
    }
  for (size_t i = 0; i < count; i++)
    {
      REAL t = 0;
      for (size_t j = 0; j < width; j++)
        t += sum[i * LINE + j] * x[i * m->d + j];
      f[i * m->n_outputs] += (double)t;
    }
}

/* Samples of tile T by pieces FROM .. TO - 1 of the slab; a piece is a chunk
   on a line.  FIRST: of the first slab.  */
static void
NAME (apply_task) (const struct cvxi_lookup *m, const void *in, size_t t,
                   size_t from, size_t to, bool first, double *f)
{
  const REAL *v = in;
  struct work w = work_of (m);
  size_t at = t * m->size.tile, nt = cvxi_smaller (m->size.tile, m->n - at);
  bool add = false;
  f += at * m->n_outputs;
  if (first)
    memset (f, 0, nt * m->n_outputs * sizeof *f);
  for (size_t p = from; p < to; p++)
    {
      size_t line = p / m->n_chunks * LINE, c = p % m->n_chunks;
      const struct run *chunk = &m->run[c];
      size_t width = cvxi_smaller (LINE, m->d - line);
      size_t n_groups = cvxi_divide_up (chunk->count, CVXI_GROUP);
      REAL *panel = w.panel;
      memset (panel, 0, n_groups * CVXI_GROUP * CVXI_LINE_BYTES);
      for (size_t b = 0; b < chunk->count; b++)
        memcpy (panel + b * LINE, v + (chunk->from + b) * m->d + line,
                width * sizeof *panel);
      NAME (add_piece)
      (m, &w, nt, n_groups, m->word + c * m->stride + at, add);
      add = p + 1 < to && c + 1 < m->n_chunks
            && chunk[1].output == chunk->output;
      if (!add)
        NAME (multiply_lines) (m, &w, at, nt, line, f + chunk->output);
    }
}

/* Lines FROM .. FROM + COUNT - 1 of r_i x_i from column AT on into the panel
   of this thread.  */
static void
NAME (scaled_lines) (const struct cvxi_lookup *m, const struct work *w,
                     const REAL *r, size_t from, size_t count, size_t at)
{
  const REAL *x = (const REAL *)m->x + at;
  size_t width = cvxi_smaller (LINE, m->d - at);
  REAL *panel = w->panel;
  if (width == LINE)
    m->kernels->SCALE (count, r + from, x + from * m->d, m->d, panel);
  else
    memset (panel, 0, PANEL_BYTES);
  for (size_t i = 0; width < LINE && i < count; i++)
    for (size_t j = 0; j < width; j++)
      panel[i * LINE + j] = r[from + i] * x[(from + i) * m->d + j];
  for (size_t i = count; i % CVXI_GROUP != 0; i++)
    memset (panel + i * LINE, 0, CVXI_LINE_BYTES);
}

/* Rows of block BLOCK on the line from column LINE on by chunks FROM .. TO - 1
   of the slab, which starts with chunk START.  */
static void
NAME (many_task) (const struct cvxi_lookup *m, const void *in, size_t ld,
                  const struct run *block, size_t line, size_t start,
                  size_t from, size_t to, bool first, double *g)
{
  const REAL *r = (const REAL *)in + block->output * ld;
  struct work w = work_of (m);
  size_t width = cvxi_smaller (LINE, m->d - line);
  const REAL *sum = w.sum;
  for (size_t c = from; c < to; c++)
    {
      size_t at = (start + c) * CHUNK, count = cvxi_smaller (CHUNK, m->n - at);
      NAME (scaled_lines) (m, &w, r, at, count, line);
      /* The next ones come while this chunk is added.  */
      for (size_t i = at + count; i < cvxi_smaller (m->n, at + 2 * CHUNK); i++)
        __builtin_prefetch ((const REAL *)m->x + i * m->d + line);
      NAME (add_piece)
      (m, &w, block->count, cvxi_divide_up (count, CVXI_GROUP),
       m->word + c * m->stride + block->from, c > from);
    }
  for (size_t i = 0; i < block->count; i++)
    {
      double *to_row = g + (block->from + i) * m->d + line;
      for (size_t j = 0; j < width; j++)
        to_row[j] = (first ? 0 : to_row[j]) + (double)sum[i * LINE + j];
    }
}

/* Entries that differ in bit B only, added up: the higher half goes into the
   lower one, and its sum to row B of G.  */
static void
NAME (collect) (REAL *table, size_t b, size_t width, double *g)
{
  REAL sum[LINE] = { 0 };
  REAL *high = table + (LINE << b);
  for (size_t i = 0; i < (size_t)1 << b; i++)
    for (size_t j = 0; j < LINE; j++)
      {
        sum[j] += high[i * LINE + j];
        table[i * LINE + j] += high[i * LINE + j];
      }
  for (size_t j = 0; j < width; j++)
    g[j] = (double)sum[j];
}

/* Rows of chunk C on the line from column LINE on: samples FROM .. TO - 1 are
   added to the entries their bits point at, and then the entries to the rows
   that are in them.  */
static void
NAME (few_task) (const struct cvxi_lookup *m, const void *in, size_t ld,
                 size_t c, size_t line, size_t from, size_t to, double *g)
{
  const struct run *chunk = &m->run[c];
  const REAL *r = (const REAL *)in + chunk->output * ld;
  size_t n_groups = cvxi_divide_up (chunk->count, CVXI_GROUP);
  size_t width = cvxi_smaller (LINE, m->d - line), count;
  struct work w = work_of (m);
  REAL *table = w.table;
  memset (table, 0, n_groups * (CVXI_LINE_BYTES << CVXI_GROUP));
  for (; from < to; from += count)
    {
      count = cvxi_smaller (CHUNK, to - from);
      NAME (scaled_lines) (m, &w, r, from, count, line);
      m->kernels->SCATTER (
          n_groups, count, m->word + c * m->stride + from, w.panel, table,
          (const REAL *)m->x + (from + count) * m->d + line, m->d);
    }
  for (size_t q = 0; q < n_groups; q++, table += LINE << CVXI_GROUP)
    for (size_t b = CVXI_GROUP; b-- > 0;)
      if (q * CVXI_GROUP + b < chunk->count)
        NAME (collect)
  (table, b, width, g + (chunk->from + q * CVXI_GROUP + b) * m->d + line);
}

#undef LINE
#undef REAL
#undef NAME
#undef BUILD
#undef LOOK_UP
#undef DOT
#undef SCALE
#undef SCATTER
