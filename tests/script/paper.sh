# paper.sh -- the scripts of examples/paper run to the end in a small size, and
# what they assert holds.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

OMP_WAIT_POLICY=passive
export OMP_WAIT_POLICY
paper=$source_folder/examples/paper
drawn=true
gnuplot --version >/dev/null 2>&1 || drawn=false
# small FIGURE ARGUMENTS...: one script, and that it drew its figure.
small ()
{
  figure=$1
  shift
  if $drawn; then
    run -q "$paper/$figure.cvx" "$@"
    exits 0 "$figure.cvx $*"
    check "draws its figure" test -s "$figure.pdf"
  else
    run -q --no-plot "$paper/$figure.cvx" "$@"
    exits 0 "$figure.cvx $*"
  fi
}
small fig2-convex
small fig2 2000 2
check "a row for every width" test "$(grep -c '^ *[0-9]*  *[0-9]*/2 ' out)" -eq 3
check "near ones are polished to the optimum" awk '
  $2 ~ "/2" { near += $2; polished += $3; stuck += $4; if (NF != 4 + $4) bad = 1 }
  END { exit !(near == polished && near > 0 && !bad) }' out
small fig3 10
small fig4 made-up 5 1 100
small fig5 made-up 5
plan
