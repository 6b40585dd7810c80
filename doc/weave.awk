# weave.awk -- put the pieces of a session into a text.
#
# usage: awk -f weave.awk SESSION TEXT
# A line "@@NAME" of SESSION begins the piece NAME; the line "@session NAME" of
# TEXT is replaced by it, as a Texinfo example.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

FNR == NR && /^@@/ { name = substr ($0, 3); next }
FNR == NR && /^cvx> (print "@@|assert |near )/ { next }
FNR == NR {
  gsub (/[@{}]/, "@&")
  piece[name] = piece[name] $0 "\n"
  next
}
/^@session / {
  if (!($2 in piece)) {
    print "weave.awk: the session has no piece " $2 >"/dev/stderr"
    failed = 1
    exit 1
  }
  printf "@smallexample\n%s@end smallexample\n", piece[$2]
  next
}
{ print }
