/* session.c -- every allocation of a whole session fails in turn (M2): no
   crash, no leak, an error that says so, and the session still usable.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/session.h"
#include "support.h"

static const char solving[]
    = "generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]\n"
      "bias augmented\n"
      "formulation relu beta=0.1\n"
      "solver admm\n"
      "solve tol=1e-2\n"
      "neurons ; network ; eval ; report\n"
      "let g = run.gap + hist.gap[1]\n"
      "save session-fault.cvxs\n"
      "formulation relu beta=0.2 ; solve tol=1e-2 warm=last\n"
      "table beta,gap,net.width over=runs\n"
      "open session-fault.cvxs\n"
      "use run 1 ; runs ; show\n";

static const char training[]
    = "generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]\n"
      "export data to=session-fault-data.csv\n"
      "bias augmented ; patterns sample n=2 seed=1\n"
      "formulation relu beta=0.1\n"
      "train adam m=3 epochs=5 ; train lbfgs m=3 epochs=5\n"
      "certify ; grow rounds=2 ; network minimal\n"
      "export network to=session-fault.npz\n"
      "certify session-fault.npz\n"
      "patterns exact ; formulation relu beta=0.1\n"
      "train sgd m=3 epochs=5 ; polish\n"
      "export network to=session-fault.csv\n"
      "path n=2 ratio=0.5 tol=0.1 ; cv folds=2 n=1 ratio=0.5 tol=0.1\n"
      "certify session-fault.csv\n";

/* Run the script with allocation K failing.  True when it never came to
   allocation K.  */
static bool
run_with_failure (const char *script, size_t k, FILE *nowhere)
{
  struct session *s;
  struct cvx_error err;
  enum cvx_status status;
  size_t before;
  cvx_error_clear (&err);
  cvx_alloc_fail_at (0, false);
  ck_assert_ok (session_new (&s, nowhere, &err), err);
  s->quiet = true;
  before = cvx_alloc_count ();
  cvx_alloc_fail_at (k, false);
  status = lang_run_text (s->interp, "fault", script, strlen (script), NULL, 0,
                          &err);
  cvx_alloc_fail_at (0, false);
  if (status != CVX_OK)
    ck_assert_msg (err.status == CVX_NOMEM, "allocation %zu: E%d %s", k,
                   (int)err.id, err.text);
  else if (cvx_alloc_count () - before >= k)
    /* The failure was in something the session can do without.  */
    status = CVX_NOMEM;
  /* The session is whole.  */
  ck_assert_ok (lang_run_text (s->interp, "after", "generate ring n=9\nshow\n",
                               23, NULL, 0, &err),
                err);
  session_free (s);
  return status == CVX_OK;
}

static void
each_allocation_fails (const char *script, size_t sparse)
{
  FILE *nowhere = fopen ("/dev/null", "w");
  size_t live, k;
  ck_assert_ptr_nonnull (nowhere);
  cvx_alloc_fail_at (0, false);
  ck_assert (run_with_failure (script, SIZE_MAX, nowhere));
  live = cvx_alloc_live ();
  /* Every one up to SPARSE, then some of the many alike.  */
  for (k = 1; !run_with_failure (script, k, nowhere); k += 1 + k / sparse)
    ck_assert_msg (cvx_alloc_live () == live, "allocation %zu: %zu leaked", k,
                   cvx_alloc_live () - live);
  ck_assert_msg (k > 500, "only %zu allocations", k);
  fclose (nowhere);
  unlink ("session-fault.cvxs");
  unlink ("session-fault.cvxs~");
  unlink ("session-fault.npz");
  unlink ("session-fault.csv");
  unlink ("session-fault-data.csv");
}

START_TEST (in_a_solving_session) { each_allocation_fails (solving, 40); }
END_TEST

START_TEST (in_a_training_session) { each_allocation_fails (training, 8); }
END_TEST

TEST_MAIN ("session with failing allocations", in_a_solving_session,
           in_a_training_session)
