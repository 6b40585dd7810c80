# samples.sh -- three sessions as a person would have them, with the numbers
# that must come out; and one script typed, read from a file and given by -e.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

# Five points: the optimum is known to ten digits, betamax is 4/sqrt(5).
cat >five.cvx <<'END'
generate points x=[-2,-1,0,1,2] y=[1,-1,1,1,-1]
bias augmented
formulation relu beta=0.1
assert formulation.complete and formulation.patterns >= 9
solver admm rho=0.1 adapt
step 5
assert run.iter == 5 and hist.obj[1] == 2.5
solve tol=1e-6
assert run.converged and run.iter < 1000
near run.obj 0.8914472026 rel=1e-6
polish
near run.obj 0.8914472026 rel=1e-10
near run.bound 0.8914472026 rel=1e-10
assert run.gap < 1e-10
neurons
network
assert net.width == 4
near net.obj 0.8914472026 rel=1e-8
near betamax 4/sqrt(5) rel=1e-12
near sort(net.norms) [0.4645, 1.4675, 2.6825, 3.0873] rel=2e-4
near sort(net.kinks) [-1, -1, 0.537, 0.537] rel=1e-3
= betamax
plot function,certificate to=toy.gp size=3.25in,4.6in
for b in [1e-3, 1e-2, 0.1, 1]
  formulation relu beta=b ; solve ; polish ; network
  print "{b:%7.3g} {run.obj:%.10f} {train.mse:%.2e} {net.width}"
end
END
run five.cvx
exits 0 "five points"
has out '(+0.881, -0.473)' "the table of the neurons"
has out '1.788854382' "betamax"
grep -E '^ *(0.001|0.01|0.1|1) [0-9.]+ [0-9.e+-]+ [0-9]$' out >rows
same rows "four betas" <<'END'
  0.001 0.0101168281 4.86e-06 4
   0.01 0.1000738271 4.86e-04 4
    0.1 0.8914472026 4.85e-02 4
      1 2.4477943594 9.21e-01 2
END
# (The ends of these four agree to 1e-12 and better.)

# A pair of digits by gated ReLU.  With the images of MNIST where they are,
# else with a classification problem of the same shape of work.
cat >pair.cvx <<'END'
formulation gated ; patterns sample n=64 seed=42
formulation gated beta=0.01*betamax ; estimate
assert formulation.patterns == 64 and not formulation.complete
solve tol=1e-4
assert run.converged and run.gap <= 1e-4 and run.bound <= run.obj
let first = run.obj
eval test
assert test.acc > lowest and train.acc >= test.acc
certify
formulation gated beta=0.1*betamax ; solve tol=1e-4 warm=last
assert run.converged and run.obj > first and run.active <= 64
assert hist.gap[1] < 0.999           # the warm start is worth something
table beta,obj,gap,active,train.acc,test.acc over=runs to=table1.tex
END
{ cat <<'END'; cat pair.cvx; } >generated.cvx
generate gaussians n=400 d=20 seed=3
split train=300 seed=42 stratify ; scale x=center
let lowest = 0.7
END
run generated.cvx
exits 0 "a pair of classes by gated ReLU"
check "its table" test "$(grep -c '\\\\$' table1.tex)" -eq 3
mnist=${CVXNN_SHARED:-$source_folder/../shared}/data/mnist
if [ -e "$mnist/t10k-images-idx3-ubyte.gz" ]; then
  { cat <<END; cat pair.cvx; echo 'plot weights top=16 to=weights.gp'; } \
    >mnist.cvx
load $mnist/t10k-images-idx3-ubyte.gz labels=$mnist/t10k-labels-idx1-ubyte.gz
classes 3,8 ; split train=1500 seed=42 stratify ; scale x=center
let lowest = 0.975
assert data.train.n == 1500 and data.test.n == 484 and data.d == 784
END
  run mnist.cvx
  exits 0 "MNIST, three against eight"
else
  skip "MNIST, three against eight" "no images"
fi

# A circular network is l1 in the Fourier domain.
cat >circular.cvx <<'END'
generate circular n=60 d=16 freqs=[2,5] amps=[1,0.6] noise=0.05 seed=7
formulation circular ; formulation circular beta=0.05*betamax
solve tol=1e-8
assert run.gap <= 1e-8
neurons
assert net.width == 1
assert train.r2 > 0.98
= train.r2
plot spectrum,filter to=circ.gp
END
run circular.cvx
exits 0 "circular"
grep -E '^ +[25] ' out >frequencies
check "the two planted frequencies and no other" \
  test "$(wc -l <frequencies)" -eq 2

# Ten lines: a sweep over twenty values of beta with its table and its figure,
# the same from a file, with -e and typed.
cat >sweep.cvx <<'END'
set seed=42 verbose=quiet
generate ring n=60 seed=1 ; bias augmented
formulation relu
for f in logspace(-2.5, -0.05, 20)
  formulation relu beta=f*betamax
  solve tol=1e-6
  assert run.converged "beta = {f:%.3g} betamax"
end
table beta,obj,gap,active,train.acc over=runs to=sweep.tex
plot path runs=all to=sweep.pdf size=3.25in,2.4in
END
check "ten lines" test "$(wc -l <sweep.cvx)" -eq 10
has_gnuplot=yes
command -v gnuplot >/dev/null || has_gnuplot=no
[ "$has_gnuplot" = yes ] || sed -i 's/sweep.pdf/sweep.csv/' sweep.cvx
figure=$(sed -n 's/.*to=\(sweep\.[a-z]*\) size.*/\1/p' sweep.cvx)
run sweep.cvx
exits 0 "a sweep from a file"
check "its table has twenty rows" test "$(grep -c '\\\\$' sweep.tex)" -eq 21
check "its figure is there" test -s "$figure"
mv sweep.tex file.tex
rm -f "$figure"
run -e "$(cat sweep.cvx)"
exits 0 "the same with -e"
check "the same table" cmp -s sweep.tex file.tex
check "and a figure" test -s "$figure"
rm -f sweep.tex "$figure"
"$cvxnn" <sweep.cvx >out 2>err
code=$?
exits 0 "the same from standard input"
check "the same table" cmp -s sweep.tex file.tex
if python3 -c 'import pty' 2>/dev/null; then
  for how in typed pasted; do
    rm -f sweep.tex "$figure"
    python3 "$source_folder/tests/script/type.py" "$how" "$cvxnn" sweep.cvx \
      >out 2>err
    code=$?
    exits 0 "the same $how at the prompt"
    check "the same table" cmp -s sweep.tex file.tex
    check "and a figure" test -s "$figure"
  done
else
  skip "the same typed at the prompt" "no python3 with pty"
fi
plan
