/* facets.c -- the walls of every cell.

   A wall of a cell on the hyperplane of line l is a cell of the arrangement
   restricted to that hyperplane, and the two cells of the whole arrangement on
   its sides differ in the bits of l only.  So the walls are
   found by enumerating m arrangements of rank r - 1, and each is looked up
   twice: a cost in the number of walls, not in patterns times rows.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdatomic.h>

#include "arrangement/cells.h"
#include "arrangement/index.h"
#include "arrangement/lines.h"
#include "arrangement/patterns.h"
#include "base/alloc.h"

void
cvx_facets_free (struct cvx_facets *f)
{
  if (f == NULL)
    return;
  cvx_free (f->start);
  cvx_free (f->facet);
  cvx_free (f->neighbour);
  cvx_free (f);
}

/* The two cells of a wall, UINT32_MAX for one that is not in the set.  */
struct wall
{
  uint32_t cell[2];
};

/* The walls of one line.  */
struct walls
{
  size_t count, capacity;
  struct wall *wall;
};

enum
{
  WORTH_THREADS = 1 << 12 /* patterns that pay for starting threads */
};

struct search
{
  const struct cvx_patterns *p;
  const struct cvxi_lines *lines;
  const struct cvx_pattern_index *index;
  size_t line;
  struct walls *walls;
  uint64_t *bits; /* n_words */
};

static uint32_t
look_up (const struct search *s)
{
  size_t g = cvx_pattern_index_find (s->index, s->bits);
  return g == SIZE_MAX ? UINT32_MAX : (uint32_t)g;
}

static void
flip_line (const struct search *s)
{
  for (size_t k = s->lines->toggle_start[s->line];
       k < s->lines->toggle_start[s->line + 1]; k++)
    s->bits[s->lines->toggle[k].word] ^= s->lines->toggle[k].mask;
}

/* Add the wall with the bits in s->bits on one side.  */
static bool
add_wall (const struct search *s)
{
  struct walls *w = s->walls;
  struct wall wall;
  if (w->count == w->capacity)
    {
      size_t more = w->capacity == 0 ? 64 : 2 * w->capacity;
      struct wall *grown = cvx_grow (w->wall, w->count, more, sizeof *grown);
      if (grown == NULL)
        return false;
      w->wall = grown;
      w->capacity = more;
    }
  wall.cell[0] = look_up (s);
  flip_line (s);
  wall.cell[1] = look_up (s);
  w->wall[w->count++] = wall;
  return true;
}

static enum cvx_status
take_walls (void *context, const struct cvxi_cells *cells,
            struct cvx_error *err)
{
  const struct search *s = context;
  size_t words = s->lines->n_words;
  for (size_t g = 0; g < cells->count; g++)
    {
      /* In the restricted arrangement the rows of the line count as zero rows,
         whose bits are set; give them those of the positive side.  */
      for (size_t k = 0; k < words; k++)
        s->bits[k] = cells->bits[g * words + k];
      for (size_t k = s->lines->toggle_start[s->line];
           k < s->lines->toggle_start[s->line + 1]; k++)
        {
          const struct cvxi_toggle *t = &s->lines->toggle[k];
          s->bits[t->word] = (s->bits[t->word] & ~t->mask)
                             | (s->lines->base[t->word] & t->mask);
        }
      if (!add_wall (s))
        return cvx_fail_nomem (err, "finding facets");
      if (s->lines->rank == 1)
        continue; /* the only wall is its own mirror image */
      for (size_t k = 0; k < words; k++)
        s->bits[k] ^= s->lines->moving[k];
      if (!add_wall (s))
        return cvx_fail_nomem (err, "finding facets");
    }
  return CVX_OK;
}

static enum cvx_status
search_line (struct search *s, struct cvx_progress *progress,
             struct cvx_error *err)
{
  struct cvxi_lines *on;
  size_t count;
  enum cvx_status status;
  if (cvx_aborted (progress))
    return cvx_fail_interrupted (err);
  status = cvxi_lines_restrict (&on, s->lines, s->line, err);
  if (status != CVX_OK)
    return status;
  status = cvxi_cells_run (&count, on, CVXI_CELLS_BITS, 1, take_walls, s, NULL,
                           err);
  cvxi_lines_free (on);
  cvx_progress_add (progress, 1);
  return status;
}

/* Sort the walls by cell; those of one cell stay in the order of the lines. */
static enum cvx_status
gather (struct cvx_facets *f, const struct cvx_patterns *p,
        const struct cvxi_lines *lines, struct walls *walls,
        struct cvx_error *err)
{
  f->start = cvx_calloc (p->n_patterns + 2, sizeof *f->start);
  if (f->start == NULL)
    return cvx_fail_nomem (err, "finding facets");
  for (size_t l = 0; l < lines->n_lines; l++)
    for (size_t k = 0; k < walls[l].count; k++)
      for (int side = 0; side < 2; side++)
        if (walls[l].wall[k].cell[side] != UINT32_MAX)
          f->start[walls[l].wall[k].cell[side] + 2]++;
  for (size_t g = 0; g < p->n_patterns; g++)
    f->start[g + 2] += f->start[g + 1];
  f->facet = cvx_alloc (f->start[p->n_patterns + 1], sizeof *f->facet);
  f->neighbour = cvx_alloc (f->start[p->n_patterns + 1], sizeof *f->neighbour);
  if (f->facet == NULL || f->neighbour == NULL)
    return cvx_fail_nomem (err, "finding facets");
  for (size_t l = 0; l < lines->n_lines; l++)
    {
      for (size_t k = 0; k < walls[l].count; k++)
        for (int side = 0; side < 2; side++)
          {
            uint32_t g = walls[l].wall[k].cell[side];
            if (g != UINT32_MAX)
              {
                size_t at = f->start[g + 1]++;
                f->facet[at] = (uint32_t)lines->first[l];
                f->neighbour[at] = walls[l].wall[k].cell[1 - side];
              }
          }
      cvx_free (walls[l].wall);
      walls[l].wall = NULL;
    }
  return CVX_OK;
}

static enum cvx_status
search_all (struct cvx_facets *f, const struct cvx_patterns *p,
            const struct cvxi_lines *lines, struct cvx_progress *progress,
            struct cvx_error *err)
{
  size_t m = lines->n_lines;
  struct cvx_pattern_index *index;
  struct walls *walls;
  atomic_int stop = CVX_OK;
  struct cvx_error first;
  enum cvx_status result = cvx_pattern_index_new (&index, p, err);
  if (result != CVX_OK)
    return result;
  walls = cvx_calloc (m, sizeof *walls);
  if (walls == NULL)
    {
      cvx_pattern_index_free (index);
      return cvx_fail_nomem (err, "finding facets");
    }
  cvx_progress_total (progress, m);
#pragma omp parallel for schedule(dynamic) if (p->n_patterns > WORTH_THREADS)
  for (size_t l = 0; l < m; l++)
    {
      struct search s = { p, lines, index, l, &walls[l], NULL };
      struct cvx_error mine;
      enum cvx_status status = CVX_OK;
      if (atomic_load (&stop) != CVX_OK)
        continue;
      cvx_error_clear (&mine);
      s.bits = cvx_alloc (lines->n_words, sizeof *s.bits);
      status = s.bits == NULL ? cvx_fail_nomem (&mine, "finding facets")
                              : search_line (&s, progress, &mine);
      cvx_free (s.bits);
#pragma omp critical(cvx_facets_result)
      if (status != CVX_OK && atomic_load (&stop) == CVX_OK)
        {
          first = mine;
          atomic_store (&stop, (int)status);
        }
    }
  result = (enum cvx_status)atomic_load (&stop);
  if (result != CVX_OK && err != NULL)
    *err = first;
  cvx_pattern_index_free (index);
  if (result == CVX_OK)
    result = gather (f, p, lines, walls, err);
  for (size_t l = 0; l < m; l++)
    cvx_free (walls[l].wall);
  cvx_free (walls);
  return result;
}

/* The first row of every line, for every pattern.  */
static enum cvx_status
list_lines (struct cvx_facets *f, const struct cvx_patterns *p,
            const struct cvxi_lines *lines, struct cvx_error *err)
{
  size_t m = lines->n_lines;
  f->start = cvx_alloc (p->n_patterns + 1, sizeof *f->start);
  f->facet = cvx_alloc (p->n_patterns, m * sizeof *f->facet);
  f->neighbour = cvx_alloc (p->n_patterns, m * sizeof *f->neighbour);
  if (f->start == NULL || f->facet == NULL || f->neighbour == NULL)
    return cvx_fail_nomem (err, "finding facets");
  for (size_t g = 0; g < p->n_patterns; g++)
    {
      f->start[g] = g * m;
      for (size_t l = 0; l < m; l++)
        {
          f->facet[g * m + l] = (uint32_t)lines->first[l];
          f->neighbour[g * m + l] = UINT32_MAX;
        }
    }
  f->start[p->n_patterns] = p->n_patterns * m;
  return CVX_OK;
}

enum cvx_status
cvx_facets_new (struct cvx_facets **out, const struct cvx_patterns *p,
                const double *x, struct cvx_progress *progress,
                struct cvx_error *err)
{
  struct cvx_facets *f;
  struct cvxi_lines *lines;
  enum cvx_status status;
  *out = NULL;
  if (p->data_hash != cvx_patterns_data_hash (x, p->n_samples, p->n_features))
    return cvx_fail (err, CVX_E313, "the patterns are not those of X");
  status = cvxi_lines_group (&lines, x, p->n_samples, p->n_features, err);
  if (status != CVX_OK)
    return status;
  f = cvx_calloc (1, sizeof *f);
  if (f == NULL)
    status = cvx_fail_nomem (err, "finding facets");
  else if (!p->complete)
    status = list_lines (f, p, lines, err);
  else
    {
      status = cvxi_lines_coordinates (lines, x, err);
      if (status == CVX_OK)
        status = search_all (f, p, lines, progress, err);
    }
  cvxi_lines_free (lines);
  if (status != CVX_OK)
    cvx_facets_free (f);
  else
    *out = f;
  return status;
}
