/* combos.c -- subsets in lexicographic order, and a sort.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

#include "arrangement/combos.h"

__extension__ typedef unsigned __int128 uint128;

uint64_t
cvxi_choose (size_t n, size_t k)
{
  uint64_t c = 1;
  if (k > n)
    return 0;
  if (k > n - k)
    k = n - k;
  for (size_t i = 0; i < k; i++)
    {
      uint128 wide = (uint128)c * (n - i) / (i + 1);
      if (wide > (uint64_t)1 << 62)
        return UINT64_MAX;
      c = (uint64_t)wide;
    }
  return c;
}

void
cvxi_subset (size_t *t, size_t n, size_t k, uint64_t rank)
{
  size_t x = 0;
  for (size_t i = 0; i < k; i++)
    for (;; x++)
      {
        uint64_t c = cvxi_choose (n - 1 - x, k - 1 - i);
        if (rank < c)
          {
            t[i] = x++;
            break;
          }
        rank -= c;
      }
}

size_t
cvxi_subset_next (size_t *t, size_t n, size_t k, size_t at)
{
  for (size_t i = at + 1; i-- > 0;)
    if (t[i] + (k - i) < n)
      {
        t[i]++;
        for (size_t j = i + 1; j < k; j++)
          t[j] = t[j - 1] + 1;
        return i;
      }
  return k;
}

void
cvxi_sort_keys (uint64_t *a, size_t n)
{
  while (n > 24)
    {
      /* Quicksort with the median of three; the larger part stays here.  */
      uint64_t x = a[0], y = a[n / 2], z = a[n - 1], pivot;
      size_t i = 0, j = n - 1;
      pivot = x < y ? (y < z   ? y
                       : x < z ? z
                               : x)
                    : (x < z   ? x
                       : y < z ? z
                               : y);
      for (;; i++, j--)
        {
          while (a[i] < pivot)
            i++;
          while (a[j] > pivot)
            j--;
          if (i >= j)
            break;
          uint64_t swap = a[i];
          a[i] = a[j];
          a[j] = swap;
        }
      j++;
      if (j < n - j)
        {
          cvxi_sort_keys (a, j);
          a += j;
          n -= j;
        }
      else
        {
          cvxi_sort_keys (a + j, n - j);
          n = j;
        }
    }
  for (size_t i = 1; i < n; i++)
    {
      uint64_t x = a[i];
      size_t j = i;
      for (; j > 0 && a[j - 1] > x; j--)
        a[j] = a[j - 1];
      a[j] = x;
    }
}
