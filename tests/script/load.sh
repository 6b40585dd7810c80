# load.sh -- files that a second process reads, archives, parts and exports
# (D16, D17, D18, D19, D25).
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"
formats=$source_folder/tests/format

# loads FILE OPTIONS ROWS FEATURES
loads ()
{
  run -q -e "load \"$1\" $2" -e 'print "{data.n} {data.d}"'
  exits 0 "${1##*/} loads"
  has out "$3 $4" "${1##*/} has its shape"
}
# refused FILE ERROR WORDS
refused ()
{
  run -q -e "load \"$1\""
  exits 3 "${1##*/} is refused"
  has err "$2: " "${1##*/} by $2"
  has err "$3" "${1##*/} in words"
}

run -q -e "load \"$formats/mat/v5.mat\""
if grep -q E238 err; then
  skip "MAT" "not built in"
else
  loads "$formats/mat/v5.mat" "" 3 2
  loads "$formats/mat/v4.mat" "" 3 2
  refused "$formats/mat/v7-cut.mat" E243 truncated
  refused "$formats/mat/complex.mat" E220 complex
fi
run -q -e "load \"$formats/hdf5/plain.h5\""
if grep -q E238 err; then
  skip "HDF5" "not built in"
else
  loads "$formats/hdf5/plain.h5" "" 3 2
  loads "$formats/hdf5/group.h5" "x=g/data y=g/target" 3 2
  gzip -c "$formats/hdf5/plain.h5" >plain.h5.gz
  loads plain.h5.gz "" 3 2
  refused "$formats/hdf5/external.h5" E220 "not followed"
  refused "$formats/hdf5/cut.h5" E244 truncated
fi
run -q -e "load \"$formats/png/gray\""
if grep -q E238 err; then
  skip "PNG" "not built in"
else
  loads "$formats/png/gray" "" 3 4
  refused "$formats/png/sizes" E246 "1 x 1"
  refused "$formats/png/foreign" E245 "1.png"
  # Gray on the way in and grey afterwards differ by the rounding to bytes.
  run -q -e "load \"$formats/png/colour\" gray; let g = data.x" \
    -e "load \"$formats/png/colour\"; grey; let h = data.x" \
    -e "load \"$formats/png/colour\"; shrink size=1 grey" \
    -e 'print "{max(abs(h - g)) < 0.002} {max(abs(h - data.x)) == 0}"'
  has out 'true true' "one way to grey"
fi
refused "$formats/container/two.zip" E237 "a.csv, b.csv"
loads "$formats/container/two.zip:b.csv" "" 2 1

cat >train.csv <<END
sex,colour,size,y
m,red,1,yes
f,blue,2,no
f,green,3,no
m,red,4,yes
END
printf 'size,y,colour,sex\n2.5,no,green,f\n' >test.csv
printf 'size,y,colour,sex\n5,no,pink,f\n' >unseen.csv
printf 'size,y,colour,sex\n5,maybe,red,f\n' >label.csv
printf 'size,y,colour\n5,no,red\n' >less.csv
train='load train.csv onehot; scale x=standard; bias augmented'
run -q -e "$train" -e 'load test.csv onehot part=test' \
  -e 'print "{data.train.n} {data.test.n} {data.d}"; export data to=d.npz'
exits 0 "a test file"
has out '4 1 6' "is a part with the same columns"
for file in unseen label; do
  run -q -e "$train" -e "load $file.csv onehot part=test"
  exits 3 "$file is refused"
  has err E248 "$file by E248"
done
run -q -e "$train" -e "load less.csv onehot part=test"
exits 3 "a missing column is refused"
has err 'sex=m/f' "and named"
run -q -e 'load test.csv part=test'
has err E330 "a part needs data"

for suffix in npy npz csv libsvm; do
  run -q -e "load \"$formats/text/header.csv\"; export data to=d.$suffix" \
    -e "load d.$suffix" -e 'print "{data.n} {data.d} {data.y[1]}"'
  exits 0 ".$suffix is read back"
  has out '3 2 200.5' "with its numbers"
done
# Sparse data: nonzeros until something needs the zeros, checked before.
awk 'BEGIN { for (i = 1; i <= 400; i++) printf "%d %d:1 %d:0.5\n", \
  i % 2 * 2 - 1, i % 37 + 1, i % 1000 + 38 }' >wide.svm
awk 'BEGIN { print "1 2000000000:1"; print "-1 1:1" }' >huge.svm
run -e 'load wide.svm; describe; split seed=1; scale x=max; bias augmented' \
  -e 'sample 100; data; save s.cvxs; open s.cvxs; print "{data.d}"'
exits 0 "sparse data are described, split, scaled and saved"
has out 'nonzero' "and say so"
has out '439' "with all their columns"
if grep -q 'with its zeros' out err; then
  not_ok "no zeros are made for that"
else
  ok "no zeros are made for that"
fi
run -e 'load wide.svm; patterns sample n=5'
exits 0 "patterns need the zeros"
has out 'X is written out with its zeros' "which is said"
# The same problem with its nonzeros and as a table: one optimum.
run -q -e 'load wide.svm; subset rows=1:60; bias augmented; export data to=wide.csv'
solve='patterns sample n=20 seed=1; formulation gated beta=0.05*betamax;
solve tol=1e-7 maxiter=3000; print "{run.obj:%.5e} {run.gap:%.0e}"'
run -e 'load wide.svm; subset rows=1:60; bias augmented' -e "$solve"
exits 0 "a formulation of sparse data is solved"
has out 'products go by its nonzeros' "by its nonzeros"
grep -E '^[0-9.]+e' out | cut -d ' ' -f 1 >sparse.obj
run -e 'load wide.csv' -e "$solve"
exits 0 "and as a table"
if grep -q 'by its nonzeros' out; then
  not_ok "which has none"
else
  ok "which has none"
fi
grep -E '^[0-9.]+e' out | cut -d ' ' -f 1 | cmp -s - sparse.obj
check "to the same optimum" test "$?" -eq 0 -a -s sparse.obj
# The same with filters, whose formulations read X whole.
for k in circular linear-cnn relu-cnn; do
  for file in wide.svm wide.csv; do
    rows='; subset rows=1:60; bias augmented'
    test $file = wide.csv && rows=
    run -e "load $file$rows; patches size=20 stride=20" \
      -e 'patterns sample patches n=10 seed=1' \
      -e "formulation $k; solve tol=1e-7; print \"{run.obj:%.5e}\""
    grep -E '^[0-9.]+e' out | cut -d ' ' -f 1 >"$file.obj"
  done
  check "$k has one optimum, sparse or not" \
    test -s wide.svm.obj -a "$(cat wide.svm.obj)" = "$(cat wide.csv.obj)"
done
run -q -e 'set maxmem=100k; load wide.svm; patterns sample n=5'
has err 'E395: X with its zeros needs' "and refused before any is made"
run -q -e 'set maxmem=1G; load huge.svm'
exits 1 "two thousand million columns"
has err 'E230: ' "are refused before memory is taken"

run -q -e 'generate ring n=40 seed=1; split; formulation gated; solve' \
  -e 'export predictions to=p.csv'
exits 0 "predictions are exported"
has p.csv 'part,row,y,prediction' "with a header"
plan
