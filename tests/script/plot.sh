# plot.sh -- the plot commands of the program: gnuplot missing, dying,
# complaining, slow; hostile words and names; full disks; live figures.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

unset DISPLAY WAYLAND_DISPLAY CVXNN_GNUPLOT
TMPDIR=$work/tmp XDG_RUNTIME_DIR=$work/runtime
export TMPDIR XDG_RUNTIME_DIR
mkdir "$TMPDIR" "$XDG_RUNTIME_DIR"
data='generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]; bias augmented
formulation relu beta=0.1; solver admm; solve'
run -q -e "$data" -e 'save five.cvxs'
exits 0 "a problem to plot"
quick='open five.cvxs'

# fake NAME: a program that stands in for gnuplot, from standard input.
fake ()
{
  cat >"$1"
  chmod +x "$1"
}
# plots PROGRAM COMMANDS: run COMMANDS with PROGRAM as gnuplot.
plots ()
{
  CVXNN_GNUPLOT=$1 "$cvxnn" -q -e "$quick" -e "$2" >out 2>err </dev/null
  code=$?
}
temporary ()
{
  ls -A . tmp runtime | grep -E 'tmp-|cvxnn-|\.tmp|\.#'
}

# P1
plots /no/such/gnuplot 'plot gap to=a.pdf'
exits 6 "no gnuplot"
has err E601 "is said"
check "and leaves no file" test ! -e a.pdf
plots /no/such/gnuplot 'plot gap to=a.csv; plot gap to=a.gp'
exits 0 "numbers and scripts need none"
: >plain
plots ./plain 'plot gap to=a.pdf'
exits 6 "not executable"
has err E601 "is said"

# P2
fake dies <<'END'
#!/bin/sh
exit 1
END
plots ./dies 'plot gap to=a.pdf'
exits 6 "a gnuplot that dies"

# P4
if gnuplot --version >/dev/null 2>&1; then
  fake complains <<'END'
#!/bin/sh
sed -u '/^reset errors/a nonsense here' | gnuplot "$@"
END
  plots ./complains 'plot gap to=a.pdf'
  exits 6 "gnuplot complains"
  check "in our words" grep -q '^-e:1:.*E60[0-9]\|E60[0-9]' err
  check "and no file" test ! -e a.pdf

  # P5
  cat >hostile.cvx <<'END'
plot gap title="`touch pwned`" to=a1.pdf
plot gap title="'; system 'touch pwned' #" to=a2.pdf
plot gap title="\"; !touch pwned" to=a3.pdf
plot gap title="$(touch pwned) @x \{/Bold %s}" to=a4.tex
plot gap title="`touch pwned`" to=a5.gp
plot gap title="\\input\{pwned} % $ & #" to=a6.tex
END
  sed -i "1i $quick" hostile.cvx
  run -q --keep-going hostile.cvx
  LC_ALL=C.UTF-8 gnuplot -d a5.gp >>out 2>>err
  check "hostile titles run nothing" test ! -e pwned
  check "and are drawn" test -s a1.pdf -a -s a3.pdf -a -s a4.tex
  # P6
  plots gnuplot 'plot gap to="<x.svg"; plot gap to="|touch pwned.svg"
plot gap to="-x.svg"; plot gap to="+x.svg"'
  exits 0 "odd names are names"
  check "of files" test -s '<x.svg' -a -s '|touch pwned.svg' -a -s ./-x.svg
  check "and run nothing" test ! -e pwned.svg
  plots gnuplot 'plot gap to="a\nb.svg"'
  check "control bytes are refused" test "$code" -ne 0

  # P7: every format, the pictures by gnuplot and what we write ourselves.
  fake full <<'END'
#!/bin/sh
trap '' XFSZ
ulimit -f 1
exec gnuplot "$@"
END
  for file in f.pdf f.svg f.png f.eps f.tex; do
    echo old >$file
    plots ./full "plot objective to=$file"
    check "full disk: $file" test "$code" -eq 6
    check "the old $file stays" test "$(cat $file)" = old
  done
  for kind in cairolatex epslatex; do
    echo old >f.tex
    plots ./full "plot objective to=f.tex term=$kind"
    check "full disk: $kind" test "$code" -eq 6
    check "the old file stays" test "$(cat f.tex)" = old
  done
  big='generate gaussians n=400 d=2; plot data to='
  for file in f.csv f.gp f.txt; do
    echo old >$file
    [ $file = f.txt ] && limit=0 || limit=1
    (
      trap '' XFSZ
      ulimit -f $limit
      "$cvxnn" -q -e "$big$file" >out.pipe 2>/dev/null </dev/null
    ) 2>/dev/null
    check "full disk: $file" test "$?" -ne 0
    check "the old $file stays" test "$(cat $file)" = old
  done
  check "nothing is left" test -z "$(temporary)"

  # P14
  echo "set print 'was-read'; print 1; unset print" >.gnuplot
  plots gnuplot 'plot gap to=a.svg'
  check "the user's .gnuplot is not read" test ! -e was-read

  # P11
  DISPLAY=:97 plots gnuplot 'plot gap'
  exits 0 "a display that is dead"
  has out iteration "characters instead"

  # P18
  fake counted <<'END'
#!/bin/sh
echo start >>starts
exec gnuplot "$@"
END
  n=${CVXNN_LONG:+500}
  plots ./counted "for k in 1:${n:-40}
plot gap to=many.svg
end"
  exits 0 "many figures in one process"
  check "one gnuplot" test "$(wc -l <starts)" -eq 1
  check "nothing is left" test -z "$(temporary)"

  # P19
  for k in 1 2 3 4; do
    "$cvxnn" -q -e "$quick; for k in 1:5
plot objective to=both.svg
end" >/dev/null 2>&1 </dev/null &
  done
  wait
  check "one whole file wins" sh -c 'tail -c 20 both.svg | grep -q "</svg>"'
  check "nothing is left" test -z "$(temporary)"

  # What stands in files.
  plots gnuplot 'plot objective,gap size=double to=d.svg'
  has d.svg 'width="648" height="396"' "size=double and panels"
  plots gnuplot 'style mono size=7; plot gap to=m.svg; plots; close; style'
  exits 0 "style, plots, close"
  has out 'm.svg' "plots lists it"
  has out 'style mono, 7 pt' "style says it"
  plots gnuplot 'plot gap to=a.pdf term=tikz'
  exits 1 "term= of another format"
  plots gnuplot 'generate circular n=30 d=16 freqs=2 seed=1
formulation circular beta=0.01*betamax; solve
let a = 1; plot filter true=a*cos(2*pi*2*x/16) to=w.csv
plot spectrum true=a*cos(2*pi*2*x/16) to=s.csv; let a = 2; replot to=s2.csv'
  exits 0 "the truth beside what was learned"
  has w.csv 'truth' "weights"
  has s.csv 'before the threshold' "the spectrum shows its threshold"
  check "its coefficient is d/2/sqrt(d)" grep -q 'truth.*,2,2\(\.0*\)\?,\?$\|truth.*,2,1\.99999' s.csv
  check "replot computes it again" grep -q 'truth.*,2,4\|truth.*,2,3\.99999' s2.csv
  plots gnuplot 'generate circular n=30 d=16 freqs=2 seed=1
formulation circular; solve; plot filter true=y+1 to=w.csv'
  exits 1 "a truth that is not defined"
  plots gnuplot 'generate circular n=30 d=16 freqs=2 seed=1
formulation circular h=5; solve; plot spectrum to=s.csv'
  exits 0 "singular values"
  has s.csv 'before the threshold' "before the threshold, and it"
  plots gnuplot 'plot gap live'
  exits 0 "live without a display"
  plots gnuplot "$data" 
  "$cvxnn" -e "plot gap live" -e "$data" >out 2>err </dev/null
  code=$?
  exits 0 "live before there is a run"
  has out 'when a solver works' "says so"
  has out 'no display' "and that there is no display"
  check "once" test "$(grep -c 'no display' out)" -eq 1
  has out 'relative gap' "the figure comes in the end"
else
  skip "figures" "no gnuplot"
fi

# P17: a window whose gnuplot needs half a second for a frame.
if python3 -c 'import socket' 2>/dev/null; then
  cat >display.py <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(8)
print(flush=True)
while True:
    s.accept()[0].close()
END
  fake slow <<'END'
#!/usr/bin/env python3
import os, re, sys, time
reply = os.fdopen(3, 'w')
frame = False
for line in iter(sys.stdin.readline, ''):
    frame = frame or line.startswith(('set terminal qt', 'load '))
    if "'@v '" in line:
        reply.write('@v 5.4 patchlevel 4\n')
    if "'@t '" in line:
        reply.write('@t  dumb qt svg \n')
    m = re.search("'@@ ([0-9]+) '", line)
    if m:
        if frame:
            open('frames', 'a').write('frame\n')
            time.sleep(0.5)
        frame = False
        reply.write('@@ ' + m.group(1) + ' 0 \n')
    reply.flush()
END
  python3 display.py "$work/way" >ready &
  display=$!
  while [ ! -s ready ]; do sleep 0.05; done
  problem='generate ring n=60 seed=1; bias augmented; patterns sample n=60 seed=1
formulation relu beta=0.05*betamax; solver admm; set quiet=yes'
  now () { date +%s%N; }
  WAYLAND_DISPLAY=$work/way CVXNN_GNUPLOT=./slow "$cvxnn" -e "$problem" \
    -e 'plot gap live' -e 'solve tol=0 time=1.2 maxiter=100000000' \
    -e 'print "SPENT {run.time}"' >out 2>err </dev/null
  code=$?
  kill $display
  exits 0 "a live figure in a slow window"
  frames=$(wc -l <frames)
  check "frames are drawn and dropped" test "$frames" -ge 2 -a "$frames" -le 8
  echo "# $frames frames; $(grep SPENT out)"
else
  skip "live figures" "no python3"
fi
plan
