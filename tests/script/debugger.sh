# debugger.sh -- solvers under the debugger: step, until, break, watch, tune,
# rewind.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >before.cvx <<'END'
generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]
bias augmented
formulation relu beta=0.1
solver admm rho=0.1 noadapt
END
cat >break.cvx <<'END'
include before.cvx
set quiet=yes
break gap < 0.5
watch iter == 3
expect E117 until nofield < 2
solve
assert run.status == "stopped (break)" and run.gap < 0.5 and run.iter < 20
let at = run.iter
solve                     # a condition that stays true does not stop again
assert run.converged and run.iter > at
expect E117 break nofield < 3
expect E504 delete 7
break iter == at + run.iter + 2
delete 3
delete
breaks
END
run break.cvx
exits 0 "break and watch"
has out 'watch 2: iter == 3 at iteration 3' "watch says when"
has out 'break 1: gap < 0.5 at iteration' "break says where"
has out 'no breakpoints' "delete takes all away"

cat >rewind.cvx <<'END'
include before.cvx
set quiet=yes
step 10
let bound = run.bound
let gap = run.gap
step 40
let later = run.gap
assert later < gap
rewind 10
assert run.iter == 10 and run.gap == gap and run.bound == bound
assert hist.iter[end] == 10 and len(hist.gap) < 12
step 40
assert run.gap == later    # bit for bit
rewind 15
assert run.iter == 10
expect E103 rewind iter=3
set snapshots=0
start
step 3
expect E506 rewind 3
formulation relu beta=0.2
use run 1
expect E392 rewind 10
expect E392 tune tol=1
END
run rewind.cvx
exits 0 "rewind"

cat >tune.cvx <<'END'
include before.cvx
step 50
tune rho=0.5
step 50
set quiet=yes
expect E367 tune lr=2
expect E120 tune rho=1e20
expect E394 tune tol=1 every=3
expect E103 tune rhoo=2
plot gap to=tuned.gp
plot gap to=tuned.csv
export history to=h.csv
END
run tune.cvx
exits 0 "tune"
grep -q '^ *50 .*tune rho=0.5$' out
check "the log marks it" test $? -eq 0
grep -q 'tune' tuned.gp
check "and so does the figure" test $? -eq 0
sed 's/^tune.*//' tune.cvx >plain.cvx
run plain.cvx
run tune.cvx
tail -n 3 out >tuned.tail
run plain.cvx
if tail -n 3 out | cmp -s - tuned.tail; then
  not_ok "another rho takes another way"
else
  ok "another rho takes another way"
fi

# A terminal of 20 columns has room for iteration and gap: see prompt.py.
run --color always -e 'include before.cvx' -e solve
grep -q "$(printf '\033\\[1m8\\.914')" out
check "settled digits are bold" test $? -eq 0
NO_COLOR=1 run -e 'include before.cvx' -e solve
grep -q "$(printf '\033')" out
check "no escapes in a pipe" test $? -eq 1
plan
