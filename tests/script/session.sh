# session.sh -- what the session keeps and tells: data by name, damaged files,
# events, the time limit, autosave and journal, the doctor, the shell.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >data.cvx <<'END'
set quiet=yes
generate ring n=20 seed=1 as=first
generate gaussians n=30 d=3 seed=1 as=second
assert data.name == "second"
bias augmented          # the same data, changed: nothing is kept twice
use data first
assert data.name == "first" and data.n == 20
expect E507 use data secnd
use data second
assert data.d == 4
generate ring n=22 seed=1 as=first
use data second
use data first
assert data.n == 22
formulation relu beta=0.1*betamax
solve
let obj = run.obj
use data second
expect E330 step
assert runs[1].obj == obj
drop data first
expect E507 use data first
expect E507 drop data first
drop data second
expect E330 data
END
run data.cvx
exits 0 "use data, drop data"
run -e 'generate ring n=20 seed=1 as=first; generate ring n=9 as=b; data'
has out 'kept: first, n=20 d=2 (use data first)' "data lists what is kept"

# Damage: every part that is whole comes back (K2).
cat >make.cvx <<'END'
set quiet=yes
generate ring n=24 seed=1
formulation relu beta=0.1*betamax
solve tol=1e-3
tag one
formulation relu beta=0.2*betamax
solve tol=1e-3
tag two
save whole.cvxs
END
run make.cvx
exits 0 "a session of two runs"
if python3 -c pass 2>/dev/null; then
  cat >damage.py <<'END'
import struct, sys, zipfile
name, member, out = sys.argv[1:]
data = bytearray(open(name, "rb").read())
with zipfile.ZipFile(name) as z:
    for i in z.infolist():
        if i.filename.startswith(member):
            n, m = struct.unpack("<HH", data[i.header_offset + 26:
                                             i.header_offset + 30])
            at = i.header_offset + 30 + n + m + i.file_size - 1
            data[at] ^= 0x55
            break
    else:
        sys.exit(3)
open(out, "wb").write(data)
END
  for part in data/ patterns/ run-1/ run-2/; do
    python3 damage.py whole.cvxs "$part" bad.cvxs || not_ok "damage to $part"
    run -e 'open bad.cvxs'
    exits 3 "damage to $part is found"
    has err 'open bad.cvxs partial opens what is whole' "and what to do"
    run -e 'generate ring n=11' -e 'open bad.cvxs partial' \
      -e 'assert runs[end].gap <= 1e-3'
    exits 0 "open partial without $part"
    grep -q '^lost: ' out
    check "says what is lost" test $? -eq 0
  done
  run -e 'open bad.cvxs partial' -e 'assert runs[1].tag == "one"' \
    -e 'formulation relu beta=0.1; solve; assert run.converged'
  exits 0 "and the session goes on"
  python3 -c 'd = open("whole.cvxs", "rb").read()
open("cut.cvxs", "wb").write(d[:len(d) * 2 // 3])'
  run -e 'open cut.cvxs'
  exits 3 "a truncated file is refused"
  run -e 'open cut.cvxs partial; data'
  exits 0 "its beginning can be opened"
  has out 'data ring: n=24' "with the data"
  head -c 100 whole.cvxs >stub.cvxs
  run -e 'generate ring n=11' -e 'open stub.cvxs partial'
  exits 3 "nothing is left of this one"
else
  skip "open partial" "no python3"
fi

# Events.
run --events e.json -q -e 'generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]' \
  -e 'bias augmented; formulation relu beta=0.1; solver admm noadapt' \
  -e 'step 3; tune rho=0.5; solve' -e 'solver fsta'
exits 2 "a script with events"
grep -c '"t":"iter"' e.json >count
check "rows" test "$(cat count)" -ge 8
has e.json '"t":"start","run":1' "the start"
has e.json '"t":"end","run":1,"status":"solved"' "the end"
has e.json '"event":"tune rho=0.5"' "what happened"
has e.json '{"t":"error","id":"E115"' "the failure"
if python3 -c pass 2>/dev/null; then
  python3 -c 'import json
rows = [json.loads(line) for line in open("e.json")]
gaps = [r["gap"] for r in rows if r["t"] == "iter"]
assert gaps == sorted(gaps, reverse=True) and gaps[-1] <= 1e-6'
  check "every line is JSON, the gap falls" test $? -eq 0
fi
run --events /nowhere/e.json -e '= 1'
exits 74 "events that cannot be written"

# The time limit: the session is kept.
run --time-limit 1 -e 'generate ring n=30; formulation relu' -e 'sleep 60'
exits 1 "--time-limit"
has err 'E508: the time of --time-limit is over' "says so"
has err 'cvxnn --resume opens it' "and that the session is kept"
run --resume -e 'assert data.n == 30 and formulation.kind == "relu"'
exits 0 "--resume"
run --resume=whole.cvxs -e 'assert runs[1].tag == "one"'
exits 0 "--resume=FILE"
for bad in 0 -1 5x x; do
  run --time-limit "$bad" -e '= 1'
  [ "$code" -eq 64 ] || { bad=no; break; }
done
check "times that are none" test "$bad" != no

# The same error again and again is counted (sqlite printed 19,500 lines).
yes 'sovle' | head -n 2000 >many.cvx
echo '= nofield' >>many.cvx
run -k many.cvx
exits 2 "2000 times the same error"
check "five of them are shown" test "$(grep -c E101 err)" -eq 6
has err 'E101: the same 1995 times more' "the others are counted"
has err 'E117' "the next one is shown"

run --doctor
exits 0 "--doctor"
has out 'gnuplot' "looks at gnuplot"
PATH=/nowhere run -e doctor
has out 'attention gnuplot' "and says when it is missing"
run -e 'shell echo pwned'
exits 1 "scripts may not use the shell"
run --allow-shell -e 'shell echo "a b" | tr a-z A-Z'
exits 0 "but with --allow-shell"
has out 'A B' "they may"
run --allow-shell -e 'shell exit 3'
has err 'E512: the command ended with code 3' "and its failure is one"
run --allow-shell --safe -e 'shell true'
exits 1 "never with --safe"
run -e cite -e 'generate circular n=60 d=16 freqs=[2,5] seed=7' \
  -e 'formulation circular beta=0.1*betamax; solve; cite'
has out '@inproceedings{pilanci2020neural,' "cite"
has out '@inproceedings{ergen2021implicit,' "by formulation"
run -e tour
exits 0 "tour"
run -e 'run example 9999'
exits 1 "no such example"
run -e 'run example 1'
exits 0 "run example"
plan
