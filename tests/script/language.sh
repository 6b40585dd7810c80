# language.sh -- what must not break the command language (L1 to L20), without
# a terminal; see failures.txt for those that need one.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

points='generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]'

# says EXIT TEXT COMMANDS WORDS: the exit code and a part of the message.
says ()
{
  run -q -e "$3"
  if [ "$code" -eq "$1" ] && grep -qF -e "$2" err; then
    ok "$4"
  else
    not_ok "$4"
    echo "# exit $code, wanted $1 and: $2"
    sed 's/^/# /' err
  fi
}
# script WORDS: standard input is the script s.cvx; runs it.
script ()
{
  cat >s.cvx
  run -q s.cvx
}

says 2 'unknown command "sovle".  Did you mean solve?' 'sovle' "L1 verb"
says 2 'has no option "tll".  Did you mean tol?' 'solve tll=1' "L1 key"
says 2 'unknown word "forulation".  Did you mean formulation?' \
  'show forulation' "L1 word"
says 1 'gapp' "$points; bias augmented; formulation relu beta=0.1; solve; = run.gapp" "L1 field"
says 2 '"st" is ambiguous: start, step, style' 'st 1' "L2 ambiguous verb"
says 2 '"t" is ambiguous: train, test' 'eval t' "L2 ambiguous word"
script <<'END'
print 1
for i in 1:3
  print i
END
exits 2 "L4 block open at the end"
has err 's.cvx:2:1: E105' "L4 says where it opened"
test ! -s out
check "L4 and nothing ran" test $? -eq 0
script <<'END'
let v = [1, 2
print 1
END
exits 2 "L4 bracket open at the end"
has err 's.cvx:1:9:' "L4 says where it opened"
printf '= "abc\n' | "$cvxnn" >out 2>err
check "L4 I14 input ends in a string: 2" test $? -eq 2
printf 'for i in 1:3\nprint i\n' | "$cvxnn" >out 2>err
check "I14 input ends in a block: 2" test $? -eq 2
has err 'E105' "I14 says so"

awk 'BEGIN { printf "= 1"; for (i = 0; i < 300000; i++) printf "+ 1" }' >s.cvx
run s.cvx
exits 1 "L5 a line of 1 MB"
has err 'E107' "L5 is a limit"
awk 'BEGIN { printf "= "; for (i = 0; i < 10000; i++) printf "(" }' >s.cvx
run s.cvx
exits 1 "L5 10,000 brackets"
has err 'E107' "L5 are a limit"
awk 'BEGIN { for (i = 0; i < 1000000; i++)
  printf i % 60000 == 59999 ? ";\n" : ";" }' >s.cvx
run s.cvx
exits 0 "L5 a million semicolons"
(ulimit -s 512; "$cvxnn" -e "= $(awk 'BEGIN { for (i = 0; i < 60; i++)
  printf "("; printf "1"; for (i = 0; i < 60; i++) printf ")" }')") >out 2>err
check "L5 nesting on a small stack" test "$(cat out)" = 1

printf '= 1\303(\n' >s.cvx; run s.cvx
exits 2 "L6 invalid UTF-8"; has err 'E106' "L6 is E106"
printf '= 1 \001+ 2\n' >s.cvx; run s.cvx
exits 2 "L6 a control byte"; has err 'E106' "L6 is E106"
printf '= 1 \000+ 2\n' >s.cvx; run s.cvx
exits 2 "L6 a NUL byte"; has err 'E106' "L6 is E106"
printf '= 1\302\240+ 2\n' >s.cvx; run s.cvx
exits 2 "L6 a no-break space"; has err 'E106' "L6 is E106"
printf '= 3 \342\200\223 2\n' >s.cvx; run s.cvx
exits 2 "L6 a dash for minus"; has err 'E106' "L6 is E106"
printf 'print \342\200\234x\342\200\235\n' >s.cvx; run s.cvx
has err 'typographic quote' "L6 typographic quotes are named"
printf '\357\273\277#!/usr/bin/cvxnn\r\nprint 1\r\nprint 2' >s.cvx
run s.cvx
exits 0 "L7 BOM, #!, CRLF, no newline at the end"
same out "L7 run as they should" <<'END'
1
2
END

says 3 'E130' 'include nofile.cvx' "L8 missing"
mkdir -p folder deep
says 3 'it is a folder' 'include folder' "L8 a folder"
printf 'include self.cvx\n' >self.cvx
run self.cvx
exits 2 "L8 a script that includes itself"
has err 'E131: self.cvx includes itself' "L8 says so"
printf 'include b.cvx\n' >a.cvx
printf 'print 1\ninclude deep/c.cvx x\n' >b.cvx
printf '\nprint arg[1]\nsovle\n' >deep/c.cvx
run a.cvx
exits 2 "L8 an error three files down"
has err 'deep/c.cvx:3:1: E101' "L8 the place"
has err 'included from b.cvx:2' "L8 the chain"
has err 'included from a.cvx:1' "L8 to its end"
printf 'include b.cvx\n' >deep/c.cvx
printf 'include deep/c.cvx\n' >b.cvx
run a.cvx
exits 3 "L8 relative to the file that includes"
printf 'include ../b.cvx\n' >deep/c.cvx
run a.cvx
exits 2 "L8 a circle"
has err 'the includes form a circle' "L8 is one"
for k in $(seq 1 40); do printf 'include d%d.cvx\n' $((k + 1)) >d"$k".cvx; done
echo 'print 1' >d41.cvx
run d1.cvx
exits 1 "L8 40 deep"
has err 'E107' "L8 is a limit"
head -c 3000 /bin/sh >s.cvx
run s.cvx
exits 2 "L8 a binary file"

run -e 'set maxloop=1000' -e 'while true; let x = 1; end'
exits 1 "L9 an endless loop"
has err 'E108' "L9 ends at the guard"
says 1 'E108' 'for i in 1:1e12; print i; end' "L9 a huge range"
run -e 'let r = 1:1e12; = len(r)'
has out '1e+12' "L9 is never stored"

run -e 'let a = 1/0; let b = log(-1); let c = 0/0'
exits 0 "L10 inf and nan in let"
check "L10 with warnings" test "$(grep -c W111 err)" -eq 3
says 1 'E120' "$points; formulation relu beta=1/0" "L10 not as an option"
says 1 'E123: index 0, but there' 'let v = [1,2]; = v[0]' "L10 v[0]"
says 1 'E123: index 1000000000, but there' 'let v = [1,2]; = v[1e9]' \
  "L10 v[1e9]"
says 1 'E123' 'let v = [1,2]; = v[1.5]' "L10 v[1.5]"
says 1 'E123' 'let v = [1,2]; = v[2^70]' "L10 an index beyond integers"
says 1 'E117' '= nope' "L11 used before it is made"
says 2 'end' 'let end = 3' "L11 keywords are reserved"
run -e 'let solve = 3; = solve'
exits 0 "L11 a variable called like a verb"
has err 'W112' "L11 is warned of"
says 2 'E124' 'let x = 1; print "{x:%s%n%n}"' "L12 formats: %n"
says 2 'E124' 'let x = 1; print "{x:%*d}"' "L12 formats: *"
says 2 'E124' 'let x = 1; print "{x:%999999999d}"' "L12 formats: width"
says 2 'tol is given twice' "solve tol=1 tol=2" "L13 the same key twice"
says 2 'tol= has no value' "solve tol=" "L13 no value"
says 2 'tol= has no value' "solve tol= maxiter=5" "L13 no value, more keys"
run -q -e "$points; bias augmented; formulation relu beta = 0.1; solve tol = 1e-3"
exits 0 "L13 spaces around ="
script <<'END'
let total = 0
for i in [1, 2, 3, 4, 5, 6, 7, 8]
  assert i < 7
  total = total + i
end
END
exits 5 "L14 an error in pass 7"
has err 'in pass 7 of 8 of the loop at line 2: i = 7' "L14 says which"
printf 'let total = 0\nfor i in 1:8\nassert i < 7\ntotal = total + i\nend\n= total\n' >s.cvx
run -k s.cvx
has out 21 "L14 the state is that after pass 6"
says 1 'E120' 'set seed=-1' "L16 seed=-1"
says 1 'E120' 'set seed=2^64' "L16 seed=2^64"
says 1 'E120' 'set seed=1.5' "L16 seed=1.5"
says 1 'E120' 'set threads=1e6' "L16 threads=1e6"
run -t 0 -e '= 1'
exits 64 "L16 -t 0"
says 1 'E330: no data.  hint: load FILE' 'solve' "L17 nothing yet"
says 1 'hint: formulation relu beta=0.1' "$points; solve" "L17 data only"
says 5 'nan' 'assert 0/0 > 1' "L18 assert on nan is false and says nan"
says 5 'nan is near nothing' 'near 0/0 0/0' "L18 near nan nan"
script <<'END'
require 99.1
syntax of the future (
END
exits 1 "L19 a script for a newer version"
has err 's.cvx:1:9: E133: this script needs version 99.1' "L19 at line 1"
run -e 'require 0.1'
exits 0 "L19 an older one is fine"

# Every command is all or nothing: the chain after a failed command is that
# before it (promise 1).
script <<END
set quiet=yes
$points
bias augmented
formulation relu beta=0.1
solve tol=1e-6
let obj = run.obj
let hash = data.hash
expect E204 load nofile.csv
expect E120 generate ring n=-1
expect E210 load s.cvx y=nothing format=text
expect E120 formulation relu beta=-1
expect E115 formulation reluu
expect E120 patterns sample n=0
expect E115 bias agumented
expect E115 scale x=standrd
expect E362 solver subspace
expect E394 subset rows=3:9
expect E390 use run 7
expect E507 use data other
expect E220 open s.cvx
expect E620 save /dev/null/x.cvxs
expect E620 export network to=/dev/null/x.npz
expect E391 export network to=x.nosuffix
expect E367 tune lr=3
expect E504 delete 1
expect E394 plot nothing
expect E103 step n=3
assert run.obj == obj and data.hash == hash and run.id == 1
assert formulation.beta == 0.1 and formulation.complete
step 1
assert run.iter > 0
near run.obj obj rel=1e-12
END
exits 0 "promise 1: a failed command changes nothing"

# Terminals that are none.
printf 'print 1\nsovle\nprint 2\n' | "$cvxnn" -i >out 2>err
check "T2 -i without a terminal reads lines" grep -qx 1 out
printf '\033]0;owned\007a,b\n1,2\n3,4\n5,7\n' >esc.csv
run -e 'load esc.csv; data; describe; peek; show; help load' -e 'tag x'
! grep -q "$(printf '\033')" out err
check "T4 escape sequences of data are shown, not sent" test $? -eq 0
printf 'größe,数量,y\n1,2,1\n3,4,2\n5,7,4\n' >wide.csv
run -e 'load wide.csv; peek'
exits 0 "T5 wide names of columns"
run --color always -e "$points; bias augmented; formulation relu beta=0.1; solve"
grep -q "$(printf '\033')" out
check "colours when they are asked for" test $? -eq 0
run -e "$points; bias augmented; formulation relu beta=0.1; solve"
! grep -q "$(printf '[\033\r]')" out err
check "T3 neither colours nor returns in a pipe" test $? -eq 0
env -u TERM "$cvxnn" -e "$points" >out 2>&1
check "T1 TERM unset" test $? -eq 0

# Signals without a terminal.
yes 'print 1' | head -n 100000 >s.cvx
("$cvxnn" -b s.cvx 2>err; echo $? >code) | head -n 1 >/dev/null
code=$(cat code)
check "I8 into head: a quiet end" test "$code" -eq 141 -o "$code" -eq 74
check "I8 without words" test ! -s err
"$cvxnn" -b -e 'sleep 30' >out 2>err &
pid=$!
sleep 0.3
kill -HUP $pid
wait $pid
check "I6 SIGHUP in batch: 129" test $? -eq 129
for k in 1 2 3; do
  "$cvxnn" -e "$points" -e 'sleep 30' >out 2>err &
  pid=$!
  sleep 0.2
  kill -TERM $pid
  wait $pid
  code=$?
done
check "I6 SIGTERM: 143" test "$code" -eq 143
run --resume -e 'assert data.n == 5'
exits 0 "I6 and --resume opens it"

# Places (L20, F8).
mkdir -p state/cvxnn
head -c 100000 /dev/urandom >state/cvxnn/history
run -e '= 1'
exits 0 "L20 a corrupt history"
HOME=/dev/null XDG_STATE_HOME=/dev/null/s XDG_CONFIG_HOME=/dev/null/c run -e '= 1'
exits 0 "F8 no home"

# Checking only.
printf 'print 1\nsolve tol=1e-3 sovle=2\n' >s.cvx
run -c s.cvx
exits 2 "--check finds the wrong option"
test ! -s out
check "and runs nothing" test $? -eq 0
printf 'gen ring n=20\nform relu\n' >s.cvx
run -c s.cvx
exits 0 "--check of abbreviations"
check "gives the full forms" test "$(grep -c 'W110' err)" -eq 2
has err '"form" is short for formulation' "each"

# Arguments of scripts; settings; fields.
printf 'sovle\nassert arg[2] == "b"\nprint len(arg)\n' >s.cvx
run --keep-going s.cvx a b
exits 2 "--keep-going goes on"
has out '2' "with the arguments of the script"
says 2 'solver is a command of its own: solver interior' \
  'solve solver=interior' "an option that is a command"
run -e 'set echo=yes timer=yes; let a = 1; sleep 0'
has out 'cvx> sleep 0' "set echo"
has out 'sleep: 0.0' "set timer"
run -q -e "$points; bias augmented; formulation relu beta=0.1; solve tol=1e-9" \
  -e 'near train.loss + run.beta * sum(net.norms) run.obj' \
  -e 'near train.loss 2.5 * train.mse' \
  -e 'assert net.certmax <= 1 + 1e-9 and net.certmax > 0.99' \
  -e 'assert run.cpu > 0 and run.seed == 0'
exits 0 "the fields loss, certmax, cpu and seed"
run --selftest
exits 0 "--selftest"
has out 'selftest passed' "says so"

# Each row of the table names a test that is there.
bad=0
while IFS='	' read -r id file words; do
  case $id in '#'* | '') continue ;; esac
  case $file in
    -) continue ;;
  esac
  if ! grep -qF -e "$words" "$source_folder/tests/$file"; then
    bad=1
    echo "# $id: no \"$words\" in $file"
  fi
done <"$source_folder/tests/script/failures.txt"
check "every row of failures.txt has its test" test "$bad" -eq 0
bad=
for group in D26 L20 N26 I14 F11 P20 M9 C10 K12 T6; do
  for k in $(seq "${group#?}"); do
    id=${group%"${group#?}"}$k
    grep -q "^$id	" "$source_folder/tests/script/failures.txt" || bad="$bad $id"
  done
done
check "every case has its row" test -z "$bad"
[ -z "$bad" ] || echo "# none of$bad"
plan
