/* main.c -- the program cvxnn.

   Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.  */

int
main (void)
{
  return 0;
}
