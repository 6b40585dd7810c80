# paper.sh -- the scripts of examples/paper: those that this program knows
# every command of are right; the quick ones run.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

paper=$source_folder/examples/paper
run -q "$paper/fig2-convex.cvx"
exits 0 "fig2-convex.cvx"
if gnuplot --version >/dev/null 2>&1; then
  check "draws its figure" test -s fig2-convex.pdf
fi
run -c "$paper/fig4.cvx"
exits 0 "fig4.cvx is right"
knows ()
{
  "$cvxnn" -e "$1" >out 2>err </dev/null
}
for script in fig2 fig3; do
  if knows 'help train'; then
    run -c "$paper/$script.cvx"
    exits 0 "$script.cvx is right"
  else
    skip "$script.cvx" "no command train"
  fi
done
if knows 'generate circular n=9 d=4; formulation circular'; then
  run -q "$paper/fig5.cvx"
  exits 0 "fig5.cvx"
else
  skip "fig5.cvx" "no formulation circular"
fi
plan
