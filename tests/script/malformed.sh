# malformed.sh -- every broken file of tests/format/malformed is handled as
# tests/format/malformed.tsv decides: in one line that names the file, with exit
# code 3, within a second and 200 MB.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

folder=$source_folder/tests/format/malformed
# A second is what it takes at most; a busy machine gets more.
seconds=20

tab=$(printf '\t')
while IFS=$tab read -r file verdict words why; do
  case $file in '#'*) continue ;; esac
  [ -e "$folder/$file" ] || continue
  timeout "$seconds" "$cvxnn" -q -e "load \"$folder/$file\"" \
    -e 'print "rows {data.n}"' >out 2>err </dev/null
  code=$?
  if [ "$verdict" = load ]; then
    exits 0 "$file loads"
    has out "rows $words" "$file has its rows"
  else
    exits 3 "$file is refused"
    line=$(grep -cE "(^|: )$verdict: " err)
    if [ "$line" -eq 1 ] && grep -qF -e "$words" err \
       && grep -qF "$file" err; then
      ok "$file: $verdict in one line that names it"
    else
      not_ok "$file: $verdict in one line that names it"
      sed 's/^/# /' err
    fi
  fi
done <"$source_folder/tests/format/malformed.tsv"

run -q -e "load \"$folder/csv_quoted_newline.csv\" onehot; print \"{data.n}\""
exits 0 "texts with line ends can be columns of 0 and 1"
run -q -e "load \"$folder/idx_10images-idx3-ubyte\" labels=\"$folder/idx_9labels-idx1-ubyte\""
exits 3 "nine labels for ten images"
has err '10 rows' "and says both numbers"
plan
