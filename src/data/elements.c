/* elements.c -- the numbers of a file straight into a dataset.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "data/elements.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "data/scan.h"
#include "linalg/threads.h"

enum
{
  BLOCK = 256 << 10, /* bytes that stay in the cache of one core */
  PIECE = 4 << 20,   /* bytes that a thread takes at a time, of several */
  MANY = 4,          /* pieces from which on the second thread pays */
  TEAM = 2
};

/* What each thread has for itself.  */
struct hand
{
  unsigned char *raw; /* BLOCK bytes of the file */
  double *rows;       /* LINES rows of the array; NULL: those of x */
};

struct pour
{
  const struct cvxi_elements *e;
  const struct cvxi_plan *plan;
  struct cvx_dataset *d;
  struct cvxi_scan *scan; /* NULL: nobody asks */
  struct hand hand[TEAM];
  size_t lines; /* rows of a block */
  size_t step;  /* rows of a piece */
  size_t taken; /* bytes of the array so far, of a stream */
};

/* The size is not known: what is read is what comes next.  */
static bool
is_stream (const struct cvxi_elements *e)
{
  return cvxi_input_size (e->in) == 0;
}

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

/* LEN bytes of the array from byte AT on, which in a stream is where it
   stands.  */
static enum cvx_status
pull (struct pour *p, size_t at, void *to, size_t len, struct cvx_error *err)
{
  const struct cvxi_elements *e = p->e;
  size_t got;
  enum cvx_status status
      = is_stream (e)
            ? cvxi_input_read (e->in, to, len, &got, err)
            : cvxi_input_read_at (e->in, e->before + at, to, len, &got, err);
  if (is_stream (e))
    p->taken += got;
  return status == CVX_OK && got < len ? fail_size (e, at + got, err) : status;
}

/* Of a stream, LEN bytes that nobody wants.  */
static enum cvx_status
skip (struct pour *p, size_t len, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  while (len > 0 && status == CVX_OK)
    {
      size_t k = len < BLOCK ? len : BLOCK;
      status = pull (p, p->taken, p->hand[0].raw, k, err);
      len -= k;
    }
  return status;
}

/* COUNT numbers of the array from number AT on.  */
static enum cvx_status
numbers (struct pour *p, struct hand *hand, size_t at, double *to,
         size_t count, struct cvx_error *err)
{
  const struct cvxi_npy *h = &p->e->head;
  enum cvx_status status = CVX_OK;
  bool direct = h->kind == 'f' && h->width == sizeof *to;
  size_t step = BLOCK / (direct ? sizeof *to : h->width);
  for (size_t k = 0; k < count && status == CVX_OK; k += step)
    {
      size_t n = count - k < step ? count - k : step;
      void *bytes = direct ? (void *)(to + k) : hand->raw;
      status = pull (p, (at + k) * h->width, bytes, n * h->width, err);
      if (status == CVX_OK)
        cvxi_npy_doubles (h, n, bytes, to + k);
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

/* Piece K into the dataset, a block at a time while it is in the cache.  When
   somebody asks, *PLAIN is whether every feature is a plain number.  */
static enum cvx_status
pour_piece (struct pour *p, struct hand *hand, size_t k, bool *plain,
            struct cvx_error *err)
{
  const struct cvxi_plan *plan = p->plan;
  size_t d = p->d->n_features, first = k * p->step, n = rows_of (p, k);
  *plain = true;
  for (size_t i = 0; i < n; i += p->lines)
    {
      size_t len = n - i < p->lines ? n - i : p->lines, row = first + i;
      double *x = p->d->part[CVX_TRAIN].x + row * d;
      double *rows = hand->rows != NULL ? hand->rows : x;
      enum cvx_status status
          = numbers (p, hand, (plan->first + row) * plan->width, rows,
                     len * plan->width, err);
      if (status != CVX_OK)
        return status;
      cvxi_plan_rows (plan, p->d, row, len, rows);
      if (p->scan != NULL)
        *plain = *plain && cvxi_scan_plain (x, len * d);
    }
  return CVX_OK;
}

/* All pieces, by a TEAM of threads.  In the order of the file are only the
   hash and which failure counts.  */
static enum cvx_status
pour_pieces (struct pour *p, int team, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  size_t pieces = (p->plan->n + p->step - 1) / p->step;
  size_t d = p->d->n_features;
  const double *x = p->d->part[CVX_TRAIN].x;
  atomic_bool failed = false;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(team)
  for (size_t k = 0; k < pieces; k++)
    {
      struct cvx_error mine;
      enum cvx_status end = CVX_OK;
      bool plain = true;
      if (!failed)
        end = pour_piece (p, &p->hand[cvx_thread_number ()], k, &plain, &mine);
      if (end != CVX_OK)
        failed = true;
#pragma omp ordered
      if (status == CVX_OK && end != CVX_OK)
        {
          status = end;
          if (err != NULL)
            *err = mine;
        }
      else if (!failed && p->scan != NULL)
        cvxi_scan_add (p->scan, x + k * p->step * d, rows_of (p, k) * d,
                       plain);
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
  if (is_stream (e))
    {
      status = skip (p, e->head.count * e->head.width - p->taken, err);
      if (status == CVX_OK)
        status = cvxi_input_read (e->in, p->hand[0].raw, 1, &got, err);
      if (status == CVX_OK && got > 0)
        status = fail_size (e, SIZE_MAX, err);
    }
  return status == CVX_OK ? cvxi_input_unchanged (e->in, err) : status;
}

/* Memory of its own for each of the first TEAM threads.  */
static bool
get_hands (struct pour *p, int team, bool split)
{
  bool there = true;
  for (int k = 0; k < team; k++)
    {
      struct hand *h = &p->hand[k];
      h->raw = cvx_alloc (BLOCK, 1);
      if (split)
        h->rows = cvx_alloc (p->lines, p->plan->width * sizeof *h->rows);
      there = there && h->raw != NULL && (h->rows != NULL || !split);
    }
  return there;
}

static void
free_hands (struct pour *p)
{
  for (int k = 0; k < TEAM; k++)
    {
      cvx_free (p->hand[k].raw);
      cvx_free (p->hand[k].rows);
    }
}

/* Damage counts for more than what ERR says about the shape, as when the size
   is known beforehand.  */
static enum cvx_status
fail_plan (struct pour *p, enum cvx_status found, struct cvx_error *err)
{
  struct cvx_error damage;
  enum cvx_status status = CVX_OK;
  if (found == CVX_DATA && is_stream (p->e) && get_hands (p, 1, false))
    status = skip (p, p->e->head.count * p->e->head.width, &damage);
  free_hands (p);
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
  size_t c = columns->n_targets, bytes = cvx_dataset_bytes (n, d, c);
  size_t row = width * sizeof (double);
  bool many = n / MANY >= PIECE / row + 1, split = d < width;
  int team = many && !is_stream (e) && !cvx_in_parallel ()
                     && cvx_blas_threads (0) > 1
                 ? TEAM
                 : 1;
  enum cvx_status status;
  p->lines = BLOCK / row + 1 < n ? BLOCK / row + 1 : n;
  p->step = team > 1 ? PIECE / row + 1 : p->lines;
  if (split
      && __builtin_add_overflow (bytes, (size_t)team * p->lines * row, &bytes))
    bytes = SIZE_MAX;
  if (o->max_bytes != 0 && bytes > o->max_bytes)
    return cvxi_fail_memory (e->in, e->path, (double)bytes, o->max_bytes, err);
  status = cvx_dataset_new (&p->d, "", n, d, c, err);
  if (status != CVX_OK)
    return status;
  if (o->found != NULL)
    p->scan = cvxi_scan_begin (n, d, o->labels != NULL ? 1 : c);
  if (!get_hands (p, team, split) || (o->found != NULL && p->scan == NULL))
    return cvx_fail_nomem (err, "reading numbers");
  if (is_stream (e))
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
  free_hands (&p);
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
