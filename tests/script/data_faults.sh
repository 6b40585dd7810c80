# data_faults.sh -- what must not break the reading of data, through the program:
# the twenty-six kinds of fault, D1 to D26, each test named by its kind.
#
# After every refused file the session must be as it was: `refused' loads on top
# of other data and looks at them afterwards.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"
formats=$source_folder/tests/format
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS

printf '1,2\n3,4\n5,6\n7,8\n' >before.csv

# refused ID CODE ERROR WORDS FILE [OPTIONS]
refused ()
{
  id=$1 expected=$2 error=$3 words=$4 file=$5
  short=$(echo "${file##*/}" | cut -c 1-40)
  shift 5
  timeout 60 "$cvxnn" -k -q -e 'load before.csv' -e "load \"$file\" $*" \
    -e 'print "still {data.name} {data.n}"' >out 2>err </dev/null
  code=$?
  if [ "$code" -eq "$expected" ] && grep -qE "(^|: )$error: " err \
     && grep -qF -e "$words" err && grep -q '^still before 4$' out; then
    ok "$id: $short is refused by $error"
  else
    not_ok "$id: $short is refused by $error"
    echo "# exit code $code"
    sed 's/^/# /' out err
  fi
}
# loads ID SHAPE FILE [OPTIONS]: and the notes are in `out'
loads ()
{
  id=$1 shape=$2 file=$3
  shift 3
  timeout 60 "$cvxnn" -e "load \"$file\" $*" -e 'print "= {data.n} {data.d}"' \
    >out 2>err </dev/null
  code=$?
  if [ "$code" -eq 0 ] && grep -qx "= $shape" out; then
    ok "$id: ${file##*/} loads"
  else
    not_ok "$id: ${file##*/} loads"
    echo "# exit code $code, expected $shape"
    sed 's/^/# /' out err
  fi
}
# notes ID WORDS: of the last file that loaded
notes ()
{
  if cat out err | grep -qF -e "$2"; then
    ok "$1: and says \"$2\""
  else
    not_ok "$1: and says \"$2\""
    sed 's/^/# /' out err
  fi
}
# built_in NAME FILE: the program reads such files
built_in ()
{
  run -q -e "load \"$2\""
  if grep -q E238 err; then
    skip "$1" "not built in"
    return 1
  fi
}

for name in empty header-only comments-only; do
  refused D1 3 E211 'no rows' "$formats/text/$name.csv"
done

refused D2 3 E212 'ragged.csv:3: ' "$formats/text/ragged.csv"
refused D2 3 E212 'fields' "$formats/text/ragged.csv" missing=drop

printf 'a,b,y\n1,NA,2\n3,?,1\n5,6,3.5\n7,,2\n8,-,1\n9,10,0.5\n' >cells.csv
refused D3 3 E215 'cells.csv:2:3: ' "$work/cells.csv"
refused D3 3 E215 '4 such cells' "$work/cells.csv"
loads D3 '2 2' cells.csv missing=drop
notes D3 '4 of 6 rows with missing values left out'
loads D3 '6 2' cells.csv missing=mean
notes D3 '4 missing values replaced'
printf 'a,y\n1,2\nx,1\n' >word.csv
refused D3 3 E214 'word.csv:3:1: ' "$work/word.csv" missing=mean

for value in nan inf -inf Infinity; do
  printf '1,2\n%s,3\n4,5\n' "$value" >"$value.csv"
  refused D4 3 'E21[56]' '.csv:2:1: ' "$work/$value.csv"
  loads D4 '3 1' "$value.csv" missing=mean
done
refused D4 3 E216 1e400 "$formats/malformed/csv_overflow.csv"
refused D4 3 E214 0x10 "$formats/text/hex.csv"
printf '5e-324,1\n1,2\n2.2250738585072011e-308,3\n' >tiny.csv
run -q -e 'load tiny.csv' -e 'print "{data.x[1]:%.17g} {data.x[3]:%.17g}"'
has out '4.9406564584124654e-324 2.2250738585072009e-308' \
  "D4: denormal numbers are kept"

printf 'a;y\n1,5;2,25\n3,5;1,25\n' >comma.csv
LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8
export LC_ALL LC_NUMERIC
refused D5 3 E214 'decimal=' "$work/comma.csv"
loads D5 '2 1' comma.csv 'decimal=","'
run -q -e 'load comma.csv decimal=","' -e 'print "{data.x[1]}"'
has out '1.5' "D5: numbers are written with a point"
unset LC_ALL LC_NUMERIC

loads D6 '2 2' "$formats/text/bom.csv" x=a,b
loads D6 '2 2' "$formats/text/crlf.csv"
loads D6 '2 2' "$formats/text/cr-only.csv"
loads D6 '2 1' "$formats/text/latin1.csv" x=größe
refused D6 3 E217 UTF-16 "$formats/text/utf16.csv"
refused D6 3 E217 'NUL byte' "$formats/text/nul.csv"

loads D7 '2 2' "$formats/text/quoted.csv" 'x="sq \"ft\",2"'
loads D7 '2 2' "$formats/text/quoted-newline.csv"
refused D7 3 E213 'unterminated.csv:3: ' "$formats/text/unterminated.csv"

awk 'BEGIN { for (r = 0; r < 3; r++) { for (j = 0; j < 1000000; j++)
  printf "%d,", (j + r) % 7; print r } }' >wide.csv
loads D8 '3 1000000' wide.csv
awk 'BEGIN { printf "1,"; for (j = 0; j < 1000000; j++) printf "0123456789"
  print "" }' >long.csv
refused D8 3 E224 'same label 0123' "$work/long.csv" header=no
rm -f wide.csv long.csv

loads D9 '2 1' "$formats/text/duplicate-header.csv" x=a.2 y=a.3
notes D9 'now a.2'
printf 'a,,y\n1,2,3\n4,5,6\n' >unnamed.csv
loads D9 '2 2' unnamed.csv
refused D9 3 E210 'Did you mean price?' "$formats/text/header.csv" y=prise

for case in zero:3:from negative:3:from unsorted:9:smaller repeated:7:repeats \
  huge:3:2147483647 qid:3:ranking; do
  name=${case%%:*} words=${case##*:} column=${case#*:}
  refused D10 3 E240 "$words" "$formats/libsvm/$name.txt"
  has err "$name.txt:" "D10: with the place in $name.txt (column ${column%:*})"
done
refused D10 3 E240 'label of one number' "$formats/libsvm/list.txt" format=libsvm
printf '1 2000000000:1\n-1 1:1\n' >wide.svm
run -q -e 'set maxmem=1G; load wide.svm'
has err 'E230: ' "D10: a huge index is checked before memory is taken"

loads D11 '2 2' "$formats/npy/fortran.npy"
loads D11 '2 2' "$formats/npy/big-endian.npy"
loads D11 '2 2' "$formats/npy/version3.npy"
for name in object code unicode complex record date; do
  refused D11 3 E220 "$name.npy" "$formats/npy/$name.npy"
done
for name in overflow huge negative version9 truncated trailing list; do
  refused D11 3 E220 "$name.npy" "$formats/npy/$name.npy"
done
refused D11 3 E221 '0 dimensions' "$formats/npy/scalar.npy"

refused D12 3 E210 'no array "Z"' "$formats/npy/pair.npz" x=Z
refused D12 3 E221 'truncated' "$formats/npy/truncated.npz"
refused D12 3 'E2[0-9][0-9]' 'crc.npz' "$formats/npy/crc.npz"
for name in duplicate outside; do
  run -q -e "load \"$formats/npy/$name.npz\""
  if [ "$code" -eq 0 ] || { [ "$code" -eq 3 ] && grep -q ': E2' err; }; then
    ok "D12: $name.npz: names are only keys"
  else
    not_ok "D12: $name.npz: names are only keys"
    sed 's/^/# /' out err
  fi
done
[ ! -e ../x.npy ] && [ ! -e x.npy ]
check "D12: nothing was unpacked" test "$?" -eq 0
if command -v zip >zip.out 2>&1; then
  cp "$formats/npy/int64.npy" X.npy
  zip -q -P secret locked.npz X.npy
  refused D12 3 'E2[0-9][0-9]' locked.npz "$work/locked.npz"
else
  skip "D12: encrypted archives" "no zip"
fi

for name in truncated.csv.gz truncated.csv.xz truncated.csv.bz2; do
  refused D13 3 E207 truncated "$formats/text/$name"
done
refused D13 3 E207 'after the end' "$formats/text/garbage.csv.gz"
refused D13 3 E207 'data check' "$formats/text/crc.csv.gz"

run -q -e 'set maxmem=1M' -e "load \"$formats/text/bomb.csv.gz\""
has err 'E230: ' "D14: a bomb stops"
has err 'times when decompressed' "D14: and its ratio is said"
run -q -e 'set maxmem=1M' -e "load \"$formats/npy/bomb.npz\""
has err 'E230: ' "D14: also in an archive"

refused D15 3 E232 '00 00 09 03' "$formats/idx/signed-idx3"
refused D15 3 E232 '360 bytes' "$formats/idx/short-data-idx3"
refused D15 3 E232 '30 bytes' "$formats/idx/extra-data-idx3"
refused D15 3 E232 'holds labels' "$formats/idx/six-labels-idx1-ubyte"
refused D15 3 E223 '6 rows' "$formats/idx/six-images-idx3-ubyte" \
  "labels=\"$formats/idx/five-labels-idx1-ubyte\""
has err '5 labels' "D15: both numbers are said"

refused D16 3 E242 'and 9' "$formats/cifar/cut.bin"
refused D16 3 E242 '255' "$formats/cifar/class-255.bin"
mkdir batches
cp "$formats/text/plain.csv" batches/readme.csv
cp "$formats/text/header.csv" batches/other.csv
tar cf cifar.tar batches
refused D16 3 E237 'readme.csv' "$work/cifar.tar"

if built_in D17 "$formats/mat/v5.mat"; then
  loads D17 '3 1' "$formats/mat/v5.mat:X"
  loads D17 '3 2' "$formats/mat/sparse.mat"
  loads D17 '3 2' "$formats/mat/v7.mat"
  refused D17 3 E220 complex "$formats/mat/complex.mat"
  refused D17 3 E220 'cell array' "$formats/mat/v5.mat:cell"
  refused D17 3 E210 'X (3x2)' "$formats/mat/v5.mat" x=Q
  for name in v4-cut v5-cut v7-cut; do
    refused D17 3 E243 truncated "$formats/mat/$name.mat"
  done
fi

if built_in D18 "$formats/hdf5/plain.h5"; then
  loads D18 '3 2' "$formats/hdf5/group.h5" x=g/data y=g/target
  refused D18 3 E210 'no array' "$formats/hdf5/group.h5" x=absent
  refused D18 3 'E2[12]0' 'g' "$formats/hdf5/group.h5" x=g
  refused D18 3 E220 'not followed' "$formats/hdf5/external.h5"
  refused D18 3 E220 'another file' "$formats/hdf5/elsewhere.h5"
  refused D18 3 E220 'soft link' "$formats/hdf5/group.h5:loop"
  refused D18 3 E244 truncated "$formats/hdf5/cut.h5"
  refused D18 3 'E244|E239' 'nothing was loaded' "$formats/helper/crash.h5"
  run -q -e 'set maxmem=1M' -e "load \"$formats/hdf5/huge.h5\""
  has err 'E230: ' "D18: chunks that were never written are counted"
fi

if built_in D19 "$formats/png/gray"; then
  refused D19 3 E246 '1 x 1' "$formats/png/sizes"
  loads D19 '2 16' "$formats/png/sizes" 'resize=[4,4]'
  refused D19 3 E246 'in colour' "$formats/png/mixed"
  loads D19 '2 1' "$formats/png/mixed" gray
  loads D19 '3 4' "$formats/png/gray"
  loads D19 '3 3' "$formats/png/colour"
  refused D19 3 E245 cut/b/1.png "$formats/png/cut"
  refused D19 3 E245 foreign/a/1.png "$formats/png/foreign"
  refused D19 3 E224 'same label a' "$formats/png/one"
  mkdir none
  refused D19 3 E205 'without folders' "$work/none"
fi

mkfifo fifo
ln -s loop loop
refused D20 3 E205 fifo "$work/fifo"
refused D20 3 E205 zero /dev/zero
refused D20 3 E204 loop "$work/loop"
refused D20 3 E205 batches "$work/batches"
refused D20 3 E204 'No such file' "$work/gone.csv"
if python3 -c 'import socket' 2>/dev/null; then
  python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
  refused D20 3 E205 socket "$work/socket"
else
  skip "D20: a socket" "no python3"
fi
{
  printf '\223NUMPY\001\000\166\000'
  printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (2200000000, 2), }"
} >rows.npy
truncate -s 4400000128 rows.npy
run -q -e 'set maxmem=100G; load rows.npy'
has err 'E231: 2200000000 rows' "D20: more than 2^31 rows"
rm -f rows.npy
if [ "$(id -u)" -ne 0 ]; then
  cp before.csv locked.csv
  chmod 000 locked.csv
  refused D20 3 E204 denied "$work/locked.csv"
else
  skip "D20: an unreadable file" "the tests run as root"
fi

# A file that grows all the while: the second look at its size differs.
awk 'BEGIN { for (i = 0; i < 300000; i++) print i ",1.5,2.5,3.5,4.5" }' >grows.csv
(while [ -e grows.csv ]; do echo '1,1,1,1,1' >>grows.csv; sleep 0.004; done) 2>/dev/null &
writer=$!
refused D21 3 E206 'changed while' "$work/grows.csv"
rm -f grows.csv
kill "$writer" 2>/dev/null
wait "$writer" 2>/dev/null
rm -f grows.csv

for case in 'zero-one:0 = -1, 1 = 1' 'one-two:1 = -1, 2 = 1' \
  'two-labels:bad = -1, good = 1' 'signs:+ = -1, - = 1'; do
  loads D22 '3 1' "$formats/text/${case%%:*}.csv"
  notes D22 "${case#*:}"
done
loads D22 '3 1' "$formats/text/minus-plus.csv"
notes D22 '2 classes (-1, 1)'
printf '1,0.0\n2,1.0\n3,0.0\n' >floats.csv
loads D22 '3 1' floats.csv
notes D22 'labels: 0 = -1, 1 = 1'
printf '1,same\n2,same\n' >one.csv
refused D22 3 E224 'same label same' "$work/one.csv"
run -q -e "load \"$formats/text/labels.csv\"; patterns sample n=3" \
  -e 'formulation gated loss=hinge beta=0.1'
has err 'E342: ' "D22: three classes where two are needed"

printf 'a,b,c,zero,y\n1,1,5,0,1\n2,2,5,0,-1\n1,1,5,0,-1\n3,3,5,0,1\n' >odd.csv
loads D23 '4 4' odd.csv
notes D23 '2 columns are constant, the first is c'
run -e 'load odd.csv; describe; scale x=standard; print "{data.x[3]}"'
has out '1 duplicate column' "D23: duplicate columns are counted"
has out '1 duplicate row' "D23: and rows"
has out '2 pairs of equal x with another y' "D23: and conflicts"
has out '2 constant columns divided by 1' "D23: no variance, divided by 1"
printf 'load odd.csv\nscale x=standard y=standard\n' >labels.cvx
run labels.cvx
has err 'labels.cvx:2:20: E228' "D23: of two options the one that cannot be"
printf 'load odd.csv\nscale x=rownorm\nscale x=standard\n' >rownorm.cvx
run rownorm.cvx
has err 'rownorm.cvx:3:9: E228' "D23: rows first, then columns is refused"
printf '0,0,1\n1,2,2\n' >zeros.csv
run -e 'load zeros.csv; patterns exact; formulation relu beta=0.1; solve' \
  -e 'print "gap {run.gap:%.0e}"'
exits 0 "D23: a row of zeros, n < d + 1"
printf '3,1\n' >single.csv
loads D23 '1 1' single.csv
printf '1\n2\n' >column.csv
refused D23 3 E219 '1 column' "$work/column.csv"

printf 'a,y\n1e300,1.5\n2e300,0.5\n-1e300,2.5\n' >large.csv
loads D24 '3 1' large.csv
notes D24 'scale the data'
run -q -e 'load large.csv; patterns exact; formulation relu beta=0.1'
has err 'E344: ' "D24: squares that overflow are seen before the solver"
run -q -e 'load large.csv; scale x=standard; patterns exact' \
  -e 'formulation relu beta=0.1; solve; print "gap {run.gap:%.0e}"'
exits 0 "D24: scaled, they are like any others"
printf 'a,y\n1e-300,1.5\n2e-300,0.5\n-1e-300,2.5\n' >small.csv
run -q -e 'load small.csv; scale x=standard; print "{data.x[2]:%.3f}"'
has out '1.069' "D24: so are numbers of size 1e-300"

printf 'a,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8,q\n' >train.csv
printf 'b,y\n2,p\n' >less.csv
printf 'b\n2\n3\n' >few.csv
printf 'a,b,extra,y\n1,2,3,p\n' >more.csv
printf 'a,b,y\n1,2,r\n' >class.csv
run -q -e 'load train.csv; load less.csv part=test'
has err 'E247: ' "D25: a column less"
has err 'a' "D25: it is named"
run -q -e 'load train.csv; load more.csv part=test'
has err 'the training part has not: extra' "D25: a column more is named"
run -q -e 'load train.csv; load class.csv part=test'
has err 'E248: the label r (row 1)' "D25: a class that training has not seen"
run -q -e 'load train.csv; patterns exact; formulation relu beta=0.01; solve' \
  -e 'predict few.csv to=p.csv'
has err 'E453: ' "D25: predict with fewer features"
has err 'the column a is missing' "D25: which are named"

mkdir 'a b' "it's"
cp before.csv 'a b/c d.csv'
cp before.csv "it's/x.csv"
cp before.csv '*.csv'
cp before.csv "$HOME/home.csv"
cp before.csv ./-dash.csv
cp before.csv '$HOME.csv'
loads D26 '4 1' 'a b/c d.csv'
loads D26 '4 1' "it's/x.csv"
loads D26 '4 1' '~/home.csv'
loads D26 '4 1' '*.csv'
loads D26 '4 1' '-dash.csv'
loads D26 '4 1' '$HOME.csv'
refused D26 3 E204 'No such file' '$HOME/home.csv'
refused D26 3 E204 'No such file' 'a?b/c d.csv'
refused D26 3 E204 'too long' "$(printf '%05000d' 0)"
plan
