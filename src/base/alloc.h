/* alloc.h -- checked allocation.

   All memory of the library comes through here: products are checked for
   overflow, arrays of numbers are aligned for vector units, and a test can
   make the k-th allocation fail.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#ifndef CVX_BASE_ALLOC_H
#define CVX_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* COUNT * SIZE bytes, aligned to 64, contents undefined; NULL when there is no
   memory or the product overflows.  A zero product gives one byte.  The caller
   owns the result and gives it back with cvx_free.  */
void *cvx_alloc (size_t count, size_t size) __attribute__ ((malloc));

/* The same, filled with zeros.  */
void *cvx_calloc (size_t count, size_t size) __attribute__ ((malloc));

/* Grow P (may be NULL) of OLD_COUNT elements to COUNT >= OLD_COUNT, keeping
   the old elements; NULL on failure, and P stays as it was.  */
void *cvx_grow (void *p, size_t old_count, size_t count, size_t size);

/* A copy of COUNT elements at FROM; NULL on failure.  */
void *cvx_copy (const void *from, size_t count, size_t size);

/* A copy of the string S, or of its first LEN bytes; NULL on failure.  */
char *cvx_strdup (const char *s);
char *cvx_strndup (const char *s, size_t len);

void cvx_free (void *p);

/* True, with the product in *RESULT, when A * B does not overflow.  */
bool cvx_mul (size_t a, size_t b, size_t *result);

/* For tests: the K-th allocation from now fails (K = 1 is the next), and with
   FOREVER every one after it too; K = 0 turns this off.  */
void cvx_alloc_fail_at (size_t k, bool forever);

/* Allocations made since the program started, and those not yet freed; for
   tests of leaks and of steps that must not allocate.  */
size_t cvx_alloc_count (void);
size_t cvx_alloc_live (void);

#endif
