/* describe.c -- a program in words and in TeX.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <ctype.h>
#include <string.h>

#include "formulation/private.h"

/* FORMULA with FIT in place of every f that stands alone.  */
static void
put_loss (const char *formula, const char *fit, struct cvx_text *out)
{
  for (const char *p = formula; *p != '\0'; p++)
    {
      bool word = p > formula && (isalpha ((unsigned char)p[-1]) != 0);
      if (*p == 'f' && !word && !isalpha ((unsigned char)p[1]))
        cvx_text_put (out, fit);
      else
        cvx_text_write (out, p, 1);
    }
}

void
cvxi_put_program (const struct cvx_formulation *f, bool tex, const char *fit,
                  const char *penalty, const char *cones, struct cvx_text *out)
{
  const char *formula = tex ? f->loss->tex : f->loss->formula;
  const struct cvx_patterns *p = f->patterns;
  struct cvx_text with = CVX_TEXT_INIT;
  bool rows = strstr (formula, "f_k") != NULL;
  double count;
  cvx_text_put (out,
                tex ? "\\begin{aligned}\n\\min \\quad & " : "  minimise   ");
  cvx_text_printf (&with,
                   f->loss->base == NULL ? "%s"
                   : tex                 ? "%s + b 1"
                                         : "%s + b",
                   fit);
  fit = cvx_text_string (&with);
  put_loss (formula, rows ? "f" : fit, out);
  cvx_text_printf (out, tex ? " + \\beta %s" : "  +  beta %s", penalty);
  if (rows)
    cvx_text_printf (out,
                     tex ? " \\\\\n\\text{with} \\quad & f = %s"
                         : "\n  with       f = %s",
                     fit);
  if (cones != NULL)
    cvx_text_printf (out,
                     tex ? " \\\\\n\\text{subject to} \\quad & %s"
                         : "\n  subject to %s",
                     cones);
  if (p != NULL)
    {
      /* The zero pattern has no weights.  */
      count = p->bits != NULL ? (double)p->n_patterns
              : p->count > 0  ? (double)p->count - 1
                              : p->bound - 1;
      cvx_text_printf (
          out, tex ? ", \\quad i = 1, \\dots, %.0f" : ",   i = 1..%.0f",
          count);
    }
  cvx_text_put (out, tex ? "\n\\end{aligned}\n" : "\n");
  cvx_text_free (&with);
}
