/* cmd_certify.c -- how far a network is from the best one: certify.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"
#include "formulation/bound.h"

const struct lang_key cmd_certify_keys[]
    = { { .name = "file",
          .kind = LANG_KIND_PATH,
          .flags = LANG_ARG,
          .default_text = "the current network",
          .help = "network to certify" },
        { .name = "top",
          .kind = LANG_KIND_COUNT,
          .default_text = "5",
          .help = "directions shown at most" },
        { .name = "trials",
          .kind = LANG_KIND_COUNT,
          .flags = LANG_GE | LANG_LE,
          .min = 1,
          .max = 1e9,
          .default_text = "64",
          .help = "random directions from which a better neuron is sought" },
        { .name = "rounds",
          .kind = LANG_KIND_COUNT,
          .default_text = "3",
          .help = "of looking for a better bound with added neurons; 0: the "
                  "network's own cells only" },
        { .name = NULL } };

static void
say_direction (struct session *s, const struct cvx_bound *b, size_t k,
               size_t d)
{
  struct cvx_text t = CVX_TEXT_INIT;
  for (size_t j = 0; j < d && j < 6; j++)
    cvx_text_printf (&t, "%s%+.3f", j > 0 ? ", " : "", b->u[k * d + j]);
  session_say (s, "    %.4g beta, output %c, (%s%s)\n",
               b->value[k] / s->formulation->beta, b->sign[k] < 0 ? '-' : '+',
               cvx_text_string (&t), d > 6 ? ", ..." : "");
  cvx_text_free (&t);
}

static void
say (struct session *s, const struct cvx_bound *b, double seconds, size_t top)
{
  const struct cvx_formulation *f = s->formulation;
  const struct cvx_certificate *c = &b->cert;
  double gap = c->pobj > 0 ? (c->pobj - c->dobj) / c->pobj : 0;
  struct cvx_text words = CVX_TEXT_INIT;
  cvx_bound_words (b, &words);
  session_say (s, "  objective %.10g (loss %.6g + penalty %.6g)\n", c->pobj,
               c->loss, c->penalty);
  if (c->global)
    session_say (s,
                 "  bound     %.10g: no network of any width is below it\n"
                 "  gap       %.2e relative\n",
                 c->dobj, gap);
  else
    session_say (s,
                 "  bound     %.10g among networks with these patterns only\n"
                 "  gap       %.2e relative, restricted\n",
                 c->dobj, gap);
  session_say (s, "  rests on  %s; %.2f s\n", cvx_text_string (&words),
               seconds);
  cvx_text_free (&words);
  if (!isnan (b->stationarity))
    session_say (s,
                 b->stationarity <= 1e-4
                     ? "  stationary to %.1e (largest gradient of a neuron "
                       "over beta)\n"
                     : "  not stationary: the gradient of a neuron is %.2g "
                       "beta\n",
                 b->stationarity);
  if (b->n_found > 0)
    {
      session_say (s,
                   "  %zu direction%s where a new neuron lowers the "
                   "objective%s\n",
                   b->n_found, b->n_found == 1 ? "" : "s",
                   b->n_found > top ? ", the first:" : ":");
      for (size_t k = 0; k < b->n_found && k < top; k++)
        say_direction (s, b, k, f->n_features);
    }
  else if (cvx_formulation_is_relu (f))
    session_say (s, "  no direction was found where a new neuron lowers the "
                    "objective\n");
}

/* Raise the lower end of the current run, whose network was bounded.  */
static void
keep (struct session *s, const struct cvx_bound *b, const double *nu)
{
  struct cvx_run *run = s->run->run;
  if (run->formulation == NULL || !run->complete || !b->cert.global
      || !(b->cert.dobj > run->dobj) || run->n_nu != s->formulation->n_obs)
    return;
  run->dobj = fmin (b->cert.dobj, run->pobj);
  memcpy (run->nu, nu, run->n_nu * sizeof *nu);
}

enum cvx_status
cmd_certify (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  const struct cvx_formulation *f = s->formulation;
  const char *file = lang_call_text (c, "file");
  struct cvx_bound_options options = { .max_found = 64 };
  struct cvx_bound b = { .n_found = 0 };
  struct cvx_network *read = NULL;
  const struct cvx_network *net = NULL;
  const double *candidate = NULL;
  double *nu = session_scratch (s, f->n_obs, sizeof *nu);
  double *refitted = session_scratch (s, f->n_obs, sizeof *refitted);
  bool alive = false;
  size_t top = 5, rounds = 3;
  double since;
  enum cvx_status status = CVX_OK;
  if (nu == NULL || refitted == NULL)
    return cvx_fail_nomem (err, "certifying");
  lang_call_count (c, "top", &top);
  lang_call_count (c, "trials", &options.trials);
  lang_call_count (c, "rounds", &rounds);
  if (file != NULL)
    {
      status = cmd_network_read (s, file, &read, err);
      if (status != CVX_OK)
        return lang_call_blame (c, "file", err);
      net = read;
    }
  else
    {
      status = cmd_ready (s, HAS_FORMULATION | HAS_RUN, err);
      if (status == CVX_OK)
        {
          alive
              = s->run->run->formulation != NULL && s->run->run->state != NULL;
          if (alive && s->run->run->n_nu == f->n_obs)
            candidate = s->run->run->nu;
          status = session_network (s, s->run, &net, err);
        }
    }
  session_work_begin (s, "certifying");
  since = session_clock ();
  if (status == CVX_OK && cvx_network_refits (f))
    {
      double loss, penalty;
      status
          = cvx_formulation_network_objective (f, net, &loss, &penalty, err);
      if (status == CVX_OK)
        status
            = cvx_network_dual (f, net, rounds, refitted, &s->progress, err);
      candidate = refitted;
    }
  if (status == CVX_OK)
    {
      status = cvx_network_bound (f, net, candidate, &options, &b, nu,
                                  &s->progress, err);
      if (status != CVX_OK && err->id == CVX_E346)
        lang_call_blame (c, "file", err);
    }
  session_work_end (s);
  if (status == CVX_OK)
    {
      if (file != NULL)
        session_say (s, "network of %s", session_shown (s, file));
      else
        session_say (s, "network of run %zu", s->run->run->id);
      session_say (s, ": width %zu, at beta = %.6g\n", net->width, f->beta);
      say (s, &b, session_clock () - since, top);
      if (alive)
        keep (s, &b, nu);
      if (alive)
        session_say (s, "run %zu certified: gap %.1e (%s)\n", s->run->run->id,
                     cvx_run_gap (s->run->run),
                     s->run->run->complete ? "complete" : "sampled");
    }
  cvx_bound_clear (&b);
  cvx_network_free (read);
  return status;
}
