# patterns.sh -- patterns as a person asks for them: how many, all of them,
# none of them kept; what is refused, what the certificate says.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# 2 (1 + 59 + 59 * 58 / 2) patterns; 10 with lines met twice.
cat >counts.cvx <<'END'
generate ring n=60 d=2 seed=1
bias augmented
patterns count
patterns exact n=3542
generate points x=[-2,-1,0,1,2,-2,1] y=[1,-1,1,1,-1,1,1]
bias augmented
patterns count
patterns exact
END
run counts.cvx
exits 0 "patterns are counted"
has out '3,542 patterns of at most 3,542 (n=60, rank 3)' \
  "their number in general position"
has out 'patterns: 3,542 of at most 3,542 (rank 3), complete' \
  "as many are enumerated"
has out '10 patterns of at most 10 (n=7, rank 2)' "repeated samples count once"

# What is too much is refused before it starts, in both ways of storing.
ring ()
{
  printf 'generate ring n=%d d=%d seed=1\nbias augmented\n%s\n' "$1" "$2" "$3"
}
ring 60 2 'patterns exact n=3541' >refused.cvx
run refused.cvx
exits 1 "more patterns than n= are refused"
has err 'E310' "by their bound"
for how in "" store nostore; do
  ring 400 4 "patterns exact n=1000 $how" >refused.cvx
  run refused.cvx
  has err 'E310' "as are billions, exact $how"
done
ring 400 4 'patterns exact' >large.cvx
run large.cvx
has out 'patterns: all, at most 2,' "without n= none of them is kept"
ring 3000 4 'patterns count' >refused.cvx
run refused.cvx
has err 'E399' "more than a billion are not counted"

# More than a moment's work says its size first.
ring 1100 2 'patterns count' >announced.cvx
run announced.cvx
has out 'at most 1,208,902 patterns (rank 3)' "the size is said first"

# Stored, streamed and searched: one optimum; each certificate over all cells.
cat >certified.cvx <<'END'
generate ring n=24 d=2 flip=0.1 seed=3
bias augmented
patterns exact
formulation relu beta=0.02*betamax
solve tol=1e-9
certify
let stored = run.obj
patterns exact nostore
formulation relu beta=0.02*betamax
solve tol=1e-9
certify
near run.obj stored rel=1e-8
assert run.gap <= 1e-9
END
run certified.cvx
exits 0 "stored and unstored patterns have one optimum"
has out 'rests on  all patterns, walked through (1106 cells, ' \
  "every cell is examined"
has out 'rests on  all patterns, walked through (1108 cells, ' \
  "that of the zero pattern too when none is stored"
sed 's/n=24 d=2/n=12 d=3/' certified.cvx >four.cvx
run four.cvx
exits 0 "in four dimensions too"
has out 'rests on  all patterns (926 cells, ' "every cell is examined"
has out 'rests on  branch and bound over all patterns (' \
  "or bounded away by the search"
check "the certificate says its projections and its time" \
  grep -Eq 'rests on .*[0-9]+ projections\); [0-9.]+ s$' out

# A free output bias: a constant in the targets is the bias's.
for y in '1,-1,1,1,-1' '11,9,11,11,9'; do
  printf '%s\n' "generate points x=[-2,-1,0,1,2] y=[$y]" 'bias free' \
    'formulation relu beta=0.1' 'solve tol=1e-9' 'network' \
    'near run.obj 2.0214285714 rel=1e-9' >free.cvx
  run free.cvx
  exits 0 "free bias, y = $y"
done
has out 'output bias 10.62857143' "the network's bias is said"
printf '%s\n' 'generate ring n=20 d=2 seed=1' 'onehot' 'bias free' \
  'formulation relu loss=softmax beta=0.1' >free.cvx
run free.cvx
exits 1 "no free bias for softmax"
has err 'E348' "with its number"
plan
