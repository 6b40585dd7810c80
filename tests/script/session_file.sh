# session_file.sh -- saved sessions: complete, damaged, foreign (K1, K2).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

run -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented' \
  -e 'formulation relu beta=0.1; solver admm rho=0.2; solve tol=1e-3' \
  -e 'tag "kept"; set seed=11; save a.cvxs' \
  -e 'solve tol=1e-9; print "{run.obj:%.15g} {run.iter}"'
exits 0 "save"
tail -n 1 out >expected_end
run -q -e 'open a.cvxs' -e 'assert data.n == 5 and run.tag == "kept"' \
  -e 'assert formulation.kind == "relu" and formulation.beta == 0.1' \
  -e 'assert run.iter > 10 and run.gap <= 1e-3' \
  -e 'solve tol=1e-9; print "{run.obj:%.15g} {run.iter}"'
exits 0 "open brings everything back"
tail -n 1 out >end
same end "and the run goes on as if nothing had happened" <expected_end
run -q -e 'open a.cvxs; show settings'
has out 'seed         11' "settings too"
run -q -e 'generate ring n=20; save a.cvxs'
check "one backup is kept" test -e a.cvxs~
mv a.cvxs~ a.cvxs
run -q -e 'open a.cvxs; assert data.name == "points"'
exits 0 "and opens"

echo 'no archive' >b.cvxs
run -e 'open b.cvxs'
exits 3 "a file that is no archive"
: >b.cvxs
run -e 'open b.cvxs'
exits 3 "an empty file"
run -q -e 'generate ring n=20; export data to=c.npz; open c.npz'
exits 3 "an archive that is no session"
has err E430 "its number"
size=$(wc -c <a.cvxs)
bad=0
step=$((size / 25 + 1))
k=$step
while [ "$k" -lt "$size" ]; do
  head -c "$k" a.cvxs >t.cvxs
  run -q -e 'generate ring n=20 seed=3; open t.cvxs'
  if [ "$code" -ne 3 ]; then
    bad=1
    echo "# cut to $k bytes: exit $code"
  fi
  k=$((k + step))
done
check "truncated files are refused" test "$bad" -eq 0
# One byte changed: refused, or the change does not matter (a time stamp).
bad=0 refused=0
step=$((size / 60 + 1))
k=7
while [ "$k" -lt "$size" ]; do
  cp a.cvxs t.cvxs
  old=$(dd if=a.cvxs bs=1 skip="$k" count=1 2>/dev/null | od -An -tu1)
  printf "$(printf '\\%03o' $((old ^ 16)))" \
    | dd of=t.cvxs bs=1 seek="$k" conv=notrunc 2>/dev/null
  run -q -e 'open t.cvxs; print "{run.obj:%.12g} {data.hash}"'
  if [ "$code" -eq 3 ]; then
    refused=$((refused + 1))
  elif [ "$code" -eq 0 ]; then
    run_same=$(tail -n 1 out)
    [ -n "${first_same:-}" ] || first_same=$run_same
    if [ "$run_same" != "$first_same" ]; then
      bad=1
      echo "# byte $k: opened with other numbers"
    fi
  else
    bad=1
    echo "# byte $k: exit $code"
    sed 's/^/# /' err
  fi
  k=$((k + step))
done
check "changed files are refused or open unchanged" test "$bad" -eq 0
check "most are refused" test "$refused" -ge 30
echo "# $refused refused"

# Two sessions at the same time in one state folder (C1).
"$cvxnn" -q -e 'generate ring n=40; bias augmented; formulation relu; solve' \
  -e 'save x1.cvxs' >out1 2>err1 &
first=$!
"$cvxnn" -q -e 'generate ring n=40; bias augmented; formulation relu; solve' \
  -e 'save x2.cvxs' >out2 2>err2
second_code=$?
wait "$first"
first_code=$?
check "two sessions at once" test "$first_code$second_code" = 00
"$cvxnn" -q -e 'open x1.cvxs; print "{run.obj:%.15g}"' >out1
"$cvxnn" -q -e 'open x2.cvxs; print "{run.obj:%.15g}"' >out2
check "give the same numbers" cmp -s out1 out2
plan
