# export.sh -- networks written and read back: every kind of network in every
# format, and what C source and ONNX predict.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >points.csv <<'END'
a,b,y
-2,1,3
-1,-1,1
0,1,2
1,1,-1
2,-1,0.5
1.5,0.25,1
END

# A Python with onnx and numpy, if there is one.
python=
for p in "${PYTHON:-python3}" /usr/bin/python3; do
  if [ -z "$python" ] && "$p" -c 'import numpy, onnx' 2>/dev/null; then
    python=$p
  fi
done

# near FILE FILE: the same numbers, up to 1e-12 of their size.
near ()
{
  paste -d, "$1" "$2" | awk -F, '{ d = $1 - $2; s = 1 + ($1 < 0 ? -$1 : $1)
    if (NF != 2 || d > 1e-12 * s || d < -1e-12 * s) bad = 1; n++ }
    END { exit bad || n == 0 }'
}

# predicts DATA WORDS: net.c and net.onnx say what `predict' said in p.csv.
predicts ()
{
  sed 1d p.csv | cut -d, -f1 >want.txt
  if ${CC:-cc} --version >/dev/null 2>&1; then
    cat >main.c <<'END'
#include <stdio.h>
#include "net.c"
int
main (void)
{
  double x[INPUTS], f[OUTPUTS], rest;
  int k;
  while (scanf ("%lf,", &x[0]) == 1)
    {
      for (k = 1; k < INPUTS; k++)
        if (scanf ("%lf,", &x[k]) != 1)
          return 1;
      if (scanf ("%lf", &rest) != 1)
        return 1;
      predict (x, f);
      printf ("%.17g\n", f[0]);
    }
  return 0;
}
END
    ${CC:-cc} -Wall -Werror -o main main.c -lm \
      && sed 1d "$1" | ./main >c.txt
    check "$2: C source" near want.txt c.txt
  else
    skip "$2: C source" "no compiler"
  fi
  if [ -n "$python" ]; then
    "$python" "$source_folder/tests/script/run_onnx.py" net.onnx "$1" >o.txt
    check "$2: ONNX" near want.txt o.txt
  else
    skip "$2: ONNX" "no python3 with onnx and numpy"
  fi
}

# kind WORDS DATA FORMATS COMMANDS: a network, written, predicted with, and
# read back with the same objective.
kind ()
{
  {
    echo "load $2"
    echo "$4"
    echo "export network to=net.c"
    echo "export network to=net.onnx"
    echo "predict $2 to=p.csv"
    for format in $3; do
      echo "export network to=net.$format"
      echo "certify net.$format"
    done
    echo certify
  } >kind.cvx
  rm -f net.* p.csv
  run kind.cvx
  exits 0 "$1: written and read"
  grep '^  objective.*loss' out >objectives
  check "$1: the same objective from every file" test \
    "$(sort -u objectives | wc -l)" -eq 1 -a "$(wc -l <objectives)" -gt 1
  predicts "$2" "$1"
}

trained='train lbfgs m=6 epochs=40 seed=3'
kind relu points.csv "npz json csv" "scale x=standard y=standard
bias augmented
formulation relu beta=0.05
$trained"
kind gated points.csv "npz json csv" "bias augmented
patterns sample n=5 seed=2
formulation gated beta=0.05
$trained"
kind rows points.csv "npz json csv" "scale x=rownorm y=center
formulation relu beta=0.05
$trained"
run -q -e 'generate circular n=20 d=6 freqs=[1] seed=1
export data to=signals.csv'
exits 0 "signals to learn from"
kind signal signals.csv "npz json" "formulation circular beta=0.1
solve"
kind patches signals.csv "npz json" "scale x=center y=center
patches size=3
formulation linear-cnn beta=0.1
solve"

# What a file cannot hold is refused, and nothing is written.
run -e 'load signals.csv; patches size=3; formulation linear-cnn beta=0.1
solve; export network to=no.csv'
exits 1 "a table for a convolutional network"
has err E611 "E611"
check "nothing is written" test ! -e no.csv
printf 'W1,W2,alpha1,gate1\n1,2,3,4\n' >short.csv
run -e 'load points.csv; patterns sample n=3; formulation gated beta=0.1
certify short.csv'
exits 3 "gates of another length"
has err E453 "E453"
printf '{"W": [[1,2]], "alpha": [1], "b0": [0.5]}' >bias.json
run -e 'load points.csv; formulation relu beta=0.1; certify bias.json'
has err "output has a bias" "an output bias is said"
printf '{"W": [[1,2]], "alpha": [1], "activation": "linear", "patches":
 {"rows": 1, "cols": 9, "channels": 1, "size": [1, 2], "stride": [1, 1]}}' \
  >wide.json
run -e 'load signals.csv; patches size=2; formulation linear-cnn beta=0.1
certify wide.json'
has err E453 "patches that do not fit the weights"
plan
