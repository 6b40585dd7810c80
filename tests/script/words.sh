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

# Warm starts: from networks in files, from runs without stored patterns (whose
# iterate are neurons: this wrote past the end of memory), from trained ones.
cat >warm.cvx <<'END'
set quiet=yes verbose=quiet
generate ring n=24 seed=1 ; bias augmented
patterns exact nostore ; formulation relu ; formulation relu beta=0.1*betamax
solve
let best = run.obj
start warm=last
assert run.gap < 1e-6
formulation relu beta=0.1*betamax
start warm=1
assert run.gap < 1e-6
export network to=best.npz
start warm=best.npz
near run.obj best rel=1e-9
patterns exact ; formulation relu beta=0.1*betamax
solver admm
start warm=best.npz
near run.obj best rel=1e-9
start warm=run1
near run.obj best rel=1e-9
train lbfgs m=30 epochs=50 seed=1
let trained = run.obj
solver fista
start warm=last
assert run.obj <= trained * (1 + 1e-9)
patterns sample n=2 seed=1 ; formulation relu beta=0.1*betamax
expect E393 start warm=best.npz
expect E390 start warm=99
expect E390 start warm=nofile.npz
formulation gated beta=0.1*betamax
expect E393 start warm=best.npz
END
run warm.cvx
exits 0 "warm starts from networks"

# Betas of a path; the order of neurons; a share of the memory.
cat >more.cvx <<'END'
set quiet=yes verbose=quiet maxmem=80%
generate points x=-2,-1,0,1,2 y=1,-1,1,1,-1 ; bias augmented
formulation relu beta=0.1 ; solve every=auto
path betas=logspace(0,-2,4)*betamax warm
assert len(runs) == 5 and runs[2].beta == betamax
near run.beta 0.01*betamax rel=1e-12
path betas=1,0.1 nowarm
near run.obj 0.8914472026 rel=1e-5
expect E394 path betas=1,2 n=3
expect E452 path betas=[]
expect E120 path betas=0,1
neurons sort=kink
export run to=r.json
report to=s.json
expect E391 export run to=r.npz
cite run
generate gaussians n=50 d=2 ; export data to=t.csv
load t.csv format=csv ; load t.csv format=auto
expect E228 scale x=center y=center
set maxmem=1k
expect E395 generate ring n=1000
unset maxmem
expect E120 set maxmem=-1
END
run more.cvx
exits 0 "betas=, sort=, export run, maxmem=80%"
check "export run is report" cmp -s r.json s.json
awk '/^ +[0-9]+ +[+-] / { k = $5; if (n++ && k < last) bad = 1; last = k }
  END { exit n < 4 || bad }' out
check "neurons sort=kink rise" test $? -eq 0

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
# Help shows what is current; a tag may be several words.
run -e 'set digits=5; solver admm tol=1e-3; help set digits' \
  -e 'help solve tol; unset digits; help set digits'
has out 'printed numbers [10, now 5]' "help of a setting has its value"
has out 'is solved [1e-06, now 0.001]' "and of an option of the solver"
has out 'printed numbers [10]' "as at the start"
run -q -e 'generate xor; formulation relu; start; tag first try' \
  -e 'assert run.tag == "first try"' \
  -e 'tag "f={1/4:%.3g}" two; assert run.tag == "f=0.25 two"'
exits 0 "tags of several words"

# .cvxrc runs only when asked for.
echo 'let fromrc = 1' >.cvxrc
run -e 'assert not exists(fromrc)'
exits 0 ".cvxrc is not read"
run --rc -e 'assert fromrc == 1'
exits 0 "but with --rc"
echo 'sovle' >.cvxrc
run --rc -e 'print "on"'
exits 2 "and its errors are errors"
has err '.cvxrc:1:1: E101' "with their place"
check "that stop" test ! -s out
rm .cvxrc

# Every error has its help: title, exit code and words.
sed -n 's/^CVX_ERROR (\([0-9]*\),.*/\1/p' \
  "$source_folder/src/base/errors.def" >ids
sed 's/^/help E/' ids >ids.cvx
run ids.cvx
exits 0 "help of every error"
check "says something about each" test \
  "$(grep -c '^E[0-9]*: .* (exit code [0-9]*)$' out)" -eq "$(wc -l <ids)"
check "two lines at least" test "$(grep -c '^  [^ ]' out)" -ge "$(wc -l <ids)"

printf 'print 1\nsovle\nfor k in 1:2\n  = nofield\nend\npri 3\n= [1,\n' >k.cvx
run -k k.cvx
exits 2 "every error under --keep-going"
has err 'k.cvx:2:1: E101' "its line"
has err 'k.cvx:4:5: E117' "in a block"
has err 'loop at line 3: k = 1' "with its loop"
has err 'k.cvx:6:1: W110: "pri" is short for print' "an abbreviation"
has err 'k.cvx:7:3: E105' "and what is open at the end"
plan
