# numerics.sh -- odd problems and odd settings of solvers, through the program
# (those of N1 to N26 in failures.txt that a script can try).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

points='generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented'
five="$points; formulation relu beta=0.1"
ring='generate ring n=60 seed=1; bias augmented'

# script WORDS: standard input is a script that passes.
script ()
{
  cat >s.cvx
  run -q s.cvx
  exits 0 "$1"
}

for beta in 0 -1 0/0 1/0 nan inf 1e-400; do
  run -q -e "$points; formulation relu beta=0.1" -e "formulation relu beta=$beta"
  if [ "$code" -ne 1 ] || ! grep -q 'E120: beta must be ' err; then
    echo "# beta=$beta: exit $code"
    sed 's/^/# /' err
    code=bad
    break
  fi
done
check "N1 beta that is no weight is refused" test "$code" != bad
run -q -e "$points; formulation relu beta=5; solve" \
  -e 'assert run.iter == 0 and run.gap == 0 and net.width == 0'
exits 0 "N1 beta above betamax: the zero network at once"
has err W440 "N1 and it is said"

printf '0,0,1\n0,0,2\n0,0,-1\n' >x0.csv
printf '1,0,0\n0,1,0\n3,2,0\n' >y0.csv
printf '1,0,3\n0,1,3\n3,2,3\n-1,0,3\n' >yc.csv
for kind in relu gated; do
  script "N2 $kind: X = 0, y = 0, y constant" <<END
load x0.csv
formulation $kind beta=0.01
solve
assert run.iter == 0 and run.gap == 0 and run.obj == 3
load y0.csv
formulation $kind beta=0.01
solve
assert run.iter == 0 and run.gap == 0 and run.obj == 0
expect E120 formulation $kind beta=0.1*betamax
load yc.csv
formulation $kind beta=0.01
solve
assert run.converged and run.gap <= 1e-6
END
done

# Twice the same row with opposite labels, dependent columns, more of them
# than rows: every method that suits agrees.
printf '1,2,1\n1,2,-1\n2,4,1\n-1,-2,-1\n3,1,1\n3,1,-1\n' >twice.csv
printf '1,2,3,6,1\n0,1,2,3,-1\n2,1,1,4,1\n' >wide.csv
agree='solver interior
solve
let want = run.obj
solver admm
solve tol=1e-5
near run.obj want rel=1e-5'
for file in twice wide; do
  script "N3 $file: dependent columns, opposite labels" <<END
load $file.csv
formulation relu beta=0.01*betamax
$agree
solver fista
solve tol=1e-5
near run.obj want rel=1e-5
formulation relu loss=logistic beta=0.01*betamax
$agree
formulation relu loss=hinge beta=0.01*betamax
solver auto
solve
assert run.converged
END
done

script "N9 a tolerance below what can be reached" <<END
$five
solve tol=1e-15
assert run.gap < 1e-10 and run.gap > 1e-15
solver admm
solve tol=0 time=20
assert run.gap < 1e-10
END
check "N9 it says how far it came" test \
  "$(grep -c 'solved to reduced accuracy: gap [1-9].*e-1[0-9] > ' out)" -eq 2

run -e "$ring; formulation relu beta=1e-4*betamax; solver admm" \
  -e 'solve maxiter=2; assert run.bound >= 0 and run.bound < 0.1 * run.obj'
exits 0 "N11 a bound that is far away is shown as it is"

run -e "$ring; patterns sample n=64; formulation relu beta=0.01*betamax" \
  -e 'solve; assert run.converged and not run.complete; report'
exits 0 "N12 sampled patterns"
check "N12 are never called global" sh -c '! grep -qi global out'
has out '(sampled)' "N12 the last line says so"
has out 'sampled: optimum over this set of patterns only' "N12 and the report"

run -q -e "$five; solve; assert net.width == 4; neurons"
exits 0 "N13 kinks on data points: four neurons"

run -q -e 'generate gaussians n=100000 d=50 seed=1; patterns exact'
exits 1 "N14 more patterns than can be counted"
has err 'E310: exact enumeration would need about 3.2e+182 patterns' \
  "N14 are counted by their logarithm"

run -q -e 'generate gaussians n=3000 d=300 seed=1; patterns exact'
has err 'more than 1e308 patterns' "N14 beyond the largest number too"

# A column of denormal numbers: not slower by more than a small factor.
run -q -e 'generate gaussians n=200 d=3 seed=1; export data to=normal.csv'
awk -F, -v OFS=, 'NR > 1 { $1 = $1 "e-310" } { print }' normal.csv >denormal.csv
script "N17 denormal numbers do not slow down" <<'END'
load normal.csv
patterns sample n=200
formulation gated beta=0.05*betamax
solver fista
solve maxiter=500 tol=0
let a = run.time / run.iter
load denormal.csv
patterns sample n=200
formulation gated beta=0.05*betamax
solver fista
solve maxiter=500 tol=0
let b = run.time / run.iter
assert b < 20 * a + 1e-4
END

# Two columns that differ in the seventh digit, in single precision: the
# certificate is of double, whatever the iterations are.
awk 'BEGIN { srand (1); for (i = 0; i < 80; i++) { a = rand () - 0.5
  printf "%.9g,%.9g,%.9g,%d\n", a, a * (1 + 1e-7 * rand ()), rand () - 0.5,
    rand () < 0.5 ? -1 : 1 } }' >close.csv
script "N19 single precision, nearly dependent columns" <<'END'
load close.csv
patterns sample n=60 seed=1
formulation gated beta=0.02*betamax
solver fista precision=single
solve tol=1e-4 time=10
let single = run.obj
assert run.converged and run.gap <= 1e-4
solver fista precision=double
solve tol=1e-6 time=10
near single run.obj rel=2e-4
END

# One script with one and with more threads: the same gates, the same optimum.
for threads in 1 4; do
  run -q -t $threads -e "$ring; patterns sample n=80 seed=3" \
    -e 'formulation gated beta=0.05*betamax; solve tol=1e-9' \
    -e 'print "{run.patterns} {run.obj:%.7g}"'
  tail -n 1 out >threads-$threads
done
check "N18 threads change neither gates nor optimum" \
  cmp -s threads-1 threads-4

script "N21 betas in any order, twice, above betamax" <<'END'
generate ring n=20 seed=1
formulation relu
path betas=[0.1,0.5,0.1,2,0.3]*betamax to=path.csv
assert len(runs) == 4 and run.converged and run.gap <= 1e-6
near runs[1].beta 2*betamax
near runs[2].beta 0.5*betamax
near runs[4].beta 0.1*betamax
let low = run.obj
formulation relu beta=0.1*betamax
solve
near low run.obj rel=1e-6
expect E120 path betas=[1,0]
expect E120 path betas=[1,0/0]
expect E394 path betas=[1,2] n=3
END
check "N21 is said" test "$(grep -c W523 err)" -eq 2

for other in 'generate ring n=30; formulation relu beta=0.1' \
  'formulation gated beta=0.1' 'bias none; formulation relu beta=0.1' \
  'patterns sample n=3; formulation relu beta=0.1' \
  'generate points x=[-2,-1,0,1,3] y=[1,-1,1,1,-1]; bias augmented
formulation relu beta=0.1'; do
  run -q -e "$five; solve" -e "$other" -e 'solve warm=1'
  if [ "$code" -ne 1 ] || ! grep -q 'E393: run 1 does not fit' err; then
    echo "# $other: exit $code"
    sed 's/^/# /' err
    code=bad
    break
  fi
done
check "N22 the point of another model or other data is refused" \
  test "$code" != bad

for solver in auto admm fista; do
  run -q -e "$five; solver $solver; solve maxiter=0" \
    -e 'assert run.iter == 0 and run.gap > 0.5 and run.gap <= 1' \
    -e "solver $solver; solve time=0; assert run.iter == 0 and run.gap > 0.5" \
    -e "solver $solver; solve tol=inf; assert run.iter == 0 and run.gap > 0.5" \
    -e 'expect E120 solve tol=0/0' -e 'expect E120 solve tol=-1'
  [ "$code" -eq 0 ] || break
done
exits 0 "N23 no iterations, no time, any gap: the start with its gap"

# A clock that may go back or jump is never asked.
check "N24 time is that of the monotonic clock" sh -c \
  "! grep -rqE 'CLOCK_REALTIME|gettimeofday|[^_]time \(NULL\)' \
     --include='*.c' '$source_folder/src'"

run -e doctor
exits 0 "N25 N26 doctor"
has out 'arithmetic   IEEE, nan is nan' "N25 says that nan is seen"
check "N26 and how many threads there are" \
  grep -qE 'threads +[0-9]+ of [0-9]+ processors' out
# A first round of newton that takes half a minute.
run -q -e 'generate gaussians n=5000 d=50 seed=1; patterns sample n=100 seed=1
formulation relu beta=0.01*betamax; solver newton; solve time=0.2
assert run.status == "stopped (time)" and run.time < 20 and run.iter == 0
solver fista; solve maxiter=1 tol=0; assert run.iter == 1'
exits 0 "the time of a run ends within a round"
plan
