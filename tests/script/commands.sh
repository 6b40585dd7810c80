# commands.sh -- the example of every command runs, and every script of
# examples/.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >before.cvx <<'END'
set quiet=yes verbose=quiet
generate ring n=24 seed=1
export data to=points.csv
bias augmented
formulation relu beta=0.1*betamax
solve tol=1e-4
END
run before.cvx
exits 0 "the small network"
run -e examples
exits 0 "examples"
# "# NAME" starts the example of each command.
csplit -s -z -f example- out '/^# [a-z]*$/' '{*}' 2>/dev/null
bad=0 count=0
for file in example-*; do
  [ -e "$file" ] || continue
  name=$(sed -n '1s/^# //p' "$file")
  count=$((count + 1))
  sed 1d "$file" >one.cvx
  { cat before.cvx; sed 1d "$file"; } >one.cvx
  run one.cvx
  if [ "$code" -ne 0 ]; then
    bad=1
    echo "# $name: exit $code"
    sed 's/^/# /' err
  fi
done
check "every example runs" test "$bad" -eq 0
check "every command has one" test "$count" -ge 40
echo "# $count examples"
run -e 'help commands'
exits 0 "help commands"
cut -c3-15 out | grep -E '^[a-z]+ ' >names
bad=0
while read -r name; do
  run -e "help $name"
  [ "$code" -eq 0 ] || { bad=1; echo "# help $name: exit $code"; }
done <names
check "help of every command" test "$bad" -eq 0

cp -r "$source_folder"/examples "$work"/ex
chmod -R u+w "$work/ex"
for script in circular relu-cnn five-points ring iris sgd-against-optimum; do
  (cd "$work/ex" && "$cvxnn" -q "$script.cvx" >"$work/out" 2>"$work/err")
  code=$?
  exits 0 "examples/$script.cvx"
done
run -c "$source_folder/examples/mnist-pair.cvx"
exits 0 "examples/mnist-pair.cvx is right"

# The state after commands that fail is that before them.
printf '%s\n' 'generate ring n=20 seed=1; bias augmented' \
  'formulation relu beta=0.1; solve tol=1e-3; let before = run.obj' \
  'expect E120 formulation relu beta=-1' 'assert run.obj == before' \
  'expect E390 use run 9' 'assert run.obj == before' \
  'expect E204 load nofile.csv' 'assert run.obj == before and data.n == 20' \
  'expect E394 subset rows=1:99' 'assert data.n == 20' \
  'patterns sample n=10 seed=1' 'assert formulation_gone()' >s.cvx
sed -i '$d' s.cvx
cat >>s.cvx <<'END'
patterns sample n=10 seed=1
expect E330 solve
= runs[1].obj - before
assert runs[1].obj == before
use run 1
assert run.obj == before and net.width == runs[1].net.width
expect E392 polish
formulation relu
assert formulation.beta == 0.1 and not formulation.complete
solve
expect E393 start warm=1
formulation relu beta=0.2
solve warm=last
assert run.id == 3
table id,gap,net.width,train.acc over=runs to=t.csv
END
run -q s.cvx
exits 0 "failed commands change nothing; runs stay as values"
head -n 1 t.csv >head
echo 'id,gap,net.width,train.acc' >want
same head "a table of the runs" <want
plan
