# data_export.sh -- data and predictions that leave the program are those that numpy,
# scipy and h5py then read, and load reads back, to the last bit.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# Numbers that only an exact writer keeps; labels; a row of zeros.
awk 'BEGIN {
  srand (5); print "alpha,beta 2,gamma,class"
  for (i = 1; i <= 40; i++)
    printf "%.17g,%.17g,%.17g,%s\n", i == 7 ? 0 : rand () / 3, \
      i == 7 ? 0 : exp (30 * rand ()) - 5e12, \
      i % 4 == 0 || i == 7 ? 0 : 1 / i, i % 3 == 0 ? "yes" : "no"
}' >d.csv
suffixes='npy npz csv libsvm mat h5'
model='patterns sample n=10; formulation gated beta=0.1; solve maxiter=20'
for suffix in $suffixes; do
  run -q -e 'load d.csv; print "{data.hash}"' -e "export data to=x.$suffix"
  if grep -q E238 err; then
    skip "$suffix" "not built in"
    continue
  fi
  exits 0 "data as .$suffix"
  hash=$(cat out)
  run -q -e "load x.$suffix; print \"{data.hash}\""
  if [ "$(cat out)" = "$hash" ]; then
    ok ".$suffix comes back with the same hash"
  else
    not_ok ".$suffix comes back with the same hash"
    sed 's/^/# /' out err
  fi
  [ "$suffix" = libsvm ] && continue
  run -q -e "load d.csv; split seed=1; scale x=standard; $model" \
    -e "export predictions to=p.$suffix; export data to=s.npz"
  exits 0 "predictions as .$suffix"
done
run -q -e "load d.csv; split seed=1; scale x=standard; $model" \
  -e 'export predictions to=p.svm'
has err 'E391: ' "no predictions as LIBSVM"

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import numpy, scipy.io, h5py' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  skip "numpy, scipy and h5py read the same" "no python3 with them"
  plan
  exit 0
fi
cat >compare.py <<'END'
import csv, os
import numpy as np, scipy.io, h5py
rows = list(csv.reader(open('d.csv')))
x = np.array([[float(v) for v in r[:3]] for r in rows[1:]])
y = np.array([1.0 if r[3] == 'yes' else -1.0 for r in rows[1:]])
full = np.column_stack([x, y])

def say(truth, words):
    print(('ok ' if truth else 'not ok ') + words)

say(np.array_equal(np.load('x.npy'), full), 'numpy reads x.npy')
z = np.load('x.npz')
say(np.array_equal(z['x'], x) and np.array_equal(z['y'].ravel(), y),
    'numpy reads x.npz')
say(np.array_equal(np.loadtxt('x.csv', delimiter=',', skiprows=1), full),
    'numpy reads x.csv')
if os.path.exists('x.mat'):
    m = scipy.io.loadmat('x.mat')
    say(np.array_equal(m['x'], x) and np.array_equal(m['y'].ravel(), y),
        'scipy reads x.mat')
if os.path.exists('x.h5'):
    with h5py.File('x.h5') as f:
        say(np.array_equal(f['x'][:], x)
            and np.array_equal(f['y'][:].ravel(), y), 'h5py reads x.h5')
try:
    from sklearn.datasets import load_svmlight_file
    a, b = load_svmlight_file('x.libsvm')
    say(np.array_equal(a.toarray(), x) and np.array_equal(b, y),
        'scikit-learn reads x.libsvm')
except ImportError:
    pass

p = np.load('p.npy')
z = np.load('p.npz')
q = np.column_stack([z[k].reshape(40, -1)
                     for k in ('part', 'row', 'y', 'prediction')])
say(p.shape == (40, 4) and np.array_equal(p, q), 'predictions: npy and npz')
say(np.array_equal(np.loadtxt('p.csv', delimiter=',', skiprows=1), p),
    'predictions: csv')
say(np.array_equal(np.sort(p[:, 1]), np.arange(1, 41))
    and np.array_equal(p[:, 2], y[p[:, 1].astype(int) - 1]),
    'predictions name the rows of the file and their targets')
if os.path.exists('p.mat'):
    m = scipy.io.loadmat('p.mat')
    say(all(np.array_equal(m[k].ravel(), z[k].ravel()) for k in z.files),
        'predictions: mat')
if os.path.exists('p.h5'):
    with h5py.File('p.h5') as f:
        say(all(np.array_equal(f[k][:].ravel(), z[k].ravel())
                for k in z.files), 'predictions: h5')
END
"$python" compare.py >said 2>said.err
check "python reads them all" test ! -s said.err
while read -r verdict words; do
  [ "$verdict" = not ] && words=${words#ok }
  if [ "$verdict" = ok ]; then ok "$words"; else not_ok "$words"; fi
done <said
plan
