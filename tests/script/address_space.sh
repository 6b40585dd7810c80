# address_space.sh -- within a limit on address space (ulimit -v) the program
# either says what it needs, or starts with as many threads as fit and works.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >work.cvx <<'END'
generate spiral n=300 seed=1
patterns sample n=60 seed=1
formulation relu beta=0.01
set threads=8
solve maxiter=10
print "solved {data.n}"
END

# limited KILOBYTES ARGUMENTS...: run within a limit.  Without the check the
# program would never end, not even by SIGTERM.
limited ()
{
  kilobytes=$1
  shift
  (
    ulimit -v "$kilobytes" && OMP_NUM_THREADS=8 exec timeout -s KILL 60 \
      "$cvxnn" "$@"
  ) >out 2>err </dev/null
  code=$?
}

limited 200000 -q -e 'print 1'
if ! grep -q '^cvxnn: E901: ' err; then
  # Sanitizers reserve terabytes; another BLAS may need less than that.
  skip "the limit is looked at" "it starts otherwise: $(head -n 1 err)"
  plan
  exit
fi
exits 1 "too little to start with"
has err 'limit on address space is 195 MB, starting takes' "and how much it is"
has err 'hint: ulimit -v ' "and what to do"
needed=$(sed -n 's/.*starting takes \([0-9]*\) MB.*/\1/p' err)
limited $(((needed - 1) * 1024)) -q -e 'print 1'
exits 1 "a little less than that"
for more in 1 100 300 2000; do
  limited $(((needed + more) * 1024)) -q work.cvx
  exits 0 "$more MB above it, eight threads wanted"
  has out 'solved 300' "$more MB above it: the work is done"
done
plan
