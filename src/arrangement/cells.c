/* cells.c -- the enumeration cut into pieces and given to threads.

   What is enumerated and why each cell comes once is said in sweep.c: for
   every k up to the rank, all subsets T of k - 2 lines.  A piece is a run of
   such subsets in lexicographic order.  The pieces depend on the lines only,
   so that whoever keeps the cells in the order of the pieces has the same
   order for any number of threads.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/cells.h"

#include <omp.h>
#include <stdatomic.h>

#include "arrangement/combos.h"
#include "arrangement/sweep.h"
#include "base/alloc.h"

enum
{
  PIECES = 2048,         /* per k, about, when there are as many T */
  PIECE_BYTES = 1 << 22, /* of output, aimed at per piece */
  PER_THREAD = 1 << 16   /* crossings that make another thread worth it */
};

static const uint64_t MOST_CELLS = (uint64_t)1 << 60;

struct plan
{
  size_t n_pieces;
  size_t first[CVXI_MAX_RANK + 1]; /* first piece for k = rank, rank - 1, .. */
  uint64_t size[CVXI_MAX_RANK];    /* T per piece */
  uint64_t total[CVXI_MAX_RANK];   /* T */
};

static enum cvx_status
make_plan (struct plan *plan, const struct cvxi_lines *lines,
           struct cvx_error *err)
{
  size_t m = lines->n_lines, r = lines->rank;
  double cell = 8 * ((double)lines->n_words + (double)lines->d);
  plan->n_pieces = 0;
  for (size_t a = 0; a < r; a++)
    {
      size_t k = r - a;
      uint64_t total = k >= 2 ? cvxi_choose (m - 1, k - 2) : 1;
      double fit = PIECE_BYTES / (cell * (double)m);
      if (cvxi_choose (m - 1, k - 1) > MOST_CELLS)
        return cvx_fail (err, CVX_E310,
                         "more than 10^18 patterns to enumerate (%zu lines of "
                         "rank %zu)",
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
run_piece (struct cvxi_worker *k, const struct plan *plan, size_t piece,
           struct cvx_progress *progress)
{
  size_t a = 0;
  uint64_t from, left;
  while (piece >= plan->first[a + 1])
    a++;
  from = (piece - plan->first[a]) * plan->size[a];
  left = plan->total[a] - from;
  if (left > plan->size[a])
    left = plan->size[a];
  cvxi_sweep (k, k->lines->rank - a, from, left, progress);
  cvx_progress_add (progress, (size_t)left);
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

struct job
{
  const struct cvxi_lines *lines;
  const struct plan *plan;
  cvxi_cells_visit *visit;
  void *context;
  struct cvx_progress *progress;
  atomic_int status; /* of the first failure, which is in err */
  struct cvx_error err;
};

/* One piece, from start to visit.  */
static enum cvx_status
do_piece (const struct job *job, struct cvxi_worker *k, size_t piece,
          size_t *seen, struct cvx_error *err)
{
  struct cvxi_cells cells = { .piece = piece };
  if (cvx_aborted (job->progress))
    return cvx_fail_interrupted (err);
  k->count = k->n_thin = 0;
  run_piece (k, job->plan, piece, job->progress);
  if (k->failed)
    return cvx_fail_nomem (err, "enumerating patterns");
  if (cvx_aborted (job->progress))
    return cvx_fail_interrupted (err);
  *seen += k->count;
  if (job->visit == NULL || k->count == 0)
    return CVX_OK;
  cells.count = k->count;
  cells.bits = k->bits;
  cells.gate = k->gate;
  cells.n_thin = k->n_thin;
  cells.thread = omp_get_thread_num ();
  return job->visit (job->context, &cells, err);
}

/* Keep the first failure.  */
static void
remember (struct job *job, enum cvx_status status,
          const struct cvx_error *mine)
{
#pragma omp critical(cvxi_cells_result)
  if (atomic_load (&job->status) == CVX_OK)
    {
      job->err = *mine;
      atomic_store (&job->status, (int)status);
    }
}

enum cvx_status
cvxi_cells_run (size_t *count, const struct cvxi_lines *lines, unsigned what,
                int threads, cvxi_cells_visit *visit, void *context,
                struct cvx_progress *progress, struct cvx_error *err)
{
  struct plan plan;
  struct job job = { .lines = lines,
                     .plan = &plan,
                     .visit = visit,
                     .context = context,
                     .progress = progress };
  size_t total = 0;
  double worth;
  enum cvx_status result;
  *count = 0;
  if (lines->rank == 0)
    return trivial (count, lines, what, visit, context, err);
  result = make_plan (&plan, lines, err);
  if (result != CVX_OK)
    return result;
  for (size_t a = 0; a < lines->rank; a++)
    total += (size_t)plan.total[a];
  cvx_progress_total (progress, total);
  worth = 1 + (double)total * (double)lines->n_lines / PER_THREAD;
  if (threads <= 0)
    threads = omp_get_max_threads ();
  if (threads > worth)
    threads = (int)worth;
  total = 0;
#pragma omp parallel num_threads(threads) reduction(+ : total)
  {
    struct cvxi_worker worker;
    struct cvx_error mine;
    cvx_error_clear (&mine);
    if (!cvxi_worker_init (&worker, lines, visit == NULL ? 0 : what))
      remember (&job, cvx_fail_nomem (&mine, "enumerating patterns"), &mine);
#pragma omp for schedule(dynamic)
    for (size_t piece = 0; piece < plan.n_pieces; piece++)
      if (atomic_load (&job.status) == CVX_OK)
        {
          enum cvx_status status
              = do_piece (&job, &worker, piece, &total, &mine);
          if (status != CVX_OK)
            remember (&job, status, &mine);
        }
    cvxi_worker_free (&worker);
  }
  *count = total;
  result = (enum cvx_status)atomic_load (&job.status);
  if (result != CVX_OK && err != NULL)
    *err = job.err;
  return result;
}
