# exit_codes.sh -- what the program says and how it ends, for every kind of
# failure.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

points='generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented'

run -e '= 6*7'
exits 0 "an expression"
echo 42 >want
same out "its value alone" <want
run -q -e "$points" -e 'formulation relu beta=0.1; solve verbose=1'
exits 2 "unknown option"
run -q -e "$points; formulation relu beta=0.1; solve tol=1e-6; polish" \
  -e 'print "{run.obj:%.10f} {net.width} {betamax:%.9f}"'
exits 0 "five points"
has out '0.8914472026 4 1.788854382' "the optimum that is known"
has out '(complete)' "complete is said with the optimum"

run -e 'sovle tol=1e-6'
exits 2 "unknown command"
same err "its message" <<'END'
-e:1:1: E101: unknown command "sovle".  Did you mean solve?
  sovle tol=1e-6
  ^^^^^
END
run -e 'solve tll=1e-6'
exits 2 "unknown option of a command"
has err 'E103: solve has no option "tll".  Did you mean tol?' "its message"
run -e 'st 10'
exits 2 "ambiguous abbreviation"
has err 'E102: "st" is ambiguous: start, step' "its message"
run -q -e "$points" -e 'formulation relu beta=-1'
exits 1 "beta out of range"
has err 'E120: beta must be > 0, got -1.  hint: for almost no regularisation' \
  "its message"
run -q -e "$points; formulation relu beta=0.1; formulation relu beta=0/0"
check "beta not a number fails" test "$code" -ne 0
run -e solve
exits 1 "solve before data"
has err 'E330: no data.  hint: load FILE, or generate ring' "the next command"
run -q -e "$points" -e solve
exits 1 "solve before formulation"
has err 'E330: no formulation.  hint: formulation relu beta=0.1   (data points is loaded: n=5 d=2)' \
  "the next command"
for command in step 'until gap < 1' start polish certify network neurons eval \
  report tag\ x; do
  run -q -e "$points" -e "$command"
  if [ "$code" -ne 1 ] || ! grep -q E330 err; then
    echo "# $command: exit $code"
    sed 's/^/# /' err
    code=bad
    break
  fi
done
check "every command says what it needs" test "$code" != bad
run -e 'load nofile.csv'
exits 3 "no such file"
has err 'E204' "its number"
run -e 'expect E204 load nofile.csv'
exits 0 "an expected failure"
run -e 'assert 1 > 2'
exits 5 "assertion"
run -e 'generate ring width=3'
exits 1 "option that does not apply"
has err 'E394: generate ring does not use width' "its message"
run -e 'use run 7'
exits 1 "no such run"
run -e 'quit 7; print "not reached"'
exits 7 "quit with a code"
check "quit ends the line" test ! -s out
run -e 'help solve tol'
exits 0 "help of one option"
has out 'relative certified gap' "from the table"
run -e 'help E330'
has out 'E330: something is needed first' "help of an error"
run -e 'help sovle'
has err 'Did you mean solve?' "help suggests"

run --nonsense
exits 64 "unknown option of the program"
run --seed=x
exits 64 "seed that is no number"
run --version
has out 'cvxnn 0' "version"
run --help
has out 'Usage: cvxnn [OPTION...] [SCRIPT [ARG...]]' "usage"

printf 'generate ring n=20\nsolve\nprint "after"\n' >s.cvx
run s.cvx
exits 1 "script stops at its error"
has err 's.cvx:2:1: E330: no formulation' "with file, line and column"
check "nothing after it ran" sh -c '! grep -q after out'
run -k s.cvx
exits 1 "-k goes on and still fails"
has out after "and runs what follows"
run -c s.cvx
exits 0 "-c does not run"
check "nor print" test ! -s out
printf 'generate ring n=20\nsovle\n' >s.cvx
run -c s.cvx
exits 2 "-c finds mistakes"
has err 's.cvx:2:1: E101' "and places them"
printf 'print "{arg[1]}-{arg[2]}"\n' >s.cvx
run s.cvx a -e
echo 'a--e' >want
same out "arguments of a script, options too" <want
run -x -e 'print 1'
has out 'cvx> print 1' "-x shows commands"
run -q -s 5 -e 'show settings'
has out 'seed         5' "-s sets the seed"
run -t 1 -e version
has out 'threads     1' "-t sets threads"
printf 'print 1\nsovle\nprint 2\n' | "$cvxnn" >out 2>err
code=$?
exits 2 "commands from a pipe stop at an error"
has err 'stdin:2:1: E101' "with the line"
check "later lines do not run" sh -c '! grep -q 2 out'
printf 'for b in [1,2]\nprint b\n' | "$cvxnn" >out 2>err
code=$?
exits 2 "input that ends in a block"
has err E105 "its number"
run -q -e "$points; set strict=yes; formulation relu beta=0.1" \
  -e 'solver admm; solve maxiter=3'
exits 4 "strict: not converged"
run -q -e "$points; formulation relu beta=0.1; solver admm; solve maxiter=3" \
  -e 'assert not run.converged; assert run.iter == 3; solve; assert run.converged'
exits 0 "without strict; and solve goes on"
# The zero network: every answer is a tie, which the larger label wins.
run -q -e 'generate ring n=20 seed=1; formulation relu beta=100; solve; eval'
has err W440 "beta above betamax is said"
right=$(sed -n 's/.*(\([0-9]*\) of 20).*/\1/p' out)
has out "+1: $right/$right" "the two counts of right answers agree"
run --safe -q -e "$points; export data to=/tmp/cvxnn-not-written.csv"
exits 74 "--safe refuses other folders"
has err E396 "its number"
check "nothing was written" test ! -e /tmp/cvxnn-not-written.csv
# What stands after `quit' is not interrupted, it just does not run.
printf 'print 1\nquit\nprint 2\n' >s.cvx
run s.cvx
exits 0 "quit in the middle of a script"
echo 1 >want
same out "ends it" <want
printf 'expect E330 report\nfor k in 1:2\nquit 3\nend\nprint 2\n' | "$cvxnn" >out 2>err
code=$?
exits 3 "quit with a code, in a loop of a pipe"
check "ends that" test ! -s out
plan
