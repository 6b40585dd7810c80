# sampling.sh -- patterns sample dist=, patterns grow and their messages.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

data='generate gaussians n=60 d=8 seed=1; bias augmented'

# Growing keeps the solution: the next run starts at the old objective.
run -q -e "$data; patterns sample n=10 seed=2
formulation relu beta=0.05*betamax
solve tol=1e-6
let old = run.obj
let b = run.beta
patterns grow n=20
start
near run.obj old rel=1e-12
solve tol=1e-6
assert run.obj < old
let grown = run.obj
patterns sample n=10 seed=2
patterns grow n=20
formulation relu beta=b
solve tol=1e-6 warm=zero
near run.obj grown rel=2e-6"
exits 0 "patterns grow keeps the solution and lowers it"
run -q -e "$data; patterns sample n=10 seed=2
formulation gated beta=0.05*betamax
solve tol=1e-6
let old = run.obj
patterns grow n=20 dist=data
solver fista
start
near run.obj old rel=1e-12"
exits 0 "also for gates"

# The first layer of trained networks.
run -e "$data; formulation relu beta=0.01*betamax
train sgd m=6 epochs=20 lr=0.001 seed=4
let trained = run.obj
let b = run.beta
patterns sample dist=trained
patterns sample n=12 dist=initial
patterns grow n=6 dist=flips
formulation relu beta=b
solve tol=1e-4
assert run.obj < trained
patterns sample dist=trained run=1"
exits 0 "gates of a trained network"
has out 'patterns: 6 distinct, 0 gates drawn' "six neurons, six patterns"
has out 'patterns: 12 distinct, 6 gates drawn' "and six random ones"
has out 'patterns: 18 distinct, 6 gates drawn' "and six flipped ones"

# Its own words for everything that cannot be.
says ()
{
  run -q -e "$data; $1"
  check "$1" test "$code" -ne 0
  has err "$2" "is told: $2"
}
says 'patterns sample dist=trained' 'E624'
says 'patterns grow' 'E623'
says 'patterns exact n=5 dist=conv' 'E394'
says 'patterns sample window=3' 'E394'
says 'patterns sample run=1' 'E394'
says 'patterns sample dist=flips' 'E622'
run -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented
patterns exact; patterns grow n=2'
check "complete patterns do not grow" test "$code" -ne 0
has err 'all the patterns there are' "is told"

# Windows of images.
run -e 'generate gaussians n=40 d=36 seed=1; patterns sample n=9 dist=conv window=5
patterns sample n=9 dist=data'
exits 0 "windows and differences"
plan
