# state.sh -- memory, other sessions and what is saved (M1 to M9, C1 to C10,
# K1 to K12 of failures.txt, as far as a script can try them).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

ring='generate ring n=24 seed=1; bias augmented'
solved="$ring; formulation relu beta=0.1*betamax; solve"

# Memory.
run -q -e 'generate gaussians n=20000 d=10; set maxmem=100M' \
  -e 'patterns sample n=200000'
exits 1 "M1 more than may be taken"
check "M1 is refused by its size before it is taken" \
  grep -qE 'E(230|310|395|399): .*(memory|GB|TB|MB)' err
run -q -e 'generate gaussians n=300000 d=9000'
exits 1 "M1 data that fit nowhere"
run -q -e 'generate gaussians n=4611686018427387904 d=4'
check "M3 sizes that overflow are refused" test "$code" -ne 0 -a "$code" -lt 128
printf '1 2147483647:1\n-1 1:2\n' >wide.svm
run -q -e 'load wide.svm'
check "M3 an index of 2^31 - 1 is refused or kept sparse" test "$code" -lt 128

if OMP_NUM_THREADS=1 valgrind -q --error-exitcode=99 "$cvxnn" -q -e "$ring" \
  >out 2>err </dev/null; then
  OMP_NUM_THREADS=1 valgrind -q --error-exitcode=99 --leak-check=no "$cvxnn" \
    -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented' \
    -e 'formulation relu beta=0.1; solver admm; solve tol=1e-3; save v.cvxs' \
    -e 'open v.cvxs; formulation gated; solver auto; solve; neurons' \
    >out 2>err </dev/null
  code=$?
  exits 0 "M9 no value is read before it is written"
else
  skip "M9 no value is read before it is written" "valgrind does not run this"
fi

# A stack of 64 KiB: it is raised where it may be, else the program says so.
k=31
echo 'print ((((((((((((((((((((((("deep")))))))))))))))))))))))' >i32.cvx
while [ "$k" -gt 1 ]; do
  printf 'for k in 1:1\nif 1 > 0\ninclude i%d.cvx\nend\nend\n' $((k + 1)) >i$k.cvx
  k=$((k - 1))
done
(
  ulimit -S -s 64
  timeout 60 "$cvxnn" -q -e 'include i2.cvx' -e 'generate spiral n=300 seed=1' \
    -e 'patterns sample n=100; formulation gated; solve' >out 2>err </dev/null
)
code=$?
exits 0 "M7 a small stack is raised"
has out deep "M7 and includes 31 deep run"
(
  ulimit -s 64
  "$cvxnn" -q -e 'include i2.cvx' >out 2>err </dev/null
)
code=$?
exits 1 "M7 one that may not be raised"
has err 'E901: the limit on the stack is 64 kB' "M7 is said"

# Other sessions.
for k in 1 2 3; do
  "$cvxnn" -q -e "$solved; export data to=same.csv; save same.cvxs" \
    >out$k 2>err$k </dev/null &
done
wait
check "C10 one whole file wins" sh -c \
  'test -z "$(ls -A | grep -E "tmp-|\.tmp")"'
run -q -e 'open same.cvxs; assert run.converged; load same.csv'
exits 0 "C10 that of one of them"
run -t 4096 -e version
check "C4 threads are cut to the processors" test \
  "$(sed -n 's/^  threads  *//p' out)" -le "$(getconf _NPROCESSORS_ONLN)"
if taskset -c 0 true 2>/dev/null; then
  taskset -c 0 "$cvxnn" -t 8 -e version >out 2>err </dev/null
  check "C4 and to those that it may use" test \
    "$(sed -n 's/^  threads  *//p' out)" -eq 1
else
  skip "C4 and to those that it may use" "no taskset"
fi
check "C8 no process is made by fork" sh -c \
  "! grep -rqE '[^_a-z]v?fork \(' --include='*.c' '$source_folder/src'"
if python3 -c 'import pty' 2>/dev/null; then
  cat >prompts.py <<'END'
import fcntl, os, signal, sys, time
sys.path.insert(0, sys.argv[2])
from prompt import PROMPT, Session, report
program, history = sys.argv[1], "state/cvxnn/history"
four = [Session(program) for k in range(4)]
for k, s in enumerate(four):
    s.wait(PROMPT)
    for j in range(25):
        s.do("let session%d_%d = %d" % (k, j, j))
for s in four:
    s.send("quit\r")
codes = [s.end() for s in four]
with open(history) as f:
    lines = [line for line in f if line.startswith("let session")]
report(codes == [0] * 4 and len(lines) == 100 == len(set(lines)),
       "C1 four prompts with one history", str((codes, len(lines))).encode())
lock = os.open(history + ".lock", os.O_RDWR | os.O_CREAT)
child = os.fork()
if child == 0:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
s = Session(program)
s.wait(PROMPT)
s.do("let after = 1")
start = time.monotonic()
s.send("quit\r")
code = s.end()
with open(history) as f:
    report(code == 0 and time.monotonic() - start < 10
           and "let after = 1\n" in f,
           "C2 the lock of a process that was killed")
os.rename("state/cvxnn", "state/old")
os.makedirs("state/cvxnn/last-session.cvxs/in-the-way")
s = Session(program)
s.wait(PROMPT)
s.do("set autosave=0.05")
s.do("generate ring n=40 seed=1; formulation relu beta=0.001; solver admm")
good = s.do("solve time=0.6 tol=0", rb"run 1 stopped")
report(good and s.seen.count(b"W520") == 1,
       "K10 a copy that cannot be kept is told once, and work goes on", s.seen)
s.send("quit\r")
s.end()
END
  PYTHONDONTWRITEBYTECODE=1 python3 prompts.py "$cvxnn" \
    "$source_folder/tests/script" >prompts-said
  awk -v n="$n_tests" '/^(not )?ok/ { sub(/ok [0-9]+/, "ok " ++n) } { print }' \
    prompts-said
  n_tests=$((n_tests + $(grep -cE '^(not )?ok' prompts-said)))
  check "C1 C2 K10 the prompts end" \
    test "$(grep -cE '^(not )?ok' prompts-said)" -eq 3
  rm -rf state
else
  skip "C1 C2 K10 prompts" "no python3"
fi
(for k in 1 2 3; do echo "print $k"; sleep 0.1; done) | "$cvxnn" >out 2>err
printf '1\n2\n3\n' >want
same out "C9 commands that come slowly" <want

# What is saved.
run -q -e "set seed=3; $ring; let a = rand(); let b = randn()" \
  -e 'save k.cvxs; print "{rand():%.17g} {randn():%.17g} {randn():%.17g}"' \
  -e 'generate gaussians n=4 d=2; print "{data.x[3]:%.17g}"'
cp out want
run -q -e 'generate points x=[1,2] y=[1,-1]; print rand()' -e 'open k.cvxs' \
  -e 'print "{rand():%.17g} {randn():%.17g} {randn():%.17g}"' \
  -e 'generate gaussians n=4 d=2; print "{data.x[3]:%.17g}"'
sed 1d out >got
same got "K12 seed and place of the random numbers are kept" <want

run -q -e 'generate ring n=24 seed=1; export data to=d.csv' -e 'load d.csv' \
  -e 'formulation relu beta=0.1*betamax; solve; save d.cvxs'
run -q -e 'open d.cvxs'
check "K5 data that are as they were" test "$code" -eq 0 -a ! -s err
touch -d 2001-01-01 d.csv
run -q -e 'open d.cvxs'
check "K5 or have another date only" test "$code" -eq 0 -a ! -s err
sed 's/1/2/' d.csv >d2.csv
mv d2.csv d.csv
run -q -e 'open d.cvxs'
has err W521 "K5 the same size, another number"
echo '0,0,1' >>d.csv
run -q -e 'open d.cvxs; assert data.n == 24; solve tol=1e-8'
exits 0 "K5 a file that changed since"
has err 'W521' "K5 is said, and the data of then stay"
rm d.csv
run -q -e 'open d.cvxs; assert data.n == 24'
has err 'is no longer there' "K5 and one that is gone"

if python3 -c pass 2>/dev/null; then
  cat >edit.py <<'END'
import sys, zipfile
name, out, old, new = sys.argv[1:]
with zipfile.ZipFile(name) as z, zipfile.ZipFile(out, "w") as o:
    for i in z.infolist():
        data = z.read(i)
        if i.filename.startswith("session.json"):
            assert old.encode() in data
            data = data.replace(old.encode(), new.encode())
        o.writestr(i, data)
END
  python3 edit.py k.cvxs newer.cvxs '"format_version": 1' '"format_version": 2'
  run -q -e 'generate ring n=9; expect E432 open newer.cvxs' \
    -e 'expect E432 open newer.cvxs partial; assert data.n == 9; open newer.cvxs'
  exits 3 "K3 a newer format is refused"
  has err 'has format 2, this program reads up to 1' "K3 with both numbers"
  # Runs of before there were columns of skipped blocks.
  run -q -e "$ring; patterns sample n=20; formulation gated beta=0.1*betamax" \
    -e 'solve; save r.cvxs'
  python3 - <<'END'
import zipfile
with zipfile.ZipFile("r.cvxs") as z, zipfile.ZipFile("older.cvxs", "w") as o:
    for i in z.infolist():
        if not i.filename.endswith("/skipped.npy"):
            o.writestr(i, z.read(i))
END
  run -q -e 'open older.cvxs; assert not run.skipped >= 0; solve tol=1e-9' \
    -e 'assert run.converged and len(hist.gap) > 1'
  exits 0 "K3 an older run is read"
  python3 edit.py k.cvxs other.cvxs '"threads": ' '"threads": 3'
  run -e 'open other.cvxs'
  has out 'saved with 3' "K7 other threads than those that saved are said"
  python3 edit.py d.cvxs bad.cvxs '"kind": "relu"' \
    '"kind": "relu; shell touch pwned"'
  run --allow-shell -q -e 'open bad.cvxs'
  check "K8 no word of a file is a command" test "$code" -eq 3 -a ! -e pwned
else
  skip "K3 K7 K8 a file that was changed" "no python3"
fi

# Stopped at any iteration, saved, opened: the same digits as stopped only (a
# stop takes a certificate, and the best bound of all is kept).
last='{run.iter} {run.obj:%.17g} {run.bound:%.17g} {run.pres:%.17g}'
for solver in admm fista interior working; do
  case $solver in
    interior) cells=exact kind=relu stops='1 2' end=3 ;;
    working) cells='sample n=60' kind=gated stops='1 2 3' end=4 ;;
    *) cells='sample n=30' kind=relu stops='1 16 18 39' end=40 ;;
  esac
  problem="$ring; patterns $cells; formulation $kind beta=0.01*betamax
solver $solver tol=0; start"
  code=0
  for at in $stops; do
    if [ "$code" -eq 0 ]; then
      run -q -e "$problem; step $at; step $((end - at)); print \"$last\""
      tail -n 1 out >want
      run -q -e "$problem; step $at; save r.cvxs"
      run -q -e "open r.cvxs; step $((end - at)); print \"$last\""
      tail -n 1 out >got
      cmp -s got want || code="$(cat got), not $(cat want)"
    fi
  done
  check "K6 $solver: saving and opening changes no digit" test "$code" = 0
done

# The last session, for two at once; and where it cannot be kept.
mkdir -p state/cvxnn
cp d.cvxs state/cvxnn/last-session.cvxs
for k in 1 2; do
  "$cvxnn" -q --resume -e 'solve tol=1e-8; assert run.converged and data.n == 24' \
    -e "save resumed$k.cvxs" >out$k 2>err$k </dev/null &
  eval "pid$k=\$!"
done
code=0
wait "$pid1" || code=$?
wait "$pid2" || code=$?
exits 0 "K11 two sessions go on with the same copy"
plan
