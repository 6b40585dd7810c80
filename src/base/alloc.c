/* alloc.c -- checked allocation with a fault point.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include <config.h>

#include "base/alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum
{
  ALIGNMENT = 64,
  PAGE = 4096,
  LARGE = 4 << 20
};

static atomic_size_t n_allocated, n_live, fail_countdown;
static atomic_bool fail_forever;

bool
cvx_mul (size_t a, size_t b, size_t *result)
{
  return !__builtin_mul_overflow (a, b, result);
}

void
cvx_alloc_fail_at (size_t k, bool forever)
{
  atomic_store (&fail_forever, forever);
  atomic_store (&fail_countdown, k);
}

/* True when a test wants this allocation to fail.  */
static bool
fault (void)
{
  size_t k = atomic_load (&fail_countdown);
  if (k == 0)
    return false;
  if (k > 1)
    {
      atomic_store (&fail_countdown, k - 1);
      return false;
    }
  if (!atomic_load (&fail_forever))
    atomic_store (&fail_countdown, 0);
  return true;
}

/* Large arrays get huge pages where the system has them on demand: the first
   touch of every small page costs as much as reading it.  */
static void
prefer_huge_pages (void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
  uintptr_t from = ((uintptr_t)p + PAGE - 1) / PAGE * PAGE;
  uintptr_t to = ((uintptr_t)p + bytes) / PAGE * PAGE;
  if (bytes >= LARGE)
    (void)madvise ((void *)from, to - from, MADV_HUGEPAGE);
#else
  (void)p;
  (void)bytes;
#endif
}

void *
cvx_alloc (size_t count, size_t size)
{
  size_t bytes;
  void *p;
  if (!cvx_mul (count, size, &bytes) || bytes > PTRDIFF_MAX - ALIGNMENT
      || fault ())
    return NULL;
  bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
  p = aligned_alloc (ALIGNMENT, bytes);
  if (p != NULL)
    {
      prefer_huge_pages (p, bytes);
      atomic_fetch_add (&n_allocated, 1);
      atomic_fetch_add (&n_live, 1);
    }
  return p;
}

void *
cvx_calloc (size_t count, size_t size)
{
  void *p = cvx_alloc (count, size);
  if (p != NULL)
    memset (p, 0, count * size);
  return p;
}

void *
cvx_grow (void *p, size_t old_count, size_t count, size_t size)
{
  void *q = cvx_alloc (count, size);
  if (q != NULL && p != NULL)
    {
      memcpy (q, p, old_count * size);
      cvx_free (p);
    }
  return q;
}

void *
cvx_copy (const void *from, size_t count, size_t size)
{
  void *p = cvx_alloc (count, size);
  if (p != NULL && count > 0)
    memcpy (p, from, count * size);
  return p;
}

char *
cvx_strndup (const char *s, size_t len)
{
  char *p = cvx_alloc (len + 1, 1);
  if (p != NULL)
    {
      memcpy (p, s, len);
      p[len] = '\0';
    }
  return p;
}

char *
cvx_strdup (const char *s)
{
  return cvx_strndup (s, strlen (s));
}

void
cvx_free (void *p)
{
  if (p != NULL)
    atomic_fetch_sub (&n_live, 1);
  free (p);
}

size_t
cvx_alloc_count (void)
{
  return atomic_load (&n_allocated);
}

size_t
cvx_alloc_live (void)
{
  return atomic_load (&n_live);
}
