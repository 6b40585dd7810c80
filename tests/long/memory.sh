# memory.sh -- ten thousand commands, a thousand figures, five hundred runs in
# one session: its memory stays what it was (M6).
#
# With CVXNN_LONG, as `make check-long' runs it; else a tenth of that.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

n=${CVXNN_LONG:+10}
n=${n:-1}
if [ ! -r /proc/self/status ]; then
  skip "memory stays what it was" "no /proc"
  plan
  exit
fi
mkfifo commands
"$cvxnn" -q <commands >out 2>err &
pid=$!
exec 3>commands

# round COUNT FILE: standard input is run COUNT times; memory in kB after the
# first third and at the end, into FILE.
round ()
{
  cat >once
  for third in 1 2 3; do
    k=0
    while [ "$k" -lt "$1" ]; do
      cat once
      k=$((k + 3))
    done >&3
    echo "print \"$2 $third\"" >&3
    while ! grep -qx "$2 $third" out; do
      kill -0 "$pid" 2>/dev/null || return
      sleep 0.05
    done
    [ "$third" -eq 2 ] ||
      sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"
  done >"$2"
}
# flat FILE WORDS: less than 4 MB more at the end.
flat ()
{
  first=$(sed -n 1p "$1")
  last=$(sed -n 2p "$1")
  check "$2" test -n "$last" -a "$((${last:-99999999} - ${first:-0}))" -lt 4096
  echo "# $first kB, then $last kB"
}

round $((100 * n)) commands-done <<'END'
let a = linspace(0, 1, 1000)
let b = sum(a*a)
generate gaussians n=200 d=3 seed=1
export data to=d.csv
load d.csv
scale x=standard
describe
bias augmented
expect E101 nonsense
expect E117 print nothing
END
flat commands-done "M6 $((1000 * n)) commands"
echo 'set quiet=yes' >&3
round $((50 * n)) runs-done <<'END'
generate ring n=20 seed=1
formulation relu beta=0.1*betamax
solver admm
solve tol=1e-3
let old = run.id
solver auto
solve tol=1e-6
drop run run.id
drop run old
END
flat runs-done "M6 $((100 * n)) runs"
if gnuplot --version >/dev/null 2>&1; then
  round $((33 * n)) plots-done <<'END'
generate ring n=20 seed=1
formulation relu beta=0.1*betamax
solve
plot gap to=a.svg
plot objective to=b.svg
plot surface to=c.svg
drop run run.id
END
  flat plots-done "M6 $((100 * n)) figures"
else
  skip "M6 $((100 * n)) figures" "no gnuplot"
fi
exec 3>&-
wait "$pid"
code=$?
exits 0 "M6 and it ends well"
plan
