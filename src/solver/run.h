/* run.h -- a solver at work: stepping, stopping, certificates, trace, saving.

   A solver is a state machine that the caller steps; a run owns its state, the
   settings, the trace, the best network and the best dual bound.  The run
   reads no clock: the caller passes seconds in.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_SOLVER_RUN_H
#define CVX_SOLVER_RUN_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/npz.h"
#include "base/progress.h"
#include "formulation/formulation.h"

#define CVX_INFINITY HUGE_VAL

/* Every setting is a double; COUNT and FLAG hold whole numbers.  */
struct cvx_settings
{
#define CVX_SETTING(NAME, TYPE, DEFAULT, MIN, MAX, SOLVERS, HELP) double NAME;
#include "solver/settings.def"
#undef CVX_SETTING
};
enum cvx_setting_type
{
  CVX_SETTING_REAL,
  CVX_SETTING_COUNT,
  CVX_SETTING_FLAG
};
struct cvx_setting
{
  const char *name, *solvers, *help;
  enum cvx_setting_type type;
  size_t offset; /* in struct cvx_settings */
  double initial, min, max;
};
extern const struct cvx_setting cvx_setting_table[]; /* ends with name NULL */
/* The names of the numbers of S in their order, NULL at the end; NULL when it
   has none.  */
const char *const *cvx_setting_words (const struct cvx_setting *s);
/* VALUE of S as a user writes it: its own word, or in BUF (SIZE).  */
const char *cvx_setting_text (const struct cvx_setting *s, double value,
                              char *buf, size_t size);
void cvx_settings_init (struct cvx_settings *s);
enum cvx_status cvx_settings_set (struct cvx_settings *s, const char *name,
                                  double value,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* A solver's state is a struct; its fields are listed so that the run can
   allocate, free, save, load and compare it.  */
enum cvx_field_kind
{
  CVX_FIELD_REAL,   /* double, inside the struct */
  CVX_FIELD_COUNT,  /* uint64_t, inside the struct */
  CVX_FIELD_ARRAY,  /* double *, of fixed length */
  CVX_FIELD_VECTOR, /* struct cvx_vector, length changes between steps */
  CVX_FIELD_INDICES /* struct cvx_indices, the same for size_t */
};
enum cvx_field_length
{
  CVX_LEN_ONE,
  CVX_LEN_OBS,
  CVX_LEN_VAR,
  CVX_LEN_CONE,
  CVX_LEN_BLOCKS,
  CVX_LEN_SAMPLES,
  CVX_LEN_FREE /* vectors: the solver sets it */
};
struct cvx_field
{
  const char *name;
  size_t offset;
  enum cvx_field_kind kind;
  enum cvx_field_length length;
  bool scratch; /* not saved: recomputed, by `restore' if need be */
};
struct cvx_vector
{
  double *p;
  size_t len, cap;
};
struct cvx_indices
{
  size_t *p;
  size_t len, cap;
};
/* Room for CAP entries, contents kept; CVX_NOMEM leaves V as it was.  */
enum cvx_status cvx_vector_reserve (struct cvx_vector *v, size_t cap,
                                    struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_indices_reserve (struct cvx_indices *v, size_t cap,
                                     struct cvx_error *err) CVX_MUST_CHECK;

/* What a solver says about its iterate; nan: it does not have that.  */
struct cvx_measures
{
  double pri_res, dua_res; /* relative residuals */
  double step;             /* step size or penalty */
  double raw;              /* objective of the raw iterate */
  char event[32];          /* "restart", "rho 0.05*", or "" */
};

/* One row of solvers.def.  */
struct cvx_solver
{
  const char *name, *summary;
  bool rounds; /* an iteration is a long round: certify after each */
  size_t state_size;
  const struct cvx_field *fields; /* ends with name NULL */
  /* NULL when it suits F, else the reason in words.  */
  const char *(*unsuited) (const struct cvx_formulation *f,
                           const struct cvx_settings *s);
  /* STATE is zeroed and its arrays are allocated.  WARM may be NULL.  */
  enum cvx_status (*init) (void *state, const struct cvx_formulation *f,
                           const struct cvx_settings *s,
                           const struct cvx_point *warm,
                           struct cvx_error *err);
  /* After loading: rebuild scratch fields; NULL when there is nothing.  */
  enum cvx_status (*restore) (void *state, const struct cvx_formulation *f,
                              const struct cvx_settings *s,
                              struct cvx_error *err);
  /* One iteration.  Before each the run gives vector fields room for as many
     entries again and 64 more.  Whatever the failure (CVX_INTERRUPTED among
     them), the state is that before the step.  First-order methods take no
     memory here; newton, whose steps are few and long, does.  k steps and then
     l steps equal k + l steps bit for bit.  */
  enum cvx_status (*step) (void *state, const struct cvx_formulation *f,
                           const struct cvx_settings *s,
                           struct cvx_progress *progress,
                           struct cvx_error *err);
  void (*point) (const void *state, const struct cvx_formulation *f,
                 struct cvx_point *out);
  /* Instead of `point': the iterate as a network, the caller's.  The run
     certifies that among ReLU networks of any neurons, whatever the patterns:
     where they are not complete, `rounds' pay for a bound (bound.h) and others
     take the one at nu = 0.  `point' may then give multipliers NU of the loss,
     without atoms.  */
  enum cvx_status (*network) (const void *state,
                              const struct cvx_formulation *f,
                              struct cvx_network **net, struct cvx_error *err);
  void (*measures) (const void *state, const struct cvx_formulation *f,
                    struct cvx_measures *out);
  /* `tune NAME=VALUE' during a run; NULL or CVX_UNSUITED when it cannot.  */
  enum cvx_status (*tune) (void *state, const struct cvx_formulation *f,
                           const char *name, double value,
                           struct cvx_error *err);
  /* How it goes about F and why, in words of one line; NULL: it has but one
     way.  */
  void (*describe) (const void *state, const struct cvx_formulation *f,
                    char *buf, size_t size);
  /* Bytes that it takes beside its fixed arrays, at its peak and as far as
     that can be foretold; NULL: next to nothing.  */
  double (*bytes) (const struct cvx_formulation *f,
                   const struct cvx_settings *s);
  /* Flops of the matrices that it works with beside passes over the patterns,
     where they may be many more; NULL: they are not.  */
  double (*flops) (const struct cvx_formulation *f,
                   const struct cvx_settings *s);
  /* Free what init allocated beside the fields; NULL when nothing.  */
  void (*destroy) (void *state);
};
extern const struct cvx_solver *const cvx_solvers[]; /* NULL at the end */
const struct cvx_solver *cvx_solver_find (const char *name);
/* What a run of SOLVER on F will take beside F: its arrays, those of the last
   certified state, and what it needs while it works.  Working sets are taken
   to have a hundred blocks an output.  */
double cvx_solver_bytes (const struct cvx_solver *solver,
                         const struct cvx_formulation *f,
                         const struct cvx_settings *s);
/* Non-convex training (trainers.def): the same contract, but they have
   `network' and no `point', and gaps end where local minima do.  */
extern const struct cvx_solver *const cvx_trainers[]; /* NULL at the end */
const struct cvx_solver *cvx_trainer_find (const char *name);
/* The random first layer from which a trainer with SETTINGS starts when it is
   not warm started: U is WIDTH (settings->m) x N_FEATURES, the caller's.  */
void cvx_train_first_layer (const struct cvx_settings *settings, size_t width,
                            size_t n_features, double *u);
/* The solver `auto' takes for F, and why, in words (static text).  */
const struct cvx_solver *cvx_solver_choose (const struct cvx_formulation *f,
                                            const struct cvx_settings *s,
                                            const char **why);

enum cvx_run_status
{
  CVX_RUN_READY,   /* can go on */
  CVX_RUN_SOLVED,  /* certified gap <= tol */
  CVX_RUN_REDUCED, /* solved to reduced accuracy: the floor was reached */
  CVX_RUN_MAXITER,
  CVX_RUN_TIME,
  CVX_RUN_STALLED,
  CVX_RUN_INTERRUPTED,
  CVX_RUN_DIVERGED,
  CVX_RUN_BREAK /* the caller stopped it; a status that it sets */
};
const char *cvx_run_status_words (enum cvx_run_status status);

/* One certified row; there are more of them than the log shows.  pobj and dobj
   are the best so far; gap is (pobj - dobj) / |pobj|, 0 when they are equal.
 */
struct cvx_trace_row
{
  size_t iter;
  double time, pobj, dobj, gap, pri_res, dua_res, step, raw, infeas;
  double skipped; /* blocks, of the certificate; nan: not known */
  size_t n_active;
  char event[32];
};

struct cvx_run
{
  size_t id;         /* number in the session */
  char *label, *tag; /* owned; tag may be NULL */
  const struct cvx_solver *solver;
  const struct cvx_formulation *formulation; /* borrowed; NULL: detached */
  struct cvx_settings settings;
  void *state; /* NULL when detached */
  int threads; /* of all its work, those of BLAS included */
  enum cvx_run_status status;
  size_t iter;
  double elapsed;              /* seconds of iterating */
  struct cvx_network *net;     /* of the best primal end, owned */
  double pobj, dobj;           /* best ends */
  double floor;                /* relative gap that rounding allows */
  double *nu;                  /* dual point of the best bound, owned */
  size_t n_nu;                 /* its length: n_obs */
  struct cvx_certificate last; /* of the last certified row */
  struct cvx_trace_row *trace;
  size_t n_trace, cap_trace;
  bool polished;
  /* copied from the formulation so that a detached run still says them */
  char *kind;
  double beta, betamax;
  bool complete;
  size_t n_patterns, n_samples, n_features;
  uint64_t data_hash;
  void *driver; /* private */
};

/* A run at iteration 0 with its first certified row.  F is borrowed until
   cvx_run_detach or free.  CVX_UNSUITED with the solver's reason.  */
enum cvx_status cvx_run_new (struct cvx_run **out,
                             const struct cvx_formulation *f,
                             const struct cvx_solver *solver,
                             const struct cvx_settings *settings,
                             const struct cvx_point *warm,
                             struct cvx_progress *progress,
                             struct cvx_error *err) CVX_MUST_CHECK;
void cvx_run_free (struct cvx_run *run);

/* One iteration; SECONDS is the caller's clock (any origin, rising): the time
   since the last call in the same `begin' counts.  *ROW is true when the last
   row of the trace is one for the log (always when the run stopped).
   Afterwards run->status says whether to go on (READY) or why not; `begin'
   judges it anew, and a run that is SOLVED or at a limit may still be
   stepped.  CERTIFY asks for a row whatever the schedule.  An interrupt keeps
   the iterate, sets INTERRUPTED and returns CVX_OK.  After DIVERGED the state
   is the last certified one.  E364: the run is detached.

   `tick' after a step or a polish counts the time that it took, in the row of
   the iterate too, as the next step would.  */
void cvx_run_begin (struct cvx_run *run, double seconds);
void cvx_run_tick (struct cvx_run *run, double seconds);
enum cvx_status cvx_run_step (struct cvx_run *run, double seconds,
                              bool certify, bool *row,
                              struct cvx_progress *progress,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* Add a certified row for the iterate as it is.  */
enum cvx_status cvx_run_certify (struct cvx_run *run,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* Solve the reduced problem on the active neurons to machine accuracy
   (Newton), adding neurons while some block asks for it, and keep the result
   when it is better.  The solver's state is untouched.  E364: detached; E368:
   not neurons with one output and one pattern, no second derivative of the
   loss, or too many active weights; E369; CVX_INTERRUPTED: nothing changed. */
enum cvx_status cvx_run_polish (struct cvx_run *run, double seconds,
                                struct cvx_progress *progress,
                                struct cvx_error *err) CVX_MUST_CHECK;

/* True when the next two can work on networks of F: ReLU neurons with one
   output and no free bias.  */
bool cvx_network_refits (const struct cvx_formulation *f);

/* The best network over the cells of the neurons of NET and of the GATES (k x
   n_features, may be NULL): the convex program with these patterns only,
   solved to the relative gap TOL.  ReLU with one output (E451).  Never worse
   than NET but by rounding: *OUT, the caller's, is a copy of NET then.  NU
   (n_obs, may be NULL) gets the dual point of that program.  */
enum cvx_status cvx_network_refit (const struct cvx_formulation *f,
                                   const struct cvx_network *net,
                                   const double *gates, size_t k, double tol,
                                   struct cvx_network **out, double *nu,
                                   struct cvx_progress *progress,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* A dual point near the optimal one into NU (n_obs), for bounds on NET: that
   of NET refitted on its own cells, and then in at most ROUNDS rounds with the
   cells of the neurons that lower the objective, until there are none or it
   hardly falls.  ReLU with one output (E451).  */
enum cvx_status cvx_network_dual (const struct cvx_formulation *f,
                                  const struct cvx_network *net, size_t rounds,
                                  double *nu, struct cvx_progress *progress,
                                  struct cvx_error *err) CVX_MUST_CHECK;

/* A better lower end for a run that trains a network: the dual point of its
   refitted network is nearer to the optimal one than its own.  The upper end
   and the network stay.  E364; E451.  */
enum cvx_status cvx_run_tighten (struct cvx_run *run,
                                 struct cvx_progress *progress,
                                 struct cvx_error *err) CVX_MUST_CHECK;

/* The iterate, for warm starts; borrowed from the run.  Without atoms when the
   iterate is a network.  */
void cvx_run_point (const struct cvx_run *run, struct cvx_point *out);

/* What a run was at a certified row, for going back to it.  Taking one leaves
   the run alone; rewinding undoes all that came after, the settings included,
   and the next steps give the bits they gave then.  cvx_run_at_row says
   whether the last row is that of the iterate, as a snapshot needs.  A
   snapshot goes with its run and formulation.  E364; CVX_NOMEM: the run is as
   it was.  */
struct cvx_snapshot;
bool cvx_run_at_row (const struct cvx_run *run);
enum cvx_status cvx_run_snapshot (struct cvx_snapshot **out,
                                  const struct cvx_run *run,
                                  struct cvx_error *err) CVX_MUST_CHECK;
size_t cvx_snapshot_iter (const struct cvx_snapshot *snap);
enum cvx_status cvx_run_rewind (struct cvx_run *run,
                                const struct cvx_snapshot *snap,
                                struct cvx_error *err) CVX_MUST_CHECK;
void cvx_snapshot_free (struct cvx_snapshot *snap);

/* Change the setting NAME in the middle of a run; the row of the
   iterate, or the next one, gets the event "tune NAME=VALUE".  E360, E361,
   E364; E367: of another solver, or read only at the start.  */
enum cvx_status cvx_run_tune (struct cvx_run *run, const char *name,
                              double value,
                              struct cvx_error *err) CVX_MUST_CHECK;

/* Drop the solver's state and the formulation; trace, network and numbers
   stay: the run becomes a value.  */
void cvx_run_detach (struct cvx_run *run);

double cvx_run_gap (const struct cvx_run *run); /* relative */

/* How the solver goes about it and why, one line; "" when there is nothing to
   say.  */
void cvx_run_describe (const struct cvx_run *run, char *buf, size_t size);

/* Members under PREFIX.  Loading needs the formulation that it was made with
   (same kind, data hash, sizes), or NULL: a detached value.  */
enum cvx_status cvx_run_save (const struct cvx_run *run,
                              struct cvx_npz_writer *w, const char *prefix,
                              struct cvx_error *err) CVX_MUST_CHECK;
enum cvx_status cvx_run_load (struct cvx_run **out,
                              const struct cvx_formulation *f,
                              const struct cvx_npz *z, const char *prefix,
                              struct cvx_error *err) CVX_MUST_CHECK;

#endif
