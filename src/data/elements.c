/* elements.c -- the numbers of a file straight into a dataset.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/elements.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "data/scan.h"
#include "linalg/threads.h"

enum
{
  BLOCK = 256 << 10, /* bytes that stay in the cache of one core */
  PIECE = 4 << 20,   /* bytes that one thread hands to the other */
  MANY = 4           /* pieces from which on the second thread pays */
};

struct pour
{
  const struct cvxi_elements *e;
  const struct cvxi_plan *plan;
  struct cvx_dataset *d;
  struct cvxi_scan *scan; /* NULL: nobody asks */
  unsigned char *raw;     /* BLOCK bytes of the file */
  double *rows[2];        /* STEP rows of the array; NULL: those of x */
  size_t step;            /* rows of a piece */
  size_t taken;           /* bytes of the array so far */
};

static enum cvx_status
fail_size (const struct cvxi_elements *e, size_t there, struct cvx_error *err)
{
  char have[32] = "more";
  if (there != SIZE_MAX)
    snprintf (have, sizeof have, "%zu", there);
  cvx_fail (err, e->id, "%s %zu bytes after the header, there are %s",
            e->words, e->head.count * e->head.width, have);
  return cvx_at (err, e->path, 0, 0);
}

static enum cvx_status
pull (struct pour *p, void *to, size_t len, struct cvx_error *err)
{
  size_t got;
  enum cvx_status status = cvxi_input_read (p->e->in, to, len, &got, err);
  p->taken += got;
  if (status == CVX_OK && got < len)
    return fail_size (p->e, p->taken, err);
  return status;
}

/* LEN bytes that nobody wants.  */
static enum cvx_status
skip (struct pour *p, size_t len, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  while (len > 0 && status == CVX_OK)
    {
      size_t k = len < BLOCK ? len : BLOCK;
      status = pull (p, p->raw, k, err);
      len -= k;
    }
  return status;
}

/* COUNT numbers, with LOOK looked at.  */
static enum cvx_status
numbers (struct pour *p, double *to, size_t count, bool look,
         struct cvx_error *err)
{
  const struct cvxi_npy *h = &p->e->head;
  enum cvx_status status = CVX_OK;
  bool direct = h->kind == 'f' && h->width == sizeof *to;
  size_t step = BLOCK / (direct ? sizeof *to : h->width);
  for (size_t k = 0; k < count && status == CVX_OK; k += step)
    {
      size_t n = count - k < step ? count - k : step;
      void *bytes = direct ? (void *)(to + k) : p->raw;
      status = pull (p, bytes, n * h->width, err);
      if (status == CVX_OK)
        {
          cvxi_npy_doubles (h, n, bytes, to + k);
          if (look)
            cvxi_scan_look (p->scan, to + k, n);
        }
    }
  return status;
}

/* Rows of piece K.  */
static size_t
rows_of (const struct pour *p, size_t k)
{
  size_t left = p->plan->n - k * p->step;
  return left < p->step ? left : p->step;
}

static double *
place_of (const struct pour *p, size_t k)
{
  double *x = p->d->part[CVX_TRAIN].x;
  return p->rows[0] != NULL ? p->rows[p->rows[1] != NULL ? k % 2 : 0]
                            : x + k * p->step * p->plan->width;
}

/* Get piece K from the file.  What goes to x by way of other memory is looked
   at here, that both halves of the work take about as long.  */
static enum cvx_status
get (struct pour *p, size_t k, struct cvx_error *err)
{
  return numbers (p, place_of (p, k), rows_of (p, k) * p->plan->width,
                  p->rows[0] != NULL && p->scan != NULL, err);
}

/* Put piece K where it belongs, a block at a time.  */
static void
put (struct pour *p, size_t k)
{
  const struct cvx_part *part = &p->d->part[CVX_TRAIN];
  size_t d = p->d->n_features, width = p->plan->width, n = rows_of (p, k);
  size_t step = BLOCK / sizeof (double) / width + 1, first = k * p->step;
  const double *from = place_of (p, k);
  for (size_t i = 0; i < n; i += step)
    {
      size_t len = n - i < step ? n - i : step;
      const double *x = part->x + (first + i) * d;
      cvxi_plan_rows (p->plan, p->d, first + i, len, from + i * width);
      if (p->scan != NULL && p->rows[0] == NULL)
        cvxi_scan_look (p->scan, x, len * d);
      if (p->scan != NULL)
        cvxi_scan_hash (p->scan, x, len * d);
    }
}

/* All pieces: with two threads one gets a piece while the other puts the one
   before it.  */
static enum cvx_status
pour_pieces (struct pour *p, int team, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  size_t pieces = (p->plan->n + p->step - 1) / p->step;
  bool ready[2] = { false, false };
#pragma omp parallel num_threads(team) if (team > 1)
  for (size_t k = 0; k <= pieces; k++)
    {
#pragma omp single nowait
      {
        if (k < pieces && status == CVX_OK)
          status = get (p, k, err);
        ready[k % 2] = k < pieces && status == CVX_OK;
        if (team == 1 && ready[k % 2])
          put (p, k);
      }
#pragma omp single
      if (team > 1 && k > 0 && ready[(k - 1) % 2])
        put (p, k - 1);
    }
  return status;
}

/* Nothing follows, whether the size was known or not.  */
static enum cvx_status
end (struct pour *p, struct cvx_error *err)
{
  const struct cvxi_elements *e = p->e;
  enum cvx_status status = CVX_OK;
  size_t got;
  if (cvxi_input_size (e->in) == 0)
    {
      status = skip (p, e->head.count * e->head.width - p->taken, err);
      if (status == CVX_OK)
        status = cvxi_input_read (e->in, p->raw, 1, &got, err);
      if (status == CVX_OK && got > 0)
        status = fail_size (e, SIZE_MAX, err);
    }
  return status == CVX_OK ? cvxi_input_unchanged (e->in, err) : status;
}

/* Damage counts for more than what ERR says about the shape, as when the size
   is known beforehand.  */
static enum cvx_status
fail_plan (struct pour *p, enum cvx_status found, struct cvx_error *err)
{
  struct cvx_error damage;
  enum cvx_status status = CVX_OK;
  if (found == CVX_DATA && cvxi_input_size (p->e->in) == 0)
    p->raw = cvx_alloc (BLOCK, 1);
  if (p->raw != NULL)
    status = skip (p, p->e->head.count * p->e->head.width, &damage);
  cvx_free (p->raw);
  if (status == CVX_OK)
    return found;
  if (err != NULL)
    *err = damage;
  return status;
}

/* Memory for the rows, checked before it is taken, and all of them into
   it.  */
static enum cvx_status
pour (struct pour *p, const struct cvx_read_options *o, struct cvx_error *err)
{
  const struct cvxi_elements *e = p->e;
  const struct cvxi_columns *columns = &p->plan->columns;
  size_t width = p->plan->width, d = columns->n_features, n = p->plan->n;
  size_t c = columns->n_targets, bytes = cvx_dataset_bytes (n, d, c), piece;
  bool many = n / MANY >= PIECE / sizeof (double) / width + 1;
  int team = many && !cvx_in_parallel () && cvx_blas_threads (0) > 1 ? 2 : 1;
  bool split = d < width;
  enum cvx_status status;
  p->step = (many ? PIECE : BLOCK) / sizeof (double) / width + 1;
  piece = cvx_dataset_bytes (p->step < n ? p->step : n, width, 0);
  if (split && __builtin_add_overflow (bytes, (size_t)team * piece, &bytes))
    bytes = SIZE_MAX;
  if (o->max_bytes != 0 && bytes > o->max_bytes)
    return cvxi_fail_memory (e->in, e->path, (double)bytes, o->max_bytes, err);
  status = cvx_dataset_new (&p->d, "", n, d, c, err);
  if (status != CVX_OK)
    return status;
  p->raw = cvx_alloc (BLOCK, 1);
  for (int k = 0; k < team && split; k++)
    p->rows[k] = cvx_alloc (piece, 1);
  if (o->found != NULL)
    p->scan = cvxi_scan_begin (n, d, o->labels != NULL ? 1 : c);
  if (p->raw == NULL || (split && p->rows[0] == NULL)
      || (split && team > 1 && p->rows[1] == NULL)
      || (o->found != NULL && p->scan == NULL))
    return cvx_fail_nomem (err, "reading numbers");
  status = skip (p, p->plan->first * width * e->head.width, err);
  if (status == CVX_OK)
    status = pour_pieces (p, team, err);
  return status == CVX_OK ? end (p, err) : status;
}

enum cvx_status
cvxi_read_elements (struct cvx_dataset **out, const struct cvxi_elements *e,
                    const struct cvx_read_options *options,
                    struct cvx_text *notes, struct cvx_error *err)
{
  struct cvx_array shape = { .name = "", .type = e->head.type };
  struct cvxi_plan plan;
  struct cvxi_found unused;
  struct pour p = { .e = e, .plan = &plan };
  size_t size = cvxi_input_size (e->in);
  enum cvx_status status;
  *out = NULL;
  if (size != 0 && size != e->before + e->head.count * e->head.width)
    return fail_size (e, size > e->before ? size - e->before : 0, err);
  shape.rank = e->head.rank;
  memcpy (shape.shape, e->head.shape, sizeof shape.shape);
  status = cvxi_plan_make (&plan, &shape, NULL, e->path, options, err);
  if (status != CVX_OK)
    return fail_plan (&p, status, err);
  status = pour (&p, options, err);
  cvx_free (p.raw);
  cvx_free (p.rows[0]);
  cvx_free (p.rows[1]);
  cvxi_scan_end (p.scan, options->found != NULL ? options->found : &unused);
  if (status == CVX_OK)
    {
      cvxi_plan_finish (&plan, p.d, notes);
      *out = p.d;
    }
  else
    cvx_dataset_free (p.d);
  cvxi_plan_free (&plan);
  return status;
}
