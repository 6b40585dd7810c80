# csdp.sh -- exported semidefinite programs, solved by CSDP where it is there.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

for seed in 1 2 3 4 5; do
  kind="formulation linear-cnn beta=0.2*betamax"
  [ "$seed" -lt 4 ] || kind="formulation circular h=3 beta=0.3*betamax"
  cat >one.cvx <<END
set quiet=yes verbose=quiet
generate circular n=12 d=7 freqs=[1,2] noise=1 seed=$seed
patches size=3
$kind
export problem to=one.dat-s
solve tol=1e-10
export problem to=pair.npz
assert run.gap < 1e-10
print "{run.obj:%.12e}"
END
  rm -f one.dat-s pair.npz
  run one.cvx
  exits 0 "problem $seed"
  check "its pair is written" test -s pair.npz
  mine=$(tail -n 1 out)
  if ! command -v csdp >/dev/null; then
    skip "CSDP agrees" "csdp is not installed"
    continue
  fi
  csdp one.dat-s solution >log 2>&1
  theirs=$(sed -n 's/^Primal objective value: *//p' log)
  echo "# $seed: $mine, CSDP $theirs"
  check "CSDP agrees to 1e-6" awk -v a="$mine" -v b="$theirs" 'BEGIN {
    e = a + b; if (e < 0) e = -e; exit !(b != "" && e <= 1e-6 * a) }'
done

# What is no semidefinite program says so.
run -e 'generate ring n=9 seed=1; formulation gated beta=1; export problem to=x.dat-s'
exits 1 "a gated network is none"
check "with its number" grep -q E355 err
plan
