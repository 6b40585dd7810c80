#!/bin/sh
# The blocks that certificates skip: in the log, the history, sessions, figures.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >gated.cvx <<'END'
generate ring n=300 d=6 seed=1
patterns sample n=400 seed=1
formulation gated beta=0.2*betamax
solve
let h = hist.skipped
assert h[1] < 400
assert run.skipped > 200
assert run.skipped < 400
assert len(h) == len(hist.gap)
let before = run.skipped
save s.cvxs
export history to=h.csv
open s.cvxs
assert run.skipped == before
solve
plot skipped to=f.gp
END
run --events e.json gated.cvx
exits 0 "the skipped blocks of a gated run"
check "a log of 78 columns has no room for them" sh -c '! grep -q skipped out'
run -e 'set verbose=debug' -e 'include gated.cvx'
has out 'neurons  skipped    time' "a log of everything has their column"
check "its last number is run.skipped" \
  test "$(awk '/^ *[0-9]+ +[0-9.]+e/ { n = $8 } END { print (n > 200) }' out)" = 1
has h.csv 'skipped' "the exported history has them"
has e.json '"skipped":' "and so do the events"
has f.gp 'skipped blocks' "and there is a figure"

run -e 'set verbose=debug; generate ring n=60; formulation relu beta=0.1*betamax
solver fista maxiter=3; solve'
exits 0 "a solver that looks at cones"
has out 'skipped' "skips projections"
run -e 'set verbose=debug; generate ring n=40 d=6; patterns sample n=10; formulation relu beta=0.1*betamax
train adam epochs=3'
check "training on a sample of patterns" test $? -eq 0
if grep -q skipped out; then
  not_ok "has no such certificates and no column"
else
  ok "has no such certificates and no column"
fi
plan
