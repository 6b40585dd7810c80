/* words.c -- words that can be drawn, and those refused.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "plot/internal.h"

#include <string.h>

enum
{
  MAX_WORDS = 1000
};

enum cvx_status
plot_check_words (const char *what, const char *s, struct cvx_error *err)
{
  size_t len = strlen (s);
  if (len > MAX_WORDS)
    return cvx_fail (err, CVX_E604, "%s of %zu bytes, at most %d fit", what,
                     len, MAX_WORDS);
  for (const char *p = s; *p != '\0'; p += cvx_utf8_length (p))
    {
      const unsigned char *c = (const unsigned char *)p;
      if (cvx_utf8_length (p) == 0)
        return cvx_fail (err, CVX_E604, "%s is not valid UTF-8 at byte %td",
                         what, p - s + 1);
      /* C0, DEL and C1 controls; U+FFFE and U+FFFF are no characters.  */
      if (c[0] < 0x20 || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0)
          || (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe))
        return cvx_fail (err, CVX_E604,
                         "%s has a control character at byte %td", what,
                         p - s + 1);
    }
  return CVX_OK;
}

static enum cvx_status
check_axis (const char *what, const struct plot_axis *a, struct cvx_error *err)
{
  if (a->label != NULL)
    {
      enum cvx_status s = plot_check_words (what, a->label, err);
      if (s != CVX_OK)
        return s;
    }
  for (size_t k = 0; k < a->n_tics; k++)
    {
      enum cvx_status s
          = plot_check_words ("word at a tic", a->tic_text[k], err);
      if (s != CVX_OK)
        return s;
    }
  return CVX_OK;
}

static enum cvx_status
check_series (const struct plot_series *s, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (s->title != NULL)
    status = plot_check_words ("name of a series", s->title, err);
  for (size_t k = 0; status == CVX_OK && s->text != NULL && k < s->n; k++)
    status = plot_check_words ("text", s->text[k], err);
  return status;
}

/* Every word of the figure, before anything is written.  */
enum cvx_status
plot_check_figure_words (const struct plot_figure *fig, struct cvx_error *err)
{
  enum cvx_status status = CVX_OK;
  if (fig->title != NULL)
    status = plot_check_words ("title", fig->title, err);
  for (size_t k = 0; status == CVX_OK && k < fig->rows * fig->cols; k++)
    {
      const struct plot_panel *p = &fig->panel[k];
      if (p->title != NULL)
        status = plot_check_words ("title", p->title, err);
      if (status == CVX_OK)
        status = check_axis ("label of x", &p->x, err);
      if (status == CVX_OK)
        status = check_axis ("label of y", &p->y, err);
      if (status == CVX_OK)
        status = check_axis ("label of colours", &p->z, err);
      for (size_t i = 0; status == CVX_OK && i < p->n; i++)
        status = check_series (&p->series[i], err);
    }
  return status;
}
