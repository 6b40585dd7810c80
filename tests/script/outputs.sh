# outputs.sh -- networks with several outputs, at the prompt.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cp -r "$source_folder/examples/data" data
chmod -R u+w data
begin='set seed=42 quiet=yes verbose=quiet; load data/iris.csv;
  split train=100 stratify; onehot; scale x=standard; bias augmented;
  patterns sample n=60'

run -e "$begin" -e describe
exits 0 "onehot after a stratified split"
check "classes keep their names" grep -q 'class virginica (output 3): 33' out

run -e "$begin" -e 'formulation gated loss=softmax beta=0.1*betamax' \
  -e 'show formulation' -e 'solve tol=1e-8' -e 'neurons' -e 'eval test' \
  -e 'predict data/iris.csv to=p.csv' -e 'save s.cvxnn' \
  -e 'export network to=n.npz; export network to=n.json' \
  -e 'certify; certify n.npz; certify n.json' -e 'print "{run.obj}"'
exits 0 "softmax"
check "the program in words" grep -q 'sum_ic |v_ic|' out
check "neurons name their output" grep -q '+setosa' out
check "right answers per class" grep -q 'versicolor: 1[67]/17' out
check "a prediction for every class, and its name" \
  grep -q '^f1,f2,f3,label$' p.csv
check "the first flower is recognised" sh -c 'sed -n 2p p.csv | grep -q setosa$'
# A bound from a network alone is that of its own residual: not as near as the
# run's, whose dual point is its best one.
check "files give the same network back" awk '
  /^  objective/ { n++; if (n > 1 && $0 != first) bad = 1; first = $0 }
  /^  gap/ && $2 > 1e-7 { bad = 1 }
  END { exit !(n == 3 && !bad) }' out
before=$(tail -n 1 out)
run -e 'open s.cvxnn' -e 'solve tol=1e-10' -e 'eval test' \
  -e 'print "{run.obj}"'
exits 0 "a saved session goes on"
check "the labels were saved" grep -q 'virginica: 1[67]/17' out
check "the optimum is the one before" \
  awk -v a="$before" -v b="$(tail -n 1 out)" \
  'BEGIN { exit !(a - b <= 1e-7 * a && b - a <= 1e-12 * a) }'

run -e "$begin" -e 'formulation gated loss=logistic' -e 'solve tol=1e-6' \
  -e 'eval test' -e 'plot confusion,residual,gap to=c.pdf'
exits 0 "one against the rest, and figures"

run -e "$begin" -e 'formulation gated loss=softmax; path n=3; cv n=3 folds=3' \
  -e 'train adam m=20 epochs=20; network minimal'
exits 0 "path, cv and train"

run -e 'load data/iris.csv' -e 'formulation gated loss=softmax'
exits 1 "softmax without outputs"
check "says what to type" grep -q 'hint: onehot' err
run -e "$begin" -e 'formulation gated loss=softmax; solver cd'
check "a solver for sums over the outputs names others" grep -q 'fista' err
run -e "$begin" -e 'formulation relu penalty=l1'
check "only gated has penalties" grep -q 'E380' err
run -e "$begin" -e 'classes setosa,virginica'
check "classes come before onehot" grep -q 'before .onehot' err

# Exact: every pattern of two features, stored and not.
exact='set seed=1 quiet=yes verbose=quiet; load data/iris.csv x=3,4;
  sample 24; onehot; scale x=standard; bias augmented'
for how in "" nostore; do
  for loss in softmax hinge; do
    run -e "$exact" -e "patterns exact $how" \
      -e "formulation relu loss=$loss beta=0.1*betamax; solver interior" \
      -e 'solve tol=1e-7' \
      -e 'assert run.converged and run.complete' -e 'print "{run.obj}"'
    exits 0 "$loss over all patterns $how"
    tail -n 1 out >>"$loss.values"
  done
done
for loss in softmax hinge; do
  check "$loss: stored patterns make no difference" awk '
    NR == 1 { a = $1 }
    END { exit !(NR == 2 && $1 - a <= 1e-6 * a && a - $1 <= 1e-6 * a) }' \
    "$loss.values"
done
plan
