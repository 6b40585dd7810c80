/* The k-th allocation fails while building and certifying, for every k.  */

#include "problems.h"

static enum cvx_status
work (const struct problem *p, const struct cvx_formulation_class *class,
      struct cvx_error *err)
{
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = 0.1, .threads = 1 };
  struct cvx_formulation *f;
  struct cvx_conv conv;
  struct cvx_network *net = NULL;
  struct cvx_certificate c;
  double x[64], nu[5] = { 1, 0, 1, 0, 1 };
  struct cvx_point point = { 0, NULL, x, NULL, nu };
  enum cvx_status status;
  o.conv = problem_conv (p, class, &conv);
  status = cvx_formulation_new (&f, class, &p->data,
                                problem_patterns_for (p, class), &o, err);
  if (status != CVX_OK)
    {
      ck_assert_ptr_null (f);
      return status;
    }
  for (size_t j = 0; j < f->n_var; j++)
    x[j] = sin (3 * (double)j);
  point.n_atoms = f->n_blocks;
  status = cvx_formulation_certify (f, &point, &c, &net, NULL, NULL, err);
  if (status == CVX_OK)
    status = cvx_formulation_certify_network (f, net, nu, &c, NULL, NULL, err);
  cvx_network_free (net);
  cvx_formulation_free (f);
  return status;
}

START_TEST (every_allocation_may_fail)
{
  struct problem p;
  problem_five_points (&p);
  problem_patterns (&p, 0);
  for (size_t c = 0; cvx_formulations[c] != NULL; c++)
    for (size_t k = 1;; k++)
      {
        struct cvx_error err;
        size_t live = cvx_alloc_live ();
        enum cvx_status status;
        cvx_alloc_fail_at (k, k % 2 == 0);
        status = work (&p, cvx_formulations[c], &err);
        cvx_alloc_fail_at (0, false);
        ck_assert_uint_eq (cvx_alloc_live (), live);
        if (status == CVX_OK)
          {
            ck_assert_msg (k > 15, "only %zu allocations", k);
            break;
          }
        ck_assert_int_eq (status, CVX_NOMEM);
        ck_assert_int_eq (err.id, CVX_E901);
      }
  problem_free (&p);
}
END_TEST

TEST_MAIN ("formulation faults", every_allocation_may_fail)
