# workbench.sh -- where the time goes, settings of figures, includes under
# --keep-going, a sweep of twenty values in every way of giving commands.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# The laps of the clock add up to the time of the run (bound, iterate, other).
cat >time.cvx <<'END'
generate planted n=150 d=8 width=4 noise=0.1 seed=1
formulation gated beta=0.05*betamax
solver fista
solve tol=1e-9 maxiter=150 stall=1e9
let parts = run.timings.iterate + run.timings.bound + run.timings.other
assert abs (parts - run.time) < 0.2*run.time + 0.01
let method = run.timings.products + run.timings.projections
near run.timings.iterate method + run.timings.method + run.timings.pricing
assert run.timings.products > 0 and run.timings.projections > 0
assert run.timings.bound > 0 and run.timings.other >= 0
let before = run.timings.products
step 50
assert run.timings.products > before
report to=r.json
table id,timings.products,timings.bound to=t.csv
save s.cvxs
open s.cvxs
assert not (run.timings.bound >= 0)
END
run time.cvx
exits 0 "the parts of a run's time add up"
has r.json '"seconds_bound": 0' "they are in the report"
run -q -e 'generate ring n=20 seed=1; formulation relu beta=0.1*betamax
set verbose=quiet; solve; show run; set timer; step 2; solve tol=1e-12'
check "timings by show run and set timer" \
  test "$(grep -c '^timings: iterate .* bound .* other ' out)" -ge 2

# Settings of figures: rows, help, effect.
cat >plot.cvx <<'END'
generate ring n=20 seed=1
formulation relu beta=0.1*betamax
solve
set plot.size=2in,1.5in plot.font=Courier plot.letters=7 plot.style=mono
plot gap to=a.gp
plot gap to=b.gp size=4in
unset plot.font
set plot.size=double
plot gap to=c.gp
set plot.size=auto plot.letters=0
plot gap to=d.gp
expect E604 set plot.font="a\nb" digits=3
show settings
expect E103 set plot.fnt=Courier
expect E103 set plot.sizes=3
expect E120 set plot.size=-1,2
expect E120 set plot.size=3,1e9
expect E120 plot gap to=no.gp size=4,0
expect E120 set plot.letters=-1
help set plot.size
reset
solve
plot gap to=e.gp
END
run plot.cvx
exits 0 "plot.* settings"
has a.gp 'size 2in,1.5in enhanced font "Courier,7"' "plot.size, font, letters"
has b.gp 'size 4in,' "size= goes before plot.size"
has c.gp 'size 6.75in,' "plot.size=double"
has d.gp 'size 3.25in,2.4in' "plot.size=auto"
check "what failed changed nothing" grep -q '^  digits  *10 ' out
has out 'plot.style   mono       *' "show settings marks what differs"
has out 'width,height of figures' "help set plot.size"
has e.gp 'size 3.25in,2.4in' "reset gives defaults back"
run -q -e 'generate ring n=20 seed=1; formulation relu beta=0.1*betamax
solve; set plot.term=dumb; plot gap'
has out 'relative gap' "plot.term=dumb"
check "every setting has its help" test -z "$(printf 'show settings\n' \
  | "$cvxnn" -b -q | awk 'NF < 3 && $1 != "solver"')"

# Includes are relative to the script, --keep-going or not.
mkdir -p inc/sub
printf 'sovle\ninclude sub/b.cvx\nprint "a {arg[1]}"\n' >inc/a.cvx
printf 'include c.cvx\nprint "b"\n' >inc/sub/b.cvx
printf 'print "c"\n' >inc/sub/c.cvx
run -q -k inc/a.cvx X
exits 2 "-k: the first failure's code"
printf 'c\nb\na X\n' >wanted
check "-k: includes relative to the script" cmp -s out wanted
printf 'include self.cvx\nprint 3\n' >inc/self.cvx
run -q -k inc/self.cvx
has err 'E131' "-k: a script that includes itself"
has out '3' "and it goes on"

# An error about a whole file names it and has the place of the argument.
printf 'hello' >net.npz
printf 'generate ring n=20\nformulation relu beta=0.1\ncertify net.npz\n' \
  >c.cvx
run -q c.cvx
has err 'c.cvx:3:9: E220: ' "E220 has the place in the script"
has err 'net.npz' "and names the file"

run -q -e 'generate xor; patterns sample n=5 dist=conv'
exits 1 "windows of data that are no images"
has err 'E250' "are refused"
run -q -e 'generate xor; patterns sample n=5 dist=conv window=2'
exits 0 "but of signals, when asked"

# Neurons within the gap are pointed out.
run -q -e 'generate ring n=30 seed=1; bias free
formulation relu beta=0.05*betamax; solve
neurons top=100
print "slight {len (net.norms)} {min (net.norms) < 1e-6*max (net.norms)}"'
if grep -q '^slight [0-9]* true' out; then
  has out 'below 1e-06 of the largest: within the gap' "slight neurons"
else
  check "no slight neurons, no word of them" test -z "$(grep 'of them' out)"
fi

run -q -e 'generate xor; formulation gated beta=0.1; solver ?'
has out 'fista' "solver ? lists"

# Ten lines, twenty values of beta: from a file, with -e, at the prompt, typed
# and pasted.
cat >sweep.cvx <<'END'
set verbose=quiet seed=1
generate planted n=60 d=4 width=3 noise=0.1
patterns sample n=20
for f in logspace(-3, -0.1, 20)
  formulation gated beta=f*betamax
  solve tol=1e-6
  assert run.converged
end
table beta,obj,gap,active over=runs to=sweep.tex
plot path runs=all to=sweep.pdf
END
check "ten lines" test "$(wc -l <sweep.cvx)" -eq 10
sweep ()
{
  check "$1: twenty rows" test "$(grep -c '\\\\$' sweep.tex)" -eq 21
  if command -v gnuplot >/dev/null; then
    check "$1: a whole PDF" sh -c 'tail -c 10 sweep.pdf | grep -q %%EOF'
  else
    skip "$1: a whole PDF" "no gnuplot"
  fi
  [ -f first.tex ] || cp sweep.tex first.tex
  check "$1: the same digits" cmp -s sweep.tex first.tex
  rm -f sweep.tex sweep.pdf
}
if ! command -v gnuplot >/dev/null; then
  sed -i 's/sweep\.pdf/sweep.gp/' sweep.cvx
fi
run sweep.cvx
exits 0 "a sweep from a file"
sweep "file"
run -e "$(cat sweep.cvx)"
exits 0 "a sweep with -e"
sweep "-e"
"$cvxnn" -b <sweep.cvx >out 2>err
check "a sweep from a pipe" test $? -eq 0
sweep "pipe"
for how in typed pasted; do
  if python3 -c 'import pty' 2>/dev/null; then
    python3 "$source_folder/tests/script/type.py" $how "$cvxnn" sweep.cvx \
      >out 2>&1
    check "a sweep $how at the prompt" test $? -eq 0
    sweep $how
  else
    skip "a sweep $how at the prompt" "no python3 with pty"
  fi
done
plan
