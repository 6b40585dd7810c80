# files.sh -- disks and files that are not as a script thinks (F1 to F11 of
# failures.txt; see output.sh and disk.sh for full disks).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

ring='generate ring n=20 seed=1; bias augmented; formulation relu beta=0.1*betamax'
solved="$ring; solve"
mkdir folder
long=$(printf 'x%.0s' $(seq 260))

# What cannot be written is said before the work: nothing was printed yet.
bad=
for command in 'save nowhere/x.cvxs' 'plot gap to=nowhere/x.svg' \
  'export network to=nowhere/x.npz' 'report to=folder' 'path to=nowhere/x.csv' \
  'cv to=folder' 'compare admm,fista to=nowhere/x.csv' \
  'table beta to=nowhere/x.csv' "save $long" 'predict d.csv to=nowhere/p.csv' \
  'for k in 1:3
report to=folder
end'; do
  printf 'print "started"\n%s\n%s\n' "$solved" "$command" >s.cvx
  run -q s.cvx
  if [ "$code" -ne 74 ] || [ -s out ] || ! grep -q 's.cvx:[0-9]*:[0-9]*: E620' err
  then
    bad=$command
    echo "# $command: exit $code"
    sed 's/^/# /' out err
  fi
done
check "F3 what cannot be written is said before a script runs" test -z "$bad"
bad=
for command in 'path' 'cv' 'compare admm,fista'; do
  run -e 'set timer=yes' -e "$ring" -e "let f = \"nowhere/x.csv\"" \
    -e "$command to=\"{f}\""
  if [ "$code" -ne 74 ] || ! grep -q E620 err || grep -qE '^(best beta|run )' out
  then
    bad=$command
    sed 's/^/# /' out err
  fi
done
check "F3 nor does a command begin its work" test -z "$bad"
cat >s.cvx <<'END'
print "started"
if 1 > 2
  report to=nowhere/r.txt
end
expect E330 report
cd folder
save ../folder/../kept.cvxs
quit
save nowhere/x.cvxs
END
run -q s.cvx
exits 0 "F3 what may never run is not judged"
if [ "$(id -u)" -ne 0 ]; then
  mkdir closed
  chmod 500 closed
  run -q -e "$solved" -e 'save closed/x.cvxs'
  exits 74 "F3 a folder that may not be written"
  chmod 700 closed
else
  skip "F3 a folder that may not be written" "root may write everywhere"
fi
ln -s real.csv link.csv
echo old >real.csv
run -q -e "$solved; export data to=link.csv"
exits 0 "F3 a link"
check "F3 stays a link, its file is written" \
  test -L link.csv -a "$(wc -l <real.csv)" -gt 10

echo 'print 1' >a.cvxs
run -q -e "$solved; save a.cvxs"
echo 'print 1' >want
same a.cvxs~ "F4 save keeps the file before as ~" <want
run -q -e 'open a.cvxs; generate ring n=9; save a.cvxs' -e 'open a.cvxs~' \
  -e 'assert data.n == 20'
exits 0 "F4 one of them"
echo old >d.csv
run -q -e "$solved; export data to=d.csv"
check "F4 other files are replaced and leave nothing" test ! -e d.csv~ -a \
  "$(wc -l <d.csv)" -gt 10
run -q -e 'set noclobber=yes' -e "$ring; path to=d.csv"
exits 74 "F4 noclobber is looked at before the work"

cat >s.cvx <<'END'
generate ring n=20 seed=1
formulation relu beta=0.1*betamax
solve
report to=same.txt
if run.converged
  table beta to=branch.csv
else
  table obj to=branch.csv
end
for k in 1:2
  export network to=each.npz
end
save kept.cvxs
save kept.cvxs
report to="same.txt"
END
run -q s.cvx
exits 0 "F5 two outputs of one name"
check "F5 are said, once and before they are written" test \
  "$(grep -c W522 err)" -eq 1 -a \
  "$(grep -c 's.cvx:15:11: W522: same.txt is written in line 4 already' err)" -eq 1
run -c s.cvx
has err W522 "F5 also by --check"

# A temporary file lies beside its place, so that renaming is one step.
mkdir -p made
TMPDIR=/proc run -q -e "$solved; save made/x.cvxs; export data to=made/d.csv"
exits 0 "F6 no other folder is needed"

run --allow-shell -q -e 'log l.txt; print "one"; shell rm l.txt' \
  -e 'print "two"; print "three"'
exits 0 "F7 a log that was deleted"
check "F7 is said once" test "$(grep -c 'W397: .*it was deleted' err)" -eq 1
has out three "F7 and the session goes on"

for place in /nonexistent /dev/null; do
  (
    unset XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
    HOME=$place TMPDIR=$place "$cvxnn" -q -e "$solved" \
      -e 'plot gap to=home.gp; export data to=home.csv' >out 2>err </dev/null
  )
  code=$?
  exits 0 "F8 HOME and TMPDIR are $place"
done
(
  unset HOME XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
  "$cvxnn" -q -e "$solved; expect E398 cd" >out 2>err </dev/null
)
code=$?
exits 0 "F8 no HOME at all"

for year in 1970-01-02 2040-01-01; do
  touch -d $year d.csv
  run -q -e 'load d.csv; formulation relu; solve; save y.cvxs; open y.cvxs'
  check "F9 a file of $year" test "$code" -eq 0 -a ! -s err
done

bad=
for mask in 000 777; do
  rm -rf state
  (
    umask $mask
    "$cvxnn" --time-limit 0.2 -q -e "$solved" -e 'sleep 9' >out 2>err </dev/null
  )
  mode=$(stat -c %a state/cvxnn)
  if [ "$mode" != 700 ] || [ ! -s state/cvxnn/last-session.cvxs ]; then
    bad=1
    echo "# umask $mask: $mode"
    sed 's/^/# /' err
  fi
done
check "F10 the folder of the state is 0700, whatever the umask" test -z "$bad"
plan
