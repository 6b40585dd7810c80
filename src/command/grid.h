/* grid.h -- a table of words as text, TeX, CSV or Markdown.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CMD_GRID_H
#define CMD_GRID_H

#include "command/command.h"

enum grid_form
{
  GRID_TEXT,
  GRID_TEX, /* booktabs */
  GRID_CSV,
  GRID_MD
};

/* Cells row after row, the first row is the head.  */
struct cmd_grid
{
  enum grid_form form;
  size_t columns, n, cap;
  char **cell; /* owned */
  bool failed; /* no memory for a cell */
};

/* The form that the suffix of TO asks for; NULL: text.  */
enum grid_form cmd_grid_form (const char *to);

void cmd_grid_begin (struct cmd_grid *g, const char *to, size_t columns);
void cmd_grid_cell (struct cmd_grid *g, const char *format, ...)
    CVX_PRINTF (2, 3);
void cmd_grid_free (struct cmd_grid *g);

/* G as text, appended to T; CVX_NOMEM.  */
enum cvx_status cmd_grid_text (const struct cmd_grid *g, struct cvx_text *t,
                               struct cvx_error *err) CVX_MUST_CHECK;
/* To the file that `to=' of C names, or the screen; G is freed.  */
enum cvx_status cmd_grid_deliver (struct cmd_grid *g, struct session *s,
                                  const struct lang_call *c,
                                  struct cvx_error *err) CVX_MUST_CHECK;

#endif
