# values.sh -- the numbers of files are those that numpy, scipy and h5py read:
# tests/format/values.tsv, made by values.py, holds their hashes.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"
formats=$source_folder/tests/format
tab=$(printf '\t')

while read -r line; do
  file=$(echo "$line" | cut -f 1)
  options=$(echo "$line" | cut -f 2 \
    | sed "s|labels=\\([^ ]*\\)|labels=\"$formats/\\1\"|")
  shape=$(echo "$line" | cut -f 3,4 | tr "$tab" ' ')
  hash=$(echo "$line" | cut -f 5)
  run -q -e "load \"$formats/$file\" $options" -e 'print "{data.n} {data.d}"' \
    -e 'export data to=v.npy'
  if grep -q E238 err; then
    skip "$file" "not built in"
    continue
  fi
  # The header of such an array has 128 bytes.
  now=$(tail -c +129 v.npy 2>err.tail | sha256sum | cut -d ' ' -f 1)
  rm -f v.npy
  if [ "$now" = "$hash" ] && grep -qx "$shape" out; then
    ok "$file has the numbers that others read"
  else
    not_ok "$file has the numbers that others read"
    sed 's/^/# /' out err
  fi
done <"$formats/values.tsv"
plan
