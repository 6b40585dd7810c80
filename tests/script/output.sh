# output.sh -- standard output and files that cannot be written (F1, F2, F3,
# I8).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

if [ -w /dev/full ]; then
  "$cvxnn" -e 'print 1' >/dev/full 2>err
  code=$?
  exits 74 "standard output full"
  has err 'No space left on device' "and says so"
else
  skip "standard output full" "no /dev/full"
  skip "and says so" "no /dev/full"
fi
"$cvxnn" -e 'print 1' >&- 2>err
code=$?
exits 74 "standard output closed"
"$cvxnn" -e 'let a = 1' >&- 2>err
code=$?
exits 0 "closed, but nothing to write"
"$cvxnn" -e 'for k in 1:200000
print "line {k}"
end' 2>err | head -n 1 >out
has out 'line 1' "a reader that stops"
check "makes no noise" test ! -s err

data='generate ring n=30; bias augmented; formulation relu; solve'
# A file size limit is a full disk that needs no rights.
full ()
{
  (
    trap '' XFSZ
    ulimit -f 4
    "$cvxnn" -q -e 'generate gaussians n=300 d=20' -e "$1" >out 2>err
  )
  code=$?
}
for file in d.csv d.npz d.json; do
  echo old >"$file"
  full "export data to=$file"
  exits 74 "$file does not fit"
  echo old >want
  same "$file" "the old one is there" <want
done
echo old >s.cvxs
full 'save s.cvxs'
exits 74 "a session does not fit"
echo old >want
same s.cvxs "the old one is there" <want
rm -f expected want out err
left=$(ls -A | grep -v -e '^d\.' -e '^s\.' -e '^state$' -e '^config$')
check "no temporary files are left" test -z "$left"
[ -z "$left" ] || echo "# $left"

mkdir folder
run -q -e "$data" -e 'report to=folder'
exits 74 "output that is a folder"
run -q -e "$data" -e 'report to=nowhere/r.txt'
exits 74 "output in no folder"
run -q -e "$data" -e 'export network to=n.xyz'
exits 1 "unknown suffix"
has err '.npz, .npy, .csv' "lists those known"
echo old >r.txt
run -q -e "$data" -e 'set noclobber=yes; report to=r.txt'
exits 74 "noclobber"
echo old >want
same r.txt "protects the file" <want

run -q -e 'log t.txt; print "seen"; log off; print "unseen"'
has t.txt 'seen' "the log has the output"
has t.txt 'cvx> print "seen"' "and the input"
check "until it ends" sh -c '! grep -q unseen t.txt'
if [ -w /dev/full ]; then
  run -q -e 'log /dev/full; print "one"; print "two"'
  exits 0 "a log that cannot be written"
  has err W397 "is said once"
  has out two "and the session goes on"
fi
TERM=dumb run -q -e "$data"
check "no escape sequences in a pipe" sh -c '! grep -q "$(printf "\033")" out'
run --color=always -e "$data"
check "--color=always has bold digits" grep -q "$(printf '\033\[1m')" out
run -e "$data"
check "rows fit 78 columns" sh -c \
  "grep -E '^ +[0-9]+ +[0-9.e+]+ ' out | cut -c79- | grep -qv '[0-9]' || \
   ! grep -E '^ +[0-9]+ +[0-9.e+]+ ' out | grep -qE '^.{79}'"
plan
