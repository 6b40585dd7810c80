/* The language when memory runs out: fail the k-th allocation of a whole
   session for every k, once and from there on.  */

#include "support.h"

#include "language_host.h"

/* A session that touches everything; the status of its first failure.  */
static enum cvx_status
session (struct mock *m)
{
  static const char *const lines[]
      = { "let v = [1, 2, 3]*2 + (1:3)",
          "v[2] = sum(sort(v)) + norm(v)",
          "let s = \"a{v[1]:%.2f}{'x' + 'y'}b\" + str(1)",
          "for i in [\"gap\", \"path\"]",
          "  plot \"{i}\",function to=\"{i}.pdf\" betas=logspace(0,1,3)",
          "end",
          "solver \"{'admm'}\" rho=3",
          "formulation relu beta=0.1*betamax",
          "if exists(foo) or runs[end].gap > 1",
          "else",
          "  time step 3",
          "end",
          "expect E101 sovle",
          "assert sum(v) > 0 and len(s) < 100",
          "keep gap < 1e-3",
          "print v, s, [v[1], 2]",
          "vars",
          "del v, s" };
  struct lang_host host = mock_host (m);
  struct lang_interp *in;
  struct lang_completion completion;
  struct cvx_error err;
  enum cvx_status status = lang_interp_new (&in, &host, &err);
  for (size_t k = 0; k < sizeof lines / sizeof *lines && status == CVX_OK; k++)
    status = lang_feed (in, lines[k], NULL, &err);
  if (status == CVX_OK)
    {
      status = lang_complete (in, "solve t", 7, &completion, &err);
      lang_completion_free (&completion);
    }
  if (status != CVX_OK)
    {
      ck_assert_int_eq (err.status, status);
      cvx_text_put (&m->warnings, err.text);
    }
  lang_interp_free (in);
  return status;
}

START_TEST (every_allocation_may_fail)
{
  size_t before = cvx_alloc_count (), total;
  struct mock m;
  ck_assert_msg (session (&m) == CVX_OK, "%s", cvx_text_string (&m.warnings));
  ck_assert (!m.out.failed);
  mock_free (&m);
  total = cvx_alloc_count () - before;
  ck_assert_uint_gt (total, 100);
  ck_assert_uint_eq (cvx_alloc_live (), 0);
  for (int forever = 0; forever < 2; forever++)
    for (size_t k = 1; k <= total; k++)
      {
        enum cvx_status status;
        cvx_alloc_fail_at (k, forever == 1);
        status = session (&m);
        cvx_alloc_fail_at (0, false);
        /* Lists of suggestions and of what the host gathers are done
           without; all else is out of memory.  */
        ck_assert_msg (status == CVX_NOMEM || status == CVX_OK,
                       "allocation %zu: status %d", k, (int)status);
        mock_free (&m);
        ck_assert_uint_eq (cvx_alloc_live (), 0);
      }
}
END_TEST

START_TEST (a_failed_assignment_changes_nothing)
{
  struct session *s = session_new ();
  type (s, "let v = [1, 2, 3]");
  for (size_t k = 1; k < 40; k++)
    {
      enum cvx_status status;
      const struct lang_value *v;
      cvx_alloc_fail_at (k, false);
      status = lang_feed (s->in, "v = v*2 + [1,1,1]", NULL, &s->err);
      cvx_alloc_fail_at (0, false);
      v = lang_get (s->in, "v");
      ck_assert_ptr_nonnull (v);
      ck_assert_uint_eq (v->n, 3);
      ck_assert_double_eq (v->vector[2], status == CVX_OK ? 7 : 3);
      if (status == CVX_OK)
        type (s, "v = [1, 2, 3]");
    }
  session_free (s);
}
END_TEST

TEST_MAIN ("fault_language", every_allocation_may_fail,
           a_failed_assignment_changes_nothing)
