/* state.h -- the states of solvers, from their tables of fields.

   Internal to the solver layer.  A state is `state_size' bytes whose arrays
   are named by the table; every function here walks that table, so that a
   solver writes none of them.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_STATE_H
#define CVX_SOLVER_STATE_H

#include <stddef.h>

#include "solver/run.h"

/* The row of field NAME of struct STATE in the table of a solver.  */
#define CVXI_FIELD(STATE, NAME, KIND, LENGTH, SCRATCH)                        \
  {                                                                           \
#    NAME, offsetof(struct STATE, NAME), KIND, LENGTH, SCRATCH                \
  }
#define CVXI_FIELD_END                                                        \
  {                                                                           \
    NULL, 0, CVX_FIELD_REAL, CVX_LEN_ONE, false                               \
  }

/* A zeroed state for F with its fixed arrays, the caller's; CVX_NOMEM.  */
enum cvx_status cvxi_state_new (void **out, const struct cvx_solver *solver,
                                const struct cvx_formulation *f,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_state_free (void *state, const struct cvx_solver *solver);

/* Blocks that a working set is taken to have when memory is foretold.  */
static inline double
cvxi_state_blocks (const struct cvx_formulation *f)
{
  return fmin ((double)f->n_blocks, 100 * (double)f->n_outputs);
}

/* Make the saved fields of TO those of FROM; scratch is left alone.  CVX_NOMEM
   only where a vector has to grow: TO is then partly copied.  */
enum cvx_status cvxi_state_copy (void *to, const void *from,
                                 const struct cvx_solver *solver,
                                 const struct cvx_formulation *f,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The name of the first saved field that differs in a bit, or NULL.  */
const char *cvxi_state_compare (const void *a, const void *b,
                                const struct cvx_solver *solver,
                                const struct cvx_formulation *f);

/* Room in every vector field for as many entries again and 64 more, so that a
   step can append without allocating.  */
enum cvx_status cvxi_state_grow (void *state, const struct cvx_solver *solver,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Saved fields as members PREFIX + name, and back.  Loading: CVX_DATA when a
   field is missing or has another size; `restore' is not called.  */
enum cvx_status cvxi_state_save (const void *state,
                                 const struct cvx_solver *solver,
                                 const struct cvx_formulation *f,
                                 struct cvx_npz_writer *w, const char *prefix,
                                 struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvxi_state_load (void *state, const struct cvx_solver *solver,
                                 const struct cvx_formulation *f,
                                 const struct cvx_npz *z, const char *prefix,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* E366 when POINT (may be NULL) has other blocks than F.  */
enum cvx_status cvxi_point_check (const struct cvx_formulation *f,
                                  const struct cvx_point *point,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* All blocks of POINT (NULL: zero) into X, n_var numbers, once checked.  */
enum cvx_status cvxi_point_dense (const struct cvx_formulation *f,
                                  const struct cvx_point *point, double *x,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Members of an archive: NAME is PREFIX followed by KEY.  */
enum cvx_status cvxi_member_add (struct cvx_npz_writer *w, const char *prefix,
                                 const char *key, enum cvx_array_type type,
                                 size_t rank, const size_t *shape,
                                 const void *values,
                                 struct cvx_error *err) CVX_MUST_CHECK;
/* The member of this type and count (SIZE_MAX: any), or E410; borrowed.  */
enum cvx_status cvxi_member_find (const struct cvx_array **out,
                                  const struct cvx_npz *z, const char *prefix,
                                  const char *key, enum cvx_array_type type,
                                  size_t count,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* What the run keeps beside struct cvx_run.  The first part is saved.  */
struct cvxi_driver
{
  uint64_t last_cert; /* iteration of the last certificate */
  uint64_t ref_iter;  /* ... of the last progress */
  double ref_gap;     /* gap then */
  double ratio;       /* gap over residual at the last certificate */
  uint64_t pending;   /* 1: a certificate was interrupted */
  char event[32];     /* to show in the next row */
  void *backup;       /* state at the last certificate */
  size_t backup_iter;
  double clock; /* of the last call */
  bool ticking; /* clock is set */
  double loss0; /* l(0; y), the size of rounding errors */
  double *nu;   /* n_obs, scratch */
};

/* What STATE leaves out, by the solver of RUN with the threads of RUN, so that
   a run goes on with the same digits.  Errors of the solver's restore.  */
enum cvx_status cvxi_run_restore (const struct cvx_run *run, void *state,
                                  const struct cvx_settings *settings,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* Shared by run.c and store.c: a run with its names, state and driver, before
   init or loading.  */
enum cvx_status cvxi_run_alloc (struct cvx_run **out,
                                const struct cvx_formulation *f,
                                const struct cvx_solver *solver,
                                const struct cvx_settings *settings,
                                struct cvx_error *err) CVX_MUST_CHECK;
/* Count CERT, its network and dual point into the best ends of RUN; *NET is
   taken (set to NULL) when it is the better one.  E903: weak duality fails. */
enum cvx_status cvxi_run_take (struct cvx_run *run,
                               const struct cvx_certificate *cert,
                               struct cvx_network **net, const double *nu,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* Append the row of the present ends, decimating a full trace.  */
enum cvx_status cvxi_run_row (struct cvx_run *run, const char *event,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* l (f; y) and nu = -dl (f) of the formulation's loss at the fit AT; n_obs
   numbers each.  */
double cvxi_loss_value (const struct cvx_formulation *f, const double *at);
void cvxi_loss_dual (const struct cvx_formulation *f, const double *at,
                     double *nu);

/* Products of F in single precision from now on, or in double.  CVX_NOMEM.  */
enum cvx_status cvxi_precision (const struct cvx_formulation *f, bool single,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_precision_double (const struct cvx_formulation *f);

/* Count the seconds since the last call as work.  */
void cvxi_run_clock (struct cvx_run *run, double seconds);

enum
{
  CVXI_TRACE_MAX = 100000 /* rows kept at most */
};

#endif
