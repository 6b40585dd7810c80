# import_helper.sh -- the process that reads MAT, HDF5 and PNG files: it cannot
# write, what kills it is an error message, and so is that it cannot start.
#
# Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.

. "${CVXNN_SRCDIR:-.}/tests/script/lib.sh"
formats=$source_folder/tests/format

# The limits bear even where the file system would not: SIGXFSZ or an error.
said=$("$cvxnn" --import-helper probe "$work/made" x 1000000 0 0 0 \
  3</dev/null 2>err)
case $said in
  'no file') ok "the helper makes no files" ;;
  written) not_ok "the helper makes no files" ;;
  *)
    skip "the helper makes no files" "the kernel has no Landlock"
    check "but they stay empty" test ! -s "$work/made"
    ;;
esac
echo old >kept
"$cvxnn" --import-helper probe "$work/kept" x 1000000 0 0 0 3</dev/null \
  >out 2>err
check "the helper changes no files" test "$(cat kept)" = old

# So few open files that the file opens, but the helper has no pipe; how few
# depends on what is open already.
starved ()
{
  code=0
  for files in 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    (ulimit -n $files; exec "$cvxnn" -q -e "load \"$formats/mat/v5.mat\"") \
      >out 2>err </dev/null
    code=$?
    if [ "$code" -eq 3 ] && ! grep -q E204 err; then
      return
    fi
  done
}
if (ulimit -n 20) 2>/dev/null; then
  starved
  if grep -q E238 err; then
    skip "a helper that cannot start" "not built in"
  else
    exits 3 "a helper that cannot start"
    has err 'E241: ' "is E241"
  fi
fi

run -q -e "load \"$formats/png/gray\""
if grep -q E238 err; then
  skip "a helper that is killed" "not built in"
  plan
  exit 0
fi
# Enough images to keep it busy while it is looked for.
mkdir -p many/a0
i=0
while [ "$i" -lt 100 ]; do
  cp "$formats/png/gray/cat/a.png" "many/a0/$i.png"
  i=$((i + 1))
done
i=1
while [ "$i" -le 60 ]; do
  cp -r many/a0 "many/a$i"
  i=$((i + 1))
done
# kills SIGNAL WORDS: a second time while other data are loaded
kills ()
{
  "$cvxnn" -k -q -e "load \"$formats/text/plain.csv\"" -e 'load many' \
    -e 'print "still {data.name}"' >out 2>err </dev/null &
  program=$!
  helper=
  tries=0
  while [ -z "$helper" ] && [ "$tries" -lt 2000 ] \
    && kill -0 "$program" 2>/dev/null; do
    helper=$(cat "/proc/$program/task/$program/children" 2>/dev/null)
    tries=$((tries + 1))
  done
  if [ -n "$helper" ] && kill -STOP $helper 2>/dev/null; then
    kill "-$1" $helper
    kill -CONT $helper 2>/dev/null
    wait "$program"
    code=$?
    exits 3 "a helper that dies of SIG$1"
    has err 'E239: ' "is E239"
    has err "$2" "in words"
    has out 'still plain' "and the session is as it was"
  else
    wait "$program"
    skip "a helper that dies of SIG$1" "it was too fast"
  fi
}
kills SEGV 'damaged the reader'
kills XCPU 'busy without end'
kills KILL 'gave up'
plan
