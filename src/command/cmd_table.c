/* cmd_table.c -- expressions over the runs as a table: table.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "command/command.h"

static const char *const over_words[] = { "runs", NULL };

const struct lang_key cmd_table_keys[]
    = { { .name = "columns",
          .kind = LANG_KIND_EXPRS,
          .flags = LANG_ARG | LANG_REQUIRED,
          .help = "expressions, as in beta,obj,gap,net.width" },
        { .name = "over",
          .kind = LANG_KIND_WORD,
          .words = over_words,
          .default_text = "runs",
          .help = "what the rows are" },
        { .name = "runs",
          .kind = LANG_KIND_LIST,
          .default_text = "all",
          .help = "numbers of the runs" },
        { .name = "to",
          .kind = LANG_KIND_PATH,
          .help = "file: .tex (booktabs), .csv, .md or text" },
        { .name = NULL } };

enum form
{
  FORM_TEXT,
  FORM_TEX,
  FORM_CSV,
  FORM_MD
};

/* TEXT as one cell: nothing in it can break out of the format.  */
static void
put_cell (struct cvx_text *t, enum form form, const char *text)
{
  char shown[256];
  cvx_text_escape (shown, sizeof shown, text);
  if (form == FORM_CSV)
    {
      if (strpbrk (shown, ",\"") == NULL)
        {
          cvx_text_put (t, shown);
          return;
        }
      cvx_text_put (t, "\"");
      for (const char *p = shown; *p != '\0'; p++)
        cvx_text_printf (t, *p == '"' ? "\"\"" : "%c", *p);
      cvx_text_put (t, "\"");
    }
  else if (form == FORM_TEX)
    for (const char *p = shown; *p != '\0'; p++)
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
  else if (form == FORM_MD)
    for (const char *p = shown; *p != '\0'; p++)
      cvx_text_printf (t, *p == '|' ? "\\|" : "%c", *p);
  else
    cvx_text_put (t, shown);
}

/* The value of E for the run of VIEW as the words of a cell.  */
static enum cvx_status
cell (struct session *s, const struct lang_expr *e, struct session_view *view,
      enum form form, char *buf, size_t size, struct cvx_error *err)
{
  struct lang_scope scope = { session_run_find, session_run_names, view };
  struct lang_value v = { 0 };
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = lang_eval (s->interp, e, &scope, &v, err);
  if (status != CVX_OK)
    return status;
  lang_value_format (&v, form == FORM_CSV ? 17 : 6, false, &t);
  snprintf (buf, size, "%s", cvx_text_string (&t));
  cvx_text_free (&t);
  lang_value_free (&v);
  return CVX_OK;
}

static void
begin_row (struct cvx_text *t, enum form form)
{
  if (form == FORM_MD)
    cvx_text_put (t, "| ");
}

static void
between (struct cvx_text *t, enum form form)
{
  cvx_text_put (t, form == FORM_TEX   ? " & "
                   : form == FORM_CSV ? ","
                   : form == FORM_MD  ? " | "
                                      : "  ");
}

static void
end_row (struct cvx_text *t, enum form form)
{
  cvx_text_put (t, form == FORM_TEX  ? " \\\\\n"
                   : form == FORM_MD ? " |\n"
                                     : "\n");
}

enum cvx_status
cmd_table (void *session, const struct lang_call *c, struct cvx_error *err)
{
  struct session *s = session;
  size_t n = lang_call_n_exprs (c, "columns"), n_runs = s->n_runs;
  const char *to = lang_call_text (c, "to"),
             *suffix = to != NULL ? cmd_suffix (to) : "";
  enum form form = strcmp (suffix, ".tex") == 0   ? FORM_TEX
                   : strcmp (suffix, ".csv") == 0 ? FORM_CSV
                   : strcmp (suffix, ".md") == 0  ? FORM_MD
                                                  : FORM_TEXT;
  const double *ids = NULL;
  struct cvx_text t = CVX_TEXT_INIT;
  enum cvx_status status = CVX_OK;
  char words[256];
  if (lang_call_list (c, "runs", &ids, &n_runs))
    for (size_t k = 0; k < n_runs; k++)
      if (!(ids[k] >= 1) || session_find_run (s, (size_t)ids[k]) == NULL)
        return lang_call_fail (c, "runs", err, CVX_E390, "there is no run %g",
                               ids[k]);
  if (n_runs == 0)
    return cmd_ready (s, HAS_RUN, err);
  if (form == FORM_TEX)
    {
      cvx_text_put (&t, "\\begin{tabular}{");
      for (size_t j = 0; j < n; j++)
        cvx_text_put (&t, "r");
      cvx_text_put (&t, "}\n\\toprule\n");
    }
  begin_row (&t, form);
  for (size_t j = 0; j < n; j++)
    {
      const char *name = lang_expr_source (lang_call_expr (c, "columns", j));
      if (j > 0)
        between (&t, form);
      if (form == FORM_TEXT)
        {
          cvx_text_escape (words, sizeof words, name);
          cvx_text_printf (&t, "%12s", words);
        }
      else
        put_cell (&t, form, name);
    }
  end_row (&t, form);
  if (form == FORM_TEX)
    cvx_text_put (&t, "\\midrule\n");
  if (form == FORM_MD)
    {
      cvx_text_put (&t, "|");
      for (size_t j = 0; j < n; j++)
        cvx_text_put (&t, "---:|");
      cvx_text_put (&t, "\n");
    }
  for (size_t k = 0; k < n_runs && status == CVX_OK; k++)
    {
      struct session_view view
          = { s, ids != NULL ? session_find_run (s, (size_t)ids[k])
                             : s->runs[k] };
      begin_row (&t, form);
      for (size_t j = 0; j < n && status == CVX_OK; j++)
        {
          status = cell (s, lang_call_expr (c, "columns", j), &view, form,
                         words, sizeof words, err);
          if (status != CVX_OK)
            break;
          if (j > 0)
            between (&t, form);
          if (form == FORM_TEXT)
            cvx_text_printf (&t, "%12s", words);
          else
            put_cell (&t, form, words);
        }
      end_row (&t, form);
    }
  if (form == FORM_TEX)
    cvx_text_put (&t, "\\bottomrule\n\\end{tabular}\n");
  if (status == CVX_OK)
    status = cmd_deliver (s, c, &t, err);
  cvx_text_free (&t);
  return status;
}
