/* grid.c -- a table of words as text, TeX, CSV or Markdown: what table,
   compare and report write.

   TeX is a booktabs tabular; there a number with an exponent becomes a power
   of ten.  Nothing that a cell holds can break out of the format.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "command/grid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum grid_form
cmd_grid_form (const char *to)
{
  const char *suffix = to != NULL ? cmd_suffix (to) : "";
  return strcmp (suffix, ".tex") == 0   ? GRID_TEX
         : strcmp (suffix, ".csv") == 0 ? GRID_CSV
         : strcmp (suffix, ".md") == 0  ? GRID_MD
                                        : GRID_TEXT;
}

void
cmd_grid_begin (struct cmd_grid *g, const char *to, size_t columns)
{
  *g = (struct cmd_grid){ .form = cmd_grid_form (to), .columns = columns };
}

void
cmd_grid_free (struct cmd_grid *g)
{
  for (size_t k = 0; k < g->n; k++)
    cvx_free (g->cell[k]);
  cvx_free (g->cell);
}

void
cmd_grid_cell (struct cmd_grid *g, const char *format, ...)
{
  struct cvx_text t = CVX_TEXT_INIT;
  char *shown = NULL;
  va_list args;
  va_start (args, format);
  cvx_text_vprintf (&t, format, args);
  va_end (args);
  if (g->n == g->cap)
    {
      size_t cap = g->cap == 0 ? 64 : 2 * g->cap;
      char **more = cvx_grow (g->cell, g->n, cap, sizeof *more);
      if (more != NULL)
        {
          g->cell = more;
          g->cap = cap;
        }
    }
  if (!t.failed)
    shown = cvx_alloc (4 * t.len + 1, 1);
  if (shown == NULL || g->n == g->cap)
    {
      cvx_free (shown);
      g->failed = true;
    }
  else
    {
      cvx_text_escape (shown, 4 * t.len + 1, cvx_text_string (&t));
      g->cell[g->n++] = shown;
    }
  cvx_text_free (&t);
}

/* TEXT is a number, all of it.  */
static bool
is_number (const char *text)
{
  char *end;
  if (text[0] == '\0' || !(isdigit ((unsigned char)text[strlen (text) - 1])))
    return false;
  (void)strtod (text, &end);
  return *end == '\0';
}

static void
put_tex (struct cvx_text *t, const char *text)
{
  if (is_number (text))
    {
      size_t len = strcspn (text, "e");
      if (text[len] == 'e')
        cvx_text_printf (t, "$%.*s \\times 10^{%ld}$", (int)len, text,
                         strtol (text + len + 1, NULL, 10));
      else
        cvx_text_printf (t, text[0] == '-' ? "$%s$" : "%s", text);
      return;
    }
  for (const char *p = text; *p != '\0'; p++)
    switch (*p)
      {
      case '\\':
        cvx_text_put (t, "\\textbackslash{}");
        break;
      case '^':
      case '~':
        cvx_text_printf (t, "\\%c{}", *p);
        break;
      case '_':
      case '%':
      case '&':
      case '#':
      case '$':
      case '{':
      case '}':
        cvx_text_printf (t, "\\%c", *p);
        break;
      default:
        cvx_text_printf (t, "%c", *p);
      }
}

static void
put_csv (struct cvx_text *t, const char *text)
{
  if (strpbrk (text, ",\"") == NULL)
    {
      cvx_text_put (t, text);
      return;
    }
  cvx_text_put (t, "\"");
  for (const char *p = text; *p != '\0'; p++)
    cvx_text_printf (t, *p == '"' ? "\"\"" : "%c", *p);
  cvx_text_put (t, "\"");
}

static size_t
width_of (const struct cmd_grid *g, size_t column)
{
  size_t most = 0;
  for (size_t k = column; k < g->n; k += g->columns)
    {
      size_t width = lang_display_width (g->cell[k], strlen (g->cell[k]));
      most = width > most ? width : most;
    }
  return most;
}

static bool
all_numbers (const struct cmd_grid *g, size_t column)
{
  for (size_t k = column + g->columns; k < g->n; k += g->columns)
    if (!is_number (g->cell[k]) && strcmp (g->cell[k], "nan") != 0
        && strcmp (g->cell[k], "inf") != 0 && strcmp (g->cell[k], "-") != 0)
      return false;
  return true;
}

/* Numbers to the right, words to the left, two blanks between.  */
static void
put_row_text (const struct cmd_grid *g, size_t row, struct cvx_text *t)
{
  for (size_t j = 0; j < g->columns; j++)
    {
      const char *text = g->cell[row * g->columns + j];
      size_t width = width_of (g, j),
             own = lang_display_width (text, strlen (text));
      bool right = all_numbers (g, j), last = j + 1 == g->columns;
      cvx_text_put (t, j > 0 ? "  " : "");
      cvx_text_printf (t, "%*s%s", right ? (int)(width - own) : 0, "", text);
      cvx_text_printf (t, "%*s", right || last ? 0 : (int)(width - own), "");
    }
  cvx_text_put (t, "\n");
}

static void
put_row (const struct cmd_grid *g, size_t row, struct cvx_text *t)
{
  static const char *const before[] = { "", "", "", "| " },
                           *const between[] = { "", " & ", ",", " | " },
                           *const after[] = { "\n", " \\\\\n", "\n", " |\n" };
  if (g->form == GRID_TEXT)
    {
      put_row_text (g, row, t);
      return;
    }
  cvx_text_put (t, before[g->form]);
  for (size_t j = 0; j < g->columns; j++)
    {
      const char *text = g->cell[row * g->columns + j];
      cvx_text_put (t, j > 0 ? between[g->form] : "");
      if (g->form == GRID_TEX)
        put_tex (t, text);
      else if (g->form == GRID_CSV)
        put_csv (t, text);
      else
        for (const char *p = text; *p != '\0'; p++)
          cvx_text_printf (t, *p == '|' ? "\\|" : "%c", *p);
    }
  cvx_text_put (t, after[g->form]);
}

enum cvx_status
cmd_grid_text (const struct cmd_grid *g, struct cvx_text *t,
               struct cvx_error *err)
{
  size_t rows = g->n / g->columns;
  if (g->failed)
    return cvx_fail_nomem (err, "making a table");
  if (g->form == GRID_TEX)
    {
      cvx_text_put (t, "\\begin{tabular}{");
      for (size_t j = 0; j < g->columns; j++)
        cvx_text_put (t, all_numbers (g, j) ? "r" : "l");
      cvx_text_put (t, "}\n\\toprule\n");
    }
  for (size_t k = 0; k < rows; k++)
    {
      put_row (g, k, t);
      if (k > 0)
        continue;
      if (g->form == GRID_TEX)
        cvx_text_put (t, "\\midrule\n");
      if (g->form == GRID_MD)
        {
          cvx_text_put (t, "|");
          for (size_t j = 0; j < g->columns; j++)
            cvx_text_put (t, all_numbers (g, j) ? "---:|" : "---|");
          cvx_text_put (t, "\n");
        }
    }
  if (g->form == GRID_TEX)
    cvx_text_put (t, "\\bottomrule\n\\end{tabular}\n");
  return CVX_OK;
}

enum cvx_status
cmd_grid_deliver (struct cmd_grid *g, struct session *s,
                  const struct lang_call *c, struct cvx_error *err)
{
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = cmd_grid_text (g, &t, err);
  if (status == CVX_OK)
    status = cmd_deliver (s, c, &t, err);
  cvx_text_free (&t);
  cmd_grid_free (g);
  return status;
}
