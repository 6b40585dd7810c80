/* worker.c -- the memory of one enumerating thread.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <string.h>

#include "arrangement/sweep.h"
#include "base/alloc.h"

/* Arrays one after another in one allocation; with no BASE yet, they are only
   measured.  */
struct layout
{
  unsigned char *base;
  size_t used;
};

static void *
place (struct layout *layout, size_t count, size_t size)
{
  size_t at = layout->used;
  layout->used += (count * size + 63) / 64 * 64;
  return layout->base == NULL ? NULL : layout->base + at;
}

static void
place_level (struct layout *to, struct cvxi_level *v, size_t q, size_t m,
             size_t rank)
{
  v->id = place (to, m, sizeof *v->id);
  v->above = place (to, rank, sizeof *v->above);
  v->own_col = place (to, q * m, sizeof *v->own_col);
  v->own_h = place (to, q, sizeof *v->own_h);
  v->t = place (to, q, sizeof *v->t);
  v->b = place (to, q * q, sizeof *v->b);
  v->w = place (to, q * q * q, sizeof *v->w);
  v->alpha = place (to, m, sizeof *v->alpha);
  v->beta = place (to, m, sizeof *v->beta);
  v->y = place (to, q * m, sizeof *v->y);
  v->key = place (to, m, sizeof *v->key);
  v->order = place (to, m, sizeof *v->order);
  v->joined = place (to, m, sizeof *v->joined);
  v->closure = place (to, m, sizeof *v->closure);
  v->state = place (to, m, sizeof *v->state);
  v->at = place (to, m, sizeof *v->at);
  v->is_at = place (to, m, sizeof *v->is_at);
  v->vertex = place (to, q, sizeof *v->vertex);
  v->normal = place (to, q * q, sizeof *v->normal);
  v->out = place (to, m, sizeof *v->out);
  v->inside = place (to, q, sizeof *v->inside);
  v->toward = place (to, q, sizeof *v->toward);
  v->sign = place (to, q, sizeof *v->sign);
}

static void
place_all (struct cvxi_worker *k, struct layout *to)
{
  size_t r = k->lines->rank;
  k->level = place (to, r, sizeof *k->level);
  k->row = place (to, k->lines->n_words, sizeof *k->row);
  k->axes = place (to, r, sizeof *k->axes);
  for (size_t i = 0; i < r; i++)
    {
      struct cvxi_level none, *v = to->base == NULL ? &none : &k->level[i];
      place_level (to, v, r - i, k->lines->ld, r);
    }
}

bool
cvxi_worker_init (struct cvxi_worker *k, const struct cvxi_lines *lines,
                  unsigned what)
{
  struct layout layout = { NULL, 0 };
  memset (k, 0, sizeof *k);
  k->lines = lines;
  k->what = what;
  place_all (k, &layout);
  k->arena = cvx_calloc (layout.used, 1);
  if (k->arena == NULL)
    return false;
  layout.base = k->arena;
  layout.used = 0;
  place_all (k, &layout);
  k->axes[lines->rank - 1] = 1;
  for (size_t l = 0; l < lines->n_lines; l++)
    k->level[0].id[l] = l;
  k->level[0].z = lines->n_lines;
  k->level[0].ld = lines->ld;
  k->level[0].col = lines->y;
  return true;
}

void
cvxi_worker_free (struct cvxi_worker *k)
{
  cvx_free (k->arena);
  cvx_free (k->bits);
  cvx_free (k->gate);
}
