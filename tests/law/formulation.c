/* Laws of every formulation on every kind of small problem.  */

#include "formulations.h"

#include <lapacke.h>

START_TEST (adjoint_identity_and_lists)
{
  struct problem p;
  struct cvx_rng r;
  FOR_EACH (f, p, r)
  {
    size_t k = 2 * f->n_blocks + 3, len = f->block_len, *list;
    double *x = numbers (f->n_var), *g = numbers (f->n_var);
    double *u = numbers (f->n_obs), *ax = numbers (f->n_obs);
    double *part = numbers (k * len), *other = numbers (f->n_obs);
    list = calloc (k, sizeof *list);
    draw (&r, f->n_var, x);
    draw (&r, f->n_obs, u);
    ck_assert_int_eq (f->class->apply (f, x, ax, NULL), CVX_OK);
    ck_assert_int_eq (f->class->adjoint (f, u, g, NULL), CVX_OK);
    ck_assert_msg (fabs (inner (f->n_obs, ax, u) - inner (f->n_var, x, g))
                       < 1e-11,
                   "%s kind %d", f->class->name, kind_);
    /* Lists with repeats and neighbours, longer than the number of blocks.  */
    for (size_t j = 0; j < k; j++)
      list[j] = j % 3 == 1 && (list[j - 1] ^ 1) < f->n_blocks
                    ? list[j - 1] ^ 1
                    : cvx_rng_below (&r, f->n_blocks);
    ck_assert_int_eq (f->class->adjoint_list (f, k, list, u, part, NULL),
                      CVX_OK);
    for (size_t j = 0; j < k * len; j++)
      ck_assert_msg (fabs (part[j] - g[list[j / len] * len + j % len]) < 1e-12,
                     "%s kind %d place %zu", f->class->name, kind_, j);
    draw (&r, k * len, part);
    memset (x, 0, f->n_var * sizeof *x);
    for (size_t j = 0; j < k * len; j++)
      x[list[j / len] * len + j % len] += part[j];
    f->class->apply (f, x, ax, NULL);
    ck_assert_int_eq (f->class->apply_list (f, k, list, part, other, NULL),
                      CVX_OK);
    for (size_t i = 0; i < f->n_obs; i++)
      ck_assert (fabs (ax[i] - other[i]) < 1e-11);
    f->class->apply_list (f, 0, list, part, other, NULL);
    ck_assert (inner (f->n_obs, other, other) == 0);
    free (x), free (g), free (u), free (ax), free (part), free (other);
    free (list);
  }
}
END_TEST

/* h (x) = t beta R (x) + 1/2 ||x - z||^2 is strongly convex: h (q) >= h (p)
   + 1/2 ||q - p||^2 for every q in the cone, and only at the minimiser p.  */
START_TEST (prox_is_the_minimiser)
{
  struct problem p;
  struct cvx_rng r;
  FOR_EACH (f, p, r)
  {
    size_t d = f->block_len;
    double z[8], x[8], q[8], same[8];
    for (size_t g = 0; g < f->n_blocks; g++)
      {
        double t = exp (cvx_rng_normal (&r)), hx, norm;
        draw (&r, d, z);
        norm = f->class->prox_block (f, g, t, z, x, 0);
        memcpy (same, z, sizeof same);
        f->class->prox_block (f, g, t, same, same, 1);
        ck_assert_mem_eq (same, x, d * sizeof *x);
        if (f->class->nuclear)
          ck_assert (norm >= sqrt (inner (d, x, x)) - 1e-13);
        else
          ck_assert (fabs (norm - sqrt (inner (d, x, x))) < 1e-13);
        memcpy (same, x, sizeof same);
        ck_assert (fabs (f->class->prox_block (f, g, 0, same, same, 0) - norm)
                   < 1e-13);
        ck_assert_msg (f->class->violation (f, g, x) < 1e-13,
                       "%s kind %d block %zu violates by %g", f->class->name,
                       kind_, g, f->class->violation (f, g, x));
        hx = t * f->beta * norm;
        for (size_t j = 0; j < d; j++)
          hx += 0.5 * (x[j] - z[j]) * (x[j] - z[j]);
        for (int k = 0; k < 20; k++)
          {
            double hq = 0;
            for (size_t j = 0; j < d; j++)
              q[j] = k == 0 ? 0 : z[j] + (k % 4) * cvx_rng_normal (&r);
            hq = t * f->beta * f->class->prox_block (f, g, 0, q, q, 0);
            for (size_t j = 0; j < d; j++)
              hq += 0.5 * (q[j] - z[j]) * (q[j] - z[j])
                    - 0.5 * (q[j] - x[j]) * (q[j] - x[j]);
            ck_assert_msg (hq >= hx - 1e-12 * (1 + hx), "%s kind %d: %g < %g",
                           f->class->name, kind_, hq, hx);
          }
        norm = f->class->shrink_block (f, t, z, same);
        ck_assert (norm >= f->class->prox_block (f, g, t, z, x, 0) - 1e-13);
      }
  }
}
END_TEST

START_TEST (support_is_an_upper_bound_that_is_attained)
{
  struct problem p;
  struct cvx_rng r;
  FOR_EACH (f, p, r)
  {
    size_t d = f->block_len, solved = 0;
    double z[8], u[8], far[8], length;
    for (size_t g = 0; g < f->n_blocks; g++)
      for (int k = 0; k < 3; k++)
        {
          double bound, none, loose;
          draw (&r, d, z);
          bound = f->class->support (f, g, z, u, &solved, 0);
          none = f->class->support (f, g, z, NULL, &solved, 0);
          ck_assert (bound == none);
          ck_assert (f->class->violation (f, g, u) < 1e-12);
          length = sqrt (inner (d, u, u));
          ck_assert (length == 0 || fabs (length - 1) < 1e-13);
          ck_assert (inner (d, z, u) <= bound);
          ck_assert_msg (inner (d, z, u) >= bound - 1e-10, "%s: %g < %g",
                         f->class->name, inner (d, z, u), bound);
          for (int m = 0; m < 10; m++)
            {
              draw (&r, d, u);
              length = f->class->prox_block (f, g, 0, u, u, 0);
              ck_assert (inner (d, z, u) <= bound * length + 1e-12);
            }
          /* The cheap bound, from its own multipliers and from old ones.  */
          loose = f->class->support_bound (f, g, z, 1);
          ck_assert_msg (
              loose >= bound * (1 - 1e-14)
                  && (f->class->nuclear
                      || loose <= bound + 1e-3 * sqrt (inner (d, z, z))),
              "%s: %.17g %.17g", f->class->name, loose, bound);
          for (size_t j = 0; j < d; j++)
            far[j] = z[j] + 0.3 * cvx_rng_normal (&r);
          loose = f->class->support_bound (f, g, far, 1);
          ck_assert (loose * (1 + 1e-14)
                     >= f->class->support (f, g, far, NULL, &solved, 0));
        }
  }
}
END_TEST

START_TEST (dual_norm_skips_only_what_cannot_matter)
{
  struct problem p;
  struct cvx_rng r;
  struct cvx_error err;
  FOR_EACH (f, p, r)
  {
    double *g = numbers (f->n_var), *nu = numbers (f->n_obs);
    draw (&r, f->n_obs, nu);
    for (int k = 0; k < 5; k++)
      {
        double norm, again, loose, largest = 0, move[32];
        size_t solved = 0, cells, count;
        draw (&r, f->n_obs, move);
        for (size_t i = 0; i < f->n_obs; i++)
          nu[i] += 0.1 * k * move[i];
        ck_assert_ok (cvx_formulation_dual_norm (f, nu, 0, &norm, &cells,
                                                 &count, NULL, &err),
                      err);
        ck_assert_uint_eq (cells, f->n_blocks);
        ck_assert_ok (cvx_formulation_dual_norm (f, nu, 0.5 * norm, &loose,
                                                 NULL, NULL, NULL, &err),
                      err);
        f->class->adjoint (f, nu, g, NULL);
        for (size_t b = 0; b < f->n_blocks; b++)
          largest
              = fmax (largest, f->class->support (f, b, g + b * f->block_len,
                                                  NULL, &solved, 0));
        ck_assert_msg (norm >= largest && norm <= largest + 1e-12,
                       "%s kind %d: %.17g, directly %.17g", f->class->name,
                       kind_, norm, largest);
        ck_assert (loose == norm);
        ck_assert_ok (cvx_formulation_dual_norm (f, nu, 10 * norm, &loose,
                                                 NULL, &count, NULL, &err),
                      err);
        ck_assert_msg (loose >= norm * (1 - 1e-13) && loose <= 11 * norm,
                       "%s kind %d: %g, %g", f->class->name, kind_, norm,
                       loose);
        ck_assert (f->class->cone_apply == NULL || norm == 0
                   || count < f->n_blocks);
        ck_assert_ok (cvx_formulation_dual_norm (f, nu, 0, &again, NULL, NULL,
                                                 NULL, &err),
                      err);
        ck_assert_msg (again == norm, "history shows: %.17g %.17g", again,
                       norm);
      }
    free (g), free (nu);
  }
}
END_TEST

START_TEST (cones_and_the_exact_step_of_admm)
{
  struct problem p;
  struct cvx_rng r;
  FOR_EACH (f, p, r)
  {
    size_t n = f->n_samples, c = f->n_outputs;
    double *x = numbers (f->n_var), *w = numbers (f->n_var);
    double *gx = numbers (f->n_cone), *s = numbers (f->n_cone);
    double *k = numbers (n * n), u[32], ku[32];
    draw (&r, f->n_var, x);
    memcpy (w, x, f->n_var * sizeof *w);
    if (f->class->cone_apply != NULL)
      {
        draw (&r, f->n_cone, s);
        f->class->cone_apply (f, x, gx);
        f->class->cone_adjoint (f, s, w);
        ck_assert (fabs (inner (f->n_cone, gx, s) - inner (f->n_var, x, w))
                   < 1e-10);
        /* Row i of block g is the sign of its bit times x_i'v_g.  */
        for (size_t g = 0; g < f->n_blocks; g++)
          {
            double v[8];
            f->class->prox_block (f, g, 0, x + g * f->block_len, v, 0);
            memcpy (w + g * f->block_len, v, f->block_len * sizeof *v);
          }
        f->class->cone_apply (f, w, gx);
        for (size_t i = 0; i < f->n_cone; i++)
          ck_assert (gx[i] >= -1e-12);
        f->class->cone_apply (f, x, gx);
        f->class->cone_adjoint (f, gx, w);
        for (size_t j = 0; j < f->n_var; j++)
          w[j] += x[j];
      }
    else
      ck_assert_uint_eq (f->n_cone, 0);
    f->class->solve_m (f, w, w); /* M^{-1} (I + G'G) x = x */
    for (size_t j = 0; j < f->n_var; j++)
      ck_assert_msg (fabs (w[j] - x[j]) < 1e-11, "%s kind %d: %g",
                     f->class->name, kind_, w[j] - x[j]);
    ck_assert_int_eq (f->class->gram (f, k, NULL), CVX_OK);
    draw (&r, f->n_obs, u);
    f->class->adjoint (f, u, x, NULL);
    f->class->solve_m (f, x, w);
    f->class->apply (f, w, ku, NULL);
    for (size_t i = 0; i < f->n_obs; i++)
      {
        double sum = 0;
        for (size_t l = 0; l < n; l++)
          sum += k[i / c * n + l] * u[l * c + i % c];
        ck_assert_msg (fabs (ku[i] - sum) < 1e-11, "%s kind %d: K is wrong",
                       f->class->name, kind_);
      }
    free (x), free (w), free (gx), free (s), free (k);
  }
}
END_TEST

START_TEST (norm_and_sizes)
{
  struct problem p;
  struct cvx_rng r;
  struct cvx_error err;
  FOR_EACH (f, p, r)
  {
    size_t n = f->n_obs;
    double *scratch = numbers (n + f->n_var), aa[32 * 32], e[32], w[32], norm2;
    struct cvx_formulation_estimate size;
    for (size_t i = 0; i < n; i++)
      {
        memset (e, 0, sizeof e);
        e[i] = 1;
        f->class->adjoint (f, e, scratch, NULL);
        f->class->apply (f, scratch, aa + i * n, NULL);
      }
    ck_assert_int_eq (
        LAPACKE_dsyev (LAPACK_ROW_MAJOR, 'N', 'U', (int)n, aa, (int)n, w), 0);
    norm2 = cvx_formulation_norm2 (f, scratch);
    ck_assert_msg (
        norm2 <= w[n - 1] * (1 + 1e-13) && norm2 >= w[n - 1] * (1 - 1e-3),
        "%s kind %d: %g, not %g", f->class->name, kind_, norm2, w[n - 1]);
    ck_assert_ok (cvx_formulation_estimate (
                      f->class, f->n_samples, f->n_features, f->n_outputs,
                      f->patterns != NULL ? f->patterns->n_patterns : 1,
                      &f->conv, &size, &err),
                  err);
    ck_assert (size.n_var == (double)f->n_var
               && size.n_cone == (double)f->n_cone && size.bytes > 0);
    free (scratch);
  }
}
END_TEST

START_TEST (what_is_refused)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_formulation *f;
  struct cvx_certificate t;
  struct cvx_point zero = { 0, NULL, NULL, NULL, NULL };
  struct cvx_formulation_options o
      = { .loss_param = NAN, .beta = 0.1, .threads = 1 };
  const struct cvx_formulation_class *relu = cvx_formulation_find ("relu");
  problem_five_points (&p);
  ck_assert_int_eq (cvx_formulation_new (&f, relu, &p.data, NULL, &o, &err),
                    CVX_STATE);
  problem_patterns (&p, 0);
#define REFUSED(ID)                                                           \
  ck_assert (cvx_formulation_new (&f, relu, &p.data, p.patterns, &o, &err)    \
             != CVX_OK);                                                      \
  ck_assert_ptr_null (f);                                                     \
  ck_assert_int_eq (err.id, ID)
  for (int k = 0; k < 4; k++)
    {
      static const double bad[] = { 0, -1, HUGE_VAL, -HUGE_VAL };
      o.beta = bad[k];
      REFUSED (CVX_E120);
    }
  o.beta = 0.1;
  o.loss = cvx_loss_find ("huber");
  o.loss_param = -1;
  REFUSED (CVX_E345);
  o.loss_param = NAN;
  o.loss = cvx_loss_find ("hinge");
  p.y[3] = 2;
  REFUSED (CVX_E342);
  o.loss = NULL;
  p.y[3] = 1e200;
  REFUSED (CVX_E344);
  p.y[3] = 1;
  p.x[2] = 1e200;
  REFUSED (CVX_E344);
  p.x[2] = -1;
  p.data.n_features = 1;
  REFUSED (CVX_E341);
  p.data.n_features = 2;
  p.data.n_outputs = 2;
  ck_assert_int_eq (cvx_formulation_new (&f, cvx_formulation_find ("circular"),
                                         &p.data, NULL, &o, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E343);
  p.data.n_outputs = 1;
  p.data.bias = CVX_BIAS_FREE;
  ck_assert_int_eq (cvx_formulation_new (&f, cvx_formulation_find ("circular"),
                                         &p.data, NULL, &o, &err),
                    CVX_UNSUITED);
  ck_assert_int_eq (err.id, CVX_E348);
  p.data.bias = CVX_BIAS_NONE;
  f = problem_formulation (&p, relu, NULL, NAN);
  ck_assert_int_eq (
      cvx_formulation_certify (f, &zero, &t, NULL, NULL, NULL, &err),
      CVX_INVALID);
  ck_assert_int_eq (err.id, CVX_E120);
  ck_assert_ptr_null (cvx_formulation_find ("reluu"));
  end (&p, f);
}
END_TEST

START_TEST (an_interrupt_is_noticed)
{
  struct problem p;
  struct cvx_error err;
  struct cvx_rng r;
  struct cvx_certificate t;
  struct cvx_progress progress = { 1, 0, 0 };
  struct cvx_point zero = { 0, NULL, NULL, NULL, NULL };
  FOR_EACH (f, p, r)
  {
    double betamax;
    size_t live = cvx_alloc_live ();
    ck_assert_int_eq (
        cvx_formulation_certify (f, &zero, &t, NULL, NULL, &progress, &err),
        CVX_INTERRUPTED);
    ck_assert_int_eq (cvx_formulation_betamax (f, &betamax, &progress, &err),
                      CVX_INTERRUPTED);
    ck_assert_uint_eq (cvx_alloc_live (), live);
  }
}
END_TEST

START_TEST (the_program_in_words)
{
  struct problem p;
  struct cvx_text t = CVX_TEXT_INIT;
  struct cvx_formulation *f;
  problem_five_points (&p);
  problem_patterns (&p, 0);
  f = problem_formulation (&p, cvx_formulation_find ("relu"), NULL, 0.1);
  f->class->describe (f, false, &t);
  ck_assert_str_eq (
      cvx_text_string (&t),
      "  minimise   1/2 |sum_i D_i X (v_i - w_i) - y|^2  +  beta "
      "sum_i (|v_i| + |w_i|)\n"
      "  subject to (2D_i - I) X v_i >= 0,  (2D_i - I) X w_i >= 0,   "
      "i = 1..9\n");
  cvx_formulation_free (f);
  cvx_text_clear (&t);
  f = problem_formulation (&p, cvx_formulation_find ("gated"),
                           cvx_loss_find ("hinge"), 0.1);
  f->class->describe (f, false, &t);
  ck_assert_str_eq (cvx_text_string (&t),
                    "  minimise   sum_k (1 - y_k f_k)_+  +  beta "
                    "sum_i |v_i|\n"
                    "  with       f = sum_i D_i X v_i,   i = 1..9\n");
  cvx_text_clear (&t);
  f->class->describe (f, true, &t);
  ck_assert_str_eq (cvx_text_string (&t),
                    "\\begin{aligned}\n"
                    "\\min \\quad & \\sum_k (1 - y_k f_k)_+ + \\beta "
                    "\\sum_i \\| v_i \\|_2 \\\\\n"
                    "\\text{with} \\quad & f = \\sum_i D_i X v_i, \\quad i = "
                    "1, \\dots, 9\n"
                    "\\end{aligned}\n");
  cvx_text_free (&t);
  end (&p, f);
}
END_TEST

TEST_MAIN ("formulation", adjoint_identity_and_lists, prox_is_the_minimiser,
           support_is_an_upper_bound_that_is_attained,
           dual_norm_skips_only_what_cannot_matter,
           cones_and_the_exact_step_of_admm, norm_and_sizes, what_is_refused,
           an_interrupt_is_noticed, the_program_in_words)
