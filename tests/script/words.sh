# words.sh -- words of the language that only scripts can show: parts that take
# the rest, limits, units, where an error of an included script is.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# Parts that are not given take the rest; validation is none unless asked for.
cat >split.cvx <<'END'
set quiet=yes
generate ring n=103 seed=1
split test=0.25
assert data.train.n == 77 and data.val.n == 0 and data.test.n == 26
split val=20
assert data.train.n == 83 and data.val.n == 20 and data.test.n == 0
split val=0.1 test=0.1 seed=3
assert data.train.n == 83 and data.val.n == 10 and data.test.n == 10
split
assert data.train.n == 82 and data.val.n == 0 and data.test.n == 21
split train=0.5 val=0.25
assert data.train.n == 52 and data.val.n == 26 and data.test.n == 25
split test=0.25 stratify
assert data.train.n + data.test.n == 103
expect E227 split test=103
expect E227 split val=0.6 test=0.6
expect E227 split train=100 test=20
assert data.n == 103
END
run split.cvx
exits 0 "split: parts not given take the rest"
run -e 'generate ring n=103; split train=50 test=10'
has out '43 rows are in no part and left out' "rows of no part are told of"
run -e 'generate ring n=10; split val=0.5 test=0.5'
has err 'E227: no row is left for training: val and test take 10 of 10' \
  "and when none is left for training"

# load max=: rows at most, also with rows=.
run -q -e 'generate ring n=30; export data to=r.csv' -e 'load r.csv max=12' \
  -e 'assert data.n == 12; load r.csv max=1k; assert data.n == 30' \
  -e 'load r.csv rows=5:20 max=4; assert data.n == 4' \
  -e 'load r.csv rows=5:20 max=400; assert data.n == 16' \
  -e 'expect E120 load r.csv max=0'
exits 0 "load max="

# certify trials=: more places to look from; what is found is no worse.
run -e 'generate gaussians n=60 d=4 seed=2; bias augmented' \
  -e 'formulation relu; patterns sample n=3 seed=1' \
  -e 'formulation relu beta=0.02*betamax; solve' \
  -e 'certify trials=1 top=1; certify trials=500 top=1; expect E120 certify trials=0'
exits 0 "certify trials="
awk '/ beta, output/ { v[++n] = $1 } END { exit !(n == 2 && v[2] >= v[1]) }' out
check "more trials find no worse a direction" test $? -eq 0

# Units of lengths; the live setting.
run -q -e 'set units=cm live=yes; set plot.size=8,6' -e 'show settings'
has out 'plot.size    3.15in,2.362in*' "set units=cm"
has out 'live         yes        *' "set live"
run -q -e 'set plot.size=8cm,6cm; unset units; set plot.size=3,2' \
  -e 'show settings'
has out 'plot.size    3in,2in    *' "unset units"

# Polishing is part of the time of a run, and of where it went.
run -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented' \
  -e 'formulation relu beta=0.1; solve tol=1e-3; let before = run.time' \
  -e 'let iterate = run.timings.iterate; polish' \
  -e 'assert run.time > before and hist.time[end] == run.time' \
  -e 'assert run.timings.iterate > iterate' \
  -e 'assert run.timings.iterate + run.timings.bound < 2 * run.time + 0.1'
exits 0 "run.time and the timings have the polishing"

# Where an error of an included script is, however the including one is read.
mkdir -p parts
printf 'print 1\n\nassert 1 > 2\n' >parts/inner.cvx
printf 'let a = 1\nif a > 0\n  include parts/inner.cvx\nend\nprint "after"\n' \
  >outer.cvx
for how in 'outer.cvx' '-k outer.cvx' '-k' ''; do
  # shellcheck disable=SC2086
  case $how in
    *outer.cvx) run $how; name=outer.cvx ;;
    *) "$cvxnn" $how <outer.cvx >out 2>err; code=$?; name=stdin ;;
  esac
  exits 5 "an error in an included script (cvxnn $how)"
  has err 'parts/inner.cvx:3:8: E501: assertion failed' "its place"
  has err "included from $name:3" "and who included it"
done
printf 'print 1\nsovle\nfor k in 1:2\n  = nofield\nend\npri 3\n= [1,\n' >k.cvx
run -k k.cvx
exits 2 "every error under --keep-going"
has err 'k.cvx:2:1: E101' "its line"
has err 'k.cvx:4:5: E117' "in a block"
has err 'loop at line 3: k = 1' "with its loop"
has err 'k.cvx:6:1: W110: "pri" is short for print' "an abbreviation"
has err 'k.cvx:7:3: E105' "and what is open at the end"
plan
