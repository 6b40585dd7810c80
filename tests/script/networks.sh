# networks.sh -- networks trained, certified, grown, exported and read back.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

cat >points.csv <<'END'
x,y
-2,1
-1,-1
0,1
1,1
2,-1
END

cat >all.cvx <<'END'
load points.csv
bias augmented
formulation relu beta=0.1
train lbfgs m=12 epochs=200 seed=3
assert run.solver == "lbfgs" and run.complete
near run.obj 0.8914472026 rel=1e-2
assert run.bound <= 0.8914472027
polish
near run.obj 0.8914472026 rel=1e-9
assert run.gap < 1e-9
certify top=1
network minimal
assert net.width <= 5
export network to=net.npz
export network to=net.json
export network to=net.csv
export network to=net.c
certify net.npz
certify net.json
certify net.csv
predict points.csv to=p.csv
save s.cvxs
open s.cvxs
assert run.gap < 1e-9
train adam m=4 epochs=30 trials=3 seed=5
assert run.id == 4
step 5
assert run.iter == 35
train sgd m=4 epochs=10 warm=1
path n=3 ratio=0.1 tol=1e-8
assert run.gap <= 1e-8
cv folds=2 n=2 ratio=0.1
END
run all.cvx
exits 0 "train, certify, export, path, cv"
has out "rests on  all patterns" "the bound says what it rests on"
has out "network of net.npz" "a network file is certified"
check "the gap of every file is small" \
  test "$(grep -c '^  gap .*e-1[0-9] relative' out)" -ge 4
has out "within one standard error" "cross-validation chooses"
check "five predictions" test "$(wc -l <p.csv)" -eq 6

# The C source predicts what predict does.
if ${CC:-cc} --version >/dev/null 2>&1; then
  cat >main.c <<'END'
#include <stdio.h>
#include "net.c"
int
main (void)
{
  double x, f;
  printf ("f\n");
  for (x = -2; x <= 2; x++)
    {
      predict (&x, &f);
      printf ("%.9f\n", f);
    }
  return 0;
}
END
  ${CC:-cc} -o main main.c -lm && ./main >c.txt
  sed 1d p.csv | awk -F, '{ printf "%.9f\n", $1 }' >p.txt
  check "C source agrees with predict" sh -c 'sed 1d c.txt | cmp -s - p.txt'
else
  skip "C source agrees with predict" "no compiler"
fi

# Sampled patterns: the bound is of all networks and grow reaches the optimum.
run -e 'load points.csv; bias augmented; patterns sample n=1 seed=1
formulation relu beta=0.1; train sgd m=3 epochs=50 lr=0.05
certify; grow tol=1e-8
near run.obj 0.8914472026 rel=1e-7
assert run.complete and run.gap <= 1e-8'
exits 0 "grow reaches the optimum from one pattern"
has out "all patterns, walked through" "certify looks at all"

# Errors name what is wrong.
run -e 'load points.csv; formulation relu beta=0.1; certify net.npz'
exits 3 "a network with biases needs a column of ones"
has err E453 "E453"
run -e 'load points.csv; formulation relu beta=0.1; certify points.csv'
has err E453 "a table is no network"
run -e 'load points.csv; formulation gated beta=0.1; grow'
has err E362 "grow is for ReLU"
run -e 'load points.csv; bias augmented; formulation relu beta=0.1
train sgd lr=1000 epochs=1000'
has err E441 "a divergence is said"
run -e 'load points.csv; formulation relu beta=0.1; cv folds=9'
has err E452 "more folds than rows"
printf '{"W": [[1]], "alpha": [1, 2]}' >bad.json
run -e 'load points.csv; formulation relu beta=0.1; certify bad.json'
has err E453 "W and alpha of other widths"

# Two linear layers as PyTorch stores them.
if python3 -c '' 2>/dev/null; then
  python3 - <<'END'
import struct, zipfile
def npy (shape, values):
  head = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (shape,)
  head += " " * (-(len (head) + 11) % 64) + "\n"
  return (b"\x93NUMPY\x01\x00" + struct.pack ("<H", len (head))
          + head.encode () + struct.pack ("<%df" % len (values), *values))
with zipfile.ZipFile ("torch.npz", "w") as z:
  z.writestr ("0.weight.npy", npy ((2, 1), [1, -1]))
  z.writestr ("0.bias.npy", npy ((2,), [0.5, 0.25]))
  z.writestr ("2.weight.npy", npy ((1, 2), [1, -2]))
END
  run -e 'load points.csv; bias augmented; formulation relu beta=0.1
certify torch.npz; grow torch.npz tol=1e-8
near run.obj 0.8914472026 rel=1e-7'
  exits 0 "two linear layers are certified and grown"
  has out "network of torch.npz: width 2" "their width"
else
  skip "two linear layers" "no python3"
fi
plan
