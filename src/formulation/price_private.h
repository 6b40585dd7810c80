/* price_private.h -- what the search and its driver share; price.h.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_FORMULATION_PRICE_PRIVATE_H
#define CVX_FORMULATION_PRICE_PRIVATE_H

#include <stdint.h>

#include "formulation/price.h"
#include "formulation/signs.h"
#include "linalg/cone.h"

enum
{
  CVXI_R_MAX = CVX_PRICE_MAX_RANK,
  CVXI_LEAF_ROWS = 8, /* a cone crossed by at most this many rows is closed */
  CVXI_DEPTH_MAX = 600, /* far below rounding of the vertices */
  /* Above it branch and bound looks at fewer cells than there are.  */
  CVXI_WALK_ROWS = 10000,
  /* Where signs are tried before cones, and for how many nodes.  */
  CVXI_SIGNS_RANK = 5,
  CVXI_SIGNS_ROWS = 60,
  CVXI_SIGNS_NODES = 20000
};

struct cvxi_candidate
{
  double value;
  int sign;
  double u[CVXI_R_MAX];
};

/* Memory that is given back in reverse order.  */
struct cvxi_arena
{
  char *p;
  size_t used, cap;
};

struct cvxi_worker
{
  struct cvxi_arena arena;
  struct cvx_cone_work *cone;
  uint64_t *bits;
  struct cvxi_candidate *found;
  size_t n_found, cap_found;
  size_t nodes, cells;
  double upper, lower;
  bool failed, limited, improved;
};

struct cvx_pricer
{
  size_t n, d, r;
  double *x;   /* n x r: X V */
  double *map; /* r x d: V' */
  int threads;
  struct cvxi_worker *worker;
  struct cvx_signs *signs; /* of x; NULL where it is not tried */
  struct cvxi_walk *walk;  /* of x, rank 2 or 3; else NULL */
  double *value, *u;
  int *sign;
  size_t cap;
};

/* What one search shares.  */
struct cvxi_search
{
  const struct cvx_pricer *p;
  const double *nu;
  int sign; /* of nu, applied to every use */
  double threshold;
  size_t max_nodes;
  struct cvx_progress *progress;
};

static inline double
cvxi_price_dot (const double *a, const double *b, size_t r)
{
  double s = 0;
  for (size_t k = 0; k < r; k++)
    s += a[k] * b[k];
  return s;
}

static inline double
cvxi_price_nu (const struct cvxi_search *s, size_t i)
{
  return s->sign > 0 ? s->nu[i] : -s->nu[i];
}

/* h at U (the rank's coordinates).  */
double cvxi_price_at (const struct cvxi_search *s, const double *u);
/* Note direction U of this value; without memory W->failed is set.  */
void cvxi_price_record (const struct cvxi_search *s, struct cvxi_worker *w,
                        double value, const double *u);
/* One sign of nu: every orthant closed, or directions above the threshold
   recorded.  */
void cvxi_price_search (const struct cvxi_search *s);

/* X (n x r, r = 2 or 3), borrowed by nobody; *OUT is NULL, and all is well,
   for less than R lines.  */
struct cvxi_walk;
enum cvx_status cvxi_walk_new (struct cvxi_walk **out, const double *x,
                               size_t n, size_t r, int threads,
                               struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_walk_free (struct cvxi_walk *w);
/* Every cell: all local maxima of |h| above the threshold are in the workers
   of P, with RECORD as candidates too.  */
void cvxi_walk_run (struct cvxi_walk *w, struct cvx_pricer *p,
                    const struct cvxi_search *s, bool record);

#endif
