/* nominal.h -- texts as numbers, and numbers of texts as 0/1 columns.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_DATA_NOMINAL_H
#define CVX_DATA_NOMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "data/dataset.h"

enum
{
  CVXI_MOST_TEXTS = 10000
};

/* Different texts, numbered from 0 in order of appearance.  Start from zeros;
   FIXED sets take no new ones.  */
struct cvxi_texts
{
  size_t *slot;   /* hash table: number + 1 */
  size_t n_slots; /* a power of two, or 0 */
  char **name;    /* owned; room for half as many */
  size_t n;
  bool fixed;
};

/* The number of the text of LEN bytes at S, a new one when it is new; SIZE_MAX
   at *NUMBER when the set is full or fixed and does not have it.
   CVX_NOMEM.  */
enum cvx_status cvxi_texts_number (struct cvxi_texts *t, const char *s,
                                   size_t len, size_t *number,
                                   struct cvx_error *err) CVX_MUST_CHECK;
void cvxi_texts_free (struct cvxi_texts *t);

/* The texts as labels of D whose values are their numbers.  CVX_NOMEM.  */
enum cvx_status cvxi_texts_labels (struct cvx_dataset *d, char *const *names,
                                   size_t n,
                                   struct cvx_error *err) CVX_MUST_CHECK;

/* Replace every feature j of D for which SET[j] is not NULL, a number of a
   text in it or NaN, by 0/1 columns called "feature=text", one per text, or
   for two texts by one called "feature=later/earlier", 1 for the later in
   order.  With options->like the columns are those of that dataset.  PATH is
   for messages.  CVX_DATA (E248), CVX_LIMIT, CVX_NOMEM.  */
enum cvx_status
cvxi_expand (struct cvx_dataset *d, const struct cvxi_texts *const *set,
             const char *path, const struct cvx_read_options *options,
             struct cvx_text *notes, struct cvx_error *err) CVX_MUST_CHECK;

#endif
