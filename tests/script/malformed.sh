# malformed.sh -- every broken file of tests/format/malformed is handled as
# tests/format/malformed.tsv decides: in one line that names the file, with exit
# code 3, within a second and 200 MB.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"

folder=$source_folder/tests/format/malformed
# A second of processor time and 200 MB of memory are enough for each.  With
# sanitizers the program takes more by itself; a busy machine gets more time on
# the clock.
seconds=60
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS
cat >measure.py <<'END'
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open('used', 'w').write('%d %.0f\n' % (
    used.ru_maxrss, 1000 * (used.ru_utime + used.ru_stime)))
sys.exit(code)
END
measure=
if python3 -c 'import resource' 2>/dev/null; then
  measure='python3 measure.py'
  $measure "$cvxnn" -q -e 'print 1' >out 2>err </dev/null
  [ "$(cut -d ' ' -f 1 used)" -lt 100000 ] || measure=
fi

tab=$(printf '\t')
while IFS=$tab read -r file verdict words why; do
  case $file in '#'*) continue ;; esac
  [ -e "$folder/$file" ] || continue
  timeout "$seconds" $measure "$cvxnn" -q -e "load \"$folder/$file\"" \
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
  [ -n "$measure" ] || continue
  read -r kilobytes milliseconds <used
  check "$file: in $milliseconds ms and $kilobytes kB" \
    test "$kilobytes" -lt 200000 -a "$milliseconds" -lt 1000
done <"$source_folder/tests/format/malformed.tsv"
[ -n "$measure" ] || skip "time and memory" "no python3, or sanitizers"

run -q -e "load \"$folder/csv_quoted_newline.csv\" onehot; print \"{data.n}\""
exits 0 "texts with line ends can be columns of 0 and 1"
run -q -e "load \"$folder/idx_10images-idx3-ubyte\" labels=\"$folder/idx_9labels-idx1-ubyte\""
exits 3 "nine labels for ten images"
has err '10 rows' "and says both numbers"
plan
