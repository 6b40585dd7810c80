/* sizes.h -- arithmetic of sizes (internal).

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_LINALG_SIZES_H
#define CVX_LINALG_SIZES_H

#include <stddef.h>

/* A / B, rounded up.  */
static inline size_t
cvxi_divide_up (size_t a, size_t b)
{
  return a / b + (a % b != 0);
}

static inline size_t
cvxi_smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

static inline size_t
cvxi_larger (size_t a, size_t b)
{
  return a > b ? a : b;
}

#endif
