/* bench.h -- what the files of the benchmark share.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One line of the result.  Numbers that do not apply are NAN, counts 0.  */
struct bench_row
{
  char kind[16];   /* dgemm, enumerate, solve, scaling */
  char name[32];   /* of the problem */
  char method[48]; /* what was timed */
  size_t n, d, patterns;
  int threads;
  double tol;       /* relative certified gap asked for */
  char status[160]; /* "ok", or in words why not */
  double seconds;   /* from arrays in memory to the certified gap */
  double unit;    /* seconds of one 2000^3 DGEMM on one thread, just before */
  double rate;    /* dgemm: GFLOP/s; enumerate: patterns per second */
  double prepare; /* of `seconds': patterns and formulation */
  double gap, objective, bound;
  double off; /* objective against the reference optimum, relative */
  size_t iterations;
  double megabytes; /* largest memory of the process until then */
};

struct bench_rows
{
  struct bench_row *row;
  size_t n, cap;
};

struct bench_options
{
  const char *instances; /* folder */
  const char *out;       /* folder of the results */
  const char *only;      /* comma list of names or kinds; NULL: all */
  bool quick;            /* small sizes only */
  bool all;              /* every solver of the table */
  int threads;
  double limit;  /* seconds of one measurement; 0: by problem */
  double memory; /* bytes that one measurement may take */
};

extern struct bench_options bench_options;
extern struct bench_rows bench_rows;

/* The problems called ring, and those of scaling.  */
#define BENCH_RING                                                            \
  "d - 1 standard normal features and ones, +1 outside the median radius, "   \
  "5 % of the labels flipped, seed 1, beta = betamax / 100"

/* Seconds of a clock that never goes back.  */
double bench_now (void);
struct bench_row bench_empty_row (const char *kind, const char *name,
                                  const char *method);
/* Run FUNCTION in a process of its own for at most LIMIT seconds; its rows are
   added with UNIT.  Returns whether the last one is "ok".  */
bool bench_measure (void (*function) (void *context, struct bench_row row),
                    void *context, struct bench_row row, double limit,
                    double unit);
/* Of such a function.  R goes out with the memory of the process.  */
void bench_emit (struct bench_row *r);
/* True when STATUS is CVX_OK; else R goes out with the words of ERR.  */
bool bench_fine (enum cvx_status status, const struct cvx_error *err,
                 struct bench_row *r);

/* Append ROW; ends the program when there is no memory.  */
void bench_add (struct bench_rows *rows, const struct bench_row *row);

/* bench.csv, bench.json and, with gnuplot, bench.pdf and bench.gp in
   O->out.  */
enum cvx_status bench_write (const struct bench_options *o,
                             const struct bench_rows *rows,
                             struct cvx_error *err) CVX_MUST_CHECK;

/* Slope of log seconds over log patterns of the scaling rows of METHOD that
   have at least 1000 patterns, and their number in *USED; NAN with less than
   two.  */
double bench_slope (const struct bench_rows *rows, const char *method,
                    size_t *used);

#endif
